//! The instruction set: names, operands, costs.
//!
//! A table; it executes nothing. RFC 3320 §8.5, §9.

/// How an operand is encoded (RFC 3320 §8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// `#`: a number.
    Literal,
    /// `$`: the address of a word.
    Reference,
    /// `%`: a number or a word in memory.
    Multitype,
    /// `@`: a place, relative to the instruction.
    Address,
}

/// What follows the fixed operands, as often as the literal among them says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing.
    None,
    /// Such operands for each.
    Each(&'static [Operand]),
}

/// One row of the instruction set.
#[derive(Clone, Copy, Debug)]
pub struct Instruction {
    /// The name in RFC 3320.
    pub name: &'static str,
    /// The operands that are always there.
    pub operands: &'static [Operand],
    /// What is repeated behind them.
    pub repeat: Repeat,
}

use Operand::{Address as A, Literal as L, Multitype as M, Reference as R};

const fn row(name: &'static str, operands: &'static [Operand]) -> Instruction {
    Instruction { name, operands, repeat: Repeat::None }
}

const fn many(name: &'static str, operands: &'static [Operand], each: &'static [Operand]) -> Instruction {
    Instruction { name, operands, repeat: Repeat::Each(each) }
}

/// The 36 instructions; the place in the list is the opcode.
pub const INSTRUCTIONS: [Instruction; 36] = [
    row("DECOMPRESSION-FAILURE", &[]),
    row("AND", &[R, M]),
    row("OR", &[R, M]),
    row("NOT", &[R]),
    row("LSHIFT", &[R, M]),
    row("RSHIFT", &[R, M]),
    row("ADD", &[R, M]),
    row("SUBTRACT", &[R, M]),
    row("MULTIPLY", &[R, M]),
    row("DIVIDE", &[R, M]),
    row("REMAINDER", &[R, M]),
    row("SORT-ASCENDING", &[M, M, M]),
    row("SORT-DESCENDING", &[M, M, M]),
    row("SHA-1", &[M, M, M]),
    row("LOAD", &[M, M]),
    many("MULTILOAD", &[M, L], &[M]),
    row("PUSH", &[M]),
    row("POP", &[M]),
    row("COPY", &[M, M, M]),
    row("COPY-LITERAL", &[M, M, R]),
    row("COPY-OFFSET", &[M, M, R]),
    row("MEMSET", &[M, M, M, M]),
    row("JUMP", &[A]),
    row("COMPARE", &[M, M, A, A, A]),
    row("CALL", &[A]),
    row("RETURN", &[]),
    many("SWITCH", &[L, M], &[A]),
    row("CRC", &[M, M, M, A]),
    row("INPUT-BYTES", &[M, M, A]),
    row("INPUT-BITS", &[M, M, A]),
    many("INPUT-HUFFMAN", &[M, A, L], &[M, M, M, M]),
    row("STATE-ACCESS", &[M, M, M, M, M, M]),
    row("STATE-CREATE", &[M, M, M, M, M]),
    row("STATE-FREE", &[M, M]),
    row("OUTPUT", &[M, M]),
    row("END-MESSAGE", &[M, M, M, M, M, M, M]),
];

/// The row of an opcode.
#[must_use]
pub fn instruction(opcode: u8) -> Option<&'static Instruction> {
    INSTRUCTIONS.get(usize::from(opcode))
}

/// The opcode of a name.
#[must_use]
pub fn opcode(name: &str) -> Option<u8> {
    INSTRUCTIONS.iter().position(|row| row.name == name).map(|at| at as u8)
}

pub(crate) mod op {
    //! Opcodes by name.
    pub(crate) const DECOMPRESSION_FAILURE: u8 = 0;
    pub(crate) const AND: u8 = 1;
    pub(crate) const OR: u8 = 2;
    pub(crate) const NOT: u8 = 3;
    pub(crate) const LSHIFT: u8 = 4;
    pub(crate) const RSHIFT: u8 = 5;
    pub(crate) const ADD: u8 = 6;
    pub(crate) const SUBTRACT: u8 = 7;
    pub(crate) const MULTIPLY: u8 = 8;
    pub(crate) const DIVIDE: u8 = 9;
    pub(crate) const REMAINDER: u8 = 10;
    pub(crate) const SORT_ASCENDING: u8 = 11;
    pub(crate) const SORT_DESCENDING: u8 = 12;
    pub(crate) const SHA_1: u8 = 13;
    pub(crate) const LOAD: u8 = 14;
    pub(crate) const MULTILOAD: u8 = 15;
    pub(crate) const PUSH: u8 = 16;
    pub(crate) const POP: u8 = 17;
    pub(crate) const COPY: u8 = 18;
    pub(crate) const COPY_OFFSET: u8 = 20;
    pub(crate) const MEMSET: u8 = 21;
    pub(crate) const JUMP: u8 = 22;
    pub(crate) const COMPARE: u8 = 23;
    pub(crate) const CALL: u8 = 24;
    pub(crate) const RETURN: u8 = 25;
    pub(crate) const SWITCH: u8 = 26;
    pub(crate) const CRC: u8 = 27;
    pub(crate) const INPUT_BYTES: u8 = 28;
    pub(crate) const INPUT_BITS: u8 = 29;
    pub(crate) const INPUT_HUFFMAN: u8 = 30;
    pub(crate) const STATE_ACCESS: u8 = 31;
    pub(crate) const STATE_CREATE: u8 = 32;
    pub(crate) const STATE_FREE: u8 = 33;
    pub(crate) const OUTPUT: u8 = 34;
    pub(crate) const END_MESSAGE: u8 = 35;
}
