//! ASCONF and ASCONF-ACK: addresses come and go (RFC 5061 §4.1).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |type=0xc1, 0x80|  flags, none  |            length             |
//! +---------------+---------------+---------------+---------------+
//! |                        sequence number                        |
//! +---------------+---------------+---------------+---------------+
//! |  an address parameter (ASCONF alone), then parameters         |
//! ```

use super::super::Error;
use super::super::param::Params;
use super::super::read::u32_at;
use super::super::write::{Full, Writer};
use super::RawChunk;

/// An ASCONF or ASCONF-ACK chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asconf<'b> {
    /// Sequence Number.
    pub serial: u32,
    /// The parameters as they came; an ASCONF begins with the address that finds the association.
    pub params: &'b [u8],
}

impl<'b> Asconf<'b> {
    /// Reads the sequence number.
    ///
    /// # Errors
    /// [`super::super::ErrorKind::Fields`].
    pub fn parse(raw: &RawChunk<'b>) -> Result<Asconf<'b>, Error> {
        let fields = || Some(Asconf { serial: u32_at(raw.value, 0)?, params: raw.value.get(4..)? });
        fields().ok_or_else(|| raw.short())
    }

    /// Walks the parameters.
    pub fn params(&self) -> Params<'b> {
        Params::new(self.params, 0)
    }

    /// Appends the chunk with the type given.
    ///
    /// # Errors
    /// [`Full`].
    pub fn emit(&self, w: &mut Writer<'_>, kind: u8) -> Result<(), Full> {
        w.tlv([kind, 0], |w| {
            w.u32(self.serial)?;
            w.put(self.params)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::kind;
    use super::super::tests::{refuses_short, there_and_back};
    use super::*;

    #[test]
    fn rfc5061_4_1_1_the_sequence_number_comes_first() {
        let asconf = Asconf { serial: 7, params: b"\0\x05\0\x08\x7f\0\0\x01" };
        assert_eq!(there_and_back(Chunk::Asconf(asconf))[..8], *b"\xc1\0\0\x10\0\0\0\x07");
        assert_eq!(there_and_back(Chunk::AsconfAck(Asconf { serial: 7, params: b"" }))[0], 0x80);
        assert_eq!(asconf.params().count(), 1);
        refuses_short(kind::ASCONF, 4);
    }
}
