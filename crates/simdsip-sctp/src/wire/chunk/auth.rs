//! AUTH: a MAC over itself and all chunks behind it (RFC 4895 §4.1).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |   type = 15   |  flags, none  |            length             |
//! +---------------+---------------+---------------+---------------+
//! |     shared key identifier     |        HMAC identifier        |
//! +---------------+---------------+---------------+---------------+
//! |                             HMAC                              |
//! ```

use super::super::Error;
use super::super::read::u16_at;
use super::super::write::{Full, Writer};
use super::{RawChunk, kind};

/// An AUTH chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auth<'b> {
    /// Shared Key Identifier; 0 is the null key unless configured.
    pub key: u16,
    /// HMAC Identifier.
    pub hmac: u16,
    /// The MAC.
    pub mac: &'b [u8],
}

impl<'b> Auth<'b> {
    /// SHA-1, which everybody supports (RFC 4895 §3.3).
    pub const SHA1: u16 = 1;
    /// SHA-256.
    pub const SHA256: u16 = 3;

    /// Reads the fixed fields.
    ///
    /// # Errors
    /// [`super::super::ErrorKind::Fields`].
    pub fn parse(raw: &RawChunk<'b>) -> Result<Auth<'b>, Error> {
        let fields = || {
            Some(Auth { key: u16_at(raw.value, 0)?, hmac: u16_at(raw.value, 2)?, mac: raw.value.get(4..)? })
        };
        fields().ok_or_else(|| raw.short())
    }

    /// Appends the chunk.
    ///
    /// # Errors
    /// [`Full`].
    pub fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv([kind::AUTH, 0], |w| {
            w.u16(self.key)?;
            w.u16(self.hmac)?;
            w.put(self.mac)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::{refuses_short, there_and_back};
    use super::*;

    #[test]
    fn rfc4895_4_1_fields_stand_where_the_picture_has_them() {
        let auth = Auth { key: 1, hmac: Auth::SHA256, mac: &[7; 4] };
        assert_eq!(there_and_back(Chunk::Auth(auth)), b"\x0f\0\0\x0c\0\x01\0\x03\x07\x07\x07\x07");
        refuses_short(kind::AUTH, 4);
    }
}
