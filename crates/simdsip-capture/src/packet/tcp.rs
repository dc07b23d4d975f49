//! TCP: the table of directions, each put into order and cut into messages.
//!
//! Bounded whatever arrives: directions by count and by idle packet time, buffered bytes by a budget of
//! all together. What is given up is counted, and what looked like a message becomes a row. RFC 9293.

use super::carrier::{self, Carrier};
use super::order::{Brought, Order, Piece};
use super::sniff::{self, Ask, Looks};
use super::stream::{Found, Port, Tools};
use super::{Endpoint, Fate, Known, Origin};
use crate::read::Secrets;
use crate::stats::{Event, Stats};
use etherparse::TcpSlice;
use foldhash::fast::RandomState;
use simdsip::Parser;
use std::collections::{HashMap, VecDeque};

const MAX_FLOWS: usize = 65_536;
const MAX_BYTES: usize = 64 << 20;
/// Nanoseconds of packet time.
const MAX_IDLE: i64 = 600_000_000_000;

/// One direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) source: Endpoint,
    pub(crate) dest: Endpoint,
}

#[derive(Debug)]
struct Flow {
    order: Order,
    stream: Carrier,
    /// Packet time of the last segment.
    touched: i64,
    /// What is counted for this flow.
    memory: Memory,
    /// Tells this flow from a later one with the same key.
    serial: u64,
    /// Where a FIN stands that cuts a message short, as long as nothing goes on from there.
    end: Option<u32>,
}

/// All directions of all connections. The table's hash is seeded: its keys are the sender's to choose.
#[derive(Debug)]
pub(crate) struct Tcp {
    flows: HashMap<Key, Flow, RandomState>,
    /// Each flow once, roughly in the order in which they were touched.
    queue: VecDeque<(Key, u64, i64)>,
    tools: Tools,
    memory: Memory,
    serial: u64,
    /// Flows in which a FIN waits to be acknowledged.
    ending: usize,
}

/// Bytes that all flows hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Memory {
    total: usize,
    /// Of those, in segments that came early, and in SYNs that wait.
    early: usize,
}

/// A segment with its header taken off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) source: u16,
    pub(crate) dest: u16,
    at: u32,
    acknowledges: Option<u32>,
    syn: bool,
    ends: bool,
    /// The sender has no more to say: its byte follows the payload.
    fin: bool,
    payload: &'a [u8],
    lost: u32,
}

/// `missing` bytes of payload are promised and were not captured, `absent` bytes of the frame were not. A
/// length beyond the frame as it was on the wire is a lie: no receiver takes such a packet, and no hole follows.
pub(crate) fn parse(data: &[u8], missing: usize, absent: usize) -> Result<Segment<'_>, Fate> {
    if missing > absent {
        return Err(Fate::Known(Known::HeaderBad));
    }
    let tcp = TcpSlice::from_slice(data).map_err(|error| match error {
        etherparse::err::tcp::HeaderSliceError::Len(_) => Fate::Known(Known::HeaderCut),
        etherparse::err::tcp::HeaderSliceError::Content(_) => Fate::Known(Known::HeaderBad),
    })?;
    Ok(Segment {
        source: tcp.source_port(),
        dest: tcp.destination_port(),
        at: tcp.sequence_number(),
        acknowledges: tcp.ack().then(|| tcp.acknowledgment_number()),
        syn: tcp.syn(),
        ends: tcp.fin() || tcp.rst(),
        fin: tcp.fin(),
        payload: tcp.payload(),
        lost: u32::try_from(missing).unwrap_or(u32::MAX),
    })
}

impl Tcp {
    pub(crate) fn new(parser: Parser, secrets: Secrets) -> Self {
        Self {
            flows: HashMap::default(),
            queue: VecDeque::new(),
            tools: Tools::new(parser, secrets),
            memory: Memory::default(),
            serial: 0,
            ending: 0,
        }
    }

    /// Secrets that the capture brings along.
    pub(crate) fn add_secrets(&mut self, key_log: &[u8]) {
        self.tools.add_secrets(key_log);
    }

