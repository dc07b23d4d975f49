//! Bodies: session descriptions, presence and dialog documents, text.

use std::fmt::Write as _;

use super::name;
use crate::rng::Rng;

/// (payload type, format, parameters) of the audio codecs offered.
const AUDIO: [(u8, &str, &str); 9] = [
    (0, "PCMU/8000", ""),
    (8, "PCMA/8000", ""),
    (9, "G722/8000", ""),
    (18, "G729/8000", "annexb=no"),
    (3, "GSM/8000", ""),
    (96, "opus/48000/2", "useinbandfec=1;minptime=10"),
    (97, "iLBC/8000", "mode=30"),
    (98, "AMR-WB/16000", "octet-align=1;mode-set=0,1,2"),
    (99, "speex/16000", ""),
];

/// An audio offer or answer of 150 to 500 bytes.
pub(super) fn audio(rng: &mut Rng, codec_count: usize) -> String {
    let mut sdp = opening(rng);
    let mut chosen: Vec<usize> = (0..AUDIO.len()).collect();
    rng.shuffle(&mut chosen);
    chosen.truncate(codec_count);
    let mut formats: Vec<String> = chosen.iter().map(|&at| AUDIO[at].0.to_string()).collect();
    formats.push("101".to_owned());
    line(&mut sdp, &format!("m=audio {} RTP/AVP {}", 10_000 + 2 * rng.below(20_000), formats.join(" ")));
    for &at in &chosen {
        let (number, format, parameters) = AUDIO[at];
        line(&mut sdp, &format!("a=rtpmap:{number} {format}"));
        if !parameters.is_empty() {
            line(&mut sdp, &format!("a=fmtp:{number} {parameters}"));
        }
    }
    line(&mut sdp, "a=rtpmap:101 telephone-event/8000");
    line(&mut sdp, "a=fmtp:101 0-16");
    if rng.chance(50) {
        line(&mut sdp, "a=ptime:20");
    }
    line(&mut sdp, rng.pick(&["a=sendrecv", "a=sendrecv", "a=sendonly", "a=recvonly"]));
    sdp
}

/// An offer of a mobile terminal: AMR and EVS, video, preconditions (RFC 3312).
pub(super) fn ims(rng: &mut Rng) -> String {
    let mut sdp = opening(rng);
    line(&mut sdp, "b=AS:49");
    line(&mut sdp, &format!("m=audio {} RTP/AVP 107 106 105 104 101 102", 30_000 + 2 * rng.below(10_000)));
    for text in [
        "b=AS:49",
        "b=RS:600",
        "b=RR:2000",
        "a=rtpmap:107 EVS/16000",
        "a=fmtp:107 br=5.9-24.4;bw=nb-swb;max-red=0;cmr=1",
        "a=rtpmap:106 AMR-WB/16000",
        "a=fmtp:106 octet-align=0;mode-change-capability=2;max-red=0",
        "a=rtpmap:105 AMR-WB/16000",
        "a=fmtp:105 octet-align=1;mode-change-capability=2;max-red=0",
        "a=rtpmap:104 AMR/8000",
        "a=fmtp:104 octet-align=0;mode-change-capability=2;max-red=0",
        "a=rtpmap:101 telephone-event/16000",
        "a=fmtp:101 0-15",
        "a=rtpmap:102 telephone-event/8000",
        "a=fmtp:102 0-15",
        "a=curr:qos local none",
        "a=curr:qos remote none",
        "a=des:qos mandatory local sendrecv",
        "a=des:qos optional remote sendrecv",
        "a=sendrecv",
        "a=ptime:20",
        "a=maxptime:240",
        "m=video 50010 RTP/AVPF 113 114",
        "b=AS:960",
        "b=RS:8000",
        "b=RR:6000",
        "a=rtpmap:113 H265/90000",
        "a=fmtp:113 profile-id=1;level-id=93",
        "a=rtpmap:114 H264/90000",
        "a=fmtp:114 profile-level-id=42C01F;packetization-mode=1;sprop-parameter-sets=Z0LAHtoHgUZA,aM4NiA==",
        "a=imageattr:114 send [x=480,y=640] recv [x=480,y=640]",
        "a=rtcp-fb:* nack",
        "a=rtcp-fb:* nack pli",
        "a=rtcp-fb:* ccm fir",
        "a=rtcp-fb:* ccm tmmbr",
        "a=extmap:7 urn:3gpp:video-orientation",
        "a=sendrecv",
    ] {
        line(&mut sdp, text);
    }
    sdp
}

