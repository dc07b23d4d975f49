//! Transaction and dialog keys, branches and tags, descriptions and counters.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};

use simdsip::key::{DialogKey, Direction, TransactionKey, branch, is_unique_branch, tag};
use simdsip::{GrowIndex, Limits, Parser, Policy};

/// A request with these lines changed or added; `None` leaves a line out.
fn request(method: &str, changes: &[(&str, Option<&str>)]) -> Vec<u8> {
    let usual = [
        ("Via", "SIP/2.0/UDP pc33.a.example;branch=z9hG4bK776"),
        ("From", "<sip:alice@a.example>;tag=1928"),
        ("To", "<sip:bob@b.example>"),
        ("Call-ID", "a84b4c76@pc33"),
    ];
    let mut text = format!("{method} sip:bob@b.example SIP/2.0\r\n");
    let cseq = format!("314 {method}");
    for (name, value) in usual.into_iter().chain([("CSeq", cseq.as_str())]) {
        let change = changes.iter().find(|change| change.0 == name);
        if let Some(value) = change.map_or(Some(value), |change| change.1) {
            write!(text, "{name}: {value}\r\n").unwrap();
        }
    }
    (text + "\r\n").into_bytes()
}

fn parser() -> Parser {
    Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited())
}

/// Whether two requests are of one server transaction, asked of the keys and of their hashes.
fn same_server(a: &[u8], b: &[u8]) -> bool {
    let (mut one, mut two) = (GrowIndex::new(), GrowIndex::new());
    let a = TransactionKey::server(&parser().parse_growing(a, &mut one).unwrap()).unwrap().unwrap();
    let b = TransactionKey::server(&parser().parse_growing(b, &mut two).unwrap()).unwrap().unwrap();
    let hash = |key: &TransactionKey<'_>| {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        hasher.finish()
    };
    assert_eq!(a == b, hash(&a) == hash(&b));
    a == b
}

// covers: RFC 3261 §8.1.1.7
#[test]
fn rfc3261_17_2_3_branch_sent_by_and_method() {
    let invite = request("INVITE", &[]);
    assert!(same_server(&invite, &invite));
    assert!(same_server(&invite, &request("ACK", &[("To", Some("<sip:bob@b.example>;tag=9"))])));
    assert!(!same_server(&invite, &request("CANCEL", &[])));
    for via in [
        "SIP/2.0/UDP pc33.a.example;branch=z9hG4bK777",
        "SIP/2.0/UDP pc33.a.example;branch=z9hG4bK776x",
        "SIP/2.0/UDP pc34.a.example;branch=z9hG4bK776",
        "SIP/2.0/UDP pc33.a.example:5060;branch=z9hG4bK776",
    ] {
        assert!(!same_server(&invite, &request("INVITE", &[("Via", Some(via))])), "{via}");
    }
    for via in [
        // A branch is a token (RFC 3261 §7.3.1).
        "SIP/2.0/UDP pc33.a.example;branch=z9hg4bK776",
        "SIP/2.0/UDP pc33.a.example;branch=Z9HG4Bk776",
        "SIP/2.0/TCP PC33.A.EXAMPLE ;received=192.0.2.1;branch=z9hG4bK776",
        "SIP / 2.0 / UDP pc33.a.example ; branch = z9hG4bK776 , SIP/2.0/UDP other;branch=z9hG4bK1",
    ] {
        assert!(same_server(&invite, &request("INVITE", &[("Via", Some(via))])), "{via}");
    }
    // The branch alone decides, not the dialog.
    assert!(same_server(&invite, &request("INVITE", &[("Call-ID", Some("other")), ("From", Some("x"))])));
}

