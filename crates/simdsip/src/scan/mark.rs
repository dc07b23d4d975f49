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

use core::mem::MaybeUninit;
use core::slice;

use super::kernel::{BLOCK, Kernel, Masks, Task};

/// Marks of one batch. Enough for about 32 lines; longer header sections take several.
const CAPACITY: usize = 128;

/// Offsets found, in wire order.
pub(crate) struct Marks {
    /// The first `len` are written. Never cleared: a message would pay for it.
    at: [MaybeUninit<u32>; CAPACITY],
    len: usize,
    /// Whether a line without a colon is among them.
    pub(crate) ragged: bool,
}

impl Marks {
    #[inline(always)]
    pub(crate) fn new() -> Marks {
        Marks { at: [const { MaybeUninit::uninit() }; CAPACITY], len: 0, ragged: false }
    }

    /// Forgets what was found.
    pub(crate) fn clear(&mut self) {
        (self.len, self.ragged) = (0, false);
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
    let mut bits = found;
    if K::FAST_BITS {
        // Four without asking: most blocks hold one to three, and a wrong guess costs more than a spare store.
        let (quick, slow) = room.split_at_mut(4);
        for slot in quick {
            slot.write(first.wrapping_add(bits.trailing_zeros()));
            bits &= bits.wrapping_sub(1);
        }
        if bits != 0 {
            put_rest(bits, first, slow);
        }
        Some(len.wrapping_add(found.count_ones() as usize))
    } else {
        let mut count = 0usize;
        for slot in room {
            if bits == 0 {
                break;
            }
            slot.write(first.wrapping_add(bits.trailing_zeros()));
            bits &= bits.wrapping_sub(1);
            count = count.wrapping_add(1);
        }
        Some(len.wrapping_add(count))
    }
}

#[cold]
#[inline(never)]
fn put_rest(mut bits: u64, first: u32, room: &mut [MaybeUninit<u32>]) {
    for slot in room {
        slot.write(first.wrapping_add(bits.trailing_zeros()));
        bits &= bits.wrapping_sub(1);
        if bits == 0 {
            break;
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

/// Why [`Scanner::regular_blocks`] stopped.
enum Run {
    /// No block is left.
    Over,
    /// The marks are full.
    Full,
    /// The block at hand needs care.
    Care(Sums),
}

/// Which bytes were seen that are neither printable ASCII nor part of CR LF.
///
/// Complete but for what stands right before a line feed, which the reader of the lines
/// sees (it looks for the CR there).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stray {
    /// LF without CR, where the byte before is printable.
    pub(crate) bare_lf: bool,
    /// CR without LF.
    pub(crate) bare_cr: bool,
    /// A control byte that is not HTAB, and not behind a backslash.
    pub(crate) control: bool,
    /// A control byte behind a backslash.
    pub(crate) quoted_control: bool,
    /// A byte from 0x80.
    pub(crate) high: bool,
}

impl Stray {
    pub(crate) const NONE: Stray =
        Stray { bare_lf: false, bare_cr: false, control: false, quoted_control: false, high: false };

    /// Whether control bytes may stand in header field names.
    pub(crate) const fn in_names(self) -> bool {
        self.control | self.quoted_control | self.bare_cr
    }
}

/// Where scanning stands between two calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner {
    /// The first byte not looked at: always a whole number of blocks from where scanning began.
    pub(crate) next: usize,
    pub(crate) stray: Stray,
    /// 1 if the line that `next` stands in, or begins, still looks for its first terminator.
    open: u64,
    /// 1 if the byte before `next` was odd and no line feed.
    odd: u64,
}

impl Scanner {
    /// Begins at `origin`, where the start line begins. That line is not searched for a colon.
    pub(crate) const fn new(origin: usize) -> Scanner {
        Scanner { next: origin, stray: Stray::NONE, open: 0, odd: 0 }
    }

    /// Appends marks for the bytes from `next` on. Unless they are the `last`, those that make no whole block are
    /// left for later, if the section does not end in them.
    #[inline(always)]
    fn fill<K: Kernel>(&mut self, kernel: K, bytes: &[u8], last: bool, marks: &mut Marks) -> Stop {
        loop {
            let rest = bytes.get(self.next..).unwrap_or(&[]);
            let (blocks, tail) = rest.as_chunks::<BLOCK>();
            let (sums, len) = match self.regular_blocks(kernel, blocks, marks) {
                Run::Full => return Stop::Full,
                Run::Care(sums) => (sums, BLOCK),
                Run::Over if tail.is_empty() => return Stop::Starved,
                Run::Over => {
                    let sums = Sums::new(tail_masks(kernel, bytes, tail), self.open, self.odd);
                    // More may follow what makes no whole block: it is taken only if the section ends in it.
                    if !last && empty_line(sums.colonless, self.next, bytes).is_none() {
                        return Stop::Starved;
                    }
                    (sums, tail.len())
                }
            };
            if let Some(stop) = self.step::<K>(sums, len, bytes, marks) {
                return stop;
            }
        }
    }

    /// The hot loop: blocks in which every line has a colon and ends in CR LF. What is cold is outside of it, so
    /// that constants and state stay in registers.
    #[inline(always)]
    fn regular_blocks<K: Kernel>(&mut self, kernel: K, blocks: &[[u8; BLOCK]], marks: &mut Marks) -> Run {
        let (mut next, mut open, mut odd, mut len) = (self.next, self.open, self.odd, marks.len);
        let mut run = Run::Over;
        for block in blocks {
            let sums = Sums::new(kernel.masks(block), open, odd);
            if sums.needs_care() {
                run = Run::Care(sums);
                break;
            }
            let Some(more) = put::<K>(&mut marks.at, len, sums.found, next) else {
                run = Run::Full;
                break;
            };
            (open, odd, len) = (sums.open, sums.odd, more);
            next = next.wrapping_add(BLOCK);
        }
        (self.next, self.open, self.odd, marks.len) = (next, open, odd, len);
        run
    }

    /// One block, of which the first `len` bytes count, with all that may stand there.
    #[inline(always)]
    fn step<K: Kernel>(&mut self, sums: Sums, len: usize, bytes: &[u8], marks: &mut Marks) -> Option<Stop> {
        let (mut within, mut through) = (u64::MAX, u64::MAX);
        let mut end = None;
        if sums.colonless != 0 {
            end = empty_line(sums.colonless, self.next, bytes);
            if let Some(index) = end {
                // What stands behind the end is not of the section.
                within = 1u64.wrapping_shl(index).wrapping_sub(1);
                through = within << 1 | 1;
            }
        }
        let Some(more) = put::<K>(&mut marks.at, marks.len, sums.found & within, self.next) else {
            return Some(Stop::Full);
        };
        marks.len = more;
        marks.ragged |= sums.colonless & within != 0;
        if sums.irregular & through != 0 {
            self.note(sums.irregular & through, sums.lf, bytes);
        }
        if let Some(index) = end {
            return Some(Stop::End(self.next.wrapping_add(index as usize)));
        }
        (self.open, self.odd) = (sums.open, sums.odd);
        self.next = self.next.wrapping_add(len);
        None
    }

    /// What the stray bytes of a block are. Bit `i` speaks of the line feed at `i` or the byte before `i`.
    #[inline(never)]
    fn note(&mut self, irregular: u64, lf: u64, bytes: &[u8]) {
        self.stray.bare_lf |= irregular & lf != 0;
        let mut bits = irregular & !lf;
        while bits != 0 {
            let at = self.next.wrapping_add(bits.trailing_zeros() as usize).wrapping_sub(1);
            match bytes.get(at) {
                Some(b'\t') | None => {}
                Some(b'\r') => self.stray.bare_cr = true,
                Some(0x80..) => self.stray.high = true,
                Some(_) if bytes.get(at.wrapping_sub(1)) == Some(&b'\\') => self.stray.quoted_control = true,
                Some(_) => self.stray.control = true,
            }
            bits &= bits.wrapping_sub(1);
        }
    }
}

/// [`Scanner::fill`], compiled for a backend.
pub(crate) struct Fill<'a> {
    pub(crate) scanner: &'a mut Scanner,
    pub(crate) bytes: &'a [u8],
    /// Whether no more bytes follow.
    pub(crate) last: bool,
    pub(crate) marks: &'a mut Marks,
}

impl Task for Fill<'_> {
    type Output = Stop;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Stop {
        self.scanner.fill(kernel, self.bytes, self.last, self.marks)
    }
}

