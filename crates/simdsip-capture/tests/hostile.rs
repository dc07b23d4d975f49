//! What a forger, a liar or an unlucky cut must not do: hide messages, name two rows alike, take for ever.

mod common;

use common::{ACK, Capture, Ends, Kept, SYN, TCP, UDP, count, request, rows};
use simdsip_capture::{Messages, Options, Progress};

/// Adds segments to a capture, given the number that the stream goes on with.
type Forge = fn(&mut Capture, u32);

const BACK: Ends = (TCP.1, TCP.0);

/// Messages of one stream with the sequence numbers of their first bytes.
fn stream(from: u32, count: usize) -> Vec<(u32, Vec<u8>)> {
    let mut at = from;
    let messages = (0..count).map(|id| {
        let message = request(&format!("{id:03}"), "body");
        let place = (at, message);
        at = at.wrapping_add(u32::try_from(place.1.len()).unwrap());
        place
    });
    messages.collect()
}

fn bytes_of(rows: &[Kept]) -> Vec<&[u8]> {
    rows.iter().map(|row| &row.bytes[..]).collect()
}

fn is_lost<'a>(rows: &[Kept], all: &'a [(u32, Vec<u8>)]) -> Vec<&'a [u8]> {
    let found = bytes_of(rows);
    all.iter().map(|(_, message)| &message[..]).filter(|message| !found.contains(message)).collect()
}

/// A connection of ten messages; after the fourth, whatever `forge` adds.
fn interrupted(start: u32, forge: impl Fn(&mut Capture, u32)) -> (Vec<(u32, Vec<u8>)>, Capture) {
    let all = stream(start.wrapping_add(1), 10);
    let mut capture = Capture::new();
    capture.tcp(TCP, start, SYN, 0, b"");
    for (index, (at, message)) in all.iter().enumerate() {
        if index == 4 {
            forge(&mut capture, *at);
        }
        // In two halves, so that a forger meets the middle of a message too.
        let half = u32::try_from(message.len() / 2).unwrap();
        let (front, back) = message.split_at(message.len() / 2);
        capture.tcp(TCP, *at, ACK, 1, front);
        if index == 6 {
            forge(&mut capture, at.wrapping_add(half));
        }
        capture.tcp(TCP, at.wrapping_add(half), ACK, 1, back);
    }
    (all, capture)
}

#[test]
fn a_forged_syn_changes_nothing() {
    for start in [999, u32::MAX - 300] {
        for ahead in [1_000_000_i32, 1, -1, 70, -70, -1_000_000, 1 << 30, i32::MIN] {
            let (all, capture) = interrupted(start, |capture, next| {
                capture.tcp(TCP, next.wrapping_add_signed(ahead), SYN, 0, b"");
            });
            let (rows, stats) = capture.rows();
            assert_eq!(
                bytes_of(&rows),
                all.iter().map(|(_, bytes)| &bytes[..]).collect::<Vec<_>>(),
                "{ahead}"
            );
            assert_eq!(count(&stats, "event", "tcp-gap"), 0, "{ahead}");
        }
    }
}

#[test]
fn a_forged_syn_before_the_first_byte_changes_nothing() {
    let all = stream(1000, 3);
    for forged_first in [false, true] {
        for forged in [999 + 5_000, 999 + 1_000_000, 0x8000_0000] {
            let mut capture = Capture::new();
            let mut syns = [999, forged];
            if forged_first {
                syns.reverse();
            }
            syns.into_iter().for_each(|at| capture.tcp(TCP, at, SYN, 0, b""));
            for (at, message) in &all {
                capture.tcp(TCP, *at, ACK, 1, message);
            }
            let (rows, _) = capture.rows();
            assert_eq!(is_lost(&rows, &all), [] as [&[u8]; 0], "{forged} {forged_first}");
        }
    }
}

