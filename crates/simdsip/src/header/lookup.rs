//! From the bytes of a header name to its id: a perfect hash without a branch on what stands there.
//!
//! Ten bytes are hashed by one multiplication: those before the colon, in the middle and at the start. What the
//! hash points to is compared with the whole name at once. The tables are built at compile time from the
//! generated rows, so they cannot differ from them. Does not judge whether a name is a token: a name that is none
//! simply matches no row. Names: RFC 3261 §7.3.1 (case), §7.3.3 (compact forms).

use super::table::{MULTIPLIER, ROWS};
use crate::scan::{Kernel, Swar, WINDOW};

/// Bytes of a window before the line: the hash of a short name takes CR LF in.
pub(crate) const BEFORE: usize = 4;

/// Bytes of a window: the four before the line, those that names are compared with, and what may follow a colon.
pub(crate) const SPAN: usize = BEFORE + WINDOW + 4;

/// One name or compact form with its colon.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Entry {
    /// Which bits count: all but the case of letters; none behind the colon.
    keep: [u8; WINDOW],
    want: [u8; WINDOW],
}

/// The id and length of the name that stands behind the first [`BEFORE`] bytes of `window` and before the first
/// colon there. `None` if it is in no row, or if what stands before it is not CR LF and it is short.
#[inline(always)]
pub(crate) fn lookup_in_line<K: Kernel>(kernel: K, window: &[u8; SPAN]) -> Option<(u8, usize)> {
    let name = window.get(BEFORE..)?.first_chunk::<WINDOW>()?;
    let colons = kernel.matching(name, &[0xff; WINDOW], &[b':'; WINDOW]);
    if colons == 0 {
        return None;
    }
    // The mask changes nothing; it shows that no index below is out of bounds.
    let len = colons.trailing_zeros() as usize & (WINDOW - 1);
    find(kernel, window, len).map(|id| (id, len))
}

/// The id of the name of `len` bytes behind the first [`BEFORE`].
#[inline(always)]
fn find<K: Kernel>(kernel: K, window: &[u8; SPAN], len: usize) -> Option<u8> {
    let name = window.get(BEFORE..)?.first_chunk::<WINDOW>()?;
    #[allow(clippy::indexing_slicing, reason = "2048 slots for eleven bits; 256 entries for eight")]
    let (entry, id) = {
        let found = TABLES.slots[slot(key(window, len)?)];
        (&TABLES.entries[(found >> 8) as usize], found as u8)
    };
    kernel.same(name, &entry.keep, &entry.want).then_some(id)
}

/// The bytes that are hashed: the last three and the colon, four in the middle, the first two. Two of them may be
/// of CR LF, or the colon.
#[inline(always)]
fn key(window: &[u8; SPAN], len: usize) -> Option<u64> {
    let middle = window.get((len >> 1).wrapping_add(BEFORE - 2)..)?.first_chunk::<4>()?;
    let end = window.get(len.wrapping_add(BEFORE - 3)..)?.first_chunk::<4>()?;
    let start = window.get(BEFORE..)?.first_chunk::<2>()?;
    let (middle, end) = (u32::from_le_bytes(*middle), u32::from_le_bytes(*end));
    Some(mix(middle.into(), end.into(), u16::from_le_bytes(*start).into()))
}

/// Without the bit that tells the cases of a letter apart.
#[inline(always)]
const fn mix(middle: u64, end: u64, start: u64) -> u64 {
    (middle ^ start << 24 ^ end << 32) & 0xdfdf_dfdf_dfdf_dfdf
}

#[inline(always)]
const fn slot(key: u64) -> usize {
    (key.wrapping_mul(MULTIPLIER) >> (64 - BITS)) as usize
}

/// The id of `name`; 0 if it is in no row.
pub(crate) fn lookup(name: &[u8]) -> u8 {
    let mut window = *b"\0\0\r\n____________________________________";
    let rest = window.get_mut(BEFORE..).unwrap_or(&mut []);
    // A colon would end the name.
    let fits = name.len() < WINDOW && !name.contains(&b':');
    let (true, Some((start, [colon, ..]))) = (fits, rest.split_at_mut_checked(name.len())) else { return 0 };
    start.copy_from_slice(name);
    *colon = b':';
    find(Swar, &window, name.len()).unwrap_or(0)
}

/// The same for the `len` bytes at `at`, which hold no colon, and behind which there is one.
pub(crate) fn lookup_at(bytes: &[u8], at: usize, len: usize) -> u8 {
    let window = bytes.get(at.wrapping_sub(BEFORE)..).and_then(|rest| rest.first_chunk::<SPAN>());
    match window {
        Some(window @ [_, _, b'\r', b'\n', ..]) if len < WINDOW => find(Swar, window, len).unwrap_or(0),
        _ => lookup(bytes.get(at..at.wrapping_add(len)).unwrap_or(&[])),
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

/// Slots of the hash: with so many, one multiplier in about a thousand puts every name into one of its own.
const BITS: u32 = 11;

/// A slot that no name has.
const FREE: u16 = 255 << 8;

/// Matches nothing.
const UNUSED: Entry = Entry { keep: [0; WINDOW], want: [1; WINDOW] };

/// All in one place, so that one address reaches them.
struct Tables {
    /// Padded so that eight bits are always in bounds.
    entries: [Entry; 256],
    /// From a hash to the number of the only entry that can match, above its id; 255 is one that never does.
    slots: [u16; 1 << BITS],
}

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated at compile time")]
static TABLES: Tables = {
    let mut tables = Tables { entries: [UNUSED; 256], slots: [FREE; 1 << BITS] };
    let (mut row, mut used) = (1, 0);
    while row < ROWS.len() {
        let compact = [ROWS[row].compact];
        let forms: [&[u8]; 2] = [ROWS[row].name.as_bytes(), if compact[0] == 0 { &[] } else { &compact }];
        let mut form = 0;
        while form < 2 && !forms[form].is_empty() {
            assert!(used < 255 && forms[form].len() < WINDOW, "the tables are full");
            let (entry, key) = entry(forms[form]);
            assert!(tables.slots[slot(key)] == FREE, "two names in one slot: run `cargo xtask codegen`");
            tables.slots[slot(key)] = (used as u16) << 8 | row as u16;
            tables.entries[used] = entry;
            used += 1;
            form += 1;
        }
        row += 1;
    }
    tables
};

/// An entry, and the key of its name.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated at compile time")]
const fn entry(name: &[u8]) -> (Entry, u64) {
    let mut entry = Entry { keep: [0; WINDOW], want: [0; WINDOW] };
    let mut line = [0; BEFORE + WINDOW];
    (line[BEFORE - 2], line[BEFORE - 1]) = (b'\r', b'\n');
    let mut at = 0;
    while at <= name.len() {
        let byte = if at < name.len() { name[at] } else { b':' };
        entry.keep[at] = if byte.is_ascii_alphabetic() { 0xdf } else { 0xff };
        entry.want[at] = byte & entry.keep[at];
        line[BEFORE + at] = byte;
        at += 1;
    }
    let (middle, end) = (name.len() / 2 + BEFORE - 2, name.len() + BEFORE - 3);
    let middle = u32::from_le_bytes([line[middle], line[middle + 1], line[middle + 2], line[middle + 3]]);
    let end = u32::from_le_bytes([line[end], line[end + 1], line[end + 2], line[end + 3]]);
    let start = u16::from_le_bytes([line[BEFORE], line[BEFORE + 1]]);
    (entry, mix(middle as u64, end as u64, start as u64))
}
