//! Payload types and what they mean: which codec each is, and whether two ends mean the same.
//!
//! Reads rtpmap and fmtp of a media description once, into a table by payload type; static payload types without an
//! rtpmap mean what RFC 3551 §6 says. Does not choose. RFC 3264 §6.1; RFC 8866 §6.6, §6.15.

use crate::text::Span;

use super::super::attribute::Attribute;
use super::super::line::MediaLine;
use super::super::name::AttributeName;
use super::super::number::integer;
use super::super::section::Media;
use super::super::shape::{FormatText, Rtpmap};
use super::super::words::Words;
use super::local::Codec;

/// Payload types that RTP has.
pub(super) const COUNT: usize = 128;

/// What a payload type of a description means.
#[derive(Clone, Copy, Debug)]
pub struct Format<'b> {
    pub(super) payload_type: u8,
    pub(super) encoding: &'b [u8],
    pub(super) clock_rate: u32,
    pub(super) channels: u16,
    pub(super) fmtp: &'b [u8],
}

impl<'b> Format<'b> {
    /// The number in the `m=` line.
    #[must_use]
    pub const fn payload_type(&self) -> u8 {
        self.payload_type
    }

    /// The encoding's name, to be compared in any case.
    #[must_use]
    pub const fn encoding(&self) -> &'b [u8] {
        self.encoding
    }

    /// Clock rate in hertz.
    #[must_use]
    pub const fn clock_rate(&self) -> u32 {
        self.clock_rate
    }

    /// Audio channels; 1 where nothing says it.
    #[must_use]
    pub const fn channels(&self) -> u16 {
        self.channels
    }

    /// Its parameters; nothing where it has none.
    #[must_use]
    pub const fn fmtp(&self) -> &'b [u8] {
        self.fmtp
    }

    /// That of our own codec, with that number.
    pub(super) const fn of(codec: &Codec<'b>) -> Format<'b> {
        Format {
            payload_type: codec.payload_type,
            encoding: codec.encoding,
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            fmtp: codec.fmtp,
        }
    }

    pub(super) fn is(&self, encoding: &[u8]) -> bool {
        self.encoding.eq_ignore_ascii_case(encoding)
    }

    /// Whether it carries media itself, rather than going beside what does.
    pub(super) fn is_primary(&self) -> bool {
        const BESIDE: &[&[u8]] = &[
            b"telephone-event",
            b"tone",
            b"CN",
            b"red",
            b"rtx",
            b"ulpfec",
            b"parityfec",
            b"flexfec",
            b"flexfec-03",
        ];
        !BESIDE.iter().any(|name| self.is(name))
    }

    /// Whether it serves other payload types of the same description: retransmission (RFC 4588 §8.6), redundancy (RFC 2198 §5).
    pub(super) fn serves(&self) -> bool {
        self.is(b"rtx") || self.is(b"red")
    }

    /// The payload types that it serves; a word that is none is 255.
    pub(super) fn served(&self) -> impl Iterator<Item = u8> + use<'b> {
        let text = Span::new(self.fmtp).unwrap_or(Span::NOTHING);
        let rtx = self.is(b"rtx");
        let text = if rtx { param(self.fmtp, b"apt").unwrap_or(Span::NOTHING) } else { text };
        Words::apart(text, b'/').map(|word| payload_type(word).unwrap_or(u8::MAX))
    }

    /// Whether both are the same codec in the same configuration.
    pub(super) fn same(&self, other: &Format<'_>) -> bool {
        self.is(other.encoding)
            && self.clock_rate == other.clock_rate
            && self.channels == other.channels
            && CONFIGURATION.iter().filter(|row| self.is(row.0)).all(|(_, name, default)| {
                let value = |fmtp| param(fmtp, name).map_or(*default, |value: Span<'_>| value.bytes());
                let (ours, theirs) = (value(self.fmtp), value(other.fmtp));
                if *name == b"profile-level-id" {
                    profile(ours) == profile(theirs)
                } else {
                    ours.eq_ignore_ascii_case(theirs)
                }
            })
    }
}

/// Parameters that are a part of the format, so that both ends must have the same, and what they are where they are
/// missing: RFC 6184 §8.2.2, RFC 7798 §7.2.2, RFC 9628 §6.2, RFC 4867 §8.3.1, RFC 5577 §5, RFC 3640 §4.1.
const CONFIGURATION: &[(&[u8], &[u8], &[u8])] = &[
    (b"H264", b"packetization-mode", b"0"),
    (b"H264", b"profile-level-id", b"420010"),
    (b"H265", b"profile-id", b"1"),
    (b"H265", b"tx-mode", b"SRST"),
    (b"VP9", b"profile-id", b"0"),
    (b"AV1", b"profile", b"0"),
    (b"AMR", b"octet-align", b"0"),
    (b"AMR-WB", b"octet-align", b"0"),
    (b"G7221", b"bitrate", b""),
    (b"mpeg4-generic", b"mode", b""),
    (b"mpeg4-generic", b"config", b""),
];

/// Of the six digits of `profile-level-id`, those that say the profile: profile_idc, and for Baseline whether it is the
/// constrained one.
fn profile(value: &[u8]) -> ([u8; 2], bool) {
    let digit = |at: usize| value.get(at).map_or(0, u8::to_ascii_lowercase);
    let idc = [digit(0), digit(1)];
    let flags = char::from(digit(2)).to_digit(16).unwrap_or(0);
    (idc, idc == *b"42" && flags & 4 != 0)
}

