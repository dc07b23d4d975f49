//! ABORT and ERROR: error causes, one behind the other (RFC 9260 §3.3.7, §3.3.10).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! | type = 6 or 9 | . . . . . . . T|            length            |
//! +---------------+---------------+---------------+---------------+
//! |                       error causes                            |
//! ```

use super::super::tlv::Tlvs;
use super::super::write::{Full, Writer};
use super::{RawChunk, T_BIT, kind};

/// An ABORT chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abort<'b> {
    /// Whether the tag in the packet is the receiver's own (see [`T_BIT`]).
    pub reflected: bool,
    /// Why, if told.
    pub causes: Causes<'b>,
}

impl<'b> Abort<'b> {
    pub(super) fn parse(raw: &RawChunk<'b>) -> Abort<'b> {
        Abort { reflected: raw.flags & T_BIT != 0, causes: Causes::parse(raw) }
    }

    pub(super) fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        let flags = if self.reflected { T_BIT } else { 0 };
        w.tlv([kind::ABORT, flags], |w| w.put(self.causes.bytes))
    }
}

/// Error causes as they came; made into [`super::super::Cause`] when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Causes<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Causes<'b> {
    /// Of bytes that were written with [`super::super::Cause::emit`].
    pub fn new(bytes: &'b [u8]) -> Causes<'b> {
        Causes { bytes, at: 4 }
    }

    pub(super) fn parse(raw: &RawChunk<'b>) -> Causes<'b> {
        Causes { bytes: raw.value, at: raw.value_at() }
    }

    /// Walks them.
    pub fn iter(&self) -> Tlvs<'b> {
        Tlvs::new(self.bytes, self.at)
    }

    /// As they came.
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    pub(super) fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv([kind::ERROR, 0], |w| w.put(self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::there_and_back;
    use super::*;

    #[test]
    fn rfc9260_3_3_7_the_t_bit_and_the_causes_are_kept() {
        let abort = Abort { reflected: true, causes: Causes::new(b"\0\x0c\0\x06hi") };
        assert_eq!(there_and_back(Chunk::Abort(abort)), b"\x06\x01\0\x0a\0\x0c\0\x06hi");
        let cause = abort.causes.iter().next().unwrap().unwrap();
        assert_eq!((cause.kind, cause.value), (12, &b"hi"[..]));
    }

    #[test]
    fn rfc9260_3_3_10_error_is_a_list_of_causes() {
        assert_eq!(there_and_back(Chunk::Error(Causes::new(b"\0\x04\0\x04"))), b"\x09\0\0\x08\0\x04\0\x04");
    }
}
