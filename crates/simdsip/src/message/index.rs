//! The index: where things are, without the bytes.
//!
//! Holds offsets only, so it can be pooled, moved, and kept beside owned bytes. Made by
//! [`super::Parser`]; read through [`super::Message`]. Writing past its end is a `Limit`
//! error, never silent loss.

use core::ops::Range;

use super::head::Head;
use super::view::Message;
use crate::scan::window::matches;
use crate::scan::{Kernel, WINDOW};
use crate::text::{Span, any_of};

/// A folded value: its lines have to be joined to be read.
pub(crate) const FOLDED: u8 = 1;
/// White space stands before the colon.
pub(crate) const WS_BEFORE_COLON: u8 = 2;
/// The line has no colon; its text is the value and the name is empty.
pub(crate) const NO_COLON: u8 = 4;
/// The name holds bytes that no token has.
pub(crate) const NOT_TOKEN: u8 = 8;

/// One header field: name at `name`, value at `value`, both without the white space around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) name: usize,
    pub(crate) name_len: u8,
    pub(crate) value: usize,
    pub(crate) value_len: usize,
    pub(crate) flags: u8,
    pub(crate) id: u8,
}

impl Record {
    pub(crate) const fn name_range(&self) -> Range<usize> {
        self.name..self.name.wrapping_add(self.name_len as usize)
    }

    pub(crate) const fn value_range(&self) -> Range<usize> {
        self.value..self.value.wrapping_add(self.value_len)
    }
}

/// What an offset is stored in.
pub(crate) trait Offset: Copy + Default + PartialEq {
    /// `at`, which the section's length keeps in range.
    fn pack(at: usize) -> Self;

    /// The offset again.
    fn unpack(self) -> usize;
}

impl Offset for u16 {
    #[inline(always)]
    fn pack(at: usize) -> u16 {
        at as u16
    }

    #[inline(always)]
    fn unpack(self) -> usize {
        self.into()
    }
}

#[cfg(feature = "alloc")]
impl Offset for u32 {
    #[inline(always)]
    fn pack(at: usize) -> u32 {
        at as u32
    }

    #[inline(always)]
    fn unpack(self) -> usize {
        self as usize
    }
}

/// A record as it is kept: eight bytes with offsets of `u16`, sixteen with `u32`. Its id stands elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Packed<O> {
    name: O,
    value: O,
    value_len: O,
    /// The name's length below, flags above.
    name_len: u16,
}

impl<O: Offset> Packed<O> {
    #[inline(always)]
    pub(crate) fn set(&mut self, record: &Record) {
        self.name = O::pack(record.name);
        self.value = O::pack(record.value);
        self.value_len = O::pack(record.value_len);
        self.name_len = u16::from_le_bytes([record.name_len, record.flags]);
    }

    #[inline]
    fn unpack(&self, id: u8) -> Record {
        let [name_len, flags] = self.name_len.to_le_bytes();
        Record {
            name: self.name.unpack(),
            name_len,
            value: self.value.unpack(),
            value_len: self.value_len.unpack(),
            flags,
            id,
        }
    }

    /// The value goes on through a line whose text is `line`; an empty value begins there.
    #[inline]
    fn extend(&mut self, line: Range<usize>) {
        if self.value_len == O::default() {
            self.value = O::pack(line.start);
        } else {
            self.name_len |= u16::from_le_bytes([0, FOLDED]);
        }
        self.value_len = O::pack(line.end.wrapping_sub(self.value.unpack()));
    }
}

/// Where stage 2 puts records. How many there are is its own business.
pub(crate) trait Sink {
    /// What the offsets of a record are stored in.
    type Offset: Offset;

    /// The highest offset that a record can hold.
    const MAX_OFFSET: usize;

    /// Records and ids from `at` on, below which all are put, to be put: as many as there is room for, or `most`.
    fn room(&mut self, at: usize, most: usize) -> (&mut [Packed<Self::Offset>], &mut [u8]);

    /// Puts a record at `at`, below which all are put; false where there is no room.
    fn put(&mut self, at: usize, record: Record) -> bool;

