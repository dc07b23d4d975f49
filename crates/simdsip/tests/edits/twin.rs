//! A message as lines of text, edited slowly: what patches are held against. Shares no reading with the crate: lines
//! end at LF, lists at commas outside quotes, brackets and comments, all byte by byte.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

/// A change of a message.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    PushVia(Vec<u8>),
    PopVia,
    SetSource(SocketAddr),
    PushRoute(Vec<u8>),
    PopRoute,
    PushRecordRoute(Vec<u8>),
    SetUri(Vec<u8>),
    Restore,
    RouteStrictly,
    Decrement,
    SetMaxForwards(u8),
    Set(&'static str, Vec<u8>),
    SetField(usize, Vec<u8>),
    Remove(&'static str),
    RemoveField(usize),
    /// Elements of even or odd length.
    Retain(&'static str, usize),
    AddFirst(&'static str, Vec<u8>),
    AddLast(&'static str, Vec<u8>),
    SetBody(Vec<u8>, Vec<u8>),
    RemoveBody,
    FixLength,
}

/// Long name, compact form, number in the registry.
type Name = (&'static str, &'static str, u8);

pub(crate) struct Twin {
    start: Vec<u8>,
    uri: Option<Vec<u8>>,
    fields: Vec<Field>,
    /// What is put in before each field, and behind the last.
    inserted: Vec<Inserted>,
    end: Vec<u8>,
    body: Vec<u8>,
    fix_length: bool,
    popped: [usize; 2],
    last_route_gone: bool,
    route_pushed: bool,
    source: BTreeMap<&'static str, Vec<u8>>,
    names: Vec<Name>,
    looked: Vec<&'static str>,
}

#[derive(Default)]
struct Inserted {
    before: Vec<Vec<u8>>,
    behind: Vec<Vec<u8>>,
    slots: BTreeMap<u8, Vec<u8>>,
}

struct Field {
    name: Vec<u8>,
    raw: Vec<u8>,
    /// Within `raw`.
    value: Range<usize>,
    /// Gone, or another value; the last of such changes counts.
    line: Option<Option<Vec<u8>>>,
    text: Option<Vec<u8>>,
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn trimmed(text: &[u8], mut range: Range<usize>) -> Range<usize> {
    while range.start < range.end && is_blank(text[range.start]) {
        range.start += 1;
    }
    while range.start < range.end && is_blank(text[range.end - 1]) {
        range.end -= 1;
    }
    range
}

fn lines(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let end = text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| at + 1);
        let (line, rest) = text.split_at(end);
        text = rest;
        (!line.is_empty()).then_some(line)
    })
}

/// Places in `text` of what is separated by `separator` outside quotes, brackets and, if so, comments.
fn split(text: &[u8], separator: u8, comments: bool) -> Vec<Range<usize>> {
    let (mut places, mut from, mut at) = (Vec::new(), 0, 0);
    let (mut quoted, mut angled, mut depth) = (false, false, 0);
    while at < text.len() {
        match text[at] {
            b'\\' if quoted || depth > 0 => at += 1,
            b'"' if !angled && depth == 0 => quoted = !quoted,
            _ if quoted => {}
            b'<' if depth == 0 => angled = true,
            b'>' if depth == 0 => angled = false,
            b'(' if comments => depth += 1,
            b')' if comments && depth > 0 => depth -= 1,
            byte if byte == separator && !angled && depth == 0 => {
                places.push(from..at);
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    places.push(from..text.len());
    places.into_iter().map(|place| trimmed(text, place)).filter(|place| !place.is_empty()).collect()
}

impl Field {
    fn of(raw: &[u8]) -> Field {
        let colon = raw.iter().position(|&byte| byte == b':');
        let name = colon.map_or(0..0, |colon| trimmed(raw, 0..colon));
        let value = trimmed(raw, colon.map_or(0, |colon| colon + 1)..raw.len());
        Field { name: raw[name].to_vec(), raw: raw.to_vec(), value, line: None, text: None }
    }

    fn value(&self) -> &[u8] {
        &self.raw[self.value.clone()]
    }

    fn elements(&self, comments: bool) -> Vec<Range<usize>> {
        split(self.value(), b',', comments)
    }

    fn is(&self, name: Name) -> bool {
        let is = |name: &str| !name.is_empty() && self.name.eq_ignore_ascii_case(name.as_bytes());
        is(name.0) || is(name.1)
    }
}

const VIA: usize = 0;
const ROUTE: usize = 1;

impl Twin {
    /// `message` without line ends before it, its body of `body_len` bytes at its end.
    pub(crate) fn of(message: &[u8], body_len: usize, names: &[Name]) -> Twin {
        let (section, body) = message.split_at(message.len() - body_len);
        let mut all = lines(section);
        let start = all.next().expect("a start line").to_vec();
        let (mut fields, mut end): (Vec<Vec<u8>>, Vec<u8>) = (Vec::new(), Vec::new());
        for line in all {
            match line {
                b"\r\n" | b"\n" => end = line.to_vec(),
                [b' ' | b'\t', ..] => fields.last_mut().expect("a field to go on").extend_from_slice(line),
                _ => fields.push(line.to_vec()),
            }
        }
        let fields: Vec<Field> = fields.iter().map(|raw| Field::of(raw)).collect();
        Twin {
            start,
            uri: None,
            inserted: (0..=fields.len()).map(|_| Inserted::default()).collect(),
            fields,
            end,
            body: body.to_vec(),
            fix_length: false,
            popped: [0; 2],
            last_route_gone: false,
            route_pushed: false,
            source: BTreeMap::new(),
            names: names.to_vec(),
            looked: Vec::new(),
        }
    }

    fn name(&self, name: &str) -> Name {
        *self.names.iter().find(|(long, ..)| *long == name).expect("a name of the table")
    }

    fn found(&self, name: &str) -> Vec<usize> {
        let name = self.name(name);
        (0..self.fields.len()).filter(|&at| self.fields[at].is(name)).collect()
    }

    /// Every element of a list: field, element, and how many that field has.
    fn list(&self, which: usize) -> Vec<(usize, usize, usize)> {
        let fields = self.found(["Via", "Route"][which]);
        let of = |at: usize| {
            let count = self.fields[at].elements(which == VIA).len();
            (0..count).map(move |element| (at, element, count))
        };
        fields.into_iter().flat_map(of).collect()
    }

    fn left(&self, which: usize) -> Vec<(usize, usize, usize)> {
        let mut list = self.list(which);
        if which == ROUTE && self.last_route_gone {
            list.pop();
        }
        list.drain(..self.popped[which].min(list.len()));
        list
    }

    fn element(&self, which: usize, (at, element, _): (usize, usize, usize)) -> Vec<u8> {
        let field = &self.fields[at];
        field.value()[field.elements(which == VIA)[element].clone()].to_vec()
    }

    fn pop(&mut self, which: usize) {
        let left = self.left(which);
        let Some((at, ..)) = left.first() else { return };
        self.popped[which] += 1;
        if left.iter().filter(|(field, ..)| field == at).count() == 1 {
            self.fields[*at].line = Some(None);
        }
    }

    fn line(name: &str, value: &[u8]) -> Vec<u8> {
        [name.as_bytes(), b": ", value, b"\r\n"].concat()
    }

    fn request_uri(&self) -> Vec<u8> {
        match &self.uri {
            Some(uri) => uri.clone(),
            None => self.start.split(|&byte| byte == b' ').nth(1).expect("a Request-URI").to_vec(),
        }
    }

    fn set(&mut self, name: &'static str, value: &[u8]) {
        let found = self.found(name);
        let end = self.inserted.last_mut().expect("the end");
        match found.split_first() {
            None if name.starts_with("X-") => end.behind.push(Twin::line(name, value)),
            None => {
                let number = self.names.iter().find(|(long, ..)| *long == name).expect("a name").2;
                end.slots.insert(number, Twin::line(name, value));
            }
            Some((first, others)) => {
                self.fields[*first].line = Some(Some(value.to_vec()));
                others.iter().for_each(|&at| self.fields[at].line = Some(None));
            }
        }
    }

    fn uri_of(route: &[u8]) -> Vec<u8> {
        let inner = match route.iter().position(|&byte| byte == b'<') {
            Some(open) => {
                let close = open + route[open..].iter().position(|&byte| byte == b'>').expect("a bracket");
                &route[open + 1..close]
            }
            None => route.split(|&byte| byte == b';').next().expect("one part"),
        };
        inner.split(|&byte| byte == b'?').next().expect("one part").to_vec()
    }

    fn behind_vias(&self) -> usize {
        self.found("Via").last().map_or(0, |at| at + 1)
    }

    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::PushVia(value) => {
                let at = self.found("Via").first().copied().unwrap_or(0);
                self.inserted[at].before.push(Twin::line("Via", value));
            }
            Op::PushRoute(value) | Op::PushRecordRoute(value) => {
                let name = if matches!(op, Op::PushRoute(_)) { "Route" } else { "Record-Route" };
                self.route_pushed |= name == "Route";
                let at = self.found(name).first().copied().unwrap_or(self.behind_vias());
                self.inserted[at].before.push(Twin::line(name, value));
            }
            Op::PopVia => self.pop(VIA),
            Op::PopRoute => self.pop(ROUTE),
            Op::SetSource(source) => self.set_source(*source),
            Op::SetUri(uri) => self.uri = Some(uri.clone()),
            Op::Restore => {
                // The last stays the last, however often one asks.
                let gone = std::mem::take(&mut self.last_route_gone);
                let left = self.left(ROUTE);
                self.last_route_gone = gone;
                // Where it was the only one that was left, nothing is any more.
                let Some(&last) = left.last().filter(|_| !gone || left.len() > 1) else { return };
                self.uri = Some(Twin::uri_of(&self.element(ROUTE, last)));
                if left.iter().filter(|(field, ..)| *field == last.0).count() == 1 {
                    self.fields[last.0].line = Some(None);
                }
                self.last_route_gone = true;
            }
            Op::RouteStrictly => {
                let Some(&first) = self.left(ROUTE).first().filter(|_| !self.route_pushed) else { return };
                let route = self.element(ROUTE, first);
                let uri = Twin::uri_of(&route);
                let lr = |param: &[u8]| {
                    param
                        .split(|&byte| byte == b'=')
                        .next()
                        .is_some_and(|name| name.eq_ignore_ascii_case(b"lr"))
                };
                if uri.split(|&byte| byte == b';').skip(1).any(lr) {
                    return;
                }
                let last = self.found("Route").last().copied().expect("there is one") + 1;
                let old = [b"<", &self.request_uri()[..], b">"].concat();
                self.inserted[last].behind.push(Twin::line("Route", &old));
                self.pop(ROUTE);
                self.uri = Some(uri);
            }
            Op::Decrement => {
                let found = self.found("Max-Forwards");
                let Some(first) = found.first() else { return self.set("Max-Forwards", b"70") };
                let hops: u32 = std::str::from_utf8(self.fields[*first].value()).unwrap().parse().unwrap();
                for at in found {
                    self.fields[at].text = Some((hops - 1).to_string().into_bytes());
                }
            }
            Op::SetMaxForwards(hops) => self.set("Max-Forwards", hops.to_string().as_bytes()),
            Op::Set(name, value) => self.set(name, value),
            Op::SetField(at, value) => self.fields[*at].line = Some(Some(value.clone())),
            Op::Remove(name) => self.found(name).into_iter().for_each(|at| self.fields[at].line = Some(None)),
            Op::RemoveField(at) => self.fields[*at].line = Some(None),
            Op::Retain(name, parity) => {
                let again = self.looked.contains(name);
                self.looked.push(name);
                for at in self.found(name) {
                    let field = &mut self.fields[at];
                    let all = field.elements(false);
                    let kept: Vec<&[u8]> = (all.iter().filter(|place| place.len() % 2 == *parity))
                        .map(|place| &field.raw[field.value.clone()][place.clone()])
                        .collect();
                    if kept.len() == all.len() {
                        // As it came, whatever was said of it before.
                        if again {
                            field.line = None;
                            field.text = Some(field.value().to_vec());
                        }
                    } else if kept.is_empty() {
                        (field.line, field.text) = (Some(None), None);
                    } else {
                        field.text = Some(kept.join(&b", "[..]));
                        field.line = None;
                    }
                }
            }
            Op::AddFirst(name, value) => self.inserted[0].before.push(Twin::line(name, value)),
            Op::AddLast(name, value) => {
                self.inserted.last_mut().expect("the end").behind.push(Twin::line(name, value));
            }
            Op::SetBody(media_type, body) => {
                self.set("Content-Type", media_type);
                self.apply(&Op::Remove("Content-Encoding"));
                (self.body, self.fix_length) = (body.clone(), true);
            }
            Op::RemoveBody => {
                for name in ["Content-Type", "Content-Encoding", "Content-Disposition", "Content-Language"] {
                    self.apply(&Op::Remove(name));
                }
                (self.body, self.fix_length) = (Vec::new(), true);
            }
            Op::FixLength => self.fix_length = true,
        }
    }

    fn set_source(&mut self, source: SocketAddr) {
        let Some(&first) = self.list(VIA).first() else { return };
        let via = self.element(VIA, first);
        let parts = split(&via, b';', true);
        let sent_by = &via[parts[0].clone()];
        let params: Vec<&[u8]> = parts[1..].iter().map(|part| &via[part.clone()]).collect();
        let has = |name: &[u8]| {
            params.iter().any(|param| {
                let end = param.iter().position(|&byte| byte == b'=').unwrap_or(param.len());
                param[trimmed(param, 0..end)].eq_ignore_ascii_case(name)
            })
        };
        let host = sent_by.splitn(3, |&byte| byte == b'/').nth(2).expect("a transport");
        let host = &host[trimmed(host, 0..host.len())];
        let host = host.iter().position(|&byte| is_blank(byte)).map_or(&b""[..], |at| &host[at..]);
        let host = String::from_utf8_lossy(&host[trimmed(host, 0..host.len())]).into_owned();
        let host = match host.strip_prefix('[') {
            Some(six) => six.split(']').next().unwrap_or("").to_owned(),
            None => host.split([':', ' ', '(']).next().unwrap_or("").to_owned(),
        };
        let address = source.ip().to_canonical();
        let same = host.parse::<IpAddr>().is_ok_and(|host| host.to_canonical() == address);
        if has(b"rport") {
            self.source.insert("rport", source.port().to_string().into_bytes());
        }
        if has(b"rport") || !same || has(b"received") {
            self.source.insert("received", address.to_string().into_bytes());
        }
    }

    /// A Via with its source.
    fn with_source(&self, via: &[u8]) -> Vec<u8> {
        let mut out = via.to_vec();
        let mut missing = Vec::new();
        // In the order of their numbers: rport, received.
        for name in ["rport", "received"] {
            let Some(value) = self.source.get(name) else { continue };
            let mut there = false;
            for place in split(&out.clone(), b';', true).into_iter().skip(1).rev() {
                let param = &out[place.clone()];
                let end = param.iter().position(|&byte| byte == b'=').unwrap_or(param.len());
                let spelt = param[trimmed(param, 0..end)].to_vec();
                if spelt.eq_ignore_ascii_case(name.as_bytes()) {
                    out.splice(place, [&spelt[..], b"=", value].concat());
                    there = true;
                }
            }
            if !there {
                missing.extend_from_slice(&[b";", name.as_bytes(), b"=", value].concat());
            }
        }
        out.extend_from_slice(&missing);
        out
    }

    /// What a field's value is, with what is gone of a list.
    fn value_of(&self, at: usize) -> Vec<u8> {
        let field = &self.fields[at];
        if let Some(text) = &field.text {
            return text.clone();
        }
        let whole = field.value();
        let Some(which) =
            [VIA, ROUTE].into_iter().find(|&which| field.is(self.name(["Via", "Route"][which])))
        else {
            return whole.to_vec();
        };
        let places = field.elements(which == VIA);
        let left: Vec<usize> = self
            .left(which)
            .into_iter()
            .filter(|(field, ..)| *field == at)
            .map(|(_, element, _)| element)
            .collect();
        let (Some(first), Some(last)) = (left.first(), left.last()) else { return whole.to_vec() };
        let top = self.list(VIA).first().map(|(field, element, _)| (*field, *element));
        let mut out = Vec::new();
        let from = if *first == 0 { 0 } else { places[*first].start };
        let to = if last + 1 == places.len() { whole.len() } else { places[*last].end };
        out.extend_from_slice(&whole[from..to]);
        if which == VIA && top == Some((at, *first)) {
            let place = places[*first].clone();
            out.splice(place.start - from..place.end - from, self.with_source(&whole[place]));
        }
        out
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match &self.uri {
            None => out.extend_from_slice(&self.start),
            Some(uri) => {
                let mut parts: Vec<&[u8]> = self.start.splitn(3, |&byte| byte == b' ').collect();
                parts[1] = uri;
                out.extend_from_slice(&parts.join(&b" "[..]));
            }
        }
        let lengths = self.found("Content-Length");
        for (at, inserted) in self.inserted.iter().enumerate() {
            inserted.before.iter().rev().for_each(|line| out.extend_from_slice(line));
            inserted.behind.iter().for_each(|line| out.extend_from_slice(line));
            let mut slots = inserted.slots.clone();
            if at == self.fields.len() && self.fix_length && lengths.is_empty() {
                let (_, _, number) = self.name("Content-Length");
                slots.insert(number, Twin::line("Content-Length", self.body.len().to_string().as_bytes()));
            }
            slots.values().for_each(|line| out.extend_from_slice(line));
            let Some(field) = self.fields.get(at) else { continue };
            if self.fix_length && lengths.contains(&at) {
                if lengths[0] == at {
                    out.extend_from_slice(&field.raw[..field.value.start]);
                    out.extend_from_slice(self.body.len().to_string().as_bytes());
                    out.extend_from_slice(&field.raw[field.value.end..]);
                }
                continue;
            }
            match &field.line {
                Some(None) => {}
                Some(Some(value)) => {
                    out.extend_from_slice(&[&field.name[..], b": ", value, b"\r\n"].concat())
                }
                None => {
                    out.extend_from_slice(&field.raw[..field.value.start]);
                    out.extend_from_slice(&self.value_of(at));
                    out.extend_from_slice(&field.raw[field.value.end..]);
                }
            }
        }
        out.extend_from_slice(&self.end);
        out.extend_from_slice(&self.body);
        out
    }
}
