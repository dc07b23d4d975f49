//! Multipart bodies (RFC 2046 §5.1, RFC 5621): what is a delimiter, what a boundary, how deep.

use simdsip::sdp::SdpIndex;
use simdsip::{Error, ErrorKind, GrowIndex, Index, LimitKind, Limits, Multipart, Parser, Policy};

fn message(content_type: &str, body: &str) -> Vec<u8> {
    format!("MESSAGE sip:a SIP/2.0\r\nContent-Type: {content_type}\r\n\r\n{body}").into_bytes()
}

/// The bodies of the parts, and whether the closing delimiter was met.
fn parts(content_type: &str, body: &str) -> Option<Result<(Vec<String>, bool), Error>> {
    let bytes = message(content_type, body);
    let mut index = GrowIndex::new();
    let message = Parser::default().parse_growing(&bytes, &mut index).expect("a message");
    let taken = |mut parts: Multipart<'_>| {
        let bodies = parts.by_ref().map(|part| String::from_utf8_lossy(part.body()).into_owned()).collect();
        (bodies, parts.is_closed())
    };
    message.multipart().map(|found| found.map(taken))
}

fn owed(bodies: &[&str]) -> Option<Result<(Vec<String>, bool), Error>> {
    Some(Ok((bodies.iter().map(|&body| body.to_owned()).collect(), true)))
}

#[test]
fn rfc2046_5_1_1_a_boundary_that_begins_with_another_is_not_that_one() {
    let body = "--x\r\n\r\n--x--y\r\ninner\r\n--xx\r\n--x-- y\r\n\r\n--x\r\n\r\ntwo\r\n--x--\r\nepilogue";
    assert_eq!(
        parts("multipart/mixed;boundary=x", body),
        owed(&["--x--y\r\ninner\r\n--xx\r\n--x-- y\r\n", "two"])
    );
}

#[test]
fn rfc3261_25_1_blanks_stand_around_the_slash_and_folds_in_quotes() {
    let body = "--x y\r\n\r\none\r\n--x y--";
    for content_type in [
        "multipart/mixed;boundary=\"x y\"",
        "MULTIPART / mixed ; boundary = \"x\r\n \ty\"",
        "multipart\t/\tmixed;a=\"; boundary=z\";boundary=\"x\\ y\"",
    ] {
        assert_eq!(parts(content_type, body), owed(&["one"]), "{content_type:?}");
    }
    for other in ["multipart", "multiparty/mixed;boundary=x", "text/multipart;boundary=x", ""] {
        assert_eq!(parts(other, body), None, "{other:?}");
    }
}

// covers: RFC 2046 §5.1.1; RFC 3261 §7.4.1
#[test]
fn a_boundary_is_one_to_seventy_bytes() {
    let longest = "b".repeat(70);
    let body = format!("--{longest}\r\n\r\none\r\n--{longest}--");
    assert_eq!(parts(&format!("multipart/mixed;boundary={longest}"), &body), owed(&["one"]));
    let too_long = format!("multipart/mixed;boundary={longest}b");
    for content_type in
        ["multipart/mixed", "multipart/mixed;boundary=", "multipart/mixed;boundary=\"\"", &too_long]
    {
        let Some(Err(error)) = parts(content_type, &body) else { panic!("{content_type:?} is taken") };
        assert_eq!((error.kind, error.at), (ErrorKind::Boundary, 37), "{content_type:?}");
    }
}

// covers: RFC 2046 §5.1; RFC 3261 §7.4.1
#[test]
fn parts_within_parts_are_as_deep_as_the_limit() {
    let mut body = "core".to_owned();
    for depth in (1..6).rev() {
        body = format!(
            "--{depth}\r\nContent-Type: multipart/mixed;boundary={}\r\n\r\n{body}\r\n--{depth}--",
            depth + 1
        );
    }
    let bytes = message("multipart/mixed;boundary=1", &body);
    for allowed in 0..5 {
        let mut limits = Limits::new();
        limits.mime_depth = allowed;
        let mut index = GrowIndex::new();
        let parser = Parser::new(Policy::INTEROP).with_limits(limits);
        let message = parser.parse_growing(&bytes, &mut index).expect("a message");
        let mut found = message.multipart().expect("a multipart");
        let mut depth = 0;
        let error = loop {
            match found {
                Ok(mut parts) => {
                    depth += 1;
                    found = parts.next().expect("a part").multipart().expect("a multipart");
                }
                Err(error) => break error,
            }
        };
        assert_eq!((depth, error.kind), (allowed, ErrorKind::Limit(LimitKind::MimeDepth)));
    }
}

