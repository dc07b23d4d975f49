//! simdsip under the classes of session descriptions, one engine a backend and class.

use super::fields::{Reader, Reading};
use super::sip::backends;
use super::{Class, Engine, Identity};
use crate::emission::{Param, Sink};
use simdsip::Backend;
use simdsip::sdp::{Attribute, AttributeName, AttributeValue, Direction, Sdp, SdpIndex, Section};

/// One engine a backend and class.
pub(super) fn all() -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = Vec::new();
    for backend in backends() {
        for class in Class::SDP {
            let index = SdpIndex::new().with_backend(backend);
            engines.push(Box::new(Reading::new(Lines { backend, index }, class)));
        }
    }
    engines
}

/// `Sdp::parse` into one reused index.
struct Lines {
    backend: Backend,
    index: SdpIndex,
}

impl Reader for Lines {
    fn identity(&self, class: Class) -> Identity {
        let work = match class {
            Class::SdpIndex => "offset and type letter of every line",
            Class::SdpShallow => {
                "index, then media lines, connections, every attribute's name, row and value"
            }
            _ => "as sdp-shallow, and every attribute's value by its shape",
        };
        let (version, backend) = (env!("CARGO_PKG_VERSION"), self.backend.name());
        Identity { name: "simdsip", version, backend, flags: "", work }
    }

    #[inline]
    fn sdp<S: Sink>(&mut self, class: Class, text: &[u8], sink: &mut S) -> Option<()> {
        let sdp = Sdp::parse(text, &mut self.index).ok()?;
        match class {
            Class::SdpIndex => index(&sdp, sink),
            Class::SdpShallow => shallow(&sdp, sink),
            _ => deep(&sdp, sink),
        }
    }
}

/// Timed, the index is all; compared, every line of it.
#[inline(always)]
fn index<S: Sink>(sdp: &Sdp<'_>, sink: &mut S) -> Option<()> {
    let sdp = std::hint::black_box(sdp);
    if S::COMPARES {
        for line in sdp.lines() {
            sink.element("line");
            sink.number("offset", line.range().start as u64);
            sink.text("letter", &[line.letter()]);
        }
    }
    sink.number("lines", sdp.lines().len() as u64);
    Some(())
}

#[inline(always)]
fn shallow<S: Sink>(sdp: &Sdp<'_>, sink: &mut S) -> Option<()> {
    each_section(sdp, sink, |attribute, sink| {
        sink.element("attribute");
        // By the registry's spelling, which the look-up gives.
        let id = attribute.id();
        sink.text(
            "name",
            if id == AttributeName::Unknown { attribute.name() } else { id.as_str().as_bytes() },
        );
        if let Some(value) = attribute.value() {
            sink.text("value", value);
        }
        Some(())
    })
}

#[inline(always)]
pub(super) fn deep<S: Sink>(sdp: &Sdp<'_>, sink: &mut S) -> Option<()> {
    each_section(sdp, sink, one)
}

#[inline(always)]
fn each_section<'b, S: Sink>(
    sdp: &Sdp<'b>,
    sink: &mut S,
    mut each: impl FnMut(&Attribute<'b>, &mut S) -> Option<()>,
) -> Option<()> {
    sink.element("session");
    section(&sdp.session(), sink, &mut each)?;
    for media in sdp.media() {
        let line = media.media().ok()?;
        sink.element("media");
        sink.text("kind", line.kind());
        sink.number("port", line.port().ok()?.into());
        sink.text("proto", line.proto());
        for format in line.formats() {
            sink.text("format", format.bytes());
        }
        section(&media, sink, &mut each)?;
    }
    Some(())
}

#[inline(always)]
fn section<'b, S: Sink>(
    section: &Section<'b>,
    sink: &mut S,
    each: &mut impl FnMut(&Attribute<'b>, &mut S) -> Option<()>,
) -> Option<()> {
    if let Some(connection) = section.connection().ok()? {
        sink.text("address", connection.address());
    }
    let mut direction = None;
    for attribute in section.attributes() {
        direction = Direction::of(attribute.id()).or(direction);
        each(&attribute, sink)?;
    }
    sink.element("direction");
    sink.number("direction", direction.map_or(0, |direction| direction as u64 + 1));
    Some(())
}

