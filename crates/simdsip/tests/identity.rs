//! Nothing is lost, nothing changes: what was parsed can be put together again byte for byte, asking twice
//! gives the same answer, and owned bytes read as borrowed ones do.
#![cfg(feature = "std")]

mod common;

use std::sync::Arc;

use common::mutate::Maker;
use common::{difference, emit, outcome_difference, policies, touch};
use simdsip::{Error, ErrorKind, GrowIndex, Index, LimitKind, Limits, Message, Parser, Policy};

/// Every corpus message, and a hundred thousand mutated ones.
fn inputs(mut visit: impl FnMut(&[u8])) {
    for entry in simdsip_corpus::messages() {
        visit(&entry.bytes);
    }
    let mut maker = Maker::new(0x1de_4717);
    let mut bytes = Vec::new();
    for _ in 0..100_000 {
        maker.make(&mut bytes);
        visit(&bytes);
    }
}

// covers: RFC 3261 §7, §7.4
#[test]
fn emit_of_what_was_parsed_is_the_identity() {
    let parser = Parser::new(Policy::CAPTURE);
    let mut index = Index::new();
    let (mut accepted, mut all) = (0, 0);
    inputs(|bytes| {
        all += 1;
        if let Ok(message) = parser.parse(bytes, &mut index) {
            accepted += 1;
            assert_eq!(emit(bytes, &message), bytes, "of b\"{}\"", bytes.escape_ascii());
        }
    });
    println!("{accepted} of {all} accepted and put together again");
    assert!(accepted > 60_000);
}

// covers: RFC 3261 §7.3, §7.3.1
#[test]
fn parts_stand_inside_the_message_in_wire_order() {
    let parser = Parser::new(Policy::CAPTURE);
    let mut index = Index::new();
    inputs(|bytes| {
        let Ok(message) = parser.parse(bytes, &mut index) else { return };
        let mut at = message.start_line_range().end;
        assert!(bytes[..message.range().start].iter().all(|byte| matches!(byte, b'\r' | b'\n')));
        for header in message.headers() {
            let (name, value, line) = (header.name_range(), header.value_range(), header.line_range());
            assert_eq!(line.start, at, "lines follow each other");
            assert!(
                line.start <= name.start && name.end <= value.start.max(name.end) && value.end <= line.end
            );
            assert_eq!((&bytes[name], &bytes[value]), (header.name(), header.value()));
            let blank = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b' ' | b'\t'));
            assert!(!blank(header.value().first()) && !blank(header.value().last()), "values are trimmed");
            assert!(!blank(header.name().last()), "names are trimmed in b\"{}\"", bytes.escape_ascii());
            assert!(header.is_folded() == header.value().contains(&b'\n'), "a fold is known as one");
            at = line.end;
        }
        assert!(at <= message.body_range().start && message.body_range().end <= bytes.len());
        assert_eq!(message.range().end + message.surplus().len(), bytes.len());
        for defect in message.defects() {
            assert!(defect.at + defect.len <= bytes.len(), "{defect:?} is outside");
        }
        assert_eq!(
            message.has_defects(),
            message.defects().next().is_some(),
            "on b\"{}\"",
            bytes.escape_ascii()
        );
    });
}

#[test]
fn asking_twice_gives_the_same_answer() {
    let parser = Parser::new(Policy::CAPTURE);
    let mut index = Index::new();
    inputs(|bytes| {
        let Ok(message) = parser.parse(bytes, &mut index) else { return };
        let copy = message;
        let first = touch(&message);
        assert_eq!(first, touch(&message));
        assert_eq!(difference(&message, &copy), None);
        let forward: Vec<_> = message.headers().map(|header| header.line_range()).collect();
        let mut backward: Vec<_> = message.headers().rev().map(|header| header.line_range()).collect();
        backward.reverse();
        assert_eq!(forward, backward);
        let nth = forward.iter().enumerate();
        assert!(
            nth.into_iter()
                .all(|(n, line)| message.headers().nth(n).map(|h| h.line_range()).as_ref() == Some(line))
        );
    });
}

