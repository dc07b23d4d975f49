//! States: content-addressed items, compartments that hold them, what goes when memory is short.
//!
//! One item may be held by many compartments, each with a priority of its own; it goes with the last. Decides nothing
//! about who may create: the endpoint asks once the application has accepted. RFC 3320 §6; RFC 4896 §3.3, §5, §6.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use sha1::{Digest, Sha1};

use crate::reason::{PartialId, Reason};
use crate::udvm::{Draft, States};

/// What each state costs beside its bytes (RFC 3320 §6.2).
pub const STATE_OVERHEAD: u32 = 64;

/// The priority of states that the receiver keeps for itself: the first to go.
pub const LOCAL_PRIORITY: u16 = 65_535;

/// The 20 bytes that name a state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub [u8; 20]);

impl fmt::Debug for StateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for StateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One state, shared by all who hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateItem(Arc<Inner>);

#[derive(Debug, PartialEq, Eq)]
struct Inner {
    id: StateId,
    value: Vec<u8>,
    address: u16,
    instruction: u16,
    min_access: u16,
}

impl StateItem {
    /// Computes the identifier: SHA-1 over length, address, instruction, access length and bytes (RFC 3320 §9.4.9).
    #[must_use]
    pub fn new(value: Vec<u8>, address: u16, instruction: u16, min_access: u16) -> Self {
        let mut hash = Sha1::new();
        for word in [value.len() as u16, address, instruction, min_access] {
            hash.update(word.to_be_bytes());
        }
        hash.update(&value);
        let id = StateId(hash.finalize().into());
        Self(Arc::new(Inner { id, value, address, instruction, min_access }))
    }

    /// The identifier.
    #[must_use]
    pub fn id(&self) -> StateId {
        self.0.id
    }

    /// The bytes.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.0.value
    }

    /// `state_address`
    #[must_use]
    pub fn address(&self) -> u16 {
        self.0.address
    }

    /// `state_instruction`
    #[must_use]
    pub fn instruction(&self) -> u16 {
        self.0.instruction
    }

    /// `minimum_access_length`
    #[must_use]
    pub fn min_access(&self) -> u16 {
        self.0.min_access
    }

    /// What it costs a compartment, in bytes.
    #[must_use]
    pub fn cost(&self) -> u32 {
        (self.0.value.len() as u32).saturating_add(STATE_OVERHEAD)
    }
}

/// Names a compartment; the application decides what it stands for (RFC 5049 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompartmentId(pub u64);

/// A state as a compartment holds it.
#[derive(Clone, Debug)]
pub struct Held {
    /// The state.
    pub state: StateItem,
    /// What it was created with; it counts here alone.
    pub priority: u16,
    age: u64,
}

impl Held {
    /// Lower goes first: 65535, 0, 1, … 65534, the oldest of a priority before the others.
    fn rank(&self) -> (u16, u64) {
        (self.priority.wrapping_add(1), self.age)
    }
}

#[derive(Clone, Debug, Default)]
struct Compartment {
    /// For what the peer creates.
    memory: u32,
    /// More, for what is kept for the peer to use.
    local_memory: u32,
    /// In the order of their identifiers.
    held: Vec<Held>,
    /// What they cost, and those that the peer made.
    used: u32,
    used_by_peer: u32,
}

impl Compartment {
    fn place(&self, id: &StateId) -> Result<usize, usize> {
        self.held.binary_search_by(|held| held.state.0.id.cmp(id))
    }

    fn put(&mut self, held: Held) {
        let Err(at) = self.place(&held.state.id()) else { return };
        self.used = self.used.saturating_add(held.state.cost());
        if held.priority != LOCAL_PRIORITY {
            self.used_by_peer = self.used_by_peer.saturating_add(held.state.cost());
        }
        self.held.insert(at, held);
    }

    fn take(&mut self, id: &StateId) -> Option<Held> {
        let at = self.place(id).ok()?;
        let held = self.held.remove(at);
        self.used = self.used.saturating_sub(held.state.cost());
        if held.priority != LOCAL_PRIORITY {
            self.used_by_peer = self.used_by_peer.saturating_sub(held.state.cost());
        }
        Some(held)
    }

