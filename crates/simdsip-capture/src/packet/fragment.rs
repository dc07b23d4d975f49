//! IP fragments put together, within bounds.
//!
//! Where fragments overlap, the bytes that came first stand, and the overlap is counted. A datagram is
//! given up 30 s of packet time after its first fragment, or when there are too many; what is there of its
//! beginning can then be looked at. RFC 791 §3.2,
//! RFC 8200 §4.5, RFC 5722.

use super::Origin;
use super::ip::Fragment;
use crate::stats::{Event, Stats};
use crate::table::FrameRef;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

const MAX_DATAGRAMS: usize = 4096;
const MAX_BYTES: usize = 16 << 20;
/// Fragments of one datagram whose packets are remembered.
const MAX_FRAMES: usize = 128;
const MAX_DATAGRAM_LEN: usize = 65_535;
/// Nanoseconds of packet time (RFC 8200 §4.5 says 60 s for live hosts; IPv4 hosts use 30 s).
const MAX_AGE: i64 = 30_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) source: IpAddr,
    pub(crate) dest: IpAddr,
    /// Of IPv4 only: fragments of IPv6 belong together whatever their Next Header (RFC 8200 §4.5).
    pub(crate) protocol: Option<u8>,
    pub(crate) id: u32,
}

#[derive(Debug)]
struct Partial {
    bytes: Vec<u8>,
    /// What is there: sorted, apart, not touching.
    ranges: Vec<(usize, usize)>,
    /// Known once the last fragment came.
    total_len: Option<usize>,
    /// What the fragment at offset zero says that the payload is.
    protocol: Option<u8>,
    truncated: bool,
    frames: Vec<FrameRef>,
    /// Tells this datagram from a later one with the same key.
    serial: u64,
}

/// A datagram whose last missing fragment came.
#[derive(Debug)]
pub(crate) struct Whole {
    /// To be given back with [`Fragments::recycle`].
    pub(crate) payload: Vec<u8>,
    pub(crate) protocol: u8,
    pub(crate) truncated: bool,
    /// The packets of its fragments.
    pub(crate) frames: Vec<FrameRef>,
}

/// A datagram that was given up.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) key: Key,
    pub(crate) protocol: u8,
    /// Its bytes up to the first that is missing.
    pub(crate) payload: Vec<u8>,
}

/// Fragments waiting for the others.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    partials: HashMap<Key, Partial>,
    /// In the order of their first fragment. Holds finished ones too, until they come to the front.
    queue: VecDeque<(Key, u64, i64)>,
    /// Held by all partials.
    bytes: usize,
    serial: u64,
    spare: Vec<u8>,
    lost: Vec<Lost>,
}

impl Fragments {
    /// Takes a fragment; gives the payload if it is the one that was missing.
    pub(crate) fn add(
        &mut self,
        key: Key,
        fragment: Fragment,
        payload: &[u8],
        origin: &Origin,
        stats: &mut Stats,
    ) -> Option<Whole> {
        let truncated = origin.truncated;
        self.expire(origin.now, stats);
        let end = fragment.offset.saturating_add(payload.len());
        if end > MAX_DATAGRAM_LEN || (fragment.more && !payload.len().is_multiple_of(8) && !truncated) {
            stats.event(Event::FragmentBad);
            return None;
        }
        if !self.partials.contains_key(&key) {
            self.begin(key, origin);
        }
        let partial = self.partials.get_mut(&key)?;
        let held = partial.bytes.len();
        partial.truncated |= truncated;
        if partial.frames.len() < MAX_FRAMES {
            partial.frames.push(origin.came);
        }
        if fragment.offset == 0 {
            partial.protocol.get_or_insert(fragment.protocol);
        }
        if !fragment.more {
            partial.total_len.get_or_insert(end);
        }
        if partial.fill(fragment.offset, payload) {
            stats.event(Event::FragmentOverlap);
        }
        self.bytes = self.bytes.saturating_add(partial.bytes.len().saturating_sub(held));
        if partial.is_whole() {
            let partial = self.remove(&key)?;
            let protocol = partial.protocol.unwrap_or(fragment.protocol);
            let total_len = partial.total_len.unwrap_or_default();
            let mut payload = partial.bytes;
            payload.truncate(total_len);
            return Some(Whole { payload, protocol, truncated: partial.truncated, frames: partial.frames });
        }
        self.shrink(stats);
        None
    }

