//! Versions, and the one piece of global state: the highest backend that parsers may use.

use core::ffi::c_char;
use core::sync::atomic::{AtomicU8, Ordering};

use simdsip::Backend;

use crate::error::{SIMDSIP_ARGUMENT, SIMDSIP_MISUSE, SIMDSIP_OK};
use crate::raw;

/// Counts changes of the ABI that break callers; the SONAME has the same number.
pub const SIMDSIP_ABI_VERSION: u32 = 1;

/// By ascending width; `neon` stands where `sse2` does.
const NAMES: [&str; 6] = ["scalar", "swar", "sse2", "avx2", "avx512", "neon"];

/// Place in `NAMES` from 1, 0 for no cap; and whether a parser was made.
static CAP: AtomicU8 = AtomicU8::new(0);
const SEALED: u8 = 0x80;

/// The ABI of the library that is running: compare it with SIMDSIP_ABI_VERSION.
#[unsafe(no_mangle)]
pub extern "C" fn simdsip_abi_version() -> u32 {
    SIMDSIP_ABI_VERSION
}

/// The release of the library that is running, such as "0.1.0".
#[unsafe(no_mangle)]
pub extern "C" fn simdsip_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Parsers that are made from now on use no instructions beyond those of `name`: "scalar", "swar", "sse2", "avx2",
/// "avx512", "neon". What the processor lacks is not used in any case. SIMDSIP_MISUSE once a parser was made:
/// call it before all threads that do.
///
/// # Safety
/// `name` is NULL or good for reading `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_set_backend_cap(name: *const c_char, len: usize) -> i32 {
    // SAFETY: the caller's contract: `name` is NULL or good for `len` bytes.
    let Some(name) = (unsafe { raw::bytes(name, len) }) else { return SIMDSIP_ARGUMENT };
    let Some(at) = NAMES.iter().zip(1u8..).find(|(known, _)| known.as_bytes() == name) else {
        return SIMDSIP_ARGUMENT;
    };
    let set =
        CAP.fetch_update(Ordering::AcqRel, Ordering::Acquire, |cap| (cap & SEALED == 0).then_some(at.1));
    if set.is_ok() { SIMDSIP_OK } else { SIMDSIP_MISUSE }
}

/// The backend for a parser that is being made; from now on the cap stays.
pub(crate) fn backend() -> Backend {
    let cap = CAP.fetch_or(SEALED, Ordering::AcqRel) & !SEALED;
    let best = Backend::detect();
    let name = usize::from(cap).checked_sub(1).and_then(|at| NAMES.get(at).copied());
    // What is not there caps nothing, but for a lesser one that is.
    name.and_then(Backend::by_name).map_or(best, |highest| best.cap(highest))
}
