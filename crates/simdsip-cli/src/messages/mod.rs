//! `messages`: one row a SIP message, in frame order.
//!
//! Output is written before each read of the input that may wait, so that rows appear as packets arrive.

mod input;
mod machine;
mod table;
mod wire;

pub(crate) use input::{Step, open};

use crate::args::{self, FailOn, When};
use crate::mask::Secrets;
use crate::output::{Form, Output, Status};
use crate::style::Style;
use machine::{CsvRows, JsonRows};
use simdsip::Backend;
use simdsip_capture::{Options, Row};
use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use table::TableRows;

/// How rows become text.
enum Rows {
    Json(JsonRows),
    Csv(CsvRows),
    Table(TableRows),
}

impl Rows {
    fn new(args: &args::Messages, style: Style) -> Rows {
        let secrets = if args.show_secrets { Secrets::Shown } else { Secrets::Hidden };
        let columns = args.columns.clone();
        let json = args.jsonl || !(args.csv || args.text || io::stdout().is_terminal());
        if json {
            Rows::Json(JsonRows::new(&columns.unwrap_or_default(), secrets))
        } else if args.csv {
            Rows::Csv(CsvRows::new(&columns.unwrap_or_default(), secrets, args.csv_safe))
        } else {
            Rows::Table(TableRows::new(columns, secrets, style))
        }
    }

    fn form(&self) -> Form {
        match self {
            Rows::Json(_) => Form::Json,
            Rows::Csv(_) => Form::Lines,
            Rows::Table(_) => Form::Text,
        }
    }

    fn row(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        match self {
            Rows::Json(rows) => rows.row(row, out),
            Rows::Csv(rows) => rows.row(row, out),
            Rows::Table(rows) => rows.row(row, out),
        }
    }

    /// Gives out what waits for more rows.
    fn settle(&mut self, out: &mut Vec<u8>) {
        if let Rows::Table(rows) = self {
            rows.settle(out);
        }
    }
}

/// Rows and where they go: shared by the reader, which writes before it waits, and the visitor.
struct Sink {
    rows: Rows,
    output: Output,
}

pub(crate) fn run(args: &args::Messages, color: When, cap: Option<Backend>) -> io::Result<Status> {
    let rows = Rows::new(args, Style::of(color));
    let mut output = Output::new(rows.form());
    if let Rows::Csv(rows) = &rows {
        rows.header(output.buffer());
    }
    let sink = RefCell::new(Sink { rows, output });
    let options = args::options(&args.ports, cap);
    let mut left = args.limit.unwrap_or(u64::MAX);
    let mut status = Status::Finished;
    for path in &args.files {
        if left == 0 {
            break;
        }
        status = status.max(file(path, args, &options, &sink, &mut left)?);
    }
    let Sink { mut rows, mut output } = sink.into_inner();
    rows.settle(output.buffer());
    output.flush()?;
    Ok(status)
}

fn file(
    path: &Path,
    args: &args::Messages,
    options: &Options,
    sink: &RefCell<Sink>,
    left: &mut u64,
) -> io::Result<Status> {
    let before_wait = |live: bool| {
        let Sink { rows, output } = &mut *sink.borrow_mut();
        if live {
            rows.settle(output.buffer());
        }
        output.flush()
    };
    let Some(mut input) = open(path, options, &before_wait)? else { return Ok(Status::Trouble) };
    let mut found = false;
    while *left > 0 {
        let step = input.step(&mut |row| {
            if *left == 0 {
                return;
            }
            *left -= 1;
            found |= args.fail_on == Some(FailOn::Defects) && row.defects().next().is_some();
            let Sink { rows, output } = &mut *sink.borrow_mut();
            rows.row(row, output.buffer());
        })?;
        match step {
            Step::More => sink.borrow_mut().output.spill()?,
            Step::End => break,
            Step::Trouble => return Ok(Status::Trouble),
        }
    }
    Ok(if found { Status::Found } else { Status::Finished })
}
