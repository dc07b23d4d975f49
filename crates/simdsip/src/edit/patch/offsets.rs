//! Edits by offset beside those of SIP: what can be added, and nothing that would undo what a patch has noted.

use core::ops::Range;

use super::super::splice::Splices;
use crate::error::Error;

/// A patch's edits by offset. Made by [`crate::Patch::splices`]; each does what that of [`Splices`] does, with the same
/// errors. Text is put in as it is, control bytes too.
///
/// ```
/// # let (parser, mut index, mut room) = (simdsip::Parser::default(), simdsip::Index::new(), simdsip::edit::EditRoom::new());
/// let message = parser.parse(b"MESSAGE sip:b SIP/2.0\r\nl: 2\r\n\r\nhi", &mut index)?;
/// let mut patch = simdsip::Patch::new(&message, &mut room)?;
/// let mut edits: simdsip::edit::Offsets = patch.splices();
/// edits.insert_before(31, &[b"o"])?;
/// edits.remove(32..33)?;
/// edits.insert(33, &[b"!\r\n"])?;
/// assert_eq!(patch.finish()?.to_vec(), b"MESSAGE sip:b SIP/2.0\r\nl: 5\r\n\r\noh!\r\n");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Debug)]
pub struct Offsets<'p, 's, 't>(&'p mut Splices<'s, 't>);

impl<'p, 's, 't> Offsets<'p, 's, 't> {
    pub(super) fn new(edits: &'p mut Splices<'s, 't>) -> Offsets<'p, 's, 't> {
        Offsets(edits)
    }

    /// As [`Splices::insert`].
    ///
    /// # Errors
    /// As there.
    pub fn insert(&mut self, at: usize, text: &[&[u8]]) -> Result<(), Error> {
        self.0.insert(at, text)
    }

    /// As [`Splices::insert_before`].
    ///
    /// # Errors
    /// As there.
    pub fn insert_before(&mut self, at: usize, text: &[&[u8]]) -> Result<(), Error> {
        self.0.insert_before(at, text)
    }

    /// As [`Splices::replace`].
    ///
    /// # Errors
    /// As there.
    pub fn replace(&mut self, range: Range<usize>, text: &[&[u8]]) -> Result<(), Error> {
        self.0.replace(range, text)
    }

    /// As [`Splices::replace_lent`].
    ///
    /// # Errors
    /// As there.
    pub fn replace_lent(&mut self, range: Range<usize>, text: &'t [u8]) -> Result<(), Error> {
        self.0.replace_lent(range, text)
    }

    /// As [`Splices::remove`].
    ///
    /// # Errors
    /// As there.
    pub fn remove(&mut self, range: Range<usize>) -> Result<(), Error> {
        self.0.remove(range)
    }
}
