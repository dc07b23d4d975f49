//! Telephone numbers: of `tel` URIs, and of SIP URIs whose user is one.
//!
//! Does not know numbering plans. Grammar: RFC 3966 §3; RFC 3261 §19.1.6 on numbers within SIP URIs.

use super::scheme::Kind;
use super::{Escaped, Uri, UriParams};
use crate::text::Span;

impl<'b> Uri<'b> {
    /// The telephone number as on the wire: of a `tel` URI, or of a SIP or SIPS URI with `user=phone`.
    ///
    /// ```
    /// use simdsip::Uri;
    /// let tel = Uri::parse(b"tel:863-1234;phone-context=+1-914-555")?;
    /// assert_eq!(tel.number().unwrap().raw(), b"863-1234");
    /// let sip = Uri::parse(b"sip:+1-212;isub=7@gw.example;user=phone")?;
    /// assert_eq!(sip.number().unwrap().raw(), b"+1-212");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn number(&self) -> Option<Escaped<'b>> {
        let subscriber = self.subscriber()?;
        Some(Escaped::new(subscriber.to(subscriber.find([b';']))))
    }

    /// The number without visual separators (RFC 3966 §5.1.1), nothing where there is none.
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"tel:+1-(201)-555.0123")?.digits().eq(*b"+12015550123"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn digits(&self) -> impl Iterator<Item = u8> + use<'b> {
        let digits = self.number().map(|number| number.unescaped());
        digits.into_iter().flatten().filter(|&byte| !is_visual_separator(byte))
    }

    /// Whether there is a number that begins with `+` (RFC 3966 §5.1.4).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert!(Uri::parse(b"tel:+1-201-555-0123")?.is_global());
    /// assert!(!Uri::parse(b"tel:7042;phone-context=example.com")?.is_global());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_global(&self) -> bool {
        self.subscriber().is_some_and(|subscriber| subscriber.first() == Some(b'+'))
    }

    /// `phone-context`: where a local number is valid, a domain name or a prefix (RFC 3966 §5.1.5).
    ///
    /// ```
    /// use simdsip::Uri;
    /// let uri = Uri::parse(b"tel:7042;phone-context=example.com")?;
    /// assert_eq!(uri.phone_context().unwrap().raw(), b"example.com");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn phone_context(&self) -> Option<Escaped<'b>> {
        self.number_params().value(b"phone-context")
    }

    /// `isub`: an ISDN subaddress (RFC 3966 §5.2).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b"tel:+1;isub=1411")?.isub().unwrap().raw(), b"1411");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn isub(&self) -> Option<Escaped<'b>> {
        self.number_params().value(b"isub")
    }

    /// `ext`: an extension behind the number (RFC 3966 §5.3).
    ///
    /// ```
    /// use simdsip::Uri;
    /// assert_eq!(Uri::parse(b"tel:+1-201-555-0123;ext=17")?.ext().unwrap().raw(), b"17");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn ext(&self) -> Option<Escaped<'b>> {
        self.number_params().value(b"ext")
    }

    /// The parameters of the number: those of a `tel` URI, or those within the user of a SIP URI with `user=phone`.
    ///
    /// ```
    /// use simdsip::Uri;
    /// let sip = Uri::parse(b"sip:7042;phone-context=example.com@gw.example;user=phone")?;
    /// assert!(sip.number_params().get(b"phone-context").is_some());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn number_params(&self) -> UriParams<'b> {
        let subscriber = self.subscriber().unwrap_or(self.span.from(self.span.end()));
        UriParams::new(subscriber.from(subscriber.find([b';'])))
    }

    /// The telephone-subscriber.
    fn subscriber(&self) -> Option<Span<'b>> {
        if self.kind == Kind::Tel {
            return Some(self.rest());
        }
        let user = self.user()?;
        self.user_param()?.is_ignore_case(b"phone").then(|| user.span())
    }
}

/// Whether `byte` only makes a number easier to read (RFC 3966 §3).
pub(super) const fn is_visual_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'.' | b'(' | b')')
}
