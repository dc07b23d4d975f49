//! The answers that RFC 4475 and RFC 5118 say are owed, by role, and what else decides about one.

use simdsip::{Action, Element, Index, Method, Parser, Policy, Role};
use simdsip_corpus::root;

const ROLES: [Role; 3] = [Role::Uas, Role::Proxy, Role::Registrar];

fn verdict(bytes: &[u8], element: &Element<'_>) -> Action {
    let mut index = Index::<256>::sized();
    let message = Parser::new(Policy::CAPTURE).parse(bytes, &mut index).unwrap();
    let verdict = message.validate(element);
    assert_eq!(message.validate(element), verdict, "asked twice");
    assert_eq!(verdict.accepts(), verdict.reason.is_empty() && verdict.rfc.is_empty());
    assert_eq!(verdict.accepts(), verdict.action == Action::Accept);
    if let Some(at) = verdict.at {
        assert!(at <= bytes.len());
    }
    verdict.action
}

fn strict(role: Role) -> Element<'static> {
    let mut element = Element::new(role);
    element.policy = Policy::STRICT;
    element
}

/// Whether `action` is one of `owed`, such as `accept|415`.
fn is_owed(action: Action, owed: &str) -> bool {
    owed.split('|').any(|one| match one {
        "accept" => action == Action::Accept,
        "drop" => action == Action::Drop,
        status => status.parse().is_ok_and(|status| action == Action::Answer(status)),
    })
}

// covers: RFC 3261 §8.2.2
// covers: RFC 4475 §3.1.1, §3.1.2, §3.2.1, §3.3, §3.4.1
#[test]
fn rfc4475_49_of_49_in_strict_for_each_role() {
    let folder = root().join("torture/rfc4475");
    let table = std::fs::read_to_string(folder.join("verdicts.csv")).unwrap();
    let mut wrong = vec![];
    let (mut messages, mut judged) = (0, 0);
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let bytes = std::fs::read(folder.join(format!("{}.dat", cells[0]))).unwrap();
        messages += 1;
        for (role, owed) in ROLES.into_iter().zip(&cells[1..]).filter(|(_, owed)| !owed.is_empty()) {
            judged += 1;
            let action = verdict(&bytes, &strict(role));
            if !is_owed(action, owed) {
                wrong.push(format!("{} {role:?}: {action:?}, owed {owed}", cells[0]));
            }
        }
    }
    assert_eq!((messages, judged), (49, 107));
    assert!(wrong.is_empty(), "{} of {judged}\n{}", wrong.len(), wrong.join("\n"));
}

/// RFC 5118 §4: what is well-formed is accepted, what is to be rejected is not, and what RFC 5118 asks to tolerate
/// although the grammar of RFC 3261 forbids it is for Interop.
// covers: RFC 5118 §4.1, §4.2, §4.3, §4.4, §4.5, §4.7, §4.9, §4.10
#[test]
fn rfc5118_12_of_12() {
    let folder = root().join("torture/rfc5118");
    let expectations = std::fs::read_to_string(folder.join("expectations.toml")).unwrap();
    let mut count = 0;
    for message in expectations.split("[[message]]").skip(1) {
        let cell = |key: &str| {
            let line = message.lines().find(|line| line.starts_with(key)).unwrap();
            line.split('"').nth(1).unwrap()
        };
        let bytes = std::fs::read(folder.join(cell("file = "))).unwrap();
        let (strictly, usually) = match cell("parse = ") {
            "accept" => (Action::Accept, Action::Accept),
            "accept-lenient" => (Action::Answer(400), Action::Accept),
            "reject" => (Action::Answer(400), Action::Answer(400)),
            other => panic!("{other}"),
        };
        for role in [Role::Proxy, Role::Uas] {
            assert_eq!(verdict(&bytes, &strict(role)), strictly, "{}", cell("name = "));
            assert_eq!(verdict(&bytes, &Element::new(role)), usually, "{}", cell("name = "));
        }
        count += 1;
    }
    assert_eq!(count, 12);
}

