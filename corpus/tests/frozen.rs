//! The frozen workloads are what the generator makes, and what the measurements need.

use std::collections::HashSet;

use simdsip_corpus::{WORKLOADS, freeze, profile, root, sha256, stream, try_workload, workload};

#[test]
fn files_are_what_the_generator_makes() {
    for (name, bytes) in freeze::files().expect("the sources are in the checkout") {
        let stored = std::fs::read(root().join("workloads").join(&name)).expect("a frozen file");
        assert!(stored == bytes, "corpus/workloads/{name} differs from what is generated");
    }
}

#[test]
fn checksums_are_those_of_the_files() {
    let folder = root().join("workloads");
    let sums = std::fs::read_to_string(folder.join("SHA256SUMS")).expect("SHA256SUMS");
    assert_eq!(sums.lines().count(), WORKLOADS.iter().filter(|workload| workload.frozen).count());
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").expect("the form of sha256sum");
        let bytes = std::fs::read(folder.join(name)).expect("a file of SHA256SUMS");
        assert_eq!(sha256::hex(&bytes), sum, "corpus/workloads/{name}");
    }
}

#[test]
fn mixes_are_distinct_and_of_the_promised_shape() {
    for (name, count) in [("mix-1k", 1000), ("mix-10k", 10_000)] {
        let messages = workload(name);
        assert!(messages.len() >= count);
        assert_eq!(messages.iter().collect::<HashSet<_>>().len(), messages.len(), "{name}: all distinct");
        let heads: usize = messages.iter().map(|message| profile::shape(message).head_len).sum();
        let headers: usize = messages.iter().map(|message| profile::shape(message).headers).sum();
        let bytes: usize = messages.iter().map(Vec::len).sum();
        let mean = |sum: usize| sum as f64 / messages.len() as f64;
        assert!((950.0..1050.0).contains(&mean(bytes)), "{name}: mean size {}", mean(bytes));
        assert!((830.0..870.0).contains(&mean(heads)), "{name}: mean header section {}", mean(heads));
        assert!((13.5..14.5).contains(&mean(headers)), "{name}: mean headers {}", mean(headers));
    }
}

#[test]
fn generated_lengths_and_identifiers_are_right() {
    let mut seen = HashSet::new();
    for name in ["mix-1k", "mix-10k", "invite-sdp", "invite-ims", "register-auth"] {
        for message in workload(name) {
            let text = std::str::from_utf8(&message).expect("generated messages are UTF-8");
            let (head, body) = text.split_once("\r\n\r\n").expect("an empty line");
            let value = |long: &str, short: &str| {
                let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
                let rows: Vec<String> = unfolded
                    .split("\r\n")
                    .skip(1)
                    .filter_map(|row| row.split_once(':'))
                    .filter(|(name, _)| name.eq_ignore_ascii_case(long) || name.eq_ignore_ascii_case(short))
                    .map(|(_, value)| value.trim().to_owned())
                    .collect();
                rows
            };
            assert_eq!(value("Content-Length", "l"), [body.len().to_string()], "{text}");
            for (long, short) in [("From", "f"), ("To", "t"), ("CSeq", "cseq")] {
                assert_eq!(value(long, short).len(), 1, "{long} once in {text}");
            }
            assert!(seen.insert(value("Call-ID", "i").concat()), "a Call-ID of its own: {text}");
            for via in value("Via", "v") {
                let branch = via.split(";branch=").nth(1).and_then(|rest| rest.split(';').next());
                assert!(seen.insert(branch.expect("a branch").to_owned()), "a branch of its own: {text}");
            }
            for tagged in [value("From", "f"), value("To", "t")] {
                if let Some(tag) = tagged.concat().split(";tag=").nth(1) {
                    assert!(seen.insert(tag.to_owned()), "a tag of its own: {text}");
                }
            }
        }
    }
}

#[test]
fn stream_mix_is_mix_1k_with_cuts_of_1_to_4096() {
    let stream = stream::stream_mix().expect("mix-1k is in the checkout");
    assert_eq!(stream.bytes, workload("mix-1k").concat());
    let lens: Vec<usize> = stream.segments().map(<[u8]>::len).collect();
    assert_eq!(lens.iter().sum::<usize>(), stream.bytes.len());
    assert!(lens.iter().all(|len| (1..=4096).contains(len)));
    assert_eq!(stream.segments().collect::<Vec<_>>().concat(), stream.bytes);
}

#[test]
fn every_workload_gives_messages_and_others_say_so() {
    for workload in WORKLOADS {
        assert!(!try_workload(workload.name).expect(workload.name).is_empty(), "{}", workload.name);
    }
    let error = try_workload("mix-2k").expect_err("no such workload").to_string();
    assert!(error.starts_with("no workload is called \"mix-2k\"; there are: mix-1k, mix-10k"), "{error}");
}
