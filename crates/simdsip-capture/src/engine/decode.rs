//! Packets in, payloads out: drives the layers and counts what became of each packet.

use super::clock::Clock;
use super::sigcomp::{Note, Sigcomp};
use super::{Options, Payload, Reading, repeat::Repeats};
use crate::packet::carrier::HepEnds;
use crate::packet::fragment::{self, Fragments, Lost, Whole};
use crate::packet::ip::{self, Ip};
use crate::packet::sctp::{self, Sctp};
use crate::packet::sniff::{self, Ask};
use crate::packet::stream::{Found, Port};
use crate::packet::tcp::{self, Tcp};
use crate::packet::{Endpoint, Fate, Known, Origin, Tunnel, Wraps, hep, link, tunnel, udp};
use crate::ports::Ports;
use crate::read::Packet;
use crate::stats::{Event, Stats};
use crate::table::{FrameRef, Meta, Transport};
use simdsip::{Parser, Policy};
use std::sync::Arc;

const TCP: u8 = 6;
const UDP: u8 = 17;
const SCTP: u8 = 132;

/// Where payloads go.
type Give<'g> = dyn FnMut(Payload<'_>, &mut Stats) + 'g;

/// All that is between packets and rows.
#[derive(Debug)]
pub(super) struct Engine {
    layers: Layers,
    stats: Stats,
    names: Arc<[String]>,
    parser: Parser,
}

impl Engine {
    pub(super) fn new(options: &Options) -> Self {
        let parser = Parser::new(Policy::CAPTURE);
        let parser = options.backend.map_or(parser, |backend| parser.with_backend(backend));
        let layers = Layers {
            ports: options.ports.clone(),
            fragments: Fragments::default(),
            tcp: Tcp::new(parser, options.secrets.clone()),
            sctp: Sctp::default(),
            sigcomp: Sigcomp::new(options.sigcomp_notes),
            repeats: options.repeats.then(Repeats::new),
            clock: Clock::default(),
            parts: Vec::new(),
        };
        Self { layers, stats: Stats::default(), names: Arc::default(), parser }
    }

    /// Names of the captures, to be shared with rows.
    pub(super) fn names(&mut self, names: &[String]) -> Arc<[String]> {
        if self.names.len() != names.len() {
            self.names = names.into();
        }
        Arc::clone(&self.names)
    }

    pub(super) fn reading(&self) -> Reading {
        Reading::new(self.parser)
    }

    pub(super) fn parts(&mut self) -> (&mut Layers, &mut Stats) {
        (&mut self.layers, &mut self.stats)
    }

    pub(super) fn stats(&self) -> &Stats {
        &self.stats
    }

    pub(super) fn sigcomp_notes(&mut self) -> Vec<Note> {
        self.layers.sigcomp.take_notes()
    }

    /// What rows counted that were made elsewhere.
    pub(super) fn add_rows(&mut self, stats: &Stats) {
        self.stats.add(stats);
    }
}

/// The layers and what they remember.
#[derive(Debug)]
pub(super) struct Layers {
    ports: Ports,
    fragments: Fragments,
    tcp: Tcp,
    sctp: Sctp,
    sigcomp: Sigcomp,
    repeats: Option<Repeats>,
    clock: Clock,
    /// Other packets whose fragments make the datagram at hand.
    parts: Vec<FrameRef>,
}

