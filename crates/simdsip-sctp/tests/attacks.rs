//! What strangers and bad peers may try (RFC 5062; RFC 9260 §5.1.3, §8.4, §8.5).

mod common;

use common::peer::*;
use common::*;
use simdsip_sctp::Datagram;
use simdsip_sctp::wire::chunk::{Asconf, Init, Sack, kind};
use simdsip_sctp::wire::param::AddressChange;
use simdsip_sctp::wire::{Chunk, Data, Packet, Param, Writer};

// covers: RFC 9260 §5.1.3; RFC 5062 §3
#[test]
fn spoofed_inits_leave_nothing_behind() {
    let mut server = server();
    let mut answers = 0;
    for number in 0..20_000u32 {
        let source = IpAddr::V4(core::net::Ipv4Addr::from_bits(0x0b00_0000 + number));
        let bytes = packet_from((number % 60_000 + 1) as u16, 0, |w| {
            init(number + 1, &[]).emit(w, kind::INIT).unwrap()
        });
        answers += ask(&mut server, ms(u64::from(number) / 10), source, &bytes).len();
    }
    assert_eq!(server.associations().count(), 0);
    assert_eq!(server.poll_timeout(), None);
    assert_eq!(server.poll_event(), None);
    assert_eq!(answers, 20_000);
}

// covers: RFC 5062 §8
#[test]
fn the_answer_to_an_init_has_at_most_three_times_its_bytes() {
    let mut server = server();
    let lists = [
        vec![],
        vec![Param::ForwardTsn],
        vec![
            Param::Address(A1),
            Param::Address(A2),
            Param::ForwardTsn,
            Param::SupportedExtensions(&[0xc0, 0x82]),
        ],
        vec![
            Param::Random(&[1; 32]),
            Param::ChunkList(&[0xc1, 0x80]),
            Param::HmacAlgo(&[0, 3, 0, 1]),
            Param::SupportedExtensions(&[0xc0, 0x82, 0xc1, 0x80, 0x0f]),
        ],
        vec![Param::HostName(b"x")],
        vec![Param::Unknown(simdsip_sctp::wire::RawParam { kind: 0xc0ff, value: &[], bytes: &[], at: 0 })],
    ];
    for list in lists {
        let params = params(&list);
        let bytes = packet(0, |w| init(5, &params).emit(w, kind::INIT).unwrap());
        let answers = ask(&mut server, ms(0), STRANGER, &bytes);
        assert_eq!(answers.len(), 1);
        println!("INIT of {} bytes: {} in answer", bytes.len(), answers[0].len());
        assert!(answers[0].len() <= 3 * bytes.len(), "{list:?}");
    }
}

// covers: RFC 9260 §8.4
#[test]
fn what_comes_out_of_the_blue_is_answered_by_no_more_than_it_had() {
    let mut server = server();
    for kind in 0..=255u8 {
        let bytes = packet(0x1234, |w| w.tlv([kind, 0], |_| Ok(())).unwrap());
        let answers = ask(&mut server, ms(0), STRANGER, &bytes);
        let silent = matches!(kind, 1 | 2 | 6 | 9 | 10 | 11 | 14);
        assert_eq!(answers.len(), usize::from(!silent), "type {kind}");
        for answer in answers {
            let header = Packet::parse(&answer).unwrap().header();
            let chunk = first(&answer);
            assert!(answer.len() <= bytes.len());
            // The tag comes back, and the T bit says so.
            assert_eq!((header.tag, chunk.flags), (0x1234, 1));
            assert_eq!(
                chunk.kind,
                if kind == kind::SHUTDOWN_ACK { kind::SHUTDOWN_COMPLETE } else { kind::ABORT }
            );
        }
    }
    assert_eq!(server.associations().count(), 0);
}

// covers: RFC 9260 §8.4
#[test]
fn answers_to_strangers_are_so_many_a_second() {
    let mut server = server();
    let bytes = packet(0x1234, |w| Chunk::CookieAck.emit(w).and(Chunk::ShutdownAck.emit(w)).unwrap());
    assert!(ask(&mut server, ms(0), STRANGER, &bytes).is_empty());
    let bytes = packet(0x1234, |w| Chunk::Shutdown(1).emit(w).unwrap());
    let answers: usize = (0..5_000).map(|_| ask(&mut server, ms(7), STRANGER, &bytes).len()).sum();
    assert_eq!(answers, 1_000);
    assert_eq!(ask(&mut server, ms(1_007), STRANGER, &bytes).len(), 1);
}

