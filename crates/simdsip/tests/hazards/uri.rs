//! URIs: userinfo, escapes, equality, other schemes.

use std::hash::{DefaultHasher, Hasher};

use simdsip::{DefectCode as D, HostKind, Method, Policy, Role, Scheme, typed};

use super::{answer, codes, codes_of, look, read, request, uri};

#[test]
fn hazard_03_delimiters_in_the_user() {
    for (text, user, host) in [
        ("sip:user;par=u%40example.net@example.com", "user;par=u%40example.net", "example.com"),
        ("sip:a?b@c", "a?b", "c"),
        ("sip:a,b@c", "a,b", "c"),
        ("sip:a/b;c=d?e&f=g@h;i=j?k=l", "a/b;c=d?e&f=g", "h"),
        ("sip:a;b@c;d=e", "a;b", "c"),
    ] {
        let uri = uri(text);
        assert_eq!(
            (uri.user().unwrap().raw(), uri.host().unwrap().raw()),
            (user.as_bytes(), host.as_bytes()),
            "{text}"
        );
    }
    // RFC 4475 §3.1.1.9: no parameters at all.
    assert_eq!(uri("sip:user;par=u%40example.net@example.com").params().count(), 0);
    assert_eq!(codes_of("To", "<sip:user;par=u%40example.net@example.com>"), []);
}

#[test]
fn hazard_04_passwords() {
    let one = uri("sip:a:b:c@d:5060");
    assert_eq!((one.user().unwrap().raw(), one.password().unwrap().raw()), (&b"a"[..], &b"b:c"[..]));
    assert_eq!((one.host().unwrap().raw(), one.port().unwrap()), (&b"d"[..], Some(5060)));
    assert!(uri("sip:d:5060").password().is_none(), "left of the @ only");
    // The last @ counts, and that there are two is a defect.
    let two = uri("sip:a:b@c@d");
    assert_eq!((two.user().unwrap().raw(), two.password().unwrap().raw()), (&b"a"[..], &b"b@c"[..]));
    assert_eq!(two.host().unwrap().raw(), b"d");
    assert!(!codes_of("To", "<sip:a:b@c@d>").is_empty());
}

#[test]
fn hazard_22_escapes() {
    let null = uri("sip:null-%00-null@example.com");
    assert_eq!(null.user().unwrap().raw(), b"null-%00-null", "as on the wire");
    assert!(null.user().unwrap().is(b"null-\0-null"), "NUL is data");
    assert_eq!(codes_of("To", "<sip:null-%00-null@example.com>"), []);
    assert!(uri("sip:%61lice@b").equivalent(&uri("sip:alice@b")));
    assert!(!uri("sip:a%3Bb@c").equivalent(&uri("sip:a;b@c")), "reserved ones are not what they stand for");
    for text in ["sip:100%@b", "sip:a%4@b", "sip:a%zz@b"] {
        assert_eq!(
            uri(text).user().unwrap().unescaped().collect::<Vec<_>>(),
            uri(text).user().unwrap().raw()
        );
        assert_eq!(codes_of("To", format!("<{text}>")), [D::BadEscape], "{text}");
        assert_eq!(answer(&request("To", format!("<{text}>")), Role::Uas, Policy::INTEROP), 0);
    }
}

#[test]
fn hazard_23_equality() {
    let hash = |text: &str| {
        let mut hasher = DefaultHasher::new();
        uri(text).equivalence_hash(&mut hasher);
        hasher.finish()
    };
    for (a, b, same) in [
        ("sip:a@b", "sips:a@b", false),
        ("sip:A@b", "sip:a@b", false),
        ("SIP:a@B;Transport=TCP", "sip:a@b;transport=tcp", true),
        ("sip:a@b", "sip:a@b:5060", false),
        ("sip:a@b", "sip:a@b;transport=udp", false),
        ("sip:a@b", "sip:a@b;user=ip", false),
        ("sip:a@b", "sip:a@b;ttl=1", false),
        ("sip:a@b", "sip:a@b;method=INVITE", false),
        ("sip:a@b", "sip:a@b;maddr=1.2.3.4", false),
        ("sip:a@b", "sip:a@b;security=on", true),
        ("sip:a@b;security=off", "sip:a@b;security=on", false),
        ("sip:a@b;x=1;y=2", "sip:a@b;Y=2;X=1", true),
        ("sip:a@b?subject=x", "sip:a@b", false),
        ("sip:a@b?subject=x&to=y", "sip:a@b?to=y&subject=x", true),
        ("sip:a@[::1]", "sip:a@[0:0:0:0:0:0:0:1]", true),
    ] {
        assert_eq!(uri(a).equivalent(&uri(b)), same, "{a} {b}");
        assert_eq!(uri(b).equivalent(&uri(a)), same, "{b} {a}");
        assert!(!same || hash(a) == hash(b), "{a} {b}: equal URIs have equal hashes");
    }
    // Not transitive, so that nothing but a hash of what is always compared can be a key.
    let [on, none, off] = ["sip:a@b;security=on", "sip:a@b", "sip:a@b;security=off"];
    assert!(
        uri(on).equivalent(&uri(none)) && uri(none).equivalent(&uri(off)) && !uri(on).equivalent(&uri(off))
    );
    assert!(hash(on) == hash(none) && hash(none) == hash(off));
}

