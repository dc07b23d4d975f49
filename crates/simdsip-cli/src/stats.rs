//! `stats`: methods, codes, and the metrics of RFC 6076 and E.411.

use crate::args::{By, Statistics, When};
use crate::capture::{drive, options};
use crate::output::{Form, Output, Status, complain};
use crate::style::{Ink, Style, count};
use serde_json::{Map, Value, json};
use simdsip::Backend;
use simdsip_capture::{Calls, Delays, Endpoint, Metrics, Registrations};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;

/// Groups that are told apart; the rest is one.
const MAX_GROUPS: usize = 100_000;

pub(crate) fn run(args: &Statistics, color: When, cap: Option<Backend>) -> io::Result<Status> {
    let Some(options) = options(&args.captures, cap) else { return Ok(Status::Trouble) };
    let mut groups = Groups { by: &args.by, groups: BTreeMap::new(), crowded: false };
    let (mut calls, mut registrations) = (Calls::default(), Registrations::default());
    let status = drive(
        &args.captures.files,
        &options,
        &|_| Ok(()),
        &mut |row, names| {
            groups.of(row.source(), row.dest(), row.time().unwrap_or_default()).row(row);
            calls.row(row, names, &mut |call| {
                let (src, dst) = call.ends();
                groups.of(src, dst, call.start()).call(&call);
            });
            registrations.row(row, names, &mut |one| {
                let (src, dst) = one.ends();
                groups.of(src, dst, one.start()).registration(&one);
            });
            ControlFlow::Continue(())
        },
        &mut || Ok(()),
    )?;
    calls.finish(&mut |call| {
        let (src, dst) = call.ends();
        groups.of(src, dst, call.start()).call(&call);
    });
    registrations.finish(&mut |one| {
        let (src, dst) = one.ends();
        groups.of(src, dst, one.start()).registration(&one);
    });
    if groups.crowded {
        complain("stats", &format!("more than {MAX_GROUPS} groups: those beyond are counted as one"));
    }
    let mut output = Output::new(if args.json { Form::Json } else { Form::Text });
    if args.json {
        let groups: Vec<_> =
            groups.groups.iter().map(|(key, metrics)| document(&args.by, key, metrics)).collect();
        let whole = match args.by.is_empty() {
            true => groups.into_iter().next().unwrap_or_else(|| document(&[], &[], &Metrics::default())),
            false => {
                json!({ "by": args.by.iter().map(|by| name(*by)).collect::<Vec<_>>(), "groups": groups })
            }
        };
        serde_json::to_writer(&mut output, &whole)?;
        output.write_all(b"\n")?;
    } else {
        let style = Style::of(color);
        let mut page = String::new();
        let none = Metrics::default();
        if groups.groups.is_empty() && args.by.is_empty() {
            text(&[], &[], &none, style, &mut page);
        }
        for (key, metrics) in &groups.groups {
            text(&args.by, key, metrics, style, &mut page);
        }
        output.write_all(page.as_bytes())?;
    }
    output.flush()?;
    Ok(status)
}

struct Groups<'a> {
    by: &'a [By],
    groups: BTreeMap<Vec<String>, Metrics>,
    crowded: bool,
}

impl Groups<'_> {
    fn of(&mut self, src: Endpoint, dst: Endpoint, time: i64) -> &mut Metrics {
        let mut key: Vec<_> = self.by.iter().map(|by| part(*by, src, dst, time)).collect();
        if self.groups.len() >= MAX_GROUPS && !self.groups.contains_key(&key) {
            self.crowded = true;
            key = self.by.iter().map(|_| "others".to_owned()).collect();
        }
        self.groups.entry(key).or_default()
    }
}

fn part(by: By, src: Endpoint, dst: Endpoint, time: i64) -> String {
    let clock = |len: usize| {
        let mut text = Vec::new();
        simdsip_capture::table::write_time(time, &mut text);
        String::from_utf8_lossy(text.get(..len).unwrap_or_default()).into_owned()
    };
    match by {
        By::Src => src.addr.to_string(),
        By::Dst => dst.addr.to_string(),
        By::Hour => clock(13),
        By::Day => clock(10),
    }
}

