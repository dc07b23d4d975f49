//! What was in a capture and what became of it. Nothing is dropped without being counted here.

use crate::packet::{Fate, Known, named};
use crate::table::Transport;
use std::borrow::Cow;
use std::collections::BTreeMap;

named! {
    /// What happened beside the packets' own fates.
    Event {
        FragmentBad = "ip-fragment-malformed",
        FragmentOverlap = "ip-fragment-overlap",
        FragmentsTimedOut = "ip-datagram-timed-out",
        FragmentsEvicted = "ip-datagram-evicted",
        FragmentsUnfinished = "ip-datagram-unfinished",
        FragmentedSipLost = "sip-in-incomplete-datagram",
        TcpGap = "tcp-gap",
        TcpFlowIdle = "tcp-flow-idle",
        TcpFlowEvicted = "tcp-flow-evicted",
        TcpMessageUnfinished = "tcp-message-unfinished",
        TcpMessageRefused = "tcp-message-refused",
        TcpSyncLost = "tcp-sync-lost",
        TcpOverlap = "tcp-overlap-differs",
        SctpFragmentsEvicted = "sctp-fragments-evicted",
        SctpFlowIdle = "sctp-flow-idle",
        SctpFlowEvicted = "sctp-flow-evicted",
        SctpMessageTooLong = "sctp-message-too-long",
        SctpUnfinished = "sctp-message-unfinished",
        WsCompressed = "ws-message-compressed",
        WsMessageTooLong = "ws-message-too-long",
        TlsWithoutKey = "tls-without-key",
        TlsSuiteUnknown = "tls-suite-unknown",
        TlsRecordClosed = "tls-record-closed",
        TlsBroken = "tls-broken",
        TlsResumed = "tls-resumed-behind-gap",
        PacketTruncated = "packet-truncated",
        PacketWithoutTime = "packet-without-time",
    }
}

/// Counts of one capture, or of several added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes of the file that were read.
    pub bytes: u64,
    /// Packets read.
    pub packets: u64,
    /// Rows of the message table.
    pub messages: u64,
    /// Rows that are requests.
    pub requests: u64,
    /// Rows that are responses.
    pub responses: u64,
    /// Rows whose `kind` is null.
    pub unparsed: u64,
    /// The file ended inside a record, at this byte.
    pub cut_short: Option<u64>,
    links: BTreeMap<u32, u64>,
    transports: [u64; Transport::COUNT],
    tunnels: BTreeMap<&'static str, u64>,
    fates: Counts<{ Known::ALL.len() }>,
    link_types: BTreeMap<u32, u64>,
    ether_types: BTreeMap<u16, u64>,
    ip_protocols: BTreeMap<u8, u64>,
    events: Counts<{ Event::ALL.len() }>,
    /// What was told from outside.
    notes: BTreeMap<&'static str, u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Counts<const N: usize>([u64; N]);

