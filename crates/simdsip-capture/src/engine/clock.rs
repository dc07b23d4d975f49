//! What time it is, by the packets: the time that idle flows, calls and transactions are given up by.
//!
//! It does not run backwards for packets that were swapped. A jump is believed only as far as the next packet bears it
//! out, and back is gone when two packets in a row say so; thus one record with a time of its own, or an agent whose clock
//! is wrong, makes nothing expire. A step of 30 s, which expires nothing that was just touched, is none.

/// Nanoseconds: no more than the shortest time after which something is given up.
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
        self.now = Some(if ahead(time) > STEP {
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
        for lie in [far, -far, 1_000, -1_000, 41, -41] {
            assert_eq!(told(&[1, 2, lie, 3, 4]), [1, 2, 2, 3, 4], "{lie}");
        }
        assert_eq!(told(&[1, 2, far, 3, far, 4, -far, 5]), [1, 2, 2, 3, 3, 4, 4, 5]);
    }

    #[test]
    fn a_pause_is_believed_when_the_next_packet_bears_it_out() {
        assert_eq!(told(&[0, 600, 601, 602]), [0, 0, 600, 602]);
        // One packet a minute.
        assert_eq!(told(&[0, 60, 120, 180, 240]), [0, 0, 60, 120, 180]);
    }

    #[test]
    fn a_clock_that_was_led_astray_goes_back() {
        assert_eq!(told(&[9_000, 1, 2, 3]), [9_000, 9_000, 2, 3]);
        assert_eq!(told(&[1, 9_000, 9_001, 2, 3, 4]), [1, 1, 9_000, 9_000, 3, 4]);
    }
}
