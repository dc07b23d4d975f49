//! The C functions and the core, asked the same: for bytes of any kind. Tests and the fuzz target `capi` use it.

#![allow(clippy::multiple_unsafe_ops_per_block, reason = "calls in a row, as C makes them, of one proof")]

use std::ffi::c_char;
use std::mem::{size_of, zeroed};
use std::ptr::null_mut;

use simdsip::edit::EditRoom;
use simdsip::shape::{Contact, Via};
use simdsip::{Frame, Framer, HeaderName, Index, Limits, Message, Parser, Patch, Policy, Side};
use simdsip_capi::*;

/// Asks both about `bytes`, as a message and as a stream that arrives in two pieces, and changes the message.
pub(crate) fn agrees(bytes: &[u8]) {
    let mut limits = Limits::capture();
    limits.header_count = limits.header_count.max(512);
    let core = Parser::new(Policy::CAPTURE).with_limits(limits);
    let mut index = Index::<512>::sized();
    let input = bytes.as_ptr().cast::<c_char>();
    let mut memory = Memory::new();
    let parser = memory.parser(SIMDSIP_SIDE_NONE);
    let mut error: simdsip_error = sized(size_of::<simdsip_error>());
    // SAFETY: a parser in memory that lives as long, bytes that do, an error of ours.
    let status = unsafe { simdsip_parse(parser, input, bytes.len(), &mut error) };
    match core.parse(bytes, &mut index) {
        Ok(message) => {
            assert_eq!(status, SIMDSIP_OK);
            same(parser, &message);
            edited(parser, &message, core.limits());
        }
        Err(refused) => assert_eq!((status, error.at), (SIMDSIP_REJECTED, refused.at)),
    }

    let mut framer = Framer::<512>::sized(core, Side::Observer);
    let mut memory = Memory::new();
    let parser = memory.parser(SIMDSIP_SIDE_OBSERVER);
    for end in [bytes.len() / 2, bytes.len()] {
        let mut frame: simdsip_frame = sized(size_of::<simdsip_frame>());
        // SAFETY: as above.
        assert_eq!(unsafe { simdsip_framer_next(parser, input, end, &mut frame) }, SIMDSIP_OK);
        let ours = framer.next(&bytes[..end]);
        assert_eq!(frame.consumed, ours.consumed());
        match ours {
            Frame::Need(need) => assert_eq!((frame.kind, frame.need), (SIMDSIP_FRAME_NEED, need)),
            Frame::Ping => return assert_eq!(frame.kind, SIMDSIP_FRAME_PING),
            Frame::Pong => return assert_eq!(frame.kind, SIMDSIP_FRAME_PONG),
            Frame::Message(message) => {
                assert_eq!(frame.kind, SIMDSIP_FRAME_MESSAGE);
                return same(parser, &message);
            }
            Frame::Refused { error, message } => {
                assert_eq!((frame.kind, frame.error_at), (SIMDSIP_FRAME_REFUSED, error.at));
                assert_eq!(frame.answerable, 1);
                return same(parser, &message);
            }
            Frame::Fatal { error, answerable } => {
                assert_eq!((frame.kind, frame.error_at), (SIMDSIP_FRAME_FATAL, error.at));
                assert_eq!(frame.answerable, u32::from(answerable.is_some()));
                return answerable.iter().for_each(|message| same(parser, message));
            }
        }
    }
}

struct Memory(Vec<u8>);

impl Memory {
    fn new() -> Memory {
        Memory(vec![0x5a; 16_384])
    }

    fn parser(&mut self, side: u32) -> *mut simdsip_parser {
        let mut options: simdsip_options = sized(size_of::<simdsip_options>());
        (options.policy, options.side, options.header_count) = (SIMDSIP_POLICY_CAPTURE, side, 512);
        let mut parser = null_mut();
        // SAFETY: memory as long as it says, which the caller keeps.
        let status = unsafe { simdsip_init(self.0.as_mut_ptr().cast(), self.0.len(), &options, &mut parser) };
        assert_eq!(status, SIMDSIP_OK);
        parser
    }
}

/// A struct of zeros that says its size.
fn sized<T: Copy>(size: usize) -> T {
    // SAFETY: the structs of simdsip.h are integers, pointers and spans, of which zeros are a value.
    let mut value: T = unsafe { zeroed() };
    // SAFETY: each begins with its size.
    unsafe { (&raw mut value).cast::<usize>().write(size) };
    value
}

fn is(span: simdsip_span, part: Option<&[u8]>) -> bool {
    match part {
        None => span.ptr.is_null(),
        Some([]) => span.len == 0,
        Some(part) => (span.ptr.cast(), span.len) == (part.as_ptr(), part.len()),
    }
}

