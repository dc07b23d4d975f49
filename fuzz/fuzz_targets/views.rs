//! Typed views lie inside their fields, read alike twice, and have a meaning where the strict reading minds nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip::GrowIndex;
use simdsip_fuzz::{CAPTURE, typed};

fuzz_target!(|bytes: &[u8]| {
    let mut index = GrowIndex::new();
    if let Ok(message) = CAPTURE.parse_growing(bytes, &mut index) {
        typed::assert_views(&message);
    }
});
