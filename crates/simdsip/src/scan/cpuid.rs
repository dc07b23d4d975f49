//! What this x86-64 processor and its operating system can do, without the standard library.
//!
//! Asks `cpuid` each time: some hundred cycles on bare metal, a microsecond or two in a
//! virtual machine, where it traps. [`super::Backend::detect`] is therefore called once
//! and its answer kept.
//!
//! Source: Intel SDM volume 2A, CPUID; volume 1 §13.3 and §15.2 for the order of checks.

use core::arch::x86_64::{__cpuid_count, _xgetbv, CpuidResult};

/// The two answers that the backends need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Features {
    /// AVX2, BMI1, BMI2, LZCNT, POPCNT, and the operating system saves the upper halves of the registers.
    pub(crate) avx2: bool,
    /// `avx2`, AVX-512 F and BW, and the operating system saves mask and 512-bit registers.
    pub(crate) avx512: bool,
}

const fn bit(word: u32, index: u32) -> bool {
    word >> index & 1 == 1
}

/// One answer of the processor.
fn cpuid(leaf: u32, subleaf: u32) -> CpuidResult {
    // SAFETY: this module is compiled for x86-64 only, where every processor has CPUID. (Newer compilers know.)
    #[allow(unused_unsafe, reason = "safe from a later version than the MSRV on")]
    unsafe {
        __cpuid_count(leaf, subleaf)
    }
}

/// Asks the processor. An interpreter of Rust has none: there, what the program was compiled for is asked.
pub(crate) fn features() -> Features {
    if cfg!(miri) {
        return Features { avx2: cfg!(target_feature = "avx2"), avx512: cfg!(target_feature = "avx512bw") };
    }
    let highest = cpuid(0, 0).eax;
    let highest_extended = cpuid(0x8000_0000, 0).eax;
    if highest < 7 || highest_extended < 0x8000_0001 {
        return Features::default();
    }
    let basic = cpuid(1, 0).ecx;
    let (popcnt, xsave, os_xsave, avx) = (bit(basic, 23), bit(basic, 26), bit(basic, 27), bit(basic, 28));
    if !(popcnt && xsave && os_xsave && avx) {
        return Features::default();
    }
    // SAFETY: OSXSAVE is set, so the operating system has enabled XGETBV for user code.
    let saved = unsafe { saved_state() };
    let structured = cpuid(7, 0).ebx;
    let lzcnt = bit(cpuid(0x8000_0001, 0).ecx, 5);
    let (bmi1, avx2, bmi2) = (bit(structured, 3), bit(structured, 5), bit(structured, 8));
    let avx2 = avx2 && bmi1 && bmi2 && lzcnt && saved & 0b110 == 0b110;
    let avx512 = avx2 && bit(structured, 16) && bit(structured, 30) && saved & 0b1110_0110 == 0b1110_0110;
    Features { avx2, avx512 }
}

/// XCR0: which register states the operating system saves.
#[target_feature(enable = "xsave")]
fn saved_state() -> u64 {
    // SAFETY: index 0 is XCR0, the one register that XGETBV always has.
    unsafe { _xgetbv(0) }
}

#[cfg(all(test, feature = "std", not(miri)))]
mod tests {
    #[test]
    fn agrees_with_the_standard_library() {
        let ours = super::features();
        let avx2 = std::is_x86_feature_detected!("avx2")
            && std::is_x86_feature_detected!("bmi1")
            && std::is_x86_feature_detected!("bmi2")
            && std::is_x86_feature_detected!("lzcnt")
            && std::is_x86_feature_detected!("popcnt");
        let avx512 =
            avx2 && std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512bw");
        assert_eq!((ours.avx2, ours.avx512), (avx2, avx512));
    }
}
