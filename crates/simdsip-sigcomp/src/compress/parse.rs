//! The way through one message: which bytes are copied from where, which are spelled out.
//!
//! The cheapest way by the codes of `codec`, found position by position. What was found at one position goes on at the
//! next, so most places are turned down at one look; where it cannot get cheaper, it is not tried. Knows nothing of
//! states: the window is what the receiver's memory will hold.
#![allow(
    clippy::indexing_slicing,
    reason = "a bool cannot leave an array of 2, nor a byte one of 256; lengths are cut to LENGTH_MAX"
)]

use alloc::vec::Vec;

use super::codec::{
    AGAIN, Codec, LENGTH_MAX, LENGTH_MIN, NEW, hex_code, length_code, offset_code, plain_code,
};
use super::matches::{FIRST, Matches, common};

/// How many places are looked at for each position.
const DEPTH: usize = 16;
/// With a match of this length in hand, only so many.
const GOOD: usize = 12;
const FEW: usize = 2;
/// Where the text goes on as before for so long, none.
const PLENTY: usize = 24;
/// Behind the beginning of a match of this length, only its end is looked at.
const ENOUGH: usize = 32;
/// How much of the end.
const TAIL: usize = 8;

/// One step of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Byte(u8),
    /// Copies from so many bytes before.
    New {
        offset: u16,
        len: u16,
    },
    /// Goes on at the old offset.
    Again {
        len: u16,
    },
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// Bits from the beginning to here.
    cost: u32,
    kind: Kind,
    len: u16,
    /// Distance to the source; 0 before the first match.
    offset: u16,
    /// Behind a hex digit.
    hex: bool,
}

/// The step that leads to a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Byte,
    New,
    Again,
}

const UNREACHED: Node = Node { cost: u32::MAX, kind: Kind::Byte, len: 1, offset: 0, hex: false };

/// A place that begins as the text does, and how far.
#[derive(Clone, Copy, Debug, Default)]
struct Match {
    from: usize,
    len: usize,
}

/// Room that is used again for each message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parser {
    nodes: Vec<Node>,
    steps: Vec<Step>,
}

impl Parser {
    /// Finds the way for `window[begin..]`, a window that `found` has read.
    pub(crate) fn parse(&mut self, codec: &Codec, window: &[u8], begin: usize, found: &Matches) {
        let text = window.get(begin..).unwrap_or_default();
        self.nodes.clear();
        self.nodes.resize(text.len().saturating_add(1), UNREACHED);
        if let Some(first) = self.nodes.first_mut() {
            first.cost = 0;
        }
        let mut at = 0_usize;
        let mut known = Match::default();
        while let (Some(&byte), Some(&node)) = (text.get(at), self.nodes.get(at)) {
            let mut on = 1;
            if node.cost != u32::MAX {
                let here = begin.wrapping_add(at);
                let most = text.len().wrapping_sub(at).min(LENGTH_MAX);
                self.byte(at, node, byte);
                let again = again(window, here, most, node.offset);
                if again >= LENGTH_MIN {
                    let cost = node.cost.wrapping_add(AGAIN[usize::from(node.hex)].1);
                    self.lengths(at, again, Node { cost, kind: Kind::Again, ..node });
                }
                let carried = known;
                known = self.longest(codec, found, window, (at, here), most, known, again);
                if known.from != carried.from {
                    self.one_back(codec, at, window, here, known);
                } else if known.len >= LENGTH_MIN {
                    self.copied(codec, at, here, known);
                }
                let far = known.len.max(again);
                if far >= ENOUGH {
                    on = far.wrapping_sub(TAIL);
                }
            }
            at = at.wrapping_add(on);
            known = Match { from: known.from.wrapping_add(on), len: known.len.saturating_sub(on) };
        }
        self.walk_back(text);
    }

    /// The match may begin one byte sooner, where it was not looked for.
    #[inline]
    fn one_back(&mut self, codec: &Codec, at: usize, window: &[u8], here: usize, known: Match) {
        let (from, here) = (known.from.wrapping_sub(1), here.wrapping_sub(1));
        let first = window.get(from);
        if known.len >= LENGTH_MIN && at > 0 && first.is_some() && first == window.get(here) {
            let len = known.len.wrapping_add(1).min(LENGTH_MAX);
            self.copied(codec, at.wrapping_sub(1), here, Match { from, len });
        }
    }

