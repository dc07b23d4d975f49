//! Parameters: `;name=value` behind a value, or the comma-separated ones of authentication.

use core::fmt;
use core::iter::FusedIterator;

use super::{Span, Word};
use crate::message::token::is_lws;

/// One parameter. The name as on the wire; the value is absent where there is no `=`.
///
/// ```
/// use simdsip::{Params, Span};
/// let mut params = Params::new(Span::new(b";lr;transport=udp")?);
/// let (lr, transport) = (params.next().unwrap(), params.next().unwrap());
/// assert!(lr.is(b"LR") && lr.value().is_none());
/// assert_eq!(transport.value().unwrap().raw(), b"udp");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Param<'b> {
    name: Span<'b>,
    value: Option<Word<'b>>,
}

impl<'b> Param<'b> {
    /// The name as on the wire; case does not matter (RFC 3261 §7.3.1).
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert_eq!(Params::new(Span::new(b";Tag=1")?).next().unwrap().name(), b"Tag");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn name(&self) -> &'b [u8] {
        self.name.bytes()
    }

    /// Where the name stands.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert_eq!(Params::new(Span::new(b";Tag=1")?).next().unwrap().name_span().range(), 1..4);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn name_span(&self) -> Span<'b> {
        self.name
    }

    /// The value: a token, host or quoted string. `None` where there is no `=`.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// let param = Params::new(Span::new(br#";text="a b""#)?).next().unwrap();
    /// assert_eq!(param.value().unwrap().to_string(), "a b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self) -> Option<Word<'b>> {
        self.value
    }

    /// Whether the name is `name`, in any case.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert!(Params::new(Span::new(b";Tag=1")?).next().unwrap().is(b"tag"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is(&self, name: &[u8]) -> bool {
        let own = self.name.bytes();
        // Most names differ in length or first letter.
        own.len() == name.len()
            && matches!((own, name), ([a, ..], [b, ..]) if a.eq_ignore_ascii_case(b))
            && own.eq_ignore_ascii_case(name)
    }
}

/// The parameters of a value, in wire order, duplicates kept (RFC 3261 §7.3.1). Empty ones are passed over.
///
/// ```
/// use simdsip::{Params, Span};
/// let params = Params::new(Span::new(br#";a=1;;b="x;y";c"#)?);
/// let names: Vec<_> = params.clone().map(|param| param.name()).collect();
/// assert_eq!(names, [b"a", b"b", b"c"]);
/// assert_eq!(params.get(b"B").unwrap().value().unwrap().inner(), b"x;y");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone)]
pub struct Params<'b> {
    rest: Span<'b>,
    separator: u8,
}

impl<'b> Params<'b> {
    /// Parameters separated by semicolons; one before the first may stand or not.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert_eq!(Params::new(Span::new(b"lr;ob")?).count(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn new(span: Span<'b>) -> Params<'b> {
        Params { rest: span, separator: b';' }
    }

    /// Parameters separated by commas, as authentication has them (RFC 3261 §25.1, `auth-param`).
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// let params = Params::by_comma(Span::new(br#"qop="auth,auth-int", stale=FALSE"#)?);
    /// assert_eq!(params.get(b"stale").unwrap().value().unwrap().raw(), b"FALSE");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn by_comma(span: Span<'b>) -> Params<'b> {
        Params { rest: span, separator: b',' }
    }

    /// All of them as they stand.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert_eq!(Params::new(Span::new(b";lr;ob")?).span().bytes(), b";lr;ob");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.rest
    }

    /// The first parameter of that name, in any case.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert!(Params::new(Span::new(b";lr;ob")?).get(b"OB").is_some());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<Param<'b>> {
        self.clone().find(|param| param.is(name))
    }

    /// The value of the first parameter of that name; `None` where it is absent or has none.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert!(Params::new(Span::new(b";transport=TCP")?).value(b"transport").unwrap().is(b"TCP"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self, name: &[u8]) -> Option<Word<'b>> {
        self.get(name)?.value()
    }
}

impl<'b> Iterator for Params<'b> {
    type Item = Param<'b>;

    #[inline]
    fn next(&mut self) -> Option<Param<'b>> {
        let mut rest = self.rest;
        while rest.first().is_some_and(|byte| byte == self.separator || is_lws(byte)) {
            rest = rest.after(rest.start());
        }
        if rest.is_empty() {
            self.rest = rest;
            return None;
        }
        let at = rest.find([b'=', self.separator]);
        let name = rest.to(at).trim_end();
        if rest.byte(at) != Some(b'=') {
            self.rest = rest.from(at);
            return Some(Param { name, value: None });
        }
        let value = rest.after(at).trim_start();
        let end = end_of_value(value, self.separator);
        self.rest = rest.from(end);
        Some(Param { name, value: Some(Word::new(value.to(end).trim_end())) })
    }
}

impl FusedIterator for Params<'_> {}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Where the value of a parameter ends: at a separator outside quotes, and outside the angle brackets of a value that
/// begins with one.
#[inline]
fn end_of_value(value: Span<'_>, separator: u8) -> u32 {
    let bracketed = value.first() == Some(b'<');
    end_outside_quotes(if bracketed { value.from(value.find([b'>'])) } else { value }, separator)
}

/// Where the next separator stands that is not within quotes; the end where there is none, or where a quoted string is
/// not closed.
#[inline]
pub(crate) fn end_outside_quotes(text: Span<'_>, separator: u8) -> u32 {
    let mut rest = text;
    loop {
        let at = rest.find([separator, b'"']);
        if rest.byte(at) != Some(b'"') {
            return at;
        }
        match rest.from(at).end_of_quoted() {
            Some(end) => rest = rest.from(end),
            None => return rest.end(),
        }
    }
}
