//! The session description of a message, as JSON and as text.

use crate::run::{Scratch, simdsip};
use serde_json::{Value, json};

const HEAD: &str = "INVITE sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK7\r\nMax-Forwards: 70\r\n\
    From: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>\r\nCall-ID: 7@a.example\r\nCSeq: 1 INVITE\r\n";

fn message(kind: &str, body: &str) -> Vec<u8> {
    format!("{HEAD}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

const BODY: &str = "v=0\r\no=bob 7 18446744073709551616 IN IP4 192.0.2.1\r\ns=a call\r\nc=IN IP4 233.252.0.1/127/3\r\nt=0 0\r\n\
    a=tool:x\r\nm=audio 4000/2 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\nm=video x RTP/AVP 31\r\n";

// covers: RFC 8866 §5
#[test]
fn json_has_what_the_description_says() {
    let scratch = Scratch::new("sdp-json");
    let path = scratch.write("a.sip", &message("application/sdp", BODY));
    let object = simdsip(&["parse", "--json", &path]).json().remove(0);
    assert_eq!(
        object["sdp"],
        json!({
            "origin": {"username": "bob", "session_id": 7, "session_version": null, "net_type": "IN", "addr_type": "IP4",
                "address": "192.0.2.1"},
            "name": "a call",
            "connection": {"net_type": "IN", "addr_type": "IP4", "address": "233.252.0.1", "ttl": 127, "address_count": 3},
            "media": [
                {"kind": "audio", "port": 4000, "port_count": 2, "proto": "RTP/AVP", "formats": ["0", "101"],
                    "connection": null, "direction": "sendonly",
                    "attributes": [{"name": "rtpmap", "value": "101 telephone-event/8000"}, {"name": "sendonly", "value": null}]},
                {"kind": "video", "port": null, "port_count": 1, "proto": "RTP/AVP", "formats": ["31"],
                    "connection": null, "direction": null, "attributes": []},
            ],
            "attributes": [{"name": "tool", "value": "x"}],
        })
    );
    let bytes = message("application/sdp", BODY);
    let port = bytes.windows(7).position(|window| window == b"video x").unwrap();
    let defect = &object["defects"][0];
    assert_eq!(
        (&defect["code"], &defect["offset"], &defect["len"]),
        (&json!("sdp-media"), &json!(port), &json!(18))
    );
    assert_eq!(object["verdict"]["accept"], true, "a description is no reason to refuse the message");
}

#[test]
fn other_bodies_have_none() {
    let scratch = Scratch::new("sdp-none");
    let path = scratch.write("a.sip", &message("text/plain", BODY));
    assert_eq!(simdsip(&["parse", "--json", &path]).json()[0]["sdp"], Value::Null);
    let encoded = message("application/sdp\r\nContent-Encoding: gzip", BODY);
    let path = scratch.write("b.sip", &encoded);
    assert_eq!(simdsip(&["parse", "--json", &path]).json()[0]["sdp"], Value::Null);
}

#[test]
fn a_part_is_found_and_its_places_count_from_the_file() {
    let scratch = Scratch::new("sdp-part");
    let body = format!(
        "--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x\r\nContent-Type: application/sdp\r\n\r\n{BODY}\r\n--x--\r\n"
    );
    let bytes = [b"\r\n\r\n".to_vec(), message("multipart/mixed;boundary=x", &body)].concat();
    let path = scratch.write("a.sip", &bytes);
    for transport in ["udp", "tcp"] {
        let object = simdsip(&["parse", "--json", "--transport", transport, &path]).json().remove(0);
        assert_eq!(object["sdp"]["name"], "a call");
        let port = bytes.windows(7).position(|window| window == b"video x").unwrap();
        let defects = object["defects"].as_array().unwrap();
        assert!(
            defects.iter().any(|defect| defect["code"] == "sdp-media" && defect["offset"] == port),
            "{transport}"
        );
    }
}

#[test]
fn text_has_the_lines_and_carets_under_what_is_odd() {
    let scratch = Scratch::new("sdp-text");
    let path = scratch.write("a.sip", &message("application/sdp", BODY));
    let page = simdsip(&["parse", &path]).text().to_owned();
    assert!(
        page.contains("    m=audio 4000/2 RTP/AVP 0 101\n      a=rtpmap:101 telephone-event/8000\n"),
        "{page}"
    );
    assert!(page.contains("m=video x RTP/AVP 31\n"), "{page}");
    let carets = page.lines().find(|line| line.contains("^^^^^^^^^^^^^^^^^^ RFC 8866 §5.14"));
    assert!(carets.is_some(), "{page}");
    let failing = simdsip(&["parse", "--fail-on", "defects", &path]);
    assert_eq!(failing.status, Some(1));
}

#[test]
fn what_goes_over_the_limits_is_told() {
    let scratch = Scratch::new("sdp-limit");
    let path = scratch.write("a.sip", &message("application/sdp", &"m=audio 0 RTP/AVP 0\r\n".repeat(65)));
    let page = simdsip(&["parse", &path]).text().to_owned();
    assert!(page.contains("session description not read: more media descriptions than the limit"), "{page}");
    assert_eq!(simdsip(&["parse", "--json", &path]).json()[0]["sdp"], Value::Null);
    let wider = simdsip(&["parse", "--json", "--mode", "capture", &path]).json().remove(0);
    assert_eq!(wider["sdp"]["media"].as_array().map(Vec::len), Some(65));
}

#[test]
fn keys_are_hidden_wherever_the_description_is_shown() {
    let scratch = Scratch::new("sdp-keys");
    let keys = "v=0\r\nk=clear:geheim\r\nm=audio 1 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCk|2^20\r\n\
        a=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=key-mgmt:mikey AQAFgM0XflABAAAA\r\n";
    let path = scratch.write("a.sip", &message("application/sdp", keys));
    let words = ["geheim", "WVNfX19zZW1jdGwgKCk", "asd88fgpdd777uzjYhagZg", "AQAFgM0XflABAAAA"];
    for format in [&["parse"][..], &["parse", "--json"]] {
        let hidden = simdsip(&[format, &[&path]].concat()).text().to_owned();
        let shown = simdsip(&[format, &["--show-secrets", &path]].concat()).text().to_owned();
        for word in words {
            assert!(!hidden.contains(word), "{format:?}, {word}: {hidden}");
            // The JSON of a description has no member for `k=`.
            let is_told = format.len() == 1 || word != "geheim";
            assert_eq!(shown.contains(word), is_told, "{format:?}, {word}: {shown}");
        }
        assert!(hidden.contains("AES_CM_128_HMAC_SHA1_80 inline:***"), "{hidden}");
    }
}
