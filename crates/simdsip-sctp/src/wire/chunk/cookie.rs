//! COOKIE ECHO and COOKIE ACK (RFC 9260 §3.3.11, §3.3.12).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |   type = 10   |  flags, none  |            length             |
//! +---------------+---------------+---------------+---------------+
//! |       the value of the State Cookie parameter                 |
//! ```

use super::super::write::{Full, Writer};
use super::kind;

pub(super) fn emit_echo(w: &mut Writer<'_>, cookie: &[u8]) -> Result<(), Full> {
    w.tlv([kind::COOKIE_ECHO, 0], |w| w.put(cookie))
}

pub(super) fn emit_ack(w: &mut Writer<'_>) -> Result<(), Full> {
    w.tlv([kind::COOKIE_ACK, 0], |_| Ok(()))
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::there_and_back;

    #[test]
    fn rfc9260_3_3_11_the_cookie_stands_bare() {
        assert_eq!(there_and_back(Chunk::CookieEcho(b"abc")), b"\x0a\0\0\x07abc");
        assert_eq!(there_and_back(Chunk::CookieAck), b"\x0b\0\0\x04");
    }
}
