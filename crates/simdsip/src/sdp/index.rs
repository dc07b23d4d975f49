//! The line index of SDP: where each line begins, and its type letter.
//!
//! Stage 1 of the scanner finds line feeds by blocks of 64 bytes; nothing else is looked at. Holds offsets only, is owned
//! by the caller and used again. Refuses bodies with more lines or media than the limits; all else is represented.
//! RFC 8866 §5.

use super::view::Sdp;
use crate::error::{Error, ErrorKind, LimitKind};
use crate::limits::Limits;
use crate::scan::{BLOCK, Backend, Kernel, Task, tail_masks};
use crate::text::Span;

/// What the indices of both kinds keep beside their rows.
#[derive(Clone, Copy, Debug)]
struct Means {
    /// Asked once: a processor answers slowly in a virtual machine.
    backend: Option<Backend>,
    /// Where they were given.
    limits: Option<SdpLimits>,
}

/// What bounds a session description.
#[derive(Clone, Copy, Debug)]
pub struct SdpLimits {
    line_count: u32,
    media_count: u32,
    line_len: u32,
}

impl SdpLimits {
    pub(crate) const fn new(limits: &Limits) -> SdpLimits {
        /// No description has 4 GiB.
        const fn short(limit: usize) -> u32 {
            if limit < u32::MAX as usize { limit as u32 } else { u32::MAX }
        }
        SdpLimits {
            line_count: short(limits.sdp_line_count),
            media_count: short(limits.sdp_media_count),
            line_len: short(limits.line_len),
        }
    }
}

impl Means {
    const NONE: Means = Means { backend: None, limits: None };

    #[inline]
    fn backend(&mut self) -> Backend {
        match self.backend {
            Some(backend) => backend,
            None => *self.backend.insert(Backend::detect()),
        }
    }
}

/// Room for the lines of one session description at a time, owned by the caller and used again and again.
///
/// `N` lines fit; 512 by default, which makes about 2.6 KB. Never cleared. The first use asks the processor what it can do.
///
/// ```
/// use simdsip::sdp::{Sdp, SdpIndex};
/// let mut index = SdpIndex::new();
/// let sdp = Sdp::parse(b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n", &mut index)?;
/// assert_eq!((sdp.lines().count(), sdp.media().count()), (5, 1));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SdpIndex<const N: usize = 512> {
    means: Means,
    starts: [u32; N],
    kinds: [u8; N],
}

impl SdpIndex {
    /// Room for 512 lines.
    #[must_use]
    pub const fn new() -> SdpIndex {
        SdpIndex::sized()
    }
}

impl<const N: usize> SdpIndex<N> {
    /// Room for `N` lines; more are a `Limit(SdpIndex)` error.
    ///
    /// ```
    /// use simdsip::sdp::{Sdp, SdpIndex};
    /// assert_eq!(Sdp::parse(b"v=0\r\ns=-\r\n", &mut SdpIndex::<1>::sized()).unwrap_err().at, 5);
    /// ```
    #[must_use]
    pub const fn sized() -> SdpIndex<N> {
        SdpIndex { means: Means::NONE, starts: [0; N], kinds: [0; N] }
    }

    /// The same with limits of its own: of lines, media descriptions, and bytes of a line. Without, they are those of
    /// [`Limits::new`], and in [`crate::Message::sdp`] those that the message was read with.
    #[must_use]
    pub const fn with_limits(self, limits: &Limits) -> SdpIndex<N> {
        SdpIndex { means: Means { limits: Some(SdpLimits::new(limits)), ..self.means }, ..self }
    }

    /// The same with that instruction set.
    #[must_use]
    pub const fn with_backend(self, backend: Backend) -> SdpIndex<N> {
        SdpIndex { means: Means { backend: Some(backend), ..self.means }, ..self }
    }
}

impl<const N: usize> Default for SdpIndex<N> {
    fn default() -> SdpIndex<N> {
        SdpIndex::sized()
    }
}

