//! One workload under one class: check, time, count, and make the rows.

use crate::alloc;
use crate::clock::{self, Broom};
use crate::engine::native::Library;
use crate::engine::{self, Class, Engine};
use crate::equal::{self, Verdict};
use crate::measure::{Loop, Order, Spec, measure};
use crate::rng::Rng;
use crate::row::Row;
use crate::set::Set;
use crate::stream::{self, Stream};
use std::hint::black_box;

/// Messages that a cold round flushes and times.
const COLD_MESSAGES: usize = 200;

/// Whether `--engine` names this engine: by its name, or name and backend.
pub fn wanted(engine: &dyn Engine, names: &[String]) -> bool {
    let identity = engine.identity();
    names.is_empty() || names.iter().any(|n| *n == identity.name || *n == identity.label())
}

/// The engines of a run. simdsip's best backend is always among them: ratios are to it.
pub fn engines(names: &[String], class: Option<Class>, loaded: &[Library]) -> Vec<Box<dyn Engine>> {
    let best = engine::best_backend().name();
    engine::all(loaded)
        .into_iter()
        .filter(|e| {
            let identity = e.identity();
            let reference = identity.name == "simdsip" && identity.backend == best;
            let asked = wanted(e.as_ref(), names) && class.is_none_or(|c| e.classes().contains(&c));
            reference || asked
        })
        .collect()
}

/// Rows, and what was left out of them.
pub struct Outcome {
    /// One for each engine that was timed.
    pub rows: Vec<Row>,
    /// Sentences for the reader.
    pub notes: Vec<String>,
}

/// Class `structure`, and the ceilings on the same messages.
pub fn structure(
    engines: &mut [Box<dyn Engine>],
    workload: &str,
    messages: &[Vec<u8>],
    spec: Spec,
) -> Outcome {
    whole(engines, Class::Structure, workload, messages, spec)
}

