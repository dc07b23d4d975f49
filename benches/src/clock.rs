//! Clocks: thread CPU time for rounds, the time stamp counter for single messages, and cache flushes.
//!
//! The only file of the frame with `unsafe` outside the allocator and the C rival.

use std::time::Instant;

/// CPU time of this thread in nanoseconds: what others run on the machine is not charged.
pub fn thread_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid, writable timespec for the length of the call.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(failed, 0, "no thread CPU clock");
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Ticks, ordered after all earlier loads: of the time stamp counter where there is one.
#[inline(always)]
pub fn ticks() -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: `lfence` is part of SSE2, which every x86-64 has.
        unsafe { core::arch::x86_64::_mm_lfence() };
        // SAFETY: `rdtsc` exists on every x86-64 and Linux lets user code run it.
        let now = unsafe { core::arch::x86_64::_rdtsc() };
        // SAFETY: as above.
        unsafe { core::arch::x86_64::_mm_lfence() };
        now
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        use std::sync::OnceLock;
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_nanos() as u64
    }
}

/// Nanoseconds a tick, and the ticks that asking twice costs.
pub fn calibrate_ticks() -> (f64, u64) {
    let (wall, first) = (Instant::now(), ticks());
    while wall.elapsed().as_millis() < 50 {
        std::hint::spin_loop();
    }
    let ns_per_tick = wall.elapsed().as_nanos() as f64 / (ticks() - first) as f64;
    let mut costs: Vec<u64> = (0..10_000)
        .map(|_| {
            let before = ticks();
            ticks() - before
        })
        .collect();
    costs.sort_unstable();
    (ns_per_tick, costs[costs.len() / 2])
}

/// A buffer whose walk pushes everything else out of the first two cache levels.
pub struct Broom(Vec<u8>);

impl Broom {
    /// 4 MiB: twice the largest private cache that the suite has met.
    #[expect(clippy::new_without_default, reason = "allocates 4 MiB; not a default")]
    pub fn new() -> Broom {
        Broom(vec![1; 4 << 20])
    }

    /// Pushes code, tables and index out, then sends `bytes` back to memory.
    pub fn sweep(&self, bytes: &[u8]) -> u64 {
        let walked = self.0.iter().step_by(64).map(|&b| u64::from(b)).sum();
        flush(bytes);
        walked
    }
}

/// Sends the lines of `bytes` to memory, where the processor can be told so.
fn flush(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    {
        for line in bytes.chunks(64) {
            // SAFETY: the address is inside `bytes`; `clflush` is part of SSE2.
            unsafe { core::arch::x86_64::_mm_clflush(line.as_ptr()) };
        }
        if let Some(last) = bytes.last() {
            // SAFETY: as above; a chunk that starts within a line may end in the next one.
            unsafe { core::arch::x86_64::_mm_clflush(last) };
        }
        // SAFETY: `mfence` is part of SSE2.
        unsafe { core::arch::x86_64::_mm_mfence() };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = bytes;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_advances_with_work() {
        let before = thread_ns();
        let broom = Broom::new();
        assert_eq!(broom.sweep(b"message"), 65_536);
        assert!(thread_ns() > before);
    }
}
