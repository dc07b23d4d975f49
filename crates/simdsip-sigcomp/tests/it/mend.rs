//! Peers that send no NACKs, many peers at once, peers that claim much: what one of them must not do to the others.

use std::time::Duration;

use simdsip_sigcomp::udvm::asm::assemble;
use simdsip_sigcomp::{
    CaptureDecoder, CompartmentId, Decoded, Draft, Endpoint, Limits, LookUp, Mode, NULL_BYTECODE, Params,
    Reason, Received, Source, StateStore, Transport, Udvm,
};

use crate::flow::{ID, flow_ims};
use crate::loss::simulate::{self, Network};

// covers: RFC 3320 §5; RFC 4077 §2.4
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

// covers: RFC 3320 §5; RFC 4077 §2.4
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

// covers: RFC 4077 §2.3
#[test]
fn many_other_messages_do_not_make_a_nack_unheard() {
    let (mine, other, zero) = (CompartmentId(1), CompartmentId(2), Duration::ZERO);
    let mut proxy = Endpoint::new(Params::SIP);
    proxy.open(mine, Mode::Optimistic, Params::SIP).unwrap();
    proxy.open(other, Mode::Optimistic, Params::SIP).unwrap();
    let flow = flow_ims();
    let mut wire = Vec::new();
    proxy.compress(mine, &flow[0].1, Transport::Message, &mut wire);
    wire.clear();
    // Built on a state that the phone does not have.
    proxy.compress(mine, &flow[2].1, Transport::Message, &mut wire);
    for _ in 0..300 {
        proxy.compress(other, &flow[0].1, Transport::Message, &mut Vec::new());
    }
    let mut phone = Endpoint::new(Params::SIP);
    let Received::Failed { nack: Some(nack), .. } =
        phone.receive(&wire, Transport::Message, LookUp::Within(&[]), zero)
    else {
        panic!("a NACK");
    };
    // From where it has nothing to do, nobody believes it.
    let seen = proxy.receive(&nack, Transport::Message, LookUp::Within(&[other]), zero);
    assert!(matches!(seen, Received::Nack { compartment: None, .. }));
    let seen = proxy.receive(&nack, Transport::Message, LookUp::Within(&[mine]), zero);
    assert!(matches!(seen, Received::Nack { compartment: Some(id), .. } if id == mine), "{seen:?}");
}

// covers: RFC 4077 §2.2; RFC 3320 §10.2
#[test]
fn one_source_uses_up_nothing_of_the_others() {
    let zero = Duration::ZERO;
    let mut proxy = Endpoint::new(Params::SIP);
    proxy.open(CompartmentId(1), Mode::Optimistic, Params::SIP).unwrap();
    let unknown = [0xf9, 1, 2, 3, 4, 5, 6];
    let nacked = |proxy: &mut Endpoint, source, now| {
        let seen = proxy.receive_from(Source(source), &unknown, Transport::Message, LookUp::Within(&[]), now);
        matches!(seen, Received::Failed { nack: Some(_), .. })
    };
    assert_eq!((0..500).filter(|_| nacked(&mut proxy, 1, zero)).count(), 100);
    assert!(nacked(&mut proxy, 2, zero));
    // However many there are: their number is bounded, and nobody is mute for long.
    assert!((10..5000).all(|source| nacked(&mut proxy, source, zero)));
    assert!(nacked(&mut proxy, 1, Duration::from_secs(1)));

    let null = [&NULL_BYTECODE[..], b"BYE"].concat();
    let token = |proxy: &mut Endpoint, source| match proxy.receive_from(
        Source(source),
        &null,
        Transport::Message,
        LookUp::Within(&[]),
        zero,
    ) {
        Received::Message { token, .. } => token,
        other => panic!("{other:?}"),
    };
    let good = token(&mut proxy, 2);
    let flood: Vec<_> = (0..1000).map(|_| token(&mut proxy, 1)).collect();
    proxy.accept(good, CompartmentId(1), zero).unwrap();
    let left = flood.into_iter().filter_map(|token| proxy.accept(token, CompartmentId(1), zero).ok());
    assert_eq!(left.count(), 63);
}

// covers: RFC 3320 §9.4.9
#[test]
fn silence_does_not_make_the_code_go_along_for_good() {
    let mut sides = crate::flow::pair(8192, Mode::Stateless);
    let flow = flow_ims();
    let mut len_of = |from: usize| {
        let mut wire = Vec::new();
        sides[from].compress(ID, &flow[0].1, Transport::Message, &mut wire);
        let other = &mut sides[1 - from];
        match other.receive(&wire, Transport::Message, LookUp::Within(&[ID]), Duration::ZERO) {
            Received::Message { token, .. } => other.accept(token, ID, Duration::ZERO).unwrap(),
            other => panic!("{other:?}"),
        }
        wire.len()
    };
    for from in [0, 1, 0, 1] {
        len_of(from);
    }
    let before = len_of(0);
    // Nothing comes back.
    let lens: Vec<usize> = (0..40).map(|_| len_of(0)).collect();
    let dear = lens.iter().filter(|len| **len > before + 100).count();
    assert_eq!(dear, 2, "{before}: {lens:?}");
}

