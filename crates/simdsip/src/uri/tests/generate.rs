//! URIs made by the grammar, with the parts that they were made of.
//!
//! Written from RFC 3261 §25.1 and RFC 3966 §3 alone, without a look at the reader.

use std::format;
use std::string::String;
use std::vec::Vec;

use simdsip_corpus::rng::Rng;

/// A URI and its parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Made {
    pub(super) scheme: String,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    /// Of a telephone URI, the number.
    pub(super) host: String,
    pub(super) port: Option<String>,
    pub(super) params: Vec<(String, Option<String>)>,
    pub(super) headers: Vec<(String, Option<String>)>,
}

const ALPHANUM: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ALPHA: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MARK: &str = "-_.!~*'()";
const HEX: &str = "0123456789abcdefABCDEF";

/// `least` to `most` bytes of `alphanum`, `mark`, `more` and escapes.
fn text(rng: &mut Rng, more: &str, least: usize, most: usize) -> String {
    let mut text = String::new();
    for _ in 0..rng.between(least, most) {
        match rng.below(12) {
            0 => text += &format!("%{}{}", one(rng, HEX), one(rng, HEX)),
            1 => text.push(one(rng, MARK)),
            2..4 if !more.is_empty() => text.push(one(rng, more)),
            _ => text.push(one(rng, ALPHANUM)),
        }
    }
    text
}

fn one(rng: &mut Rng, set: &str) -> char {
    char::from(set.as_bytes()[rng.below(set.len())])
}

fn some(rng: &mut Rng, set: &str, least: usize, most: usize) -> String {
    (0..rng.between(least, most)).map(|_| one(rng, set)).collect()
}

fn label(rng: &mut Rng, first: &str) -> String {
    let mut label = String::from(one(rng, first));
    if rng.chance(80) {
        label += &some(rng, "abcXYZ019-", 0, 8);
        label.push(one(rng, ALPHANUM));
    }
    label
}

fn name(rng: &mut Rng) -> String {
    let mut name: String = (0..rng.below(4)).map(|_| label(rng, ALPHANUM) + ".").collect();
    name += &label(rng, ALPHA);
    if rng.chance(10) {
        name.push('.');
    }
    name
}

fn host(rng: &mut Rng) -> String {
    let v4 = |rng: &mut Rng| {
        let mut part = || format!("{}", rng.below(256));
        format!("{}.{}.{}.{}", part(), part(), part(), part())
    };
    match rng.below(10) {
        0..2 => v4(rng),
        2 => {
            let groups: Vec<String> = (0..8).map(|_| some(rng, HEX, 1, 4)).collect();
            format!("[{}]", groups.join(":"))
        }
        3 => {
            let mut groups = |most| {
                let groups: Vec<String> = (0..rng.below(most)).map(|_| some(rng, HEX, 1, 4)).collect();
                groups.join(":")
            };
            format!("[{}::{}]", groups(4), groups(4))
        }
        4 => format!("[::ffff:{}]", v4(rng)),
        _ => name(rng),
    }
}

/// A SIP or SIPS URI.
pub(super) fn sip(rng: &mut Rng) -> Made {
    let mut made = Made { scheme: rng.pick(&["sip", "sips", "SIP", "sIpS"]).into(), ..Made::default() };
    if rng.chance(70) {
        made.user = Some(text(rng, "&=+$,;?/", 1, 12));
        if rng.chance(20) {
            made.password = Some(text(rng, "&=+$,", 0, 8));
        }
    }
    made.host = host(rng);
    if rng.chance(40) {
        let zeros = if rng.chance(10) { "00" } else { "" };
        made.port = Some(format!("{zeros}{}", rng.below(65_536)));
    }
    for _ in 0..rng.below(5) {
        made.params.push(match rng.below(10) {
            0 => ("lr".into(), None),
            1 => ("transport".into(), Some(some(rng, "udpTCP`%'", 1, 4))),
            2 => ("user".into(), Some(rng.pick(&["phone", "ip", "x`y"]).into())),
            3 => ("maddr".into(), Some(host(rng))),
            4 => ("ttl".into(), Some(format!("{}", rng.below(256)))),
            _ => {
                let value = rng.chance(70).then(|| text(rng, "[]/:&+$", 1, 10));
                (text(rng, "[]/:&+$", 1, 8), value)
            }
        });
    }
    if rng.chance(30) {
        for _ in 0..rng.between(1, 3) {
            let header = (text(rng, "[]/?:+$", 1, 8), Some(text(rng, "[]/?:+$", 0, 10)));
            made.headers.push(header);
        }
    }
    made
}

/// A telephone URI.
pub(super) fn tel(rng: &mut Rng) -> Made {
    let mut made = Made { scheme: rng.pick(&["tel", "TEL"]).into(), ..Made::default() };
    let is_global = rng.chance(60);
    made.host = if is_global {
        format!("+{}7{}", some(rng, "0123456789-.()", 0, 8), some(rng, "0123456789-.()", 0, 8))
    } else {
        format!("{}#{}", some(rng, "0123456789abcdefABCDEF*#-.()", 0, 8), some(rng, "12-", 0, 8))
    };
    match rng.below(4) {
        0 => made.params.push(("ext".into(), Some(some(rng, "0123456789-.()", 1, 5)))),
        1 => made.params.push(("isub".into(), Some(text(rng, "/?:@&=+$,", 1, 6)))),
        _ => {}
    }
    if !is_global || rng.chance(10) {
        let context = if rng.chance(50) { name(rng) } else { format!("+{}", some(rng, "0123456789", 1, 4)) };
        made.params.push(("phone-context".into(), Some(context)));
    }
    for _ in 0..rng.below(3) {
        let value = rng.chance(70).then(|| text(rng, "[]/:&+$", 1, 6));
        made.params.push((format!("p{}", some(rng, "abcXYZ019-", 0, 6)), value));
    }
    made
}

fn pairs(pairs: &[(String, Option<String>)], first: char, separator: char) -> String {
    let mut out = String::new();
    for (at, (name, value)) in pairs.iter().enumerate() {
        out.push(if at == 0 { first } else { separator });
        out += name;
        if let Some(value) = value {
            out.push('=');
            out += value;
        }
    }
    out
}

impl Made {
    /// The URI.
    pub(super) fn write(&self) -> String {
        let mut out = format!("{}:", self.scheme);
        if let Some(user) = &self.user {
            out += user;
            if let Some(password) = &self.password {
                out.push(':');
                out += password;
            }
            out.push('@');
        }
        out += &self.host;
        if let Some(port) = &self.port {
            out.push(':');
            out += port;
        }
        out + &pairs(&self.params, ';', ';') + &pairs(&self.headers, '?', '&')
    }
}
