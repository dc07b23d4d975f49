//! Record marking: where messages end on a stream.
//!
//! Takes bytes as they come, in any pieces, and keeps one message at most. A reserved mark ends the stream for good.
//! RFC 3320 §4.2.2.

use alloc::vec::Vec;

use crate::reason::Reason;

/// Cuts a stream into messages.
///
/// ```
/// use simdsip_sigcomp::{Deframer, frame};
///
/// let mut wire = Vec::new();
/// frame(&[0xf8, 0xff, 0x01], &mut wire);
/// let mut deframer = Deframer::new(65_536);
/// let (taken, message) = deframer.push(&wire)?;
/// assert_eq!((taken, message), (wire.len(), Some(&[0xf8, 0xff, 0x01][..])));
/// # Ok::<(), simdsip_sigcomp::Reason>(())
/// ```
#[derive(Clone, Debug)]
pub struct Deframer {
    record: Vec<u8>,
    limit: usize,
    quoted: u8,
    /// The last byte was 0xFF and not quoted.
    marked: bool,
    /// The record was given away and goes with the next call.
    given: bool,
    broken: bool,
}

impl Deframer {
    /// Refuses messages above so many bytes.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { record: Vec::new(), limit, quoted: 0, marked: false, given: false, broken: false }
    }

    /// Takes bytes up to the end of the next message: how many were taken, and the message if it is whole. Call again
    /// with what was not taken. Empty records are passed over.
    ///
    /// # Errors
    /// `FramingError` at a reserved mark, `MessageTooShort` where a message outgrows the limit: it has no place in the
    /// memory. Every later call gives `FramingError`: the stream is to be closed.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(usize, Option<&[u8]>), Reason> {
        if self.broken {
            return Err(Reason::FramingError);
        }
        if core::mem::take(&mut self.given) {
            self.record.clear();
        }
        for (at, &byte) in bytes.iter().enumerate() {
            if self.quoted > 0 {
                self.quoted -= 1;
            } else if self.marked {
                self.marked = false;
                match byte {
                    0xff if self.record.is_empty() => {}
                    0xff => {
                        self.given = true;
                        return Ok((at.saturating_add(1), Some(&self.record)));
                    }
                    0x80.. => {
                        self.broken = true;
                        return Err(Reason::FramingError);
                    }
                    more => {
                        self.quoted = more;
                        self.keep(0xff)?;
                    }
                }
                continue;
            } else if byte == 0xff {
                self.marked = true;
                continue;
            }
            self.keep(byte)?;
        }
        Ok((bytes.len(), None))
    }

    /// Bytes of a message that has not ended.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        if self.given { &[] } else { &self.record }
    }

    fn keep(&mut self, byte: u8) -> Result<(), Reason> {
        if self.record.len() >= self.limit {
            self.broken = true;
            return Err(Reason::MessageTooShort);
        }
        self.record.push(byte);
        Ok(())
    }
}

/// Appends a message with its marks: 0xFF quoted together with up to 127 bytes behind it, the end mark last.
pub fn frame(message: &[u8], out: &mut Vec<u8>) {
    let mut rest = message;
    while let Some(at) = rest.iter().position(|byte| *byte == 0xff) {
        let (plain, marked) = rest.split_at(at);
        out.extend_from_slice(plain);
        let after = marked.get(1..).unwrap_or_default();
        // Quoting pays from the next 0xFF on; up to the last one within reach.
        let reach = after.get(..after.len().min(127)).unwrap_or_default();
        let quoted = reach.iter().rposition(|byte| *byte == 0xff).map_or(0, |last| last.saturating_add(1));
        let (quoted, after) = after.split_at_checked(quoted).unwrap_or((after, &[]));
        out.extend_from_slice(&[0xff, quoted.len().min(127) as u8]);
        out.extend_from_slice(quoted);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(&[0xff, 0xff]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    /// Every message of a stream given in pieces, or where it broke.
    fn messages(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, Option<Reason>) {
        let mut deframer = Deframer::new(1000);
        let mut found = Vec::new();
        for piece in pieces {
            let mut rest = *piece;
            while !rest.is_empty() {
                match deframer.push(rest) {
                    Ok((taken, message)) => {
                        found.extend(message.map(<[u8]>::to_vec));
                        rest = &rest[taken..];
                    }
                    Err(reason) => return (found, Some(reason)),
                }
            }
        }
        (found, None)
    }

    #[test]
    fn rfc3320_4_2_2_marks() {
        assert_eq!(messages(&[&[0xff, 0xff, 0xff, 0xff]]), (vec![], None));
        assert_eq!(messages(&[&[1, 0xff, 0, 2, 0xff, 0xff]]), (vec![vec![1, 0xff, 2]], None));
        assert_eq!(messages(&[&[0xff, 2, 0xff, 0xff, 0xff, 0xff]]), (vec![vec![0xff; 3]], None));
        for reserved in 0x80..=0xfe {
            let wire = [1, 0xff, 0xff, 2, 0xff, reserved, 3];
            assert_eq!(messages(&[&wire]), (vec![vec![1]], Some(Reason::FramingError)));
        }
        assert_eq!(messages(&[&[7; 1001]]), (vec![], Some(Reason::MessageTooShort)));
    }

    #[test]
    fn worst_case_grows_by_one_mark_in_128() {
        let mut wire = Vec::new();
        frame(&[0xff; 1280], &mut wire);
        assert_eq!(wire.len(), 1280 + 10 + 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn any_split_gives_the_same(
            list in proptest::collection::vec(
                proptest::collection::vec(prop_oneof![Just(0xffu8), any::<u8>()], 1..300), 0..4),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut wire = Vec::new();
            list.iter().for_each(|message| frame(message, &mut wire));
            prop_assert_eq!(messages(&[&wire]), (list.clone(), None));
            let (a, b) = wire.split_at(cut.index(wire.len() + 1));
            prop_assert_eq!(messages(&[a, b]), (list.clone(), None));
            let bytes: Vec<&[u8]> = wire.chunks(1).collect();
            prop_assert_eq!(messages(&bytes), (list, None));
        }
    }
}
