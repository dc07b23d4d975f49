//! How large a packet a path carries: probes of growing size (RFC 9260 §7.3; RFC 8899).
//!
//! A probe is a HEARTBEAT filled up with PAD. A lost probe says nothing of the path's health and counts
//! no error. Lengths inside are those of SCTP packets; IP and UDP headers are taken off.

use core::net::IpAddr;
use core::time::Duration;

use crate::config::AssociationConfig;

/// Probes of one size before it is given up (RFC 8899 §5.1.2).
const MAX_PROBES: u32 = 3;
/// Time-outs in a row that make a size suspect.
const BLACK_HOLE: u32 = 2;
/// How long until a larger size is tried again (RFC 8899 §5.1.1).
const RAISE: Duration = Duration::from_secs(600);
/// Sizes of IP packets that links are known for; those between base and max are tried, largest first.
const SIZES: [usize; 7] = [9000, 1500, 1492, 1472, 1450, 1400, 1350];

#[derive(Debug)]
pub(crate) struct Mtu {
    overhead: usize,
    base: usize,
    max: usize,
    /// The size in use, headers included.
    current: usize,
    probe: Option<Probe>,
    next: Option<Duration>,
    /// The largest size that is still to be tried.
    ceiling: usize,
    tries: u32,
    /// Time-outs of data since some was acknowledged.
    timeouts: u32,
}

#[derive(Clone, Copy, Debug)]
struct Probe {
    size: usize,
    nonce: u64,
    until: Duration,
}

impl Mtu {
    pub(crate) fn new(remote: IpAddr, encapsulated: bool, config: &AssociationConfig) -> Mtu {
        let ip = if remote.is_ipv4() { 20 } else { 40 };
        let overhead = ip + if encapsulated { 8 } else { 0 };
        // 576 is what every host takes (RFC 1122 §3.3.2).
        let base = config.base_mtu.clamp(576, 65_535);
        let max = config.max_mtu.clamp(base, SIZES[0].max(base));
        Mtu {
            overhead,
            base,
            max,
            current: base,
            probe: None,
            next: None,
            ceiling: max,
            tries: 0,
            timeouts: 0,
        }
    }

    /// Bytes of the largest SCTP packet.
    pub(crate) fn packet_len(&self) -> usize {
        (self.current - self.overhead) & !3
    }

    pub(crate) fn ip_len(&self) -> usize {
        self.current
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.probe.map(|probe| probe.until).or(self.next)
    }

    /// The path works: look for more.
    pub(crate) fn begin(&mut self, now: Duration) {
        if self.current < self.max && self.probe.is_none() {
            self.ceiling = self.max;
            self.tries = 0;
            self.next = Some(now);
        }
    }

    /// The path does not work: there is nothing to look for.
    pub(crate) fn stop(&mut self) {
        self.probe = None;
        self.next = None;
    }

    /// Data was acknowledged.
    pub(crate) fn trust(&mut self) {
        self.timeouts = 0;
    }

    /// Data was lost by time-out. Again and again, while HEARTBEATs come through, it may be for its size
    /// (RFC 8899 §4.3): back to what is safe. Whether packets are smaller now.
    pub(crate) fn suspect(&mut self) -> bool {
        self.timeouts += 1;
        if self.timeouts < BLACK_HOLE || self.current == self.base {
            return false;
        }
        self.current = self.base;
        self.timeouts = 0;
        self.stop();
        true
    }

    fn candidate(&self) -> Option<usize> {
        let sizes = core::iter::once(self.max).chain(SIZES);
        sizes.filter(|size| *size <= self.ceiling && *size > self.current && *size <= self.max).max()
    }

    /// Time has come: the length of an SCTP packet to probe with, if any.
    pub(crate) fn tick(&mut self, now: Duration, rto: Duration, nonce: u64) -> Option<usize> {
        if let Some(probe) = self.probe.filter(|probe| probe.until <= now) {
            self.probe = None;
            self.tries += 1;
            if self.tries >= MAX_PROBES {
                self.ceiling = probe.size - 1;
                self.tries = 0;
            }
            self.next = Some(now);
        }
        if self.probe.is_some() || self.next.is_none_or(|next| next > now) {
            return None;
        }
        self.next = None;
        let Some(size) = self.candidate() else {
            // Everything was tried; the path may have changed by then.
            self.ceiling = self.max;
            self.next = (self.current < self.max).then(|| now + RAISE);
            return None;
        };
        self.probe = Some(Probe { size, nonce, until: now + rto });
        Some((size - self.overhead) & !3)
    }

    /// A probe came back. Whether packets may be larger now.
    pub(crate) fn answer(&mut self, now: Duration, nonce: u64) -> bool {
        let Some(probe) = self.probe.filter(|probe| probe.nonce == nonce) else { return false };
        self.probe = None;
        self.tries = 0;
        self.current = probe.size;
        self.next = (self.candidate().is_some()).then_some(now);
        true
    }
}
