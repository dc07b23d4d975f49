//! A workload as one byte stream, and where a receiver's reads end.

use crate::rng::Rng;

/// Messages one after the other, as a connection carries them.
pub struct Stream {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Stream {
    /// Joins the messages.
    pub fn new<M: AsRef<[u8]>>(messages: &[M]) -> Stream {
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(messages.len());
        for message in messages {
            bytes.extend_from_slice(message.as_ref());
            ends.push(bytes.len());
        }
        Stream { bytes, ends }
    }

    /// The whole stream.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where each message ends.
    pub fn ends(&self) -> &[usize] {
        &self.ends
    }
}

/// Read ends over `len` bytes: lengths log-uniform from 1 to 4,096, the last one short.
pub fn cuts(len: usize, rng: &mut Rng) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < len {
        let step = (4097f64.ln() * rng.unit()).exp() as usize;
        at = (at + step.clamp(1, 4096)).min(len);
        ends.push(at);
    }
    ends
}

/// Read ends after every byte.
pub fn one_byte(len: usize) -> Vec<usize> {
    (1..=len).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_cover_the_stream_in_both_small_and_large_steps() {
        let cuts = cuts(1 << 20, &mut Rng::new(3));
        assert!(cuts.windows(2).all(|w| w[0] < w[1] && w[1] - w[0] <= 4096));
        assert_eq!(cuts.last(), Some(&(1 << 20)));
        let steps: Vec<usize> = cuts.windows(2).map(|w| w[1] - w[0]).collect();
        let small = steps.iter().filter(|&&s| s < 64).count() as f64 / steps.len() as f64;
        assert!((0.4..0.6).contains(&small), "half of a log-uniform lies below the middle: {small}");
    }
}