    /// Those whose identifiers begin so.
    fn beginning<'s>(&'s self, partial: &[u8]) -> impl Iterator<Item = &'s StateItem> {
        let first = first_id(partial);
        let at = self.held.partition_point(|held| held.state.0.id < first);
        let states = self.held.get(at..).unwrap_or_default().iter().map(|held| &held.state);
        states.take_while(move |state| state.0.id.0.starts_with(partial))
    }

    /// Which state has to go before so many bytes more fit; `Err` where none would help.
    fn surplus(&self, cost: u32, rank: Rank) -> Result<Option<StateId>, ()> {
        let all = self.memory.saturating_add(self.local_memory);
        let over_all = self.used.saturating_add(cost) > all;
        let over_own = rank == Rank::Anything && self.used_by_peer.saturating_add(cost) > self.memory;
        if !over_all && !over_own {
            return Ok(None);
        }
        // States that the peer does not count displace nothing of the peer's, nor are they spent on its own excess.
        let local = |held: &&Held| held.priority == LOCAL_PRIORITY;
        let may_go =
            |held: &&Held| if over_all { rank == Rank::Anything || local(held) } else { !local(held) };
        let first = self.held.iter().filter(may_go).min_by_key(|held| held.rank());
        first.map(|held| Some(held.state.id())).ok_or(())
    }
}

/// All states of an endpoint.
#[derive(Clone, Debug, Default)]
pub struct StateStore {
    /// Every state once, with the number of compartments that hold it.
    items: BTreeMap<StateId, (StateItem, u32)>,
    /// Dictionaries and the like, which no compartment holds.
    local: BTreeMap<StateId, StateItem>,
    compartments: BTreeMap<CompartmentId, Compartment>,
    clock: u64,
}

impl StateStore {
    /// Nothing in it, not even dictionaries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Offers a state to everybody, free of charge (RFC 3320 §3.3.3).
    pub fn add_local(&mut self, state: StateItem) {
        self.local.insert(state.id(), state);
    }

    /// Opens a compartment, or changes what it may hold; a smaller memory frees states at once.
    pub fn open(&mut self, id: CompartmentId, memory: u32) {
        self.open_shared(id, memory, 0);
    }

    /// The same with more memory for states that are kept for the peer ([`StateStore::keep_local`]), which what the peer
    /// creates does not displace.
    pub fn open_shared(&mut self, id: CompartmentId, memory: u32, local_memory: u32) {
        let compartment = self.compartments.entry(id).or_default();
        (compartment.memory, compartment.local_memory) = (memory, local_memory);
        self.make_room(id, 0, Rank::Anything);
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self, id: CompartmentId) -> bool {
        self.compartments.contains_key(&id)
    }

    /// Closes a compartment with all it held.
    pub fn close(&mut self, id: CompartmentId) {
        for held in self.compartments.remove(&id).map(|compartment| compartment.held).unwrap_or_default() {
            self.release(held.state.id());
        }
    }

    /// How many compartments are open.
    #[must_use]
    pub fn compartment_count(&self) -> usize {
        self.compartments.len()
    }

    /// How many different states there are, local ones not counted.
    #[must_use]
    pub fn state_count(&self) -> usize {
        self.items.len()
    }

    /// What a compartment holds, in the order of identifiers; nothing where it is not open.
    #[must_use]
    pub fn held(&self, id: CompartmentId) -> &[Held] {
        self.compartments.get(&id).map(|compartment| &*compartment.held).unwrap_or_default()
    }

    /// What a compartment holds in bytes, 64 for each state included.
    #[must_use]
    pub fn used(&self, id: CompartmentId) -> u32 {
        self.compartments.get(&id).map_or(0, |compartment| compartment.used)
    }

