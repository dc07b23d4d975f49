//! Loss, reordering, duplication: what echoes take, and that none is missing.

mod common;

use common::*;

/// Messages a second for so many seconds, sent back by the server; the times they took, sorted.
fn echo(
    config: AssociationConfig,
    link: Link,
    seconds: u64,
    seed: u64,
) -> (usize, usize, Vec<Duration>, Duration) {
    let mut pair = Pair::seeded(config, Link { loss: 0, ..link }, seed);
    pair.start();
    pair.network.set_echo(pair.b, true);
    pair.network.set_all(link);
    for (x, y) in [(A1, B2), (A2, B1)] {
        pair.network.set(x, y, Link { up: false, ..link });
    }
    let begin = pair.network.now();
    let messages = seconds as u32 * 100;
    for number in 0..messages {
        pair.network.run_until(begin + ms(u64::from(number) * 10));
        pair.send(number, 1024, SendInfo::unordered(0));
    }
    let sent_until = pair.network.now();
    pair.network.run_for(ms(120_000));
    let (got, mut took) = pair.received_by(pair.a);
    took.sort();
    let (lost, twice, _) = count(&got, messages);
    let late = got.last().map_or(Duration::MAX, |it| it.0).saturating_sub(sent_until);
    (lost, twice, took, late)
}

fn percentile(sorted: &[Duration], of_hundred: usize) -> Duration {
    sorted[(sorted.len() * of_hundred / 100).min(sorted.len() - 1)]
}

fn rtt_20(loss: u32) -> Link {
    Link { delay: ms(10), loss, ..Link::default() }
}

#[test]
fn echoes_are_quick_under_loss() {
    for (loss, bar) in [(0, 25), (10, 90), (20, 90), (50, 100), (100, 130), (200, 450)] {
        let mut all = Vec::new();
        let mut latest = Duration::ZERO;
        for seed in 0..3 {
            let (lost, twice, took, late) = echo(AssociationConfig::lan(), rtt_20(loss), 20, 100 + seed);
            assert_eq!((lost, twice), (0, 0), "loss {loss}, seed {seed}");
            all.extend(took);
            latest = latest.max(late);
        }
        all.sort();
        let (p50, p99, max) = (percentile(&all, 50), percentile(&all, 99), all[all.len() - 1]);
        println!(
            "loss {} %: p50 {p50:?}, p99 {p99:?}, max {max:?}, last {latest:?} after the last was sent",
            loss / 10
        );
        assert!(p99 <= ms(bar), "loss {loss}: p99 {p99:?}");
        assert!(latest <= ms(2_000), "loss {loss}: the rate is not held: {latest:?}");
    }
}

#[test]
fn nothing_is_lost_or_repeated_whatever_the_network_does() {
    let profiles = [AssociationConfig::lan(), AssociationConfig::sip(), AssociationConfig::rfc9260()];
    for (profile, config) in profiles.into_iter().enumerate() {
        for loss in [0, 10, 50, 100, 200] {
            for (reorder, duplicate) in [(0, 100), (100, 0), (100, 100)] {
                let link = Link { reorder, duplicate, ..rtt_20(loss) };
                let (lost, twice, took, late) = echo(config.clone(), link, 10, 7);
                let p99 = percentile(&took, 99);
                println!(
                    "profile {profile}, loss {loss}, reorder {reorder}, duplicate {duplicate}: p99 {p99:?}, last {late:?}"
                );
                assert_eq!((lost, twice), (0, 0));
                assert!(late <= ms(2_000), "the rate is not held: {late:?}");
                if loss == 0 {
                    assert!(p99 <= ms(60), "reordering alone: {p99:?}");
                }
            }
        }
    }
}
