//! TCP segments of one direction put into order.
//!
//! Gives the stream's bytes once, in sequence: bytes that were given out stand, repeated ones are trimmed,
//! early segments wait, and a hole that will not be filled is given as a gap. Knows nothing of SIP, and believes
//! no RST, FIN or SYN alone, since anybody can forge one. RFC 9293 §3.4, §3.10.7.4.

use super::Origin;
use std::collections::VecDeque;

/// Beyond this distance a segment is of another connection, not early or late.
const WINDOW: i32 = 1 << 24;
const MAX_HELD_BYTES: usize = 256 * 1024;
/// An empty queue that grew beyond this is given back.
const SMALL: usize = 16;
const MAX_HELD: usize = 1024;
/// What a held segment costs beside its bytes: its place in the queue, and the allocator's share.
const HELD_COST: usize = 2 * size_of::<Held>();
/// Nanoseconds of packet time.
const ACKNOWLEDGED_WAIT: i64 = 200_000_000;
const MAX_WAIT: i64 = 30_000_000_000;

/// Bytes in sequence, or the fact that some are missing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'a> {
    Bytes(&'a [u8]),
    /// Bytes of a segment that waited, with the packet it came in.
    Late(&'a [u8], Origin),
    Gap,
}

/// What a segment brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brought {
    New,
    Early,
    Repeated,
}

#[derive(Debug)]
struct Held {
    at: u32,
    bytes: Vec<u8>,
    /// Bytes after these that were on the wire but not captured.
    lost: u32,
    origin: Origin,
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(crate) struct Order {
    next: Option<u32>,
    /// Sequence number of the SYN that began this connection.
    began: Option<u32>,
    /// Sorted by distance from `next`.
    held: VecDeque<Held>,
    held_len: usize,
    /// Bytes lie behind us, so that a hole is one.
    started: bool,
}

impl Order {
    /// Bytes of memory that early segments take, the smallest ones' bookkeeping included.
    pub(crate) fn footprint(&self) -> usize {
        self.held_len.saturating_add(self.held.len().saturating_mul(HELD_COST))
    }