/// What the masks of a block say about its lines.
#[derive(Clone, Copy)]
struct Sums {
    /// Line feeds.
    lf: u64,
    /// First colons, and line feeds.
    found: u64,
    /// Line feeds of lines without a colon.
    colonless: u64,
    /// Line feeds without an odd byte before them, and places behind odd bytes that are no line feeds.
    irregular: u64,
    open: u64,
    odd: u64,
}

impl Sums {
    #[inline(always)]
    fn new(masks: Masks, open: u64, odd: u64) -> Sums {
        let starts = masks.lf << 1 | open;
        let terminators = masks.lf | masks.colon;
        let (sum, overflow) = (!terminators).overflowing_add(starts);
        let stray = masks.odd ^ masks.lf;
        Sums {
            lf: masks.lf,
            found: sum & masks.colon | masks.lf,
            colonless: sum & masks.lf,
            irregular: (stray << 1 | odd) ^ masks.lf,
            // A line cannot end in this block's last byte and be open behind it: the two never meet.
            open: (masks.lf >> 63).wrapping_add(overflow.into()),
            odd: stray >> 63,
        }
    }

    #[inline(always)]
    fn needs_care(&self) -> bool {
        self.colonless | self.irregular != 0
    }
}

/// The first of the lines without a colon that is empty: LF, or CR LF, right behind LF.
fn empty_line(mut colonless: u64, first: usize, bytes: &[u8]) -> Option<u32> {
    let byte = |at: usize, back: usize| bytes.get(at.wrapping_sub(back)).copied();
    while colonless != 0 {
        let index = colonless.trailing_zeros();
        let at = first.wrapping_add(index as usize);
        match byte(at, 1) {
            Some(b'\n') => return Some(index),
            Some(b'\r') if byte(at, 2) == Some(b'\n') => return Some(index),
            _ => {}
        }
        colonless &= colonless.wrapping_sub(1);
    }
    None
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
    if let Some(start) = block.get_mut(..tail.len()) {
        start.copy_from_slice(tail);
    }
    kernel.masks(&block)
}
