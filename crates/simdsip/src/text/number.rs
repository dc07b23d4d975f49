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
        Ok(match self.short_number() {
            Some(number) => number,
            None => any_number(self.apart())?,
        })
    }

    /// The number that all of it is, where that takes one look: one to eight digits, eight bytes into the input or
    /// behind.
    #[inline(always)]
    pub(crate) fn short_number(&self) -> Option<u32> {
        let (before, _) = self.whole().split_at_checked(self.end() as usize)?;
        let digits = Digits::of(before.last_chunk()?);
        // Those before the number become zeros.
        let others = u32::try_from(8usize.wrapping_sub(self.len())).ok().filter(|others| *others < 8)?;
        let digits = Digits(digits.0 >> others.wrapping_mul(8) << others.wrapping_mul(8));
        (digits.strays() == 0).then(|| digits.decimal())
    }

    /// The number that up to seven digits at the start make, and the offset behind them. `None` where there are none,
    /// or more, or fewer than eight bytes of input.
    #[inline(always)]
    pub(crate) fn leading_number(&self) -> Option<(u32, u32)> {
        let digits = Digits::of(self.whole().get(self.at()..)?.first_chunk()?);
        let len = digits.strays().trailing_zeros() / 8;
        let behind = self.start().saturating_add(len);
        if len == 0 || len > 7 || behind > self.end() {
            return None;
        }
        // Moved to the end, with zeros before them.
        Some((Digits(digits.0 << 64u32.wrapping_sub(len.wrapping_mul(8))).decimal(), behind))
    }
}

/// The same number digit by digit, or what is wrong with it.
#[inline(never)]
fn any_number(text: Span<'_>) -> Result<u32, Error> {
    let mut number = 0u32;
    let mut fits = true;
    for (at, &byte) in text.bytes().iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(Error::new(ErrorKind::Number, text.at().saturating_add(at)));
        }
        match number.checked_mul(10).and_then(|tens| tens.checked_add(digit.into())) {
            Some(next) => number = next,
            None => fits = false,
        }
    }
    if text.is_empty() {
        Err(text.error(ErrorKind::Number))
    } else if fits {
        Ok(number)
    } else {
        Err(text.error(ErrorKind::NumberRange))
    }
}

/// Eight bytes of text less `0` each, the first one lowest.
#[derive(Clone, Copy)]
struct Digits(u64);

impl Digits {
    const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
    /// The high bit of each byte.
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

    #[inline]
    fn of(text: &[u8; 8]) -> Digits {
        Digits(u64::from_le_bytes(*text) ^ Digits::ZEROS)
    }

    /// The high bit of each byte above nine, up to the first one at least; those behind it may be wrong.
    #[inline]
    fn strays(self) -> u64 {
        const TO_HIGH: u64 = u64::from_le_bytes([0x80 - 10; 8]);
        (self.0.wrapping_add(TO_HIGH) | self.0) & Digits::HIGH
    }

    /// The number that the eight digits make: pairs, then fours, then all of them.
    #[inline]
    fn decimal(self) -> u32 {
        const PAIRS: u64 = 0x00ff_00ff_00ff_00ff;
        const FOURS: u64 = 0x0000_ffff_0000_ffff;
        let pairs = self.0.wrapping_mul(10 << 8 | 1) >> 8 & PAIRS;
        let fours = pairs.wrapping_mul(100 << 16 | 1) >> 16 & FOURS;
        (fours.wrapping_mul(10_000 << 32 | 1) >> 32) as u32
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
