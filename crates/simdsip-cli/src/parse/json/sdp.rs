//! The session description of a message: origin, name, connection, media and attributes, as they stand.
//!
//! Nothing is taken over from one section to another: what a media description does not say itself is null there. What is
//! malformed is null, and a defect tells. RFC 8866.

use super::fields::Of;
use super::{List, text};
use serde::ser::{Serialize, SerializeMap, Serializer};
use simdsip::Sdp;
use simdsip::sdp::{Attribute, Connection, Media, Origin};

impl Serialize for Of<'_, Sdp<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Of(sdp, shown) = *self;
        let session = sdp.session();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("origin", &session.origin().ok().flatten().map(|origin| Of(origin, shown)))?;
        text(&mut map, "name", session.name().map(|name| shown.of(name.bytes())).as_deref())?;
        map.serialize_entry("connection", &session.connection().ok().flatten().map(|one| Of(one, shown)))?;
        map.serialize_entry("media", &List(|| sdp.media().map(|media| Of(media, shown))))?;
        map.serialize_entry("attributes", &List(|| session.attributes().map(|one| Of(one, shown))))?;
        map.end()
    }
}

impl Serialize for Of<'_, Origin<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Of(origin, shown) = self;
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "username", Some(&shown.of(origin.username())))?;
        map.serialize_entry("session_id", &origin.session_id().ok())?;
        map.serialize_entry("session_version", &origin.session_version().ok())?;
        text(&mut map, "net_type", Some(&shown.of(origin.net_type())))?;
        text(&mut map, "addr_type", Some(&shown.of(origin.addr_type())))?;
        text(&mut map, "address", Some(&shown.of(origin.address())))?;
        map.end()
    }
}

impl Serialize for Of<'_, Connection<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Of(connection, shown) = self;
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "net_type", Some(&shown.of(connection.net_type())))?;
        text(&mut map, "addr_type", Some(&shown.of(connection.addr_type())))?;
        text(&mut map, "address", Some(&shown.of(connection.address())))?;
        map.serialize_entry("ttl", &connection.ttl().ok().flatten())?;
        map.serialize_entry("address_count", &connection.address_count().ok())?;
        map.end()
    }
}

impl Serialize for Of<'_, Media<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Of(media, shown) = *self;
        let line = media.media().ok();
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "kind", line.map(|line| shown.of(line.kind())).as_deref())?;
        map.serialize_entry("port", &line.and_then(|line| line.port().ok()))?;
        map.serialize_entry("port_count", &line.and_then(|line| line.port_count().ok()))?;
        text(&mut map, "proto", line.map(|line| shown.of(line.proto())).as_deref())?;
        let formats = || line.into_iter().flat_map(|line| line.formats());
        let format = |bytes| String::from_utf8_lossy(&shown.of(bytes)).into_owned();
        map.serialize_entry("formats", &List(|| formats().map(|word| format(word.bytes()))))?;
        map.serialize_entry("connection", &media.connection().ok().flatten().map(|one| Of(one, shown)))?;
        map.serialize_entry("direction", &media.direction().map(|direction| direction.name().as_str()))?;
        map.serialize_entry("attributes", &List(|| media.attributes().map(|one| Of(one, shown))))?;
        map.end()
    }
}

impl Serialize for Of<'_, Attribute<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Of(attribute, shown) = self;
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "name", Some(&shown.of(attribute.name())))?;
        text(&mut map, "value", attribute.value().map(|value| shown.of(value)).as_deref())?;
        map.end()
    }
}
