//! Forged segments and lengths that lie hide no messages, whichever connection they pretend to be of.

mod common;

use common::{ACK, Capture, Ends, FIN, Kept, RST, SYN, TCP, count, request};
use proptest::prelude::*;

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
fn a_reset_or_end_at_the_very_next_byte_hides_nothing() {
    for flags in [RST, RST | ACK, FIN | ACK, FIN, RST | FIN | ACK] {
        let (all, capture) = interrupted(999, |capture, next| capture.tcp(TCP, next, flags, 1, b""));
        let (rows, _) = capture.rows();
        assert_eq!(is_lost(&rows, &all), [] as [&[u8]; 0], "{flags}");
        assert_eq!(rows.len(), all.len());
    }
}

#[test]
fn a_message_that_an_end_cuts_short_is_given_when_the_peer_agrees() {
    let (message, later) = (request("cut", "body"), request("later", ""));
    for (acknowledges, frames) in [(1072, [3, 5]), (1071, [5, 3])] {
        let mut capture = Capture::new();
        capture.tcp(TCP, 999, SYN, 0, b"");
        capture.tcp(TCP, 1000, ACK, 1, &message[..70]);
        capture.tcp(TCP, 1070, FIN | ACK, 1, &message[70..71]);
        capture.tcp(BACK, 1, ACK, acknowledges, b"");
        capture.udp(common::UDP, &later);
        let (rows, _) = capture.rows();
        assert_eq!(rows.iter().map(|row| row.frame).collect::<Vec<_>>(), frames);
        let cut = rows.iter().find(|row| row.frame == 3).unwrap();
        assert_eq!(cut.bytes, &message[..71]);
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_forged_segments_cost_two_messages_each_at_most(
        forged in proptest::collection::vec(
            (0usize..40, 0usize..6, any::<i32>(), 0u32..3, 0u8..4, prop_oneof![Just(0u64), Just(1), Just(300), Just(40_000)]),
            1..5,
        ),
        start in any::<u32>(),
    ) {
        let all = stream(start.wrapping_add(1), 40);
        let mut capture = Capture::new();
        capture.tcp(TCP, start, SYN, 0, b"");
        for (index, (at, message)) in all.iter().enumerate() {
            for (_, kind, far, near, len, wait) in forged.iter().filter(|forged| forged.0 == index) {
                let distance = [*far, far % 100_000, far % 300][*near as usize];
                let forged_at = at.wrapping_add_signed(distance);
                let bytes = &b"xyz"[..usize::from(*len)];
                match kind {
                    0 => capture.tcp(TCP, forged_at, SYN, 0, bytes),
                    1 => capture.tcp(BACK, 5000, SYN | ACK, forged_at, b""),
                    2 => capture.tcp(BACK, 5001, ACK, forged_at, b""),
                    3 => capture.tcp(TCP, forged_at, RST, 0, bytes),
                    4 => capture.tcp(TCP, forged_at, FIN | ACK, 1, bytes),
                    _ => capture.tcp(TCP, forged_at, ACK, 1, bytes),
                }
                capture.now += wait * 1_000_000;
            }
            let half = message.len() / 2;
            capture.tcp(TCP, *at, ACK, 1, &message[..half]);
            let at = at.wrapping_add(u32::try_from(half).unwrap());
            capture.tcp(TCP, at, ACK, 1, &message[half..]);
            // The peer has it all.
            capture.tcp(BACK, 5001, ACK, at.wrapping_add(u32::try_from(message.len() - half).unwrap()), b"");
        }
        let (rows, _) = capture.rows();
        let lost = is_lost(&rows, &all).len();
        prop_assert!(lost <= 2 * forged.len(), "{lost} lost by {} forged segments", forged.len());
        for (_, message) in &all {
            prop_assert!(rows.iter().filter(|row| row.bytes == *message).count() <= 1, "given twice");
        }
    }
}
