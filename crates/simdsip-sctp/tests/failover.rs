//! Paths that die while messages are on them: nothing lost, nothing twice, and how long the silence is.

mod common;

use common::*;

/// What happens, and at which message.
type Act = (u64, fn(&mut Network));

/// 1,000 messages a second for five seconds; what happens is done at the times given.
fn run(
    config: AssociationConfig,
    len: usize,
    info: SendInfo,
    what: &[Act],
) -> (usize, usize, Duration, Vec<Event>) {
    let mut pair = Pair::new(config, Link::default());
    pair.start();
    let begin = pair.network.now();
    let mut got = Vec::new();
    for number in 0..5_000 {
        let at = begin + ms(u64::from(number));
        pair.network.run_until(at);
        for (_, act) in what.iter().filter(|it| it.0 == u64::from(number)) {
            act(&mut pair.network);
        }
        pair.send(number, len, info);
    }
    pair.network.run_for(ms(70_000));
    got.extend(pair.received());
    let (lost, twice, gap) = count(&got, 5_000);
    (lost, twice, gap, pair.network.events(pair.a))
}

fn kill_first(network: &mut Network) {
    network.set(A1, B1, Link { up: false, ..Link::default() });
}

fn heal_first(network: &mut Network) {
    network.set(A1, B1, Link::default());
}

