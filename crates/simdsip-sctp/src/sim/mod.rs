//! Endpoints joined by a network that exists in memory: loss, reordering, duplication, delay, death of a
//! path one way or both, MTU limits. Time jumps; the same seed gives the same run.
//!
//! For tests, benches and fuzzing, of this crate and of what stands on it. It is no model of queues: every
//! packet of a link is delayed alike.

use std::collections::{BinaryHeap, HashMap, VecDeque};

use core::cmp::Reverse;
use core::net::IpAddr;
use core::time::Duration;

use crate::{Datagram, Endpoint, Event, SendInfo};

/// How packets fare from one address to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// How long each takes.
    pub delay: Duration,
    /// Of a thousand so many are lost.
    pub loss: u32,
    /// Of a thousand so many come twice.
    pub duplicate: u32,
    /// Of a thousand so many come late, by `reorder_delay`.
    pub reorder: u32,
    /// How late.
    pub reorder_delay: Duration,
    /// Whether any arrive at all.
    pub up: bool,
    /// Bytes of the largest IP packet that is carried; longer ones that may not be cut up are lost.
    pub mtu: usize,
}

impl Default for Link {
    /// One millisecond, no fault, 1,500 bytes.
    fn default() -> Link {
        Link {
            delay: Duration::from_millis(1),
            loss: 0,
            duplicate: 0,
            reorder: 0,
            reorder_delay: Duration::from_millis(15),
            up: true,
            mtu: 1500,
        }
    }
}

/// An endpoint of a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(usize);

/// A packet as it was sent, whether it arrived or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// When.
    pub at: Duration,
    /// From where.
    pub source: IpAddr,
    /// To where.
    pub destination: IpAddr,
    /// The SCTP packet.
    pub bytes: Vec<u8>,
}

#[derive(Debug)]
struct Node {
    endpoint: Endpoint,
    addresses: Vec<IpAddr>,
    events: VecDeque<(Duration, Event)>,
    echo: bool,
    /// UDP port that its packets seem to come from.
    port: u16,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Flying {
    at: Duration,
    number: u64,
    source: IpAddr,
    destination: IpAddr,
    encapsulation: Option<u16>,
    bytes: Vec<u8>,
}

/// Endpoints and what lies between them.
#[derive(Debug)]
pub struct Network {
    now: Duration,
    nodes: Vec<Node>,
    owners: HashMap<IpAddr, usize>,
    links: HashMap<(IpAddr, IpAddr), Link>,
    default: Link,
    flying: BinaryHeap<Reverse<Flying>>,
    number: u64,
    random: u64,
    record: Option<Vec<Sent>>,
}

impl Network {
    /// An empty network.
    pub fn new(seed: u64) -> Network {
        Network {
            now: Duration::ZERO,
            nodes: Vec::new(),
            owners: HashMap::new(),
            links: HashMap::new(),
            default: Link::default(),
            flying: BinaryHeap::new(),
            number: 0,
            random: seed,
            record: None,
        }
    }

    /// Adds an endpoint at these addresses.
    pub fn add_at(&mut self, endpoint: Endpoint, addresses: &[IpAddr]) -> NodeId {
        let id = self.nodes.len();
        self.owners.extend(addresses.iter().map(|it| (*it, id)));
        let addresses = addresses.to_vec();
        self.nodes.push(Node { endpoint, addresses, events: VecDeque::new(), echo: false, port: 9899 });
        NodeId(id)
    }

    /// Adds an endpoint at the addresses that it is configured with.
    pub fn add(&mut self, endpoint: Endpoint) -> NodeId {
        let addresses = endpoint.addresses().to_vec();
        self.add_at(endpoint, &addresses)
    }

    /// Gives an endpoint one more address.
    pub fn add_address(&mut self, node: NodeId, address: IpAddr) {
        self.owners.insert(address, node.0);
        self.nodes[node.0].addresses.push(address);
    }

    /// The endpoint. What it has to send is sent when time goes on.
    pub fn endpoint(&mut self, node: NodeId) -> &mut Endpoint {
        &mut self.nodes[node.0].endpoint
    }

    /// Lets an endpoint send every message back to where it came from.
    pub fn set_echo(&mut self, node: NodeId, on: bool) {
        self.nodes[node.0].echo = on;
    }

    /// The UDP port that packets of an endpoint come from, as a NAT would change it.
    pub fn set_port(&mut self, node: NodeId, port: u16) {
        self.nodes[node.0].port = port;
    }

    /// How packets fare from one address to the other, that way alone.
    pub fn set_one_way(&mut self, from: IpAddr, to: IpAddr, link: Link) {
        self.links.insert((from, to), link);
    }

    /// How packets fare between two addresses.
    pub fn set(&mut self, a: IpAddr, b: IpAddr, link: Link) {
        self.set_one_way(a, b, link);
        self.set_one_way(b, a, link);
    }

    /// How packets fare where nothing else was said.
    pub fn set_all(&mut self, link: Link) {
        self.default = link;
        self.links.clear();
    }

    /// Everything to and from an address is lost, or is not any more.
    pub fn set_up(&mut self, address: IpAddr, up: bool) {
        let others: Vec<IpAddr> = self.owners.keys().copied().collect();
        for other in others {
            for (a, b) in [(address, other), (other, address)] {
                let link = self.link(a, b);
                self.links.insert((a, b), Link { up, ..link });
            }
        }
    }

