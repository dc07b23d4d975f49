//! Hostile messages: is the time linear in the bytes, whatever they are?
//!
//! Each kind is built at 64 KiB and at 1 MiB and taken with limits lifted: parsed, read back, typed and
//! judged, patched, framed in reads of 1,460 bytes, framed in reads of one byte. A refusal counts as an answer; its
//! time is measured all the same.

use crate::clock;
use crate::engine;
use crate::rng::Rng;
use crate::stream;
use simdsip::edit::GrowRoom;
use simdsip::{Element, Frame, Framer, GrowIndex, HeaderName, Limits, Parser, Patch, Policy, Role, Side};
use simdsip_corpus::adversary::ADVERSARIES;
use std::hint::black_box;

/// The two sizes, in bytes.
pub const SIZES: [usize; 2] = [64 << 10, 1 << 20];

/// How bytes are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Parsed with the growing index.
    Parse,
    /// Parsed, then every value unfolded, four names looked up, parts and defects walked.
    Read,
    /// Parsed, then every value of every header typed, all defects told, and a verdict given.
    Typed,
    /// Framed in reads of 1,460 bytes.
    Frame,
    /// Framed in reads of one byte.
    FrameOne,
    /// Parsed; every field set, from the last one on; every Via and Route popped; ten thousand Vias pushed a
    /// MiB; written.
    Patch,
}

/// What one kind costs one way.
#[derive(Clone, Debug)]
pub struct Cost {
    /// Name of the kind.
    pub kind: &'static str,
    /// How it was taken.
    pub way: Way,
    /// Nanoseconds at each size, whole message.
    pub ns: [f64; 2],
    /// Bytes at each size.
    pub bytes: [usize; 2],
}

impl Cost {
    /// Kind and way.
    pub fn name(&self) -> String {
        let way = match self.way {
            Way::Parse => "parse",
            Way::Read => "read",
            Way::Typed => "typed",
            Way::Frame => "frame",
            Way::FrameOne => "frame-1",
            Way::Patch => "patch",
        };
        format!("{} {way}", self.kind)
    }

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
        sum += message.fields(name).count() as u64;
    }
    sum += message.fields_named(b"X-Same").count() as u64;
    if let Some(Ok(parts)) = message.multipart() {
        sum += parts.map(|part| part.headers().count() as u64).sum::<u64>();
    }
    sum + message.structural_defects().map(|d| d.at as u64 & 1).sum::<u64>()
}

/// Parses, types every value and judges.
fn typed_back(parser: &Parser, bytes: &[u8], index: &mut GrowIndex) -> u64 {
    let Ok(message) = parser.parse_growing(bytes, index) else { return 0 };
    let mut element = Element::new(Role::Uas);
    element.policy = Policy::CAPTURE;
    let verdict = message.validate(&element);
    engine::typed_sum(&message)
        + message.defects().map(|d| d.at as u64 & 1).sum::<u64>()
        + u64::from(verdict.accepts())
}

/// Parses and changes whatever can be changed, in an order that sorts badly.
fn patched(
    parser: &Parser,
    bytes: &[u8],
    index: &mut GrowIndex,
    room: &mut GrowRoom,
    out: &mut Vec<u8>,
) -> u64 {
    let Ok(message) = parser.parse_growing(bytes, index) else { return 0 };
    let Ok(patch) = Patch::new(&message, room) else { return 1 };
    let mut patch = patch.with_limits(&Limits::unlimited());
    let mut sum = 0;
    for field in message.headers().rev().take(MOST_CHANGES) {
        sum += u64::from(patch.set_field(&field, &[b"x"]).is_ok());
    }
    for _ in 0..(bytes.len() / 100).min(MOST_CHANGES) {
        sum += u64::from(patch.push_via(&[b"SIP/2.0/UDP h"]).is_ok());
        sum += u64::from(patch.pop_via().is_ok_and(|popped| popped.is_some()));
        sum += u64::from(patch.pop_route().is_ok_and(|popped| popped.is_some()));
    }
    sum += u64::from(patch.retain(b"Supported", |_| false).is_ok());
    out.clear();
    if let Ok(edited) = patch.finish() {
        edited.append_to(out);
    }
    sum + out.len() as u64
}

/// Below what a growing room holds, and above the 10,000 that a message is given.
const MOST_CHANGES: usize = 20_000;

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
                Frame::Message(message) | Frame::Refused { message, .. } => {
                    sum += message.headers().len() as u64
                }
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

/// Costs again where the growth looks wrong: another program's burst is not the parser's.
fn pair(bytes: &[Vec<u8>; 2], mut run: impl FnMut(usize) -> u64) -> [f64; 2] {
    let mut ns = [0, 1].map(|i| least(|| run(i)));
    for _ in 0..4 {
        if ns[1] / ns[0] < 1.1 * bytes[1].len() as f64 / bytes[0].len() as f64 {
            break;
        }
        for (i, ns) in ns.iter_mut().enumerate() {
            *ns = ns.min(least(|| run(i)));
        }
    }
    ns
}

