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
    // Without raw only digest responses are there to hide.
    let capture = "corpus/capture/calls.pcap";
    let (hidden, shown) =
        (simdsip(&["messages", capture]).json(), simdsip(&["messages", "--show-secrets", capture]).json());
    for (mut hidden, mut shown) in hidden.into_iter().zip(shown) {
        let response = hidden["auth_response"].take();
        assert!(response.is_null() || response.as_str().unwrap().starts_with("h:"));
        assert_eq!(response.is_null(), shown["auth_response"].take().is_null());
        assert_eq!(hidden, shown);
    }
}

#[test]
fn the_hash_is_of_what_is_shown() {
    let scratch = Scratch::new("hash");
    let harmless = b"OPTIONS sip:a@b SIP/2.0\r\n\r\n";
    let path = scratch.write("keys.pcap", &pcap(&[KEYS, harmless]));
    let hashes = |extra: &[&str]| {
        let rows = simdsip(&[&["messages", "--columns", "raw_sha256,raw", &path][..], extra].concat()).json();
        rows.into_iter()
            .map(|row| (row["raw_sha256"].clone(), row["raw"].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    let (hidden, shown) = (hashes(&[]), hashes(&["--show-secrets"]));
    for (hash, raw) in hidden.iter().chain(&shown) {
        assert_eq!(hash, &simdsip_corpus::sha256::hex(raw.as_bytes()));
    }
    assert_ne!(hidden[0], shown[0]);
    assert_eq!(hidden[1], shown[1]);
    let arrow = simdsip(&["messages", "--columns", "raw_sha256", "--arrow", "-", &path]);
    let bytes = |hex: &str| -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
            .collect()
    };
    let has = |hash: &serde_json::Value| {
        let hash = bytes(hash.as_str().unwrap());
        arrow.out.windows(32).any(|part| part == hash)
    };
    assert!(has(&hidden[0].0) && !has(&shown[0].0));
}

#[test]
fn secrets_in_lists_are_hidden() {
    let scratch = Scratch::new("lists");
    let invite = b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
        To: <sip:c@d>\r\nCall-ID: sip:u:geheim@h\r\nCSeq: 1 INVITE\r\n\r\n";
    let path = scratch.write("id.pcap", &pcap(&[invite]));
    for format in ["--jsonl", "--csv", "--text"] {
        let hidden = simdsip(&["calls", format, "--columns", "call_ids", &path]);
        let shown = simdsip(&["calls", format, "--columns", "call_ids", "--show-secrets", &path]);
        assert!(hidden.text().contains("sip:u:******@h"), "{format}: {}", hidden.text());
        assert!(shown.text().contains("sip:u:geheim@h"), "{format}: {}", shown.text());
    }
    let arrow = simdsip(&["calls", "--arrow", "-", "--columns", "call_ids", &path]);
    assert!(!arrow.out.windows(6).any(|part| part == b"geheim"));
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

/// In every one of these `deadbeef` is a secret.
const HEADERS: [&str; 34] = [
    "Authorization\0: Digest response=\"deadbeef\"",
    "Proxy-\u{1}Authorization: Digest response=\"deadbeef\"",
    "Authorization\u{e9}: Digest response=\"deadbeef\"",
    "Authorization: Digest response=\"\" deadbeef",
    "Authorization: Digest response:\"deadbeef\"",
    "Authorization: Digest response\u{b}=\"deadbeef\"",
    "Authorization: NTLM gssapi-data=\"deadbeef\"",
    "Authorization: Kerberos qop=\"auth\", gssapi-data=\"deadbeef\"",
    "Authorization: AKA-Own deadbeef",
    "Authorization: Digest nonce=\"x, response=deadbeef\"",
    "Authorization: Digest username=\"bob\"; response=deadbeef",
    "Authorization Digest uri=\"sip:x\", response=deadbeef",
    "Authentication-Info: nextnonce=deadbeef",
    "Refer-To: <sip:a@b?Authorization=Digest%20response%3D%22deadbeef%22>",
    "Refer-To: <sip:a@b?Subject=x&Proxy-%41uthorization=Basic%20deadbeef>",
    "Contact: <sip:alice:deadbeef@b>",
    "Contact: <sip:alice:dead:deadbeef\r\n @b>",
    "k=deadbeef",
    "k=clear deadbeef",
    "a=crypto:1 AES inline: deadbeef",
    "a =crypto:1 AES inline:deadbeef",
    "a=ice-pwd deadbeef",
    "a=pcfg:1 crypto:1 AES inline:deadbeef",
    "User-Agent: x\rAuthorization: Digest response=deadbeef",
    "User-Agent: Authorization: Digest response=deadbeef",
    "User-Agent: crypto:1 AES inline:deadbeef",
    "Auth\rorization: Digest response=deadbeef",
    "Auth\r\n orization: Digest response=deadbeef",
    ":Authorization: Digest response=deadbeef",
    "a=crypto:1 AES \r\n inline:deadbeef",
    "a=ice-\0pwd:deadbeef",
    "k=\r\n deadbeef",
    "Contact: <s\0ip:alice:deadbeef@b>",
    "Contact: <sip:al<ice:deadbeef@b>",
];

#[test]
fn secrets_in_odd_places_are_hidden() {
    let scratch = Scratch::new("odd");
    for line in HEADERS {
        let all = [
            format!("INVITE sip:a SIP/2.0\r\n{line}\r\n\r\n"),
            format!("k=: sip:x SIP/2.0\r\n{line}\r\nContent-Length: 0\r\n\r\n"),
            format!("NOTIFY sip:a SIP/2.0\r\nc: message/sipfrag\r\n\r\nSIP/2.0 200 OK\r\n{line}\r\n"),
            // A line without colon below, so that a defect's line is shown; and no message at all.
            format!("SIP/2.0 200 \r\nX\r\n{line}\n\n"),
            format!("{line}\r\n"),
        ];
        for text in all {
            let path = scratch.write("message.sip", text.as_bytes());
            for mode in ["strict", "interop", "capture"] {
                for extra in [&["--transport", "udp"][..], &["--transport", "tcp"], &["--json"]] {
                    let ran = simdsip(&[&["parse", "--mode", mode], extra, &[&path]].concat());
                    assert!(!ran.text().contains("deadbeef"), "{text:?} {extra:?}: {}", ran.text());
                }
            }
            let path = scratch.write("message.pcap", &pcap(&[text.as_bytes()]));
            for columns in [&[][..], &["--columns", "contact,frame,raw,uri,user_agent"]] {
                for format in ["--jsonl", "--csv", "--text"] {
                    let ran = simdsip(&[&["messages", "--ports", "any", format], columns, &[&path]].concat());
                    assert!(!ran.text().contains("deadbeef"), "{text:?} {format}: {}", ran.text());
                }
            }
        }
    }
}

#[test]
fn a_message_whose_masked_copy_is_none_keeps_its_structure() {
    let scratch = Scratch::new("start");
    let text = "k=: sip:alice:deadbeef@b SIP/2.0\r\nAuthorization: Digest username=\"bob\", response=\"deadbeef\"\r\n\
                Content-Length: 0\r\n\r\n";
    let path = scratch.write("start.sip", text.as_bytes());
    let hidden = simdsip(&["parse", "--json", &path]);
    let shown = simdsip(&["parse", "--json", "--show-secrets", &path]);
    assert_eq!((hidden.status, shown.status), (Some(1), Some(1)));
    assert_eq!(shown.text().replace("deadbeef", "********"), hidden.text());
    assert_eq!(hidden.json()[0]["method"], "k=:");
    let page = simdsip(&["parse", &path]);
    assert!(page.text().contains("  k=: sip:alice:********@b SIP/2.0\n"), "{}", page.text());
    assert!(page.text().contains("Digest username=\"bob\", response=\"********\""), "{}", page.text());
    assert!(page.text().contains("secrets are hidden by asterisks"), "{}", page.text());
}

#[test]
fn columns_say_the_same_as_raw() {
    let scratch = Scratch::new("columns");
    let messages: [&[u8]; 4] = [
        b"INVITE sip:a:deadbeef@b SIP/2.0\r\nContact: \"\x7f,\\\" <sip:c:deadbeef@d>,\r\n <sip:e\xff@f>\r\n\
          User-Agent: =x\x08\r\ni: 1@sip:x:deadbeef@y\r\nCSeq: 1 INVITE\r\n\r\n",
        b"SIP/2.0 200 see sip:a:deadbeef@b\r\nServer:\r\nContact: <sip:c:deadbeef@d>\r\nCSeq: 1 sip:a:deadbeef@b\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContact: <sip:c@d:5060>\r\n\r\n",
        b"OPTIONS sip:a?Authorization=deadbeef SIP/2.0\r\nContact: <sip:c@d:5060>\r\n\r\n",
    ];
    let path = scratch.write("columns.pcap", &pcap(&messages));
    for columns in
        [&[][..], &["--columns", "uri,contact,frame,cseq_method,call_id,server,reason,user_agent,defects"]]
    {
        for format in [&["--jsonl"][..], &["--csv"], &["--csv", "--csv-safe"], &["--text"]] {
            let args = [&["messages"], format, columns, &[&path]].concat();
            let shown = simdsip(&[&args[..], &["--show-secrets"]].concat());
            assert!(shown.text().contains("deadbeef") || format == ["--text"]);
            let expected = shown.text().replace("deadbeef", "********");
            let hidden = simdsip(&args);
            if format == ["--jsonl"] {
                for (one, other) in hidden.json().iter().zip(shown.json()) {
                    for (name, value) in
                        one.as_object().unwrap().iter().filter(|(name, _)| !name.ends_with("_b64"))
                    {
                        assert_eq!(
                            value.to_string(),
                            other[name].to_string().replace("deadbeef", "********")
                        );
                    }
                }
                assert!(hidden.text().contains("contact_b64"));
                assert_eq!(hidden.out.len(), shown.out.len());
            } else {
                assert_eq!(hidden.text(), expected, "{format:?}");
            }
        }
    }
    let rows = simdsip(&["messages", "--columns", "uri,contact,raw", &path]).json();
    assert!(rows[0]["raw"].as_str().unwrap().contains("sip:c:********@d"));
    assert_eq!(rows[3]["uri"], "sip:a?Authorization=********");
    assert!(rows[3]["raw"].as_str().unwrap().starts_with("OPTIONS sip:a?Authorization=******** SIP/2.0\r\n"));
}
