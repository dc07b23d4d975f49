//! Files made to hurt: bounded memory and time, a clear message, the right exit status.

use crate::run::{Ran, Scratch, command, files, finish, pcap, root, simdsip};
use std::collections::HashSet;
use std::fs::File;
use std::process::Command;
use std::time::{Duration, Instant};

/// Runs under a limit of address space, in KiB, and holds the run to a time.
fn bounded(kib: u32, args: &[&str]) -> Ran {
    let script = format!("ulimit -v {kib} && exec \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_simdsip")]).args(args).current_dir(root());
    let begin = Instant::now();
    let ran = finish(&mut shell);
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(30), "{args:?} took {took:?}");
    ran
}

/// A file with a hole at its end, which takes no room on the disk.
fn sparse(scratch: &Scratch, name: &str, head: &[u8], len: u64) -> String {
    let path = scratch.write(name, head);
    File::options().write(true).open(&path).and_then(|file| file.set_len(len)).expect("files can have holes");
    path
}

#[test]
fn a_gigabyte_of_zeros_takes_neither_memory_nor_time() {
    let scratch = Scratch::new("zeros");
    let zeros = sparse(&scratch, "zeros", b"", 1 << 30);
    for (mode, at, words) in [
        ("interop", 65_536, "the message is longer than the limit"),
        ("capture", 16 << 20, "the message is longer than the limit"),
    ] {
        let ran = bounded(200_000, &["parse", "--mode", mode, &zeros]);
        assert_eq!(ran.status, Some(1), "{}", ran.err);
        assert!(ran.text().contains(words), "{}", ran.text());
        let ran = bounded(200_000, &["parse", "--json", "--mode", mode, &zeros]);
        assert_eq!((ran.status, &ran.json()[0]["error"]["at"]), (Some(1), &at.into()));
        let ran = bounded(200_000, &["parse", "--transport", "tcp", "--mode", mode, &zeros]);
        assert_eq!(ran.status, Some(1), "{}", ran.err);
    }
    for subcommand in ["messages", "info"] {
        let ran = bounded(100_000, &[subcommand, &zeros]);
        assert_eq!((ran.status, ran.out.len()), (Some(2), 0));
        assert!(ran.err.contains("expected a pcap or pcapng capture"), "{}", ran.err);
    }
}

#[test]
fn zeros_behind_a_sound_head_are_bounded_too() {
    let scratch = Scratch::new("head");
    let message = b"INVITE sip:a@b SIP/2.0\r\nl: 5\r\n\r\n";
    let zeros = sparse(&scratch, "message", message, 1 << 30);
    assert_eq!(bounded(200_000, &["parse", "--mode", "capture", &zeros]).status, Some(1));
    let stream = bounded(200_000, &["parse", "--transport", "tls", "--json", "--mode", "capture", &zeros]);
    assert_eq!((stream.status, &stream.json()[0]["body"]["len"]), (Some(0), &5.into()));
    // 16 MiB of records of no bytes: a million packets.
    let capture = sparse(&scratch, "capture", &pcap(&[message]), 16 << 20);
    let ran = bounded(100_000, &["messages", &capture]);
    assert_eq!((ran.status, ran.json().len()), (Some(0), 1), "{}", ran.err);
    // A pcapng section header, then zeros.
    let pcapng = std::fs::read(root().join("corpus/capture/encapsulation/24_pcapng.pcap")).unwrap();
    let capture = sparse(&scratch, "capture.pcapng", &pcapng, 1 << 30);
    let ran = bounded(100_000, &["messages", &capture]);
    assert_eq!(ran.status, Some(2), "{}", ran.err);
    assert!(ran.err.contains("block length"), "{}", ran.err);
}

#[test]
fn lengths_that_lie_are_not_believed() {
    let scratch = Scratch::new("lies");
    for claimed in ["4294967295", "18446744073709551616", "99999999999999999999999"] {
        let message = format!("MESSAGE sip:a SIP/2.0\r\nContent-Length: {claimed}\r\n\r\nhello");
        let path = scratch.write("message", message.as_bytes());
        let ran = bounded(100_000, &["parse", "--json", &path]);
        let object = &ran.json()[0];
        assert_eq!((ran.status, &object["body"]["len"]), (Some(1), &5.into()));
        assert_eq!(object["defects"][0]["code"], "content-length-too-long");
        let ran = bounded(100_000, &["parse", "--json", "--transport", "tcp", &path]);
        assert_eq!(ran.status, Some(1));
    }
    let mut claims = pcap(&[b"OPTIONS sip:a SIP/2.0\r\n\r\n"]);
    for len in [0x7fff_ffffu32, 0xffff_ffff, 70_000] {
        claims[32..36].copy_from_slice(&len.to_le_bytes());
        let path = scratch.write("claims", &claims);
        let ran = bounded(100_000, &["messages", &path]);
        let status = if len == 70_000 { 0 } else { 2 };
        assert_eq!((ran.status, ran.out.len()), (Some(status), 0), "{}", ran.err);
        assert!(ran.err.contains(if status == 0 { "cut short" } else { "claims" }), "{}", ran.err);
    }
}

