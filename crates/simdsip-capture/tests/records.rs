//! Calls, transactions, registrations and ladders of messages that somebody made to confuse or to take long.

mod common;

use common::clock::Stopwatch;
use common::{Capture, Sip, UDP, each_row};
use simdsip_capture::{Call, Calls, Ladder, Options, Registrations, Side, Transactions};
use std::sync::Arc;
use std::time::Duration;

const CALL: Sip<'_> =
    Sip { start: "INVITE", cseq: (1, "INVITE"), call_id: "one", from_tag: "a", to_tag: "", branch: "1" };

/// Processor time of the tables, and how many records there are of each.
fn records(capture: &Capture) -> (Duration, [usize; 3]) {
    let names: Arc<[String]> = Arc::from(["made".to_owned()]);
    let (mut calls, mut transactions, mut registrations) =
        (Calls::default(), Transactions::default(), Registrations::default());
    let mut counts = [0; 3];
    let start = Stopwatch::start();
    each_row(&capture.bytes, &Options::default(), |row| {
        calls.row(row, &names, &mut |_| counts[0] += 1);
        transactions.row(row, &names, &mut |_| counts[1] += 1);
        registrations.row(row, &names, &mut |_| counts[2] += 1);
    });
    calls.finish(&mut |_| counts[0] += 1);
    transactions.finish(&mut |_| counts[1] += 1);
    registrations.finish(&mut |_| counts[2] += 1);
    (start.elapsed(), counts)
}

/// Four times as many messages take at most six times as long.
fn takes_linear_time(message: impl Fn(u32) -> Vec<u8>, counts: impl Fn(usize) -> [usize; 3]) {
    let took = |count: u32| {
        let mut capture = Capture::new();
        (0..count).for_each(|number| capture.udp(UDP, &message(number)));
        let round = || {
            let (took, made) = records(&capture);
            assert_eq!(made, counts(count as usize));
            took
        };
        (0..3).map(|_| round()).min().unwrap()
    };
    let (few, many) = (took(3000), took(12_000));
    assert!(many <= few * 6, "{few:?} for 3,000 messages, {many:?} for 12,000");
}

#[test]
fn calls_of_one_call_id_and_many_tags_take_linear_time() {
    takes_linear_time(
        |number| {
            let text = number.to_string();
            Sip { from_tag: &text, branch: &text, ..CALL }.bytes()
        },
        |count| [count, count, 0],
    );
}

#[test]
fn transactions_of_one_branch_and_many_cseq_take_linear_time() {
    takes_linear_time(
        |number| Sip { start: "OPTIONS", cseq: (number, "OPTIONS"), ..CALL }.bytes(),
        |count| [0, count, 0],
    );
}

#[test]
fn registrations_of_one_call_id_take_linear_time() {
    // A number below the last one is another attempt.
    takes_linear_time(
        |number| {
            let branch = number.to_string();
            Sip { start: "REGISTER", cseq: (20_000 - number, "REGISTER"), branch: &branch, ..CALL }.bytes()
        },
        |count| [0, count, count],
    );
}

/// A message a second after the one before, of whom it is sent by.
fn sends(capture: &mut Capture, caller: bool, sip: &Sip<'_>) {
    capture.now += 1_000_000_000;
    let (one, other) = UDP;
    capture.udp(if caller { (one, other) } else { (other, one) }, &sip.bytes());
}

fn calls(capture: &Capture) -> Vec<Call> {
    let names: Arc<[String]> = Arc::from(["made".to_owned()]);
    let (mut calls, mut made) = (Calls::default(), Vec::new());
    each_row(&capture.bytes, &Options::default(), |row| calls.row(row, &names, &mut |call| made.push(call)));
    calls.finish(&mut |call| made.push(call));
    made
}

/// A call that was answered; the answer is its second second.
fn answered() -> Capture {
    let mut capture = Capture::new();
    sends(&mut capture, true, &CALL);
    sends(&mut capture, false, &Sip { start: "200 OK", to_tag: "b", ..CALL });
    capture
}

const BYE: Sip<'_> = Sip { start: "BYE", cseq: (2, "BYE"), to_tag: "b", branch: "bye", ..CALL };
/// The callee's.
const BYE_BACK: Sip<'_> = Sip { from_tag: "b", to_tag: "a", branch: "back", ..BYE };

/// Seconds from the answer to the end, and who hung up.
fn ends(capture: &Capture) -> (Option<i64>, Option<Side>) {
    let calls = calls(capture);
    let [call] = &calls[..] else { panic!("{} calls", calls.len()) };
    let end = call.end().map(|end| (end - call.answer().expect("it was answered")) / 1_000_000_000);
    assert_eq!(end.is_some(), call.bye().0.is_some());
    (end, call.who_hung_up())
}

