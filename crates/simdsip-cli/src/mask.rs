//! Secrets, replaced by text of the same length: digest responses and SDP keys.
//!
//! Works on bytes line by line, so that it also holds for what the parser rejects, for header fields within
//! bodies (`message/sipfrag`) and for a second message in the same datagram. No length and no line end
//! changes: every offset stays true. Where it is in doubt it hides too much. Does not look into compressed or
//! encoded bodies. RFC 7616 §3.4, §3.5; RFC 7617; RFC 6750 §2.1; RFC 4568 §9; RFC 4567 §3; RFC 8866 §5.12;
//! RFC 8839 §5.4; RFC 5939 §3.3.

use simdsip::HeaderName;
use std::ops::Range;

/// What stands in place of each hidden byte.
const HIDDEN: u8 = b'*';

/// Whether secrets are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Replaced.
    Hidden,
    /// As they are.
    Shown,
}

/// Hides every secret in `bytes`. White space within them stays, so that folds and lines do.
pub(crate) fn hide(bytes: &mut [u8]) {
    let mut at = 0;
    while at < bytes.len() {
        let line_end = line_end(bytes, at);
        at = match credentials(&bytes[at..line_end]) {
            Some(value) => {
                let end = field_end(bytes, at);
                hide_credentials(&mut bytes[at + value..end]);
                end
            }
            None => {
                hide_sdp(&mut bytes[at..line_end]);
                line_end
            }
        };
        // A lone CR ends a line too, as some readers of SDP have it.
        while matches!(bytes.get(at), Some(b'\r' | b'\n')) {
            at += 1;
        }
    }
}

/// Where the line that begins at `at` ends: its CR or LF, or the end.
fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| matches!(byte, b'\r' | b'\n')).map_or(bytes.len(), |len| at + len)
}

/// Where the header field that begins at `at` ends: an LF that no blank follows, or the end.
fn field_end(bytes: &[u8], at: usize) -> usize {
    let ends = |at: &usize| bytes[*at] == b'\n' && !matches!(bytes.get(at + 1), Some(b' ' | b'\t'));
    (at..bytes.len()).find(ends).unwrap_or(bytes.len())
}

/// Where the value begins if `line` begins a header field that carries credentials.
fn credentials(line: &[u8]) -> Option<usize> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::lookup(line[..colon].trim_ascii());
    let carries = matches!(
        name,
        HeaderName::Authorization
            | HeaderName::ProxyAuthorization
            | HeaderName::AuthenticationInfo
            | HeaderName::ProxyAuthenticationInfo
    );
    carries.then_some(colon + 1)
}

/// `Basic` and `Bearer` credentials whole, of others the values of `response` and `rspauth`.
fn hide_credentials(value: &mut [u8]) {
    let scheme_at = blanks(value, 0);
    let scheme_end =
        scheme_at + value[scheme_at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let scheme = &value[scheme_at..scheme_end];
    if scheme.eq_ignore_ascii_case(b"basic") || scheme.eq_ignore_ascii_case(b"bearer") {
        return cover(value, scheme_end..value.len());
    }
    let mut at = 0;
    while at < value.len() {
        match parameter(value, at) {
            Some(secret) => {
                at = secret.end.max(at + 1);
                cover(value, secret);
            }
            None => at += 1,
        }
    }
}

/// The value of the secret parameter whose name begins at `at`. Quotation marks before it are not heeded:
/// one that is missing would otherwise show the secret.
fn parameter(value: &[u8], at: usize) -> Option<Range<usize>> {
    let before = at.checked_sub(1).map(|before| value[before]);
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
        return None;
    }
    let starts =
        |name: &&[u8]| value[at..].get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name));
    let name = [&b"response"[..], b"rspauth"].into_iter().find(starts)?;
    let equals = blanks(value, at + name.len());
    if value.get(equals) != Some(&b'=') {
        return None;
    }
    let start = blanks(value, equals + 1);
    if value.get(start) != Some(&b'"') {
        let len = value[start..].iter().position(|byte| *byte == b',');
        return Some(start..len.map_or(value.len(), |len| start + len));
    }
    let mut end = start + 1;
    while end < value.len() && value[end] != b'"' {
        end += if value[end] == b'\\' { 2 } else { 1 };
    }
    Some(start + 1..end.min(value.len()))
}

