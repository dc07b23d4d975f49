//! What waits to be sent and to be acknowledged (RFC 9260 §6.1, §6.9).
//!
//! Messages stand in the order they came, chunks in the order of their TSNs; a chunk is a piece of a
//! message and holds no bytes. Both are rings, so nothing is searched.

use std::collections::VecDeque;

use core::time::Duration;

use crate::auth::Keys;
use crate::event::{SendInfo, Unsent};
use crate::path::Path;
use crate::wire::{Data, HEADER_LEN};

/// A message until all of it is acknowledged.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) info: SendInfo,
    pub(super) data: Vec<u8>,
    pub(super) ssn: u16,
    /// Bytes that were made into chunks.
    pub(super) cut: usize,
    /// Bytes that are not acknowledged yet.
    pub(super) left: usize,
    pub(super) expires: Option<Duration>,
    pub(super) abandoned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChunkState {
    /// On its way, on the path that it names.
    InFlight,
    /// To be sent again, on the path that it names.
    Lost,
    /// Acknowledged in a gap block.
    Acked,
    /// Given up (RFC 3758).
    Abandoned,
}

/// A chunk from when it got its TSN until the cumulative TSN passes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) message: u64,
    pub(super) offset: u32,
    pub(super) len: u32,
    pub(super) path: u32,
    pub(super) flags: u8,
    pub(super) state: ChunkState,
    /// How often it was sent.
    pub(super) count: u8,
    /// How often later ones arrived without it.
    pub(super) missing: u8,
    /// Whether every time on the same path.
    pub(super) same_path: bool,
    /// TSNs from here on were sent after it: what arrives of them tells that it is missing.
    pub(super) barrier: u64,
    pub(super) at: Duration,
}

#[derive(Debug)]
pub(super) struct Outbound {
    pub(super) messages: VecDeque<Queued>,
    /// Number of the first of them.
    pub(super) first_message: u64,
    /// Number of the first that is not cut up yet.
    pub(super) next_message: u64,
    /// Bytes of all of them.
    pub(super) buffered: usize,
    pub(super) chunks: VecDeque<Sent>,
    /// TSN of the first of them: one above the cumulative TSN.
    pub(super) first_tsn: u64,
    /// How many of them are to be sent again, and a TSN below which none is.
    pub(super) lost: usize,
    pub(super) lost_from: u64,
    /// How many of them are acknowledged in gap blocks.
    pub(super) acked: usize,
    /// Bytes on their way on all paths.
    pub(super) flight: usize,
    /// What the peer said that it can take, less what is on its way.
    pub(super) peer_rwnd: usize,
    /// A SACK has come since the last time-out that left no window.
    pub(super) window_closed: bool,
    /// Next Stream Sequence Number, of as many streams as were used.
    ssns: Vec<u16>,
    pub(super) streams: u16,
    /// Payload bytes of the largest chunk.
    pub(super) fragment_len: usize,
    /// When the first message with a lifetime runs out.
    pub(super) next_expiry: Option<Duration>,
    /// FORWARD-TSN has to be sent.
    pub(super) forward: bool,
}

impl Outbound {
    pub(super) fn new(first_tsn: u64) -> Outbound {
        Outbound {
            messages: VecDeque::new(),
            first_message: 0,
            next_message: 0,
            buffered: 0,
            chunks: VecDeque::new(),
            first_tsn,
            lost: 0,
            lost_from: first_tsn,
            acked: 0,
            flight: 0,
            peer_rwnd: 0,
            window_closed: false,
            ssns: Vec::new(),
            streams: u16::MAX,
            fragment_len: 536,
            next_expiry: None,
            forward: false,
        }
    }

    /// TSN that the next new chunk gets.
    pub(super) fn next_tsn(&self) -> u64 {
        self.first_tsn + self.chunks.len() as u64
    }

    /// How much one chunk carries: what fits every path (RFC 9260 §6.9).
    pub(super) fn measure_fragments(&mut self, paths: &[Path], keys: Option<&Keys>) {
        let packet = paths.iter().map(|path| path.mtu.packet_len()).min().unwrap_or(576);
        let auth = keys.filter(|keys| keys.wants(crate::wire::chunk::kind::DATA)).map_or(0, Keys::chunk_len);
        self.fragment_len = (packet - HEADER_LEN - Data::HEADER_LEN - auth) & !3;
    }

