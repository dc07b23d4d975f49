//! Packets that were changed, repeated, held back: no panic, no timer that spins, no memory without end, and
//! between honest ends nothing lost.

mod common;

use common::*;
use proptest::prelude::*;
use simdsip_sctp::Datagram;

/// What becomes of a packet.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Arrives,
    Lost,
    Twice,
    /// Waits so many turns.
    Late(u8),
    /// This byte is changed and the checksum made right again.
    Changed(u16, u8),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        12 => Just(Fate::Arrives),
        2 => Just(Fate::Lost),
        1 => Just(Fate::Twice),
        2 => (1..20u8).prop_map(Fate::Late),
    ]
}

fn hostile() -> impl Strategy<Value = Fate> {
    prop_oneof![3 => fate(), 1 => (0..200u16, any::<u8>()).prop_map(|(at, with)| Fate::Changed(at, with))]
}

/// What the applications do.
#[derive(Clone, Copy, Debug)]
enum Act {
    Send { by: bool, len: u16, stream: u8, ordered: bool, lifetime: Option<u8> },
    Wait(u16),
    Shutdown(bool),
}

fn act() -> impl Strategy<Value = Act> {
    let send = (any::<bool>(), 1..6_000u16, 0..4u8, any::<bool>(), proptest::option::of(any::<u8>()));
    prop_oneof![
        8 => send.prop_map(|(by, len, stream, ordered, lifetime)| Act::Send { by, len, stream, ordered, lifetime }),
        4 => (0..300u16).prop_map(Act::Wait),
        1 => any::<bool>().prop_map(Act::Shutdown),
    ]
}

/// Two endpoints and what is between them.
struct Between {
    ends: [Endpoint; 2],
    now: Duration,
    held: Vec<(u64, usize, IpAddr, IpAddr, Vec<u8>)>,
    turn: u64,
    events: [Vec<Event>; 2],
}

impl Between {
    fn new(config: &AssociationConfig) -> Between {
        Between {
            ends: [endpoint(&[A1, A2], config, 1), endpoint(&[B1, B2], config, 2)],
            now: Duration::ZERO,
            held: Vec::new(),
            turn: 0,
            events: [Vec::new(), Vec::new()],
        }
    }

    /// Moves everything that wants to move, at most so often.
    fn settle(&mut self, fates: &mut dyn Iterator<Item = Fate>) {
        let mut buffer = [0; 9216];
        for _ in 0..2_000 {
            self.turn += 1;
            let mut moved = false;
            for end in 0..2 {
                while let Some(transmit) = self.ends[end].poll_transmit(self.now, &mut buffer) {
                    moved = true;
                    let mut bytes = buffer[..transmit.len].to_vec();
                    let source = transmit.source.unwrap();
                    let mut hold =
                        |turn, bytes| self.held.push((turn, 1 - end, source, transmit.destination, bytes));
                    match fates.next().unwrap_or(Fate::Arrives) {
                        Fate::Arrives => hold(self.turn, bytes),
                        Fate::Lost => {}
                        Fate::Twice => {
                            hold(self.turn, bytes.clone());
                            hold(self.turn + 1, bytes);
                        }
                        Fate::Late(turns) => hold(self.turn + u64::from(turns), bytes),
                        Fate::Changed(at, with) => {
                            let at = usize::from(at) % bytes.len();
                            bytes[at] = with;
                            let (before, behind) = (&bytes[..8], &bytes[12..]);
                            let crc = crc32c::crc32c_append(
                                crc32c::crc32c_append(crc32c::crc32c(before), &[0; 4]),
                                behind,
                            );
                            bytes[8..12].copy_from_slice(&crc.to_le_bytes());
                            hold(self.turn, bytes);
                        }
                    }
                }
                let due: Vec<_> = {
                    let (due, held) = core::mem::take(&mut self.held)
                        .into_iter()
                        .partition(|it| it.1 == end && it.0 <= self.turn);
                    self.held = held;
                    due
                };
                for (_, _, source, destination, bytes) in due {
                    moved = true;
                    let datagram = Datagram {
                        source,
                        destination: Some(destination),
                        encapsulation: Some(9899),
                        bytes: &bytes,
                    };
                    self.ends[end].handle_input(self.now, [datagram]);
                }
                while let Some(event) = self.ends[end].poll_event() {
                    self.events[end].push(event);
                }
            }
            if !moved && self.held.is_empty() {
                return;
            }
        }
        panic!("packets without end");
    }

