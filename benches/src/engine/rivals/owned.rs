//! sip-core and rsip: every part an owned `String`.

use super::split_display;
use crate::engine::{Class, Engine, Identity, checksum};
use crate::fields::Fields;
use crate::set::Set;

/// `sip_core::SipMessage::parse`, after the UTF-8 check that its `&str` demands.
pub(super) struct SipCore;

impl Engine for SipCore {
    fn identity(&self) -> Identity {
        Identity {
            name: "sip-core",
            version: "0.3.0",
            backend: "",
            flags: "copies,some-ids,no-content-length",
            work: "start line, headers and body as owned strings; drops folded lines, rejoins body lines",
        }
    }

    fn classes(&self) -> &'static [Class] {
        &[Class::Structure]
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        let Ok(text) = std::str::from_utf8(set.get(i)) else { return 0 };
        match sip_core::SipMessage::parse(text) {
            Ok(message) => {
                let last = message.headers().iter().last().map_or(0, |h| h.value.0.len());
                checksum(message.headers().len(), last, message.body().map_or(0, str::len))
            }
            Err(_) => 0,
        }
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        let Ok(text) = std::str::from_utf8(set.get(i)) else { return false };
        let Ok(message) = sip_core::SipMessage::parse(text) else { return false };
        out.start = Some(match &message {
            sip_core::SipMessage::Request(r) => {
                [r.method.as_str(), &r.uri, &r.version].map(|s| s.as_bytes().to_vec())
            }
            sip_core::SipMessage::Response(r) => {
                [r.version.as_str(), &r.status.to_string(), &r.reason].map(|s| s.as_bytes().to_vec())
            }
        });
        for header in message.headers().iter() {
            out.push_wire(header.name.as_str().as_bytes(), header.value.as_str().as_bytes());
        }
        out.body = Some(message.body().unwrap_or("").as_bytes().to_vec());
        true
    }
}

/// `rsip::SipMessage::try_from`.
pub(super) struct Rsip;

impl Engine for Rsip {
    fn identity(&self) -> Identity {
        Identity {
            name: "rsip",
            version: "0.4.0",
            backend: "",
            flags: "copies,some-ids,no-folding,no-reason,no-content-length",
            work: "start line with typed URI, headers as an enum of owned strings, body copied",
        }
    }

    fn classes(&self) -> &'static [Class] {
        &[Class::Structure]
    }

    #[inline]
    fn run(&mut self, set: &Set, i: u32) -> u64 {
        use rsip::message::HasHeaders;
        match rsip::SipMessage::try_from(set.get(i)) {
            Ok(message) => {
                let count = message.headers().iter().count();
                checksum(count, 0, message.body().len())
            }
            Err(_) => 0,
        }
    }

    fn emit(&mut self, set: &Set, i: u32, out: &mut Fields) -> bool {
        use rsip::message::HasHeaders;
        let Ok(message) = rsip::SipMessage::try_from(set.get(i)) else { return false };
        out.start = Some(match &message {
            rsip::SipMessage::Request(r) => {
                [r.method.to_string(), r.uri.to_string(), r.version.to_string()].map(String::into_bytes)
            }
            rsip::SipMessage::Response(r) => {
                let status = r.status_code.to_string();
                let (code, reason) = status.split_once(' ').unwrap_or((&status, ""));
                [r.version.to_string(), code.to_string(), reason.to_string()].map(String::into_bytes)
            }
        });
        for header in message.headers().iter() {
            let text = header.to_string();
            let (name, value) = split_display(&text);
            out.push_wire(name, value);
        }
        out.body = Some(message.body().clone());
        true
    }
}
