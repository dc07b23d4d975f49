//! No backend reads behind the end of its input: every prefix of every corpus message is parsed at the very
//! end of a readable page that a page without any access follows.
#![cfg(all(unix, feature = "std"))]

mod common;

use std::sync::Arc;

use common::probe::{Probe, Sum, probe};
use common::{rivals, touch};
use simdsip::shape::Value;
use simdsip::{Backend, Frame, Framer, HeaderName, Index, Parser, Policy, Side, Span, Uri};
use simdsip_corpus::Entry;

/// Readable bytes that end where touching faults.
struct Guarded {
    map: *mut libc::c_void,
    page: usize,
    /// Readable bytes.
    len: usize,
}

impl Guarded {
    fn new(len: usize) -> Guarded {
        // SAFETY: `sysconf` takes a constant and has no memory of ours.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        let page = usize::try_from(page).expect("a page has a size");
        let len = len.next_multiple_of(page);
        let (rw, private) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANON);
        // SAFETY: a fresh anonymous mapping at an address of the kernel's choice touches nothing that exists.
        let map = unsafe { libc::mmap(std::ptr::null_mut(), len + page, rw, private, -1, 0) };
        assert_ne!(map, libc::MAP_FAILED, "no memory for the guarded page");
        // SAFETY: the mapping is `len + page` bytes long, so that its last page begins at `len`.
        let guard = unsafe { map.byte_add(len) };
        // SAFETY: the last page of our own mapping, which nothing refers to.
        let done = unsafe { libc::mprotect(guard, page, libc::PROT_NONE) };
        assert_eq!(done, 0, "the guard page can be protected");
        Guarded { map, page, len }
    }

    /// Puts `bytes` so that they end where the guard begins.
    fn hold(&mut self, bytes: &[u8]) -> &[u8] {
        assert!(bytes.len() <= self.len);
        // SAFETY: `bytes.len()` is at most `len`, so this is within the readable and writable part.
        let start = unsafe { self.map.byte_add(self.len - bytes.len()) }.cast::<u8>();
        // SAFETY: `start` has `bytes.len()` writable bytes before the guard, and `&mut self` has them alone.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len()) };
        // SAFETY: they were just written, and the borrow of `self` keeps them as they are.
        unsafe { std::slice::from_raw_parts(start, bytes.len()) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the whole of our own mapping; no slice of it outlives `self`.
        unsafe { libc::munmap(self.map, self.len + self.page) };
    }
}

#[test]
fn the_guard_page_is_behind_the_last_byte() {
    let mut guarded = Guarded::new(4_096);
    let held = guarded.hold(b"OPTIONS");
    assert_eq!(held, b"OPTIONS");
    assert_eq!((held.as_ptr() as usize + held.len()) % guarded.page, 0);
}

/// All backends read each message and each of its prefixes, and all that can be seen of some is looked at.
#[test]
fn no_prefix_of_any_corpus_message_is_read_beyond_its_end() {
    let all = Arc::new(simdsip_corpus::messages());
    // Asked once: that is slow in a virtual machine.
    let scalar = Parser::new(Policy::CAPTURE).with_backend(Backend::SCALAR);
    let mut parsers: Vec<Parser> = rivals().into_iter().map(|rival| scalar.with_backend(rival)).collect();
    parsers.push(scalar);
    let halves = [0, 1].map(|half| {
        let (all, parsers) = (Arc::clone(&all), parsers.clone());
        std::thread::spawn(move || {
            let mine = all.iter().skip(half).step_by(2);
            mine.map(|entry| prefixes(entry, &parsers)).sum::<usize>()
        })
    });
    let count: usize = halves.map(|half| half.join().expect("no prefix faults")).iter().sum();
    println!("{count} prefixes of {} messages, {} backends", all.len(), parsers.len());
    assert!(count > 2_000_000);
}

