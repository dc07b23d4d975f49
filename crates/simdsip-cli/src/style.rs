//! Colours, where they are wanted.

use crate::args::When;
use std::io::{self, IsTerminal};

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Strong,
    Faint,
    Name,
    Bad,
    Odd,
    Fine,
}

/// Whether there are colours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    coloured: bool,
}

impl Style {
    /// For standard output. `auto`: on a terminal that has colours, unless `NO_COLOR` is set (no-color.org).
    pub(crate) fn of(when: When) -> Style {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let coloured = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                io::stdout().is_terminal() && !set("NO_COLOR") && !dumb
            }
        };
        Style { coloured }
    }

    /// Appends `text` in that ink.
    pub(crate) fn paint(self, ink: Ink, text: &str, out: &mut String) {
        if !self.coloured || text.is_empty() {
            return out.push_str(text);
        }
        out.push_str(match ink {
            Ink::Strong => "\x1b[1m",
            Ink::Faint => "\x1b[2m",
            Ink::Name => "\x1b[36m",
            Ink::Bad => "\x1b[1;31m",
            Ink::Odd => "\x1b[33m",
            Ink::Fine => "\x1b[32m",
        });
        out.push_str(text);
        out.push_str("\x1b[0m");
    }
}

/// A number as people read it: `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 byte`, `2 bytes`.
pub(crate) fn counted(number: usize, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", count(number as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(number), text);
        }
        assert_eq!((counted(1, "byte"), counted(0, "byte")), ("1 byte".to_owned(), "0 bytes".to_owned()));
    }
}
