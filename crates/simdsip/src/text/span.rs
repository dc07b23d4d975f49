//! Bytes of the input that know where they stand.

use core::fmt;
use core::ops::Range;

use super::find;
use crate::error::{Error, ErrorKind, LimitKind};
use crate::message::token::is_lws;
use crate::scan::window::{FAR, WINDOW};

/// A piece of the input: its bytes and their offset. What header values are parsed from, and what typed views hold.
///
/// ```
/// use simdsip::{HeaderName, Span};
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/2.0\r\nSubject: lunch\r\n\r\n", &mut index)?;
/// let span: Span = message.field(HeaderName::Subject).unwrap().span();
/// assert_eq!((span.bytes(), span.range()), (&b"lunch"[..], 28..33));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Span<'b> {
    whole: &'b [u8],
    start: u32,
    end: u32,
}

impl<'b> Span<'b> {
    /// No bytes of any input.
    pub(crate) const NOTHING: Span<'static> = Span { whole: &[], start: 0, end: 0 };

    /// All of `bytes`, counted from 0.
    ///
    /// # Errors
    /// `Limit` where `bytes` holds 4 GiB or more.
    ///
    /// ```
    /// assert_eq!(simdsip::Span::new(b"sip:a")?.range(), 0..5);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn new(bytes: &'b [u8]) -> Result<Span<'b>, Error> {
        match u32::try_from(bytes.len()) {
            Ok(end) if end != u32::MAX => Ok(Span { whole: bytes, start: 0, end }),
            _ => Err(Error::new(ErrorKind::Limit(LimitKind::Message), u32::MAX as usize)),
        }
    }

    /// The bytes at `range` of `whole`; nothing where that is out of bounds.
    #[inline]
    pub(crate) fn within(whole: &'b [u8], range: Range<usize>) -> Span<'b> {
        match (u32::try_from(range.start), u32::try_from(range.end)) {
            (Ok(start), Ok(end)) if start <= end && range.end <= whole.len() => Span { whole, start, end },
            _ => Span { whole, start: 0, end: 0 },
        }
    }

    /// The bytes.
    ///
    /// ```
    /// assert_eq!(simdsip::Span::new(b"sip:a")?.bytes(), b"sip:a");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &'b [u8] {
        self.whole.get(self.start as usize..self.end as usize).unwrap_or(&[])
    }

    /// Where they stand in the input, in bytes.
    ///
    /// ```
    /// assert_eq!(simdsip::Span::new(b"sip:a")?.range(), 0..5);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Offset of the first byte in the input.
    ///
    /// ```
    /// assert_eq!(simdsip::Span::new(b"sip:a")?.at(), 0);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn at(&self) -> usize {
        self.start as usize
    }

    /// How many bytes.
    ///
    /// ```
    /// assert_eq!(simdsip::Span::new(b"sip:a")?.len(), 5);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether there is none.
    ///
    /// ```
    /// assert!(simdsip::Span::new(b"")?.is_empty());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// An error at its first byte.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// assert_eq!(Span::new(b"x")?.error(ErrorKind::Number).at, 0);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.at())
    }

    /// Without the white space and line ends at both ends.
    ///
    /// ```
    /// assert_eq!(simdsip::Span::new(b" a b\r\n ")?.trim().bytes(), b"a b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn trim(self) -> Span<'b> {
        match self.bytes() {
            // Nearly always there is none.
            [first, .., last] if *first > b' ' && *last > b' ' => self,
            _ => {
                let (start, end) = trimmed(self.apart());
                self.between(start, end)
            }
        }
    }

    /// The part at `range`, counted from its own first byte; what lies outside is left out.
    ///
    /// ```
    /// let span = simdsip::Span::new(b"12 kg")?;
    /// assert_eq!(span.slice(0..2).number()?, 12);
    /// assert_eq!(span.slice(3..9).range(), 3..5);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn slice(self, range: Range<usize>) -> Span<'b> {
        let place = |at: usize| self.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        self.to(place(range.end.max(range.start))).from(place(range.start))
    }

    #[inline]
    pub(crate) fn trim_start(mut self) -> Span<'b> {
        while self.first().is_some_and(is_lws) {
            self.start = self.start.wrapping_add(1);
        }
        self
    }

    #[inline]
    pub(crate) fn trim_end(mut self) -> Span<'b> {
        while self.last().is_some_and(is_lws) {
            self.end = self.end.wrapping_sub(1);
        }
        self
    }

    /// The byte at `at` of the input, which is not before these; `None` where they end before it.
    #[inline]
    pub(crate) fn byte(&self, at: u32) -> Option<u8> {
        if at < self.end { self.whole.get(at as usize).copied() } else { None }
    }

    /// `N` bytes of the input from offset `at` on, whether they are within these or not.
    #[inline]
    pub(crate) fn input<const N: usize>(&self, at: u32) -> Option<&'b [u8; N]> {
        self.whole.get(at as usize..)?.first_chunk()
    }

    #[inline]
    pub(crate) fn first(&self) -> Option<u8> {
        self.byte(self.start)
    }

    #[inline]
    pub(crate) fn last(&self) -> Option<u8> {
        if self.is_empty() { None } else { self.whole.get((self.end as usize).wrapping_sub(1)).copied() }
    }

    /// The `len` bytes of `whole` from `start` on; nothing if they reach behind its end.
    #[inline]
    pub(crate) fn placed(whole: &'b [u8], start: u32, len: u32) -> Span<'b> {
        let end = start.saturating_add(len);
        if end as usize <= whole.len() {
            Span { whole, start, end }
        } else {
            Span { whole, start: 0, end: 0 }
        }
    }

    /// All of the input, of which these are a part.
    #[inline]
    pub(crate) fn whole(&self) -> &'b [u8] {
        self.whole
    }

    #[inline]
    pub(crate) fn start(&self) -> u32 {
        self.start
    }

    #[inline]
    pub(crate) fn end(&self) -> u32 {
        self.end
    }

    /// From offset `at` of the input on, which is not before these.
    #[inline]
    pub(crate) fn from(self, at: u32) -> Span<'b> {
        Span { start: at.min(self.end), ..self }
    }

    /// Up to offset `at` of the input, which is not before these.
    #[inline]
    pub(crate) fn to(self, at: u32) -> Span<'b> {
        Span { end: at.min(self.end), ..self }
    }

    /// The same, for a call out of line: what is handed to one has to stand in memory, and where these themselves are
    /// not, they stay in registers.
    #[inline(always)]
    pub(crate) fn apart(&self) -> Span<'b> {
        self.from(self.start)
    }

    /// What stands from offset `start` of the input on, up to `end`: both within these, and neither behind the other.
    #[inline]
    pub(crate) fn between(self, start: u32, end: u32) -> Span<'b> {
        debug_assert!(self.start <= start && start <= end && end <= self.end, "places within the value");
        Span { start, end, ..self }
    }

    /// What stands from offset `start` of the input on, up to `end`, within these or not.
    #[inline]
    pub(crate) fn at_places(self, start: u32, end: u32) -> Span<'b> {
        Span { start, end, ..self }
    }

    /// Behind the byte at offset `at` of the input.
    #[inline]
    pub(crate) fn after(self, at: u32) -> Span<'b> {
        self.from(at.saturating_add(1))
    }

    /// Without its first byte if that is `byte`.
    #[inline]
    pub(crate) fn strip(self, byte: u8) -> Option<Span<'b>> {
        (self.first() == Some(byte)).then(|| self.after(self.start))
    }

    /// Offset in the input of the first byte that is one of `set`; its end where there is none.
    #[inline]
    pub(crate) fn find<const N: usize>(&self, set: [u8; N]) -> u32 {
        find::any_of(self.whole, self.start, self.end, set)
    }

    /// The same where that is likely to be further away.
    #[inline]
    pub(crate) fn find_far<const N: usize>(&self, set: [u8; N]) -> u32 {
        find::any_far(self.whole, self.start, self.end, set)
    }

    /// The 32 bytes of the input from the first one on, where there are so many.
    #[inline]
    pub(crate) fn near(&self) -> Option<&'b [u8; WINDOW]> {
        self.input(self.start)
    }

    /// The 64 bytes of the input from the first one on, where there are so many: what is behind the last one counts
    /// for nothing.
    #[inline]
    pub(crate) fn far(&self) -> Option<&'b [u8; FAR]> {
        find::far(self.whole, self.start)
    }

    /// Offset behind the quoted string that begins here, or `None` where nothing closes it (RFC 3261 §25.1).
    #[inline]
    pub(crate) fn end_of_quoted(&self) -> Option<u32> {
        let mut rest = self.after(self.start);
        loop {
            let at = rest.find([b'"', b'\\']);
            match rest.byte(at)? {
                b'"' => return Some(at.saturating_add(1)),
                _ => rest = rest.from(at.saturating_add(2)),
            }
        }
    }

    /// Offset behind the comment that begins here, those within it included, or `None` where nothing closes it
    /// (RFC 3261 §25.1).
    pub(crate) fn end_of_comment(&self) -> Option<u32> {
        let mut rest = *self;
        let mut depth = 0usize;
        loop {
            let at = rest.find([b'(', b')', b'\\']);
            match rest.byte(at)? {
                b'(' => depth = depth.saturating_add(1),
                b')' if depth <= 1 => return Some(at.saturating_add(1)),
                b')' => depth = depth.wrapping_sub(1),
                _ => {
                    rest = rest.from(at.saturating_add(2));
                    continue;
                }
            }
            rest = rest.after(at);
        }
    }
}

/// Where what is left begins and ends, white space at both ends left out. Places and not a span, for those stay in
/// registers.
#[inline(never)]
fn trimmed(span: Span<'_>) -> (u32, u32) {
    let span = span.trim_start().trim_end();
    (span.start, span.end)
}

impl PartialEq<[u8]> for Span<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        self.bytes() == other
    }
}

impl fmt::Debug for Span<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" at {}", self.bytes().escape_ascii(), self.start)
    }
}
