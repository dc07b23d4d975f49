//! Why bytes were refused, and where.

use core::fmt;

use crate::defect::DefectCode;
use crate::sdp::offer::Rule;

/// A refusal: what was wrong, and at which byte of the input.
///
/// Parsing refuses only what it cannot represent, what a [`crate::Policy`] refuses, and
/// what goes over a limit; all else is a [`crate::Defect`] of a message that was accepted.
///
/// ```
/// use simdsip::{ErrorKind, Index, Parser, Policy};
///
/// let mut index = Index::new();
/// let error = Parser::new(Policy::INTEROP).parse(b"GET / HTTP/1.1\r\n\r\n", &mut index).unwrap_err();
/// assert_eq!((error.kind, error.at), (ErrorKind::Version, 6));
/// assert_eq!(error.to_string(), "expected SIP-Version at the end of the Request-Line at byte 6");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Error {
    /// What was expected or exceeded.
    pub kind: ErrorKind,
    /// Byte offset in the input where that shows.
    pub at: usize,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, at: usize) -> Error {
        Error { kind, at }
    }
}

/// What was wrong. Displayed as one clause, without the place.
///
/// ```
/// use simdsip::{ErrorKind, Index, Parser};
///
/// let (parser, mut index) = (Parser::default(), Index::new());
/// assert_eq!(parser.parse(b"\r\n\r\n", &mut index).unwrap_err().kind, ErrorKind::Empty);
/// assert_eq!(ErrorKind::Method.to_string(), "expected a method and a space");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No bytes at all, or nothing but line ends.
    Empty,
    /// A Request-Line begins with a method and a space (RFC 3261 §7.1).
    Method,
    /// A Request-Line has a Request-URI between method and version (RFC 3261 §7.1).
    RequestUri,
    /// A Request-Line ends in a SIP-Version, a Status-Line begins with one (RFC 3261 §7.1, §7.2).
    Version,
    /// A Status-Line has a Status-Code (RFC 3261 §7.2).
    StatusCode,
    /// A limit of [`crate::Limits`], or of the index, was exceeded.
    Limit(LimitKind),
    /// The policy refuses this defect.
    Refused(DefectCode),
    /// On a stream, nothing says where the body ends (RFC 3261 §18.3).
    ContentLength,
    /// Bodies of type multipart name their boundary (RFC 2046 §5.1.1).
    Boundary,
    /// A value that must not be empty is.
    Value,
    /// A decimal number (RFC 3261 §25.1).
    Number,
    /// A decimal number that is not too large for its field.
    NumberRange,
    /// A token (RFC 3261 §25.1).
    Token,
    /// The quote that closes a quoted string (RFC 3261 §25.1).
    Quote,
    /// The bracket that closes `<` (RFC 3261 §25.1).
    Angle,
    /// The parenthesis that closes a comment (RFC 3261 §25.1).
    Comment,
    /// A URI, or a display name and a URI in angle brackets (RFC 3261 §25.1).
    Address,
    /// A URI begins with a scheme and a colon (RFC 3261 §25.1).
    Scheme,
    /// A host name, IPv4 address or IPv6 reference (RFC 3261 §25.1).
    Host,
    /// A port is a number up to 65,535 (RFC 3261 §25.1).
    Port,
    /// A telephone number (RFC 3966 §3).
    Telephone,
    /// A Via begins with protocol, version and transport (RFC 3261 §20.42).
    Via,
    /// A type, a slash and a subtype (RFC 3261 §20.15).
    MediaType,
    /// An RFC 1123 date in GMT (RFC 3261 §20.17).
    Date,
    /// An authentication scheme and its parameters (RFC 3261 §20.44).
    Auth,
    /// A Warning is a code, an agent and a quoted text (RFC 3261 §20.43).
    Warning,
    /// Two edits cross, and one puts text in: [`crate::edit`].
    Overlap,
    /// An edit is of bytes within those that are edited: [`crate::edit`].
    Range,
    /// The caller's buffer holds the result; `at` is how much it has to hold.
    Room,
    /// Text that is put in has no CR, LF, NUL or other control byte but tab; `at` counts from its start.
    Text,
    /// Max-Forwards is more than zero (RFC 3261 §16.3 step 3).
    MaxForwards,
    /// What is asked is for requests, or for those that are answered.
    Request,
    /// `o=` has six fields (RFC 8866 §5.2).
    Origin,
    /// `c=` has three fields (RFC 8866 §5.7).
    Connection,
    /// `b=` has a type and a value (RFC 8866 §5.8).
    Bandwidth,
    /// `t=` has two fields, `r=` three or more, `z=` pairs (RFC 8866 §5.9 to §5.11).
    Timing,
    /// `m=` has kind, port, proto and formats (RFC 8866 §5.14).
    Media,
    /// `a=rtpmap` has a payload type and an encoding (RFC 8866 §6.6).
    Rtpmap,
    /// `a=candidate` has seven fields (RFC 8839 §5.1), one of `a=remote-candidates` three (§5.2).
    Candidate,
    /// `a=fingerprint` has a hash function and octets in hexadecimal (RFC 8122 §5).
    Fingerprint,
    /// `a=crypto` has a tag, a suite and keys (RFC 4568 §4).
    Crypto,
    /// `a=extmap` has an identifier and a URI (RFC 8285 §8).
    Extmap,
    /// `a=rid` has an identifier and a direction (RFC 8851 §4).
    Rid,
    /// `a=simulcast` has directions and lists (RFC 8853 §5.1).
    Simulcast,
    /// `a=curr`, `a=conf` have three words, `a=des` four (RFC 3312 §4).
    Precondition,
    /// An offer or an answer breaks this rule: [`crate::sdp::offer`].
    Rule(Rule),
}

