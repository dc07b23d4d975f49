//! Parts of URIs stand in order; equivalence is reflexive and symmetric, and what is equivalent hashes alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip::{GrowIndex, Uri};
use simdsip_fuzz::{CAPTURE, typed};

fuzz_target!(|bytes: &[u8]| {
    let mut index = GrowIndex::new();
    // The lines as URIs, and those of the message that it may be.
    let mut uris: Vec<Uri<'_>> = bytes.split(|&byte| byte == b'\n').take(20).flat_map(Uri::parse).collect();
    uris.extend(CAPTURE.parse_growing(bytes, &mut index).iter().flat_map(typed::uris));
    for (at, uri) in uris.iter().enumerate() {
        typed::assert_uri(uri);
        uris[at..].iter().take(8).for_each(|other| typed::assert_pair(uri, other));
    }
});
