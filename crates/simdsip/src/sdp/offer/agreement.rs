//! What two ends have agreed on: an offer and its answer, stream by stream, as seen from one of them.
//!
//! Holds the answer against the rules once; what is asked afterwards is read from both descriptions. RFC 3264 §6.1, §7;
//! RFC 8843 §7.4; RFC 5761 §5.1; RFC 4145 §4.1.

use core::iter::FusedIterator;

use crate::error::Error;

use super::super::line::{Connection, MediaLine};
use super::super::name::AttributeName;
use super::super::section::{Direction, Media};
use super::super::shape::{Rtcp, Setup};
use super::super::view::Sdp;
use super::super::words::Words;
use super::check;
use super::format::{Format, FormatTable, payload_type};
use super::local::Role;
use super::peer::{Credentials, Peer, is_tcp, port};

/// Which end this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// It made the offer.
    Offerer,
    /// It answered.
    Answerer,
}

/// An offer and an answer that keeps the rules.
///
/// ```
/// use simdsip::sdp::offer::apply_answer;
/// use simdsip::sdp::{Direction, Sdp, SdpIndex};
/// let (mut ours, mut theirs) = (SdpIndex::new(), SdpIndex::new());
/// let offer = Sdp::parse(b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
///     m=audio 4000 RTP/AVP 8 0 96\r\na=rtpmap:96 telephone-event/8000\r\n", &mut ours)?;
/// let answer = Sdp::parse(b"v=0\r\no=- 5 5 IN IP4 203.0.113.7\r\ns=-\r\nc=IN IP4 203.0.113.7\r\nt=0 0\r\n\
///     m=audio 7000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n", &mut theirs)?;
/// let agreement = apply_answer(&offer, &answer)?;
/// let audio = agreement.streams().next().unwrap();
/// assert_eq!((audio.direction(), audio.remote_port()), (Direction::Recvonly, 7000));
/// let keys = audio.telephone_event().unwrap();
/// assert_eq!((keys.receive.payload_type(), keys.send.payload_type()), (96, 101));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Agreement<'b> {
    offer: Peer<'b>,
    answer: Peer<'b>,
    us: Party,
}

/// Applies an answer to our offer: the same as [`Agreement::new`] for the offerer, and no broken rule is tolerated.
///
/// # Errors
/// As [`Agreement::new`].
pub fn apply_answer<'b>(offer: &Sdp<'b>, answer: &Sdp<'b>) -> Result<Agreement<'b>, Error> {
    Agreement::new(offer, answer, Party::Offerer, &mut |_| false)
}

impl<'b> Agreement<'b> {
    /// Holds an answer against its offer. `tolerate` is told each rule that is broken, with its place in the answer, and
    /// says whether that is tolerated.
    ///
    /// # Errors
    /// `Rule` where a rule is broken and not tolerated, or the media descriptions do not pair off; `Limit` for more than 64.
    pub fn new(
        offer: &Sdp<'b>,
        answer: &Sdp<'b>,
        us: Party,
        tolerate: &mut dyn FnMut(Error) -> bool,
    ) -> Result<Agreement<'b>, Error> {
        let mut agreement = Agreement { offer: Peer::new(offer), answer: Peer::new(answer), us };
        agreement.offer.read()?;
        agreement.answer.read()?;
        check::answer(&agreement.offer, &agreement.answer, tolerate)?;
        Ok(agreement)
    }

    /// The streams, refused ones too, in the order of the media descriptions.
    pub fn streams(&self) -> impl Iterator<Item = AgreedStream<'_, 'b>> {
        let pairs = self.offer.sdp.media().zip(self.answer.sdp.media()).enumerate();
        pairs.map(|(at, (offered, answered))| AgreedStream { agreement: self, at, offered, answered })
    }
}

/// One stream: a media description of the offer, and the one that answers it.
#[derive(Clone, Copy, Debug)]
pub struct AgreedStream<'g, 'b> {
    agreement: &'g Agreement<'b>,
    at: usize,
    offered: Media<'b>,
    answered: Media<'b>,
}

