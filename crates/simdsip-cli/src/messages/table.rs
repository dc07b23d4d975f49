//! Rows for people: an aligned table, as wide as the terminal.
//!
//! The widths are those of the first rows, and grow with wider ones. Of live input each row is shown at once.

use super::wire::Wire;
use crate::escape::{cut, escaped, width};
use crate::mask::{self, Secrets, Shown};
use crate::style::{Ink, Style};
use simdsip::{HeaderName, Kind};
use simdsip_capture::table::{Column, Columns, Csv};
use simdsip_capture::{Endpoint, Row};
use std::io::{self, IsTerminal};

/// Rows that decide on the widths.
const SAMPLE: usize = 250;
/// No cell of a table on a terminal is wider.
const WIDEST: usize = 60;
/// A column for which the terminal has less room is left out, with those behind it.
const NARROWEST: usize = 12;
/// Longer methods are cut.
const METHOD_COLUMNS: usize = 16;

/// How much of some cells is shown, so that sender and receiver stand on every terminal of 80 columns.
#[derive(Clone, Copy, Debug)]
struct Cuts {
    /// Bytes of a time such as `07:15:18.540`.
    time: usize,
    status: usize,
    endpoint: usize,
}

impl Cuts {
    fn of(room: Option<usize>) -> Cuts {
        match room {
            Some(..100) => Cuts { time: 8, status: 3, endpoint: 19 },
            Some(100..140) => Cuts { time: 12, status: 16, endpoint: 21 },
            Some(140..) => Cuts { time: 12, status: 22, endpoint: 60 },
            None => Cuts { time: 12, status: 60, endpoint: 60 },
        }
    }
}

/// Which side a cell keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

struct Head {
    title: &'static str,
    side: Side,
    ink: Option<Ink>,
}

/// One line: its cells, or a note across.
enum Line {
    Cells(Vec<(String, Option<Ink>)>),
    Note(String),
}

/// The writer.
pub(super) struct TableRows {
    columns: Option<Vec<(&'static Column, Csv)>>,
    secrets: Secrets,
    style: Style,
    heads: Vec<Head>,
    widths: Vec<usize>,
    waiting: Vec<Line>,
    settled: bool,
    titled: bool,
    /// Columns of the terminal, if it is one.
    room: Option<usize>,
    day: String,
    time: Csv,
}

impl TableRows {
    /// The usual cells, or one for each of `columns`.
    pub(super) fn new(columns: Option<Columns>, secrets: Secrets, style: Style) -> TableRows {
        let columns: Option<Vec<_>> = columns.map(|columns| {
            let one = |column: &'static Column| Columns::parse(column.name).expect("the name is a column's");
            columns.iter().map(|column| (column, Csv::new(one(column)))).collect()
        });
        let heads = match &columns {
            None => usual(),
            Some(columns) => columns
                .iter()
                .map(|(column, _)| {
                    let side = if column.ty.as_str().starts_with("int") { Side::Right } else { Side::Left };
                    Head { title: column.name, side, ink: None }
                })
                .collect(),
        };
        let room = io::stdout()
            .is_terminal()
            .then(|| terminal_size::terminal_size().map_or(80, |(width, _)| width.0.into()));
        TableRows {
            columns,
            secrets,
            style,
            widths: heads.iter().map(|head| width(head.title)).collect(),
            heads,
            waiting: Vec::new(),
            settled: false,
            titled: false,
            room,
            day: String::new(),
            time: Csv::new(Columns::parse("ts").expect("ts is a column")),
        }
    }

    pub(super) fn row(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        let cells = match &mut self.columns {
            Some(columns) => {
                let named = columns.iter().map(|(column, _)| *column);
                let wire =
                    Wire::of(row, named, self.secrets).unwrap_or_else(|| Wire::new(row, Secrets::Shown));
                columns.iter_mut().map(|(column, csv)| (cell(row, &wire, column, csv), None)).collect()
            }
            None => {
                let (day, time) = time(row, &mut self.time);
                if day != self.day {
                    self.add(Line::Note(format!("{day} UTC")), out);
                    self.day = day;
                }
                cells(row, time, Cuts::of(self.room), self.secrets)
            }
        };
        self.add(Line::Cells(cells), out);
    }

    fn add(&mut self, line: Line, out: &mut Vec<u8>) {
        if let Line::Cells(cells) = &line {
            for ((text, _), widest) in cells.iter().zip(&mut self.widths) {
                *widest = width(text).max(*widest);
            }
        }
        self.waiting.push(line);
        if self.settled || self.waiting.len() >= SAMPLE {
            self.settle(out);
        }
    }

    /// Gives out the rows that wait; from here on none does.
    pub(super) fn settle(&mut self, out: &mut Vec<u8>) {
        self.settled = true;
        let waiting = std::mem::take(&mut self.waiting);
        if !self.titled && !waiting.is_empty() {
            self.titled = true;
            let titles = self.heads.iter().map(|head| (head.title.to_owned(), Some(Ink::Strong))).collect();
            self.line(&Line::Cells(titles), out);
        }
        for line in &waiting {
            self.line(line, out);
        }
    }

    fn line(&self, line: &Line, out: &mut Vec<u8>) {
        let mut text = String::new();
        match line {
            Line::Note(note) => self.style.paint(Ink::Faint, note, &mut text),
            Line::Cells(cells) => self.cells(cells, &mut text),
        }
        out.extend_from_slice(text.trim_end().as_bytes());
        out.push(b'\n');
    }

