//! What does not come back in time (RFC 9260 §6.3.3, §8.1, §8.2, §8.3).

use super::send::ChunkState;
use super::{Association, ControlKind, Ctx, State};
use crate::event::Lost;
use crate::path::{Heartbeat, PathState};
use crate::wire::chunk::kind;
use crate::wire::{Param, Writer};

impl Association {
    /// Handles every timer that is due.
    pub(crate) fn handle_timeout(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.now;
        let due = |at: Option<core::time::Duration>| at.is_some_and(|at| at <= now);
        if self.setup.as_ref().is_some_and(|setup| due(setup.t1)) {
            self.t1_expired(ctx);
        }
        if due(self.t2) {
            self.t2_expired(ctx);
        }
        if due(self.asconf.t4) {
            self.t4_expired(ctx);
        }
        if self.state == State::Closed {
            return;
        }
        self.expire(ctx);
        for path in 0..self.paths.len() {
            if self.paths[path].t3.is_some_and(|at| at <= ctx.now) {
                self.t3_expired(ctx, path);
            }
            if self.state == State::Closed {
                return;
            }
            self.break_silence(ctx, path);
            self.heartbeat_due(ctx, path);
            self.probe_due(ctx, path);
            if self.state == State::Closed {
                return;
            }
        }
        if self.inbound.sack_is_due(ctx.now) {
            self.inbound.demand_sack();
        }
    }

    /// T3-rtx: everything on that path is sent again, elsewhere if there is a better place (§6.3.3, §6.4).
    fn t3_expired(&mut self, ctx: &mut Ctx<'_>, at: usize) {
        let path = &mut self.paths[at];
        (path.t3, path.probe, path.probed) = (None, None, 0);
        if path.flight == 0 {
            // Only FORWARD-TSN was on its way.
            self.outbound.forward =
                self.outbound.chunks.front().is_some_and(|it| it.state == ChunkState::Abandoned);
            return;
        }
        path.shrink_for_timeout();
        if path.mtu.suspect() {
            self.outbound.measure_fragments(&self.paths, self.keys.as_deref());
        }
        let path = &mut self.paths[at];
        path.rtt.double(&self.config);
        // A closed window that the peer still speaks of is no error (§6.1 A).
        let probing = core::mem::take(&mut self.outbound.window_closed);
        if !probing {
            self.path_failed(ctx, at, true);
            if self.state == State::Closed {
                return;
            }
        }
        let to = self.retransmit_path(at);
        for tsn in self.outbound.first_tsn..self.outbound.next_tsn() {
            let chunk = &self.outbound.chunks[(tsn - self.outbound.first_tsn) as usize];
            if chunk.path as usize == at && chunk.state == ChunkState::InFlight {
                self.outbound.lose(tsn, to, &mut self.paths);
            }
        }
        self.paths[at].burst_from = 0;
        self.turn_source(ctx, at);
    }

    /// Two round trips without an answer: the earliest chunk once more (after RFC 8985 §7.3).
    fn break_silence(&mut self, ctx: &Ctx<'_>, at: usize) {
        let path = &mut self.paths[at];
        if path.probe.is_none_or(|probe| probe > ctx.now) {
            return;
        }
        path.probe = None;
        let tsn = self.outbound.earliest_on(at);
        if path.is_active() && path.flight > 0 && tsn < self.outbound.next_tsn() {
            path.probed += 1;
            path.urgent = true;
            self.outbound.lose(tsn, at, &mut self.paths);
        }
    }

    /// Counts an error of a path, and of the association where `counts` says so.
    pub(super) fn path_failed(&mut self, ctx: &mut Ctx<'_>, at: usize, counts: bool) {
        let path = &mut self.paths[at];
        let (state, address) = (path.fail(&self.config), path.remote);
        if path.state != PathState::Active {
            path.mtu.stop();
        }
        self.tell_path(ctx, address, state);
        if counts {
            self.errors += 1;
            if self.errors > self.config.association_max_retrans {
                self.lose(ctx, Lost::Unreachable);
            }
        }
        // Whether it is back is asked at once (RFC 7829 §3.2).
        if let Some(path) = self.paths.get_mut(at)
            && state == Some(crate::event::AddressState::PotentiallyFailed)
            && matches!(path.heartbeat, Heartbeat::Idle { .. })
        {
            path.heartbeat = Heartbeat::idle(ctx.now);
        }
    }

