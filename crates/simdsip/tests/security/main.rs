//! What broke other SIP stacks: each advisory is covered by a test here, in a neighbour or in corpus/regress, or belongs
//! to a later part.
#![cfg(feature = "std")]

#[path = "../common/mod.rs"]
mod common;
mod coverage;
mod exhaustive;
mod numbers;
mod sdp;
mod sizes;
mod values;

use common::probe::probe;
use common::request;
use simdsip::{DefectCode, Element, GrowIndex, Header, Limits, Message, Parser, Policy, Role, Span};

/// Looks at a message without limits, after everything that typed views can tell of it was asked for.
#[track_caller]
fn look<T>(bytes: &[u8], look: impl FnOnce(&Message<'_>) -> T) -> T {
    let mut index = GrowIndex::new();
    let parser = Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited());
    let message = parser.parse_growing(bytes, &mut index);
    let message = message.unwrap_or_else(|error| panic!("{error} in {}", bytes.escape_ascii()));
    std::hint::black_box(probe(&message));
    assert!(message.describe().as_str().len() <= 200);
    look(&message)
}

#[track_caller]
fn codes_of(name: &str, value: impl AsRef<[u8]>) -> Vec<DefectCode> {
    look(&request(name, value), |message| message.defects().map(|defect| defect.code).collect())
}

/// The status that a UAS of Interop answers with; 0 where it accepts.
#[track_caller]
fn answer(bytes: &[u8]) -> u16 {
    look(bytes, |message| message.validate(&Element::new(Role::Uas)).status().unwrap_or(0))
}

fn read<'b, H: Header<'b>>(value: &'b (impl AsRef<[u8]> + ?Sized)) -> Result<H, simdsip::Error> {
    H::parse(Span::new(value.as_ref())?)
}
