//! A stream that is broken stays broken, and is answered once.

use simdsip::{DefectCode, ErrorKind, Frame, Framer, Parser, Policy, Side};

#[test]
fn a_broken_stream_stays_broken_until_reset() {
    let mut framer = Framer::new(Parser::default(), Side::Server);
    let bad = b"OPTIONS sip:a SIP/2.0\r\nTo: x\r\n\r\n";
    let Frame::Fatal { error, answerable: Some(message) } = framer.next(bad) else {
        panic!("no Content-Length")
    };
    assert_eq!(message.uri(), Some(&b"sip:a"[..]));
    let good = b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n";
    for next in [&good[..], b"", b"z", &[b'z'; 100], bad] {
        let Frame::Fatal { error: again, answerable: None } = framer.next(next) else {
            panic!("goes on after b\"{}\"", next.escape_ascii());
        };
        assert_eq!(again, error);
    }
    framer.reset();
    assert!(matches!(framer.next(good), Frame::Message(_)));
}

/// Whoever gets one bad message relayed does not close a connection that many share.
#[test]
fn a_refused_message_is_answered_and_the_next_one_read() {
    let good = b"BYE sip:b SIP/2.0\r\nl: 2\r\n\r\nhi";
    for (policy, line, code) in [
        (Policy::BORDER, &b"Subject: a\x01b"[..], DefectCode::ControlByte),
        (Policy::INTEROP, b"no colon at all", DefectCode::HeaderWithoutColon),
    ] {
        let bad = [b"INVITE sip:a SIP/2.0\r\nl: 4\r\n", line, b"\r\n\r\nbody"].concat();
        let bytes = [&bad[..], good].concat();
        for cut in 0..bad.len() {
            let mut framer = Framer::new(Parser::new(policy), Side::Server);
            assert!(matches!(framer.next(&bytes[..cut]), Frame::Need(_)), "{cut}");
            let Frame::Refused { error, message } = framer.next(&bytes) else { panic!("{code:?} passes") };
            assert_eq!((error.kind, message.as_bytes()), (ErrorKind::Refused(code), &bad[..]));
            assert_eq!(message.body(), b"body");
            assert_eq!(framer.message(&bad).uri(), Some(&b"sip:a"[..]));
            assert!(
                matches!(framer.next(&bytes[bad.len()..]), Frame::Message(message) if message.body() == b"hi")
            );
        }
    }
}

#[test]
fn need_never_asks_for_more_than_the_next_frame_takes() {
    for (side, ends) in [
        (Side::Server, &[&b"\r\n\r\n"[..]][..]),
        (Side::Client, &[b"\r\n"]),
        (Side::Observer, &[b"\r\n\r\n", b"\r\nX"]),
    ] {
        for end in ends {
            for had in 0..end.len() {
                let mut framer = Framer::new(Parser::default(), side);
                let Frame::Need(more) = framer.next(&end[..had]) else { panic!("{side:?} after {had}") };
                assert!(
                    more >= 1 && had + more <= end.len(),
                    "{side:?} after {had} of {}",
                    end.escape_ascii()
                );
                assert!(matches!(framer.next(end), Frame::Ping | Frame::Pong), "{side:?}");
            }
        }
    }
}
