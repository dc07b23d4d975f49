//! What can go wrong with a capture file, and where.

use std::fmt;
use std::io;

/// Why a file could not be opened as a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenError {
    /// What was found instead of a capture.
    pub kind: OpenErrorKind,
    /// Byte offset in the file.
    pub at: u64,
}

/// The kinds of [`OpenError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// No bytes at all.
    Empty,
    /// Neither pcap nor pcapng.
    NotCapture,
    /// The operating system says no.
    Io(io::ErrorKind),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            OpenErrorKind::Empty => f.write_str("expected a capture, found an empty file"),
            OpenErrorKind::NotCapture => f.write_str("expected a pcap or pcapng capture at byte 0"),
            OpenErrorKind::Io(kind) => write!(f, "{kind}"),
        }
    }
}

impl std::error::Error for OpenError {}

/// Why reading stopped. Everything before byte `at` was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong there.
    pub kind: ReadErrorKind,
    /// Byte offset in the file of the record concerned; for `CutShort` the length of the file. Of a compressed file the
    /// offset is one in what it holds.
    pub at: u64,
}

/// The kinds of [`ReadError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The file ends inside a record.
    CutShort,
    /// A packet record claims more bytes than any capture program writes.
    PacketTooLong {
        /// The length claimed.
        claimed: u32,
    },
    /// The file header names a version that is none.
    Version,
    /// A pcapng block's length is below its minimum, no multiple of four, or differs at its two ends.
    BlockLength,
    /// A pcapng section header without a byte-order magic.
    ByteOrder,
    /// A pcapng packet names an interface that the section did not describe.
    Interface {
        /// The number named.
        id: u32,
    },
    /// A pcapng section describes more interfaces than are believed.
    TooManyInterfaces,
    /// Compressed data that is none, or that no decoder takes.
    Compression,
    /// Compressed data that swells beyond what any capture does.
    Swells,
    /// The operating system says no.
    Io(io::ErrorKind),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        match self.kind {
            ReadErrorKind::CutShort => write!(f, "cut short at byte {at}"),
            ReadErrorKind::PacketTooLong { claimed } => {
                write!(f, "packet record claims {claimed} bytes at byte {at}")
            }
            ReadErrorKind::Version => write!(f, "expected a known capture version at byte {at}"),
            ReadErrorKind::BlockLength => write!(f, "expected a sound block length at byte {at}"),
            ReadErrorKind::ByteOrder => {
                write!(f, "expected a byte-order magic in the section header at byte {at}")
            }
            ReadErrorKind::Interface { id } => {
                write!(f, "packet of interface {id}, which no block describes, at byte {at}")
            }
            ReadErrorKind::TooManyInterfaces => write!(f, "too many interface descriptions at byte {at}"),
            ReadErrorKind::Compression => write!(f, "expected sound compressed data behind byte {at}"),
            ReadErrorKind::Swells => write!(f, "compressed data swells beyond every capture at byte {at}"),
            ReadErrorKind::Io(kind) => write!(f, "{kind} at byte {at}"),
        }
    }
}

impl std::error::Error for ReadError {}
