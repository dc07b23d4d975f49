//! Edits of descriptions against the twin, alone and in a message; and what others got wrong.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;

use simdsip::edit::{EditRoom, GrowRoom, Splices};
use simdsip::sdp::{GrowSdpIndex, Media, Sdp, SdpIndex, SdpPatch, Section};
use simdsip::{Error, ErrorKind, Index, Limits, Parser, Patch};

use super::edit_twin::{Op, Twin};
use super::generate::{change, changes, description, soup};

const ADDRESSES: &[&str] = &["198.51.100.7", "2001:db8::7"];

/// Lines that the generator of descriptions does not make.
const MORE: &[&str] = &[
    "a=rtpmap:97 rtx/90000",
    "a=fmtp:97 apt=96",
    "a=fmtp:97 rtx-time=3000; apt=31",
    "a=rtpmap:101 red/8000",
    "a=fmtp:101 0/96",
    "a=framesize:96 176-144",
    "a=mid:1",
    "a=group:BUNDLE 1 0 1 ",
    "a=group:LS 0 1",
    "c=IN IP4 203.0.113.9/127",
    "m=video 9/2 RTP/AVP 97 96 31 97 300 x 101 ",
    "m=audio  7\tRTP/AVP\t 0  101",
    "a=",
    "",
];

fn op() -> impl Strategy<Value = Op> {
    let section = 0usize..5;
    let media = 1usize..5;
    prop_oneof![
        (section.clone(), select(ADDRESSES)).prop_map(|(at, address)| Op::Connection(at, address)),
        (media.clone(), select(ADDRESSES)).prop_map(|(at, address)| Op::AddConnection(at, address)),
        select(ADDRESSES).prop_map(Op::Origin),
        any::<u64>().prop_map(Op::Version),
        (media.clone(), any::<u16>()).prop_map(|(at, port)| Op::Port(at, port)),
        media.clone().prop_map(Op::Reject),
        media.clone().prop_map(Op::RemoveMedia),
        (section.clone(), select(&["sendonly", "x-1"][..]), select(&[None, Some("v w"), Some("")][..]))
            .prop_map(|(at, name, value)| Op::Add(at, name, value)),
        (section.clone(), 0usize..6, select(&["1", "BUNDLE 0"][..]))
            .prop_map(|(at, attribute, value)| Op::Set(at, attribute, value)),
        (section, 0usize..8).prop_map(|(at, attribute)| Op::Remove(at, attribute)),
        (media, any::<u16>()).prop_map(|(at, keep)| Op::Retain(at, keep)),
    ]
}

fn section<'b>(sdp: &Sdp<'b>, at: usize) -> Option<Section<'b>> {
    at.checked_sub(1).map_or(Some(sdp.session()), |at| media(sdp, at + 1).map(|media| *media))
}

fn media<'b>(sdp: &Sdp<'b>, at: usize) -> Option<Media<'b>> {
    sdp.media().nth(at - 1)
}

/// Does it; `None` where there is no such section or attribute.
fn apply<'b>(sdp: &Sdp<'b>, patch: &mut SdpPatch<'b, '_, '_, '_>, op: &Op) -> Option<Result<(), Error>> {
    Some(match *op {
        Op::Connection(at, address) => {
            patch.set_connection(&section(sdp, at)?, address.parse().unwrap()).map(drop)
        }
        Op::AddConnection(at, address) => patch.add_connection(&media(sdp, at)?, address.parse().unwrap()),
        Op::Origin(address) => patch.set_origin_address(address.parse().unwrap()).map(drop),
        Op::Version(version) => patch.set_session_version(version).map(drop),
        Op::Port(at, port) => patch.set_port(&media(sdp, at)?, port),
        Op::Reject(at) => patch.reject_media(&media(sdp, at)?),
        Op::RemoveMedia(at) => patch.remove_media(&media(sdp, at)?),
        Op::Add(at, name, None) => patch.add_attribute(&section(sdp, at)?, name.as_bytes(), &[]),
        Op::Add(at, name, Some(value)) => {
            patch.add_attribute(&section(sdp, at)?, name.as_bytes(), &[value.as_bytes()])
        }
        Op::Set(at, attribute, value) => {
            patch.set_attribute(&section(sdp, at)?.attributes().nth(attribute)?, value.as_bytes())
        }
        Op::Remove(at, attribute) => patch.remove_attribute(&section(sdp, at)?.attributes().nth(attribute)?),
        Op::Retain(at, keep) => {
            patch.retain_formats(&media(sdp, at)?, |number, _| keep & 1 << (number % 16) != 0).map(drop)
        }
    })
}

