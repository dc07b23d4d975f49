//! RFC 9260 and its extensions clause by clause, against a peer of packets written by hand.

mod common;

use common::peer::*;
use common::*;
use simdsip_sctp::wire::chunk::{ForwardTsn, Gap, Init, Sack, kind};
use simdsip_sctp::wire::{Cause, Chunk, Data, Packet, Param, RawParam, Writer};

const UNORDERED: u8 = Data::WHOLE | Data::UNORDERED;

fn sack_of(packets: &[Vec<u8>]) -> Option<(u32, Vec<Gap>, Vec<u32>)> {
    packets.iter().find_map(|bytes| {
        let raw = Packet::parse(bytes).unwrap().chunks().find(|it| it.unwrap().kind == kind::SACK)?.unwrap();
        let sack = Sack::parse(&raw).unwrap();
        Some((
            sack.cum_tsn.wrapping_sub(77),
            sack.gaps().collect(),
            sack.duplicates().map(|it| it - 77).collect(),
        ))
    })
}

fn unknown(kind: u16) -> Param<'static> {
    Param::Unknown(RawParam { kind, value: b"\0\0\0\x01", bytes: b"", at: 0 })
}

#[test]
fn rfc9260_3_2_unknown_chunks_by_their_high_bits() {
    for (kind, goes_on, reported) in
        [(0x3e, false, false), (0x7e, false, true), (0xbe, true, false), (0xfe, true, true)]
    {
        let mut peer = Scripted::new(&[]);
        let bytes = packet(peer.tag, |w| {
            w.tlv([kind, 0], |w| w.u32(5)).unwrap();
            let data = Data { flags: UNORDERED, tsn: 77, stream: 0, ssn: 0, ppid: 0, payload: b"x" };
            data.emit(w).unwrap();
        });
        let answers = ask(&mut peer.server, peer.now, A1, &bytes);
        let cause = answers.iter().map(|it| first(it)).find(|it| it.kind == kind::ERROR);
        assert_eq!(cause.is_some(), reported, "{kind:x}");
        if let Some(cause) = cause {
            assert_eq!(cause.value, [&[0, 6, 0, 12, kind, 0, 0, 8][..], &[0, 0, 0, 5]].concat());
        }
        assert_eq!(peer.events().len(), usize::from(goes_on), "{kind:x}");
    }
}

#[test]
fn rfc9260_3_2_1_unknown_parameters_by_their_high_bits() {
    for (kind, goes_on, reported) in
        [(0x3fff, false, false), (0x7fff, false, true), (0xbfff, true, false), (0xffff, true, true)]
    {
        let list = params(&[unknown(kind), Param::ForwardTsn]);
        let bytes = packet(0, |w| init(9, &list).emit(w, kind::INIT).unwrap());
        let answer = ask(&mut server(), ms(0), A1, &bytes).remove(0);
        let raw = first(&answer);
        let ack = Init::parse(&raw).unwrap();
        let all: Vec<_> = ack.params().map(|it| it.unwrap().kind).collect();
        assert_eq!(all.contains(&8), reported, "{kind:x}");
        // What stands behind was read, or not.
        assert_eq!(all.contains(&0xc000), goes_on, "{kind:x}");
    }
}

#[test]
fn rfc9260_3_3_2_an_init_without_tag_is_dropped_and_one_without_streams_aborted() {
    let mut server = server();
    let no_tag = packet(0, |w| init(0, &[]).emit(w, kind::INIT).unwrap());
    assert!(ask(&mut server, ms(0), A1, &no_tag).is_empty());
    for (out_streams, in_streams) in [(0, 1), (1, 0)] {
        let bad = Init { out_streams, in_streams, ..init(9, &[]) };
        let answers = ask(&mut server, ms(0), A1, &packet(0, |w| bad.emit(w, kind::INIT).unwrap()));
        assert_eq!(kinds(&answers), [[kind::ABORT]]);
        assert_eq!(Packet::parse(&answers[0]).unwrap().header().tag, 9);
    }
}

#[test]
fn rfc9260_5_1_2_the_source_and_what_is_listed_become_paths() {
    let mut peer = Scripted::new(&[Param::Address(A2), Param::Address("fd71::1".parse().unwrap())]);
    let status = peer.server.status(peer.id).unwrap();
    let paths: Vec<_> = status.paths.iter().map(|it| (it.address, it.local, it.state)).collect();
    // IPv6 cannot be reached from here. Each path has the local address of its network.
    assert_eq!(paths, [(A1, Some(B1), PathState::Active), (A2, Some(B2), PathState::Unconfirmed)]);
    assert!(peer.events().is_empty());
}