    /// Creates a state as a message asked (RFC 3320 §6.2): cut to what the compartment can hold at most, in place of
    /// states with less priority. `None` where the compartment is not open or may hold nothing.
    pub fn create(&mut self, id: CompartmentId, draft: Draft) -> Option<StateItem> {
        let memory = self.compartments.get(&id)?.memory;
        let most = memory.checked_sub(STATE_OVERHEAD)?;
        let mut value = draft.value;
        value.truncate(most as usize);
        let state = StateItem::new(value, draft.address, draft.instruction, draft.min_access);
        self.insert(id, state, draft.priority, Rank::Anything)
    }

    /// Keeps a state for the peer to use, which displaces no state of the peer's (RFC 3321 §5.2). `None` where there is
    /// no room.
    pub fn keep_local(&mut self, id: CompartmentId, state: StateItem) -> Option<StateItem> {
        self.insert(id, state, LOCAL_PRIORITY, Rank::LocalOnly)
    }

    /// Frees the one state of the compartment whose identifier begins so; does nothing where it is not one (RFC 3320
    /// §9.4.9). The access length does not matter (RFC 4896 §3.3).
    pub fn free(&mut self, id: CompartmentId, partial: &PartialId) {
        let Some(compartment) = self.compartments.get_mut(&id) else { return };
        let mut matching = compartment.beginning(partial.as_bytes()).map(StateItem::id);
        let (Some(id), None) = (matching.next(), matching.next()) else { return };
        drop(matching);
        compartment.take(&id);
        self.release(id);
    }

    /// The state of this identifier, whoever holds it.
    #[must_use]
    pub fn get(&self, id: &StateId) -> Option<&StateItem> {
        self.local.get(id).or_else(|| self.items.get(id).map(|(state, _)| state))
    }

    /// Looks up in these compartments and the local states alone: what a server does before it knows the sender.
    #[must_use]
    pub fn within<'s>(&'s self, compartments: &'s [CompartmentId]) -> Within<'s> {
        Within { store: self, compartments }
    }

    fn insert(
        &mut self,
        id: CompartmentId,
        state: StateItem,
        priority: u16,
        rank: Rank,
    ) -> Option<StateItem> {
        // One identifier, one content: a clash of all 20 bytes is refused (RFC 3320 §6.2).
        if self.get(&state.id()).is_some_and(|known| *known != state) {
            return None;
        }
        let again = self.compartments.get_mut(&id).and_then(|compartment| compartment.take(&state.id()));
        if !self.make_room(id, state.cost(), rank) {
            // What was there stays: only local states come here, and they displace nothing.
            if let (Some(held), Some(compartment)) = (again, self.compartments.get_mut(&id)) {
                compartment.put(held);
            }
            return None;
        }
        let entry = self.items.entry(state.id()).or_insert_with(|| (state.clone(), 0));
        let state = entry.0.clone();
        if again.is_none() {
            entry.1 = entry.1.saturating_add(1);
        }
        // A state that is created again is as young as a new one (RFC 4896 §6).
        self.clock = self.clock.wrapping_add(1);
        let held = Held { state: state.clone(), priority, age: self.clock };
        self.compartments.get_mut(&id)?.put(held);
        Some(state)
    }

    /// Frees states until so many bytes more fit; whether they do.
    fn make_room(&mut self, id: CompartmentId, cost: u32, rank: Rank) -> bool {
        loop {
            let Some(compartment) = self.compartments.get_mut(&id) else { return false };
            let gone = match compartment.surplus(cost, rank) {
                Ok(None) => return true,
                Ok(Some(gone)) => gone,
                Err(()) => return false,
            };
            compartment.take(&gone);
            self.release(gone);
        }
    }

