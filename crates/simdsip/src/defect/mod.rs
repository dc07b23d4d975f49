//! What is odd about a message that was accepted: codes, classes, and where they show.
//!
//! Parsing sets one bit for each structural code; [`StructuralDefects`] derives the places again when asked, and
//! [`Defects`] goes on to hold each value against its grammar.
//!
//! ```
//! # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
//! let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 9\r\n\r\n", &mut index)?;
//! let defect = message.defects().next().unwrap();
//! assert_eq!((defect.code.as_str(), defect.at), ("content-length-too-long", 22));
//! # Ok::<(), simdsip::Error>(())
//! ```

mod all;
mod structural;

pub use all::Defects;
pub use structural::StructuralDefects;

/// How much a defect matters.
///
/// ```
/// use simdsip::{DefectClass, DefectCode};
///
/// assert_eq!(DefectCode::LeadingCrlf.class(), DefectClass::Cosmetic);
/// assert_eq!(DefectCode::NotUtf8.class(), DefectClass::Lossy);
/// assert_eq!(DefectCode::BareLf.class(), DefectClass::Ambiguous);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DefectClass {
    /// The same meaning for every reader.
    Cosmetic,
    /// Something is lost or guessed.
    Lossy,
    /// Two readers may understand it differently.
    Ambiguous,
}

impl DefectClass {
    /// `cosmetic`, `lossy` or `ambiguous`.
    ///
    /// ```
    /// assert_eq!(simdsip::DefectClass::Ambiguous.as_str(), "ambiguous");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            DefectClass::Cosmetic => "cosmetic",
            DefectClass::Lossy => "lossy",
            DefectClass::Ambiguous => "ambiguous",
        }
    }
}

/// One oddity and its place. Given by [`crate::Message::defects`].
///
/// ```
/// use simdsip::{Defect, DefectCode};
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\nxx", &mut index)?;
/// let defect = Defect { code: DefectCode::SurplusBytes, at: 27, len: 2 };
/// assert_eq!(message.defects().next(), Some(defect));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Defect {
    /// What is odd.
    pub code: DefectCode,
    /// Byte offset in the input.
    pub at: usize,
    /// Bytes it covers; 0 where something is missing.
    pub len: usize,
}

/// Whether the grammar has it all the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grammar {
    Allows,
    Forbids,
}

struct Row {
    code: DefectCode,
    name: &'static str,
    class: DefectClass,
    grammar: Grammar,
    rfc: &'static str,
    message: &'static str,
}

macro_rules! defects {
    ($($variant:ident = $number:literal, $name:literal, $class:ident, $grammar:ident, $rfc:literal, $message:literal;)*) => {
        /// What is odd. Numbers and words are stable: new ones are appended, none is reused.
        ///
        /// ```
        /// use simdsip::DefectCode;
        ///
        /// let code = DefectCode::BareLf;
        /// assert_eq!((code.as_str(), code.rfc()), ("bare-lf", "RFC 3261 §7"));
        /// assert_eq!(code.message(), "a line ends in LF alone");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum DefectCode {
            $(#[doc = concat!("`", $name, "`: ", $message, " (", $rfc, ").")] $variant = $number,)*
        }

        const TABLE: &[Row] = &[$(Row {
            code: DefectCode::$variant,
            name: $name,
            class: DefectClass::$class,
            grammar: Grammar::$grammar,
            rfc: $rfc,
            message: $message,
        },)*];
    };
}