impl<const N: usize> Default for Counts<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl Stats {
    /// Adds what another capture held. `cut_short` stays what it was, or becomes the other's.
    pub fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.bytes, other.bytes),
            (&mut self.packets, other.packets),
            (&mut self.messages, other.messages),
            (&mut self.requests, other.requests),
            (&mut self.responses, other.responses),
            (&mut self.unparsed, other.unparsed),
        ];
        for (count, more) in pairs {
            *count = count.saturating_add(more);
        }
        self.cut_short = self.cut_short.or(other.cut_short);
        add_all(&mut self.transports, &other.transports);
        add_all(&mut self.fates.0, &other.fates.0);
        add_all(&mut self.events.0, &other.events.0);
        add_map(&mut self.tunnels, &other.tunnels);
        add_map(&mut self.notes, &other.notes);
        add_map(&mut self.links, &other.links);
        add_map(&mut self.link_types, &other.link_types);
        add_map(&mut self.ether_types, &other.ether_types);
        add_map(&mut self.ip_protocols, &other.ip_protocols);
    }

    /// Every count that is not zero as group, name and number, in an order that stays. The counts of group
    /// `packet` add up to the number of packets.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, Cow<'static, str>, u64)> {
        let total = [
            ("bytes", self.bytes),
            ("packets", self.packets),
            ("messages", self.messages),
            ("requests", self.requests),
            ("responses", self.responses),
            ("unparsed", self.unparsed),
        ];
        let total = total.into_iter().map(|(name, count)| ("total", Cow::Borrowed(name), count));
        let links = self.links.iter().map(|(link, count)| ("link", link_name(*link), *count));
        let transports = Transport::ALL.iter().zip(self.transports);
        let transports = transports.map(|(transport, count)| ("transport", transport.as_str().into(), count));
        let tunnels =
            self.tunnels.iter().map(|(name, count)| ("encapsulation", Cow::Borrowed(*name), *count));
        let fates = Known::ALL.iter().zip(self.fates.0);
        let fates = fates.map(|(fate, count)| ("packet", fate.name().into(), count));
        let link_types = self
            .link_types
            .iter()
            .map(|(link, count)| ("packet", format!("link-type-{link}").into(), *count));
        let ether_types = self.ether_types.iter().map(|(kind, count)| ("packet", ether_name(*kind), *count));
        let protocols = self.ip_protocols.iter().map(|(ip, count)| ("packet", protocol_name(*ip), *count));
        let events = Event::ALL.iter().zip(self.events.0);
        let events = events.map(|(event, count)| ("event", event.name().into(), count));
        let notes = self.notes.iter().map(|(name, count)| ("event", Cow::Borrowed(*name), *count));
        let packets = fates.chain(link_types).chain(ether_types).chain(protocols);
        let all =
            total.chain(links).chain(tunnels).chain(transports).chain(packets).chain(events).chain(notes);
        all.filter(|(_, _, count)| *count > 0)
    }

    /// Adds a count of group `event` that is kept elsewhere: what [`Calls`](crate::Calls) gave up, say.
    pub fn note(&mut self, name: &'static str, count: u64) {
        let known = self.notes.entry(name).or_default();
        *known = known.saturating_add(count);
    }

    pub(crate) fn event(&mut self, event: Event) {
        bump(self.events.0.get_mut(event as usize));
    }

    #[cfg(test)]
    pub(crate) fn count(&self, event: Event) -> u64 {
        self.events.0[event as usize]
    }

    pub(crate) fn link(&mut self, link: u32) {
        bump(Some(self.links.entry(link).or_default()));
    }

    /// A packet in such a tunnel, counted once for each kind around it.
    pub(crate) fn tunnel(&mut self, name: &'static str) {
        bump(Some(self.tunnels.entry(name).or_default()));
    }

    pub(crate) fn transport(&mut self, transport: Transport) {
        bump(self.transports.get_mut(transport as usize));
    }

    pub(crate) fn fate(&mut self, fate: Fate) {
        match fate {
            Fate::Known(known) => bump(self.fates.0.get_mut(known as usize)),
            Fate::LinkType(link) => bump(Some(self.link_types.entry(link).or_default())),
            Fate::EtherType(kind) => bump(Some(self.ether_types.entry(kind).or_default())),
            Fate::IpProtocol(protocol) => bump(Some(self.ip_protocols.entry(protocol).or_default())),
        }
    }
}

fn bump(count: Option<&mut u64>) {
    if let Some(count) = count {
        *count = count.saturating_add(1);
    }
}

fn add_all(counts: &mut [u64], more: &[u64]) {
    for (count, more) in counts.iter_mut().zip(more) {
        *count = count.saturating_add(*more);
    }
}

fn add_map<K: Ord + Copy>(counts: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (key, more) in more {
        let count = counts.entry(*key).or_default();
        *count = count.saturating_add(*more);
    }
}

fn link_name(link: u32) -> Cow<'static, str> {
    match link {
        0 => "null".into(),
        1 => "ethernet".into(),
        9 => "ppp".into(),
        50 => "ppp-hdlc".into(),
        12 | 14 | 101 => "raw-ip".into(),
        108 => "loop".into(),
        113 => "sll".into(),
        228 => "ipv4".into(),
        229 => "ipv6".into(),
        276 => "sll2".into(),
        _ => format!("link-type-{link}").into(),
    }
}

fn ether_name(kind: u16) -> Cow<'static, str> {
    match kind {
        0x0806 => "arp".into(),
        0x8847 | 0x8848 => "mpls".into(),
        0x8863 | 0x8864 => "pppoe".into(),
        0x88cc => "lldp".into(),
        _ => format!("ethertype-0x{kind:04x}").into(),
    }
}

fn protocol_name(protocol: u8) -> Cow<'static, str> {
    match protocol {
        2 => "igmp".into(),
        4 => "ipv4-in-ip".into(),
        41 => "ipv6-in-ip".into(),
        47 => "gre".into(),
        50 => "esp".into(),
        132 => "sctp".into(),
        _ => format!("ip-proto-{protocol}").into(),
    }
}
