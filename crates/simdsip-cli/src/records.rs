//! `calls`, `registrations`, `transactions`: one row each, as they end.

use crate::args::{self, FailOn, When};
use crate::capture::format::{Encoder, Plan, Wanted, Writer};
use crate::capture::grid::{Cell, Grid, Head, Line};
use crate::capture::masked::Masker;
use crate::capture::{drive, options};
use crate::escape::escaped;
use crate::output::{Form, Output, Status, complain};
use crate::style::{Ink, Style};
use simdsip::Backend;
use simdsip_capture::table::{Column, Columns, Csv, Masked, Record, Table, Value};
use simdsip_capture::{
    Call, Calls, Filter, Outcome, Registration, Registrations, Row, Transaction, Transactions,
};
use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Calls with defects that are remembered until they end.
const MAX_ODD: usize = 1 << 20;

/// What makes records of rows.
trait Maker {
    type Record: Record;
    const TABLE: Table;
    fn row(&mut self, row: &Row<'_>, names: &Arc<[String]>, give: &mut impl FnMut(Self::Record));
    fn finish(&mut self, give: &mut impl FnMut(Self::Record));
    fn keeps(filter: &Filter, record: &Self::Record) -> bool;
    fn heads() -> Vec<Head>;
    fn cells(record: &Self::Record, show: &mut Show<'_>) -> Vec<Cell>;
}

macro_rules! maker {
    ($maker:ident, $record:ident, $table:ident, $keeps:ident, $heads:ident, $cells:ident) => {
        impl Maker for $maker {
            type Record = $record;
            const TABLE: Table = Table::$table;

            fn row(&mut self, row: &Row<'_>, names: &Arc<[String]>, give: &mut impl FnMut($record)) {
                $maker::row(self, row, names, give);
            }

            fn finish(&mut self, give: &mut impl FnMut($record)) {
                $maker::finish(self, give);
            }

            fn keeps(filter: &Filter, record: &$record) -> bool {
                filter.$keeps(record)
            }

            fn heads() -> Vec<Head> {
                $heads()
            }

            fn cells(record: &$record, show: &mut Show<'_>) -> Vec<Cell> {
                $cells(record, show)
            }
        }
    };
}

maker!(Calls, Call, Calls, keeps_call, call_heads, call_cells);
maker!(
    Registrations,
    Registration,
    Registrations,
    keeps_registration,
    registration_heads,
    registration_cells
);
maker!(Transactions, Transaction, Transactions, keeps_transaction, transaction_heads, transaction_cells);

pub(crate) fn calls(args: &args::Calls, color: When, cap: Option<Backend>) -> io::Result<Status> {
    let odd = RefCell::new((RandomState::new(), HashSet::new()));
    let found = RefCell::new(false);
    let hash = |call_id: &[u8]| odd.borrow().0.hash_one(call_id);
    let status = run::<Calls>(
        &args.records,
        color,
        cap,
        &mut |row| {
            if args.fail_on == Some(FailOn::Defects)
                && let Ok(message) = row.message()
                && let Some(call_id) = message.field(simdsip::HeaderName::CallId)
                && row.defects().next().is_some()
            {
                let hash = hash(call_id.value());
                let odd = &mut odd.borrow_mut().1;
                if odd.len() < MAX_ODD {
                    odd.insert(hash);
                }
            }
        },
        &mut |call: &Call| {
            let hash = hash(call.call_id());
            *found.borrow_mut() |= odd.borrow_mut().1.remove(&hash);
        },
    )?;
    Ok(if found.into_inner() { status.max(Status::Found) } else { status })
}

pub(crate) fn registrations(args: &args::Records, color: When, cap: Option<Backend>) -> io::Result<Status> {
    run::<Registrations>(args, color, cap, &mut |_| (), &mut |_| ())
}

pub(crate) fn transactions(args: &args::Records, color: When, cap: Option<Backend>) -> io::Result<Status> {
    run::<Transactions>(args, color, cap, &mut |_| (), &mut |_| ())
}

/// Where records go.
enum Sink {
    /// The encoder is made with the first record, since a row's file is numbered among those that could be opened.
    Machine(Option<Box<Encoder>>, Box<Writer>),
    People(Box<People>, Output),
}

impl Sink {
    fn record<M: Maker>(&mut self, record: &M::Record, plan: &Plan, names: &[String]) {
        match self {
            Sink::Machine(encoder, _) => {
                encoder.get_or_insert_with(|| Box::new(plan.encoder(names))).record(record);
            }
            Sink::People(people, output) => people.record::<M>(record, output.buffer()),
        }
    }

    fn flush(&mut self, live: bool) -> io::Result<()> {
        match self {
            Sink::Machine(encoder, writer) => {
                if let Some(encoder) = encoder {
                    writer.write(encoder.take())?;
                }
                writer.flush()
            }
            Sink::People(people, output) => {
                if live {
                    people.grid.settle(output.buffer());
                }
                output.flush()
            }
        }
    }

    fn spill(&mut self) -> io::Result<()> {
        match self {
            Sink::Machine(Some(encoder), writer) if encoder.is_full() => writer.write(encoder.take()),
            Sink::Machine(..) => Ok(()),
            Sink::People(_, output) => output.spill(),
        }
    }

    fn finish(mut self) -> io::Result<()> {
        self.flush(true)?;
        match self {
            Sink::Machine(_, writer) => writer.finish(),
            Sink::People(..) => Ok(()),
        }
    }
}

fn run<M: Maker + Default>(
    args: &args::Records,
    color: When,
    cap: Option<Backend>,
    see: &mut dyn FnMut(&Row<'_>),
    kept: &mut dyn FnMut(&M::Record),
) -> io::Result<Status> {
    let Some(options) = options(&args.captures, cap) else { return Ok(Status::Trouble) };
    let named = match args::columns(M::TABLE, args.format.columns.as_deref()) {
        Ok(named) => named,
        Err(what) => {
            complain("--columns", &what);
            return Ok(Status::Trouble);
        }
    };
    let columns = named.clone().unwrap_or_else(|| M::TABLE.default_columns());
    let plan = Plan::new(&args.format, M::TABLE, columns);
    let sink = match plan.wanted {
        Wanted::Text => {
            let people = People::new::<M>(named, plan.masker.clone(), Style::of(color));
            Sink::People(Box::new(people), Output::new(Form::Text))
        }
        _ => match plan.writer(&args.format) {
            Some(writer) => Sink::Machine(None, Box::new(writer)),
            None => return Ok(Status::Trouble),
        },
    };
    let sink = RefCell::new(sink);
    let filter = args.filters.filter();
    let mut left = args.filters.limit.unwrap_or(u64::MAX);
    let mut maker = M::default();
    let mut files: Arc<[String]> = Arc::default();
    let mut take = |record: M::Record, names: &[String]| {
        if left > 0 && M::keeps(&filter, &record) {
            left -= 1;
            kept(&record);
            sink.borrow_mut().record::<M>(&record, &plan, names);
        }
        left == 0
    };
    let mut full = false;
    let mut status = drive(
        &args.captures.files,
        &options,
        &|live| sink.borrow_mut().flush(live),
        &mut |row, names| {
            see(row);
            if files.len() != names.len() {
                files = Arc::clone(names);
            }
            maker.row(row, names, &mut |record| full |= take(record, names));
            if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
        &mut || sink.borrow_mut().spill(),
    )?;
    if !full {
        maker.finish(&mut |record| {
            take(record, &files);
        });
    }
    if let Err(error) = sink.into_inner().finish() {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Err(error);
        }
        complain("output", &crate::output::reason(&error));
        status = Status::Trouble;
    }
    Ok(status)
}

/// Rows for people.
struct People {
    columns: Option<Vec<(&'static Column, Csv)>>,
    masker: Masker,
    grid: Grid,
    day: String,
}

impl People {
    fn new<M: Maker>(columns: Option<Columns>, masker: Masker, style: Style) -> People {
        let columns: Option<Vec<_>> = columns
            .map(|columns| columns.iter().map(|column| (column, Csv::new(Columns::only(column)))).collect());
        let heads = match &columns {
            None => M::heads(),
            Some(columns) => columns.iter().map(|(column, _)| Head::left(column.name, None)).collect(),
        };
        People { columns, masker, grid: Grid::new(heads, style), day: String::new() }
    }

    fn record<M: Maker>(&mut self, record: &M::Record, out: &mut Vec<u8>) {
        let mut show = Show { table: M::TABLE, masker: &self.masker, csv: None };
        let cells = match &mut self.columns {
            Some(columns) => columns
                .iter_mut()
                .map(|(column, csv)| {
                    show.csv = Some(csv);
                    (show.column(record, column), None)
                })
                .collect(),
            None => {
                let time = show.named(
                    record,
                    M::TABLE
                        .columns()
                        .iter()
                        .find(|column| column.ty.as_str().starts_with("timestamp"))
                        .map_or("", |column| column.name),
                );
                let day = time.get(..10).unwrap_or_default();
                if day != self.day {
                    self.grid.add(Line::Note(format!("{day} UTC")), out);
                    day.clone_into(&mut self.day);
                }
                M::cells(record, &mut show)
            }
        };
        self.grid.add(Line::Cells(cells), out);
    }
}

/// Values as text that is safe to show.
struct Show<'s> {
    table: Table,
    masker: &'s Masker,
    csv: Option<&'s mut Csv>,
}

impl Show<'_> {
    /// A column's value, empty where it is null.
    fn named(&mut self, record: &impl Record, name: &str) -> String {
        match self.table.columns().iter().find(|column| column.name == name) {
            Some(column) => self.column(record, column),
            None => String::new(),
        }
    }

    fn column(&mut self, record: &impl Record, column: &'static Column) -> String {
        let value = record.value(column);
        let mut text = Vec::new();
        let mut mask = self.masker.of(&[], None);
        match mask(column, &value) {
            Some(Masked::Text(bytes)) => return escaped(&bytes),
            Some(_) => {
                Csv::new(Columns::only(column)).masked_row(record, &mut mask, &mut text);
                return escaped(text.trim_ascii_end());
            }
            None => {}
        }
        if value.append_text(&mut text) {
            return escaped(&text);
        }
        match value {
            Value::Null => return String::new(),
            Value::Float(number) => return format!("{number:.1}"),
            _ => {}
        }
        match &mut self.csv {
            Some(csv) => csv.row(record, &mut text),
            None => Csv::new(Columns::only(column)).row(record, &mut text),
        }
        escaped(text.trim_ascii_end())
    }

    /// `07:15:18.540`.
    fn clock(&mut self, record: &impl Record, name: &str) -> String {
        let time = self.named(record, name);
        time.get(11..23).unwrap_or_default().to_owned()
    }

    /// The user of a URI, or all of it where it has none.
    fn user(&mut self, record: &impl Record, name: &str, user: &[u8]) -> String {
        if user.is_empty() { self.named(record, name) } else { escaped(user) }
    }
}

fn plain(text: String) -> Cell {
    (text, None)
}

fn call_heads() -> Vec<Head> {
    vec![
        Head::left("start", Some(Ink::Faint)),
        Head::left("caller", None),
        Head::left("callee", None),
        Head::left("outcome", None),
        Head::right("code"),
        Head::right("pdd ms"),
        Head::right("seconds"),
        Head::left("ended by", None),
        Head::right("msgs"),
        Head::right("again"),
        Head::left("from", None),
        Head::left("to", None),
        Head::left("call-id", Some(Ink::Faint)),
    ]
}

fn call_cells(call: &Call, show: &mut Show<'_>) -> Vec<Cell> {
    let ink = match call.outcome() {
        Outcome::Answered => Ink::Fine,
        Outcome::Cancelled | Outcome::Busy | Outcome::NoAnswer | Outcome::Redirected => Ink::Odd,
        Outcome::Incomplete => Ink::Faint,
        _ => Ink::Bad,
    };
    let (caller, callee) = call.users();
    let again = call.retransmissions();
    vec![
        plain(show.clock(call, "ts_start")),
        plain(show.user(call, "caller", caller)),
        plain(format!("→ {}", show.user(call, "callee", callee))),
        (call.outcome().as_str().to_owned(), Some(ink)),
        plain(show.named(call, "final_status")),
        plain(show.named(call, "pdd_ms")),
        plain(show.named(call, "duration_s")),
        plain(show.named(call, "who_hung_up")),
        plain(call.message_count().to_string()),
        plain(if again == 0 { String::new() } else { again.to_string() }),
        plain(show.named(call, "src")),
        plain(format!("→ {}", show.named(call, "dst"))),
        plain(escaped(call.call_id())),
    ]
}

fn registration_heads() -> Vec<Head> {
    vec![
        Head::left("time", Some(Ink::Faint)),
        Head::left("address of record", None),
        Head::left("result", None),
        Head::right("code"),
        Head::right("expires"),
        Head::left("from", None),
        Head::left("to", None),
        Head::left("user", None),
        Head::left("contact", Some(Ink::Faint)),
        Head::left("user agent", Some(Ink::Faint)),
    ]
}

fn registration_cells(one: &Registration, show: &mut Show<'_>) -> Vec<Cell> {
    use simdsip_capture::RegistrationResult as R;
    let ink = match one.result() {
        R::Registered | R::Removed | R::Fetched => Ink::Fine,
        R::Challenged | R::Redirected => Ink::Odd,
        R::Incomplete => Ink::Faint,
        _ => Ink::Bad,
    };
    vec![
        plain(show.clock(one, "ts")),
        plain(show.named(one, "aor")),
        (one.result().as_str().to_owned(), Some(ink)),
        plain(show.named(one, "status")),
        plain(show.named(one, "expires")),
        plain(show.named(one, "src")),
        plain(format!("→ {}", show.named(one, "dst"))),
        plain(show.named(one, "auth_user")),
        plain(show.named(one, "contact")),
        plain(show.named(one, "user_agent")),
    ]
}

fn transaction_heads() -> Vec<Head> {
    vec![
        Head::left("start", Some(Ink::Faint)),
        Head::left("method", Some(Ink::Strong)),
        Head::right("code"),
        Head::left("provisional", None),
        Head::left("final", None),
        Head::right("again"),
        Head::left("from", None),
        Head::left("to", None),
        Head::left("call-id", Some(Ink::Faint)),
    ]
}

fn transaction_cells(one: &Transaction, show: &mut Show<'_>) -> Vec<Cell> {
    let again = show.named(one, "retransmissions");
    vec![
        plain(show.clock(one, "ts_start")),
        plain(show.named(one, "method")),
        plain(show.named(one, "status")),
        plain(show.clock(one, "ts_provisional")),
        plain(show.clock(one, "ts_final")),
        plain(if again == "0" { String::new() } else { again }),
        plain(show.named(one, "src")),
        plain(format!("→ {}", show.named(one, "dst"))),
        plain(show.named(one, "call_id")),
    ]
}
