//! A session description: its lines, as they stand on the wire.
//!
//! Gives every line of any type, and the bytes as they were: what is put together again from the lines is the input.
//! Does not judge order or presence ([`super::SdpDefects`] does) and knows no grammar but `type=value` (RFC 8866 §5).

use core::fmt;
use core::iter::FusedIterator;
use core::ops::Range;

use super::section::{MediaSections, Section};
use crate::text::Span;

/// A session description over the caller's bytes (RFC 8866). Made by [`Sdp::parse`] or [`crate::Message::sdp`].
///
/// ```
/// use simdsip::sdp::{AttributeName, Sdp, SdpIndex};
/// let mut index = SdpIndex::new();
/// let sdp = Sdp::parse(
///     b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
///       m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n",
///     &mut index,
/// )?;
/// let audio = sdp.media().next().unwrap();
/// assert_eq!(audio.media()?.port()?, 4000);
/// assert!(audio.has(AttributeName::Sendonly));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Sdp<'b> {
    text: Span<'b>,
    starts: &'b [u32],
    kinds: &'b [u8],
    /// Where a line behind the last one would begin: behind the end, if the last one has none.
    stop: u32,
}

impl<'b> Sdp<'b> {
    #[inline]
    pub(super) fn new(text: Span<'b>, starts: &'b [u32], kinds: &'b [u8]) -> Sdp<'b> {
        let stop = text.end().wrapping_add(u32::from(text.last() != Some(b'\n')));
        Sdp { text, starts, kinds, stop }
    }

    /// All of it, byte for byte.
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.text
    }

    /// All lines, in wire order.
    #[inline]
    #[must_use]
    pub fn lines(&self) -> Lines<'b> {
        Lines { sdp: *self, at: 0, end: self.kinds.len() as u32 }
    }

    /// The lines before the first media description (RFC 8866 §5).
    #[inline]
    #[must_use]
    pub fn session(&self) -> Section<'b> {
        let end = self.next_media(0).unwrap_or(self.kinds.len() as u32);
        Section::new(*self, 0, end)
    }

    /// The media descriptions, in wire order (RFC 8866 §5.14).
    #[inline]
    #[must_use]
    pub fn media(&self) -> MediaSections<'b> {
        MediaSections::new(*self)
    }

    /// The number of the first line from `at` on that begins a media description.
    #[inline]
    pub(super) fn next_media(&self, at: u32) -> Option<u32> {
        let kinds = self.kinds.get(at as usize..)?;
        memchr::memchr(b'm', kinds).map(|more| at.wrapping_add(more as u32))
    }

    #[inline]
    pub(super) fn kinds(&self, lines: Range<u32>) -> &'b [u8] {
        self.kinds.get(lines.start as usize..lines.end as usize).unwrap_or(&[])
    }

    /// The type letter of the line with that number.
    #[inline(always)]
    pub(super) fn letter(&self, at: u32) -> u8 {
        self.kinds.get(at as usize).copied().unwrap_or(0)
    }

    /// Where the line with that number begins, and where its text ends: before CR LF, LF, or the end.
    #[inline(always)]
    pub(super) fn place(&self, at: u32) -> (u32, u32) {
        let at = at as usize;
        let Some(start) = self.starts.get(at).copied() else { return (self.text.end(), self.text.end()) };
        let end = self.starts.get(at.wrapping_add(1)).copied().unwrap_or(self.stop).wrapping_sub(1);
        let before = self.text.whole().get((end as usize).wrapping_sub(1));
        let cr = end > start && before == Some(&b'\r');
        (start, end.wrapping_sub(u32::from(cr)))
    }

    /// The line with that number, if there is one.
    #[inline]
    pub(super) fn line(&self, at: u32) -> Option<Line<'b>> {
        let letter = *self.kinds.get(at as usize)?;
        let (start, end) = self.place(at);
        let stop = self.starts.get(at as usize..)?.get(1).copied().unwrap_or(self.text.end());
        Some(Line { text: self.text.at_places(start, end), stop, letter })
    }
}

impl fmt::Debug for Sdp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lines()).finish()
    }
}

/// What a line is (RFC 8866 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineKind {
    /// `v=`: protocol version (RFC 8866 §5.1).
    Version,
    /// `o=`: who made it, and which version of it this is (§5.2).
    Origin,
    /// `s=`: session name (§5.3).
    Name,
    /// `i=`: session information, or a media title (§5.4).
    Information,
    /// `u=`: a URI with more about it (§5.5).
    Uri,
    /// `e=`: email address (§5.6).
    Email,
    /// `p=`: phone number (§5.6).
    Phone,
    /// `c=`: connection (§5.7).
    Connection,
    /// `b=`: bandwidth (§5.8).
    Bandwidth,
    /// `t=`: when it is active (§5.9).
    Timing,
    /// `r=`: repeat times (§5.10).
    Repeat,
    /// `z=`: time zone adjustments (§5.11).
    Zone,
    /// `k=`: encryption key, which nobody may send any more (§5.12).
    Key,
    /// `a=`: an attribute (§5.13).
    Attribute,
    /// `m=`: a media description begins (§5.14).
    Media,
    /// Another letter.
    Other(u8),
    /// Not of the form `type=value`.
    Malformed,
}

