//! DATA has come: what is new, what is missing, when to acknowledge (RFC 9260 §6.2, §6.5, §6.7).

use std::collections::VecDeque;

use core::time::Duration;

use super::reassembly::Reassembly;
use super::{Association, Ctx, State};
use crate::config::AssociationConfig;
use crate::event::{Event, Message};
use crate::serial::widen;
use crate::wire::chunk::Gap;
use crate::wire::{Cause, CauseCode, Data};

/// Runs above the cumulative TSN that are kept track of; what would begin one more is not taken.
const RANGES_MAX: usize = 256;
/// Duplicates that one SACK reports.
const DUPLICATES_MAX: usize = 16;
/// How far above the cumulative TSN one may be: gap blocks have 16 bits.
const REACH: u64 = 0xffff;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    No,
    At(Duration),
    Now,
}

#[derive(Debug)]
pub(super) struct Inbound {
    /// The last TSN before the first that is missing.
    pub(super) cum: u64,
    /// What has come above, first and last, in order, never touching.
    ranges: VecDeque<(u64, u64)>,
    pub(super) duplicates: Vec<u32>,
    pub(super) reassembly: Reassembly,
    /// Bytes of messages that the application has not taken yet.
    undelivered: usize,
    due: Due,
    /// Packets with DATA since the last SACK.
    packets: u8,
    /// Something of the packet at hand is DATA; it asks for a SACK at once.
    data_seen: bool,
    immediate: bool,
    /// A duplicate came: the peer did not see our SACK.
    repeated: bool,
    /// The path that DATA came from last.
    pub(super) last_path: usize,
    /// The path that the last SACK took.
    pub(super) last_sack_path: usize,
    /// The path that SACKs do not take, because one got lost there.
    pub(super) avoided: Option<usize>,
    /// The window that the peer was told of.
    told_rwnd: u32,
}

impl Inbound {
    /// `first` is the initial TSN of the peer.
    pub(super) fn new(first: u64, streams: u16, config: &AssociationConfig) -> Inbound {
        Inbound {
            cum: first - 1,
            ranges: VecDeque::new(),
            duplicates: Vec::new(),
            reassembly: Reassembly::new(streams),
            undelivered: 0,
            due: Due::No,
            packets: 0,
            data_seen: false,
            immediate: false,
            repeated: false,
            last_path: 0,
            last_sack_path: 0,
            avoided: None,
            told_rwnd: config.receive_buffer_len as u32,
        }
    }

    pub(super) fn sack_deadline(&self) -> Option<Duration> {
        match self.due {
            Due::At(at) => Some(at),
            Due::No | Due::Now => None,
        }
    }

    pub(super) fn sack_is_due(&self, now: Duration) -> bool {
        match self.due {
            Due::No => false,
            Due::At(at) => at <= now,
            Due::Now => true,
        }
    }

    pub(super) fn sack_is_wanted(&self) -> bool {
        self.due != Due::No
    }

    pub(super) fn demand_sack(&mut self) {
        self.due = Due::Now;
    }

    pub(super) fn sack_sent(&mut self, path: usize, config: &AssociationConfig) {
        self.last_sack_path = path;
        (self.due, self.packets, self.repeated) = (Due::No, 0, false);
        self.duplicates.clear();
        self.told_rwnd = self.rwnd(config);
    }

    /// Whether the packet at hand has brought DATA.
    pub(super) fn has_data(&self) -> bool {
        self.data_seen
    }

    pub(super) fn undelivered(&self) -> usize {
        self.undelivered
    }

    pub(super) fn keep_undelivered(&mut self, len: usize) {
        self.undelivered = len;
    }

    fn held(&self) -> usize {
        self.undelivered + self.reassembly.held
    }

    /// The window to tell the peer of.
    pub(super) fn rwnd(&self, config: &AssociationConfig) -> u32 {
        let free = config.receive_buffer_len.saturating_sub(self.held());
        // Less than a packet is nothing, so that nobody sends crumbs (§6.2.1, silly window).
        if free < 1500 { 0 } else { u32::try_from(free).unwrap_or(u32::MAX) }
    }

