//! What each instruction does.
//!
//! Operands are read, the price is paid, then the effect; an instruction that fails may have written memory, which
//! nobody sees any more. RFC 3320 §9; RFC 4896 §3.

use crc::{CRC_16_MCRF4XX, Crc, Table};
use sha1::{Digest, Sha1};

use super::isa::op;
use super::run::{FeedbackItem, RequestedFeedback, ReturnedParams, States};
use super::vm::{Vm, Wait};
use super::{Order, reversed};
use crate::header::item_len;
use crate::reason::{PartialId, Reason};

/// The register of the FCS of RFC 1662 as it stands, not complemented: what RFC 4465 §2.9 compares with.
const FCS: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_MCRF4XX);

/// The checksum that CRC compares (RFC 3320 §9.3.5).
#[must_use]
pub fn fcs16(bytes: &[u8]) -> u16 {
    FCS.checksum(bytes)
}

impl<S: States + ?Sized> Vm<'_, '_, S> {
    #[inline]
    pub(super) fn execute(&mut self, opcode: u8) -> Result<(), Reason> {
        match opcode {
            op::DECOMPRESSION_FAILURE => {
                self.charge(1)?;
                Err(Reason::UserRequested)
            }
            op::AND..=op::REMAINDER => self.arithmetic(opcode),
            op::SORT_ASCENDING | op::SORT_DESCENDING => self.sort(opcode),
            op::SHA_1 => self.sha1(),
            op::LOAD => {
                let (at, value) = (self.multi()?, self.multi()?);
                self.charge(1)?;
                self.memory.write16(at, value)
            }
            op::MULTILOAD => self.multiload(),
            op::PUSH => {
                let value = self.multi()?;
                self.charge(1)?;
                self.push(value)
            }
            op::POP => {
                let at = self.multi()?;
                self.charge(1)?;
                let value = self.pop()?;
                self.memory.write16(at, value)
            }
            op::COPY..=op::COPY_OFFSET => self.copy(opcode),
            op::MEMSET => {
                let (at, len, start, step) = (self.multi()?, self.multi()?, self.multi()?, self.multi()?);
                self.charge(u64::from(len).saturating_add(1))?;
                let ring = self.memory.ring()?;
                self.memory.set(ring, at, usize::from(len), start as u8, step as u8)
            }
            op::JUMP => {
                let to = self.address()?;
                self.charge(1)?;
                self.jump(to);
                Ok(())
            }
            op::COMPARE => {
                let (a, b) = (self.multi()?, self.multi()?);
                let (less, same, more) = (self.address()?, self.address()?, self.address()?);
                self.charge(1)?;
                self.jump(match a.cmp(&b) {
                    core::cmp::Ordering::Less => less,
                    core::cmp::Ordering::Equal => same,
                    core::cmp::Ordering::Greater => more,
                });
                Ok(())
            }
            op::CALL => {
                let to = self.address()?;
                self.charge(1)?;
                self.push(self.next as u16)?;
                self.jump(to);
                Ok(())
            }
            op::RETURN => {
                self.charge(1)?;
                let to = self.pop()?;
                self.jump(to);
                Ok(())
            }
            op::SWITCH => self.switch(),
            op::CRC => self.crc(),
            op::INPUT_BYTES => self.input_bytes(),
            op::INPUT_BITS => self.input_bits(),
            op::INPUT_HUFFMAN => self.input_huffman(),
            op::STATE_ACCESS => self.state_access(),
            op::STATE_CREATE => {
                let (len, address, instruction) = (self.multi()?, self.multi()?, self.multi()?);
                let (min_access, priority) = (self.multi()?, self.multi()?);
                self.charge(u64::from(len).saturating_add(1))?;
                self.ask_to_create(len, address, instruction, min_access, priority)
            }
            op::STATE_FREE => {
                let (at, len) = (self.multi()?, self.multi()?);
                self.charge(1)?;
                if self.waiting.frees >= 4 {
                    return Err(Reason::TooManyStateRequests);
                }
                if !(6..=20).contains(&len) {
                    return Err(Reason::InvalidStateIdLength);
                }
                self.waiting.frees = self.waiting.frees.saturating_add(1);
                self.waiting.push(Wait::Free { at, len });
                Ok(())
            }
            op::OUTPUT => self.output_bytes(),
            _ => Err(Reason::InvalidOpcode),
        }
    }

