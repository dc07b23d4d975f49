//! Rows against what tshark 4.0 finds in the same captures, and against how the captures were made.

use simdsip_capture::table::{Record, Value, schema};
use simdsip_capture::{Endpoint, Messages, Options, Progress, Row, Secrets, Stats};
use simdsip_corpus::example::{field, string};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// How a capture may differ from its oracle.
#[derive(Clone, Copy, Debug)]
enum Differs {
    /// tshark leaves the header columns empty; the others agree.
    HeadersLost,
    /// tshark has no row for these frames.
    MoreFrames(&'static [u64]),
    /// tshark 4.0 does not read HEP.
    Hep,
    /// Each frame of tshark's has a row; no more is asked.
    GuideOnly,
}

/// Name, difference and reason. Whatever is not here has to agree.
const DIFFERENCES: &[(&str, Differs, &str)] = &[
    (
        "hep3-udp9060.pcap",
        Differs::Hep,
        "tshark 4.0 does not read HEP; the messages' bytes are compared below",
    ),
    ("kam-siptrace-hep3-udp9060.pcap", Differs::Hep, "tshark 4.0 does not read HEP"),
    (
        "bs-snaplen-truncated.pcap",
        Differs::HeadersLost,
        "tshark stops at the cut and drops fields it has read",
    ),
    (
        "udp-invite-minimal-to-tag.pcap",
        Differs::MoreFrames(&[1]),
        "a request to \"foo@bar\", no URI: tshark skips the datagram",
    ),
    (
        "fuzz-aaa-2594.pcap",
        Differs::GuideOnly,
        "random bytes changed; the corpus says that counts are a guide",
    ),
];

const HEADERS: [&str; 3] = ["call_id", "cseq", "cseq_method"];

/// A row in words: first those that the packet and the start line tell, then the headers'.
type Words = (u64, String, String);

fn ours(path: &Path) -> (Vec<Words>, Stats) {
    let mut found = Vec::new();
    let mut messages = Messages::open(path, &options(path)).expect("a capture");
    while messages.step(&mut |row| found.push(our_words(row))).expect("sound records") == Progress::More {}
    (found, messages.stats().clone())
}

fn our_words(row: &Row<'_>) -> Words {
    let end = |end: Endpoint| format!("{}:{}", end.addr, end.port);
    // tshark says ws within TLS too.
    let transport = row.transport().as_str().replace("wss", "ws");
    let mut start = format!("{transport} {} {}", end(row.source()), end(row.dest()));
    for name in ["kind", "method", "status"] {
        write!(start, " {}", text(row, name)).expect("memory");
    }
    (row.frame(), start, HEADERS.map(|name| text(row, name)).join(" "))
}

fn text(row: &Row<'_>, name: &str) -> String {
    let column = schema().iter().find(|column| column.name == name).expect(name);
    match row.value(column) {
        Value::Text(text) => String::from_utf8_lossy(text).into_owned(),
        Value::Int(number) => number.to_string(),
        Value::Word(word) => word.to_owned(),
        Value::Folded(field) => {
            let mut text = Vec::new();
            field.unfolded().append_to(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        }
        _ => "-".to_owned(),
    }
}

/// With the key log that lies beside the capture, if there is one.
fn options(path: &Path) -> Options {
    let mut secrets = Secrets::default();
    for log in [path.with_extension("keys.txt"), path.with_extension("keylog.txt")] {
        if let Ok(log) = std::fs::read(log) {
            secrets.read_key_log(&log);
        }
    }
    Options::default().with_secrets(secrets)
}

/// Quotes in ICMP errors are no messages, and what tshark calls a continuation is no SIP. Of a compressed message the
/// transport below SigComp counts.
fn theirs(path: &Path) -> Vec<Words> {
    let oracle = std::fs::read_to_string(path).expect("an oracle");
    let mut found = Vec::new();
    for line in oracle.lines() {
        let get = |key: &str| {
            let value = string(line, key).or_else(|| field(line, key).map(str::to_owned));
            value.unwrap_or_else(|| "-".to_owned())
        };
        let transport = get("transport");
        let transport = transport.strip_prefix("sigcomp/").unwrap_or(&transport);
        if !matches!(transport, "udp" | "tcp" | "tls" | "ws" | "sctp") || get("kind") == "continuation" {
            continue;
        }
        let mut start =
            format!("{transport} {}:{} {}:{}", get("src"), get("sport"), get("dst"), get("dport"));
        for name in ["kind", "method", "status"] {
            write!(start, " {}", get(name)).expect("memory");
        }
        found.push((get("frame").parse().expect("a frame"), start, HEADERS.map(get).join(" ")));
    }
    found
}

/// Name, capture and oracle, of the project's own captures and of those beside the checkout.
fn captures() -> Vec<(String, PathBuf, PathBuf)> {
    let mut roots = vec![simdsip_corpus::root().join("capture")];
    if let Some(shared) = simdsip_corpus::shared_or_skip("captures against tshark") {
        roots
            .extend(["pcap", "pcap-synthetic", "recorded"].map(|folder| shared.join("corpora").join(folder)));
    }
    let oracles = roots.iter().flat_map(|root| simdsip_corpus::files(root));
    let captures = oracles.filter_map(|oracle| {
        let name = oracle.file_name()?.to_string_lossy().strip_suffix(".messages.jsonl")?.to_owned();
        Some((name.clone(), oracle.with_file_name(name), oracle))
    });
    captures.collect()
}

fn fate(stats: &Stats, fate: &str) -> u64 {
    let mut entries = stats.entries().filter(|(group, name, _)| *group == "packet" && name == fate);
    entries.next().map_or(0, |(.., count)| count)
}

#[test]
fn rows_are_those_of_tshark_but_for_named_differences() {
    let captures = captures();
    assert!(!captures.is_empty(), "the project's own captures are always there");
    let mut rows = 0;
    for (name, capture, oracle) in &captures {
        let (ours, stats) = ours(capture);
        let theirs = theirs(oracle);
        rows += ours.len();
        let packets: u64 =
            stats.entries().filter(|(group, ..)| *group == "packet").map(|(.., count)| count).sum();
        assert_eq!(packets, stats.packets, "{name}: each packet has one fate");
        assert_eq!(stats.messages as usize, ours.len(), "{name}");
        assert_eq!(stats.cut_short, None, "{name}");
        let frames: Vec<_> = ours.iter().map(|(frame, ..)| *frame).collect();
        let difference = DIFFERENCES.iter().find(|(differs, ..)| differs == name);
        match difference.map(|(_, differs, _)| *differs) {
            None => {
                assert_eq!(ours, theirs, "{name}");
                assert!(frames.is_sorted(), "{name}");
            }
            Some(Differs::Hep) => {
                assert_eq!((theirs.len(), ours.len() as u64), (0, fate(&stats, "udp-sip")), "{name}");
                assert!(!ours.is_empty(), "{name}");
            }
            Some(Differs::HeadersLost) => {
                let start = |(frame, start, _): &Words| (*frame, start.clone());
                assert_eq!(
                    ours.iter().map(start).collect::<Vec<_>>(),
                    theirs.iter().map(start).collect::<Vec<_>>()
                );
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    assert!(ours.2 == theirs.2 || theirs.2 == "- - -", "{name}: {ours:?}");
                }
            }
            Some(Differs::MoreFrames(more)) => {
                let (extra, kept): (Vec<_>, Vec<_>) = ours.into_iter().partition(|row| more.contains(&row.0));
                assert_eq!((extra.len(), kept), (more.len(), theirs), "{name}");
            }
            Some(Differs::GuideOnly) => {
                let frames: BTreeSet<_> = frames.into_iter().collect();
                for (frame, ..) in &theirs {
                    assert!(frames.contains(frame), "{name}: frame {frame}");
                }
            }
        }
    }
    println!("{} captures, {rows} rows", captures.len());
}

/// One feature a file.
#[test]
fn each_encapsulation_is_read() {
    let folder = simdsip_corpus::root().join("capture/encapsulation");
    let wanted = std::fs::read_to_string(folder.join("exp.json")).expect("exp.json");
    let mut read = 0;
    for path in
        simdsip_corpus::files(&folder).iter().filter(|path| path.extension().is_some_and(|ext| ext == "pcap"))
    {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let (rows, _) = ours(path);
        let wanted = field(&wanted, &name).and_then(|count| count.trim().parse().ok());
        assert_eq!(Some(rows.len()), wanted, "{name}");
        read += 1;
    }
    assert_eq!(read, 27, "files");
}

/// The captures that were made carry messages of known SHA-256, in order.
#[test]
fn messages_are_the_bytes_that_were_sent() {
    let folder = simdsip_corpus::root().join("capture/synthetic");
    let made = std::fs::read_to_string(folder.join("by-construction.json")).expect("by-construction.json");
    let mut read = 0;
    for entry in made.split("\"file\":").skip(1) {
        let name = entry.split('"').nth(1).expect("a file");
        let path = folder.join(name);
        if !path.is_file() {
            continue;
        }
        let list = entry
            .split("\"message_sha256\": [")
            .nth(1)
            .and_then(|rest| rest.split(']').next())
            .expect("hashes");
        let wanted: Vec<_> = list.split('"').filter(|word| word.len() == 64).collect();
        let mut found = Vec::new();
        let mut messages = Messages::open(&path, &options(&path)).expect("a capture");
        let mut visit = |row: &Row<'_>| found.push(simdsip_corpus::sha256::hex(row.bytes()));
        while messages.step(&mut visit).expect("sound records") == Progress::More {}
        assert_eq!(found, wanted, "{name}");
        read += 1;
    }
    assert_eq!(read, 22, "captures");
}
