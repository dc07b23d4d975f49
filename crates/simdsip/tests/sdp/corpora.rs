//! Descriptions of other projects and of recorded programs, where they lie beside the checkout: read without loss, in time.

use std::time::{Duration, Instant};

use simdsip::sdp::{GrowSdpIndex, Sdp};
use simdsip::{Backend, ErrorKind, Limits};

use super::walk;

/// Descriptions read, those without a defect, and the longest time for one.
fn folder(name: &str) -> Option<(usize, usize, Duration)> {
    let shared = simdsip_corpus::shared_or_skip(&format!("descriptions of corpora/{name}"))?;
    let (mut count, mut clean, mut longest) = (0, 0, Duration::ZERO);
    let mut index = GrowSdpIndex::new().with_limits(&Limits::unlimited());
    for path in simdsip_corpus::files(&shared.join("corpora").join(name)) {
        let name = path.to_string_lossy();
        if [".json", ".jsonl", ".md", ".dict", ".py", ".toml"].iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let begin = Instant::now();
        let sdp = Sdp::parse(&bytes, &mut index).unwrap_or_else(|error| panic!("{name}: {error}"));
        let defects = sdp.defects().count();
        for section in [sdp.session()].into_iter().chain(sdp.media().map(|media| *media)) {
            std::hint::black_box(section.attributes().filter(|attribute| attribute.typed().is_ok()).count());
        }
        longest = longest.max(begin.elapsed());
        walk(&bytes, &sdp);
        (count, clean) = (count + 1, clean + usize::from(defects == 0));
    }
    println!("{name}: {count} read, {clean} without a defect, at most {longest:?}");
    Some((count, clean, longest))
}

#[test]
fn descriptions_of_other_projects_are_read_without_loss() {
    let Some((count, clean, _)) = folder("sdp") else { return };
    assert!(count > 500 && clean > 50);
}

#[test]
fn descriptions_of_recorded_programs_are_read_without_loss() {
    let Some((count, clean, _)) = folder("recorded/sdp") else { return };
    assert!(count >= 156 && clean > 50);
}

#[test]
fn fuzzing_seeds_end_in_time() {
    for name in ["fuzz/janus-sdp", "fuzz/gortc-sdp", "fuzz/pjsip-sdp", "fuzz/pjsip-sdes"] {
        let Some((count, _, longest)) = folder(name) else { return };
        // Twenty milliseconds in a release build, on a machine that does nothing else.
        let most = Duration::from_millis(if cfg!(debug_assertions) { 1_000 } else { 100 });
        assert!(count > 1 && longest < most, "{name}: {longest:?}");
    }
}

#[test]
fn the_limits_hold_where_the_seeds_are_large() {
    let Some(shared) = simdsip_corpus::shared_or_skip("the largest seed of Janus") else { return };
    let mut index = GrowSdpIndex::new();
    let mut refused = 0;
    for path in simdsip_corpus::files(&shared.join("corpora/fuzz/janus-sdp")) {
        let bytes = std::fs::read(&path).expect("readable");
        match Sdp::parse(&bytes, &mut index) {
            Ok(sdp) => drop(walk(&bytes, &sdp)),
            Err(error) => {
                assert!(matches!(error.kind, ErrorKind::Limit(_)) && error.at <= bytes.len());
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "a seed of 1 MB has a line longer than any limit, or too many");
}

#[test]
fn descriptions_of_the_project_are_read_without_loss() {
    let mut count = 0;
    let (parser, mut index) = (simdsip::Parser::new(simdsip::Policy::CAPTURE), simdsip::GrowIndex::new());
    let mut lines = GrowSdpIndex::new().with_backend(Backend::detect());
    for folder in ["torture", "own", "rfc", "regress"] {
        for path in simdsip_corpus::files(&simdsip_corpus::root().join(folder)) {
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let Ok(message) = parser.parse_growing(&bytes, &mut index) else { continue };
            let Some(Ok(sdp)) = message.sdp(&mut lines) else { continue };
            assert!(message.body_range().contains(&sdp.span().at()) || sdp.span().is_empty());
            walk(&bytes, &sdp);
            count += 1;
        }
    }
    assert!(count > 20, "{count} descriptions");
}
