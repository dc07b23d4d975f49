//! What comes of edits: slices, a copy, or the same buffer changed.

use core::iter::FusedIterator;
use core::ops::Range;
use core::slice;

use super::Splice;
use crate::error::{Error, ErrorKind};

/// Edits that are sorted and apart from each other, without the bytes they are of. Made by [`super::Splices::settle`].
///
/// ```
/// use simdsip::edit::{EditRoom, Splices};
/// let mut room = EditRoom::new();
/// let mut edits = Splices::new(&mut room, 0..5)?;
/// edits.replace(0..1, &[b"J"])?;
/// edits.insert(5, &[b"!"])?;
/// let mut buffer = *b"hello   "; // the original, and room behind it
/// let made = edits.settle()?.in_place(&mut buffer)?;
/// assert_eq!(&buffer[made], b"Jello!");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Settled<'e> {
    edits: &'e [Splice],
    text: &'e [u8],
    lent: &'e [&'e [u8]],
    start: u32,
    end: u32,
    len: usize,
}

impl<'e> Settled<'e> {
    #[inline]
    pub(super) fn new(
        edits: &'e [Splice],
        text: &'e [u8],
        lent: &'e [&'e [u8]],
        window: Range<u32>,
    ) -> Settled<'e> {
        // Those taken away are within the window, and apart from each other.
        let mut len = window.end.wrapping_sub(window.start) as usize;
        for edit in edits {
            len =
                len.wrapping_sub(edit.end.wrapping_sub(edit.start) as usize).wrapping_add(edit.len as usize);
        }
        Settled { edits, text, lent, start: window.start, end: window.end, len }
    }

    /// Bytes of the result.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// assert_eq!(Splices::new(&mut room, 2..5)?.settle()?.len(), 3);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is left.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// assert!(Splices::new(&mut room, 2..2)?.settle()?.is_empty());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// As [`super::Splices::len_from`].
    pub(super) fn len_from(&self, at: usize) -> Result<Option<usize>, Error> {
        let mut len = (self.end as usize).saturating_sub(at);
        let mut any = false;
        for edit in self.edits.iter().rev() {
            let (start, end) = (edit.start as usize, edit.end as usize);
            if start < at {
                // What is not on either side belongs to neither.
                if end > at {
                    return Err(Error::new(ErrorKind::Range, start));
                }
                break;
            }
            any = true;
            // What is taken away is within those bytes.
            len = len.wrapping_sub(end.wrapping_sub(start)).wrapping_add(edit.len as usize);
        }
        Ok(any.then_some(len))
    }

    /// The edits together with the bytes that they are of: the input from its start.
    ///
    /// # Errors
    /// `Range` where `original` ends before the window does.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..5)?;
    /// assert!(edits.settle()?.of(b"four").is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn of(self, original: &'e [u8]) -> Result<Edited<'e>, Error> {
        if original.len() < self.end as usize {
            return Err(Error::new(ErrorKind::Range, original.len()));
        }
        Ok(Edited { original, edits: self })
    }

    /// Makes the edits in `buffer`, which holds the input from its start and, behind the window, room that may be
    /// written. Gives the place of the result, which begins where the window does. Each byte is moved at most once.
    ///
    /// # Errors
    /// `Room` where the buffer is too short for the result; `at` is how many bytes it has to have. It is not changed
    /// then.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..4)?;
    /// edits.insert(0, &[b"abc"])?;
    /// let error = edits.settle()?.in_place(&mut [0; 6]).unwrap_err();
    /// assert_eq!((error.kind, error.at), (simdsip::ErrorKind::Room, 7));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn in_place(&self, buffer: &mut [u8]) -> Result<Range<usize>, Error> {
        let (start, end) = (self.start as usize, self.end as usize);
        let result = start..start.saturating_add(self.len);
        if buffer.len() < result.end.max(end) {
            return Err(Error::new(ErrorKind::Room, result.end.max(end)));
        }
        let mut moves_back = false;
        // What moves to the front, from the front on: it lands on what was moved already, or was taken away.
        for Kept { from, to, .. } in self.kept() {
            let place = to;
            if place < from.start && !from.is_empty() {
                buffer.copy_within(from, place);
            } else {
                moves_back |= place > from.start;
            }
        }
        if moves_back {
            self.move_back(buffer, result.end);
        }
        for Kept { to, from, text } in self.kept() {
            let behind = to.saturating_add(from.len());
            let place = buffer.get_mut(behind..behind.saturating_add(text.len())).unwrap_or(&mut []);
            if place.len() == text.len() {
                place.copy_from_slice(text);
            }
        }
        Ok(result)
    }

    /// What moves to the back, from the back on.
    fn move_back(&self, buffer: &mut [u8], result_end: usize) {
        let (mut source_end, mut end) = (self.end as usize, result_end);
        let edges = self.edits.iter().rev().map(|edit| (edit.end, edit.start, edit.len));
        for (behind, before, text) in edges.chain([(self.start, self.start, 0)]) {
            let from = behind as usize..source_end;
            let place = end.saturating_sub(from.len());
            source_end = before as usize;
            end = place.saturating_sub(text as usize);
            if place > from.start && !from.is_empty() {
                buffer.copy_within(from, place);
            }
        }
    }

    /// The stretches that are kept, in order, each with what is put behind it.
    fn kept(&self) -> impl Iterator<Item = Kept<'e>> {
        let Settled { edits, text: own, lent, end, .. } = *self;
        let mut at = self.start;
        let mut to = self.start as usize;
        let last = Splice { start: end, end, ..Splice::NONE };
        edits.iter().copied().chain([last]).map(move |edit| {
            let kept = Kept { from: at as usize..edit.start as usize, to, text: edit.text_of(own, lent) };
            to = to.saturating_add(kept.from.len()).saturating_add(kept.text.len());
            at = edit.end;
            kept
        })
    }
}