    /// Takes back the bytes of a datagram that was looked at.
    pub(crate) fn recycle(&mut self, mut payload: Vec<u8>) {
        payload.clear();
        self.spare = payload;
    }

    /// Gives up what is left at the end of the capture.
    pub(crate) fn finish(&mut self, stats: &mut Stats) {
        while self.drop_oldest(Event::FragmentsUnfinished, stats) {}
    }

    /// The datagrams given up since this was asked last.
    pub(crate) fn take_lost(&mut self) -> Vec<Lost> {
        std::mem::take(&mut self.lost)
    }

    fn begin(&mut self, key: Key, origin: &Origin) {
        self.serial = self.serial.wrapping_add(1);
        self.queue.push_back((key, self.serial, origin.stamp()));
        let partial = Partial {
            bytes: std::mem::take(&mut self.spare),
            ranges: Vec::new(),
            total_len: None,
            protocol: None,
            truncated: false,
            frames: Vec::new(),
            serial: self.serial,
        };
        self.partials.insert(key, partial);
    }

    fn remove(&mut self, key: &Key) -> Option<Partial> {
        let partial = self.partials.remove(key)?;
        self.bytes = self.bytes.saturating_sub(partial.bytes.len());
        Some(partial)
    }

    fn expire(&mut self, time: i64, stats: &mut Stats) {
        while let Some((_, _, began)) = self.queue.front_mut() {
            // A mark ahead of the clock was wrong.
            *began = time.min(*began);
            if time.saturating_sub(*began) <= MAX_AGE {
                return;
            }
            self.drop_oldest(Event::FragmentsTimedOut, stats);
        }
    }

    fn shrink(&mut self, stats: &mut Stats) {
        while self.partials.len() > MAX_DATAGRAMS || self.bytes > MAX_BYTES {
            if !self.drop_oldest(Event::FragmentsEvicted, stats) {
                return;
            }
        }
        // Finished datagrams behind a slow one must not pile up.
        if self.queue.len() > MAX_DATAGRAMS.saturating_mul(4) {
            let partials = &self.partials;
            self.queue.retain(|(key, serial, _)| partials.get(key).is_some_and(|p| p.serial == *serial));
        }
    }

    /// Whether there was one in the queue, finished or not.
    fn drop_oldest(&mut self, event: Event, stats: &mut Stats) -> bool {
        let Some((key, serial, _)) = self.queue.pop_front() else { return false };
        if self.partials.get(&key).is_some_and(|partial| partial.serial == serial) {
            stats.event(event);
            if let Some(Partial { mut bytes, ranges, protocol: Some(protocol), .. }) = self.remove(&key)
                && let Some((0, end)) = ranges.first().copied()
            {
                bytes.truncate(end);
                self.lost.push(Lost { key, protocol, payload: bytes });
            }
        }
        true
    }
}

impl Partial {
    /// Copies what is not there yet. Says whether some of it was.
    fn fill(&mut self, offset: usize, payload: &[u8]) -> bool {
        let end = offset.saturating_add(payload.len());
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        let mut overlap = false;
        let mut at = offset;
        let first = self.ranges.partition_point(|(_, to)| *to < offset);
        let mut last = first;
        let (mut from, mut to) = (offset, end);
        while let Some((have_from, have_to)) = self.ranges.get(last).copied() {
            if have_from > end {
                break;
            }
            overlap |= have_from < end && have_to > offset;
            self.copy(at, have_from, offset, payload);
            at = at.max(have_to);
            (from, to) = (from.min(have_from), to.max(have_to));
            last = last.saturating_add(1);
        }
        self.copy(at, end, offset, payload);
        self.ranges.splice(first..last, [(from, to)]);
        overlap && !payload.is_empty()
    }

    /// Bytes `from..to` of the datagram out of a payload that stands at `offset`.
    fn copy(&mut self, from: usize, to: usize, offset: usize, payload: &[u8]) {
        if from >= to {
            return;
        }
        let source = payload.get(from.saturating_sub(offset)..to.saturating_sub(offset));
        if let (Some(into), Some(source)) = (self.bytes.get_mut(from..to), source) {
            into.copy_from_slice(source);
        }
    }

