//! Packets in, rows out: drives the layers and counts what became of each packet.

use crate::packet::fragment::{self, Fragments, Lost};
use crate::packet::ip::{self, Ip};
use crate::packet::sniff::{self, Ask};
use crate::packet::stream::{Found, Port};
use crate::packet::tcp::{self, Tcp};
use crate::packet::{Endpoint, Fate, Known, Origin, Vlans, link, udp};
use crate::ports::Ports;
use crate::read::{OpenError, OpenErrorKind, ReadError, ReadErrorKind, Reader};
use crate::stats::{Event, Stats};
use crate::table::{Row, Transport};
use simdsip::{Backend, Error, ErrorKind, GrowIndex, Index, LimitKind, Message, Parser, Policy};
use std::fs::File;
use std::io::Read;
use std::path::Path;

const TCP: u8 = 6;
const UDP: u8 = 17;

/// What to look for.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Ports that SIP is expected on; elsewhere it is known by its start line.
    pub ports: Ports,
    /// What finds line ends and colons; `None` detects the best once for each capture.
    pub backend: Option<Backend>,
}

impl Options {
    /// The same, with other ports.
    #[must_use]
    pub fn with_ports(self, ports: Ports) -> Self {
        Self { ports, ..self }
    }

    /// The same, with a backend that the caller chose, in datagrams and in streams.
    #[must_use]
    pub fn with_backend(self, backend: Backend) -> Self {
        Self { backend: Some(backend), ..self }
    }
}

/// Whether there may be more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A packet was read.
    More,
    /// The capture is at its end, and so are the streams in it.
    End,
}

/// The SIP messages of a capture, in the order in which their last packets come.
///
/// Rows of messages that never end (lost segments, a capture that stops) come when they are given up: their
/// frame is then lower than those before.
#[derive(Debug)]
pub struct Messages<R> {
    reader: Reader<R>,
    file: String,
    engine: Engine,
}

impl Messages<File> {
    /// Opens a capture file. Its path is the row's `file`.
    ///
    /// # Errors
    /// The file cannot be read, is empty, compressed, or no capture.
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let io = |error: std::io::Error| OpenError { kind: OpenErrorKind::Io(error.kind()), at: 0 };
        let file = File::open(path).map_err(io)?;
        // Opening a directory works, reading it does not.
        if file.metadata().map_err(io)?.is_dir() {
            return Err(OpenError { kind: OpenErrorKind::Io(std::io::ErrorKind::IsADirectory), at: 0 });
        }
        Self::from_reader(file, path.to_string_lossy(), options)
    }
}

impl<R: Read> Messages<R> {
    /// Reads a capture from anything. Blocks of 256 KiB are read, so that it needs no buffer of its own.
    ///
    /// # Errors
    /// The input cannot be read, is empty, compressed, or no capture.
    pub fn from_reader(reader: R, file: impl Into<String>, options: &Options) -> Result<Self, OpenError> {
        let reader = Reader::open(reader)?;
        Ok(Self { reader, file: file.into(), engine: Engine::new(options) })
    }

    /// Reads one packet and gives `visit` the rows that it completes. At the end it gives the rows of
    /// messages that never ended. A file that is cut short ends there; see [`Stats::cut_short`].
    ///
    /// # Errors
    /// The input cannot be read, or a record cannot be one. All rows before were given.
    pub fn step(&mut self, visit: &mut impl FnMut(&Row<'_>)) -> Result<Progress, ReadError> {
        let Self { reader, file, engine } = self;
        let ended = match reader.next() {
            Some(Ok(packet)) => {
                engine.packet(&packet, file, visit);
                return Ok(Progress::More);
            }
            Some(Err(ReadError { kind: ReadErrorKind::CutShort, at })) => {
                engine.stats.cut_short = Some(at);
                Ok(Progress::End)
            }
            Some(Err(error)) => Err(error),
            None => Ok(Progress::End),
        };
        engine.stats.bytes = engine.stats.cut_short.unwrap_or(reader.position());
        engine.finish(file, visit);
        ended
    }

    /// The backend in use.
    pub fn backend(&self) -> Backend {
        self.engine.parser.backend()
    }

    /// What was counted so far.
    pub fn stats(&self) -> &Stats {
        &self.engine.stats
    }
}

#[derive(Debug)]
struct Engine {
    ports: Ports,
    parser: Parser,
    index: Index,
    large: GrowIndex,
    fragments: Fragments,
    tcp: Tcp,
    stats: Stats,
    frame: u64,
    /// Packet time of the last packet that had one.
    now: i64,
}

impl Engine {
    fn new(options: &Options) -> Self {
        let parser = Parser::new(Policy::CAPTURE);
        let parser = options.backend.map_or(parser, |backend| parser.with_backend(backend));
        Self {
            ports: options.ports.clone(),
            parser,
            index: Index::new(),
            large: GrowIndex::new(),
            fragments: Fragments::default(),
            tcp: Tcp::new(parser),
            stats: Stats::default(),
            frame: 0,
            now: 0,
        }
    }

