//! Values that were read past their end, as another header's, or as something that is not there.

use simdsip::shape::{Contact, Date};
use simdsip::{DefectCode as D, ErrorKind, HeaderName, Uri, typed};

use super::{answer, codes_of, look, read, request};

/// CVE-2022-31002: decoding looks two bytes ahead only where there are two.
#[test]
fn percent_signs_at_the_end_are_themselves() {
    for tail in ["%", "%4", "%4g", "%%", "%%4", "a%"] {
        for start in ["sip:", "sip:a@", "sip:a@b;x=", "sip:a@b?x=", "tel:+1;x=", "urn:x:", "im:"] {
            let text = format!("{start}{tail}");
            let uri = Uri::parse(text.as_bytes()).unwrap();
            assert_eq!(uri.span().bytes(), text.as_bytes());
            assert!(uri.equivalent(&Uri::parse(text.as_bytes()).unwrap()));
            let decoded: Vec<u8> = simdsip::Escaped::new(uri.rest()).unescaped().collect();
            assert!(decoded.ends_with(tail.as_bytes()), "{text}: nothing to decode");
            if !start.starts_with("tel") && !start.ends_with('@') && start != "sip:" {
                assert_eq!(codes_of("To", format!("<{text}>")), [D::BadEscape], "{text}");
            }
        }
    }
}

/// sofia-sip 17aaa40: every day from 1970 to 2100 against a count of days one by one.
#[test]
fn every_day_of_130_years_has_its_seconds() {
    const MONTHS: [(&str, u32); 12] = [
        ("Jan", 31),
        ("Feb", 28),
        ("Mar", 31),
        ("Apr", 30),
        ("May", 31),
        ("Jun", 30),
        ("Jul", 31),
        ("Aug", 31),
        ("Sep", 30),
        ("Oct", 31),
        ("Nov", 30),
        ("Dec", 31),
    ];
    const WEEK: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let mut days = 0i64;
    for year in 1970..=2100u32 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (at, (month, length)) in MONTHS.iter().enumerate() {
            let length = length + u32::from(leap && at == 1);
            for day in 1..=length {
                let text = format!("{}, {day:02} {month} {year} 23:59:58 GMT", WEEK[(days % 7) as usize]);
                let date = read::<typed::Date>(&text).unwrap().0;
                let want = Date {
                    year: year as u16,
                    month: at as u8 + 1,
                    day: day as u8,
                    hour: 23,
                    minute: 59,
                    second: 58,
                };
                assert_eq!(date, want, "{text}");
                assert_eq!(date.unix_seconds(), days * 86_400 + 86_398, "{text}");
                days += 1;
            }
            let past = format!("Mon, {:02} {month} {year} 00:00:00 GMT", length + 1);
            assert!(read::<typed::Date>(&past).is_err(), "{past}");
        }
    }
    assert_eq!(days, 47_847);
}

/// pjsip#3432, CVE-2021-33056, CVE-2021-43610.
#[test]
fn addresses_of_nearly_nothing_are_errors_with_a_place() {
    for (text, kind) in [
        ("", ErrorKind::Value),
        ("<>", ErrorKind::Address),
        ("< >", ErrorKind::Address),
        (";tag=1", ErrorKind::Address),
        ("\"a\"", ErrorKind::Address),
        ("<sip:a", ErrorKind::Angle),
        ("\"a", ErrorKind::Quote),
    ] {
        let error = read::<typed::From<'_>>(text).map(|from| format!("{from:?}")).unwrap_err();
        assert!(error.kind == kind && error.at <= text.len(), "{text}: {error}");
        assert_eq!(answer(&request("From", text)), 400, "{text}");
    }
    for text in [
        "/",
        "x",
        "<x>",
        "<sip>",
        ":",
        "<:>",
        "sip:",
        "<sip:>",
        "<sip:@>",
        "<sip:;a=b>",
        "<sip:a@>",
        "<tel:>",
    ] {
        let from: typed::From<'_> = read(text).unwrap();
        assert!(from.uri().is_err() && !from.uri_span().is_empty(), "{text}: {:?}", from.uri());
        assert!(!codes_of("From", text).is_empty(), "{text}");
    }
}

