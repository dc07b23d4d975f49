//! rvoip-sip-core: `parse_message`, which types every header that it knows at once.

use super::whole;
use crate::emission::{Param, Sink};
use crate::engine::fields::Reader;
use crate::engine::{Class, Identity};
use rvoip_sip_core::parse_message;
use rvoip_sip_core::types::auth::{Challenge, Credentials, DigestParam};
use rvoip_sip_core::types::contact::ContactValue;
use rvoip_sip_core::types::event::ParamValue;
use rvoip_sip_core::types::param::{GenericValue, Param as Own};
use rvoip_sip_core::types::uri::{Host, Scheme, Uri};
use rvoip_sip_core::types::{Address, Message, Method, TypedHeader};

/// `parse_message`, lenient: a header that it cannot type stays raw, which loses the message here.
pub(super) struct Rvoip;

/// Left out: what its types drop parts of (Session-Expires, Subscription-State, Reason, Retry-After,
/// Warning, User-Agent and Server, which it cuts into products), and what it does not know.
const TYPES: &[&str] = &[
    "accept",
    "allow",
    "allow-events",
    "authorization",
    "call-id",
    "contact",
    "content-length",
    "content-type",
    "cseq",
    "date",
    "event",
    "expires",
    "from",
    "in-reply-to",
    "max-forwards",
    "min-se",
    "organization",
    "p-asserted-identity",
    "p-preferred-identity",
    "path",
    "proxy-authenticate",
    "proxy-authorization",
    "rack",
    "record-route",
    "refer-to",
    "referred-by",
    "require",
    "route",
    "rseq",
    "service-route",
    "subject",
    "supported",
    "to",
    "via",
    "www-authenticate",
];

impl Reader for Rvoip {
    fn identity(&self, _: Class) -> Identity {
        let work = "whole message parsed, every header that it knows typed at once";
        Identity { name: "rvoip-sip-core", version: "0.4.0", backend: "", flags: "copies,eager", work }
    }

    fn types(&self) -> Option<&'static [&'static str]> {
        Some(TYPES)
    }

    #[inline]
    fn routing<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        let message = parse_message(message).ok()?;
        let headers = start(&message, false, sink);
        let (mut via, mut contact, mut met) = (false, false, 0);
        for header in headers {
            match header {
                TypedHeader::Via(value) if !via => {
                    via = true;
                    let first = value.0.first()?;
                    sink.element("via");
                    host(&first.sent_by_host, first.sent_by_port, sink);
                    if let Some(branch) = first.branch() {
                        sink.text("branch", branch.as_bytes());
                    }
                    met += 1;
                }
                TypedHeader::From(value) => {
                    tagged("from", &value.0, sink);
                    met += 1;
                }
                TypedHeader::To(value) => {
                    tagged("to", &value.0, sink);
                    met += 1;
                }
                TypedHeader::CallId(value) => {
                    whole("call-id", value.as_str(), sink);
                    met += 1;
                }
                TypedHeader::CSeq(value) => {
                    cseq("cseq", value.seq, &value.method, sink);
                    met += 1;
                }
                TypedHeader::MaxForwards(value) => number("max-forwards", u32::from(value.0), sink),
                TypedHeader::ContentLength(value) => number("content-length", value.0, sink),
                TypedHeader::ContentType(value) => {
                    sink.element("content-type");
                    sink.text("type", value.0.m_type.as_bytes());
                    sink.text("subtype", value.0.m_subtype.as_bytes());
                }
                TypedHeader::Contact(value) if !contact => {
                    contact = true;
                    sink.element("contact");
                    match value.0.first()? {
                        ContactValue::Star => sink.text("star", b"*"),
                        ContactValue::Params(list) => uri(&list.first()?.address.uri, false, sink),
                    }
                }
                _ => {}
            }
        }
        (met == 5).then_some(())
    }

    #[inline]
    fn typed<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        let message = parse_message(message).ok()?;
        start(&message, true, sink).iter().for_each(|header| value(header, sink));
        Some(())
    }
}

