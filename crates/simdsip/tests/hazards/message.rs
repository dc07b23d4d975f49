//! Messages: line ends, lengths, versions, repeated fields, bytes that are no text, bodies, sizes.

use simdsip::{
    DefectCode as D, Error, ErrorKind, Frame, Framer, GrowIndex, HeaderName, Index, LimitKind, Limits,
    Parser, Policy, Role, Side, typed,
};

use super::{answer, codes, look, parses, request};

/// What a new framer of a server says first: `message`, `need`, `ping`, `fatal`, and the bytes that took.
fn frame(bytes: &[u8], policy: Policy) -> (&'static str, usize) {
    let mut framer = Framer::new(Parser::new(policy), Side::Server);
    let frame = framer.next(bytes);
    let word = match &frame {
        Frame::Message(_) => "message",
        Frame::Need(_) => "need",
        Frame::Refused { .. } => "refused",
        Frame::Ping => "ping",
        Frame::Pong => "pong",
        Frame::Fatal { .. } => "fatal",
    };
    (word, frame.consumed())
}

/// With this Content-Length (or what else stands there), and this body.
fn with_body(length: &str, body: &str) -> Vec<u8> {
    format!("OPTIONS sip:b@c SIP/2.0\r\nTo: <sip:b@c>\r\n{length}\r\n{body}").into_bytes()
}

#[test]
fn hazard_10_line_ends() {
    for (end, code) in [("\n", D::BareLf), ("\r", D::BareCr)] {
        let bytes =
            format!("OPTIONS sip:b@c SIP/2.0\r\nSubject: x{end}Content-Length: 0\r\n\r\n").into_bytes();
        assert!(codes(&bytes).contains(&code));
        assert!(
            parses(&bytes, Policy::INTEROP)
                && !parses(&bytes, Policy::STRICT)
                && !parses(&bytes, Policy::BORDER)
        );
        // One policy for both: what the parser sees, the framer sees.
        let ends_line = look(&bytes, |message| message.has(HeaderName::ContentLength));
        assert_eq!(ends_line, end == "\n");
        assert_eq!(frame(&bytes, Policy::INTEROP).0, if ends_line { "message" } else { "fatal" });
    }
}

#[test]
fn hazard_11_leading_crlf() {
    let message = with_body("l: 0\r\n", "");
    let mut led = b"\r\n".to_vec();
    led.extend_from_slice(&message);
    assert_eq!(frame(&led, Policy::STRICT), ("message", led.len()));
    // A ping is one between messages only, and may come in two pieces.
    assert_eq!(frame(b"\r\n", Policy::STRICT).0, "need");
    assert_eq!(frame(b"\r\n\r", Policy::STRICT).0, "need");
    assert_eq!(frame(b"\r\n\r\n", Policy::STRICT), ("ping", 4));
    let within = with_body("l: 6\r\n", "\r\n\r\nhi");
    assert_eq!(frame(&within, Policy::STRICT), ("message", within.len()));
    assert_eq!(frame(&within[..within.len() - 2], Policy::STRICT).0, "need");
}

#[test]
fn hazard_12_content_length_of_datagrams() {
    let body = |length: &str| {
        look(&with_body(length, "four"), |message| (message.body().len(), message.surplus().len()))
    };
    assert_eq!(body(""), (4, 0), "absent: up to the end");
    assert_eq!(body("l: 2\r\n"), (2, 2), "smaller: the rest is discarded (RFC 4475 §3.1.1.14 dblreq)");
    assert_eq!(codes(&with_body("l: 9\r\n", "four"))[0], D::ContentLengthTooLong);
    // Larger: 400 for a request, a response is dropped. This line guards the refusal under Strict and Border.
    let long = String::from_utf8(request("Content-Length", "9")).unwrap();
    assert_eq!(answer(long.as_bytes(), Role::Uas, Policy::STRICT), 400);
    assert_eq!(answer(long.as_bytes(), Role::Uas, Policy::BORDER), 400);
    let response = long.replace("INVITE sip:b@b.example SIP/2.0", "SIP/2.0 200 OK");
    assert_eq!(answer(response.as_bytes(), Role::Uas, Policy::STRICT), 1);
}

