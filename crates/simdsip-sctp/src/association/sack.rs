//! A SACK has come: what it acknowledges, what it shows to be missing (RFC 9260 §6.2.1, §6.3.2, §7.2.4).

use super::send::{ChunkState, Sent};
use super::{Association, Ctx};
use crate::config::FastRetransmit;
use crate::event::Event;
use crate::path::News;
use crate::serial::widen;
use crate::wire::chunk::{Gap, Sack};

/// Reports of later arrivals that make a chunk lost (RFC 9260 §7.2.4).
const MISSING_MAX: u8 = 3;

/// What it means that a TSN is in no gap block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Silence {
    /// Whatever was acknowledged out of order is not any more.
    TakesBack,
    SaysNothing,
}

impl Association {
    pub(super) fn handle_sack(&mut self, ctx: &mut Ctx<'_>, sack: &Sack<'_>) {
        self.acknowledge(ctx, sack, Silence::TakesBack);
    }

    /// A cumulative TSN alone, as in SHUTDOWN: of gap blocks it says nothing.
    pub(super) fn handle_sack_keeping(&mut self, ctx: &mut Ctx<'_>, sack: &Sack<'_>) {
        self.acknowledge(ctx, sack, Silence::SaysNothing);
    }

    fn acknowledge(&mut self, ctx: &mut Ctx<'_>, sack: &Sack<'_>, silence: Silence) {
        let first = self.outbound.first_tsn;
        let cum = widen(first, sack.cum_tsn);
        // Overtaken by a later one.
        if cum + 1 < first {
            return;
        }
        let next = self.outbound.next_tsn();
        let last_gap = sack.gaps().map(|gap| cum + u64::from(gap.end)).max().unwrap_or(cum);
        if cum >= next || last_gap >= next {
            return self.violation(ctx, "SACK of a TSN that was never sent");
        }
        for path in &mut self.paths {
            path.news = News { acked: 0, flight_before: path.flight, certain: false };
        }
        let advanced = cum >= first;
        let mut newest = core::mem::take(&mut self.newly_acked);
        newest.clear();
        self.take_cumulative(ctx, cum, &mut newest);
        if last_gap > cum {
            self.take_gaps(ctx, sack.gaps(), cum, last_gap, &mut newest);
        } else if silence == Silence::TakesBack {
            self.unack_from(self.outbound.first_tsn);
        }
        self.outbound.drop_settled();
        self.outbound.peer_rwnd = (sack.rwnd as usize).saturating_sub(self.outbound.flight);
        self.outbound.window_closed = sack.rwnd == 0;
        if !newest.is_empty() {
            self.errors = 0;
        }
        for at in 0..self.paths.len() {
            let path = &mut self.paths[at];
            if path.fast_recovery.is_some_and(|until| cum >= until) {
                path.fast_recovery = None;
            }
            if path.news.acked > 0 {
                path.grow_window(advanced);
                self.credit(ctx, at);
            }
        }
        if last_gap > cum && !newest.is_empty() {
            self.count_missing(&newest, last_gap, advanced);
        }
        self.newly_acked = newest;
        for (at, path) in self.paths.iter_mut().enumerate() {
            path.burst_from = path.flight;
            if path.news.acked > 0 {
                path.probed = 0;
                path.mtu.trust();
            }
            if path.flight == 0 {
                (path.t3, path.probe) = (None, None);
            } else if path.t3.is_none() || self.outbound.is_acked(path.earliest) {
                path.start_t3(ctx.now);
                path.earliest = self.outbound.earliest_on(at);
            }
            if path.news.acked > 0 {
                path.arm_probe(ctx.now, &self.config);
            }
        }
        self.advance_abandoned();
        if advanced && self.outbound.is_dry() {
            ctx.events.push_back(Event::SenderDry { association: self.id });
        }
        self.after_progress(ctx);
    }

    /// Everything up to `cum` has arrived.
    fn take_cumulative(&mut self, ctx: &Ctx<'_>, cum: u64, newest: &mut Vec<u64>) {
        while self.outbound.first_tsn <= cum
            && let Some(chunk) = self.outbound.chunks.pop_front()
        {
            let tsn = self.outbound.first_tsn;
            self.outbound.first_tsn += 1;
            if self.take(ctx, tsn, &chunk) {
                newest.push(tsn);
            }
            match chunk.state {
                ChunkState::Acked => self.outbound.acked -= 1,
                ChunkState::Abandoned => continue,
                ChunkState::InFlight | ChunkState::Lost => {}
            }
            self.outbound.settle(chunk.message, chunk.len as usize);
        }
    }

    /// One chunk has arrived; whether that is news.
    fn take(&mut self, ctx: &Ctx<'_>, tsn: u64, chunk: &Sent) -> bool {
        let len = chunk.len as usize;
        match chunk.state {
            ChunkState::Acked | ChunkState::Abandoned => return false,
            ChunkState::Lost => self.outbound.lost -= 1,
            ChunkState::InFlight => {
                self.outbound.flight -= len;
                if let Some(path) = self.paths.get_mut(chunk.path as usize) {
                    path.flight -= len;
                    path.news.acked += len;
                    path.news.certain |= chunk.count == 1 || chunk.same_path;
                    if path.measured == Some(tsn) {
                        path.measured = None;
                        // Of chunks sent twice nobody knows which arrived (Karn).
                        if chunk.count == 1 {
                            path.rtt.measure(ctx.now.saturating_sub(chunk.at), &self.config);
                        }
                    }
                }
            }
        }
        true
    }

