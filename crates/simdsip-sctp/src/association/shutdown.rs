//! How an association ends in peace (RFC 9260 §9.2).

use super::{Association, Ctx, State};
use crate::event::{Change, Event, Lost};
use crate::wire::chunk::{Sack, kind};

impl Association {
    /// The application has nothing more to send.
    pub(crate) fn shutdown(&mut self, ctx: &mut Ctx<'_>) {
        match self.state {
            State::Established => {
                self.state = State::ShutdownPending;
                self.after_progress(ctx);
            }
            State::CookieWait | State::CookieEchoed => self.lose(ctx, Lost::Aborted),
            _ => {}
        }
    }

    /// Something was acknowledged: perhaps it was the last.
    pub(super) fn after_progress(&mut self, ctx: &mut Ctx<'_>) {
        if !self.outbound.is_dry() {
            return;
        }
        match self.state {
            State::ShutdownPending => {
                self.state = State::ShutdownSent;
                self.send_shutdown(ctx);
            }
            State::ShutdownReceived => {
                self.state = State::ShutdownAckSent;
                self.send_shutdown(ctx);
            }
            _ => {}
        }
    }

    /// SHUTDOWN or SHUTDOWN ACK, whichever the state wants, under T2.
    fn send_shutdown(&mut self, ctx: &Ctx<'_>) {
        let path = self.data_path();
        let cum = self.inbound.cum as u32;
        self.control.retain(|control| !matches!(control.bytes[0], kind::SHUTDOWN | kind::SHUTDOWN_ACK));
        if self.state == State::ShutdownSent {
            self.push_control(path, |w| w.tlv([kind::SHUTDOWN, 0], |w| w.u32(cum)));
        } else {
            self.push_control(path, |w| w.tlv([kind::SHUTDOWN_ACK, 0], |_| Ok(())));
        }
        self.t2 = self.paths.get(path).map(|path| ctx.now + path.rto());
    }

    pub(super) fn t2_expired(&mut self, ctx: &mut Ctx<'_>) {
        let path = self.data_path();
        self.t2 = None;
        if let Some(path) = self.paths.get_mut(path) {
            path.rtt.double(&self.config);
        }
        self.path_failed(ctx, path, true);
        if self.state != State::Closed {
            self.send_shutdown(ctx);
        }
    }

    pub(super) fn handle_shutdown(&mut self, ctx: &mut Ctx<'_>, path: usize, cum: u32) {
        let rwnd = u32::try_from(self.outbound.peer_rwnd + self.outbound.flight).unwrap_or(u32::MAX);
        if self.state != State::ShutdownAckSent {
            self.handle_sack_keeping(ctx, &Sack::plain(cum, rwnd));
        }
        match self.state {
            State::Established | State::ShutdownPending => {
                self.state = State::ShutdownReceived;
                ctx.events.push_back(Event::Shutdown { association: self.id });
                self.after_progress(ctx);
            }
            // Both ends wanted it at the same time.
            State::ShutdownSent => {
                self.state = State::ShutdownAckSent;
                self.send_shutdown(ctx);
            }
            State::ShutdownAckSent => {
                // Our answer was lost, or is about to arrive.
                self.push_control(path, |w| w.tlv([kind::SHUTDOWN_ACK, 0], |_| Ok(())));
            }
            _ => {}
        }
    }

    /// DATA came after SHUTDOWN: told again where we stand (§9.2).
    pub(super) fn remind_shutdown(&mut self, ctx: &Ctx<'_>) {
        if self.state == State::ShutdownSent {
            self.send_shutdown(ctx);
        }
    }

    /// The peer begins anew and has not seen our last word.
    pub(crate) fn repeat_shutdown_ack(&mut self, address: core::net::IpAddr) {
        if let Some(path) = self.path_of(address) {
            self.push_control(path, |w| w.tlv([kind::SHUTDOWN_ACK, 0], |_| Ok(())));
        }
    }

    pub(super) fn handle_shutdown_ack(&mut self, ctx: &mut Ctx<'_>, path: usize) {
        if matches!(self.state, State::ShutdownSent | State::ShutdownAckSent) {
            self.last_words(ctx, path, |w| w.tlv([kind::SHUTDOWN_COMPLETE, 0], |_| Ok(())));
            self.finish_shutdown(ctx);
        }
    }

    pub(super) fn handle_shutdown_complete(&mut self, ctx: &mut Ctx<'_>) {
        if self.state == State::ShutdownAckSent {
            self.finish_shutdown(ctx);
        }
    }

    fn finish_shutdown(&mut self, ctx: &mut Ctx<'_>) {
        self.state = State::Closed;
        self.tell(ctx, Change::ShutdownComp);
    }
}
