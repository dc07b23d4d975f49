//! Challenges, credentials, Authentication-Info: parameters between commas (RFC 3261 §25.1, RFC 7616, RFC 8760).

use super::cursor::Cursor;
use super::findings::{Findings, Read};
use super::params::{Names, Param};
use super::rules::Rules;
use crate::DefectCode;
use crate::message::token::is_lws;

/// `auth-scheme LWS auth-param *( COMMA auth-param )`; `Bearer LWS b64token` (RFC 8898 §4).
pub(super) fn auth(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    let scheme = c.token();
    let white = c.lws();
    let Some(scheme) = scheme.filter(|_| white && !c.is_done()) else {
        return Err(out.fail(DefectCode::BadAuth, start.piece(b"")));
    };
    if scheme.bytes().eq_ignore_ascii_case(b"bearer") && !c.rest().bytes().contains(&b' ') {
        let rest = *c;
        let token = c.take(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
        c.take(|byte| byte == b'=');
        if !token.is_empty() && c.is_done() {
            return Ok(());
        }
        *c = rest;
    }
    let digest = scheme.bytes().eq_ignore_ascii_case(b"digest");
    parameters(c, rules, if digest { digest_param } else { |_, _| true }, out)
}

/// `ainfo *( COMMA ainfo )`
pub(super) fn info(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    parameters(c, rules, digest_param, out)
}

/// `auth-param *( COMMA auth-param )`, each name once (RFC 7616 §3.4); `fits` judges one and may note more.
fn parameters(
    c: &mut Cursor<'_>,
    rules: &Rules,
    fits: fn(&Param<'_>, &mut Findings) -> bool,
    out: &mut Findings,
) -> Read {
    let mut names = Names::new();
    let mut count = 0u16;
    let mut comma = c.here();
    loop {
        c.lws();
        if matches!(c.peek(), None | Some(b',')) {
            out.add(DefectCode::EmptyElement, if c.is_done() { comma } else { c.here() });
        } else {
            count = count.saturating_add(1);
            if count > out.limits.param_count && out.limits.param_count != u16::MAX {
                out.add(DefectCode::OverLimit, c.here());
            }
            if let Some(name) = { *c }.token() {
                names.note(name, rules, out);
            }
            one(c, fits, out);
        }
        comma = c.here();
        if !c.eat(b',') {
            return Ok(());
        }
    }
}

/// `token EQUAL ( token / quoted-string )`
fn one(c: &mut Cursor<'_>, fits: fn(&Param<'_>, &mut Findings) -> bool, out: &mut Findings) {
    let start = c.at();
    let name = c.token();
    c.lws();
    let equals = c.eat(b'=');
    c.lws();
    let value = match c.peek() {
        Some(b'"') => match c.quoted(out) {
            Ok(value) => Some(value),
            Err(_) => return,
        },
        _ => c.token(),
    };
    let span = c.since(start).trim();
    c.lws();
    let ends = matches!(c.peek(), None | Some(b','));
    let read = match (name, equals, value) {
        (Some(name), true, Some(_)) if ends => fits(&Param { span, name, value }, out),
        _ => false,
    };
    if !read {
        c.skip_to([b',', b','], out);
        let place = c.since(start).trim();
        // A parameter that was read is pointed at alone; what follows it is part of what was not.
        out.add(DefectCode::BadAuth, place);
    }
}

/// Which parameters of Digest are quoted, and which are tokens (RFC 3261 §25.1 as amended by RFC 8760 §2.7).
fn digest_param(param: &Param<'_>, _: &mut Findings) -> bool {
    let value = param.value.map_or(&[][..], |value| value.bytes());
    let quoted = value.first() == Some(&b'"');
    let is = |names: &[&[u8]]| names.iter().any(|name| param.is(name));
    let inner = || value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value);
    let lower = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if is(&[b"response", b"rspauth"]) {
        quoted && inner().iter().all(lower)
    } else if is(&[b"username", b"realm", b"nonce", b"uri", b"cnonce", b"opaque", b"domain", b"nextnonce"]) {
        quoted
    } else if is(&[b"algorithm", b"stale", b"userhash"]) {
        !quoted
    } else if is(&[b"nc"]) {
        value.len() == 8 && value.iter().all(lower)
    } else if is(&[b"qop"]) {
        // A quoted list in a challenge, one token in credentials.
        !inner().is_empty() && inner().iter().all(|&byte| byte == b',' || is_lws(byte) || token(byte))
    } else {
        true
    }
}

fn token(byte: u8) -> bool {
    crate::message::token::is_token(byte)
}
