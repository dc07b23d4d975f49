//! Each limit at its value and one beyond, with the place where it shows; the capacity of an index.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::{Parser, lenient};
use crate::{Backend, Error, ErrorKind, Frame, Framer, GrowIndex, Index, LimitKind, Limits, Policy, Side};

/// The error of each backend and each way of reading, which all have to give the same.
#[track_caller]
fn outcome(limits: Limits, bytes: &[u8]) -> Result<(), (LimitKind, usize)> {
    let parser = lenient().with_limits(limits);
    let mut found: Vec<Result<(), Error>> = Vec::new();
    for backend in Backend::available() {
        let parser = parser.with_backend(backend);
        found.push(parser.parse(bytes, &mut Index::<512>::sized()).map(|_| ()));
        found.push(parser.parse_growing(bytes, &mut GrowIndex::new()).map(|_| ()));
        found.push(parser.parse_owned(bytes).map(|_| ()).map_err(Error::from));
    }
    assert!(found.iter().all(|other| *other == found[0]), "{found:?}");
    found[0].map_err(|error| match error.kind {
        ErrorKind::Limit(limit) => (limit, error.at),
        other => panic!("{other:?}"),
    })
}

/// And of a stream, all at once and byte by byte.
#[track_caller]
fn stream(limits: Limits, bytes: &[u8]) -> Result<(), (LimitKind, usize)> {
    let parser = Parser::new(Policy::INTEROP).with_limits(limits);
    let mut found = Vec::new();
    for step in [1, 7, bytes.len()] {
        let mut framer = Framer::<512>::sized(parser, Side::Server);
        let mut at = 0;
        found.push(loop {
            at = bytes.len().min(at + step);
            match framer.next(&bytes[..at]) {
                Frame::Need(_) => assert!(at < bytes.len(), "all was given"),
                Frame::Message(message) => {
                    break message.body().is_empty().then_some(()).ok_or((LimitKind::Message, 0));
                }
                Frame::Fatal { error: Error { kind: ErrorKind::Limit(limit), at }, .. } => {
                    break Err((limit, at));
                }
                other => panic!("{other:?}"),
            }
        });
    }
    assert!(found.iter().all(|other| *other == found[0]), "{found:?}");
    found[0]
}

#[test]
fn message_len_counts_every_byte() {
    let bytes = b"OPTIONS sip:a SIP/2.0\r\nl: 4\r\n\r\nbody";
    let mut limits = Limits::unlimited();
    limits.message_len = bytes.len();
    assert_eq!(outcome(limits, bytes), Ok(()));
    limits.message_len -= 1;
    assert_eq!(outcome(limits, bytes), Err((LimitKind::Message, bytes.len() - 1)));
}

// covers: RFC 3261 §7.5
#[test]
fn line_ends_before_a_message_do_not_count_however_it_comes() {
    let bytes = b"\r\n\r\n\r\nOPTIONS sip:a SIP/2.0\r\nTo: x\r\nl: 0\r\n\r\n";
    let mut limits = Limits::unlimited();
    for before in [0, 2] {
        let bytes = &bytes[6 - before..];
        limits.message_len = bytes.len() - before;
        assert_eq!(stream(limits, bytes), Ok(()));
        limits.message_len -= 1;
        assert_eq!(stream(limits, bytes), Err((LimitKind::Message, bytes.len() - 1)));
    }
}

