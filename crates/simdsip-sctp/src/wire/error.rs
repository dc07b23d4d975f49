//! Why bytes were refused, and where.

use core::fmt;

/// What is wrong with a packet, and at which byte of it that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Error {
    /// What was expected.
    pub kind: ErrorKind,
    /// Byte offset from the start of the packet, or of whatever bytes were handed in.
    pub at: usize,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, at: usize) -> Error {
        Error { kind, at }
    }
}

/// What was expected where bytes were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A packet has a common header of 12 bytes (RFC 9260 §3.1).
    Header,
    /// A length counts at least the four bytes of its own header (RFC 9260 §3.2, §3.2.1).
    Length,
    /// A chunk, parameter or cause ends within what holds it.
    Overrun,
    /// The fixed fields of this chunk type are all there.
    Fields(u8),
    /// A DATA chunk has user data (RFC 9260 §6.2, cause 9).
    NoUserData,
    /// The value of this parameter type has the form that its RFC gives it.
    Param(u16),
    /// The value of this cause code has the form that its RFC gives it.
    Cause(u16),
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::Header => f.write_str("expected a common header of 12 bytes"),
            ErrorKind::Length => f.write_str("expected a length of at least 4"),
            ErrorKind::Overrun => f.write_str("expected a length that ends within the bytes around it"),
            ErrorKind::Fields(kind) => write!(f, "expected all fixed fields of chunk type {kind}"),
            ErrorKind::NoUserData => f.write_str("expected user data in the DATA chunk"),
            ErrorKind::Param(kind) => write!(f, "expected a well-formed parameter of type {kind:#06x}"),
            ErrorKind::Cause(code) => write!(f, "expected a well-formed error cause of code {code:#06x}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.at)
    }
}

impl core::error::Error for Error {}
