//! SCTP over several paths, without I/O: RFC 9260 and what signalling needs of its extensions.
//!
//! [`wire`] reads and writes packets and stands alone.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::panic, clippy::string_slice))]

pub mod wire;
