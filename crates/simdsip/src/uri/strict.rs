//! Where a URI departs from its grammar.
//!
//! Names the first departure and its place; the views have read what could be read. SIP and SIPS follow RFC 3261 §25.1
//! with the IPv6 addresses of RFC 5954 §4.1; `tel` follows RFC 3966 §3, where `ext` and `phone-context` are what those
//! names demand; all else is an `absoluteURI` of RFC 3261. Says nothing about what a place in a message allows.

use super::scheme::Kind;
use super::tel::is_visual_separator;
use super::{Host, HostKind, Uri};
use crate::error::ErrorKind;
use crate::message::token::is_token_slice;
use crate::text::Span;

/// A departure from the grammar of URIs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum UriDeviation {
    /// No `scheme` and colon.
    BadScheme,
    /// A `user` that is empty or holds a byte that must be escaped.
    BadUser,
    /// A byte in a `password` that must be escaped.
    BadPassword,
    /// A `%` without two hexadecimal digits.
    BadEscape,
    /// No `host`.
    BadHost,
    /// No `port`: anything but digits, or more than 65,535.
    BadPort,
    /// A parameter that is no `uri-parameter` or `par`.
    BadParameter,
    /// Nothing behind a semicolon.
    EmptyParameter,
    /// A header that is no `header`.
    BadHeader,
    /// No `telephone-subscriber`.
    BadTelephone,
    /// A byte that may not stand in the rest of an `absoluteURI`, or no rest.
    BadRest,
}

use UriDeviation::{
    BadEscape, BadHeader, BadHost, BadParameter, BadPassword, BadPort, BadRest, BadScheme, BadTelephone,
    BadUser, EmptyParameter,
};

type Found<'b> = Option<(UriDeviation, Span<'b>)>;

/// The first departure of `span`, all of which should be a URI, and its place.
pub(crate) fn deviation(span: Span<'_>) -> Found<'_> {
    let uri = match Uri::read(span) {
        Ok(uri) => uri,
        Err(error) => {
            let deviation = match error.kind {
                ErrorKind::Host => BadHost,
                ErrorKind::Telephone => BadTelephone,
                _ => BadScheme,
            };
            return Some((deviation, span.from(error.at as u32)));
        }
    };
    if uri.span.range() != span.range() {
        // White space around it.
        let at_start = uri.span.at() != span.at();
        return Some(if at_start {
            (BadScheme, span.to(uri.rest))
        } else {
            (BadRest, span.from(uri.span.end()))
        });
    }
    match uri.kind {
        Kind::Sip | Kind::Sips => sip(&uri),
        Kind::Tel => tel(&uri),
        Kind::Urn | Kind::Other => absolute(uri.rest()),
    }
}

fn sip<'b>(uri: &Uri<'b>) -> Found<'b> {
    if let Some(user) = uri.user() {
        if user.raw().is_empty() {
            return Some((BadUser, user.span()));
        }
        let password = uri.password().map(|password| password.span());
        let found = text(user.span(), b"&=+$,;?/", BadUser)
            .or_else(|| password.and_then(|password| text(password, b"&=+$,", BadPassword)));
        if found.is_some() {
            return found;
        }
    }
    if !is_host(uri.host_span()) {
        return Some((BadHost, uri.host_span()));
    }
    if uri.port().is_err() {
        return uri.port_span().map(|port| (BadPort, port));
    }
    each(uri.params_span(), b';', sip_param).or_else(|| each(uri.headers_span(), b'&', header))
}

fn tel<'b>(uri: &Uri<'b>) -> Found<'b> {
    let number = uri.rest().to(uri.params);
    let digits = number.strip(b'+');
    let is_number = match digits {
        Some(digits) => is_phone(digits, u8::is_ascii_digit),
        None => is_phone(number, |byte| byte.is_ascii_hexdigit() || matches!(byte, b'*' | b'#')),
    };
    if !is_number || (digits.is_none() && uri.phone_context().is_none()) {
        return Some((BadTelephone, number));
    }
    each(uri.params_span(), b';', tel_param)
}

/// Walks what `separator` separates; the first byte, a separator or a question mark, is passed over.
fn each<'b>(list: Span<'b>, separator: u8, check: impl Fn(Span<'b>) -> Found<'b>) -> Found<'b> {
    let mut rest = list;
    while !rest.is_empty() {
        let item = rest.after(rest.at() as u32);
        let end = item.find([separator]);
        if let Some(found) = check(item.to(end)) {
            return Some(found);
        }
        rest = item.from(end);
    }
    None
}

/// Name and value of an item, with the place of the `=`.
fn pair(item: Span<'_>) -> (Span<'_>, Option<Span<'_>>) {
    let equals = item.find([b'=']);
    (item.to(equals), (equals < item.end()).then(|| item.after(equals)))
}