    fn packet(&mut self, packet: &crate::read::Packet<'_>, file: &str, visit: &mut impl FnMut(&Row<'_>)) {
        self.frame += 1;
        self.stats.packets += 1;
        self.stats.link(packet.link);
        match packet.time {
            Some(time) => self.now = time,
            None => self.stats.event(Event::PacketWithoutTime),
        }
        if packet.absent > 0 {
            self.stats.event(Event::PacketTruncated);
        }
        let mut origin = Origin {
            frame: self.frame,
            at: packet.at,
            time: packet.time,
            now: self.now,
            vlans: Vlans::default(),
            absent: packet.absent,
            truncated: packet.absent > 0,
            rows: 0,
        };
        let fate = link::network(packet.link, packet.data, &mut origin.vlans)
            .and_then(ip::parse)
            .map_or_else(|fate| fate, |ip| self.ip(&ip, &mut origin, file, visit));
        self.stats.fate(fate);
    }

    fn ip(&mut self, ip: &Ip<'_>, origin: &mut Origin, file: &str, visit: &mut impl FnMut(&Row<'_>)) -> Fate {
        let Some(fragment) = ip.fragment else { return self.transport(ip, origin, file, visit) };
        let key = fragment::Key { source: ip.source, dest: ip.dest, protocol: ip.protocol, id: fragment.id };
        origin.truncated |= ip.missing > 0;
        // The table is borrowed by what it gives; it comes back afterwards.
        let mut fragments = std::mem::take(&mut self.fragments);
        let whole = fragments.add(key, fragment, ip.payload, origin, &mut self.stats);
        let fate = whole.map(|whole| {
            origin.truncated = whole.truncated;
            match ip.joined(whole.payload) {
                Ok(ip) => self.transport(&ip, origin, file, visit),
                Err(fate) => fate,
            }
        });
        self.fragments = fragments;
        self.lost_datagrams();
        fate.unwrap_or(Fate::Known(Known::Fragment))
    }

    /// Datagrams that will not be whole. No receiver saw them, so what looks like SIP is counted and no row.
    fn lost_datagrams(&mut self) {
        for Lost { key, payload } in self.fragments.take_lost() {
            let (source, dest, protocol) = (key.source, key.dest, key.protocol);
            let ip = Ip { source, dest, protocol, payload: &[], missing: 0, fragment: None };
            // A segment without its end is a hole in its stream, and shows as one.
            if let Ok(ip) = ip.joined(&payload)
                && ip.protocol == UDP
                && udp::parse(ip.payload).is_ok_and(|udp| sniff::datagram(udp.payload, Ask::Strict))
            {
                self.stats.event(Event::FragmentedSipLost);
            }
        }
    }

    fn transport(
        &mut self,
        ip: &Ip<'_>,
        origin: &mut Origin,
        file: &str,
        visit: &mut impl FnMut(&Row<'_>),
    ) -> Fate {
        let result = match ip.protocol {
            TCP => tcp::parse(ip.payload, ip.missing, origin.absent).map(|segment| {
                let key = tcp::Key {
                    source: Endpoint { addr: ip.source, port: segment.source },
                    dest: Endpoint { addr: ip.dest, port: segment.dest },
                };
                let port = self.port(segment.source, segment.dest);
                let (stats, tcp) = (&mut self.stats, &mut self.tcp);
                tcp.segment(key, &segment, port, origin, stats, &mut |key, found, origin, stats| {
                    stream_row(key, found, origin, file, stats, visit);
                })
            }),
            UDP => udp::parse(ip.payload).map(|udp| {
                // What is cut behind the payload, padding or a check sequence, is none of its own.
                origin.truncated = udp.truncated.unwrap_or(origin.truncated || ip.missing > 0);
                self.datagram(ip, &udp, origin, file, visit)
            }),
            1 | 58 => Err(Fate::Known(icmp(ip.payload))),
            protocol => Err(Fate::IpProtocol(protocol)),
        };
        result.unwrap_or_else(|fate| fate)
    }

    fn port(&self, source: u16, dest: u16) -> Port {
        if self.ports.contains(source) || self.ports.contains(dest) { Port::Sip } else { Port::Other }
    }

    fn datagram(
        &mut self,
        ip: &Ip<'_>,
        udp: &udp::Udp<'_>,
        origin: &mut Origin,
        file: &str,
        visit: &mut impl FnMut(&Row<'_>),
    ) -> Fate {
        let ask = match self.port(udp.source, udp.dest) {
            Port::Sip => Ask::Loose,
            Port::Other => Ask::Strict,
        };
        if !sniff::datagram(udp.payload, ask) {
            return Fate::Known(udp::not_sip(udp));
        }
        let content = match self.parser.parse(udp.payload, &mut self.index) {
            // More header fields, or larger ones, than the usual index holds.
            Err(Error { kind: ErrorKind::Limit(LimitKind::Index | LimitKind::HeaderSection), .. }) => {
                self.parser.parse_growing(udp.payload, &mut self.large)
            }
            content => content,
        };
        let row = Row {
            file,
            frame: origin.frame,
            message_in_frame: origin.rows,
            file_offset: origin.at,
            truncated: origin.truncated,
            time: origin.time,
            transport: Transport::Udp,
            vlans: origin.vlans,
            source: Endpoint { addr: ip.source, port: udp.source },
            dest: Endpoint { addr: ip.dest, port: udp.dest },
            bytes: content.as_ref().map_or(udp.payload, Message::as_bytes),
            content,
        };
        origin.rows = origin.rows.saturating_add(1);
        give(&row, &mut self.stats, visit);
        Fate::Known(Known::UdpSip)
    }

    fn finish(&mut self, file: &str, visit: &mut impl FnMut(&Row<'_>)) {
        self.fragments.finish(&mut self.stats);
        self.lost_datagrams();
        let Self { tcp, stats, .. } = self;
        tcp.finish(stats, &mut |key, found, origin, stats| {
            stream_row(key, found, origin, file, stats, visit)
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

fn stream_row(
    key: &tcp::Key,
    found: Found<'_>,
    origin: &mut Origin,
    file: &str,
    stats: &mut Stats,
    visit: &mut impl FnMut(&Row<'_>),
) {
    let row = Row {
        file,
        frame: origin.frame,
        message_in_frame: origin.rows,
        file_offset: origin.at,
        truncated: found.unfinished,
        time: origin.time,
        transport: Transport::Tcp,
        vlans: origin.vlans,
        source: key.source,
        dest: key.dest,
        content: found.content,
        bytes: found.bytes,
    };
    origin.rows = origin.rows.saturating_add(1);
    give(&row, stats, visit);
}

fn give(row: &Row<'_>, stats: &mut Stats, visit: &mut impl FnMut(&Row<'_>)) {
    stats.messages += 1;
    match row.content.as_ref().map(Message::kind) {
        Ok(simdsip::Kind::Request) => stats.requests += 1,
        Ok(simdsip::Kind::Response) => stats.responses += 1,
        Err(_) => stats.unparsed += 1,
    }
    stats.transport(row.transport);
    visit(row);
}
