//! What the targets of SCTP do with bytes.

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;
use std::collections::BTreeMap;

use simdsip_sctp::wire::{Chunk, HEADER_LEN, Header, Packet, PacketWriter, Param, Writer, chunk, param::Params};
use simdsip_sctp::{AssociationConfig, Datagram, Endpoint, EndpointConfig, Event, SendInfo};

const ADDRESSES: [[IpAddr; 2]; 2] = [[address(1, 1), address(2, 1)], [address(1, 2), address(2, 2)]];

const fn address(net: u8, host: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 71, net, host))
}

/// What a chunk or parameter is read as is written as what it was, save for what stands behind its fields.
pub fn reads_and_writes(bytes: &[u8]) {
    let Ok(packet) = Packet::parse(bytes) else { return };
    let _ = packet.checksum();
    for raw in packet.chunks().map_while(Result::ok) {
        let Ok(chunk) = Chunk::parse(&raw) else { continue };
        let mut buffer = vec![0; raw.bytes.len()];
        let mut writer = Writer::new(&mut buffer);
        chunk.emit(&mut writer).expect("not longer than it came");
        assert_eq!(writer.written()[0], raw.kind);
        match chunk {
            Chunk::Data(data) => {
                assert!(!data.payload.is_empty());
                assert_eq!(writer.written(), raw.bytes);
            }
            Chunk::Init(init) | Chunk::InitAck(init) => params(init.params),
            Chunk::Asconf(asconf) | Chunk::AsconfAck(asconf) => params(asconf.params),
            Chunk::Heartbeat(value) | Chunk::HeartbeatAck(value) | Chunk::ReConfig(value) => params(value),
            _ => {}
        }
    }
}

fn params(bytes: &[u8]) {
    for raw in Params::new(bytes, 0).map_while(Result::ok) {
        let Ok(param) = Param::parse(&raw) else { continue };
        let mut buffer = vec![0; raw.bytes.len()];
        let mut writer = Writer::new(&mut buffer);
        param.emit(&mut writer).expect("not longer than it came");
        assert_eq!(writer.written()[..2], raw.bytes[..2]);
    }
}

/// Two endpoints with two addresses each, and what flies between them.
pub struct Pair {
    ends: [Endpoint; 2],
    now: Duration,
    flying: Vec<(usize, IpAddr, IpAddr, Vec<u8>)>,
    sent: BTreeMap<u32, bool>,
    changed: bool,
}

impl Pair {
    /// With an association.
    pub fn new() -> Pair {
        let config = AssociationConfig::lan();
        let end = |at: usize| {
            let config = EndpointConfig { accept: Some(config.clone()), ..EndpointConfig::new(5060, ADDRESSES[at]) };
            Endpoint::new(config, [at as u8; 32])
        };
        let mut ends = [end(0), end(1)];
        ends[0].associate(Duration::ZERO, &ADDRESSES[1], 5060, config.clone()).expect("a free endpoint");
        let mut pair = Pair { ends, now: Duration::ZERO, flying: Vec::new(), sent: BTreeMap::new(), changed: false };
        (0..6).for_each(|_| pair.all_arrive());
        pair
    }

    fn collect(&mut self) {
        let mut buffer = [0; 9216];
        for end in 0..2 {
            while let Some(it) = self.ends[end].poll_transmit(self.now, &mut buffer) {
                let source = it.source.expect("addresses are configured");
                self.flying.push((1 - end, source, it.destination, buffer[..it.len].to_vec()));
            }
            while let Some(event) = self.ends[end].poll_event() {
                let Event::Message(message) = event else { continue };
                let number = message.data.first_chunk().map(|it| u32::from_be_bytes(*it));
                if !self.changed {
                    let came = number.and_then(|it| self.sent.get_mut(&it)).expect("it was sent");
                    assert!(!core::mem::replace(came, true), "it came twice");
                }
            }
        }
        // What is not let through in time is lost.
        let surplus = self.flying.len().saturating_sub(200);
        self.flying.drain(..surplus);
    }

    fn arrive(&mut self, (end, source, destination, bytes): (usize, IpAddr, IpAddr, Vec<u8>)) {
        let datagram = Datagram { source, destination: Some(destination), encapsulation: Some(9899), bytes: &bytes };
        self.ends[end].handle_input(self.now, [datagram]);
        self.collect();
    }

