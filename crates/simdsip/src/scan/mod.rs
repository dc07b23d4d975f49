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
mod swar;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod cpuid;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod sse2;

pub use backend::Backend;
pub(crate) use kernel::BLOCK;
