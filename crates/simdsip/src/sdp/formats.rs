//! Payload types that are taken away, and what goes with them.
//!
//! A set of numbers up to 255: one look at the attributes, one at the formats, a few at what serves others, so that it is
//! linear. Does not edit. RFC 8866 §5.14, §6.6; RFC 4588 §8.6; RFC 2198 §5.

use crate::text::Span;

use super::attribute::Attribute;
use super::line::MediaLine;
use super::name::AttributeName;
use super::section::Media;
use super::shape::{FormatText, Rtpmap};
use super::words::Words;

/// How long a chain of formats may be of which each serves the one before it: retransmission of redundancy is one of two.
const CHAIN: usize = 4;

/// Payload types, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Removed([u64; 4]);

impl Removed {
    /// Those of `line` that `keep` is false for, and those that serve them alone.
    pub(super) fn choose<'b>(
        media: &Media<'b>,
        line: &MediaLine<'b>,
        mut keep: impl FnMut(u8, Option<Rtpmap<'b>>) -> bool,
    ) -> Removed {
        let maps = Maps::of(media);
        let (mut asked, mut removed) = (Removed::default(), Removed::default());
        for payload_type in line.formats().filter_map(payload_type) {
            if !asked.has(payload_type) {
                asked.put(payload_type);
                if !keep(payload_type, maps.get(payload_type)) {
                    removed.put(payload_type);
                }
            }
        }
        for _ in 0..CHAIN {
            let chosen = removed;
            for attribute in media.attributes_of(AttributeName::Fmtp) {
                if let Ok(text) = FormatText::parse(attribute.value_span())
                    && let Some(server) = payload_type(text.format_span())
                    && chosen.is_served(&text, maps.get(server))
                {
                    removed.put(server);
                }
            }
            if removed == chosen {
                break;
            }
        }
        removed
    }

    /// Whether what `text` says serves one of these.
    fn is_served(self, text: &FormatText<'_>, map: Option<Rtpmap<'_>>) -> bool {
        let is = |name: &[u8]| map.is_some_and(|map| map.encoding().eq_ignore_ascii_case(name));
        if is(b"rtx") {
            text.param(b"apt").is_some_and(|format| self.has_format(format))
        } else if is(b"red") {
            Words::apart(text.text(), b'/').any(|format| self.has_format(format))
        } else {
            false
        }
    }

    /// Whether `format` is one of these.
    pub(super) fn has_format(self, format: Span<'_>) -> bool {
        payload_type(format).is_some_and(|payload_type| self.has(payload_type))
    }

    /// Whether `attribute` is said of one of these.
    pub(super) fn has_attribute(self, attribute: &Attribute<'_>) -> bool {
        matches!(
            attribute.id(),
            AttributeName::Rtpmap
                | AttributeName::Fmtp
                | AttributeName::RtcpFb
                | AttributeName::Imageattr
                | AttributeName::Framesize
        ) && Words::new(attribute.value_span().trim()).next().is_some_and(|format| self.has_format(format))
    }

    fn has(self, payload_type: u8) -> bool {
        self.0.get(usize::from(payload_type >> 6)).is_some_and(|word| word & bit(payload_type) != 0)
    }

    fn put(&mut self, payload_type: u8) {
        if let Some(word) = self.0.get_mut(usize::from(payload_type >> 6)) {
            *word |= bit(payload_type);
        }
    }
}

/// Where the first rtpmap of each payload type stands.
struct Maps<'b> {
    whole: Option<Span<'b>>,
    places: [(u32, u32); 256],
}

impl<'b> Maps<'b> {
    fn of(media: &Media<'b>) -> Maps<'b> {
        let mut maps = Maps { whole: None, places: [(0, 0); 256] };
        for attribute in media.attributes_of(AttributeName::Rtpmap) {
            let value = attribute.value_span();
            if let Some(payload_type) = Words::new(value).next().and_then(payload_type)
                && Rtpmap::parse(value).is_ok()
                && let Some(place @ (_, 0)) = maps.places.get_mut(usize::from(payload_type))
            {
                *place = (value.start(), value.end());
                maps.whole = Some(value);
            }
        }
        maps
    }

    fn get(&self, payload_type: u8) -> Option<Rtpmap<'b>> {
        match self.places.get(usize::from(payload_type)) {
            None | Some((_, 0)) => None,
            Some((start, end)) => Rtpmap::parse(self.whole?.at_places(*start, *end)).ok(),
        }
    }
}

/// The number of up to 255 that `format` is.
fn payload_type(format: Span<'_>) -> Option<u8> {
    u8::try_from(super::number::integer(format).ok()?).ok()
}

const fn bit(payload_type: u8) -> u64 {
    1 << (payload_type & 63)
}
