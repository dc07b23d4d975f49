//! What grammar makes has no deviation; what departs from it has the one that it should, where it should.

mod generate;

use std::format;
use std::string::String;
use std::vec::Vec;

use simdsip_corpus::rng::Rng;

use super::strict::{UriDeviation, deviation};
use super::{Uri, UriParam};
use crate::text::Span;
use UriDeviation::{
    BadEscape, BadHeader, BadHost, BadParameter, BadPassword, BadPort, BadRest, BadScheme, BadTelephone,
    BadUser, EmptyParameter,
};

fn find(uri: &[u8]) -> Option<(UriDeviation, core::ops::Range<usize>)> {
    deviation(Span::new(uri).unwrap()).map(|(kind, place)| (kind, place.range()))
}

#[test]
fn what_the_grammar_makes_has_no_deviation() {
    let mut rng = Rng::new(0x7572_6931);
    for _ in 0..60_000 {
        for made in [generate::sip(&mut rng), generate::tel(&mut rng)] {
            let uri = made.write();
            assert_eq!(find(uri.as_bytes()), None, "{uri}");
        }
    }
}

#[test]
fn rfc3261_25_1_absolute_uris_have_no_deviation() {
    for uri in [
        "urn:service:sos.fire",
        "im:alice@example.com",
        "http://example.com/a;b/c?d=e&f",
        "http://alice:pw@example.com:80",
        "http://[2001:db8::1]:80/a",
        "http://[2001:db8::1]",
        "x-y.z+1:a/b?c",
        "a:/b//c",
        "a://",
        "cid:%41%42@c",
    ] {
        assert_eq!(find(uri.as_bytes()), None, "{uri}");
    }
}

#[test]
fn each_deviation_at_its_place() {
    for (uri, kind, range) in [
        ("alice@h", BadScheme, 5..7),
        ("", BadScheme, 0..0),
        (":a", BadScheme, 0..2),
        ("1a:b", BadScheme, 2..4),
        (" sip:a", BadScheme, 0..5),
        ("sip:a ", BadRest, 5..6),
        ("sip:@h", BadUser, 4..4),
        ("sip:a b@h", BadUser, 5..6),
        ("sip:a@b@h", BadUser, 5..6),
        ("sip:\u{e9}@h", BadUser, 4..5),
        ("sip:a:b;c@h", BadPassword, 7..8),
        ("sip:a:b:c@h", BadPassword, 7..8),
        ("sip:a%4@h", BadEscape, 5..7),
        ("sip:a%4g@h", BadEscape, 5..8),
        ("sip:a:%@h", BadEscape, 6..7),
        ("sip:h;a=%", BadEscape, 8..9),
        ("sip:h?a=%4", BadEscape, 8..10),
        ("sip:", BadHost, 4..4),
        ("sip:a_b", BadHost, 4..7),
        ("sip:%61", BadHost, 4..7),
        ("sip:a.-b", BadHost, 4..8),
        ("sip:a.1b", BadHost, 4..8),
        ("sip:1.2.3", BadHost, 4..9),
        ("sip:2001:db8::10", BadHost, 4..16),
        ("sip:[2001:db8::10%25eth0]", BadHost, 4..25),
        ("sip:[2001:db8:::192.0.2.1]", BadHost, 4..26),
        ("sip:[2001:db8]", BadHost, 4..14),
        ("sip:h:", BadPort, 6..6),
        ("sip:h:5a", BadPort, 6..8),
        ("sip:h:65536", BadPort, 6..11),
        ("sip:h;", EmptyParameter, 6..6),
        ("sip:h;;lr", EmptyParameter, 6..6),
        ("sip:h;=a", BadParameter, 6..8),
        ("sip:h;a=", BadParameter, 6..8),
        ("sip:h;a=b=c", BadParameter, 9..10),
        ("sip:h;a@", BadHost, 8..8),
        ("sip:h;a\"", BadParameter, 7..8),
        ("sip:h;transport=a/b,c", BadParameter, 19..20),
        ("sip:h?", BadHeader, 6..6),
        ("sip:h?a", BadHeader, 6..7),
        ("sip:h?=b", BadHeader, 6..8),
        ("sip:h?a=b&", BadHeader, 10..10),
        ("sip:h?a=b=c", BadHeader, 9..10),
        ("tel:", BadTelephone, 4..4),
        ("tel:+", BadTelephone, 4..5),
        ("tel:7042", BadTelephone, 4..8),
        ("tel:+1a", BadTelephone, 4..7),
        ("tel:-;phone-context=a", BadTelephone, 4..5),
        ("tel:1;phone-context=+", BadParameter, 20..21),
        ("tel:1;phone-context=a_b", BadParameter, 20..23),
        ("tel:+1;ext=a", BadParameter, 11..12),
        ("tel:+1;ext", BadParameter, 7..10),
        ("tel:+1;isub", BadParameter, 7..11),
        ("tel:+1;a_b=c", BadParameter, 7..10),
        ("tel:+1;", EmptyParameter, 7..7),
        ("urn:", BadRest, 4..4),
        ("urn:a b", BadRest, 5..6),
        ("urn:a:b#c", BadRest, 7..8),
        ("http://a_b\"/", BadRest, 10..11),
        ("http://[::g]/", BadHost, 7..12),
        ("http://[::1]x/", BadHost, 7..13),
    ] {
        assert_eq!(find(uri.as_bytes()), Some((kind, range)), "{uri}");
    }
}

