//! One message against a window: which bytes are copied, which are spelled out, in which bits.
//!
//! The cheapest way through the message by the codes of `codec`, found position by position. Knows nothing of states:
//! the window is what the receiver's memory will hold. It refuses windows and messages that its addresses cannot reach.

use alloc::vec::Vec;

use super::codec::{
    AGAIN, BASE, Code, Codec, LENGTH_MAX, LENGTH_MIN, NEW, hex_code, length_code, plain_code,
};
use super::matches::{Matches, common};
use crate::udvm::fcs16;

/// How many places are tried at each position.
const DEPTH: usize = 48;
/// A match of this length is taken as it is.
const ENOUGH: usize = 96;

/// One step of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Byte(u8),
    /// Copies from a place in the window.
    New {
        from: u16,
        len: u16,
    },
    /// Goes on at the old offset.
    Again {
        len: u16,
    },
}

#[derive(Clone, Copy, Debug)]
struct Node {
    cost: u32,
    step: Step,
    /// Behind a hex digit.
    hex: bool,
    /// Distance to the source; 0 before the first match.
    offset: u16,
}

/// Room that is used again for each message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Encoder {
    nodes: Vec<Node>,
    steps: Vec<Step>,
}

/// What goes before the text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Prelude<'p> {
    /// The dictionary is put behind the history.
    pub(crate) dictionary: bool,
    /// Window places `to..from` go once the message is out.
    pub(crate) cut: Option<(usize, usize)>,
    /// Bytes for addresses below 256.
    pub(crate) pokes: &'p [(u8, &'p [u8])],
}

impl Encoder {
    /// Finds the way for `window[begin..]`; `found` is extended over the window.
    pub(crate) fn parse(
        &mut self,
        codec: &Codec,
        window: &[u8],
        begin: usize,
        found: &mut Matches,
    ) -> &[Step] {
        let text = window.get(begin..).unwrap_or_default();
        let start = Node { cost: u32::MAX, step: Step::Byte(0), hex: false, offset: 0 };
        self.nodes.clear();
        self.nodes.resize(text.len().saturating_add(1), start);
        if let Some(first) = self.nodes.first_mut() {
            first.cost = 0;
        }
        let mut skip_until = 0;
        for at in 0..text.len() {
            let here = begin.saturating_add(at);
            found.extend(window, here);
            let Some(&node) = self.nodes.get(at) else { break };
            if at < skip_until {
                continue;
            }
            let most = text.len().saturating_sub(at).min(LENGTH_MAX);
            self.byte(at, node, text);
            let mut longest = self.again(at, node, window, here, most);
            longest = longest.max(self.elsewhere(codec, at, node, window, here, most, found));
            if longest >= ENOUGH {
                skip_until = at.saturating_add(longest);
            }
        }
        self.walk_back(text.len());
        &self.steps
    }

    fn byte(&mut self, at: usize, node: Node, text: &[u8]) {
        let Some(&byte) = text.get(at) else { return };
        let bits = byte_bits(node.hex, byte);
        let hex = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        self.relax(at, 1, Node { cost: node.cost.saturating_add(bits), step: Step::Byte(byte), hex, ..node });
    }

    fn again(&mut self, at: usize, node: Node, window: &[u8], here: usize, most: usize) -> usize {
        let Some(from) = here.checked_sub(usize::from(node.offset)).filter(|from| *from < here) else {
            return 0;
        };
        let len = same(window, from, here, most);
        let (_, head) = if node.hex { AGAIN[1] } else { AGAIN[0] };
        self.lengths(at, len, node.cost.saturating_add(head), node.offset, |len| Step::Again { len });
        len
    }

    #[expect(clippy::too_many_arguments, reason = "one call, all of it hot")]
    fn elsewhere(
        &mut self,
        codec: &Codec,
        at: usize,
        node: Node,
        window: &[u8],
        here: usize,
        most: usize,
        found: &Matches,
    ) -> usize {
        let (_, bits) = if node.hex { NEW[1] } else { NEW[0] };
        let head = bits.saturating_add(codec.address_bits);
        let cost = node.cost.saturating_add(head);
        let mut longest = LENGTH_MIN - 1;
        for from in found.places(window, here).take(DEPTH) {
            // Only what is longer than before is of use, and it shows at the byte behind.
            if longest >= most
                || window.get(from.saturating_add(longest)) != window.get(here.saturating_add(longest))
            {
                if longest >= most {
                    break;
                }
                continue;
            }
            let len = same(window, from, here, most);
            if len > longest {
                let offset = here.saturating_sub(from) as u16;
                let from = BASE.saturating_add(from as u16);
                self.lengths_from(at, longest.saturating_add(1), len, cost, offset, |len| Step::New {
                    from,
                    len,
                });
                longest = len;
            }
        }
        longest
    }

