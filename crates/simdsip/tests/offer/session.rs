//! Sessions that go on: hold and resume, streams that come and go, two of our ends with each other.

use proptest::prelude::*;
use simdsip::sdp::offer::{Agreement, Bundle, Codec, Local, Party, Stream, apply_answer, check_offer};
use simdsip::sdp::{Address, Direction, GrowSdpIndex, Sdp};
use simdsip::{Error, ErrorKind};

use super::checker::broken;
use super::profiles::{HERE, ICE, PRINTS};
use super::{assert_clean, plain::Plain};

const AUDIO: [Codec<'static>; 3] = [Codec::PCMA, Codec::PCMU, Codec::telephone_event(101)];
const VIDEO: [Codec<'static>; 1] = [Codec::new(96, b"VP8", 90_000)];

fn offered(streams: &[Stream<'_>], previous: Option<&[u8]>) -> Result<Vec<u8>, Error> {
    let mut index = GrowSdpIndex::new();
    let mut local = Local::new(b"-", 7, HERE, streams);
    local.previous = previous.map(|previous| Sdp::parse(previous, &mut index).unwrap());
    let mut room = Vec::new();
    let offer = local.offer(&mut room)?.to_vec();
    assert_clean(&offer);
    Ok(offer)
}

fn at<'a>(place: usize, stream: Stream<'a>) -> Stream<'a> {
    let mut stream = stream;
    stream.at = Some(place);
    stream
}

fn versions(descriptions: &[&[u8]]) -> Vec<String> {
    descriptions.iter().map(|bytes| Plain::of(bytes).origin[2].clone()).collect()
}

#[test]
fn rfc3264_8_4_hold_and_resume_step_the_version_by_one() {
    let audio = at(0, Stream::rtp(b"audio", 4_000, &AUDIO));
    let mut held = audio;
    held.held = true;
    let first = offered(&[audio], None).unwrap();
    let second = offered(&[held], Some(&first)).unwrap();
    let again = offered(&[held], Some(&second)).unwrap();
    let third = offered(&[audio], Some(&again)).unwrap();
    assert_eq!(versions(&[&first, &second, &again, &third]), ["1", "2", "2", "3"]);
    assert_eq!(second, again);
    assert_eq!(Plain::of(&second).direction(0), "sendonly");
    assert_eq!(
        String::from_utf8(third).unwrap(),
        String::from_utf8(first).unwrap().replace("- 7 1 ", "- 7 3 ")
    );
    let ways = [Direction::Sendrecv, Direction::Sendonly, Direction::Recvonly, Direction::Inactive];
    let held = ways.map(Direction::held);
    assert_eq!(held, [Direction::Sendonly, Direction::Sendonly, Direction::Inactive, Direction::Inactive]);
}

#[test]
fn rfc3264_8_1_a_place_with_port_0_is_taken_again() {
    let (audio, video) = (Stream::rtp(b"audio", 4_000, &AUDIO), Stream::rtp(b"video", 4_002, &VIDEO));
    let first = offered(&[audio, video], None).unwrap();
    // Video goes: its place stays, with port 0.
    let second = offered(&[at(0, audio)], Some(&first)).unwrap();
    let plain = Plain::of(&second);
    assert_eq!((plain.media.len(), plain.media[1].port, plain.media[1].kind.as_str()), (2, 0, "video"));
    // Another stream takes it, one more stands behind.
    let third = offered(&[at(0, audio), Stream::rtp(b"audio", 5_000, &AUDIO), video], Some(&second)).unwrap();
    let kinds: Vec<_> =
        Plain::of(&third).media.iter().map(|media| (media.kind.clone(), media.port)).collect();
    assert_eq!(
        kinds,
        [("audio".to_owned(), 4_000), ("audio".to_owned(), 5_000), ("video".to_owned(), 4_002)]
    );
    assert_eq!(versions(&[&first, &second, &third]), ["1", "2", "3"]);
    // A stream of port 0 is one that goes.
    let mut gone = at(1, video);
    gone.port = 0;
    assert_eq!(offered(&[at(0, audio), gone], Some(&first)).unwrap(), second);
    // Two in one place, or a place behind a hole, is a mistake of the caller's.
    for streams in [[at(0, audio), at(0, video)], [at(0, audio), at(5, video)]] {
        assert_eq!(offered(&streams, Some(&first)).unwrap_err().kind, ErrorKind::Range);
    }
}

#[test]
fn rfc4733_2_4_1_events_of_both_ends_are_told() {
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let offer = offered(&[Stream::rtp(b"audio", 4_000, &AUDIO)], None).unwrap();
    let offer = Sdp::parse(&offer, &mut a).unwrap();
    let codecs = [Codec::PCMU, Codec::new(96, b"telephone-event", 8_000).with_fmtp(b"0-11,66")];
    let (streams, mut room) = ([Stream::rtp(b"audio", 6_000, &codecs)], Vec::new());
    let answer = Local::new(b"-", 8, HERE, &streams).answer(&offer, &mut room).unwrap();
    let answer = Sdp::parse(answer, &mut b).unwrap();
    let agreement = apply_answer(&offer, &answer).unwrap();
    let stream = agreement.streams().next().unwrap();
    let keys = stream.telephone_event().unwrap();
    assert_eq!((keys.send.payload_type(), keys.receive.payload_type()), (101, 101));
    let (theirs, ours) = (keys.send.events().unwrap().unwrap(), keys.receive.events().unwrap().unwrap());
    let both = theirs.and(ours);
    assert!(theirs.has(66) && !both.has(66) && both.has(11) && !both.has(12));
    let names: Vec<_> = stream.formats().map(|format| format.send.encoding()).collect();
    assert_eq!(names, [&b"PCMU"[..], b"telephone-event"]);
}

/// Company of a codec is not enough where a codec was offered (RFC 3264 §6.1).
#[test]
fn rfc3264_6_1_events_alone_do_not_make_a_call() {
    let mut index = GrowSdpIndex::new();
    let offer = offered(&[Stream::rtp(b"audio", 4_000, &AUDIO)], None).unwrap();
    let codecs = [Codec::opus(111), Codec::telephone_event(101)];
    let (streams, mut room) = ([Stream::rtp(b"audio", 6_000, &codecs)], [0; 512]);
    let local = Local::new(b"-", 8, HERE, &streams);
    let error = local.answer(&Sdp::parse(&offer, &mut index).unwrap(), &mut room[..]).unwrap_err();
    assert_eq!(error.kind.as_str(), "nothing-in-common");
}

#[test]
fn rfc3605_2_1_the_port_of_rtcp_is_said_where_it_is_not_the_next() {
    let mut stream = Stream::rtp(b"audio", 4_000, &AUDIO);
    for (port, written) in [(None, None), (Some(4_001), None), (Some(4_011), Some("4011"))] {
        stream.rtcp_port = port;
        let offer = offered(&[stream], None).unwrap();
        assert_eq!(Plain::of(&offer).media[0].attribute("rtcp"), written);
        let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
        let (offer, mut room) = (Sdp::parse(&offer, &mut a).unwrap(), Vec::new());
        let streams = [stream];
        let answer = Local::new(b"-", 8, HERE, &streams).answer(&offer, &mut room).unwrap();
        let answer = Sdp::parse(answer, &mut b).unwrap();
        let agreement = apply_answer(&offer, &answer).unwrap();
        assert_eq!(agreement.streams().next().unwrap().remote_rtcp_port(), Ok(port.unwrap_or(4_001)));
    }
}

/// Streams of an end whose ports begin at `base`.
fn end(base: u16, picks: &[(u8, u8)]) -> Vec<Stream<'static>> {
    const WAYS: [Direction; 4] =
        [Direction::Sendrecv, Direction::Sendonly, Direction::Recvonly, Direction::Inactive];
    let streams = (0u16..).zip(picks).map(|(at, (kind, way))| {
        let port = base + 2 * at;
        let mut stream = match kind % 4 {
            0 => Stream::rtp(b"audio", port, &AUDIO),
            1 => Stream::rtp(b"video", port, &VIDEO),
            2 => Stream::webrtc(b"audio", port, &AUDIO, ICE, PRINTS),
            _ => Stream::webrtc(b"video", port, &VIDEO, ICE, PRINTS),
        };
        (stream.direction, stream.held) = (WAYS[usize::from(way % 4)], way & 4 != 0);
        stream.rtcp_mux |= way & 8 != 0;
        stream
    });
    streams.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two ends that offer in turn and change what they want: each offer keeps §8, each answer §6, and both ends see the
    /// same session.
    #[test]
    fn two_ends_agree_whatever_they_change(
        rounds in prop::collection::vec((prop::collection::vec(any::<(u8, u8)>(), 0..5), any::<(bool, u8)>()), 1..6),
    ) {
        let mut sent: [Option<Vec<u8>>; 2] = [None, None];
        let mut count = 0;
        for (picks, (turn, kept)) in rounds {
            let (us, them) = (usize::from(turn), usize::from(!turn));
            // What the offerer keeps has the places it had, in order; the others are new.
            let mut streams = end(10_000, &picks);
            for (place, stream) in streams.iter_mut().enumerate().take(count) {
                stream.at = (kept >> place & 1 == 1).then_some(place);
            }
            let [mut a, mut b, mut c, mut d] = [(); 4].map(|()| GrowSdpIndex::new());
            let mut local = Local::new(b"-", us as u64, HERE, &streams);
            local.bundle = Bundle::Ready;
            local.previous = sent[us].as_deref().map(|previous| Sdp::parse(previous, &mut a).unwrap());
            let mut room = Vec::new();
            let offer = local.offer(&mut room).unwrap().to_vec();
            assert_clean(&offer);
            let offer_sdp = Sdp::parse(&offer, &mut b).unwrap();
            if let Some(previous) = &local.previous {
                prop_assert_eq!(check_offer(previous, &offer_sdp, &mut |error| {
                    // A place may be given to another codec with the same number: that is this test's doing.
                    error.kind.as_str() == "payload-type-reused"
                }), Ok(()));
            }
            count = offer_sdp.media().count();
            let others = end(20_000, &[(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 2), (2, 8), (3, 4)]);
            let mut peer = Local::new(b"-", them as u64, Address::Ip("2001:db8::1".parse().unwrap()), &others);
            peer.bundle = Bundle::Ready;
            peer.previous = sent[them].as_deref().map(|previous| Sdp::parse(previous, &mut c).unwrap());
            let mut room = Vec::new();
            let answer = match peer.answer(&offer_sdp, &mut room) {
                Ok(answer) => answer.to_vec(),
                Err(error) => {
                    prop_assert_eq!(error.kind.as_str(), "nothing-in-common");
                    continue;
                }
            };
            assert_clean(&answer);
            prop_assert_eq!(broken(&offer, &answer), Vec::<String>::new());
            let answer_sdp = Sdp::parse(&answer, &mut d).unwrap();
            let ours = apply_answer(&offer_sdp, &answer_sdp).unwrap();
            let theirs = Agreement::new(&offer_sdp, &answer_sdp, Party::Answerer, &mut |_| false).unwrap();
            for (ours, theirs) in ours.streams().zip(theirs.streams()) {
                prop_assert_eq!(ours.direction(), theirs.direction().reversed());
                prop_assert_eq!(ours.rtcp_mux(), theirs.rtcp_mux());
                prop_assert_eq!(ours.ice(), theirs.ice());
                prop_assert_eq!(ours.role().map(|role| role.other()), theirs.role());
                let number = |format: &simdsip::sdp::offer::AgreedFormat<'_>| format.send.payload_type();
                prop_assert!(ours.formats().map(|format| number(&format)).eq(theirs.formats().map(|format| number(&format))));
            }
            (sent[us], sent[them]) = (Some(offer), Some(answer));
        }
    }
}
