//! URIs of the RFCs, named by clause, and those at the edges of the grammar.
#![cfg(feature = "std")]

mod common;

use std::hash::{DefaultHasher, Hasher};
use std::time::Duration;

use common::clock::Stopwatch;
use simdsip::{ErrorKind, HostKind, Method, Scheme, Uri};

fn uri(text: &str) -> Uri<'_> {
    Uri::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    uri(text).equivalence_hash(&mut hasher);
    hasher.finish()
}

#[track_caller]
fn equivalent(a: &str, b: &str) {
    assert!(uri(a).equivalent(&uri(b)) && uri(b).equivalent(&uri(a)), "{a} and {b}");
    assert_eq!(hash(a), hash(b), "{a} and {b}");
}

#[track_caller]
fn different(a: &str, b: &str) {
    assert!(!uri(a).equivalent(&uri(b)) && !uri(b).equivalent(&uri(a)), "{a} and {b}");
}

/// User, password, host, port, parameters and headers.
fn parts(text: &str) -> (Option<String>, Option<String>, String, Option<u16>, String, String) {
    let uri = uri(text);
    let string = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        uri.user().map(|user| string(user.raw())),
        uri.password().map(|password| string(password.raw())),
        uri.host().unwrap().to_string(),
        uri.port().unwrap(),
        string(uri.params().span().bytes()),
        string(uri.headers().span().bytes()),
    )
}

// covers: RFC 3261 §19.1.1
#[test]
fn rfc3261_19_1_3_examples() {
    for (text, user, password, host, params, headers) in [
        ("sip:alice@atlanta.com", Some("alice"), None, "atlanta.com", "", ""),
        (
            "sip:alice:secretword@atlanta.com;transport=tcp",
            Some("alice"),
            Some("secretword"),
            "atlanta.com",
            ";transport=tcp",
            "",
        ),
        (
            "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
            Some("alice"),
            None,
            "atlanta.com",
            "",
            "subject=project%20x&priority=urgent",
        ),
        (
            "sip:+1-212-555-1212:1234@gateway.com;user=phone",
            Some("+1-212-555-1212"),
            Some("1234"),
            "gateway.com",
            ";user=phone",
            "",
        ),
        ("sips:1212@gateway.com", Some("1212"), None, "gateway.com", "", ""),
        ("sip:alice@192.0.2.4", Some("alice"), None, "192.0.2.4", "", ""),
        (
            "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
            None,
            None,
            "atlanta.com",
            ";method=REGISTER",
            "to=alice%40atlanta.com",
        ),
        ("sip:alice;day=tuesday@atlanta.com", Some("alice;day=tuesday"), None, "atlanta.com", "", ""),
    ] {
        let want = (
            user.map(String::from),
            password.map(String::from),
            host.into(),
            None,
            params.into(),
            headers.into(),
        );
        assert_eq!(parts(text), want, "{text}");
    }
    assert_eq!(
        uri("sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com").method(),
        Some(Method::Register)
    );
    assert_eq!(uri("sip:alice@192.0.2.4").host().unwrap().kind(), HostKind::V4([192, 0, 2, 4].into()));
}

#[test]
fn rfc3261_19_1_4_equivalent_sets() {
    equivalent("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp");
    equivalent("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5");
    equivalent("sip:carol@chicago.com", "sip:carol@chicago.com;security=on");
    equivalent("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on");
    equivalent(
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    );
    equivalent(
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
    );
}

#[test]
fn rfc3261_19_1_4_different_sets() {
    different("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP");
    different("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060");
    different("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp");
    different("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp");
    different("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting");
    different("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4");
}

#[test]
fn rfc3261_19_1_4_equivalence_is_not_transitive() {
    equivalent("sip:carol@chicago.com", "sip:carol@chicago.com;security=on");
    equivalent("sip:carol@chicago.com", "sip:carol@chicago.com;security=off");
    different("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off");
}

