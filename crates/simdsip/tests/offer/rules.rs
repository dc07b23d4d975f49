//! Each rule broken alone: told by its name, at its place, and tolerated where one asks for it.

use simdsip::sdp::offer::{Agreement, Codec, Local, Party, Rule, Stream, apply_answer, check_offer};
use simdsip::sdp::{GrowSdpIndex, Sdp};
use simdsip::{Error, ErrorKind};

use super::profiles::HERE;

const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
const PRINT: &str = "a=fingerprint:sha-256 4A:AD\r\n";
const CREDENTIALS: &str = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\n";

fn applied(offer: &str, answer: &str) -> Result<(), Error> {
    let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
    let (offer, answer) =
        (Sdp::parse(offer.as_bytes(), &mut a).unwrap(), Sdp::parse(answer.as_bytes(), &mut b).unwrap());
    let strict = apply_answer(&offer, &answer).map(drop);
    let mut told = Vec::new();
    let mut tolerate = |error| {
        told.push(error);
        true
    };
    let tolerant = Agreement::new(&offer, &answer, Party::Offerer, &mut tolerate);
    match strict {
        Ok(()) => assert!(told.is_empty() && tolerant.is_ok()),
        // What is refused strictly is the first that is told, or cannot be tolerated.
        Err(error) => assert!(told.first() == Some(&error) || tolerant.is_err()),
    }
    strict
}

/// The offer's and the answer's media, without the head that both have, and what shows where.
#[track_caller]
fn breaks(rule: Rule, offer: &str, answer: &str, place: &str) {
    let (offer, answer) = (format!("{HEAD}{offer}"), format!("{HEAD}{answer}"));
    let error = applied(&offer, &answer).expect_err(rule.as_str());
    assert_eq!(error.kind, ErrorKind::Rule(rule), "{error}");
    assert!(answer[error.at..].starts_with(place), "{error}: {:?}", &answer[error.at..]);
}

#[track_caller]
fn keeps(offer: &str, answer: &str) {
    applied(&format!("{HEAD}{offer}"), &format!("{HEAD}{answer}")).expect("no rule is broken");
}

const AUDIO: &str = "m=audio 4000 RTP/AVP 0\r\n";

#[test]
fn rfc3264_6_media_answer_media_one_for_one() {
    keeps(AUDIO, AUDIO);
    breaks(Rule::AnswerMediaCount, AUDIO, "", "");
    breaks(Rule::AnswerMediaCount, AUDIO, &AUDIO.repeat(2), AUDIO);
    breaks(Rule::AnswerKind, AUDIO, "m=video 4000 RTP/AVP 0\r\n", "m=video");
    breaks(Rule::AnswerProto, AUDIO, "m=audio 4000 RTP/SAVP 0\r\n", "RTP/SAVP");
    breaks(Rule::MediaLine, AUDIO, "m=audio 4000 RTP/AVP\r\n", "m=audio");
    breaks(Rule::AnswerRevived, "m=audio 0 RTP/AVP 0\r\n", AUDIO, "4000");
    let answer = format!("{HEAD}{AUDIO}").replace("t=0 0", "t=0 9");
    let error = applied(&format!("{HEAD}{AUDIO}"), &answer).unwrap_err();
    assert_eq!((error.kind, &answer[error.at..error.at + 5]), (ErrorKind::Rule(Rule::AnswerTiming), "t=0 9"));
}

#[test]
fn rfc3264_6_1_directions_and_formats_fit() {
    let with = |line: &str| format!("{AUDIO}{line}\r\n");
    for (offered, allowed) in [
        ("a=sendrecv", &["a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"][..]),
        ("a=sendonly", &["a=recvonly", "a=inactive"]),
        ("a=recvonly", &["a=sendonly", "a=inactive"]),
        ("a=inactive", &["a=inactive"]),
    ] {
        for answered in ["a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"] {
            if allowed.contains(&answered) {
                keeps(&with(offered), &with(answered));
            } else {
                breaks(Rule::AnswerDirection, &with(offered), &with(answered), &answered[2..]);
            }
        }
    }
    breaks(Rule::AnswerFormats, AUDIO, "m=audio 4000 RTP/AVP 8\r\n", "8");
    // More than was offered may stand there, and the number may change with the codec.
    keeps(AUDIO, "m=audio 4000 RTP/AVP 8 99\r\na=rtpmap:99 PCMU/8000\r\n");
    breaks(Rule::AnswerFormats, AUDIO, "m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/16000\r\n", "0");
    breaks(Rule::AnswerFormats, "m=image 1 udptl t38\r\n", "m=image 1 udptl x\r\n", "x");
    let group = |at: &str| with(&format!("c=IN IP4 {at}"));
    breaks(Rule::AnswerUnicast, AUDIO, &group("224.2.1.1/127"), "224.2.1.1");
}

