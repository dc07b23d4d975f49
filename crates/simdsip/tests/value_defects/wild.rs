//! Messages as they were met: a field that shows no defect has a meaning for its view.

use std::collections::BTreeMap;

use simdsip::{GrowIndex, HeaderName, Parser, Policy};
use simdsip_corpus::example::examples;

/// How often each code shows, and the fields that show none but mean nothing.
#[derive(Default)]
struct Tally {
    messages: usize,
    fields: usize,
    codes: BTreeMap<&'static str, usize>,
    failed: Vec<String>,
}

impl Tally {
    fn add(&mut self, bytes: &[u8]) {
        let mut index = GrowIndex::new();
        let Ok(message) = Parser::new(Policy::CAPTURE).parse_growing(bytes, &mut index) else { return };
        let found: Vec<_> = message.defects().collect();
        assert!(found.iter().all(|defect| defect.at + defect.len <= bytes.len()));
        self.messages += 1;
        for code in found.iter().map(|defect| defect.code) {
            *self.codes.entry(code.as_str()).or_default() += 1;
        }
        for field in message.headers().filter(|field| field.id() != HeaderName::Unknown) {
            let line = field.line_range();
            if found.iter().any(|defect| line.contains(&defect.at)) {
                continue;
            }
            self.fields += 1;
            if let Some(Err(error)) = field.values().find(Result::is_err) {
                self.failed.push(format!("{field:?}: {error}"));
            }
        }
    }

    fn done(self, at_least: usize) {
        println!("{} messages, {} fields without defects; {:?}", self.messages, self.fields, self.codes);
        assert!(self.failed.is_empty(), "{} fields\n{}", self.failed.len(), self.failed.join("\n"));
        assert!(self.messages >= at_least);
    }
}

#[test]
fn a_field_of_the_rfcs_that_shows_nothing_has_a_meaning() {
    let mut tally = Tally::default();
    for example in examples().expect("corpus/rfc is there") {
        tally.add(&example.bytes);
    }
    tally.done(1_000);
}

#[test]
fn a_field_of_other_projects_that_shows_nothing_has_a_meaning() {
    let Some(shared) = simdsip_corpus::shared_or_skip("messages of other projects") else { return };
    let mut tally = Tally::default();
    for folder in ["messages", "torture-4475", "torture-5118", "protos", "fuzz"] {
        for path in simdsip_corpus::files(&shared.join("corpora").join(folder)) {
            let Ok(bytes) = std::fs::read(&path) else { continue };
            tally.add(&bytes);
        }
    }
    tally.done(1_000);
}
