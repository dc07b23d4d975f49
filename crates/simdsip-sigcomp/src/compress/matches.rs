//! Finds where text was said before.
//!
//! Chains of places that begin with the same three bytes, the youngest first. Bounded: a chain is followed for so many
//! steps and no further.

use alloc::vec::Vec;

const HASH_BITS: u32 = 12;
const NONE: u16 = u16::MAX;

/// Places in a window by what stands there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matches {
    head: Vec<u16>,
    /// The place before with the same hash.
    before: Vec<u16>,
}

impl Matches {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.head.clear();
        self.head.resize(1 << HASH_BITS, NONE);
        self.before.clear();
    }

    /// Adds the places of a window from where it left off up to `end`.
    pub(crate) fn extend(&mut self, window: &[u8], end: usize) {
        let first = self.before.len();
        let end = end.min(window.len().saturating_sub(2)).min(usize::from(NONE));
        if first >= end {
            return;
        }
        let Some(part) = window.get(first..end.saturating_add(2)) else { return };
        for (at, three) in (first..end).zip(part.windows(3)) {
            if let Some(head) = self.head.get_mut(hash(three)) {
                self.before.push(core::mem::replace(head, at as u16));
            }
        }
    }

    /// Places before `at` that may begin as it does, the youngest first.
    pub(crate) fn places(&self, window: &[u8], at: usize) -> impl Iterator<Item = usize> {
        let three = window.get(at..at.saturating_add(3));
        let first = three.and_then(|three| self.head.get(hash(three))).copied().unwrap_or(NONE);
        let follow =
            |place: &u16| self.before.get(usize::from(*place)).copied().filter(|place| *place != NONE);
        core::iter::successors(Some(first).filter(|place| *place != NONE), follow).map(usize::from)
    }
}

#[inline]
fn hash(three: &[u8]) -> usize {
    let word = three.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    (word.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize
}

/// How many bytes are the same, at most `most`.
#[inline]
pub(crate) fn common(a: &[u8], b: &[u8], most: usize) -> usize {
    let (a, b) =
        (a.get(..most.min(a.len())).unwrap_or_default(), b.get(..most.min(b.len())).unwrap_or_default());
    let mut len = 0_usize;
    for (x, y) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        let (x, y) =
            (x.first_chunk().copied().unwrap_or_default(), y.first_chunk().copied().unwrap_or_default());
        let different = u64::from_le_bytes(x) ^ u64::from_le_bytes(y);
        if different != 0 {
            return len.saturating_add((different.trailing_zeros() >> 3) as usize);
        }
        len = len.saturating_add(8);
    }
    let rest = a.get(len..).unwrap_or_default().iter().zip(b.get(len..).unwrap_or_default());
    len.saturating_add(rest.take_while(|(x, y)| x == y).count())
}
