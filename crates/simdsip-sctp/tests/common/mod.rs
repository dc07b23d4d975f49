//! A client and a server, two addresses each, and what goes between them.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test uses a part")]

pub mod peer;

pub use core::net::IpAddr;
pub use core::time::Duration;
pub use std::collections::BTreeMap;

pub use simdsip_sctp::sim::{Link, Network, NodeId};
pub use simdsip_sctp::{
    AddressState, AssociationConfig, AssociationId, Change, Endpoint, EndpointConfig, Event, Lost, PathState,
    SendInfo,
};

pub const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub const A1: IpAddr = IpAddr::V4(core::net::Ipv4Addr::new(10, 71, 1, 1));
pub const A2: IpAddr = IpAddr::V4(core::net::Ipv4Addr::new(10, 71, 2, 1));
pub const B1: IpAddr = IpAddr::V4(core::net::Ipv4Addr::new(10, 71, 1, 2));
pub const B2: IpAddr = IpAddr::V4(core::net::Ipv4Addr::new(10, 71, 2, 2));

pub struct Pair {
    pub network: Network,
    pub a: NodeId,
    pub b: NodeId,
    pub association: AssociationId,
}

pub fn endpoint(addresses: &[IpAddr], config: &AssociationConfig, seed: u8) -> Endpoint {
    let config = EndpointConfig {
        accept: Some(config.clone()),
        ..EndpointConfig::new(5060, addresses.iter().copied())
    };
    Endpoint::new(config, [seed; 32])
}

impl Pair {
    pub fn new(config: AssociationConfig, link: Link) -> Pair {
        Pair::seeded(config, link, 1)
    }

    pub fn seeded(config: AssociationConfig, link: Link, seed: u64) -> Pair {
        let mut network = Network::new(seed);
        let a = network.add(endpoint(&[A1, A2], &config, 1));
        let b = network.add(endpoint(&[B1, B2], &config, 2));
        network.set_all(link);
        // The two networks are apart.
        for (x, y) in [(A1, B2), (A2, B1)] {
            network.set(x, y, Link { up: false, ..link });
        }
        let association = network.endpoint(a).associate(Duration::ZERO, &[B1], 5060, config).unwrap();
        Pair { network, a, b, association }
    }

    /// Until the association stands and all paths are confirmed.
    pub fn start(&mut self) {
        self.network.run_for(ms(1_000));
        let events = self.network.events(self.a);
        assert!(
            events.iter().any(|it| matches!(it, Event::AssocChange { change: Change::CommUp { .. }, .. })),
            "{events:?}"
        );
        self.network.events(self.b);
        let status = self.network.endpoint(self.a).status(self.association).unwrap();
        assert_eq!(status.paths.len(), 2);
        assert!(status.paths.iter().all(|path| path.state == PathState::Active), "{status:?}");
    }

    /// A message that bears its number and its time.
    pub fn send(&mut self, number: u32, len: usize, info: SendInfo) {
        let now = self.network.now();
        let mut data = vec![0; len];
        data[..4].copy_from_slice(&number.to_be_bytes());
        data[4..12].copy_from_slice(&(now.as_micros() as u64).to_be_bytes());
        self.network.endpoint(self.a).send(now, self.association, info, data).map_err(|it| it.kind).unwrap();
    }

    /// Messages that the server got: when and which.
    pub fn received(&mut self) -> Vec<(Duration, u32)> {
        self.received_by(self.b).0
    }

    /// Messages that a node got: when, which; and how long each had taken.
    pub fn received_by(&mut self, node: NodeId) -> (Vec<(Duration, u32)>, Vec<Duration>) {
        let (mut got, mut took) = (Vec::new(), Vec::new());
        for (at, event) in self.network.timed_events(node) {
            if let Event::Message(message) = event {
                let number = u32::from_be_bytes(message.data[..4].try_into().unwrap());
                let sent = u64::from_be_bytes(message.data[4..12].try_into().unwrap());
                got.push((at, number));
                took.push(at - Duration::from_micros(sent));
            }
        }
        (got, took)
    }
}

/// Lost and repeated of so many messages, and the longest time without any.
pub fn count(got: &[(Duration, u32)], sent: u32) -> (usize, usize, Duration) {
    let mut seen = BTreeMap::new();
    for (_, number) in got {
        *seen.entry(*number).or_insert(0u32) += 1;
    }
    let lost = (0..sent).filter(|number| !seen.contains_key(number)).count();
    let twice = seen.values().filter(|times| **times > 1).count();
    let gap = got.windows(2).map(|two| two[1].0 - two[0].0).max().unwrap_or_default();
    (lost, twice, gap)
}