/// Cuts of a capture: rows up to there, none of them made up, and a warning.
fn cuts(name: &str, stride: usize) {
    let scratch = Scratch::new(&format!("cuts-{stride}"));
    let whole = std::fs::read(root().join(name)).unwrap();
    let cut = scratch.path("cut");
    let rows = |ran: &Ran| -> Vec<String> {
        // Messages that a cut left unfinished are marked as such.
        ran.text().lines().filter(|line| line.contains("\"truncated\":false")).map(str::to_owned).collect()
    };
    let columns = "frame,truncated,ts,src,dst,method,status,call_id,body_len";
    std::fs::write(&cut, &whole).unwrap();
    let all: HashSet<_> = rows(&simdsip(&["messages", "--columns", columns, &cut])).into_iter().collect();
    let mut seen = 0;
    for len in (1..60).chain((60..whole.len()).step_by(stride)).chain([whole.len() - 1]) {
        std::fs::write(&cut, &whole[..len]).unwrap();
        let ran = simdsip(&["messages", "--columns", columns, &cut]);
        let rows = rows(&ran);
        ran.json();
        assert!(rows.iter().all(|row| all.contains(row)), "{name} cut at {len}: {rows:?}");
        assert!(rows.len() >= seen, "{name} cut at {len}");
        seen = rows.len();
        match ran.status {
            Some(0) => {
                assert!(ran.err.is_empty() || ran.err.contains("warning: cut short at byte"), "{}", ran.err)
            }
            // Too few bytes to be known as a capture.
            status => assert!(status == Some(2) && len < 4 && !ran.err.is_empty(), "{len}: {}", ran.err),
        }
    }
    assert!(seen > 0);
}

#[test]
fn a_pcap_may_be_cut_anywhere() {
    cuts("corpus/capture/calls.pcap", 211);
}

#[test]
fn a_pcapng_may_be_cut_anywhere() {
    cuts("corpus/capture/recorded/bs-pcapng-two-interfaces.pcapng", 97);
}

#[test]
fn thousands_of_defects_are_counted_not_listed() {
    let scratch = Scratch::new("defects");
    let mut message = b"OPTIONS sip:a SIP/2.0\n".to_vec();
    for _ in 0..1_000_000 {
        message.extend_from_slice(b"a:\xff\n");
    }
    let path = scratch.write("many", &message);
    // More header fields than the limit of any mode.
    let ran = bounded(200_000, &["parse", "--mode", "capture", &path]);
    assert_eq!(ran.status, Some(1));
    let mut message = b"OPTIONS sip:a SIP/2.0\r\nx: ".to_vec();
    message.extend_from_slice(&b"\xffa".repeat(500_000));
    message.extend_from_slice(b"\r\n\r\n");
    let path = scratch.write("many", &message);
    let ran = bounded(200_000, &["parse", "--mode", "capture", &path]);
    assert_eq!(ran.status, Some(0));
    assert!(ran.text().len() < 8_000 && ran.text().contains("and 499,995 more not-utf8"), "{}", ran.text());
    let ran = bounded(200_000, &["parse", "--mode", "capture", "--json", &path]);
    let object = &ran.json()[0];
    let defects = object["defects"].as_array().unwrap().iter();
    assert_eq!(defects.filter(|defect| defect["code"] == "not-utf8").count(), 500_000);
}

#[test]
fn a_closed_pipe_is_quiet() {
    let capture = files("corpus/capture", "400.pcap").remove(0);
    let many = vec![capture.as_str(); 40];
    for args in [&["messages", "--jsonl"][..], &["messages", "--text"], &["messages", "--csv"]] {
        let mut child = command()
            .args(args)
            .args(&many)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line)
            .unwrap();
        assert!(!line.is_empty());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8(output.stderr).unwrap()),
            (Some(0), String::new())
        );
    }
}

#[test]
fn a_full_disk_is_told() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        println!("SKIP a full disk is told: no /dev/full");
        return;
    };
    let ran = finish(command().args(["messages", "corpus/capture/calls.pcap"]).stdout(full));
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("simdsip: standard output: No space left on device"), "{}", ran.err);
}
