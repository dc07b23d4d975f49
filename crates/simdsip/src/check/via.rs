//! Via: `sent-protocol LWS sent-by *( SEMI via-params )` (RFC 3261 §25.1, RFC 3581 §3).

use super::cursor::Cursor;
use super::findings::{Findings, Read};
use super::number;
use super::params::Param;
use super::rules::Rules;
use super::token::behind_value;
use super::uri;
use crate::DefectCode;
use crate::message::token::is_lws;

pub(super) fn via(c: &mut Cursor<'_>, rules: &Rules, out: &mut Findings) -> Read {
    let start = *c;
    if sent_protocol(c).is_none() {
        c.skip_to([b',', b','], out);
        return Err(out.fail(DefectCode::BadVia, c.since(start.at()).trim()));
    }
    let host = match c.peek() {
        Some(b'[') => {
            let place = c.at();
            c.take(|byte| byte != b']' && !b";,".contains(&byte));
            // Where the host ends is anybody's guess, so that no response would find its way.
            if !c.eat(b']') {
                c.skip_to([b',', b','], out);
                return Err(out.fail(DefectCode::BadVia, c.since(start.at()).trim()));
            }
            c.since(place)
        }
        _ => c.take(|byte| !is_lws(byte) && !b":;,(".contains(&byte)),
    };
    if host.is_empty() {
        c.skip_to([b',', b','], out);
        return Err(out.fail(DefectCode::BadVia, c.since(start.at()).trim()));
    }
    if !uri::is_host(host.bytes()) {
        out.add(DefectCode::BadHost, host);
    }
    let behind_host = *c;
    c.lws();
    if c.eat(b':') {
        c.lws();
        let port = c.take(|byte| !is_lws(byte) && !b";,".contains(&byte));
        if !uri::is_port(port) {
            out.add(DefectCode::BadPort, port);
        }
    } else {
        *c = behind_host;
    }
    behind_value(c, rules, out)
}

/// `protocol-name SLASH protocol-version SLASH transport LWS`
fn sent_protocol(c: &mut Cursor<'_>) -> Option<()> {
    for _ in 0..2 {
        c.token()?;
        c.lws();
        c.eat(b'/').then_some(())?;
        c.lws();
    }
    c.token()?;
    c.lws().then_some(())
}

/// What the RFCs say of a Via parameter.
pub(super) fn parameter(param: &Param<'_>, out: &mut Findings) {
    let value = param.value.map_or(&[][..], |value| value.bytes());
    let place = param.value.unwrap_or(param.span);
    if param.is(b"branch") {
        param.must_be_token(out);
    } else if param.is(b"ttl") {
        param.must_be_number(255, out);
    } else if param.is(b"maddr") {
        if !uri::is_host(value) {
            out.add(DefectCode::BadHost, place);
        }
    } else if param.is(b"received") {
        if let [b'[', inner @ .., b']'] = value
            && uri::is_v6(inner)
        {
            out.add(DefectCode::BracketedReceived, place);
        } else if !uri::is_v4(value) && !uri::is_v6(value) {
            out.add(DefectCode::BadHost, place);
        }
    } else if param.is(b"rport")
        && let Some(port) = param.value
        && !uri::is_port(port)
    {
        number::digits(port, 65_535, out);
    }
}
