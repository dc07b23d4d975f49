//! Rows as JSON, CSV, Arrow or Parquet, and where they go.

use super::args::Format;
use super::masked::Masker;
use crate::output::{Form, Output, complain, reason};
use simdsip_capture::Row;
use simdsip_capture::table::{
    ArrowFile, BatchTooLong, Batches, Columns, Csv, Jsonl, ParquetFiles, Record, RecordBatch, Schema, Table,
    Types, arrow_schema,
};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

/// Rows of a record batch that is not cut for another reason.
const BATCH: usize = 8192;

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Json,
    Csv,
    Text,
    Arrow,
    Parquet,
}

pub(crate) fn wanted(format: &Format) -> Wanted {
    match format {
        Format { arrow: Some(_), .. } => Wanted::Arrow,
        Format { parquet: Some(_), .. } => Wanted::Parquet,
        Format { csv: true, .. } => Wanted::Csv,
        Format { jsonl: true, .. } => Wanted::Json,
        Format { text: true, .. } => Wanted::Text,
        _ if io::stdout().is_terminal() => Wanted::Text,
        _ => Wanted::Json,
    }
}

/// Makes what is written of rows.
pub(crate) struct Encoder {
    kind: Kind,
    masker: Masker,
}

enum Kind {
    Json(Jsonl, Vec<u8>),
    Csv(Box<Csv>, Vec<u8>),
    Arrow(Box<Batches>),
}

/// What was made.
pub(crate) enum Made {
    Bytes(Vec<u8>),
    Batch(Result<RecordBatch, BatchTooLong>),
}

/// All that is needed to make encoders, one a thread.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) wanted: Wanted,
    pub(crate) columns: Columns,
    table: Table,
    types: Types,
    schema: Arc<Schema>,
    csv_safe: bool,
    pub(crate) masker: Masker,
}

impl Plan {
    /// For the columns that are asked for, or the usual ones.
    pub(crate) fn new(format: &Format, table: Table, columns: Columns) -> Plan {
        let types = format.types.types();
        let options = if format.show_secrets { "show-secrets" } else { "" };
        let schema = Arc::new(arrow_schema(table, &columns, types, options));
        let masker = Masker::new(format.show_secrets);
        Plan { wanted: wanted(format), columns, table, types, schema, csv_safe: format.csv_safe, masker }
    }

    pub(crate) fn encoder(&self, files: &[String]) -> Encoder {
        let columns = self.columns.clone();
        let kind = match self.wanted {
            Wanted::Json | Wanted::Text => Kind::Json(Jsonl::new(columns), Vec::new()),
            Wanted::Csv => {
                let csv = Csv::new(columns);
                Kind::Csv(Box::new(if self.csv_safe { csv.defused() } else { csv }), Vec::new())
            }
            Wanted::Arrow | Wanted::Parquet => {
                Kind::Arrow(Box::new(Batches::new(Arc::clone(&self.schema), &columns, self.types, files)))
            }
        };
        Encoder { kind, masker: self.masker.clone() }
    }

    /// Where what encoders make goes. `None` if it cannot be opened, which standard error then says.
    pub(crate) fn writer(&self, format: &Format) -> Option<Writer> {
        let opened = match (&format.arrow, &format.parquet) {
            (Some(path), _) if path == Path::new("-") => {
                ArrowFile::stream(io::stdout(), &self.schema).map(|file| Writer::Arrow(Box::new(file)))
            }
            (Some(path), _) => ArrowFile::create(path, &self.schema)
                .map(|file| Writer::Arrow(Box::new(file)))
                .inspect_err(|error| {
                    complain(&path.to_string_lossy(), &reason(error));
                }),
            (_, Some(path)) => {
                let schema = Arc::clone(&self.schema);
                let is_dir = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
                let files = match is_dir {
                    true => ParquetFiles::dir(path, self.table.name(), schema, format.rows_per_file),
                    false => ParquetFiles::file(path, schema),
                };
                files.map(|files| Writer::Parquet(Box::new(files))).inspect_err(|error| {
                    complain(&path.to_string_lossy(), &reason(error));
                })
            }
            _ => {
                let form = if self.wanted == Wanted::Csv { Form::Lines } else { Form::Json };
                let mut output = Output::new(form);
                if self.wanted == Wanted::Csv {
                    Csv::new(self.columns.clone()).header(output.buffer());
                }
                Ok(Writer::Output(output))
            }
        };
        opened.ok()
    }
}

impl Encoder {
    pub(crate) fn message(&mut self, row: &Row<'_>) {
        let Encoder { kind, masker } = self;
        let mask = &mut masker.of(row.bytes(), row.message().ok());
        kind.push(row, mask);
    }

    pub(crate) fn record(&mut self, record: &impl Record) {
        let Encoder { kind, masker } = self;
        kind.push(record, &mut masker.of(&[], None));
    }

    /// Whether there is enough to be written.
    pub(crate) fn is_full(&self) -> bool {
        match &self.kind {
            Kind::Json(_, out) | Kind::Csv(_, out) => out.len() >= 64 << 10,
            Kind::Arrow(batches) => batches.is_full(BATCH),
        }
    }

    pub(crate) fn take(&mut self) -> Made {
        match &mut self.kind {
            Kind::Json(_, out) | Kind::Csv(_, out) => Made::Bytes(std::mem::take(out)),
            Kind::Arrow(batches) if batches.is_empty() => Made::Bytes(Vec::new()),
            Kind::Arrow(batches) => Made::Batch(batches.take()),
        }
    }
}

impl Kind {
    fn push(&mut self, record: &impl Record, mask: &mut simdsip_capture::table::Mask<'_>) {
        match self {
            Kind::Json(rows, out) => rows.masked_row(record, mask, out),
            Kind::Csv(rows, out) => rows.masked_row(record, mask, out),
            Kind::Arrow(rows) => rows.masked_row(record, mask),
        }
    }
}

/// Where rows go.
pub(crate) enum Writer {
    Output(Output),
    Arrow(Box<ArrowFile<io::Stdout>>),
    Parquet(Box<ParquetFiles>),
}

impl Writer {
    pub(crate) fn write(&mut self, made: Made) -> io::Result<()> {
        match (self, made) {
            (Writer::Output(output), Made::Bytes(bytes)) => output.write_all(&bytes),
            (Writer::Arrow(file), Made::Batch(batch)) => file.write(&batch.map_err(io::Error::other)?),
            (Writer::Parquet(files), Made::Batch(batch)) => files.write(&batch.map_err(io::Error::other)?),
            _ => Ok(()),
        }
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match self {
            Writer::Output(output) => output.flush(),
            _ => Ok(()),
        }
    }

    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Writer::Output(mut output) => output.flush(),
            Writer::Arrow(file) => file.finish(),
            Writer::Parquet(files) => files.finish(),
        }
    }
}
