//! Every row of the registry file against the generated table, and the perfect hash against the
//! linear search: exact, folded, compact, mutated and random names.

extern crate std;

use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use super::lookup::{self, BEFORE, SPAN, lookup, lookup_slow};
use super::{Cardinality, HeaderName, Method};
use crate::scan::Swar;

const HEADERS: &str = include_str!("../../registry/sip_headers.csv");
const METHODS: &str = include_str!("../../registry/sip_methods.csv");

fn rows(csv: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    csv.lines().skip(1).map(|line| line.split(',').collect())
}

fn names() -> impl Iterator<Item = (u8, Vec<u8>)> {
    rows(HEADERS).flat_map(|row| {
        let id = row[0].parse().expect("id");
        let compact = Some(row[2]).filter(|letter| !letter.is_empty());
        [Some(row[1]), compact].into_iter().flatten().map(move |name| (id, name.as_bytes().to_vec()))
    })
}

/// As lines are read: from a window that begins before the name, with a colon and whatever follows it. The other way in,
/// by the length of the name, says the same.
fn lookup_in_line(name: &[u8], after: &[u8]) -> u8 {
    let mut line = [b"before\r\n", name, b":", after].concat();
    line.resize(line.len() + SPAN, 0xa5);
    let window = line[8 - BEFORE..].first_chunk().expect("padded");
    let found = lookup::lookup_in_line(Swar, window);
    assert!(found.is_none_or(|(_, len)| len == name.len()), "{}", name.escape_ascii());
    let id = found.map_or(0, |(id, _)| id);
    assert_eq!(lookup::lookup_at(&line, 8, name.len()), id, "{}", name.escape_ascii());
    id
}

#[track_caller]
fn check(name: &[u8]) -> u8 {
    let expected = lookup_slow(name);
    let shown = || name.escape_ascii().to_string();
    assert_eq!(lookup(name), expected, "lookup of {}", shown());
    for after in [&b" value and more of it"[..], b"", &[0xff; 16], &[0; 16]] {
        if !name.contains(&b':') {
            assert_eq!(lookup_in_line(name, after), expected, "lookup of {} in its line", shown());
        }
    }
    expected
}

#[test]
fn table_agrees_with_the_registry() {
    let mut count = 0;
    for row in rows(HEADERS) {
        let [id, name, compact, cardinality, shape, _grammar, reference] = row[..] else {
            panic!("seven columns in {row:?}");
        };
        count += 1;
        assert_eq!(id, count.to_string(), "ids are dense");
        let header = HeaderName::from_id(count);
        assert_eq!(header.id(), count);
        assert_eq!(HeaderName::ALL[usize::from(count) - 1], header);
        assert_eq!(header.as_str(), name);
        assert_eq!(header.to_string(), name);
        assert_eq!(header.compact(), compact.bytes().next(), "{name}");
        let expected = match cardinality {
            "single" => Cardinality::Single,
            "comma-list" => Cardinality::CommaList,
            "repeat-row" => Cardinality::RepeatRow,
            other => panic!("cardinality {other}"),
        };
        assert_eq!(header.cardinality(), expected, "{name}");
        assert_eq!(format!("{:?}", header.shape()), shape, "{name}");
        let squeeze = |text: &str| text.replace([' ', '§'], "");
        assert_eq!(squeeze(header.rfc()), squeeze(reference), "{name}");
    }
    assert_eq!(usize::from(count), HeaderName::ALL.len());
    assert_eq!(count, 149);
    for id in [0, 150, 200, 255] {
        assert_eq!(HeaderName::from_id(id), HeaderName::Unknown);
    }
    assert_eq!(HeaderName::Unknown.as_str(), "");
    assert_eq!(HeaderName::Unknown.compact(), None);
}

// covers: RFC 3261 §7.3.1, §7.3.3
#[test]
fn every_name_in_every_case_finds_its_row() {
    let mut forms = 0;
    for (id, name) in names() {
        forms += 1;
        let mixed = |odd: usize| -> Vec<u8> {
            let flip = |(at, b): (usize, &u8)| {
                if at % 2 == odd { b.to_ascii_uppercase() } else { b.to_ascii_lowercase() }
            };
            name.iter().enumerate().map(flip).collect()
        };
        for spelt in [name.clone(), name.to_ascii_lowercase(), name.to_ascii_uppercase(), mixed(0), mixed(1)]
        {
            assert_eq!(check(&spelt), id, "{}", spelt.escape_ascii());
            assert_eq!(HeaderName::lookup(&spelt).id(), id);
        }
    }
    assert_eq!(forms, 169, "149 names and 20 compact forms");
}

