//! The C library: `simdsip.h` over the core. Translates, decides nothing.
//!
//! Each function turns pointers into slices and references once, in `raw` and `state`, and calls the core. It keeps
//! no state but the cap of backends and allocates nothing. A panic, which would be a fault of ours, ends the process at
//! the boundary: `extern "C"` functions abort rather than unwind.
//!
//! # Rules of the ABI
//! - Public structs begin with `struct_size`, which the caller sets. Fields are appended, never moved; what a caller's
//!   struct has no room for is not written, what an older library does not know is zeroed.
//! - Numbers are appended and never reused; 0 is unknown.
//! - `simdsip_span` and the functions' signatures never change. The SONAME counts what breaks these rules.
//!
//! # Safety
//! Every function relies on its caller for the same things, which `simdsip.h` states: pointers are NULL or good for
//! what their type and length say; a parser is one that `simdsip_init` gave and its memory has stayed where it was; the
//! bytes of a message are unchanged until the parser takes others; nobody parses with a parser that another thread uses.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![allow(non_camel_case_types, reason = "the names of C")]
#![allow(missing_docs, reason = "of a row of numbers the first says what they are")]

mod backend;
mod build;
mod defect;
mod error;
mod ids;
mod key;
mod message;
mod options;
mod patch;
mod raw;
mod routing;
mod state;
mod stream;
mod typed;
mod uri;
mod verdict;

pub use backend::*;
pub use build::*;
pub use defect::*;
pub use error::*;
pub use ids::*;
pub use key::*;
pub use message::*;
pub use options::*;
pub use patch::*;
pub use raw::simdsip_span;
pub use routing::*;
pub use state::*;
pub use stream::*;
pub use typed::*;
pub use uri::*;
pub use verdict::*;
