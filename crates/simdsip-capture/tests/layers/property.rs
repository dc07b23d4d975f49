//! The properties of single layers of captures: link to transport, WebSocket, TLS, HEP.

use std::sync::LazyLock;

use simdsip_capture::Secrets;

use super::wire::{Capture, Choices, conversation, fragments, ipv4, segments, tcp, udp};

/// The packets of a pcap as it is; none of what is no pcap.
fn packets(bytes: &[u8]) -> Option<(u32, Vec<&[u8]>)> {
    let (head, mut rest) = bytes.split_first_chunk::<24>()?;
    let number = |bytes: &[u8], at: usize| {
        Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?)).filter(|number| *number <= 65_535)
    };
    head.starts_with(b"\xd4\xc3\xb2\xa1").then_some(())?;
    let mut packets = Vec::new();
    while let Some(packet) = number(rest, 8).and_then(|len| rest.get(16..16 + len as usize)) {
        packets.push(packet);
        rest = &rest[16 + packet.len()..];
    }
    Some((number(head, 20)?, packets))
}

/// Each packet has one fate, a message stands in its packet, and what is behind the end of an IP packet is none of it.
pub fn link_to_transport(bytes: &[u8]) {
    let Some((link, packets)) = packets(bytes) else { return };
    let (mut plain, mut padded, mut more) = (Capture::new(link), Capture::new(link), Vec::new());
    for packet in &packets {
        // Ethernet pads: IPv4 that ends within what was captured, in a frame without tags.
        let len = packet.get(16..18).map_or(0, |len| usize::from(u16::from_be_bytes([len[0], len[1]])));
        let ends =
            link == 1 && packet.get(12..15) == Some(b"\x08\0\x45") && len >= 20 && 14 + len <= packet.len();
        more.clear();
        more.extend_from_slice(packet);
        more.extend_from_slice(if ends { b"OPTIONS sip:pad SIP/2.0\r\n\r\n" } else { b"" });
        plain.packet(packet);
        padded.packet(&more);
    }
    let found = plain.messages(Secrets::default());
    assert_eq!(found, padded.messages(Secrets::default()), "padding was read");
    for (frame, text) in found {
        let packet = packets[usize::try_from(frame).expect("few") - 1];
        // Of a message in one packet, unless it was compressed or masked.
        if text.len() <= packet.len()
            && packet.windows(8).any(|part| part == b" SIP/2.0")
            && packet.ends_with(&text[text.len() - 1..])
        {
            let tail = &text[text.len().saturating_sub(16)..];
            assert!(packet.windows(tail.len()).any(|part| part == tail), "not of its packet");
        }
    }
}

/// A stream of TCP, and datagrams of IP, are the same in whatever pieces they come.
pub fn reassembly(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let mut expected = conversation();
    if choices.yes() {
        assert_eq!(segments(&expected.concat(), 5060, &mut choices).texts(), expected);
    } else {
        // The last fragments of a datagram decide when it is there; if all of them come twice, it is there twice.
        let mut found = fragments(&expected, &mut choices).texts();
        found.sort();
        found.dedup();
        expected.sort();
        assert_eq!(found, expected);
    }
}

/// Messages in frames of a WebSocket: masked or not, in fragments, with control frames between.
pub fn websocket(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let mut stream = b"GET /sip HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Protocol: sip\r\n\r\n"
        .to_vec();
    for message in conversation() {
        let mut at = 0;
        while at < message.len() {
            if choices.byte() & 3 == 3 {
                let kind = [0x89, 0x8a, 0x82][choices.below(if at == 0 { 3 } else { 2 })];
                frame(kind, b"\x00between", &mut choices, &mut stream);
            }
            let end = match choices.byte() & 3 {
                0 => message.len(),
                _ => (at + choices.below(2000)).min(message.len()),
            };
            let kind = if at == 0 { 1 + (choices.byte() & 1) } else { 0 };
            let last = end == message.len();
            // A first fragment with nothing in it would be followed by another first one.
            if at > 0 || end > 0 {
                frame(kind | if last { 0x80 } else { 0 }, &message[at..end], &mut choices, &mut stream);
            }
            at = end;
        }
    }
    assert_eq!(segments(&stream, 80, &mut choices).texts(), conversation());
}

fn frame(first: u8, payload: &[u8], choices: &mut Choices<'_>, out: &mut Vec<u8>) {
    let mask = choices.yes().then(|| [0; 4].map(|_: u8| choices.byte()));
    let masked = if mask.is_some() { 0x80 } else { 0 };
    out.push(first);
    // Lengths may be written longer than they need to be.
    match (payload.len(), choices.byte() & 3) {
        (len @ ..126, 0 | 1) => out.push(u8::try_from(len).expect("short") | masked),
        (len, 0..3) => {
            out.push(126 | masked);
            out.extend(u16::try_from(len).expect("short").to_be_bytes());
        }
        (len, _) => {
            out.push(127 | masked);
            out.extend((len as u64).to_be_bytes());
        }
    }
    out.extend(mask.iter().flatten());
    let key = mask.unwrap_or_default();
    out.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
}

/// A recorded call by TLS.
struct Recorded {
    packets: Vec<&'static [u8]>,
    secrets: Secrets,
    messages: Vec<Vec<u8>>,
}

