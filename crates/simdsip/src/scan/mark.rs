//! From masks to marks: where each line's first colon and its end are.
//!
//! A batch of marks is ascending offsets: the line feed that ends the start line, then
//! for each line its first colon and its line feed. A line without a colon gives its
//! line feed alone and makes the batch `ragged`. Scanning stops behind the empty line
//! that ends the header section, when the marks are full, or when the bytes run out; it
//! goes on from there with nothing looked at twice but the block that the bytes end in.
//!
//! The first colon of every line in a block comes from one addition: with `t` the
//! terminators (colons and line feeds) and `s` the line starts, the carries of `!t + s`
//! run from each start to the first terminator after it and stop there.

use super::kernel::{BLOCK, Kernel, Masks};

/// Marks of one batch. Enough for about 32 lines; longer header sections take several.
const CAPACITY: usize = 128;

/// Offsets found, in wire order.
pub(crate) struct Marks {
    at: [u32; CAPACITY],
    len: usize,
    /// Whether a line without a colon is among them.
    pub(crate) ragged: bool,
}

impl Marks {
    pub(crate) const fn new() -> Marks {
        Marks { at: [0; CAPACITY], len: 0, ragged: false }
    }

    #[inline(always)]
    pub(crate) fn as_slice(&self) -> &[u32] {
        self.at.get(..self.len).unwrap_or(&[])
    }

    /// Whether a block's worth of marks fits.
    #[inline(always)]
    const fn has_room(&self) -> bool {
        self.len <= CAPACITY - BLOCK
    }

    /// Appends the offset of each bit of `found`, bit 0 being at `first`.
    #[inline(always)]
    fn put<K: Kernel>(&mut self, found: u64, first: usize) {
        let Some(room) = self.at.get_mut(self.len..).and_then(|rest| rest.first_chunk_mut::<BLOCK>()) else {
            return;
        };
        let first = first as u32;
        let mut bits = found;
        // Four without asking: most blocks hold one to three, and a wrong guess costs more than a spare store.
        let (quick, slow) = room.split_at_mut(if K::FAST_BITS { 4 } else { 0 });
        for slot in quick {
            *slot = first.wrapping_add(bits.trailing_zeros());
            bits &= bits.wrapping_sub(1);
        }
        if K::FAST_BITS {
            self.len = self.len.wrapping_add(found.count_ones() as usize);
        }
        for slot in slow {
            if bits == 0 {
                break;
            }
            *slot = first.wrapping_add(bits.trailing_zeros());
            bits &= bits.wrapping_sub(1);
            if !K::FAST_BITS {
                self.len = self.len.wrapping_add(1);
            }
        }
    }
}

/// Why [`Scanner::fill`] stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The marks are full: take them and call again.
    Full,
    /// The bytes are used up and the header section has not ended.
    Starved,
    /// The line feed of the empty line stands here.
    End(usize),
}

/// Where scanning stands between two calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner {
    /// The first byte not looked at: always a whole number of blocks from where scanning began.
    pub(crate) next: usize,
    /// Whether anything but printable ASCII in lines that end in CR LF was seen (a control
    /// byte right before a line feed is the one thing that hides from this).
    pub(crate) irregular: bool,
    /// 1 if the byte at `next` starts a line.
    starts: u64,
    /// 1 if the byte before `next` started a line.
    started: u64,
    /// 1 if a line before `next` still looks for its first terminator.
    ripple: u64,
    /// 1 if the byte before `next` was odd and no line feed.
    odd: u64,
}

impl Scanner {
    /// Begins at `origin`, where the start line begins.
    pub(crate) const fn new(origin: usize) -> Scanner {
        Scanner { next: origin, irregular: false, starts: 0, started: 0, ripple: 0, odd: 0 }
    }

    /// Appends marks for the bytes from `next` on. Without `last`, only whole blocks are taken.
    #[inline(always)]
    pub(crate) fn fill<K: Kernel>(&mut self, kernel: K, bytes: &[u8], last: bool, marks: &mut Marks) -> Stop {
        let rest = bytes.get(self.next..).unwrap_or(&[]);
        let (blocks, tail) = rest.as_chunks::<BLOCK>();
        for block in blocks {
            if let Some(stop) = self.step::<K>(kernel.masks(block), BLOCK, bytes, marks) {
                return stop;
            }
        }
        if last && !tail.is_empty() {
            let masks = tail_masks(kernel, bytes, tail);
            if let Some(stop) = self.step::<K>(masks, tail.len(), bytes, marks) {
                return stop;
            }
        }
        Stop::Starved
    }

    /// One block, of which the first `len` bytes count.
    #[inline(always)]
    fn step<K: Kernel>(&mut self, masks: Masks, len: usize, bytes: &[u8], marks: &mut Marks) -> Option<Stop> {
        if !marks.has_room() {
            return Some(Stop::Full);
        }
        let starts = masks.lf << 1 | self.starts;
        let terminators = masks.lf | masks.colon;
        let (sum, overflow) = (!terminators).overflowing_add(starts);
        let (sum, overflow_too) = sum.overflowing_add(self.ripple);
        let firsts = sum & terminators;
        let stray = masks.odd & !masks.lf;
        let irregular = (stray << 1 | self.odd) ^ masks.lf;
        let mut found = firsts | masks.lf;
        let colonless = firsts & masks.lf;
        if colonless != 0 {
            if let Some(end) = self.empty_line(colonless, starts, bytes) {
                let below = 1u64.wrapping_shl(end).wrapping_sub(1);
                found &= below;
                marks.ragged |= colonless & below != 0;
                self.irregular |= irregular & (below << 1 | 1) != 0;
                let first = self.next;
                marks.put::<K>(found, first);
                return Some(Stop::End(first.wrapping_add(end as usize)));
            }
            marks.ragged = true;
        }
        self.irregular |= irregular != 0;
        marks.put::<K>(found, self.next);
        self.started = starts >> 63;
        self.starts = masks.lf >> 63;
        self.ripple = u64::from(overflow | overflow_too);
        self.odd = stray >> 63;
        self.next = self.next.wrapping_add(len);
        None
    }

    /// The first of the lines without a colon that is empty: LF, or CR LF, at a line's start.
    #[cold]
    #[inline(never)]
    fn empty_line(&self, colonless: u64, starts: u64, bytes: &[u8]) -> Option<u32> {
        let mut candidates = colonless & (starts | starts << 1 | self.started);
        while candidates != 0 {
            let index = candidates.trailing_zeros();
            let at = self.next.wrapping_add(index as usize);
            let bare = starts >> index & 1 == 1;
            if bare || bytes.get(at.wrapping_sub(1)) == Some(&b'\r') {
                return Some(index);
            }
            candidates &= candidates.wrapping_sub(1);
        }
        None
    }
}

/// Masks of the last bytes, fewer than a block: from the block that ends with them, or a padded copy.
#[inline(always)]
fn tail_masks<K: Kernel>(kernel: K, bytes: &[u8], tail: &[u8]) -> Masks {
    let spare = BLOCK.wrapping_sub(tail.len()) as u32;
    if let Some(block) = bytes.last_chunk::<BLOCK>() {
        let masks = kernel.masks(block);
        return Masks {
            lf: masks.lf.wrapping_shr(spare),
            colon: masks.colon.wrapping_shr(spare),
            odd: masks.odd.wrapping_shr(spare),
        };
    }
    let mut block = [b' '; BLOCK];
    for (slot, byte) in block.iter_mut().zip(tail) {
        *slot = *byte;
    }
    kernel.masks(&block)
}
