//! Packets and agents that say a wrong time: nothing is given up because of them.

mod common;

use common::{ACK, Capture, Ends, SYN, TCP, UDP, request};
use simdsip_capture::{
    Calls, Messages, Options, Outcome, Progress, RegistrationResult, Registrations, Transactions,
};

const BACK: Ends = (UDP.1, UDP.0);

fn message(start: &str, method: &str, call: &str) -> Vec<u8> {
    let to_tag = if start.starts_with("SIP") { ";tag=t" } else { "" };
    format!(
        "{start}\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{call}{method}\r\nFrom: <sip:a@x>;tag=f\r\n\
         To: <sip:b@x>{to_tag}\r\nCall-ID: {call}\r\nCSeq: 1 {method}\r\nContact: <sip:a@x>\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

/// A HEP3 packet whose agent says that it is so many seconds since 1970.
fn hep(payload: &[u8], seconds: u32) -> Vec<u8> {
    let mut chunks = Vec::new();
    let mut chunk = |kind: u16, value: &[u8]| {
        chunks.extend([0, 0]);
        chunks.extend(kind.to_be_bytes());
        chunks.extend(u16::try_from(6 + value.len()).unwrap().to_be_bytes());
        chunks.extend(value);
    };
    for (kind, value) in [(1, &[2][..]), (2, &[17]), (3, &[10, 9, 9, 9]), (4, &[10, 9, 9, 8])] {
        chunk(kind, value);
    }
    for (kind, value) in [(7, &[0x13, 0xc4][..]), (8, &[0x13, 0xc4]), (10, &[0; 4]), (11, &[1])] {
        chunk(kind, value);
    }
    chunk(9, &seconds.to_be_bytes());
    chunk(15, payload);
    let len = u16::try_from(6 + chunks.len()).unwrap();
    [&b"HEP3"[..], &len.to_be_bytes(), &chunks].concat()
}

/// A call and an attempt to register, with whatever `lie` adds between request and response, and a new call at the end.
fn told(lie: impl Fn(&mut Capture)) -> (Vec<Outcome>, Vec<RegistrationResult>, usize) {
    let mut capture = Capture::new();
    for (method, id) in [("INVITE", "call"), ("REGISTER", "attempt")] {
        capture.udp(UDP, &message(&format!("{method} sip:b@x SIP/2.0"), method, id));
    }
    lie(&mut capture);
    for (method, id) in [("INVITE", "call"), ("REGISTER", "attempt")] {
        capture.udp(BACK, &message("SIP/2.0 200 OK", method, id));
    }
    capture.udp(UDP, &message("INVITE sip:b@x SIP/2.0", "INVITE", "later"));
    let mut messages = Messages::from_reader(&capture.bytes[..], "made", &Options::default()).unwrap();
    let names = messages.names();
    let (mut calls, mut attempts, mut transactions) =
        (Calls::default(), Registrations::default(), Transactions::default());
    let (mut outcomes, mut results, mut early) = (Vec::new(), Vec::new(), 0);
    loop {
        let step = messages.step(&mut |row| {
            calls.row(row, &names, &mut |call| outcomes.push(call.outcome()));
            attempts.row(row, &names, &mut |attempt| results.push(attempt.result()));
            transactions.row(row, &names, &mut |_| early += 1);
        });
        if step.unwrap() == Progress::End {
            break;
        }
    }
    calls.finish(&mut |call| outcomes.push(call.outcome()));
    attempts.finish(&mut |attempt| results.push(attempt.result()));
    (outcomes, results, early)
}

#[test]
fn a_wrong_clock_ends_no_call() {
    let expected = (vec![Outcome::Answered, Outcome::Incomplete], vec![RegistrationResult::Registered], 0);
    assert_eq!(told(|_| {}), expected);
    let options = message("OPTIONS sip:b@x SIP/2.0", "OPTIONS", "other");
    for seconds in [u32::MAX, 0] {
        assert_eq!(told(|capture| capture.udp(UDP, &hep(&options, seconds))), expected, "agent: {seconds}");
        let record = |capture: &mut Capture| {
            let now = std::mem::replace(&mut capture.now, u64::from(seconds) * 1_000_000_000);
            capture.udp(UDP, &options);
            capture.now = now;
        };
        assert_eq!(told(record), expected, "record: {seconds}");
    }
}

#[test]
fn a_wrong_clock_gives_up_no_stream() {
    let mut capture = Capture::new();
    let whole = request("whole", "body");
    let (front, back) = whole.split_at(70);
    capture.tcp(TCP, 999, SYN, 0, b"");
    capture.tcp(TCP, 1000, ACK, 1, front);
    let now = std::mem::replace(&mut capture.now, u64::from(u32::MAX) * 1_000_000_000);
    capture.udp(UDP, b"x");
    capture.now = now;
    capture.tcp(TCP, 1070, ACK, 1, back);
    let (rows, _) = capture.rows();
    assert_eq!(rows.iter().map(|row| &row.bytes).collect::<Vec<_>>(), [&whole]);
}

#[test]
fn what_comes_first_after_a_pause_is_not_old() {
    let hour = 3_600_000_000_000;
    for pause in [hour, 48 * hour] {
        after_a_pause(pause);
    }
}

fn after_a_pause(pause: u64) {
    let expected = (vec![Outcome::Answered, Outcome::Incomplete], vec![RegistrationResult::Registered], 0);
    // A pause before all, so that the first request is what ends it.
    let mut capture = Capture::new();
    capture.udp(UDP, b"x");
    capture.now += pause;
    capture.udp(UDP, &message("INVITE sip:b@x SIP/2.0", "INVITE", "call"));
    capture.udp(UDP, &message("INVITE sip:b@x SIP/2.0", "INVITE", "call"));
    capture.udp(BACK, &message("SIP/2.0 200 OK", "INVITE", "call"));
    let mut rows = Vec::new();
    let mut calls = Calls::default();
    let mut outcomes = Vec::new();
    let mut messages = Messages::from_reader(&capture.bytes[..], "made", &Options::default()).unwrap();
    let names = messages.names();
    while messages
        .step(&mut |row| {
            rows.push(row.duplicate_of().is_some() || row.is_retransmission());
            calls.row(row, &names, &mut |call| outcomes.push(call.outcome()));
        })
        .unwrap()
        == Progress::More
    {}
    assert_eq!((rows, outcomes.len()), (vec![false, true, false], 0));
    calls.finish(&mut |call| outcomes.push(call.outcome()));
    assert_eq!(outcomes, [Outcome::Answered]);
    assert_eq!(told(|capture| capture.now += 1_000_000_000), expected);

    // A stream and a datagram in fragments.
    let whole = request("whole", "body");
    let (front, back) = whole.split_at(70);
    let mut capture = Capture::new();
    capture.tcp(TCP, 999, SYN, 0, b"");
    capture.now += pause;
    capture.tcp(TCP, 1000, ACK, 1, front);
    capture.tcp(TCP, 1070, ACK, 1, back);
    let mut made = Capture::new();
    made.udp(UDP, &whole);
    let datagram = &made.bytes[24 + 16 + 14 + 20..];
    capture.now += pause;
    capture.ip(UDP, 17, 0x2000, &datagram[..64]);
    capture.ip(UDP, 17, 8, &datagram[64..]);
    let (rows, _) = capture.rows();
    assert_eq!(rows.iter().map(|row| &row.bytes).collect::<Vec<_>>(), [&whole, &whole]);
}