#[test]
fn rfc5888_9_1_mids_are_repeated() {
    let with = |mid: &str| format!("{AUDIO}a=mid:{mid}\r\n");
    keeps(&with("a"), &with("a"));
    breaks(Rule::AnswerMid, &with("a"), &with("b"), "b");
    breaks(Rule::AnswerMid, &with("a"), AUDIO, "m=audio");
    keeps(&with("a"), "m=audio 0 RTP/AVP 0\r\n"); // refused: attributes may be left out
}

fn bundle(group: &str, first: &str, second: &str) -> String {
    let mux = if first.contains(" 0 ") { "" } else { "a=rtcp-mux\r\n" };
    let group = if group.is_empty() { String::new() } else { format!("a=group:BUNDLE {group}\r\n") };
    format!("{group}m=audio {first}\r\na=mid:a\r\n{mux}m=video {second}\r\na=mid:b\r\n{mux}")
}

#[test]
fn rfc8843_7_3_groups_are_of_offered_and_accepted_media() {
    let offer = bundle("a b", "1 RTP/AVP 0", "2 RTP/AVP 31");
    keeps(&offer, &bundle("a b", "1 RTP/AVP 0", "1 RTP/AVP 31"));
    keeps(&offer, &bundle("a", "1 RTP/AVP 0", "0 RTP/AVP 31"));
    keeps(&offer, &bundle("", "1 RTP/AVP 0", "2 RTP/AVP 31"));
    breaks(Rule::AnswerBundle, &offer, &bundle("a b", "1 RTP/AVP 0", "0 RTP/AVP 31"), "b");
    breaks(Rule::AnswerBundle, &offer, &bundle("a x", "1 RTP/AVP 0", "1 RTP/AVP 31"), "x");
    let apart = bundle("a", "1 RTP/AVP 0", "2 RTP/AVP 31");
    breaks(Rule::AnswerBundle, &apart, &bundle("a b", "1 RTP/AVP 0", "1 RTP/AVP 31"), "b");
    let answer = bundle("a b", "1 RTP/AVP 0", "1 RTP/AVP 31").replace("a=rtcp-mux\r\n", "");
    breaks(Rule::BundleWithoutMux, &offer, &answer, "m=audio");
    let only = offer.replace("m=video 2", "m=video 0") + "a=bundle-only\r\n";
    keeps(&only, &bundle("a b", "1 RTP/AVP 0", "1 RTP/AVP 31"));
    breaks(Rule::AnswerBundleOnly, &only, &bundle("a", "1 RTP/AVP 0", "2 RTP/AVP 31"), "2");
}

#[test]
fn rfc5761_5_1_1_mux_is_offered_first() {
    let muxed = format!("{AUDIO}a=rtcp-mux\r\n");
    keeps(&muxed, &muxed);
    keeps(&muxed, AUDIO);
    breaks(Rule::AnswerRtcpMux, AUDIO, &muxed, "rtcp-mux");
}

#[test]
fn rfc4145_4_1_roles_of_setup_fit() {
    let with = |role: &str| format!("m=message 9 TCP/MSRP *\r\na=setup:{role}\r\n");
    for (offered, allowed) in [
        ("active", &["passive", "holdconn"][..]),
        ("passive", &["active", "holdconn"]),
        ("actpass", &["active", "passive", "holdconn"]),
        ("holdconn", &["holdconn"]),
    ] {
        for answered in ["active", "passive", "actpass", "holdconn"] {
            if allowed.contains(&answered) {
                keeps(&with(offered), &with(answered));
            } else {
                breaks(Rule::AnswerSetup, &with(offered), &with(answered), "setup:");
            }
        }
    }
    let silent = "m=message 9 TCP/MSRP *\r\n"; // active in an offer, passive in an answer (§4)
    keeps(silent, silent);
    breaks(Rule::AnswerSetup, &with("passive"), silent, "m=message");
}

