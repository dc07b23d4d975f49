//! A reader of messages that knows nothing of blocks, marks and masks: line by line, byte by byte, with every
//! rule in its plainest form. What it sees is what all backends have to see.

use std::collections::BTreeSet;
use std::ops::Range;
use std::vec;
use std::vec::Vec;

use crate::header::lookup::lookup_slow;
use crate::{DefectCode as D, Error, ErrorKind, Kind, LimitKind, Message, StartLine};

/// All there is to see, by place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    kind: Kind,
    start: [Vec<u8>; 3],
    start_line: Range<usize>,
    fields: Vec<Field>,
    body: Range<usize>,
    surplus: usize,
    defects: BTreeSet<D>,
}

#[derive(Debug, PartialEq, Eq)]
struct Field {
    id: u8,
    name: Range<usize>,
    value: Range<usize>,
    line: Range<usize>,
    folded: bool,
}

impl Seen {
    /// Fields.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }
}

/// What the crate sees.
pub(super) fn seen(message: &Message<'_>) -> Seen {
    let start = match message.start_line() {
        StartLine::Request(line) => [line.method.as_bytes(), line.uri, line.version],
        StartLine::Status(line) => [line.version, line.code, line.reason],
    };
    let fields = message.headers().map(|field| Field {
        id: field.id().id(),
        name: field.name_range(),
        value: field.value_range(),
        line: field.line_range(),
        folded: field.is_folded(),
    });
    Seen {
        kind: message.kind(),
        start: start.map(<[u8]>::to_vec),
        start_line: message.start_line_range(),
        fields: fields.collect(),
        body: message.body_range(),
        surplus: message.surplus().len(),
        defects: message.structural_defects().map(|defect| defect.code).collect(),
    }
}

/// What there is, for a datagram that may be anything.
pub(super) fn read(bytes: &[u8]) -> Result<Seen, Error> {
    let error = |kind, at| Err(Error { kind, at });
    let mut defects = BTreeSet::new();
    let Some(origin) = bytes.iter().position(|byte| *byte != b'\r' && *byte != b'\n') else {
        return error(ErrorKind::Empty, bytes.len());
    };
    // The lines: where each begins, where its text ends, where the next begins.
    let mut lines = vec![];
    let mut at = origin;
    let body_at = loop {
        let Some(len) = bytes[at..].iter().position(|&byte| byte == b'\n') else {
            defects.insert(D::NoEmptyLine);
            if at < bytes.len() && &bytes[at..] != b"\r" {
                let cr = bytes[bytes.len() - 1] == b'\r';
                lines.push((at, bytes.len() - usize::from(cr), bytes.len()));
                at = bytes.len();
            }
            break bytes.len();
        };
        let lf = at + len;
        let end = if lf > at && bytes[lf - 1] == b'\r' { lf - 1 } else { lf };
        if end == at {
            break lf + 1;
        }
        lines.push((at, end, lf + 1));
        at = lf + 1;
    };
    let headers_end = at;
    let (start_at, start_end, headers_at) = lines[0];
    let (kind, start) = start_line(&bytes[start_at..start_end], start_at, &mut defects)?;
    let mut fields: Vec<Field> = vec![];
    for &(line, end, next) in &lines[1..] {
        field(bytes, line, end, &mut fields, &mut defects)?;
        fields.last_mut().unwrap().line.end = next;
    }
    bytes_of_section(&bytes[origin..body_at], &mut defects);
    if origin > 0 {
        defects.insert(D::LeadingCrlf);
    }
    let body_len = body(bytes, bytes.len() - body_at, &fields, &mut defects);
    assert!(fields.last().is_none_or(|field| field.line.end == headers_end));
    Ok(Seen {
        kind,
        start,
        start_line: origin..headers_at,
        fields,
        body: body_at..body_at + body_len,
        surplus: bytes.len() - body_at - body_len,
        defects,
    })
}

fn blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// `range` without blanks around it.
fn trimmed(bytes: &[u8], mut range: Range<usize>) -> Range<usize> {
    while !range.is_empty() && blank(bytes[range.start]) {
        range.start += 1;
    }
    while !range.is_empty() && blank(bytes[range.end - 1]) {
        range.end -= 1;
    }
    range
}

fn token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte))
}

/// RFC 3261 §7.3.1.
fn field(
    bytes: &[u8],
    line: usize,
    end: usize,
    fields: &mut Vec<Field>,
    defects: &mut BTreeSet<D>,
) -> Result<(), Error> {
    let text = trimmed(bytes, line..end);
    let colon = bytes[line..end].iter().position(|&byte| byte == b':').map(|at| line + at);
    let continues = blank(bytes[line]);
    if continues && let Some(last) = fields.last_mut() {
        if !text.is_empty() {
            let first = last.value.is_empty();
            last.folded |= !first;
            last.value = if first { text } else { last.value.start..text.end };
        } else {
            defects.insert(D::BlankLine);
        }
        return Ok(());
    }
    let Some(colon) = colon.filter(|_| !continues) else {
        defects.insert(if continues { D::FoldedStartLine } else { D::HeaderWithoutColon });
        fields.push(Field { id: 0, name: line..line, value: text, line: line..end, folded: false });
        return Ok(());
    };
    let mut name = line..colon;
    while !name.is_empty() && blank(bytes[name.end - 1]) {
        name.end -= 1;
        defects.insert(D::WsBeforeColon);
    }
    if name.is_empty() {
        defects.insert(D::EmptyHeaderName);
    } else if !token(&bytes[name.clone()]) {
        defects.insert(D::NameNotToken);
    }
    if name.len() > 255 {
        return Err(Error { kind: ErrorKind::Limit(LimitKind::Name), at: line + 255 });
    }
    let id = lookup_slow(&bytes[name.clone()]);
    fields.push(Field { id, name, value: trimmed(bytes, colon + 1..end), line: line..end, folded: false });
    Ok(())
}

