//! Numbers and what is made of them: CSeq, RAck, Retry-After, Timestamp, Date (RFC 3261 §25.1, RFC 3262 §10).

use super::cursor::Cursor;
use super::findings::{Findings, Read};
use super::params;
use super::rules::Rules;
use crate::DefectCode;
use crate::message::token::{is_lws, is_token};
use crate::text::Span;

/// What `delta-seconds` and its kin may be at most (RFC 3261 §20.19).
pub(super) const MOST: u64 = 0xffff_ffff;
/// CSeq is below 2**31 (RFC 3261 §8.1.1.5).
const CSEQ: u64 = 0x7fff_ffff;

/// The value of digits; as large as can be where it does not fit.
fn value(digits: Span<'_>) -> u64 {
    digits.bytes().iter().fold(0u64, |value, digit| {
        value.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0')))
    })
}

/// All of `text` is digits that make a number up to `most`.
pub(super) fn digits(text: Span<'_>, most: u64, out: &mut Findings) {
    if text.is_empty() || !text.bytes().iter().all(u8::is_ascii_digit) {
        out.add(DefectCode::BadNumber, text);
    } else if value(text) > most {
        out.add(DefectCode::NumberTooLarge, text);
    }
}

/// `1*DIGIT`, ended by white space, a separator, or nothing.
fn leading(c: &mut Cursor<'_>, most: u64, out: &mut Findings) -> Read {
    let whole = c.piece(b";,(");
    let number = c.take(|byte| byte.is_ascii_digit());
    if number.is_empty() || number.len() != whole.len() {
        return Err(out.fail(DefectCode::BadNumber, whole));
    }
    digits(number, most, out);
    Ok(())
}

/// `1*DIGIT`
pub(super) fn number(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    leading(c, rules.most, out)
}

/// `1*DIGIT *( SEMI generic-param )`
pub(super) fn number_params(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    leading(c, rules.most, out)?;
    params::read(c, rules, out)
}

/// `delta-seconds [ comment ] *( SEMI retry-param )`
pub(super) fn retry_after(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    leading(c, rules.most, out)?;
    let mut ahead = *c;
    ahead.lws();
    if ahead.peek() == Some(b'(') {
        *c = ahead;
        c.comment(out)?;
    }
    params::read(c, rules, out)
}

/// `1*DIGIT LWS Method`. A number that no 32 bits hold is none: no reader can tell what it was.
pub(super) fn cseq(c: &mut Cursor<'_>, _: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    let number = c.take(|byte| byte.is_ascii_digit());
    let white = c.lws();
    let method = c.token();
    let ends = c.peek().is_none_or(is_lws);
    if number.is_empty() || !white || method.is_none() || !ends || value(number) > MOST {
        return Err(out.fail(DefectCode::BadCSeq, start.rest()));
    }
    if value(number) > CSEQ {
        out.add(DefectCode::NumberTooLarge, number);
    }
    Ok(())
}

/// `response-num LWS CSeq-num LWS Method`
pub(super) fn rack(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    leading(c, MOST, out)?;
    c.lws();
    cseq(c, rules, out)
}

/// `1*DIGIT [ "." *DIGIT ] [ LWS *DIGIT [ "." *DIGIT ] ]`
pub(super) fn timestamp(c: &mut Cursor<'_>, _: &Rules, out: &mut Findings) -> Read {
    fn fraction<'b>(c: &mut Cursor<'b>) -> Span<'b> {
        let whole = c.take(|byte| byte.is_ascii_digit());
        if c.eat(b'.') {
            c.take(|byte| byte.is_ascii_digit());
        }
        whole
    }
    let start = *c;
    if fraction(c).is_empty() {
        return Err(out.fail(DefectCode::BadNumber, start.piece(b"")));
    }
    if c.lws() {
        fraction(c);
    }
    if c.is_done() { Ok(()) } else { Err(out.fail(DefectCode::BadNumber, start.rest())) }
}

/// `1*DIGIT "." 1*DIGIT`
pub(super) fn version(c: &mut Cursor<'_>, _: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    let major = c.take(|byte| byte.is_ascii_digit());
    let dot = c.eat(b'.');
    let minor = c.take(|byte| byte.is_ascii_digit());
    if major.is_empty() || !dot || minor.is_empty() || c.peek().is_some_and(is_token) {
        return Err(out.fail(DefectCode::BadNumber, start.piece(b"")));
    }
    Ok(())
}

/// `wkday "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP "GMT"`, in this case of letters
/// (RFC 3261 §20.17), and such a day and time exist.
pub(super) fn date(c: &mut Cursor<'_>, _: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    if read_date(c).is_some() { Ok(()) } else { Err(out.fail(DefectCode::BadDate, start.rest())) }
}

fn read_date(c: &mut Cursor<'_>) -> Option<()> {
    const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    const MONTHS: [(&[u8], u64); 12] = [
        (b"Jan", 31),
        (b"Feb", 28),
        (b"Mar", 31),
        (b"Apr", 30),
        (b"May", 31),
        (b"Jun", 30),
        (b"Jul", 31),
        (b"Aug", 31),
        (b"Sep", 30),
        (b"Oct", 31),
        (b"Nov", 30),
        (b"Dec", 31),
    ];
    fn part(c: &mut Cursor<'_>, len: usize) -> Option<u64> {
        let digits = c.take(|byte| byte.is_ascii_digit());
        (digits.len() == len).then(|| value(digits))
    }
    let weekday = c.take(|byte| byte.is_ascii_alphabetic());
    (DAYS.contains(&weekday.bytes()) && c.eat(b',') && c.lws()).then_some(())?;
    let day = part(c, 2)?;
    c.lws().then_some(())?;
    let name = c.take(|byte| byte.is_ascii_alphabetic());
    let (_, days) = MONTHS.iter().find(|(month, _)| *month == name.bytes())?;
    c.lws().then_some(())?;
    let year = part(c, 4)?;
    c.lws().then_some(())?;
    let hour = part(c, 2)?;
    c.eat(b':').then_some(())?;
    let minute = part(c, 2)?;
    c.eat(b':').then_some(())?;
    let second = part(c, 2)?;
    c.lws().then_some(())?;
    let zone = c.take(|byte| !is_lws(byte));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = if name.bytes() == b"Feb" && leap { 29 } else { *days };
    let exists = (1..=days).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    (exists && zone.bytes() == b"GMT" && c.is_done()).then_some(())
}
