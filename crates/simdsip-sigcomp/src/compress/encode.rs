//! One message in bits: checksum, what goes before the text, the steps through the text.
//!
//! Writes what it is given; whether addresses reach the window is seen to before.

use alloc::vec::Vec;

use super::codec::{AGAIN, BASE, Code, Codec, NEW, hex_code, length_code, offset_code, plain_code};
use super::parse::Step;

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

/// Writes what follows the header: checksum, prelude, steps.
pub(crate) fn write(codec: &Codec, steps: &[Step], checksum: u16, prelude: &Prelude<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(&checksum.to_be_bytes());
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
    for step in steps {
        match *step {
            Step::Byte(byte) if hex => {
                bits.put(hex_code(byte));
                if !(0x20..=0x7e).contains(&byte) {
                    bits.put((u16::from(byte), 8));
                }
            }
            Step::Byte(byte) => bits.put(plain_code(byte)),
            Step::New { offset, len } => {
                bits.put(if hex { NEW[1] } else { NEW[0] });
                bits.put(offset_code(codec, offset));
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