#[test]
fn a_used_index_reads_as_a_fresh_one() {
    let parser = Parser::new(Policy::CAPTURE);
    let mut used = Index::new();
    let mut growing = GrowIndex::new();
    inputs(|bytes| {
        let mut fresh = Index::new();
        let expected = parser.parse(bytes, &mut fresh);
        assert_eq!(outcome_difference(&expected, &parser.parse(bytes, &mut used)), None);
        let grown = parser.parse_growing(bytes, &mut growing);
        if !only_the_fixed_index_refuses(&expected, &grown) {
            assert_eq!(outcome_difference(&expected, &grown), None, "on b\"{}\"", bytes.escape_ascii());
        }
    });
}

/// More fields than 128, or offsets of more than 16 bits.
fn only_the_fixed_index_refuses(
    fixed: &Result<Message<'_>, Error>,
    grown: &Result<Message<'_>, Error>,
) -> bool {
    let index_is_full = matches!(
        fixed,
        Err(Error { kind: ErrorKind::Limit(LimitKind::Index | LimitKind::HeaderSection), .. })
    );
    index_is_full
        && *fixed.as_ref().unwrap_err()
            != grown.as_ref().err().copied().unwrap_or(Error { kind: ErrorKind::Empty, at: 0 })
}

#[test]
fn owned_equals_borrowed_whatever_holds_the_bytes() {
    for (_, policy) in policies() {
        let parser = Parser::new(policy);
        let mut index = GrowIndex::new();
        let mut count = 0;
        inputs(|bytes| {
            count += 1;
            if count % 5 != 0 {
                return;
            }
            let borrowed = parser.parse_growing(bytes, &mut index);
            let vec = parser.parse_owned(bytes.to_vec());
            let arc = parser.parse_owned(Arc::<[u8]>::from(bytes));
            let boxed = parser.parse_owned(Box::<[u8]>::from(bytes));
            let slice = parser.parse_owned(bytes);
            let Ok(borrowed) = borrowed else {
                let error = borrowed.unwrap_err();
                let rejected = vec.unwrap_err();
                assert_eq!((rejected.error, &rejected.bytes[..]), (error, bytes), "the bytes come back");
                assert_eq!(arc.unwrap_err().error, error);
                assert_eq!(boxed.unwrap_err().error, error);
                assert_eq!(slice.unwrap_err().error, error);
                return;
            };
            let (vec, arc, boxed, slice) = (vec.unwrap(), arc.unwrap(), boxed.unwrap(), slice.unwrap());
            let kept = borrowed.into_owned();
            let views = [&vec.as_message(), &arc.as_message(), &boxed.as_message(), &slice.as_message()];
            for owned in views.into_iter().chain([&kept.as_message()]) {
                assert_eq!(difference(&borrowed, owned), None, "on b\"{}\"", bytes.escape_ascii());
            }
            let moved = arc.clone();
            assert_eq!(moved.bytes().as_ptr(), arc.bytes().as_ptr(), "an Arc is not copied");
            assert_eq!(difference(&moved.as_message(), &borrowed), None);
            assert_eq!(vec.into_bytes(), bytes);
        });
    }
}

#[test]
fn the_growing_index_holds_what_the_fixed_one_cannot() {
    let mut bytes = b"OPTIONS sip:a SIP/2.0\r\n".to_vec();
    for row in 0..3_000 {
        bytes.extend_from_slice(format!("X-Row-{row}: {}\r\n", "v".repeat(row % 60)).as_bytes());
    }
    bytes.extend_from_slice(b"\r\nbody");
    assert!(bytes.len() > 65_535);
    let parser = Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited());
    let refused = parser.parse(&bytes, &mut Index::<4_000>::sized()).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Limit(LimitKind::HeaderSection));
    let mut index = GrowIndex::new();
    let message = parser.parse_growing(&bytes, &mut index).unwrap();
    assert_eq!(message.headers().len(), 3_000);
    for (row, header) in message.headers().enumerate() {
        assert_eq!(header.name(), format!("X-Row-{row}").as_bytes());
        assert_eq!(header.value().len(), row % 60);
    }
    assert_eq!(message.body(), b"body");
    assert_eq!(emit(&bytes, &message), bytes);
}