/// Which limit was exceeded; [`Error::at`] is the first byte over it or the header field to blame.
///
/// ```
/// use simdsip::{ErrorKind, Index, LimitKind, Parser};
///
/// let long = [b'x'; 70_000];
/// let error = Parser::default().parse(&long, &mut Index::new()).unwrap_err();
/// assert_eq!((error.kind, error.at), (ErrorKind::Limit(LimitKind::Message), 65_536));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitKind {
    /// Bytes of a message: [`crate::Limits::message_len`].
    Message,
    /// Bytes before the body: 65,535 in an [`crate::Index`] (`GrowIndex` has no such limit).
    HeaderSection,
    /// Header fields of a message: [`crate::Limits::header_count`].
    Headers,
    /// Header fields that this [`crate::Index`] holds.
    Index,
    /// Bytes of a line: [`crate::Limits::line_len`].
    Line,
    /// Bytes of a header field name: 255.
    Name,
    /// Bytes of a Request-URI that is written: [`crate::Limits::uri_len`]. In one that is read it is a defect.
    Uri,
    /// Multipart bodies within multipart bodies: [`crate::Limits::mime_depth`].
    MimeDepth,
    /// Edits that the room holds: [`crate::edit::Store`].
    Edits,
    /// Bytes of text put in that the room holds: [`crate::edit::Store`].
    EditText,
    /// Elements of a comma list that is written again.
    Elements,
    /// Lines of a session description: [`crate::Limits::sdp_line_count`].
    SdpLines,
    /// Media descriptions: [`crate::Limits::sdp_media_count`].
    SdpMedia,
    /// Lines that this [`crate::sdp::SdpIndex`] holds.
    SdpIndex,
}

impl ErrorKind {
    /// Its stable kebab-case word; a refused defect has that of its code.
    ///
    /// ```
    /// assert_eq!(simdsip::ErrorKind::RequestUri.as_str(), "request-uri");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Method => "method",
            Self::RequestUri => "request-uri",
            Self::Version => "version",
            Self::StatusCode => "status-code",
            Self::Limit(limit) => limit.as_str(),
            Self::Refused(code) => code.as_str(),
            Self::ContentLength => "content-length",
            Self::Boundary => "boundary",
            Self::Value => "value",
            Self::Number => "number",
            Self::NumberRange => "number-range",
            Self::Token => "token",
            Self::Quote => "quote",
            Self::Angle => "angle",
            Self::Comment => "comment",
            Self::Address => "address",
            Self::Scheme => "scheme",
            Self::Host => "host",
            Self::Port => "port",
            Self::Telephone => "telephone",
            Self::Via => "via",
            Self::MediaType => "media-type",
            Self::Date => "date",
            Self::Auth => "auth",
            Self::Warning => "warning",
            Self::Overlap => "overlap",
            Self::Range => "range",
            Self::Room => "room",
            Self::Text => "text",
            Self::MaxForwards => "max-forwards",
            Self::Request => "request",
            Self::Origin => "origin",
            Self::Connection => "connection",
            Self::Bandwidth => "bandwidth",
            Self::Timing => "timing",
            Self::Media => "media",
            Self::Rtpmap => "rtpmap",
            Self::Candidate => "candidate",
            Self::Fingerprint => "fingerprint",
            Self::Crypto => "crypto",
            Self::Extmap => "extmap",
            Self::Rid => "rid",
            Self::Simulcast => "simulcast",
            Self::Precondition => "precondition",
            Self::Rule(rule) => rule.as_str(),
        }
    }
}

