//! pcapng: sections of typed blocks. draft-ietf-opsawg-pcapng.
//!
//! Reads section headers, interface descriptions, TLS secrets and the three packet blocks; passes over every other
//! block without holding it. Options other than `if_tsresol` and `if_tsoffset` are not read, so that a
//! broken comment costs no packet.

use super::buffer::Buffer;
use super::{Endian, MAX_PACKET, ReadError, ReadErrorKind, Record};
use std::io::Read;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
/// Obsolete, still found in files of 2010.
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const SECRETS: u32 = 10;
/// "TLSK": a key log as text.
const TLS_KEY_LOG: u32 = 0x544c_534b;
/// Longer secrets are passed over.
const MAX_SECRETS: usize = 1 << 20;

/// Type and length before the body, length after it.
const BLOCK_HEADER: usize = 8;
const BLOCK_TRAILER: usize = 4;
const MAX_INTERFACES: usize = 65_536;
/// Of an interface description's options so much is looked at.
const MAX_OPTIONS: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct PcapNg {
    endian: Endian,
    interfaces: Vec<Interface>,
    secrets: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: u32,
    /// 0 is no limit.
    snap_len: u32,
    resolution: Resolution,
    offset_seconds: i64,
}

/// Units of a timestamp in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resolution {
    Decimal(u32),
    Binary(u32),
}

impl Interface {
    /// Saturates where 64 bits of nanoseconds do not hold the time.
    fn time(&self, units: u64) -> i64 {
        let units = i128::from(units);
        let nanos = match self.resolution {
            Resolution::Decimal(exponent @ 0..=9) => {
                units.saturating_mul(10i128.saturating_pow(9u32.saturating_sub(exponent)))
            }
            Resolution::Decimal(exponent) => {
                units.checked_div(10i128.saturating_pow(exponent.saturating_sub(9))).unwrap_or_default()
            }
            Resolution::Binary(exponent) => {
                units.saturating_mul(1_000_000_000).checked_shr(exponent).unwrap_or_default()
            }
        };
        let offset = i128::from(self.offset_seconds).saturating_mul(1_000_000_000);
        let nanos = nanos.saturating_add(offset);
        i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
    }
}

impl PcapNg {
    pub(super) fn new() -> Self {
        Self { endian: Endian::Little, interfaces: Vec::new(), secrets: Vec::new() }
    }

    pub(super) fn next<R: Read>(&mut self, buffer: &mut Buffer<R>) -> Result<Option<Record>, ReadError> {
        loop {
            if buffer.at_end()? {
                return Ok(None);
            }
            let at = buffer.position();
            buffer.need(BLOCK_HEADER)?;
            // The magic of a section header reads the same from both ends.
            let block = self.endian.u32(buffer.window(), 0).unwrap_or_default();
            if block == SECTION {
                self.section(buffer, at)?;
                continue;
            }
            let block_len = self.endian.u32(buffer.window(), 4).unwrap_or_default();
            let wrong = ReadError { kind: ReadErrorKind::BlockLength, at };
            if !block_len.is_multiple_of(4) || (block_len as usize) < BLOCK_HEADER + BLOCK_TRAILER {
                return Err(wrong);
            }
            match block {
                INTERFACE => self.interface(buffer, at, block_len)?,
                SECRETS if (20..MAX_SECRETS).contains(&(block_len as usize)) => {
                    self.key_log(buffer, at, block_len)?;
                }
                PACKET | SIMPLE_PACKET | ENHANCED_PACKET => {
                    return self.packet(buffer, at, block, block_len).map(Some);
                }
                _ => {
                    buffer.skip(u64::from(block_len).saturating_sub(BLOCK_TRAILER as u64))?;
                    self.trailer(buffer, at, block_len)?;
                }
            }
        }
    }

    /// Key logs in the blocks that were read for the last packet.
    pub(super) fn secrets(&self) -> &[u8] {
        &self.secrets
    }

    pub(super) fn forget_secrets(&mut self) {
        self.secrets.clear();
    }

