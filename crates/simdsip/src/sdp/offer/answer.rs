//! Answers: for each offered media description one of the same kind, accepted by a stream of this end or refused.
//!
//! Decides first which stream serves which description and which of them share a port, then writes. Refuses offers that
//! cannot be answered, with the rule they break; multicast streams are refused one by one. RFC 3264 §6; RFC 8843 §7.3.

use crate::build::Output;
use crate::error::{Error, LimitKind};
use crate::text::Span;

use super::super::check::is_token;
use super::super::line::MediaLine;
use super::super::name::AttributeName;
use super::super::section::Media;
use super::super::shape::{Crypto, Desired, Setup};
use super::super::view::Sdp;
use super::accept::Accepted;
use super::check::is_multicast;
use super::choice::has_common;
use super::local::{Bundle, Formats, Local, Stream};
use super::peer::{Credentials, MEDIA_LIMIT, Peer, is_secure, is_tls, port};
use super::rule::Rule;
use super::write::{Writer, broken, sound_line};
use crate::error::ErrorKind;

impl Local<'_> {
    /// Answers an offer (RFC 3264 §6). Writes into a buffer or `Vec` and gives what was written; it has no defect.
    ///
    /// Each offered media description is served by the stream whose [`Stream::at`] is its number, else by the first without
    /// one that is of its kind, can go over its protocol and shares a format with it; what none serves is refused with
    /// port 0. Formats keep the order and the numbers of the offer. A stream with port 0 serves nothing.
    ///
    /// # Errors
    /// `Rule` where the offer cannot be answered, with its place in the offer: [`Rule::status`] is what the request is owed.
    /// `Refused` where what this end says of itself departs from its grammar, and `Room` where the buffer is too short,
    /// with the place in the answer. `Limit` for more than 64 media descriptions or 255 streams.
    pub fn answer<'o>(&self, offer: &Sdp<'_>, out: impl Into<Output<'o>>) -> Result<&'o [u8], Error> {
        answer(self, offer, out.into())
    }
}

/// What becomes of an offered media description.
#[derive(Clone, Copy, Default)]
struct Plan {
    /// The stream that serves it.
    stream: Option<u8>,
    /// The media description whose transport it shares; its own number where it brings it.
    tag: Option<u8>,
}

type Plans = [Plan; MEDIA_LIMIT];

fn answer<'o>(local: &Local<'_>, offer: &Sdp<'_>, out: Output<'o>) -> Result<&'o [u8], Error> {
    let peer = Peer::of(offer)?;
    let plans = plan(local, &peer)?;
    let mut writer = Writer::begin(local, out)?;
    writer.sdp.name(b"-")?;
    writer.sdp.connection(local.address)?;
    times(&mut writer, offer)?;
    groups(&mut writer, &peer, &plans)?;
    let uses_ice = |(at, media): (usize, Media<'_>)| {
        let stream = stream_of(local, &plans, at);
        stream.is_some_and(|stream| stream.ice.is_some()) && peer.ice(at, &media) == Credentials::Both
    };
    if local.ice_lite && offer.media().enumerate().any(uses_ice) {
        writer.sdp.attribute(b"ice-lite", &[])?;
    }
    writer.attributes(local.attributes)?;
    for (at, media) in offer.media().enumerate() {
        let line = sound_line(&media)?;
        let Some(stream) = stream_of(local, &plans, at) else {
            writer.refused(&media, &line, peer.mid(at))?;
            continue;
        };
        let tag = plans.get(at).and_then(|plan| plan.tag).map(usize::from);
        let carrier = tag.filter(|tag| *tag != at).and_then(|tag| stream_of(local, &plans, tag));
        Accepted { local, peer: &peer, at, media, line, stream, carrier, bundled: tag.is_some() }
            .write(&mut writer)?;
    }
    writer.finish(local.previous)
}

fn stream_of<'a>(local: &Local<'a>, plans: &Plans, at: usize) -> Option<&'a Stream<'a>> {
    local.streams.get(usize::from(plans.get(at)?.stream?))
}

/// `t=` is that of the offer (RFC 3264 §6).
fn times(writer: &mut Writer<'_>, offer: &Sdp<'_>) -> Result<(), Error> {
    let mut any = false;
    for timing in offer.session().timings() {
        if let Ok(timing) = timing
            && let (Ok(start), Ok(stop)) = (timing.start(), timing.stop())
        {
            writer.sdp.timing(start, stop)?;
            any = true;
        }
    }
    if any { Ok(()) } else { writer.sdp.timing(0, 0) }
}

