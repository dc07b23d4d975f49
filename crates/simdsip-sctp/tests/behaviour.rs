//! Two endpoints in a network: what they do to each other over time.

mod common;

use common::peer::has;
use common::*;
use simdsip_sctp::wire::chunk::kind;
use simdsip_sctp::{AssociateError, SendErrorKind};

fn changes(events: &[Event]) -> Vec<Change> {
    let changes = events.iter().filter_map(|it| match it {
        Event::AssocChange { change, .. } => Some(change.clone()),
        _ => None,
    });
    changes.collect()
}

fn addresses(events: &[Event]) -> Vec<(IpAddr, AddressState)> {
    let states = events.iter().filter_map(|it| match it {
        Event::PeerAddrChange { address, state, .. } => Some((*address, *state)),
        _ => None,
    });
    states.collect()
}

#[test]
fn rfc9260_5_2_1_both_begin_at_once_and_one_association_comes_of_it() {
    for delay in [0, 1, 7] {
        let config = AssociationConfig::sip();
        let mut network = Network::new(1);
        let a = network.add(endpoint(&[A1], &config, 1));
        let b = network.add(endpoint(&[B1], &config, 2));
        network.set_all(Link { delay: ms(10), ..Link::default() });
        let one = network.endpoint(a).associate(ms(0), &[B1], 5060, config.clone()).unwrap();
        network.run_for(ms(delay));
        let two = network.endpoint(b).associate(ms(delay), &[A1], 5060, config.clone()).unwrap();
        for number in 0..20u8 {
            network.endpoint(a).send(ms(delay), one, SendInfo::ordered(0), vec![number; 100]).unwrap();
            network.endpoint(b).send(ms(delay), two, SendInfo::ordered(0), vec![number; 100]).unwrap();
        }
        network.run_for(ms(3_000));
        for node in [a, b] {
            let events = network.events(node);
            assert_eq!(changes(&events).len(), 1, "delay {delay}: {:?}", changes(&events));
            assert!(matches!(changes(&events)[0], Change::CommUp { .. }));
            let got: Vec<u8> = events
                .iter()
                .filter_map(|it| match it {
                    Event::Message(message) => Some(message.data[0]),
                    _ => None,
                })
                .collect();
            assert_eq!(got, (0..20).collect::<Vec<_>>(), "delay {delay}");
            assert_eq!(network.endpoint(node).associations().count(), 1);
        }
    }
}

#[test]
fn rfc9260_5_1_6_an_init_that_nobody_answers_is_sent_so_often() {
    let config = AssociationConfig { max_init_retransmits: 3, ..AssociationConfig::sip() };
    let mut network = Network::new(1);
    let a = network.add(endpoint(&[A1, A2], &config, 1));
    network.record();
    let id = network.endpoint(a).associate(ms(0), &[B1, B2], 5060, config).unwrap();
    network.endpoint(a).send(ms(0), id, SendInfo::ordered(0), b"x".to_vec()).unwrap();
    assert!(network.run_out(Duration::from_secs(60)));
    let sent: Vec<_> = network.recorded().iter().map(|it| (it.at.as_millis(), it.destination)).collect();
    assert_eq!(sent, [(0, B1), (500, B2), (1500, B1), (3500, B2)]);
    let events = network.events(a);
    assert_eq!(changes(&events), [Change::CantStrAssoc(Lost::Unreachable)]);
    assert!(matches!(&events[1], Event::SendFailed { message, .. } if !message.sent && message.data == b"x"));
}

#[test]
fn rfc9260_5_1_an_endpoint_that_accepts_none_says_so() {
    let config = AssociationConfig::sip();
    let mut network = Network::new(1);
    let a = network.add(endpoint(&[A1], &config, 1));
    let deaf = EndpointConfig { accept: None, ..EndpointConfig::new(5060, [B1]) };
    network.add(Endpoint::new(deaf, [2; 32]));
    network.endpoint(a).associate(ms(0), &[B1], 5060, config.clone()).unwrap();
    network.run_for(ms(100));
    assert_eq!(changes(&network.events(a)), [Change::CantStrAssoc(Lost::PeerAborted { cause: None })]);
    // And what cannot be begun is not.
    let v6 = "fd71::1".parse().unwrap();
    assert_eq!(network.endpoint(a).associate(ms(0), &[v6], 1, config), Err(AssociateError::NoAddress));
}

