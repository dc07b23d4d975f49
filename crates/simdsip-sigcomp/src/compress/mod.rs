//! Compressors: what is sent, and in which states it is remembered.
//!
//! `codec` is the bytecode, `parse` the way through one message against a window, `encode` that way in bits, `plan` which
//! state a message builds on. RFC 3320 §5, RFC 3321.

pub mod codec;
mod cut;
mod encode;
mod matches;
mod parse;
mod plan;

pub use plan::Mode;
pub(crate) use plan::{Attempt, Compressor, Try, Workshop};
