//! One capture or its parts, one thread or several, compressed or not: the same rows.

mod common;

use common::{ACK, Capture, SYN, TCP, UDP, request};
use simdsip_capture::table::{Columns, Jsonl, Table};
use simdsip_capture::{
    Calls, Messages, Options, Progress, ReadErrorKind, Reading, Source, Stats, TroubleKind, in_order,
};
use std::io::{Cursor, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;

/// All but what says in which file a message stands.
fn columns() -> Columns {
    let names: Vec<_> = Table::Messages
        .columns()
        .iter()
        .map(|column| column.name)
        .filter(|name| !["file", "frame", "file_offset", "duplicate_of", "message_in_frame"].contains(name))
        .collect();
    Columns::parse(&names.join(",")).unwrap()
}

type Bytes = Cursor<Arc<[u8]>>;

fn sources(parts: &[Vec<u8>]) -> Vec<Source<Bytes>> {
    let one = |(at, part): (usize, &Vec<u8>)| {
        let part: Arc<[u8]> = part.clone().into();
        Source::lazy(format!("part {at}"), move || Ok(Cursor::new(Arc::clone(&part))))
    };
    parts.iter().enumerate().map(one).collect()
}

/// The rows as JSON, the calls by key with outcome and number of messages, and the packets.
fn told(parts: &[Vec<u8>]) -> (String, Vec<String>, u64) {
    let mut messages = Messages::sequence(sources(parts), &Options::default());
    let (mut jsonl, mut text) = (Jsonl::new(columns()), Vec::new());
    let (mut calls, mut ended) = (Calls::default(), Vec::new());
    let names = messages.names();
    while messages
        .step(&mut |row| {
            jsonl.row(row, &mut text);
            calls.row(row, &names, &mut |call| ended.push(call));
        })
        .unwrap()
        == Progress::More
    {}
    assert!(messages.troubles().is_empty());
    calls.finish(&mut |call| ended.push(call));
    let told = ended.iter().map(|call| {
        let (key, outcome, count) = (call.key(), call.outcome(), call.message_count());
        format!("{key:?} {outcome:?} {count} {:?} {:?}", call.ring(), call.answer())
    });
    (String::from_utf8(text).unwrap(), told.collect(), messages.stats().packets)
}

/// A pcap file cut between records.
fn split(capture: &[u8], at: &[usize]) -> Vec<Vec<u8>> {
    let (header, mut rest) = capture.split_at(24);
    let mut records = Vec::new();
    while !rest.is_empty() {
        let len = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize + 16;
        let (record, behind) = rest.split_at(len);
        records.push(record);
        rest = behind;
    }
    let mut parts = Vec::new();
    let mut from = 0;
    for to in at.iter().map(|at| at % records.len()).chain([records.len()]) {
        parts.push([header, &records[from.min(to)..to].concat()].concat());
        from = to;
    }
    parts
}

#[test]
fn parts_of_a_capture_make_the_same_tables() {
    let path = simdsip_corpus::root().join("capture/mixed-400.pcap");
    let capture = std::fs::read(path).unwrap();
    let whole = told(std::slice::from_ref(&capture));
    assert_eq!((whole.0.lines().count(), whole.1.len()), (404, 34));
    for seed in 0..12usize {
        let mut cuts: Vec<_> =
            (1..=1 + seed % 4).map(|part| seed * 7919 + part * 104_729).map(|at| at % 434).collect();
        cuts.sort_unstable();
        let mut parts = split(&capture, &cuts);
        // The order in which they are named does not matter.
        if seed % 2 == 1 {
            parts.reverse();
        }
        assert_eq!(told(&parts), whole, "{cuts:?}");
    }
}

#[test]
fn any_number_of_threads_makes_the_same_rows() {
    let path = simdsip_corpus::root().join("capture/mixed-400.pcap");
    let rows = |threads: usize| {
        let mut messages = Messages::open(&path, &Options::default()).unwrap();
        let mut text = Vec::new();
        in_order(
            &mut messages,
            NonZeroUsize::new(threads).unwrap(),
            || Jsonl::new(Table::Messages.default_columns()),
            |jsonl, reading: &mut Reading, chunk, stats: &mut Stats| {
                let mut text = Vec::new();
                chunk.rows(reading, stats, &mut |row| jsonl.row(row, &mut text));
                text
            },
            |made| {
                text.extend(made);
                ControlFlow::Continue(())
            },
        )
        .unwrap();
        (String::from_utf8(text).unwrap(), messages.stats().clone())
    };
    let mut by_step = Vec::new();
    let mut jsonl = Jsonl::new(Table::Messages.default_columns());
    let mut messages = Messages::open(&path, &Options::default()).unwrap();
    while messages.step(&mut |row| jsonl.row(row, &mut by_step)).unwrap() == Progress::More {}
    let one = rows(1);
    assert_eq!(one, (String::from_utf8(by_step).unwrap(), messages.stats().clone()));
    for threads in [2, 3, 5] {
        assert_eq!(rows(threads), one, "{threads}");
    }
}

#[test]
fn compressed_captures_are_read_as_they_were_and_bombs_are_not() {
    let mut capture = Capture::new();
    capture.udp(UDP, &request("a", "body"));
    capture.tcp(TCP, 999, SYN, 0, b"");
    capture.tcp(TCP, 1000, ACK, 1, &request("b", ""));
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let zstd =
        |bytes: &[u8]| ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest);
    let plain = told(std::slice::from_ref(&capture.bytes));
    assert_eq!(plain.0.lines().count(), 2);
    let (front, back) = capture.bytes.split_at(100);
    assert_eq!(told(&[gzip(&capture.bytes)]), plain);
    assert_eq!(told(&[zstd(&capture.bytes)]), plain);
    // Several members or frames, and one that is to be skipped.
    assert_eq!(told(&[[gzip(front), gzip(back)].concat()]), plain);
    let skipped = b"\x5a\x2a\x4d\x18\x03\0\0\0abc";
    assert_eq!(told(&[[&skipped[..], &zstd(front), skipped, &zstd(back)].concat()]), plain);
    // Cut short: what is there is read.
    let cut = gzip(&capture.bytes);
    let mut messages = Messages::from_reader(&cut[..cut.len() - 12], "cut", &Options::default()).unwrap();
    while messages.step(&mut |_| {}).unwrap() == Progress::More {}
    assert!(messages.stats().cut_short.is_some());
    // Packets without a byte, for ever.
    let bomb = gzip(&[&capture.bytes[..24], &vec![0; 90 << 20]].concat());
    let mut messages = Messages::from_reader(&bomb[..], "bomb", &Options::default()).unwrap();
    let error = loop {
        match messages.step(&mut |_| {}) {
            Ok(Progress::More) => {}
            other => break other,
        }
    };
    assert_eq!(error.unwrap_err().kind, ReadErrorKind::Swells);
}

#[test]
fn a_broken_part_is_told_and_the_others_are_read() {
    let mut capture = Capture::new();
    capture.udp(UDP, &request("a", ""));
    let mut later = Capture::new();
    later.now = capture.now + 1_000_000_000;
    later.udp(UDP, &request("b", ""));
    let mut broken = capture.bytes.clone();
    broken.extend([0xff; 16]);
    let parts = sources(&[broken, later.bytes, b"nonsense".to_vec()]);
    let mut messages = Messages::sequence(parts, &Options::default());
    let mut rows = 0;
    while messages.step(&mut |_| rows += 1).unwrap() == Progress::More {}
    assert_eq!(rows, 2);
    let troubles = messages.troubles();
    let told: Vec<_> = troubles
        .iter()
        .map(|trouble| (&*trouble.file, matches!(trouble.kind, TroubleKind::Read(_))))
        .collect();
    assert_eq!(told, [("part 2", false), ("part 0", true)]);
}
