//! Patches against the twin, on messages of the corpus and on messages made at random.

use std::net::SocketAddr;

use simdsip::edit::GrowRoom;
use simdsip::{DefectCode, Error, GrowIndex, HeaderName, Index, Limits, Message, Parser, Patch, Policy};
use simdsip_corpus::rng::Rng;

use super::splices::emitted;
use super::twin::{Op, Twin};

/// The names that tests ask for, as the twin knows them.
fn names() -> Vec<(&'static str, &'static str, u8)> {
    let known = [
        ("Via", "v"),
        ("Route", ""),
        ("Record-Route", ""),
        ("Max-Forwards", ""),
        ("Subject", "s"),
        ("Supported", "k"),
        ("Allow", ""),
        ("Contact", "m"),
        ("Server", ""),
        ("Call-ID", "i"),
        ("Content-Type", "c"),
        ("Content-Encoding", "e"),
        ("Content-Disposition", ""),
        ("Content-Language", ""),
        ("Content-Length", "l"),
        ("X-Odd", ""),
        ("X-Absent", ""),
    ];
    known.iter().map(|&(long, short)| (long, short, HeaderName::lookup(long.as_bytes()).id())).collect()
}

fn value(rng: &mut Rng) -> Vec<u8> {
    let len = rng.between(0, 12);
    rng.text("abcxyz019 ,;=\"<>\té", len).trim().as_bytes().to_vec()
}

fn route(rng: &mut Rng) -> Vec<u8> {
    let number = rng.below(99);
    rng.pick(&["<sip:p@{};lr>", "<sip:{}.example>", "\"a, b\" <sip:{}.example;lr=on?x=y>;q=1"])
        .replace("{}", &format!("h{number}"))
        .into_bytes()
}

fn via(rng: &mut Rng) -> Vec<u8> {
    let number = rng.below(99);
    rng.pick(&[
        "SIP/2.0/UDP h{}.example;branch=z9hG4bK{}",
        "SIP/2.0/TLS 192.0.2.{}:5061;branch=z9hG4bK{};rport",
    ])
    .replace("{}", &number.to_string())
    .into_bytes()
}

fn op(rng: &mut Rng, fields: usize, request: bool) -> Op {
    let listed = ["Supported", "Allow", "Contact"];
    let named =
        ["Subject", "Supported", "Call-ID", "Server", "X-Odd", "X-Absent", "Route", "Max-Forwards", "Via"];
    let body = |rng: &mut Rng| rng.text("body \r\n", 5).into_bytes();
    loop {
        let op = match rng.below(22) {
            0 => Op::PushVia(via(rng)),
            1 | 2 => Op::PopVia,
            3 => {
                let source = rng.pick(&[
                    "192.0.2.7:5060",
                    "[2001:db8::9]:5061",
                    "[::ffff:192.0.2.1]:1",
                    "192.0.2.1:65535",
                    "10.1.1.1:4540",
                ]);
                Op::SetSource(source.parse::<SocketAddr>().expect("an address"))
            }
            4 => Op::PushRoute(route(rng)),
            5 | 6 => Op::PopRoute,
            7 => Op::PushRecordRoute(route(rng)),
            8 if request => Op::SetUri(format!("sip:u{}@h.example", rng.below(99)).into_bytes()),
            9 if request => Op::Restore,
            10 if request => Op::RouteStrictly,
            11 => Op::Decrement,
            12 => Op::SetMaxForwards(rng.below(256) as u8),
            13 => Op::Set(pick(rng, &named), value(rng)),
            14 if fields > 0 => Op::SetField(rng.below(fields), value(rng)),
            15 => Op::Remove(pick(rng, &named)),
            16 if fields > 0 => Op::RemoveField(rng.below(fields)),
            17 => Op::Retain(pick(rng, &listed), rng.below(2)),
            18 => Op::AddFirst(pick(rng, &named), value(rng)),
            19 => Op::AddLast(pick(rng, &named), value(rng)),
            20 => match rng.below(3) {
                0 => Op::SetBody(b"text/plain".to_vec(), body(rng)),
                1 => Op::RemoveBody,
                _ => Op::FixLength,
            },
            _ => continue,
        };
        return op;
    }
}

