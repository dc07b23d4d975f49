//! What is a message captured twice, and what one that was sent twice.

mod common;

use common::{ACK, Capture, SYN, TCP, UDP, request};
use simdsip_capture::{Calls, Messages, Options, Progress, Source};

/// Frame, whether it was sent again, and of which frame it is a second capture.
type Told = (u64, bool, Option<u64>);

/// The rows, and how many messages each call has.
fn told(parts: &[&Capture]) -> (Vec<Told>, Vec<i32>) {
    let sources = parts.iter().map(|part| Source::new("part", &part.bytes[..])).collect();
    let mut messages = Messages::sequence(sources, &Options::default());
    let (mut rows, mut calls, mut counts) = (Vec::new(), Calls::default(), Vec::new());
    loop {
        let names = messages.names();
        let step = messages.step(&mut |row| {
            rows.push((row.frame(), row.is_retransmission(), row.duplicate_of()));
            calls.row(row, &names, &mut |call| counts.push(call.message_count()));
        });
        if step.unwrap() == Progress::End {
            break;
        }
    }
    calls.finish(&mut |call| counts.push(call.message_count()));
    (rows, counts)
}

#[test]
fn a_datagram_that_is_captured_twice_is_told_with_its_frame() {
    let message = request("a", "");
    let mut capture = Capture::new();
    capture.udp(UDP, &message);
    capture.udp(UDP, &message);
    capture.now += 500_000_000;
    capture.udp(UDP, &message);
    assert_eq!(told(&[&capture]).0, [(1, false, None), (2, false, Some(1)), (3, true, None)]);
}

#[test]
fn equal_messages_on_a_stream_are_two() {
    let message = request("a", "");
    let mut capture = Capture::new();
    capture.tcp(TCP, 999, SYN, 0, b"");
    capture.tcp(TCP, 1000, ACK, 1, &message.repeat(2));
    capture.tcp(TCP, 1000 + 2 * u32::try_from(message.len()).unwrap(), ACK, 1, &message);
    assert_eq!(told(&[&capture]).0, [(2, false, None), (2, true, None), (3, true, None)]);
}

#[test]
fn a_second_capture_in_another_file_names_no_frame_and_is_not_sent_again() {
    let invite =
        |id: &str| String::from_utf8(request(id, "")).unwrap().replace("MESSAGE", "INVITE").into_bytes();
    let message = invite("a");
    let mut one = Capture::new();
    one.udp(UDP, &invite("other"));
    one.udp(UDP, &message);
    let mut two = Capture::new();
    two.now = one.now;
    two.udp(UDP, &message);
    let (rows, calls) = told(&[&one, &two]);
    assert_eq!(rows, [(1, false, None), (2, false, None), (1, false, None)]);
    // Of each call one message counts.
    assert_eq!(calls, [1, 1]);
}