#[test]
fn every_one_byte_mutation_agrees_with_the_linear_search() {
    let mut unknown = 0u32;
    for (_, name) in names() {
        for at in 0..name.len() {
            let mut mutant = name.clone();
            for byte in 0..=255 {
                mutant[at] = byte;
                let expected = lookup_slow(&mutant);
                assert_eq!(lookup(&mutant), expected, "{}", mutant.escape_ascii());
                if byte != b':' {
                    assert_eq!(lookup_in_line(&mutant, b" x"), expected, "{}", mutant.escape_ascii());
                }
                unknown += u32::from(expected == 0);
            }
        }
    }
    assert!(unknown > 400_000, "{unknown} mutants were unknown");
}

#[test]
fn every_cut_and_extension_agrees_with_the_linear_search() {
    for (_, name) in names() {
        for len in 0..=name.len() {
            check(&name[..len]);
            check(&name[len..]);
        }
        for byte in [b'\0', b' ', b':', b'-', b'a', b'\r', 0x80, 0xff] {
            for extra in [1, 2, 8, 16, 239 - name.len(), 256] {
                let mut longer = name.clone();
                longer.extend(vec![byte; extra]);
                check(&longer);
            }
        }
    }
}

#[test]
fn random_names_agree_with_the_linear_search() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let known: Vec<Vec<u8>> = names().map(|(_, name)| name).collect();
    for round in 0..100_000 {
        // Half are noise over a name's alphabet, half are made of two known ones.
        let name: Vec<u8> = if round % 2 == 0 {
            (0..next(32)).map(|_| b"abcdefghijklmnoprstuvwxyABCSPT-\r:"[next(33) as usize]).collect()
        } else {
            let (head, tail) =
                (&known[next(known.len() as u64) as usize], &known[next(known.len() as u64) as usize]);
            let cut = next(head.len() as u64 + 1) as usize;
            [&head[..cut], &tail[cut.min(tail.len())..]].concat()
        };
        check(&name);
    }
}

// covers: RFC 3261 §25.1
#[test]
fn control_bytes_do_not_pass_for_punctuation() {
    assert_eq!(HeaderName::lookup(b"Content-Type"), HeaderName::ContentType);
    assert_eq!(HeaderName::lookup(b"Content\rType"), HeaderName::Unknown);
    assert_eq!(HeaderName::lookup(b"X-Broadsoft-*"), HeaderName::XBroadsoft);
    assert_eq!(HeaderName::lookup(b"X-Broadsoft-\n"), HeaderName::Unknown);
    assert_eq!(HeaderName::lookup(b""), HeaderName::Unknown);
}

#[test]
fn blank_names_are_in_no_row() {
    // Folding the case makes zeros of blanks, as of what stands outside a name.
    for len in 0..30 {
        for byte in [b' ', 0] {
            let name = vec![byte; len];
            assert_eq!((lookup(&name), lookup_in_line(&name, b"")), (0, 0), "{len} of {byte}");
        }
    }
}

// covers: RFC 3261 §7.1
#[test]
fn methods_agree_with_the_registry() {
    let mut count = 0;
    for row in rows(METHODS) {
        let method = Method::from_bytes(row[1].as_bytes());
        assert_eq!(Method::ALL[count], method);
        assert!(!matches!(method, Method::Other(_)), "{}", row[1]);
        assert_eq!(method.as_bytes(), row[1].as_bytes());
        assert_eq!(method.to_string(), row[1]);
        let lower = row[1].to_ascii_lowercase();
        assert_eq!(Method::from_bytes(lower.as_bytes()), Method::Other(lower.as_bytes()));
        count += 1;
    }
    assert_eq!(count, Method::ALL.len());
    assert_eq!(count, 14);
    assert_eq!(Method::Other(b"SP\xffAM").to_string(), String::from("SP\u{fffd}AM"));
}
