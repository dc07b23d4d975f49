//! Round-trip time and retransmission time-out (RFC 9260 §6.3.1).

use core::time::Duration;

use crate::config::AssociationConfig;

#[derive(Debug)]
pub(crate) struct Rtt {
    pub(crate) srtt: Option<Duration>,
    rttvar: Duration,
    pub(crate) rto: Duration,
}

impl Rtt {
    pub(crate) fn new(config: &AssociationConfig) -> Rtt {
        Rtt { srtt: None, rttvar: Duration::ZERO, rto: config.rto_initial }
    }

    /// A round trip was measured, of something that was sent once (Karn's rule, C5).
    pub(crate) fn measure(&mut self, rtt: Duration, config: &AssociationConfig) {
        let srtt = match self.srtt {
            None => {
                self.rttvar = rtt / 2;
                rtt
            }
            Some(srtt) => {
                self.rttvar = (self.rttvar * 3 + srtt.abs_diff(rtt)) / 4;
                (srtt * 7 + rtt) / 8
            }
        };
        self.srtt = Some(srtt);
        let spread = (self.rttvar * 4).max(Duration::from_millis(1));
        self.rto = (srtt + spread).clamp(config.rto_min, config.rto_max);
    }

    /// Backs off after a time-out (E2).
    pub(crate) fn double(&mut self, config: &AssociationConfig) {
        self.rto = (self.rto * 2).min(config.rto_max);
    }
}
