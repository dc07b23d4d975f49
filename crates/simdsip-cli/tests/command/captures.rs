//! `calls` and its kin, `stats`, `ladder` and `extract`.

use crate::run::{Scratch, pcap, root, simdsip};
use serde_json::Value;
use std::collections::BTreeSet;

const CAPTURE: &str = "corpus/capture/mixed-400.pcap";
const FORK: &str = "corpus/capture/recorded/bs-fork-two-contacts.pcap";
const FRAGMENTS: &str = "corpus/capture/recorded/bs-udp-ip-fragments-v4.pcap";

fn truth() -> Value {
    serde_json::from_slice(&std::fs::read(root().join("corpus/capture/mixed-400.pcap.json")).unwrap())
        .unwrap()
}

#[test]
fn calls_are_those_that_were_made() {
    let truth = truth();
    let rows = simdsip(&["calls", "--jsonl", CAPTURE]).json();
    let number = |key: &str| truth[key].as_u64().unwrap() as usize;
    assert_eq!(rows.len(), number("legs") + number("scanner_invites"));
    let answered: Vec<_> = rows.iter().filter(|row| row["outcome"] == "answered").collect();
    assert_eq!(answered.len(), number("answered_legs"));
    for row in answered {
        assert_eq!((&row["final_status"], &row["who_hung_up"]), (&200.into(), &"caller".into()));
        assert_eq!(row["codec_chosen"], "PCMU");
        assert!(row["duration_s"].as_f64().unwrap() > 4.9 && row["pdd_ms"].as_f64().unwrap() > 300.0);
    }
    let busy = simdsip(&["calls", "--status", "404,5xx", CAPTURE]).json();
    assert!(
        !busy.is_empty()
            && busy.iter().all(|row| [404, 503].contains(&row["final_status"].as_i64().unwrap()))
    );
    let text = simdsip(&["calls", "--text", CAPTURE]);
    assert_eq!(text.text().lines().count(), rows.len() + 2, "{}", text.text());
    let some = simdsip(&["calls", "--csv", "--columns", "caller,outcome", "--limit", "3", CAPTURE]);
    assert_eq!(some.text().lines().count(), 4);
    assert_eq!(some.text().lines().next(), Some("caller,outcome"));
}

#[test]
fn a_fork_is_one_call() {
    let rows = simdsip(&["calls", "--jsonl", FORK]).json();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["outcome"], &rows[0]["forks"]), (&"answered".into(), &2.into()));
    assert_eq!(rows[0]["call_ids"][0], "1d4a5f165f6c63e4");
}

#[test]
fn registrations_and_transactions() {
    let truth = truth();
    let rows = simdsip(&["registrations", "--jsonl", CAPTURE]).json();
    let registered = rows.iter().filter(|row| row["result"] == "registered").count();
    assert_eq!(registered as u64, truth["register"].as_u64().unwrap());
    assert!(rows.iter().any(|row| row["result"] == "rejected" && row["status"] == 401));
    let rows = simdsip(&["transactions", "--jsonl", "--method", "BYE", CAPTURE]).json();
    assert_eq!(rows.len() as u64, truth["methods"]["BYE"].as_u64().unwrap());
    assert!(rows.iter().all(|row| row["status"] == 200 && row["ts_final"].is_string()));
}

#[test]
fn filters_choose_messages() {
    let all = simdsip(&["messages", CAPTURE]).json();
    let some = |args: &[&str]| simdsip(&[&["messages"], args, &[CAPTURE]].concat()).json();
    let call_id = all[0]["call_id"].as_str().unwrap();
    let of_call: Vec<_> = all.iter().filter(|row| row["call_id"] == call_id).cloned().collect();
    assert_eq!(some(&["--call-id", call_id]), of_call);
    let invites: Vec<_> = all
        .iter()
        .filter(|row| row["method"] == "INVITE" || row["cseq_method"] == "INVITE" && row["method"].is_null())
        .cloned()
        .collect();
    assert_eq!(some(&["--method", "INVITE"]), invites);
    let src = all[0]["src"].as_str().unwrap();
    let from: Vec<_> = all.iter().filter(|row| row["src"] == src).cloned().collect();
    assert_eq!(some(&["--src", src]), from);
    let half = all[200]["ts"].as_str().unwrap();
    assert_eq!(some(&["--since", half]).len() + some(&["--until", half]).len(), all.len());
    assert_eq!(some(&["--status", "4xx", "--limit", "2"]).len(), 2);
}

