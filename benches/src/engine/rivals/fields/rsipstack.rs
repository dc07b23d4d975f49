//! rsipstack: `typed()`, or the parser of its typed form, on the headers that have one.

use super::{media, whole};
use crate::emission::{Param, Sink};
use crate::engine::fields::Reader;
use crate::engine::{Class, Identity};
use rsipstack::sip::headers::{Header, ToTypedHeader, typed};
use rsipstack::sip::uri::{Host, HostWithPort, Param as Own, Scheme};
use rsipstack::sip::{HasHeaders, HeadersExt, SipMessage, Uri};

/// `SipMessage::try_from`, then its typed headers.
pub(super) struct Rsipstack;

/// Left out: what it keeps as one string, and challenges, of whose qop it keeps one option.
const TYPES: &[&str] = &[
    "allow",
    "authorization",
    "call-id",
    "contact",
    "content-length",
    "cseq",
    "expires",
    "from",
    "history-info",
    "max-forwards",
    "organization",
    "proxy-authorization",
    "record-route",
    "route",
    "rseq",
    "server",
    "service-route",
    "subject",
    "to",
    "user-agent",
    "via",
];

impl Reader for Rsipstack {
    fn identity(&self, class: Class) -> Identity {
        let work = match class {
            Class::Routing => {
                "whole message parsed; typed Via, From, To, CSeq, Contact; Content-Type split here"
            }
            _ => "whole message parsed; every header that has a typed form, typed",
        };
        Identity { name: "rsipstack", version: "0.7.14", backend: "", flags: "copies", work }
    }

    fn types(&self) -> Option<&'static [&'static str]> {
        Some(TYPES)
    }

    #[inline]
    fn routing<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        let message = SipMessage::try_from(message).ok()?;
        start(&message, false, sink);
        let via = typed::Via::parse(message.top_via_header().ok()?.value()).ok()?;
        sink.element("via");
        host(via.sent_by(), sink);
        if let Some(branch) = via.branch() {
            sink.text("branch", branch.value().as_bytes());
        }
        let from = message.from_header().ok()?.typed().ok()?;
        sink.element("from");
        uri(&from.uri, false, sink);
        if let Some(tag) = from.tag() {
            sink.text("tag", tag.value().as_bytes());
        }
        let to = message.to_header().ok()?.typed().ok()?;
        sink.element("to");
        uri(&to.uri, false, sink);
        if let Some(tag) = to.tag() {
            sink.text("tag", tag.value().as_bytes());
        }
        sink.element("call-id");
        sink.text("value", message.call_id_header().ok()?.value().as_bytes());
        let cseq = message.cseq_header().ok()?.typed().ok()?;
        sink.element("cseq");
        sink.number("number", u64::from(cseq.seq));
        sink.shown("method", &cseq.method);
        let mut contact = false;
        for header in message.headers().iter() {
            match header {
                Header::MaxForwards(value) => number("max-forwards", value.value(), sink)?,
                Header::ContentLength(value) => number("content-length", value.value(), sink)?,
                Header::Contact(value) if !contact => {
                    contact = true;
                    let list = typed::Contact::parse_header_list(value.value()).ok()?;
                    sink.element("contact");
                    target(list.first()?, false, sink);
                }
                Header::ContentType(value) => {
                    sink.element("content-type");
                    media(value.value().split(';').next().unwrap_or(""), sink);
                }
                _ => {}
            }
        }
        Some(())
    }

    #[inline]
    fn typed<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        let message = SipMessage::try_from(message).ok()?;
        start(&message, true, sink);
        for header in message.headers().iter() {
            value(header, sink)?;
        }
        Some(())
    }
}

