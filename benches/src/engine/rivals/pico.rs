//! picohttpparser: an HTTP parser in C with SSE 4.2, on the header block.

use crate::engine::{Class, Engine, Identity, checksum};
use crate::fields::Fields;
use crate::set::Set;
use picohttpparser_sys::{phr_header, phr_parse_headers};

/// `phr_parse_headers`, from the line after the start line on.
pub(super) struct Pico {
    slots: Vec<phr_header>,
}

impl Pico {
    pub(super) fn new() -> Pico {
        Pico { slots: vec![phr_header::default(); 1024] }
    }

    /// How many headers, or `None` where the block is refused.
    #[inline]
    fn parse(&mut self, block: &[u8]) -> Option<usize> {
        let mut count = self.slots.len();
        let slots = self.slots.as_mut_ptr();
        // SAFETY: `block` is readable for its length, which the parser does not pass; `slots` holds
        // `count` headers, of which it writes at most that many and reports how many.
        let used = unsafe { phr_parse_headers(block.as_ptr().cast(), block.len(), slots, &raw mut count, 0) };
        (used > 0).then_some(count)
    }
}

impl Engine for Pico {
    fn identity(&self) -> Identity {
        Identity {
            name: "picohttpparser",
            version: "sys-1.0.0",
            backend: "sse42",
            flags: "-msse4,no-start-line,no-ids,no-body",
            work: "header names and values after the start line, HTTP token rules; folds as nameless headers",
        }
    }

    fn classes(&self) -> &'static [Class] {
        &[Class::Structure]
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        match self.parse(set.head(i)) {
            Some(count) => {
                let last = self.slots[..count].last().map_or(0, |h| h.value_len);
                checksum(count, last, 0)
            }
            None => 0,
        }
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        let block = set.head(i);
        let Some(count) = self.parse(block) else { return false };
        for slot in &self.slots[..count] {
            let name = within(block, slot.name, slot.name_len);
            let value = within(block, slot.value, slot.value_len);
            if slot.name.is_null() {
                if let Some((_, folded)) = out.headers.last_mut() {
                    folded.push(b' ');
                    folded.extend_from_slice(value.trim_ascii());
                }
            } else {
                out.push_wire(name, value);
            }
        }
        true
    }
}

/// The part of `block` that a pointer and a length from the parser mean; empty for a null pointer.
fn within(block: &[u8], start: *const libc::c_char, len: usize) -> &[u8] {
    if start.is_null() {
        return b"";
    }
    let at = start.addr() - block.as_ptr().addr();
    &block[at..at + len]
}
