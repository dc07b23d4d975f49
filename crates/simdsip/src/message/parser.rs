//! The parser: how to read, asked once and used for every message.

use super::head::Head;
use super::index::{Index, Sink, Table};
use super::length;
use super::section::{Input, Page, Progress, Section};
use super::view::Message;
use crate::defect::StructuralDefects;
use crate::error::{Error, ErrorKind, LimitKind};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::scan::{Backend, Kernel, Task};

/// Policy, limits and backend: what reading depends on. Small, `Copy`, made once.
///
/// ```
/// use simdsip::{HeaderName, Index, Parser, Policy};
///
/// let parser = Parser::new(Policy::INTEROP);
/// let mut index = Index::new();
/// let message = parser.parse(
///     b"INVITE sip:bob@biloxi.example SIP/2.0\r\nf: <sip:alice@atlanta.example>;tag=1\r\nl: 0\r\n\r\n",
///     &mut index,
/// )?;
/// assert_eq!(message.uri(), Some(&b"sip:bob@biloxi.example"[..]));
/// let from = message.field(HeaderName::From).unwrap();
/// assert_eq!(from.value(), b"<sip:alice@atlanta.example>;tag=1");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Parser {
    pub(crate) policy: Policy,
    pub(crate) limits: Limits,
    pub(crate) backend: Backend,
}

impl Parser {
    /// With the fastest backend of this processor, and the limits that go with `policy`
    /// ([`Limits::capture`] for [`Policy::CAPTURE`], else [`Limits::new`]).
    ///
    /// ```
    /// use simdsip::{Limits, Parser, Policy};
    ///
    /// let parser = Parser::new(Policy::CAPTURE);
    /// assert_eq!(parser.limits(), &Limits::capture());
    /// ```
    #[must_use]
    pub fn new(policy: Policy) -> Parser {
        let limits = if policy.observes { Limits::capture() } else { Limits::new() };
        Parser { policy, limits, backend: Backend::detect() }
    }

    /// The same with another backend.
    ///
    /// ```
    /// # use simdsip::{Backend, Parser};
    /// let plain = Parser::default().with_backend(Backend::SWAR);
    /// assert_eq!(plain.backend(), Backend::SWAR);
    /// ```
    #[must_use]
    pub const fn with_backend(self, backend: Backend) -> Parser {
        Parser { backend, ..self }
    }

    /// The same with other limits.
    ///
    /// ```
    /// use simdsip::{ErrorKind, Index, LimitKind, Limits, Parser};
    ///
    /// let mut limits = Limits::new();
    /// limits.line_len = 8;
    /// let (parser, mut index) = (Parser::default().with_limits(limits), Index::new());
    /// let error = parser.parse(b"BYE sip:bob@b.example SIP/2.0\r\n\r\n", &mut index).unwrap_err();
    /// assert_eq!((error.kind, error.at), (ErrorKind::Limit(LimitKind::Line), 8));
    /// ```
    #[must_use]
    pub const fn with_limits(self, limits: Limits) -> Parser {
        Parser { limits, ..self }
    }

