//! Numbers: Max-Forwards, Expires, Session-Expires, Retry-After, CSeq, RAck, Timestamp.
//!
//! A number is read when the view is made: one that is malformed or too large is an error, never some other number.
//! Which range a header allows is for the defects to tell.

use crate::error::{Error, ErrorKind};
use crate::header::Method;
use crate::text::{Span, Word};

/// A decimal number (RFC 3261 §25.1): Content-Length, Max-Forwards, Expires, RSeq.
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::Number;
/// assert_eq!(Number::parse(Span::new(b"0070")?)?.value(), 70);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Number<'b> {
    value: u32,
    span: Span<'b>,
}

impl<'b> Number<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `Number` or `NumberRange`, as [`Span::number`].
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Number;
    /// assert!(Number::parse(Span::new(b"-1")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Number<'b>, Error> {
        let span = value.trim();
        Ok(Number { value: span.number()?, span })
    }

    /// The number.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Number;
    /// assert_eq!(Number::parse(Span::new(b"3600")?)?.value(), 3600);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self) -> u32 {
        self.value
    }

    /// Where its digits stand.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Number;
    /// assert_eq!(Number::parse(Span::new(b" 070")?)?.span().range(), 1..4);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }
}

/// A decimal number with parameters: Session-Expires, Min-SE, Geolocation-Error.
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::NumberParams;
/// let session = NumberParams::parse(Span::new(b"4000;refresher=uac")?)?;
/// assert_eq!((session.value(), session.param(b"refresher").unwrap().value().unwrap().raw()), (4000, &b"uac"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NumberParams<'b> {
    number: u32,
    value: Span<'b>,
    params: u32,
}

impl<'b> NumberParams<'b> {
    /// Reads one element.
    ///
    /// # Errors
    /// `Number` or `NumberRange`, as [`Span::number`].
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::NumberParams;
    /// assert!(NumberParams::parse(Span::new(b";refresher=uac")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<NumberParams<'b>, Error> {
        let value = value.trim();
        if let Some((number, params)) = value.leading_number()
            && value.byte(params).is_none_or(|byte| byte == b';')
        {
            return Ok(NumberParams { number, value, params });
        }
        let params = value.find([b';']);
        Ok(NumberParams { number: value.to(params).trim_end().number()?, value, params })
    }

    /// The number.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::NumberParams;
    /// assert_eq!(NumberParams::parse(Span::new(b"90")?)?.value(), 90);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self) -> u32 {
        self.number
    }
}

with_params!(NumberParams, "90;x=1");

/// Retry-After: seconds, perhaps a comment, parameters (RFC 3261 §20.33).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::RetryAfter;
/// let retry = RetryAfter::parse(Span::new(b"18000 (in a meeting; really);duration=3600")?)?;
/// assert_eq!((retry.seconds(), retry.comment().unwrap()), (18000, &b"in a meeting; really"[..]));
/// assert_eq!(retry.param(b"duration").unwrap().value().unwrap().span().number()?, 3600);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RetryAfter<'b> {
    seconds: u32,
    comment: Option<Span<'b>>,
    value: Span<'b>,
    params: u32,
}

impl<'b> RetryAfter<'b> {
    /// Reads the value.
    ///
    /// # Errors
    /// `Number` or `NumberRange` of the seconds, `Comment` at a parenthesis that is not closed.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// use simdsip::shape::RetryAfter;
    /// assert_eq!(RetryAfter::parse(Span::new(b"5 (soon")?).unwrap_err().kind, ErrorKind::Comment);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'b>) -> Result<RetryAfter<'b>, Error> {
        let value = value.trim();
        let at = value.find([b';', b'(', b' ', b'\t', b'\r', b'\n']);
        let seconds = value.to(at).number()?;
        let behind = value.from(at).trim_start();
        let (comment, behind) = if behind.first() == Some(b'(') {
            let end = behind.end_of_comment().ok_or(behind.error(ErrorKind::Comment))?;
            let inner = behind.after(behind.start()).to(end.saturating_sub(1));
            (Some(inner), behind.from(end))
        } else {
            (None, behind)
        };
        Ok(RetryAfter { seconds, comment, value, params: behind.find([b';']) })
    }

    /// How long to wait, in seconds.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::RetryAfter;
    /// assert_eq!(RetryAfter::parse(Span::new(b"120")?)?.seconds(), 120);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn seconds(&self) -> u32 {
        self.seconds
    }

    /// The comment without its parentheses, as it stands.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::RetryAfter;
    /// assert_eq!(RetryAfter::parse(Span::new(b"1 (a (b) c)")?)?.comment(), Some(&b"a (b) c"[..]));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn comment(&self) -> Option<&'b [u8]> {
        Some(self.comment?.bytes())
    }
}

