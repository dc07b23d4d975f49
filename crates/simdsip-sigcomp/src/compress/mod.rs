//! Compressors: what is sent, and in which states it is remembered.
//!
//! `codec` is the bytecode, `encode` one message against a window, `plan` which state a message builds on. RFC 3320 §5,
//! RFC 3321.

pub mod codec;
mod cut;
mod encode;
mod matches;
mod plan;

pub use plan::Mode;
pub(crate) use plan::{Attempt, Compressor, Try, Workshop};
