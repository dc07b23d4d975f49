//! Stage 2: marks to records.
//!
//! The one reader of header sections: datagrams, streams and files all come through
//! [`Section::advance`], so that framer and parser cannot disagree. It can stop at any
//! byte and go on. It does not look into values; a Content-Length is only remembered.
//! RFC 3261 §7.3, §25.1.

use core::ops::Range;

use super::head::{Head, Kind, Start};
use super::index::{FOLDED, NO_COLON, NOT_TOKEN, Record, Sink, WS_BEFORE_COLON};
use super::start_line;
use super::token::{is_blank, is_token_slice};
use crate::defect::{DefectCode, DefectSet};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::header::lookup::{lookup, lookup_words};
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

/// A header section being read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    pub(crate) scanner: Scanner,
    pub(crate) origin: usize,
    start: Option<Start>,
    /// Where the line at hand begins.
    line: usize,
    /// The first colon of the line at hand, if it has been seen.
    colon: usize,
    /// Records so far.
    count: usize,
    headers_at: usize,
    defects: DefectSet,
    /// Whether every line so far ended in CR LF.
    crlf: bool,
}

impl Section {
    /// Begins at `origin`, where the start line begins.
    pub(crate) const fn new(origin: usize) -> Section {
        Section {
            scanner: Scanner::new(origin),
            origin,
            start: None,
            line: origin,
            colon: NONE,
            count: 0,
            headers_at: 0,
            defects: DefectSet::EMPTY,
            crlf: true,
        }
    }