// covers: RFC 3261 §8.1.1.4
#[test]
fn rfc3261_17_2_3_clients_of_rfc_2543() {
    for via in [
        "SIP/2.0/UDP pc33.a.example",
        "SIP/2.0/UDP pc33.a.example;branch=1",
        "SIP/2.0/UDP pc33.a.example;branch=",
        "SIP/2.0/UDP pc33.a.example;branch=z9hG4bK",
    ] {
        let with = |method: &str, more: &[(&str, Option<&str>)]| {
            let mut changes = vec![("Via", Some(via))];
            changes.extend_from_slice(more);
            request(method, &changes)
        };
        let invite = with("INVITE", &[]);
        assert!(same_server(&invite, &invite), "{via}");
        assert!(same_server(&invite, &with("ACK", &[("To", Some("<sip:bob@b.example>;tag=ours"))])));
        assert!(!same_server(&invite, &with("BYE", &[])));
        for change in [
            ("From", "<sip:alice@a.example>;tag=1929"),
            ("From", "<sip:alice@a.example>;tag="),
            ("From", "<sip:alice@a.example>"),
            ("Call-ID", "A84b4c76@pc33"),
            ("CSeq", "315 INVITE"),
        ] {
            let other = with("INVITE", &[(change.0, Some(change.1))]);
            assert!(!same_server(&invite, &other), "{via} {change:?}");
        }
        let tag = |tag: &str| with("INVITE", &[("From", Some(&format!("<sip:alice@a.example>;tag={tag}")))]);
        assert!(same_server(&tag("aB"), &tag("Ab")) && !same_server(&tag("aB"), &tag("aC")));
        let to_tag = [("To", Some("<sip:bob@b.example>;tag=9"))];
        assert!(!same_server(&with("BYE", &[]), &with("BYE", &to_tag)));
        assert!(!same_server(&request("INVITE", &[]), &invite), "a cookie is no other branch");
    }
}

#[test]
fn rfc3261_9_2_cancel_finds_its_invite() {
    for via in ["SIP/2.0/UDP pc33.a.example;branch=z9hG4bK776", "SIP/2.0/UDP pc33.a.example"] {
        let (invite, cancel) =
            (request("INVITE", &[("Via", Some(via))]), request("CANCEL", &[("Via", Some(via))]));
        let (mut one, mut two) = (GrowIndex::new(), GrowIndex::new());
        let invite = TransactionKey::server(&parser().parse_growing(&invite, &mut one).unwrap()).unwrap();
        let cancel = TransactionKey::server(&parser().parse_growing(&cancel, &mut two).unwrap()).unwrap();
        assert_eq!(invite, cancel.map(TransactionKey::cancelled));
        assert_ne!(invite, cancel);
    }
}

#[test]
fn keys_of_what_is_missing_or_broken() {
    let key = |bytes: &[u8]| {
        let mut index = GrowIndex::new();
        let message = parser().parse_growing(bytes, &mut index).unwrap();
        TransactionKey::server(&message).map(|key| key.is_some())
    };
    assert_eq!(key(&request("INVITE", &[("Via", None)])), Ok(false));
    assert_eq!(key(&request("INVITE", &[("CSeq", None)])), Ok(true), "the branch is enough");
    for missing in ["From", "To", "Call-ID", "CSeq"] {
        let old = request("INVITE", &[("Via", Some("SIP/2.0/UDP h")), (missing, None)]);
        assert_eq!(key(&old), Ok(false), "{missing}");
    }
    assert!(key(&request("INVITE", &[("Via", Some("SIP/2.0/UDP h:99999;branch=z9hG4bK1"))])).is_err());
    assert!(
        key(&request("INVITE", &[("Via", Some("SIP/2.0/UDP h")), ("CSeq", Some("4294967296 INVITE"))]))
            .is_err()
    );
}

/// A fixed buffer sized without the CSeq method brought down a stack; here the method may be as long as it likes.
#[test]
fn ast_2017_002_no_branch_and_a_long_method() {
    let method = "M".repeat(5 * 1024);
    let via = [("Via", Some("SIP/2.0/UDP h"))];
    assert!(same_server(&request(&method, &via), &request(&method, &via)));
    let longer = method.clone() + "M";
    assert!(!same_server(&request(&method, &via), &request(&longer, &via)));
}

