//! Which nonce counts were seen: a window of 64 for each nonce, in room that the caller sizes (RFC 7616 §3.4, §5.4).
//!
//! Never takes a count twice. What it forgets for want of room it refuses from then on: nonces as old as a forgotten one
//! and not in memory are stale, which costs their clients one more challenge.

use crate::nonce::Read;

/// Nonces that share a place in the table.
const WAYS: usize = 8;
/// Counts below the highest seen that are still told apart: requests overtake each other on the way.
const WINDOW: u32 = 64;

/// Room for the counts of eight nonces.
///
/// ```
/// assert!(size_of::<simdsip_auth::Slot>() <= 264);
/// ```
#[derive(Clone, Debug)]
pub struct Slot {
    nonces: [Seen; WAYS],
    /// The newest time of a nonce that was forgotten here.
    forgotten: u64,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    id: u64,
    micros: u64,
    /// The highest count; 0: this place is free.
    highest: u32,
    /// Bit `n`: the count `highest - n` was seen.
    mask: u64,
}

/// The counts of all nonces in use, in the caller's memory: as many nonces as `8 * slots.len()`, and fewer where they
/// gather in one slot. Give it twice the room that you expect to need.
///
/// ```
/// use simdsip_auth::{Replays, Slot};
/// let mut room = vec![Slot::default(); 1024]; // 8,192 nonces in 264 KiB
/// let replays = Replays::new(&mut room);
/// # let _ = replays;
/// ```
#[derive(Debug)]
pub struct Replays<'s> {
    slots: &'s mut [Slot],
}

/// What the window says of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    Fresh,
    Seen,
    /// Not known any more.
    Forgotten,
}

impl Slot {
    /// Nothing seen yet.
    #[must_use]
    pub const fn new() -> Slot {
        Slot { nonces: [Seen { id: 0, micros: 0, highest: 0, mask: 0 }; WAYS], forgotten: 0 }
    }
}

impl Default for Slot {
    fn default() -> Slot {
        Slot::new()
    }
}

impl<'s> Replays<'s> {
    /// Takes room, with what it remembers. Without any slot every nonce counts as forgotten.
    #[must_use]
    pub fn new(slots: &'s mut [Slot]) -> Replays<'s> {
        Replays { slots }
    }

    /// Notes `count` of a nonce of ours. Only for verified responses, or strangers could fill the room.
    pub(crate) fn note(&mut self, nonce: &Read, count: u32) -> Count {
        let at = usize::try_from(nonce.id >> 8).unwrap_or(0).checked_rem(self.slots.len());
        let Some(slot) = at.and_then(|at| self.slots.get_mut(at)) else { return Count::Forgotten };
        if count == 0 {
            return Count::Seen;
        }
        if let Some(seen) = slot.nonces.iter_mut().find(|seen| seen.highest > 0 && seen.is(nonce)) {
            return seen.note(count);
        }
        if nonce.micros <= slot.forgotten {
            return Count::Forgotten;
        }
        // Free places first, then the oldest.
        if let Some(oldest) = slot.nonces.iter_mut().min_by_key(|seen| (seen.highest > 0, seen.micros)) {
            if oldest.highest > 0 {
                if nonce.micros < oldest.micros {
                    // Older than all that are remembered: this one has no place. Taken once, then forgotten.
                    slot.forgotten = nonce.micros;
                    return Count::Fresh;
                }
                slot.forgotten = oldest.micros;
            }
            *oldest = Seen { id: nonce.id, micros: nonce.micros, highest: count, mask: 1 };
        }
        Count::Fresh
    }
}

impl Seen {
    fn is(&self, nonce: &Read) -> bool {
        (self.id, self.micros) == (nonce.id, nonce.micros)
    }

    fn note(&mut self, count: u32) -> Count {
        if let Some(ahead) = count.checked_sub(self.highest).filter(|&ahead| ahead > 0) {
            self.mask = self.mask.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = count;
            return Count::Fresh;
        }
        let behind = self.highest.saturating_sub(count);
        if behind >= WINDOW {
            return Count::Forgotten;
        }
        let bit = 1u64.wrapping_shl(behind);
        if self.mask & bit != 0 {
            return Count::Seen;
        }
        self.mask |= bit;
        Count::Fresh
    }
}
