//! The specification: byte by byte. Every other backend is tested equal to it.

use super::kernel::{BLOCK, Kernel, Masks, Task, WINDOW};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Scalar;

impl Kernel for Scalar {
    const FAST_BITS: bool = false;

    fn enter<T: Task>(self, task: T) -> T::Output {
        task.run(self)
    }

    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks { lf: 0, odd: 0 };
        for &byte in block.iter().rev() {
            masks.lf = masks.lf << 1 | u64::from(byte == b'\n');
            masks.odd = masks.odd << 1 | u64::from(!(0x20..0x7f).contains(&byte));
        }
        masks
    }

    #[inline(always)]
    fn matching(self, window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> u32 {
        let bytes = window.iter().zip(keep).zip(want).rev();
        bytes.fold(0, |bits, ((byte, keep), want)| bits << 1 | u32::from(byte & keep == *want))
    }
}
