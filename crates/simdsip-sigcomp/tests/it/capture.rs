//! Recorded IMS traffic, decoded.

use simdsip_sigcomp::{CaptureDecoder, Decoded, Transport};

use crate::vectors::shared;

// covers: RFC 4077 §3
#[test]
fn the_ims_capture_decodes_and_its_nacks_are_understood() {
    let Some(folder) = shared("corpora/sigcomp/ims-droid-stateful-call") else { return };
    let expected = std::fs::read(folder.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let mut decoder = CaptureDecoder::new();
    let (mut decoded, mut nacks, mut explained) = (0, 0, 0);
    for message in expected["messages"].as_array().unwrap() {
        let bytes = std::fs::read(folder.join(message["file"].as_str().unwrap())).unwrap();
        let seen = decoder.push(&bytes, Transport::Message);
        match (message["decompressed"].as_str(), &seen) {
            (Some(text), Decoded::Message { .. }) => {
                assert_eq!(decoder.text(), std::fs::read(folder.join(text)).unwrap());
                decoded += 1;
            }
            (None, Decoded::Nack { code: 1, about, .. }) if message["nack"] == true => {
                nacks += usize::from(about.is_some());
            }
            (None, Decoded::Failed { text, .. }) => {
                assert!(text.starts_with("state "), "{text}");
                explained += 1;
            }
            _ => panic!("{message}: {seen:?}"),
        }
    }
    assert_eq!((decoded, nacks, explained), (29, 4, 1));
}
