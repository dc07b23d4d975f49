//! What patches refuse, and what the specifications have of them.

use simdsip::edit::{EditRoom, GrowRoom, Lists, Names, Style};
use simdsip::{
    DefectCode, Error, ErrorKind, GrowIndex, HeaderName, Index, LimitKind, Limits, Message, Parser, Patch,
    Policy,
};

fn read<'b>(bytes: &'b [u8], index: &'b mut Index) -> Message<'b> {
    Parser::new(Policy::CAPTURE).parse(bytes, index).unwrap()
}

const INVITE: &[u8] =
    b"INVITE sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n\
    Route: <sip:p;lr>\r\nSubject: x\r\nContent-Length: 2\r\n\r\nhi";

#[test]
fn text_that_would_break_out_of_its_line_is_refused_everywhere() {
    let mut index = Index::new();
    let message = read(INVITE, &mut index);
    let field = message.field(HeaderName::Subject).unwrap();
    for bad in [&b"a\r\nEvil: 1"[..], b"a\nb", b"a\rb", b"a\0b", b"\x1b[2J", b"a\x7f"] {
        let mut room = EditRoom::new();
        let mut patch = Patch::new(&message, &mut room).unwrap();
        let at = bad.iter().position(u8::is_ascii_control).unwrap();
        let text = Error { kind: ErrorKind::Text, at };
        for result in [
            patch.push_via(&[bad]),
            patch.push_route(&[bad]),
            patch.push_record_route(&[bad]),
            patch.set_request_uri(bad),
            patch.set(b"Subject", &[bad]),
            patch.set(b"X-New", &[bad]),
            patch.set(b"Server", &[bad]),
            patch.set_field(&field, &[bad]),
            patch.add_first(b"X", &[bad]),
            patch.add_last(b"X", &[bad]),
            patch.set_body(bad, b""),
        ] {
            assert_eq!(result, Err(text), "{}", bad.escape_ascii());
        }
        assert_eq!(patch.add_last(b"X", &[b"12", bad]), Err(Error { at: at + 2, ..text }));
        for name in [bad, b"", b"a b", b"a:b", "\u{e9}".as_bytes()] {
            let results = [
                patch.set(name, &[]),
                patch.add_first(name, &[]),
                patch.add_last(name, &[]),
                patch.remove(name).map(drop),
            ];
            for result in results {
                assert_eq!(result.unwrap_err().kind, ErrorKind::Token, "{}", name.escape_ascii());
            }
        }
        assert_eq!(patch.finish().unwrap().to_vec(), INVITE, "nothing of it is left");
    }
    let mut room = EditRoom::new();
    let mut patch = Patch::new(&message, &mut room).unwrap();
    for uri in [&b"sip:a b"[..], b"sip:a\tb"] {
        assert_eq!(patch.set_request_uri(uri), Err(Error { kind: ErrorKind::Text, at: 5 }));
    }
    assert_eq!(patch.set_request_uri(b"").unwrap_err().kind, ErrorKind::RequestUri);
}

#[test]
fn content_length_follows_the_body_and_nothing_else() {
    let mut index = Index::new();
    let message = read(INVITE, &mut index);
    let mut room = EditRoom::new();
    let mut patch = Patch::new(&message, &mut room).unwrap();
    let field = message.field(HeaderName::ContentLength).unwrap();
    for result in [
        patch.set(b"content-length", &[b"7"]),
        patch.add_first(b"l", &[b"7"]),
        patch.add_last(b"L", &[b"7"]),
        patch.remove(b"Content-Length").map(drop),
        patch.set_field(&field, &[b"7"]),
        patch.remove_field(&field),
        patch.retain(b"l", |_| false).map(drop),
    ] {
        assert_eq!(result.unwrap_err().kind, ErrorKind::ContentLength);
    }
    // An edit of the body by offset, and one of both sides of the empty line.
    let body = message.body_range();
    patch.splices().insert(body.end, &[b"gh"]).unwrap();
    let edited = patch.finish().unwrap().to_vec();
    assert!(edited.ends_with(b"Content-Length: 4\r\n\r\nhigh"), "{}", edited.escape_ascii());
    patch.splices().remove(body.start - 1..body.start + 1).unwrap();
    assert_eq!(patch.finish().unwrap_err(), Error { kind: ErrorKind::Range, at: body.start - 1 });
}

