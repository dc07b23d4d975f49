//! Hostile input from good: what a thousandth of all traffic looks like, made common.

use std::vec;
use std::vec::Vec;

use simdsip_corpus::rng::Rng;

/// Bytes that mean something to a SIP parser, and their neighbours.
const MEANINGFUL: &[u8] = b"\r\n\r\n: \t:;,<>\"\\/SIP/2.0\0\x01\x0b\x0c\x1f\x7e\x7f\x80\xc3\xa9\xff;=90-";

/// Lengths around the edges of one and two blocks.
const EDGES: [usize; 18] = [60, 61, 62, 63, 64, 65, 66, 67, 68, 124, 125, 126, 127, 128, 129, 130, 131, 132];

/// Makes messages of 80 to 400 bytes from the pieces of the corpus.
pub struct Maker {
    rng: Rng,
    starts: Vec<Vec<u8>>,
    lines: Vec<Vec<u8>>,
    shorts: Vec<Vec<u8>>,
}

impl Maker {
    /// From every message of the corpus.
    pub fn new(seed: u64) -> Maker {
        let mut maker = Maker { rng: Rng::new(seed), starts: vec![], lines: vec![], shorts: vec![] };
        for entry in simdsip_corpus::messages() {
            let mut lines =
                entry.bytes.split_inclusive(|&byte| byte == b'\n').filter(|line| line.len() < 120);
            maker.starts.extend(lines.next().map(<[u8]>::to_vec));
            let lines = lines.take_while(|line| line.len() > 2).map(<[u8]>::to_vec);
            maker.lines.extend(lines.take(30));
            if (1..400).contains(&entry.bytes.len()) {
                maker.shorts.push(entry.bytes);
            }
        }
        maker.lines.sort();
        maker.lines.dedup();
        maker
    }

    /// Puts the next input into `out`.
    pub fn make(&mut self, out: &mut Vec<u8>) {
        out.clear();
        if self.rng.chance(25) {
            out.extend_from_slice(&self.shorts[self.rng.below(self.shorts.len())]);
        } else {
            out.extend_from_slice(&self.starts[self.rng.below(self.starts.len())]);
            for _ in 0..self.rng.below(7) {
                out.extend_from_slice(&self.lines[self.rng.below(self.lines.len())]);
            }
            if self.rng.chance(90) {
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(&b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"[..self.rng.below(32)]);
        }
        out.truncate(400);
        for _ in 0..self.rng.below(4) {
            self.mutate(out);
        }
        if self.rng.chance(20) {
            self.pad_to_edge(out);
        }
    }

    fn byte(&mut self) -> u8 {
        if self.rng.chance(80) {
            MEANINGFUL[self.rng.below(MEANINGFUL.len())]
        } else {
            self.rng.below(256) as u8
        }
    }

    fn mutate(&mut self, out: &mut Vec<u8>) {
        if out.is_empty() {
            return;
        }
        let at = self.rng.below(out.len());
        match self.rng.below(7) {
            0 => out.truncate(at),
            1 => out.insert(at, self.byte()),
            2 => drop(out.remove(at)),
            3 | 4 => out[at] = self.byte(),
            5 => {
                let line = &self.lines[self.rng.below(self.lines.len())];
                let piece = &line[self.rng.below(line.len())..];
                out.splice(at..at, piece.iter().copied());
            }
            _ => {
                // A line end of another kind.
                if let Some(lf) = out[at..].iter().position(|&byte| byte == b'\n').map(|lf| at + lf) {
                    match self.rng.below(4) {
                        0 if lf > 0 => drop(out.remove(lf - 1)),
                        1 => out[lf] = b'\r',
                        2 => out.insert(lf, b'\n'),
                        _ => drop(out.remove(lf)),
                    }
                }
            }
        }
    }

    /// Moves what follows so that the empty line, or the end, comes near the edge of a block.
    fn pad_to_edge(&mut self, out: &mut Vec<u8>) {
        let edge = EDGES[self.rng.below(EDGES.len())];
        let end = out
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .map_or(out.len(), |at| at + self.rng.below(5));
        if end < edge {
            let at = out.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            let padding = b"X-Padding-Field: 0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abc";
            let wanted = (edge - end).min(padding.len());
            out.splice(at..at, padding[padding.len() - wanted..].iter().copied());
        } else {
            out.truncate(edge);
        }
    }
}
