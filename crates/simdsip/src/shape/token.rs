//! Tokens and values with parameters: the shape of most headers.

use crate::error::{Error, ErrorKind};
use crate::text::{Span, Word, end_outside_quotes};

/// One token, or whatever stands in its place: an option tag, a method, a language (RFC 3261 §25.1).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::Token;
/// assert_eq!(Token::parse(Span::new(b" 100rel ")?)?.as_bytes(), b"100rel");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Token<'b> {
    span: Span<'b>,
}

impl<'b> Token<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `Value` where there is nothing.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Token;
    /// assert!(Token::parse(Span::new(b"")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Token<'b>, Error> {
        Ok(Token { span: some(value)? })
    }

    /// Its bytes.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Token;
    /// assert_eq!(Token::parse(Span::new(b"timer")?)?.as_bytes(), b"timer");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &'b [u8] {
        self.span.bytes()
    }

    /// Where it stands.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Token;
    /// assert_eq!(Token::parse(Span::new(b"timer")?)?.span().range(), 0..5);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }

    /// Whether it is `text` in any case of ASCII letters (RFC 3261 §7.3.1).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Token;
    /// assert!(Token::parse(Span::new(b"Timer")?)?.is(b"timer"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is(&self, text: &[u8]) -> bool {
        self.as_bytes().eq_ignore_ascii_case(text)
    }
}

/// A token with parameters: Event, Reason, Subscription-State, Content-Disposition, a feature set behind `*`.
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::TokenParams;
/// let reason = TokenParams::parse(Span::new(br#"Q.850;cause=16;text="Terminated""#)?)?;
/// assert!(reason.is(b"q.850"));
/// assert_eq!(reason.param(b"text").unwrap().value().unwrap().to_string(), "Terminated");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokenParams<'b> {
    value: Span<'b>,
    token_end: u32,
    params: u32,
}

impl<'b> TokenParams<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `Token` where nothing stands before the parameters, `Value` where there is nothing at all.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// use simdsip::shape::TokenParams;
    /// assert_eq!(TokenParams::parse(Span::new(b";id=1")?).unwrap_err().kind, ErrorKind::Token);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<TokenParams<'b>, Error> {
        let value = some(value)?;
        let at = value.find([b';']);
        let token = value.to(at).trim_end();
        if token.is_empty() {
            return Err(value.error(ErrorKind::Token));
        }
        Ok(TokenParams { value, token_end: token.end(), params: at })
    }

    /// The token.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::TokenParams;
    /// assert_eq!(TokenParams::parse(Span::new(b"presence;id=1")?)?.token(), b"presence");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn token(&self) -> &'b [u8] {
        self.token_span().bytes()
    }

    /// Where the token stands.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::TokenParams;
    /// assert_eq!(TokenParams::parse(Span::new(b"dialog;id=1")?)?.token_span().range(), 0..6);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn token_span(&self) -> Span<'b> {
        self.value.to(self.token_end)
    }

    /// Whether the token is `text` in any case of ASCII letters (RFC 3261 §7.3.1).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::TokenParams;
    /// assert!(TokenParams::parse(Span::new(b"Active;expires=60")?)?.is(b"active"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is(&self, text: &[u8]) -> bool {
        self.token().eq_ignore_ascii_case(text)
    }
}

with_params!(TokenParams, "active;x=1");

/// Anything up to a semicolon, with parameters: a quoted string, base64, a host and port.
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::ValueParams;
/// let network = ValueParams::parse(Span::new(br#""Visited; network" ;x=1"#)?)?;
/// assert_eq!(network.value().to_string(), "Visited; network");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ValueParams<'b> {
    value: Span<'b>,
    value_end: u32,
    params: u32,
}

impl<'b> ValueParams<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `Value` where nothing stands before the parameters, `Quote` at a quoted string that is not closed.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// use simdsip::shape::ValueParams;
    /// assert_eq!(ValueParams::parse(Span::new(br#""open"#)?).unwrap_err().kind, ErrorKind::Quote);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<ValueParams<'b>, Error> {
        let value = some(value)?;
        if value.first() == Some(b'"') && value.end_of_quoted().is_none() {
            return Err(value.error(ErrorKind::Quote));
        }
        let params = end_outside_quotes(value, b';');
        let value_end = value.to(params).trim_end().end();
        if value_end == value.start() {
            return Err(value.error(ErrorKind::Value));
        }
        Ok(ValueParams { value, value_end, params })
    }

    /// The value before the parameters.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::ValueParams;
    /// assert_eq!(ValueParams::parse(Span::new(b"56a7b;encoding=hex")?)?.value().raw(), b"56a7b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self) -> Word<'b> {
        Word::new(self.value.to(self.value_end))
    }
}

with_params!(ValueParams, "a/b=;x=1");

/// `value` trimmed, if anything is left.
#[inline]
pub(super) fn some(value: Span<'_>) -> Result<Span<'_>, Error> {
    let trimmed = value.trim();
    if trimmed.is_empty() { Err(value.error(ErrorKind::Value)) } else { Ok(trimmed) }
}
