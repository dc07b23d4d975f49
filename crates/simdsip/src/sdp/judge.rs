//! What lines say of each other: order, presence, levels, repetition; and each line against its grammar.
//!
//! Sees one line after the other and remembers, within fixed room, what its section has shown. Serves whoever reads a
//! description ([`super::SdpDefects`]) and whoever writes one ([`super::SdpBuilder`]), so that what is written has no defect.
//! RFC 8866 §5, §6.

use super::attribute::Attribute;
use super::check::{check_attribute, check_line, payload_type};
use super::line::is_rtp;
use super::name::{AttributeName, Level, Multiplicity};
use super::section::Direction;
use super::view::LineKind;
use super::words::Place;
use crate::check::{Findings, ValueLimits};
use crate::defect::{Defect, DefectCode};
use crate::limits::Limits;
use crate::text::Span;

/// Line after line, and what was found in the last one.
#[derive(Clone, Debug)]
pub(super) struct Judge {
    found: Findings,
    seen: Seen,
}

/// What a section has shown so far.
#[derive(Clone, Debug)]
struct Seen {
    /// Its `m=` line, if it is no session.
    media: Option<Place>,
    /// One bit a letter.
    letters: u32,
    /// How far in the order of lines it is.
    rank: u8,
    /// One bit an attribute of the registry.
    attributes: [u64; 8],
    direction: bool,
    /// Whether the session has a connection.
    connection: bool,
    /// Payload types: those that `m=` lists, those that `rtpmap` and `fmtp` spoke of.
    listed: u128,
    mapped: u128,
    described: u128,
    rtp: bool,
}

impl Seen {
    const fn session() -> Seen {
        Seen {
            media: None,
            letters: 0,
            rank: 0,
            attributes: [0; 8],
            direction: false,
            connection: false,
            listed: 0,
            mapped: 0,
            described: 0,
            rtp: false,
        }
    }

    fn has(&self, kind: LineKind) -> bool {
        self.letters & bit(kind) != 0
    }
}

fn bit(kind: LineKind) -> u32 {
    match kind.letter() {
        letter @ b'a'..=b'z' => 1u32.wrapping_shl(letter.wrapping_sub(b'a').into()),
        _ => 0,
    }
}

/// The place of a line in the order of its section (RFC 8866 §5); `None` where it has none there.
fn rank(kind: LineKind, in_media: bool) -> Option<u8> {
    let session = b"vosiuepcb";
    let media = b"micb";
    let of = |order: &[u8]| order.iter().position(|letter| *letter == kind.letter()).map(|at| at as u8);
    match kind {
        LineKind::Timing | LineKind::Repeat | LineKind::Zone => (!in_media).then_some(20),
        LineKind::Key => Some(21),
        LineKind::Attribute => Some(22),
        _ if in_media => of(media),
        _ => of(session),
    }
}

impl Judge {
    pub(super) fn new() -> Judge {
        Judge { found: Judge::nothing(), seen: Seen::session() }
    }

    fn nothing() -> Findings {
        Findings::new(ValueLimits::new(&Limits::new()))
    }

    /// The next of what was found, by place.
    pub(super) fn take_first(&mut self) -> Option<Defect> {
        self.found.take_first()
    }

    /// Makes room for what the next line shows.
    pub(super) fn clear(&mut self) {
        self.found = Judge::nothing();
    }

    pub(super) fn add(&mut self, code: DefectCode, place: Span<'_>) {
        self.found.add(code, place);
    }

    /// Takes note of a line: its text, and of that what stands behind the letter and `=`.
    pub(super) fn line(&mut self, kind: LineKind, text: Span<'_>, value: Span<'_>) {
        match kind {
            LineKind::Malformed => return self.add(DefectCode::SdpBadLine, text),
            LineKind::Other(_) => return self.add(DefectCode::SdpUnknownType, text.slice(0..1)),
            LineKind::Key => self.add(DefectCode::SdpKeyLine, text.slice(0..1)),
            _ => {}
        }
        if kind == LineKind::Media {
            self.end_section(text);
            self.begin_media(text, value);
        } else {
            self.order(kind, text);
        }
        self.seen.letters |= bit(kind);
        self.trailing_space(kind, value);
        if kind == LineKind::Attribute {
            self.attribute(&Attribute::parse(value));
        } else {
            check_line(kind, value, &mut self.found);
        }
    }

    /// Text lines may end in a space, all others not.
    fn trailing_space(&mut self, kind: LineKind, value: Span<'_>) {
        let text = matches!(kind, LineKind::Name | LineKind::Information | LineKind::Email | LineKind::Phone);
        let kept = value.bytes().trim_ascii_end().len();
        if !text && kept < value.len() {
            self.add(DefectCode::SdpTrailingSpace, value.slice(kept..value.len()));
        }
    }

