//! Adaptation Layer Indication (RFC 5061 §4.2.6).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |         type = 0xc006         |          length = 8           |
//! +---------------+---------------+---------------+---------------+
//! |                     adaptation code point                     |
//! +---------------------------------------------------------------+
//! ```

use super::super::read::u32_at;
use super::Param;

pub(super) fn parse(value: &[u8]) -> Option<Param<'_>> {
    u32_at(value, 0).filter(|_| value.len() == 4).map(Param::Adaptation)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{refuses_len, there_and_back};
    use super::super::{Param, kind};

    #[test]
    fn rfc5061_4_2_6_a_code_point() {
        assert_eq!(there_and_back(Param::Adaptation(1)), b"\xc0\x06\0\x08\0\0\0\x01");
        refuses_len(kind::ADAPTATION, 3);
    }
}
