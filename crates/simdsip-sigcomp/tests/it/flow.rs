//! Two endpoints that talk to each other: the flow of an IMS phone, and what bars it has to clear.

use std::time::Duration;

use simdsip_sigcomp::{CompartmentId, Endpoint, LookUp, Mode, Params, Received, Sent, Transport};

use crate::vectors::json;

pub(crate) const ID: CompartmentId = CompartmentId(1);

/// Direction (0: the phone's) and text.
pub(crate) fn flow_ims() -> Vec<(usize, Vec<u8>)> {
    let flow = json("flow_ims.json");
    let row = |message: &serde_json::Value| {
        (usize::from(message["dir"] != "U"), message["text"].as_str().unwrap().as_bytes().to_vec())
    };
    flow.as_array().unwrap().iter().map(row).collect()
}

pub(crate) fn pair(sms: u32, mode: Mode) -> [Endpoint; 2] {
    let params = Params::new(sms.max(8192), sms, 16, 2).unwrap();
    let mut sides = [Endpoint::new(params), Endpoint::new(params)];
    let offered = sides[0].offered(mode);
    sides.iter_mut().for_each(|side| side.open(ID, mode, offered).unwrap());
    sides
}

/// Bytes on the wire for each message; every one must come out as it went in.
pub(crate) fn send(flow: &[(usize, Vec<u8>)], sms: u32, mode: Mode, transport: Transport) -> Vec<Vec<u8>> {
    let mut sides = pair(sms, mode);
    let mut sent = Vec::new();
    for (from, text) in flow {
        let mut wire = Vec::new();
        let how = sides[*from].compress(ID, text, transport, &mut wire);
        assert!(wire.len() <= text.len() + 13);
        let other = &mut sides[1 - from];
        match other.receive(&wire, transport, LookUp::Within(&[ID]), Duration::ZERO) {
            Received::Message { token, .. } => {
                assert!(other.text() == text);
                other.accept(token, ID, Duration::ZERO).unwrap();
            }
            Received::Plain => assert_eq!((how, &wire), (Sent::Plain, text)),
            other => panic!("{other:?}"),
        }
        sent.push(wire);
    }
    // What a compartment costs: its states.
    assert!(sides.iter().all(|side| side.states().used(ID) <= sms));
    sent
}

// covers: RFC 3320 §5, §5.1; RFC 3321 §5.2; RFC 5049 §4
#[test]
fn ratios_of_the_ims_flow() {
    let flow = flow_ims();
    let raw: usize = flow.iter().map(|(_, text)| text.len()).sum();
    for (mode, sms, least) in [
        (Mode::Optimistic, 2048, 3.0),
        (Mode::Optimistic, 4096, 5.0),
        (Mode::Optimistic, 8192, 5.25),
        (Mode::Shared, 8192, 6.25),
        (Mode::Shared, 16_384, 7.0),
        (Mode::Acked, 4096, 3.6),
        (Mode::Acked, 8192, 4.9),
        (Mode::Acked, 16_384, 5.6),
        (Mode::Stateless, 8192, 1.2),
    ] {
        let sent: usize = send(&flow, sms, mode, Transport::Message).iter().map(Vec::len).sum();
        let ratio = raw as f64 / sent as f64;
        println!("{mode:?} {sms}: {sent} bytes of {raw}, {ratio:.2}");
        assert!(ratio >= least, "{mode:?} {sms}: {ratio:.3} < {least}");
    }
}

#[test]
fn on_a_stream_everything_is_acknowledged_at_once() {
    let flow = flow_ims();
    let sum = |mode| send(&flow, 8192, mode, Transport::Stream).iter().map(Vec::len).sum::<usize>();
    let (acked, optimistic) = (sum(Mode::Acked), sum(Mode::Optimistic));
    assert!(acked < optimistic * 11 / 10, "{acked} {optimistic}");
}