/// By TLS 1.3 and TLS 1.2.
static RECORDED: LazyLock<[Recorded; 2]> = LazyLock::new(|| {
    let files: [(&[u8], &[u8]); 2] = [
        (
            include_bytes!("../../../../corpus/capture/recorded/bs-tls-call-keylog.pcap"),
            include_bytes!("../../../../corpus/capture/recorded/bs-tls-call-keylog.keys.txt"),
        ),
        (
            include_bytes!("../../../../corpus/capture/recorded/bs-tls12-call-keylog.pcap"),
            include_bytes!("../../../../corpus/capture/recorded/bs-tls12-call-keylog.keys.txt"),
        ),
    ];
    files.map(|(pcap, keys)| {
        let (link, packets) = packets(pcap).expect("a pcap");
        assert_eq!(link, 1);
        let mut secrets = Secrets::default();
        secrets.read_key_log(keys);
        let mut capture = Capture::new(1);
        packets.iter().for_each(|packet| capture.packet(packet));
        let messages: Vec<_> = capture.messages(secrets.clone()).into_iter().map(|(_, text)| text).collect();
        assert!(messages.len() > 20);
        Recorded { packets, secrets, messages }
    })
});

/// However its segments are cut, a connection gives what was sent; and whatever is changed or lost, nothing else.
pub fn tls(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let Recorded { packets, secrets, messages: sent } = &RECORDED[usize::from(choices.byte() & 1)];
    let (mut capture, mut intact) = (Capture::new(1), true);
    for packet in packets {
        let tcp = 14 + usize::from(packet[14] & 15) * 4;
        let data = tcp + usize::from(packet[tcp + 12] >> 4) * 4;
        let end = 14 + usize::from(u16::from_be_bytes([packet[16], packet[17]]));
        let what = choices.byte();
        if packet[23] != 6 || data >= end || what < 0x80 {
            capture.packet(packet);
            continue;
        }
        let mut packet = packet.to_vec();
        if what >= 0xf0 {
            intact = false;
            if what == 0xff {
                continue;
            }
            packet[data + choices.below(end - data)] ^= 1 << (what & 7);
        }
        let cut = choices.below(end - data);
        for (from, to) in [(data, data + cut), (data + cut, end)] {
            let mut part = [&packet[..data], &packet[from..to]].concat();
            let len = u16::try_from(part.len() - 14).expect("short").to_be_bytes();
            let sequence = u32::from_be_bytes(*packet[tcp + 4..].first_chunk().expect("a header"));
            let sequence = sequence.wrapping_add(u32::try_from(from - data).expect("short"));
            part[16..18].copy_from_slice(&len);
            part[tcp + 4..tcp + 8].copy_from_slice(&sequence.to_be_bytes());
            capture.packet(&part);
        }
    }
    let found: Vec<_> = capture.messages(secrets.clone()).into_iter().map(|(_, text)| text).collect();
    if intact {
        assert_eq!(&found, sent);
    }
    // A message whose rest was lost may be given as far as it came.
    assert!(
        found.iter().all(|text| sent.iter().any(|sent| sent.windows(text.len()).any(|part| part == text)))
    );
}

/// A message in HEP 3, its chunks in any order, with those of vendors between; by UDP, or in a stream.
pub fn hep(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let (mut capture, mut stream, expected) = (Capture::new(101), Vec::new(), conversation());
    let by_stream = choices.yes();
    for message in &expected {
        let chunk = |vendor: u16, kind: u16, value: &[u8]| {
            let len = u16::try_from(6 + value.len()).expect("short");
            [&vendor.to_be_bytes()[..], &kind.to_be_bytes(), &len.to_be_bytes(), value].concat()
        };
        let mut chunks = vec![
            chunk(0, 1, &[2]),
            chunk(0, 2, &[17]),
            chunk(0, 3, &[10, 0, 0, 1]),
            chunk(0, 4, &[10, 0, 0, 2]),
            chunk(0, 7, &5060u16.to_be_bytes()),
            chunk(0, 8, &5060u16.to_be_bytes()),
            chunk(0, 11, &[1]),
            chunk(0, 15, message),
        ];
        for _ in 0..choices.below(4) {
            // Ours are of vendor 0 and of types that are known.
            let (vendor, kind) =
                if choices.yes() { (1 + choices.below(3) as u16, choices.byte()) } else { (0, 0x80) };
            let len = choices.below(20);
            chunks.push(chunk(vendor, kind.into(), &[choices.byte()].repeat(len)));
        }
        for at in (1..chunks.len()).rev() {
            chunks.swap(at, at - choices.below(at + 1).min(at));
        }
        let body = chunks.concat();
        let len = u16::try_from(6 + body.len()).expect("short").to_be_bytes();
        let packet = [b"HEP3", &len[..], &body].concat();
        capture.packet(&ipv4(17, 0, 0, false, &udp(9060, &packet)));
        stream.extend(packet);
    }
    let capture = if by_stream { segments(&stream, 9060, &mut choices) } else { capture };
    assert_eq!(capture.texts(), expected);
    // Whatever else calls itself HEP is accounted for.
    let mut other = Capture::new(101);
    other.packet(&ipv4(17, 0, 0, false, &udp(9060, &[b"HEP3", &bytes[..bytes.len().min(60_000)]].concat())));
    other.packet(&ipv4(
        6,
        0,
        0,
        false,
        &tcp(9060, 1, 0x18, &[b"HEP3", &bytes[..bytes.len().min(60_000)]].concat()),
    ));
    other.texts();
}
