//! Packets out of what waits: control chunks, then SACK, then DATA (RFC 9260 §6.1, §6.10).

use super::send::{ChunkState, Sent};
use super::{Association, ControlKind, Ctx, State};
use crate::config::ImmediateSack;
use crate::path::Path;
use crate::wire::chunk::{Sack, kind};
use crate::wire::{Data, Full, HEADER_LEN, Header, PacketWriter, Writer};

/// A packet that was written: where it goes and how long it is.
pub(crate) struct Written {
    pub(crate) path: usize,
    pub(crate) len: usize,
    /// It is longer than the path is known to carry, and no probe: IP may cut it up.
    pub(crate) fragmentable: bool,
}

/// Bytes that AUTH chunks begin at, once there is one.
type AuthAt = Option<usize>;

impl Association {
    /// Writes the next packet, if there is anything to send.
    pub(crate) fn poll_transmit(&mut self, ctx: &mut Ctx<'_>, buffer: &mut [u8]) -> Option<Written> {
        if self.state == State::Closed {
            return None;
        }
        self.expire(ctx);
        self.queue_forward(ctx);
        // One that fits into no packet is dropped; those behind it are not.
        while let Some(control) = self.control.front() {
            let (path, kind) = (control.path, control.kind);
            if let Some(written) = self.control_packet(ctx, path, kind, buffer) {
                return Some(written);
            }
        }
        let sack = self.inbound.sack_is_due(ctx.now).then(|| self.sack_path());
        let path = match sack {
            Some(path) => path,
            None => self.next_data(ctx)?,
        };
        let most = self.paths.get(path)?.mtu.packet_len();
        self.data_packet(ctx, path, most, buffer, sack.is_none())
    }

    /// A packet that begins with control chunks.
    fn control_packet(
        &mut self,
        ctx: &mut Ctx<'_>,
        path: usize,
        kind: ControlKind,
        buffer: &mut [u8],
    ) -> Option<Written> {
        let Some(mtu) = self.paths.get(path).map(|path| path.mtu.packet_len()) else {
            self.control.pop_front();
            return None;
        };
        let auth_len = self.keys.as_ref().map_or(0, |keys| keys.chunk_len());
        let needed = self.control.front()?.bytes.len().next_multiple_of(4) + HEADER_LEN + auth_len;
        let most = mtu.max(needed).min(buffer.len());
        let header =
            Header { tag: if kind == ControlKind::Init { 0 } else { self.peer_tag }, ..self.header() };
        let mut packet = PacketWriter::new(&mut buffer[..most], header).ok()?;
        let mut auth = None;
        while let Some(control) = self.control.front().filter(|it| it.path == path && it.kind == kind) {
            if self
                .put(&mut packet, &mut auth, control.bytes[0], |w| {
                    w.align().and_then(|()| w.put(&control.bytes))
                })
                .is_err()
            {
                break;
            }
            self.control.pop_front();
            if kind != ControlKind::Plain {
                break;
            }
        }
        if packet.is_empty() {
            // It fits into no packet at all.
            self.control.pop_front();
            return None;
        }
        if kind == ControlKind::Plain && most == mtu && self.is_established() {
            self.put_sack(path, &mut packet, &mut auth);
            if self.paths[path].is_confirmed() && self.next_data(ctx) == Some(path) {
                self.put_data(ctx, path, &mut packet, &mut auth);
            }
        }
        let len = self.finish(packet, auth);
        Some(Written { path, len, fragmentable: kind == ControlKind::Plain && len > mtu })
    }

    /// A packet of a SACK, of DATA, or of both.
    fn data_packet(
        &mut self,
        ctx: &mut Ctx<'_>,
        path: usize,
        most: usize,
        buffer: &mut [u8],
        must_carry_data: bool,
    ) -> Option<Written> {
        let room = buffer.len();
        let mut packet = PacketWriter::new(&mut buffer[..most.min(room)], self.header()).ok()?;
        let mut auth = None;
        self.put_sack(path, &mut packet, &mut auth);
        let carried = if self.next_data(ctx) == Some(path) {
            self.put_data(ctx, path, &mut packet, &mut auth)
        } else {
            false
        };
        if must_carry_data && !carried {
            // Cut when packets were larger, it fits no more: whole in a packet that IP may cut up.
            if most >= room {
                return None;
            }
            return self.data_packet(ctx, path, room, buffer, true);
        }
        let len = self.finish(packet, auth);
        let fragmentable = len > self.paths[path].mtu.packet_len();
        Some(Written { path, len, fragmentable })
    }

