//! Numbers at the edges of 8, 16, 31, 32, 63 and 64 bits and beyond: each field gives the number or an error, never
//! another number. pjsip#4863, OpenSIPS GHSA-c6j5, CVE-2026-23457, sipsorcery GHSA-j5j8, sems#553.

use simdsip::shape::{Contact, Rport};
use simdsip::{Uri, typed};

use super::{codes_of, look, read};

/// Decimal texts and what they are, where that fits 128 bits.
fn edges() -> Vec<(String, Option<u128>)> {
    let mut all: Vec<u128> = vec![0, 1, 9, 10, 99, 100, 999, 1_000];
    for bits in [8, 16, 31, 32, 63, 64] {
        all.extend([(1u128 << bits) - 1, 1 << bits, (1 << bits) + 1, (1 << bits) + 100]);
    }
    all.push(2_147_483_609);
    let plain = all.iter().map(|number| (number.to_string(), Some(*number)));
    let zeros = all.iter().map(|number| (format!("{number:040}"), Some(*number)));
    let long = [(String::from("9").repeat(30), None), (String::from("1") + &"0".repeat(60), None)];
    plain.chain(zeros).chain(long).collect()
}

type Read = fn(&str) -> Option<u128>;

/// Each field, its largest number, and how it is asked for.
const FIELDS: [(&str, u128, Read); 23] = {
    const MOST: u128 = u32::MAX as u128;
    [
        ("CSeq", MOST, |n| Some(read::<typed::CSeq<'_>>(&format!("{n} BYE")).ok()?.number().into())),
        ("RSeq", MOST, |n| Some(read::<typed::RSeq<'_>>(n).ok()?.value().into())),
        ("RAck", MOST, |n| {
            Some(read::<typed::RAck<'_>>(&format!("{n} 1 BYE")).ok()?.response_number().into())
        }),
        ("RAck CSeq", MOST, |n| {
            Some(read::<typed::RAck<'_>>(&format!("1 {n} BYE")).ok()?.cseq().number().into())
        }),
        ("Max-Forwards", MOST, |n| Some(read::<typed::MaxForwards<'_>>(n).ok()?.value().into())),
        ("Expires", MOST, |n| Some(read::<typed::Expires<'_>>(n).ok()?.value().into())),
        ("Min-Expires", MOST, |n| Some(read::<typed::MinExpires<'_>>(n).ok()?.value().into())),
        ("Session-Expires", MOST, |n| {
            Some(read::<typed::SessionExpires<'_>>(&format!("{n};x=1")).ok()?.value().into())
        }),
        ("Min-SE", MOST, |n| Some(read::<typed::MinSe<'_>>(n).ok()?.value().into())),
        ("Retry-After", MOST, |n| {
            Some(read::<typed::RetryAfter<'_>>(&format!("{n} (x)")).ok()?.seconds().into())
        }),
        ("Flow-Timer", MOST, |n| Some(read::<typed::FlowTimer<'_>>(n).ok()?.value().into())),
        ("Max-Breadth", MOST, |n| Some(read::<typed::MaxBreadth<'_>>(n).ok()?.value().into())),
        ("Geolocation-Error", MOST, |n| Some(read::<typed::GeolocationError<'_>>(n).ok()?.value().into())),
        ("Content-Length", MOST, |n| Some(read::<typed::ContentLength<'_>>(n).ok()?.value().into())),
        ("message length", u64::MAX as u128, |n| {
            let bytes = format!("INFO sip:b SIP/2.0\r\nl: {n}\r\n\r\n");
            look(bytes.as_bytes(), |message| message.content_length().ok().flatten().map(u128::from))
        }),
        ("Via port", 65_535, |n| {
            read::<typed::Via<'_>>(&format!("SIP/2.0/UDP h:{n};x")).ok()?.port().ok()?.map(u128::from)
        }),
        ("Via rport", 65_535, |n| {
            match read::<typed::Via<'_>>(&format!("SIP/2.0/UDP h;rport={n}")).ok()?.rport().ok()? {
                Some(Rport::Filled(port)) => Some(port.into()),
                _ => None,
            }
        }),
        ("Via ttl", 255, |n| {
            read::<typed::Via<'_>>(&format!("SIP/2.0/UDP h;ttl={n}")).ok()?.ttl().ok()?.map(u128::from)
        }),
        ("URI port", 65_535, |n| {
            Uri::parse(format!("sip:a@b:{n};x").as_bytes()).ok()?.port().ok()?.map(u128::from)
        }),
        ("IPv6 port", 65_535, |n| {
            Uri::parse(format!("sip:a@[::1]:{n}").as_bytes()).ok()?.port().ok()?.map(u128::from)
        }),
        ("URI ttl", 255, |n| {
            Uri::parse(format!("sip:a@b;ttl={n}").as_bytes()).ok()?.ttl().ok()?.map(u128::from)
        }),
        ("Contact expires", MOST, |n| {
            match read::<typed::Contact<'_>>(&format!("<sip:a@b>;expires={n}")).ok()?.0 {
                Contact::Address(address) => address.expires().ok()?.map(u128::from),
                _ => None,
            }
        }),
        ("To expires", MOST, |n| {
            read::<typed::To<'_>>(&format!("<sip:a@b>;expires={n}")).ok()?.expires().ok()?.map(u128::from)
        }),
    ]
};

#[test]
fn every_numeric_field_gives_the_number_or_an_error() {
    let edges = edges();
    for (field, most, ask) in FIELDS {
        for (text, number) in &edges {
            assert_eq!(ask(text), number.filter(|number| *number <= most), "{field} {text}");
        }
        for bad in ["", "-1", "+1", "1a", "0x1", "1.0", "\u{661}", "1e3", "--1"] {
            assert_eq!(ask(bad), None, "{field} {bad:?}");
        }
    }
}

/// Three digits, eight digits, three decimals: numbers of fixed width.
#[test]
fn numbers_of_fixed_width_have_that_width() {
    for (text, number) in edges() {
        let status = format!("SIP/2.0 {text} x\r\n\r\n");
        let fits = number.filter(|number| text.len() == 3 && (100..1_000).contains(number));
        look(status.as_bytes(), |message| {
            assert_eq!(message.status().ok().flatten().map(u128::from), fits, "{text}");
        });
        let warning = format!("{text} a \"b\"");
        let code = read::<typed::Warning<'_>>(&warning).ok().map(|warning| u128::from(warning.code()));
        assert_eq!(code, number.filter(|_| text.len() == 3), "{text}");
        let nc = format!("Digest nc={text}");
        let count = read::<typed::Authorization<'_>>(&nc).unwrap().nonce_count().ok().flatten();
        assert_eq!(count, u32::from_str_radix(&text, 16).ok().filter(|_| text.len() == 8), "{text}");
        let q = format!("<sip:a@b>;q={text}");
        let q = read::<typed::To<'_>>(&q).unwrap().q().ok().flatten();
        assert_eq!(
            q.map(u128::from),
            number.filter(|number| *number <= 1 && text.len() == 1).map(|one| one * 1_000)
        );
    }
}

/// Whatever is no number of its field shows a defect; this guards `check/number.rs`.
#[test]
fn what_is_too_large_for_its_field_shows() {
    for (name, most) in [
        ("Max-Forwards", 255u128),
        ("Expires", u32::MAX.into()),
        ("Min-Expires", u32::MAX.into()),
        ("RSeq", u32::MAX.into()),
        ("Session-Expires", u32::MAX.into()),
        ("Retry-After", u32::MAX.into()),
        ("Geolocation-Error", 999),
        ("AlertMsg-Error", 999),
    ] {
        for (text, number) in edges() {
            let fits = number.is_some_and(|number| number <= most);
            assert_eq!(codes_of(name, &text).is_empty(), fits, "{name} {text}");
        }
    }
}