// covers: RFC 9260 §5.1.5
#[test]
fn a_forged_cookie_makes_no_association() {
    let mut server = server();
    let answer =
        ask(&mut server, ms(0), A1, &packet(0, |w| init(9, &[]).emit(w, kind::INIT).unwrap())).remove(0);
    let raw = first(&answer);
    let ack = Init::parse(&raw).unwrap();
    let Ok(Param::StateCookie(cookie)) = Param::parse(&ack.params().next().unwrap().unwrap()) else {
        panic!()
    };
    for at in 0..cookie.len() {
        let mut forged = cookie.to_vec();
        forged[at] ^= 1;
        let answers =
            ask(&mut server, ms(0), A1, &packet(ack.tag, |w| Chunk::CookieEcho(&forged).emit(w).unwrap()));
        assert!(answers.is_empty());
    }
    // From another port, with another tag, or late: no association either.
    let other = packet_from(5061, ack.tag, |w| Chunk::CookieEcho(cookie).emit(w).unwrap());
    assert!(ask(&mut server, ms(0), A1, &other).is_empty());
    let other = packet(ack.tag ^ 1, |w| Chunk::CookieEcho(cookie).emit(w).unwrap());
    assert!(ask(&mut server, ms(0), A1, &other).is_empty());
    let echo = packet(ack.tag, |w| Chunk::CookieEcho(cookie).emit(w).unwrap());
    let stale = ask(&mut server, Duration::from_secs(61), A1, &echo);
    assert_eq!(first(&stale[0]).kind, kind::ERROR);
    assert_eq!(server.associations().count(), 0);
    assert_eq!(first(&ask(&mut server, ms(0), A1, &echo)[0]).kind, kind::COOKIE_ACK);
    assert_eq!(server.associations().count(), 1);
    // Once more: acknowledged once more, and no second one (§5.2.4 D).
    assert_eq!(first(&ask(&mut server, ms(0), A1, &echo)[0]).kind, kind::COOKIE_ACK);
    assert_eq!(server.associations().count(), 1);
}

// covers: RFC 9260 §8.5
#[test]
fn a_wrong_tag_does_nothing_whatever_the_chunk() {
    let mut server = server();
    let (tag, _) = associate(&mut server, ms(0), A1, &[]);
    while server.poll_event().is_some() {}
    for kind in 0..=255u8 {
        for flags in [0, 1] {
            for wrong in [0, tag ^ 1, 0xffff_ffff] {
                let value = [0; 40];
                let bytes = packet(wrong, |w| w.tlv([kind, flags], |w| w.put(&value)).unwrap());
                let answers = ask(&mut server, ms(1), A1, &bytes);
                assert!(answers.is_empty(), "type {kind}, tag {wrong:x}");
                assert_eq!(server.poll_event(), None, "type {kind}");
            }
        }
    }
    assert_eq!(server.associations().count(), 1);
    // The reflected tag is the peer's own.
    let bytes = packet(9, |w| w.tlv([kind::ABORT, 1], |_| Ok(())).unwrap());
    ask(&mut server, ms(1), A1, &bytes);
    assert_eq!(server.associations().count(), 0);
}

// covers: RFC 5062 §5; RFC 9260 §5.4
#[test]
fn listed_victims_get_a_few_heartbeats_and_no_data() {
    let config = AssociationConfig::sip();
    let mut network = Network::new(1);
    let b = network.add(endpoint(&[B1, B2], &config, 2));
    let victims: Vec<IpAddr> =
        (1..=7).map(|it| IpAddr::V4(core::net::Ipv4Addr::new(198, 51, 100, it))).collect();
    let list: Vec<Param<'_>> = victims.iter().map(|it| Param::Address(*it)).collect();
    let now = network.now();
    let (_, _) = associate(network.endpoint(b), now, A1, &list);
    let id = network.endpoint(b).associations().next().unwrap();
    network.record();
    for number in 0..50u8 {
        network.endpoint(b).send(now, id, SendInfo::unordered(0), vec![number; 1000]).unwrap();
    }
    network.run_for(Duration::from_secs(600));
    for victim in victims {
        let sent: Vec<_> = network.recorded().iter().filter(|it| it.destination == victim).collect();
        println!("{victim}: {} packets", sent.len());
        // HB.Max.Burst is 1.
        assert!(sent.len() <= config.path_max_retrans as usize);
        assert!(sent.iter().all(|it| first(&it.bytes).kind == kind::HEARTBEAT && it.bytes.len() < 40));
    }
    // One of them each time-out, however many are listed (HB.Max.Burst).
    let probes: Vec<_> =
        network.recorded().iter().filter(|it| it.destination != A1).map(|it| it.at).collect();
    assert!(probes.windows(2).all(|two| two[1] - two[0] >= config.rto_initial), "{probes:?}");
}

