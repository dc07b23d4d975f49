//! Random, Chunk List and HMAC Algorithm: what AUTH is agreed with (RFC 4895 §3).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |  type = 0x8002 .. 0x8004      |            length             |
//! +---------------+---------------+---------------+---------------+
//! |  random bytes | chunk types, 8 bits each | HMACs, 16 bits each|
//! ```

use super::{Param, kind};

pub(super) fn parse(kind: u16, value: &[u8]) -> Option<Param<'_>> {
    match kind {
        kind::RANDOM => Some(Param::Random(value)),
        kind::CHUNK_LIST => Some(Param::ChunkList(value)),
        _ => (value.len() >= 2 && value.len().is_multiple_of(2)).then_some(Param::HmacAlgo(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{refuses_len, there_and_back};
    use super::*;

    #[test]
    fn rfc4895_3_the_three_parameters_of_auth() {
        assert_eq!(there_and_back(Param::Random(&[9; 32]))[..4], *b"\x80\x02\0\x24");
        assert_eq!(there_and_back(Param::ChunkList(b"\xc1\x80")), b"\x80\x03\0\x06\xc1\x80");
        assert_eq!(there_and_back(Param::HmacAlgo(b"\0\x03\0\x01")), b"\x80\x04\0\x08\0\x03\0\x01");
        refuses_len(kind::HMAC_ALGO, 3);
    }
}
