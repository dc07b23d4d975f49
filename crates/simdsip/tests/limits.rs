//! Limits are the same for a message in one piece and in any two.

use simdsip::{ErrorKind, Frame, Framer, Index, LimitKind, Limits, Parser, Policy, Side};

fn parser(line_len: usize) -> Parser {
    let mut limits = Limits::new();
    limits.line_len = line_len;
    Parser::new(Policy::INTEROP).with_limits(limits)
}

/// Lines of 60 bytes and less, the longest of them `longest`.
fn message(longest: usize) -> Vec<u8> {
    let mut bytes = b"OPTIONS sip:a@example.com SIP/2.0\r\n".to_vec();
    for len in [40, longest, 9, 9, 9, 50, 9, 9, longest, 9, 9] {
        bytes.extend_from_slice(b"Subject:");
        bytes.resize(bytes.len() + len - 8, b's');
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"l: 0\r\n\r\n");
    bytes
}

#[test]
fn a_line_at_the_limit_passes_wherever_the_stream_is_cut() {
    let bytes = message(100);
    let parser = parser(100);
    assert!(parser.parse(&bytes, &mut Index::new()).is_ok());
    for cut in 0..bytes.len() {
        let mut framer = Framer::new(parser, Side::Server);
        assert!(matches!(framer.next(&bytes[..cut]), Frame::Need(_)), "cut at {cut}");
        assert!(matches!(framer.next(&bytes), Frame::Message(_)), "cut at {cut}");
    }
}

#[test]
fn a_line_over_the_limit_is_refused_wherever_the_stream_is_cut() {
    let bytes = message(101);
    let parser = parser(100);
    let error = parser.parse(&bytes, &mut Index::new()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Limit(LimitKind::Line));
    for cut in 0..bytes.len() {
        let mut framer = Framer::new(parser, Side::Server);
        let _ = framer.next(&bytes[..cut]);
        let Frame::Fatal { error: framed, answerable: None } = framer.next(&bytes) else {
            panic!("cut at {cut}: accepted");
        };
        assert_eq!(framed, error, "cut at {cut}");
    }
}
