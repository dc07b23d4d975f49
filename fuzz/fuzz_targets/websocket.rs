//! SIP in WebSocket frames, however they are masked, cut and interleaved.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::layers::websocket;

fuzz_target!(|bytes: &[u8]| websocket(bytes));