    fn all_arrive(&mut self) {
        self.collect();
        for packet in core::mem::take(&mut self.flying) {
            self.arrive(packet);
        }
    }

    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        let mut wakes = 0;
        while let Some(at) = self.ends.iter().filter_map(Endpoint::poll_timeout).min().filter(|at| *at <= until) {
            wakes = if at > self.now { 0 } else { wakes + 1 };
            assert!(wakes < 20, "a timer spins");
            self.now = self.now.max(at);
            self.ends.iter_mut().for_each(|end| end.handle_timeout(self.now));
            self.collect();
        }
        self.now = until;
    }

    /// Three bytes a step: what, which, how.
    pub fn run(mut self, bytes: &[u8]) {
        for (number, step) in bytes.chunks_exact(3).take(600).enumerate() {
            let (which, how) = (usize::from(step[1]), step[2]);
            let at = which.checked_rem(self.flying.len());
            match (step[0] % 8, at) {
                (0 | 1, Some(at)) => {
                    let packet = self.flying.remove(at);
                    self.arrive(packet);
                }
                (2, Some(at)) => drop(self.flying.remove(at)),
                (3, Some(at)) => self.arrive(self.flying[at].clone()),
                (4, Some(at)) if how > 200 => {
                    let (end, source, destination, bytes) = self.flying.remove(at);
                    self.changed = true;
                    self.arrive((end, source, destination, resealed(&bytes, which, how)));
                }
                (5, _) => self.wait(Duration::from_millis(u64::from(how))),
                (6, _) => self.all_arrive(),
                _ => self.send(which & 1, number as u32, usize::from(how) * 30, which),
            }
        }
    }

    fn send(&mut self, end: usize, number: u32, len: usize, bits: usize) {
        let Some(id) = self.ends[end].associations().next() else { return };
        let info = SendInfo {
            unordered: bits & 2 != 0,
            lifetime: (bits & 4 != 0).then(|| Duration::from_millis(bits as u64)),
            ..SendInfo::ordered((bits >> 3 & 3) as u16)
        };
        let mut data = vec![0; len.max(4)];
        data[..4].copy_from_slice(&number.to_be_bytes());
        if self.ends[end].send(self.now, id, info, data).is_ok() {
            self.sent.insert(number, false);
        }
        self.collect();
    }

    /// Pieces of the bytes, each as the chunks of a packet with the tag that the server wants.
    pub fn assault(mut self, bytes: &[u8]) {
        self.changed = true;
        let tag = Packet::parse(&self.tagged()).map_or(0, |packet| packet.header().tag);
        let mut rest = bytes;
        while let Some((len, behind)) = rest.split_first() {
            let (piece, behind) = behind.split_at(behind.len().min(usize::from(*len)));
            rest = behind;
            let init = piece.first() == Some(&chunk::kind::INIT);
            let packet = sealed(Header { src_port: 5060, dst_port: 5060, tag: if init { 0 } else { tag } }, piece);
            self.arrive((1, ADDRESSES[0][usize::from(*len & 1)], ADDRESSES[1][0], packet));
            self.wait(Duration::from_millis(u64::from(*len >> 4)));
        }
        self.wait(Duration::from_secs(10));
    }

    /// A packet that the client sends to the server.
    fn tagged(&mut self) -> Vec<u8> {
        self.send(0, 0, 4, 0);
        self.flying.iter().rev().find(|it| it.0 == 1).map(|it| it.3.clone()).unwrap_or_default()
    }
}

impl Default for Pair {
    fn default() -> Pair {
        Pair::new()
    }
}

/// One byte changed, the checksum right again.
fn resealed(bytes: &[u8], at: usize, with: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let len = bytes.len();
    bytes[HEADER_LEN.min(len - 1) + at % (len - HEADER_LEN).max(1)] ^= with;
    let header = Packet::parse(&bytes).expect("a header").header();
    sealed(header, &bytes[HEADER_LEN..])
}

fn sealed(header: Header, chunks: &[u8]) -> Vec<u8> {
    let mut buffer = vec![0; HEADER_LEN + chunks.len().next_multiple_of(4)];
    let mut writer = PacketWriter::new(&mut buffer, header).expect("room for a header");
    writer.writer().put(chunks).expect("room for all");
    writer.finish().to_vec()
}
