//! Two endpoints over a bad network: no wrong text, no more memory than allowed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::sigcomp::endpoint;

fuzz_target!(|bytes: &[u8]| endpoint(bytes));
