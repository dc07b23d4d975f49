//! The bars that the project has set itself, measured and judged.

mod sdp;
mod values;

use crate::adversary::{self, Base, Cost, Way};
use crate::callgrind;
use crate::engine::native::Library;
use crate::engine::{self, Class, Engine};
use crate::measure::{Loop, Order, REPEATS, Spec, measure};
use crate::plan;
use crate::row::Row;
use crate::set::Set;
use crate::stats::{bootstrap_median, median};
use std::process::Command;
use std::time::Instant;

/// How far safe code may stay under a speed ratio, where the record says so.
const ALLOWED: f64 = 0.85;

/// One bar.
pub struct Gate {
    /// What is measured.
    pub what: String,
    /// The bar, in words.
    pub bar: String,
    /// The figure, in words.
    pub measured: String,
    /// `pass`, `close` (a speed ratio missed by at most 15 %), `MISS`, or `none` where nothing was measured.
    pub verdict: &'static str,
}

/// `allowed` is the share of the bar that safe code may reach instead, where the record says so.
fn at_least(what: &str, bar: f64, value: f64, allowed: f64, detail: &str) -> Gate {
    let verdict = if value >= bar {
        "pass"
    } else if value >= bar * allowed {
        "close"
    } else {
        "MISS"
    };
    Gate {
        what: what.into(),
        bar: format!("at least {bar}"),
        measured: format!("{value:.3}{detail}"),
        verdict,
    }
}

fn at_most(what: &str, bar: f64, value: f64, detail: &str) -> Gate {
    let verdict = if value <= bar { "pass" } else { "MISS" };
    Gate {
        what: what.into(),
        bar: format!("at most {bar}"),
        measured: format!("{value:.3}{detail}"),
        verdict,
    }
}

fn missing(what: &str, bar: &str, why: &str) -> Gate {
    Gate { what: what.into(), bar: bar.into(), measured: why.into(), verdict: "none" }
}

/// Per-round ratios of two rows of one measurement: median, and its 95 % interval as text.
fn ratio(over: &Row, under: &Row) -> (f64, String) {
    let ratios: Vec<f64> = over.samples.iter().zip(&under.samples).map(|(o, u)| o / u).collect();
    let (low, high) = bootstrap_median(&ratios, over.seed);
    (median(&ratios), format!(" (95 %: {low:.3} to {high:.3})"))
}

/// Measures everything and gives the bars, and the rows behind them.
///
/// # Errors
/// A sentence, where a workload cannot be read.
pub fn run(spec: Spec, loaded: &[Library]) -> Result<(Vec<Gate>, Vec<Row>, String), String> {
    let mut gates = Vec::new();
    let mix = crate::workload::load("mix-1k")?;
    let names = ["simdsip", "httparse", "memchr-count", "memcpy", "memchr-walk", "simdutf8"];
    let mut engines = plan::engines(&names.map(String::from), None, loaded);
    let mut rows = plan::structure(&mut engines, "mix-1k", &mix, spec).rows;
    structure_gates(&rows, &mut gates);
    match callgrind::count("simdsip/avx2", "mix-1k", Class::Structure, loaded) {
        Ok(count) => {
            let detail = format!(" ({:.0} a message)", count.message);
            let what = "instructions a header byte, structure, avx2";
            gates.push(at_most(what, 3.7, count.header_byte, &detail));
        }
        Err(why) => gates.push(missing("instructions a header byte, structure, avx2", "at most 3.7", &why)),
    }
    let best = engine::best_backend();
    for backend in engine::backends() {
        let (value, interval) = random_over_hot(backend, &mix, spec);
        let what = format!("random order over one message repeated, {}", backend.name());
        if backend == best {
            gates.push(at_most(&what, 1.15, value, &interval));
        } else {
            let measured = format!("{value:.3}{interval}");
            gates.push(Gate { what, bar: "told".into(), measured, verdict: "told" });
        }
    }
    let few = &mix[..mix.len().min(100)];
    let (value, interval) = random_over_hot(best, few, spec);
    let what = format!("the same of its first {} messages, {}", few.len(), best.name());
    gates.push(Gate { what, bar: "told".into(), measured: format!("{value:.3}{interval}"), verdict: "told" });
    let frames = plan::frame(&mut engines, "stream-mix", &mix, spec);
    frame_gates(&frames, &mut gates);
    rows.extend(values::gates(spec, &mix, loaded, &mut gates));
    rows.extend(sdp::gates(spec, loaded, &mut gates)?);
    let (small, large) = plan::one_byte(&mix, 64 << 10);
    gates.push(at_most("one-byte feeds, ns a call", 20.0, large, ""));
    gates.push(at_most("one-byte feeds, ns a call over 8 times the bytes", 1.2, large / small, ""));
    let text = adversary_gates(&mix, &mut gates);
    rows.extend(frames);
    for row in rows.iter().filter(|r| r.engine == "simdsip" && r.allocs.is_some()) {
        let what = format!("allocations a message, {}, {}", row.class, row.backend);
        gates.push(at_most(&what, 0.0, row.allocs.unwrap_or(f64::NAN), ""));
    }
    gates.push(build_gate());
    Ok((gates, rows, text))
}

