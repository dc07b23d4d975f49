//! What a workload looks like: sizes, header counts, kinds. Writes `PROFILE.md`.
//!
//! Counts lines, not meanings: a header here is a line with a colon that does not start with
//! white space, before the first empty line.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Bytes up to and with the empty line, headers, folded lines of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bytes up to and with the empty line that ends the headers.
    pub head_len: usize,
    /// Header fields; a folded one counts once.
    pub headers: usize,
    /// Continuation lines.
    pub folds: usize,
}

/// The shape of one message, by its lines.
#[must_use]
pub fn shape(message: &[u8]) -> Shape {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n").map_or(message.len(), |at| at + 4);
    let mut shape = Shape { head_len: end, headers: 0, folds: 0 };
    for line in message[..end].split(|&byte| byte == b'\n').skip(1) {
        match line.first() {
            Some(b' ' | b'\t') => shape.folds += 1,
            Some(_) if line.contains(&b':') => shape.headers += 1,
            _ => {}
        }
    }
    shape
}

/// The section of PROFILE.md about one workload. `kinds` names each message's kind, where known.
#[must_use]
pub fn section(name: &str, about: &str, messages: &[Vec<u8>], kinds: &[&str]) -> String {
    let mut out = String::new();
    let count = messages.len().max(1);
    let shapes: Vec<Shape> = messages.iter().map(|message| shape(message)).collect();
    let bytes: usize = messages.iter().map(Vec::len).sum();
    let heads: usize = shapes.iter().map(|shape| shape.head_len).sum();
    let headers: usize = shapes.iter().map(|shape| shape.headers).sum();
    let folds: usize = shapes.iter().map(|shape| shape.folds).sum();
    write!(
        out,
        "## {name}\n{about}.\n\n| messages | bytes | mean size | mean header section | mean headers | folded lines |\n\
         |---:|---:|---:|---:|---:|---:|\n| {} | {bytes} | {} | {} | {} | {folds} |\n\n",
        messages.len(),
        tenths(bytes, count),
        tenths(heads, count),
        tenths(headers, count),
    )
    .expect("a String takes every byte");
    if messages.len() > 20 {
        histogram(&mut out, "size, bytes", 250, 3000, messages.iter().map(Vec::len));
        histogram(&mut out, "headers", 4, 32, shapes.iter().map(|shape| shape.headers));
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (at, message) in messages.iter().enumerate() {
            let kind = kinds.get(at).map_or_else(|| first_word(message), |kind| (*kind).to_owned());
            *counts.entry(kind).or_default() += 1;
        }
        out.push_str("| kind | messages |\n|---|---:|\n");
        for (kind, count) in counts {
            writeln!(out, "| {kind} | {count} |").expect("a String takes every byte");
        }
        out.push('\n');
    }
    out
}

fn tenths(sum: usize, count: usize) -> String {
    let tenths = (sum * 10 + count / 2) / count;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn histogram(out: &mut String, what: &str, step: usize, last: usize, values: impl Iterator<Item = usize>) {
    let mut counts = vec![0usize; last / step + 1];
    for value in values {
        counts[(value / step).min(last / step)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    writeln!(out, "| {what} | messages | |\n|---:|---:|---|").expect("a String takes every byte");
    for (at, count) in counts.iter().enumerate() {
        let low = at * step;
        let range = if low == last { format!("{low}–") } else { format!("{low}–{}", low + step - 1) };
        writeln!(out, "| {range} | {count} | {} |", "#".repeat((count * 40).div_ceil(most)))
            .expect("a String takes every byte");
    }
    out.push('\n');
}

/// A method, or `SIP/2.0 nxx`.
fn first_word(message: &[u8]) -> String {
    let line: &[u8] = message.split(|&byte| byte == b'\r').next().unwrap_or(message);
    let line = String::from_utf8_lossy(line);
    let mut words = line.split(' ');
    match (words.next(), words.next()) {
        (Some("SIP/2.0"), Some(code)) => format!("{}xx response", code.get(..1).unwrap_or("?")),
        (Some(word), _) => word.to_owned(),
        (None, _) => String::new(),
    }
}
