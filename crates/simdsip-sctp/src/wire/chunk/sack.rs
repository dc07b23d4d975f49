//! SACK: what has arrived, in order and out of it (RFC 9260 §3.3.4).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |   type = 3    |  flags, none  |            length             |
//! +---------------+---------------+---------------+---------------+
//! |                      cumulative TSN ack                       |
//! +---------------+---------------+---------------+---------------+
//! |              advertised receiver window credit                |
//! +---------------+---------------+---------------+---------------+
//! |     number of gap blocks      |     number of duplicates      |
//! +---------------+---------------+---------------+---------------+
//! |  gap start (from cumulative)  |            gap end            |
//! +---------------+---------------+---------------+---------------+
//! |                        duplicate TSNs                         |
//! ```

use super::super::Error;
use super::super::read::{u16_at, u32_at, u32s};
use super::super::write::{Full, Writer};
use super::{RawChunk, kind};

/// A run of TSNs that have arrived, as offsets from the cumulative TSN, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Offset of the first.
    pub start: u16,
    /// Offset of the last.
    pub end: u16,
}

/// A SACK chunk. As many blocks as it says stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sack<'b> {
    /// The last TSN before the first that is missing.
    pub cum_tsn: u32,
    /// Advertised Receiver Window Credit in bytes.
    pub rwnd: u32,
    gaps: &'b [u8],
    duplicates: &'b [u8],
}

impl<'b> Sack<'b> {
    /// Bytes of a chunk without blocks.
    pub const CHUNK_LEN: usize = 16;

    /// Reads the fixed fields and finds the blocks.
    ///
    /// # Errors
    /// [`super::super::ErrorKind::Fields`], also where there are fewer blocks than announced.
    pub fn parse(raw: &RawChunk<'b>) -> Result<Sack<'b>, Error> {
        let fields = || {
            let (gaps, duplicates) =
                (usize::from(u16_at(raw.value, 8)?), usize::from(u16_at(raw.value, 10)?));
            let (gaps, behind) = raw.value.get(12..)?.split_at_checked(gaps.checked_mul(4)?)?;
            Some(Sack {
                cum_tsn: u32_at(raw.value, 0)?,
                rwnd: u32_at(raw.value, 4)?,
                gaps,
                duplicates: behind.get(..duplicates.checked_mul(4)?)?,
            })
        };
        fields().ok_or_else(|| raw.short())
    }

    /// One without blocks.
    pub fn plain(cum_tsn: u32, rwnd: u32) -> Sack<'static> {
        Sack { cum_tsn, rwnd, gaps: &[], duplicates: &[] }
    }

    /// The blocks in the order that they came in; nothing says that they make sense.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> + Clone + 'b {
        u32s(self.gaps).map(|both| {
            let [a, b, c, d] = both.to_be_bytes();
            Gap { start: u16::from_be_bytes([a, b]), end: u16::from_be_bytes([c, d]) }
        })
    }

    /// TSNs that arrived more than once.
    pub fn duplicates(&self) -> impl Iterator<Item = u32> + Clone + 'b {
        u32s(self.duplicates)
    }

    /// Appends the chunk.
    ///
    /// # Errors
    /// [`Full`].
    pub fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        Sack::write(w, self.cum_tsn, self.rwnd, self.gaps(), self.duplicates())
    }

    /// Appends a chunk of these parts; blocks that do not fit are left out, duplicates first.
    ///
    /// # Errors
    /// [`Full`] where the fixed fields do not fit.
    pub fn write(
        w: &mut Writer<'_>,
        cum_tsn: u32,
        rwnd: u32,
        gaps: impl Iterator<Item = Gap>,
        duplicates: impl Iterator<Item = u32>,
    ) -> Result<(), Full> {
        w.tlv([kind::SACK, 0], |w| {
            w.u32(cum_tsn)?;
            w.u32(rwnd)?;
            let place = w.len();
            w.u32(0)?;
            let (mut gap_count, mut duplicate_count) = (0u16, 0u16);
            for gap in gaps.take(usize::from(u16::MAX)) {
                let ([a, b], [c, d]) = (gap.start.to_be_bytes(), gap.end.to_be_bytes());
                if w.put(&[a, b, c, d]).is_err() {
                    break;
                }
                gap_count = gap_count.saturating_add(1);
            }
            for tsn in duplicates.take(usize::from(u16::MAX)) {
                if w.u32(tsn).is_err() {
                    break;
                }
                duplicate_count = duplicate_count.saturating_add(1);
            }
            let ([a, b], [c, d]) = (gap_count.to_be_bytes(), duplicate_count.to_be_bytes());
            w.patch(place, &[a, b, c, d])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Chunk, ErrorKind};
    use super::super::tests::{refuses_short, there_and_back};
    use super::*;

    #[test]
    fn rfc9260_3_3_4_fields_stand_where_the_picture_has_them() {
        let bytes = b"\x03\0\0\x18\0\0\0\x01\0\0\0\x02\0\x01\0\x01\0\x03\0\x04\0\0\0\x09";
        let raw = RawChunk { kind: 3, flags: 0, value: &bytes[4..], bytes, at: 0 };
        let sack = Sack::parse(&raw).unwrap();
        assert_eq!((sack.cum_tsn, sack.rwnd), (1, 2));
        assert_eq!(sack.gaps().collect::<Vec<_>>(), [Gap { start: 3, end: 4 }]);
        assert_eq!(sack.duplicates().collect::<Vec<_>>(), [9]);
        assert_eq!(there_and_back(Chunk::Sack(sack)), bytes);
        refuses_short(kind::SACK, 12);
    }

    #[test]
    fn blocks_that_are_announced_and_missing_are_refused() {
        let value = b"\0\0\0\x01\0\0\0\x02\xff\xff\xff\xff\0\x03\0\x04";
        let raw = RawChunk { kind: 3, flags: 0, value, bytes: value, at: 0 };
        assert_eq!(Sack::parse(&raw).unwrap_err().kind, ErrorKind::Fields(3));
    }

    #[test]
    fn blocks_that_do_not_fit_are_left_out() {
        let mut buffer = [0; 21];
        let mut writer = Writer::new(&mut buffer);
        let gaps = (1..9).map(|it| Gap { start: it * 10, end: it * 10 });
        Sack::write(&mut writer, 1, 2, gaps, [5].into_iter()).unwrap();
        let bytes = writer.written();
        let raw = RawChunk { kind: 3, flags: 0, value: &bytes[4..], bytes, at: 0 };
        assert_eq!(Sack::parse(&raw).unwrap().gaps().count(), 1);
    }
}