// covers: RFC 3261 §20.14
#[test]
fn several_lengths_become_one_that_is_right() {
    for lengths in
        ["", "l: 9\r\n", "Content-Length:\r\n", "l: 2\r\nContent-Length : 3\r\n", "l: x\r\nL: 5\r\n"]
    {
        let bytes = format!("MESSAGE sip:b SIP/2.0\r\n{lengths}X-a: 1\r\n\r\nold body");
        let (mut index, mut room, mut again) = (Index::new(), EditRoom::new(), Index::new());
        let message = read(bytes.as_bytes(), &mut index);
        let mut patch = Patch::new(&message, &mut room).unwrap();
        patch.set_body(b"text/plain", b"the new body").unwrap();
        let edited = patch.finish().unwrap().to_vec();
        let message = read(&edited, &mut again);
        assert_eq!(message.body(), b"the new body");
        assert_eq!(message.content_length(), Ok(Some(12)), "{}", edited.escape_ascii());
        assert_eq!(message.fields(HeaderName::ContentLength).count(), 1);
        assert!(!message.has_structural_defects());
    }
}

#[test]
fn limits_hold_for_what_is_put_in_and_for_what_comes_out() {
    let mut index = Index::new();
    let message = read(INVITE, &mut index);
    let (mut room, long) = (GrowRoom::new(), vec![b'x'; 70_000]);
    let mut patch = Patch::new(&message, &mut room).unwrap();
    let limit = |result: Result<(), Error>| match result {
        Err(Error { kind: ErrorKind::Limit(limit), at }) => (limit, at),
        other => panic!("{other:?}"),
    };
    // `X: ` and the value are at most as long as a line.
    assert!(patch.add_last(b"X", &[&long[..8_189]]).is_ok());
    assert_eq!(limit(patch.add_last(b"X", &[&long[..8_190]])), (LimitKind::Line, 8_189));
    assert_eq!(limit(patch.set(b"Subject", &[&long[..8_190]])), (LimitKind::Line, 8_183));
    assert_eq!(limit(patch.set_request_uri(&long[..4_097])), (LimitKind::Uri, 4_096));
    assert_eq!(limit(patch.add_last(&long[..256], &[])), (LimitKind::Name, 255));
    for _ in 0..254 - message.headers().len() {
        patch.add_first(b"X", &[]).unwrap();
    }
    // One that is set twice is one.
    patch.set(b"Server", &[b"1"]).unwrap();
    patch.set(b"Server", &[b"2"]).unwrap();
    assert_eq!(limit(patch.push_via(&[b"v"])).0, LimitKind::Headers);
    assert!(patch.finish().is_ok());
    let mut patch = Patch::new(&message, &mut room).unwrap();
    patch.set_body(b"a/b", &long).unwrap();
    assert_eq!(limit(patch.finish().map(drop)), (LimitKind::Message, 65_536));
    patch.set_body(b"a/b", b"").unwrap();
    assert!(patch.finish().is_ok());
}

#[test]
fn a_message_whose_header_section_is_uncertain_is_not_patched() {
    let cases = [
        (&b"BYE sip:b SIP/2.0\r\nX: 1\r\n"[..], DefectCode::NoEmptyLine),
        (b"BYE sip:b SIP/2.0\r\n ;x: y\r\nX: 1\r\n\r\n", DefectCode::FoldedStartLine),
    ];
    for (bytes, code) in cases {
        let (mut index, mut room) = (Index::new(), EditRoom::new());
        let message = read(bytes, &mut index);
        assert_eq!(Patch::new(&message, &mut room).unwrap_err().kind, ErrorKind::Refused(code));
    }
}

