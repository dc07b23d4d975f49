//! Header fields that carry credentials: all of the value but the parameters that are known to be harmless.
//!
//! The name is compared without the bytes that no token has, and what only contains such a name counts too: a
//! reader that is lenient may take it for one. RFC 7616 §3.4, §3.5; RFC 7235 §2.1.

use super::{Mask, behind, blanks, is_token, loosely_behind, skip};
use std::ops::Range;

/// Parameters of `Digest` whose values are shown.
const HARMLESS: [&[u8]; 11] = [
    b"username",
    b"realm",
    b"nonce",
    b"uri",
    b"algorithm",
    b"qop",
    b"nc",
    b"cnonce",
    b"opaque",
    b"stale",
    b"domain",
];

/// Parameters whose names are shown, and whose values are not. Of others the name is hidden too: it may be a secret
/// that holds an equals sign.
const SECRET: [&[u8]; 4] = [b"response", b"rspauth", b"nextnonce", b"auts"];

/// Schemes that are named where their credentials are hidden.
const SCHEMES: [&[u8]; 6] = [b"basic", b"bearer", b"kerberos", b"negotiate", b"ntlm", b"tls-dsk"];

/// What the value begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A scheme.
    Credentials,
    /// Parameters.
    Info,
}

/// Names of header fields that carry credentials, in lower case, without `proxy-`.
const NAMES: [(&[u8], Kind); 2] =
    [(b"authorization", Kind::Credentials), (b"authentication-info", Kind::Info)];

/// The kind of what `name` names and where in it the name of a field that carries credentials ends.
pub(super) fn named(name: &[u8]) -> Option<(usize, Kind)> {
    NAMES.iter().find_map(|(wanted, kind)| Some((loosely_behind(name, wanted, None)?, *kind)))
}

/// Where the value begins if `line` begins a header field that carries credentials.
pub(super) fn find(line: &[u8]) -> Option<(usize, Kind)> {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        let letters = line.iter().filter(|byte| is_token(**byte));
        let head: Vec<u8> = letters.take(32).map(u8::to_ascii_lowercase).collect();
        let head = head.strip_prefix(b"proxy-").unwrap_or(&head);
        return if NAMES.iter().any(|(name, _)| head.starts_with(name)) { named(line) } else { None };
    };
    let (end, kind) = named(&line[..colon])?;
    // Where more of a name follows, this colon may stand in the value: the one before it is missing.
    let goes_on = line[end..colon].iter().any(|byte| is_token(*byte));
    Some((if goes_on { end } else { colon + 1 }, kind))
}

/// Where the value begins if such a field is somewhere in `field`, perhaps with line ends in its name.
pub(super) fn find_within(field: &[u8]) -> Option<(usize, Kind)> {
    let with_colon = [&b"authorization:"[..], b"authentication-info:"];
    let found = with_colon
        .iter()
        .zip(NAMES)
        .filter_map(|(wanted, (_, kind))| Some((loosely_behind(field, wanted, Some(b':'))?, kind)));
    found.min_by_key(|(value, _)| *value)
}

/// Hides the secrets of the value in `range`.
pub(super) fn hide(mask: &mut Mask<'_>, range: Range<usize>, kind: Kind) {
    let real = mask.real;
    let real = &real[..range.end];
    let word = blanks(real, range.start);
    let word_end = skip(real, word, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let scheme = &real[word..word_end];
    let is = |name: &[u8]| scheme.eq_ignore_ascii_case(name) && blanks(real, word_end) > word_end;
    let mut at = match kind {
        _ if is(b"digest") => word_end,
        _ if SCHEMES.into_iter().any(is) => return mask.cover(word_end..range.end),
        Kind::Info => range.start,
        Kind::Credentials => return mask.cover(range),
    };
    while at < range.end {
        let end = parameter_end(real, at);
        hide_parameter(mask, at..end);
        at = end + 1;
    }
}

/// The next comma that is not quoted, or the end.
fn parameter_end(real: &[u8], mut at: usize) -> usize {
    let mut quoted = false;
    while let Some(byte) = real.get(at) {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => at += 1,
            b',' if !quoted => return at,
            _ => {}
        }
        at += 1;
    }
    real.len()
}

/// Shows what is `name=token` or `name="text"` to the letter, where the name is harmless.
fn hide_parameter(mask: &mut Mask<'_>, range: Range<usize>) {
    let real = mask.real;
    let real = &real[..range.end];
    let start = blanks(real, range.start);
    let end = skip(real, start, is_token);
    let equals = blanks(real, end);
    let among = |names: &[&[u8]]| names.iter().any(|name| real[start..end].eq_ignore_ascii_case(name));
    let harmless = among(&HARMLESS);
    if real.get(equals) != Some(&b'=') || !(harmless || among(&SECRET)) {
        return mask.cover(range);
    }
    let value = blanks(real, equals + 1);
    let value = value..value + real[value..].trim_ascii_end().len();
    let inner = match &real[value.clone()] {
        [b'"', text @ .., b'"'] if parameter_is_closed(text) => value.start + 1..value.end - 1,
        text if text.iter().all(|byte| *byte > b' ' && *byte != b'"') => value,
        _ => return mask.cover(value),
    };
    let text = &real[inner.clone()];
    let doubtful = [&b"respon"[..], b"rspauth", b"\\\""].iter().any(|word| behind(text, word).is_some());
    if !harmless || doubtful {
        mask.cover(inner);
    }
}

/// Whether a quotation mark behind `text` ends it, and none before.
fn parameter_is_closed(text: &[u8]) -> bool {
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'"' || (*byte == b'\\' && bytes.next().is_none()) {
            return false;
        }
    }
    true
}
