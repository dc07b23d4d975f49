//! Session descriptions lose no byte, and every backend reads them as the plain reader does.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip::{Backend, GrowIndex, GrowSdpIndex, Limits, Sdp};
use simdsip_fuzz::{CAPTURE, RIVALS, common::sdp};

fuzz_target!(|bytes: &[u8]| {
    for &backend in RIVALS.iter().chain([&Backend::SCALAR]) {
        let mut lines = GrowSdpIndex::new().with_limits(&Limits::unlimited()).with_backend(backend);
        let all = Sdp::parse(bytes, &mut lines).expect("nothing is refused without limits");
        sdp::assert_equal(bytes, &all);
        sdp::walk(bytes, &all);
    }
    let (mut index, mut lines) = (GrowIndex::new(), GrowSdpIndex::new());
    let Ok(message) = CAPTURE.parse_growing(bytes, &mut index) else { return };
    let _ = message.sdp(&mut lines).and_then(Result::ok).map(|body| sdp::walk(bytes, &body));
});
