//! Where the defects of a message are: each code's bit says that there is one, this finds them.

use core::iter::FusedIterator;
use core::ops::Range;

use super::{Defect, DefectCode, TABLE};
use crate::header::HeaderName;
use crate::message::length::decimal;
use crate::message::token::is_blank;
use crate::message::{Head, NO_COLON, NOT_TOKEN, Table, WS_BEFORE_COLON};

/// The defects of a message, by code and then by place. Made by [`crate::Message::defects`].
///
/// ```
/// use simdsip::{DefectCode, Index, Parser};
///
/// let mut index = Index::new();
/// let message = Parser::default().parse(b"OPTIONS sip:a SIP/2.0\r\nl : 0\r\n\r\nxx", &mut index)?;
/// let found: Vec<_> = message.structural_defects().map(|defect| (defect.code.as_str(), defect.at, defect.len)).collect();
/// assert_eq!(found, [("ws-before-colon", 24, 1), ("surplus-bytes", 32, 2)]);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StructuralDefects<'b> {
    bytes: &'b [u8],
    head: &'b Head,
    table: Table<'b>,
    /// The code at hand, as a position in the table.
    row: usize,
    /// Where to look on: a byte or a record, as the code goes.
    cursor: usize,
}

/// A place, and where to look on behind it.
type Found = Option<(usize, usize, usize)>;

/// `cursor` for codes that can only show once.
const SPENT: usize = usize::MAX;

impl<'b> StructuralDefects<'b> {
    pub(crate) fn new(bytes: &'b [u8], head: &'b Head, table: Table<'b>) -> StructuralDefects<'b> {
        StructuralDefects { bytes, head, table, row: 0, cursor: 0 }
    }

    fn place(&self, code: DefectCode) -> Found {
        match code {
            DefectCode::BareLf => self.bare_lf(),
            DefectCode::BareCr => self.bare_cr(),
            DefectCode::ControlByte => self.control_byte(false),
            DefectCode::QuotedControl => self.control_byte(true),
            DefectCode::BlankLine => self.blank_line(),
            DefectCode::NotUtf8 => self.not_utf8(),
            DefectCode::LeadingCrlf => self.once(0, self.head.origin),
            DefectCode::WsBeforeColon => self.record(|at| self.blanks_before_colon(at)),
            DefectCode::HeaderWithoutColon => self.record(|at| self.stray(at, false)),
            DefectCode::FoldedStartLine => self.record(|at| self.stray(at, true)),
            DefectCode::EmptyHeaderName => self.record(|at| {
                let record = self.table.get(at)?;
                (record.name_len == 0 && record.flags & NO_COLON == 0).then_some((record.name, 0))
            }),
            DefectCode::NameNotToken => self.record(|at| {
                let record = self.table.get(at)?;
                (record.flags & NOT_TOKEN != 0).then_some((record.name, record.name_len.into()))
            }),
            DefectCode::StartLineSpacing => {
                self.once(self.head.origin, self.head.headers_at.saturating_sub(self.head.origin))
            }
            DefectCode::SpaceInUri | DefectCode::BadStatus => self.part(1),
            DefectCode::MethodNotToken => self.part(0),
            DefectCode::BadVersion => {
                self.part(if self.head.start.kind == crate::Kind::Request { 2 } else { 0 })
            }
            DefectCode::NoReasonSeparator => {
                let [_, code, _] = self.head.start.parts;
                self.once((code.at as usize).saturating_add(code.len as usize), 0)
            }
            DefectCode::NoEmptyLine | DefectCode::ContentLengthMissing => self.once(self.head.headers_end, 0),
            DefectCode::ContentLengthInvalid => self.length(|value, _| decimal(value).is_none()),
            DefectCode::ContentLengthRepeated => {
                self.length(|value, first| first.is_some_and(|first| first == decimal(value)))
            }
            DefectCode::ContentLengthConflict => {
                self.length(|value, first| first.is_some_and(|first| first != decimal(value)))
            }
            DefectCode::ContentLengthTooLong => self.length(|_, first| first.is_none()),
            DefectCode::SurplusBytes => {
                let end = self.head.body_at.saturating_add(self.head.body_len);
                self.once(end, self.head.input_end.saturating_sub(end))
            }
            _ => None,
        }
    }

    fn once(&self, at: usize, len: usize) -> Found {
        (self.cursor != SPENT).then_some((at, len, SPENT))
    }

    fn part(&self, index: usize) -> Found {
        let span = self.head.start.parts.get(index)?;
        self.once(span.at as usize, span.len as usize)
    }

    /// The start line and header section from the cursor on, and where that is.
    fn section_left(&self) -> (usize, &'b [u8]) {
        let from = self.cursor.max(self.head.origin);
        (from, self.bytes.get(from..self.head.body_at).unwrap_or(&[]))
    }

    fn bare_lf(&self) -> Found {
        let (from, left) = self.section_left();
        let cr_before =
            |at: usize| at > self.head.origin && self.bytes.get(at.wrapping_sub(1)) == Some(&b'\r');
        let at =
            memchr::memchr_iter(b'\n', left).map(|at| from.wrapping_add(at)).find(|&at| !cr_before(at))?;
        Some((at, 1, at.wrapping_add(1)))
    }

    fn bare_cr(&self) -> Found {
        let (from, left) = self.section_left();
        let bare = |at: &usize| left.get(at.wrapping_add(1)) != Some(&b'\n');
        let start = memchr::memchr_iter(b'\r', left).find(bare)?;
        let run = left.get(start..)?.iter().take_while(|&&byte| byte == b'\r').count();
        // The last CR of a run may belong to a line end.
        let len = run.wrapping_sub(usize::from(!bare(&start.wrapping_add(run).wrapping_sub(1))));
        let at = from.wrapping_add(start);
        Some((at, len, at.wrapping_add(run)))
    }

    /// The next line behind the first header field that is blank but not empty.
    fn blank_line(&self) -> Found {
        let first = self.table.get(0).map_or(usize::MAX, |record| record.name);
        let mut at = self.cursor.max(first);
        while let Some(rest) = self.bytes.get(at..self.head.headers_end)
            && !rest.is_empty()
        {
            let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |lf| lf.wrapping_add(1));
            let end = at.wrapping_add(len);
            let text = rest.get(..len).unwrap_or(&[]);
            let text = text.strip_suffix(b"\n").unwrap_or(text);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if !text.is_empty() && text.iter().all(|&byte| is_blank(byte)) {
                return Some((at, text.len(), end));
            }
            at = end;
        }
        None
    }