impl LineKind {
    /// What a type letter means; 0 for a line without one.
    #[inline]
    pub(super) const fn of(letter: u8) -> LineKind {
        match letter {
            0 => LineKind::Malformed,
            b'v' => LineKind::Version,
            b'o' => LineKind::Origin,
            b's' => LineKind::Name,
            b'i' => LineKind::Information,
            b'u' => LineKind::Uri,
            b'e' => LineKind::Email,
            b'p' => LineKind::Phone,
            b'c' => LineKind::Connection,
            b'b' => LineKind::Bandwidth,
            b't' => LineKind::Timing,
            b'r' => LineKind::Repeat,
            b'z' => LineKind::Zone,
            b'k' => LineKind::Key,
            b'a' => LineKind::Attribute,
            b'm' => LineKind::Media,
            other => LineKind::Other(other),
        }
    }

    /// The letter; 0 for [`LineKind::Malformed`].
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            LineKind::Malformed => 0,
            LineKind::Version => b'v',
            LineKind::Origin => b'o',
            LineKind::Name => b's',
            LineKind::Information => b'i',
            LineKind::Uri => b'u',
            LineKind::Email => b'e',
            LineKind::Phone => b'p',
            LineKind::Connection => b'c',
            LineKind::Bandwidth => b'b',
            LineKind::Timing => b't',
            LineKind::Repeat => b'r',
            LineKind::Zone => b'z',
            LineKind::Key => b'k',
            LineKind::Attribute => b'a',
            LineKind::Media => b'm',
            LineKind::Other(letter) => letter,
        }
    }
}

/// One line.
///
/// ```
/// use simdsip::sdp::{LineKind, Sdp, SdpIndex};
/// let mut index = SdpIndex::new();
/// let sdp = Sdp::parse(b"v=0\r\ns=a call\r\n", &mut index)?;
/// let name = sdp.lines().nth(1).unwrap();
/// assert_eq!((name.kind(), name.value().bytes(), name.range()), (LineKind::Name, &b"a call"[..], 5..15));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Line<'b> {
    text: Span<'b>,
    stop: u32,
    letter: u8,
}

impl<'b> Line<'b> {
    /// What it is.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> LineKind {
        LineKind::of(self.letter)
    }

    /// The type letter; 0 where the line is not of the form `type=value`.
    #[inline]
    #[must_use]
    pub fn letter(&self) -> u8 {
        self.letter
    }

    /// What stands behind `=`; the whole line where it is malformed. Without the line end, white space kept.
    #[inline]
    #[must_use]
    pub fn value(&self) -> Span<'b> {
        if self.letter == 0 { self.text } else { self.text.from(self.text.start().wrapping_add(2)) }
    }

    /// The line without its end.
    #[inline]
    #[must_use]
    pub fn text(&self) -> Span<'b> {
        self.text
    }

    /// Where it stands with its end, in bytes: the ranges of all lines in order are the whole description.
    #[inline]
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.text.at()..self.stop as usize
    }

    /// The bytes that end it: CR LF, LF, or none at the end of the description.
    #[inline]
    #[must_use]
    pub fn end(&self) -> Span<'b> {
        self.text.at_places(self.text.end(), self.stop)
    }
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text.bytes().escape_ascii())
    }
}

/// Lines in wire order. Made by [`Sdp::lines`] and [`Section::lines`].
#[derive(Clone, Debug)]
pub struct Lines<'b> {
    sdp: Sdp<'b>,
    at: u32,
    end: u32,
}

impl<'b> Lines<'b> {
    pub(super) fn new(sdp: Sdp<'b>, lines: Range<u32>) -> Lines<'b> {
        Lines { sdp, at: lines.start, end: lines.end }
    }
}

impl<'b> Iterator for Lines<'b> {
    type Item = Line<'b>;

    #[inline]
    fn next(&mut self) -> Option<Line<'b>> {
        if self.at >= self.end {
            return None;
        }
        let line = self.sdp.line(self.at)?;
        self.at = self.at.wrapping_add(1);
        Some(line)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end.saturating_sub(self.at) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Lines<'_> {}
impl FusedIterator for Lines<'_> {}

const _: () = {
    const fn shares<T: Send + Sync + Copy>() {}
    shares::<Sdp<'static>>();
};