    /// The backend in use.
    ///
    /// ```
    /// # use simdsip::{Backend, Parser};
    /// assert_eq!(Parser::default().backend(), Backend::detect());
    /// ```
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// The limits in force.
    ///
    /// ```
    /// # use simdsip::Parser;
    /// assert_eq!(Parser::default().limits().header_count, 256);
    /// ```
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The policy in force.
    ///
    /// ```
    /// # use simdsip::{Parser, Policy};
    /// assert_eq!(Parser::default().policy(), Policy::INTEROP);
    /// ```
    #[must_use]
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// Reads `bytes` as one whole message: a datagram, an SCTP or WebSocket message, a file.
    ///
    /// Line ends before the start line are skipped; what follows the body is
    /// [`Message::surplus`]. Allocates nothing and never panics. Streams are read by [`crate::Framer`].
    /// RFC 3261 §7, §18.3.
    ///
    /// # Errors
    /// What cannot be represented (no start line), what the policy refuses, and limits:
    /// [`LimitKind::Index`] where the message has more header fields than `index` holds.
    ///
    /// ```
    /// use simdsip::{DefectCode, ErrorKind, Index, Parser};
    ///
    /// let (parser, mut index) = (Parser::default(), Index::new());
    /// assert!(parser.parse(b"BYE sip:b SIP/2.0\r\ni: 1\r\n\r\n", &mut index).is_ok());
    /// let error = parser.parse(b"BYE sip:b SIP/2.0\r\ni\r\n\r\n", &mut index).unwrap_err();
    /// assert_eq!((error.kind, error.at), (ErrorKind::Refused(DefectCode::HeaderWithoutColon), 19));
    /// ```
    #[inline]
    pub fn parse<'b, const N: usize>(
        &self,
        bytes: &'b [u8],
        index: &'b mut Index<N>,
    ) -> Result<Message<'b>, Error> {
        let (rows, head) = index.parts();
        self.read(bytes, rows, head)?;
        let index = &*index;
        Ok(Message::new(bytes, &index.head, index.table()))
    }

    /// The same into an index that grows: any number of header fields and sections over
    /// 65,535 bytes, within [`Limits`].
    ///
    /// # Errors
    /// As [`Parser::parse`], but for the limits of the index.
    ///
    /// ```
    /// use simdsip::{GrowIndex, Parser, Policy};
    ///
    /// let long = format!("BYE sip:b SIP/2.0\r\nX-a: {}\r\n\r\n", "x".repeat(100_000));
    /// let mut index = GrowIndex::new();
    /// let message = Parser::new(Policy::CAPTURE).parse_growing(long.as_bytes(), &mut index)?;
    /// assert_eq!(message.fields_named(b"X-a").next().unwrap().value().len(), 100_000);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[cfg(feature = "alloc")]
    pub fn parse_growing<'b>(
        &self,
        bytes: &'b [u8],
        index: &'b mut super::GrowIndex,
    ) -> Result<Message<'b>, Error> {
        self.fill(bytes, index)?;
        let index = &*index;
        Ok(Message::new(bytes, &index.head, index.table()))
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn fill(&self, bytes: &[u8], index: &mut super::GrowIndex) -> Result<(), Error> {
        let (rows, head) = index.parts();
        self.read(bytes, rows, head)
    }

    #[inline]
    fn read<S: Sink>(&self, bytes: &[u8], sink: &mut S, head: &mut Head) -> Result<(), Error> {
        let limits = &self.limits;
        if bytes.len() > limits.message_len {
            return Err(Error::new(ErrorKind::Limit(LimitKind::Message), limits.message_len));
        }
        let origin = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
        let Some(origin) = origin else { return Err(Error::new(ErrorKind::Empty, bytes.len())) };
        self.backend.run(Read { page: Page { sink, head, limits }, bytes, origin })?;
        self.judge(bytes, sink.table(head.count), head)
    }

    /// Refuses what the policy refuses.
    #[inline]
    pub(crate) fn judge(&self, bytes: &[u8], table: Table<'_>, head: &Head) -> Result<(), Error> {
        if head.defects.intersection(self.policy.refused).is_empty() {
            Ok(())
        } else {
            Err(self.refusal(bytes, table, head))
        }
    }

    #[cold]
    fn refusal(&self, bytes: &[u8], table: Table<'_>, head: &Head) -> Error {
        let refused = head.defects.intersection(self.policy.refused);
        let found = StructuralDefects::new(bytes, head, table).find(|defect| refused.contains(defect.code));
        match found {
            Some(defect) => Error::new(ErrorKind::Refused(defect.code), defect.at),
            // A bit is only set where `StructuralDefects` finds the place; a test over the corpus holds that.
            None => Error::new(ErrorKind::Empty, head.origin),
        }
    }
}

/// Reading a whole message.
struct Read<'a, S> {
    page: Page<'a, S>,
    bytes: &'a [u8],
    origin: usize,
}

impl<S: Sink> Task for Read<'_, S> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<K: Kernel>(mut self, kernel: K) -> Result<(), Error> {
        let mut section = Section::begin(self.origin, self.page.head);
        if section.advance(kernel, self.bytes, Input::Whole, &mut self.page)? == Progress::Starved {
            section.conclude(kernel, self.bytes, &mut self.page)?;
        }
        let Page { sink, head, .. } = self.page;
        length::of_datagram(kernel, self.bytes, sink.table(head.count), head);
        Ok(())
    }
}

impl Default for Parser {
    /// [`Policy::INTEROP`].
    fn default() -> Parser {
        Parser::new(Policy::INTEROP)
    }
}

const _: () = {
    const fn sends<T: Send + Sync + Copy>() {}
    sends::<Parser>();
};