// covers: RFC 5062 §2
#[test]
fn camping_on_an_address_keeps_nobody_out() {
    let mut server = server();
    // Somebody claims an address that is not his, and the port that goes with it.
    associate(&mut server, ms(0), STRANGER, &[Param::Address(A1)]);
    assert_eq!(server.find(A1, 5060), None);
    let (_, _) = associate(&mut server, ms(10), A1, &[]);
    assert_eq!(server.associations().count(), 2);
    assert!(server.find(A1, 5060).is_some());
}

// covers: RFC 5062 §4; RFC 9260 §5.2.2
#[test]
fn a_restart_may_add_no_address() {
    let mut server = server();
    associate(&mut server, ms(0), A1, &[]);
    let list = params(&[Param::Address(STRANGER)]);
    let answers = ask(&mut server, ms(10), A1, &packet(0, |w| init(10, &list).emit(w, kind::INIT).unwrap()));
    let chunk = first(&answers[0]);
    // Cause 11, and the address that is new.
    assert_eq!((chunk.kind, &chunk.value[..4]), (kind::ABORT, &[0, 11, 0, 12][..]));
    assert_eq!(server.associations().count(), 1);
}

// covers: RFC 5061 §4.1.1; RFC 4895 §6.3; RFC 5062 §4
#[test]
fn asconf_without_auth_changes_nothing() {
    let mut server = server();
    let (tag, _) = associate(
        &mut server,
        ms(0),
        A1,
        &[
            Param::Random(&[1; 32]),
            Param::ChunkList(&[0xc1, 0x80]),
            Param::HmacAlgo(&[0, 3]),
            Param::SupportedExtensions(&[0xc1, 0x80]),
        ],
    );
    let id = server.associations().next().unwrap();
    let change = AddressChange { correlation: 1, address: STRANGER };
    let list = params(&[Param::Address(A1), Param::AddAddress(change)]);
    let asconf = Chunk::Asconf(Asconf { serial: 77, params: &list });
    let naked = packet(tag, |w| asconf.emit(w).unwrap());
    let auth = simdsip_sctp::wire::chunk::Auth { key: 0, hmac: 3, mac: &[0; 32] };
    let forged = packet(tag, |w| Chunk::Auth(auth).emit(w).and_then(|()| asconf.emit(w)).unwrap());
    for bytes in [naked, forged] {
        for source in [A1, STRANGER] {
            assert!(
                ask(&mut server, ms(1), source, &bytes).iter().all(|it| first(it).kind != kind::ASCONF_ACK)
            );
            assert_eq!(server.status(id).unwrap().paths.len(), 1);
        }
    }
}

// covers: RFC 9260 §3.3.4
#[test]
fn acknowledging_what_was_not_sent_ends_the_association() {
    let mut server = server();
    let (tag, _) = associate(&mut server, ms(0), A1, &[]);
    let bytes = packet(tag, |w| Chunk::Sack(Sack::plain(tag.wrapping_add(1000), 1000)).emit(w).unwrap());
    let answers = ask(&mut server, ms(1), A1, &bytes);
    assert_eq!(first(&answers[0]).kind, kind::ABORT);
    assert_eq!(server.associations().count(), 0);
}