#[test]
fn rfc9260_5_1_2_a_host_name_is_answered_with_abort() {
    let list = params(&[Param::HostName(b"host.example\0")]);
    let answers = ask(&mut server(), ms(0), A1, &packet(0, |w| init(9, &list).emit(w, kind::INIT).unwrap()));
    assert_eq!(kinds(&answers), [[kind::ABORT]]);
    assert_eq!(first(&answers[0]).value[..2], [0, 5]);
}

#[test]
fn rfc9260_5_1_init_is_alone_and_has_tag_0() {
    let mut server = server();
    let with_tag = packet(3, |w| init(9, &[]).emit(w, kind::INIT).unwrap());
    let with_more =
        packet(0, |w| init(9, &[]).emit(w, kind::INIT).and_then(|()| Chunk::CookieAck.emit(w)).unwrap());
    for bytes in [with_tag, with_more] {
        assert!(ask(&mut server, ms(0), A1, &bytes).is_empty());
    }
}

#[test]
fn rfc9260_5_2_2_a_late_init_changes_nothing() {
    let mut peer = Scripted::new(&[]);
    let answers = ask(&mut peer.server, ms(5), A1, &packet(0, |w| init(9, &[]).emit(w, kind::INIT).unwrap()));
    let raw = first(&answers[0]);
    let ack = Init::parse(&raw).unwrap();
    assert_ne!(ack.tag, peer.tag);
    assert!(peer.events().is_empty());
    assert_eq!(sack_of(&peer.data(0, UNORDERED | Data::IMMEDIATE, 0)).unwrap().0, 0);
    assert_eq!(peer.events().len(), 1);
}

#[test]
fn rfc9260_5_2_3_an_unexpected_init_ack_is_dropped() {
    let mut peer = Scripted::new(&[]);
    assert!(peer.chunk(&Chunk::InitAck(init(4, &[]))).is_empty());
    assert!(peer.events().is_empty());
}

#[test]
fn rfc9260_5_2_4_a_restart_keeps_the_association_and_hands_back_what_waited() {
    let mut peer = Scripted::new(&[]);
    peer.server.send(peer.now, peer.id, SendInfo::ordered(0), b"never acknowledged".to_vec()).unwrap();
    peer.data(0, UNORDERED, 0);
    peer.wait(ms(5));
    peer.events();
    let (tag, _) = associate(&mut peer.server, ms(10), A1, &[]);
    assert_ne!(tag, peer.tag);
    peer.tag = tag;
    let events = peer.events();
    assert!(matches!(events[0], Event::AssocChange { change: Change::Restart, .. }), "{events:?}");
    assert!(
        matches!(&events[1], Event::SendFailed { message, .. } if message.data == b"never acknowledged" && message.sent)
    );
    assert_eq!(peer.server.associations().collect::<Vec<_>>(), [peer.id]);
    // TSNs begin anew on both sides.
    peer.now = ms(11);
    assert_eq!(sack_of(&peer.data(0, UNORDERED | Data::IMMEDIATE, 0)).unwrap().0, 0);
    assert_eq!(peer.events().len(), 1);
}

#[test]
fn rfc9260_5_2_5_a_second_cookie_ack_is_dropped() {
    let mut peer = Scripted::new(&[]);
    assert!(peer.chunk(&Chunk::CookieAck).is_empty());
    assert!(peer.events().is_empty());
}

#[test]
fn rfc9260_5_4_only_heartbeats_go_to_an_address_that_is_not_proved() {
    let mut peer = Scripted::new(&[Param::Address(A2)]);
    let sent = peer.wait(ms(100));
    let probe = sent.iter().find(|it| it.1 == A2).expect("it is probed at once");
    let beat = first(&probe.2);
    assert_eq!(beat.kind, kind::HEARTBEAT);
    assert!(!peer.server.set_primary(peer.now, peer.id, A2).unwrap());
    // A forged nonce proves nothing.
    let mut forged = beat.value.to_vec();
    *forged.last_mut().unwrap() ^= 1;
    peer.chunk_from(A2, &Chunk::HeartbeatAck(&forged));
    assert_eq!(peer.server.status(peer.id).unwrap().paths[1].state, PathState::Unconfirmed);
    peer.chunk_from(A2, &Chunk::HeartbeatAck(beat.value));
    assert_eq!(peer.server.status(peer.id).unwrap().paths[1].state, PathState::Active);
    let confirmed = |it: &Event| matches!(it, Event::PeerAddrChange { state: AddressState::Confirmed, .. });
    assert!(peer.events().iter().any(confirmed));
    assert!(peer.server.set_primary(peer.now, peer.id, A2).unwrap());
}