fn value<S: Sink>(header: &Header, sink: &mut S) -> Option<()> {
    match header {
        Header::Via(value) => {
            let via = value.typed().ok()?;
            sink.element("via");
            sink.text("version", b"2.0");
            sink.shown("transport", &via.transport);
            host(via.sent_by(), sink);
            params(Param::Header, &via.params, sink);
        }
        Header::From(value) => {
            let value = value.typed().ok()?;
            address("from", value.display_name.as_ref(), &value.uri, &value.params, sink);
        }
        Header::To(value) => {
            let value = value.typed().ok()?;
            address("to", value.display_name.as_ref(), &value.uri, &value.params, sink);
        }
        Header::Contact(value) => {
            for contact in typed::Contact::parse_header_list(value.value()).ok()? {
                sink.element("contact");
                target(&contact, true, sink);
            }
        }
        Header::Route(value) => {
            for route in typed::Route::parse_header_list(value.value()).ok()? {
                address("route", route.display_name.as_ref(), &route.uri, &route.params, sink);
            }
        }
        Header::RecordRoute(value) => {
            for route in typed::RecordRoute::parse_header_list(value.value()).ok()? {
                address("record-route", route.display_name.as_ref(), &route.uri, &route.params, sink);
            }
        }
        Header::ServiceRoute(value) => {
            for route in typed::ServiceRoute::parse_header_list(value.value()).ok()? {
                address("service-route", route.display_name.as_ref(), &route.uri, &route.params, sink);
            }
        }
        Header::HistoryInfo(value) => {
            for entry in value.typed().ok()?.entries {
                address("history-info", None, &entry.uri, &entry.ext, sink);
                sink.param(Param::Header, b"index", Some(entry.index.as_bytes()));
                for (name, value) in [("rc", &entry.rc), ("mp", &entry.mp), ("np", &entry.np)] {
                    if let Some(value) = value {
                        sink.param(Param::Header, name.as_bytes(), Some(value.as_bytes()));
                    }
                }
            }
        }
        Header::CSeq(value) => {
            let value = value.typed().ok()?;
            sink.element("cseq");
            sink.number("number", u64::from(value.seq));
            sink.shown("method", &value.method);
        }
        Header::Allow(value) => {
            for method in typed::Allow::parse(value.value()).ok()?.methods {
                sink.element("allow");
                sink.shown("value", &method);
            }
        }
        Header::Authorization(value) => {
            credentials("authorization", &typed::Authorization::parse(value.value()).ok()?, sink);
        }
        Header::ProxyAuthorization(value) => {
            credentials("proxy-authorization", &typed::Authorization::parse(value.value()).ok()?, sink);
        }
        Header::MaxForwards(value) => number("max-forwards", value.value(), sink)?,
        Header::Expires(value) => number("expires", value.value(), sink)?,
        Header::ContentLength(value) => number("content-length", value.value(), sink)?,
        Header::RSeq(value) => number("rseq", value.value(), sink)?,
        Header::CallId(value) => whole("call-id", value.value(), sink),
        Header::UserAgent(value) => whole("user-agent", value.value(), sink),
        Header::Server(value) => whole("server", value.value(), sink),
        Header::Subject(value) => whole("subject", value.value(), sink),
        Header::Organization(value) => whole("organization", value.value(), sink),
        _ => {}
    }
    Some(())
}

/// The number of a header that this crate keeps as its digits.
fn number<S: Sink>(header: &str, digits: &str, sink: &mut S) -> Option<()> {
    sink.element(header);
    sink.number("value", digits.trim().parse().ok()?);
    Some(())
}

/// A Contact's URI; `*` is a scheme here.
fn target<S: Sink>(contact: &typed::Contact, all: bool, sink: &mut S) {
    if matches!(&contact.uri.scheme, Some(Scheme::Other(s)) if s == "*") {
        return sink.text("star", b"*");
    }
    if let Some(display) = contact.display_name.as_ref().filter(|_| all) {
        sink.text("display", display.as_bytes());
    }
    uri(&contact.uri, all, sink);
    if all {
        params(Param::Header, &contact.params, sink);
    }
}

/// The nonce count, which this crate reads as the number that it is.
struct Hex(u8);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

