//! Offers made up at random, of lines that offers have and of lines that they should not: what is answered is answered right.

use proptest::prelude::*;

use super::property::{Tally, answer_all};

const SESSION: &[&str] = &[
    "a=group:BUNDLE 0 1 2",
    "a=group:BUNDLE 1 0",
    "a=group:BUNDLE 2 9 0 0",
    "a=group:BUNDLE",
    "a=group:LS 0 1",
    "a=sendonly",
    "a=inactive",
    "a=ice-lite",
    "a=ice-ufrag:abcd",
    "a=ice-pwd:0123456789abcdefghijkl",
    "a=fingerprint:sha-256 4A:AD",
    "a=setup:actpass",
    "a=setup:passive",
    "a=msid-semantic: WMS *",
    "a=x-own:1",
];
const MEDIA: &[&str] = &[
    "c=IN IP4 198.51.100.7",
    "c=IN IP4 0.0.0.0",
    "c=IN IP4 224.2.1.1/127",
    "c=IN IP6 2001:db8::7",
    "c=nowhere",
    "a=sendrecv",
    "a=sendonly",
    "a=recvonly",
    "a=inactive",
    "a=rtcp-mux",
    "a=rtcp-mux-only",
    "a=rtcp:4007 IN IP4 198.51.100.7",
    "a=rtcp:no",
    "a=bundle-only",
    "a=ice-ufrag:abcd",
    "a=ice-pwd:0123456789abcdefghijkl",
    "a=candidate:1 1 udp 2130706431 198.51.100.7 4000 typ host",
    "a=fingerprint:sha-256 4A:AD",
    "a=fingerprint:",
    "a=setup:actpass",
    "a=setup:active",
    "a=setup:passive",
    "a=setup:holdconn",
    "a=setup:maybe",
    "a=tls-id:abcdefghijklmnopqrst",
    "a=rtpmap:96 opus/48000/2",
    "a=rtpmap:96 VP8/90000",
    "a=rtpmap:97 rtx/90000",
    "a=rtpmap:97 iLBC/8000",
    "a=rtpmap:98 H264/90000",
    "a=rtpmap:98 red/48000/2",
    "a=rtpmap:99 telephone-event/8000",
    "a=rtpmap:66 PCMU/8000",
    "a=rtpmap: 8 PCMA",
    "a=rtpmap:0 X-OWN/0",
    "a=rtpmap:99999999999 x/1",
    "a=rtpmap:",
    "a=fmtp:97 apt=96",
    "a=fmtp:97 apt=300",
    "a=fmtp:98 packetization-mode=1;profile-level-id=42e01f",
    "a=fmtp:98 96/96",
    "a=fmtp:99 0-15,66",
    "a=fmtp:96 \u{1}\u{fe}",
    "a=rtcp-fb:96 nack pli",
    "a=rtcp-fb:* nack",
    "a=rtcp-fb:96  ccm  fir",
    "a=rtcp-fb:",
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:1/recvonly urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=extmap:0 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
    "a=crypto:2 AES_256_CM_HMAC_SHA1_80 inline:x",
    "a=des:qos mandatory e2e sendrecv",
    "a=des:qos optional e2e sendrecv",
    "a=curr:qos e2e none",
    "a=sctp-port:5000",
    "a=ptime:20",
    "b=AS:64",
    "i=title",
    "nonsense",
    "",
];
const FORMATS: &[&str] =
    &["0", "8", "18", "34", "66", "96", "97", "98", "99", "0", "126", "127", "128", "x", "*"];
const TIMES: &[&str] =
    &["t=0 0", "t=0 0", "t=3724394400 3724398000", "t=1", "t=99999999999999999999999 0", ""];

fn media() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(
        &["audio", "audio", "video", "Audio", "image", "message", "au dio", "[", ""][..],
    );
    let port = prop::sample::select(&["4000", "9", "0", "4000/2", "65536", "-1", "x"][..]);
    let proto = prop::sample::select(
        &[
            "RTP/AVP",
            "UDP/TLS/RTP/SAVPF",
            "RTP/SAVP",
            "RTP/SAVPF",
            "RTP/AVPF",
            "udptl",
            "TCP/MSRP",
            "a b",
            "",
        ][..],
    );
    let usual = (
        Just("audio"),
        Just("4000"),
        prop::sample::select(&["RTP/AVP", "UDP/TLS/RTP/SAVPF", "RTP/SAVPF"][..]),
    );
    let video = (Just("video"), prop::sample::select(&["4002", "0"][..]), Just("UDP/TLS/RTP/SAVPF"));
    let channel = (Just("application"), Just("9"), Just("UDP/DTLS/SCTP webrtc-datachannel"));
    let line = prop_oneof![12 => usual, 6 => video, 3 => channel, 1 => (kind, port, proto)];
    let formats = prop::collection::vec(prop::sample::select(FORMATS), 1..6);
    let lines = prop::collection::vec(prop::sample::select(MEDIA), 0..24);
    let mid = prop_oneof![8 => Just("{}"), 3 => Just(""), 1 => prop::sample::select(&["0", " 3 ", "[x"][..])];
    let dtls = any::<bool>();
    (line, formats, lines, mid, dtls).prop_map(|((kind, port, proto), formats, lines, mid, dtls)| {
        let formats: String = formats.iter().map(|format| format!(" {format}")).collect();
        let mut text = format!("m={kind} {port} {proto}{formats}\r\n");
        if !mid.is_empty() {
            text += &format!("a=mid:{mid}\r\na=rtcp-mux\r\n");
        }
        if dtls {
            text += "a=fingerprint:sha-256 4A:AD\r\na=setup:actpass\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\n";
        }
        for line in lines {
            text += &format!("{line}\r\n");
        }
        text
    })
}