/// CVE-2021-43611: a backslash hides the quote behind it, unless it is hidden itself.
#[test]
fn backslashes_before_a_quote_are_counted() {
    for (text, name) in [
        ("\"\\\" <sip:a@b>", None),
        ("\"abc\\\" <sip:a@b>", None),
        ("\"", None),
        ("\"\\", None),
        ("\"\\\\\" <sip:a@b>", Some("\\")),
        ("\"\\\\\\\"\" <sip:a@b>", Some("\\\"")),
        ("\"\" <sip:a@b>", Some("")),
    ] {
        let from = read::<typed::From<'_>>(text).map(|from| from.display_name().map(|name| name.to_string()));
        assert_eq!(from.ok().flatten().as_deref(), name, "{text}");
        assert_eq!(codes_of("From", text).contains(&D::UnterminatedQuote), name.is_none(), "{text}");
    }
}

/// OpenSIPS#2285, resip#403.
#[test]
fn quotes_and_brackets_count_where_they_stand() {
    let dangling = "<sip:100@192.0.2.1>\"";
    let Contact::Address(contact) = read::<typed::Contact<'_>>(dangling).unwrap().0 else { panic!() };
    assert_eq!(contact.uri_span().bytes(), b"sip:100@192.0.2.1");
    assert_eq!(codes_of("Contact", dangling), [D::UnterminatedQuote, D::JunkAfterValue]);
    let quoted = "sip:a@b;+sip.instance=\"<urn:uuid:1>\"";
    let Contact::Address(contact) = read::<typed::Contact<'_>>(quoted).unwrap().0 else { panic!() };
    assert_eq!(contact.uri_span().bytes(), b"sip:a@b");
}

