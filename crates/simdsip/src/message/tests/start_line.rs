//! Start lines: each refusal with its place, each defect, and the lengths at which reading goes another way.

use std::vec::Vec;
use std::{format, vec};

use super::{check, error, every_backend, lenient};
use crate::defect::DefectSet;
use crate::message::head::Start;
use crate::message::start_line::{code, parse, plain, request, status};
use crate::scan::{BLOCK, Swar};
use crate::{DefectCode as D, ErrorKind as E, Index, Method, StartLine};

/// The codes of what is odd about this start line.
fn defects(line: &str) -> Vec<D> {
    let mut index = Index::new();
    let bytes = format!("{line}\r\nl: 0\r\n\r\n");
    let message = lenient().parse(bytes.as_bytes(), &mut index).expect(line);
    message.structural_defects().map(|defect| defect.code).collect()
}

fn refused(line: &str) -> (E, usize) {
    let error = error(format!("{line}\r\nl: 0\r\n\r\n").as_bytes());
    (error.kind, error.at)
}

// covers: RFC 3261 §7.1, §7.2
#[test]
fn what_cannot_be_a_start_line_is_refused_where_it_shows() {
    for (line, kind, at) in [
        ("INVITE", E::Method, 0),
        (" ", E::Method, 0),
        (" \t ", E::Method, 0),
        ("  INVITE", E::Method, 2),
        ("INVITE ", E::Method, 0),
        ("INV\x01TE sip:a SIP/2.0", E::Method, 0),
        ("INV\u{7f}TE sip:a SIP/2.0", E::Method, 0),
        ("  INV\u{e9}TE sip:a SIP/2.0", E::Method, 2),
        ("INVITE SIP/2.0", E::RequestUri, 6),
        ("INVITE  SIP/2.0", E::RequestUri, 6),
        (" INVITE \t SIP/2.0", E::RequestUri, 7),
        ("INVITE sip:a", E::Version, 7),
        ("INVITE sip:a HTTP/1.1", E::Version, 13),
        ("INVITE sip:a SIP", E::Version, 13),
        ("INVITE sip:a SIP/2.0 x", E::Version, 21),
        ("GET / HTTP/1.1", E::Version, 6),
        ("SIP/2.0", E::StatusCode, 7),
        ("SIP/2.0 ", E::StatusCode, 8),
        ("SIP/2.0 OK", E::StatusCode, 8),
        ("SIP/2.0  \tOK", E::StatusCode, 10),
        ("SIP/2.0 -20 x", E::StatusCode, 8),
        ("sip/2.0 x", E::StatusCode, 8),
        ("SIP/", E::StatusCode, 4),
    ] {
        assert_eq!(refused(line), (kind, at), "{line:?}");
        // The same behind line ends: places are those of the input.
        let shifted = error(format!("\r\n\n{line}\r\n\r\n").as_bytes());
        assert_eq!((shifted.kind, shifted.at), (kind, at + 3), "{line:?}");
    }
    for bytes in [&b""[..], b"\r\n", b"\n\r\r\n\n"] {
        let found = error(bytes);
        assert_eq!((found.kind, found.at), (E::Empty, bytes.len()));
    }
}

// covers: RFC 3261 §7.1, §7.2
#[test]
fn what_is_odd_about_a_start_line_is_told() {
    for (line, owed) in [
        ("INVITE sip:a SIP/2.0", &[][..]),
        ("INVITE sip:a sip/2.0", &[]),
        ("INVITE sip:a SIP/3.0", &[D::BadVersion]),
        ("INVITE sip:a SIP/2.00", &[D::BadVersion]),
        ("INVITE sip:a SIP/", &[D::BadVersion]),
        ("INVITE  sip:a SIP/2.0", &[D::StartLineSpacing]),
        ("INVITE sip:a  SIP/2.0", &[D::StartLineSpacing]),
        ("INVITE\tsip:a SIP/2.0", &[D::StartLineSpacing]),
        ("INVITE sip:a\tSIP/2.0", &[D::StartLineSpacing]),
        (" INVITE sip:a SIP/2.0", &[D::StartLineSpacing]),
        ("INVITE sip:a SIP/2.0 ", &[D::StartLineSpacing]),
        ("INVITE sip:a b SIP/2.0", &[D::SpaceInUri]),
        ("INVITE sip:a\tb SIP/2.0", &[D::SpaceInUri]),
        ("INVITE sip:a;b=\"x y\"  SIP/2.0", &[D::StartLineSpacing, D::SpaceInUri]),
        ("IN@ITE sip:a SIP/2.0", &[D::MethodNotToken]),
        ("in/ite sip:a SIP/1.0", &[D::BadVersion, D::MethodNotToken]),
        ("SIP/2.0 200 OK", &[]),
        ("SIP/2.0 200 ", &[]),
        ("sIp/2.0 200 OK", &[]),
        ("SIP/2.0 699 x", &[]),
        ("SIP/2.0 100 x", &[]),
        ("SIP/2.0 200", &[D::NoReasonSeparator]),
        ("SIP/2.0 200\tOK", &[D::StartLineSpacing]),
        ("SIP/2.0  200 OK", &[D::StartLineSpacing]),
        ("SIP/2.0\t200 OK", &[D::StartLineSpacing]),
        ("SIP/7.0 200 OK", &[D::BadVersion]),
        ("SIP/2.0x 200 OK", &[D::BadVersion]),
        ("SIP/2.0 700 x", &[D::BadStatus]),
        ("SIP/2.0 099 x", &[D::BadStatus]),
        ("SIP/2.0 20 x", &[D::BadStatus]),
        ("SIP/2.0 2000 x", &[D::BadStatus]),
        ("SIP/2.0 2x0 x", &[D::BadStatus]),
        ("SIP/2.0 20x x", &[D::BadStatus]),
    ] {
        assert_eq!(defects(line), owed, "{line:?}");
    }
}

