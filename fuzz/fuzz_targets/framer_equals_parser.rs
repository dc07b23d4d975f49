//! Any split of any stream gives the same events, and each message is what the parser sees in its bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip::Side;
use simdsip_fuzz::{CAPTURE, INTEROP, common::events, cuts};

fuzz_target!(|bytes: &[u8]| {
    for (parser, side) in [(&INTEROP, Side::Server), (&CAPTURE, Side::Observer), (&INTEROP, Side::Client)] {
        let (whole, rest) = events(**parser, side, [bytes]);
        let (pieces, left) = events(**parser, side, cuts(bytes));
        assert_eq!(whole, pieces, "{side:?}");
        assert!(rest == left || whole.last().is_some_and(|event| event.word() == "fatal"));
    }
});
