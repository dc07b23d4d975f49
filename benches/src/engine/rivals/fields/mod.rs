//! Rivals under classes `routing` and `typed`, one file each: their own accessors, read into the sink.
//!
//! Under `typed` each names the headers of which it gives every part; a header that it keeps as one
//! string, or of which its type drops parts, is left out there and not read in the timed call.

mod ezk;
mod rsip;
mod rsipstack;
mod rvoip;
mod sipmsg;

use crate::emission::Sink;
use crate::engine::fields::Reading;
use crate::engine::{Class, Engine};

pub(super) fn all() -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = Vec::new();
    for class in [Class::Routing, Class::Typed] {
        engines.push(Box::new(Reading::new(rsip::Rsip, class)));
        engines.push(Box::new(Reading::new(rsipstack::Rsipstack, class)));
        engines.push(Box::new(Reading::new(ezk::Ezk, class)));
        engines.push(Box::new(Reading::new(rvoip::Rvoip, class)));
    }
    engines.push(Box::new(Reading::new(sipmsg::Sipmsg, Class::Routing)));
    engines
}

/// The type and subtype of a media type that the parser keeps as one string.
#[inline(always)]
fn media<S: Sink>(text: &str, sink: &mut S) {
    let (kind, subtype) = text.split_once('/').unwrap_or((text, ""));
    sink.text("type", kind.trim().as_bytes());
    sink.text("subtype", subtype.trim().as_bytes());
}

/// A header that the parser keeps as one string, and that is one text or token.
#[inline(always)]
fn whole<S: Sink>(header: &str, value: &str, sink: &mut S) {
    if !value.is_empty() {
        sink.element(header);
        sink.text("value", value.as_bytes());
    }
}