/// OpenSIPS GHSA-qvj2, CVE-2018-14767.
#[test]
fn parameters_of_to_without_name_value_or_quote() {
    for (text, tag, code) in [
        ("<sip:b@c>;tag", None, None),
        ("<sip:b@c>;tag=", Some(&b""[..]), Some(D::BadParameter)),
        ("<sip:b@c>;=x", None, Some(D::BadParameter)),
        ("<sip:b@c>;\"", None, Some(D::UnterminatedQuote)),
        ("<sip:b@c>;x=\"", None, Some(D::UnterminatedQuote)),
        ("<sip:b@c>;x=\";tag=1", None, Some(D::UnterminatedQuote)),
        ("<sip:b@c>;", None, Some(D::EmptyParameter)),
        ("<sip:b@c>;tag =\r\n 1", Some(b"1"), None),
    ] {
        assert_eq!(read::<typed::To<'_>>(text).unwrap().tag(), tag, "{text}");
        let codes = codes_of("To", text);
        match code {
            // What is open is told beside what it spoils.
            Some(code) => assert!(codes.contains(&code) && codes.len() <= 2, "{text}: {codes:?}"),
            None => assert!(codes.len() <= 1, "{text}: {codes:?}"),
        }
    }
}

/// CVE-2018-16657, OpenSIPS GHSA-wxfg.
#[test]
fn a_via_without_its_parts_is_an_error() {
    for text in [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0/UDP ",
        "SIP/2.0/UDP ;branch=",
        "SIP/2.0/UDP :5060",
        "SIP/2.0/UDP [::1",
        "SIP/2.0/",
        "SIP/2.0",
        "/",
        "//",
        "SIP//UDP h",
        "/2.0/UDP h",
        "(",
        "SIP/2.0/UDP (h)",
    ] {
        assert!(read::<typed::Via<'_>>(text).is_err(), "{text}");
        assert_eq!(answer(&request("Via", text)), 400, "{text}");
    }
    // An empty branch and an open comment are there, and are no transaction's.
    let via: typed::Via<'_> = read("SIP/2.0/UDP h (open;branch=1").unwrap();
    assert_eq!((via.branch(), via.host_span().bytes()), (None, &b"h"[..]));
    let via: typed::Via<'_> = read("SIP/2.0/UDP h;branch=").unwrap();
    assert_eq!(via.branch(), Some(&b""[..]));
}

/// OpenSIPS GHSA-7pf3, CVE-2020-27507, sems#543: none of two is taken for the other.
#[test]
fn repeated_singletons_are_refused_and_each_keeps_its_place() {
    for (name, first, second) in [
        ("To", "<sip:b@b.example>", "<sip:a-much-longer-name@example.com>;tag=2"),
        ("From", "<sip:a@a.example>;tag=1", "<sip:x@y>;tag=22"),
        ("Call-ID", "7@a.example", "i"),
        ("CSeq", "1 INVITE", "4294967296 INVITE"),
        ("Max-Forwards", "70", "0"),
    ] {
        let text = String::from_utf8(request("X", "1")).unwrap();
        let bytes = text.replace("Content-Length", &format!("{name}: {second}\r\nContent-Length"));
        assert_eq!(answer(bytes.as_bytes()), 400, "{name}");
        look(bytes.as_bytes(), |message| {
            let rows: Vec<_> =
                message.fields(HeaderName::lookup(name.as_bytes())).map(|field| field.value()).collect();
            assert_eq!(rows, [first.as_bytes(), second.as_bytes()]);
        });
    }
}

/// OpenSIPS GHSA-f7wm, GHSA-qr87, kamailio#4930.
#[test]
fn an_identity_without_info_or_end() {
    assert_eq!(codes_of("Identity", "a..b;alg=ES256"), [D::MissingParameter]);
    assert_eq!(codes_of("Identity", "a..b"), [], "older than RFC 8224 (RFC 4475 §3.1.1.11)");
    for text in [
        "a..b;info",
        "a..b;info=",
        "a..b;info=x",
        "a..b;info=<",
        "a..b;info=<https://c.example",
        "\"a",
        "\"a\r\n \0b",
    ] {
        assert!(!codes_of("Identity", text).is_empty(), "{text:?}");
    }
    let long = format!("{};info=<https://c.example>;alg=ES256", "A".repeat(60_000));
    assert_eq!(read::<typed::Identity<'_>>(&long).unwrap().value().raw().len(), 60_000);
    assert_eq!(codes_of("Identity", &long), []);
}

/// CVE-2023-28098: Authorization cut off at each byte; what is whole by then stays what it is.
#[test]
fn credentials_cut_off_anywhere_keep_what_is_whole() {
    let whole =
        "Digest username=\"bob, \\\"x\\\"\", realm=\"biloxi.com\", nonce=\"dcd98b\", qop=auth, nc=0000000a";
    for len in 0..=whole.len() {
        let cut = &whole[..len];
        look(&request("Authorization", cut), |message| {
            let credentials = message.header::<typed::Authorization<'_>>();
            let Ok(Some(credentials)) = credentials else {
                return assert!(cut.trim_end() == "Digest" || len < 8);
            };
            for (name, text) in
                [(&b"realm"[..], "\"biloxi.com\""), (b"nonce", "\"dcd98b\""), (b"qop", "auth")]
            {
                let end = whole.find(text).unwrap() + text.len();
                let found = credentials.params().value(name).map(|value| value.raw());
                assert_eq!(found == Some(text.as_bytes()), len >= end, "{cut}");
            }
            assert_eq!(credentials.nonce_count().ok().flatten(), (len == whole.len()).then_some(10), "{cut}");
        });
    }
}

/// AST-2016-009, CVE-2020-28361: what stands between a name and its colon.
#[test]
fn no_byte_but_white_space_may_stand_before_the_colon() {
    for byte in 0..=255u8 {
        if matches!(byte, b'\n' | b'\r' | b':') {
            continue;
        }
        let mut bytes = b"INFO sip:b SIP/2.0\r\nTo".to_vec();
        bytes.push(byte);
        bytes.extend_from_slice(b": <sip:x@y>\r\n\r\n");
        let is_to = matches!(byte, b' ' | b'\t');
        look(&bytes, |message| {
            assert_eq!(message.to().unwrap().is_some(), is_to, "{byte:#x}");
            assert_eq!(message.fields_named(b"To").count(), usize::from(is_to));
        });
    }
}