    #[inline]
    fn arithmetic(&mut self, opcode: u8) -> Result<(), Reason> {
        let at = self.reference()?;
        let m = self.memory.read16(at)?;
        let n = if opcode == op::NOT { 0 } else { self.multi()? };
        self.charge(1)?;
        let result = match opcode {
            op::AND => m & n,
            op::OR => m | n,
            op::NOT => !m,
            op::LSHIFT => m.checked_shl(u32::from(n)).unwrap_or(0),
            op::RSHIFT => m.checked_shr(u32::from(n)).unwrap_or(0),
            op::ADD => m.wrapping_add(n),
            op::SUBTRACT => m.wrapping_sub(n),
            op::MULTIPLY => m.wrapping_mul(n),
            op::DIVIDE => m.checked_div(n).ok_or(Reason::DivByZero)?,
            _ => m.checked_rem(n).ok_or(Reason::DivByZero)?,
        };
        self.memory.write16(at, result)
    }

    /// Stable: words of one value keep their order (RFC 3320 §9.1.3).
    fn sort(&mut self, opcode: u8) -> Result<(), Reason> {
        let (start, n, k) = (self.multi()?, self.multi()?, self.multi()?);
        let log = u64::from(16_u32.saturating_sub(k.saturating_sub(1).leading_zeros()));
        self.charge(u64::from(k).saturating_mul(log.saturating_add(u64::from(n))).saturating_add(1))?;
        if n == 0 || k == 0 {
            return Ok(());
        }
        let word =
            |list: u16, at: u16| start.wrapping_add(list.wrapping_mul(k).wrapping_add(at).wrapping_mul(2));
        self.scratch.order.clear();
        for at in 0..k {
            let value = self.memory.read16(word(0, at))?;
            self.scratch.order.push((if opcode == op::SORT_ASCENDING { value } else { !value }, at));
        }
        // The place breaks ties, so that an unstable sort is stable.
        self.scratch.order.sort_unstable();
        // Lists that overlap by wrapping around are read before any is written.
        let all = usize::from(n).saturating_mul(usize::from(k));
        if all > 32_768 {
            return self.sort_all_memory(start, n, k);
        }
        for list in 0..n {
            self.scratch.words.clear();
            for at in 0..k {
                self.scratch.words.push(self.memory.read16(word(list, at))?);
            }
            for (at, (_, from)) in (0..k).zip(&self.scratch.order) {
                let value = self.scratch.words.get(usize::from(*from)).copied().unwrap_or_default();
                self.memory.write16(word(list, at), value)?;
            }
        }
        Ok(())
    }

    /// More words than there is memory: the last write of each place stands.
    #[cold]
    fn sort_all_memory(&mut self, start: u16, n: u16, k: u16) -> Result<(), Reason> {
        let before = self.memory.clone();
        let mut list = start;
        for _ in 0..n {
            for (at, (_, from)) in (0..k).zip(&self.scratch.order) {
                let value = before.read16(list.wrapping_add(from.wrapping_mul(2)))?;
                self.memory.write16(list.wrapping_add(at.wrapping_mul(2)), value)?;
            }
            list = list.wrapping_add(k.wrapping_mul(2));
        }
        Ok(())
    }

    fn sha1(&mut self) -> Result<(), Reason> {
        let (at, len, to) = (self.multi()?, self.multi()?, self.multi()?);
        self.charge(u64::from(len).saturating_add(1))?;
        self.dear()?;
        let ring = self.memory.ring()?;
        let mut hash = Sha1::new();
        self.memory.each(ring, at, usize::from(len), |bytes| hash.update(bytes))?;
        self.memory.put(ring, to, &hash.finalize())?;
        Ok(())
    }

    /// One word at a time, each read as it comes; never over the instruction itself (RFC 4896 §3.2).
    fn multiload(&mut self) -> Result<(), Reason> {
        let to = self.multi()?;
        let n = self.literal()?;
        self.charge(u64::from(n).saturating_add(1))?;
        let first = self.next;
        for _ in 0..n {
            let more = match self.fetch()? {
                0x80 | 0x81 => 2,
                0x90..=0xdf => 1,
                _ => 0,
            };
            self.next = self.next.wrapping_add(more);
        }
        let own = self.next.saturating_sub(self.pc);
        let pc = self.pc as u16;
        let words = u32::from(n).saturating_mul(2);
        if n > 0 && (u32::from(pc.wrapping_sub(to)) < words || u32::from(to.wrapping_sub(pc)) < own) {
            return Err(Reason::MultiloadOverwritten);
        }
        self.next = first;
        let mut at = to;
        for _ in 0..n {
            let value = self.multi()?;
            self.memory.write16(at, value)?;
            at = at.wrapping_add(2);
        }
        Ok(())
    }

