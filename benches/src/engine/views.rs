//! simdsip under classes `routing` and `typed`: its typed views, one engine a backend and class.
//!
//! Each run parses the message into the reused index and reads the views of the class; every header of
//! the registry is typed, by the shape that `HeaderField::values` gives.

use super::fields::{Reader, Reading};
use super::sip::backends;
use super::{Class, Engine, Identity};
use crate::emission::{Param, Sink, Sum};
use simdsip::shape::{CSeq, MediaType, NameAddr, Value, Via};
use simdsip::{Backend, Error, HeaderName, Index, Message, Params, Parser, Policy, Scheme, SdpIndex, Uri};

/// One engine a backend and class.
pub(super) fn all() -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = Vec::new();
    for backend in backends() {
        engines.push(Box::new(Reading::new(Views::new(backend), Class::Routing)));
        engines.push(Box::new(Reading::new(Views::new(backend), Class::Typed)));
        engines.push(Box::new(Reading::new(Views::new(backend), Class::TypedSdp)));
    }
    engines
}

/// `Parser::parse` and the views.
struct Views {
    backend: Backend,
    parser: Parser,
    index: Index<128>,
    lines: SdpIndex,
    /// Names in lower case by id, as the sink wants them.
    names: Vec<String>,
}

impl Views {
    fn new(backend: Backend) -> Views {
        let parser = Parser::new(Policy::INTEROP).with_backend(backend);
        let names = std::iter::once(HeaderName::Unknown).chain(HeaderName::ALL.iter().copied());
        let names = names.map(|name| name.as_str().to_ascii_lowercase()).collect();
        let lines = SdpIndex::new().with_backend(backend);
        Views { backend, parser, index: Index::new(), lines, names }
    }
}

impl Reader for Views {
    fn identity(&self, class: Class) -> Identity {
        let work = match class {
            Class::Routing => "index, then the typed accessors of the routing fields",
            Class::TypedSdp => "as typed, and the session description as sdp-deep",
            _ => "index, then every value of every header by its shape, every URI and parameter",
        };
        Identity {
            name: "simdsip",
            version: env!("CARGO_PKG_VERSION"),
            backend: self.backend.name(),
            flags: "",
            work,
        }
    }

    #[inline]
    fn routing<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        let message = self.parser.parse(message, &mut self.index).ok()?;
        routing(&message, sink).ok()
    }

    #[inline]
    fn typed<S: Sink>(&mut self, message: &[u8], sink: &mut S) -> Option<()> {
        let message = self.parser.parse(message, &mut self.index).ok()?;
        typed(&message, &self.names, sink).ok()
    }

    #[inline]
    fn sdp<S: Sink>(&mut self, _: Class, message: &[u8], sink: &mut S) -> Option<()> {
        let message = self.parser.parse(message, &mut self.index).ok()?;
        typed(&message, &self.names, sink).ok()?;
        let Some(sdp) = message.sdp(&mut self.lines) else { return Some(()) };
        super::sdp::deep(&sdp.ok()?, sink)
    }
}

pub(super) fn routing<S: Sink>(message: &Message<'_>, sink: &mut S) -> Result<(), Error> {
    start(message, false, sink)?;
    if let Some(via) = message.via()? {
        sink.element("via");
        sent_by(&via, sink)?;
        if let Some(branch) = via.branch() {
            sink.text("branch", branch);
        }
    }
    if let Some(from) = message.from()? {
        sink.element("from");
        dialog_party(&from, sink)?;
    }
    if let Some(to) = message.to()? {
        sink.element("to");
        dialog_party(&to, sink)?;
    }
    if let Some(call_id) = message.call_id()? {
        sink.element("call-id");
        sink.text("value", call_id.as_bytes());
    }
    if let Some(value) = message.cseq()? {
        sink.element("cseq");
        cseq(&value, sink);
    }
    if let Some(hops) = message.max_forwards()? {
        sink.element("max-forwards");
        sink.number("value", hops.value().into());
    }
    if let Some(contact) = message.contact()? {
        sink.element("contact");
        match contact.address() {
            Some(address) => uri(&address.uri()?, false, sink)?,
            None => sink.text("star", b"*"),
        }
    }
    if let Some(value) = message.content_type()? {
        sink.element("content-type");
        media(&value, sink);
    }
    if let Some(length) = message.content_length()? {
        sink.element("content-length");
        sink.number("value", length);
    }
    body(message, sink);
    Ok(())
}

