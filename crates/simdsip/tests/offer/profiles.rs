//! Ends of several kinds, as a border element or a media server would be set up.

use std::net::IpAddr;

use simdsip::sdp::offer::{Bundle, Codec, Formats, Ice, Local, Role, Stream};
use simdsip::sdp::{Address, Direction};

pub(crate) const HERE: Address<'static> = Address::Ip(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));

pub(crate) const PRINTS: &[(&[u8], &[u8])] = &[(
    b"sha-256",
    b"4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF",
)];
pub(crate) const ICE: Ice<'static> =
    Ice::new(b"abcd", b"0123456789abcdefghijkl", &[b"1 1 udp 2130706431 192.0.2.1 30000 typ host"]);
const KEYS: &[(&[u8], &[u8])] =
    &[(b"AES_CM_128_HMAC_SHA1_80", b"inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz")];

const AUDIO: &[Codec<'static>] = &[
    Codec::opus(111).with_fmtp(b"minptime=10;useinbandfec=1").with_feedback(&[b"transport-cc"]),
    Codec::G722,
    Codec::PCMA,
    Codec::PCMU,
    Codec::new(97, b"iLBC", 8_000),
    Codec::new(18, b"G729", 8_000),
    Codec::new(98, b"AMR", 8_000),
    Codec::new(13, b"CN", 8_000),
    Codec::new(110, b"telephone-event", 48_000).with_fmtp(b"0-15"),
    Codec::telephone_event(101),
    Codec::new(63, b"red", 48_000).with_channels(2),
];
const FEEDBACK: &[&[u8]] = &[b"nack", b"nack pli", b"ccm fir", b"goog-remb", b"transport-cc"];
const VIDEO: &[Codec<'static>] = &[
    Codec::new(96, b"VP8", 90_000).with_feedback(FEEDBACK),
    Codec::new(97, b"rtx", 90_000),
    Codec::new(98, b"VP9", 90_000).with_fmtp(b"profile-id=0").with_feedback(FEEDBACK),
    Codec::new(102, b"H264", 90_000)
        .with_fmtp(b"level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f")
        .with_feedback(FEEDBACK),
    Codec::new(34, b"H263", 90_000),
    Codec::new(31, b"H261", 90_000),
    Codec::new(32, b"MPV", 90_000),
];
const EXTENSIONS: &[(u8, &[u8])] = &[
    (1, b"urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
    (3, b"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"),
    (4, b"urn:ietf:params:rtp-hdrext:sdes:mid"),
];
const CHANNEL: Formats<'static> = Formats::Words(&[b"webrtc-datachannel"]);

/// Streams of a browser's peer.
pub(crate) fn webrtc() -> Vec<Stream<'static>> {
    let mut streams = Vec::new();
    for at in 0..4u16 {
        let port = 30_000 + 10 * at;
        for (kind, codecs, more) in [(&b"audio"[..], AUDIO, 0), (b"video", VIDEO, 2)] {
            let mut stream = Stream::webrtc(kind, port + more, codecs, ICE, PRINTS);
            stream.extensions = EXTENSIONS;
            streams.push(stream);
        }
    }
    let mut channel = Stream::new(b"application", 30_100, &[b"UDP/DTLS/SCTP", b"TCP/DTLS/SCTP"], CHANNEL);
    (channel.ice, channel.fingerprints) = (Some(ICE), PRINTS);
    channel.attributes = &[(b"sctp-port", b"5000"), (b"max-message-size", b"262144")];
    streams.push(channel);
    streams
}

/// Streams of a plain telephone, with video, and a fax.
pub(crate) fn telephone() -> Vec<Stream<'static>> {
    let mut streams = vec![Stream::rtp(b"audio", 40_000, AUDIO), Stream::rtp(b"video", 40_002, VIDEO)];
    streams.push(Stream::rtp(b"audio", 40_010, &AUDIO[9..10]));
    streams.push(Stream::new(b"image", 40_004, &[b"udptl"], Formats::Words(&[b"t38"])));
    streams.push(Stream::new(b"message", 40_006, &[b"TCP/MSRP", b"TCP/TLS/MSRP"], Formats::Words(&[b"*"])));
    streams
}

/// Streams that take whatever comes, one way or the other, with keys in the open.
pub(crate) fn gateway() -> Vec<Stream<'static>> {
    const PROTOS: &[&[u8]] =
        &[b"RTP/AVP", b"RTP/AVPF", b"RTP/SAVP", b"RTP/SAVPF", b"UDP/TLS/RTP/SAVP", b"UDP/TLS/RTP/SAVPF"];
    let mut streams = Vec::new();
    let ways = [Direction::Sendrecv, Direction::Sendonly, Direction::Recvonly, Direction::Inactive];
    for (at, direction) in (0u16..).zip(ways) {
        for (kind, codecs, more) in [(&b"audio"[..], AUDIO, 0), (b"video", VIDEO, 2)] {
            let mut stream = Stream::new(kind, 50_000 + 10 * at + more, PROTOS, Formats::Rtp(codecs));
            (stream.direction, stream.crypto, stream.fingerprints) = (direction, KEYS, PRINTS);
            (stream.rtcp_mux, stream.rtcp_port, stream.ice) =
                (at % 2 == 0, Some(51_000 + 10 * at + more), Some(ICE));
            (stream.setup, stream.preconditions, stream.extensions) = (Role::Passive, true, EXTENSIONS);
            stream.address = (at == 1).then_some(Address::Ip("2001:db8::1".parse().unwrap()));
            streams.push(stream);
        }
    }
    streams
}

/// Each of them, bundling or not.
pub(crate) fn all(each: &mut dyn FnMut(&str, &Local<'_>)) {
    for (name, streams, bundle) in [
        ("webrtc", webrtc(), Bundle::Ready),
        ("webrtc apart", webrtc(), Bundle::Never),
        ("telephone", telephone(), Bundle::Never),
        ("gateway", gateway(), Bundle::Ready),
    ] {
        let mut local = Local::new(b"-", 4711, HERE, &streams);
        local.bundle = bundle;
        each(name, &local);
    }
}