/// An index that grows to what it meets: for captures, and for whoever has an allocator and no idea of sizes.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug)]
pub struct GrowSdpIndex {
    means: Means,
    starts: alloc::vec::Vec<u32>,
    kinds: alloc::vec::Vec<u8>,
}

#[cfg(feature = "alloc")]
impl GrowSdpIndex {
    /// Empty.
    #[must_use]
    pub const fn new() -> GrowSdpIndex {
        GrowSdpIndex { means: Means::NONE, starts: alloc::vec::Vec::new(), kinds: alloc::vec::Vec::new() }
    }

    /// The same with limits of its own, as [`SdpIndex::with_limits`].
    #[must_use]
    pub fn with_limits(self, limits: &Limits) -> GrowSdpIndex {
        GrowSdpIndex { means: Means { limits: Some(SdpLimits::new(limits)), ..self.means }, ..self }
    }

    /// The same with that instruction set.
    #[must_use]
    pub fn with_backend(self, backend: Backend) -> GrowSdpIndex {
        GrowSdpIndex { means: Means { backend: Some(backend), ..self.means }, ..self }
    }
}

#[cfg(feature = "alloc")]
impl Default for GrowSdpIndex {
    fn default() -> GrowSdpIndex {
        GrowSdpIndex::new()
    }
}

/// Where a session description can be indexed: [`SdpIndex`] or `GrowSdpIndex`. Nothing else is one.
pub trait SdpRoom: private::Room {}

impl<const N: usize> SdpRoom for SdpIndex<N> {}

#[cfg(feature = "alloc")]
impl SdpRoom for GrowSdpIndex {}

pub(super) mod private {
    use super::{Backend, Error, SdpLimits, Span};

    /// What an index is to the reader.
    pub trait Room {
        /// Backend, and limits where it was given its own.
        fn means(&mut self) -> (Backend, Option<SdpLimits>);

        /// Makes room for the lines of `text`, if it can.
        fn grow(&mut self, text: Span<'_>, most: usize);

        /// Rows: offsets and type letters.
        fn rows(&mut self) -> (&mut [u32], &mut [u8]);

        /// What was put there.
        fn table(&self, count: usize) -> (&[u32], &[u8]);

        /// Reads `text`, within `limits` where it has none of its own; how many lines it has.
        ///
        /// # Errors
        /// A limit, and where.
        #[inline]
        fn read(&mut self, text: Span<'_>, limits: SdpLimits) -> Result<usize, Error> {
            super::read(self, text, limits)
        }
    }
}

impl<const N: usize> private::Room for SdpIndex<N> {
    #[inline]
    fn means(&mut self) -> (Backend, Option<SdpLimits>) {
        (self.means.backend(), self.means.limits)
    }

    #[inline]
    fn grow(&mut self, _: Span<'_>, _: usize) {}

    #[inline]
    fn rows(&mut self) -> (&mut [u32], &mut [u8]) {
        (&mut self.starts, &mut self.kinds)
    }

    #[inline]
    fn table(&self, count: usize) -> (&[u32], &[u8]) {
        (self.starts.get(..count).unwrap_or(&[]), self.kinds.get(..count).unwrap_or(&[]))
    }
}

#[cfg(feature = "alloc")]
impl private::Room for GrowSdpIndex {
    fn means(&mut self) -> (Backend, Option<SdpLimits>) {
        (self.means.backend(), self.means.limits)
    }

    fn grow(&mut self, text: Span<'_>, most: usize) {
        let lines = memchr::memchr_iter(b'\n', text.bytes()).take(most).count();
        // One for what stands behind the last line feed, and a block's worth so that none has to ask.
        let wanted = lines.saturating_add(1).saturating_add(BLOCK);
        if self.starts.len() < wanted {
            self.starts.resize(wanted, 0);
            self.kinds.resize(wanted, 0);
        }
    }

    fn rows(&mut self) -> (&mut [u32], &mut [u8]) {
        (&mut self.starts, &mut self.kinds)
    }