/// The lenient readings that RFC 4475 allows.
// covers: RFC 4475 §3.1.2, §3.2.1, §3.4.1
#[test]
fn rfc4475_lenient_readings_in_interop() {
    let read = |name: &str| std::fs::read(root().join(format!("torture/rfc4475/{name}.dat"))).unwrap();
    for (name, role, owed) in [
        ("noreason", Role::Uas, "accept"),
        ("lwsstart", Role::Uas, "accept"),
        ("trws", Role::Uas, "accept"),
        ("inv2543", Role::Uas, "accept"),
        ("baddate", Role::Proxy, "accept"),
        ("badbranch", Role::Proxy, "accept"),
        ("unksm2", Role::Proxy, "accept"),
    ] {
        let bytes = read(name);
        let action = verdict(&bytes, &Element::new(role));
        assert!(is_owed(action, owed), "{name}: {action:?}");
        if owed == "accept" && name != "unksm2" && name != "noreason" {
            let mut index = Index::new();
            let message = Parser::new(Policy::CAPTURE).parse(&bytes, &mut index).unwrap();
            assert!(message.has_defects(), "{name} is odd, and says so");
        }
    }
}

/// A request that nobody minds, with `method`, and these lines after it.
fn request(method: &str, target: &str, more: &str) -> Vec<u8> {
    format!(
        "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP pc33.a.example;branch=z9hG4bK776\r\n\
         Max-Forwards: 70\r\nFrom: <sip:alice@a.example>;tag=1928\r\nTo: <sip:bob@b.example>\r\n\
         Call-ID: a84b4c76@pc33\r\nCSeq: 314 {method}\r\nContact: <sip:alice@pc33.a.example>\r\n{more}"
    )
    .into_bytes()
}

// covers: RFC 3261 §8.2.1, §8.2.2.1, §8.2.2.3, §8.2.3, §19.2, §20.1, §20.32
#[test]
fn what_a_uas_understands() {
    let mut element = strict(Role::Uas);
    element.option_tags = &["100rel"];
    element.body_types = &["application/sdp", "text/plain"];
    let target = "sip:bob@b.example";
    let end = "Content-Length: 0\r\n\r\n";
    let body = |kind: &str| format!("Content-Type: {kind}\r\nContent-Length: 2\r\n\r\nhi");
    for (method, target, more, owed) in [
        ("INVITE", target, end.to_owned(), "accept"),
        ("FETCH", target, end.to_owned(), "501"),
        ("ACK", target, end.to_owned(), "accept"),
        ("INVITE", "tel:+15551234", end.to_owned(), "416"),
        ("INVITE", "SIPS:bob@b.example", end.to_owned(), "accept"),
        ("INVITE", target, format!("Require: 100REL\r\n{end}"), "accept"),
        ("INVITE", target, format!("Require: 100rel, timer\r\n{end}"), "420"),
        ("CANCEL", target, format!("Require: timer\r\n{end}"), "accept"),
        ("ACK", target, format!("Require: timer\r\n{end}"), "accept"),
        ("INVITE", target, format!("Proxy-Require: timer\r\n{end}"), "accept"),
        ("MESSAGE", target, body("Text/Plain;charset=utf-8"), "accept"),
        ("MESSAGE", target, body("text/html"), "415"),
        (
            "MESSAGE",
            target,
            format!("Content-Disposition: render;handling=optional\r\n{}", body("text/html")),
            "accept",
        ),
        ("MESSAGE", target, format!("Content-Encoding: gzip\r\n{}", body("text/plain")), "415"),
        ("MESSAGE", target, format!("Content-Encoding: identity\r\n{}", body("text/plain")), "accept"),
        ("INVITE", target, format!("Accept: application/*\r\n{end}"), "accept"),
        ("INVITE", target, format!("Accept: */*\r\n{end}"), "accept"),
        ("INVITE", target, format!("Accept: image/png, text/html\r\n{end}"), "406"),
        ("INVITE", target, format!("Accept:\r\n{end}"), "406"),
        ("MESSAGE", target, format!("Accept: image/png\r\n{end}"), "accept"),
    ] {
        let bytes = request(method, target, &more);
        let action = verdict(&bytes, &element);
        assert!(is_owed(action, owed), "{method} {target} {more}: {action:?}, owed {owed}");
    }
    element.methods = &[Method::Bye];
    assert_eq!(verdict(&request("INVITE", target, end), &element), Action::Answer(405));
}

