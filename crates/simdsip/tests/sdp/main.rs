//! Session descriptions: what real programs send, what other parsers make of it, a slow reader as twin, each defect alone.
#![cfg(feature = "std")]

mod builder;
mod corpora;
mod defects;
mod edit_twin;
mod edits;
mod generate;
mod oracle;
mod rfc;
mod twin;

#[path = "../common/sdp.rs"]
mod plain;

use plain::{assert_equal, plain, walk};
