//! The slow reference: a SIP message's structure found byte by byte, with none of simdsip's code.
//!
//! Written to be checked by eye, not to be fast. It knows well-formed messages, folds, bare LF, leading
//! empty lines, white space before the colon and a datagram's Content-Length; it does not judge
//! hostile ones. RFC 3261 §7, §18.3.

pub mod fields;
mod sdp;
pub mod steps;
mod values;

use crate::engine::Class;
use crate::fields::{Fields, id_of, long_name, unfold};

/// What `class` finds in `message`: its structure and, for `routing` and `typed`, its fields.
/// For `forward` and `build`: the fields, as `typed` has them, of the message that is to be made of it.
pub fn read(message: &[u8], class: Class) -> Option<Fields> {
    match class {
        Class::Forward => return read(&steps::forward(message)?, Class::Typed),
        Class::Build => return read(&steps::build(message)?, Class::Typed),
        _ => {}
    }
    if class.is_sdp() {
        return Some(Fields { emission: Some(sdp::read(message, class)), ..Fields::default() });
    }
    let mut found = structure(message)?;
    if class.has_fields() {
        let mut emission = fields::read(&found, class);
        if class == Class::TypedSdp && found.body.as_ref().is_some_and(|body| body.starts_with(b"v=")) {
            sdp::emit(found.body.as_deref().unwrap_or_default(), Class::SdpDeep, &mut emission);
            emission.settle();
        }
        found.emission = Some(emission);
    }
    Some(found)
}

/// The fields of `message`, or `None` where it has no start line, white space right after that, a line
/// without a colon, or no end.
pub fn structure(message: &[u8]) -> Option<Fields> {
    let mut at = 0;
    while matches!(message.get(at), Some(b'\r' | b'\n')) {
        at += 1;
    }
    let (line, next) = line(message, at)?;
    let mut fields = Fields { start: Some(start_line(line)?), ids: Some(Vec::new()), ..Fields::default() };
    at = next;
    // A start line cannot be continued: two readers may differ about what follows it.
    if matches!(message.get(at), Some(b' ' | b'\t')) {
        return None;
    }
    loop {
        let (mut text, mut next) = self::line(message, at)?;
        if text.is_empty() {
            at = next;
            break;
        }
        while matches!(message.get(next), Some(b' ' | b'\t')) {
            let (more, after) = self::line(message, next)?;
            text = &message[at..next + more.len()];
            next = after;
        }
        let colon = text.iter().position(|&b| b == b':')?;
        let name = text[..colon].trim_ascii();
        fields.headers.push((long_name(name), unfold(&text[colon + 1..])));
        if let Some(ids) = &mut fields.ids {
            ids.push(id_of(name));
        }
        at = next;
    }
    let rest = &message[at..];
    let mut body = rest;
    if let Some((_, value)) = fields.headers.iter().find(|(name, _)| name == b"content-length") {
        let length = std::str::from_utf8(value).ok().and_then(|v| v.parse::<usize>().ok());
        if let Some(inside) = length.and_then(|n| rest.get(..n)) {
            body = inside;
        }
    }
    fields.body = Some(body.to_vec());
    Some(fields)
}

/// The line that begins at `at`, without its end, and where the next one begins.
fn line(message: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let mut end = at;
    while *message.get(end)? != b'\n' {
        end += 1;
    }
    let text = &message[at..end];
    Some((text.strip_suffix(b"\r").unwrap_or(text), end + 1))
}

fn start_line(line: &[u8]) -> Option<[Vec<u8>; 3]> {
    let first = line.iter().position(|&b| b == b' ')?;
    let (one, rest) = (&line[..first], &line[first + 1..]);
    let second = if one.len() > 3 && one[..4].eq_ignore_ascii_case(b"SIP/") {
        rest.iter().position(|&b| b == b' ').unwrap_or(rest.len())
    } else {
        rest.iter().rposition(|&b| b == b' ')?
    };
    let three = rest.get(second + 1..).unwrap_or(b"");
    Some([one.to_vec(), rest[..second].to_vec(), three.to_vec()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3261_7_fields_are_found() {
        let message =
            b"INVITE sip:b@h SIP/2.0\r\nv: a\r\n b\r\nSubject :  x \r\nX-Own: \r\nl: 3\r\n\r\nabcdef";
        let fields = structure(message).expect("well formed");
        assert_eq!(fields.start, Some([b"INVITE".to_vec(), b"sip:b@h".to_vec(), b"SIP/2.0".to_vec()]));
        let headers: Vec<(&[u8], &[u8])> =
            fields.headers.iter().map(|(n, v)| (n.as_slice(), v.as_slice())).collect();
        assert_eq!(
            headers,
            [(&b"via"[..], &b"a b"[..]), (b"subject", b"x"), (b"x-own", b""), (b"content-length", b"3")]
        );
        assert_eq!(fields.body.as_deref(), Some(&b"abc"[..]));
        assert_eq!(fields.ids.expect("ids")[2], 0);
    }

    #[test]
    fn a_status_line_keeps_its_reason() {
        let fields = structure(b"SIP/2.0 486 Busy Here\r\n\r\n").expect("well formed");
        assert_eq!(fields.start, Some([b"SIP/2.0".to_vec(), b"486".to_vec(), b"Busy Here".to_vec()]));
        assert_eq!(structure(b"SIP/2.0 486 Busy\r\nTo: x\r\n"), None);
    }
}