#[test]
fn forgers_of_several_segments_cost_a_message_each_and_no_more() {
    let forgeries: [(&str, Forge); 5] = [
        ("SYN and a byte", |capture, next| {
            capture.tcp(TCP, next.wrapping_add(1_000_000), SYN, 0, b"");
            capture.tcp(TCP, next.wrapping_add(1_000_001), ACK, 1, b"x");
        }),
        ("SYN that carries a byte, and another", |capture, next| {
            capture.tcp(TCP, next.wrapping_add(1_000_000), SYN, 0, b"x");
            capture.tcp(TCP, next.wrapping_add(1_000_002), ACK, 1, b"x");
        }),
        ("SYN and the peer's answer to it", |capture, next| {
            capture.tcp(TCP, next.wrapping_add(1_000_000), SYN, 0, b"");
            capture.tcp(BACK, 5000, SYN | ACK, next.wrapping_add(1_000_001), b"");
        }),
        ("a byte ahead that the peer acknowledges", |capture, next| {
            capture.tcp(TCP, next.wrapping_add(1_000_000), ACK, 1, b"x");
            capture.now += 300_000_000;
            capture.tcp(BACK, 1, ACK, next.wrapping_add(1_000_001), b"");
        }),
        ("two bytes ahead that grow old", |capture, next| {
            capture.tcp(TCP, next.wrapping_add(1_000_000), ACK, 1, b"x");
            capture.tcp(TCP, next.wrapping_add(2_000_000), ACK, 1, b"x");
            capture.now += 40_000_000_000;
        }),
    ];
    for (name, forge) in forgeries {
        let (all, capture) = interrupted(999, forge);
        let (rows, _) = capture.rows();
        let lost = is_lost(&rows, &all);
        assert!(lost.len() <= 2, "{name}: {} of {} lost", lost.len(), all.len());
    }
}

#[test]
fn a_new_connection_between_the_same_ends_is_believed() {
    let (old, new) = (stream(1000, 3), stream(90_000, 3));
    for (bears_out, late) in [("", false), ("", true), ("SYN ACK", true), ("ACK", true), ("data", false)] {
        for shift in [0u32, 0x4000_0000, 1000_u32.wrapping_sub(90_000 + 500_000)] {
            let mut capture = Capture::new();
            capture.tcp(TCP, 999, SYN, 0, b"");
            old.iter().for_each(|(at, message)| capture.tcp(TCP, *at, ACK, 1, message));
            let first = 90_000_u32.wrapping_add(shift);
            capture.tcp(
                TCP,
                first.wrapping_sub(1),
                SYN,
                0,
                if bears_out == "data" { &new[0].1 } else { b"" },
            );
            match bears_out {
                "SYN ACK" => capture.tcp(BACK, 5000, SYN | ACK, first, b""),
                "ACK" => capture.tcp(TCP, first, ACK, 5001, b""),
                _ => {}
            }
            let mut segments = new.clone();
            // Without anything that bears it out, only a far number tells a late first segment.
            if late && (!bears_out.is_empty() || shift == 0x4000_0000) {
                segments.swap(0, 1);
            }
            for (at, message) in &segments {
                capture.tcp(TCP, at.wrapping_add(shift), ACK, 1, message);
            }
            let (rows, _) = capture.rows();
            let all = [&old[..], &new[..]].concat();
            let wanted: Vec<_> = all.iter().map(|(_, message)| &message[..]).collect();
            assert_eq!(bytes_of(&rows), wanted, "{bears_out} {late} {shift}");
        }
    }
}

#[test]
fn a_syn_that_carries_a_message_shows_it_at_the_end() {
    let (old, new) = (stream(1000, 1), stream(90_000, 1));
    let mut capture = Capture::new();
    capture.tcp(TCP, 999, SYN, 0, b"");
    capture.tcp(TCP, 1000, ACK, 1, &old[0].1);
    capture.tcp(TCP, 89_999, SYN, 0, &new[0].1);
    let (rows, _) = capture.rows();
    assert_eq!(bytes_of(&rows), [&old[0].1[..], &new[0].1]);
    assert_eq!(rows[1].frame, 3);
}