fn start<'m, S: Sink>(message: &'m Message, all: bool, sink: &mut S) -> &'m [TypedHeader] {
    sink.element("start");
    let (headers, body) = match message {
        Message::Request(request) => {
            sink.text("method", request.method.as_str().as_bytes());
            uri(&request.uri, all, sink);
            (&request.headers, &request.body)
        }
        Message::Response(response) => {
            sink.number("status", u64::from(response.status.as_u16()));
            (&response.headers, &response.body)
        }
    };
    sink.element("body");
    sink.number("len", body.len() as u64);
    headers
}

fn value<S: Sink>(header: &TypedHeader, sink: &mut S) {
    match header {
        TypedHeader::Via(list) => {
            for via in &list.0 {
                sink.element("via");
                sink.text("version", via.sent_protocol.version.as_bytes());
                sink.text("transport", via.sent_protocol.transport.as_bytes());
                host(&via.sent_by_host, via.sent_by_port, sink);
                params(Param::Header, &via.params, sink);
            }
        }
        TypedHeader::From(value) => address("from", &value.0, sink),
        TypedHeader::To(value) => address("to", &value.0, sink),
        TypedHeader::Contact(list) => {
            for contact in &list.0 {
                match contact {
                    ContactValue::Star => {
                        sink.element("contact");
                        sink.text("star", b"*");
                    }
                    ContactValue::Params(list) => {
                        list.iter().for_each(|one| address("contact", &one.address, sink));
                    }
                }
            }
        }
        TypedHeader::Route(list) => list.0.iter().for_each(|one| address("route", &one.0, sink)),
        TypedHeader::RecordRoute(list) => list.0.iter().for_each(|one| address("record-route", &one.0, sink)),
        TypedHeader::Path(list) => list.0.iter().for_each(|one| address("path", &one.0, sink)),
        TypedHeader::ServiceRoute(list) => {
            list.0.iter().for_each(|one| address("service-route", &one.0, sink))
        }
        TypedHeader::PAssertedIdentity(list) => {
            list.0.iter().for_each(|one| address("p-asserted-identity", one, sink));
        }
        TypedHeader::PPreferredIdentity(list) => {
            list.0.iter().for_each(|one| address("p-preferred-identity", one, sink));
        }
        TypedHeader::ReferTo(value) => address("refer-to", &value.0, sink),
        TypedHeader::ReferredBy(value) => address("referred-by", &value.0, sink),
        TypedHeader::CallId(value) => whole("call-id", value.as_str(), sink),
        TypedHeader::CSeq(value) => cseq("cseq", value.seq, &value.method, sink),
        TypedHeader::RAck(value) => {
            cseq("rack", value.cseq, &value.method, sink);
            sink.number("rseq", u64::from(value.rseq));
        }
        TypedHeader::MaxForwards(value) => number("max-forwards", u32::from(value.0), sink),
        TypedHeader::ContentLength(value) => number("content-length", value.0, sink),
        TypedHeader::Expires(value) => number("expires", value.0, sink),
        TypedHeader::MinSE(value) => number("min-se", value.delta_seconds, sink),
        TypedHeader::RSeq(value) => number("rseq", value.value, sink),
        TypedHeader::Date(value) => {
            sink.element("date");
            sink.number("unix", value.timestamp().unsigned_abs());
        }
        TypedHeader::ContentType(value) => {
            sink.element("content-type");
            sink.text("type", value.0.m_type.as_bytes());
            sink.text("subtype", value.0.m_subtype.as_bytes());
            for (name, value) in &value.0.parameters {
                sink.param(Param::Header, name.as_bytes(), Some(value.as_bytes()));
            }
        }
        TypedHeader::Accept(list) => {
            for range in &list.0 {
                sink.element("accept");
                sink.text("type", range.m_type.as_bytes());
                sink.text("subtype", range.m_subtype.as_bytes());
                if let Some(q) = &range.q {
                    sink.param_shown(Param::Header, "q", q);
                }
                for (name, value) in &range.params {
                    sink.param(Param::Header, name.as_bytes(), Some(value.as_bytes()));
                }
            }
        }
        TypedHeader::Allow(list) => list.0.iter().for_each(|one| whole("allow", one.as_str(), sink)),
        TypedHeader::AllowEvents(list) => {
            list.events().iter().for_each(|one| whole("allow-events", one, sink))
        }
        TypedHeader::Supported(list) => list.option_tags.iter().for_each(|one| whole("supported", one, sink)),
        TypedHeader::Require(list) => list.option_tags.iter().for_each(|one| whole("require", one, sink)),
        TypedHeader::InReplyTo(list) => {
            list.0.iter().for_each(|one| whole("in-reply-to", one.as_str(), sink))
        }
        TypedHeader::Subject(value) => whole("subject", &value.0, sink),
        TypedHeader::Organization(value) => whole("organization", &value.0, sink),
        TypedHeader::Event(value) => {
            sink.element("event");
            sink.shown("value", &value.event_type);
            if let Some(id) = &value.id {
                sink.param(Param::Header, b"id", Some(id.as_bytes()));
            }
            for (name, value) in &value.params {
                let value = match value {
                    ParamValue::Value(text) => Some(text.as_bytes()),
                    ParamValue::None => None,
                };
                sink.param(Param::Header, name.as_bytes(), value);
            }
        }
        TypedHeader::Authorization(value) => credentials("authorization", &value.0, sink),
        TypedHeader::ProxyAuthorization(value) => credentials("proxy-authorization", &value.0, sink),
        TypedHeader::WwwAuthenticate(list) => {
            list.0.iter().for_each(|one| challenge("www-authenticate", one, sink));
        }
        TypedHeader::ProxyAuthenticate(list) => {
            list.0.iter().for_each(|one| challenge("proxy-authenticate", one, sink));
        }
        _ => {}
    }
}