#[test]
fn every_short_text_has_an_answer_inside() {
    let alphabet = b"s1:@;?=&[]%/ ";
    for prefix in ["", "sip:", "tel:", "x:", "x://", "sip:a@", "sip:[::1]"] {
        for count in 0..=3u32 {
            for number in 0..(alphabet.len() as u32).pow(count) {
                let mut uri = Vec::from(prefix);
                uri.extend((0..count).map(|digit| {
                    alphabet[(number / (alphabet.len() as u32).pow(digit)) as usize % alphabet.len()]
                }));
                let found = find(&uri);
                assert_eq!(found, find(&uri));
                if let Some((_, range)) = found {
                    let text = String::from_utf8_lossy(&uri);
                    assert!(range.start <= range.end && range.end <= uri.len(), "{text}");
                }
            }
        }
    }
}

/// The parts of the URI at `at..end` of `input`, and its deviation, all counted from its first byte.
fn parts(input: &[u8], at: usize, end: usize) -> String {
    let span = Span::new(input).unwrap().from(at as u32).to(end as u32);
    let place = |span: Span<'_>| (span.range().start - at, span.range().end - at, span.bytes().to_vec());
    let uri = match Uri::read(span) {
        Ok(uri) => uri,
        Err(error) => return format!("{:?} {}", error.kind, error.at - at),
    };
    let pairs = |pairs: &mut dyn Iterator<Item = UriParam<'_>>| -> Vec<_> {
        let value = |pair: &UriParam<'_>| pair.value().map(|value| place(value.span()));
        pairs.map(|pair| (place(pair.name().span()), value(&pair))).collect()
    };
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        place(uri.rest()),
        uri.user().map(|user| place(user.span())),
        uri.password().map(|password| place(password.span())),
        uri.host().map(|host| (place(host.span()), host.kind())),
        uri.port().map_err(|error| (error.kind, error.at - at)),
        uri.number().map(|number| place(number.span())),
        pairs(&mut uri.params()),
        pairs(&mut uri.headers()),
        deviation(span).map(|(kind, span)| (kind, place(span))),
    )
}

#[test]
fn what_stands_around_a_uri_does_not_matter() {
    const AROUND: &[u8] = b"::@@;;??&=[]%,<> \r\nsip:09";
    let mut rng = Rng::new(0x7572_6936);
    for _ in 0..60_000 {
        let made = if rng.chance(80) { generate::sip(&mut rng) } else { generate::tel(&mut rng) };
        let mut uri = made.write().into_bytes();
        for _ in 0..rng.below(3) {
            let at = rng.below(uri.len());
            uri[at] = AROUND[rng.below(AROUND.len())];
        }
        let mut around =
            |most| -> Vec<u8> { (0..rng.below(most)).map(|_| AROUND[rng.below(AROUND.len())]).collect() };
        let (before, behind) = (around(40), around(80));
        let input = [&before[..], &uri, &behind].concat();
        let (at, end) = (before.len(), before.len() + uri.len());
        assert_eq!(parts(&input, at, end), parts(&uri, 0, uri.len()), "{}", uri.escape_ascii());
    }
}
