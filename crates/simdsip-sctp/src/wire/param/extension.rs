//! What the sender supports: ECN, FORWARD-TSN, a list of chunk types; and padding (RFC 4960 Appendix A,
//! RFC 3758 §3.1, RFC 5061 §4.2.7, RFC 4820 §4).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |  type = 0x8000 or 0xc000      |          length = 4           |
//! +---------------+---------------+---------------+---------------+
//! |  type = 0x8008                |            length             |
//! +---------------+---------------+---------------+---------------+
//! |       chunk types, 8 bits each                                |
//! ```

use super::super::write::{Full, Writer};
use super::{Param, kind};

pub(super) fn parse(kind: u16, value: &[u8]) -> Option<Param<'_>> {
    match kind {
        kind::ECN_CAPABLE => value.is_empty().then_some(Param::EcnCapable),
        kind::FORWARD_TSN => value.is_empty().then_some(Param::ForwardTsn),
        kind::PADDING => Some(Param::Padding(value.len())),
        _ => Some(Param::SupportedExtensions(value)),
    }
}

pub(super) fn emit_padding(w: &mut Writer<'_>, len: usize) -> Result<(), Full> {
    w.tlv(kind::PADDING.to_be_bytes(), |w| (0..len).try_for_each(|_| w.u8(0)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{refuses_len, there_and_back};
    use super::*;

    #[test]
    fn rfc5061_4_2_7_supported_chunk_types_are_listed() {
        assert_eq!(there_and_back(Param::SupportedExtensions(b"\xc0\x82")), b"\x80\x08\0\x06\xc0\x82");
        assert_eq!(there_and_back(Param::ForwardTsn), b"\xc0\0\0\x04");
        assert_eq!(there_and_back(Param::EcnCapable), b"\x80\0\0\x04");
        assert_eq!(there_and_back(Param::Padding(3)), b"\x80\x05\0\x07\0\0\0");
        refuses_len(kind::FORWARD_TSN, 1);
        refuses_len(kind::ECN_CAPABLE, 4);
    }
}
