//! The header of a SigComp message: feedback, state or bytecode.
//!
//! Looks no state up and copies nothing. RFC 3320 §7; for NACKs RFC 4077 §3.

use crate::reason::Reason;

/// A message cut into its parts, borrowed from its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'m> {
    /// The returned feedback item as it stands, its length byte included (RFC 3320 §7.1).
    pub feedback: Option<&'m [u8]>,
    /// What the UDVM is begun with.
    pub start: Start<'m>,
    /// What the instructions read.
    pub input: &'m [u8],
    /// Bytes before `input`, which earn cycles at once.
    pub len: usize,
}

/// What the memory of the UDVM is begun with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start<'m> {
    /// A state, by 6, 9 or 12 bytes of its identifier (RFC 3320 §7.2).
    State(&'m [u8]),
    /// Bytecode and the address it goes to (RFC 3320 §7.3).
    Bytecode {
        /// 1 to 4,095 bytes.
        code: &'m [u8],
        /// 128 to 1,024.
        destination: u16,
    },
    /// No bytecode: a NACK, or nothing that could run. `version` is what else the destination would be.
    Nack {
        /// 1 for the NACKs of RFC 4077.
        version: u8,
    },
}

/// Whether these bytes begin a SigComp message: no SIP message begins so (RFC 5049 §5).
#[must_use]
pub fn is_sigcomp(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| byte & 0xf8 == 0xf8)
}

impl<'m> Header<'m> {
    /// Cuts a message.
    ///
    /// # Errors
    /// `MessageTooShort` where it ends within its header or is none at all, `InvalidCodeLocation` for destination 0.
    pub fn parse(message: &'m [u8]) -> Result<Self, Reason> {
        let (&first, mut rest) = message.split_first().ok_or(Reason::MessageTooShort)?;
        if first & 0xf8 != 0xf8 {
            return Err(Reason::MessageTooShort);
        }
        let mut feedback = None;
        if first & 4 != 0 {
            let (item, after) = rest.split_at_checked(item_len(rest)?).ok_or(Reason::MessageTooShort)?;
            feedback = Some(item);
            rest = after;
        }
        let start = match first & 3 {
            0 => {
                let (&[high, low], after) = rest.split_first_chunk().ok_or(Reason::MessageTooShort)?;
                let code_len = usize::from(high) << 4 | usize::from(low >> 4);
                // Told before the message can be found too short: that is what RFC 4465 §3.4 expects.
                let place = match low & 15 {
                    0 => return Err(Reason::InvalidCodeLocation),
                    place => place,
                };
                let (code, after) = after.split_at_checked(code_len).ok_or(Reason::MessageTooShort)?;
                rest = after;
                match (code_len, place) {
                    (0, version) => Start::Nack { version },
                    (_, place) => Start::Bytecode { code, destination: (u16::from(place) + 1) << 6 },
                }
            }
            len => {
                // 6, 9 or 12 bytes.
                let (id, after) =
                    rest.split_at_checked(3 + 3 * usize::from(len)).ok_or(Reason::MessageTooShort)?;
                rest = after;
                Start::State(id)
            }
        };
        Ok(Self { feedback, start, input: rest, len: message.len().saturating_sub(rest.len()) })
    }
}

/// How long the feedback item is that these bytes begin with (RFC 3320 §7.1).
pub(crate) fn item_len(bytes: &[u8]) -> Result<usize, Reason> {
    match bytes.first() {
        None => Err(Reason::MessageTooShort),
        Some(byte @ 0x80..) => Ok(1 + usize::from(byte & 0x7f)),
        Some(_) => Ok(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3320_7_1_feedback_is_short_or_long() {
        let short = Header::parse(&[0xfc, 0x7f, 0x00, 0x11, 0x23]).unwrap();
        assert_eq!(short.feedback, Some(&[0x7f][..]));
        assert_eq!(short.start, Start::Bytecode { code: &[0x23], destination: 128 });
        let long = Header::parse(&[0xfd, 0x82, 9, 8, 1, 2, 3, 4, 5, 6, 0xaa]).unwrap();
        assert_eq!(long.feedback, Some(&[0x82, 9, 8][..]));
        assert_eq!(long.start, Start::State(&[1, 2, 3, 4, 5, 6]));
        assert_eq!((long.input, long.len), (&[0xaa][..], 10));
        assert_eq!(Header::parse(&[0xfd, 0x82, 9]), Err(Reason::MessageTooShort));
    }

    #[test]
    fn rfc3320_7_2_identifiers_have_6_9_or_12_bytes() {
        for (len, bytes) in [(1u8, 6usize), (2, 9), (3, 12)] {
            let mut message = [0u8; 13];
            message[0] = 0xf8 | len;
            assert!(
                matches!(Header::parse(&message[..=bytes]).unwrap().start, Start::State(id) if id.len() == bytes)
            );
            assert_eq!(Header::parse(&message[..bytes]), Err(Reason::MessageTooShort));
        }
    }

    #[test]
    fn rfc3320_7_3_destinations_are_multiples_of_64() {
        // The RFC's table says 196 for 2; 3 times 64 is 192.
        let at = |bytes: &'static [u8]| Header::parse(bytes).map(|header| header.start);
        assert_eq!(at(&[0xf8, 0, 0x12, 0]), Ok(Start::Bytecode { code: &[0], destination: 192 }));
        assert_eq!(at(&[0xf8, 0, 0x1f, 0]), Ok(Start::Bytecode { code: &[0], destination: 1024 }));
        assert_eq!(at(&[0xf8, 0, 0x10, 0]), Err(Reason::InvalidCodeLocation));
        assert_eq!(at(&[0xf8, 0, 0x01, 0]), Ok(Start::Nack { version: 1 }));
    }

    #[test]
    fn rfc5049_5_the_first_octet_tells_sip_from_sigcomp() {
        assert!(is_sigcomp(&[0xf8]) && is_sigcomp(&[0xff]));
        assert!(!is_sigcomp(b"INVITE") && !is_sigcomp(b"") && !is_sigcomp(&[0xf7]));
        assert_eq!(Header::parse(b"INVITE"), Err(Reason::MessageTooShort));
    }
}