fn pick(rng: &mut Rng, names: &[&'static str]) -> &'static str {
    names[rng.below(names.len())]
}

fn apply<'b, 't>(patch: &mut Patch<'b, '_, 't>, message: &Message<'b>, op: &'t Op) -> Result<(), Error> {
    match op {
        Op::PushVia(value) => patch.push_via(&[value]),
        Op::PopVia => patch.pop_via().map(drop),
        Op::SetSource(source) => patch.set_source(*source),
        Op::PushRoute(value) => patch.push_route(&[&value[..1], &value[1..]]),
        Op::PopRoute => patch.pop_route().map(drop),
        Op::PushRecordRoute(value) => patch.push_record_route(&[value]),
        Op::SetUri(uri) => patch.set_request_uri(uri),
        Op::Restore => patch.restore_request_uri().map(drop),
        Op::RouteStrictly => patch.route_strictly().map(drop),
        Op::Decrement => patch.decrement_max_forwards().map(drop),
        Op::SetMaxForwards(hops) => patch.set_max_forwards(*hops),
        Op::Set(name, value) => patch.set(name.as_bytes(), &[value]),
        Op::SetField(at, value) => patch.set_field(&message.headers().nth(*at).unwrap(), &[value]),
        Op::Remove(name) => patch.remove(name.as_bytes()).map(drop),
        Op::RemoveField(at) => patch.remove_field(&message.headers().nth(*at).unwrap()),
        Op::Retain(name, parity) => {
            patch.retain(name.as_bytes(), |element| element.len() % 2 == *parity).map(drop)
        }
        Op::AddFirst(name, value) => patch.add_first(name.as_bytes(), &[value]),
        Op::AddLast(name, value) => patch.add_last(name.as_bytes(), &[value]),
        Op::SetBody(media_type, body) => patch.set_body(media_type, body),
        Op::RemoveBody => patch.remove_body(),
        Op::FixLength => {
            patch.fix_content_length();
            Ok(())
        }
    }
}

/// Does `ops` both ways; how many did not work.
fn check(bytes: &[u8], message: &Message<'_>, ops: &[Op], room: &mut GrowRoom) -> usize {
    let mut twin = Twin::of(message.as_bytes(), message.body().len(), &names());
    let mut patch = Patch::new(message, room).unwrap().with_limits(&Limits::unlimited());
    let mut refused = Vec::new();
    for op in ops {
        match apply(&mut patch, message, op) {
            Ok(()) => twin.apply(op),
            // What it is about cannot be read, or must not be touched.
            Err(error) => refused.push((op, error)),
        }
    }
    let told = || format!("{ops:?}, refused {refused:?}, of\n{}", message.as_bytes().escape_ascii());
    let found = patch.finish().unwrap_or_else(|error| panic!("{error}: {}", told())).to_vec();
    let expected = twin.write();
    assert!(
        found == expected,
        "patch\n{}\ntwin\n{}\n{}",
        found.escape_ascii(),
        expected.escape_ascii(),
        told()
    );
    assert_eq!(patch.finish().unwrap().to_vec(), found, "again: {}", told());
    let mut edits = patch.into_splices().unwrap();
    assert_eq!(emitted(edits.settle().unwrap(), bytes), found, "every way: {}", told());
    refused.len()
}

#[test]
fn patches_of_the_corpus_are_what_the_twin_makes() {
    let parser =
        Parser::new(Policy::CAPTURE.refuse(DefectCode::NoEmptyLine).refuse(DefectCode::FoldedStartLine))
            .with_limits(Limits::capture());
    let mut all = simdsip_corpus::messages();
    for workload in ["mix-1k", "mix-real", "invite-ims"] {
        let messages = simdsip_corpus::workload(workload).into_iter().take(300);
        all.extend(messages.map(|bytes| simdsip_corpus::Entry { name: workload.to_owned(), bytes }));
    }
    let (mut index, mut room, mut rng) = (GrowIndex::new(), GrowRoom::new(), Rng::new(4));
    let (mut done, mut refused) = (0, 0);
    for entry in &all {
        let Ok(message) = parser.parse_growing(&entry.bytes, &mut index) else { continue };
        // The twin finds a Request-URI by single spaces, and a body by what is in front of it.
        let odd = [DefectCode::StartLineSpacing, DefectCode::SpaceInUri, DefectCode::EmptyHeaderName];
        if message.structural_defects().any(|defect| odd.contains(&defect.code)) {
            continue;
        }
        for _ in 0..2 {
            let count = rng.between(1, 9);
            let ops: Vec<Op> =
                (0..count).map(|_| op(&mut rng, message.headers().len(), message.uri().is_some())).collect();
            refused += check(&entry.bytes, &message, &ops, &mut room);
            done += ops.len();
        }
    }
    println!("{done} edits of {} messages, {refused} of them refused", all.len());
    assert!(done > 5_000 && refused * 10 < done, "{refused} of {done} refused");
}

/// A message with lists over several fields and lines, compact names, and stray white space.
fn made(rng: &mut Rng) -> Vec<u8> {
    let request = rng.chance(70);
    let start = if request { "INVITE sip:bob@b.example;a=b SIP/2.0" } else { "SIP/2.0 200 OK" };
    let mut fields = Vec::new();
    let list = |rng: &mut Rng, names: &[&str], one: fn(&mut Rng) -> Vec<u8>| {
        let count = rng.between(1, 4);
        let mut text = String::from_utf8(one(rng)).unwrap();
        for _ in 1..count {
            text += rng.pick(&[",", ", ", " ,\r\n ", ",, "]);
            text += &String::from_utf8(one(rng)).unwrap();
        }
        format!("{}{}{text}", rng.pick(names), rng.pick(&[": ", ":", " : ", ":\r\n\t"]))
    };
    for _ in 0..rng.below(4) {
        fields.push(list(rng, &["Via", "v", "VIA"], via));
    }
    for _ in 0..rng.below(4) {
        fields.push(list(rng, &["Route", "route"], route));
    }
    for _ in 0..rng.below(3) {
        fields.push(list(rng, &["Supported", "k", "Allow"], |rng| rng.alnum(3).into_bytes()));
    }
    for _ in 0..rng.below(4) {
        let field = rng.pick(&[
            "Max-Forwards: 70",
            "Max-Forwards:1",
            "Subject: a\r\n b",
            "s: c",
            "X-Odd:1",
            "x-odd :2",
            "Content-Type: a/b",
            "e: gzip",
            "Record-Route: <sip:r;lr>",
            "Call-ID: 1@2",
        ]);
        fields.push(field.to_owned());
    }
    let body = rng.pick(&["", "body", "a\r\n\r\nb"]);
    if !body.is_empty() || rng.chance(50) {
        fields.push(format!("{}: {}", rng.pick(&["Content-Length", "l"]), body.len()));
    }
    rng.shuffle(&mut fields);
    let section: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let before = rng.pick(&["", "", "\r\n"]);
    format!("{before}{start}\r\n{section}\r\n{body}").into_bytes()
}

// covers: RFC 3261 §16.4, §16.6, §16.7
#[test]
fn patches_of_messages_made_at_random_are_what_the_twin_makes() {
    let parser = Parser::new(Policy::CAPTURE);
    let (mut index, mut room, mut rng) = (Index::new(), GrowRoom::new(), Rng::new(44));
    for _ in 0..6_000 {
        let bytes = made(&mut rng);
        let message = parser.parse(&bytes, &mut index).unwrap();
        let count = rng.between(1, 9);
        let ops: Vec<Op> =
            (0..count).map(|_| op(&mut rng, message.headers().len(), message.uri().is_some())).collect();
        check(&bytes, &message, &ops, &mut room);
    }
}
