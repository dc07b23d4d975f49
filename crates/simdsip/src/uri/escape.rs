//! Text in which bytes may be escaped, `%41` for `A`.
//!
//! Decodes on request and once: `%2541` is `%41`. A `%` without two hexadecimal digits is itself, and `%00` a byte like
//! any other. Grammar: RFC 3261 §25.1, `escaped`; rules §19.1.2, §19.1.4.

use core::fmt;
use core::iter::FusedIterator;

use super::fold;
use crate::text::Span;

/// A part of a URI in which bytes may be escaped (RFC 3261 §19.1.2).
///
/// ```
/// use simdsip::Uri;
/// let uri = Uri::parse(b"sip:null-%00-%75ser@example.com")?;
/// let user = uri.user().unwrap();
/// assert_eq!(user.raw(), b"null-%00-%75ser");
/// assert!(user.is(b"null-\0-user"));
/// assert_eq!(user.to_string(), "null-\0-user");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Escaped<'b> {
    span: Span<'b>,
}

impl<'b> Escaped<'b> {
    /// All of `span` as such text.
    ///
    /// ```
    /// use simdsip::{Escaped, Span};
    /// assert!(Escaped::new(Span::new(b"%61")?).is(b"a"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn new(span: Span<'b>) -> Escaped<'b> {
        Escaped { span }
    }

    /// Where it stands.
    ///
    /// ```
    /// use simdsip::{Escaped, Span};
    /// assert_eq!(Escaped::new(Span::new(b"%61")?).span().range(), 0..3);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }

    /// The bytes as on the wire.
    ///
    /// ```
    /// use simdsip::{Escaped, Span};
    /// assert_eq!(Escaped::new(Span::new(b"%61")?).raw(), b"%61");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn raw(&self) -> &'b [u8] {
        self.span.bytes()
    }

    /// The bytes that it means, decoded once.
    ///
    /// ```
    /// use simdsip::{Escaped, Span};
    /// let text = Escaped::new(Span::new(b"v%61lue%25%34%31%4")?);
    /// assert!(text.unescaped().eq(*b"value%41%4"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn unescaped(&self) -> PercentDecoded<'b> {
        PercentDecoded { rest: self.raw() }
    }

    /// Whether it means `text`, case-sensitively.
    ///
    /// ```
    /// use simdsip::{Escaped, Span};
    /// assert!(Escaped::new(Span::new(b"j%40s0n")?).is(b"j@s0n"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is(&self, text: &[u8]) -> bool {
        if !self.has_escape() {
            return self.raw() == text;
        }
        self.unescaped().eq(text.iter().copied())
    }

    /// Whether it means `text` in any case of ASCII letters.
    ///
    /// ```
    /// use simdsip::{Escaped, Span};
    /// assert!(Escaped::new(Span::new(b"%6C%72")?).is_ignore_case(b"LR"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is_ignore_case(&self, text: &[u8]) -> bool {
        let raw = self.raw();
        let decoded = || self.unescaped().map(|byte| byte.to_ascii_lowercase());
        let is_text = || decoded().eq(text.iter().map(u8::to_ascii_lowercase));
        let surplus = raw.len().wrapping_sub(text.len());
        if surplus == 0 {
            return fold::equal(raw, text) && (!text.contains(&b'%') || is_text());
        }
        // Decoding takes two bytes away for each escape.
        raw.len() > text.len() && surplus.is_multiple_of(2) && self.has_escape() && is_text()
    }

    #[inline]
    fn has_escape(&self) -> bool {
        self.raw().contains(&b'%')
    }

    /// Whether both are equivalent (RFC 3261 §19.1.4): an escape equals the byte it stands for, unless that is reserved.
    #[inline]
    pub(super) fn equals(&self, other: &Escaped<'_>, case: Case) -> bool {
        let (ours, theirs) = (self.raw(), other.raw());
        let same = match case {
            Case::Sensitive => ours == theirs,
            Case::Ignored => fold::equal(ours, theirs),
        };
        // An escape is two bytes longer than what it stands for.
        let may_be = || ours.len() % 2 == theirs.len() % 2 && (self.has_escape() || other.has_escape());
        same || (may_be() && self.units(case).eq(other.units(case)))
    }

    /// What equivalence compares: bytes, and escapes of reserved bytes as units of their own.
    pub(super) fn units(&self, case: Case) -> impl Iterator<Item = Unit> + use<'b> {
        let mut rest = self.raw();
        core::iter::from_fn(move || {
            let escaped = rest.first() == Some(&b'%');
            let before = rest.len();
            let byte = decode_first(&mut rest)?;
            let is_escape = escaped && before.wrapping_sub(rest.len()) == 3;
            Some(match case {
                _ if is_escape && is_reserved(byte) => Unit::Escape(byte),
                Case::Sensitive => Unit::Byte(byte),
                Case::Ignored => Unit::Byte(byte.to_ascii_lowercase()),
            })
        })
    }
}

