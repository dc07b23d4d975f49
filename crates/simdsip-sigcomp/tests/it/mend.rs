//! Peers that send no NACKs, many peers at once, peers that claim much: what one of them must not do to the others.

use simdsip_sigcomp::Mode;

use crate::flow::flow_ims;
use crate::loss::simulate::{self, Network};

// covers: RFC 3320 §5; RFC 4077 §2.3
#[test]
fn a_peer_without_nacks_never_fails_by_loss_alone() {
    for mode in [Mode::Acked, Mode::Optimistic, Mode::Shared] {
        for sms in [2048, 4096, 8192] {
            for seed in [1, 3] {
                let seen = simulate::run_over(&flow_ims(), 1000, mode, sms, seed, &Network::LOSS_ALONE);
                println!("{mode:?} {sms} {seed}: {seen:?}");
                assert_eq!((seen.wrong, seen.failed, seen.given_up), (0, 0, 0), "{mode:?} {sms} {seed}");
                // What was lost is sent anew and built on: the ratio does not freeze.
                let ratio = seen.text_len as f64 / seen.wire_len as f64;
                assert!(ratio > 3.5, "{mode:?} {sms} {seed}: {ratio}");
            }
        }
    }
}

// covers: RFC 3320 §5; RFC 4077 §2.3
#[test]
fn a_peer_without_nacks_recovers_from_disorder_and_restarts() {
    for (network, name) in [(&Network::DISORDER, "disorder"), (&Network::RESTARTS, "restarts")] {
        for sms in [2048, 4096, 8192] {
            for seed in [1, 3] {
                let seen = simulate::run_over(&flow_ims(), 1000, Mode::Optimistic, sms, seed, network);
                assert_eq!(seen.wrong, 0);
                // A peer that lost all can say so by silence alone; the seventh message relies on nothing.
                println!("{name} {sms} {seed}: {seen:?}");
                assert!(seen.given_up <= 2, "{name} {sms} {seed}: {seen:?}");
            }
        }
    }
}
