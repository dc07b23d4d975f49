//! Loss, duplication, reordering, restarts: what must never happen is a wrong text.

use std::time::Duration;

use simdsip_sigcomp::{CompartmentId, Endpoint, LookUp, Mode, Params, Reason, Received, Transport};

use crate::flow::flow_ims;

#[path = "../../examples/loss/simulate.rs"]
pub(crate) mod simulate;

// covers: RFC 4077 §2.3.1; RFC 5049 §8; RFC 4896 §8
#[test]
fn no_wrong_text_and_recovery_within_one_retransmission() {
    for mode in [Mode::Acked, Mode::Optimistic, Mode::Shared, Mode::Stateless] {
        for sms in [2048, 4096, 8192] {
            let seen = simulate::run(&flow_ims(), 1000, mode, sms, u64::from(sms));
            println!("{mode:?} {sms}: {seen:?}");
            assert_eq!(seen.wrong, 0, "{mode:?} {sms}");
            assert_eq!(seen.slow, 0, "{mode:?} {sms}");
            assert!(seen.delivered >= 1000);
        }
    }
}

// covers: RFC 3320 §4.3; RFC 3320 §6.3
#[test]
fn nothing_is_kept_before_the_application_says_whose_it_is() {
    let id = CompartmentId(1);
    let mut phone = Endpoint::new(Params::SIP);
    let mut proxy = Endpoint::new(Params::SIP);
    phone.open(id, Mode::Optimistic, Params::SIP).unwrap();
    proxy.open(id, Mode::Optimistic, Params::SIP).unwrap();
    let (text, zero) = (&flow_ims()[0].1, Duration::ZERO);
    let mut wire = Vec::new();
    phone.compress(id, text, Transport::Message, &mut wire);
    let receive =
        |proxy: &mut Endpoint| match proxy.receive(&wire, Transport::Message, LookUp::Within(&[]), zero) {
            Received::Message { token, .. } => token,
            other => panic!("{other:?}"),
        };
    // Rejected, too late, to a compartment that is not open.
    let token = receive(&mut proxy);
    proxy.reject(token);
    let token = receive(&mut proxy);
    assert!(proxy.accept(token, id, Duration::from_secs(33)).is_err());
    let token = receive(&mut proxy);
    assert!(proxy.accept(token, CompartmentId(9), zero).is_err());
    assert_eq!(proxy.states().used(id), 0);
    let token = receive(&mut proxy);
    assert_eq!(proxy.poll_timeout(), Some(Duration::from_secs(32)));
    proxy.accept(token, id, zero).unwrap();
    assert!(proxy.states().used(id) > 0);
    // The time after closing, then nothing.
    proxy.close(id, Duration::from_secs(5));
    proxy.handle_timeout(Duration::from_secs(4));
    assert!(proxy.states().used(id) > 0);
    proxy.handle_timeout(Duration::from_secs(5));
    assert_eq!((proxy.states().used(id), proxy.states().compartment_count()), (0, 0));
}

// covers: RFC 4077 §2.2; RFC 3320 §10.2
#[test]
fn states_of_others_are_out_of_reach_and_nacks_are_rationed() {
    let (mine, other) = (CompartmentId(1), CompartmentId(2));
    let mut phone = Endpoint::new(Params::SIP);
    let mut proxy = Endpoint::new(Params::SIP);
    phone.open(mine, Mode::Optimistic, Params::SIP).unwrap();
    proxy.open(mine, Mode::Optimistic, Params::SIP).unwrap();
    proxy.open(other, Mode::Optimistic, Params::SIP).unwrap();
    let flow = flow_ims();
    let zero = Duration::ZERO;
    let mut wire = Vec::new();
    phone.compress(mine, &flow[0].1, Transport::Message, &mut wire);
    let Received::Message { token, .. } = proxy.receive(&wire, Transport::Message, LookUp::Within(&[]), zero)
    else {
        panic!("a message");
    };
    proxy.accept(token, mine, zero).unwrap();
    wire.clear();
    phone.compress(mine, &flow[2].1, Transport::Message, &mut wire);
    let mut nacks = 0;
    for _ in 0..200 {
        match proxy.receive(&wire, Transport::Message, LookUp::Within(&[other]), zero) {
            Received::Failed { failure, nack } => {
                assert_eq!(failure.reason, Reason::StateNotFound);
                nacks += usize::from(nack.is_some());
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(nacks, 100);
    assert!(matches!(
        proxy.receive(&wire, Transport::Message, LookUp::Everywhere, zero),
        Received::Message { .. }
    ));
    // A NACK is never answered by one, whatever it holds.
    let nack = [&[0xf8, 0, 1, 1, 0, 0, 0][..], &[7; 20]].concat();
    for len in 3..=nack.len() {
        let seen = proxy.receive(&nack[..len], Transport::Message, LookUp::Within(&[]), zero);
        assert!(matches!(seen, Received::Nack { compartment: None, .. }), "{seen:?}");
    }
}