#[test]
fn a_hole_that_fills_late_is_read_and_nothing_comes_twice() {
    let all = stream(1000, 8);
    let mut capture = Capture::new();
    capture.tcp(TCP, 999, SYN, 0, b"");
    let put = |capture: &mut Capture, index: usize| capture.tcp(TCP, all[index].0, ACK, 1, &all[index].1);
    [0, 1, 4].into_iter().for_each(|index| put(&mut capture, index));
    capture.now += 300_000_000;
    capture.tcp(BACK, 1, ACK, all[5].0, b"");
    // The hole was given up; now it fills, in part, and the stream goes on. Then all is sent again.
    [5, 2, 6, 7].into_iter().for_each(|index| put(&mut capture, index));
    for index in [0, 1, 4, 5, 6, 7] {
        put(&mut capture, index);
    }
    let (rows, _) = capture.rows();
    let mut found = bytes_of(&rows);
    let wanted: Vec<_> = [0, 1, 4, 5, 2, 6, 7].iter().map(|index| &all[*index].1[..]).collect();
    assert_eq!(found, wanted);
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), rows.len());
}

/// An Ethernet frame with a TCP segment whose IP header promises `claimed` bytes.
fn lying(claimed: u16, next: u32, payload: &[u8]) -> Vec<u8> {
    let mut made = Capture::new();
    made.tcp(TCP, next, ACK, 1, payload);
    let mut frame = made.bytes[24 + 16..].to_vec();
    frame[16..18].copy_from_slice(&claimed.to_be_bytes());
    frame
}

#[test]
fn a_length_beyond_the_frame_hides_nothing() {
    // As the record says: all was captured; and one byte was not.
    for absent in [0, 1] {
        let (all, capture) = interrupted(999, |capture, next| {
            let mut frame = lying(60_000, next, b"x");
            let captured = frame.len();
            frame.resize(captured + absent, 0);
            capture.frame(&frame, captured);
        });
        let (rows, stats) = capture.rows();
        assert_eq!(is_lost(&rows, &all), [] as [&[u8]; 0], "{absent}");
        assert_eq!(count(&stats, "packet", "header-malformed"), 2);
        assert_eq!(count(&stats, "event", "tcp-gap"), 0);
    }
}

#[test]
fn rows_of_one_frame_have_numbers_of_their_own() {
    // A message that came early, then the snapped segment before it.
    let body = "z".repeat(500);
    let (early, snapped) = (request("early", ""), request("snapped", &body));
    let mut whole = Capture::new();
    whole.tcp(TCP, 1000, ACK, 1, &snapped);
    let frame = &whole.bytes[24 + 16..];
    let mut capture = Capture::new();
    capture.tcp(TCP, 999, SYN, 0, b"");
    capture.tcp(TCP, 1000 + u32::try_from(snapped.len()).unwrap(), ACK, 1, &early);
    capture.frame(frame, frame.len() - 100);
    // The helper refuses rows of equal frame and number.
    let (rows, _) = capture.rows();
    let places: Vec<_> = rows.iter().map(|row| (row.frame, row.message_in_frame)).collect();
    assert_eq!((places, &rows[1].bytes), (vec![(3, 0), (3, 1)], &early));
}

/// The rows' bytes, whether they parsed, and what `truncated` says.
fn told(capture: &Capture) -> Vec<(Vec<u8>, bool, bool)> {
    let column = simdsip_capture::table::schema().iter().find(|column| column.name == "truncated").unwrap();
    let mut told = Vec::new();
    common::each_row(&capture.bytes, &Options::default(), |row| {
        let truncated = matches!(row.value(column), simdsip_capture::table::Value::Bool(true));
        told.push((row.bytes().to_vec(), row.message().is_ok(), truncated));
    });
    told
}

#[test]
fn a_message_of_two_lengths_has_its_fields_however_it_is_cut() {
    let head = b"MESSAGE sip:a@b SIP/2.0\r\nCall-ID: conflict\r\nl: 0\r\nl: 5\r\n\r\n";
    let next = request("next", "");
    let bytes = [&head[..], b"hello", &next].concat();
    for cut in 0..bytes.len() {
        let mut capture = Capture::new();
        capture.tcp(TCP, 999, SYN, 0, b"");
        capture.tcp(TCP, 1000, ACK, 1, &bytes[..cut]);
        capture.tcp(TCP, 1000 + u32::try_from(cut).unwrap(), ACK, 1, &bytes[cut..]);
        assert_eq!(told(&capture), [(head.to_vec(), true, false), (next.clone(), true, false)], "{cut}");
    }
}

