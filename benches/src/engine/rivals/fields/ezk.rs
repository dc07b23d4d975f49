//! ezk-sip-types: `get_named` on its map of headers.
//!
//! Its parameter lists are closed: `get` one by name, or print all. They are handed to the sink whole.

use super::super::ezk::{Parsed, parse};
use super::{media, whole};
use crate::emission::{Param, Sink};
use crate::engine::fields::Reader;
use crate::engine::{Class, Identity};
use ezk_sip_types::Name;
use ezk_sip_types::header::typed::*;
use ezk_sip_types::host::{Host, HostPort};
use ezk_sip_types::msg::MessageLine;
use ezk_sip_types::uri::{NameAddr, SipUri, SipUriUserPart};

/// Lines pulled and collected, then `get_named`.
pub(super) struct Ezk;

/// Left out: what it keeps as one string (Accept among them), and what its types drop parts of: challenges
/// and credentials get an algorithm that was not there, Session-Expires and Subscription-State lose words.
const TYPES: &[&str] = &[
    "allow",
    "allow-events",
    "call-id",
    "contact",
    "content-length",
    "cseq",
    "expires",
    "from",
    "max-forwards",
    "min-se",
    "organization",
    "rack",
    "record-route",
    "refer-to",
    "require",
    "route",
    "rseq",
    "server",
    "subject",
    "supported",
    "to",
    "user-agent",
    "via",
];

impl Reader for Ezk {
    fn identity(&self, class: Class) -> Identity {
        let work = match class {
            Class::Routing => {
                "whole message collected; typed Via, From, To, CSeq, Contact; Content-Type split here"
            }
            _ => "whole message collected; every header that has a typed form, typed",
        };
        Identity {
            name: "ezk-sip-types",
            version: "0.6.5",
            backend: "",
            flags: "copies,grouped,no-tel",
            work,
        }
    }

    fn types(&self) -> Option<&'static [&'static str]> {
        Some(TYPES)
    }

    #[inline]
    fn routing<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        let found = parse(message)?;
        start(&found, false, sink);
        let headers = &found.headers;
        let via = headers.get_named::<Via>().ok()?;
        sink.element("via");
        host(&via.sent_by, sink);
        if let Some(branch) = via.params.get_val("branch") {
            sink.text("branch", branch.as_bytes());
        }
        for (header, name) in [("from", Name::FROM), ("to", Name::TO)] {
            let value = headers.get::<FromTo>(name).ok()?;
            sink.element(header);
            uri(&value.uri.uri, false, sink);
            if let Some(tag) = &value.tag {
                sink.text("tag", tag.as_bytes());
            }
        }
        whole("call-id", &headers.get_named::<CallID>().ok()?.0, sink);
        cseq("cseq", &headers.get_named::<CSeq>().ok()?, sink);
        if let Some(hops) = headers.try_get_named::<MaxForwards>() {
            number("max-forwards", u64::from(hops.ok()?.0), sink);
        }
        if let Some(contact) = headers.try_get_named::<Contact>() {
            sink.element("contact");
            uri(&contact.ok()?.uri.uri, false, sink);
        }
        if let Some(value) = headers.try_get_named::<ContentType>() {
            sink.element("content-type");
            media(value.ok()?.0.split(';').next().unwrap_or(""), sink);
        }
        if let Some(length) = headers.try_get_named::<ContentLength>() {
            number("content-length", length.ok()?.0 as u64, sink);
        }
        Some(())
    }

    #[inline]
    fn typed<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        let found = parse(message)?;
        start(&found, true, sink);
        let headers = &found.headers;
        for via in headers.get_named::<Vec<Via>>().ok()? {
            sink.element("via");
            sink.text("version", b"2.0");
            sink.text("transport", via.transport.as_bytes());
            host(&via.sent_by, sink);
            sink.params_shown(Param::Header, &via.params);
        }
        for (header, name) in [("from", Name::FROM), ("to", Name::TO)] {
            let value = headers.get::<FromTo>(name).ok()?;
            address(header, &value.uri, sink);
            if let Some(tag) = &value.tag {
                sink.param(Param::Header, b"tag", Some(tag.as_bytes()));
            }
            sink.params_shown(Param::Header, &value.params);
        }
        for contact in headers.try_get_named::<Vec<Contact>>().unwrap_or(Ok(Vec::new())).ok()? {
            address("contact", &contact.uri, sink);
            sink.params_shown(Param::Header, &contact.params);
        }
        for (header, name) in [("route", Name::ROUTE), ("record-route", Name::RECORD_ROUTE)] {
            for route in headers.try_get::<Vec<Routing>>(name).unwrap_or(Ok(Vec::new())).ok()? {
                address(header, &route.uri, sink);
                sink.params_shown(Param::Header, &route.params);
            }
        }
        if let Some(target) = headers.try_get_named::<ReferTo>() {
            let target = target.ok()?;
            address("refer-to", &target.uri, sink);
            sink.params_shown(Param::Header, &target.params);
        }
        cseq("cseq", &headers.get_named::<CSeq>().ok()?, sink);
        if let Some(rack) = headers.try_get_named::<RAck>() {
            let RAck { rack, cseq: number, method } = rack.ok()?;
            cseq("rack", &CSeq::new(number, method), sink);
            sink.number("rseq", u64::from(rack));
        }
        for method in headers.try_get_named::<Vec<Allow>>().unwrap_or(Ok(Vec::new())).ok()? {
            sink.element("allow");
            sink.shown("value", &method.0);
        }
        for event in headers.try_get_named::<Vec<AllowEvents>>().unwrap_or(Ok(Vec::new())).ok()? {
            whole("allow-events", &event.0, sink);
        }
        for option in headers.try_get_named::<Vec<Supported>>().unwrap_or(Ok(Vec::new())).ok()? {
            whole("supported", &option.0, sink);
        }
        for option in headers.try_get_named::<Vec<Require>>().unwrap_or(Ok(Vec::new())).ok()? {
            whole("require", &option.0, sink);
        }
        if let Some(value) = headers.try_get_named::<MaxForwards>() {
            number("max-forwards", u64::from(value.ok()?.0), sink);
        }
        if let Some(value) = headers.try_get_named::<ContentLength>() {
            number("content-length", value.ok()?.0 as u64, sink);
        }
        if let Some(value) = headers.try_get_named::<Expires>() {
            number("expires", u64::from(value.ok()?.0), sink);
        }
        if let Some(value) = headers.try_get_named::<MinSe>() {
            number("min-se", u64::from(value.ok()?.0), sink);
        }
        if let Some(value) = headers.try_get_named::<RSeq>() {
            number("rseq", u64::from(value.ok()?.0), sink);
        }
        whole("call-id", &headers.get_named::<CallID>().ok()?.0, sink);
        for (header, name) in [
            ("user-agent", Name::USER_AGENT),
            ("server", Name::SERVER),
            ("subject", Name::SUBJECT),
            ("organization", Name::ORGANIZATION),
        ] {
            headers.get_raw(&name).for_each(|value| whole(header, value, sink));
        }
        Some(())
    }
}