fn profiles() -> [(&'static str, AssociationConfig, Duration); 3] {
    [
        ("lan", AssociationConfig::lan(), ms(250)),
        ("sip", AssociationConfig::sip(), ms(700)),
        ("rfc9260", AssociationConfig::rfc9260(), ms(1_500)),
    ]
}

fn assert_no_loss(what: &str, config: AssociationConfig, bar: Option<Duration>, acts: &[Act]) {
    for (kind, len, info) in [
        ("unordered", 1024, SendInfo::unordered(0)),
        ("ordered", 1024, SendInfo::ordered(3)),
        ("3000 bytes", 3000, SendInfo::unordered(0)),
    ] {
        let (lost, twice, gap, events) = run(config.clone(), len, info, acts);
        println!("{what}, {kind}: {lost} lost, {twice} twice, gap {gap:?}");
        assert_eq!((lost, twice), (0, 0), "{what}, {kind}");
        assert!(bar.is_none_or(|bar| gap <= bar), "{what}, {kind}: gap {gap:?}");
        assert!(!events.iter().any(|it| matches!(it, Event::SendFailed { .. })));
        assert!(!events.iter().any(|it| matches!(it, Event::AssocChange { .. })));
    }
}

// covers: RFC 7829 §3.2; RFC 9260 §6.4.1, §8.2
#[test]
fn a_path_dies_and_its_data_moves_within_one_time_out() {
    for (name, config, bar) in profiles() {
        assert_no_loss(name, config, Some(bar), &[(2_000, kill_first)]);
    }
}

#[test]
fn without_potentially_failed_the_gap_is_the_sum_of_the_time_outs() {
    let config = AssociationConfig { pf_max_retrans: None, ..AssociationConfig::lan() };
    // 100 + 200 + 400 ms, and what comes with them.
    assert_no_loss("lan without PF", config, Some(ms(750)), &[(2_000, kill_first)]);
}

#[test]
fn one_way_is_dead() {
    let there: fn(&mut Network) = |it| it.set_one_way(A1, B1, Link { up: false, ..Link::default() });
    let back: fn(&mut Network) = |it| it.set_one_way(B1, A1, Link { up: false, ..Link::default() });
    for (name, config, bar) in profiles() {
        assert_no_loss(&format!("{name}, there"), config.clone(), Some(bar), &[(2_000, there)]);
        assert_no_loss(&format!("{name}, back"), config, Some(bar), &[(2_000, back)]);
    }
}

#[test]
fn a_path_that_flaps_loses_nothing() {
    let acts: Vec<Act> = (0..5)
        .flat_map(|second| {
            let kill: Act = (second * 1000, kill_first);
            let heal: Act = (second * 1000 + 500, heal_first);
            [kill, heal]
        })
        .collect();
    for (name, config, _) in profiles() {
        assert_no_loss(&format!("{name}, flapping"), config, None, &acts);
    }
}

// covers: RFC 7829 §3.2; RFC 9260 §8.3
#[test]
fn a_path_that_heals_carries_data_again() {
    let mut pair = Pair::new(AssociationConfig::sip(), Link::default());
    pair.start();
    kill_first(&mut pair.network);
    pair.send(0, 100, SendInfo::unordered(0));
    pair.network.run_for(ms(500));
    let state =
        |pair: &mut Pair| pair.network.endpoint(pair.a).status(pair.association).unwrap().paths[0].state;
    assert_eq!(state(&mut pair), PathState::PotentiallyFailed);
    heal_first(&mut pair.network);
    // One HEARTBEAT a time-out.
    pair.network.run_for(ms(2_000));
    assert_eq!(state(&mut pair), PathState::Active);
    let events = pair.network.events(pair.a);
    let states: Vec<_> = events
        .iter()
        .filter_map(|it| match it {
            Event::PeerAddrChange { address, state, .. } => Some((*address, *state)),
            _ => None,
        })
        .collect();
    assert_eq!(states, [(B1, AddressState::PotentiallyFailed), (B1, AddressState::Available)]);
    pair.network.record();
    pair.send(1, 100, SendInfo::unordered(0));
    pair.network.run_for(ms(100));
    assert_eq!(pair.network.recorded()[0].destination, B1);
}

// covers: RFC 9260 §8.1
#[test]
fn all_paths_die_and_everything_comes_back_once() {
    for (name, config, _) in profiles() {
        let mut pair = Pair::new(config.clone(), Link::default());
        pair.start();
        for number in 0..10 {
            pair.send(number, 3000, SendInfo::unordered(0));
        }
        pair.network.run_for(ms(500));
        assert_eq!(pair.received().len(), 10);
        pair.network.set_up(B1, false);
        pair.network.set_up(B2, false);
        for number in 10..500 {
            pair.send(number, 3000, SendInfo::ordered(1));
        }
        // Longer than any series of time-outs, both ends.
        assert!(pair.network.run_out(Duration::from_secs(3_000)), "{name}: a timer is left");
        let events = pair.network.timed_events(pair.a);
        let lost: Vec<_> = events
            .iter()
            .filter(|it| {
                matches!(it.1, Event::AssocChange { change: Change::CommLost(Lost::Unreachable), .. })
            })
            .collect();
        assert_eq!(lost.len(), 1, "{name}");
        println!("{name}: lost at {:?}", lost[0].0);
        let back: Vec<u32> = events
            .iter()
            .filter_map(|it| match &it.1 {
                Event::SendFailed { message, .. } => {
                    assert_eq!(message.data.len(), 3000);
                    Some(u32::from_be_bytes(message.data[..4].try_into().unwrap()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(back, (10..500).collect::<Vec<_>>(), "{name}");
        assert_eq!(pair.network.endpoint(pair.a).associations().count(), 0);
        assert_eq!(pair.network.endpoint(pair.a).poll_timeout(), None);
        // The other end finds out by its HEARTBEATs.
        assert_eq!(pair.network.endpoint(pair.b).associations().count(), 0);
    }
}

/// Echoes at 1,000 messages a second; the way back dies, and some time later the way there.
#[test]
fn no_message_is_left_behind_on_a_path_that_data_has_left() {
    let dead = Link { up: false, ..Link::default() };
    for later in (0..200).step_by(5) {
        let mut pair = Pair::new(AssociationConfig::lan(), Link::default());
        pair.start();
        pair.network.set_echo(pair.b, true);
        let begin = pair.network.now();
        for number in 0..1_200 {
            pair.network.run_until(begin + ms(u64::from(number)));
            pair.send(number, 500, SendInfo::unordered(0));
            if number == 200 {
                pair.network.set_one_way(B1, A1, dead);
            }
            if number == 200 + later {
                pair.network.set_one_way(A1, B1, dead);
            }
        }
        pair.network.run_for(ms(2_000));
        let (got, took) = pair.received_by(pair.a);
        assert_eq!(count(&got, 1_200).0, 0);
        let longest = took.into_iter().max().unwrap();
        assert!(longest <= ms(350), "the way there died {later} ms later: {longest:?}");
    }
}
