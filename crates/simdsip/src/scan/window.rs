//! Which bytes of a short window are one of a few: the primitive of value parsing.
//!
//! SSE2 is part of every x86-64, so nothing is detected; elsewhere eight bytes are compared at a time.

/// Bytes of a window.
pub(crate) const WINDOW: usize = 32;

/// One bit for each byte of `window` that is one of `set`.
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
#[inline(always)]
pub(crate) fn matches<const N: usize>(window: &[u8; WINDOW], set: [u8; N]) -> u32 {
    // SAFETY: compiled only where the whole program is compiled for SSE2, so every processor that runs it has that.
    unsafe { sse2(window, set) }
}

/// One bit for each byte of `window` that is one of `set`.
#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
#[inline]
pub(crate) fn matches<const N: usize>(window: &[u8; WINDOW], set: [u8; N]) -> u32 {
    portable(window, set)
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
#[target_feature(enable = "sse2")]
#[inline]
fn sse2<const N: usize>(window: &[u8; WINDOW], set: [u8; N]) -> u32 {
    use core::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8, _mm_setzero_si128,
    };

    // SAFETY: `window` is a reference to 32 bytes, the first 16 are readable, and the load needs no alignment.
    let low = unsafe { _mm_loadu_si128(window.as_ptr().cast()) };
    let half = window.last_chunk::<16>().map_or(window.as_ptr(), |half| half.as_ptr());
    // SAFETY: `half` points at 16 bytes of `window`, all readable, and the load needs no alignment.
    let high = unsafe { _mm_loadu_si128(half.cast()) };
    let (mut in_low, mut in_high) = (_mm_setzero_si128(), _mm_setzero_si128());
    for byte in set {
        let wanted = _mm_set1_epi8(byte as i8);
        in_low = _mm_or_si128(in_low, _mm_cmpeq_epi8(low, wanted));
        in_high = _mm_or_si128(in_high, _mm_cmpeq_epi8(high, wanted));
    }
    _mm_movemask_epi8(in_low) as u32 | (_mm_movemask_epi8(in_high) as u32) << 16
}

/// One bit for each byte of `window` that is one of `set`, without intrinsics.
#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
fn portable<const N: usize>(window: &[u8; WINDOW], set: [u8; N]) -> u32 {
    const LOW_BITS: u64 = 0x0101_0101_0101_0101;
    const NOT_HIGH: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let (words, _) = window.as_chunks::<8>();
    let mut mask = 0u32;
    for bytes in words.iter().rev() {
        let word = u64::from_le_bytes(*bytes);
        let mut found = 0;
        for byte in set {
            let differs = word ^ LOW_BITS.wrapping_mul(byte.into());
            // The high bit of each byte that is zero, exactly.
            found |= !((differs & NOT_HIGH).wrapping_add(NOT_HIGH) | differs | NOT_HIGH);
        }
        // Bits 7, 15, .. 63 gathered into the top byte.
        mask = mask << 8 | ((found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32;
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_and_every_byte() {
        for byte in 0..=u8::MAX {
            for place in 0..WINDOW {
                let mut window = [!byte; WINDOW];
                window[place] = byte;
                for set in [[byte, byte], [byte, byte ^ 0x80], [byte ^ 1, byte]] {
                    assert_eq!((matches(&window, set), portable(&window, set)), (1 << place, 1 << place));
                }
                assert_eq!((matches(&window, [byte ^ 1]), portable(&window, [byte ^ 1])), (0, 0));
            }
        }
        assert_eq!((matches(&[7; WINDOW], [7]), portable(&[7; WINDOW], [7])), (u32::MAX, u32::MAX));
    }
}
