//! Parsers that only the suite links, behind the feature `rivals`.

mod ezk;
mod fields;
mod owned;
mod parsip;
mod pico;
mod sdp;
mod stack;

use super::Engine;

pub(super) fn all() -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = vec![
        Box::new(pico::Pico::new()),
        Box::new(parsip::Parsip::new()),
        Box::new(owned::SipCore),
        Box::new(owned::Rsip),
        Box::new(stack::Rsipstack),
        Box::new(ezk::Ezk),
    ];
    engines.extend(fields::all());
    engines.extend(sdp::all());
    engines
}

/// Name and value of a header that displays as it is written.
fn split_display(text: &str) -> (&[u8], &[u8]) {
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    (name.as_bytes(), value.as_bytes())
}