/// A request that is wrong in all, mended piece by piece: each answer speaks of what is asked first.
#[test]
fn rfc3261_8_2_method_then_header_then_content() {
    let mut element = strict(Role::Uas);
    element.methods = &[Method::Invite];
    let broken =
        "Require: timer\r\nAccept: image/png\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi";
    let mut more = broken.to_owned();
    assert_eq!(verdict(&request("FETCH", "tel:+15551234", &more), &element), Action::Answer(501));
    assert_eq!(verdict(&request("BYE", "tel:+15551234", &more), &element), Action::Answer(405));
    assert_eq!(verdict(&request("INVITE", "tel:+15551234", &more), &element), Action::Answer(416));
    for (from, to, owed) in [
        ("", "", Action::Answer(420)),
        ("Require: timer", "Supported: timer", Action::Answer(415)),
        ("text/html", "text/plain", Action::Answer(406)),
        ("image/png", "text/plain", Action::Accept),
    ] {
        more = more.replace(from, to);
        assert_eq!(verdict(&request("INVITE", "sip:b@b.example", &more), &element), owed, "{more}");
    }
}

/// The same for a registrar.
#[test]
fn rfc3261_10_3_scheme_extensions_address_of_record_and_the_lone_star() {
    let more = "Require: outbound\r\nExpires: 0\r\nContent-Length: 0\r\n\r\n";
    let mut element = strict(Role::Registrar);
    let mut bytes = request("REGISTER", "tel:+15551234", more);
    bytes = with_text(&bytes, "To: <sip:bob@b.example>", "To: <tel:+15551234>");
    for (from, to, owed) in [
        ("", "", Action::Answer(416)),
        ("REGISTER tel:+15551234", "REGISTER sip:b.example", Action::Answer(420)),
        ("Require: outbound", "Require: path", Action::Answer(420)),
        ("Require: path", "Supported: path", Action::Answer(400)),
        ("<tel:+15551234>", "<SIPS:bob@b.example>", Action::Accept),
        ("<sip:alice@pc33.a.example>", "*", Action::Accept),
        ("Expires: 0", "Expires: 1", Action::Answer(400)),
        ("Expires: 1", "Expires: 0\r\nm: <sip:c@c.example>", Action::Answer(400)),
    ] {
        bytes = with_text(&bytes, from, to);
        assert_eq!(verdict(&bytes, &element), owed, "{to}");
        assert_eq!(verdict(&bytes, &Element::new(Role::Registrar)), owed, "{to}");
    }
    element.option_tags = &["outbound", "path"];
    element.schemes = &["tel"];
    let known = request("REGISTER", "tel:+15551234", more);
    assert_eq!(verdict(&known, &element), Action::Accept);
    for (method, owed) in [("OPTIONS", 405), ("FETCH", 501)] {
        assert_eq!(verdict(&request(method, "sip:b.example", more), &element), Action::Answer(owed));
    }
}

