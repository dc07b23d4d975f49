//! The C functions say what the core says, of any bytes: spans, elements, frames, edits.
#![no_main]

#[path = "../../crates/simdsip-capi/tests/common/agree.rs"]
mod agree;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| agree::agrees(bytes));