#[test]
fn rfc9260_7_2_3_a_time_out_shrinks_the_window_of_its_path_alone() {
    let mut pair = Pair::new(AssociationConfig::sip(), Link::default());
    pair.start();
    for number in 0..400 {
        pair.send(number, 1000, SendInfo::unordered(0));
    }
    pair.network.run_for(ms(300));
    let windows = |pair: &mut Pair| {
        let status = pair.network.endpoint(pair.a).status(pair.association).unwrap();
        status.paths.iter().map(|path| path.cwnd).collect::<Vec<_>>()
    };
    let before = windows(&mut pair);
    assert!(before[0] > 20_000 && before[1] < 5_000, "{before:?}");
    pair.network.set_up(B1, false);
    pair.send(400, 1000, SendInfo::unordered(0));
    pair.network.run_for(ms(400));
    let after = windows(&mut pair);
    assert!(after[0] < 2_000 && after[1] >= before[1], "{after:?}");
}

#[test]
fn rfc9260_7_3_a_path_that_carries_less_is_found_out() {
    for (carries, found) in [(1500, 1500), (1480, 1472), (1300, 1280)] {
        let link = Link { mtu: carries, ..Link::default() };
        let mut pair = Pair::new(AssociationConfig::sip(), link);
        pair.start();
        pair.network.run_for(ms(20_000));
        let status = pair.network.endpoint(pair.a).status(pair.association).unwrap();
        assert_eq!(status.paths[0].mtu, found);
        // What is probed and lost is no error.
        assert!(status.paths.iter().all(|path| path.errors == 0 && path.state == PathState::Active));
        for number in 0..20 {
            pair.send(number, 10_000, SendInfo::unordered(0));
        }
        pair.network.run_for(ms(2_000));
        assert_eq!(pair.received().len(), 20);
    }
}

#[test]
fn rfc8899_4_3_a_path_that_begins_to_swallow_large_packets_is_used_on() {
    let mut pair = Pair::new(AssociationConfig::sip(), Link::default());
    pair.start();
    pair.network.run_for(ms(5_000));
    let link = Link { mtu: 1300, ..Link::default() };
    for (a, b) in [(A1, B1), (A2, B2)] {
        pair.network.set(a, b, link);
    }
    for number in 0..50 {
        pair.send(number, 5_000, SendInfo::unordered(0));
    }
    pair.network.run_for(ms(30_000));
    let (lost, twice, _) = count(&pair.received(), 50);
    assert_eq!((lost, twice), (0, 0));
}

#[test]
fn rfc9260_9_2_both_shut_down_at_once() {
    for delay in [0, 1, 5, 15] {
        let mut pair = Pair::new(AssociationConfig::sip(), Link { delay: ms(10), ..Link::default() });
        pair.start();
        for number in 0..30 {
            pair.send(number, 2_000, SendInfo::ordered(0));
        }
        let now = pair.network.now();
        pair.network.endpoint(pair.a).shutdown(now, pair.association).unwrap();
        pair.network.run_for(ms(delay));
        let other = pair.network.endpoint(pair.b).associations().next().unwrap();
        let now = pair.network.now();
        pair.network.endpoint(pair.b).shutdown(now, other).unwrap();
        assert!(pair.network.run_out(now + Duration::from_secs(60)), "delay {delay}");
        let events = pair.network.events(pair.b);
        assert_eq!(events.iter().filter(|it| matches!(it, Event::Message(_))).count(), 30);
        assert_eq!(changes(&events), [Change::ShutdownComp], "delay {delay}");
        assert_eq!(changes(&pair.network.events(pair.a)), [Change::ShutdownComp], "delay {delay}");
    }
}

#[test]
fn rfc9260_9_2_a_shutdown_that_nobody_answers_ends_all_the_same() {
    let mut pair = Pair::new(AssociationConfig::lan(), Link::default());
    pair.start();
    let now = pair.network.now();
    pair.network.endpoint(pair.a).shutdown(now, pair.association).unwrap();
    pair.network.set_up(B1, false);
    pair.network.set_up(B2, false);
    pair.network.run_for(Duration::from_secs(60));
    assert_eq!(changes(&pair.network.events(pair.a)), [Change::CommLost(Lost::Unreachable)]);
    assert_eq!(pair.network.endpoint(pair.a).poll_timeout(), None);
}

