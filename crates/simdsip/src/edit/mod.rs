//! Edits: a few bytes changed, all others as they came.
//!
//! [`Splices`] is a list of changes to bytes by their offsets. It knows nothing of SIP, so that it serves bodies as
//! well. The bytes that are edited are neither copied nor touched; what comes out is a list of slices, of the original
//! and of what was put in, to be written at once ([`Edited::io_slices`]), copied ([`Edited::write_to`],
//! [`Edited::append_to`]), or made in the buffer that holds the original ([`Settled::in_place`]).
//!
//! # What edits mean together
//! Every edit speaks of the bytes as they were before any edit, so the order in which edits are made matters in two
//! places only: among texts inserted at one offset, and among edits of the very same range, of which the last counts.
//!
//! * An edit within the range of another counts for nothing: the bytes that it speaks of are gone.
//! * Removals that overlap remove what each of them does.
//! * Text inserted strictly inside a range that another edit takes is gone with it; text inserted at either end of one
//!   stays.
//! * Two ranges that cross, of which one is replaced by text, are an `Overlap` error when the list is settled: nobody
//!   can say where that text belongs.
//!
//! # Room
//! The list is kept where the caller says: an [`EditRoom`] of fixed size, used again and again; a [`GrowRoom`] (feature
//! `alloc`); or slices ([`Store::of`]). A list that is full refuses an edit with a `Limit` error and stays as it was.
//!
//! ```
//! use simdsip::edit::{EditRoom, Splices};
//!
//! let original = b"c=IN IP4 10.0.0.7\r\nm=audio 4000 RTP/AVP 0\r\n";
//! let mut room = EditRoom::new(); // once
//! let mut edits = Splices::new(&mut room, 0..original.len())?;
//! edits.replace(9..17, &[b"192.0.2.1"])?;
//! edits.replace(27..31, &[b"5", b"006"])?; // pieces are joined
//! edits.remove(41..43)?;
//! edits.insert(41, &[b" 101"])?;
//! edits.insert(41, &[b"\r\n"])?;
//! let edited = edits.settle()?.of(original)?;
//! assert_eq!(edited.to_vec(), b"c=IN IP4 192.0.2.1\r\nm=audio 5006 RTP/AVP 0 101\r\n");
//! assert_eq!(edited.len(), 48);
//! # Ok::<(), simdsip::Error>(())
//! ```
//!
//! Reference: none; the result is what an element sends on (RFC 3261 §16.6, §16.7).

mod output;
mod patch;
mod room;
mod settle;
mod splice;
pub(crate) mod text;

pub use output::{Edited, Pieces, Settled};
pub use patch::{Lists, Names, Offsets, Patch, Style};
#[cfg(feature = "alloc")]
pub use room::GrowRoom;
pub use room::{EditRoom, Store};
pub use splice::{Splice, Splices};
