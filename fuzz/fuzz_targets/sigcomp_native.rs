//! Known bytecode without the machine is what the machine makes of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::sigcomp::native;

fuzz_target!(|bytes: &[u8]| native(bytes));
