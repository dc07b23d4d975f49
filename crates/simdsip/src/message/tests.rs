//! The reader of messages against a slow one that is written from the RFC, and each rule by itself.

extern crate std;

mod length;
mod limits;
#[allow(unreachable_pub, reason = "shared with the integration tests")]
#[path = "../../tests/common/mutate.rs"]
mod mutate;
mod oracle;
mod policy;
mod start_line;

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::{Index, Message, Parser};
use crate::{Backend, Error, GrowIndex, HeaderName, Limits, Policy};

/// Everything accepted that can be, by the fastest backend.
fn lenient() -> Parser {
    Parser::new(Policy::CAPTURE)
}

/// One parser a backend, made once: asking the processor is slow.
fn every_backend() -> Vec<Parser> {
    let parser = lenient().with_limits(Limits::unlimited());
    Backend::available().map(|backend| parser.with_backend(backend)).collect()
}

/// What all backends, and both kinds of index, see in `bytes` is what the slow reader sees.
#[track_caller]
fn check(parsers: &[Parser], bytes: &[u8]) {
    let expected = oracle::read(bytes);
    let shown = || bytes.escape_ascii().to_string();
    let mut index = Index::<300>::sized();
    let mut growing = GrowIndex::new();
    let held = expected.as_ref().map_or(0, oracle::Seen::len) <= 300;
    for parser in parsers.iter().filter(|_| held) {
        let found = parser.parse(bytes, &mut index).map(|message| oracle::seen(&message));
        assert_eq!(found, expected, "by {}: b\"{}\"", parser.backend(), shown());
    }
    let found = parsers[0].parse_growing(bytes, &mut growing).map(|message| oracle::seen(&message));
    assert_eq!(found, expected, "by the growing index: b\"{}\"", shown());
}

#[test]
fn mutated_messages_are_seen_as_the_slow_reader_sees_them() {
    let parsers = every_backend();
    let mut maker = mutate::Maker::new(0x5107);
    let mut bytes = Vec::new();
    for _ in 0..15_000 {
        maker.make(&mut bytes);
        check(&parsers, &bytes);
    }
}

#[test]
fn corpus_messages_are_seen_as_the_slow_reader_sees_them() {
    let parsers = every_backend();
    let all = simdsip_corpus::messages();
    let odd = all.iter().filter(|entry| !entry.name.starts_with("workloads/"));
    for entry in odd.chain(all.iter().step_by(20)) {
        check(&parsers, &entry.bytes);
    }
}

/// What lines can hold that a block can tear apart.
const LINES: [&[u8]; 20] = [
    b"To: a",
    b"X-Y:",
    b":",
    b": v",
    b"",
    b" folded",
    b"\tfolded: too",
    b" ",
    b"no colon here",
    b"Via : x",
    b"v:x",
    b"l: 2",
    b"Content-Length: 2",
    b"Sub\x01ject: x",
    b"Content\rType: x",
    b"Subject: \xff",
    b"Subject: a\x7fb",
    b"Subject: \"\xc3\xa9\" : :",
    b"a\rb",
    b"Subject:\x0b\x0c\t x \t",
];

// covers: RFC 3261 §7, §7.3
#[test]
fn every_line_at_every_place_of_a_block_is_seen() {
    let parsers = every_backend();
    for line in LINES {
        for end in [&b"\r\n"[..], b"\n", b"\r\r\n", b"\n\r", b" \r\n"] {
            for shift in 0..66 {
                let mut bytes = b"BYE sip:b SIP/2.0\r\nX: ".to_vec();
                bytes.extend(core::iter::repeat_n(b'p', shift));
                for part in [b"\r\n", line, end, b"Call-ID: c\r\n\r\nbody"] {
                    bytes.extend_from_slice(part);
                }
                check(&parsers, &bytes);
            }
        }
    }
}

// covers: RFC 3261 §7
#[test]
fn the_empty_line_is_found_across_every_edge() {
    let parsers = every_backend();
    for empty in [
        &b"\r\n\r\n"[..],
        b"\n\n",
        b"\n\r\n",
        b"\r\n\n",
        b"\r\n\r\r\n\r\n",
        b"\r\n\r",
        b"\r\n",
        b"\n",
        b"\r",
        b"",
    ] {
        for behind in [&b""[..], b"b", b"\r\n\r\n", b"A: b\r\n\r\n"] {
            for shift in 0..131 {
                let mut bytes = b"BYE sip:b SIP/2.0\r\nX:".to_vec();
                bytes.extend(core::iter::repeat_n(b'p', shift));
                bytes.extend_from_slice(empty);
                bytes.extend_from_slice(behind);
                check(&parsers, &bytes);
            }
        }
    }
}

#[test]
fn tails_of_every_length_are_seen() {
    let parsers = every_backend();
    let text =
        b"SIP/2.0 200 OK\r\nVia: a\r\n b\r\nno colon\nl : 3\r\nX\r: y\r\n\tz: \xff\r\n\r\nabcdefgh".repeat(3);
    for len in 0..text.len() {
        check(&parsers, &text[..len]);
        for cut in [b'\r', b'\n', b':', b' ', b'x'] {
            let mut bytes = text[..len].to_vec();
            bytes.push(cut);
            check(&parsers, &bytes);
        }
    }
}