fn number<S: Sink>(header: &str, value: u32, sink: &mut S) {
    sink.element(header);
    sink.number("value", u64::from(value));
}

fn cseq<S: Sink>(header: &str, value: u32, method: &Method, sink: &mut S) {
    sink.element(header);
    sink.number("number", u64::from(value));
    sink.text("method", method.as_str().as_bytes());
}

fn tagged<S: Sink>(header: &str, value: &Address, sink: &mut S) {
    sink.element(header);
    uri(&value.uri, false, sink);
    if let Some(tag) = value.tag() {
        sink.text("tag", tag.as_bytes());
    }
}

fn address<S: Sink>(header: &str, value: &Address, sink: &mut S) {
    sink.element(header);
    if let Some(display) = value.display_name.as_ref().filter(|d| !d.is_empty()) {
        sink.text("display", display.as_bytes());
    }
    uri(&value.uri, true, sink);
    params(Param::Header, &value.params, sink);
}

fn uri<S: Sink>(uri: &Uri, all: bool, sink: &mut S) {
    sink.text("scheme", uri.scheme.as_str().as_bytes());
    if uri.scheme == Scheme::Tel {
        match &uri.user {
            Some(number) => sink.text("number", number.as_bytes()),
            None => sink.shown("number", &uri.host),
        }
    } else {
        if let Some(user) = &uri.user {
            sink.text("user", user.as_bytes());
        }
        if let Some(password) = uri.password.as_ref().filter(|_| all) {
            sink.text("password", password.as_bytes());
        }
        host(&uri.host, uri.port, sink);
    }
    if all {
        params(Param::Uri, &uri.parameters, sink);
        for (name, value) in &uri.headers {
            sink.param(Param::UriHeader, name.as_bytes(), Some(value.as_bytes()));
        }
    }
}

fn host<S: Sink>(host: &Host, port: Option<u16>, sink: &mut S) {
    match host {
        Host::Domain(name) => sink.host(name.as_bytes()),
        Host::Address(ip) => sink.ip(*ip),
    }
    if let Some(port) = port {
        sink.number("port", u64::from(port));
    }
}

