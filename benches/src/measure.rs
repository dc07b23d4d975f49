//! The measuring loop: engines take turns within each round, on the same messages in the same order.

use crate::clock;
use crate::rng::Rng;
use crate::stream;
use std::hint::black_box;

/// A timed sample is at least this long.
const SAMPLE_NS: u64 = 1_500_000;
/// How many distinct orders a round has; longer samples begin again with the first.
const ORDERS: usize = 16;
/// From so many messages on, a pass is not run untimed first: nothing of it would stay in a cache.
const LARGE: usize = 50_000;
/// Times that one message is repeated under `--order hot`.
pub const REPEATS: usize = 32;

/// In which order messages are met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Shuffled anew each round: the branch predictor cannot learn them.
    Random,
    /// Each message many times in a row.
    Hot,
    /// Shuffled, caches flushed before each message.
    Cold,
    /// As a stream holds them.
    Wire,
}

impl Order {
    /// The word of the `order` column.
    pub fn name(self) -> &'static str {
        match self {
            Order::Random => "random",
            Order::Hot => "hot",
            Order::Cold => "cold",
            Order::Wire => "wire",
        }
    }
}

/// How long and in which order.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Rounds; every engine gives one sample in each.
    pub rounds: usize,
    /// The order of messages.
    pub order: Order,
    /// The seed of all orders and cuts.
    pub seed: u64,
}

/// What one pass over the messages is given.
pub struct Pass {
    /// Message numbers.
    pub order: Vec<u32>,
    /// Read ends for class `frame`.
    pub cuts: Vec<usize>,
}

/// One engine's loop; returns a checksum.
pub type Loop<'a> = Box<dyn FnMut(&Pass) -> u64 + 'a>;

/// Nanoseconds a message of every round, for every loop, in the loops' order. `units` is what a pass
/// holds (messages, or calls).
pub fn measure(loops: &mut [Loop<'_>], messages: usize, stream_len: usize, spec: Spec) -> Vec<Vec<f64>> {
    let mut rng = Rng::new(spec.seed);
    let mut samples = vec![Vec::with_capacity(spec.rounds); loops.len()];
    if messages == 0 {
        return samples;
    }
    let first = passes(messages, stream_len, spec.order, 1, &mut rng);
    let counts: Vec<usize> = loops
        .iter_mut()
        .map(|run| {
            black_box(run(&first[0]));
            let before = clock::thread_ns();
            black_box(run(&first[0]));
            SAMPLE_NS.div_ceil((clock::thread_ns() - before).max(1)).clamp(1, 4096) as usize
        })
        .collect();
    for round in 0..spec.rounds {
        let most = counts.iter().copied().max().unwrap_or(1).min(ORDERS);
        let passes = passes(messages, stream_len, spec.order, most, &mut rng);
        for turn in 0..loops.len() {
            let e = (turn + round) % loops.len();
            if messages < LARGE {
                black_box((loops[e])(&passes[most - 1]));
            }
            let before = clock::thread_ns();
            for pass in 0..counts[e] {
                black_box((loops[e])(&passes[pass % most]));
            }
            let spent = clock::thread_ns() - before;
            let met: usize = (0..counts[e]).map(|pass| passes[pass % most].order.len()).sum();
            samples[e].push(spent as f64 / met as f64);
        }
    }
    samples
}

fn passes(messages: usize, stream_len: usize, order: Order, count: usize, rng: &mut Rng) -> Vec<Pass> {
    (0..count)
        .map(|_| {
            let mut numbers: Vec<u32> = (0..messages as u32).collect();
            if order != Order::Wire {
                rng.shuffle(&mut numbers);
            }
            if order == Order::Hot {
                numbers = numbers.iter().flat_map(|&i| std::iter::repeat_n(i, REPEATS)).collect();
            }
            let cuts = if stream_len == 0 { Vec::new() } else { stream::cuts(stream_len, rng) };
            Pass { order: numbers, cuts }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_engine_meets_every_message_in_every_round() {
        let mut seen = [0u32; 50];
        let mut lens = Vec::new();
        {
            let count: Loop<'_> = Box::new(|pass| {
                pass.order.iter().for_each(|&i| seen[i as usize] += 1);
                let until = clock::thread_ns() + 300_000;
                while clock::thread_ns() < until {}
                0
            });
            let slow: Loop<'_> = Box::new(|pass| {
                lens.push(pass.order.len());
                let until = clock::thread_ns() + 2_000_000;
                while clock::thread_ns() < until {}
                0
            });
            let spec = Spec { rounds: 3, order: Order::Random, seed: 1 };
            let samples = measure(&mut [count, slow], 50, 0, spec);
            assert!(samples.iter().all(|s| s.len() == 3));
            assert!(samples[1].iter().all(|&ns| ns >= 40_000.0), "{samples:?}");
        }
        assert!(seen.iter().all(|&n| n == seen[0] && n > 3));
        assert!(lens.iter().all(|&n| n == 50));
    }
}