    fn is_whole(&self) -> bool {
        match (self.total_len, self.ranges.as_slice()) {
            (Some(total_len), [(0, to)]) => *to >= total_len,
            // Bytes beyond the end that the last fragment named do not matter.
            (Some(total_len), [(0, to), ..]) => *to >= total_len,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(now: i64) -> Origin {
        Origin {
            file: 0,
            frame: 1,
            came: crate::table::FrameRef { file: 0, frame: 1 },
            at: None,
            time: None,
            now,
            wraps: Default::default(),
            ip_id: None,
            absent: 0,
            truncated: false,
            rows: 0,
        }
    }

    fn key(id: u32) -> Key {
        Key { source: [1, 1, 1, 1].into(), dest: [2, 2, 2, 2].into(), protocol: Some(17), id }
    }

    fn piece(id: u32, offset: usize, more: bool) -> Fragment {
        Fragment { id, offset, more, protocol: 17 }
    }

    fn add(all: &mut Fragments, id: u32, offset: usize, more: bool, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut stats = Stats::default();
        let whole = all.add(key(id), piece(id, offset, more), bytes, &origin(0), &mut stats);
        whole.map(|whole| whole.payload)
    }

    #[test]
    fn any_order_makes_the_datagram() {
        let pieces: [(usize, bool, &[u8]); 3] =
            [(0, true, b"abcdefgh"), (8, true, b"ijklmnop"), (16, false, b"qr")];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut all = Fragments::default();
            let mut found = None;
            for (count, index) in order.into_iter().enumerate() {
                let (offset, more, bytes) = pieces[index];
                found = add(&mut all, 1, offset, more, bytes);
                assert_eq!(found.is_some(), count == 2, "{order:?}");
            }
            assert_eq!(found.unwrap(), b"abcdefghijklmnopqr");
            assert_eq!((all.bytes, all.partials.len()), (0, 0));
        }
    }

    #[test]
    fn the_first_bytes_stand_where_fragments_overlap() {
        let mut all = Fragments::default();
        let mut stats = Stats::default();
        assert_eq!(add(&mut all, 1, 8, true, b"IJKLMNOP"), None);
        assert!(all.add(key(1), piece(1, 0, true), b"abcdefghijklmnop", &origin(0), &mut stats).is_none());
        assert_eq!(stats.count(Event::FragmentOverlap), 1);
        assert_eq!(add(&mut all, 1, 16, false, b"q").unwrap(), b"abcdefghIJKLMNOPq");
    }

    #[test]
    fn old_ones_are_given_up_by_packet_time() {
        let mut all = Fragments::default();
        let mut stats = Stats::default();
        let first = piece(1, 0, true);
        all.add(key(1), first, b"abcdefgh", &origin(0), &mut stats);
        assert!(all.add(key(1), piece(1, 8, false), b"i", &origin(MAX_AGE + 1), &mut stats).is_none());
        assert_eq!(stats.count(Event::FragmentsTimedOut), 1);
        let lost = all.take_lost();
        assert_eq!((lost.len(), &lost[0].payload[..]), (1, &b"abcdefgh"[..]));
        all.finish(&mut stats);
        assert!(all.take_lost().is_empty(), "a datagram without its beginning shows nothing");
    }

    #[test]
    fn count_and_bytes_are_bounded() {
        let mut all = Fragments::default();
        let mut stats = Stats::default();
        for id in 0..20_000 {
            all.add(key(id), piece(id, 60_000, true), b"abcdefgh", &origin(0), &mut stats);
        }
        assert!(all.bytes <= MAX_BYTES + MAX_DATAGRAM_LEN, "{}", all.bytes);
        assert!(all.queue.len() <= MAX_DATAGRAMS * 4 + 1);
        assert_eq!(stats.count(Event::FragmentsEvicted) as usize, 20_000 - all.partials.len());
    }

    #[test]
    fn lies_are_counted_and_dropped() {
        let mut all = Fragments::default();
        let mut stats = Stats::default();
        all.add(key(1), piece(1, 65_528, false), b"abcdefgh", &origin(0), &mut stats);
        all.add(key(1), piece(1, 0, true), b"abc", &origin(0), &mut stats);
        assert_eq!(stats.count(Event::FragmentBad), 2);
        assert!(all.partials.is_empty());
    }
}