#[test]
fn rfc9260_6_1_a_closed_window_is_probed_with_one_chunk() {
    let mut peer = Scripted::new(&[]);
    for number in 0..10 {
        peer.server.send(peer.now, peer.id, SendInfo::unordered(0), vec![number; 1000]).unwrap();
    }
    let sent = peer.wait(ms(2));
    let out = sent.iter().filter(|it| has(&it.2, kind::DATA)).count() as u32;
    peer.chunk(&Chunk::Sack(Sack::plain(peer.tag.wrapping_add(out - 1), 0)));
    // One is on its way at any time, and however long it takes, the association lives.
    let mut probes = 0;
    for _ in 0..30 {
        let sent = peer.wait(peer.now + Duration::from_secs(2));
        probes += sent.iter().filter(|it| has(&it.2, kind::DATA)).count();
        peer.chunk(&Chunk::Sack(Sack::plain(peer.tag.wrapping_add(out - 1), 0)));
    }
    assert!((30..=30 * 6).contains(&probes), "{probes}");
    assert!(peer.server.status(peer.id).is_ok());
    // It opens: the rest goes, whatever was lost first.
    let mut acked = out;
    while peer.server.status(peer.id).unwrap().buffered_len > 0 {
        let sent = peer.chunk(&Chunk::Sack(Sack::plain(peer.tag.wrapping_add(acked), 100_000)));
        acked += sent.iter().filter(|it| has(it, kind::DATA)).count() as u32;
        assert!(acked < 10);
    }
}

#[test]
fn rfc9260_6_2_every_second_packet_is_acknowledged_or_after_the_delay() {
    let mut peer = Scripted::new(&[]);
    assert!(peer.data(0, UNORDERED, 0).is_empty());
    assert_eq!(sack_of(&peer.data(1, UNORDERED, 0)), Some((1, vec![], vec![])));
    assert!(peer.data(2, UNORDERED, 0).is_empty());
    let begin = peer.now;
    let sent = peer.wait(ms(500));
    let sack = sent.iter().find(|it| first(&it.2).kind == kind::SACK).unwrap();
    assert_eq!(sack.0 - begin, AssociationConfig::sip().sack_delay);
}

#[test]
fn rfc9260_6_2_empty_data_ends_the_association() {
    let mut peer = Scripted::new(&[]);
    let bytes = packet(peer.tag, |w| {
        w.tlv([kind::DATA, 3], |w| w.put(&[0, 0, 0, 77, 0, 0, 0, 0, 0, 0, 0, 0])).unwrap()
    });
    let answers = ask(&mut peer.server, peer.now, A1, &bytes);
    assert_eq!(first(&answers[0]).value, [0, 9, 0, 8, 0, 0, 0, 77]);
    assert_eq!(kinds(&answers), [[kind::ABORT]]);
}

#[test]
fn rfc9260_6_2_1_an_older_sack_is_dropped() {
    let mut peer = Scripted::new(&[]);
    for number in 0..3 {
        peer.server.send(peer.now, peer.id, SendInfo::unordered(0), vec![number; 1000]).unwrap();
    }
    peer.wait(ms(2));
    peer.chunk(&Chunk::Sack(Sack::plain(peer.tag.wrapping_add(2), 10_000)));
    assert!(peer.chunk(&Chunk::Sack(Sack::plain(peer.tag, 10_000))).is_empty());
    assert_eq!(peer.server.status(peer.id).unwrap().buffered_len, 0);
    assert_eq!(peer.server.associations().count(), 1);
}

#[test]
fn rfc9260_6_3_3_the_timer_doubles() {
    // One address: there is nowhere else to go.
    let config =
        AssociationConfig { tail_loss_probe: simdsip_sctp::TailLossProbe::Off, ..AssociationConfig::sip() };
    let mut peer = Scripted::with(config, &[]);
    peer.server.send(peer.now, peer.id, SendInfo::unordered(0), b"x".to_vec()).unwrap();
    let sent = peer.wait(Duration::from_secs(8));
    let times: Vec<_> = sent.iter().filter(|it| has(&it.2, kind::DATA)).map(|it| it.0.as_millis()).collect();
    assert_eq!(times, [1, 501, 1501, 3501, 5501, 7501]);
}

