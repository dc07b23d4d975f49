//! The first of a few delimiters, by windows of 32 bytes.
//!
//! A value is short, and its delimiters are near: each look costs one window, loaded from the input so that it may reach
//! past the value's end. What it finds there is not taken.

use crate::scan::window::{FAR, WINDOW, matches, matches_far};

/// Offset of the first byte of `whole[start..end]` that is one of `set`; `end` where there is none.
#[inline]
pub(crate) fn any_of<const N: usize>(whole: &[u8], start: u32, end: u32, set: [u8; N]) -> u32 {
    let mut at = start as usize;
    while let Some(window) = whole.get(at..at.wrapping_add(WINDOW)).and_then(<[u8]>::first_chunk::<WINDOW>) {
        let mask = matches(window, set);
        // What is found at or behind the end is nothing.
        if mask != 0 {
            return end.min((at as u32).wrapping_add(mask.trailing_zeros()));
        }
        at = at.wrapping_add(WINDOW);
        if at >= end as usize {
            return end;
        }
    }
    near_the_end(whole, at as u32, end, set)
}

/// The same where it is likely to be more than one window away, but not two.
#[inline(always)]
pub(crate) fn any_far<const N: usize>(whole: &[u8], start: u32, end: u32, set: [u8; N]) -> u32 {
    match far(whole, start).map(|window| matches_far(window, set)) {
        // What is found at or behind the end is nothing.
        Some(mask) if mask != 0 => end.min(start.wrapping_add(mask.trailing_zeros())),
        Some(_) if end.wrapping_sub(start) <= FAR as u32 => end,
        Some(_) => from_afar(whole, start.wrapping_add(FAR as u32), end, set),
        None => from_afar(whole, start, end, set),
    }
}

/// Two windows of the input from `start` on.
#[inline]
pub(crate) fn far(whole: &[u8], start: u32) -> Option<&[u8; FAR]> {
    let start = start as usize;
    whole.get(start..start.wrapping_add(FAR))?.first_chunk()
}

#[inline(never)]
fn from_afar<const N: usize>(whole: &[u8], start: u32, end: u32, set: [u8; N]) -> u32 {
    any_of(whole, start, end, set)
}

/// The same byte by byte, where no whole window is left.
#[inline(never)]
fn near_the_end<const N: usize>(whole: &[u8], at: u32, end: u32, set: [u8; N]) -> u32 {
    let rest = whole.get(at as usize..end as usize).unwrap_or(&[]);
    let len = rest.iter().position(|byte| set.contains(byte)).unwrap_or(rest.len());
    at.saturating_add(len as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_loop_finds(
            text in proptest::collection::vec(prop_oneof![Just(b';'), Just(b'"'), Just(0xbb), Just(0x3a), any::<u8>(), 97u8..123], 0..150),
            cut in any::<(prop::sample::Index, prop::sample::Index)>(),
        ) {
            let (a, b) = (cut.0.index(text.len() + 1), cut.1.index(text.len() + 1));
            let (start, end) = (a.min(b), a.max(b));
            let want = (start..end).find(|&at| b";\"".contains(&text[at])).unwrap_or(end);
            prop_assert_eq!(any_of(&text, start as u32, end as u32, [b';', b'"']) as usize, want);
            prop_assert_eq!(any_far(&text, start as u32, end as u32, [b';', b'"']) as usize, want);
        }
    }
}