// covers: RFC 3261 §19.2, §20.22, §20.29
#[test]
fn rfc3261_16_3_what_a_proxy_needs() {
    let element = strict(Role::Proxy);
    let end = "Content-Length: 0\r\n\r\n";
    let hops = |count: &str| {
        let text = String::from_utf8(request("FETCH", "sip:b.example", end)).unwrap();
        text.replace("Max-Forwards: 70", &format!("Max-Forwards: {count}")).into_bytes()
    };
    assert_eq!(verdict(&hops("1"), &element), Action::Accept);
    assert_eq!(verdict(&hops("0"), &element), Action::Answer(483));
    assert_eq!(verdict(&hops("256"), &element), Action::Answer(400));
    for (more, owed) in [("Require: timer\r\n", "accept"), ("Proxy-Require: timer\r\n", "420")] {
        let action = verdict(&request("INVITE", "sip:b.example", &format!("{more}{end}")), &element);
        assert!(is_owed(action, owed), "{more}: {action:?}");
    }
    assert_eq!(verdict(&request("INVITE", "tel:+1", end), &element), Action::Answer(416));
}

#[test]
fn nobody_answers_a_response_or_an_ack() {
    let broken = request("ACK", "sip:b.example", "Content-Length: 0\r\nTo: <sip:again@b.example>\r\n\r\n");
    assert_eq!(verdict(&broken, &strict(Role::Uas)), Action::Drop);
    let ok = String::from_utf8(request("INVITE", "sip:b", "Content-Length: 0\r\n\r\n")).unwrap();
    let ok = ok.replace("INVITE sip:b SIP/2.0", "SIP/2.0 200 OK").replace("Max-Forwards: 70\r\n", "");
    assert_eq!(verdict(ok.as_bytes(), &strict(Role::Uas)), Action::Accept);
    for host in ["255.255.255.255", "224.0.0.1", "[ff02::1]"] {
        let bytes = ok.replace("pc33.a.example;branch", &format!("{host};branch"));
        assert_eq!(verdict(bytes.as_bytes(), &strict(Role::Proxy)), Action::Drop, "{host}");
    }
    let bad = ok.replace("CSeq: 314", "CSeq: 31x4");
    assert_eq!(verdict(bad.as_bytes(), &Element::new(Role::Uas)), Action::Drop);
}

#[test]
fn rfc3261_8_1_3_3_more_than_one_via_is_for_somebody_else() {
    let text = String::from_utf8(request("INVITE", "sip:b", "Content-Length: 0\r\n\r\n")).unwrap();
    let ok = text.replace("INVITE sip:b SIP/2.0", "SIP/2.0 200 OK");
    let two = ok.replace("Max-Forwards: 70", "Via: SIP/2.0/UDP pc34.a.example;branch=z9hG4bK777");
    assert_eq!(verdict(ok.as_bytes(), &strict(Role::Uas)), Action::Accept);
    assert_eq!(verdict(two.as_bytes(), &strict(Role::Uas)), Action::Drop);
    assert_eq!(verdict(two.as_bytes(), &strict(Role::Proxy)), Action::Accept, "it goes on to the second");
    let list = ok.replace("branch=z9hG4bK776", "branch=z9hG4bK776, SIP/2.0/UDP 255.255.255.255");
    assert_eq!(verdict(list.as_bytes(), &Element::new(Role::Uas)), Action::Drop);
    assert_eq!(verdict(list.as_bytes(), &Element::new(Role::Proxy)), Action::Drop, "nobody is there");
}

