//! Two endpoints under a scheduler that loses, repeats, delays and changes: no panic, no spinning timer, and no
//! message that was never sent, or that comes twice, as long as nothing was changed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip_fuzz::sctp::Pair;

fuzz_target!(|bytes: &[u8]| Pair::new().run(bytes));