    /// One compartment holds it no longer.
    fn release(&mut self, id: StateId) {
        if let Some((_, holders)) = self.items.get_mut(&id) {
            *holders = holders.saturating_sub(1);
            if *holders == 0 {
                self.items.remove(&id);
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Anything,
    LocalOnly,
}

/// The one state of an ascending walk that begins at the partial identifier.
fn one<'s>(found: impl Iterator<Item = &'s StateItem>, partial: &[u8]) -> Result<&'s StateItem, Reason> {
    let mut only: Option<&StateItem> = None;
    for state in found {
        match only {
            Some(known) if known.id() != state.id() => return Err(Reason::IdNotUnique),
            _ => only = Some(state),
        }
    }
    match only {
        Some(state) if usize::from(state.min_access()) <= partial.len() => Ok(state),
        _ => Err(Reason::StateNotFound),
    }
}

fn first_id(partial: &[u8]) -> StateId {
    let mut id = [0; 20];
    for (slot, byte) in id.iter_mut().zip(partial) {
        *slot = *byte;
    }
    StateId(id)
}

impl States for StateStore {
    fn find(&self, partial: &[u8]) -> Result<&StateItem, Reason> {
        let from = first_id(partial);
        let begins = |id: &StateId| id.0.starts_with(partial);
        let items = self.items.range(from..).take_while(|(id, _)| begins(id)).map(|(_, (state, _))| state);
        let local = self.local.range(from..).take_while(|(id, _)| begins(id)).map(|(_, state)| state);
        // Two of a kind are enough to know that there are several.
        one(items.take(2).chain(local.take(2)), partial)
    }
}

/// A look at some compartments of a store.
#[derive(Clone, Copy, Debug)]
pub struct Within<'s> {
    store: &'s StateStore,
    compartments: &'s [CompartmentId],
}

