//! TLS records, re-cut, changed and lost: what was sent and nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::layers::tls;

fuzz_target!(|bytes: &[u8]| tls(bytes));
