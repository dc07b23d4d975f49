//! HEP 3 by datagrams and streams: chunks in any order, those of vendors passed over.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::layers::hep;

fuzz_target!(|bytes: &[u8]| hep(bytes));
