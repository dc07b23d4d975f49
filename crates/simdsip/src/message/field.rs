//! One header field, and the ways to walk them.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::Range;

use super::index::{FOLDED, Record, Table};
use super::token::trim_lws;
use crate::header::HeaderName;
use crate::shape::Values;
use crate::text::Span;

/// A header field as it stands in the bytes (RFC 3261 §7.3.1). Ranges are byte offsets in the input.
///
/// ```
/// use simdsip::HeaderName;
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nv :SIP/2.0/UDP h \r\n\r\n", &mut index)?;
/// let via = message.headers().next().unwrap();
/// assert_eq!((via.id(), via.name(), via.value()), (HeaderName::Via, &b"v"[..], &b"SIP/2.0/UDP h"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct HeaderField<'b> {
    bytes: &'b [u8],
    record: Record,
    line_end: usize,
}

impl<'b> HeaderField<'b> {
    fn new(bytes: &'b [u8], table: Table<'b>, section_end: usize, at: usize) -> Option<HeaderField<'b>> {
        let record = table.get(at)?;
        let line_end = table.get(at.wrapping_add(1)).map_or(section_end, |next| next.name);
        Some(HeaderField { bytes, record, line_end })
    }

    /// Which registered header this is, or [`HeaderName::Unknown`]. The name is not looked up again.
    ///
    /// ```
    /// use simdsip::HeaderName;
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nI: 1\r\nX-a: 2\r\n\r\n", &mut index)?;
    /// assert!(message.headers().map(|field| field.id()).eq([HeaderName::CallId, HeaderName::Unknown]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn id(&self) -> HeaderName {
        HeaderName::from_id(self.record.id)
    }

    /// The name as on the wire: any case, or the compact form. Empty where the line has no colon.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\ncALL-id: 1\r\n\r\n", &mut index)?;
    /// assert_eq!(message.headers().next().unwrap().name(), b"cALL-id");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &'b [u8] {
        self.bytes.get(self.name_range()).unwrap_or(&[])
    }

    /// The value without the white space around it. A folded one still holds its line ends: see
    /// [`unfolded`](HeaderField::unfolded).
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\ns:  a\r\n b \r\n\r\n", &mut index)?;
    /// assert_eq!(message.headers().next().unwrap().value(), b"a\r\n b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn value(&self) -> &'b [u8] {
        self.bytes.get(self.value_range()).unwrap_or(&[])
    }

    /// The input that it stands in.
    #[inline]
    pub(crate) fn whole(&self) -> &'b [u8] {
        self.bytes
    }

    /// Where [`name`](HeaderField::name) stands in the input, in bytes.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.headers().next().unwrap().name_range(), 19..20);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn name_range(&self) -> Range<usize> {
        self.record.name_range()
    }

    /// Where [`value`](HeaderField::value) stands in the input, in bytes.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.headers().next().unwrap().value_range(), 22..23);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn value_range(&self) -> Range<usize> {
        self.record.value_range()
    }

    /// The value and where it stands: what typed views are read from.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 17\r\n\r\n", &mut index)?;
    /// assert_eq!(message.headers().next().unwrap().span().number()?, 17);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        Span::within(self.bytes, self.record.value_range())
    }

    /// The elements of the value, typed by the shape that the registry gives this header; one element of bytes where
    /// it has none.
    ///
    /// ```
    /// use simdsip::shape::Value;
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 17\r\n\r\n", &mut index)?;
    /// let Some(Ok(Value::Number(length))) = message.headers().next().unwrap().values().next() else { panic!() };
    /// assert_eq!(length.value(), 17);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn values(&self) -> Values<'b> {
        Values::new(self.id(), self.span())
    }

    /// Where the whole field stands in the input: from its name through the line end of its last line.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.headers().next().unwrap().line_range(), 19..25);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn line_range(&self) -> Range<usize> {
        self.record.name..self.line_end
    }

    /// The whole field as it stands in the bytes, line ends included: what a response copies.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\ns:  a\r\n b\r\nl: 0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.headers().next().unwrap().line(), b"s:  a\r\n b\r\n");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn line(&self) -> &'b [u8] {
        self.bytes.get(self.line_range()).unwrap_or(&[])
    }

    /// Whether the value continues on further lines (RFC 3261 §7.3.1).
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\ns: a\r\n b\r\nl: 0\r\n\r\n", &mut index)?;
    /// assert!(message.headers().map(|field| field.is_folded()).eq([true, false]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_folded(&self) -> bool {
        self.record.flags & FOLDED != 0
    }

    /// The value with each fold read as the one space that it stands for (RFC 3261 §7.3.1).
    ///
    /// ```
    /// use simdsip::{HeaderName, Index, Parser};
    ///
    /// let mut index = Index::new();
    /// let message = Parser::default()
    ///     .parse(b"OPTIONS sip:a SIP/2.0\r\nSubject: I know\r\n\t you're there\r\n\r\n", &mut index)?;
    /// let subject = message.field(HeaderName::Subject).unwrap();
    /// assert!(subject.is_folded());
    /// assert_eq!(subject.unfolded().to_string(), "I know you're there");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn unfolded(&self) -> Unfolded<'b> {
        Unfolded::new(self.value())
    }
}