    fn order(&mut self, kind: LineKind, text: Span<'_>) {
        let in_media = self.seen.media.is_some();
        match rank(kind, in_media) {
            Some(rank) if rank >= self.seen.rank => self.seen.rank = rank,
            _ => self.add(DefectCode::SdpOrder, text.slice(0..1)),
        }
        let many = match kind {
            LineKind::Connection => in_media,
            LineKind::Email
            | LineKind::Phone
            | LineKind::Bandwidth
            | LineKind::Timing
            | LineKind::Repeat
            | LineKind::Zone
            | LineKind::Attribute => true,
            _ => false,
        };
        if !many && self.seen.has(kind) {
            self.add(DefectCode::SdpRepeatedLine, text.slice(0..1));
        }
    }

    fn begin_media(&mut self, text: Span<'_>, value: Span<'_>) {
        let connection = match self.seen.media {
            Some(_) => self.seen.connection,
            None => self.seen.has(LineKind::Connection),
        };
        self.seen = Seen { media: Some(Place::of(text)), connection, ..Seen::session() };
        let mut words =
            value.bytes().split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
        let proto = words.nth(2).unwrap_or(&[]);
        self.seen.rtp = is_rtp(proto);
        if self.seen.rtp {
            self.seen.listed =
                words.filter_map(payload_type).fold(0, |set, number| set | 1u128.wrapping_shl(number));
        }
    }

    /// What the section that ends before `next` lacks.
    pub(super) fn end_section(&mut self, next: Span<'_>) {
        let next = next.slice(0..0);
        match self.seen.media {
            None => {
                let owed = [
                    (LineKind::Version, DefectCode::SdpVersionMissing),
                    (LineKind::Origin, DefectCode::SdpOriginMissing),
                    (LineKind::Name, DefectCode::SdpNameMissing),
                    (LineKind::Timing, DefectCode::SdpTimingMissing),
                ];
                for (kind, code) in owed {
                    if !self.seen.has(kind) {
                        self.add(code, next);
                    }
                }
            }
            Some(media) => {
                let media = media.within(next);
                if !self.seen.connection && !self.seen.has(LineKind::Connection) {
                    self.add(DefectCode::SdpConnectionMissing, media);
                }
                // From 96 on nothing but rtpmap says what a payload type is (RFC 3551 §6).
                let dynamic = u128::MAX.wrapping_shl(96);
                if self.seen.listed & dynamic & !self.seen.mapped != 0 {
                    self.add(DefectCode::SdpFormatUnmapped, media);
                }
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute<'_>) {
        check_attribute(attribute, &mut self.found);
        let (id, name) = (attribute.id(), attribute.name_span());
        if id == AttributeName::Unknown {
            return;
        }
        let fits = match id.level() {
            Level::Session => self.seen.media.is_none(),
            Level::Media => self.seen.media.is_some(),
            Level::Both => true,
            Level::Source => false,
        };
        if !fits {
            self.add(DefectCode::SdpAttributeLevel, name);
        }
        let again = match id.multiplicity() {
            Multiplicity::Once => self.meet(id),
            Multiplicity::Many | Multiplicity::OnceAFormat => false,
        };
        // The four directions are one attribute (RFC 8866 §6.7).
        let turned = Direction::of(id).is_some() && core::mem::replace(&mut self.seen.direction, true);
        if again || turned {
            self.add(DefectCode::SdpAttributeRepeated, name);
        }
        if matches!(id, AttributeName::Rtpmap | AttributeName::Fmtp | AttributeName::RtcpFb) && self.seen.rtp
        {
            self.format(id, attribute);
        }
    }

    /// Whether an attribute was met in this section before.
    fn meet(&mut self, id: AttributeName) -> bool {
        let bit = 1u64.wrapping_shl((id.id() % 64).into());
        let Some(word) = self.seen.attributes.get_mut((id.id() / 64) as usize) else { return false };
        let again = *word & bit != 0;
        *word |= bit;
        again
    }

    /// An attribute that speaks of a payload type.
    fn format(&mut self, id: AttributeName, attribute: &Attribute<'_>) {
        let value = attribute.value_span();
        let skipped = value.len().saturating_sub(value.bytes().trim_ascii_start().len());
        let value = value.slice(skipped..value.len());
        let len = value.bytes().iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(value.len());
        let format = value.slice(0..len);
        let Some(number) = payload_type(format.bytes()) else {
            // The others have it in their grammar.
            if id == AttributeName::Fmtp {
                self.add(DefectCode::SdpAttributeValue, value);
            }
            return;
        };
        let bit = 1u128.wrapping_shl(number);
        if self.seen.listed & bit == 0 {
            self.add(DefectCode::SdpFormatUnlisted, format);
        }
        let met = match id {
            AttributeName::Rtpmap => &mut self.seen.mapped,
            AttributeName::Fmtp => &mut self.seen.described,
            _ => return,
        };
        let again = *met & bit != 0;
        *met |= bit;
        if again {
            self.add(DefectCode::SdpAttributeRepeated, attribute.name_span());
        }
    }
}
