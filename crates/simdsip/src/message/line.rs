//! Lines to records: names, colons, values, folds.
//!
//! Most lines are plain and take the hot loop; what is odd about the others becomes flags and
//! defects, never an error but for the limits. RFC 3261 §7.3.1, §25.1.

use super::index::{NO_COLON, NOT_TOKEN, Record, Sink, WS_BEFORE_COLON};
use super::section::{Page, Section};
use super::token::{is_blank, is_token};
use crate::defect::{DefectCode, DefectSet};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::header::lookup::{BEFORE, SPAN, lookup, lookup_at, lookup_in_line};
use crate::scan::{Kernel, WINDOW};

impl Section {
    /// Reads lines: each of `marks` ends one.
    #[inline(always)]
    pub(super) fn take_lines<K: Kernel, S: Sink>(
        &mut self,
        kernel: K,
        mut marks: &[u32],
        bytes: &[u8],
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        while !marks.is_empty() {
            let taken = self.plain_lines(kernel, marks, bytes, page.sink);
            marks = marks.get(taken..).unwrap_or(&[]);
            while let Some((lf, others)) = marks.split_first() {
                marks = others;
                let lf = *lf as usize;
                if self.line_near_end(kernel, bytes, lf, page)? {
                    continue;
                }
                let text = bytes.get(self.line..lf).unwrap_or(&[]);
                if matches!(text, [] | [b'\r']) {
                    self.ended = Some(lf);
                    return Ok(());
                }
                if text.first().is_some_and(|&first| is_blank(first)) && self.count > 0 {
                    self.fold(text, page);
                } else {
                    let colon = first_colon(kernel, bytes, self.line, text);
                    self.odd_line(bytes, text, colon, page)?;
                }
                self.line = lf.wrapping_add(1);
                if others.first().is_some_and(|&next| may_be_plain(bytes, self.line, next as usize)) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The hot loop: plain lines, up to the first that is not, or too near to the end of the bytes, or has no room in
    /// the index. How many. What is cold is outside of it, so that all it needs stays in registers.
    #[inline(always)]
    fn plain_lines<K: Kernel, S: Sink>(
        &mut self,
        kernel: K,
        marks: &[u32],
        bytes: &[u8],
        sink: &mut S,
    ) -> usize {
        let (mut line, mut taken) = (self.line, 0usize);
        let (records, ids) = sink.room(self.count, marks.len());
        // From four bytes before the line on.
        let mut rest = bytes.get(line.wrapping_sub(BEFORE)..).unwrap_or(&[]);
        for ((lf, record), id) in marks.iter().zip(records).zip(ids) {
            let lf = *lf as usize;
            let Some(behind) = rest.get(lf.wrapping_sub(line).wrapping_add(1)..) else { break };
            let Some(window) = rest.first_chunk::<SPAN>() else { break };
            let Some(plain) = plain_line(kernel, window, behind) else { break };
            let found = plain.record(line, lf);
            record.set(&found);
            *id = found.id;
            taken = taken.wrapping_add(1);
            line = lf.wrapping_add(1);
            rest = behind;
        }
        (self.line, self.count) = (line, self.count.wrapping_add(taken));
        taken
    }

    /// Reads the line at hand if it is plain and too near to the end of the bytes for the hot loop.
    #[inline(always)]
    fn line_near_end<K: Kernel, S: Sink>(
        &mut self,
        kernel: K,
        bytes: &[u8],
        lf: usize,
        page: &mut Page<'_, S>,
    ) -> Result<bool, Error> {
        let rest = bytes.get(self.line.wrapping_sub(BEFORE)..).unwrap_or(&[]);
        let (Some(last), Some(missing)) = (bytes.last_chunk::<SPAN>(), SPAN.checked_sub(rest.len())) else {
            return Ok(false);
        };
        let mut padded = [0; 2 * SPAN];
        if let Some(start) = padded.first_chunk_mut() {
            *start = *last;
        }
        let window = padded.get(missing..).and_then(|padded| padded.first_chunk());
        let behind = rest.get(lf.wrapping_sub(self.line).wrapping_add(1)..);
        let (Some(window), Some(behind)) = (window, behind) else { return Ok(false) };
        let Some(plain) = plain_line(kernel, window, behind) else { return Ok(false) };
        self.put(plain.record(self.line, lf), page)?;
        self.line = lf.wrapping_add(1);
        Ok(true)
    }

    #[inline(always)]
    fn put<S: Sink>(&mut self, record: Record, page: &mut Page<'_, S>) -> Result<(), Error> {
        if !page.sink.put(self.count, record) {
            return Err(index_full(record.name));
        }
        self.count = self.count.wrapping_add(1);
        Ok(())
    }

    /// The bytes end within a line.
    #[cold]
    pub(super) fn last_line_ends<S: Sink>(
        &mut self,
        bytes: &[u8],
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let end = bytes.len();
        if !self.started {
            return self.start_line_ends(bytes, end, page);
        }
        let text = bytes.get(self.line..).unwrap_or(&[]);
        if text.first().is_some_and(|&first| is_blank(first)) && self.count > 0 {
            self.fold(text, page);
            return Ok(());
        }
        self.odd_line(bytes, text, memchr::memchr(b':', text), page)
    }

    /// The line at hand, of that text and its CR, which is neither empty nor plainly a registered name, a colon, a space
    /// and a value, nor belongs to the record before it. `colon` is the first in it.
    #[inline(never)]
    fn odd_line<S: Sink>(
        &mut self,
        bytes: &[u8],
        text: &[u8],
        colon: Option<usize>,
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let line = self.line;
        let text = self.without_cr(text);
        let folded = text.first().is_some_and(|&first| is_blank(first));
        let colon = colon.filter(|_| !folded);
        let Some((name, [_, rest @ ..])) = colon.and_then(|len| text.split_at_checked(len)) else {
            // It stands for itself.
            let code = if folded { DefectCode::FoldedStartLine } else { DefectCode::HeaderWithoutColon };
            page.head.defects = page.head.defects.with(code);
            let (before, value_len) = trim_value(text);
            let value = line.wrapping_add(before);
            return self
                .put(Record { name: line, name_len: 0, value, value_len, flags: NO_COLON, id: 0 }, page);
        };
        let (name_len, flags, id) = read_name(bytes, line, name, &mut page.head.defects)?;
        let (before, value_len) = trim_value(rest);
        let value = line.wrapping_add(name.len()).wrapping_add(1).wrapping_add(before);
        self.put(Record { name: line, name_len, value, value_len, flags, id }, page)
    }

    /// The line at hand, of that text and its CR, begins with a blank: it belongs to the value of the last record, of
    /// which there is one.
    #[inline(never)]
    fn fold<S: Sink>(&mut self, text: &[u8], page: &mut Page<'_, S>) {
        let (before, len) = trim_value(self.without_cr(text));
        if len == 0 {
            page.head.defects = page.head.defects.with(DefectCode::BlankLine);
        } else {
            let value = self.line.wrapping_add(before);
            page.sink.extend(self.count.wrapping_sub(1), value..value.wrapping_add(len));
        }
    }
}

/// Whether it is worth a try to read the line from `line` to `lf` as a plain one.
#[inline(always)]
fn may_be_plain(bytes: &[u8], line: usize, lf: usize) -> bool {
    matches!(bytes.get(line..lf), Some([first, _, _, _, .., b'\r']) if *first > b' ')
}

/// Where in `text`, a line that begins at `line`, the first colon is.
#[inline(always)]
fn first_colon<K: Kernel>(kernel: K, bytes: &[u8], line: usize, text: &[u8]) -> Option<usize> {
    let len = text.len();
    if let Some(window) = bytes.get(line..).and_then(|rest| rest.first_chunk::<WINDOW>()) {
        let colons = kernel.matching(window, &[0xff; WINDOW], &[b':'; WINDOW]);
        let at = colons.trailing_zeros() as usize;
        if colons != 0 || len <= WINDOW {
            return (at < len).then_some(at);
        }
    }
    memchr::memchr(b':', text)
}

/// What stands in a plain line.
struct Plain {
    id: u8,
    name_len: u8,
    /// Where the value begins, from the line on.
    value: usize,
}

impl Plain {
    /// The record of the line from `line` to `lf`.
    #[inline(always)]
    const fn record(self, line: usize, lf: usize) -> Record {
        let Plain { id, name_len, value } = self;
        let value = line.wrapping_add(value);
        let value_len = lf.wrapping_sub(value).wrapping_sub(1);
        Record { name: line, name_len, value, value_len, flags: 0, id }
    }
}

/// A line that is a registered name, a colon, at most one space, a value that is not empty and has no blanks around
/// it, and CR LF. Nearly every line is; `None` for any other. The line begins behind the first [`BEFORE`] bytes of
/// `window`, and the next behind those of `behind`.
#[inline(always)]
fn plain_line<K: Kernel>(kernel: K, window: &[u8; SPAN], behind: &[u8]) -> Option<Plain> {
    let (id, len) = lookup_in_line(kernel, window)?;
    let [_, last, cr, _] = behind.first_chunk::<BEFORE>()?;
    let space = usize::from(*window.get(len.wrapping_add(BEFORE + 1))? == b' ');
    // An empty value ends here too: what follows it is the CR.
    if *window.get(len.wrapping_add(BEFORE + 1).wrapping_add(space))? <= b' ' || !ends_plainly([*last, *cr]) {
        return None;
    }
    Some(Plain { id, name_len: len as u8, value: len.wrapping_add(space).wrapping_add(1) })
}

/// Whether the two bytes before a line feed are one that is no blank, and CR.
#[inline(always)]
const fn ends_plainly(bytes: [u8; 2]) -> bool {
    const FIRST: u32 = u16::from_le_bytes([b' ' + 1, b'\r']) as u32;
    const FIRST_TO_LAST: u32 = (u8::MAX - (b' ' + 1)) as u32;
    (u16::from_le_bytes(bytes) as u32).wrapping_sub(FIRST) <= FIRST_TO_LAST
}

/// Length, flags and id of the name at `at`, before a colon, that may have blanks behind it, or be none.
#[inline]
fn read_name(bytes: &[u8], at: usize, name: &[u8], defects: &mut DefectSet) -> Result<(u8, u8, u8), Error> {
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
    let id = if token_len < len || len == 0 {
        0
    } else if len < name.len() {
        lookup(name.get(..len).unwrap_or(&[]))
    } else {
        lookup_at(bytes, at, len)
    };
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

/// How many blanks `text` begins with, and how long it is without those around it.
fn trim_value(text: &[u8]) -> (usize, usize) {
    let blanks = text.iter().take_while(|&&byte| is_blank(byte)).count();
    (blanks, trim_end_blank(text.get(blanks..).unwrap_or(&[])).len())
}
