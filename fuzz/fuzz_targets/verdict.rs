//! Verdicts refuse what they say they refuse; keys and descriptions are the same each time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip::GrowIndex;
use simdsip_fuzz::{CAPTURE, typed};

fuzz_target!(|bytes: &[u8]| {
    let mut index = GrowIndex::new();
    if let Ok(message) = CAPTURE.parse_growing(bytes, &mut index) {
        typed::assert_verdicts(&message);
    }
});
