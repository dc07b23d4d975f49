//! What this end can do, and where it wants media: what offers and answers are made from.

use super::super::build::Address;
use super::super::section::Direction;
use super::super::view::Sdp;

/// What this end says of itself. Change it and make the next offer or answer from it: nothing is remembered.
///
/// ```
/// use simdsip::sdp::offer::{Codec, Local, Stream};
/// use simdsip::sdp::{Address, Sdp, SdpIndex};
///
/// let offer = b"v=0\r\no=alice 1 1 IN IP4 203.0.113.7\r\ns=-\r\nc=IN IP4 203.0.113.7\r\nt=0 0\r\n\
///     m=audio 49170 RTP/AVP 18 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n";
/// let (mut lines, mut room) = (SdpIndex::new(), [0; 1024]);
/// let offer = Sdp::parse(offer, &mut lines)?;
///
/// let codecs = [Codec::PCMA, Codec::PCMU, Codec::telephone_event(101)];
/// let streams = [Stream::rtp(b"audio", 30_000, &codecs)];
/// let relay = Address::Ip("192.0.2.1".parse().unwrap());
/// let local = Local::new(b"-", 4711, relay, &streams);
/// assert_eq!(local.answer(&offer, &mut room[..])?, b"v=0\r\no=- 4711 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n\
///     t=0 0\r\nm=audio 30000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
///     a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=recvonly\r\n");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Local<'a> {
    /// The user name of `o=`; `-` where there is none.
    pub username: &'a [u8],
    /// The number of the session in `o=`, unlike that of any other session of this user and host.
    pub session_id: u64,
    /// The version in `o=` of the first description that is sent.
    pub version: u64,
    /// The address of `o=`, and of `c=` for streams that have none of their own.
    pub address: Address<'a>,
    /// The last description that this end sent in the session, if any: `o=` is taken from it, and the version rises by one
    /// unless the new description is the same.
    pub previous: Option<Sdp<'a>>,
    /// Its streams: each serves one media description. In an answer the first that fits does; in an offer they stand in
    /// this order behind those that have a place ([`Stream::at`]).
    pub streams: &'a [Stream<'a>],
    /// Whether media share one port (RFC 8843).
    pub bundle: Bundle,
    /// Whether this end does no connectivity checks of its own (RFC 8839 §5.3).
    pub ice_lite: bool,
    /// Attributes of the session, written as they are; an empty value stands for none.
    pub attributes: &'a [(&'a [u8], &'a [u8])],
}

impl<'a> Local<'a> {
    /// This end with its streams: nothing sent before, version 1, no bundling, full ICE.
    #[must_use]
    pub const fn new(
        username: &'a [u8],
        session_id: u64,
        address: Address<'a>,
        streams: &'a [Stream<'a>],
    ) -> Local<'a> {
        Local {
            username,
            session_id,
            version: 1,
            address,
            previous: None,
            streams,
            bundle: Bundle::Never,
            ice_lite: false,
            attributes: &[],
        }
    }
}

/// Whether media share one port (RFC 8843).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bundle {
    /// No: a group is neither offered nor accepted.
    Never,
    /// If the peer agrees: offered with a port for each stream, accepted where it is offered.
    Ready,
    /// They do already: offers have one port for all streams, that of the first.
    Agreed,
}

