//! Hostile messages: is the time linear in the bytes, whatever they are?
//!
//! Each kind is built at 64 KiB and at 1 MiB and taken three ways with limits lifted: parsed and read
//! back, framed in reads of 1,460 bytes, framed in reads of one byte. A refusal counts as an answer; its
//! time is measured all the same.

use crate::clock;
use crate::engine;
use crate::stream;
use simdsip::{Frame, Framer, GrowIndex, HeaderName, Parser, Side};
use simdsip_corpus::adversary::ADVERSARIES;
use std::hint::black_box;

/// The two sizes, in bytes.
pub const SIZES: [usize; 2] = [64 << 10, 1 << 20];

/// What one kind costs one way.
#[derive(Clone, Debug)]
pub struct Cost {
    /// Kind and way.
    pub name: String,
    /// Nanoseconds at each size, whole message.
    pub ns: [f64; 2],
    /// Bytes at each size.
    pub bytes: [usize; 2],
}

impl Cost {
    /// Time of the large one over time of the small one, put in proportion where the sizes are not
    /// exactly 1 to 16.
    pub fn growth(&self) -> f64 {
        let sixteen = self.bytes[1] as f64 / self.bytes[0] as f64 / 16.0;
        self.ns[1] / self.ns[0] / sixteen
    }

    /// Nanoseconds a byte at the larger size.
    pub fn ns_per_byte(&self) -> f64 {
        self.ns[1] / self.bytes[1] as f64
    }
}

/// Parses and reads everything back: by name, unfolded, and the defects.
fn read_back(parser: &Parser, bytes: &[u8], index: &mut GrowIndex, value: &mut Vec<u8>) -> u64 {
    let Ok(message) = parser.parse_growing(bytes, index) else { return 0 };
    let mut sum = message.body().len() as u64;
    for header in message.headers() {
        value.clear();
        header.unfolded().append_to(value);
        sum += value.len() as u64;
    }
    for name in [HeaderName::Via, HeaderName::Route, HeaderName::ContentLength, HeaderName::Unknown] {
        sum += message.headers_of(name).count() as u64;
    }
    sum += message.headers_named(b"X-Same").count() as u64;
    if let Some(Ok(parts)) = message.multipart() {
        sum += parts.map(|part| part.headers().count() as u64).sum::<u64>();
    }
    sum + message.defects().map(|d| d.at as u64 & 1).sum::<u64>()
}

/// Frames until the bytes or the framer's patience end.
fn framed(parser: Parser, bytes: &[u8], cuts: &[usize]) -> u64 {
    let mut framer: Framer = Framer::new(parser, Side::Server);
    let (mut start, mut sum) = (0, 0u64);
    for &end in cuts {
        while start < end {
            let frame = framer.next(&bytes[start..end]);
            let consumed = frame.consumed();
            match frame {
                Frame::Need(_) => break,
                Frame::Fatal { .. } => return sum,
                Frame::Message(message) => sum += message.headers().len() as u64,
                Frame::Ping | Frame::Pong => sum += 1,
            }
            start += consumed;
        }
    }
    sum
}

/// The least of several runs, in nanoseconds: hostile input is timed for its order of growth.
fn least(mut run: impl FnMut() -> u64) -> f64 {
    let mut best = f64::INFINITY;
    let (mut spent, mut runs) = (0u64, 0);
    while runs < 3 || (spent < 3_000_000 && runs < 200) {
        let before = clock::thread_ns();
        black_box(run());
        let took = clock::thread_ns() - before;
        best = best.min(took as f64);
        spent += took;
        runs += 1;
    }
    best
}

/// Every kind every way, with simdsip's best backend.
pub fn costs() -> Vec<Cost> {
    let parser = engine::lifted(engine::best_backend());
    let mut index = GrowIndex::new();
    let mut value = Vec::new();
    let mut out = Vec::new();
    for kind in &ADVERSARIES {
        let pair = SIZES.map(|size| kind.build(size));
        let bytes = [pair[0].len(), pair[1].len()];
        let mut add = |way: &str, ns: [f64; 2]| {
            out.push(Cost { name: format!("{} {way}", kind.name), ns, bytes });
        };
        if !kind.stream {
            add("parse", [0, 1].map(|i| least(|| engine::grown(&parser, &pair[i], &mut index))));
            let read = [0, 1].map(|i| least(|| read_back(&parser, &pair[i], &mut index, &mut value)));
            add("read", read);
        }
        let reads = |len: usize| (1..=len).filter(|end| end % 1460 == 0 || *end == len).collect::<Vec<_>>();
        let cuts = bytes.map(reads);
        add("frame", [0, 1].map(|i| least(|| framed(parser, &pair[i], &cuts[i]))));
        let cuts = bytes.map(stream::one_byte);
        add("frame-1", [0, 1].map(|i| least(|| framed(parser, &pair[i], &cuts[i]))));
    }
    out
}

/// The costs as text, worst growth first; `mix` is mix-1k's time a byte.
pub fn table(costs: &[Cost], mix: f64) -> String {
    let mut sorted: Vec<&Cost> = costs.iter().collect();
    sorted.sort_by(|a, b| b.growth().total_cmp(&a.growth()));
    let mut out = format!(
        "\nadversary, limits lifted ({:.4} ns a byte on mix-1k)\n{:<34}{:>12}{:>12}{:>9}{:>12}{:>12}\n",
        mix, "kind and way", "64 KiB us", "1 MiB us", "growth", "ns/byte", "over mix-1k"
    );
    for cost in sorted {
        out.push_str(&format!(
            "{:<34}{:>12.1}{:>12.1}{:>9.1}{:>12.4}{:>12.1}\n",
            cost.name,
            cost.ns[0] / 1e3,
            cost.ns[1] / 1e3,
            cost.growth(),
            cost.ns_per_byte(),
            cost.ns_per_byte() / mix
        ));
    }
    out
}
