//! The tables: one list of columns each, from which `--columns`, `schema`, JSONL, CSV, Arrow and Parquet derive.
//!
//! A column is extracted only where it is asked for. Text is what stood on the wire, unfolded and trimmed;
//! numbers that are malformed are null, never zero. Masks nothing: URIs may hold passwords, `auth_response` and `raw`
//! (given on request only) any secret.

mod arrow;
mod calls;
mod column;
mod csv;
mod export;
mod file;
mod json;
mod media;
mod messages;
mod parts;
mod registrations;
mod row;
mod time;
mod transactions;
mod value;

pub use ::arrow_array::RecordBatch;
pub use ::arrow_schema::Schema;
pub use arrow::{BatchTooLong, Batches, Mask, Types, arrow_schema};
pub use column::{Column, ColumnType, Columns, Table, UnknownColumn, schema, schema_json};
pub use csv::Csv;
pub use export::{
    FFI_ArrowArray, FFI_ArrowArrayStream, FFI_ArrowSchema, cell, to_schema, to_stream, to_struct,
};
pub use file::{ArrowFile, ParquetFiles};
pub use json::Jsonl;
pub use row::{Row, RowDefect, RowDefects, Transport, error_code};
pub use value::{FrameRef, Frames, Masked, Record, Value, Words};

pub(crate) use json::text as json_text;
pub(crate) use messages::{addr_user, q850, user as uri_user};
pub(crate) use row::Meta;
pub use time::rfc3339 as write_time;
