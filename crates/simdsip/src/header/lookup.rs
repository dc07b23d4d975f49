//! From the bytes of a header name to its id: a perfect hash without a branch on what stands there.
//!
//! The first sixteen bytes are folded to lower case in two words, hashed by one multiplication and
//! compared with one entry; only a name longer than sixteen bytes that has matched so far is compared
//! byte by byte. The tables are built at compile time from the generated rows, so they cannot differ
//! from them. Does not judge whether a name is a token: a name that is none simply matches no row.
//! Names: RFC 3261 §7.3.1 (case), §7.3.3 (compact forms).

use super::table::{MULTIPLIER, ROWS};

/// `b | 0x20` folds letters, but also takes CR for `-` and LF for `*`.
const CASE: u64 = 0x2020_2020_2020_2020;
/// Only bytes with this bit are folded where stray control bytes must not match.
const LETTER: u64 = 0x4040_4040_4040_4040;

/// One name or compact form, its first sixteen bytes folded and padded with zeros.
#[derive(Clone, Copy)]
struct Entry {
    lo: u64,
    hi: u64,
    len: u8,
    id: u8,
}

/// The id of a name of which the caller has loaded sixteen bytes: `lo` holds the first eight in
/// little-endian order, `hi` the next eight; bytes beyond `len` may be anything. `tail` gives the
/// bytes from the seventeenth on and is called only where `len > 16` and the first sixteen match.
/// 0 if the name is in no row.
///
/// With `EXACT` any byte may stand in the name. Without it the caller guarantees that there is no
/// control byte among the first sixteen (`Content\rType` would pass for `Content-Type`); that saves
/// four instructions.
#[inline(always)]
pub(crate) fn lookup16<'n, const EXACT: bool>(
    lo: u64,
    hi: u64,
    len: usize,
    tail: impl FnOnce() -> &'n [u8],
) -> u8 {
    let id = candidate::<EXACT>(lo, hi, len);
    if len > 16 && id != 0 { confirm(id, tail()) } else { id }
}

/// As [`lookup16`], but of a name longer than sixteen bytes only the length and the first sixteen
/// bytes are compared: [`confirm`] does the rest. Free of branches.
#[inline(always)]
pub(crate) fn candidate<const EXACT: bool>(lo: u64, hi: u64, len: usize) -> u8 {
    #[allow(clippy::indexing_slicing, reason = "17 masks, and the index is at most 16")]
    let [lo_mask, hi_mask] = MASKS[if len < 16 { len } else { 16 }];
    let lo = fold::<EXACT>(lo) & lo_mask;
    let hi = fold::<EXACT>(hi) & hi_mask;
    #[allow(clippy::indexing_slicing, reason = "1024 slots for ten bits; 256 entries for a u8")]
    let entry = &ENTRIES[SLOTS[slot(lo, hi, len as u64)] as usize];
    let differs = (entry.lo ^ lo) | (entry.hi ^ hi) | (u64::from(entry.len) ^ len as u64);
    entry.id & u8::from(differs == 0).wrapping_neg()
}

/// `id` if `tail`, the bytes of the name from the seventeenth on, is that of the row; else 0.
/// Kept out of line: few names are that long, and the comparison is large.
#[inline(never)]
pub(crate) fn confirm(id: u8, tail: &[u8]) -> u8 {
    let same = ROWS
        .get(usize::from(id))
        .and_then(|row| row.name.as_bytes().get(16..))
        .is_some_and(|expected| tail.eq_ignore_ascii_case(expected));
    if same { id } else { 0 }
}

/// The id of `name`; 0 if it is in no row.
#[inline]
pub(crate) fn lookup(name: &[u8]) -> u8 {
    let (lo, hi) = load16(name);
    lookup16::<true>(lo, hi, name.len(), || name.get(16..).unwrap_or_default())
}

