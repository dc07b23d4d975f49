//! Exit status and what standard error says.

use crate::run::{Scratch, command, finish, pcap, simdsip, simdsip_fed};

const FINE: &str = "corpus/own/uri-ipv6.sip";
const ODD: &str = "corpus/own/bare-lf.sip";
const CAPTURE: &str = "corpus/capture/calls.pcap";

#[test]
fn what_finishes_is_0_whatever_the_traffic_holds() {
    for args in [
        &["parse", FINE][..],
        &["parse", ODD],
        &["parse", "--fail-on", "defects", FINE],
        &["parse", "--mode", "strict", FINE],
        &["parse", "--role", "proxy", FINE],
        &["parse", "--role", "proxy", "--mode", "capture", ODD],
        &["parse", "corpus/torture/rfc4475/zeromf.dat"],
        &["messages", CAPTURE],
        &["messages", "--limit", "0", CAPTURE],
        &["info", CAPTURE],
        &["info", "--json", CAPTURE],
        &["schema"],
        &["man"],
        &["man", "parse"],
        &["--help"],
        &["messages", "--help"],
        &["--version"],
    ] {
        let ran = simdsip(args);
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{args:?}");
        assert!(!ran.out.is_empty() || args.contains(&"0"), "{args:?}");
    }
}

#[test]
fn what_was_asked_for_is_1() {
    let scratch = Scratch::new("status");
    let odd = scratch.write("odd.pcap", &pcap(&[b"OPTIONS sip:a SIP/2.0\nl: 0\n\n"]));
    for args in [
        &["parse", "--mode", "border", ODD][..],
        &["parse", "--mode", "strict", ODD],
        &["parse", "--json", "--mode", "strict", ODD],
        &["parse", "corpus/torture/rfc4475/bext01.dat"],
        &["parse", "--role", "proxy", "corpus/torture/rfc4475/zeromf.dat"],
        // A defect that only the values show.
        &["parse", "--fail-on", "defects", "corpus/own/folded-digest.sip"],
        &["parse", CAPTURE],
        &["parse", "/dev/null"],
        &["parse", "--json", "/dev/null"],
        &["parse", "--fail-on", "defects", FINE, ODD],
        &["parse", "--transport", "tcp", "corpus/own/body-without-length.sip"],
        &["messages", "--fail-on", "defects", &odd],
    ] {
        let ran = simdsip(args);
        assert_eq!((ran.status, ran.err.as_str()), (Some(1), ""), "{args:?}");
        assert!(!ran.out.is_empty());
    }
    assert_eq!(simdsip(&["messages", &odd]).status, Some(0));
}

#[test]
fn trouble_is_2_and_says_what_to_do() {
    let scratch = Scratch::new("trouble");
    let gzip = scratch.write("x.pcap", &[0x1f, 0x8b, 8, 0]);
    let claims: Vec<u8> = [&pcap(&[])[..], &[0xff; 16]].concat();
    let claims = scratch.write("claims.pcap", &claims);
    for (args, words) in [
        (&["parse", "no/such/file"][..], "simdsip: no/such/file: No such file or directory"),
        (&["parse", "corpus"], "simdsip: corpus: Is a directory"),
        (&["messages", "no/such/file"], "simdsip: no/such/file: No such file or directory"),
        (&["messages", "corpus"], "simdsip: corpus: Is a directory"),
        (&["messages", "/dev/null"], "simdsip: /dev/null: expected a capture, found an empty file"),
        (&["messages", FINE], "expected a pcap or pcapng capture at byte 0; simdsip parse reads"),
        (&["messages", &gzip], "expected a capture, found an empty file"),
        (&["messages", &claims], "packet record claims 4294967295 bytes at byte 24; all before it was read"),
        (&["info", "no/such/file"], "simdsip: no/such/file: No such file or directory"),
        (&["messages", "--columns", "frame,metod", CAPTURE], "no column is called metod; near: method"),
        (&["messages", "--ports", "99999", CAPTURE], "expected \"any\", or ports and ranges"),
        (&["messages", "--csv-safe", CAPTURE], "--csv"),
        (&["messages", "--csv", "--jsonl", CAPTURE], "cannot be used with"),
        (&["parse", "--mode", "lax", FINE], "strict, interop, border, capture"),
        (&["parse", "--role", "b2bua", FINE], "uas, proxy, registrar"),
        (&["parse"], "FILE"),
        (&["frobnicate"], "unrecognized subcommand"),
        (&["man", "frobnicate"], "no such subcommand; there are parse, messages"),
        (&[], "Usage"),
    ] {
        let ran = simdsip(args);
        assert_eq!(ran.status, Some(2), "{args:?} {}", ran.err);
        assert!(ran.err.contains(words), "{args:?}: {}", ran.err);
    }
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let ran = simdsip(&["messages", "no/such/file", CAPTURE]);
    assert_eq!((ran.status, ran.json().len()), (Some(2), 62));
    let ran = simdsip(&["parse", "--json", "no/such/file", FINE, "/dev/null"]);
    let objects = ran.json();
    assert_eq!((ran.status, objects.len()), (Some(2), 3));
    assert_eq!(objects[0]["error"]["kind"], "io");
    assert_eq!((&objects[1]["kind"], &objects[1]["error"]), (&"request".into(), &serde_json::Value::Null));
    assert_eq!(objects[2]["error"]["kind"], "empty");
    let ran = simdsip(&["info", "--json", "corpus", CAPTURE, CAPTURE]);
    assert_eq!((ran.status, ran.json().len()), (Some(2), 2));
}

