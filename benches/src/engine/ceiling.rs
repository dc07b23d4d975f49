//! Limits of the machine: what reading the same bytes costs where nothing is understood.

use super::{Class, Engine, Identity};
use crate::fields::Fields;
use crate::set::Set;
use std::hint::black_box;

/// One way to read bytes.
struct Ceiling {
    identity: Identity,
    read: Read,
    copy: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Read {
    Copy,
    Count,
    Walk,
    Utf8,
}

pub(super) fn all() -> Vec<Box<dyn Engine>> {
    let one = |name, version, read, work| -> Box<dyn Engine> {
        let identity = Identity { name, version, backend: "", flags: "no parsing", work };
        Box::new(Ceiling { identity, read, copy: Vec::new() })
    };
    vec![
        one("memcpy", "std", Read::Copy, "copies each message to one buffer"),
        one("memchr-count", "memchr 2", Read::Count, "counts line feeds of the whole message"),
        one("memchr-walk", "memchr 2", Read::Walk, "visits every line feed of the whole message"),
        one("simdutf8", "simdutf8 0.1", Read::Utf8, "validates the whole message as UTF-8"),
    ]
}

impl Engine for Ceiling {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn classes(&self) -> &'static [Class] {
        &[Class::Ceiling]
    }

    fn prepare(&mut self, set: &Set) {
        let longest = (0..set.len() as u32).map(|i| set.get(i).len()).max().unwrap_or(0);
        self.copy = vec![0; longest];
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        let message = set.get(i);
        match self.read {
            Read::Copy => {
                self.copy[..message.len()].copy_from_slice(message);
                u64::from(black_box(&self.copy)[0])
            }
            Read::Count => memchr::memchr_iter(b'\n', message).count() as u64,
            Read::Walk => memchr::memchr_iter(b'\n', message).fold(0, |sum, at| sum ^ at as u64),
            Read::Utf8 => u64::from(simdutf8::basic::from_utf8(message).is_ok()),
        }
    }

    fn emit(&mut self, _set: &Set, _i: u32, _out: &mut Fields) -> bool {
        true
    }
}