/// `a=group:BUNDLE` for each group that is left, its first member the one whose transport it has.
fn groups(writer: &mut Writer<'_>, peer: &Peer<'_>, plans: &Plans) -> Result<(), Error> {
    for group in 0..peer.group_count() {
        let bundled = |at: &usize| plans.get(*at).is_some_and(|plan| plan.tag.is_some());
        if !peer.members(group).any(|at| bundled(&at)) {
            continue;
        }
        writer.sdp.put(&[b"a=group:BUNDLE"])?;
        for at in peer.members(group).filter(bundled) {
            writer.sdp.put(&[b" ", peer.mid(at).unwrap_or(Span::NOTHING).bytes()])?;
        }
        writer.sdp.end_line(super::super::view::LineKind::Attribute)?;
    }
    Ok(())
}

fn plan(local: &Local<'_>, peer: &Peer<'_>) -> Result<Plans, Error> {
    if local.streams.len() > usize::from(u8::MAX) {
        return Err(peer.sdp.span().error(ErrorKind::Limit(LimitKind::SdpMedia)));
    }
    let mut plans = [Plan::default(); MEDIA_LIMIT];
    for (at, media) in peer.sdp.media().enumerate() {
        let line = sound_line(&media)?;
        check_mid(peer, at)?;
        if !is_wanted(peer, at, &media) {
            continue;
        }
        let Some(number) = find_stream(local, peer, &plans, at, &media, &line) else { continue };
        if let Some(slot) = plans.get_mut(at) {
            slot.stream = u8::try_from(number).ok();
        }
    }
    for group in 0..peer.group_count() {
        bundle(local, peer, &mut plans, group);
    }
    for (at, media) in peer.sdp.media().enumerate() {
        // What has no port of its own goes with its group or not at all.
        if let Some(plan) = plans.get_mut(at)
            && plan.tag.is_none()
            && media.has(AttributeName::BundleOnly)
        {
            plan.stream = None;
        }
        if let Some(stream) = stream_of(local, &plans, at) {
            check_preconditions(stream, &media)?;
        }
    }
    let wanted = |(at, media): (usize, Media<'_>)| is_wanted(peer, at, &media);
    if plans.iter().all(|plan| plan.stream.is_none()) && peer.sdp.media().enumerate().any(wanted) {
        return Err(broken(Rule::NothingInCommon, peer.sdp.span()));
    }
    Ok(plans)
}

/// Whether a stream is offered here: it has a port, or is to go with its group (RFC 8843 §6).
fn is_wanted(peer: &Peer<'_>, at: usize, media: &Media<'_>) -> bool {
    let bundle_only = media.has(AttributeName::BundleOnly) && peer.group(at).is_some();
    (port(media) != 0 || bundle_only) && !is_multicast(media)
}

/// Mids are repeated in the answer: they have to be tokens, each once.
fn check_mid(peer: &Peer<'_>, at: usize) -> Result<(), Error> {
    let Some(mid) = peer.mid(at) else { return Ok(()) };
    let again = (0..at).any(|other| peer.mid(other).is_some_and(|other| other.bytes() == mid.bytes()));
    if is_token(mid.bytes()) && !again { Ok(()) } else { Err(broken(Rule::Mid, mid)) }
}

/// RFC 3312 §8: who does not deal with mandatory preconditions must not go on as if there were none.
fn check_preconditions(stream: &Stream<'_>, media: &Media<'_>) -> Result<(), Error> {
    let mandatory = |value: Span<'_>| Desired::parse(value).is_ok_and(|des| des.strength() == b"mandatory");
    let mut desired = media.attributes_of(AttributeName::Des).map(|attribute| attribute.value_span());
    match desired.find(|value| mandatory(*value)).filter(|_| !stream.preconditions) {
        Some(place) => Err(broken(Rule::PreconditionUnmet, place)),
        None => Ok(()),
    }
}

/// The stream that serves a media description: the one that does already, or the first free one that fits.
fn find_stream(
    local: &Local<'_>,
    peer: &Peer<'_>,
    plans: &Plans,
    at: usize,
    media: &Media<'_>,
    line: &MediaLine<'_>,
) -> Option<usize> {
    let bound = local.streams.iter().position(|stream| stream.at == Some(at));
    let taken = |number: usize| plans.iter().any(|plan| plan.stream.map(usize::from) == Some(number));
    let free = |(number, stream): &(usize, &Stream<'_>)| {
        stream.at.is_none() && !taken(*number) && fits(stream, peer, at, media, line)
    };
    match bound {
        Some(number) => Some(number).filter(|number| {
            local.streams.get(*number).is_some_and(|stream| fits(stream, peer, at, media, line))
        }),
        None => local.streams.iter().enumerate().find(free).map(|(number, _)| number),
    }
}

fn fits(stream: &Stream<'_>, peer: &Peer<'_>, at: usize, media: &Media<'_>, line: &MediaLine<'_>) -> bool {
    let muxed = stream.rtcp_mux && peer.has_mux(at, media);
    let mux_only = peer.transport(at, media, AttributeName::RtcpMuxOnly).is_some();
    stream.port != 0
        && stream.kind.eq_ignore_ascii_case(line.kind())
        && stream.protos.iter().any(|proto| proto.eq_ignore_ascii_case(line.proto()))
        && (muxed || !mux_only)
        && has_keys(stream, peer, at, media, line)
        && has_common(&stream.formats, media, line, muxed)
}

/// Whether both ends have the keys that the protocol needs.
fn has_keys(
    stream: &Stream<'_>,
    peer: &Peer<'_>,
    at: usize,
    media: &Media<'_>,
    line: &MediaLine<'_>,
) -> bool {
    let dtls =
        !stream.fingerprints.is_empty() && peer.transport(at, media, AttributeName::Fingerprint).is_some();
    match (is_tls(line.proto()), is_secure(line.proto())) {
        (true, _) => dtls,
        (false, true) => dtls || common_crypto(stream, media).is_some(),
        (false, false) => true,
    }
}

/// The first offered key of a suite that the stream has too: the offered tag, our suite and key (RFC 4568 §5.1.2).
pub(super) fn common_crypto<'a>(stream: &Stream<'a>, media: &Media<'_>) -> Option<(u32, &'a [u8], &'a [u8])> {
    media.typed_list::<Crypto<'_>>().filter_map(Result::ok).find_map(|offered| {
        let (suite, key) = stream.crypto.iter().find(|(suite, _)| *suite == offered.suite())?;
        Some((offered.tag(), *suite, *key))
    })
}

