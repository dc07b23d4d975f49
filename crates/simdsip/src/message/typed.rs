//! What a message means: typed headers.

use super::field::FieldsNamed;
use super::view::Message;
use crate::error::Error;
use crate::header::HeaderName;
use crate::typed::{self, Header, List};
use crate::uri::Uri;

impl<'b> Message<'b> {
    /// The first element of the first field of a header, typed; `None` where there is none.
    ///
    /// # Errors
    /// What `H` calls malformed, with its byte offset in the input. The same each time it is asked.
    ///
    /// ```
    /// use simdsip::typed::SessionExpires;
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"UPDATE sip:b SIP/2.0\r\nx: 1800;refresher=uac\r\n\r\n", &mut index)?;
    /// assert_eq!(message.header::<SessionExpires>()?.unwrap().value(), 1800);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn header<H: Header<'b>>(&self) -> Result<Option<H>, Error> {
        if H::ID != HeaderName::Unknown {
            // The first field nearly always has an element.
            let Some(value) = self.first_value(H::ID) else { return Ok(None) };
            if let Some(element) = H::elements(value).next() {
                return Ok(Some(H::parse(element)?));
            }
        }
        self.list::<H>().next().transpose()
    }

    /// [`Message::header`] that is compiled once a type: for callers inside the crate that read many headers each, where
    /// inlining would only make the build slow and the code large.
    #[inline(never)]
    pub(crate) fn header_called<H: Header<'b>>(&self) -> Result<Option<H>, Error> {
        self.header()
    }

    /// [`Message::request_uri`] in the same way.
    #[inline(never)]
    pub(crate) fn request_uri_called(&self) -> Result<Option<Uri<'b>>, Error> {
        self.request_uri()
    }

    /// All elements of all fields of a header, typed, in wire order (RFC 3261 §7.3.1).
    ///
    /// ```
    /// use simdsip::typed::Via;
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a, SIP/2.0/TCP b\r\nVia: SIP/2.0/TLS c\r\n\r\n", &mut index)?;
    /// let transports = message.list::<Via>().map(|via| via.unwrap().transport());
    /// assert!(transports.eq([b"UDP", b"TCP", b"TLS"]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn list<H: Header<'b>>(&self) -> List<'b, H> {
        let name = if H::ID == HeaderName::Unknown { HeaderName::lookup(H::NAME.as_bytes()) } else { H::ID };
        List::new(FieldsNamed::of(self.headers(), name, H::NAME.as_bytes()))
    }

    /// The Request-URI, taken apart (RFC 3261 §7.1); `None` for a response.
    ///
    /// # Errors
    /// As [`Uri::read`].
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:bob@b.example:5066 SIP/2.0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.request_uri()?.unwrap().port()?, Some(5066));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn request_uri(&self) -> Result<Option<Uri<'b>>, Error> {
        match self.uri_span() {
            Some(span) => Ok(Some(Uri::read(span)?)),
            None => Ok(None),
        }
    }
}

macro_rules! shortcuts {
    ($($(#[$doc:meta])* $method:ident: $header:ident, $line:literal, $test:expr;)*) => {
        impl<'b> Message<'b> {
            $($(#[$doc])*
            ///
            /// # Errors
            /// What is malformed, with its byte offset in the input.
            ///
            /// ```
            /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
            #[doc = concat!("let message = parser.parse(b\"BYE sip:b SIP/2.0\\r\\n", $line, "\\r\\n\\r\\n\", &mut index)?;")]
            #[doc = concat!("let value = message.", stringify!($method), "()?.unwrap();")]
            #[doc = $test]
            /// # Ok::<(), simdsip::Error>(())
            /// ```
            #[inline(always)]
            pub fn $method(&self) -> Result<Option<typed::$header<'b>>, Error> {
                self.header()
            })*
        }
    };
}

shortcuts! {
    /// The top Via: the hop that sent the message (RFC 3261 §20.42).
    via: Via, "v: SIP/2.0/UDP h;branch=z9hG4bK7", "assert_eq!(value.branch(), Some(&b\"z9hG4bK7\"[..]));";
    /// From: who began the dialog (RFC 3261 §20.20).
    from: From, "f: Bob <sip:bob@b.example>;tag=1", "assert_eq!(value.tag(), Some(&b\"1\"[..]));";
    /// To: whom the dialog was begun with (RFC 3261 §20.39).
    to: To, "t: <sip:bob@b.example>", "assert_eq!(value.tag(), None);";
    /// Call-ID, to be compared byte for byte (RFC 3261 §20.8).
    call_id: CallId, "i: 7@a.example", "assert_eq!(value.as_bytes(), b\"7@a.example\");";
    /// CSeq: sequence number and method (RFC 3261 §20.16).
    cseq: CSeq, "CSeq: 0314159 BYE", "assert_eq!(value.number(), 314_159);";
    /// The first Contact (RFC 3261 §20.10).
    contact: Contact, "m: *", "assert!(value.address().is_none());";
    /// Max-Forwards: how many hops are left (RFC 3261 §20.22).
    max_forwards: MaxForwards, "Max-Forwards: 70", "assert_eq!(value.value(), 70);";
    /// Expires, in seconds (RFC 3261 §20.19).
    expires: Expires, "Expires: 3600", "assert_eq!(value.value(), 3600);";
    /// Content-Type: what the body is (RFC 3261 §20.15).
    content_type: ContentType, "c: application/sdp", "assert!(value.is(b\"application\", b\"sdp\"));";
}
