//! Messages for people.

use crate::capture::grid::{Cell, Grid, Head, Line};
use crate::capture::masked::Masker;
use crate::escape::{cut, escaped};
use crate::mask::{self, Secrets, Shown};
use crate::style::{Ink, Style};
use simdsip::{HeaderName, Kind};
use simdsip_capture::table::{Column, Columns, Csv, Masked, Record};
use simdsip_capture::{Endpoint, Row};

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

/// The writer.
pub(super) struct TextRows {
    columns: Option<Vec<(&'static Column, Csv)>>,
    masker: Masker,
    grid: Grid,
    day: String,
    time: Csv,
}

impl TextRows {
    /// The usual cells, or one for each of `columns`.
    pub(super) fn new(columns: Option<Columns>, masker: Masker, style: Style) -> TextRows {
        let columns: Option<Vec<_>> = columns
            .map(|columns| columns.iter().map(|column| (column, Csv::new(Columns::only(column)))).collect());
        let heads = match &columns {
            None => usual(),
            Some(columns) => columns
                .iter()
                .map(|(column, _)| match column.ty.as_str().starts_with("int") {
                    true => Head::right(column.name),
                    false => Head::left(column.name, None),
                })
                .collect(),
        };
        let time = Csv::new(Columns::parse("ts").expect("ts is a column"));
        TextRows { columns, masker, grid: Grid::new(heads, style), day: String::new(), time }
    }

    pub(super) fn row(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        let cells = match &mut self.columns {
            Some(columns) => {
                let mut mask = self.masker.of(row.bytes(), row.message().ok());
                columns.iter_mut().map(|(column, csv)| (cell(row, column, csv, &mut mask), None)).collect()
            }
            None => {
                let (day, time) = time(row, &mut self.time);
                if day != self.day {
                    self.grid.add(Line::Note(format!("{day} UTC")), out);
                    self.day = day;
                }
                cells(row, time, Cuts::of(self.grid.room()), self.masker.secrets())
            }
        };
        self.grid.add(Line::Cells(cells), out);
    }

    /// Gives out the rows that wait; from here on none does.
    pub(super) fn settle(&mut self, out: &mut Vec<u8>) {
        self.grid.settle(out);
    }
}

fn usual() -> Vec<Head> {
    vec![
        Head::right("frame"),
        Head::left("time", Some(Ink::Faint)),
        Head::left("method", None),
        Head::left("status", None),
        Head::left("from", None),
        Head::left("to", None),
        Head::left("via", Some(Ink::Faint)),
        Head::left("call-id", Some(Ink::Faint)),
        Head::left("defects", Some(Ink::Odd)),
    ]
}

/// The usual cells. A request has no status; the method of a response is CSeq's.
fn cells(row: &Row<'_>, time: String, cuts: Cuts, secrets: Secrets) -> Vec<Cell> {
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
fn what(row: &Row<'_>, shown: &Shown<'_>, columns: usize) -> (Cell, Cell) {
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
fn cell(
    row: &Row<'_>,
    column: &Column,
    csv: &mut Csv,
    mask: &mut simdsip_capture::table::Mask<'_>,
) -> String {
    let value = row.value(column);
    let mut text = Vec::new();
    match mask(column, &value) {
        Some(Masked::Text(bytes)) => return escaped(&bytes),
        Some(_) => csv.masked_row(row, mask, &mut text),
        None if value.append_text(&mut text) => return escaped(&text),
        None => csv.row(row, &mut text),
    }
    escaped(text.trim_ascii_end())
}
