//! Decimal numbers that fit, or an error: never a wrong one.

use super::Span;
use crate::error::{Error, ErrorKind};

impl Span<'_> {
    /// The decimal number that all of it is. Leading zeros count for nothing.
    ///
    /// # Errors
    /// `Number` at the first byte that is no digit, or where there is none; `NumberRange` above `u32::MAX`.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// assert_eq!(Span::new(b"0068")?.number()?, 68);
    /// assert_eq!(Span::new(b"6x")?.number().unwrap_err().at, 1);
    /// assert_eq!(Span::new(b"4294967296")?.number().unwrap_err().kind, ErrorKind::NumberRange);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn number(&self) -> Result<u32, Error> {
        let mut number = 0u32;
        let mut fits = true;
        for (at, &byte) in self.bytes().iter().enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return Err(Error::new(ErrorKind::Number, self.at().saturating_add(at)));
            }
            match number.checked_mul(10).and_then(|tens| tens.checked_add(digit.into())) {
                Some(next) => number = next,
                None => fits = false,
            }
        }
        if self.is_empty() {
            Err(self.error(ErrorKind::Number))
        } else if fits {
            Ok(number)
        } else {
            Err(self.error(ErrorKind::NumberRange))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // covers: RFC 3261 §25.1
    #[test]
    fn numbers_at_the_edges() {
        let number = |text: &'static str| Span::new(text.as_bytes()).unwrap().number();
        assert_eq!(number("0"), Ok(0));
        assert_eq!(number("4294967295"), Ok(u32::MAX));
        assert_eq!(number("00000000000000000004294967295"), Ok(u32::MAX));
        for big in [
            "4294967296",
            "4294967300",
            "42949672950",
            "9223372036854775808",
            "111111111111111111111111111111",
        ] {
            assert_eq!(number(big), Err(Error::new(ErrorKind::NumberRange, 0)));
        }
        for (bad, at) in
            [("", 0), ("-1", 0), ("+1", 0), (" 1", 0), ("1 ", 1), ("0x1", 1), ("99999999999x", 11)]
        {
            assert_eq!(number(bad), Err(Error::new(ErrorKind::Number, at)));
        }
    }
}