#[test]
fn fields_and_requests_of_others_are_refused() {
    let (mut one, mut two) = (Index::new(), Index::new());
    let mut copy = INVITE.to_vec();
    copy.push(b' ');
    let (message, other) = (read(INVITE, &mut one), read(&copy, &mut two));
    let mut room = EditRoom::new();
    let mut patch = Patch::new(&message, &mut room).unwrap();
    let field = other.field(HeaderName::Subject).unwrap();
    assert_eq!(patch.set_field(&field, &[b"x"]).unwrap_err().kind, ErrorKind::Range);
    assert_eq!(patch.remove_field(&field).unwrap_err().kind, ErrorKind::Range);
    let mut index = Index::new();
    let response = read(b"SIP/2.0 200 OK\r\nRoute: <sip:p>\r\n\r\n", &mut index);
    let mut room = EditRoom::new();
    let mut patch = Patch::new(&response, &mut room).unwrap();
    let request = Err(ErrorKind::Request);
    assert_eq!(patch.set_request_uri(b"sip:x").map_err(|error| error.kind), request);
    assert_eq!(patch.route_strictly().map(drop).map_err(|error| error.kind), request);
    assert_eq!(patch.restore_request_uri().map(drop).map_err(|error| error.kind), request);
    assert_eq!(patch.finish().unwrap().to_vec(), response.as_bytes());
}

#[test]
fn no_hop_is_left_and_numbers_that_are_none() {
    for (hops, kind) in [
        ("0", ErrorKind::MaxForwards),
        ("000", ErrorKind::MaxForwards),
        ("x", ErrorKind::Number),
        ("99999999999", ErrorKind::NumberRange),
    ] {
        let bytes = format!("BYE sip:b SIP/2.0\r\nMax-Forwards: {hops}\r\n\r\n");
        let (mut index, mut room) = (Index::new(), EditRoom::new());
        let message = read(bytes.as_bytes(), &mut index);
        let mut patch = Patch::new(&message, &mut room).unwrap();
        assert_eq!(patch.decrement_max_forwards().unwrap_err().kind, kind, "{hops}");
        assert_eq!(patch.finish().unwrap().to_vec(), bytes.as_bytes());
    }
}

// covers: RFC 3261 §18.2.1; RFC 3581 §4
#[test]
fn the_source_is_written_down_as_the_examples_have_it() {
    let cases = [
        // RFC 3581 §5.
        (
            "SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff",
            "192.0.2.1:9988",
            "SIP/2.0/UDP 10.1.1.1:4540;rport=9988;branch=z9hG4bKkjshdyff;received=192.0.2.1",
        ),
        // The same address, but asked for: received all the same (§4).
        (
            "SIP/2.0/UDP 192.0.2.1;rport",
            "192.0.2.1:5060",
            "SIP/2.0/UDP 192.0.2.1;rport=5060;received=192.0.2.1",
        ),
        // RFC 3261 §18.2.1.
        (
            "SIP/2.0/UDP bobspc.biloxi.com:5060",
            "192.0.2.4:1",
            "SIP/2.0/UDP bobspc.biloxi.com:5060;received=192.0.2.4",
        ),
        ("SIP/2.0/UDP 192.0.2.4:5060", "192.0.2.4:1", "SIP/2.0/UDP 192.0.2.4:5060"),
        ("SIP/2.0/UDP [2001:DB8:0::9]", "[2001:db8::9]:1", "SIP/2.0/UDP [2001:DB8:0::9]"),
        ("SIP/2.0/UDP h", "[2001:db8::9]:1", "SIP/2.0/UDP h;received=2001:db8::9"),
        // What a sender claims to know is not believed.
        (
            "SIP/2.0/UDP 192.0.2.4;received=10.0.0.1;RPORT=1 ;x",
            "192.0.2.4:7",
            "SIP/2.0/UDP 192.0.2.4;received=192.0.2.4;RPORT=7 ;x",
        ),
        (
            "SIP/2.0/UDP h;received=a;received=b",
            "10.1.1.1:7",
            "SIP/2.0/UDP h;received=10.1.1.1;received=10.1.1.1",
        ),
    ];
    for (via, source, expected) in cases {
        let bytes = format!("BYE sip:b SIP/2.0\r\nv: {via}, SIP/2.0/UDP other;rport\r\n\r\n");
        let (mut index, mut room) = (Index::new(), EditRoom::new());
        let message = read(bytes.as_bytes(), &mut index);
        let mut patch = Patch::new(&message, &mut room).unwrap();
        patch.set_source("203.0.113.1:1".parse().unwrap()).unwrap();
        let mut patch = Patch::new(&message, &mut room).unwrap();
        patch.set_source(source.parse().unwrap()).unwrap();
        let edited = patch.finish().unwrap().to_vec();
        let expected = format!("BYE sip:b SIP/2.0\r\nv: {expected}, SIP/2.0/UDP other;rport\r\n\r\n");
        assert_eq!(String::from_utf8_lossy(&edited), expected);
    }
}

