//! Foreign messages, where they are at hand beside the checkout: each file gives a message or an error with a
//! place, as datagram and as stream, never a panic, in bounded time.
#![cfg(feature = "std")]

mod common;

use std::time::Duration;

use common::clock::Stopwatch;
use common::{emit, events, touch};
use simdsip::{Error, ErrorKind, GrowIndex, Index, LimitKind, Parser, Policy, Side};

/// Accepted and refused.
fn folder(name: &str) -> Option<[usize; 2]> {
    let shared = simdsip_corpus::shared_or_skip(&format!("messages of corpora/{name}"))?;
    let mut counts = [0, 0];
    let mut longest = Duration::ZERO;
    for path in simdsip_corpus::files(&shared.join("corpora").join(name)) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let begin = Stopwatch::start();
        let ok = [Policy::STRICT, Policy::INTEROP, Policy::BORDER, Policy::CAPTURE]
            .map(|policy| read(&bytes, policy));
        // LF for CR LF is how many of the files were stored.
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").replace('\n', "\r\n");
        read(text.as_bytes(), Policy::CAPTURE);
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(1), "{} took {took:?}", path.display());
        longest = longest.max(took);
        counts[usize::from(!ok[3])] += 1;
    }
    println!("{name}: {} accepted, {} refused under Capture; at most {longest:?}", counts[0], counts[1]);
    Some(counts)
}

/// Whether it is a message.
fn read(bytes: &[u8], policy: Policy) -> bool {
    let parser = Parser::new(policy);
    let (mut index, mut growing) = (Index::new(), GrowIndex::new());
    for side in [Side::Server, Side::Observer] {
        let (found, _) = events(parser, side, bytes.chunks(1 + bytes.len() / 7));
        assert!(found.len() <= 1 + bytes.len());
    }
    let fixed = parser.parse(bytes, &mut index);
    let grown = parser.parse_growing(bytes, &mut growing);
    match (fixed, grown) {
        (Ok(message), Ok(_)) => {
            touch(&message);
            assert_eq!(emit(bytes, &message), bytes);
            true
        }
        (Err(Error { kind: ErrorKind::Limit(LimitKind::Index | LimitKind::HeaderSection), at }), grown) => {
            assert!(at <= bytes.len());
            grown.is_ok()
        }
        (Err(error), Err(grown)) => {
            assert!(error.at <= bytes.len() && error == grown, "{error} and {grown}");
            assert!(!error.to_string().is_empty());
            false
        }
        (fixed, grown) => panic!("{fixed:?} and {grown:?}"),
    }
}

#[test]
fn messages_of_other_projects_are_read() {
    let Some([accepted, refused]) = folder("messages") else { return };
    assert!(accepted + refused > 2_000 && accepted > 1_000);
}

#[test]
fn torture_messages_are_read() {
    for name in ["torture-4475", "torture-5118"] {
        let Some([accepted, _]) = folder(name) else { return };
        assert!(accepted >= 12);
    }
}

#[test]
fn protocol_test_suites_are_read() {
    let Some([accepted, refused]) = folder("protos") else { return };
    assert!(accepted + refused > 20);
}

#[test]
fn fuzzing_corpora_are_read() {
    let Some([accepted, refused]) = folder("fuzz") else { return };
    assert!(accepted > 10 && refused > 10);
}
