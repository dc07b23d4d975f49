//! Values of attributes, one view a grammar.
//!
//! Read leniently from a [`crate::Span`]: parsing one finds where its parts stand. What the grammar forbids but can be
//! understood is told by [`super::SdpDefects`]; what has no meaning is an error with its place. Each view names its RFC.

mod format;
mod ice;
mod key;
mod precondition;
mod stream;

pub use format::{FormatText, Params, Rtcp, RtcpFb, Rtpmap, Sctpmap};
pub use ice::{Candidate, Extensions, RemoteCandidate, RemoteCandidates};
pub use key::{Crypto, Fingerprint, KeyParam, Setup};
pub use precondition::{Current, Desired};
pub use stream::{Alternative, Extmap, Group, Msid, Rid, Simulcast, Ssrc, Stream, Streams, Way};

use super::words::Words;
use crate::error::{Error, ErrorKind};
use crate::text::Span;

/// A word: mid, ice-ufrag, ice-pwd, label.
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Token;
/// assert_eq!(Token::parse(Span::new(b" audio-1 ")?)?.as_bytes(), b"audio-1");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Token<'b>(Span<'b>);

impl<'b> Token<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Value` where there is none.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Token<'b>, Error> {
        let value = value.trim();
        if value.is_empty() { Err(value.error(ErrorKind::Value)) } else { Ok(Token(value)) }
    }

    /// Its bytes.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &'b [u8] {
        self.0.bytes()
    }

    /// Where it stands.
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.0
    }
}

/// A decimal integer: sctp-port, max-message-size, T38FaxVersion.
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Number;
/// assert_eq!(Number::parse(Span::new(b"262144")?)?.value(), 262_144);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Number<'b> {
    value: u64,
    span: Span<'b>,
}

impl<'b> Number<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Number` where it is not digits, `NumberRange` above `u64::MAX`.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Number<'b>, Error> {
        let span = value.trim();
        Ok(Number { value: super::number::integer(span)?, span })
    }

    /// The number.
    #[inline]
    #[must_use]
    pub fn value(&self) -> u64 {
        self.value
    }

    /// Where its digits stand.
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }
}

/// Words: ice-options by spaces, content by commas.
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Tokens;
/// let options = Tokens::by_spaces(Span::new(b"trickle ice2")?)?;
/// assert!(options.words().map(|word| word.bytes()).eq([&b"trickle"[..], b"ice2"]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'b> {
    text: Span<'b>,
    separator: u8,
}

impl<'b> Tokens<'b> {
    /// Reads words apart by spaces.
    ///
    /// # Errors
    /// `Value` where there is none.
    #[inline]
    pub fn by_spaces(value: Span<'b>) -> Result<Tokens<'b>, Error> {
        Ok(Tokens { text: Token::parse(value)?.span(), separator: b' ' })
    }

    /// Reads words apart by commas.
    ///
    /// # Errors
    /// `Value` where there is none.
    #[inline]
    pub fn by_commas(value: Span<'b>) -> Result<Tokens<'b>, Error> {
        Ok(Tokens { text: Token::parse(value)?.span(), separator: b',' })
    }

    /// The words, in order.
    #[inline]
    #[must_use]
    pub fn words(&self) -> Words<'b> {
        Words::apart(self.text, self.separator)
    }
}
