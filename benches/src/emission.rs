//! What classes `routing` and `typed` find in a message: one list of elements, from every engine.
//!
//! An adapter reads its parser's result once, generically, into a `Sink`: timed, that is `Sum`, a
//! checksum; compared, it is `Emission`. So what is timed is what was compared. `Emission` levels the
//! differences that are only spelling (quotes, escapes, case of names, forms of an address, runs of white
//! space); it does not repair what a parser got wrong. An engine that decodes escapes itself differs where
//! one decodes to another. Keys are those of `reference::fields`.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::hint::black_box;
use std::net::IpAddr;

/// Whose parameter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Param {
    /// Of the header's value.
    Header,
    /// Of a URI, after `;`.
    Uri,
    /// A header of a URI, after `?`.
    UriHeader,
}

impl Param {
    fn prefix(self) -> &'static str {
        match self {
            Param::Header => ";",
            Param::Uri => "uri;",
            Param::UriHeader => "uri?",
        }
    }
}

/// Takes the parts of a message as a parser's accessors give them, element by element.
pub trait Sink {
    /// Whether it is for comparison: what an engine has found but not been asked for is then written down too.
    const COMPARES: bool;

    /// The next element: of the header of that name (long form, lower case), or `start`, or `body`.
    fn element(&mut self, header: &str);
    /// A part that is bytes.
    fn text(&mut self, key: &'static str, value: &[u8]);
    /// A part that is a number.
    fn number(&mut self, key: &'static str, value: u64);
    /// A host that the parser keeps as bytes.
    fn host(&mut self, value: &[u8]);
    /// A host that the parser keeps as an address.
    fn ip(&mut self, value: IpAddr);
    /// A parameter; `None` where there is no `=`.
    fn param(&mut self, of: Param, name: &[u8], value: Option<&[u8]>);
    /// A part that the parser keeps as a value of its own, which need not become text to be used.
    fn shown<T: Display + ?Sized>(&mut self, key: &'static str, value: &T);
    /// All parameters, where the parser keeps them closed and only prints them.
    fn params_shown<T: Display + ?Sized>(&mut self, of: Param, params: &T);
    /// The same as `shown` for a parameter's value.
    fn param_shown<T: Display + ?Sized>(&mut self, of: Param, name: &'static str, value: &T);
}

/// The timed sink: every part reaches the checksum, none is copied.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum(pub u64);

impl Sum {
    #[inline(always)]
    fn mix(&mut self, value: u64) {
        self.0 = self.0.wrapping_mul(31).wrapping_add(value);
    }

    #[inline(always)]
    fn bytes(&mut self, value: &[u8]) {
        self.mix(value.len() as u64 ^ value.first().map_or(0, |&b| u64::from(b) << 16));
    }
}

impl Sink for Sum {
    const COMPARES: bool = false;

    #[inline(always)]
    fn element(&mut self, _header: &str) {
        self.mix(1);
    }

    #[inline(always)]
    fn text(&mut self, _key: &'static str, value: &[u8]) {
        self.bytes(value);
    }

    #[inline(always)]
    fn number(&mut self, _key: &'static str, value: u64) {
        self.mix(value);
    }

    #[inline(always)]
    fn host(&mut self, value: &[u8]) {
        self.bytes(value);
    }

    #[inline(always)]
    fn ip(&mut self, value: IpAddr) {
        self.mix(match value {
            IpAddr::V4(v4) => u64::from(v4.to_bits()),
            IpAddr::V6(v6) => v6.to_bits() as u64,
        });
    }

    #[inline(always)]
    fn param(&mut self, _of: Param, name: &[u8], value: Option<&[u8]>) {
        self.bytes(name);
        self.bytes(value.unwrap_or(b""));
    }

    #[inline(always)]
    fn shown<T: Display + ?Sized>(&mut self, _key: &'static str, value: &T) {
        black_box(value);
        self.mix(2);
    }

    #[inline(always)]
    fn params_shown<T: Display + ?Sized>(&mut self, _of: Param, params: &T) {
        black_box(params);
        self.mix(4);
    }

    #[inline(always)]
    fn param_shown<T: Display + ?Sized>(&mut self, _of: Param, _name: &'static str, value: &T) {
        black_box(value);
        self.mix(3);
    }
}

/// One element of one header: its parts, as `key` and text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Long name in lower case, `start` or `body`.
    pub header: String,
    /// In the engine's order until `Emission::settle`, then by key.
    pub parts: Vec<(String, String)>,
}

/// Everything that was found, in an order that engines can agree on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emission {
    elements: Vec<Element>,
}

impl Emission {
    /// The elements.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// Sorts by header and, within an element, by key: wire order remains among equals. Parsers that
    /// keep headers by name or known parameters apart have no other order to give.
    pub fn settle(&mut self) {
        self.elements.sort_by(|a, b| a.header.cmp(&b.header));
        self.elements.iter_mut().for_each(|e| e.parts.sort_by(|a, b| a.0.cmp(&b.0)));
    }

    /// As `header[n].key=value` lines, for people.
    pub fn lines(&self) -> Vec<String> {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut out = Vec::new();
        for element in &self.elements {
            let n = seen.entry(&element.header).or_default();
            let name = format!("{}[{n}]", element.header);
            *n += 1;
            if element.parts.is_empty() {
                out.push(name.clone());
            }
            out.extend(element.parts.iter().map(|(key, value)| format!("{name}.{key}={value}")));
        }
        out
    }

    /// The first line in which this one differs from the reference, both settled. Of the reference only
    /// headers in `types` are asked for (`None`: all of them); `start` and `body` always are.
    pub fn difference(&self, reference: &Emission, types: Option<&[&str]>) -> Option<String> {
        let right = reference.only(types);
        if self.elements == right.elements {
            return None;
        }
        let (own, right) = (self.lines(), right.lines());
        let at = own.iter().zip(&right).take_while(|(a, b)| a == b).count();
        Some(match (own.get(at), right.get(at)) {
            (Some(own), Some(right)) => format!("{own:?}, not {right:?}"),
            (Some(own), None) => format!("{own:?}, not the end"),
            (None, Some(right)) => format!("the end, not {right:?}"),
            (None, None) => "parts of equal spelling, elements divided otherwise".into(),
        })
    }

    /// The headers whose elements differ, both settled, each with its first difference; of the reference
    /// only those in `types`.
    pub fn differing(&self, reference: &Emission, types: Option<&[&str]>) -> Vec<(String, String)> {
        let right = reference.only(types);
        let mut names: Vec<&str> =
            self.elements.iter().chain(&right.elements).map(|e| e.header.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let of = |whole: &Emission, name: &str| Emission {
            elements: whole.elements.iter().filter(|e| e.header == name).cloned().collect(),
        };
        let first = |name: &&str| {
            let difference = of(self, name).difference(&of(&right, name), None)?;
            Some(((*name).to_owned(), difference))
        };
        names.iter().filter_map(first).collect()
    }

    /// The elements of those headers, with `start` and `body`.
    pub fn only(&self, types: Option<&[&str]>) -> Emission {
        let kept = |e: &&Element| {
            e.header == "start" || e.header == "body" || types.is_none_or(|t| t.contains(&e.header.as_str()))
        };
        Emission { elements: self.elements.iter().filter(kept).cloned().collect() }
    }

    fn put(&mut self, key: String, value: String) {
        if self.elements.is_empty() {
            self.elements.push(Element::default());
        }
        if let Some(element) = self.elements.last_mut() {
            element.parts.push((key, value));
        }
    }
}

impl Sink for Emission {
    const COMPARES: bool = true;

    fn element(&mut self, header: &str) {
        self.elements.push(Element { header: header.into(), parts: Vec::new() });
    }

    fn text(&mut self, key: &'static str, value: &[u8]) {
        let value = match key {
            "host" => return self.host(value),
            // Case means nothing in these (RFC 3261 §7.3.1, §19.1.4, §20.42).
            "scheme" | "type" | "subtype" | "auth-scheme" => value.to_ascii_lowercase(),
            "transport" => value.to_ascii_uppercase(),
            "user" | "password" => unescape(value),
            "display" => undo_pairs(&unquote(value)),
            _ => unquote(value),
        };
        self.put(key.into(), show(&value));
    }

    fn number(&mut self, key: &'static str, value: u64) {
        self.put(key.into(), value.to_string());
    }

    fn host(&mut self, value: &[u8]) {
        let text = show(&value.to_ascii_lowercase());
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        self.put("host".into(), bare.parse::<IpAddr>().map_or(text.clone(), |ip| ip.to_string()));
    }

    fn ip(&mut self, value: IpAddr) {
        self.put("host".into(), value.to_string());
    }

    fn param(&mut self, of: Param, name: &[u8], value: Option<&[u8]>) {
        let name = if of == Param::Header { name.to_vec() } else { unescape(name) };
        let key = format!("{}{}", of.prefix(), show(&name.to_ascii_lowercase()));
        let value = value.map(|v| if of == Param::Header { unquote(v) } else { unescape(v) });
        // A count of eight hexadecimal digits (RFC 2617 §3.2.2), which some keep as a number.
        let zeros = |v: &[u8]| v.iter().take_while(|&&b| key == ";nc" && b == b'0').count();
        let value = value.map(|v| v[zeros(&v)..].to_vec());
        // Compared without case (RFC 3261 §19.1.4); the types that know it print it their own way.
        let value = value.map(|v| if key == "uri;transport" { v.to_ascii_lowercase() } else { v });
        let value = value.map(|v| if key == ";stale" { v.to_ascii_lowercase() } else { v });
        // A URI inside credentials, which some keep as one and print in their own spelling.
        let value = value.map(|v| if key == ";uri" { unescape(&v).to_ascii_lowercase() } else { v });
        self.put(key, value.map_or("(none)".into(), |v| show(&v)));
    }

    fn shown<T: Display + ?Sized>(&mut self, key: &'static str, value: &T) {
        self.text(key, value.to_string().as_bytes());
    }

    fn params_shown<T: Display + ?Sized>(&mut self, of: Param, params: &T) {
        let text = params.to_string();
        let (first, rest): (_, &[char]) = if of == Param::UriHeader { ('?', &['&']) } else { (';', &[';']) };
        let (mut quoted, mut last) = (false, ' ');
        let pieces = text.trim().strip_prefix(first).unwrap_or("").split(|c: char| {
            quoted ^= c == '"' && last != '\\';
            last = c;
            !quoted && rest.contains(&c)
        });
        for piece in pieces.filter(|p| !p.trim().is_empty()) {
            // Printing escapes what reading did not.
            match piece.split_once('=') {
                Some((name, value)) => {
                    self.param(of, name.trim().as_bytes(), Some(&unescape(value.as_bytes())));
                }
                None => self.param(of, piece.trim().as_bytes(), None),
            }
        }
    }

    fn param_shown<T: Display + ?Sized>(&mut self, of: Param, name: &'static str, value: &T) {
        self.param(of, name.as_bytes(), Some(value.to_string().as_bytes()));
    }
}

fn show(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

/// Percent escapes decoded (RFC 3261 §19.1.2); a `%` without two digits stays.
fn unescape(value: &[u8]) -> Vec<u8> {
    let digit = |b: Option<&u8>| b.and_then(|&b| char::from(b).to_digit(16));
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(&byte) = value.get(at) {
        match (byte, digit(value.get(at + 1)), digit(value.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// A quoted string's content, quoted pairs undone; anything else trimmed. A run of white space, folded
/// or not, is one space (RFC 3261 §7.3.1, §25.1).
fn unquote(value: &[u8]) -> Vec<u8> {
    let mut value = value.trim_ascii().to_vec();
    value.iter_mut().filter(|b| b.is_ascii_whitespace()).for_each(|b| *b = b' ');
    value.dedup_by(|b, a| (*a, *b) == (b' ', b' '));
    let Some(inner) = value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")) else {
        return value;
    };
    undo_pairs(inner)
}

/// Quoted pairs undone, for parsers that cut off the quotes and leave these.
fn undo_pairs(inner: &[u8]) -> Vec<u8> {
    let (mut out, mut bytes) = (Vec::new(), inner.iter());
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => out.extend(bytes.next()),
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(write: impl Fn(&mut Emission)) -> Vec<String> {
        let mut emission = Emission::default();
        write(&mut emission);
        emission.settle();
        emission.lines()
    }

    #[test]
    fn spelling_is_levelled_and_meaning_is_not() {
        let lines = one(|e| {
            e.element("to");
            e.text("display", br#" "A \"b\"" "#);
            e.text("scheme", b"SIP");
            e.text("user", b"a%20b");
            e.host(b"[2001:DB8:0::1]");
            e.param(Param::Header, b"TAG", Some(b"X"));
            e.param(Param::Uri, b"lr", None);
            e.param(Param::Uri, b"empty", Some(b""));
        });
        let right = [
            "to[0].;tag=X",
            "to[0].display=A \"b\"",
            "to[0].host=2001:db8::1",
            "to[0].scheme=sip",
            "to[0].uri;empty=",
            "to[0].uri;lr=(none)",
            "to[0].user=a b",
        ];
        assert_eq!(lines, right);
        assert_eq!(one(|e| e.ip("2001:db8::1".parse().expect("an address"))), ["[0].host=2001:db8::1"]);
    }

    #[test]
    fn only_headers_that_an_engine_types_are_compared() {
        let mut own = Emission::default();
        own.element("to");
        let mut right = own.clone();
        right.element("via");
        right.number("port", 5060);
        assert_eq!(own.difference(&right, Some(&["to"])), None);
        let difference = own.difference(&right, None).expect("via is missing");
        assert!(difference.contains("via[0].port=5060"), "{difference}");
    }

    #[test]
    fn the_checksum_depends_on_every_part() {
        let sum = |host: &[u8], port: u64| {
            let mut sum = Sum::default();
            sum.host(host);
            sum.number("port", port);
            sum.0
        };
        assert_ne!(sum(b"a", 1), sum(b"ab", 1));
        assert_ne!(sum(b"a", 1), sum(b"a", 2));
    }
}
