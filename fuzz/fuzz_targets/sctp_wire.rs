//! A packet is read without panic, and what was read comes out again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::sctp::reads_and_writes;

fuzz_target!(|bytes: &[u8]| reads_and_writes(bytes));
