//! Messages that are given up, by us or by the peer (RFC 3758; RFC 7496 §3.1).

use super::send::ChunkState;
use super::{Association, Ctx};
use crate::event::{Event, Unsent};
use crate::serial::widen;
use crate::wire::chunk::ForwardTsn;

impl Association {
    /// Gives up messages whose time has run out.
    pub(super) fn expire(&mut self, ctx: &mut Ctx<'_>) {
        if self.outbound.next_expiry.is_none_or(|at| at > ctx.now) {
            return;
        }
        let first = self.outbound.first_message;
        let mut next = None;
        for at in 0..self.outbound.messages.len() {
            let message = &self.outbound.messages[at];
            let Some(expires) = message.expires.filter(|_| !message.abandoned && message.left > 0) else {
                continue;
            };
            if expires <= ctx.now {
                self.abandon(ctx, first + at as u64);
            } else {
                next = [next, Some(expires)].into_iter().flatten().min();
            }
        }
        self.outbound.next_expiry = next;
        self.outbound.drop_settled();
        self.advance_abandoned();
        self.after_progress(ctx);
    }

    /// Gives up one message. What is on its way can be called back only where the peer knows how.
    pub(super) fn abandon(&mut self, ctx: &mut Ctx<'_>, number: u64) {
        let forward = self.supports.forward_tsn;
        let Some(message) = self.outbound.message_mut(number) else { return };
        let sent = message.cut > 0;
        if sent && !forward {
            message.expires = None;
            return;
        }
        let unfinished = sent && message.cut < message.data.len();
        let data = core::mem::take(&mut message.data);
        (message.abandoned, message.cut) = (true, 0);
        let message = Unsent { info: message.info, data, sent };
        self.outbound.buffered -= message.data.len();
        ctx.events.push_back(Event::SendFailed { association: self.id, message });
        for tsn in self.outbound.first_tsn..self.outbound.next_tsn() {
            let at = (tsn - self.outbound.first_tsn) as usize;
            if self.outbound.chunks[at].message != number {
                continue;
            }
            match self.outbound.chunks[at].state {
                ChunkState::InFlight => {
                    self.outbound.lose(tsn, 0, &mut self.paths);
                    self.outbound.lost -= 1;
                }
                ChunkState::Lost => self.outbound.lost -= 1,
                ChunkState::Acked => self.outbound.acked -= 1,
                ChunkState::Abandoned => {}
            }
            self.outbound.chunks[at].state = ChunkState::Abandoned;
        }
        if unfinished {
            // All that was sent of it may be acknowledged already: the TSN that the rest would have had tells
            // the peer not to wait for it.
            self.outbound.cut_nothing(ctx.now, number);
        }
    }

    /// Whether the peer has to be told that some will never come (RFC 3758 §3.5 C).
    pub(super) fn advance_abandoned(&mut self) {
        self.outbound.forward =
            self.outbound.chunks.front().is_some_and(|it| it.state == ChunkState::Abandoned);
    }

    /// FORWARD-TSN up to the last TSN that is given up.
    pub(super) fn queue_forward(&mut self, ctx: &Ctx<'_>) {
        if !core::mem::take(&mut self.outbound.forward) {
            return;
        }
        let outbound = &self.outbound;
        let mut cum = outbound.first_tsn - 1;
        let mut streams: Vec<(u16, u16)> = Vec::new();
        // What is acknowledged ends it: it may be part of a message of which the rest is still to come, and
        // the receiver would drop it.
        for chunk in outbound.chunks.iter().take_while(|chunk| chunk.state == ChunkState::Abandoned) {
            cum += 1;
            let Some(message) = outbound.message(chunk.message).filter(|it| !it.info.unordered) else {
                continue;
            };
            let entry = (message.info.stream, message.ssn);
            match streams.iter_mut().find(|it| it.0 == entry.0) {
                Some(known) => *known = entry,
                None => streams.push(entry),
            }
        }
        let path = self.data_path();
        self.push_control(path, |w| ForwardTsn::write(w, cum as u32, streams.into_iter().take(64)));
        if let Some(path) = self.paths.get_mut(path).filter(|path| path.t3.is_none()) {
            path.start_t3(ctx.now);
        }
    }

    /// The peer gave up (RFC 3758 §3.6).
    pub(super) fn handle_forward_tsn(&mut self, ctx: &mut Ctx<'_>, forward: &ForwardTsn<'_>) {
        let cum = widen(self.inbound.cum, forward.cum_tsn);
        if cum <= self.inbound.cum {
            // It did not see our SACK.
            self.inbound.demand_sack();
            return;
        }
        self.inbound.forward(cum);
        self.inbound.reassembly.forget(cum);
        for skipped in forward.skipped() {
            self.inbound.reassembly.skip(skipped.stream, skipped.last as u16);
        }
        self.deliver(ctx);
    }
}
