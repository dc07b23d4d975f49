//! The ladder of a call: who sent what to whom, drawn.
//!
//! Headers are attackers' text: each drawing escapes what its format takes for its own, and controls are replaced in
//! all of them. Participants are IP addresses; where several ports of one address talk to each other they stand apart.
//! Sources can be forged, so the first sixty-four have a line of their own and all others share one.

mod json;
mod mermaid;
mod page;
mod svg;
mod text;

use crate::packet::Endpoint;
use crate::table::Row;
use simdsip::{HeaderName, Kind};
use std::collections::{HashMap, HashSet};

/// Messages that one ladder takes.
const MAX_MESSAGES: usize = 10_000;
/// Participants that have a line of their own.
const MAX_PARTICIPANTS: usize = 64;
/// Letters of a label.
const MAX_LABEL: usize = 120;

/// What hides secrets in a text: gives what may be shown of it.
pub type Hide<'h> = dyn Fn(&[u8]) -> Vec<u8> + 'h;

/// A message as it is drawn.
#[derive(Clone, Debug)]
struct Arrow {
    time: i64,
    frame: u64,
    /// Numbers of the participants.
    from: usize,
    to: usize,
    kind: Class,
    label: String,
    note: String,
    again: bool,
}

/// Which colour an arrow has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Request,
    Provisional,
    Success,
    Redirect,
    Failure,
    Broken,
}

impl Class {
    const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Provisional => "provisional",
            Self::Success => "success",
            Self::Redirect => "redirect",
            Self::Failure => "failure",
            Self::Broken => "broken",
        }
    }

    /// Readable on white and on black.
    const fn colour(self) -> &'static str {
        match self {
            Self::Request => "#1f6feb",
            Self::Provisional => "#7d8590",
            Self::Success => "#1a7f37",
            Self::Redirect => "#9a6700",
            Self::Failure => "#cf222e",
            Self::Broken => "#8250df",
        }
    }
}

/// Gathers the messages of a Call-ID and draws them.
#[derive(Clone, Debug)]
pub struct Ladder {
    call_id: Vec<u8>,
    arrows: Vec<(Endpoint, Endpoint, Arrow)>,
    /// Messages that there was no room for.
    more: usize,
}

impl Ladder {
    /// For the messages with this Call-ID.
    #[must_use]
    pub fn new(call_id: &[u8]) -> Self {
        Self { call_id: call_id.to_vec(), arrows: Vec::new(), more: 0 }
    }

    /// Takes a message, if it is one of the call's. Second captures of the same are left out.
    pub fn row(&mut self, row: &Row<'_>, hide: &Hide<'_>) {
        let Ok(message) = row.message() else { return };
        let same = message.field(HeaderName::CallId).is_some_and(|field| field.value() == self.call_id);
        if !same || row.is_duplicate() {
            return;
        }
        if self.arrows.len() >= MAX_MESSAGES {
            self.more += 1;
            return;
        }
        let (kind, label) = label(row, &message);
        let arrow = Arrow {
            time: row.time().unwrap_or_default(),
            frame: row.frame(),
            from: 0,
            to: 0,
            kind,
            label: clean(&hide(&label)),
            note: clean(&hide(&note(row, &message))),
            again: row.is_retransmission(),
        };
        self.arrows.push((row.source(), row.dest(), arrow));
    }

