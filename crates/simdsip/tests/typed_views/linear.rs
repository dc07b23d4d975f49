//! Every iterator makes progress, and time grows with the bytes: values made of what a careless reader would read again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use simdsip::header::Shape;
use simdsip::{GrowIndex, HeaderName, Limits, Parser, Policy, Span, Uri};

use super::common::clock::Stopwatch;
use super::common::probe::{HEADERS, Sum, conclusions, values};

/// How long it takes to ask for everything that this field can tell. That iterators end is [`Sum::each`]'s to hold.
fn time(header: HeaderName, value: &[u8]) -> Duration {
    let mut bytes = format!("INFO sip:b@b.example SIP/2.0\r\n{}: ", header.as_str()).into_bytes();
    bytes.extend_from_slice(value);
    bytes.extend_from_slice(b"\r\n\r\n");
    let parser = Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited());
    let mut index = GrowIndex::new();
    let message = parser.parse_growing(&bytes, &mut index).expect("a message");
    let asked = HEADERS.iter().find(|asked| asked.id == header).expect("a type");
    let mut sum = Sum::new();
    let begin = Stopwatch::start();
    values(&message, &mut sum);
    (asked.ask)(&message, &mut sum);
    conclusions(&message, &mut sum);
    std::hint::black_box(sum.value());
    begin.elapsed()
}

/// The bytes of the smaller run.
const SMALL: usize = 16 << 10;

/// Sixteen times the bytes take at most 32 times the processor's time, and a moment more; squared it were 256. One try
/// of a few is enough: no machine is so idle as to square less.
#[track_caller]
fn is_linear(what: &str, time: &dyn Fn(usize) -> Duration) -> Duration {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut last = Default::default();
    let begin = Stopwatch::start();
    // Another try is free where it is noise, and dear where it is squared.
    while begin.elapsed() < Duration::from_secs(8) {
        let (small, large) = (time(SMALL), time(SMALL * 16));
        if large <= small * 32 + Duration::from_millis(2) {
            return small;
        }
        last = (small, large);
    }
    panic!("{what}: {SMALL} bytes take {:?}, 16 times as many {:?}", last.0, last.1);
}

/// `start`, then `unit` again and again.
fn run(start: &[u8], unit: &[u8], len: usize) -> Vec<u8> {
    start.iter().chain(unit.iter().cycle()).copied().take(len).collect()
}

const UNITS: [&[u8]; 19] = [
    b";", b",", b"\"", b"(", b"<", b"%", b"=", b":", b"@", b"\\", b">", b")", b"?", b"[", b"\r\n ", b";a=\"",
    b"a,", b";a=<", b"(\\",
];

/// One header of each shape, and what its value may begin with so that the run stands in each part of it.
#[test]
fn every_shape_reads_every_run_in_linear_time() {
    let starts = |shape: Shape| -> &'static [&'static [u8]] {
        match shape {
            Shape::NameAddr | Shape::Uri | Shape::Contact => {
                &[b"", b"<sip:a", b"<sip:a@b;x", b"\"", b"sip:a@b;x="]
            }
            Shape::Via => &[b"", b"SIP/2.0/UDP a", b"SIP/2.0/UDP [", b"SIP/2.0/UDP a;branch="],
            Shape::Auth | Shape::AuthInfo => &[b"", b"Digest ", b"Digest a=\"", b"Digest qop=\""],
            Shape::Warning => &[b"", b"399 a \""],
            Shape::Dialog | Shape::CallId | Shape::Token => &[b"", b"a"],
            Shape::CSeq | Shape::RAck | Shape::Timestamp | Shape::Number => &[b"", b"1 ", b"1 1 "],
            Shape::NumberParams | Shape::RetryAfter => &[b"", b"1", b"1 (", b"1;a="],
            Shape::MediaType => &[b"", b"a/", b"a/b;c="],
            _ => &[b"", b"a;b="],
        }
    };
    let mut shapes: Vec<Shape> = vec![];
    let (mut count, mut most) = (0, Duration::ZERO);
    for asked in HEADERS {
        let shape = asked.id.shape();
        if shapes.contains(&shape) || asked.id == HeaderName::ContentLength {
            continue;
        }
        shapes.push(shape);
        for start in starts(shape) {
            for unit in UNITS {
                let what = format!("{} of {}{}", asked.id, start.escape_ascii(), unit.escape_ascii());
                let took = is_linear(&what, &|len| time(asked.id, &run(start, unit, len)));
                most = most.max(took);
                count += 1;
            }
        }
    }
    println!("{count} runs in {} shapes; the slowest of {SMALL} bytes takes {most:?}", shapes.len());
    assert!(shapes.len() >= 23 && most < Duration::from_millis(50));
}

/// URIs are read, hashed and compared.
#[test]
fn every_run_in_a_uri_is_read_and_compared_in_linear_time() {
    for start in [
        "sip:",
        "sip:a",
        "sip:a:",
        "sip:a@",
        "sip:a@b:",
        "sip:a@b;",
        "sip:a@b;x=",
        "sip:a@b?",
        "sip:a@[",
        "tel:+1",
        "tel:+1;x=",
        "urn:",
        "x:",
    ] {
        for unit in UNITS.iter().chain([&b"@:"[..], b":@", b"%4", b"%41", b"&a=b", b";a=b", b"a@"].iter()) {
            is_linear(&format!("{start}{}", unit.escape_ascii()), &|len| {
                let one = run(start.as_bytes(), unit, len);
                // Equal but for the case of its last byte, and another one.
                let mut two = one.clone();
                two[len - 1] ^= 0x20;
                let begin = Stopwatch::start();
                let mut sum = Sum::new();
                let read = |bytes| Uri::read(Span::new(bytes).expect("below 4 GiB"));
                if let (Ok(one), Ok(two)) = (read(&one), read(&two)) {
                    sum.uri(one);
                    sum.number(one.equivalent(&two).into());
                }
                std::hint::black_box(sum.value());
                begin.elapsed()
            });
        }
    }
}
