//! Where test input lies.

use std::path::PathBuf;

use serde_json::Value;

/// A file of corpus/sigcomp.
pub(crate) fn json(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../corpus/sigcomp").join(name);
    serde_json::from_slice(&std::fs::read(&path).expect("a file of the corpus")).expect("JSON")
}

/// A folder beside the checkout; says so where there is none.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let top = std::env::var_os("SIMDSIP_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = top.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("SKIP {name}: not beside the checkout");
    None
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
