//! Each code of values in a message that shows it and nothing else, at its place; and the same without, which shows none.

use simdsip::{DefectClass, DefectCode, Index, Limits, Parser, Policy};

use super::{defects, message_with};

/// A header, a value that shows nothing, and one that shows this code at this offset over this many bytes.
pub(crate) type Case = (DefectCode, &'static str, &'static [u8], &'static [u8], usize, usize);

pub(crate) const CASES: [Case; 70] = {
    use DefectCode as D;
    [
        (D::EmptyValue, "Event", b"presence", b"", 0, 0),
        (D::EmptyValue, "Event", b"presence;id=1", b";id=1", 0, 0),
        (D::EmptyElement, "Supported", b"100rel, timer", b"100rel,, timer", 7, 1),
        (D::EmptyElement, "Route", b"<sip:p;lr>", b"<sip:p;lr> ,", 11, 1),
        (D::EmptyParameter, "To", b"<sip:b@b>;tag=1", b"<sip:b@b>; ;tag=1", 9, 1),
        (D::BadParameter, "To", b"<sip:b@b>;tag=1", b"<sip:b@b>;x=", 10, 2),
        (D::BadParameter, "To", b"<sip:b@b>;x=\"1,2\"", b"<sip:b@b>;x=1,2;y", 10, 5),
        (D::BadParameter, "To", b"<sip:b@b>;x=[2001:db8::1]", b"<sip:b@b>;x=[2001:db8:1]", 10, 14),
        (D::BadParameter, "From", b"<sip:b@b>;tag=1", b"<sip:b@b>;tag=\"1\"", 10, 7),
        (D::BadParameter, "Content-Type", b"text/plain;charset=utf-8", b"text/plain;charset", 11, 7),
        (D::MissingParameter, "Replaces", b"7@a;to-tag=1;from-tag=2", b"7@a;to-tag=1", 12, 0),
        (D::MissingParameter, "P-Charging-Vector", b"icid-value=7", b"orig-ioi=a", 10, 0),
        (D::BadToken, "Require", b"100rel", b"100rel, a@b", 8, 3),
        (D::BadToken, "Accept-Contact", b"*;audio", b"all;audio", 0, 3),
        (D::BadNumber, "Expires", b"3600", b"3600s", 0, 5),
        (D::BadNumber, "Contact", b"<sip:a@a>;q=0.5", b"<sip:a@a>;q=1.5", 12, 3),
        (D::NumberTooLarge, "Max-Forwards", b"0255", b"256", 0, 3),
        (D::NumberTooLarge, "CSeq", b"2147483647 INVITE", b"2147483648 INVITE", 0, 10),
        (D::NumberTooLarge, "Expires", b"4294967295", b"4294967296", 0, 10),
        (
            D::NumberTooLarge,
            "Via",
            b"SIP/2.0/UDP a;branch=z9hG4bK7;ttl=255",
            b"SIP/2.0/UDP a;branch=z9hG4bK7;ttl=256",
            34,
            3,
        ),
        (D::UnterminatedQuote, "To", b"\"Bob\\\"\" <sip:b@b>", b"\"Bob\\\" <sip:b@b>", 0, 16),
        (D::UnterminatedAngle, "To", b"Bob <sip:b@b>", b"Bob <sip:b@b", 4, 8),
        (D::UnterminatedComment, "User-Agent", b"a/1 (b (c) \\))", b"a/1 (b (c \\))", 4, 9),
        (D::JunkAfterValue, "To", b"<sip:b@b> ;tag=1", b"<sip:b@b> x ;tag=1", 10, 1),
        (D::JunkAfterValue, "Priority", b"urgent", b"urgent, normal", 6, 8),
        (D::BadAddress, "To", b"sip:b@b", b"Bob", 0, 3),
        (D::BadAddress, "To", b"<sip:b@b>", b"Bob <>", 4, 2),
        (D::MissingAngle, "Route", b"<sip:p;lr>", b"sip:p;lr", 0, 5),
        (D::MissingAngle, "Contact", b"<sip:b@b?Subject=x>", b"sip:b@b?Subject=x", 0, 17),
        (D::NameNotQuoted, "To", b"\"Bob, Roe\" <sip:b@b>", b"Bob, Roe <sip:b@b>", 0, 8),
        (D::BadUri, "To", b"<sip:b@b>", b"<sip:b\"b@b>", 6, 1),
        (D::BadUri, "To", b"<sip:b@b>", b"< sip:b@b>", 1, 8),
        (D::BadUri, "To", b"<tel:+1-201-555-0123>", b"<tel:201-555-0123>", 5, 12),
        (D::BadEscape, "To", b"<sip:%62@b>", b"<sip:%6g@b>", 5, 3),
        (D::BadHost, "To", b"<sip:b@b.example>", b"<sip:b@b_.example>", 7, 10),
        (D::BadHost, "To", b"<sip:b@[::1]:5060>", b"<sip:b@[:::1]:5060>", 7, 11),
        (D::BadHost, "To", b"<sip:b@192.0.2.1>", b"<sip:b@192.0.2.256>", 7, 11),
        (D::BadPort, "To", b"<sip:b@b:65535>", b"<sip:b@b:65536>", 9, 5),
        (
            D::BadPort,
            "Via",
            b"SIP/2.0/UDP a : 5060;branch=z9hG4bK7",
            b"SIP/2.0/UDP a : x;branch=z9hG4bK7",
            16,
            1,
        ),
        (D::BadPort, "P-DCS-LAES", b"a;x=1;content=[::1]:1;y", b"a;x=1;content=[::1]:x;y", 20, 1),
        (D::BadVia, "Via", b"SIP / 2.0 / UDP a;branch=z9hG4bK7", b"SIP/2.0 a;branch=z9hG4bK7", 0, 25),
        (
            D::BracketedReceived,
            "Via",
            b"SIP/2.0/UDP a;received=2001:db8::9;branch=z9hG4bK7",
            b"SIP/2.0/UDP a;received=[2001:db8::9];branch=z9hG4bK7",
            23,
            13,
        ),
        (D::BranchWithoutCookie, "Via", b"SIP/2.0/UDP a;branch=Z9HG4BK7", b"SIP/2.0/UDP a;branch=7", 21, 1),
        (
            D::BranchWithoutCookie,
            "Via",
            b"SIP/2.0/UDP a;branch=z9hG4bK7",
            b"SIP/2.0/UDP a;branch=z9hG4bK",
            21,
            7,
        ),
        (
            D::BranchWithoutCookie,
            "Via",
            b"SIP/2.0/UDP a;branch=z9hG4bK7, SIP/2.0/UDP b",
            b"SIP/2.0/UDP a",
            13,
            0,
        ),
        (D::TagMissing, "From", b"<sip:a@a>;TAG=1", b"<sip:a@a>", 9, 0),
        (D::BadCSeq, "CSeq", b"1 INVITE", b"INVITE 1", 0, 8),
        (D::BadCSeq, "CSeq", b"00000000001 INVITE", b"4294967296 INVITE", 0, 17),
        (D::CSeqMismatch, "CSeq", b"1 INVITE", b"1 invite", 2, 6),
        (D::BadCallId, "Call-ID", b"a\"b<{[@x", b"a@b@c", 0, 5),
        (D::BadDate, "Date", b"Mon, 29 Feb 2016 23:59:60 GMT", b"Mon, 29 Feb 2017 23:59:59 GMT", 0, 29),
        (D::BadMediaType, "Accept", b"text / *;q=0.5, a/b", b"text;q=0.5, a/b", 0, 4),
        (
            D::BadAuth,
            "Authorization",
            b"Digest nc=0000000a, response=\"ab\"",
            b"Digest nc=a, response=\"ab\"",
            7,
            4,
        ),
        (
            D::BadAuth,
            "WWW-Authenticate",
            b"Digest realm=\"a\", nonce=\"b\"",
            b"Digest realm=a, nonce=\"b\"",
            7,
            7,
        ),
        (D::BadWarning, "Warning", b"399 a.example:5060 \"x\"", b"3999 a.example:5060 \"x\"", 0, 23),
        (D::StarNotAlone, "Contact", b"<sip:a@a>", b"*", 0, 1),
        (D::StarNotAlone, "Contact", b"<sip:a@a>, <sip:b@b>", b"<sip:a@a>, *", 11, 1),
        (D::RepeatedHeader, "To", b"<sip:b@b>", b"<sip:b@b>\r\nt: <sip:c@c>", 14, 9),
        (D::RepeatedHeader, "Subject", b"x", b"x\r\nSubject:", 11, 0),
        (D::BadQuotedPair, "To", b"\"B\\ob\" <sip:b@b>", b"\"B\\\xc3\xa9\" <sip:b@b>", 2, 1),
        (D::BadQuotedPair, "To", b"\"B\r\n ob\" <sip:b@b>", b"\"B\\\r\n ob\" <sip:b@b>", 2, 1),
        (D::RepeatedParameter, "To", b"<sip:b@b>;tag=1;x=1", b"<sip:b@b>;tag=1;x=1;Tag=2", 20, 3),
        (
            D::RepeatedParameter,
            "To",
            b"<sip:b@b;maddr=1.1.1.1>",
            b"<sip:b@b;maddr=1.1.1.1;x;Maddr=2.2.2.2>",
            25,
            5,
        ),
        (D::RepeatedParameter, "To", b"<sip:a;lr;a;lr@b;lr>", b"<sip:b@b;lr;%6c%72>", 12, 6),
        (D::RepeatedParameter, "To", b"<tel:+1;ext=1;a=1>", b"<tel:+1;ext=1;a=1;EXT=2>", 18, 3),
        (D::RepeatedParameter, "To", b"<urn:b;lr;lr>", b"<sips:b;lr;lr=on>;lr", 11, 2),
        (
            D::RepeatedParameter,
            "Authorization",
            b"Digest username=\"alice\",realm=\"a\"",
            b"Digest username=\"alice\",realm=\"a\",USERNAME=\"bob\"",
            34,
            8,
        ),
        (D::RepeatedParameter, "Proxy-Authenticate", b"Other a=1, b=1", b"Other a=1, b=1, a = 2", 16, 1),
        (D::RepeatedParameter, "Authentication-Info", b"nc=00000001", b"nc=00000001, nc=00000002", 13, 2),
        (D::BadToken, "Privacy", b"id ; user", b"id, user", 0, 3),
    ]
};

// covers: RFC 3261 §8.1.1.3, §8.1.1.5, §8.1.1.7, §19.1.1, §19.1.2, §20, §20.10, §20.16, §20.42, §25.1; RFC 3966 §3
// covers: RFC 5118 §4.5
#[test]
fn each_code_shows_alone_and_at_its_place() {
    let mut failed = vec![];
    for (code, name, good, broken, offset, len) in CASES {
        let (bytes, _) = message_with(name, good);
        let found = defects(&bytes);
        if !found.is_empty() {
            failed.push(format!("{name}: {} shows {found:?}", good.escape_ascii()));
        }
        let (bytes, at) = message_with(name, broken);
        let found = defects(&bytes);
        // The repeated field is not trimmed of what stands before its value.
        if found != [(code, at + offset, len)] {
            let found: Vec<_> = found.iter().map(|(code, place, len)| (code, place - at, len)).collect();
            failed.push(format!(
                "{name}: {} shows {found:?}, owed {code:?} {offset} {len}",
                broken.escape_ascii()
            ));
        }
    }
    assert!(failed.is_empty(), "{} cases\n{}", failed.len(), failed.join("\n"));
}

const REQUEST: &str = "REGISTER sip:b.example SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK7\r\nMax-Forwards: 70\r\n\
    From: <sip:a@a>;tag=1\r\nTo: <sip:a@a>\r\nCall-ID: 7\r\nCSeq: 1 REGISTER\r\nContact: *\r\nExpires: 0\r\n\
    Content-Length: 0\r\n\r\n";

/// The end of the header section.
const END: usize = usize::MAX;

/// What `from` in the request above makes when it reads `to`.
pub(crate) const REQUESTS: [(DefectCode, &str, &str, usize, usize); 15] = {
    use DefectCode as D;
    [
        (D::HeadersInRequestUri, "sip:b.example", "sip:b.example;lr?Route=%3Csip:x%3E", 25, 18),
        (D::BadUri, "sip:b.example", "<sip:b.example>", 9, 15),
        (D::BadUri, "sip:b.example", "b.example", 9, 9),
        (D::BadHost, "sip:b.example", "sip:-b.example", 13, 10),
        (D::RepeatedParameter, "sip:b.example", "sip:b.example;transport=tcp;transport=udp", 37, 9),
        (D::MissingHeader, "Call-ID: 7\r\n", "", END, 0),
        (D::MissingHeader, "From: <sip:a@a>;tag=1\r\n", "", END, 0),
        (D::MissingHeader, "To: <sip:a@a>\r\n", "", END, 0),
        (D::MissingHeader, "CSeq: 1 REGISTER\r\n", "", END, 0),
        (D::MissingHeader, "Via: SIP/2.0/UDP a;branch=z9hG4bK7\r\n", "", END, 0),
        (D::MaxForwardsMissing, "Max-Forwards: 70\r\n", "", END, 0),
        (D::StarNotAlone, "Expires: 0\r\n", "", 163, 1),
        (D::StarNotAlone, "Expires: 0\r\n", "Expires: 1\r\n", 163, 1),
        (D::StarNotAlone, "Contact: *", "Contact: *\r\nm: <sip:b@b>", 163, 1),
        (D::RepeatedHeader, "Expires: 0\r\n", "Expires: 0\r\nexpires: 0\r\nExpires: 1\r\n", 187, 1),
    ]
};

// covers: RFC 3261 §8.1.1, §8.1.1.6, §10.3, §19.1.1, §20, §20.10
#[test]
fn what_shows_between_the_parts_of_a_message() {
    assert_eq!(defects(REQUEST.as_bytes()), []);
    for (code, from, to, at, len) in REQUESTS {
        assert_eq!(REQUEST.matches(from).count(), 1, "{from}");
        let changed = REQUEST.replace(from, to);
        let at = if at == END { changed.len() - 2 } else { at };
        assert_eq!(defects(changed.as_bytes()), [(code, at, len)], "{from:?} as {to:?}");
    }
    // An empty field is as good as none, and told as both.
    let found = defects(REQUEST.replace("Call-ID: 7", "Call-ID:").as_bytes());
    assert_eq!(found, [(DefectCode::EmptyValue, 132, 0), (DefectCode::MissingHeader, 195, 0)]);
    // Responses need neither Max-Forwards nor the method of a request.
    let response = REQUEST
        .replace("REGISTER sip:b.example SIP/2.0", "SIP/2.0 200 OK")
        .replace("Max-Forwards: 70\r\nFrom", "From")
        .replace("Contact: *\r\n", "");
    assert_eq!(defects(response.as_bytes()), []);
}

#[test]
fn over_limit_is_told_where_the_limit_ends() {
    let mut limits = Limits::new();
    (limits.param_count, limits.element_count, limits.comment_depth, limits.uri_len) = (2, 2, 2, 16);
    for (name, good, broken, offset, len) in [
        ("To", "<sip:b@b>;a;b", "<sip:b@b>;a;b;c", 14, 1),
        ("To", "<sip:b@b;a;b>", "<sip:b@b;a;b;c>", 13, 1),
        ("Supported", "a,b", "a, b, c", 6, 1),
        ("Server", "a ((b) (c))", "a (((b) c))", 4, 1),
        ("To", "<sip:b@b234567890>", "<sip:b@b2345678901>", 1, 17),
        ("Authorization", "x a=b, c=d", "x a=b, c=d, e=f", 12, 1),
    ] {
        let find = |value: &str| {
            let (bytes, at) = message_with(name, value.as_bytes());
            let mut index = Index::new();
            let message = Parser::default().with_limits(limits).parse(&bytes, &mut index).unwrap();
            let found: Vec<_> =
                message.defects().map(|found| (found.code, found.at - at, found.len)).collect();
            found
        };
        assert_eq!(find(good), [], "{good}");
        assert_eq!(find(broken), [(DefectCode::OverLimit, offset, len)], "{broken}");
    }
}

/// Every code of values has its message here, and the words that tell of it.
#[test]
fn no_code_is_left_out() {
    let told = CASES
        .iter()
        .map(|case| case.0)
        .chain(REQUESTS.iter().map(|case| case.0))
        .chain([DefectCode::OverLimit]);
    let told: Vec<DefectCode> = told.collect();
    for code in DefectCode::all().filter(|code| !code.is_structural() && !code.is_sdp()) {
        assert!(told.contains(&code), "{code:?} has no message");
        assert!(code.rfc().starts_with("RFC ") && code.rfc().contains('§'), "{code:?}");
        assert!(!code.message().is_empty() && !code.message().ends_with('.'));
        assert!(!Policy::INTEROP.refuses(code) || code.class() != DefectClass::Cosmetic);
        assert!(Policy::BORDER.refuses(code) || code.class() != DefectClass::Ambiguous);
    }
}
