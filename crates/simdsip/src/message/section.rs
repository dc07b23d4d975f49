//! Stage 2: marks to records.
//!
//! The one reader of header sections: datagrams, streams and files all come through
//! [`Section::advance`], so that framer and parser cannot disagree. It can stop at any
//! byte and go on. It does not look into values; a Content-Length is only remembered.
//! RFC 3261 §7.3, §25.1.

use core::ops::Range;

use super::head::{Head, Kind};
use super::index::{NO_COLON, NOT_TOKEN, Record, Sink, WS_BEFORE_COLON};
use super::start_line;
use super::token::{is_blank, is_token};
use crate::defect::{DefectCode, DefectSet};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::header::lookup::{has_control, lookup, lookup_words};
use crate::limits::Limits;
use crate::scan::Backend;
use crate::scan::mark::{Fill, Marks, Scanner, Stop, Stray};

/// No colon seen yet in the line at hand.
const NONE: usize = usize::MAX;

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
    line: usize,
    /// The first colon of the line at hand, if it has been seen.
    colon: usize,
    /// Records so far.
    count: usize,
    /// Whether the start line has been read.
    started: bool,
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
        Section { scanner: Scanner::new(0), line: 0, colon: NONE, count: 0, started: false, crlf: true };

    /// Begins at `origin`, where the start line begins.
    #[inline]
    pub(crate) fn begin(&mut self, origin: usize, head: &mut Head) {
        *self = Section { scanner: Scanner::new(origin), line: origin, ..Section::START };
        head.origin = origin;
        head.defects = DefectSet::EMPTY;
        if origin > 0 {
            head.defects = head.defects.with(DefectCode::LeadingCrlf);
        }
    }

    /// Reads on in `bytes`, which begin where they began at the first call.
    #[inline(always)]
    pub(crate) fn advance<S: Sink>(
        &mut self,
        backend: Backend,
        bytes: &[u8],
        input: Input,
        page: &mut Page<'_, S>,
    ) -> Result<Progress, Error> {
        let held = S::MAX_OFFSET.wrapping_add(1);
        let window = bytes.get(..held).unwrap_or(bytes);
        let last = input == Input::Whole || window.len() < bytes.len();
        let mut marks = Marks::new();
        loop {
            marks.clear();
            let stop =
                backend.run(Fill { scanner: &mut self.scanner, bytes: window, last, marks: &mut marks });
            let from = self.line;
            self.take(&marks, window, page)?;
            // As long as a whole batch is no longer than one line may be, no line is.
            if self.line.wrapping_sub(from) > page.limits.line_len {
                within_lines(window, from..self.line, page.limits.line_len)?;
            }
            if self.count > page.limits.header_count {
                return Err(Error::new(ErrorKind::Limit(LimitKind::Headers), self.line));
            }
            match stop {
                Stop::Full => {}
                Stop::End(lf) => {
                    self.crlf &= lf > self.line && window.get(lf.wrapping_sub(1)) == Some(&b'\r');
                    self.finish(window, lf.wrapping_add(1), page)?;
                    return Ok(Progress::Done);
                }
                Stop::Starved => return self.starved(window.len(), bytes.len(), page.limits),
            }
        }
    }

    #[cold]
    fn starved(&self, held: usize, len: usize, limits: &Limits) -> Result<Progress, Error> {
        if held.saturating_sub(self.line) > limits.line_len {
            let at = self.line.saturating_add(limits.line_len);
            return Err(Error::new(ErrorKind::Limit(LimitKind::Line), at));
        }
        if held < len {
            return Err(Error::new(ErrorKind::Limit(LimitKind::HeaderSection), held));
        }
        Ok(Progress::Starved)
    }

    /// The bytes ended without an empty line: what is there is the section.
    #[cold]
    pub(crate) fn conclude<S: Sink>(&mut self, bytes: &[u8], page: &mut Page<'_, S>) -> Result<(), Error> {
        page.head.defects = page.head.defects.with(DefectCode::NoEmptyLine);
        // A CR at the very end is the first half of an empty line.
        let rest = bytes.get(self.line..).unwrap_or(&[]);
        if !rest.is_empty() && rest != b"\r" {
            self.last_line_ends(bytes, page)?;
            self.line = bytes.len();
            if self.count > page.limits.header_count {
                return Err(Error::new(ErrorKind::Limit(LimitKind::Headers), bytes.len()));
            }
        }
        self.finish(bytes, bytes.len(), page)
    }

    #[inline]
    fn take<S: Sink>(&mut self, marks: &Marks, bytes: &[u8], page: &mut Page<'_, S>) -> Result<(), Error> {
        let mut rest = marks.as_slice();
        if !self.started {
            let Some((first, others)) = rest.split_first() else { return Ok(()) };
            self.start_line_ends(bytes, *first as usize, page)?;
            rest = others;
        }
        if self.colon != NONE
            && let Some((first, others)) = rest.split_first()
        {
            self.open_line_ends(bytes, *first as usize, page)?;
            rest = others;
        }
        // Controls in a name can make the quick comparison of names lie.
        if marks.ragged | self.scanner.stray.in_names() {
            self.take_lines_with_care(rest, bytes, page)
        } else {
            self.take_lines(rest, bytes, page)
        }
    }

    /// The hot loop: each line has its first colon and its line feed in `marks`. Kept out of line: what it needs
    /// then fits the registers.
    #[inline(never)]
    fn take_lines<S: Sink>(
        &mut self,
        marks: &[u32],
        bytes: &[u8],
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let (pairs, half) = marks.as_chunks::<2>();
        let (mut line, mut count) = (self.line, self.count);
        for [colon, lf] in pairs {
            let (colon, lf) = (*colon as usize, *lf as usize);
            if let Some((id, value, end)) = plain_line(bytes, line, colon, lf) {
                let name_len = colon.wrapping_sub(line) as u8;
                let value_len = end.wrapping_sub(value);
                if !page.sink.put(count, Record { name: line, name_len, value, value_len, flags: 0, id }) {
                    return Err(index_full(line));
                }
                count = count.wrapping_add(1);
            } else {
                self.count = count;
                self.odd_line(bytes, line, colon, lf, page)?;
                count = self.count;
            }
            line = lf.wrapping_add(1);
        }
        (self.line, self.count) = (line, count);
        if let [colon] = half {
            self.colon = *colon as usize;
        }
        Ok(())
    }

    /// The same where some lines have no colon, or names may hold controls.
    #[inline(never)]
    fn take_lines_with_care<S: Sink>(
        &mut self,
        mut marks: &[u32],
        bytes: &[u8],
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let controls = self.scanner.stray.in_names();
        loop {
            let (colon, lf) = match marks {
                [lf, rest @ ..] if bytes.get(*lf as usize) == Some(&b'\n') => {
                    marks = rest;
                    (NONE, *lf as usize)
                }
                [colon, lf, rest @ ..] => {
                    marks = rest;
                    (*colon as usize, *lf as usize)
                }
                [colon] => {
                    self.colon = *colon as usize;
                    return Ok(());
                }
                [] => return Ok(()),
            };
            let line = core::mem::replace(&mut self.line, lf.wrapping_add(1));
            let trusted = colon != NONE && !(controls && has_control(bytes.get(line..colon).unwrap_or(&[])));
            match plain_line(bytes, line, colon, lf) {
                Some((id, value, end)) if trusted => {
                    let name_len = colon.wrapping_sub(line) as u8;
                    let value_len = end.wrapping_sub(value);
                    self.put(Record { name: line, name_len, value, value_len, flags: 0, id }, page)?;
                }
                _ => self.odd_line(bytes, line, colon, lf, page)?,
            }
        }
    }

    fn put<S: Sink>(&mut self, record: Record, page: &mut Page<'_, S>) -> Result<(), Error> {
        if !page.sink.put(self.count, record) {
            return Err(index_full(record.name));
        }
        self.count = self.count.wrapping_add(1);
        Ok(())
    }

    /// The line whose colon was the last mark of the batch before ends at `lf`.
    #[cold]
    fn open_line_ends<S: Sink>(
        &mut self,
        bytes: &[u8],
        lf: usize,
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let colon = core::mem::replace(&mut self.colon, NONE);
        // Both were marks, which are `u32`, but for an end at the end of all bytes.
        let (Ok(colon), Ok(lf)) = (u32::try_from(colon), u32::try_from(lf)) else {
            return Err(Error::new(ErrorKind::Limit(LimitKind::HeaderSection), self.line));
        };
        self.take_lines_with_care(&[colon, lf], bytes, page)
    }

    /// The bytes end within a line.
    #[cold]
    fn last_line_ends<S: Sink>(&mut self, bytes: &[u8], page: &mut Page<'_, S>) -> Result<(), Error> {
        let end = bytes.len();
        if !self.started {
            return self.start_line_ends(bytes, end, page);
        }
        if self.colon != NONE {
            return self.open_line_ends(bytes, end, page);
        }
        let (line, value_end) = (self.line, self.content_end(bytes, self.line, end));
        self.line = end.wrapping_add(1);
        self.continuation_or_stray(bytes, line, value_end, page)
    }

    #[inline]
    fn start_line_ends<S>(&mut self, bytes: &[u8], end: usize, page: &mut Page<'_, S>) -> Result<(), Error> {
        let content_end = self.content_end(bytes, self.line, end);
        let head = &mut *page.head;
        start_line::parse(bytes, self.line, content_end, &mut head.start, &mut head.defects)?;
        self.started = true;
        self.line = end.wrapping_add(1);
        head.headers_at = self.line.min(bytes.len());
        Ok(())
    }

    /// Where the text of a line ends whose LF is at `end`; remembers an LF without CR.
    fn content_end(&mut self, bytes: &[u8], line: usize, end: usize) -> usize {
        let before = end.wrapping_sub(1);
        let cr = end > line && bytes.get(before) == Some(&b'\r');
        self.crlf &= cr;
        if cr { before } else { end }
    }

    /// A line that is not plainly a registered name, a colon, a space and a value. `colon` may be `NONE`.
    #[inline(never)]
    fn odd_line<S: Sink>(
        &mut self,
        bytes: &[u8],
        line: usize,
        colon: usize,
        lf: usize,
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let end = self.content_end(bytes, line, lf);
        let folded = bytes.get(line).is_some_and(|&byte| is_blank(byte));
        if folded || colon == NONE {
            return self.continuation_or_stray(bytes, line, end, page);
        }
        let name = bytes.get(line..colon).unwrap_or(&[]);
        let (name_len, flags, id) = read_name(name, line, &mut page.head.defects)?;
        let (value, end) = trim_value(bytes, colon.wrapping_add(1), end);
        let record = Record { name: line, name_len, value, value_len: end.wrapping_sub(value), flags, id };
        self.put(record, page)
    }

    /// A line that begins with a blank belongs to the value before it; any other without a colon stands for itself.
    fn continuation_or_stray<S: Sink>(
        &mut self,
        bytes: &[u8],
        line: usize,
        end: usize,
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let (value, end) = trim_value(bytes, line, end);
        let folded = bytes.get(line).is_some_and(|&byte| is_blank(byte));
        if folded && let Some(last) = self.count.checked_sub(1) {
            if value != end {
                page.sink.extend(last, value..end);
            }
            return Ok(());
        }
        let code = if folded { DefectCode::FoldedStartLine } else { DefectCode::HeaderWithoutColon };
        page.head.defects = page.head.defects.with(code);
        let value_len = end.wrapping_sub(value);
        self.put(Record { name: line, name_len: 0, value, value_len, flags: NO_COLON, id: 0 }, page)
    }

    /// Fills the head in. The line at hand is the empty one.
    #[inline]
    fn finish<S>(&mut self, bytes: &[u8], body_at: usize, page: &mut Page<'_, S>) -> Result<(), Error> {
        let head = &mut *page.head;
        if !self.started {
            return Err(Error::new(ErrorKind::Method, head.origin));
        }
        if self.scanner.stray != Stray::NONE || !self.crlf {
            let section = bytes.get(head.origin..body_at).unwrap_or(&[]);
            head.defects = head.defects.union(self.byte_defects(section));
        }
        if head.start.parts[1].len as usize > page.limits.uri_len && head.start.kind == Kind::Request {
            let at = (head.start.parts[1].at as usize).saturating_add(page.limits.uri_len);
            return Err(Error::new(ErrorKind::Limit(LimitKind::Uri), at));
        }
        head.headers_end = self.line.min(body_at);
        head.body_at = body_at;
        head.body_len = 0;
        head.input_end = body_at;
        head.count = self.count;
        Ok(())
    }

    /// Which byte-level defects the section has.
    #[cold]
    #[inline(never)]
    fn byte_defects(&self, section: &[u8]) -> DefectSet {
        // A line that ends otherwise than in CR LF hides what stands there from the scanner.
        let stray = if self.crlf { self.scanner.stray } else { stray_bytes(section) };
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

/// Whether each line of `range`, which begins and ends where lines do, is within the limit.
#[cold]
fn within_lines(bytes: &[u8], range: Range<usize>, limit: usize) -> Result<(), Error> {
    let mut line = range.start;
    while let Some(len) = bytes.get(line..range.end).and_then(|rest| memchr::memchr(b'\n', rest)) {
        if len > limit {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Line), line.saturating_add(limit)));
        }
        line = line.saturating_add(len).saturating_add(1);
    }
    Ok(())
}