    /// Keeps a key log; other secrets are of no use here.
    fn key_log<R: Read>(&mut self, buffer: &mut Buffer<R>, at: u64, len: u32) -> Result<(), ReadError> {
        let body_len = (len as usize).saturating_sub(BLOCK_TRAILER);
        buffer.need(body_len)?;
        let block = buffer.window();
        let field = |at| self.endian.u32(block, at).unwrap_or_default();
        let held =
            block.get(16..16usize.saturating_add(field(12) as usize).min(body_len)).unwrap_or_default();
        if field(8) == TLS_KEY_LOG && self.secrets.len().saturating_add(held.len()) <= 16 * MAX_SECRETS {
            self.secrets.extend_from_slice(held);
            self.secrets.push(b'\n');
        }
        buffer.take(body_len);
        self.trailer(buffer, at, len)
    }

    /// Checks that the block says the same length at its end.
    fn trailer<R: Read>(&self, buffer: &mut Buffer<R>, at: u64, block_len: u32) -> Result<(), ReadError> {
        buffer.need(BLOCK_TRAILER)?;
        if self.endian.u32(buffer.window(), 0) != Some(block_len) {
            return Err(ReadError { kind: ReadErrorKind::BlockLength, at });
        }
        buffer.take(BLOCK_TRAILER);
        Ok(())
    }

    fn section<R: Read>(&mut self, buffer: &mut Buffer<R>, at: u64) -> Result<(), ReadError> {
        buffer.need(16)?;
        let header = buffer.window();
        self.endian = match header.get(8..12) {
            Some([0x1a, 0x2b, 0x3c, 0x4d]) => Endian::Big,
            Some([0x4d, 0x3c, 0x2b, 0x1a]) => Endian::Little,
            _ => return Err(ReadError { kind: ReadErrorKind::ByteOrder, at }),
        };
        if self.endian.u16(header, 12) != Some(1) {
            return Err(ReadError { kind: ReadErrorKind::Version, at });
        }
        let block_len = self.endian.u32(header, 4).unwrap_or_default();
        if !block_len.is_multiple_of(4) || block_len < 28 {
            return Err(ReadError { kind: ReadErrorKind::BlockLength, at });
        }
        self.interfaces.clear();
        buffer.skip(u64::from(block_len).saturating_sub(BLOCK_TRAILER as u64))?;
        self.trailer(buffer, at, block_len)
    }

    fn interface<R: Read>(&mut self, buffer: &mut Buffer<R>, at: u64, len: u32) -> Result<(), ReadError> {
        if len < 20 {
            return Err(ReadError { kind: ReadErrorKind::BlockLength, at });
        }
        if self.interfaces.len() >= MAX_INTERFACES {
            return Err(ReadError { kind: ReadErrorKind::TooManyInterfaces, at });
        }
        let body_len = (len as usize).saturating_sub(BLOCK_TRAILER);
        let seen = body_len.min(MAX_OPTIONS);
        buffer.need(seen)?;
        let block = buffer.window().get(..seen).unwrap_or_default();
        let mut interface = Interface {
            link: u32::from(self.endian.u16(block, 8).unwrap_or_default()),
            snap_len: self.endian.u32(block, 12).unwrap_or_default(),
            resolution: Resolution::Decimal(6),
            offset_seconds: 0,
        };
        self.options(block.get(16..).unwrap_or_default(), &mut interface);
        self.interfaces.push(interface);
        buffer.skip(body_len as u64)?;
        self.trailer(buffer, at, len)
    }

