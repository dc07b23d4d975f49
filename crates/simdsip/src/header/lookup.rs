//! From the bytes of a header name to its id: a perfect hash without a branch on what stands there.
//!
//! The first sixteen bytes, case folded, are hashed by one multiplication; they and the last eight are
//! compared with one entry. A name longer than 24 bytes, of which there are few, is searched for row
//! by row. The tables are built at compile time from the generated rows, so they cannot differ from them. Does not judge whether a name is a token: a name that is none simply matches no row.
//! Names: RFC 3261 §7.3.1 (case), §7.3.3 (compact forms).

use super::table::{MULTIPLIER, ROWS};

/// Without this bit the letters of both cases are one; but CR is `-` then, and control bytes are digits.
const CASE: u64 = 0x2020_2020_2020_2020;

/// One name or compact form, its first sixteen bytes folded and padded with zeros.
#[derive(Clone, Copy)]
struct Entry {
    lo: u64,
    hi: u64,
    /// The last eight bytes of a name longer than sixteen, else 0.
    last: u64,
    len: u8,
    id: u8,
}

/// Names up to this length are compared in full; [`lookup_words`] does not know longer ones.
const COVERED: usize = 24;

/// The id of a name of at most 24 bytes in its line: `lo` holds the name's first eight bytes in
/// little-endian order, `hi` the next eight, `last` the eight before its end; what lies outside the
/// name may be anything. `None` if the name is in no row, or longer: then [`lookup`] has the answer.
///
/// The caller guarantees that there is no control byte in the name: `Content\rType` would pass for
/// `Content-Type`.
#[inline(always)]
pub(crate) fn lookup_words(lo: u64, hi: u64, last: u64, len: usize) -> Option<u8> {
    #[allow(clippy::indexing_slicing, reason = "18 masks, and the index is at most 17")]
    let [lo_mask, hi_mask, last_mask, _] = TABLES.masks[if len < 17 { len } else { 17 }];
    let (lo, hi, last) = (lo & lo_mask, hi & hi_mask, last & last_mask);
    #[allow(clippy::indexing_slicing, reason = "1024 slots for ten bits; 256 entries for a u8")]
    let entry = &TABLES.entries[TABLES.slots[slot(lo, hi, len as u64)] as usize];
    let same = entry.lo == lo && entry.hi == hi && entry.last == last && usize::from(entry.len) == len;
    same.then_some(entry.id)
}

/// The id of `name`; 0 if it is in no row.
pub(crate) fn lookup(name: &[u8]) -> u8 {
    if name.len() > COVERED {
        let found = ROWS.iter().position(|row| name.eq_ignore_ascii_case(row.name.as_bytes()));
        return found.and_then(|id| u8::try_from(id).ok()).unwrap_or(0);
    }
    if has_control(name) { 0 } else { lookup_short(name) }
}

/// The id of `name`, which is a token; 0 if it is in no row.
#[inline]
pub(crate) fn lookup_token(name: &[u8]) -> u8 {
    if name.len() > COVERED { lookup(name) } else { lookup_short(name) }
}

#[inline]
fn lookup_short(name: &[u8]) -> u8 {
    let (lo, hi) = load16(name);
    let last = name.last_chunk::<8>().map_or(0, |last| u64::from_le_bytes(*last));
    lookup_words(lo, hi, last, name.len()).unwrap_or(0)
}

/// Whether a byte below the space stands in `name`.
pub(crate) fn has_control(name: &[u8]) -> bool {
    name.iter().any(|&byte| byte < b' ')
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

#[inline(always)]
const fn slot(lo: u64, hi: u64, len: u64) -> usize {
    ((lo ^ hi.rotate_left(27) ^ len).wrapping_mul(MULTIPLIER) >> 54) as usize
}

/// What to keep of the three words of a name of so many bytes, case folded; 17 stands for all above.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated at compile time")]
const MASKS: [[u64; 4]; 18] = {
    let mut masks = [[0; 4]; 18];
    let mut len = 1;
    while len <= 16 {
        let lo = if len < 8 { len } else { 8 };
        let (lo, hi) = (u64::MAX >> (64 - 8 * lo), u64::MAX.unbounded_shr((64 - 8 * (len - lo)) as u32));
        masks[len] = [lo & !CASE, hi & !CASE, 0, 0];
        len += 1;
    }
    masks[17] = [!CASE, !CASE, !CASE, 0];
    masks
};

/// Matches nothing: no word that a mask was put on has a bit of `CASE`.
const UNUSED: Entry = Entry { lo: CASE, hi: 0, last: 0, len: 1, id: 0 };

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
                let (mut lo, mut hi, mut last, mut at) = (0, 0, 0, 0);
                while at < name.len() {
                    let byte = name[at] as u64 & !CASE;
                    if at < 8 {
                        lo |= byte << (8 * at);
                    } else if at < 16 {
                        hi |= byte << (8 * (at - 8));
                    }
                    if name.len() > 16 && at + 8 >= name.len() {
                        last |= byte << (8 * (at + 8 - name.len()));
                    }
                    at += 1;
                }
                let slot = slot(lo, hi, name.len() as u64);
                assert!(slots[slot] == 255, "two names in one slot: run `cargo xtask codegen`");
                assert!(used < 255 && name.len() < 256, "the tables are full");
                slots[slot] = used as u8;
                // A length of 0 is no name's: what is too long never matches.
                let len = if name.len() <= COVERED { name.len() as u8 } else { 0 };
                entries[used] = Entry { lo, hi, last, len, id: id as u8 };
                used += 1;
            }
            form += 1;
        }
        id += 1;
    }
    (slots, entries)
};

/// All in one place, so that one address reaches them.
struct Tables {
    masks: [[u64; 4]; 18],
    /// Padded so that a `u8` is always in bounds.
    entries: [Entry; 256],
    /// From a hash to the number of the only entry that can match; 255 is an entry that never does.
    slots: [u8; 1024],
}

static TABLES: Tables = Tables { masks: MASKS, entries: BUILT.1, slots: BUILT.0 };
