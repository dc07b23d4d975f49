//! Schemes: what a URI begins with.
//!
//! Grammar: RFC 3261 §25.1, `scheme`.

use super::strict;
use crate::error::{Error, ErrorKind};
use crate::text::Span;

/// A scheme that this crate knows, or the bytes of another one.
///
/// ```
/// use simdsip::{Scheme, Uri};
/// assert_eq!(Uri::parse(b"TEL:+1")?.scheme(), Scheme::Tel);
/// assert_eq!(Uri::parse(b"https://example.com/")?.scheme(), Scheme::Other(b"https"));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scheme<'b> {
    /// `sip`: RFC 3261 §19.1.
    Sip,
    /// `sips`: RFC 3261 §19.1, over TLS.
    Sips,
    /// `tel`: RFC 3966, a telephone number.
    Tel,
    /// `urn`: RFC 8141, such as `urn:service:sos` of RFC 5031.
    Urn,
    /// Any other, as it stands on the wire.
    Other(&'b [u8]),
}

impl<'b> Scheme<'b> {
    /// The scheme without its colon: in lower case where it is a known one, else as it stands.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b"SIP:a@b.example")?.scheme().as_bytes(), b"sip");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn as_bytes(self) -> &'b [u8] {
        match self {
            Scheme::Sip => b"sip",
            Scheme::Sips => b"sips",
            Scheme::Tel => b"tel",
            Scheme::Urn => b"urn",
            Scheme::Other(scheme) => scheme,
        }
    }
}

/// The scheme without its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Sip,
    Sips,
    Tel,
    Urn,
    Other,
}

/// Letters to lower case, the colon untouched.
const LETTERS: u32 = u32::from_le_bytes([0x20, 0x20, 0x20, 0]);
const SIP: u32 = u32::from_le_bytes(*b"sip:");
const SIPS: u32 = u32::from_le_bytes(*b"sips");
const TEL: u32 = u32::from_le_bytes(*b"tel:");
const URN: u32 = u32::from_le_bytes(*b"urn:");

/// SIP or SIPS, if that begins `bytes`, and what follows its colon.
#[inline]
pub(super) fn sip(bytes: &[u8]) -> Option<(Kind, &[u8])> {
    let (four, behind) = bytes.split_first_chunk::<4>()?;
    match u32::from_le_bytes(*four) | LETTERS {
        SIP => Some((Kind::Sip, behind)),
        four if four | 0x2000_0000 == SIPS => Some((Kind::Sips, behind.strip_prefix(b":")?)),
        _ => None,
    }
}

/// The scheme that begins `span`, and the length of it and its colon.
#[inline]
pub(super) fn of(span: Span<'_>) -> Result<(Kind, u32), Error> {
    let bytes = span.bytes();
    if let Some((kind, behind)) = sip(bytes) {
        return Ok((kind, bytes.len().wrapping_sub(behind.len()) as u32));
    }
    match bytes.first_chunk::<4>().map(|four| u32::from_le_bytes(*four) | LETTERS) {
        Some(TEL) => Ok((Kind::Tel, 4)),
        Some(URN) => Ok((Kind::Urn, 4)),
        _ => other(span),
    }
}

fn other(span: Span<'_>) -> Result<(Kind, u32), Error> {
    let bytes = span.bytes();
    let len = bytes.iter().position(|&byte| !strict::is_scheme(byte)).unwrap_or(bytes.len());
    if bytes.get(len) == Some(&b':') && bytes.first().is_some_and(u8::is_ascii_alphabetic) {
        return Ok((Kind::Other, (len as u32).saturating_add(1)));
    }
    Err(Error::new(ErrorKind::Scheme, span.at().saturating_add(len)))
}