#[test]
fn rfc9260_6_4_answers_go_to_where_the_question_came_from() {
    let mut peer = Scripted::new(&[Param::Address(A2)]);
    let sent = peer.wait(ms(50));
    let beat = first(&sent.iter().find(|it| it.1 == A2).unwrap().2).value.to_vec();
    peer.chunk_from(A2, &Chunk::HeartbeatAck(&beat));
    peer.wait(ms(60));
    for source in [A1, A2] {
        let beat = packet(peer.tag, |w| Chunk::Heartbeat(b"\0\x01\0\x08abcd").emit(w).unwrap());
        let data = Data {
            flags: UNORDERED | Data::IMMEDIATE,
            tsn: if source == A1 { 77 } else { 78 },
            stream: 0,
            ssn: 0,
            ppid: 0,
            payload: b"x",
        };
        let data = packet(peer.tag, |w| data.emit(w).unwrap());
        for (bytes, answer) in [(beat, kind::HEARTBEAT_ACK), (data, kind::SACK)] {
            let datagram = simdsip_sctp::Datagram {
                source,
                destination: None,
                encapsulation: Some(9899),
                bytes: &bytes,
            };
            peer.server.handle_input(peer.now, [datagram]);
            let sent = peer.wait(peer.now);
            // The address that data has left is asked whether it is still there.
            let sent = sent.iter().map(|it| (first(&it.2).kind, it.1)).filter(|it| it.0 != kind::HEARTBEAT);
            assert_eq!(sent.collect::<Vec<_>>(), [(answer, source)]);
        }
    }
}

#[test]
fn rfc9260_6_5_a_stream_that_does_not_exist_is_reported_and_acknowledged() {
    let mut peer = Scripted::new(&[]);
    let data =
        Data { flags: UNORDERED | Data::IMMEDIATE, tsn: 77, stream: 9999, ssn: 0, ppid: 0, payload: b"x" };
    let answers = peer.chunk(&Chunk::Data(data));
    assert_eq!(sack_of(&answers), Some((0, vec![], vec![])));
    let error = first(&answers[0]);
    assert_eq!((error.kind, error.value), (kind::ERROR, &[0, 1, 0, 8, 0x27, 0x0f, 0, 0][..]));
    assert!(peer.events().is_empty());
}

