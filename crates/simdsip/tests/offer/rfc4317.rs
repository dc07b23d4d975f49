//! Every exchange of RFC 4317: our end in place of the one that answers, and of the one that offers again.

use simdsip::sdp::offer::{Codec, Local, Party, Rule, Stream, apply_answer, check_offer};
use simdsip::sdp::{Address, Direction, GrowSdpIndex, Sdp};
use simdsip::{Error, ErrorKind};

use super::{assert_agree, example};

const PCMU: Codec<'static> = Codec::PCMU;
const PCMA: Codec<'static> = Codec::PCMA;
const ILBC: Codec<'static> = Codec::new(97, b"iLBC", 8_000);
const ILBC_99: Codec<'static> = Codec::new(99, b"iLBC", 8_000);
const H261: Codec<'static> = Codec::new(31, b"H261", 90_000);
const MPV: Codec<'static> = Codec::new(32, b"MPV", 90_000);
const EVENTS: Codec<'static> = Codec::new(98, b"telephone-event", 8_000);
const EVENTS_101: Codec<'static> = Codec::new(101, b"telephone-event", 8_000);

const ATLANTA: Address<'static> = Address::Host(b"host.atlanta.example.com");
const BILOXI: Address<'static> = Address::Host(b"host.biloxi.example.com");

fn audio<'a>(port: u16, codecs: &'a [Codec<'a>]) -> Stream<'a> {
    Stream::rtp(b"audio", port, codecs)
}

fn video<'a>(port: u16, codecs: &'a [Codec<'a>]) -> Stream<'a> {
    Stream::rtp(b"video", port, codecs)
}

/// The same streams, in the places that they have in this order.
fn placed<'a>(streams: &[Stream<'a>]) -> Vec<Stream<'a>> {
    let place = |(at, stream): (usize, &Stream<'a>)| {
        let mut stream = *stream;
        stream.at = Some(at);
        stream
    };
    streams.iter().enumerate().map(place).collect()
}