    /// A SYN names the first byte. Says whether it is news, and no repetition.
    pub(crate) fn syn(&mut self, at: u32, give: &mut impl FnMut(Piece<'_>)) -> bool {
        if self.began == Some(at) {
            return false;
        }
        self.give_up(give);
        if self.started {
            give(Piece::Gap);
        }
        *self = Self { next: Some(at.wrapping_add(1)), began: Some(at), ..Self::default() };
        true
    }

    /// Whether the stream's bytes end at `at`: a FIN there is believed.
    pub(crate) fn is_next(&self, at: u32) -> bool {
        self.next == Some(at)
    }

    /// Takes a segment's payload. `lost` bytes after it were on the wire but not captured.
    pub(crate) fn push(
        &mut self,
        at: u32,
        bytes: &[u8],
        lost: u32,
        origin: Origin,
        give: &mut impl FnMut(Piece<'_>),
    ) -> Brought {
        let next = *self.next.get_or_insert(at);
        let distance = at.wrapping_sub(next).cast_signed();
        if distance.checked_abs().is_none_or(|distance| distance > WINDOW) {
            self.give_up(give);
            give(Piece::Gap);
            *self = Self { next: Some(at), ..Self::default() };
            return self.push(at, bytes, lost, origin, give);
        }
        if distance > 0 {
            return self.hold(at, bytes, lost, origin, give);
        }
        let seen = distance.unsigned_abs() as usize;
        let Some(new) = bytes.get(seen..).filter(|new| !new.is_empty() || lost > 0) else {
            return Brought::Repeated;
        };
        if !new.is_empty() {
            self.advance(new.len());
            give(Piece::Bytes(new));
        }
        if lost > 0 {
            self.lose(lost, give);
        }
        self.drain(give, Wait::Filled);
        Brought::New
    }

    /// Skips holes that will not be filled: the other side has `acknowledged` beyond them, or they are old.
    /// Acknowledged bytes are waited for a little, since captures of several queues swap packets.
    pub(crate) fn settle(&mut self, acknowledged: Option<u32>, now: i64, give: &mut impl FnMut(Piece<'_>)) {
        while let Some(first) = self.held.front() {
            let age = now.saturating_sub(first.origin.now);
            let beyond = acknowledged.is_some_and(|at| at.wrapping_sub(first.at).cast_signed() >= 0);
            if !(age > MAX_WAIT || beyond && age > ACKNOWLEDGED_WAIT) {
                return;
            }
            self.skip_hole(give);
        }
    }

    /// Gives what waits, with the holes as gaps.
    pub(crate) fn give_up(&mut self, give: &mut impl FnMut(Piece<'_>)) {
        while !self.held.is_empty() {
            self.skip_hole(give);
        }
    }

    fn advance(&mut self, len: usize) {
        self.started = true;
        // Sequence numbers count modulo 2^32; a segment is far shorter.
        self.next = self.next.map(|next| next.wrapping_add(u32::try_from(len).unwrap_or(u32::MAX)));
    }

    fn hold(
        &mut self,
        at: u32,
        bytes: &[u8],
        lost: u32,
        origin: Origin,
        give: &mut impl FnMut(Piece<'_>),
    ) -> Brought {
        let Some(next) = self.next else { return Brought::Repeated };
        if bytes.is_empty() {
            return Brought::Repeated;
        }
        let distance = |at: u32| at.wrapping_sub(next);
        let place = self.held.partition_point(|held| distance(held.at) <= distance(at));
        let end = |held: &Held| {
            distance(held.at).saturating_add(u32::try_from(held.bytes.len()).unwrap_or(u32::MAX))
        };
        let my_end = distance(at).saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        let before = place.checked_sub(1).and_then(|before| self.held.get(before));
        if before.is_some_and(|before| end(before) >= my_end) {
            return Brought::Repeated;
        }
        self.held.insert(place, Held { at, bytes: bytes.to_vec(), lost, origin });
        self.held_len = self.held_len.saturating_add(bytes.len());
        while self.held_len > MAX_HELD_BYTES || self.held.len() > MAX_HELD {
            self.skip_hole(give);
        }
        Brought::Early
    }

    fn skip_hole(&mut self, give: &mut impl FnMut(Piece<'_>)) {
        let Some(first) = self.held.front() else { return };
        self.next = Some(first.at);
        give(Piece::Gap);
        self.drain(give, Wait::GivenUp);
    }

    fn drain(&mut self, give: &mut impl FnMut(Piece<'_>), wait: Wait) {
        while let (Some(next), Some(first)) = (self.next, self.held.front()) {
            let distance = first.at.wrapping_sub(next).cast_signed();
            if distance > 0 {
                return;
            }
            let Some(held) = self.held.pop_front() else { return };
            self.held_len = self.held_len.saturating_sub(held.bytes.len());
            let seen = distance.unsigned_abs() as usize;
            if let Some(new) = held.bytes.get(seen..).filter(|new| !new.is_empty()) {
                self.advance(new.len());
                match wait {
                    Wait::Filled => give(Piece::Bytes(new)),
                    Wait::GivenUp => give(Piece::Late(new, held.origin)),
                }
                if held.lost > 0 && seen <= held.bytes.len() {
                    self.lose(held.lost, give);
                }
            }
        }
        if self.held.capacity() > SMALL {
            self.held = VecDeque::new();
        }
    }

    fn lose(&mut self, lost: u32, give: &mut impl FnMut(Piece<'_>)) {
        give(Piece::Gap);
        self.next = self.next.map(|next| next.wrapping_add(lost));
    }
}

/// Why bytes that waited are given now: to which packet their messages belong.
#[derive(Clone, Copy, Debug)]
enum Wait {
    Filled,
    GivenUp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn origin() -> Origin {
        Origin {
            frame: 1,
            at: 0,
            time: Some(0),
            now: 0,
            vlans: Default::default(),
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
                Piece::Bytes(bytes) | Piece::Late(bytes, _) => self.bytes.extend(bytes),
                Piece::Gap => self.gaps += 1,
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
        order.syn(0, &mut |piece| seen.take(piece));
        for index in 0..100_000u32 {
            order.push(10 + index * 2, b"x", 0, origin(), &mut |piece| seen.take(piece));
            assert!(order.held.len() <= MAX_HELD && order.held_len <= MAX_HELD_BYTES);
        }
        assert!(seen.gaps > 90_000);
    }

    proptest! {
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
            order.syn(start, &mut |piece| seen.take(piece));
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
}
