//! What a description says of a stream's transport, bundled or not: mids, `BUNDLE` groups, security, ICE, RTCP.
//!
//! Attributes of the transport that a bundled media description lacks are those of its group's first one
//! (RFC 8843 §7.1.3), or the session's. Reads, and judges nothing. RFC 5888 §4; RFC 5761; RFC 8839 §5.4; RFC 8842 §5.

use crate::error::{Error, ErrorKind, LimitKind};
use crate::text::Span;

use super::super::attribute::Attribute;
use super::super::name::AttributeName;
use super::super::section::{Direction, Media};
use super::super::shape::Setup;
use super::super::view::Sdp;
use super::super::words::{Place, Words};
use super::local::Role;

/// Media descriptions of an offer or answer; [`crate::Limits::sdp_media_count`] by default.
pub(super) const MEDIA_LIMIT: usize = 64;

/// `BUNDLE` groups of one; media of more are not bundled.
const GROUP_LIMIT: usize = 8;

/// The media descriptions and groups of a description.
#[derive(Clone, Debug)]
pub(super) struct Peer<'b> {
    pub(super) sdp: Sdp<'b>,
    pub(super) count: usize,
    /// Nothing where there is none.
    mids: [Place; MEDIA_LIMIT],
    groups: [Option<Place>; GROUP_LIMIT],
    /// The group that each is in.
    memberships: [Option<u8>; MEDIA_LIMIT],
    /// The first one of each group whose port is not 0.
    tags: [Option<u8>; GROUP_LIMIT],
}

impl<'b> Peer<'b> {
    /// Reads groups and mids.
    ///
    /// # Errors
    /// `Limit` for more than 64 media descriptions.
    pub(super) fn of(sdp: &Sdp<'b>) -> Result<Peer<'b>, Error> {
        let mut peer = Peer {
            sdp: *sdp,
            count: 0,
            mids: [Place::default(); MEDIA_LIMIT],
            groups: [None; GROUP_LIMIT],
            memberships: [None; MEDIA_LIMIT],
            tags: [None; GROUP_LIMIT],
        };
        let bundles = sdp.session().attributes_of(AttributeName::Group).filter_map(bundle);
        for (slot, group) in peer.groups.iter_mut().zip(bundles) {
            *slot = Some(Place::of(group));
        }
        for media in sdp.media() {
            let Some(slot) = peer.mids.get_mut(peer.count) else {
                return Err(Error::new(ErrorKind::Limit(LimitKind::SdpMedia), media.range().start));
            };
            let mid = media.attribute(AttributeName::Mid);
            *slot = mid.map_or(Place::default(), |mid| Place::of(mid.value_span().trim()));
            peer.count = peer.count.saturating_add(1);
        }
        for (number, group) in (0u8..).zip(peer.groups.iter().flatten()) {
            let mut tag = None;
            for member in Words::new(group.within(sdp.span())).filter_map(|mid| find(sdp, &peer.mids, mid)) {
                if let Some(slot @ None) = peer.memberships.get_mut(member) {
                    *slot = Some(number);
                    let live = peer.sdp.media().nth(member).is_some_and(|media| port(&media) != 0);
                    tag = tag.or(if live { u8::try_from(member).ok() } else { None });
                }
            }
            if let Some(slot) = peer.tags.get_mut(usize::from(number)) {
                *slot = tag;
            }
        }
        Ok(peer)
    }

    pub(super) fn mid(&self, at: usize) -> Option<Span<'b>> {
        let mid = self.mids.get(at).copied().filter(|mid| !mid.is_empty())?;
        Some(mid.within(self.sdp.span()))
    }

    /// The group that a media description is in.
    pub(super) fn group(&self, at: usize) -> Option<u8> {
        self.memberships.get(at).copied().flatten()
    }

    /// The members of a group, in its order.
    pub(super) fn members(&self, group: u8) -> impl Iterator<Item = usize> + use<'_, 'b> {
        let mut seen = 0u64;
        self.group_words(group).filter_map(|mid| self.find(mid)).filter(move |member| {
            let bit = 1u64.wrapping_shl(*member as u32);
            let again = seen & bit != 0;
            seen |= bit;
            !again && self.group(*member) == Some(group)
        })
    }

