//! SigComp: SIP messages in a tenth of their bytes.
//!
//! [`Endpoint`] is one side: it decompresses what arrives and compresses what is sent. Below it, [`Udvm`] runs the
//! bytecode that a sender brought along, and [`StateStore`] keeps what the application allowed to be kept.
//!
//! # What it refuses to do
//! No socket, no clock, no thread, no randomness of the operating system. No state is created and no feedback believed
//! before the application has said whose message it was.

#![no_std]
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod capture;
pub mod compress;
pub mod dict;
mod endpoint;
mod framing;
mod header;
mod nack;
mod params;
mod reason;
mod state;
pub mod udvm;

pub use capture::{CaptureDecoder, Decoded};
pub use compress::Mode;
pub use endpoint::{
    AcceptError, Endpoint, Limits, LookUp, NULL_BYTECODE, Received, Sent, Source, Token, Verify,
};
pub use framing::{Deframer, frame};
pub use header::{Header, Start, is_sigcomp};
pub use nack::{Nack, write_nack};
pub use params::{Params, Transport};
pub use reason::{Detail, Failure, PartialId, Reason};
pub use state::{
    CompartmentId, Held, LOCAL_PRIORITY, STATE_OVERHEAD, StateId, StateItem, StateStore, Within,
};
pub use udvm::{Draft, Native, Outcome, Request, States, Udvm};
