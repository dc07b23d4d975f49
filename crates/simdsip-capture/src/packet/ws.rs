//! WebSocket frames: masked, fragmented, with control frames between. RFC 6455 §5.2, RFC 7118.
//!
//! Gives each message once it is whole. A compressed one (permessage-deflate) is counted and passed over, and so is
//! one that is too long. Does not answer, and does not check what only the other side could mind.

use crate::stats::{Event, Stats};
use memchr::memmem;

const MAX_MESSAGE: usize = 1 << 20;
/// Headers of an upgrade (RFC 6455 §4) that are waited for.
pub(super) const MAX_UPGRADE: usize = 16 * 1024;

/// One direction of a WebSocket.
#[derive(Debug, Default)]
pub(super) struct Ws {
    /// The unread part of the frames.
    buffer: Vec<u8>,
    /// Fragments of a message before the one that is read.
    message: Vec<u8>,
    /// The message will not be given.
    spoilt: bool,
    /// Bytes of a frame too long to be held that are still to come.
    skip: u64,
}

/// What the first bytes of a stream say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upgrade {
    /// Frames begin here.
    Done(usize),
    /// More bytes may make it one.
    Perhaps,
    No,
}

/// Whether a stream begins with a request or response that opens a WebSocket.
pub(super) fn upgrade(bytes: &[u8]) -> Upgrade {
    const BEGINNINGS: [&[u8]; 2] = [b"GET ", b"HTTP/1.1 101"];
    let begins = |text: &&[u8]| {
        let len = text.len().min(bytes.len());
        text.get(..len) == bytes.get(..len)
    };
    if bytes.is_empty() || !BEGINNINGS.iter().any(begins) {
        return Upgrade::No;
    }
    let head = bytes.get(..MAX_UPGRADE).unwrap_or(bytes);
    match memmem::find(head, b"\r\n\r\n") {
        Some(end) => {
            let head = head.get(..end).unwrap_or_default().to_ascii_lowercase();
            let named = head.split(|byte| *byte == b'\n').any(|line| {
                line.strip_prefix(b"upgrade:").is_some_and(|value| value.trim_ascii() == b"websocket")
            });
            if named { Upgrade::Done(end.saturating_add(4)) } else { Upgrade::No }
        }
        None if bytes.len() > MAX_UPGRADE => Upgrade::No,
        // Only what stays HTTP line by line is waited for.
        None => {
            let line = memchr::memchr(b'\n', head).and_then(|end| head.get(..end));
            let http = line.is_none_or(|line| {
                line.starts_with(b"HTTP/") || line.trim_ascii_end().ends_with(b" HTTP/1.1")
            });
            if http { Upgrade::Perhaps } else { Upgrade::No }
        }
    }
}

/// Whether a stream that was joined in the middle begins with a frame that holds SIP.
pub(super) fn looks_like_frame(bytes: &[u8]) -> bool {
    let Some(Frame { opcode: 1 | 2, header, mask, len, .. }) = Frame::read(bytes) else { return false };
    let payload = bytes.get(header..).unwrap_or_default();
    let payload = payload.get(..usize::try_from(len).unwrap_or(usize::MAX)).unwrap_or(payload);
    let mut head = payload.get(..4096).unwrap_or(payload).to_vec();
    unmask(&mut head, mask, 0);
    bytes.first().is_some_and(|first| first & 0x70 == 0)
        && super::sniff::datagram(&head, super::sniff::Ask::Strict)
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    last: bool,
    compressed: bool,
    opcode: u8,
    header: usize,
    len: u64,
    mask: Option<[u8; 4]>,
}

impl Frame {
    /// `None` where there are too few bytes.
    fn read(bytes: &[u8]) -> Option<Self> {
        let [first, second] = *bytes.first_chunk()?;
        let (len, at) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)), 4usize),
            127 => (u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?), 10),
            len => (u64::from(len), 2),
        };
        let (mask, header) = match second & 0x80 {
            0 => (None, at),
            _ => (Some(*bytes.get(at..)?.first_chunk()?), at.saturating_add(4)),
        };
        let (last, compressed) = (first & 0x80 != 0, first & 0x40 != 0);
        Some(Self { last, compressed, opcode: first & 0x0f, header, len, mask })
    }
}

impl Ws {
    pub(super) fn footprint(&self) -> usize {
        self.buffer.capacity().saturating_add(self.message.capacity())
    }

    /// Takes bytes that follow those before.
    pub(super) fn feed(&mut self, bytes: &[u8], stats: &mut Stats, give: &mut impl FnMut(&[u8], &mut Stats)) {
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip = self.skip.saturating_sub(skipped as u64);
        self.buffer.extend_from_slice(bytes.get(skipped..).unwrap_or_default());
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut used = 0usize;
        while let Some(frame) = Frame::read(buffer.get(used..).unwrap_or_default()) {
            let from = used.saturating_add(frame.header);
            if frame.len > MAX_MESSAGE as u64 {
                stats.event(Event::WsMessageTooLong);
                self.spoilt = true;
                let there = buffer.len().saturating_sub(from);
                let here = usize::try_from(frame.len).unwrap_or(usize::MAX).min(there);
                self.skip = frame.len.saturating_sub(here as u64);
                used = from.saturating_add(here);
                continue;
            }
            let to = from.saturating_add(usize::try_from(frame.len).unwrap_or(usize::MAX));
            let Some(payload) = buffer.get_mut(from..to) else { break };
            unmask(payload, frame.mask, 0);
            self.frame(&frame, payload, stats, give);
            used = to;
        }
        buffer.drain(..used.min(buffer.len()));
        if !buffer.is_empty() {
            self.buffer = buffer;
        }
    }

