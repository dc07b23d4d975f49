//! From packets to rows: what a capture's flaws and a sender's tricks do to them.

mod common;

use common::{ACK, Capture, FIN, Kept, RST, SYN, TCP, UDP, count, request, rows};
use proptest::prelude::*;
use simdsip_capture::Options;

fn any_port() -> Options {
    Options::default().with_ports("any".parse().unwrap())
}

fn bytes_of(rows: &[Kept]) -> Vec<Vec<u8>> {
    rows.iter().map(|row| row.bytes.clone()).collect()
}

#[test]
fn a_datagram_that_looks_like_sip_is_a_row_and_others_are_counted() {
    let mut capture = Capture::new();
    capture.udp(UDP, &request("a", ""));
    capture.udp(UDP, b"\r\n\r\n");
    capture.udp(UDP, b"GET / HTTP/1.1\r\n\r\n");
    capture.udp(UDP, b"\0\x01\0\0\x21\x12\xa4\x42");
    capture.udp(UDP, b"INVITE sip:bob@example.com SIP/7.0\r\nCall-ID: x\r\n\r\n");
    capture.udp(UDP, b"INVITE\tsip:bob@example.com\r\n\r\n");
    capture.udp(((1, 9999), (2, 9998)), &request("b", ""));
    capture.udp(((1, 9999), (2, 9998)), b"INVITE\tsip:bob@example.com\r\n\r\n");
    let (rows, stats) = capture.rows();
    let frames: Vec<_> = rows.iter().map(|row| row.frame).collect();
    assert_eq!(frames, [1, 5, 6, 7]);
    assert!(rows[0].parsed && !rows[2].parsed && rows[3].parsed);
    for (name, expected) in
        [("udp-sip", 4), ("udp-keep-alive", 1), ("udp-http", 1), ("udp-stun", 1), ("udp-not-sip", 1)]
    {
        assert_eq!(count(&stats, "packet", name), expected, "{name}");
    }
    assert_eq!(stats.unparsed, rows.iter().filter(|row| !row.parsed).count() as u64);
    let (rows, _) = common::rows(&capture.bytes, &any_port());
    assert_eq!(rows.len(), 5, "a broken start line is shown on every port where that is asked for");
}

#[test]
fn fragments_make_one_datagram() {
    let message = request("fragments", &"x".repeat(100));
    let mut whole = Capture::new();
    whole.udp(UDP, &message);
    let datagram = &whole.bytes[24 + 16 + 14 + 20..];
    let mut capture = Capture::new();
    let pieces: Vec<_> = datagram.chunks(64).enumerate().collect();
    for (at, piece) in pieces.iter().rev() {
        let more = if at + 1 < pieces.len() { 0x2000 } else { 0 };
        capture.ip(UDP, 17, more | u16::try_from(at * 8).unwrap(), piece);
    }
    let (rows, stats) = capture.rows();
    assert_eq!(bytes_of(&rows), [message]);
    assert_eq!(rows[0].frame, pieces.len() as u64);
    assert_eq!(count(&stats, "packet", "ip-fragment"), pieces.len() as u64 - 1);
}

#[test]
fn rfc8200_4_5_fragments_of_ipv6_belong_together_whatever_their_next_header() {
    let message = request("fragments", &"x".repeat(100));
    let mut udp = vec![0x13, 0xc4, 0x13, 0xc4];
    udp.extend(u16::try_from(message.len() + 8).unwrap().to_be_bytes());
    udp.extend([0, 0]);
    udp.extend(&message);
    let pieces = [(0u16, 17u8, &udp[..96]), (96, 59, &udp[96..192]), (192, 6, &udp[192..])];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut capture = Capture::new();
        for (offset, next, bytes) in order.map(|at: usize| pieces[at]) {
            let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd, 0x60, 0, 0, 0];
            frame.extend(u16::try_from(bytes.len() + 8).unwrap().to_be_bytes());
            frame.extend([44, 64]);
            frame.extend([[0xfd; 16], [0xfe; 16]].concat());
            frame.extend([next, 0]);
            frame.extend((offset | u16::from(offset < 192)).to_be_bytes());
            frame.extend([0, 0, 0, 7]);
            frame.extend(bytes);
            capture.frame(&frame, frame.len());
        }
        let (rows, _) = capture.rows();
        assert_eq!(rows.iter().map(|row| &row.bytes).collect::<Vec<_>>(), [&message], "{order:?}");
    }
}

#[test]
fn a_datagram_that_lacks_a_fragment_is_counted() {
    let message = request("lost", &"x".repeat(400));
    let mut whole = Capture::new();
    whole.udp(UDP, &message);
    let datagram = &whole.bytes[24 + 16 + 14 + 20..];
    let mut capture = Capture::new();
    capture.ip(UDP, 17, 0x2000, &datagram[..256]);
    capture.ip(UDP, 17, 0x2000 | 40, &datagram[320..384]);
    capture.now += 60_000_000_000;
    for later in [false, true] {
        if later {
            // Fragments of another datagram tell that time went by: one alone may be wrong.
            for offset in [8, 9] {
                capture.ip(((3, 0), (4, 0)), 17, 0x2000 | offset, &[0; 8]);
            }
        }
        let (rows, stats) = capture.rows();
        assert_eq!((rows.len(), count(&stats, "event", "sip-in-incomplete-datagram")), (0, 1));
        assert_eq!(count(&stats, "event", "ip-datagram-timed-out"), u64::from(later));
    }
}

