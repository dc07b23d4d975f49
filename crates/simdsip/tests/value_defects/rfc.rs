//! The RFCs' own messages: what their values show is a slip of their authors, or what a torture test is made of.

use std::collections::BTreeMap;

use simdsip::{DefectCode, Index, Parser, Policy};
use simdsip_corpus::example::examples;

use super::defects;

/// What of `rfc_slips.txt` is one slip a row: file, code, offset.
type Slip = (String, String, usize);

fn slips() -> (Vec<Slip>, BTreeMap<(String, String), usize>) {
    let (mut slips, mut shortened) = (vec![], BTreeMap::new());
    for row in include_str!("rfc_slips.txt").lines().filter(|row| !row.starts_with('#')) {
        let mut cells = row.splitn(4, ' ');
        let mut cell = || cells.next().map(str::to_owned);
        let (name, code, number) = (cell().unwrap(), cell().unwrap(), cell().unwrap().parse().unwrap());
        match cell() {
            Some(_) => slips.push((name, code, number)),
            None => drop(shortened.insert((name, code), number)),
        }
    }
    (slips, shortened)
}

#[test]
fn the_clean_examples_of_the_rfcs_show_only_slips_of_their_authors() {
    let (mut owed, shortened) = slips();
    let (mut found, mut counts) = (vec![], BTreeMap::new());
    let mut index = Index::<256>::sized();
    for example in examples().expect("corpus/rfc is there").iter().filter(|example| example.clean) {
        let message = Parser::new(Policy::CAPTURE).parse(&example.bytes, &mut index).expect("a message");
        for defect in message.defects().filter(|defect| !defect.code.is_structural()) {
            let code = defect.code.as_str().to_owned();
            let rfc = example.name.split('/').next().unwrap().to_owned();
            if shortened.contains_key(&(rfc.clone(), code.clone())) {
                *counts.entry((rfc, code)).or_insert(0) += 1;
            } else {
                found.push((example.name.clone(), code, defect.at));
            }
        }
    }
    found.sort();
    owed.sort();
    assert_eq!(found, owed);
    assert_eq!(counts, shortened);
}

// covers: RFC 4475 §3.1.1, §3.1.2, §3.2.1, §3.3, §3.4.1
// covers: RFC 5118 §4.1, §4.2, §4.3, §4.4, §4.5, §4.7, §4.9, §4.10
#[test]
fn the_torture_messages_show_what_their_sections_say() {
    let mut failed = vec![];
    let mut rows = 0;
    for row in include_str!("torture.txt").lines().filter(|row| !row.starts_with('#')) {
        let (name, owed) = row.split_once(':').expect("a file and what it shows");
        let bytes = std::fs::read(simdsip_corpus::root().join("torture").join(name))
            .expect("corpus/torture is there");
        let found: String = defects(&bytes)
            .iter()
            .filter(|(code, ..)| !code.is_structural())
            .map(|(code, at, _)| format!(" {}@{at}", code.as_str()))
            .collect();
        if found != owed {
            failed.push(format!("{name}:{found}"));
        }
        rows += 1;
    }
    assert!(failed.is_empty(), "{} rows differ; found\n{}", failed.len(), failed.join("\n"));
    assert_eq!(rows, 49 + 12);
}

/// What the presets refuse of RFC 4475, against what its sections owe: all that they call malformed under Strict, and
/// under Interop what they name no lenient reading for.
// covers: RFC 4475
#[test]
fn the_presets_refuse_of_the_torture_messages_what_is_owed() {
    // A body that is cut or of unknown length has a reading, which framing decides on; so has another version (505) and
    // a Status-Code that nobody knows.
    const BY_STRUCTURE: [&str; 5] = ["clerr", "ncl", "badvers", "bigcode", "mcl01"];
    // One with conflicting fields or without mandatory ones must not be answered as if it were whole.
    const INCOMPLETE: [&str; 2] = ["insuf", "multi01"];
    let folder = simdsip_corpus::root().join("torture/rfc4475");
    let expectations =
        std::fs::read_to_string(folder.join("expectations.toml")).expect("corpus/torture is there");
    let mut counts = [0, 0];
    for row in expectations.split("[[message]]").skip(1) {
        let value = |key: &str| {
            let line = row.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            line.unwrap_or_default().trim_matches('"').to_owned()
        };
        let name = value("name");
        let Ok(bytes) = std::fs::read(folder.join(value("file"))) else { continue };
        let refused = |policy: Policy| -> Vec<DefectCode> {
            defects(&bytes).iter().map(|(code, ..)| *code).filter(|code| policy.refuses(*code)).collect()
        };
        let strict = refused(Policy::STRICT);
        // Structure is judged by parsing, and told in torture_4475.txt.
        let mut interop = refused(Policy::INTEROP);
        interop.retain(|code| !code.is_structural());
        let owed = value("parse") == "reject" || INCOMPLETE.contains(&&*name) || name == "mcl01";
        assert_eq!(!strict.is_empty(), owed, "{name}: Strict refuses {strict:?}");
        let lenient = !value("lenient").is_empty() && !matches!(&*name, "quotbal" | "scalar02");
        let owed = owed && !lenient && !BY_STRUCTURE.contains(&&*name);
        assert_eq!(!interop.is_empty(), owed, "{name}: Interop refuses {interop:?}");
        counts = [counts[0] + usize::from(!strict.is_empty()), counts[1] + usize::from(!interop.is_empty())];
    }
    println!("{} refused under Strict, {} under Interop", counts[0], counts[1]);
}
