//! The strict reading of SDP: where a line's value departs from its ABNF.
//!
//! Splits and judges bytes on its own and shares nothing with the lenient views but [`Span`], so that tests can hold one
//! against the other. Runs of spaces are told once, as spacing, and then read as one. RFC 8866 §9, and each attribute's RFC.

mod attribute;
mod line;

pub(super) use attribute::check_attribute;
pub(super) use line::check_line;

use crate::check::Findings;
use crate::defect::DefectCode;
use crate::text::Span;

/// RFC 8866 §9 `token-char`.
fn is_token_char(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x27 | 0x2a | 0x2b | 0x2d | 0x2e | 0x30..=0x39 | 0x41..=0x5a | 0x5e..=0x7e)
}

fn all(bytes: &[u8], such: impl Fn(u8) -> bool) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| such(*byte))
}

pub(super) fn is_token(bytes: &[u8]) -> bool {
    all(bytes, is_token_char)
}

fn is_digits(bytes: &[u8]) -> bool {
    all(bytes, |byte| byte.is_ascii_digit())
}

/// A decimal number from `low` to `high`.
fn is_number(bytes: &[u8], low: u64, high: u64) -> bool {
    number(bytes).is_some_and(|number| (low..=high).contains(&number))
}

/// The number that digits are; `None` for other bytes and above `u64::MAX`.
fn number(bytes: &[u8]) -> Option<u64> {
    core::str::from_utf8(bytes).ok().filter(|_| is_digits(bytes))?.parse().ok()
}

/// A payload type, which seven bits hold (RFC 3551 §3).
pub(super) fn payload_type(word: &[u8]) -> Option<u32> {
    number(word).filter(|number| *number < 128).map(|number| number as u32)
}

fn is_one_of(bytes: &[u8], words: &[&[u8]]) -> bool {
    words.contains(&bytes)
}

/// The pieces of `bytes` between blanks.
fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
}

/// The first `N` words and what follows the last of them, trimmed. Missing ones are empty.
fn first<const N: usize>(bytes: &[u8]) -> ([&[u8]; N], &[u8]) {
    let mut found: [&[u8]; N] = [&[]; N];
    let mut rest = bytes.trim_ascii();
    for slot in &mut found {
        let end = rest.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(rest.len());
        (*slot, rest) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        rest = rest.trim_ascii();
    }
    (found, rest)
}

/// Notes where fields that one space should separate are further apart, or begin with one.
fn check_spacing(value: Span<'_>, found: &mut Findings) {
    let bytes = value.bytes();
    let kept = bytes.trim_ascii_end();
    let odd = |pair: &[u8]| matches!(pair, [b' ' | b'\t', b' ' | b'\t'] | [b'\t', _] | [_, b'\t']);
    let at = match kept.first() {
        Some(b' ' | b'\t') => Some(0),
        _ => kept.windows(2).position(odd),
    };
    if let Some(at) = at {
        let len = kept.iter().skip(at).take_while(|byte| matches!(byte, b' ' | b'\t')).count().max(1);
        found.add(DefectCode::SdpSpacing, value.slice(at..at.saturating_add(len)));
    }
}

/// An IPv4 address, or what may be a host name.
fn is_ip4(bytes: &[u8]) -> bool {
    let numeric = all(bytes, |byte| byte.is_ascii_digit() || byte == b'.');
    if numeric { parses::<core::net::Ipv4Addr>(bytes) } else { is_host_name(bytes) }
}

/// An IPv6 address, or what may be a host name.
fn is_ip6(bytes: &[u8]) -> bool {
    if bytes.contains(&b':') { parses::<core::net::Ipv6Addr>(bytes) } else { is_host_name(bytes) }
}

fn is_host_name(bytes: &[u8]) -> bool {
    all(bytes, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

fn parses<T: core::str::FromStr>(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_ok_and(|text| text.parse::<T>().is_ok())
}

/// Network type, address type and address, without what a slash adds.
fn is_address(net_type: &[u8], addr_type: &[u8], address: &[u8]) -> bool {
    let visible = |byte: u8| byte > b' ' && byte != 0x7f;
    is_token(net_type)
        && is_token(addr_type)
        && match (net_type, addr_type) {
            (b"IN", b"IP4") => is_ip4(address),
            (b"IN", b"IP6") => is_ip6(address),
            _ => all(address, visible),
        }
}
