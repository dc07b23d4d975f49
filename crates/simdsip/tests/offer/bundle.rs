//! Media that share a port: who speaks for the group, who leaves it, what is written once.

use simdsip::sdp::offer::{Bundle, Codec, Local, Party, Role, Stream, apply_answer};
use simdsip::sdp::{GrowSdpIndex, Sdp};

use super::checker::broken;
use super::profiles::{HERE, ICE, PRINTS, webrtc};
use super::{assert_clean, plain::Plain};

const PCMU: [Codec<'static>; 1] = [Codec::PCMU];
const H261: [Codec<'static>; 1] = [Codec::new(31, b"H261", 90_000)];

fn streams() -> [Stream<'static>; 2] {
    [
        Stream::webrtc(b"audio", 10_000, &PCMU, ICE, PRINTS),
        Stream::webrtc(b"video", 10_002, &H261, ICE, PRINTS),
    ]
}

fn answer(local: &Local<'_>, offer: &str) -> String {
    let mut index = GrowSdpIndex::new();
    let mut room = Vec::new();
    let answer = local.answer(&Sdp::parse(offer.as_bytes(), &mut index).unwrap(), &mut room).unwrap();
    assert_clean(answer);
    assert_eq!(broken(offer.as_bytes(), answer), Vec::<String>::new());
    String::from_utf8(answer.to_vec()).unwrap()
}

/// An offer of audio and video in one group, with `only` behind the second.
fn offer(audio: &str, video: &str, only: &str) -> String {
    let transport = "a=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=fingerprint:sha-256 4A:AD\r\na=setup:actpass\r\n";
    let video_transport = if only.is_empty() { transport } else { only };
    format!(
        "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\na=group:BUNDLE a v\r\n\
         m=audio {audio}\r\na=mid:a\r\n{transport}m=video {video}\r\na=mid:v\r\n{video_transport}"
    )
}

#[test]
fn rfc8843_7_3_1_the_first_of_the_offer_speaks_for_the_group() {
    let streams = streams();
    let mut local = Local::new(b"-", 1, HERE, &streams);
    local.bundle = Bundle::Ready;
    let text = answer(&local, &offer("9 UDP/TLS/RTP/SAVPF 0", "9 UDP/TLS/RTP/SAVPF 31", ""));
    let plain = Plain::of(text.as_bytes());
    assert_eq!(plain.bundles(), [["a", "v"]]);
    assert_eq!([plain.media[0].port, plain.media[1].port], [10_000; 2]);
    assert_eq!(text.matches("a=ice-ufrag").count(), 1);
    // Where it is refused, the next does.
    let text = answer(&local, &offer("9 UDP/TLS/RTP/SAVPF 18", "9 UDP/TLS/RTP/SAVPF 31", ""));
    let plain = Plain::of(text.as_bytes());
    assert_eq!(plain.bundles(), [["v"]]);
    assert_eq!([plain.media[0].port, plain.media[1].port], [0, 10_002]);
    assert!(plain.media[1].attribute("ice-ufrag").is_some());
}

#[test]
fn rfc8843_7_3_2_bundle_only_media_are_in_the_group_or_refused() {
    let streams = streams();
    let mut local = Local::new(b"-", 1, HERE, &streams);
    let offer = offer("9 UDP/TLS/RTP/SAVPF 0", "0 UDP/TLS/RTP/SAVPF 31", "a=bundle-only\r\n");
    let ports =
        |text: &str| Plain::of(text.as_bytes()).media.iter().map(|media| media.port).collect::<Vec<_>>();
    assert_eq!(ports(&answer(&local, &offer)), [10_000, 0]);
    local.bundle = Bundle::Ready;
    let text = answer(&local, &offer);
    assert_eq!(ports(&text), [10_000, 10_000]);
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let (offer, answer) =
        (Sdp::parse(offer.as_bytes(), &mut a).unwrap(), Sdp::parse(text.as_bytes(), &mut b).unwrap());
    let agreement = apply_answer(&offer, &answer).unwrap();
    let video = agreement.streams().nth(1).unwrap();
    assert!(video.is_accepted() && video.rtcp_mux() && video.ice());
    assert_eq!(
        (video.bundled_with(), video.remote_port(), video.remote_rtcp_port()),
        (Some(0), 10_000, Ok(10_000))
    );
    assert_eq!(video.role(), Some(Role::Passive)); // the answerer is active
    let answerer =
        simdsip::sdp::offer::Agreement::new(&offer, &answer, Party::Answerer, &mut |_| false).unwrap();
    let video = answerer.streams().nth(1).unwrap();
    assert_eq!((video.remote_port(), video.role()), (9, Some(Role::Active)));
}

#[test]
fn rfc8843_9_3_rtp_without_mux_is_moved_out() {
    let streams = streams();
    let mut local = Local::new(b"-", 1, HERE, &streams);
    local.bundle = Bundle::Ready;
    let offer = offer("9 UDP/TLS/RTP/SAVPF 0", "9 UDP/TLS/RTP/SAVPF 31", "");
    let (head, video) = offer.split_once("m=video").unwrap();
    let offer = format!("{}m=video{video}", head.replace("a=rtcp-mux\r\n", ""));
    let text = answer(&local, &offer);
    let plain = Plain::of(text.as_bytes());
    assert_eq!(plain.bundles(), [["v"]]);
    assert_eq!([plain.media[0].port, plain.media[1].port], [10_000, 10_002]);
}

#[test]
fn rfc8843_7_2_offers_have_a_port_for_each_until_it_is_agreed() {
    let streams = webrtc();
    let mut local = Local::new(b"-", 1, HERE, &streams);
    let mut written = |bundle| {
        local.bundle = bundle;
        let mut room = Vec::new();
        let offer = local.offer(&mut room).unwrap().to_vec();
        assert_clean(&offer);
        Plain::of(&offer)
    };
    let never = written(Bundle::Never);
    assert!(never.bundles().is_empty());
    let ready = written(Bundle::Ready);
    assert_eq!(ready.bundles(), [["0", "1", "2", "3", "4", "5", "6", "7", "8"]]);
    let ports: std::collections::BTreeSet<_> = ready.media.iter().map(|media| media.port).collect();
    assert_eq!(ports.len(), 9);
    assert!(ready.media.iter().all(|media| media.attribute("ice-ufrag").is_some()));
    let agreed = written(Bundle::Agreed);
    assert!(agreed.media.iter().all(|media| media.port == 30_000));
    assert_eq!(agreed.media.iter().filter(|media| media.attribute("ice-ufrag").is_some()).count(), 1);
    assert!(ready.media.iter().all(|media| media.attribute("setup") == Some("actpass")));
}
