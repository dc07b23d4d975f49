//! Edits: the list of splices, patches of messages, and messages built, each against a slow and plain twin.
#![cfg(feature = "std")]

mod built;
#[allow(dead_code, unreachable_pub, reason = "shared with other test binaries")]
#[path = "../common/examples.rs"]
mod examples;
mod linear;
mod patches;
mod rules;
mod splices;
mod twin;
