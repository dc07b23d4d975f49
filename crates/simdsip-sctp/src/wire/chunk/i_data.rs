//! I-DATA: a fragment of a message that others may interleave with (RFC 8260 §2.1).
//!
//! Read for captures; the association does not offer it.
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |   type = 64   | . . . . I U B E|            length            |
//! +---------------+---------------+---------------+---------------+
//! |                              TSN                              |
//! +---------------+---------------+---------------+---------------+
//! |       stream identifier       |           reserved            |
//! +---------------+---------------+---------------+---------------+
//! |                      message identifier                       |
//! +---------------+---------------+---------------+---------------+
//! |    payload protocol identifier (B), else fragment number      |
//! +---------------+---------------+---------------+---------------+
//! |                           user data                           |
//! ```

use super::super::read::{u16_at, u32_at};
use super::super::write::{Full, Writer};
use super::super::{Error, ErrorKind};
use super::{RawChunk, kind};

/// An I-DATA chunk; flags as in [`super::Data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IData<'b> {
    /// As in DATA.
    pub flags: u8,
    /// Transmission Sequence Number.
    pub tsn: u32,
    /// Stream Identifier.
    pub stream: u16,
    /// Message Identifier: orders messages of a stream, unordered ones apart.
    pub mid: u32,
    /// PPID in the first fragment, Fragment Sequence Number in all others.
    pub ppid_or_fsn: u32,
    /// Never empty in a chunk that was parsed.
    pub payload: &'b [u8],
}

impl<'b> IData<'b> {
    /// Reads the fixed fields.
    ///
    /// # Errors
    /// [`ErrorKind::Fields`], [`ErrorKind::NoUserData`].
    pub fn parse(raw: &RawChunk<'b>) -> Result<IData<'b>, Error> {
        let fields = || {
            Some(IData {
                flags: raw.flags,
                tsn: u32_at(raw.value, 0)?,
                stream: u16_at(raw.value, 4)?,
                mid: u32_at(raw.value, 8)?,
                ppid_or_fsn: u32_at(raw.value, 12)?,
                payload: raw.value.get(16..)?,
            })
        };
        match fields() {
            None => Err(raw.short()),
            Some(data) if data.payload.is_empty() => {
                Err(Error::new(ErrorKind::NoUserData, raw.value_at().saturating_add(16)))
            }
            Some(data) => Ok(data),
        }
    }

    /// Appends the chunk.
    ///
    /// # Errors
    /// [`Full`].
    pub fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv([kind::I_DATA, self.flags], |w| {
            w.u32(self.tsn)?;
            w.u16(self.stream)?;
            w.u16(0)?;
            w.u32(self.mid)?;
            w.u32(self.ppid_or_fsn)?;
            w.put(self.payload)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::{refuses_short, there_and_back};
    use super::*;

    #[test]
    fn rfc8260_2_1_fields_stand_where_the_picture_has_them() {
        let data = IData { flags: 3, tsn: 1, stream: 2, mid: 3, ppid_or_fsn: 4, payload: b"x" };
        let bytes = there_and_back(Chunk::IData(data));
        assert_eq!(bytes, b"\x40\x03\0\x15\0\0\0\x01\0\x02\0\0\0\0\0\x03\0\0\0\x04x");
        refuses_short(kind::I_DATA, 16);
    }
}