#[test]
fn any_number_of_threads_says_the_same() {
    let rows = |threads: &str| {
        simdsip(&["messages", "--jsonl", "--show-secrets", "--threads", threads, CAPTURE]).out
    };
    let one = rows("1");
    assert!(one == rows("2") && one == rows("4"));
    let live = simdsip(&["messages", "--jsonl", "--show-secrets", "--limit", "1000", CAPTURE]).out;
    assert!(one == live);
}

#[test]
fn digest_responses_are_keyed_hashes() {
    let rows = simdsip(&["messages", "--columns", "auth_user,auth_response,auth_nonce", CAPTURE]).json();
    let shown = simdsip(&["messages", "--columns", "auth_response", "--show-secrets", CAPTURE]).json();
    let mut seen = 0;
    for (row, shown) in rows.iter().zip(&shown) {
        let (hidden, response) = (row["auth_response"].as_str(), shown["auth_response"].as_str());
        assert_eq!(hidden.is_some(), response.is_some());
        if let Some(hidden) = hidden {
            assert!(hidden.starts_with("h:") && hidden.len() == 26, "{hidden}");
            assert_eq!(response.unwrap().len(), 32);
            seen += 1;
        }
    }
    assert!(seen > 30);
}

#[test]
fn statistics_add_up() {
    let truth = truth();
    let stats = simdsip(&["stats", "--json", CAPTURE]).json().remove(0);
    assert_eq!((&stats["methods"], &stats["codes"]), (&truth["methods"], &truth["codes"]));
    let calls = truth["legs"].as_u64().unwrap() + truth["scanner_invites"].as_u64().unwrap();
    assert_eq!(stats["calls"], calls);
    assert_eq!(stats["asr"]["part"], truth["answered_legs"]);
    assert_eq!(stats["scr"]["part"], truth["answered_legs"]);
    assert_eq!(stats["rrd"]["count"], truth["register"]);
    // The registrar of the generator takes 80 ms, its callers hang up within 20 ms.
    let near = |value: &Value, ms: f64| (value.as_f64().unwrap() - ms).abs() < ms * 0.03;
    assert!(near(&stats["rrd"]["p50_ms"], 80.0), "{}", stats["rrd"]);
    let by = simdsip(&["stats", "--json", "--by", "src,day", CAPTURE]).json().remove(0);
    let groups = by["groups"].as_array().unwrap();
    let sum: u64 = groups.iter().map(|group| group["calls"].as_u64().unwrap()).sum();
    assert_eq!(sum, calls);
    assert!(simdsip(&["stats", CAPTURE]).text().contains("RFC 6076 §4.6"));
}

