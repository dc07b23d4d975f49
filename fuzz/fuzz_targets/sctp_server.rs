//! A server with one association takes any packets, with right checksums and tags: cookies, chunks, parameters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::sctp::Pair;

fuzz_target!(|bytes: &[u8]| Pair::new().assault(bytes));