#[test]
fn rfc8842_5_3_dtls_has_a_fingerprint() {
    let dtls = |more: &str| format!("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n{more}");
    let offer = dtls(&format!("{PRINT}a=setup:actpass\r\n"));
    keeps(&offer, &dtls(&format!("{PRINT}a=setup:active\r\n")));
    breaks(Rule::Fingerprint, &offer, &dtls("a=setup:active\r\n"), "m=audio");
    breaks(Rule::AnswerSetup, &offer, &dtls(&format!("{PRINT}a=setup:actpass\r\n")), "setup:actpass");
}

#[test]
fn rfc8839_4_3_2_ice_is_answered_where_it_is_offered() {
    let with = |more: &str| format!("{AUDIO}{more}");
    keeps(&with(CREDENTIALS), &with(CREDENTIALS));
    keeps(&with(CREDENTIALS), AUDIO);
    breaks(Rule::AnswerIce, AUDIO, &with(CREDENTIALS), "ice-ufrag");
    breaks(Rule::AnswerIce, &with(CREDENTIALS), &with("a=ice-ufrag:abcd\r\n"), "ice-ufrag");
}

#[test]
fn rfc8285_6_extensions_keep_their_identifiers() {
    let with = |map: &str| format!("{AUDIO}a=extmap:{map}\r\n");
    keeps(&with("4 urn:a:b"), &with("4 urn:a:b"));
    keeps(&with("4100 urn:a:b"), &with("4 urn:a:b"));
    breaks(Rule::AnswerExtmap, &with("4 urn:a:b"), &with("5 urn:a:b"), "extmap:5");
    breaks(Rule::AnswerExtmap, &with("4 urn:a:b"), &with("4 urn:a:c"), "extmap:4");
}

#[test]
fn rfc4568_5_1_2_keys_have_the_offered_tag_and_suite() {
    let with = |more: &str| format!("m=audio 9 RTP/SAVP 0\r\n{more}");
    let key = |tag: &str| with(&format!("a=crypto:{tag} AES_CM_128_HMAC_SHA1_80 inline:xyz\r\n"));
    keeps(&key("1"), &key("1"));
    breaks(Rule::AnswerCrypto, &key("1"), &key("2"), "crypto:2");
    breaks(Rule::AnswerCrypto, &key("1"), &with(""), "m=audio");
    keeps(&with(&format!("{PRINT}a=setup:actpass\r\n")), &with(&format!("{PRINT}a=setup:active\r\n")));
}

#[track_caller]
fn refuses(rule: Rule, offer: &str, place: &str) {
    let mut index = GrowSdpIndex::new();
    let offer = format!("{HEAD}{offer}");
    let sdp = Sdp::parse(offer.as_bytes(), &mut index).unwrap();
    let codecs = [Codec::PCMU];
    let streams = [Stream::rtp(b"audio", 4_000, &codecs), Stream::rtp(b"audio", 4_002, &codecs)];
    let mut room = [0; 1024];
    let error = Local::new(b"-", 1, HERE, &streams).answer(&sdp, &mut room[..]).expect_err(rule.as_str());
    assert_eq!(error.kind, ErrorKind::Rule(rule));
    assert!(offer[error.at..].starts_with(place), "{:?}", &offer[error.at..]);
    assert!(rule.status().is_some());
}

#[test]
fn rfc3264_6_1_what_cannot_be_answered_is_refused_by_name() {
    refuses(Rule::MediaLine, "m=audio 4000 RTP/AVP\r\n", "m=audio");
    refuses(Rule::NothingInCommon, "m=audio 4000 RTP/AVP 18\r\n", "v=0");
    let twice = format!("{AUDIO}a=mid:x\r\n{AUDIO}a=mid:x\r\n");
    refuses(Rule::Mid, &twice, "x\r\n");
}

