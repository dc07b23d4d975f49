//! What we send, in the eyes of another program: nothing malformed, no bad checksum, no error.

mod common;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use common::*;
use simdsip_sctp::sim::Sent;

/// A pcap file of raw IPv4.
fn pcap(packets: &[Sent]) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0]);
    for packet in packets {
        let (IpAddr::V4(source), IpAddr::V4(destination)) = (packet.source, packet.destination) else {
            continue;
        };
        let len = 20 + packet.bytes.len();
        let mut ip = vec![0x45, 0, (len >> 8) as u8, len as u8, 0, 0, 0x40, 0, 64, 132, 0, 0];
        ip.extend(source.octets());
        ip.extend(destination.octets());
        let sum: u32 = ip.chunks(2).map(|two| u32::from(two[0]) << 8 | u32::from(two[1])).sum();
        let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
        ip[10..12].copy_from_slice(&sum.to_be_bytes());
        let (seconds, micros) = (packet.at.as_secs() as u32, packet.at.subsec_micros());
        for number in [seconds, micros, len as u32, len as u32] {
            file.extend(number.to_le_bytes());
        }
        file.extend(ip);
        file.extend(&packet.bytes);
    }
    file
}

/// What tshark finds wrong; `None` where there is no tshark.
fn complaints(name: &str, packets: &[Sent]) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pcap"));
    std::fs::write(&path, pcap(packets)).unwrap();
    let output = Command::new("tshark")
        .args(["-n", "-o", "sctp.checksum:CRC 32c", "-T", "fields"])
        .args([
            "-e",
            "frame.number",
            "-e",
            "_ws.expert.severity",
            "-e",
            "_ws.expert.message",
            "-e",
            "sctp.checksum.status",
        ])
        .arg("-r")
        .arg(&path)
        .output();
    let Ok(output) = output else {
        println!("SKIP: no tshark; apt-get install tshark");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), packets.len(), "{name}");
    let mut found = String::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        // Severities: error 8388608, warning 6291456. Checksum status: 1 is good.
        let severe = fields[1].split(',').any(|it| it == "8388608");
        if severe || fields[3] != "1" || fields[2].contains("alformed") {
            writeln!(found, "{name}: {line}").unwrap();
        }
    }
    Some(found)
}

#[test]
fn another_program_finds_nothing_wrong() {
    let mut found = String::new();
    // A quiet life: set-up, both orders, fragments, graceful end.
    let mut pair = Pair::new(AssociationConfig::sip(), Link::default());
    pair.network.record();
    pair.start();
    for number in 0..200 {
        pair.send(number, 12 + 20 * number as usize, SendInfo::ordered((number % 16) as u16));
        pair.send(number, 1024, SendInfo { lifetime: Some(ms(50)), ..SendInfo::unordered(0) });
        pair.network.run_for(ms(3));
    }
    let (now, id) = (pair.network.now(), pair.association);
    pair.network.endpoint(pair.a).shutdown(now, id).unwrap();
    assert!(pair.network.run_out(Duration::from_secs(60)));
    let Some(complaint) = complaints("quiet", pair.network.recorded()) else { return };
    found += &complaint;
    // A bad one: loss, reordering, duplicates, a dead path, messages given up, new addresses, an abort.
    let link = Link { loss: 100, reorder: 100, duplicate: 100, delay: ms(10), ..Link::default() };
    let mut pair = Pair::new(AssociationConfig::lan(), Link::default());
    pair.network.record();
    pair.start();
    pair.network.set_all(link);
    for number in 0..500 {
        let info = SendInfo {
            lifetime: (number % 3 == 0).then(|| ms(30)),
            ..SendInfo::ordered((number % 3) as u16)
        };
        pair.send(number, 3000, info);
        if number == 200 {
            pair.network.set_up(B1, false);
        }
        if number == 300 {
            let (now, a) = (pair.network.now(), pair.a);
            let new = "10.71.3.1".parse().unwrap();
            pair.network.add_address(a, new);
            assert_eq!(pair.network.endpoint(a).add_address(now, new), 1);
        }
        pair.network.run_for(ms(5));
    }
    pair.network.run_for(ms(1_000));
    let (now, id) = (pair.network.now(), pair.association);
    pair.network.endpoint(pair.a).abort(now, id, b"enough").unwrap();
    pair.network.run_for(ms(1_000));
    println!("{} packets", pair.network.recorded().len());
    found += &complaints("rough", pair.network.recorded()).unwrap();
    let first: Vec<&str> = found.lines().take(20).collect();
    assert!(first.is_empty(), "{first:#?}");
}