#[test]
fn several_messages_of_a_segment_are_numbered() {
    let all = [request("a", "1"), request("b", "22"), request("c", "")];
    let stream = [&b"\r\n\r\n"[..], &all[0], &all[1], b"\r\n", &all[2], b"\r\n\r\n"].concat();
    let mut capture = Capture::new();
    capture.tcp(TCP, 99, SYN, 0, b"");
    capture.tcp(TCP, 100, ACK, 1, &stream);
    let (rows, _) = capture.rows();
    assert_eq!(bytes_of(&rows), all);
    let places: Vec<_> = rows.iter().map(|row| (row.frame, row.message_in_frame)).collect();
    assert_eq!(places, [(2, 0), (2, 1), (2, 2)]);
}

#[test]
fn a_hole_costs_its_message_and_no_other() {
    let all: Vec<_> = ["a", "b", "c", "d"].iter().map(|id| request(id, "body")).collect();
    let len = u32::try_from(all[0].len()).unwrap();
    let mut capture = Capture::new();
    capture.tcp(TCP, 99, SYN, 0, b"");
    capture.tcp(TCP, 100, ACK, 1, &all[0]);
    // The middle of the second is lost; the receiver had it.
    capture.tcp(TCP, 100 + len, ACK, 1, &all[1][..150]);
    capture.tcp(TCP, 100 + len + 180, ACK, 1, &[&all[1][180..], &all[2]].concat());
    capture.now += 1_000_000_000;
    capture.tcp((TCP.1, TCP.0), 1, ACK, 100 + 3 * len, b"");
    capture.tcp(TCP, 100 + 3 * len, ACK, 1, &all[3]);
    let (rows, stats) = capture.rows();
    assert_eq!(bytes_of(&rows), [&all[0], &all[1][..150], &all[2], &all[3]]);
    let frames: Vec<_> = rows.iter().map(|row| row.frame).collect();
    assert_eq!(frames, [2, 3, 4, 6], "the packets that hold the last byte");
    assert_eq!((count(&stats, "event", "tcp-gap"), count(&stats, "event", "tcp-message-unfinished")), (1, 1));
}

#[test]
fn a_stream_joined_in_the_middle_is_read_from_the_next_message_on() {
    let all = [request("a", "with: a body\r\n"), request("b", "")];
    let mut capture = Capture::new();
    capture.tcp(TCP, 5000, ACK, 1, &[&all[0][50..], &all[1]].concat());
    let (rows, stats) = capture.rows();
    assert_eq!(bytes_of(&rows), [all[1].clone()]);
    assert_eq!(count(&stats, "event", "tcp-sync-lost"), 1);
}

#[test]
fn what_cannot_be_framed_is_a_row_and_the_next_message_is_found() {
    let broken = b"INVITE sip:bob@example.com SIP/2.0\r\nl: 4\r\nContent-Length: five\r\n\r\nbody".to_vec();
    let next = request("next", "");
    let mut capture = Capture::new();
    capture.tcp(TCP, 99, SYN, 0, b"");
    let stream = [&broken[..], b"\r\n", &next].concat();
    capture.tcp(TCP, 100, ACK, 1, &stream);
    let (rows, _) = capture.rows();
    assert!(rows.iter().any(|row| row.bytes == next && row.parsed), "{rows:?}");
    assert!(rows.len() >= 2, "{rows:?}");
}

#[test]
fn a_message_that_never_ends_is_a_row_when_the_stream_or_the_capture_does() {
    let message = request("unfinished", "0123456789");
    let cut = &message[..message.len() - 3];
    for end in [Some(FIN), Some(RST), None] {
        let mut capture = Capture::new();
        capture.tcp(TCP, 99, SYN, 0, b"");
        capture.tcp(TCP, 100, ACK, 1, cut);
        if let Some(flags) = end {
            capture.tcp(TCP, 100 + u32::try_from(cut.len()).unwrap(), flags, 1, b"");
        }
        let (rows, stats) = capture.rows();
        assert_eq!(
            (bytes_of(&rows), rows[0].frame, rows[0].parsed),
            (vec![cut.to_vec()], 2, true),
            "{end:?}"
        );
        assert_eq!(count(&stats, "event", "tcp-message-unfinished"), 1);
    }
}

#[test]
fn forged_resets_and_repeated_syns_hide_nothing() {
    let all = [request("a", ""), request("b", "")];
    let len = u32::try_from(all[0].len()).unwrap();
    let mut capture = Capture::new();
    capture.tcp(TCP, 99, SYN, 0, b"");
    capture.tcp(TCP, 100, ACK, 1, &all[0][..100]);
    capture.tcp(TCP, 7, RST, 1, b"");
    capture.tcp(TCP, 7, FIN, 1, b"");
    capture.tcp(TCP, 99, SYN, 0, b"");
    capture.tcp(TCP, 200, ACK, 1, &all[0][100..]);
    capture.tcp(TCP, 100 + len, ACK, 1, &all[1]);
    assert_eq!(bytes_of(&capture.rows().0), all);
}

