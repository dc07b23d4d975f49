//! examples/c: the proxy step and the framer, built, run, and held against edits of plain text.

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{cc, fed, framed, here, program, tool};

/// An example as a program of its own for each test: they run at once.
fn example(cc: &str, name: &str, program_name: &str) -> PathBuf {
    program(cc, &here().join(format!("../../examples/c/{name}.c")), program_name)
}

/// Lines of the header section with their ends, and the rest.
fn lines(message: &str) -> (Vec<&str>, &str) {
    let end = message.find("\r\n\r\n").unwrap() + 2;
    let mut lines: Vec<&str> = Vec::new();
    for line in message[..end].split_inclusive("\r\n") {
        match lines.last_mut() {
            // A fold belongs to its line.
            Some(last) if line.starts_with([' ', '\t']) => {
                let from = last.as_ptr().addr() - message.as_ptr().addr();
                *last = &message[from..from + last.len() + line.len()];
            }
            _ => lines.push(line),
        }
    }
    (lines, &message[end..])
}

fn is(line: &str, names: [&str; 2]) -> bool {
    let name = line.split(':').next().unwrap_or("").trim_end();
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What forward.c has to make of the message that is the `count`th one to go on: by cutting text, with nothing of ours.
fn forwarded(message: &[u8], count: usize) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(message).ok()?;
    let (mut lines, rest) = lines(text);
    let owned;
    let top = lines.iter().position(|line| is(line, ["Via", "v"]));
    if lines[0].starts_with("SIP/2.0 ") {
        let top = top?;
        match lines[top].split_once(',') {
            None => {
                lines.remove(top);
            }
            Some((first, others)) => {
                let blank = first.find(':').unwrap() + 1;
                let blank = blank + first[blank..].len() - first[blank..].trim_start().len();
                owned = first[..blank].to_owned() + others.trim_start();
                lines[top] = &owned;
            }
        }
    } else {
        let hops = lines.iter().position(|line| is(line, ["Max-Forwards", "max-forwards"]));
        let line = match hops {
            Some(at) => {
                let (name, value) = lines[at].split_once(':').unwrap();
                let number: u32 = value.trim().parse().ok()?;
                let left = number.checked_sub(1)?.to_string();
                owned = format!("{name}:{}", value.replacen(value.trim(), &left, 1));
                lines[at] = &owned;
                None
            }
            None => Some("Max-Forwards: 70\r\n"),
        };
        lines.extend(line);
        let via = format!("Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKfwd{count}\r\n");
        let top = top.unwrap_or(1);
        let made = [&lines[..top].concat(), &via, &lines[top..].concat(), rest].concat();
        return Some(made.into_bytes());
    }
    Some((lines.concat() + rest).into_bytes())
}

/// What the program wrote: lengths and bytes.
fn unframed(mut out: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    while !out.is_empty() {
        let len = usize::from_str_radix(std::str::from_utf8(&out[..8]).unwrap(), 16).unwrap();
        all.push(out[9..9 + len].to_vec());
        out = &out[9 + len..];
    }
    all
}

