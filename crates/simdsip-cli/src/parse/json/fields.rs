//! What the fields of a message mean: addresses, URIs, hops, parameters.
//!
//! Gives what the typed views find and judges nothing: what is malformed is null, and a defect tells. URIs and their
//! parts stand as on the wire, escapes included; of quoted strings the meaning is given. RFC 3261 §19.1, §20.

use super::{List, text};
use crate::mask::Shown;
use serde::ser::{Serialize, SerializeMap, Serializer};
use simdsip::shape::{CSeq, Contact, NameAddr, Rport, Via};
use simdsip::typed::Header;
use simdsip::{Error, Message, Param, Params, Scheme, Span, Uri, UriParam};

/// Something to be written, and what of it may be shown.
#[derive(Clone, Copy)]
pub(super) struct Of<'s, T>(pub(super) T, pub(super) &'s Shown<'s>);

/// The elements of all fields of a header; null in the place of one that is malformed.
pub(super) fn list<'b, 's, H, T>(
    message: Message<'b>,
    shown: &'s Shown<'s>,
    view: fn(H) -> T,
) -> impl Serialize + use<'b, 's, H, T>
where
    H: Header<'b>,
    Of<'s, T>: Serialize,
{
    List(move || message.list::<H>().map(move |found| found.ok().map(|found| Of(view(found), shown))))
}

/// The Contacts: a list, but `"*"` where an asterisk stands alone (RFC 3261 §10.2.2).
pub(super) struct Contacts<'b, 's>(pub(super) Message<'b>, pub(super) &'s Shown<'s>);

impl Serialize for Contacts<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Contacts(message, shown) = *self;
        let mut all = message.list::<simdsip::typed::Contact<'_>>();
        match (all.next(), all.next()) {
            (Some(Ok(first)), None) if first.address().is_none() => serializer.serialize_str("*"),
            _ => list(message, shown, |contact: simdsip::typed::Contact<'_>| contact.0).serialize(serializer),
        }
    }
}

impl Serialize for Of<'_, Contact<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Contact::Star => serializer.serialize_str("*"),
            Contact::Address(address) => Of(address, self.1).serialize(serializer),
        }
    }
}

impl Serialize for Of<'_, NameAddr<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Of(address, shown) = self;
        let mut map = serializer.serialize_map(None)?;
        addressed(&mut map, address, shown)?;
        map.serialize_entry("params", &params(address.params(), shown))?;
        map.end()
    }
}

/// From or To: an address that may have a tag.
#[derive(Clone, Copy)]
pub(super) struct Party<'b>(pub(super) NameAddr<'b>);

impl Serialize for Of<'_, Party<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Of(Party(address), shown) = self;
        let mut map = serializer.serialize_map(None)?;
        addressed(&mut map, address, shown)?;
        text(&mut map, "tag", address.tag().map(|tag| shown.piece(tag)).as_deref())?;
        map.serialize_entry("params", &params(address.params(), shown))?;
        map.end()
    }
}

fn addressed<M: SerializeMap>(
    map: &mut M,
    address: &NameAddr<'_>,
    shown: &Shown<'_>,
) -> Result<(), M::Error> {
    text(map, "display", address.display_name().map(|name| shown.word(&name)).as_deref())?;
    map.serialize_entry("uri", &Of(Text(address.uri_span().bytes(), address.uri()), shown))
}

/// A URI as it stands, and as it was read.
pub(super) struct Text<'b>(pub(super) &'b [u8], pub(super) Result<Uri<'b>, Error>);

