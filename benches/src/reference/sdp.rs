//! Session descriptions read slowly: lines and words cut by the standard library, numbers parsed by it.
//!
//! Knows what the workloads hold: well-formed lines, and the attributes named below. RFC 8866 §5, §6.

use crate::emission::{Emission, Param, Sink};
use crate::engine::Class;
use crate::engine::sdp::octets;

/// The fields of `class`, settled.
pub(super) fn read(text: &[u8], class: Class) -> Emission {
    let mut emission = Emission::default();
    emit(text, class, &mut emission);
    emission.settle();
    emission
}

/// The same behind what `out` holds.
pub(super) fn emit(text: &[u8], class: Class, out: &mut Emission) {
    if class == Class::SdpIndex {
        return lines(text, out);
    }
    let text = String::from_utf8_lossy(text);
    let all: Vec<&str> = text.lines().collect();
    let starts: Vec<usize> = (0..all.len()).filter(|at| *at == 0 || all[*at].starts_with("m=")).collect();
    for (number, &start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(all.len());
        section(&all[start..end], class, out);
    }
}

fn lines(text: &[u8], out: &mut Emission) {
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        out.element("line");
        out.number("offset", at as u64);
        out.text("letter", &text[at..at + 1]);
        at += text[at..].iter().position(|&b| b == b'\n').map_or(text.len(), |lf| lf + 1);
        count += 1;
    }
    out.number("lines", count);
}

fn section(lines: &[&str], class: Class, out: &mut Emission) {
    match lines[0].strip_prefix("m=") {
        None => out.element("session"),
        Some(media) => {
            let words: Vec<&str> = media.split(' ').collect();
            out.element("media");
            out.text("kind", words[0].as_bytes());
            out.number("port", number(words[1]));
            out.text("proto", words[2].as_bytes());
            words[3..].iter().for_each(|format| out.text("format", format.as_bytes()));
        }
    }
    let connection = lines.iter().find_map(|line| line.strip_prefix("c="));
    if let Some(address) = connection.and_then(|line| line.split(' ').nth(2)) {
        out.text("address", address.as_bytes());
    }
    let mut direction = 0;
    for line in lines.iter().filter_map(|line| line.strip_prefix("a=")) {
        let ways = ["sendrecv", "sendonly", "recvonly", "inactive"];
        direction = ways.iter().position(|way| *way == line).map_or(direction, |at| at as u64 + 1);
        let (name, value) = line.split_once(':').map_or((line, None), |(name, value)| (name, Some(value)));
        match class {
            Class::SdpShallow => {
                out.element("attribute");
                out.text("name", name.as_bytes());
                value.iter().for_each(|value| out.text("value", value.as_bytes()));
            }
            _ => attribute(name, value.unwrap_or_default(), out),
        }
    }
    out.element("direction");
    out.number("direction", direction);
}

fn attribute(name: &str, value: &str, out: &mut Emission) {
    out.element(if id(name) == 0 { "attribute" } else { name });
    let words: Vec<&str> = value.split(' ').filter(|word| !word.is_empty()).collect();
    let rest = |from: usize| words.get(from..).unwrap_or_default().join(" ");
    match name {
        "rtpmap" => {
            let mut parts = words[1].split('/');
            out.number("payload", number(words[0]));
            out.text("encoding", parts.next().unwrap_or_default().as_bytes());
            out.number("clock", parts.next().map_or(0, number));
            out.number("channels", parts.next().map_or(1, number));
        }
        "fmtp" => {
            out.number("payload", number(words[0]));
            for param in rest(1).split(';') {
                let (name, value) =
                    param.split_once('=').map_or((param, None), |(name, value)| (name, Some(value)));
                out.param(Param::Header, name.trim().as_bytes(), value.map(|value| value.trim().as_bytes()));
            }
        }
        "rtcp-fb" => {
            out.number("payload", if words[0] == "*" { 128 } else { number(words[0]) });
            out.text("kind", words[1].as_bytes());
            out.text("parameter", rest(2).as_bytes());
        }
        "rtcp" => {
            out.number("port", number(words[0]));
            words.get(3).iter().for_each(|address| out.text("address", address.as_bytes()));
        }
        "extmap" => {
            let (id, direction) =
                words[0].split_once('/').map_or((words[0], None), |(id, way)| (id, Some(way)));
            out.number("id", number(id));
            direction.iter().for_each(|way| out.text("direction", way.as_bytes()));
            out.text("uri", words[1].as_bytes());
        }
        "candidate" => {
            out.text("foundation", words[0].as_bytes());
            out.number("component", number(words[1]));
            out.text("transport", words[2].as_bytes());
            out.number("priority", number(words[3]));
            out.text("address", words[4].as_bytes());
            out.number("port", number(words[5]));
            out.text("kind", words[7].as_bytes());
            words[8..]
                .chunks(2)
                .for_each(|pair| out.param(Param::Header, pair[0].as_bytes(), Some(pair[1].as_bytes())));
        }
        "fingerprint" => {
            let bytes = words[1].split(':').map(|octet| u8::from_str_radix(octet, 16).expect("hexadecimal"));
            out.text("hash", words[0].as_bytes());
            out.number("octets", bytes.fold(0, octets));
        }
        "group" | "msid-semantic" => {
            out.text("semantics", words[0].as_bytes());
            words[1..].iter().for_each(|member| out.text("member", member.as_bytes()));
        }
        "ssrc" => {
            let inner = rest(1);
            let (name, value) = inner.split_once(':').unwrap_or((&inner, ""));
            out.number("id", number(words[0]));
            out.text("attribute", name.as_bytes());
            out.text("value", value.as_bytes());
        }
        "msid" => {
            out.text("id", words[0].as_bytes());
            out.text("appdata", rest(1).as_bytes());
        }
        "ice-options" => words.iter().for_each(|word| out.text("word", word.as_bytes())),
        "ptime" | "maxptime" => out.number("value", 1_000 * number(value)),
        "rtcp-mux" | "rtcp-rsize" | "extmap-allow-mixed" | "sendrecv" | "sendonly" | "recvonly"
        | "inactive" | "end-of-candidates" | "bundle-only" | "ice-lite" => {}
        _ => out.text("value", value.trim().as_bytes()),
    }
}

fn number(digits: &str) -> u64 {
    digits.parse().unwrap_or(u64::MAX)
}

/// The registry's number of a name, 0 where it has none.
fn id(name: &str) -> u64 {
    let rows = include_str!("../../../crates/simdsip/registry/sdp_attributes.csv").lines().skip(1);
    let row = rows.map(|row| row.split(',')).find_map(|mut cells| {
        let (id, own) = (cells.next()?, cells.next()?);
        (own == name).then(|| number(id))
    });
    row.unwrap_or(0)
}
