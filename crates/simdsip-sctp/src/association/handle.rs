//! A packet with the right tag has come: its chunks in order (RFC 9260 §3.2, §6.10, §8.5).

use super::{Association, Ctx, Origin, State};
use crate::event::{Event, Lost};
use crate::wire::chunk::kind;
use crate::wire::{Cause, CauseCode, Chunk, ErrorKind, Packet, Param, Unknown, param::Params};

impl Association {
    /// Handles the chunks from `first` on. The tag, the ports and the source were checked.
    pub(crate) fn handle_packet(
        &mut self,
        ctx: &mut Ctx<'_>,
        path: usize,
        origin: &Origin,
        packet: &Packet<'_>,
        first: usize,
    ) {
        let mut authenticated = false;
        for (number, raw) in packet.chunks().enumerate() {
            let Ok(raw) = raw else { break };
            // From an address that nobody knows only what AUTH vouches for (RFC 5061 §5.2).
            let stranger = path >= self.paths.len() && self.is_established();
            if number < first || stranger && !matches!(raw.kind, kind::AUTH | kind::ASCONF) {
                continue;
            }
            let chunk = match Chunk::parse(&raw) {
                Ok(chunk) => chunk,
                Err(error) => {
                    let tsn = raw.value.first_chunk().map(|it| u32::from_be_bytes(*it));
                    if error.kind == ErrorKind::NoUserData && self.is_established() {
                        self.no_user_data(ctx, tsn.unwrap_or(0));
                    }
                    break;
                }
            };
            match chunk {
                Chunk::Auth(auth) => {
                    // A wrong one spoils the packet (RFC 4895 §6.3).
                    let rest = packet.bytes().get(raw.at..).unwrap_or_default();
                    authenticated = self.keys.as_ref().is_some_and(|keys| keys.verify(&auth, rest));
                    if !authenticated {
                        break;
                    }
                }
                // Without AUTH as if they had not come (RFC 5061 §4.1.1).
                Chunk::Asconf(_) | Chunk::AsconfAck(_) if !authenticated => {}
                Chunk::Asconf(asconf) => self.handle_asconf(ctx, path, origin, &asconf),
                Chunk::AsconfAck(ack) => self.handle_asconf_ack(ctx, &ack),
                Chunk::Unknown(_) | Chunk::IData(_) | Chunk::IForwardTsn(_) => {
                    let unknown = Unknown::of_chunk(raw.kind);
                    if unknown.reported && self.is_established() && raw.bytes.len() <= 512 {
                        let cause = Cause::UnrecognizedChunk(raw.bytes);
                        self.push_control(path, |w| w.tlv([kind::ERROR, 0], |w| cause.emit(w)));
                    }
                    if !unknown.goes_on {
                        break;
                    }
                }
                chunk => self.handle_chunk(ctx, path, origin, chunk),
            }
            if self.state == State::Closed {
                return;
            }
        }
        let closing = self.state == State::ShutdownSent;
        if closing && self.inbound.has_data() {
            self.remind_shutdown(ctx);
        }
        self.inbound.packet_done(ctx.now, &self.config, closing);
        self.after_packet(path);
    }

    /// ABORT or SHUTDOWN COMPLETE with the peer's own tag: the first chunk and no other (§8.5.1).
    pub(crate) fn handle_reflected(&mut self, ctx: &mut Ctx<'_>, packet: &Packet<'_>) {
        let chunk = packet.chunks().next().and_then(Result::ok).and_then(|raw| Chunk::parse(&raw).ok());
        match chunk {
            Some(Chunk::Abort(abort)) => {
                let cause = abort.causes.iter().next().and_then(Result::ok).map(|it| it.kind);
                self.lose(ctx, Lost::PeerAborted { cause });
            }
            Some(Chunk::ShutdownComplete(_)) => self.handle_shutdown_complete(ctx),
            _ => {}
        }
    }

    fn handle_chunk(&mut self, ctx: &mut Ctx<'_>, path: usize, origin: &Origin, chunk: Chunk<'_>) {
        let stands = self.is_established();
        match chunk {
            Chunk::Data(data) => self.handle_data(ctx, path, &data),
            Chunk::Sack(sack) if stands && self.state != State::ShutdownAckSent => {
                self.handle_sack(ctx, &sack)
            }
            Chunk::InitAck(init) => self.handle_init_ack(ctx, path, origin, &init),
            Chunk::CookieAck => self.handle_cookie_ack(ctx),
            Chunk::Heartbeat(params) if stands || self.state == State::CookieEchoed => {
                // To where it came from (§8.3).
                self.push_control(path, |w| w.tlv([kind::HEARTBEAT_ACK, 0], |w| w.put(params)));
            }
            Chunk::HeartbeatAck(params) if stands => self.handle_heartbeat_ack(ctx, params),
            Chunk::Abort(abort) => {
                let cause = abort.causes.iter().next().and_then(Result::ok).map(|it| it.kind);
                self.lose(ctx, Lost::PeerAborted { cause });
            }
            Chunk::Error(causes) => {
                for raw in causes.iter().map_while(Result::ok).take(16) {
                    if raw.kind == CauseCode::STALE_COOKIE.0 {
                        self.handle_stale_cookie(ctx);
                    }
                    if self.state == State::Closed {
                        return;
                    }
                    ctx.events.push_back(Event::RemoteError { association: self.id, cause: raw.kind });
                }
            }
            Chunk::Shutdown(cum) if stands => self.handle_shutdown(ctx, path, cum),
            Chunk::ShutdownAck => self.handle_shutdown_ack(ctx, path),
            Chunk::ShutdownComplete(_) => self.handle_shutdown_complete(ctx),
            Chunk::ForwardTsn(forward) if stands => self.handle_forward_tsn(ctx, &forward),
            Chunk::ReConfig(params) if stands => self.handle_reconfig(ctx, path, params),
            _ => {}
        }
    }

    fn handle_heartbeat_ack(&mut self, ctx: &mut Ctx<'_>, params: &[u8]) {
        let info = Params::new(params, 0).next().and_then(Result::ok).and_then(|raw| Param::parse(&raw).ok());
        let Some(Param::HeartbeatInfo(info)) = info else { return };
        let Ok(nonce) = <[u8; 8]>::try_from(info).map(u64::from_be_bytes) else { return };
        for at in 0..self.paths.len() {
            let path = &mut self.paths[at];
            if path.mtu.answer(ctx.now, nonce) {
                self.outbound.measure_fragments(&self.paths, self.keys.as_deref());
                return;
            }
            let Some(rtt) = path.answer_heartbeat(ctx.now, nonce) else { continue };
            path.rtt.measure(rtt, &self.config);
            let before = path.state;
            let (state, address) = (path.succeed(), path.remote);
            path.schedule_heartbeat(ctx.now, &self.config, ctx.random);
            if path.state != before {
                path.mtu.begin(ctx.now);
            }
            self.errors = 0;
            self.trust_sacks(at);
            self.tell_path(ctx, address, state);
            return;
        }
    }
}
