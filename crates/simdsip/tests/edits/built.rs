//! What is built: nothing that Strict rejects, and what was asked for.

use simdsip::{
    Builder, DefectCode, Error, ErrorKind, GrowIndex, HeaderName, Index, LimitKind, Limits, Message, Method,
    Parser, Policy,
};
use simdsip_corpus::rng::Rng;

use super::examples::{Example, examples};

/// Bytes that mean something in values.
const PIECES: [&str; 24] = [
    ";", ",", "\"", "\\", "<", ">", "(", ")", "=", " ", "\t", "é", "a", "7", "*", "%41", "%", ";tag=2", "[",
    "@", ":", "/", "?", "\r\n x",
];

fn mutated(rng: &mut Rng, value: &str) -> Vec<u8> {
    let mut text = value.as_bytes().to_vec();
    for _ in 0..rng.below(3) {
        let at = rng.below(text.len() + 1);
        match rng.below(4) {
            0 => text.truncate(at),
            1 => drop(text.drain(at..(at + rng.below(4)).min(text.len()))),
            2 => drop(text.splice(at..at, PIECES[rng.below(PIECES.len())].bytes())),
            _ => {
                if let Some(byte) = text.get_mut(at) {
                    *byte = rng.below(256) as u8;
                }
            }
        }
    }
    text
}

fn method(rng: &mut Rng) -> Method<'static> {
    match rng.below(16) {
        0 => Method::Other(b"x-Y.z"),
        1 => Method::Other(b"SIP"),
        2 => Method::Other(b"SIP/2.0"),
        3 => Method::Other(b""),
        4 | 5 => Method::Register,
        _ => Method::ALL[rng.below(Method::ALL.len())],
    }
}

/// What every message needs.
fn usual(name: &str, method: Option<Method<'_>>) -> Option<String> {
    let method = method.map_or("INVITE".to_owned(), |method| method.to_string());
    Some(match name {
        "Via" => "SIP/2.0/UDP h.example;branch=z9hG4bK1".to_owned(),
        "From" => "<sip:a@a.example>;tag=1".to_owned(),
        "To" => "<sip:b@b.example>".to_owned(),
        "Call-ID" => "1@h".to_owned(),
        "CSeq" => format!("7 {method}"),
        "Contact" if method == "REGISTER" => "*".to_owned(),
        "Expires" => "0".to_owned(),
        _ => return None,
    })
}

/// Builds with whatever is not refused, and gives what was.
fn build<'o>(
    rng: &mut Rng,
    table: &[Example],
    out: &'o mut Vec<u8>,
    asked: &mut Vec<(String, Vec<u8>)>,
) -> Result<&'o [u8], Error> {
    let method = rng.chance(60).then(|| method(rng));
    let uri = rng.pick(&[
        "sip:b@b.example",
        "sip:b@b.example;user=phone",
        "tel:+1-201-555-0123",
        "sip:bé",
        "urn:x:y",
        "<sip:b>",
    ]);
    let mut builder = match method {
        Some(method) => Builder::request(out, method, &mutated(rng, uri))?,
        None => {
            let status = rng.between(95, 705) as u16;
            Builder::status_line(out, status, &mutated(rng, "OK"))?
        }
    };
    let mut names = vec!["Via", "From", "To", "Call-ID", "CSeq"];
    let more = rng.below(8);
    names.extend((0..more).map(|_| table[rng.below(table.len())].name.as_str()));
    names.extend(["Contact", "Expires"].iter().take(rng.below(4)));
    rng.shuffle(&mut names);
    for name in names {
        let example = table.iter().find(|row| row.name == name).expect("a row");
        let good = usual(name, method).filter(|_| rng.chance(85)).unwrap_or_else(|| example.good.clone());
        let value = if rng.chance(70) { good.into_bytes() } else { mutated(rng, &good) };
        let name = if rng.chance(5) { format!("X-{name}") } else { name.to_owned() };
        let cut = rng.below(value.len() + 1);
        if builder.header(name.as_bytes(), &[&value[..cut], &value[cut..]]).is_ok() {
            asked.push((name, value));
        }
    }
    if rng.chance(30) {
        asked.push(("Content-Type".to_owned(), b"text/plain".to_vec()));
        return builder.body(b"text/plain", b"a body\r\n\r\n");
    }
    builder.finish()
}