#[test]
fn a_part_is_asked_by_long_and_compact_names() {
    let with = |head: &str| {
        format!(
            "INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=x\r\n\r\n--x\r\n{head}\r\n\r\nv=0\r\n--x--"
        )
        .into_bytes()
    };
    for (head, is_sdp) in [
        ("c: application/sdp", true),
        ("CONTENT-TYPE: application/sdp", true),
        ("c: application/sdp\r\ne: gzip", false),
        ("c: application/sdp\r\nContent-Encoding: gzip", false),
        ("c: application/sdp\r\ne: identity", true),
        ("x: application/sdp", false),
    ] {
        let (bytes, mut index) = (with(head), Index::new());
        let message = Parser::default().parse(&bytes, &mut index).unwrap();
        assert_eq!(message.sdp_span().is_some(), is_sdp, "{head}");
        let part = message.multipart().unwrap().unwrap().next().unwrap();
        assert_eq!(part.field(b"Content-Type"), part.field(b"c"), "{head}");
        assert_eq!(part.field(b"Content-Encoding").is_some(), head.contains("\r\n"), "{head}");
    }
}

#[test]
fn descriptions_in_parts_of_parts_are_found_in_order_and_to_a_depth() {
    let nested = |depth: usize, sdp: &str| {
        let mut text = String::from("INFO sip:b SIP/2.0\r\nc: multipart/mixed;boundary=b0\r\n\r\n");
        for at in 0..depth {
            text += &format!(
                "--b{at}\r\nc: multipart/mixed;boundary=b{}\r\n\r\n--b{}\r\n\r\ntext\r\n",
                at + 1,
                at + 1
            );
        }
        text += &format!("--b{depth}\r\nc: application/sdp\r\n\r\n{sdp}\r\n");
        for at in (0..=depth).rev() {
            text += &format!("--b{at}\r\nc: application/sdp\r\n\r\nlater\r\n--b{at}--\r\n");
        }
        text.into_bytes()
    };
    let parser = Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited());
    for (depth, wanted) in
        [(0, "first"), (1, "first"), (7, "first"), (15, "first"), (16, "later"), (40, "later")]
    {
        let (bytes, mut index) = (nested(depth, "first"), GrowIndex::new());
        let message = parser.parse_growing(&bytes, &mut index).unwrap();
        assert_eq!(message.sdp_span().map(|span| span.bytes()), Some(wanted.as_bytes()), "{depth}");
    }
}

#[test]
fn limits_of_the_parser_are_those_of_its_descriptions() {
    let bytes = [
        &b"INFO sip:b SIP/2.0\r\nc: application/sdp\r\n\r\nv=0\r\n"[..],
        &b"m=audio 9 RTP/AVP 0\r\n".repeat(100),
    ]
    .concat();
    let asked = |parser: Parser, own: Option<&Limits>| {
        let (mut index, mut lines) = (Index::new(), SdpIndex::new());
        if let Some(limits) = own {
            lines = lines.with_limits(limits);
        }
        let message = parser.parse(&bytes, &mut index).unwrap();
        message.sdp(&mut lines).unwrap().map(|sdp| sdp.media().count()).map_err(|error| error.kind)
    };
    let few = || {
        let mut limits = Limits::new();
        limits.sdp_media_count = 1;
        limits
    };
    assert_eq!(asked(Parser::default(), None), Err(ErrorKind::Limit(LimitKind::SdpMedia)));
    assert_eq!(asked(Parser::new(Policy::CAPTURE), None), Ok(100));
    assert_eq!(
        asked(Parser::new(Policy::CAPTURE).with_limits(few()), None),
        Err(ErrorKind::Limit(LimitKind::SdpMedia))
    );
    assert_eq!(asked(Parser::default().with_limits(few()), Some(&Limits::capture())), Ok(100));
}
