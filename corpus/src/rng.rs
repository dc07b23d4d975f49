//! Seeded random numbers, the same on every machine.
//!
//! Integers only: a frozen workload may not depend on how a platform rounds.
//! Not for secrets. Algorithm: SplitMix64 (Steele, Lea, Flood 2014).

/// A seeded generator. The same seed gives the same sequence everywhere, for ever:
/// the frozen workloads depend on it.
#[derive(Clone, Debug)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// A generator whose sequence is determined by `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Rng {
        Rng { state: seed }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..limit`; 0 if `limit` is 0. The bias is below 2^-32 for the limits used here.
    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next_u64()) * limit as u128) >> 64) as usize
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `percent` of a hundred draws.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, which may not be empty.
    pub fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }

    /// An index into `weights`, each as likely as its weight.
    pub fn weighted(&mut self, weights: impl Iterator<Item = usize> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (at, weight) in weights.enumerate() {
            if left < weight {
                return at;
            }
            left -= weight;
        }
        0
    }

    /// Puts `items` into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// `len` characters of `alphabet`.
    pub fn text(&mut self, alphabet: &str, len: usize) -> String {
        let alphabet = alphabet.as_bytes();
        (0..len).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }

    /// `len` lower-case hexadecimal digits.
    pub fn hex(&mut self, len: usize) -> String {
        self.text("0123456789abcdef", len)
    }

    /// `len` decimal digits.
    pub fn digits(&mut self, len: usize) -> String {
        self.text("0123456789", len)
    }

    /// `len` letters and digits.
    pub fn alnum(&mut self, len: usize) -> String {
        self.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", len)
    }

    /// A length of 1 to 4,096, uniform over the twelve octaves and uniform within each.
    pub fn log_uniform_4096(&mut self) -> usize {
        let octave = self.below(12);
        let span = (1 << octave) + usize::from(octave == 11);
        (1 << octave) + self.below(span)
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn sequence_never_changes() {
        let mut rng = Rng::new(0);
        assert_eq!(rng.next_u64(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(rng.next_u64(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn draws_stay_in_range() {
        let mut rng = Rng::new(1);
        let cuts: Vec<usize> = (0..100_000).map(|_| rng.log_uniform_4096()).collect();
        assert_eq!(cuts.iter().min(), Some(&1));
        assert_eq!(cuts.iter().max(), Some(&4096));
        assert!((0..1000).all(|_| rng.below(7) < 7));
    }
}