with_params!(RetryAfter, "1 (soon);x=1");

/// CSeq: a sequence number and a method (RFC 3261 §20.16).
///
/// ```
/// use simdsip::{Method, Span};
/// use simdsip::shape::CSeq;
/// let cseq = CSeq::parse(Span::new(b"0009 INVITE")?)?;
/// assert_eq!((cseq.number(), cseq.method()), (9, Method::Invite));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CSeq<'b> {
    number: u32,
    method: Span<'b>,
}

impl<'b> CSeq<'b> {
    /// Reads the value.
    ///
    /// # Errors
    /// `Number` or `NumberRange` (RFC 3261 §8.1.1.5 allows less than 2³¹ when sending; up to 2³² is read), `Token`
    /// where no method follows.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Span};
    /// use simdsip::shape::CSeq;
    /// assert_eq!(CSeq::parse(Span::new(b"36893488147419103232 INVITE")?).unwrap_err().kind, ErrorKind::NumberRange);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn parse(value: Span<'b>) -> Result<CSeq<'b>, Error> {
        if let Some(view) = CSeq::usual(value) {
            return Ok(view);
        }
        CSeq::any(value.apart())
    }

    /// What nearly all look like: up to seven digits, one space, a method. `None` for all else.
    #[inline(always)]
    fn usual(value: Span<'b>) -> Option<CSeq<'b>> {
        let (number, behind) = value.leading_number()?;
        let method = behind.wrapping_add(1);
        let usual = matches!(value.input(behind)?, [b' ', b'!'..=0xff])
            && method < value.end()
            && value.last()? > b' ';
        usual.then_some(CSeq { number, method: value.at_places(method, value.end()) })
    }

    /// The same for whatever stands there.
    #[inline(never)]
    fn any(value: Span<'b>) -> Result<CSeq<'b>, Error> {
        let (number, method) = number_and_rest(value.trim())?;
        if method.is_empty() {
            return Err(method.error(ErrorKind::Token));
        }
        Ok(CSeq { number, method })
    }

    /// The sequence number.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::CSeq;
    /// assert_eq!(CSeq::parse(Span::new(b"4711 BYE")?)?.number(), 4711);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The method; case matters.
    ///
    /// ```
    /// use simdsip::{Method, Span};
    /// use simdsip::shape::CSeq;
    /// assert_eq!(CSeq::parse(Span::new(b"1 Bye")?)?.method(), Method::Other(b"Bye"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn method(&self) -> Method<'b> {
        Method::from_bytes(self.method.bytes())
    }

    /// Where the method stands.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::CSeq;
    /// assert_eq!(CSeq::parse(Span::new(b"1 BYE")?)?.method_span().range(), 2..5);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn method_span(&self) -> Span<'b> {
        self.method
    }
}

/// RAck: what a PRACK acknowledges (RFC 3262 §7.2).
///
/// ```
/// use simdsip::{Method, Span};
/// use simdsip::shape::RAck;
/// let rack = RAck::parse(Span::new(b"776656 1 INVITE")?)?;
/// assert_eq!((rack.response_number(), rack.cseq().number()), (776656, 1));
/// assert_eq!(rack.cseq().method(), Method::Invite);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RAck<'b> {
    response: u32,
    cseq: CSeq<'b>,
}

impl<'b> RAck<'b> {
    /// Reads the value.
    ///
    /// # Errors
    /// As [`CSeq::parse`], for either number.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::RAck;
    /// assert!(RAck::parse(Span::new(b"1 INVITE")?).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'b>) -> Result<RAck<'b>, Error> {
        let (response, rest) = number_and_rest(value.trim())?;
        Ok(RAck { response, cseq: CSeq::parse(rest)? })
    }

    /// The RSeq of the response that is acknowledged.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::RAck;
    /// assert_eq!(RAck::parse(Span::new(b"7 1 INVITE")?)?.response_number(), 7);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn response_number(&self) -> u32 {
        self.response
    }

    /// The CSeq of that response.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::RAck;
    /// assert_eq!(RAck::parse(Span::new(b"7 2 INVITE")?)?.cseq().number(), 2);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn cseq(&self) -> CSeq<'b> {
        self.cseq
    }
}

/// Timestamp: seconds of the sender's clock, and the delay before the response (RFC 3261 §20.38).
///
/// ```
/// use simdsip::Span;
/// use simdsip::shape::Timestamp;
/// let time = Timestamp::parse(Span::new(b"54.21 0.5")?)?;
/// assert_eq!((time.value(), time.delay()), (&b"54.21"[..], Some(&b"0.5"[..])));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Timestamp<'b> {
    value: Span<'b>,
    delay: Span<'b>,
}