const fn name(by: By) -> &'static str {
    match by {
        By::Src => "src",
        By::Dst => "dst",
        By::Hour => "hour",
        By::Day => "day",
    }
}

fn document(by: &[By], key: &[String], metrics: &Metrics) -> Value {
    let mut all = Map::new();
    for (by, value) in by.iter().zip(key) {
        all.insert(name(*by).to_owned(), json!(value));
    }
    all.insert("methods".to_owned(), json!(metrics.methods));
    all.insert("codes".to_owned(), json!(metrics.codes));
    all.insert("retransmissions".to_owned(), json!(metrics.retransmissions));
    all.insert("duplicates".to_owned(), json!(metrics.duplicates));
    all.insert("calls".to_owned(), json!(metrics.calls()));
    all.insert("outcomes".to_owned(), json!(metrics.outcomes().collect::<BTreeMap<_, _>>()));
    all.insert("registrations".to_owned(), json!(metrics.registrations()));
    for (name, _, ratio) in metrics.ratios() {
        let value = json!({ "percent": ratio.percent(), "part": ratio.part, "of": ratio.whole });
        all.insert(name.to_owned(), value);
    }
    for (name, _, delays) in metrics.delays() {
        all.insert(name.to_owned(), delay(delays));
    }
    Value::Object(all)
}

fn delay(delays: &Delays) -> Value {
    json!({
        "count": delays.count(), "mean_ms": delays.mean(), "p50_ms": delays.percentile(50.0),
        "p95_ms": delays.percentile(95.0), "p99_ms": delays.percentile(99.0), "max_ms": delays.most(),
    })
}

fn text(by: &[By], key: &[String], metrics: &Metrics, style: Style, out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    let title: Vec<_> = by.iter().zip(key).map(|(by, value)| format!("{} {value}", name(*by))).collect();
    if !title.is_empty() {
        style.paint(Ink::Strong, &title.join(", "), out);
        out.push('\n');
    }
    let mut section = |title: &str, rows: Vec<(String, String)>| {
        if rows.is_empty() {
            return;
        }
        out.push_str("  ");
        style.paint(Ink::Strong, title, out);
        out.push('\n');
        let names = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in rows {
            out.push_str("    ");
            style.paint(Ink::Name, &name, out);
            out.push_str(&format!("{}  {value}\n", " ".repeat(names - name.len())));
        }
    };
    section(
        "requests",
        metrics.methods.iter().map(|(method, number)| (method.clone(), count(*number))).collect(),
    );
    section(
        "responses",
        metrics.codes.iter().map(|(code, number)| (code.to_string(), count(*number))).collect(),
    );
    let again = [("sent again", metrics.retransmissions), ("captured twice", metrics.duplicates)];
    let again = again.into_iter().filter(|(_, number)| *number > 0);
    section("repeated", again.map(|(name, number)| (name.to_owned(), count(number))).collect());
    section("calls", metrics.outcomes().map(|(name, number)| (name.to_owned(), count(number))).collect());
    let ratios = metrics.ratios().into_iter().filter_map(|(name, defined, ratio)| {
        let percent = ratio.percent()?;
        let text = format!("{percent:6.2} %  {} of {}  ({defined})", count(ratio.part), count(ratio.whole));
        Some((name.replace('_', " "), text))
    });
    section("ratios", ratios.collect());
    let delays = metrics.delays().into_iter().filter_map(|(name, defined, delays)| {
        let ms = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.1}"));
        let [p50, p95, p99] = [50.0, 95.0, 99.0].map(|percent| ms(delays.percentile(percent)));
        (delays.count() > 0).then(|| {
            let text = format!(
                "p50 {p50}  p95 {p95}  p99 {p99}  max {} ms, {} of them  ({defined})",
                ms(delays.most()),
                count(delays.count())
            );
            (name.replace('_', " "), text)
        })
    });
    section("delays", delays.collect());
}
