//! Captures of the corpus and what they are known to hold.
//!
//! Names files; reads no packets. An oracle is a `*.messages.jsonl` beside its capture: one
//! line a SIP message in frame order, made by tshark (see `corpus/capture/README.md`).

use std::path::PathBuf;

use crate::read::{files, relative, root};

/// A capture and, where there is one, its oracle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Path below `corpus/` with `/`.
    pub name: String,
    /// The pcap or pcapng file.
    pub path: PathBuf,
    /// The `*.messages.jsonl` beside it.
    pub oracle: Option<PathBuf>,
}

/// Every `*.pcap` and `*.pcapng` below `corpus/capture/`, sorted by name.
#[must_use]
pub fn captures() -> Vec<Capture> {
    files(&root().join("capture"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "pcap" || ext == "pcapng"))
        .map(|path| {
            let mut oracle = path.clone().into_os_string();
            oracle.push(".messages.jsonl");
            let oracle = PathBuf::from(oracle);
            Capture { name: relative(&path), oracle: oracle.is_file().then_some(oracle), path }
        })
        .collect()
}
