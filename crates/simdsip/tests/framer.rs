//! Streams: framer and parser agree on every message, however the stream is cut.
//!
//! RFC 3261 §7.5, §18.3; RFC 5626 §3.5.1. `common::events` compares each message that a framer gives with
//! what the parser sees in the same bytes: start line, fields, names, body, defects.
#![cfg(feature = "std")]

mod common;

use std::time::Duration;

use common::clock::Stopwatch;
use common::{Event, events};
use proptest::prelude::*;
use simdsip::{DefectCode, Frame, Framer, Index, Limits, Parser, Policy, Side};
use simdsip_corpus::rng::Rng;

const SIDES: [Side; 3] = [Side::Server, Side::Client, Side::Observer];

/// Corpus messages that a stream can carry: one Content-Length that says exactly what follows, no line ends before.
fn streamable() -> Vec<Vec<u8>> {
    let parser = Parser::new(Policy::INTEROP);
    let mut index = Index::new();
    let mut found = Vec::new();
    for entry in simdsip_corpus::messages() {
        let Ok(message) = parser.parse(&entry.bytes, &mut index) else { continue };
        let right = matches!(message.content_length(), Ok(Some(len)) if len == message.body().len() as u64);
        let disputed = message.structural_defects().any(|defect| {
            matches!(defect.code, DefectCode::ContentLengthConflict | DefectCode::ContentLengthInvalid)
        });
        if right && !disputed && message.range() == (0..entry.bytes.len()) {
            found.push(entry.bytes);
        }
    }
    found
}

// covers: RFC 3261 §7.5, §18.3
#[test]
fn every_cut_of_every_message_gives_that_message() {
    let parser = Parser::new(Policy::INTEROP);
    let all = streamable();
    println!("{} messages", all.len());
    assert!(all.len() > 2_000);
    let mut cuts = 0u64;
    let mut framers = SIDES.map(|side| Framer::<128>::new(parser, side));
    for (at, message) in all.iter().enumerate() {
        let framer = &mut framers[at % 3];
        // Each cut of what is odd or small; every ninth of the common rest.
        let step = if message.len() < 700 || at % 40 == 0 { 1 } else { 9 };
        for cut in (at % step..message.len()).step_by(step) {
            match framer.next(&message[..cut]) {
                Frame::Need(more) => {
                    assert!(more >= 1 && more <= message.len() - cut, "asks for more than there is")
                }
                other => panic!("{other:?} before the end of b\"{}\"", message.escape_ascii()),
            }
            match framer.next(message) {
                Frame::Message(found) => assert_eq!(found.as_bytes(), &message[..]),
                other => panic!("{other:?} from cut {cut} of b\"{}\"", message.escape_ascii()),
            }
            cuts += 1;
        }
    }
    println!("{cuts} cuts");
    assert!(cuts > 300_000);
}

// covers: RFC 3261 §7.5
#[test]
fn one_byte_at_a_time_gives_every_message() {
    let parser = Parser::new(Policy::INTEROP);
    for (at, message) in streamable().iter().enumerate() {
        let (found, rest) = events(parser, SIDES[at % 3], message.chunks(1));
        assert_eq!(found, [Event::Message(message.clone())]);
        assert!(rest.is_empty());
    }
}

#[test]
fn every_backend_frames_alike() {
    let all = streamable();
    let stream: Vec<u8> = all.iter().step_by(13).flatten().copied().collect();
    let mut rng = Rng::new(7);
    let mut pieces = Vec::new();
    let mut rest = &stream[..];
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rng.between(1, 200).min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    let expected = events(Parser::new(Policy::INTEROP), Side::Observer, pieces.iter().copied());
    assert_eq!(expected.0.len(), all.iter().step_by(13).count());
    for backend in simdsip::Backend::available() {
        let parser = Parser::new(Policy::INTEROP).with_backend(backend);
        assert_eq!(events(parser, Side::Observer, pieces.iter().copied()), expected, "{backend}");
    }
}

/// Messages with pings between, and what a server is to see.
fn pinged(messages: &[Vec<u8>], rng: &mut Rng) -> (Vec<u8>, Vec<Event>) {
    let (mut stream, mut expected) = (Vec::new(), Vec::new());
    for message in messages {
        for _ in 0..rng.below(3) {
            stream.extend_from_slice(b"\r\n\r\n");
            expected.push(Event::Ping);
        }
        stream.extend_from_slice(message);
        expected.push(Event::Message(message.clone()));
    }
    (stream, expected)
}

