//! Parameters and headers of a URI: `;name=value` and `?name=value&name=value`.
//!
//! Kept in wire order, duplicates too; empty ones are passed over. Knows no parameter's meaning.
//! Grammar: RFC 3261 §25.1, `uri-parameters`, `headers`; RFC 3966 §3, `par`.

use core::fmt;
use core::iter::FusedIterator;

use super::Escaped;
use crate::text::Span;

/// A parameter or a header of a URI. The value is absent where there is no `=`.
///
/// ```
/// use simdsip::Uri;
/// let uri = Uri::parse(b"sip:host5.example.net;%6C%72;n%61me=v%61lue%25%34%31")?;
/// let mut params = uri.params();
/// let (lr, name) = (params.next().unwrap(), params.next().unwrap());
/// assert!(lr.is(b"lr") && lr.value().is_none());
/// assert!(name.is(b"name") && name.value().unwrap().is(b"value%41"));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UriParam<'b> {
    name: Escaped<'b>,
    value: Option<Escaped<'b>>,
}

impl<'b> UriParam<'b> {
    /// The name; case does not matter (RFC 3261 §19.1.4).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b"sip:a;Ob")?.params().next().unwrap().name().raw(), b"Ob");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn name(&self) -> Escaped<'b> {
        self.name
    }

    /// The value; `None` where there is no `=`.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b"sip:a;ttl=1")?.params().next().unwrap().value().unwrap().raw(), b"1");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self) -> Option<Escaped<'b>> {
        self.value
    }

    /// Whether the name means `name`, in any case.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:a;Ob")?.params().next().unwrap().is(b"ob"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is(&self, name: &[u8]) -> bool {
        self.name.is_ignore_case(name)
    }

    /// The value, or nothing, where the name ends.
    pub(super) fn value_or_end(&self) -> Span<'b> {
        match self.value {
            Some(value) => value.span(),
            None => self.name.span().from(self.name.span().end()),
        }
    }
}

/// The next of `rest`, which are separated by `separator`.
#[inline(always)]
fn next<'b>(rest: &mut Span<'b>, separator: u8) -> Option<UriParam<'b>> {
    while let Some(behind) = rest.strip(separator) {
        *rest = behind;
    }
    let first = *rest;
    if first.is_empty() {
        return None;
    }
    let name_end = first.find([b'=', separator]);
    let name = Escaped::new(first.to(name_end));
    if first.byte(name_end) != Some(b'=') {
        *rest = first.after(name_end);
        return Some(UriParam { name, value: None });
    }
    let value = first.after(name_end);
    let value_end = value.find([separator]);
    *rest = first.after(value_end);
    Some(UriParam { name, value: Some(Escaped::new(value.to(value_end))) })
}

/// The parameters of a URI, in wire order (RFC 3261 §19.1.1). Made by [`Uri::params`](super::Uri::params).
///
/// ```
/// use simdsip::Uri;
/// let uri = Uri::parse(b"sip:a;transport=tcp;;LR")?;
/// assert_eq!(uri.params().count(), 2);
/// assert!(uri.params().get(b"lr").is_some());
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone)]
pub struct UriParams<'b> {
    rest: Span<'b>,
}

impl<'b> UriParams<'b> {
    #[inline]
    pub(super) fn new(rest: Span<'b>) -> UriParams<'b> {
        UriParams { rest }
    }

    /// Those that are left, as they stand, with a semicolon before the first.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b"sip:a;lr;ob?x=y")?.params().span().bytes(), b";lr;ob");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.rest
    }

    /// The first of that name, in any case and escaped or not (RFC 4475 §3.1.1.4).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:a;%6C%72")?.params().get(b"LR").is_some());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<UriParam<'b>> {
        self.clone().find(|param| param.is(name))
    }

    /// The value of the first of that name; `None` where it is absent or has none.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:a;method=BYE")?.params().value(b"method").unwrap().is(b"BYE"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self, name: &[u8]) -> Option<Escaped<'b>> {
        self.get(name)?.value()
    }
}

impl<'b> Iterator for UriParams<'b> {
    type Item = UriParam<'b>;

    #[inline(always)]
    fn next(&mut self) -> Option<UriParam<'b>> {
        next(&mut self.rest, b';')
    }
}

impl FusedIterator for UriParams<'_> {}

impl fmt::Debug for UriParams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// The headers of a URI, in wire order (RFC 3261 §19.1.1). Made by [`Uri::headers`](super::Uri::headers).
///
/// ```
/// use simdsip::Uri;
/// let uri = Uri::parse(b"sip:a?subject=project%20x&priority=urgent")?;
/// assert_eq!(uri.headers().count(), 2);
/// assert_eq!(uri.headers().value(b"Subject").unwrap().to_string(), "project x");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone)]
pub struct UriHeaders<'b> {
    rest: Span<'b>,
}

impl<'b> UriHeaders<'b> {
    #[inline]
    pub(super) fn new(span: Span<'b>) -> UriHeaders<'b> {
        UriHeaders { rest: span.strip(b'?').unwrap_or(span) }
    }

    /// Those that are left, as they stand, without the question mark.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b"sip:a?b=c&d=e")?.headers().span().bytes(), b"b=c&d=e");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.rest
    }

    /// The first of that name, in any case and escaped or not. Compact forms are names of their own.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:a?Priority=urgent")?.headers().get(b"priority").is_some());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<UriParam<'b>> {
        self.clone().find(|header| header.is(name))
    }

    /// The value of the first of that name; `None` where it is absent or has no `=`.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"sip:a?to=alice%40b")?.headers().value(b"to").unwrap().is(b"alice@b"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self, name: &[u8]) -> Option<Escaped<'b>> {
        self.get(name)?.value()
    }
}

impl<'b> Iterator for UriHeaders<'b> {
    type Item = UriParam<'b>;

    #[inline(always)]
    fn next(&mut self) -> Option<UriParam<'b>> {
        next(&mut self.rest, b'&')
    }
}

impl FusedIterator for UriHeaders<'_> {}

impl fmt::Debug for UriHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