    fn table(&self, count: usize) -> (&[u32], &[u8]) {
        (self.starts.get(..count).unwrap_or(&[]), self.kinds.get(..count).unwrap_or(&[]))
    }
}

impl<'b> Sdp<'b> {
    /// Reads a session description that `bytes` are all of.
    ///
    /// # Errors
    /// `Limit`: `SdpLines`, `SdpMedia` or `Line` over [`Limits`]; `SdpIndex` where `index` is too small; `Message` for
    /// 4 GiB and more. What is odd is a defect instead: [`Sdp::defects`].
    ///
    /// ```
    /// use simdsip::sdp::{Sdp, SdpIndex};
    /// let mut index = SdpIndex::new();
    /// let sdp = Sdp::parse(b"v=0\nc=IN IP4 192.0.2.1\n", &mut index)?; // LF alone, and half is missing
    /// assert_eq!(sdp.session().connection()?.unwrap().address(), b"192.0.2.1");
    /// assert!(sdp.has_defects());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn parse(bytes: &'b [u8], index: &'b mut impl SdpRoom) -> Result<Sdp<'b>, Error> {
        Sdp::read(Span::new(bytes)?, index)
    }

    /// Reads one that `text` is all of: places count from the start of the input that `text` is a piece of.
    ///
    /// # Errors
    /// As [`Sdp::parse`].
    #[inline]
    pub fn read(text: Span<'b>, index: &'b mut impl SdpRoom) -> Result<Sdp<'b>, Error> {
        Sdp::read_within(text, index, const { SdpLimits::new(&Limits::new()) })
    }

    #[inline]
    pub(super) fn read_within(
        text: Span<'b>,
        index: &'b mut impl SdpRoom,
        limits: SdpLimits,
    ) -> Result<Sdp<'b>, Error> {
        let count = index.read(text, limits)?;
        let (starts, kinds) = index.table(count);
        Ok(Sdp::new(text, starts, kinds))
    }
}

/// Fills the rows of `room`.
#[inline]
fn read<R: private::Room + ?Sized>(room: &mut R, text: Span<'_>, limits: SdpLimits) -> Result<usize, Error> {
    let (backend, own) = room.means();
    let SdpLimits { line_count, media_count, line_len } = own.unwrap_or(limits);
    let [line_count, media_count, line_len] = [line_count, media_count, line_len].map(|limit| limit as usize);
    room.grow(text, line_count.saturating_add(1));
    let (starts, kinds) = room.rows();
    let limit = |kind, at: usize| Err(Error::new(ErrorKind::Limit(kind), at));
    let scan = Scan { text, starts, kinds };
    let found = backend.run(scan);
    let (starts, _) = room.rows();
    if found.lines > line_count {
        let at = starts.get(line_count).copied().unwrap_or(text.start());
        return limit(LimitKind::SdpLines, at as usize);
    }
    if let Some(at) = found.full {
        return limit(LimitKind::SdpIndex, at as usize);
    }
    if found.media > media_count {
        return limit(LimitKind::SdpMedia, nth_media(room, found.lines, media_count));
    }
    if text.len() > line_len
        && let Some(at) = long_line(room.rows().0.get(..found.lines).unwrap_or(&[]), text, line_len)
    {
        return limit(LimitKind::Line, at);
    }
    Ok(found.lines)
}

/// Where the media description with that number, from 0, begins.
#[cold]
fn nth_media<R: private::Room + ?Sized>(room: &R, lines: usize, number: usize) -> usize {
    let (starts, kinds) = room.table(lines);
    let mut media = starts.iter().zip(kinds).filter(|(_, kind)| **kind == b'm');
    media.nth(number).map_or(0, |(start, _)| *start as usize)
}

/// Where the first line with more than `most` bytes goes over.
#[cold]
fn long_line(starts: &[u32], text: Span<'_>, most: usize) -> Option<usize> {
    let ends = starts.iter().skip(1).copied().chain([text.end()]);
    let mut lines = starts.iter().zip(ends);
    let (start, _) = lines.find(|(start, end)| {
        let line = Span::within(text.whole(), **start as usize..*end as usize).bytes();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line).len() > most
    })?;
    Some((*start as usize).saturating_add(most))
}

