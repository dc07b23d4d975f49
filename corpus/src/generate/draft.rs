//! A message being put together: start line, rows, body; written out in one of several hands.
//!
//! Fills in Content-Length, so that what is written is always consistent.

use crate::rng::Rng;

/// A message before its bytes are fixed.
pub(super) struct Draft {
    start: String,
    rows: Vec<(&'static str, String)>,
    body: String,
}

/// How the names are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
    Long,
    Compact,
    Lower,
}

/// Long and compact names that the generated messages use (RFC 3261 §7.3.3, §20).
const COMPACT: [(&str, &str); 15] = [
    ("Via", "v"),
    ("From", "f"),
    ("To", "t"),
    ("Call-ID", "i"),
    ("Contact", "m"),
    ("Content-Type", "c"),
    ("Content-Length", "l"),
    ("Content-Encoding", "e"),
    ("Subject", "s"),
    ("Supported", "k"),
    ("Event", "o"),
    ("Allow-Events", "u"),
    ("Refer-To", "r"),
    ("Referred-By", "b"),
    ("Session-Expires", "x"),
];

impl Draft {
    pub(super) fn new(start: impl Into<String>) -> Draft {
        Draft { start: start.into(), rows: Vec::with_capacity(24), body: String::new() }
    }

    pub(super) fn row(&mut self, name: &'static str, value: impl Into<String>) -> &mut Draft {
        self.rows.push((name, value.into()));
        self
    }

    /// The row, in `percent` of a hundred messages.
    pub(super) fn maybe(
        &mut self,
        rng: &mut Rng,
        percent: usize,
        name: &'static str,
        value: impl FnOnce(&mut Rng) -> String,
    ) -> &mut Draft {
        if rng.chance(percent) {
            let value = value(rng);
            self.row(name, value);
        }
        self
    }

    pub(super) fn body(&mut self, media_type: &str, body: String) -> &mut Draft {
        self.row("Content-Type", media_type);
        self.body = body;
        self
    }

    /// The bytes. Vias lead; the other names come in their usual order or shuffled; rows of
    /// one name keep their order, which has meaning (RFC 3261 §7.3.1).
    pub(super) fn write(mut self, rng: &mut Rng, hand: Hand) -> Vec<u8> {
        self.rows.push(("Content-Length", self.body.len().to_string()));
        if rng.chance(55) {
            self.shuffle(rng);
        }
        let colon = if rng.chance(4) { ":" } else { ": " };
        let mut out = Vec::with_capacity(2048);
        out.extend_from_slice(self.start.as_bytes());
        out.extend_from_slice(b"\r\n");
        for (name, value) in &self.rows {
            out.extend_from_slice(hand.write(name).as_bytes());
            out.extend_from_slice(if value.is_empty() { ":" } else { colon }.as_bytes());
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(self.body.as_bytes());
        out
    }

    fn shuffle(&mut self, rng: &mut Rng) {
        let mut names: Vec<&'static str> = Vec::new();
        for (name, _) in &self.rows {
            if *name != "Via" && !names.contains(name) {
                names.push(name);
            }
        }
        rng.shuffle(&mut names);
        names.insert(0, "Via");
        self.rows.sort_by_key(|(name, _)| names.iter().position(|n| n == name));
    }
}

impl Hand {
    fn write(self, name: &str) -> String {
        match self {
            Hand::Long => name.to_owned(),
            Hand::Lower => name.to_ascii_lowercase(),
            Hand::Compact => {
                COMPACT.iter().find(|(long, _)| *long == name).map_or(name, |(_, short)| short).to_owned()
            }
        }
    }
}