fn with<'a>(stream: Stream<'a>, change: impl FnOnce(&mut Stream<'a>)) -> Stream<'a> {
    let mut stream = stream;
    change(&mut stream);
    stream
}

/// What Alice says of herself.
fn alice<'a>(streams: &'a [Stream<'a>]) -> Local<'a> {
    let mut local = Local::new(b"alice", 2_890_844_526, ATLANTA, streams);
    local.version = 2_890_844_526;
    local
}

/// What Bob says of himself.
fn bob<'a>(streams: &'a [Stream<'a>]) -> Local<'a> {
    let mut local = Local::new(b"bob", 2_808_844_564, BILOXI, streams);
    local.version = 2_808_844_564;
    local
}

/// Our answer to an offer of the RFC means what the RFC's does, and the offerer takes both.
#[track_caller]
fn answers(local: &Local<'_>, offer: &str, answer: &str) {
    answers_after(local, None, offer, answer);
}

/// The same where our end has sent `previous` before.
#[track_caller]
fn answers_after(local: &Local<'_>, previous: Option<&str>, offer: &str, answer: &str) {
    let (offer, answer, previous) = (example(offer), example(answer), previous.map(example));
    let [mut a, mut b, mut c, mut d] = [(); 4].map(|()| GrowSdpIndex::new());
    let mut local = *local;
    local.previous = previous.as_deref().map(|previous| Sdp::parse(previous, &mut a).unwrap());
    let offer_sdp = Sdp::parse(&offer, &mut b).unwrap();
    let mut ours = Vec::new();
    let ours = local.answer(&offer_sdp, &mut ours).unwrap();
    assert_agree(ours, &answer);
    apply_answer(&offer_sdp, &Sdp::parse(ours, &mut c).unwrap()).expect("our answer");
    apply_answer(&offer_sdp, &Sdp::parse(&answer, &mut d).unwrap()).expect("the RFC's answer");
}

/// Our offer after `previous` means what the RFC's does, and keeps the rules of §8.
#[track_caller]
fn offers(local: &Local<'_>, previous: Option<&str>, offer: &str) {
    let (previous, offer) = (previous.map(example), example(offer));
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let mut local = *local;
    local.previous = previous.as_deref().map(|previous| Sdp::parse(previous, &mut a).unwrap());
    let mut ours = Vec::new();
    let ours = local.offer(&mut ours).unwrap();
    assert_agree(ours, &offer);
    if let Some(previous) = local.previous {
        check_offer(&previous, &Sdp::parse(&offer, &mut b).unwrap(), &mut |_| false).expect("RFC 3264 §8");
    }
}

#[test]
fn rfc4317_2_1_one_codec_of_each_kind_is_accepted() {
    let ours = [audio(49_170, &[PCMU, PCMA, ILBC]), video(51_372, &[H261, MPV])];
    offers(&alice(&ours), None, "rfc4317-L00149");
    answers(&bob(&[audio(49_174, &[PCMU]), video(49_170, &[MPV])]), "rfc4317-L00149", "rfc4317-L00177");
}

#[test]
fn rfc4317_2_2_video_is_refused_and_a_second_offer_has_one_codec() {
    answers(&bob(&[audio(49_172, &[PCMU, PCMA])]), "rfc4317-L00149", "rfc4317-L00233");
    offers(&alice(&placed(&[audio(51_372, &[PCMU])])), Some("rfc4317-L00149"), "rfc4317-L00246");
    let bobs = placed(&[audio(49_172, &[PCMU, PCMA])]);
    answers_after(&bob(&bobs), Some("rfc4317-L00233"), "rfc4317-L00246", "rfc4317-L00258");
}

/// The RFC's answer has another number for iLBC, which RFC 3264 §6.1 would rather not see: ours has the offered one.
#[test]
fn rfc4317_2_3_a_payload_type_may_change_from_offer_to_answer() {
    let (offer, answer) = (example("rfc4317-L00149"), example("rfc4317-L00304"));
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let offer = Sdp::parse(&offer, &mut a).unwrap();
    let streams = [audio(49_172, &[ILBC_99]), video(51_374, &[H261])];
    let mut ours = Vec::new();
    let ours = String::from_utf8(bob(&streams).answer(&offer, &mut ours).unwrap().to_vec()).unwrap();
    assert_agree(
        ours.replace("RTP/AVP 97", "RTP/AVP 99").replace("rtpmap:97", "rtpmap:99").as_bytes(),
        &answer,
    );
    let answer = Sdp::parse(&answer, &mut b).unwrap();
    let agreement = apply_answer(&offer, &answer).unwrap();
    let ilbc = agreement.streams().next().unwrap().formats().next().unwrap();
    assert_eq!((ilbc.send.payload_type(), ilbc.receive.payload_type()), (99, 97));
}

#[test]
fn rfc4317_2_4_events_have_a_stream_of_their_own() {
    let ours = [
        audio(49_170, &[PCMU, ILBC]),
        with(audio(49_172, &[EVENTS]), |stream| stream.direction = Direction::Sendonly),
    ];
    offers(&alice(&ours), None, "rfc4317-L00345");
    answers(&bob(&[audio(49_172, &[ILBC]), audio(49_174, &[EVENTS])]), "rfc4317-L00345", "rfc4317-L00359");
}

#[test]
fn rfc4317_2_5_an_answer_that_changes_nothing_keeps_its_version() {
    answers(&bob(&[audio(49_174, &[ILBC]), video(49_170, &[H261])]), "rfc4317-L00379", "rfc4317-L00401");
    let moved = placed(&[audio(49_178, &[ILBC]), video(49_188, &[H261])]);
    let mut local = bob(&moved);
    local.address = Address::Host(b"newhost.biloxi.example.com");
    offers(&local, Some("rfc4317-L00401"), "rfc4317-L00413");
    // Byte for byte what was sent before, version and all: so the first must be ours too.
    let streams = placed(&[audio(49_170, &[ILBC]), video(51_372, &[H261])]);
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let first = alice(&streams).offer(&mut first).unwrap();
    assert_agree(first, &example("rfc4317-L00379"));
    let mut local = alice(&streams);
    local.previous = Some(Sdp::parse(first, &mut a).unwrap());
    let offer = example("rfc4317-L00413");
    let answer = local.answer(&Sdp::parse(&offer, &mut b).unwrap(), &mut second).unwrap();
    assert_eq!(answer, first);
}

#[test]
fn rfc4317_2_6_one_of_two_streams_is_declined() {
    offers(&alice(&[audio(49_170, &[PCMU]), audio(51_372, &[ILBC, EVENTS_101])]), None, "rfc4317-L00457");
    answers(&bob(&[audio(49_170, &[ILBC, EVENTS_101])]), "rfc4317-L00457", "rfc4317-L00470");
}

#[test]
fn rfc4317_2_7_a_second_codec_is_added() {
    answers(&bob(&[audio(49_172, &[ILBC_99]), video(51_374, &[H261])]), "rfc4317-L00491", "rfc4317-L00304");
    let more = placed(&[audio(49_170, &[ILBC_99]), video(51_372, &[H261, MPV])]);
    offers(&alice(&more), Some("rfc4317-L00491"), "rfc4317-L00526");
    let bobs = placed(&[audio(49_172, &[ILBC_99]), video(51_374, &[H261, MPV])]);
    answers_after(&bob(&bobs), Some("rfc4317-L00304"), "rfc4317-L00526", "rfc4317-L00539");
}

#[test]
fn rfc4317_2_8_video_goes_elsewhere() {
    let other = Address::Host(b"otherhost.biloxi.example.com");
    let bobs = [audio(49_174, &[PCMU]), with(video(49_172, &[MPV]), |stream| stream.address = Some(other))];
    answers(&bob(&bobs), "rfc4317-L00149", "rfc4317-L00584");
    let (offer, answer) = (example("rfc4317-L00149"), example("rfc4317-L00584"));
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let (offer, answer) = (Sdp::parse(&offer, &mut a).unwrap(), Sdp::parse(&answer, &mut b).unwrap());
    let agreement = apply_answer(&offer, &answer).unwrap();
    let video = agreement.streams().nth(1).unwrap();
    let place = video.remote_connection().unwrap().unwrap();
    assert_eq!((place.address(), video.remote_port()), (&b"otherhost.biloxi.example.com"[..], 49_172));
    assert_eq!(video.remote_rtcp_port(), Ok(49_173));
}

#[test]
fn rfc4317_3_1_who_answers_holds_and_resumes() {
    let held = [with(audio(49_172, &[ILBC]), |stream| stream.held = true)];
    let mut local = bob(&held);
    local.address = Address::Host(b"placeholder.biloxi.example.com");
    let (offer, answer) = (example("rfc4317-L00636"), example("rfc4317-L00647"));
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let offer = Sdp::parse(&offer, &mut a).unwrap();
    let mut ours = Vec::new();
    let ours = String::from_utf8(local.answer(&offer, &mut ours).unwrap().to_vec()).unwrap();
    // The RFC has the placeholder in c= alone.
    assert_agree(ours.replacen("placeholder", "host", 1).as_bytes(), &answer);
    let answer = Sdp::parse(&answer, &mut b).unwrap();
    let agreement = apply_answer(&offer, &answer).unwrap();
    let stream = agreement.streams().next().unwrap();
    assert_eq!((stream.direction(), stream.is_held_by_peer()), (Direction::Recvonly, true));
    offers(&bob(&placed(&[audio(49_170, &[ILBC])])), Some("rfc4317-L00647"), "rfc4317-L00658");
    let alices = placed(&[audio(49_178, &[PCMU, ILBC])]);
    answers_after(&alice(&alices), Some("rfc4317-L00636"), "rfc4317-L00658", "rfc4317-L00682");
}

/// The RFC's second answer is sendrecv to a stream that was offered sendonly, with codecs that were not offered: the first
/// breaks RFC 3264 §6.1, and is told.
#[test]
fn rfc4317_3_2_one_of_two_streams_is_held() {
    let bobs = placed(&[
        with(audio(49_172, &[ILBC]), |stream| stream.held = true),
        with(audio(49_174, &[EVENTS]), |stream| stream.direction = Direction::Recvonly),
    ]);
    offers(&bob(&bobs), Some("rfc4317-L00359"), "rfc4317-L00737");
    let (offer, answer) = (example("rfc4317-L00737"), example("rfc4317-L00751"));
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let (offer, answer) = (Sdp::parse(&offer, &mut a).unwrap(), Sdp::parse(&answer, &mut b).unwrap());
    let error = apply_answer(&offer, &answer).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rule(Rule::AnswerDirection));
    let mut told: Vec<Error> = Vec::new();
    let mut tolerate = |error| {
        told.push(error);
        true
    };
    let agreement =
        simdsip::sdp::offer::Agreement::new(&offer, &answer, Party::Offerer, &mut tolerate).unwrap();
    let ways: Vec<_> = agreement.streams().map(|stream| stream.direction()).collect();
    assert_eq!(ways, [Direction::Sendonly, Direction::Recvonly]);
    assert_eq!(told, [error]);
    // Ours is that of the RFC but for the direction and the codec that was not offered.
    let alices = placed(&[audio(49_170, &[PCMU, ILBC]), audio(49_172, &[EVENTS])]);
    let (previous, mut c, mut ours) = (example("rfc4317-L00345"), GrowSdpIndex::new(), Vec::new());
    let mut local = alice(&alices);
    local.previous = Some(Sdp::parse(&previous, &mut c).unwrap());
    let ours = String::from_utf8(local.answer(&offer, &mut ours).unwrap().to_vec()).unwrap();
    let theirs = String::from_utf8(example("rfc4317-L00751")).unwrap();
    let theirs = theirs.replace("RTP/AVP 0 97", "RTP/AVP 97").replace("a=rtpmap:0 PCMU/8000\r\n", "");
    let theirs = theirs.replacen("iLBC/8000\r\n", "iLBC/8000\r\na=recvonly\r\n", 1);
    assert_agree(ours.as_bytes(), theirs.as_bytes());
}

#[test]
fn rfc4317_4_1_a_second_audio_stream_is_added() {
    answers(&bob(&[audio(49_170, &[ILBC])]), "rfc4317-L00636", "rfc4317-L00819");
    let server = Address::Host(b"mediaserver.biloxi.example.com");
    let mut bobs = placed(&[audio(49_170, &[ILBC])]);
    bobs.push(with(audio(48_282, &[EVENTS]), |stream| {
        (stream.address, stream.direction) = (Some(server), Direction::Recvonly);
    }));
    offers(&bob(&bobs), Some("rfc4317-L00819"), "rfc4317-L00850");
    let mut alices = placed(&[audio(49_170, &[PCMU, ILBC])]);
    alices.push(audio(49_172, &[EVENTS]));
    answers_after(&alice(&alices), Some("rfc4317-L00636"), "rfc4317-L00850", "rfc4317-L00864");
}

#[test]
fn rfc4317_4_2_video_is_added() {
    answers(&bob(&[audio(49_172, &[PCMU])]), "rfc4317-L00884", "rfc4317-L00906");
    let mut alices = placed(&[audio(49_170, &[PCMU])]);
    alices.push(video(49_172, &[H261]));
    offers(&alice(&alices), Some("rfc4317-L00884"), "rfc4317-L00916");
    let mut bobs = placed(&[audio(49_172, &[PCMU])]);
    bobs.push(video(49_168, &[H261]));
    answers_after(&bob(&bobs), Some("rfc4317-L00906"), "rfc4317-L00916", "rfc4317-L00928");
}

#[test]
fn rfc4317_4_3_video_is_deleted() {
    answers(&bob(&[audio(49_174, &[ILBC]), video(49_170, &[H261])]), "rfc4317-L00379", "rfc4317-L00401");
    offers(&bob(&placed(&[audio(49_174, &[ILBC])])), Some("rfc4317-L00401"), "rfc4317-L00985");
    let alices = placed(&[audio(49_170, &[ILBC]), video(51_372, &[H261])]);
    answers_after(&alice(&alices), Some("rfc4317-L00379"), "rfc4317-L00985", "rfc4317-L00997");
}

#[test]
fn rfc4317_5_1_no_media_then_audio() {
    answers(&bob(&[audio(49_172, &[ILBC])]), "rfc4317-L01028", "rfc4317-L01036");
    offers(&alice(&[audio(49_170, &[ILBC])]), Some("rfc4317-L01028"), "rfc4317-L01044");
    answers_after(
        &bob(&[audio(49_172, &[ILBC])]),
        Some("rfc4317-L01036"),
        "rfc4317-L01044",
        "rfc4317-L01054",
    );
}

#[test]
fn rfc4317_5_2_an_offer_from_nowhere_is_answered_as_any() {
    answers(&bob(&[audio(49_170, &[ILBC])]), "rfc4317-L01081", "rfc4317-L00819");
    let (offer, answer) = (example("rfc4317-L01081"), example("rfc4317-L00819"));
    let [mut a, mut b, mut c] = [(); 3].map(|()| GrowSdpIndex::new());
    let (offer, answer) = (Sdp::parse(&offer, &mut a).unwrap(), Sdp::parse(&answer, &mut b).unwrap());
    // Nothing is sent to 0.0.0.0 (RFC 3264 §8.4).
    let agreement =
        simdsip::sdp::offer::Agreement::new(&offer, &answer, Party::Answerer, &mut |_| false).unwrap();
    let stream = agreement.streams().next().unwrap();
    assert_eq!((stream.direction(), stream.is_held_by_peer()), (Direction::Recvonly, true));
    offers(&alice(&placed(&[audio(49_170, &[ILBC])])), Some("rfc4317-L01081"), "rfc4317-L01044");
    // The second answer is the first.
    let bobs = placed(&[audio(49_170, &[ILBC])]);
    let (mut first, mut second, mut d) = (Vec::new(), Vec::new(), GrowSdpIndex::new());
    let first = bob(&bobs).answer(&offer, &mut first).unwrap();
    let mut local = bob(&bobs);
    local.previous = Some(Sdp::parse(first, &mut c).unwrap());
    let again = example("rfc4317-L01044");
    assert_eq!(local.answer(&Sdp::parse(&again, &mut d).unwrap(), &mut second).unwrap(), first);
}

#[test]
fn rfc4317_5_3_an_answer_from_nowhere_holds() {
    let (offer, answer) = (example("rfc4317-L01138"), example("rfc4317-L01148"));
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let (offer, answer) = (Sdp::parse(&offer, &mut a).unwrap(), Sdp::parse(&answer, &mut b).unwrap());
    let agreement = apply_answer(&offer, &answer).unwrap();
    let stream = agreement.streams().next().unwrap();
    assert_eq!((stream.direction(), stream.is_held_by_peer()), (Direction::Recvonly, true));
    let mut local = bob(&[]);
    local.address = Address::Host(b"0.0.0.0");
    let streams = [audio(9_322, &[ILBC])];
    local.streams = &streams;
    let mut ours = Vec::new();
    let ours = String::from_utf8(local.answer(&offer, &mut ours).unwrap().to_vec()).unwrap();
    assert_agree(
        ours.replacen("0.0.0.0", "host.biloxi.example.com", 1).as_bytes(),
        &example("rfc4317-L01148"),
    );
    offers(&bob(&placed(&[audio(49_172, &[ILBC])])), Some("rfc4317-L01148"), "rfc4317-L01054");
    let alices = placed(&[audio(49_170, &[ILBC])]);
    // The RFC keeps Alice's version: the same description.
    answers(&alice(&alices), "rfc4317-L01054", "rfc4317-L01138");
}