// covers: RFC 3261 §19.1.2
#[test]
fn rfc3261_19_1_4_rules() {
    different("sip:a@b", "sips:a@b");
    different("sip:b", "sip:a@b");
    different("sip:b", "sip:@b");
    different("sip:a:@b", "sip:a@b");
    different("sip:a:P@b", "sip:a:p@b");
    equivalent("sip:a:%70@b", "sip:a:p@b");
    for param in ["user=ip", "ttl=1", "method=INVITE", "maddr=c", "transport=udp", "transport"] {
        different("sip:a@b", &format!("sip:a@b;{param}"));
        equivalent(&format!("sip:a@b;x;{param}"), &format!("sip:a@B;{param}"));
    }
    different("sip:b;lr", "sip:b;lr=on");
    different("sip:b;method=bye", "sip:b;method=BYE");
    equivalent("sip:b;%6Cr=%41", "sip:b;LR=a");
    different("sip:b;x=%2F", "sip:b;x=/");
    equivalent("sip:b;x=%2f", "sip:b;x=%2F");
    different("sip:a%3bb@h", "sip:a;b@h");
    equivalent("sip:b:5060", "sip:b:05060");
    different("sip:b:", "sip:b");
    different("sip:b%61", "sip:ba");
    equivalent("sip:[2001:DB8::1]:5060", "sip:[2001:0db8:0:0::0.0.0.1]:5060");
    equivalent("sip:b;maddr=[::1]", "sip:b;maddr=[0:0::1]");
    different("sip:[fe80::1%a]", "sip:[fe80::1]");
    different("sip:[::ffff:192.0.2.1]", "sip:192.0.2.1");
    different("sip:b?x=1", "sip:b?x=2");
    different("sip:b?x=1", "sip:b?x=1&y=2");
    different("sip:b?x=1&x=2", "sip:b?x=2&x=1");
    different("sip:b?x=1&x=1&y=1", "sip:b?x=1&y=1&y=1");
    equivalent("sip:b?x=1&y=2&x=2", "sip:b?X=1&x=2&y=2");
    different("sip:b?x=1&y=2&x=2", "sip:b?x=2&x=1&y=2");
}

#[test]
fn repeated_parameters_that_differ_are_equivalent_in_the_same_order_only() {
    equivalent("sip:b;x=1;x=2", "SIP:b;x=1;X=2");
    different("sip:b;x=1;x=2", "sip:b;x=2;x=1");
    different("sip:b;x=1;x=2", "sip:b;x=1");
    equivalent("sip:b;x=1;x=1", "sip:b;y;x=1");
}

// covers: RFC 3966 §5.1.1, §5.2, §5.3, §5.4
#[test]
fn rfc3966_4_equivalence() {
    equivalent("tel:+1-201-555-0123", "TEL:+1(201)555.0123");
    different("tel:+12015550123", "tel:12015550123;phone-context=+");
    equivalent("tel:7042;phone-context=example.com", "tel:70-42;Phone-Context=EXAMPLE.com");
    equivalent("tel:863-1234;phone-context=+1-914-555", "tel:8631234;phone-context=+1914555");
    different("tel:7042;phone-context=example.com", "tel:7042;phone-context=example.org");
    different("tel:7042;phone-context=a-b.example", "tel:7042;phone-context=ab.example");
    equivalent("tel:+1;ext=1-2;isub=a", "tel:+1;ISUB=A;ext=12");
    different("tel:+1;isub=1-2", "tel:+1;isub=12");
    different("tel:+1;x=1", "tel:+1");
    equivalent("tel:a%42;phone-context=x", "tel:AB;phone-context=x");
    different("tel:%2B1", "tel:+1");
    different("tel:+1", "sip:+1@h;user=phone");
}

// covers: RFC 3261 §19.1.6
// covers: RFC 3966 §5.1.4, §5.1.5, §5.3
#[test]
fn rfc3966_6_examples() {
    let global = uri("tel:+1-201-555-0123");
    assert!(global.is_global() && global.digits().eq(*b"+12015550123"));
    let local = uri("tel:7042;phone-context=example.com");
    assert!(!local.is_global());
    assert_eq!((local.number().unwrap().raw(), local.params().count()), (&b"7042"[..], 1));
    let prefix = uri("tel:863-1234;phone-context=+1-914-555");
    assert_eq!(prefix.phone_context().unwrap().raw(), b"+1-914-555");
    assert!(prefix.host().is_none() && prefix.user().is_none() && prefix.port().unwrap().is_none());
    let sip = uri("sip:7042;phone-context=example.com;ext=1@h;user=phone;ext=2");
    assert_eq!((sip.ext().unwrap().raw(), sip.number().unwrap().raw()), (&b"1"[..], &b"7042"[..]));
    assert!(uri("sip:7042@h").number().is_none() && uri("sip:h;user=phone").number().is_none());
}

#[test]
fn rfc8141_3_equivalence() {
    equivalent("urn:example:a123,z456", "URN:EXAMPLE:a123,z456?+abc?=xyz#789");
    different("urn:example:a123,z456", "urn:example:A123,z456");
    different("urn:example:a123,z456", "urn:example:a123%2Cz456");
    equivalent("urn:example:a123%2Cz456", "URN:EXAMPLE:a123%2cz456");
    different("urn:example:a123%41b", "urn:example:a123%41B");
    different("urn:example:a/b", "urn:example:a");
    equivalent("urn:service:SOS.fire", "urn:Service:sos.Fire");
    equivalent("urn:uuid:F81D4FAE-7DEC", "urn:uuid:f81d4fae-7dec");
    equivalent("HTTP://a/B", "http://a/B");
    different("http://a/B", "http://a/b");
    different("http:a", "https:a");
}