#[test]
fn rfc5061_5_addresses_come_and_go_while_messages_flow() {
    let new: IpAddr = "10.71.3.1".parse().unwrap();
    let mut pair = Pair::new(AssociationConfig::sip(), Link::default());
    pair.start();
    pair.network.record();
    let mut number = 0;
    let mut flow = |pair: &mut Pair| {
        for _ in 0..100 {
            pair.send(number, 500, SendInfo::unordered(0));
            number += 1;
            pair.network.run_for(ms(2));
        }
    };
    flow(&mut pair);
    pair.network.add_address(pair.a, new);
    let now = pair.network.now();
    assert_eq!(pair.network.endpoint(pair.a).add_address(now, new), 1);
    flow(&mut pair);
    let events = pair.network.events(pair.a);
    assert!(events.contains(&Event::AddressChange {
        association: pair.association,
        address: new,
        accepted: true
    }));
    let now = pair.network.now();
    assert!(pair.network.endpoint(pair.a).set_peer_primary(now, pair.association, new).unwrap());
    flow(&mut pair);
    let now = pair.network.now();
    assert_eq!(pair.network.endpoint(pair.a).delete_address(now, A1), 1);
    flow(&mut pair);
    let (got, all) = (pair.network.timed_events(pair.b), 400);
    let events: Vec<Event> = got.into_iter().map(|it| it.1).collect();
    assert_eq!(events.iter().filter(|it| matches!(it, Event::Message(_))).count(), all);
    let states = addresses(&events);
    for state in [
        (new, AddressState::Added),
        (new, AddressState::Confirmed),
        (new, AddressState::MadePrim),
        (A1, AddressState::Removed),
    ] {
        assert!(states.contains(&state), "{state:?} in {states:?}");
    }
    let paths = pair.network.endpoint(pair.b).associations().next().unwrap();
    let status = pair.network.endpoint(pair.b).status(paths).unwrap();
    assert_eq!(status.paths.iter().map(|it| it.address).collect::<Vec<_>>(), [A2, new]);
    // Never without AUTH before them (RFC 5061 §4.1.1, §4.1.2).
    for packet in pair.network.recorded() {
        if has(&packet.bytes, kind::ASCONF) || has(&packet.bytes, kind::ASCONF_ACK) {
            assert_eq!(common::peer::first(&packet.bytes).kind, kind::AUTH);
        }
    }
    // From the address that is gone nothing is sent.
    assert!(
        pair.network
            .recorded()
            .iter()
            .filter(|it| it.at > pair.network.now() - ms(100))
            .all(|it| it.source != A1)
    );
}

#[test]
fn rfc5061_5_a_peer_that_has_one_address_gets_a_second_and_lives_on_it() {
    let config = AssociationConfig::lan();
    let mut network = Network::new(1);
    let a = network.add(endpoint(&[A1], &config, 1));
    let b = network.add(endpoint(&[B1, B2], &config, 2));
    for (x, y) in [(A1, B2), (A2, B1)] {
        network.set(x, y, Link { up: false, ..Link::default() });
    }
    let id = network.endpoint(a).associate(ms(0), &[B1], 5060, config).unwrap();
    network.run_for(ms(500));
    network.add_address(a, A2);
    let now = network.now();
    assert_eq!(network.endpoint(a).add_address(now, A2), 1);
    network.record();
    network.run_for(ms(100));
    let beat =
        network.recorded().iter().find(|it| it.source == A2).expect("the new address is shown at work");
    assert!(has(&beat.bytes, kind::HEARTBEAT) || has(&beat.bytes, kind::HEARTBEAT_ACK));
    network.run_for(ms(2_000));
    network.set_up(B1, false);
    let mut pair = Pair { network, a, b, association: id };
    for number in 0..100 {
        pair.send(number, 1000, SendInfo::unordered(0));
        pair.network.run_for(ms(5));
    }
    pair.network.run_for(ms(1_000));
    assert_eq!(count(&pair.received(), 100).0, 0);
}

#[test]
fn rfc5061_4_2_2_the_last_address_stays() {
    let mut pair = Pair::new(AssociationConfig::sip(), Link::default());
    pair.start();
    let now = pair.network.now();
    assert_eq!(pair.network.endpoint(pair.a).delete_address(now, A2), 1);
    assert_eq!(pair.network.endpoint(pair.a).delete_address(now, A1), 0);
    pair.network.run_for(ms(100));
    pair.send(0, 12, SendInfo::unordered(0));
    pair.network.run_for(ms(100));
    assert_eq!(pair.received().len(), 1);
}

#[test]
fn rfc6951_5_4_a_nat_that_changes_the_port_is_followed() {
    let mut pair = Pair::new(AssociationConfig::sip(), Link::default());
    pair.start();
    pair.network.set_echo(pair.b, true);
    for number in 0..100 {
        if number == 50 {
            pair.network.set_port(pair.a, 31_337);
        }
        pair.send(number, 100, SendInfo::unordered(0));
        pair.network.run_for(ms(5));
    }
    assert_eq!(pair.received_by(pair.a).0.len(), 100);
    let id = pair.network.endpoint(pair.b).associations().next().unwrap();
    let status = pair.network.endpoint(pair.b).status(id).unwrap();
    assert_eq!(status.paths[0].encapsulation, Some(31_337));
}

