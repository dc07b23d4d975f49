//! Descriptions made up, and ways to spoil them.

use proptest::prelude::*;
use proptest::sample::Index;

const SESSION: &[&str] = &[
    "i=About it",
    "u=http://example.com/",
    "e=j@example.com (J)",
    "p=+1 617 555-6011",
    "c=IN IP4 192.0.2.1",
    "c=IN IP6 2001:db8::1",
    "c=IN IP4 233.252.0.1/127/3",
    "b=AS:1024",
    "b=X-YZ:128",
    "r=604800 3600 0 90000",
    "r=7d 1h 0 25h",
    "z=3730928400 -1h 3749680800 0",
    "k=prompt",
    "a=sendonly",
    "a=group:BUNDLE 0 1",
    "a=ice-lite",
    "a=msid-semantic: WMS",
    "a=setup:actpass",
    "a=tool:x",
    "a=ice-options:trickle ice2",
    "a=charset:ISO-8859-1",
];

const MEDIA: &[&str] = &[
    "i=Title",
    "c=IN IP4 192.0.2.66",
    "c=IN IP6 FF15::101/3",
    "b=TIAS:64000",
    "a=rtpmap:96 opus/48000/2",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap: 3 GSM",
    "a=fmtp:96 useinbandfec=1;minptime=10",
    "a=fmtp:101 0-16",
    "a=ptime:20",
    "a=ptime:0.125",
    "a=maxptime:40",
    "a=sendrecv",
    "a=inactive",
    "a=rtcp:9 IN IP4 0.0.0.0",
    "a=rtcp:53020",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    "a=rtcp-fb:* nack",
    "a=rtcp-fb:96 ccm fir",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:toffset",
    "a=extmap:4/recvonly http://example.com/e short",
    "a=ice-ufrag:Vuaj",
    "a=ice-pwd:NsZp7eB7RJf396Xdiu7SNZU8",
    "a=candidate:1212974329 1 udp 2113937151 203.0.113.77 22725 typ host generation 0 network-id 0",
    "a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998",
    "a=candidate:1 1 TCP 1 2001:db8::1 9 typ host tcptype active",
    "a=end-of-candidates",
    "a=remote-candidates:1 192.0.2.3 45664",
    "a=fingerprint:sha-256 9C:A1:56:EF:16:E6:F0:64:89:1E:32:AE:60:05:8D:DA:A5:14:93:75:99:55:D6:75:CC:FF:50:87:AF:35:8B:95",
    "a=setup:holdconn",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:32",
    "a=mid:0",
    "a=msid:a b",
    "a=msid:-",
    "a=ssrc:735514590 cname:PmFN57y8wvHMmNMk",
    "a=ssrc-group:FID 1 2",
    "a=simulcast:send 1,~4;2 recv c",
    "a=rid:1 send pt=97,98;max-width=1280",
    "a=sctp-port:5000",
    "a=max-message-size:262144",
    "a=sctpmap:5000 webrtc-datachannel 1024",
    "a=T38FaxVersion:0",
    "a=T38maxBitRate:14400",
    "a=T38FaxFillBitRemoval:0",
    "a=T38FaxRateManagement:transferredTCF",
    "a=T38FaxUdpEC:t38UDPRedundancy",
    "a=curr:qos e2e none",
    "a=des:qos mandatory e2e sendrecv",
    "a=conf:qos e2e recv",
    "a=content:slides,main",
    "a=label:1",
    "a=X-own:whatever it is",
    "a=framerate:29.97",
    "a=bundle-only",
    "a=imageattr:97 send [x=800]",
];

const LINES: &[&str] = &[
    "m=audio 40000 UDP/TLS/RTP/SAVPF 96 0 101",
    "m=video 49170/2 RTP/AVP 31",
    "m=image 4000 udptl t38",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "m=message 2855 TCP/MSRP *",
];

/// One that is mostly as it should be.
pub(crate) fn description() -> impl Strategy<Value = Vec<u8>> {
    let some = |lines: &'static [&'static str], most: usize| {
        prop::collection::vec((0..lines.len()).prop_map(move |at| lines[at]), 0..most)
    };
    let media = (0..LINES.len(), some(MEDIA, 14)).prop_map(|(line, rest)| [vec![LINES[line]], rest].concat());
    (some(SESSION, 8), prop::collection::vec(media, 0..4), any::<bool>()).prop_map(
        |(session, media, crlf)| {
            let mut lines = vec!["v=0", "o=bob 2890844526 2890844527 IN IP4 192.0.2.1", "s=-"];
            let (before, behind): (Vec<_>, Vec<_>) =
                session.into_iter().partition(|line| b"iuepcb".contains(&line.as_bytes()[0]));
            lines.extend(before);
            lines.push("t=0 0");
            lines.extend(behind);
            lines.extend(media.into_iter().flatten());
            let end = if crlf { "\r\n" } else { "\n" };
            lines.iter().flat_map(|line| [line.as_bytes(), end.as_bytes()].concat()).collect()
        },
    )
}

/// What is done to one.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put(Index, &'static [u8]),
    Take(Index, usize),
    Cut(Index),
}

pub(crate) fn changes() -> impl Strategy<Value = Vec<Change>> {
    let pieces: &[&[u8]] = &[
        b" ",
        b"  ",
        b"\t",
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        b":",
        b"=",
        b"/",
        b";",
        b",",
        b"-",
        b"0",
        b"99999999999999999999",
        b"\xff",
        b"\xc3\xa9",
        b"m=",
        b"a=",
        b"\r\nm=x\r\n",
        b"\n\n",
        b"x",
        b".",
    ];
    let pieces: &'static [&'static [u8]] = Vec::leak(pieces.to_vec());
    let change = prop_oneof![
        6 => (any::<Index>(), 0..pieces.len()).prop_map(move |(at, piece)| Change::Put(at, pieces[piece])),
        3 => (any::<Index>(), 1usize..9).prop_map(|(at, len)| Change::Take(at, len)),
        1 => any::<Index>().prop_map(Change::Cut),
    ];
    prop::collection::vec(change, 0..6)
}

pub(crate) fn change(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let at = |index: &Index| index.index(bytes.len() + 1);
        match change {
            Change::Put(index, piece) => {
                let at = at(index);
                bytes.splice(at..at, piece.iter().copied());
            }
            Change::Take(index, len) => {
                let at = at(index);
                let end = (at + len).min(bytes.len());
                bytes.drain(at..end);
            }
            Change::Cut(index) => bytes.truncate(index.index(bytes.len() + 1)),
        }
    }
    bytes
}

/// Bytes of which many mean something.
pub(crate) fn soup() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(&b"\r\n\n\n=am:v \t"[..]),
        1 => any::<u8>(),
        1 => Just(b'a'),
    ];
    prop::collection::vec(byte, 0..700)
}
