//! Any file gives rows or an error, the same ones however its bytes come; one that is not compressed, no more bytes
//! than it has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::{Dribble, rows};

fuzz_target!(|bytes: &[u8]| {
    let whole = rows(bytes);
    assert_eq!(whole, rows(Dribble(bytes)));
    let packed = matches!(bytes, [0x1f, 0x8b, ..] | [0x28, 0xb5, ..] | [_, 0x2a, 0x4d, 0x18, ..]);
    if let Some((text, read)) = whole.filter(|_| !packed) {
        assert!(read <= bytes.len() as u64);
        // A row repeats at most its own bytes, escaped, in a handful of columns.
        assert!(text.len() <= 4_096 + bytes.len() * 400);
    }
});
