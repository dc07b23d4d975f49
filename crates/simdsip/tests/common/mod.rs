//! What several tests share: comparing two readings of a message whole, and making hostile input.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(unreachable_pub, reason = "a module of test binaries")]

#[cfg(not(fuzzing))] // fuzz targets measure no time, and their library has no unsafe code
pub mod clock;
pub mod examples;
pub mod mutate;
pub mod probe;
pub mod sdp;
pub mod sum;

use simdsip::{Backend, Error, Frame, Framer, Index, Message, Parser, Policy, Side};

/// The policies that tests read under: what live elements do, and what captures do.
pub fn policies() -> [(&'static str, Policy); 2] {
    [("interop", Policy::INTEROP), ("capture", Policy::CAPTURE)]
}

/// A request in which this field stands in for the one of its name, or comes first.
pub fn request(name: &str, value: impl AsRef<[u8]>) -> Vec<u8> {
    const FIELDS: [(&str, &str); 7] = [
        ("Via", "SIP/2.0/UDP a.example;branch=z9hG4bK7"),
        ("Max-Forwards", "70"),
        ("From", "<sip:a@a.example>;tag=1"),
        ("To", "<sip:b@b.example>"),
        ("Call-ID", "7@a.example"),
        ("CSeq", "1 INVITE"),
        ("Content-Length", "0"),
    ];
    let mut bytes = format!("INVITE sip:b@b.example SIP/2.0\r\n{name}: ").into_bytes();
    bytes.extend_from_slice(value.as_ref());
    bytes.extend_from_slice(b"\r\n");
    for (other, value) in FIELDS.iter().filter(|(other, _)| *other != name) {
        bytes.extend_from_slice(format!("{other}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

/// Where two readings differ in anything that can be seen of them. Places are compared as places.
pub fn difference(a: &Message<'_>, b: &Message<'_>) -> Option<&'static str> {
    let checks = [
        ("kind", a.kind() == b.kind()),
        ("start_line", a.start_line() == b.start_line()),
        ("start_line_range", a.start_line_range() == b.start_line_range()),
        ("method, uri, version, reason", {
            (a.method(), a.uri(), a.version(), a.reason()) == (b.method(), b.uri(), b.version(), b.reason())
        }),
        ("status", a.status() == b.status()),
        ("header count", a.headers().len() == b.headers().len()),
        ("body_range", a.body_range() == b.body_range()),
        ("range", a.range() == b.range()),
        ("surplus", a.surplus() == b.surplus()),
        ("body", a.body() == b.body()),
        ("as_bytes", a.as_bytes() == b.as_bytes()),
        ("content_length", a.content_length() == b.content_length()),
        ("has_structural_defects", a.has_structural_defects() == b.has_structural_defects()),
        ("defects", a.structural_defects().eq(b.structural_defects())),
    ];
    if let Some((what, _)) = checks.into_iter().find(|(_, same)| !same) {
        return Some(what);
    }
    for (a, b) in a.headers().zip(b.headers()) {
        let checks = [
            ("header id", a.id() == b.id()),
            ("header name", a.name_range() == b.name_range() && a.name() == b.name()),
            ("header value", a.value_range() == b.value_range() && a.value() == b.value()),
            ("header line", a.line_range() == b.line_range()),
            ("header fold", a.is_folded() == b.is_folded()),
        ];
        if let Some((what, _)) = checks.into_iter().find(|(_, same)| !same) {
            return Some(what);
        }
    }
    None
}

/// Where two outcomes differ.
pub fn outcome_difference(
    a: &Result<Message<'_>, Error>,
    b: &Result<Message<'_>, Error>,
) -> Option<&'static str> {
    match (a, b) {
        (Ok(a), Ok(b)) => difference(a, b),
        (Err(a), Err(b)) => (a != b).then_some("error"),
        _ => Some("accepted by one"),
    }
}

/// Fails where a backend does not see in `bytes` what scalar sees.
#[track_caller]
pub fn assert_backends_agree(parser: Parser, backends: &[Backend], indices: &mut [Index; 2], bytes: &[u8]) {
    let [ours, theirs] = indices;
    let expected = parser.with_backend(Backend::SCALAR).parse(bytes, ours);
    for &backend in backends {
        let found = parser.with_backend(backend).parse(bytes, theirs);
        if let Some(what) = outcome_difference(&expected, &found) {
            panic!(
                "{backend} differs from scalar in {what}\n scalar {expected:?}\n {backend} {found:?}\n on b\"{}\"",
                bytes.escape_ascii()
            );
        }
    }
}

/// Every backend but scalar that this processor has.
pub fn rivals() -> Vec<Backend> {
    let found: Vec<Backend> = Backend::available().filter(|&backend| backend != Backend::SCALAR).collect();
    let names: Vec<&str> = found.iter().map(|backend| backend.name()).collect();
    eprintln!("backends against scalar: {}", names.join(" "));
    let known: &[&str] = if cfg!(target_arch = "x86_64") { &["sse2", "avx2", "avx512"] } else { &[] };
    for name in known {
        if Backend::by_name(name).is_none() {
            println!("SKIP {name}: this processor lacks it");
        }
    }
    found
}

/// Takes a message apart and puts it together again: everything in wire order.
pub fn emit(input: &[u8], message: &Message<'_>) -> Vec<u8> {
    let mut out = input[..message.range().start].to_vec();
    out.extend_from_slice(&input[message.start_line_range()]);
    for header in message.headers() {
        assert_eq!(header.line_range().start, out.len(), "fields follow each other");
        out.extend_from_slice(&input[header.line_range()]);
    }
    let body = message.body_range();
    let empty_line = &input[out.len()..body.start];
    assert!(matches!(empty_line, b"" | b"\n" | b"\r\n" | b"\r"), "{:?}", empty_line.escape_ascii());
    out.extend_from_slice(empty_line);
    out.extend_from_slice(message.body());
    out.extend_from_slice(message.surplus());
    out
}

/// Reads everything that can be read of a message; the sum keeps it from being optimised away.
pub fn touch(message: &Message<'_>) -> usize {
    let mut sum = message.body().len() + message.surplus().len() + message.as_bytes().len();
    sum += bytes(message.version()) + bytes(message.uri().unwrap_or(b"")) + bytes(message.body());
    sum += bytes(message.reason().unwrap_or(b""))
        + message.method().map_or(0, |method| bytes(method.as_bytes()));
    for header in message.headers() {
        sum += bytes(header.name()) + bytes(header.value()) + header.unfolded().map(bytes).sum::<usize>();
        sum += usize::from(message.field(header.id()).is_some()) + usize::from(header.is_folded());
    }
    sum += message.fields_named(b"X-Nobody").count() + message.status().is_ok() as usize;
    sum += message.defects().map(|defect| defect.at + defect.len).sum::<usize>();
    sum + parts(message.multipart(), 0)
}

fn parts(multipart: Option<Result<simdsip::Multipart<'_>, Error>>, sum: usize) -> usize {
    let Some(Ok(multipart)) = multipart else { return sum };
    multipart.fold(sum, |sum, part| {
        let headers: usize = part.headers().map(|(name, value)| bytes(name) + bytes(value)).sum();
        sum + bytes(part.body()) + headers + parts(part.multipart(), 0)
    })
}

fn bytes(slice: &[u8]) -> usize {
    slice.iter().map(|&byte| usize::from(byte)).sum()
}

/// One event of a stream, with the bytes it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Message(Vec<u8>),
    Refused(Vec<u8>, Error),
    Ping,
    Pong,
    Fatal(Error, bool),
}

impl Event {
    pub fn word(&self) -> &'static str {
        match self {
            Event::Message(_) => "message",
            Event::Refused(..) => "refused",
            Event::Ping => "ping",
            Event::Pong => "pong",
            Event::Fatal(..) => "fatal",
        }
    }
}

/// Feeds `pieces` one after the other and gives what came, and the bytes left over.
///
/// Each message is compared with what [`Parser::parse`] sees in the same bytes. Errors are told by their
/// place in the stream.
pub fn events<'p>(
    parser: Parser,
    side: Side,
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> (Vec<Event>, Vec<u8>) {
    let mut framer = Framer::new(parser, side);
    let mut index = Index::new();
    let mut buffer = Vec::new();
    let mut events = Vec::new();
    let mut gone = 0;
    for piece in pieces {
        buffer.extend_from_slice(piece);
        loop {
            let frame = framer.next(&buffer);
            let consumed = frame.consumed();
            events.push(match frame {
                Frame::Need(more) => {
                    assert!(more > 0, "Need(0)");
                    break;
                }
                Frame::Message(message) => {
                    let taken = &buffer[..consumed];
                    match parser.parse(taken, &mut index) {
                        Ok(datagram) => {
                            if let Some(what) = stream_difference(&datagram, &message) {
                                panic!("framer and parser differ in {what} on b\"{}\"", taken.escape_ascii());
                            }
                        }
                        Err(error) => {
                            panic!("{error}: only the framer accepts b\"{}\"", taken.escape_ascii())
                        }
                    }
                    Event::Message(taken.to_vec())
                }
                Frame::Refused { error, message } => {
                    let taken = &buffer[..consumed];
                    assert_eq!(
                        parser.parse(taken, &mut index).map(|_| ()),
                        Err(error),
                        "b\"{}\"",
                        taken.escape_ascii()
                    );
                    assert!(touch(&message) > 0);
                    Event::Refused(taken.to_vec(), error)
                }
                Frame::Ping => Event::Ping,
                Frame::Pong => Event::Pong,
                Frame::Fatal { error, answerable } => {
                    let answerable = answerable.map(|message| touch(&message)).is_some();
                    events.push(Event::Fatal(Error { kind: error.kind, at: error.at + gone }, answerable));
                    return (events, buffer);
                }
            });
            buffer.drain(..consumed);
            gone += consumed;
        }
    }
    (events, buffer)
}

/// As [`difference`], but what only streams complain of does not count.
fn stream_difference(datagram: &Message<'_>, stream: &Message<'_>) -> Option<&'static str> {
    let missing = simdsip::DefectCode::ContentLengthMissing;
    if stream.defects().any(|defect| defect.code == missing) {
        let others = stream.defects().filter(|defect| defect.code != missing);
        return (!datagram.defects().eq(others)).then_some("defects");
    }
    difference(datagram, stream)
}