    /// The next control byte that stands behind a backslash, or does not.
    fn control_byte(&self, quoted: bool) -> Found {
        let control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\r' | b'\n')) || byte == 0x7f;
        let (from, left) = self.section_left();
        let mut before = from.checked_sub(1).and_then(|at| self.bytes.get(at).copied());
        let at = left.iter().position(|&byte| {
            let behind_backslash = before.replace(byte) == Some(b'\\');
            control(byte) && behind_backslash == quoted
        })?;
        let at = from.wrapping_add(at);
        Some((at, 1, at.wrapping_add(1)))
    }

    /// The next run of bytes that are not UTF-8.
    fn not_utf8(&self) -> Found {
        let (from, left) = self.section_left();
        let mut run: Option<Range<usize>> = None;
        let mut at = from;
        for chunk in left.utf8_chunks() {
            if run.is_some() && !chunk.valid().is_empty() {
                break;
            }
            let start = at.wrapping_add(chunk.valid().len());
            at = start.wrapping_add(chunk.invalid().len());
            if start != at {
                run = Some(run.map_or(start, |run| run.start)..at);
            }
        }
        run.map(|run| (run.start, run.len(), run.end))
    }

    /// The next record that `place` gives a place for.
    fn record(&self, place: impl Fn(usize) -> Option<(usize, usize)>) -> Found {
        (self.cursor..self.table.len())
            .find_map(|at| place(at).map(|(start, len)| (start, len, at.wrapping_add(1))))
    }

    fn blanks_before_colon(&self, at: usize) -> Option<(usize, usize)> {
        let record = self.table.get(at)?;
        if record.flags & WS_BEFORE_COLON == 0 {
            return None;
        }
        let end = record.name_range().end;
        let colon = self.bytes.get(end..).and_then(|rest| memchr::memchr(b':', rest))?;
        Some((end, colon))
    }

    fn stray(&self, at: usize, folded: bool) -> Option<(usize, usize)> {
        let record = self.table.get(at)?;
        if record.flags & NO_COLON == 0 {
            return None;
        }
        let blank = self.bytes.get(record.name).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        let end = record.value_range().end;
        (blank == folded).then_some((record.name, end.saturating_sub(record.name)))
    }

    /// The next Content-Length that `picks` picks, told its value and that of the first before it.
    fn length(&self, picks: impl Fn(&[u8], Option<Option<u64>>) -> bool) -> Found {
        let id = HeaderName::ContentLength.id();
        let value = |at| {
            let record = self.table.get(at)?;
            Some((record.value, self.bytes.get(record.value_range())?))
        };
        let first_at = self.table.find(id, 0)?;
        let (_, first) = value(first_at)?;
        let mut from = self.cursor;
        while let Some(at) = self.table.find(id, from) {
            from = at.wrapping_add(1);
            let (start, text) = value(at)?;
            if picks(text, (at != first_at).then(|| decimal(first))) {
                return Some((start, text.len(), from));
            }
        }
        None
    }
}

impl Iterator for StructuralDefects<'_> {
    type Item = Defect;

    fn next(&mut self) -> Option<Defect> {
        while let Some(row) = TABLE.get(self.row) {
            let code = row.code;
            if self.head.defects.contains(code)
                && let Some((at, len, cursor)) = self.place(code)
            {
                self.cursor = cursor;
                return Some(Defect { code, at, len });
            }
            self.row = self.row.wrapping_add(1);
            self.cursor = 0;
        }
        None
    }
}

impl FusedIterator for StructuralDefects<'_> {}