    /// Whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arrows.is_empty()
    }

    /// Aligned text in so many columns, or as many as it takes.
    #[must_use]
    pub fn text(&self, columns: Option<usize>) -> String {
        text::draw(&self.drawing(), columns)
    }

    /// A picture.
    #[must_use]
    pub fn svg(&self) -> String {
        svg::draw(&self.drawing())
    }

    /// A page that needs nothing else.
    #[must_use]
    pub fn html(&self) -> String {
        page::draw(&self.drawing())
    }

    /// A mermaid sequence diagram.
    #[must_use]
    pub fn mermaid(&self) -> String {
        mermaid::draw(&self.drawing())
    }

    /// One JSON object: `call_id`, `participants`, `messages`, and how many participants are `others` and how many
    /// messages there was no room for, `more`.
    #[must_use]
    pub fn json(&self) -> String {
        json::draw(&self.drawing())
    }

    fn drawing(&self) -> Drawing {
        // An address that talks to itself is several participants.
        let apart: HashSet<_> = self
            .arrows
            .iter()
            .filter(|(from, to, _)| from.addr == to.addr)
            .map(|(from, ..)| from.addr)
            .collect();
        let name = |end: &Endpoint| match apart.contains(&end.addr) {
            true => std::net::SocketAddr::new(end.addr, end.port).to_string(),
            false => end.addr.to_string(),
        };
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut number = |end: &Endpoint| {
            let next = numbers.len();
            *numbers.entry(name(end)).or_insert(next)
        };
        let mut arrows: Vec<_> = self
            .arrows
            .iter()
            .map(|(from, to, arrow)| {
                let (from, to) = (number(from), number(to));
                Arrow { from: from.min(MAX_PARTICIPANTS), to: to.min(MAX_PARTICIPANTS), ..arrow.clone() }
            })
            .collect();
        arrows.sort_by_key(|arrow| arrow.time);
        let others = numbers.len().saturating_sub(MAX_PARTICIPANTS);
        let mut names = vec![String::new(); numbers.len().min(MAX_PARTICIPANTS)];
        for (name, number) in numbers {
            if let Some(place) = names.get_mut(number) {
                *place = name;
            }
        }
        names.extend((others > 0).then(|| "others".to_owned()));
        Drawing { call_id: clean(&self.call_id), names, others, arrows, more: self.more }
    }
}

/// What all formats draw.
struct Drawing {
    call_id: String,
    names: Vec<String>,
    /// Participants that the last name stands for.
    others: usize,
    arrows: Vec<Arrow>,
    more: usize,
}

impl Drawing {
    /// What is not drawn as it is, a line each.
    fn left_out(&self) -> Vec<String> {
        let others = (self.others > 0).then(|| format!("others are {} participants", self.others));
        let more = (self.more > 0).then(|| format!("{} more messages", self.more));
        others.into_iter().chain(more).collect()
    }

    /// Seconds since the first message.
    fn clock(&self, arrow: &Arrow) -> String {
        let start = self.arrows.first().map_or(0, |first| first.time);
        format!("{:.3}", (arrow.time - start) as f64 / 1e9)
    }

    /// When it began, as text.
    fn began(&self) -> String {
        let mut text = Vec::new();
        crate::table::write_time(self.arrows.first().map_or(0, |first| first.time), &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Method or status, and what class it is.
fn label(row: &Row<'_>, message: &simdsip::Message<'_>) -> (Class, Vec<u8>) {
    if message.kind() == Kind::Request {
        let mut label = message.method().map(|method| method.as_bytes().to_vec()).unwrap_or_default();
        if row.credentials_user().is_some() {
            label.extend_from_slice(b" (credentials)");
        }
        return (Class::Request, label);
    }
    let code = message.status().ok().flatten();
    let class = match code {
        Some(100..=199) => Class::Provisional,
        Some(200..=299) => Class::Success,
        Some(300..=399) => Class::Redirect,
        Some(400..=699) => Class::Failure,
        _ => Class::Broken,
    };
    let mut label = code.map_or("???".to_owned(), |code| code.to_string()).into_bytes();
    label.push(b' ');
    label.extend_from_slice(message.reason().unwrap_or_default());
    (class, label)
}

/// What is said beside the arrow.
fn note(row: &Row<'_>, message: &simdsip::Message<'_>) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    if let Ok(Some(cseq)) = message.cseq() {
        parts.push(
            format!("CSeq {} {}", cseq.number(), String::from_utf8_lossy(cseq.method().as_bytes()))
                .into_bytes(),
        );
    }
    if let Some(field) = message.field(HeaderName::ContentType)
        && !message.body().is_empty()
    {
        let text = String::from_utf8_lossy(field.value());
        let name = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        parts.push(if name == "application/sdp" { b"SDP".to_vec() } else { name.into_bytes() });
    }
    if let Some(cause) = crate::table::q850(row) {
        parts.push(format!("Q.850 {cause}").into_bytes());
    }
    parts.join(&b", "[..])
}

/// Text without controls and in bounds: a control is U+FFFD.
fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut letters = text.chars().map(|letter| if is_control(letter) { '\u{fffd}' } else { letter });
    let mut out: String = letters.by_ref().take(MAX_LABEL).collect();
    if letters.next().is_some() {
        out.push('…');
    }
    out
}

/// What turns the direction of writing, is invisible, or commands something.
fn is_control(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Text for HTML and SVG, within elements and within attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}