/// Where the white space at `at` ends, folds included.
fn blanks(bytes: &[u8], at: usize) -> usize {
    let at = at.min(bytes.len());
    at + bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The keys of an SDP line.
fn hide_sdp(line: &mut [u8]) {
    let at = blanks(line, 0);
    let [kind, b'=', ..] = line[at..] else { return };
    match kind.to_ascii_lowercase() {
        // k=METHOD:KEY (and k=prompt, which holds none)
        b'k' => {
            let key = after(line, at, |byte| byte == b':');
            cover(line, key..line.len());
        }
        b'a' => hide_attribute(&mut line[at + 2..]),
        _ => {}
    }
}

/// `crypto:1 SUITE inline:KEY|…`, `key-mgmt:mikey KEY`, `ice-pwd:KEY`, and the first two as capabilities
/// (`acap:1 crypto:…`).
fn hide_attribute(mut attribute: &mut [u8]) {
    loop {
        let colon = after(attribute, 0, |byte| byte == b':');
        let name = attribute[..colon.saturating_sub(1)].trim_ascii();
        if name.eq_ignore_ascii_case(b"acap") {
            let number = blanks(attribute, colon);
            let digits = attribute[number..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            attribute = &mut attribute[number + digits..];
            continue;
        }
        if name.eq_ignore_ascii_case(b"crypto") {
            hide_keys(attribute, colon);
        } else if name.eq_ignore_ascii_case(b"key-mgmt") {
            let protocol = blanks(attribute, colon);
            let key = after(attribute, protocol, |byte| byte.is_ascii_whitespace());
            cover(attribute, key..attribute.len());
        } else if name.eq_ignore_ascii_case(b"ice-pwd") {
            cover(attribute, colon..attribute.len());
        }
        return;
    }
}

/// `inline:KEY|2^20|1:4`, and `FEC_KEY=inline:KEY`: what follows a colon, up to the next separator.
fn hide_keys(attribute: &mut [u8], from: usize) {
    let mut at = after(attribute, from, |byte| byte == b':');
    while at < attribute.len() {
        let separates = |byte: u8| matches!(byte, b'|' | b';') || byte.is_ascii_whitespace();
        let len = attribute[at..].iter().take_while(|byte| !separates(**byte)).count();
        cover(attribute, at..at + len);
        at = after(attribute, at + len, |byte| byte == b':');
    }
}

/// Behind the first byte at or behind `at` that is one of those, or the end.
fn after(bytes: &[u8], at: usize, one: impl Fn(u8) -> bool) -> usize {
    bytes[at..].iter().position(|byte| one(*byte)).map_or(bytes.len(), |len| at + len + 1)
}

fn cover(bytes: &mut [u8], range: Range<usize>) {
    for byte in &mut bytes[range] {
        if !byte.is_ascii_whitespace() {
            *byte = HIDDEN;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        hide(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn digest_responses_are_hidden_wherever_they_stand() {
        for (shown, expected) in [
            ("Authorization: Digest response=\"abc\", nc=1", "Authorization: Digest response=\"***\", nc=1"),
            (
                "PROXY-AUTHORIZATION : digest RESPONSE = \"abc\"",
                "PROXY-AUTHORIZATION : digest RESPONSE = \"***\"",
            ),
            (
                "authorization:Digest nc=1,response=abc,qop=auth",
                "authorization:Digest nc=1,response=***,qop=auth",
            ),
            ("Authorization: Digest a=\"x,response=\"ab\"", "Authorization: Digest a=\"x,response=\"**\""),
            ("Authorization: Digest response=\"a\\\"b", "Authorization: Digest response=\"****"),
            ("Authorization: Digest response=", "Authorization: Digest response="),
            (
                "Authorization: Digest\r\n response=\r\n\t\"a\r\n b\"",
                "Authorization: Digest\r\n response=\r\n\t\"*\r\n *\"",
            ),
            (
                "Authentication-Info: qop=auth, rspauth=\"ab\"",
                "Authentication-Info: qop=auth, rspauth=\"**\"",
            ),
            ("Authorization: Basic YTpi==\nTo: b", "Authorization: Basic ******\nTo: b"),
            ("Authorization: Bearer\n tok.en\nTo: b", "Authorization: Bearer\n ******\nTo: b"),
            ("X: y\rAuthorization: Digest response=ab", "X: y\rAuthorization: Digest response=**"),
        ] {
            assert_eq!(hidden(shown), expected);
        }
    }

    #[test]
    fn sdp_keys_are_hidden() {
        for (shown, expected) in [
            ("a=crypto:1 S inline:a+/=|2^20|1:4 X", "a=crypto:1 S inline:****|2^20|1:* X"),
            (
                "A=Crypto:1 S inline:ab;inline:cd FEC_KEY=inline:ef",
                "A=Crypto:1 S inline:**;inline:** FEC_KEY=inline:**",
            ),
            ("a=acap:1 crypto:1 S inline:ab", "a=acap:1 crypto:1 S inline:**"),
            ("a=acap:1 key-mgmt:mikey ab", "a=acap:1 key-mgmt:mikey **"),
            ("a=key-mgmt:mikey AQ==", "a=key-mgmt:mikey ****"),
            ("k=base64:ab:c\r\nk=prompt", "k=base64:****\r\nk=prompt"),
            ("a=ice-pwd:ab", "a=ice-pwd:**"),
            ("s=-\ra=ice-pwd:ab\rt=0 0", "s=-\ra=ice-pwd:**\rt=0 0"),
        ] {
            assert_eq!(hidden(shown), expected);
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "Subject: response=abc",
            "WWW-Authenticate: Digest nonce=\"abc\"",
            "Authorization: Digest nonce=\"a\", cresponse=\"b\", response-x=\"c\", username=\"d\"",
            "Supported: k=clear:ab",
            "k: timer",
            "a=fingerprint:sha-256 AB:CD",
            "a=acap",
            "a=crypto",
            "a",
            "",
        ] {
            assert_eq!(hidden(text), text);
        }
    }

    #[test]
    fn no_length_and_no_line_end_changes() {
        let alphabet: Vec<&[u8]> = vec![
            b"Authorization:",
            b"response",
            b"=",
            b"\"",
            b"\\",
            b"\r",
            b"\n",
            b" ",
            b"a=crypto:",
            b"acap:",
            b"inline:",
            b"k=",
            b"x",
            b"\xff",
            b":",
            b",",
            b"Basic",
        ];
        let mut state = 1u64;
        for _ in 0..20_000 {
            let mut bytes = Vec::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                bytes.extend_from_slice(alphabet[(state >> 33) as usize % alphabet.len()]);
            }
            let mut masked = bytes.clone();
            hide(&mut masked);
            assert_eq!(masked.len(), bytes.len());
            for (before, after) in bytes.iter().zip(&masked) {
                assert!(before == after || (*after == HIDDEN && !before.is_ascii_whitespace()), "{bytes:?}");
            }
        }
    }
}
