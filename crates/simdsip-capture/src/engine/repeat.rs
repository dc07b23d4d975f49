//! Messages that were seen before: sent again, or captured twice.
//!
//! The same bytes between the same ends within 32 s (64·T1, RFC 3261 §17.1.1.2) were sent again. Within 2 ms, in another
//! packet with the same IPv4 identification it is one datagram that was captured twice; IPv6 has none, and the time
//! decides alone. A stream gives the bytes of such packets once: what comes twice on it was written twice.
//! Compares 128 bits of a seeded hash, not bytes. Bounded by packet time and by count.

use crate::packet::Origin;
use crate::table::Meta;
use foldhash::quality::FixedState;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

/// Nanoseconds of packet time.
const SENT_AGAIN: u64 = 32_000_000_000;
const CAPTURED_TWICE: u64 = 2_000_000;
/// A million messages in 32 s is more than most links carry.
const MAX_SEEN: usize = 1 << 19;

#[derive(Clone, Copy, Debug)]
struct Seen {
    check: u64,
    /// What the packet says itself.
    time: i64,
    /// Until when it is remembered is counted from here.
    queued: i64,
    file: u32,
    frame: u64,
    ip_id: Option<u16>,
}

/// What was seen lately.
#[derive(Debug)]
pub(super) struct Repeats {
    seeds: [u64; 2],
    seen: HashMap<u64, Seen, foldhash::fast::RandomState>,
    queue: VecDeque<(u64, i64)>,
}

impl Repeats {
    pub(super) fn new() -> Self {
        let seed = || RandomState::new().hash_one(0u8);
        Self { seeds: [seed(), seed()], seen: HashMap::default(), queue: VecDeque::new() }
    }

    /// Says in `meta` what the message repeats, and remembers it.
    pub(super) fn look(&mut self, meta: &mut Meta, bytes: &[u8], on_stream: bool, origin: &Origin) {
        let (now, queued) = (origin.now, origin.stamp());
        let time = origin.time.unwrap_or(now);
        while self.queue.len() > MAX_SEEN
            || self.queue.front().is_some_and(|(_, time)| now.abs_diff(*time) > SENT_AGAIN)
        {
            let Some((key, queued)) = self.queue.pop_front() else { break };
            if self.seen.get(&key).is_some_and(|seen| seen.queued == queued) {
                self.seen.remove(&key);
            }
        }
        let [key, check] = self.seeds.map(|seed| {
            let mut hasher = FixedState::with_seed(seed).build_hasher();
            (meta.source, meta.dest).hash(&mut hasher);
            hasher.write(bytes);
            hasher.finish()
        });
        let this = Seen { check, time, queued, file: meta.file, frame: meta.frame, ip_id: origin.ip_id };
        if let Some(before) = self.seen.get(&key).filter(|before| before.check == check) {
            let apart = time.abs_diff(before.time);
            let other = (before.file, before.frame) != (meta.file, meta.frame);
            if !on_stream && other && apart <= CAPTURED_TWICE && before.ip_id == this.ip_id {
                meta.is_duplicate = true;
                // A number alone says nothing of a frame in another file.
                meta.duplicate_of = (before.file == meta.file).then_some(before.frame);
                // What comes later is measured from the first.
                return;
            }
            meta.is_retransmission = apart <= SENT_AGAIN;
        }
        self.queue.push_back((key, queued));
        self.seen.insert(key, this);
    }
}
