//! A row before it is text: the message and the packet it came with.

use crate::packet::{Endpoint, Vlans};
use crate::table::Column;
use simdsip::{Defects, Error, ErrorKind, HeaderField, Message};
use std::net::IpAddr;

/// What carried a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// A datagram.
    Udp,
    /// A stream.
    Tcp,
}

impl Transport {
    pub(crate) const ALL: [Self; 2] = [Self::Udp, Self::Tcp];
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// The word in column `transport`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

/// One SIP message of a capture. Borrows the packet; columns are extracted when asked for.
#[derive(Clone, Copy, Debug)]
pub struct Row<'r> {
    pub(crate) file: &'r str,
    pub(crate) frame: u64,
    pub(crate) message_in_frame: u16,
    pub(crate) file_offset: u64,
    pub(crate) truncated: bool,
    pub(crate) time: Option<i64>,
    pub(crate) transport: Transport,
    pub(crate) vlans: Vlans,
    pub(crate) source: Endpoint,
    pub(crate) dest: Endpoint,
    pub(crate) content: Result<Message<'r>, Error>,
    pub(crate) bytes: &'r [u8],
}

impl<'r> Row<'r> {
    /// What a column holds for this message.
    #[must_use]
    pub fn value(&self, column: &Column) -> Value<'_> {
        (column.get)(self)
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

    /// The packet that completed the message, counted from 1.
    #[must_use]
    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// Counts the messages that one packet completed, from 0.
    #[must_use]
    pub fn message_in_frame(&self) -> u16 {
        self.message_in_frame
    }

    /// Nanoseconds since 1970, UTC; `None` for packets without a time.
    #[must_use]
    pub fn time(&self) -> Option<i64> {
        self.time
    }

    /// What carried the message.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Who sent it.
    #[must_use]
    pub fn source(&self) -> Endpoint {
        self.source
    }

    /// To whom it was sent.
    #[must_use]
    pub fn dest(&self) -> Endpoint {
        self.dest
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

/// What a column holds for one row.
#[expect(clippy::large_enum_variant, reason = "a box would allocate for each row")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value<'r> {
    /// Absent or malformed.
    Null,
    /// A flag.
    Bool(bool),
    /// A number.
    Int(i64),
    /// Nanoseconds since 1970, UTC.
    Time(i64),
    /// One of a closed set.
    Word(&'static str),
    /// Bytes that are text, most times.
    Text(&'r [u8]),
    /// A header value on several lines.
    Folded(HeaderField<'r>),
    /// Bytes.
    Binary(&'r [u8]),
    /// A SHA-256.
    Hash([u8; 32]),
    /// An IP address.
    Addr(IpAddr),
    /// Words of a closed set.
    Words(&'r [&'static str]),
    /// Small numbers.
    Numbers(&'r [u16]),
    /// Defects.
    Defects(RowDefects<'r>),
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

fn error_code(kind: ErrorKind) -> &'static str {
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