#[test]
fn unreadable_files_are_told() {
    let scratch = Scratch::new("unreadable");
    let path = scratch.write("secret.sip", b"x");
    let denied =
        std::process::Command::new("chmod").args(["000", &path]).status().is_ok_and(|done| done.success());
    if !denied || std::fs::read(&path).is_ok() {
        println!("SKIP unreadable files: this user may read everything");
        return;
    }
    let ran = simdsip(&["parse", &path]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("Permission denied"), "{}", ran.err);
}

#[test]
fn the_backend_can_be_capped() {
    let expected = simdsip(&["parse", "--json", ODD]).out;
    for name in ["scalar", "swar", "sse2", "avx2", "avx512", "neon", ""] {
        let ran = finish(command().args(["parse", "--json", ODD]).env("SIMDSIP_SCAN", name));
        assert_eq!((ran.status, &ran.out), (Some(0), &expected), "{name}");
    }
    let ran = finish(command().args(["parse", ODD]).env("SIMDSIP_SCAN", "mmx"));
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("SIMDSIP_SCAN: expected one of scalar, swar"), "{}", ran.err);
}

#[test]
fn every_shell_has_its_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = simdsip(&["completions", shell]);
        assert_eq!(ran.status, Some(0));
        assert!(ran.text().contains("fail-on"), "{shell}");
    }
    // Bash itself reads what is made for it.
    let script = simdsip(&["completions", "bash"]).out;
    let scratch = Scratch::new("completions");
    let path = scratch.write("simdsip.bash", &script);
    match std::process::Command::new("bash").args(["-n", &path]).status() {
        Ok(status) => assert!(status.success()),
        Err(error) => println!("SKIP bash reads its completions: {error}"),
    }
}

#[test]
fn the_manual_names_options_and_examples() {
    let page = simdsip(&["man", "messages"]);
    for word in [".TH simdsip-messages", "csv\\-safe", "tcpdump", "Exit status"] {
        assert!(page.text().contains(word), "{word}");
    }
    let page = simdsip(&["man", "parse"]);
    for word in ["\\-\\-role", "registrar", "\\-\\-mode", "border", "jq .verdict", "Exit status"] {
        assert!(page.text().contains(word), "{word}: {}", page.text());
    }
}

#[test]
fn a_message_on_standard_input_is_parsed() {
    let bytes = std::fs::read(crate::run::root().join(FINE)).unwrap();
    let ran = simdsip_fed(&["parse", "--json", "-"], &bytes);
    assert_eq!(ran.status, Some(0));
    assert_eq!(ran.json()[0]["call_id"], "own19@client.example.com");
    assert_eq!(ran.json()[0]["file"], "-");
}
