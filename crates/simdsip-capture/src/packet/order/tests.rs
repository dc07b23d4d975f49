//! Sequence numbers alone: what comes out, in which order, with which gaps.

use super::*;
use proptest::prelude::*;

fn origin() -> Origin {
    Origin {
        frame: 1,
        file: 0,
        came: crate::table::FrameRef { file: 0, frame: 1 },
        at: None,
        time: Some(0),
        now: 0,
        wraps: Default::default(),
        ip_id: None,
        absent: 0,
        truncated: false,
        rows: 0,
    }
}

#[derive(Default)]
struct Seen {
    bytes: Vec<u8>,
    gaps: usize,
}

impl Seen {
    fn take(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Bytes(bytes) | Piece::Filled(bytes, _) | Piece::Late(bytes, _) => self.bytes.extend(bytes),
            Piece::Gap => self.gaps += 1,
            Piece::Start => {}
        }
    }
}

#[test]
fn repeated_and_overlapping_bytes_come_once() {
    let (mut order, mut seen) = (Order::default(), Seen::default());
    let mut push = |at, bytes: &[u8]| order.push(at, bytes, 0, origin(), &mut |piece| seen.take(piece));
    assert_eq!(push(100, b"abcd"), Brought::New);
    assert_eq!(push(100, b"abcd"), Brought::Repeated);
    assert_eq!(push(102, b"XXef"), Brought::New);
    assert_eq!(push(110, b"klm"), Brought::Early);
    assert_eq!(push(106, b"ghijYY"), Brought::New);
    assert_eq!((seen.bytes, seen.gaps), (b"abcdefghijYYm".to_vec(), 0));
}

#[test]
fn a_hole_ends_when_the_peer_acknowledged_beyond_it() {
    let (mut order, mut seen) = (Order::default(), Seen::default());
    order.push(0, b"ab", 0, origin(), &mut |piece| seen.take(piece));
    order.push(5, b"fg", 0, origin(), &mut |piece| seen.take(piece));
    order.settle(Some(2), 1_000_000_000, &mut |piece| seen.take(piece));
    order.settle(Some(7), 1_000_000, &mut |piece| seen.take(piece));
    assert_eq!(seen.bytes, b"ab");
    order.settle(Some(7), 1_000_000_000, &mut |piece| seen.take(piece));
    assert_eq!((seen.bytes, seen.gaps), (b"abfg".to_vec(), 1));
}

#[test]
fn a_snapped_segment_leaves_a_gap_and_goes_on() {
    let (mut order, mut seen) = (Order::default(), Seen::default());
    order.push(0, b"ab", 3, origin(), &mut |piece| seen.take(piece));
    order.push(5, b"fg", 0, origin(), &mut |piece| seen.take(piece));
    assert_eq!((seen.bytes, seen.gaps), (b"abfg".to_vec(), 1));
}

#[test]
fn a_far_sequence_number_is_another_connection() {
    let (mut order, mut seen) = (Order::default(), Seen::default());
    order.push(0, b"ab", 0, origin(), &mut |piece| seen.take(piece));
    order.push(0x7000_0000, b"cd", 0, origin(), &mut |piece| seen.take(piece));
    order.push(0xf000_0000, b"ef", 0, origin(), &mut |piece| seen.take(piece));
    assert_eq!((seen.bytes, seen.gaps), (b"abcdef".to_vec(), 2));
}

#[test]
fn what_waits_is_bounded() {
    let (mut order, mut seen) = (Order::default(), Seen::default());
    order.syn(0, b"", 0, origin(), &mut |piece| seen.take(piece));
    for index in 0..100_000u32 {
        order.push(10 + index * 2, b"x", 0, origin(), &mut |piece| seen.take(piece));
        assert!(order.held.len() <= MAX_HELD && order.held_len <= MAX_HELD_BYTES);
    }
    assert!(seen.gaps > 90_000);
}

