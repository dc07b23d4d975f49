//! A ladder as a mermaid sequence diagram.
//!
//! Mermaid has entity codes of its own; all but letters, digits and a few signs become codes, so that nothing is
//! syntax, markup or a link.

use super::Drawing;
use std::fmt::Write;

pub(super) fn draw(drawing: &Drawing) -> String {
    let mut out = String::from("sequenceDiagram\n");
    for (at, name) in drawing.names.iter().enumerate() {
        let _ = writeln!(out, "    participant p{at} as {}", coded(name));
    }
    for arrow in &drawing.arrows {
        let line = if arrow.again { "-->>" } else { "->>" };
        let again = if arrow.again { " (again)" } else { "" };
        let _ = writeln!(
            out,
            "    p{}{line}p{}: {} s {}{again}",
            arrow.from,
            arrow.to,
            drawing.clock(arrow),
            coded(&arrow.label)
        );
    }
    let end = drawing.names.len().saturating_sub(1);
    for line in drawing.left_out() {
        let _ = writeln!(out, "    Note over p{end}: {}", coded(&line));
    }
    out
}

fn coded(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | '-' | '(' | ')' => out.push(letter),
            letter => {
                let _ = write!(out, "#{};", u32::from(letter));
            }
        }
    }
    out
}