    /// The value of the record at `at` goes on through a line whose text is `line`; an empty value begins there.
    fn extend(&mut self, at: usize, line: Range<usize>);

    /// The first `count` records, to be read.
    fn table(&self, count: usize) -> Table<'_>;
}

/// Room for header fields of one message at a time, owned by the caller and used again and again.
///
/// `N` header fields fit; 128 by default, which makes 1,280 bytes. It is never cleared:
/// parsing overwrites what it needs.
///
/// ```
/// use simdsip::{Index, Parser, Policy};
///
/// let parser = Parser::new(Policy::INTEROP);
/// let mut index = Index::new(); // once, then for every datagram:
/// for datagram in [&b"OPTIONS sip:a@b.example SIP/2.0\r\nl: 0\r\n\r\n"[..], b"SIP/2.0 200 OK\r\nl: 0\r\n\r\n"] {
///     let message = parser.parse(datagram, &mut index)?;
///     assert_eq!(message.headers().len(), 1);
/// }
/// let roomier = Index::<256>::sized();
/// # let _ = roomier;
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone)]
pub struct Index<const N: usize = 128> {
    pub(crate) head: Head,
    rows: NarrowRows<N>,
}

impl Index {
    /// Room for 128 header fields and header sections of 65,535 bytes.
    ///
    /// ```
    /// assert!(size_of_val(&simdsip::Index::new()) <= 1_280);
    /// ```
    #[must_use]
    pub const fn new() -> Index {
        Index::sized()
    }
}

impl<const N: usize> Index<N> {
    /// Room for `N` header fields; parsing a message with more is a `Limit(Index)` error.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Index, LimitKind, Parser};
    ///
    /// let mut index = Index::<1>::sized();
    /// let error = Parser::default().parse(b"BYE sip:b SIP/2.0\r\ni: 1\r\nl: 0\r\n\r\n", &mut index).unwrap_err();
    /// assert_eq!((error.kind, error.at), (ErrorKind::Limit(LimitKind::Index), 25));
    /// ```
    #[must_use]
    pub const fn sized() -> Index<N> {
        let empty = Packed { name: 0, value: 0, value_len: 0, name_len: 0 };
        Index { head: Head::new(), rows: NarrowRows { ids: [0; N], records: [empty; N] } }
    }

    /// The message that was read from `bytes` into this index last, once more: for whoever keeps bytes and index and
    /// cannot keep a view that borrows both. With other bytes it is a message whose parts mean nothing.
    ///
    /// ```
    /// use simdsip::{Index, Parser};
    /// let (bytes, mut index) = (b"BYE sip:b SIP/2.0\r\ni: 1\r\n\r\n", Index::new());
    /// Parser::default().parse(bytes, &mut index)?;
    /// assert_eq!(index.message(bytes).uri(), Some(&b"sip:b"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn message<'b>(&'b self, bytes: &'b [u8]) -> Message<'b> {
        Message::new(bytes, &self.head, self.table())
    }

    /// What stage 2 writes: rows, and the head.
    pub(crate) fn parts(&mut self) -> (&mut NarrowRows<N>, &mut Head) {
        (&mut self.rows, &mut self.head)
    }

    pub(crate) fn table(&self) -> Table<'_> {
        self.rows.table(self.head.count)
    }
}

impl<const N: usize> Default for Index<N> {
    fn default() -> Self {
        Index::sized()
    }
}

impl<const N: usize> core::fmt::Debug for Index<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Index").field("capacity", &N).field("header_count", &self.head.count).finish()
    }
}

/// Records with offsets of `u16`, a fixed number.
#[derive(Clone)]
pub(crate) struct NarrowRows<const N: usize> {
    records: [Packed<u16>; N],
    ids: [u8; N],
}

impl<const N: usize> Sink for NarrowRows<N> {
    type Offset = u16;

    const MAX_OFFSET: usize = u16::MAX as usize;

    #[inline(always)]
    fn room(&mut self, at: usize, _most: usize) -> (&mut [Packed<u16>], &mut [u8]) {
        (self.records.get_mut(at..).unwrap_or(&mut []), self.ids.get_mut(at..).unwrap_or(&mut []))
    }

