//! Every short string over the bytes that mean something: nothing hangs or panics, what is given stands in the input,
//! and what has no meaning shows a defect. OpenSIPS GHSA-358f, GHSA-wxfg, GHSA-qvj2, OSS-Fuzz 39802 to 53080.

use simdsip::{GrowIndex, HeaderName, Limits, Parser, Policy, Span, Uri};

use super::common::probe::{Probe, Sum};
use super::request;

/// Every string of 1 to `most` bytes of `alphabet`.
fn strings(alphabet: &[u8], most: usize, mut visit: impl FnMut(&[u8])) -> usize {
    let mut count = 0;
    for len in 1..=most {
        let mut digits = vec![0; len];
        'all: loop {
            let text: Vec<u8> = digits.iter().map(|digit| alphabet[*digit]).collect();
            visit(&text);
            count += 1;
            for digit in &mut digits {
                *digit += 1;
                if *digit < alphabet.len() {
                    continue 'all;
                }
                *digit = 0;
            }
            break;
        }
    }
    count
}

/// Behind each of these starts, every string of 1 to 4 bytes.
#[test]
fn every_short_value_is_read_or_shows_why_not() {
    let parser = Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited());
    let mut index = GrowIndex::new();
    for (name, starts) in [
        ("To", ["", "<sip:a>", "sip:a"]),
        ("From", ["", "<sip:a>;", "\"b\""]),
        ("Contact", ["", "<sip:a>;q", "*"]),
        ("Via", ["", "SIP/2.0/UDP h", "SIP/2.0/UDP "]),
        ("Warning", ["", "399 h ", "3"]),
    ] {
        for start in starts {
            let alphabet: &[u8] = if start.is_empty() { b"\";,<>= \\:/*1" } else { b"\";,<=(\\:[ a" };
            strings(alphabet, 4, |text| {
                let value = [start.as_bytes(), text].concat();
                let bytes = request(name, &value);
                let message = parser.parse_growing(&bytes, &mut index).unwrap();
                let field = message.fields_named(name.as_bytes()).next().unwrap();
                let mut sum = Sum::new();
                let mut meaningless = field.values().next().is_none();
                for value in field.values() {
                    match value {
                        Ok(value) => value.probe(&mut sum),
                        Err(error) => {
                            meaningless = true;
                            assert!(
                                field.value_range().start <= error.at && error.at <= field.value_range().end
                            );
                        }
                    }
                }
                let range = field.value_range();
                let shows = || {
                    let inside = |at: usize| range.start <= at && at <= range.end;
                    message.defects().any(|defect| inside(defect.at) && inside(defect.at + defect.len))
                };
                assert!(!meaningless || shows(), "{name}: {}", value.escape_ascii());
                if let Ok(Some(to)) = message.to()
                    && field.id() == HeaderName::To
                {
                    let uri = to.uri_span().range();
                    assert!(range.start <= uri.start && uri.end <= range.end && !uri.is_empty());
                    assert!(to.uri().is_ok() || shows(), "{}", value.escape_ascii());
                }
            });
        }
    }
}

/// A URI that is read can be put together again from its parts, byte for byte.
#[test]
fn every_short_uri_is_its_parts_or_an_error_in_place() {
    let (mut read, mut all) = (0, 0);
    for (start, most) in [("", 4), ("sip:", 5), ("sips:a@", 4), ("sip:a@b", 4), ("tel:", 4)] {
        all += strings(b"sip:@;?=&[]%", most, |text| {
            let bytes = [start.as_bytes(), text].concat();
            let uri = match Uri::parse(&bytes) {
                Ok(uri) => uri,
                Err(error) => return assert!(error.at <= bytes.len(), "{}", bytes.escape_ascii()),
            };
            read += 1;
            let mut sum = Sum::new();
            sum.uri(uri);
            let again = parts(&uri, &bytes);
            assert_eq!(again, bytes, "{} and {}", again.escape_ascii(), bytes.escape_ascii());
        });
    }
    println!("{read} of {all} short URIs are read");
    assert!(all > 300_000 && read > 50_000);
}

fn parts(uri: &Uri<'_>, bytes: &[u8]) -> Vec<u8> {
    let at = |span: Span<'_>| span.range();
    let mut out = bytes[..at(uri.rest()).start].to_vec();
    let Some(host) = uri.host() else {
        out.extend_from_slice(uri.rest().bytes());
        return out;
    };
    if let Some(user) = uri.user() {
        out.extend_from_slice(user.raw());
        if let Some(password) = uri.password() {
            out.push(b':');
            out.extend_from_slice(password.raw());
        }
        out.push(b'@');
    }
    assert!(!host.raw().is_empty(), "a SIP URI has a host");
    out.extend_from_slice(host.raw());
    let params = uri.params().span();
    // What stands between host and parameters is a colon and the port's digits, if they are any.
    let port = &bytes[at(host.span()).end..at(params).start];
    assert!(port.first().is_none_or(|first| *first == b':'));
    assert_eq!(uri.port().map(|port| port.is_some()).unwrap_or(true), !port.is_empty());
    out.extend_from_slice(port);
    out.extend_from_slice(params.bytes());
    out.extend_from_slice(&bytes[at(params).end..at(uri.headers().span()).start]);
    out.extend_from_slice(uri.headers().span().bytes());
    out
}
