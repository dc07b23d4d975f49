//! How time grows with the number of headers, the length of a value and of a body.

use crate::clock;
use crate::engine::{Class, Engine};
use crate::fields::Fields;
use crate::set::Set;
use std::fmt::Write;
use std::hint::black_box;

/// The workloads and what their messages count.
pub const WORKLOADS: [&str; 3] = ["scale-headers", "scale-value", "scale-body"];

fn sizes(workload: &str) -> &'static [usize] {
    use simdsip_corpus::scale::{BODY_LENS, HEADER_COUNTS, VALUE_LENS};
    match workload {
        "scale-headers" => &HEADER_COUNTS,
        "scale-value" => &VALUE_LENS,
        _ => &BODY_LENS,
    }
}

/// Nanoseconds of each message by each engine, as text: a message again and again, median of 9 samples.
///
/// # Errors
/// A sentence, where there is no such workload.
pub fn table(engines: &mut [Box<dyn Engine>], workload: &str) -> Result<String, String> {
    let messages = crate::workload::load(workload)?;
    let sizes = sizes(workload);
    let mut out = format!("\n{workload}: ns a message, one message repeated\n{:<20}", "engine");
    for size in sizes {
        let _ = write!(out, "{size:>10}");
    }
    out.push('\n');
    for engine in engines.iter_mut().filter(|e| e.classes().contains(&Class::Structure)) {
        let _ = write!(out, "{:<20}", engine.identity().label());
        for message in &messages {
            let set = Set::new(&[message]);
            engine.prepare(&set);
            if engine.emit(&set, 0, &mut Fields::default()) {
                let _ = write!(out, "{:>10.0}", repeated(engine.as_mut(), &set));
            } else {
                let _ = write!(out, "{:>10}", "rejects");
            }
        }
        out.push('\n');
    }
    Ok(out)
}

fn repeated(engine: &mut dyn Engine, set: &Set) -> f64 {
    let mut times = 16;
    loop {
        let order = vec![0u32; times];
        let before = clock::thread_ns();
        black_box(engine.pass(set, &order));
        let spent = clock::thread_ns() - before;
        if spent > 500_000 {
            let samples: Vec<f64> = (0..9)
                .map(|_| {
                    let before = clock::thread_ns();
                    black_box(engine.pass(set, &order));
                    (clock::thread_ns() - before) as f64 / times as f64
                })
                .collect();
            return crate::stats::median(&samples);
        }
        times *= 4;
    }
}
