//! FORWARD-TSN and I-FORWARD-TSN: data that the receiver must not wait for (RFC 3758 §3.2, RFC 8260 §2.3.1).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |  type = 0xc0  |  flags, none  |            length             |
//! +---------------+---------------+---------------+---------------+
//! |                      new cumulative TSN                       |
//! +---------------+---------------+---------------+---------------+
//! |            stream             |    stream sequence number     |
//! ```
//!
//! With type 0xc2 each entry has eight bytes: stream, a flag U, the message identifier.

use super::super::Error;
use super::super::read::{u16_at, u32_at, u32s};
use super::super::write::{Full, Writer};
use super::{RawChunk, kind};

/// A stream of whose ordered messages some were skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Stream Identifier.
    pub stream: u16,
    /// The last Stream Sequence Number, or Message Identifier, that was skipped.
    pub last: u32,
    /// Whether of unordered messages (I-FORWARD-TSN alone).
    pub unordered: bool,
}

/// A FORWARD-TSN chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForwardTsn<'b> {
    /// New Cumulative TSN.
    pub cum_tsn: u32,
    streams: &'b [u8],
}

impl<'b> ForwardTsn<'b> {
    /// Reads the TSN and finds the streams.
    ///
    /// # Errors
    /// [`super::super::ErrorKind::Fields`].
    pub fn parse(raw: &RawChunk<'b>) -> Result<ForwardTsn<'b>, Error> {
        let fields = || Some(ForwardTsn { cum_tsn: u32_at(raw.value, 0)?, streams: raw.value.get(4..)? });
        fields().ok_or_else(|| raw.short())
    }

    /// The streams that skip; a last piece of fewer than four bytes is none.
    pub fn skipped(&self) -> impl Iterator<Item = Skipped> + Clone + 'b {
        u32s(self.streams).map(|both| {
            let [a, b, c, d] = both.to_be_bytes();
            Skipped {
                stream: u16::from_be_bytes([a, b]),
                last: u32::from(u16::from_be_bytes([c, d])),
                unordered: false,
            }
        })
    }

    pub(super) fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv([kind::FORWARD_TSN, 0], |w| {
            w.u32(self.cum_tsn)?;
            w.put(self.streams)
        })
    }

    /// Appends a chunk of these parts; streams that do not fit are left out.
    ///
    /// # Errors
    /// [`Full`] where the TSN does not fit.
    pub fn write(
        w: &mut Writer<'_>,
        cum_tsn: u32,
        streams: impl Iterator<Item = (u16, u16)>,
    ) -> Result<(), Full> {
        w.tlv([kind::FORWARD_TSN, 0], |w| {
            w.u32(cum_tsn)?;
            for (stream, ssn) in streams {
                let ([a, b], [c, d]) = (stream.to_be_bytes(), ssn.to_be_bytes());
                if w.put(&[a, b, c, d]).is_err() {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// An I-FORWARD-TSN chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IForwardTsn<'b> {
    /// New Cumulative TSN.
    pub cum_tsn: u32,
    streams: &'b [u8],
}

impl<'b> IForwardTsn<'b> {
    /// Reads the TSN and finds the streams.
    ///
    /// # Errors
    /// [`super::super::ErrorKind::Fields`].
    pub fn parse(raw: &RawChunk<'b>) -> Result<IForwardTsn<'b>, Error> {
        let fields = || Some(IForwardTsn { cum_tsn: u32_at(raw.value, 0)?, streams: raw.value.get(4..)? });
        fields().ok_or_else(|| raw.short())
    }

    /// The streams that skip.
    pub fn skipped(&self) -> impl Iterator<Item = Skipped> + Clone + 'b {
        self.streams.chunks_exact(8).filter_map(|entry| {
            Some(Skipped {
                stream: u16_at(entry, 0)?,
                last: u32_at(entry, 4)?,
                unordered: u16_at(entry, 2)? & 1 != 0,
            })
        })
    }

    pub(super) fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv([kind::I_FORWARD_TSN, 0], |w| {
            w.u32(self.cum_tsn)?;
            w.put(self.streams)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Chunk;
    use super::super::tests::{refuses_short, there_and_back};
    use super::*;

    #[test]
    fn rfc3758_3_2_streams_follow_the_tsn() {
        let mut buffer = [0; 64];
        let mut writer = Writer::new(&mut buffer);
        ForwardTsn::write(&mut writer, 5, [(1, 2), (3, 4)].into_iter()).unwrap();
        let bytes = writer.written();
        assert_eq!(bytes, b"\xc0\0\0\x10\0\0\0\x05\0\x01\0\x02\0\x03\0\x04");
        let raw = RawChunk { kind: 0xc0, flags: 0, value: &bytes[4..], bytes, at: 0 };
        let forward = ForwardTsn::parse(&raw).unwrap();
        there_and_back(Chunk::ForwardTsn(forward));
        let skipped: Vec<_> = forward.skipped().map(|it| (it.stream, it.last)).collect();
        assert_eq!(skipped, [(1, 2), (3, 4)]);
        refuses_short(kind::FORWARD_TSN, 4);
    }

    #[test]
    fn rfc8260_2_3_1_entries_of_eight_bytes() {
        let forward = IForwardTsn { cum_tsn: 5, streams: b"\0\x01\0\x01\0\0\0\x09" };
        there_and_back(Chunk::IForwardTsn(forward));
        assert_eq!(forward.skipped().next(), Some(Skipped { stream: 1, last: 9, unordered: true }));
        refuses_short(kind::I_FORWARD_TSN, 4);
    }
}