defects! {
    BareLf = 1, "bare-lf", Ambiguous, Forbids, "RFC 3261 §7", "a line ends in LF alone";
    BareCr = 2, "bare-cr", Ambiguous, Forbids, "RFC 3261 §7", "a CR stands without LF";
    LeadingCrlf = 3, "leading-crlf", Cosmetic, Allows, "RFC 3261 §7.5", "line ends stand before the start line";
    ControlByte = 4, "control-byte", Ambiguous, Forbids, "RFC 3261 §25.1", "a control byte stands in the header section";
    NotUtf8 = 5, "not-utf8", Lossy, Forbids, "RFC 3261 §7", "bytes of the header section are not UTF-8";
    WsBeforeColon = 6, "ws-before-colon", Ambiguous, Allows, "RFC 3261 §7.3.1", "white space stands between header field name and colon";
    HeaderWithoutColon = 7, "header-without-colon", Lossy, Forbids, "RFC 3261 §7.3.1", "a line of the header section has no colon";
    EmptyHeaderName = 8, "empty-header-name", Lossy, Forbids, "RFC 3261 §7.3.1", "a header field has no name";
    NameNotToken = 9, "name-not-token", Ambiguous, Forbids, "RFC 3261 §25.1", "a header field name holds bytes that no token has";
    FoldedStartLine = 10, "folded-start-line", Ambiguous, Forbids, "RFC 3261 §7.1", "the line after the start line begins with white space";
    StartLineSpacing = 11, "start-line-spacing", Cosmetic, Forbids, "RFC 3261 §7.1", "the start line has white space beside its two spaces";
    SpaceInUri = 12, "space-in-uri", Ambiguous, Forbids, "RFC 3261 §7.1", "the Request-URI holds white space";
    BadVersion = 13, "bad-version", Lossy, Forbids, "RFC 3261 §7.1", "the SIP-Version is not SIP/2.0";
    MethodNotToken = 14, "method-not-token", Lossy, Forbids, "RFC 3261 §25.1", "the method holds bytes that no token has";
    BadStatus = 15, "bad-status", Lossy, Forbids, "RFC 3261 §7.2", "the Status-Code is not a number from 100 to 699";
    NoReasonSeparator = 16, "no-reason-separator", Cosmetic, Forbids, "RFC 3261 §7.2", "no space follows the Status-Code";
    NoEmptyLine = 17, "no-empty-line", Lossy, Forbids, "RFC 3261 §7", "the bytes end before the empty line that ends the header section";
    ContentLengthMissing = 18, "content-length-missing", Lossy, Forbids, "RFC 3261 §20.14", "a message on a stream has no Content-Length";
    ContentLengthInvalid = 19, "content-length-invalid", Ambiguous, Forbids, "RFC 3261 §20.14", "Content-Length is not a decimal number";
    ContentLengthRepeated = 20, "content-length-repeated", Cosmetic, Forbids, "RFC 3261 §7.3.1", "Content-Length appears again with the same value";
    ContentLengthConflict = 21, "content-length-conflict", Ambiguous, Forbids, "RFC 3261 §7.3.1", "Content-Length appears again with another value";
    ContentLengthTooLong = 22, "content-length-too-long", Ambiguous, Forbids, "RFC 3261 §18.3", "Content-Length exceeds the bytes that follow";
    SurplusBytes = 23, "surplus-bytes", Lossy, Allows, "RFC 3261 §18.3", "bytes follow the body in the same datagram";
    QuotedControl = 24, "quoted-control", Ambiguous, Allows, "RFC 3261 §25.1", "a control byte stands behind a backslash in the header section";
    BlankLine = 25, "blank-line", Ambiguous, Allows, "RFC 3261 §7.3.1", "a line of the header section holds nothing but white space";
    EmptyValue = 26, "empty-value", Lossy, Forbids, "RFC 3261 §25.1", "a header field that must have a value is empty";
    EmptyElement = 27, "empty-element", Cosmetic, Forbids, "RFC 3261 §7.3.1", "a comma list has an empty element";
    EmptyParameter = 28, "empty-parameter", Cosmetic, Forbids, "RFC 3261 §25.1", "a semicolon has no parameter behind it";
    BadParameter = 29, "bad-parameter", Ambiguous, Forbids, "RFC 3261 §25.1", "a parameter is not of the form name or name=value";
    MissingParameter = 30, "missing-parameter", Lossy, Forbids, "RFC 3261 §20", "a parameter that the header must have is missing";
    BadToken = 31, "bad-token", Ambiguous, Forbids, "RFC 3261 §25.1", "bytes stand in a token that no token has";
    BadNumber = 32, "bad-number", Lossy, Forbids, "RFC 3261 §25.1", "a number is not made of digits";
    NumberTooLarge = 33, "number-too-large", Lossy, Forbids, "RFC 3261 §20", "a number is larger than its field allows";
    UnterminatedQuote = 34, "unterminated-quote", Ambiguous, Forbids, "RFC 3261 §25.1", "a quoted string is not closed";
    UnterminatedAngle = 35, "unterminated-angle", Ambiguous, Forbids, "RFC 3261 §25.1", "an angle bracket is not closed";
    UnterminatedComment = 36, "unterminated-comment", Ambiguous, Forbids, "RFC 3261 §25.1", "a comment is not closed";
    JunkAfterValue = 37, "junk-after-value", Ambiguous, Forbids, "RFC 3261 §25.1", "something stands between a value and its parameters";
    BadAddress = 38, "bad-address", Lossy, Forbids, "RFC 3261 §25.1", "an address has no URI, or a name without brackets behind it";
    MissingAngle = 39, "missing-angle", Ambiguous, Forbids, "RFC 3261 §20", "a URI stands without the angle brackets that it needs";
    NameNotQuoted = 40, "name-not-quoted", Cosmetic, Forbids, "RFC 3261 §25.1", "a display name is neither tokens nor a quoted string";
    BadUri = 41, "bad-uri", Lossy, Forbids, "RFC 3261 §19.1.1", "a URI departs from the grammar of its scheme";
    BadEscape = 42, "bad-escape", Ambiguous, Forbids, "RFC 3261 §19.1.2", "a percent sign is not followed by two hexadecimal digits";
    BadHost = 43, "bad-host", Ambiguous, Forbids, "RFC 3261 §25.1", "a host is no host name, IPv4 address or IPv6 reference";
    BadPort = 44, "bad-port", Ambiguous, Forbids, "RFC 3261 §25.1", "a port is no number up to 65535";
    HeadersInRequestUri = 45, "headers-in-request-uri", Ambiguous, Forbids, "RFC 3261 §19.1.1", "the Request-URI carries header fields";
    BadVia = 46, "bad-via", Lossy, Forbids, "RFC 3261 §20.42", "a Via lacks protocol, version, transport or sent-by";
    BracketedReceived = 47, "bracketed-received", Cosmetic, Forbids, "RFC 5118 §4.5", "a received parameter has its IPv6 address in brackets";
    BranchWithoutCookie = 48, "branch-without-cookie", Cosmetic, Allows, "RFC 3261 §8.1.1.7", "the top Via has no branch that begins with z9hG4bK and goes on";
    TagMissing = 49, "tag-missing", Cosmetic, Allows, "RFC 3261 §8.1.1.3", "From has no tag";
    BadCSeq = 50, "bad-cseq", Lossy, Forbids, "RFC 3261 §20.16", "CSeq is not a number and a method";
    CSeqMismatch = 51, "cseq-mismatch", Ambiguous, Forbids, "RFC 3261 §8.1.1.5", "CSeq names another method than the request";
    BadCallId = 52, "bad-call-id", Cosmetic, Forbids, "RFC 3261 §20.8", "a Call-ID holds bytes that no word has";
    BadDate = 53, "bad-date", Lossy, Forbids, "RFC 3261 §20.17", "a date is not of the form that SIP has, in GMT";
    BadMediaType = 54, "bad-media-type", Lossy, Forbids, "RFC 3261 §20.15", "a media type lacks type, slash or subtype";
    BadAuth = 55, "bad-auth", Ambiguous, Forbids, "RFC 3261 §25.1", "authentication is not a scheme with its parameters";
    BadWarning = 56, "bad-warning", Lossy, Forbids, "RFC 3261 §20.43", "a warning is not a code, an agent and a quoted text";
    StarNotAlone = 57, "star-not-alone", Ambiguous, Forbids, "RFC 3261 §10.2.2", "Contact: * stands beside other contacts, outside REGISTER, or without Expires: 0";
    MissingHeader = 58, "missing-header", Lossy, Forbids, "RFC 3261 §8.1.1", "a header field that every message must have is missing";
    RepeatedHeader = 59, "repeated-header", Ambiguous, Forbids, "RFC 3261 §7.3.1", "a header field that may stand once stands again";
    OverLimit = 60, "over-limit", Ambiguous, Forbids, "RFC 3261 §25.1", "more parameters, elements or nested comments, or a longer URI, than the limits allow";
    MaxForwardsMissing = 61, "max-forwards-missing", Cosmetic, Allows, "RFC 3261 §8.1.1.6", "a request has no Max-Forwards";
    BadQuotedPair = 62, "bad-quoted-pair", Ambiguous, Forbids, "RFC 3261 §25.1", "a backslash stands before a byte that it cannot escape";
    RepeatedParameter = 63, "repeated-parameter", Ambiguous, Forbids, "RFC 3261 §7.3.1", "a parameter stands again";
    SdpLf = 64, "sdp-lf", Cosmetic, Forbids, "RFC 8866 §5", "a line of SDP ends in LF alone";
    SdpBareCr = 65, "sdp-bare-cr", Ambiguous, Forbids, "RFC 8866 §9", "a CR stands within a line of SDP";
    SdpNul = 66, "sdp-nul", Ambiguous, Forbids, "RFC 8866 §9", "a NUL stands in SDP";
    SdpNotUtf8 = 67, "sdp-not-utf8", Lossy, Forbids, "RFC 8866 §4", "a line of SDP is not UTF-8 and no a=charset says what it is";
    SdpNoLineEnd = 68, "sdp-no-line-end", Cosmetic, Forbids, "RFC 8866 §9", "the last line of SDP has no end";
    SdpBlankLine = 69, "sdp-blank-line", Ambiguous, Forbids, "RFC 8866 §9", "an empty line stands within SDP";
    SdpTrailingBlank = 70, "sdp-trailing-blank", Cosmetic, Forbids, "RFC 8866 §9", "empty lines stand behind SDP";
    SdpBadLine = 71, "sdp-bad-line", Lossy, Forbids, "RFC 8866 §5", "a line of SDP is not a letter, = and a value";
    SdpUnknownType = 72, "sdp-unknown-type", Lossy, Forbids, "RFC 8866 §5", "a line of SDP has a type letter that nobody knows";
    SdpOrder = 73, "sdp-order", Ambiguous, Forbids, "RFC 8866 §5", "a line of SDP stands behind one that must follow it";
    SdpRepeatedLine = 74, "sdp-repeated-line", Ambiguous, Forbids, "RFC 8866 §9", "a line of SDP that may stand once stands again";
    SdpVersionMissing = 75, "sdp-version-missing", Lossy, Forbids, "RFC 8866 §5.1", "SDP has no v= line";
    SdpOriginMissing = 76, "sdp-origin-missing", Lossy, Forbids, "RFC 8866 §5.2", "SDP has no o= line";
    SdpNameMissing = 77, "sdp-name-missing", Cosmetic, Forbids, "RFC 8866 §5.3", "SDP has no s= line";
    SdpTimingMissing = 78, "sdp-timing-missing", Cosmetic, Forbids, "RFC 8866 §5.9", "SDP has no t= line";
    SdpConnectionMissing = 79, "sdp-connection-missing", Lossy, Forbids, "RFC 8866 §5.7", "neither the session nor a media description has a c= line";
    SdpTrailingSpace = 80, "sdp-trailing-space", Cosmetic, Forbids, "RFC 8866 §5", "white space stands at the end of a line of SDP";
    SdpSpacing = 81, "sdp-spacing", Cosmetic, Forbids, "RFC 8866 §5", "fields of SDP are apart by more than one space";
    SdpVersion = 82, "sdp-version", Lossy, Forbids, "RFC 8866 §5.1", "the version of SDP is not 0";
    SdpOrigin = 83, "sdp-origin", Lossy, Forbids, "RFC 8866 §5.2", "o= is not six fields of which two are numbers";
    SdpEmptyName = 84, "sdp-empty-name", Cosmetic, Forbids, "RFC 8866 §5.3", "s= is empty";
    SdpTiming = 85, "sdp-timing", Lossy, Forbids, "RFC 8866 §5.9", "t=, r= or z= is not made of times";
    SdpConnection = 86, "sdp-connection", Lossy, Forbids, "RFC 8866 §5.7", "c= is not network type, address type and an address of that";
    SdpBandwidth = 87, "sdp-bandwidth", Lossy, Forbids, "RFC 8866 §5.8", "b= is not a type and a number";
    SdpMedia = 88, "sdp-media", Lossy, Forbids, "RFC 8866 §5.14", "m= is not kind, port, protocol and formats";
    SdpKeyLine = 89, "sdp-key-line", Cosmetic, Forbids, "RFC 8866 §5.12", "SDP has a k= line, which nobody may send any more";
    SdpAttributeName = 90, "sdp-attribute-name", Lossy, Forbids, "RFC 8866 §5.13", "an attribute has no name, or one that is no token";
    SdpAttributeCase = 91, "sdp-attribute-case", Cosmetic, Forbids, "RFC 8866 §5.13", "an attribute is spelt in another case than the registry's";
    SdpAttributeLevel = 92, "sdp-attribute-level", Ambiguous, Forbids, "RFC 8866 §5.13", "an attribute stands at a level that it does not have";
    SdpAttributeRepeated = 93, "sdp-attribute-repeated", Ambiguous, Forbids, "RFC 8866 §6", "an attribute that may stand once at its level stands again";
    SdpAttributeValue = 94, "sdp-attribute-value", Lossy, Forbids, "RFC 8866 §6", "the value of an attribute departs from its grammar";
    SdpFlagValue = 95, "sdp-flag-value", Cosmetic, Forbids, "RFC 8866 §5.13", "an attribute that has no value has one";
    SdpSpaceAfterColon = 96, "sdp-space-after-colon", Cosmetic, Forbids, "RFC 8866 §5.13", "white space stands between the colon of an attribute and its value";
    SdpClockMissing = 97, "sdp-clock-missing", Lossy, Forbids, "RFC 8866 §6.6", "a=rtpmap has no clock rate";
    SdpFormatUnlisted = 98, "sdp-format-unlisted", Lossy, Forbids, "RFC 8866 §6.6", "an attribute speaks of a payload type that m= does not list";
    SdpFormatUnmapped = 99, "sdp-format-unmapped", Lossy, Allows, "RFC 8866 §6.6", "m= lists a dynamic payload type that no a=rtpmap explains";
}

