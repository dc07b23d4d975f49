//! AVX2, with the bit instructions that every such processor has.

use core::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_movemask_epi8,
    _mm256_set_epi64x, _mm256_set1_epi8,
};

use super::cpuid;
use super::kernel::{BLOCK, Kernel, Masks, Task, WINDOW};

/// Proof that the processor and the operating system have AVX2, BMI1, BMI2, LZCNT and POPCNT.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// The proof, where it can be had.
    pub(crate) fn detect() -> Option<Avx2> {
        cpuid::features().avx2.then_some(Avx2(()))
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn compiled<T: Task>(kernel: Avx2, task: T) -> T::Output {
    task.run(kernel)
}

impl Kernel for Avx2 {
    const FAST_BITS: bool = true;

    #[inline]
    fn enter<T: Task>(self, task: T) -> T::Output {
        // SAFETY: `self` exists only where `detect` saw every feature that `compiled` names.
        unsafe { compiled(self, task) }
    }

    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        // SAFETY: `self` exists only where `detect` saw AVX2.
        unsafe { masks(block) }
    }

    #[inline(always)]
    fn matching(self, window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> u32 {
        // SAFETY: `self` exists only where `detect` saw AVX2.
        unsafe { matching(window, keep, want) }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let (halves, _) = block.as_chunks::<32>();
    let mut masks = Masks { lf: 0, odd: 0 };
    for half in halves.iter().rev() {
        let bytes = load(half);
        masks.lf = masks.lf << 32 | top_bits(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(0x0a)));
        // One more than the byte, as a signed number, is 0x21..=0x7f for 0x20..=0x7e and below that for all else.
        let shifted = _mm256_add_epi8(bytes, _mm256_set1_epi8(1));
        masks.odd = masks.odd << 32 | top_bits(_mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), shifted));
    }
    masks
}

#[inline]
#[target_feature(enable = "avx2")]
fn matching(window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> u32 {
    top_bits(_mm256_cmpeq_epi8(_mm256_and_si256(load(window), load(keep)), load(want))) as u32
}

/// One load: the compiler makes it of the four words.
#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 32]) -> __m256i {
    let (words, _) = bytes.as_chunks::<8>();
    let [a, b, c, d] = words else { return _mm256_set1_epi8(0) };
    let [a, b, c, d] = [a, b, c, d].map(|word| i64::from_le_bytes(*word));
    _mm256_set_epi64x(d, c, b, a)
}

#[inline]
#[target_feature(enable = "avx2")]
fn top_bits(lanes: __m256i) -> u64 {
    u64::from(_mm256_movemask_epi8(lanes).cast_unsigned())
}
