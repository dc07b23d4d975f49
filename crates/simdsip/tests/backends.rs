//! Every backend sees what scalar sees: on the corpus, on its prefixes, on a million mutated messages.
//!
//! Equal is the whole observable result: the error with its place, or start line, every field with its
//! place, name and flags, body, defects.
#![cfg(feature = "std")]

mod common;

use std::time::Instant;

use common::mutate::Maker;
use common::{assert_backends_agree, policies, rivals};
use simdsip::{Index, Parser};

/// Mutated inputs in all, half in each thread: two million, or as many as `SIMDSIP_MUTATED` asks for, under emulation.
fn mutated_count() -> u64 {
    let asked = std::env::var("SIMDSIP_MUTATED").ok();
    asked.map_or(2_000_000, |count| count.parse().expect("SIMDSIP_MUTATED is a number"))
}

#[test]
fn equal_to_scalar_on_every_corpus_message() {
    let backends = rivals();
    let mut indices = [Index::new(), Index::new()];
    let mut count = 0;
    for entry in simdsip_corpus::messages() {
        for (_, policy) in policies() {
            assert_backends_agree(Parser::new(policy), &backends, &mut indices, &entry.bytes);
        }
        count += 1;
    }
    println!("{count} corpus messages, {} backends, 2 policies", backends.len());
    assert!(count > 2_000);
}

#[test]
fn equal_to_scalar_on_hostile_messages_and_block_edges() {
    let backends = rivals();
    let mut indices = [Index::new(), Index::new()];
    let edges = simdsip_corpus::adversary::block_edges();
    let hostile = simdsip_corpus::adversary::ADVERSARIES.iter().map(|hostile| hostile.build(9_000));
    for bytes in edges.into_iter().chain(hostile) {
        for (_, policy) in policies() {
            assert_backends_agree(Parser::new(policy), &backends, &mut indices, &bytes);
        }
    }
}

#[test]
fn equal_to_scalar_on_every_prefix() {
    let backends = rivals();
    let mut indices = [Index::new(), Index::new()];
    let parser = Parser::new(policies()[1].1);
    let mut count = 0u64;
    let all = simdsip_corpus::messages();
    let own = all.iter().filter(|entry| entry.name.starts_with("own/") || entry.name.starts_with("regress/"));
    let sample = all.iter().step_by(41).filter(|entry| entry.bytes.len() < 3_000);
    for entry in own.chain(sample) {
        for len in 0..entry.bytes.len().min(1_500) {
            assert_backends_agree(parser, &backends, &mut indices, &entry.bytes[..len]);
            count += 1;
        }
    }
    println!("{count} prefixes");
    assert!(count > 50_000);
}

#[test]
fn equal_to_scalar_on_a_million_mutated_messages() {
    let backends = rivals();
    let (begin, count) = (Instant::now(), mutated_count());
    let halves = [0x051d_e5ca, 0x0ddb_a110].map(|seed| {
        let backends = backends.clone();
        std::thread::spawn(move || mutated(seed, count / 2, &backends))
    });
    let counts = halves.map(|half| half.join().expect("the backends agree"));
    let [accepted, refused] = [counts[0][0] + counts[1][0], counts[0][1] + counts[1][1]];
    println!(
        "{} mutated messages ({accepted} accepted, {refused} refused), {} backends against scalar, 2 policies, {:.1} s",
        accepted + refused,
        backends.len(),
        begin.elapsed().as_secs_f64()
    );
    assert_eq!(accepted + refused, count);
    assert!(accepted > count / 4 && refused > count / 50, "the mutations are neither too tame nor too wild");
}

/// How many of `count` inputs the policy Interop accepts and refuses.
fn mutated(seed: u64, count: u64, backends: &[simdsip::Backend]) -> [u64; 2] {
    let [interop, capture] = policies().map(|(_, policy)| Parser::new(policy));
    let mut indices = [Index::new(), Index::new()];
    let mut maker = Maker::new(seed);
    let mut bytes = Vec::new();
    let mut counts = [0, 0];
    for _ in 0..count {
        maker.make(&mut bytes);
        assert_backends_agree(capture, backends, &mut indices, &bytes);
        assert_backends_agree(interop, backends, &mut indices, &bytes);
        let refused = interop.parse(&bytes, &mut indices[0]).is_err();
        counts[usize::from(refused)] += 1;
    }
    counts
}