impl Layers {
    pub(super) fn packet(
        &mut self,
        file: usize,
        frame: u64,
        packet: &Packet<'_>,
        compressed: bool,
        stats: &mut Stats,
        give: &mut Give<'_>,
    ) {
        stats.packets += 1;
        stats.link(packet.link);
        match packet.time {
            Some(time) => self.clock.tick(time),
            None => stats.event(Event::PacketWithoutTime),
        }
        if packet.absent > 0 {
            stats.event(Event::PacketTruncated);
        }
        let (now, stamp) = (self.clock.now(), self.clock.stamp());
        let give = &mut |mut payload: Payload<'_>, stats: &mut Stats| {
            (payload.meta.now, payload.meta.stamp) = (now, stamp);
            give(payload, stats);
        };
        self.parts.clear();
        let mut origin = Origin {
            file: u32::try_from(file).unwrap_or(u32::MAX),
            frame,
            came: FrameRef { file: u32::try_from(file).unwrap_or(u32::MAX), frame },
            at: (!compressed).then_some(packet.at),
            time: packet.time,
            now: now.unwrap_or_default(),
            wraps: Wraps::default(),
            ip_id: None,
            absent: packet.absent,
            truncated: packet.absent > 0,
            rows: 0,
        };
        let fate = match link::network(packet.link, packet.data, &mut origin.wraps) {
            Ok(inner) => self.network(inner, &mut origin, stats, give),
            Err(fate) => fate,
        };
        for (at, name) in origin.wraps.tunnels().enumerate() {
            if at == 0 || origin.wraps.tunnels().take(at).all(|before| before != name) {
                stats.tunnel(name);
            }
        }
        stats.fate(fate);
    }

    pub(super) fn add_secrets(&mut self, key_log: &[u8]) {
        self.tcp.add_secrets(key_log);
    }

    /// An IP packet, on the wire or in a tunnel. [`Wraps::enter`] bounds how deep it goes.
    fn network(&mut self, data: &[u8], origin: &mut Origin, stats: &mut Stats, give: &mut Give<'_>) -> Fate {
        let ip = match ip::parse(data) {
            Ok(ip) => ip,
            Err(fate) => return fate,
        };
        origin.ip_id = ip.id;
        let Some(fragment) = ip.fragment else { return self.transport(&ip, origin, stats, give) };
        let protocol = ip.source.is_ipv4().then_some(ip.protocol);
        let key = fragment::Key { source: ip.source, dest: ip.dest, protocol, id: fragment.id };
        origin.truncated |= ip.missing > 0;
        let whole = self.fragments.add(key, fragment, ip.payload, origin, stats);
        let fate = whole.map(|Whole { payload, protocol, truncated, frames }| {
            origin.truncated = truncated;
            self.parts.extend(frames);
            let fate = match (Ip { protocol, ..ip }).joined(&payload) {
                Ok(ip) => self.transport(&ip, origin, stats, give),
                Err(fate) => fate,
            };
            self.fragments.recycle(payload);
            fate
        });
        self.lost_datagrams(stats);
        fate.unwrap_or(Fate::Known(Known::Fragment))
    }

    /// Datagrams that will not be whole. No receiver saw them, so what looks like SIP is counted and no row.
    fn lost_datagrams(&mut self, stats: &mut Stats) {
        for Lost { key, protocol, payload } in self.fragments.take_lost() {
            let (source, dest) = (key.source, key.dest);
            let ip = Ip { source, dest, protocol, payload: &[], missing: 0, fragment: None, id: None };
            // A segment without its end is a hole in its stream, and shows as one.
            if let Ok(ip) = ip.joined(&payload)
                && ip.protocol == UDP
                && udp::parse(ip.payload).is_ok_and(|udp| sniff::datagram(udp.payload, Ask::Strict))
            {
                stats.event(Event::FragmentedSipLost);
            }
        }
    }

    fn transport(
        &mut self,
        ip: &Ip<'_>,
        origin: &mut Origin,
        stats: &mut Stats,
        give: &mut Give<'_>,
    ) -> Fate {
        let result = match ip.protocol {
            UDP => udp::parse(ip.payload).map(|udp| {
                // What is cut behind the payload, padding or a check sequence, is none of its own.
                origin.truncated = udp.truncated.unwrap_or(origin.truncated || ip.missing > 0);
                self.datagram(ip, &udp, origin, stats, give)
            }),
            TCP => tcp::parse(ip.payload, ip.missing, origin.absent)
                .map(|segment| self.segment(ip, &segment, origin, stats, give)),
            SCTP => sctp::parse(ip.payload).map(|packet| self.sctp(ip, &packet, origin, stats, give)),
            1 | 58 => Err(Fate::Known(icmp(ip.payload))),
            4 | 41 => {
                origin.wraps.enter(Tunnel::IpInIp).map(|()| self.network(ip.payload, origin, stats, give))
            }
            47 => tunnel::gre(ip.payload, &mut origin.wraps)
                .map(|inner| self.network(inner, origin, stats, give)),
            protocol => Err(Fate::IpProtocol(protocol)),
        };
        result.unwrap_or_else(|fate| fate)
    }

    fn port(&self, source: u16, dest: u16) -> Port {
        if self.ports.contains(source) || self.ports.contains(dest) { Port::Sip } else { Port::Other }
    }

    fn ask(&self, source: u16, dest: u16) -> Ask {
        match self.port(source, dest) {
            Port::Sip => Ask::Loose,
            Port::Other => Ask::Strict,
        }
    }

    fn datagram(
        &mut self,
        ip: &Ip<'_>,
        udp: &udp::Udp<'_>,
        origin: &mut Origin,
        stats: &mut Stats,
        give: &mut Give<'_>,
    ) -> Fate {
        let ends =
            (Endpoint { addr: ip.source, port: udp.source }, Endpoint { addr: ip.dest, port: udp.dest });
        if matches!(udp.payload.first(), Some(b'H' | 1 | 2))
            && let Some(hep) = hep::parse(udp.payload)
        {
            if !sniff::datagram(hep.payload, Ask::Loose) {
                return Fate::Known(Known::HepNotSip);
            }
            let found = Found { hep: Some(hep.ends), ..Found::whole(hep.payload) };
            if origin.wraps.enter(Tunnel::Hep).is_ok() {
                emit(&mut self.repeats, &self.parts, Transport::Udp, ends, &found, origin, stats, give);
            }
            return Fate::Known(Known::UdpSip);
        }
        if sniff::datagram(udp.payload, self.ask(udp.source, udp.dest)) {
            let found = Found::whole(udp.payload);
            emit(&mut self.repeats, &self.parts, Transport::Udp, ends, &found, origin, stats, give);
            return Fate::Known(Known::UdpSip);
        }
        let port = self.port(udp.source, udp.dest);
        let Self { sigcomp, repeats, parts, .. } = self;
        match sigcomp.datagram(udp.payload, origin.frame, ends) {
            Some(Ok(text)) if sniff::datagram(text, Ask::Loose) => {
                let found = Found::whole(text);
                emit(repeats, parts, Transport::Udp, ends, &found, origin, stats, give);
                return Fate::Known(Known::UdpSigcomp);
            }
            // Elsewhere it is chance that a datagram begins so.
            Some(Err(fate)) if port == Port::Sip => return Fate::Known(fate),
            _ => {}
        }
        let inside = tunnel::by_port(udp.dest).or_else(|| tunnel::by_port(udp.source));
        let inside = inside.and_then(|tunnel| tunnel::udp(tunnel, udp.payload, &mut origin.wraps));
        match inside {
            Some(Ok(inner)) => self.network(inner, origin, stats, give),
            Some(Err(fate)) => fate,
            None => Fate::Known(udp::not_sip(udp)),
        }
    }

    fn segment(
        &mut self,
        ip: &Ip<'_>,
        segment: &tcp::Segment<'_>,
        origin: &mut Origin,
        stats: &mut Stats,
        give: &mut Give<'_>,
    ) -> Fate {
        let key = tcp::Key {
            source: Endpoint { addr: ip.source, port: segment.source },
            dest: Endpoint { addr: ip.dest, port: segment.dest },
        };
        let port = self.port(segment.source, segment.dest);
        let Self { tcp, repeats, parts, .. } = self;
        tcp.segment(key, segment, port, origin, stats, &mut |key, found, origin, stats| {
            emit_stream(repeats, parts, key, &found, origin, stats, give);
        })
    }

    fn sctp(
        &mut self,
        ip: &Ip<'_>,
        packet: &sctp::Packet<'_>,
        origin: &mut Origin,
        stats: &mut Stats,
        give: &mut Give<'_>,
    ) -> Fate {
        let ask = self.ask(packet.source, packet.dest);
        let ends = (
            Endpoint { addr: ip.source, port: packet.source },
            Endpoint { addr: ip.dest, port: packet.dest },
        );
        let cut = ip.missing > 0 || origin.truncated;
        let Self { sctp, repeats, parts, .. } = self;
        sctp.packet(packet, ask, cut, origin, stats, &mut |bytes, frames, origin, stats| {
            let found = Found { frames, ..Found::whole(bytes) };
            emit(repeats, parts, Transport::Sctp, ends, &found, origin, stats, give);
        })
    }

    pub(super) fn finish(&mut self, stats: &mut Stats, give: &mut Give<'_>) {
        let (now, stamp) = (self.clock.now(), self.clock.stamp());
        let give = &mut |mut payload: Payload<'_>, stats: &mut Stats| {
            (payload.meta.now, payload.meta.stamp) = (now, stamp);
            give(payload, stats);
        };
        self.fragments.finish(stats);
        self.lost_datagrams(stats);
        self.sctp.finish(stats);
        let Self { tcp, repeats, .. } = self;
        tcp.finish(stats, &mut |key, found, origin, stats| {
            emit_stream(repeats, &[], key, &found, origin, stats, give);
        });
    }
}