impl DefectCode {
    /// Every code, by number.
    ///
    /// ```
    /// # use simdsip::DefectCode;
    /// assert_eq!(DefectCode::all().next(), Some(DefectCode::BareLf));
    /// assert!(DefectCode::all().is_sorted_by_key(|code| code.number()));
    /// ```
    pub fn all() -> impl Iterator<Item = DefectCode> {
        TABLE.iter().map(|row| row.code)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "numbers begin at 1 and follow the table's order, which a test holds"
    )]
    const fn row(self) -> &'static Row {
        &TABLE[(self as usize).wrapping_sub(1)]
    }

    /// The stable number, from 1.
    ///
    /// ```
    /// assert_eq!(simdsip::DefectCode::BareLf.number(), 1);
    /// ```
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The stable word, such as `bare-lf`.
    ///
    /// ```
    /// assert_eq!(simdsip::DefectCode::BareLf.as_str(), "bare-lf");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().name
    }

    /// Whether it shows in start line, header section and framing, so that parsing sees it and a [`crate::Policy`]
    /// can refuse it there. The others show in values: [`crate::Message::defects`] finds them.
    ///
    /// ```
    /// # use simdsip::DefectCode;
    /// assert!(DefectCode::BareLf.is_structural() && !DefectCode::BadUri.is_structural());
    /// ```
    #[must_use]
    pub const fn is_structural(self) -> bool {
        self as u8 <= DefectCode::BlankLine as u8
    }

    /// Whether it shows in session descriptions: [`crate::sdp::Sdp::defects`] finds it, and no policy refuses a message
    /// for it, since a description is answered by what it offers (RFC 3264), not by the parser.
    ///
    /// ```
    /// # use simdsip::DefectCode;
    /// assert!(DefectCode::SdpNameMissing.is_sdp() && !DefectCode::BadUri.is_sdp());
    /// ```
    #[must_use]
    pub const fn is_sdp(self) -> bool {
        self as u8 >= DefectCode::SdpLf as u8 && self as u8 <= DefectCode::SdpFormatUnmapped as u8
    }

    /// How much it matters.
    ///
    /// ```
    /// # use simdsip::{DefectClass, DefectCode};
    /// assert_eq!(DefectCode::SpaceInUri.class(), DefectClass::Ambiguous);
    /// ```
    #[must_use]
    pub const fn class(self) -> DefectClass {
        self.row().class
    }

    /// The section that it departs from.
    ///
    /// ```
    /// assert_eq!(simdsip::DefectCode::BadVersion.rfc(), "RFC 3261 §7.1");
    /// ```
    #[must_use]
    pub const fn rfc(self) -> &'static str {
        self.row().rfc
    }

    /// What is odd, as a clause.
    ///
    /// ```
    /// assert_eq!(simdsip::DefectCode::BareCr.message(), "a CR stands without LF");
    /// ```
    #[must_use]
    pub const fn message(self) -> &'static str {
        self.row().message
    }
}

