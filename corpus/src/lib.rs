//! SIP messages, captures and workloads with provenance, and a reader that depends on nothing.
//!
//! Speaks bytes only: it cuts files and makes messages, and parses no SIP, so that it can
//! stand beside every crate as test input. Files come from `corpus/`; what is too large or
//! too regular to store is made in memory from a seed. Material that may not be part of the
//! project is looked for beside the checkout and skipped with a visible line where absent.
#![forbid(unsafe_code)]

pub mod adversary;
pub mod capture;
pub mod example;
pub mod freeze;
pub mod generate;
pub mod profile;
mod read;
pub mod regress;
pub mod rng;
pub mod scale;
pub mod sha256;
pub mod stream;
pub mod workload;

pub use read::{
    Entry, Error, files, messages, read_container, root, shared, shared_or_skip, write_container,
};
pub use workload::{WORKLOADS, try_workload, workload};

/// Captures in `corpus/capture/` with their oracles; see [`capture::captures`].
pub use capture::captures;