#[test]
fn statistics_of_each_key_add_up() {
    let (truth, rows) = (truth(), simdsip(&["messages", CAPTURE]).json());
    let groups = |by: &str| {
        let whole = simdsip(&["stats", "--json", "--by", by, CAPTURE]).json().remove(0);
        assert_eq!(whole["by"], serde_json::json!(by.split(',').collect::<Vec<_>>()));
        whole["groups"].as_array().unwrap().clone()
    };
    let messages = |group: &Value| -> u64 {
        let counts = [&group["methods"], &group["codes"]].map(|counts| counts.as_object().unwrap());
        counts.iter().flat_map(|counts| counts.values()).map(|count| count.as_u64().unwrap()).sum()
    };
    // What the table says of each message, as the keys say it.
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let host = |uri: &Value| {
        let uri = uri.as_str()?.split_once(':')?.1;
        let host = uri.rsplit('@').next()?;
        let end = host.find(|byte: char| ";?>".contains(byte)).unwrap_or(host.len());
        let host = &host[..end];
        let end = if host.starts_with('[') { host.find(']')? + 1 } else { host.find(':').unwrap_or(end) };
        Some(host[..end].to_lowercase())
    };
    let said = |by: &str, row: &Value| match by {
        "hour" => Some(row["ts"].as_str().unwrap()[..13].to_owned()),
        "day" => Some(row["ts"].as_str().unwrap()[..10].to_owned()),
        "method" => text(&row["method"]).or_else(|| text(&row["cseq_method"])),
        "status" => row["status"].as_u64().map(|status| status.to_string()),
        "class" => row["status"].as_u64().map(|status| format!("{}xx", status / 100)),
        "from_domain" => host(&row["from_uri"]),
        "to_domain" => host(&row["to_uri"]),
        by => text(&row[by]),
    };
    for by in [
        "src",
        "dst",
        "hour",
        "day",
        "transport",
        "method",
        "status",
        "class",
        "user_agent",
        "from_user",
        "from_domain",
        "to_user",
        "to_domain",
    ] {
        let mut expected = std::collections::BTreeMap::<_, u64>::new();
        rows.iter().for_each(|row| *expected.entry(said(by, row)).or_default() += 1);
        let groups = groups(by);
        let found: std::collections::BTreeMap<_, _> = groups
            .iter()
            .map(|group| (text(&group[by]), messages(group)))
            .filter(|(_, count)| *count > 0)
            .collect();
        assert_eq!(found, expected, "{by}");
        let calls: u64 = groups.iter().map(|group| group["calls"].as_u64().unwrap()).sum();
        assert_eq!(
            calls,
            truth["legs"].as_u64().unwrap() + truth["scanner_invites"].as_u64().unwrap(),
            "{by}"
        );
        assert_eq!(found.len() > 1, !matches!(by, "hour" | "day"), "{by}");
    }
    // Calls are of the group of their INVITE, and of their final status.
    let by_both = groups("method,status");
    let failed =
        by_both.iter().find(|group| group["method"] == "INVITE" && group["status"] == "503").unwrap();
    assert_eq!(failed["outcomes"], serde_json::json!({ "failed": failed["calls"] }));
    let wrong = simdsip(&["stats", "--by", "colour", CAPTURE]);
    assert!(wrong.status == Some(2) && wrong.err.contains("from_domain"), "{}", wrong.err);
}

