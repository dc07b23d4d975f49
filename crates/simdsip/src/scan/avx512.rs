//! AVX-512: a block is one register, and comparisons give masks as they are.

use core::arch::x86_64::{
    _mm512_add_epi8, _mm512_cmpeq_epi8_mask, _mm512_cmplt_epi8_mask, _mm512_loadu_si512, _mm512_set1_epi8,
};

use super::avx2::Avx2;
use super::cpuid;
use super::kernel::{BLOCK, Kernel, Masks, Task, WINDOW};

/// Proof that the processor has AVX-512 F and BW beside all that [`super::avx2::Avx2`] proves,
/// and that the operating system keeps the registers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512(Avx2);

impl Avx512 {
    /// The proof, where it can be had.
    pub(crate) fn detect() -> Option<Avx512> {
        Avx2::detect().filter(|_| cpuid::features().avx512).map(Avx512)
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx2,bmi1,bmi2,lzcnt,popcnt")]
fn compiled<T: Task>(kernel: Avx512, task: T) -> T::Output {
    task.run(kernel)
}

impl Kernel for Avx512 {
    const FAST_BITS: bool = true;

    #[inline]
    fn enter<T: Task>(self, task: T) -> T::Output {
        // SAFETY: `self` exists only where `detect` saw every feature that `compiled` names.
        unsafe { compiled(self, task) }
    }

    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        // SAFETY: `self` exists only where `detect` saw AVX-512 F and BW.
        unsafe { masks(block) }
    }

    #[inline(always)]
    fn matching(self, window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> u32 {
        self.0.matching(window, keep, want)
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn masks(block: &[u8; BLOCK]) -> Masks {
    // SAFETY: `block` is a reference to 64 bytes, all readable, and the load needs no alignment.
    let bytes = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
    // One more than the byte, as a signed number, is 0x21..=0x7f for 0x20..=0x7e and below that for all else.
    let shifted = _mm512_add_epi8(bytes, _mm512_set1_epi8(1));
    Masks {
        lf: _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(0x0a)),
        odd: _mm512_cmplt_epi8_mask(shifted, _mm512_set1_epi8(0x21)),
    }
}
