//! Users, hosts, URIs, tags: the random words of a message.
//!
//! Hosts are documentation names and addresses only (RFC 2606, RFC 5737, RFC 3849) or
//! private ones (RFC 1918), so that nothing generated here can reach anybody.

use crate::rng::Rng;

const FIRST: [&str; 24] = [
    "alice", "bob", "carol", "dora", "emil", "frida", "gustav", "hanna", "ivo", "jana", "karl", "lena",
    "milan", "nora", "oskar", "petra", "quirin", "rosa", "stefan", "tilda", "ulrich", "vera", "wanda",
    "xaver",
];
const LAST: [&str; 16] = [
    "ahlers", "brandt", "cermak", "dorn", "ekholm", "falk", "grau", "hruska", "iversen", "jensen", "kolar",
    "lindt", "moreau", "novak", "olsen", "pavlik",
];
const LABEL: [&str; 18] = [
    "sip",
    "proxy",
    "edge",
    "core",
    "pbx",
    "sbc",
    "gw",
    "voice",
    "ims",
    "scscf",
    "pcscf",
    "registrar",
    "media",
    "as",
    "lab",
    "branch",
    "north",
    "west",
];
const PRODUCT: [&str; 14] = [
    "Kestrel-Phone",
    "Lodestone SBC",
    "Harbour PBX",
    "Tern UA",
    "Quarry Softphone",
    "Beacon Gateway",
    "Osprey",
    "Alder Conference Server",
    "Finch IAD",
    "Cobalt Trunk",
    "Meridian Edge",
    "Sparrow Dect Base",
    "Juniper Hill UC",
    "Larch Session Router",
];

pub(super) fn user(rng: &mut Rng) -> String {
    match rng.below(10) {
        0..=2 => format!("+{}{}", rng.between(1, 98), rng.digits(10)),
        3 => rng.between(100, 99_999).to_string(),
        4 => format!("{}.{}", rng.pick(&FIRST), rng.pick(&LAST)),
        5 => format!("{}{}", rng.pick(&FIRST), rng.between(1, 9999)),
        6 => format!("{}_{}-{}", rng.pick(&LAST), rng.pick(&FIRST), rng.hex(4)),
        7 => format!("{}%20{}", rng.pick(&FIRST), rng.pick(&LAST)),
        8 => format!("u{}", rng.alnum(12)),
        _ => (*rng.pick(&FIRST)).to_owned(),
    }
}

pub(super) fn domain(rng: &mut Rng) -> String {
    let top = rng.pick(&["example.com", "example.net", "example.org", "test.example"]);
    match rng.below(4) {
        0 => top.to_owned(),
        1 => format!("{}{}.{top}", rng.pick(&LABEL), rng.below(100)),
        2 => format!("{}.{}{}.{top}", rng.pick(&LABEL), rng.pick(&LABEL), rng.below(20)),
        _ => format!(
            "{}-{}.{}.mnc{:03}.mcc{:03}.{top}",
            rng.pick(&LABEL),
            rng.below(9),
            rng.pick(&LABEL),
            rng.below(99),
            rng.between(200, 750)
        ),
    }
}

pub(super) fn ipv4(rng: &mut Rng) -> String {
    let net = rng.pick(&["192.0.2", "198.51.100", "203.0.113"]);
    match rng.below(2) {
        0 => format!("{net}.{}", rng.between(1, 254)),
        _ => format!("10.{}.{}.{}", rng.below(256), rng.below(256), rng.between(1, 254)),
    }
}

pub(super) fn ipv6(rng: &mut Rng) -> String {
    match rng.below(3) {
        0 => format!("2001:db8::{:x}", rng.between(1, 65_535)),
        1 => {
            format!("2001:db8:{:x}:{:x}::{:x}", rng.below(65_536), rng.below(65_536), rng.between(1, 65_535))
        }
        _ => {
            let groups: Vec<String> = (0..6).map(|_| format!("{:x}", rng.between(1, 65_535))).collect();
            format!("2001:db8:{}", groups.join(":"))
        }
    }
}

/// A host as it stands in a URI or a Via: IPv6 in brackets.
pub(super) fn host(rng: &mut Rng) -> String {
    match rng.below(10) {
        0..=4 => domain(rng),
        5..=7 => ipv4(rng),
        _ => format!("[{}]", ipv6(rng)),
    }
}

pub(super) fn host_port(rng: &mut Rng) -> String {
    let host = host(rng);
    match rng.below(3) {
        0 => format!("{host}:{}", rng.pick(&["5060", "5061", "5070", "15060"])),
        1 => format!("{host}:{}", rng.between(1024, 65_535)),
        _ => host,
    }
}

pub(super) fn uri(rng: &mut Rng) -> String {
    match rng.below(20) {
        0 => format!("tel:+{}{};phone-context=example.com", rng.between(1, 98), rng.digits(9)),
        1 | 2 => format!("sips:{}@{}", user(rng), domain(rng)),
        3 | 4 => format!("sip:{}@{};user=phone", user(rng), domain(rng)),
        _ => format!("sip:{}@{}", user(rng), host(rng)),
    }
}