/// Without white space at its ends.
fn trimmed(value: &[u8]) -> &[u8] {
    value.trim_ascii()
}

#[test]
fn whatever_can_be_built_is_strict_and_without_a_defect() {
    let table = examples();
    let parser = Parser::new(Policy::STRICT);
    let (mut rng, mut index) = (Rng::new(8), GrowIndex::new());
    let (mut built, mut refused) = (0, 0);
    for _ in 0..12_000 {
        let (mut out, mut asked) = (b"before".to_vec(), Vec::new());
        match build(&mut rng, &table, &mut out, &mut asked) {
            Err(_) => refused += 1,
            Ok(bytes) => {
                built += 1;
                let text = bytes.escape_ascii();
                let message =
                    parser.parse_growing(bytes, &mut index).unwrap_or_else(|error| panic!("{error}: {text}"));
                let defects: Vec<_> = message.defects().collect();
                assert!(defects.is_empty(), "{defects:?}: {text}");
                assert_eq!(message.as_bytes(), bytes, "all of it is the message");
                let added = ["Content-Length", "Max-Forwards"];
                let found = message.headers().map(|field| (field.name(), field.value()));
                let found = found.filter(|(name, _)| {
                    !added.iter().any(|added| added.as_bytes() == *name)
                        || asked.iter().any(|(asked, _)| asked.as_bytes() == *name)
                });
                let wanted = asked.iter().map(|(name, value)| (name.as_bytes(), trimmed(value)));
                assert!(found.eq(wanted), "{asked:?}: {text}");
                assert!(message.has(HeaderName::MaxForwards) || message.uri().is_none());
                assert_eq!(message.content_length(), Ok(Some(message.body().len() as u64)));
            }
        }
        assert!(out.starts_with(b"before"));
    }
    println!("{built} built, {refused} refused");
    assert!(built > 2_000 && refused > 2_000, "{built} built, {refused} refused");
}

/// Requests of the corpus, each with what it is called.
fn requests() -> Vec<simdsip_corpus::Entry> {
    let mut all = simdsip_corpus::messages();
    let workload = |name: &str| {
        let name = name.to_owned();
        simdsip_corpus::workload(&name)
            .into_iter()
            .map(move |bytes| simdsip_corpus::Entry { name: name.clone(), bytes })
    };
    all.extend(workload("mix-1k"));
    all.extend(workload("invite-ims"));
    all
}

fn unfolded(message: &Message<'_>, name: HeaderName) -> Vec<Vec<u8>> {
    message.fields(name).map(|field| field.unfolded().collect::<Vec<_>>().join(&b' ')).collect()
}

