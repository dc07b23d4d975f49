//! SHUTDOWN, SHUTDOWN ACK, SHUTDOWN COMPLETE (RFC 9260 §3.3.8, §3.3.9, §3.3.13).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |   type = 7    |  flags, none  |          length = 8           |
//! +---------------+---------------+---------------+---------------+
//! |                      cumulative TSN ack                       |
//! +---------------+---------------+---------------+---------------+
//! | type = 8, 14  | . . . . . . . T|         length = 4           |
//! +---------------+---------------+---------------+---------------+
//! ```

use super::super::Error;
use super::super::read::u32_at;
use super::super::write::{Full, Writer};
use super::{RawChunk, kind};

pub(super) fn parse(raw: &RawChunk<'_>) -> Result<u32, Error> {
    u32_at(raw.value, 0).ok_or_else(|| raw.short())
}

pub(super) fn emit(w: &mut Writer<'_>, cum_tsn: u32) -> Result<(), Full> {
    w.tlv([kind::SHUTDOWN, 0], |w| w.u32(cum_tsn))
}

pub(super) fn emit_ack(w: &mut Writer<'_>) -> Result<(), Full> {
    w.tlv([kind::SHUTDOWN_ACK, 0], |_| Ok(()))
}

pub(super) fn emit_complete(w: &mut Writer<'_>, flags: u8) -> Result<(), Full> {
    w.tlv([kind::SHUTDOWN_COMPLETE, flags], |_| Ok(()))
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::{refuses_short, there_and_back};
    use super::super::{T_BIT, kind};

    #[test]
    fn rfc9260_3_3_8_the_three_chunks_of_a_graceful_end() {
        assert_eq!(there_and_back(Chunk::Shutdown(9)), b"\x07\0\0\x08\0\0\0\x09");
        assert_eq!(there_and_back(Chunk::ShutdownAck), b"\x08\0\0\x04");
        assert_eq!(there_and_back(Chunk::ShutdownComplete(T_BIT)), b"\x0e\x01\0\x04");
        refuses_short(kind::SHUTDOWN, 4);
    }
}