/// An ICMP error quotes what it is about. SIP in there was sent before, and is no message of its own.
fn icmp(payload: &[u8]) -> Known {
    let quoted = payload.get(8..).and_then(|quoted| ip::parse(quoted).ok()).filter(|ip| ip.protocol == UDP);
    let udp = quoted.and_then(|ip| udp::parse(ip.payload).ok());
    match udp {
        Some(udp) if sniff::datagram(udp.payload, Ask::Strict) => Known::IcmpQuotedSip,
        _ => Known::Icmp,
    }
}

fn emit_stream(
    repeats: &mut Option<Repeats>,
    parts: &[FrameRef],
    key: &tcp::Key,
    found: &Found<'_>,
    origin: &mut Origin,
    stats: &mut Stats,
    give: &mut Give<'_>,
) {
    let transport = match (found.tls, found.ws) {
        (false, false) => Transport::Tcp,
        (true, false) => Transport::Tls,
        (false, true) => Transport::Ws,
        (true, true) => Transport::Wss,
    };
    if found.framed {
        origin.truncated = found.unfinished;
    }
    if found.hep.is_some() {
        // The stream goes on with other packets, and each of them is in HEP.
        let mut wrapped = *origin;
        if wrapped.wraps.enter(Tunnel::Hep).is_ok() {
            emit(repeats, parts, transport, (key.source, key.dest), found, &mut wrapped, stats, give);
            origin.rows = wrapped.rows;
        }
        return;
    }
    emit(repeats, parts, transport, (key.source, key.dest), found, origin, stats, give);
}

