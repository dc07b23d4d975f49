//! The C program walk.c and the core say the same about every message; no memory is leaked, misread or asked for.

mod common;

use std::fmt::Write as _;
use std::process::Command;

use common::{cc, fed, framed, here, messages, program, tool};
use simdsip::key::{DialogKey, Direction, TransactionKey};
use simdsip::shape::{Contact, Rport, Value};
use simdsip::{
    Action, Element, Error, ErrorKind, Frame, Framer, HeaderName, HostKind, Index, Limits, Message, Method,
    Params, Parser, Policy, Role, Scheme, Side, StartLine, Uri, typed,
};
use simdsip_capi::*;

#[test]
fn the_c_program_sees_what_the_core_sees() {
    let Some(cc) = cc() else { return };
    let walk = program(&cc, &here().join("tests/c/walk.c"), "walk");
    let messages = messages();
    let said = fed(&mut Command::new(walk), framed(&messages)).stdout;
    let said = String::from_utf8_lossy(&said);
    let mut lines = said.lines();
    for bytes in &messages {
        let ours = dump(bytes);
        for line in ours.lines() {
            let theirs = lines.next();
            assert_eq!(theirs, Some(line), "about {}", bytes.escape_ascii());
        }
    }
    assert_eq!(lines.next(), None);
}

/// Valgrind over some messages of each kind; and what is allocated does not depend on how much is done.
#[test]
fn valgrind_finds_nothing_and_nothing_is_allocated() {
    let Some(cc) = cc() else { return };
    let Some(valgrind) = tool(&["valgrind"], "memory of the C program") else { return };
    let walk = program(&cc, &here().join("tests/c/walk.c"), "walk-valgrind");
    let some: Vec<_> = messages().into_iter().step_by(36).filter(|bytes| bytes.len() < 5_000).collect();
    let allocs = |rounds: &str, input: Vec<u8>| {
        let mut command = Command::new(&valgrind);
        command.args([
            "--error-exitcode=9",
            "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect",
        ]);
        let output = fed(command.arg(&walk).arg(rounds), input);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = said.lines().find_map(|line| line.split("total heap usage: ").nth(1)).unwrap().to_owned();
        line.split(" allocs").next().unwrap().replace(',', "").parse::<u32>().unwrap()
    };
    let few = allocs("1", framed(&some));
    assert!(few < 16, "{few}");
    assert_eq!(few, allocs("3", framed(&some)));
}

/// What walk.c prints.
fn dump(bytes: &[u8]) -> String {
    let mut limits = Limits::capture();
    limits.header_count = limits.header_count.max(512);
    let parser = Parser::new(Policy::CAPTURE).with_limits(limits);
    let mut out = Dump { text: String::new(), base: bytes };
    let mut index = Index::<512>::sized();
    out.text.push_str("parse");
    match parser.parse(bytes, &mut index) {
        Ok(message) => {
            out.text.push('\n');
            out.whole(&message);
        }
        Err(error) => {
            out.failed(SIMDSIP_REJECTED, &error);
            out.text.push('\n');
        }
    }
    let mut framer = Framer::<512>::sized(parser, Side::Server);
    let frame = framer.next(bytes);
    let (kind, need, error, held) = match &frame {
        Frame::Need(need) => (SIMDSIP_FRAME_NEED, *need, None, None),
        Frame::Message(message) => (SIMDSIP_FRAME_MESSAGE, 0, None, Some(*message)),
        Frame::Ping => (SIMDSIP_FRAME_PING, 0, None, None),
        Frame::Pong => (SIMDSIP_FRAME_PONG, 0, None, None),
        Frame::Refused { error, message } => (SIMDSIP_FRAME_REFUSED, 0, Some(*error), Some(*message)),
        Frame::Fatal { error, answerable } => (SIMDSIP_FRAME_FATAL, 0, Some(*error), *answerable),
    };
    let answerable = u32::from(held.is_some() && error.is_some());
    let (name, detail, at) = error.map_or((0, 0, 0), |error| {
        let (kind, detail) = numbers(error.kind);
        (kind, detail, error.at)
    });
    let consumed = frame.consumed();
    writeln!(out.text, "frame {kind} {answerable} {consumed} {need} {name} {detail} {at}").unwrap();
    if let Some(message) = held {
        out.whole(&message);
    }
    out.text
}

