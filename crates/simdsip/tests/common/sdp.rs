//! Session descriptions: a plain reader that goes byte by byte, and a walk through all that can be asked.
#![allow(dead_code, unreachable_pub, reason = "several test binaries and fuzz targets use a part of it")]

use simdsip::sdp::{AttributeName, AttributeValue, LineKind, Sdp};

/// A line as the plain reader has it: letter, where its text begins and ends, where the next one begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Plain {
    pub letter: u8,
    pub start: usize,
    pub end: usize,
    pub stop: usize,
}

/// The lines of a description.
pub fn plain(bytes: &[u8]) -> Vec<Plain> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let mut end = start;
        while end < bytes.len() && bytes[end] != b'\n' {
            end += 1;
        }
        let stop = (end + 1).min(bytes.len());
        // A CR belongs to the end where an LF follows it, and where it is the last byte of all.
        if end > start && bytes[end - 1] == b'\r' {
            end -= 1;
        }
        let has_letter = start + 1 < bytes.len() && bytes[start] != b'\n' && bytes[start + 1] == b'=';
        let letter = if has_letter { bytes[start] } else { 0 };
        lines.push(Plain { letter, start, end, stop });
        start = stop;
    }
    lines
}

/// Name and value of an attribute, its registered spelling.
fn plain_attribute(text: &[u8]) -> (&[u8], Option<&[u8]>, &'static str) {
    let (name, value) = match text.iter().position(|byte| *byte == b':') {
        Some(colon) => (&text[..colon], Some(&text[colon + 1..])),
        None => (text, None),
    };
    let row = AttributeName::ALL.iter().find(|row| row.as_str().as_bytes().eq_ignore_ascii_case(name));
    (name, value, row.map_or("", |row| row.as_str()))
}

/// The real reader finds what the plain one does.
#[track_caller]
pub fn assert_equal(bytes: &[u8], sdp: &Sdp<'_>) {
    let owed = plain(bytes);
    let found: Vec<Plain> = sdp
        .lines()
        .map(|line| Plain {
            letter: line.letter(),
            start: line.text().range().start,
            end: line.text().range().end,
            stop: line.range().end,
        })
        .collect();
    assert_eq!(found, owed);
    let mut sections: Vec<Vec<&Plain>> = vec![Vec::new()];
    for line in &owed {
        if line.letter == b'm' {
            sections.push(Vec::new());
        }
        sections.last_mut().expect("there is one").push(line);
    }
    let found: Vec<_> = [sdp.session()].into_iter().chain(sdp.media().map(|media| *media)).collect();
    assert_eq!(found.len(), sections.len());
    for (section, owed) in found.iter().zip(&sections) {
        assert_eq!(section.lines().len(), owed.len());
        let attributes: Vec<_> = owed.iter().filter(|line| line.letter == b'a').collect();
        assert_eq!(section.attributes().count(), attributes.len());
        for (attribute, line) in section.attributes().zip(attributes) {
            let (name, value, row) = plain_attribute(&bytes[(line.start + 2).min(line.end)..line.end]);
            assert_eq!((attribute.name(), attribute.value(), attribute.id().as_str()), (name, value, row));
        }
        for kind in
            [LineKind::Connection, LineKind::Origin, LineKind::Name, LineKind::Bandwidth, LineKind::Malformed]
        {
            let first = owed.iter().find(|line| line.letter == kind.letter()).map(|line| line.start);
            assert_eq!(section.line(kind).map(|line| line.range().start), first, "{kind:?}");
            let count = owed.iter().filter(|line| line.letter == kind.letter()).count();
            assert_eq!(section.lines_of(kind).count(), count);
        }
    }
}

/// Asks everything that can be asked; each line stands where the one before ended.
pub fn walk(bytes: &[u8], sdp: &Sdp<'_>) -> usize {
    let base = sdp.span().at();
    let mut at = base;
    let mut found = 0;
    for line in sdp.lines() {
        assert_eq!(line.range().start, at, "lines follow each other");
        at = line.range().end;
        assert_eq!(
            [line.text().bytes(), line.end().bytes()].concat(),
            bytes[line.range()],
            "nothing is lost"
        );
        assert!(!line.text().bytes().contains(&b'\n'));
        found += line.value().len();
    }
    assert_eq!(at, sdp.span().range().end, "to the end");
    let sections = [sdp.session()].into_iter().chain(sdp.media().map(|media| *media));
    let mut at = base;
    for section in sections {
        assert_eq!(section.range().start, at, "sections follow each other");
        at = section.range().end;
        found += read(section);
    }
    assert_eq!(at, sdp.span().range().end);
    for defect in sdp.defects() {
        assert!(
            defect.at >= base && defect.at + defect.len <= bytes.len() && defect.code.is_sdp(),
            "{defect:?}"
        );
    }
    assert_eq!(sdp.has_defects(), sdp.defects().next().is_some());
    found
}

fn read(section: simdsip::sdp::Section<'_>) -> usize {
    let mut found = usize::from(section.origin().is_ok()) + usize::from(section.connection().is_ok());
    found += section
        .connections()
        .filter_map(Result::ok)
        .filter(|one| one.ttl().is_ok() && one.address_count().is_ok())
        .count();
    found += section.bandwidths().filter(|one| one.is_ok_and(|one| one.value().is_ok())).count();
    found += section.timings().filter(Result::is_ok).count();
    for attribute in section.attributes() {
        let value = attribute.value().map_or(0, |value| value.len() + 1);
        assert_eq!(attribute.span().len(), attribute.name().len() + value, "name and value are the line");
        assert!(!attribute.name().contains(&b':'));
        let first = format!("{:?}", attribute.typed());
        assert_eq!(first, format!("{:?}", attribute.typed()), "the same each time");
        found += usize::from(attribute.typed().is_ok());
        if let Ok(value) = attribute.typed() {
            found += parts(&value);
        }
    }
    found
}

/// Walks what a view gives only when asked.
fn parts(value: &AttributeValue<'_>) -> usize {
    match value {
        AttributeValue::FormatText(fmtp) => fmtp.params().count(),
        AttributeValue::Group(group) => group.members().count(),
        AttributeValue::Tokens(tokens) => tokens.words().count(),
        AttributeValue::Candidate(candidate) => {
            candidate.extensions().count() + usize::from(candidate.related_port().is_ok())
        }
        AttributeValue::RemoteCandidates(chosen) => chosen.candidates().count(),
        AttributeValue::Fingerprint(print) => print.octets().count(),
        AttributeValue::Crypto(crypto) => crypto.keys().map(|key| key.key().len()).sum(),
        AttributeValue::Simulcast(lists) => lists
            .lists()
            .filter_map(Result::ok)
            .map(|(_, streams)| streams.map(|one| one.alternatives().count()).sum::<usize>())
            .sum(),
        AttributeValue::Rid(rid) => rid.formats().count() + rid.restrictions().count(),
        AttributeValue::Rtpmap(map) => {
            usize::from(map.clock_rate().is_ok()) + usize::from(map.channels().is_ok())
        }
        AttributeValue::Decimal(number) => number.thousandths() as usize % 7,
        _ => 0,
    }
}