    /// Takes a segment and gives the messages that it completes.
    pub(crate) fn segment(
        &mut self,
        key: Key,
        segment: &Segment<'_>,
        port: Port,
        origin: &mut Origin,
        stats: &mut Stats,
        emit: &mut impl FnMut(&Key, Found<'_>, &mut Origin, &mut Stats),
    ) -> Fate {
        let now = origin.now;
        self.expire(now, stats, emit);
        if self.memory.early > 0 {
            let reverse = Key { source: key.dest, dest: key.source };
            self.settle(&reverse, segment.acknowledges, now, stats, emit);
            self.settle(&key, None, now, stats, emit);
            if segment.syn
                && let Some(acknowledges) = segment.acknowledges
            {
                self.answered(&reverse, acknowledges, stats, emit);
            }
        }
        if self.ending > 0
            && let Some(acknowledges) = segment.acknowledges
        {
            let reverse = Key { source: key.dest, dest: key.source };
            self.ended(&reverse, acknowledges, stats, emit);
        }
        if !self.flows.contains_key(&key) {
            if !segment.syn && segment.payload.is_empty() {
                return Fate::Known(Known::TcpNoPayload);
            }
            // What does not begin like SIP on a port that says nothing needs no memory.
            let looks = sniff::stream(sniff::after_line_ends(segment.payload), Ask::Strict);
            let other = carrier::may_begin(segment.payload, &self.tools);
            if !segment.syn && port == Port::Other && looks == Looks::NotSip && !other {
                return Fate::Known(not_sip(segment.payload));
            }
            self.begin(key, port, origin.stamp());
        }
        let Some(flow) = self.flows.get_mut(&key) else { return Fate::Known(Known::TcpNotSip) };
        flow.touched = origin.stamp();
        let waited = flow.end.is_some();
        let brought = flow.take(&key, segment, origin, &mut self.tools, stats, emit);
        match (waited, flow.end.is_some()) {
            (false, true) => self.ending = self.ending.saturating_add(1),
            (true, false) => self.ending = self.ending.saturating_sub(1),
            _ => {}
        }
        for _ in 0..flow.order.take_differing() {
            stats.event(Event::TcpOverlap);
        }
        flow.account(&mut self.memory);
        let matters = flow.stream.matters() || flow.memory.early > 0;
        let is_sip = flow.stream.is_sip();
        if !matters && !segment.payload.is_empty() {
            self.memory.exchange(flow.memory, Memory::default());
            self.ending = self.ending.saturating_sub(usize::from(flow.end.is_some()));
            self.flows.remove(&key);
        }
        self.shrink(stats, emit);
        Fate::Known(match brought {
            None => Known::TcpNoPayload,
            Some(Brought::Early) => Known::TcpEarly,
            Some(Brought::Repeated) => Known::TcpRepeated,
            Some(Brought::New) if is_sip => Known::TcpSip,
            Some(Brought::New) => not_sip(segment.payload),
        })
    }

    /// The capture ends: gives what waits.
    pub(crate) fn finish(
        &mut self,
        stats: &mut Stats,
        emit: &mut impl FnMut(&Key, Found<'_>, &mut Origin, &mut Stats),
    ) {
        while let Some((key, serial, _)) = self.queue.pop_front() {
            self.remove(&key, serial, stats, emit);
        }
    }

    fn begin(&mut self, key: Key, port: Port, now: i64) {
        self.serial = self.serial.wrapping_add(1);
        self.queue.push_back((key, self.serial, now));
        let flow = Flow {
            order: Order::default(),
            stream: Carrier::new(port),
            touched: now,
            memory: Memory::default(),
            serial: self.serial,
            end: None,
        };
        self.flows.insert(key, flow);
    }

    /// A SYN of the other side acknowledges one of ours.
    fn answered(
        &mut self,
        key: &Key,
        acknowledges: u32,
        stats: &mut Stats,
        emit: &mut impl FnMut(&Key, Found<'_>, &mut Origin, &mut Stats),
    ) {
        let Some(flow) = self.flows.get_mut(key) else { return };
        let Flow { order, stream, .. } = flow;
        let tools = &mut self.tools;
        order.answered(acknowledges, &mut |piece| give(piece, key, stream, None, tools, stats, emit));
        flow.account(&mut self.memory);
    }

    /// The other side acknowledges bytes of ours: perhaps the FIN, so that no more will come.
    fn ended(
        &mut self,
        key: &Key,
        acknowledges: u32,
        stats: &mut Stats,
        emit: &mut impl FnMut(&Key, Found<'_>, &mut Origin, &mut Stats),
    ) {
        let Some(flow) = self.flows.get_mut(key) else { return };
        if flow.end.is_none_or(|end| acknowledges.wrapping_sub(end).cast_signed() <= 0) {
            return;
        }
        flow.end = None;
        self.ending = self.ending.saturating_sub(1);
        flow.stream
            .finish(&mut self.tools, stats, &mut |found, origin, stats| emit(key, found, origin, stats));
        flow.account(&mut self.memory);
    }

    fn settle(
        &mut self,
        key: &Key,
        acknowledged: Option<u32>,
        now: i64,
        stats: &mut Stats,
        emit: &mut impl FnMut(&Key, Found<'_>, &mut Origin, &mut Stats),
    ) {
        let Some(flow) = self.flows.get_mut(key).filter(|flow| flow.order.early() > 0) else { return };
        let Flow { order, stream, .. } = flow;
        let tools = &mut self.tools;
        order.settle(acknowledged, now, &mut |piece| give(piece, key, stream, None, tools, stats, emit));
        flow.account(&mut self.memory);
    }

    fn expire(
        &mut self,
        now: i64,
        stats: &mut Stats,
        emit: &mut impl FnMut(&Key, Found<'_>, &mut Origin, &mut Stats),
    ) {
        while let Some((key, serial, queued)) = self.queue.front().copied() {
            // A mark ahead of the clock was wrong.
            if queued <= now && now.saturating_sub(queued) <= MAX_IDLE {
                return;
            }
            self.queue.pop_front();
            let flow = self.flows.get_mut(&key).filter(|flow| flow.serial == serial);
            let touched = flow.map(|flow| {
                flow.touched = flow.touched.min(now);
                flow.touched
            });
            match touched {
                Some(touched) if now.saturating_sub(touched) <= MAX_IDLE => {
                    self.queue.push_back((key, serial, touched));
                }
                Some(_) => {
                    stats.event(Event::TcpFlowIdle);
                    self.remove(&key, serial, stats, emit);
                }
                None => {}
            }
        }
    }

    fn shrink(&mut self, stats: &mut Stats, emit: &mut impl FnMut(&Key, Found<'_>, &mut Origin, &mut Stats)) {
        while self.flows.len() > MAX_FLOWS || self.memory.total > MAX_BYTES {
            let Some((key, serial, queued)) = self.queue.pop_front() else { return };
            let crowded = self.flows.len() > MAX_FLOWS;
            let Some(flow) = self.flows.get_mut(&key).filter(|flow| flow.serial == serial) else { continue };
            let before = flow.memory.total;
            flow.order.forget();
            flow.account(&mut self.memory);
            // Touched since it was queued, or lighter now: it has a second chance.
            if flow.touched > queued || !crowded && flow.memory.total < before {
                self.queue.push_back((key, serial, flow.touched));
            } else {
                stats.event(Event::TcpFlowEvicted);
                self.remove(&key, serial, stats, emit);
            }
        }
        // Flows that were forgotten early must not pile up behind a long one.
        if self.queue.len() > MAX_FLOWS.saturating_mul(2) {
            let flows = &self.flows;
            self.queue.retain(|(key, serial, _)| flows.get(key).is_some_and(|flow| flow.serial == *serial));
        }
    }

    fn remove(
        &mut self,
        key: &Key,
        serial: u64,
        stats: &mut Stats,
        emit: &mut impl FnMut(&Key, Found<'_>, &mut Origin, &mut Stats),
    ) {
        if self.flows.get(key).is_none_or(|flow| flow.serial != serial) {
            return;
        }
        let Some(mut flow) = self.flows.remove(key) else { return };
        self.memory.exchange(flow.memory, Memory::default());
        self.ending = self.ending.saturating_sub(usize::from(flow.end.is_some()));
        let Flow { order, stream, .. } = &mut flow;
        let tools = &mut self.tools;
        order.give_up(&mut |piece| give(piece, key, stream, None, tools, stats, emit));
        stream.finish(tools, stats, &mut |found, origin, stats| emit(key, found, origin, stats));
    }
}

impl Memory {
    fn exchange(&mut self, old: Memory, new: Memory) {
        self.total = self.total.saturating_sub(old.total).saturating_add(new.total);
        self.early = self.early.saturating_sub(old.early).saturating_add(new.early);
    }
}

impl Flow {
    fn account(&mut self, all: &mut Memory) {
        let total = self.stream.footprint().saturating_add(self.order.footprint());
        let memory = Memory { total, early: self.order.early() };
        all.exchange(self.memory, memory);
        self.memory = memory;
    }

    /// `None` where there was no payload.
    fn take(
        &mut self,
        key: &Key,
        segment: &Segment<'_>,
        origin: &mut Origin,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(&Key, Found<'_>, &mut Origin, &mut Stats),
    ) -> Option<Brought> {
        let Self { order, stream, end, .. } = self;
        let mut at = segment.at;
        if segment.syn {
            let (payload, lost) = (segment.payload, segment.lost);
            let known = order.syn(at, payload, lost, *origin, &mut |piece| {
                give(piece, key, stream, None, tools, stats, emit);
            });
            if !known {
                return (!payload.is_empty()).then_some(Brought::Early);
            }
            at = at.wrapping_add(1);
        } else if !segment.payload.is_empty() || !segment.ends {
            order.bear_out(at, !segment.payload.is_empty(), &mut |piece| {
                give(piece, key, stream, None, tools, stats, emit);
            });
        }
        let brought = (!segment.payload.is_empty() || segment.lost > 0).then(|| {
            // The copy waits with an early segment; the packet's own is the one that counts its rows.
            let copy = *origin;
            order.push(at, segment.payload, segment.lost, copy, &mut |piece| {
                give(piece, key, stream, Some(origin), tools, stats, emit);
            })
        });
        // Anybody can forge a FIN or RST: the bytes that follow are read, and what is cut short waits for them.
        *end = end.filter(|end| order.is_next(*end));
        let len = u32::try_from(segment.payload.len()).unwrap_or(u32::MAX);
        let behind = at.wrapping_add(len).wrapping_add(segment.lost);
        if segment.fin && order.is_next(behind) && stream.is_unfinished() {
            *end = Some(behind);
        }
        brought
    }
}

fn give(
    piece: Piece<'_>,
    key: &Key,
    stream: &mut Carrier,
    origin: Option<&mut Origin>,
    tools: &mut Tools,
    stats: &mut Stats,
    emit: &mut impl FnMut(&Key, Found<'_>, &mut Origin, &mut Stats),
) {
    let emit =
        &mut |found: Found<'_>, origin: &mut Origin, stats: &mut Stats| emit(key, found, origin, stats);
    match (piece, origin) {
        (Piece::Bytes(bytes), Some(origin)) => stream.feed(bytes, key, origin, tools, stats, emit),
        (Piece::Late(bytes, mut origin), _) => stream.feed(bytes, key, &mut origin, tools, stats, emit),
        (Piece::Filled(bytes, came), Some(origin)) => {
            let own = std::mem::replace(&mut origin.came, came.came);
            stream.feed(bytes, key, origin, tools, stats, emit);
            origin.came = own;
        }
        // Bytes without a packet of their own are always late.
        (Piece::Bytes(_) | Piece::Filled(..), None) => {}
        (Piece::Gap, _) => stream.gap(tools, stats, emit),
        (Piece::Start, _) => stream.begin(),
    }
}

fn not_sip(payload: &[u8]) -> Known {
    match payload {
        // TLSPlaintext and TLSCiphertext (RFC 8446 §5.1): content type, legacy version 3.x.
        [0x14..=0x17, 3, ..] => Known::TcpTls,
        _ if super::udp::is_http(payload) => Known::TcpHttp,
        _ => Known::TcpNotSip,
    }
}

#[cfg(test)]
mod tests;