    fn lengths(&mut self, at: usize, len: usize, cost: u32, offset: u16, step: impl Fn(u16) -> Step) {
        self.lengths_from(at, LENGTH_MIN, len, cost, offset, step);
    }

    fn lengths_from(
        &mut self,
        at: usize,
        least: usize,
        len: usize,
        cost: u32,
        offset: u16,
        step: impl Fn(u16) -> Step,
    ) {
        let take = |encoder: &mut Self, len: usize| {
            let cost = cost.saturating_add(length_code(len).1);
            encoder.relax(at, len, Node { cost, step: step(len as u16), hex: false, offset });
        };
        if len < least {
            return;
        }
        // Of a long one, the ends alone: between them lies nothing that another way would want.
        let short = len.min(least.saturating_add(12));
        (least..=short).for_each(|len| take(self, len));
        (short.saturating_add(1).max(len.saturating_sub(8))..=len).for_each(|len| take(self, len));
    }

    #[inline]
    fn relax(&mut self, at: usize, len: usize, to: Node) {
        if let Some(node) = self.nodes.get_mut(at.saturating_add(len))
            && to.cost < node.cost
        {
            *node = to;
        }
    }

    fn walk_back(&mut self, end: usize) {
        self.steps.clear();
        let mut at = end;
        while at > 0 {
            let Some(node) = self.nodes.get(at) else { break };
            let len = match node.step {
                Step::Byte(_) => 1,
                Step::New { len, .. } | Step::Again { len } => usize::from(len),
            };
            self.steps.push(node.step);
            at = at.saturating_sub(len.max(1));
        }
        self.steps.reverse();
    }

    /// Writes what follows the header: checksum, prelude, steps.
    pub(crate) fn write(&self, codec: &Codec, text: &[u8], prelude: &Prelude<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(&fcs16(text).to_be_bytes());
        let mut bits = Bits { out, window: 0, count: 0 };
        for (at, bytes) in prelude.pokes {
            bits.put((3, 2));
            bits.put((u16::from(*at), 8));
            bits.put((bytes.len() as u16, 8));
            bits.align();
            bits.out.extend_from_slice(bytes);
        }
        if prelude.dictionary {
            bits.put((1, 2));
        }
        if let Some((to, from)) = prelude.cut {
            bits.put((2, 2));
            bits.put((BASE.saturating_add(to as u16), codec.address_bits));
            bits.put((BASE.saturating_add(from as u16), codec.address_bits));
        }
        bits.put((0, 2));
        let mut hex = false;
        for step in &self.steps {
            match *step {
                Step::Byte(byte) if hex => {
                    bits.put(hex_code(byte));
                    if !(0x20..=0x7e).contains(&byte) {
                        bits.put((u16::from(byte), 8));
                    }
                }
                Step::Byte(byte) => bits.put(plain_code(byte)),
                Step::New { from, len } => {
                    bits.put(if hex { NEW[1] } else { NEW[0] });
                    bits.put((from, codec.address_bits));
                    bits.put(length_code(usize::from(len)));
                }
                Step::Again { len } => {
                    bits.put(if hex { AGAIN[1] } else { AGAIN[0] });
                    bits.put(length_code(usize::from(len)));
                }
            }
            hex = matches!(step, Step::Byte(b'0'..=b'9' | b'a'..=b'f'));
        }
        bits.finish();
    }

    /// The steps of the last [`Encoder::parse`].
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }
}

const fn byte_bits(hex: bool, byte: u8) -> u32 {
    match (hex, byte) {
        (true, 0x20..=0x7e) => hex_code(byte).1,
        (true, _) => 18,
        (false, _) => plain_code(byte).1,
    }
}

/// How far two places of the window are the same; the later may run into itself.
fn same(window: &[u8], from: usize, here: usize, most: usize) -> usize {
    common(window.get(from..).unwrap_or_default(), window.get(here..).unwrap_or_default(), most)
}

/// Bits, the first at the top of each byte.
struct Bits<'o> {
    out: &'o mut Vec<u8>,
    window: u32,
    count: u32,
}

impl Bits<'_> {
    fn put(&mut self, (value, count): Code) {
        self.window = self.window << count | u32::from(value);
        self.count = self.count.saturating_add(count);
        while self.count >= 8 {
            self.count = self.count.saturating_sub(8);
            self.out.push((self.window >> self.count) as u8);
        }
    }

    /// To the next byte; what is passed over is never read.
    fn align(&mut self) {
        if self.count > 0 {
            let rest = 8_u32.saturating_sub(self.count);
            self.put((0, rest));
        }
    }

    /// Ones, which are the beginning of no whole code.
    fn finish(mut self) {
        if self.count > 0 {
            let rest = 8_u32.saturating_sub(self.count);
            self.put((0xff >> 8_u32.saturating_sub(rest), rest));
        }
    }
}