/// A stream that this end is ready for: one media description of the session.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Stream<'a> {
    /// The number of its media description, from 0, once it has one: places never change in a session (RFC 3264 §8).
    pub at: Option<usize>,
    /// `audio`, `video`, `application`, …
    pub kind: &'a [u8],
    /// Protocols of transport that it can go over. The first is offered; any is accepted.
    pub protos: &'a [&'a [u8]],
    /// The port; of RTP without mux the one above is for RTCP.
    pub port: u16,
    /// An address of its own.
    pub address: Option<Address<'a>>,
    /// What it can carry, the best first.
    pub formats: Formats<'a>,
    /// Which way it may flow, as seen from here.
    pub direction: Direction,
    /// Whether the peer is put on hold: nothing is received, whatever `direction` says (RFC 3264 §8.4).
    pub held: bool,
    /// The identifier that offers give it (RFC 5888); answers repeat the peer's.
    pub mid: Option<&'a [u8]>,
    /// Whether RTCP may share the port (RFC 5761).
    pub rtcp_mux: bool,
    /// The port of RTCP where it is not the next one (RFC 3605).
    pub rtcp_port: Option<u16>,
    /// The role that is taken where the peer leaves the choice: of DTLS and of TCP (RFC 4145 §4; RFC 8842 §5). Once there
    /// is a connection, the role that this end has in it.
    pub setup: Role,
    /// Certificate fingerprints: a hash function and octets, such as `sha-256` and `4A:AD`. None: no DTLS.
    pub fingerprints: &'a [(&'a [u8], &'a [u8])],
    /// The number of the DTLS association (RFC 8842 §4).
    pub tls_id: Option<&'a [u8]>,
    /// Keys of SRTP in the description (RFC 4568): a suite, and `inline:` with the key.
    pub crypto: &'a [(&'a [u8], &'a [u8])],
    /// Credentials of ICE. None: no ICE.
    pub ice: Option<Ice<'a>>,
    /// Header extensions: the identifier that offers give, and the URI (RFC 8285). Answers have the first 64 at most.
    pub extensions: &'a [(u8, &'a [u8])],
    /// Whether the caller deals with preconditions (RFC 3312): `curr`, `des` and `conf` are then among `attributes`.
    pub preconditions: bool,
    /// Other attributes, written as they are; an empty value stands for none.
    pub attributes: &'a [(&'a [u8], &'a [u8])],
}

impl<'a> Stream<'a> {
    /// Plain RTP, both ways, without anything that need not be.
    #[must_use]
    pub const fn rtp(kind: &'a [u8], port: u16, codecs: &'a [Codec<'a>]) -> Stream<'a> {
        Stream::new(kind, port, &[b"RTP/AVP", b"RTP/AVPF"], Formats::Rtp(codecs))
    }

    /// The same over DTLS, as browsers want it: feedback and RTCP on the same port too.
    #[must_use]
    pub const fn webrtc(
        kind: &'a [u8],
        port: u16,
        codecs: &'a [Codec<'a>],
        ice: Ice<'a>,
        fingerprints: &'a [(&'a [u8], &'a [u8])],
    ) -> Stream<'a> {
        const PROTOS: &[&[u8]] = &[b"UDP/TLS/RTP/SAVPF", b"UDP/TLS/RTP/SAVP"];
        Stream {
            rtcp_mux: true,
            ice: Some(ice),
            fingerprints,
            ..Stream::new(kind, port, PROTOS, Formats::Rtp(codecs))
        }
    }

    /// Any other, both ways.
    #[must_use]
    pub const fn new(kind: &'a [u8], port: u16, protos: &'a [&'a [u8]], formats: Formats<'a>) -> Stream<'a> {
        Stream {
            at: None,
            kind,
            protos,
            port,
            address: None,
            formats,
            direction: Direction::Sendrecv,
            held: false,
            mid: None,
            rtcp_mux: false,
            rtcp_port: None,
            setup: Role::Active,
            fingerprints: &[],
            tls_id: None,
            crypto: &[],
            ice: None,
            extensions: &[],
            preconditions: false,
            attributes: &[],
        }
    }

    /// Which way it may flow now, a hold counted.
    #[must_use]
    pub const fn allowed(&self) -> Direction {
        if self.held { self.direction.held() } else { self.direction }
    }
}

/// What a stream can carry.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Formats<'a> {
    /// Codecs of RTP.
    Rtp(&'a [Codec<'a>]),
    /// Words, such as `webrtc-datachannel`, `t38` or `*`.
    Words(&'a [&'a [u8]]),
}

/// A codec of RTP.
///
/// Two descriptions mean the same codec where encoding, clock rate and channels are equal, and those parameters that
/// define a format: `packetization-mode` and the profile of H264, `octet-align` of AMR, `profile-id` of VP9, and so on
/// (RFC 3264 §6.1).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Codec<'a> {
    /// The number that offers give it; answers take the peer's.
    pub payload_type: u8,
    /// The encoding's name.
    pub encoding: &'a [u8],
    /// Clock rate in hertz.
    pub clock_rate: u32,
    /// Audio channels.
    pub channels: u16,
    /// Parameters, written as they are. Those of `rtx` and `red` name payload types: answers take the peer's.
    pub fmtp: &'a [u8],
    /// Feedback that is understood, such as `nack pli` (RFC 4585 §4.2). Answers have the first 16 at most.
    pub feedback: &'a [&'a [u8]],
}

