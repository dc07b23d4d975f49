//! A header is cut where the RFC has it, and nothing of it is lost.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::sigcomp::header;

fuzz_target!(|bytes: &[u8]| header(bytes));
