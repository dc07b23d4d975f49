//! The compressed input: bytes and bits as the instructions ask for them.
//!
//! Nothing is taken where too little is there. RFC 3320 §8.2, §9.4; RFC 4896 §3.1.

/// What is left of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'m> {
    bytes: &'m [u8],
    /// The next byte to put into the window.
    next: usize,
    /// Bits that were read but not given, the next at the top.
    window: u64,
    held: u32,
    /// The P-bit of the last instruction; `None` before the first.
    order: Option<Order>,
}

/// In which order the bits of a byte are passed: the P-bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    MsbFirst,
    LsbFirst,
}

impl<'m> Input<'m> {
    pub(crate) const fn new(bytes: &'m [u8]) -> Self {
        Self { bytes, next: 0, window: 0, held: 0, order: None }
    }

    /// Bytes of which at least one bit was given.
    pub(crate) fn consumed(&self) -> usize {
        self.next.saturating_sub((self.held >> 3) as usize)
    }

    /// Drops what is left of a begun byte.
    pub(crate) fn align(&mut self) {
        self.next = self.consumed();
        self.held = 0;
        self.window = 0;
    }

    /// Whole bytes behind a begun one, which is lost even if there are too few (RFC 4896 §3.1).
    pub(crate) fn bytes(&mut self, len: usize) -> Option<&'m [u8]> {
        self.align();
        let taken = self.bytes.get(self.next..self.next.checked_add(len)?)?;
        self.next = self.next.saturating_add(len);
        Some(taken)
    }

    /// To be called before bits are asked for: a changed order drops the begun byte.
    pub(crate) fn set_order(&mut self, order: Order) {
        if self.order != Some(order) {
            self.align();
            self.order = Some(order);
        }
    }

    /// Up to 16 bits, the first at the top.
    #[inline]
    pub(crate) fn bits(&mut self, count: u32) -> Option<u16> {
        if self.held < count {
            self.refill();
            if self.held < count {
                return None;
            }
        }
        // Two shifts, since one by 64 is none.
        let value = (self.window >> 1) >> 63_u32.saturating_sub(count);
        self.window <<= count;
        self.held = self.held.saturating_sub(count);
        Some(value as u16)
    }

    fn refill(&mut self) {
        while self.held <= 56 {
            let Some(&byte) = self.bytes.get(self.next) else { break };
            let byte = if self.order == Some(Order::LsbFirst) { byte.reverse_bits() } else { byte };
            self.window |= u64::from(byte) << 56_u32.saturating_sub(self.held);
            self.held = self.held.saturating_add(8);
            self.next = self.next.saturating_add(1);
        }
    }
}

/// The value of bits that arrived least significant first.
#[inline]
pub(crate) fn reversed(value: u16, count: u32) -> u16 {
    match count {
        0 => 0,
        _ => value.reverse_bits() >> 16_u32.saturating_sub(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3320_8_2_both_orders_and_the_discard() {
        let mut input = Input::new(&[0b1010_0011, 0b0000_1111, 0xaa, 0xbb]);
        input.set_order(Order::MsbFirst);
        assert_eq!(input.bits(3), Some(0b101));
        assert_eq!(input.consumed(), 1);
        input.set_order(Order::LsbFirst);
        assert_eq!(input.bits(6), Some(0b111100));
        assert_eq!(reversed(0b111100, 6), 0b001111);
        assert_eq!(input.bytes(1), Some(&[0xaa][..]));
        assert_eq!(input.bits(9), None);
        assert_eq!(input.bits(8), Some(u16::from(0xbbu8.reverse_bits())));
        assert_eq!((input.bits(0), input.bits(1)), (Some(0), None));
    }

    #[test]
    fn rfc4896_3_1_failed_bytes_stay_but_a_begun_byte_is_lost() {
        let mut input = Input::new(&[0xff, 1, 2, 3]);
        input.set_order(Order::MsbFirst);
        assert_eq!(input.bits(1), Some(1));
        assert_eq!(input.bytes(6), None);
        assert_eq!(input.bytes(2), Some(&[1, 2][..]));
    }
}
