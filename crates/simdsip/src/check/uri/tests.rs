//! Two strict readers of URIs, one through the views and one literal, agree on what departs.

use std::string::String;
use std::vec::Vec;

use super::{deviation, literal, parameters};
use crate::DefectCode;
use crate::check::findings::{Findings, ValueLimits};
use crate::text::Span;

/// The next of a sequence that is the same each time.
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 11) as usize
}

// covers: RFC 3966 §3
#[test]
fn rfc3261_19_1_1_a_parameter_stands_once() {
    const NAMES: [&str; 8] = ["a", "A", "%61", "%41", "maddr", "m%61ddr", "x", "transport"];
    const BEFORE: [&str; 6] = ["sip:b@b", "sips:b", "SIP:b;a;a@b:1", "tel:+1", "TEL:7", "urn:b"];
    let mut state = 19;
    let mut repeated = 0;
    for number in 0..20_000 {
        let mut uri = String::from(BEFORE[number % BEFORE.len()]);
        for _ in 0..next(&mut state) % 6 {
            uri += [";", ";", ";", ";;"][next(&mut state) % 4];
            uri += NAMES[next(&mut state) % NAMES.len()];
            uri += ["", "=1", "=", "=;"][next(&mut state) % 4];
        }
        uri += ["", "?a=1&a=2", "?x;a;a=1"][next(&mut state) % 3];
        let span = Span::new(uri.as_bytes()).unwrap();
        let mut out = Findings::new(ValueLimits::new(&crate::Limits::new()));
        parameters(span, &mut out);
        let found = out.take_first().map(|defect| (defect.code, defect.at, defect.len));
        let owed = literal::repeated(span).map(|name| (DefectCode::RepeatedParameter, name.at(), name.len()));
        assert_eq!(found, owed, "{uri}");
        repeated += usize::from(owed.is_some());
    }
    assert!((5_000..15_000).contains(&repeated), "{repeated}");
}

// covers: RFC 3261 §19.1.1, §19.1.2; RFC 3966 §3
#[test]
fn both_readers_say_the_same() {
    const URIS: [&[u8]; 16] = [
        b"sip:alice:pw@b.example:5060;lr;transport=tcp?Subject=a&b=",
        b"sips:b.example",
        b"sip:%61%40@192.0.2.1;a=b",
        b"sip:+1-201-555-0123;ext=1@b.example;user=phone",
        b"sip:a@[2001:db8::9:1]:5061;maddr=[::1]",
        b"SIP:a;b?c/d@b-c.d1.example.:1",
        b"tel:+1-201-555-0123;ext=12;isub=3",
        b"tel:7042;phone-context=example.com",
        b"tel:*21#;phone-context=+1",
        b"urn:service:sos.fire",
        b"http://a.example:80/b?c=%20",
        b"mailto:a@b.example",
        b"soap.beep://192.0.2.103:3002",
        b"sip:a@b;p=[]/:&+$;q?h=[]/?:+$",
        b"im:a@b",
        b"sip:a@b;ttl=1;method=INVITE",
    ];
    const BYTES: &[u8] = b"@:;?&=%[]<>\" ./a0Z-_+#,$~^{|\xc3\x00";
    let (mut state, mut clean) = (3261, 0);
    let mut failed: Vec<String> = Vec::new();
    for number in 0..200_000 {
        let mut uri = URIS[number % URIS.len()].to_vec();
        for _ in 0..next(&mut state) % 3 {
            let at = next(&mut state) % uri.len();
            let byte = BYTES[next(&mut state) % BYTES.len()];
            match next(&mut state) % 3 {
                0 => uri[at] = byte,
                1 => uri.insert(at, byte),
                _ => drop(uri.remove(at)),
            }
        }
        let span = Span::new(&uri).unwrap();
        let (views, literal) = (deviation(span), literal::deviation(span));
        clean += usize::from(literal.is_none());
        if views.is_some() != literal.is_some() {
            failed.push(std::format!("{}: {views:?}, literal {literal:?}", uri.escape_ascii()));
        }
    }
    let count = failed.len();
    failed.sort_by_key(String::len);
    failed.truncate(60);
    assert!(failed.is_empty(), "{count} differ\n{}", failed.join("\n"));
    assert!(clean > 50_000, "{clean}");
}
