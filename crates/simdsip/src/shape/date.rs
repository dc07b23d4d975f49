//! Dates of RFC 1123, in GMT only (RFC 3261 §20.17).
//!
//! The weekday is not trusted and not needed: date and time say it all.

use super::token::some;
use crate::error::{Error, ErrorKind};
use crate::text::Span;

/// A date and time in GMT.
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::Date;
/// let date = Date::parse(Span::new(b"Sat, 13 Nov 2010 23:29:00 GMT")?)?;
/// assert_eq!((date.year, date.month, date.day), (2010, 11, 13));
/// assert_eq!(date.unix_seconds(), 1_289_690_940);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// 0 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31, as the month has them.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 60: a leap second may be told.
    pub second: u8,
}

const MONTHS: [&[u8]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];

impl Date {
    /// Reads the value.
    ///
    /// # Errors
    /// `Date` where it is not of the form `Sat, 13 Nov 2010 23:29:00 GMT`, names a day or time that does not exist, or
    /// another zone than GMT.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Date;
    /// assert!(Date::parse(Span::new(b"Fri, 01 Jan 2010 16:00:00 EST")?).is_err()); // RFC 4475 baddate
    /// assert!(Date::parse(Span::new(b"Mon, 29 Feb 2010 16:00:00 GMT")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'_>) -> Result<Date, Error> {
        let text = some(value)?;
        read(text.bytes()).ok_or(text.error(ErrorKind::Date))
    }

    /// Seconds since 1970-01-01 00:00:00 GMT, leap seconds not counted; negative before.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Date;
    /// assert_eq!(Date::parse(Span::new(b"Thu, 01 Jan 1970 00:00:01 GMT")?)?.unix_seconds(), 1);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "years have four digits, and the rest is bounded by them"
    )]
    pub fn unix_seconds(&self) -> i64 {
        // Years counted from March, so that the leap day is the last of its year.
        let [month, day] = [self.month, self.day].map(i64::from);
        let year = i64::from(self.year) - i64::from(month < 3);
        let from_march = (month + 9) % 12;
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * from_march + 2) / 5 + day - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        ((days * 24 + i64::from(self.hour)) * 60 + i64::from(self.minute)) * 60 + i64::from(self.second)
    }
}

fn read(text: &[u8]) -> Option<Date> {
    let mut words = text.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
    let weekday = words.next()?;
    if !matches!(weekday, [a, b, c, b','] if [a, b, c].iter().all(|byte| byte.is_ascii_alphabetic())) {
        return None;
    }
    let day = digits(words.next()?, 2)?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?.checked_add(1)?;
    let year = digits(words.next()?, 4)?;
    let mut time = words.next()?.split(|&byte| byte == b':');
    let mut next = || digits(time.next()?, 2);
    let [hour, minute, second] = [next()?, next()?, next()?];
    if time.next().is_some() || !words.next()?.eq_ignore_ascii_case(b"GMT") || words.next().is_some() {
        return None;
    }
    let exists = (1..=days_in(month, year)).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    let small = |number: u16| u8::try_from(number).ok();
    let (month, day) = (u8::try_from(month).ok()?, small(day)?);
    exists.then_some(Date {
        year,
        month,
        day,
        hour: small(hour)?,
        minute: small(minute)?,
        second: small(second)?,
    })
}

/// Exactly so many digits.
fn digits(text: &[u8], count: usize) -> Option<u16> {
    if text.len() != count || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    text.iter().try_fold(0u16, |number, digit| {
        number.checked_mul(10)?.checked_add(u16::from(digit.wrapping_sub(b'0')))
    })
}

fn days_in(month: usize, year: u16) -> u16 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    /// Every day from 1970 to 2100, counted one by one.
    // covers: RFC 3261 §20.17
    #[test]
    fn every_day_of_130_years() {
        let mut days = 0i64;
        for year in 1970u16..2100 {
            for (month, name) in MONTHS.iter().enumerate() {
                for day in 1..=days_in(month + 1, year) {
                    let name = core::str::from_utf8(name).unwrap();
                    let text = format!("Mon, {day:02} {name} {year} 12:34:56 GMT");
                    let date = Date::parse(Span::new(text.as_bytes()).unwrap()).unwrap();
                    assert_eq!(date.unix_seconds(), days * 86_400 + 45_296, "{text}");
                    days += 1;
                }
            }
        }
        assert_eq!(days, 47_482);
    }

    // covers: RFC 3261 §20.17
    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "Sat, 13 Nov 2010 23:29:00",
            "Sat 13 Nov 2010 23:29:00 GMT",
            "Sat, 13 Nov 2010 23:29:00 EST",
            "Sat, 13 Nov 2010 23:29:00 GMT x",
            "Sat, 13 Nov 10 23:29:00 GMT",
            "Sat, 1 Nov 2010 23:29:00 GMT",
            "Sat, 31 Nov 2010 23:29:00 GMT",
            "Sat, 00 Nov 2010 23:29:00 GMT",
            "Sat, 13 Nov 2010 24:00:00 GMT",
            "Sat, 13 Nov 2010 23:60:00 GMT",
            "Sat, 13 Nov 2010 23:29:61 GMT",
            "Sat, 13 Nov 2010 23:29 GMT",
            "Sat, 13 Nov 2010 23:29:00:00 GMT",
            "Sat, 13 Now 2010 23:29:00 GMT",
            "Thu, 29 Feb 1900 00:00:00 GMT",
        ] {
            assert!(Date::parse(Span::new(text.as_bytes()).unwrap()).is_err(), "{text}");
        }
    }
}