#[test]
fn rfc9260_6_6_messages_of_a_stream_come_in_its_order() {
    let mut peer = Scripted::new(&[]);
    peer.data(1, Data::WHOLE, 1);
    peer.data(2, UNORDERED, 0);
    assert_eq!(peer.events().len(), 1);
    peer.data(0, Data::WHOLE, 0);
    let got: Vec<_> = peer
        .events()
        .into_iter()
        .map(|it| match it {
            Event::Message(message) => message.ssn,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(got, [0, 1]);
}

#[test]
fn rfc9260_6_7_gaps_and_duplicates_are_reported_at_once() {
    let mut peer = Scripted::new(&[]);
    peer.data(0, UNORDERED, 0);
    assert_eq!(sack_of(&peer.data(2, UNORDERED, 0)), Some((0, vec![Gap { start: 2, end: 2 }], vec![])));
    assert_eq!(
        sack_of(&peer.data(4, UNORDERED, 0)).unwrap().1,
        [Gap { start: 2, end: 2 }, Gap { start: 4, end: 4 }]
    );
    assert_eq!(sack_of(&peer.data(3, UNORDERED, 0)).unwrap().1, [Gap { start: 2, end: 4 }]);
    assert_eq!(sack_of(&peer.data(3, UNORDERED, 0)).unwrap().2, [3]);
    assert_eq!(sack_of(&peer.data(1, UNORDERED, 0)), Some((4, vec![], vec![])));
    assert_eq!(peer.events().len(), 5);
}

#[test]
fn rfc9260_6_8_a_wrong_checksum_is_dropped() {
    let mut peer = Scripted::new(&[]);
    let data = Data { flags: UNORDERED, tsn: 77, stream: 0, ssn: 0, ppid: 0, payload: b"x" };
    let mut bytes = packet(peer.tag, |w| data.emit(w).unwrap());
    bytes[9] ^= 1;
    assert!(ask(&mut peer.server, peer.now, A1, &bytes).is_empty());
    assert!(peer.events().is_empty());
    assert_eq!(peer.server.counters().bad_checksum, 1);
}

#[test]
fn rfc9260_6_9_no_fragment_is_longer_than_a_path_carries() {
    let mut peer = Scripted::new(&[]);
    peer.server.send(peer.now, peer.id, SendInfo::ordered(0), vec![7; 5000]).unwrap();
    let mut flags = Vec::new();
    let mut sum = 0;
    let mut packets: Vec<Vec<u8>> = peer.wait(peer.now).into_iter().map(|it| it.2).collect();
    while sum < 5000 {
        for bytes in packets.iter().filter(|it| has(it, kind::DATA)) {
            // IP 20, UDP 8.
            assert!(bytes.len() + 28 <= 1280, "{}", bytes.len());
            for raw in Packet::parse(bytes).unwrap().chunks().map(Result::unwrap) {
                flags.push(raw.flags & 7);
                sum += raw.value.len() - 12;
            }
        }
        let cum = peer.tag.wrapping_add(flags.len() as u32 - 1);
        packets = peer.chunk(&Chunk::Sack(Sack::plain(cum, 100_000)));
    }
    assert_eq!(flags, [2, 0, 0, 0, 1]);
}

#[test]
fn rfc9260_7_2_4_three_reports_and_the_chunk_goes_again_at_once() {
    let mut peer = Scripted::new(&[]);
    let mut sent = Vec::new();
    for number in 0..8u8 {
        peer.server.send(peer.now, peer.id, SendInfo::unordered(0), vec![number; 200]).unwrap();
        sent.extend(peer.wait(peer.now));
    }
    let before = peer.server.status(peer.id).unwrap().paths[0].cwnd;
    let mut again = Vec::new();
    for end in 2..=4u16 {
        let mut buffer = [0; 100];
        let mut w = Writer::new(&mut buffer);
        let gaps = [Gap { start: 2, end }];
        Sack::write(&mut w, peer.tag.wrapping_sub(1), 10_000, gaps.into_iter(), [].into_iter()).unwrap();
        let bytes = w.written().to_vec();
        let packet = packet(peer.tag, |w| w.put(&bytes).unwrap());
        let answers = ask(&mut peer.server, peer.now, A1, &packet);
        again.push(answers.into_iter().filter(|it| has(it, kind::DATA)).collect::<Vec<_>>());
    }
    // So many are on the way that three reports are wanted.
    assert!(again[0].is_empty() && again[1].is_empty());
    let raw = first(&again[2][0]);
    let data = Data::parse(&raw).unwrap();
    assert_eq!((data.tsn, data.payload), (peer.tag, &[0; 200][..]));
    // Half of it, but at least four packets (§7.2.3).
    assert_eq!((before, peer.server.status(peer.id).unwrap().paths[0].cwnd), (4404, 4 * 1240));
}

#[test]
fn rfc9260_8_3_heartbeats_come_at_their_interval() {
    let mut peer = Scripted::new(&[]);
    let mut last = peer.now;
    for _ in 0..10 {
        let sent = loop {
            let sent = peer.wait(peer.now + ms(100));
            if !sent.is_empty() {
                break sent;
            }
        };
        let (at, _, bytes) = &sent[0];
        let beat = first(bytes);
        assert_eq!(beat.kind, kind::HEARTBEAT);
        peer.now = *at;
        let info = beat.value.to_vec();
        peer.chunk(&Chunk::HeartbeatAck(&info));
        let between = *at - last;
        assert!((ms(5_000)..=ms(5_800)).contains(&between) || last == ms(1), "{between:?}");
        last = *at;
    }
}

#[test]
fn rfc9260_9_1_abort_ends_at_once() {
    let mut peer = Scripted::new(&[]);
    assert!(
        peer.chunk(&Chunk::Abort(simdsip_sctp::wire::chunk::Abort {
            reflected: false,
            causes: simdsip_sctp::wire::chunk::Causes::new(b"\0\x0c\0\x04")
        }))
        .is_empty()
    );
    let events = peer.events();
    assert_eq!(
        events,
        [Event::AssocChange {
            association: peer.id,
            change: Change::CommLost(Lost::PeerAborted { cause: Some(12) })
        }]
    );
    assert_eq!(peer.server.poll_timeout(), None);
    // Our own: the peer is told, the application gets everything back.
    let mut peer = Scripted::new(&[]);
    peer.server.send(peer.now, peer.id, SendInfo::ordered(0), b"x".to_vec()).unwrap();
    peer.server.abort(peer.now, peer.id, b"why").unwrap();
    let sent = peer.wait(peer.now);
    assert_eq!((first(&sent[0].2).kind, first(&sent[0].2).value), (kind::ABORT, &b"\0\x0c\0\x07why"[..]));
    assert_eq!(peer.events().len(), 2);
}

#[test]
fn rfc9260_9_2_shutdown_waits_for_what_is_on_its_way() {
    let mut peer = Scripted::new(&[]);
    peer.server.send(peer.now, peer.id, SendInfo::ordered(0), b"x".to_vec()).unwrap();
    peer.server.shutdown(peer.now, peer.id).unwrap();
    let sent = peer.wait(peer.now);
    assert_eq!(sent.iter().map(|it| first(&it.2).kind).collect::<Vec<_>>(), [kind::DATA]);
    assert_eq!(
        peer.server.send(peer.now, peer.id, SendInfo::ordered(0), b"y".to_vec()).unwrap_err().kind,
        simdsip_sctp::SendErrorKind::ShuttingDown
    );
    let answers = peer.chunk(&Chunk::Sack(Sack::plain(peer.tag, 10_000)));
    assert_eq!(kinds(&answers), [[kind::SHUTDOWN]]);
    // DATA that comes now is acknowledged, with SHUTDOWN again.
    let answers = peer.data(0, UNORDERED, 0);
    let all = kinds(&answers).concat();
    assert!(all.contains(&kind::SACK) && all.contains(&kind::SHUTDOWN), "{all:?}");
    assert_eq!(kinds(&peer.chunk(&Chunk::ShutdownAck)), [[kind::SHUTDOWN_COMPLETE]]);
    let last = peer.events().pop();
    assert_eq!(last, Some(Event::AssocChange { association: peer.id, change: Change::ShutdownComp }));
    assert_eq!(peer.server.poll_timeout(), None);
}

#[test]
fn rfc9260_9_2_the_other_end_shuts_down_and_its_complete_may_be_lost() {
    let mut peer = Scripted::new(&[]);
    let answers = peer.chunk(&Chunk::Shutdown(peer.tag.wrapping_sub(1)));
    assert_eq!(kinds(&answers), [[kind::SHUTDOWN_ACK]]);
    // Lost: it comes again under T2.
    let sent = peer.wait(ms(600));
    assert_eq!(sent.iter().map(|it| first(&it.2).kind).collect::<Vec<_>>(), [kind::SHUTDOWN_ACK]);
    // The peer begins anew: it has to be told first.
    let answers =
        ask(&mut peer.server, peer.now, A1, &packet(0, |w| init(10, &[]).emit(w, kind::INIT).unwrap()));
    assert_eq!(kinds(&answers), [[kind::SHUTDOWN_ACK]]);
    peer.chunk(&Chunk::ShutdownComplete(0));
    assert_eq!(peer.server.associations().count(), 0);
}

#[test]
fn rfc7053_5_2_the_i_bit_wants_a_sack_at_once() {
    let mut peer = Scripted::new(&[]);
    assert_eq!(sack_of(&peer.data(0, UNORDERED | Data::IMMEDIATE, 0)), Some((0, vec![], vec![])));
}

#[test]
fn rfc7053_4_the_last_chunk_asks_for_a_sack_at_once() {
    let mut peer = Scripted::new(&[]);
    peer.server.send(peer.now, peer.id, SendInfo::unordered(0), vec![1; 3000]).unwrap();
    let sent = peer.wait(peer.now);
    let data = sent.iter().filter(|it| has(&it.2, kind::DATA));
    let flags: Vec<_> = data.map(|it| first(&it.2).flags & Data::IMMEDIATE).collect();
    assert_eq!(flags, [0, 0, Data::IMMEDIATE]);
}

#[test]
fn rfc3758_3_5_a_message_whose_time_is_up_is_skipped() {
    let mut peer = Scripted::new(&[Param::ForwardTsn]);
    let info = SendInfo { lifetime: Some(ms(100)), ..SendInfo::ordered(3) };
    peer.server.send(peer.now, peer.id, info, b"late".to_vec()).unwrap();
    let sent = peer.wait(ms(150));
    let forward = sent.iter().map(|it| first(&it.2)).find(|it| it.kind == kind::FORWARD_TSN).unwrap();
    let forward = ForwardTsn::parse(&forward).unwrap();
    assert_eq!(forward.cum_tsn, peer.tag);
    assert_eq!(forward.skipped().map(|it| (it.stream, it.last)).collect::<Vec<_>>(), [(3, 0)]);
    assert!(
        matches!(&peer.events()[..], [Event::SendFailed { message, .. }] if message.data == b"late" && message.sent)
    );
    // It is told again until it is acknowledged, and then no more.
    let sent = peer.wait(Duration::from_secs(2));
    assert!(sent.iter().any(|it| first(&it.2).kind == kind::FORWARD_TSN));
    peer.chunk(&Chunk::Sack(Sack::plain(peer.tag, 10_000)));
    let sent = peer.wait(Duration::from_secs(5));
    assert!(sent.iter().all(|it| first(&it.2).kind == kind::HEARTBEAT));
}

#[test]
fn rfc3758_3_6_what_the_peer_gave_up_is_not_waited_for() {
    let mut peer = Scripted::new(&[Param::ForwardTsn]);
    peer.data(2, Data::WHOLE, 2);
    assert!(peer.events().is_empty());
    let mut buffer = [0; 64];
    let mut w = Writer::new(&mut buffer);
    ForwardTsn::write(&mut w, 78, [(0, 1)].into_iter()).unwrap();
    let bytes = packet(peer.tag, |out| out.put(w.written()).unwrap());
    let answers = ask(&mut peer.server, peer.now, A1, &bytes);
    assert_eq!(sack_of(&answers), Some((2, vec![], vec![])));
    assert_eq!(peer.events().len(), 1);
}

fn response(packets: &[Vec<u8>]) -> Vec<u32> {
    let raw = first(&packets[0]);
    assert_eq!(raw.kind, kind::RE_CONFIG);
    let words = raw.value.chunks_exact(4).map(|it| u32::from_be_bytes(it.try_into().unwrap()));
    words.skip(1).collect()
}

#[test]
fn rfc6525_5_2_2_the_peer_resets_its_streams_once_all_has_come() {
    let mut peer = Scripted::new(&[]);
    let reset = |request: u32, last: u32| {
        let mut value = vec![0, 13, 0, 18];
        [request, 0, last].iter().for_each(|it| value.extend(it.to_be_bytes()));
        value.extend([0, 0]);
        value
    };
    peer.data(0, Data::WHOLE, 0);
    // TSN 78 is still to come: in progress.
    assert_eq!(response(&peer.chunk(&Chunk::ReConfig(&reset(77, 78)))), [77, 6]);
    peer.data(1, Data::WHOLE, 1);
    assert_eq!(response(&peer.chunk(&Chunk::ReConfig(&reset(77, 78)))), [77, 1]);
    // The same again gives the same answer and does nothing.
    assert_eq!(response(&peer.chunk(&Chunk::ReConfig(&reset(77, 78)))), [77, 1]);
    assert_eq!(response(&peer.chunk(&Chunk::ReConfig(&reset(99, 78)))), [99, 5]);
    let events = peer.events();
    let resets =
        events.iter().filter(|it| matches!(it, Event::StreamReset { streams, .. } if streams == &[0]));
    assert_eq!(resets.count(), 1);
    peer.data(2, Data::WHOLE, 0);
    assert_eq!(peer.events().len(), 1);
}

#[test]
fn rfc6525_5_2_5_the_peer_adds_streams_and_asks_for_ours_in_vain() {
    let config = AssociationConfig { in_streams: 12, ..AssociationConfig::sip() };
    let mut peer = Scripted::with(config, &[]);
    let add = |kind: u8, request: u32, count: u8| {
        [&[0, kind, 0, 12][..], &request.to_be_bytes(), &[0, count, 0, 0]].concat()
    };
    assert_eq!(response(&peer.chunk(&Chunk::ReConfig(&add(17, 77, 2)))), [77, 1]);
    assert!(matches!(peer.events()[..], [Event::StreamChange { in_streams: 12, .. }]));
    assert_eq!(response(&peer.chunk(&Chunk::ReConfig(&add(17, 78, 1)))), [78, 2]);
    assert_eq!(response(&peer.chunk(&Chunk::ReConfig(&add(18, 79, 1)))), [79, 2]);
}

#[test]
fn rfc6951_5_4_the_port_of_the_peer_is_learned_after_the_tag() {
    let mut peer = Scripted::new(&[]);
    let port = |peer: &Scripted| peer.server.status(peer.id).unwrap().paths[0].encapsulation;
    let data = Data { flags: UNORDERED, tsn: 77, stream: 0, ssn: 0, ppid: 0, payload: b"x" };
    for (tag, learned) in [(peer.tag ^ 1, 9899), (peer.tag, 40_000)] {
        let bytes = packet(tag, |w| data.emit(w).unwrap());
        let datagram = simdsip_sctp::Datagram {
            source: A1,
            destination: Some(B1),
            encapsulation: Some(40_000),
            bytes: &bytes,
        };
        peer.server.handle_input(peer.now, [datagram]);
        assert_eq!(port(&peer), Some(learned));
    }
}

#[test]
fn rfc4168_5_1_any_ppid_goes_through_unchanged() {
    let mut peer = Scripted::new(&[]);
    for (at, ppid) in [0, 46, 0xffff_fffe].into_iter().enumerate() {
        let data = Data { flags: UNORDERED, tsn: 77 + at as u32, stream: 0, ssn: 0, ppid, payload: b"x" };
        peer.chunk(&Chunk::Data(data));
        let events = peer.events();
        assert!(events.iter().any(|it| matches!(it, Event::Message(message) if message.ppid == ppid)));
        peer.server
            .send(peer.now, peer.id, SendInfo { ppid, ..SendInfo::unordered(0) }, b"y".to_vec())
            .unwrap();
        let sent = peer.wait(peer.now);
        let raw =
            Packet::parse(&sent[0].2).unwrap().chunks().map(Result::unwrap).find(|it| it.kind == 0).unwrap();
        assert_eq!(Data::parse(&raw).unwrap().ppid, ppid);
        peer.chunk(&Chunk::Sack(Sack::plain(peer.tag.wrapping_add(at as u32), 10_000)));
    }
}

#[test]
fn rfc9260_3_3_10_errors_of_the_peer_are_told() {
    let mut peer = Scripted::new(&[]);
    let mut buffer = [0; 64];
    let mut w = Writer::new(&mut buffer);
    Cause::InvalidStream(4).emit(&mut w).unwrap();
    let causes = simdsip_sctp::wire::chunk::Causes::new(w.written());
    assert!(peer.chunk(&Chunk::Error(causes)).is_empty());
    assert_eq!(peer.events(), [Event::RemoteError { association: peer.id, cause: 1 }]);
    assert_eq!(peer.server.associations().count(), 1);
}

#[test]
fn rfc9260_5_3_1_tags_are_never_0_and_never_the_same() {
    let mut server = server();
    let mut tags = std::collections::BTreeSet::new();
    for number in 0..2_000 {
        let bytes = packet(0, |w| init(9, &[]).emit(w, kind::INIT).unwrap());
        let answer = ask(&mut server, ms(number), A1, &bytes).remove(0);
        tags.insert(Init::parse(&first(&answer)).unwrap().tag);
    }
    assert!(tags.len() == 2_000 && !tags.contains(&0));
}

#[test]
fn rfc9260_5_2_6_a_cookie_that_came_too_late_ends_the_attempt() {
    let config = AssociationConfig::sip();
    let mut client = endpoint(&[B1], &config, 1);
    client.associate(ms(0), &[A1], 5060, config).unwrap();
    let mut buffer = [0; 2048];
    let transmit = client.poll_transmit(ms(0), &mut buffer).unwrap();
    let own = Init::parse(&first(&buffer[..transmit.len])).unwrap().tag;
    let cookie = params(&[Param::StateCookie(b"anything")]);
    let ack = packet(own, |w| init(4, &cookie).emit(w, kind::INIT_ACK).unwrap());
    let echo = ask(&mut client, ms(1), A1, &ack);
    assert_eq!((first(&echo[0]).kind, first(&echo[0]).value), (kind::COOKIE_ECHO, &b"anything"[..]));
    let stale = packet(own, |w| w.tlv([kind::ERROR, 0], |w| Cause::StaleCookie(5).emit(w)).unwrap());
    assert!(ask(&mut client, ms(2), A1, &stale).is_empty());
    let event = client.poll_event();
    assert!(
        matches!(event, Some(Event::AssocChange { change: Change::CantStrAssoc(Lost::StaleCookie), .. })),
        "{event:?}"
    );
    assert_eq!(client.poll_timeout(), None);
}

#[test]
fn rfc9260_6_10_small_chunks_share_a_packet_control_first() {
    let mut peer = Scripted::new(&[]);
    peer.wait(ms(50));
    for number in 0..8u8 {
        peer.server.send(peer.now, peer.id, SendInfo::unordered(0), vec![number; 100]).unwrap();
    }
    let beat = packet(peer.tag, |w| Chunk::Heartbeat(b"\0\x01\0\x08abcd").emit(w).unwrap());
    let answers = ask(&mut peer.server, peer.now, A1, &beat);
    let kinds = kinds(&answers);
    assert_eq!(kinds[0], [vec![kind::HEARTBEAT_ACK], vec![kind::DATA; 8]].concat());
}
