//! A packet: the common header, its checksum, the chunks one behind the other (RFC 9260 §3, §6.8).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +---------------+---------------+---------------+---------------+
//! |          source port          |       destination port        |
//! +---------------+---------------+---------------+---------------+
//! |                       verification tag                        |
//! +---------------+---------------+---------------+---------------+
//! |            checksum: CRC32c, low-order byte first             |
//! +---------------+---------------+---------------+---------------+
//! | chunks, each padded to a multiple of four                     |
//! ```

use super::chunk::{Chunk, RawChunk};
use super::read::{u16_at, u32_at};
use super::{Error, ErrorKind, Full, HEADER_LEN, Writer};

/// Ports and tag of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Port of the sender.
    pub src_port: u16,
    /// Port of the receiver.
    pub dst_port: u16,
    /// Verification Tag; 0 in a packet that carries INIT.
    pub tag: u32,
}

/// What the checksum field says of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// It is the CRC32c of the packet.
    Correct,
    /// It is 0 and should not be: left out as RFC 9653 allows by agreement, or to hardware.
    Zero,
    /// It is wrong; this would be right.
    Wrong(u32),
}

/// A packet whose common header is whole.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'b> {
    bytes: &'b [u8],
    header: Header,
}

impl<'b> Packet<'b> {
    /// Reads the common header. Chunks and the checksum are looked at when asked.
    ///
    /// # Errors
    /// [`ErrorKind::Header`] where there are fewer than 12 bytes.
    pub fn parse(bytes: &'b [u8]) -> Result<Packet<'b>, Error> {
        let header = || {
            bytes.get(..HEADER_LEN)?;
            Some(Header { src_port: u16_at(bytes, 0)?, dst_port: u16_at(bytes, 2)?, tag: u32_at(bytes, 4)? })
        };
        let header = header().ok_or(Error::new(ErrorKind::Header, 0))?;
        Ok(Packet { bytes, header })
    }

    /// Ports and tag.
    pub fn header(&self) -> Header {
        self.header
    }

    /// All of its bytes.
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Computes the CRC32c and compares it (RFC 9260 §6.8, Appendix A).
    pub fn checksum(&self) -> Checksum {
        let said = self.bytes.get(8..).and_then(<[u8]>::first_chunk).map_or(0, |it| u32::from_le_bytes(*it));
        let right = crc(self.bytes);
        match said {
            _ if said == right => Checksum::Correct,
            0 => Checksum::Zero,
            _ => Checksum::Wrong(right),
        }
    }

    /// The chunks in order.
    pub fn chunks(&self) -> Chunks<'b> {
        Chunks { rest: self.bytes.get(HEADER_LEN..).unwrap_or_default(), at: HEADER_LEN }
    }
}

/// CRC32c of a packet whose checksum field counts as 0.
fn crc(packet: &[u8]) -> u32 {
    let (Some(before), Some(behind)) = (packet.get(..8), packet.get(HEADER_LEN..)) else { return 0 };
    crc32c::crc32c_append(crc32c::crc32c_append(crc32c::crc32c(before), &[0; 4]), behind)
}

/// Walks the chunks of a packet; ends with the packet or at the first chunk that is broken.
#[derive(Clone, Debug)]
pub struct Chunks<'b> {
    rest: &'b [u8],
    at: usize,
}

impl<'b> Chunks<'b> {
    /// Where the next chunk would begin.
    pub fn at(&self) -> usize {
        self.at
    }

    fn step(&mut self) -> Result<RawChunk<'b>, Error> {
        let at = self.at;
        let [kind, flags, high, low, ..] = *self.rest else { return Err(Error::new(ErrorKind::Overrun, at)) };
        let len = usize::from(u16::from_be_bytes([high, low]));
        if len < 4 {
            return Err(Error::new(ErrorKind::Length, at.saturating_add(2)));
        }
        let Some(bytes) = self.rest.get(..len) else {
            return Err(Error::new(ErrorKind::Overrun, at.saturating_add(2)));
        };
        // Padding that is missing at the end of the packet harms nobody.
        let step = len.next_multiple_of(4).min(self.rest.len());
        self.rest = self.rest.get(step..).unwrap_or_default();
        self.at = at.saturating_add(step);
        Ok(RawChunk { kind, flags, value: bytes.get(4..).unwrap_or_default(), bytes, at })
    }
}

impl<'b> Iterator for Chunks<'b> {
    type Item = Result<RawChunk<'b>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.rest = &[];
        }
        Some(step)
    }
}

/// Builds a packet in a buffer of the caller's.
#[derive(Debug)]
pub struct PacketWriter<'b> {
    writer: Writer<'b>,
}