/// Does those that can be done, in both.
fn run<'b>(sdp: &Sdp<'b>, patch: &mut SdpPatch<'b, '_, '_, '_>, twin: &mut Twin, ops: &[Op]) {
    let mut retained = Vec::new();
    for op in ops {
        if let Op::Retain(at, _) = op {
            if retained.contains(at) {
                continue;
            }
            retained.push(*at);
        }
        // A user name with spaces is for the tests of reading.
        let odd = sdp.session().origin().is_ok_and(|origin| {
            origin.is_some_and(|origin| origin.username().iter().any(u8::is_ascii_whitespace))
        });
        if odd && matches!(op, Op::Origin(_) | Op::Version(_)) {
            continue;
        }
        if let Some(done) = apply(sdp, patch, op) {
            assert_eq!(done.is_ok(), twin.apply(op), "{op:?}: {done:?}");
        }
    }
}

fn compare(bytes: &[u8], ops: &[Op]) {
    let (mut index, mut room) = (GrowSdpIndex::new(), GrowRoom::new());
    let sdp = Sdp::parse(bytes, &mut index).unwrap();
    let mut twin = Twin::of(bytes);
    let mut edits = Splices::new(&mut room, 0..bytes.len()).unwrap();
    run(&sdp, &mut SdpPatch::new(&sdp, &mut edits), &mut twin, ops);
    let edited = edits.settle().unwrap().of(bytes).unwrap().to_vec();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(text(&edited), text(&twin.write()), "of {:?}", text(bytes));
    assert_eq!(edited, twin.write());

    // The same in a message, whose length follows.
    let head =
        |len: usize| format!("INVITE sip:b SIP/2.0\r\nc: application/sdp\r\nl: {len}\r\n\r\n").into_bytes();
    let message = [&head(bytes.len()), bytes].concat();
    let (mut headers, mut room) = (Index::new(), GrowRoom::new());
    let message = Parser::default().parse(&message, &mut headers).unwrap();
    let sdp = message.sdp(&mut index).unwrap().unwrap();
    let mut patch = Patch::new(&message, &mut room).unwrap();
    run(&sdp, &mut SdpPatch::new(&sdp, patch.splices()), &mut Twin::of(bytes), ops);
    let wanted = [&head(edited.len()), &edited[..]].concat();
    assert_eq!(text(&patch.finish().unwrap().to_vec()), text(&wanted));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn edits_are_those_of_the_twin(
        mut bytes in description(),
        more in prop::collection::vec((any::<prop::sample::Index>(), select(MORE)), 0..9),
        spoiled in prop_oneof![3 => Just(Vec::new()), 1 => changes()],
        open in any::<bool>(),
        ops in prop::collection::vec(op(), 0..9),
    ) {
        for (at, line) in more {
            let starts: Vec<usize> = (1..=bytes.len()).filter(|at| bytes[at - 1] == b'\n').collect();
            let at = *at.get(&starts);
            bytes.splice(at..at, format!("{line}\r\n").into_bytes());
        }
        if open {
            bytes.pop();
        }
        // A stray CR belongs to some words and not to others, as views differ; that of the last line is its end.
        let mut bytes = change(bytes, &spoiled);
        for at in (1..bytes.len()).rev() {
            if bytes[at - 1] == b'\r' && bytes[at] != b'\n' {
                bytes.remove(at - 1);
            }
        }
        compare(&bytes, &ops);
    }

    #[test]
    fn edits_of_any_bytes_are_those_of_the_twin(bytes in soup(), ops in prop::collection::vec(op(), 0..9)) {
        compare(&bytes, &ops);
    }
}

/// What is left of `bytes` without that payload type; `None` where the media is refused instead.
fn without(bytes: &str, payload_type: u8) -> (String, usize) {
    let (mut index, mut room) = (SdpIndex::new(), EditRoom::new());
    let sdp = Sdp::parse(bytes.as_bytes(), &mut index).unwrap();
    let mut edits = Splices::new(&mut room, 0..bytes.len()).unwrap();
    let mut patch = SdpPatch::new(&sdp, &mut edits);
    let media = sdp.media().next().unwrap();
    let left = patch.retain_formats(&media, |number, _| number != payload_type).unwrap();
    let out = edits.settle().unwrap().of(bytes.as_bytes()).unwrap().to_vec();
    (String::from_utf8(out).unwrap(), left)
}

#[test]
fn rfc3264_6_the_last_payload_type_is_not_taken_but_the_media_refused() {
    for (bytes, wanted) in [
        ("m=audio 4000 RTP/AVP 18\r\n", "m=audio 0 RTP/AVP 18\r\n"),
        ("m=audio 4000 RTP/AVP 18 \r\na=sendrecv\r\n", "m=audio 0 RTP/AVP 18 \r\na=sendrecv\r\n"),
        ("m=audio 4000/2 RTP/AVP 18 18", "m=audio 0 RTP/AVP 18 18"),
        ("m=audio 4000 RTP/AVP", "m=audio 0 RTP/AVP"),
    ] {
        assert_eq!(without(bytes, 18), (wanted.to_owned(), 0));
    }
}

