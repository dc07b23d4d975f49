//! Class `frame` under criterion: stream-mix, reads of log-uniform length.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use simdsip_benches::engine::{self, Engine};
use simdsip_benches::rng::Rng;
use simdsip_benches::stream::{self, Stream};
use simdsip_benches::workload;

fn frame(c: &mut Criterion) {
    let messages = workload::load("stream-mix").expect("mix-1k is part of the project");
    let stream = Stream::new(&messages);
    let cuts = stream::cuts(stream.bytes().len(), &mut Rng::new(1));
    let mut group = c.benchmark_group("frame/stream-mix");
    group.throughput(Throughput::Bytes(stream.bytes().len() as u64));
    for backend in engine::backends() {
        let mut simdsip = engine::Simdsip::new(backend);
        let framed = simdsip.frame(&stream, &cuts) & 0xffff_ffff;
        assert_eq!(framed, messages.len() as u64, "every message comes out");
        group.bench_function(backend.name(), |b| b.iter(|| simdsip.frame(&stream, &cuts)));
    }
    group.finish();
}

criterion_group!(benches, frame);
criterion_main!(benches);
