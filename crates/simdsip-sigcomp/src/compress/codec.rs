//! The bytecode that our messages bring along, in four variants.
//!
//! A state is code, then history: text of earlier messages, oldest first. Made once from the assembly beside this file;
//! a test holds the bytes to it.

use alloc::vec::Vec;

use crate::state::StateItem;

/// Where code and states lie.
pub(crate) const BASE: u16 = 128;

/// How many bytes the dictionary brings into the window: its strings.
pub(crate) const DICTIONARY_LEN: usize = crate::dict::SIP_SDP_STRINGS;

/// One variant.
#[derive(Debug)]
pub struct Codec {
    /// The bytes, to stand at address 128.
    pub code: &'static [u8],
    /// The identifier of [`Codec::state`].
    pub id: [u8; 20],
    /// Where states go on.
    pub main: u16,
    /// Bits of an address: what the memory may be at most.
    pub address_bits: u32,
    /// Whether each message announces the state that it makes.
    pub shared: bool,
}

/// All variants.
pub static CODECS: [Codec; 4] = [
    Codec {
        code: include_bytes!("codec_chain_13.bin"),
        id: *include_bytes!("codec_chain_13.id"),
        main: MAIN,
        address_bits: 13,
        shared: false,
    },
    Codec {
        code: include_bytes!("codec_shared_13.bin"),
        id: *include_bytes!("codec_shared_13.id"),
        main: MAIN,
        address_bits: 13,
        shared: true,
    },
    Codec {
        code: include_bytes!("codec_chain_14.bin"),
        id: *include_bytes!("codec_chain_14.id"),
        main: MAIN,
        address_bits: 14,
        shared: false,
    },
    Codec {
        code: include_bytes!("codec_shared_14.bin"),
        id: *include_bytes!("codec_shared_14.id"),
        main: MAIN,
        address_bits: 14,
        shared: true,
    },
];

/// Behind what only uploaded code runs.
const MAIN: u16 = 140;

impl Codec {
    /// The variant for a memory of so many bytes.
    #[must_use]
    pub fn choose(dms: u32, shared: bool) -> &'static Self {
        let [chain_13, shared_13, chain_14, shared_14] = &CODECS;
        match (dms > 8192, shared) {
            (false, false) => chain_13,
            (false, true) => shared_13,
            (true, false) => chain_14,
            (true, true) => shared_14,
        }
    }

    /// The variant that made a state.
    #[must_use]
    pub fn of(state: &StateItem) -> Option<&'static Self> {
        if state.address() != BASE || state.min_access() != 6 {
            return None;
        }
        CODECS.iter().find(|codec| codec.main == state.instruction() && state.value().starts_with(codec.code))
    }

    /// The code as a state without history: whoever has it announces it, and need not be sent the code.
    #[must_use]
    pub fn state(&self) -> StateItem {
        StateItem::new(self.code.to_vec(), BASE, self.main, 6)
    }
}

/// The bytes of a code of INPUT-HUFFMAN: its value and how many bits.
pub(crate) type Code = (u16, u32);

/// What follows a match or a plain character.
pub(crate) const fn plain_code(byte: u8) -> Code {
    match byte {
        b'0'..=b'9' => (byte as u16 - 48 + 8, 5),
        b'a'..=b'f' => (byte as u16 - 97 + 38, 6),
        0x20..=0x2f => (byte as u16 - 0x20 + 176, 8),
        0x3a..=0x60 => (byte as u16 - 0x3a + 192, 8),
        0x67..=0x7e => (byte as u16 - 0x67 + 231, 8),
        _ => (255 << 8 | byte as u16, 16),
    }
}

/// What follows a hex digit; a raw byte is 18 bits, given as two codes.
pub(crate) const fn hex_code(byte: u8) -> Code {
    match byte {
        b'0'..=b'9' => (byte as u16 - 48, 4),
        b'a'..=b'f' => (byte as u16 - 97 + 22, 5),
        0x20..=0x7e => (byte as u16 - 0x20 + 928, 10),
        _ => (1023, 10),
    }
}

/// A match from a new place, then one that goes on at the old offset; behind plain and behind hex.
pub(crate) const NEW: [Code; 2] = [(0, 2), (10, 4)];
pub(crate) const AGAIN: [Code; 2] = [(18, 5), (28, 5)];

pub(crate) const LENGTH_MIN: usize = 3;
pub(crate) const LENGTH_MAX: usize = 346;

/// The code of a length from [`LENGTH_MIN`] to [`LENGTH_MAX`].
pub(crate) const fn length_code(len: usize) -> Code {
    let len = len as u16;
    match len {
        0..=10 => (len - 3, 4),
        11..=26 => (len - 11 + 32, 6),
        27..=90 => (len - 27 + 384, 9),
        _ => (len - 91 + 1792, 11),
    }
}

/// The code of a distance: recent text is said again most.
pub(crate) const fn offset_code(codec: &Codec, offset: u16) -> Code {
    match offset {
        0..=512 => (offset.saturating_sub(1) + 512, 10),
        513..=2560 => (offset - 513 + 2048, 13),
        _ => (offset - 2561, codec.address_bits + 2),
    }
}

/// The assembly of a variant.
#[must_use]
pub fn assembly(address_bits: u32, shared: bool) -> alloc::string::String {
    // Two zeros, then an address.
    let (far_bits, far_high) = (address_bits.saturating_sub(11), (1_u32 << address_bits.min(14)) - 1);
    let mut text = alloc::format!("set (address_bits, {address_bits})\n");
    text.push_str(&alloc::format!("set (far_bits, {far_bits})\nset (far_high, {far_high})\n"));
    text.push_str(include_str!("codec.asm"));
    text.push_str(if shared { include_str!("codec_shared.asm") } else { include_str!("codec_chain.asm") });
    text.push_str(include_str!("codec_end.asm"));
    text
}

/// The bytes that [`assembly`] gives, for the tool that writes them.
///
/// # Errors
/// What is wrong with the text.
pub fn build(address_bits: u32, shared: bool) -> Result<Vec<u8>, crate::udvm::asm::AsmError> {
    Ok(crate::udvm::asm::assemble(&assembly(address_bits, shared))?.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::udvm::asm::assemble;

    #[test]
    fn the_bytes_are_those_of_the_assembly() {
        for codec in &CODECS {
            let program = assemble(&assembly(codec.address_bits, codec.shared)).unwrap();
            assert_eq!(program.address, BASE);
            assert_eq!(program.names["main"], codec.main);
            assert_eq!(codec.state().id().0, codec.id);
            assert!(program.code == codec.code, "{} {}", codec.address_bits, codec.shared);
        }
    }
}
