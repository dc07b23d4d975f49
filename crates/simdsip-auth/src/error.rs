//! Why credentials or a challenge were refused, and where.

use core::fmt;

use crate::Param;

/// A refusal: what was wrong, and at which byte of the input that the value was read from.
///
/// ```
/// use simdsip::{Span, shape::Auth};
/// use simdsip_auth::{Asker, Challenge, ErrorKind, Param};
/// let auth = Auth::parse(Span::new(br#"Digest realm="a.example""#)?)?;
/// let error = Challenge::read(&auth, Asker::UserAgent).unwrap_err();
/// assert_eq!((error.kind, error.at), (ErrorKind::Missing(Param::Nonce), 0));
/// assert_eq!(error.to_string(), "expected the parameter nonce at byte 0");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What was wrong.
    pub kind: ErrorKind,
    /// Byte offset of the parameter, or of the scheme where a parameter is missing; 0 where it is about no bytes of
    /// the peer.
    pub at: usize,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, at: usize) -> Error {
        Error { kind, at }
    }
}

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The scheme is not Digest; the core could not read scheme and parameters at all. To be passed over (RFC 8760 §2.4).
    Scheme,
    /// The algorithm is not known, not accepted, or not that of the [`crate::Ha1`].
    Algorithm,
    /// No quality of protection that is known, or that is accepted.
    Qop,
    /// A parameter that must be there is not.
    Missing(Param),
    /// A parameter stands there twice, or `username` beside `username*` (RFC 7616 §3.4).
    Repeated(Param),
    /// A parameter has no value, or one that it cannot have.
    Malformed(Param),
    /// The response is empty: the client has not been challenged yet (RFC 8760 §2.7). Challenge it.
    Unanswered,
    /// The realm is another than ours.
    Realm,
    /// The response is wrong: password, method, URI or body are others.
    Response,
    /// The response is right, the nonce too old or none of ours. Challenge with `stale=true` (RFC 7616 §3.3).
    Stale,
    /// The response is right, but its nonce count was seen before: a replay (RFC 7616 §3.4).
    Replayed,
    /// The caller's text cannot be written: control bytes in a name.
    Text(Param),
    /// The caller's buffer is too short; holds how many bytes it takes.
    Room(usize),
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::Scheme => f.write_str("expected the scheme Digest and its parameters"),
            ErrorKind::Algorithm => f.write_str("expected an algorithm that is accepted here"),
            ErrorKind::Qop => f.write_str("expected a quality of protection that is accepted here"),
            ErrorKind::Missing(param) => write!(f, "expected the parameter {param}"),
            ErrorKind::Repeated(param) => write!(f, "expected the parameter {param} once"),
            ErrorKind::Malformed(param) => write!(f, "expected another value of the parameter {param}"),
            ErrorKind::Unanswered => f.write_str("expected a response that is not empty"),
            ErrorKind::Realm => f.write_str("expected our realm"),
            ErrorKind::Response => f.write_str("the response is wrong"),
            ErrorKind::Stale => f.write_str("the nonce is too old"),
            ErrorKind::Replayed => f.write_str("the nonce count was seen before"),
            ErrorKind::Text(param) => write!(f, "the text for {param} has control bytes"),
            ErrorKind::Room(len) => write!(f, "the buffer must hold {len} bytes"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ErrorKind::Text(_) | ErrorKind::Room(_) => write!(f, "{}", self.kind),
            _ => write!(f, "{} at byte {}", self.kind, self.at),
        }
    }
}

impl core::error::Error for Error {}
