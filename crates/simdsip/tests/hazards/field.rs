//! Values: lists, quotes, comments, folds, numbers, parameters.

use simdsip::shape::{Contact, Product};
use simdsip::{DefectCode as D, HeaderName, Method, Policy, Role, typed};

use super::{answer, codes, codes_of, elements, look, read, request};

#[test]
fn hazard_01_comma_splitting() {
    // Only lists are split: a type each for those that are none but often have commas.
    assert_eq!(elements::<typed::Date>("Sat, 13 Nov 2010 23:29:00 GMT").len(), 1);
    assert_eq!(elements::<typed::Subject>("a, b").len(), 1);
    assert_eq!(elements::<typed::UserAgent>("a/1 (b, c), d").len(), 1);
    assert_eq!(elements::<typed::RetryAfter>("18000 (a, b);duration=3600").len(), 1);
    for auth in ["Digest realm=\"a\", nonce=\"b\"", "Digest a=b,c=d"] {
        assert_eq!(elements::<typed::WwwAuthenticate>(auth).len(), 1);
        assert_eq!(elements::<typed::Authorization>(auth).len(), 1);
        assert_eq!(elements::<typed::ProxyAuthenticate>(auth).len(), 1);
        assert_eq!(elements::<typed::ProxyAuthorization>(auth).len(), 1);
    }
    assert_eq!(elements::<typed::Identity>("a;info=<b>,c").len(), 1);
    // From and To are none: a comma of the userinfo stays there.
    let to: typed::To<'_> = read("sip:bond,james@h").unwrap();
    assert_eq!(to.uri_span().bytes(), b"sip:bond,james@h");
    // Commas within quotes, brackets and comments are text; a bare URI in a list ends at its comma (RFC 3261 §20).
    let contacts = "\"Bond, James\" <sip:007,x@h;a=\"b,c\">;x=\"1,2\", sip:bond,james@h";
    assert_eq!(
        elements::<typed::Contact>(contacts),
        ["\"Bond, James\" <sip:007,x@h;a=\"b,c\">;x=\"1,2\"", "sip:bond", "james@h"]
    );
    assert_eq!(
        elements::<typed::Via>("SIP/2.0/UDP a (one, two);x=1, SIP/2.0/UDP b"),
        ["SIP/2.0/UDP a (one, two);x=1", "SIP/2.0/UDP b"]
    );
    // A Call-ID may hold quotes and brackets, and those hide no comma.
    assert_eq!(elements::<typed::InReplyTo>("a\"<@x, b@y").len(), 2);
    assert_eq!(elements::<typed::Replaces>("a<\";to-tag=1;from-tag=2").len(), 1);
}

#[test]
fn hazard_05_quoted_strings() {
    let name = |text: &'static str| -> Result<String, simdsip::Error> {
        let to: typed::To<'_> = read(text)?;
        Ok(to.display_name().map(|name| name.to_string()).unwrap_or_default())
    };
    // Each number of backslashes before a quote: an even one closes, an odd one does not.
    for count in 0..40 {
        let text = format!("\"a{}\" <sip:b@c>", "\\".repeat(count));
        let to = read::<typed::To<'_>>(&text).map(|to| to.display_name().map(|name| name.to_string()));
        if count % 2 == 0 {
            assert_eq!(to.unwrap().unwrap(), format!("a{}", "\\".repeat(count / 2)), "{text}");
        } else {
            let error = to.unwrap_err();
            assert_eq!((error.kind, error.at), (simdsip::ErrorKind::Quote, 0), "{text}");
        }
    }
    assert_eq!(name("\"\\\"<sip:x@y>\\\"\" <sip:b@c>").unwrap(), "\"<sip:x@y>\"");
    // CR and LF cannot be escaped; an open quote is an error at the quote.
    assert!(codes_of("To", "\"a\\\r\n b\" <sip:b@c>").contains(&D::BadQuotedPair));
    assert!(codes_of("To", "\"a\r\n b\" <sip:b@c>").is_empty());
    let open = request("To", "a \"b <sip:c@d>");
    let (code, at) =
        look(&open, |message| message.defects().next().map(|defect| (defect.code, defect.at))).unwrap();
    assert_eq!((code, open[at]), (D::UnterminatedQuote, b'"'));
}