impl<'g, 'b> AgreedStream<'g, 'b> {
    /// The number of its media description, from 0: what [`super::Stream::at`] is from now on.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// What this end said of it.
    #[must_use]
    pub fn local(&self) -> Media<'b> {
        if self.agreement.us == Party::Offerer { self.offered } else { self.answered }
    }

    /// What the peer said of it.
    #[must_use]
    pub fn remote(&self) -> Media<'b> {
        if self.agreement.us == Party::Offerer { self.answered } else { self.offered }
    }

    fn peers(&self) -> (&'g Peer<'b>, &'g Peer<'b>) {
        let agreement = self.agreement;
        match agreement.us {
            Party::Offerer => (&agreement.offer, &agreement.answer),
            Party::Answerer => (&agreement.answer, &agreement.offer),
        }
    }

    /// Whether it was accepted: refused ones have port 0 in the answer (RFC 3264 §6).
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        port(&self.answered) != 0
    }

    /// Which way media flow, as seen from here: what both say. A refused stream is inactive.
    #[must_use]
    pub fn direction(&self) -> Direction {
        let (local, remote) = self.peers();
        if !self.is_accepted() {
            return Direction::Inactive;
        }
        let theirs = remote.direction(self.at, &self.remote()).reversed();
        local.direction(self.at, &self.local()).and(theirs)
    }

    /// Whether the peer takes no media, though the stream is there: it has put this end on hold (RFC 3264 §8.4).
    #[must_use]
    pub fn is_held_by_peer(&self) -> bool {
        self.is_accepted() && !self.peers().1.direction(self.at, &self.remote()).receives()
    }

    /// The media description whose port and transport it shares, itself perhaps; `None` where it is not bundled.
    #[must_use]
    pub fn bundled_with(&self) -> Option<usize> {
        let answer = &self.agreement.answer;
        answer.tag(answer.group(self.at)?)
    }

    /// The peer's media description that says where media go: of a bundled stream, that of its group.
    fn carrier(&self) -> Media<'b> {
        let tag = self.bundled_with().and_then(|tag| self.peers().1.sdp.media().nth(tag));
        tag.unwrap_or_else(|| self.remote())
    }

    /// Where media go.
    ///
    /// # Errors
    /// `Connection` where that line is malformed.
    pub fn remote_connection(&self) -> Result<Option<Connection<'b>>, Error> {
        self.carrier().effective_connection()
    }

    /// The port they go to; 0 where the stream is refused.
    #[must_use]
    pub fn remote_port(&self) -> u16 {
        if self.is_accepted() { port(&self.carrier()) } else { 0 }
    }

    /// The port that RTCP goes to: that of RTP, the one that `a=rtcp` says (RFC 3605), or the next. 0 where there is none.
    ///
    /// # Errors
    /// `Number`, `NumberRange` where `a=rtcp` is malformed.
    pub fn remote_rtcp_port(&self) -> Result<u16, Error> {
        let port = self.remote_port();
        if port == 0 || self.rtcp_mux() {
            return Ok(port);
        }
        match self.carrier().typed::<Rtcp<'_>>()? {
            Some(rtcp) => rtcp.port(),
            None => Ok(port.checked_add(1).unwrap_or(0)),
        }
    }

    /// Whether RTCP shares the port of RTP, both ways (RFC 5761 §5.1.1).
    #[must_use]
    pub fn rtcp_mux(&self) -> bool {
        let (local, remote) = self.peers();
        self.is_accepted() && local.has_mux(self.at, &self.local()) && remote.has_mux(self.at, &self.remote())
    }

    /// Whether both ends do ICE (RFC 8839 §4.2.5).
    #[must_use]
    pub fn ice(&self) -> bool {
        let (local, remote) = self.peers();
        let mismatch = self.answered.has(AttributeName::IceMismatch);
        self.is_accepted()
            && !mismatch
            && local.ice(self.at, &self.local()) == Credentials::Both
            && remote.ice(self.at, &self.remote()) == Credentials::Both
    }

    /// The role of this end in opening the connection of DTLS or TCP; `None` where there is none.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        let answer = &self.agreement.answer;
        let line = self.answered.media().ok()?;
        let setup = answer.setup(self.at, &self.answered);
        let keyed = answer.transport(self.at, &self.answered, AttributeName::Fingerprint).is_some();
        if !self.is_accepted() || !(keyed || is_tcp(line.proto())) {
            return None;
        }
        let role = match setup {
            Some(Setup::Active) => Role::Active,
            Some(Setup::Holdconn) => Role::Holdconn,
            _ => Role::Passive,
        };
        Some(if self.agreement.us == Party::Answerer { role } else { role.other() })
    }

    /// The codecs that both have, in the order of the peer's preference: the first is to be sent with (RFC 3264 §6.1, §7).
    #[must_use]
    pub fn formats(&self) -> AgreedFormats<'b> {
        let (local, remote) = (self.local(), self.remote());
        let lines = local.media().ok().zip(remote.media().ok());
        let lines = lines.filter(|(line, _)| self.is_accepted() && line.is_rtp());
        AgreedFormats {
            ours: FormatTable::of(&local),
            theirs: FormatTable::of(&remote),
            line: lines.map(|(line, _)| line),
            words: lines.map(|(_, line)| line.formats()),
            seen: 0,
        }
    }

    /// `telephone-event`, where both have it (RFC 4733 §2.4.1).
    #[must_use]
    pub fn telephone_event(&self) -> Option<AgreedFormat<'b>> {
        self.formats().find(|format| format.send.is(b"telephone-event"))
    }
}

/// Codecs that both ends have. Made by [`AgreedStream::formats`].
#[derive(Clone, Debug)]
pub struct AgreedFormats<'b> {
    ours: FormatTable<'b>,
    theirs: FormatTable<'b>,
    line: Option<MediaLine<'b>>,
    /// What is left of the peer's payload types, and which were met.
    words: Option<Words<'b>>,
    seen: u128,
}

impl<'b> Iterator for AgreedFormats<'b> {
    type Item = AgreedFormat<'b>;

    fn next(&mut self) -> Option<AgreedFormat<'b>> {
        let line = self.line?;
        for number in self.words.as_mut()?.filter_map(payload_type) {
            let bit = 1u128.wrapping_shl(number.into());
            if self.seen & bit != 0 {
                continue;
            }
            self.seen |= bit;
            let Some(send) = self.theirs.get(number) else { continue };
            let same = |format: &Format<'b>| format.same(&send);
            let equal = |format: &Format<'b>| format.payload_type == number && same(format);
            // The same number, where it means the same.
            let receive =
                self.ours.of_line(&line).find(equal).or_else(|| self.ours.of_line(&line).find(same));
            if let Some(receive) = receive {
                return Some(AgreedFormat { send, receive });
            }
        }
        None
    }
}

impl FusedIterator for AgreedFormats<'_> {}

/// A codec that both ends have; its number may differ (RFC 3264 §6.1).
#[derive(Clone, Copy, Debug)]
pub struct AgreedFormat<'b> {
    /// As the peer describes it: what this end sends has this payload type and respects these parameters.
    pub send: Format<'b>,
    /// As this end describes it: what is received has this payload type.
    pub receive: Format<'b>,
}
