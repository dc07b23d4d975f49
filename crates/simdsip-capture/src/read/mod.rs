//! Capture files, one packet at a time: pcap and pcapng from any `Read`.
//!
//! Recognises the format by content, never by name. Keeps one block of bounded size in memory, whatever
//! the file's size and whatever lengths it claims. Does not decompress, and does not look into packets:
//! that is [`crate::packet`]. Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.

mod buffer;
mod error;
mod pcap;
mod pcapng;

pub use error::{OpenError, OpenErrorKind, ReadError, ReadErrorKind};

use buffer::Buffer;
use pcap::Pcap;
use pcapng::PcapNg;
use std::io::Read;

/// The longest packet that is believed. libpcap writes at most 256 KiB; USB and D-Bus captures stay below too.
pub(crate) const MAX_PACKET: usize = 1 << 20;

/// One captured packet; its bytes live in the reader until the next one is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    /// Where the packet's record begins in the file.
    pub(crate) at: u64,
    /// Nanoseconds since 1970, UTC; `None` where the format has no room for a time.
    pub(crate) time: Option<i64>,
    /// LINKTYPE number.
    pub(crate) link: u32,
    /// What was captured.
    pub(crate) data: &'a [u8],
    /// Bytes behind those that were on the wire but not captured.
    pub(crate) absent: usize,
}

/// The same, without the bytes: `data` stands in the buffer at this range.
#[derive(Clone, Copy, Debug)]
struct Record {
    at: u64,
    time: Option<i64>,
    link: u32,
    len: usize,
    absent: usize,
}

#[derive(Debug)]
enum Format {
    Pcap(Pcap),
    PcapNg(PcapNg),
}

/// Reads packets in file order.
#[derive(Debug)]
pub(crate) struct Reader<R> {
    buffer: Buffer<R>,
    format: Format,
    failed: bool,
}

impl<R: Read> Reader<R> {
    /// Recognises the format by the first four bytes, and reads no further.
    ///
    /// # Errors
    /// Empty input, input that is no capture (naming gzip and zstd), or the reader's own error.
    pub(crate) fn open(reader: R) -> Result<Self, OpenError> {
        let mut buffer = Buffer::new(reader);
        buffer.fill(4).map_err(|error| OpenError { kind: OpenErrorKind::Io(error.kind()), at: 0 })?;
        let format = match buffer.window() {
            [] => return Err(OpenError { kind: OpenErrorKind::Empty, at: 0 }),
            [0x0a, 0x0d, 0x0d, 0x0a, ..] => Format::PcapNg(PcapNg::new()),
            [0x1f, 0x8b, ..] => return Err(OpenError { kind: OpenErrorKind::Gzip, at: 0 }),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => return Err(OpenError { kind: OpenErrorKind::Zstd, at: 0 }),
            [a, b, c, d, ..] => match Pcap::by_magic([*a, *b, *c, *d]) {
                Some(pcap) => Format::Pcap(pcap),
                None => return Err(OpenError { kind: OpenErrorKind::NotCapture, at: 0 }),
            },
            _ => return Err(OpenError { kind: OpenErrorKind::NotCapture, at: 0 }),
        };
        Ok(Self { buffer, format, failed: false })
    }

    /// The next packet, `None` at a clean end. After an error there is no more.
    pub(crate) fn next(&mut self) -> Option<Result<Packet<'_>, ReadError>> {
        if self.failed {
            return None;
        }
        let record = match &mut self.format {
            Format::Pcap(pcap) => pcap.next(&mut self.buffer),
            Format::PcapNg(pcapng) => pcapng.next(&mut self.buffer),
        };
        match record {
            Ok(Some(Record { at, time, link, len, absent })) => {
                Some(Ok(Packet { at, time, link, data: self.buffer.packet(len), absent }))
            }
            Ok(None) => None,
            Err(error) => {
                self.failed = true;
                Some(Err(error))
            }
        }
    }

    /// Bytes of the input that were taken so far.
    pub(crate) fn position(&self) -> u64 {
        self.buffer.position()
    }
}

/// Which end of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endian {
    Little,
    Big,
}

impl Endian {
    fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(*bytes),
            Self::Big => u16::from_be_bytes(*bytes),
        })
    }

    fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(*bytes),
            Self::Big => u32::from_be_bytes(*bytes),
        })
    }

    fn u64(self, bytes: &[u8], at: usize) -> Option<u64> {
        let bytes = bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u64::from_le_bytes(*bytes),
            Self::Big => u64::from_be_bytes(*bytes),
        })
    }
}

#[cfg(test)]
mod tests;
