//! Captures made in memory, and their rows in a form that can be kept.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use simdsip_capture::{Messages, Options, Progress, Row, Stats};

#[path = "../../../simdsip/tests/common/clock.rs"]
pub mod clock;

/// A capture of Ethernet frames, written packet by packet.
pub struct Capture {
    pub bytes: Vec<u8>,
    /// Nanoseconds since 1970 of the next packet.
    pub now: u64,
}

/// Source and destination of a packet, as last octet and port.
pub type Ends = ((u8, u16), (u8, u16));

pub const UDP: Ends = ((1, 5060), (2, 5060));
pub const TCP: Ends = ((1, 40_000), (2, 5060));

pub const SYN: u8 = 0x02;
pub const ACK: u8 = 0x10;
pub const FIN: u8 = 0x01;
pub const RST: u8 = 0x04;

impl Capture {
    pub fn new() -> Self {
        let mut bytes = Vec::new();
        for number in [0xa1b2_3c4d_u32, 2 | 4 << 16, 0, 0, 65_535, 1] {
            bytes.extend(number.to_le_bytes());
        }
        Self { bytes, now: 1_795_158_918_540_146_007 }
    }

    pub fn udp(&mut self, ends: Ends, payload: &[u8]) {
        let ((_, source), (_, dest)) = ends;
        let mut udp = [source.to_be_bytes(), dest.to_be_bytes()].concat();
        udp.extend(u16::try_from(payload.len() + 8).unwrap().to_be_bytes());
        udp.extend([0, 0]);
        udp.extend(payload);
        self.ip(ends, 17, 0, &udp);
    }

    pub fn tcp(&mut self, ends: Ends, at: u32, flags: u8, acknowledges: u32, payload: &[u8]) {
        let ((_, source), (_, dest)) = ends;
        let mut tcp = [source.to_be_bytes(), dest.to_be_bytes()].concat();
        tcp.extend(at.to_be_bytes());
        tcp.extend(acknowledges.to_be_bytes());
        tcp.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        tcp.extend(payload);
        self.ip(ends, 6, 0, &tcp);
    }

    /// `flags_offset` as in the IPv4 header.
    pub fn ip(&mut self, ends: Ends, protocol: u8, flags_offset: u16, payload: &[u8]) {
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0];
        frame.extend(u16::try_from(payload.len() + 20).unwrap().to_be_bytes());
        frame.extend([0, 7]);
        frame.extend(flags_offset.to_be_bytes());
        frame.extend([64, protocol, 0, 0, 10, 0, 0, ends.0.0, 10, 0, 0, ends.1.0]);
        frame.extend(payload);
        self.frame(&frame, frame.len());
    }

    /// Keeps `captured` bytes of the frame.
    pub fn frame(&mut self, frame: &[u8], captured: usize) {
        let (seconds, nanos) = (self.now / 1_000_000_000, self.now % 1_000_000_000);
        for number in [seconds, nanos, captured as u64, frame.len() as u64] {
            self.bytes.extend(u32::try_from(number).unwrap().to_le_bytes());
        }
        self.bytes.extend(&frame[..captured]);
        self.now += 1_000_000;
    }

    pub fn rows(&self) -> (Vec<Kept>, Stats) {
        rows(&self.bytes, &Options::default())
    }
}

/// A row that outlives its packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub frame: u64,
    pub message_in_frame: u16,
    pub parsed: bool,
    pub bytes: Vec<u8>,
}

pub fn rows(bytes: &[u8], options: &Options) -> (Vec<Kept>, Stats) {
    let mut kept: Vec<Kept> = Vec::new();
    let stats = each_row(bytes, options, |row| {
        kept.push(Kept {
            frame: row.frame(),
            message_in_frame: row.message_in_frame(),
            parsed: row.message().is_ok(),
            bytes: row.bytes().to_vec(),
        });
    });
    let mut keys: Vec<_> = kept.iter().map(|row| (row.frame, row.message_in_frame)).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), kept.len(), "frame and message_in_frame are unique");
    (kept, stats)
}

pub fn each_row(bytes: &[u8], options: &Options, mut visit: impl FnMut(&Row<'_>)) -> Stats {
    let mut messages = Messages::from_reader(bytes, "made", options).expect("a capture");
    while messages.step(&mut visit).expect("sound records") == Progress::More {}
    messages.stats().clone()
}

/// A count of the statistics, 0 where it is not listed.
pub fn count(stats: &Stats, group: &str, name: &str) -> u64 {
    let mut entries = stats.entries().filter(|(in_group, entry, _)| *in_group == group && entry == name);
    entries.next().map_or(0, |(.., count)| count)
}

/// A request that names itself in its Call-ID.
pub fn request(id: &str, body: &str) -> Vec<u8> {
    let len = body.len();
    format!(
        "MESSAGE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK{id}\r\n\
         From: <sip:alice@example.com>;tag=1\r\nTo: <sip:bob@example.com>\r\nCall-ID: {id}\r\nCSeq: 7 MESSAGE\r\n\
         Max-Forwards: 70\r\nContent-Length: {len}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A message of a dialog, or one that begins it.
pub struct Sip<'a> {
    /// Method, or status code and reason.
    pub start: &'a str,
    pub cseq: (u32, &'a str),
    pub call_id: &'a str,
    pub from_tag: &'a str,
    /// None where it is empty.
    pub to_tag: &'a str,
    pub branch: &'a str,
}

impl Sip<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        let Sip { start, cseq: (number, method), call_id, from_tag, to_tag, branch } = self;
        let line = match start.starts_with(|letter: char| letter.is_ascii_digit()) {
            true => format!("SIP/2.0 {start}"),
            false => format!("{start} sip:bob@example.com SIP/2.0"),
        };
        let to_tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
        format!(
            "{line}\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{branch}\r\n\
             From: <sip:alice@example.com>;tag={from_tag}\r\nTo: <sip:bob@example.com>{to_tag}\r\n\
             Call-ID: {call_id}\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        .into_bytes()
    }
}
