//! Stage 2: marks to a header section.
//!
//! The one reader of header sections: datagrams, streams and files all come through
//! [`Section::advance`], so that framer and parser cannot disagree. It can stop at any
//! byte and go on. The lines themselves are read in `line`; values are not looked into.
//! RFC 3261 §7.3, §25.1.

use core::ops::Range;

use super::head::Head;
use super::index::Sink;
use super::start_line;
use crate::check::ValueLimits;
use crate::defect::{DefectCode, DefectSet};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::limits::Limits;
use crate::scan::mark::{Marks, Scanner, Stop};
use crate::scan::stray::{Stray, Strays};
use crate::scan::{Kernel, Task};
use crate::sdp::SdpLimits;

/// Whether the bytes at hand are all there will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// More may follow.
    Open,
    /// The section ends in these bytes, or not at all.
    Whole,
}

/// How far reading got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Through the empty line.
    Done,
    /// To the end of the bytes.
    Starved,
}

/// A header section being read. What is known of the message already stands in its [`Head`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    pub(crate) scanner: Scanner,
    /// Where the line at hand begins.
    pub(super) line: usize,
    /// Records so far.
    pub(super) count: usize,
    /// Whether the start line has been read.
    pub(super) started: bool,
    /// The line feed of the empty line, if the scanner did not tell.
    pub(super) ended: Option<usize>,
    /// Whether every line so far ended in CR LF.
    crlf: bool,
}

/// What [`Section::advance`] writes to, and how much it may.
pub(crate) struct Page<'a, S> {
    pub(crate) sink: &'a mut S,
    pub(crate) head: &'a mut Head,
    pub(crate) limits: &'a Limits,
}

impl Section {
    /// Before the first byte.
    pub(crate) const START: Section =
        Section { scanner: Scanner::new(0), line: 0, count: 0, started: false, ended: None, crlf: true };

    /// Begins at `origin`, where the start line begins.
    #[inline]
    pub(crate) fn begin(origin: usize, head: &mut Head) -> Section {
        head.origin = origin;
        head.defects = DefectSet::EMPTY;
        if origin > 0 {
            head.defects = head.defects.with(DefectCode::LeadingCrlf);
        }
        Section { scanner: Scanner::new(origin), line: origin, ..Section::START }
    }

    /// Reads on in `bytes`, which begin where they began at the first call.
    #[inline(always)]
    pub(crate) fn advance<K: Kernel, S: Sink>(
        &mut self,
        kernel: K,
        bytes: &[u8],
        input: Input,
        page: &mut Page<'_, S>,
    ) -> Result<Progress, Error> {
        // Offsets may stand behind the last byte, so that many bytes fit and not one more.
        let window = bytes.get(..S::MAX_OFFSET).unwrap_or(bytes);
        let last = input == Input::Whole || window.len() < bytes.len();
        let mut marks = Marks::new();
        loop {
            marks.clear();
            let stop = self.scanner.fill(kernel, window, last, &mut marks);
            let from = self.line;
            let taken = self.take(kernel, &marks, window, page);
            // As long as a whole batch is no longer than one line may be, no line is.
            let long = self.line.wrapping_sub(from) > page.limits.line_len;
            if taken.is_err() | long | (self.count > page.limits.header_count) {
                self.first_error(taken, window, from, page)?;
            }
            match self.ended.map_or(stop, Stop::End) {
                Stop::Full => {}
                Stop::End(lf) => {
                    self.crlf &= lf > self.line && window.get(lf.wrapping_sub(1)) == Some(&b'\r');
                    self.finish(kernel, window, lf.wrapping_add(1), page)?;
                    return Ok(Progress::Done);
                }
                Stop::Starved => return self.starved(window, bytes.len(), page.limits),
            }
        }
    }

