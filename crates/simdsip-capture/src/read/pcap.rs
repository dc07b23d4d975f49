//! Classic pcap: a header, then records. draft-ietf-opsawg-pcap.

use super::buffer::Buffer;
use super::{Endian, MAX_PACKET, ReadError, ReadErrorKind, Record};
use std::io::Read;

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

#[derive(Debug)]
pub(super) struct Pcap {
    endian: Endian,
    /// Nanoseconds in a unit of the second half of the time.
    unit: i64,
    /// `None` until the file header was read.
    link: Option<u32>,
}

impl Pcap {
    pub(super) fn by_magic(magic: [u8; 4]) -> Option<Self> {
        let (endian, unit) = match magic {
            [0xa1, 0xb2, 0xc3, 0xd4] => (Endian::Big, 1000),
            [0xd4, 0xc3, 0xb2, 0xa1] => (Endian::Little, 1000),
            [0xa1, 0xb2, 0x3c, 0x4d] => (Endian::Big, 1),
            [0x4d, 0x3c, 0xb2, 0xa1] => (Endian::Little, 1),
            _ => return None,
        };
        Some(Self { endian, unit, link: None })
    }

    fn link<R: Read>(&mut self, buffer: &mut Buffer<R>) -> Result<u32, ReadError> {
        if let Some(link) = self.link {
            return Ok(link);
        }
        buffer.need(FILE_HEADER)?;
        let header = buffer.window();
        if self.endian.u16(header, 4) != Some(2) {
            return Err(ReadError { kind: ReadErrorKind::Version, at: 4 });
        }
        // The upper bits tell of a frame check sequence, which the IP lengths cut off.
        let link = self.endian.u32(header, 20).unwrap_or_default() & 0x03ff_ffff;
        buffer.take(FILE_HEADER);
        self.link = Some(link);
        Ok(link)
    }

    pub(super) fn next<R: Read>(&mut self, buffer: &mut Buffer<R>) -> Result<Option<Record>, ReadError> {
        let link = self.link(buffer)?;
        if buffer.at_end()? {
            return Ok(None);
        }
        let at = buffer.position();
        buffer.need(RECORD_HEADER)?;
        let header = buffer.window();
        let field = |at| self.endian.u32(header, at).unwrap_or_default();
        let (seconds, fraction, claimed, wire_len) = (field(0), field(4), field(8), field(12));
        let len = claimed as usize;
        if len > MAX_PACKET {
            return Err(ReadError { kind: ReadErrorKind::PacketTooLong { claimed }, at });
        }
        buffer.need(RECORD_HEADER.saturating_add(len))?;
        buffer.take(RECORD_HEADER);
        buffer.take_packet(len, 0);
        // u32 seconds in nanoseconds are below 2^63.
        let time = i64::from(seconds)
            .saturating_mul(1_000_000_000)
            .saturating_add(i64::from(fraction).saturating_mul(self.unit));
        Ok(Some(Record {
            at,
            time: Some(time),
            link,
            len,
            absent: wire_len.saturating_sub(claimed) as usize,
        }))
    }
}
