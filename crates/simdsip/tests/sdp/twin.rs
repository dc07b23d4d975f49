//! A plain reader that goes byte by byte, beside the real one: equal on generated descriptions, mutations and every prefix.

use proptest::prelude::*;
use simdsip::sdp::{GrowSdpIndex, LineKind, Sdp, SdpIndex};
use simdsip::{Backend, ErrorKind, LimitKind, Limits};

use super::{assert_equal, generate, plain, walk};

fn every_backend(bytes: &[u8]) {
    let mut seen = None;
    for backend in Backend::available() {
        let mut index = GrowSdpIndex::new().with_limits(&Limits::unlimited()).with_backend(backend);
        let sdp = Sdp::parse(bytes, &mut index).expect("nothing is refused without limits");
        assert_equal(bytes, &sdp);
        let found = (walk(bytes, &sdp), sdp.defects().collect::<Vec<_>>());
        assert_eq!(*seen.get_or_insert(found.clone()), found, "{backend}");
        let mut fixed = SdpIndex::<300>::sized().with_limits(&Limits::unlimited()).with_backend(backend);
        match Sdp::parse(bytes, &mut fixed) {
            Ok(sdp) => assert_equal(bytes, &sdp),
            Err(error) => {
                let lines = plain(bytes);
                assert_eq!((error.kind, error.at), (ErrorKind::Limit(LimitKind::SdpIndex), lines[300].start));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn generated_descriptions_are_read_as_the_plain_reader_does(bytes in generate::description()) {
        every_backend(&bytes);
    }

    #[test]
    fn mutated_ones_too(bytes in generate::description(), changes in generate::changes()) {
        every_backend(&generate::change(bytes, &changes));
    }

    #[test]
    fn whatever_stands_there(bytes in generate::soup()) {
        every_backend(&bytes);
    }

    #[test]
    fn what_the_strict_reading_minds_nothing_in_has_a_meaning(bytes in generate::description(), changes in generate::changes()) {
        let bytes = generate::change(bytes, &changes);
        let mut index = GrowSdpIndex::new().with_limits(&Limits::unlimited());
        let sdp = Sdp::parse(&bytes, &mut index).unwrap();
        let odd: Vec<_> = sdp.defects().collect();
        let is_odd = |range: std::ops::Range<usize>| odd.iter().any(|defect| range.contains(&defect.at));
        // What is missing at the end of a line without an end stands behind it.
        let reach = |line: &simdsip::sdp::Line<'_>| {
            line.range().start..line.range().end + usize::from(line.end().is_empty())
        };
        for line in sdp.lines().filter(|line| !is_odd(reach(line))) {
            let value = line.value();
            let fine = match line.kind() {
                LineKind::Origin => simdsip::sdp::Origin::parse(value).is_ok(),
                LineKind::Connection => simdsip::sdp::Connection::parse(value).is_ok_and(|one| one.ttl().is_ok() && one.address_count().is_ok()),
                LineKind::Bandwidth => simdsip::sdp::Bandwidth::parse(value).is_ok_and(|one| one.value().is_ok()),
                LineKind::Timing => simdsip::sdp::Timing::parse(value).is_ok_and(|one| one.start().is_ok() && one.stop().is_ok()),
                LineKind::Repeat => simdsip::sdp::Repeat::parse(value).is_ok_and(|one| one.interval().is_ok() && one.offsets().all(|at| at.is_ok())),
                LineKind::Zone => simdsip::sdp::Zone::parse(value).adjustments().all(|pair| pair.is_ok()),
                LineKind::Media => simdsip::sdp::MediaLine::parse(value).is_ok_and(|one| one.port().is_ok() && one.port_count().is_ok()),
                LineKind::Attribute => {
                    let attribute = simdsip::sdp::Attribute::parse(value);
                    let flag = attribute.value().is_none();
                    flag || attribute.typed().is_ok()
                }
                _ => true,
            };
            prop_assert!(fine, "{line:?} has no meaning, and no defect");
        }
    }
}

/// The byte behind an empty line is not of that line.
#[test]
fn an_empty_line_has_no_type() {
    let bytes = b"v=0\n\n=x\ns=-\n";
    every_backend(bytes);
    let mut index = SdpIndex::new();
    let sdp = Sdp::parse(bytes, &mut index).unwrap();
    let kinds: Vec<_> = sdp.lines().map(|line| line.kind()).collect();
    assert_eq!(kinds, [LineKind::Version, LineKind::Malformed, LineKind::Malformed, LineKind::Name]);
}

#[test]
fn every_prefix_of_a_description_is_read() {
    let bytes = simdsip_corpus::try_workload("sdp-webrtc").expect("part of the project").remove(0);
    let mut index = GrowSdpIndex::new();
    for end in 0..bytes.len() {
        let sdp = Sdp::parse(&bytes[..end], &mut index).unwrap();
        assert_equal(&bytes[..end], &sdp);
        std::hint::black_box(sdp.defects().count());
    }
}

#[test]
fn limits_say_where() {
    let mut limits = Limits::new();
    (limits.sdp_line_count, limits.sdp_media_count, limits.line_len) = (4, 2, 20);
    let mut index = SdpIndex::new().with_limits(&limits);
    let mut refusal = |bytes: &[u8]| Sdp::parse(bytes, &mut index).err().map(|error| (error.kind, error.at));
    assert_eq!(refusal(b"v=0\na=1\na=2\na=3\n"), None);
    assert_eq!(refusal(b"v=0\na=1\na=2\na=3\na"), Some((ErrorKind::Limit(LimitKind::SdpLines), 16)));
    assert_eq!(refusal(b"m=\nm=\nm=\n"), Some((ErrorKind::Limit(LimitKind::SdpMedia), 6)));
    assert_eq!(refusal(b"s=345678901234567890\r\na=b\n"), None);
    assert_eq!(refusal(b"v=0\ns=3456789012345678901\r\n"), Some((ErrorKind::Limit(LimitKind::Line), 24)));
    let mut none = SdpIndex::<0>::sized();
    assert!(Sdp::parse(b"", &mut none).is_ok_and(|sdp| sdp.lines().len() == 0));
    assert_eq!(Sdp::parse(b"v=0\n", &mut none).unwrap_err().kind, ErrorKind::Limit(LimitKind::SdpIndex));
}