    /// Of what is wrong with the lines from `from` on, what comes first in the bytes: which that is does not depend
    /// on where batches and feeds end.
    #[cold]
    fn first_error<S: Sink>(
        &self,
        taken: Result<(), Error>,
        bytes: &[u8],
        from: usize,
        page: &Page<'_, S>,
    ) -> Result<(), Error> {
        let end = match taken {
            Ok(()) => self.line,
            // Behind the line that the error stands in.
            Err(error) => {
                let rest = bytes.get(error.at..).unwrap_or(&[]);
                let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |lf| lf.saturating_add(1));
                error.at.saturating_add(len)
            }
        };
        let limit = page.limits.line_len;
        let long = within_lines(bytes, from..end, limit).err();
        let many = self.too_many(page).err();
        match (long, many) {
            (Some(long), Some(many)) if many.at < long.at.saturating_sub(limit) => Err(many),
            (Some(error), _) | (None, Some(error)) => Err(error),
            (None, None) => taken,
        }
    }

    /// The first field over the limit, if there is one.
    fn too_many<S: Sink>(&self, page: &Page<'_, S>) -> Result<(), Error> {
        match page.sink.table(self.count).get(page.limits.header_count) {
            Some(record) => Err(Error::new(ErrorKind::Limit(LimitKind::Headers), record.name)),
            None => Ok(()),
        }
    }

    #[cold]
    fn starved(&self, window: &[u8], len: usize, limits: &Limits) -> Result<Progress, Error> {
        // Bytes that are not scanned yet may hold the line's end, and the last that is may be its CR.
        let scanned = window.get(self.line..self.scanner.next).unwrap_or(&[]);
        if scanned.strip_suffix(b"\r").unwrap_or(scanned).len() > limits.line_len {
            let at = self.line.saturating_add(limits.line_len);
            return Err(Error::new(ErrorKind::Limit(LimitKind::Line), at));
        }
        if window.len() < len {
            return Err(Error::new(ErrorKind::Limit(LimitKind::HeaderSection), window.len()));
        }
        Ok(Progress::Starved)
    }

    /// The bytes ended without an empty line: what is there is the section.
    #[cold]
    pub(crate) fn conclude<K: Kernel, S: Sink>(
        &mut self,
        kernel: K,
        bytes: &[u8],
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        page.head.defects = page.head.defects.with(DefectCode::NoEmptyLine);
        // The scanner leaves a CR at the very end to the line feed that never came.
        self.crlf &= bytes.last() != Some(&b'\r');
        // A CR at the very end is the first half of an empty line.
        let rest = bytes.get(self.line..).unwrap_or(&[]);
        if !rest.is_empty() && rest != b"\r" {
            self.last_line_ends(bytes, page)?;
            self.line = bytes.len();
            self.too_many(page)?;
        }
        self.finish(kernel, bytes, bytes.len(), page)
    }

    #[inline(always)]
    fn take<K: Kernel, S: Sink>(
        &mut self,
        kernel: K,
        marks: &Marks,
        bytes: &[u8],
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let mut rest = marks.as_slice();
        if !self.started {
            let Some((first, others)) = rest.split_first() else { return Ok(()) };
            let lf = *first as usize;
            match start_line::plain(kernel, bytes, self.line, lf) {
                Some(start) => {
                    page.head.start = start;
                    self.start_line_read(bytes, lf, page);
                }
                None => self.start_line_ends(bytes, lf, page)?,
            }
            rest = others;
        }
        self.take_lines(kernel, rest, bytes, page)
    }

    #[inline(never)]
    pub(super) fn start_line_ends<S>(
        &mut self,
        bytes: &[u8],
        end: usize,
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let content_end = self.content_end(bytes, self.line, end);
        let head = &mut *page.head;
        start_line::parse(bytes, self.line, content_end, &mut head.start, &mut head.defects)?;
        self.start_line_read(bytes, end, page);
        Ok(())
    }

    #[inline(always)]
    fn start_line_read<S>(&mut self, bytes: &[u8], end: usize, page: &mut Page<'_, S>) {
        self.started = true;
        self.line = end.wrapping_add(1);
        page.head.headers_at = self.line.min(bytes.len());
    }

    /// `text`, which ends where an LF stands or should, without its CR; remembers where there is none.
    #[inline]
    pub(super) fn without_cr<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        if let [text @ .., b'\r'] = text {
            return text;
        }
        self.crlf = false;
        text
    }

    /// Where the text of a line ends whose LF is at `end`; remembers an LF without CR.
    fn content_end(&mut self, bytes: &[u8], line: usize, end: usize) -> usize {
        let before = end.wrapping_sub(1);
        let cr = end > line && bytes.get(before) == Some(&b'\r');
        self.crlf &= cr;
        if cr { before } else { end }
    }

    /// Fills the head in. The line at hand is the empty one.
    #[inline]
    fn finish<K: Kernel, S>(
        &mut self,
        kernel: K,
        bytes: &[u8],
        body_at: usize,
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let head = &mut *page.head;
        if !self.started {
            return Err(Error::new(ErrorKind::Method, head.origin));
        }
        if self.scanner.irregular() || !self.crlf {
            let section = bytes.get(head.origin..body_at).unwrap_or(&[]);
            head.defects = head.defects.union(self.byte_defects(kernel, section));
        }
        head.headers_end = self.line.min(body_at);
        head.body_at = body_at;
        head.body_len = 0;
        head.input_end = body_at;
        head.count = self.count;
        head.mime_depth = u32::try_from(page.limits.mime_depth).unwrap_or(u32::MAX);
        head.sdp = SdpLimits::new(page.limits);
        head.values = ValueLimits::new(page.limits);
        Ok(())
    }

    /// Which byte-level defects the section has.
    #[cold]
    #[inline(never)]
    fn byte_defects<K: Kernel>(&self, kernel: K, section: &[u8]) -> DefectSet {
        let stray = if self.crlf { kernel.enter(Strays(section)) } else { Stray::slow(section) };
        let found = [
            (stray.bare_lf, DefectCode::BareLf),
            (stray.bare_cr, DefectCode::BareCr),
            (stray.control, DefectCode::ControlByte),
            (stray.quoted_control, DefectCode::QuotedControl),
            (stray.high && simdutf8::basic::from_utf8(section).is_err(), DefectCode::NotUtf8),
        ];
        let seen = found.into_iter().filter(|(seen, _)| *seen);
        seen.fold(DefectSet::EMPTY, |set, (_, code)| set.with(code))
    }
}

/// [`Section::advance`], compiled for a backend.
pub(crate) struct Advance<'a, 'p, S> {
    pub(crate) section: &'a mut Section,
    pub(crate) bytes: &'a [u8],
    pub(crate) input: Input,
    pub(crate) page: &'a mut Page<'p, S>,
}

impl<S: Sink> Task for Advance<'_, '_, S> {
    type Output = Result<Progress, Error>;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Result<Progress, Error> {
        self.section.advance(kernel, self.bytes, self.input, self.page)
    }
}

/// Whether each line of `range`, which begins and ends where lines do, is within the limit.
#[cold]
fn within_lines(bytes: &[u8], range: Range<usize>, limit: usize) -> Result<(), Error> {
    let mut line = range.start;
    while let Some(rest) = bytes.get(line..range.end)
        && let Some(len) = memchr::memchr(b'\n', rest)
    {
        let text = rest.get(..len).unwrap_or(&[]);
        if text.strip_suffix(b"\r").unwrap_or(text).len() > limit {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Line), line.saturating_add(limit)));
        }
        line = line.saturating_add(len).saturating_add(1);
    }
    Ok(())
}
