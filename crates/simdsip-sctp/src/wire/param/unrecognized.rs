//! Unrecognized Parameter: one that the other end did not know (RFC 9260 §3.3.3.1).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |           type = 8            |            length             |
//! +---------------+---------------+---------------+---------------+
//! |       the parameter, header included                          |
//! ```

use super::Param;

pub(super) fn parse(value: &[u8]) -> Option<Param<'_>> {
    (value.len() >= 4).then_some(Param::Unrecognized(value))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{refuses_len, there_and_back};
    use super::super::{Param, kind};

    #[test]
    fn rfc9260_3_3_3_1_an_unknown_parameter_is_quoted_whole() {
        assert_eq!(there_and_back(Param::Unrecognized(b"\xc0\xff\0\x04")), b"\0\x08\0\x08\xc0\xff\0\x04");
        refuses_len(kind::UNRECOGNIZED, 3);
    }
}
