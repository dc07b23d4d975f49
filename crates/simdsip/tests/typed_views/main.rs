//! Typed views as a whole: every header has a type, each look gives the same, owned bytes read as borrowed ones do, and
//! time grows with the bytes.
#![cfg(feature = "std")]

#[path = "../common/mod.rs"]
mod common;
mod linear;
mod round_trip;

use common::mutate::Maker;
use common::probe::{HEADERS, probe};
use simdsip::{HeaderName, Index, Parser, Policy};

#[test]
fn every_registered_header_has_a_type_that_is_asked() {
    let registered = (1..=255).map(HeaderName::from_id).filter(|name| *name != HeaderName::Unknown);
    assert!(registered.eq(HEADERS.iter().map(|header| header.id)));
    assert_eq!(HEADERS.len(), 149);
}

/// Every corpus message, and fifty thousand mutated ones.
fn inputs(mut visit: impl FnMut(&[u8])) {
    for entry in simdsip_corpus::messages() {
        visit(&entry.bytes);
    }
    let mut maker = Maker::new(0x7e57_4717);
    let mut bytes = Vec::new();
    for _ in 0..50_000 {
        maker.make(&mut bytes);
        visit(&bytes);
    }
}

#[test]
fn each_look_gives_the_same_and_owned_bytes_read_as_borrowed_ones() {
    let parser = Parser::new(Policy::CAPTURE);
    let mut index = Index::<256>::sized();
    let (mut count, mut sums) = (0, std::collections::HashSet::new());
    inputs(|bytes| {
        let Ok(message) = parser.parse(bytes, &mut index) else { return };
        let sum = probe(&message);
        assert_eq!(probe(&message), sum, "asked twice");
        let owned = parser.parse_owned(bytes.to_vec()).expect("what is accepted borrowed is accepted owned");
        assert_eq!(probe(&owned.as_message()), sum, "owned, b\"{}\"", bytes.escape_ascii());
        assert_eq!(probe(&message.into_owned().as_message()), sum, "made owned");
        count += 1;
        sums.insert(sum);
    });
    println!("{count} messages, {} different", sums.len());
    assert!(count > 30_000 && sums.len() > count / 2, "the number tells messages apart");
}
