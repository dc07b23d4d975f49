//! One adapter an engine: the same question put to parsers of different shapes.
//!
//! An adapter does no work of its own in `run` beyond what its parser's user would have to do, and
//! says in `Work` what the parser leaves undone.

mod ceiling;
pub mod fields;
mod http;
pub mod native;
#[cfg(feature = "rivals")]
mod rivals;
pub mod sdp;
mod sip;
mod steps;
mod views;

pub use sip::{Simdsip, backends, best_backend, grown, lifted};
pub use views::typed_sum;

use crate::alloc;
use crate::clock;
use crate::fields::Fields;
use crate::set::Set;
use crate::stream::Stream;

/// A kind of work that is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Start line, every header named and identified, body located.
    Structure,
    /// Structure, and the fields that a proxy routes by, as values: `reference::fields`.
    Routing,
    /// Every part of every header's value, as values.
    Typed,
    /// A whole message as `typed`, and its session description as `sdp-deep`.
    TypedSdp,
    /// Every line of a session description located, its type known.
    SdpIndex,
    /// Media, formats, connection, direction, every attribute named.
    SdpShallow,
    /// The same, and every attribute that has a typed view read through it.
    SdpDeep,
    /// Routing, then what a proxy does: a request gets a Via on top and one hop less, a response loses its
    /// first Via; written into a buffer.
    Forward,
    /// The 200 that answers an INVITE, written into a buffer; the INVITE is parsed first.
    Build,
    /// Messages out of a stream, each with an index ready.
    Frame,
    /// What the machine can do with the same bytes at all.
    Ceiling,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 11] = [
        Class::Structure,
        Class::Routing,
        Class::Typed,
        Class::TypedSdp,
        Class::SdpIndex,
        Class::SdpShallow,
        Class::SdpDeep,
        Class::Forward,
        Class::Build,
        Class::Frame,
        Class::Ceiling,
    ];

    /// Those that are given one whole message at a time.
    pub const WHOLE: [Class; 6] =
        [Class::Structure, Class::Routing, Class::Typed, Class::TypedSdp, Class::Forward, Class::Build];

    /// Those that are given one whole session description at a time.
    pub const SDP: [Class; 3] = [Class::SdpIndex, Class::SdpShallow, Class::SdpDeep];

    /// Whether it is of session descriptions alone.
    pub fn is_sdp(self) -> bool {
        Class::SDP.contains(&self)
    }

    /// Whether its work goes into values, so that engines give an `Emission`.
    pub fn has_fields(self) -> bool {
        !matches!(self, Class::Structure | Class::Frame | Class::Ceiling)
    }

    /// The word of the `class` column.
    pub fn name(self) -> &'static str {
        match self {
            Class::Structure => "structure",
            Class::Routing => "routing",
            Class::Typed => "typed",
            Class::TypedSdp => "typed-sdp",
            Class::SdpIndex => "sdp-index",
            Class::SdpShallow => "sdp-shallow",
            Class::SdpDeep => "sdp-deep",
            Class::Forward => "forward",
            Class::Build => "build",
            Class::Frame => "frame",
            Class::Ceiling => "ceiling",
        }
    }

    /// The class of that name.
    pub fn by_name(name: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|c| c.name() == name)
    }
}

/// Who an engine is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The `engine` column.
    pub name: &'static str,
    /// The `version` column.
    pub version: &'static str,
    /// The `backend` column; empty where the engine has one only.
    pub backend: &'static str,
    /// How it was built and what it leaves undone, in words joined by commas.
    pub flags: &'static str,
    /// What the measured call does, in one line.
    pub work: &'static str,
}

impl Identity {
    /// `engine` or `engine/backend`.
    pub fn label(&self) -> String {
        if self.backend.is_empty() { self.name.into() } else { format!("{}/{}", self.name, self.backend) }
    }
}

/// A parser under measurement.
///
/// The provided methods are compiled once an engine, so that the loop around `run` is direct calls.
pub trait Engine {
    /// Who this is.
    fn identity(&self) -> Identity;

    /// What it can be timed under.
    fn classes(&self) -> &'static [Class];

    /// Whether headers of one name are kept together rather than in wire order.
    fn grouped(&self) -> bool {
        false
    }

    /// Class `typed`: the headers whose values it types (long names, lower case); `None`: all. The others
    /// are not compared, and the row says what was left undone.
    fn types(&self) -> Option<Vec<&str>> {
        None
    }

    /// Allocations so far; `None` where nobody counts them. By default those of this program's allocator.
    fn allocations(&self) -> Option<u64> {
        Some(alloc::count())
    }

    /// Called once before a set is timed; sizes whatever is reused between messages.
    fn prepare(&mut self, _set: &Set) {}

    /// The timed call: parses message `i` and returns a checksum of what was found.
    fn run(&mut self, set: &Set, i: u32) -> u64;

    /// Parses message `i` and writes down what was found. False: the message is rejected.
    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool;

    /// The timed loop.
    fn pass(&mut self, set: &Set, order: &[u32]) -> u64 {
        let mut sum = 0u64;
        for &i in order {
            sum = sum.wrapping_mul(31).wrapping_add(self.run(set, i));
        }
        sum
    }

    /// Ticks of each message of `order` by itself.
    fn single(&mut self, set: &Set, order: &[u32], before: &mut dyn FnMut(&[u8]), out: &mut Vec<u64>) {
        for &i in order {
            before(set.get(i));
            let start = clock::ticks();
            std::hint::black_box(self.run(set, i));
            out.push(clock::ticks() - start);
        }
    }

    /// Class `frame`: takes the stream in reads that end at `cuts`; the checksum counts messages in its
    /// low half.
    fn frame(&mut self, _stream: &Stream, _cuts: &[usize]) -> u64 {
        0
    }

    /// Class `frame`: the fields of every message of the stream.
    fn emit_frame(&mut self, _stream: &Stream, _cuts: &[usize]) -> Vec<Fields> {
        Vec::new()
    }
}

/// A checksum that needs the number of headers, the last value and the body.
#[inline(always)]
pub fn checksum(headers: usize, last_value: usize, body: usize) -> u64 {
    (headers as u64) ^ ((last_value as u64) << 16) ^ ((body as u64) << 32)
}

/// Every engine of this build, simdsip's best backend first, then those that were loaded.
pub fn all(loaded: &[native::Library]) -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = Vec::new();
    for backend in backends() {
        engines.push(Box::new(Simdsip::new(backend)));
    }
    engines.extend(views::all());
    engines.extend(sdp::all());
    engines.extend(steps::all());
    engines.push(Box::new(http::Httparse::new()));
    #[cfg(feature = "rivals")]
    engines.extend(rivals::all());
    engines.extend(loaded.iter().flat_map(native::Library::engines));
    engines.extend(ceiling::all());
    engines
}

/// Rivals that are not in this build, each with the reason.
pub fn absent() -> Vec<(&'static str, &'static str)> {
    let mut out = vec![(
        "siphon-sip",
        "its parser is a module of the server: no feature leaves out pyo3, tokio, reqwest, axum and 50 more",
    )];
    if cfg!(not(feature = "rivals")) {
        let names = "picohttpparser parsip sip-core rsip rsipstack ezk-sip-types rvoip-sip-core sipmsg \
                     sdp-types webrtc-sdp";
        for name in names.split(' ') {
            out.push((name, "built without the feature `rivals`; `cargo xtask bench` turns it on"));
        }
    }
    out
}
