//! What the fuzz targets share: parsers made once, and the properties that take more than a line to say.
//!
//! Comparing two readings, putting a message together again and running a framer are the tests' own
//! (crates/simdsip/tests/common), so that fuzzing and tests cannot ask for different things.
#![forbid(unsafe_code)]

#[path = "../../crates/simdsip/tests/common/mod.rs"]
pub mod common;
pub mod edit;
#[path = "../../crates/simdsip-capture/tests/layers/property.rs"]
pub mod layers;
pub mod offer;
pub mod sctp;
pub mod sigcomp;
pub mod typed;
#[path = "../../crates/simdsip-capture/tests/layers/wire.rs"]
pub mod wire;

use std::io::Read;
use std::sync::LazyLock;

use simdsip::{Backend, Message, Multipart, Parser, Policy};
use simdsip_capture::table::{Columns, Jsonl};
use simdsip_capture::{Messages, Options, Progress};

/// Asked once: the processor answers slowly in a virtual machine.
pub static INTEROP: LazyLock<Parser> = LazyLock::new(|| Parser::new(Policy::INTEROP));
/// Refuses as little as can be.
pub static CAPTURE: LazyLock<Parser> = LazyLock::new(|| Parser::new(Policy::CAPTURE));
/// All but scalar.
pub static RIVALS: LazyLock<Vec<Backend>> =
    LazyLock::new(|| Backend::available().filter(|&backend| backend != Backend::SCALAR).collect());

/// Every part stands where the wire has it, without blanks around it.
pub fn assert_well_placed(bytes: &[u8], message: &Message<'_>) {
    let blank = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    for header in message.headers() {
        let (line, name, value) = (header.line_range(), header.name_range(), header.value_range());
        assert!(line.start == name.start && name.end <= line.end && value.end <= line.end);
        assert_eq!((&bytes[name], &bytes[value]), (header.name(), header.value()));
        assert!(!blank(header.value().first()) && !blank(header.value().last()), "a value is not trimmed");
        assert!(!blank(header.name().last()), "a name is not trimmed");
        let first = bytes[line.clone()].split(|&byte| byte == b'\n').next().unwrap_or_default();
        assert!(header.name().is_empty() || first.contains(&b':'), "a name without a colon");
        assert_eq!(header.is_folded(), header.value().contains(&b'\n'));
    }
    assert_eq!(message.has_defects(), message.defects().next().is_some());
    assert_eq!(message.has_structural_defects(), message.structural_defects().next().is_some());
    assert!(message.defects().all(|defect| defect.at + defect.len <= bytes.len()));
}

/// Cuts `bytes` at places that depend on them alone, so that a finding can be played again.
pub fn cuts(bytes: &[u8]) -> Vec<&[u8]> {
    let seed = bytes
        .iter()
        .fold(bytes.len() as u64, |seed, &byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut rng = simdsip_corpus::rng::Rng::new(seed);
    let longest = [1, 3, 20, 64, 300][rng.below(5)];
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rng.between(1, longest).min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// Walks parts and the parts within them: each lies inside, behind the last, as the slow reader counts them.
pub fn assert_parts(input: &[u8], parts: Multipart<'_>, body: std::ops::Range<usize>) {
    let owed = count_parts(&input[body.clone()], parts.boundary());
    let mut from = body.start;
    let mut count = 0;
    for part in parts {
        let range = part.body_range();
        assert!(
            from <= range.start && range.start <= range.end && range.end <= body.end,
            "outside, or behind"
        );
        assert_eq!(&input[range.clone()], part.body());
        for (name, value) in part.headers() {
            assert!(name.len() + value.len() <= range.start - from);
        }
        if let Some(Ok(inner)) = part.multipart() {
            assert_parts(input, inner, range.clone());
        }
        from = range.end;
        count += 1;
    }
    assert_eq!(count, owed, "parts");
}

/// Line by line: a part begins behind each delimiter line until one closes (RFC 2046 §5.1.1).
fn count_parts(body: &[u8], boundary: &[u8]) -> usize {
    let mut count = 0;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let Some(rest) = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary)) else {
            continue;
        };
        let rest = rest.strip_suffix(b"\n").map_or(rest, |rest| rest.strip_suffix(b"\r").unwrap_or(rest));
        let padding = |rest: &[u8]| rest.iter().all(|byte| matches!(byte, b' ' | b'\t'));
        if rest.strip_prefix(b"--").is_some_and(padding) {
            break;
        }
        count += usize::from(padding(rest));
    }
    count
}

/// Rows of a capture as text, and how many bytes were read of it.
pub fn rows(reader: impl Read) -> Option<(String, u64)> {
    let mut messages = Messages::from_reader(reader, "fuzz", &Options::default()).ok()?;
    let mut jsonl = Jsonl::new(Columns::default());
    let mut text = Vec::new();
    while let Ok(Progress::More) = messages.step(&mut |row| jsonl.row(row, &mut text)) {}
    let text = String::from_utf8(text).expect("JSON is UTF-8");
    assert_eq!(text.lines().count() as u64, messages.stats().messages);
    Some((text, messages.stats().bytes))
}

/// Gives few bytes at a time.
pub struct Dribble<'b>(pub &'b [u8]);

impl Read for Dribble<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let len = out.len().min(37).min(self.0.len());
        let (now, later) = self.0.split_at(len);
        out[..len].copy_from_slice(now);
        self.0 = later;
        Ok(len)
    }
}
