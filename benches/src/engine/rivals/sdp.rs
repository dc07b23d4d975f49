//! Parsers of session descriptions: sdp-types, webrtc-sdp.

use crate::emission::{Param, Sink};
use crate::engine::fields::{Reader, Reading};
use crate::engine::sdp::octets;
use crate::engine::{Class, Engine, Identity};
use webrtc_sdp::address::ExplicitlyTypedAddress;
use webrtc_sdp::attribute_type::{SdpAttribute, SdpAttributeCandidate, SdpAttributePayloadType};
use webrtc_sdp::media_type::SdpFormatList;

pub(super) fn all() -> Vec<Box<dyn Engine>> {
    vec![
        Box::new(Reading::new(SdpTypes, Class::SdpShallow)),
        Box::new(Reading::new(WebrtcSdp, Class::SdpDeep)),
    ]
}

/// `Session::parse`: owned strings, attributes as name and value.
struct SdpTypes;

impl Reader for SdpTypes {
    fn identity(&self, _: Class) -> Identity {
        let work = "every line into owned strings; attributes as name and value";
        Identity { name: "sdp-types", version: "0.3.1", backend: "", flags: "", work }
    }

    #[inline]
    fn sdp<S: Sink>(&mut self, _: Class, text: &[u8], sink: &mut S) -> Option<()> {
        let session = sdp_types::Session::parse(text).ok()?;
        sink.element("session");
        if let Some(connection) = &session.connection {
            sink.text("address", connection.connection_address.as_bytes());
        }
        attributes(&session.attributes, sink);
        for media in &session.medias {
            sink.element("media");
            sink.text("kind", media.media.as_bytes());
            sink.number("port", media.port.into());
            sink.text("proto", media.proto.as_bytes());
            media.fmt.split(' ').for_each(|format| sink.text("format", format.as_bytes()));
            if let Some(connection) = media.connections.first() {
                sink.text("address", connection.connection_address.as_bytes());
            }
            attributes(&media.attributes, sink);
        }
        Some(())
    }
}

fn attributes<S: Sink>(attributes: &[sdp_types::Attribute], sink: &mut S) {
    let mut way = 0;
    for attribute in attributes {
        way = direction(&attribute.attribute).unwrap_or(way);
        sink.element("attribute");
        sink.text("name", attribute.attribute.as_bytes());
        if let Some(value) = &attribute.value {
            sink.text("value", value.as_bytes());
        }
    }
    sink.element("direction");
    sink.number("direction", way);
}

fn direction(name: &str) -> Option<u64> {
    let ways = ["sendrecv", "sendonly", "recvonly", "inactive"];
    ways.iter().position(|way| *way == name).map(|at| at as u64 + 1)
}

/// `parse_sdp`: attributes as an enum of typed values.
struct WebrtcSdp;

/// What its types keep every part of. Of fmtp it keeps the parameters that it knows.
const TYPES: [&str; 23] = [
    "session",
    "media",
    "direction",
    "rtpmap",
    "rtcp-fb",
    "rtcp",
    "extmap",
    "candidate",
    "fingerprint",
    "group",
    "ssrc",
    "msid",
    "mid",
    "ice-ufrag",
    "ice-pwd",
    "ice-options",
    "setup",
    "rtcp-mux",
    "rtcp-rsize",
    "sendrecv",
    "sendonly",
    "recvonly",
    "extmap-allow-mixed",
];

impl Reader for WebrtcSdp {
    fn identity(&self, _: Class) -> Identity {
        let work = "every line into owned values; each attribute typed, or the description refused";
        Identity {
            name: "webrtc-sdp",
            version: "0.3.17",
            backend: "",
            flags: "known fmtp parameters only",
            work,
        }
    }

    fn types(&self) -> Option<&'static [&'static str]> {
        Some(&TYPES)
    }

    #[inline]
    fn sdp<S: Sink>(&mut self, _: Class, text: &[u8], sink: &mut S) -> Option<()> {
        let session = webrtc_sdp::parse_sdp(std::str::from_utf8(text).ok()?, false).ok()?;
        sink.element("session");
        if let Some(connection) = &session.connection {
            address(&connection.address, sink);
        }
        typed(&session.attribute, sink);
        for media in &session.media {
            sink.element("media");
            sink.shown("kind", media.get_type());
            sink.number("port", media.get_port().into());
            sink.shown("proto", media.get_proto());
            match media.get_formats() {
                SdpFormatList::Integers(list) => list.iter().for_each(|format| sink.shown("format", format)),
                SdpFormatList::Strings(list) => {
                    list.iter().for_each(|format| sink.text("format", format.as_bytes()))
                }
                SdpFormatList::Unknown(list) => sink.text("format", list.as_bytes()),
            }
            if let Some(connection) = media.get_connection() {
                address(&connection.address, sink);
            }
            typed(media.get_attributes(), sink);
        }
        Some(())
    }
}

fn address<S: Sink>(address: &ExplicitlyTypedAddress, sink: &mut S) {
    match address {
        ExplicitlyTypedAddress::Fqdn { domain, .. } => sink.text("address", domain.as_bytes()),
        ExplicitlyTypedAddress::Ip(ip) => sink.shown("address", ip),
    }
}

