//! Addresses: a display name, a URI, parameters. From, To, Contact, Route, Refer-To and their kin.
//!
//! Without angle brackets all that follows the first semicolon belongs to the header, never to the URI
//! (RFC 3261 §20.10). Brackets count only outside quotes. Grammar: RFC 3261 §25.1 (`name-addr`, `addr-spec`).

use crate::error::{Error, ErrorKind};
use crate::text::{Span, Word};
use crate::uri::Uri;

/// A `name-addr` or `addr-spec` with the parameters of its header (RFC 3261 §25.1).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::NameAddr;
/// let from = NameAddr::parse(Span::new(br#""A. G. Bell" <sip:agb@bell-tel.example;x=y>;tag=a48s"#)?)?;
/// assert_eq!(from.display_name().unwrap().to_string(), "A. G. Bell");
/// assert_eq!(from.uri_span().bytes(), b"sip:agb@bell-tel.example;x=y");
/// assert_eq!(from.tag(), Some(&b"a48s"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NameAddr<'b> {
    value: Span<'b>,
    /// Where the display name ends; at its own start where there is none.
    display_end: u32,
    uri: u32,
    uri_end: u32,
    params: u32,
}

impl<'b> NameAddr<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `Value` where there is nothing, `Quote` at a display name that no quote closes, `Angle` at a `<` without its
    /// `>`, `Address` where a quoted name has no `<` behind it, or where the URI is empty.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// use simdsip::shape::NameAddr;
    /// let error = NameAddr::parse(Span::new(br#""Mr. J. <sip:j@example.com>"#)?).unwrap_err();
    /// assert_eq!((error.kind, error.at), (ErrorKind::Quote, 0));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn parse(value: Span<'b>) -> Result<NameAddr<'b>, Error> {
        Ok(match NameAddr::usual(value) {
            Some(view) => view,
            None => NameAddr::any(value.apart())?,
        })
    }

    /// What nearly all look like: perhaps a name and a space, the URI in brackets, and right behind them parameters or
    /// the end. `None` for all else, and for what is malformed.
    #[inline(always)]
    fn usual(value: Span<'b>) -> Option<NameAddr<'b>> {
        let start = value.start();
        let first = match value.bytes() {
            [first, .., b'!'..=0xff] => *first,
            _ => return None,
        };
        let (display_end, open) = match first {
            b'<' => (start, start),
            b'"' => {
                let close = value.after(start).find_far([b'"', b'\\']);
                let behind = close.wrapping_add(1);
                match value.input(close) {
                    Some([b'"', b' ', b'<']) => (behind, behind.wrapping_add(1)),
                    Some([b'"', b'<', _]) => (behind, behind),
                    _ => return None,
                }
            }
            b'!'..=0xff => {
                let open = value.find([b'<', b'"', b';']);
                match value.input(open.wrapping_sub(2))? {
                    [b'!'..=0xff, b' ', b'<'] => (open.wrapping_sub(1), open),
                    [_, b'!'..=0xff, b'<'] => (open, open),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let uri = open.wrapping_add(1);
        let uri_end = value.from(uri).find_far([b'>']);
        let params = uri_end.wrapping_add(1);
        // All places up to here are within the value if this one is.
        match value.from(uri).to(uri_end).bytes() {
            [b'!'..=0xff, .., b'!'..=0xff] if uri_end < value.end() => {}
            _ => return None,
        }
        let ends = params == value.end() || value.byte(params) == Some(b';');
        ends.then_some(NameAddr { value, display_end, uri, uri_end, params })
    }

    /// The same for whatever stands there.
    #[inline(never)]
    fn any(value: Span<'b>) -> Result<NameAddr<'b>, Error> {
        let value = value.trim();
        let mut at = value.find([b'<', b';', b'"']);
        while value.byte(at) == Some(b'"') {
            let open = value.from(at);
            let behind = open.end_of_quoted().ok_or(open.error(ErrorKind::Quote))?;
            at = value.from(behind).find([b'<', b';', b'"']);
        }
        if value.byte(at) == Some(b'<') {
            return NameAddr::bracketed(value, at);
        }
        let uri = value.to(at).trim_end();
        if uri.is_empty() {
            return Err(value.error(if value.is_empty() { ErrorKind::Value } else { ErrorKind::Address }));
        }
        if uri.first() == Some(b'"') {
            return Err(uri.from(at).error(ErrorKind::Address));
        }
        let start = value.start();
        Ok(NameAddr { value, display_end: start, uri: start, uri_end: uri.end(), params: at })
    }

    /// With `<` at offset `at`.
    #[inline]
    fn bracketed(value: Span<'b>, at: u32) -> Result<NameAddr<'b>, Error> {
        let open = value.from(at);
        let close = open.find([b'>']);
        if open.byte(close).is_none() {
            return Err(open.error(ErrorKind::Angle));
        }
        let uri = open.after(at).to(close).trim();
        if uri.is_empty() {
            return Err(open.error(ErrorKind::Address));
        }
        let behind = value.after(close);
        // What stands between bracket and semicolon is no parameter.
        let params = if behind.first() == Some(b';') { behind.start() } else { behind.find([b';']) };
        let display_end = value.to(at).trim_end().end();
        Ok(NameAddr { value, display_end, uri: uri.start(), uri_end: uri.end(), params })
    }

    /// The display name: tokens, a quoted string, or whatever stands before `<`. `None` where there is none; an empty
    /// quoted string is one.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::NameAddr;
    /// let to = NameAddr::parse(Span::new(b"Bob Roe<sip:bob@b.example>")?)?; // no space before `<`: RFC 4475 lwsdisp
    /// assert_eq!(to.display_name().unwrap().raw(), b"Bob Roe");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn display_name(&self) -> Option<Word<'b>> {
        let display = self.value.between(self.value.start(), self.display_end);
        (!display.is_empty()).then(|| Word::new(display))
    }

    /// The URI as it stands, without brackets.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::NameAddr;
    /// let to = NameAddr::parse(Span::new(b"sip:bob@b.example;tag=7")?)?;
    /// assert_eq!(to.uri_span().bytes(), b"sip:bob@b.example"); // the tag is the header's
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn uri_span(&self) -> Span<'b> {
        self.value.between(self.uri, self.uri_end)
    }

    /// The URI, taken apart.
    ///
    /// # Errors
    /// As [`Uri::read`].
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::NameAddr;
    /// let to = NameAddr::parse(Span::new(b"<sip:bob@b.example:5066>;tag=7")?)?;
    /// assert_eq!(to.uri()?.port()?, Some(5066));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn uri(&self) -> Result<Uri<'b>, Error> {
        Uri::read(self.uri_span())
    }

    /// Whether the URI stands in angle brackets. Route and its kin must have them (RFC 3261 §20.34).
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::NameAddr;
    /// assert!(!NameAddr::parse(Span::new(b"sip:bob@b.example")?)?.is_bracketed());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is_bracketed(&self) -> bool {
        self.uri > self.value.start()
    }

    /// The `tag` parameter (RFC 3261 §19.3). An empty tag is not the same as none.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::NameAddr;
    /// let to = NameAddr::parse(Span::new(b"<sip:bob@b.example>;TAG=")?)?;
    /// assert_eq!(to.tag(), Some(&b""[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn tag(&self) -> Option<&'b [u8]> {
        Some(self.params().get_here(b"tag")?.value()?.raw())
    }

    /// The `q` parameter in thousandths, 0 to 1,000 (RFC 3261 §20.10).
    ///
    /// # Errors
    /// `Number` where it is not a number from 0 to 1 with at most three decimals.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::NameAddr;
    /// assert_eq!(NameAddr::parse(Span::new(b"<sip:bob@b.example>;q=0.7")?)?.q()?, Some(700));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn q(&self) -> Result<Option<u16>, Error> {
        self.params().value(b"q").map(super::quality).transpose()
    }

    /// The `expires` parameter, in seconds (RFC 3261 §20.10).
    ///
    /// # Errors
    /// `Number` or `NumberRange`, as [`Span::number`].
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::NameAddr;
    /// assert_eq!(NameAddr::parse(Span::new(b"<sip:bob@b.example>;expires=60")?)?.expires()?, Some(60));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn expires(&self) -> Result<Option<u32>, Error> {
        self.params().value(b"expires").map(|value| value.span().number()).transpose()
    }
}

