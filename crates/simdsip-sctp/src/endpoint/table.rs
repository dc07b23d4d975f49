//! The associations of an endpoint, by slot, tag, address and deadline.
//!
//! Tags are our own random numbers and need no keyed hash; addresses are the peers' and stand in a tree.

use std::collections::{BTreeSet, HashMap, VecDeque};

use core::hash::{BuildHasherDefault, Hasher};
use core::net::IpAddr;
use core::time::Duration;

use crate::association::Association;
use crate::event::AssociationId;

/// Tags are random already.
#[derive(Default)]
struct TagHasher(u64);

impl Hasher for TagHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u32(&mut self, tag: u32) {
        self.0 = u64::from(tag).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

#[derive(Debug, Default)]
struct Slot {
    generation: u32,
    association: Option<Box<Association>>,
    /// The tag and addresses that it is filed under.
    tag: u32,
    addresses: Vec<IpAddr>,
}

#[derive(Default)]
pub(super) struct Table {
    slots: Vec<Slot>,
    free: Vec<u32>,
    tags: HashMap<u32, u32, BuildHasherDefault<TagHasher>>,
    addresses: BTreeSet<(IpAddr, u16, u32)>,
    deadlines: BTreeSet<(Duration, u32)>,
    /// Those that may have something to send.
    sending: VecDeque<u32>,
}

impl core::fmt::Debug for Table {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Table").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = AssociationId> + '_ {
        self.slots.iter().filter_map(|slot| slot.association.as_ref()).map(|it| it.id)
    }

    pub(super) fn insert(&mut self, make: impl FnOnce(AssociationId) -> Association) -> AssociationId {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            (self.slots.len() - 1) as u32
        });
        let entry = &mut self.slots[slot as usize];
        let id = AssociationId { slot, generation: entry.generation };
        let association = make(id);
        entry.tag = association.local_tag;
        self.tags.insert(association.local_tag, slot);
        entry.association = Some(Box::new(association));
        id
    }

    pub(super) fn remove(&mut self, slot: u32) {
        let Some(entry) = self.slots.get_mut(slot as usize) else { return };
        let Some(association) = entry.association.take() else { return };
        entry.generation = entry.generation.wrapping_add(1);
        self.tags.remove(&entry.tag);
        for address in entry.addresses.drain(..) {
            self.addresses.remove(&(address, association.peer_port, slot));
        }
        if let Some(at) = association.registered {
            self.deadlines.remove(&(at, slot));
        }
        self.free.push(slot);
    }

    pub(super) fn get(&self, id: AssociationId) -> Option<&Association> {
        self.slots.get(id.slot as usize).filter(|it| it.generation == id.generation)?.association.as_deref()
    }

    pub(super) fn get_mut(&mut self, id: AssociationId) -> Option<&mut Association> {
        let slot = self.slots.get_mut(id.slot as usize).filter(|it| it.generation == id.generation)?;
        slot.association.as_deref_mut()
    }

    pub(super) fn slot_mut(&mut self, slot: u32) -> Option<&mut Association> {
        self.slots.get_mut(slot as usize)?.association.as_deref_mut()
    }

    pub(super) fn by_tag(&self, tag: u32) -> Option<u32> {
        self.tags.get(&tag).copied()
    }

    /// The association that has proved this address to be its peer's. Addresses that were only claimed
    /// stand in nobody's way (RFC 5062 §2).
    pub(super) fn find_confirmed(&self, address: IpAddr, port: u16) -> Option<AssociationId> {
        let slots = self.addresses.range((address, port, 0)..=(address, port, u32::MAX)).map(|it| it.2);
        let mut associations = slots.filter_map(|slot| self.slots.get(slot as usize)?.association.as_deref());
        associations
            .find(|it| it.path_of(address).is_some_and(|at| it.paths[at].is_confirmed()))
            .map(|it| it.id)
    }

    /// Files an association under what it has become.
    pub(super) fn file(&mut self, slot: u32) {
        let entry = &mut self.slots[slot as usize];
        let Some(association) = entry.association.as_deref_mut() else { return };
        if association.local_tag != entry.tag {
            self.tags.remove(&entry.tag);
            entry.tag = association.local_tag;
            self.tags.insert(entry.tag, slot);
        }
        if core::mem::take(&mut association.moved) {
            for address in entry.addresses.drain(..) {
                self.addresses.remove(&(address, association.peer_port, slot));
            }
            entry.addresses.extend(association.paths.iter().map(|path| path.remote));
            let filed = entry.addresses.iter().map(|address| (*address, association.peer_port, slot));
            self.addresses.extend(filed);
        }
        // A deadline that moved back is left: the wake-up that comes too early files it anew.
        let deadline = association.deadline();
        if let Some(at) = deadline
            && association.registered.is_none_or(|registered| at < registered)
        {
            if let Some(old) = association.registered.replace(at) {
                self.deadlines.remove(&(old, slot));
            }
            self.deadlines.insert((at, slot));
        }
        if !association.queued {
            association.queued = true;
            self.sending.push_back(slot);
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        self.deadlines.first().map(|it| it.0)
    }

    /// Takes out one whose deadline has come.
    pub(super) fn take_due(&mut self, now: Duration) -> Option<u32> {
        let (at, slot) = *self.deadlines.first().filter(|it| it.0 <= now)?;
        self.deadlines.remove(&(at, slot));
        if let Some(association) = self.slot_mut(slot) {
            association.registered = None;
        }
        Some(slot)
    }

    /// The one that may send next.
    pub(super) fn front_sender(&mut self) -> Option<u32> {
        loop {
            let slot = *self.sending.front()?;
            if self.slot_mut(slot).is_some_and(|it| it.queued) {
                return Some(slot);
            }
            self.sending.pop_front();
        }
    }

    /// It has sent a packet and may have more: others come first.
    pub(super) fn rotate_senders(&mut self) {
        self.sending.rotate_left(1.min(self.sending.len()));
    }

    /// It has nothing to send.
    pub(super) fn pop_sender(&mut self) {
        if let Some(slot) = self.sending.pop_front()
            && let Some(association) = self.slot_mut(slot)
        {
            association.queued = false;
        }
    }
}
