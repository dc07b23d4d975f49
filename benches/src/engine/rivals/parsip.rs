//! parsip: borrowed slices through nom 3.

use crate::engine::{Class, Engine, Identity, checksum};
use crate::fields::Fields;
use crate::set::Set;
use parsip::{EMPTY_HEADER, Header, IResult, Request, Response};

/// `Request::parse` or `Response::parse`, chosen by the first four bytes.
pub(super) struct Parsip {
    slots: Vec<Header<'static>>,
}

impl Parsip {
    pub(super) fn new() -> Parsip {
        Parsip { slots: vec![EMPTY_HEADER; 1024] }
    }
}

/// The slots for the length of one message, so that clearing them is not charged to the parser.
fn borrow<'a, 's>(slots: &'s mut [Header<'static>]) -> &'s mut [Header<'a>] {
    let (start, len) = (slots.as_mut_ptr().cast(), slots.len());
    // SAFETY: only the lifetime parameter differs, so the layout is the same. A parse shrinks the slice
    // it was given to what it wrote, and `Parsip` reads its slots in no other way.
    unsafe { std::slice::from_raw_parts_mut(start, len) }
}

impl Engine for Parsip {
    fn identity(&self) -> Identity {
        Identity {
            name: "parsip",
            version: "0.1.0",
            backend: "",
            flags: "no-ids,no-content-length",
            work: "start line, header names and values as slices; where the header section ends",
        }
    }

    fn classes(&self) -> &'static [Class] {
        &[Class::Structure]
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        let message = set.get(i);
        if message.starts_with(b"SIP/") {
            let mut response = Response::new(borrow(&mut self.slots));
            match response.parse(message) {
                IResult::Done(_, end) => {
                    let last = response.headers.last().map_or(0, |h| h.value.len());
                    checksum(response.headers.len(), last, end)
                }
                _ => 0,
            }
        } else {
            let mut request = Request::new(borrow(&mut self.slots));
            match request.parse(message) {
                IResult::Done(_, end) => {
                    let last = request.headers.last().map_or(0, |h| h.value.len());
                    checksum(request.headers.len(), last, end)
                }
                _ => 0,
            }
        }
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        let message = set.get(i);
        let version = |v: Option<parsip::SipVersion>| {
            v.map_or(Vec::new(), |v| format!("SIP/{}.{}", v.0, v.1).into_bytes())
        };
        let text = |t: Option<&str>| t.unwrap_or("").as_bytes().to_vec();
        if message.starts_with(b"SIP/") {
            let mut response = Response::new(borrow(&mut self.slots));
            let IResult::Done(..) = response.parse(message) else { return false };
            let code = response.code.map_or(Vec::new(), |c| c.to_string().into_bytes());
            out.start = Some([version(response.version), code, text(response.reason)]);
            response.headers.iter().for_each(|h| out.push_wire(h.name.as_bytes(), h.value));
        } else {
            let mut request = Request::new(borrow(&mut self.slots));
            let IResult::Done(..) = request.parse(message) else { return false };
            out.start = Some([text(request.method), text(request.path), version(request.version)]);
            request.headers.iter().for_each(|h| out.push_wire(h.name.as_bytes(), h.value));
        }
        true
    }
}
