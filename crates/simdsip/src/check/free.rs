//! What has a grammar of its own: media types, warnings, products, and two headers of RFC 5503.

use super::cursor::Cursor;
use super::findings::{Findings, Read};
use super::params::{self, Param};
use super::rules::Rules;
use super::token::behind_value;
use super::uri;
use crate::DefectCode;
use crate::message::token::is_lws;

/// `m-type SLASH m-subtype *( SEMI m-parameter )` (RFC 3261 §25.1); `*` is a token, too.
pub(super) fn media_type(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    let kind = c.token();
    c.lws();
    let slash = c.eat(b'/');
    c.lws();
    let subtype = c.token();
    let ends = c.peek().is_none_or(|byte| is_lws(byte) || matches!(byte, b';' | b','));
    if kind.is_none() || !slash || subtype.is_none() || !ends {
        c.skip_to([b';', rules.comma()], out);
        return Err(out.fail(DefectCode::BadMediaType, c.since(start.at()).trim()));
    }
    behind_value(c, rules, out)
}

/// `3DIGIT SP ( hostport / pseudonym ) SP quoted-string` (RFC 3261 §25.1); a fold is as good as a space.
pub(super) fn warning(c: &mut Cursor<'_>, _: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    let digits = c.take(|byte| byte.is_ascii_digit());
    let mut fits = digits.len() == 3 && c.lws();
    let agent = c.take(|byte| !is_lws(byte) && !b",\"".contains(&byte));
    fits &= super::token::is_one(agent) || uri::hostport(agent).is_ok();
    fits &= c.lws() && c.peek() == Some(b'"');
    if !fits {
        c.skip_to([b',', b','], out);
        return Err(out.fail(DefectCode::BadWarning, c.since(start.at()).trim()));
    }
    c.quoted(out).map(|_| ())
}

/// `( product / comment ) *( LWS ( product / comment ) )`, `product` being `token [ SLASH token ]`. White space beside a
/// comment is free, as it is before the bracket of an address (RFC 4475 §3.1.1.6): LPAREN and RPAREN bring their own.
pub(super) fn products(c: &mut Cursor<'_>, _: &Rules, out: &mut Findings) -> Read {
    loop {
        if c.peek() == Some(b'(') {
            c.comment(out)?;
        } else {
            let start = *c;
            let named = c.token().is_some();
            let mut ahead = *c;
            ahead.lws();
            let version = !ahead.eat(b'/') || {
                ahead.lws();
                *c = ahead;
                c.token().is_some()
            };
            if !named || !version || c.peek().is_some_and(|byte| !is_lws(byte) && byte != b'(') {
                return Err(out.fail(DefectCode::BadToken, start.piece(b"")));
            }
        }
        c.lws();
        if c.is_done() {
            return Ok(());
        }
    }
}

/// `1*48HEXDIG "/" 1*16HEXDIG "@" host *( SEMI param )` (RFC 5503 §6)
pub(super) fn billing(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    let id = c.take(|byte| byte.is_ascii_hexdigit());
    let slash = c.eat(b'/');
    let feid = c.take(|byte| byte.is_ascii_hexdigit());
    let fits = (1..=48).contains(&id.len()) && slash && (1..=16).contains(&feid.len()) && c.eat(b'@');
    if !fits {
        return Err(out.fail(DefectCode::BadToken, start.piece(b";")));
    }
    let host = c.take(|byte| !is_lws(byte) && byte != b';');
    if !uri::is_host(host.bytes()) {
        out.add(DefectCode::BadHost, host);
    }
    params::read(c, rules, out)
}

/// `hostport *( SEMI param )` (RFC 5503 §8)
pub(super) fn hostport_params(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let text = c.take(|byte| !is_lws(byte) && byte != b';');
    if let Err((code, place)) = uri::hostport(text) {
        out.add(code, place);
    }
    behind_value(c, rules, out)
}

/// The one parameter of those whose value is a `hostport`, too.
pub(super) fn content(param: &Param<'_>, out: &mut Findings) {
    if param.is(b"content")
        && let Some(Err((code, place))) = param.value.map(uri::hostport)
    {
        out.add(code, place);
    }
}
