//! SSE2: what every x86-64 processor has.

use core::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128, _mm_movemask_epi8,
    _mm_set1_epi8,
};

use super::kernel::{BLOCK, Kernel, Masks, Task, WINDOW};

/// SSE2 belongs to the x86-64 baseline, so there is nothing to detect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sse2;

impl Kernel for Sse2 {
    const FAST_BITS: bool = false;

    fn enter<T: Task>(self, task: T) -> T::Output {
        task.run(self)
    }

    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        // SAFETY: this module is compiled only for targets that have SSE2.
        unsafe { masks(block) }
    }

    #[inline(always)]
    fn matching(self, window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> u32 {
        // SAFETY: this module is compiled only for targets that have SSE2.
        unsafe { matching(window, keep, want) }
    }
}

#[inline]
#[target_feature(enable = "sse2")]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let (quarters, _) = block.as_chunks::<16>();
    let mut masks = Masks { lf: 0, odd: 0 };
    for quarter in quarters.iter().rev() {
        let bytes = load(quarter);
        masks.lf = masks.lf << 16 | top_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x0a)));
        // One more than the byte, as a signed number, is 0x21..=0x7f for 0x20..=0x7e and below that for all else.
        let shifted = _mm_add_epi8(bytes, _mm_set1_epi8(1));
        masks.odd = masks.odd << 16 | top_bits(_mm_cmplt_epi8(shifted, _mm_set1_epi8(0x21)));
    }
    masks
}

#[inline]
#[target_feature(enable = "sse2")]
fn matching(window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> u32 {
    let halves =
        window.as_chunks::<16>().0.iter().zip(keep.as_chunks::<16>().0).zip(want.as_chunks::<16>().0);
    let mut bits = 0;
    for ((window, keep), want) in halves.rev() {
        bits = bits << 16 | top_bits(_mm_cmpeq_epi8(_mm_and_si128(load(window), load(keep)), load(want)));
    }
    bits as u32
}

#[inline]
#[target_feature(enable = "sse2")]
fn load(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: `bytes` is a reference to 16 bytes, all readable, and the load needs no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "sse2")]
fn top_bits(lanes: __m128i) -> u64 {
    u64::from(_mm_movemask_epi8(lanes).cast_unsigned())
}
