//! RE-CONFIG: one or two parameters about streams (RFC 6525 §3.1).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |  type = 0x82  |  flags, none  |            length             |
//! +---------------+---------------+---------------+---------------+
//! |  parameters, see `param::reconfig`                            |
//! ```

use super::super::write::{Full, Writer};
use super::kind;

pub(super) fn emit(w: &mut Writer<'_>, params: &[u8]) -> Result<(), Full> {
    w.tlv([kind::RE_CONFIG, 0], |w| w.put(params))
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::there_and_back;

    #[test]
    fn rfc6525_3_1_parameters_stand_bare() {
        assert_eq!(there_and_back(Chunk::ReConfig(b"\0\x0f\0\x08\0\0\0\x01"))[..4], *b"\x82\0\0\x0c");
    }
}
