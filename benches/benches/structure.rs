//! Class `structure` under criterion: mix-1k, a message at a time in shuffled order.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use simdsip_benches::engine::{self, Engine};
use simdsip_benches::rng::Rng;
use simdsip_benches::set::Set;
use simdsip_benches::workload;

fn structure(c: &mut Criterion) {
    let messages = workload::load("mix-1k").expect("mix-1k is part of the project");
    let set = Set::new(&messages);
    let mut order: Vec<u32> = (0..set.len() as u32).collect();
    Rng::new(1).shuffle(&mut order);
    let mut group = c.benchmark_group("structure/mix-1k");
    group.throughput(Throughput::Bytes(set.bytes() as u64));
    for backend in engine::backends() {
        let mut simdsip = engine::Simdsip::new(backend);
        simdsip.prepare(&set);
        group.bench_function(backend.name(), |b| b.iter(|| simdsip.pass(&set, &order)));
    }
    group.finish();
}

criterion_group!(benches, structure);
criterion_main!(benches);
