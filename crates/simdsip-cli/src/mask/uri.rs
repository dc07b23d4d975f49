//! Secrets in URIs: passwords, and header fields that carry credentials.
//!
//! Knows a URI by its scheme's colon, in brackets or not, and one that is percent-encoded within another. Where
//! something behind a port looks like a host the port is hidden too. RFC 3261 §19.1.1.

use super::{Mask, credentials};
use std::ops::Range;

/// Longer names of header fields are not looked for.
const NAME_LEN: usize = 200;

/// Hides the secrets of the URIs in a header field, which are found in one pass.
pub(super) fn hide(mask: &mut Mask<'_>, field: Range<usize>) {
    let real = &mask.real[..field.end];
    let mut at = field.start;
    // Before these nothing is left to be found.
    let (mut plain, mut encoded) = (0, 0);
    while let Some(byte) = real.get(at) {
        let rest = &real[at..];
        match byte {
            b':' if at >= plain => {
                let web = rest.starts_with(b"://");
                if let Some(scheme) = scheme(&real[field.start..at]).filter(|scheme| web || scheme.is_sip) {
                    let start = if web { at + 3 } else { at + 1 };
                    plain = password(
                        mask,
                        start..field.end,
                        &Marks { web, bracket: scheme.bracket, encoded: false },
                    );
                }
            }
            b'%' if at >= encoded && is_escape(rest, b"3a") => {
                if let Some(scheme) = scheme(&real[field.start..at]).filter(|scheme| scheme.is_sip) {
                    let marks = Marks { web: false, bracket: scheme.bracket, encoded: true };
                    encoded = password(mask, at + 3..field.end, &marks);
                }
            }
            // A scheme that is none.
            b'<' if at >= plain => {
                let colon = rest.iter().take(32).position(|byte| b":>@".contains(byte));
                if let Some(colon) =
                    colon.filter(|colon| rest[*colon] == b':' && rest.get(colon + 1) != Some(&b'/'))
                {
                    let marks = Marks { web: false, bracket: true, encoded: false };
                    plain = password(mask, at + colon + 1..field.end, &marks);
                }
            }
            b'?' | b'&' => {
                if let Some(end) = header(mask, at + 1..field.end) {
                    at = end;
                    continue;
                }
            }
            b'%' if is_escape(rest, b"3f") || is_escape(rest, b"26") => {
                if let Some(end) = header(mask, at + 3..field.end) {
                    at = end;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn is_escape(bytes: &[u8], digits: &[u8; 2]) -> bool {
    matches!(bytes, [b'%', one, two, ..] if [*one, *two].eq_ignore_ascii_case(digits))
}

struct Scheme {
    is_sip: bool,
    /// Whether a bracket stands before it.
    bracket: bool,
}

/// The scheme that ends `before`.
fn scheme(before: &[u8]) -> Option<Scheme> {
    let len = before.iter().rev().take(16).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let (rest, name) = before.split_at(before.len() - len);
    let ends =
        |word: &[u8]| name.len() >= word.len() && name[name.len() - word.len()..].eq_ignore_ascii_case(word);
    (len > 0).then(|| Scheme { is_sip: ends(b"sip") || ends(b"sips"), bracket: rest.ends_with(b"<") })
}

struct Marks {
    web: bool,
    bracket: bool,
    encoded: bool,
}

/// How far a URI is looked through for its at-sign.
const LONGEST: usize = 4096;

/// Hides what stands between the first colon and the last at-sign before the host. Gives where the search for
/// another goes on.
fn password(mask: &mut Mask<'_>, uri: Range<usize>, marks: &Marks) -> usize {
    // A longer URI is covered from its colon on: looking to the end of it each time would take quadratic time.
    let far = uri.start.saturating_add(LONGEST).min(uri.end);
    let bytes = &mask.real[uri.start..far];
    // An IPv6 reference, unless an at-sign makes it a user's name.
    if bytes.starts_with(b"[") && bytes.iter().find(|byte| b"@;?>".contains(byte)) != Some(&b'@') {
        return uri.start;
    }
    let reference =
        bytes.starts_with(b"[").then(|| bytes.iter().position(|&byte| byte == b']')).flatten().unwrap_or(0);
    let ends = |at: usize| match bytes[at] {
        b'>' => true,
        b'<' => !marks.bracket,
        b'/' => marks.web,
        b',' => !marks.bracket && opens_another(&bytes[at + 1..]),
        b'"' => !marks.bracket,
        // White space ends no URI here: it may stand in the user's name, and what stands behind it is then a password.
        _ => false,
    };
    let end = (0..bytes.len()).find(|at| ends(*at)).unwrap_or(bytes.len());
    let bytes = &bytes[..end];
    let is_at = |at: &usize| if marks.encoded { is_escape(&bytes[*at..], b"40") } else { bytes[*at] == b'@' };
    let Some(first) = (0..end).find(is_at) else {
        if end == LONGEST
            && let Some(colon) = bytes.iter().position(|&byte| byte == b':')
        {
            mask.cover(uri.start + colon + 1..far);
        }
        return uri.start + end;
    };
    let host = |at: &usize| bytes[*at].is_ascii_whitespace() || b",;?&/".contains(&bytes[*at]);
    let host_end = (first..end).find(host).unwrap_or(end);
    let last = (first..host_end).rev().find(is_at).unwrap_or(first);
    let colon =
        (reference..last).find(|at| bytes[*at] == b':' || marks.encoded && is_escape(&bytes[*at..], b"3a"));
    if let Some(colon) = colon {
        let secret = colon + if bytes[colon] == b':' { 1 } else { 3 };
        mask.cover(uri.start + secret.min(last)..uri.start + last);
    }
    uri.start + last
}

/// Whether what follows a comma is another URI.
fn opens_another(bytes: &[u8]) -> bool {
    let head = bytes.get(..3).unwrap_or(&[]);
    head.eq_ignore_ascii_case(b"sip") || matches!(bytes.first(), Some(b'<' | b'"'))
}

/// Hides the value of a URI's header field if it carries credentials. Gives where that ends.
fn header(mask: &mut Mask<'_>, uri: Range<usize>) -> Option<usize> {
    let bytes = &mask.real[uri.clone()];
    let mut name = Vec::new();
    let mut at = 0;
    let value = loop {
        match bytes.get(at..)? {
            [] | [b'&' | b'?' | b'>', ..] => return None,
            [b'=', ..] => break at + 1,
            rest if is_escape(rest, b"3d") => break at + 3,
            [b'%', one, two, ..] if one.is_ascii_hexdigit() && two.is_ascii_hexdigit() => {
                let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
                name.push(digit(*one) << 4 | digit(*two));
                at += 3;
            }
            [byte, ..] => {
                name.push(*byte);
                at += 1;
            }
        }
        if at > NAME_LEN {
            return None;
        }
    };
    credentials::named(&name)?;
    let len = bytes[value..].iter().position(|byte| matches!(byte, b'&' | b'>'));
    let end = len.map_or(uri.end, |len| uri.start + value + len);
    mask.cover(uri.start + value..end);
    Some(end)
}
