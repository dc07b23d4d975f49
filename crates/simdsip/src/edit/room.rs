//! Where edits and their texts are kept: the caller's memory.

use super::Splice;
use crate::error::{Error, ErrorKind, LimitKind};

/// Room for the edits of one message at a time, owned by the caller and used again and again.
///
/// `EDITS` edits fit, and `TEXT` bytes of text put in; 32 and 1,024 by default, which makes 1,792 bytes. It is never
/// cleared.
///
/// ```
/// use simdsip::edit::{EditRoom, Splices};
/// let mut room = EditRoom::<1, 4>::sized();
/// let mut edits = Splices::new(&mut room, 0..8)?;
/// assert!(edits.insert(0, &[b"12345"]).is_err()); // more text than there is room for
/// edits.insert(0, &[b"1234"])?;
/// assert!(edits.remove(1..2).is_err()); // one edit more
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EditRoom<const EDITS: usize = 32, const TEXT: usize = 1024> {
    edits: [Splice; EDITS],
    text: [u8; TEXT],
}

impl EditRoom {
    /// Room for 32 edits and 1,024 bytes of text.
    ///
    /// ```
    /// assert_eq!(size_of_val(&simdsip::edit::EditRoom::new()), 1_792);
    /// ```
    #[must_use]
    pub const fn new() -> EditRoom {
        EditRoom::sized()
    }
}

impl<const EDITS: usize, const TEXT: usize> EditRoom<EDITS, TEXT> {
    /// Room for `EDITS` edits and `TEXT` bytes of text.
    ///
    /// ```
    /// let room = simdsip::edit::EditRoom::<128, 8192>::sized();
    /// # let _ = room;
    /// ```
    #[must_use]
    pub const fn sized() -> EditRoom<EDITS, TEXT> {
        EditRoom { edits: [Splice::NONE; EDITS], text: [0; TEXT] }
    }
}

impl<const EDITS: usize, const TEXT: usize> Default for EditRoom<EDITS, TEXT> {
    fn default() -> Self {
        EditRoom::sized()
    }
}

/// Room that grows: up to 131,072 edits and 16 MiB of text. Keeps what it has when it is used again.
///
/// ```
/// use simdsip::edit::{GrowRoom, Splices};
/// let mut room = GrowRoom::new();
/// let mut edits = Splices::new(&mut room, 0..2_000)?;
/// for at in 0..2_000 {
///     edits.replace(at..at + 1, &[b"two"])?;
/// }
/// assert_eq!(edits.settle()?.len(), 6_000);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, Default)]
pub struct GrowRoom {
    edits: alloc::vec::Vec<Splice>,
    text: alloc::vec::Vec<u8>,
}

#[cfg(feature = "alloc")]
impl GrowRoom {
    const MOST_EDITS: usize = 1 << 17;
    const MOST_TEXT: usize = 16 << 20;

    /// Empty; allocates when an edit needs it.
    ///
    /// ```
    /// let room = simdsip::edit::GrowRoom::new();
    /// # let _ = room;
    /// ```
    #[must_use]
    pub const fn new() -> GrowRoom {
        GrowRoom { edits: alloc::vec::Vec::new(), text: alloc::vec::Vec::new() }
    }
}

/// Memory lent to a list of edits: made of `&mut EditRoom`, `&mut GrowRoom`, or two slices.
///
/// ```
/// use simdsip::edit::{Splice, Splices, Store};
/// let (mut edits, mut text) = ([Splice::default(); 4], [0; 64]);
/// let mut edits = Splices::new(Store::of(&mut edits, &mut text), 0..8)?;
/// edits.insert(8, &[b"more"])?;
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Debug)]
pub struct Store<'s>(Memory<'s>);

#[derive(Debug)]
enum Memory<'s> {
    Fixed {
        edits: &'s mut [Splice],
        text: &'s mut [u8],
    },
    #[cfg(feature = "alloc")]
    Growing(&'s mut GrowRoom),
}

impl<'s> Store<'s> {
    /// Room for as many edits and bytes of text as the slices hold, whatever stands in them.
    ///
    /// ```
    /// let (mut edits, mut text) = ([simdsip::edit::Splice::default(); 4], [0; 64]);
    /// let store = simdsip::edit::Store::of(&mut edits, &mut text);
    /// # let _ = store;
    /// ```
    #[must_use]
    pub fn of(edits: &'s mut [Splice], text: &'s mut [u8]) -> Store<'s> {
        Store(Memory::Fixed { edits, text })
    }

    #[inline]
    pub(super) fn edits(&self) -> &[Splice] {
        match &self.0 {
            Memory::Fixed { edits, .. } => edits,
            #[cfg(feature = "alloc")]
            Memory::Growing(room) => &room.edits,
        }
    }

    #[inline]
    pub(super) fn edits_mut(&mut self) -> &mut [Splice] {
        match &mut self.0 {
            Memory::Fixed { edits, .. } => edits,
            #[cfg(feature = "alloc")]
            Memory::Growing(room) => &mut room.edits,
        }
    }

    #[inline]
    pub(super) fn text(&self) -> &[u8] {
        match &self.0 {
            Memory::Fixed { text, .. } => text,
            #[cfg(feature = "alloc")]
            Memory::Growing(room) => &room.text,
        }
    }

    #[inline]
    pub(super) fn text_mut(&mut self) -> &mut [u8] {
        match &mut self.0 {
            Memory::Fixed { text, .. } => text,
            #[cfg(feature = "alloc")]
            Memory::Growing(room) => &mut room.text,
        }
    }

    /// Makes room for `edits` edits and `text` bytes in all, where it can; `at` is what an error blames.
    #[inline]
    pub(super) fn ensure(&mut self, edits: usize, text: usize, at: usize) -> Result<(), Error> {
        if edits > self.edits().len() || text > self.text().len() {
            self.grow(edits, text);
        }
        if edits > self.edits().len() {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Edits), at));
        }
        if text > self.text().len() || text > u32::MAX as usize {
            return Err(Error::new(ErrorKind::Limit(LimitKind::EditText), at));
        }
        Ok(())
    }

    #[cold]
    fn grow(&mut self, edits: usize, text: usize) {
        match &mut self.0 {
            Memory::Fixed { .. } => {
                let _ = (edits, text);
            }
            #[cfg(feature = "alloc")]
            Memory::Growing(room) => {
                if edits > room.edits.len() && edits <= GrowRoom::MOST_EDITS {
                    room.edits.resize(edits.next_power_of_two().max(32), Splice::NONE);
                }
                if text > room.text.len() && text <= GrowRoom::MOST_TEXT {
                    room.text.resize(text.next_power_of_two().max(1024), 0);
                }
            }
        }
    }
}

impl<'s, const EDITS: usize, const TEXT: usize> From<&'s mut EditRoom<EDITS, TEXT>> for Store<'s> {
    fn from(room: &'s mut EditRoom<EDITS, TEXT>) -> Store<'s> {
        Store::of(&mut room.edits, &mut room.text)
    }
}

#[cfg(feature = "alloc")]
impl<'s> From<&'s mut GrowRoom> for Store<'s> {
    fn from(room: &'s mut GrowRoom) -> Store<'s> {
        Store(Memory::Growing(room))
    }
}
