//! What brought other parsers down: each case of corpus/regress as a datagram and as a stream, against what
//! corpus/regress/INDEX.csv says is owed to it.
#![cfg(feature = "std")]

mod common;

use std::collections::BTreeSet;

use common::probe::probe;
use common::{Event, events, touch};
use simdsip::{Index, Parser, Policy, Side};
use simdsip_corpus::regress::{Case, Parts, cases};

/// Runs `check` on each case and tells of all that fail.
fn each(check: impl Fn(&Case) -> Result<(), String>) {
    let all = cases().expect("corpus/regress is there");
    assert!(all.len() > 100);
    let failed: Vec<String> = all
        .iter()
        .filter_map(|case| check(case).err().map(|why| format!("{} ({}): {why}", case.file, case.checks)))
        .collect();
    assert!(failed.is_empty(), "{} of {} cases\n{}", failed.len(), all.len(), failed.join("\n"));
    println!("{} cases", all.len());
}

// covers: RFC 3261 §7, §7.1, §7.2, §7.3.1, §18.3, §20.14, §25.1
// covers: RFC 2046 §5.1, §5.1.1; RFC 5621 §3.1
#[test]
fn as_a_datagram_each_case_is_what_it_is_owed() {
    let parser = Parser::new(Policy::INTEROP);
    each(|case| {
        let mut index = Index::new();
        if case.datagram.is_empty() {
            return agreed(parser, case);
        }
        let message = match (parser.parse(&case.bytes, &mut index), case.datagram.as_str()) {
            (Ok(message), "message") => message,
            (Err(error), "error") if error.at <= case.bytes.len() => return Ok(()),
            (Ok(_), _) => return Err("accepted".into()),
            (Err(error), _) => return Err(error.to_string()),
        };
        touch(&message);
        if probe(&message) != probe(&message) {
            return Err("typed views change their mind".into());
        }
        let found: BTreeSet<String> =
            message.structural_defects().map(|defect| defect.code.as_str().to_owned()).collect();
        let owed: BTreeSet<String> = case.defects.iter().cloned().collect();
        if found != owed {
            return Err(format!("defects {found:?}, owed {owed:?}"));
        }
        if case.body_len.is_some_and(|len| len != message.body().len()) {
            return Err(format!("a body of {} bytes, owed {:?}", message.body().len(), case.body_len));
        }
        let parts = match message.multipart() {
            None => None,
            Some(Ok(parts)) => Some(Parts::Count(parts.count())),
            Some(Err(_)) => Some(Parts::Error),
        };
        if case.parts.is_some() && parts != case.parts {
            return Err(format!("parts {parts:?}, owed {:?}", case.parts));
        }
        Ok(())
    });
}

/// Where readers differ and nothing is owed but that ours do not: both accept, or both refuse for the same reason.
fn agreed(parser: Parser, case: &Case) -> Result<(), String> {
    let mut index = Index::new();
    let datagram = parser.parse(&case.bytes, &mut index);
    let (found, _) = events(parser, Side::Server, [&case.bytes[..]]);
    match (datagram, found.as_slice()) {
        (Ok(message), [Event::Message(bytes)]) if message.as_bytes() == bytes => Ok(()),
        (Err(error), [Event::Fatal(told, _) | Event::Refused(_, told)]) if error == *told => Ok(()),
        (datagram, found) => Err(format!("a datagram gives {datagram:?}, a stream {found:?}")),
    }
}

// covers: RFC 3261 §7.5, §18.3
// covers: RFC 5626 §3.5.1, §4.4.1
#[test]
fn as_a_stream_each_case_gives_what_it_is_owed() {
    let parser = Parser::new(Policy::INTEROP);
    each(|case| {
        if case.stream.is_empty() {
            return Ok(());
        }
        for chunk in [case.bytes.len().max(1), 1, 7, 64] {
            let (found, rest) = events(parser, Side::Server, case.bytes.chunks(chunk));
            let mut words: Vec<&str> = found.iter().map(Event::word).collect();
            if !rest.is_empty() && words.last() != Some(&"fatal") {
                words.push("need");
            }
            if words != case.stream {
                return Err(format!("{words:?} in pieces of {chunk}, owed {:?}", case.stream));
            }
        }
        Ok(())
    });
}
