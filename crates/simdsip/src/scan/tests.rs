//! The masks and matches of each backend against a look at each byte, marks against a walk over the lines.

extern crate std;

use std::string::ToString;
use std::vec;
use std::vec::Vec;

use super::Backend;
use super::kernel::{BLOCK, Kernel, Masks, Task, WINDOW};
use super::mark::{Marks, Scanner, Stop};
use super::stray::{Stray, Strays};

/// Miri is a thousand times slower: it takes one case of so many.
const THIN: usize = if cfg!(miri) { 37 } else { 1 };

/// Bytes of a feed.
const STEPS: &[usize] = if cfg!(miri) { &[65] } else { &[1, 13, 64, 65, 130] };

/// The masks of one block.
struct MasksOf<'a>(&'a [u8; BLOCK]);

impl Task for MasksOf<'_> {
    type Output = Masks;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Masks {
        kernel.masks(self.0)
    }
}

#[track_caller]
fn check_masks(backends: &[Backend], block: &[u8; BLOCK]) {
    let bits = |is: &dyn Fn(u8) -> bool| (0..BLOCK).filter(|&at| is(block[at])).map(|at| 1u64 << at).sum();
    let expected =
        Masks { lf: bits(&|byte| byte == b'\n'), odd: bits(&|byte| !(b' '..=b'~').contains(&byte)) };
    for backend in backends {
        assert_eq!(backend.run(MasksOf(block)), expected, "{backend}: {}", block.escape_ascii());
    }
}

fn backends() -> Vec<Backend> {
    Backend::available().collect()
}

#[test]
fn every_byte_at_every_place_has_its_bits() {
    let backends = backends();
    for byte in (0..=255u8).step_by(THIN) {
        for around in [b'x', b'\n', b':', 0xff, 0x00, byte ^ 0x80, byte ^ 0x01] {
            for at in (0..BLOCK).step_by(THIN) {
                let mut block = [around; BLOCK];
                block[at] = byte;
                check_masks(&backends, &block);
            }
        }
    }
}

#[test]
fn every_pair_of_neighbours_has_its_bits() {
    // Arithmetic on several bytes at once must not carry from one into the next.
    let backends = backends();
    for first in (0..=255u8).step_by(THIN) {
        for second in (0..=255u8).step_by(THIN) {
            let block = core::array::from_fn(|at| if at % 2 == 0 { first } else { second });
            check_masks(&backends, &block);
        }
    }
}

#[test]
fn random_blocks_have_their_bits() {
    let backends = backends();
    let mut rng = simdsip_corpus::rng::Rng::new(0xb10c);
    for _ in 0..20_000 / THIN / THIN {
        check_masks(&backends, &core::array::from_fn(|_| rng.below(256) as u8));
    }
}

/// A window, what is kept of it, what is wanted.
struct Matching<'a>([&'a [u8; WINDOW]; 3]);

impl Task for Matching<'_> {
    type Output = (u32, bool);

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> (u32, bool) {
        let [window, keep, want] = self.0;
        (kernel.matching(window, keep, want), kernel.same(window, keep, want))
    }
}

#[track_caller]
fn check_matching(backends: &[Backend], window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) {
    let fits = |&at: &usize| window[at] & keep[at] == want[at];
    let bits = (0..WINDOW).filter(fits).map(|at| 1u32 << at).sum();
    for backend in backends {
        let found = backend.run(Matching([window, keep, want]));
        assert_eq!(found, (bits, bits == u32::MAX), "{backend}: {window:x?} {keep:x?} {want:x?}");
    }
}

#[test]
fn windows_match_where_all_kept_bits_do() {
    let backends = backends();
    let mut rng = simdsip_corpus::rng::Rng::new(0x3a7c);
    for _ in 0..20_000 / THIN / THIN {
        let window: [u8; WINDOW] = core::array::from_fn(|_| rng.below(256) as u8);
        let keep: [u8; WINDOW] = core::array::from_fn(|_| [0xff, 0xdf, 0x00, 0x80, 0x01][rng.below(5)]);
        let mut want: [u8; WINDOW] = core::array::from_fn(|at| window[at] & keep[at]);
        check_matching(&backends, &window, &keep, &want);
        let (at, bit) = (rng.below(WINDOW), 1 << rng.below(8));
        want[at] ^= bit;
        check_matching(&backends, &window, &keep, &want);
        let want = core::array::from_fn(|at| if rng.below(2) == 0 { want[at] } else { rng.below(256) as u8 });
        check_matching(&backends, &window, &keep, &want);
    }
    for byte in (0..=255u8).step_by(THIN) {
        for other in [byte, byte ^ 0x01, byte ^ 0x80, byte.wrapping_add(1), byte.wrapping_sub(1)] {
            for at in (0..WINDOW).step_by(THIN) {
                let mut window = [other; WINDOW];
                window[at] = byte;
                check_matching(&backends, &window, &[0xff; WINDOW], &[byte; WINDOW]);
            }
        }
    }
}

