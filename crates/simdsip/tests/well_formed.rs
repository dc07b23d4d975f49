//! Properties of well-formed messages made at random: what was put in comes out, with no defect, by every way
//! of reading; and what is put together again is what was read.
#![cfg(feature = "std")]

mod common;

use common::{Event, difference, emit, events};
use proptest::prelude::*;
use simdsip::{
    Backend, GrowIndex, HeaderName, Index, Kind, Message, Method, Parser, Policy, Side, StartLine,
};

/// A message in parts.
#[derive(Clone, Debug)]
struct Parts {
    start: [String; 3],
    fields: Vec<Field>,
    body: Vec<u8>,
}

/// A field and how it is written.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    before_colon: &'static str,
    behind_colon: &'static str,
    /// Joined by `fold`.
    lines: Vec<String>,
    fold: &'static str,
    behind: &'static str,
}

impl Parts {
    fn is_request(&self) -> bool {
        !self.start[0].to_ascii_uppercase().starts_with("SIP/")
    }

    /// RFC 3261 §7, with a Content-Length behind all other fields.
    fn write(&self) -> Vec<u8> {
        let mut out = format!("{}\r\n", self.start.join(" ")).into_bytes();
        for Field { name, before_colon, behind_colon, lines, fold, behind } in &self.fields {
            let value = lines.join(fold);
            out.extend_from_slice(
                format!("{name}{before_colon}:{behind_colon}{value}{behind}\r\n").as_bytes(),
            );
        }
        out.extend_from_slice(format!("Content-Length: {}\r\n\r\n", self.body.len()).as_bytes());
        out.extend_from_slice(&self.body);
        out
    }
}

fn start() -> impl Strategy<Value = [String; 3]> {
    let methods = prop::sample::select(Method::ALL).prop_map(|method| method.to_string());
    let tokens = "[A-Za-z0-9.!%*_+`'~-]{1,20}".prop_filter("no version", |token| !token.starts_with("SIP"));
    let uri = prop_oneof![
        "sips?:([a-z0-9._-]{1,12}@)?[a-z0-9.-]{1,20}(:[0-9]{1,5})?(;[a-z]{1,6}=[a-z0-9]{0,6}){0,3}",
        "tel:\\+[0-9]{1,15}",
        "urn:service:[a-z.]{1,12}",
        "[a-z]{1,5}:[!-~]{1,80}",
    ];
    let version = || prop_oneof![9 => Just("SIP/2.0".to_owned()), 1 => "[sS][iI][pP]/2\\.0"];
    let request = (prop_oneof![methods, tokens], uri, version())
        .prop_map(|(method, uri, version)| [method, uri, version]);
    let reason = "([ -~]|[\u{a1}-\u{2ff}]){0,30}";
    let status = (version(), 100..700u16, reason)
        .prop_map(|(version, code, reason)| [version, code.to_string(), reason]);
    prop_oneof![request, status]
}

fn name() -> impl Strategy<Value = String> {
    let known: Vec<&str> = HeaderName::ALL
        .iter()
        .filter(|name| **name != HeaderName::ContentLength)
        .map(|name| name.as_str())
        .collect();
    let compact: Vec<String> = HeaderName::ALL
        .iter()
        .filter(|name| **name != HeaderName::ContentLength)
        .filter_map(|name| name.compact())
        .flat_map(|letter| {
            [char::from(letter).to_string(), char::from(letter).to_ascii_uppercase().to_string()]
        })
        .collect();
    let known = prop::sample::select(known);
    prop_oneof![
        4 => known.clone().prop_map(str::to_owned),
        1 => known.clone().prop_map(str::to_lowercase),
        1 => known.prop_map(str::to_uppercase),
        2 => prop::sample::select(compact),
        2 => "X-[A-Za-z0-9.!%*_+`'~-]{1,40}",
    ]
}