/// RFC 3261 §16.12.1.2: the example of a strict router on the way, from the request that P3 receives on.
// covers: RFC 3261 §16.4, §16.6
#[test]
fn traversing_a_strict_router() {
    // P3 receives what U1 sent, sees a strict router next, and reformats it.
    let at_p3 = b"BYE sip:u2@u2.domain.com SIP/2.0\r\nRoute: <sip:p3.middle.com>\r\nRoute: <sip:p2.example.com;lr>\r\n\r\n";
    let (mut index, mut room) = (Index::new(), EditRoom::new());
    let request = read(at_p3, &mut index);
    let mut patch = Patch::new(&request, &mut room).unwrap();
    assert!(patch.route_strictly().unwrap());
    assert_eq!(
        patch.finish().unwrap().to_vec(),
        b"BYE sip:p3.middle.com SIP/2.0\r\nRoute: <sip:p2.example.com;lr>\r\nRoute: <sip:u2@u2.domain.com>\r\n\r\n"
    );
    // P1 receives what a strict router sent, with its own Record-Route as Request-URI.
    let at_p1 = b"BYE sip:p1.example.com;lr SIP/2.0\r\nRoute: <sip:u1@u1.example.com>\r\n\r\n";
    let (mut index, mut room) = (Index::new(), EditRoom::new());
    let request = read(at_p1, &mut index);
    let mut patch = Patch::new(&request, &mut room).unwrap();
    assert_eq!(patch.restore_request_uri().unwrap().unwrap().bytes(), b"<sip:u1@u1.example.com>");
    assert!(patch.pop_route().unwrap().is_none());
    assert_eq!(patch.finish().unwrap().to_vec(), b"BYE sip:u1@u1.example.com SIP/2.0\r\n\r\n");
}

