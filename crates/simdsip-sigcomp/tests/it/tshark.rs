//! What another program makes of our messages.

use std::process::Command;

use simdsip_sigcomp::{Mode, Transport, frame};

use crate::flow::{flow_ims, send};

/// A capture of datagrams or of segments, each with its direction.
fn pcap(messages: &[(usize, Vec<u8>)], transport: Transport) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 101] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    let mut sequence = [1000_u32, 5000];
    for (at, (from, bytes)) in messages.iter().enumerate() {
        // Ports that tshark knows SigComp by.
        let (ports, hosts) = ([5555_u16, 6666], [[10, 0, 0, 1], [10, 0, 0, 2]]);
        let mut packet = Vec::new();
        let head = if transport == Transport::Message { 8 } else { 20 };
        let len = (20 + head + bytes.len()) as u16;
        packet.extend_from_slice(&[0x45, 0]);
        packet.extend_from_slice(&len.to_be_bytes());
        let protocol = if transport == Transport::Message { 17 } else { 6 };
        packet.extend_from_slice(&[0, 0, 0, 0, 64, protocol, 0, 0]);
        packet.extend_from_slice(&hosts[*from]);
        packet.extend_from_slice(&hosts[1 - from]);
        packet.extend_from_slice(&ports[*from].to_be_bytes());
        packet.extend_from_slice(&ports[1 - from].to_be_bytes());
        if transport == Transport::Message {
            packet.extend_from_slice(&(len - 20).to_be_bytes());
            packet.extend_from_slice(&[0, 0]);
        } else {
            packet.extend_from_slice(&sequence[*from].to_be_bytes());
            packet.extend_from_slice(&sequence[1 - from].to_be_bytes());
            packet.extend_from_slice(&[0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
            sequence[*from] += bytes.len() as u32;
        }
        packet.extend_from_slice(bytes);
        for word in [1000 + at as u32, 0, packet.len() as u32, packet.len() as u32] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice(&packet);
    }
    file
}

/// The decompressed bytes of each packet, out of the hex dumps.
fn decompressed(dump: &str) -> Vec<Vec<u8>> {
    let mut list = Vec::new();
    let mut inside = false;
    for line in dump.lines() {
        if line.starts_with("Decompressed SigComp message") {
            inside = true;
            list.push(Vec::new());
        } else if line.is_empty() || !line.starts_with(|c: char| c.is_ascii_hexdigit()) {
            inside = false;
        } else if inside {
            let bytes = line[4..].split_whitespace().take(16);
            let hex = |text: &str| if text.len() == 2 { u8::from_str_radix(text, 16).ok() } else { None };
            // Two blanks, the bytes, three blanks, the characters.
            let bytes = line.get(6..53.min(line.len())).map_or_else(Vec::new, |part| {
                drop(bytes);
                part.split_whitespace().filter_map(hex).collect()
            });
            list.last_mut().unwrap().extend(bytes);
        }
    }
    list
}

#[test]
fn decodes_all_that_we_send() {
    if Command::new("tshark").arg("--version").output().is_err() {
        println!("SKIP tshark: not installed");
        return;
    }
    let flow = flow_ims();
    for (sms, mode, transport) in [
        (2048, Mode::Optimistic, Transport::Message),
        (8192, Mode::Optimistic, Transport::Message),
        (8192, Mode::Acked, Transport::Message),
        (8192, Mode::Optimistic, Transport::Stream),
    ] {
        let wire = send(&flow, sms, mode, transport);
        let messages: Vec<(usize, Vec<u8>)> = wire
            .into_iter()
            .zip(&flow)
            .map(|(bytes, (from, _))| match transport {
                Transport::Message => (*from, bytes),
                Transport::Stream => {
                    let mut framed = Vec::new();
                    frame(&bytes, &mut framed);
                    (*from, framed)
                }
            })
            .collect();
        let path = std::env::temp_dir().join(format!("simdsip-sigcomp-{}.pcap", std::process::id()));
        std::fs::write(&path, pcap(&messages, transport)).unwrap();
        let output = Command::new("tshark")
            .args(["-o", "sigcomp.decomp.msg:TRUE", "-o", "tcp.relative_sequence_numbers:FALSE", "-x", "-r"])
            .arg(&path)
            .output()
            .unwrap();
        std::fs::remove_file(&path).unwrap();
        let seen = decompressed(&String::from_utf8_lossy(&output.stdout));
        let texts: Vec<&Vec<u8>> = flow.iter().map(|(_, text)| text).collect();
        assert_eq!(seen.len(), texts.len(), "{sms} {mode:?} {transport:?}");
        for (seen, text) in seen.iter().zip(texts) {
            assert!(seen == text, "{sms} {mode:?} {transport:?}: {}", String::from_utf8_lossy(seen));
        }
    }
}
