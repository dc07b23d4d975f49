//! TCP streams and fragmented datagrams are the same in whatever pieces they come.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::layers::reassembly;

fuzz_target!(|bytes: &[u8]| reassembly(bytes));
