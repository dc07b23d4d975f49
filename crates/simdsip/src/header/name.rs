//! What is known about a header name: spelling, compact form, cardinality, shape, reference.
//!
//! The rows are generated into `table`; here stand the types that they are made of and the methods
//! that read them. Names outside the registry are [`HeaderName::Unknown`]: their bytes stay with the
//! message. Reference: RFC 3261 §7.3.1, §7.3.3.

use core::fmt;

use super::lookup;
use super::table::{BY_ID, HeaderName, ROWS};

/// How often a field may stand in a message, and what its commas mean (RFC 3261 §7.3.1).
///
/// ```
/// use simdsip::header::{Cardinality, HeaderName};
/// assert_eq!(HeaderName::Via.cardinality(), Cardinality::CommaList);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cardinality {
    /// At most one row with one value; commas have no meaning of their own.
    Single,
    /// A list: one row with commas means the same as several rows.
    CommaList,
    /// Several rows may stand, but commas separate parameters: rows must not be joined.
    RepeatRow,
}

/// The grammar of one element of a header value. Many headers share a shape, and a typed view
/// belongs to the shape.
///
/// ```
/// use simdsip::header::{HeaderName, Shape};
/// assert_eq!(HeaderName::From.shape(), HeaderName::ReferTo.shape());
/// assert_eq!(HeaderName::From.shape(), Shape::NameAddr);
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shape {
    /// Grammar not known here: raw bytes only. Every unknown header.
    Opaque,
    /// One token.
    Token,
    /// A token, then `;name=value` parameters.
    TokenParams,
    /// Anything up to a semicolon (a quoted string, base64, a host and port), then parameters.
    ValueParams,
    /// A decimal number.
    Number,
    /// A decimal number, then parameters.
    NumberParams,
    /// A decimal number, an optional comment, then parameters.
    RetryAfter,
    /// A name-addr or addr-spec, then parameters; a route must have the angle brackets.
    NameAddr,
    /// As `NameAddr`, or a lone `*`.
    Contact,
    /// A URI, nearly always in angle brackets and without a display name, then parameters.
    Uri,
    /// `type/subtype`, then parameters.
    MediaType,
    /// A Call-ID.
    CallId,
    /// A Call-ID, then parameters: Replaces and its kin.
    Dialog,
    /// A sequence number and a method.
    CSeq,
    /// Two sequence numbers and a method.
    RAck,
    /// An RFC 1123 date with a comma inside.
    Date,
    /// Seconds with an optional fraction, and an optional delay.
    Timestamp,
    /// Protocol, sent-by, parameters.
    Via,
    /// A scheme, then parameters separated by commas: challenges and credentials.
    Auth,
    /// Parameters separated by commas, without a scheme.
    AuthInfo,
    /// Code, agent, quoted text.
    Warning,
    /// Products and nested comments.
    Product,
    /// Free text.
    Text,
    /// Tokens separated by semicolons.
    Privacy,
    /// `name=value` pairs separated by semicolons, the first one included.
    ParamList,
}

/// One row of the registry.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// 0: none.
    pub(crate) compact: u8,
    pub(crate) cardinality: Cardinality,
    pub(crate) shape: Shape,
    pub(crate) reference: &'static str,
}

impl Row {
    pub(super) const fn new(
        name: &'static str,
        compact: u8,
        cardinality: Cardinality,
        shape: Shape,
        reference: &'static str,
    ) -> Row {
        Row { name, compact, cardinality, shape, reference }
    }
}

impl HeaderName {
    /// The header that `name` means, in any case or in its compact form; [`Unknown`](Self::Unknown)
    /// for everything else, a name with a stray byte included.
    ///
    /// ```
    /// use simdsip::HeaderName;
    /// assert_eq!(HeaderName::lookup(b"call-id"), HeaderName::CallId);
    /// assert_eq!(HeaderName::lookup(b"I"), HeaderName::CallId);
    /// assert_eq!(HeaderName::lookup(b"X-Mine"), HeaderName::Unknown);
    /// ```
    #[must_use]
    #[inline]
    pub fn lookup(name: &[u8]) -> HeaderName {
        HeaderName::from_id(lookup::lookup(name))
    }

