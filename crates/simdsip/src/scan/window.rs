//! Which bytes of a short window are one of a few: the primitive of value parsing.
//!
//! SSE2 is part of every x86-64, so nothing is detected; elsewhere eight bytes are compared at a time.

/// Bytes of a window.
pub(crate) const WINDOW: usize = 32;

/// One bit for each byte of `window` that is one of `set`.
#[inline(always)]
pub(crate) fn matches<const N: usize>(window: &[u8; WINDOW], set: [u8; N]) -> u32 {
    runs(window, set, 0)
}

/// One bit for each byte of `window` that is one of `starts`, or up to `width`, which is below 128, above one.
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
#[inline(always)]
fn runs<const N: usize>(window: &[u8; WINDOW], starts: [u8; N], width: u8) -> u32 {
    // SAFETY: compiled only where the whole program is compiled for SSE2, so every processor that runs it has that.
    unsafe { sse2(window, starts, width) }
}

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
#[inline]
fn runs<const N: usize>(window: &[u8; WINDOW], starts: [u8; N], width: u8) -> u32 {
    portable(window, starts, width)
}

/// Bytes of two windows.
pub(crate) const FAR: usize = 2 * WINDOW;

/// The same for two windows: a look that is seldom too short.
#[inline(always)]
pub(crate) fn matches_far<const N: usize>(window: &[u8; FAR], set: [u8; N]) -> u64 {
    runs_far(window, set, 0)
}

/// One bit for each byte of `window` from `first` to `last`.
#[inline(always)]
pub(crate) fn range_far(window: &[u8; FAR], first: u8, last: u8) -> u64 {
    runs_far(window, [first], last.wrapping_sub(first))
}

#[inline(always)]
fn runs_far<const N: usize>(window: &[u8; FAR], starts: [u8; N], width: u8) -> u64 {
    let (Some(low), Some(high)) = (window.first_chunk(), window.last_chunk()) else { return 0 };
    u64::from(runs(low, starts, width)) | u64::from(runs(high, starts, width)) << WINDOW
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
#[target_feature(enable = "sse2")]
#[inline]
fn sse2<const N: usize>(window: &[u8; WINDOW], starts: [u8; N], width: u8) -> u32 {
    use core::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
        _mm_setzero_si128, _mm_sub_epi8,
    };

    // SAFETY: `window` is a reference to 32 bytes, the first 16 are readable, and the load needs no alignment.
    let low = unsafe { _mm_loadu_si128(window.as_ptr().cast()) };
    let half = window.last_chunk::<16>().map_or(window.as_ptr(), |half| half.as_ptr());
    // SAFETY: `half` points at 16 bytes of `window`, all readable, and the load needs no alignment.
    let high = unsafe { _mm_loadu_si128(half.cast()) };
    let (mut in_low, mut in_high) = (_mm_setzero_si128(), _mm_setzero_si128());
    let width = _mm_set1_epi8(width.cast_signed());
    for start in starts {
        let start = _mm_set1_epi8(start.cast_signed());
        let (above_low, above_high) = (_mm_sub_epi8(low, start), _mm_sub_epi8(high, start));
        in_low = _mm_or_si128(in_low, _mm_cmpeq_epi8(_mm_min_epu8(above_low, width), above_low));
        in_high = _mm_or_si128(in_high, _mm_cmpeq_epi8(_mm_min_epu8(above_high, width), above_high));
    }
    _mm_movemask_epi8(in_low) as u32 | (_mm_movemask_epi8(in_high) as u32) << 16
}

/// The same without intrinsics.
#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
fn portable<const N: usize>(window: &[u8; WINDOW], starts: [u8; N], width: u8) -> u32 {
    const LOW_BITS: u64 = 0x0101_0101_0101_0101;
    const NOT_HIGH: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let (words, _) = window.as_chunks::<8>();
    let mut mask = 0u32;
    for bytes in words.iter().rev() {
        let word = u64::from_le_bytes(*bytes);
        let mut found = 0;
        for start in starts {
            let start = LOW_BITS.wrapping_mul(start.into());
            // Each byte less `start`: high bits set keep borrows within, and are then put right.
            let above = (word | !NOT_HIGH).wrapping_sub(start & NOT_HIGH) ^ ((word ^ !start) & !NOT_HIGH);
            let to_high = NOT_HIGH.wrapping_sub(LOW_BITS.wrapping_mul(width.into()));
            // The high bit of each byte that is `width` at most, exactly.
            found |= !((above & NOT_HIGH).wrapping_add(to_high) | above | NOT_HIGH);
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
                    assert_eq!((matches(&window, set), portable(&window, set, 0)), (1 << place, 1 << place));
                }
                assert_eq!((matches(&window, [byte ^ 1]), portable(&window, [byte ^ 1], 0)), (0, 0));
            }
        }
        assert_eq!((matches(&[7; WINDOW], [7]), portable(&[7; WINDOW], [7], 0)), (u32::MAX, u32::MAX));
    }

    #[test]
    fn every_range() {
        let bytes: [u8; 256] = core::array::from_fn(|byte| byte as u8);
        for (first, last) in
            (0..=u8::MAX).flat_map(|first| (first..=first.saturating_add(127)).map(move |last| (first, last)))
        {
            for windows in bytes.as_chunks::<FAR>().0 {
                let want = windows
                    .iter()
                    .rev()
                    .fold(0, |mask, byte| mask << 1 | u64::from((first..=last).contains(byte)));
                assert_eq!(range_far(windows, first, last), want);
                let low = windows.first_chunk().unwrap();
                assert_eq!(portable(low, [first], last - first), want as u32);
            }
        }
    }
}