    /// Blocks above `cum`: what they cover has arrived, what they do not and once did has not (§6.2.1 D iv).
    fn take_gaps(
        &mut self,
        ctx: &Ctx<'_>,
        gaps: impl Iterator<Item = Gap> + Clone,
        cum: u64,
        last: u64,
        newest: &mut Vec<u64>,
    ) {
        let first = self.outbound.first_tsn;
        let mut tsn = first;
        for gap in gaps {
            let (start, end) = (cum + u64::from(gap.start), cum + u64::from(gap.end));
            // Blocks that overlap or run backwards say nothing.
            if start < tsn || end < start {
                continue;
            }
            while tsn < start {
                self.unack(tsn);
                tsn += 1;
            }
            while tsn <= end {
                let at = (tsn - first) as usize;
                let Some(chunk) = self.outbound.chunks.get(at).copied() else { return };
                if self.take_out_of_order(ctx, tsn, &chunk) {
                    newest.push(tsn);
                }
                tsn += 1;
            }
        }
        while tsn <= last {
            self.unack(tsn);
            tsn += 1;
        }
        self.unack_from(last + 1);
    }

    fn take_out_of_order(&mut self, ctx: &Ctx<'_>, tsn: u64, chunk: &Sent) -> bool {
        let news = match chunk.state {
            ChunkState::Acked => return false,
            // Only the cumulative TSN is believed of what was given up.
            ChunkState::Abandoned => return false,
            ChunkState::Lost | ChunkState::InFlight => self.take(ctx, tsn, chunk),
        };
        let at = (tsn - self.outbound.first_tsn) as usize;
        self.outbound.chunks[at].state = ChunkState::Acked;
        self.outbound.acked += 1;
        news
    }

    /// A receiver may take back what it acknowledged out of order: it has to be sent again.
    fn unack(&mut self, tsn: u64) {
        let at = (tsn - self.outbound.first_tsn) as usize;
        let Some(chunk) = self.outbound.chunks.get_mut(at).filter(|it| it.state == ChunkState::Acked) else {
            return;
        };
        chunk.state = ChunkState::InFlight;
        let (path, len) = (chunk.path as usize, chunk.len as usize);
        self.outbound.acked -= 1;
        self.outbound.flight += len;
        if let Some(path) = self.paths.get_mut(path) {
            path.flight += len;
        }
    }

    fn unack_from(&mut self, from: u64) {
        if self.outbound.acked == 0 {
            return;
        }
        for tsn in from.max(self.outbound.first_tsn)..self.outbound.next_tsn() {
            self.unack(tsn);
        }
    }

    /// A path has brought something across (§8.2).
    fn credit(&mut self, ctx: &mut Ctx<'_>, at: usize) {
        let path = &mut self.paths[at];
        if path.news.certain {
            // For certain on this path: it works, also if it was thought not to (RFC 7829 §3.2).
            let state = path.succeed();
            let address = path.remote;
            self.trust_sacks(at);
            self.tell_path(ctx, address, state);
        } else if path.is_active() {
            path.errors = 0;
        }
    }

    /// Chunks below the newest that arrived, and still missing (§7.2.4). `newest` ascends.
    fn count_missing(&mut self, newest: &[u64], last_gap: u64, advanced: bool) {
        let Some(highest_acked) = newest.last().copied() else { return };
        let recovering = self.paths.iter().any(|path| path.fast_recovery.is_some());
        // In fast recovery a move of the cumulative TSN counts for all that the SACK reports missing.
        let below = if recovering && advanced { last_gap } else { highest_acked };
        let highest = self.outbound.next_tsn() - 1;
        let enough = self.missing_enough();
        for tsn in self.outbound.first_tsn..below {
            let at = (tsn - self.outbound.first_tsn) as usize;
            let chunk = &mut self.outbound.chunks[at];
            let again = chunk.count > 1;
            if chunk.state != ChunkState::InFlight {
                continue;
            }
            match self.config.fast_retransmit {
                FastRetransmit::Once if again => continue,
                FastRetransmit::Once => chunk.missing += 1,
                FastRetransmit::Repeated => {
                    // What arrived may have been sent before this chunk was sent again.
                    let after = if again { chunk.barrier } else { tsn };
                    let later = newest.len() - newest.partition_point(|it| *it < after);
                    chunk.missing = chunk.missing.saturating_add(later.min(usize::from(MISSING_MAX)) as u8);
                }
            }
            if chunk.missing >= enough {
                chunk.missing = 0;
                let path = chunk.path as usize;
                self.outbound.lose(tsn, path, &mut self.paths);
                if let Some(path) = self.paths.get_mut(path) {
                    path.shrink_for_loss(highest);
                    path.urgent = true;
                }
            }
        }
    }

    /// How many reports make a chunk lost: fewer where there is too little on its way for three
    /// (RFC 5827 §3.2, of chunks).
    fn missing_enough(&self) -> u8 {
        let early = self.config.fast_retransmit == FastRetransmit::Repeated && self.outbound.is_cut();
        let out = self.outbound.chunks.len() - self.outbound.acked - self.outbound.lost;
        if early && out < 4 { (out.saturating_sub(1) as u8).clamp(1, MISSING_MAX) } else { MISSING_MAX }
    }
}