#[test]
fn hazard_13_content_length_of_streams() {
    assert_eq!(frame(&with_body("", "four"), Policy::INTEROP).0, "fatal", "mandatory");
    assert_eq!(frame(&with_body("l: x\r\n", "four"), Policy::INTEROP).0, "fatal", "a number");
    assert_eq!(frame(&with_body("l: 9\r\n", "four"), Policy::INTEROP).0, "need", "waits for the rest");
    assert_eq!(frame(&with_body("l: 99999999\r\n", "four"), Policy::INTEROP).0, "fatal", "but not for ever");
    let two = with_body("l: 2\r\n", "four");
    assert_eq!(frame(&two, Policy::INTEROP), ("message", two.len() - 2), "the rest is the next one's");
}

#[test]
fn hazard_14_many_content_lengths() {
    for (first, second) in [("Content-Length: 4", "Content-Length: 2"), ("Content-Length: 4", "l: 2")] {
        let bytes = with_body(&format!("{first}\r\n{second}\r\n"), "four");
        assert!(codes(&bytes).contains(&D::ContentLengthConflict));
        assert_eq!(frame(&bytes, Policy::INTEROP).0, "fatal");
        look(&bytes, |message| assert_eq!(message.body().len(), 4, "neither wins"));
    }
    let same = with_body("Content-Length: 4\r\nl: 04\r\n", "four");
    assert!(codes(&same).contains(&D::ContentLengthRepeated));
    assert_eq!(frame(&same, Policy::INTEROP).0, "message");
    assert!(!parses(&same, Policy::STRICT));
}

#[test]
fn hazard_18_versions() {
    for (version, owed) in
        [("SIP/2.0", 0), ("sip/2.0", 0), ("SIP/7.0", 505), ("SIP/2.1", 505), ("SIP/02.0", 505)]
    {
        let bytes = String::from_utf8(request("Subject", "x")).unwrap().replacen("SIP/2.0", version, 1);
        assert_eq!(answer(bytes.as_bytes(), Role::Uas, Policy::INTEROP), owed, "{version}");
    }
    // Spaces around the slash are for Via.
    let spaced = String::from_utf8(request("Subject", "x")).unwrap().replacen("SIP/2.0", "SIP / 2.0", 1);
    assert!(
        !parses(spaced.as_bytes(), Policy::INTEROP)
            || answer(spaced.as_bytes(), Role::Uas, Policy::INTEROP) != 0
    );
}

#[test]
fn hazard_29_repeated_singletons() {
    for (name, value) in [
        ("To", "<sip:c@d>"),
        ("From", "<sip:c@d>;tag=2"),
        ("Call-ID", "8"),
        ("CSeq", "2 INVITE"),
        ("Max-Forwards", "5"),
    ] {
        let bytes = request("X", format!("1\r\n{name}: {value}"));
        look(&bytes, |message| {
            let name = HeaderName::lookup(name.as_bytes());
            assert_eq!(message.fields(name).count(), 2, "all are there");
            assert_eq!(message.field(name).unwrap().value(), value.as_bytes(), "the first is given");
        });
        assert!(codes(&bytes).contains(&D::RepeatedHeader), "{name}");
        assert_eq!(answer(&bytes, Role::Uas, Policy::INTEROP), 400, "{name}");
    }
}

#[test]
fn hazard_35_reason_phrases() {
    for (line, reason, codes) in [
        ("SIP/2.0 200 OK", &b"OK"[..], &[][..]),
        ("SIP/2.0 200 ", b"", &[]),
        ("SIP/2.0 200", b"", &[D::NoReasonSeparator]),
        ("SIP/2.0 200 = 2**3 * 5**2 \u{43d}\u{43e}", "= 2**3 * 5**2 \u{43d}\u{43e}".as_bytes(), &[]),
    ] {
        let bytes = format!("{line}\r\n\r\n");
        look(bytes.as_bytes(), |message| {
            assert_eq!(message.reason(), Some(reason));
            assert!(
                message.structural_defects().map(|defect| defect.code).eq(codes.iter().copied()),
                "{line}"
            );
        });
    }
    look(b"SIP/2.0 200 \xff\xfe\r\n\r\n", |message| assert_eq!(message.reason(), Some(&b"\xff\xfe"[..])));
}

#[test]
fn hazard_36_bytes_that_are_no_text() {
    let bytes = request("To", b"\"\xff\xc3\" <sip:b@c>;tag=\xfe");
    look(&bytes, |message| {
        let to = message.to().unwrap().unwrap();
        assert_eq!((to.display_name().unwrap().inner(), to.tag()), (&b"\xff\xc3"[..], Some(&b"\xfe"[..])));
        assert_eq!(
            to.display_name().unwrap().to_string(),
            "\u{fffd}\u{fffd}",
            "text is asked for, and shown lossily"
        );
        let place = to.uri_span().range();
        assert_eq!(&bytes[place], b"sip:b@c", "offsets are of bytes");
    });
    assert!(codes(&bytes).contains(&D::NotUtf8));
    assert_eq!(codes(&request("To", "\"J\u{f6}rg\" <sip:b@c>")), []);
}

