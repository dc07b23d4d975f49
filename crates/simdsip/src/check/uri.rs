//! Where a URI departs from its scheme's grammar: SIP and SIPS (RFC 3261 §25.1), tel (RFC 3966 §3), any other
//! (`absoluteURI`, RFC 3261 §25.1).
//!
//! A literal reading for judging, not for use: it says where the first departure is, never what the URI means.

use crate::DefectCode;
use crate::text::Span;

type Deviation<'b> = (DefectCode, Span<'b>);

/// The first departure and where it is, if there is one.
pub(super) fn deviation(uri: Span<'_>) -> Option<Deviation<'_>> {
    read(uri).err()
}

/// Whether the scheme is `sip` or `sips`.
pub(super) fn is_sip(uri: Span<'_>) -> bool {
    let scheme = uri.to(uri.find([b':']));
    [&b"sip"[..], b"sips"].iter().any(|name| scheme.bytes().eq_ignore_ascii_case(name))
}

/// The headers of a SIP URI with their question mark, if there are any.
pub(super) fn headers(uri: Span<'_>) -> Option<Span<'_>> {
    let behind = uri.from(uri.find([b'@']));
    let behind = if behind.is_empty() { uri } else { behind };
    let at = behind.find([b'?']);
    behind.byte(at).map(|_| behind.from(at))
}

fn read(uri: Span<'_>) -> Result<(), Deviation<'_>> {
    let colon = uri.find([b':']);
    let scheme = uri.to(colon);
    let letters = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let named = scheme.first().is_some_and(|byte| byte.is_ascii_alphabetic());
    if uri.byte(colon).is_none() || !named || !scheme.bytes().iter().all(letters) {
        return Err((DefectCode::BadUri, if scheme.is_empty() { uri } else { scheme }));
    }
    let rest = uri.after(colon);
    if is_sip(uri) {
        sip(rest)
    } else if scheme.bytes().eq_ignore_ascii_case(b"tel") {
        telephone(rest)
    } else {
        absolute(rest)
    }
}

fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte)
}

/// All of `text` is escapes, unreserved bytes and those of `more`.
fn bytes_of<'b>(text: Span<'b>, more: &[u8]) -> Result<(), Deviation<'b>> {
    let mut rest = text;
    while let Some(byte) = rest.first() {
        let place = rest.start();
        let mut len = 1;
        if byte == b'%' {
            let digits = rest.bytes().get(1..3).unwrap_or(&[]);
            if digits.len() != 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
                return Err((DefectCode::BadEscape, rest.to(place.saturating_add(1))));
            }
            len = 3;
        } else if !unreserved(byte) && !more.contains(&byte) {
            return Err((DefectCode::BadUri, rest.to(place.saturating_add(1))));
        }
        rest = rest.from(place.saturating_add(len));
    }
    Ok(())
}

/// The same, and there is at least one.
fn some_bytes_of<'b>(text: Span<'b>, more: &[u8]) -> Result<(), Deviation<'b>> {
    if text.is_empty() { Err((DefectCode::BadUri, text)) } else { bytes_of(text, more) }
}