impl fmt::Debug for HeaderField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name().escape_ascii(), self.value().escape_ascii())
    }
}

/// The lines of a value, trimmed, without those that are blank. Joined by single spaces they are the
/// value (RFC 3261 §7.3.1); [`fmt::Display`] does that, with U+FFFD for what is not UTF-8.
///
/// ```
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\ns: a\r\n\tb c\r\n\r\n", &mut index)?;
/// assert!(message.headers().next().unwrap().unfolded().eq([&b"a"[..], b"b c"]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Unfolded<'b> {
    rest: Option<&'b [u8]>,
}

impl<'b> Unfolded<'b> {
    /// The lines of any value.
    ///
    /// ```
    /// assert_eq!(simdsip::Unfolded::new(b"a\r\n\tb").to_string(), "a b");
    /// ```
    #[must_use]
    pub fn new(value: &'b [u8]) -> Unfolded<'b> {
        Unfolded { rest: Some(value) }
    }

    /// Appends the value, byte for byte, each fold as one space.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\ns: a\r\n  b\r\n\r\n", &mut index)?;
    /// let mut value = b"s: ".to_vec();
    /// message.headers().next().unwrap().unfolded().append_to(&mut value);
    /// assert_eq!(value, b"s: a b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[cfg(feature = "alloc")]
    pub fn append_to(self, out: &mut alloc::vec::Vec<u8>) {
        for (at, line) in self.enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(line);
        }
    }

    /// Joins the value in `arena`, each fold as one space: one allocation there.
    ///
    /// ```
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\ns: a\r\n  b\r\n\r\n", &mut index)?;
    /// let arena = bumpalo::Bump::new();
    /// assert_eq!(message.headers().next().unwrap().unfolded().unfold_in(&arena), b"a b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[cfg(feature = "arena")]
    pub fn unfold_in(self, arena: &bumpalo::Bump) -> &[u8] {
        let len = self.clone().fold(0usize, |len, line| len.saturating_add(line.len()).saturating_add(1));
        let mut joined = bumpalo::collections::Vec::with_capacity_in(len, arena);
        for (at, line) in self.enumerate() {
            if at > 0 {
                joined.push(b' ');
            }
            joined.extend_from_slice(line);
        }
        joined.into_bump_slice()
    }
}

impl<'b> Iterator for Unfolded<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        loop {
            let rest = self.rest?;
            let line = match memchr::memchr(b'\n', rest).and_then(|at| rest.split_at_checked(at)) {
                Some((line, from_lf)) => {
                    self.rest = from_lf.get(1..);
                    line
                }
                None => {
                    self.rest = None;
                    rest
                }
            };
            let line = trim_lws(line);
            if !line.is_empty() {
                return Some(line);
            }
        }
    }
}

impl FusedIterator for Unfolded<'_> {}

impl fmt::Display for Unfolded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, line) in self.clone().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            for chunk in line.utf8_chunks() {
                f.write_str(chunk.valid())?;
                if !chunk.invalid().is_empty() {
                    f.write_str("\u{fffd}")?;
                }
            }
        }
        Ok(())
    }
}

