//! DATA: a message or a fragment of one (RFC 9260 §3.3.1; the I bit, RFC 7053).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |   type = 0    | . . . . I U B E|            length            |
//! +---------------+---------------+---------------+---------------+
//! |                              TSN                              |
//! +---------------+---------------+---------------+---------------+
//! |       stream identifier       |    stream sequence number     |
//! +---------------+---------------+---------------+---------------+
//! |                  payload protocol identifier                  |
//! +---------------+---------------+---------------+---------------+
//! |                           user data                           |
//! ```

use super::super::read::{u16_at, u32_at};
use super::super::write::{Full, Writer};
use super::super::{Error, ErrorKind};
use super::{RawChunk, kind};

/// A DATA chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Data<'b> {
    /// See [`Data::END`] and its neighbours.
    pub flags: u8,
    /// Transmission Sequence Number.
    pub tsn: u32,
    /// Stream Identifier.
    pub stream: u16,
    /// Stream Sequence Number; means nothing where unordered.
    pub ssn: u16,
    /// Payload Protocol Identifier, not looked at by SCTP.
    pub ppid: u32,
    /// Never empty in a chunk that was parsed.
    pub payload: &'b [u8],
}

impl<'b> Data<'b> {
    /// Last fragment.
    pub const END: u8 = 0x01;
    /// First fragment.
    pub const BEGIN: u8 = 0x02;
    /// Not in the order of its stream.
    pub const UNORDERED: u8 = 0x04;
    /// The sender wants the SACK at once (RFC 7053).
    pub const IMMEDIATE: u8 = 0x08;
    /// An ordered message in one piece.
    pub const WHOLE: u8 = Data::BEGIN | Data::END;
    /// Bytes of the chunk before the user data.
    pub const HEADER_LEN: usize = 16;

    /// Reads the fixed fields.
    ///
    /// # Errors
    /// [`ErrorKind::Fields`]; [`ErrorKind::NoUserData`], at the end of the chunk.
    pub fn parse(raw: &RawChunk<'b>) -> Result<Data<'b>, Error> {
        let fields = || {
            Some(Data {
                flags: raw.flags,
                tsn: u32_at(raw.value, 0)?,
                stream: u16_at(raw.value, 4)?,
                ssn: u16_at(raw.value, 6)?,
                ppid: u32_at(raw.value, 8)?,
                payload: raw.value.get(12..)?,
            })
        };
        match fields() {
            None => Err(raw.short()),
            Some(data) if data.payload.is_empty() => {
                Err(Error::new(ErrorKind::NoUserData, raw.value_at().saturating_add(12)))
            }
            Some(data) => Ok(data),
        }
    }

    /// Appends the chunk.
    ///
    /// # Errors
    /// [`Full`].
    pub fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv([kind::DATA, self.flags], |w| {
            let [t0, t1, t2, t3] = self.tsn.to_be_bytes();
            let ([s0, s1], [n0, n1]) = (self.stream.to_be_bytes(), self.ssn.to_be_bytes());
            let [p0, p1, p2, p3] = self.ppid.to_be_bytes();
            w.put(&[t0, t1, t2, t3, s0, s1, n0, n1, p0, p1, p2, p3])?;
            w.put(self.payload)
        })
    }

    /// Whether the first fragment.
    pub fn is_begin(&self) -> bool {
        self.flags & Data::BEGIN != 0
    }

    /// Whether the last fragment.
    pub fn is_end(&self) -> bool {
        self.flags & Data::END != 0
    }

    /// Whether outside the order of its stream.
    pub fn is_unordered(&self) -> bool {
        self.flags & Data::UNORDERED != 0
    }

    /// Whether the SACK is wanted at once.
    pub fn is_immediate(&self) -> bool {
        self.flags & Data::IMMEDIATE != 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::{refuses_short, there_and_back};
    use super::*;

    #[test]
    fn rfc9260_3_3_1_fields_stand_where_the_picture_has_them() {
        let flags = Data::WHOLE | Data::UNORDERED | Data::IMMEDIATE;
        let data =
            Data { flags, tsn: 0x01020304, stream: 0x0506, ssn: 0x0708, ppid: 0x090a0b0c, payload: b"x" };
        let bytes = there_and_back(Chunk::Data(data));
        assert_eq!(bytes, b"\0\x0f\0\x11\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0cx");
        refuses_short(kind::DATA, 12);
    }

    #[test]
    fn rfc9260_6_2_no_user_data_is_refused() {
        let raw = RawChunk { kind: 0, flags: 3, value: &[0; 12], bytes: &[], at: 12 };
        assert_eq!(Data::parse(&raw), Err(Error::new(ErrorKind::NoUserData, 28)));
    }

    #[test]
    fn any_payload_protocol_identifier_is_kept() {
        for ppid in [0, 46, 58, u32::MAX] {
            there_and_back(Chunk::Data(Data { flags: 3, tsn: 1, stream: 0, ssn: 0, ppid, payload: b"y" }));
        }
    }
}