/// A browser's offer of about 4 KB: bundled audio and video with ICE and DTLS (RFC 8829).
pub(super) fn webrtc(rng: &mut Rng) -> String {
    let mut sdp = String::new();
    line(&mut sdp, "v=0");
    line(&mut sdp, &format!("o=- {} 2 IN IP4 127.0.0.1", rng.digits(18).replace('0', "7")));
    for text in ["s=-", "t=0 0", "a=group:BUNDLE 0 1", "a=extmap-allow-mixed", "a=msid-semantic: WMS"] {
        line(&mut sdp, text);
    }
    let fingerprint: Vec<String> = (0..32).map(|_| rng.text("0123456789ABCDEF", 2)).collect();
    let (ufrag, password) = (rng.alnum(4), rng.alnum(24));
    let (cname, stream) = (rng.alnum(16), name::uuid(rng));
    for (mid, kind) in ["audio", "video"].into_iter().enumerate() {
        let codecs = if mid == 0 { WEB_AUDIO.as_slice() } else { WEB_VIDEO.as_slice() };
        let numbers: Vec<String> = codecs.iter().map(|(number, ..)| number.to_string()).collect();
        line(&mut sdp, &format!("m={kind} {} UDP/TLS/RTP/SAVPF {}", 40_000 + mid, numbers.join(" ")));
        line(&mut sdp, &format!("c=IN IP4 {}", name::ipv4(rng)));
        line(&mut sdp, "a=rtcp:9 IN IP4 0.0.0.0");
        for component in 0..5 {
            let priority = 2_113_937_151_usize - 1_000_000 * component;
            let address = if component == 1 { name::ipv6(rng) } else { name::ipv4(rng) };
            let (foundation, port) = (rng.digits(9), rng.between(1024, 65_535));
            let text = format!(
                "a=candidate:1{foundation} 1 udp {priority} {address} {port} typ host generation 0 network-id {component}"
            );
            line(&mut sdp, &text);
        }
        line(&mut sdp, &format!("a=ice-ufrag:{ufrag}"));
        line(&mut sdp, &format!("a=ice-pwd:{password}"));
        line(&mut sdp, "a=ice-options:trickle");
        line(&mut sdp, &format!("a=fingerprint:sha-256 {}", fingerprint.join(":")));
        line(&mut sdp, "a=setup:actpass");
        line(&mut sdp, &format!("a=mid:{mid}"));
        for (number, extension) in EXTENSIONS.iter().enumerate() {
            line(&mut sdp, &format!("a=extmap:{} {extension}", number + 1));
        }
        line(&mut sdp, "a=sendrecv");
        line(&mut sdp, &format!("a=msid:{stream} {}", name::uuid(rng)));
        line(&mut sdp, "a=rtcp-mux");
        line(&mut sdp, "a=rtcp-rsize");
        for (number, format, parameters) in codecs {
            line(&mut sdp, &format!("a=rtpmap:{number} {format}"));
            if format.starts_with("VP") || format.starts_with("H264") {
                for feedback in ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"] {
                    line(&mut sdp, &format!("a=rtcp-fb:{number} {feedback}"));
                }
            }
            if !parameters.is_empty() {
                line(&mut sdp, &format!("a=fmtp:{number} {parameters}"));
            }
        }
        let source = rng.between(100_000_000, 4_200_000_000);
        line(&mut sdp, &format!("a=ssrc:{source} cname:{cname}"));
    }
    sdp
}

