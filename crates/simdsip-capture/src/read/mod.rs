//! Capture files, one packet at a time: pcap and pcapng from any `Read`.
//!
//! Recognises the format by content, never by name. Keeps one block of bounded size in memory, whatever
//! the file's size and whatever lengths it claims. Decompresses gzip and zstd. Does not look into packets:
//! that is [`crate::packet`]. Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.

mod buffer;
mod error;
mod inflate;
mod merge;
mod pcap;
mod pcapng;
mod secrets;

pub use error::{OpenError, OpenErrorKind, ReadError, ReadErrorKind};

pub use merge::Source;
pub(crate) use merge::{Next, Sequence, cut_short};
pub(crate) use secrets::Label;
pub use secrets::Secrets;

use buffer::Buffer;
use inflate::{Input, Packing, Unpacked};
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
    /// Key logs in the blocks before it.
    pub(crate) secrets: &'a [u8],
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
pub(crate) struct Reader<R: Read> {
    buffer: Buffer<Unpacked<R>>,
    format: Format,
    failed: bool,
    error: Option<ReadError>,
    record: Option<Record>,
    packing: Packing,
}

impl<R: Read> Reader<R> {
    /// Recognises compression and format by four bytes each, and reads no further than that takes.
    ///
    /// # Errors
    /// Empty input, input that is no capture, or the reader's own error.
    pub(crate) fn open(mut reader: R) -> Result<Self, OpenError> {
        let io = |error: std::io::Error| OpenError { kind: OpenErrorKind::Io(error.kind()), at: 0 };
        let mut head = [0; 8];
        let mut len = 0usize;
        // No more than four: a live capture may begin with less than eight.
        while let Some(space) = head.get_mut(len..4).filter(|space| !space.is_empty()) {
            match reader.read(space) {
                Ok(0) => break,
                Ok(count) => len = len.saturating_add(count),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(io(error)),
            }
        }
        let packing = Packing::by_magic(head.get(..len).unwrap_or_default());
        let mut buffer = Buffer::new(Unpacked::new(packing, Input::new(head, len, reader)));
        buffer.fill(4).map_err(io)?;
        let format = match buffer.window() {
            [] => return Err(OpenError { kind: OpenErrorKind::Empty, at: 0 }),
            [0x0a, 0x0d, 0x0d, 0x0a, ..] => Format::PcapNg(PcapNg::new()),
            [a, b, c, d, ..] => match Pcap::by_magic([*a, *b, *c, *d]) {
                Some(pcap) => Format::Pcap(pcap),
                None => return Err(OpenError { kind: OpenErrorKind::NotCapture, at: 0 }),
            },
            _ => return Err(OpenError { kind: OpenErrorKind::NotCapture, at: 0 }),
        };
        Ok(Self { buffer, format, failed: false, error: None, record: None, packing })
    }

    /// Whether offsets are none of the file's own.
    pub(crate) fn is_compressed(&self) -> bool {
        self.packing != Packing::None
    }

    /// The next packet, `None` at a clean end. After an error there is no more.
    pub(crate) fn next(&mut self) -> Option<Result<Packet<'_>, ReadError>> {
        if self.has_next() {
            return self.current().map(Ok);
        }
        self.take_error().map(Err)
    }

    /// Goes on to the next packet, if there is one.
    fn has_next(&mut self) -> bool {
        self.record = None;
        if self.failed {
            return false;
        }
        let record = match &mut self.format {
            Format::Pcap(pcap) => pcap.next(&mut self.buffer),
            Format::PcapNg(pcapng) => {
                pcapng.forget_secrets();
                pcapng.next(&mut self.buffer)
            }
        };
        match record {
            Ok(record) => self.record = record,
            Err(error) => (self.failed, self.error) = (true, Some(error)),
        }
        self.record.is_some()
    }

    /// The packet gone on to last.
    fn current(&self) -> Option<Packet<'_>> {
        let Record { at, time, link, len, absent } = self.record?;
        let secrets = match &self.format {
            Format::Pcap(_) => &[][..],
            Format::PcapNg(pcapng) => pcapng.secrets(),
        };
        Some(Packet { at, time, link, data: self.buffer.packet(len), absent, secrets })
    }

    fn take_error(&mut self) -> Option<ReadError> {
        self.error.take()
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
