//! Session descriptions: what real programs send, what other parsers make of it, a slow reader as twin, each defect alone.
#![cfg(feature = "std")]

mod corpora;
mod defects;
mod generate;
mod oracle;
mod rfc;
mod twin;

use simdsip::sdp::{AttributeValue, Sdp};

/// Asks everything that can be asked; each line stands where the one before ended.
fn walk(bytes: &[u8], sdp: &Sdp<'_>) -> usize {
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
