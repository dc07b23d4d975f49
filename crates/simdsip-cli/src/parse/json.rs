//! A message as one JSON object (CONTRACT of `parse --json`), written as it is walked: nothing is gathered.
//!
//! All members are always there. Where there is no message all but `file` and `error` are null; in a message what is
//! absent or malformed is null, or an empty list.

mod fields;
mod sdp;

use super::Subject;
use super::read::{Rejection, View};
use crate::mask::Shown;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fields::{Contacts, Of, Party, Text};
use serde::ser::{Serialize, SerializeMap, Serializer};
use simdsip::typed::{RecordRoute, Route, Via};
use simdsip::{Defect, HeaderField, HeaderName, Kind, Verdict};
use std::ffi::OsStr;
use std::io::{self, Write};

/// The members of a message, besides `file` and `error`.
const MEMBERS: [&str; 24] = [
    "kind",
    "method",
    "uri",
    "status",
    "reason",
    "version",
    "headers",
    "via",
    "from",
    "to",
    "call_id",
    "cseq",
    "max_forwards",
    "contact",
    "route",
    "record_route",
    "content_type",
    "content_length",
    "expires",
    "body",
    "surplus",
    "sdp",
    "defects",
    "verdict",
];

/// Writes the object and a line end.
pub(crate) fn write(subject: &Subject<'_>, out: &mut impl Write) -> io::Result<()> {
    line(subject, out)
}

/// Writes the object of a file that could not be read.
pub(crate) fn unread(file: &OsStr, reason: &str, out: &mut impl Write) -> io::Result<()> {
    let error = Rejection { kind: "io", at: 0, message: reason.to_owned(), limit: false };
    line(&Subject { file, shown: &Shown::NONE, view: Err(error), verdict: None }, out)
}

fn line(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Text, and its bytes beside it where it is not UTF-8.
fn text<M: SerializeMap>(map: &mut M, name: &str, bytes: Option<&[u8]>) -> Result<(), M::Error> {
    let Some(bytes) = bytes else { return map.serialize_entry(name, &()) };
    match std::str::from_utf8(bytes) {
        Ok(text) => map.serialize_entry(name, text),
        Err(_) => {
            map.serialize_entry(name, &String::from_utf8_lossy(bytes))?;
            map.serialize_entry(&format!("{name}_b64"), &STANDARD.encode(bytes))
        }
    }
}

impl Serialize for Subject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "file", Some(self.file.as_encoded_bytes()))?;
        match &self.view {
            Ok(view) => {
                message(&mut map, view, self.shown)?;
                map.serialize_entry("verdict", &self.verdict.map(Owed))?;
            }
            Err(error) => {
                map.serialize_entry("error", error)?;
                for name in MEMBERS {
                    map.serialize_entry(name, &())?;
                }
            }
        }
        map.end()
    }
}

fn message<M: SerializeMap>(map: &mut M, view: &View<'_>, shown: &Shown<'_>) -> Result<(), M::Error> {
    let message = &view.message;
    map.serialize_entry("error", &())?;
    let kind = if message.kind() == Kind::Request { "request" } else { "response" };
    map.serialize_entry("kind", kind)?;
    text(map, "method", message.method().as_ref().map(|method| method.as_bytes()))?;
    let uri = message.uri().zip(message.request_uri().transpose());
    map.serialize_entry("uri", &uri.map(|(text, uri)| Of(Text(text, uri), shown)))?;
    map.serialize_entry("status", &message.status().ok().flatten())?;
    text(map, "reason", message.reason().map(|reason| shown.of(reason)).as_deref())?;
    text(map, "version", Some(message.version()))?;
    map.serialize_entry("headers", &List(|| message.headers().map(|field| Header(field, view.base, shown))))?;
    map.serialize_entry("via", &fields::list(*message, shown, |via: Via<'_>| via.0))?;
    let party = |address| Of(Party(address), shown);
    map.serialize_entry("from", &message.from().ok().flatten().map(|from| party(from.0)))?;
    map.serialize_entry("to", &message.to().ok().flatten().map(|to| party(to.0)))?;
    let call_id = message.call_id().ok().flatten();
    text(map, "call_id", call_id.map(|call_id| shown.piece(call_id.as_bytes())).as_deref())?;
    map.serialize_entry("cseq", &message.cseq().ok().flatten().map(|cseq| Of(cseq.0, shown)))?;
    map.serialize_entry("max_forwards", &message.max_forwards().ok().flatten().map(|hops| hops.value()))?;
    map.serialize_entry("contact", &Contacts(*message, shown))?;
    map.serialize_entry("route", &fields::list(*message, shown, |route: Route<'_>| route.0))?;
    map.serialize_entry("record_route", &fields::list(*message, shown, |route: RecordRoute<'_>| route.0))?;
    text(map, "content_type", content_type(view, shown).as_deref())?;
    map.serialize_entry("content_length", &message.content_length().ok().flatten())?;
    map.serialize_entry("expires", &message.expires().ok().flatten().map(|seconds| seconds.value()))?;
    map.serialize_entry("body", &Span(view.base + message.body_range().start, message.body().len()))?;
    let end = view.base + message.body_range().end;
    map.serialize_entry("surplus", &(view.rest > 0).then_some(Span(end, view.rest)))?;
    map.serialize_entry("sdp", &view.sdp().map(|sdp| Of(*sdp, shown)))?;
    map.serialize_entry("defects", &List(|| view.defects().map(Oddity)))
}

/// All of the field: type, subtype and parameters.
fn content_type(view: &View<'_>, shown: &Shown<'_>) -> Option<Vec<u8>> {
    view.message.content_type().ok().flatten()?;
    view.message.field(HeaderName::ContentType).map(|field| shown.unfolded(field.unfolded()))
}

/// A list that is made again each time it is written.
struct List<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for List<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0())
    }
}

struct Header<'b>(HeaderField<'b>, usize, &'b Shown<'b>);

impl Serialize for Header<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Header(field, base, shown) = self;
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "name", Some(&shown.of(field.name())))?;
        let id = field.id();
        map.serialize_entry("id", &(id != HeaderName::Unknown).then_some(id.as_str()))?;
        text(&mut map, "value", Some(&shown.unfolded(field.unfolded())))?;
        let range = field.value_range();
        map.serialize_entry("offset", &(base + range.start))?;
        map.serialize_entry("len", &range.len())?;
        map.end()
    }
}

struct Span(usize, usize);

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("offset", &self.0)?;
        map.serialize_entry("len", &self.1)?;
        map.end()
    }
}

struct Oddity(Defect);

impl Serialize for Oddity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Oddity(Defect { code, at, len }) = self;
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("code", code.as_str())?;
        map.serialize_entry("class", code.class().as_str())?;
        map.serialize_entry("offset", at)?;
        map.serialize_entry("len", len)?;
        map.serialize_entry("rfc", code.rfc())?;
        map.serialize_entry("message", code.message())?;
        map.end()
    }
}

struct Owed(Verdict);

impl Serialize for Owed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Owed(verdict) = self;
        let some = |text: &'static str| (!text.is_empty()).then_some(text);
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("accept", &verdict.accepts())?;
        map.serialize_entry("status", &verdict.status())?;
        map.serialize_entry("reason", &some(verdict.reason))?;
        map.serialize_entry("rfc", &some(verdict.rfc))?;
        map.end()
    }
}

impl Serialize for Rejection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", self.kind)?;
        map.serialize_entry("at", &self.at)?;
        map.serialize_entry("message", &self.message)?;
        map.end()
    }
}
