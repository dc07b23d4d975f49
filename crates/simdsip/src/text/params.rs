//! Parameters: `;name=value` behind a value, or the comma-separated ones of authentication.

use core::fmt;
use core::iter::FusedIterator;

use super::{Span, Word};
use crate::message::token::is_lws;
use crate::scan::window::matches_far;

/// One parameter. The name as on the wire; the value is absent where there is no `=`.
///
/// ```
/// use simdsip::{Params, Span};
/// let mut params = Params::new(Span::new(b";lr;transport=udp")?);
/// let (lr, transport) = (params.next().unwrap(), params.next().unwrap());
/// assert!(lr.is(b"LR") && lr.value().is_none());
/// assert_eq!(transport.value().unwrap().raw(), b"udp");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Param<'b> {
    name: Span<'b>,
    /// Offsets in the input; zero, where no value can begin, if there is none.
    value: u32,
    value_end: u32,
}

impl<'b> Param<'b> {
    /// The name as on the wire; case does not matter (RFC 3261 §7.3.1).
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert_eq!(Params::new(Span::new(b";Tag=1")?).next().unwrap().name(), b"Tag");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn name(&self) -> &'b [u8] {
        self.name.bytes()
    }

    /// Where the name stands.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert_eq!(Params::new(Span::new(b";Tag=1")?).next().unwrap().name_span().range(), 1..4);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn name_span(&self) -> Span<'b> {
        self.name
    }

    /// The value: a token, host or quoted string. `None` where there is no `=`.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// let param = Params::new(Span::new(br#";text="a b""#)?).next().unwrap();
    /// assert_eq!(param.value().unwrap().to_string(), "a b");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self) -> Option<Word<'b>> {
        (self.value != 0).then(|| Word::new(self.name.at_places(self.value, self.value_end)))
    }

    /// Whether the name is `name`, in any case.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert!(Params::new(Span::new(b";Tag=1")?).next().unwrap().is(b"tag"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is(&self, name: &[u8]) -> bool {
        let own = self.name.bytes();
        // Most names differ in length or first letter, or not at all.
        own.len() == name.len()
            && matches!((own, name), ([a, ..], [b, ..]) if a.eq_ignore_ascii_case(b))
            && (own == name || own.eq_ignore_ascii_case(name))
    }
}

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Param").field("name", &self.name).field("value", &self.value()).finish()
    }
}

/// The parameters of a value, in wire order, duplicates kept (RFC 3261 §7.3.1). Empty ones are passed over.
///
/// ```
/// use simdsip::{Params, Span};
/// let params = Params::new(Span::new(br#";a=1;;b="x;y";c"#)?);
/// let names: Vec<_> = params.clone().map(|param| param.name()).collect();
/// assert_eq!(names, [b"a", b"b", b"c"]);
/// assert_eq!(params.get(b"B").unwrap().value().unwrap().inner(), b"x;y");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone)]
pub struct Params<'b> {
    rest: Span<'b>,
    separator: u8,
}

impl<'b> Params<'b> {
    /// Parameters separated by semicolons; one before the first may stand or not.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert_eq!(Params::new(Span::new(b"lr;ob")?).count(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn new(span: Span<'b>) -> Params<'b> {
        Params { rest: span, separator: b';' }
    }

    /// Parameters separated by commas, as authentication has them (RFC 3261 §25.1, `auth-param`).
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// let params = Params::by_comma(Span::new(br#"qop="auth,auth-int", stale=FALSE"#)?);
    /// assert_eq!(params.get(b"stale").unwrap().value().unwrap().raw(), b"FALSE");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn by_comma(span: Span<'b>) -> Params<'b> {
        Params { rest: span, separator: b',' }
    }

    /// All of them as they stand.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert_eq!(Params::new(Span::new(b";lr;ob")?).span().bytes(), b";lr;ob");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.rest
    }

    /// The first parameter of that name, in any case.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert!(Params::new(Span::new(b";lr;ob")?).get(b"OB").is_some());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<Param<'b>> {
        self.get_here(name)
    }

    /// [`Params::get`] where it is called, for the few parameters that every message is asked for.
    #[inline(always)]
    pub(crate) fn get_here(&self, name: &[u8]) -> Option<Param<'b>> {
        let mut rest = Params { rest: self.rest, separator: self.separator };
        loop {
            let (param, behind) = rest.split_first()?;
            if param.is(name) {
                return Some(param);
            }
            rest.rest = rest.rest.from(behind);
        }
    }

    /// The value of the first parameter of that name; `None` where it is absent or has none.
    ///
    /// ```
    /// use simdsip::{Params, Span};
    /// assert!(Params::new(Span::new(b";transport=TCP")?).value(b"transport").unwrap().is(b"TCP"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self, name: &[u8]) -> Option<Word<'b>> {
        self.get(name)?.value()
    }
}

impl<'b> Iterator for Params<'b> {
    type Item = Param<'b>;

