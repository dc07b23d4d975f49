//! The memory of the UDVM and its byte copying rules.
//!
//! Every access beyond the size that the message was given is a `Segfault`. RFC 3320 §7, §8.4; RFC 4896 §4.
#![allow(
    clippy::indexing_slicing,
    reason = "a u16 cannot leave an array of 65,536; ranges are checked against the size first"
)]

use alloc::boxed::Box;
use alloc::vec;

use crate::reason::Reason;

const ALL: usize = 65_536;

/// 64 KiB, of which the first `size` bytes exist.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    bytes: Box<[u8; ALL]>,
    size: u32,
}

/// The bounds of the ring, read once an instruction: it may overwrite them (RFC 3320 §8.4).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ring {
    pub(crate) left: u16,
    pub(crate) right: u16,
}

impl Memory {
    pub(crate) fn new() -> Self {
        let bytes = vec![0; ALL].into_boxed_slice().try_into();
        Self { bytes: bytes.unwrap_or_else(|_| Box::new([0; ALL])), size: 0 }
    }

    /// Begins anew with so many bytes of zero.
    pub(crate) fn reset(&mut self, size: u32) {
        let used = (self.size.max(size) as usize).min(ALL);
        self.bytes[..used].fill(0);
        self.size = size.min(ALL as u32);
    }

    pub(crate) const fn size(&self) -> u32 {
        self.size
    }

    #[inline]
    pub(crate) fn read8(&self, at: u16) -> Result<u8, Reason> {
        if u32::from(at) >= self.size { Err(Reason::Segfault) } else { Ok(self.bytes[usize::from(at)]) }
    }

    #[inline]
    pub(crate) fn read16(&self, at: u16) -> Result<u16, Reason> {
        let next = at.wrapping_add(1);
        if u32::from(at) >= self.size || u32::from(next) >= self.size {
            return Err(Reason::Segfault);
        }
        Ok(u16::from_be_bytes([self.bytes[usize::from(at)], self.bytes[usize::from(next)]]))
    }

    #[inline]
    pub(crate) fn write8(&mut self, at: u16, value: u8) -> Result<(), Reason> {
        if u32::from(at) >= self.size {
            return Err(Reason::Segfault);
        }
        self.bytes[usize::from(at)] = value;
        Ok(())
    }

    #[inline]
    pub(crate) fn write16(&mut self, at: u16, value: u16) -> Result<(), Reason> {
        let [high, low] = value.to_be_bytes();
        self.write8(at, high)?;
        self.write8(at.wrapping_add(1), low)
    }

    /// A stretch without any ring; `None` where it leaves the memory.
    pub(crate) fn slice(&self, at: usize, len: usize) -> Option<&[u8]> {
        let end = at.checked_add(len)?;
        if end > self.size as usize { None } else { self.bytes.get(at..end) }
    }

    /// The same to write.
    pub(crate) fn slice_mut(&mut self, at: usize, len: usize) -> Option<&mut [u8]> {
        let end = at.checked_add(len)?;
        if end > self.size as usize { None } else { self.bytes.get_mut(at..end) }
    }

    pub(crate) fn ring(&self) -> Result<Ring, Reason> {
        Ok(Ring { left: self.read16(64)?, right: self.read16(66)? })
    }

    /// Visits so many bytes from `at` on, in stretches that do not wrap.
    #[inline]
    pub(crate) fn each<'m>(
        &'m self,
        ring: Ring,
        at: u16,
        len: usize,
        mut visit: impl FnMut(&'m [u8]),
    ) -> Result<(), Reason> {
        let (mut at, mut left) = (at, len);
        while left > 0 {
            let run = ring.run(at).min(left);
            visit(self.slice(usize::from(at), run).ok_or(Reason::Segfault)?);
            at = ring.after(at, run);
            left = left.saturating_sub(run);
        }
        Ok(())
    }