#[test]
fn rfc3312_8_mandatory_preconditions_are_not_passed_over() {
    let offer = format!("{AUDIO}a=curr:qos e2e none\r\na=des:qos mandatory e2e sendrecv\r\n");
    refuses(Rule::PreconditionUnmet, &offer, "qos mandatory");
    assert_eq!(Rule::PreconditionUnmet.status(), Some(580));
    let mut index = GrowSdpIndex::new();
    let offer = format!("{HEAD}{offer}");
    let sdp = Sdp::parse(offer.as_bytes(), &mut index).unwrap();
    let codecs = [Codec::PCMU];
    let mut stream = Stream::rtp(b"audio", 4_000, &codecs);
    stream.preconditions = true;
    stream.attributes =
        &[(b"curr", b"qos e2e none"), (b"des", b"qos mandatory e2e sendrecv"), (b"conf", b"qos e2e recv")];
    let (streams, mut room) = ([stream], [0; 1024]);
    let answer = Local::new(b"-", 1, HERE, &streams).answer(&sdp, &mut room[..]).unwrap();
    assert!(answer.ends_with(b"a=des:qos mandatory e2e sendrecv\r\na=conf:qos e2e recv\r\n"));
}

#[test]
fn rfc3264_8_later_offers_change_by_the_rules() {
    let before = format!("{HEAD}{AUDIO}m=audio 5000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n");
    let check = |now: &str| {
        let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
        let before = Sdp::parse(before.as_bytes(), &mut a).unwrap();
        let now = Sdp::parse(now.as_bytes(), &mut b).unwrap();
        check_offer(&before, &now, &mut |_| false).map_err(|error| error.kind)
    };
    let next = before.replace("o=- 1 1 ", "o=- 1 2 ");
    assert_eq!(check(&before), Ok(()));
    assert_eq!(check(&next), Ok(()));
    let broken = |rule| Err(ErrorKind::Rule(rule));
    assert_eq!(check(&before.replace("4000", "4002")), broken(Rule::VersionStep));
    assert_eq!(check(&before.replace("o=- 1 1 ", "o=- 1 3 ")), broken(Rule::VersionStep));
    assert_eq!(check(&next.replace("o=- 1", "o=- 2")), broken(Rule::OriginChanged));
    assert_eq!(check(&format!("{HEAD}{AUDIO}").replace("1 1 IN", "1 2 IN")), broken(Rule::MediaRemoved));
    assert_eq!(check(&next.replace("opus/48000/2", "L16/48000/2")), broken(Rule::PayloadTypeReused));
    assert_eq!(check(&next.replace("RTP/AVP 96", "RTP/AVP 96 97\r\na=rtpmap:97 opus/48000/2")), Ok(()));
}

#[test]
fn buffers_of_any_length_hold_the_answer_or_say_how_much_they_must() {
    let mut index = GrowSdpIndex::new();
    let offer = format!("{HEAD}{AUDIO}");
    let sdp = Sdp::parse(offer.as_bytes(), &mut index).unwrap();
    let codecs = [Codec::PCMU];
    let streams = [Stream::rtp(b"audio", 4_000, &codecs)];
    let local = Local::new(b"-", 1, HERE, &streams);
    let mut whole = Vec::new();
    let whole = local.answer(&sdp, &mut whole).unwrap();
    for len in 0..=whole.len() + 1 {
        let mut room = vec![0; len];
        match local.answer(&sdp, &mut room[..]) {
            Ok(answer) => assert_eq!(answer, whole),
            Err(error) => {
                assert!(len < whole.len() && error.at > len && error.at <= whole.len());
                assert_eq!(error.kind, ErrorKind::Room);
            }
        }
    }
}

/// Two provisional responses with descriptions, the first of which breaks a rule: nothing of it is left in the second.
#[test]
fn an_answer_that_fails_spoils_no_later_one() {
    let offer = format!("{HEAD}m=audio 4000 RTP/AVP 0 8\r\n");
    let answers =
        ["m=audio 5000 RTP/AVP 99\r\n", "m=audio 6000 RTP/AVP 8\r\n"].map(|media| format!("{HEAD}{media}"));
    let (mut a, mut b) = (GrowSdpIndex::new(), GrowSdpIndex::new());
    let offer = Sdp::parse(offer.as_bytes(), &mut a).unwrap();
    for _ in 0..2 {
        let failed = Sdp::parse(answers[0].as_bytes(), &mut b).unwrap();
        assert!(matches!(apply_answer(&offer, &failed), Err(Error { kind: ErrorKind::Rule(_), .. })));
        let agreed = Sdp::parse(answers[1].as_bytes(), &mut b).unwrap();
        let agreement = apply_answer(&offer, &agreed).unwrap();
        let stream = agreement.streams().next().unwrap();
        assert!(stream.formats().map(|format| format.send.payload_type()).eq([8]));
    }
}
