//! Where values depart from their grammar: each code in a message that shows it alone, the registry's examples, the
//! RFCs' own messages, generated values, and time.
#![cfg(feature = "std")]

mod codes;
mod generate;
mod linear;
mod registry;
mod rfc;
mod table;
mod wild;

use simdsip::{DefectCode, Index, Parser, Policy};

/// A request with all that it must have. A field that stands in here gives way to one of the same name.
const FIELDS: [(&str, &str); 7] = [
    ("Via", "SIP/2.0/UDP a.example;branch=z9hG4bK7"),
    ("Max-Forwards", "70"),
    ("From", "<sip:a@a.example>;tag=1"),
    ("To", "<sip:b@b.example>"),
    ("Call-ID", "7@a.example"),
    ("CSeq", "1 INVITE"),
    ("Content-Length", "0"),
];

/// A whole message with this field, and where its value begins.
fn message_with(name: &str, value: &[u8]) -> (Vec<u8>, usize) {
    let mut bytes = b"INVITE sip:b@b.example SIP/2.0\r\n".to_vec();
    let mut at = 0;
    let others =
        FIELDS.iter().filter(|(other, _)| *other != name).map(|(name, value)| (*name, value.as_bytes()));
    for (field, text) in [(name, value)].into_iter().chain(others) {
        bytes.extend_from_slice(format!("{field}: ").as_bytes());
        if field == name {
            at = bytes.len();
        }
        bytes.extend_from_slice(text);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    (bytes, at)
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
