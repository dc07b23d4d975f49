//! Words apart by spaces: what most values of SDP are made of.
//!
//! One space separates two words (RFC 8866 §9); runs of spaces and tabs are read as one, for a defect to tell. Lists of
//! other separators are split the same way.

use core::fmt;
use core::iter::FusedIterator;

use crate::text::Span;

/// Words of a text, in order; empty ones are left out.
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::Words;
/// assert!(Words::new(Span::new(b" 0  8 101")?).map(|word| word.bytes()).eq([&b"0"[..], b"8", b"101"]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Words<'b> {
    rest: Span<'b>,
    separator: u8,
}

impl<'b> Words<'b> {
    /// Those apart by spaces.
    #[inline]
    #[must_use]
    pub fn new(text: Span<'b>) -> Words<'b> {
        Words { rest: text, separator: b' ' }
    }

    /// Those apart by `separator`, white space around them left out.
    #[inline]
    #[must_use]
    pub fn apart(text: Span<'b>, separator: u8) -> Words<'b> {
        Words { rest: text, separator }
    }

    /// What is left.
    #[inline]
    #[must_use]
    pub fn rest(&self) -> Span<'b> {
        self.rest
    }
}

impl<'b> Iterator for Words<'b> {
    type Item = Span<'b>;

    #[inline]
    fn next(&mut self) -> Option<Span<'b>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let tab = if self.separator == b' ' { b'\t' } else { self.separator };
            let end = self.rest.find([self.separator, tab]);
            let word = self.rest.to(end);
            self.rest = self.rest.after(end);
            let word = if self.separator == b' ' { word } else { word.trim() };
            if !word.is_empty() {
                return Some(word);
            }
        }
    }
}

impl FusedIterator for Words<'_> {}

impl fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

/// The first `N` words of a text, the last of which is all that is left.
#[derive(Clone, Copy)]
pub(super) struct Fields<'b, const N: usize> {
    text: Span<'b>,
    /// Start and end of each.
    places: [(u32, u32); N],
    count: usize,
}

impl<'b, const N: usize> Fields<'b, N> {
    /// Finds them.
    #[inline(always)]
    pub(super) fn of(text: Span<'b>) -> Fields<'b, N> {
        match Fields::usual(text) {
            Some(fields) => fields,
            None => Fields::any(text.apart()),
        }
    }

    /// Where one space stands between words, none at the ends, and two windows see enough. `None` for all else.
    #[inline(always)]
    fn usual(text: Span<'b>) -> Option<Fields<'b, N>> {
        let window = text.far()?;
        let len = text.len() as u32;
        let within = if len >= 64 { u64::MAX } else { 1u64.wrapping_shl(len).wrapping_sub(1) };
        let mut spaces = crate::scan::window::matches_far(window, [b' ', b'\t']) & within;
        if len == 0 || spaces & (spaces << 1 | 1) != 0 || text.last().is_none_or(|byte| byte <= b' ') {
            return None;
        }
        let mut fields = Fields { text, places: [(0, 0); N], count: N };
        let (mut start, last) = (text.start(), N.wrapping_sub(1));
        for (at, place) in fields.places.iter_mut().enumerate() {
            if at == last || spaces == 0 {
                if at != last && len > 64 {
                    return None;
                }
                *place = (start, text.end());
                fields.count = at.wrapping_add(1);
                return Some(fields);
            }
            let end = text.start().wrapping_add(spaces.trailing_zeros());
            *place = (start, end);
            start = end.wrapping_add(1);
            spaces &= spaces.wrapping_sub(1);
        }
        Some(fields)
    }

    /// The same for whatever stands there.
    #[inline(never)]
    fn any(text: Span<'b>) -> Fields<'b, N> {
        let mut fields = Fields { text, places: [(0, 0); N], count: 0 };
        let mut words = Words::new(text);
        let last = N.wrapping_sub(1);
        for (at, place) in fields.places.iter_mut().enumerate() {
            let rest = words.rest();
            let Some(word) = words.next() else { break };
            let word = if at == last { rest.trim() } else { word };
            if word.is_empty() {
                break;
            }
            *place = (word.start(), word.end());
            fields.count = at.wrapping_add(1);
        }
        fields
    }

    /// How many there are.
    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The one at `at`; nothing where there is none.
    #[inline(always)]
    pub(super) fn get(&self, at: usize) -> Option<Span<'b>> {
        if at >= self.count {
            return None;
        }
        self.places.get(at).map(|(start, end)| self.text.at_places(*start, *end))
    }

    /// The one at `at`; nothing, at the end, where there is none.
    #[inline(always)]
    pub(super) fn or_end(&self, at: usize) -> Span<'b> {
        self.get(at).unwrap_or(self.text.from(self.text.end()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_usual_fields_are_read_as_any_are(
            text in prop::collection::vec(prop_oneof![3 => Just(b' '), 1 => Just(b'\t'), 9 => b'a'..=b'y'], 0..150),
            cut in any::<[prop::sample::Index; 2]>(),
        ) {
            let (a, b) = (cut[0].index(text.len() + 1), cut[1].index(text.len() + 1));
            let span = Span::within(&text, a.min(b)..a.max(b));
            if let Some(usual) = Fields::<4>::usual(span) {
                let any = Fields::<4>::any(span);
                for at in 0..5 {
                    prop_assert_eq!(usual.get(at).map(|word| word.range()), any.get(at).map(|word| word.range()));
                }
            }
            let slow: Vec<&[u8]> = span.bytes().split(|byte| b" \t".contains(byte)).filter(|word| !word.is_empty()).collect();
            prop_assert!(Words::new(span).map(|word| word.bytes()).eq(slow));
        }
    }

    use std::vec::Vec;
}