fn structure_gates(rows: &[Row], gates: &mut Vec<Gate>) {
    let row = |label: &str| rows.iter().find(|r| r.label() == label);
    for (backend, bar, aim) in [("avx512", 2.5, 10.0), ("avx2", 2.0, 8.0), ("sse2", 1.4, 5.0)] {
        let what = format!("structure, mix-1k: httparse's headers over {backend}");
        match (row("httparse"), row(&format!("simdsip/{backend}"))) {
            (Some(peer), Some(own)) => {
                let (value, interval) = ratio(peer, own);
                let detail = format!("{interval}; {:.1} GB/s, aim {aim}", own.gb_per_s());
                gates.push(at_least(&what, bar, value, ALLOWED, &detail));
            }
            _ => gates.push(missing(&what, &format!("at least {bar}"), "this machine lacks the backend")),
        }
    }
    let what = "structure over memchr's newline count, avx2";
    match (row("simdsip/avx2"), row("memchr-count")) {
        (Some(own), Some(ceiling)) => {
            let (value, interval) = ratio(own, ceiling);
            gates.push(at_most(what, 6.5, value, &interval));
        }
        _ => gates.push(missing(what, "at most 6.5", "this machine lacks the backend")),
    }
    let odd: Vec<String> =
        rows.iter().filter(|r| r.engine == "simdsip" && r.agrees == Some(false)).map(Row::label).collect();
    gates.push(Gate {
        what: "fields equal the reference, all backends".into(),
        bar: "every message".into(),
        measured: if odd.is_empty() { "equal".into() } else { odd.join(", ") },
        verdict: if odd.is_empty() { "pass" } else { "MISS" },
    });
}

fn frame_gates(frames: &[Row], gates: &mut Vec<Gate>) {
    let best = engine::best_backend().name();
    let whole = frames.iter().find(|r| r.class == Class::Structure.name());
    let framed = frames.iter().find(|r| r.class == Class::Frame.name() && r.backend == best);
    if let (Some(whole), Some(framed)) = (whole, framed) {
        let (value, interval) = ratio(whole, framed);
        let detail = format!("{interval}; {:.1} GB/s", framed.gb_per_s());
        let what = "frame, stream-mix: share of structure's bytes a second";
        gates.push(at_least(what, 0.75, value, 1.0, &detail));
        let verdict = if framed.agrees == Some(true) { "pass" } else { "MISS" };
        gates.push(Gate {
            what: "frames equal the reference".into(),
            bar: "every message".into(),
            measured: framed.note.clone().unwrap_or_else(|| "equal".into()),
            verdict,
        });
    }
}

fn adversary_gates(mix: &[Vec<u8>], gates: &mut Vec<Gate>) -> String {
    let base = Base::measure(mix);
    let costs = adversary::costs();
    let worst = |value: &dyn Fn(&Cost) -> f64| {
        costs.iter().map(|c| (value(c), c.name())).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    if let Some((value, name)) = worst(&Cost::growth) {
        gates.push(at_most("adversary: 1 MiB over 64 KiB, worst kind", 20.0, value, &format!(" ({name})")));
    }
    for (way, word) in [
        (Way::Parse, "parsed"),
        (Way::Read, "read back"),
        (Way::Typed, "typed"),
        (Way::Frame, "framed"),
        (Way::Patch, "patched"),
    ] {
        let over = |c: &Cost| if c.way == way { base.over(c) } else { 0.0 };
        if let Some((value, name)) = worst(&over) {
            let beyond = costs.iter().filter(|c| over(c) > 10.0).count();
            let what = format!("adversary: time a byte over mix-1k's, {word}, worst kind");
            gates.push(at_most(&what, 10.0, value, &format!(" ({name}; {beyond} kinds beyond)")));
        }
    }
    adversary::table(&costs, &base, 25)
}

/// The same messages shuffled and each repeated, taking turns; the ratio of their times a message.
pub fn random_over_hot(backend: simdsip::Backend, messages: &[Vec<u8>], spec: Spec) -> (f64, String) {
    let set = Set::new(messages);
    let (mut random, mut hot) = (engine::Simdsip::new(backend), engine::Simdsip::new(backend));
    random.prepare(&set);
    hot.prepare(&set);
    let set = &set;
    let mut loops: Vec<Loop<'_>> = vec![
        Box::new(move |pass| random.pass(set, &pass.order)),
        Box::new(move |pass| {
            pass.order.iter().fold(0u64, |sum, &i| sum.wrapping_add(hot.pass(set, &[i; REPEATS])))
        }),
    ];
    let samples = measure(&mut loops, set.len(), 0, Spec { order: Order::Random, ..spec });
    let ratios: Vec<f64> =
        samples[0].iter().zip(&samples[1]).map(|(random, hot)| random / (hot / REPEATS as f64)).collect();
    let (low, high) = bootstrap_median(&ratios, spec.seed);
    (median(&ratios), format!(" (95 %: {low:.3} to {high:.3})"))
}

/// A clean build of the core crate with default features, both profiles, in a folder of its own.
fn build_gate() -> Gate {
    let what = "clean build of simdsip, seconds (the slower of dev and release)";
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let folder = std::env::temp_dir().join(format!("simdsip-build-{}", std::process::id()));
    let mut slowest = 0f64;
    for profile in ["dev", "release"] {
        let start = Instant::now();
        let status = Command::new("cargo")
            .args(["build", "--quiet", "-p", "simdsip", "--profile", profile])
            .current_dir(root)
            .env("CARGO_TARGET_DIR", &folder)
            .status();
        slowest = slowest.max(start.elapsed().as_secs_f64());
        if !status.is_ok_and(|s| s.success()) {
            return missing(what, "at most 10", "the build failed");
        }
    }
    if let Err(error) = std::fs::remove_dir_all(&folder) {
        eprintln!("{}: {error}", folder.display());
    }
    at_most(what, 10.0, slowest, "")
}

/// The bars as text.
pub fn table(gates: &[Gate]) -> String {
    let mut out = format!("\n{:<7}{:<66}{:<16}measured\n", "", "bar", "");
    for gate in gates {
        out.push_str(&format!("{:<7}{:<66}{:<16}{}\n", gate.verdict, gate.what, gate.bar, gate.measured));
    }
    out
}
