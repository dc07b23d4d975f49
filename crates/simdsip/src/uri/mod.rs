//! URIs: whom a request is for and how they are reached.
//!
//! [`Uri::read`] locates the parts of a SIP or SIPS URI and of a telephone number; parameters and headers are walked
//! when asked for, and escapes are decoded when asked for, once. Of any other scheme only the rest behind its colon is
//! given. Reads leniently: where the grammar is departed from without loss of meaning the parts are given all the
//! same; `strict` names the departures. Does not resolve names, and forms no requests from a URI.
//! Grammar: RFC 3261 §19.1, §25.1; RFC 3966 §3; RFC 5954 §4.1; RFC 8141 §2.

mod equal;
mod escape;
mod fold;
mod hash;
mod host;
mod params;
mod read;
mod scheme;
pub(crate) mod strict;
mod tel;
#[cfg(test)]
mod tests;
mod typed;

use core::fmt;

pub use escape::{Escaped, PercentDecoded};
pub use host::{Host, HostKind};
pub use params::{UriHeaders, UriParam, UriParams};
pub use scheme::Scheme;

use crate::error::{Error, ErrorKind};
use crate::text::{Span, write_lossy};
use scheme::Kind;

/// A URI, its parts located (RFC 3261 §19.1.1).
///
/// The userinfo ends at an `@`: the last one before the first `;` or `?` behind the first `@`, so that a user may hold
/// `;`, `?` and even `@`. White space around the URI is left out.
///
/// There is no `Eq`, for equivalence is not transitive: see [`Uri::equivalent`].
///
/// ```
/// use simdsip::{Scheme, Uri};
/// let uri = Uri::parse(b"sips:alice;day=tuesday:pw@atlanta.example:5061;lr?subject=project%20x")?;
/// assert_eq!(uri.scheme(), Scheme::Sips);
/// assert!(uri.user().unwrap().is(b"alice;day=tuesday"));
/// assert_eq!(uri.password().unwrap().raw(), b"pw");
/// assert_eq!(uri.host().unwrap().raw(), b"atlanta.example");
/// assert_eq!(uri.port()?, Some(5061));
/// assert!(uri.is_loose_router());
/// assert!(uri.headers().value(b"Subject").unwrap().is(b"project x"));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Uri<'b> {
    span: Span<'b>,
    /// Offsets in the input, each at or behind the one before. Behind the scheme's colon; where the user ends; where
    /// the host begins and ends; where the parameters begin, and the headers. Where there is no userinfo the host
    /// begins behind the colon; of a telephone number the host is empty and stands before the parameters; of other
    /// schemes all that follows the rest is empty.
    rest: u32,
    user_end: u32,
    host: u32,
    host_end: u32,
    params: u32,
    headers: u32,
    kind: Kind,
}

