//! Rows as CSV (RFC 4180): CRLF, quotes where they are needed.

use super::arrow::Mask;
use super::column::Columns;
use super::json::{addr, float, hex, int, print};
use super::time;
use super::value::{FrameRef, Masked, Record, Value};

/// Writes rows as CSV.
///
/// Null is an empty field, empty text a quoted one. Lists are joined by semicolons, a defect is
/// `code@offset+len`. Text that is not UTF-8 has U+FFFD; JSON lines have its bytes.
#[derive(Clone, Debug)]
pub struct Csv {
    columns: Columns,
    defused: bool,
    field: Vec<u8>,
}

impl Csv {
    /// Writes these columns.
    #[must_use]
    pub fn new(columns: Columns) -> Self {
        Self { columns, defused: false, field: Vec::new() }
    }

    /// The same, with an apostrophe before text that a spreadsheet would run as a formula, also behind what it may take
    /// for the end of a field: semicolon and tab. All text is quoted.
    #[must_use]
    pub fn defused(self) -> Self {
        Self { defused: true, ..self }
    }

    /// Appends the line of names.
    pub fn header(&self, out: &mut Vec<u8>) {
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(column.name.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }

    /// Appends one line.
    pub fn row(&mut self, row: &impl Record, out: &mut Vec<u8>) {
        self.masked_row(row, &mut |_, _| None, out);
    }

    /// The same with texts that `mask` may replace.
    pub fn masked_row(&mut self, row: &impl Record, mask: &mut Mask<'_>, out: &mut Vec<u8>) {
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            self.field.clear();
            let field = &mut self.field;
            let found = row.value(column);
            let masked = mask(column, &found);
            let found = masked.as_ref().map_or(found, Masked::as_value);
            match &found {
                Value::Null => continue,
                Value::Bool(flag) => print(format_args!("{flag}"), field),
                Value::Int(number) => int(*number, field),
                Value::Float(number) => float(*number, field),
                Value::Time(nanos) => time::rfc3339(*nanos, field),
                Value::Word(word) => field.extend_from_slice(word.as_bytes()),
                Value::Addr(at) => addr(*at, field),
                Value::Hash(hash) => hex(hash, field),
                Value::Key(key) => hex(key, field),
                Value::Words(words) => {
                    joined(words.iter(), field, |word, out| out.extend_from_slice(word.as_bytes()))
                }
                Value::Numbers(numbers) => {
                    joined(numbers.iter(), field, |number, out| int(i64::from(*number), out))
                }
                Value::Texts(texts) => {
                    joined(texts.iter(), field, |each, out| out.extend_from_slice(each));
                    text(field, self.defused, out);
                    continue;
                }
                Value::Frames(frames) => {
                    joined(frames.iter(), field, |(_, FrameRef { frame, .. }), out| {
                        print(format_args!("{frame}"), out)
                    });
                }
                Value::Defects(defects) => joined(defects.clone(), field, |defect, out| {
                    print(format_args!("{}@{}+{}", defect.code, defect.offset, defect.len), out);
                }),
                Value::Text(bytes) | Value::Binary(bytes) => {
                    text(bytes, self.defused, out);
                    continue;
                }
                Value::File(name, _) => {
                    text(name.as_bytes(), self.defused, out);
                    continue;
                }
                Value::Lines(_) | Value::Folded(_) | Value::Quoted(_) => {
                    found.append_text(field);
                    text(field, self.defused, out);
                    continue;
                }
            }
            out.extend_from_slice(field);
        }
        out.extend_from_slice(b"\r\n");
    }
}

fn joined<T>(items: impl Iterator<Item = T>, out: &mut Vec<u8>, mut item: impl FnMut(T, &mut Vec<u8>)) {
    for (at, each) in items.enumerate() {
        if at > 0 {
            out.push(b';');
        }
        item(each, out);
    }
}

fn text(bytes: &[u8], defused: bool, out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(bytes);
    let quote = defused || text.is_empty() || text.contains([',', '"', '\r', '\n']);
    if quote {
        out.push(b'"');
    }
    // Where a field begins, to whoever takes other signs for its end.
    let mut begins = defused;
    for byte in text.bytes() {
        if begins && matches!(byte, b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n') {
            out.push(b'\'');
        }
        // Blanks and quotes before a formula do not keep it from being one.
        begins = defused
            && (matches!(byte, b';' | b'\t' | b'\r' | b'\n') || (begins && matches!(byte, b' ' | b'"')));
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    if quote {
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(bytes: &[u8], defused: bool) -> String {
        let mut out = Vec::new();
        text(bytes, defused, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn rfc4180_2_fields_are_quoted_where_needed() {
        assert_eq!(csv(b"plain text", false), "plain text");
        assert_eq!(csv(b"a,b", false), "\"a,b\"");
        assert_eq!(csv(b"say \"hi\"", false), "\"say \"\"hi\"\"\"");
        assert_eq!(csv(b"a\r\nb", false), "\"a\r\nb\"");
        assert_eq!(csv(b"", false), "\"\"");
    }

    #[test]
    fn formulas_are_defused_on_request() {
        assert_eq!(csv(b"=cmd()", false), "=cmd()");
        assert_eq!(csv(b"=cmd()", true), "\"'=cmd()\"");
        assert_eq!(csv(b"+49,1", true), "\"'+49,1\"");
        assert_eq!(csv(b"plain", true), "\"plain\"");
        assert_eq!(csv(b"a;=1+1\tx", true), "\"a;'=1+1\tx\"");
        assert_eq!(csv(b"a\t=1", true), "\"a\t'=1\"");
        assert_eq!(csv(b"a; \"@x", true), "\"a; \"\"'@x\"");
        assert_eq!(csv(b"a;b=1-2", true), "\"a;b=1-2\"");
        assert_eq!(csv(b"a;=1", false), "a;=1");
    }
}
