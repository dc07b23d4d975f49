//! Where a message is written.

use crate::error::{Error, ErrorKind};

/// A buffer of fixed length, written from its start, or a `Vec`, written at its end.
///
/// ```
/// use simdsip::build::Output;
/// let (mut buffer, mut vec) = ([0; 64], Vec::new());
/// let outputs: [Output<'_>; 2] = [(&mut buffer[..]).into(), (&mut vec).into()];
/// # let _ = outputs;
/// ```
#[derive(Debug)]
pub struct Output<'o>(Place<'o>);

#[derive(Debug)]
enum Place<'o> {
    Fixed {
        room: &'o mut [u8],
        len: usize,
    },
    #[cfg(feature = "alloc")]
    Growing {
        vec: &'o mut alloc::vec::Vec<u8>,
        start: usize,
    },
    /// What was written is the caller's.
    Done,
}

impl<'o> From<&'o mut [u8]> for Output<'o> {
    fn from(room: &'o mut [u8]) -> Output<'o> {
        Output(Place::Fixed { room, len: 0 })
    }
}

#[cfg(feature = "alloc")]
impl<'o> From<&'o mut alloc::vec::Vec<u8>> for Output<'o> {
    fn from(vec: &'o mut alloc::vec::Vec<u8>) -> Output<'o> {
        let start = vec.len();
        Output(Place::Growing { vec, start })
    }
}

impl<'o> Output<'o> {
    /// What was written so far.
    #[inline]
    pub(crate) fn written(&self) -> &[u8] {
        match &self.0 {
            Place::Fixed { room, len } => room.get(..*len).unwrap_or(&[]),
            #[cfg(feature = "alloc")]
            Place::Growing { vec, start } => vec.get(*start..).unwrap_or(&[]),
            Place::Done => &[],
        }
    }

    /// The same for good.
    pub(crate) fn into_written(mut self) -> &'o [u8] {
        match core::mem::replace(&mut self.0, Place::Done) {
            Place::Fixed { room, len } => room.get(..len).unwrap_or(&[]),
            #[cfg(feature = "alloc")]
            Place::Growing { vec, start } => vec.get(start..).unwrap_or(&[]),
            Place::Done => &[],
        }
    }

    /// Writes one piece, all or nothing.
    #[inline]
    pub(crate) fn put_one(&mut self, piece: &[u8]) -> Result<(), Error> {
        match &mut self.0 {
            Place::Fixed { room, len } => {
                let end = len.saturating_add(piece.len());
                let place = room.get_mut(*len..end).ok_or(Error::new(ErrorKind::Room, end))?;
                place.copy_from_slice(piece);
                *len = end;
            }
            #[cfg(feature = "alloc")]
            Place::Growing { vec, .. } => vec.extend_from_slice(piece),
            Place::Done => {}
        }
        Ok(())
    }

    /// Writes groups of pieces, all or nothing.
    pub(crate) fn put(&mut self, groups: &[&[&[u8]]]) -> Result<(), Error> {
        let mut size = 0usize;
        for piece in groups.iter().copied().flatten() {
            size = size.saturating_add(piece.len());
        }
        match &mut self.0 {
            Place::Fixed { room, len } => {
                let end = len.saturating_add(size);
                let Some(mut rest) = room.get_mut(*len..end) else {
                    return Err(Error::new(ErrorKind::Room, end));
                };
                for piece in groups.iter().copied().flatten() {
                    // Their sum is what there is.
                    let Some((place, behind)) = rest.split_at_mut_checked(piece.len()) else { break };
                    place.copy_from_slice(piece);
                    rest = behind;
                }
                *len = end;
            }
            #[cfg(feature = "alloc")]
            Place::Growing { vec, .. } => {
                vec.reserve(size);
                groups.iter().copied().flatten().for_each(|piece| vec.extend_from_slice(piece));
            }
            Place::Done => {}
        }
        Ok(())
    }

    /// Takes back what was written behind the first `at` bytes.
    pub(crate) fn cut(&mut self, at: usize) {
        match &mut self.0 {
            Place::Fixed { len, .. } => *len = at.min(*len),
            #[cfg(feature = "alloc")]
            Place::Growing { vec, start } => vec.truncate(start.saturating_add(at)),
            Place::Done => {}
        }
    }
}

/// A message that is given up leaves nothing in a `Vec`.
impl Drop for Output<'_> {
    fn drop(&mut self) {
        self.cut(0);
    }
}
