//! The bars of typed views, URIs and keys.

use super::{Gate, at_least, at_most, missing, ratio};
use crate::callgrind;
use crate::engine::native::Library;
use crate::engine::{self, Class, Engine};
use crate::measure::{Loop, Order, REPEATS, Spec, measure};
use crate::plan;
use crate::row::Row;
use crate::set::Set;
use crate::stats::{bootstrap_median, median};
use simdsip::{GrowIndex, Owned, Uri};
use std::hint::black_box;

/// Rivals held against, by class: name, bar.
const RIVALS: [(Class, &str, f64); 6] = [
    (Class::Routing, "rsipstack", 8.0),
    (Class::Typed, "sofia-sip", 4.0),
    (Class::Typed, "ezk-sip-types", 8.0),
    (Class::Forward, "sofia-sip", 6.0),
    (Class::Forward, "osip2", 6.0),
    (Class::Build, "sofia-sip", 6.0),
];

/// Measures all of them; gives the rows behind them.
pub(super) fn gates(spec: Spec, mix: &[Vec<u8>], loaded: &[Library], gates: &mut Vec<Gate>) -> Vec<Row> {
    let mut rows = Vec::new();
    for (class, rival, bar) in RIVALS {
        let names = ["simdsip/avx2", rival].map(String::from);
        let mut engines = plan::engines(&names, Some(class), loaded);
        let measured = plan::whole(&mut engines, class, "mix-1k", mix, spec).rows;
        let row = |label: &str| measured.iter().find(|row| row.label() == label);
        let what = format!("{}, mix-1k: {rival} over avx2", class.name());
        match (row(rival), row("simdsip/avx2")) {
            (Some(peer), Some(own)) => {
                let (value, interval) = ratio(peer, own);
                let ns = median(&own.samples);
                gates.push(at_least(
                    &what,
                    bar,
                    value,
                    1.0,
                    &format!("{interval}; {ns:.0} ns, {} messages", own.messages),
                ));
            }
            _ => gates.push(missing(&what, &format!("at least {bar}"), "not in this build")),
        }
        rows.extend(measured);
    }
    for (class, what, bar) in [
        (Class::Forward, "forward, mix-1k, avx2, ns", 400.0),
        (Class::Build, "build, a 200 to each INVITE of mix-1k, parsed first, avx2, ns", 250.0),
    ] {
        let own = |row: &&Row| row.label() == "simdsip/avx2" && row.class == class.name();
        match rows.iter().find(own) {
            Some(row) => gates.push(at_most(what, bar, median(&row.samples), "")),
            None => gates.push(missing(what, &format!("at most {bar}"), "this machine lacks the backend")),
        }
    }
    for (class, bar) in [(Class::Routing, 5_500.0), (Class::Typed, 11_000.0)] {
        let what = format!("instructions on invite-sdp, {}, avx2", class.name());
        match callgrind::count("simdsip/avx2", "invite-sdp", class, loaded) {
            Ok(count) => gates.push(at_most(&what, bar, count.message, "")),
            Err(why) => gates.push(missing(&what, &format!("at most {bar}"), &why)),
        }
    }
    for class in [Class::Routing, Class::Typed] {
        let (value, interval) = random_over_hot(class, mix, spec);
        let what = format!("random order over one message repeated, {}", class.name());
        gates.push(at_most(&what, 1.15, value, &interval));
    }
    let kept: Vec<_> = mix.iter().filter_map(|bytes| keep(bytes)).collect();
    let ns =
        least(kept.len(), || kept.iter().map(|kept| usize::from(kept.as_message().cseq().is_ok())).sum());
    gates.push(at_most("one header asked for on a parsed message (CSeq), ns", 15.0, ns, ""));
    let ns = least(kept.len(), || {
        kept.iter().map(|kept| usize::from(kept.as_message().max_forwards().is_ok())).sum()
    });
    gates.push(at_most("one header asked for on a parsed message (Max-Forwards), ns", 15.0, ns, ""));
    let pairs: Vec<_> =
        PAIRS.iter().filter_map(|(a, b)| Some((Uri::parse(a).ok()?, Uri::parse(b).ok()?))).collect();
    let ns = least(pairs.len() * 64, || {
        (0..64).map(|_| pairs.iter().filter(|(a, b)| black_box(a).equivalent(black_box(b))).count()).sum()
    });
    gates.push(at_most("URI equivalence, typical pairs, ns", 60.0, ns, ""));
    rows
}

/// What a registrar or proxy compares: the same, another case, another host, another user, an escape, a port.
const PAIRS: [(&[u8], &[u8]); 6] = [
    (b"sip:alice@atlanta.example.com;transport=udp", b"sip:alice@atlanta.example.com;transport=udp"),
    (b"sip:alice@AtLanTa.example.com;Transport=tcp", b"sip:alice@atlanta.example.com;transport=TCP"),
    (b"sip:alice@atlanta.example.com", b"sip:alice@biloxi.example.com"),
    (b"sip:alice@atlanta.example.com:5060", b"sip:bob@atlanta.example.com:5060"),
    (b"sip:%61lice@atlanta.example.com", b"sip:alice@atlanta.example.com"),
    (b"sip:+15551234567@192.0.2.7:5060;user=phone", b"sip:+15551234567@192.0.2.7;user=phone"),
];

fn keep(bytes: &[u8]) -> Option<Owned<Vec<u8>>> {
    let mut index = GrowIndex::new();
    engine::lifted(engine::best_backend())
        .parse_growing(bytes, &mut index)
        .ok()
        .map(|message| message.into_owned())
}

/// Nanoseconds of one of `count` operations: the least of many runs.
fn least(count: usize, mut run: impl FnMut() -> usize) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..200 {
        let before = crate::clock::thread_ns();
        black_box(run());
        best = best.min((crate::clock::thread_ns() - before) as f64);
    }
    best / count.max(1) as f64
}

/// The best backend under `class` on messages shuffled, over the same with each message repeated.
fn random_over_hot(class: Class, messages: &[Vec<u8>], spec: Spec) -> (f64, String) {
    let set = Set::new(messages);
    let best = format!("simdsip/{}", engine::best_backend().name());
    let engine = || -> Box<dyn Engine> {
        let mut engines = plan::engines(std::slice::from_ref(&best), Some(class), &[]);
        engines.retain(|engine| engine.identity().label() == best && engine.classes().contains(&class));
        engines.remove(0)
    };
    let (mut random, mut hot) = (engine(), engine());
    random.prepare(&set);
    hot.prepare(&set);
    let set = &set;
    let mut loops: Vec<Loop<'_>> = vec![
        Box::new(move |pass| random.pass(set, &pass.order)),
        Box::new(move |pass| {
            pass.order.iter().fold(0u64, |sum, &i| sum.wrapping_add(hot.pass(set, &[i; REPEATS])))
        }),
    ];
    let samples = measure(&mut loops, set.len(), 0, Spec { order: Order::Random, ..spec });
    let ratios: Vec<f64> =
        samples[0].iter().zip(&samples[1]).map(|(random, hot)| random / (hot / REPEATS as f64)).collect();
    let (low, high) = bootstrap_median(&ratios, spec.seed);
    (median(&ratios), format!(" (95 %: {low:.3} to {high:.3})"))
}
