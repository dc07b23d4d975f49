//! Text of a header value: where it stands, and the lexical elements that all grammars share.
//!
//! [`Span`] is bytes with their place in the input, [`Word`] a token or quoted string, [`Params`] the parameters
//! behind a value, [`Elements`] the elements of a comma list. All are read leniently: what stands there is given as it
//! is, and what the grammar forbids is for the defects to tell. Line ends inside a value are white space
//! (RFC 3261 §7.3.1). Grammar: RFC 3261 §25.1.

mod elements;
mod find;
mod number;
mod params;
mod span;
mod word;

pub use elements::Elements;
pub(crate) use find::any_of;
pub(crate) use params::end_outside_quotes;
pub use params::{Param, Params};
pub use span::Span;
pub use word::{Unescaped, Word};