#[test]
fn header_count_counts_fields_and_not_folds() {
    let with = |count: usize| {
        format!("OPTIONS sip:a SIP/2.0\r\n{}l: 0\r\n\r\n", "X: y\r\n folded\r\n".repeat(count - 1))
    };
    for count in [1, 2, 20, 128, 129, 200, 256] {
        let mut limits = Limits::unlimited();
        limits.header_count = count;
        assert_eq!(outcome(limits, with(count).as_bytes()), Ok(()), "{count}");
        assert_eq!(stream(limits, with(count).as_bytes()), Ok(()), "{count}");
        for read in [outcome, stream] {
            let found = read(limits, with(count + 1).as_bytes());
            assert_eq!(
                found,
                Err((LimitKind::Headers, 23 + 15 * count)),
                "where the first one too many begins"
            );
        }
    }
    // The last line has no end.
    let mut limits = Limits::unlimited();
    limits.header_count = 2;
    assert_eq!(
        outcome(limits, b"OPTIONS sip:a SIP/2.0\r\nA: a\r\nB: b\r\nC: c"),
        Err((LimitKind::Headers, 35))
    );
    assert_eq!(outcome(limits, b"OPTIONS sip:a SIP/2.0\r\nA: a\r\nB: b\r\n c"), Ok(()));
}

#[test]
fn line_len_is_without_its_line_feed() {
    let field = |len: usize| format!("X: {}", "v".repeat(len - 3));
    for (before, behind) in [("", ""), ("To: a\r\n", ""), ("", "To: a\r\n"), ("A: b\r\n", "C: d\r\nE: f\r\n")]
    {
        for len in [60, 63, 64, 65, 127, 128, 129, 300, 1_000] {
            let bytes =
                |line: String| format!("OPTIONS sip:a SIP/2.0\r\n{before}{line}\n{behind}l: 0\r\n\r\n");
            let at = 23 + before.len() + len;
            let mut limits = Limits::unlimited();
            limits.line_len = len;
            for read in [outcome, stream] {
                assert_eq!(read(limits, bytes(field(len)).as_bytes()), Ok(()), "{len}");
                let over = read(limits, bytes(field(len + 1)).as_bytes());
                assert_eq!(over, Err((LimitKind::Line, at)), "{len} behind {before:?}");
            }
            // A line that has no end is as long as what is there.
            let open = |line: String| format!("OPTIONS sip:a SIP/2.0\r\n{before}{line}");
            assert_eq!(outcome(limits, open(field(len)).as_bytes()), Ok(()), "{len}");
            assert_eq!(outcome(limits, open(field(len + 1)).as_bytes()), Err((LimitKind::Line, at)), "{len}");
        }
    }
}

/// One byte at a time the first of them is met first; all at once it has to be told too.
#[test]
fn of_several_limits_the_first_in_the_bytes_is_told() {
    let long = format!("X: {}\r\n", "v".repeat(300));
    let name = format!("{}: x\r\n", "n".repeat(256));
    let both = format!("{}: {}\r\n", "n".repeat(256), "v".repeat(300));
    let few = "To: x\r\n".repeat(5);
    let many = few.repeat(20);
    let mut limits = Limits::unlimited();
    (limits.line_len, limits.header_count, limits.message_len) = (280, 90, 3_000);
    let (line, name_too, headers) = (LimitKind::Line, LimitKind::Name, LimitKind::Headers);
    for (fields, owed) in [
        ([&few, &long, &name], (line, 23 + 35 + 280)),
        ([&few, &name, &long], (name_too, 23 + 35 + 255)),
        ([&few, &both, &name], (line, 23 + 35 + 280)),
        ([&many, &long, &name], (headers, 23 + 90 * 7)),
        ([&long, &many, &name], (line, 23 + 280)),
        ([&name, &many, &long], (name_too, 23 + 255)),
        ([&many, &name, &long], (headers, 23 + 90 * 7)),
    ] {
        let bytes = format!("OPTIONS sip:a SIP/2.0\r\n{}l: 0\r\n\r\n", fields.map(String::as_str).concat());
        assert_eq!(stream(limits, bytes.as_bytes()), Err(owed));
        assert_eq!(outcome(limits, bytes.as_bytes()), Err(owed));
        // A limit that all bytes are over hides what stands behind it, and nothing before it.
        for message_len in (1..bytes.len()).step_by(17) {
            let mut limits = limits;
            limits.message_len = message_len;
            let found = stream(limits, bytes.as_bytes()).unwrap_err();
            assert!(found == owed || found == (LimitKind::Message, message_len), "{found:?} {message_len}");
        }
    }
}