    /// Appends a chunk, and AUTH before the first that the peer wants authenticated (RFC 4895 §6.2).
    fn put<'b>(
        &self,
        packet: &mut PacketWriter<'b>,
        auth: &mut AuthAt,
        kind: u8,
        emit: impl FnOnce(&mut Writer<'b>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        if auth.is_none()
            && let Some(keys) = self.keys.as_ref().filter(|keys| keys.wants(kind))
        {
            if packet.room_len(4) < keys.chunk_len() {
                return Err(Full);
            }
            *auth = Some(keys.begin(packet.writer())?);
        }
        emit(packet.writer())
    }

    fn finish(&self, mut packet: PacketWriter<'_>, auth: AuthAt) -> usize {
        if let (Some(at), Some(keys)) = (auth, &self.keys) {
            keys.finish(packet.writer(), at).expect("the AUTH chunk stands there");
        }
        packet.finish().len()
    }

    fn put_sack(&mut self, path: usize, packet: &mut PacketWriter<'_>, auth: &mut AuthAt) {
        // With DATA that goes the same way a SACK goes along, also before its time (§6.2).
        if !self.inbound.sack_is_wanted() || path != self.sack_path() {
            return;
        }
        let room = packet.room_len(Sack::CHUNK_LEN);
        let inbound = &self.inbound;
        let (cum, rwnd) = (inbound.cum as u32, inbound.rwnd(&self.config));
        let gaps = inbound.gaps().take(room / 4);
        let duplicates = inbound.duplicates.iter().copied();
        let put = self.put(packet, auth, kind::SACK, |w| Sack::write(w, cum, rwnd, gaps, duplicates));
        if put.is_ok() {
            self.inbound.sack_sent(path, &self.config);
        }
    }

    /// The path that the next DATA chunk goes to, if one may be sent now.
    fn next_data(&mut self, ctx: &mut Ctx<'_>) -> Option<usize> {
        let may_send =
            matches!(self.state, State::Established | State::ShutdownPending | State::ShutdownReceived);
        if !may_send {
            return None;
        }
        // What was lost goes first (§6.1 C).
        while let Some(tsn) = self.outbound.first_lost() {
            let at = (tsn - self.outbound.first_tsn) as usize;
            if self.is_tired(at) {
                self.abandon(ctx, self.outbound.chunks[at].message);
                self.outbound.drop_settled();
                self.advance_abandoned();
                self.queue_forward(ctx);
                continue;
            }
            let wanted = self.outbound.chunks[at].path as usize;
            // Nor where the peer has left and nothing was heard of since.
            let usable = |path: &Path| path.is_active() && !path.suspect;
            let path = if self.paths.get(wanted).is_some_and(usable) { wanted } else { self.data_path() };
            self.outbound.chunks[at].path = path as u32;
            self.outbound.chunks[at].same_path &= path == wanted;
            return self.may_send_on(ctx, path).then_some(path);
        }
        let len = self.outbound.fragment_len;
        let waiting = self.outbound.waiting()?;
        let (len, wanted) = ((waiting.data.len() - waiting.cut).min(len), waiting.info.address);
        let wanted = wanted.and_then(|it| self.path_of(it)).filter(|at| self.paths[*at].is_active());
        let path = wanted.unwrap_or_else(|| self.data_path());
        // A closed window is probed with one chunk (§6.1 A).
        let window = self.outbound.peer_rwnd >= len || self.outbound.flight == 0;
        (window && self.may_send_on(ctx, path)).then_some(path)
    }

    /// Whether a chunk was sent as often as its message may be (RFC 7496 §3.1).
    fn is_tired(&self, at: usize) -> bool {
        let chunk = &self.outbound.chunks[at];
        let limit = self.outbound.message(chunk.message).and_then(|it| it.info.max_retransmissions);
        self.supports.forward_tsn && limit.is_some_and(|limit| u16::from(chunk.count) > limit)
    }

    fn may_send_on(&mut self, ctx: &Ctx<'_>, path: usize) -> bool {
        let config = &self.config;
        self.paths.get_mut(path).is_some_and(|path| {
            if path.flight == 0 {
                path.burst_from = 0;
                path.decay_window(ctx.now);
            }
            path.is_confirmed() && (path.urgent || path.has_room(config))
        })
    }

