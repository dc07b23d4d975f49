//! The registry's own examples: the good value of each header shows nothing, the broken one what is wrong with it.

use simdsip::{Index, Parser, Policy};
use simdsip_corpus::root;

use super::{codes_of, message_with};

/// The fields of one line of RFC 4180 text.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cells.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

/// Rows whose reason is another by the text of the RFC, and why.
const OTHERWISE: [(&str, &str, &str); 4] = [
    // Its pairs between commas are read as those of Authentication-Info, which have a code of their own.
    ("P-RTP-Stat", "bad-parameter", "bad-auth"),
    // Parsing has its own code for what is no decimal number.
    ("Content-Length", "junk-after-value", "content-length-invalid"),
    // The name is neither tokens nor quoted; what is in the brackets is an address.
    ("P-Charge-Info", "bad-address", "name-not-quoted"),
    // A percent sign without digits has a code of its own.
    ("Remote-Party-ID", "bad-uri", "bad-escape"),
];

// covers: RFC 3261 §20.1, §20.2, §20.3, §20.4, §20.5, §20.6, §20.7, §20.8, §20.9, §20.10, §20.11, §20.12, §20.13, §20.14
// covers: RFC 3261 §20.15, §20.16, §20.17, §20.18, §20.19, §20.20, §20.21, §20.22, §20.23, §20.24, §20.25, §20.26, §20.27
// covers: RFC 3261 §20.28, §20.29, §20.30, §20.31, §20.32, §20.33, §20.34, §20.35, §20.36, §20.37, §20.38, §20.39, §20.40
// covers: RFC 3261 §20.41, §20.42, §20.43, §20.44
#[test]
fn the_examples_of_the_registry_show_what_they_say() {
    let path = root().join("../crates/simdsip/registry/sip_header_examples.csv");
    let text = std::fs::read_to_string(&path).expect("the registry has its examples");
    let mut failed = vec![];
    for line in text.lines().skip(1) {
        let [_, name, good, broken, why, _] = &cells(line)[..] else { panic!("{line}") };
        let mut found = codes_of(name, good.as_bytes());
        // No body stands behind.
        found.retain(|code| *code != "content-length-too-long");
        if !found.is_empty() {
            failed.push(format!("{name}: {good:?} shows {found:?}"));
        }
        let (bytes, _) = message_with(name, good.as_bytes());
        let mut index = Index::new();
        let message = Parser::new(Policy::CAPTURE).parse(&bytes, &mut index).unwrap();
        for value in message.fields_named(name.as_bytes()).flat_map(|field| field.values()) {
            if let Err(error) = value {
                failed.push(format!("{name}: {good:?} has no meaning: {error}"));
            }
        }
        if broken.is_empty() {
            continue;
        }
        let other = OTHERWISE.iter().find(|(of, told, _)| of == name && told == why);
        let why = other.map_or(why.as_str(), |(.., why)| why);
        let mut found = codes_of(name, broken.as_bytes());
        // A star with something behind it does not stand alone either.
        found.retain(|code| (name != "Contact" || *code != "star-not-alone") || *code == why);
        if found != [why] {
            failed.push(format!("{name}: {broken:?} shows {found:?}, owed {why}"));
        }
    }
    assert!(failed.is_empty(), "{} rows\n{}", failed.len(), failed.join("\n"));
}
