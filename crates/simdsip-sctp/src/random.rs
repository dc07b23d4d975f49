//! Random numbers out of the seed that the caller gave: tags, TSNs, nonces, jitter.
//!
//! ChaCha20, so that who sees some cannot tell the next (RFC 9260 §5.3.1). Asks no operating system.

use core::time::Duration;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};

#[derive(Debug)]
pub(crate) struct Random(ChaCha20Rng);

impl Random {
    pub(crate) fn new(seed: [u8; 32]) -> Random {
        Random(ChaCha20Rng::from_seed(seed))
    }

    pub(crate) fn u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A tag: never 0 (RFC 9260 §5.3.1).
    pub(crate) fn tag(&mut self) -> u32 {
        loop {
            let tag = self.u32();
            if tag != 0 {
                return tag;
            }
        }
    }

    pub(crate) fn u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    pub(crate) fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// Between half and one and a half of it (RFC 9260 §8.3).
    pub(crate) fn jitter(&mut self, around: Duration) -> Duration {
        let thousandths = 500 + self.u32() % 1001;
        around * thousandths / 1000
    }
}