/// Every message in every style means the same, in the style; and once more in it, nothing changes.
#[test]
fn styles_change_how_and_not_what() {
    let parser =
        Parser::new(Policy::CAPTURE.refuse(DefectCode::NoEmptyLine).refuse(DefectCode::FoldedStartLine))
            .with_limits(Limits::capture());
    let (mut one, mut two) = (GrowIndex::new(), GrowIndex::new());
    let (mut room, mut other) = (GrowRoom::new(), GrowRoom::new());
    let mut done = 0;
    for entry in simdsip_corpus::messages() {
        let Ok(message) = parser.parse_growing(&entry.bytes, &mut one) else { continue };
        for (names, lists) in [
            (Names::Canonical, Lists::AsReceived),
            (Names::Compact, Lists::OneALine),
            (Names::AsReceived, Lists::OneALine),
            (Names::Canonical, Lists::OneALine),
        ] {
            let mut style = Style::default();
            (style.names, style.lists) = (names, lists);
            let patch = Patch::new(&message, &mut room).unwrap().with_style(style);
            let styled = patch.with_limits(&Limits::unlimited()).finish().unwrap().to_vec();
            let after = parser.parse_growing(&styled, &mut two).unwrap();
            let elements = |message: &Message<'_>| -> Vec<(HeaderName, Vec<u8>, Vec<u8>)> {
                let of = |field: simdsip::HeaderField<'_>| {
                    let name = if field.id() == HeaderName::Unknown { field.name().to_vec() } else { vec![] };
                    let listed = field.id().cardinality() == simdsip::header::Cardinality::CommaList;
                    let values: Vec<Vec<u8>> = if listed && !field.value().is_empty() {
                        let span = field.span();
                        let all = match field.id() {
                            HeaderName::Via => simdsip::Elements::with_comments(span),
                            HeaderName::InReplyTo => simdsip::Elements::by_comma(span),
                            _ => simdsip::Elements::new(span),
                        };
                        all.map(|element| element.bytes().to_vec()).collect()
                    } else {
                        vec![field.value().to_vec()]
                    };
                    values.into_iter().map(|value| (field.id(), name.clone(), value)).collect::<Vec<_>>()
                };
                message.headers().flat_map(of).collect()
            };
            assert_eq!(elements(&message), elements(&after), "{}: {}", entry.name, styled.escape_ascii());
            assert_eq!(message.start_line(), after.start_line());
            assert_eq!(message.body(), after.body(), "{}", entry.name);
            for field in after.headers() {
                let wanted = match (names, field.id()) {
                    (Names::AsReceived, _) | (_, HeaderName::Unknown) => continue,
                    (Names::Compact, id) => {
                        id.compact().map_or(id.as_str().as_bytes().to_vec(), |letter| vec![letter])
                    }
                    (Names::Canonical, id) => id.as_str().as_bytes().to_vec(),
                };
                assert_eq!(field.name(), wanted, "{}", entry.name);
            }
            let again = Patch::new(&after, &mut other).unwrap().with_style(style);
            let mut again = again.with_limits(&Limits::unlimited());
            assert_eq!(again.finish().unwrap().to_vec(), styled, "{}", entry.name);
            done += 1;
        }
    }
    assert!(done > 500, "{done}");
}

#[test]
fn added_lines_have_the_style_too() {
    let mut style = Style::default();
    style.names = Names::Compact;
    let (mut index, mut room) = (Index::new(), EditRoom::new());
    let message = read(b"BYE sip:b SIP/2.0\r\nCall-ID: 1\r\n\r\n", &mut index);
    let mut patch = Patch::new(&message, &mut room).unwrap().with_style(style);
    patch.push_via(&[b"SIP/2.0/UDP h"]).unwrap();
    patch.set(b"Subject", &[b"x"]).unwrap();
    patch.add_last(b"X-Mine", &[b"1"]).unwrap();
    patch.set_body(b"a/b", b"1").unwrap();
    let expected =
        "BYE sip:b SIP/2.0\r\nv: SIP/2.0/UDP h\r\ni: 1\r\nX-Mine: 1\r\nl: 1\r\nc: a/b\r\ns: x\r\n\r\n1";
    assert_eq!(String::from_utf8_lossy(&patch.finish().unwrap().to_vec()), expected);
}

/// What stands in brackets ends at the first that closes: nothing may follow that was not meant.
#[test]
fn a_request_uri_does_not_break_out_of_the_brackets_of_a_route() {
    let bytes = b"BYE sip:b@b>,<sip:evil;lr SIP/2.0\r\nRoute: <sip:strict>\r\n\r\n";
    let (mut index, mut room) = (Index::new(), EditRoom::new());
    let request = read(bytes, &mut index);
    let mut patch = Patch::new(&request, &mut room).unwrap();
    let error = patch.route_strictly().unwrap_err();
    assert_eq!((error.kind, error.at), (ErrorKind::RequestUri, 11));
    for uri in [&b"sip:b>,<sip:evil"[..], b"sip:b\"", b"<sip:b"] {
        assert_eq!(patch.set_request_uri(uri).unwrap_err().kind, ErrorKind::RequestUri);
    }
    assert_eq!(patch.finish().unwrap().to_vec(), bytes, "refused, and left as it was");
    patch.set_request_uri(b"sip:good").unwrap();
    assert!(patch.route_strictly().unwrap());
    let expected = b"BYE sip:strict SIP/2.0\r\nRoute: <sip:good>\r\n\r\n";
    assert_eq!(patch.finish().unwrap().to_vec(), expected);
}