/// A Contact or Route kind of URI: address, port, parameters.
pub(super) fn contact_uri(rng: &mut Rng) -> String {
    let mut uri = format!("sip:{}@{}", user(rng), host_port(rng));
    if rng.chance(40) {
        uri.push_str(";transport=");
        uri.push_str(rng.pick(&["udp", "tcp", "tls", "ws"]));
    }
    if rng.chance(30) {
        uri.push_str(&format!(";line={}", rng.hex(12)));
    }
    if rng.chance(12) {
        uri.push_str(";ob");
    }
    if rng.chance(10) {
        uri.push_str(&format!(";gr=urn:uuid:{}", uuid(rng)));
    }
    uri
}

pub(super) fn route(rng: &mut Rng) -> String {
    let mut uri = format!("<sip:{};lr", host_port(rng));
    match rng.below(5) {
        0 => uri.push_str(&format!(";ftag={}", rng.hex(10))),
        1 => uri.push_str(&format!(";did={}.{}", rng.hex(3), rng.hex(8))),
        2 => uri.push_str(";transport=tcp;r2=on"),
        _ => {}
    }
    uri.push('>');
    uri
}

fn display(rng: &mut Rng) -> String {
    let (first, last) = (capital(rng.pick(&FIRST)), capital(rng.pick(&LAST)));
    match rng.below(8) {
        0 | 1 => String::new(),
        2 => format!("{first} "),
        3 => format!("{first} {last} "),
        4 | 5 => format!("\"{first} {last}\" "),
        6 => format!("\"{last}, {first} \\\"{}\\\"\" ", rng.below(99)),
        // About one message in thirty names somebody in more than ASCII.
        _ if rng.chance(12) => {
            format!("\"{first} {}\" ", rng.pick(&["Müller", "Čermák", "Łukasz", "山田", "Ørsted", "Ñandú"]))
        }
        _ => format!("\"{first} ({last})\" "),
    }
}

fn capital(word: &str) -> String {
    let (head, tail) = word.split_at(1);
    format!("{}{tail}", head.to_ascii_uppercase())
}

pub(super) fn name_addr(rng: &mut Rng) -> String {
    format!("{}<{}>", display(rng), uri(rng))
}

pub(super) fn tag(rng: &mut Rng) -> String {
    match rng.below(5) {
        0 => format!("as{}", rng.hex(10)),
        1 => rng.digits(13),
        2 => format!("{}-{}", rng.hex(12), rng.digits(4)),
        3 => format!("{}.{}", rng.alnum(10), rng.hex(8)),
        _ => rng.alnum(12),
    }
}

pub(super) fn branch(rng: &mut Rng) -> String {
    match rng.below(5) {
        0 => format!("z9hG4bK{}", rng.hex(14)),
        1 => format!("z9hG4bK-524287-1---{};rport", rng.hex(16)),
        2 => format!("z9hG4bK{}.{}.{}", rng.hex(4), rng.hex(8), rng.digits(4)),
        3 => format!("z9hG4bKPj{}", uuid(rng)),
        _ => format!("z9hG4bK{};rport", rng.alnum(16)),
    }
}

pub(super) fn transport(rng: &mut Rng) -> &'static str {
    rng.pick(&["UDP", "UDP", "UDP", "UDP", "TCP", "TCP", "TLS", "WSS", "SCTP"])
}

pub(super) fn via(rng: &mut Rng) -> String {
    let mut via = format!("SIP/2.0/{} {};branch={}", transport(rng), host_port(rng), branch(rng));
    if rng.chance(25) {
        via.push_str(&format!(";received={}", ipv4(rng)));
    }
    if rng.chance(10) {
        via.push_str(";alias");
    }
    via
}

pub(super) fn call_id(rng: &mut Rng) -> String {
    match rng.below(4) {
        0 => uuid(rng),
        1 => format!("{}@{}", rng.hex(20), ipv4(rng)),
        2 => format!("{}-{}@{}", rng.digits(10), rng.hex(8), domain(rng)),
        _ => rng.alnum(24),
    }
}

pub(super) fn uuid(rng: &mut Rng) -> String {
    format!("{}-{}-4{}-9{}-{}", rng.hex(8), rng.hex(4), rng.hex(3), rng.hex(3), rng.hex(12))
}

pub(super) fn product(rng: &mut Rng) -> String {
    let product = rng.pick(&PRODUCT).replace(' ', "-");
    match rng.below(3) {
        0 => product,
        1 => format!("{product}/{}.{}.{}", rng.below(12), rng.below(30), rng.below(100)),
        _ => format!(
            "{product}/{}.{} ({}; build {})",
            rng.below(20),
            rng.below(20),
            rng.pick(&["linux x86_64", "armv7l", "android 14", "ios 17.2", "windows"]),
            rng.digits(5)
        ),
    }
}

pub(super) fn date(rng: &mut Rng) -> String {
    // 2026-11-01 was a Sunday.
    let day = rng.below(28);
    let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][day % 7];
    let (hour, minute, second) = (rng.below(24), rng.below(60), rng.below(60));
    format!("{weekday}, {:02} Nov 2026 {hour:02}:{minute:02}:{second:02} GMT", day + 1)
}
