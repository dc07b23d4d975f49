//! The exchanges of RFC 3264 §10, and its figure of capabilities.

use simdsip::sdp::offer::{Codec, Local, Party, Stream, apply_answer, check_offer};
use simdsip::sdp::{Address, Direction, GrowSdpIndex, Sdp};

use super::{assert_agree, example};

const H261: Codec<'static> = Codec::new(31, b"H261", 90_000);
const MPV: Codec<'static> = Codec::new(32, b"MPV", 90_000);
const G723: Codec<'static> = Codec::new(4, b"G723", 8_000);
const G729: Codec<'static> = Codec::new(18, b"G729", 8_000);
/// As the RFC spells it.
const EVENTS: Codec<'static> = Codec::new(110, b"telephone-events", 8_000);

fn local<'a>(name: &'a str, host: &'a str, id: u64, streams: &'a [Stream<'a>]) -> Local<'a> {
    let mut local = Local::new(name.as_bytes(), id, Address::Host(host.as_bytes()), streams);
    local.version = id;
    local
}

fn alice<'a>(streams: &'a [Stream<'a>]) -> Local<'a> {
    local("alice", "host.anywhere.com", 2_890_844_526, streams)
}

fn bob<'a>(streams: &'a [Stream<'a>]) -> Local<'a> {
    local("bob", "host.example.com", 2_890_844_730, streams)
}

fn at(place: usize, stream: Stream<'_>) -> Stream<'_> {
    let mut stream = stream;
    stream.at = Some(place);
    stream
}

#[track_caller]
fn answered(local: &Local<'_>, previous: Option<&str>, offer: &str, answer: &str) {
    let (offer, answer, previous) = (example(offer), example(answer), previous.map(example));
    let [mut a, mut b, mut c] = [(); 3].map(|()| GrowSdpIndex::new());
    let offer = Sdp::parse(&offer, &mut a).unwrap();
    let mut local = *local;
    local.previous = previous.as_deref().map(|previous| Sdp::parse(previous, &mut b).unwrap());
    let mut ours = Vec::new();
    assert_agree(local.answer(&offer, &mut ours).unwrap(), &answer);
    apply_answer(&offer, &Sdp::parse(&answer, &mut c).unwrap()).expect("the RFC's answer");
}

#[track_caller]
fn offered(local: &Local<'_>, previous: Option<&str>, offer: &str) {
    let (offer, previous) = (example(offer), previous.map(example));
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let mut local = *local;
    local.previous = previous.as_deref().map(|previous| Sdp::parse(previous, &mut a).unwrap());
    let mut ours = Vec::new();
    assert_agree(local.offer(&mut ours).unwrap(), &offer);
    if let Some(previous) = local.previous {
        check_offer(&previous, &Sdp::parse(&offer, &mut b).unwrap(), &mut |_| false).expect("RFC 3264 §8");
    }
}

#[test]
fn rfc3264_10_1_basic_exchange() {
    let codecs = [[Codec::PCMU], [H261], [MPV], [EVENTS]];
    let [pcmu, h261, mpv, events] = &codecs;
    let alices = [
        Stream::rtp(b"audio", 49_170, pcmu),
        Stream::rtp(b"video", 51_372, h261),
        Stream::rtp(b"video", 53_000, mpv),
    ];
    offered(&alice(&alices), None, "rfc3264-L01049");
    let bobs = [Stream::rtp(b"audio", 49_920, pcmu), Stream::rtp(b"video", 53_000, mpv)];
    answered(&bob(&bobs), None, "rfc3264-L01049", "rfc3264-L01074");
    let mut keys = Stream::rtp(b"audio", 51_434, events);
    keys.direction = Direction::Recvonly;
    // The refused stream is no slot to take: its port is 0 in Bob's previous description, so the place is told.
    let bobs =
        [at(0, Stream::rtp(b"audio", 65_422, pcmu)), at(2, Stream::rtp(b"video", 53_000, mpv)), at(3, keys)];
    offered(&bob(&bobs), Some("rfc3264-L01074"), "rfc3264-L01090");
    let alices = [
        at(0, Stream::rtp(b"audio", 49_170, pcmu)),
        at(2, Stream::rtp(b"video", 53_000, mpv)),
        Stream::rtp(b"audio", 53_122, events),
    ];
    answered(&alice(&alices), Some("rfc3264-L01049"), "rfc3264-L01090", "rfc3264-L01130");
}

/// Bob's answers name versions that Alice never saw the first of: 2890844731 comes first.
#[test]
fn rfc3264_10_2_one_of_n_codecs() {
    let all = [Codec::PCMU, G723, G729];
    let mut stream = Stream::rtp(b"audio", 62_986, &all);
    stream.direction = Direction::Inactive;
    offered(&alice(&[stream]), None, "rfc3264-L01159");
    let both = [Codec::PCMU, G723];
    let bobs = [at(0, Stream::rtp(b"audio", 54_344, &both))];
    let mut first = bob(&bobs);
    first.version = 2_890_844_731;
    answered(&first, None, "rfc3264-L01159", "rfc3264-L01186");
    let one = [G723];
    offered(&alice(&[at(0, Stream::rtp(b"audio", 62_986, &one))]), Some("rfc3264-L01159"), "rfc3264-L01199");
    answered(&bob(&bobs), Some("rfc3264-L01186"), "rfc3264-L01199", "rfc3264-L01210");
}

/// Capabilities are written with port 0: as an offer, nothing is offered, and nothing is accepted.
#[test]
fn rfc3264_9_capabilities_offer_nothing() {
    let capabilities = example("rfc3264-L01020");
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let offer = Sdp::parse(&capabilities, &mut a).unwrap();
    let codecs = [Codec::PCMU];
    let streams = [Stream::rtp(b"audio", 4_000, &codecs)];
    let mut answer = Vec::new();
    let answer = bob(&streams).answer(&offer, &mut answer).unwrap();
    let answer = Sdp::parse(answer, &mut b).unwrap();
    let agreement =
        simdsip::sdp::offer::Agreement::new(&offer, &answer, Party::Answerer, &mut |_| false).unwrap();
    assert!(agreement.streams().all(|stream| !stream.is_accepted()));
    assert_eq!(agreement.streams().count(), 2);
}
