//! Addresses: names, brackets, tags, Contact, Via, and what identifies transactions and dialogs.

use simdsip::key::{DialogKey, Direction, TransactionKey};
use simdsip::shape::{Contact, Rport};
use simdsip::{DefectCode as D, ErrorKind, HostKind, Policy, Role, typed};

use super::{answer, codes_of, look, read, request};

#[test]
fn hazard_02_no_angle_brackets() {
    let to: typed::To<'_> = read("sip:b@c;tag=1;x=y").unwrap();
    assert_eq!((to.uri_span().bytes(), to.tag()), (&b"sip:b@c"[..], Some(&b"1"[..])));
    assert_eq!(to.uri().unwrap().params().count(), 0, "they are the header's");
    // A bracket counts outside quotes and before the first semicolon.
    let text = "sip:a@b;+sip.instance=\"<urn:uuid:f81d4fae>\"";
    let Contact::Address(contact) = read::<typed::Contact<'_>>(text).unwrap().0 else { panic!() };
    assert_eq!((contact.uri_span().bytes(), contact.is_bracketed()), (&b"sip:a@b"[..], false));
    assert!(contact.params().value(b"+sip.instance").unwrap().is(b"<urn:uuid:f81d4fae>"));
    let quoted: typed::To<'_> = read("\"<sip:x@y>;tag=2\" <sip:b@c>;tag=1").unwrap();
    assert_eq!((quoted.uri_span().bytes(), quoted.tag()), (&b"sip:b@c"[..], Some(&b"1"[..])));
    // RFC 4475 §3.1.2.13 regbadct
    assert_eq!(
        codes_of("Contact", "sip:user@example.com?Route=%3Csip:sip.example.com%3E"),
        [D::MissingAngle]
    );
    // In the Request-URI they are the URI's.
    look(b"INVITE sip:b@c;tag=1 SIP/2.0\r\n\r\n", |message| {
        assert_eq!(message.request_uri().unwrap().unwrap().params().value(b"tag").unwrap().raw(), b"1");
    });
}

#[test]
fn hazard_19_via() {
    let via: typed::Via<'_> =
        read("SIP / 2.0 / UDP\t first.example.com : 4000 ;ttl=16;branch=z9hG4bKa7").unwrap();
    assert_eq!((via.transport(), via.port().unwrap()), (&b"UDP"[..], Some(4000)));
    assert_eq!(codes_of("Via", "SIP / 2.0 / UDP first.example.com : 4000;branch=z9hG4bK1"), []);
    let v6: typed::Via<'_> =
        read("SIP/2.0/UDP [2001:db8::9:1]:5061;received=2001:db8::9:255;rport;branch=z9hG4bKas3").unwrap();
    assert!(matches!(v6.host().unwrap().kind(), HostKind::V6(_)));
    assert_eq!((v6.port().unwrap(), v6.rport().unwrap()), (Some(5061), Some(Rport::Asked)));
    assert_eq!(v6.received().unwrap().raw(), b"2001:db8::9:255");
    let bracketed: typed::Via<'_> = read("SIP/2.0/UDP h;received=[2001:db8::9:255];rport=9988").unwrap();
    assert_eq!(bracketed.received().unwrap().raw(), b"[2001:db8::9:255]");
    assert_eq!(bracketed.rport().unwrap(), Some(Rport::Filled(9988)));
    assert_eq!(
        codes_of("Via", "SIP/2.0/UDP h;received=[2001:db8::9:255];branch=z9hG4bK1"),
        [D::BracketedReceived]
    );
    // The cookie in any case; the cookie alone is RFC 2543's (RFC 4475 badbranch).
    let key = |branch: &str| {
        let bytes = request("Via", format!("SIP/2.0/UDP h;branch={branch}"));
        look(&bytes, |message| {
            let key = TransactionKey::server(message).unwrap().unwrap();
            key.is_by_branch()
        })
    };
    assert!(key("Z9HG4BKa") && key("z9hG4bKa") && !key("z9hG4bK") && !key("7"));
}