    fn frame(
        &mut self,
        frame: &Frame,
        payload: &[u8],
        stats: &mut Stats,
        give: &mut impl FnMut(&[u8], &mut Stats),
    ) {
        match frame.opcode {
            0 => {}
            1 | 2 => {
                self.message.clear();
                self.spoilt = frame.compressed;
                if frame.compressed {
                    stats.event(Event::WsCompressed);
                }
            }
            // Close, ping and pong may come between fragments.
            _ => return,
        }
        if self.spoilt {
            self.spoilt &= !frame.last;
            return;
        }
        if frame.last && self.message.is_empty() {
            return give(payload, stats);
        }
        if self.message.len().saturating_add(payload.len()) > MAX_MESSAGE {
            stats.event(Event::WsMessageTooLong);
            self.message = Vec::new();
            self.spoilt = !frame.last;
            return;
        }
        self.message.extend_from_slice(payload);
        if frame.last {
            let message = std::mem::take(&mut self.message);
            give(&message, stats);
        }
    }

    /// Bytes are missing: where the next frame begins is not known.
    pub(super) fn gap(&mut self) {
        *self = Self::default();
    }
}

fn unmask(bytes: &mut [u8], mask: Option<[u8; 4]>, from: usize) {
    let Some(mask) = mask else { return };
    for (byte, key) in bytes.iter_mut().zip(mask.iter().cycle().skip(from & 3)) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, mask: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
        let masked = if mask.is_some() { 0x80 } else { 0 };
        let mut bytes = vec![first];
        match payload.len() {
            len @ ..126 => bytes.push(u8::try_from(len).unwrap() | masked),
            len @ ..65_536 => {
                bytes.push(126 | masked);
                bytes.extend(u16::try_from(len).unwrap().to_be_bytes());
            }
            len => {
                bytes.push(127 | masked);
                bytes.extend((len as u64).to_be_bytes());
            }
        }
        bytes.extend(mask.unwrap_or_default().iter().take(if mask.is_some() { 4 } else { 0 }));
        let mut payload = payload.to_vec();
        unmask(&mut payload, mask, 0);
        bytes.extend(payload);
        bytes
    }

    fn messages(pieces: impl Iterator<Item = Vec<u8>>) -> (Vec<Vec<u8>>, Stats) {
        let (mut ws, mut stats, mut found) = (Ws::default(), Stats::default(), Vec::new());
        pieces.for_each(|piece| ws.feed(&piece, &mut stats, &mut |message, _| found.push(message.to_vec())));
        (found, stats)
    }

    #[test]
    fn any_cut_gives_the_same_messages() {
        let mask = Some([1, 2, 3, 4]);
        let bytes = [
            frame(0x81, mask, b"one"),
            frame(0x01, None, b"two "),
            frame(0x89, mask, b"ping"),
            frame(0x00, mask, b"and "),
            frame(0x80, None, b"a half"),
            frame(0xc1, None, b"deflated"),
            frame(0x82, mask, &[b'x'; 300]),
            frame(0x82, None, &[b'y'; 70_000]),
        ]
        .concat();
        let wanted = [&b"one"[..], b"two and a half", &[b'x'; 300], &[b'y'; 70_000]];
        for cut in (0..700).chain([bytes.len()]) {
            let (front, back) = bytes.split_at(cut);
            let (found, stats) = messages([front.to_vec(), back.to_vec()].into_iter());
            assert_eq!(found, wanted, "{cut}");
            assert_eq!(stats.count(Event::WsCompressed), 1);
        }
        assert_eq!(messages(bytes[..700].iter().map(|byte| vec![*byte])).0.len(), 3);
    }

    #[test]
    fn what_is_too_long_is_skipped_without_being_held() {
        let long = frame(0x81, None, &vec![b'z'; MAX_MESSAGE + 1]);
        let (found, stats) = messages([long, frame(0x81, None, b"next")].into_iter());
        assert_eq!((found, stats.count(Event::WsMessageTooLong)), (vec![b"next".to_vec()], 1));
        let lie = [0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let (found, _) = messages([lie.to_vec(), vec![0; 100_000]].into_iter());
        assert!(found.is_empty());
    }

    #[test]
    fn upgrades() {
        let request = b"GET /ws HTTP/1.1\r\nHost: x\r\nUPGRADE: WebSocket\r\n\r\n";
        assert_eq!(upgrade(request), Upgrade::Done(request.len()));
        for len in 1..request.len() {
            assert_eq!(upgrade(&request[..len]), Upgrade::Perhaps, "{len}");
        }
        assert_eq!(upgrade(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Upgrade::No);
        assert_eq!(upgrade(b"GET something\r\nelse"), Upgrade::No);
        assert_eq!(upgrade(b"INVITE "), Upgrade::No);
        let endless = [&b"GET / HTTP/1.1\r\n"[..], &b"a: b\r\n".repeat(5000)].concat();
        assert_eq!(upgrade(&endless), Upgrade::No);
        assert!(looks_like_frame(&frame(0x81, Some([9, 8, 7, 6]), b"BYE sip:a SIP/2.0\r\n\r\n")));
        assert!(!looks_like_frame(&frame(0x81, None, b"{\"json\":1}")));
    }
}
