//! Where values depart from their grammar: each code in a message that shows it alone, the registry's examples, the
//! RFCs' own messages, generated values, and time.
#![cfg(feature = "std")]

#[path = "../common/mod.rs"]
mod common;

mod codes;
mod generate;
mod linear;
mod registry;
mod rfc;
mod table;
mod wild;

use common::request;
use simdsip::{DefectCode, Index, Parser, Policy};

/// A whole message with this field, and where its value begins.
fn message_with(name: &str, value: &[u8]) -> (Vec<u8>, usize) {
    (request(name, value), "INVITE sip:b@b.example SIP/2.0\r\n: ".len() + name.len())
}

/// The defects of a message, as code, offset and length.
fn defects(bytes: &[u8]) -> Vec<(DefectCode, usize, usize)> {
    let mut index = Index::<256>::sized();
    let message = Parser::new(Policy::CAPTURE).parse(bytes, &mut index).expect("a message");
    let found: Vec<_> = message.defects().map(|defect| (defect.code, defect.at, defect.len)).collect();
    let again: Vec<_> = message.defects().map(|defect| (defect.code, defect.at, defect.len)).collect();
    assert_eq!(found, again, "each look gives the same");
    assert_eq!(message.has_defects(), !found.is_empty());
    assert!(found.iter().all(|(_, at, len)| at + len <= bytes.len()));
    found
}

/// The defects that a value shows, by code.
fn codes_of(name: &str, value: &[u8]) -> Vec<&'static str> {
    let (bytes, _) = message_with(name, value);
    defects(&bytes).iter().map(|(code, ..)| code.as_str()).collect()
}
