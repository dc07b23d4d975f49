//! Captures made of fuzz input, and what is to come out of them: the input decides how a known conversation is cut,
//! ordered and wrapped, and the messages have to be the same whatever it decides.

use simdsip_capture::{Messages, Options, Progress, Secrets};

/// Decisions, one byte or two at a time; zero where the input has no more.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// A number below `end`, which is below 65,536.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(u16::from_be_bytes([if end > 256 { self.byte() } else { 0 }, self.byte()])) % end.max(1)
    }

    pub fn yes(&mut self) -> bool {
        self.byte() & 1 == 1
    }
}

/// A pcap in memory, a packet each millisecond.
pub struct Capture {
    bytes: Vec<u8>,
    pub packets: u32,
}

impl Capture {
    pub fn new(link: u32) -> Self {
        let mut bytes = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0".to_vec();
        bytes.extend(link.to_le_bytes());
        Self { bytes, packets: 0 }
    }

    pub fn packet(&mut self, data: &[u8]) {
        let len = u32::try_from(data.len()).expect("short").to_le_bytes();
        let (seconds, micros) = (1 + self.packets / 1000, self.packets % 1000 * 1000);
        self.bytes.extend([seconds.to_le_bytes(), micros.to_le_bytes(), len, len].concat());
        self.bytes.extend(data);
        self.packets += 1;
    }

    /// The messages in it, each with the packet that completed it. Every packet is accounted for.
    pub fn messages(&self, secrets: Secrets) -> Vec<(u64, Vec<u8>)> {
        let options = Options::default().with_secrets(secrets);
        let mut messages = Messages::from_reader(&self.bytes[..], "fuzz", &options).expect("a pcap");
        let mut found = Vec::new();
        while messages.step(&mut |row| found.push((row.frame(), row.bytes().to_vec()))).expect("whole")
            == Progress::More
        {}
        let stats = messages.stats();
        let fates = stats.entries().filter(|(group, ..)| *group == "packet").map(|(.., count)| count);
        assert_eq!((stats.packets, fates.sum::<u64>()), (self.packets.into(), self.packets.into()));
        found
    }

    pub fn texts(&self) -> Vec<Vec<u8>> {
        self.messages(Secrets::default()).into_iter().map(|(_, text)| text).collect()
    }
}

/// Messages of a dialog, from 170 bytes to 4,000.
pub fn conversation() -> Vec<Vec<u8>> {
    let message = |(at, len): (usize, usize)| {
        let start = if at % 2 == 0 { "MESSAGE sip:bob@b.example SIP/2.0" } else { "SIP/2.0 200 OK" };
        let body: String = (0..len).map(|at| char::from(b'a' + (at % 26) as u8)).collect();
        format!(
            "{start}\r\nVia: SIP/2.0/TCP a.example;branch=z9hG4bK{at}\r\nFrom: <sip:a@a.example>;tag=1\r\n\
             To: <sip:b@b.example>\r\nCall-ID: 7@a.example\r\nCSeq: {at} MESSAGE\r\nContent-Type: text/plain\r\n\
             Content-Length: {len}\r\n\r\n{body}"
        )
        .into_bytes()
    };
    [0, 3, 300, 1, 4000, 50].into_iter().enumerate().map(message).collect()
}