    /// Keeps a copy of every packet from now on.
    pub fn record(&mut self) {
        self.record.get_or_insert_default();
    }

    /// The copies.
    pub fn recorded(&self) -> &[Sent] {
        self.record.as_deref().unwrap_or_default()
    }

    /// The time.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// What an endpoint has told since it was last asked.
    pub fn events(&mut self, node: NodeId) -> Vec<Event> {
        self.timed_events(node).into_iter().map(|it| it.1).collect()
    }

    /// The same with times.
    pub fn timed_events(&mut self, node: NodeId) -> Vec<(Duration, Event)> {
        self.nodes[node.0].events.drain(..).collect()
    }

    /// Puts a packet on its way as if an address had sent it.
    pub fn inject(&mut self, source: IpAddr, destination: IpAddr, bytes: Vec<u8>) {
        self.fly(source, destination, Some(9899), bytes, false);
    }

    /// Lets time go on by so much.
    pub fn run_for(&mut self, time: Duration) {
        self.run_until(self.now + time);
    }

    /// Lets time go on.
    pub fn run_until(&mut self, end: Duration) {
        (0..self.nodes.len()).for_each(|node| self.flush(node));
        while let Some(at) = self.next().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.step();
        }
        self.now = self.now.max(end);
    }

    /// Lets time go on until nothing more is to happen, at most so far. Whether it came to that.
    pub fn run_out(&mut self, end: Duration) -> bool {
        self.run_until(end);
        self.next().is_none()
    }

    fn next(&self) -> Option<Duration> {
        let flying = self.flying.peek().map(|it| it.0.at);
        self.nodes.iter().filter_map(|node| node.endpoint.poll_timeout()).chain(flying).min()
    }

    fn step(&mut self) {
        for node in 0..self.nodes.len() {
            if self.nodes[node].endpoint.poll_timeout().is_some_and(|at| at <= self.now) {
                self.nodes[node].endpoint.handle_timeout(self.now);
                self.flush(node);
            }
        }
        while self.flying.peek().is_some_and(|it| it.0.at <= self.now) {
            let Some(Reverse(packet)) = self.flying.pop() else { return };
            let Some(node) = self.owners.get(&packet.destination).copied() else { continue };
            let datagram = Datagram {
                source: packet.source,
                destination: Some(packet.destination),
                encapsulation: packet.encapsulation,
                bytes: &packet.bytes,
            };
            self.nodes[node].endpoint.handle_input(self.now, [datagram]);
            self.flush(node);
        }
    }

    /// Takes everything that an endpoint has to tell and to send.
    fn flush(&mut self, at: usize) {
        let mut buffer = [0; 9216];
        loop {
            while let Some(event) = self.nodes[at].endpoint.poll_event() {
                let node = &mut self.nodes[at];
                if let (true, Event::Message(message)) = (node.echo, &event) {
                    let info = SendInfo {
                        stream: message.stream,
                        unordered: message.unordered,
                        ppid: message.ppid,
                        ..SendInfo::ordered(0)
                    };
                    // What does not fit is lost by the echo, and will be missed by whoever counts.
                    let _ = node.endpoint.send(self.now, message.association, info, message.data.clone());
                }
                node.events.push_back((self.now, event));
            }
            let Some(transmit) = self.nodes[at].endpoint.poll_transmit(self.now, &mut buffer) else { break };
            let node = &self.nodes[at];
            let family = |it: &&IpAddr| it.is_ipv4() == transmit.destination.is_ipv4();
            let source = transmit.source.or_else(|| node.addresses.iter().find(family).copied());
            let Some(source) = source.filter(|it| node.addresses.contains(it)) else { continue };
            let port = transmit.encapsulation.map(|_| node.port);
            let bytes = buffer[..transmit.len].to_vec();
            self.fly(source, transmit.destination, port, bytes, transmit.fragmentable);
        }
    }

    fn link(&self, from: IpAddr, to: IpAddr) -> Link {
        self.links.get(&(from, to)).copied().unwrap_or(self.default)
    }

    fn fly(
        &mut self,
        source: IpAddr,
        destination: IpAddr,
        port: Option<u16>,
        bytes: Vec<u8>,
        fragmentable: bool,
    ) {
        if let Some(record) = &mut self.record {
            record.push(Sent { at: self.now, source, destination, bytes: bytes.clone() });
        }
        let link = self.link(source, destination);
        let overhead = if source.is_ipv4() { 20 } else { 40 } + if port.is_some() { 8 } else { 0 };
        let too_long = bytes.len() + overhead > link.mtu && !fragmentable;
        if !link.up || too_long || self.chance(link.loss) {
            return;
        }
        let copies = 1 + usize::from(self.chance(link.duplicate));
        for _ in 0..copies {
            let late = if self.chance(link.reorder) { link.reorder_delay } else { Duration::ZERO };
            self.number += 1;
            self.flying.push(Reverse(Flying {
                at: self.now + link.delay + late,
                number: self.number,
                source,
                destination,
                encapsulation: port,
                bytes: bytes.clone(),
            }));
        }
    }

    /// True in so many of a thousand cases (SplitMix64).
    fn chance(&mut self, of_thousand: u32) -> bool {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % 1000 < u64::from(of_thousand)
    }
}
