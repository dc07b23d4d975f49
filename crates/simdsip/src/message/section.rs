//! Stage 2: marks to records.
//!
//! The one reader of header sections: datagrams, streams and files all come through
//! [`Section::advance`], so that framer and parser cannot disagree. It can stop at any
//! byte and go on. It does not look into values; a Content-Length is only remembered.
//! RFC 3261 §7.3, §25.1.

use super::head::{Head, Kind, Start};
use super::index::{FOLDED, NO_COLON, NOT_TOKEN, Record, Sink, WS_BEFORE_COLON};
use super::start_line;
use super::token::{is_blank, is_token};
use crate::defect::{DefectCode, DefectSet};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::header::HeaderName;
use crate::header::lookup::{candidate, confirm, lookup};
use crate::limits::Limits;
use crate::scan::mark::{Marks, Scanner, Stop};
use crate::scan::{Kernel, Task};

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
    longest_line: usize,
    /// The last Content-Length among the records, and how many there are.
    length_at: usize,
    length_count: usize,
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
            longest_line: 0,
            length_at: 0,
            length_count: 0,
            headers_at: 0,
            defects: DefectSet::EMPTY,
            crlf: true,
        }
    }

    /// Reads on in `bytes`, which begin where they began at the first call.
    #[inline(always)]
    pub(crate) fn advance<K: Kernel, S: Sink>(
        &mut self,
        kernel: K,
        bytes: &[u8],
        input: Input,
        limits: &Limits,
        sink: &mut S,
        head: &mut Head,
    ) -> Result<Progress, Error> {
        let held = S::MAX_OFFSET.wrapping_add(1);
        let window = bytes.get(..held).unwrap_or(bytes);
        let last = input == Input::Whole || window.len() < bytes.len();
        loop {
            let mut marks = Marks::new();
            let stop = self.scanner.fill(kernel, window, last, &mut marks);
            self.take(&marks, window, sink)?;
            if self.longest_line > limits.line_len {
                return Err(self.too_long(window, limits));
            }
            if sink.count() > limits.header_count {
                return Err(Error::new(ErrorKind::Limit(LimitKind::Headers), self.line));
            }
            match stop {
                Stop::Full => {}
                Stop::End(lf) => {
                    self.crlf &=
                        lf.checked_sub(1).and_then(|at| window.get(at)) == Some(&b'\r') && lf > self.line;
                    self.finish(window, self.line, lf.wrapping_add(1), limits, sink, head)?;
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
            self.line_ends(bytes, bytes.len(), sink)?;
            self.line = bytes.len();
            if self.longest_line > limits.line_len {
                return Err(self.too_long(bytes, limits));
            }
            if sink.count() > limits.header_count {
                return Err(Error::new(ErrorKind::Limit(LimitKind::Headers), bytes.len()));
            }
        }
        self.finish(bytes, self.line, bytes.len(), limits, sink, head)
    }

    #[inline(always)]
    fn take<S: Sink>(&mut self, marks: &Marks, bytes: &[u8], sink: &mut S) -> Result<(), Error> {
        let mut marks_left = marks.as_slice();
        if self.start.is_none() {
            let Some((first, rest)) = marks_left.split_first() else { return Ok(()) };
            self.start_line_ends(bytes, *first as usize)?;
            marks_left = rest;
        }
        if marks.ragged || self.colon != NONE {
            return self.take_ragged(marks_left, bytes, sink);
        }
        let (pairs, half) = marks_left.as_chunks::<2>();
        // Controls in a name can make the quick comparison lie, so that it is only for lines without.
        if self.scanner.irregular {
            self.take_pairs::<true, S>(pairs, bytes, sink)?;
        } else {
            self.take_pairs::<false, S>(pairs, bytes, sink)?;
        }
        if let [colon] = half {
            self.colon = *colon as usize;
        }
        Ok(())
    }

    /// Lines that each have a colon: the hot loop. What it carries from line to line is in locals.
    #[inline(always)]
    fn take_pairs<const EXACT: bool, S: Sink>(
        &mut self,
        pairs: &[[u32; 2]],
        bytes: &[u8],
        sink: &mut S,
    ) -> Result<(), Error> {
        let (mut line, mut crlf, mut longest) = (self.line, self.crlf, self.longest_line);
        let (mut length_at, mut length_count) = (self.length_at, self.length_count);
        for [colon, lf] in pairs {
            let (colon, lf) = (*colon as usize, *lf as usize);
            let before = lf.wrapping_sub(1);
            let cr = bytes.get(before) == Some(&b'\r');
            let end = if cr { before } else { lf };
            let at = sink.count();
            let mut id = name_id::<EXACT>(bytes, line, colon);
            if id == 0 {
                id = self.unknown(bytes, line, colon, end, sink)?;
            } else {
                let (value, end) = trim_value(bytes, colon.wrapping_add(1), end);
                let name_len = colon.wrapping_sub(line) as u8;
                let record =
                    Record { name: line, name_len, value, value_len: end.wrapping_sub(value), flags: 0, id };
                if !sink.push(record) {
                    return Err(index_full(line));
                }
            }
            let is_length = id == HeaderName::ContentLength as u8;
            length_at = if is_length { at } else { length_at };
            length_count = length_count.wrapping_add(usize::from(is_length));
            crlf &= cr;
            longest = longest.max(lf.wrapping_sub(line));
            line = lf.wrapping_add(1);
        }
        (self.line, self.crlf, self.longest_line) = (line, crlf, longest);
        (self.length_at, self.length_count) = (length_at, length_count);
        Ok(())
    }

    /// The same where lines without colons are among them.
    #[cold]
    #[inline(never)]
    fn take_ragged<S: Sink>(&mut self, marks: &[u32], bytes: &[u8], sink: &mut S) -> Result<(), Error> {
        for mark in marks {
            let at = *mark as usize;
            if bytes.get(at) == Some(&b'\n') {
                self.line_ends(bytes, at, sink)?;
            } else {
                self.colon = at;
            }
        }
        Ok(())
    }

    /// A line with or without a colon ends before `end`.
    fn line_ends<S: Sink>(&mut self, bytes: &[u8], end: usize, sink: &mut S) -> Result<(), Error> {
        if self.start.is_none() {
            return self.start_line_ends(bytes, end);
        }
        if self.colon != NONE {
            let colon = core::mem::replace(&mut self.colon, NONE);
            return match (u32::try_from(colon), u32::try_from(end)) {
                (Ok(colon), Ok(end)) => self.take_pairs::<true, S>(&[[colon, end]], bytes, sink),
                _ => Err(Error::new(ErrorKind::Limit(LimitKind::HeaderSection), self.line)),
            };
        }
        let (line, value_end) = (self.line, self.content_end(bytes, end));
        self.next_line(end);
        self.continuation_or_stray(bytes, line, value_end, sink)
    }

    fn start_line_ends(&mut self, bytes: &[u8], end: usize) -> Result<(), Error> {
        let content_end = self.content_end(bytes, end);
        let (start, defects) = start_line::parse(bytes, self.line, content_end)?;
        self.start = Some(start);
        self.defects = self.defects.union(defects);
        self.next_line(end);
        self.headers_at = self.line.min(bytes.len());
        Ok(())
    }

    /// Where the text of a line ends whose LF is at `end`; remembers an LF without CR.
    fn content_end(&mut self, bytes: &[u8], end: usize) -> usize {
        let before = end.wrapping_sub(1);
        let cr = end > self.line && bytes.get(before) == Some(&b'\r');
        self.crlf &= cr;
        if cr { before } else { end }
    }

    fn next_line(&mut self, lf: usize) {
        self.longest_line = self.longest_line.max(lf.wrapping_sub(self.line));
        self.line = lf.wrapping_add(1);
    }

    /// A line with a colon whose name is no plain registered one: folds come here, and blanks before the colon.
    #[inline(never)]
    fn unknown<S: Sink>(
        &mut self,
        bytes: &[u8],
        line: usize,
        colon: usize,
        value_end: usize,
        sink: &mut S,
    ) -> Result<u8, Error> {
        if bytes.get(line).is_some_and(|&byte| is_blank(byte)) {
            return self.continuation_or_stray(bytes, line, value_end, sink).map(|()| 0);
        }
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
        } else if !name.iter().all(|&byte| is_token(byte)) {
            self.defects = self.defects.with(DefectCode::NameNotToken);
            flags |= NOT_TOKEN;
        }
        let Ok(name_len) = u8::try_from(name.len()) else {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Name), line.saturating_add(255)));
        };
        let id = if flags & WS_BEFORE_COLON != 0 { lookup(name) } else { 0 };
        let (value, value_end) = trim_value(bytes, colon.wrapping_add(1), value_end);
        let record =
            Record { name: line, name_len, value, value_len: value_end.wrapping_sub(value), flags, id };
        if sink.push(record) { Ok(id) } else { Err(index_full(line)) }
    }

    /// A line that begins with a blank belongs to the value before it; any other without a colon stands for itself.
    #[cold]
    fn continuation_or_stray<S: Sink>(
        &mut self,
        bytes: &[u8],
        line: usize,
        end: usize,
        sink: &mut S,
    ) -> Result<(), Error> {
        let (value, value_end) = trim_value(bytes, line, end);
        let folded = bytes.get(line).is_some_and(|&byte| is_blank(byte));
        if folded && let Some(record) = sink.last() {
            if value != value_end {
                let start = if record.value_len == 0 { value } else { record.value };
                // A value that begins on its second line needs no joining.
                let joined = if record.value_len == 0 { 0 } else { FOLDED };
                sink.amend_last(start..value_end, record.flags | joined);
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
        if sink.push(record) { Ok(()) } else { Err(index_full(line)) }
    }

    /// Fills the head in.
    #[inline(always)]
    fn finish<S: Sink>(
        &mut self,
        bytes: &[u8],
        headers_end: usize,
        body_at: usize,
        limits: &Limits,
        sink: &S,
        head: &mut Head,
    ) -> Result<(), Error> {
        let Some(start) = self.start else { return Err(Error::new(ErrorKind::Method, self.origin)) };
        if self.scanner.irregular || !self.crlf {
            self.classify(bytes.get(self.origin..body_at).unwrap_or(&[]));
        }
        if start.kind == Kind::Request && start.parts[1].len as usize > limits.uri_len {
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
            count: sink.count(),
            length_at: self.length_at,
            length_count: self.length_count,
            defects: self.defects,
        };
        Ok(())
    }

    /// Which of the byte-level defects made the section irregular.
    #[cold]
    #[inline(never)]
    fn classify(&mut self, section: &[u8]) {
        let mut before = 0u8;
        let (mut bare_lf, mut bare_cr, mut control, mut high) = (false, false, false, false);
        for &byte in section {
            bare_lf |= (byte == b'\n') & (before != b'\r');
            bare_cr |= (before == b'\r') & (byte != b'\n');
            control |= ((byte < 0x20) & (byte != b'\t') & (byte != b'\r') & (byte != b'\n')) | (byte == 0x7f);
            high |= byte >= 0x80;
            before = byte;
        }
        bare_cr |= before == b'\r';
        let found = [
            (bare_lf, DefectCode::BareLf),
            (bare_cr, DefectCode::BareCr),
            (control, DefectCode::ControlByte),
            (high && simdutf8::basic::from_utf8(section).is_err(), DefectCode::NotUtf8),
        ];
        for (seen, code) in found {
            if seen {
                self.defects = self.defects.with(code);
            }
        }
    }

    /// Which line went over the limit.
    #[cold]
    fn too_long(&self, bytes: &[u8], limits: &Limits) -> Error {
        let mut line = self.origin;
        while let Some(len) = bytes.get(line..).and_then(|rest| memchr::memchr(b'\n', rest)) {
            if len > limits.line_len {
                break;
            }
            line = line.saturating_add(len).saturating_add(1);
        }
        Error::new(ErrorKind::Limit(LimitKind::Line), line.saturating_add(limits.line_len))
    }
}

/// The registry's id of the name `bytes[line..colon]`.
#[inline(always)]
fn name_id<const EXACT: bool>(bytes: &[u8], line: usize, colon: usize) -> u8 {
    let len = colon.wrapping_sub(line);
    let Some(sixteen) = bytes.get(line..).and_then(|rest| rest.first_chunk::<16>()) else {
        return lookup(bytes.get(line..colon).unwrap_or(&[]));
    };
    let sixteen = u128::from_le_bytes(*sixteen);
    let id = candidate::<EXACT>(sixteen as u64, (sixteen >> 64) as u64, len);
    if len > 16 && id != 0 {
        return confirm(id, bytes.get(line.wrapping_add(16)..colon).unwrap_or(&[]));
    }
    id
}

#[cold]
fn index_full(at: usize) -> Error {
    Error::new(ErrorKind::Limit(LimitKind::Index), at)
}

/// The value between a colon and the line's end, without blanks around it. Most have one blank before and none behind.
#[inline(always)]
fn trim_value(bytes: &[u8], from: usize, end: usize) -> (usize, usize) {
    let blank = |at: usize| bytes.get(at).is_some_and(|&byte| is_blank(byte));
    let from = from.wrapping_add(usize::from(blank(from)));
    if blank(from) || blank(end.wrapping_sub(1)) {
        return trim_rest(bytes, from, end);
    }
    (from, end)
}

#[cold]
#[inline(never)]
fn trim_rest(bytes: &[u8], mut from: usize, mut end: usize) -> (usize, usize) {
    let blank = |at: usize| bytes.get(at).is_some_and(|&byte| is_blank(byte));
    while from < end && blank(from) {
        from = from.wrapping_add(1);
    }
    while from < end && blank(end.wrapping_sub(1)) {
        end = end.wrapping_sub(1);
    }
    (from.min(end), end)
}

/// [`Section::advance`], compiled for a backend.
pub(crate) struct Advance<'a, S> {
    pub(crate) section: &'a mut Section,
    pub(crate) bytes: &'a [u8],
    pub(crate) input: Input,
    pub(crate) limits: &'a Limits,
    pub(crate) sink: &'a mut S,
    pub(crate) head: &'a mut Head,
}

impl<S: Sink> Task for Advance<'_, S> {
    type Output = Result<Progress, Error>;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        self.section.advance(kernel, self.bytes, self.input, self.limits, self.sink, self.head)
    }
}
