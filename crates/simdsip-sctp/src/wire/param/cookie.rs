//! State Cookie and Cookie Preservative (RFC 9260 §3.3.3.1, §3.3.2.1.3).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |           type = 7            |            length             |
//! +---------------+---------------+---------------+---------------+
//! |       what its maker wants back                               |
//! +---------------+---------------+---------------+---------------+
//! |           type = 9            |          length = 8           |
//! +---------------+---------------+---------------+---------------+
//! |               life-span increment in milliseconds             |
//! +---------------------------------------------------------------+
//! ```

use super::super::read::u32_at;
use super::{Param, kind};

pub(super) fn parse(kind: u16, value: &[u8]) -> Option<Param<'_>> {
    if kind == kind::STATE_COOKIE {
        return (!value.is_empty()).then_some(Param::StateCookie(value));
    }
    u32_at(value, 0).filter(|_| value.len() == 4).map(Param::CookiePreservative)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{refuses_len, there_and_back};
    use super::*;

    #[test]
    fn rfc9260_3_3_3_1_a_cookie_is_any_bytes_but_none() {
        assert_eq!(there_and_back(Param::StateCookie(b"abc")), b"\0\x07\0\x07abc");
        assert_eq!(there_and_back(Param::CookiePreservative(1)), b"\0\x09\0\x08\0\0\0\x01");
        refuses_len(kind::STATE_COOKIE, 0);
        refuses_len(kind::COOKIE_PRESERVATIVE, 5);
    }
}