    /// The mids that a group names.
    pub(super) fn group_words(&self, group: u8) -> Words<'b> {
        let place = self.groups.get(usize::from(group)).copied().flatten();
        Words::new(place.map_or(Span::NOTHING, |place| place.within(self.sdp.span())))
    }

    /// The media description with that mid.
    pub(super) fn find(&self, mid: Span<'_>) -> Option<usize> {
        find(&self.sdp, &self.mids, mid)
    }

    /// How many groups there are.
    pub(super) fn group_count(&self) -> u8 {
        self.groups.iter().flatten().count() as u8
    }

    /// The one whose transport the group has; of an answer, its first.
    pub(super) fn tag(&self, group: u8) -> Option<usize> {
        self.tags.get(usize::from(group)).copied().flatten().map(usize::from)
    }

    /// The media description that speaks for the transport of another where that says nothing itself.
    fn carrier(&self, at: usize) -> Option<Media<'b>> {
        let tag = self.tag(self.group(at)?)?;
        if tag == at { None } else { self.sdp.media().nth(tag) }
    }

    /// An attribute of the transport: its own, that of the group, or the session's.
    pub(super) fn transport(
        &self,
        at: usize,
        media: &Media<'b>,
        name: AttributeName,
    ) -> Option<Attribute<'b>> {
        media
            .attribute(name)
            .or_else(|| self.carrier(at)?.attribute(name))
            .or_else(|| self.sdp.session().attribute(name))
    }

    pub(super) fn has_mux(&self, at: usize, media: &Media<'b>) -> bool {
        media.has(AttributeName::RtcpMux)
            || self.carrier(at).is_some_and(|media| media.has(AttributeName::RtcpMux))
    }

    /// Whether there are both parts of ICE's credentials, or one of them.
    pub(super) fn ice(&self, at: usize, media: &Media<'b>) -> Credentials {
        let has = |name| self.transport(at, media, name).is_some_and(|value| !value.value_span().is_empty());
        match (has(AttributeName::IceUfrag), has(AttributeName::IcePwd)) {
            (true, true) => Credentials::Both,
            (false, false) => Credentials::None,
            _ => Credentials::Half,
        }
    }

    /// The role that setup says; `None` where nothing or another word does.
    pub(super) fn setup(&self, at: usize, media: &Media<'b>) -> Option<Setup<'b>> {
        let attribute = self.transport(at, media, AttributeName::Setup)?;
        Setup::parse(attribute.value_span()).ok()
    }

    /// Which way the media may flow, as seen from its end: `0.0.0.0` without ICE takes nothing (RFC 3264 §8.4).
    pub(super) fn direction(&self, at: usize, media: &Media<'b>) -> Direction {
        let direction = media.effective_direction();
        let nowhere = matches!(media.effective_connection(), Ok(Some(to)) if to.address() == b"0.0.0.0");
        if nowhere && self.ice(at, media) == Credentials::None { direction.held() } else { direction }
    }
}

/// How much of ICE's credentials is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Credentials {
    None,
    Half,
    Both,
}

/// The members of a `BUNDLE` group.
fn bundle(attribute: Attribute<'_>) -> Option<Span<'_>> {
    let mut words = Words::new(attribute.value_span().trim());
    words.next().filter(|kind| kind.bytes().eq_ignore_ascii_case(b"BUNDLE"))?;
    Some(words.rest())
}

fn find(sdp: &Sdp<'_>, mids: &[Place; MEDIA_LIMIT], mid: Span<'_>) -> Option<usize> {
    mids.iter().position(|known| !known.is_empty() && known.bytes(sdp.span()) == mid.bytes())
}

/// The port; 0 where it is none.
pub(super) fn port(media: &Media<'_>) -> u16 {
    media.media().and_then(|line| line.port()).unwrap_or(0)
}

/// Whether a protocol runs over DTLS or TLS.
pub(super) fn is_tls(proto: &[u8]) -> bool {
    let mut parts = proto.split(|byte| *byte == b'/');
    parts.any(|part| part.eq_ignore_ascii_case(b"TLS") || part.eq_ignore_ascii_case(b"DTLS"))
}

/// Whether it is SRTP: the keys come by DTLS or stand in the description.
pub(super) fn is_secure(proto: &[u8]) -> bool {
    let mut parts = proto.split(|byte| *byte == b'/');
    parts.any(|part| part.eq_ignore_ascii_case(b"SAVP") || part.eq_ignore_ascii_case(b"SAVPF"))
}

/// Whether it carries feedback (RFC 4585 §4).
pub(super) fn is_feedback(proto: &[u8]) -> bool {
    let mut parts = proto.split(|byte| *byte == b'/');
    parts.any(|part| part.eq_ignore_ascii_case(b"AVPF") || part.eq_ignore_ascii_case(b"SAVPF"))
}

/// Whether a connection is opened over TCP.
pub(super) fn is_tcp(proto: &[u8]) -> bool {
    proto.split(|byte| *byte == b'/').next().is_some_and(|part| part.eq_ignore_ascii_case(b"TCP"))
}

/// The role that answers an offered one, where `wanted` is taken if there is a choice (RFC 4145 §4.1). The default of an
/// offer is `active` (§4), which of DTLS nobody leaves out but to mean `actpass`.
pub(super) fn role(offered: Option<Setup<'_>>, wanted: Role) -> Role {
    match offered {
        Some(Setup::Active) => Role::Passive,
        Some(Setup::Passive) => Role::Active,
        Some(Setup::Holdconn) => Role::Holdconn,
        Some(Setup::Actpass) => wanted,
        None | Some(Setup::Other(_)) => Role::Passive,
    }
}
