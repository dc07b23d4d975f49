//! Stage 1: bytes to bit masks, and which instruction set makes them.
//!
//! A backend is one function: 64 bytes in, three `u64` masks out ([`Masks`]). All that
//! follows is safe code, generic over it ([`mark`]). This module does not know what a
//! header is; `message::section` does.
//!
//! All `unsafe` of the crate is in this folder; the inventory is docs/SAFETY.md.

mod backend;
mod kernel;
pub(crate) mod mark;
mod scalar;
pub(crate) mod stray;
mod swar;
#[cfg(test)]
mod tests;
pub(crate) mod window;

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod avx2;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod avx512;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod cpuid;
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
mod neon;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod sse2;

pub use backend::Backend;
pub(crate) use kernel::{BLOCK, Kernel, Task, WINDOW};
pub(crate) use mark::tail_masks;
pub(crate) use swar::Swar;
