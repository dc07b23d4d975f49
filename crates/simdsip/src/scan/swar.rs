//! Eight bytes at a time in ordinary registers, for processors without a SIMD backend.

use super::kernel::{BLOCK, Kernel, Masks, Task, WINDOW};

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW7: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const HIGH: u64 = 0x8080_8080_8080_8080;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Swar;

impl Kernel for Swar {
    const FAST_BITS: bool = false;

    fn enter<T: Task>(self, task: T) -> T::Output {
        task.run(self)
    }

    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks { lf: 0, odd: 0 };
        let (words, _) = block.as_chunks::<8>();
        for word in words.iter().rev() {
            let word = u64::from_le_bytes(*word);
            masks.lf = masks.lf << 8 | gather(equal(word, b'\n'));
            masks.odd = masks.odd << 8 | gather(odd(word));
        }
        masks
    }

    #[inline(always)]
    fn matching(self, window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> u32 {
        let words = differences(window, keep, want);
        words.iter().rev().fold(0, |bits, word| bits << 8 | gather(equal(*word, 0)) as u32)
    }

    #[inline(always)]
    fn same(self, window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> bool {
        differences(window, keep, want).iter().fold(0, |all, word| all | word) == 0
    }
}

/// Zero in each byte that is as wanted.
#[inline(always)]
fn differences(window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> [u64; 4] {
    let mut words = [0; 4];
    let bytes = window.as_chunks::<8>().0.iter().zip(keep.as_chunks::<8>().0).zip(want.as_chunks::<8>().0);
    for (word, ((bytes, keep), want)) in words.iter_mut().zip(bytes) {
        *word = u64::from_le_bytes(*bytes) & u64::from_le_bytes(*keep) ^ u64::from_le_bytes(*want);
    }
    words
}

/// 0x80 in each byte of `word` that equals `byte`, 0 elsewhere; exact, no carry crosses a byte.
#[inline(always)]
const fn equal(word: u64, byte: u8) -> u64 {
    let zero_where_equal = word ^ ONES.wrapping_mul(byte as u64);
    !((zero_where_equal & LOW7).wrapping_add(LOW7) | zero_where_equal) & HIGH
}

/// 0x80 in each byte below 0x20 or above 0x7e.
#[inline(always)]
const fn odd(word: u64) -> u64 {
    let low = word & LOW7;
    let printable = low.wrapping_add(ONES.wrapping_mul(0x60)) & HIGH; // 0x20..=0x7f
    let delete = low.wrapping_add(ONES) & HIGH; // 0x7f, and 0xff, which is odd anyway
    (printable ^ HIGH) | delete | (word & HIGH)
}

/// Bit `i` of the result is the top bit of byte `i`.
#[inline(always)]
const fn gather(tops: u64) -> u64 {
    (tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}
