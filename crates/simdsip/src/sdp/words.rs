//! Words apart by spaces: what most values of SDP are made of.
//!
//! One space separates two words (RFC 8866 §9); runs of spaces and tabs are read as one, for a defect to tell. Lists of
//! other separators are split the same way.

use core::fmt;
use core::iter::FusedIterator;

use crate::scan::window::matches_far;
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
    /// Where words end that two windows from `base` on have shown: bit `i` for byte `base + i`.
    stops: u64,
    base: u32,
    separator: u8,
}

impl<'b> Words<'b> {
    /// Those apart by spaces.
    #[inline]
    #[must_use]
    pub fn new(text: Span<'b>) -> Words<'b> {
        Words::apart(text, b' ')
    }

    /// Those apart by `separator`, white space around them left out.
    #[inline]
    #[must_use]
    pub fn apart(text: Span<'b>, separator: u8) -> Words<'b> {
        Words { rest: text, stops: 0, base: 0, separator }
    }

    /// What is left.
    #[inline]
    #[must_use]
    pub fn rest(&self) -> Span<'b> {
        self.rest
    }

    /// Tabs are spaces.
    #[inline]
    fn set(&self) -> [u8; 2] {
        [self.separator, if self.separator == b' ' { b'\t' } else { self.separator }]
    }

    /// Where the next word ends.
    #[inline]
    fn stop(&mut self) -> u32 {
        if self.stops == 0 {
            self.base = self.rest.start();
            let len = self.rest.len() as u32;
            let end = 1u64.checked_shl(len).unwrap_or(0);
            let found = self.rest.far().map_or(0, |window| matches_far(window, self.set()));
            self.stops = found & end.wrapping_sub(1) | end;
            if self.rest.far().is_none() || self.stops == 0 {
                self.stops = 0;
                return self.rest.find(self.set());
            }
        }
        let stop = self.base.wrapping_add(self.stops.trailing_zeros());
        self.stops &= self.stops.wrapping_sub(1);
        stop
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
            let end = self.stop();
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

/// A part of a value that a view keeps: a third of a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    start: u32,
    end: u32,
}

impl Place {
    /// That of `span`.
    #[inline(always)]
    pub(super) fn of(span: Span<'_>) -> Place {
        Place { start: span.start(), end: span.end() }
    }

    /// The part again, of the input that `text` is a piece of.
    #[inline(always)]
    pub(super) fn within<'b>(self, text: Span<'b>) -> Span<'b> {
        text.at_places(self.start, self.end)
    }

    /// Its bytes.
    #[inline(always)]
    pub(super) fn bytes<'b>(self, text: Span<'b>) -> &'b [u8] {
        self.within(text).bytes()
    }

    #[inline(always)]
    pub(super) fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// The first `N` words of a text, the last of which is all that is left.
#[derive(Clone, Copy)]
pub(super) struct Fields<const N: usize> {
    places: [Place; N],
    count: usize,
}

impl<const N: usize> Fields<N> {
    /// Finds them.
    #[inline(always)]
    pub(super) fn of(text: Span<'_>) -> Fields<N> {
        match Fields::usual(text) {
            Some(fields) => fields,
            None => Fields::any(text.apart()),
        }
    }

    /// Where one space stands between words, none at the ends, and two windows see enough. `None` for all else.
    #[inline(always)]
    fn usual(text: Span<'_>) -> Option<Fields<N>> {
        let window = text.far()?;
        let len = text.len() as u32;
        let end = 1u64.checked_shl(len).unwrap_or(0);
        let spaces = matches_far(window, [b' ', b'\t']) & end.wrapping_sub(1);
        if len == 0 || spaces & (spaces << 1 | 1) != 0 || text.last().is_none_or(|byte| byte <= b' ') {
            return None;
        }
        // The end is a stop too, if it is seen.
        let (mut stops, last) = (spaces | end, N.wrapping_sub(1));
        let nothing = Place { start: text.end(), end: text.end() };
        let mut fields = Fields { places: [nothing; N], count: 0 };
        let mut start = text.start();
        for (at, place) in fields.places.iter_mut().enumerate() {
            if at == last {
                *place = Place { start, end: text.end() };
                fields.count = N;
                break;
            }
            if stops == 0 {
                return None;
            }
            let stop = text.start().wrapping_add(stops.trailing_zeros());
            *place = Place { start, end: stop };
            start = stop.wrapping_add(1);
            if stop == text.end() {
                fields.count = at.wrapping_add(1);
                break;
            }
            stops &= stops.wrapping_sub(1);
        }
        Some(fields)
    }

    /// The same for whatever stands there.
    #[inline(never)]
    fn any(text: Span<'_>) -> Fields<N> {
        let nothing = Place { start: text.end(), end: text.end() };
        let mut fields = Fields { places: [nothing; N], count: 0 };
        let mut words = Words::new(text);
        let last = N.wrapping_sub(1);
        for (at, place) in fields.places.iter_mut().enumerate() {
            let rest = words.rest();
            let Some(word) = words.next() else { break };
            *place = Place::of(if at == last { rest.trim() } else { word });
            fields.count = at.wrapping_add(1);
        }
        fields
    }

    /// How many there are.
    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The one at `at`, if there is one.
    #[inline(always)]
    pub(super) fn get(&self, at: usize) -> Option<Place> {
        if at < self.count { self.places.get(at).copied() } else { None }
    }

    /// The one at `at`; nothing, at the end, where there is none.
    #[inline(always)]
    pub(super) fn or_end(&self, at: usize) -> Place {
        self.places.get(at).copied().unwrap_or_default()
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
                prop_assert_eq!((usual.places, usual.count), (any.places, any.count));
            }
            let slow: Vec<&[u8]> = span.bytes().split(|byte| b" \t".contains(byte)).filter(|word| !word.is_empty()).collect();
            prop_assert!(Words::new(span).map(|word| word.bytes()).eq(slow));
        }
    }

    use std::vec::Vec;
}
