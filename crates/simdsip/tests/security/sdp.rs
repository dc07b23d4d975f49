//! Advisories of session descriptions, and of writing them.

use simdsip::edit::{EditRoom, Splices};
use simdsip::sdp::{LineKind, Sdp, SdpIndex, SdpPatch, shape, typed};
use simdsip::{DefectCode, ErrorKind, LimitKind, Patch, Span};

use crate::{look, request};

const SESSION: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

/// Looks at a description of a session that begins well and goes on with `rest`.
#[track_caller]
fn described<T>(rest: &str, look: impl FnOnce(&Sdp<'_>) -> T) -> T {
    let bytes = format!("{SESSION}{rest}");
    let mut index = SdpIndex::new();
    look(&Sdp::parse(bytes.as_bytes(), &mut index).expect(rest))
}

fn codes(rest: &str) -> Vec<DefectCode> {
    described(rest, |sdp| sdp.defects().map(|defect| defect.code).collect())
}

#[test]
fn descriptions_that_end_within_a_line() {
    for (rest, kind, value, code) in [
        ("m=", LineKind::Media, "", DefectCode::SdpMedia),
        ("m", LineKind::Malformed, "m", DefectCode::SdpBadLine),
        ("m=audio", LineKind::Media, "audio", DefectCode::SdpMedia),
        ("=", LineKind::Malformed, "=", DefectCode::SdpBadLine),
    ] {
        described(rest, |sdp| {
            let last = sdp.lines().last().expect("a line");
            assert_eq!((last.kind(), last.value().bytes()), (kind, value.as_bytes()), "{rest}");
            assert_eq!(last.range().end, sdp.span().len());
        });
        assert!(codes(rest).contains(&code), "{rest}: {:?}", codes(rest));
    }
    for (rest, owed) in [
        ("\r", DefectCode::SdpTrailingBlank),
        ("\r\n", DefectCode::SdpTrailingBlank),
        ("\n\n", DefectCode::SdpTrailingBlank),
    ] {
        assert!(codes(rest).contains(&owed), "{rest:?}: {:?}", codes(rest));
    }
}

#[test]
fn numbers_of_media_lines_at_the_edges_of_every_width() {
    for number in
        ["0", "127", "255", "256", "65535", "65536", "4294967295", "4294967296", "18446744073709551616"]
    {
        let port = described(&format!("m=audio {number} RTP/AVP 0\r\n"), |sdp| {
            sdp.media().next().expect("one").media().expect("its line").port()
        });
        match number.parse::<u16>() {
            Ok(number) => assert_eq!(port, Ok(number)),
            Err(_) => assert_eq!(port.map_err(|error| error.kind), Err(ErrorKind::NumberRange)),
        }
        let line = format!("m=audio 9 RTP/AVP 0 {number}\r\n");
        let formats = described(&line, |sdp| {
            let line = sdp.media().next().expect("one").media().expect("its line");
            line.formats()
                .map(|format| String::from_utf8_lossy(format.bytes()).into_owned())
                .collect::<Vec<_>>()
        });
        assert_eq!(formats, ["0", number], "kept as it stands");
        let fits = number.parse::<u8>().is_ok_and(|number| number < 128);
        assert_eq!(codes(&line).contains(&DefectCode::SdpMedia), !fits, "{line} {:?}", codes(&line));
    }
    for count in ["4294967295", "65536"] {
        let ports = described(&format!("m=audio 1/{count} RTP/AVP 0\r\n"), |sdp| {
            sdp.media().next().expect("one").media().expect("its line").port_count()
        });
        assert_eq!(ports.map_err(|error| error.kind), Err(ErrorKind::NumberRange));
    }
}

#[test]
fn payload_types_outside_seven_bits_are_told_and_never_cut() {
    for number in ["-1", "95", "96", "127", "128", "255", "65535", "65536"] {
        let (fits, word) =
            (number.parse::<u8>().is_ok_and(|number| number < 128), number.parse::<u16>().ok());
        let text = [number, " telephone-event/8000"].concat();
        let map = shape::Rtpmap::parse(Span::new(text.as_bytes()).expect("short"));
        assert_eq!(map.ok().map(|map| map.payload_type()), word);
        let text = [number, " 0-15"].concat();
        let format = shape::FormatText::parse(Span::new(text.as_bytes()).expect("short")).expect("two words");
        assert_eq!(format.payload_type().ok(), word);
        let text = [number, " nack"].concat();
        let feedback = shape::RtcpFb::parse(Span::new(text.as_bytes()).expect("short")).expect("two words");
        assert_eq!(feedback.payload_type().ok(), word.map(Some));
        for attribute in ["rtpmap:{} a/8000", "fmtp:{} 0-15", "rtcp-fb:{} nack"] {
            let line = format!("m=audio 9 RTP/AVPF 0\r\na={}\r\n", attribute.replace("{}", number));
            let owed = if fits { DefectCode::SdpFormatUnlisted } else { DefectCode::SdpAttributeValue };
            assert!(codes(&line).contains(&owed), "{line} {:?}", codes(&line));
        }
    }
}

#[test]
fn attributes_without_a_name_or_half_of_their_value() {
    for (line, owed) in [
        ("a=\r\n", DefectCode::SdpAttributeName),
        ("a=", DefectCode::SdpAttributeName),
        ("a=:\r\n", DefectCode::SdpAttributeName),
        ("a=rtpmap\r\n", DefectCode::SdpAttributeValue),
        ("a=rtpmap:\r\n", DefectCode::SdpAttributeValue),
        ("a=rtpmap:0\r\n", DefectCode::SdpAttributeValue),
        ("a=fmtp:\r\n", DefectCode::SdpAttributeValue),
        ("a=rtcp-fb:96\r\n", DefectCode::SdpAttributeValue),
        ("a=rtcp-fb:*\r\n", DefectCode::SdpAttributeValue),
        ("a=rtcp-fb:\r\n", DefectCode::SdpAttributeValue),
    ] {
        let rest = ["m=audio 9 RTP/AVPF 0\r\n", line].concat();
        assert!(codes(&rest).contains(&owed), "{line}: {:?}", codes(&rest));
        described(&rest, |sdp| {
            let media = sdp.media().next().expect("one");
            let attribute = media.attributes().next().expect("the line is an attribute");
            if owed == DefectCode::SdpAttributeValue {
                attribute.typed().expect_err(line);
            }
            assert!(media.typed::<typed::Rtpmap>().is_err() == line.contains("rtpmap"), "{line}");
        });
    }
}

#[test]
fn media_descriptions_are_counted() {
    let bytes = format!("{SESSION}{}", "m=audio 9 RTP/AVP 0\r\n".repeat(100_000));
    let mut index = simdsip::sdp::GrowSdpIndex::new();
    let error = Sdp::parse(bytes.as_bytes(), &mut index).expect_err("100,000 media descriptions");
    assert_eq!(error.kind, ErrorKind::Limit(LimitKind::SdpLines));
    let few = format!("{SESSION}{}", "m=audio 9 RTP/AVP 0\r\n".repeat(65));
    let error = Sdp::parse(few.as_bytes(), &mut index).expect_err("one more than 64");
    assert_eq!(error.kind, ErrorKind::Limit(LimitKind::SdpMedia));
    assert_eq!(error.at, few.len() - "m=audio 9 RTP/AVP 0\r\n".len());
}

#[test]
fn fields_longer_than_any_buffer_are_whole() {
    let long = "f".repeat(300);
    let text = format!("{long} 1 UDP 1 {long} 9 typ host");
    let candidate =
        shape::Candidate::parse(Span::new(text.as_bytes()).expect("short")).expect("eight fields");
    assert_eq!((candidate.foundation(), candidate.address()), (long.as_bytes(), long.as_bytes()));
    let zones = "1 2 ".repeat(1_000);
    described(&format!("z={zones}\r\n"), |sdp| {
        let zone = sdp.session().lines().last().expect("z=").value();
        let adjustments: Vec<_> = simdsip::sdp::Zone::parse(zone).adjustments().collect();
        assert_eq!(adjustments, vec![Ok((1, 2)); 1_000]);
    });
}

/// A buffer that holds less than what is written is refused, untouched behind its end; one that fits is enough.
#[test]
fn what_is_written_fits_or_is_refused() {
    let bytes = format!("{SESSION}m=audio 4000 RTP/AVP 0 8\r\n");
    let (mut index, mut room) = (SdpIndex::new(), EditRoom::new());
    let sdp = Sdp::parse(bytes.as_bytes(), &mut index).expect("a description");
    let mut edits = Splices::new(&mut room, 0..bytes.len()).expect("room");
    let mut patch = SdpPatch::new(&sdp, &mut edits);
    patch.set_port(&sdp.media().next().expect("one"), 60_000).expect("room");
    let edited = edits.settle().expect("two edits apart").of(bytes.as_bytes()).expect("the same bytes");
    let whole = edited.to_vec();
    sweep(&whole, |out| edited.write_to(out));

    // Lists whose last element goes, and quotes at the very end.
    let message = request("Supported", "100rel, timer, \"x\"");
    look(&message, |message| {
        let mut room = EditRoom::new();
        let mut patch = Patch::new(message, &mut room).expect("room");
        patch.push_via(&[b"SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKnew"]).expect("room");
        patch.retain(b"Supported", |value| value.bytes() != b"timer").expect("room");
        let edited = patch.finish().expect("edits apart");
        let whole = edited.to_vec();
        sweep(&whole, |out| edited.write_to(out));
    });
}

#[track_caller]
fn sweep(whole: &[u8], write: impl Fn(&mut [u8]) -> Result<usize, simdsip::Error>) {
    for room in 0..whole.len() + 9 {
        let mut out = vec![0xee; whole.len() + 16];
        let written = write(&mut out[..room]);
        assert!(out[room..].iter().all(|byte| *byte == 0xee), "beyond {room}");
        match written {
            Ok(len) => assert_eq!((&out[..len], room >= whole.len()), (whole, true)),
            Err(error) => {
                assert!(room < whole.len() && error.kind == ErrorKind::Room, "{room}: {error}");
            }
        }
    }
}