fn start<S: Sink>(found: &Parsed, all: bool, sink: &mut S) {
    sink.element("start");
    match &found.line {
        MessageLine::Request(line) => {
            sink.shown("method", &line.method);
            uri(&line.uri, all, sink);
        }
        MessageLine::Response(line) => sink.number("status", u64::from(line.code.into_u16())),
    }
    sink.element("body");
    sink.number("len", found.body.len() as u64);
}

fn cseq<S: Sink>(header: &str, value: &CSeq, sink: &mut S) {
    sink.element(header);
    sink.number("number", u64::from(value.cseq));
    sink.shown("method", &value.method);
}

fn number<S: Sink>(header: &str, value: u64, sink: &mut S) {
    sink.element(header);
    sink.number("value", value);
}

fn address<S: Sink>(header: &str, value: &NameAddr, sink: &mut S) {
    sink.element(header);
    if let Some(name) = value.name.as_ref().filter(|n| !n.is_empty()) {
        sink.text("display", name.as_bytes());
    }
    uri(&value.uri, true, sink);
}

fn uri<S: Sink>(uri: &SipUri, all: bool, sink: &mut S) {
    sink.text("scheme", if uri.sips { b"sips" } else { b"sip" });
    match &uri.user_part {
        SipUriUserPart::Empty => {}
        SipUriUserPart::User(user) => sink.text("user", user.as_bytes()),
        SipUriUserPart::UserPw(both) => {
            sink.text("user", both.user.as_bytes());
            if all {
                sink.text("password", both.password.as_bytes());
            }
        }
    }
    host(&uri.host_port, sink);
    if all {
        sink.params_shown(Param::Uri, &uri.uri_params);
        sink.params_shown(Param::UriHeader, &uri.header_params);
    }
}

fn host<S: Sink>(value: &HostPort, sink: &mut S) {
    match &value.host {
        Host::IP6(ip) => sink.ip((*ip).into()),
        Host::IP4(ip) => sink.ip((*ip).into()),
        Host::Name(name) => sink.host(name.as_bytes()),
    }
    if let Some(port) = value.port {
        sink.number("port", u64::from(port));
    }
}
