//! Measures simdsip beside other parsers, on the same messages, in the same run.
//!
//! Refuses to time what was not compared: each engine first emits the fields of its class, a slow
//! reference emits them too, and differences are shown in the row. Refuses to compare runs: ratios are
//! taken within one round of one process. README.md says how to read the table.
//! Fields are those of RFC 3261 §7 (start line, header fields, body), and §20's values under `routing`
//! and `typed`.

pub mod adversary;
pub mod alloc;
pub mod args;
pub mod callgrind;
pub mod clock;
pub mod emission;
pub mod engine;
pub mod equal;
pub mod fields;
pub mod gates;
pub mod latency;
pub mod measure;
pub mod plan;
pub mod record;
pub mod reference;
pub mod rng;
pub mod row;
pub mod scale;
pub mod set;
pub mod stats;
pub mod stream;
pub mod workload;
