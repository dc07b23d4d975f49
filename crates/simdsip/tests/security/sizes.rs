//! Long parts in every field, cut-off ones, and stray bytes at every offset.

use std::time::Duration;

use simdsip::key::{DialogKey, Direction, TransactionKey};
use simdsip::{DefectCode as D, ErrorKind, GrowIndex, Index, LimitKind, Limits, Parser, Policy, typed};

use super::common::clock::Stopwatch;
use super::common::examples::{Example, examples};
use super::common::probe::{HEADERS, probe};
use super::{look, request};

const REGISTRY: &str = include_str!("../../registry/sip_headers.csv");

/// OpenSIPS GHSA-5w5j, kamailio#4920, sngrep#512: no buffer of fixed size.
#[test]
fn a_token_of_64_kib_in_every_field_is_whole_or_over_the_limit() {
    let token = "t".repeat(65_536);
    for row in REGISTRY.lines().skip(1) {
        let name = row.split(',').nth(1).unwrap();
        let bytes = request(name, &token);
        look(&bytes, |message| {
            let field = message.fields_named(name.as_bytes()).next().unwrap();
            assert_eq!(field.value().len(), token.len());
            let elements = HEADERS.iter().find(|header| header.id == field.id()).unwrap().elements;
            assert_eq!(
                elements(field.span()).map(|element| element.len()).sum::<usize>(),
                token.len(),
                "{name}"
            );
        });
        let mut index = Index::<256>::sized();
        let error = Parser::new(Policy::CAPTURE).with_limits(Limits::new()).parse(&bytes, &mut index);
        assert!(
            matches!(error.unwrap_err().kind, ErrorKind::Limit(LimitKind::Line | LimitKind::Message)),
            "{name}"
        );
    }
}

/// CVE-2018-8828, AST-2017-002: parts of 2^k-1, 2^k and 2^k+1 bytes make keys that differ in their last byte alone.
#[test]
fn keys_of_long_parts_are_not_cut() {
    for len in (3..14).flat_map(|bits| [(1 << bits) - 1, 1 << bits, (1 << bits) + 1]) {
        let make = |last: char| {
            let part = "p".repeat(len) + &last.to_string();
            let via = format!("SIP/2.0/UDP h;branch=z9hG4bK{part}");
            let old = format!("SIP/2.0/UDP h\r\nX: 1\r\nSubject: {part}");
            let text = String::from_utf8(request("Via", via)).unwrap();
            let text = text.replace("tag=1", &format!("tag={part}")).replace("7@a.example", &part);
            let old = String::from_utf8(request("Via", old)).unwrap();
            (text, old.replace("1 INVITE", &format!("1 {part}")).replacen("INVITE", &part, 1))
        };
        let ((one, old), (two, other)) = (make('a'), make('b'));
        look(one.as_bytes(), |one| {
            look(two.as_bytes(), |two| {
                assert_ne!(
                    TransactionKey::server(one).unwrap(),
                    TransactionKey::server(two).unwrap(),
                    "{len}"
                );
                assert_ne!(
                    TransactionKey::client(one).unwrap(),
                    TransactionKey::client(two).unwrap(),
                    "{len}"
                );
                let key = |message| DialogKey::of(message, Direction::Received).unwrap().unwrap();
                assert_ne!(key(one).call_id, key(two).call_id);
                assert_ne!(key(one).remote_tag, key(two).remote_tag);
            });
        });
        // Without branch: a method of that length.
        look(old.as_bytes(), |one| {
            look(other.as_bytes(), |two| {
                let (one, two) = (TransactionKey::server(one).unwrap(), TransactionKey::server(two).unwrap());
                assert!(one.is_some_and(|key| !key.is_by_branch()) && one != two, "{len}");
            });
        });
    }
}

/// OpenSIPS GHSA-w522: ten thousand rows of one name.
#[test]
fn ten_thousand_rows_are_all_there() {
    let rows = (0..10_000).map(|row| format!("<sip:{row}@h>")).collect::<Vec<_>>().join("\r\nContact: ");
    let begin = Stopwatch::start();
    look(&request("Contact", rows), |message| {
        let mut count = 0;
        for (at, contact) in message.list::<typed::Contact<'_>>().enumerate() {
            let contact = contact.unwrap().address().unwrap();
            assert!(contact.uri().unwrap().user().unwrap().is(at.to_string().as_bytes()));
            count += 1;
        }
        assert_eq!(count, 10_000);
    });
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

/// pjsip GHSA-fq45, kamailio#4204: every prefix of every value of the registry, and of a message.
#[test]
fn values_cut_off_anywhere_are_read_up_to_there() {
    for Example { name, good: value, .. } in examples() {
        for len in 0..=value.len().min(400) {
            look(&request(&name, &value.as_bytes()[..len]), |message| {
                let field = message.fields_named(name.as_bytes()).next().unwrap();
                assert_eq!(field.value(), value.as_bytes()[..len].trim_ascii());
            });
        }
    }
}

/// pjsip#2092, OpenSIPS CVEs of NUL, freeswitch#1518: a byte that has no business there, at each offset of each value.
#[test]
fn stray_bytes_at_every_offset_of_every_value_show() {
    let parser = Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited());
    let mut index = GrowIndex::new();
    let mut count = 0;
    for Example { name, good: value, .. } in examples() {
        let clean = request(&name, &value);
        let start = clean.windows(value.len()).position(|window| window == value.as_bytes()).unwrap();
        for (byte, owed) in [
            (0, &[D::ControlByte, D::QuotedControl][..]),
            (1, &[D::ControlByte, D::QuotedControl]),
            (b'\r', &[D::BareCr]),
            (b'\n', &[D::BareLf]),
            (0x80, &[D::NotUtf8]),
            (0xff, &[D::NotUtf8]),
        ] {
            for at in 0..=value.len().min(300) {
                let mut bytes = clean.clone();
                bytes.insert(start + at, byte);
                // A line that has no colon is refused where nothing else is.
                let Ok(message) = parser.parse_growing(&bytes, &mut index) else { continue };
                std::hint::black_box(probe(&message));
                let shows = message.defects().any(|defect| owed.contains(&defect.code));
                assert!(shows, "{byte:#x} at {at} of {name}: {value}");
                count += 1;
            }
        }
    }
    println!("{count} values with a stray byte");
    assert!(count > 30_000);
}