/// The id and value of a line that is a registered name of at most 24 bytes, a colon, at most one space, a value
/// that is not empty and has no blanks around it, and CR LF. Nearly every line is; `None` for any other.
#[inline(always)]
fn plain_line(bytes: &[u8], line: usize, colon: usize, lf: usize) -> Option<(u8, usize, usize)> {
    let text = bytes.get(..lf)?;
    let [.., last, b'\r'] = text else { return None };
    let from = colon.wrapping_add(1);
    let (first, second) = (*text.get(from)?, *text.get(from.wrapping_add(1))?);
    let space = first == b' ';
    // An empty value ends here too: what follows it is the CR.
    if (if space { second } else { first }) <= b' ' || *last <= b' ' {
        return None;
    }
    let sixteen = u128::from_le_bytes(*bytes.get(line..)?.first_chunk::<16>()?);
    let eight = u64::from_le_bytes(*text.get(..colon)?.last_chunk::<8>()?);
    let len = colon.wrapping_sub(line);
    let id = lookup_words(sixteen as u64, (sixteen >> 64) as u64, eight, len)?;
    Some((id, from.wrapping_add(usize::from(space)), lf.wrapping_sub(1)))
}

/// Length, flags and id of a name that may have blanks behind it, or be none.
#[inline]
fn read_name(name: &[u8], at: usize, defects: &mut DefectSet) -> Result<(u8, u8, u8), Error> {
    let token_len = name.iter().take_while(|&&byte| is_token(byte)).count();
    let mut flags = 0;
    let mut len = name.len();
    if token_len < len {
        len = trim_end_blank(name).len();
        if len < name.len() {
            *defects = defects.with(DefectCode::WsBeforeColon);
            flags = WS_BEFORE_COLON;
        }
        if token_len < len {
            *defects = defects.with(DefectCode::NameNotToken);
            flags |= NOT_TOKEN;
        }
    }
    if len == 0 {
        *defects = defects.with(DefectCode::EmptyHeaderName);
    }
    let Ok(name_len) = u8::try_from(len) else {
        return Err(Error::new(ErrorKind::Limit(LimitKind::Name), at.saturating_add(255)));
    };
    // Only tokens are in the registry; the one name with a star in it is one.
    let id = if token_len == len { lookup(name.get(..len).unwrap_or(&[])) } else { 0 };
    Ok((name_len, flags, id))
}

