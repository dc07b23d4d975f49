//! Every backend sees what scalar sees, to the last flag.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip::Index;
use simdsip_fuzz::{CAPTURE, INTEROP, RIVALS, common::assert_backends_agree};

fuzz_target!(|bytes: &[u8]| {
    let mut indices = [Index::new(), Index::new()];
    assert_backends_agree(*CAPTURE, &RIVALS, &mut indices, bytes);
    assert_backends_agree(*INTEROP, &RIVALS, &mut indices, bytes);
});
