//! INPUT-HUFFMAN: codes of several lengths (RFC 3320 §9.4.4).
//!
//! The sets of a decompressor hardly ever change and are read for every symbol, so that they are kept decoded, together
//! with the bytes that they were decoded from: where those still stand in memory, the sets are right. Operands that refer
//! to memory are never kept.

use super::reversed;
use super::run::States;
use super::vm::Vm;
use crate::reason::Reason;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Set {
    bits: u8,
    lower: u16,
    upper: u16,
    plain: u16,
}

const SETS_MAX: usize = 16;
const RAW_MAX: usize = 112;
/// How often a message may have sets kept.
const KEPT_MAX: u32 = 64;

/// A decoded instruction.
#[derive(Clone, Debug)]
pub(super) struct Huffman {
    pc: u16,
    to: u16,
    otherwise: u16,
    set_count: u8,
    raw_len: u8,
    sets: [Set; SETS_MAX],
    raw: [u8; RAW_MAX],
}

/// How many are kept, by address.
pub(super) const SLOTS: usize = 16;

impl Default for Huffman {
    fn default() -> Self {
        Self {
            pc: 0,
            to: 0,
            otherwise: 0,
            set_count: 0,
            raw_len: 0,
            sets: [Set::default(); SETS_MAX],
            raw: [0; RAW_MAX],
        }
    }
}

impl<S: States + ?Sized> Vm<'_, '_, S> {
    #[inline]
    pub(super) fn input_huffman(&mut self) -> Result<(), Reason> {
        let at = slot(self.pc);
        if let Some(known) = self.scratch.huffman.get(at)
            && known.set_count > 0
            && u32::from(known.pc) == self.pc
            && self.memory.slice(self.pc as usize, usize::from(known.raw_len))
                == known.raw.get(..usize::from(known.raw_len))
        {
            let (count, to, otherwise) = (known.set_count, known.to, known.otherwise);
            let after = self.pc.wrapping_add(u32::from(known.raw_len));
            self.charge(u64::from(count).saturating_add(1))?;
            let flags = self.bit_order()?;
            self.set_order(flags);
            return self.known_sets((at, usize::from(count)), flags, to, otherwise, after);
        }
        self.all_sets(at)
    }

    #[inline]
    fn known_sets(
        &mut self,
        (at, count): (usize, usize),
        flags: u16,
        to: u16,
        otherwise: u16,
        after: u32,
    ) -> Result<(), Reason> {
        let before = self.input;
        let (mut h, mut taken) = (0_u16, 0_u32);
        for set in
            self.scratch.huffman.get(at).map(|known| known.sets.iter().take(count)).into_iter().flatten()
        {
            let bits = u32::from(set.bits);
            let Some(k) = self.input.bits(bits) else {
                self.input = before;
                self.jump(otherwise);
                return Ok(());
            };
            let k = if flags & 2 != 0 { reversed(k, bits) } else { k };
            taken = taken.saturating_add(bits);
            h = h.checked_shl(bits).unwrap_or(0) | k;
            if set.lower <= h && h <= set.upper {
                self.memory.write16(to, h.wrapping_add(set.plain).wrapping_sub(set.lower))?;
                self.earn(taken);
                self.next = after;
                return Ok(());
            }
        }
        Err(Reason::HuffmanNoMatch)
    }

