//! The hazards of SIP parsing that must be right, numbered as in the project's feature map: one test each, or a reason
//! why a later part has it.
#![cfg(feature = "std")]

#[path = "../common/mod.rs"]
mod common;

mod address;
mod field;
mod message;
mod sdp;
mod uri;

use common::request;
use simdsip::{
    DefectCode, Element, Error, GrowIndex, Header, Index, Message, Parser, Policy, Role, Span, Uri,
};

/// What these tests do not show: the hazard, and where it belongs.
const ELSEWHERE: [(u8, &str); 3] = [
    (15, "one message per WebSocket message (RFC 7118 §5): the WebSocket transport"),
    (
        44,
        "message/sipfrag without a start line (RFC 3420): whoever reads such bodies, behind dialogs and REFER",
    ),
    (50, "offer and answer (RFC 3264 §5-8): tests/offer"),
];

#[test]
fn each_of_the_50_hazards_is_tested_here_or_elsewhere() {
    let sources = [
        include_str!("field.rs"),
        include_str!("address.rs"),
        include_str!("uri.rs"),
        include_str!("message.rs"),
        include_str!("sdp.rs"),
    ];
    for number in 1..=50 {
        let name = format!("#[test]\nfn hazard_{number:02}_");
        let tests = sources.iter().map(|source| source.matches(&name).count()).sum::<usize>();
        let other = ELSEWHERE.iter().find(|(other, _)| *other == number);
        assert_eq!(tests, usize::from(other.is_none()), "hazard {number}");
        if let Some((number, why)) = other {
            println!("SKIP hazard {number}: {why}");
        }
    }
}

/// Looks at a message that is accepted as a capture accepts it.
#[track_caller]
fn look<T>(bytes: &[u8], look: impl FnOnce(&Message<'_>) -> T) -> T {
    let mut index = GrowIndex::new();
    let message = Parser::new(Policy::CAPTURE).parse_growing(bytes, &mut index);
    look(&message.unwrap_or_else(|error| panic!("{error} in {}", bytes.escape_ascii())))
}

/// The codes of all defects.
#[track_caller]
fn codes(bytes: &[u8]) -> Vec<DefectCode> {
    look(bytes, |message| message.defects().map(|defect| defect.code).collect())
}

/// The codes that a value shows.
#[track_caller]
fn codes_of(name: &str, value: impl AsRef<[u8]>) -> Vec<DefectCode> {
    codes(&request(name, value))
}

/// The answer that an element gives: 0 where it accepts, 1 where it drops.
#[track_caller]
fn answer(bytes: &[u8], role: Role, policy: Policy) -> u16 {
    let mut element = Element::new(role);
    element.policy = policy;
    look(bytes, |message| {
        let verdict = message.validate(&element);
        if verdict.accepts() { 0 } else { verdict.status().unwrap_or(1) }
    })
}

/// One element as that header.
fn read<'b, H: Header<'b>>(value: &'b (impl AsRef<[u8]> + ?Sized)) -> Result<H, Error> {
    H::parse(Span::new(value.as_ref())?)
}

/// The elements of one value.
fn elements<'b, H: Header<'b>>(value: &'b str) -> Vec<&'b str> {
    let elements = H::elements(Span::new(value.as_bytes()).expect("a short value"));
    elements.map(|element| std::str::from_utf8(element.bytes()).expect("of a text")).collect()
}

#[track_caller]
fn uri(text: &str) -> Uri<'_> {
    Uri::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Whether this policy parses it.
fn parses(bytes: &[u8], policy: Policy) -> bool {
    Parser::new(policy).parse(bytes, &mut Index::<256>::sized()).is_ok()
}
