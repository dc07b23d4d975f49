//! What time it is, by the packets: the time that idle flows, calls and transactions are given up by.
//!
//! It does not run backwards for packets that were swapped. A pause of up to a day is believed at once; a jump beyond that
//! only as far as the next packet bears it out, and back is gone when two packets in a row say so. Thus one record of
//! another century, or an agent whose clock is wrong, makes nothing expire.

/// Nanoseconds: longer than anything waits, so that all that is old is given up before what comes first after a pause.
const PAUSE: i64 = 24 * 3600 * 1_000_000_000;
/// Nanoseconds that packets may be swapped by: no more than the shortest time after which something is given up.
const STEP: i64 = 30_000_000_000;

#[derive(Debug, Default)]
pub(super) struct Clock {
    now: Option<i64>,
    /// What the last packet said.
    last: i64,
}

impl Clock {
    /// Nanoseconds of packet time; none as long as no packet had one.
    pub(super) fn now(&self) -> Option<i64> {
        self.now
    }

    /// The same, or what the last packet says, where that is ahead: what it touches is marked with.
    pub(super) fn stamp(&self) -> Option<i64> {
        self.now.map(|now| now.max(self.last))
    }

    /// A packet says that it is `time`.
    pub(super) fn tick(&mut self, time: i64) {
        let last = std::mem::replace(&mut self.last, time);
        let now = self.now.unwrap_or(time);
        let ahead = |of: i64| of.saturating_sub(now);
        self.now = Some(if ahead(time) > PAUSE {
            now.max(time.min(last))
        } else if ahead(time) >= -STEP {
            now.max(time)
        } else if ahead(last) < -STEP {
            time.max(last)
        } else {
            now
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    /// What the clock says after each packet, in seconds.
    fn told(times: &[i64]) -> Vec<i64> {
        let mut clock = Clock::default();
        let tell = |time: &i64| {
            clock.tick(time * SECOND);
            clock.now().unwrap() / SECOND
        };
        times.iter().map(tell).collect()
    }

    #[test]
    fn the_usual_path_follows_the_packets_and_not_back() {
        assert_eq!(told(&[10, 11, 9, 12, 40, 39]), [10, 11, 11, 12, 40, 40]);
        assert_eq!(Clock::default().now(), None);
    }

    #[test]
    fn one_packet_of_another_time_changes_nothing() {
        let far = i64::MAX / SECOND;
        for lie in [far, -far, 90_000, -90_000, -41] {
            assert_eq!(told(&[1, 2, lie, 3, 4]), [1, 2, 2, 3, 4], "{lie}");
        }
        assert_eq!(told(&[1, 2, far, 3, far, 4, -far, 5]), [1, 2, 2, 3, 3, 4, 4, 5]);
    }

    #[test]
    fn a_pause_is_believed_when_the_next_packet_bears_it_out() {
        let day = 86_400;
        assert_eq!(told(&[0, 600, day, day + 1]), [0, 600, day, day + 1]);
        assert_eq!(told(&[0, 2 * day, 2 * day + 1, 2 * day + 2]), [0, 0, 2 * day, 2 * day + 2]);
        // One packet in two days.
        assert_eq!(told(&[0, 2 * day, 4 * day, 6 * day]), [0, 0, 2 * day, 4 * day]);
    }

    #[test]
    fn a_clock_that_was_led_astray_goes_back() {
        assert_eq!(told(&[9_000, 1, 2, 3]), [9_000, 9_000, 2, 3]);
        assert_eq!(told(&[1, 9_000, 9_001, 2, 3, 4]), [1, 9_000, 9_001, 9_001, 3, 4]);
    }
}