    /// RFC 3320 §8.3: the fill is noted first, so that a push onto it is overwritten (RFC 4896 §3.4).
    fn push(&mut self, value: u16) -> Result<(), Reason> {
        let stack = self.memory.read16(70)?;
        let fill = self.memory.read16(stack)?;
        let slot = stack.wrapping_add(fill.wrapping_mul(2)).wrapping_add(2);
        self.memory.write16(slot, value)?;
        self.memory.write16(stack, fill.wrapping_add(1))
    }

    fn pop(&mut self) -> Result<u16, Reason> {
        let stack = self.memory.read16(70)?;
        let fill = self.memory.read16(stack)?.checked_sub(1).ok_or(Reason::StackUnderflow)?;
        self.memory.write16(stack, fill)?;
        self.memory.read16(stack.wrapping_add(fill.wrapping_mul(2)).wrapping_add(2))
    }

    fn copy(&mut self, opcode: u8) -> Result<(), Reason> {
        let (from, len) = (self.multi()?, self.multi()?);
        let (to, back_to) = if opcode == op::COPY {
            (self.multi()?, None)
        } else {
            let at = self.reference()?;
            (self.memory.read16(at)?, Some(at))
        };
        self.charge(u64::from(len).saturating_add(1))?;
        let ring = self.memory.ring()?;
        let from = if opcode == op::COPY_OFFSET { ring.back(to, from) } else { from };
        let end = self.memory.copy(ring, from, to, usize::from(len))?;
        match back_to {
            Some(at) if len > 0 => self.memory.write16(at, end),
            _ => Ok(()),
        }
    }

    fn switch(&mut self) -> Result<(), Reason> {
        let n = self.literal()?;
        let chosen = self.multi()?;
        self.charge(u64::from(n).saturating_add(1))?;
        let mut to = None;
        for at in 0..n {
            let address = self.address()?;
            if at == chosen {
                to = Some(address);
            }
        }
        self.jump(to.ok_or(Reason::SwitchValueTooHigh)?);
        Ok(())
    }

    fn crc(&mut self) -> Result<(), Reason> {
        let (value, at, len) = (self.multi()?, self.multi()?, self.multi()?);
        let otherwise = self.address()?;
        self.charge(u64::from(len).saturating_add(1))?;
        let ring = self.memory.ring()?;
        let mut digest = FCS.digest();
        self.memory.each(ring, at, usize::from(len), |bytes| digest.update(bytes))?;
        if digest.finalize() != value {
            self.jump(otherwise);
        }
        Ok(())
    }

    fn input_bytes(&mut self) -> Result<(), Reason> {
        let (len, to) = (self.multi()?, self.multi()?);
        let otherwise = self.address()?;
        self.charge(u64::from(len).saturating_add(1))?;
        let Some(bytes) = self.input.bytes(usize::from(len)) else {
            self.jump(otherwise);
            return Ok(());
        };
        let ring = self.memory.ring()?;
        self.memory.put(ring, to, bytes)?;
        self.earn(u32::from(len).saturating_mul(8));
        Ok(())
    }

    /// `input_bit_order` (RFC 3320 §8.2).
    #[inline]
    pub(super) fn bit_order(&self) -> Result<u16, Reason> {
        let flags = self.memory.read16(68)?;
        if flags > 7 { Err(Reason::BadInputBitorder) } else { Ok(flags) }
    }

    #[inline]
    pub(super) fn set_order(&mut self, flags: u16) {
        self.input.set_order(if flags & 1 == 0 { Order::MsbFirst } else { Order::LsbFirst });
    }

    #[inline]
    fn input_bits(&mut self) -> Result<(), Reason> {
        let (count, to) = (u32::from(self.multi()?), self.multi()?);
        let otherwise = self.address()?;
        self.charge(1)?;
        let flags = self.bit_order()?;
        if count > 16 {
            return Err(Reason::TooManyBitsRequested);
        }
        self.set_order(flags);
        let Some(value) = self.input.bits(count) else {
            self.jump(otherwise);
            return Ok(());
        };
        let value = if flags & 4 != 0 { reversed(value, count) } else { value };
        self.memory.write16(to, value)?;
        self.earn(count);
        Ok(())
    }

