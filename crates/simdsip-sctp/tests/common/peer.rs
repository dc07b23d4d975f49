//! A peer of packets written by hand.

use simdsip_sctp::Datagram;
use simdsip_sctp::wire::chunk::{Init, kind};
use simdsip_sctp::wire::{Chunk, Data, Header, Packet, PacketWriter, Param, RawChunk, Writer};

use super::*;

pub const STRANGER: IpAddr = IpAddr::V4(core::net::Ipv4Addr::new(203, 0, 113, 7));

pub fn packet(tag: u32, emit: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    packet_from(5060, tag, emit)
}

pub fn packet_from(port: u16, tag: u32, emit: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut buffer = [0; 4096];
    let mut writer = PacketWriter::new(&mut buffer, Header { src_port: port, dst_port: 5060, tag }).unwrap();
    emit(writer.writer());
    writer.finish().to_vec()
}

pub fn init(tag: u32, params: &[u8]) -> Init<'_> {
    Init { tag, rwnd: 100_000, out_streams: 10, in_streams: 10, tsn: 77, params }
}

pub fn params(list: &[Param<'_>]) -> Vec<u8> {
    let mut buffer = [0; 1024];
    let mut writer = Writer::new(&mut buffer);
    list.iter().for_each(|param| param.emit(&mut writer).unwrap());
    writer.written().to_vec()
}

/// Hands a packet in; gives the packets that answer it.
pub fn ask(endpoint: &mut Endpoint, now: Duration, source: IpAddr, bytes: &[u8]) -> Vec<Vec<u8>> {
    endpoint
        .handle_input(now, [Datagram { source, destination: Some(B1), encapsulation: Some(9899), bytes }]);
    let mut buffer = [0; 9216];
    let mut answers = Vec::new();
    while let Some(transmit) = endpoint.poll_transmit(now, &mut buffer) {
        answers.push(buffer[..transmit.len].to_vec());
    }
    answers
}

pub fn server() -> Endpoint {
    endpoint(&[B1, B2], &AssociationConfig::sip(), 2)
}

pub fn first(bytes: &[u8]) -> RawChunk<'_> {
    Packet::parse(bytes).unwrap().chunks().next().unwrap().unwrap()
}

/// Makes the association of an INIT from `source`; gives our tag of it and the peer's.
pub fn associate(server: &mut Endpoint, now: Duration, source: IpAddr, list: &[Param<'_>]) -> (u32, Vec<u8>) {
    let params = params(list);
    // Each time another tag: 9 at first.
    let tag = 9 + now.as_millis() as u32;
    let answer =
        ask(server, now, source, &packet(0, |w| init(tag, &params).emit(w, kind::INIT).unwrap())).remove(0);
    let raw = first(&answer);
    let ack = Init::parse(&raw).unwrap();
    let cookie = ack.params().find_map(|it| match Param::parse(&it.unwrap()) {
        Ok(Param::StateCookie(cookie)) => Some(cookie.to_vec()),
        _ => None,
    });
    let echo = packet(ack.tag, |w| Chunk::CookieEcho(&cookie.unwrap()).emit(w).unwrap());
    let answers = ask(server, now, source, &echo);
    assert_eq!(first(&answers[0]).kind, kind::COOKIE_ACK);
    (ack.tag, echo)
}

/// The types of the chunks of some packets.
pub fn kinds(packets: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let kinds = |bytes: &Vec<u8>| Packet::parse(bytes).unwrap().chunks().map(|it| it.unwrap().kind).collect();
    packets.iter().map(kinds).collect()
}

/// Whether a packet has a chunk of this type.
pub fn has(bytes: &[u8], kind: u8) -> bool {
    Packet::parse(bytes).unwrap().chunks().any(|it| it.unwrap().kind == kind)
}

/// A server with one association to a peer of ours at `A1`, initial TSN 77.
pub struct Scripted {
    pub server: Endpoint,
    pub id: AssociationId,
    pub tag: u32,
    pub now: Duration,
}

impl Scripted {
    pub fn new(list: &[Param<'_>]) -> Scripted {
        Scripted::with(AssociationConfig::sip(), list)
    }

    pub fn with(config: AssociationConfig, list: &[Param<'_>]) -> Scripted {
        let mut server = endpoint(&[B1, B2], &config, 2);
        let (tag, _) = associate(&mut server, ms(0), A1, list);
        let id = server.associations().next().unwrap();
        while server.poll_event().is_some() {}
        Scripted { server, id, tag, now: ms(1) }
    }

    pub fn chunk(&mut self, chunk: &Chunk<'_>) -> Vec<Vec<u8>> {
        self.chunk_from(A1, chunk)
    }

    pub fn chunk_from(&mut self, source: IpAddr, chunk: &Chunk<'_>) -> Vec<Vec<u8>> {
        let bytes = packet(self.tag, |w| chunk.emit(w).unwrap());
        ask(&mut self.server, self.now, source, &bytes)
    }

    /// A message in one chunk, so many behind the first TSN.
    pub fn data(&mut self, at: u32, flags: u8, ssn: u16) -> Vec<Vec<u8>> {
        let payload = at.to_be_bytes();
        let data = Data { flags, tsn: 77 + at, stream: 0, ssn, ppid: 0, payload: &payload };
        self.chunk(&Chunk::Data(data))
    }

    /// Lets time go on; gives what is sent meanwhile with when and where to.
    pub fn wait(&mut self, until: Duration) -> Vec<(Duration, IpAddr, Vec<u8>)> {
        let mut sent = Vec::new();
        let mut buffer = [0; 9216];
        loop {
            while let Some(transmit) = self.server.poll_transmit(self.now, &mut buffer) {
                sent.push((self.now, transmit.destination, buffer[..transmit.len].to_vec()));
            }
            match self.server.poll_timeout().filter(|at| *at <= until) {
                Some(at) => {
                    self.now = self.now.max(at);
                    self.server.handle_timeout(self.now);
                }
                None => break,
            }
        }
        self.now = until;
        sent
    }

    pub fn events(&mut self) -> Vec<Event> {
        core::iter::from_fn(|| self.server.poll_event()).collect()
    }
}
