//! Content-Length, on datagrams and on streams: RFC 3261 §18.3, §20.14; RFC 4475 §3.3.9.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::{check, every_backend, lenient};
use crate::message::length::decimal;
use crate::{
    DefectCode as D, Error, ErrorKind as E, Frame, Framer, Index, LimitKind, Limits, Parser, Policy, Side,
};

/// A message with these lines and body.
fn message(lines: &str, body: &str) -> String {
    format!("OPTIONS sip:a SIP/2.0\r\n{lines}\r\n{body}")
}

/// Body and defects of a datagram.
fn datagram(lines: &str, body: &str) -> (String, Vec<D>, Result<Option<u64>, Error>) {
    let bytes = message(lines, body);
    check(&every_backend()[..1], bytes.as_bytes());
    let mut index = Index::new();
    let message = lenient().parse(bytes.as_bytes(), &mut index).unwrap();
    let text = String::from_utf8(message.body().to_vec()).unwrap();
    (text, message.structural_defects().map(|defect| defect.code).collect(), message.content_length())
}

// covers: RFC 3261 §20.14
#[test]
fn numbers_are_decimal_digits_and_nothing_else() {
    for (text, owed) in [
        ("", None),
        ("0", Some(0)),
        ("7", Some(7)),
        ("42", Some(42)),
        ("150", Some(150)),
        ("9999", Some(9_999)),
        ("65536", Some(65_536)),
        ("0000", Some(0)),
        ("00000000000000000000000000042", Some(42)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", Some(u64::MAX)),
        ("99999999999999999999999999", Some(u64::MAX)),
        ("/", None),
        (":", None),
        ("1a", None),
        ("a1", None),
        ("12:", None),
        ("1/23", None),
        ("123/", None),
        (":123", None),
        ("12345x", None),
        ("+1", None),
        ("-1", None),
        ("1 2", None),
        ("\u{664}", None),
    ] {
        assert_eq!(decimal(text.as_bytes()), owed, "{text:?}");
    }
    // Every byte at every place of up to five digits, as the reader of messages reads it.
    let parsers = every_backend();
    for len in 1..6 {
        for at in 0..len {
            for byte in 0..=255u8 {
                let mut digits = b"00000"[..len].to_vec();
                digits[len - 1] = b'3';
                digits[at] = byte;
                for name in [&b"l:"[..], b"Content-Length: "] {
                    let bytes =
                        [b"BYE sip:b SIP/2.0\r\n", name, &digits, b"\r\n\r\n", b"body of some length"]
                            .concat();
                    check(&parsers[..1], &bytes);
                }
            }
        }
    }
}

// covers: RFC 3261 §7.4.2, §18.3
#[test]
fn a_datagram_takes_what_content_length_says_and_what_is_there() {
    assert_eq!(datagram("l: 4\r\n", "body"), ("body".into(), [].into(), Ok(Some(4))));
    assert_eq!(datagram("l: 0\r\n", ""), ("".into(), [].into(), Ok(Some(0))));
    assert_eq!(datagram("", "body"), ("body".into(), [].into(), Ok(None)));
    assert_eq!(datagram("l: 3\r\n", "body"), ("bod".into(), [D::SurplusBytes].into(), Ok(Some(3))));
    assert_eq!(datagram("l: 0\r\n", "body"), ("".into(), [D::SurplusBytes].into(), Ok(Some(0))));
    assert_eq!(datagram("l: 5\r\n", "body"), ("body".into(), [D::ContentLengthTooLong].into(), Ok(Some(5))));
    assert_eq!(datagram("l: 1\r\n", ""), ("".into(), [D::ContentLengthTooLong].into(), Ok(Some(1))));
}

// covers: RFC 3261 §20.14
#[test]
fn a_number_beyond_u64_is_too_long_and_told_as_an_error() {
    let largest = format!("l: {}\r\n", u64::MAX);
    assert_eq!(datagram(&largest, "b"), ("b".into(), [D::ContentLengthTooLong].into(), Ok(Some(u64::MAX))));
    let (body, defects, value) = datagram("l: 18446744073709551616\r\n", "b");
    assert_eq!((body.as_str(), &defects[..]), ("b", &[D::ContentLengthTooLong][..]));
    assert_eq!(value, Err(Error { kind: E::ContentLength, at: 26 }));
}

// covers: RFC 3261 §18.3
#[test]
fn what_is_no_number_leaves_all_bytes_to_the_body() {
    for value in ["", "-1", "+4", "4.0", "0x4", "4;a", "4, 4", "four", "4 4", "\"4\"", "4\r\n 4"] {
        let lines = format!("Content-Length: {value}\r\n");
        let (body, defects, number) = datagram(&lines, "body!");
        assert_eq!((body.as_str(), &defects[..]), ("body!", &[D::ContentLengthInvalid][..]), "{value:?}");
        assert_eq!(number.unwrap_err().kind, E::ContentLength, "{value:?}");
    }
    // A number that stands on a line of its own is one.
    assert_eq!(datagram("l:\r\n 4\r\n", "body!"), ("body".into(), [D::SurplusBytes].into(), Ok(Some(4))));
}

// covers: RFC 3261 §7.3.1
#[test]
fn repeated_values_agree_or_conflict() {
    let repeated = [D::ContentLengthRepeated];
    assert_eq!(
        datagram("l: 4\r\nContent-Length: 4\r\n", "body"),
        ("body".into(), repeated.into(), Ok(Some(4)))
    );
    assert_eq!(datagram("l: 4\r\nContent-Length: 0004\r\nl:4\r\n", "body").1, [D::ContentLengthRepeated; 2]);
    let conflict = ("body".into(), [D::ContentLengthConflict].into(), Ok(Some(4)));
    assert_eq!(datagram("l: 4\r\nContent-Length: 3\r\n", "body"), conflict);
    assert_eq!(datagram("l: 4\r\nl: 4\r\nl: 5\r\n", "body"), conflict);
    assert_eq!(datagram("l: 4\r\nl: x\r\n", "body").1, [D::ContentLengthInvalid]);
    assert_eq!(datagram("l: x\r\nl: 4\r\n", "body").1, [D::ContentLengthInvalid]);
    assert_eq!(datagram("l: x\r\nl: y\r\n", "body").1, [D::ContentLengthInvalid; 2]);
    let (body, defects, _) = datagram("l: 2\r\nl: 2\r\n", "body");
    assert_eq!((body.as_str(), &defects[..]), ("bo", &[D::ContentLengthRepeated, D::SurplusBytes][..]));
}

/// What a stream says: the frame's body, or the error and whether it can be answered.
fn stream(policy: Policy, bytes: &str) -> Result<String, (E, usize, bool)> {
    let mut framer = Framer::new(Parser::new(policy), Side::Server);
    match framer.next(bytes.as_bytes()) {
        Frame::Message(message) => Ok(String::from_utf8(message.body().to_vec()).unwrap()),
        Frame::Need(more) => Err((E::Empty, more, false)),
        Frame::Fatal { error, answerable } => {
            if let Some(message) = answerable {
                assert_eq!(message.body(), b"");
                assert_eq!(message.surplus(), b"");
            }
            Err((error.kind, error.at, answerable.is_some()))
        }
        Frame::Refused { error, message } => {
            assert_eq!(message.as_bytes(), bytes.as_bytes(), "its end is certain");
            Err((error.kind, error.at, true))
        }
        other => panic!("{other:?}"),
    }
}

// covers: RFC 3261 §7.4.2, §18.3
#[test]
fn a_stream_takes_exactly_content_length() {
    for policy in [Policy::INTEROP, Policy::CAPTURE] {
        assert_eq!(stream(policy, &message("l: 4\r\n", "bodyNEXT")), Ok("body".into()));
        assert_eq!(stream(policy, &message("l: 0\r\n", "")), Ok("".into()));
        assert_eq!(stream(policy, &message("l: 4\r\nl: 4\r\n", "body")), Ok("body".into()));
        assert_eq!(stream(policy, &message("l: 9\r\n", "body")), Err((E::Empty, 5, false)));
    }
}

// covers: RFC 3261 §18.3
#[test]
fn a_stream_without_a_usable_content_length_cannot_go_on() {
    let missing = message("To: x\r\n", "body");
    assert_eq!(stream(Policy::INTEROP, &missing), Err((E::ContentLength, 30, true)));
    assert_eq!(stream(Policy::CAPTURE, &missing), Ok("".into()), "who only watches goes on");
    for policy in [Policy::INTEROP, Policy::CAPTURE] {
        assert_eq!(stream(policy, &message("l: x\r\n", "")), Err((E::ContentLength, 26, true)));
        assert_eq!(stream(policy, &message("l: 1\r\nl: -1\r\n", "")), Err((E::ContentLength, 32, true)));
        assert_eq!(stream(policy, &message("l: 4\r\nl: 5\r\n", "body!")), Err((E::ContentLength, 32, true)));
    }
    let strict = Policy::INTEROP.refuse(D::ContentLengthRepeated);
    let error = stream(strict, &message("l: 4\r\nl: 4\r\n", "body")).unwrap_err();
    assert_eq!(error, (E::Refused(D::ContentLengthRepeated), 32, true));
}

// covers: RFC 3261 §18.3
#[test]
fn a_stream_refuses_a_body_over_the_limit_before_it_comes() {
    let mut limits = Limits::new();
    let head = message("l: 40\r\n", "");
    limits.message_len = head.len() + 40;
    let bytes = format!("{head}{}", "b".repeat(40));
    let fits = Parser::new(Policy::INTEROP).with_limits(limits);
    assert!(matches!(Framer::new(fits, Side::Server).next(bytes.as_bytes()), Frame::Message(_)));
    limits.message_len -= 1;
    let small = fits.with_limits(limits);
    for before in ["", "\r\n"] {
        let head = format!("{before}{head}");
        let frame = Framer::<128>::new(small, Side::Server).next(head.as_bytes()).consumed();
        assert_eq!(frame, 0);
        let mut framer = Framer::new(small, Side::Server);
        let Frame::Fatal { error, answerable } = framer.next(head.as_bytes()) else {
            panic!("over the limit")
        };
        let claim = head.find("\r\n\r\n").expect("an end") - 2;
        assert_eq!((error.kind, error.at), (E::Limit(LimitKind::Message), claim));
        assert!(answerable.is_some(), "a 513 can be made");
    }
    let huge = message("l: 18446744073709551616\r\n", "");
    let claim = huge.find("18446").expect("the claim");
    assert_eq!(stream(Policy::CAPTURE, &huge), Err((E::Limit(LimitKind::Message), claim, true)));
}
