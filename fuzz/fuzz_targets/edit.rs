//! A patched message is the message but for what was asked: every way to write it is equal, and what was not named
//! stays byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip::GrowIndex;
use simdsip_fuzz::{CAPTURE, edit};

fuzz_target!(|bytes: &[u8]| {
    // What is asked for is in the last bytes, so that messages stay such.
    let asked = &bytes[bytes.len().saturating_sub(6)..];
    edit::assert_splices(asked, bytes);
    let mut index = GrowIndex::new();
    if let Ok(message) = CAPTURE.parse_growing(bytes, &mut index) {
        edit::assert_patched(asked, bytes, &message);
    }
});