impl<'a> Codec<'a> {
    /// G.711 µ-law.
    pub const PCMU: Codec<'static> = Codec::new(0, b"PCMU", 8_000);
    /// G.711 A-law.
    pub const PCMA: Codec<'static> = Codec::new(8, b"PCMA", 8_000);
    /// G.722: a clock rate of 8,000 though it samples at 16,000 (RFC 3551 §4.5.2).
    pub const G722: Codec<'static> = Codec::new(9, b"G722", 8_000);

    /// One channel, no parameters.
    #[must_use]
    pub const fn new(payload_type: u8, encoding: &'a [u8], clock_rate: u32) -> Codec<'a> {
        Codec { payload_type, encoding, clock_rate, channels: 1, fmtp: b"", feedback: &[] }
    }

    /// The same with parameters.
    #[must_use]
    pub const fn with_fmtp(self, fmtp: &'a [u8]) -> Codec<'a> {
        Codec { fmtp, ..self }
    }

    /// The same with that many channels.
    #[must_use]
    pub const fn with_channels(self, channels: u16) -> Codec<'a> {
        Codec { channels, ..self }
    }

    /// The same with feedback.
    #[must_use]
    pub const fn with_feedback(self, feedback: &'a [&'a [u8]]) -> Codec<'a> {
        Codec { feedback, ..self }
    }

    /// Keys of a telephone, events 0 to 15, at 8,000 Hz (RFC 4733 §2.4.1).
    #[must_use]
    pub const fn telephone_event(payload_type: u8) -> Codec<'a> {
        Codec { fmtp: b"0-15", ..Codec::new(payload_type, b"telephone-event", 8_000) }
    }

    /// Opus, two channels at 48,000 Hz, whatever is sent (RFC 7587 §7).
    #[must_use]
    pub const fn opus(payload_type: u8) -> Codec<'a> {
        Codec { channels: 2, ..Codec::new(payload_type, b"opus", 48_000) }
    }
}

/// ICE as this end has it for a stream (RFC 8839 §5).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Ice<'a> {
    /// `a=ice-ufrag`: 4 to 256 letters and digits.
    pub ufrag: &'a [u8],
    /// `a=ice-pwd`: 22 to 256 of them. A secret.
    pub pwd: &'a [u8],
    /// Words of `a=ice-options`, apart by spaces.
    pub options: &'a [u8],
    /// Values of `a=candidate`.
    pub candidates: &'a [&'a [u8]],
    /// Whether no more will come (RFC 8840 §8.2).
    pub end_of_candidates: bool,
}

impl<'a> Ice<'a> {
    /// Credentials and candidates, all of them known, after RFC 8445.
    #[must_use]
    pub const fn new(ufrag: &'a [u8], pwd: &'a [u8], candidates: &'a [&'a [u8]]) -> Ice<'a> {
        Ice { ufrag, pwd, options: b"ice2", candidates, end_of_candidates: false }
    }
}

/// Who opens a connection (RFC 4145 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// This end does.
    Active,
    /// The peer does.
    Passive,
    /// Nobody, for now.
    Holdconn,
}

impl Role {
    /// The word of `a=setup`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Active => "active",
            Role::Passive => "passive",
            Role::Holdconn => "holdconn",
        }
    }

    /// The role that the other end has.
    #[must_use]
    pub const fn other(self) -> Role {
        match self {
            Role::Active => Role::Passive,
            Role::Passive => Role::Active,
            Role::Holdconn => Role::Holdconn,
        }
    }
}

impl Direction {
    const fn of_ways(sends: bool, receives: bool) -> Direction {
        match (sends, receives) {
            (true, true) => Direction::Sendrecv,
            (true, false) => Direction::Sendonly,
            (false, true) => Direction::Recvonly,
            (false, false) => Direction::Inactive,
        }
    }

    /// Whether media go out.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Direction::Sendrecv | Direction::Sendonly)
    }

    /// Whether media come in.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Direction::Sendrecv | Direction::Recvonly)
    }

    /// As the other end sees it.
    #[must_use]
    pub const fn reversed(self) -> Direction {
        Direction::of_ways(self.receives(), self.sends())
    }

    /// What both allow.
    #[must_use]
    pub const fn and(self, other: Direction) -> Direction {
        Direction::of_ways(self.sends() && other.sends(), self.receives() && other.receives())
    }

    /// With the peer on hold: sendrecv becomes sendonly, recvonly inactive (RFC 3264 §8.4).
    #[must_use]
    pub const fn held(self) -> Direction {
        Direction::of_ways(self.sends(), false)
    }
}
