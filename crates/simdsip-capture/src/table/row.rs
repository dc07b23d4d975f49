//! A row before it is text: the message and the packet it came with.

use super::column::{Column, Get};
use super::parts::Parts;
use super::value::{FrameRef, Record, Value};
use crate::packet::{Endpoint, Wraps};
use simdsip::{Backend, Defects, Error, ErrorKind, Message};

/// What carried a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// A datagram.
    Udp,
    /// A stream.
    Tcp,
    /// A stream within TLS.
    Tls,
    /// A WebSocket (RFC 7118).
    Ws,
    /// A WebSocket within TLS.
    Wss,
    /// An SCTP message (RFC 4168).
    Sctp,
}

impl Transport {
    pub(crate) const ALL: [Self; 6] = [Self::Udp, Self::Tcp, Self::Tls, Self::Ws, Self::Wss, Self::Sctp];
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// The word in column `transport`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Ws => "ws",
            Self::Wss => "wss",
            Self::Sctp => "sctp",
        }
    }
}

/// What is known of a message without looking into it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meta {
    /// Number of the capture file.
    pub(crate) file: u32,
    pub(crate) frame: u64,
    pub(crate) message_in_frame: u16,
    pub(crate) file_offset: Option<u64>,
    pub(crate) truncated: bool,
    pub(crate) time: Option<i64>,
    /// Where the captures are when the message is given, by the engine's clock.
    pub(crate) now: Option<i64>,
    /// The same, or what the last packet says, where that is ahead.
    pub(crate) stamp: Option<i64>,
    pub(crate) transport: Transport,
    pub(crate) wraps: Wraps,
    pub(crate) source: Endpoint,
    pub(crate) dest: Endpoint,
    pub(crate) is_retransmission: bool,
    /// Of a packet that was captured twice, the second time.
    pub(crate) is_duplicate: bool,
    pub(crate) duplicate_of: Option<u64>,
}

/// One SIP message of a capture. Borrows the packet; columns are extracted when asked for.
#[derive(Debug)]
pub struct Row<'r> {
    pub(crate) file: &'r str,
    pub(crate) meta: Meta,
    pub(crate) content: Result<Message<'r>, Error>,
    pub(crate) bytes: &'r [u8],
    pub(crate) frames: &'r [FrameRef],
    /// Asked once: a processor answers slowly in a virtual machine.
    pub(crate) backend: Backend,
    /// What several columns need, once it was asked for.
    pub(super) parts: Parts<'r>,
}

impl<'r> Row<'r> {
    pub(crate) fn new(
        file: &'r str,
        meta: Meta,
        content: Result<Message<'r>, Error>,
        bytes: &'r [u8],
        frames: &'r [FrameRef],
        backend: Backend,
    ) -> Self {
        Self { file, meta, content, bytes, frames, backend, parts: Parts::default() }
    }