fn typed<S: Sink>(attributes: &[SdpAttribute], sink: &mut S) {
    let mut way = 0;
    for attribute in attributes {
        one(attribute, &mut way, sink);
    }
    sink.element("direction");
    sink.number("direction", way);
}

fn one<S: Sink>(attribute: &SdpAttribute, way: &mut u64, sink: &mut S) {
    let mut value = |name: &str, value: &str| {
        sink.element(name);
        sink.text("value", value.as_bytes());
    };
    match attribute {
        SdpAttribute::Mid(mid) => value("mid", mid),
        SdpAttribute::IceUfrag(ufrag) => value("ice-ufrag", ufrag),
        SdpAttribute::IcePwd(pwd) => value("ice-pwd", pwd),
        SdpAttribute::Setup(setup) => {
            sink.element("setup");
            sink.shown("value", setup);
        }
        SdpAttribute::IceOptions(options) => {
            sink.element("ice-options");
            options.iter().for_each(|option| sink.text("word", option.as_bytes()));
        }
        SdpAttribute::RtcpMux => sink.element("rtcp-mux"),
        SdpAttribute::RtcpRsize => sink.element("rtcp-rsize"),
        SdpAttribute::ExtmapAllowMixed => sink.element("extmap-allow-mixed"),
        SdpAttribute::Sendrecv => flag("sendrecv", 1, way, sink),
        SdpAttribute::Sendonly => flag("sendonly", 2, way, sink),
        SdpAttribute::Recvonly => flag("recvonly", 3, way, sink),
        SdpAttribute::Group(group) => {
            sink.element("group");
            sink.shown("semantics", &group.semantics);
            group.tags.iter().for_each(|tag| sink.text("member", tag.as_bytes()));
        }
        SdpAttribute::Rtpmap(map) => {
            sink.element("rtpmap");
            sink.number("payload", map.payload_type.into());
            sink.text("encoding", map.codec_name.as_bytes());
            sink.number("clock", map.frequency.into());
            sink.number("channels", map.channels.unwrap_or(1).into());
        }
        SdpAttribute::Rtcpfb(feedback) => {
            sink.element("rtcp-fb");
            let payload = match feedback.payload_type {
                SdpAttributePayloadType::PayloadType(number) => number.into(),
                SdpAttributePayloadType::Wildcard => 128,
            };
            sink.number("payload", payload);
            sink.shown("kind", &feedback.feedback_type);
            sink.text("parameter", feedback.parameter.as_bytes());
        }
        SdpAttribute::Rtcp(rtcp) => {
            sink.element("rtcp");
            sink.number("port", rtcp.port.into());
            rtcp.unicast_addr.iter().for_each(|one| address(one, sink));
        }
        SdpAttribute::Extmap(map) => {
            sink.element("extmap");
            sink.number("id", map.id.into());
            map.direction.iter().for_each(|direction| sink.shown("direction", direction));
            sink.text("uri", map.url.as_bytes());
        }
        SdpAttribute::Candidate(candidate) => one_candidate(candidate, sink),
        SdpAttribute::Fingerprint(print) => {
            sink.element("fingerprint");
            sink.shown("hash", &print.hash_algorithm);
            sink.number("octets", print.fingerprint.iter().copied().fold(0, octets));
        }
        SdpAttribute::Ssrc(ssrc) => {
            sink.element("ssrc");
            sink.number("id", ssrc.id.into());
            sink.text("attribute", ssrc.attribute.as_deref().unwrap_or_default().as_bytes());
            sink.text("value", ssrc.value.as_deref().unwrap_or_default().as_bytes());
        }
        SdpAttribute::Msid(msid) => {
            sink.element("msid");
            sink.text("id", msid.id.as_bytes());
            sink.text("appdata", msid.appdata.as_deref().unwrap_or_default().as_bytes());
        }
        _ => {}
    }
}

fn flag<S: Sink>(name: &str, number: u64, way: &mut u64, sink: &mut S) {
    *way = number;
    sink.element(name);
}

fn one_candidate<S: Sink>(candidate: &SdpAttributeCandidate, sink: &mut S) {
    sink.element("candidate");
    sink.text("foundation", candidate.foundation.as_bytes());
    sink.number("component", candidate.component.into());
    sink.shown("transport", &candidate.transport);
    sink.number("priority", candidate.priority);
    sink.shown("address", &candidate.address);
    sink.number("port", candidate.port.into());
    sink.shown("kind", &candidate.c_type);
    if let Some(address) = &candidate.raddr {
        sink.param_shown(Param::Header, "raddr", address);
    }
    if let Some(port) = &candidate.rport {
        sink.param_shown(Param::Header, "rport", port);
    }
    if let Some(generation) = &candidate.generation {
        sink.param_shown(Param::Header, "generation", generation);
    }
    for (name, value) in &candidate.unknown_extensions {
        sink.param(Param::Header, name.as_bytes(), Some(value.as_bytes()));
    }
}