const _: () = assert!(size_of::<Uri<'_>>() <= 56);

impl<'b> Uri<'b> {
    /// Reads all of `bytes` as one URI.
    ///
    /// # Errors
    /// Those of [`Uri::read`], counted from the first of `bytes`; `Limit` for 4 GiB or more.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:alice@192.0.2.4").is_ok());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn parse(bytes: &'b [u8]) -> Result<Uri<'b>, Error> {
        Uri::read(Span::new(bytes)?)
    }

    /// Reads all of `span` as one URI, white space around it left out.
    ///
    /// # Errors
    /// `Scheme` where no scheme and colon begin it; `Host` where a SIP or SIPS URI has no host, or one that is ambiguous:
    /// an IPv6 address without brackets (RFC 5118 §4.2), or brackets around something else; `Telephone` where a
    /// telephone URI has no number.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span, Uri};
    /// let error = Uri::read(Span::new(b"sip:2001:db8::10")?).unwrap_err();
    /// assert_eq!((error.kind, error.at), (ErrorKind::Host, 4));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn read(span: Span<'b>) -> Result<Uri<'b>, Error> {
        read::read(span)
    }

    /// All of it, where it stands in the input.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b" sip:a ")?.span().range(), 1..6);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }

    /// The scheme, which is known in any case (RFC 3261 §19.1.4).
    ///
    /// ```
    /// use simdsip::{Scheme, Uri};
    /// assert_eq!(Uri::parse(b"SIP:a")?.scheme(), Scheme::Sip);
    /// assert_eq!(Uri::parse(b"im:a@b")?.scheme(), Scheme::Other(b"im"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn scheme(&self) -> Scheme<'b> {
        match self.kind {
            Kind::Sip => Scheme::Sip,
            Kind::Sips => Scheme::Sips,
            Kind::Tel => Scheme::Tel,
            Kind::Urn => Scheme::Urn,
            Kind::Other => Scheme::Other(self.scheme_span().bytes()),
        }
    }

    /// Everything behind the scheme's colon.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b"urn:service:sos")?.rest().bytes(), b"service:sos");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn rest(&self) -> Span<'b> {
        self.span.from(self.rest)
    }

    /// The user of a SIP or SIPS URI, empty in `sip:@host` (RFC 3261 §19.1.1). A telephone URI has a
    /// [number](Uri::number).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:j%40s0n@example.com")?.user().unwrap().is(b"j@s0n"));
    /// assert!(Uri::parse(b"sip:example.com")?.user().is_none());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn user(&self) -> Option<Escaped<'b>> {
        self.has_userinfo().then(|| Escaped::new(self.span.between(self.rest, self.user_end)))
    }

    /// The password of a SIP or SIPS URI (RFC 3261 §19.1.1): what stands between the first colon of the userinfo and
    /// the `@`.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b"sip:alice:secret@example.com")?.password().unwrap().raw(), b"secret");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn password(&self) -> Option<Escaped<'b>> {
        let at = self.host.saturating_sub(1);
        (self.has_userinfo() && self.user_end < at)
            .then(|| Escaped::new(self.span.after(self.user_end).to(at)))
    }

    /// The host; there is one in every SIP and SIPS URI and in no other (RFC 3261 §19.1.1).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b"sip:[2001:db8::10]:5070")?.host().unwrap().raw(), b"[2001:db8::10]");
    /// assert!(Uri::parse(b"tel:+1-201-555-0123")?.host().is_none());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn host(&self) -> Option<Host<'b>> {
        self.is_sip().then(|| Host::located(self.host_span()))
    }

    /// The port; absent is not the default one (RFC 3261 §19.1.4).
    ///
    /// # Errors
    /// `Port` where what stands behind the host's colon is no number up to 65,535, at the first byte that shows it.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Uri};
    /// assert_eq!(Uri::parse(b"sip:a")?.port()?, None);
    /// assert_eq!(Uri::parse(b"sip:a:5060")?.port()?, Some(5060));
    /// assert_eq!(Uri::parse(b"sip:a:70000")?.port().unwrap_err().kind, ErrorKind::Port);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn port(&self) -> Result<Option<u16>, Error> {
        let Some(port) = self.port_span() else { return Ok(None) };
        if let Some(number) = port.short_number()
            && let Ok(number) = u16::try_from(number)
        {
            return Ok(Some(number));
        }
        let mut number = 0u32;
        for (at, byte) in port.bytes().iter().enumerate() {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            // Below 655,360 before each check.
            number = number.wrapping_mul(10).wrapping_add(digit);
            if digit > 9 || number > 0xffff {
                return Err(Error::new(ErrorKind::Port, port.at().saturating_add(at)));
            }
        }
        if port.is_empty() { Err(port.error(ErrorKind::Port)) } else { Ok(Some(number as u16)) }
    }

    /// The parameters of a SIP, SIPS or telephone URI (RFC 3261 §19.1.1, RFC 3966 §3).
    ///
    /// ```
    /// use simdsip::Uri;
    /// let uri = Uri::parse(b"sip:example.com;transport=tcp;lr")?;
    /// assert!(uri.params().value(b"transport").unwrap().is(b"tcp"));
    /// assert_eq!(uri.params().count(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn params(&self) -> UriParams<'b> {
        UriParams::new(self.params_span())
    }

    /// The headers of a SIP or SIPS URI, `?name=value&name=value` (RFC 3261 §19.1.1). Some are dangerous to follow
    /// (§19.1.5).
    ///
    /// ```
    /// use simdsip::Uri;
    /// let uri = Uri::parse(b"sip:a@b?Route=%3Csip:c%3E&Subject=x")?;
    /// assert!(uri.headers().value(b"route").unwrap().is(b"<sip:c>"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn headers(&self) -> UriHeaders<'b> {
        UriHeaders::new(self.headers_span())
    }

    #[inline]
    fn is_sip(&self) -> bool {
        matches!(self.kind, Kind::Sip | Kind::Sips)
    }

    #[inline]
    fn has_userinfo(&self) -> bool {
        self.is_sip() && self.host != self.rest
    }

    #[inline]
    fn scheme_span(&self) -> Span<'b> {
        self.span.to(self.rest.saturating_sub(1))
    }

    #[inline]
    fn host_span(&self) -> Span<'b> {
        self.span.between(self.host, self.host_end)
    }

    #[inline]
    fn has_headers(&self) -> bool {
        self.headers != self.span.end()
    }

    /// What stands behind the host's colon.
    #[inline]
    fn port_span(&self) -> Option<Span<'b>> {
        (self.host_end != self.params)
            .then(|| self.span.between(self.host_end.saturating_add(1), self.params))
    }

    /// The parameters, with the semicolon before the first.
    #[inline]
    fn params_span(&self) -> Span<'b> {
        self.span.between(self.params, self.headers)
    }

    /// The headers, with the question mark.
    #[inline]
    fn headers_span(&self) -> Span<'b> {
        self.span.between(self.headers, self.span.end())
    }
}

impl fmt::Display for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lossy(self.span.bytes(), f)
    }
}

impl fmt::Debug for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.span.fmt(f)
    }
}
