//! httparse: an HTTP parser on the header block, the fastest line scanner there is in Rust.

use super::{Class, Engine, Identity, checksum};
use crate::fields::Fields;
use crate::set::Set;

/// `httparse::parse_headers`, from the line after the start line on.
pub(super) struct Httparse {
    slots: Vec<httparse::Header<'static>>,
}

impl Httparse {
    pub(super) fn new() -> Httparse {
        Httparse { slots: vec![httparse::EMPTY_HEADER; 1024] }
    }
}

/// The slots for the length of one message, so that clearing them is not charged to the parser.
fn borrow<'a, 's>(slots: &'s mut [httparse::Header<'static>]) -> &'s mut [httparse::Header<'a>] {
    let (start, len) = (slots.as_mut_ptr().cast(), slots.len());
    // SAFETY: only the lifetime parameter differs, so the layout is the same. What a message leaves in
    // the slots is overwritten before it is read: parse_headers returns only what it wrote itself, and
    // `Httparse` reads its slots in no other way.
    unsafe { std::slice::from_raw_parts_mut(start, len) }
}

impl Engine for Httparse {
    fn identity(&self) -> Identity {
        Identity {
            name: "httparse",
            version: "1.10",
            backend: "",
            flags: "no-start-line,no-ids,no-folding,no-body",
            work: "header names and values after the start line, HTTP token rules; rejects folds",
        }
    }

    fn classes(&self) -> &'static [Class] {
        &[Class::Structure]
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        match httparse::parse_headers(set.head(i), borrow(&mut self.slots)) {
            Ok(httparse::Status::Complete((end, headers))) => {
                checksum(headers.len(), headers.last().map_or(0, |h| h.value.len()), end)
            }
            _ => 0,
        }
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        match httparse::parse_headers(set.head(i), borrow(&mut self.slots)) {
            Ok(httparse::Status::Complete((_, headers))) => {
                for header in headers {
                    out.push_wire(header.name.as_bytes(), header.value);
                }
                true
            }
            _ => false,
        }
    }
}
