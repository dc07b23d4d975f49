//! SCTP: the messages in DATA and I-DATA chunks, put together from their fragments.
//!
//! Any payload protocol identifier (RFC 4168 says 0, programs say otherwise), any number of chunks in a packet,
//! ordered or not. A TSN that was seen counts as a retransmission. An association is known by its ports and
//! verification tag, so that fragments on several paths come together. Bounded: associations by count and idle
//! packet time, fragments by bytes; what is given up is counted. Knows nothing of set-up, acknowledgement or
//! checksums. RFC 9260 §3.3.1, RFC 8260 §2.1.

use super::sniff::{self, Ask};
use super::{Fate, Known, Origin};
use crate::stats::{Event, Stats};
use crate::table::FrameRef;
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap, VecDeque};

const MAX_FLOWS: usize = 16_384;
const MAX_BYTES: usize = 16 << 20;
const MAX_MESSAGE: usize = 1 << 20;
/// Nanoseconds of packet time.
const MAX_IDLE: i64 = 600_000_000_000;
/// TSNs behind the highest of which it is known whether they were seen; one further away is of another place.
const WINDOW: u32 = 2048;
/// What two places in a count that does not come round are apart: more than all TSNs.
const APART: u64 = 1 << 40;
/// Fragments that wait in one association.
const MAX_HELD: usize = 4096;
/// What a fragment costs beside its bytes.
const HELD_COST: usize = 64;

/// One direction of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    source: u16,
    dest: u16,
    tag: u32,
}

#[derive(Debug)]
struct Flow {
    /// The place that something went on from last. None before the first chunk.
    here: Option<Place>,
    /// Where a TSN was that is far from there: anybody can forge one.
    other: Option<Box<Place>>,
    /// How many places there were.
    places: u64,
    /// Fragments by the count that does not come round.
    held: BTreeMap<u64, Fragment>,
    /// By the place of their first fragment; each that is held is in one, so that no arrival walks over others.
    runs: BTreeMap<u64, Run>,
    bytes: usize,
    touched: i64,
    serial: u64,
}

/// Where an association is in its TSNs.
#[derive(Debug)]
struct Place {
    /// The highest TSN, and which of those before it were seen.
    highest: u32,
    seen: [u64; (WINDOW / 64) as usize],
    /// The counterpart of the highest in a count that does not come round.
    at: u64,
}

#[derive(Debug)]
struct Fragment {
    first: bool,
    last: bool,
    bytes: Vec<u8>,
    /// The packet that it came in.
    came: FrameRef,
}

/// Neighbours that belong to one message: no one but the first begins it, none but the last ends it.
#[derive(Clone, Copy, Debug)]
struct Run {
    last: u64,
    bytes: usize,
}

/// All associations.
#[derive(Debug, Default)]
pub(crate) struct Sctp {
    flows: HashMap<Key, Flow, RandomState>,
    queue: VecDeque<(Key, u64, i64)>,
    bytes: usize,
    serial: u64,
}

/// A packet with its common header taken off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'a> {
    pub(crate) source: u16,
    pub(crate) dest: u16,
    tag: u32,
    chunks: &'a [u8],
}

/// Reads the common header (RFC 9260 §3.1).
pub(crate) fn parse(data: &[u8]) -> Result<Packet<'_>, Fate> {
    let [s1, s2, d1, d2, a, b, c, d, ..] = data.first_chunk::<12>().ok_or(Fate::Known(Known::HeaderCut))?;
    Ok(Packet {
        source: u16::from_be_bytes([*s1, *s2]),
        dest: u16::from_be_bytes([*d1, *d2]),
        tag: u32::from_be_bytes([*a, *b, *c, *d]),
        chunks: data.get(12..).unwrap_or_default(),
    })
}

/// A DATA or I-DATA chunk.
struct Data<'a> {
    tsn: u32,
    first: bool,
    last: bool,
    bytes: &'a [u8],
    /// The packet ends before the chunk does.
    cut: bool,
}

