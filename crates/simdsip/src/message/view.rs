//! A message as a view: the caller's bytes and where things stand in them.

use core::fmt;
use core::ops::Range;

use super::field::{FieldsNamed, FieldsOf, HeaderField, Headers};
use super::head::{Head, Kind};
use super::index::Table;
use super::start_line;
use crate::check::ValueLimits;
use crate::defect::{DefectCode, Defects, StructuralDefects};
use crate::error::{Error, ErrorKind};
use crate::header::{HeaderName, Method};
use crate::sdp::SdpLimits;
use crate::text::Span;

/// A message that was read. Borrows the bytes and the index; copies nothing.
///
/// Every part is given as its bytes; each accessor gives the same answer each time. None panics, whatever
/// the bytes hold, and none allocates but `into_owned`.
/// Ranges are byte offsets in the input that was parsed.
///
/// ```
/// use simdsip::HeaderName;
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"SIP/2.0 180 Ringing\r\nt: <sip:bob@b.example>\r\n\r\n", &mut index)?;
/// assert_eq!(message.status()?, Some(180));
/// assert_eq!(message.field(HeaderName::To).unwrap().name(), b"t"); // as it stands on the wire
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Message<'b> {
    bytes: &'b [u8],
    head: &'b Head,
    table: Table<'b>,
}

/// The start line of a message (RFC 3261 §7).
///
/// ```
/// use simdsip::StartLine;
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"SIP/2.0 486 Busy Here\r\n\r\n", &mut index)?;
/// let StartLine::Status(line) = message.start_line() else { panic!("a response") };
/// assert_eq!((line.code, line.reason), (&b"486"[..], &b"Busy Here"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine<'b> {
    /// RFC 3261 §7.1.
    Request(RequestLine<'b>),
    /// RFC 3261 §7.2.
    Status(StatusLine<'b>),
}

/// `Method SP Request-URI SP SIP-Version` (RFC 3261 §7.1).
///
/// ```
/// use simdsip::{Method, StartLine};
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:bob@b.example sip/2.0\r\n\r\n", &mut index)?;
/// let StartLine::Request(line) = message.start_line() else { panic!("a request") };
/// assert_eq!((line.method, line.uri), (Method::Bye, &b"sip:bob@b.example"[..]));
/// assert_eq!(line.version, b"sip/2.0");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestLine<'b> {
    /// The method; case matters.
    pub method: Method<'b>,
    /// The Request-URI as on the wire.
    pub uri: &'b [u8],
    /// `SIP/2.0`, or whatever stands there.
    pub version: &'b [u8],
}

/// `SIP-Version SP Status-Code SP Reason-Phrase` (RFC 3261 §7.2).
///
/// ```
/// use simdsip::StartLine;
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"SIP/2.0 200 \r\n\r\n", &mut index)?;
/// let StartLine::Status(line) = message.start_line() else { panic!("a response") };
/// assert_eq!((line.version, line.reason), (&b"SIP/2.0"[..], &b""[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StatusLine<'b> {
    /// `SIP/2.0`, or whatever stands there.
    pub version: &'b [u8],
    /// The Status-Code as on the wire.
    pub code: &'b [u8],
    /// The Reason-Phrase: any bytes, perhaps none.
    pub reason: &'b [u8],
}

impl<'b> Message<'b> {
    #[inline]
    pub(crate) fn new(bytes: &'b [u8], head: &'b Head, table: Table<'b>) -> Message<'b> {
        Message { bytes, head, table }
    }

    /// The input from its start.
    pub(crate) fn whole(&self) -> &'b [u8] {
        self.bytes
    }

    pub(crate) fn mime_depth(&self) -> usize {
        self.head.mime_depth as usize
    }

    pub(crate) fn sdp_limits(&self) -> SdpLimits {
        self.head.sdp
    }

    pub(crate) fn value_limits(&self) -> ValueLimits {
        self.head.values
    }

