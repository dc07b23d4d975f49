//! Edits of descriptions, the slow way: a list of lines, and words of lines.

use std::ops::Range;

/// A change; sections count from 0, the session; attributes count within their section.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Connection(usize, &'static str),
    AddConnection(usize, &'static str),
    Origin(&'static str),
    Version(u64),
    Port(usize, u16),
    Reject(usize),
    RemoveMedia(usize),
    Add(usize, &'static str, Option<&'static str>),
    Set(usize, usize, &'static str),
    Remove(usize, usize),
    /// Keeps payload types whose number modulo 16 is a bit.
    Retain(usize, u16),
}

#[derive(Debug, Default)]
struct Line {
    text: Vec<u8>,
    end: Vec<u8>,
    section: usize,
    new: Option<Vec<u8>>,
    /// Words that are replaced, or gone.
    words: Vec<(usize, Option<Vec<u8>>)>,
    gone: bool,
    /// Gone with its section, and all that was added to it.
    dead: bool,
    behind: Vec<Vec<u8>>,
}

/// A description as lines.
#[derive(Debug)]
pub(crate) struct Twin {
    lines: Vec<Line>,
    /// What is added to a session without lines.
    first: Vec<Vec<u8>>,
}

impl Line {
    fn letter(&self) -> u8 {
        if self.text.get(1) == Some(&b'=') { self.text[0] } else { 0 }
    }

    /// Name and value.
    fn attribute(&self) -> (Vec<u8>, Vec<u8>) {
        let text = &self.text[2..];
        let colon = text.iter().position(|&byte| byte == b':').unwrap_or(text.len());
        (text[..colon].to_ascii_lowercase(), text.get(colon + 1..).unwrap_or(&[]).to_vec())
    }

    fn is(&self, name: &str) -> bool {
        self.letter() == b'a' && self.attribute().0 == name.as_bytes()
    }

    /// Where words stand, of what is behind the type or the attribute's name.
    fn places(&self) -> Vec<Range<usize>> {
        let colon = self.text.iter().position(|&byte| byte == b':').map_or(self.text.len(), |at| at + 1);
        let from = if self.letter() == b'a' { colon } else { 2.min(self.text.len()) };
        // A stray CR is no part of a word.
        places(self.text[from..].trim_ascii_end())
            .into_iter()
            .map(|place| place.start + from..place.end + from)
            .collect()
    }

    fn word(&self, at: usize) -> Option<&[u8]> {
        self.places().get(at).map(|place| &self.text[place.clone()])
    }

    fn write(&self) -> Vec<u8> {
        if let Some(new) = &self.new {
            return new.clone();
        }
        let mut text = self.text.clone();
        let places = self.places();
        for at in (0..places.len()).rev() {
            match self.words.iter().rev().find(|(word, _)| *word == at) {
                Some((_, Some(new))) => drop(text.splice(places[at].clone(), new.iter().copied())),
                Some((_, None)) => drop(text.drain(places[at - 1].end..places[at].end)),
                None => {}
            }
        }
        text
    }
}

fn places(text: &[u8]) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        match places.last_mut() {
            _ if matches!(byte, b' ' | b'\t') => {}
            Some(last) if last.end == at => last.end += 1,
            _ => places.push(at..at + 1),
        }
    }
    places
}

fn payload_type(word: &[u8]) -> Option<u8> {
    let digits = !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(word).ok().filter(|_| digits)?.parse().ok()
}

fn connection(address: &str) -> String {
    format!("IN {} {address}", if address.contains(':') { "IP6" } else { "IP4" })
}

impl Twin {
    pub(crate) fn of(bytes: &[u8]) -> Twin {
        let mut lines: Vec<Line> = Vec::new();
        for raw in bytes.split_inclusive(|&byte| byte == b'\n') {
            let text = raw.strip_suffix(b"\n").unwrap_or(raw);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            let mut line = Line { text: text.to_vec(), end: raw[text.len()..].to_vec(), ..Line::default() };
            line.section = lines.last().map_or(0, |last| last.section) + usize::from(line.letter() == b'm');
            lines.push(line);
        }
        Twin { lines, first: Vec::new() }
    }

    fn section(&self, section: usize) -> Vec<usize> {
        (0..self.lines.len()).filter(|&at| self.lines[at].section == section).collect()
    }