impl States for Within<'_> {
    fn find(&self, partial: &[u8]) -> Result<&StateItem, Reason> {
        let begins = |state: &&StateItem| state.id().0.starts_with(partial);
        let open = self.compartments.iter().filter_map(|id| self.store.compartments.get(id));
        let held = open.flat_map(|compartment| compartment.beginning(partial).take(2));
        let local = self.store.local.range(first_id(partial)..).map(|(_, state)| state).take_while(begins);
        one(held.chain(local.take(2)), partial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    const C: CompartmentId = CompartmentId(1);

    fn draft(byte: u8, len: usize, priority: u16) -> Draft {
        Draft { value: vec![byte; len], address: 128, instruction: 0, min_access: 6, priority }
    }

    fn values(store: &StateStore, id: CompartmentId) -> Vec<u8> {
        let mut list: Vec<u8> = store.held(id).iter().map(|held| held.state.value()[0]).collect();
        list.sort_unstable();
        list
    }

    #[test]
    fn rfc3320_6_2_lowest_priority_goes_first_and_the_oldest_of_it() {
        let mut store = StateStore::new();
        store.open(C, 1024);
        for (byte, priority) in [(1, 2), (2, 0), (3, 1), (4, 0)] {
            store.create(C, draft(byte, 192, priority));
        }
        assert_eq!((values(&store, C), store.used(C)), (vec![1, 2, 3, 4], 1024));
        for (byte, left) in [(5, vec![1, 3, 4, 5]), (6, vec![1, 3, 5, 6]), (7, vec![1, 3, 6, 7])] {
            store.create(C, draft(byte, 192, 0));
            assert_eq!(values(&store, C), left);
        }
    }

    #[test]
    fn rfc4896_5_1_minimum_priority_is_below_zero() {
        let mut store = StateStore::new();
        store.open(C, 512);
        store.create(C, draft(1, 192, 0));
        let local = StateItem::new(vec![9; 192], 0, 0, 6);
        assert!(store.keep_local(C, local.clone()).is_some());
        store.create(C, draft(2, 192, 0));
        assert_eq!(values(&store, C), [1, 2]);
        // It displaces nothing of the peer's.
        assert!(store.keep_local(C, local).is_none());
    }

    #[test]
    fn rfc3320_6_2_too_large_states_are_cut() {
        let mut store = StateStore::new();
        store.open(C, 2048);
        let state = store.create(C, draft(1, 3000, 0)).unwrap();
        assert_eq!(state.value().len(), 1984);
        assert_eq!(state.id(), StateItem::new(vec![1; 1984], 128, 0, 6).id());
        store.open(C, 0);
        assert_eq!(store.create(C, draft(1, 1, 0)), None);
        assert_eq!((store.used(C), store.state_count()), (0, 0));
        assert_eq!(store.create(CompartmentId(2), draft(1, 1, 0)), None);
    }

    #[test]
    fn rfc4896_6_created_again_counts_once_and_is_young() {
        let mut store = StateStore::new();
        store.open(C, 512);
        store.create(C, draft(1, 192, 0));
        store.create(C, draft(2, 192, 0));
        store.create(C, draft(1, 192, 0));
        assert_eq!(store.used(C), 512);
        store.create(C, draft(3, 192, 0));
        assert_eq!(values(&store, C), [1, 3]);
        // The priority is the last one asked for (RFC 4896 §5.2).
        store.create(C, draft(3, 192, 7));
        store.create(C, draft(1, 192, 1));
        store.create(C, draft(4, 192, 0));
        assert_eq!(values(&store, C), [3, 4]);
    }

    #[test]
    fn rfc3320_6_2_a_state_goes_with_its_last_compartment() {
        let mut store = StateStore::new();
        let other = CompartmentId(2);
        store.open(C, 512);
        store.open(other, 512);
        let id = store.create(C, draft(1, 10, 0)).unwrap().id();
        store.create(other, draft(1, 10, 5));
        assert_eq!(store.state_count(), 1);
        store.free(C, &PartialId::new(&id.0[..6]));
        assert!(store.find(&id.0[..6]).is_ok());
        assert!(store.within(&[C]).find(&id.0[..6]).is_err());
        // Not in this compartment any more: no effect (RFC 4896 §3.3).
        store.free(C, &PartialId::new(&id.0));
        store.close(other);
        assert_eq!(store.find(&id.0), Err(Reason::StateNotFound));
    }

    #[test]
    fn sums_and_order_hold_whatever_is_made_and_freed() {
        let mut store = StateStore::new();
        store.open_shared(C, 6000, 3000);
        let mut random = 7_u32;
        for step in 0..3000_u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (byte, len) = ((random >> 8) as u8 & 15, (random >> 16) as usize % 700);
            match random >> 29 {
                0 => {
                    let first = store.held(C).first().map(|held| held.state.id());
                    first.iter().for_each(|id| store.free(C, &PartialId::new(&id.0[..6])));
                }
                1 => drop(store.keep_local(C, StateItem::new(vec![byte; len], 0, 0, 6))),
                2 if step % 50 == 0 => store.open_shared(C, 2000 + (random >> 16 & 4095), 3000),
                _ => drop(store.create(C, draft(byte, len, u16::from(byte) & 3))),
            }
            let held = store.held(C);
            assert!(held.windows(2).all(|two| two[0].state.id() < two[1].state.id()));
            assert_eq!(store.used(C), held.iter().map(|held| held.state.cost()).sum::<u32>());
            let of_peer = held.iter().filter(|held| held.priority != LOCAL_PRIORITY);
            let of_peer: u32 = of_peer.map(|held| held.state.cost()).sum();
            assert_eq!(store.compartments[&C].used_by_peer, of_peer);
            assert_eq!(store.state_count(), held.len());
            for held in held {
                let found = store.within(&[C]).find(&held.state.id().0[..6]).map(StateItem::id);
                assert_eq!(found, Ok(held.state.id()));
            }
        }
    }

    #[test]
    fn rfc3320_7_2_access_length_and_ambiguity() {
        let mut store = StateStore::new();
        store.open(C, 1 << 20);
        let guarded = Draft { min_access: 9, ..draft(1, 10, 0) };
        let id = store.create(C, guarded).unwrap().id();
        assert_eq!(store.find(&id.0[..6]), Err(Reason::StateNotFound));
        assert!(store.find(&id.0[..9]).is_ok());
        // 300 states: two of them share a first byte.
        let ids: Vec<StateId> =
            (0..300usize).map(|len| store.create(C, draft(3, len + 1, 0)).unwrap().id()).collect();
        assert_eq!(store.find(&ids[0].0[..0]), Err(Reason::IdNotUnique));
        assert_eq!(store.within(&[C]).find(&ids[0].0[..0]), Err(Reason::IdNotUnique));
        let partial = PartialId::new(&[]);
        let before = store.state_count();
        store.free(C, &partial);
        assert_eq!(store.state_count(), before);
    }
}
