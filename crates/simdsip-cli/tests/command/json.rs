//! `parse --json` and `info --json`: always valid, and true to the bytes.

use crate::run::{files, root, simdsip};
use serde_json::Value;

const FOLDERS: [(&str, &str); 4] = [
    ("corpus/own", ".sip"),
    ("corpus/regress", ".sip"),
    ("corpus/torture/rfc4475", ""),
    ("corpus/torture/rfc5118", ""),
];

const MEMBERS: [&str; 26] = [
    "file",
    "error",
    "kind",
    "method",
    "uri",
    "status",
    "reason",
    "version",
    "headers",
    "via",
    "from",
    "to",
    "call_id",
    "cseq",
    "max_forwards",
    "contact",
    "route",
    "record_route",
    "content_type",
    "content_length",
    "expires",
    "body",
    "surplus",
    "sdp",
    "defects",
    "verdict",
];

fn corpus() -> Vec<String> {
    FOLDERS.iter().flat_map(|(folder, ending)| files(folder, ending)).collect()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))).unwrap()
}

#[test]
fn every_message_gives_one_object_in_every_mode() {
    let corpus = corpus();
    for mode in ["strict", "interop", "border", "capture"] {
        for transport in ["udp", "tcp"] {
            let mut args = vec!["parse", "--json", "--mode", mode, "--transport", transport];
            args.extend(corpus.iter().map(String::as_str));
            let ran = simdsip(&args);
            assert!(matches!(ran.status, Some(0 | 1)) && ran.err.is_empty(), "{}", ran.err);
            let objects = ran.json();
            assert_eq!(objects.len(), corpus.len());
            for (object, file) in objects.iter().zip(&corpus) {
                assert_eq!(object["file"], file.as_str());
                let members = object.as_object().unwrap().keys().filter(|name| !name.ends_with("_b64"));
                assert_eq!(members.count(), MEMBERS.len(), "{file}");
                let rejected = !object["error"].is_null();
                assert_eq!(object["kind"].is_null(), rejected, "{file}");
                for member in MEMBERS {
                    let value = object.get(member).unwrap_or_else(|| panic!("{file} has no {member}"));
                    assert!(
                        !rejected || value.is_null() || matches!(member, "file" | "error"),
                        "{file} {member}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_message_gives_a_page_in_every_mode() {
    let corpus = corpus();
    for mode in ["strict", "interop", "border", "capture"] {
        let mut args = vec!["parse", "--mode", mode];
        args.extend(corpus.iter().map(String::as_str));
        let ran = simdsip(&args);
        assert!(matches!(ran.status, Some(0 | 1)) && ran.err.is_empty(), "{}", ran.err);
        let safe = |letter: char| letter == '\n' || !letter.is_control();
        assert!(ran.text().chars().all(safe), "a control escaped");
        assert!(ran.text().lines().all(|line| line.chars().count() < 1_000), "a line without end");
    }
}

/// The value of a field, taken from the bytes without the parser.
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let lines = bytes.split(|byte| *byte == b'\n').map(|line| {
        let keep = |byte: &u8| !b" \t\r\n".contains(byte);
        let start = line.iter().position(keep).unwrap_or(line.len());
        let end = line.iter().rposition(keep).map_or(start, |end| end + 1);
        &line[start..end]
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(&b' ')
}

#[test]
fn offsets_point_into_the_file() {
    let corpus = corpus();
    for transport in ["udp", "tcp"] {
        let mut args =
            vec!["parse", "--json", "--show-secrets", "--mode", "capture", "--transport", transport];
        args.extend(corpus.iter().map(String::as_str));
        let mut fields = 0;
        for object in simdsip(&args).json() {
            let file = object["file"].as_str().unwrap();
            let bytes = std::fs::read(root().join(file)).unwrap();
            if let Some(at) = object["error"].get("at") {
                assert!(number(at) <= bytes.len(), "{file}");
                continue;
            }
            for header in object["headers"].as_array().unwrap() {
                let (at, len) = (number(&header["offset"]), number(&header["len"]));
                let expected = unfolded(&bytes[at..at + len]);
                assert_eq!(header["value"], *String::from_utf8_lossy(&expected), "{file}");
                assert_eq!(
                    header.get("value_b64").is_some(),
                    std::str::from_utf8(&expected).is_err(),
                    "{file}"
                );
                fields += 1;
            }
            let end = number(&object["body"]["offset"]) + number(&object["body"]["len"]);
            let surplus = object["surplus"].get("len").map_or(0, number);
            assert_eq!(end + surplus, bytes.len(), "{file}");
            for defect in object["defects"].as_array().unwrap() {
                assert!(number(&defect["offset"]) + number(&defect["len"]) <= bytes.len(), "{file} {defect}");
                assert!(["cosmetic", "lossy", "ambiguous"].contains(&defect["class"].as_str().unwrap()));
            }
        }
        assert!(fields > 1_000, "{fields}");
    }
}

#[test]
fn the_fields_are_those_of_the_message() {
    let object = simdsip(&["parse", "--json", "corpus/own/folded-digest.sip"]).json().remove(0);
    assert_eq!(object["kind"], "request");
    assert_eq!(object["method"], "INVITE");
    assert_eq!(object["uri"]["text"], "sip:boris@example.com");
    assert_eq!((&object["status"], &object["reason"]), (&Value::Null, &Value::Null));
    assert_eq!(object["version"], "SIP/2.0");
    assert_eq!(object["content_type"], "application/sdp");
    assert_eq!(object["content_length"], 225);
    assert_eq!(object["body"], serde_json::json!({"offset": 633, "len": 225}));
    let compact = simdsip(&["parse", "--json", "corpus/own/compact-all.sip"]).json().remove(0);
    let call_id = compact["headers"].as_array().unwrap().iter().find(|field| field["name"] == "i").unwrap();
    assert_eq!(call_id["id"], "Call-ID");
}

#[test]
fn info_counts_every_packet() {
    let captures = files("corpus/capture", ".pcap");
    let mut args = vec!["info", "--json"];
    args.extend(captures.iter().map(String::as_str));
    for object in simdsip(&args).json() {
        let fates: u64 =
            object["packet"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(object["total"]["packets"], fates);
        let rows = simdsip(&["messages", object["file"].as_str().unwrap()]).json().len();
        assert_eq!(object["total"]["messages"], rows);
    }
}

#[test]
fn the_schema_is_one_document() {
    let ran = simdsip(&["schema", "--json"]);
    let schema: Value = serde_json::from_slice(&ran.out).unwrap();
    let columns: Vec<_> =
        schema["columns"].as_array().unwrap().iter().map(|column| &column["name"]).collect();
    let rows = simdsip(&["messages", "--limit", "1", "corpus/capture/calls.pcap"]).json();
    for name in rows[0].as_object().unwrap().keys() {
        assert!(columns.contains(&&Value::from(name.as_str())), "{name}");
    }
    let markdown = simdsip(&["schema", "--markdown"]);
    assert_eq!(markdown.text().lines().count(), 2 + columns.len());
    assert_eq!(simdsip(&["schema"]).text().lines().count(), columns.len());
}
