//! Does a payload look like SIP? Decides by the start line alone (RFC 3261 §7.1, §7.2).
//!
//! `Strict` for ports that say nothing: a token, anything, `SIP/2.0` at the end of the line; or `SIP/2.0`
//! and a digit at its beginning. `Loose` for SIP ports: also a method of the registry or `SIP/` in the
//! wrong place, so that a broken start line becomes a row. Does not parse.

use memchr::memchr;

/// How sure one must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Strict,
    Loose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    Sip,
    NotSip,
    /// The line has not ended, and more bytes may make it a start line.
    TooShort,
}

/// A start line beyond this is no start line.
pub(super) const MAX_LINE: usize = 16 * 1024;
pub(super) const VERSION: &[u8] = b"SIP/2.0";
pub(super) const METHODS: [&[u8]; 14] = [
    b"ACK",
    b"BYE",
    b"CANCEL",
    b"INFO",
    b"INVITE",
    b"MESSAGE",
    b"NOTIFY",
    b"OPTIONS",
    b"PRACK",
    b"PUBLISH",
    b"REFER",
    b"REGISTER",
    b"SUBSCRIBE",
    b"UPDATE",
];

/// Looks at a payload that is all there is.
pub(crate) fn datagram(payload: &[u8], ask: Ask) -> bool {
    let payload = after_line_ends(payload);
    match line(payload) {
        Some(line) => start_line(line, ask),
        None => {
            let begins = payload.first().copied().is_some_and(begins_line);
            begins && payload.len() <= MAX_LINE && start_line(payload, ask)
        }
    }
}

/// Looks at the unread bytes of a stream, which go on. Line ends before the start line are the caller's.
pub(crate) fn stream(bytes: &[u8], ask: Ask) -> Looks {
    match line(bytes) {
        Some(line) if start_line(line, ask) => Looks::Sip,
        Some(_) => Looks::NotSip,
        None if bytes.len() > MAX_LINE => Looks::NotSip,
        None if may_become_start_line(bytes) => Looks::TooShort,
        // What is loosely one shows once the line has ended.
        None if ask == Ask::Loose && bytes.first().copied().is_some_and(begins_line) => Looks::TooShort,
        None => Looks::NotSip,
    }
}

/// Looks at one line without its end.
pub(super) fn whole_line(line: &[u8], ask: Ask) -> bool {
    start_line(line, ask)
}

pub(crate) fn after_line_ends(bytes: &[u8]) -> &[u8] {
    let text = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
    bytes.get(text.unwrap_or(bytes.len())..).unwrap_or_default()
}

fn line(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.get(..MAX_LINE).unwrap_or(bytes);
    // The usual first byte of what is not SIP ends the search before it begins.
    if !head.first().copied().is_some_and(begins_line) {
        return None;
    }
    let line = head.get(..memchr(b'\n', head)?)?;
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

fn begins_line(byte: u8) -> bool {
    is_token(byte) || matches!(byte, b' ' | b'\t')
}

fn start_line(line: &[u8], ask: Ask) -> bool {
    let line = line.trim_ascii_end();
    if line.get(..VERSION.len()).is_some_and(|version| version.eq_ignore_ascii_case(VERSION)) {
        let code = line.get(VERSION.len()..).unwrap_or_default();
        if code.first().is_some_and(u8::is_ascii_whitespace)
            && code.trim_ascii_start().first().is_some_and(u8::is_ascii_digit)
        {
            return true;
        }
    }
    if request_line(line) {
        return true;
    }
    ask == Ask::Loose && loose(line)
}

fn request_line(line: &[u8]) -> bool {
    let Some(end) = line.iter().position(|byte| !is_token(*byte)) else { return false };
    let Some((uri, version)) = line.len().checked_sub(VERSION.len()).and_then(|at| line.split_at_checked(at))
    else {
        return false;
    };
    end > 0
        && line.get(end) == Some(&b' ')
        && version.eq_ignore_ascii_case(VERSION)
        && uri.last().is_some_and(u8::is_ascii_whitespace)
        && uri.get(end..).is_some_and(|uri| !uri.trim_ascii().is_empty())
}

fn loose(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    // OPTIONS is a method of these too, and scanners try them on every port.
    if line.windows(5).any(|word| matches!(word, b"HTTP/" | b"RTSP/")) {
        return false;
    }
    let word = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let method = word.len() < line.len() && METHODS.iter().any(|method| word.eq_ignore_ascii_case(method));
    let status = line.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"SIP/"));
    let version = || {
        line.windows(5).any(
            |word| matches!(word, [b' ' | b'\t', s, i, p, b'/'] if [*s, *i, *p].eq_ignore_ascii_case(b"SIP")),
        )
    };
    method || status || version()
}

