//! Text of a header value: where it stands, and the lexical elements that all grammars share.
//!
//! [`Span`] is bytes with their place in the input, [`Word`] a token or quoted string, [`Params`] the parameters
//! behind a value, [`Elements`] the elements of a comma list. All are read leniently: what stands there is given as it
//! is, and what the grammar forbids is for the defects to tell. Line ends inside a value are white space
//! (RFC 3261 §7.3.1). Grammar: RFC 3261 §25.1.

mod elements;
mod find;
mod number;
mod params;
mod span;
mod word;

pub use elements::Elements;
pub(crate) use find::any_of;
pub(crate) use params::end_outside_quotes;
pub use params::{Param, Params};
pub use span::Span;
pub(crate) use word::write_lossy;
pub use word::{Unescaped, Word};

/// Input with a value in it: pieces of `examples` and of what is hard about values, and the place of some of it.
#[cfg(test)]
pub(crate) fn values(
    examples: &'static [&'static str],
) -> impl proptest::strategy::Strategy<Value = (std::vec::Vec<u8>, core::ops::Range<usize>)> {
    use proptest::prelude::*;
    let hard = [
        " ", "\t", "\r\n ", "\"", "\\", "<", ">", ";", ":", "@", "?", "=", ",", "(", ")", "/", "[", "]", "1",
        "x",
    ];
    let piece = prop_oneof![
        3 => (0..examples.len()).prop_map(move |at| examples[at]),
        1 => (0..hard.len()).prop_map(move |at| hard[at]),
    ];
    (prop::collection::vec(piece, 0..9), any::<[prop::sample::Index; 2]>(), any::<bool>()).prop_map(
        |(pieces, [first, last], tail)| {
            let mut text = pieces.concat().into_bytes();
            let (first, last) = (first.index(text.len() + 1), last.index(text.len() + 1));
            text.extend_from_slice(if tail { &[b';'; 80] } else { &[] });
            (text, first.min(last)..first.max(last))
        },
    )
}