#[test]
fn hazard_06_white_space_in_quotes() {
    let to: typed::To<'_> = read("\"Bob\r\n \t Roe\" <sip:b@c>").unwrap();
    let name = to.display_name().unwrap();
    assert_eq!((name.raw(), name.to_string()), (&b"\"Bob\r\n \t Roe\""[..], "Bob Roe".into()));
    assert!(name.is(b"Bob Roe"));
    // One value, of one field.
    look(&request("To", "\"Bob\r\n Roe\" <sip:b@c>"), |message| {
        assert_eq!(message.fields(HeaderName::To).count(), 1);
        assert!(message.fields(HeaderName::To).next().unwrap().is_folded());
    });
}

#[test]
fn hazard_07_comments() {
    let agent: typed::UserAgent<'_> = read("a/1 (b (c \\) d) e) f").unwrap();
    let products: Vec<Product<'_>> = agent.iter().collect();
    assert_eq!(products.len(), 3);
    assert_eq!(products[1], Product::Comment(b"b (c \\) d) e"));
    let retry: typed::RetryAfter<'_> = read("5 (a (b;duration=1) c);duration=60").unwrap();
    assert_eq!(retry.comment(), Some(&b"a (b;duration=1) c"[..]));
    assert_eq!(retry.params().value(b"duration").unwrap().raw(), b"60");
    // RFC 2543 had comments in Via; a Warning has none.
    let via: typed::Via<'_> = read("SIP/2.0/UDP h:5060 (x;branch=1);branch=2").unwrap();
    assert_eq!((via.port().unwrap(), via.branch()), (Some(5060), Some(&b"2"[..])));
    assert!(read::<typed::Warning<'_>>("399 h (x) \"y\"").is_err());
    assert_eq!(codes_of("Server", "a (b (c)"), [D::UnterminatedComment]);
}

#[test]
fn hazard_08_folding() {
    let folded = request("To", "Bob\r\n\t \r\n <sip:b@c>\r\n ;tag=7");
    look(&folded, |message| {
        let to = message.to().unwrap().unwrap();
        assert_eq!((to.uri_span().bytes(), to.tag()), (&b"sip:b@c"[..], Some(&b"7"[..])));
        // A line of white space alone ends no header section.
        assert!(message.has(HeaderName::ContentLength));
    });
    assert!(codes(&folded).contains(&D::BlankLine));
    let start = b"INVITE sip:b@b.example\r\n SIP/2.0\r\nTo: <sip:b@c>\r\n\r\n";
    assert!(!super::parses(start, Policy::INTEROP));
}

#[test]
fn hazard_09_colon() {
    for before in ["", " ", "\t", "  \t"] {
        let bytes = request("To", "<sip:b@c>");
        let text = String::from_utf8(bytes).unwrap().replacen("To:", &format!("t{before}:"), 1);
        look(text.as_bytes(), |message| {
            assert_eq!(message.to().unwrap().unwrap().uri_span().bytes(), b"sip:b@c");
            assert_eq!(message.fields_named(b"To").count(), 1, "found for removal, too");
        });
    }
    for control in ["\u{1}", "\u{b}", "\0", "\u{7f}", "\u{a0}"] {
        let bytes = request(&format!("To{control}"), "<sip:evil@c>");
        look(&bytes, |message| {
            assert_eq!(message.to().unwrap().unwrap().uri_span().bytes(), b"sip:b@b.example", "{control:?}");
            assert_eq!(message.headers().next().unwrap().id(), HeaderName::Unknown);
        });
        assert!(codes(&bytes).contains(&D::NameNotToken));
    }
}

#[test]
fn hazard_17_cseq() {
    let number = |text| read::<typed::CSeq<'_>>(text).map(|cseq| cseq.number());
    assert_eq!(number("2147483647 INVITE"), Ok(0x7fff_ffff));
    assert!(codes_of("CSeq", "2147483647 INVITE").is_empty());
    // Deployed, above what one may send: taken with its defect.
    assert_eq!(number("4294967295 INVITE"), Ok(u32::MAX));
    assert_eq!(codes_of("CSeq", "4294967295 INVITE"), [D::NumberTooLarge]);
    assert!(number("4294967296 INVITE").is_err() && number("36893488147419103232 INVITE").is_err());
    assert_eq!(answer(&request("CSeq", "4294967296 INVITE"), Role::Uas, Policy::INTEROP), 400);
    assert_eq!(number("0009 INVITE"), Ok(9));
    assert_eq!(answer(&request("CSeq", "1 BYE"), Role::Uas, Policy::INTEROP), 400);
    assert!(read::<typed::RSeq<'_>>("4294967296").is_err());
    let rack: typed::RAck<'_> = read("4294967295 1 INVITE").unwrap();
    assert_eq!((rack.response_number(), rack.cseq().method()), (u32::MAX, Method::Invite));
    assert!(read::<typed::RAck<'_>>("4294967296 1 INVITE").is_err());
}

#[test]
fn hazard_21_dates() {
    let date = |text: &str| read::<typed::Date>(text).map(|date| date.unix_seconds());
    assert_eq!(date("Fri, 01 Jan 2010 16:00:00 GMT"), Ok(1_262_361_600));
    // The weekday is not trusted, only the zone is.
    assert_eq!(date("Mon, 01 Jan 2010 16:00:00 GMT"), date("Fri, 01 Jan 2010 16:00:00 GMT"));
    for bad in ["Fri, 01 Jan 2010 16:00:00 EST", "Fri, 01 Jan 2010 16:00:00", "01 Jan 2010 16:00:00 GMT"] {
        assert!(date(bad).is_err(), "{bad}");
        assert_eq!(codes_of("Date", bad), [D::BadDate]);
        assert_eq!(
            answer(&request("Date", bad), Role::Proxy, Policy::INTEROP),
            0,
            "ignored (RFC 4475 §3.1.2.12)"
        );
    }
}

#[test]
fn hazard_28_order() {
    let bytes = request(
        "Route",
        "<sip:1;lr>, <sip:2;lr>\r\nSubject: x\r\nroute: <sip:3;lr>\r\nX: 1\r\nRoute: <sip:4;lr>",
    );
    look(&bytes, |message| {
        let routes: Vec<_> =
            message.list::<typed::Route<'_>>().map(|route| route.unwrap().uri_span().bytes()).collect();
        assert_eq!(routes, [b"sip:1;lr", b"sip:2;lr", b"sip:3;lr", b"sip:4;lr"]);
        let lines: Vec<u8> = message.headers().flat_map(|field| field.line().to_vec()).collect();
        assert!(bytes.windows(lines.len()).any(|window| window == lines), "every byte, in its order");
    });
}

#[test]
fn hazard_30_empty_values() {
    for name in
        ["Accept", "Accept-Encoding", "Accept-Language", "Allow", "Supported", "Subject", "Organization"]
    {
        assert_eq!(codes_of(name, ""), [], "{name}");
        look(&request(name, ""), |message| {
            assert_eq!(message.headers().next().unwrap().value(), b"", "the next line is not swallowed");
            assert!(message.has(HeaderName::Via));
        });
    }
    for name in ["Unsupported", "Require", "Contact", "Event"] {
        assert_eq!(codes_of(name, ""), [D::EmptyValue], "{name}");
    }
    assert_eq!(elements::<typed::Supported>("a,,b, ,"), ["a", "b"]);
    assert_eq!(codes_of("Supported", "a,,b"), [D::EmptyElement]);
    assert_eq!(answer(&request("Supported", "a,,b"), Role::Uas, Policy::INTEROP), 0);
    assert_eq!(answer(&request("Supported", "a,,b"), Role::Uas, Policy::STRICT), 400);
}

#[test]
fn hazard_31_empty_parameters() {
    let to: typed::To<'_> = read("<sip:b@c>;;tag=1; ;x=2;").unwrap();
    assert_eq!(to.params().count(), 2);
    assert_eq!(to.tag(), Some(&b"1"[..]));
    for value in ["<sip:b@c>;;tag=1", "<sip:b@c>;tag=1;"] {
        assert_eq!(codes_of("To", value), [D::EmptyParameter]);
        assert_eq!(answer(&request("To", value), Role::Uas, Policy::STRICT), 400);
    }
}

#[test]
fn hazard_32_parameter_values() {
    let to: typed::To<'_> = read("<sip:b@c>;a=b;c=[2001:db8::1];d=\"e;f\\\"\";g").unwrap();
    let raw = |name: &[u8]| to.params().value(name).map(|value| value.raw());
    assert_eq!(raw(b"a"), Some(&b"b"[..]));
    assert_eq!(raw(b"C"), Some(&b"[2001:db8::1]"[..]));
    assert_eq!(raw(b"d"), Some(&b"\"e;f\\\"\""[..]), "the quotes are kept");
    assert!(to.params().value(b"d").unwrap().is(b"e;f\""));
    assert!(to.param(b"g").unwrap().value().is_none());
    assert_eq!(codes_of("To", "<sip:b@c>;a=b;c=[2001:db8::1];d=\"e;f\\\"\";g"), []);
}

#[test]
fn hazard_38_q_and_expires() {
    let contact = |text: &str| match read::<typed::Contact<'_>>(text).unwrap().0 {
        Contact::Address(address) => (address.q().ok().flatten(), address.expires().ok().flatten()),
        other => panic!("{other:?}"),
    };
    for (text, q) in
        [("0", 0), ("0.", 0), ("0.7", 700), ("0.05", 50), ("0.123", 123), ("1", 1_000), ("1.000", 1_000)]
    {
        assert_eq!(contact(&format!("<sip:a@b>;q={text}")).0, Some(q));
        assert_eq!(codes_of("Contact", format!("<sip:a@b>;q={text}")), [], "{text}");
    }
    for text in ["1.1", "2", "0.1234", ".5", "-1", "a", "1.001", "0,5", "00.5", ""] {
        assert_eq!(contact(&format!("<sip:a@b>;q={text}")).0, None, "{text}: an error, not a wrong number");
    }
    // Not a number, or one too large, is an error: 3600 and the clamp are the registrar's to choose.
    assert_eq!(contact("<sip:a@b>;expires=4294967295").1, Some(u32::MAX));
    for text in ["4294967296", "soon", "\"1\""] {
        assert_eq!(contact(&format!("<sip:a@b>;expires={text}")).1, None);
        assert_eq!(codes_of("Contact", format!("<sip:a@b>;expires={text}")).len(), 1, "{text}");
    }
}

#[test]
fn hazard_39_scalars() {
    assert_eq!(codes_of("Max-Forwards", "255"), []);
    assert_eq!(codes_of("Max-Forwards", "256"), [D::NumberTooLarge]);
    assert_eq!(codes_of("Expires", "4294967295"), []);
    assert_eq!(codes_of("Expires", "4294967296"), [D::NumberTooLarge]);
    assert!(read::<typed::Expires<'_>>("4294967296").is_err());
    for (code, status) in
        [("100", Some(100)), ("699", Some(699)), ("4294967301", None), ("20", None), ("2x0", None)]
    {
        let bytes = format!("SIP/2.0 {code} x\r\n\r\n");
        look(bytes.as_bytes(), |message| {
            assert_eq!(message.status().ok().flatten(), status);
            let odd = message.defects().any(|defect| defect.code == D::BadStatus);
            assert_eq!(odd, status.is_none());
        });
        if status.is_none() {
            assert_eq!(answer(bytes.as_bytes(), Role::Proxy, Policy::STRICT), 1, "discarded");
        }
    }
}

#[test]
fn hazard_40_identity() {
    let value = "a..b;info=<https://c.example/d,e;f>;alg=ES256;ppt=\"shaken\"";
    let bytes = request("Identity", format!("{value}\r\nIdentity: g;info=<https://h.example>"));
    look(&bytes, |message| {
        let all: Vec<_> = message.list::<typed::Identity<'_>>().map(|identity| identity.unwrap()).collect();
        assert_eq!(all.len(), 2, "rows, not commas");
        assert_eq!(all[0].value().raw(), b"a..b");
        assert_eq!(all[0].params().value(b"info").unwrap().raw(), b"<https://c.example/d,e;f>");
        assert_eq!(all[0].params().value(b"ppt").unwrap().inner(), b"shaken");
    });
    assert_eq!(codes(&bytes), []);
    // The quoted form of RFC 4474.
    let old: typed::Identity<'_> =
        read("\"ZYNBbHC00VMZr2kZt6VmCvPonWJMGvQTBDqghoWeLxJfzB2a1pxAr3VgrB0SsSAa\"").unwrap();
    assert!(old.value().is_quoted());
}

#[test]
fn hazard_41_authentication() {
    let rows = "Digest realm=\"a, b\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=SHA-512-256\r\n\
                WWW-Authenticate: Token x\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"n\"";
    let bytes = request("WWW-Authenticate", rows);
    look(&bytes, |message| {
        let all: Vec<_> = message.list::<typed::WwwAuthenticate<'_>>().map(|row| row.unwrap()).collect();
        assert_eq!(all.len(), 3, "in the order of preference");
        assert_eq!(all[0].algorithm(), b"SHA-512-256");
        assert_eq!(all[0].qop().collect::<Vec<_>>(), [&b"auth"[..], b"auth-int"]);
        assert_eq!(all[0].params().value(b"realm").unwrap().inner(), b"a, b");
        assert!(!all[1].is_digest(), "skipped by who does not know it");
        assert_eq!((all[2].algorithm(), all[2].qop().count()), (&b"MD5"[..], 0));
    });
    let one: typed::Authorization<'_> = read("Digest qop=auth, nc=0000000A, response=\"ab\"").unwrap();
    assert_eq!(one.qop().collect::<Vec<_>>(), [b"auth"]);
    assert_eq!(one.nonce_count(), Ok(Some(10)));
    for nc in ["1", "000000001", "0000000g", "+0000001", ""] {
        let text = format!("Digest nc={nc}, response=\"ab\"");
        assert!(read::<typed::Authorization<'_>>(&text).unwrap().nonce_count().is_err(), "{nc}");
        assert_eq!(codes_of("Authorization", &text), [D::BadAuth]);
    }
    assert_eq!(codes_of("Authorization", "Digest response=\"AB\""), [D::BadAuth], "lower case");
}

#[test]
fn hazard_42_privacy() {
    for text in ["header;user ; id", "header,user, id"] {
        let privacy: typed::Privacy<'_> = read(text).unwrap();
        assert_eq!(privacy.iter().collect::<Vec<_>>(), [&b"header"[..], b"user", b"id"]);
        assert!(privacy.has(b"ID") && !privacy.has(b"none"));
    }
    assert_eq!(codes_of("Privacy", "header;user;id"), []);
    assert_eq!(codes_of("Privacy", "header,user"), [D::BadToken]);
}

#[test]
fn hazard_43_warnings() {
    for text in
        ["", "CLI Should be in E164 Format", "3 a \"b\"", "3999 a \"b\"", "399 a b", "-99 a \"b\"", "399"]
    {
        assert!(read::<typed::Warning<'_>>(text).is_err(), "{text}");
        assert_eq!(codes_of("Warning", text).len(), 1, "{text}");
        look(&request("Warning", text), |message| {
            assert_eq!(
                message.field(HeaderName::Warning).unwrap().value(),
                text.as_bytes(),
                "raw all the same"
            );
        });
    }
    let warning: typed::Warning<'_> = read("307 isi.edu:5060 \"Session, \\\"x\\\"\"").unwrap();
    assert_eq!(
        (warning.code(), warning.agent(), warning.text().to_string().as_str()),
        (307, &b"isi.edu:5060"[..], "Session, \"x\"")
    );
    assert!(read::<typed::RetryAfter<'_>>("soon").is_err());
}
