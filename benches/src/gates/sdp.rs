//! The bars of session descriptions.

use super::{ALLOWED, Gate, at_least, missing, ratio};
use crate::engine::Class;
use crate::engine::native::Library;
use crate::measure::Spec;
use crate::plan;
use crate::row::Row;
use crate::stats::median;

/// Class, workload, rival, and how many times our time it takes; what our time shall be about, in nanoseconds.
const RIVALS: [(Class, &str, &str, f64, f64); 4] = [
    (Class::SdpIndex, "sdp-webrtc", "memchr-walk", 2.5, 250.0),
    (Class::SdpShallow, "sdp-audio", "sdp-types", 5.0, 200.0),
    (Class::SdpShallow, "sdp-webrtc", "sdp-types", 5.0, 1_300.0),
    (Class::SdpDeep, "sdp-webrtc", "webrtc-sdp", 12.0, 2_500.0),
];

/// Measures all of them; gives the rows behind them.
///
/// # Errors
/// A sentence, where a workload cannot be read.
pub(super) fn gates(spec: Spec, loaded: &[Library], gates: &mut Vec<Gate>) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for (class, workload, rival, bar, aim) in RIVALS {
        let messages = crate::workload::load(workload)?;
        let names = ["simdsip/avx2", "simdsip/avx512", rival].map(String::from);
        let mut engines = plan::engines(&names, None, loaded);
        let measured = plan::whole(&mut engines, class, workload, &messages, spec).rows;
        let row = |label: &str| measured.iter().find(|row| row.label() == label);
        let what = format!("{}, {workload}: {rival} over avx2", class.name());
        match (row(rival), row("simdsip/avx2")) {
            (Some(peer), Some(own)) => {
                let (value, interval) = ratio(peer, own);
                let ns = median(&own.samples);
                let detail = format!("{interval}; {ns:.0} ns, aim {aim}");
                gates.push(at_least(&what, bar, value, 1.0, &detail));
            }
            _ => gates.push(missing(&what, &format!("at least {bar}"), "not in this build")),
        }
        if class == Class::SdpIndex {
            for (backend, bar) in [("avx512", 18.0), ("avx2", 16.0)] {
                let what = format!("sdp-index, {workload}, {backend}: GB/s");
                match row(&format!("simdsip/{backend}")) {
                    Some(own) => gates.push(at_least(&what, bar, own.gb_per_s(), ALLOWED, "")),
                    None => gates.push(missing(
                        &what,
                        &format!("at least {bar}"),
                        "this machine lacks the backend",
                    )),
                }
            }
        }
        rows.extend(measured);
    }
    Ok(rows)
}