#[test]
fn bombs_are_bounded() {
    let mut server = server();
    let (tag, _) = associate(&mut server, ms(0), A1, &[Param::ForwardTsn]);
    let id = server.associations().next().unwrap();
    // Every second TSN as far as gap blocks reach, fragments that never end, streams that do not exist.
    let mut runs = 0;
    let mut held = 0;
    for tsn in (1..60_000u32).step_by(2) {
        let data = Data {
            flags: 0,
            tsn: 77u32.wrapping_add(tsn),
            stream: (tsn % 20) as u16,
            ssn: 0,
            ppid: 0,
            payload: &[0; 64],
        };
        for answer in ask(&mut server, ms(2), A1, &packet(tag, |w| data.emit(w).unwrap())) {
            let raw =
                Packet::parse(&answer).unwrap().chunks().map(Result::unwrap).find(|it| it.kind == kind::SACK);
            let Some(raw) = raw else { continue };
            let sack = Sack::parse(&raw).unwrap();
            runs = runs.max(sack.gaps().count());
            held = held.max(AssociationConfig::sip().receive_buffer_len - sack.rwnd as usize);
        }
    }
    assert!(runs > 100, "it keeps some: {runs}");
    // Forward to the far end of the numbers.
    let forward =
        packet(tag, |w| w.tlv([kind::FORWARD_TSN, 0], |w| w.u32(77u32.wrapping_add(0x7000_0000))).unwrap());
    ask(&mut server, ms(3), A1, &forward);
    let status = server.status(id).expect("it lives");
    assert_eq!(status.paths.len(), 1);
    // Not more than so many runs were kept: what would begin another was not taken.
    assert!(
        runs <= 256 && held <= 2 * AssociationConfig::sip().receive_buffer_len,
        "{runs} runs, {held} bytes"
    );
    // It still works: the next TSN is delivered.
    let data = Data {
        flags: 7,
        tsn: 77u32.wrapping_add(0x7000_0001),
        stream: 0,
        ssn: 0,
        ppid: 0,
        payload: b"still here",
    };
    ask(&mut server, ms(4), A1, &packet(tag, |w| data.emit(w).unwrap()));
    let events: Vec<_> = core::iter::from_fn(|| server.poll_event()).collect();
    assert!(events.iter().any(|it| matches!(it, Event::Message(message) if message.data == b"still here")));
}

// covers: RFC 9260 §8.5
#[test]
fn a_blind_packet_ends_no_attempt_and_makes_no_association() {
    use simdsip_sctp::wire::chunk::T_BIT;
    let config = AssociationConfig::sip();
    let mut client = endpoint(&[B1], &config, 1);
    client.associate(ms(0), &[A1], 5060, config).unwrap();
    let mut buffer = [0; 2048];
    client.poll_transmit(ms(0), &mut buffer).unwrap();
    // The peer's tag is not known yet, which is no tag that anybody could give back.
    let abort = packet(0, |w| w.tlv([kind::ABORT, T_BIT], |_| Ok(())).unwrap());
    ask(&mut client, ms(1), A1, &abort);
    let cookie = params(&[Param::StateCookie(b"anything")]);
    let smuggled = packet(0, |w| {
        w.tlv([kind::SHUTDOWN_COMPLETE, T_BIT], |_| Ok(())).unwrap();
        init(4, &cookie).emit(w, kind::INIT_ACK).unwrap();
    });
    assert!(ask(&mut client, ms(1), A1, &smuggled).is_empty());
    let id = client.associations().next().expect("it goes on");
    assert!(!client.status(id).unwrap().established);
    assert_eq!(client.poll_event(), None);
    // In an association nothing behind the first chunk counts, and SHUTDOWN COMPLETE not at all.
    let mut peer = Scripted::new(&[]);
    let data = Data { flags: 7, tsn: 77, stream: 0, ssn: 0, ppid: 0, payload: b"smuggled" };
    let bytes = packet(9, |w| {
        w.tlv([kind::SHUTDOWN_COMPLETE, T_BIT], |_| Ok(())).unwrap();
        data.emit(w).unwrap();
    });
    assert!(ask(&mut peer.server, peer.now, A1, &bytes).is_empty());
    assert!(peer.events().is_empty());
    assert_eq!(peer.server.associations().count(), 1);
}

// covers: RFC 9260 §5.4, §5.1.5
#[test]
fn a_cookie_from_elsewhere_proves_nothing() {
    let mut server = server();
    let list = params(&[Param::Address(A2)]);
    let answer =
        ask(&mut server, ms(0), A1, &packet(0, |w| init(9, &list).emit(w, kind::INIT).unwrap())).remove(0);
    let raw = first(&answer);
    let ack = Init::parse(&raw).unwrap();
    let Ok(Param::StateCookie(cookie)) = Param::parse(&ack.params().next().unwrap().unwrap()) else {
        panic!()
    };
    let echo = packet(ack.tag, |w| Chunk::CookieEcho(cookie).emit(w).unwrap());
    // Not given to this address, nor does it speak of it.
    assert!(ask(&mut server, ms(1), STRANGER, &echo).is_empty());
    assert_eq!(server.associations().count(), 0);
    // From an address that was only listed: it stands, but the one that INIT ACK went to is what is proved.
    let mut buffer = [0; 2048];
    let datagram = Datagram { source: A2, destination: Some(B2), encapsulation: Some(9899), bytes: &echo };
    server.handle_input(ms(1), [datagram]);
    while let Some(transmit) = server.poll_transmit(ms(1), &mut buffer) {
        let kind = first(&buffer[..transmit.len]).kind;
        assert!(transmit.destination == A1 || kind == kind::HEARTBEAT, "{kind} to {}", transmit.destination);
    }
    let id = server.associations().next().unwrap();
    let paths = server.status(id).unwrap().paths;
    let states: Vec<_> = paths.iter().map(|it| (it.address, it.state, it.primary)).collect();
    assert_eq!(states, [(A1, PathState::Active, true), (A2, PathState::Unconfirmed, false)]);
}