// covers: RFC 3261 §19.1.2
#[test]
fn rfc4475_3_1_1_3_escapes() {
    let esc01 = uri("sip:sips%3Auser%40example.com@example.net");
    assert!(esc01.user().unwrap().is(b"sips:user@example.com"));
    assert_eq!((esc01.scheme(), esc01.host().unwrap().raw()), (Scheme::Sip, &b"example.net"[..]));
    assert!(uri("sip:%75se%72@example.com").user().unwrap().is(b"user"));
    assert!(uri("sip:I%20have%20spaces@example.net").user().unwrap().is(b"I have spaces"));
    let contact = uri("sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31");
    assert!(contact.is_loose_router() && contact.user().unwrap().is(b"caller"));
    assert!(contact.params().value(b"name").unwrap().is(b"value%41"));
}

// covers: RFC 3261 §19.1.2
#[test]
fn rfc4475_3_1_1_4_escaped_nulls() {
    let user = uri("sip:null-%00-null@example.com").user().unwrap();
    assert!(user.unescaped().eq(*b"null-\0-null"));
    different("sip:%00@host5.example.com", "sip:%00%00@host5.example.com");
    equivalent("sip:%00@host5.example.com", "sip:\0@host5.example.com");
}

// covers: RFC 3261 §19.1.1
#[test]
fn rfc4475_3_1_1_9_semicolons_in_the_user() {
    let semi = uri("sip:user;par=u%40example.net@example.com");
    assert!(semi.user().unwrap().is(b"user;par=u@example.net"));
    assert_eq!((semi.host().unwrap().raw(), semi.params().count()), (&b"example.com"[..], 0));
}

#[test]
fn rfc4475_3_1_2_11_escaped_headers() {
    let escaped = uri("sip:user@example.com?Route=%3Csip:example.com%3E");
    assert!(escaped.headers().value(b"route").unwrap().is(b"<sip:example.com>"));
    assert_eq!(escaped.host().unwrap().raw(), b"example.com");
}

// covers: RFC 5118 §4.1, §4.2, §4.3, §4.4, §4.9, §4.10
#[test]
fn rfc5118_4_addresses() {
    let host = |text: &'static str| match uri(text).host().unwrap().kind() {
        HostKind::V6(address) => (address.to_string(), uri(text).port().unwrap()),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(host("sip:[2001:db8::10]"), ("2001:db8::10".into(), None));
    assert_eq!(host("sip:[2001:db8::10:5070]"), ("2001:db8::10:5070".into(), None));
    assert_eq!(host("sip:[2001:db8::10]:5070"), ("2001:db8::10".into(), Some(5070)));
    assert_eq!(host("sip:ted@[::ffff:192.0.2.2]"), ("::ffff:192.0.2.2".into(), None));
    assert_eq!(host("sip:user@[2001:db8::192.0.2.1]").0, "2001:db8::c000:201");
    assert_eq!(host("sip:user@[2001:db8:::192.0.2.1]").0, "2001:db8::c000:201");
    equivalent("sip:user@[2001:db8:::192.0.2.1]", "sip:user@[2001:db8::192.0.2.1]");
    let error = Uri::parse(b"sip:2001:db8::10").unwrap_err();
    assert_eq!((error.kind, error.at), (ErrorKind::Host, 4));
}

// covers: RFC 3261 §19.1.1; RFC 3966 §3
#[test]
fn no_meaning_is_an_error_where_it_shows() {
    for (text, kind, at) in [
        ("", ErrorKind::Scheme, 0),
        ("sip", ErrorKind::Scheme, 3),
        ("alice@example.com", ErrorKind::Scheme, 5),
        ("<sip:a>", ErrorKind::Scheme, 0),
        (":a", ErrorKind::Scheme, 0),
        ("s\x1ap:a", ErrorKind::Scheme, 1),
        ("sip\x1aa", ErrorKind::Scheme, 3),
        ("sip:", ErrorKind::Host, 4),
        ("sip:;lr", ErrorKind::Host, 4),
        ("sip:alice@", ErrorKind::Host, 10),
        ("sip:alice@?a=b", ErrorKind::Host, 10),
        ("sip::5060", ErrorKind::Host, 4),
        ("sip:a:b:c", ErrorKind::Host, 4),
        ("sip:u@a:b:c", ErrorKind::Host, 6),
        ("sip:[::1", ErrorKind::Host, 4),
        ("sip:[::1]5060", ErrorKind::Host, 4),
        ("sip:[::1]:5060:1", ErrorKind::Host, 4),
        ("sip:[example.com]", ErrorKind::Host, 4),
        ("sip:[]", ErrorKind::Host, 4),
        ("tel:", ErrorKind::Telephone, 4),
        ("tel:;ext=1", ErrorKind::Telephone, 4),
    ] {
        let error = Uri::parse(text.as_bytes()).unwrap_err();
        assert_eq!((error.kind, error.at), (kind, at), "{text}");
    }
    for (text, at) in [
        ("sip:a:70000", 10),
        ("sip:a:5a", 7),
        ("sip:a:", 6),
        ("sip:a: 1", 6),
        ("sip:a:-1", 6),
        ("sip:a:65536", 10),
    ] {
        let error = uri(text).port().unwrap_err();
        assert_eq!((error.kind, error.at), (ErrorKind::Port, at), "{text}");
    }
    assert_eq!(uri("sip:a:65535").port(), Ok(Some(65_535)));
    assert_eq!(uri("sip:a:00000000000").port(), Ok(Some(0)));
    assert_eq!(uri("sip:a;ttl").ttl().unwrap_err().kind, ErrorKind::Number);
    assert_eq!(uri("sip:a;maddr").maddr().unwrap_err().kind, ErrorKind::Host);
}