#[expect(clippy::too_many_arguments, reason = "what a message is known by")]
fn emit(
    repeats: &mut Option<Repeats>,
    parts: &[FrameRef],
    transport: Transport,
    (source, dest): (Endpoint, Endpoint),
    found: &Found<'_>,
    origin: &mut Origin,
    stats: &mut Stats,
    give: &mut Give<'_>,
) {
    let mut meta = Meta {
        file: origin.file,
        frame: origin.frame,
        message_in_frame: origin.rows,
        file_offset: origin.at,
        truncated: origin.truncated,
        time: origin.time,
        now: None,
        stamp: None,
        transport,
        wraps: origin.wraps,
        source,
        dest,
        is_retransmission: false,
        is_duplicate: false,
        duplicate_of: None,
    };
    if let Some(HepEnds { source, dest, protocol, time }) = found.hep {
        meta.transport = match protocol {
            TCP => Transport::Tcp,
            SCTP => Transport::Sctp,
            _ => Transport::Udp,
        };
        (meta.source, meta.dest) = (source, dest);
        meta.time = time.or(meta.time);
    }
    if let Some(repeats) = repeats {
        // What agents send on a stream may be one packet that two of them saw.
        let on_stream = found.hep.is_none() && !matches!(meta.transport, Transport::Udp);
        repeats.look(&mut meta, found.bytes, on_stream, origin);
    }
    origin.rows = origin.rows.saturating_add(1);
    stats.transport(meta.transport);
    let Found { bytes, error, unfinished, framed, frames, .. } = *found;
    let both;
    let frames = match (parts, frames) {
        ([], frames) => frames,
        (parts, []) => parts,
        (parts, frames) => {
            both = [parts, frames].concat();
            &both
        }
    };
    give(Payload { meta, bytes, error, unfinished, framed, frames }, stats);
}
