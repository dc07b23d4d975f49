//! Call-IDs, and the headers that name a dialog by one: Replaces, Join, Target-Dialog.
//!
//! A Call-ID may hold quotes, brackets and backslashes that mean nothing (RFC 3261 §25.1, `word`), so it is compared
//! byte for byte and never unescaped.

use super::token::some;
use crate::error::{Error, ErrorKind};
use crate::text::Span;

/// A Call-ID (RFC 3261 §20.8).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::CallId;
/// assert_eq!(CallId::parse(Span::new(b"f81d4fae@foo.example")?)?.as_bytes(), b"f81d4fae@foo.example");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CallId<'b> {
    span: Span<'b>,
}

impl<'b> CallId<'b> {
    /// Reads one element: all of it is the Call-ID.
    ///
    /// # Errors
    /// `Value` where there is nothing.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::CallId;
    /// assert!(CallId::parse(Span::new(b"")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<CallId<'b>, Error> {
        Ok(CallId { span: some(value)? })
    }

    /// Its bytes: case matters.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::CallId;
    /// assert_eq!(CallId::parse(Span::new(b"a@b")?)?.as_bytes(), b"a@b");
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
    /// use simdsip::shape::CallId;
    /// assert_eq!(CallId::parse(Span::new(b"a@b")?)?.span().range(), 0..3);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }
}

/// A dialog named by Call-ID and tags (RFC 3891 §6.1, RFC 3911 §7.1, RFC 4538 §4).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::Dialog;
/// let replaces = Dialog::parse(Span::new(b"98732@sip.example.com ;from-tag=r33th4x0r ;to-tag=ff87ff")?)?;
/// assert_eq!(replaces.call_id(), b"98732@sip.example.com");
/// assert_eq!((replaces.from_tag(), replaces.to_tag()), (Some(&b"r33th4x0r"[..]), Some(&b"ff87ff"[..])));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dialog<'b> {
    value: Span<'b>,
    call_id_end: u32,
    params: u32,
}

impl<'b> Dialog<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `Value` where no Call-ID stands before the parameters.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// use simdsip::shape::Dialog;
    /// assert_eq!(Dialog::parse(Span::new(b";to-tag=1")?).unwrap_err().kind, ErrorKind::Value);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'b>) -> Result<Dialog<'b>, Error> {
        let value = some(value)?;
        let at = value.find([b';']);
        let call_id = value.to(at).trim_end();
        if call_id.is_empty() {
            return Err(value.error(ErrorKind::Value));
        }
        Ok(Dialog { value, call_id_end: call_id.end(), params: at })
    }

    /// The Call-ID, to be compared byte for byte.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Dialog;
    /// assert_eq!(Dialog::parse(Span::new(b"a@b;to-tag=1")?)?.call_id(), b"a@b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn call_id(&self) -> &'b [u8] {
        self.call_id_span().bytes()
    }

    /// Where the Call-ID stands.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Dialog;
    /// assert_eq!(Dialog::parse(Span::new(b"a@b;to-tag=1")?)?.call_id_span().range(), 0..3);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn call_id_span(&self) -> Span<'b> {
        self.value.to(self.call_id_end)
    }

    /// The `to-tag` parameter; Target-Dialog calls it `remote-tag` or `local-tag` by the receiver's side.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Dialog;
    /// assert_eq!(Dialog::parse(Span::new(b"a@b;to-tag=1")?)?.to_tag(), Some(&b"1"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn to_tag(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"to-tag")?.raw())
    }

    /// The `from-tag` parameter.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Dialog;
    /// assert_eq!(Dialog::parse(Span::new(b"a@b;from-tag=1")?)?.from_tag(), Some(&b"1"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn from_tag(&self) -> Option<&'b [u8]> {
        Some(self.params().value(b"from-tag")?.raw())
    }
}

with_params!(Dialog, "a@b;x=1");
