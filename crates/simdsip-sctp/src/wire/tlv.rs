//! Type, length, value: the walk that parameters and error causes share (RFC 9260 §3.2.1).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +---------------+---------------+---------------+---------------+
//! |              type             |   length, header included     |
//! +---------------+---------------+---------------+---------------+
//! |                     value, then 0 to 3 bytes of padding       |
//! +---------------------------------------------------------------+
//! ```

use super::read::u16_at;
use super::{Error, ErrorKind};

/// One parameter or cause, not looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'b> {
    /// The type of a parameter, the code of a cause.
    pub kind: u16,
    /// What stands behind the length, without padding.
    pub value: &'b [u8],
    /// Header and value as they came, without padding: what a report quotes.
    pub bytes: &'b [u8],
    /// Offset of the header.
    pub at: usize,
}

/// Walks parameters or causes; ends with the bytes or at the first that is broken.
#[derive(Clone, Debug)]
pub struct Tlvs<'b> {
    rest: &'b [u8],
    at: usize,
}

impl<'b> Tlvs<'b> {
    /// `at` is the offset of the bytes in the packet, for errors.
    pub fn new(bytes: &'b [u8], at: usize) -> Tlvs<'b> {
        Tlvs { rest: bytes, at }
    }

    fn step(&mut self) -> Result<Tlv<'b>, Error> {
        let at = self.at;
        let (Some(kind), Some(len)) = (u16_at(self.rest, 0), u16_at(self.rest, 2)) else {
            return Err(Error::new(ErrorKind::Overrun, at));
        };
        let len = usize::from(len);
        if len < 4 {
            return Err(Error::new(ErrorKind::Length, at.saturating_add(2)));
        }
        let Some((bytes, _)) = self.rest.split_at_checked(len) else {
            return Err(Error::new(ErrorKind::Overrun, at.saturating_add(2)));
        };
        // The padding of the last one may be missing: the chunk's length does not count it.
        let step = len.next_multiple_of(4).min(self.rest.len());
        self.rest = self.rest.get(step..).unwrap_or_default();
        self.at = at.saturating_add(step);
        Ok(Tlv { kind, value: bytes.get(4..).unwrap_or_default(), bytes, at })
    }
}

impl<'b> Iterator for Tlvs<'b> {
    type Item = Result<Tlv<'b>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.rest = &[];
        }
        Some(step)
    }
}

/// What the two high bits of an unknown chunk or parameter type ask for (RFC 9260 §3.2, §3.2.1).
///
/// ```
/// use simdsip_sctp::wire::Unknown;
///
/// assert_eq!(Unknown::of_chunk(0x3f), Unknown { goes_on: false, reported: false });
/// assert_eq!(Unknown::of_param(0xc0ff), Unknown { goes_on: true, reported: true });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What follows is still processed.
    pub goes_on: bool,
    /// The sender is told of it, with cause 6 or 8 or an Unrecognized Parameter.
    pub reported: bool,
}

impl Unknown {
    /// For a chunk type.
    pub const fn of_chunk(kind: u8) -> Unknown {
        Unknown { goes_on: kind & 0x80 != 0, reported: kind & 0x40 != 0 }
    }

    /// For a parameter type.
    pub const fn of_param(kind: u16) -> Unknown {
        Unknown { goes_on: kind & 0x8000 != 0, reported: kind & 0x4000 != 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9260_3_2_1_parameters_are_padded_but_the_last_need_not_be() {
        let bytes = b"\0\x01\0\x05a\xff\xff\xff\0\x02\0\x06bc";
        let got: Vec<_> = Tlvs::new(bytes, 20).map(|it| it.unwrap()).collect();
        assert_eq!((got[0].kind, got[0].value, got[0].at), (1, &b"a"[..], 20));
        assert_eq!((got[1].kind, got[1].value, got[1].at), (2, &b"bc"[..], 28));
        assert_eq!(got.len(), 2);
    }

    #[test]
    fn a_broken_length_ends_the_walk_with_its_place() {
        let error = |bytes: &'static [u8]| Tlvs::new(bytes, 0).last().unwrap().unwrap_err();
        assert_eq!(error(b"\0\x01\0\x03abcd"), Error::new(ErrorKind::Length, 2));
        assert_eq!(error(b"\0\x01\0\x04\0\x01\0\x09abcd"), Error::new(ErrorKind::Overrun, 6));
        assert_eq!(error(b"\0\x01\0"), Error::new(ErrorKind::Overrun, 0));
    }
}