#[test]
fn payload_types_go_with_what_is_said_of_them_and_nothing_else() {
    for (bytes, wanted, left) in [
        // No rtpmap, a trailing space, twice the same, none of it.
        ("m=audio 1 RTP/AVP 0 18 \r\n", "m=audio 1 RTP/AVP 0 \r\n", 1),
        ("m=audio 1 RTP/AVP 18 8 18\n", "m=audio 1 RTP/AVP 8\n", 1),
        ("m=audio 1 RTP/AVP 0 8\n", "m=audio 1 RTP/AVP 0 8\n", 2),
        // 18 within other numbers, at the ends of lines, without a value.
        (
            "m=audio 1 RTP/AVP 118 18 180\r\na=rtpmap:118 x/1\r\na=fmtp:18\r\na=rtpmap: 18 G729\r\na=fmtp:181 18\r\n",
            "m=audio 1 RTP/AVP 118 180\r\na=rtpmap:118 x/1\r\na=fmtp:181 18\r\n",
            2,
        ),
        (
            "m=audio 1 RTP/AVP 0 18\na=\na=rtpmap\na=rtpmap:\na=rtpmap:18",
            "m=audio 1 RTP/AVP 0\na=\na=rtpmap\na=rtpmap:\n",
            1,
        ),
        // Numbers that are no payload types stay, whatever they are modulo 256.
        (
            "m=audio 1 RTP/AVP 18 274 4294967314 -238 x18\r\na=fmtp:274 a\r\n",
            "m=audio 1 RTP/AVP 274 4294967314 -238 x18\r\na=fmtp:274 a\r\n",
            4,
        ),
        // The next media description has its own.
        (
            "m=audio 1 RTP/AVP 18 0\r\na=rtcp-fb:18 nack\r\na=rtcp-fb:* nack\r\nm=audio 2 RTP/AVP 18\r\na=fmtp:18 annexb=no\r\n",
            "m=audio 1 RTP/AVP 0\r\na=rtcp-fb:* nack\r\nm=audio 2 RTP/AVP 18\r\na=fmtp:18 annexb=no\r\n",
            1,
        ),
        // What served it goes too (RFC 4588 §8.6, RFC 2198 §5).
        (
            "m=video 1 RTP/SAVPF 18 97 98 99\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=18\r\na=rtpmap:98 rtx/90000\r\n\
             a=fmtp:98 apt=99;rtx-time=18\r\na=rtpmap:99 VP8/90000\r\n",
            "m=video 1 RTP/SAVPF 98 99\r\na=rtpmap:98 rtx/90000\r\na=fmtp:98 apt=99;rtx-time=18\r\na=rtpmap:99 VP8/90000\r\n",
            2,
        ),
        // And what retransmits that.
        (
            "m=audio 9 RTP/AVP 18 63 64 0\r\na=fmtp:64 apt=63\r\na=rtpmap:63 red/8000\r\na=fmtp:63 18/18\r\na=rtpmap:64 rtx/8000\r\n",
            "m=audio 9 RTP/AVP 0\r\n",
            1,
        ),
        (
            "m=audio 1 RTP/AVP 63 18 0\r\na=rtpmap:63 RED/8000\r\na=fmtp:63 0/18\r\n",
            "m=audio 1 RTP/AVP 0\r\n",
            1,
        ),
    ] {
        assert_eq!(without(bytes, 18), (wanted.to_owned(), left), "{bytes:?}");
    }
}