#[test]
fn a_broken_start_line_is_a_row_however_it_is_cut() {
    let (first, last) = (request("first", ""), request("last", ""));
    let broken: [&[u8]; 4] = [
        b" INVITE sip:a SIP/2.0\r\nCall-ID: x\r\nl: 0\r\n\r\n",
        b"INVITE sip:a\r\nCall-ID: x\r\nl: 0\r\n\r\n",
        b"SIP/3.0 200 OK\r\nCall-ID: x\r\nl: 0\r\n\r\n",
        b"a,b sip:x SIP/3.0\r\nCall-ID: x\r\nl: 0\r\n\r\n",
    ];
    for broken in broken {
        let bytes = [&first, broken, &last].concat();
        let rows_of = |cut: usize| {
            let mut capture = Capture::new();
            capture.tcp(TCP, 999, SYN, 0, b"");
            capture.tcp(TCP, 1000, ACK, 1, &bytes[..cut]);
            capture.tcp(TCP, 1000 + u32::try_from(cut).unwrap(), ACK, 1, &bytes[cut..]);
            told(&capture)
        };
        let whole = rows_of(0);
        assert_eq!(whole.len(), 3, "{}", broken.escape_ascii());
        for cut in 1..bytes.len() {
            assert_eq!(rows_of(cut), whole, "{} cut at {cut}", broken.escape_ascii());
        }
    }
}

/// A stream in large segments.
fn flood(bytes: &[u8]) -> Capture {
    let mut capture = Capture::new();
    capture.tcp(TCP, 999, SYN, 0, b"");
    let mut at = 1000u32;
    for piece in bytes.chunks(60_000) {
        capture.tcp(TCP, at, ACK, 1, piece);
        at = at.wrapping_add(u32::try_from(piece.len()).unwrap());
    }
    capture
}

#[test]
fn a_refused_message_is_not_begun_again_at_each_line_of_its_own() {
    let lines = 20_000;
    for (first, line) in [
        (&b"A a SIP/2.0\n"[..], &b" BYE a SIP/2.0\n"[..]),
        (b"A a:b SIP/2.0\n", b"A a:b SIP/2.0\n"),
        (b"BYE a SIP/2.0\na:", b" BYE a SIP/2.0\n"),
        (b"BYE a SIP/2.0\n", b"A a:b SIP/2.0\nl: 9999999\n"),
    ] {
        let real = request("real", "");
        let capture = flood(&[first, &line.repeat(lines), b"\n\n", &real].concat());
        let (rows, _) = capture.rows();
        // 512 header fields or 64 KiB a message.
        assert!(rows.len() <= lines / 250, "{}: {} rows", line.escape_ascii(), rows.len());
        assert_eq!(rows.last().map(|row| &row.bytes), Some(&real), "{}", line.escape_ascii());
    }
}

#[test]
fn a_message_behind_junk_is_found_where_the_junk_is_refused() {
    // The limit on header fields is met inside the real message.
    let real = request("real", "body");
    for fields in 500..520 {
        let junk = [&b"BYE sip:junk SIP/2.0\r\n"[..], &b"a: b\r\n".repeat(fields)].concat();
        let (rows, _) = flood(&[&junk[..], &real, &request("next", "")].concat()).rows();
        let place = rows.iter().position(|row| row.bytes.ends_with(&real));
        assert!(place.is_some_and(|place| rows[place].parsed), "{fields} fields");
        assert_eq!(rows.len(), place.unwrap() + 2, "{fields} fields");
    }
}

#[test]
fn every_backend_gives_the_same_rows() {
    let mut capture = Capture::new();
    capture.udp(UDP, &request("datagram", "body"));
    capture.tcp(TCP, 999, SYN, 0, b"");
    capture.tcp(TCP, 1000, ACK, 1, &[request("a", "body"), request("b", "")].concat());
    let detected = capture.rows().0;
    assert_eq!(detected.len(), 3);
    for backend in simdsip::Backend::available() {
        let options = Options::default().with_backend(backend).with_ports("5060".parse().unwrap());
        assert_eq!(rows(&capture.bytes, &options).0, detected, "{backend}");
        let mut messages = Messages::from_reader(&capture.bytes[..], "made", &options).unwrap();
        assert_eq!(messages.backend(), backend);
        while messages.step(&mut |_| {}).unwrap() == Progress::More {}
    }
}