#[test]
fn a_flood_of_connections_is_bounded_and_counted() {
    let mut capture = Capture::new();
    for index in 0..70_000u32 {
        let source = (u8::try_from(index / 60_000).unwrap(), u16::try_from(index % 60_000).unwrap());
        capture.tcp((source, (2, 5060)), index, SYN, 0, b"");
    }
    let (rows, stats) = capture.rows();
    assert_eq!((rows.len(), count(&stats, "event", "tcp-flow-evicted")), (0, 70_000 - 65_536));
}

#[test]
fn messages_that_never_end_are_bounded_and_all_shown() {
    let mut capture = Capture::new();
    let message = request("never", &"x".repeat(1200));
    for index in 0..20_000u16 {
        capture.tcp(((1, index), (2, 5060)), 7, ACK, 0, &message[..1000]);
    }
    let (rows, stats) = capture.rows();
    assert_eq!((rows.len(), count(&stats, "event", "tcp-message-unfinished")), (20_000, 20_000));
    assert!(count(&stats, "event", "tcp-flow-evicted") > 5_000, "memory is given back");
}

#[test]
fn a_capture_cut_anywhere_gives_the_rows_before() {
    let mut capture = Capture::new();
    capture.udp(UDP, &request("a", "body"));
    capture.tcp(TCP, 99, SYN, 0, b"");
    let message = request("b", "body");
    capture.tcp(TCP, 100, ACK, 1, &message[..150]);
    capture.tcp(TCP, 250, ACK, 1, &message[150..]);
    let (whole, _) = capture.rows();
    for len in 24..capture.bytes.len() {
        let (cut, stats) = rows(&capture.bytes[..len], &Options::default());
        let finished = cut.len() - usize::try_from(count(&stats, "event", "tcp-message-unfinished")).unwrap();
        assert_eq!(cut[..finished], whole[..finished], "{len}");
        assert!(stats.cut_short.is_none_or(|at| at == len as u64));
        assert_eq!(stats.bytes, len as u64);
    }
}

#[test]
fn snapped_datagrams_are_marked() {
    let mut whole = Capture::new();
    whole.udp(UDP, &request("snapped", "body"));
    let frame = &whole.bytes[24 + 16..];
    let mut capture = Capture::new();
    capture.frame(frame, frame.len() - 10);
    let mut truncated = Vec::new();
    common::each_row(&capture.bytes, &Options::default(), |row| {
        let column =
            simdsip_capture::table::schema().iter().find(|column| column.name == "truncated").unwrap();
        truncated.push(matches!(
            simdsip_capture::table::Record::value(row, column),
            simdsip_capture::table::Value::Bool(true)
        ));
    });
    assert_eq!(truncated, [true]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_segmentation_and_order_gives_the_same_messages(seed in any::<u64>(), start in any::<u32>()) {
        let mut rng = simdsip_corpus::rng::Rng::new(seed);
        let count = 1 + rng.below(6);
        let messages: Vec<_> = (0..count)
            .map(|id| request(&format!("{id}-{seed:x}"), &"y".repeat(rng.below(3000))))
            .collect();
        let stream = messages.concat();
        let mut segments = Vec::new();
        let mut from = 0;
        while from < stream.len() {
            let most = if rng.below(4) == 0 { 8 } else { 1460 };
            let to = (from + 1 + rng.below(most)).min(stream.len());
            segments.push((from, to));
            from = to;
        }
        // Neighbours swap, some are sent again.
        for at in 0..segments.len() {
            let other = (at + rng.below(4)).min(segments.len() - 1);
            segments.swap(at, other);
            if rng.below(8) == 0 {
                segments.push(segments[at]);
            }
        }
        let mut capture = Capture::new();
        capture.tcp(TCP, start, SYN, 0, b"");
        for (from, to) in segments {
            let at = start.wrapping_add(1).wrapping_add(from as u32);
            capture.tcp(TCP, at, ACK, 1, &stream[from..to]);
        }
        let (rows, _) = capture.rows();
        prop_assert_eq!(bytes_of(&rows), messages);
        prop_assert!(rows.iter().all(|row| row.parsed));
    }

    #[test]
    fn any_bytes_in_any_layer_are_taken(
        bytes in proptest::collection::vec(any::<u8>(), 0..200), protocol in 0u8..3, at in any::<u32>(),
    ) {
        let mut capture = Capture::new();
        for _ in 0..2 {
            match protocol {
                0 => capture.frame(&bytes, bytes.len()),
                1 => capture.ip(UDP, [6, 17, 1][bytes.len() % 3], at as u16, &bytes),
                _ => capture.tcp(TCP, at, at as u8, at, &bytes),
            }
        }
        let (_, stats) = rows(&capture.bytes, &any_port());
        let fates: u64 = stats.entries().filter(|(group, ..)| *group == "packet").map(|(.., count)| count).sum();
        prop_assert_eq!(fates, stats.packets);
    }
}
