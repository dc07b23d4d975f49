//! Two endpoints over a network that loses, doubles, delays; sides that restart. Shared by a test and an example.

use std::time::Duration;

use simdsip_sigcomp::{CompartmentId, Endpoint, LookUp, Mode, Params, Received, Transport};

/// What happened.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Texts that came out otherwise than they went in.
    pub(crate) wrong: u64,
    pub(crate) delivered: u64,
    pub(crate) failed: u64,
    pub(crate) nacks: u64,
    pub(crate) restarts: u64,
    /// Messages that a NACK was delivered for, and whose retransmission failed again.
    pub(crate) slow: u64,
    /// Messages that did not arrive however often they were sent again.
    pub(crate) given_up: u64,
    /// Bytes of texts, and of what was sent for them.
    pub(crate) text_len: u64,
    pub(crate) wire_len: u64,
}

struct Random(u64);

impl Random {
    fn one_in(&mut self, n: u64) -> bool {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).is_multiple_of(n)
    }
}

const ID: CompartmentId = CompartmentId(1);

/// What a network does, and whether those who use it know NACKs. One in so many; `u64::MAX` is never.
pub(crate) struct Network {
    pub(crate) version: u8,
    pub(crate) restarts: u64,
    pub(crate) loses: u64,
    pub(crate) delays: u64,
    pub(crate) doubles: u64,
}

impl Network {
    /// Everything that can happen.
    pub(crate) const BAD: Self = Self { version: 2, restarts: 200, loses: 20, delays: 30, doubles: 40 };
    /// Neither NACKs nor anything but loss, of which there is plenty.
    pub(crate) const LOSS_ALONE: Self =
        Self { version: 1, restarts: u64::MAX, loses: 10, delays: u64::MAX, doubles: u64::MAX };
    /// The same with messages that overtake each other or come twice.
    pub(crate) const DISORDER: Self = Self { delays: 30, doubles: 40, ..Self::LOSS_ALONE };
    /// The same with sides that begin anew.
    pub(crate) const RESTARTS: Self = Self { restarts: 200, ..Self::DISORDER };
}

/// Sends the flow again and again until so many messages were delivered, over a bad network.
pub(crate) fn run(flow: &[(usize, Vec<u8>)], count: u64, mode: Mode, sms: u32, seed: u64) -> Seen {
    run_over(flow, count, mode, sms, seed, &Network::BAD)
}

/// The same over another one.
pub(crate) fn run_over(
    flow: &[(usize, Vec<u8>)],
    count: u64,
    mode: Mode,
    sms: u32,
    seed: u64,
    network: &Network,
) -> Seen {
    let params = Params::new(sms.max(8192), sms, 16, network.version).expect("sizes");
    let fresh = || {
        let mut side = Endpoint::new(params);
        let offered = side.offered(mode);
        side.open(ID, mode, offered).expect("room");
        side
    };
    let mut sides = [fresh(), fresh()];
    let mut random = Random(seed | 1);
    let mut seen = Seen::default();
    // Messages that are still under way: where to, wire, text.
    let mut late: Vec<(usize, Vec<u8>, Vec<u8>)> = Vec::new();
    let mut number = 0_u64;
    while seen.delivered < count {
        for (from, text) in flow {
            number += 1;
            // No two runs are the same text.
            let text = [&text[..], format!("\r\nX-Number: {number:016x}").as_bytes()].concat();
            if random.one_in(network.restarts) {
                seen.restarts += 1;
                sides[usize::from(random.one_in(2))] = fresh();
            }
            let (mut nacked, mut arrived, before) = (false, false, seen.delivered);
            seen.text_len += text.len() as u64;
            for _ in 0..8 {
                let mut wire = Vec::new();
                sides[*from].compress(ID, &text, Transport::Message, &mut wire);
                seen.wire_len += wire.len() as u64;
                // What is lost again is another loss.
                if random.one_in(network.loses) {
                    nacked = false;
                    continue;
                }
                if random.one_in(network.delays) {
                    nacked = false;
                    late.push((1 - from, wire, text.clone()));
                    continue;
                }
                if random.one_in(network.doubles) {
                    late.push((1 - from, wire.clone(), text.clone()));
                }
                match deliver(&mut sides, 1 - from, &wire, &text, &mut seen) {
                    Arrival::Done if seen.delivered > before => {
                        arrived = true;
                        break;
                    }
                    // Nothing came of it, and nothing was said.
                    Arrival::Done => nacked = false,
                    Arrival::Nack(nack) => {
                        seen.slow += u64::from(nacked);
                        nacked = false;
                        if !random.one_in(20) {
                            seen.nacks += 1;
                            sides[*from].receive(
                                &nack,
                                Transport::Message,
                                LookUp::Within(&[ID]),
                                Duration::ZERO,
                            );
                            nacked = true;
                        }
                    }
                }
            }
            seen.given_up += u64::from(!arrived);
            while late.len() > 3 || (!late.is_empty() && random.one_in(3)) {
                let (to, wire, text) = late.remove(0);
                if let Arrival::Nack(nack) = deliver(&mut sides, to, &wire, &text, &mut seen) {
                    sides[1 - to].receive(&nack, Transport::Message, LookUp::Within(&[ID]), Duration::ZERO);
                }
            }
        }
    }
    seen
}

enum Arrival {
    Done,
    Nack(Vec<u8>),
}

fn deliver(sides: &mut [Endpoint; 2], to: usize, wire: &[u8], text: &[u8], seen: &mut Seen) -> Arrival {
    // A second passes between messages, so that NACKs are not rationed here.
    let now = Duration::from_secs(seen.delivered + seen.failed * 2);
    match sides[to].receive(wire, Transport::Message, LookUp::Within(&[ID]), now) {
        Received::Plain => {
            seen.delivered += 1;
            seen.wrong += u64::from(wire != text);
            Arrival::Done
        }
        Received::Message { token, .. } => {
            seen.delivered += 1;
            seen.wrong += u64::from(sides[to].text() != text);
            sides[to].accept(token, ID, now).expect("in time");
            Arrival::Done
        }
        Received::Failed { nack, .. } => {
            seen.failed += 1;
            nack.map_or(Arrival::Done, Arrival::Nack)
        }
        _ => Arrival::Done,
    }
}