impl<'b> Timestamp<'b> {
    /// Reads the value. The digits are kept as text: no range is promised for them.
    ///
    /// # Errors
    /// `Number` where seconds or delay are not digits with at most one dot among them.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Timestamp;
    /// assert_eq!(Timestamp::parse(Span::new(b"5.4.3")?).unwrap_err().at, 3);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn parse(value: Span<'b>) -> Result<Timestamp<'b>, Error> {
        let value = value.trim();
        let at = value.find([b' ', b'\t', b'\r', b'\n']);
        let (seconds, delay) = (value.to(at), value.from(at).trim_start());
        if !seconds.first().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(seconds.error(ErrorKind::Number));
        }
        fraction(seconds)?;
        fraction(delay)?;
        Ok(Timestamp { value: seconds, delay })
    }

    /// Seconds, perhaps with a fraction, as they stand.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Timestamp;
    /// assert_eq!(Timestamp::parse(Span::new(b"54")?)?.value(), b"54");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn value(&self) -> &'b [u8] {
        self.value.bytes()
    }

    /// Seconds of delay, perhaps with a fraction, as they stand.
    ///
    /// ```
    /// use simdsip::Span;
    /// use simdsip::shape::Timestamp;
    /// assert_eq!(Timestamp::parse(Span::new(b"54")?)?.delay(), None);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn delay(&self) -> Option<&'b [u8]> {
        (!self.delay.is_empty()).then(|| self.delay.bytes())
    }
}

/// Digits with at most one dot among them.
fn fraction(text: Span<'_>) -> Result<(), Error> {
    let mut dots = 0usize;
    for (at, &byte) in text.bytes().iter().enumerate() {
        dots = dots.saturating_add(usize::from(byte == b'.'));
        if !(byte.is_ascii_digit() || (byte == b'.' && dots == 1)) {
            return Err(Error::new(ErrorKind::Number, text.at().saturating_add(at)));
        }
    }
    Ok(())
}

/// The number at the start, and what follows the white space behind it.
#[inline]
fn number_and_rest(value: Span<'_>) -> Result<(u32, Span<'_>), Error> {
    let at = value.find([b' ', b'\t', b'\r', b'\n']);
    Ok((value.to(at).number()?, value.from(at).trim_start()))
}

/// A `qvalue` in thousandths (RFC 3261 §25.1).
pub(crate) fn quality(value: Word<'_>) -> Result<u16, Error> {
    let text = value.raw();
    let (whole, decimals) = match text.split_first_chunk::<2>() {
        Some(([whole, b'.'], decimals)) if decimals.len() <= 3 => (*whole, decimals),
        _ => match text {
            [whole] => (*whole, &[][..]),
            _ => return Err(value.span().error(ErrorKind::Number)),
        },
    };
    let mut thousandths = u16::from(whole.wrapping_sub(b'0'));
    let mut digits = decimals.iter().copied().chain(core::iter::repeat(b'0'));
    for _ in 0..3 {
        let digit = digits.next().map_or(0, |digit| digit.wrapping_sub(b'0'));
        if digit > 9 || thousandths > 100 {
            return Err(value.span().error(ErrorKind::Number));
        }
        thousandths = thousandths.wrapping_mul(10).wrapping_add(digit.into());
    }
    if thousandths > 1_000 { Err(value.span().error(ErrorKind::Number)) } else { Ok(thousandths) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // covers: RFC 3261 §20.33
    #[test]
    fn a_fold_ends_the_seconds_of_retry_after() {
        let retry = RetryAfter::parse(Span::new(b"120\r\n (soon)\r\n ;duration=60").unwrap()).unwrap();
        assert_eq!((retry.seconds(), retry.comment()), (120, Some(&b"soon"[..])));
        assert!(retry.param(b"duration").is_some());
    }

    // covers: RFC 3261 §20.1, §20.10
    #[test]
    fn qualities() {
        let quality = |text: &'static str| quality(Word::new(Span::new(text.as_bytes()).unwrap())).ok();
        for (text, want) in [
            ("0", 0),
            ("1", 1000),
            ("0.", 0),
            ("0.5", 500),
            ("0.25", 250),
            ("0.001", 1),
            ("1.000", 1000),
            ("1.", 1000),
        ] {
            assert_eq!(quality(text), Some(want), "{text}");
        }
        for text in ["", ".", "2", "1.001", "0.1234", "0.x", "-1", "00.5", "0,5", ".5", "a", "9.9", "1e3"] {
            assert_eq!(quality(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_usual_cseq_is_read_as_any_is((text, range) in crate::text::values(&["4711 INVITE", "1 ACK"])) {
            let value = Span::within(&text, range);
            if let Some(usual) = CSeq::usual(value) {
                proptest::prop_assert_eq!(std::format!("{usual:?}"), std::format!("{:?}", CSeq::any(value).unwrap()));
            }
        }
    }
}
