//! From masks to marks: where each line ends.
//!
//! A batch of marks is ascending offsets of line feeds. Scanning stops behind the empty
//! line that ends the header section, when the marks are full, or when the bytes run out;
//! it goes on from there with nothing looked at twice but the block that the bytes end in.
//!
//! Of the other bytes it only says whether all are printable ASCII, but for CR LF at the
//! ends of lines: where they are not, [`Strays`] says what they are.

use core::mem::MaybeUninit;
use core::slice;

use super::kernel::{BLOCK, Kernel, Masks};

/// Marks of one batch. Enough for 64 lines and more; longer header sections take several.
const CAPACITY: usize = 128;

/// Offsets found, in wire order.
pub(crate) struct Marks {
    /// The first `len` are written. Never cleared: a message would pay for it.
    at: [MaybeUninit<u32>; CAPACITY],
    len: usize,
}

impl Marks {
    #[inline(always)]
    pub(crate) fn new() -> Marks {
        Marks { at: [const { MaybeUninit::uninit() }; CAPACITY], len: 0 }
    }

    /// Forgets what was found.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    #[inline(always)]
    pub(crate) fn as_slice(&self) -> &[u32] {
        let written: &[MaybeUninit<u32>] = self.at.get(..self.len).unwrap_or(&[]);
        // SAFETY: the pointer and length are those of `written`, whose elements have the layout of `u32`, and all of
        // them are written: `len` only grows by what `put` gives, which has written every mark below it.
        unsafe { slice::from_raw_parts(written.as_ptr().cast(), written.len()) }
    }
}

/// Puts the offset of each bit of `found` behind `len` others; how many there are then.
#[inline(always)]
fn put<K: Kernel>(
    at: &mut [MaybeUninit<u32>; CAPACITY],
    len: usize,
    found: u64,
    first: usize,
) -> Option<usize> {
    let room = at.get_mut(len..)?.first_chunk_mut::<BLOCK>()?;
    let first = first as u32;
    let (mut bits, mut count) = (found, 0usize);
    // Three without asking: most blocks hold one or two, and a wrong guess costs more than a spare store.
    let (quick, slow) = room.split_at_mut(3);
    for slot in quick {
        slot.write(first.wrapping_add(bits.trailing_zeros()));
        count = count.wrapping_add(usize::from(bits != 0));
        bits &= bits.wrapping_sub(1);
    }
    if bits != 0 {
        count = count.wrapping_add(put_rest(bits, first, slow));
    }
    Some(len.wrapping_add(if K::FAST_BITS { found.count_ones() as usize } else { count }))
}

#[cold]
#[inline(never)]
fn put_rest(mut bits: u64, first: u32, room: &mut [MaybeUninit<u32>]) -> usize {
    let mut count = 0usize;
    for slot in room {
        slot.write(first.wrapping_add(bits.trailing_zeros()));
        count = count.wrapping_add(1);
        bits &= bits.wrapping_sub(1);
        if bits == 0 {
            break;
        }
    }
    count
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

/// Why [`Scanner::blocks`] stopped.
enum Run {
    /// No block is left.
    Over,
    /// The marks are full.
    Full,
    /// The section may end in the block at hand.
    Gaps(Masks),
}

/// Where scanning stands between two calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner {
    /// The first byte not looked at: always a whole number of blocks from where scanning began.
    pub(crate) next: usize,
    /// Not 0 if there may be bytes that are neither printable ASCII nor part of CR LF. What stands right before a
    /// line feed is left to the reader of the lines, who looks for the CR there.
    irregular: u64,
    /// Bit 1 if the byte before `next` was a line feed, bit 0 if the one before that was.
    feeds: u64,
    /// 1 if the byte before `next` was odd and no line feed.
    odd: u64,
}

impl Scanner {
    /// Begins at `origin`, where the start line begins.
    pub(crate) const fn new(origin: usize) -> Scanner {
        Scanner { next: origin, irregular: 0, feeds: 0, odd: 0 }
    }

    /// Whether [`Strays`] may find something in what was looked at, which may be more than the section.
    pub(crate) const fn irregular(&self) -> bool {
        self.irregular != 0
    }