impl Serialize for Of<'_, Text<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Of(Text(whole, read), shown) = self;
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "text", Some(&shown.piece(whole)))?;
        let uri = read.as_ref().ok();
        let scheme = uri.map(|uri| scheme(uri, shown));
        text(&mut map, "scheme", scheme.as_deref())?;
        // What a telephone URI has instead of a user (RFC 3261 §19.1.6).
        let user = uri.and_then(|uri| match uri.scheme() {
            Scheme::Tel => uri.number(),
            _ => uri.user(),
        });
        text(&mut map, "user", user.map(|user| shown.piece(user.raw())).as_deref())?;
        let password = uri.and_then(Uri::password);
        text(&mut map, "password", password.map(|password| shown.secret(password.raw())).as_deref())?;
        let host = uri.and_then(Uri::host).map(|host| host.span());
        text(&mut map, "host", host.map(|host| shown.piece(host.bytes())).as_deref())?;
        let port = uri.and_then(|uri| port(uri.port(), host?, &uri.params().span(), shown));
        map.serialize_entry("port", &port)?;
        let part = |part: UriParam<'_>| Pair {
            name: shown.piece(part.name().raw()).into_owned(),
            value: part.value().map(|value| shown.piece(value.raw()).into_owned()),
        };
        map.serialize_entry("params", &List(|| uri.into_iter().flat_map(Uri::params).map(part)))?;
        map.serialize_entry("headers", &List(|| uri.into_iter().flat_map(Uri::headers).map(part)))?;
        map.end()
    }
}

/// In lower case: case means nothing there (RFC 3261 §19.1.4).
fn scheme(uri: &Uri<'_>, shown: &Shown<'_>) -> Vec<u8> {
    let colon = uri.rest().at() - 1;
    shown.piece(uri.span().slice(0..colon - uri.span().at()).bytes()).to_ascii_lowercase()
}

/// A port that was read between two pieces; none where it is part of what is hidden.
fn port(
    read: Result<Option<u16>, Error>,
    before: Span<'_>,
    behind: &Span<'_>,
    shown: &Shown<'_>,
) -> Option<u16> {
    read.ok().flatten().filter(|_| !shown.hides_between(before.bytes(), behind.bytes()))
}

impl Serialize for Of<'_, Via<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Of(via, shown) = self;
        let mut map = serializer.serialize_map(None)?;
        let protocol = shown.of(via.protocol());
        // White space may stand around the slash and means nothing.
        let protocol: Vec<u8> = protocol.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        text(&mut map, "protocol", Some(&protocol))?;
        text(&mut map, "transport", Some(&shown.piece(via.transport())))?;
        text(&mut map, "host", via.host().ok().map(|host| shown.piece(host.raw())).as_deref())?;
        let port = port(via.port(), via.host_span(), &via.params().span(), shown);
        map.serialize_entry("port", &port)?;
        text(&mut map, "branch", via.branch().map(|branch| shown.piece(branch)).as_deref())?;
        text(&mut map, "received", via.received().map(|received| shown.word(&received)).as_deref())?;
        match via.rport().ok().flatten().filter(|_| !hides(via.param(b"rport"), shown)) {
            None => map.serialize_entry("rport", &())?,
            Some(Rport::Asked) => map.serialize_entry("rport", &true)?,
            Some(Rport::Filled(port)) => map.serialize_entry("rport", &port)?,
        }
        map.serialize_entry("params", &params(via.params(), shown))?;
        map.end()
    }
}

fn hides(param: Option<Param<'_>>, shown: &Shown<'_>) -> bool {
    let value = param.and_then(|param| param.value());
    value.is_some_and(|value| *shown.of(value.raw()) != *value.raw())
}

impl Serialize for Of<'_, CSeq<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Of(cseq, shown) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("number", &cseq.number())?;
        text(&mut map, "method", Some(&shown.piece(cseq.method_span().bytes())))?;
        map.end()
    }
}

fn params<'b>(params: Params<'b>, shown: &Shown<'_>) -> impl Serialize {
    List(move || {
        params.clone().map(move |param| Pair {
            name: shown.piece(param.name()).into_owned(),
            value: param.value().map(|value| shown.word(&value)),
        })
    })
}

/// A parameter, or a header of a URI. Without `=` there is no value.
struct Pair {
    name: Vec<u8>,
    value: Option<Vec<u8>>,
}

impl Serialize for Pair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "name", Some(&self.name))?;
        text(&mut map, "value", self.value.as_deref())?;
        map.end()
    }
}
