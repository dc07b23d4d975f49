//! Rows against what tshark 4.0 finds in the same captures.

use simdsip_capture::{Endpoint, Messages, Options, Progress, Row, Stats};
use simdsip_corpus::example::{field, string};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A row as both tell it, in words.
fn ours(path: &Path) -> (Vec<(u64, String)>, Stats) {
    let mut found = Vec::new();
    let mut messages = Messages::open(path, &Options::default()).expect("a capture");
    while messages.step(&mut |row| found.push((row.frame(), words(row)))).expect("sound records")
        == Progress::More
    {}
    (found, messages.stats().clone())
}

fn words(row: &Row<'_>) -> String {
    let end = |end: Endpoint| format!("{}:{}", end.addr, end.port);
    let mut words =
        format!("{} {} {} {}", row.frame(), row.transport().as_str(), end(row.source()), end(row.dest()));
    let text = |name: &str| {
        let column = simdsip_capture::table::schema().iter().find(|column| column.name == name).expect(name);
        match row.value(column) {
            simdsip_capture::table::Value::Text(text) => String::from_utf8_lossy(text).into_owned(),
            simdsip_capture::table::Value::Int(number) => number.to_string(),
            simdsip_capture::table::Value::Folded(field) => {
                let mut text = Vec::new();
                field.unfolded().append_to(&mut text);
                String::from_utf8_lossy(&text).into_owned()
            }
            simdsip_capture::table::Value::Word(word) => word.to_owned(),
            _ => "-".to_owned(),
        }
    };
    for name in ["kind", "method", "status", "call_id", "cseq", "cseq_method"] {
        write!(words, " {}", text(name)).expect("memory");
    }
    words
}

fn theirs(path: &Path) -> Vec<(u64, String)> {
    let text = std::fs::read_to_string(path).expect("an oracle");
    let rows =
        text.lines().filter(|line| matches!(string(line, "transport").as_deref(), Some("udp" | "tcp")));
    let word = |line: &str, key: &str| string(line, key).or_else(|| field(line, key).map(str::to_owned));
    rows.map(|line| {
        let get = |key: &str| word(line, key).unwrap_or_else(|| "-".to_owned());
        let mut words = format!(
            "{} {} {}:{} {}:{}",
            get("frame"),
            get("transport"),
            get("src"),
            get("sport"),
            get("dst"),
            get("dport")
        );
        for name in ["kind", "method", "status", "call_id", "cseq", "cseq_method"] {
            write!(words, " {}", get(name)).expect("memory");
        }
        (get("frame").parse().expect("a frame"), words)
    })
    .collect()
}

fn captures() -> Vec<(String, PathBuf, PathBuf)> {
    let mut all = Vec::new();
    let own = simdsip_corpus::root().join("capture");
    let mut roots = vec![own];
    if let Some(shared) = simdsip_corpus::shared_or_skip("captures against tshark") {
        roots
            .extend(["pcap", "pcap-synthetic", "recorded"].map(|folder| shared.join("corpora").join(folder)));
    }
    for root in roots {
        for path in simdsip_corpus::files(&root) {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let Some(capture) = name.strip_suffix(".messages.jsonl") else { continue };
            all.push((capture.to_owned(), path.with_file_name(capture), path.clone()));
        }
    }
    all
}

#[test]
fn rows_are_those_of_tshark() {
    let mut counts = BTreeMap::new();
    for (name, capture, oracle) in captures() {
        let (ours, stats) = ours(&capture);
        let theirs = theirs(&oracle);
        let packets: u64 =
            stats.entries().filter(|(group, ..)| *group == "packet").map(|(.., count)| count).sum();
        assert_eq!(packets, stats.packets, "{name}: each packet has one fate");
        let mut lines = String::new();
        let mut remaining: Vec<_> = theirs.iter().map(|(_, words)| words.clone()).collect();
        let mut extra = Vec::new();
        for (_, words) in &ours {
            match remaining.iter().position(|other| other == words) {
                Some(at) => drop(remaining.remove(at)),
                None => extra.push(words.clone()),
            }
        }
        if !remaining.is_empty() || !extra.is_empty() {
            for words in remaining.iter().take(4) {
                writeln!(lines, "  - {words}").unwrap();
            }
            for words in extra.iter().take(4) {
                writeln!(lines, "  + {words}").unwrap();
            }
            println!(
                "{name}: missing {} extra {} of {}\n{lines}",
                remaining.len(),
                extra.len(),
                theirs.len()
            );
            if !remaining.is_empty() {
                for e in stats.entries() {
                    print!(" {}/{}={}", e.0, e.1, e.2)
                }
                println!();
            }
        }
        counts.insert(name, (ours.len(), theirs.len()));
    }
    println!("{} captures", counts.len());
}