fn credentials<S: Sink>(header: &str, value: &typed::Authorization, sink: &mut S) {
    use rsipstack::sip::headers::auth::AuthQop;
    let of = Param::Header;
    sink.element(header);
    sink.shown("auth-scheme", &value.scheme);
    sink.param(of, b"username", Some(value.username.as_bytes()));
    sink.param(of, b"realm", Some(value.realm.as_bytes()));
    sink.param(of, b"nonce", Some(value.nonce.as_bytes()));
    sink.param_shown(of, "uri", &value.uri);
    sink.param(of, b"response", Some(value.response.as_bytes()));
    if let Some(algorithm) = &value.algorithm {
        sink.param_shown(of, "algorithm", algorithm);
    }
    if let Some(opaque) = &value.opaque {
        sink.param(of, b"opaque", Some(opaque.as_bytes()));
    }
    if let Some(qop) = &value.qop {
        let (word, cnonce, nc) = match qop {
            AuthQop::Auth { cnonce, nc } => ("auth", cnonce, nc),
            AuthQop::AuthInt { cnonce, nc } => ("auth-int", cnonce, nc),
        };
        sink.param(of, b"qop", Some(word.as_bytes()));
        sink.param(of, b"cnonce", Some(cnonce.as_bytes()));
        sink.param_shown(of, "nc", &Hex(*nc));
    }
}

/// `sip:` and `sips:` alike; a telephone number lands in the host.
fn uri<S: Sink>(uri: &Uri, all: bool, sink: &mut S) {
    let tel = matches!(&uri.scheme, Some(Scheme::Other(s)) if s.eq_ignore_ascii_case("tel"));
    if let Some(scheme) = &uri.scheme {
        sink.shown("scheme", scheme);
    }
    if tel {
        sink.shown("number", uri.host());
    } else {
        if let Some(auth) = &uri.auth {
            sink.text("user", auth.user.as_bytes());
            if let Some(password) = auth.password.as_ref().filter(|_| all) {
                sink.text("password", password.as_bytes());
            }
        }
        host(&uri.host_with_port, sink);
    }
    if all {
        params(Param::Uri, &uri.params, sink);
        for (name, value) in &uri.headers {
            sink.param(Param::UriHeader, name.as_bytes(), Some(value.as_bytes()));
        }
    }
}

fn host<S: Sink>(host: &HostWithPort, sink: &mut S) {
    match &host.host {
        Host::Domain(name) => sink.host(name.0.as_bytes()),
        Host::IpAddr(ip) => sink.ip(*ip),
    }
    if let Some(port) = &host.port {
        sink.number("port", u64::from(port.0));
    }
}

fn params<S: Sink>(of: Param, list: &[Own], sink: &mut S) {
    for param in list {
        match param {
            Own::Transport(value) => sink.param_shown(of, "transport", value),
            Own::User(value) => sink.param_shown(of, "user", value),
            Own::Method(value) => sink.param_shown(of, "method", value),
            Own::Ttl(value) => sink.param_shown(of, "ttl", value),
            Own::Maddr(value) => sink.param_shown(of, "maddr", value),
            Own::Lr => sink.param(of, b"lr", None),
            Own::Ob => sink.param(of, b"ob", None),
            Own::Rport(None) => sink.param(of, b"rport", None),
            Own::Rport(Some(port)) => sink.param_shown(of, "rport", port),
            Own::Branch(value) => sink.param_shown(of, "branch", value),
            Own::Received(value) => sink.param_shown(of, "received", value),
            Own::Tag(value) => sink.param_shown(of, "tag", value),
            Own::Expires(value) => sink.param_shown(of, "expires", value),
            Own::Q(value) => sink.param_shown(of, "q", value),
            Own::Other(name, value) => {
                sink.param(of, name.value().as_bytes(), value.as_ref().map(|v| v.value().as_bytes()));
            }
        }
    }
}

fn address<S: Sink>(header: &str, display: Option<&String>, target: &Uri, list: &[Own], sink: &mut S) {
    sink.element(header);
    if let Some(display) = display {
        sink.text("display", display.as_bytes());
    }
    uri(target, true, sink);
    params(Param::Header, list, sink);
}

fn start<S: Sink>(message: &SipMessage, all: bool, sink: &mut S) {
    sink.element("start");
    match message {
        SipMessage::Request(request) => {
            sink.shown("method", &request.method);
            uri(&request.uri, all, sink);
        }
        SipMessage::Response(response) => {
            sink.number("status", u64::from(response.status_code.code()));
        }
    }
    sink.element("body");
    let body = match message {
        SipMessage::Request(request) => &request.body,
        SipMessage::Response(response) => &response.body,
    };
    sink.number("len", body.len() as u64);
}
