//! An answer has no defect and keeps the rules, and two ends of an exchange see the same session.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::offer;

fuzz_target!(|bytes: &[u8]| {
    offer::assert_answered(bytes);
    // A second description behind the first is its answer; without one, the offer answers itself.
    let second = bytes.windows(5).skip(1).position(|window| window == b"\nv=0\r" || window == b"\nv=0\n");
    let (offer, answer) = second.map_or((bytes, bytes), |at| bytes.split_at(at + 2));
    offer::assert_agreed(offer, answer);
});
