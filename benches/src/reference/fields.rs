//! The slow reference of classes `routing` and `typed`: what each value says, read plainly.
//!
//! Starts from the structure that `super` found (unfolded, names in full) and reads each value by the
//! shape that the registry's table gives its header. Shares no code with simdsip. It knows well-formed
//! values; where one is not, the part is missing and an engine that refuses the message differs.
//! Keys, with what is absent left out:
//! - `start`: `method` and a URI, or `status`; version and reason are class `structure`'s
//! - a URI: `scheme`; sip and sips `user` `password` `host` `port`; tel `number`; any other `rest`;
//!   typed: its parameters and headers
//! - addresses: `display`, URI, parameters; Via: `transport` `host` `port`, parameters
//! - lists: an element each; headers that the registry does not hold, or calls opaque, are left out
//! - `routing` keeps: first Via's `host` `port` and branch, URI parts and tag of From and To, first
//!   Contact's URI parts; no `display`, no `password`
//!
//! RFC 3261 §19.1, §20, §25.1; RFC 3966.

use super::values::{comma_list, decimal, split_first, split_params, unix_time};
use crate::emission::{Emission, Param, Sink};
use crate::engine::Class;
use crate::fields::{Fields, shape_of};

/// What class `routing` or `typed` finds in a message whose structure is `found`.
pub fn read(found: &Fields, class: Class) -> Emission {
    let mut out = Emission::default();
    let all = class != Class::Routing;
    if let Some(start) = &found.start {
        start_line(start, all, &mut out);
    }
    let mut met: Vec<&[u8]> = Vec::new();
    for (name, value) in &found.headers {
        if all {
            typed(name, value, &mut out);
        } else if !met.contains(&name.as_slice()) {
            met.push(name);
            routing(name, value, &mut out);
        }
    }
    out.element("body");
    out.number("len", found.body.as_ref().map_or(0, |b| b.len() as u64));
    out.settle();
    out
}

fn start_line([one, two, _]: &[Vec<u8>; 3], all: bool, out: &mut Emission) {
    out.element("start");
    if one.to_ascii_uppercase().starts_with(b"SIP/") {
        number("status", two, out);
    } else {
        out.text("method", one);
        uri(two, all, out);
    }
}

/// The fields of class `routing` that the first field of a name holds.
fn routing(name: &[u8], value: &[u8], out: &mut Emission) {
    let Ok(header) = std::str::from_utf8(name) else { return };
    let first = comma_list(value).into_iter().next().unwrap_or_default();
    match header {
        "via" => {
            out.element(header);
            let (sent, params) = split_params(first, b';');
            sent_by(sent, out);
            named(&params, b"branch", "branch", out);
        }
        "from" | "to" => {
            out.element(header);
            let (_, target, params) = address(value);
            uri(target, false, out);
            named(&params, b"tag", "tag", out);
        }
        "contact" => {
            out.element(header);
            if value == b"*" {
                out.text("star", b"*");
            } else {
                uri(address(first).1, false, out);
            }
        }
        "content-type" => {
            out.element(header);
            media(split_params(value, b';').0, out);
        }
        "call-id" => {
            out.element(header);
            out.text("value", value);
        }
        "cseq" => {
            out.element(header);
            cseq(value, out);
        }
        "max-forwards" | "content-length" => {
            out.element(header);
            number("value", value, out);
        }
        _ => {}
    }
}

/// All that a field holds.
fn typed(name: &[u8], value: &[u8], out: &mut Emission) {
    let Ok(header) = std::str::from_utf8(name) else { return };
    let Some((list, shape, grammar)) = shape_of(header) else { return };
    if value.is_empty() || shape == "Opaque" {
        return;
    }
    let elements = if list && value != b"*" { comma_list(value) } else { vec![value] };
    for value in elements {
        if shape == "Privacy" {
            for word in value.split(|&b| b == b';') {
                out.element(header);
                out.text("value", word);
            }
            continue;
        }
        out.element(header);
        match shape {
            "Via" => via(value, out),
            "NameAddr" | "Contact" if value == b"*" => out.text("star", b"*"),
            "Uri" if grammar == "urn-list" => uri(value, true, out),
            "NameAddr" | "Contact" | "Uri" => {
                let (display, target, list) = address(value);
                if !display.is_empty() {
                    out.text("display", display);
                }
                uri(target, true, out);
                params(&list, out);
            }
            "MediaType" => {
                let (value, list) = split_params(value, b';');
                media(value, out);
                params(&list, out);
            }
            "TokenParams" | "ValueParams" | "CallId" | "Dialog" => {
                let (value, list) = split_params(value, b';');
                out.text("value", value);
                params(&list, out);
            }
            "ParamList" => params(&pieces(value, b';'), out),
            "AuthInfo" => params(&pieces(value, b','), out),
            "Auth" => {
                let (scheme, rest) = split_first(value, b' ');
                out.text("auth-scheme", scheme);
                params(&pieces(rest, b','), out);
            }
            "Number" => number("value", value, out),
            "NumberParams" => {
                let (value, list) = split_params(value, b';');
                number("value", value, out);
                params(&list, out);
            }
            "RetryAfter" => retry_after(value, out),
            "CSeq" => cseq(value, out),
            "RAck" => {
                let (rseq, rest) = split_first(value, b' ');
                number("rseq", rseq, out);
                cseq(rest, out);
            }
            "Date" => {
                if let Some(seconds) = unix_time(value) {
                    out.number("unix", seconds);
                }
            }
            "Timestamp" => {
                let (value, delay) = split_first(value, b' ');
                out.text("value", value);
                if !delay.is_empty() {
                    out.text("delay", delay);
                }
            }
            "Warning" => {
                let (code, rest) = split_first(value, b' ');
                let (agent, text) = split_first(rest, b' ');
                number("code", code, out);
                out.text("agent", agent);
                out.text("text", text);
            }
            // Token, Text, Product
            _ => out.text("value", value),
        }
    }
}