/// A class that takes whole messages.
pub fn whole(
    engines: &mut [Box<dyn Engine>],
    class: Class,
    workload: &str,
    messages: &[Vec<u8>],
    spec: Spec,
) -> Outcome {
    let of = |e: &dyn Engine| {
        let walked = matches!(class, Class::Structure | Class::SdpIndex);
        let ceiling = walked && e.classes().contains(&Class::Ceiling);
        ceiling || e.classes().contains(&class)
    };
    let mut chosen: Vec<&mut Box<dyn Engine>> = engines.iter_mut().filter(|e| of(e.as_ref())).collect();
    let checked = equal::check(&mut chosen, messages, class);
    let set = Set::new(&checked.accepted);
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    if checked.outside > 0 {
        notes.push(format!("{} messages have no structure to compare and are left out", checked.outside));
    }
    let mut verdicts = checked.verdicts.iter();
    chosen.retain(|engine| {
        let idle = verdicts.next().is_some_and(|v| v.idle);
        if idle {
            notes.push(format!("{} rejects every message and is not timed", engine.identity().label()));
        }
        !idle
    });
    if set.is_empty() {
        notes.push("no message that all engines accept; nothing is timed".into());
        return Outcome { rows, notes };
    }
    for (engine, verdict) in chosen.iter_mut().zip(checked.verdicts.iter().filter(|v| !v.idle)) {
        engine.prepare(&set);
        let class = if engine.classes().contains(&Class::Ceiling) { Class::Ceiling } else { class };
        let mut row = blank(engine.as_ref(), class, workload, spec, verdict, (set.len(), set.bytes()));
        let order: Vec<u32> = (0..set.len() as u32).collect();
        black_box(engine.pass(&set, &order));
        let before = engine.allocations();
        black_box(engine.pass(&set, &order));
        let counts = before.zip(engine.allocations());
        row.allocs = counts.map(|(before, after)| (after - before) as f64 / order.len() as f64);
        rows.push(row);
    }
    let samples = if spec.order == Order::Cold {
        cold(&mut chosen, &set, spec)
    } else {
        let set = &set;
        let mut loops: Vec<Loop<'_>> = chosen
            .into_iter()
            .map(|engine| -> Loop<'_> { Box::new(move |pass| engine.pass(set, &pass.order)) })
            .collect();
        measure(&mut loops, set.len(), 0, spec)
    };
    finish(&mut rows, class, samples);
    Outcome { rows, notes }
}

/// Class `frame` over the messages as one stream; the first row is simdsip's `structure` over the same
/// messages in the stream's order, which the framer's bar is measured against.
pub fn frame(engines: &mut [Box<dyn Engine>], workload: &str, messages: &[Vec<u8>], spec: Spec) -> Vec<Row> {
    let spec = Spec { order: Order::Wire, ..spec };
    let stream = Stream::new(messages);
    let set = Set::new(messages);
    let sizes = (set.len(), stream.bytes().len());
    let cuts = stream::cuts(stream.bytes().len(), &mut Rng::new(spec.seed));
    let mut rows = Vec::new();
    let mut whole = engine::Simdsip::new(engine::best_backend());
    whole.prepare(&set);
    rows.push(blank(&whole, Class::Structure, workload, spec, &Verdict::default(), sizes));
    let mut chosen: Vec<_> = engines.iter_mut().filter(|e| e.classes().contains(&Class::Frame)).collect();
    for engine in &mut chosen {
        engine.prepare(&set);
        let found = engine.emit_frame(&stream, &cuts);
        let verdict = equal::check_frames(&found, messages, engine.grouped());
        let mut row = blank(engine.as_ref(), Class::Frame, workload, spec, &verdict, sizes);
        black_box(engine.frame(&stream, &cuts));
        let before = alloc::count();
        black_box(engine.frame(&stream, &cuts));
        row.allocs = Some((alloc::count() - before) as f64 / messages.len() as f64);
        rows.push(row);
    }
    let (set, stream) = (&set, &stream);
    let mut loops: Vec<Loop<'_>> = vec![Box::new(move |pass| whole.pass(set, &pass.order))];
    for engine in chosen {
        loops.push(Box::new(move |pass| engine.frame(stream, &pass.cuts)));
    }
    let samples = measure(&mut loops, set.len(), stream.bytes().len(), spec);
    drop(loops);
    rows[0].agrees = None;
    finish(&mut rows, Class::Frame, samples);
    rows
}

/// Nanoseconds of a framer call where every read brings one byte, over `len` and eight times `len` bytes.
pub fn one_byte(messages: &[Vec<u8>], len: usize) -> (f64, f64) {
    let time = |wanted: usize| {
        let mut engine = engine::Simdsip::new(engine::best_backend());
        let mut part: Vec<&[u8]> = Vec::new();
        let mut total = 0;
        for message in messages.iter().cycle() {
            if total >= wanted {
                break;
            }
            total += message.len();
            part.push(message);
        }
        let stream = Stream::new(&part);
        let cuts = stream::one_byte(stream.bytes().len());
        black_box(engine.frame(&stream, &cuts));
        let samples: Vec<f64> = (0..9)
            .map(|_| {
                let before = clock::thread_ns();
                black_box(engine.frame(&stream, &cuts));
                (clock::thread_ns() - before) as f64 / cuts.len() as f64
            })
            .collect();
        crate::stats::median(&samples)
    };
    (time(len), time(8 * len))
}

fn cold(engines: &mut [&mut Box<dyn Engine>], set: &Set, spec: Spec) -> Vec<Vec<f64>> {
    let (ns_per_tick, overhead) = clock::calibrate_ticks();
    let broom = Broom::new();
    let mut rng = Rng::new(spec.seed);
    let mut samples = vec![Vec::new(); engines.len()];
    let mut ticks = Vec::new();
    for _ in 0..spec.rounds {
        let mut order: Vec<u32> = (0..set.len() as u32).collect();
        rng.shuffle(&mut order);
        order.truncate(COLD_MESSAGES);
        for (e, engine) in engines.iter_mut().enumerate() {
            ticks.clear();
            let mut sweep = |message: &[u8]| {
                black_box(broom.sweep(message));
            };
            engine.single(set, &order, &mut sweep, &mut ticks);
            let ns = ticks.iter().map(|&t| t.saturating_sub(overhead) as f64 * ns_per_tick);
            samples[e].push(crate::stats::median(&ns.collect::<Vec<f64>>()));
        }
    }
    samples
}

fn blank(
    engine: &dyn Engine,
    class: Class,
    workload: &str,
    spec: Spec,
    verdict: &Verdict,
    (messages, bytes): (usize, usize),
) -> Row {
    let identity = engine.identity();
    let mut notes: Vec<String> = Vec::new();
    if let Some(first) = &verdict.first {
        let differs = verdict.differs;
        notes.push(format!("differs from the reference on {differs} of {messages} messages; first, {first}"));
    }
    if !verdict.headers.is_empty() {
        let line = |(name, n, first): &(String, usize, String)| format!("    {name}: {n} messages, {first}");
        let list: Vec<String> = verdict.headers.iter().map(line).collect();
        notes.push(format!("by header:\n{}", list.join("\n")));
    }
    if !verdict.undone.is_empty() {
        let left: usize = verdict.undone.iter().map(|(_, count)| count).sum();
        let names: Vec<String> = verdict.undone.iter().map(|(name, n)| format!("{name} {n}")).collect();
        let (elements, names) = (verdict.elements, names.join(", "));
        notes.push(format!("leaves {left} of {elements} elements untyped: {names}"));
    }
    let note = (!notes.is_empty()).then(|| notes.join("\n    "));
    Row {
        workload: workload.into(),
        class: class.name(),
        engine: identity.name.into(),
        version: identity.version.into(),
        backend: identity.backend.into(),
        flags: identity.flags.into(),
        order: spec.order.name(),
        seed: spec.seed,
        messages,
        rejects: verdict.rejects,
        agrees: (class != Class::Ceiling).then_some(verdict.differs == 0),
        bytes,
        note,
        ..Row::default()
    }
}

/// Puts samples into rows and divides each round by simdsip's best backend in that round, under
/// `class`. Where simdsip has no engine of the class there is no ratio.
fn finish(rows: &mut [Row], class: Class, samples: Vec<Vec<f64>>) {
    let best = engine::best_backend().name();
    let class = class.name();
    let base = rows.iter().position(|r| r.engine == "simdsip" && r.backend == best && r.class == class);
    let base = base.map(|b| samples[b].clone()).unwrap_or_default();
    for (row, samples) in rows.iter_mut().zip(samples) {
        row.ratios = samples.iter().zip(&base).map(|(own, base)| own / base).collect();
        row.samples = samples;
    }
}