#[test]
fn line_ends_before_a_message_are_as_many_as_a_line_has_bytes() {
    let mut limits = Limits::unlimited();
    limits.line_len = 25;
    let with = |count: usize| format!("{}OPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n", "\n".repeat(count));
    assert_eq!(stream(limits, with(25).as_bytes()), Ok(()));
    assert_eq!(stream(limits, with(26).as_bytes()), Err((LimitKind::Line, 25)));
}

#[test]
fn the_start_line_is_a_line_too() {
    let bytes = format!("OPTIONS sip:{} SIP/2.0\r\nl: 0\r\n\r\n", "a".repeat(200));
    let mut limits = Limits::unlimited();
    limits.line_len = 221;
    assert_eq!(outcome(limits, bytes.as_bytes()), Ok(()));
    limits.line_len = 219;
    assert_eq!(outcome(limits, bytes.as_bytes()), Err((LimitKind::Line, 219)));
    assert_eq!(stream(limits, bytes.as_bytes()), Err((LimitKind::Line, 219)));
}

#[test]
fn uri_len_is_of_requests() {
    let with = |len: usize| format!("OPTIONS {} SIP/2.0\r\nl: 0\r\n\r\n", "u".repeat(len));
    let mut limits = Limits::unlimited();
    for len in [1, 15, 16, 17, 100] {
        limits.uri_len = len;
        for read in [outcome, stream] {
            assert_eq!(read(limits, with(len + 1).as_bytes()), Ok(()), "it can be answered");
        }
        let over = |len: usize| {
            let (bytes, mut index) = (with(len), Index::<8>::sized());
            let message =
                Parser::new(Policy::CAPTURE).with_limits(limits).parse(bytes.as_bytes(), &mut index).unwrap();
            message
                .defects()
                .find(|defect| defect.code == crate::DefectCode::OverLimit)
                .map(|defect| (defect.at, defect.len))
        };
        assert_eq!((over(len), over(len + 1)), (None, Some((8, len + 1))));
    }
    limits.uri_len = 1;
    assert_eq!(outcome(limits, b"SIP/2.0 200 a long reason\r\nl: 0\r\n\r\n"), Ok(()), "a code is no URI");
}

#[test]
fn names_have_at_most_255_bytes() {
    let with = |len: usize, rest: &str| {
        format!("OPTIONS sip:a SIP/2.0\r\n{}{rest}\r\nl: 0\r\n\r\n", "n".repeat(len))
    };
    for rest in [": v", ":", ":v", " : v", "\t \t:"] {
        for read in [outcome, stream] {
            assert_eq!(read(Limits::unlimited(), with(255, rest).as_bytes()), Ok(()), "{rest:?}");
            assert_eq!(
                read(Limits::unlimited(), with(256, rest).as_bytes()),
                Err((LimitKind::Name, 23 + 255)),
                "{rest:?}"
            );
        }
    }
    let bytes = with(255, ": v");
    let mut index = Index::new();
    let message = lenient().parse(bytes.as_bytes(), &mut index).unwrap();
    assert_eq!(message.headers().next().unwrap().name().len(), 255);
    assert_eq!(
        outcome(Limits::unlimited(), with(300, "").as_bytes()),
        Ok(()),
        "a line without colon has no name"
    );
}

fn fits<const N: usize>() {
    let with = |count: usize| format!("OPTIONS sip:a SIP/2.0\r\n{}\r\n", "To: x\r\n".repeat(count));
    let mut index = Index::<N>::sized();
    let bytes = with(N);
    assert_eq!(lenient().parse(bytes.as_bytes(), &mut index).unwrap().headers().len(), N);
    for line in ["To: x\r\n", "unknown: x\r\n", "no colon\r\n", ":\r\n"] {
        let bytes = format!("OPTIONS sip:a SIP/2.0\r\n{}{line}\r\n", "To: x\r\n".repeat(N));
        let error = lenient().parse(bytes.as_bytes(), &mut index).unwrap_err();
        assert_eq!((error.kind, error.at), (ErrorKind::Limit(LimitKind::Index), 23 + 7 * N), "{line:?}");
    }
    // The index is as good as new.
    assert_eq!(lenient().parse(with(N / 2).as_bytes(), &mut index).unwrap().headers().len(), N / 2);
}

