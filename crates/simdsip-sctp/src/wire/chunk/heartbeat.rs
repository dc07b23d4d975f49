//! HEARTBEAT and HEARTBEAT ACK: one parameter that the other end sends back as it is (RFC 9260 §3.3.5, §3.3.6).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! | type = 4 or 5 |  flags, none  |            length             |
//! +---------------+---------------+---------------+---------------+
//! |  Heartbeat Info, see `param::heartbeat_info`                  |
//! ```

use super::super::write::{Full, Writer};

pub(super) fn emit(w: &mut Writer<'_>, kind: u8, params: &[u8]) -> Result<(), Full> {
    w.tlv([kind, 0], |w| w.put(params))
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::there_and_back;

    #[test]
    fn rfc9260_3_3_6_the_information_comes_back_as_it_is() {
        let bytes = there_and_back(Chunk::Heartbeat(b"\0\x01\0\x06ab"));
        assert_eq!(bytes, b"\x04\0\0\x0a\0\x01\0\x06ab");
        assert_eq!(there_and_back(Chunk::HeartbeatAck(&bytes[4..]))[4..], bytes[4..]);
    }
}
