//! Packets in: whose are they (RFC 9260 §5.1, §5.2, §8.4, §8.5).

use core::net::IpAddr;
use core::time::Duration;

use super::{Datagram, Endpoint};
use crate::association::{Association, Echoed, Origin, PeerParams, State};
use crate::auth::KeyVector;
use crate::config::AssociationConfig;
use crate::cookie::{Cookie, Refusal};
use crate::event::AssociationId;
use crate::wire::chunk::{Init, RawChunk, T_BIT, kind};
use crate::wire::{
    Cause, CauseCode, Checksum, Chunk, Header, Packet, PacketWriter, Param, param::emit_address,
};

/// A reply to an INIT has at most so many times its bytes.
const AMPLIFICATION: usize = 3;

impl Endpoint {
    /// Takes packets in, in the order they came. None of them can make it fail; what is dropped is counted.
    pub fn handle_input<'b>(&mut self, now: Duration, datagrams: impl IntoIterator<Item = Datagram<'b>>) {
        for datagram in datagrams {
            self.handle_one(now, &datagram);
        }
    }

    fn handle_one(&mut self, now: Duration, from: &Datagram<'_>) {
        self.counters.packets_in += 1;
        let first = |packet: &Packet<'_>| packet.chunks().next()?.ok().map(|raw| (raw.kind, raw.flags));
        let Some((packet, (kind, flags))) =
            Packet::parse(from.bytes).ok().and_then(|packet| Some((packet, first(&packet)?)))
        else {
            self.counters.malformed += 1;
            return;
        };
        if packet.checksum() != Checksum::Correct {
            self.counters.bad_checksum += 1;
            return;
        }
        let header = packet.header();
        if header.dst_port != self.config.port || header.src_port == 0 {
            self.counters.other_port += 1;
            return;
        }
        match kind {
            kind::INIT => self.handle_init(now, from, &packet),
            kind::COOKIE_ECHO => self.handle_cookie_echo(now, from, &packet),
            // The peer had no tag of ours, and gives back its own (§8.5.1).
            kind::ABORT | kind::SHUTDOWN_COMPLETE if flags & T_BIT != 0 => {
                let id = self.table.find_confirmed(from.source, header.src_port);
                let ends = |it: &Association| {
                    // 0 is the tag of who is not known yet, and of INIT alone.
                    let reflected = header.tag != 0 && it.peer_tag == header.tag;
                    reflected && (kind == kind::ABORT || it.state == State::ShutdownAckSent)
                };
                let id = id.filter(|id| self.table.get(*id).is_some_and(ends));
                match id {
                    // What may stand behind was not vouched for by our own tag.
                    Some(id) => {
                        let _ = self.with(now, id, |it, ctx| it.handle_reflected(ctx, &packet));
                    }
                    None => self.counters.out_of_the_blue += 1,
                }
            }
            _ => self.handle_tagged(now, from, &packet, kind),
        }
    }

    fn handle_tagged(&mut self, now: Duration, from: &Datagram<'_>, packet: &Packet<'_>, kind: u8) {
        let header = packet.header();
        let found = self.table.by_tag(header.tag).and_then(|slot| {
            let it = self.table.slot_mut(slot)?;
            if it.peer_port != header.src_port {
                return None;
            }
            // INIT ACK may come from an address that nobody has heard of (§5.1.2), ASCONF too (RFC 5061
            // §5.2), which AUTH will have to vouch for.
            let other = match kind {
                kind::INIT_ACK => it.state == State::CookieWait,
                kind::AUTH => it.is_established(),
                _ => false,
            };
            (it.path_of(from.source).is_some() || other).then_some(it.id)
        });
        if let Some(id) = found {
            return self.handle_in(now, id, from, packet, 0);
        }
        let known = self.table.find_confirmed(from.source, header.src_port);
        match known.and_then(|id| self.table.get(id)) {
            // Both sides begin anew, and the peer still ends the old one (§8.5.1 E).
            Some(it) if kind == kind::SHUTDOWN_ACK && !it.is_established() => {
                self.out_of_the_blue(now, from, packet);
            }
            Some(_) => self.counters.wrong_tag += 1,
            None => self.out_of_the_blue(now, from, packet),
        }
    }

    fn handle_in(
        &mut self,
        now: Duration,
        id: AssociationId,
        from: &Datagram<'_>,
        packet: &Packet<'_>,
        first: usize,
    ) {
        let origin = origin(from);
        let (table, mut ctx) = self.parts(now);
        let Some(it) = table.get_mut(id) else { return };
        let path = it.path_of(from.source).unwrap_or(usize::MAX);
        it.learn(path, &origin);
        it.handle_packet(&mut ctx, path, &origin, packet, first);
        self.settle(id.slot);
    }

    /// INIT: answered without keeping anything of it (§5.1 B).
    fn handle_init(&mut self, now: Duration, from: &Datagram<'_>, packet: &Packet<'_>) {
        let header = packet.header();
        let mut chunks = packet.chunks();
        let (Some(Ok(raw)), None) = (chunks.next(), chunks.next()) else {
            self.counters.malformed += 1;
            return;
        };
        let (Ok(Chunk::Init(init)), 0) = (Chunk::parse(&raw), header.tag) else {
            self.counters.malformed += 1;
            return;
        };
        if init.tag == 0 {
            self.counters.malformed += 1;
            return;
        }
        if !self.init_bucket.take(now) {
            self.counters.replies_withheld += 1;
            return;
        }
        let params = PeerParams::read(&init, &self.config.addresses, self.config.max_addresses);
        if let Some(refusal) = self.refuse_init(&init, &params) {
            return self.answer_blindly(now, from, header, init.tag, |w| {
                w.tlv([kind::ABORT, 0], |w| refusal.emit(w))
            });
        }
        // Also one that is known by another of the addresses that are listed (§5.1.2 D).
        let known = |address: &IpAddr| self.table.find_confirmed(*address, header.src_port);
        let existing = core::iter::once(&from.source).chain(&params.addresses).find_map(known);
        let Some(config) = self.config.accept.clone().or_else(|| {
            let it = self.table.get(existing?)?;
            Some(it.config.clone())
        }) else {
            return self.answer_blindly(now, from, header, init.tag, |w| w.tlv([kind::ABORT, 0], |_| Ok(())));
        };
        let (tag, tie, random) = match existing {
            None if self.table.len() >= self.config.max_associations => {
                let cause = Cause::Other(CauseCode::OUT_OF_RESOURCE, &[]);
                return self.answer_blindly(now, from, header, init.tag, |w| {
                    w.tlv([kind::ABORT, 0], |w| cause.emit(w))
                });
            }
            None => (self.fresh_tag(), None, None),
            Some(id) => match self.meet(now, id, from, &params) {
                Meeting::Answer { tag, tie, random } => (tag, tie, random),
                Meeting::Silence => return,
                Meeting::NewAddresses(list) => {
                    let cause = Cause::Other(CauseCode::RESTART_WITH_NEW_ADDRESSES, &list);
                    return self.answer_blindly(now, from, header, init.tag, |w| {
                        w.tlv([kind::ABORT, 0], |w| cause.emit(w))
                    });
                }
            },
        };
        self.answer_init(now, from, header, &config, &init, params, tag, tie, random);
    }

    /// What makes an INIT one that is refused whoever sends it.
    fn refuse_init<'p>(&self, init: &Init<'_>, params: &PeerParams<'p>) -> Option<Cause<'p>> {
        if init.out_streams == 0 || init.in_streams == 0 || params.malformed {
            return Some(Cause::Other(CauseCode::INVALID_PARAM, &[]));
        }
        params
            .host_name
            .map(|name| Cause::Other(CauseCode::UNRESOLVABLE_ADDRESS, &name[..name.len().min(64)]))
    }

    /// An INIT from a peer that we have an association with (§5.2.1, §5.2.2).
    fn meet(
        &mut self,
        now: Duration,
        id: AssociationId,
        from: &Datagram<'_>,
        params: &PeerParams<'_>,
    ) -> Meeting {
        let fresh = self.fresh_tag();
        let (table, mut ctx) = self.parts(now);
        let Some(it) = table.get_mut(id) else { return Meeting::Silence };
        let mut new = Vec::new();
        for address in core::iter::once(&from.source).chain(&params.addresses) {
            if it.path_of(*address).is_none() {
                let mut bytes = [0; 20];
                let mut w = crate::wire::Writer::new(&mut bytes);
                if emit_address(&mut w, *address).is_ok() && new.len() < 40 {
                    new.extend_from_slice(w.written());
                }
            }
        }
        match it.state {
            // Both began at once: the same words as in our own INIT.
            State::CookieWait => Meeting::Answer { tag: it.local_tag, tie: None, random: it.own_random() },
            _ if !new.is_empty() => Meeting::NewAddresses(new),
            State::CookieEchoed => {
                let tie = it.tie_tag(&mut ctx);
                Meeting::Answer { tag: it.local_tag, tie: Some(tie), random: it.own_random() }
            }
            // It does not know yet that we are done (§9.2).
            State::ShutdownAckSent => {
                it.repeat_shutdown_ack(from.source);
                self.settle(id.slot);
                Meeting::Silence
            }
            _ => {
                let tie = it.tie_tag(&mut ctx);
                Meeting::Answer { tag: fresh, tie: Some(tie), random: None }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all of it is said once, in one packet")]
    fn answer_init(
        &mut self,
        now: Duration,
        from: &Datagram<'_>,
        header: Header,
        config: &AssociationConfig,
        init: &Init<'_>,
        params: PeerParams<'_>,
        tag: u32,
        tie: Option<u32>,
        random: Option<[u8; 32]>,
    ) {
        self.cookie_keys.rotate(now, self.config.cookie_life, &mut self.random);
        let theirs = params.auth.filter(|_| self.config.dynamic_addresses);
        let auth = theirs.map(|theirs| (random.unwrap_or_else(|| self.random.bytes()), theirs));
        let mut addresses = params.addresses;
        addresses.retain(|it| *it != from.source);
        let cookie = Cookie {
            made: now,
            local_tag: tag,
            peer_tag: init.tag,
            peer_tsn: init.tsn,
            peer_rwnd: init.rwnd,
            out_streams: config.out_streams.min(init.in_streams),
            in_streams: config.in_streams.min(init.out_streams),
            source: from.source,
            addresses,
            tie,
            supports: params.supports,
            auth,
        };
        let sealed = self.cookie_keys.seal(&cookie, (header.dst_port, header.src_port));
        let most = (AMPLIFICATION * from.bytes.len()).min(1232);
        let mut buffer = vec![0; most];
        let reply = Header { src_port: header.dst_port, dst_port: header.src_port, tag: init.tag };
        let Ok(mut writer) = PacketWriter::new(&mut buffer, reply) else { return };
        let ack = Init {
            tag,
            rwnd: config.receive_buffer_len as u32,
            out_streams: config.out_streams,
            in_streams: config.in_streams,
            tsn: tag,
            params: &[],
        };
        let written = writer.writer().tlv([kind::INIT_ACK, 0], |w| {
            ack.emit_fields(w)?;
            Param::StateCookie(&sealed).emit(w)?;
            if let Some((random, _)) = &cookie.auth {
                KeyVector::new(random).emit(w)?;
            }
            // What follows says less, and is left out where it would make the answer too long.
            if cookie.supports.forward_tsn {
                let _ = Param::ForwardTsn.emit(w);
            }
            let mut extensions = vec![];
            let mut offer = |offered: bool, kinds: &[u8]| {
                if offered {
                    extensions.extend_from_slice(kinds);
                }
            };
            offer(cookie.supports.forward_tsn, &[kind::FORWARD_TSN]);
            offer(cookie.supports.reconfig, &[kind::RE_CONFIG]);
            offer(cookie.auth.is_some(), &[kind::AUTH]);
            offer(cookie.supports.asconf && cookie.auth.is_some(), &[kind::ASCONF, kind::ASCONF_ACK]);
            if !extensions.is_empty() {
                let _ = Param::SupportedExtensions(&extensions).emit(w);
            }
            // The one that it was sent to is known.
            let others = self.config.addresses.iter().filter(|it| Some(**it) != from.destination);
            for address in others.take(8) {
                let _ = emit_address(w, *address);
            }
            for unknown in params.unknown.iter().take(8) {
                let _ = Param::Unrecognized(unknown).emit(w);
            }
            Ok(())
        });
        if written.is_ok() {
            let bytes = writer.finish().to_vec();
            self.counters.inits_answered += 1;
            self.reply(from, bytes);
        } else {
            self.counters.replies_withheld += 1;
        }
    }

    /// COOKIE ECHO: what an INIT brought comes back, and only now counts (§5.1 D, §5.2.4).
    fn handle_cookie_echo(&mut self, now: Duration, from: &Datagram<'_>, packet: &Packet<'_>) {
        let header = packet.header();
        let Some(Ok(RawChunk { value, .. })) = packet.chunks().next() else { return };
        let ports = (header.dst_port, header.src_port);
        let (cookie, late) = match self.cookie_keys.open(value, ports, now, self.config.cookie_life) {
            Ok(cookie) => (cookie, None),
            Err(Refusal::Stale(cookie, late)) => (*cookie, Some(late)),
            Err(Refusal::Forged) => {
                self.counters.forged_cookies += 1;
                return;
            }
        };
        // The cookie was given to one address, and speaks of others; from anywhere else it was stolen.
        let listed = from.source == cookie.source || cookie.addresses.contains(&from.source);
        if cookie.local_tag != header.tag || !listed {
            self.counters.wrong_tag += 1;
            return;
        }
        let by_tag = self.table.by_tag(header.tag).and_then(|slot| self.table.slot_mut(slot)).map(|it| it.id);
        let existing = by_tag
            .or_else(|| self.table.find_confirmed(from.source, header.src_port))
            .or_else(|| self.table.find_confirmed(cookie.source, header.src_port));
        let origin = origin(from);
        let peer_tag = cookie.peer_tag;
        let Some(id) = existing else {
            if let Some(late) = late {
                return self.stale(now, from, header, peer_tag, late);
            }
            return self.accept(now, cookie, &origin, from, packet);
        };
        let (table, mut ctx) = self.parts(now);
        let Some(it) = table.get_mut(id).filter(|it| it.peer_port == header.src_port) else { return };
        let echoed = it.cookie_echoed(&mut ctx, cookie, late.is_some(), &origin);
        self.settle(id.slot);
        match echoed {
            Echoed::Goes | Echoed::Restarted => self.handle_in(now, id, from, packet, 1),
            Echoed::Discarded => {}
            Echoed::TooOld => self.stale(now, from, header, peer_tag, late.unwrap_or_default()),
        }
    }

    fn accept(
        &mut self,
        now: Duration,
        cookie: Cookie,
        origin: &Origin,
        from: &Datagram<'_>,
        packet: &Packet<'_>,
    ) {
        let Some(config) = self.config.accept.clone() else { return };
        let port = packet.header().src_port;
        if self.table.len() >= self.config.max_associations {
            let cause = Cause::Other(CauseCode::OUT_OF_RESOURCE, &[]);
            let tag = cookie.peer_tag;
            return self.answer_blindly(now, from, packet.header(), tag, |w| {
                w.tlv([kind::ABORT, 0], |w| cause.emit(w))
            });
        }
        let (table, mut ctx) = self.parts(now);
        let id = table.insert(|id| {
            let mut it = Association::of_cookie(&mut ctx, id, port, cookie, origin, config);
            it.welcome(origin);
            it
        });
        self.settle(id.slot);
        self.handle_in(now, id, from, packet, 1);
    }

    fn stale(&mut self, now: Duration, from: &Datagram<'_>, header: Header, tag: u32, late: Duration) {
        self.counters.stale_cookies += 1;
        let micros = u32::try_from(late.as_micros()).unwrap_or(u32::MAX);
        self.answer_blindly(now, from, header, tag, |w| {
            w.tlv([kind::ERROR, 0], |w| Cause::StaleCookie(micros).emit(w))
        });
    }
}

/// What becomes of an INIT from a peer that we have an association with.
enum Meeting {
    Answer {
        tag: u32,
        tie: Option<u32>,
        random: Option<[u8; 32]>,
    },
    Silence,
    /// A restart may add none: address parameters of those that are new (§5.2.2).
    NewAddresses(Vec<u8>),
}

fn origin(from: &Datagram<'_>) -> Origin {
    Origin { source: from.source, destination: from.destination, encapsulation: from.encapsulation }
}
