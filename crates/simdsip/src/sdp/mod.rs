//! Session descriptions: what media go where, in which formats (RFC 8866; RFC 4566 and 2327 as old devices speak them).
//!
//! [`Sdp::parse`] finds lines by the crate's scanner and puts their offsets and type letters into an index of the caller's.
//! Sections, attributes and values are found and read when asked for; nothing is copied, and every line, known or not, is
//! there byte for byte. What is odd is told by [`Sdp::defects`]; only limits refuse a description. [`SdpBuilder`] writes one,
//! [`SdpPatch`] changes one, [`offer`] makes offers and answers. Takes over nothing from one section to another unless asked.

mod attribute;
mod build;
mod check;
mod defects;
mod edit;
mod formats;
mod index;
mod judge;
mod line;
mod lookup;
mod message;
mod name;
mod number;
pub mod offer;
mod section;
pub mod shape;
mod table;
pub mod typed;
mod value;
mod view;
mod words;

pub use attribute::{Attribute, Attributes};
pub use build::{Address, SdpBuilder};
pub use defects::SdpDefects;
pub use edit::{SdpEdits, SdpPatch};
#[cfg(feature = "alloc")]
pub use index::GrowSdpIndex;
pub(crate) use index::SdpLimits;
pub use index::{SdpIndex, SdpRoom};
pub use line::{Bandwidth, Connection, MediaLine, Origin, Repeat, Timing, Zone};
pub use name::{AttributeName, AttributeShape, Level, Multiplicity};
pub use number::Decimal;
pub use section::{Direction, Media, MediaSections, Section};
pub use typed::SdpAttribute;
pub use value::AttributeValue;
pub use view::{Line, LineKind, Lines, Sdp};
pub use words::Words;