struct Kept<'e> {
    from: Range<usize>,
    to: usize,
    text: &'e [u8],
}

/// Bytes with their edits: the result, not made yet. Made by [`Settled::of`].
///
/// ```
/// use simdsip::edit::{EditRoom, Splices};
/// let mut room = EditRoom::new();
/// let mut edits = Splices::new(&mut room, 0..5)?;
/// edits.replace(0..1, &[b"J"])?;
/// let edited = edits.settle()?.of(b"hello")?;
/// assert!(edited.pieces().eq([&b"J"[..], b"ello"]));
/// let mut copy = [0; 16];
/// assert_eq!(edited.write_to(&mut copy)?, 5);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Edited<'e> {
    original: &'e [u8],
    edits: Settled<'e>,
}

impl<'e> Edited<'e> {
    /// Bytes of the result.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// assert_eq!(Splices::new(&mut room, 0..2)?.settle()?.of(b"ab")?.len(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.edits.len
    }

    /// Whether nothing is left.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// assert!(!Splices::new(&mut room, 0..2)?.settle()?.of(b"ab")?.is_empty());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.len == 0
    }

    /// The result in slices of the original and of what was put in, none empty: written one after the other, they are
    /// it.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..2)?;
    /// edits.insert(1, &[b"-"])?;
    /// assert!(edits.settle()?.of(b"ab")?.pieces().eq([b"a", b"-", b"b"]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn pieces(&self) -> Pieces<'e> {
        let Settled { edits, text, lent, start, end, .. } = self.edits;
        Pieces { original: self.original, edits: edits.iter(), own: text, lent, next: &[], at: start, end }
    }

    /// Copies the result to the start of `out`, and gives its length.
    ///
    /// # Errors
    /// `Room` where `out` is too short; `at` is how many bytes it has to have.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..2)?;
    /// assert!(edits.settle()?.of(b"ab")?.write_to(&mut [0; 1]).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn write_to(&self, out: &mut [u8]) -> Result<usize, Error> {
        let Some(mut rest) = out.get_mut(..self.len()) else {
            return Err(Error::new(ErrorKind::Room, self.len()));
        };
        for piece in self.pieces() {
            let Some((place, behind)) = rest.split_at_mut_checked(piece.len()) else { break };
            place.copy_from_slice(piece);
            rest = behind;
        }
        Ok(self.len())
    }

    /// Appends the result.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut out = b"> ".to_vec();
    /// Splices::new(&mut room, 0..2)?.settle()?.of(b"ab")?.append_to(&mut out);
    /// assert_eq!(out, b"> ab");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[cfg(feature = "alloc")]
    pub fn append_to(&self, out: &mut alloc::vec::Vec<u8>) {
        out.reserve(self.len());
        self.pieces().for_each(|piece| out.extend_from_slice(piece));
    }

    /// The result in a `Vec` of its own.
    ///
    /// ```
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// assert_eq!(Splices::new(&mut room, 1..2)?.settle()?.of(b"ab")?.to_vec(), b"b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_vec(&self) -> alloc::vec::Vec<u8> {
        let mut out = alloc::vec::Vec::with_capacity(self.len());
        self.append_to(&mut out);
        out
    }

    /// Fills `out` with the [`pieces`](Edited::pieces), for one vectored write, and gives those that were filled.
    ///
    /// # Errors
    /// `Room` where there are more pieces; `at` is how many there are.
    ///
    /// ```
    /// use std::io::{IoSlice, Write};
    /// # use simdsip::edit::{EditRoom, Splices};
    /// # let mut room = EditRoom::new();
    /// let mut edits = Splices::new(&mut room, 0..2)?;
    /// edits.insert(1, &[b"-"])?;
    /// let edited = edits.settle()?.of(b"ab")?;
    /// let mut slices = [IoSlice::new(&[]); 16];
    /// let mut socket = Vec::new(); // or a UdpSocket through sendmsg, a TcpStream, …
    /// socket.write_vectored(edited.io_slices(&mut slices)?).unwrap();
    /// assert_eq!(socket, b"a-b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[cfg(feature = "std")]
    pub fn io_slices<'o>(
        &self,
        out: &'o mut [std::io::IoSlice<'e>],
    ) -> Result<&'o [std::io::IoSlice<'e>], Error> {
        let mut pieces = self.pieces();
        let mut count = 0usize;
        for (slot, piece) in out.iter_mut().zip(&mut pieces) {
            *slot = std::io::IoSlice::new(piece);
            count = count.saturating_add(1);
        }
        match pieces.next() {
            None => Ok(out.get(..count).unwrap_or(&[])),
            Some(_) => Err(Error::new(ErrorKind::Room, self.pieces().count())),
        }
    }
}