// covers: RFC 3261 §19.1.1
#[test]
fn userinfo_ends_at_the_last_at_before_a_host_ends() {
    for (text, user, password, host, params) in [
        ("sip:a@b@c", Some("a@b"), None, "c", ""),
        ("sip:a:b@c@d", Some("a"), Some("b@c"), "d", ""),
        ("sip:a@b:c@d", Some("a@b"), Some("c"), "d", ""),
        ("sip:a:b:c@d", Some("a"), Some("b:c"), "d", ""),
        ("sip:a@b;x=c@d", Some("a"), None, "b", ";x=c@d"),
        ("sip:a?b@c", Some("a?b"), None, "c", ""),
        ("sip:a;b:c?d@e;f", Some("a;b"), Some("c?d"), "e", ";f"),
        ("sip:a@b@[::1]:5060;x", Some("a@b"), None, "[::1]", ";x"),
        ("sip:[::1];x:y", None, None, "[::1]", ";x:y"),
        ("sip:h;x=[:@]:1", Some("h;x=["), Some(""), "]", ""),
    ] {
        let want = (user.map(String::from), password.map(String::from), host.into(), params.into());
        let (user, password, host, _, params, _) = parts(text);
        assert_eq!((user, password, host, params), want, "{text}");
    }
}

// covers: RFC 3261 §19.1.2
#[test]
fn escapes_that_are_cut_off_are_themselves() {
    for end in ["%", "%4", "%%", "%4%"] {
        assert!(uri(&format!("sip:u{end}@h")).user().unwrap().is(format!("u{end}").as_bytes()));
        assert!(uri(&format!("sip:u:p{end}@h")).password().unwrap().is(format!("p{end}").as_bytes()));
        assert_eq!(uri(&format!("sip:h{end}")).host().unwrap().raw(), format!("h{end}").as_bytes());
        assert!(
            uri(&format!("sip:h;x=y{end}")).params().value(b"x").unwrap().is(format!("y{end}").as_bytes())
        );
        let header = format!("sip:h?x=y{end}");
        assert!(uri(&header).headers().value(b"x").unwrap().is(format!("y{end}").as_bytes()));
        equivalent(&header, &header.to_uppercase());
    }
}

#[test]
fn white_space_and_folds_are_kept_inside_and_left_out_around() {
    let folded = uri("\r\n sip:a b@h;x\r\n =y \t");
    assert!(folded.user().unwrap().is(b"a b"));
    assert_eq!(folded.span().bytes(), b"sip:a b@h;x\r\n =y");
    assert!(folded.params().get(b"x\r\n ").is_some());
}

#[test]
fn many_parameters_take_linear_time() {
    let list = |name: &str, count: usize| -> String { (0..count).map(|n| format!(";{name}{n}")).collect() };
    let (many, other) = (format!("sip:h{}", list("x", 10_000)), format!("sip:h{}", list("y", 10_000)));
    let start = Stopwatch::start();
    different(&many, &other);
    equivalent(&many, &many.replace("sip:", "SIP:").replace('x', "X"));
    different(&format!("{many}?{}", list("a&", 5_000)), &format!("{many}?{}", list("b&", 5_000)));
    equivalent(&format!("sip:h{}", list("x", 64)), &format!("sip:h{}", list("y", 64)));
    different(&format!("sip:h{}", list("x", 65)), &format!("sip:h{}", list("y", 65)));
    different(&format!("sip:h{}", list("x", 64)), &format!("sip:h{}", ";".repeat(60_000) + ";maddr=a"));
    // Some tens of milliseconds unoptimised; a quadratic comparison takes many seconds.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