fn field() -> impl Strategy<Value = Field> {
    // No line of a value begins or ends in a blank; only the first may be empty, and only if it is the only one.
    let line = || "[!-~\u{a1}-\u{2ff}]([ -~\t\u{a1}-\u{2ff}]{0,70}[!-~\u{a1}-\u{2ff}])?";
    let lines = prop_oneof![
        8 => line().prop_map(|line| vec![line]),
        1 => Just(vec![String::new()]),
        1 => prop::collection::vec(line(), 2..4),
    ];
    let blanks = || prop::sample::select(&["", "", "", " ", "\t", "  "][..]);
    let fold = prop::sample::select(&["\r\n ", "\r\n\t", " \r\n  \t"][..]);
    (name(), blanks(), blanks(), lines, fold, blanks()).prop_map(
        |(name, before_colon, behind_colon, lines, fold, behind)| Field {
            name,
            before_colon,
            behind_colon,
            lines,
            fold,
            behind,
        },
    )
}

fn parts() -> impl Strategy<Value = Parts> {
    let body = prop_oneof![Just(vec![]), prop::collection::vec(any::<u8>(), 0..200)];
    (start(), prop::collection::vec(field(), 0..40), body).prop_map(|(start, fields, body)| Parts {
        start,
        fields,
        body,
    })
}

/// What was put in.
#[track_caller]
fn check(message: &Message<'_>, parts: &Parts) {
    let start = match message.start_line() {
        StartLine::Request(line) => [line.method.as_bytes(), line.uri, line.version],
        StartLine::Status(line) => [line.version, line.code, line.reason],
    };
    assert_eq!(message.kind() == Kind::Request, parts.is_request());
    assert_eq!(start, [0, 1, 2].map(|part| parts.start[part].as_bytes()));
    assert_eq!(message.headers().len(), parts.fields.len() + 1);
    for (header, field) in message.headers().zip(&parts.fields) {
        assert_eq!(header.name(), field.name.as_bytes());
        assert_eq!(header.id(), HeaderName::lookup(field.name.as_bytes()));
        assert!(
            header.unfolded().eq(field
                .lines
                .iter()
                .map(|line| line.as_bytes())
                .filter(|line| !line.is_empty()))
        );
        assert_eq!(header.unfolded().to_string(), field.lines.join(" "));
        assert_eq!(header.is_folded(), field.lines.len() > 1);
    }
    assert_eq!(message.body(), parts.body);
    let blank = parts.fields.iter().any(|field| !field.before_colon.is_empty());
    let found: Vec<&str> = message.structural_defects().map(|defect| defect.code.as_str()).collect();
    assert!(found.iter().all(|code| *code == "ws-before-colon") && found.is_empty() != blank, "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    // covers: RFC 3261 §7, §7.1, §7.2, §7.3.1
    #[test]
    fn what_was_put_in_comes_out(parts in parts()) {
        let bytes = parts.write();
        let parser = Parser::new(Policy::STRICT);
        let mut index = Index::new();
        let message = parser.parse(&bytes, &mut index).expect("well-formed");
        check(&message, &parts);
        prop_assert_eq!(emit(&bytes, &message), bytes.clone());
        let mut growing = GrowIndex::new();
        let grown = parser.parse_growing(&bytes, &mut growing).expect("well-formed");
        prop_assert_eq!(difference(&message, &grown), None);
        let owned = parser.parse_owned(&bytes[..]).expect("well-formed");
        prop_assert_eq!(difference(&message, &owned.as_message()), None);
        for backend in Backend::available() {
            let mut other = Index::new();
            let found = parser.with_backend(backend).parse(&bytes, &mut other).expect("well-formed");
            prop_assert_eq!(difference(&message, &found), None);
        }
    }

    // covers: RFC 3261 §7.5, §18.3
    #[test]
    fn messages_on_a_stream_come_out_one_by_one(all in prop::collection::vec(parts(), 1..5), step in 1usize..300) {
        let messages: Vec<Vec<u8>> = all.iter().map(Parts::write).collect();
        let stream = messages.concat();
        let (found, rest) = events(Parser::new(Policy::STRICT), Side::Server, stream.chunks(step));
        prop_assert!(rest.is_empty());
        prop_assert_eq!(found, messages.into_iter().map(Event::Message).collect::<Vec<_>>());
    }
}