/// IPv4, as a whole or as a fragment: `offset` counts bytes.
pub fn ipv4(protocol: u8, id: u16, offset: usize, more: bool, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(20 + payload.len()).expect("fits").to_be_bytes();
    let place = u16::try_from(offset / 8).expect("fits") | if more { 0x2000 } else { 0 };
    let [i, d] = id.to_be_bytes();
    let [high, low] = place.to_be_bytes();
    let head = [0x45, 0, len[0], len[1], i, d, high, low, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
    [&head, payload].concat()
}

/// IPv6, as a whole, or with a fragment header.
pub fn ipv6(protocol: u8, fragment: Option<(u32, usize, bool)>, payload: &[u8]) -> Vec<u8> {
    let extension = fragment.map_or(Vec::new(), |(id, offset, more)| {
        let place = u16::try_from(offset).expect("fits") | u16::from(more);
        [&[protocol, 0][..], &place.to_be_bytes(), &id.to_be_bytes()].concat()
    });
    let next = if extension.is_empty() { protocol } else { 44 };
    let len = u16::try_from(extension.len() + payload.len()).expect("fits").to_be_bytes();
    let mut addrs = [0; 32];
    (addrs[0], addrs[1], addrs[15]) = (0x20, 1, 1);
    (addrs[16], addrs[17], addrs[31]) = (0x20, 1, 2);
    [&[0x60, 0, 0, 0, len[0], len[1], next, 64][..], &addrs, &extension, payload].concat()
}

pub fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(8 + payload.len()).expect("fits").to_be_bytes();
    [&port.to_be_bytes()[..], &port.to_be_bytes(), &len, &[0, 0], payload].concat()
}

/// A segment to `port`; `flags` as in the header.
pub fn tcp(port: u16, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let ports = [40_000u16.to_be_bytes(), port.to_be_bytes()].concat();
    [&ports[..], &sequence.to_be_bytes(), &[0; 4], &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0], payload].concat()
}

/// A stream to `port` in segments as the choices have it: cut anywhere, swapped, sent again, overlapping.
pub fn segments(stream: &[u8], port: u16, choices: &mut Choices<'_>) -> Capture {
    let first = u32::from_be_bytes([0; 4].map(|_: u8| choices.byte()));
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < stream.len() {
        // What the input does not decide goes in large segments.
        let end = (at + 1 + if choices.0.is_empty() { 1399 } else { choices.below(1400) }).min(stream.len());
        // Behind bytes that were sent before, perhaps.
        let from = if choices.yes() { at.saturating_sub(choices.below(300)) } else { at };
        pieces.push((from, end));
        at = end;
    }
    // Each goes up to seven places further, some go twice.
    let mut order: Vec<_> =
        pieces.into_iter().enumerate().map(|(place, piece)| (place + choices.below(8), piece)).collect();
    for place in 0..order.len() {
        if choices.byte() & 7 == 7 {
            order.push((place + choices.below(8), order[place].1));
        }
    }
    order.sort_by_key(|(place, _)| *place);
    let mut capture = Capture::new(101);
    capture.packet(&ipv4(6, 0, 0, false, &tcp(port, first, 2, b"")));
    for (_, (from, end)) in order {
        let sequence = first.wrapping_add(1).wrapping_add(u32::try_from(from).expect("short"));
        capture.packet(&ipv4(6, 0, 0, false, &tcp(port, sequence, 0x18, &stream[from..end])));
    }
    capture
}

/// Datagrams in fragments as the choices have it: cut at multiples of eight, in any order, some twice.
pub fn fragments(datagrams: &[Vec<u8>], choices: &mut Choices<'_>) -> Capture {
    let mut capture = Capture::new(101);
    let mut pieces = Vec::new();
    for (id, datagram) in datagrams.iter().enumerate() {
        let (payload, six) = (udp(5060, datagram), choices.yes());
        let mut at = 0;
        while at < payload.len() {
            let end = (at + 8 * (1 + choices.below(180))).min(payload.len());
            pieces.push((id, six, at, end, payload.clone()));
            if choices.byte() & 7 == 7 {
                pieces.push((id, six, at, end, payload.clone()));
            }
            at = end;
        }
    }
    for at in (1..pieces.len()).rev() {
        pieces.swap(at, at - choices.below(at + 1).min(at));
    }
    for (id, six, at, end, payload) in pieces {
        let (more, part) = (end < payload.len(), &payload[at..end]);
        let id = u16::try_from(id).expect("few") + 1;
        capture.packet(&match six {
            true => ipv6(17, Some((id.into(), at, more)), part),
            false => ipv4(17, id, at, more, part),
        });
    }
    capture
}