    /// The attributes of a section, by their lines.
    fn attributes(&self, section: usize) -> Vec<usize> {
        self.section(section).into_iter().filter(|&at| self.lines[at].letter() == b'a').collect()
    }

    /// Whether it can be done; where not, nothing is.
    pub(crate) fn apply(&mut self, op: &Op) -> bool {
        match *op {
            Op::Connection(section, address) => {
                let found = |at: &usize| self.lines[*at].letter() == b'c';
                let lines: Vec<usize> = self.section(section).into_iter().filter(found).collect();
                let Some((first, rest)) = lines.split_first() else { return true };
                self.lines[*first].new = Some(format!("c={}", connection(address)).into());
                rest.iter().for_each(|at| self.lines[*at].gone = true);
            }
            Op::AddConnection(section, address) => {
                let lines = self.section(section);
                if lines.iter().any(|at| self.lines[*at].letter() == b'c') {
                    return false;
                }
                let titles = lines[1..].iter().take_while(|at| self.lines[**at].letter() == b'i').count();
                self.put(lines[titles], format!("c={}", connection(address)).into());
            }
            Op::Origin(address) => {
                return self.origin(&[(4, &connection(address)[3..6]), (5, address)]);
            }
            Op::Version(version) => return self.origin(&[(2, &version.to_string())]),
            Op::Port(section, port) => {
                let Some(line) = self.media_line(section) else { return false };
                let old = line.word(1).unwrap();
                let slash = old.iter().position(|&byte| byte == b'/').unwrap_or(old.len());
                let new = [port.to_string().as_bytes(), &old[slash..]].concat();
                line.words.push((1, Some(new)));
            }
            Op::Reject(section) => {
                let Some(line) = self.media_line(section) else { return false };
                line.words.push((1, Some(b"0".to_vec())));
                self.leave_bundle(section);
            }
            Op::RemoveMedia(section) => {
                let lines = self.section(section);
                if lines.len() == 1 && !self.lines[lines[0]].end.ends_with(b"\n") {
                    return false;
                }
                lines.iter().for_each(|at| self.lines[*at].dead = true);
                self.leave_bundle(section);
            }
            Op::Add(section, name, value) => {
                let value = value.map(|value| format!(":{value}")).unwrap_or_default();
                let new = format!("a={name}{value}").into_bytes();
                match self.section(section).into_iter().rfind(|at| self.lines[*at].letter() != 0) {
                    Some(at) => self.put(at, new),
                    None => self.first.push(new),
                }
            }
            Op::Set(section, attribute, value) => {
                let Some(&at) = self.attributes(section).get(attribute) else { return true };
                let line = &mut self.lines[at];
                let name = line.attribute().0.len();
                line.new = Some([&line.text[..2 + name], b":", value.as_bytes()].concat());
            }
            Op::Remove(section, attribute) => {
                let Some(&at) = self.attributes(section).get(attribute) else { return true };
                if at == 0 {
                    return false;
                }
                self.lines[at].gone = true;
            }
            Op::Retain(section, keep) => return self.retain(section, keep),
        }
        true
    }

    /// Behind that line; where it ends the description without a line end, before it.
    fn put(&mut self, at: usize, new: Vec<u8>) {
        let open = !self.lines[at].end.ends_with(b"\n");
        let before = at.checked_sub(1).filter(|&before| self.lines[before].section == self.lines[at].section);
        let at = before.filter(|_| open).unwrap_or(at);
        self.lines[at].behind.push(new);
    }

    fn origin(&mut self, words: &[(usize, &str)]) -> bool {
        let Some(line) = self.lines.iter_mut().find(|line| line.section != 0 || line.letter() == b'o') else {
            return true;
        };
        if line.section != 0 {
            return true;
        }
        if line.places().len() != 6 {
            return false;
        }
        line.words.extend(words.iter().map(|(at, word)| (*at, Some(word.as_bytes().to_vec()))));
        true
    }

    fn media_line(&mut self, section: usize) -> Option<&mut Line> {
        let line = self.lines.iter_mut().find(|line| line.section == section)?;
        (line.places().len() >= 3).then_some(line)
    }

