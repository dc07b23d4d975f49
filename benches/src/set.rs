//! Messages as a run sees them: distinct, each in a slot of its own, in one arena.

use crate::rng::Rng;

#[derive(Clone, Copy)]
struct Slot {
    start: usize,
    len: u32,
    head: u32,
}

/// The messages of one workload. Slots begin at multiples of 16 with gaps of uneven length, as an
/// allocator gives them, so that no two neighbours fall on the same cache sets by their placing.
pub struct Set {
    arena: Vec<u8>,
    slots: Vec<Slot>,
}

impl Set {
    /// Lays the messages out.
    pub fn new<M: AsRef<[u8]>>(messages: &[M]) -> Set {
        let mut rng = Rng::new(messages.len() as u64);
        let total: usize = messages.iter().map(|m| m.as_ref().len() + 160).sum();
        let mut arena = Vec::with_capacity(total);
        let mut slots = Vec::with_capacity(messages.len());
        for message in messages {
            let message = message.as_ref();
            let gap = (16 - arena.len() % 16) % 16 + 16 * rng.below(8);
            arena.resize(arena.len() + gap, 0);
            let head = memchr::memchr(b'\n', message).map_or(0, |at| at + 1);
            slots.push(Slot { start: arena.len(), len: message.len() as u32, head: head as u32 });
            arena.extend_from_slice(message);
        }
        Set { arena, slots }
    }

    /// How many messages.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Bytes of all messages together, gaps not counted.
    pub fn bytes(&self) -> usize {
        self.slots.iter().map(|s| s.len as usize).sum()
    }

    /// Message `i`.
    #[inline]
    pub fn get(&self, i: u32) -> &[u8] {
        let slot = self.slots[i as usize];
        &self.arena[slot.start..slot.start + slot.len as usize]
    }

    /// Message `i` from the line after its start line on: what a header parser without a start line
    /// is given. Finding it is not charged to that parser.
    #[inline]
    pub fn head(&self, i: u32) -> &[u8] {
        let slot = self.slots[i as usize];
        &self.arena[slot.start + slot.head as usize..slot.start + slot.len as usize]
    }

    /// Bytes up to and with the empty line, over all messages: the denominator of instructions a
    /// header byte.
    pub fn header_bytes(&self) -> usize {
        (0..self.len() as u32).map(|i| header_len(self.get(i))).sum()
    }
}

/// Where the body would begin.
pub fn header_len(message: &[u8]) -> usize {
    memchr::memmem::find(message, b"\r\n\r\n").map_or(message.len(), |at| at + 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_hold_the_bytes_apart() {
        let set = Set::new(&[&b"A b\r\nc:d\r\n\r\nbody"[..], b"", b"no line end"]);
        assert_eq!(set.get(0), b"A b\r\nc:d\r\n\r\nbody");
        assert_eq!(set.head(0), b"c:d\r\n\r\nbody");
        assert_eq!(set.get(1), b"");
        assert_eq!(set.head(2), b"no line end");
        assert_eq!(set.header_bytes(), 12 + 11);
    }
}