/// The data chunks of a packet. A length below the minimum ends it.
fn data_chunks(mut rest: &[u8]) -> impl Iterator<Item = Data<'_>> {
    std::iter::from_fn(move || {
        loop {
            let [kind, flags, high, low] = *rest.first_chunk()?;
            let len = usize::from(u16::from_be_bytes([high, low]));
            if len < 4 {
                return None;
            }
            let cut = len > rest.len();
            let chunk = rest.get(..len).unwrap_or(rest);
            rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
            let header = match kind {
                0 => 16,
                64 => 20,
                _ => continue,
            };
            let (Some(bytes), Some([a, b, c, d])) =
                (chunk.get(header..), chunk.get(4..).and_then(<[u8]>::first_chunk))
            else {
                continue;
            };
            let tsn = u32::from_be_bytes([*a, *b, *c, *d]);
            return Some(Data { tsn, first: flags & 2 != 0, last: flags & 1 != 0, bytes, cut });
        }
    })
}

impl Sctp {
    /// Takes a packet and gives the messages that it completes and that look like SIP. `cut` says that the capture
    /// lacks the packet's end.
    pub(crate) fn packet(
        &mut self,
        packet: &Packet<'_>,
        ask: Ask,
        cut: bool,
        origin: &mut Origin,
        stats: &mut Stats,
        emit: &mut impl FnMut(&[u8], &[FrameRef], &mut Origin, &mut Stats),
    ) -> Fate {
        let now = origin.now;
        self.expire(now, stats);
        let key = Key { source: packet.source, dest: packet.dest, tag: packet.tag };
        let mut fate = Known::SctpControl;
        let mut rank = 0u8;
        for data in data_chunks(packet.chunks) {
            let (of, worth) = match self.chunk(key, &data, origin.came, origin.stamp(), stats) {
                Taken::Repeated => (Known::SctpRepeated, 1),
                Taken::Waits => (Known::SctpEarly, 2),
                Taken::Whole(held) => {
                    let (bytes, frames) =
                        held.as_ref().map_or((data.bytes, &[][..]), |(bytes, frames)| (bytes, frames));
                    if sniff::datagram(bytes, ask) {
                        origin.truncated = cut && data.cut;
                        emit(bytes, frames, origin, stats);
                        (Known::SctpSip, 4)
                    } else {
                        (Known::SctpNotSip, 3)
                    }
                }
            };
            if worth > rank {
                (fate, rank) = (of, worth);
            }
        }
        self.shrink(stats);
        Fate::Known(fate)
    }

    fn chunk(&mut self, key: Key, data: &Data<'_>, came: FrameRef, now: i64, stats: &mut Stats) -> Taken {
        if !self.flows.contains_key(&key) {
            self.begin(key, now);
        }
        let Some(flow) = self.flows.get_mut(&key) else { return Taken::Repeated };
        flow.touched = now;
        let Some(at) = flow.place(data.tsn) else { return Taken::Repeated };
        if data.first && data.last {
            return Taken::Whole(None);
        }
        if flow.held.contains_key(&at) {
            return Taken::Repeated;
        }
        let before = flow.bytes;
        let held = Fragment { first: data.first, last: data.last, bytes: data.bytes.to_vec(), came };
        flow.bytes = flow.bytes.saturating_add(held.bytes.len()).saturating_add(HELD_COST);
        flow.held.insert(at, held);
        let whole = flow.link(at, data).and_then(|(first, run)| flow.join(first, run, stats));
        while flow.held.len() > MAX_HELD {
            flow.drop_oldest();
            stats.event(Event::SctpFragmentsEvicted);
        }
        self.bytes = self.bytes.saturating_sub(before).saturating_add(flow.bytes);
        match whole {
            Some(whole) => Taken::Whole(Some(whole)),
            None => Taken::Waits,
        }
    }

