//! From a captured frame to a payload: link, IP, fragments, UDP, TCP.
//!
//! Each module takes bytes and gives the layer above or the [`Fate`] of the packet, so that none is lost
//! without a count. Header fields are read through etherparse; which lengths are believed is decided here.

pub(crate) mod fragment;
pub(crate) mod ip;
pub(crate) mod link;
pub(crate) mod order;
pub(crate) mod resync;
pub(crate) mod sniff;
pub(crate) mod stream;
pub(crate) mod tcp;
pub(crate) mod udp;

use std::net::IpAddr;

/// One end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Innermost IP address.
    pub addr: IpAddr,
    /// UDP or TCP port.
    pub port: u16,
}

/// VLAN ids, outermost first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vlans {
    ids: [u16; Self::MAX],
    count: u8,
}

impl Vlans {
    const MAX: usize = 6;

    /// Keeps the outermost; tags beyond the sixth are not seen on any network.
    pub(crate) fn push(&mut self, id: u16) {
        if let Some(slot) = self.ids.get_mut(usize::from(self.count)) {
            *slot = id;
            self.count = self.count.saturating_add(1);
        }
    }

    pub(crate) fn as_slice(&self) -> &[u16] {
        self.ids.get(..usize::from(self.count)).unwrap_or_default()
    }
}

/// The packet that a message came with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// Counted from 1.
    pub(crate) frame: u64,
    /// Offset of the packet's record in the file.
    pub(crate) at: u64,
    pub(crate) time: Option<i64>,
    /// The same, or where the packet has none that of the last that had.
    pub(crate) now: i64,
    pub(crate) vlans: Vlans,
    /// Bytes of the packet that were on the wire but not captured.
    pub(crate) absent: usize,
    /// The capture holds less of the datagram than was on the wire.
    pub(crate) truncated: bool,
    /// Rows given out for this frame so far.
    pub(crate) rows: u16,
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
        Stun = "udp-stun",
        Http = "udp-http",
        Hep = "udp-hep",
        Vxlan = "udp-vxlan",
        GtpU = "udp-gtp-u",
        UdpNotSip = "udp-not-sip",
        Fragment = "ip-fragment",
        Icmp = "icmp",
        IcmpQuotedSip = "icmp-quoted-sip",
        HeaderCut = "header-cut-short",
        HeaderBad = "header-malformed",
        Ieee8023 = "ieee-802.3",
    }
}