/// A field of a request or response, and what the usual policy owes to it.
#[test]
fn what_is_open_or_unreadable_decides_nothing_by_being_overlooked() {
    let ok = String::from_utf8(request("INVITE", "sip:b@b.example", "Content-Length: 0\r\n\r\n")).unwrap();
    let with = |from: &str, to: &str| {
        assert!(ok.contains(from));
        ok.replace(from, to)
    };
    let via = "SIP/2.0/UDP pc33.a.example;branch=z9hG4bK776";
    let from = "<sip:alice@a.example>;tag=1928";
    let (refused, dropped) = (Action::Answer(400), Action::Drop);
    for (old, new, role, owed) in [
        (from, "<sip:alice@a.example>;x=<;tag=1928", Role::Uas, refused),
        (from, "<sip:alice@a.example>;x=a\";tag=1928", Role::Uas, refused),
        (via, "SIP/2.0/UDP h;x=<;branch=z9hG4bK1", Role::Proxy, refused),
        (via, ",", Role::Uas, refused),
        (via, "SIP/2.0/UDP [::1;branch=z9hG4bK1", Role::Uas, refused),
        ("Max-Forwards: 70", "Max-Forwards: x", Role::Proxy, refused),
        ("Max-Forwards: 70", "Max-Forwards: 99999999999", Role::Proxy, refused),
        ("Max-Forwards: 70", "Max-Forwards: 70\r\nRoute: <sip:p1:99999;lr>", Role::Proxy, refused),
        ("Max-Forwards: 70", "Max-Forwards: 70\r\nRoute: <sip:>", Role::Proxy, refused),
        ("INVITE sip:b@b.example SIP", "INVITE sip:b@b.example:99999 SIP", Role::Proxy, refused),
        ("Max-Forwards: 70", "Max-Forwards: 70", Role::Registrar, Action::Answer(405)),
        (
            "Content-Length: 0\r\n\r\n",
            "c: foo\r\nContent-Length: 2\r\n\r\nhi",
            Role::Uas,
            Action::Answer(415),
        ),
        (
            "Content-Length: 0",
            "Accept: application/sdp;q=0\r\nContent-Length: 0",
            Role::Uas,
            Action::Answer(406),
        ),
    ] {
        assert_eq!(verdict(with(old, new).as_bytes(), &Element::new(role)), owed, "{new}");
    }
    let ok = ok.replace("INVITE sip:b@b.example SIP/2.0", "SIP/2.0 200 OK");
    for (old, new) in [
        ("SIP/2.0 200 OK", "SIP/7.0 200 OK"),
        ("SIP/2.0 200 OK", "SIP/2.0 4294967301 OK"),
        (via, ","),
        (via, "SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP [::1;branch=z"),
        (via, "SIP/2.0/UDP a;branch=z9hG4bK1;x=(, SIP/2.0/UDP b;branch=z9hG4bK2"),
        (via, "SIP/2.0/UDP 255.255.255.255 x;branch=z9hG4bK1"),
        (via, "SIP/2.0/UDP a;branch=z9hG4bK1;x=<, SIP/2.0/UDP b;branch=z9hG4bK2"),
    ] {
        assert!(ok.contains(old));
        assert_eq!(verdict(ok.replace(old, new).as_bytes(), &Element::new(Role::Uas)), dropped, "{new}");
    }
    let mut registrar = request("REGISTER", "sip:b.example", "Expires: 0\r\nContent-Length: 0\r\n\r\n");
    registrar = with_text(&registrar, "<sip:alice@pc33.a.example>", "*;expires=0");
    assert_eq!(verdict(&registrar, &Element::new(Role::Registrar)), refused);
    // No policy of the border lets a second tag hide behind many parameters.
    let many: String = (0..64).map(|at| format!(";p{at}=1")).collect();
    let tags = with_text(
        &request("BYE", "sip:b", "Content-Length: 0\r\n\r\n"),
        from,
        &format!("<sip:a@a.example>{many};tag=1;tag=2"),
    );
    let mut border = Element::new(Role::Uas);
    border.policy = Policy::BORDER;
    let mut index = Index::<256>::sized();
    let message = Parser::new(Policy::BORDER).parse(&tags, &mut index).unwrap();
    assert_eq!(message.validate(&border).action, refused);
}