    /// Counts what never became whole.
    pub(crate) fn finish(&mut self, stats: &mut Stats) {
        for flow in std::mem::take(&mut self.flows).into_values() {
            if !flow.held.is_empty() {
                stats.event(Event::SctpUnfinished);
            }
        }
        (self.queue, self.bytes) = (VecDeque::new(), 0);
    }

    fn begin(&mut self, key: Key, now: i64) {
        self.serial = self.serial.wrapping_add(1);
        self.queue.push_back((key, self.serial, now));
        let flow = Flow {
            here: None,
            other: None,
            places: 0,
            held: BTreeMap::new(),
            runs: BTreeMap::new(),
            bytes: 0,
            touched: now,
            serial: self.serial,
        };
        self.flows.insert(key, flow);
    }

    fn expire(&mut self, now: i64, stats: &mut Stats) {
        while let Some((key, serial, queued)) = self.queue.front().copied() {
            // A mark ahead of the clock was wrong.
            if queued <= now && now.saturating_sub(queued) <= MAX_IDLE {
                return;
            }
            self.queue.pop_front();
            let flow = self.flows.get_mut(&key).filter(|flow| flow.serial == serial);
            let touched = flow.map(|flow| {
                flow.touched = flow.touched.min(now);
                flow.touched
            });
            match touched {
                Some(touched) if now.saturating_sub(touched) <= MAX_IDLE => {
                    self.queue.push_back((key, serial, touched));
                }
                Some(_) => self.remove(&key, Event::SctpFlowIdle, stats),
                None => {}
            }
        }
    }

    fn shrink(&mut self, stats: &mut Stats) {
        while self.flows.len() > MAX_FLOWS || self.bytes > MAX_BYTES {
            let Some((key, serial, queued)) = self.queue.pop_front() else { return };
            match self.flows.get(&key).filter(|flow| flow.serial == serial).map(|flow| flow.touched) {
                Some(touched) if touched > queued => self.queue.push_back((key, serial, touched)),
                Some(_) => self.remove(&key, Event::SctpFlowEvicted, stats),
                None => {}
            }
        }
    }

    fn remove(&mut self, key: &Key, event: Event, stats: &mut Stats) {
        if let Some(flow) = self.flows.remove(key) {
            stats.event(event);
            self.bytes = self.bytes.saturating_sub(flow.bytes);
        }
    }
}

/// What became of a chunk.
enum Taken {
    Repeated,
    Waits,
    /// A message: that of the chunk alone, or what was put together.
    Whole(Option<(Vec<u8>, Vec<FrameRef>)>),
}

impl Place {
    /// A place of which nothing was seen yet, that a chunk with this TSN is of.
    fn new(tsn: u32, number: u64) -> Self {
        let at = number.wrapping_mul(APART);
        Self { highest: tsn.wrapping_sub(1), seen: [0; (WINDOW / 64) as usize], at }
    }

    fn is_near(&self, tsn: u32) -> bool {
        tsn.wrapping_sub(self.highest).cast_signed().unsigned_abs() < WINDOW
    }

    /// The TSN's counterpart in a count that does not come round; `None` where it was seen.
    fn take(&mut self, tsn: u32) -> Option<u64> {
        let ahead = tsn.wrapping_sub(self.highest).cast_signed();
        if ahead > 0 {
            // All between are not seen yet.
            for step in 1..ahead.unsigned_abs() {
                self.mark(tsn.wrapping_sub(step), false);
            }
            self.highest = tsn;
            self.at = self.at.saturating_add_signed(i64::from(ahead));
        } else if self.is_seen(tsn) {
            return None;
        }
        self.mark(tsn, true);
        Some(if ahead > 0 { self.at } else { self.at.saturating_add_signed(i64::from(ahead)) })
    }