    fn wait(&mut self, until: Duration, fates: &mut dyn Iterator<Item = Fate>) {
        self.settle(fates);
        let mut wakes = 0;
        loop {
            let next = self.ends.iter().filter_map(Endpoint::poll_timeout).min();
            let Some(at) = next.filter(|at| *at <= until) else { break };
            wakes = if at > self.now { 0 } else { wakes + 1 };
            assert!(wakes < 20, "a timer spins at {at:?}");
            self.now = self.now.max(at);
            self.ends.iter_mut().for_each(|it| it.handle_timeout(self.now));
            self.settle(fates);
        }
        self.now = until;
    }

    fn run(
        &mut self,
        acts: &[Act],
        fates: &mut dyn Iterator<Item = Fate>,
        config: &AssociationConfig,
    ) -> [Vec<Vec<u8>>; 2] {
        self.ends[0].associate(self.now, &[B1, B2], 5060, config.clone()).unwrap();
        self.wait(ms(1_500), fates);
        let mut sent = [Vec::new(), Vec::new()];
        for (number, act) in acts.iter().enumerate() {
            match *act {
                Act::Wait(time) => self.wait(self.now + ms(u64::from(time)), fates),
                Act::Send { by, len, stream, ordered, lifetime } => {
                    let end = usize::from(by);
                    let Some(id) = self.ends[end].associations().next() else { continue };
                    let lifetime = lifetime.map(|it| ms(u64::from(it)));
                    let info =
                        SendInfo { unordered: !ordered, lifetime, ..SendInfo::ordered(u16::from(stream)) };
                    let mut data = vec![number as u8; usize::from(len)];
                    data[0] = number as u8;
                    if self.ends[end].send(self.now, id, info, data.clone()).is_ok() {
                        sent[end].push(data);
                    }
                    self.settle(fates);
                }
                Act::Shutdown(by) => {
                    let end = usize::from(by);
                    let id = self.ends[end].associations().next();
                    id.map(|id| self.ends[end].shutdown(self.now, id));
                    self.settle(fates);
                }
            }
        }
        sent
    }
}

/// More where asked for by `PROPTEST_CASES`.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(150)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    /// What was sent arrives, or comes back, and never both where it had not been on its way.
    #[test]
    fn between_honest_ends_nothing_vanishes(
        acts in proptest::collection::vec(act(), 1..40),
        fates in proptest::collection::vec(fate(), 0..400),
    ) {
        let config = AssociationConfig { association_max_retrans: 30, ..AssociationConfig::lan() };
        let mut between = Between::new(&config);
        let mut fates = fates.into_iter();
        let sent = between.run(&acts, &mut fates, &config);
        let end = between.now + Duration::from_secs(60);
        between.wait(end, &mut fates);
        for (end, mut left) in sent.into_iter().enumerate() {
            let all = left.len();
            let mut take = |data: &Vec<u8>, what: &str| -> Result<(), TestCaseError> {
                let at = left.iter().position(|it| it == data);
                prop_assert!(at.is_some(), "{what}: a message that was not sent, or a second time");
                left.swap_remove(at.unwrap());
                Ok(())
            };
            let mut arrived = Vec::new();
            for event in &between.events[1 - end] {
                if let Event::Message(message) = event {
                    take(&message.data, "arrived")?;
                    arrived.push(message.data.clone());
                }
            }
            for event in &between.events[end] {
                if let Event::SendFailed { message, .. } = event
                    && !(message.sent && arrived.contains(&message.data))
                {
                    take(&message.data, "back")?;
                }
            }
            prop_assert!(left.is_empty(), "{} of {all} vanished from {end}", left.len());
        }
    }

    /// Whatever is changed in packets, nothing panics or spins.
    #[test]
    fn changed_packets_harm_nobody_else(
        acts in proptest::collection::vec(act(), 1..30),
        fates in proptest::collection::vec(hostile(), 0..400),
    ) {
        let config = AssociationConfig::lan();
        let mut between = Between::new(&config);
        let mut fates = fates.into_iter().cycle();
        between.run(&acts, &mut fates, &config);
        let end = between.now + Duration::from_secs(30);
        between.wait(end, &mut fates);
    }
}
