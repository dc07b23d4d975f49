//! Datagrams and whole segments cost no allocation each, extraction and JSON included.

mod common;

use common::{ACK, Capture, SYN, TCP, UDP, request};
use simdsip_capture::table::{Columns, Jsonl};
use simdsip_capture::{Messages, Options, Progress};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // The thread's own counter is gone while the thread ends.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes to the system's allocator with the same arguments; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on unchanged.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: `at` came from `System` with this layout.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, len: usize) -> *mut u8 {
        count();
        // SAFETY: `at` came from `System` with this layout.
        unsafe { System.realloc(at, layout, len) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn steady_state_allocates_nothing() {
    // What was seen within 32 s is remembered in tables that double as they fill, where that is asked for.
    for (options, most) in [(Options::default().without_repeats(), 0), (Options::default(), 12)] {
        let made = allocations(&options);
        assert!(made <= most, "{made} allocations");
    }
}

/// Those of 3,700 rows.
fn allocations(options: &Options) -> usize {
    let mut capture = Capture::new();
    let message = request("steady", "body");
    capture.tcp(TCP, 99, SYN, 0, b"");
    for index in 0..2000u32 {
        capture.udp(UDP, &message);
        let at = 100 + index * u32::try_from(message.len()).unwrap();
        capture.tcp(TCP, at, ACK, 1, &message);
        capture.udp(UDP, b"\r\n\r\n");
    }
    let mut messages = Messages::from_reader(&capture.bytes[..], "made", options).unwrap();
    let columns = "file,frame,ts,src,sport,vlan,method,call_id,cseq,content_length,raw,raw_sha256,defects";
    let mut jsonl = Jsonl::new(Columns::parse(columns).unwrap());
    let mut text = Vec::with_capacity(1 << 16);
    let (mut rows, mut before) = (0, 0);
    loop {
        let mut visit = |row: &simdsip_capture::Row<'_>| {
            text.clear();
            jsonl.row(row, &mut text);
            rows += 1;
        };
        if messages.step(&mut visit).unwrap() == Progress::End {
            break;
        }
        // The tables and the framer are made by the first messages, and what a stream keeps to compare repeated bytes
        // with has grown to the 32 KiB where it ends.
        if rows == 300 {
            before = ALLOCATIONS.get();
        }
    }
    assert_eq!(rows, 4000);
    ALLOCATIONS.get() - before
}