// covers: RFC 3261 §8.2.6, §8.2.6.1, §8.2.6.2
#[test]
fn responses_say_again_what_the_request_said() {
    let parser = Parser::new(Policy::INTEROP);
    let (mut one, mut two) = (GrowIndex::new(), GrowIndex::new());
    let (mut strict, mut lenient) = (0, 0);
    for entry in requests() {
        let Ok(request) = parser.parse_growing(&entry.bytes, &mut one) else { continue };
        for (status, tag) in [(100, "t1"), (180, "t2"), (200, "t3"), (302, "t4"), (486, "t5")] {
            let mut checked = Vec::new();
            let built = Builder::response(&mut checked, &request, status, b"Reason", tag.as_bytes());
            let built = built.and_then(Builder::finish);
            let mut copied = Vec::new();
            let as_received =
                Builder::response_as_received(&mut copied, &request, status, b"Reason", tag.as_bytes());
            let as_received = as_received.and_then(Builder::finish);
            let Some(method) = request.method().filter(|method| *method != Method::Ack) else {
                assert_eq!(built.unwrap_err().kind, ErrorKind::Request);
                assert_eq!(as_received.unwrap_err().kind, ErrorKind::Request);
                continue;
            };
            let as_received = match as_received {
                Ok(bytes) => bytes,
                Err(error) => {
                    assert!(
                        matches!(error.kind, ErrorKind::Limit(_) | ErrorKind::Text),
                        "{}: {error}",
                        entry.name
                    );
                    continue;
                }
            };
            lenient += 1;
            if let Ok(bytes) = built {
                strict += 1;
                assert_eq!(bytes, as_received, "{}: the same where nothing is odd", entry.name);
                let parser = Parser::new(Policy::STRICT);
                let response = parser.parse_growing(bytes, &mut two).unwrap();
                let refused = response.defects().find(|defect| Policy::STRICT.refuses(defect.code));
                assert_eq!(refused, None, "{}: {}", entry.name, bytes.escape_ascii());
            }
            let Ok(response) = parser.parse_growing(as_received, &mut two) else { continue };
            assert_eq!(response.status(), Ok(Some(status)));
            assert_eq!(
                unfolded(&request, HeaderName::Via),
                unfolded(&response, HeaderName::Via),
                "{}",
                entry.name
            );
            for name in [HeaderName::From, HeaderName::CallId, HeaderName::CSeq] {
                let (wanted, found) = (unfolded(&request, name), unfolded(&response, name));
                assert_eq!(wanted.first(), found.first(), "{}: {name}", entry.name);
                assert!(found.len() <= 1);
            }
            if let Some(to) = unfolded(&request, HeaderName::To).first() {
                let found = unfolded(&response, HeaderName::To).remove(0);
                let has =
                    request.to().ok().flatten().is_some_and(|to| to.params().any(|param| param.is(b"tag")));
                let added = if has || status == 100 { String::new() } else { format!(";tag={tag}") };
                assert_eq!(found, [to, added.as_bytes()].concat(), "{}", entry.name);
            }
            let routes = (101..300).contains(&status)
                && matches!(
                    method,
                    Method::Invite | Method::Subscribe | Method::Refer | Method::Notify | Method::Other(_)
                );
            let wanted = if routes { unfolded(&request, HeaderName::RecordRoute) } else { vec![] };
            assert_eq!(unfolded(&response, HeaderName::RecordRoute), wanted, "{}", entry.name);
            let stamp = if status == 100 { unfolded(&request, HeaderName::Timestamp) } else { vec![] };
            assert_eq!(unfolded(&response, HeaderName::Timestamp).first(), stamp.first(), "{}", entry.name);
        }
    }
    println!("{lenient} responses, {strict} of them to requests that are strict");
    assert!(strict > 5_000 && lenient > strict, "{strict} {lenient}");
}

#[test]
fn what_contradicts_itself_is_not_built() {
    let refused = |name: &str, value: &str| {
        let mut buffer = [0; 512];
        let mut builder = Builder::request(&mut buffer[..], Method::Register, b"sip:h.example").unwrap();
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            let value = usual(name, Some(Method::Register)).unwrap();
            builder.header(name.as_bytes(), &[value.as_bytes()]).unwrap();
        }
        let result = builder.header(name.as_bytes(), &[value.as_bytes()]);
        match result.map(|()| builder.finish().map(drop)) {
            Err(Error { kind: ErrorKind::Refused(code), .. })
            | Ok(Err(Error { kind: ErrorKind::Refused(code), .. })) => Some(code),
            Ok(Ok(())) => None,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused("Subject", "x"), None);
    assert_eq!(refused("To", "<sip:b>"), Some(DefectCode::RepeatedHeader));
    assert_eq!(refused("m", "*"), Some(DefectCode::StarNotAlone));
    assert_eq!(refused("Date", "Thu, 01 Jan 2026 00:00:00 CET"), Some(DefectCode::BadDate));
    assert_eq!(refused("Subject", "\u{fffd}"), None);
    let mut buffer = [0; 512];
    let builder = Builder::status_line(&mut buffer[..], 200, b"").unwrap();
    let error = builder.finish().unwrap_err();
    assert_eq!((error.kind, error.at), (ErrorKind::Refused(DefectCode::MissingHeader), 14));
    for (status, reason, kind) in [
        (99, &b""[..], ErrorKind::StatusCode),
        (700, b"", ErrorKind::StatusCode),
        (200, b"a\r\nb", ErrorKind::Text),
    ] {
        assert_eq!(Builder::status_line(&mut [0; 99][..], status, reason).unwrap_err().kind, kind);
    }
}