/// All header fields in wire order. Made by [`super::Message::headers`].
///
/// ```
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nv: 1\r\ni: 2\r\nl: 0\r\n\r\n", &mut index)?;
/// assert_eq!(message.headers().len(), 3); // known without counting
/// assert_eq!(message.headers().next_back().unwrap().name(), b"l");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Headers<'b> {
    bytes: &'b [u8],
    table: Table<'b>,
    section_end: usize,
    range: Range<usize>,
}

impl<'b> Headers<'b> {
    pub(crate) fn new(bytes: &'b [u8], table: Table<'b>, section_end: usize) -> Headers<'b> {
        Headers { bytes, table, section_end, range: 0..table.len() }
    }

    fn field(&self, at: usize) -> Option<HeaderField<'b>> {
        HeaderField::new(self.bytes, self.table, self.section_end, at)
    }
}

impl<'b> Iterator for Headers<'b> {
    type Item = HeaderField<'b>;

    fn next(&mut self) -> Option<HeaderField<'b>> {
        let at = self.range.next()?;
        self.field(at)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<HeaderField<'b>> {
        let at = self.range.nth(n)?;
        self.field(at)
    }
}

impl DoubleEndedIterator for Headers<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let at = self.range.next_back()?;
        self.field(at)
    }
}

impl ExactSizeIterator for Headers<'_> {}
impl FusedIterator for Headers<'_> {}

/// The header fields of one registered name. Made by [`super::Message::fields`].
///
/// ```
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nv: 1\r\nl: 0\r\nVia: 2\r\n\r\n", &mut index)?;
/// let hops = message.fields(simdsip::HeaderName::Via).map(|field| field.value());
/// assert!(hops.eq([b"1", b"2"])); // commas within a value are left to the typed views
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FieldsOf<'b> {
    all: Headers<'b>,
    id: u8,
}

impl<'b> FieldsOf<'b> {
    pub(crate) fn new(all: Headers<'b>, name: HeaderName) -> FieldsOf<'b> {
        FieldsOf { all, id: name.id() }
    }
}

impl<'b> Iterator for FieldsOf<'b> {
    type Item = HeaderField<'b>;

    #[inline]
    fn next(&mut self) -> Option<HeaderField<'b>> {
        let from = self.all.range.start;
        match self.all.table.find(self.id, from) {
            Some(at) => {
                self.all.range.start = at.wrapping_add(1);
                self.all.field(at)
            }
            None => {
                self.all.range.start = self.all.range.end;
                None
            }
        }
    }
}

impl FusedIterator for FieldsOf<'_> {}

/// The header fields of one name given as bytes. Made by [`super::Message::fields_named`].
///
/// ```
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nX-a: 1\r\nX-b: 2\r\n\r\n", &mut index)?;
/// assert!(message.fields_named(b"x-B").map(|field| field.value()).eq([b"2"]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FieldsNamed<'b, 'n> {
    of: FieldsOf<'b>,
    name: &'n [u8],
}

impl<'b, 'n> FieldsNamed<'b, 'n> {
    pub(crate) fn new(all: Headers<'b>, name: &'n [u8]) -> FieldsNamed<'b, 'n> {
        FieldsNamed::of(all, HeaderName::lookup(name), name)
    }

    /// `id` is what `name` is registered as.
    #[inline]
    pub(crate) fn of(all: Headers<'b>, id: HeaderName, name: &'n [u8]) -> FieldsNamed<'b, 'n> {
        FieldsNamed { of: FieldsOf::new(all, id), name }
    }
}

impl<'b> Iterator for FieldsNamed<'b, '_> {
    type Item = HeaderField<'b>;

    fn next(&mut self) -> Option<HeaderField<'b>> {
        // A registered name has an id, and all its spellings share it; others are compared.
        let name = self.name;
        self.of.find(|field| field.id() != HeaderName::Unknown || field.name().eq_ignore_ascii_case(name))
    }
}

impl FusedIterator for FieldsNamed<'_, '_> {}