    fn state_access(&mut self) -> Result<(), Reason> {
        let (id_at, id_len, begin) = (self.multi()?, self.multi()?, self.multi()?);
        let (len, address, instruction) = (self.multi()?, self.multi()?, self.multi()?);
        // What the state itself says about its length is known only afterwards.
        self.charge(1)?;
        self.dear()?;
        if !(6..=20).contains(&id_len) {
            return Err(Reason::InvalidStateIdLength);
        }
        let ring = self.memory.ring()?;
        let id = self.id_at(ring, id_at, id_len)?;
        let (own_address, own_instruction, own_len) = self.find(id)?;
        let len = match (len, begin) {
            (0, 0) => own_len,
            (0, _) => return Err(Reason::InvalidStateProbe),
            (len, _) => usize::from(len),
        };
        self.charge(len as u64)?;
        if usize::from(begin).saturating_add(len) > self.found_value().len() {
            return Err(Reason::StateTooShort);
        }
        let address = if address == 0 { own_address } else { address };
        let instruction = if instruction == 0 { own_instruction } else { instruction };
        self.load_found(usize::from(begin), len, address)?;
        if instruction != 0 {
            self.jump(instruction);
        }
        Ok(())
    }

    fn ask_to_create(
        &mut self,
        len: u16,
        address: u16,
        instruction: u16,
        min_access: u16,
        priority: u16,
    ) -> Result<(), Reason> {
        if self.waiting.creates >= 4 {
            return Err(Reason::TooManyStateRequests);
        }
        if !(6..=20).contains(&min_access) {
            return Err(Reason::InvalidStateIdLength);
        }
        if priority == 65_535 {
            return Err(Reason::InvalidStatePriority);
        }
        self.waiting.creates = self.waiting.creates.saturating_add(1);
        self.waiting.push(Wait::Create { len, address, instruction, min_access, priority });
        Ok(())
    }

    fn output_bytes(&mut self) -> Result<(), Reason> {
        let (at, len) = (self.multi()?, usize::from(self.multi()?));
        self.charge((len as u64).saturating_add(1))?;
        if self.output.len().saturating_add(len) > self.output_max {
            return Err(Reason::OutputOverflow);
        }
        self.has_output = true;
        let ring = self.memory.ring()?;
        let output = &mut *self.output;
        self.memory.each(ring, at, len, |bytes| output.extend_from_slice(bytes))
    }

    pub(super) fn end_message(&mut self) -> Result<(), Reason> {
        let (requested, returned, len) = (self.multi()?, self.multi()?, self.multi()?);
        let (address, instruction) = (self.multi()?, self.multi()?);
        let (min_access, priority) = (self.multi()?, self.multi()?);
        self.charge(u64::from(len).saturating_add(1))?;
        // Operands out of range mean that there is no request (RFC 3320 §9.4.9).
        if (6..=20).contains(&min_access) && priority != 65_535 {
            self.ask_to_create(len, address, instruction, min_access, priority)?;
        }
        self.gather()?;
        if requested != 0 {
            self.feedback.requested = Some(self.requested_feedback(requested)?);
        }
        if returned != 0 {
            self.feedback.params = Some(self.returned_params(returned)?);
        }
        Ok(())
    }

    /// Figure 12. Feedback does not wrap (RFC 4896 §4.1).
    fn requested_feedback(&self, at: u16) -> Result<RequestedFeedback, Reason> {
        let flags = self.memory.read8(at)?;
        let mut item = None;
        if flags & 4 != 0 {
            let at = usize::from(at).saturating_add(1);
            let first = self.memory.slice(at, 1).ok_or(Reason::Segfault)?;
            let bytes = self.memory.slice(at, item_len(first)?).ok_or(Reason::Segfault)?;
            item = Some(FeedbackItem::new(bytes));
        }
        Ok(RequestedFeedback { item, no_states: flags & 2 != 0, no_local: flags & 1 != 0 })
    }

    /// Figure 13: identifiers up to the first length that is none.
    fn returned_params(&self, at: u16) -> Result<ReturnedParams, Reason> {
        let mut params = ReturnedParams::new(self.memory.read8(at)?, self.memory.read8(at.wrapping_add(1))?);
        let mut at = usize::from(at).saturating_add(2);
        while let Some(&[len @ 6..=20]) = self.memory.slice(at, 1) {
            let id = self.memory.slice(at.saturating_add(1), usize::from(len)).ok_or(Reason::Segfault)?;
            params.push(PartialId::new(id));
            at = at.saturating_add(usize::from(len)).saturating_add(1);
        }
        Ok(params)
    }
}