fn reads(len: usize) -> Vec<usize> {
    (1..=len).filter(|end| end % 1460 == 0 || *end == len).collect()
}

/// Every kind every way, with simdsip's best backend.
pub fn costs() -> Vec<Cost> {
    let parser = engine::lifted(engine::best_backend());
    let mut index = GrowIndex::new();
    let (mut value, mut room) = (Vec::new(), GrowRoom::new());
    let mut out = Vec::new();
    for kind in &ADVERSARIES {
        let sizes = SIZES.map(|size| kind.build(size));
        let bytes = [sizes[0].len(), sizes[1].len()];
        let mut add = |way: Way, ns: [f64; 2]| out.push(Cost { kind: kind.name, way, ns, bytes });
        if !kind.stream {
            add(Way::Parse, pair(&sizes, |i| engine::grown(&parser, &sizes[i], &mut index)));
            add(Way::Read, pair(&sizes, |i| read_back(&parser, &sizes[i], &mut index, &mut value)));
            add(Way::Typed, pair(&sizes, |i| typed_back(&parser, &sizes[i], &mut index)));
            let mut patch = |i: usize| patched(&parser, &sizes[i], &mut index, &mut room, &mut value);
            add(Way::Patch, pair(&sizes, &mut patch));
        }
        let cuts = bytes.map(reads);
        add(Way::Frame, pair(&sizes, |i| framed(parser, &sizes[i], &cuts[i])));
        let cuts = bytes.map(stream::one_byte);
        add(Way::FrameOne, pair(&sizes, |i| framed(parser, &sizes[i], &cuts[i])));
    }
    out
}

/// Nanoseconds a byte of mix-1k, taken the same ways: what hostile messages are held against.
#[derive(Clone, Copy, Debug)]
pub struct Base {
    parse: f64,
    read: f64,
    typed: f64,
    frame: f64,
    frame_one: f64,
    patch: f64,
}

impl Base {
    /// Measures mix-1k's messages in shuffled order.
    pub fn measure(messages: &[Vec<u8>]) -> Base {
        let parser = engine::lifted(engine::best_backend());
        let mut order: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
        Rng::new(1).shuffle(&mut order);
        let (mut index, mut value) = (GrowIndex::new(), Vec::new());
        let stream: Vec<u8> = order.concat();
        let (by_read, by_byte) = (reads(stream.len()), stream::one_byte(stream.len()));
        let parse = least(|| order.iter().map(|m| engine::grown(&parser, m, &mut index)).sum());
        let read = least(|| order.iter().map(|m| read_back(&parser, m, &mut index, &mut value)).sum());
        let typed = least(|| order.iter().map(|m| typed_back(&parser, m, &mut index)).sum());
        let mut room = GrowRoom::new();
        let patch =
            least(|| order.iter().map(|m| patched(&parser, m, &mut index, &mut room, &mut value)).sum());
        let frame = least(|| framed(parser, &stream, &by_read));
        let frame_one = least(|| framed(parser, &stream, &by_byte));
        let bytes = stream.len() as f64;
        let [parse, read, typed, frame, frame_one, patch] =
            [parse, read, typed, frame, frame_one, patch].map(|ns| ns / bytes);
        Base { parse, read, typed, frame, frame_one, patch }
    }

    /// This cost's time a byte over mix-1k's, taken the same way.
    pub fn over(&self, cost: &Cost) -> f64 {
        let base = match cost.way {
            Way::Parse => self.parse,
            Way::Read => self.read,
            Way::Typed => self.typed,
            Way::Frame => self.frame,
            Way::FrameOne => self.frame_one,
            Way::Patch => self.patch,
        };
        cost.ns_per_byte() / base
    }
}

/// The costs as text, dearest first; at most `rows` of them.
pub fn table(costs: &[Cost], base: &Base, rows: usize) -> String {
    let mut sorted: Vec<&Cost> = costs.iter().collect();
    sorted.sort_by(|a, b| base.over(b).total_cmp(&base.over(a)));
    let mut out = format!(
        "\nadversary, limits lifted; mix-1k taken the same ways: parse {:.3}, read {:.3}, typed {:.3}, \
         frame {:.3}, \
         patch {:.3}, \
         frame-1 {:.3} ns a byte\n{:<34}{:>12}{:>12}{:>9}{:>12}{:>13}\n",
        base.parse,
        base.read,
        base.typed,
        base.frame,
        base.patch,
        base.frame_one,
        "kind and way",
        "64 KiB us",
        "1 MiB us",
        "growth",
        "ns/byte",
        "over mix-1k"
    );
    for cost in sorted.iter().take(rows) {
        out.push_str(&format!(
            "{:<34}{:>12.1}{:>12.1}{:>9.1}{:>12.4}{:>13.1}\n",
            cost.name(),
            cost.ns[0] / 1e3,
            cost.ns[1] / 1e3,
            cost.growth(),
            cost.ns_per_byte(),
            base.over(cost)
        ));
    }
    if let Some(left) = sorted.len().checked_sub(rows).filter(|&n| n > 0) {
        out.push_str(&format!("  and {left} rows that cost less (--workload adversary shows them)\n"));
    }
    out
}