// covers: RFC 5626 §4.4.1
#[test]
fn messages_and_pings_come_back_however_they_are_cut() {
    let all = streamable();
    let mut rng = Rng::new(0x0f4a_3e12);
    for round in 0..400 {
        let some: Vec<Vec<u8>> = (0..rng.between(1, 12)).map(|_| all[rng.below(all.len())].clone()).collect();
        let (stream, expected) = pinged(&some, &mut rng);
        let longest = [1, 3, 17, 64, 300, 5_000][round % 6];
        let mut pieces = Vec::new();
        let mut rest = &stream[..];
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(rng.between(1, longest).min(rest.len()));
            pieces.push(piece);
            rest = behind;
        }
        let (found, rest) = events(Parser::default(), Side::Server, pieces);
        assert_eq!(found, expected);
        assert!(rest.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    // covers: RFC 3261 §7.5
    #[test]
    fn any_split_of_any_stream_gives_the_same_events(seed in any::<u64>(), cuts in prop::collection::vec(1usize..400, 0..40)) {
        // Mutated messages too: what is fatal has to be so in the same place, however it comes.
        let mut maker = common::mutate::Maker::new(seed);
        let mut stream = Vec::new();
        let mut one = Vec::new();
        for _ in 0..4 {
            maker.make(&mut one);
            stream.extend_from_slice(&one);
        }
        for policy in [Policy::INTEROP, Policy::CAPTURE, Policy::STRICT] {
            let parser = Parser::new(policy);
            for side in SIDES {
                let whole = events(parser, side, [&stream[..]]);
                let mut pieces = Vec::new();
                let mut rest = &stream[..];
                for &cut in cuts.iter().cycle().take(4_000) {
                    if rest.is_empty() { break; }
                    let (piece, behind) = rest.split_at(cut.min(rest.len()));
                    pieces.push(piece);
                    rest = behind;
                }
                pieces.push(rest);
                let cut = events(parser, side, pieces);
                prop_assert_eq!(&whole.0, &cut.0, "side {:?}, stream {}", side, stream.escape_ascii());
                if !matches!(whole.0.last(), Some(Event::Fatal(..))) {
                    prop_assert_eq!(&whole.1, &cut.1);
                }
            }
        }
    }
}

#[test]
fn rfc5626_3_5_1_pings_and_pongs_by_side() {
    use Event::{Ping, Pong};
    let one = b"OPTIONS sip:a@example.com SIP/2.0\r\nl: 0\r\n\r\n".to_vec();
    let message = || Event::Message(one.clone());
    let crlf = |before: &[u8]| Event::Message([before, &one].concat());
    let cases: [(&[u8], [Vec<Event>; 3]); 6] = [
        // Server, client, observer.
        (b"\r\n\r\n", [vec![Ping, message()], vec![Pong, Pong, message()], vec![Ping, message()]]),
        (b"\r\n", [vec![crlf(b"\r\n")], vec![Pong, message()], vec![Pong, message()]]),
        (
            b"\r\n\r\n\r\n",
            [vec![Ping, crlf(b"\r\n")], vec![Pong, Pong, Pong, message()], vec![Ping, Pong, message()]],
        ),
        (
            b"\r\n\r\n\r\n\r\n",
            [
                vec![Ping, Ping, message()],
                vec![Pong, Pong, Pong, Pong, message()],
                vec![Ping, Ping, message()],
            ],
        ),
        (b"\n", [vec![crlf(b"\n")], vec![crlf(b"\n")], vec![crlf(b"\n")]]),
        (b"", [vec![message()], vec![message()], vec![message()]]),
    ];
    for (before, expected) in cases {
        let stream = [before, &one].concat();
        for (side, expected) in SIDES.into_iter().zip(expected) {
            for chunk in 1..=stream.len() {
                let (found, rest) = events(Parser::default(), side, stream.chunks(chunk));
                assert_eq!(found, expected, "{side:?}, {} in pieces of {chunk}", before.escape_ascii());
                assert!(rest.is_empty());
            }
        }
    }
}

// covers: RFC 5626 §3.5.1
#[test]
fn a_ping_in_pieces_is_waited_for() {
    let mut server = Framer::new(Parser::default(), Side::Server);
    for (have, need) in [(&b""[..], 4), (b"\r", 3), (b"\r\n", 2), (b"\r\n\r", 1)] {
        assert!(matches!(server.next(have), Frame::Need(more) if more == need), "{}", have.escape_ascii());
    }
    assert!(matches!(server.next(b"\r\n\r\n"), Frame::Ping));
    let mut client = Framer::new(Parser::default(), Side::Client);
    for (have, need) in [(&b""[..], 2), (b"\r", 1)] {
        assert!(matches!(client.next(have), Frame::Need(more) if more == need), "{}", have.escape_ascii());
    }
    assert!(matches!(client.next(b"\r\n"), Frame::Pong));
    assert_eq!((Frame::Ping.consumed(), Frame::Pong.consumed(), Frame::Need(9).consumed()), (4, 2, 0));
}

// covers: RFC 3261 §18.3
#[test]
fn need_tells_the_bytes_of_the_body_that_are_missing() {
    let stream = b"OPTIONS sip:a SIP/2.0\r\nl: 10\r\n\r\n0123456789";
    let head = stream.len() - 10;
    let mut framer = Framer::new(Parser::default(), Side::Server);
    for len in head..stream.len() {
        assert!(matches!(framer.next(&stream[..len]), Frame::Need(more) if more == stream.len() - len));
    }
    assert!(matches!(framer.next(stream), Frame::Message(message) if message.body() == b"0123456789"));
}

#[test]
fn a_shorter_buffer_is_read_afresh_and_reset_forgets() {
    let first = b"OPTIONS sip:first SIP/2.0\r\nl: 5\r\n\r\nabc";
    let second = b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n";
    let mut framer = Framer::new(Parser::default(), Side::Server);
    assert!(matches!(framer.next(first), Frame::Need(2)));
    assert!(matches!(framer.next(second), Frame::Message(message) if message.uri() == Some(b"sip:b")));
    assert!(matches!(framer.next(first), Frame::Need(2)));
    framer.reset();
    let longer = [&second[..], second].concat();
    assert!(matches!(framer.next(&longer), Frame::Message(message) if message.as_bytes() == second));
    assert!(matches!(framer.next(b"no message\r\nat all\r\n\r\n"), Frame::Fatal { .. }));
    assert!(matches!(
        framer.next(b"no message\r\nat all\r\n\r\nOPTIONS sip:a SIP/2.0\r\n"),
        Frame::Fatal { .. }
    ));
    framer.reset();
    assert!(matches!(framer.next(second), Frame::Message(_)));
}

/// Were anything looked at twice, these would take hours.
#[test]
fn no_byte_is_looked_at_again() {
    let limits = Limits::unlimited();
    let parser = Parser::new(Policy::INTEROP).with_limits(limits);
    let body = vec![b'x'; 1 << 20];
    let long_body = [&b"MESSAGE sip:a SIP/2.0\r\nl: 1048576\r\n\r\n"[..], &body].concat();
    let field = [&b"X-Long: "[..], &body[..60_000], b"\r\nl: 0\r\n\r\n"].concat();
    let long_field = [&b"MESSAGE sip:a SIP/2.0\r\n"[..], &field].concat();
    let rows = b"X-Row: a field of forty bytes or so\r\n".repeat(1_500);
    let many_fields = [&b"MESSAGE sip:a SIP/2.0\r\n"[..], &rows, b"l: 0\r\n\r\n"].concat();
    let colons = [&b"MESSAGE sip:a SIP/2.0\r\n"[..], &b":\r\n".repeat(18_000), b"l: 0\r\n\r\n"].concat();
    for stream in [long_body, long_field, many_fields, colons] {
        let begin = Stopwatch::start();
        let mut framer = Framer::<20_000>::sized(parser, Side::Server);
        for len in 0..stream.len() {
            assert!(matches!(framer.next(&stream[..len]), Frame::Need(_)), "at {len}");
        }
        assert!(matches!(framer.next(&stream), Frame::Message(message) if message.as_bytes() == stream));
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(5), "{} bytes one by one took {took:?}", stream.len());
    }
}