    /// A match from a new place.
    #[inline]
    fn copied(&mut self, codec: &Codec, at: usize, here: usize, found: Match) {
        let Some(&node) = self.nodes.get(at).filter(|node| node.cost != u32::MAX) else { return };
        let offset = here.wrapping_sub(found.from) as u16;
        if offset != node.offset {
            let bits = NEW[usize::from(node.hex)].1.wrapping_add(offset_code(codec, offset).1);
            let cost = node.cost.wrapping_add(bits);
            self.lengths(at, found.len, Node { cost, kind: Kind::New, offset, ..node });
        }
    }

    #[inline]
    fn byte(&mut self, at: usize, node: Node, byte: u8) {
        let bits = BYTE_BITS[usize::from(node.hex)][usize::from(byte)];
        let cost = node.cost.wrapping_add(u32::from(bits));
        let hex = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        self.relax(at, Node { cost, kind: Kind::Byte, len: 1, offset: node.offset, hex });
    }

    /// From the longest down, as long as it gets cheaper.
    #[inline]
    fn lengths(&mut self, at: usize, most: usize, head: Node) {
        let least = if most >= ENOUGH { most.wrapping_sub(TAIL) } else { LENGTH_MIN };
        for len in (least..=most.min(LENGTH_MAX)).rev() {
            let cost = head.cost.wrapping_add(u32::from(LENGTH_BITS[len]));
            if !self.relax(at, Node { cost, len: len as u16, hex: false, ..head }) {
                break;
            }
        }
    }

    /// Whether it is cheaper so.
    #[inline]
    fn relax(&mut self, at: usize, to: Node) -> bool {
        let Some(node) = self.nodes.get_mut(at.wrapping_add(usize::from(to.len))) else { return false };
        let cheaper = to.cost < node.cost;
        if cheaper {
            *node = to;
        }
        cheaper
    }

    /// The longest match there is, as far as is looked; the one that is known, where none is longer. Each that is longer
    /// than those nearer by is taken into account.
    #[inline]
    #[expect(clippy::too_many_arguments, reason = "one call, all of it hot")]
    fn longest(
        &mut self,
        codec: &Codec,
        found: &Matches,
        window: &[u8],
        (at, here): (usize, usize),
        most: usize,
        known: Match,
        again: usize,
    ) -> Match {
        let mut best = known;
        if best.len >= most || again >= PLENTY {
            return best;
        }
        let depth = if best.len >= GOOD { FEW } else { DEPTH };
        let mut len = best.len.max(FIRST - 1);
        let byte = |at: usize| window.get(at).copied().unwrap_or_default();
        let mut behind = byte(here.wrapping_add(len));
        let mut from = found.before(here);
        for _ in 0..depth {
            if from >= here {
                break;
            }
            // Only what is longer is of use, and it shows at the byte behind.
            if byte(from.wrapping_add(len)) == behind {
                let now = common(window, from, here, most);
                if now > len {
                    (best, len) = (Match { from, len: now }, now);
                    self.copied(codec, at, here, best);
                    if len >= most {
                        break;
                    }
                    behind = byte(here.wrapping_add(len));
                }
            }
            from = found.before(from);
        }
        if best.len < LENGTH_MIN
            && let Some(from) = found.short(here)
        {
            best = Match { from, len: common(window, from, here, most) };
            if best.len >= LENGTH_MIN {
                self.copied(codec, at, here, best);
            }
        }
        best
    }

    fn walk_back(&mut self, text: &[u8]) {
        self.steps.clear();
        let mut at = text.len();
        while at > 0 {
            let Some(&Node { kind, len, offset, .. }) = self.nodes.get(at) else { break };
            at = at.saturating_sub(usize::from(len).max(1));
            self.steps.push(match kind {
                Kind::Byte => Step::Byte(text.get(at).copied().unwrap_or_default()),
                Kind::Again => Step::Again { len },
                Kind::New => Step::New { offset, len },
            });
        }
        self.steps.reverse();
    }

    /// The way that was found.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What it costs in bits.
    #[cfg(test)]
    pub(crate) fn bits(&self) -> u32 {
        self.nodes.last().map_or(0, |node| node.cost)
    }
}

/// How far the text goes on as at the old offset.
#[inline]
fn again(window: &[u8], here: usize, most: usize, offset: u16) -> usize {
    let from = here.wrapping_sub(usize::from(offset));
    if offset == 0 || window.get(from) != window.get(here) { 0 } else { common(window, from, here, most) }
}

