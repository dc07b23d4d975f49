//! Parts lie inside their body, one behind the other, and are as many as there are delimiter lines.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip::Index;
use simdsip_fuzz::{CAPTURE, assert_parts};

fuzz_target!(|bytes: &[u8]| {
    // As it is, and as the body of a message whose boundary is found easily.
    let wrapped = [b"BYE sip:b SIP/2.0\r\nc: multipart/mixed;boundary=b\r\n\r\n", bytes].concat();
    for bytes in [bytes, &wrapped] {
        let mut index = Index::new();
        let Ok(message) = CAPTURE.parse(bytes, &mut index) else { continue };
        if let Some(Ok(parts)) = message.multipart() {
            assert_parts(bytes, parts, message.body_range());
        }
    }
});