#[test]
fn every_message_of_mix_1k_is_forwarded_and_nothing_else_of_it_changes() {
    let Some(cc) = cc() else { return };
    let forward = example(&cc, "forward", "forward");
    let messages = simdsip_corpus::workload("mix-1k");
    let made = unframed(&fed(Command::new(&forward).arg("--stdin"), framed(&messages)).stdout);
    assert_eq!(made.len(), messages.len());
    let mut count = 0;
    for (message, made) in messages.iter().zip(&made) {
        let expected = forwarded(message, count).unwrap_or_default();
        assert_eq!(made.escape_ascii().to_string(), expected.escape_ascii().to_string());
        count += usize::from(!expected.is_empty());
    }
    assert!(count * 10 > messages.len() * 9, "{count} of {}", messages.len());

    let Some(valgrind) = tool(&["valgrind"], "memory of forward.c") else { return };
    let allocs = |some: &[Vec<u8>]| {
        let mut command = Command::new(&valgrind);
        command.args(["--error-exitcode=9", "--leak-check=full"]).arg(&forward).arg("--stdin");
        let said = fed(&mut command, framed(some)).stderr;
        let said = String::from_utf8_lossy(&said).into_owned();
        said.split("total heap usage: ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
    };
    assert_eq!(allocs(&messages[..2]), allocs(&messages[..200]), "allocations do not depend on messages");
}

#[test]
fn over_udp_too() {
    let Some(cc) = cc() else { return };
    let forward = example(&cc, "forward", "forward-udp");
    let target = UdpSocket::bind("127.0.0.1:0").unwrap();
    target.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    // A port that was free a moment ago.
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ports = [port.to_string(), target.local_addr().unwrap().port().to_string()];
    let mut running = Command::new(forward).args(&ports).stderr(Stdio::piped()).spawn().unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(("127.0.0.1", port)).unwrap();
    let messages = simdsip_corpus::workload("mix-1k");
    let message = messages.iter().find(|message| message.starts_with(b"INVITE ")).unwrap();
    let mut buffer = [0; 65536];
    // Datagrams that come before it listens are lost.
    target.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let arrived = (0..100).find_map(|_| {
        let _ = client.send(message);
        target.recv(&mut buffer).ok()
    });
    let made = &buffer[..arrived.expect("nothing arrived")];
    assert_eq!(made.escape_ascii().to_string(), forwarded(message, 0).unwrap().escape_ascii().to_string());
    client.send(b"").unwrap();
    assert!(running.wait().unwrap().success());
}

#[test]
fn the_framer_finds_the_messages_of_a_connection() {
    let Some(cc) = cc() else { return };
    let framer = example(&cc, "framer", "framer");
    let messages: Vec<_> = simdsip_corpus::workload("mix-1k").into_iter().take(60).collect();
    let valgrind = tool(&["valgrind"], "memory of framer.c");
    // Cuts at every byte, in the middle of things, and none; with valgrind where there is one.
    for (cut, checked) in [(1, false), (333, true), (1_000_000, false)] {
        let mut command = match &valgrind {
            Some(valgrind) if checked => {
                let mut command = Command::new(valgrind);
                command.args(["-q", "--error-exitcode=9", "--leak-check=full"]).arg(&framer);
                command
            }
            _ => Command::new(&framer),
        };
        let mut running = command.arg("0").stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(running.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let port: u16 = line.trim().strip_prefix("port ").unwrap().parse().unwrap();
        let mut peer = TcpStream::connect(("127.0.0.1", port)).unwrap();
        peer.set_nodelay(true).unwrap();
        let mut stream = messages.concat();
        stream.extend_from_slice(b"\r\n\r\nBYE sip:b SIP/2.0\r\nCSeq: 1 BYE\r\n\r\n");
        let few = if cut == 1 { stream.len() - 3_000 } else { 0 };
        peer.write_all(&stream[..few]).unwrap();
        for piece in stream[few..].chunks(cut) {
            peer.write_all(piece).unwrap();
        }
        let mut pong = Vec::new();
        let _ = peer.read_to_end(&mut pong); // the rest may be reset: the example closes at once
        assert_eq!(pong, b"\r\n");
        let mut rest = String::new();
        said.read_to_string(&mut rest).unwrap();
        assert!(running.wait().unwrap().success());
        let lines: Vec<&str> = rest.lines().collect();
        assert_eq!(lines.len(), messages.len() + 1);
        assert_eq!(lines[messages.len()], "fatal: content-length at 32, answerable");
        for (message, line) in messages.iter().zip(lines) {
            let start = std::str::from_utf8(message).unwrap().split([' ']).collect::<Vec<_>>();
            let word = if start[0] == "SIP/2.0" { start[1] } else { start[0] };
            assert!(line.starts_with(word), "{line}");
        }
    }
}