    fn heartbeat_due(&mut self, ctx: &mut Ctx<'_>, at: usize) {
        if !matches!(self.state, State::Established | State::ShutdownPending | State::ShutdownReceived) {
            if self.is_established() {
                self.paths[at].heartbeat = Heartbeat::Off;
            }
            return;
        }
        if self.paths[at].heartbeat.deadline().is_none_or(|at| at > ctx.now) {
            return;
        }
        let busy = self.paths[at].flight > 0;
        if matches!(self.paths[at].heartbeat, Heartbeat::Waiting { .. }) && busy {
            // Data is on its way there and tells the same (RFC 7829 §3.2, item 6).
            self.paths[at].schedule_heartbeat(ctx.now, &self.config, ctx.random);
            if self.paths[at].heartbeat.deadline().is_none_or(|at| at > ctx.now) {
                return;
            }
        } else if matches!(self.paths[at].heartbeat, Heartbeat::Waiting { .. }) {
            self.paths[at].rtt.double(&self.config);
            // What goes nowhere near the data says nothing of the association (§8.1), and while data is on
            // its way elsewhere T3 counts.
            let counts = at == self.data_path() && self.outbound.flight == 0;
            self.path_failed(ctx, at, counts);
            if self.state == State::Closed {
                return;
            }
            self.turn_source(ctx, at);
            // Where no address is proved any more, asking goes on until the association is lost.
            let others = self.paths.iter().any(crate::path::Path::is_confirmed);
            let path = &mut self.paths[at];
            let tired = path.errors >= self.config.path_max_retrans.max(1);
            if path.state == PathState::Unconfirmed && tired && others {
                // Nobody there asked for it: no more (RFC 5062 §5).
                path.heartbeat = Heartbeat::Off;
                return;
            }
            path.schedule_heartbeat(ctx.now, &self.config, ctx.random);
            if path.heartbeat.deadline().is_none_or(|at| at > ctx.now) {
                return;
            }
        }
        let path = &mut self.paths[at];
        if path.defer_heartbeat(ctx.now, &self.config) {
            return;
        }
        if path.state == PathState::Unconfirmed {
            if self.next_probe > ctx.now {
                path.heartbeat = Heartbeat::idle(self.next_probe);
                return;
            }
            self.next_probe = ctx.now + path.rto();
        }
        let nonce = ctx.random.u64();
        path.begin_heartbeat(ctx.now, nonce);
        self.push_control(at, |w| heartbeat(w, nonce));
    }

    /// A packet came from a path that was given up before it was ever confirmed: ask once more.
    pub(super) fn after_packet(&mut self, at: usize) {
        let config = &self.config;
        let Some(path) = self.paths.get_mut(at) else { return };
        if path.state == PathState::Unconfirmed
            && matches!(path.heartbeat, Heartbeat::Off)
            && self.setup.is_none()
        {
            path.errors = config.path_max_retrans.saturating_sub(1);
            path.heartbeat = Heartbeat::idle(core::time::Duration::ZERO);
        }
    }

    /// A larger packet is tried (RFC 8899 §5.3).
    fn probe_due(&mut self, ctx: &mut Ctx<'_>, at: usize) {
        let path = &mut self.paths[at];
        if path.mtu.deadline().is_none_or(|at| at > ctx.now) {
            return;
        }
        if self.state != State::Established {
            return path.mtu.stop();
        }
        let nonce = ctx.random.u64();
        let Some(len) = path.mtu.tick(ctx.now, path.rtt.rto, nonce) else { return };
        // Common header, HEARTBEAT with its nonce, header of PAD.
        let padding = len - crate::wire::HEADER_LEN - 16 - 4;
        self.push_control_kind(at, ControlKind::Probe, |w| {
            heartbeat(w, nonce)?;
            w.tlv([kind::PAD, 0], |w| {
                for _ in 0..padding / 4 {
                    w.u32(0)?;
                }
                Ok(())
            })
        });
    }
}

fn heartbeat(w: &mut Writer<'_>, nonce: u64) -> Result<(), crate::wire::Full> {
    w.tlv([kind::HEARTBEAT, 0], |w| Param::HeartbeatInfo(&nonce.to_be_bytes()).emit(w))
}