/// What one malformed field does to a request with the usual policy, by role, and to the response (RFC 3261 §8.2.2,
/// §16.3 step 1, §16.7, §18.1.2). The border refuses it in either.
// covers: RFC 3261 §8.2.2, §16.3
#[test]
fn interop_passes_over_what_the_role_does_not_need() {
    let end = "Content-Length: 0\r\n\r\n";
    let (accept, refused, dropped) = (Action::Accept, Action::Answer(400), Action::Drop);
    let contact = "Contact: <sip:alice@pc33.a.example>\r\n";
    // UAS, proxy; the response to a UAC, to a proxy.
    let nobody = [accept; 4];
    let everybody = [refused, refused, dropped, dropped];
    for (field, owed) in [
        ("User-Agent: a\r\nUser-Agent: b", nobody),
        ("Server: a\r\nServer: b", nobody),
        ("Date: Sat, 13 Nov 2010 23:29:00 GMT\r\nDate: Sat, 13 Nov 2010 23:29:00 GMT", nobody),
        ("Organization: a\r\nOrganization: b", nobody),
        ("Reply-To: Bob", nobody),
        ("Reason: Q.850;cause=16;text=\"x", nobody),
        ("Alert-Info: <urn:a", nobody),
        ("P-Asserted-Identity: Anonymous", nobody),
        ("Call-ID: again", everybody),
        ("From: <sip:again@a.example>;tag=1", everybody),
        ("To: <sip:again@b.example>", everybody),
        ("CSeq: 314 INVITE", everybody),
        ("Max-Forwards: 69\r\nMax-Forwards: 69", everybody),
        ("Via: SIP/2.0/UDP", everybody),
        ("Expires: 120\r\nExpires: 3600", [refused, accept, accept, accept]),
        ("Refer-To: <sip:a>\r\nRefer-To: <sip:b>", [refused, accept, accept, accept]),
        ("Content-Type: a/b\r\nContent-Type: b/a", [refused, accept, accept, accept]),
        ("Route: Bob", [accept, refused, accept, accept]),
        ("Route: <sip:p1.example;lr", [accept, refused, accept, accept]),
        ("Contact: Bob", [refused, accept, dropped, accept]),
        ("Contact: *", [refused, accept, dropped, accept]),
        ("Record-Route: <sip:p1.example;lr", [refused, accept, dropped, accept]),
    ] {
        let bytes = request("INVITE", "sip:b@b.example", &format!("{field}\r\n{end}"));
        let response = with_text(&bytes, "INVITE sip:b@b.example SIP/2.0", "SIP/2.0 200 OK");
        // A second Via is somebody else's, so the odd one has to be the only one.
        let own = "Via: SIP/2.0/UDP pc33.a.example;branch=z9hG4bK776\r\n";
        let to_uac = if field.starts_with("Via") { with_text(&response, own, "") } else { response.clone() };
        for (at, (bytes, role)) in
            [(&bytes, Role::Uas), (&bytes, Role::Proxy), (&to_uac, Role::Uas), (&response, Role::Proxy)]
                .into_iter()
                .enumerate()
        {
            assert_eq!(verdict(bytes, &Element::new(role)), owed[at], "{field} {role:?} {at}");
            let mut border = Element::new(role);
            for policy in [Policy::BORDER, Policy::STRICT] {
                border.policy = policy;
                assert_ne!(verdict(bytes, &border), Action::Accept, "{field} {role:?} {at} {policy:?}");
            }
        }
        // What one asks for by name is refused wherever it is.
        let mut asked = Element::new(Role::Proxy);
        asked.policy = Policy::BORDER;
        let mut index = Index::<256>::sized();
        let message = Parser::new(Policy::CAPTURE).parse(&bytes, &mut index).unwrap();
        let code = message.validate(&asked).defect.unwrap().code;
        asked.policy = Policy::INTEROP.refuse(code);
        assert!(!message.validate(&asked).accepts());
        asked.policy = Policy::INTEROP.refuse(code).allow(code);
        assert!(message.validate(&asked).accepts() || owed[1] != accept, "{field}");
    }
    // A response that makes no dialog needs no Contact: this ends a call, that is a list of bindings.
    let busy = request("INVITE", "sip:b", &format!("Record-Route: <sip:p1;lr\r\n{end}"));
    let busy = with_text(&busy, "INVITE sip:b SIP/2.0", "SIP/2.0 486 Busy Here");
    let bindings = with_text(&request("REGISTER", "sip:b", end), "REGISTER sip:b SIP/2.0", "SIP/2.0 200 OK");
    let bindings = with_text(&bindings, contact, "Contact: Bob\r\n");
    let rfc6913 = std::fs::read(root().join("rfc/rfc6913/L00265-200.sip")).unwrap();
    for bytes in [busy, bindings, rfc6913] {
        for role in ROLES {
            assert_eq!(verdict(&bytes, &Element::new(role)), accept, "{}", bytes.escape_ascii());
        }
    }
    let twice = request("REGISTER", "sip:b.example", &format!("Expires: 1\r\nExpires: 2\r\n{end}"));
    assert_eq!(verdict(&twice, &Element::new(Role::Registrar)), refused);
    assert_eq!(verdict(&twice, &Element::new(Role::Proxy)), accept);
}