/// Whether the case of letters counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Sensitive,
    Ignored,
}

/// What equivalence compares.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Byte(u8),
    /// A reserved byte that is escaped.
    Escape(u8),
}

/// Whether an escape is not equivalent to the byte (RFC 3261 §19.1.4: the reserved set of RFC 2396 §2.2).
const fn is_reserved(byte: u8) -> bool {
    matches!(byte, b';' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'+' | b'$' | b',')
}

/// Takes the first byte that `rest` means.
#[inline]
fn decode_first(rest: &mut &[u8]) -> Option<u8> {
    if let [b'%', high, low, tail @ ..] = *rest
        && let (Some(high), Some(low)) = (digit(*high), digit(*low))
    {
        *rest = tail;
        return Some(high << 4 | low);
    }
    let (&first, tail) = rest.split_first()?;
    *rest = tail;
    Some(first)
}

/// The value of a hexadecimal digit.
#[inline]
const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(byte.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}

impl fmt::Display for Escaped<'_> {
    /// The meaning, U+FFFD for what is not UTF-8.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lossy = Lossy { bytes: [0; 4], len: 0 };
        self.unescaped().try_for_each(|byte| lossy.push(byte, f))?;
        if lossy.len > 0 { f.write_str("\u{fffd}") } else { Ok(()) }
    }
}

/// The bytes of a character that is not complete.
struct Lossy {
    bytes: [u8; 4],
    len: usize,
}

impl Lossy {
    fn push(&mut self, byte: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len = self.len.wrapping_add(1);
        }
        while self.len > 0 {
            let bytes = self.bytes.get(..self.len).unwrap_or(&[]);
            let taken = match core::str::from_utf8(bytes) {
                Ok(text) => {
                    self.len = 0;
                    return f.write_str(text);
                }
                // At most three bytes wait for the rest of their character.
                Err(error) => match error.error_len() {
                    None => return Ok(()),
                    Some(bad) => bad,
                },
            };
            f.write_str("\u{fffd}")?;
            self.bytes.rotate_left(taken.min(4));
            self.len = self.len.saturating_sub(taken.max(1));
        }
        Ok(())
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.span.fmt(f)
    }
}

/// The bytes that text with escapes means. Made by [`Escaped::unescaped`].
///
/// ```
/// use simdsip::{Escaped, Span};
/// let decoded: Vec<u8> = Escaped::new(Span::new(b"a%20b")?).unescaped().collect();
/// assert_eq!(decoded, b"a b");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PercentDecoded<'b> {
    rest: &'b [u8],
}

impl Iterator for PercentDecoded<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        decode_first(&mut self.rest)
    }
}

impl FusedIterator for PercentDecoded<'_> {}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn escaped(text: &[u8]) -> Escaped<'_> {
        Escaped::new(Span::new(text).unwrap())
    }

    // covers: RFC 3261 §19.1.2
    #[test]
    fn lone_percents_are_themselves() {
        for (text, want) in [
            (&b"%"[..], &b"%"[..]),
            (b"%4", b"%4"),
            (b"%%41", b"%A"),
            (b"%4%41", b"%4A"),
            (b"%zz", b"%zz"),
            (b"%g1%1g", b"%g1%1g"),
            (b"%2541", b"%41"),
            (b"%00%ff", b"\0\xff"),
            (b"", b""),
        ] {
            assert_eq!(escaped(text).unescaped().collect::<Vec<_>>(), want);
            assert!(escaped(text).is(want) && escaped(text).is_ignore_case(want));
        }
        assert!(!escaped(b"%41").is(b"a") && escaped(b"%41").is_ignore_case(b"a"));
        assert!(!escaped(b"%41").is_ignore_case(b"%41"));
    }

    #[test]
    fn rfc3261_19_1_4_reserved_bytes_are_not_equal_to_their_escapes() {
        for byte in 0..=u8::MAX {
            let plain = [byte];
            let escape = std::format!("%{byte:02x}");
            let equal = escaped(&plain).equals(&escaped(escape.as_bytes()), Case::Sensitive);
            assert_eq!(equal, !b";/?:@&=+$,".contains(&byte), "{escape}");
            assert!(
                escaped(escape.as_bytes())
                    .equals(&escaped(escape.to_uppercase().as_bytes()), Case::Sensitive)
            );
        }
    }

    proptest! {
        #[test]
        fn display_is_the_lossy_meaning(text in "[%a-f0-9é€𝄞]{0,20}", bytes in any::<Vec<u8>>()) {
            for text in [text.as_bytes(), &bytes] {
                let meaning: Vec<u8> = escaped(text).unescaped().collect();
                prop_assert_eq!(escaped(text).to_string(), String::from_utf8_lossy(&meaning));
            }
        }
    }
}