struct Dump<'b> {
    text: String,
    base: &'b [u8],
}

impl Dump<'_> {
    fn place(&mut self, part: Option<&[u8]>) {
        let Some(part) = part else { return self.text.push_str(" -") };
        let at = if part.is_empty() { 0 } else { part.as_ptr().addr() - self.base.as_ptr().addr() };
        write!(self.text, " {at}+{}", part.len()).unwrap();
    }

    /// What C gives as absent where it is empty.
    fn some(&mut self, part: &[u8]) {
        self.place(Some(part).filter(|part| !part.is_empty()));
    }

    fn failed(&mut self, status: i32, error: &Error) {
        let (kind, detail) = numbers(error.kind);
        write!(self.text, " status {status} {} {detail} at {}", NAMES[kind as usize], error.at).unwrap();
    }

    /// A line: `word`, then what is there, or the status.
    fn line<T>(&mut self, word: &str, read: Result<Option<T>, Error>, say: impl FnOnce(&mut Self, T)) {
        self.text.push_str(word);
        match read {
            Ok(Some(value)) => say(self, value),
            Ok(None) => write!(self.text, " status {SIMDSIP_ABSENT}").unwrap(),
            Err(error) => self.failed(SIMDSIP_MALFORMED, &error),
        }
        self.text.push('\n');
    }

    fn params(&mut self, params: Params<'_>) {
        for param in params {
            self.place(Some(param.name()));
            self.place(param.value().map(|value| value.raw()));
        }
    }

    fn port(&mut self, label: &str, read: Result<Option<u16>, Error>) {
        match read {
            Ok(Some(port)) => write!(self.text, " {label} {port}").unwrap(),
            Ok(None) => write!(self.text, " {label} -1").unwrap(),
            Err(_) => write!(self.text, " {label} -2").unwrap(),
        }
    }

    fn uri(&mut self, uri: Option<&Uri<'_>>) {
        let Some(uri) = uri else { return };
        let scheme = match uri.scheme() {
            Scheme::Sip => 1,
            Scheme::Sips => 2,
            Scheme::Tel => 3,
            Scheme::Urn => 4,
            _ => 0,
        };
        let host = uri.host().map_or(0, |host| match host.kind() {
            HostKind::Name => 1,
            HostKind::V4(_) => 2,
            HostKind::V6(_) => 3,
        });
        write!(self.text, " scheme {scheme} host {host}").unwrap();
        self.place(Some(uri.scheme().as_bytes()).map(|scheme| &uri.span().bytes()[..scheme.len()]));
        self.place(Some(uri.rest().bytes()));
        self.place(uri.user().map(|user| user.raw()));
        self.place(uri.password().map(|password| password.raw()));
        self.place(uri.host().map(|host| host.raw()));
        self.port("port", uri.port());
        self.some(uri.params().span().bytes());
        self.some(uri.headers().span().bytes());
    }

    fn whole(&mut self, message: &Message<'_>) {
        let (mut kind, mut method, mut status) = (SIMDSIP_RESPONSE, 0, 0);
        let (mut name, mut code) = (None, None);
        match message.start_line() {
            StartLine::Request(line) => {
                kind = SIMDSIP_REQUEST;
                method = number(line.method);
                let length = line.method.as_bytes().len();
                let line = message.as_bytes();
                let at = line.iter().position(|byte| !b" \t".contains(byte)).unwrap_or(0);
                name = Some(&line[at..at + length]);
            }
            StartLine::Status(line) => {
                status = message.status().ok().flatten().unwrap_or(0);
                code = Some(line.code);
            }
        }
        write!(self.text, "message {kind} {method}").unwrap();
        self.place(name);
        self.place(message.uri());
        write!(self.text, " {status} {}", u8::from(message.has_structural_defects())).unwrap();
        self.place(code);
        self.place(message.reason());
        for part in [message.version(), message.body(), message.as_bytes(), message.surplus()] {
            self.place(Some(part));
        }
        self.text.push('\n');
        for field in message.headers() {
            write!(self.text, "header {} {}", field.id().id(), u8::from(field.is_folded())).unwrap();
            for part in [field.name(), field.value(), field.line()] {
                self.place(Some(part));
            }
            let mut joined = Vec::new();
            field.unfolded().append_to(&mut joined);
            writeln!(self.text, " {}", joined.len()).unwrap();
        }
        if message.uri().is_some() {
            self.line("uri", message.request_uri(), |out, uri| out.uri(Some(&uri)));
        }
        self.values(message);
        self.judged(message);
    }

    fn values(&mut self, message: &Message<'_>) {
        let mut all: Vec<_> = message.list::<typed::Via>().take(200).map(|via| via.map(Some)).collect();
        if all.len() < 200 {
            all.push(Ok(None));
        }
        for via in all {
            self.line("via", via, |out, via| {
                out.place(Some(via.protocol()));
                out.place(Some(via.transport()));
                out.place(Some(via.host_span().bytes()));
                out.port("port", via.port());
                out.place(via.branch());
                out.place(via.received().map(|received| received.inner()));
                match via.rport() {
                    Ok(Some(Rport::Asked)) => out.text.push_str(" rport -3"),
                    Ok(Some(Rport::Filled(port))) => out.port("rport", Ok(Some(port))),
                    Ok(None) => out.port("rport", Ok(None)),
                    Err(error) => out.port("rport", Err(error)),
                }
                out.params(via.params());
            });
        }
        use HeaderName as H;
        for name in [H::From, H::To, H::Contact, H::RecordRoute, H::Route, H::ReferTo] {
            let elements = message.fields(name).flat_map(|field| name.elements(field.span()));
            let mut all: Vec<_> = elements.take(200).map(|it| Contact::parse(it).map(Some)).collect();
            if all.len() < 200 {
                all.push(Ok(None));
            }
            for address in all {
                self.line("address", address, |out, contact| out.address(contact));
            }
        }
        for name in [H::MaxForwards, H::ContentLength, H::Expires, H::SessionExpires, H::RetryAfter] {
            let read = if name == H::ContentLength {
                message.content_length()
            } else {
                message.field(name).and_then(|field| field.values().next()).transpose().map(|value| {
                    value.map(|value| match value {
                        Value::Number(number) => u64::from(number.value()),
                        Value::NumberParams(number) => number.value().into(),
                        Value::RetryAfter(after) => after.seconds().into(),
                        other => panic!("{other:?}"),
                    })
                })
            };
            self.line("number", read, |out, value| write!(out.text, " {value}").unwrap());
        }
        self.line("cseq", message.cseq(), |out, cseq| {
            write!(out.text, " {} {}", cseq.number(), number(cseq.method())).unwrap();
            out.place(Some(cseq.method_span().bytes()));
        });
        self.line("type", message.content_type(), |out, media| {
            out.place(Some(media.kind()));
            out.place(Some(media.subtype()));
            out.params(media.params());
        });
    }

    fn address(&mut self, contact: Contact<'_>) {
        let Some(address) = contact.address() else {
            self.text.push_str(" flags 2 - - -");
            return self.uri(None);
        };
        let quoted = address.display_name().is_some_and(|name| name.is_quoted());
        let uri = address.uri();
        let flags = [address.is_bracketed(), false, quoted, uri.is_err()];
        let flags: u32 = flags.iter().zip([1, 2, 4, 8]).map(|(set, flag)| if *set { flag } else { 0 }).sum();
        write!(self.text, " flags {flags}").unwrap();
        self.place(address.display_name().map(|name| name.raw()));
        self.place(Some(address.uri_span().bytes()));
        self.place(address.tag());
        self.params(address.params());
        self.uri(uri.ok().as_ref());
    }

    fn judged(&mut self, message: &Message<'_>) {
        for defect in message.defects().take(64) {
            let (code, class) = (defect.code, defect.code.class() as u32 + 1);
            let (number, at, len) = (code.number(), defect.at, defect.len);
            let (name, rfc, clause) = (code.as_str(), code.rfc(), code.message());
            writeln!(self.text, "defect {number} {class} {at} {len} <{name}> <{rfc}> <{clause}>").unwrap();
        }
        for role in [Role::Uas, Role::Proxy, Role::Registrar] {
            let mut element = Element::new(role);
            element.methods = &[Method::Invite, Method::Ack, Method::Bye];
            element.option_tags = &["100rel"];
            let verdict = message.validate(&element);
            let (action, status) = match verdict.action {
                Action::Accept => (1, 0),
                Action::Answer(status) => (2, status),
                Action::Drop => (3, 0),
            };
            let defect = verdict.defect.map_or(0, |defect| defect.code.number());
            let (placed, at) = (u8::from(verdict.at.is_some()), verdict.at.unwrap_or(0));
            let (reason, rfc) = (verdict.reason, verdict.rfc);
            writeln!(self.text, "verdict {action} {status} <{reason}> <{rfc}> {defect} {placed} {at}")
                .unwrap();
        }
        writeln!(self.text, "describe {}", message.describe()).unwrap();
        let server = TransactionKey::server(message);
        let keys =
            [server, TransactionKey::client(message), server.map(|key| key.map(TransactionKey::cancelled))];
        for key in keys {
            self.line("key", key, |out, key| {
                let mut bytes = Bytes(Vec::new());
                std::hash::Hash::hash(&key, &mut bytes);
                if bytes.0.len() > 4096 {
                    return out.text.push_str(" long");
                }
                let sum = bytes.0.iter().fold(1_469_598_103_934_665_603_u64, |sum, byte| {
                    (sum ^ u64::from(*byte)).wrapping_mul(1_099_511_628_211)
                });
                write!(out.text, " {} {}", bytes.0.len(), sum >> 1).unwrap();
            });
        }
        self.line("dialog", DialogKey::of(message, Direction::Received), |out, key| {
            out.place(Some(key.call_id));
            out.place(key.local_tag);
            out.place(key.remote_tag);
        });
    }
}