/// A set of codes in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct DefectSet(u128);

impl DefectSet {
    pub(crate) const EMPTY: DefectSet = DefectSet(0);

    pub(crate) const fn with(self, code: DefectCode) -> DefectSet {
        DefectSet(self.0 | 1 << code.number())
    }

    pub(crate) const fn without(self, code: DefectCode) -> DefectSet {
        DefectSet(self.0 & !(1 << code.number()))
    }

    pub(crate) const fn union(self, other: DefectSet) -> DefectSet {
        DefectSet(self.0 | other.0)
    }

    pub(crate) const fn intersection(self, other: DefectSet) -> DefectSet {
        DefectSet(self.0 & other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn contains(self, code: DefectCode) -> bool {
        self.0 >> code.number() & 1 == 1
    }

    pub(crate) const fn of_class(class: DefectClass) -> DefectSet {
        let mut set = DefectSet::EMPTY;
        let mut rows = TABLE;
        while let [row, rest @ ..] = rows {
            if row.class as u8 == class as u8 {
                set = set.with(row.code);
            }
            rows = rest;
        }
        set
    }

    /// All that the grammar forbids.
    pub(crate) const fn violations() -> DefectSet {
        let mut set = DefectSet::EMPTY;
        let mut rows = TABLE;
        while let [row, rest @ ..] = rows {
            if matches!(row.grammar, Grammar::Forbids) {
                set = set.with(row.code);
            }
            rows = rest;
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_table_and_words_are_distinct() {
        for (row, number) in TABLE.iter().zip(1u8..) {
            assert_eq!(row.code.number(), number);
            assert_eq!(row.code.as_str(), row.name);
            assert!(
                row.name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            );
            assert_eq!(TABLE.iter().filter(|other| other.name == row.name).count(), 1);
        }
        assert!(TABLE.len() < 128);
    }

    #[test]
    fn sets_hold_what_was_put_in() {
        let set = DefectSet::EMPTY.with(DefectCode::BareLf).with(DefectCode::SurplusBytes);
        assert!(set.contains(DefectCode::BareLf) && set.contains(DefectCode::SurplusBytes));
        assert!(!set.contains(DefectCode::BareCr));
        assert_eq!(set.without(DefectCode::BareLf).without(DefectCode::SurplusBytes), DefectSet::EMPTY);
        assert!(DefectSet::of_class(DefectClass::Ambiguous).contains(DefectCode::BareLf));
        assert!(!DefectSet::of_class(DefectClass::Ambiguous).contains(DefectCode::LeadingCrlf));
        assert!(!DefectSet::violations().contains(DefectCode::WsBeforeColon));
    }
}