    /// Writes bytes from `at` on; gives the address behind the last.
    pub(crate) fn put(&mut self, ring: Ring, at: u16, bytes: &[u8]) -> Result<u16, Reason> {
        let (mut at, mut bytes) = (at, bytes);
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(ring.run(at).min(bytes.len()));
            self.slice_mut(usize::from(at), now.len()).ok_or(Reason::Segfault)?.copy_from_slice(now);
            at = ring.after(at, now.len());
            bytes = rest;
        }
        Ok(at)
    }

    /// MEMSET: bytes `start`, `start + step`, …
    pub(crate) fn set(&mut self, ring: Ring, at: u16, len: usize, start: u8, step: u8) -> Result<(), Reason> {
        let (mut at, mut left, mut value) = (at, len, start);
        while left > 0 {
            let run = ring.run(at).min(left);
            for byte in self.slice_mut(usize::from(at), run).ok_or(Reason::Segfault)? {
                *byte = value;
                value = value.wrapping_add(step);
            }
            at = ring.after(at, run);
            left = left.saturating_sub(run);
        }
        Ok(())
    }

    /// Copies byte by byte in ascending order, as if: a source that the copy itself writes gives the new bytes. Gives
    /// the destination behind the last.
    pub(crate) fn copy(&mut self, ring: Ring, from: u16, to: u16, len: usize) -> Result<u16, Reason> {
        let (mut from, mut to, mut left) = (from, to, len);
        while left > 0 {
            let run = ring.run(from).min(ring.run(to)).min(left);
            self.copy_run(usize::from(from), usize::from(to), run)?;
            from = ring.after(from, run);
            to = ring.after(to, run);
            left = left.saturating_sub(run);
        }
        Ok(to)
    }

    #[inline]
    fn copy_run(&mut self, from: usize, to: usize, run: usize) -> Result<(), Reason> {
        let size = self.size as usize;
        let (from_end, to_end) = (from.saturating_add(run), to.saturating_add(run));
        if from_end > size || to_end > size {
            return Err(Reason::Segfault);
        }
        if to <= from || to >= from_end {
            self.bytes.copy_within(from..from_end, to);
            return Ok(());
        }
        // The pattern between source and destination repeats; what is copied doubles each time.
        let (period, mut done) = (to.saturating_sub(from), 0);
        while done < run {
            let now = period.saturating_add(done).min(run.saturating_sub(done));
            self.bytes.copy_within(from..from.saturating_add(now), to.saturating_add(done));
            done = done.saturating_add(now);
        }
        Ok(())
    }
}

impl Ring {
    /// How many bytes from `at` on lie side by side: up to the right bound, or to the end of addresses. At least 1.
    #[inline]
    fn run(self, at: u16) -> usize {
        let end = if self.right > at { usize::from(self.right) } else { ALL };
        end.saturating_sub(usize::from(at))
    }

    /// The address behind a run that [`Ring::run`] allows.
    #[inline]
    fn after(self, at: u16, run: usize) -> u16 {
        let next = at.wrapping_add(run as u16);
        if next == self.right && run > 0 { self.left } else { next }
    }

    /// The address so many bytes to the left (RFC 4896 §4), by arithmetic: the offset costs the sender nothing.
    pub(crate) fn back(self, at: u16, offset: u16) -> u16 {
        let to_left = at.wrapping_sub(self.left);
        if offset <= to_left {
            return at.wrapping_sub(offset);
        }
        let last = self.right.wrapping_sub(1);
        let around = u32::from(last.wrapping_sub(self.left)).saturating_add(1);
        let beyond = u32::from(offset.wrapping_sub(to_left).wrapping_sub(1));
        last.wrapping_sub(beyond.checked_rem(around).unwrap_or(0) as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// The rules of RFC 4896 §4, one byte at a time.
    fn next(ring: Ring, at: u16) -> u16 {
        let next = at.wrapping_add(1);
        if next == ring.right { ring.left } else { next }
    }

    fn slow_copy(memory: &mut Memory, ring: Ring, from: u16, to: u16, len: usize) -> Result<u16, Reason> {
        let (mut from, mut to) = (from, to);
        for _ in 0..len {
            let byte = memory.read8(from)?;
            memory.write8(to, byte)?;
            from = next(ring, from);
            to = next(ring, to);
        }
        Ok(to)
    }

    fn slow_back(ring: Ring, at: u16, offset: u16) -> u16 {
        (0..offset)
            .fold(at, |at, _| if at == ring.left { ring.right.wrapping_sub(1) } else { at.wrapping_sub(1) })
    }

    fn address() -> impl Strategy<Value = u16> {
        prop_oneof![0u16..96, 0u16..96, Just(0xffff), Just(0xfffe), any::<u16>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn rfc4896_4_copying_equals_byte_by_byte(
            left in address(), right in address(), from in address(), to in address(), len in 0usize..200,
            size in prop_oneof![Just(96u32), Just(65_536)],
        ) {
            let ring = Ring { left, right };
            let mut fast = Memory::new();
            fast.reset(size);
            for at in 0..size { fast.bytes[at as usize] = (at % 251) as u8; }
            let mut slow = fast.clone();
            let (a, b) = (fast.copy(ring, from, to, len), slow_copy(&mut slow, ring, from, to, len));
            prop_assert_eq!(a, b);
            if a.is_ok() { prop_assert!(fast.bytes == slow.bytes); }
            let mut seen = Vec::new();
            let visited = fast.each(ring, from, len, |bytes| seen.extend_from_slice(bytes));
            let mut at = from;
            let mut want = Vec::new();
            for _ in 0..len { want.push(fast.read8(at)); at = next(ring, at); }
            match visited {
                Ok(()) => prop_assert_eq!(want.into_iter().collect::<Result<Vec<u8>, _>>(), Ok(seen)),
                Err(reason) => prop_assert!(want.contains(&Err(reason))),
            }
        }

        #[test]
        fn rfc4896_4_leftwards_equals_step_by_step(
            left in address(), right in address(), at in address(), offset in any::<u16>(),
        ) {
            let ring = Ring { left, right };
            prop_assert_eq!(ring.back(at, offset), slow_back(ring, at, offset));
        }
    }
}
