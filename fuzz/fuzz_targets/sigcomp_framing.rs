//! Record marks give back what was marked, in any pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::sigcomp::framing;

fuzz_target!(|bytes: &[u8]| framing(bytes));
