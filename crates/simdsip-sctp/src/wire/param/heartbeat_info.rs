//! Heartbeat Info: what the sender of a HEARTBEAT wants back (RFC 9260 §3.3.5).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |           type = 1            |            length             |
//! +---------------+---------------+---------------+---------------+
//! |       known to the sender alone                               |
//! ```

use super::Param;

pub(super) fn parse(value: &[u8]) -> Option<Param<'_>> {
    Some(Param::HeartbeatInfo(value))
}

#[cfg(test)]
mod tests {
    use super::super::Param;
    use super::super::tests::there_and_back;

    #[test]
    fn rfc9260_3_3_5_any_information_goes() {
        assert_eq!(there_and_back(Param::HeartbeatInfo(b"12345678")), b"\0\x01\0\x0c12345678");
        there_and_back(Param::HeartbeatInfo(b""));
    }
}
