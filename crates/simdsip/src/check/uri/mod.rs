//! Where a URI departs from its scheme's grammar, and the hosts and ports that stand outside of URIs, too.
//!
//! [`strict`] names the departure; this gives it a code. Grammar: RFC 3261 §25.1, RFC 3966 §3.

#[cfg(test)]
mod literal;
#[cfg(test)]
mod tests;

use super::findings::Findings;
use super::params::Names;
use crate::DefectCode;
use crate::text::Span;
use crate::uri::strict::{self, UriDeviation};
use crate::uri::{Scheme, Uri};

type Deviation<'b> = (DefectCode, Span<'b>);

/// The first departure and where it is, if there is one.
pub(super) fn deviation(uri: Span<'_>) -> Option<Deviation<'_>> {
    let Some((what, place)) = strict::deviation(uri) else {
        // Four numbers of three digits are enough for the rule IPv4address, but 256 is in no address.
        let host = Uri::read(uri).ok()?.host()?.span();
        let numeric = host.bytes().iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        return (numeric && !host.is_empty() && !is_v4(host.bytes())).then_some((DefectCode::BadHost, host));
    };
    let code = match what {
        // What has no scheme is no URI, wherever that shows.
        UriDeviation::BadScheme => return Some((DefectCode::BadUri, uri)),
        UriDeviation::BadEscape => DefectCode::BadEscape,
        UriDeviation::BadHost => DefectCode::BadHost,
        UriDeviation::BadPort => DefectCode::BadPort,
        _ => DefectCode::BadUri,
    };
    Some((code, place))
}

/// Looks for a parameter that stands again: no URI may have one (RFC 3261 §19.1.1, RFC 3966 §3). Told beside the first
/// departure, or that one would hide it.
pub(super) fn parameters(uri: Span<'_>, out: &mut Findings) {
    let first = uri.find([b';']);
    if uri.after(first).find([b';']) == uri.end() {
        return;
    }
    let Ok(uri) = Uri::read(uri) else { return };
    if !matches!(uri.scheme(), Scheme::Sip | Scheme::Sips | Scheme::Tel) {
        return;
    }
    let mut names = Names::new();
    for param in uri.params() {
        names.note_escaped(param.name().span(), out);
    }
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
pub(crate) fn is_host(text: &[u8]) -> bool {
    if let [b'[', address @ .., b']'] = text {
        return is_v6(address);
    }
    is_v4(text) || is_name(text)
}

/// `hostname`
fn is_name(text: &[u8]) -> bool {
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