const WEB_AUDIO: [(u8, &str, &str); 7] = [
    (111, "opus/48000/2", "minptime=10;useinbandfec=1"),
    (63, "red/48000/2", "111/111"),
    (9, "G722/8000", ""),
    (0, "PCMU/8000", ""),
    (8, "PCMA/8000", ""),
    (13, "CN/8000", ""),
    (126, "telephone-event/8000", ""),
];
const WEB_VIDEO: [(u8, &str, &str); 12] = [
    (96, "VP8/90000", ""),
    (97, "rtx/90000", "apt=96"),
    (102, "H264/90000", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
    (103, "rtx/90000", "apt=102"),
    (98, "VP9/90000", "profile-id=0"),
    (99, "rtx/90000", "apt=98"),
    (104, "H264/90000", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f"),
    (105, "rtx/90000", "apt=104"),
    (45, "AV1/90000", "level-idx=5;profile=0;tier=0"),
    (46, "rtx/90000", "apt=45"),
    (112, "red/90000", ""),
    (116, "ulpfec/90000", ""),
];
const EXTENSIONS: [&str; 6] = [
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "urn:ietf:params:rtp-hdrext:toffset",
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "urn:3gpp:video-orientation",
];

/// A presence or dialog document (RFC 3863, RFC 4235).
pub(super) fn xml(rng: &mut Rng) -> (&'static str, String) {
    let entity = format!("sip:{}@{}", name::user(rng), name::domain(rng));
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
    if rng.chance(50) {
        let basic = rng.pick(&["open", "closed"]);
        let (id, contact) = (rng.hex(6), name::ipv4(rng));
        write!(
            xml,
            "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"{entity}\">\r\n <tuple id=\"t{id}\">\r\n  \
             <status><basic>{basic}</basic></status>\r\n  <contact priority=\"0.8\">sip:{contact}</contact>\r\n \
             </tuple>\r\n</presence>\r\n"
        )
        .expect("a String takes every byte");
        ("application/pidf+xml", xml)
    } else {
        let state = rng.pick(&["trying", "early", "confirmed", "terminated"]);
        let (version, id) = (rng.below(500), rng.hex(8));
        write!(
            xml,
            "<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" state=\"full\" \
             entity=\"{entity}\">\r\n <dialog id=\"{id}\" direction=\"initiator\">\r\n  <state>{state}</state>\r\n \
             </dialog>\r\n</dialog-info>\r\n"
        )
        .expect("a String takes every byte");
        ("application/dialog-info+xml", xml)
    }
}

/// A short text with letters beyond ASCII.
pub(super) fn text(rng: &mut Rng) -> String {
    const WORDS: [&str; 20] = [
        "grüße",
        "aus",
        "der",
        "küche",
        "čaj",
        "je",
        "hotový",
        "see",
        "you",
        "at",
        "noon",
        "déjà",
        "vu",
        "おはよう",
        "meeting",
        "moved",
        "to",
        "żółw",
        "naïve",
        "→",
    ];
    let words: Vec<&str> = (0..rng.between(6, 50)).map(|_| rng.pick(&WORDS)).collect();
    words.join(" ")
}

fn opening(rng: &mut Rng) -> String {
    let address =
        if rng.chance(25) { format!("IP6 {}", name::ipv6(rng)) } else { format!("IP4 {}", name::ipv4(rng)) };
    let user = rng.pick(&["-", "phone", "gw", "alice", "root"]);
    let (session, version) = (rng.between(1_000_000, 3_999_999_999), rng.between(1, 99_999));
    let mut sdp = String::new();
    line(&mut sdp, "v=0");
    line(&mut sdp, &format!("o={user} {session} {version} IN {address}"));
    line(&mut sdp, rng.pick(&["s=-", "s=call", "s=session", "s=Voice call"]));
    line(&mut sdp, &format!("c=IN {address}"));
    line(&mut sdp, "t=0 0");
    sdp
}

fn line(sdp: &mut String, text: &str) {
    sdp.push_str(text);
    sdp.push_str("\r\n");
}