    pub(super) fn gaps(&self) -> impl Iterator<Item = Gap> + Clone + '_ {
        let offset = |tsn: u64| u16::try_from(tsn - self.cum).unwrap_or(u16::MAX);
        self.ranges.iter().map(move |(start, end)| Gap { start: offset(*start), end: offset(*end) })
    }

    /// A message left the buffer: the peer is told where its window had been small.
    pub(super) fn taken(&mut self, len: usize, config: &AssociationConfig) {
        self.undelivered = self.undelivered.saturating_sub(len);
        let half = config.receive_buffer_len as u32 / 2;
        if self.told_rwnd < half / 2 && self.rwnd(config) >= half {
            self.due = Due::Now;
        }
    }

    fn is_known(&self, tsn: u64) -> bool {
        let above = self.ranges.partition_point(|(start, _)| *start <= tsn);
        tsn <= self.cum || above.checked_sub(1).is_some_and(|at| self.ranges[at].1 >= tsn)
    }

    /// Marks a TSN as come; false where there would be too many runs.
    fn mark(&mut self, tsn: u64) -> bool {
        if tsn == self.cum + 1 {
            self.cum = tsn;
            if let Some((start, end)) = self.ranges.front().copied()
                && start == tsn + 1
            {
                self.cum = end;
                self.ranges.pop_front();
            }
            return true;
        }
        let at = self.ranges.partition_point(|(start, _)| *start <= tsn);
        let joins_below = at > 0 && self.ranges[at - 1].1 + 1 == tsn;
        let joins_above = self.ranges.get(at).is_some_and(|(start, _)| *start == tsn + 1);
        match (joins_below, joins_above) {
            (true, true) => {
                self.ranges[at - 1].1 = self.ranges[at].1;
                self.ranges.remove(at);
            }
            (true, false) => self.ranges[at - 1].1 = tsn,
            (false, true) => self.ranges[at].0 = tsn,
            (false, false) if self.ranges.len() >= RANGES_MAX => return false,
            (false, false) => self.ranges.insert(at, (tsn, tsn)),
        }
        true
    }

    /// The cumulative TSN moves because the peer gave up what lies below (RFC 3758 §3.6).
    pub(super) fn forward(&mut self, cum: u64) {
        self.cum = self.cum.max(cum);
        while let Some((start, end)) = self.ranges.front().copied()
            && start <= self.cum + 1
        {
            self.cum = self.cum.max(end);
            self.ranges.pop_front();
        }
        self.due = Due::Now;
    }

    /// Sums up a packet that carried DATA (§6.2).
    pub(super) fn packet_done(&mut self, now: Duration, config: &AssociationConfig, closing: bool) {
        if !core::mem::take(&mut self.data_seen) {
            return;
        }
        self.packets = self.packets.saturating_add(1);
        let immediate = core::mem::take(&mut self.immediate);
        if immediate || closing || self.packets >= 2 || !self.ranges.is_empty() || self.repeated {
            self.due = Due::Now;
        } else if self.due == Due::No {
            self.due = Due::At(now + config.sack_delay.min(Duration::from_millis(500)));
        }
    }
}

impl Association {
    pub(super) fn handle_data(&mut self, ctx: &mut Ctx<'_>, path: usize, data: &Data<'_>) {
        // A shutdown that the peer has begun leaves nothing to come (§9.2).
        if !matches!(self.state, State::Established | State::ShutdownPending | State::ShutdownSent) {
            return;
        }
        self.heed_move(ctx, path);
        let inbound = &mut self.inbound;
        inbound.last_path = path;
        inbound.data_seen = true;
        inbound.immediate |= data.is_immediate();
        let tsn = widen(inbound.cum, data.tsn);
        if inbound.is_known(tsn) {
            if inbound.duplicates.len() < DUPLICATES_MAX {
                inbound.duplicates.push(data.tsn);
            }
            inbound.immediate = true;
            // Once for all duplicates until the next SACK.
            if !core::mem::replace(&mut inbound.repeated, true) {
                self.vary_sacks();
            }
            return;
        }
        if tsn > inbound.cum + REACH {
            return;
        }
        // What fills a hole is taken even where the window is used up, or it would stay so.
        let fills = tsn == inbound.cum + 1 || inbound.ranges.back().is_some_and(|(_, last)| tsn < *last);
        let (held, size) = (inbound.held(), self.config.receive_buffer_len);
        if held + data.payload.len() > if fills { 2 * size } else { size } {
            inbound.immediate = true;
            return;
        }
        // Also what fills the last hole is told at once.
        inbound.immediate |= !inbound.ranges.is_empty();
        if !inbound.mark(tsn) {
            inbound.immediate = true;
            return;
        }
        if !inbound.reassembly.has_stream(data.stream) {
            // Acknowledged all the same (§6.5).
            let stream = data.stream;
            self.push_control(path, |w| {
                w.tlv([crate::wire::chunk::kind::ERROR, 0], |w| Cause::InvalidStream(stream).emit(w))
            });
            return;
        }
        match self.inbound.reassembly.take(tsn, data, self.config.max_message_len) {
            Ok(()) => self.deliver(ctx),
            Err(why) => self.violation(ctx, why),
        }
    }

    /// What has become whole and is in order goes to the application.
    pub(super) fn deliver(&mut self, ctx: &mut Ctx<'_>) {
        while let Some(ready) = self.inbound.reassembly.ready.pop_front() {
            self.inbound.undelivered += ready.data.len();
            ctx.events.push_back(Event::Message(Message {
                association: self.id,
                stream: ready.stream,
                ssn: ready.ssn,
                unordered: ready.unordered,
                ppid: ready.ppid,
                data: ready.data,
            }));
        }
    }

    /// DATA without data ends the association (§6.2).
    pub(super) fn no_user_data(&mut self, ctx: &mut Ctx<'_>, tsn: u32) {
        debug_assert_eq!(CauseCode::NO_USER_DATA.0, 9);
        self.abort(ctx, &Cause::NoUserData(tsn), crate::event::Lost::Violation("DATA without data"));
    }
}