#[test]
fn rfc3261_18_2_2_where_a_response_goes() {
    let via: typed::Via<'_> =
        read("SIP/2.0/UDP h:4000;MAddr = 224.2.0.1 ; ttl = 016;received=192.0.2.1;branch=z9hG4bK1").unwrap();
    assert!(matches!(via.maddr().unwrap().unwrap().kind(), HostKind::V4(group) if group.is_multicast()));
    assert_eq!((via.ttl().unwrap(), via.received().unwrap().raw()), (Some(16), &b"192.0.2.1"[..]));
    let v6: typed::Via<'_> = read("SIP/2.0/UDP h;maddr=[ff02::2];ttl=255;rport").unwrap();
    assert!(matches!(v6.maddr().unwrap().unwrap().kind(), HostKind::V6(_)));
    assert_eq!((v6.ttl().unwrap(), v6.rport().unwrap()), (Some(255), Some(Rport::Asked)));
    let none: typed::Via<'_> = read("SIP/2.0/UDP h;xmaddr=a;ttl2=1;branch=z9hG4bK1").unwrap();
    assert!(none.maddr().unwrap().is_none() && none.ttl().unwrap().is_none());
    for (text, at) in
        [("SIP/2.0/UDP h;maddr", 19), ("SIP/2.0/UDP h;maddr=;a", 20), ("SIP/2.0/UDP h;maddr=[::1", 20)]
    {
        let error = read::<typed::Via<'_>>(text).unwrap().maddr().unwrap_err();
        assert_eq!((error.kind, error.at), (ErrorKind::Host, at), "{text}");
    }
    for (text, kind) in [
        ("SIP/2.0/UDP h;ttl", ErrorKind::Number),
        ("SIP/2.0/UDP h;ttl=", ErrorKind::Number),
        ("SIP/2.0/UDP h;ttl=-1", ErrorKind::Number),
        ("SIP/2.0/UDP h;ttl=256", ErrorKind::NumberRange),
    ] {
        let error = read::<typed::Via<'_>>(text).unwrap().ttl().unwrap_err();
        assert_eq!(error.kind, kind, "{text}");
    }
}

#[test]
fn hazard_20_rfc2543_matching() {
    // Each of the parts that §17.2.3 names tells two requests apart; what it does not name does not.
    let request = |via: &str, uri: &str, to: &str, from: &str, id: &str, cseq: &str, more: &str| {
        format!(
            "BYE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {via}\r\nTo: {to}\r\nFrom: {from}\r\nCall-ID: {id}\r\nCSeq: {cseq} BYE\r\n{more}\r\n"
        )
    };
    let [via, uri, to, from, id, cseq] = ["h", "sip:b", "<sip:b>;tag=1", "<sip:a>;tag=2", "i", "1"];
    let base = request(via, uri, to, from, id, cseq, "");
    let same = |other: &str| {
        look(base.as_bytes(), |one| {
            look(other.as_bytes(), |two| {
                let (one, two) = (TransactionKey::server(one).unwrap(), TransactionKey::server(two).unwrap());
                assert!(one.is_some_and(|key| !key.is_by_branch()));
                one == two
            })
        })
    };
    assert!(
        same(&base) && same(&request(via, uri, "\"B\" <sip:b>;tag=1", from, id, "001", "Subject: x\r\n"))
    );
    for other in [
        request("g", uri, to, from, id, cseq, ""),
        request("h:5060", uri, to, from, id, cseq, ""),
        request("h;branch=1", uri, to, from, id, cseq, ""),
        request(via, "sip:c", to, from, id, cseq, ""),
        request(via, uri, "<sip:b>;tag=x", from, id, cseq, ""),
        request(via, uri, to, "<sip:a>;tag=x", id, cseq, ""),
        request(via, uri, to, from, "I", cseq, ""),
        request(via, uri, to, from, id, "2", ""),
    ] {
        assert!(!same(&other), "{other}");
    }
    // No buffers of fixed size: parts that differ in their last byte only.
    let long = "x".repeat(5_000);
    let one = request(via, uri, to, from, &format!("{long}a"), cseq, "");
    let two = request(via, uri, to, from, &format!("{long}b"), cseq, "");
    look(one.as_bytes(), |one| {
        look(two.as_bytes(), |two| {
            assert_ne!(TransactionKey::server(one), TransactionKey::server(two));
        });
    });
}

#[test]
fn hazard_26_loose_routing() {
    for (text, loose) in [
        ("<sip:p;lr>", true),
        ("<sip:p;LR>", true),
        ("<sip:p;lr=on>", true),
        ("<sip:p;lr=true;x=1>", true),
        ("<sip:p;%6cr>", true),
        ("<sip:p;lrx>", false),
        ("<sip:p;x=lr>", false),
        ("<sip:p>;lr", false),
        ("<sip:lr@p>", false),
    ] {
        let route: typed::Route<'_> = read(text).unwrap();
        assert_eq!(route.uri().unwrap().is_loose_router(), loose, "{text}");
        // The text is kept as it is.
        assert!(text.as_bytes().windows(route.uri_span().len()).any(|part| part == route.uri_span().bytes()));
    }
}

