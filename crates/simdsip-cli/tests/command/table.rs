//! `messages` in its formats: they hold the same.

use crate::run::{Scratch, pcap, root, simdsip};
use serde_json::Value;

const CAPTURE: &str = "corpus/capture/calls.pcap";

/// RFC 4180 §2, by the letter: an unquoted empty field is `None`.
fn csv(text: &str) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    let mut letters = text.chars().peekable();
    while letters.peek().is_some() {
        let mut row = Vec::new();
        loop {
            let mut field = String::new();
            let quoted = letters.next_if_eq(&'"').is_some();
            if quoted {
                loop {
                    match letters.next().expect("a quoted field ends") {
                        '"' if letters.next_if_eq(&'"').is_some() => field.push('"'),
                        '"' => break,
                        letter => field.push(letter),
                    }
                }
            } else {
                while let Some(letter) = letters.next_if(|letter| !matches!(letter, ',' | '\r')) {
                    assert_ne!(letter, '"', "a quote within an unquoted field");
                    field.push(letter);
                }
            }
            row.push((quoted || !field.is_empty()).then_some(field));
            match letters.next() {
                Some(',') => {}
                Some('\r') => break assert_eq!(letters.next(), Some('\n')),
                other => panic!("{other:?} behind a field"),
            }
        }
        rows.push(row);
    }
    rows
}

/// What JSON says, as CSV says it.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let items = items.iter().map(|item| match item.get("code") {
                Some(code) => format!("{}@{}+{}", code.as_str().unwrap(), item["offset"], item["len"]),
                None => plain(item).unwrap_or_default(),
            });
            Some(items.collect::<Vec<_>>().join(";")).filter(|text| !text.is_empty())
        }
        other => Some(other.to_string()),
    }
}

#[test]
fn csv_and_json_lines_hold_the_same() {
    let scratch = Scratch::new("csv");
    let nasty: [&[u8]; 3] = [
        b"MESSAGE sip:a,\"b\" SIP/2.0\r\nSubject: x\r\nUser-Agent: a \"quoted\", thing\r\n\tfolded\r\nl: 0\r\n\r\n",
        b"SIP/2.0 200 \r\nCall-ID:\r\nServer: =1+1\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\nX\r\nUser-Agent: \xe9\r\n\r\n",
    ];
    let path = scratch.write("nasty.pcap", &pcap(&nasty));
    for extra in [&[][..], &["--columns", "raw,frame,raw_sha256,raw,defects"]] {
        for file in [CAPTURE, &path] {
            let rows = csv(simdsip(&[&["messages", "--csv", file], extra].concat()).text());
            let objects = simdsip(&[&["messages", "--jsonl", file], extra].concat()).json();
            assert_eq!(rows.len(), objects.len() + 1);
            let names: Vec<_> = rows[0].iter().map(|name| name.as_deref().unwrap()).collect();
            for (row, object) in rows[1..].iter().zip(&objects) {
                assert_eq!(row.len(), names.len());
                for (name, field) in names.iter().zip(row) {
                    assert_eq!(*field, plain(&object[name]), "{name}");
                }
            }
        }
    }
    let safe = simdsip(&["messages", "--csv", "--csv-safe", "--columns", "server", &path]);
    assert!(safe.text().contains("\r\n\"'=1+1\"\r\n"), "{}", safe.text());
}

#[test]
fn rows_are_those_of_the_oracle() {
    let oracle = std::fs::read_to_string(root().join("corpus/capture/calls.pcap.messages.jsonl")).unwrap();
    let oracle: Vec<Value> = oracle.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rows = simdsip(&["messages", CAPTURE]).json();
    assert_eq!(rows.len(), oracle.len());
    for (row, expected) in rows.iter().zip(&oracle) {
        for name in
            ["frame", "transport", "src", "sport", "dst", "dport", "kind", "method", "status", "call_id"]
        {
            assert_eq!(row[name], expected.get(name).cloned().unwrap_or_default(), "{name}");
        }
    }
}

#[test]
fn the_table_has_a_line_for_each_row() {
    let objects = simdsip(&["messages", "--jsonl", CAPTURE]).json();
    let table = simdsip(&["messages", "--text", CAPTURE]);
    let lines: Vec<_> = table.text().lines().skip(2).collect();
    assert_eq!(lines.len(), objects.len());
    for (line, object) in lines.iter().zip(&objects) {
        let text = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
        let status = object["status"].as_u64().map_or(String::new(), |code| code.to_string());
        for word in [
            object["frame"].to_string(),
            text("cseq_method"),
            status,
            text("src"),
            text("dst"),
            text("call_id"),
        ] {
            assert!(line.contains(&word), "{word}: {line}");
        }
    }
    let columns = ["messages", "--text", "--columns", "method,ts,defects,vlan,body_len", CAPTURE];
    let table = simdsip(&columns);
    assert_eq!(table.text().lines().count(), objects.len() + 1);
    assert!(table.text().lines().nth(1).unwrap().starts_with("INVITE     2025-10-09T08:53:20.018494000Z"));
}

#[test]
fn columns_limit_and_ports_are_heeded() {
    let ran = simdsip(&["messages", "--columns", "call_id,frame", "--limit", "3", CAPTURE, CAPTURE]);
    let first = ran.text().lines().next().unwrap();
    assert_eq!(first, r#"{"call_id":"2fiz9yvq4m6r44apmqwn7n9bj5@10.46.141.153","frame":5}"#);
    assert_eq!(ran.json().len(), 3);
    let scratch = Scratch::new("ports");
    // A start line that is broken: SIP by its port only.
    let path = scratch.write("odd.pcap", &pcap(&[b"INVITE sip:a\r\nl: 0\r\n\r\n"]));
    assert_eq!(simdsip(&["messages", &path]).json().len(), 1);
    assert_eq!(simdsip(&["messages", "--ports", "9", &path]).json().len(), 0);
    assert_eq!(simdsip(&["messages", "--ports", "any", &path]).json().len(), 1);
}