    #[inline(always)]
    fn next(&mut self) -> Option<Param<'b>> {
        let (param, behind) = self.split_first().unzip();
        self.rest = self.rest.from(behind.unwrap_or(u32::MAX));
        param
    }
}

impl<'b> Params<'b> {
    /// The first parameter and the offset behind it.
    #[inline(always)]
    fn split_first(&self) -> Option<(Param<'b>, u32)> {
        if self.rest.is_empty() {
            return None;
        }
        match self.usual() {
            Some(found) => Some(found),
            None => any(self.rest.apart(), self.separator),
        }
    }

    /// The first parameter and the offset behind it, if it is what nearly all are: perhaps a separator, and a space
    /// behind it; a name; perhaps a value, and no white space around it; all that within two windows, but for the end of
    /// a quoted value. `None` for all else.
    #[inline(always)]
    fn usual(&self) -> Option<(Param<'b>, u32)> {
        let rest = self.rest;
        let window = rest.far()?;
        let start = match window {
            [first, b' ', ..] if *first == self.separator => 2,
            [first, ..] => u32::from(*first == self.separator),
        };
        // The end is a stop too.
        let end = 1u64.checked_shl(rest.len() as u32).unwrap_or(0);
        let from_start = u64::MAX.wrapping_shl(start);
        let stops = (matches_far(window, [self.separator, b'"']) & end.wrapping_sub(1) | end) & from_start;
        let equals = matches_far(window, [b'=']) & stops.wrapping_sub(1) & !stops;
        let byte = |at: u32| window.get(at as usize).copied();
        let is_graphic = |at: u32| byte(at).is_some_and(|byte| byte > b' ');
        let place = |at: u32| rest.start().wrapping_add(at);
        let stop = stops.trailing_zeros();
        let ends = place(stop) == rest.end() || byte(stop) == Some(self.separator);
        let name_end = if equals == 0 { stop } else { equals.trailing_zeros() };
        if start >= name_end || !is_graphic(start) || !is_graphic(name_end.wrapping_sub(1)) {
            return None;
        }
        let name = rest.at_places(place(start), place(name_end));
        if equals == 0 {
            return ends.then_some((Param { name, value: 0, value_end: 0 }, place(stop)));
        }
        let value = name_end.wrapping_add(1);
        if stop == value && byte(value) == Some(b'"') && !ends {
            let open = rest.from(place(value));
            let close = open.after(open.start()).find_far([b'"', b'\\']);
            let behind = close.wrapping_add(1);
            let closed =
                open.byte(close) == Some(b'"') && open.byte(behind).is_none_or(|byte| byte == self.separator);
            return closed.then_some((Param { name, value: place(value), value_end: behind }, behind));
        }
        let usual = ends && value < stop && is_graphic(value) && is_graphic(stop.wrapping_sub(1));
        (usual && byte(value) != Some(b'<'))
            .then_some((Param { name, value: place(value), value_end: place(stop) }, place(stop)))
    }
}

/// The first parameter of `rest` and the offset behind it, whatever stands there.
#[inline(never)]
fn any(mut rest: Span<'_>, separator: u8) -> Option<(Param<'_>, u32)> {
    while rest.first().is_some_and(|byte| byte == separator || is_lws(byte)) {
        rest = rest.after(rest.start());
    }
    if rest.is_empty() {
        return None;
    }
    let at = rest.find([b'=', separator]);
    let name = rest.to(at).trim_end();
    if rest.byte(at) != Some(b'=') {
        return Some((Param { name, value: 0, value_end: 0 }, at));
    }
    let value = rest.after(at).trim_start();
    let end = end_of_value(value, separator);
    let value = value.to(end).trim_end();
    Some((Param { name, value: value.start(), value_end: value.end() }, end))
}

impl FusedIterator for Params<'_> {}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Where the value of a parameter ends: at a separator outside quotes, and outside the angle brackets of a value that
/// begins with one.
#[inline]
fn end_of_value(value: Span<'_>, separator: u8) -> u32 {
    let bracketed = value.first() == Some(b'<');
    end_outside_quotes(if bracketed { value.from(value.find([b'>'])) } else { value }, separator)
}

/// Where the next separator stands that is not within quotes; the end where there is none, or where a quoted string is
/// not closed.
#[inline]
pub(crate) fn end_outside_quotes(text: Span<'_>, separator: u8) -> u32 {
    let mut rest = text;
    loop {
        let at = rest.find([separator, b'"']);
        if rest.byte(at) != Some(b'"') {
            return at;
        }
        match rest.from(at).end_of_quoted() {
            Some(end) => rest = rest.from(end),
            None => return rest.end(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_usual_ones_are_read_as_any_is(
            (text, range) in crate::text::values(&[";tag=7", ";a=\"b;c\";lr", ", realm=\"x\", b=c"]),
        ) {
            let rest = Span::within(&text, range);
            for separator in [b';', b','] {
                if let Some(usual) = (Params { rest, separator }).usual() {
                    prop_assert_eq!(std::format!("{usual:?}"), std::format!("{:?}", super::any(rest, separator).unwrap()));
                }
            }
        }
    }
}