/// What may be built from them is the builder's; here they are read, never acted upon.
#[test]
fn hazard_24_headers_in_uris() {
    let text = "<sip:a@b?Route=%3Csip:c%3E&Via=x>";
    assert_eq!(codes_of("Contact", text), []);
    assert_eq!(codes_of("Refer-To", text), []);
    let contact: typed::ReferTo<'_> = read(text).unwrap();
    assert_eq!(contact.uri().unwrap().headers().value(b"route").unwrap().to_string(), "<sip:c>");
    let bytes = request("Subject", "x");
    let bytes =
        String::from_utf8(bytes).unwrap().replacen("b.example SIP", "b.example?Route=%3Csip:c%3E SIP", 1);
    assert_eq!(codes(bytes.as_bytes()), [D::HeadersInRequestUri]);
    assert_eq!(answer(bytes.as_bytes(), Role::Uas, Policy::STRICT), 400);
    assert_eq!(answer(bytes.as_bytes(), Role::Uas, Policy::INTEROP), 0);
    look(bytes.as_bytes(), |message| {
        assert!(!message.has(simdsip::HeaderName::Route), "no header of the message")
    });
}

#[test]
fn hazard_25_other_schemes() {
    for (text, scheme) in [
        ("tel:+1-201-555-0123", Scheme::Tel),
        ("urn:service:sos", Scheme::Urn),
        ("im:a@b", Scheme::Other(b"im")),
        ("pres:a@b", Scheme::Other(b"pres")),
        ("nobodyknowsthisscheme:totallyopaquecontent", Scheme::Other(b"nobodyknowsthisscheme")),
        ("http://a/b", Scheme::Other(b"http")),
    ] {
        assert_eq!(uri(text).scheme(), scheme);
        let bytes = request("Subject", "x");
        let bytes =
            String::from_utf8(bytes).unwrap().replacen("sip:b@b.example SIP", &format!("{text} SIP"), 1);
        assert_eq!(codes(bytes.as_bytes()), [], "{text}");
        assert_eq!(answer(bytes.as_bytes(), Role::Uas, Policy::STRICT), 416, "{text}");
        assert_eq!(answer(bytes.as_bytes(), Role::Proxy, Policy::STRICT), 416, "{text}");
    }
}

#[test]
fn hazard_16_methods() {
    assert_eq!(Method::from_bytes(b"INVITE"), Method::Invite);
    for other in [&b"invite"[..], b"Invite", b"RE%47IST%45R", b"NEWMETHOD", b"INVITES"] {
        assert_eq!(Method::from_bytes(other), Method::Other(other));
        assert_eq!(Method::from_bytes(other).as_bytes(), other);
    }
    // RFC 4475 §3.1.1.4 esc02
    let bytes = request("CSeq", "1 RE%47IST%45R");
    let bytes = String::from_utf8(bytes).unwrap().replacen("INVITE", "RE%47IST%45R", 1);
    assert_eq!(codes(bytes.as_bytes()), []);
    assert_eq!(answer(bytes.as_bytes(), Role::Uas, Policy::STRICT), 501);
    assert_eq!(answer(bytes.as_bytes(), Role::Proxy, Policy::STRICT), 0, "unknown methods are passed on");
    assert!(matches!(uri("sip:b@1.2.3.4").host().unwrap().kind(), HostKind::V4(_)));
}
