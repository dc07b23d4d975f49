//! Finds where text was said before.
//!
//! Chains of places that begin with the same four bytes, the youngest first. How far a chain is followed is up to who
//! asks.
#![allow(clippy::indexing_slicing, reason = "a hash of twelve bits cannot leave an array of 4,096")]

use alloc::boxed::Box;
use alloc::vec::Vec;

/// How many bytes the places of a chain share.
pub(crate) const FIRST: usize = 4;

const HASH_BITS: u32 = 12;
const NONE: u16 = u16::MAX;

/// For each place of a window, the place before that may begin as it does.
#[derive(Clone, Debug)]
pub(crate) struct Matches {
    head: Box<[u16; 1 << HASH_BITS]>,
    /// The youngest place with the same hash of four bytes.
    before: Vec<u16>,
    short_head: Box<[u16; 1 << HASH_BITS]>,
    /// The same of three bytes, in the text alone.
    short: Vec<u16>,
    begin: usize,
}

impl Default for Matches {
    fn default() -> Self {
        let none = || Box::new([NONE; 1 << HASH_BITS]);
        Self { head: none(), before: Vec::new(), short_head: none(), short: Vec::new(), begin: 0 }
    }
}

impl Matches {
    /// Reads a window whose text begins at `begin`.
    pub(crate) fn read(&mut self, window: &[u8], begin: usize) {
        self.begin = begin;
        self.head.fill(NONE);
        self.short_head.fill(NONE);
        let end = window.len().saturating_sub(FIRST - 1).min(usize::from(NONE));
        let begin = begin.min(end);
        // What is left of the window before is never asked for.
        self.before.resize(end, NONE);
        self.short.resize(end.saturating_sub(begin), NONE);
        let (head, short_head) = (&mut *self.head, &mut *self.short_head);
        let (history, text) = self.before.split_at_mut(begin);
        // Four bytes, the first lowest. Of the history every other place; what begins between two of them is found at the
        // second.
        let mut at = 0_u16;
        let mut pairs = window.as_chunks().0.iter().map(|pair| u32::from(u16::from_le_bytes(*pair)));
        let mut word = pairs.next().unwrap_or_default() << 16;
        for ([before, _], pair) in history.as_chunks_mut().0.iter_mut().zip(pairs) {
            word = word >> 16 | pair << 16;
            *before = core::mem::replace(&mut head[hash(word)], at);
            short_head[hash(word << 8)] = at;
            short_head[hash(word & !0xff)] = at | 1;
            at = at.wrapping_add(2);
        }
        let fours = window.get(begin..).unwrap_or_default();
        let mut word =
            fours.iter().take(FIRST - 1).fold(0_u32, |word, byte| word >> 8 | u32::from(*byte) << 24);
        let next = fours.iter().skip(FIRST - 1);
        let mut at = begin as u16;
        for ((before, short), byte) in text.iter_mut().zip(&mut self.short).zip(next) {
            word = word >> 8 | u32::from(*byte) << 24;
            *short = core::mem::replace(&mut short_head[hash(word << 8)], at);
            *before = core::mem::replace(&mut head[hash(word)], at);
            at = at.wrapping_add(1);
        }
    }

    /// The youngest place before this one that may share four bytes with it; itself or a later one where there is none.
    #[inline]
    pub(crate) fn before(&self, place: usize) -> usize {
        self.before.get(place).copied().map_or(usize::MAX, usize::from)
    }

    /// The same for three bytes of a place in the text.
    #[inline]
    pub(crate) fn short(&self, place: usize) -> Option<usize> {
        let place = self.short.get(place.wrapping_sub(self.begin)).copied();
        place.filter(|place| *place != NONE).map(usize::from)
    }
}

#[inline]
fn hash(word: u32) -> usize {
    (word.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize
}

/// How many bytes are the same at two places, `a` before `b`, at most `most`; the later may run into itself.
#[inline]
pub(crate) fn common(window: &[u8], a: usize, b: usize, most: usize) -> usize {
    let Some(y) = window.get(b..b.wrapping_add(most)) else { return 0 };
    let Some(x) = window.get(a..a.wrapping_add(most)) else { return 0 };
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks(), y.as_chunks());
    for (eight, (x, y)) in x.iter().zip(y).enumerate() {
        let different = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if different != 0 {
            return (eight << 3).wrapping_add((different.trailing_zeros() >> 3) as usize);
        }
    }
    let same = x_rest.iter().zip(y_rest).take_while(|(x, y)| x == y).count();
    (x.len() << 3).wrapping_add(same)
}
