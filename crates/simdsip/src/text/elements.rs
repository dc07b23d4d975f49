//! The elements of a comma list.

use core::iter::FusedIterator;

use super::Span;
use crate::scan::window::matches;

/// The elements of a header value that is a comma list (RFC 3261 §7.3.1): split at commas that stand outside quotes,
/// angle brackets and, where the grammar has them, comments. Empty elements are passed over.
///
/// ```
/// use simdsip::{Elements, Span};
/// let list = Span::new(br#""Bond, James" <sip:007,x@mi6.example>, <sip:q@mi6.example>,"#)?;
/// let elements: Vec<_> = Elements::new(list).map(|element| element.bytes()).collect();
/// assert_eq!(elements, [&br#""Bond, James" <sip:007,x@mi6.example>"#[..], b"<sip:q@mi6.example>"]);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Elements<'b> {
    /// Without white space at its ends.
    rest: Span<'b>,
    /// The comma, and what opens text in which it does not count.
    stops: [u8; 4],
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// All of it is one element, even if that is empty.
    Single,
    /// Whether a comma stands in it is not known yet.
    Unseen,
    /// A comma was seen: what is left may hold more.
    List,
}

impl<'b> Elements<'b> {
    pub(crate) const USUAL: [u8; 4] = [b',', b'"', b'<', b','];
    pub(crate) const WITH_COMMENTS: [u8; 4] = [b',', b'"', b'<', b'('];
    pub(crate) const COMMAS_ALONE: [u8; 4] = [b','; 4];

    /// The elements of `rest`, which has no white space at its ends.
    #[inline(always)]
    pub(crate) fn of(rest: Span<'b>, stops: [u8; 4]) -> Elements<'b> {
        Elements { rest, stops, kind: Kind::Unseen }
    }

    /// The elements of `list`.
    ///
    /// ```
    /// use simdsip::{Elements, Span};
    /// assert_eq!(Elements::new(Span::new(b"a, ,b")?).count(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn new(list: Span<'b>) -> Elements<'b> {
        Elements::of(list.trim(), Elements::USUAL)
    }

    /// The elements of `list`, in which comments may stand: commas within those do not count.
    ///
    /// ```
    /// use simdsip::{Elements, Span};
    /// assert_eq!(Elements::with_comments(Span::new(b"a (x, y), b")?).count(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn with_comments(list: Span<'b>) -> Elements<'b> {
        Elements::of(list.trim(), Elements::WITH_COMMENTS)
    }

    /// The elements of `list`, in which neither quotes nor brackets mean anything: Call-IDs hold such bytes.
    ///
    /// ```
    /// use simdsip::{Elements, Span};
    /// assert_eq!(Elements::by_comma(Span::new(b"a\"<@x, b@y")?).count(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn by_comma(list: Span<'b>) -> Elements<'b> {
        Elements::of(list.trim(), Elements::COMMAS_ALONE)
    }

    /// All of `value`, which has no white space at its ends, as the one element that it is.
    #[inline(always)]
    pub(crate) fn single(value: Span<'b>) -> Elements<'b> {
        Elements { rest: value, stops: Elements::COMMAS_ALONE, kind: Kind::Single }
    }

    /// Whether parentheses are text in what is left: where there are no comments, or one that nothing closes was met.
    /// For whoever stops a walk and goes on from what is left later.
    ///
    /// ```
    /// use simdsip::{Elements, Span};
    /// let mut open = Elements::with_comments(Span::new(b"a (b, c")?);
    /// assert!(!open.ignores_comments());
    /// assert_eq!(open.next().unwrap().bytes(), b"a (b");
    /// assert!(open.ignores_comments());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn ignores_comments(&self) -> bool {
        self.stops != Elements::WITH_COMMENTS
    }

    /// No elements.
    #[inline]
    pub(crate) fn none() -> Elements<'b> {
        Elements::of(Span::NOTHING, Elements::USUAL)
    }
}

