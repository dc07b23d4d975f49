//! Rows appear as packets arrive, from standard input and from a named pipe.

use crate::run::{Scratch, command, pcap};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const FIRST: &[u8] = b"OPTIONS sip:a SIP/2.0\r\ni: first\r\n\r\n";
const SECOND: &[u8] = b"OPTIONS sip:a SIP/2.0\r\ni: second\r\n\r\n";

/// Lines as they come, so that waiting for one can end.
fn lines(stdout: ChildStdout) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    receive
}

fn expect(lines: &Receiver<String>, word: &str) {
    loop {
        let line =
            lines.recv_timeout(Duration::from_secs(10)).unwrap_or_else(|_| panic!("no line with {word}"));
        if line.contains(word) {
            return;
        }
    }
}

/// Writes packet by packet and wants each row before the next packet.
fn trickle(mut child: Child, mut input: impl Write) {
    let stdout = lines(child.stdout.take().unwrap());
    let capture = pcap(&[FIRST, SECOND]);
    let (head, tail) = capture.split_at(pcap(&[FIRST]).len());
    input.write_all(head).unwrap();
    input.flush().unwrap();
    expect(&stdout, "first");
    input.write_all(&tail[..20]).unwrap();
    input.flush().unwrap();
    assert!(stdout.recv_timeout(Duration::from_millis(50)).is_err(), "a row before its packet");
    input.write_all(&tail[20..]).unwrap();
    input.flush().unwrap();
    expect(&stdout, "second");
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn rows_appear_as_packets_arrive() {
    for format in ["--jsonl", "--csv", "--text"] {
        let mut child = command()
            .args(["messages", format, "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        trickle(child, input);
    }
}

#[test]
fn a_named_pipe_is_live_too() {
    let scratch = Scratch::new("fifo");
    let path = scratch.path("fifo");
    match Command::new("mkfifo").arg(&path).status() {
        Ok(status) if status.success() => {}
        other => return println!("SKIP a named pipe is live too: mkfifo: {other:?}"),
    }
    let child = command().args(["messages", "--text", &path]).stdout(Stdio::piped()).spawn().unwrap();
    trickle(child, File::options().write(true).open(&path).unwrap());
}

#[test]
fn a_limit_ends_before_the_input_does() {
    let mut child = command()
        .args(["messages", "--limit", "1", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&pcap(&[FIRST, SECOND])).unwrap();
    input.flush().unwrap();
    let stdout = lines(child.stdout.take().unwrap());
    expect(&stdout, "first");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(stdout.recv_timeout(Duration::from_secs(10)).is_err(), "one row was asked for");
    drop(input);
}
