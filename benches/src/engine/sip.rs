//! simdsip itself, one engine a backend.

use super::{Class, Engine, Identity, checksum};
use crate::fields::Fields;
use crate::set::Set;
use crate::stream::Stream;
use simdsip::StartLine;
use simdsip::{Backend, Frame, Framer, GrowIndex, HeaderName, Index, Limits, Message, Parser, Policy, Side};
use std::hint::black_box;

/// Backends of this machine, fastest first, none above what `SIMDSIP_SCAN` names.
///
/// # Panics
/// Where `SIMDSIP_SCAN` names a backend that this machine lacks.
pub fn backends() -> Vec<Backend> {
    let cap = match std::env::var("SIMDSIP_SCAN") {
        Ok(name) => Backend::by_name(&name)
            .unwrap_or_else(|| panic!("SIMDSIP_SCAN={name}: this machine has no such backend")),
        Err(_) => Backend::detect(),
    };
    let mut all: Vec<Backend> = Backend::available().filter(|&b| b.cap(cap) == b).collect();
    all.reverse();
    all
}

/// The one that users get here.
pub fn best_backend() -> Backend {
    backends().first().copied().unwrap_or(Backend::SCALAR)
}

/// A parser without limits, for workloads that pass them on purpose.
pub fn lifted(backend: Backend) -> Parser {
    Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited()).with_backend(backend)
}

/// Parses with the growing index; the checksum of what was found, 0 for a refusal.
pub fn grown(parser: &Parser, bytes: &[u8], index: &mut GrowIndex) -> u64 {
    parser.parse_growing(bytes, index).map_or(0, |message| sum(&message))
}

/// `Parser::parse` into one reused index; the growing index where a set needs it.
pub struct Simdsip {
    backend: Backend,
    parser: Parser,
    index: Index<128>,
    grow: Option<GrowIndex>,
}

impl Simdsip {
    /// An engine of that backend.
    pub fn new(backend: Backend) -> Simdsip {
        let parser = Parser::new(Policy::INTEROP).with_backend(backend);
        Simdsip { backend, parser, index: Index::new(), grow: None }
    }
}

/// A checksum over the index alone, after the whole of it has become observable.
#[inline(always)]
fn sum(message: &Message<'_>) -> u64 {
    let message = black_box(message);
    checksum(message.headers().len(), message.body_range().start, message.body_range().end)
}

impl Engine for Simdsip {
    fn identity(&self) -> Identity {
        Identity {
            name: "simdsip",
            version: env!("CARGO_PKG_VERSION"),
            backend: self.backend.name(),
            flags: if self.grow.is_some() { "interop,grow-index" } else { "interop" },
            work: "start line, every header named and identified, Content-Length, body, structural defects",
        }
    }

    fn classes(&self) -> &'static [Class] {
        &[Class::Structure, Class::Frame]
    }

    fn prepare(&mut self, set: &Set) {
        let large = (0..set.len() as u32).map(|i| set.get(i)).any(|m| {
            m.len() > 65_535 || memchr::memchr_iter(b'\n', &m[..crate::set::header_len(m)]).count() > 128
        });
        self.grow = large.then(GrowIndex::new);
        self.parser = if large {
            lifted(self.backend)
        } else {
            Parser::new(Policy::INTEROP).with_backend(self.backend)
        };
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        match &mut self.grow {
            None => self.parser.parse(set.get(i), &mut self.index).map_or(0, |message| sum(&message)),
            Some(index) => grown(&self.parser, set.get(i), index),
        }
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        let parsed = match &mut self.grow {
            None => self.parser.parse(set.get(i), &mut self.index),
            Some(index) => self.parser.parse_growing(set.get(i), index),
        };
        parsed.is_ok_and(|message| {
            fields(&message, out);
            true
        })
    }

    fn frame(&mut self, stream: &Stream, cuts: &[usize]) -> u64 {
        let (mut count, mut acc) = (0u64, 0u64);
        feed(self.parser, stream, cuts, |message| {
            count += 1;
            acc = acc.wrapping_mul(31).wrapping_add(sum(message));
        });
        count | acc << 32
    }

    fn emit_frame(&mut self, stream: &Stream, cuts: &[usize]) -> Vec<Fields> {
        let mut out = Vec::new();
        feed(self.parser, stream, cuts, |message| {
            let mut found = Fields::default();
            fields(message, &mut found);
            out.push(found);
        });
        out
    }
}

/// Reads as a receiver sees them that keeps its bytes in one buffer: after each read, `next` until it
/// needs more.
fn feed(parser: Parser, stream: &Stream, cuts: &[usize], mut each: impl FnMut(&Message<'_>)) {
    let mut framer: Framer = Framer::new(parser, Side::Server);
    let bytes = stream.bytes();
    let mut start = 0;
    for &end in cuts {
        while start < end {
            let frame = framer.next(&bytes[start..end]);
            let consumed = frame.consumed();
            match frame {
                Frame::Message(message) => each(&message),
                Frame::Ping | Frame::Pong | Frame::Refused { .. } => {}
                Frame::Need(_) => break,
                // What is left is missing from the messages that are compared before timing.
                Frame::Fatal { .. } => return,
            }
            start += consumed;
        }
    }
}

fn fields(message: &Message<'_>, out: &mut Fields) {
    out.start = Some(match message.start_line() {
        StartLine::Request(line) => [line.method.as_bytes(), line.uri, line.version].map(<[u8]>::to_vec),
        StartLine::Status(line) => [line.version, line.code, line.reason].map(<[u8]>::to_vec),
    });
    let mut ids = Vec::new();
    for header in message.headers() {
        let id = header.id();
        let name = match id {
            HeaderName::Unknown => header.name().to_ascii_lowercase(),
            known => known.as_str().to_ascii_lowercase().into_bytes(),
        };
        let mut value = Vec::new();
        header.unfolded().append_to(&mut value);
        out.headers.push((name, value));
        ids.push(u16::from(id.id()));
    }
    out.ids = Some(ids);
    out.body = Some(message.body().to_vec());
}
