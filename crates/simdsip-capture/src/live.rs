//! What is going on: records that are found by a hash and given up by packet time, or when there are too many.
//!
//! The hash is seeded, and whoever looks compares what it stands for. Few records share a hash, however they are made:
//! of too many the oldest is given up, so that no search is long. A record is looked at again when its time may have
//! come, so that thousands cost nothing in between.

use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;

const NONE: u32 = u32::MAX;
/// Nanoseconds: more than any record waits.
const MAX_AHEAD: i64 = 24 * 3600 * 1_000_000_000;
/// Records of one hash.
const MAX_CHAIN: usize = 16;

#[derive(Debug)]
struct Slot<T> {
    hash: u64,
    /// The next one of the same hash.
    next: u32,
    serial: u32,
    record: T,
}

/// The records, in slots that are used again.
#[derive(Debug)]
pub(crate) struct Live<T> {
    slots: Vec<Option<Slot<T>>>,
    free: Vec<u32>,
    heads: HashMap<u64, u32, RandomState>,
    /// Slots, and when to look at them.
    queue: VecDeque<(u32, u32, i64)>,
    seed: RandomState,
    serial: u32,
    count: usize,
    max: usize,
}

impl<T> Live<T> {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            heads: HashMap::default(),
            queue: VecDeque::new(),
            seed: RandomState::default(),
            serial: 0,
            count: 0,
            max,
        }
    }

    pub(crate) fn hash(&self, parts: &[&[u8]]) -> u64 {
        self.seed.hash_one(parts)
    }

    /// The record of that hash which `is` it.
    pub(crate) fn find(&mut self, hash: u64, mut is: impl FnMut(&T) -> bool) -> Option<&mut T> {
        let mut at = *self.heads.get(&hash)?;
        loop {
            let slot = self.slots.get(at as usize)?.as_ref()?;
            if is(&slot.record) {
                return self.slots.get_mut(at as usize)?.as_mut().map(|slot| &mut slot.record);
            }
            if slot.next == NONE {
                return None;
            }
            at = slot.next;
        }
    }

    /// Adds a record that is to be looked at then. Gives the oldest if there are too many, of all or of this hash.
    pub(crate) fn insert(&mut self, hash: u64, record: T, look_at: i64) -> Option<T> {
        let crowded = self.last_of_full_chain(hash).and_then(|(at, serial)| self.remove(at, serial));
        self.serial = self.serial.wrapping_add(1);
        let next = self.heads.get(&hash).copied().unwrap_or(NONE);
        let slot = Slot { hash, next, serial: self.serial, record };
        let at = match self.free.pop() {
            Some(at) => {
                self.slots[at as usize] = Some(slot);
                at
            }
            None => {
                self.slots.push(Some(slot));
                u32::try_from(self.slots.len() - 1).unwrap_or(NONE)
            }
        };
        self.heads.insert(hash, at);
        self.queue.push_back((at, self.serial, look_at));
        self.count += 1;
        if crowded.is_some() {
            self.forget_removed();
            return crowded;
        }
        if self.count <= self.max {
            return None;
        }
        self.pop()
    }

    /// The oldest record of a hash that has as many as it may.
    fn last_of_full_chain(&self, hash: u64) -> Option<(u32, u32)> {
        let mut at = *self.heads.get(&hash)?;
        let mut len = 1;
        loop {
            let slot = self.slots.get(at as usize)?.as_ref()?;
            if slot.next == NONE {
                return (len >= MAX_CHAIN).then_some((at, slot.serial));
            }
            (at, len) = (slot.next, len + 1);
        }
    }

    /// Records that were removed out of turn stand in the queue until it is twice as long as it has to be.
    fn forget_removed(&mut self) {
        if self.queue.len() > 2 * self.count + 1024 {
            let slots = &self.slots;
            self.queue.retain(|(at, serial, _)| {
                slots.get(*at as usize).and_then(Option::as_ref).is_some_and(|slot| slot.serial == *serial)
            });
        }
    }

    /// A record that is `due` by `now`, if there is one.
    pub(crate) fn expired(&mut self, now: i64, due: impl Fn(&T) -> i64) -> Option<T> {
        while let Some((at, serial, look_at)) = self.queue.front().copied() {
            // One beyond all that anything waits for was set by a clock that was wrong.
            if look_at > now && look_at.saturating_sub(now) <= MAX_AHEAD {
                return None;
            }
            self.queue.pop_front();
            let slot =
                self.slots.get(at as usize).and_then(Option::as_ref).filter(|slot| slot.serial == serial);
            match slot.map(|slot| due(&slot.record)) {
                None => {}
                Some(later) if later > now => {
                    self.queue.push_back((at, serial, later.min(now.saturating_add(MAX_AHEAD))));
                }
                Some(_) => return self.remove(at, serial),
            }
        }
        None
    }

    /// Any record that is left, oldest first.
    pub(crate) fn pop(&mut self) -> Option<T> {
        while let Some((at, serial, _)) = self.queue.pop_front() {
            if let Some(record) = self.remove(at, serial) {
                return Some(record);
            }
        }
        None
    }

    fn remove(&mut self, at: u32, serial: u32) -> Option<T> {
        let slot = self.slots.get_mut(at as usize)?.take_if(|slot| slot.serial == serial)?;
        self.free.push(at);
        self.count -= 1;
        let head = *self.heads.get(&slot.hash)?;
        if head == at {
            if slot.next == NONE {
                self.heads.remove(&slot.hash)
            } else {
                self.heads.insert(slot.hash, slot.next)
            };
        } else {
            let mut before = head;
            while let Some(Some(other)) = self.slots.get_mut(before as usize) {
                if other.next == at {
                    other.next = slot.next;
                    break;
                }
                if other.next == NONE {
                    break;
                }
                before = other.next;
            }
        }
        Some(slot.record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_given_up_and_forgotten() {
        let mut live = Live::new(3);
        // One hash for all, so that they are in one chain.
        for number in 0..3 {
            assert_eq!(live.insert(7, (number, 10 * number), 10 * number), None);
        }
        assert_eq!(live.find(7, |(number, _)| *number == 1), Some(&mut (1, 10)));
        assert_eq!(live.insert(7, (3, 30), 30), Some((0, 0)));
        let due = |record: &(i64, i64)| record.1 + 100;
        assert_eq!(live.expired(50, due), None);
        assert_eq!(live.expired(115, due), Some((1, 10)));
        assert_eq!(live.expired(115, due), None);
        assert_eq!(live.find(7, |(number, _)| *number == 1), None);
        assert_eq!(live.find(7, |(number, _)| *number == 3), Some(&mut (3, 30)));
        assert_eq!([live.pop(), live.pop(), live.pop()], [Some((2, 20)), Some((3, 30)), None]);
        assert!(live.heads.is_empty());
    }

    #[test]
    fn of_one_hash_there_are_few() {
        let mut live = Live::new(65_536);
        for number in 0..100_000 {
            let oldest = live.insert(7, number, i64::MAX);
            assert_eq!(oldest, (number >= 16).then(|| number - 16));
            assert!(live.queue.len() <= 2 * 16 + 1025, "{}", live.queue.len());
        }
        assert_eq!((live.count, live.slots.len()), (16, 16));
        assert_eq!(std::iter::from_fn(|| live.pop()).collect::<Vec<_>>(), Vec::from_iter(99_984..100_000));
        assert!(live.heads.is_empty());
    }
}
