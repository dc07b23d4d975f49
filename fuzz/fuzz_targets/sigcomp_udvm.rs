//! Structured bytecode ends within its cycles and leaves nothing behind in the machine.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::sigcomp::udvm;

fuzz_target!(|bytes: &[u8]| udvm(bytes));
