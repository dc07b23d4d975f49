//! From the bytes of an attribute name to its row: a perfect hash, and one comparison of 24 bytes.
//!
//! Works on a line that begins with `a=`, so that short names have known bytes before them. The tables are built at
//! compile time from the generated rows. Does not judge whether a name is a token: RFC 8866 §9 `att-field`.

use super::table::{AttributeName, MULTIPLIER, ROWS};
use crate::scan::window::{WINDOW, matches};

/// Longest name of a row.
const LONGEST: usize = 24;

/// Bytes of a window: `a=`, and the 32 bytes that a name is looked for in.
pub(super) const SPAN: usize = 2 + WINDOW + 2;

/// One name: three words, and which bits of them count: all but the case of letters, none behind the name.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Entry {
    keep: [u64; 3],
    want: [u64; 3],
    len: u32,
    name: AttributeName,
}

/// Where the name that begins behind the first two bytes of `window` ends, counted from its own first byte: at a colon or
/// after `most` bytes; and its row. `None` where that takes more than the window.
#[inline(always)]
pub(super) fn lookup_in_line(window: &[u8; SPAN], most: u32) -> Option<(AttributeName, u32)> {
    let text = window.get(2..)?.first_chunk::<WINDOW>()?;
    let len = matches(text, [b':']).trailing_zeros().min(most);
    if len >= WINDOW as u32 {
        return None;
    }
    Some((find(window, len as usize), len))
}

/// The row of the name of `len` bytes behind the first two.
#[inline(always)]
fn find(window: &[u8; SPAN], len: usize) -> AttributeName {
    let key = key(window, len);
    #[allow(clippy::indexing_slicing, reason = "4096 slots for twelve bits; 512 entries for nine")]
    let entry = &TABLES.entries[(TABLES.slots[slot(key)] & 511) as usize];
    let word = |at: usize| {
        window.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |word| u64::from_le_bytes(*word))
    };
    let [a, b, c] = [word(2), word(10), word(18)];
    let differs = (a & entry.keep[0] ^ entry.want[0])
        | (b & entry.keep[1] ^ entry.want[1])
        | (c & entry.keep[2] ^ entry.want[2]);
    if differs == 0 && entry.len as usize == len { entry.name } else { AttributeName::Unknown }
}

/// The bytes that are hashed: the last four, four in the middle, the first two.
#[inline(always)]
fn key(window: &[u8; SPAN], len: usize) -> u64 {
    // The masks change nothing for names that are in a row; they show that no index is out of bounds.
    let last = len.wrapping_sub(2) & (WINDOW - 1);
    let four =
        |at: usize| window.get(at..at.wrapping_add(4)).and_then(|four| four.first_chunk::<4>()).copied();
    let (Some(end), Some(middle)) = (four(last), four((len >> 1).min(last) & (WINDOW - 1))) else { return 0 };
    let [_, _, first, second, ..] = *window;
    let (middle, end) = (u32::from_le_bytes(middle), u32::from_le_bytes(end));
    mix(middle as u64, end as u64, u16::from_le_bytes([first, second]) as u64)
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

/// The row of `name`; `Unknown` if it is in none.
pub(super) fn lookup(name: &[u8]) -> AttributeName {
    let mut window = [0; SPAN];
    let room =
        window.get_mut(2..).and_then(|rest| rest.get_mut(..name.len())).filter(|_| name.len() <= LONGEST);
    let Some(room) = room else { return AttributeName::Unknown };
    room.copy_from_slice(name);
    if let Some(start) = window.first_chunk_mut::<2>() {
        *start = *b"a=";
    }
    find(&window, name.len())
}

/// Bits of a slot.
const BITS: u32 = 12;

/// All in one place, so that one address reaches them.
struct Tables {
    /// The last one matches nothing.
    entries: [Entry; 512],
    /// From a hash to the only entry that can match.
    slots: [u16; 1 << BITS],
}

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated at compile time")]
static TABLES: Tables = {
    const UNUSED: Entry = Entry { keep: [0; 3], want: [1; 3], len: 0, name: AttributeName::Unknown };
    let mut tables = Tables { entries: [UNUSED; 512], slots: [511; 1 << BITS] };
    assert!(ROWS.len() < 511, "the table is full");
    let mut row = 1;
    while row < ROWS.len() {
        let name = ROWS[row].name.as_bytes();
        assert!(name.len() >= 2 && name.len() <= LONGEST, "a name that no window holds");
        let mut entry =
            Entry { keep: [0; 3], want: [0; 3], len: name.len() as u32, name: AttributeName::ALL[row - 1] };
        let mut line = [0u8; SPAN];
        (line[0], line[1]) = (b'a', b'=');
        let mut at = 0;
        while at < name.len() {
            let keep = if name[at].is_ascii_alphabetic() { 0xdf } else { 0xff };
            entry.keep[at / 8] |= (keep as u64) << (at % 8 * 8);
            entry.want[at / 8] |= ((name[at] & keep) as u64) << (at % 8 * 8);
            line[2 + at] = name[at];
            at += 1;
        }
        let last = name.len() - 2;
        let middle = if name.len() / 2 < last { name.len() / 2 } else { last };
        let end = u32::from_le_bytes([line[last], line[last + 1], line[last + 2], line[last + 3]]);
        let middle = u32::from_le_bytes([line[middle], line[middle + 1], line[middle + 2], line[middle + 3]]);
        let start = u16::from_le_bytes([line[2], line[3]]);
        let slot = slot(mix(middle as u64, end as u64, start as u64));
        assert!(tables.slots[slot] == 511, "two names in one slot: run `cargo xtask codegen`");
        tables.slots[slot] = (row - 1) as u16;
        tables.entries[row - 1] = entry;
        row += 1;
    }
    tables
};
