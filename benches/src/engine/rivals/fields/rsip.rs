//! rsip: `typed()` on the headers that have a typed form, `num()` and the like on numbers.

use super::whole;
use crate::emission::{Param, Sink};
use crate::engine::fields::Reader;
use crate::engine::{Class, Identity};
use rsip::common::uri::{Host, HostWithPort, Param as Own, Scheme, UriWithParams};
use rsip::headers::{ToTypedHeader, UntypedHeader, typed};
use rsip::message::{HasHeaders, HeadersExt};
use rsip::{Header, SipMessage, Uri};

/// `SipMessage::try_from`, then its typed headers.
pub(super) struct Rsip;

/// Left out: what it keeps as one string, WWW- and Proxy-Authenticate, whose second qop it refuses, and
/// Date. Authorization drops no parameter of Digest.
const TYPES: &[&str] = &[
    "accept",
    "allow",
    "authorization",
    "call-id",
    "contact",
    "content-length",
    "content-type",
    "cseq",
    "expires",
    "from",
    "in-reply-to",
    "max-forwards",
    "organization",
    "proxy-authorization",
    "record-route",
    "route",
    "server",
    "subject",
    "to",
    "user-agent",
    "via",
    "warning",
];

impl Reader for Rsip {
    fn identity(&self, class: Class) -> Identity {
        let work = match class {
            Class::Routing => "whole message parsed; typed Via, From, To, CSeq, Contact, Content-Type",
            _ => "whole message parsed; every header that has a typed form, typed",
        };
        Identity { name: "rsip", version: "0.4.0", backend: "", flags: "copies,no-folding,no-compact", work }
    }

    fn types(&self) -> Option<&'static [&'static str]> {
        Some(TYPES)
    }

    #[inline]
    fn routing<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        let message = SipMessage::try_from(message).ok()?;
        start(&message, false, sink);
        let via = message.via_header().ok()?.typed().ok()?;
        sink.element("via");
        host(&via.uri.host_with_port, sink);
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
        if let Ok(hops) = message.max_forwards_header() {
            sink.element("max-forwards");
            sink.number("value", u64::from(hops.num().ok()?));
        }
        if let Ok(contact) = message.contact_header() {
            let contact = contact.typed().ok()?;
            sink.element("contact");
            uri(&contact.uri, false, sink);
        }
        for header in message.headers().iter() {
            match header {
                Header::ContentType(value) => {
                    sink.element("content-type");
                    media(&value.typed().ok()?.0, false, sink);
                }
                Header::ContentLength(value) => {
                    sink.element("content-length");
                    sink.number("value", u64::from(value.length().ok()?));
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
        // Compact forms are unknown headers here: without these it is no message.
        message.via_header().ok()?;
        message.from_header().ok()?;
        message.to_header().ok()?;
        message.call_id_header().ok()?;
        message.cseq_header().ok()?;
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
            host(&via.uri.host_with_port, sink);
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
            let value = value.typed().ok()?;
            address("contact", value.display_name.as_ref(), &value.uri, &value.params, sink);
        }
        Header::Route(value) => routes("route", value.typed().ok()?.uris(), sink),
        Header::RecordRoute(value) => routes("record-route", value.typed().ok()?.uris(), sink),
        Header::CSeq(value) => {
            let value = value.typed().ok()?;
            sink.element("cseq");
            sink.number("number", u64::from(value.seq));
            sink.shown("method", &value.method);
        }
        Header::Allow(value) => {
            for method in value.typed().ok()?.0 {
                sink.element("allow");
                sink.shown("value", &method);
            }
        }
        Header::Accept(value) => {
            for range in value.typed().ok()?.0 {
                sink.element("accept");
                media(&range, true, sink);
            }
        }
        Header::ContentType(value) => {
            sink.element("content-type");
            media(&value.typed().ok()?.0, true, sink);
        }
        Header::InReplyTo(value) => {
            value.typed().ok()?.0.iter().for_each(|id| whole("in-reply-to", id, sink))
        }
        Header::Warning(value) => {
            let value = value.typed().ok()?;
            sink.element("warning");
            sink.number("code", u64::from(value.code));
            sink.shown("agent", &value.uri.host_with_port);
            sink.text("text", value.text.as_bytes());
        }
        Header::Authorization(value) => credentials("authorization", &value.typed().ok()?, sink),
        Header::ProxyAuthorization(value) => {
            credentials("proxy-authorization", &value.typed().ok()?.0, sink);
        }
        Header::MaxForwards(value) => number("max-forwards", value.num().ok()?, sink),
        Header::Expires(value) => number("expires", value.seconds().ok()?, sink),
        Header::ContentLength(value) => number("content-length", value.length().ok()?, sink),
        Header::CallId(value) => whole("call-id", value.value(), sink),
        Header::UserAgent(value) => whole("user-agent", value.value(), sink),
        Header::Server(value) => whole("server", value.value(), sink),
        Header::Subject(value) => whole("subject", value.value(), sink),
        Header::Organization(value) => whole("organization", value.value(), sink),
        _ => {}
    }
    Some(())
}

fn number<S: Sink>(header: &str, value: u32, sink: &mut S) {
    sink.element(header);
    sink.number("value", u64::from(value));
}

fn routes<S: Sink>(header: &str, list: &[UriWithParams], sink: &mut S) {
    list.iter().for_each(|route| address(header, None, &route.uri, &route.params, sink));
}

fn media<S: Sink>(value: &typed::MediaType, all: bool, sink: &mut S) {
    let list = match value {
        typed::MediaType::Sdp(list) => {
            super::media("application/sdp", sink);
            list
        }
        typed::MediaType::Other(name, list) => {
            super::media(name, sink);
            list
        }
    };
    if all {
        list.iter().for_each(|p| sink.param(Param::Header, p.0.as_bytes(), Some(p.1.as_bytes())));
    }
}

fn credentials<S: Sink>(header: &str, value: &typed::Authorization, sink: &mut S) {
    use rsip::headers::auth::AuthQop;
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
        sink.param_shown(of, "nc", nc);
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
    }
}

fn host<S: Sink>(host: &HostWithPort, sink: &mut S) {
    match &host.host {
        Host::Domain(name) => sink.host(name.value().as_bytes()),
        Host::IpAddr(ip) => sink.ip(*ip),
    }
    if let Some(port) = &host.port {
        sink.number("port", u64::from(*port.value()));
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
    sink.number("len", message.body().len() as u64);
}