/// The first sixteen bytes as two words, zeros beyond the end.
#[inline]
fn load16(name: &[u8]) -> (u64, u64) {
    if let Some((lo, rest)) = name.split_first_chunk::<8>() {
        let hi = match (rest.first_chunk::<8>(), name.last_chunk::<8>()) {
            (Some(hi), _) => u64::from_le_bytes(*hi),
            // The last eight bytes overlap the first: shift the common ones out.
            (None, Some(last)) => {
                let overlap = 8usize.saturating_sub(rest.len()) as u32;
                u64::from_le_bytes(*last).unbounded_shr(overlap.wrapping_mul(8))
            }
            (None, None) => 0,
        };
        (u64::from_le_bytes(*lo), hi)
    } else {
        (name.iter().rev().fold(0, |word, &byte| (word << 8) | u64::from(byte)), 0)
    }
}

/// The same answer, slowly: what the tables are tested against.
#[cfg(test)]
pub(crate) fn lookup_slow(name: &[u8]) -> u8 {
    let found = ROWS.iter().skip(1).position(|row| {
        name.eq_ignore_ascii_case(row.name.as_bytes())
            || (row.compact != 0 && name.eq_ignore_ascii_case(&[row.compact]))
    });
    found.map_or(0, |at| u8::try_from(at + 1).expect("fewer than 255 rows"))
}

/// Letters to lower case. Inexact, control bytes become punctuation and digits.
#[inline(always)]
const fn fold<const EXACT: bool>(word: u64) -> u64 {
    if EXACT { word | ((word & LETTER) >> 1) } else { word | CASE }
}

#[inline(always)]
const fn slot(lo: u64, hi: u64, len: u64) -> usize {
    ((lo ^ hi.rotate_left(27) ^ len).wrapping_mul(MULTIPLIER) >> 54) as usize
}

/// What to keep of the two words of a name of so many bytes.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated at compile time")]
static MASKS: [[u64; 2]; 17] = {
    let mut masks = [[0; 2]; 17];
    let mut len = 1;
    while len <= 16 {
        let lo = if len < 8 { len } else { 8 };
        masks[len] = [u64::MAX >> (64 - 8 * lo), u64::MAX.unbounded_shr((64 - 8 * (len - lo)) as u32)];
        len += 1;
    }
    masks
};

const UNUSED: Entry = Entry { lo: 0, hi: 0, len: 0, id: 0 };

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated at compile time")]
const BUILT: ([u8; 1024], [Entry; 256]) = {
    let mut slots = [255; 1024];
    let mut entries = [UNUSED; 256];
    let mut used = 0;
    let mut id = 1;
    while id < ROWS.len() {
        let row = &ROWS[id];
        let compact = [row.compact];
        let mut form = 0;
        while form < 2 {
            let name: &[u8] = if form == 0 { row.name.as_bytes() } else { &compact };
            if name[0] != 0 {
                let (mut lo, mut hi, mut at) = (0, 0, 0);
                while at < name.len() && at < 16 {
                    let byte = name[at].to_ascii_lowercase() as u64;
                    if at < 8 {
                        lo |= byte << (8 * at);
                    } else {
                        hi |= byte << (8 * (at - 8));
                    }
                    at += 1;
                }
                let slot = slot(lo, hi, name.len() as u64);
                assert!(slots[slot] == 255, "two names in one slot: run `cargo xtask codegen`");
                assert!(used < 255 && name.len() < 256, "the tables are full");
                slots[slot] = used as u8;
                entries[used] = Entry { lo, hi, len: name.len() as u8, id: id as u8 };
                used += 1;
            }
            form += 1;
        }
        id += 1;
    }
    (slots, entries)
};

/// From a hash to the number of the only entry that can match; 255 is an entry that never does.
static SLOTS: [u8; 1024] = BUILT.0;
/// Padded so that a `u8` is always in bounds.
static ENTRIES: [Entry; 256] = BUILT.1;
