//! Descriptions of real programs and of other projects as offers, where they lie beside the checkout.

use std::collections::BTreeMap;

use simdsip::sdp::offer::{Agreement, Party, Rule};
use simdsip::sdp::{GrowSdpIndex, Sdp};
use simdsip::{Error, ErrorKind};

use super::property::{Tally, answer_all};

/// Every description of a folder.
fn folder(name: &str) -> Option<Tally> {
    let shared = simdsip_corpus::shared_or_skip(&format!("offers of corpora/{name}"))?;
    let mut tally = Tally::default();
    for path in simdsip_corpus::files(&shared.join("corpora").join(name)) {
        let path_name = path.to_string_lossy();
        if [".json", ".jsonl", ".md", ".dict", ".py", ".toml"].iter().any(|end| path_name.ends_with(end)) {
            continue;
        }
        answer_all(&path_name, &std::fs::read(&path).expect("readable"), &mut tally);
    }
    println!("{name}: {tally:?}");
    Some(tally)
}

#[test]
fn descriptions_of_other_projects_are_answered() {
    let Some(tally) = folder("sdp") else { return };
    assert!(tally.answered > 900 && tally.accepted > 700);
}

#[test]
fn offers_of_recorded_programs_are_answered() {
    let Some(tally) = folder("recorded/sdp") else { return };
    assert!(tally.answered > 300 && tally.accepted > 500);
}

#[test]
fn descriptions_of_the_project_are_answered() {
    let mut tally = Tally::default();
    for path in simdsip_corpus::files(&simdsip_corpus::root().join("sdp")) {
        answer_all(&path.to_string_lossy(), &std::fs::read(&path).expect("readable"), &mut tally);
    }
    println!("corpus/sdp: {tally:?}");
    assert!(tally.answered > 90 && tally.accepted > 100);
}

/// Offers and answers that programs exchanged: the rules that they break are known, and no other.
#[test]
fn answers_of_recorded_programs_are_taken() {
    let Some(shared) = simdsip_corpus::shared_or_skip("answers of recorded programs") else { return };
    let folder = shared.join("corpora/recorded/sdp");
    let (mut pairs, mut clean, mut told) = (0, 0, BTreeMap::<&str, usize>::new());
    for path in simdsip_corpus::files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains("-answer") {
            continue;
        }
        let offers = [name.replace("-answer", "-offer"), name.replace("-answer-gathered", "-offer")];
        let Some(offer) = offers.iter().map(|name| folder.join(name)).find(|path| path.is_file()) else {
            continue;
        };
        let (offer, answer) = (std::fs::read(offer).unwrap(), std::fs::read(&path).unwrap());
        let [mut a, mut b] = [(); 2].map(|()| GrowSdpIndex::new());
        let (offer, answer) = (Sdp::parse(&offer, &mut a).unwrap(), Sdp::parse(&answer, &mut b).unwrap());
        let mut rules: Vec<Rule> = Vec::new();
        let mut tolerate = |error: Error| {
            let ErrorKind::Rule(rule) = error.kind else { return false };
            rules.push(rule);
            true
        };
        let agreement = Agreement::new(&offer, &answer, Party::Offerer, &mut tolerate)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for stream in agreement.streams().filter(|stream| stream.is_accepted()) {
            let rtp = stream.local().media().unwrap().is_rtp();
            assert!(!rtp || stream.formats().next().is_some(), "{name}");
            // What browsers agree on has all of it.
            assert!(!rtp || stream.rtcp_mux() || name.starts_with("gst"), "{name}");
        }
        for rule in &rules {
            *told.entry(rule.as_str()).or_default() += 1;
            println!("{name}: {rule}");
        }
        (pairs, clean) = (pairs + 1, clean + usize::from(rules.is_empty()));
    }
    println!("{pairs} pairs, {clean} without a broken rule; {told:?}");
    assert!(pairs > 40, "{pairs}");
}
