//! ECNE and CWR: a congestion mark, and that it was heeded (RFC 4960 Appendix A).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! | type = 12, 13 |  flags, none  |          length = 8           |
//! +---------------+---------------+---------------+---------------+
//! |                          lowest TSN                           |
//! +---------------------------------------------------------------+
//! ```

use super::super::Error;
use super::super::read::u32_at;
use super::super::write::{Full, Writer};
use super::RawChunk;

pub(super) fn parse(raw: &RawChunk<'_>) -> Result<u32, Error> {
    u32_at(raw.value, 0).ok_or_else(|| raw.short())
}

pub(super) fn emit(w: &mut Writer<'_>, kind: u8, tsn: u32) -> Result<(), Full> {
    w.tlv([kind, 0], |w| w.u32(tsn))
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::kind;
    use super::super::tests::{refuses_short, there_and_back};

    #[test]
    fn rfc4960_appendix_a_both_carry_a_tsn() {
        assert_eq!(there_and_back(Chunk::Ecne(1)), b"\x0c\0\0\x08\0\0\0\x01");
        assert_eq!(there_and_back(Chunk::Cwr(1)), b"\x0d\0\0\x08\0\0\0\x01");
        refuses_short(kind::ECNE, 4);
        refuses_short(kind::CWR, 4);
    }
}
