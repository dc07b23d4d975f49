//! HEARTBEAT: is anybody there (RFC 9260 §8.3, §5.4; RFC 7829 §3.2).
//!
//! The nonce has 64 random bits, so that only who got the HEARTBEAT can answer it.

use core::time::Duration;

use super::{Path, PathState};
use crate::config::AssociationConfig;
use crate::random::Random;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Heartbeat {
    /// The next is due then.
    Idle { next: Duration },
    /// One is on its way.
    Waiting { sent: Duration, until: Duration, nonce: u64 },
    /// Not before the association stands.
    Off,
}

impl Heartbeat {
    pub(crate) fn idle(next: Duration) -> Heartbeat {
        Heartbeat::Idle { next }
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self {
            Heartbeat::Idle { next } => Some(*next),
            Heartbeat::Waiting { until, .. } => Some(*until),
            Heartbeat::Off => None,
        }
    }
}

impl Path {
    /// When to ask again after an answer, or after none came.
    pub(crate) fn schedule_heartbeat(
        &mut self,
        now: Duration,
        config: &AssociationConfig,
        random: &mut Random,
    ) {
        // Once an RTO while it has to be found out; the wait for an answer has taken that long.
        let urgent = match self.state {
            PathState::PotentiallyFailed => true,
            PathState::Unconfirmed => self.errors <= config.path_max_retrans,
            PathState::Active | PathState::Inactive => false,
        };
        let wait =
            if urgent { Duration::ZERO } else { config.heartbeat_interval + random.jitter(self.rto()) };
        self.heartbeat = Heartbeat::idle(now + wait);
    }

    /// Whether data has shown of late that it works, so that no HEARTBEAT is needed.
    pub(crate) fn defer_heartbeat(&mut self, now: Duration, config: &AssociationConfig) -> bool {
        let Some(last_data) = self.last_data else { return false };
        let quiet_from = last_data + config.heartbeat_interval;
        let busy = self.is_active() && !self.suspect && self.errors == 0 && quiet_from > now;
        if busy {
            self.heartbeat = Heartbeat::idle(quiet_from + self.rto());
        }
        busy
    }

    pub(crate) fn begin_heartbeat(&mut self, now: Duration, nonce: u64) {
        self.heartbeat = Heartbeat::Waiting { sent: now, until: now + self.rto(), nonce };
    }

    /// The round trip, if this nonce is the one on its way.
    pub(crate) fn answer_heartbeat(&self, now: Duration, nonce: u64) -> Option<Duration> {
        match self.heartbeat {
            Heartbeat::Waiting { sent, nonce: expected, .. } if nonce == expected => {
                Some(now.saturating_sub(sent))
            }
            _ => None,
        }
    }
}
