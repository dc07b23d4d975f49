//! How much may be on the way to one destination (RFC 9260 §7.2).

use core::time::Duration;

use super::Path;

impl Path {
    /// Payload bytes of the largest packet (PMDCS).
    fn pmdcs(&self) -> usize {
        self.mtu.packet_len().saturating_sub(crate::wire::HEADER_LEN)
    }

    /// As at the beginning (RFC 9260 §7.2.1).
    pub(crate) fn reset_window(&mut self, peer_window: usize) {
        let most = self.pmdcs();
        self.cwnd = (4 * most).min((2 * most).max(4404));
        self.ssthresh = peer_window.max(self.cwnd);
        self.partial_bytes_acked = 0;
        self.fast_recovery = None;
    }

    /// After a SACK: slow start or congestion avoidance (§7.2.1, §7.2.2).
    pub(crate) fn grow_window(&mut self, cum_advanced: bool) {
        let News { acked, flight_before, .. } = self.news;
        if acked == 0 || !cum_advanced || self.fast_recovery.is_some() {
            return;
        }
        let used_up = flight_before >= self.cwnd;
        if self.cwnd <= self.ssthresh {
            if used_up {
                self.cwnd += acked.min(self.pmdcs());
            }
        } else {
            self.partial_bytes_acked += acked;
            if self.partial_bytes_acked >= self.cwnd && used_up {
                self.partial_bytes_acked -= self.cwnd;
                self.cwnd += self.pmdcs();
            }
        }
        if self.flight == 0 {
            self.partial_bytes_acked = 0;
        }
    }

    /// A chunk was found lost by others that arrived (§7.2.3, §7.2.4). Once a window.
    pub(crate) fn shrink_for_loss(&mut self, highest_sent: u64) {
        if self.fast_recovery.is_none() {
            self.ssthresh = (self.cwnd / 2).max(4 * self.pmdcs());
            self.cwnd = self.ssthresh;
            self.partial_bytes_acked = 0;
            self.fast_recovery = Some(highest_sent);
        }
    }

    /// T3-rtx fired (§7.2.3).
    pub(crate) fn shrink_for_timeout(&mut self) {
        self.ssthresh = (self.cwnd / 2).max(4 * self.pmdcs());
        self.cwnd = self.pmdcs();
        self.partial_bytes_acked = 0;
        self.fast_recovery = None;
    }

    /// A window that was not used for long is not to be trusted (§7.2.1).
    pub(crate) fn decay_window(&mut self, now: Duration) {
        let mut idle = now.saturating_sub(self.last_data.unwrap_or(now));
        let floor = 4 * self.pmdcs();
        while idle > self.rto() && self.cwnd > floor {
            self.cwnd = (self.cwnd / 2).max(floor);
            idle -= self.rto();
        }
    }
}

use super::News;