with_params!(NameAddr, "<sip:a@b.example>;x=1");

/// One value of Contact: an address, or the `*` that means all of them (RFC 3261 §10.2.2, §20.10).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::Contact;
/// assert!(matches!(Contact::parse(Span::new(b"*")?)?, Contact::Star));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Contact<'b> {
    /// `*`: only in a REGISTER, alone, with Expires 0.
    Star,
    /// An address.
    Address(NameAddr<'b>),
}

impl<'b> Contact<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// As [`NameAddr::parse`].
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Contact;
    /// assert!(Contact::parse(Span::new(b"<sip:a@b.example")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn parse(value: Span<'b>) -> Result<Contact<'b>, Error> {
        let value = value.trim();
        if value.bytes() == b"*" { Ok(Contact::Star) } else { NameAddr::parse(value).map(Contact::Address) }
    }

    /// The address, if it is one.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Contact;
    /// assert!(Contact::parse(Span::new(b"*")?)?.address().is_none());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn address(&self) -> Option<NameAddr<'b>> {
        match self {
            Contact::Star => None,
            Contact::Address(address) => Some(*address),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_usual_ones_are_read_as_any_is((text, range) in crate::text::values(&["\"Bob\" <sip:b@b.example>", "Bob <sip:b>;tag=7", "<sips:b?x>;q=1"])) {
            let value = Span::within(&text, range);
            if let Some(usual) = NameAddr::usual(value) {
                prop_assert_eq!(std::format!("{usual:?}"), std::format!("{:?}", NameAddr::any(value).unwrap()));
            }
        }
    }
}
