//! Calls, transactions and registrations of messages that somebody made to confuse or to take long.

mod common;

use common::clock::Stopwatch;
use common::{Capture, Sip, UDP, each_row};
use simdsip_capture::{Calls, Options, Registrations, Transactions};
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