#[test]
fn the_second_look_at_a_list_counts() {
    let keep: [fn(&[u8]) -> bool; 4] = [|_| true, |_| false, |tag| tag == b"a", |tag| tag != b"b"];
    let written = ["k: a, b\r\n", "", "k: a\r\n", "k: a\r\n"];
    for first in keep {
        for (second, line) in keep.into_iter().zip(written) {
            let (mut index, mut room) = (Index::new(), EditRoom::new());
            let message = read(b"BYE sip:b SIP/2.0\r\nk: a, b\r\n\r\n", &mut index);
            let mut patch = Patch::new(&message, &mut room).unwrap();
            patch.retain(b"Supported", |tag| first(tag.bytes())).unwrap();
            patch.retain(b"Supported", |tag| second(tag.bytes())).unwrap();
            let expected = format!("BYE sip:b SIP/2.0\r\n{line}\r\n");
            assert_eq!(String::from_utf8_lossy(&patch.finish().unwrap().to_vec()), expected);
        }
    }
}

#[test]
fn what_stays_of_a_list_has_the_style_too() {
    let mut style = Style::default();
    (style.names, style.lists) = (Names::Canonical, Lists::OneALine);
    let (mut index, mut room) = (Index::new(), EditRoom::new());
    let message = read(b"BYE sip:b SIP/2.0\r\nk: a,b , c\r\n\r\n", &mut index);
    let mut patch = Patch::new(&message, &mut room).unwrap().with_style(style);
    patch.retain(b"Supported", |tag| tag.bytes() != b"b").unwrap();
    let expected = "BYE sip:b SIP/2.0\r\nSupported: a\r\nSupported: c\r\n\r\n";
    assert_eq!(String::from_utf8_lossy(&patch.finish().unwrap().to_vec()), expected);
}

#[test]
fn asked_again_no_room_is_taken() {
    let (mut index, mut room) = (Index::new(), EditRoom::<12, 256>::sized());
    let message = read(INVITE, &mut index);
    let mut style = Style::default();
    style.names = Names::Compact;
    let mut patch = Patch::new(&message, &mut room).unwrap().with_style(style);
    patch.set_body(b"a/b", b"another").unwrap();
    let first = patch.finish().unwrap().to_vec();
    for _ in 0..50 {
        assert_eq!(patch.finish().unwrap().to_vec(), first);
    }
    patch.fix_content_length();
    assert_eq!(patch.finish().unwrap().to_vec(), first);
}

#[test]
fn a_body_has_a_type() {
    let (mut index, mut room) = (Index::new(), EditRoom::new());
    let message = read(INVITE, &mut index);
    let mut patch = Patch::new(&message, &mut room).unwrap();
    for blank in [&b""[..], b" ", b"\t"] {
        assert_eq!(patch.set_body(blank, b"hi").unwrap_err().kind, ErrorKind::Value);
    }
    assert_eq!(patch.finish().unwrap().to_vec(), INVITE);
}

#[test]
fn what_is_refused_does_not_count_as_added() {
    let (mut index, mut room) = (Index::new(), GrowRoom::new());
    let message = read(INVITE, &mut index);
    let mut limits = Limits::new();
    limits.header_count = message.headers().len() + 1;
    let mut patch = Patch::new(&message, &mut room).unwrap().with_limits(&limits);
    patch.set(b"Server", &[b"1"]).unwrap();
    for _ in 0..3 {
        patch.set(b"Server", &[b"a\r\nb"]).unwrap_err();
    }
    let error = patch.add_last(b"X-a", &[b"1"]).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Limit(LimitKind::Headers));
}
