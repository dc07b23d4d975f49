//! Messages of one growing dimension: headers, one value, the body.

use crate::rng::Rng;

/// Header counts of `scale-headers`.
pub const HEADER_COUNTS: [usize; 8] = [5, 10, 20, 50, 100, 200, 350, 500];
/// Value lengths, in bytes, of `scale-value`.
pub const VALUE_LENS: [usize; 10] = [10, 30, 100, 300, 1000, 3000, 10_000, 20_000, 40_000, 65_536];
/// Body lengths, in bytes, of `scale-body`.
pub const BODY_LENS: [usize; 9] = [0, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

const BASE: &str = "OPTIONS sip:scale@example.com SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKscale\r\n\
    From: <sip:a@example.com>;tag=1\r\n\
    To: <sip:b@example.com>\r\n";

/// A request of exactly `count` headers, 5 or more: names known and unknown, values of 10 to 60 bytes.
#[must_use]
pub fn headers(count: usize) -> Vec<u8> {
    const NAMES: [&str; 8] = [
        "Via",
        "Route",
        "X-Trace",
        "P-Asserted-Identity",
        "Record-Route",
        "X-Custom-Long-Name",
        "Supported",
        "Allow",
    ];
    let mut rng = Rng::new(0x5ca1_e000 + count as u64);
    let mut out = BASE.to_owned();
    for at in 0..count.saturating_sub(5) {
        let name = NAMES[at % NAMES.len()];
        let len = rng.between(10, 60);
        out.push_str(&format!("{name}: {}\r\n", rng.alnum(len)));
    }
    out.push_str("Call-ID: scale\r\nContent-Length: 0\r\n\r\n");
    out.into_bytes()
}

/// A request with one value of `len` bytes of text.
#[must_use]
pub fn value(len: usize) -> Vec<u8> {
    let mut rng = Rng::new(0x5ca1_e001 + len as u64);
    let value = rng.text("abcdefghijklmnopqrstuvwxyz0123456789;=-_.", len);
    format!("{BASE}X-Value: {value}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

/// A request with a body of `len` bytes of every value.
#[must_use]
pub fn body(len: usize) -> Vec<u8> {
    let mut rng = Rng::new(0x5ca1_e002 + len as u64);
    let mut out =
        format!("{BASE}Content-Type: application/octet-stream\r\nContent-Length: {len}\r\n\r\n").into_bytes();
    while len - (out.len() - body_start(&out)) > 0 {
        let left = len - (out.len() - body_start(&out));
        out.extend_from_slice(&rng.next_u64().to_le_bytes()[..left.min(8)]);
    }
    out
}

fn body_start(message: &[u8]) -> usize {
    message.windows(4).position(|four| four == b"\r\n\r\n").map_or(message.len(), |at| at + 4)
}

#[cfg(test)]
mod tests {
    use super::{BODY_LENS, HEADER_COUNTS, VALUE_LENS, body, body_start, headers, value};

    #[test]
    fn dimensions_are_exact() {
        for count in HEADER_COUNTS {
            let lines = headers(count).windows(2).filter(|two| two == b"\r\n").count();
            assert_eq!(lines, count + 2, "start line, headers, empty line");
        }
        for len in VALUE_LENS {
            let text = String::from_utf8(value(len)).expect("ASCII");
            let found = text.lines().find_map(|line| line.strip_prefix("X-Value: ")).expect("the row");
            assert_eq!(found.len(), len);
        }
        for len in BODY_LENS {
            let message = body(len);
            assert_eq!(message.len() - body_start(&message), len);
        }
    }
}
