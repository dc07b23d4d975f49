//! SCTP: messages a second, both ends in one process on one core; bytes of an idle association.
//!
//! `cargo run --release -p simdsip-sctp --example sctp_speed`. Time is the wall clock, so that timers cost what they
//! cost.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use simdsip_sctp::{AssociationConfig, AssociationId, Datagram, Endpoint, EndpointConfig, Event, SendInfo};

const A: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const B: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));
const ROUND: Duration = Duration::from_millis(700);

/// How messages are handed over.
#[derive(Clone, Copy)]
enum Load {
    /// Always more than can be sent.
    Saturated,
    /// One, and the next when it is acknowledged.
    Paced,
}

struct Ours {
    a: Endpoint,
    b: Endpoint,
    id: AssociationId,
    begun: Instant,
    buffers: Vec<[u8; 2048]>,
    lens: Vec<usize>,
}

impl Ours {
    fn new() -> Ours {
        let config =
            AssociationConfig { out_streams: 1024, send_buffer_len: 1 << 18, ..AssociationConfig::lan() };
        let endpoint = |address, seed| {
            let config =
                EndpointConfig { accept: Some(config.clone()), ..EndpointConfig::new(5060, [address]) };
            Endpoint::new(config, [seed; 32])
        };
        let (mut a, b) = (endpoint(A, 1), endpoint(B, 2));
        let id = a.associate(Duration::ZERO, &[B], 5060, config.clone()).expect("a free endpoint");
        let mut it = Ours { a, b, id, begun: Instant::now(), buffers: vec![[0; 2048]; 64], lens: Vec::new() };
        for _ in 0..10 {
            it.turn();
        }
        it
    }

    fn carry(
        from: &mut Endpoint,
        to: &mut Endpoint,
        source: IpAddr,
        now: Duration,
        buffers: &mut [[u8; 2048]],
        lens: &mut Vec<usize>,
    ) -> bool {
        lens.clear();
        for buffer in buffers.iter_mut() {
            let Some(transmit) = from.poll_transmit(now, buffer) else { break };
            lens.push(transmit.len);
        }
        let packets = buffers.iter().zip(lens.iter());
        to.handle_input(
            now,
            packets.map(|(buffer, len)| Datagram {
                source,
                destination: None,
                encapsulation: Some(9899),
                bytes: &buffer[..*len],
            }),
        );
        !lens.is_empty()
    }
    fn send(&mut self, stream: u16, len: usize) -> bool {
        let now = self.begun.elapsed();
        self.a.send(now, self.id, SendInfo::unordered(stream), vec![7; len]).is_ok()
    }

    /// Moves packets both ways until nothing moves; messages that arrived.
    fn turn(&mut self) -> u64 {
        let mut got = 0;
        loop {
            let now = self.begun.elapsed();
            let there = Ours::carry(&mut self.a, &mut self.b, A, now, &mut self.buffers, &mut self.lens);
            while let Some(event) = self.b.poll_event() {
                got += u64::from(matches!(event, Event::Message(_)));
            }
            let back = Ours::carry(&mut self.b, &mut self.a, B, now, &mut self.buffers, &mut self.lens);
            while self.a.poll_event().is_some() {}
            for end in [&mut self.a, &mut self.b] {
                if end.poll_timeout().is_some_and(|at| at <= now) {
                    end.handle_timeout(now);
                }
            }
            if !there && !back {
                return got;
            }
        }
    }
}

/// Messages a second.
fn rate(engine: &mut Ours, load: Load, streams: u16, len: usize) -> f64 {
    let mut next = 0;
    let mut step = |engine: &mut Ours| {
        match load {
            Load::Paced => {
                engine.send(next % streams, len);
                next += 1;
            }
            Load::Saturated => {
                for _ in 0..64 {
                    if !engine.send(next % streams, len) {
                        break;
                    }
                    next += 1;
                }
            }
        }
        engine.turn()
    };
    for _ in 0..2_000 {
        step(engine);
    }
    let begun = Instant::now();
    let mut got = 0;
    while begun.elapsed() < ROUND {
        for _ in 0..32 {
            got += step(engine);
        }
    }
    got as f64 / begun.elapsed().as_secs_f64()
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|it| it.parse::<usize>().ok()).unwrap_or(0) * 4096
}

fn idle(count: u16) {
    let endpoint = |address: IpAddr, port, seed: u32| {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&seed.to_be_bytes());
        Endpoint::new(EndpointConfig::new(port, [address]), bytes)
    };
    let mut server = endpoint(B, 5060, 1);
    let mut buffer = [0; 2048];
    let before = resident();
    for port in 1..=count {
        let mut client = endpoint(A, port, u32::from(port) + 7);
        client.associate(Duration::ZERO, &[B], 5060, AssociationConfig::lan()).expect("a free endpoint");
        for _ in 0..4 {
            for forth in [true, false] {
                let (from, to, source) =
                    if forth { (&mut client, &mut server, A) } else { (&mut server, &mut client, B) };
                while let Some(it) = from.poll_transmit(Duration::ZERO, &mut buffer) {
                    let bytes = &buffer[..it.len];
                    to.handle_input(
                        Duration::ZERO,
                        [Datagram { source, destination: None, encapsulation: Some(9899), bytes }],
                    );
                }
            }
        }
        while server.poll_event().is_some() {}
    }
    let after = resident();
    let stand = server.associations().count();
    println!("{stand} idle associations: {} bytes each", (after - before) / stand.max(1));
}

fn main() {
    idle(20_000);
    let mut rounds = Vec::new();
    for (name, load, streams, len) in [
        ("saturated, 1 stream, 1024 bytes", Load::Saturated, 1, 1024),
        ("saturated, 16 streams, 1024 bytes", Load::Saturated, 16, 1024),
        ("saturated, 1000 streams, 1024 bytes", Load::Saturated, 1000, 1024),
        ("saturated, 1 stream, 400 bytes", Load::Saturated, 1, 400),
        ("saturated, 1 stream, 4096 bytes", Load::Saturated, 1, 4096),
        ("paced, 1 stream, 1024 bytes", Load::Paced, 1, 1024),
    ] {
        for _ in 0..3 {
            let ours = rate(&mut Ours::new(), load, streams, len);
            rounds.push(ours);
        }
        rounds.sort_by(f64::total_cmp);
        println!("{name}: {:.0} messages a second", rounds[1]);
        rounds.clear();
    }
}
