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

/// No group, no media description.
const NONE: u8 = u8::MAX;

/// `BUNDLE` groups of one; media of more are not bundled.
const GROUP_LIMIT: usize = 8;

/// Numbers of lines within a description; `u32::MAX` where there is none.
type Mids = [u32; MEDIA_LIMIT];

/// The media descriptions and groups of a description.
#[derive(Clone, Debug)]
pub(super) struct Peer<'b> {
    pub(super) sdp: Sdp<'b>,
    pub(super) count: usize,
    /// The line that has the mid of each.
    mids: Mids,
    /// Where the members of each group stand.
    groups: [Place; GROUP_LIMIT],
    group_count: u8,
    /// The group that each is in, or `NONE`.
    memberships: [u8; MEDIA_LIMIT],
    /// The first one of each group whose port is not 0, or `NONE`.
    tags: [u8; GROUP_LIMIT],
}

impl<'b> Peer<'b> {
    /// Reads groups and mids.
    ///
    /// # Errors
    /// `Limit` for more than 64 media descriptions.
    pub(super) fn of(sdp: &Sdp<'b>) -> Result<Peer<'b>, Error> {
        let mut peer = Peer::new(sdp);
        peer.read().map(|()| peer)
    }

    /// Nothing read yet.
    pub(super) fn new(sdp: &Sdp<'b>) -> Peer<'b> {
        Peer {
            sdp: *sdp,
            count: 0,
            mids: [u32::MAX; MEDIA_LIMIT],
            groups: [Place::default(); GROUP_LIMIT],
            group_count: 0,
            memberships: [NONE; MEDIA_LIMIT],
            tags: [NONE; GROUP_LIMIT],
        }
    }

    /// The same in place.
    #[inline(never)]
    pub(super) fn read(&mut self) -> Result<(), Error> {
        let (sdp, peer) = (&{ self.sdp }, self);
        let bundles = sdp.session().attributes_of(AttributeName::Group).filter_map(bundle);
        for (slot, group) in peer.groups.iter_mut().zip(bundles) {
            *slot = Place::of(group);
            peer.group_count = peer.group_count.saturating_add(1);
        }
        for media in sdp.media() {
            let Some(slot) = peer.mids.get_mut(peer.count) else {
                return Err(Error::new(ErrorKind::Limit(LimitKind::SdpMedia), media.range().start));
            };
            *slot = media.line_of(AttributeName::Mid).unwrap_or(u32::MAX);
            peer.count = peer.count.saturating_add(1);
        }
        for number in 0..peer.group_count {
            let mut tag = NONE;
            for member in peer.group_words(number).filter_map(|mid| find(sdp, &peer.mids, mid)) {
                if let Some(slot @ &mut NONE) = peer.memberships.get_mut(member) {
                    *slot = number;
                    let live = sdp.media().nth(member).is_some_and(|media| port(&media) != 0);
                    tag = if live && tag == NONE { member as u8 } else { tag };
                }
            }
            if let Some(slot) = peer.tags.get_mut(usize::from(number)) {
                *slot = tag;
            }
        }
        Ok(())
    }

    pub(super) fn mid(&self, at: usize) -> Option<Span<'b>> {
        mid(&self.sdp, *self.mids.get(at)?)
    }

    /// The group that a media description is in.
    pub(super) fn group(&self, at: usize) -> Option<u8> {
        self.memberships.get(at).copied().filter(|group| *group != NONE)
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
        let place = self.groups.get(usize::from(group)).copied().unwrap_or_default();
        Words::new(place.within(self.sdp.span()))
    }

    /// The media description with that mid.
    pub(super) fn find(&self, mid: Span<'_>) -> Option<usize> {
        find(&self.sdp, &self.mids, mid)
    }

    /// How many groups there are.
    pub(super) fn group_count(&self) -> u8 {
        self.group_count
    }

    /// The one whose transport the group has; of an answer, its first.
    pub(super) fn tag(&self, group: u8) -> Option<usize> {
        self.tags.get(usize::from(group)).copied().filter(|tag| *tag != NONE).map(usize::from)
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

fn find(sdp: &Sdp<'_>, mids: &Mids, name: Span<'_>) -> Option<usize> {
    mids.iter().position(|line| mid(sdp, *line).is_some_and(|known| known.bytes() == name.bytes()))
}

/// The mid in the line with that number; an empty one is none.
fn mid<'b>(sdp: &Sdp<'b>, line: u32) -> Option<Span<'b>> {
    let value = Attribute::parse(sdp.line(line)?.value()).value_span().trim();
    if value.is_empty() { None } else { Some(value) }
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