/// Reads every prefix; of very long messages those around the blocks of the first part, and a sample of the rest.
fn prefixes(entry: &Entry, parsers: &[Parser]) -> usize {
    let mut guarded = Guarded::new(entry.bytes.len());
    let mut index = Index::new();
    let (mut count, mut sum) = (0, 0);
    let lens =
        (0..=entry.bytes.len()).filter(|len| *len < 4_000 || len % 61 == 0 || *len == entry.bytes.len());
    for len in lens {
        let bytes = guarded.hold(&entry.bytes[..len]);
        for (at, parser) in parsers.iter().enumerate() {
            // What is seen does not depend on the backend, so that each looks in its turn.
            if let Ok(message) = parser.parse(bytes, &mut index)
                && (len % 40 == at || len == entry.bytes.len())
            {
                sum += touch(&message);
            }
        }
        count += 1;
    }
    std::hint::black_box(sum);
    count
}

#[test]
fn the_framer_reads_no_prefix_beyond_its_end() {
    let mut all = simdsip_corpus::messages();
    all.retain(|entry| !entry.name.starts_with("workloads/") && entry.bytes.len() < 1_500);
    let mut guarded = Guarded::new(1_500);
    let parser = Parser::new(Policy::CAPTURE);
    let backends: Vec<Backend> = Backend::available().collect();
    for entry in all.iter().step_by(3) {
        for &backend in &backends {
            let mut framer = Framer::new(parser.with_backend(backend), Side::Observer);
            for len in (0..=entry.bytes.len()).step_by(5) {
                match framer.next(guarded.hold(&entry.bytes[..len])) {
                    Frame::Need(_) => continue,
                    Frame::Message(message)
                    | Frame::Refused { message, .. }
                    | Frame::Fatal { answerable: Some(message), .. } => assert!(touch(&message) > 0),
                    _ => {}
                }
                break;
            }
        }
    }
}

/// The windows in which typed views look for delimiters end with the input: nothing is asked for behind it.
#[test]
fn no_typed_view_of_any_prefix_reads_beyond_its_end() {
    let mut all = simdsip_corpus::messages();
    all.retain(|entry| entry.bytes.len() < 20_000);
    let all = Arc::new(all);
    let halves = [0, 1].map(|half| {
        let all = Arc::clone(&all);
        std::thread::spawn(move || {
            let (parser, mut index) = (Parser::new(Policy::CAPTURE), Index::<256>::sized());
            let mut guarded = Guarded::new(20_000);
            let (mut count, mut sum) = (0, 0u64);
            for entry in all.iter().skip(half).step_by(2) {
                // Messages made by the thousand are much alike.
                let step =
                    if entry.name.starts_with("workloads/") { 61 } else { 1 + entry.bytes.len() / 1_000 };
                let first = entry.bytes.len() % step;
                for len in (first..=entry.bytes.len()).step_by(step) {
                    if let Ok(message) = parser.parse(guarded.hold(&entry.bytes[..len]), &mut index) {
                        sum ^= probe(&message);
                        count += 1;
                    }
                }
            }
            std::hint::black_box(sum);
            count
        })
    });
    let count: usize = halves.map(|half| half.join().expect("no prefix faults")).iter().sum();
    println!("{count} prefixes of {} messages", all.len());
    assert!(count > 200_000, "{count} prefixes");
}

/// A value or URI of one's own has no message around it: every prefix of some of each kind.
#[test]
fn no_value_that_stands_alone_is_read_beyond_its_end() {
    let mut guarded = Guarded::new(4_096);
    let rows = include_str!("../registry/sip_header_examples.csv");
    let values = rows.lines().skip(1).chain([
        "sip:user:pass%20word@host.example:5060;transport=tcp;lr;maddr=192.0.2.1?Subject=x&Route=%3csip:a%3e",
        "sips:[2001:db8::1%25eth0]:65535;x=%4",
        "tel:+1-201-555-0123;phone-context=+44;ext=%",
    ]);
    let mut sum = Sum::new();
    for value in values {
        for len in 0..=value.len() {
            for from in [0, len / 2] {
                let Ok(span) = Span::new(guarded.hold(&value.as_bytes()[from..len])) else { continue };
                for id in 1..=255 {
                    // One header of each shape would do, but which they are is the registry's to say.
                    if len % 5 == usize::from(id) % 5
                        && let Ok(view) = Value::parse(HeaderName::from_id(id).shape(), span)
                    {
                        view.probe(&mut sum);
                    }
                }
                if let Ok(uri) = Uri::read(span) {
                    sum.uri(uri);
                }
            }
        }
    }
    assert_ne!(sum.value(), Sum::new().value());
}
