//! `stats`: methods, codes, and the metrics of RFC 6076 and E.411.

use crate::args::{Statistics, When};
use crate::capture::{drive, options};
use crate::escape::escaped;
use crate::output::{Form, Output, Status, complain};
use crate::style::{Ink, Style, count};
use serde_json::{Map, Value, json};
use simdsip::Backend;
use simdsip_capture::{By, Delays, Groups, Metrics};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;

pub(crate) fn run(args: &Statistics, color: When, cap: Option<Backend>) -> io::Result<Status> {
    let Some(options) = options(&args.captures, cap) else { return Ok(Status::Trouble) };
    let mut groups = Groups::new(args.by.clone());
    let status = drive(
        &args.captures.files,
        &options,
        &|_| Ok(()),
        &mut |row, names| {
            groups.row(row, names);
            ControlFlow::Continue(())
        },
        &mut || Ok(()),
    )?;
    let (groups, crowded) = groups.finish();
    if crowded {
        complain("stats", &format!("more than {} groups: those beyond are counted as one", Groups::MAX));
    }
    let mut output = Output::new(if args.json { Form::Json } else { Form::Text });
    if args.json {
        let groups: Vec<_> = groups.iter().map(|(key, metrics)| document(&args.by, key, metrics)).collect();
        let whole = match args.by.is_empty() {
            true => groups.into_iter().next().unwrap_or_else(|| document(&[], &[], &Metrics::default())),
            false => {
                json!({ "by": args.by.iter().map(|by| by.as_str()).collect::<Vec<_>>(), "groups": groups })
            }
        };
        serde_json::to_writer(&mut output, &whole)?;
        output.write_all(b"\n")?;
    } else {
        let style = Style::of(color);
        let mut page = String::new();
        let none = Metrics::default();
        if groups.is_empty() && args.by.is_empty() {
            text(&[], &[], &none, style, &mut page);
        }
        for (key, metrics) in &groups {
            text(&args.by, key, metrics, style, &mut page);
        }
        output.write_all(page.as_bytes())?;
    }
    output.flush()?;
    Ok(status)
}

fn document(by: &[By], key: &[Option<String>], metrics: &Metrics) -> Value {
    let mut all = Map::new();
    for (by, value) in by.iter().zip(key) {
        all.insert(by.as_str().to_owned(), json!(value));
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

fn text(by: &[By], key: &[Option<String>], metrics: &Metrics, style: Style, out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    // The values are the senders' text.
    let shown =
        |value: &Option<String>| value.as_ref().map_or("-".to_owned(), |value| escaped(value.as_bytes()));
    let title: Vec<_> =
        by.iter().zip(key).map(|(by, value)| format!("{} {}", by.as_str(), shown(value))).collect();
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
