//! Lines to records: names, colons, values, folds.
//!
//! Most lines are plain and take the hot loop; what is odd about the others becomes flags and
//! defects, never an error but for the limits. RFC 3261 §7.3.1, §25.1.

use super::index::{NO_COLON, NOT_TOKEN, Record, Sink, WS_BEFORE_COLON};
use super::section::{NONE, Page, Section};
use super::token::{is_blank, is_token};
use crate::defect::{DefectCode, DefectSet};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::header::lookup::{has_control, lookup_token, lookup_words};

impl Section {
    /// The hot loop: each line has its first colon and its line feed in `marks`. Kept out of line: what it needs
    /// then fits the registers.
    #[inline(never)]
    pub(super) fn take_lines<S: Sink>(
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
                    self.count = count;
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
    pub(super) fn take_lines_with_care<S: Sink>(
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
    pub(super) fn open_line_ends<S: Sink>(
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
    pub(super) fn last_line_ends<S: Sink>(
        &mut self,
        bytes: &[u8],
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
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
    pub(super) fn continuation_or_stray<S: Sink>(
        &mut self,
        bytes: &[u8],
        line: usize,
        end: usize,
        page: &mut Page<'_, S>,
    ) -> Result<(), Error> {
        let (value, end) = trim_value(bytes, line, end);
        let folded = bytes.get(line).is_some_and(|&byte| is_blank(byte));
        if folded && let Some(last) = self.count.checked_sub(1) {
            if value == end {
                page.head.defects = page.head.defects.with(DefectCode::BlankLine);
            } else {
                page.sink.extend(last, value..end);
            }
            return Ok(());
        }
        let code = if folded { DefectCode::FoldedStartLine } else { DefectCode::HeaderWithoutColon };
        page.head.defects = page.head.defects.with(code);
        let value_len = end.wrapping_sub(value);
        self.put(Record { name: line, name_len: 0, value, value_len, flags: NO_COLON, id: 0 }, page)
    }
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
    let id = if token_len == len { lookup_token(name.get(..len).unwrap_or(&[])) } else { 0 };
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