/// The most that a compartment of a side with 8,192 bytes of state memory cost while both sides talked.
fn peak(mode: Mode, claimed: u32, limits: Limits) -> usize {
    let own = Params::new(8192, 8192, 16, 2).unwrap();
    let remote = Params::new(131_072, claimed, 128, 2).unwrap();
    let mut sides = [Endpoint::with_limits(own, limits), Endpoint::new(remote)];
    let id = CompartmentId(1);
    sides[0].open(id, mode, remote).unwrap();
    sides[1].open(id, mode, sides[0].offered(mode)).unwrap();
    let mut peak = 0;
    for round in 0..12 {
        for (from, text) in &flow_ims() {
            let text = [&text[..], format!("{round:0900}").as_bytes()].concat();
            let mut wire = Vec::new();
            sides[*from].compress(id, &text, Transport::Message, &mut wire);
            let other = &mut sides[1 - from];
            let seen = other.receive(&wire, Transport::Message, LookUp::Within(&[id]), Duration::ZERO);
            if let Received::Message { token, .. } = seen {
                other.accept(token, id, Duration::ZERO).unwrap();
            }
            peak = peak.max(sides[0].memory_len(id));
        }
    }
    peak
}

// covers: RFC 3320 §10.2
#[test]
fn memory_of_a_compartment_is_bounded_whatever_the_peer_claims() {
    for mode in [Mode::Acked, Mode::Optimistic, Mode::Shared, Mode::Stateless] {
        for (claimed, most) in [(2048, 2048), (16_384, 16_384), (131_072, 16_384)] {
            let peak = peak(mode, claimed, Limits::default());
            println!("{mode:?} {claimed}: {peak}");
            assert!((1..=8192 + most + 2048).contains(&peak), "{mode:?} {claimed}: {peak}");
        }
    }
    // It is the limit that does it.
    let limits = Limits { compressor_len: u32::MAX, ..Limits::default() };
    assert!(peak(Mode::Optimistic, 131_072, limits) > 50_000);
}

// covers: RFC 3320 §9.4.5, §10.2
#[test]
fn the_dearest_look_ups_end_soon() {
    let id = CompartmentId(1);
    let mut store = StateStore::new();
    store.open(id, 131_072);
    let draft = |number: u16| Draft {
        value: number.to_be_bytes().to_vec(),
        address: 0,
        instruction: 0,
        min_access: 6,
        priority: 0,
    };
    let ids: Vec<_> = (0..1900).map(|number| store.create(id, draft(number)).unwrap().id()).collect();
    // One after the other, so that none is the last one found.
    let (mut text, mut data) = (String::from("at (128)\n:loop\n"), String::new());
    for (number, id) in ids.iter().step_by(95).enumerate() {
        text += &format!("STATE-ACCESS (i{number}, 6, 0, 1, 4000, 0)\n");
        let bytes: Vec<String> = id.0[..6].iter().map(ToString::to_string).collect();
        data += &format!(":i{number}\nbyte ({})\n", bytes.join(", "));
    }
    let mut message = program(&format!("{text}JUMP (loop)\n{data}"));
    message.resize(1400, 0);
    let mut udvm = Udvm::new();
    let run = |_| {
        let begin = std::time::Instant::now();
        let params = Params::new(131_072, 131_072, 16, 2).unwrap();
        let failure = udvm.run(&message, Transport::Message, &params, &store.within(&[id])).unwrap_err();
        assert_eq!(failure.reason, Reason::CyclesExhausted);
        assert!(failure.cycles > 10_000, "{failure:?}");
        begin.elapsed()
    };
    let best = (0..20).map(run).min().unwrap();
    println!("8,192 look-ups among {} states: {best:?}", ids.len());
    // 270 ms where all states are walked over.
    assert!(best < Duration::from_millis(4), "{best:?}");
}

/// A datagram whose bytecode runs by itself.
fn program(text: &str) -> Vec<u8> {
    let code = assemble(text).unwrap();
    assert_eq!(code.address, 128);
    let mut message = vec![0xf8];
    message.extend(((code.code.len() as u16) << 4 | 1).to_be_bytes());
    message.extend(code.code);
    message
}

// covers: RFC 3320 §6.2
#[test]
fn a_reader_of_captures_learns_no_more_bytes_than_it_may() {
    let mut decoder = CaptureDecoder::new().with_state_len_max(1 << 20);
    let text = "at (128)\nINPUT-BYTES (4, 300, 0)\nOUTPUT (300, 4)\n\
        STATE-CREATE (50000, 300, 0, 6, 0)\nEND-MESSAGE (0, 0, 0, 0, 0, 0, 0)";
    let code = program(text);
    let mut learned = 0;
    for number in 0..60_u32 {
        let message = [&code[..], &number.to_be_bytes()].concat();
        match decoder.push(&message, Transport::Message) {
            Decoded::Message { created, .. } => learned += created.len(),
            other => panic!("{other:?}"),
        }
        assert_eq!(decoder.text(), number.to_be_bytes());
        assert!(decoder.state_len() <= 1 << 20);
    }
    assert_eq!((learned, decoder.state_count()), (20, 20));
}