    /// Appends marks for the bytes from `next` on. Unless they are the `last`, those that make no whole block are
    /// left for later, if the section does not end in them.
    #[inline(always)]
    pub(crate) fn fill<K: Kernel>(&mut self, kernel: K, bytes: &[u8], last: bool, marks: &mut Marks) -> Stop {
        loop {
            let rest = bytes.get(self.next..).unwrap_or(&[]);
            let (blocks, tail) = rest.as_chunks::<BLOCK>();
            let (masks, len) = match self.blocks(kernel, blocks, marks) {
                Run::Full => return Stop::Full,
                Run::Gaps(masks) => (masks, BLOCK),
                Run::Over if tail.is_empty() => return Stop::Starved,
                Run::Over => (tail_masks(kernel, bytes, tail), tail.len()),
            };
            let end = self.empty_line(masks.lf, bytes);
            // More may follow what makes no whole block: it is taken only if the section ends in it.
            if len < BLOCK && !last && end.is_none() {
                return Stop::Starved;
            }
            // What stands behind the end is not of the section.
            let within = end.map_or(u64::MAX, |index| 1u64.wrapping_shl(index).wrapping_sub(1));
            let Some(more) = put::<K>(&mut marks.at, marks.len, masks.lf & within, self.next) else {
                return Stop::Full;
            };
            marks.len = more;
            let stray = masks.odd ^ masks.lf;
            self.irregular |= ((stray << 1 | self.odd) ^ masks.lf) & (within << 1 | 1);
            if let Some(index) = end {
                return Stop::End(self.next.wrapping_add(index as usize));
            }
            (self.feeds, self.odd) = (masks.lf >> 62, stray >> 63);
            self.next = self.next.wrapping_add(len);
        }
    }

    /// The hot loop: blocks that no section ends in. What is cold is outside of it, so that constants and state
    /// stay in registers.
    #[inline(always)]
    fn blocks<K: Kernel>(&mut self, kernel: K, blocks: &[[u8; BLOCK]], marks: &mut Marks) -> Run {
        let Scanner { mut next, mut irregular, mut feeds, mut odd } = *self;
        let (mut len, mut run) = (marks.len, Run::Over);
        for block in blocks {
            let masks = kernel.masks(block);
            // Line feeds one or two bytes behind others. Carries blur what is above the lowest of them only; a pair
            // with one byte in the block before is missed, and left to the reader of the lines.
            let gaps = masks.lf.wrapping_mul(6).wrapping_add(feeds) & masks.lf;
            if gaps != 0 {
                run = Run::Gaps(masks);
                break;
            }
            let Some(more) = put::<K>(&mut marks.at, len, masks.lf, next) else {
                run = Run::Full;
                break;
            };
            let stray = masks.odd ^ masks.lf;
            irregular |= (stray << 1).wrapping_add(odd) ^ masks.lf;
            (feeds, odd, len) = (masks.lf >> 62, stray >> 63, more);
            next = next.wrapping_add(BLOCK);
        }
        (*self, marks.len) = (Scanner { next, irregular, feeds, odd }, len);
        run
    }

    /// The first line feed of a block that ends an empty line: LF, or CR LF, right behind LF.
    #[inline(always)]
    fn empty_line(&self, lf: u64, bytes: &[u8]) -> Option<u32> {
        let mut gaps = lf & (lf << 1 | lf << 2 | self.feeds | self.feeds >> 1);
        while gaps != 0 {
            let index = gaps.trailing_zeros();
            let at = self.next.wrapping_add(index as usize);
            let before = bytes.get(at.wrapping_sub(2)..).and_then(|bytes| bytes.first_chunk::<2>());
            if let Some([_, b'\n'] | b"\n\r") = before {
                return Some(index);
            }
            gaps &= gaps.wrapping_sub(1);
        }
        None
    }
}

/// Masks of the last bytes, fewer than a block: from the block that ends with them, or a padded copy.
#[inline(always)]
pub(crate) fn tail_masks<K: Kernel>(kernel: K, bytes: &[u8], tail: &[u8]) -> Masks {
    let spare = BLOCK.wrapping_sub(tail.len()) as u32;
    if let Some(block) = bytes.last_chunk::<BLOCK>() {
        let masks = kernel.masks(block);
        return Masks { lf: masks.lf.wrapping_shr(spare), odd: masks.odd.wrapping_shr(spare) };
    }
    let mut block = [b' '; BLOCK];
    if let Some(start) = block.get_mut(..tail.len()) {
        start.copy_from_slice(tail);
    }
    kernel.masks(&block)
}
