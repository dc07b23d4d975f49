//! What the targets of SigComp do with bytes.

use core::time::Duration;
use std::sync::LazyLock;

use simdsip_sigcomp::compress::codec::CODECS;
use simdsip_sigcomp::udvm::disasm::disassemble;
use simdsip_sigcomp::{
    CompartmentId, Deframer, Endpoint, Header, LookUp, Mode, NULL_BYTECODE, Native, Params, Received, Start,
    StateItem, StateStore, Transport, Udvm, Verify, dict, frame,
};

/// Dictionaries and our own code; one more state of our code with text behind it.
static STORE: LazyLock<StateStore> = LazyLock::new(|| {
    let mut store = StateStore::new();
    store.add_local(dict::sip_sdp());
    CODECS.iter().for_each(|codec| store.add_local(codec.state()));
    store.add_local(grown());
    store
});

fn grown() -> StateItem {
    let codec = &CODECS[0];
    let value =
        [codec.code, b"INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n"].concat();
    StateItem::new(value, 128, codec.main, 6)
}

/// Bytes that are used up one after the other; zeros behind them.
struct Choices<'b>(&'b [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The parts of a header put together are the message, and what it is begun with is where RFC 3320 §7 has it.
pub fn header(bytes: &[u8]) {
    let Ok(header) = Header::parse(bytes) else { return };
    let first = bytes[0];
    assert_eq!(first >> 3, 0x1f);
    let mut whole = vec![first];
    assert_eq!(header.feedback.is_some(), first & 4 != 0);
    if let Some(item) = header.feedback {
        assert_eq!(item.len(), if item[0] < 0x80 { 1 } else { usize::from(item[0]) - 127 });
        whole.extend_from_slice(item);
    }
    match header.start {
        Start::State(id) => {
            assert_eq!(id.len(), [0, 6, 9, 12][usize::from(first & 3)]);
            whole.extend_from_slice(id);
        }
        Start::Bytecode { code, destination } => {
            let word = (code.len() as u16) << 4 | (destination / 64 - 1);
            whole.extend_from_slice(&word.to_be_bytes());
            whole.extend_from_slice(code);
        }
        Start::Nack { version } => whole.extend_from_slice(&[0, version]),
    }
    assert_eq!(whole.len(), header.len);
    whole.extend_from_slice(header.input);
    assert!(whole == bytes, "the parts are not the message");
}

/// What is framed comes out again in any pieces; and any stream gives the same messages in any pieces.
pub fn framing(bytes: &[u8]) {
    let mut wire = Vec::new();
    frame(bytes, &mut wire);
    frame(b"behind", &mut wire);
    let want: Vec<&[u8]> = [bytes, b"behind"].into_iter().filter(|message| !message.is_empty()).collect();
    let (seen, broken) = messages(&super::cuts(&wire));
    assert!(!broken && seen == want, "framing loses something");
    assert_eq!(messages(&super::cuts(bytes)), messages(&[bytes]));
}

fn messages(pieces: &[&[u8]]) -> (Vec<Vec<u8>>, bool) {
    let (mut deframer, mut seen) = (Deframer::new(65_536), Vec::new());
    for piece in pieces {
        let mut left = *piece;
        while !left.is_empty() {
            match deframer.push(left) {
                Ok((taken, message)) => {
                    seen.extend(message.map(<[u8]>::to_vec));
                    left = &left[taken..];
                }
                Err(_) => return (seen, true),
            }
        }
    }
    (seen, false)
}

/// Bytecode of instructions that exist, with operands that are often small; then input.
fn program(choices: &mut Choices<'_>) -> Vec<u8> {
    let (mut code, place) = (Vec::new(), 1 + choices.below(15));
    for _ in 0..1 + choices.below(24) {
        code.push(choices.below(37) as u8);
        for _ in 0..choices.below(9) {
            let byte = choices.byte();
            // How the operand is told: literals, references, then by two bytes.
            match choices.byte() {
                0..=119 => code.push(byte & 0x7f),
                120..=149 => code.push(0x86 + byte % 10),
                150..=189 => code.extend_from_slice(&[0xa0 | byte & 0x1f, choices.byte()]),
                190..=229 => code.extend_from_slice(&[0xc0 | byte & 0x1f, choices.byte()]),
                _ => code.push(byte),
            }
        }
    }
    let mut message = vec![0xf8, (code.len() >> 4) as u8, ((code.len() & 15) << 4 | place) as u8];
    message.extend_from_slice(&code);
    message.extend_from_slice(choices.0);
    message
}

/// A program ends within its cycles, and a machine that ran others before does what a new one does.
pub fn udvm(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let params = params(&mut choices);
    let transport = if choices.below(4) == 0 { Transport::Stream } else { Transport::Message };
    let message = program(&mut choices);
    let mut used = Udvm::new();
    // Something in every byte of memory.
    let fill = [0xf8, 0, 0x71, 21, 32, 0xa4, 0, 1, 1, 35];
    let _ = used.run(&fill, Transport::Message, &params, &*STORE);
    let seen = used.run(&message, transport, &params, &*STORE);
    let cycles = match &seen {
        Ok(outcome) => outcome.cycles,
        Err(failure) => failure.cycles,
    };
    assert!(cycles <= (8 * message.len() as u64 + 1000) * u64::from(params.cpb()));
    assert!(used.output().len() <= 65_536);
    let mut new = Udvm::new();
    assert_eq!(seen, new.run(&message, transport, &params, &*STORE));
    assert!(used.output() == new.output());
    let lines = disassemble(&message, 128);
    assert_eq!(lines.iter().map(|line| line.len).sum::<usize>(), message.len());
}

fn params(choices: &mut Choices<'_>) -> Params {
    let (dms, cpb) = (2048 << choices.below(7), 16 << choices.below(4));
    Params::new(dms, 2048, cpb, 2).expect("powers of two")
}

/// Known bytecode on any input: the same with and without the machine.
pub fn native(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let params = params(&mut choices);
    let transport = if choices.below(4) == 0 { Transport::Stream } else { Transport::Message };
    let mut message = match choices.below(6) {
        0 => NULL_BYTECODE.to_vec(),
        1 => [&[0xf9][..], &grown().id().0[..6]].concat(),
        known @ 2..=3 => [&[0xf9][..], &CODECS[known - 2].id[..6]].concat(),
        known => {
            let code = CODECS[known - 2].code;
            [&[0xf8, (code.len() >> 4) as u8, ((code.len() & 15) << 4) as u8 | 1][..], code].concat()
        }
    };
    let start = message.len();
    message.extend_from_slice(choices.0);
    let (mut with, mut without) = (Udvm::new(), Udvm::new());
    without.set_native(Native::Off);
    // The checksum is seldom right: the second time it is that of what came out.
    for round in 0..2 {
        let seen = with.run(&message, transport, &params, &*STORE);
        assert_eq!(seen, without.run(&message, transport, &params, &*STORE));
        assert!(with.output() == without.output());
        if round == 0 && !without.output().is_empty() && message.len() > start + 1 {
            let checksum = simdsip_sigcomp::udvm::fcs16(without.output());
            message[start..start + 2].copy_from_slice(&checksum.to_be_bytes());
        }
    }
}

const ID: CompartmentId = CompartmentId(1);
const TEXTS: [&[u8]; 3] = [
    b"INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCall-ID: 1\r\n\r\n",
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCall-ID: 1\r\n\r\n",
    b"\x00\x01\x02\xff\xfe",
];

/// Two sides over a network that loses, doubles, delays and garbles: no text comes out that did not go in, and no
/// compartment holds more than it may.
pub fn endpoint(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let mode = [Mode::Optimistic, Mode::Shared, Mode::Acked, Mode::Stateless][choices.below(4)];
    let sms = 2048 << choices.below(3);
    let verify = if choices.below(2) == 0 { Verify::On } else { Verify::Off };
    let params = Params::new(8192, sms, 16, 2).expect("sizes");
    let fresh = || {
        let mut side = Endpoint::new(params);
        side.set_verify(verify);
        let offered = side.offered(mode);
        side.open(ID, mode, offered).expect("room");
        side
    };
    let mut sides = [fresh(), fresh()];
    let (mut flying, mut now): (Vec<(usize, Vec<u8>, Vec<u8>)>, u64) = (Vec::new(), 0);
    let mut number = 0_u32;
    for _ in 0..200 {
        if choices.is_empty() {
            break;
        }
        now += 1;
        let side = choices.below(2);
        match choices.below(8) {
            0 => sides[side] = fresh(),
            1 if !flying.is_empty() => drop(flying.remove(choices.below(flying.len()))),
            2 if !flying.is_empty() => flying.push(flying[choices.below(flying.len())].clone()),
            3 => {
                // Anything at all from outside. It may build states, but not without being accepted.
                let garbled: Vec<u8> = (0..choices.below(64)).map(|_| choices.byte()).collect();
                let before = sides[side].states().used(ID);
                let seen = sides[side].receive(
                    &garbled,
                    Transport::Message,
                    LookUp::Within(&[ID]),
                    Duration::from_secs(now),
                );
                if let Received::Message { token, .. } = seen {
                    sides[side].reject(token);
                }
                assert_eq!(sides[side].states().used(ID), before);
            }
            4..=5 if flying.len() < 16 => {
                number += 1;
                let repeat = 1 + choices.below(40);
                let text =
                    [TEXTS[choices.below(3)].repeat(repeat).as_slice(), &number.to_be_bytes()].concat();
                let mut wire = Vec::new();
                sides[side].compress(ID, &text, Transport::Message, &mut wire);
                assert!(wire.len() <= text.len() + NULL_BYTECODE.len());
                flying.push((1 - side, wire, text));
            }
            _ if !flying.is_empty() => {
                let (to, wire, text) = flying.remove(choices.below(flying.len()));
                match sides[to].receive(
                    &wire,
                    Transport::Message,
                    LookUp::Within(&[ID]),
                    Duration::from_secs(now),
                ) {
                    Received::Message { token, .. } => {
                        assert!(sides[to].text() == text, "another text");
                        sides[to].accept(token, ID, Duration::from_secs(now)).expect("in time");
                    }
                    Received::Plain => assert!(wire == text),
                    Received::Failed { nack: Some(nack), .. } => {
                        sides[1 - to].receive(
                            &nack,
                            Transport::Message,
                            LookUp::Within(&[ID]),
                            Duration::from_secs(now),
                        );
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        for side in &sides {
            assert!(side.states().used(ID) <= sms, "more states than there is memory");
            let held: u32 = side.states().held(ID).iter().map(|held| held.state.cost()).sum();
            assert_eq!(held, side.states().used(ID));
            assert!(side.memory_len(ID) <= 2 * sms as usize + 2048, "a compartment has grown");
        }
    }
}
