//! Percentiles of single messages: what a packet waits for, rather than what a million cost.

use crate::clock;
use crate::engine::{Class, Engine};
use crate::rng::Rng;
use crate::set::Set;
use std::fmt::Write;

/// The quantiles that are shown.
const QUANTILES: [(f64, &str); 4] = [(0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9")];

/// Nanoseconds a message by itself, in random order, the clock's own cost taken off; as text.
pub fn table(engines: &mut [Box<dyn Engine>], workload: &str, messages: &[Vec<u8>], seed: u64) -> String {
    let set = Set::new(messages);
    let (ns_per_tick, overhead) = clock::calibrate_ticks();
    let mut out = format!("\n{workload}: latency of single messages in ns (random order)\n{:<20}", "engine");
    for (_, name) in QUANTILES {
        let _ = write!(out, "{name:>10}");
    }
    out.push('\n');
    for engine in engines.iter_mut().filter(|e| e.classes().contains(&Class::Structure)) {
        engine.prepare(&set);
        let mut rng = Rng::new(seed);
        let mut order: Vec<u32> = (0..set.len() as u32).collect();
        let mut ticks = Vec::new();
        while ticks.len() < 50_000 && !set.is_empty() {
            rng.shuffle(&mut order);
            engine.single(&set, &order, &mut |_| {}, &mut ticks);
        }
        let ns: Vec<f64> = ticks.iter().map(|&t| t.saturating_sub(overhead) as f64 * ns_per_tick).collect();
        let ns = crate::stats::sorted(&ns);
        let _ = write!(out, "{:<20}", engine.identity().label());
        for (q, _) in QUANTILES {
            let _ = write!(out, "{:>10.0}", crate::stats::quantile(&ns, q));
        }
        out.push('\n');
    }
    out
}