    #[inline(always)]
    fn put(&mut self, at: usize, record: Record) -> bool {
        let (Some(slot), Some(id)) = (self.records.get_mut(at), self.ids.get_mut(at)) else {
            return false;
        };
        slot.set(&record);
        *id = record.id;
        true
    }

    #[inline]
    fn extend(&mut self, at: usize, line: Range<usize>) {
        if let Some(slot) = self.records.get_mut(at) {
            slot.extend(line);
        }
    }

    #[inline(always)]
    fn table(&self, count: usize) -> Table<'_> {
        Table { ids: &self.ids, records: Records::Narrow(&self.records), count }
    }
}

/// An index that grows: header sections of any length up to 4 GiB and any number of header fields, within
/// [`crate::Limits`]. Read into by [`super::Parser::parse_growing`]; 17 bytes a header field.
///
/// ```
/// use simdsip::{GrowIndex, Parser};
///
/// let many = format!("BYE sip:b SIP/2.0\r\n{}\r\n", "X-a: 1\r\n".repeat(200));
/// let mut index = GrowIndex::new();
/// assert_eq!(Parser::default().parse_growing(many.as_bytes(), &mut index)?.headers().len(), 200);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[cfg(feature = "alloc")]
#[derive(Clone, Default)]
pub struct GrowIndex {
    pub(crate) head: Head,
    rows: WideRows,
}

#[cfg(feature = "alloc")]
impl GrowIndex {
    /// Empty; allocates when parsing needs it and keeps what it has.
    ///
    /// ```
    /// # use simdsip::{GrowIndex, Parser};
    /// let mut index = GrowIndex::new(); // once, then for every message
    /// assert!(Parser::default().parse_growing(b"BYE sip:b SIP/2.0\r\n\r\n", &mut index).is_ok());
    /// ```
    #[must_use]
    pub const fn new() -> GrowIndex {
        let rows = WideRows { records: alloc::vec::Vec::new(), ids: alloc::vec::Vec::new() };
        GrowIndex { head: Head::new(), rows }
    }

    /// What another index holds.
    pub(crate) fn copy_of(head: &Head, table: Table<'_>) -> GrowIndex {
        let mut rows = WideRows {
            records: alloc::vec::Vec::with_capacity(table.len()),
            ids: alloc::vec::Vec::with_capacity(table.len()),
        };
        for at in 0..table.len() {
            if let Some(record) = table.get(at) {
                rows.put(at, record);
            }
        }
        GrowIndex { head: *head, rows }
    }

    /// What stage 2 writes: rows, emptied, and the head.
    pub(crate) fn parts(&mut self) -> (&mut WideRows, &mut Head) {
        self.rows.ids.clear();
        self.rows.records.clear();
        (&mut self.rows, &mut self.head)
    }

    pub(crate) fn table(&self) -> Table<'_> {
        self.rows.table(self.head.count)
    }

    pub(crate) fn shrink(&mut self) {
        self.rows.ids.truncate(self.head.count);
        self.rows.ids.shrink_to_fit();
        self.rows.records.truncate(self.head.count);
        self.rows.records.shrink_to_fit();
    }
}

#[cfg(feature = "alloc")]
impl core::fmt::Debug for GrowIndex {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("GrowIndex").field("header_count", &self.head.count).finish()
    }
}

/// Records with offsets of `u32`, any number.
#[cfg(feature = "alloc")]
#[derive(Clone, Default)]
pub(crate) struct WideRows {
    records: alloc::vec::Vec<Packed<u32>>,
    ids: alloc::vec::Vec<u8>,
}

#[cfg(feature = "alloc")]
impl Sink for WideRows {
    type Offset = u32;

    const MAX_OFFSET: usize = u32::MAX as usize;

    #[inline(always)]
    fn room(&mut self, at: usize, most: usize) -> (&mut [Packed<u32>], &mut [u8]) {
        let all = at.saturating_add(most);
        if self.ids.len() < all {
            self.records.resize(all, Packed::default());
            self.ids.resize(all, 0);
        }
        (self.records.get_mut(at..).unwrap_or(&mut []), self.ids.get_mut(at..).unwrap_or(&mut []))
    }