/// `[ userinfo ] hostport uri-parameters [ headers ]`
fn sip(rest: Span<'_>) -> Result<(), Deviation<'_>> {
    let at = rest.find([b'@']);
    let mut behind = rest;
    if rest.byte(at).is_some() {
        behind = rest.after(at);
        let userinfo = rest.to(at);
        let colon = userinfo.find([b':']);
        some_bytes_of(userinfo.to(colon), b"&=+$,;?/")?;
        bytes_of(userinfo.after(colon), b"&=+$,")?;
    }
    let end = behind.find([b';', b'?']);
    hostport(behind.to(end))?;
    let params = behind.from(end);
    let end = params.find([b'?']);
    parameters(params.to(end), b"[]/:&+$")?;
    match params.from(end).strip(b'?') {
        Some(headers) => fields(headers),
        None => Ok(()),
    }
}

/// `host [ ":" port ]`
pub(super) fn hostport(text: Span<'_>) -> Result<(), Deviation<'_>> {
    let behind_host = match text.first() {
        Some(b'[') => text.find([b']']).saturating_add(1),
        _ => text.find([b':']),
    };
    let (name, behind) = (text.to(behind_host), text.from(behind_host));
    if !is_host(name.bytes()) {
        return Err((DefectCode::BadHost, if name.is_empty() { text } else { name }));
    }
    match behind.strip(b':') {
        None if behind.is_empty() => Ok(()),
        None => Err((DefectCode::BadHost, text)),
        Some(port) if is_port(port) => Ok(()),
        Some(port) => Err((DefectCode::BadPort, port)),
    }
}

pub(super) fn is_port(port: Span<'_>) -> bool {
    port.number().is_ok_and(|port| port <= 65_535)
}

/// `hostname / IPv4address / IPv6reference` (RFC 3261 §25.1)
pub(super) fn is_host(text: &[u8]) -> bool {
    if let [b'[', address @ .., b']'] = text {
        return is_v6(address);
    }
    if is_v4(text) {
        return true;
    }
    let name = text.strip_suffix(b".").unwrap_or(text);
    let label = |label: &[u8]| {
        let inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        matches!(label, [first, .., last] if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric())
            .then(|| label.iter().all(inner))
            .unwrap_or(matches!(label, [only] if only.is_ascii_alphanumeric()))
    };
    let top = name.rsplit(|&byte| byte == b'.').next().unwrap_or(&[]);
    top.first().is_some_and(u8::is_ascii_alphabetic) && name.split(|&byte| byte == b'.').all(label)
}

/// Four numbers of one to three digits, each up to 255.
pub(super) fn is_v4(text: &[u8]) -> bool {
    let number = |part: &[u8]| {
        let digits = (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
        let value = part.iter().fold(0u32, |value, digit| {
            value.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0')))
        });
        digits && value <= 255
    };
    text.split(|&byte| byte == b'.').count() == 4 && text.split(|&byte| byte == b'.').all(number)
}

/// An IPv6 address without brackets (RFC 4291 §2.2).
pub(super) fn is_v6(text: &[u8]) -> bool {
    core::str::from_utf8(text).is_ok_and(|text| text.parse::<core::net::Ipv6Addr>().is_ok())
}

/// `*( ";" pname [ "=" pvalue ] )`
fn parameters<'b>(text: Span<'b>, more: &[u8]) -> Result<(), Deviation<'b>> {
    let mut rest = text;
    while let Some(param) = rest.strip(b';') {
        let end = param.find([b';']);
        let (param, next) = (param.to(end), param.from(end));
        let equals = param.find([b'=']);
        some_bytes_of(param.to(equals), more)?;
        if param.byte(equals).is_some() {
            some_bytes_of(param.after(equals), more)?;
        }
        rest = next;
    }
    Ok(())
}

/// `hname "=" hvalue *( "&" hname "=" hvalue )`
fn fields(text: Span<'_>) -> Result<(), Deviation<'_>> {
    let mut rest = text;
    loop {
        let end = rest.find([b'&']);
        let field = rest.to(end);
        let equals = field.find([b'=']);
        if field.byte(equals).is_none() {
            return Err((DefectCode::BadUri, field));
        }
        some_bytes_of(field.to(equals), b"[]/?:+$")?;
        bytes_of(field.after(equals), b"[]/?:+$")?;
        if rest.byte(end).is_none() {
            return Ok(());
        }
        rest = rest.after(end);
    }
}

/// A global or local number with its parameters (RFC 3966 §3).
fn telephone(text: Span<'_>) -> Result<(), Deviation<'_>> {
    let end = text.find([b';']);
    let (number, params) = (text.to(end), text.from(end));
    let digits = number.strip(b'+');
    let global = digits.is_some();
    let digits = digits.unwrap_or(number);
    let counts =
        |byte: u8| byte.is_ascii_digit() || (!global && (byte.is_ascii_hexdigit() || b"*#".contains(&byte)));
    let odd = digits.bytes().iter().position(|&byte| !counts(byte) && !b"-.()".contains(&byte));
    if let Some(odd) = odd {
        return Err((DefectCode::BadUri, digits.slice(odd..odd.saturating_add(1))));
    }
    if !digits.bytes().iter().any(|&byte| counts(byte)) {
        return Err((DefectCode::BadUri, text));
    }
    parameters(params, b"[]/:&+$")?;
    let context = |param: &[u8]| {
        let name = param.split(|&byte| byte == b'=').next().unwrap_or(&[]);
        name.eq_ignore_ascii_case(b"phone-context")
    };
    if !global && !params.bytes().split(|&byte| byte == b';').any(context) {
        return Err((DefectCode::BadUri, number));
    }
    Ok(())
}

/// What may follow any other scheme: reserved, unreserved and escaped bytes, at least one.
fn absolute(text: Span<'_>) -> Result<(), Deviation<'_>> {
    some_bytes_of(text, b";/?:@&=+$,")
}
