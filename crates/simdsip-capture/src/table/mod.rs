//! The message table: one list of columns, from which `--columns`, `schema`, JSONL and CSV derive.
//!
//! A column is extracted only where it is asked for. Text is what stood on the wire, unfolded and trimmed;
//! numbers that are malformed are null, never zero. Masks nothing: URIs may hold passwords, `raw` (given on
//! request only) any secret.

mod column;
mod csv;
mod json;
mod row;
mod time;

pub use column::{Column, ColumnType, Columns, UnknownColumn, schema, schema_json};
pub use csv::Csv;
pub use json::Jsonl;
pub use row::{Row, RowDefect, RowDefects, Transport, Value};