    fn options(&self, mut options: &[u8], interface: &mut Interface) {
        const END: u16 = 0;
        const TIME_RESOLUTION: u16 = 9;
        const TIME_OFFSET: u16 = 14;
        while let (Some(code), Some(len)) = (self.endian.u16(options, 0), self.endian.u16(options, 2)) {
            let len = usize::from(len);
            let Some(value) = options.get(4..len.saturating_add(4)) else { return };
            match (code, value) {
                (END, _) => return,
                (TIME_RESOLUTION, [byte]) => {
                    let exponent = u32::from(byte & 0x7f);
                    interface.resolution = match byte & 0x80 {
                        0 => Resolution::Decimal(exponent),
                        _ => Resolution::Binary(exponent),
                    };
                }
                (TIME_OFFSET, [_, _, _, _, _, _, _, _]) => {
                    interface.offset_seconds = self.endian.u64(value, 0).unwrap_or_default().cast_signed();
                }
                _ => {}
            }
            options = options.get(len.next_multiple_of(4).saturating_add(4)..).unwrap_or_default();
        }
    }

    fn packet<R: Read>(
        &self,
        buffer: &mut Buffer<R>,
        at: u64,
        block: u32,
        block_len: u32,
    ) -> Result<Record, ReadError> {
        let wrong = ReadError { kind: ReadErrorKind::BlockLength, at };
        let fixed: usize = if block == SIMPLE_PACKET { 12 } else { 28 };
        let Some(room) = (block_len as usize).checked_sub(fixed.saturating_add(BLOCK_TRAILER)) else {
            return Err(wrong);
        };
        buffer.need(fixed)?;
        let header = buffer.window();
        let field = |at| self.endian.u32(header, at).unwrap_or_default();
        let (id, units, claimed, wire_len) = match block {
            SIMPLE_PACKET => (0, None, None, field(8)),
            _ => {
                let id = match block {
                    PACKET => u32::from(self.endian.u16(header, 8).unwrap_or_default()),
                    _ => field(8),
                };
                let units = u64::from(field(12)) << 32 | u64::from(field(16));
                (id, Some(units), Some(field(20)), field(24))
            }
        };
        let interface = usize::try_from(id).ok().and_then(|id| self.interfaces.get(id));
        let Some(interface) = interface else {
            return Err(ReadError { kind: ReadErrorKind::Interface { id }, at });
        };
        let claimed = claimed.unwrap_or(match interface.snap_len {
            0 => wire_len,
            snap_len => wire_len.min(snap_len),
        });
        let len = claimed as usize;
        if len > MAX_PACKET {
            return Err(ReadError { kind: ReadErrorKind::PacketTooLong { claimed }, at });
        }
        if len > room {
            return Err(wrong);
        }
        // Options after the packet can be long; they are passed over without being held.
        let padded = len.next_multiple_of(4).min(room);
        let options = (room.saturating_sub(padded)) as u64;
        let whole = fixed.saturating_add(padded).saturating_add(BLOCK_TRAILER);
        if options == 0 {
            buffer.need(whole)?;
            let trailer = fixed.saturating_add(padded);
            if self.endian.u32(buffer.window(), trailer) != Some(block_len) {
                return Err(wrong);
            }
            buffer.take(fixed);
            buffer.take_packet(len, padded.saturating_sub(len).saturating_add(BLOCK_TRAILER));
        } else {
            self.packet_with_options(buffer, at, fixed, len, block_len)?;
        }
        let time = units.map(|units| interface.time(units));
        Ok(Record { at, time, link: interface.link, len, absent: wire_len.saturating_sub(claimed) as usize })
    }

    /// The whole block has to be in the window, so that the packet's bytes stay where they are.
    fn packet_with_options<R: Read>(
        &self,
        buffer: &mut Buffer<R>,
        at: u64,
        fixed: usize,
        len: usize,
        block_len: u32,
    ) -> Result<(), ReadError> {
        let wrong = ReadError { kind: ReadErrorKind::BlockLength, at };
        let block_len_bytes = block_len as usize;
        if block_len_bytes > MAX_PACKET {
            return Err(wrong);
        }
        buffer.need(block_len_bytes)?;
        let trailer = block_len_bytes.saturating_sub(BLOCK_TRAILER);
        if self.endian.u32(buffer.window(), trailer) != Some(block_len) {
            return Err(wrong);
        }
        buffer.take(fixed);
        let rest = block_len_bytes.saturating_sub(fixed).saturating_sub(len);
        buffer.take_packet(len, rest);
        Ok(())
    }
}
