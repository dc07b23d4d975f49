//! What people see, kept in tests/golden. After a change that is wanted: `SIMDSIP_BLESS=1 cargo test -p simdsip-cli`,
//! and look at the difference.

use crate::run::simdsip;
use std::path::Path;

const PAGES: &[(&str, &[&str])] = &[
    ("folded-digest", &["parse", "corpus/own/folded-digest.sip"]),
    ("bare-lf", &["parse", "corpus/own/bare-lf.sip"]),
    ("bare-lf-border", &["parse", "--mode", "border", "corpus/own/bare-lf.sip"]),
    ("compact-all", &["parse", "corpus/own/compact-all.sip"]),
    ("control-bytes", &["parse", "corpus/own/control-bytes.sip"]),
    ("display-not-utf8", &["parse", "corpus/own/display-not-utf8.sip"]),
    ("multipart-nested", &["parse", "corpus/own/multipart-nested.sip"]),
    ("body-surplus", &["parse", "corpus/own/body-surplus.sip"]),
    ("leading-crlf-tcp", &["parse", "--transport", "tcp", "corpus/own/leading-crlf.sip"]),
    ("status-utf8-reason", &["parse", "corpus/own/status-utf8-reason.sip"]),
    ("ws-before-colon", &["parse", "corpus/own/ws-before-colon.sip"]),
    (
        "no-empty-line-strict",
        &["parse", "--mode", "strict", "corpus/regress/kamailio-2044-no-empty-line.sip"],
    ),
    ("name-64k", &["parse", "corpus/regress/opensips-5w5j-name-64k.sip"]),
    ("call-id-64k-capture", &["parse", "--mode", "capture", "corpus/regress/kamailio-4920-call-id-64k.sip"]),
    ("capture-as-message", &["parse", "corpus/capture/calls.pcap"]),
    ("folded-digest-json", &["parse", "--json", "corpus/own/folded-digest.sip"]),
    ("calls-table", &["messages", "--text", "corpus/capture/calls.pcap"]),
    ("calls-info", &["info", "corpus/capture/calls.pcap", "corpus/capture/mixed-400.pcap"]),
    ("help", &["--help"]),
    ("help-parse", &["parse", "--help"]),
    ("help-messages", &["messages", "--help"]),
];

#[test]
fn pages_are_as_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let bless = std::env::var_os("SIMDSIP_BLESS").is_some();
    let mut differ = Vec::new();
    for (name, args) in PAGES {
        let ran = simdsip(args);
        let text = format!("$ simdsip {}\n{}{}", args.join(" "), ran.text(), ran.err);
        let path = folder.join(format!("{name}.txt"));
        if bless {
            std::fs::write(&path, &text).expect("the golden files can be written");
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != text {
            println!("{text}");
            differ.push(*name);
        }
    }
    assert!(differ.is_empty(), "not as in tests/golden: {}", differ.join(", "));
}