    fn is_seen(&self, tsn: u32) -> bool {
        let at = tsn % WINDOW;
        self.seen.get((at / 64) as usize).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    fn mark(&mut self, tsn: u32, seen: bool) {
        let at = tsn % WINDOW;
        if let Some(word) = self.seen.get_mut((at / 64) as usize) {
            let bit = 1u64 << (at % 64);
            *word = if seen { *word | bit } else { *word & !bit };
        }
    }
}

impl Flow {
    /// The TSN's counterpart in a count that does not come round; `None` where it was seen. One far away is of another
    /// place, and as long as nothing goes on from that the next such one takes its room.
    fn place(&mut self, tsn: u32) -> Option<u64> {
        if let Some(here) = self.here.as_mut().filter(|here| here.is_near(tsn)) {
            return here.take(tsn);
        }
        if let Some(other) = self.other.as_mut().filter(|other| other.is_near(tsn)) {
            let at = other.take(tsn)?;
            if let Some(here) = &mut self.here {
                std::mem::swap(here, other);
            }
            return Some(at);
        }
        self.places = self.places.saturating_add(1);
        let mut new = Place::new(tsn, self.places);
        let at = new.take(tsn);
        match &self.here {
            None => self.here = Some(new),
            Some(_) => self.other = Some(Box::new(new)),
        }
        at
    }

    /// Puts the fragment at `at` into a run with its neighbours. Gives the run, where it is a whole message. Where the
    /// sender gave up the rest of a message another begins at once (RFC 3758 §3.5): they are two runs.
    fn link(&mut self, at: u64, data: &Data<'_>) -> Option<(u64, Run)> {
        let (mut first, mut run) = (at, Run { last: at, bytes: data.bytes.len() });
        let behind = at.saturating_add(1);
        if !data.last
            && self.held.get(&behind).is_some_and(|held| !held.first)
            && let Some(behind) = self.runs.remove(&behind)
        {
            run = Run { last: behind.last, bytes: run.bytes.saturating_add(behind.bytes) };
        }
        if !data.first
            && let Some((&begins, &before)) = self.runs.range(..at).next_back()
            && before.last.saturating_add(1) == at
            && self.held.get(&before.last).is_some_and(|held| !held.last)
        {
            first = begins;
            run.bytes = run.bytes.saturating_add(before.bytes);
        }
        self.runs.insert(first, run);
        let begins = self.held.get(&first)?.first;
        (begins && self.held.get(&run.last)?.last).then_some((first, run))
    }

    /// Takes out the message that a run is.
    fn join(
        &mut self,
        first: u64,
        Run { last, bytes: len }: Run,
        stats: &mut Stats,
    ) -> Option<(Vec<u8>, Vec<FrameRef>)> {
        self.runs.remove(&first);
        let fits = len <= MAX_MESSAGE;
        let (mut whole, mut frames) = (Vec::with_capacity(if fits { len } else { 0 }), Vec::new());
        for place in first..=last {
            let held = self.held.remove(&place)?;
            self.bytes = self.bytes.saturating_sub(held.bytes.len().saturating_add(HELD_COST));
            if fits {
                whole.extend_from_slice(&held.bytes);
                frames.push(held.came);
            }
        }
        if !fits {
            stats.event(Event::SctpMessageTooLong);
            return None;
        }
        Some((whole, frames))
    }

