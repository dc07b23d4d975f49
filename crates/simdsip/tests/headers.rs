//! Every row of the registry in a message: however the name is written and wherever it stands, it is found
//! under its id. RFC 3261 §7.3.1 (case), §7.3.3 (compact forms).

use simdsip::{HeaderName, Index, Message, Parser, Policy};

const REGISTRY: &str = include_str!("../registry/sip_headers.csv");

/// Id, name, compact form.
fn rows() -> impl Iterator<Item = (u8, &'static str, Option<&'static str>)> {
    REGISTRY.lines().skip(1).map(|row| {
        let mut columns = row.split(',');
        let id = columns.next().and_then(|id| id.parse().ok()).expect("an id");
        let name = columns.next().expect("a name");
        (id, name, columns.next().filter(|compact| !compact.is_empty()))
    })
}

/// Long, upper, lower, two ways mixed, and compact in both cases.
fn spellings(name: &str, compact: Option<&str>) -> Vec<String> {
    let mixed = |odd: usize| -> String {
        let flip = |(at, c): (usize, char)| {
            if at % 2 == odd { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
        };
        name.chars().enumerate().map(flip).collect()
    };
    let mut all =
        vec![name.to_owned(), name.to_ascii_uppercase(), name.to_ascii_lowercase(), mixed(0), mixed(1)];
    all.extend(compact.map(str::to_ascii_lowercase));
    all.extend(compact.map(str::to_ascii_uppercase));
    all
}

/// Where the field stands, and how its line goes on behind the name.
const PLACES: [(&str, &str); 4] = [
    ("Max-Forwards: 70\r\n", "X-Behind: 1\r\n\r\n"),
    ("", "\r\n"),
    ("CSeq: 1 OPTIONS\r\n", "\r\nbody"),
    ("", ""),
];
const COLONS: [&str; 6] = [": ", ":", " : ", "\t:\t", "  :", ":  "];
const VALUES: [&str; 4] = ["0", "v", "a value: with, more;of=it", ""];

#[track_caller]
fn check(message: &Message<'_>, id: HeaderName, spelling: &str, value: &str, known_before: usize) {
    let field = message.headers().nth(known_before).expect("the field");
    let shown = String::from_utf8_lossy(message.as_bytes());
    assert_eq!(field.id(), id, "{shown}");
    assert_eq!((field.name(), field.value()), (spelling.as_bytes(), value.as_bytes()), "{shown}");
    assert!(message.has(id), "{shown}");
    let found = message.fields(id).find(|found| found.name_range() == field.name_range());
    assert_eq!(found.map(|found| found.value()), Some(value.as_bytes()), "{shown}");
    for asked in [spelling.to_owned(), id.as_str().to_ascii_uppercase()] {
        let found =
            message.fields_named(asked.as_bytes()).any(|found| found.name_range() == field.name_range());
        assert!(found, "{asked} in {shown}");
    }
}

// covers: RFC 3261 §7.3, §7.3.1, §7.3.3
#[test]
fn each_registry_row_is_found_however_it_is_written() {
    let parser = Parser::new(Policy::CAPTURE);
    let mut index = Index::new();
    let (mut rows_seen, mut messages) = (0, 0);
    for (id, name, compact) in rows() {
        rows_seen += 1;
        let id = HeaderName::from_id(id);
        assert_eq!(id.as_str(), name);
        for spelling in spellings(name, compact) {
            for (before, behind) in PLACES {
                for colon in COLONS {
                    for value in VALUES {
                        let bytes = format!(
                            "OPTIONS sip:a@b.example SIP/2.0\r\n{before}{spelling}{colon}{value}\r\n{behind}"
                        );
                        let message = parser.parse(bytes.as_bytes(), &mut index).expect("a message");
                        check(&message, id, &spelling, value, usize::from(!before.is_empty()));
                        messages += 1;
                    }
                }
            }
        }
    }
    println!("{rows_seen} rows, {messages} messages");
    assert_eq!(rows_seen, 149);
}

// covers: RFC 3261 §7.3.1
#[test]
fn header_gives_the_first_and_headers_of_all_in_wire_order() {
    let parser = Parser::new(Policy::INTEROP);
    let mut index = Index::new();
    for (id, name, compact) in rows().filter(|row| row.1 != "Content-Length") {
        let id = HeaderName::from_id(id);
        let mut bytes = b"SIP/2.0 200 OK\r\n".to_vec();
        let mut owed = vec![];
        for (count, spelling) in spellings(name, compact).into_iter().cycle().take(19).enumerate() {
            bytes.extend_from_slice(format!("X-Between-{count}: no\r\n{spelling}: {count}\r\n").as_bytes());
            owed.push(count.to_string().into_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        let message = parser.parse(&bytes, &mut index).expect("a message");
        assert_eq!(message.headers().len(), 38);
        assert_eq!(message.field(id).map(|field| field.value()), Some(&b"0"[..]));
        assert!(message.fields(id).map(|field| field.value()).eq(&owed), "{name}");
        assert!(message.fields_named(name.as_bytes()).map(|field| field.value()).eq(&owed), "{name}");
        let others = HeaderName::ALL.iter().filter(|other| **other != id);
        assert!(
            others.clone().all(|other| !message.has(*other) && message.field(*other).is_none()),
            "{name}"
        );
        assert_eq!(message.fields(HeaderName::Unknown).count(), 19);
        assert_eq!(
            message.fields_named(b"x-between-7").map(|field| field.value()).collect::<Vec<_>>(),
            [b"no"]
        );
    }
}

// covers: RFC 3261 §7.3.1
#[test]
fn unknown_names_are_kept_as_they_are() {
    let names: [&[u8]; 9] = [
        b"X-Mine",
        b"x-mine",
        b"P",
        b"q",
        b"Vi",
        b"Viaa",
        b"To-",
        b"Call-IDs",
        b"Content-Length-Of-Something-Else",
    ];
    let mut bytes = b"OPTIONS sip:a@b.example SIP/2.0\r\n".to_vec();
    for name in names {
        bytes.extend_from_slice(name);
        bytes.extend_from_slice(b": v\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    let mut index = Index::new();
    let message = Parser::new(Policy::STRICT).parse(&bytes, &mut index).expect("a message");
    assert!(message.headers().map(|field| field.name()).eq(names));
    assert!(message.headers().all(|field| field.id() == HeaderName::Unknown));
    assert!(!message.has(HeaderName::Via) && !message.has(HeaderName::ContentLength));
    assert_eq!(message.fields_named(b"X-MINE").count(), 2);
    assert_eq!(message.fields_named(b"X-Min").count(), 0);
    assert_eq!(message.fields(HeaderName::Unknown).count(), names.len());
}

// covers: RFC 3261 §25.1
#[test]
fn a_name_with_a_stray_byte_is_another_name() {
    let parser = Parser::new(Policy::CAPTURE);
    let mut index = Index::new();
    for (_, name, _) in rows() {
        for stray in [0u8, 1, 0x0b, 0x0c, 0x0e, 0x1f, 0x7f, 0x80, 0xa0, 0xff, b'(', b'@', b'"'] {
            for at in [0, name.len() / 2, name.len()] {
                let mut field = name.as_bytes().to_vec();
                field.insert(at, stray);
                let bytes = [
                    b"OPTIONS sip:a SIP/2.0\r\n",
                    &field[..],
                    b": 7\r\nX-Behind: padding to a block\r\n\r\n",
                ]
                .concat();
                let message = parser.parse(&bytes, &mut index).expect("a message");
                let found = message.headers().next().expect("the field");
                assert_eq!((found.id(), found.name()), (HeaderName::Unknown, &field[..]), "{name}");
                assert!(message.structural_defects().any(|defect| defect.code.as_str() == "name-not-token"));
            }
            // Controls that the inexact comparison of names would take for a dash or a letter.
            let mut field = name.as_bytes().to_vec();
            let last = field.len() - 1;
            field[last] = stray;
            let bytes =
                [b"OPTIONS sip:a SIP/2.0\r\n", &field[..], b": 7\r\nX-Behind: padding to a block\r\n\r\n"]
                    .concat();
            let message = parser.parse(&bytes, &mut index).expect("a message");
            assert_eq!(message.headers().next().map(|field| field.id()), Some(HeaderName::Unknown), "{name}");
        }
        for (from, to) in [(b'-', 0x0d), (b'-', 0x4d)] {
            let field: Vec<u8> = name.bytes().map(|byte| if byte == from { to } else { byte }).collect();
            if field == name.as_bytes() {
                continue;
            }
            let bytes =
                [b"OPTIONS sip:a SIP/2.0\r\n", &field[..], b": 7\r\nX-Behind: padding to a block\r\n\r\n"]
                    .concat();
            let message = parser.parse(&bytes, &mut index).expect("a message");
            assert_eq!(message.headers().next().map(|field| field.id()), Some(HeaderName::Unknown), "{name}");
        }
    }
}