/// Acting on it is the proxy's; what it acts on is here: the last Route, and whether the next hop is loose.
#[test]
fn hazard_27_strict_routing() {
    let bytes = request("Route", "<sip:strict.example>, <sip:loose.example;lr>\r\nRoute: <sip:target@c>");
    look(&bytes, |message| {
        let routes: Vec<_> = message.list::<typed::Route<'_>>().map(|route| route.unwrap()).collect();
        assert!(!routes[0].uri().unwrap().is_loose_router() && routes[1].uri().unwrap().is_loose_router());
        assert_eq!(routes.last().unwrap().uri_span().bytes(), b"sip:target@c");
    });
}

#[test]
fn hazard_33_tags_and_call_ids() {
    let key = |id: &str, tag: &str| {
        let bytes = request("To", format!("<sip:b@c>{tag}\r\nI: {id}"));
        let bytes = String::from_utf8(bytes).unwrap().replace("Call-ID: 7@a.example\r\n", "");
        look(bytes.as_bytes(), |message| {
            format!("{:?}", DialogKey::of(message, Direction::Received).unwrap().unwrap())
        })
    };
    assert_eq!(key("a@b", ";tag=x"), key("a@b", " ; TAG = x"));
    assert_ne!(key("a@b", ";tag=x"), key("A@b", ";tag=x"), "byte for byte");
    assert_ne!(key("a@b", ";tag=x"), key("a@b", ";tag=X"), "byte for byte");
    assert_ne!(key("a@b", ";tag="), key("a@b", ""), "an empty tag is not no tag");
    let to = |text| read::<typed::To<'_>>(text).unwrap().tag();
    assert_eq!((to("<sip:b@c>;tag="), to("<sip:b@c>;tag"), to("<sip:b@c>")), (Some(&b""[..]), None, None));
}

#[test]
fn hazard_34_display_names() {
    for (text, name, codes) in [
        ("A. G. Bell <sip:b@c>", "A. G. Bell", &[][..]),
        ("Bob<sip:b@c>", "Bob", &[]),
        ("\"Bob\"<sip:b@c>", "Bob", &[]),
        ("J\u{f6}rg <sip:b@c>", "J\u{f6}rg", &[D::NameNotQuoted]),
        ("bob@c <sip:b@c>", "bob@c", &[D::NameNotQuoted]),
        ("Bob (sales) <sip:b@c>", "Bob (sales)", &[D::NameNotQuoted]),
        ("\"a\" b <sip:b@c>", "a", &[D::NameNotQuoted]),
    ] {
        let to: typed::To<'_> = read(text).unwrap();
        assert_eq!(to.uri_span().bytes(), b"sip:b@c", "{text}");
        assert_eq!(to.display_name().unwrap().to_string(), name);
        assert_eq!(codes_of("To", text), codes, "{text}");
        assert_eq!(answer(&request("To", text), Role::Uas, Policy::INTEROP), 0);
    }
    assert!(read::<typed::To<'_>>("<sip:b@c>").unwrap().display_name().is_none());
    assert_eq!(read::<typed::To<'_>>("Bob").unwrap().uri().unwrap_err().kind, ErrorKind::Scheme);
}

#[test]
fn hazard_37_contact_star() {
    let register = |contact: &str, more: &str| {
        let bytes = String::from_utf8(request("Contact", format!("{contact}\r\n{more}X: 1"))).unwrap();
        bytes.replace("INVITE", "REGISTER").replace("sip:b@b.example SIP", "sip:b.example SIP")
    };
    let answer = |bytes: &str| answer(bytes.as_bytes(), Role::Registrar, Policy::INTEROP);
    assert_eq!(answer(&register("*", "Expires: 0\r\n")), 0);
    for (contact, more) in [
        ("*", ""),
        ("*", "Expires: 60\r\n"),
        ("*, <sip:a@b>", "Expires: 0\r\n"),
        ("*", "Expires: 0\r\nm: <sip:a@b>\r\n"),
        ("<sip:a@b>", "Expires: 0\r\nm: *\r\n"),
    ] {
        assert_eq!(answer(&register(contact, more)), 400, "{contact} {more}");
    }
    assert_eq!(codes_of("Contact", "*"), [D::StarNotAlone], "not a REGISTER");
    assert!(matches!(read::<typed::Contact<'_>>(" * ").unwrap().0, Contact::Star));
    assert!(matches!(read::<typed::Contact<'_>>("<sip:*@b>").unwrap().0, Contact::Address(_)));
}