fn dialog_party<S: Sink>(party: &NameAddr<'_>, sink: &mut S) -> Result<(), Error> {
    uri(&party.uri()?, false, sink)?;
    if let Some(tag) = party.tag() {
        sink.text("tag", tag);
    }
    Ok(())
}

fn typed<S: Sink>(message: &Message<'_>, names: &[String], sink: &mut S) -> Result<(), Error> {
    start(message, true, sink)?;
    for field in message.headers() {
        let name = names[usize::from(field.id().id())].as_str();
        for value in field.values() {
            element(value?, name, sink)?;
        }
    }
    body(message, sink);
    Ok(())
}

/// A checksum of every value that has a meaning, of a message whose limits may be lifted.
pub fn typed_sum(message: &Message<'_>) -> u64 {
    let mut sum = Sum::default();
    let _ = start(message, true, &mut sum);
    for value in message.headers().flat_map(|field| field.values()).flatten() {
        let _ = element(value, "", &mut sum);
    }
    sum.0
}

#[inline(always)]
fn element<S: Sink>(value: Value<'_>, name: &str, sink: &mut S) -> Result<(), Error> {
    match value {
        // Headers that the registry does not hold, or calls opaque, and empty text say nothing.
        Value::Opaque(_) => return Ok(()),
        Value::Text(text) if text.span().is_empty() => return Ok(()),
        Value::Privacy(values) => {
            for value in values.iter() {
                sink.element(name);
                sink.text("value", value);
            }
            return Ok(());
        }
        _ => sink.element(name),
    }
    match value {
        Value::Token(token) => sink.text("value", token.as_bytes()),
        Value::TokenParams(value) => {
            sink.text("value", value.token());
            params(value.params(), sink);
        }
        Value::ValueParams(value) => {
            sink.text("value", value.value().raw());
            params(value.params(), sink);
        }
        Value::Number(number) => sink.number("value", number.value().into()),
        Value::NumberParams(number) => {
            sink.number("value", number.value().into());
            params(number.params(), sink);
        }
        Value::RetryAfter(retry) => {
            sink.number("value", retry.seconds().into());
            if let Some(comment) = retry.comment() {
                sink.text("comment", comment);
            }
            params(retry.params(), sink);
        }
        Value::NameAddr(value) => address(&value, sink)?,
        Value::Contact(value) => match value.address() {
            Some(value) => address(&value, sink)?,
            None => sink.text("star", b"*"),
        },
        Value::MediaType(value) => {
            media(&value, sink);
            params(value.params(), sink);
        }
        Value::CallId(value) => sink.text("value", value.as_bytes()),
        Value::Dialog(value) => {
            sink.text("value", value.call_id());
            params(value.params(), sink);
        }
        Value::CSeq(value) => cseq(&value, sink),
        Value::RAck(value) => {
            sink.number("rseq", value.response_number().into());
            cseq(&value.cseq(), sink);
        }
        Value::Date(date) => sink.number("unix", u64::try_from(date.unix_seconds()).unwrap_or(0)),
        Value::Timestamp(time) => {
            sink.text("value", time.value());
            if let Some(delay) = time.delay() {
                sink.text("delay", delay);
            }
        }
        Value::Via(via) => {
            sink.text("version", via.protocol().split(|&byte| byte == b'/').nth(1).unwrap_or_default());
            sink.text("transport", via.transport());
            sent_by(&via, sink)?;
            params(via.params(), sink);
        }
        Value::Auth(auth) => {
            sink.text("auth-scheme", auth.scheme());
            params(auth.params(), sink);
        }
        Value::AuthInfo(info) => params(info.params(), sink),
        Value::Warning(warning) => {
            sink.number("code", warning.code().into());
            sink.text("agent", warning.agent());
            sink.text("text", warning.text().raw());
        }
        Value::Products(products) => sink.text("value", products.text().span().bytes()),
        Value::Text(text) => sink.text("value", text.span().bytes()),
        Value::ParamList(list) => params(list.params(), sink),
        other => unreachable!("a shape without a reading: {other:?}"),
    }
    Ok(())
}