#[test]
fn rfc3261_12_dialogs_seen_from_both_sides() {
    let of = |bytes: &[u8], direction| {
        let mut index = GrowIndex::new();
        let message = parser().parse_growing(bytes, &mut index).unwrap();
        DialogKey::of(&message, direction).unwrap().map(|key| {
            (key.local_tag.map(<[u8]>::to_vec), key.remote_tag.map(<[u8]>::to_vec), key.call_id.to_vec())
        })
    };
    let same = |to: &str, call_id: &str| {
        let bytes = [
            request("BYE", &[("To", Some("<sip:bob@b.example>;tag=Bob"))]),
            request("BYE", &[("To", Some(to)), ("Call-ID", Some(call_id))]),
        ];
        let (mut one, mut two) = (GrowIndex::new(), GrowIndex::new());
        let one =
            DialogKey::of(&parser().parse_growing(&bytes[0], &mut one).unwrap(), Direction::Sent).unwrap();
        let two =
            DialogKey::of(&parser().parse_growing(&bytes[1], &mut two).unwrap(), Direction::Sent).unwrap();
        let hash = |key: &Option<DialogKey<'_>>| {
            let mut hasher = DefaultHasher::new();
            key.hash(&mut hasher);
            hasher.finish()
        };
        assert_eq!(one == two, hash(&one) == hash(&two));
        one == two
    };
    assert!(same("<sip:bob@b.example>;tag=Bob", "a84b4c76@pc33"));
    assert!(same("<sip:bob@b.example>;tag=bOB", "a84b4c76@pc33"), "tags are tokens (RFC 3261 §7.3.1)");
    assert!(!same("<sip:bob@b.example>;tag=Bo", "a84b4c76@pc33"));
    assert!(!same("<sip:bob@b.example>;tag=Bob", "A84b4c76@pc33"), "Call-IDs are not (§8.1.1.4)");
    assert!(!same("<sip:bob@b.example>", "a84b4c76@pc33"));
    let bye = request("BYE", &[("To", Some("<sip:bob@b.example>;tag=B"))]);
    let (received, sent) = (of(&bye, Direction::Received).unwrap(), of(&bye, Direction::Sent).unwrap());
    assert_eq!((received.0.as_deref(), received.1.as_deref()), (Some(&b"B"[..]), Some(&b"1928"[..])));
    assert_eq!((sent.0, sent.1), (received.1, received.0));
    let empty = request("BYE", &[("To", Some("<sip:bob@b.example>;tag="))]);
    assert_eq!(of(&empty, Direction::Received).unwrap().0, Some(vec![]), "an empty tag is one");
    for missing in ["From", "To", "Call-ID"] {
        assert_eq!(of(&request("BYE", &[(missing, None)]), Direction::Sent), None, "{missing}");
    }
}

// covers: RFC 3261 §8.1.1.7, §19.3
#[test]
fn branches_and_tags_of_random_bits() {
    let mut seen = std::collections::HashSet::new();
    for bit in 0..128 {
        let branch = branch(1 << bit);
        assert!(is_unique_branch(branch.as_bytes()) && branch.as_bytes().len() == 33);
        assert!(branch.as_bytes().iter().all(u8::is_ascii_alphanumeric));
        assert!(seen.insert(branch.as_bytes().to_vec()), "each bit shows");
    }
    for bit in 0..64 {
        assert!(seen.insert(tag(1 << bit).as_bytes().to_vec()), "each bit shows");
    }
    for (text, unique) in
        [(&b"z9hG4bKx"[..], true), (b"Z9HG4BKx", true), (b"z9hG4bK", false), (b"z9hG4b", false), (b"", false)]
    {
        assert_eq!(is_unique_branch(text), unique);
    }
}

#[test]
fn descriptions_are_short_printable_and_tell_no_names() {
    let secret = "s3cret";
    let long = "x".repeat(9_000);
    for (name, value) in [
        ("From", format!("\"{secret}\" <sip:{secret}@{long}>;tag={long}")),
        ("From", format!("sip:{secret}:{secret}@a.example")),
        ("From", format!("<tel:{secret};phone-context={secret}>")),
        ("From", format!("<sip:{secret}@a@b.example?x={secret}>")),
        ("From", format!("<{secret}>")),
        ("From", "<sip:a\u{1}\u{202e}@b>".to_owned()),
        ("To", format!("{secret} <sips:{secret}@b.example;x={secret}>")),
        ("From", format!("<sip:a@b.example?Authorization=Digest%20response@{secret}>")),
        ("From", format!("sip:alice:{secret}")),
        ("From", format!("<{secret}:x@a.example>")),
        ("From", format!("{secret}:Smith sip:x@y")),
        ("From", format!("<sip:b@b.example;x=@{secret}>")),
        ("Call-ID", long.clone()),
        ("Via", format!("SIP/2.0/{long} {long}:1;branch={long}")),
        ("CSeq", format!("1 {long}")),
    ] {
        let bytes = request("INVITE", &[(name, Some(&value))]);
        let mut index = GrowIndex::new();
        let message = parser().parse_growing(&bytes, &mut index).unwrap();
        let line = message.describe();
        assert!(line.as_str().len() <= 200 && line.as_str().starts_with("INVITE sip:*@b.example"));
        assert!(line.as_str().bytes().all(|byte| (b' '..0x7f).contains(&byte)), "{line}");
        assert!(!line.as_str().contains(secret), "{line}");
        assert_eq!(line.to_string(), line.as_str());
    }
}