    fn cells(&self, cells: &[(String, Option<Ink>)], out: &mut String) {
        let mut left = self.room.unwrap_or(usize::MAX);
        let last = cells.iter().rposition(|(text, _)| !text.is_empty()).unwrap_or(0);
        for (at, ((text, ink), head)) in cells.iter().zip(&self.heads).enumerate().take(last + 1) {
            let gap = if at == 0 { "" } else { "  " };
            let widest = self.widths.get(at).copied().unwrap_or(0);
            let most = if self.room.is_some() { widest.min(WIDEST) } else { widest };
            let room = most.min(left.saturating_sub(gap.len()));
            if room < most.min(NARROWEST) {
                break;
            }
            let shown = cut(text, room);
            let pad = " ".repeat(room - width(&shown));
            out.push_str(gap);
            if head.side == Side::Right {
                out.push_str(&pad);
            }
            match ink.or(head.ink) {
                Some(ink) => self.style.paint(ink, &shown, out),
                None => out.push_str(&shown),
            }
            if head.side == Side::Left && at != last {
                out.push_str(&pad);
            }
            left = left.saturating_sub(gap.len() + room);
        }
    }
}

fn usual() -> Vec<Head> {
    let head = |title, side, ink| Head { title, side, ink };
    vec![
        head("frame", Side::Right, None),
        head("time", Side::Left, Some(Ink::Faint)),
        head("method", Side::Left, None),
        head("status", Side::Left, None),
        head("from", Side::Left, None),
        head("to", Side::Left, None),
        head("via", Side::Left, Some(Ink::Faint)),
        head("call-id", Side::Left, Some(Ink::Faint)),
        head("defects", Side::Left, Some(Ink::Odd)),
    ]
}

/// The usual cells. A request has no status; the method of a response is CSeq's.
fn cells(row: &Row<'_>, time: String, cuts: Cuts, secrets: Secrets) -> Vec<(String, Option<Ink>)> {
    let call_id = row.message().ok().and_then(|message| message.field(HeaderName::CallId));
    let reason = row.message().ok().and_then(|message| message.reason());
    let cseq = row.message().ok().and_then(|message| message.field(HeaderName::CSeq));
    let values = [call_id, cseq].into_iter().flatten().map(|field| field.value()).chain(reason);
    let concerned = values.into_iter().any(mask::concerns);
    let secrets = if concerned { secrets } else { Secrets::Shown };
    let shown = Shown::new(row.bytes(), row.message().ok(), secrets);
    let (method, status) = what(row, &shown, cuts.status);
    let defects: Vec<_> = row.defects().map(|defect| defect.code).collect();
    vec![
        (row.frame().to_string(), None),
        (time.get(..cuts.time).unwrap_or(&time).to_owned(), None),
        method,
        status,
        (endpoint(row.source(), cuts.endpoint), None),
        (format!("→ {}", endpoint(row.dest(), cuts.endpoint)), None),
        (row.transport().as_str().to_owned(), None),
        (call_id.map_or(String::new(), |field| escaped(&shown.unfolded(field.unfolded()))), None),
        (defects.join(" "), None),
    ]
}

/// Method and status; three columns hold the code alone.
fn what(row: &Row<'_>, shown: &Shown<'_>, columns: usize) -> ((String, Option<Ink>), (String, Option<Ink>)) {
    let Ok(message) = row.message() else {
        return (("?".to_owned(), Some(Ink::Bad)), ("not parsed".to_owned(), Some(Ink::Bad)));
    };
    if message.kind() == Kind::Request {
        let method = message.method().map_or(String::new(), |method| escaped(method.as_bytes()));
        return ((cut(&method, METHOD_COLUMNS), Some(Ink::Strong)), (String::new(), None));
    }
    let code = message.status().ok().flatten();
    let text = code.map_or("???".to_owned(), |code| code.to_string());
    let status = match columns {
        3 => text,
        _ => cut(&format!("{text} {}", escaped(&shown.of(message.reason().unwrap_or(&[])))), columns),
    };
    let cseq = message.field(HeaderName::CSeq).map(|field| shown.unfolded(field.unfolded()));
    let cseq = cseq.map(|cseq| String::from_utf8_lossy(&cseq).into_owned());
    let method = cseq.as_deref().and_then(|cseq| cseq.split_ascii_whitespace().nth(1)).unwrap_or("?");
    let ink = match code {
        Some(401 | 407) => Some(Ink::Odd),
        Some(..=199) => None,
        Some(200..=299) => Some(Ink::Fine),
        Some(300..=399) => Some(Ink::Name),
        _ => Some(Ink::Bad),
    };
    let method = cut(&escaped(method.as_bytes()), METHOD_COLUMNS);
    ((method, Some(Ink::Faint)), (status, ink))
}

/// Address and port; the middle of a long one is left out.
fn endpoint(endpoint: Endpoint, columns: usize) -> String {
    let text = std::net::SocketAddr::new(endpoint.addr, endpoint.port).to_string();
    if text.len() <= columns {
        return text;
    }
    let head = columns / 2;
    let tail = text.len() - (columns - head - 1);
    format!("{}…{}", &text[..head], &text[tail..])
}

/// Day and time to the millisecond, as `2026-11-20` and `07:15:18.540`.
fn time(row: &Row<'_>, csv: &mut Csv) -> (String, String) {
    let mut text = Vec::new();
    csv.row(row, &mut text);
    let text = String::from_utf8_lossy(&text);
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default().to_owned();
    match row.time() {
        Some(_) => (part(0..10), part(11..23)),
        None => ("no time".to_owned(), String::new()),
    }
}

/// One column's text.
fn cell(row: &Row<'_>, wire: &Wire<'_>, column: &Column, csv: &mut Csv) -> String {
    match wire.value(column) {
        Some(bytes) => escaped(&bytes),
        None => {
            let mut text = Vec::new();
            csv.row(row, &mut text);
            escaped(text.trim_ascii_end())
        }
    }
}
