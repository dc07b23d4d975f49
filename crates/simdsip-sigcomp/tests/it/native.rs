//! Known bytecode with and without the machine: the same, whatever happens to the message.

use std::time::Duration;

use simdsip_sigcomp::{LookUp, Mode, NULL_BYTECODE, Native, Params, Received, Transport, Udvm};

use crate::flow::{ID, flow_ims, pair};

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n
    }
}

#[test]
fn equals_the_machine_on_good_and_broken_messages() {
    let (mut with, mut without) = (Udvm::new(), Udvm::new());
    without.set_native(Native::Off);
    let mut random = Random(11);
    let (mut good, mut bad) = (0, 0);
    let flow = flow_ims();
    for (mode, sms) in [
        (Mode::Optimistic, 2048),
        (Mode::Acked, 4096),
        (Mode::Shared, 8192),
        (Mode::Stateless, 8192),
        (Mode::Shared, 16_384),
        (Mode::Optimistic, 16_384),
    ] {
        let mut sides = pair(sms, mode);
        for (from, text) in &flow {
            let mut wire = Vec::new();
            sides[*from].compress(ID, text, Transport::Message, &mut wire);
            let other = &sides[1 - from];
            let sizes = [(8192, 16), (2048, 16), (4096, 32), (16_384, 16), (131_072, 128)];
            let params = sizes.map(|(dms, cpb)| Params::new(dms, 2048, cpb, 2).unwrap());
            for round in 0..60 {
                let mut message = wire.clone();
                for _ in 0..random.below(3).min(round) {
                    match random.below(4) {
                        0 => message.truncate(random.below(message.len()) + 1),
                        1 => message.push(random.below(256) as u8),
                        _ => {
                            // Behind the identifier, where it still begins.
                            let first = 7 + random.below(6);
                            let at = first + random.below(message.len().max(first + 1) - first);
                            if let Some(byte) = message.get_mut(at) {
                                *byte ^= 1 << random.below(8);
                            }
                        }
                    }
                }
                let transport = if random.below(4) == 0 { Transport::Stream } else { Transport::Message };
                let params = &params[if round < 5 { round } else { random.below(5) }];
                let a = with.run(&message, transport, params, other.states());
                let b = without.run(&message, transport, params, other.states());
                assert_eq!(a, b, "{mode:?} {sms} round {round}");
                assert!(with.output() == without.output());
                if a.is_ok() { good += 1 } else { bad += 1 }
            }
            let other = &mut sides[1 - from];
            if let Received::Message { token, .. } =
                other.receive(&wire, Transport::Message, LookUp::Within(&[ID]), Duration::ZERO)
            {
                other.accept(token, ID, Duration::ZERO).unwrap();
            }
        }
    }
    println!("{good} decoded, {bad} not");
    assert!(good > 500 && bad > 500);
}

// covers: RFC 4896 §11
#[test]
fn the_null_bytecode_equals_the_machine() {
    let (mut with, mut without) = (Udvm::new(), Udvm::new());
    without.set_native(Native::Off);
    let store = simdsip_sigcomp::StateStore::new();
    for len in [0, 1, 2, 100, 1000, 2029, 2030, 2034, 2035, 5000, 8178, 8179, 65_535, 65_536, 65_537] {
        let message = [&NULL_BYTECODE[..], &vec![b'x'; len]].concat();
        for (dms, cpb) in [(2048, 16), (8192, 16), (131_072, 128)] {
            let params = Params::new(dms, 0, cpb, 2).unwrap();
            for transport in [Transport::Message, Transport::Stream] {
                let a = with.run(&message, transport, &params, &store);
                let b = without.run(&message, transport, &params, &store);
                assert_eq!(a, b, "{len} {dms} {transport:?}");
                assert!(with.output() == without.output());
            }
        }
    }
}
