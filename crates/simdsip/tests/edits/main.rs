//! Edits: the list of splices, patches of messages, and messages built, each against a slow and plain twin.
#![cfg(feature = "std")]

mod patches;
mod rules;
mod splices;
mod twin;