#[test]
fn text_that_would_break_out_of_its_line_is_refused() {
    let bytes = b"v=0\r\nm=audio 1 RTP/AVP 0\r\na=ptime:20\r\n";
    let (mut index, mut other, mut room) = (SdpIndex::new(), SdpIndex::new(), EditRoom::new());
    let sdp = Sdp::parse(bytes, &mut index).unwrap();
    let copy = bytes.to_vec();
    let stranger = Sdp::parse(&copy, &mut other).unwrap();
    let mut edits = Splices::new(&mut room, 0..bytes.len()).unwrap();
    let mut patch = SdpPatch::new(&sdp, &mut edits);
    let media = sdp.media().next().unwrap();
    let ptime = media.attributes().next().unwrap();
    let kind = |result: Result<(), Error>| result.unwrap_err().kind;
    for bad in [&b"a\r\nm=audio 9 RTP/AVP 0"[..], b"\n", b"\r", b"\0", b"a\x7f"] {
        assert_eq!(kind(patch.add_attribute(&media, b"x", &[b"ok", bad])), ErrorKind::Text);
        assert_eq!(kind(patch.set_attribute(&ptime, bad)), ErrorKind::Text);
        assert_eq!(kind(patch.add_attribute(&media, bad, &[])), ErrorKind::Token);
    }
    assert_eq!(kind(patch.add_attribute(&media, b"x:y", &[])), ErrorKind::Token);
    assert_eq!(kind(patch.set_attribute(&ptime, b"")), ErrorKind::Value);
    // Those of another description, be it the same.
    let other = stranger.media().next().unwrap();
    assert_eq!(kind(patch.set_port(&other, 9)), ErrorKind::Range);
    assert_eq!(kind(patch.reject_media(&other)), ErrorKind::Range);
    assert_eq!(kind(patch.remove_attribute(&other.attributes().next().unwrap())), ErrorKind::Range);
    assert_eq!(kind(patch.add_attribute(&stranger.session(), b"x", &[])), ErrorKind::Range);
    // Lines that are too long; one `c=` is enough.
    assert!(matches!(kind(patch.set_attribute(&ptime, &[b'x'; 8_192])), ErrorKind::Limit(_)));
    assert!(edits.is_empty(), "what is refused changes nothing");
}

#[test]
fn descriptions_of_other_projects_are_edited_as_the_twin_does() {
    let Some(shared) = simdsip_corpus::shared_or_skip("edits of the descriptions of corpora/sdp") else {
        return;
    };
    let ops = |section| {
        let sure = [
            Op::Connection(section, ADDRESSES[section % 2]),
            Op::Add(section, "x-1", Some("v")),
            Op::Remove(section, 1),
            Op::Set(section, 2, "1"),
        ];
        let media = [
            Op::Port(section, 30_000),
            Op::Retain(section, 0x5a5a),
            Op::AddConnection(section, ADDRESSES[0]),
        ];
        sure.into_iter().chain(media.into_iter().filter(move |_| section > 0))
    };
    let ops: Vec<Op> = (0..4).flat_map(ops).chain([Op::Reject(4), Op::RemoveMedia(5)]).collect();
    let mut count = 0;
    for folder in ["corpora/sdp", "corpora/recorded/sdp"] {
        for path in simdsip_corpus::files(&shared.join(folder)) {
            let Ok(bytes) = std::fs::read(&path) else { continue };
            // Larger ones go beyond the limits of a message.
            if path.extension().is_some_and(|end| end == "sdp" || end == "txt") && bytes.len() < 30_000 {
                compare(&bytes, &ops);
                count += 1;
            }
        }
    }
    println!("{count} edited");
    assert!(count > 300, "{count}");
}

/// Every change of one media description with `count` formats, and as many attributes of them.
fn time(count: usize) -> Duration {
    let formats: String = (0..count).map(|at| format!(" {}", at % 128)).collect();
    let rows = (0..count).map(|at| {
        let name = ["rtpmap", "fmtp", "rtcp-fb"][at % 3];
        format!("a={name}:{} rtx/90000\r\na=fmtp:{} apt={}\r\n", at % 128, at % 128, at % 64)
    });
    let text = format!(
        "v=0\r\na=group:BUNDLE{formats}\r\nm=audio 9 RTP/AVP{formats}\r\na=mid:7\r\n{}",
        rows.collect::<String>()
    );
    let (mut index, mut room) = (GrowSdpIndex::new().with_limits(&Limits::unlimited()), GrowRoom::new());
    let sdp = Sdp::parse(text.as_bytes(), &mut index).unwrap();
    let begin = Instant::now();
    let mut edits = Splices::new(&mut room, 0..text.len()).unwrap();
    let mut patch = SdpPatch::new(&sdp, &mut edits);
    let media = sdp.media().next().unwrap();
    assert!(patch.retain_formats(&media, |number, _| number % 4 == 3).unwrap() > 0);
    media.attributes().for_each(|attribute| patch.set_attribute(&attribute, b"1").unwrap());
    media.attributes().for_each(|attribute| patch.remove_attribute(&attribute).unwrap());
    patch.reject_media(&media).unwrap();
    assert!(edits.settle().unwrap().len() < text.len());
    begin.elapsed()
}

/// Eight times as many take eight times the time, some more to be sorted, and more on a busy machine; squared it were
/// sixty-four.
#[test]
fn ten_thousand_edits_are_linear() {
    let mut last = Default::default();
    let linear = (0..20).any(|_| {
        last = (time(1_250), time(10_000));
        last.1 < last.0 * 32 + Duration::from_micros(500)
    });
    assert!(linear, "1,250: {:?}, 10,000: {:?}", last.0, last.1);
    println!("1,250: {:?}, 10,000: {:?}", last.0, last.1);
}