#[test]
fn batches_of_marks_go_on_where_the_last_one_stopped() {
    let parsers = every_backend();
    // 128 marks make a batch: about 64 lines, fewer where a block is full of them.
    for lines in (1..190).step_by(3) {
        for line in
            [&b"a: b\r\n"[..], b":\r\n", b"\n", b"To: some longer value that fills a block by itself\r\n"]
        {
            for shift in [0, 1, 31, 62, 63] {
                let mut bytes = b"BYE sip:b SIP/2.0\r\nX: ".to_vec();
                bytes.extend(core::iter::repeat_n(b'p', shift));
                bytes.extend_from_slice(b"\r\n");
                bytes.extend_from_slice(&line.repeat(lines));
                bytes.extend_from_slice(b"ragged\r\nl: 1\r\n folded\r\n\r\nb");
                check(&parsers, &bytes);
            }
        }
    }
}

#[test]
fn a_line_open_at_the_end_of_a_batch_is_taken_up_by_the_next() {
    let parsers = every_backend();
    // Ragged lines are one mark each, so that the pairs of others begin at odd and even places.
    for ragged in 0..6 {
        for plain in 20..70 {
            let mut bytes = b"BYE sip:b SIP/2.0\r\n".to_vec();
            bytes.extend_from_slice(&b" x\r\n".repeat(ragged));
            bytes.extend_from_slice(&b"To: abcdefghijklmnopqrstuvwxyz0123456789\r\n".repeat(plain));
            bytes.extend_from_slice(b"X-Open: ");
            bytes.extend(core::iter::repeat_n(b'o', 100));
            bytes.extend_from_slice(b"\r\n\r\n");
            check(&parsers, &bytes);
            let cut = bytes.len() - 4;
            check(&parsers, &bytes[..cut]);
        }
    }
}

// covers: RFC 3261 §7.3.1
#[test]
fn folds_join_with_one_space() {
    let bytes = b"BYE sip:b SIP/2.0\r\nSubject: a  \r\n \t b\r\n\r\n c\r\n".to_vec();
    let mut index = Index::new();
    let message = lenient().parse(&bytes, &mut index).unwrap();
    let subject = message.field(HeaderName::Subject).unwrap();
    assert_eq!(subject.value(), b"a  \r\n \t b");
    assert_eq!(subject.unfolded().collect::<Vec<_>>(), [&b"a"[..], b"b"]);
    assert_eq!(subject.unfolded().to_string(), "a b");
    let mut out = b"was here: ".to_vec();
    subject.unfolded().append_to(&mut out);
    assert_eq!(out, b"was here: a b");
    assert_eq!(format!("{subject:?}"), "Subject: a  \\r\\n \\t b");
}

// covers: RFC 3261 §7
#[test]
fn values_that_are_not_utf8_are_shown_with_replacements() {
    let bytes = b"BYE sip:b SIP/2.0\r\nSubject: \xffa\xc3\r\n \xc3\xa9\xff\r\n\r\n";
    let mut index = Index::new();
    let message = lenient().parse(bytes, &mut index).unwrap();
    let subject: String = message.field(HeaderName::Subject).unwrap().unfolded().to_string();
    assert_eq!(subject, "\u{fffd}a\u{fffd} \u{e9}\u{fffd}");
}

#[test]
fn headers_can_be_walked_from_both_ends_and_by_number() {
    let bytes = b"BYE sip:b SIP/2.0\r\nA: 0\r\nTo: 1\r\nB: 2\r\nt: 3\r\nC: 4\r\nTo: 5\r\n\r\n";
    let mut index = Index::new();
    let message = lenient().parse(bytes, &mut index).unwrap();
    let values = |fields: &mut dyn Iterator<Item = crate::HeaderField<'_>>| -> String {
        fields.map(|field| field.value()[0] as char).collect()
    };
    assert_eq!(values(&mut message.headers()), "012345");
    assert_eq!(values(&mut message.headers().rev()), "543210");
    assert_eq!(values(&mut message.fields(HeaderName::To)), "135");
    assert_eq!(values(&mut message.fields_named(b"TO")), "135");
    assert_eq!(values(&mut message.fields_named(b"b")), "2");
    assert_eq!(values(&mut message.fields(HeaderName::Via)), "");
    assert_eq!(message.headers().len(), 6);
    let mut walk = message.headers();
    assert_eq!((walk.nth(1).unwrap().value(), walk.len()), (&b"1"[..], 4));
    assert_eq!(walk.next_back().unwrap().value(), b"5");
    assert_eq!(walk.size_hint(), (3, Some(3)));
    assert!(walk.nth(3).is_none());
    let mut found = message.fields(HeaderName::To);
    assert_eq!(found.by_ref().count(), 3);
    assert!(found.next().is_none() && found.next().is_none());
}

#[test]
fn debug_shows_what_a_message_is_without_its_bytes() {
    let mut index = Index::new();
    let message: Message<'_> =
        lenient().parse(b"BYE sip:b SIP/2.0\r\nA: secret\r\n\r\nxy", &mut index).unwrap();
    let text = format!("{message:?}");
    assert!(text.contains("header_count: 1") && text.contains("body: 32..34"), "{text}");
    assert!(!text.contains("secret"));
    assert_eq!(format!("{index:?}"), "Index { capacity: 128, header_count: 1 }");
    let mut growing = GrowIndex::new();
    assert!(lenient().parse_growing(b"BYE sip:b SIP/2.0\r\nA: 1\r\nB: 2\r\n\r\n", &mut growing).is_ok());
    assert_eq!(format!("{growing:?}"), "GrowIndex { header_count: 2 }");
}

fn error(bytes: &[u8]) -> Error {
    lenient().parse(bytes, &mut Index::new()).unwrap_err()
}