fn with_text(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8(bytes.to_vec()).unwrap().replace(from, to).into_bytes()
}

/// Which of two would be taken is anybody's guess, and an odd parameter before them hides nothing.
#[test]
fn rfc3261_19_1_1_a_uri_with_a_parameter_twice_is_refused_at_the_border() {
    let end = "Content-Length: 0\r\n\r\n";
    for target in [
        "sip:b@b.example;maddr=1.1.1.1;maddr=2.2.2.2;transport=tcp;transport=udp",
        "sip:b@b.example;x=\"y;maddr=1.1.1.1;maddr=2.2.2.2",
    ] {
        let bytes = request("INVITE", target, end);
        for policy in [Policy::BORDER, Policy::STRICT] {
            let mut element = Element::new(Role::Proxy);
            element.policy = policy;
            assert_eq!(verdict(&bytes, &element), Action::Answer(400), "{target}");
        }
        assert_eq!(verdict(&bytes, &Element::new(Role::Proxy)), Action::Accept, "{target}");
    }
}

/// CVE-2020-28361: who does not know such a field by its name leaves it in. The grammar has it (RFC 4475 §3.1.1.1).
#[test]
fn white_space_before_the_colon_ends_at_the_border() {
    use simdsip::{DefectCode, ErrorKind};
    let more = "P-Asserted-Identity : <sip:evil@x.example>\r\nContent-Length: 0\r\n\r\n";
    let bytes = request("INVITE", "sip:b@b.example", more);
    let mut index = Index::<256>::sized();
    let refused = Parser::new(Policy::BORDER).parse(&bytes, &mut index).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Refused(DefectCode::WsBeforeColon));
    let mut border = Element::new(Role::Proxy);
    border.policy = Policy::BORDER;
    assert_eq!(verdict(&bytes, &border), Action::Answer(400));
    for policy in [Policy::STRICT, Policy::INTEROP] {
        assert!(Parser::new(policy).parse(&bytes, &mut index).is_ok());
        border.policy = policy;
        assert_eq!(verdict(&bytes, &border), Action::Accept);
    }
}

// covers: RFC 3261 §21.4.11
#[test]
fn rfc3261_21_4_11_a_request_uri_over_the_limit_is_answered() {
    let asked = |len: usize| {
        let uri = format!("sip:{}@b.example", "b".repeat(len - 14));
        let bytes = format!(
            "OPTIONS {uri} SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@a.example>;tag=1\r\n\
             To: <sip:b@b.example>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        );
        let mut index = Index::new();
        let message = Parser::default().parse(bytes.as_bytes(), &mut index).unwrap();
        [Role::Uas, Role::Proxy].map(|role| {
            let verdict = message.validate(&Element::new(role));
            (verdict.status(), verdict.at)
        })
    };
    assert_eq!(asked(4_096), [(None, None); 2]);
    assert_eq!(asked(4_097), [(Some(414), Some(8)); 2]);
}