    /// The message, or why it is none.
    pub fn message(&self) -> Result<Message<'r>, Error> {
        self.content
    }

    /// The message's bytes as they were sent.
    #[must_use]
    pub fn bytes(&self) -> &'r [u8] {
        self.bytes
    }

    /// The capture's name.
    #[must_use]
    pub fn file(&self) -> &'r str {
        self.file
    }

    /// Which of the captures it is, counted from 0.
    #[must_use]
    pub fn file_number(&self) -> u32 {
        self.meta.file
    }

    /// One packet was captured twice, and this is the second time, be it in another file.
    pub(crate) fn is_duplicate(&self) -> bool {
        self.meta.is_duplicate
    }

    /// Where the captures are, by all packets: what the message says itself may be wrong.
    pub(crate) fn clock(&self) -> Option<i64> {
        self.meta.now.or(self.meta.time)
    }

    /// What is touched by the message is marked with: see `Origin::stamp`.
    pub(crate) fn stamp(&self) -> Option<i64> {
        self.meta.stamp.or(self.meta.time)
    }

    /// The packet that completed the message, counted from 1.
    #[must_use]
    pub fn frame(&self) -> u64 {
        self.meta.frame
    }

    /// Counts the messages that one packet completed, from 0.
    #[must_use]
    pub fn message_in_frame(&self) -> u16 {
        self.meta.message_in_frame
    }

    /// Nanoseconds since 1970, UTC; `None` for packets without a time.
    #[must_use]
    pub fn time(&self) -> Option<i64> {
        self.meta.time
    }

    /// Other packets that hold parts of the message: fragments and segments. Known where rows are given one by one.
    #[must_use]
    pub fn parts_in(&self) -> &'r [FrameRef] {
        self.frames
    }

    /// What carried the message.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.meta.transport
    }

    /// Who sent it.
    #[must_use]
    pub fn source(&self) -> Endpoint {
        self.meta.source
    }

    /// To whom it was sent.
    #[must_use]
    pub fn dest(&self) -> Endpoint {
        self.meta.dest
    }

    /// Whether the same bytes went between the same ends before, within 32 s.
    #[must_use]
    pub fn is_retransmission(&self) -> bool {
        self.meta.is_retransmission
    }

    /// The frame that this one is a second capture of; none where that is in another file.
    #[must_use]
    pub fn duplicate_of(&self) -> Option<u64> {
        self.meta.duplicate_of
    }

    /// Where the message is odd: each code once, where it shows first. A message that could not be parsed
    /// has the error as its only one.
    #[must_use]
    pub fn defects(&self) -> RowDefects<'r> {
        let all = match self.content {
            Ok(message) => Source::Message(message.defects()),
            Err(error) => Source::Error(Some(error)),
        };
        RowDefects { all, seen: [0; 4] }
    }
}

impl Record for Row<'_> {
    fn value(&self, column: &Column) -> Value<'_> {
        match column.get {
            Get::Message(get) => get(self),
            _ => Value::Null,
        }
    }
}

/// Where a message is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowDefect {
    /// Stable kebab-case word; errors begin with `error-`.
    pub code: &'static str,
    /// Counted from the payload's first byte.
    pub offset: usize,
    /// Bytes concerned; 0 for a place.
    pub len: usize,
}

/// Iterator of [`Row::defects`].
#[derive(Clone, Debug)]
pub struct RowDefects<'r> {
    all: Source<'r>,
    /// Codes that were given.
    seen: [u64; 4],
}

#[expect(clippy::large_enum_variant, reason = "a box would allocate for each row")]
#[derive(Clone, Debug)]
enum Source<'r> {
    Message(Defects<'r>),
    Error(Option<Error>),
}

impl Iterator for RowDefects<'_> {
    type Item = RowDefect;

    fn next(&mut self) -> Option<RowDefect> {
        match &mut self.all {
            Source::Message(all) => loop {
                let defect = all.next()?;
                let number = defect.code.number();
                let Some(word) = self.seen.get_mut(usize::from(number >> 6)) else { continue };
                let bit = 1u64 << (number & 63);
                if *word & bit == 0 {
                    *word |= bit;
                    return Some(RowDefect {
                        code: defect.code.as_str(),
                        offset: defect.at,
                        len: defect.len,
                    });
                }
            },
            Source::Error(error) => {
                let error = error.take()?;
                Some(RowDefect { code: error_code(error.kind), offset: error.at, len: 0 })
            }
        }
    }
}

/// The code of the only defect of a row that is no message.
#[must_use]
pub fn error_code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Empty => "error-empty",
        ErrorKind::Method => "error-method",
        ErrorKind::RequestUri => "error-request-uri",
        ErrorKind::Version => "error-version",
        ErrorKind::StatusCode => "error-status-code",
        ErrorKind::Limit(_) => "error-limit",
        ErrorKind::Refused(code) => code.as_str(),
        ErrorKind::ContentLength => "error-content-length",
        _ => "error-other",
    }
}
