//! A row of the table: its JSON form and its printed form.

use crate::stats::{bootstrap_median, median, quantile, sorted};
use serde_json::{Value, json};
use std::fmt::Write;

/// One engine on one workload under one class.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Name of the workload.
    pub workload: String,
    /// Name of the class.
    pub class: &'static str,
    /// Who it is, how built, what is left undone.
    pub engine: String,
    /// Version of the engine.
    pub version: String,
    /// Its backend, where it has several.
    pub backend: String,
    /// How built, what it leaves undone.
    pub flags: String,
    /// Order of messages.
    pub order: &'static str,
    /// Seed of the orders.
    pub seed: u64,
    /// Messages that were timed.
    pub messages: usize,
    /// Messages of the workload that this engine rejects.
    pub rejects: usize,
    /// Whether its fields equal the reference's on every timed message; `None` where it emits none.
    pub agrees: Option<bool>,
    /// Bytes of the timed messages.
    pub bytes: usize,
    /// Nanoseconds a message, a sample a round.
    pub samples: Vec<f64>,
    /// This engine's time over simdsip's best backend's, a ratio a round.
    pub ratios: Vec<f64>,
    /// Instructions a message.
    pub instructions: Option<f64>,
    /// Allocations a message.
    pub allocs: Option<f64>,
    /// What is printed below the table: differences, reasons.
    pub note: Option<String>,
}

impl Row {
    /// `engine` or `engine/backend`.
    pub fn label(&self) -> String {
        if self.backend.is_empty() {
            self.engine.clone()
        } else {
            format!("{}/{}", self.engine, self.backend)
        }
    }

    /// Nanoseconds a message, the median round's.
    pub fn ns(&self) -> f64 {
        median(&self.samples)
    }

    /// Bytes a nanosecond at the median.
    pub fn gb_per_s(&self) -> f64 {
        self.bytes as f64 / self.messages as f64 / self.ns()
    }

    /// Ratio to simdsip's best backend: median, and the ends of its 95 % interval.
    pub fn ratio(&self) -> Option<(f64, f64, f64)> {
        if self.ratios.is_empty() {
            return None;
        }
        let (low, high) = bootstrap_median(&self.ratios, self.seed);
        Some((median(&self.ratios), low, high))
    }

    /// The object of the JSON list.
    pub fn json(&self) -> Value {
        let ns = sorted(&self.samples);
        let ratio = self.ratio();
        json!({
            "workload": self.workload, "class": self.class, "engine": self.engine,
            "version": self.version, "backend": self.backend, "flags": self.flags,
            "order": self.order, "seed": self.seed, "messages": self.messages,
            "rejects": self.rejects, "agrees": self.agrees, "bytes": self.bytes,
            "rounds": self.samples.len(), "ns_median": round(quantile(&ns, 0.5)),
            "ns_p25": round(quantile(&ns, 0.25)), "ns_p75": round(quantile(&ns, 0.75)),
            "ns_min": ns.first().map(|&n| round(n)), "gb_per_s": round(self.gb_per_s()),
            "ratio": ratio.map(|r| round(r.0)), "ratio_lo": ratio.map(|r| round(r.1)),
            "ratio_hi": ratio.map(|r| round(r.2)), "instructions": self.instructions.map(round),
            "instructions_by": self.instructions.map(|_| "callgrind"), "allocs": self.allocs.map(round),
        })
    }
}

/// Four decimals: no clock here knows more.
fn round(value: f64) -> Value {
    if value.is_finite() { json!((value * 1e4).round() / 1e4) } else { Value::Null }
}

/// The rows as text, fastest first within a workload, with notes below.
pub fn table(rows: &[Row], indicative: bool) -> String {
    let mut out = String::new();
    let mut at = 0;
    while at < rows.len() {
        let first = &rows[at];
        let same = |r: &Row| r.workload == first.workload && r.order == first.order;
        let end = at + rows[at..].iter().take_while(|r| same(r)).count();
        let mut group: Vec<&Row> = rows[at..end].iter().collect();
        group.sort_by(|a, b| a.class.cmp(b.class).then(a.ns().total_cmp(&b.ns())));
        let mark = if indicative { ", indicative: few rounds" } else { "" };
        let (messages, bytes, rounds) = (first.messages, first.bytes, first.samples.len());
        let _ = writeln!(
            out,
            "\n{} in {} order: {messages} messages, {bytes} bytes, {rounds} rounds{mark}",
            first.workload, first.order
        );
        let _ = writeln!(
            out,
            "{:<12}{:<20}{:>10}{:>9}{:>9}{:>8}{:>8}{:>17}{:>9}{:>8}  {:<7}{:>7}",
            "class",
            "engine",
            "ns/msg",
            "p25",
            "p75",
            "GB/s",
            "ratio",
            "95 %",
            "instr",
            "allocs",
            "agrees",
            "rejects"
        );
        for row in &group {
            let _ = writeln!(out, "{}", line(row));
        }
        for row in &group {
            if let Some(note) = &row.note {
                let _ = writeln!(out, "  {}: {note}", row.label());
            }
        }
        at = end;
    }
    out
}

fn line(row: &Row) -> String {
    let ns = sorted(&row.samples);
    let (ratio, interval) = row.ratio().map_or((String::from("-"), String::new()), |(r, low, high)| {
        (format!("{r:.2}"), format!("{low:.2} to {high:.2}"))
    });
    let number = |n: Option<f64>, digits: usize| n.map_or("-".into(), |n| format!("{n:.digits$}"));
    let agrees = match row.agrees {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "-",
    };
    format!(
        "{:<12}{:<20}{:>10.1}{:>9.1}{:>9.1}{:>8.2}{:>8}{:>17}{:>9}{:>8}  {:<7}{:>7}",
        row.class,
        row.label(),
        quantile(&ns, 0.5),
        quantile(&ns, 0.25),
        quantile(&ns, 0.75),
        row.gb_per_s(),
        ratio,
        interval,
        number(row.instructions, 0),
        number(row.allocs, 1),
        agrees,
        row.rejects
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_the_promised_fields_and_no_others() {
        let row = Row { samples: vec![1.0, 2.0, 4.0], messages: 1, bytes: 8, ..Row::default() };
        let Value::Object(map) = row.json() else { panic!("not an object") };
        let mut names: Vec<&str> = map.keys().map(String::as_str).collect();
        names.sort_unstable();
        let mut promised: Vec<&str> = "workload class engine version backend flags order seed messages \
            rejects agrees bytes rounds ns_median ns_p25 ns_p75 ns_min gb_per_s ratio ratio_lo ratio_hi \
            instructions instructions_by allocs"
            .split_whitespace()
            .collect();
        promised.sort_unstable();
        assert_eq!(names, promised);
        assert_eq!(map["ns_median"], json!(2.0));
        assert_eq!(map["gb_per_s"], json!(4.0));
        assert_eq!(map["ratio"], Value::Null);
    }
}