/// One attribute, through its view.
#[inline(always)]
fn one<S: Sink>(attribute: &Attribute<'_>, sink: &mut S) -> Option<()> {
    let id = attribute.id();
    sink.element(if id == AttributeName::Unknown { "attribute" } else { id.as_str() });
    match attribute.typed().ok()? {
        AttributeValue::Flag => {}
        AttributeValue::Text(text) => sink.text("value", text.bytes()),
        AttributeValue::Token(token) => sink.text("value", token.as_bytes()),
        AttributeValue::Number(number) => sink.number("value", number.value()),
        AttributeValue::Decimal(number) => sink.number("value", number.thousandths()),
        AttributeValue::Tokens(tokens) => tokens.words().for_each(|word| sink.text("word", word.bytes())),
        AttributeValue::Group(group) => {
            sink.text("semantics", group.semantics());
            group.members().for_each(|member| sink.text("member", member.bytes()));
        }
        AttributeValue::FormatText(fmtp) => {
            sink.number("payload", fmtp.payload_type().ok()?.into());
            for (name, value) in fmtp.params() {
                sink.param(Param::Header, name.bytes(), (!value.is_empty()).then(|| value.bytes()));
            }
        }
        AttributeValue::Rtpmap(map) => {
            sink.number("payload", map.payload_type().into());
            sink.text("encoding", map.encoding());
            sink.number("clock", map.clock_rate().ok()?.unwrap_or(0).into());
            sink.number("channels", map.channels().ok()?.into());
        }
        AttributeValue::RtcpFb(feedback) => {
            sink.number("payload", feedback.payload_type().ok()?.map_or(128, u64::from));
            sink.text("kind", feedback.kind());
            sink.text("parameter", feedback.parameter().bytes());
        }
        AttributeValue::Rtcp(rtcp) => {
            sink.number("port", rtcp.port().ok()?.into());
            if let Some(address) = rtcp.address() {
                sink.text("address", address.bytes());
            }
        }
        AttributeValue::Extmap(map) => {
            sink.number("id", map.id().into());
            if let Some(direction) = map.direction() {
                sink.text("direction", direction.bytes());
            }
            sink.text("uri", map.uri());
        }
        AttributeValue::Candidate(candidate) => {
            sink.text("foundation", candidate.foundation());
            sink.number("component", candidate.component().into());
            sink.text("transport", candidate.transport());
            sink.number("priority", candidate.priority().into());
            sink.text("address", candidate.address());
            sink.number("port", candidate.port().into());
            sink.text("kind", candidate.kind());
            for (name, value) in candidate.extensions() {
                sink.param(Param::Header, name.bytes(), Some(value.bytes()));
            }
        }
        AttributeValue::Fingerprint(print) => {
            sink.text("hash", print.hash());
            sink.number("octets", print.octets().map_while(Result::ok).fold(0, octets));
        }
        AttributeValue::Setup(_) => sink.text("value", attribute.value().unwrap_or_default()),
        AttributeValue::Ssrc(ssrc) => {
            sink.number("id", ssrc.id().into());
            if let Some(inner) = ssrc.attribute() {
                sink.text("attribute", inner.name());
                sink.text("value", inner.value().unwrap_or_default());
            }
        }
        AttributeValue::Msid(msid) => {
            sink.text("id", msid.id());
            sink.text("appdata", msid.appdata().map_or(&[][..], |appdata| appdata.bytes()));
        }
        // Not in the workloads.
        _ => sink.text("value", attribute.value().unwrap_or_default()),
    }
    Some(())
}

/// Octets of a fingerprint as one number.
pub(crate) fn octets(sum: u64, octet: u8) -> u64 {
    sum.wrapping_mul(31).wrapping_add(octet.into())
}
