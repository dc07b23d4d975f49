//! One edit, and the list that edits are put into.

use core::ops::Range;

use super::output::Settled;
use super::room::Store;
use super::settle;
use crate::error::{Error, ErrorKind, LimitKind};

/// How many texts a list may borrow instead of copying.
pub(super) const LENT: usize = 4;

/// One edit as it is kept: 24 bytes. Made by [`Splices`] alone; named here so that room for some can be set aside.
///
/// ```
/// let room = [simdsip::edit::Splice::default(); 16];
/// assert_eq!(size_of_val(&room), 384);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Splice {
    /// The bytes it takes away, by their offsets; none for an insertion.
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where its text stands among the texts; which one it is among those lent.
    pub(super) text: u32,
    pub(super) len: u32,
    /// Which edit it was, counted from 0.
    pub(super) order: u32,
    pub(super) kind: Kind,
    pub(super) source: Source,
    /// Tells texts of [`Kind::Slot`] apart.
    pub(super) slot: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text before those inserted at the same place so far.
    First,
    /// Text behind those.
    #[default]
    Last,
    /// Text of which, with the same number at the same place, the last counts.
    Slot,
    /// Bytes taken away, and perhaps text in their place.
    Range,
    /// Counts for nothing.
    Dead,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Source {
    /// Copied into the room.
    #[default]
    Own,
    /// Borrowed.
    Lent,
}

impl Splice {
    pub(super) const NONE: Splice = Splice {
        start: 0,
        end: 0,
        text: 0,
        len: 0,
        order: 0,
        kind: Kind::Last,
        source: Source::Own,
        slot: 0,
    };

    /// What is put before all that was put there, behind it, in the place of what has the same number, or of bytes.
    pub(super) const FIRST: Splice = Splice { kind: Kind::First, ..Splice::NONE };
    pub(super) const LAST: Splice = Splice::NONE;
    pub(super) const RANGE: Splice = Splice { kind: Kind::Range, ..Splice::NONE };

    pub(super) const fn slot(number: u8) -> Splice {
        Splice { kind: Kind::Slot, slot: number, ..Splice::NONE }
    }

    /// What edits are sorted by: the place; insertions before what is taken away there; the longer range, and among
    /// equals the later one, first.
    #[inline]
    pub(super) fn key(&self) -> (u32, u32, u32, u32) {
        match self.kind {
            Kind::First => (self.start, 0, !self.order, 0),
            Kind::Last => (self.start, 1, self.order, 0),
            Kind::Slot => (self.start, 2, self.slot.into(), !self.order),
            Kind::Range => (self.start, 3, !self.end, !self.order),
            Kind::Dead => (u32::MAX, 4, self.order, 0),
        }
    }

    #[inline]
    pub(super) fn is_removal(&self) -> bool {
        self.kind == Kind::Range && self.len == 0
    }

    pub(super) fn text_of<'e>(&self, own: &'e [u8], lent: &'e [&'e [u8]]) -> &'e [u8] {
        match self.source {
            Source::Own => {
                let start = self.text as usize;
                own.get(start..start.wrapping_add(self.len as usize)).unwrap_or(&[])
            }
            Source::Lent => lent.get(self.text as usize).copied().unwrap_or(&[]),
        }
    }
}

/// A list of edits of some bytes, by offset. See [the module](super) for what they mean together.
///
/// `'s` is the room, `'t` that of texts which are borrowed.
///
/// ```
/// use simdsip::edit::{EditRoom, Splices};
/// let mut room = EditRoom::new();
/// let mut edits = Splices::new(&mut room, 0..9)?;
/// edits.replace(4..5, &[b"wide "])?;
/// edits.replace(4..5, &[b" wild "])?; // the same range: the last counts
/// edits.insert_before(0, &[b"hello, "])?;
/// assert_eq!(edits.settle()?.of(b"deep blue")?.to_vec(), b"hello, deep wild blue");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Debug)]
pub struct Splices<'s, 't> {
    store: Store<'s>,
    lent: [&'t [u8]; LENT],
    lent_count: usize,
    /// What is edited.
    start: u32,
    end: u32,
    count: usize,
    text_len: usize,
    order: u32,
    /// Whether they are sorted and apart from each other.
    settled: bool,
    limit: usize,
}

/// Text that was put in already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    at: u32,
    len: u32,
}