impl<'b> PacketWriter<'b> {
    /// Writes the common header. The buffer's length is the largest packet that will come out.
    ///
    /// # Errors
    /// [`Full`] where the buffer has fewer than 12 bytes.
    pub fn new(buffer: &'b mut [u8], header: Header) -> Result<PacketWriter<'b>, Full> {
        // Whole words only, so that the padding of the last chunk always fits.
        let usable = buffer.len() & !3;
        let mut writer = Writer::new(buffer.get_mut(..usable).unwrap_or_default());
        writer.u16(header.src_port)?;
        writer.u16(header.dst_port)?;
        writer.u32(header.tag)?;
        writer.u32(0)?;
        Ok(PacketWriter { writer })
    }

    /// Appends a chunk.
    ///
    /// # Errors
    /// [`Full`] where it does not fit; the packet is then as it was.
    pub fn chunk(&mut self, chunk: &Chunk<'_>) -> Result<(), Full> {
        chunk.emit(&mut self.writer)
    }

    /// The writer itself, for chunks that are not at hand as a [`Chunk`].
    pub fn writer(&mut self) -> &mut Writer<'b> {
        &mut self.writer
    }

    /// Bytes of payload that a further chunk of this header length could carry.
    pub fn room_len(&self, header_len: usize) -> usize {
        let pad = self.writer.len().next_multiple_of(4).saturating_sub(self.writer.len());
        self.writer.room_len().saturating_sub(pad).saturating_sub(header_len)
    }

    /// Whether there is no chunk yet.
    pub fn is_empty(&self) -> bool {
        self.writer.len() <= HEADER_LEN
    }

    /// Pads the last chunk, writes the checksum, gives the packet.
    pub fn finish(mut self) -> &'b [u8] {
        // The buffer holds whole words and a header: neither can fail.
        let _ = self.writer.align();
        let crc = crc(self.writer.written());
        let _ = self.writer.patch(8, &crc.to_le_bytes());
        self.writer.into_written()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHUTDOWN-COMPLETE from the RFC's own example of byte order: computed bit by bit.
    fn slow_crc32c(bytes: &[u8]) -> u32 {
        let mut crc = !0u32;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 };
            }
        }
        !crc
    }

    #[test]
    fn rfc9260_6_8_the_checksum_is_crc32c_low_byte_first() {
        assert_eq!(slow_crc32c(b"123456789"), 0xe306_9283);
        let mut buffer = [0xaa; 64];
        let header = Header { src_port: 1, dst_port: 2, tag: 3 };
        let packet = PacketWriter::new(&mut buffer, header).unwrap().finish().to_vec();
        let mut zeroed = packet.clone();
        zeroed[8..12].fill(0);
        assert_eq!(packet[8..12], slow_crc32c(&zeroed).to_le_bytes());
        assert_eq!(Packet::parse(&packet).unwrap().checksum(), Checksum::Correct);
        assert_eq!(Packet::parse(&zeroed).unwrap().checksum(), Checksum::Zero);
        zeroed[8] = 1;
        assert!(matches!(Packet::parse(&zeroed).unwrap().checksum(), Checksum::Wrong(_)));
    }

    #[test]
    fn rfc9260_3_1_a_packet_shorter_than_its_header_is_none() {
        for len in 0..12 {
            let error = Packet::parse(&[0; 12][..len]).unwrap_err();
            assert_eq!(error.to_string(), "expected a common header of 12 bytes at byte 0");
        }
    }

    #[test]
    fn rfc9260_3_2_chunks_are_walked_over_their_padding() {
        let bytes = b"\0\x01\0\x02\0\0\0\0\0\0\0\0\x06\x07\0\x05a\0\0\0\x0b\0\0\x04\x07\0\0\x08\0\0\0\x01";
        let packet = Packet::parse(bytes).unwrap();
        let got: Vec<_> =
            packet.chunks().map(|it| it.unwrap()).map(|it| (it.kind, it.flags, it.at)).collect();
        assert_eq!(got, [(6, 7, 12), (11, 0, 20), (7, 0, 24)]);
    }

    #[test]
    fn a_chunk_that_overruns_ends_the_walk() {
        let bytes = b"\0\x01\0\x02\0\0\0\0\0\0\0\0\x0b\0\0\x04\x0b\0\0\x05";
        let got: Vec<_> = Packet::parse(bytes).unwrap().chunks().collect();
        assert_eq!(got.len(), 2);
        assert_eq!(got[1], Err(Error::new(ErrorKind::Overrun, 18)));
    }

    #[test]
    fn a_packet_is_never_longer_than_its_buffer() {
        let mut buffer = [0; 23];
        let mut writer = PacketWriter::new(&mut buffer, Header { src_port: 1, dst_port: 2, tag: 3 }).unwrap();
        assert_eq!(writer.room_len(4), 4);
        writer.chunk(&Chunk::CookieEcho(b"abcde")).unwrap_err();
        writer.chunk(&Chunk::CookieEcho(b"abc")).unwrap();
        assert_eq!(writer.finish().len(), 20);
    }
}
