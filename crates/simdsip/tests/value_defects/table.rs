//! docs/DEFECTS.md is what the codes say of themselves, each of values with a field that shows it.

use std::fmt::Write;

use simdsip::{DefectCode, Policy};

use super::codes::{CASES, REQUESTS};

#[allow(dead_code, unreachable_pub, reason = "a module of two test binaries")]
#[path = "../common/sdp_cases.rs"]
mod sdp_cases;

/// Its title, what its last column is called, and which codes it holds.
type Table = (&'static str, &'static str, fn(DefectCode) -> bool);

fn table() -> String {
    let mut text = String::from(
        "# Defects\n\n\
        What is odd about a message that was accepted. Numbers and words are stable. The first table shows in start line, header\n\
        section and framing: `structural_defects()` tells of it, and a policy refuses it while parsing. The second shows in values:\n\
        `defects()` tells of it, too. The third shows in session descriptions: `Sdp::defects()` tells of it, and no message is\n\
        refused for it. S, I and B: refused by the policies Strict, Interop and Border. Of values, Interop refuses what shows in a\n\
        field that the element acts on, Strict and Border what shows in any (`Role` has the fields).\n",
    );
    let tables: [Table; 3] = [
        ("Structure", "", |code| code.is_structural()),
        ("Values", " a field that shows it |", |code| !code.is_structural() && !code.is_sdp()),
        ("Session descriptions", " what shows it |", DefectCode::is_sdp),
    ];
    for (title, last, belongs) in tables {
        let line = if last.is_empty() { "" } else { "---|" };
        writeln!(text, "\n## {title}\n\n| | code | class | refused | after | what |{last}\n|---|---|---|---|---|---|{line}").unwrap();
        for code in DefectCode::all().filter(|code| belongs(*code)) {
            let refused: String = [(Policy::STRICT, 'S'), (Policy::INTEROP, 'I'), (Policy::BORDER, 'B')]
                .iter()
                .filter(|(policy, _)| policy.refuses(code))
                .map(|(_, letter)| *letter)
                .collect();
            let (number, name, class) = (code.number(), code.as_str(), code.class().as_str());
            write!(
                text,
                "| {number} | `{name}` | {class} | {refused} | {} | {} |",
                code.rfc(),
                code.message()
            )
            .unwrap();
            if code.is_sdp() {
                write!(text, " {} |", description(code)).unwrap();
            } else if !code.is_structural() {
                write!(text, " {} |", example(code)).unwrap();
            }
            text.push('\n');
        }
    }
    text
}

/// What a case puts into a description, or takes out of it.
fn description(code: DefectCode) -> String {
    let (_, from, to, ..) =
        sdp_cases::CASES.iter().find(|case| case.0 == code).expect("a case for each code");
    let (lead, text) = if to.is_empty() { ("(no) ", from.trim_end()) } else { ("", *to) };
    format!("`{lead}{}`", text.escape_default().to_string().replace('|', "\\|"))
}

fn example(code: DefectCode) -> String {
    let case = CASES.iter().find(|case| case.0 == code).map(|(_, name, _, broken, ..)| {
        let mut field = format!("{name}: {}", String::from_utf8_lossy(broken)).replace("\r\n", "\\r\\n");
        field.truncate(field.trim_end().len());
        field.replace('|', "\\|")
    });
    let request = || {
        REQUESTS.iter().find(|case| case.0 == code).map(|(_, from, to, ..)| {
            if to.is_empty() { format!("(no) {}", from.trim_end()) } else { format!("REGISTER {to} SIP/2.0") }
        })
    };
    let text = case.or_else(request).unwrap_or_else(|| "Supported: a,b,c,… (129 elements)".to_owned());
    format!("`{text}`")
}

#[test]
fn the_table_of_the_docs_is_that_of_the_code() {
    let (path, owed) = (simdsip_corpus::root().join("../docs/DEFECTS.md"), table());
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    if there != owed {
        let copy = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("DEFECTS.md");
        std::fs::write(&copy, owed).unwrap();
        panic!("docs/DEFECTS.md is out of date; as it should be: {}", copy.display());
    }
}
