//! Numbers of SDP: integers of 64 bits, decimals with a fraction, times with a unit.
//!
//! A number that is malformed or too large is an error with its place, never another number. RFC 8866 §9.

use crate::error::{Error, ErrorKind};
use crate::text::Span;

/// The decimal integer that all of `text` is.
///
/// # Errors
/// `Number` at the first byte that is no digit, or where there is none; `NumberRange` above `u64::MAX`.
#[inline(always)]
pub(super) fn integer(text: Span<'_>) -> Result<u64, Error> {
    if let Some(number) = text.short_number() {
        return Ok(number.into());
    }
    // Nine to sixteen digits are two of up to eight.
    let middle = text.end().wrapping_sub(8);
    if text.len() > 8
        && let (Some(high), Some(low)) = (text.to(middle).short_number(), text.from(middle).short_number())
    {
        return Ok(u64::from(high).wrapping_mul(100_000_000).wrapping_add(low.into()));
    }
    long_integer(text.apart())
}

/// The same digit by digit.
#[inline(never)]
fn long_integer(text: Span<'_>) -> Result<u64, Error> {
    let mut number = Some(0u64);
    for (at, &byte) in text.bytes().iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(Error::new(ErrorKind::Number, text.at().saturating_add(at)));
        }
        number = number.and_then(|number| number.checked_mul(10)?.checked_add(digit.into()));
    }
    if text.is_empty() {
        Err(text.error(ErrorKind::Number))
    } else {
        number.ok_or(text.error(ErrorKind::NumberRange))
    }
}

/// The same where at most `u32::MAX`: for priorities and sources, which have ten digits.
#[inline(always)]
pub(super) fn integer32(text: Span<'_>) -> Result<u32, Error> {
    u32::try_from(integer(text)?).map_err(|_| text.error(ErrorKind::NumberRange))
}

/// The same where at most 65,535.
#[inline(always)]
pub(super) fn integer16(text: Span<'_>) -> Result<u16, Error> {
    u16::try_from(integer(text)?).map_err(|_| text.error(ErrorKind::NumberRange))
}

/// A decimal number that may have a fraction (RFC 8866 §9 `non-zero-int-or-real`): ptime, framerate.
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::Decimal;
/// let rate = Decimal::parse(Span::new(b"29.97")?)?;
/// assert_eq!((rate.integer(), rate.thousandths(), rate.fraction()), (29, 29_970, &b"97"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Decimal<'b> {
    span: Span<'b>,
    integer: u32,
    point: u32,
}

impl<'b> Decimal<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Number` where it is not digits, or digits and a point and digits; `NumberRange` above `u32::MAX`.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Decimal<'b>, Error> {
        let span = value.trim();
        if let Some(integer) = span.short_number() {
            return Ok(Decimal { span, integer, point: span.end() });
        }
        let point = span.find([b'.']);
        let integer = integer32(span.to(point))?;
        let fraction = span.after(point);
        let digits = fraction.bytes().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let whole = digits == fraction.len() && (point == span.end() || digits > 0);
        if !whole {
            return Err(Error::new(ErrorKind::Number, fraction.at().saturating_add(digits)));
        }
        Ok(Decimal { span, integer, point })
    }

    /// What stands before the point.
    #[inline]
    #[must_use]
    pub fn integer(&self) -> u32 {
        self.integer
    }

    /// The digits behind the point; none where there is no point.
    #[must_use]
    pub fn fraction(&self) -> &'b [u8] {
        self.span.after(self.point).bytes()
    }

    /// The number in thousandths; further digits are cut off.
    #[must_use]
    pub fn thousandths(&self) -> u64 {
        let digits = self.fraction().iter().copied().chain([b'0'; 3]).take(3);
        let thousandths =
            digits.fold(0, |sum: u64, digit| sum.wrapping_mul(10).wrapping_add((digit & 15).into()));
        u64::from(self.integer).wrapping_mul(1_000).wrapping_add(thousandths)
    }

    /// Where it stands.
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }
}

/// Seconds that a number with a unit is: `7d`, `1h`, `-1h`, `3600` (RFC 8866 §9 `typed-time`).
///
/// # Errors
/// `Number`, `NumberRange` as for integers.
pub(super) fn typed_time(text: Span<'_>) -> Result<i64, Error> {
    let (negative, digits) = match text.strip(b'-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let unit = match digits.last() {
        Some(b'd') => 86_400,
        Some(b'h') => 3_600,
        Some(b'm') => 60,
        Some(b's') => 1,
        _ => 0,
    };
    let digits = digits.to(digits.end().saturating_sub(u32::from(unit != 0)));
    let seconds = i64::try_from(integer(digits)?).ok().and_then(|number| number.checked_mul(unit.max(1)));
    let seconds = seconds.ok_or(text.error(ErrorKind::NumberRange))?;
    Ok(if negative { seconds.wrapping_neg() } else { seconds })
}
