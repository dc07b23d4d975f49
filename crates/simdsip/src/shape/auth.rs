//! Challenges, credentials and Authentication-Info (RFC 3261 §20.6, §20.7, §20.27, §20.28, §20.44; RFC 7616; RFC 8760).
//!
//! Commas separate parameters here, so a row holds one challenge. Reads parameters; `simdsip-auth` computes with them.

use super::token::some;
use crate::error::{Error, ErrorKind};
use crate::text::{Param, Params, Span, Word};

/// A challenge or credentials: a scheme and its parameters.
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::Auth;
/// let challenge = Auth::parse(Span::new(
///     br#"Digest realm="atlanta.example", qop="auth,auth-int", nonce="84f1c1ae", algorithm=SHA-256"#,
/// )?)?;
/// assert!(challenge.is_digest());
/// assert_eq!(challenge.param(b"realm").unwrap().value().unwrap().inner(), b"atlanta.example");
/// assert!(challenge.qop().eq([&b"auth"[..], b"auth-int"]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Auth<'b> {
    scheme: Span<'b>,
    rest: Span<'b>,
}

impl<'b> Auth<'b> {
    /// Reads one row.
    ///
    /// # Errors
    /// `Auth` where nothing follows the scheme, `Value` where there is nothing at all.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// use simdsip::shape::Auth;
    /// assert_eq!(Auth::parse(Span::new(b"Digest")?).unwrap_err().kind, ErrorKind::Auth);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Auth<'b>, Error> {
        let value = some(value)?;
        let at = value.find([b' ', b'\t', b'\r', b'\n']);
        let (scheme, rest) = (value.to(at), value.from(at).trim_start());
        if rest.is_empty() { Err(value.error(ErrorKind::Auth)) } else { Ok(Auth { scheme, rest }) }
    }

    /// The scheme, as it stands: `Digest` in any case.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Auth;
    /// assert_eq!(Auth::parse(Span::new(b"DIGEST a=b")?)?.scheme(), b"DIGEST");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn scheme(&self) -> &'b [u8] {
        self.scheme.bytes()
    }

    /// Where the scheme stands.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Auth;
    /// assert_eq!(Auth::parse(Span::new(b"Digest a=b")?)?.scheme_span().range(), 0..6);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn scheme_span(&self) -> Span<'b> {
        self.scheme
    }

    /// What follows the scheme: parameters, or the one value of schemes such as Basic and Bearer.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Auth;
    /// assert_eq!(Auth::parse(Span::new(b"Bearer abc.def")?)?.rest().bytes(), b"abc.def");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn rest(&self) -> Span<'b> {
        self.rest
    }

    /// Whether the scheme is Digest, in any case.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Auth;
    /// assert!(Auth::parse(Span::new(b"digest a=b")?)?.is_digest());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.scheme().eq_ignore_ascii_case(b"digest")
    }

    /// The parameters, in wire order.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Auth;
    /// assert_eq!(Auth::parse(Span::new(br#"Digest a="1,2", b=3"#)?)?.params().count(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn params(&self) -> Params<'b> {
        Params::by_comma(self.rest)
    }

    /// The first parameter of that name, in any case.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Auth;
    /// assert!(Auth::parse(Span::new(br#"Digest REALM="a""#)?)?.param(b"realm").is_some());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn param(&self, name: &[u8]) -> Option<Param<'b>> {
        self.params().get(name)
    }

    /// The algorithm, `MD5` where none is named (RFC 7616 §3.3).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Auth;
    /// assert_eq!(Auth::parse(Span::new(br#"Digest realm="a""#)?)?.algorithm(), b"MD5");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn algorithm(&self) -> &'b [u8] {
        self.params().value(b"algorithm").map_or(b"MD5", |algorithm| algorithm.inner())
    }

    /// The `qop` values: a quoted list in a challenge, one token in credentials (RFC 7616 §3.3, §3.4).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Auth;
    /// assert!(Auth::parse(Span::new(b"Digest qop=auth")?)?.qop().eq([b"auth"]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn qop(&self) -> impl Iterator<Item = &'b [u8]> + use<'b> {
        let list = self.params().value(b"qop").map_or(&[][..], |qop| qop.inner());
        list.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).filter(|qop| !qop.is_empty())
    }

    /// Whether the challenge says that only the nonce was stale (RFC 7616 §3.3).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Auth;
    /// assert!(Auth::parse(Span::new(b"Digest stale=TRUE")?)?.is_stale());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.params().value(b"stale").is_some_and(|stale| stale.is_ignore_case(b"true"))
    }

    /// The nonce count of credentials: eight hexadecimal digits (RFC 7616 §3.4).
    ///
    /// # Errors
    /// `Number` where it is not eight hexadecimal digits.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Auth;
    /// assert_eq!(Auth::parse(Span::new(b"Digest nc=0000001f")?)?.nonce_count()?, Some(31));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn nonce_count(&self) -> Result<Option<u32>, Error> {
        self.params().value(b"nc").map(nonce_count).transpose()
    }
}

fn nonce_count(value: Word<'_>) -> Result<u32, Error> {
    let digits = value.inner();
    let text = core::str::from_utf8(digits).ok().filter(|_| digits.iter().all(u8::is_ascii_hexdigit));
    text.filter(|text| text.len() == 8)
        .and_then(|text| u32::from_str_radix(text, 16).ok())
        .ok_or(value.span().error(ErrorKind::Number))
}

/// Authentication-Info: parameters without a scheme (RFC 3261 §20.6).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::AuthInfo;
/// let info = AuthInfo::parse(Span::new(br#"nextnonce="47364c23", qop=auth"#)?)?;
/// assert_eq!(info.param(b"nextnonce").unwrap().value().unwrap().inner(), b"47364c23");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AuthInfo<'b> {
    span: Span<'b>,
}

impl<'b> AuthInfo<'b> {
    /// Reads the value.
    ///
    /// # Errors
    /// `Value` where there is nothing.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::AuthInfo;
    /// assert!(AuthInfo::parse(Span::new(b" ")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'b>) -> Result<AuthInfo<'b>, Error> {
        Ok(AuthInfo { span: some(value)? })
    }

    /// The parameters, in wire order.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::AuthInfo;
    /// assert_eq!(AuthInfo::parse(Span::new(b"qop=auth, nc=00000001")?)?.params().count(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn params(&self) -> Params<'b> {
        Params::by_comma(self.span)
    }

    /// The first parameter of that name, in any case.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::AuthInfo;
    /// assert!(AuthInfo::parse(Span::new(b"qop=auth")?)?.param(b"QOP").is_some());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn param(&self, name: &[u8]) -> Option<Param<'b>> {
        self.params().get(name)
    }
}
