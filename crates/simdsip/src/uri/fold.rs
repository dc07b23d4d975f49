//! Text compared in any case of ASCII letters, eight bytes at a time.
//!
//! Parts of a URI are short: the library's own comparison goes by sixteen bytes, and what is less byte by byte.

/// Whether both are the same in any case of ASCII letters.
#[inline]
pub(super) fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if let (Some(end_a), Some(end_b)) = (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        // The last eight bytes overlap what came before.
        let (a, b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
        return a.iter().zip(b).all(|(a, b)| lower(a) == lower(b)) && lower(end_a) == lower(end_b);
    }
    if let (Some(end_a), Some(end_b)) = (a.last_chunk::<4>(), b.last_chunk::<4>())
        && let (Some(a), Some(b)) = (a.first_chunk::<4>(), b.first_chunk::<4>())
    {
        return lower(&eight(a, end_a)) == lower(&eight(b, end_b));
    }
    a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

fn eight(a: &[u8; 4], b: &[u8; 4]) -> [u8; 8] {
    (u64::from(u32::from_le_bytes(*a)) | u64::from(u32::from_le_bytes(*b)) << 32).to_le_bytes()
}

/// Eight bytes, those of capital letters as of small ones.
#[inline]
fn lower(bytes: &[u8; 8]) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = EACH << 7;
    let word = u64::from_le_bytes(*bytes);
    let low = word & !HIGH;
    // The high bit of each byte says that it is at or above `A`, 0x41, and above `Z`, 0x5a.
    let from_a = low.wrapping_add(EACH.wrapping_mul(0x3f));
    let above_z = low.wrapping_add(EACH.wrapping_mul(0x25));
    let capital = from_a & !above_z & !word & HIGH;
    word | capital >> 2
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_pair_of_bytes_at_every_place() {
        for len in 1..20 {
            for place in 0..len {
                for (x, y) in (0..=u8::MAX).flat_map(|x| (0..=u8::MAX).map(move |y| (x, y))) {
                    let (mut a, mut b) = ([b'q'; 20], [b'Q'; 20]);
                    (a[place], b[place]) = (x, y);
                    assert_eq!(equal(&a[..len], &b[..len]), x.eq_ignore_ascii_case(&y));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn compares_as_the_library_does(text in any::<Vec<u8>>(), other in any::<Vec<u8>>()) {
            prop_assert!(equal(&text, &text.to_ascii_uppercase()));
            prop_assert_eq!(equal(&text, &other), text.eq_ignore_ascii_case(&other));
        }
    }
}