/// Keeps what it is given.
struct Bytes(Vec<u8>);

impl std::hash::Hasher for Bytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

fn number(method: Method<'_>) -> usize {
    Method::ALL.iter().position(|known| *known == method).map_or(0, |at| at + 1)
}

/// By hand and in another form than the library's: the order of simdsip.h.
fn numbers(kind: ErrorKind) -> (u32, u32) {
    let name = match kind {
        ErrorKind::Limit(limit) => return (6, limit as u32 + 1),
        ErrorKind::Refused(code) => return (7, code.number().into()),
        other => format!("{other:?}"),
    };
    let words: String = name
        .chars()
        .enumerate()
        .flat_map(|(at, c)| [(at > 0 && c.is_uppercase()).then_some('-'), Some(c.to_ascii_lowercase())])
        .flatten()
        .collect();
    (NAMES.iter().position(|known| *known == words).unwrap_or_else(|| panic!("{words}")) as u32, 0)
}

const NAMES: [&str; 46] = [
    "unknown",
    "empty",
    "method",
    "request-uri",
    "version",
    "status-code",
    "limit",
    "refused",
    "content-length",
    "boundary",
    "value",
    "number",
    "number-range",
    "token",
    "quote",
    "angle",
    "comment",
    "address",
    "scheme",
    "host",
    "port",
    "telephone",
    "via",
    "media-type",
    "date",
    "auth",
    "warning",
    "overlap",
    "range",
    "room",
    "text",
    "max-forwards",
    "request",
    "origin",
    "connection",
    "bandwidth",
    "timing",
    "media",
    "rtpmap",
    "candidate",
    "fingerprint",
    "crypto",
    "extmap",
    "rid",
    "simulcast",
    "precondition",
];
