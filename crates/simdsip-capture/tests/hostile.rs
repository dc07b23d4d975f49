//! Streams made to take for ever or to confuse: the work and the rows stay within bounds, and have names.

mod common;

use common::{ACK, Capture, SYN, TCP, UDP, request, rows};
use simdsip_capture::{Messages, Options, Progress};

#[test]
fn rows_of_one_frame_have_numbers_of_their_own() {
    // A message that came early, then the snapped segment before it.
    let body = "z".repeat(500);
    let (early, snapped) = (request("early", ""), request("snapped", &body));
    let mut whole = Capture::new();
    whole.tcp(TCP, 1000, ACK, 1, &snapped);
    let frame = &whole.bytes[24 + 16..];
    let mut capture = Capture::new();
    capture.tcp(TCP, 999, SYN, 0, b"");
    capture.tcp(TCP, 1000 + u32::try_from(snapped.len()).unwrap(), ACK, 1, &early);
    capture.frame(frame, frame.len() - 100);
    // The helper refuses rows of equal frame and number.
    let (rows, _) = capture.rows();
    let places: Vec<_> = rows.iter().map(|row| (row.frame, row.message_in_frame)).collect();
    assert_eq!((places, &rows[1].bytes), (vec![(3, 0), (3, 1)], &early));
}

/// A stream in large segments.
fn flood(bytes: &[u8]) -> Capture {
    let mut capture = Capture::new();
    capture.tcp(TCP, 999, SYN, 0, b"");
    let mut at = 1000u32;
    for piece in bytes.chunks(60_000) {
        capture.tcp(TCP, at, ACK, 1, piece);
        at = at.wrapping_add(u32::try_from(piece.len()).unwrap());
    }
    capture
}

#[test]
fn a_refused_message_is_not_begun_again_at_each_line_of_its_own() {
    let lines = 20_000;
    for (first, line) in [
        (&b"A a SIP/2.0\n"[..], &b" BYE a SIP/2.0\n"[..]),
        (b"A a:b SIP/2.0\n", b"A a:b SIP/2.0\n"),
        (b"BYE a SIP/2.0\na:", b" BYE a SIP/2.0\n"),
        (b"BYE a SIP/2.0\n", b"A a:b SIP/2.0\nl: 9999999\n"),
    ] {
        let real = request("real", "");
        let capture = flood(&[first, &line.repeat(lines), b"\n\n", &real].concat());
        let (rows, _) = capture.rows();
        // 512 header fields or 64 KiB a message.
        assert!(rows.len() <= lines / 250, "{}: {} rows", line.escape_ascii(), rows.len());
        assert_eq!(rows.last().map(|row| &row.bytes), Some(&real), "{}", line.escape_ascii());
    }
}

#[test]
fn a_message_behind_junk_is_found_where_the_junk_is_refused() {
    // The limit on header fields is met inside the real message.
    let real = request("real", "body");
    for fields in 500..520 {
        let junk = [&b"BYE sip:junk SIP/2.0\r\n"[..], &b"a: b\r\n".repeat(fields)].concat();
        let (rows, _) = flood(&[&junk[..], &real, &request("next", "")].concat()).rows();
        let place = rows.iter().position(|row| row.bytes.ends_with(&real));
        assert!(place.is_some_and(|place| rows[place].parsed), "{fields} fields");
        assert_eq!(rows.len(), place.unwrap() + 2, "{fields} fields");
    }
}

#[test]
fn every_backend_gives_the_same_rows() {
    let mut capture = Capture::new();
    capture.udp(UDP, &request("datagram", "body"));
    capture.tcp(TCP, 999, SYN, 0, b"");
    capture.tcp(TCP, 1000, ACK, 1, &[request("a", "body"), request("b", "")].concat());
    let detected = capture.rows().0;
    assert_eq!(detected.len(), 3);
    for backend in simdsip::Backend::available() {
        let options = Options::default().with_backend(backend).with_ports("5060".parse().unwrap());
        assert_eq!(rows(&capture.bytes, &options).0, detected, "{backend}");
        let mut messages = Messages::from_reader(&capture.bytes[..], "made", &options).unwrap();
        assert_eq!(messages.backend(), backend);
        while messages.step(&mut |_| {}).unwrap() == Progress::More {}
    }
}