impl<'s, 't> Splices<'s, 't> {
    /// No edits of the bytes at `window` of some input. Only those are edited and given out; offsets count from the
    /// start of the input.
    ///
    /// # Errors
    /// `Limit(Message)` at 4 GiB and beyond, `Range` where the window begins behind its end.
    ///
    /// ```
    /// use simdsip::edit::{EditRoom, Splices};
    /// let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 2..6)?;
    /// edits.remove(3..5)?;
    /// assert_eq!(edits.settle()?.of(b"..keep..")?.to_vec(), b"kp");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn new(store: impl Into<Store<'s>>, window: Range<usize>) -> Result<Splices<'s, 't>, Error> {
        let (start, end) = places(&window)?;
        Ok(Splices {
            store: store.into(),
            lent: [&[]; LENT],
            lent_count: 0,
            start,
            end,
            count: 0,
            text_len: 0,
            order: 0,
            settled: true,
            limit: usize::MAX,
        })
    }

    /// The same with a limit: a result of more than `len` bytes is a `Limit(Message)` error.
    ///
    /// ```
    /// use simdsip::edit::{EditRoom, Splices};
    /// let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..4)?.with_limit(8);
    /// edits.insert(4, &[b"12345"])?;
    /// assert!(edits.settle().is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn with_limit(self, len: usize) -> Splices<'s, 't> {
        Splices { limit: len, ..self }
    }

    /// Puts `text`, whose pieces are joined, before the byte at `at` and behind what was inserted there.
    ///
    /// # Errors
    /// `Range` where `at` is not within the window or at its end; `Limit` where the room is full.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..2)?;
    /// edits.insert(1, &[b"1"])?;
    /// edits.insert(1, &[b"2"])?;
    /// assert_eq!(edits.settle()?.of(b"ab")?.to_vec(), b"a12b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn insert(&mut self, at: usize, text: &[&[u8]]) -> Result<(), Error> {
        self.put(at..at, &[text], Splice::LAST)
    }

    /// Puts `text` before the byte at `at` and before what was inserted there.
    ///
    /// # Errors
    /// As [`insert`](Splices::insert).
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..2)?;
    /// edits.insert_before(1, &[b"1"])?;
    /// edits.insert_before(1, &[b"2"])?;
    /// assert_eq!(edits.settle()?.of(b"ab")?.to_vec(), b"a21b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn insert_before(&mut self, at: usize, text: &[&[u8]]) -> Result<(), Error> {
        self.put(at..at, &[text], Splice::FIRST)
    }

    /// Puts `text`, whose pieces are joined, in the place of the bytes at `range`. An empty range is an insertion, an
    /// empty text a removal.
    ///
    /// # Errors
    /// As [`insert`](Splices::insert).
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..3)?;
    /// edits.replace(1..2, &[b"-", b"+"])?;
    /// assert_eq!(edits.settle()?.of(b"abc")?.to_vec(), b"a-+c");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn replace(&mut self, range: Range<usize>, text: &[&[u8]]) -> Result<(), Error> {
        let splice = if range.is_empty() { Splice::LAST } else { Splice::RANGE };
        self.put(range, &[text], splice)
    }

    /// The same, but `text` is borrowed and takes no room, for the first four such texts; more are copied.
    ///
    /// # Errors
    /// As [`insert`](Splices::insert).
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let body = vec![b'x'; 5_000];
    /// let mut edits = Splices::new(&mut room, 0..3)?;
    /// edits.replace_lent(1..2, &body)?;
    /// assert_eq!(edits.settle()?.len(), 5_002);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn replace_lent(&mut self, range: Range<usize>, text: &'t [u8]) -> Result<(), Error> {
        let splice = if range.is_empty() { Splice::LAST } else { Splice::RANGE };
        self.lend(range, text, splice)
    }

    /// Puts a text that is borrowed.
    pub(super) fn lend(&mut self, range: Range<usize>, text: &'t [u8], splice: Splice) -> Result<(), Error> {
        let (Some(slot), Ok(len)) = (self.lent.get_mut(self.lent_count), u32::try_from(text.len())) else {
            return self.put(range, &[&[text]], splice);
        };
        let at = self.lent_count;
        *slot = text;
        self.push(range, Splice { text: at as u32, len, source: Source::Lent, ..splice }, 0)?;
        self.lent_count = at.saturating_add(1);
        Ok(())
    }

    /// Takes the bytes at `range` away.
    ///
    /// # Errors
    /// As [`insert`](Splices::insert).
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..6)?;
    /// edits.remove(1..3)?;
    /// edits.remove(2..5)?; // what is gone already counts for nothing
    /// assert_eq!(edits.settle()?.of(b"abcdef")?.to_vec(), b"af");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn remove(&mut self, range: Range<usize>) -> Result<(), Error> {
        if range.is_empty() { self.check(&range).map(drop) } else { self.put(range, &[], Splice::RANGE) }
    }

    /// How many edits were made, those that count for nothing included.
    pub(super) fn made(&self) -> u32 {
        self.order
    }

    /// What was put in by the last edit, to be put in again.
    pub(super) fn last_text(&self) -> Text {
        let last = self.count.checked_sub(1).and_then(|last| self.store.edits().get(last));
        last.map_or(Text { at: 0, len: 0 }, |edit| Text { at: edit.text, len: edit.len })
    }

    /// Puts text in again, copied.
    pub(super) fn insert_again(&mut self, at: usize, text: Text) -> Result<(), Error> {
        let again = Splice { text: text.at, len: text.len, ..Splice::NONE };
        self.push(at..at, again, 0)
    }

    /// Sorts the edits out and says what comes of them. More can be made afterwards.
    ///
    /// Costs nothing where edits were made from front to back, n log n otherwise.
    ///
    /// # Errors
    /// `Overlap` where two ranges cross, `Limit(Message)` where the result is longer than the limit.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..6)?;
    /// edits.replace(0..3, &[b"x"])?;
    /// edits.replace(2..4, &[b"y"])?;
    /// let error = edits.settle().unwrap_err();
    /// assert_eq!((error.kind, error.at), (simdsip::ErrorKind::Overlap, 2));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn settle(&mut self) -> Result<Settled<'_>, Error> {
        if !self.settled {
            let edits = self.store.edits_mut().get_mut(..self.count).unwrap_or(&mut []);
            self.count = settle::settle(edits)?;
            self.settled = true;
        }
        let edits = self.store.edits().get(..self.count).unwrap_or(&[]);
        let settled = Settled::new(edits, self.store.text(), &self.lent, self.start..self.end);
        if settled.len() > self.limit {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Message), self.limit));
        }
        Ok(settled)
    }

    /// Bytes of the result that come of those from `at` on, texts inserted there included, and `None` where no edit is
    /// of them.
    pub(super) fn len_from(&mut self, at: usize) -> Result<Option<usize>, Error> {
        let all = usize::MAX;
        let limit = core::mem::replace(&mut self.limit, all);
        let found = self.settle().and_then(|settled| settled.len_from(at));
        self.limit = limit;
        found
    }

    /// Forgets all edits.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..2)?;
    /// edits.remove(0..2)?;
    /// edits.clear();
    /// assert!(edits.is_empty());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn clear(&mut self) {
        (self.count, self.text_len, self.lent_count, self.order) = (0, 0, 0, 0);
        self.settled = true;
    }

    /// Whether no edit was made.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// assert!(Splices::new(&mut room, 0..2)?.is_empty());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The offsets of what is edited.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// assert_eq!(Splices::new(&mut room, 3..7)?.window(), 3..7);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn window(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Puts text, whose pieces are given in groups.
    #[inline]
    pub(super) fn put(
        &mut self,
        range: Range<usize>,
        text: &[&[&[u8]]],
        splice: Splice,
    ) -> Result<(), Error> {
        let pieces = || text.iter().flat_map(|group| group.iter());
        let len = pieces().fold(0usize, |len, piece| len.saturating_add(piece.len()));
        let from = self.text_len;
        self.push(range, Splice { text: from as u32, len: len as u32, ..splice }, len)?;
        let mut rest = self.store.text_mut().get_mut(from..).unwrap_or(&mut []);
        for piece in pieces() {
            // There is room: `push` saw to it.
            let Some((place, behind)) = rest.split_at_mut_checked(piece.len()) else { break };
            place.copy_from_slice(piece);
            rest = behind;
        }
        Ok(())
    }

    /// Puts `splice` at `range`, with `text_len` bytes of text of its own to come.
    #[inline]
    fn push(&mut self, range: Range<usize>, splice: Splice, text_len: usize) -> Result<(), Error> {
        let (start, end) = self.check(&range)?;
        let (count, text_end) = (self.count.saturating_add(1), self.text_len.saturating_add(text_len));
        self.store.ensure(count, text_end, range.start)?;
        let splice = Splice { start, end, order: self.order, ..splice };
        let (before, rest) =
            self.store.edits_mut().split_at_mut_checked(self.count).unwrap_or((&mut [], &mut []));
        if let Some(last) = before.last() {
            self.settled &= last.end <= start && last.key() < splice.key();
        }
        if let Some(slot) = rest.first_mut() {
            *slot = splice;
        }
        self.count = count;
        self.text_len = text_end;
        self.order = self.order.saturating_add(1);
        Ok(())
    }

    #[inline]
    fn check(&self, range: &Range<usize>) -> Result<(u32, u32), Error> {
        let (start, end) = places(range)?;
        if start < self.start || end > self.end {
            return Err(Error::new(ErrorKind::Range, range.start));
        }
        Ok((start, end))
    }
}

#[inline]
fn places(range: &Range<usize>) -> Result<(u32, u32), Error> {
    match (u32::try_from(range.start), u32::try_from(range.end)) {
        (Ok(start), Ok(end)) if start <= end && end < u32::MAX => Ok((start, end)),
        (Ok(_), Ok(end)) if end < u32::MAX => Err(Error::new(ErrorKind::Range, range.start)),
        _ => Err(Error::new(ErrorKind::Limit(LimitKind::Message), u32::MAX as usize)),
    }
}
