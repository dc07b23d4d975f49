//! Rows for programs: JSON lines and CSV, with the secrets in them hidden.
//!
//! The columns are written by `simdsip-capture`. Of a row that may hold a secret those with bytes of the message
//! are written here, and what stands between them by writers of their own.

use super::wire::{self, Wire};
use crate::mask::Secrets;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use simdsip_capture::Row;
use simdsip_capture::table::{Column, Columns, Csv, Jsonl};
use std::io::Write;

/// Columns in a row that one writer writes, or one that may hold bytes of the message.
enum Piece<W> {
    Columns(W),
    Wire(&'static Column, W),
}

/// The writers of rows.
struct Writers<W> {
    columns: Columns,
    secrets: Secrets,
    /// For rows that hold no secret.
    whole: W,
    pieces: Vec<Piece<W>>,
}

impl<W> Writers<W> {
    fn new(columns: &Columns, secrets: Secrets, writer: impl Fn(Columns) -> W) -> Writers<W> {
        let all: Vec<_> = columns.iter().collect();
        let runs = all.chunk_by(|one, next| !wire::may_hold(one) && !wire::may_hold(next));
        let pieces = runs.map(|run| {
            let names: Vec<_> = run.iter().map(|column| column.name).collect();
            let columns = Columns::parse(&names.join(",")).expect("names are those of columns");
            if wire::may_hold(run[0]) {
                Piece::Wire(run[0], writer(columns))
            } else {
                Piece::Columns(writer(columns))
            }
        });
        let pieces = pieces.collect();
        Writers { columns: columns.clone(), secrets, whole: writer(columns.clone()), pieces }
    }

    fn wire<'r>(&self, row: &'r Row<'_>) -> Option<Wire<'r>> {
        Wire::of(row, self.columns.iter(), self.secrets)
    }
}

/// JSON lines.
pub(super) struct JsonRows(Writers<Jsonl>);

impl JsonRows {
    pub(super) fn new(columns: &Columns, secrets: Secrets) -> JsonRows {
        JsonRows(Writers::new(columns, secrets, Jsonl::new))
    }

    pub(super) fn row(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        let Some(wire) = self.0.wire(row) else { return self.0.whole.row(row, out) };
        for (at, piece) in self.0.pieces.iter_mut().enumerate() {
            let start = out.len();
            match piece {
                Piece::Wire(column, writer) => match wire.value(column) {
                    Some(bytes) => json(column.name, &bytes, out),
                    None => json_run(writer, row, out),
                },
                Piece::Columns(writer) => json_run(writer, row, out),
            }
            if at > 0 {
                out[start] = b',';
            }
        }
        out.extend_from_slice(b"}\n");
    }
}

/// An object without its end.
fn json_run(writer: &mut Jsonl, row: &Row<'_>, out: &mut Vec<u8>) {
    writer.row(row, out);
    // An object and a line end: the next piece goes on in it.
    out.truncate(out.len() - 2);
}

/// The same with one member of ours, as the writer would have it.
fn json(name: &str, bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{{\"{name}\":\"").as_bytes());
    for letter in String::from_utf8_lossy(bytes).chars() {
        let _ = match letter {
            '"' | '\\' => write!(out, "\\{letter}"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            '\0'..='\x1f' | '\x7f' => write!(out, "\\u{:04x}", u32::from(letter)),
            _ => write!(out, "{letter}"),
        };
    }
    out.push(b'"');
    if std::str::from_utf8(bytes).is_err() {
        out.extend_from_slice(format!(",\"{name}_b64\":\"{}\"", STANDARD.encode(bytes)).as_bytes());
    }
}

/// Comma-separated values.
pub(super) struct CsvRows {
    writers: Writers<Csv>,
    defused: bool,
}

impl CsvRows {
    pub(super) fn new(columns: &Columns, secrets: Secrets, defused: bool) -> CsvRows {
        let writer = |columns| if defused { Csv::new(columns).defused() } else { Csv::new(columns) };
        CsvRows { writers: Writers::new(columns, secrets, writer), defused }
    }

    pub(super) fn header(&self, out: &mut Vec<u8>) {
        self.writers.whole.header(out);
    }

    pub(super) fn row(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        let Some(wire) = self.writers.wire(row) else { return self.writers.whole.row(row, out) };
        for (at, piece) in self.writers.pieces.iter_mut().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            match piece {
                Piece::Wire(column, writer) => match wire.value(column) {
                    Some(bytes) => csv(&bytes, self.defused, out),
                    None => csv_run(writer, row, out),
                },
                Piece::Columns(writer) => csv_run(writer, row, out),
            }
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// Fields without the line end.
fn csv_run(writer: &mut Csv, row: &Row<'_>, out: &mut Vec<u8>) {
    writer.row(row, out);
    out.truncate(out.len() - 2);
}

/// A field of ours, as the writer would have it.
fn csv(bytes: &[u8], defused: bool, out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(bytes);
    let quote = if text.is_empty() || text.contains([',', '"', '\r', '\n']) { "\"" } else { "" };
    let formula = defused && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let apostrophe = if formula { "'" } else { "" };
    let _ = write!(out, "{quote}{apostrophe}{}{quote}", text.replace('"', "\"\""));
}
