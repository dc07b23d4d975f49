//! Where a stream that lost its place is SIP again.
//!
//! The next start line need not begin a line: bodies often end without one, and the lost bytes may be what
//! ended it. So a method of the registry that is followed by a URI and the version is one wherever it
//! stands; a method that nobody registered only where a line begins.

use super::sniff::{self, Ask, Looks, MAX_LINE, METHODS, VERSION};
use memchr::{memchr, memmem, memrchr};

/// What a search comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sought {
    /// A start line begins there.
    Start(usize),
    /// What comes before is none. What follows may become one; whether it begins a line.
    Begun(usize, bool),
}

/// Where the first start line begins, or what may become one.
pub(crate) fn find(bytes: &[u8], line_start: bool) -> Sought {
    let mut at = 0usize;
    let mut line_start = line_start;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(end) = memchr(b'\n', rest) else {
            let offset = begun(rest, line_start).unwrap_or(rest.len());
            return Sought::Begun(at.saturating_add(offset), line_start && offset == 0);
        };
        let line = rest.get(..end).unwrap_or_default();
        if let Some(offset) = start_in(line, line_start) {
            return Sought::Start(at.saturating_add(offset));
        }
        at = at.saturating_add(end).saturating_add(1);
        line_start = true;
    }
}

/// Where to go on behind a message that was refused at byte `at`, a line's beginning. No whole message lies
/// between its first line and there, or it would have ended there. One may have begun: then it is the last
/// start line, so that no byte is read for more than two messages.
pub(crate) fn behind(bytes: &[u8], at: usize) -> usize {
    let line_of = |at: usize| {
        let before = bytes.get(..at).unwrap_or(bytes);
        memrchr(b'\n', before).map_or(0, |end| end.saturating_add(1))
    };
    let refused = line_of(at);
    if refused == 0 {
        return memchr(b'\n', bytes).map_or(bytes.len(), |end| end.saturating_add(1));
    }
    let mut end = refused;
    while let Some(before) = end.checked_sub(1) {
        let from = line_of(before);
        if from == 0 {
            break;
        }
        if start_in(bytes.get(from..before).unwrap_or_default(), true).is_some() {
            return from;
        }
        end = from;
    }
    refused
}

fn start_in(line: &[u8], line_start: bool) -> Option<usize> {
    let line = line.get(line.len().saturating_sub(MAX_LINE)..)?.trim_ascii_end();
    let status = memmem::find_iter(line, VERSION).find(|at| {
        let code = line.get(at.saturating_add(VERSION.len())..);
        matches!(code, Some([b' ', b'1'..=b'6', b'0'..=b'9', b'0'..=b'9', ..]))
    });
    if status.is_some() {
        return status;
    }
    let (head, version) = line.split_at_checked(line.len().checked_sub(VERSION.len())?)?;
    if !version.eq_ignore_ascii_case(VERSION) {
        return None;
    }
    let (before, _uri) = last_word(head);
    let (_, method) = last_word(before);
    // The longest: PRACK ends in ACK.
    match METHODS.iter().filter(|known| method.ends_with(known)).max_by_key(|known| known.len()) {
        Some(known) => before.trim_ascii_end().len().checked_sub(known.len()),
        None => (line_start && sniff::whole_line(line, Ask::Strict)).then_some(0),
    }
}

/// A line that has not ended: where what may be a start line begins in it, however the line goes on.
fn begun(tail: &[u8], line_start: bool) -> Option<usize> {
    if line_start && sniff::stream(tail, Ask::Strict) == Looks::TooShort {
        return Some(0);
    }
    let from = tail.len().saturating_sub(MAX_LINE);
    let tail = tail.get(from..)?;
    let starts = METHODS.iter().chain(std::iter::once(&VERSION)).filter_map(|word| {
        let blank = |at: &usize| tail.get(at.saturating_add(word.len())).is_none_or(u8::is_ascii_whitespace);
        let whole = memmem::find_iter(tail, word).find(blank);
        whole.or_else(|| {
            let begun = |len: &usize| word.get(..*len).is_some_and(|begun| tail.ends_with(begun));
            tail.len().checked_sub((1..word.len()).rev().find(begun)?)
        })
    });
    starts.min().map(|at| at.saturating_add(from))
}

/// What stands before the last word, and that word.
fn last_word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.trim_ascii_end();
    let at = text.iter().rposition(u8::is_ascii_whitespace).map_or(0, |space| space.saturating_add(1));
    text.split_at_checked(at).unwrap_or((&[], text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_lines_are_found_wherever_they_stand() {
        for (bytes, at) in [
            (&b"INVITE sip:a SIP/2.0\r\n"[..], 0),
            (b"v=0\r\nSIP/2.0 200 OK\r\n", 5),
            (b"bodySIP/2.0 200 OK\r\n", 4),
            (b"body BYE sip:a SIP/2.0\n", 5),
            (b"{\"a\":1}MESSAGE sip:a SIP/2.0\r\n", 7),
            (b"a: b\r\nXNEW sip:a SIP/2.0\r\n", 6),
        ] {
            assert_eq!(find(bytes, false), Sought::Start(at), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn every_method_is_found_whole() {
        for method in METHODS {
            let line = [b"body", method, b" sip:a SIP/2.0\r\n"].concat();
            assert_eq!(find(&line, true), Sought::Start(4), "{}", method.escape_ascii());
        }
    }

    #[test]
    fn headers_and_bodies_are_passed_over() {
        for bytes in
            [&b"Via: SIP/2.0/UDP host\r\n"[..], b"CSeq: 1 INVITE\r\n", b"\x16\x03\x01 binary", b"SIP/2.0\r\n"]
        {
            // Before the last byte of a line's beginning, and of nothing else.
            assert_eq!(find(bytes, false), Sought::Begun(bytes.len(), bytes.ends_with(b"\n")));
        }
    }

    #[test]
    fn what_may_become_a_start_line_is_kept() {
        for (bytes, at, line_start) in [
            (&b"a: b\r\nINVI"[..], 6, true),
            (b"bodyINVITE sip:a SI", 4, false),
            (b"bodySIP/2.0 20", 4, false),
            (b"bodySIP/2.", 4, false),
            (b" INVITE\tsip:", 1, false),
            (b"INVITED by INVITE s", 11, false),
            (b"a: b\r\n", 6, true),
            (b"body", 4, false),
        ] {
            assert_eq!(find(bytes, false), Sought::Begun(at, line_start), "{}", bytes.escape_ascii());
        }
    }
}