/// The same as [`before_comma`] where there is a short element, a comma, and perhaps one space behind it. `None` for all
/// else.
#[inline(always)]
fn usual(rest: Span<'_>) -> Option<[u32; 3]> {
    let window = rest.near()?;
    let stops = matches(window, [b',', b'"', b'<', b'(']);
    let at = stops.trailing_zeros();
    let byte = |at: u32| window.get(at as usize).copied();
    let is_graphic = |at: u32| byte(at).is_some_and(|byte| byte > b' ');
    let behind = at.wrapping_add(if byte(at.wrapping_add(1)) == Some(b' ') { 2 } else { 1 });
    let [end, behind_place] = [at, behind].map(|at| rest.start().wrapping_add(at));
    let usual = byte(at) == Some(b',') && is_graphic(at.wrapping_sub(1)) && is_graphic(behind);
    // What is behind the comma is within the list, which has no white space at its end.
    (usual && behind_place < rest.end()).then_some([rest.start(), end, behind_place])
}

/// Where the first element of `rest` that is not empty begins and ends, and where what follows its comma begins: places
/// and not spans, for those stay in registers.
#[inline(never)]
fn before_comma(mut rest: Span<'_>, stops: [u8; 4]) -> Option<[u32; 3]> {
    while !rest.is_empty() {
        let end = end_of_element(rest, stops);
        let element = rest.to(end).trim_end();
        rest = rest.after(end).trim_start();
        if !element.is_empty() {
            return Some([element.start(), element.end(), rest.start()]);
        }
    }
    None
}

/// Whether a parenthesis opens and none closes it.
#[cold]
fn has_open_comment(mut rest: Span<'_>) -> bool {
    loop {
        let open = rest.from(rest.find([b'(']));
        if open.is_empty() {
            return false;
        }
        match open.end_of_comment() {
            Some(end) => rest = open.from(end),
            None => return true,
        }
    }
}

#[inline]
fn end_of_element(mut rest: Span<'_>, stops: [u8; 4]) -> u32 {
    loop {
        let at = rest.find(stops);
        let open = rest.from(at);
        let end = match rest.byte(at) {
            Some(b'"') => open.end_of_quoted(),
            Some(b'<') => Some(open.find_far([b'>'])),
            Some(b'(') => open.end_of_comment(),
            _ => return at,
        };
        match end {
            Some(end) => rest = rest.from(end),
            None => return rest.end(),
        }
    }
}

impl<'b> Iterator for Elements<'b> {
    type Item = Span<'b>;

    #[inline(always)]
    fn next(&mut self) -> Option<Span<'b>> {
        let rest = self.rest;
        if rest.is_empty() && self.kind != Kind::Single {
            return None;
        }
        // Nearly always there is no comma, and then nothing else matters.
        if self.kind == Kind::Single || (self.kind == Kind::Unseen && rest.find_far([b',']) == rest.end()) {
            *self = Elements { rest: rest.from(u32::MAX), kind: Kind::List, ..*self };
            return Some(rest);
        }
        if self.kind == Kind::Unseen && self.stops == Elements::WITH_COMMENTS && has_open_comment(rest) {
            // What is not closed is no comment, and hides no commas.
            self.stops = Elements::USUAL;
        }
        self.kind = Kind::List;
        let found = match usual(rest) {
            Some(found) => Some(found),
            None => before_comma(rest.apart(), self.stops),
        };
        let [start, end, behind] = found.unwrap_or([rest.end(); 3]);
        self.rest = rest.between(behind, rest.end());
        found.is_some().then(|| rest.between(start, end))
    }
}

impl FusedIterator for Elements<'_> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_usual_ones_are_found_as_any_is((text, range) in crate::text::values(&["INVITE, ACK,BYE", "a (b), <c>"])) {
            let rest = Span::within(&text, range).trim();
            for stops in [Elements::USUAL, Elements::WITH_COMMENTS, Elements::COMMAS_ALONE] {
                if let Some(found) = usual(rest) {
                    prop_assert_eq!(Some(found), before_comma(rest, stops));
                }
            }
        }
    }
}
