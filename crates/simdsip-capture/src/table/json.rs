//! Rows as JSON, one object a line (RFC 8259).

use super::arrow::Mask;
use super::column::Columns;
use super::row::RowDefect;
use super::time;
use super::value::{FrameRef, Masked, Record, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::Write;
use std::net::IpAddr;

/// Writes rows as JSON lines.
///
/// Every column is there in each object, null where there is nothing. Text that is not UTF-8 appears with
/// U+FFFD, and beside it as `NAME_b64` with its bytes in base64.
#[derive(Clone, Debug)]
pub struct Jsonl {
    columns: Columns,
    /// What stands before each value: `{"frame":`, then `,"ts":`.
    keys: Vec<Vec<u8>>,
    scratch: Vec<u8>,
}

impl Jsonl {
    /// Writes these columns.
    #[must_use]
    pub fn new(columns: Columns) -> Self {
        let opens = std::iter::once('{').chain(std::iter::repeat(','));
        let keys = columns
            .iter()
            .zip(opens)
            .map(|(column, open)| format!("{open}\"{}\":", column.name).into_bytes());
        Self { keys: keys.collect(), columns, scratch: Vec::new() }
    }

    /// Appends one object and a line end.
    pub fn row(&mut self, row: &impl Record, out: &mut Vec<u8>) {
        self.masked_row(row, &mut |_, _| None, out);
    }

    /// The same with texts that `mask` may replace.
    pub fn masked_row(&mut self, row: &impl Record, mask: &mut Mask<'_>, out: &mut Vec<u8>) {
        for (column, key) in self.columns.iter().zip(&self.keys) {
            out.extend_from_slice(key);
            let found = row.value(column);
            let masked = mask(column, &found);
            let found = masked.as_ref().map_or(found, Masked::as_value);
            let bytes: &[u8] = match &found {
                Value::Text(bytes) | Value::Binary(bytes) => bytes,
                Value::Lines(_) | Value::Folded(_) | Value::Quoted(_) => {
                    self.scratch.clear();
                    found.append_text(&mut self.scratch);
                    &self.scratch
                }
                other => {
                    value(other, out);
                    continue;
                }
            };
            if !text(bytes, out) {
                out.extend_from_slice(b",\"");
                out.extend_from_slice(column.name.as_bytes());
                out.extend_from_slice(b"_b64\":\"");
                out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
                out.push(b'"');
            }
        }
        out.extend_from_slice(b"}\n");
    }
}

fn value(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(number) => int(*number, out),
        Value::Time(nanos) => {
            out.push(b'"');
            time::rfc3339(*nanos, out);
            out.push(b'"');
        }
        Value::Word(word) => quoted(word, out),
        Value::Addr(at) => {
            out.push(b'"');
            addr(*at, out);
            out.push(b'"');
        }
        Value::Hash(hash) => {
            out.push(b'"');
            hex(hash, out);
            out.push(b'"');
        }
        Value::Key(key) => {
            out.push(b'"');
            hex(key, out);
            out.push(b'"');
        }
        Value::Float(number) => float(*number, out),
        Value::File(name, _) => {
            text(name.as_bytes(), out);
        }
        Value::Words(words) => list(words.iter(), out, quoted),
        Value::Texts(texts) => list(texts.iter(), out, |each, out| {
            text(each, out);
        }),
        Value::Numbers(numbers) => list(numbers.iter(), out, |number, out| int(i64::from(*number), out)),
        Value::Defects(defects) => list(defects.clone(), out, defect),
        Value::Frames(frames) => list(frames.iter(), out, |(name, FrameRef { frame, .. }), out| {
            out.extend_from_slice(b"{\"file\":");
            text(name.as_bytes(), out);
            print(format_args!(",\"frame\":{frame}}}"), out);
        }),
        Value::Text(bytes) | Value::Binary(bytes) => {
            text(bytes, out);
        }
        Value::Lines(_) | Value::Folded(_) | Value::Quoted(_) => {
            let mut joined = Vec::new();
            value.append_text(&mut joined);
            text(&joined, out);
        }
    }
}

/// JSON has neither infinities nor NaN.
pub(super) fn float(number: f64, out: &mut Vec<u8>) {
    if number.is_finite() { print(format_args!("{number}"), out) } else { out.extend_from_slice(b"null") }
}

fn defect(defect: RowDefect, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"code\":");
    quoted(defect.code, out);
    let (offset, len) = (defect.offset, defect.len);
    print(format_args!(",\"offset\":{offset},\"len\":{len}}}"), out);
}

fn list<T>(items: impl Iterator<Item = T>, out: &mut Vec<u8>, mut item: impl FnMut(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, each) in items.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        item(each, out);
    }
    out.push(b']');
}

/// Text that needs no escapes.
fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

pub(super) fn addr(addr: IpAddr, out: &mut Vec<u8>) {
    match addr {
        IpAddr::V4(addr) => {
            for (at, octet) in addr.octets().into_iter().enumerate() {
                if at > 0 {
                    out.push(b'.');
                }
                int(octet.into(), out);
            }
        }
        IpAddr::V6(addr) => print(format_args!("{addr}"), out),
    }
}

pub(super) fn int(number: i64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut left = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

pub(super) fn print(text: std::fmt::Arguments<'_>, out: &mut Vec<u8>) {
    out.write_fmt(text).expect("writing into memory does not fail");
}

pub(super) fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        print(format_args!("{byte:02x}"), out);
    }
}

/// Appends a JSON string. Says whether the bytes were UTF-8.
pub(crate) fn text(bytes: &[u8], out: &mut Vec<u8>) -> bool {
    out.push(b'"');
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => {
            escaped(bytes, out);
            true
        }
        Err(_) => {
            escaped(String::from_utf8_lossy(bytes).as_bytes(), out);
            false
        }
    };
    out.push(b'"');
    valid
}

/// C0, DEL, quotation mark and reverse solidus are escaped; runs between them are copied whole.
fn escaped(mut bytes: &[u8], out: &mut Vec<u8>) {
    let odd = |byte: &u8| matches!(byte, 0..=0x1f | b'"' | b'\\' | 0x7f);
    // Without early exit, so that it is done many bytes at a time.
    if !bytes.iter().fold(false, |found, byte| found | odd(byte)) {
        out.extend_from_slice(bytes);
        return;
    }
    while let Some(at) = bytes.iter().position(odd) {
        let (plain, rest) = bytes.split_at(at);
        out.extend_from_slice(plain);
        let (byte, rest) = rest.split_first().expect("position is within the slice");
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte => print(format_args!("\\u{byte:04x}"), out),
        }
        bytes = rest;
    }
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(bytes: &[u8]) -> (String, bool) {
        let mut out = Vec::new();
        let valid = text(bytes, &mut out);
        (String::from_utf8(out).unwrap(), valid)
    }

    #[test]
    fn text_is_escaped_and_stays_utf8() {
        assert_eq!(json(b"a\"b\\c\r\n\x00\x1b\x7f"), (r#""a\"b\\c\r\n\u0000\u001b\u007f""#.into(), true));
        assert_eq!(json("zoë".as_bytes()), ("\"zoë\"".into(), true));
        assert_eq!(json(b"a\xffb"), ("\"a\u{fffd}b\"".into(), false));
    }

    #[test]
    fn every_number_is_printed() {
        for number in [0, 9, 10, -1, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            int(number, &mut out);
            assert_eq!(out, number.to_string().into_bytes());
        }
    }
}