    pub(super) fn push(&mut self, now: Duration, info: SendInfo, data: Vec<u8>) {
        let expires = info.lifetime.map(|lifetime| now + lifetime);
        self.next_expiry = [self.next_expiry, expires].into_iter().flatten().min();
        self.buffered += data.len();
        let left = data.len();
        self.messages.push_back(Queued { info, data, ssn: 0, cut: 0, left, expires, abandoned: false });
    }

    pub(super) fn message(&self, number: u64) -> Option<&Queued> {
        self.messages.get(usize::try_from(number.checked_sub(self.first_message)?).ok()?)
    }

    pub(super) fn message_mut(&mut self, number: u64) -> Option<&mut Queued> {
        self.messages.get_mut(usize::try_from(number.checked_sub(self.first_message)?).ok()?)
    }

    /// The next message that has bytes without a TSN.
    pub(super) fn waiting(&mut self) -> Option<&Queued> {
        // Abandoned before it was sent at all: nothing is left of it.
        while self.message(self.next_message).is_some_and(|it| it.abandoned) {
            self.next_message += 1;
        }
        self.message(self.next_message)
    }

    /// Whether nothing waits for a TSN.
    pub(super) fn is_cut(&self) -> bool {
        self.next_message >= self.first_message + self.messages.len() as u64
    }

    /// Whether everything is acknowledged.
    pub(super) fn is_dry(&self) -> bool {
        self.messages.is_empty() && self.chunks.is_empty()
    }

    /// Cuts the next chunk off the message that waits.
    pub(super) fn cut(&mut self, now: Duration, path: usize) -> Option<Sent> {
        let (number, fragment_len, barrier) = (self.next_message, self.fragment_len, self.next_tsn() + 1);
        let message = self.message(number)?;
        let (stream, ordered, begins) = (message.info.stream, !message.info.unordered, message.cut == 0);
        let ssn = begins.then(|| if ordered { self.take_ssn(stream) } else { 0 });
        let message = self.message_mut(number)?;
        message.ssn = ssn.unwrap_or(message.ssn);
        let len = (message.data.len() - message.cut).min(fragment_len);
        let mut flags = if begins { Data::BEGIN } else { 0 };
        if !ordered {
            flags |= Data::UNORDERED;
        }
        let offset = message.cut as u32;
        message.cut += len;
        if message.cut == message.data.len() {
            flags |= Data::END;
            if message.info.sack_immediately {
                flags |= Data::IMMEDIATE;
            }
            self.next_message += 1;
        }
        let chunk = Sent {
            message: number,
            offset,
            len: len as u32,
            path: path as u32,
            flags,
            state: ChunkState::InFlight,
            count: 1,
            missing: 0,
            same_path: true,
            barrier,
            at: now,
        };
        self.chunks.push_back(chunk);
        Some(chunk)
    }

    /// A TSN for what will never be sent of a message.
    pub(super) fn cut_nothing(&mut self, now: Duration, message: u64) {
        self.chunks.push_back(Sent {
            message,
            offset: 0,
            len: 0,
            path: 0,
            flags: Data::END,
            state: ChunkState::Abandoned,
            count: 0,
            missing: 0,
            same_path: true,
            barrier: 0,
            at: now,
        });
    }

    fn take_ssn(&mut self, stream: u16) -> u16 {
        let at = usize::from(stream);
        if self.ssns.len() <= at {
            self.ssns.resize(at + 1, 0);
        }
        let ssn = self.ssns[at];
        self.ssns[at] = ssn.wrapping_add(1);
        ssn
    }

    /// Bytes of a message are acknowledged; whole messages at the front are forgotten.
    pub(super) fn settle(&mut self, message: u64, len: usize) {
        if let Some(message) = self.message_mut(message) {
            message.left -= len;
        }
        self.drop_settled();
    }

