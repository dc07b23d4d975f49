//! Secrets are in no output unless they are asked for, and nothing else changes.

use crate::run::{Scratch, pcap, root, simdsip};

const RESPONSE: [&str; 2] = ["6629fae49393a053", "97450978507c4ef1"];

const KEYS: &[u8] = b"INVITE sip:a@b SIP/2.0\r\nAUTHORIZATION : Digest username=\"a\", Response = 0123456789abcdef\r\n\
    c: application/sdp\r\n\r\nv=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9|2^20\r\n\
    a=key-mgmt:mikey AQAFgM0XflABAAAA\r\nk=clear:geheim\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n";

const WORDS: [&str; 5] = [
    "0123456789abcdef",
    "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9",
    "AQAFgM0XflABAAAA",
    "geheim",
    "asd88fgpdd777uzjYhagZg",
];

#[test]
fn a_folded_response_is_hidden_and_shown_on_request() {
    let file = "corpus/own/folded-digest.sip";
    for format in [&["parse"][..], &["parse", "--json"], &["parse", "--transport", "tcp"]] {
        let hidden = simdsip(&[format, &[file]].concat());
        let shown = simdsip(&[format, &["--show-secrets", file]].concat());
        for half in RESPONSE {
            assert!(!hidden.text().contains(half), "{format:?}");
            assert!(shown.text().contains(half), "{format:?}");
        }
        assert!(hidden.text().contains(&format!("{0} {0}", "*".repeat(16))), "{}", hidden.text());
    }
}

#[test]
fn no_offset_moves() {
    let file = "corpus/own/folded-digest.sip";
    let hidden = simdsip(&["parse", "--json", file]);
    let shown = simdsip(&["parse", "--json", "--show-secrets", file]);
    assert_eq!(hidden.out.len(), shown.out.len());
    for (a, b) in hidden.out.iter().zip(&shown.out) {
        assert!(a == b || *a == b'*');
    }
}

#[test]
fn rejected_messages_keep_their_secrets_too() {
    let scratch = Scratch::new("rejected");
    let line = format!("INVITE sip:a@b SIP/2.0\r\nAuthorization: Digest response=\"{}\"\n\r\n", RESPONSE[0]);
    let path = scratch.write("lf.sip", line.as_bytes());
    let ran = simdsip(&["parse", "--mode", "strict", &path]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.text().contains("Digest response=\"****************\"\\n"), "{}", ran.text());
    // And where there is not even a start line.
    let path =
        scratch.write("none.sip", format!("Authorization: Digest response={}", RESPONSE[0]).as_bytes());
    let ran = simdsip(&["parse", &path]);
    assert!(ran.text().contains("response=*****") && !ran.text().contains(RESPONSE[0]), "{}", ran.text());
}

#[test]
fn the_raw_column_is_masked_in_every_format() {
    let scratch = Scratch::new("raw");
    let not_utf8 = [KEYS, b"\xff"].concat();
    let path = scratch.write("keys.pcap", &pcap(&[KEYS, &not_utf8]));
    for columns in ["raw", "frame,raw,call_id", "raw,raw", "frame,method,raw"] {
        for format in ["--jsonl", "--csv", "--text"] {
            let hidden = simdsip(&["messages", format, "--columns", columns, &path]);
            let shown = simdsip(&["messages", format, "--columns", columns, "--show-secrets", &path]);
            for word in WORDS {
                assert!(!hidden.text().contains(word), "{format} {columns}: {}", hidden.text());
                assert!(shown.text().contains(word), "{format} {columns}: {}", shown.text());
            }
            // Base64 of different bytes; all else has the same length.
            if format != "--jsonl" {
                assert_eq!(hidden.out.len(), shown.out.len(), "{format} {columns}");
            }
        }
    }
    let hidden = simdsip(&["messages", "--columns", "frame,raw,call_id", &path]).json();
    assert_eq!(hidden[0]["raw"].as_str().unwrap().len(), KEYS.len());
    assert!(hidden[1]["raw_b64"].is_string() && hidden[0].get("raw_b64").is_none());
    assert_eq!(hidden[1]["frame"], 2);
    // Without raw nothing is there to hide.
    let capture = "corpus/capture/calls.pcap";
    assert_eq!(simdsip(&["messages", capture]).out, simdsip(&["messages", "--show-secrets", capture]).out);
}

#[test]
fn no_response_of_the_corpus_is_shown() {
    // Independent of the masking code: every quoted response that the files hold.
    for folder in ["corpus/own", "corpus/torture/rfc4475", "corpus/regress"] {
        let names = std::fs::read_dir(root().join(folder)).unwrap();
        for path in names.map(|entry| entry.unwrap().path()) {
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let secrets: Vec<_> =
                text.split("response=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            if secrets.is_empty() || !text.contains("uthorization") {
                continue;
            }
            let ran = simdsip(&["parse", "--mode", "capture", path.to_str().unwrap()]);
            for secret in secrets.into_iter().filter(|secret| secret.len() > 3) {
                assert!(!ran.text().contains(secret), "{}", path.display());
            }
        }
    }
}
