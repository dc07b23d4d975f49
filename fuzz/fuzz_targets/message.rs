//! Anything is a message or an error with a place; what is a message can be put together again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use simdsip::{GrowIndex, Index};
use simdsip_fuzz::{CAPTURE, assert_well_placed, common};

fuzz_target!(|bytes: &[u8]| {
    let (mut index, mut growing) = (Index::<64>::sized(), GrowIndex::new());
    let fixed = CAPTURE.parse(bytes, &mut index);
    match CAPTURE.parse_growing(bytes, &mut growing) {
        Ok(message) => {
            assert_eq!(common::emit(bytes, &message), bytes);
            assert_eq!(common::touch(&message), common::touch(&message));
            assert_well_placed(bytes, &message);
            assert!(fixed.is_err() || common::outcome_difference(&fixed, &Ok(message)).is_none());
        }
        Err(error) => assert!(error.at <= bytes.len() && fixed.is_err()),
    }
});