fn same(parser: *const simdsip_parser, message: &Message<'_>) {
    // SAFETY: the parser holds this message, whose bytes stay; structs of ours.
    unsafe {
        assert_eq!(simdsip_header_count(parser), message.headers().len());
        for (at, field) in message.headers().enumerate() {
            let mut given: simdsip_header_field = sized(size_of::<simdsip_header_field>());
            assert_eq!(simdsip_header_at(parser, at, &mut given), SIMDSIP_OK);
            assert!(given.id == u32::from(field.id().id()) && is(given.name, Some(field.name())));
            assert!(is(given.value, Some(field.value())) && is(given.line, Some(field.line())));
        }
    }
    let mut seen = [false; 256];
    for name in message.headers().map(|field| field.id()) {
        if !std::mem::replace(&mut seen[usize::from(name.id())], true) {
            walked(parser, message, name);
        }
    }
}

/// The elements of one header, by cursor and by the core.
fn walked(parser: *const simdsip_parser, message: &Message<'_>, name: HeaderName) {
    let mut cursor: simdsip_cursor = sized(size_of::<simdsip_cursor>());
    cursor.id = name.id().into();
    let mut element = simdsip_span { ptr: std::ptr::null(), len: 0 };
    for ours in message.fields(name).flat_map(|field| name.elements(field.span())) {
        // SAFETY: the parser holds this message, whose bytes stay; structs of ours.
        assert_eq!(unsafe { simdsip_next(parser, &mut cursor, &mut element) }, SIMDSIP_OK);
        assert!(is(element, Some(ours.bytes())), "{:?} {name}", ours);
        if name == HeaderName::Via {
            let mut via: simdsip_via_parts = sized(size_of::<simdsip_via_parts>());
            // SAFETY: as above.
            let status = unsafe { simdsip_via_of(parser, element, &mut via, null_mut()) };
            match Via::parse(ours) {
                Ok(ours) => assert!(status == SIMDSIP_OK && is(via.branch, ours.branch())),
                Err(_) => assert_eq!(status, SIMDSIP_MALFORMED),
            }
        } else if name == HeaderName::Contact {
            let mut address: simdsip_name_addr_parts = sized(size_of::<simdsip_name_addr_parts>());
            // SAFETY: as above.
            let status = unsafe { simdsip_name_addr_of(parser, element, &mut address, null_mut()) };
            match Contact::parse(ours).map(|contact| contact.address()) {
                Ok(ours) => {
                    let uri = ours.map(|ours| ours.uri_span().bytes());
                    assert!(status == SIMDSIP_OK && is(address.address, uri));
                }
                Err(_) => assert_eq!(status, SIMDSIP_MALFORMED),
            }
        }
    }
    // SAFETY: as above.
    let more = unsafe { simdsip_next(parser, &mut cursor, &mut element) };
    let values = || message.fields(name).map(|field| field.value().escape_ascii());
    assert_eq!(more, SIMDSIP_ABSENT, "{name}: {:?}", values().collect::<Vec<_>>());
}

/// The same edits of both.
fn edited(parser: *const simdsip_parser, message: &Message<'_>, limits: &Limits) {
    const VIA: &[u8] = b"SIP/2.0/UDP p.example;branch=z9hG4bK7";
    let via = simdsip_span { ptr: VIA.as_ptr().cast(), len: VIA.len() };
    let mut memory = vec![0x5a; simdsip_patch_size(0, 0)];
    let (mut patch, mut len) = (null_mut(), 0);
    let mut room = EditRoom::new();
    let none = null_mut();
    // SAFETY: memory as long as it says; the parser holds this message, whose bytes stay.
    unsafe {
        assert_eq!(simdsip_patch_init(memory.as_mut_ptr().cast(), memory.len(), 0, &mut patch), SIMDSIP_OK);
        let begun = simdsip_patch_begin(patch, parser, none);
        let begun_too = Patch::new(message, &mut room).map(|patch| patch.with_limits(limits));
        let Ok(mut twin) = begun_too else { return assert_eq!(begun, SIMDSIP_REJECTED) };
        assert_eq!(begun, SIMDSIP_OK);
        let hops = simdsip_patch_decrement_max_forwards(patch, null_mut(), none);
        assert_eq!(hops == SIMDSIP_OK, twin.decrement_max_forwards().is_ok());
        let popped = simdsip_patch_pop_via(patch, null_mut(), none);
        assert_eq!(popped == SIMDSIP_OK, matches!(twin.pop_via(), Ok(Some(_))));
        let pushed = simdsip_patch_push_via(patch, via, none);
        assert_eq!(pushed == SIMDSIP_OK, twin.push_via(&[VIA]).is_ok());
        let status = simdsip_patch_len(patch, &mut len, none);
        let Ok(made) = twin.finish() else { return assert_eq!(status, SIMDSIP_REJECTED) };
        assert_eq!((status, len), (SIMDSIP_OK, made.len()));
        let mut out = vec![0u8; len];
        let written = simdsip_patch_write(patch, out.as_mut_ptr().cast(), len, &mut len, none);
        assert_eq!((written, out), (SIMDSIP_OK, made.to_vec()));
    }
}