struct Fill<'a> {
    scanner: &'a mut Scanner,
    bytes: &'a [u8],
    last: bool,
    marks: &'a mut Marks,
}

impl Task for Fill<'_> {
    type Output = Stop;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Stop {
        self.scanner.fill(kernel, self.bytes, self.last, self.marks)
    }
}

/// What a scan of one section gives.
#[derive(Debug, PartialEq, Eq)]
struct Scan {
    marks: Vec<u32>,
    /// Where the empty line's line feed is.
    end: Option<usize>,
}

/// Line by line: the feed of each, up to the empty line.
fn slow(bytes: &[u8], origin: usize) -> Scan {
    let mut marks = vec![];
    let mut line = origin;
    for at in origin..bytes.len() {
        if bytes[at] == b'\n' {
            if line > origin && matches!(&bytes[line..at], b"" | b"\r") {
                return Scan { marks, end: Some(at) };
            }
            marks.push(at as u32);
            line = at + 1;
        }
    }
    Scan { marks, end: None }
}

/// Scans with `backend`, given the bytes up to each of `ends` in turn.
#[track_caller]
fn check_scan(backend: Backend, bytes: &[u8], origin: usize, ends: &[usize]) {
    let shown = || bytes.escape_ascii().to_string();
    let expected = slow(bytes, origin);
    let mut scanner = Scanner::new(origin);
    let mut found = Scan { marks: vec![], end: None };
    let mut marks = Marks::new();
    'feeds: for (feed, &end) in ends.iter().enumerate() {
        let last = feed + 1 == ends.len();
        let bytes = &bytes[..end];
        loop {
            marks.clear();
            let before = scanner.next;
            let stop = backend.run(Fill { scanner: &mut scanner, bytes, last, marks: &mut marks });
            found.marks.extend_from_slice(marks.as_slice());
            match stop {
                Stop::Full => {
                    assert!(marks.as_slice().len() > 64 && scanner.next > before, "{backend}: {}", shown())
                }
                Stop::Starved => {
                    let whole = (end - origin) / BLOCK * BLOCK + origin;
                    assert_eq!(scanner.next, if last { end } else { whole }, "{backend}: {}", shown());
                    break;
                }
                Stop::End(at) => {
                    found.end = Some(at);
                    break 'feeds;
                }
            }
        }
    }
    let context = || std::format!("{backend} from {origin} in feeds to {ends:?}: {}", shown());
    match expected.end {
        // LF LF with a block's edge between them may be left to the reader of the lines.
        Some(at) if (at - origin).is_multiple_of(BLOCK) && bytes[at - 1] == b'\n' && found != expected => {
            let (marks, rest) = found.marks.split_at(expected.marks.len());
            assert_eq!((marks, rest[0]), (&expected.marks[..], at as u32), "{}", context());
        }
        _ => assert_eq!(found, expected, "{}", context()),
    }
    check_stray(backend, &scanner, &bytes[origin..expected.end.map_or(bytes.len(), |lf| lf + 1)]);
}

/// The scanner tells that there is something, but for what stands right before a line feed and for the very last
/// byte; [`Strays`] tells what.
#[track_caller]
fn check_stray(backend: Backend, scanner: &Scanner, section: &[u8]) {
    let mut told = false;
    let mut owed = Stray::default();
    let mut crlf = true;
    for (at, &byte) in section.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| section[at]);
        let kind = match byte {
            b'\n' => {
                crlf &= before == Some(b'\r');
                told |= before.is_none_or(|before| (b' '..=b'~').contains(&before) || before == b'\n');
                None
            }
            b'\t' => None,
            b'\r' => (section.get(at + 1) != Some(&b'\n')).then_some(&mut owed.bare_cr),
            0..0x20 | 0x7f if before == Some(b'\\') => Some(&mut owed.quoted_control),
            0..0x20 | 0x7f => Some(&mut owed.control),
            0x80.. => Some(&mut owed.high),
            _ => None,
        };
        let others = !(b' '..=b'~').contains(&byte) && byte != b'\n';
        told |= others && section.get(at + 1).is_some_and(|next| *next != b'\n');
        if let Some(kind) = kind {
            *kind = true;
        }
    }
    assert!(scanner.irregular() || !told, "{}", section.escape_ascii());
    if crlf && section.ends_with(b"\n") {
        assert_eq!(scanner.irregular(), told, "{}", section.escape_ascii());
        assert_eq!(backend.run(Strays(section)), owed, "{backend}: {}", section.escape_ascii());
        assert_eq!(Stray::slow(section), owed, "{}", section.escape_ascii());
    }
}

