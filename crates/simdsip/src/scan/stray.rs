//! Bytes that are neither printable ASCII nor part of CR LF: which kinds there are.

use super::kernel::{BLOCK, Kernel, Task};

/// Which bytes were seen that are neither printable ASCII nor part of CR LF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stray {
    /// LF without CR.
    pub(crate) bare_lf: bool,
    /// CR without LF.
    pub(crate) bare_cr: bool,
    /// A control byte that is not HTAB, and not behind a backslash.
    pub(crate) control: bool,
    /// A control byte behind a backslash.
    pub(crate) quoted_control: bool,
    /// A byte from 0x80.
    pub(crate) high: bool,
}

impl Stray {
    /// Byte by byte what [`Strays`] sees block by block.
    pub(crate) fn slow(section: &[u8]) -> Stray {
        let mut before = 0u8;
        let mut stray = Stray::default();
        for &byte in section {
            let control = ((byte < 0x20) & !matches!(byte, b'\t' | b'\r' | b'\n')) | (byte == 0x7f);
            stray.bare_lf |= (byte == b'\n') & (before != b'\r');
            stray.bare_cr |= (before == b'\r') & (byte != b'\n');
            stray.control |= control & (before != b'\\');
            stray.quoted_control |= control & (before == b'\\');
            stray.high |= byte >= 0x80;
            before = byte;
        }
        stray.bare_cr |= before == b'\r';
        stray
    }

    fn note(&mut self, section: &[u8], at: usize) {
        match section.get(at) {
            Some(b'\t') | None => {}
            Some(b'\r') => self.bare_cr = true,
            Some(0x80..) => self.high = true,
            Some(_) if section.get(at.wrapping_sub(1)) == Some(&b'\\') => self.quoted_control = true,
            Some(_) => self.control = true,
        }
    }
}

/// What is stray in a section whose lines all end in CR LF, which it ends with.
pub(crate) struct Strays<'a>(pub(crate) &'a [u8]);

impl Task for Strays<'_> {
    type Output = Stray;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> Stray {
        let (blocks, tail) = self.0.as_chunks::<BLOCK>();
        let mut last = [b' '; BLOCK];
        for (slot, byte) in last.iter_mut().zip(tail) {
            *slot = *byte;
        }
        let (mut stray, mut first, mut odd) = (Stray::default(), 0usize, 0);
        for block in blocks.iter().chain([&last]) {
            let masks = kernel.masks(block);
            let others = masks.odd ^ masks.lf;
            // Bit `i` speaks of the byte before `i`. All line feeds have a CR before them.
            let mut bits = (others << 1 | odd) & !masks.lf;
            while bits != 0 {
                let behind = first.wrapping_add(bits.trailing_zeros() as usize);
                stray.note(self.0, behind.wrapping_sub(1));
                bits &= bits.wrapping_sub(1);
            }
            odd = others >> 63;
            first = first.wrapping_add(BLOCK);
        }
        stray
    }
}
