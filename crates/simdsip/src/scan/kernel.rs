//! What a backend has to be: the mask function, and the door through which generic code
//! is compiled for its instruction set.

/// Bytes a kernel looks at in one step.
pub(crate) const BLOCK: usize = 64;

/// Bytes at the start of a line that a kernel compares in one step.
pub(crate) const WINDOW: usize = 32;

/// What one block holds, bit `i` for byte `i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Masks {
    /// Line feeds.
    pub(crate) lf: u64,
    /// Everything but printable ASCII and space: controls (LF, CR and HTAB among them), DEL, bytes from 0x80.
    pub(crate) odd: u64,
}

/// One instruction set. A value of such a type is the proof that this processor has it:
/// only `detect` of its own module makes one.
pub(crate) trait Kernel: Copy {
    /// Whether counting and finding bits are single instructions here.
    const FAST_BITS: bool;

    /// Does `task`, out of line and compiled for this backend.
    fn enter<T: Task>(self, task: T) -> T::Output;

    /// The masks of 64 bytes.
    fn masks(self, block: &[u8; BLOCK]) -> Masks;

    /// Bit `i` is set where byte `i` of `window`, of which the bits of `keep` are kept, is that of `want`.
    fn matching(self, window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> u32;

    /// Whether all of them are.
    #[inline(always)]
    fn same(self, window: &[u8; WINDOW], keep: &[u8; WINDOW], want: &[u8; WINDOW]) -> bool {
        self.matching(window, keep, want) == u32::MAX
    }
}

/// Generic work that wants to be compiled once an instruction set.
///
/// `run` has to be `#[inline(always)]`, as has everything it calls in its hot loop:
/// only code inlined into the backend's own function gets its instructions. Closures
/// do not inherit them.
pub(crate) trait Task {
    /// What comes out.
    type Output;

    /// Does the work with `kernel`.
    fn run<K: Kernel>(self, kernel: K) -> Self::Output;
}
