//! The keys of SDP, wherever a line looks like one.
//!
//! RFC 8866 §5.12 (`k=`); RFC 4568 §9 (`crypto`); RFC 4567 §3 (`key-mgmt`); RFC 8839 §5.4 (`ice-pwd`); the same as
//! capabilities (RFC 5939 §3.3).

use super::{Mask, behind, blanks, is_token, loosely_behind, skip};
use std::ops::Range;

/// Hides the keys of one line.
pub(super) fn hide(mask: &mut Mask<'_>, line: Range<usize>) {
    hide_folded(mask, line.clone());
    hide_embedded(mask, line);
}

/// Hides the keys of SDP within text of another kind, as in JSON.
pub(super) fn hide_embedded(mask: &mut Mask<'_>, line: Range<usize>) {
    let bytes = &mask.real[line.clone()];
    if bytes.contains(&b':') {
        let words = [&b"crypto:"[..], b"key-mgmt:", b"ice-pwd:"];
        let first = words.iter().filter_map(|word| Some(behind(bytes, word)? - word.len())).min();
        if let Some(first) = first {
            hide_attribute(mask, line.start + first..line.end);
        }
    }
}

/// Hides the keys of one line that may go on in others, if it looks like SDP from its first byte on.
pub(super) fn hide_folded(mask: &mut Mask<'_>, line: Range<usize>) {
    let bytes = &mask.real[line.clone()];
    let Some(equals) = bytes.iter().position(|byte| *byte == b'=') else { return };
    let mut letters = bytes[..equals].iter().filter(|byte| is_token(**byte));
    let value = line.start + equals + 1..line.end;
    match (letters.next(), letters.next()) {
        (Some(b'k' | b'K'), None) => hide_key(mask, value),
        (Some(b'a' | b'A'), None) => hide_attribute(mask, value),
        _ => {}
    }
}

/// `METHOD:KEY`, and `prompt`, which holds none.
fn hide_key(mask: &mut Mask<'_>, range: Range<usize>) {
    let key = mask.real[range.clone()].trim_ascii();
    if key.eq_ignore_ascii_case(b"prompt") {
        return;
    }
    let methods = [&b"clear:"[..], b"base64:", b"uri:"];
    let starts =
        |method: &&[u8]| key.get(..method.len()).is_some_and(|head| head.eq_ignore_ascii_case(method));
    let shown = methods.into_iter().find(starts).map_or(0, <[u8]>::len);
    mask.cover(blanks(mask.real, range.start).min(range.end) + shown..range.end);
}

/// `crypto:1 SUITE inline:KEY|2^20|1:4`, `key-mgmt:mikey KEY`, `ice-pwd:KEY`, alone or behind something else.
fn hide_attribute(mask: &mut Mask<'_>, range: Range<usize>) {
    let bytes = &mask.real[range.clone()];
    let colons = |at| skip(bytes, at, |byte| byte == b':' || byte.is_ascii_whitespace());
    let inline = loosely_behind(bytes, b"inline", None).map(colons);
    let crypto = loosely_behind(bytes, b"crypto", None).map(colons).and_then(|tag| {
        let suite = blanks(bytes, skip(bytes, tag, |byte| byte.is_ascii_digit()));
        let key = blanks(bytes, skip(bytes, suite, is_token));
        let as_usual = bytes[key..].get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"inline"));
        (!as_usual).then_some(key)
    });
    let managed = loosely_behind(bytes, b"key-mgmt", None).map(colons).map(|protocol| {
        let end = protocol + 5;
        let mikey = bytes.get(protocol..end).is_some_and(|word| word.eq_ignore_ascii_case(b"mikey"));
        if mikey && bytes.get(end).is_some_and(u8::is_ascii_whitespace) { end } else { protocol }
    });
    let password = loosely_behind(bytes, b"ice-pwd", None).map(colons);
    if let Some(from) = [crypto, managed, password].into_iter().flatten().min() {
        mask.cover(range.start + from..range.end);
    }
    if let Some(from) = inline {
        mask.cover_but(range.start + from..range.end, |byte| byte == b'|');
    }
}
