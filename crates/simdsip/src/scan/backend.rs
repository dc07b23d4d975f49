//! Which backend runs: asked once, stored by the caller, switched on once a message.

use core::fmt;

use super::kernel::Task;
use super::scalar::Scalar;
use super::swar::Swar;

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use super::{avx2::Avx2, avx512::Avx512, kernel::Kernel, sse2::Sse2};

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
use super::neon::Neon;

/// The instruction set that scans.
///
/// A value can only be had for what this processor can do, so it may be stored and
/// handed about freely. All backends give the same answers; they differ in speed.
///
/// ```
/// use simdsip::Backend;
///
/// let best = Backend::detect();
/// assert!(Backend::available().any(|backend| backend == best));
/// assert_eq!(best.cap(Backend::SWAR), Backend::SWAR);
/// ```
#[derive(Clone, Copy)]
pub struct Backend(Kind);

#[derive(Clone, Copy)]
enum Kind {
    Scalar,
    Swar,
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Sse2,
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Avx2(Avx2),
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Avx512(Avx512),
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    Neon,
}

impl Backend {
    /// Byte by byte: the specification that all others are tested against.
    ///
    /// ```
    /// # use simdsip::Backend;
    /// assert_eq!(Backend::available().next(), Some(Backend::SCALAR)); // the slowest
    /// ```
    pub const SCALAR: Backend = Backend(Kind::Scalar);
    /// Eight bytes at a time in ordinary registers; runs everywhere.
    ///
    /// ```
    /// # use simdsip::Backend;
    /// assert!(Backend::available().any(|backend| backend == Backend::SWAR));
    /// ```
    pub const SWAR: Backend = Backend(Kind::Swar);

    /// The fastest backend of this processor.
    ///
    /// Asks the processor each time it is called, which is slow in a virtual machine:
    /// call it once and keep the answer ([`crate::Parser::new`] does).
    ///
    /// ```
    /// # use simdsip::Backend;
    /// assert_eq!(Some(Backend::detect()), Backend::available().last());
    /// ```
    #[must_use]
    pub fn detect() -> Backend {
        Backend::available().last().unwrap_or(Backend::SWAR)
    }

    /// Every backend of this processor, slowest first.
    ///
    /// ```
    /// # use simdsip::{Backend, Index, Parser};
    /// for backend in Backend::available() {
    ///     let (parser, mut index) = (Parser::default().with_backend(backend), Index::new());
    ///     assert!(parser.parse(b"BYE sip:b SIP/2.0\r\n\r\n", &mut index).is_ok(), "{backend}");
    /// }
    /// ```
    pub fn available() -> impl Iterator<Item = Backend> {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        let simd = [Some(Kind::Sse2), Avx2::detect().map(Kind::Avx2), Avx512::detect().map(Kind::Avx512)];
        #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
        let simd = [Some(Kind::Neon)];
        #[cfg(not(any(
            all(target_arch = "x86_64", target_feature = "sse2"),
            all(target_arch = "aarch64", target_feature = "neon")
        )))]
        let simd: [Option<Kind>; 0] = [];
        [Backend::SCALAR, Backend::SWAR].into_iter().chain(simd.into_iter().flatten().map(Backend))
    }

    /// The backend of that [`name`](Backend::name), if this processor has it.
    ///
    /// ```
    /// # use simdsip::Backend;
    /// assert_eq!(Backend::by_name("swar"), Some(Backend::SWAR));
    /// assert_eq!(Backend::by_name("abacus"), None);
    /// ```
    #[must_use]
    pub fn by_name(name: &str) -> Option<Backend> {
        Backend::available().find(|backend| backend.name() == name)
    }

    /// The slower of the two: an upper bound for tests, benches and wary operators.
    ///
    /// ```
    /// # use simdsip::Backend;
    /// assert_eq!(Backend::detect().cap(Backend::SCALAR), Backend::SCALAR);
    /// assert_eq!(Backend::SCALAR.cap(Backend::SWAR), Backend::SCALAR);
    /// ```
    #[must_use]
    pub fn cap(self, highest: Backend) -> Backend {
        if self.rank() > highest.rank() { highest } else { self }
    }

    /// `scalar`, `swar`, `sse2`, `avx2`, `avx512` or `neon`.
    ///
    /// ```
    /// assert_eq!(simdsip::Backend::SWAR.name(), "swar");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Kind::Scalar => "scalar",
            Kind::Swar => "swar",
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Kind::Sse2 => "sse2",
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Kind::Avx2(_) => "avx2",
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Kind::Avx512(_) => "avx512",
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            Kind::Neon => "neon",
        }
    }

    const fn rank(self) -> u8 {
        match self.0 {
            Kind::Scalar => 0,
            Kind::Swar => 1,
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Kind::Sse2 => 2,
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Kind::Avx2(_) => 3,
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Kind::Avx512(_) => 4,
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            Kind::Neon => 2,
        }
    }

    /// Does `task`, compiled for this backend.
    #[inline]
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        match self.0 {
            Kind::Scalar => task.run(Scalar),
            Kind::Swar => task.run(Swar),
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Kind::Sse2 => task.run(Sse2),
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Kind::Avx2(proof) => proof.enter(task),
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Kind::Avx512(proof) => proof.enter(task),
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            Kind::Neon => task.run(Neon),
        }
    }
}

impl PartialEq for Backend {
    fn eq(&self, other: &Backend) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Backend {}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backend({})", self.name())
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