/// `bytes` without the spaces and tabs at its end.
fn trim_end_blank(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., last] = bytes
        && is_blank(*last)
    {
        bytes = rest;
    }
    bytes
}

#[cold]
fn index_full(at: usize) -> Error {
    Error::new(ErrorKind::Limit(LimitKind::Index), at)
}

/// Byte by byte what [`Scanner`] sees block by block, and what it leaves out.
fn stray_bytes(section: &[u8]) -> Stray {
    let mut before = 0u8;
    let mut stray = Stray::NONE;
    for &byte in section {
        let control = ((byte < 0x20) & !matches!(byte, b'\t' | b'\r' | b'\n')) | (byte == 0x7f);
        stray.bare_lf |= (byte == b'\n') & (before != b'\r');
        stray.bare_cr |= (before == b'\r') & (byte != b'\n');
        stray.control |= control & (before != b'\\');
        stray.quoted_control |= control & (before == b'\\');
        stray.high |= byte >= 0x80;
        before = byte;
    }
    stray.bare_cr |= before == b'\r';
    stray
}

/// What is left of `bytes[from..end]` without the blanks around it.
fn trim_value(bytes: &[u8], mut from: usize, mut end: usize) -> (usize, usize) {
    let blank = |at: usize| bytes.get(at).is_some_and(|&byte| is_blank(byte));
    while from < end && blank(from) {
        from = from.wrapping_add(1);
    }
    while from < end && blank(end.wrapping_sub(1)) {
        end = end.wrapping_sub(1);
    }
    (from.min(end), end)
}