#[test]
fn rfc3261_15_1_2_a_bye_that_is_refused_ends_nothing() {
    for refusal in ["401 Unauthorized", "403 Forbidden", "407 Proxy Authentication Required", "500 No"] {
        let mut capture = answered();
        let forged = Sip { cseq: (99, "BYE"), branch: "forged", ..BYE };
        sends(&mut capture, true, &forged);
        sends(&mut capture, false, &Sip { start: refusal, ..forged });
        assert_eq!(ends(&capture), (None, None), "{refusal}");
        // Longer than a call that is over is waited for; then another BYE of the same number.
        capture.now += 660_000_000_000;
        sends(&mut capture, false, &BYE_BACK);
        sends(&mut capture, true, &Sip { start: "200 OK", ..BYE_BACK });
        assert_eq!(ends(&capture), (Some(663), Some(Side::Callee)), "{refusal}");
    }
}

#[test]
fn rfc3261_15_1_1_a_bye_ends_a_call_if_it_is_accepted_or_not_answered() {
    for answer in [Some("200 OK"), Some("408 Request Timeout"), Some("481 No Such Call"), None] {
        let mut capture = answered();
        sends(&mut capture, true, &BYE);
        if let Some(start) = answer {
            sends(&mut capture, false, &Sip { start, ..BYE });
        }
        assert_eq!(ends(&capture), (Some(1), Some(Side::Caller)), "{answer:?}");
    }
    // A challenge that is met, and one number that both sides use.
    let mut capture = answered();
    sends(&mut capture, true, &BYE);
    sends(&mut capture, false, &Sip { start: "407 Who Are You", ..BYE });
    sends(&mut capture, false, &BYE_BACK);
    let met = Sip { cseq: (3, "BYE"), branch: "met", ..BYE };
    sends(&mut capture, true, &met);
    sends(&mut capture, false, &Sip { start: "200 OK", ..met });
    assert_eq!(ends(&capture), (Some(4), Some(Side::Caller)));
    // Both hang up at once: whoever did first, though the other is answered first.
    sends(&mut capture, true, &Sip { start: "200 OK", ..BYE_BACK });
    assert_eq!(ends(&capture), (Some(3), Some(Side::Callee)));
}

#[test]
fn rfc6076_4_6_an_invite_within_a_dialog_begins_no_call() {
    let again = Sip { cseq: (5, "INVITE"), to_tag: "b", branch: "again", ..CALL };
    let exchange = |capture: &mut Capture| {
        sends(capture, true, &again);
        sends(capture, false, &Sip { start: "200 OK", ..again });
        sends(capture, true, &BYE);
        sends(capture, false, &Sip { start: "200 OK", ..BYE });
    };
    // It began before the capture.
    let mut capture = Capture::new();
    exchange(&mut capture);
    assert_eq!(calls(&capture).len(), 0);
    // Its row was given: the BYE was not answered for longer than any response takes.
    let mut capture = answered();
    sends(&mut capture, true, &Sip { cseq: (4, "BYE"), branch: "unanswered", ..BYE });
    capture.now += 60_000_000_000;
    exchange(&mut capture);
    assert_eq!(ends(&capture), (Some(1), Some(Side::Caller)));
    // Within a call it is a part of it.
    let mut capture = answered();
    exchange(&mut capture);
    assert_eq!(ends(&capture), (Some(3), Some(Side::Caller)));
}

#[test]
fn a_ladder_has_few_participants_however_many_sources_are_forged() {
    let ladder = |sources: u8| {
        let mut capture = Capture::new();
        for source in 1..=sources {
            capture.udp(((source, 5060), (255, 5060)), &CALL.bytes());
        }
        let mut ladder = Ladder::new(b"one");
        each_row(&capture.bytes, &Options::default(), |row| ladder.row(row, &<[u8]>::to_vec));
        ladder
    };
    // Sixty-three sources and the destination.
    let (few, many) = (ladder(63), ladder(250));
    for (drawn, lane) in [
        (few.text(None), "others"),
        (few.svg(), "others"),
        (few.html(), "others"),
        (few.mermaid(), "others"),
        (few.json(), "\"others\"]"),
    ] {
        assert!(!drawn.contains(lane), "{drawn}");
    }
    for drawn in [many.text(None), many.svg(), many.html(), many.mermaid()] {
        assert!(drawn.contains("others are 187 participants"), "{drawn}");
        assert!(drawn.contains("10.0.0.63") && !drawn.contains("10.0.0.65"), "{drawn}");
    }
    let json: serde_json::Value = serde_json::from_str(&many.json()).unwrap();
    assert_eq!((json["participants"].as_array().unwrap().len(), &json["others"]), (65, &187.into()));
    assert_eq!(json["participants"][64], "others");
    assert_eq!(json["messages"][249]["from"], 64);
    assert_eq!(json["messages"][249]["to"], 1);
    // No line is longer than the lanes of them and a note.
    assert!(many.text(None).lines().all(|line| line.chars().count() < 65 * 20 + 100));
}
