//! Offer and answer: the RFCs' exchanges, an independent checker over made-up and real offers, another program's parser.
#![cfg(feature = "std")]

mod aiortc;
mod bundle;
mod checker;
mod corpora;
mod made_up;
mod plain;
mod profiles;
mod property;
mod rfc3264;
mod rfc4317;
mod rules;
mod session;

use plain::Plain;
use property::assert_clean;

/// A description of the corpus.
pub(crate) fn example(name: &str) -> Vec<u8> {
    let path = simdsip_corpus::root().join("sdp").join(format!("{name}.sdp"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// That two descriptions mean the same: who, where, when, and for each medium port, codecs and direction.
#[track_caller]
pub(crate) fn assert_agree(ours: &[u8], theirs: &[u8]) {
    assert_clean(ours);
    let (ours, theirs) = (Plain::of(ours), Plain::of(theirs));
    assert_eq!(ours.meaning(), theirs.meaning(), "\n{ours:#?}");
}