// covers: RFC 9260 §5.1; RFC 5062 §8
#[test]
fn the_smallest_init_is_answered_over_ipv6_too() {
    let here: IpAddr = "fd71:1::2".parse().unwrap();
    let there: IpAddr = "fd71:1::1".parse().unwrap();
    let mut server = endpoint(&[here], &AssociationConfig::sip(), 2);
    let bytes = packet(0, |w| init(9, &[]).emit(w, kind::INIT).unwrap());
    let mut ask6 = |now, bytes: &[u8]| {
        server.handle_input(
            now,
            [Datagram { source: there, destination: Some(here), encapsulation: None, bytes }],
        );
        let mut buffer = [0; 2048];
        let len = server.poll_transmit(now, &mut buffer).expect("an answer").len;
        buffer[..len].to_vec()
    };
    let answer = ask6(ms(0), &bytes);
    assert!(answer.len() <= 3 * bytes.len());
    let raw = first(&answer);
    let ack = Init::parse(&raw).unwrap();
    let Ok(Param::StateCookie(cookie)) = Param::parse(&ack.params().next().unwrap().unwrap()) else {
        panic!()
    };
    ask6(ms(1), &packet(ack.tag, |w| Chunk::CookieEcho(cookie).emit(w).unwrap()));
    // Now with the stand-in for the tags of the association that stands.
    let answer = ask6(ms(2), &packet(0, |w| init(10, &[]).emit(w, kind::INIT).unwrap()));
    assert_eq!(first(&answer).kind, kind::INIT_ACK);
    assert!(answer.len() <= 3 * bytes.len());
}

#[test]
fn any_number_of_addresses_is_taken_up_to_the_limit() {
    let config = EndpointConfig {
        max_addresses: usize::MAX,
        ..EndpointConfig::new(5060, [B1, "fd71:1::2".parse().unwrap()])
    };
    let mut server = Endpoint::new(config, [2; 32]);
    let list: Vec<_> = (1..=100u16)
        .map(|it| Param::Address(core::net::Ipv6Addr::new(0xfd71, 0, 0, 0, 0, 0, 0, it).into()))
        .collect();
    let mut buffer = [0; 4096];
    let mut writer = Writer::new(&mut buffer);
    list.iter().for_each(|it| it.emit(&mut writer).unwrap());
    let list = writer.written().to_vec();
    let answers = ask(&mut server, ms(0), A1, &packet(0, |w| init(9, &list).emit(w, kind::INIT).unwrap()));
    assert_eq!(first(&answers[0]).kind, kind::INIT_ACK);
}

// covers: RFC 9260 §5.1.2
#[test]
fn an_init_that_lists_a_known_address_belongs_to_its_association() {
    let mut server = server();
    associate(&mut server, ms(0), A1, &[]);
    let list = params(&[Param::Address(A1)]);
    let answers =
        ask(&mut server, ms(10), STRANGER, &packet(0, |w| init(33, &list).emit(w, kind::INIT).unwrap()));
    // Which it may not add an address to.
    assert_eq!((first(&answers[0]).kind, &first(&answers[0]).value[..2]), (kind::ABORT, &[0, 11][..]));
    assert_eq!(server.associations().count(), 1);
}

#[test]
fn an_endless_message_of_crumbs_ends_the_association() {
    // Descending, so that every crumb joins those before it, and in order.
    for descending in [true, false] {
        let mut peer = Scripted::new(&[]);
        for at in 1..=6_000u32 {
            let at = if descending { 6_001 - at } else { at };
            let data =
                Data { flags: Data::UNORDERED, tsn: 77 + at, stream: 0, ssn: 0, ppid: 0, payload: b"x" };
            peer.chunk(&Chunk::Data(data));
        }
        let limited = |it: &Event| {
            matches!(it, Event::AssocChange { change: Change::CommLost(Lost::Violation(_)), .. })
        };
        assert!(peer.events().iter().any(limited), "descending: {descending}");
    }
}