#[test]
fn an_index_holds_as_many_fields_as_it_says() {
    fits::<0>();
    fits::<1>();
    fits::<2>();
    fits::<7>();
    fits::<8>();
    fits::<9>();
    fits::<63>();
    fits::<64>();
    fits::<128>();
    fits::<200>();
}

#[test]
fn names_are_found_at_every_place_of_an_index_of_any_size() {
    use crate::HeaderName;
    fn check<const N: usize>() {
        for count in 1..=N {
            for at in 0..count {
                let lines: String =
                    (0..count).map(|line| if line == at { "To: x\r\n" } else { "Via: y\r\n" }).collect();
                let bytes = format!("OPTIONS sip:a SIP/2.0\r\n{lines}\r\n");
                let mut index = Index::<N>::sized();
                // What an earlier message left behind is not found again.
                lenient()
                    .parse(
                        format!("BYE sip:a SIP/2.0\r\n{}\r\n", "CSeq: 1\r\n".repeat(N)).as_bytes(),
                        &mut index,
                    )
                    .unwrap();
                let message = lenient().parse(bytes.as_bytes(), &mut index).unwrap();
                assert_eq!(message.field(HeaderName::To).unwrap().name_range().start, 23 + 8 * at);
                assert_eq!(message.fields(HeaderName::To).count(), 1);
                assert_eq!(message.fields(HeaderName::Via).count(), count - 1);
                assert!(!message.has(HeaderName::CSeq) && message.field(HeaderName::Unknown).is_none());
            }
        }
    }
    check::<1>();
    check::<8>();
    check::<11>();
    check::<24>();
}

#[test]
fn a_fixed_index_holds_sections_of_65535_bytes() {
    // The last byte of the section at 65,533 and 65,534: the empty line's line feed.
    for (len, fits) in [(65_534, true), (65_535, true), (65_536, false), (70_000, false)] {
        let padding = len - "OPTIONS sip:a SIP/2.0\r\nX: \r\n\r\n".len();
        let bytes = format!("OPTIONS sip:a SIP/2.0\r\nX: {}\r\n\r\nbody", "v".repeat(padding));
        for backend in Backend::available() {
            let parser = lenient().with_limits(Limits::unlimited()).with_backend(backend);
            let mut index = Index::new();
            match parser.parse(bytes.as_bytes(), &mut index) {
                Ok(message) => {
                    assert!(fits && message.headers().next().unwrap().value().len() == padding, "{len}")
                }
                Err(error) => assert_eq!(
                    (error.kind, error.at, fits),
                    (ErrorKind::Limit(LimitKind::HeaderSection), 65_535, false)
                ),
            }
            let mut growing = GrowIndex::new();
            let message = parser.parse_growing(bytes.as_bytes(), &mut growing).unwrap();
            assert_eq!(
                (message.headers().next().unwrap().value().len(), message.body()),
                (padding, &b"body"[..])
            );
        }
    }
}

#[test]
fn presets_are_what_the_documents_say() {
    assert_eq!(Parser::new(Policy::INTEROP).limits(), &Limits::new());
    assert_eq!(Parser::new(Policy::CAPTURE).limits(), &Limits::capture());
    assert_eq!(Limits::default(), Limits::new());
    assert_eq!(Parser::default().policy(), Policy::INTEROP);
    assert_eq!(Parser::default().with_backend(Backend::SWAR).backend(), Backend::SWAR);
    assert_eq!(Parser::default().backend(), Backend::detect());
}
