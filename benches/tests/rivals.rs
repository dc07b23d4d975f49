//! What the rivals' adapters find in mix-1k, pinned: a change of an adapter or of a rival shows here.

#![cfg(feature = "rivals")]

use simdsip_benches::engine::{self, Class};
use simdsip_benches::{equal, workload};

/// Engine, class, messages of 1,056 that it rejects, messages of the rest where its fields differ.
///
/// rsip puts a user with a dot into the host; rsipstack drops `transport=udp` from a Contact and a quote
/// from a display name; rvoip-sip-core replaces a Request-URI that it cannot read by `example.com`, and
/// keeps a Contact raw that it cannot type.
const EXPECTED: [(&str, Class, usize, usize); 9] = [
    ("rsip", Class::Routing, 755, 85),
    ("rsipstack", Class::Routing, 0, 0),
    ("ezk-sip-types", Class::Routing, 359, 0),
    ("rvoip-sip-core", Class::Routing, 0, 26),
    ("sipmsg", Class::Routing, 402, 0),
    ("rsip", Class::Typed, 864, 61),
    ("rsipstack", Class::Typed, 0, 299),
    ("ezk-sip-types", Class::Typed, 359, 0),
    ("rvoip-sip-core", Class::Typed, 0, 44),
];

#[test]
fn rivals_find_what_they_found() {
    let messages = workload::load("mix-1k").expect("part of the project");
    let mut engines = engine::all(&[]);
    for (name, class, rejects, differs) in EXPECTED {
        let engine = engines
            .iter_mut()
            .find(|e| e.identity().name == name && e.classes().contains(&class))
            .expect("a rival of this build");
        let checked = equal::check(&mut [engine], &messages, class);
        let verdict = &checked.verdicts[0];
        let found = (verdict.rejects, verdict.differs);
        assert_eq!(found, (rejects, differs), "{name}, {}: {:?}", class.name(), verdict.headers);
    }
}

#[test]
fn what_is_timed_is_never_a_refusal() {
    let messages = workload::load("mix-1k").expect("part of the project");
    for class in [Class::Routing, Class::Typed] {
        for mut engine in engine::all(&[]).into_iter().filter(|e| e.classes().contains(&class)) {
            let accepted = equal::check(&mut [&mut engine], &messages, class).accepted;
            let set = simdsip_benches::set::Set::new(&accepted);
            engine.prepare(&set);
            let label = engine.identity().label();
            assert!((0..set.len() as u32).all(|i| engine.run(&set, i) != 0), "{label}");
        }
    }
}
