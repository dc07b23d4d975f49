//! Each defect can be refused and allowed by itself; the presets refuse what they say.

use std::vec::Vec;

use super::{Parser, error};
use crate::{DefectClass, DefectCode, ErrorKind, Frame, Framer, Index, Policy, Side};

/// A datagram for each defect that shows it and no other, and where.
const CASES: [(DefectCode, &[u8], usize); 24] = [
    (DefectCode::BareLf, b"BYE sip:b SIP/2.0\nl: 0\r\n\r\n", 17),
    (DefectCode::BareCr, b"BYE sip:b SIP/2.0\r\nTo: a\rb\r\nl: 0\r\n\r\n", 24),
    (DefectCode::LeadingCrlf, b"\r\nBYE sip:b SIP/2.0\r\nl: 0\r\n\r\n", 0),
    (DefectCode::ControlByte, b"BYE sip:b SIP/2.0\r\nTo: a\x01b\r\nl: 0\r\n\r\n", 24),
    (DefectCode::QuotedControl, b"BYE sip:b SIP/2.0\r\nTo: \"\\\x01\"\r\nl: 0\r\n\r\n", 25),
    (DefectCode::NotUtf8, b"BYE sip:b SIP/2.0\r\nTo: a\xffb\r\nl: 0\r\n\r\n", 24),
    (DefectCode::WsBeforeColon, b"BYE sip:b SIP/2.0\r\nTo : a\r\nl: 0\r\n\r\n", 21),
    (DefectCode::HeaderWithoutColon, b"BYE sip:b SIP/2.0\r\nstray\r\nl: 0\r\n\r\n", 19),
    (DefectCode::EmptyHeaderName, b"BYE sip:b SIP/2.0\r\n: a\r\nl: 0\r\n\r\n", 19),
    (DefectCode::NameNotToken, b"BYE sip:b SIP/2.0\r\nT(o: a\r\nl: 0\r\n\r\n", 19),
    (DefectCode::FoldedStartLine, b"BYE sip:b SIP/2.0\r\n To: a\r\nl: 0\r\n\r\n", 19),
    (DefectCode::StartLineSpacing, b"BYE  sip:b SIP/2.0\r\nl: 0\r\n\r\n", 0),
    (DefectCode::SpaceInUri, b"BYE sip:b c SIP/2.0\r\nl: 0\r\n\r\n", 4),
    (DefectCode::BadVersion, b"BYE sip:b SIP/2.1\r\nl: 0\r\n\r\n", 10),
    (DefectCode::MethodNotToken, b"B@E sip:b SIP/2.0\r\nl: 0\r\n\r\n", 0),
    (DefectCode::BadStatus, b"SIP/2.0 999 Odd\r\nl: 0\r\n\r\n", 8),
    (DefectCode::NoReasonSeparator, b"SIP/2.0 200\r\nl: 0\r\n\r\n", 11),
    (DefectCode::NoEmptyLine, b"BYE sip:b SIP/2.0\r\nl: 0\r\n", 25),
    (DefectCode::ContentLengthInvalid, b"BYE sip:b SIP/2.0\r\nl: x\r\n\r\n", 22),
    (DefectCode::ContentLengthRepeated, b"BYE sip:b SIP/2.0\r\nl: 0\r\nl: 0\r\n\r\n", 28),
    (DefectCode::ContentLengthConflict, b"BYE sip:b SIP/2.0\r\nl: 0\r\nl: 1\r\n\r\n", 28),
    (DefectCode::ContentLengthTooLong, b"BYE sip:b SIP/2.0\r\nl: 1\r\n\r\n", 22),
    (DefectCode::SurplusBytes, b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\nx", 27),
    (DefectCode::BlankLine, b"BYE sip:b SIP/2.0\r\nl: 0\r\n \t\r\n\r\n", 25),
];

#[test]
fn each_defect_is_refused_or_allowed_by_itself() {
    for (code, bytes, at) in CASES {
        let mut index = Index::new();
        let message = Parser::new(Policy::CAPTURE).parse(bytes, &mut index).unwrap();
        let found: Vec<_> = message.structural_defects().map(|defect| (defect.code, defect.at)).collect();
        assert_eq!(found, [(code, at)]);
        assert!(message.has_structural_defects());
        for preset in [Policy::STRICT, Policy::INTEROP, Policy::BORDER, Policy::CAPTURE] {
            let (refusing, allowing) = (preset.refuse(code), preset.allow(code));
            assert!(refusing.refuses(code) && !allowing.refuses(code));
            assert!(Parser::new(allowing).parse(bytes, &mut index).is_ok(), "{code:?}");
            let error = Parser::new(refusing).parse(bytes, &mut index).unwrap_err();
            assert_eq!((error.kind, error.at), (ErrorKind::Refused(code), at));
            for other in DefectCode::all().filter(|other| *other != code) {
                assert_eq!(refusing.refuses(other), preset.refuses(other));
                assert_eq!(allowing.refuses(other), preset.refuses(other));
                let only = Policy::CAPTURE.refuse(other);
                assert!(Parser::new(only).parse(bytes, &mut index).is_ok(), "{code:?} is not {other:?}");
            }
        }
    }
    let cases: Vec<DefectCode> = CASES.iter().map(|case| case.0).collect();
    let others: Vec<_> =
        DefectCode::all().filter(|code| code.is_structural() && !cases.contains(code)).collect();
    assert_eq!(others, [DefectCode::ContentLengthMissing], "of streams alone");
}

#[test]
fn streams_refuse_what_datagrams_refuse() {
    let rest = b"BYE sip:next SIP/2.0\r\nl: 0\r\n\r\n";
    for (code, bytes, at) in CASES {
        let only_datagrams = [
            DefectCode::NoEmptyLine,
            DefectCode::ContentLengthTooLong,
            DefectCode::SurplusBytes,
            DefectCode::LeadingCrlf,
        ];
        if only_datagrams.contains(&code) {
            continue;
        }
        let stream = [bytes, rest].concat();
        let mut framer = Framer::new(Parser::new(Policy::CAPTURE.refuse(code)), Side::Server);
        let of_length = matches!(code, DefectCode::ContentLengthInvalid | DefectCode::ContentLengthConflict);
        let of_framing = matches!(code, DefectCode::BareLf | DefectCode::BareCr | DefectCode::BlankLine);
        let kind = if of_length { ErrorKind::ContentLength } else { ErrorKind::Refused(code) };
        let error = match framer.next(&stream) {
            Frame::Refused { error, message } if !of_length && !of_framing => {
                assert_eq!(message.as_bytes(), bytes, "{code:?}");
                error
            }
            Frame::Fatal { error, answerable } if of_length || of_framing => {
                assert!(answerable.is_some_and(|message| message.body().is_empty()), "{code:?}");
                error
            }
            other => panic!("{code:?}: {other:?}"),
        };
        assert_eq!((error.kind, error.at), (kind, at), "{code:?}");
        if !of_length && !of_framing {
            assert!(
                matches!(framer.next(rest), Frame::Message(message) if message.as_bytes() == rest),
                "{code:?}"
            );
        }
        if !of_length {
            let mut framer = Framer::new(Parser::new(Policy::CAPTURE), Side::Server);
            assert!(matches!(framer.next(&stream), Frame::Message(message) if message.as_bytes() == bytes));
        }
    }
    // Line ends before a start line are never the sender's fault there.
    let mut framer = Framer::new(Parser::new(Policy::INTEROP.refuse(DefectCode::LeadingCrlf)), Side::Server);
    let stream = b"\r\nBYE sip:b SIP/2.0\r\nl: 0\r\n\r\n";
    assert!(
        matches!(framer.next(stream), Frame::Refused { error, .. } if error.kind == ErrorKind::Refused(DefectCode::LeadingCrlf))
    );
}

#[test]
fn presets_refuse_what_they_say() {
    let strictly_allowed = [
        DefectCode::LeadingCrlf,
        DefectCode::WsBeforeColon,
        DefectCode::SurplusBytes,
        DefectCode::QuotedControl,
        DefectCode::BlankLine,
        DefectCode::BranchWithoutCookie,
        DefectCode::TagMissing,
        DefectCode::MaxForwardsMissing,
        DefectCode::SdpFormatUnmapped,
    ];
    for code in DefectCode::all() {
        let ambiguous = code.class() == DefectClass::Ambiguous;
        let broken = matches!(
            code,
            DefectCode::NoEmptyLine
                | DefectCode::HeaderWithoutColon
                | DefectCode::MissingHeader
                | DefectCode::RepeatedHeader
                | DefectCode::BadCSeq
                | DefectCode::CSeqMismatch
                | DefectCode::BadVia
                | DefectCode::BadAddress
                | DefectCode::UnterminatedQuote
                | DefectCode::UnterminatedAngle
                | DefectCode::StarNotAlone
        );
        assert!(!Policy::CAPTURE.refuses(code));
        assert_eq!(Policy::INTEROP.refuses(code), broken, "{code:?}");
        assert_eq!(Policy::BORDER.refuses(code), broken || ambiguous, "{code:?}");
        assert_eq!(Policy::STRICT.refuses(code), !strictly_allowed.contains(&code), "{code:?}");
    }
    assert_eq!(Policy::default(), Policy::INTEROP);
    assert_eq!(error(b"\r\n\r\n").kind, ErrorKind::Empty);
}

#[test]
fn the_first_refused_defect_by_number_is_told() {
    let bytes = b"BYE  sip:b SIP/2.0\nTo: a\x01\nl: x\n\n";
    let mut index = Index::new();
    let policy = Policy::CAPTURE.refuse(DefectCode::ContentLengthInvalid).refuse(DefectCode::ControlByte);
    let error = Parser::new(policy).parse(bytes, &mut index).unwrap_err();
    assert_eq!((error.kind, error.at), (ErrorKind::Refused(DefectCode::ControlByte), 24));
}
