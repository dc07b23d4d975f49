//! NEON: what every AArch64 processor has.

use core::arch::aarch64::{
    uint8x16_t, vaddq_u8, vandq_u8, vceqq_u8, vcltq_s8, vdupq_n_s8, vdupq_n_u8, vgetq_lane_u64, vld1q_u8,
    vpaddq_u8, vreinterpretq_s8_u8, vreinterpretq_u64_u8,
};

use super::kernel::{BLOCK, Kernel, Masks, Task, WINDOW};

/// NEON belongs to the AArch64 baseline, so there is nothing to detect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neon;

/// Bit `i % 8` in byte `i`: three pairwise additions of masked lanes gather 64 bytes into 64 bits.
const WEIGHTS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

impl Kernel for Neon {
    const FAST_BITS: bool = true;

    fn enter<T: Task>(self, task: T) -> T::Output {
        task.run(self)
    }

    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        // SAFETY: this module is compiled only for targets that have NEON.
        unsafe { masks(block) }
    }

    #[inline(always)]
    fn matching(self, window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> u32 {
        // SAFETY: this module is compiled only for targets that have NEON.
        unsafe { matching(window, keep, want) }
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let (quarters, _) = block.as_chunks::<16>();
    let mut lanes = [vdupq_n_u8(0); 4];
    for (lane, quarter) in lanes.iter_mut().zip(quarters) {
        *lane = load(quarter);
    }
    let (mut lf, mut odd) = (lanes, lanes);
    for lane in &mut lf {
        *lane = vceqq_u8(*lane, vdupq_n_u8(0x0a));
    }
    for lane in &mut odd {
        // One more than the byte, as a signed number, is 0x21..=0x7f for 0x20..=0x7e and below that for all else.
        let shifted = vreinterpretq_s8_u8(vaddq_u8(*lane, vdupq_n_u8(1)));
        *lane = vcltq_s8(shifted, vdupq_n_s8(0x21));
    }
    Masks { lf: gather(lf), odd: gather(odd) }
}

#[inline]
#[target_feature(enable = "neon")]
fn matching(window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> u32 {
    let mut lanes = [vdupq_n_u8(0); 4];
    let halves =
        window.as_chunks::<16>().0.iter().zip(keep.as_chunks::<16>().0).zip(want.as_chunks::<16>().0);
    for (lane, ((window, keep), want)) in lanes.iter_mut().zip(halves) {
        *lane = vceqq_u8(vandq_u8(load(window), load(keep)), load(want));
    }
    gather(lanes) as u32
}

#[inline]
#[target_feature(enable = "neon")]
fn load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: `bytes` is a reference to 16 bytes, all readable, and the load needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon")]
fn gather([a, b, c, d]: [uint8x16_t; 4]) -> u64 {
    let weights = load(&WEIGHTS);
    let eighths = vpaddq_u8(
        vpaddq_u8(vandq_u8(a, weights), vandq_u8(b, weights)),
        vpaddq_u8(vandq_u8(c, weights), vandq_u8(d, weights)),
    );
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(eighths, eighths)))
}
