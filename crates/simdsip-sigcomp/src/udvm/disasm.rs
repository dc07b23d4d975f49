//! Bytecode as text, in the notation of RFC 4464 §3.
//!
//! Reads what stands there, one instruction after the other; it follows no jump, so that data between instructions may
//! read as instructions. RFC 3320 §8.5.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::isa::{Operand, Repeat, instruction};

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The address of its first byte.
    pub address: u16,
    /// How many bytes it is.
    pub len: usize,
    /// The instruction, or `byte (0x..)` for what is none.
    pub text: String,
}

/// Lists bytecode that stands at an address. Never fails: what is no instruction is shown as a byte.
#[must_use]
pub fn disassemble(code: &[u8], address: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rest = code;
    let mut at = address;
    while let Some((&byte, after)) = rest.split_first() {
        let (text, len) = match one(rest, at) {
            Some(line) => line,
            None => {
                let mut text = String::new();
                // Writing to a string cannot fail.
                let _ = write!(text, "byte (0x{byte:02x})");
                (text, 1)
            }
        };
        lines.push(Line { address: at, len, text });
        rest = rest.get(len..).unwrap_or(after);
        at = at.wrapping_add(len as u16);
    }
    lines
}

/// The instruction that these bytes begin with, and its length.
fn one(code: &[u8], at: u16) -> Option<(String, usize)> {
    let (&opcode, mut rest) = code.split_first()?;
    let row = instruction(opcode)?;
    let mut text = String::from(row.name);
    let (mut count, mut n) = (0_usize, 0);
    let mut operand = |kind: Operand, rest: &mut &[u8]| -> Option<u16> {
        let value = read(kind, rest)?;
        text.push_str(if count == 0 { " (" } else { ", " });
        count = count.saturating_add(1);
        let sign = if value.indirect { "$" } else { "" };
        let shown = match (kind, value.indirect) {
            (Operand::Address, false) => value.number.wrapping_add(at),
            _ => value.number,
        };
        let _ = write!(text, "{sign}{shown}");
        Some(value.number)
    };
    for kind in row.operands {
        let value = operand(*kind, &mut rest)?;
        if *kind == Operand::Literal {
            n = value;
        }
    }
    if let Repeat::Each(kinds) = row.repeat {
        for _ in 0..n {
            for kind in kinds {
                operand(*kind, &mut rest)?;
            }
        }
    }
    if count > 0 {
        text.push(')');
    }
    Some((text, code.len().saturating_sub(rest.len())))
}

struct Value {
    number: u16,
    /// The number is an address.
    indirect: bool,
}

fn read(kind: Operand, rest: &mut &[u8]) -> Option<Value> {
    let mut next = || {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        Some(u16::from(byte))
    };
    let byte = next()?;
    let direct = |number| Some(Value { number, indirect: false });
    let indirect = |number| Some(Value { number, indirect: true });
    match (kind, byte) {
        (Operand::Literal, 0..=0x7f) => direct(byte),
        (Operand::Literal, 0x80..=0xbf) => direct((byte & 0x3f) << 8 | next()?),
        (Operand::Literal, 0xc0) => direct(next()? << 8 | next()?),
        (Operand::Reference, 0..=0x7f) => indirect(byte << 1),
        (Operand::Reference, 0x80..=0xbf) => indirect(((byte & 0x3f) << 8 | next()?) << 1),
        (Operand::Reference, 0xc0) => indirect(next()? << 8 | next()?),
        (Operand::Literal | Operand::Reference, _) => None,
        (_, 0..=0x3f) => direct(byte),
        (_, 0x40..=0x7f) => indirect((byte & 0x3f) << 1),
        (_, 0x86 | 0x87) => direct(64 << (byte & 1)),
        (_, 0x88..=0x8f) => direct(256 << (byte & 7)),
        (_, 0x90..=0x9f) => direct(((byte & 15) << 8 | next()?).wrapping_add(61_440)),
        (_, 0xa0..=0xbf) => direct((byte & 31) << 8 | next()?),
        (_, 0xc0..=0xdf) => indirect((byte & 31) << 8 | next()?),
        (_, 0xe0..=0xff) => direct(byte.wrapping_add(65_504 - 0xe0)),
        (_, 0x80) => direct(next()? << 8 | next()?),
        (_, 0x81) => indirect(next()? << 8 | next()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4896_11_the_null_bytecode_reads_as_written() {
        let code = [0x1c, 0x01, 0x86, 0x09, 0x22, 0x86, 0x01, 0x16, 0xf9, 0x23];
        let text: Vec<String> = disassemble(&code, 128).into_iter().map(|line| line.text).collect();
        // END-MESSAGE without operands is cut: the rest of the memory is zero.
        assert_eq!(text, ["INPUT-BYTES (1, 64, 137)", "OUTPUT (64, 1)", "JUMP (128)", "byte (0x23)"]);
    }
}
