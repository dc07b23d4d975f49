//! Time grows with the bytes, whatever they are: values of 64 KiB made of what a careless check would read again.

use std::time::Duration;

use simdsip::{GrowIndex, Limits, Parser, Policy};

use super::common::clock::Stopwatch;
use super::message_with;

/// How long all defects of a message with this field take.
fn time(name: &str, value: &[u8]) -> Duration {
    let (bytes, _) = message_with(name, value);
    let parser = Parser::new(Policy::CAPTURE).with_limits(Limits::unlimited());
    let mut index = GrowIndex::new();
    let message = parser.parse_growing(&bytes, &mut index).unwrap();
    let begin = Stopwatch::start();
    assert!(message.defects().filter(|defect| defect.at <= bytes.len()).count() < bytes.len());
    begin.elapsed()
}

/// Eight times the bytes take eight times the time, and some more on a busy machine; squared it were sixty-four. One
/// try of many is enough: no machine is so idle as to square less.
fn is_linear(name: &str, make: &dyn Fn(usize) -> Vec<u8>, count: usize) {
    let (small, large) = (make(count), make(count * 8));
    let mut last = Default::default();
    for _ in 0..20 {
        let (once, eight) = (time(name, &small), time(name, &large));
        if eight < once * 20 + Duration::from_micros(500) {
            return;
        }
        last = (once, eight);
    }
    let start = &large[..large.len().min(40)];
    panic!(
        "{name} of {}: {} bytes {:?}, {} {:?}",
        start.escape_ascii(),
        small.len(),
        last.0,
        large.len(),
        last.1
    );
}

#[test]
fn time_is_linear_in_the_bytes() {
    let units: [&[u8]; 23] = [
        b"a",
        b";",
        b",",
        b"\"",
        b"\\",
        b"(",
        b")",
        b"<",
        b">",
        b"<sip:a@b",
        b"\",<",
        b";a=\"",
        b";a",
        b";a=b",
        b",a b",
        b"%",
        b"@",
        b":",
        b" ",
        b"=",
        b";x=[",
        b"\r\n ",
        b"<sip:a>,",
    ];
    let names = [
        "To",
        "Contact",
        "Route",
        "Via",
        "Supported",
        "Accept",
        "Reason",
        "Call-ID",
        "Replaces",
        "CSeq",
        "Expires",
        "Retry-After",
        "Date",
        "Timestamp",
        "WWW-Authenticate",
        "Authentication-Info",
        "Warning",
        "Server",
        "Privacy",
        "P-Charging-Vector",
        "User-to-User",
        "P-DCS-LAES",
        "P-DCS-Redirect",
        "Identity",
        "Alert-Info",
        "Policy-ID",
    ];
    for name in names {
        for unit in units {
            let make = |len: usize| {
                let units = unit.iter().copied().cycle();
                b"x".iter().copied().chain(units).take(len).collect::<Vec<u8>>()
            };
            is_linear(name, &make, 8_192);
        }
    }
}

#[test]
fn many_parameters_elements_and_fields_are_linear() {
    let params = |count: usize| {
        (0..count).fold(String::from("<sip:a@b>"), |text, number| text + &format!(";p{number}=1"))
    };
    let within = |count: usize| {
        (0..count)
            .fold(String::from("<sip:a@b"), |text, number| text + &format!(";p%3{}{number}", number % 10))
            + ">"
    };
    let fields = |count: usize| "*\r\nContact: *\r\nTo: <sip:b@b>\r\nContact: ".repeat(count) + "*";
    let elements = |count: usize| "<sip:a@b>,".repeat(count);
    for make in [&params as &dyn Fn(usize) -> String, &within, &fields, &elements] {
        is_linear("Contact", &|count| make(count).into_bytes(), 10_000);
    }
}
