//! The RFCs' own messages: start line, fields and body of every clean example equal what a slow reader of a
//! page sees, written from RFC 3261 §7 alone; each torture message is what its RFC says of its structure.
#![cfg(feature = "std")]

mod common;

use simdsip::{HeaderName, Index, Kind, Message, Parser, Policy, StartLine};
use simdsip_corpus::example::{Example, examples};

/// What the slow reader sees.
struct Read {
    /// The first line in words: method, URI, version; or version, code, reason.
    start: [Vec<u8>; 3],
    /// Name, and the value with folds read as one space.
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    body: Vec<u8>,
}

/// Byte by byte, line by line: RFC 3261 §7 without any thought of speed.
fn read(bytes: &[u8]) -> Read {
    let mut lines = vec![];
    let mut line = vec![];
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        at += 1;
        if byte != b'\n' {
            line.push(byte);
            continue;
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        if line.is_empty() && !lines.is_empty() {
            break;
        }
        lines.push(std::mem::take(&mut line));
    }
    let mut words = lines[0].splitn(3, |&byte| byte == b' ').map(<[u8]>::to_vec);
    let start = std::array::from_fn(|_| words.next().unwrap_or_default());
    let mut fields: Vec<(Vec<u8>, Vec<u8>)> = vec![];
    for line in &lines[1..] {
        let folded = matches!(line[0], b' ' | b'\t');
        let text = trim(line);
        if folded && let Some((_, value)) = fields.last_mut() {
            if !value.is_empty() && !text.is_empty() {
                value.push(b' ');
            }
            value.extend(text);
        } else if let Some(colon) = line.iter().position(|&byte| byte == b':').filter(|_| !folded) {
            fields.push((trim(&line[..colon]), trim(&line[colon + 1..])));
        } else {
            fields.push((vec![], text));
        }
    }
    let length = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"content-length") || name == b"l");
    let length = length.and_then(|(_, value)| std::str::from_utf8(value).ok()?.parse().ok());
    let body = &bytes[at..];
    Read { start, fields, body: body[..length.unwrap_or(body.len()).min(body.len())].to_vec() }
}

fn trim(text: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
    while matches!(text.last(), Some(b' ' | b'\t')) {
        text.pop();
    }
    while matches!(text.first(), Some(b' ' | b'\t')) {
        text.remove(0);
    }
    text
}

/// What differs between the two readings.
fn difference(message: &Message<'_>, slow: &Read) -> Option<String> {
    let start = match message.start_line() {
        StartLine::Request(line) => [line.method.as_bytes(), line.uri, line.version].map(<[u8]>::to_vec),
        StartLine::Status(line) => [line.version, line.code, line.reason].map(<[u8]>::to_vec),
    };
    if start != slow.start {
        return Some(format!("start line {start:?}"));
    }
    if message.headers().len() != slow.fields.len() {
        return Some(format!("{} fields, not {}", message.headers().len(), slow.fields.len()));
    }
    for (header, (name, value)) in message.headers().zip(&slow.fields) {
        let mut unfolded = Vec::new();
        header.unfolded().append_to(&mut unfolded);
        if header.name() != name || unfolded != *value {
            return Some(format!("{header:?}"));
        }
        let id = HeaderName::ALL.iter().copied().find(|known| {
            let compact = known.compact().is_some_and(|letter| name.eq_ignore_ascii_case(&[letter]));
            compact || known.as_str().as_bytes().eq_ignore_ascii_case(name)
        });
        if header.id() != id.unwrap_or(HeaderName::Unknown) {
            return Some(format!("{header:?} is taken for {:?}", header.id()));
        }
    }
    (message.body() != slow.body).then(|| "body".to_owned())
}

fn check(example: &Example, index: &mut Index) -> Result<(), String> {
    let parser = Parser::new(Policy::INTEROP);
    let message = parser.parse(&example.bytes, index).map_err(|error| error.to_string())?;
    let first = example.bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or(&[]);
    if example.start_line.as_bytes() != first || message.start_line_range().start != 0 {
        return Err("the start line is not that of the index".into());
    }
    let found: Vec<&str> = message.structural_defects().map(|defect| defect.code.as_str()).collect();
    match &example.slip {
        None if !found.is_empty() => return Err(format!("defects {found:?}")),
        Some((defect, _)) if found != [defect] => {
            return Err(format!("defects {found:?}, the slip is {defect}"));
        }
        _ => {}
    }
    difference(&message, &read(&example.bytes)).map_or(Ok(()), Err)
}

// covers: RFC 3261 §7, §7.3, §7.4
#[test]
fn all_clean_examples_are_represented_as_the_rfcs_print_them() {
    let all = examples().expect("corpus/rfc is there");
    let clean: Vec<&Example> = all.iter().filter(|example| example.clean).collect();
    assert_eq!(clean.len(), 927);
    let mut index = Index::new();
    let failed: Vec<String> = clean
        .iter()
        .filter_map(|example| check(example, &mut index).err().map(|why| format!("{}: {why}", example.name)))
        .collect();
    assert!(failed.is_empty(), "{} failed\n{}", failed.len(), failed.join("\n"));
    let slips: Vec<_> = clean.iter().filter_map(|example| example.slip.as_ref()).collect();
    println!("{} clean examples, {} of them with a slip of the RFC's own", clean.len(), slips.len());
}

