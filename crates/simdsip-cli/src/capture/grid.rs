//! An aligned table for people, as wide as the terminal.
//!
//! The widths are those of the first rows, and grow with wider ones. Of live input each row is shown at once.

use crate::escape::{cut, width};
use crate::style::{Ink, Style};
use std::io::{self, IsTerminal};

/// Rows that decide on the widths.
const SAMPLE: usize = 250;
/// No cell of a table on a terminal is wider.
const WIDEST: usize = 60;
/// A column for which the terminal has less room is left out, with those behind it.
const NARROWEST: usize = 12;

/// Which side a cell keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

pub(crate) struct Head {
    pub(crate) title: &'static str,
    pub(crate) side: Side,
    pub(crate) ink: Option<Ink>,
}

impl Head {
    pub(crate) fn left(title: &'static str, ink: Option<Ink>) -> Head {
        Head { title, side: Side::Left, ink }
    }

    pub(crate) fn right(title: &'static str) -> Head {
        Head { title, side: Side::Right, ink: None }
    }
}

/// A cell's text, and its ink where that is not its column's.
pub(crate) type Cell = (String, Option<Ink>);

/// One line: its cells, or a note across.
pub(crate) enum Line {
    Cells(Vec<Cell>),
    Note(String),
}

/// The lines, as long as they wait, and how they are shown.
pub(crate) struct Grid {
    style: Style,
    heads: Vec<Head>,
    widths: Vec<usize>,
    waiting: Vec<Line>,
    settled: bool,
    titled: bool,
    /// Columns of the terminal, if it is one.
    room: Option<usize>,
}

impl Grid {
    pub(crate) fn new(heads: Vec<Head>, style: Style) -> Grid {
        let room = io::stdout()
            .is_terminal()
            .then(|| terminal_size::terminal_size().map_or(80, |(width, _)| width.0.into()));
        let widths = heads.iter().map(|head| width(head.title)).collect();
        Grid { style, heads, widths, waiting: Vec::new(), settled: false, titled: false, room }
    }

    pub(crate) fn room(&self) -> Option<usize> {
        self.room
    }

    pub(crate) fn add(&mut self, line: Line, out: &mut Vec<u8>) {
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
    pub(crate) fn settle(&mut self, out: &mut Vec<u8>) {
        // As long as there is no row, nothing says how wide they are.
        self.settled |= !self.waiting.is_empty();
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

    fn cells(&self, cells: &[Cell], out: &mut String) {
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
