//! Why a message could not be decompressed: the reason codes of NACKs, and where it happened.
//!
//! Does not decide what to do about it: that is the endpoint's, or the reader's of a capture.
//! RFC 4077 §3.2.

use core::fmt;

/// The reason code of a failure, with the number it has in a NACK (RFC 4077 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Reason {
    /// No such state, or too few bytes of its identifier.
    StateNotFound = 1,
    /// More cycles than the message earned.
    CyclesExhausted = 2,
    /// The bytecode itself gave up.
    UserRequested = 3,
    /// Memory beyond that of the UDVM.
    Segfault = 4,
    /// More than four states to create, or to free.
    TooManyStateRequests = 5,
    /// A state identifier of fewer than 6 or more than 20 bytes.
    InvalidStateIdLength = 6,
    /// Priority 65535, which belongs to the receiver.
    InvalidStatePriority = 7,
    /// More output than allowed.
    OutputOverflow = 8,
    /// Popped from an empty stack.
    StackUnderflow = 9,
    /// `input_bit_order` above 7.
    BadInputBitorder = 10,
    /// Divided by zero.
    DivByZero = 11,
    /// SWITCH past its last address.
    SwitchValueTooHigh = 12,
    /// More than 16 bits at once.
    TooManyBitsRequested = 13,
    /// An operand that means nothing.
    InvalidOperand = 14,
    /// No code of INPUT-HUFFMAN fits.
    HuffmanNoMatch = 15,
    /// The message ends within its header, or does not fit the memory at all.
    MessageTooShort = 16,
    /// Destination 0.
    InvalidCodeLocation = 17,
    /// Bytecode larger than the memory.
    BytecodesTooLarge = 18,
    /// No such instruction.
    InvalidOpcode = 19,
    /// STATE-ACCESS with a begin but no length.
    InvalidStateProbe = 20,
    /// A partial identifier that several states begin with.
    IdNotUnique = 21,
    /// MULTILOAD over its own bytes.
    MultiloadOverwritten = 22,
    /// More bytes asked of a state than it has.
    StateTooShort = 23,
    /// A fault of the receiver.
    InternalError = 24,
    /// A reserved record mark on a stream.
    FramingError = 25,
}

impl Reason {
    /// All reasons in the order of their codes, which begin at 1.
    pub const ALL: [Self; 25] = [
        Self::StateNotFound,
        Self::CyclesExhausted,
        Self::UserRequested,
        Self::Segfault,
        Self::TooManyStateRequests,
        Self::InvalidStateIdLength,
        Self::InvalidStatePriority,
        Self::OutputOverflow,
        Self::StackUnderflow,
        Self::BadInputBitorder,
        Self::DivByZero,
        Self::SwitchValueTooHigh,
        Self::TooManyBitsRequested,
        Self::InvalidOperand,
        Self::HuffmanNoMatch,
        Self::MessageTooShort,
        Self::InvalidCodeLocation,
        Self::BytecodesTooLarge,
        Self::InvalidOpcode,
        Self::InvalidStateProbe,
        Self::IdNotUnique,
        Self::MultiloadOverwritten,
        Self::StateTooShort,
        Self::InternalError,
        Self::FramingError,
    ];

    /// The number in a NACK.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The reason of a number; `None` where RFC 4077 knows none.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// The name in RFC 4077.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StateNotFound => "STATE_NOT_FOUND",
            Self::CyclesExhausted => "CYCLES_EXHAUSTED",
            Self::UserRequested => "USER_REQUESTED",
            Self::Segfault => "SEGFAULT",
            Self::TooManyStateRequests => "TOO_MANY_STATE_REQUESTS",
            Self::InvalidStateIdLength => "INVALID_STATE_ID_LENGTH",
            Self::InvalidStatePriority => "INVALID_STATE_PRIORITY",
            Self::OutputOverflow => "OUTPUT_OVERFLOW",
            Self::StackUnderflow => "STACK_UNDERFLOW",
            Self::BadInputBitorder => "BAD_INPUT_BITORDER",
            Self::DivByZero => "DIV_BY_ZERO",
            Self::SwitchValueTooHigh => "SWITCH_VALUE_TOO_HIGH",
            Self::TooManyBitsRequested => "TOO_MANY_BITS_REQUESTED",
            Self::InvalidOperand => "INVALID_OPERAND",
            Self::HuffmanNoMatch => "HUFFMAN_NO_MATCH",
            Self::MessageTooShort => "MESSAGE_TOO_SHORT",
            Self::InvalidCodeLocation => "INVALID_CODE_LOCATION",
            Self::BytecodesTooLarge => "BYTECODES_TOO_LARGE",
            Self::InvalidOpcode => "INVALID_OPCODE",
            Self::InvalidStateProbe => "INVALID_STATE_PROBE",
            Self::IdNotUnique => "ID_NOT_UNIQUE",
            Self::MultiloadOverwritten => "MULTILOAD_OVERWRITTEN",
            Self::StateTooShort => "STATE_TOO_SHORT",
            Self::InternalError => "INTERNAL_ERROR",
            Self::FramingError => "FRAMING_ERROR",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a NACK tells beside the reason (RFC 4077 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// The partial state identifier that was asked for, never more of it.
    State(PartialId),
    /// The cycles per bit of the receiver.
    CyclesPerBit(u8),
    /// The memory of the receiver in bytes, modulo 65,536.
    MemorySize(u16),
}

/// A decompression failure: reason, place, cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// The opcode of the failed instruction; 0 where none had begun.
    pub opcode: u8,
    /// The address of the failed instruction; 0 where none had begun.
    pub pc: u16,
    /// Cycles used before it.
    pub cycles: u64,
    /// What a NACK would tell.
    pub detail: Detail,
}

impl Failure {
    /// A failure before the first instruction.
    pub(crate) const fn early(reason: Reason) -> Self {
        Self { reason, opcode: 0, pc: 0, cycles: 0, detail: Detail::None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at address {} after {} cycles", self.reason, self.pc, self.cycles)
    }
}

impl core::error::Error for Failure {}

/// The first 1 to 20 bytes of a state identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialId {
    bytes: [u8; 20],
    len: u8,
}

impl PartialId {
    /// At most the first 20 bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let mut id = Self { bytes: [0; 20], len: 0 };
        for (slot, byte) in id.bytes.iter_mut().zip(bytes) {
            *slot = *byte;
            id.len = id.len.saturating_add(1);
        }
        id
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl fmt::Debug for PartialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for PartialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
