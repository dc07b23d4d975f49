//! Each code alone, in the place that it names.

#[allow(unreachable_pub, reason = "a module of two test binaries")]
#[path = "../common/sdp_cases.rs"]
pub(crate) mod sdp_cases;

use sdp_cases::{AT_MEDIA, CASES, CLEAN, description};
use simdsip::sdp::{Sdp, SdpIndex};
use simdsip::{Defect, DefectCode, Policy};

fn found(bytes: &[u8]) -> Vec<Defect> {
    let mut index = SdpIndex::new();
    Sdp::parse(bytes, &mut index).expect("within the limits").defects().collect()
}

#[test]
fn a_description_by_the_grammar_has_no_defect() {
    assert_eq!(found(CLEAN.as_bytes()), []);
}

// covers: RFC 8866 §5, §9
#[test]
fn each_code_shows_alone_where_it_stands() {
    for (code, from, to, at, len) in CASES {
        let bytes = description(from, to);
        let start = if from.is_empty() { CLEAN.len() } else { CLEAN.find(from).unwrap() };
        let media = bytes.windows(7).position(|window| window == b"m=audio");
        let at = if *at == AT_MEDIA { media.unwrap() } else { start + at };
        let owed = Defect { code: *code, at, len: *len };
        let found = found(&bytes);
        // Without c= both media descriptions lack it.
        let found: &[Defect] = if *code == DefectCode::SdpConnectionMissing { &found[..1] } else { &found };
        assert_eq!(found, [owed], "{code:?} in {}", bytes.escape_ascii());
    }
}

#[test]
fn each_code_has_a_case() {
    for code in DefectCode::all().filter(|code| code.is_sdp()) {
        assert!(CASES.iter().any(|case| case.0 == code), "{code:?}");
        assert!(!code.is_structural() && !Policy::INTEROP.refuses(code));
    }
}

// covers: RFC 8866 §6
#[test]
fn levels_and_multiplicity_are_those_of_the_registry() {
    use simdsip::sdp::{AttributeName, AttributeShape, Level, Multiplicity};
    let mut counts = [0, 0, 0];
    for &name in AttributeName::ALL {
        let value = if name.shape() == AttributeShape::Flag { "" } else { ":1" };
        let line = format!("a={name}{value}\r\n");
        let session = CLEAN.replacen("t=0 0\r\n", &format!("t=0 0\r\n{line}"), 1);
        let media = CLEAN.replacen("a=mid:v\r\n", &line, 1);
        let twice = CLEAN.replacen("a=mid:v\r\n", &line.repeat(2), 1);
        let has = |text: &str, code| found(text.as_bytes()).iter().any(|defect| defect.code == code);
        let misplaced = DefectCode::SdpAttributeLevel;
        assert_eq!(has(&session, misplaced), !matches!(name.level(), Level::Session | Level::Both), "{name}");
        assert_eq!(has(&media, misplaced), !matches!(name.level(), Level::Media | Level::Both), "{name}");
        let again = has(&twice, DefectCode::SdpAttributeRepeated);
        let direction = simdsip::sdp::Direction::of(name).is_some();
        assert_eq!(
            again,
            name.multiplicity() == Multiplicity::Once || direction || again_for_format(name),
            "{name}"
        );
        counts[0] += usize::from(name.level() == Level::Session);
        counts[1] += usize::from(name.level() == Level::Media);
        counts[2] += usize::from(name.multiplicity() == Multiplicity::Once);
    }
    assert!(counts.iter().all(|count| *count > 10), "{counts:?}");
}

/// `a=rtpmap:1` and `a=fmtp:1` twice are one payload type twice.
fn again_for_format(name: simdsip::sdp::AttributeName) -> bool {
    name.multiplicity() == simdsip::sdp::Multiplicity::OnceAFormat
}
