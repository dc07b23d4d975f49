//! From a captured frame to a payload: link, tunnels, IP, fragments, UDP, TCP, SCTP, and what TCP and UDP carry.
//!
//! Each module takes bytes and gives the layer above or the [`Fate`] of the packet, so that none is lost
//! without a count. Header fields are read through etherparse; which lengths are believed is decided here.

pub(crate) mod carrier;
pub(crate) mod fragment;
pub(crate) mod hep;
pub(crate) mod ip;
pub(crate) mod link;
pub(crate) mod order;
pub(crate) mod resync;
pub(crate) mod sctp;
pub(crate) mod sniff;
pub(crate) mod stream;
pub(crate) mod tcp;
pub(crate) mod tls;
pub(crate) mod tunnel;
pub(crate) mod udp;
pub(crate) mod ws;

use crate::table::FrameRef;
use std::net::IpAddr;

/// One end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Innermost IP address.
    pub addr: IpAddr,
    /// UDP or TCP port.
    pub port: u16,
}

/// What a packet is wrapped in, outermost first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wraps {
    ids: [u16; Self::MAX],
    tunnels: [Option<Tunnel>; Self::MAX],
    id_count: u8,
    tunnel_count: u8,
}

named! {
    /// What packets are wrapped in beside VLAN tags.
    Tunnel {
        Mpls = "mpls",
        Pppoe = "pppoe",
        IpInIp = "ip-in-ip",
        Gre = "gre",
        Erspan1 = "erspan-1",
        Erspan2 = "erspan-2",
        Erspan3 = "erspan-3",
        Vxlan = "vxlan",
        Geneve = "geneve",
        GtpU = "gtp-u",
        Hep = "hep",
    }
}

impl Wraps {
    pub(crate) const MAX: usize = 8;

    /// Keeps the outermost; tags beyond the eighth are not seen on any network.
    pub(crate) fn vlan(&mut self, id: u16) {
        if let Some(slot) = self.ids.get_mut(usize::from(self.id_count)) {
            *slot = id;
            self.id_count = self.id_count.saturating_add(1);
        }
    }

    /// Enters a tunnel, if it is not one too many.
    pub(crate) fn enter(&mut self, tunnel: Tunnel) -> Result<(), Fate> {
        let slot = self.tunnels.get_mut(usize::from(self.tunnel_count));
        *slot.ok_or(Fate::Known(Known::TunnelsTooDeep))? = Some(tunnel);
        self.tunnel_count = self.tunnel_count.saturating_add(1);
        Ok(())
    }

    pub(crate) fn vlans(&self) -> &[u16] {
        self.ids.get(..usize::from(self.id_count)).unwrap_or_default()
    }

    /// Names of the tunnels.
    pub(crate) fn tunnels(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.tunnels.into_iter().map_while(|tunnel| tunnel.map(Tunnel::name))
    }
}

/// The packet that a message came with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// Number of the capture file.
    pub(crate) file: u32,
    /// Counted from 1.
    pub(crate) frame: u64,
    /// The packet that the bytes at hand came in: another one where they waited.
    pub(crate) came: FrameRef,
    /// Offset of the packet's record in the file.
    pub(crate) at: Option<u64>,
    pub(crate) time: Option<i64>,
    /// What time it is by this packet and those before: what it says itself may be wrong.
    pub(crate) now: i64,
    pub(crate) wraps: Wraps,
    /// Identification of the innermost IPv4 header.
    pub(crate) ip_id: Option<u16>,
    /// Bytes of the packet that were on the wire but not captured.
    pub(crate) absent: usize,
    /// The capture holds less of the datagram than was on the wire.
    pub(crate) truncated: bool,
    /// Rows given out for this frame so far.
    pub(crate) rows: u16,
}

impl Origin {
    /// What its packet's marks are: `now`, or where the packet is ahead of it what it says itself, which the next one
    /// bears out or not. So nothing looks old that comes first after a pause.
    pub(crate) fn stamp(&self) -> i64 {
        self.time.map_or(self.now, |time| time.max(self.now))
    }
}

/// What became of a packet. Each has exactly one fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Known(Known),
    LinkType(u32),
    EtherType(u16),
    IpProtocol(u8),
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($variant,)* }

        impl $name {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}
pub(crate) use named;

named! {
    /// The fates that have a name of their own.
    Known {
        UdpSip = "udp-sip",
        TcpSip = "tcp-sip",
        TcpEarly = "tcp-out-of-order",
        TcpRepeated = "tcp-retransmission",
        TcpNoPayload = "tcp-no-payload",
        TcpTls = "tcp-tls",
        TcpHttp = "tcp-http",
        TcpNotSip = "tcp-not-sip",
        KeepAlive = "udp-keep-alive",
        SctpSip = "sctp-sip",
        SctpEarly = "sctp-fragment",
        SctpRepeated = "sctp-retransmission",
        SctpControl = "sctp-no-data",
        SctpNotSip = "sctp-not-sip",
        Stun = "udp-stun",
        Http = "udp-http",
        Hep = "udp-hep",
        HepNotSip = "udp-hep-not-sip",
        Vxlan = "udp-vxlan",
        Geneve = "udp-geneve",
        GtpU = "udp-gtp-u",
        UdpNotSip = "udp-not-sip",
        UdpSigcomp = "udp-sigcomp",
        SigcompNack = "udp-sigcomp-nack",
        SigcompFailed = "udp-sigcomp-not-decoded",
        Fragment = "ip-fragment",
        Icmp = "icmp",
        IcmpQuotedSip = "icmp-quoted-sip",
        HeaderCut = "header-cut-short",
        HeaderBad = "header-malformed",
        Ieee8023 = "ieee-802.3",
        TunnelsTooDeep = "tunnels-too-deep",
        PppControl = "ppp-control",
        PppoeDiscovery = "pppoe-discovery",
    }
}