fn offer() -> impl Strategy<Value = String> {
    let session = prop::collection::vec(prop::sample::select(SESSION), 0..5);
    let times = prop::collection::vec(prop::sample::select(TIMES), 0..3);
    (session, times, prop::collection::vec(media(), 0..5)).prop_map(|(session, times, media)| {
        let mut text = "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\n".to_owned();
        for line in times.iter().chain(&session) {
            text += &format!("{line}\r\n");
        }
        // Each its number as mid, most of the time.
        let media = (0..).zip(media).map(|(at, media): (u32, String)| media.replace("{}", &at.to_string()));
        text + &media.collect::<String>()
    })
}

#[test]
fn whatever_is_offered_the_answer_keeps_the_rules() {
    let config = ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() };
    let mut tally = Tally::default();
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let tallied = std::cell::RefCell::new(&mut tally);
    let run = runner.run(&offer(), |offer| {
        answer_all("made up", offer.as_bytes(), &mut tallied.borrow_mut());
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
    println!("made up: {tally:?}");
    // It would say little if everything were refused.
    assert!(tally.answered > 1_500 && tally.accepted > 600, "{tally:?}");
    for rule in ["nothing-in-common", "media-line", "mid", "precondition-unmet"] {
        assert!(tally.refused.contains_key(rule), "{tally:?}");
    }
}

#[test]
fn hostile_bytes_in_real_offers_do_no_harm() {
    let mut tally = Tally::default();
    let base = super::example("rfc4317-L00149");
    for at in 0..base.len() {
        for byte in [0, b'\n', b' ', b'0', b'=', 0xff] {
            let mut offer = base.clone();
            offer[at] = byte;
            answer_all("changed", &offer, &mut tally);
        }
        answer_all("cut", &base[..at], &mut tally);
    }
    assert!(tally.answered > 1_000, "{tally:?}");
}

/// Offers of 64 KB that ask for as much work as they can: what is asked of each payload type, line and group is bounded.
#[test]
fn hostile_offers_end_in_time() {
    let head = "v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 h\r\nt=0 0\r\n";
    let media = "m=video 9 UDP/TLS/RTP/SAVPF";
    let all: String = (0..128).map(|number| format!(" {number}")).collect();
    let transport = "a=fingerprint:sha-256 4A:AD\r\na=rtcp-mux\r\n";
    let many = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let h264 = many(128, &|at| {
        format!("a=rtpmap:{at} H264/90000\r\na=fmtp:{at} {}packetization-mode=1\r\n", "x=1;".repeat(90))
    });
    let rtx = many(128, &|at| format!("a=rtpmap:{at} rtx/90000\r\na=fmtp:{at} apt={}\r\n", (at + 1) % 128));
    let offers = [
        format!("{head}{media}{all}\r\n{transport}{h264}"),
        format!("{head}{media}{all}\r\n{transport}{rtx}a=rtpmap:96 VP8/90000\r\n"),
        format!(
            "{head}{media} 96\r\n{transport}a=rtpmap:96 VP8/90000\r\n{}",
            many(3_900, &|_| "a=rtcp-fb:* nack\r\n".to_owned())
        ),
        format!(
            "{head}{media} 96\r\n{transport}a=rtpmap:96 VP8/90000\r\n{}",
            many(3_900, &|at| format!("a=extmap:{at} u:{at}\r\n"))
        ),
        format!(
            "{head}a=group:BUNDLE{}\r\n{}",
            " 1".repeat(4_000),
            many(64, &|at| format!("{media} 96\r\na=mid:{at}\r\n"))
        ),
        format!(
            "{head}{}{media} 96\r\na=mid:1\r\n",
            many(600, &|_| format!("a=group:BUNDLE{}\r\n", " 1".repeat(40)))
        ),
        format!("{head}{media} {}\r\n{transport}", "96 ".repeat(2_500)),
    ];
    for (at, offer) in offers.iter().enumerate() {
        assert!(offer.len() < 90_000, "{at}: {}", offer.len());
        let (begin, mut tally) = (std::time::Instant::now(), Tally::default());
        answer_all("hostile", offer.as_bytes(), &mut tally);
        let took = begin.elapsed();
        println!("{at}: {} bytes, four ends, {took:?}: {tally:?}", offer.len());
        // The plain checker is slow, and so may the machine be.
        assert!(took.as_secs() < 20, "{at}: {took:?}");
    }
    // Our own part of it, in the worst of them.
    let mut index = simdsip::sdp::GrowSdpIndex::new();
    for (at, offer) in offers.iter().enumerate() {
        let sdp = simdsip::Sdp::parse(offer.as_bytes(), &mut index).expect("within the limits");
        super::profiles::all(&mut |profile, local| {
            let (begin, mut room) = (std::time::Instant::now(), Vec::new());
            let _ = local.answer(&sdp, &mut room);
            let took = begin.elapsed();
            println!("{at} {profile}: {took:?}");
            assert!(took.as_millis() < 1_000, "{at} {profile}: {took:?}");
        });
    }
}