/// All at once, and in steps of several lengths.
#[track_caller]
fn check_all(backends: &[Backend], bytes: &[u8], origin: usize) {
    for &backend in backends {
        check_scan(backend, bytes, origin, &[bytes.len()]);
        for &step in STEPS {
            let mut ends: Vec<usize> = (origin + 1..bytes.len()).step_by(step).collect();
            ends.push(bytes.len());
            check_scan(backend, bytes, origin, &ends);
        }
    }
}

#[test]
fn lines_across_every_edge_are_marked() {
    let backends = backends();
    for line in
        [&b"a:b"[..], b":", b"", b"none", b" fold:ed", b"a::b:c", b"x\ry:z", b"\x01:\xff\\\x02", b"\r"]
    {
        for end in [&b"\r\n"[..], b"\n", b"\r\r\n"] {
            for shift in (0..BLOCK + 2).step_by(THIN) {
                let mut bytes = b"\r\nS:t\r\n".to_vec();
                bytes.extend(core::iter::repeat_n(b'p', shift));
                for part in [b":v\r\n", line, end, b"q: r\r\n\r\nbody: of\r\n\r\nthe: message\r\n\r\n"] {
                    bytes.extend_from_slice(part);
                }
                check_all(&backends, &bytes, 2);
            }
        }
    }
}

#[test]
fn tails_of_every_length_are_marked() {
    let backends = backends();
    let text = b"start: line\r\na: b\r\nno colon\r\n folded: too\n:\r\nc:\xff\\\x01d\x02\re\r\n".repeat(3);
    for origin in [0, 1, 5] {
        for len in (origin..text.len()).step_by(THIN) {
            check_all(&backends, &text[..len], origin);
        }
    }
}

#[test]
fn full_marks_are_taken_up_again() {
    let backends = backends();
    for line in [&b":\n"[..], b"\n \n", b"a\n", b"a:\r\n", b"To: x\r\n", b"a longer line without\r\n"] {
        for count in [33, 31, 32, 63, 64, 65, 66, 127, 128, 129, 200, 400].into_iter().step_by(THIN) {
            let bytes = [b"start\r\n", &line.repeat(count)[..], b"last: one\r\n\r\nbody"].concat();
            check_all(&backends, &bytes, 0);
        }
    }
}

#[test]
fn random_lines_are_marked() {
    let backends = backends();
    let mut rng = simdsip_corpus::rng::Rng::new(0x11e5);
    let pieces: [&[u8]; 12] = [
        b"\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b":",
        b": ",
        b"a",
        b"name",
        b"some more text of a value",
        b"\xff",
        b"\x01",
        b"\\\x01",
    ];
    for _ in 0..1_500 / THIN / THIN {
        let mut bytes = b"S".to_vec();
        for _ in 0..rng.between(1, 120) {
            bytes.extend_from_slice(rng.pick(&pieces));
        }
        check_all(&backends, &bytes, 0);
    }
}

#[test]
fn backends_have_names_ranks_and_caps() {
    let all = backends();
    assert_eq!(all[..2], [Backend::SCALAR, Backend::SWAR]);
    assert_eq!(all.last(), Some(&Backend::detect()));
    for (rank, backend) in all.iter().enumerate() {
        assert_eq!(Backend::by_name(backend.name()), Some(*backend));
        assert_eq!(backend.to_string(), backend.name());
        assert_eq!(std::format!("{backend:?}"), std::format!("Backend({})", backend.name()));
        for (other_rank, other) in all.iter().enumerate() {
            assert_eq!(backend.cap(*other), if rank <= other_rank { *backend } else { *other });
            assert_eq!(backend == other, rank == other_rank);
        }
    }
    assert_eq!(Backend::by_name("mmx"), None);
    assert_eq!(Backend::by_name(""), None);
    #[cfg(target_arch = "x86_64")]
    {
        assert_eq!(Backend::by_name("sse2").is_some(), std::is_x86_feature_detected!("sse2"));
        let avx2 = std::is_x86_feature_detected!("avx2")
            && std::is_x86_feature_detected!("bmi1")
            && std::is_x86_feature_detected!("bmi2")
            && std::is_x86_feature_detected!("lzcnt")
            && std::is_x86_feature_detected!("popcnt");
        assert_eq!(Backend::by_name("avx2").is_some(), avx2);
        let avx512 =
            avx2 && std::is_x86_feature_detected!("avx512bw") && std::is_x86_feature_detected!("avx512f");
        assert_eq!(Backend::by_name("avx512").is_some(), avx512);
    }
}
