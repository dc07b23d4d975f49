//! simdsip under classes `forward` and `build`: what a proxy and a server do with a message.

use super::sip::backends;
use super::views::routing;
use super::{Class, Engine, Identity};
use crate::emission::Sum;
use crate::fields::Fields;
use crate::reference::{self, steps};
use crate::set::Set;
use simdsip::edit::EditRoom;
use simdsip::{Backend, Builder, Index, Method, Parser, Patch, Policy};
use std::hint::black_box;

/// One engine a backend and class.
pub(super) fn all() -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = Vec::new();
    for backend in backends() {
        engines.push(Box::new(Steps::new(backend, Class::Forward)));
        engines.push(Box::new(Steps::new(backend, Class::Build)));
    }
    engines
}

/// Parser, index, room and buffer, used again for each message.
struct Steps {
    backend: Backend,
    class: Class,
    parser: Parser,
    index: Index,
    room: EditRoom,
    out: Vec<u8>,
}

impl Steps {
    fn new(backend: Backend, class: Class) -> Steps {
        let parser = Parser::new(Policy::INTEROP).with_backend(backend);
        Steps { backend, class, parser, index: Index::new(), room: EditRoom::new(), out: vec![0; 70_000] }
    }

    /// Bytes in the buffer, and the checksum of what was read; `None` for a refusal.
    #[inline]
    fn step(&mut self, message: &[u8]) -> Option<(usize, u64)> {
        match self.class {
            Class::Forward => self.forward(message),
            _ => self.build(message),
        }
    }

    #[inline]
    fn forward(&mut self, message: &[u8]) -> Option<(usize, u64)> {
        let message = self.parser.parse(message, &mut self.index).ok()?;
        let mut sum = Sum::default();
        routing(&message, &mut sum).ok()?;
        let mut patch = Patch::new(&message, &mut self.room).ok()?;
        if message.uri().is_some() {
            patch.push_via(&[steps::VIA.as_bytes()]).ok()?;
            patch.decrement_max_forwards().ok()?;
        } else {
            patch.pop_via().ok()?;
        }
        let len = patch.finish().ok()?.write_to(&mut self.out).ok()?;
        Some((len, sum.0))
    }

    #[inline]
    fn build(&mut self, message: &[u8]) -> Option<(usize, u64)> {
        let message = self.parser.parse(message, &mut self.index).ok()?;
        if message.method() != Some(Method::Invite) {
            return None;
        }
        let response =
            Builder::response_as_received(&mut self.out[..], &message, 200, b"OK", steps::TAG.as_bytes());
        let response = response.ok()?.finish().ok()?;
        Some((response.len(), 1))
    }
}

impl Engine for Steps {
    fn identity(&self) -> Identity {
        let work = match self.class {
            Class::Forward => "index, routing fields, a patch, written into a buffer",
            _ => "index, then a response that copies what it has to, into a buffer",
        };
        Identity {
            name: "simdsip",
            version: env!("CARGO_PKG_VERSION"),
            backend: self.backend.name(),
            flags: "",
            work,
        }
    }

    fn classes(&self) -> &'static [Class] {
        match self.class {
            Class::Forward => &[Class::Forward],
            _ => &[Class::Build],
        }
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        let Some((len, sum)) = self.step(set.get(i)) else { return 0 };
        black_box(&self.out[..len]);
        sum ^ len as u64
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        let Some((len, _)) = self.step(set.get(i)) else { return false };
        match reference::read(&self.out[..len], Class::Typed) {
            Some(found) => *out = found,
            None => return false,
        }
        true
    }
}