    fn drop_oldest(&mut self) {
        let Some((at, held)) = self.held.pop_first() else { return };
        let len = held.bytes.len();
        self.bytes = self.bytes.saturating_sub(len.saturating_add(HELD_COST));
        if let Some(Run { last, bytes }) = self.runs.remove(&at).filter(|run| run.last > at) {
            self.runs.insert(at.saturating_add(1), Run { last, bytes: bytes.saturating_sub(len) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIP: &[u8] = b"BYE sip:a SIP/2.0\r\nl: 0\r\n\r\n";

    fn chunk(tsn: u32, flags: u8, bytes: &[u8]) -> Vec<u8> {
        let len = u16::try_from(bytes.len() + 16).unwrap();
        let mut chunk = [&[0, flags][..], &len.to_be_bytes(), &tsn.to_be_bytes(), &[0; 8], bytes].concat();
        chunk.resize(chunk.len().next_multiple_of(4), 0);
        chunk
    }

    fn give(all: &mut Sctp, chunks: &[u8]) -> (Vec<Vec<u8>>, Fate, Stats) {
        let bytes = [&[0x13, 0xc4, 0x13, 0xc4, 0, 0, 0, 1, 0, 0, 0, 0][..], chunks].concat();
        let mut origin = Origin {
            file: 0,
            frame: 1,
            came: crate::table::FrameRef { file: 0, frame: 1 },
            at: None,
            time: None,
            now: 0,
            wraps: Default::default(),
            ip_id: None,
            absent: 0,
            truncated: false,
            rows: 0,
        };
        let (mut found, mut stats) = (Vec::new(), Stats::default());
        let fate = all.packet(
            &parse(&bytes).unwrap(),
            Ask::Strict,
            false,
            &mut origin,
            &mut stats,
            &mut |bytes, _, _, _| found.push(bytes.to_vec()),
        );
        (found, fate, stats)
    }

    #[test]
    fn fragments_of_any_order_and_round_the_end_of_the_count() {
        for start in [1u32, u32::MAX - 1, u32::MAX] {
            for order in [[0u32, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                let mut all = Sctp::default();
                // The flow begins with another message, so that the first fragment may be late.
                assert_eq!(give(&mut all, &chunk(start.wrapping_sub(1), 3, SIP)).0, [SIP]);
                let mut found = Vec::new();
                for at in order {
                    let from = at as usize * 9;
                    let piece = SIP.get(from..from + 9).unwrap_or(&SIP[from..]);
                    let flags = if at == 0 { 2 } else { u8::from(at == 2) };
                    found.extend(give(&mut all, &chunk(start.wrapping_add(at), flags, piece)).0);
                }
                assert_eq!(found, [SIP], "{start} {order:?}");
                assert_eq!(all.bytes, 0);
            }
        }
    }

    #[test]
    fn a_tsn_counts_once() {
        let mut all = Sctp::default();
        let both = [chunk(7, 3, SIP), chunk(8, 7, SIP), chunk(7, 3, SIP)].concat();
        assert_eq!(give(&mut all, &both).0, [SIP, SIP]);
        let again = give(&mut all, &chunk(8, 3, SIP));
        assert_eq!((again.0.len(), again.1), (0, Fate::Known(Known::SctpRepeated)));
    }

    #[test]
    fn a_forged_tsn_far_away_hides_nothing() {
        for start in [100u32, u32::MAX - 3_000] {
            for far in [2_048u32, 5_000, 100_000, 1 << 31, u32::MAX - 100_000] {
                let (mut all, mut found) = (Sctp::default(), 0);
                let (front, back) = SIP.split_at(9);
                for at in 0..6_000u32 {
                    let tsn = start.wrapping_add(at);
                    if at % 5 == 1 {
                        // One alone, then another that goes on from it, then a third somewhere else.
                        for forged in
                            [far, far.wrapping_add(1), far.wrapping_add(50_000)].iter().take(at as usize % 4)
                        {
                            let (rows, fate, _) = give(&mut all, &chunk(tsn.wrapping_add(*forged), 3, b"x"));
                            assert_eq!((rows.len(), fate), (0, Fate::Known(Known::SctpNotSip)));
                        }
                    }
                    // A message in one chunk, then one in two with what is forged between them.
                    let (flags, bytes) = [(3, SIP), (2, front), (1, back)][at as usize % 3];
                    found += give(&mut all, &chunk(tsn, flags, bytes)).0.len();
                    assert_eq!(give(&mut all, &chunk(tsn, flags, bytes)).1, Fate::Known(Known::SctpRepeated));
                }
                // Where three are forged the place itself is forgotten, and with it what waited there.
                assert!(found >= 3_900, "{start} {far}: {found} of 4000");
            }
        }
    }

    #[test]
    fn many_chunks_and_lies_take_bounded_time_and_memory() {
        let mut all = Sctp::default();
        let many: Vec<u8> = (0..3000).flat_map(|tsn| chunk(tsn, 0, b"x")).collect();
        for _ in 0..10 {
            give(&mut all, &many);
        }
        assert!(all.flows.values().all(|flow| flow.held.len() <= MAX_HELD));
        let (found, ..) = give(&mut all, &[0, 3, 0, 0, 0, 0, 0, 0]);
        assert!(found.is_empty());
        let (found, ..) = give(&mut all, &[0, 3, 0xff, 0xff, 0, 0, 0, 0]);
        assert!(found.is_empty());
    }

    #[test]
    fn middle_fragments_without_end_cost_no_walk_over_those_before() {
        let begun = std::time::Instant::now();
        let mut all = Sctp::default();
        for packet in 0..600 {
            let many: Vec<u8> = (0..73).flat_map(|at| chunk(packet * 73 + at, 0, b"x")).collect();
            give(&mut all, &many);
        }
        let flow = all.flows.values().next().unwrap();
        assert_eq!((flow.held.len(), flow.runs.len(), flow.bytes), (MAX_HELD, 1, MAX_HELD * (1 + HELD_COST)));
        // Walking back over those that are held takes minutes.
        assert!(begun.elapsed().as_secs() < 8, "{:?}", begun.elapsed());
    }

    /// A plain reader: all fragments at hand at each arrival, walked from each that begins a message.
    fn slow(arrived: &BTreeMap<u32, (u8, u8)>, done: &mut Vec<u32>) -> Option<Vec<u8>> {
        for (&first, &(flags, _)) in arrived {
            if flags & 2 == 0 || done.contains(&first) {
                continue;
            }
            let mut message = SIP.to_vec();
            for (at, (&tsn, &(flags, byte))) in arrived.range(first..).enumerate() {
                if tsn != first + at as u32 || (at > 0 && flags & 2 != 0) {
                    break;
                }
                message.push(byte);
                if flags & 1 != 0 {
                    done.push(first);
                    return Some(message);
                }
            }
        }
        None
    }

    #[test]
    fn fragments_of_any_cut_and_order_are_joined_as_a_slow_reader_joins_them() {
        let mut random = 1u64;
        let mut below = |most: usize| {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (random >> 33) as usize % most
        };
        for _ in 0..1_000 {
            // Any flags: given up messages, ends without beginnings, whole ones.
            let mut rest: Vec<(u32, u8)> =
                (100..102 + below(24) as u32).map(|tsn| (tsn, below(4) as u8)).collect();
            let (mut all, mut arrived, mut done) = (Sctp::default(), BTreeMap::new(), Vec::new());
            while !rest.is_empty() {
                let (tsn, flags) = rest.swap_remove(below(rest.len()));
                let byte = tsn as u8;
                let begin = if flags & 2 == 0 { &[][..] } else { SIP };
                arrived.insert(tsn, (flags, byte));
                let found = give(&mut all, &chunk(tsn, flags, &[begin, &[byte]].concat())).0;
                let expected: Vec<Vec<u8>> = slow(&arrived, &mut done).into_iter().collect();
                assert_eq!(found, expected, "{arrived:?}");
            }
            let flow = all.flows.values_mut().next().unwrap();
            while !flow.held.is_empty() {
                let bytes: usize = flow.runs.values().map(|run| run.bytes).sum();
                assert_eq!(flow.bytes, bytes + flow.held.len() * HELD_COST);
                let count: u64 = flow.runs.iter().map(|(first, run)| run.last - first + 1).sum();
                assert_eq!(count as usize, flow.held.len());
                flow.drop_oldest();
            }
            assert_eq!((flow.runs.len(), flow.bytes), (0, 0));
        }
    }
}