/// Puts those together that were offered so and can be: RTCP shares the port of each, keys come the same way, and RTP has
/// one protocol (RFC 8843 §9).
fn bundle(local: &Local<'_>, peer: &Peer<'_>, plans: &mut Plans, group: u8) {
    if local.bundle == Bundle::Never {
        return;
    }
    let mut tag: Option<(usize, MediaLine<'_>)> = None;
    let mut proto: Option<Span<'_>> = None;
    for at in peer.members(group) {
        let Some(media) = peer.sdp.media().nth(at) else { continue };
        let (Ok(line), Some(stream)) = (media.media(), stream_of(local, plans, at)) else { continue };
        let rtp = matches!(stream.formats, Formats::Rtp(_));
        if rtp && !(stream.rtcp_mux && peer.has_mux(at, &media)) {
            continue;
        }
        let alike = proto.is_none_or(|proto| !rtp || proto.bytes().eq_ignore_ascii_case(line.proto()));
        let mux = |first: usize| peer.sdp.media().nth(first).is_some_and(|media| peer.has_mux(first, &media));
        let first = match &tag {
            Some((first, _)) if rtp && !mux(*first) => continue,
            Some((first, carrier)) if alike && is_tls(carrier.proto()) == is_tls(line.proto()) => *first,
            // The first one is known by its port.
            None if port(&media) != 0 => {
                tag = Some((at, line));
                at
            }
            _ => continue,
        };
        if rtp {
            proto = proto.or(Some(line.proto_span()));
        }
        if let Some(plan) = plans.get_mut(at) {
            plan.tag = u8::try_from(first).ok();
        }
    }
}

/// The setup attribute that a description has for a transport which needs one.
pub(super) fn offered_setup<'b>(
    peer: &Peer<'b>,
    at: usize,
    media: &Media<'b>,
    dtls: bool,
) -> Option<Setup<'b>> {
    let said = peer.setup(at, media);
    if dtls && said.is_none() { Some(Setup::Actpass) } else { said }
}