    /// Reads on in `bytes`, which begin where they began at the first call.
    #[inline]
    pub(crate) fn advance<S: Sink>(
        &mut self,
        backend: Backend,
        bytes: &[u8],
        input: Input,
        limits: &Limits,
        sink: &mut S,
        head: &mut Head,
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
            self.take(&marks, window, sink)?;
            // As long as a whole batch is no longer than one line may be, no line is.
            if self.line.wrapping_sub(from) > limits.line_len {
                within_lines(window, from..self.line, limits.line_len)?;
            }
            if self.count > limits.header_count {
                return Err(Error::new(ErrorKind::Limit(LimitKind::Headers), self.line));
            }
            match stop {
                Stop::Full => {}
                Stop::End(lf) => {
                    self.crlf &=
                        lf.checked_sub(1).and_then(|at| window.get(at)) == Some(&b'\r') && lf > self.line;
                    self.finish(window, self.line, lf.wrapping_add(1), limits, head)?;
                    return Ok(Progress::Done);
                }
                Stop::Starved => {
                    if window.len().saturating_sub(self.line) > limits.line_len {
                        return Err(Error::new(
                            ErrorKind::Limit(LimitKind::Line),
                            self.line.saturating_add(limits.line_len),
                        ));
                    }
                    if window.len() < bytes.len() {
                        return Err(Error::new(ErrorKind::Limit(LimitKind::HeaderSection), held));
                    }
                    return Ok(Progress::Starved);
                }
            }
        }
    }

    /// The bytes ended without an empty line: what is there is the section.
    #[cold]
    pub(crate) fn conclude<S: Sink>(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        sink: &mut S,
        head: &mut Head,
    ) -> Result<(), Error> {
        self.defects = self.defects.with(DefectCode::NoEmptyLine);
        // A CR at the very end is the first half of an empty line.
        let rest = bytes.get(self.line..).unwrap_or(&[]);
        if !rest.is_empty() && rest != b"\r" {
            self.last_line_ends(bytes, sink)?;
            self.line = bytes.len();
            if self.count > limits.header_count {
                return Err(Error::new(ErrorKind::Limit(LimitKind::Headers), bytes.len()));
            }
        }
        self.finish(bytes, self.line, bytes.len(), limits, head)
    }

    #[inline]
    fn take<S: Sink>(&mut self, marks: &Marks, bytes: &[u8], sink: &mut S) -> Result<(), Error> {
        let mut rest = marks.as_slice();
        if self.start.is_none() {
            let Some((first, others)) = rest.split_first() else { return Ok(()) };
            self.start_line_ends(bytes, *first as usize)?;
            rest = others;
        }
        if self.colon != NONE
            && let Some((first, others)) = rest.split_first()
        {
            self.open_line_ends(bytes, *first as usize, sink)?;
            rest = others;
        }
        // Controls in a name can make the quick comparison of names lie, so that it is only for lines without.
        if marks.ragged | self.scanner.stray.control | self.scanner.stray.bare_cr {
            self.take_lines_with_care(rest, bytes, sink)
        } else {
            self.take_lines(rest, bytes, sink)
        }
    }

    /// The hot loop: each line has its first colon and its line feed in `marks`. Kept out of line: what it needs
    /// then fits the registers.
    #[inline(never)]
    fn take_lines<S: Sink>(&mut self, marks: &[u32], bytes: &[u8], sink: &mut S) -> Result<(), Error> {
        let (pairs, half) = marks.as_chunks::<2>();
        let (mut line, mut count) = (self.line, self.count);
        for [colon, lf] in pairs {
            let (colon, lf) = (*colon as usize, *lf as usize);
            if let Some((id, value, end)) = plain_line::<false>(bytes, line, colon, lf) {
                let name_len = colon.wrapping_sub(line) as u8;
                let value_len = end.wrapping_sub(value);
                if !sink.put(count, Record { name: line, name_len, value, value_len, flags: 0, id }) {
                    return Err(index_full(line));
                }
                count = count.wrapping_add(1);
            } else {
                self.count = count;
                self.odd_line(bytes, line, colon, lf, sink)?;
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
        sink: &mut S,
    ) -> Result<(), Error> {
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
            match plain_line::<true>(bytes, line, colon, lf) {
                Some((id, value, end)) if colon != NONE => {
                    let name_len = colon.wrapping_sub(line) as u8;
                    let value_len = end.wrapping_sub(value);
                    self.put(Record { name: line, name_len, value, value_len, flags: 0, id }, sink)?;
                }
                _ => self.odd_line(bytes, line, colon, lf, sink)?,
            }
        }
    }

    fn put<S: Sink>(&mut self, record: Record, sink: &mut S) -> Result<(), Error> {
        if !sink.put(self.count, record) {
            return Err(index_full(record.name));
        }
        self.count = self.count.wrapping_add(1);
        Ok(())
    }

    /// The line whose colon was the last mark of the batch before ends at `lf`.
    #[cold]
    fn open_line_ends<S: Sink>(&mut self, bytes: &[u8], lf: usize, sink: &mut S) -> Result<(), Error> {
        let colon = core::mem::replace(&mut self.colon, NONE);
        // Both were marks, which are `u32`, but for an end at the end of all bytes.
        let (Ok(colon), Ok(lf)) = (u32::try_from(colon), u32::try_from(lf)) else {
            return Err(Error::new(ErrorKind::Limit(LimitKind::HeaderSection), self.line));
        };
        self.take_lines_with_care(&[colon, lf], bytes, sink)
    }

    /// The bytes end within a line.
    #[cold]
    fn last_line_ends<S: Sink>(&mut self, bytes: &[u8], sink: &mut S) -> Result<(), Error> {
        let end = bytes.len();
        if self.start.is_none() {
            return self.start_line_ends(bytes, end);
        }
        if self.colon != NONE {
            return self.open_line_ends(bytes, end, sink);
        }
        let (line, value_end) = (self.line, self.content_end(bytes, self.line, end));
        self.line = end.wrapping_add(1);
        self.continuation_or_stray(bytes, line, value_end, sink)
    }

    fn start_line_ends(&mut self, bytes: &[u8], end: usize) -> Result<(), Error> {
        let content_end = self.content_end(bytes, self.line, end);
        let (start, defects) = start_line::parse(bytes, self.line, content_end)?;
        self.start = Some(start);
        self.defects = self.defects.union(defects);
        self.line = end.wrapping_add(1);
        self.headers_at = self.line.min(bytes.len());
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
        sink: &mut S,
    ) -> Result<(), Error> {
        let end = self.content_end(bytes, line, lf);
        let folded = bytes.get(line).is_some_and(|&byte| is_blank(byte));
        if folded || colon == NONE {
            return self.continuation_or_stray(bytes, line, end, sink);
        }
        let id = lookup(bytes.get(line..colon).unwrap_or(&[]));
        let (name_len, flags, id) =
            if id == 0 { self.unregistered(bytes, line, colon)? } else { (colon.wrapping_sub(line) as u8, 0, id) };
        let (value, end) = trim_value(bytes, colon.wrapping_add(1), end);
        let record = Record { name: line, name_len, value, value_len: end.wrapping_sub(value), flags, id };
        self.put(record, sink)
    }

    /// A name that is not in the registry, or has blanks behind it: its length, flags, and id after all.
    fn unregistered(&mut self, bytes: &[u8], line: usize, colon: usize) -> Result<(u8, u8, u8), Error> {
        let mut flags = 0;
        let mut name = bytes.get(line..colon).unwrap_or(&[]);
        while let [rest @ .., last] = name
            && is_blank(*last)
        {
            name = rest;
            flags = WS_BEFORE_COLON;
        }
        if flags != 0 {
            self.defects = self.defects.with(DefectCode::WsBeforeColon);
        }
        if name.is_empty() {
            self.defects = self.defects.with(DefectCode::EmptyHeaderName);
        } else if !is_token_slice(name) {
            self.defects = self.defects.with(DefectCode::NameNotToken);
            flags |= NOT_TOKEN;
        }
        let Ok(name_len) = u8::try_from(name.len()) else {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Name), line.saturating_add(255)));
        };
        let id = if flags & WS_BEFORE_COLON != 0 { lookup(name) } else { 0 };
        Ok((name_len, flags, id))
    }

    /// A line that begins with a blank belongs to the value before it; any other without a colon stands for itself.
    fn continuation_or_stray<S: Sink>(
        &mut self,
        bytes: &[u8],
        line: usize,
        end: usize,
        sink: &mut S,
    ) -> Result<(), Error> {
        let (value, value_end) = trim_value(bytes, line, end);
        let folded = bytes.get(line).is_some_and(|&byte| is_blank(byte));
        if folded
            && let Some(last) = self.count.checked_sub(1)
            && let Some(record) = sink.table(self.count).get(last)
        {
            if value != value_end {
                let start = if record.value_len == 0 { value } else { record.value };
                // A value that begins on its second line needs no joining.
                let joined = if record.value_len == 0 { 0 } else { FOLDED };
                sink.amend(last, start..value_end, record.flags | joined);
            }
            return Ok(());
        }
        let code = if folded { DefectCode::FoldedStartLine } else { DefectCode::HeaderWithoutColon };
        self.defects = self.defects.with(code);
        let record = Record {
            name: line,
            name_len: 0,
            value,
            value_len: value_end.wrapping_sub(value),
            flags: NO_COLON,
            id: 0,
        };
        self.put(record, sink)
    }

    /// Fills the head in.
    fn finish(
        &mut self,
        bytes: &[u8],
        headers_end: usize,
        body_at: usize,
        limits: &Limits,
        head: &mut Head,
    ) -> Result<(), Error> {
        let Some(start) = self.start else { return Err(Error::new(ErrorKind::Method, self.origin)) };
        if self.scanner.stray != Stray::default() || !self.crlf {
            self.classify(bytes.get(self.origin..body_at).unwrap_or(&[]));
        }
        if start.parts[1].len as usize > limits.uri_len && start.kind == Kind::Request {
            let at = (start.parts[1].at as usize).saturating_add(limits.uri_len);
            return Err(Error::new(ErrorKind::Limit(LimitKind::Uri), at));
        }
        if self.origin > 0 {
            self.defects = self.defects.with(DefectCode::LeadingCrlf);
        }
        *head = Head {
            start,
            origin: self.origin,
            headers_at: self.headers_at,
            headers_end,
            body_at,
            body_len: 0,
            input_end: body_at,
            count: self.count,
            defects: self.defects,
        };
        Ok(())
    }

    /// Which byte-level defects the section has.
    #[cold]
    #[inline(never)]
    fn classify(&mut self, section: &[u8]) {
        // A line that ends otherwise than in CR LF hides what stands there from the scanner.
        let stray = if self.crlf { self.scanner.stray } else { stray_bytes(section) };
        let found = [
            (stray.bare_lf, DefectCode::BareLf),
            (stray.bare_cr, DefectCode::BareCr),
            (stray.control, DefectCode::ControlByte),
            (stray.high && simdutf8::basic::from_utf8(section).is_err(), DefectCode::NotUtf8),
        ];
        for (seen, code) in found {
            if seen {
                self.defects = self.defects.with(code);
            }
        }
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
fn plain_line<const CAREFUL: bool>(
    bytes: &[u8],
    line: usize,
    colon: usize,
    lf: usize,
) -> Option<(u8, usize, usize)> {
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
    let id = lookup_words::<CAREFUL>(sixteen as u64, (sixteen >> 64) as u64, eight, len);
    if id == 0 {
        return None;
    }
    Some((id, from.wrapping_add(usize::from(space)), lf.wrapping_sub(1)))
}

#[cold]
fn index_full(at: usize) -> Error {
    Error::new(ErrorKind::Limit(LimitKind::Index), at)
}

/// Byte by byte what [`Scanner`] sees block by block, and what it leaves out.
fn stray_bytes(section: &[u8]) -> Stray {
    let mut before = 0u8;
    let (mut bare_lf, mut bare_cr, mut control, mut high) = (false, false, false, false);
    for &byte in section {
        bare_lf |= (byte == b'\n') & (before != b'\r');
        bare_cr |= (before == b'\r') & (byte != b'\n');
        control |= ((byte < 0x20) & (byte != b'\t') & (byte != b'\r') & (byte != b'\n')) | (byte == 0x7f);
        high |= byte >= 0x80;
        before = byte;
    }
    Stray { bare_lf, bare_cr: bare_cr | (before == b'\r'), control, high }
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
