//! Addresses: `name-addr`, `addr-spec`, and the URIs that stand in brackets (RFC 3261 §20, §25.1).
//!
//! A URI without brackets ends at the first semicolon, comma of a list, or white space, whatever its own grammar could
//! have made of it (RFC 3261 §20).

use super::cursor::Cursor;
use super::findings::{Findings, Read};
use super::params;
use super::rules::{Angle, Rules};
use super::token::behind_value;
use super::uri;
use crate::DefectCode;
use crate::message::token::{is_lws, is_token};
use crate::text::Span;

/// The URI's own grammar, and its length.
pub(super) fn judge(text: Span<'_>, out: &mut Findings) {
    if text.len() > out.limits.uri_len as usize {
        out.add(DefectCode::OverLimit, text);
    }
    if let Some((code, place)) = uri::deviation(text) {
        out.add(code, place);
    }
    uri::parameters(text, out);
}

/// The Request-URI: no header fields may stand in it (RFC 3261 §19.1.1).
pub(super) fn judge_request(text: Span<'_>, out: &mut Findings) {
    judge(text, out);
    if uri::is_sip(text)
        && let Some(headers) = uri::headers(text)
    {
        out.add(DefectCode::HeadersInRequestUri, headers);
    }
}

/// An address with its parameters.
pub(super) fn address(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    if rules.angle == Angle::Never {
        return plain(c, rules, out);
    }
    let start = *c;
    let Some(open) = before_angle(c, rules, out)? else { return plain(c, rules, out) };
    let name = start.rest().to(open).trim();
    if rules.angle == Angle::Only && !name.is_empty() {
        out.add(DefectCode::BadAddress, name);
    } else if !is_display_name(name, out) {
        out.add(DefectCode::NameNotQuoted, name);
    }
    c.go(open);
    let close = c.rest().find([b'>']);
    let inner = c.rest().after(open).to(close);
    c.go(close);
    if !c.eat(b'>') {
        return Err(out.fail(DefectCode::UnterminatedAngle, c.since(open)));
    }
    if inner.trim().is_empty() {
        out.add(DefectCode::BadAddress, c.since(open));
    } else {
        judge(inner, out);
    }
    if rules.has_params { behind_value(c, rules, out) } else { Ok(()) }
}

/// `*`, or an address.
pub(super) fn contact(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let mut star = *c;
    if star.eat(b'*') {
        let mut ahead = star;
        ahead.lws();
        if matches!(ahead.peek(), None | Some(b',' | b';')) {
            *c = star;
            return Ok(());
        }
    }
    address(c, rules, out)
}

/// Where the bracket opens, if one does before this element or its URI ends.
fn before_angle(c: &Cursor<'_>, rules: &Rules, out: &mut Findings) -> Result<Option<u32>, super::Reported> {
    let mut ahead = *c;
    loop {
        ahead.go(ahead.rest().find([b'<', b';', b'"', rules.comma()]));
        match ahead.peek() {
            Some(b'<') => return Ok(Some(ahead.at())),
            Some(b'"') => {
                // What quoted pairs it holds is judged with the name.
                let place = ahead.rest();
                let Some(end) = place.end_of_quoted() else {
                    return Err(out.fail(DefectCode::UnterminatedQuote, place));
                };
                ahead.go(end);
            }
            _ => return Ok(None),
        }
    }
}

/// `*( token LWS ) / quoted-string`, white space before the bracket being free (RFC 4475 §3.1.1.6).
fn is_display_name(name: Span<'_>, out: &mut Findings) -> bool {
    let mut c = Cursor::new(name);
    if c.peek() == Some(b'"') {
        return c.quoted(out).is_ok() && c.is_done();
    }
    name.bytes().iter().all(|&byte| is_token(byte) || is_lws(byte))
}

/// A URI without brackets, with what follows it.
fn plain(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    if matches!(start.peek(), None | Some(b';')) {
        return Err(out.fail(DefectCode::BadAddress, start.here()));
    }
    let ends = |byte: u8| is_lws(byte) || (byte == b';' && rules.has_params) || (byte == b',' && rules.list);
    let text = c.take(|byte| !ends(byte));
    if text.first() == Some(b'"') {
        let place = start.rest().to(start.rest().find([b';', rules.comma()]));
        return Err(out.fail(DefectCode::BadAddress, place));
    }
    match rules.angle {
        Angle::Required | Angle::Only => return Err(out.fail(DefectCode::MissingAngle, text)),
        Angle::Optional if text.bytes().contains(&b':') => {
            let needs = text.find([b'?', b',']);
            if text.byte(needs).is_some() {
                return Err(out.fail(DefectCode::MissingAngle, text));
            }
        }
        Angle::Optional => return Err(out.fail(DefectCode::BadAddress, text)),
        Angle::Never => {}
    }
    judge(text, out);
    if rules.has_params { behind_value(c, rules, out) } else { Ok(()) }
}

/// `"<" id-left "@" id-right ">"` (RFC 8262 §1.3)
pub(super) fn message_id(c: &mut Cursor<'_>, _: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    if !c.eat(b'<') {
        return Err(out.fail(DefectCode::MissingAngle, start.piece(b"")));
    }
    let inner = c.take(|byte| byte != b'>');
    if !c.eat(b'>') {
        return Err(out.fail(DefectCode::UnterminatedAngle, start.rest()));
    }
    let halves = inner.find([b'@']);
    let (left, right) = (inner.to(halves), inner.after(halves));
    let atom = |half: Span<'_>| {
        let byte = |&byte: &u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"[]".contains(&byte);
        !half.is_empty() && half.bytes().iter().all(byte)
    };
    let literal = right.first() == Some(b'[') && right.last() == Some(b']');
    if !atom(left) || !(atom(right) || literal) {
        return Err(out.fail(DefectCode::BadAddress, inner));
    }
    Ok(())
}

/// `LDQUOT addr-spec RDQUOT` with parameters (RFC 5503 §5.5)
pub(super) fn quoted_address(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    if c.peek() != Some(b'"') {
        return Err(out.fail(DefectCode::BadAddress, c.piece(b";")));
    }
    let text = c.quoted(out)?;
    judge(text.after(text.start()).to(text.end().saturating_sub(1)), out);
    params::read(c, rules, out)
}
