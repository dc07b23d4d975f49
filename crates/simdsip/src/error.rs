//! Why bytes were refused, and where.

use core::fmt;

use crate::defect::DefectCode;

/// A refusal: what was wrong, and at which byte of the input.
///
/// Parsing refuses only what it cannot represent, what a [`crate::Policy`] refuses, and
/// what goes over a limit; all else is a [`crate::Defect`] of a message that was accepted.
///
/// ```
/// use simdsip::{ErrorKind, Index, Parser, Policy};
///
/// let mut index = Index::new();
/// let error = Parser::new(Policy::INTEROP).parse(b"GET / HTTP/1.1\r\n\r\n", &mut index).unwrap_err();
/// assert_eq!((error.kind, error.at), (ErrorKind::Version, 6));
/// assert_eq!(error.to_string(), "expected SIP-Version at the end of the Request-Line at byte 6");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Error {
    /// What was expected or exceeded.
    pub kind: ErrorKind,
    /// Byte offset in the input where that shows.
    pub at: usize,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, at: usize) -> Error {
        Error { kind, at }
    }
}

/// What was wrong. Displayed as one clause, without the place.
///
/// ```
/// use simdsip::{ErrorKind, Index, Parser};
///
/// let (parser, mut index) = (Parser::default(), Index::new());
/// assert_eq!(parser.parse(b"\r\n\r\n", &mut index).unwrap_err().kind, ErrorKind::Empty);
/// assert_eq!(ErrorKind::Method.to_string(), "expected a method and a space");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No bytes at all, or nothing but line ends.
    Empty,
    /// A Request-Line begins with a method and a space (RFC 3261 §7.1).
    Method,
    /// A Request-Line has a Request-URI between method and version (RFC 3261 §7.1).
    RequestUri,
    /// A Request-Line ends in a SIP-Version, a Status-Line begins with one (RFC 3261 §7.1, §7.2).
    Version,
    /// A Status-Line has a Status-Code (RFC 3261 §7.2).
    StatusCode,
    /// A limit of [`crate::Limits`], or of the index, was exceeded.
    Limit(LimitKind),
    /// The policy refuses this defect.
    Refused(DefectCode),
    /// On a stream, nothing says where the body ends (RFC 3261 §18.3).
    ContentLength,
    /// Bodies of type multipart name their boundary (RFC 2046 §5.1.1).
    Boundary,
}

/// Which limit was exceeded; [`Error::at`] is the first byte over it or the header field to blame.
///
/// ```
/// use simdsip::{ErrorKind, Index, LimitKind, Parser};
///
/// let long = [b'x'; 70_000];
/// let error = Parser::default().parse(&long, &mut Index::new()).unwrap_err();
/// assert_eq!((error.kind, error.at), (ErrorKind::Limit(LimitKind::Message), 65_536));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitKind {
    /// Bytes of a message: [`crate::Limits::message_len`].
    Message,
    /// Bytes before the body: 65,535 in an [`crate::Index`] (`GrowIndex` has no such limit).
    HeaderSection,
    /// Header fields of a message: [`crate::Limits::header_count`].
    Headers,
    /// Header fields that this [`crate::Index`] holds.
    Index,
    /// Bytes of a line: [`crate::Limits::line_len`].
    Line,
    /// Bytes of a header field name: 255.
    Name,
    /// Bytes of a Request-URI: [`crate::Limits::uri_len`].
    Uri,
    /// Multipart bodies within multipart bodies: [`crate::Limits::mime_depth`].
    MimeDepth,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ErrorKind::Empty => "expected a SIP message, found no bytes of one",
            ErrorKind::Method => "expected a method and a space",
            ErrorKind::RequestUri => "expected a Request-URI",
            ErrorKind::Version => "expected SIP-Version at the end of the Request-Line",
            ErrorKind::StatusCode => "expected a Status-Code",
            ErrorKind::Limit(limit) => return write!(f, "{limit}"),
            ErrorKind::Refused(code) => {
                return write!(f, "{} is refused by the policy: {}", code.as_str(), code.message());
            }
            ErrorKind::ContentLength => "expected one valid Content-Length on a stream",
            ErrorKind::Boundary => "expected a boundary parameter of 1 to 70 bytes",
        })
    }
}

impl fmt::Display for LimitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LimitKind::Message => "the message is longer than the limit",
            LimitKind::HeaderSection => {
                "the header section is longer than the 65,535 bytes that an index of fixed size holds"
            }
            LimitKind::Headers => "more header fields than the limit",
            LimitKind::Index => "more header fields than this index holds",
            LimitKind::Line => "a line is longer than the limit",
            LimitKind::Name => "a header field name is longer than 255 bytes",
            LimitKind::Uri => "the Request-URI is longer than the limit",
            LimitKind::MimeDepth => "multipart bodies are nested deeper than the limit",
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.at)
    }
}

impl core::error::Error for Error {}