    /// The header with this id; [`Unknown`](Self::Unknown) for 0 and for ids not given out yet.
    ///
    /// ```
    /// use simdsip::HeaderName;
    /// assert_eq!(HeaderName::from_id(HeaderName::Via.id()), HeaderName::Via);
    /// assert_eq!(HeaderName::from_id(255), HeaderName::Unknown);
    /// ```
    #[must_use]
    #[inline]
    #[allow(clippy::indexing_slicing, reason = "256 entries, and the index is a u8")]
    pub const fn from_id(id: u8) -> HeaderName {
        BY_ID[id as usize]
    }

    /// The id of this header: append-only, never reused, the same in every language. 0 is unknown.
    ///
    /// ```
    /// use simdsip::HeaderName;
    /// assert_eq!(HeaderName::Unknown.id(), 0);
    /// assert_eq!(HeaderName::from_id(HeaderName::CallId.id()), HeaderName::CallId);
    /// ```
    #[must_use]
    #[inline]
    pub const fn id(self) -> u8 {
        self as u8
    }

    #[inline]
    #[allow(clippy::indexing_slicing, reason = "one row a variant, checked at compile time below")]
    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The canonical spelling, without a colon; empty for [`Unknown`](Self::Unknown).
    ///
    /// ```
    /// use simdsip::HeaderName;
    /// assert_eq!(HeaderName::CSeq.as_str(), "CSeq");
    /// assert_eq!(HeaderName::lookup(b"www-authenticate").as_str(), "WWW-Authenticate");
    /// ```
    #[must_use]
    #[inline]
    pub const fn as_str(self) -> &'static str {
        self.row().name
    }

    /// The compact form, a lower-case letter, where the header has one (RFC 3261 §7.3.3).
    ///
    /// ```
    /// use simdsip::HeaderName;
    /// assert_eq!(HeaderName::Via.compact(), Some(b'v'));
    /// assert_eq!(HeaderName::CSeq.compact(), None);
    /// ```
    #[must_use]
    #[inline]
    pub const fn compact(self) -> Option<u8> {
        match self.row().compact {
            0 => None,
            letter => Some(letter),
        }
    }

    /// How often the field may stand and what its commas mean; [`Cardinality::RepeatRow`] for
    /// unknown headers, which one can neither split nor join safely.
    ///
    /// ```
    /// use simdsip::header::{Cardinality, HeaderName};
    /// assert_eq!(HeaderName::CallId.cardinality(), Cardinality::Single);
    /// assert_eq!(HeaderName::Unknown.cardinality(), Cardinality::RepeatRow);
    /// ```
    #[must_use]
    #[inline]
    pub const fn cardinality(self) -> Cardinality {
        self.row().cardinality
    }

    /// The grammar of one element; [`Shape::Opaque`] for unknown headers.
    ///
    /// ```
    /// use simdsip::header::{HeaderName, Shape};
    /// assert_eq!(HeaderName::CSeq.shape(), Shape::CSeq);
    /// assert_eq!(HeaderName::Unknown.shape(), Shape::Opaque);
    /// ```
    #[must_use]
    #[inline]
    pub const fn shape(self) -> Shape {
        self.row().shape
    }

    /// Where the header is specified; empty for [`Unknown`](Self::Unknown).
    ///
    /// ```
    /// use simdsip::HeaderName;
    /// assert_eq!(HeaderName::MaxForwards.rfc(), "RFC 3261 §20.22");
    /// ```
    #[must_use]
    #[inline]
    pub const fn rfc(self) -> &'static str {
        self.row().reference
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

// Every variant has its row and the ids are dense.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated at compile time")]
const _: () = {
    assert!(ROWS.len() == HeaderName::ALL.len() + 1, "rows and variants differ");
    let mut at = 0;
    while at < HeaderName::ALL.len() {
        assert!(HeaderName::ALL[at] as usize == at + 1, "ids are not dense");
        at += 1;
    }
};
