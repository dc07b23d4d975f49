//! The Universal Decompressor Virtual Machine (RFC 3320 §8, §9; RFC 4896).
//!
//! Runs bytecode on one message: output, requests for states, feedback, cycles. Creates no state and believes no
//! feedback; both wait for the application.

pub mod asm;
mod bits;
pub mod disasm;
mod expr;
mod huffman;
pub mod isa;
mod memory;
mod native;
mod ops;
mod run;
mod vm;

pub(crate) use bits::{Input, Order, reversed};
pub(crate) use memory::{Memory, Ring};
pub use ops::fcs16;
pub use run::{
    Draft, Feedback, FeedbackItem, Outcome, Request, RequestedFeedback, Requests, ReturnedParams, States,
};
pub use vm::{Native, Step, Udvm};
