//! What a state forgets when it is full.
//!
//! One stretch of the history goes: the one that is least missed. Bytes that the new message repeats are in it twice;
//! else what is old. Never the code, never the new message.

use super::codec::Codec;
use super::parse::Step;

/// The window places `to..from` that go, so that the window is at most `most`; `None` where nothing needs to.
pub(crate) fn choose(
    steps: &[Step],
    codec: &Codec,
    window: &[u8],
    begin: usize,
    most: usize,
) -> Option<(usize, usize)> {
    let over = window.len().checked_sub(most).filter(|over| *over > 0)?;
    let first = codec.code.len();
    let history = begin.saturating_sub(first);
    if over >= history {
        // The whole history does not suffice: the beginning of the message goes as well.
        return Some((first, first.saturating_add(over).min(window.len())));
    }
    // Per block of bytes: how much of it the new message repeats.
    let blocks = history.div_ceil(BLOCK);
    let mut repeated = [0_u16; BLOCKS_MAX];
    let mut here = begin;
    let mut offset = 0_usize;
    for step in steps {
        let len = match *step {
            Step::Byte(_) => 1,
            Step::New { offset: new, len } => {
                offset = usize::from(new);
                usize::from(len)
            }
            Step::Again { len } => usize::from(len),
        };
        if !matches!(step, Step::Byte(_)) {
            let from = here.saturating_sub(offset);
            let (mut at, end) = (from.max(first), from.saturating_add(len).min(begin));
            while at < end {
                let block = at.saturating_sub(first) / BLOCK;
                let next = first.saturating_add(block.saturating_add(1).saturating_mul(BLOCK)).min(end);
                if let Some(count) = repeated.get_mut(block) {
                    *count = count.saturating_add(next.saturating_sub(at) as u16);
                }
                at = next;
            }
        }
        here = here.saturating_add(len);
    }
    let wide = over.div_ceil(BLOCK).min(blocks);
    // The oldest block is worth `OLD` more than the youngest.
    let year = (OLD << 16).checked_div(blocks as u32).unwrap_or(0);
    let worth = |block: usize| {
        let count = u32::from(repeated.get(block).copied().unwrap_or(0)).saturating_mul(REPEATED);
        let old = (blocks.saturating_sub(block) as u32).saturating_mul(year) >> 16;
        count.saturating_add(old)
    };
    let mut sum: u32 = (0..wide).map(worth).sum();
    let mut best = (sum, 0);
    for start in 1..=blocks.saturating_sub(wide) {
        sum = sum.saturating_add(worth(start.saturating_add(wide).saturating_sub(1)));
        sum = sum.saturating_sub(worth(start.saturating_sub(1)));
        if sum > best.0 {
            best = (sum, start);
        }
    }
    let to = first.saturating_add(best.1.saturating_mul(BLOCK));
    let from = to.saturating_add(wide.saturating_mul(BLOCK)).min(begin);
    // The last block may be short.
    let to = to.min(from.saturating_sub(over));
    Some((to, from))
}

const BLOCK: usize = 16;
const BLOCKS_MAX: usize = 16_384 / BLOCK;
const REPEATED: u32 = 8;
const OLD: u32 = 160;