/// The slices that make up a result, in order, none empty. Made by [`Edited::pieces`].
///
/// ```
/// # use simdsip::edit::{EditRoom, Splices};
/// # let mut room = EditRoom::new();
/// let mut edits = Splices::new(&mut room, 0..2)?;
/// edits.insert(1, &[b"-"])?;
/// let pieces: simdsip::edit::Pieces = edits.settle()?.of(b"ab")?.pieces();
/// assert_eq!(pieces.count(), 3);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pieces<'e> {
    original: &'e [u8],
    edits: slice::Iter<'e, Splice>,
    own: &'e [u8],
    lent: &'e [&'e [u8]],
    /// A text that is due.
    next: &'e [u8],
    at: u32,
    end: u32,
}

impl<'e> Iterator for Pieces<'e> {
    type Item = &'e [u8];

    #[inline]
    fn next(&mut self) -> Option<&'e [u8]> {
        loop {
            if !self.next.is_empty() {
                return Some(core::mem::take(&mut self.next));
            }
            let (behind, at) = match self.edits.next() {
                Some(edit) => {
                    self.next = edit.text_of(self.own, self.lent);
                    (edit.end, edit.start)
                }
                None if self.at < self.end => (self.end, self.end),
                None => return None,
            };
            let kept = self.original.get(self.at as usize..at as usize).unwrap_or(&[]);
            self.at = behind;
            if !kept.is_empty() {
                return Some(kept);
            }
        }
    }
}

impl FusedIterator for Pieces<'_> {}
