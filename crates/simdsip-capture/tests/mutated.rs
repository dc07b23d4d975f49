//! Captures whose bytes were changed, and packets made to cost: no panic, bounded work, and a count for each packet.

mod common;

use common::{Capture, Ends, SYN, count, request};
use proptest::prelude::*;
use proptest::sample::Index;
use simdsip_capture::{Calls, Messages, Options, Progress, Secrets, Stats};

/// The captures of one feature each, with the secrets of those that need some.
fn captures() -> Vec<(Vec<u8>, Secrets)> {
    let root = simdsip_corpus::root().join("capture");
    let folders = [root.join("encapsulation"), root.join("synthetic")];
    let files = folders.iter().flat_map(|folder| simdsip_corpus::files(folder));
    let captures = files.filter(|path| path.extension().is_some_and(|ext| ext == "pcap" || ext == "pcapng"));
    captures
        .map(|path| {
            let mut secrets = Secrets::default();
            if let Ok(log) = std::fs::read(path.with_extension("keylog.txt")) {
                secrets.read_key_log(&log);
            }
            (std::fs::read(&path).expect("a capture"), secrets)
        })
        .collect()
}

fn read(bytes: &[u8], secrets: &Secrets) -> Option<Stats> {
    let options = Options::default().with_secrets(secrets.clone());
    let mut messages = Messages::from_reader(bytes, "changed", &options).ok()?;
    let names = messages.names();
    let mut calls = Calls::default();
    let mut rows = 0u64;
    while let Ok(Progress::More) = messages.step(&mut |row| {
        rows += 1;
        assert!(row.defects().count() < 200);
        calls.row(row, &names, &mut |_| ());
    }) {}
    calls.finish(&mut |_| ());
    let stats = messages.stats().clone();
    let fates: u64 = stats.entries().filter(|(group, ..)| *group == "packet").map(|(.., count)| count).sum();
    assert_eq!((fates, stats.messages), (stats.packets, rows));
    Some(stats)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn changed_bytes_panic_nowhere(changes in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..8)) {
        for (capture, secrets) in captures() {
            let mut bytes = capture;
            for (at, byte) in &changes {
                // What says which file it is stays, so that the change is met.
                let at = 24 + at.index(bytes.len() - 24);
                bytes[at] = *byte;
            }
            read(&bytes, &secrets);
        }
    }
}

#[test]
fn half_open_connections_are_given_up() {
    let mut capture = Capture::new();
    let flows = 90_000u32;
    for flow in 0..flows {
        let ends: Ends = ((u8::try_from(flow >> 14).unwrap(), (flow & 0x3fff) as u16 + 10_000), (200, 5060));
        capture.tcp(ends, flow, SYN, 0, b"INVITE sip:a SIP/2.0\r\n");
    }
    let (rows, stats) = capture.rows();
    let evicted = count(&stats, "event", "tcp-flow-evicted");
    assert!(evicted >= u64::from(flows) - 65_536, "{evicted}");
    // What was begun shows, and is marked.
    assert_eq!(rows.len(), flows as usize);
}

#[test]
fn a_flood_of_calls_is_given_up_in_order() {
    let mut capture = Capture::new();
    let wanted = 70_000;
    for call in 0..wanted {
        let invite = format!(
            "INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: {call}\r\n\
             CSeq: 1 INVITE\r\nl: 0\r\n\r\n"
        );
        // All at the same time.
        capture.now -= 1_000_000;
        capture.udp(common::UDP, invite.as_bytes());
    }
    let mut messages = Messages::from_reader(&capture.bytes[..], "flood", &Options::default()).unwrap();
    let names = messages.names();
    let (mut calls, mut ended) = (Calls::default(), 0);
    while messages.step(&mut |row| calls.row(row, &names, &mut |_| ended += 1)).unwrap() == Progress::More {}
    assert_eq!(ended, wanted - 65_536);
    assert_eq!(calls.evictions().crowded, ended);
    calls.finish(&mut |_| ended += 1);
    assert_eq!(ended, wanted);
}

#[test]
fn a_packet_of_sixteen_thousand_chunks_is_one_packet() {
    let header = [0x13, 0xc4, 0x13, 0xc4, 0, 0, 0, 1, 0, 0, 0, 0];
    let mut capture = Capture::new();
    let control = [&header[..], &[3, 0, 0, 4].repeat(16_000)].concat();
    capture.ip(common::UDP, 132, 0, &control);
    // And data chunks without a byte, each the beginning of another message.
    let data: Vec<u8> =
        (0..4000u32).flat_map(|tsn| [&[0, 2, 0, 16][..], &tsn.to_be_bytes(), &[0; 8]].concat()).collect();
    for _ in 0..50 {
        capture.ip(common::UDP, 132, 0, &[&header[..], &data].concat());
    }
    let (rows, stats) = capture.rows();
    assert_eq!((rows.len(), stats.packets), (0, 51));
    assert_eq!(count(&stats, "packet", "sctp-no-data"), 1);
}

#[test]
fn tunnels_in_tunnels_end() {
    let mut capture = Capture::new();
    let mut packet = request("deep", "");
    let len = u16::try_from(packet.len() + 8).unwrap();
    packet = [&[0x13, 0xc4, 0x13, 0xc4][..], &len.to_be_bytes(), &[0, 0], &packet].concat();
    let ip = |protocol: u8, inner: &[u8]| {
        let len = u16::try_from(inner.len() + 20).unwrap().to_be_bytes();
        [&[0x45, 0, len[0], len[1], 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2][..], inner]
            .concat()
    };
    let mut inner = ip(17, &packet);
    for depth in 0..100 {
        capture.ip(common::UDP, 4, 0, &inner);
        inner = ip(4, &inner);
        assert!(depth < 100);
    }
    let (rows, stats) = capture.rows();
    assert_eq!(rows.len(), 8);
    assert_eq!(count(&stats, "packet", "tunnels-too-deep"), 92);
}
