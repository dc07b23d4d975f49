//! Hostile messages of any size: each repeats what makes a careless parser slow.
//!
//! Concerns structure and framing. Each is built at any size, so that the time of 64 KiB and
//! of 1 MiB can be compared; run them with the limits lifted. Whether a message is accepted
//! is the parser's to say: the time it takes must be linear either way.

use crate::rng::Rng;

/// One hostile kind.
#[derive(Clone, Copy, Debug)]
pub struct Adversary {
    /// Short name.
    pub name: &'static str,
    /// Meant for a stream: many messages or keep-alives rather than one message.
    pub stream: bool,
    shape: Shape,
}

/// How the bytes are laid out; each repeats its unit until the size is reached.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Inside the value of one header.
    Value(&'static [u8]),
    /// As header lines.
    Lines(&'static [u8]),
    /// As header lines numbered from 0, between the two parts.
    Numbered(&'static str, &'static str),
    /// In front of the start line.
    Leading(&'static [u8]),
    /// As the name of one header.
    Name(&'static [u8]),
    /// In the Request-URI.
    Uri(&'static [u8]),
    /// As the reason phrase of a response.
    Reason(&'static [u8]),
    /// As a body of the right length, after these header lines.
    Body(&'static str, &'static [u8]),
    /// As it is, nothing around it.
    Raw(&'static [u8]),
    /// The value of one header: random bytes of this set.
    Random(&'static [u8]),
}

const MINIMAL: &[u8] =
    b"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\n\
    To: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";

/// Every kind.
pub const ADVERSARIES: [Adversary; 60] = [
    one("bare-cr-run", Shape::Value(b"\r")),
    one("bare-cr-between", Shape::Value(b"a\r")),
    one("bare-cr-lines", Shape::Lines(b"A: b\rC: d\r\n")),
    one("bare-lf-lines", Shape::Lines(b"Route: <sip:a>\n")),
    one("lf-body", Shape::Body("", b"\n")),
    one("crlf-body", Shape::Body("", b"\r\n")),
    one("colon-run", Shape::Value(b":")),
    one("colon-body", Shape::Body("", b":")),
    one("colon-lines", Shape::Lines(b"::::::::::::::::\r\n")),
    one("colon-only-lines", Shape::Lines(b":\r\n")),
    one("folds", Shape::Value(b"\r\n x")),
    one("folds-tab", Shape::Value(b"\r\n\tx")),
    one("folds-empty", Shape::Value(b"\r\n ")),
    one("folds-bare-lf", Shape::Value(b"\n x")),
    one("folds-each", Shape::Lines(b"Via:\r\n a\r\n\tb\r\n")),
    one("one-name", Shape::Lines(b"Route: <sip:a>\r\n")),
    one("one-name-compact", Shape::Lines(b"v: a\r\n")),
    one("one-unknown-name", Shape::Lines(b"X-Same: a\r\n")),
    one("distinct-names", Shape::Numbered("X-Row-", ": a\r\n")),
    one("short-lines", Shape::Lines(b"a:\r\n")),
    one("no-colon-lines", Shape::Lines(b"no colon in here\r\n")),
    one("no-colon-short", Shape::Lines(b"x\r\n")),
    one("content-length-rows", Shape::Lines(b"Content-Length: 0\r\n")),
    one("content-length-digits", Shape::Lines(b"l: 00000000000000000000000000000000\r\n")),
    one("spaces", Shape::Value(b" ")),
    one("tabs", Shape::Value(b"\t")),
    one("spaces-before-colon", Shape::Name(b" ")),
    one("space-lines", Shape::Lines(b"A : b\r\n")),
    one("trailing-space", Shape::Lines(b"A: b                          \r\n")),
    one("control-bytes", Shape::Value(b"\x01\x02\x1f\x7f")),
    one("control-names", Shape::Lines(b"A\x01B: c\r\n")),
    one("nul-run", Shape::Value(b"\0")),
    one("nul-lines", Shape::Lines(b"\0\0\0\0:\0\0\r\n")),
    one("high-bytes", Shape::Value(b"\xff")),
    one("utf8-cut", Shape::Value(b"\xf0\x9f\x98")),
    one("utf8-valid", Shape::Value("ж".as_bytes())),
    one("continuation-bytes", Shape::Value(b"\x80")),
    one("huge-value", Shape::Value(b"v")),
    one("huge-name", Shape::Name(b"n")),
    one("huge-uri", Shape::Uri(b"u")),
    one("huge-reason", Shape::Reason(b"r")),
    one("huge-line", Shape::Raw(b"x")),
    one("semicolons", Shape::Value(b";")),
    one("commas", Shape::Value(b",")),
    one("quotes", Shape::Value(b"\"")),
    one("backslashes", Shape::Value(b"\"\\\\")),
    one("parentheses", Shape::Value(b"(")),
    one("percents", Shape::Value(b"%")),
    one("angles", Shape::Value(b"<")),
    one("random-structure", Shape::Random(b"\r\n: \tax")),
    one("leading-crlf", Shape::Leading(b"\r\n")),
    one("leading-lf", Shape::Leading(b"\n")),
    one("zeros", Shape::Raw(b"\0")),
    one("multipart-dashes", Shape::Body(MIXED, b"\r\n--")),
    one("multipart-near-miss", Shape::Body(MIXED, b"\r\n--bX")),
    one("multipart-empty-parts", Shape::Body(MIXED, b"--b\r\n\r\n\r\n")),
    one("multipart-part-headers", Shape::Body(MIXED, b"--b\r\nA:\r\n\r\nx\r\n")),
    stream("minimal-messages", Shape::Raw(MINIMAL)),
    stream("pings", Shape::Leading(b"\r\n\r\n")),
    stream("pings-between", Shape::Raw(b"\r\n\r\n")),
];

const MIXED: &str = "Content-Type: multipart/mixed;boundary=b\r\n";

const fn one(name: &'static str, shape: Shape) -> Adversary {
    Adversary { name, stream: false, shape }
}

const fn stream(name: &'static str, shape: Shape) -> Adversary {
    Adversary { name, stream: true, shape }
}

impl Adversary {
    /// The bytes: `size` of them, where `size` is at least 512. Streams end on a unit's end.
    #[must_use]
    pub fn build(&self, size: usize) -> Vec<u8> {
        let (before, after) = self.frame(size);
        let room = size.saturating_sub(before.len() + after.len());
        let mut out = Vec::with_capacity(size);
        out.extend_from_slice(&before);
        self.fill(&mut out, room);
        let used = out.len() - before.len();
        if let Shape::Body(..) = self.shape {
            out.resize(before.len() + room, b'.');
        } else if !matches!(self.shape, Shape::Raw(_)) || !self.stream {
            // What no whole unit fits into becomes padding in the last header of the frame.
            let pad = vec![b'p'; room - used];
            let at = after.len().saturating_sub(4);
            if matches!(self.shape, Shape::Raw(_)) {
                out.extend_from_slice(&pad);
            } else {
                out.extend_from_slice(&after[..at]);
                out.extend_from_slice(&pad);
                out.extend_from_slice(&after[at..]);
            }
        }
        out
    }

    fn fill(&self, out: &mut Vec<u8>, room: usize) {
        let unit = match self.shape {
            Shape::Value(unit) | Shape::Lines(unit) | Shape::Leading(unit) | Shape::Name(unit) => unit,
            Shape::Uri(unit) | Shape::Reason(unit) | Shape::Body(_, unit) | Shape::Raw(unit) => unit,
            Shape::Numbered(before, after) => {
                let mut left = room;
                for number in 0.. {
                    let line = format!("{before}{number}{after}");
                    let Some(rest) = left.checked_sub(line.len()) else { return };
                    left = rest;
                    out.extend_from_slice(line.as_bytes());
                }
                return;
            }
            Shape::Random(set) => {
                let mut rng = Rng::new(0xad5e_0000 + room as u64);
                out.extend((0..room).map(|_| set[rng.below(set.len())]));
                return;
            }
        };
        for _ in 0..room / unit.len() {
            out.extend_from_slice(unit);
        }
    }

    /// What stands before and after the repeated part. The last header is `P: `, to be padded.
    fn frame(&self, size: usize) -> (Vec<u8>, Vec<u8>) {
        const START: &str = "OPTIONS sip:a SIP/2.0\r\n";
        const ROWS: &str = "Via: SIP/2.0/TCP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\n\
            Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n";
        const END: &str = "Content-Length: 0\r\nP: \r\n\r\n";
        let (before, after) = match self.shape {
            Shape::Value(_) | Shape::Random(_) => (format!("{START}{ROWS}X: a"), format!("b\r\n{END}")),
            Shape::Lines(_) | Shape::Numbered(..) => (format!("{START}{ROWS}"), END.to_owned()),
            Shape::Leading(_) => (String::new(), format!("{START}{ROWS}{END}")),
            Shape::Name(_) => (format!("{START}{ROWS}X"), format!(": a\r\n{END}")),
            Shape::Uri(_) => ("OPTIONS sip:".to_owned(), format!(" SIP/2.0\r\n{ROWS}{END}")),
            Shape::Reason(_) => ("SIP/2.0 200 ".to_owned(), format!("\r\n{ROWS}{END}")),
            Shape::Body(rows, _) => {
                // The digits of the length are part of the size: seven of them, zeros first.
                let head = format!("{START}{ROWS}{rows}Content-Length: 0000000\r\n\r\n").len();
                (
                    format!("{START}{ROWS}{rows}Content-Length: {:07}\r\n\r\n", size.saturating_sub(head)),
                    String::new(),
                )
            }
            Shape::Raw(_) => (String::new(), String::new()),
        };
        (before.into_bytes(), after.into_bytes())
    }
}

/// Messages whose CR, LF, colons and ends fall on each offset around the edges of 16, 32, 64
/// and 128 byte blocks: one for every padding of 0 to 191 bytes.
#[must_use]
pub fn block_edges() -> Vec<Vec<u8>> {
    (0..192)
        .map(|pad| {
            let mut message = b"OPTIONS sip:a SIP/2.0\r\nS: ".to_vec();
            message.resize(message.len() + pad, b's');
            message.extend_from_slice(b"\r\nv: a\r\n b\r\nf:c\r\nX-Long-Name : d\r\nl: 2\r\n\r\nhi");
            message
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ADVERSARIES;

    #[test]
    fn sizes_are_as_asked_and_names_unique() {
        let mut names: Vec<&str> = ADVERSARIES.iter().map(|adversary| adversary.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ADVERSARIES.len());
        for adversary in ADVERSARIES {
            for size in [512, 1000, 64 * 1024, 1024 * 1024] {
                let len = adversary.build(size).len();
                if adversary.stream {
                    assert!(len <= size && len + 200 > size, "{}: {len} of {size}", adversary.name);
                } else {
                    assert_eq!(len, size, "{}", adversary.name);
                }
            }
        }
    }
}
