//! ezk-sip-types: refcounted slices in a map of headers.
//!
//! The stack's own function that parses a datagram is private to ezk-sip-core, so the steps that it
//! takes are taken here: copy to `Bytes`, pull lines, parse each, insert, ask for Content-Length.

use crate::engine::{Class, Engine, Identity, checksum};
use crate::fields::Fields;
use crate::set::Set;
use bytes::Bytes;
use ezk_sip_types::Headers;
use ezk_sip_types::header::typed::ContentLength;
use ezk_sip_types::msg::{Line, MessageLine, PullParser};
use ezk_sip_types::parse::Parse;
use ezk_sip_types::print::AppendCtx;

/// Lines pulled, parsed and collected.
pub(super) struct Ezk;

pub(super) struct Parsed {
    pub(super) line: MessageLine,
    pub(super) headers: Headers,
    pub(super) body: Bytes,
}

pub(super) fn parse(message: &[u8]) -> Option<Parsed> {
    let buffer = Bytes::copy_from_slice(message);
    let mut lines = PullParser::new(&buffer, 0);
    let first = std::str::from_utf8(lines.next()?.ok()?).ok()?;
    let (_, line) = MessageLine::parse(&buffer)(first).ok()?;
    let mut headers = Headers::new();
    for item in &mut lines {
        let text = std::str::from_utf8(item.ok()?).ok()?;
        let (_, header) = Line::parse(&buffer, text).ok()?;
        headers.insert(header.name, header.value);
    }
    let head = lines.head_end();
    let body = match headers.get_named::<ContentLength>() {
        Ok(length) if length.0 == 0 => Bytes::new(),
        Ok(length) if buffer.len() >= head.checked_add(length.0)? => buffer.slice(head..head + length.0),
        Ok(_) => return None,
        Err(_) => buffer.slice(head..),
    };
    Some(Parsed { line, headers, body })
}

impl Engine for Ezk {
    fn identity(&self) -> Identity {
        Identity {
            name: "ezk-sip-types",
            version: "0.6.5",
            backend: "",
            flags: "copies,some-ids,grouped",
            work: "start line with typed URI, headers as refcounted slices grouped by name, Content-Length",
        }
    }

    fn classes(&self) -> &'static [Class] {
        &[Class::Structure]
    }

    fn grouped(&self) -> bool {
        true
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        match parse(set.get(i)) {
            Some(found) => {
                let kind = usize::from(found.line.is_request());
                checksum(found.headers.iter().count(), kind, found.body.len())
            }
            None => 0,
        }
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        let Some(found) = parse(set.get(i)) else { return false };
        out.start = Some(match &found.line {
            MessageLine::Request(line) => {
                let uri = line.uri.default_print_ctx().to_string();
                [line.method.to_string(), uri, "SIP/2.0".to_string()].map(String::into_bytes)
            }
            MessageLine::Response(line) => {
                let reason = line.reason.as_ref().map_or(String::new(), |r| r.to_string());
                let code = line.code.into_u16().to_string();
                ["SIP/2.0".to_string(), code, reason].map(String::into_bytes)
            }
        });
        for (name, value) in found.headers.iter() {
            out.push_wire(name.as_print_str().as_bytes(), value.as_bytes());
        }
        out.body = Some(found.body.to_vec());
        true
    }
}