impl LimitKind {
    /// Its stable kebab-case word.
    ///
    /// ```
    /// assert_eq!(simdsip::LimitKind::Headers.as_str(), "limit-headers");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "limit-message",
            Self::HeaderSection => "limit-header-section",
            Self::Headers => "limit-headers",
            Self::Index => "limit-index",
            Self::Line => "limit-line",
            Self::Name => "limit-name",
            Self::Uri => "limit-uri",
            Self::MimeDepth => "limit-mime-depth",
            Self::Edits => "limit-edits",
            Self::EditText => "limit-edit-text",
            Self::Elements => "limit-elements",
            Self::SdpLines => "limit-sdp-lines",
            Self::SdpMedia => "limit-sdp-media",
            Self::SdpIndex => "limit-sdp-index",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ErrorKind::Empty => "expected a SIP message, found no bytes of one",
            ErrorKind::Method => "expected a method and a space",
            ErrorKind::RequestUri => "expected a Request-URI",
            ErrorKind::Version => "expected SIP-Version at the end of the Request-Line",
            ErrorKind::StatusCode => "expected a Status-Code",
            ErrorKind::Limit(limit) => return write!(f, "{limit}"),
            ErrorKind::Refused(code) => {
                return write!(f, "{} is refused by the policy: {}", code.as_str(), code.message());
            }
            ErrorKind::ContentLength => "expected one valid Content-Length on a stream",
            ErrorKind::Boundary => "expected a boundary parameter of 1 to 70 bytes",
            ErrorKind::Value => "expected a value",
            ErrorKind::Number => "expected a decimal number",
            ErrorKind::NumberRange => "the number is too large for its field",
            ErrorKind::Token => "expected a token",
            ErrorKind::Quote => "expected a closing quote for the one",
            ErrorKind::Angle => "expected a closing angle bracket for the one",
            ErrorKind::Comment => "expected a closing parenthesis for the one",
            ErrorKind::Address => "expected a URI, or a display name and a URI in angle brackets,",
            ErrorKind::Scheme => "expected a URI scheme and a colon",
            ErrorKind::Host => "expected a host",
            ErrorKind::Port => "expected a port up to 65535",
            ErrorKind::Telephone => "expected a telephone number",
            ErrorKind::Via => "expected SIP-Version, a slash and a transport",
            ErrorKind::MediaType => "expected a type, a slash and a subtype",
            ErrorKind::Date => "expected a date in the form Thu, 01 Jan 2026 00:00:00 GMT",
            ErrorKind::Auth => "expected an authentication scheme and its parameters",
            ErrorKind::Warning => "expected a three-digit code, an agent and a quoted text",
            ErrorKind::Overlap => "the edit crosses another one",
            ErrorKind::Range => "expected a place within the bytes that are edited",
            ErrorKind::Room => "the buffer is too short for the result, which ends",
            ErrorKind::Text => "expected text without control bytes",
            ErrorKind::MaxForwards => "expected a Max-Forwards above zero",
            ErrorKind::Origin => "expected the six fields of o=",
            ErrorKind::Connection => "expected network type, address type and address",
            ErrorKind::Bandwidth => "expected a bandwidth type, a colon and a number",
            ErrorKind::Timing => "expected times",
            ErrorKind::Media => "expected media kind, port, protocol and formats",
            ErrorKind::Rtpmap => "expected a payload type and an encoding",
            ErrorKind::Candidate => "expected the fields of a candidate",
            ErrorKind::Fingerprint => "expected a hash function and octets in hexadecimal",
            ErrorKind::Crypto => "expected a tag, a crypto suite and keys",
            ErrorKind::Extmap => "expected an identifier and a URI",
            ErrorKind::Rid => "expected an identifier and send or recv",
            ErrorKind::Simulcast => "expected send or recv and a list of streams",
            ErrorKind::Precondition => "expected the words of a precondition",
            ErrorKind::Rule(rule) => return write!(f, "{rule}"),
            ErrorKind::Request => "expected a request, and one that is answered",
        })
    }
}

impl fmt::Display for LimitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LimitKind::Message => "the message is longer than the limit",
            LimitKind::HeaderSection => {
                "the header section is longer than the 65,535 bytes that an index of fixed size holds"
            }
            LimitKind::Headers => "more header fields than the limit",
            LimitKind::Index => "more header fields than this index holds",
            LimitKind::Line => "a line is longer than the limit",
            LimitKind::Name => "a header field name is longer than 255 bytes",
            LimitKind::Uri => "the Request-URI is longer than the limit",
            LimitKind::MimeDepth => "multipart bodies are nested deeper than the limit",
            LimitKind::Edits => "more edits than there is room for",
            LimitKind::EditText => "more text put in than there is room for",
            LimitKind::Elements => "more elements than a list is written again with",
            LimitKind::SdpLines => "more lines of SDP than the limit",
            LimitKind::SdpMedia => "more media descriptions than the limit",
            LimitKind::SdpIndex => "more lines of SDP than this index holds",
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.at)
    }
}

impl core::error::Error for Error {}