    fn leave_bundle(&mut self, section: usize) {
        let Some(mid) = self.attributes(section).into_iter().find(|at| self.lines[*at].is("mid")) else {
            return;
        };
        let mid = self.lines[mid].attribute().1.trim_ascii().to_vec();
        for at in self.attributes(0) {
            let line = &mut self.lines[at];
            if line.is("group") && line.word(0).is_some_and(|kind| kind.eq_ignore_ascii_case(b"BUNDLE")) {
                for word in 1..line.places().len() {
                    if line.word(word) == Some(&mid[..]) {
                        line.words.push((word, None));
                    }
                }
            }
        }
    }

    fn retain(&mut self, section: usize, keep: u16) -> bool {
        let attributes = self.attributes(section);
        let Some(line) = self.media_line(section) else { return false };
        if !line.word(2).unwrap().split(|&byte| byte == b'/').any(|part| part.eq_ignore_ascii_case(b"RTP")) {
            return false;
        }
        let formats: Vec<(usize, Option<u8>)> =
            (3..line.places().len()).map(|at| (at, payload_type(line.word(at).unwrap()))).collect();
        let chosen: Vec<u8> = formats
            .iter()
            .filter_map(|(_, number)| *number)
            .filter(|number| keep & 1 << (number % 16) == 0)
            .collect();
        // The encoding that the first rtpmap which reads well says.
        let encoding = |number: u8| {
            attributes.iter().find_map(|&at| {
                let line = &self.lines[at];
                let second = line.places().get(1)?.start;
                let encoding = line.text[second..].split(|&byte| byte == b'/').next()?.to_ascii_lowercase();
                let fits = line.is("rtpmap") && payload_type(line.word(0)?) == Some(number);
                (fits && !encoding.is_empty()).then_some(encoding)
            })
        };
        let mut goes = chosen;
        // What serves what serves what goes, four deep.
        for _ in 0..4 {
            let chosen = goes.clone();
            let is_chosen = |word: &[u8]| payload_type(word).is_some_and(|number| chosen.contains(&number));
            for line in attributes.iter().map(|&at| &self.lines[at]).filter(|line| line.is("fmtp")) {
                let Some(number) = line.word(0).and_then(payload_type) else { continue };
                let text = line.places().get(1).map_or(&b""[..], |place| &line.text[place.start..]).to_vec();
                let apt = || {
                    let params = text.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
                    params.filter(|param| !param.is_empty()).find_map(|param| {
                        let equals = param.iter().position(|&byte| byte == b'=').unwrap_or(param.len());
                        let name = param[..equals].trim_ascii().eq_ignore_ascii_case(b"apt");
                        name.then(|| param.get(equals + 1..).unwrap_or(&[]).trim_ascii().to_vec())
                    })
                };
                let serves = match encoding(number).as_deref() {
                    Some(b"rtx") => apt().is_some_and(|format| is_chosen(&format)),
                    Some(b"red") => {
                        text.split(|&byte| byte == b'/').any(|format| is_chosen(format.trim_ascii()))
                    }
                    _ => false,
                };
                if serves {
                    goes.push(number);
                }
            }
        }
        let goes = |number: Option<u8>| number.is_some_and(|number| goes.contains(&number));
        if formats.iter().all(|(_, number)| goes(*number)) {
            return self.apply(&Op::Reject(section));
        }
        for at in attributes {
            let line = &mut self.lines[at];
            let said =
                ["rtpmap", "fmtp", "rtcp-fb", "imageattr", "framesize"].iter().any(|name| line.is(name));
            line.gone |= said && goes(line.word(0).and_then(payload_type));
        }
        let gone = formats.into_iter().filter(|(_, number)| goes(*number)).map(|(at, _)| (at, None));
        self.media_line(section).unwrap().words.extend(gone);
        true
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out: Vec<u8> = Vec::new();
        self.first.iter().for_each(|new| out.extend([new, &b"\r\n"[..]].concat()));
        for line in self.lines.iter().filter(|line| !line.dead) {
            let open = !line.end.ends_with(b"\n");
            if !line.gone {
                out.extend(line.write());
                out.extend(&line.end);
            }
            for new in &line.behind {
                if open {
                    let end: &[u8] = if line.end.is_empty() { b"\r\n" } else { b"\n" };
                    out.extend(end);
                    out.extend(new);
                } else {
                    out.extend([&new[..], &line.end].concat());
                }
            }
        }
        out
    }
}
