//! Link layers, tunnels and IP: each packet has one fate, and no message reaches beyond its packet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::layers::link_to_transport;

fuzz_target!(|bytes: &[u8]| link_to_transport(bytes));