/// What any byte of the section may be, whatever line it stands in.
fn bytes_of_section(section: &[u8], defects: &mut BTreeSet<D>) {
    for (at, &byte) in section.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| section[at]);
        match byte {
            b'\n' if before != Some(b'\r') => defects.insert(D::BareLf),
            b'\r' if section.get(at + 1) != Some(&b'\n') => defects.insert(D::BareCr),
            b'\t' | b'\r' | b'\n' => false,
            0..0x20 | 0x7f if before == Some(b'\\') => defects.insert(D::QuotedControl),
            0..0x20 | 0x7f => defects.insert(D::ControlByte),
            _ => false,
        };
    }
    if std::str::from_utf8(section).is_err() {
        defects.insert(D::NotUtf8);
    }
}

/// How long the body is: RFC 3261 §18.3.
fn body(bytes: &[u8], available: usize, fields: &[Field], defects: &mut BTreeSet<D>) -> usize {
    let lengths = fields.iter().filter(|field| lookup_slow(b"Content-Length") == field.id);
    let values: Vec<Option<u128>> = lengths
        .map(|field| {
            let digits = std::str::from_utf8(&bytes[field.value.clone()]).ok()?;
            let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            // What u128 does not hold is certainly too long.
            number.then(|| digits.parse().unwrap_or(u128::MAX).min(u64::MAX.into()))
        })
        .collect();
    let claimed = match values[..] {
        [] => return available,
        _ if values.contains(&None) => {
            defects.insert(D::ContentLengthInvalid);
            return available;
        }
        [first, ..] if values.iter().any(|other| *other != first) => {
            defects.insert(D::ContentLengthConflict);
            return available;
        }
        [first, ..] => first.unwrap(),
    };
    if values.len() > 1 {
        defects.insert(D::ContentLengthRepeated);
    }
    if claimed > available as u128 {
        defects.insert(D::ContentLengthTooLong);
        return available;
    }
    if claimed < available as u128 {
        defects.insert(D::SurplusBytes);
    }
    claimed as usize
}

/// RFC 3261 §7.1, §7.2; `start` is where the line stands.
fn start_line(line: &[u8], start: usize, defects: &mut BTreeSet<D>) -> Result<(Kind, [Vec<u8>; 3]), Error> {
    let err = |kind, at: usize| Err(Error { kind, at: start + at });
    let blank_from = |from: usize| line[from..].iter().position(|&byte| blank(byte)).map(|at| from + at);
    let mut version = |version: &[u8]| {
        if !version.eq_ignore_ascii_case(b"SIP/2.0") {
            defects.insert(D::BadVersion);
        }
        version.to_vec()
    };
    if line.len() >= 4 && line[..4].eq_ignore_ascii_case(b"SIP/") {
        let version_end = blank_from(0).unwrap_or(line.len());
        let version = version(&line[..version_end]);
        let code_at = trimmed(line, version_end..line.len()).start;
        let code_end = blank_from(code_at).unwrap_or(line.len());
        let code = &line[code_at..code_end];
        if !code.first().is_some_and(u8::is_ascii_digit) {
            return err(ErrorKind::StatusCode, code_at);
        }
        if code.len() != 3 || !code.iter().all(u8::is_ascii_digit) || !(b'1'..=b'6').contains(&code[0]) {
            defects.insert(D::BadStatus);
        }
        if &line[version_end..code_at] != b" " || line.get(code_end) == Some(&b'\t') {
            defects.insert(D::StartLineSpacing);
        }
        if code_end == line.len() {
            defects.insert(D::NoReasonSeparator);
        }
        let reason = line.get(code_end + 1..).unwrap_or(&[]).to_vec();
        return Ok((Kind::Response, [version, code.to_vec(), reason]));
    }
    let all = trimmed(line, 0..line.len());
    if all.is_empty() {
        return err(ErrorKind::Method, 0);
    }
    let Some(method_end) = blank_from(all.start).filter(|end| *end < all.end) else {
        return err(ErrorKind::Method, all.start);
    };
    let method = &line[all.start..method_end];
    if method.iter().any(|byte| !(0x21..0x7f).contains(byte)) {
        return err(ErrorKind::Method, all.start);
    }
    let version_at = (all.start..all.end).rev().find(|&at| blank(line[at])).unwrap() + 1;
    if !line[version_at..all.end].get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"SIP/")) {
        return err(ErrorKind::Version, version_at);
    }
    let version = version(&line[version_at..all.end]);
    let uri = trimmed(line, method_end..version_at);
    if uri.is_empty() {
        return err(ErrorKind::RequestUri, method_end);
    }
    if !token(method) {
        defects.insert(D::MethodNotToken);
    }
    if line[uri.clone()].iter().any(|&byte| blank(byte)) {
        defects.insert(D::SpaceInUri);
    }
    let spaces = &line[method_end..uri.start] == b" " && &line[uri.end..version_at] == b" ";
    if !spaces || all != (0..line.len()) {
        defects.insert(D::StartLineSpacing);
    }
    Ok((Kind::Request, [method.to_vec(), line[uri].to_vec(), version]))
}