/// What a look at all lines gives.
struct Found {
    lines: usize,
    media: usize,
    /// The first line that no room is left for.
    full: Option<u32>,
}

struct Scan<'r, 'b> {
    text: Span<'b>,
    starts: &'r mut [u32],
    kinds: &'r mut [u8],
}

impl Task for Scan<'_, '_> {
    type Output = Found;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Found {
        let Scan { text, starts, kinds } = self;
        let bytes = text.bytes();
        let (blocks, tail) = bytes.as_chunks::<BLOCK>();
        let Some(first) = starts.first_mut() else {
            return Found { lines: 0, media: 0, full: (!bytes.is_empty()).then_some(text.start()) };
        };
        *first = text.start();
        let (mut len, mut full) = (1usize, None);
        // Where the line begins that a line feed at the first byte of the block ends.
        let mut next = text.start().wrapping_add(1);
        for block in blocks {
            put::<K>(starts, &mut len, kernel.masks(block).lf, next, &mut full);
            next = next.wrapping_add(BLOCK as u32);
        }
        if !tail.is_empty() {
            put::<K>(starts, &mut len, tail_masks(kernel, bytes, tail).lf, next, &mut full);
        }
        // Nothing stands behind a line feed that is the last byte.
        if len > 0 && full.is_none() && starts.get(len.wrapping_sub(1)) == Some(&text.end()) {
            len = len.wrapping_sub(1);
        }
        if full == Some(text.end()) {
            full = None;
        }
        let media = letters(text.whole(), text.end(), starts.get(..len).unwrap_or(&[]), kinds);
        Found { lines: len, media, full }
    }
}

/// Puts `first` and the number of each bit of `found` behind `len` others.
#[inline(always)]
fn put<K: Kernel>(starts: &mut [u32], len: &mut usize, found: u64, first: u32, full: &mut Option<u32>) {
    let Some(room) = starts.get_mut(*len..).and_then(|room| room.first_chunk_mut::<BLOCK>()) else {
        return put_last(starts, len, found, first, full);
    };
    let mut bits = found;
    // Four without asking: most blocks hold fewer, and a wrong guess costs more than a spare store.
    let (quick, slow) = room.split_at_mut(4);
    for slot in quick {
        *slot = first.wrapping_add(bits.trailing_zeros());
        bits &= bits.wrapping_sub(1);
    }
    if bits != 0 {
        for slot in slow {
            *slot = first.wrapping_add(bits.trailing_zeros());
            bits &= bits.wrapping_sub(1);
            if bits == 0 {
                break;
            }
        }
    }
    *len = len.wrapping_add(found.count_ones() as usize);
}

/// The same where little room is left.
#[cold]
#[inline(never)]
fn put_last(starts: &mut [u32], len: &mut usize, mut found: u64, first: u32, full: &mut Option<u32>) {
    while found != 0 {
        let start = first.wrapping_add(found.trailing_zeros());
        match starts.get_mut(*len) {
            Some(slot) => {
                *slot = start;
                *len = len.wrapping_add(1);
            }
            None => *full = full.or(Some(start)),
        }
        found &= found.wrapping_sub(1);
    }
}

/// The type letter of each line, 0 where no `=` follows its first byte; how many lines are `m=`.
#[inline(always)]
fn letters(whole: &[u8], end: u32, starts: &[u32], kinds: &mut [u8]) -> usize {
    let whole = whole.get(..end as usize).unwrap_or(whole);
    let kinds = kinds.get_mut(..starts.len()).unwrap_or(&mut []);
    for (start, kind) in starts.iter().zip(kinds.iter_mut()) {
        let start = *start as usize;
        // The last line alone may be shorter.
        let pair = match whole.get(start..start.wrapping_add(2)) {
            // An empty line, whose first byte is its end, has none.
            Some([letter, b'=']) if *letter != b'\n' => *letter,
            _ => 0,
        };
        *kind = pair;
    }
    kinds.iter().map(|kind| usize::from(*kind == b'm')).sum()
}
