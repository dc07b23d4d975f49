//! The corpus is whole: every file is where its index says, byte for byte.

use std::collections::HashSet;

use simdsip_corpus::{captures, example, files, messages, profile, regress, root, sha256};

#[test]
fn rfc_examples_are_those_of_the_index() {
    let index = std::fs::read_to_string(root().join("rfc/index.jsonl")).expect("index.jsonl");
    let examples = example::examples().expect("the examples");
    assert_eq!(examples.len(), 1321);
    assert_eq!(examples.iter().filter(|example| example.clean).count(), 927);
    let slips = examples.iter().filter(|example| example.slip.is_some());
    assert!(slips.clone().all(|example| example.clean));
    assert_eq!(
        slips.count() + 1,
        std::fs::read_to_string(root().join("rfc/slips.csv")).expect("slips.csv").lines().count()
    );
    for (line, example) in index.lines().zip(&examples) {
        assert_eq!(
            example::string(line, "sha256"),
            Some(sha256::hex(&example.bytes)),
            "rfc/{}",
            example.name
        );
        let first = example.bytes.split(|&byte| byte == b'\r').next();
        assert_eq!(first, Some(example.start_line.as_bytes()), "rfc/{}", example.name);
    }
    let stored = files(&root().join("rfc"));
    let stored = stored.iter().filter(|path| path.extension().is_some_and(|ext| ext == "sip"));
    assert_eq!(stored.count(), examples.len());
}

#[test]
fn torture_messages_are_those_of_the_rfcs() {
    for (folder, count) in [("rfc4475", 50), ("rfc5118", 12)] {
        let folder = root().join("torture").join(folder);
        let table = std::fs::read_to_string(folder.join("expectations.toml")).expect("expectations.toml");
        let value = |line: &str, key: &str| {
            let rest = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
            Some(rest.trim().trim_matches('"').to_owned())
        };
        let names: Vec<String> = table.lines().filter_map(|line| value(line, "file")).collect();
        let sums: Vec<String> = table.lines().filter_map(|line| value(line, "sha256")).collect();
        assert_eq!((names.len(), sums.len()), (count, count));
        for (name, sum) in names.iter().zip(sums) {
            let bytes = std::fs::read(folder.join(name)).expect(name);
            assert_eq!(sha256::hex(&bytes), sum, "{name}");
        }
    }
}

#[test]
fn every_regress_file_has_a_row_and_every_row_says_something() {
    let cases = regress::cases().expect("INDEX.csv");
    let listed: HashSet<_> = cases.iter().map(|case| case.file.clone()).collect();
    assert_eq!(listed.len(), cases.len(), "each file once");
    for path in files(&root().join("regress")) {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        assert!(
            name == "INDEX.csv" || listed.contains(&name),
            "corpus/regress/{name} has no row in INDEX.csv"
        );
    }
    for case in &cases {
        assert!(!case.id.is_empty() && !case.checks.is_empty(), "{}", case.file);
        assert!(
            ["message", "error", ""].contains(&case.datagram.as_str()),
            "{}: {}",
            case.file,
            case.datagram
        );
        assert_eq!(case.body_len.is_some(), case.datagram == "message", "{}", case.file);
        assert!(case.datagram == "message" || case.defects.is_empty(), "{}", case.file);
        for frame in &case.stream {
            assert!(
                ["need", "message", "refused", "ping", "fatal"].contains(&frame.as_str()),
                "{}: {frame}",
                case.file
            );
        }
    }
}

#[test]
fn captures_of_our_own_have_oracles_that_count_their_messages() {
    let captures = captures();
    for folder in ["capture/sipp/", "capture/recorded/", "capture/synthetic/", "capture/encapsulation/"] {
        assert!(captures.iter().any(|capture| capture.name.starts_with(folder)), "no captures in {folder}");
    }
    for capture in &captures {
        let expected = !capture.name.starts_with("capture/encapsulation/");
        assert_eq!(capture.oracle.is_some(), expected, "{}", capture.name);
    }
    for name in ["calls", "mixed-400"] {
        let folder = root().join("capture");
        let truth =
            std::fs::read_to_string(folder.join(format!("{name}.pcap.json"))).expect("the generator's truth");
        let count =
            truth.lines().find_map(|line| example::field(line, "sip_messages")).expect("sip_messages");
        let oracle =
            std::fs::read_to_string(folder.join(format!("{name}.pcap.messages.jsonl"))).expect("the oracle");
        assert_eq!(oracle.lines().count().to_string(), count, "{name}: tshark and the generator agree");
    }
}

#[test]
fn own_messages_hold_what_their_names_say() {
    let read = |name: &str| std::fs::read(root().join("own").join(name)).expect(name);
    for name in ["registry-all.sip", "registry-lower.sip", "registry-upper.sip", "registry-mixed.sip"] {
        assert_eq!(profile::shape(&read(name)).headers, 149, "{name}");
    }
    let compact = String::from_utf8(read("compact-all.sip")).expect("UTF-8");
    let letters: HashSet<_> =
        compact.lines().filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
    assert_eq!(letters.iter().filter(|name| name.len() == 1).count(), 20);
    let folded = String::from_utf8(read("folded-digest.sip")).expect("UTF-8");
    assert!(folded.contains("response=\"6629fae49393a053\r\n 97450978507c4ef1\""));
    assert!(folded.contains("a=rtpmap: 3 GSM/8000\r\n"));
    assert!(std::str::from_utf8(&read("display-not-utf8.sip")).is_err());
}

#[test]
fn walking_gives_every_message_once() {
    let entries = messages();
    let names: HashSet<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names.len(), entries.len());
    for name in ["own/folded-digest.sip", "torture/rfc4475/wsinv.dat", "workloads/mix-1k.msgs#0"] {
        assert!(names.contains(name), "{name}");
    }
    assert!(entries.len() > 1321 + 49 + 12 + 1056, "{}", entries.len());
}