// covers: RFC 3261 §7.2
#[test]
fn status_codes_are_three_digits_from_one_hundred_on() {
    for number in 0..1_000u16 {
        let digits = format!("{number:03}");
        assert_eq!(code(digits.as_bytes()), (number >= 100).then_some(number));
        let mut index = Index::new();
        let bytes = format!("SIP/2.0 {digits} x\r\n\r\n");
        let message = lenient().parse(bytes.as_bytes(), &mut index).unwrap();
        match message.status() {
            Ok(Some(found)) => assert!(found == number && number >= 100),
            Ok(None) => panic!("a response has a status"),
            Err(error) => assert!((error.kind, error.at) == (E::StatusCode, 8) && number < 100),
        }
        assert_eq!(defects(&format!("SIP/2.0 {digits} x")).is_empty(), (100..700).contains(&number));
    }
    for text in [&b""[..], b"1", b"10", b"1000", b"1a0", b"10a", b"1/0", b"10:", b" 10"] {
        assert_eq!(code(text), None);
    }
}

// covers: RFC 3261 §7.1
#[test]
fn methods_of_every_length_are_read() {
    let parsers = every_backend();
    for method in [
        "A",
        "ACK",
        "UPDATE",
        "SUBSCRIBE",
        "ABCDEFGHIJKLMN",
        "ABCDEFGHIJKLMNO",
        "ABCDEFGHIJKLMNOP",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    ] {
        for uri in [
            "a",
            "s:",
            "sip:bob@example.com",
            "sip:a-uri-of-some-length@a.host.of.some.length.example;transport=tcp",
        ] {
            let line = format!("{method} {uri} SIP/2.0");
            assert_eq!(defects(&line), []);
            let bytes = format!("{line}\r\n\r\n");
            let mut index = Index::new();
            let message = lenient().parse(bytes.as_bytes(), &mut index).unwrap();
            assert_eq!(message.method(), Some(Method::from_bytes(method.as_bytes())));
            assert_eq!((message.uri(), message.version()), (Some(uri.as_bytes()), &b"SIP/2.0"[..]));
            assert_eq!((message.reason(), message.status()), (None, Ok(None)));
            // Any byte at any place of the method.
            for at in 0..method.len() {
                for byte in [
                    b'a', b'z', b'0', b'9', b'@', b'[', b'`', b'{', b'-', b'/', b':', b'"', 0, 1, 0x7f, 0x80,
                    0xc1, 0xff, b' ', b'\t',
                ] {
                    let mut bytes = bytes.clone().into_bytes();
                    bytes[at] = byte;
                    check(&parsers[..1], &bytes);
                }
            }
        }
    }
}

// covers: RFC 3261 §7.1
#[test]
fn blanks_and_controls_at_every_place_of_every_uri_length() {
    let parsers = every_backend();
    for len in 1..41 {
        for at in 0..len {
            for byte in [b' ', b'\t', 0, 0x0b, 0x1f, 0x7f, 0x80, 0xa0, 0xff, b'!', b'%'] {
                let mut bytes = b"INVITE ".to_vec();
                bytes.extend(core::iter::repeat_n(b'u', len));
                bytes[7 + at] = byte;
                bytes.extend_from_slice(b" SIP/2.0\r\nTo: x\r\n\r\n");
                check(&parsers[..1], &bytes);
            }
        }
    }
}