#[test]
fn rfc9260_6_2_an_application_that_takes_nothing_is_sent_no_more_than_fits() {
    let config = AssociationConfig { receive_buffer_len: 20_000, ..AssociationConfig::lan() };
    let (mut a, mut b) = (endpoint(&[A1], &config, 1), endpoint(&[B1], &config, 2));
    let id = a.associate(ms(0), &[B1], 5060, config).unwrap();
    for number in 0..100u8 {
        a.send(ms(0), id, SendInfo::ordered(0), vec![number; 1_000]).unwrap();
    }
    let mut buffer = [0; 2048];
    let mut now = ms(0);
    let mut step = |a: &mut Endpoint, b: &mut Endpoint, now: Duration| {
        for forth in [true, false] {
            let (from, to, source) = if forth { (&mut *a, &mut *b, A1) } else { (&mut *b, &mut *a, B1) };
            while let Some(it) = from.poll_transmit(now, &mut buffer) {
                let bytes = &buffer[..it.len];
                let encapsulation = Some(9899);
                to.handle_input(
                    now,
                    [simdsip_sctp::Datagram { source, destination: None, encapsulation, bytes }],
                );
            }
            from.handle_timeout(now);
        }
    };
    for _ in 0..3_000 {
        now += ms(5);
        step(&mut a, &mut b, now);
    }
    // Fifteen seconds later: nothing lost, the association stands.
    let mut got = 0;
    for _ in 0..2_000 {
        while let Some(event) = b.poll_event() {
            if let Event::Message(message) = event {
                assert_eq!(message.data[0], got);
                got += 1;
                if got == 1 {
                    println!("the first is taken at {now:?}");
                }
            }
        }
        now += ms(5);
        step(&mut a, &mut b, now);
    }
    assert_eq!(got, 100);
}

#[test]
fn messages_that_cannot_be_taken_come_back() {
    let config =
        AssociationConfig { send_buffer_len: 5_000, max_message_len: 2_000, ..AssociationConfig::sip() };
    let mut endpoint = endpoint(&[A1], &config, 1);
    let id = endpoint.associate(ms(0), &[B1], 5060, config).unwrap();
    let mut refused =
        |info, len| endpoint.send(ms(0), id, info, vec![0; len]).err().map(|it| (it.kind, it.data.len()));
    assert_eq!(refused(SendInfo::ordered(0), 0), Some((SendErrorKind::Empty, 0)));
    assert_eq!(refused(SendInfo::ordered(0), 2_001), Some((SendErrorKind::TooLong, 2_001)));
    assert_eq!(refused(SendInfo::ordered(16), 1), Some((SendErrorKind::Stream, 1)));
    assert_eq!(refused(SendInfo::ordered(0), 2_000), None);
    assert_eq!(refused(SendInfo::ordered(0), 2_000), None);
    assert_eq!(refused(SendInfo::ordered(0), 2_000), Some((SendErrorKind::Full, 2_000)));
    endpoint.abort(ms(0), id, b"").unwrap();
    let error = endpoint.send(ms(0), id, SendInfo::ordered(0), vec![1]).unwrap_err();
    assert_eq!(error.to_string(), "there is no such association");
}

// covers: RFC 9260 §8.1
#[test]
fn an_association_whose_only_address_was_never_proved_is_lost_in_the_end() {
    let silent: IpAddr = "10.71.9.1".parse().unwrap();
    let config = AssociationConfig::lan();
    let mut network = Network::new(1);
    let a = network.add(endpoint(&[A1], &config, 1));
    let b = network.add(endpoint(&[B1], &config, 2));
    let id = network.endpoint(a).associate(ms(0), &[B1], 5060, config).unwrap();
    network.run_for(ms(100));
    network.add_address(a, silent);
    network.set_one_way(B1, silent, Link { up: false, ..Link::default() });
    let now = network.now();
    assert_eq!(network.endpoint(a).add_address(now, silent), 1);
    network.run_for(ms(50));
    let now = network.now();
    assert_eq!(network.endpoint(a).delete_address(now, A1), 1);
    network.run_for(ms(50));
    let other = network.endpoint(b).associations().next().unwrap();
    let paths = network.endpoint(b).status(other).unwrap().paths;
    assert_eq!(
        paths.iter().map(|it| (it.address, it.state)).collect::<Vec<_>>(),
        [(silent, PathState::Unconfirmed)]
    );
    let now = network.now();
    network.endpoint(b).send(now, other, SendInfo::ordered(0), b"kept".to_vec()).unwrap();
    network.run_for(Duration::from_secs(600));
    let events = network.events(b);
    assert!(changes(&events).contains(&Change::CommLost(Lost::Unreachable)), "{:?}", changes(&events));
    assert!(
        events.iter().any(|it| matches!(it, Event::SendFailed { message, .. } if message.data == b"kept"))
    );
    assert_eq!(network.endpoint(b).poll_timeout(), None);
    let _ = id;
}
