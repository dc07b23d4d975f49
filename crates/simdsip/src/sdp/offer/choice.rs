//! Which of the offered formats a stream can carry.
//!
//! Takes each of our codecs once, the first offered payload type that means it, and what serves those that were taken.
//! RFC 3264 §6.1; RFC 4588 §8.6; RFC 2198 §5; RFC 5761 §4.

use super::super::line::MediaLine;
use super::super::section::Media;
use super::super::words::Words;
use super::format::{COUNT, Format, FormatTable};
use super::local::{Codec, Formats};

/// No codec.
const NONE: u8 = u8::MAX;

/// Payload types that were taken, and the codec that each is.
pub(super) struct Choice([u8; COUNT]);

impl Choice {
    /// Those of `line` that `codecs` has. With `muxed`, numbers that RTCP would be taken for are left out (RFC 5761 §4).
    pub(super) fn of(
        table: &FormatTable<'_>,
        line: &MediaLine<'_>,
        codecs: &[Codec<'_>],
        muxed: bool,
    ) -> Choice {
        let mut choice = Choice([NONE; COUNT]);
        let usable = |format: &Format<'_>| !(muxed && (64..96).contains(&format.payload_type));
        for format in table.of_line(line).filter(usable).filter(|format| !format.serves()) {
            let free = |(number, codec): &(u8, &Codec<'_>)| {
                Format::of(codec).same(&format) && memchr::memchr(*number, &choice.0).is_none()
            };
            if let Some((number, _)) = (0..NONE).zip(codecs).find(free) {
                choice.put(format.payload_type, number);
            }
        }
        for format in table.of_line(line).filter(usable).filter(Format::serves) {
            let served = format.served().all(|payload_type| choice.get(payload_type).is_some());
            let named = format.served().next().is_some() || !format.is(b"rtx");
            let codec = (0..NONE).zip(codecs).find(|(_, codec)| Format::of(codec).same(&format));
            if let (true, true, Some((number, _))) = (served, named, codec) {
                choice.put(format.payload_type, number);
            }
        }
        choice
    }

    /// The number of the codec that a payload type was taken as.
    pub(super) fn get(&self, payload_type: u8) -> Option<usize> {
        self.0.get(usize::from(payload_type)).copied().filter(|number| *number != NONE).map(usize::from)
    }

    fn put(&mut self, payload_type: u8, number: u8) {
        if let Some(slot) = self.0.get_mut(usize::from(payload_type)) {
            *slot = number;
        }
    }

    /// Whether that is enough: telephone-event and its like do not stand in for a codec where one was offered.
    pub(super) fn is_enough(&self, table: &FormatTable<'_>, line: &MediaLine<'_>) -> bool {
        let taken = |format: &Format<'_>| self.get(format.payload_type).is_some();
        if table.of_line(line).any(|format| format.is_primary()) {
            table.of_line(line).any(|format| format.is_primary() && taken(&format))
        } else {
            table.of_line(line).any(|format| taken(&format))
        }
    }
}

/// Whether a stream can carry any of what a media description offers.
#[inline(never)]
pub(super) fn has_common(
    formats: &Formats<'_>,
    media: &Media<'_>,
    line: &MediaLine<'_>,
    muxed: bool,
) -> bool {
    match formats {
        Formats::Rtp(codecs) => {
            let table = FormatTable::of(media);
            line.is_rtp() && Choice::of(&table, line, codecs, muxed).is_enough(&table, line)
        }
        Formats::Words(words) => !line.is_rtp() && common(line.formats(), words).next().is_some(),
    }
}

/// The words that both have, in the order of the offer, each once.
pub(super) fn common<'f>(offered: Words<'_>, words: &'f [&'f [u8]]) -> impl Iterator<Item = &'f [u8]> {
    let mut seen = 0u64;
    offered.filter_map(move |format| {
        let at = words.iter().take(64).position(|word| word.eq_ignore_ascii_case(format.bytes()))?;
        let bit = 1u64.wrapping_shl(at as u32);
        let again = seen & bit != 0;
        seen |= bit;
        if again { None } else { words.get(at).copied() }
    })
}