fn sip_param(param: Span<'_>) -> Found<'_> {
    if param.is_empty() {
        return Some((EmptyParameter, param));
    }
    let (name, value) = pair(param);
    let of_token = [&b"transport"[..], b"user", b"method"];
    if let Some(value) = value
        && of_token.iter().any(|token| name.bytes().eq_ignore_ascii_case(token))
        && is_token_slice(value.bytes())
    {
        return None;
    }
    not_empty(param, name, value)
        .or_else(|| text(name, b"[]/:&+$", BadParameter))
        .or_else(|| text(value?, b"[]/:&+$", BadParameter))
}

fn tel_param(param: Span<'_>) -> Found<'_> {
    if param.is_empty() {
        return Some((EmptyParameter, param));
    }
    let (name, value) = pair(param);
    let is = |wanted: &[u8]| name.bytes().eq_ignore_ascii_case(wanted);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let place = not_empty(param, name, value);
    if place.is_some() || !name.bytes().iter().all(is_name) {
        return place.or(Some((BadParameter, name)));
    }
    let value_text = value.map_or(&[][..], |value| value.bytes());
    if is(b"isub") {
        // What follows a semicolon is a parameter of its own.
        return value.map_or(Some((BadParameter, param)), |value| text(value, b"/?:@&=+$,", BadParameter));
    }
    let good = if is(b"ext") {
        value_text.iter().all(|&byte| byte.is_ascii_digit() || is_visual_separator(byte)) && value.is_some()
    } else if is(b"phone-context") {
        match value.and_then(|value| value.strip(b'+')) {
            Some(digits) => is_phone(digits, u8::is_ascii_digit),
            None => is_domain(value_text),
        }
    } else {
        return value.and_then(|value| text(value, b"[]/:&+$", BadParameter));
    };
    (!good).then_some((BadParameter, value.unwrap_or(param)))
}

/// A parameter with an empty name or, behind `=`, an empty value.
fn not_empty<'b>(param: Span<'b>, name: Span<'b>, value: Option<Span<'b>>) -> Found<'b> {
    (name.is_empty() || value.is_some_and(|value| value.is_empty())).then_some((BadParameter, param))
}

fn header(header: Span<'_>) -> Found<'_> {
    let (name, value) = pair(header);
    let Some(value) = value.filter(|_| !name.is_empty()) else { return Some((BadHeader, header)) };
    text(name, b"[]/?:+$", BadHeader).or_else(|| text(value, b"[]/?:+$", BadHeader))
}

/// The rest of an `absoluteURI`. Of an authority no more than its bytes are checked.
fn absolute(rest: Span<'_>) -> Found<'_> {
    const QUERY: &[u8] = b";/?:@&=+$,";
    if rest.is_empty() {
        return Some((BadRest, rest));
    }
    if rest.first() != Some(b'/') {
        return text(rest, QUERY, BadRest);
    }
    let authority = match rest.bytes() {
        [b'/', b'/', ..] => rest.after(rest.at() as u32).after((rest.at() as u32).saturating_add(1)),
        _ => rest.to(rest.at() as u32),
    };
    let path = authority.find([b'/', b'?']);
    let authority = authority.to(path);
    // Brackets stand around an IPv6 address, or not at all.
    let open = authority.find([b'[']);
    let (before, host) = (authority.to(open), authority.from(open));
    let found = text(before, b"$,;:@&=+", BadRest);
    if found.is_some() {
        return found;
    }
    if !host.is_empty() {
        let close = host.find([b']']).saturating_add(1);
        let port = host.from(close);
        let is_port = match port.strip(b':') {
            Some(digits) => digits.number().is_ok(),
            None => port.is_empty(),
        };
        if !is_host(host.to(close)) || !is_port {
            return Some((BadHost, host));
        }
    }
    // A segment's bytes, its parameters and the query are all `uric`.
    text(rest.from(path), QUERY, BadRest)
}

/// The first byte of `span` that is neither unreserved, nor one of `more`, nor the start of an escape.
fn text<'b>(span: Span<'b>, more: &[u8], kind: UriDeviation) -> Found<'b> {
    let mut rest = span;
    while let Some(byte) = rest.first() {
        let at = rest.at() as u32;
        let here = |len: u32| rest.to(at.saturating_add(len));
        match rest.bytes() {
            [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = rest.from(at.saturating_add(3));
            }
            [b'%', ..] => return Some((BadEscape, here(3))),
            _ if is_unreserved(byte) || more.contains(&byte) => rest = rest.after(at),
            _ => return Some((kind, here(1))),
        }
    }
    None
}

/// Whether `number` is made of visual separators and what `is_digit` says, one of these at least.
fn is_phone(number: Span<'_>, is_digit: impl Fn(&u8) -> bool) -> bool {
    let bytes = number.bytes();
    bytes.iter().any(&is_digit) && bytes.iter().all(|byte| is_digit(byte) || is_visual_separator(*byte))
}

/// Whether `host` is a `hostname`, `IPv4address` or `IPv6reference`.
fn is_host(host: Span<'_>) -> bool {
    let host = Host::located(host);
    match host.raw() {
        [b'[', inner @ .., b']'] => {
            let three_colons = inner.windows(3).any(|three| three == b":::");
            matches!(host.kind(), HostKind::V6(_)) && host.zone().is_none() && !three_colons
        }
        name => is_domain(name) || is_v4(name),
    }
}

fn is_v4(host: &[u8]) -> bool {
    let is_part = |part: &[u8]| matches!(part.len(), 1..=3) && part.iter().all(u8::is_ascii_digit);
    host.split(|&byte| byte == b'.').count() == 4 && host.split(|&byte| byte == b'.').all(is_part)
}

/// Whether `name` is a `hostname`; the label at the end begins with a letter.
fn is_domain(name: &[u8]) -> bool {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let is_label = |label: &[u8]| {
        label.first().is_some_and(u8::is_ascii_alphanumeric)
            && label.last().is_some_and(u8::is_ascii_alphanumeric)
            && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    let mut labels = name.split(|&byte| byte == b'.');
    let last = labels.next_back();
    last.is_some_and(|top| is_label(top) && top.first().is_some_and(u8::is_ascii_alphabetic))
        && labels.all(is_label)
}

/// Whether `byte` may stand in a scheme (RFC 3261 §25.1).
pub(super) const fn is_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')')
}