fn params<S: Sink>(of: Param, list: &[Own], sink: &mut S) {
    for param in list {
        match param {
            Own::Branch(value) => sink.param(of, b"branch", Some(value.as_bytes())),
            Own::Tag(value) => sink.param(of, b"tag", Some(value.as_bytes())),
            Own::Expires(value) => sink.param_shown(of, "expires", value),
            Own::Received(value) => sink.param_shown(of, "received", value),
            Own::Maddr(value) => sink.param(of, b"maddr", Some(value.as_bytes())),
            Own::Ttl(value) => sink.param_shown(of, "ttl", value),
            Own::Lr => sink.param(of, b"lr", None),
            Own::Q(value) => sink.param_shown(of, "q", value),
            Own::Transport(value) => sink.param(of, b"transport", Some(value.as_bytes())),
            Own::User(value) => sink.param(of, b"user", Some(value.as_bytes())),
            Own::Method(value) => sink.param(of, b"method", Some(value.as_bytes())),
            Own::Handling(value) => sink.param(of, b"handling", Some(value.as_bytes())),
            Own::Duration(value) => sink.param_shown(of, "duration", value),
            Own::Rport(None) => sink.param(of, b"rport", None),
            Own::Rport(Some(port)) => sink.param_shown(of, "rport", port),
            Own::Other(name, None) => sink.param(of, name.as_bytes(), None),
            Own::Other(name, Some(GenericValue::Token(value) | GenericValue::Quoted(value))) => {
                sink.param(of, name.as_bytes(), Some(value.as_bytes()));
            }
            Own::Other(name, Some(GenericValue::Host(Host::Domain(value)))) => {
                sink.param(of, name.as_bytes(), Some(value.as_bytes()));
            }
            Own::Other(name, Some(GenericValue::Host(Host::Address(value)))) => {
                sink.param(of, name.as_bytes(), Some(value.to_string().as_bytes()));
            }
        }
    }
}

fn credentials<S: Sink>(header: &str, value: &Credentials, sink: &mut S) {
    sink.element(header);
    match value {
        Credentials::Digest { params } => digest(params, sink),
        Credentials::Basic { token } | Credentials::Bearer { token } => sink.text("token", token.as_bytes()),
        Credentials::Other { scheme, .. } => sink.text("auth-scheme", scheme.as_bytes()),
    }
}

fn challenge<S: Sink>(header: &str, value: &Challenge, sink: &mut S) {
    sink.element(header);
    match value {
        Challenge::Digest { params } => digest(params, sink),
        Challenge::Basic { .. } => sink.text("auth-scheme", b"basic"),
        Challenge::Bearer { .. } => sink.text("auth-scheme", b"bearer"),
        Challenge::Other { scheme, .. } => sink.text("auth-scheme", scheme.as_bytes()),
    }
}

fn digest<S: Sink>(list: &[DigestParam], sink: &mut S) {
    let of = Param::Header;
    sink.text("auth-scheme", b"digest");
    for param in list {
        match param {
            DigestParam::Realm(value) => sink.param(of, b"realm", Some(value.as_bytes())),
            DigestParam::Nonce(value) => sink.param(of, b"nonce", Some(value.as_bytes())),
            DigestParam::Opaque(value) => sink.param(of, b"opaque", Some(value.as_bytes())),
            DigestParam::Algorithm(value) => sink.param_shown(of, "algorithm", value),
            DigestParam::Domain(list) => sink.param_shown(of, "domain", &Joined(list, " ")),
            DigestParam::Stale(value) => sink.param_shown(of, "stale", value),
            DigestParam::Qop(list) => sink.param_shown(of, "qop", &Joined(list, ",")),
            DigestParam::Username(value) => sink.param(of, b"username", Some(value.as_bytes())),
            DigestParam::Uri(value) => sink.param_shown(of, "uri", value),
            DigestParam::Response(value) => sink.param(of, b"response", Some(value.as_bytes())),
            DigestParam::Cnonce(value) => sink.param(of, b"cnonce", Some(value.as_bytes())),
            DigestParam::MsgQop(value) => sink.param_shown(of, "qop", value),
            DigestParam::NonceCount(value) => sink.param_shown(of, "nc", &Hex(*value)),
            DigestParam::Param(_) => {}
        }
    }
}

/// A list as the header has it.
struct Joined<'l, T>(&'l [T], &'static str);

impl<T: std::fmt::Display> std::fmt::Display for Joined<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", if i == 0 { "" } else { self.1 })?;
        }
        Ok(())
    }
}

/// The nonce count, which this crate reads as the number that it is.
struct Hex(u32);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}", self.0)
    }
}