/// The value of a parameter among those apart by semicolons.
fn param<'t>(fmtp: &'t [u8], name: &[u8]) -> Option<Span<'t>> {
    let text = Span::new(fmtp).ok()?;
    Words::apart(text, b';').find_map(|word| {
        let equals = word.find([b'=']);
        word.to(equals).trim().bytes().eq_ignore_ascii_case(name).then(|| word.after(equals).trim())
    })
}

/// The number of up to 127 that a word is.
pub(super) fn payload_type(word: Span<'_>) -> Option<u8> {
    u8::try_from(integer(word).ok()?).ok().filter(|number| usize::from(*number) < COUNT)
}

/// Where the first rtpmap and the first fmtp of each payload type stand: numbers of lines within the media description.
/// Lines from 65,535 on are not seen, which is far behind [`crate::Limits::sdp_line_count`].
#[derive(Clone, Debug)]
pub(super) struct FormatTable<'b> {
    section: Media<'b>,
    rtpmap: [u16; COUNT],
    fmtp: [u16; COUNT],
}

impl<'b> FormatTable<'b> {
    const NONE: u16 = u16::MAX;

    #[inline(never)]
    pub(super) fn of(media: &Media<'b>) -> FormatTable<'b> {
        let mut table =
            FormatTable { section: *media, rtpmap: [Self::NONE; COUNT], fmtp: [Self::NONE; COUNT] };
        let near = |(at, attribute): (u32, Attribute<'b>)| Some((u16::try_from(at).ok()?, attribute));
        for (at, attribute) in media.numbered_attributes().map_while(near) {
            let slots = match attribute.id() {
                AttributeName::Rtpmap => &mut table.rtpmap,
                AttributeName::Fmtp => &mut table.fmtp,
                _ => continue,
            };
            let number = Words::new(attribute.value_span()).next().and_then(payload_type);
            if let Some(slot) = number.and_then(|number| slots.get_mut(usize::from(number)))
                && *slot == Self::NONE
            {
                *slot = at;
            }
        }
        table
    }

    fn value(&self, slots: &[u16; COUNT], payload_type: u8) -> Option<Span<'b>> {
        let at = slots.get(usize::from(payload_type)).copied().filter(|at| *at != Self::NONE)?;
        self.section.attribute_at(at.into()).map(|attribute| attribute.value_span())
    }

    /// What that payload type means; `None` where nothing well formed says it.
    pub(super) fn get(&self, payload_type: u8) -> Option<Format<'b>> {
        let fmtp = self.value(&self.fmtp, payload_type).and_then(|value| FormatText::parse(value).ok());
        let fmtp = fmtp.map_or(&[][..], |text| text.text().bytes());
        let Some(value) = self.value(&self.rtpmap, payload_type) else {
            let (_, encoding, clock_rate, channels) = STATIC.iter().find(|row| row.0 == payload_type)?;
            return Some(Format {
                payload_type,
                encoding,
                clock_rate: *clock_rate,
                channels: *channels,
                fmtp,
            });
        };
        let map = Rtpmap::parse(value).ok()?;
        // Devices leave the clock rate out; nearly all codecs of theirs have this one.
        let clock_rate = map.clock_rate().ok()?.unwrap_or(8_000);
        let channels = map.channels().unwrap_or(1);
        Some(Format { payload_type, encoding: map.encoding(), clock_rate, channels, fmtp })
    }

    /// What the payload types of an `m=` line mean, in its order, each once; those that mean nothing are left out.
    pub(super) fn of_line<'t>(
        &'t self,
        line: &MediaLine<'b>,
    ) -> impl Iterator<Item = Format<'b>> + use<'t, 'b> {
        let mut seen = 0u128;
        line.formats().filter_map(payload_type).filter_map(move |number| {
            let bit = 1u128.wrapping_shl(number.into());
            let again = seen & bit != 0;
            seen |= bit;
            if again { None } else { self.get(number) }
        })
    }
}

/// Payload types that mean something without an rtpmap (RFC 3551 §6).
const STATIC: &[(u8, &[u8], u32, u16)] = &[
    (0, b"PCMU", 8_000, 1),
    (3, b"GSM", 8_000, 1),
    (4, b"G723", 8_000, 1),
    (5, b"DVI4", 8_000, 1),
    (6, b"DVI4", 16_000, 1),
    (7, b"LPC", 8_000, 1),
    (8, b"PCMA", 8_000, 1),
    (9, b"G722", 8_000, 1),
    (10, b"L16", 44_100, 2),
    (11, b"L16", 44_100, 1),
    (12, b"QCELP", 8_000, 1),
    (13, b"CN", 8_000, 1),
    (14, b"MPA", 90_000, 1),
    (15, b"G728", 8_000, 1),
    (16, b"DVI4", 11_025, 1),
    (17, b"DVI4", 22_050, 1),
    (18, b"G729", 8_000, 1),
    (25, b"CelB", 90_000, 1),
    (26, b"JPEG", 90_000, 1),
    (28, b"nv", 90_000, 1),
    (31, b"H261", 90_000, 1),
    (32, b"MPV", 90_000, 1),
    (33, b"MP2T", 90_000, 1),
    (34, b"H263", 90_000, 1),
];