#[test]
fn what_groups_go_by_is_the_senders_text() {
    let scratch = Scratch::new("groups");
    let long = "x".repeat(10_000);
    let options = |agent: &str| {
        format!(
            "OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: sip:a\r\nTo: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nUser-Agent: {agent}\r\nl: 0\r\n\r\n"
        )
    };
    let all = ["\u{1b}[2J\u{202e}evil", "folded\r\n agent", &long, "\u{e9}t\u{e9}"].map(options);
    let path = scratch.write("x.pcap", &pcap(&all.each_ref().map(|one| one.as_bytes())));
    let ran = simdsip(&["stats", "--by", "user_agent,status", &path]);
    let shown = ran.text();
    assert!(!shown.contains(['\u{1b}', '\u{202e}']) && shown.contains("user_agent \\x1b[2J"), "{shown}");
    assert!(shown.contains("user_agent folded agent, status -"), "{shown}");
    let json = simdsip(&["stats", "--json", "--by", "user_agent,status", &path]).json().remove(0);
    let groups = json["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 4);
    assert!(
        groups
            .iter()
            .all(|group| group["status"].is_null() && group["user_agent"].as_str().unwrap().len() <= 256)
    );
}

#[test]
fn ladders_escape_what_they_draw() {
    let scratch = Scratch::new("ladder");
    let message = b"INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\n\
        Call-ID: x<script>&\"'\r\nCSeq: 1 INVITE\r\nContent-Type: a/<b>\r\nContent-Length: 1\r\n\r\nx";
    let answer = "SIP/2.0 200 <img src=x onerror=alert(1)>\u{202e}\x1b[2J;%% click\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a>;tag=1\r\n\
        To: <sip:b>;tag=2\r\nCall-ID: x<script>&\"'\r\nCSeq: 1 INVITE\r\nl: 0\r\n\r\n";
    let path = scratch.write("x.pcap", &pcap(&[message, answer.as_bytes()]));
    let draw = |format: &str| simdsip(&["ladder", "--call", "x<script>&\"'", "--format", format, &path]);
    for format in ["svg", "html"] {
        let ran = draw(format);
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        let text = ran.text();
        assert!(!text.contains("<script>") && !text.contains("<img"), "{text}");
        assert!(text.contains("x&lt;script&gt;&amp;&quot;&#39;"), "{text}");
        assert!(!text.contains('\u{202e}') && !text.contains('\x1b'));
    }
    let mermaid = draw("mermaid");
    // Without its entity codes nothing is left that mermaid takes for its own.
    let mut rest = String::new();
    for (at, part) in mermaid.text().split('#').enumerate() {
        let code = part.split(';').next().unwrap_or_default();
        let is_code = at > 0 && !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
        rest.push_str(if is_code { &part[code.len() + 1..] } else { part });
    }
    assert!(!rest.contains([';', '<', '%', '#', '"']), "{}", mermaid.text());
    let json = draw("json").json().remove(0);
    assert_eq!(json["messages"].as_array().unwrap().len(), 2);
    assert!(!draw("text").text().contains('\x1b'));
    let none = simdsip(&["ladder", "--call", "nobody", &path]);
    assert_eq!(none.status, Some(1));
}

#[test]
fn a_ladder_names_each_message() {
    let messages = simdsip(&["messages", "--call-id", "1d4a5f165f6c63e4", FORK]).json();
    let ladder = simdsip(&["ladder", "--call", "1d4a5f165f6c63e4", FORK]);
    for message in &messages {
        assert!(ladder.text().contains(&format!("#{} ", message["frame"])), "{}", ladder.text());
    }
    let svg = simdsip(&["ladder", "--call", "1d4a5f165f6c63e4", "--format", "svg", FORK]);
    assert_eq!(svg.text().matches("<g class=").count(), messages.len());
}

#[test]
fn what_is_extracted_holds_the_same_messages() {
    let scratch = Scratch::new("extract");
    let out = scratch.path("out.pcapng");
    let columns = "ts,src,dst,sport,dport,transport,method,status,call_id,raw_sha256,is_retransmission";
    for capture in [
        CAPTURE,
        FORK,
        FRAGMENTS,
        "corpus/capture/recorded/bs-tcp-small-segments.pcap",
        "corpus/capture/recorded/ws-jssip-call-audio.pcap",
        "corpus/capture/synthetic/sctp-ipv4-fragmented-bundled.pcap",
        "corpus/capture/synthetic/tcp-ipv4-bytewise.pcap",
        "corpus/capture/synthetic/tls13.pcapng",
    ] {
        let all = simdsip(&["messages", "--columns", columns, capture]).json();
        let ids: BTreeSet<_> = all.iter().filter_map(|row| row["call_id"].as_str()).collect();
        let id = *ids.iter().next().unwrap();
        let wanted: Vec<_> = all.iter().filter(|row| row["call_id"] == id).cloned().collect();
        let ran = simdsip(&["extract", "--call", id, "-o", &out, capture]);
        assert_eq!(ran.status, Some(0), "{capture}: {}", ran.err);
        // Where other calls share a connection, their messages are holes in the copy, which are waited for.
        let sorted = |mut rows: Vec<Value>| {
            rows.sort_by_key(|row| row["ts"].to_string());
            rows
        };
        let found = simdsip(&["messages", "--call-id", id, "--columns", columns, &out]).json();
        assert_eq!(sorted(found), sorted(wanted), "{capture}");
    }
    let none = simdsip(&["extract", "--call", "nobody", "-o", &out, CAPTURE]);
    assert_eq!(none.status, Some(1));
    let itself = simdsip(&["extract", "--call", "x", "-o", CAPTURE, CAPTURE]);
    assert_eq!(itself.status, Some(2));
}

/// A pcapng block of a key log.
fn key_log(lines: &[u8]) -> Vec<u8> {
    assert!(lines.len().is_multiple_of(4));
    let len = u32::try_from(lines.len()).unwrap();
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    [words(&[10, len + 20, 0x544c_534b, len]), lines.to_vec(), words(&[len + 20])].concat()
}

#[test]
fn what_is_extracted_holds_no_secrets_of_others() {
    let scratch = Scratch::new("keys");
    let foreign = format!("CLIENT_RANDOM {} {}    \n", "ab".repeat(32), "cd".repeat(48));
    let out = scratch.path("out.pcapng");
    let extracted = |path: &str| {
        let id = simdsip(&["messages", "--columns", "call_id", path]).json().remove(0)["call_id"].take();
        let ran = simdsip(&["extract", "--call", id.as_str().unwrap(), "-o", &out, path]);
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        String::from_utf8_lossy(&std::fs::read(&out).unwrap()).into_owned()
    };
    let tls = std::fs::read(root().join("corpus/capture/synthetic/tls13.pcapng")).unwrap();
    // The section header, which says its own length, and then secrets that are nobody's.
    let first = u32::from_le_bytes(tls[4..8].try_into().unwrap()) as usize;
    let both = [&tls[..first], &key_log(foreign.as_bytes()), &tls[first..]].concat();
    let copy = extracted(&scratch.write("both.pcapng", &both));
    assert!(copy.contains("CLIENT_TRAFFIC_SECRET_0") && !copy.contains(&"cd".repeat(48)));
    // A copy holds those of its sessions; of datagrams there are none.
    let plain = scratch.path("plain.pcapng");
    let id = simdsip(&["messages", "--columns", "call_id", FORK]).json().remove(0)["call_id"].take();
    assert_eq!(simdsip(&["extract", "--call", id.as_str().unwrap(), "-o", &plain, FORK]).status, Some(0));
    let bytes = std::fs::read(&plain).unwrap();
    let first = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let with = [&bytes[..first], &key_log(foreign.as_bytes()), &bytes[first..]].concat();
    assert!(!extracted(&scratch.write("with.pcapng", &with)).contains("CLIENT_RANDOM"));
}

#[test]
fn tables_are_written_as_files() {
    let scratch = Scratch::new("files");
    let (arrow, parquet) = (scratch.path("x.arrow"), scratch.path("x.parquet"));
    assert_eq!(simdsip(&["messages", "--arrow", &arrow, CAPTURE]).status, Some(0));
    assert!(std::fs::read(&arrow).unwrap().starts_with(b"ARROW1"));
    assert_eq!(simdsip(&["calls", "--parquet", &parquet, "--types", "spark", CAPTURE]).status, Some(0));
    assert!(std::fs::read(&parquet).unwrap().starts_with(b"PAR1"));
    let dir = format!("{}/", scratch.path("parts"));
    let ran = simdsip(&["messages", "--parquet", &dir, "--rows-per-file", "100", CAPTURE]);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 5);
    let stream = simdsip(&["transactions", "--arrow", "-", CAPTURE]);
    assert!(stream.out.starts_with(&[0xff, 0xff, 0xff, 0xff]) && stream.out.len() > 1000);
}

#[test]
fn files_have_their_own_names_where_another_cannot_be_opened() {
    // The dictionary of Arrow holds the names of those that are numbered.
    for table in ["messages", "calls", "transactions"] {
        for limit in [&[][..], &["--limit", "9"]] {
            let args = [&[table, "--arrow", "-"][..], limit, &["nowhere.pcap", CAPTURE]].concat();
            let ran = simdsip(&args);
            assert_eq!(ran.status, Some(2), "{table} {limit:?}");
            let has = |name: &str| ran.out.windows(name.len()).any(|bytes| bytes == name.as_bytes());
            assert!(has(CAPTURE) && !has("nowhere.pcap"), "{table} {limit:?}");
        }
    }
}
