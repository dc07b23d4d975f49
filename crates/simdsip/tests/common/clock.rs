//! Time that a busy machine does not lengthen.

use std::time::Duration;

/// The processor time of this thread since the stopwatch was started; where the system cannot tell it, the time that
/// passed.
#[derive(Clone, Copy)]
pub struct Stopwatch(#[cfg(unix)] Duration, #[cfg(not(unix))] std::time::Instant);

impl Stopwatch {
    #[cfg(unix)]
    pub fn start() -> Stopwatch {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the pointer is to a live `timespec` of this frame, which the call fills.
        let done = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
        assert_eq!(done, 0, "no clock of the thread's processor time");
        Stopwatch(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
    }

    #[cfg(unix)]
    pub fn elapsed(self) -> Duration {
        Stopwatch::start().0 - self.0
    }

    #[cfg(not(unix))]
    pub fn start() -> Stopwatch {
        Stopwatch(std::time::Instant::now())
    }

    #[cfg(not(unix))]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