#[test]
fn the_other_examples_give_a_message_or_an_error_with_a_place() {
    let mut index = Index::new();
    let mut accepted = 0;
    for example in examples().expect("corpus/rfc is there").iter().filter(|example| !example.clean) {
        match Parser::new(Policy::CAPTURE).parse(&example.bytes, &mut index) {
            Ok(message) => accepted += usize::from(common::emit(&example.bytes, &message) == example.bytes),
            Err(error) => assert!(error.at <= example.bytes.len()),
        }
    }
    println!("{accepted} unclean examples accepted");
    assert!(accepted > 300);
}

/// What each torture message gives under Interop: kind, fields, body bytes, then its structural defects; or the
/// error. What only shows in values (URIs, dates, numbers) is not for structure to judge, so those are accepted.
fn table(expected: &str, folder: &str) {
    let mut failed = vec![];
    let mut rows = 0;
    let folder = simdsip_corpus::root().join("torture").join(folder);
    for row in expected.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let (file, owed) = row.split_once(' ').expect("a file and what it owes");
        let bytes = std::fs::read(folder.join(file)).expect("corpus/torture is there");
        let mut index = Index::new();
        let found = match Parser::new(Policy::INTEROP).parse(&bytes, &mut index) {
            Ok(message) => {
                let kind = if message.kind() == Kind::Request { "request" } else { "response" };
                let defects: String =
                    message.structural_defects().map(|d| format!(" {}@{}", d.code.as_str(), d.at)).collect();
                format!("{kind} {} {}{defects}", message.headers().len(), message.body().len())
            }
            Err(error) => format!("{:?}@{}", error.kind, error.at),
        };
        if found != owed.trim() {
            failed.push(format!("{file} {found}"));
        }
        rows += 1;
    }
    let files = simdsip_corpus::files(&folder);
    let messages =
        files.iter().filter(|path| path.extension().is_some_and(|end| end == "dat" || end == "sip"));
    assert_eq!(messages.count(), rows, "every file has its row");
    assert!(failed.is_empty(), "{} rows differ; found\n{}", failed.len(), failed.join("\n"));
}

// covers: RFC 4475 §3.1.1, §3.1.2
#[test]
fn rfc4475_torture_messages_are_told_apart_by_structure() {
    table(include_str!("torture_4475.txt"), "rfc4475");
}

#[test]
fn rfc5118_ipv6_torture_messages_are_told_apart_by_structure() {
    table(include_str!("torture_5118.txt"), "rfc5118");
}

/// Against `expectations.toml`, written from the RFC's text: what is to be accepted is, and the body is what
/// Content-Length says, or all that is there where it says too much or nothing.
#[test]
fn rfc4475_bodies_are_those_of_the_expectations() {
    let folder = simdsip_corpus::root().join("torture/rfc4475");
    let expectations =
        std::fs::read_to_string(folder.join("expectations.toml")).expect("corpus/torture is there");
    let mut checked = 0;
    for row in expectations.split("[[message]]").skip(1) {
        let value = |key: &str| {
            let line = row.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            line.unwrap_or_default().trim_matches(|c| matches!(c, '"' | '[' | ']')).to_owned()
        };
        let Ok(bytes) = std::fs::read(folder.join(value("file"))) else { continue };
        let (mut index, mut strict_index) = (Index::new(), Index::new());
        let message = match Parser::new(Policy::INTEROP).parse(&bytes, &mut index) {
            Ok(message) => message,
            Err(error) => {
                assert_eq!(value("parse"), "reject", "{}: {error}", value("file"));
                continue;
            }
        };
        let is_request = value("kind") == "request";
        assert_eq!(message.kind() == Kind::Request, is_request, "{}", value("file"));
        let available: usize = value("octets_after_header_block").parse().expect("a number");
        let lengths = value("content_length_headers");
        let found: Vec<&[u8]> =
            message.fields(HeaderName::ContentLength).map(|header| header.value()).collect();
        let owed: Vec<&str> = lengths.split("\", \"").filter(|text| !text.is_empty()).collect();
        assert!(
            found.iter().map(|text| text.escape_ascii().to_string()).eq(owed.iter().copied()),
            "{owed:?}"
        );
        let claimed = match owed[..] {
            [one] => one.parse().unwrap_or(available),
            _ => available,
        };
        assert_eq!(message.body().len(), claimed.min(available), "{}", value("file"));
        // What the RFC calls valid is within the grammar.
        let strict = Parser::new(Policy::STRICT).parse(&bytes, &mut strict_index);
        if value("parse") == "accept" {
            assert!(strict.is_ok(), "{}: {strict:?}", value("file"));
        }
        checked += 1;
    }
    assert_eq!(checked, 48);
}