#[test]
fn a_buffer_that_is_too_short_says_so_and_keeps_what_it_has() {
    let mut buffer = [0; 60];
    let mut builder = Builder::status_line(&mut buffer[..], 200, b"OK").unwrap();
    builder.header(b"Call-ID", &[b"1"]).unwrap();
    let error = builder.header(b"Subject", &[&[b'x'; 40]]).unwrap_err();
    assert_eq!((error.kind, error.at), (ErrorKind::Room, 79));
    builder.header(b"Subject", &[b"x"]).unwrap();
    assert_eq!(Builder::status_line(&mut [0; 15][..], 200, b"OK").unwrap_err().at, 16);
}

#[test]
fn limits_hold_for_what_is_built() {
    let mut out = Vec::new();
    let mut builder = Builder::status_line(&mut out, 200, b"OK").unwrap();
    let long = vec![b'x'; 70_000];
    let limit = |result: Result<(), Error>| match result {
        Err(Error { kind: ErrorKind::Limit(limit), .. }) => limit,
        other => panic!("{other:?}"),
    };
    assert_eq!(limit(builder.header(b"X-a", &[&long[..8_188]])), LimitKind::Line);
    for _ in 0..7 {
        builder.header(b"X-a", &[&long[..8_187]]).unwrap();
    }
    assert_eq!(limit(builder.header(b"X-a", &[&long[..8_187]])), LimitKind::Message);
    for _ in 7..256 {
        builder.header(b"X-a", &[]).unwrap();
    }
    assert_eq!(limit(builder.header(b"X-a", &[])), LimitKind::Headers);
    let mut out = Vec::new();
    let mut index = Index::new();
    let request = Parser::default()
        .parse(b"BYE sip:b SIP/2.0\r\nv: SIP/2.0/UDP h\r\nf: <sip:a>;tag=1\r\nt: <sip:b>\r\ni: 1\r\nCSeq: 1 BYE\r\n\r\n", &mut index)
        .unwrap();
    let response = Builder::response(&mut out, &request, 200, b"OK", b"t").unwrap();
    assert_eq!(limit(response.body(b"a/b", &long).map(drop)), LimitKind::Message);
    assert_eq!(Limits::new().message_len, 65_536);
}

#[test]
fn what_is_refused_at_the_start_leaves_a_vec_as_it_was() {
    let mut out = b"before".to_vec();
    assert!(Builder::request(&mut out, Method::Bye, b"sip:b%zz").is_err());
    assert!(Builder::status_line(&mut out, 200, b"\xff").is_err());
    let mut index = Index::new();
    let bytes =
        b"BYE sip:b SIP/2.0\r\nv: SIP/2.0/UDP h\r\nf: <sip:a>;;\r\nt: <sip:b>\r\ni: 1\r\nCSeq: 1 BYE\r\n\r\n";
    let request = Parser::default().parse(bytes, &mut index).unwrap();
    assert!(Builder::response(&mut out, &request, 200, b"OK", b"t").is_err());
    assert!(Builder::status_line(&mut out, 200, b"OK").unwrap().finish().is_err());
    assert_eq!(out, b"before");
}
