//! Parameters of endpoints and associations, and the three profiles (RFC 9260 §16; RFC 7829 §3.2).

use core::net::IpAddr;
use core::time::Duration;

/// Whether a chunk that was retransmitted early may be so again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FastRetransmit {
    /// Once, then the timer alone (RFC 9260 §7.2.4).
    Once,
    /// As often as three chunks, sent after its last transmission, have arrived without it; after fewer
    /// where fewer are on their way (RFC 5827). Departs from step 5 of RFC 9260 §7.2.4, without which
    /// a loss of one in ten stops 100 messages a second at the timers.
    Repeated,
}

/// Whether silence is broken before T3-rtx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TailLossProbe {
    /// The timer alone (RFC 9260 §6.3).
    Off,
    /// After two round trips without an answer the earliest chunk is sent again, and after four, eight and
    /// sixteen (after RFC 8985 §7, which does so once).
    /// The window and the errors of the path stay as they are, T3-rtx runs on.
    On,
}

/// When DATA asks for a SACK at once (RFC 7053 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImmediateSack {
    /// When the sender of the message says so.
    OnRequest,
    /// Also on the last chunk that waits to be sent.
    WhenDry,
}

/// Parameters of one association, by the names of RFC 9260 §16.
///
/// ```
/// use simdsip_sctp::AssociationConfig;
///
/// let config = AssociationConfig { in_streams: 16, ..AssociationConfig::sip() };
/// assert_eq!(config.rto_max.as_millis(), 2_000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociationConfig {
    /// RTO.Initial.
    pub rto_initial: Duration,
    /// RTO.Min.
    pub rto_min: Duration,
    /// RTO.Max.
    pub rto_max: Duration,
    /// Path.Max.Retrans: an address with more errors in a row is inactive.
    pub path_max_retrans: u32,
    /// Association.Max.Retrans: with more errors in a row the association is lost.
    pub association_max_retrans: u32,
    /// Max.Init.Retransmits.
    pub max_init_retransmits: u32,
    /// PotentiallyFailed.Max.Retrans (RFC 7829 §3.2); `None` turns the state off.
    pub pf_max_retrans: Option<u32>,
    /// HB.interval.
    pub heartbeat_interval: Duration,
    /// How long a SACK may wait, at most 500 ms (RFC 9260 §6.2).
    pub sack_delay: Duration,
    /// When DATA carries the I bit.
    pub immediate_sack: ImmediateSack,
    /// Max.Burst in packets (RFC 9260 §6.1).
    pub max_burst: u32,
    /// How often a chunk is retransmitted early.
    pub fast_retransmit: FastRetransmit,
    /// Whether silence is broken before T3-rtx.
    pub tail_loss_probe: TailLossProbe,
    /// Streams to send on, if the peer has as many.
    pub out_streams: u16,
    /// Streams to receive on.
    pub in_streams: u16,
    /// Bytes that may wait for the application, for order and for reassembly.
    pub receive_buffer_len: usize,
    /// Bytes that may wait to be sent and acknowledged.
    pub send_buffer_len: usize,
    /// The longest message in bytes, either way. At most half of either buffer makes sense.
    pub max_message_len: usize,
    /// Bytes of an IP packet that every path is believed to carry (RFC 8899 §5.1.2, BASE_PLPMTU).
    pub base_mtu: usize,
    /// Bytes of an IP packet that paths are probed up to; `base_mtu` turns probing off.
    pub max_mtu: usize,
}

impl AssociationConfig {
    /// For SIP between sites: RTO 500, 300, 2,000 ms; failover within RTO.Min and a round trip.
    pub fn sip() -> AssociationConfig {
        AssociationConfig {
            rto_initial: Duration::from_millis(500),
            rto_min: Duration::from_millis(300),
            rto_max: Duration::from_secs(2),
            path_max_retrans: 3,
            association_max_retrans: 8,
            max_init_retransmits: 8,
            pf_max_retrans: Some(0),
            heartbeat_interval: Duration::from_secs(5),
            sack_delay: Duration::from_millis(20),
            immediate_sack: ImmediateSack::WhenDry,
            max_burst: 4,
            fast_retransmit: FastRetransmit::Repeated,
            tail_loss_probe: TailLossProbe::On,
            out_streams: 16,
            in_streams: 2048,
            receive_buffer_len: 1 << 20,
            send_buffer_len: 4 << 20,
            max_message_len: 1 << 18,
            base_mtu: 1280,
            max_mtu: 1500,
        }
    }

    /// Within one site: RTO 200, 100, 500 ms.
    pub fn lan() -> AssociationConfig {
        AssociationConfig {
            rto_initial: Duration::from_millis(200),
            rto_min: Duration::from_millis(100),
            rto_max: Duration::from_millis(500),
            path_max_retrans: 2,
            sack_delay: Duration::from_millis(10),
            ..AssociationConfig::sip()
        }
    }

    /// The values that RFC 9260 §16 recommends, with potentially failed paths (RFC 7829).
    pub fn rfc9260() -> AssociationConfig {
        AssociationConfig {
            rto_initial: Duration::from_secs(1),
            rto_min: Duration::from_secs(1),
            rto_max: Duration::from_secs(60),
            path_max_retrans: 5,
            association_max_retrans: 10,
            heartbeat_interval: Duration::from_secs(30),
            sack_delay: Duration::from_millis(200),
            ..AssociationConfig::sip()
        }
    }
}

impl Default for AssociationConfig {
    /// [`AssociationConfig::sip`].
    fn default() -> AssociationConfig {
        AssociationConfig::sip()
    }
}

/// Parameters of an endpoint: one SCTP port with its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointConfig {
    /// SCTP port.
    pub port: u16,
    /// Addresses in order of preference. With none the driver chooses, and the peer is told none, as is
    /// right behind a NAT (RFC 6951 §5.7).
    pub addresses: Vec<IpAddr>,
    /// Whether INITs of others are answered, and with which parameters.
    pub accept: Option<AssociationConfig>,
    /// UDP port that packets without a known one are sent to; `None` sends SCTP straight over IP.
    pub encapsulation: Option<u16>,
    /// Valid.Cookie.Life.
    pub cookie_life: Duration,
    /// Associations that may exist at once.
    pub max_associations: usize,
    /// Addresses of a peer that are taken from its INIT, 1 to 16; more are not used.
    pub max_addresses: usize,
    /// Replies a second to packets of no association: ABORT, SHUTDOWN COMPLETE.
    pub blind_replies: u32,
    /// INIT ACKs a second.
    pub init_acks: u32,
    /// Whether addresses may change, always authenticated (RFC 5061 with RFC 4895).
    pub dynamic_addresses: bool,
    /// Key 0 of AUTH, the same at both ends; empty is the null key (RFC 4895 §6.1).
    pub shared_key: Vec<u8>,
}

impl EndpointConfig {
    /// Accepts associations with the profile `sip`, over UDP port 9899 (RFC 6951).
    pub fn new(port: u16, addresses: impl IntoIterator<Item = IpAddr>) -> EndpointConfig {
        EndpointConfig {
            port,
            addresses: addresses.into_iter().collect(),
            accept: Some(AssociationConfig::sip()),
            encapsulation: Some(crate::wire::UDP_PORT),
            cookie_life: Duration::from_secs(60),
            max_associations: 100_000,
            max_addresses: 8,
            blind_replies: 1_000,
            init_acks: 20_000,
            dynamic_addresses: true,
            shared_key: Vec::new(),
        }
    }
}