    /// Appends DATA as long as some fits and may go there; whether any did.
    fn put_data(
        &mut self,
        ctx: &mut Ctx<'_>,
        path: usize,
        packet: &mut PacketWriter<'_>,
        auth: &mut AuthAt,
    ) -> bool {
        let mut carried = false;
        loop {
            let room = packet.room_len(Data::HEADER_LEN);
            let auth_len = self
                .keys
                .as_ref()
                .filter(|it| auth.is_none() && it.wants(kind::DATA))
                .map_or(0, |it| it.chunk_len());
            let (tsn, chunk) = match self.outbound.first_lost() {
                Some(tsn) => {
                    let at = (tsn - self.outbound.first_tsn) as usize;
                    if self.outbound.chunks[at].len as usize + auth_len > room {
                        break;
                    }
                    (tsn, self.send_again(ctx, tsn, path))
                }
                None => {
                    let most = self.outbound.fragment_len;
                    let Some(waiting) = self.outbound.waiting() else { break };
                    if (waiting.data.len() - waiting.cut).min(most) + auth_len > room {
                        break;
                    }
                    let Some(sent) = self.send_new(ctx, path) else { break };
                    sent
                }
            };
            carried = true;
            let message =
                self.outbound.message(chunk.message).expect("a chunk's message is kept while it is");
            let from = chunk.offset as usize;
            let data = Data {
                flags: chunk.flags,
                tsn: tsn as u32,
                stream: message.info.stream,
                ssn: message.ssn,
                ppid: message.info.ppid,
                payload: &message.data[from..from + chunk.len as usize],
            };
            self.put(packet, auth, kind::DATA, |w| data.emit(w)).expect("room was measured");
            if self.next_data(ctx) != Some(path) {
                break;
            }
        }
        if carried && let Some(path) = self.paths.get_mut(path) {
            path.urgent = false;
            path.last_data = Some(ctx.now);
        }
        carried
    }

    fn send_again(&mut self, ctx: &Ctx<'_>, tsn: u64, to: usize) -> Sent {
        let next = self.outbound.next_tsn();
        let at = (tsn - self.outbound.first_tsn) as usize;
        let chunk = &mut self.outbound.chunks[at];
        chunk.state = ChunkState::InFlight;
        chunk.path = to as u32;
        chunk.count = chunk.count.saturating_add(1);
        (chunk.missing, chunk.barrier, chunk.at) = (0, next, ctx.now);
        // Whatever waited for it has waited long enough.
        let mut sent = *chunk;
        if self.config.immediate_sack == ImmediateSack::WhenDry {
            sent.flags |= Data::IMMEDIATE;
        }
        self.outbound.lost -= 1;
        self.put_in_flight(ctx, tsn, &sent);
        let path = &mut self.paths[to];
        // The first that is outstanding there: its timer begins anew (§7.2.4, step 4).
        if tsn <= path.earliest {
            path.earliest = tsn;
            // Once: however often it goes again, the path has one time-out to answer.
            if path.probed == 0 && sent.count == 2 {
                path.start_t3(ctx.now);
            }
        }
        sent
    }

    fn send_new(&mut self, ctx: &Ctx<'_>, path: usize) -> Option<(u64, Sent)> {
        let tsn = self.outbound.next_tsn();
        let mut sent = self.outbound.cut(ctx.now, path)?;
        if self.config.immediate_sack == ImmediateSack::WhenDry && self.outbound.is_cut() {
            sent.flags |= Data::IMMEDIATE;
        }
        self.put_in_flight(ctx, tsn, &sent);
        self.paths[path].measured.get_or_insert(tsn);
        Some((tsn, sent))
    }

    fn put_in_flight(&mut self, ctx: &Ctx<'_>, tsn: u64, chunk: &Sent) {
        let len = chunk.len as usize;
        self.outbound.flight += len;
        self.outbound.peer_rwnd = self.outbound.peer_rwnd.saturating_sub(len);
        let path = &mut self.paths[chunk.path as usize];
        path.flight += len;
        if path.t3.is_none() {
            path.start_t3(ctx.now);
            path.earliest = tsn;
        }
        path.arm_probe(ctx.now, &self.config);
    }
}