/// Holds for each proper prefix of what `start_line` takes strictly.
fn may_become_start_line(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let token = bytes.iter().position(|byte| !is_token(*byte)).unwrap_or(bytes.len());
    match bytes.get(token) {
        None => true,
        // A status line: the slash is no token character.
        Some(b'/') => prefix(bytes, VERSION),
        Some(b' ') => token > 0,
        Some(_) => false,
    }
}

fn prefix(bytes: &[u8], of: &[u8]) -> bool {
    let len = bytes.len().min(of.len());
    match (bytes.get(..len), of.get(..len)) {
        (Some(bytes), Some(of)) => bytes.eq_ignore_ascii_case(of),
        _ => false,
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_takes_start_lines_only() {
        for sip in [
            &b"INVITE sip:a@b SIP/2.0\r\n"[..],
            b"\r\n\r\nOPTIONS sip:a SIP/2.0\r\n",
            b"SIP/2.0 200 OK\r\n",
            b"SIP/2.0 180\r\n",
            b"X-NEW tel:+1 SIP/2.0\nVia",
            b"BYE sip:a SIP/2.0",
        ] {
            assert!(datagram(sip, Ask::Strict), "{}", sip.escape_ascii());
        }
        for other in [
            &b""[..],
            b"\r\n\r\n",
            b"GET / HTTP/1.1\r\n",
            b"INVITE sip:a@b\r\n",
            b"INVITE SIP/2.0\r\n",
            b"\x80\x60 SIP/2.0\r\n",
            b"SIP/2.0 OK\r\n",
            b"a: b SIP/2.0\r\n",
            b"xINVITE sip:a@bSIP/2.0\r\n",
        ] {
            assert!(!datagram(other, Ask::Strict), "{}", other.escape_ascii());
        }
    }

    #[test]
    fn loose_takes_broken_ones_too() {
        for sip in [
            &b"INVITE sip:a@b\r\n"[..],
            b" INVITE sip:a@b SIP/2.0\r\n",
            b"SIP/7.0 200 OK\r\n",
            b"a,b sip:x SIP/3.0\r\n",
            b"SIP/2.0 OK\r\n",
        ] {
            assert!(datagram(sip, Ask::Loose), "{}", sip.escape_ascii());
        }
        assert!(!datagram(b"GET / HTTP/1.1\r\n", Ask::Loose));
        assert!(!datagram(b"OPTIONS / HTTP/1.0\r\n", Ask::Loose));
        assert!(!datagram(b"OPTIONS / RTSP/1.0\r\n", Ask::Loose));
        assert!(!datagram(b"jaK\0", Ask::Loose));
    }

    #[test]
    fn every_prefix_of_a_start_line_may_become_one() {
        for whole in [&b"INVITE sip:a@b;c=d SIP/2.0\r\n"[..], b"SIP/2.0 200 OK then\r\n"] {
            for len in 1..whole.len() {
                assert_eq!(stream(&whole[..len], Ask::Strict), Looks::TooShort, "{len}");
            }
            assert_eq!(stream(whole, Ask::Strict), Looks::Sip);
        }
        assert_eq!(stream(b"\x16\x03\x01", Ask::Strict), Looks::NotSip);
        assert_eq!(stream(b"SIP/1", Ask::Strict), Looks::NotSip);
        assert_eq!(stream(&[b'a'; MAX_LINE + 1], Ask::Strict), Looks::NotSip);
    }
}