proptest! {
    #[test]
    fn whatever_comes_is_bounded_and_given_once_a_time(
        calls in proptest::collection::vec((0u8..6, any::<u32>(), 0usize..50, 0u32..3), 1..300),
        near in any::<bool>(),
    ) {
        let (mut order, mut seen) = (Order::default(), Seen::default());
        let give = &mut |piece: Piece<'_>| seen.take(piece);
        let mut pushed = 0;
        for (kind, at, len, lost) in calls {
            let at = if near { at % 400 } else { at };
            let bytes = vec![b'x'; len];
            match kind {
                0 => {
                    if !order.syn(at, &bytes, lost, origin(), give) {
                        pushed += len;
                    }
                }
                1 => order.bear_out(at, len > 0, give),
                2 => order.answered(at, give),
                3 => order.settle(Some(at), 1_000_000_000, give),
                _ => {
                    order.push(at, &bytes, lost, origin(), give);
                    pushed += len;
                }
            }
            prop_assert!(order.held.len() <= MAX_HELD && order.held_len <= MAX_HELD_BYTES);
            prop_assert_eq!(order.held.iter().map(|held| held.bytes.len()).sum::<usize>(), order.held_len);
        }
        order.give_up(give);
        prop_assert_eq!((order.held.len(), order.held_len), (0, 0));
        prop_assert!(seen.bytes.len() <= pushed, "no segment is given more than once");
    }

    #[test]
    fn any_cutting_order_and_repetition_gives_the_stream(
        cuts in proptest::collection::vec(1usize..40, 1..60),
        shuffle in proptest::collection::vec(any::<prop::sample::Index>(), 1..200),
        start in any::<u32>(),
    ) {
        let total = cuts.iter().sum::<usize>();
        let stream: Vec<u8> = (0..total).map(|byte| (byte % 251) as u8).collect();
        let mut segments = Vec::new();
        let mut from = 0;
        for len in cuts {
            segments.push((from, from + len));
            from += len;
        }
        let (mut order, mut seen) = (Order::default(), Seen::default());
        order.syn(start, b"", 0, origin(), &mut |piece| seen.take(piece));
        let picked = shuffle.iter().map(|index| segments[index.index(segments.len())]);
        let picked: Vec<_> = picked.chain(segments.iter().rev().copied()).collect();
        for (from, to) in picked {
            let at = start.wrapping_add(1).wrapping_add(from as u32);
            order.push(at, &stream[from..to], 0, origin(), &mut |piece| seen.take(piece));
        }
        prop_assert_eq!(seen.bytes, stream);
        prop_assert_eq!(seen.gaps, 0);
        prop_assert_eq!(order.held_len, 0);
    }
}

#[test]
fn another_start_line_is_told_however_long_the_message() {
    for len in [100, 1_300, 5_000, RECENT] {
        let message = vec![b'x'; len];
        let mut other = message.clone();
        other[8] = b'y';
        for piece in [536, 1_448, len] {
            let mut order = Order::default();
            let mut given = |bytes: &[u8]| {
                let mut at = 1000;
                for bytes in bytes.chunks(piece) {
                    order.push(at, bytes, 0, origin(), &mut |_| {});
                    at += bytes.len() as u32;
                }
                order.take_differing()
            };
            assert_eq!((given(&message), given(&message), given(&other)), (0, 0, 1), "{len} {piece}");
        }
    }
}

#[test]
fn repeated_bytes_that_differ_are_told() {
    let mut order = Order::default();
    let mut told = |at: u32, bytes: &[u8]| {
        order.push(at, bytes, 0, origin(), &mut |_| {});
        order.take_differing()
    };
    assert_eq!(told(100, b"abcdefgh"), 0);
    assert_eq!(told(100, b"abcdefgh"), 0);
    assert_eq!(told(104, b"efghij"), 0);
    assert_eq!(told(104, b"eXghijkl"), 1);
    // An early segment that the hole's filling overlaps.
    assert_eq!(told(116, b"qrst"), 0);
    assert_eq!(told(112, b"mnopQR"), 1);
    assert!(order.footprint() >= order.recent.capacity() && order.recent.capacity() >= 18);
    let mut told = |at: u32, bytes: &[u8]| {
        order.push(at, bytes, 0, origin(), &mut |_| {});
        order.take_differing()
    };
    // Too long ago to be known.
    assert_eq!(told(120, &[b'z'; 2 * RECENT]), 0);
    assert_eq!(told(100, b"XXXX"), 0);
}