    /// Where the header section ends: at its empty line.
    #[inline]
    pub(crate) fn headers_end(&self) -> usize {
        self.head.headers_end
    }

    /// Nothing, where the header section ends.
    pub(crate) fn end_of_section(&self) -> Span<'b> {
        Span::within(self.bytes, self.head.headers_end..self.head.headers_end)
    }

    pub(crate) fn has_structural(&self, code: DefectCode) -> bool {
        self.head.defects.contains(code)
    }

    fn part(&self, index: usize) -> &'b [u8] {
        self.head.start.parts.get(index).map_or(&[], |span| span.of(self.bytes))
    }

    /// Request or response (RFC 3261 §7): a response is what begins with `SIP/`, in any case.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"SIP/2.0 200 OK\r\n\r\n", &mut index)?;
    /// assert_eq!(message.kind(), simdsip::Kind::Response);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.head.start.kind
    }

    /// The start line, taken apart (RFC 3261 §7.1, §7.2).
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\n\r\n", &mut index)?;
    /// assert!(matches!(message.start_line(), simdsip::StartLine::Request(line) if line.uri == b"sip:b"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn start_line(&self) -> StartLine<'b> {
        let [first, second, third] = [self.part(0), self.part(1), self.part(2)];
        match self.kind() {
            Kind::Request => StartLine::Request(RequestLine {
                method: Method::from_bytes(first),
                uri: second,
                version: third,
            }),
            Kind::Response => StartLine::Status(StatusLine { version: first, code: second, reason: third }),
        }
    }

    /// Where the start line stands in the input, in bytes, its line end included.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"\r\nBYE sip:b SIP/2.0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.start_line_range(), 2..21); // behind the leading CR LF
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn start_line_range(&self) -> Range<usize> {
        self.head.origin..self.head.headers_at
    }

    /// The method of a request (RFC 3261 §7.1); `None` for a response.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.method(), Some(simdsip::Method::Bye));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn method(&self) -> Option<Method<'b>> {
        (self.kind() == Kind::Request).then(|| Method::from_bytes(self.part(0)))
    }

    /// The Request-URI of a request, as on the wire (RFC 3261 §7.1); `None` for a response.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.uri(), Some(&b"sip:b"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn uri(&self) -> Option<&'b [u8]> {
        (self.kind() == Kind::Request).then(|| self.part(1))
    }

    /// The value of the first field of that name.
    #[inline]
    pub(crate) fn first_value(&self, name: HeaderName) -> Option<Span<'b>> {
        self.table.first_value(name.id(), self.bytes)
    }

    /// The Request-URI and where it stands.
    pub(crate) fn uri_span(&self) -> Option<Span<'b>> {
        let [_, uri, _] = self.head.start.parts;
        (self.kind() == Kind::Request).then(|| Span::placed(self.bytes, uri.at, uri.len))
    }

    /// The Status-Code of a response (RFC 3261 §7.2); `None` for a request.
    ///
    /// # Errors
    /// `StatusCode` where it is not three digits from 100 on (a defect says so too).
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"SIP/2.0 1000 Odd\r\n\r\n", &mut index)?;
    /// assert_eq!(message.status().unwrap_err().at, 8); // accepted, but not swallowed as some number
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn status(&self) -> Result<Option<u16>, Error> {
        if self.kind() == Kind::Request {
            return Ok(None);
        }
        let at = self.head.start.parts[1].at as usize;
        start_line::code(self.part(1)).map(Some).ok_or(Error::new(ErrorKind::StatusCode, at))
    }

    /// The Reason-Phrase of a response, perhaps empty (RFC 3261 §7.2); `None` for a request.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"SIP/2.0 404 Not Found\r\n\r\n", &mut index)?;
    /// assert_eq!(message.reason(), Some(&b"Not Found"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn reason(&self) -> Option<&'b [u8]> {
        (self.kind() == Kind::Response).then(|| self.part(2))
    }

    /// `SIP/2.0`, or whatever stands there.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/3.0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.version(), b"SIP/3.0"); // a defect says that it is another
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn version(&self) -> &'b [u8] {
        self.part(if self.kind() == Kind::Request { 2 } else { 0 })
    }

    /// All header fields, in wire order (RFC 3261 §7.3).
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 0\r\nX-a: 1\r\n\r\n", &mut index)?;
    /// assert!(message.headers().map(|field| field.name()).eq([&b"l"[..], b"X-a"]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn headers(&self) -> Headers<'b> {
        Headers::new(self.bytes, self.table, self.head.headers_end)
    }

    /// The first header field of that name, whether spelt out or compact (RFC 3261 §7.3.3).
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\ni: 7@a\r\n\r\n", &mut index)?;
    /// assert_eq!(message.field(simdsip::HeaderName::CallId).unwrap().value(), b"7@a");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn field(&self, name: HeaderName) -> Option<HeaderField<'b>> {
        self.fields(name).next()
    }

    /// The header fields of that name, in wire order. [`HeaderName::Unknown`] gives all that are not registered.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nRoute: <sip:p>\r\nroute: <sip:q>\r\n\r\n", &mut index)?;
    /// let routes = message.fields(simdsip::HeaderName::Route).map(|field| field.value());
    /// assert!(routes.eq([&b"<sip:p>"[..], b"<sip:q>"]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn fields(&self, name: HeaderName) -> FieldsOf<'b> {
        FieldsOf::new(self.headers(), name)
    }

    /// The header fields of that name in any case, or compact form (RFC 3261 §7.3.1, §7.3.3); names that no
    /// registry knows too.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nX-a: 1\r\nx-A: 2\r\nv: 3\r\n\r\n", &mut index)?;
    /// assert_eq!(message.fields_named(b"X-A").count(), 2);
    /// assert_eq!(message.fields_named(b"Via").count(), 1);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn fields_named<'n>(&self, name: &'n [u8]) -> FieldsNamed<'b, 'n> {
        FieldsNamed::new(self.headers(), name)
    }

    /// Whether a header field of that name is there.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nk: 100rel\r\n\r\n", &mut index)?;
    /// assert!(message.has(simdsip::HeaderName::Supported)); // `k` is its compact form
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn has(&self, name: HeaderName) -> bool {
        self.table.find(name.id(), 0).is_some()
    }

    /// The body (RFC 3261 §7.4): what Content-Length says; in a datagram where that is missing or
    /// wrong, all that follows.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"MESSAGE sip:b SIP/2.0\r\nl: 2\r\n\r\nhi and more", &mut index)?;
    /// assert_eq!(message.body(), b"hi");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn body(&self) -> &'b [u8] {
        self.bytes.get(self.body_range()).unwrap_or(&[])
    }

    /// Where the body stands in the input, in bytes.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"MESSAGE sip:b SIP/2.0\r\nl: 2\r\n\r\nhi", &mut index)?;
    /// assert_eq!(message.body_range(), 31..33);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn body_range(&self) -> Range<usize> {
        self.head.body_at..self.head.body_at.saturating_add(self.head.body_len)
    }

    /// The message byte for byte, without line ends before it and surplus bytes behind.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"\r\nBYE sip:b SIP/2.0\r\nl: 0\r\n\r\nxx", &mut index)?;
    /// assert_eq!(message.as_bytes(), b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &'b [u8] {
        self.bytes.get(self.range()).unwrap_or(&[])
    }

    /// Where the message stands in the input, in bytes.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"\r\nBYE sip:b SIP/2.0\r\nl: 0\r\n\r\nxx", &mut index)?;
    /// assert_eq!(message.range(), 2..29);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.head.origin..self.body_range().end
    }

    /// What follows the body in the same datagram, to be ignored (RFC 3261 §18.3). Empty on streams.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\nxx", &mut index)?;
    /// assert_eq!(message.surplus(), b"xx");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn surplus(&self) -> &'b [u8] {
        self.bytes.get(self.body_range().end..self.head.input_end).unwrap_or(&[])
    }

    /// What Content-Length says, in bytes, if it is there; the first where it is repeated (RFC 3261 §20.14).
    ///
    /// # Errors
    /// `ContentLength` where it is not a decimal number that fits `u64`.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: -1\r\n\r\n", &mut index)?;
    /// assert_eq!(message.content_length().unwrap_err().at, 22); // not 0: nobody knows
    /// assert!(message.has_defects());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn content_length(&self) -> Result<Option<u64>, Error> {
        let Some(value) = self.first_value(HeaderName::ContentLength) else { return Ok(None) };
        match value.short_number() {
            Some(number) => Ok(Some(number.into())),
            None => long_number(value.apart()).map(Some),
        }
    }

    /// Bytes and index copied, to outlive both. Does not parse again.
    ///
    /// ```
    /// use simdsip::{Index, Parser};
    ///
    /// let mut index = Index::new();
    /// let message = Parser::default().parse(b"OPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n", &mut index)?;
    /// let kept = message.into_owned();
    /// # drop(index);
    /// assert_eq!(kept.as_message().uri(), Some(&b"sip:a"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn into_owned(self) -> super::Owned<alloc::vec::Vec<u8>> {
        let bytes = self.bytes.get(..self.head.input_end).unwrap_or(self.bytes);
        super::Owned::new(bytes.to_vec(), super::GrowIndex::copy_of(self.head, self.table))
    }

    /// What is odd about the message: what parsing saw ([`structural_defects`](Message::structural_defects)), and
    /// where its values depart from their grammar and from each other. Looks at each byte again.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK7\r\n\
    ///     From: sip:a@a.example;tag=1\r\nTo: sip:b@b.example;;tag=2\r\nCall-ID: 7\r\nCSeq: 1 BYE\r\n\r\n", &mut index)?;
    /// let defect = message.defects().next().unwrap();
    /// assert_eq!((defect.code, defect.at), (simdsip::DefectCode::EmptyParameter, 108));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn defects(&self) -> Defects<'b> {
        Defects::new(*self)
    }

    /// What is odd about start line, header section and framing, grouped by code: what parsing decides on.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl : 0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.structural_defects().next().unwrap().code, simdsip::DefectCode::WsBeforeColon);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn structural_defects(&self) -> StructuralDefects<'b> {
        StructuralDefects::new(self.bytes, self.head, self.table)
    }

    /// Whether anything is odd about it: looks until the first defect is found.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n", &mut index)?;
    /// assert!(message.has_defects()); // From, To and others are missing
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn has_defects(&self) -> bool {
        self.has_structural_defects() || self.defects().next().is_some()
    }

    /// Whether anything is odd about start line, header section and framing. Costs one comparison.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\nl: 0\r\n\r\n", &mut index)?;
    /// assert!(message.has_structural_defects()); // the first line ends in LF alone
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn has_structural_defects(&self) -> bool {
        !self.head.defects.is_empty()
    }
}

/// A Content-Length of any number of digits.
#[cold]
fn long_number(value: Span<'_>) -> Result<u64, Error> {
    let number = core::str::from_utf8(value.bytes())
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    number.and_then(|text| text.parse().ok()).ok_or(value.error(ErrorKind::ContentLength))
}

impl fmt::Debug for RequestLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (uri, version) = (self.uri.escape_ascii(), self.version.escape_ascii());
        write!(f, "{} {uri} {version}", self.method.as_bytes().escape_ascii())
    }
}

impl fmt::Debug for StatusLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (version, code) = (self.version.escape_ascii(), self.code.escape_ascii());
        write!(f, "{version} {code} {}", self.reason.escape_ascii())
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("start_line", &self.start_line())
            .field("header_count", &self.table.len())
            .field("body", &self.body_range())
            .finish()
    }
}

const _: () = {
    const fn shares<T: Send + Sync + Copy>() {}
    shares::<Message<'static>>();
};
