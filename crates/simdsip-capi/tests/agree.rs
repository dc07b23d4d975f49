//! The C functions and the core over the corpus, mutated: what the fuzz target `capi` asks, for a second.

mod common;

use simdsip_corpus::rng::Rng;

#[test]
fn c_and_core_agree_on_mutated_messages() {
    let messages = common::messages();
    let mut rng = Rng::new(7);
    for round in 0..3_000 {
        let mut bytes = messages[rng.below(messages.len())].clone();
        for _ in 0..round % 4 {
            if bytes.is_empty() {
                break;
            }
            let at = rng.below(bytes.len());
            match rng.below(4) {
                0 => bytes[at] = b"\r\n,;<>\"\\ \t:()*%0"[rng.below(16)],
                1 => bytes.truncate(at),
                2 => bytes.insert(at, b"\r\n,;<>\"\\ \t:()*%0"[rng.below(16)]),
                _ => bytes[at] = rng.below(256) as u8,
            }
        }
        common::agree::agrees(&bytes);
    }
}