#[inline]
fn start<S: Sink>(message: &Message<'_>, all: bool, sink: &mut S) -> Result<(), Error> {
    sink.element("start");
    if let Some(method) = message.method() {
        sink.text("method", method.as_bytes());
    }
    if let Some(target) = message.request_uri()? {
        uri(&target, all, sink)?;
    }
    if let Some(status) = message.status()? {
        sink.number("status", status.into());
    }
    Ok(())
}

fn body<S: Sink>(message: &Message<'_>, sink: &mut S) {
    sink.element("body");
    sink.number("len", message.body().len() as u64);
}

fn address<S: Sink>(value: &NameAddr<'_>, sink: &mut S) -> Result<(), Error> {
    if let Some(display) = value.display_name() {
        sink.text("display", display.raw());
    }
    uri(&value.uri()?, true, sink)?;
    params(value.params(), sink);
    Ok(())
}

#[inline]
fn uri<S: Sink>(uri: &Uri<'_>, all: bool, sink: &mut S) -> Result<(), Error> {
    match uri.scheme() {
        Scheme::Sip => sink.text("scheme", b"sip"),
        Scheme::Sips => sink.text("scheme", b"sips"),
        Scheme::Tel => {
            sink.text("scheme", b"tel");
            if let Some(number) = uri.number() {
                sink.text("number", number.raw());
            }
            if all {
                uri_params(uri, sink);
            }
            return Ok(());
        }
        scheme => {
            sink.text("scheme", scheme.as_bytes());
            sink.text("rest", uri.rest().bytes());
            return Ok(());
        }
    }
    if let Some(user) = uri.user() {
        sink.text("user", user.raw());
    }
    if let Some(host) = uri.host() {
        sink.host(host.raw());
    }
    if let Some(port) = uri.port()? {
        sink.number("port", port.into());
    }
    if all {
        if let Some(password) = uri.password() {
            sink.text("password", password.raw());
        }
        uri_params(uri, sink);
        for header in uri.headers() {
            sink.param(Param::UriHeader, header.name().raw(), header.value().map(|value| value.raw()));
        }
    }
    Ok(())
}

fn uri_params<S: Sink>(uri: &Uri<'_>, sink: &mut S) {
    for param in uri.params() {
        sink.param(Param::Uri, param.name().raw(), param.value().map(|value| value.raw()));
    }
}

#[inline]
fn params<S: Sink>(params: Params<'_>, sink: &mut S) {
    for param in params {
        sink.param(Param::Header, param.name(), param.value().map(|value| value.raw()));
    }
}

#[inline]
fn sent_by<S: Sink>(via: &Via<'_>, sink: &mut S) -> Result<(), Error> {
    sink.host(via.host_span().bytes());
    if let Some(port) = via.port()? {
        sink.number("port", port.into());
    }
    Ok(())
}

#[inline]
fn cseq<S: Sink>(value: &CSeq<'_>, sink: &mut S) {
    sink.number("number", value.number().into());
    sink.text("method", value.method_span().bytes());
}

#[inline]
fn media<S: Sink>(value: &MediaType<'_>, sink: &mut S) {
    sink.text("type", value.kind());
    sink.text("subtype", value.subtype());
}
