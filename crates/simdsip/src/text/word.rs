//! A token or quoted string: what stands as a display name or parameter value.

use core::fmt;
use core::iter::FusedIterator;

use super::Span;
use crate::message::token::is_lws;

/// A token, a quoted string, or whatever stands in their place (RFC 3261 §25.1).
///
/// ```
/// use simdsip::{Span, Word};
/// let word = Word::new(Span::new(br#""Joe \"the\" Plumber""#)?);
/// assert_eq!(word.to_string(), r#"Joe "the" Plumber"#);
/// assert!(word.is(br#"Joe "the" Plumber"#));
/// assert_eq!(word.raw(), br#""Joe \"the\" Plumber""#);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Word<'b> {
    span: Span<'b>,
}

impl<'b> Word<'b> {
    /// Reads all of `span` as one word.
    ///
    /// ```
    /// use simdsip::{Span, Word};
    /// assert_eq!(Word::new(Span::new(b"udp")?).raw(), b"udp");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn new(span: Span<'b>) -> Word<'b> {
        Word { span }
    }

    /// Where it stands, quotes included.
    ///
    /// ```
    /// use simdsip::{Span, Word};
    /// assert_eq!(Word::new(Span::new(b"udp")?).span().range(), 0..3);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }

    /// The bytes as on the wire, quotes and backslashes included.
    ///
    /// ```
    /// use simdsip::{Span, Word};
    /// assert_eq!(Word::new(Span::new(br#""a\"b""#)?).raw(), br#""a\"b""#);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn raw(&self) -> &'b [u8] {
        self.span.bytes()
    }

    /// Whether it begins with a quote.
    ///
    /// ```
    /// use simdsip::{Span, Word};
    /// assert!(!Word::new(Span::new(b"udp")?).is_quoted());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is_quoted(&self) -> bool {
        self.span.first() == Some(b'"')
    }

    /// What stands between the quotes, still escaped; all of it where there are none.
    ///
    /// ```
    /// use simdsip::{Span, Word};
    /// assert_eq!(Word::new(Span::new(br#""a\"b""#)?).inner(), br#"a\"b"#);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn inner(&self) -> &'b [u8] {
        let Some(open) = self.span.strip(b'"') else { return self.raw() };
        match self.span.end_of_quoted() {
            Some(end) => open.to(end.wrapping_sub(1)).bytes(),
            None => open.bytes(),
        }
    }

    /// The meaning in pieces: without quotes, backslashes of quoted pairs taken away, each fold with the blanks around it
    /// as the one space that it stands for (RFC 3261 §7.3.1; `LWS` of §25.1), as in [`crate::Unfolded`].
    ///
    /// ```
    /// use simdsip::{Span, Word};
    /// let word = Word::new(Span::new(br#""a\"b""#)?);
    /// assert!(word.unescaped().eq([&b"a"[..], br#""b"#]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn unescaped(&self) -> Unescaped<'b> {
        Unescaped { rest: self.inner(), quoted: self.is_quoted() }
    }

    /// Whether the meaning is `text`, case-sensitively.
    ///
    /// ```
    /// use simdsip::{Span, Word};
    /// assert!(Word::new(Span::new(br#""a\b""#)?).is(b"ab"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is(&self, text: &[u8]) -> bool {
        let mut rest = Some(text);
        for piece in self.unescaped() {
            rest = rest.and_then(|rest| rest.strip_prefix(piece));
        }
        rest.is_some_and(<[u8]>::is_empty)
    }

    /// Whether the meaning is `text` in any case of ASCII letters.
    ///
    /// ```
    /// use simdsip::{Span, Word};
    /// assert!(Word::new(Span::new(b"UDP")?).is_ignore_case(b"udp"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn is_ignore_case(&self, text: &[u8]) -> bool {
        if !self.is_quoted() {
            return self.raw().eq_ignore_ascii_case(text);
        }
        let mut rest = Some(text);
        for piece in self.unescaped() {
            rest = rest
                .and_then(|rest| rest.split_at_checked(piece.len()))
                .and_then(|(head, tail)| head.eq_ignore_ascii_case(piece).then_some(tail));
        }
        rest.is_some_and(<[u8]>::is_empty)
    }
}

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.unescaped().try_for_each(|piece| write_lossy(piece, f))
    }
}