#[test]
fn descriptions_show_hosts_and_no_numbers() {
    for (uri, shown) in [
        ("sip:15551234", "sip:*"),
        ("sip:+15551234;user=phone", "sip:*"),
        ("sip:555.1234", "sip:*"),
        ("sip:1-555-1234.:5060", "sip:*"),
        ("sip:alice@15551234", "sip:*"),
        ("sip:15551234.example", "sip:15551234.example"),
        ("sip:15551234@gw1.example.", "sip:*@gw1.example."),
        ("sip:192.0.2.1:5060", "sip:192.0.2.1"),
        ("sips:15551234@[2001:db8::1]", "sips:*@[2001:db8::1]"),
    ] {
        let bytes = request("INVITE", &[("From", Some(&format!("<{uri}>;tag=1")))]);
        let mut index = GrowIndex::new();
        let line = parser().parse_growing(&bytes, &mut index).unwrap().describe().to_string();
        assert!(line.contains(&format!(" from={shown} tag=1 ")), "{uri}: {line}");
    }
}

#[test]
fn counters_count_each_outcome_once() {
    let mut counters = simdsip::Counters::default();
    let mut index = GrowIndex::new();
    let strict = Parser::new(Policy::STRICT);
    let inputs: [&[u8]; 5] = [
        b"BYE sip:b SIP/2.0\r\n\r\n",
        b"SIP/2.0 200 OK\r\n\r\n",
        b"BYE sip:b SIP/2.0\n\n",
        b"nothing",
        &[b'x'; 70_000],
    ];
    for input in inputs {
        counters.count(input.len(), &strict.parse_growing(input, &mut index));
    }
    let mut twice = counters;
    twice.add(&counters);
    for (counters, times) in [(counters, 1), (twice, 2)] {
        assert_eq!((counters.messages, counters.requests), (2 * times, times));
        assert_eq!((counters.rejected, counters.limits, counters.refused), (3 * times, times, times));
        assert_eq!(counters.bytes, times * inputs.iter().map(|input| input.len() as u64).sum::<u64>());
        assert_eq!(counters.last_refused, Some(simdsip::DefectCode::BareLf));
    }
}

#[test]
fn rfc3261_17_1_3_responses_find_their_client_transaction() {
    let key = |bytes: &[u8]| {
        let mut index = GrowIndex::new();
        let message = parser().parse_growing(bytes, &mut index).unwrap();
        TransactionKey::client(&message).map(|key| {
            key.map(|key| {
                let mut hasher = DefaultHasher::new();
                key.hash(&mut hasher);
                (hasher.finish(), key.method() == simdsip::Method::Invite, key.is_by_branch())
            })
        })
    };
    let response = |changes: &[(&str, Option<&str>)]| {
        let text = String::from_utf8(request("INVITE", changes)).unwrap();
        text.replace("INVITE sip:bob@b.example SIP/2.0", "SIP/2.0 180 Ringing").into_bytes()
    };
    let sent = key(&request("INVITE", &[])).unwrap();
    assert!(sent.is_some_and(|(_, invite, by_branch)| invite && by_branch));
    // Tags, Call-ID and what the server added do not matter; nor does sent-by, which is ours.
    let via = "SIP/2.0/UDP pc33.a.example;received=192.0.2.1;rport=5060;branch=z9hG4bK776";
    assert_eq!(
        key(&response(&[("Via", Some(via)), ("To", Some("<sip:bob@b.example>;tag=9"))])).unwrap(),
        sent
    );
    // The branch and the method of CSeq do.
    for change in [("Via", "SIP/2.0/UDP pc33.a.example;branch=z9hG4bK775"), ("CSeq", "314 CANCEL")] {
        assert_ne!(key(&response(&[(change.0, Some(change.1))])).unwrap(), sent, "{change:?}");
    }
    for missing in ["Via", "CSeq"] {
        assert_eq!(key(&response(&[(missing, None)])), Ok(None), "{missing}");
    }
    assert_eq!(key(&response(&[("Via", Some("SIP/2.0/UDP pc33.a.example"))])), Ok(None), "no branch");
    assert!(key(&response(&[("CSeq", Some("x INVITE"))])).is_err());
}