    pub(super) fn drop_settled(&mut self) {
        while let Some(message) = self.messages.front()
            && (message.left == 0 || message.abandoned)
            && self
                .chunks
                .front()
                .is_none_or(|chunk| chunk.message > self.first_message || !message.abandoned)
        {
            let message = self.messages.pop_front();
            self.buffered -= message.map_or(0, |it| if it.abandoned { 0 } else { it.data.len() });
            self.first_message += 1;
            self.next_message = self.next_message.max(self.first_message);
        }
    }

    /// Marks a chunk as to be sent again on `path`.
    pub(super) fn lose(&mut self, tsn: u64, path: usize, paths: &mut [Path]) {
        let at = (tsn - self.first_tsn) as usize;
        let chunk = &mut self.chunks[at];
        if chunk.state != ChunkState::InFlight {
            return;
        }
        let len = chunk.len as usize;
        if let Some(old) = paths.get_mut(chunk.path as usize) {
            old.flight -= len;
            if old.measured == Some(tsn) {
                old.measured = None;
            }
        }
        self.flight -= len;
        // The peer has room for it again (§6.2.1 C).
        self.peer_rwnd += len;
        chunk.same_path &= chunk.path == path as u32;
        (chunk.state, chunk.path) = (ChunkState::Lost, path as u32);
        self.lost += 1;
        self.lost_from = self.lost_from.min(tsn);
    }

    /// The first chunk that is to be sent again.
    pub(super) fn first_lost(&mut self) -> Option<u64> {
        if self.lost == 0 {
            return None;
        }
        self.lost_from = self.lost_from.max(self.first_tsn);
        while self.chunks.get((self.lost_from - self.first_tsn) as usize)?.state != ChunkState::Lost {
            self.lost_from += 1;
        }
        Some(self.lost_from)
    }

    /// Whether a TSN has arrived.
    pub(super) fn is_acked(&self, tsn: u64) -> bool {
        let Some(at) = tsn.checked_sub(self.first_tsn) else { return true };
        self.chunks.get(at as usize).is_none_or(|chunk| chunk.state == ChunkState::Acked)
    }

    /// The earliest TSN on its way on a path.
    pub(super) fn earliest_on(&self, path: usize) -> u64 {
        let there = |chunk: &Sent| chunk.state == ChunkState::InFlight && chunk.path as usize == path;
        let at = self.chunks.iter().position(there).unwrap_or(self.chunks.len());
        self.first_tsn + at as u64
    }

    /// Messages on streams that the peer does not have.
    pub(super) fn take_beyond_streams(&mut self) -> Vec<Unsent> {
        let streams = self.streams;
        if self.messages.iter().all(|it| it.info.stream < streams) {
            return Vec::new();
        }
        let all = core::mem::take(&mut self.messages);
        let (kept, beyond): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.info.stream < streams);
        self.messages = kept.into();
        self.buffered -= beyond.iter().map(|it| it.data.len()).sum::<usize>();
        beyond.into_iter().map(|it| Unsent { info: it.info, data: it.data, sent: false }).collect()
    }

    /// A path is removed: what was on it is lost, what was to go there goes to the first.
    pub(super) fn forget_path(&mut self, path: usize, paths: &mut [Path]) {
        for tsn in self.first_tsn..self.next_tsn() {
            let at = (tsn - self.first_tsn) as usize;
            if self.chunks[at].path as usize == path {
                self.lose(tsn, 0, paths);
                self.chunks[at].path = 0;
            } else if self.chunks[at].path as usize > path {
                self.chunks[at].path -= 1;
            }
        }
    }

    /// Everything that was not acknowledged, in order; nothing is left.
    pub(super) fn take_all(&mut self) -> Vec<Unsent> {
        // What stands in gap blocks has arrived, as far as anybody can tell.
        let acked: Vec<_> = self.chunks.iter().filter(|it| it.state == ChunkState::Acked).copied().collect();
        for chunk in acked {
            if let Some(message) = self.message_mut(chunk.message) {
                message.left -= chunk.len as usize;
            }
        }
        let messages = core::mem::take(&mut self.messages);
        self.chunks.clear();
        (self.lost, self.acked, self.flight, self.buffered, self.next_expiry) = (0, 0, 0, 0, None);
        let open = messages.into_iter().filter(|it| it.left > 0 && !it.abandoned);
        open.map(|it| Unsent { info: it.info, data: it.data, sent: it.cut > 0 }).collect()
    }
}