    #[inline(always)]
    fn put(&mut self, at: usize, record: Record) -> bool {
        if let (Some(slot), Some(id)) = (self.records.get_mut(at), self.ids.get_mut(at)) {
            slot.set(&record);
            *id = record.id;
        } else if let ([slot, ..], [id, ..]) = self.room(at, 1) {
            slot.set(&record);
            *id = record.id;
        }
        true
    }

    #[inline]
    fn extend(&mut self, at: usize, line: Range<usize>) {
        if let Some(slot) = self.records.get_mut(at) {
            slot.extend(line);
        }
    }

    fn table(&self, count: usize) -> Table<'_> {
        Table { ids: &self.ids, records: Records::Wide(&self.records), count }
    }
}

/// The records of one message, whichever index holds them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'b> {
    /// Perhaps more than `count`: what stands behind is of messages before.
    ids: &'b [u8],
    records: Records<'b>,
    count: usize,
}

#[derive(Clone, Copy, Debug)]
enum Records<'b> {
    Narrow(&'b [Packed<u16>]),
    #[cfg(feature = "alloc")]
    Wide(&'b [Packed<u32>]),
}

impl<'b> Table<'b> {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    #[inline]
    pub(crate) fn get(&self, at: usize) -> Option<Record> {
        if at >= self.count {
            return None;
        }
        let id = *self.ids.get(at)?;
        match self.records {
            Records::Narrow(records) => records.get(at).map(|record| record.unpack(id)),
            #[cfg(feature = "alloc")]
            Records::Wide(records) => records.get(at).map(|record| record.unpack(id)),
        }
    }

    /// The first record with that id, and whether there is another.
    #[inline(always)]
    pub(crate) fn first_of<K: Kernel>(&self, kernel: K, id: u8) -> Option<(usize, bool)> {
        if let Some(window) = self.ids.first_chunk::<WINDOW>()
            && self.count <= WINDOW
        {
            let within = 1u64.wrapping_shl(self.count as u32).wrapping_sub(1);
            let found = u64::from(kernel.matching(window, &[0xff; WINDOW], &[id; WINDOW])) & within;
            return (found != 0)
                .then_some((found.trailing_zeros() as usize, found & found.wrapping_sub(1) != 0));
        }
        let first = self.find(id, 0)?;
        Some((first, self.find(id, first.wrapping_add(1)).is_some()))
    }

    #[inline(never)]
    fn find_far(&self, id: u8, from: usize) -> Option<usize> {
        self.find(id, from)
    }

    /// The first record from `from` on with that id.
    #[inline]
    pub(crate) fn find(&self, id: u8, from: usize) -> Option<usize> {
        let (from, end) = (u32::try_from(from).ok()?, u32::try_from(self.count).ok()?);
        let at = any_of(self.ids, from.min(end), end, [id]);
        (at < end).then_some(at as usize)
    }

    /// The value of the first record with that id, in the bytes that were indexed.
    #[inline(always)]
    pub(crate) fn first_value<'i>(&self, id: u8, bytes: &'i [u8]) -> Option<Span<'i>> {
        let at = self.first(id)?;
        let (start, len) = match self.records {
            Records::Narrow(records) => {
                records.get(at).map(|record| (record.value.into(), record.value_len.into()))?
            }
            #[cfg(feature = "alloc")]
            Records::Wide(records) => records.get(at).map(|record| (record.value, record.value_len))?,
        };
        Some(Span::placed(bytes, start, len))
    }

    /// The first record with that id: one look where it is among the first few.
    #[inline]
    fn first(&self, id: u8) -> Option<usize> {
        let Some(window) = self.ids.first_chunk::<WINDOW>() else { return self.find_far(id, 0) };
        match matches(window, [id]) {
            0 if self.count > WINDOW => self.find_far(id, WINDOW),
            0 => None,
            found => Some(found.trailing_zeros() as usize).filter(|at| *at < self.count),
        }
    }
}

const _: () = {
    assert!(size_of::<Packed<u16>>() == 8);
    assert!(size_of::<Index>() <= 1_280);
    const fn sends<T: Send + Sync>() {}
    sends::<Index>();
};