fn via(value: &[u8], out: &mut Emission) {
    let (sent, list) = split_params(value, b';');
    let mut protocol = sent.splitn(3, |&b| b == b'/');
    let _name = protocol.next();
    if let Some(version) = protocol.next() {
        out.text("version", version);
    }
    let transport = protocol.next().unwrap_or_default().trim_ascii_start();
    out.text("transport", split_first(transport, b' ').0);
    sent_by(sent, out);
    params(&list, out);
}

/// Host and port of `SIP/2.0/UDP host:port`.
fn sent_by(value: &[u8], out: &mut Emission) {
    let start = value.iter().rposition(|b| b" \t/".contains(b)).map_or(0, |at| at + 1);
    host_port(&value[start..], out);
}

fn host_port(value: &[u8], out: &mut Emission) {
    let after_bracket = value.iter().position(|&b| b == b']').unwrap_or(0);
    let colon = value[after_bracket..].iter().position(|&b| b == b':').map(|at| after_bracket + at);
    match colon {
        Some(at) => {
            out.host(value[..at].trim_ascii());
            number("port", &value[at + 1..], out);
        }
        None => out.host(value.trim_ascii()),
    }
}

fn cseq(value: &[u8], out: &mut Emission) {
    let (digits, method) = split_first(value, b' ');
    number("number", digits, out);
    out.text("method", method);
}

fn media(value: &[u8], out: &mut Emission) {
    let (kind, subtype) = split_first(value, b'/');
    out.text("type", kind);
    out.text("subtype", subtype);
}

fn retry_after(value: &[u8], out: &mut Emission) {
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    number("value", &value[..digits], out);
    let mut rest = value[digits..].trim_ascii();
    if rest.first() == Some(&b'(') {
        let close = rest.iter().rposition(|&b| b == b')').unwrap_or(rest.len() - 1);
        out.text("comment", &rest[1..close]);
        rest = rest[close + 1..].trim_ascii();
    }
    params(&split_params(rest, b';').1, out);
}

/// Display name, URI and parameters of a name-addr or addr-spec. Without angle brackets all
/// parameters are the header's (RFC 3261 §20).
fn address(value: &[u8]) -> (&[u8], &[u8], Vec<&[u8]>) {
    let quoted = if value.first() == Some(&b'"') { super::values::quoted_len(value) } else { 0 };
    let open = value[quoted..].iter().position(|&b| b == b'<').map(|at| quoted + at);
    match open {
        Some(open) => {
            let close = value[open..].iter().position(|&b| b == b'>').map_or(value.len(), |at| open + at);
            let rest = value.get(close + 1..).unwrap_or_default();
            (value[..open].trim_ascii(), &value[open + 1..close], split_params(rest, b';').1)
        }
        None => {
            let (target, list) = split_params(value, b';');
            (b"", target, list)
        }
    }
}

fn uri(value: &[u8], all: bool, out: &mut Emission) {
    let value = value.trim_ascii();
    let (scheme, rest) = split_first(value, b':');
    out.text("scheme", scheme);
    match scheme.to_ascii_lowercase().as_slice() {
        b"sip" | b"sips" => {}
        b"tel" => {
            let (number, list) = split_params(rest, b';');
            out.text("number", number);
            if all {
                list.iter().for_each(|p| pair(Param::Uri, p, out));
            }
            return;
        }
        _ => return out.text("rest", rest),
    }
    let at = rest.iter().position(|&b| b == b'@');
    if let Some(at) = at {
        let (user, password) = split_first(&rest[..at], b':');
        out.text("user", user);
        if all && rest[..at].contains(&b':') {
            out.text("password", password);
        }
    }
    let (target, headers) = split_first(&rest[at.map_or(0, |at| at + 1)..], b'?');
    let mut list = target.split(|&b| b == b';');
    host_port(list.next().unwrap_or_default(), out);
    if all {
        list.filter(|p| !p.is_empty()).for_each(|p| pair(Param::Uri, p, out));
        headers.split(|&b| b == b'&').filter(|h| !h.is_empty()).for_each(|h| pair(Param::UriHeader, h, out));
    }
}

fn number(key: &'static str, digits: &[u8], out: &mut Emission) {
    if let Some(value) = decimal(digits.trim_ascii()) {
        out.number(key, value);
    }
}

fn pieces(value: &[u8], separator: u8) -> Vec<&[u8]> {
    let (first, mut rest) = split_params(value, separator);
    rest.insert(0, first);
    rest
}

fn params(list: &[&[u8]], out: &mut Emission) {
    list.iter().for_each(|p| pair(Param::Header, p, out));
}

fn pair(of: Param, text: &[u8], out: &mut Emission) {
    match text.iter().position(|&b| b == b'=') {
        Some(at) => out.param(of, text[..at].trim_ascii(), Some(text[at + 1..].trim_ascii())),
        None => out.param(of, text.trim_ascii(), None),
    }
}

/// The value of the parameter `name`, under `key`.
fn named(list: &[&[u8]], name: &[u8], key: &'static str, out: &mut Emission) {
    for param in list {
        let (own, value) = split_first(param, b'=');
        if own.eq_ignore_ascii_case(name) {
            return out.text(key, value);
        }
    }
}