/// Bits of each byte, behind plain and behind hex.
static BYTE_BITS: [[u8; 256]; 2] = {
    let mut bits = [[0; 256]; 2];
    let mut byte = 0;
    while byte < 256 {
        bits[0][byte] = plain_code(byte as u8).1 as u8;
        bits[1][byte] = match byte {
            0x20..=0x7e => hex_code(byte as u8).1 as u8,
            _ => 18,
        };
        byte += 1;
    }
    bits
};

/// Bits of each length.
static LENGTH_BITS: [u8; LENGTH_MAX + 1] = {
    let mut bits = [0; LENGTH_MAX + 1];
    let mut len = LENGTH_MIN;
    while len <= LENGTH_MAX {
        bits[len] = length_code(len).1 as u8;
        len += 1;
    }
    bits
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::codec::CODECS;

    /// The same by looking at every place and every length.
    fn slow(codec: &Codec, window: &[u8], begin: usize) -> Parser {
        let text = &window[begin..];
        let mut parser = Parser { nodes: alloc::vec![UNREACHED; text.len() + 1], steps: Vec::new() };
        parser.nodes[0].cost = 0;
        for at in 0..text.len() {
            let (node, here, most) = (parser.nodes[at], begin + at, (text.len() - at).min(LENGTH_MAX));
            parser.byte(at, node, text[at]);
            for from in 0..here {
                let same = (0..most).take_while(|len| window[from + len] == window[here + len]).count();
                let offset = (here - from) as u16;
                for len in LENGTH_MIN..=same {
                    let bits = node.cost + length_code(len).1;
                    if offset == node.offset {
                        let cost = bits + AGAIN[usize::from(node.hex)].1;
                        let kind = Kind::Again;
                        parser.relax(at, Node { cost, kind, len: len as u16, offset, hex: false });
                    }
                    let cost = bits + NEW[usize::from(node.hex)].1 + offset_code(codec, offset).1;
                    let kind = Kind::New;
                    parser.relax(at, Node { cost, kind, len: len as u16, offset, hex: false });
                }
            }
        }
        parser.walk_back(text);
        parser
    }

    /// What the receiver writes.
    fn follow(steps: &[Step], window: &[u8]) -> Vec<u8> {
        let (mut out, mut offset) = (window.to_vec(), 0);
        for step in steps {
            let len = match *step {
                Step::Byte(byte) => {
                    out.push(byte);
                    continue;
                }
                Step::New { offset: new, len } => {
                    offset = usize::from(new);
                    len
                }
                Step::Again { len } => len,
            };
            (0..len).for_each(|_| out.push(out[out.len() - offset]));
        }
        out
    }

    #[test]
    fn costs_hardly_more_than_looking_everywhere() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/sigcomp/flow_ims.json");
        let flow: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let texts = flow.as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap());
        let (codec, mut found, mut parser) = (&CODECS[0], Matches::default(), Parser::default());
        let mut said = [codec.code, crate::dict::SIP_SDP].concat();
        let (mut fast_bits, mut slow_bits) = (0, 0);
        for text in texts.filter(|text| text.len() < 900).take(6) {
            let window = [&said, text.as_bytes()].concat();
            found.read(&window, said.len());
            parser.parse(codec, &window, said.len(), &found);
            assert!(follow(parser.steps(), &said) == window);
            let all = slow(codec, &window, said.len());
            assert!(follow(all.steps(), &said) == window);
            (fast_bits, slow_bits) = (fast_bits + parser.bits(), slow_bits + all.bits());
            // Odd lengths, so that the text begins between two places that are looked up.
            said = window;
            said.drain(codec.code.len()..codec.code.len() + 601);
        }
        std::println!("{fast_bits} bits, {slow_bits} by looking everywhere");
        assert!(fast_bits * 100 <= slow_bits * 103);
    }

    #[test]
    fn short_texts_and_windows() {
        let (codec, mut found, mut parser) = (&CODECS[0], Matches::default(), Parser::default());
        let all = b"aaaaaaaaaaaabaaaabaaaaaabSIP/2.0 200 SIP/2.0 200";
        for begin in 0..all.len() {
            for end in begin..=all.len() {
                let window = &all[..end];
                found.read(window, begin);
                parser.parse(codec, window, begin, &found);
                assert!(follow(parser.steps(), &all[..begin]) == window, "{begin} {end}");
            }
        }
    }
}
