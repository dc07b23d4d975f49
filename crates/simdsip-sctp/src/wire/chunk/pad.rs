//! PAD: bytes that mean nothing, to probe a path's MTU (RFC 4820 §3; RFC 8899 §6.2.1).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |  type = 0x84  |  flags, none  |            length             |
//! +---------------+---------------+---------------+---------------+
//! |                           padding                             |
//! ```

use super::super::write::{Full, Writer};
use super::kind;

pub(super) fn emit(w: &mut Writer<'_>, len: usize) -> Result<(), Full> {
    w.tlv([kind::PAD, 0], |w| {
        for _ in 0..len / 4 {
            w.u32(0)?;
        }
        for _ in 0..len % 4 {
            w.u8(0)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::there_and_back;

    #[test]
    fn rfc4820_3_any_length_of_padding() {
        for len in [0, 1, 3, 4, 5, 1000] {
            assert_eq!(there_and_back(Chunk::Pad(len)).len(), 4 + len);
        }
    }
}
