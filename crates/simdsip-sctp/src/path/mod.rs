//! One destination address of a peer, and what is known of the way there (RFC 9260 §5.4, §6.3, §7, §8;
//! RFC 7829).
//!
//! Everything that RFC 9260 wants per destination stands here: state, round-trip time, window, flight,
//! errors, timers, heartbeat, MTU. Does not choose between paths and knows no chunk: that is the
//! association's.

mod congestion;
mod heartbeat;
mod mtu;
mod rtt;
mod state;

use core::net::IpAddr;
use core::time::Duration;

pub(crate) use heartbeat::Heartbeat;
pub use state::PathState;

use crate::config::{AssociationConfig, ImmediateSack, TailLossProbe};
use mtu::Mtu;
use rtt::Rtt;

/// How often silence is broken, each time after twice as long.
const PROBES_MAX: u32 = 4;
/// What silence lasts beyond two round trips.
const PROBE_MIN: Duration = Duration::from_millis(5);

/// A destination address and the way there.
#[derive(Debug)]
pub(crate) struct Path {
    /// Address of the peer.
    pub(crate) remote: IpAddr,
    /// Source address for packets that go there; `None` leaves it to the driver.
    pub(crate) local: Option<IpAddr>,
    /// UDP port of the peer, if encapsulated.
    pub(crate) encapsulation: Option<u16>,
    pub(crate) state: PathState,
    /// Errors in a row (RFC 9260 §8.2).
    pub(crate) errors: u32,
    pub(crate) rtt: Rtt,
    /// Congestion window in bytes.
    pub(crate) cwnd: usize,
    pub(crate) ssthresh: usize,
    partial_bytes_acked: usize,
    /// Bytes on the way.
    pub(crate) flight: usize,
    /// What was on the way when the last SACK came: a burst counts from here (RFC 9260 §6.1).
    pub(crate) burst_from: usize,
    /// The next packet is a fast retransmission, which no window holds back (§7.2.4).
    pub(crate) urgent: bool,
    /// Until a SACK has covered this TSN the window stays (RFC 9260 §7.2.4).
    pub(crate) fast_recovery: Option<u64>,
    /// When T3-rtx fires.
    pub(crate) t3: Option<Duration>,
    /// The peer has moved its data away from here, which may have a reason: until something comes from here
    /// again ours takes another path, if one works.
    pub(crate) suspect: bool,
    /// When silence is to be broken, and how often it was since the last answer.
    pub(crate) probe: Option<Duration>,
    pub(crate) probed: u32,
    /// The earliest TSN on its way there, which T3-rtx belongs to (RFC 9260 §6.3.2 R3).
    pub(crate) earliest: u64,
    /// The TSN whose round trip is being measured (RFC 9260 §6.3.1 C4).
    pub(crate) measured: Option<u64>,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) mtu: Mtu,
    /// When DATA was last sent there, if ever.
    pub(crate) last_data: Option<Duration>,
    /// What a SACK brings, while it is being read.
    pub(crate) news: News,
}

/// What one SACK says of one path.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct News {
    pub(crate) acked: usize,
    pub(crate) flight_before: usize,
    /// A chunk sent there once, and nowhere else, was acknowledged.
    pub(crate) certain: bool,
}

impl Path {
    pub(crate) fn new(
        remote: IpAddr,
        local: Option<IpAddr>,
        encapsulation: Option<u16>,
        config: &AssociationConfig,
        now: Duration,
    ) -> Path {
        let mtu = Mtu::new(remote, encapsulation.is_some(), config);
        let mut path = Path {
            remote,
            local,
            encapsulation,
            state: PathState::Unconfirmed,
            errors: 0,
            rtt: Rtt::new(config),
            cwnd: 0,
            ssthresh: 0,
            partial_bytes_acked: 0,
            flight: 0,
            burst_from: 0,
            urgent: false,
            fast_recovery: None,
            t3: None,
            suspect: false,
            probe: None,
            probed: 0,
            earliest: 0,
            measured: None,
            heartbeat: Heartbeat::idle(now),
            mtu,
            last_data: None,
            news: News::default(),
        };
        path.reset_window(config.receive_buffer_len);
        path
    }

    pub(crate) fn rto(&self) -> Duration {
        self.rtt.rto
    }

    pub(crate) fn start_t3(&mut self, now: Duration) {
        self.t3 = Some(now + self.rto());
    }

    /// Something was sent or acknowledged: silence counts from here, if T3-rtx does not end it before.
    pub(crate) fn arm_probe(&mut self, now: Duration, config: &AssociationConfig) {
        let wanted =
            config.tail_loss_probe == TailLossProbe::On && self.probed < PROBES_MAX && self.flight > 0;
        let srtt = self.rtt.srtt.filter(|_| wanted);
        // Who does not ask for it has to wait for a SACK.
        let wait =
            if config.immediate_sack == ImmediateSack::WhenDry { PROBE_MIN } else { config.sack_delay };
        let at = srtt.map(|srtt| now + (srtt * 2 + wait) * (1 << self.probed));
        self.probe = at.filter(|at| self.t3.is_some_and(|t3| *at < t3));
    }

    /// The earliest of its timers.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        [self.t3, self.probe, self.heartbeat.deadline(), self.mtu.deadline()].into_iter().flatten().min()
    }

    pub(crate) fn status(&self, primary: bool) -> PathStatus {
        PathStatus {
            address: self.remote,
            local: self.local,
            encapsulation: self.encapsulation,
            state: self.state,
            primary,
            srtt: self.rtt.srtt,
            rto: self.rto(),
            cwnd: self.cwnd,
            ssthresh: self.ssthresh,
            flight: self.flight,
            errors: self.errors,
            mtu: self.mtu.ip_len(),
        }
    }
}

/// What is known of a path (SCTP_GET_PEER_ADDR_INFO, RFC 6458 §8.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStatus {
    /// Address of the peer.
    pub address: IpAddr,
    /// Source address of packets that go there.
    pub local: Option<IpAddr>,
    /// UDP port of the peer, if encapsulated.
    pub encapsulation: Option<u16>,
    /// Whether it works.
    pub state: PathState,
    /// Whether data goes there first.
    pub primary: bool,
    /// Smoothed round-trip time.
    pub srtt: Option<Duration>,
    /// Retransmission time-out.
    pub rto: Duration,
    /// Congestion window in bytes.
    pub cwnd: usize,
    /// Slow-start threshold in bytes.
    pub ssthresh: usize,
    /// Bytes on the way.
    pub flight: usize,
    /// Errors in a row.
    pub errors: u32,
    /// Bytes of the largest IP packet.
    pub mtu: usize,
}

#[cfg(test)]
mod tests;