    /// Reads everything as it stands.
    fn all_sets(&mut self, at: usize) -> Result<(), Reason> {
        let to = self.multi()?;
        let otherwise = self.address()?;
        let n = self.literal()?;
        self.charge(u64::from(n).saturating_add(1))?;
        if n == 0 {
            return Ok(());
        }
        // The sets are read to the end in any case: the next instruction is behind them.
        let first = self.next;
        let mut total = 0_u32;
        for _ in 0..n {
            total = total.saturating_add(u32::from(self.multi()?));
            for _ in 0..3 {
                self.multi()?;
            }
        }
        let after = core::mem::replace(&mut self.next, first);
        let flags = self.bit_order()?;
        if total > 16 {
            return Err(Reason::TooManyBitsRequested);
        }
        self.keep(at, to, otherwise, n, after)?;
        self.next = first;
        self.set_order(flags);
        let before = self.input;
        let (mut h, mut taken) = (0_u16, 0_u32);
        for _ in 0..n {
            let bits = u32::from(self.multi()?);
            let (lower, upper, plain) = (self.multi()?, self.multi()?, self.multi()?);
            let Some(k) = self.input.bits(bits) else {
                self.input = before;
                self.jump(otherwise);
                return Ok(());
            };
            let k = if flags & 2 != 0 { reversed(k, bits) } else { k };
            taken = taken.saturating_add(bits);
            h = h.checked_shl(bits).unwrap_or(0) | k;
            if lower <= h && h <= upper {
                self.memory.write16(to, h.wrapping_add(plain).wrapping_sub(lower))?;
                self.earn(taken);
                self.next = after;
                return Ok(());
            }
        }
        Err(Reason::HuffmanNoMatch)
    }

    /// Keeps the sets where all operands are numbers.
    fn keep(&mut self, at: usize, to: u16, otherwise: u16, n: u16, after: u32) -> Result<(), Reason> {
        let len = after.saturating_sub(self.pc) as usize;
        let pc = u16::try_from(self.pc).map_err(|_| Reason::Segfault)?;
        let Some(raw) = self.memory.slice(self.pc as usize, len) else { return Ok(()) };
        // Code that changes itself all the time gains nothing from being kept.
        if self.kept >= KEPT_MAX || usize::from(n) > SETS_MAX || len > RAW_MAX || !all_numbers(raw, n) {
            return Ok(());
        }
        let mut known =
            Huffman { pc, to, otherwise, set_count: n as u8, raw_len: len as u8, ..Huffman::default() };
        for (slot, byte) in known.raw.iter_mut().zip(raw) {
            *slot = *byte;
        }
        let mut sets = [Set::default(); SETS_MAX];
        for set in sets.iter_mut().take(usize::from(n)) {
            let bits = self.multi()?.min(16) as u8;
            let (lower, upper, plain) = (self.multi()?, self.multi()?, self.multi()?);
            *set = Set { bits, lower, upper, plain };
        }
        known.sets = sets;
        self.kept = self.kept.saturating_add(1);
        if let Some(slot) = self.scratch.huffman.get_mut(at) {
            *slot = known;
        }
        Ok(())
    }
}

/// Where the sets of an instruction are kept.
#[inline]
fn slot(pc: u32) -> usize {
    usize::from((pc as u16).wrapping_mul(0x9e37) >> 12) % SLOTS
}

/// Whether no operand of an instruction refers to memory.
fn all_numbers(raw: &[u8], n: u16) -> bool {
    let mut rest = raw.get(1..).unwrap_or_default();
    let mut multi = |count: usize| {
        (0..count).all(|_| {
            let Some((&byte, after)) = rest.split_first() else { return false };
            let more = match byte {
                0x00..=0x3f | 0x86..=0x8f | 0xe0.. => 0,
                0x90..=0xbf => 1,
                0x80 => 2,
                _ => return false,
            };
            rest = after.get(more..).unwrap_or_default();
            true
        })
    };
    // Destination, address; the count, which is below 128 for as many sets as are kept; the sets.
    multi(2) && multi(1) && multi(usize::from(n).saturating_mul(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sets_of_our_code_do_not_displace_each_other() {
        for codec in &crate::compress::codec::CODECS {
            let lines = crate::udvm::disasm::disassemble(codec.code, 128);
            let mut slots: alloc::vec::Vec<usize> = lines
                .iter()
                .filter(|line| line.text.starts_with("INPUT-HUFFMAN"))
                .map(|line| slot(u32::from(line.address)))
                .collect();
            let all = slots.len();
            slots.sort_unstable();
            slots.dedup();
            assert_eq!((all, slots.len()), (4, 4));
        }
    }
}