impl fmt::Debug for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.span.fmt(f)
    }
}

/// Writes `bytes`, U+FFFD for what is not UTF-8.
pub(crate) fn write_lossy(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.utf8_chunks().try_for_each(|chunk| {
        f.write_str(chunk.valid())?;
        if chunk.invalid().is_empty() { Ok(()) } else { f.write_str("\u{fffd}") }
    })
}

/// The pieces of a [`Word`]'s meaning. Made by [`Word::unescaped`].
///
/// ```
/// use simdsip::{Span, Word};
/// let folded = Word::new(Span::new(b"\"a\r\n  b\"")?);
/// assert_eq!(folded.unescaped().collect::<Vec<_>>().concat(), b"a b");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Unescaped<'b> {
    rest: &'b [u8],
    quoted: bool,
}

impl<'b> Iterator for Unescaped<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        // White space that holds a line end is one space; a backslash makes the byte behind it literal.
        let white = self.rest.iter().take_while(|&&byte| is_lws(byte)).count();
        if let Some((fold, behind)) = self.rest.split_at_checked(white)
            && fold.contains(&b'\n')
        {
            self.rest = behind;
            return Some(b" ");
        }
        let literal = self.quoted && self.rest.first() == Some(&b'\\') && self.rest.len() > 1;
        self.rest = self.rest.get(usize::from(literal)..)?;
        // Each piece takes a byte at least, so a lone backslash at the end is a piece.
        let special = |&byte: &u8| byte == b'\n' || (self.quoted && byte == b'\\');
        let end = self.rest.iter().skip(1).position(special);
        let mut end = end.map_or(self.rest.len(), |at| at.saturating_add(1));
        if self.rest.get(end) == Some(&b'\n') {
            let text = self.rest.get(1..end)?.iter().rposition(|&byte| !is_lws(byte));
            end = text.map_or(1, |at| at.saturating_add(2));
        }
        let (piece, rest) = self.rest.split_at_checked(end)?;
        if piece.is_empty() {
            return None;
        }
        self.rest = rest;
        Some(piece)
    }
}

impl FusedIterator for Unescaped<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(text: &[u8]) -> std::vec::Vec<u8> {
        Word::new(Span::new(text).unwrap()).unescaped().flatten().copied().collect()
    }

    // covers: RFC 3261 §25.1
    #[test]
    fn quoted_pairs_and_folds() {
        for (text, want) in [
            (&br#""""#[..], &b""[..]),
            (br#""a""#, b"a"),
            (br#""\"""#, b"\""),
            (br#""\\""#, b"\\"),
            (br#""\\\"""#, br#"\""#),
            (br#""a\\b\"c""#, br#"a\b"c"#),
            (b"\"a \r\n\tb\"", b"a b"),
            (b"\"a\t \n b\r\r\n \r\n\tc \"", b"a b c "),
            (b"\"a\\ \t\r\n b\\\t\"", b"a  b\t"),
            (b"\"a \r b\rc\"", b"a \r b\rc"),
            (b"a\tb \r\n c", b"a\tb c"),
            (b"\"\r\n b\\\r\"", b" b\r"),
            (br"a\b", br"a\b"),
            (br#""open \""#, br#"open ""#),
            (br#""open \"#, br"open \"),
            (b"", b""),
        ] {
            assert_eq!(meaning(text), want, "{}", text.escape_ascii());
            assert!(Word::new(Span::new(text).unwrap()).is(want));
        }
        let word = Word::new(Span::new(br#""Ab\c""#).unwrap());
        assert!(word.is_ignore_case(b"aBC") && !word.is(b"aBC") && !word.is_ignore_case(b"aBCd"));
        assert!(!word.is(b"Ab") && !word.is(b"Abcd"));
    }

    proptest::proptest! {
        /// A value is read alike as a word and line by line.
        #[test]
        fn folds_are_those_of_unfolded(text in "[ab \t\r\n\\\\]{0,24}") {
            let value = crate::message::token::trim_lws(text.as_bytes());
            let lines: std::vec::Vec<_> = crate::Unfolded::new(value).collect();
            proptest::prop_assert_eq!(meaning(value), lines.join(&b' '));
        }
    }
}
