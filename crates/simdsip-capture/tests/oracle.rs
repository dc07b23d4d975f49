//! Rows against what tshark 4.0 finds in the same captures, and against how the captures were made.

use simdsip_capture::table::{Value, schema};
use simdsip_capture::{Endpoint, Messages, OpenErrorKind, Options, Progress, Row, Stats};
use simdsip_corpus::example::{field, string};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// How a capture may differ from its oracle.
#[derive(Clone, Copy, Debug)]
enum Differs {
    /// No rows at all: what carries SIP there is not entered yet. The packets' fate is named.
    NotEntered(&'static str),
    /// These frames have no row, for the same reason; the others agree.
    FramesNotEntered(&'static [u64], &'static str),
    /// tshark leaves the header columns empty; the others agree.
    HeadersLost,
    /// tshark has no row for these frames.
    MoreFrames(&'static [u64]),
    /// Each frame of tshark's has a row; no more is asked.
    GuideOnly,
}

/// Name, difference and reason. Whatever is not here has to agree.
const DIFFERENCES: &[(&str, Differs, &str)] = &[
    ("encap-gre.pcap", Differs::NotEntered("gre"), "tunnels are counted, not entered"),
    ("encap-gtpu.pcap", Differs::NotEntered("udp-gtp-u"), "tunnels are counted, not entered"),
    ("encap-mpls.pcap", Differs::NotEntered("mpls"), "tunnels are counted, not entered"),
    ("encap-pppoe.pcap", Differs::NotEntered("pppoe"), "tunnels are counted, not entered"),
    ("encap-vxlan.pcap", Differs::NotEntered("udp-vxlan"), "tunnels are counted, not entered"),
    ("encap-erspan-udp.pcapng", Differs::NotEntered("gre"), "tunnels are counted, not entered"),
    ("encap-gtp-ipv6-volte.pcap", Differs::NotEntered("udp-gtp-u"), "tunnels are counted, not entered"),
    ("udp-dtmf-sip-info.pcap", Differs::NotEntered("pppoe"), "tunnels are counted, not entered"),
    (
        "udp-ppp-requests.pcap",
        Differs::FramesNotEntered(&[2, 3], "pppoe"),
        "tunnels are counted, not entered",
    ),
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
    let mut messages = Messages::open(path, &Options::default()).expect("a capture");
    while messages.step(&mut |row| found.push(our_words(row))).expect("sound records") == Progress::More {}
    (found, messages.stats().clone())
}

fn our_words(row: &Row<'_>) -> Words {
    let end = |end: Endpoint| format!("{}:{}", end.addr, end.port);
    let mut start = format!("{} {} {}", row.transport().as_str(), end(row.source()), end(row.dest()));
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

/// UDP and TCP only: quotes in ICMP errors are no messages, the other transports not read yet. What tshark
/// calls a continuation is no SIP.
fn theirs(path: &Path) -> Vec<Words> {
    let oracle = std::fs::read_to_string(path).expect("an oracle");
    let mut found = Vec::new();
    for line in oracle.lines() {
        let get = |key: &str| {
            let value = string(line, key).or_else(|| field(line, key).map(str::to_owned));
            value.unwrap_or_else(|| "-".to_owned())
        };
        let transport = get("transport");
        if !matches!(&*transport, "udp" | "tcp") || get("kind") == "continuation" {
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
            Some(Differs::NotEntered(reason)) => {
                assert_eq!(ours, [], "{name}");
                assert_eq!(fate(&stats, reason), stats.packets, "{name}: {reason}");
            }
            Some(Differs::FramesNotEntered(frames, reason)) => {
                let (skipped, kept): (Vec<_>, Vec<_>) =
                    theirs.into_iter().partition(|row| frames.contains(&row.0));
                assert_eq!(ours, kept, "{name}");
                assert_eq!(fate(&stats, reason) as usize, skipped.len(), "{name}: {reason}");
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

/// One feature a file. What is not entered yet has a fate that says so.
#[test]
fn each_encapsulation_is_read_or_named() {
    let folder = simdsip_corpus::root().join("capture/encapsulation");
    let wanted = std::fs::read_to_string(folder.join("exp.json")).expect("exp.json");
    let missing = [
        ("03_mpls2", "mpls"),
        ("04_gre_ip", "gre"),
        ("05_vxlan", "udp-vxlan"),
        ("06_gtpu", "udp-gtp-u"),
        ("07_erspan2", "gre"),
        ("17_websocket", "tcp-http"),
        ("18_hep3", "udp-hep"),
        ("19_sctp", "sctp"),
        ("22_pppoe", "pppoe"),
        ("23_sctp_2frag", "sctp"),
    ];
    let compressed = [("26_gzip", OpenErrorKind::Gzip), ("27_zstd", OpenErrorKind::Zstd)];
    let mut read = 0;
    for path in
        simdsip_corpus::files(&folder).iter().filter(|path| path.extension().is_some_and(|ext| ext == "pcap"))
    {
        let name = path.file_stem().expect("a name").to_string_lossy();
        if let Some((_, kind)) = compressed.iter().find(|(compressed, _)| *compressed == name) {
            assert_eq!(
                Messages::open(path, &Options::default()).map(|_| ()).unwrap_err().kind,
                *kind,
                "{name}"
            );
            continue;
        }
        let (rows, stats) = ours(path);
        let missing = missing.iter().find(|(missing, _)| *missing == name);
        if let Some((_, reason)) = missing {
            assert_eq!((rows.len(), fate(&stats, reason) > 0), (0, true), "{name}: {reason}");
        } else {
            let wanted = field(&wanted, &name).and_then(|count| count.trim().parse().ok());
            assert_eq!(Some(rows.len()), wanted, "{name}");
            read += 1;
        }
    }
    assert_eq!(read, 15, "of 27 files");
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
        let skipped =
            ["encap-", "sctp-", "tls", "ws-", "hep3-"].iter().any(|prefix| name.starts_with(prefix));
        if skipped && !matches!(name, "encap-vlan.pcap" | "encap-qinq.pcap") || !path.is_file() {
            continue;
        }
        let list = entry
            .split("\"message_sha256\": [")
            .nth(1)
            .and_then(|rest| rest.split(']').next())
            .expect("hashes");
        let wanted: Vec<_> = list.split('"').filter(|word| word.len() == 64).collect();
        let mut found = Vec::new();
        let mut messages = Messages::open(&path, &Options::default()).expect("a capture");
        let mut visit = |row: &Row<'_>| found.push(simdsip_corpus::sha256::hex(row.bytes()));
        while messages.step(&mut visit).expect("sound records") == Progress::More {}
        assert_eq!(found, wanted, "{name}");
        read += 1;
    }
    assert!(read >= 10, "{read} captures");
}