#[test]
fn start_lines_of_every_length_are_read() {
    let parsers = every_backend();
    let request = b"A b SIP/2.0".to_vec();
    let status = b"SIP/2.0 200 A reason of some length".to_vec();
    for line in [request, status] {
        for len in 0..=line.len() {
            for end in [&b"\r\n\r\n"[..], b"\n\n", b"\r\nA: b\r\n\r\n", b""] {
                check(&parsers, &[&line[..len], end].concat());
            }
        }
        for at in 0..line.len() {
            for byte in [b' ', b'\t', b'x', b'1', b'7', 0, 0xff, b'/', b'.', b'\r', b'\n', b':'] {
                let mut bytes = line.clone();
                bytes[at] = byte;
                bytes.extend_from_slice(b"\r\nA: b\r\n\r\n");
                check(&parsers[..1], &bytes);
                bytes.insert(at, byte);
                check(&parsers[..1], &bytes);
            }
        }
    }
}

// covers: RFC 3261 §7.1, §7.2
#[test]
fn parts_are_given_as_they_stand_on_the_wire() {
    let mut index = Index::new();
    let message = lenient().parse(b"sip/2.0 0200  not quite OK \r\n\r\n", &mut index).unwrap();
    let StartLine::Status(line) = message.start_line() else { panic!("a response") };
    assert_eq!(
        (line.version, line.code, line.reason),
        (&b"sip/2.0"[..], &b"0200"[..], &b" not quite OK "[..])
    );
    assert_eq!((message.version(), message.reason()), (line.version, Some(line.reason)));
    assert_eq!((message.method(), message.uri()), (None, None));
    assert_eq!(message.start_line_range(), 0..29);
    let message = lenient().parse(b"\r\n iNVITE sip:a  b sIP/2.0\t\n\n", &mut index).unwrap();
    let StartLine::Request(line) = message.start_line() else { panic!("a request") };
    assert_eq!(
        (line.method, line.uri, line.version),
        (Method::Other(b"iNVITE"), &b"sip:a  b"[..], &b"sIP/2.0"[..])
    );
    assert_eq!((message.start_line_range(), message.range()), (2..28, 2..29));
}

/// The line in a block, padded; where its line feed is.
fn in_block(line: &[u8]) -> (Vec<u8>, usize) {
    let mut bytes = [line, b"\r\n"].concat();
    bytes.resize(bytes.len().max(BLOCK) + 8, b'x');
    (bytes, line.len() + 1)
}

/// What the reader of any line makes of it.
fn by_the_long_way(line: &[u8]) -> (Start, DefectSet) {
    let (mut found, mut defects) = (Start::NONE, DefectSet::EMPTY);
    parse(line, 0, line.len(), &mut found, &mut defects).expect("a start line");
    (found, defects)
}

#[test]
fn usual_request_lines_are_read_the_short_way() {
    for method_len in 1..=17 {
        for uri_len in 1..80 {
            let method: Vec<u8> = (b'A'..=b'Z').cycle().skip(uri_len).take(method_len).collect();
            let line = [&method[..], b" ", &vec![b'u'; uri_len], b" SIP/2.0"].concat();
            let (bytes, lf) = in_block(&line);
            let short = plain(Swar, &bytes, 0, lf);
            assert_eq!(short.is_some(), method_len <= 16 && line.len() < BLOCK, "{method_len} {uri_len}");
            let other = request(&line, 0);
            assert_eq!(
                other.is_some(),
                method_len <= 15 && method_len + uri_len >= 15,
                "{method_len} {uri_len}"
            );
            for found in [short, other].into_iter().flatten() {
                assert_eq!((found, DefectSet::EMPTY), by_the_long_way(&line));
            }
            // Any other letter in the method, and any blank in the URI, are for the long way.
            for (at, byte) in
                (0..method_len).flat_map(|at| [b'@', b'[', b'a', b'1', b'-'].map(|byte| (at, byte)))
            {
                let mut line = line.clone();
                line[at] = byte;
                let (bytes, lf) = in_block(&line);
                assert!(plain(Swar, &bytes, 0, lf).is_none() && request(&line, 0).is_none());
            }
            for at in [method_len + 1, method_len + uri_len] {
                let mut line = line.clone();
                line[at] = b' ';
                let (bytes, lf) = in_block(&line);
                assert!(plain(Swar, &bytes, 0, lf).is_none() && request(&line, 0).is_none());
            }
        }
    }
}

#[test]
fn usual_status_lines_are_read_the_short_way() {
    for reason in [&b""[..], b"OK", &[b'r'; 80]] {
        for code in 0..=999 {
            let line = [b"SIP/2.0 ", format!("{code:03} ").as_bytes(), reason].concat();
            let (bytes, lf) = in_block(&line);
            let short = [plain(Swar, &bytes, 0, lf), status(&line, 0)];
            assert_eq!(short.map(|found| found.is_some()), [(100..700).contains(&code); 2], "{code}");
            for found in short.into_iter().flatten() {
                assert_eq!((found, DefectSet::EMPTY), by_the_long_way(&line));
            }
        }
    }
}
