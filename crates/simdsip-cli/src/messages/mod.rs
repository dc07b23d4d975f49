//! `messages`: one row a SIP message, in frame order.
//!
//! Of live input, output is written before each read that may wait, so that rows appear as packets arrive.

mod text;

use crate::args::{FailOn, Messages, When};
use crate::capture::format::{Encoder, Plan, Wanted, Writer};
use crate::capture::{complain_about, drive, files, options};
use crate::output::{Form, Output, Status, complain};
use crate::style::Style;
use simdsip::Backend;
use simdsip_capture::table::{Columns, Table};
use simdsip_capture::{Filter, Options, Row, in_order};
use std::cell::RefCell;
use std::io::{self, Write};
use std::ops::ControlFlow;
use text::TextRows;

pub(crate) fn run(args: &Messages, color: When, cap: Option<Backend>) -> io::Result<Status> {
    let Some(mut options) = options(&args.captures, cap) else { return Ok(Status::Trouble) };
    let named = match crate::args::columns(Table::Messages, args.format.columns.as_deref()) {
        Ok(named) => named,
        Err(what) => {
            complain("--columns", &what);
            return Ok(Status::Trouble);
        }
    };
    let columns = named.clone().unwrap_or_else(|| Table::Messages.default_columns());
    if !columns.has("is_retransmission") && !columns.has("duplicate_of") {
        options = options.without_repeats();
    }
    let plan = Plan::new(&args.format, Table::Messages, columns);
    if plan.wanted == Wanted::Text {
        return for_people(args, &options, named, &plan, color);
    }
    let Some(writer) = plan.writer(&args.format) else { return Ok(Status::Trouble) };
    let live =
        matches!(&args.captures.files[..], [path] if !path.metadata().is_ok_and(|file| file.is_file()));
    if live || args.filters.limit.is_some() {
        in_turn(args, &options, &plan, writer)
    } else {
        at_once(args, &options, &plan, writer)
    }
}

/// Which rows are wanted, and whether one was met that is to be told.
struct Choice<'a> {
    filter: Filter,
    any: bool,
    fail_on: Option<FailOn>,
    left: u64,
    found: &'a mut bool,
}

impl<'a> Choice<'a> {
    fn new(args: &Messages, found: &'a mut bool) -> Choice<'a> {
        let filter = args.filters.filter();
        let any = filter.is_empty();
        Choice { filter, any, fail_on: args.fail_on, left: args.filters.limit.unwrap_or(u64::MAX), found }
    }

    fn keeps(&mut self, row: &Row<'_>) -> bool {
        if self.left == 0 || !(self.any || self.filter.keeps(row)) {
            return false;
        }
        self.left -= 1;
        *self.found |= self.fail_on == Some(FailOn::Defects) && row.defects().next().is_some();
        true
    }

    fn flow(&self) -> ControlFlow<()> {
        if self.left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Row by row, as they come.
fn in_turn(args: &Messages, options: &Options, plan: &Plan, writer: Writer) -> io::Result<Status> {
    let mut found = false;
    let mut choice = Choice::new(args, &mut found);
    // Made with the first row, since a row's file is numbered among those that could be opened.
    let sink = RefCell::new((None::<Encoder>, writer));
    let flush = |_: bool| {
        let (encoder, writer) = &mut *sink.borrow_mut();
        if let Some(encoder) = encoder {
            writer.write(encoder.take())?;
        }
        writer.flush()
    };
    let status = drive(
        &args.captures.files,
        options,
        &flush,
        &mut |row, names| {
            if choice.keeps(row) {
                sink.borrow_mut().0.get_or_insert_with(|| plan.encoder(names)).message(row);
            }
            choice.flow()
        },
        &mut || match &mut *sink.borrow_mut() {
            (Some(encoder), writer) if encoder.is_full() => writer.write(encoder.take()),
            _ => Ok(()),
        },
    )?;
    let (encoder, mut writer) = sink.into_inner();
    if let Some(mut encoder) = encoder {
        writer.write(encoder.take())?;
    }
    writer.finish()?;
    Ok(if found { status.max(Status::Found) } else { status })
}

/// Many at once, on as many threads as are wanted.
fn at_once(args: &Messages, options: &Options, plan: &Plan, mut writer: Writer) -> io::Result<Status> {
    let (mut messages, mut status) = files(&args.captures.files, options);
    let names = messages.names();
    let mut written = Ok(());
    let mut any = false;
    let ended = in_order(
        &mut messages,
        args.threads.threads,
        || plan.encoder(&names),
        |encoder: &mut Encoder, reading, chunk, stats| {
            let mut found = false;
            let mut choice = Choice::new(args, &mut found);
            chunk.rows(reading, stats, &mut |row| {
                if choice.keeps(row) {
                    encoder.message(row);
                }
            });
            (encoder.take(), found)
        },
        |(made, found)| {
            any |= found;
            written = writer.write(made);
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        },
    );
    written?;
    writer.finish()?;
    if let Err(error) = ended {
        status = status.max(crate::capture::reading(names.first().map_or("", String::as_str), error));
    } else if let (1, Some(at)) = (names.len(), messages.stats().cut_short) {
        complain(&names[0], &crate::capture::cut_short(at));
    }
    status = status.max(complain_about(&mut messages));
    Ok(if any { status.max(Status::Found) } else { status })
}

fn for_people(
    args: &Messages,
    options: &Options,
    columns: Option<Columns>,
    plan: &Plan,
    color: When,
) -> io::Result<Status> {
    let mut found = false;
    let mut choice = Choice::new(args, &mut found);
    let rows = TextRows::new(columns, plan.masker.clone(), Style::of(color));
    let sink = RefCell::new((rows, Output::new(Form::Text)));
    let flush = |live: bool| {
        let (rows, output) = &mut *sink.borrow_mut();
        if live {
            rows.settle(output.buffer());
        }
        output.flush()
    };
    let status = drive(
        &args.captures.files,
        options,
        &flush,
        &mut |row, _| {
            if choice.keeps(row) {
                let (rows, output) = &mut *sink.borrow_mut();
                rows.row(row, output.buffer());
            }
            choice.flow()
        },
        &mut || sink.borrow_mut().1.spill(),
    )?;
    let (mut rows, mut output) = sink.into_inner();
    rows.settle(output.buffer());
    output.flush()?;
    Ok(if found { status.max(Status::Found) } else { status })
}
