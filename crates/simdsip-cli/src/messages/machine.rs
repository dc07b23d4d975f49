//! Rows for programs: JSON lines and CSV, with the secrets in column `raw` hidden.
//!
//! The columns are written by `simdsip-capture`. Where `raw` is to be hidden, those before and behind it are
//! written by writers of their own, and it by ours.

use crate::mask::{self, Secrets};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use simdsip_capture::Row;
use simdsip_capture::table::{Columns, Csv, Jsonl};

/// Columns in a row that one writer writes, or `raw`.
enum Piece<W> {
    Columns(W),
    Raw,
}

/// Cuts the columns at `raw`.
fn pieces<W>(columns: &Columns, secrets: Secrets, writer: impl Fn(Columns) -> W) -> Vec<Piece<W>> {
    let all: Vec<_> = columns.iter().collect();
    let runs =
        all.chunk_by(|one, next| secrets == Secrets::Shown || (one.name == "raw") == (next.name == "raw"));
    let mut pieces = Vec::new();
    for run in runs {
        if secrets == Secrets::Hidden && run[0].name == "raw" {
            pieces.extend(run.iter().map(|_| Piece::Raw));
        } else {
            let names: Vec<_> = run.iter().map(|column| column.name).collect();
            let columns = Columns::parse(&names.join(",")).expect("names are those of columns");
            pieces.push(Piece::Columns(writer(columns)));
        }
    }
    pieces
}

fn masked(row: &Row<'_>) -> Vec<u8> {
    let mut bytes = row.bytes().to_vec();
    mask::hide(&mut bytes);
    bytes
}

/// JSON lines.
pub(super) struct JsonRows(Vec<Piece<Jsonl>>);

impl JsonRows {
    pub(super) fn new(columns: &Columns, secrets: Secrets) -> JsonRows {
        JsonRows(pieces(columns, secrets, Jsonl::new))
    }

    pub(super) fn row(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        for (at, piece) in self.0.iter_mut().enumerate() {
            let start = out.len();
            match piece {
                Piece::Columns(writer) => {
                    writer.row(row, out);
                    // An object and a line end: the next piece goes on in it.
                    out.truncate(out.len() - 2);
                }
                Piece::Raw => raw_json(&masked(row), out),
            }
            if at > 0 {
                out[start] = b',';
            }
        }
        out.extend_from_slice(b"}\n");
    }
}

/// An object without its end, as the others.
fn raw_json(bytes: &[u8], out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(bytes);
    out.extend_from_slice(b"{\"raw\":");
    serde_json::to_writer(&mut *out, &text).expect("writing into memory does not fail");
    if std::str::from_utf8(bytes).is_err() {
        out.extend_from_slice(b",\"raw_b64\":\"");
        out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
        out.push(b'"');
    }
}

/// Comma-separated values.
pub(super) struct CsvRows {
    names: Csv,
    pieces: Vec<Piece<Csv>>,
    defused: bool,
}

impl CsvRows {
    pub(super) fn new(columns: &Columns, secrets: Secrets, defused: bool) -> CsvRows {
        let writer = |columns| if defused { Csv::new(columns).defused() } else { Csv::new(columns) };
        CsvRows { names: Csv::new(columns.clone()), pieces: pieces(columns, secrets, writer), defused }
    }

    pub(super) fn header(&self, out: &mut Vec<u8>) {
        self.names.header(out);
    }

    pub(super) fn row(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        for (at, piece) in self.pieces.iter_mut().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            match piece {
                Piece::Columns(writer) => {
                    writer.row(row, out);
                    // Its CR LF.
                    out.truncate(out.len() - 2);
                }
                Piece::Raw => raw_csv(&masked(row), self.defused, out),
            }
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// Always quoted: a message has line ends.
fn raw_csv(bytes: &[u8], defused: bool, out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(bytes);
    out.push(b'"');
    if defused && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        out.push(b'\'');
    }
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}
