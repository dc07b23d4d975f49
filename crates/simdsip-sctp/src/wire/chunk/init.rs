//! INIT and INIT ACK: tags, windows, streams, then parameters (RFC 9260 §3.3.2, §3.3.3).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! | type = 1 or 2 |  flags, none  |            length             |
//! +---------------+---------------+---------------+---------------+
//! |                         initiate tag                          |
//! +---------------+---------------+---------------+---------------+
//! |              advertised receiver window credit                |
//! +---------------+---------------+---------------+---------------+
//! |       outbound streams        |        inbound streams        |
//! +---------------+---------------+---------------+---------------+
//! |                          initial TSN                          |
//! +---------------+---------------+---------------+---------------+
//! |                          parameters                           |
//! ```

use super::super::Error;
use super::super::param::Params;
use super::super::read::{u16_at, u32_at};
use super::super::write::{Full, Writer};
use super::RawChunk;

/// An INIT or INIT ACK chunk. A tag of 0 and 0 streams are the association's to refuse, because the
/// answers differ (RFC 9260 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Init<'b> {
    /// Initiate Tag: what the sender wants to see as Verification Tag.
    pub tag: u32,
    /// Advertised Receiver Window Credit in bytes.
    pub rwnd: u32,
    /// Streams that the sender wants to send on.
    pub out_streams: u16,
    /// Streams that the sender can receive on.
    pub in_streams: u16,
    /// The first TSN that the sender will use.
    pub tsn: u32,
    /// The parameters as they came.
    pub params: &'b [u8],
}

impl<'b> Init<'b> {
    /// Bytes of the value before the parameters.
    pub const FIXED_LEN: usize = 16;

    /// Reads the fixed fields; flags are not looked at.
    ///
    /// # Errors
    /// [`super::super::ErrorKind::Fields`].
    pub fn parse(raw: &RawChunk<'b>) -> Result<Init<'b>, Error> {
        let fields = || {
            Some(Init {
                tag: u32_at(raw.value, 0)?,
                rwnd: u32_at(raw.value, 4)?,
                out_streams: u16_at(raw.value, 8)?,
                in_streams: u16_at(raw.value, 10)?,
                tsn: u32_at(raw.value, 12)?,
                params: raw.value.get(Init::FIXED_LEN..)?,
            })
        };
        fields().ok_or_else(|| raw.short())
    }

    /// Walks the parameters. Offsets in errors count from the first.
    pub fn params(&self) -> Params<'b> {
        Params::new(self.params, 0)
    }

    /// Appends the chunk with the type given, INIT or INIT ACK.
    ///
    /// # Errors
    /// [`Full`].
    pub fn emit(&self, w: &mut Writer<'_>, kind: u8) -> Result<(), Full> {
        w.tlv([kind, 0], |w| {
            self.emit_fields(w)?;
            w.put(self.params)
        })
    }

    /// Appends the fixed fields alone, for whoever writes parameters one by one.
    ///
    /// # Errors
    /// [`Full`].
    pub fn emit_fields(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.u32(self.tag)?;
        w.u32(self.rwnd)?;
        w.u16(self.out_streams)?;
        w.u16(self.in_streams)?;
        w.u32(self.tsn)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::{refuses_short, there_and_back};
    use super::super::{RawChunk, kind};
    use super::*;

    const INIT: Init<'static> =
        Init { tag: 1, rwnd: 2, out_streams: 3, in_streams: 4, tsn: 5, params: b"\0\x0c\0\x06\0\x05" };

    #[test]
    fn rfc9260_3_3_2_fields_stand_where_the_picture_has_them() {
        let bytes = there_and_back(Chunk::Init(INIT));
        assert_eq!(bytes, b"\x01\0\0\x1a\0\0\0\x01\0\0\0\x02\0\x03\0\x04\0\0\0\x05\0\x0c\0\x06\0\x05");
        assert_eq!(there_and_back(Chunk::InitAck(INIT))[0], 2);
        refuses_short(kind::INIT, 16);
        refuses_short(kind::INIT_ACK, 16);
    }

    #[test]
    fn rfc9260_3_3_2_flags_are_ignored() {
        let bytes = there_and_back(Chunk::Init(INIT));
        let raw = RawChunk { kind: 1, flags: 0xff, value: &bytes[4..], bytes: &bytes, at: 0 };
        assert_eq!(Chunk::parse(&raw), Ok(Chunk::Init(INIT)));
    }
}
