//! sipmsg: headers in maps, values with tags.
//!
//! Its parameters can be asked for by name only, neither listed nor printed, so that it has no class
//! `typed`; it parses everything all the same.

use super::media;
use crate::emission::Sink;
use crate::engine::fields::Reader;
use crate::engine::{Class, Identity};
use sipmsg::{
    NomParser, SipHeader, SipHeaderTagType as Tag, SipHeaders, SipRFCHeader as Name, SipRequest,
    SipRequestUriScheme, SipResponse, SipUri,
};

/// `SipRequest::parse` or `SipResponse::parse`, chosen by the first four bytes.
pub(super) struct Sipmsg;

impl Reader for Sipmsg {
    fn identity(&self, _: Class) -> Identity {
        Identity {
            name: "sipmsg",
            version: "0.2.3",
            backend: "",
            flags: "eager,grouped,no-folding,no-tel,no-content-length",
            work: "whole message parsed, values of RFC 3261's headers tagged; numbers and media type split here",
        }
    }

    #[inline]
    fn routing<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        if message.starts_with(b"SIP/") {
            let (_, response) = SipResponse::parse(message).ok()?;
            sink.element("start");
            sink.number("status", u64::from(response.sl.status_code as u16));
            fields(&response.headers, response.body, sink)
        } else {
            let (_, request) = SipRequest::parse(message).ok()?;
            sink.element("start");
            sink.text("method", request.rl.method.as_str().as_bytes());
            uri(&request.rl.uri, sink);
            fields(&request.headers, request.body, sink)
        }
    }

    fn typed<S: Sink>(&mut self, _: &[u8], _: &mut S) -> Option<()> {
        None
    }
}

fn fields<S: Sink>(headers: &SipHeaders<'_>, body: Option<&[u8]>, sink: &mut S) -> Option<()> {
    let first = |name: Name| headers.get_rfc(name).and_then(|list| list.front());
    sink.element("body");
    sink.number("len", body.map_or(0, <[u8]>::len) as u64);
    let via = first(Name::Via)?;
    let tags = via.value.tags()?;
    sink.element("via");
    sink.host(tags.get(&Tag::Host)?);
    if let Some(port) = tags.get(&Tag::Port) {
        sink.number("port", digits(std::str::from_utf8(port).ok()?)?);
    }
    if let Some(Some(branch)) = via.params().and_then(|p| p.get("branch")) {
        sink.text("branch", branch.as_bytes());
    }
    address("from", first(Name::From)?, sink)?;
    address("to", first(Name::To)?, sink)?;
    sink.element("call-id");
    sink.text("value", first(Name::CallID)?.value.vstr.as_bytes());
    let cseq = first(Name::CSeq)?.value.tags()?;
    sink.element("cseq");
    sink.number("number", digits(std::str::from_utf8(cseq.get(&Tag::Number)?).ok()?)?);
    sink.text("method", cseq.get(&Tag::Method)?);
    if let Some(hops) = first(Name::MaxForwards) {
        sink.element("max-forwards");
        sink.number("value", digits(hops.value.vstr)?);
    }
    if let Some(contact) = first(Name::Contact) {
        address("contact", contact, sink)?;
    }
    if let Some(kind) = first(Name::ContentType) {
        sink.element("content-type");
        media(kind.value.vstr, sink);
    }
    if let Some(length) = first(Name::ContentLength) {
        sink.element("content-length");
        sink.number("value", digits(length.value.vstr)?);
    }
    Some(())
}

fn digits(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

fn address<S: Sink>(name: &str, header: &SipHeader<'_>, sink: &mut S) -> Option<()> {
    sink.element(name);
    if header.value.tags().is_some_and(|tags| tags.contains_key(&Tag::Star)) {
        sink.text("star", b"*");
        return Some(());
    }
    uri(header.value.sip_uri()?, sink);
    if let Some(Some(tag)) = header.params().and_then(|p| p.get("tag")) {
        sink.text("tag", tag.as_bytes());
    }
    Some(())
}

fn uri<S: Sink>(uri: &SipUri<'_>, sink: &mut S) {
    sink.text("scheme", if uri.scheme == SipRequestUriScheme::SIPS { b"sips" } else { b"sip" });
    if let Some(user) = uri.user_info() {
        sink.text("user", user.value.as_bytes());
    }
    sink.host(uri.hostport.host.as_bytes());
    if let Some(port) = uri.hostport.port {
        sink.number("port", u64::from(port));
    }
}