#[test]
fn hazard_45_multipart() {
    let message = |boundary: &str, body: &str| {
        format!("MESSAGE sip:b@c SIP/2.0\r\nContent-Type: multipart/mixed;boundary={boundary}\r\n\r\n{body}")
    };
    let parts = |text: &str| -> Result<Vec<Vec<u8>>, Error> {
        look(text.as_bytes(), |message| {
            message
                .multipart()
                .expect("multipart")
                .map(|parts| parts.map(|part| part.body().to_vec()).collect())
        })
    };
    let two = "before\r\n--b\r\n\r\none\r\n--b\r\nA: b\r\n\r\ntwo\r\n--b--\r\nafter";
    let want = vec![b"one".to_vec(), b"two".to_vec()];
    assert_eq!(parts(&message("b", two)), Ok(want.clone()));
    assert_eq!(parts(&message("\"b\"", two)), Ok(want.clone()));
    assert_eq!(parts(&message("b", &two.replace("\r\n", "\n"))), Ok(want));
    // A boundary that begins another one; none to close; a part without bytes; data that is no text.
    assert_eq!(parts(&message("b", "--b\r\n\r\n--bb\r\n--b--")), Ok(vec![b"--bb".to_vec()]));
    assert_eq!(parts(&message("b", "--b\r\n\r\none")), Ok(vec![b"one".to_vec()]));
    assert_eq!(parts(&message("b", "--b\r\n\r\n\r\n--b--")), Ok(vec![vec![]]));
    assert_eq!(parts(&message("b", "--b\r\n\r\n\0\u{1}\r\n--b--")), Ok(vec![b"\0\x01".to_vec()]));
    assert!(parts(&message(&"b".repeat(71), two)).is_err() && parts(&message(&"b".repeat(70), two)).is_ok());
}

#[test]
fn hazard_46_sizes() {
    let limit = |bytes: &[u8], change: fn(&mut Limits)| {
        let mut limits = Limits::new();
        change(&mut limits);
        let parser = Parser::new(Policy::CAPTURE).with_limits(limits);
        match parser.parse_growing(bytes, &mut GrowIndex::new()) {
            Ok(message) => Ok(message.defects().any(|defect| defect.code == D::OverLimit)),
            Err(error) => Err(error.kind),
        }
    };
    let small = request("To", "<sip:b@c>;a=1;b=2;c=3");
    assert_eq!(limit(&small, |_| {}), Ok(false));
    for (change, kind) in [
        ((|limits: &mut Limits| limits.message_len = 100) as fn(&mut Limits), LimitKind::Message),
        (|limits| limits.header_count = 3, LimitKind::Headers),
        (|limits| limits.line_len = 25, LimitKind::Line),
    ] {
        assert_eq!(limit(&small, change), Err(ErrorKind::Limit(kind)));
    }
    assert_eq!(limit(&small, |limits| limits.uri_len = 5), Ok(true));
    assert_eq!(limit(&small, |limits| limits.param_count = 2), Ok(true));
    assert_eq!(limit(&request("Supported", "a, b, c"), |limits| limits.element_count = 2), Ok(true));
    assert_eq!(limit(&request("Server", "a (b (c))"), |limits| limits.comment_depth = 1), Ok(true));
    let datagram = vec![b'x'; 65_537];
    let error = Parser::default().parse(&datagram, &mut Index::new()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Limit(LimitKind::Message));
    // Places are no 16-bit numbers: a value behind 65,535 bytes is found where it stands.
    let mut bytes =
        format!("INFO sip:b SIP/2.0\r\nX: {}\r\nTo: <sip:b@c>;tag=", "x".repeat(70_000)).into_bytes();
    bytes.extend_from_slice(&[b't'; 70_000]);
    bytes.extend_from_slice(b"\r\n\r\n");
    let parser = Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited());
    let mut index = GrowIndex::new();
    let message = parser.parse_growing(&bytes, &mut index).unwrap();
    let to = message.header::<typed::To<'_>>().unwrap().unwrap();
    assert_eq!((to.uri_span().bytes(), to.tag().map(<[u8]>::len)), (&b"sip:b@c"[..], Some(70_000)));
    assert!(to.uri_span().at() > 70_000);
}
