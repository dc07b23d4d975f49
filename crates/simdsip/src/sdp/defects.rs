//! What is odd about a session description: line by line, then what a section lacks.
//!
//! Remembers, within fixed room, which lines and attributes a section has shown. Says where and how a description departs
//! from RFC 8866, never what it means; takes time linear in the bytes.

use core::iter::FusedIterator;

use super::attribute::Attribute;
use super::check::{check_attribute, check_line, payload_type};
use super::line::is_rtp;
use super::name::{AttributeName, Level, Multiplicity};
use super::section::Direction;
use super::view::{Line, LineKind, Sdp};
use crate::check::{Findings, ValueLimits};
use crate::defect::{Defect, DefectCode};
use crate::limits::Limits;
use crate::text::Span;

impl<'b> Sdp<'b> {
    /// What is odd about it, line by line (RFC 8866). Looks at each byte again, and allocates nothing.
    ///
    /// ```
    /// use simdsip::sdp::{Sdp, SdpIndex};
    /// let mut index = SdpIndex::new();
    /// let sdp = Sdp::parse(b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 3\r\na=rtpmap: 3 GSM\r\n", &mut index)?;
    /// let found: Vec<_> = sdp.defects().map(|defect| (defect.code.as_str(), defect.at)).collect();
    /// assert_eq!(found, [
    ///     ("sdp-name-missing", 38), ("sdp-space-after-colon", 68), ("sdp-clock-missing", 69), ("sdp-connection-missing", 38),
    /// ]);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn defects(&self) -> SdpDefects<'b> {
        SdpDefects::new(*self)
    }

    /// Whether anything is odd about it: looks until the first defect is found.
    #[must_use]
    pub fn has_defects(&self) -> bool {
        self.defects().next().is_some()
    }
}

/// The defects of a description, line by line; what a section lacks follows its last line. Made by [`Sdp::defects`]. A line
/// shows each code at most once.
#[derive(Clone, Debug)]
pub struct SdpDefects<'b> {
    sdp: Sdp<'b>,
    lines: super::view::Lines<'b>,
    found: Findings,
    seen: Seen<'b>,
    /// Where the last line begins that holds anything.
    last: usize,
    /// Whether some other character set was named.
    charset: bool,
    done: bool,
}

/// What a section has shown so far.
#[derive(Clone, Debug)]
struct Seen<'b> {
    /// Its `m=` line, if it is no session.
    media: Option<Span<'b>>,
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

impl<'b> Seen<'b> {
    const fn session() -> Seen<'b> {
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

impl<'b> SdpDefects<'b> {
    fn new(sdp: Sdp<'b>) -> SdpDefects<'b> {
        let full = sdp.lines().filter(|line| !line.text().is_empty());
        let last = full.last().map_or(0, |line| line.text().at());
        let charset = sdp.session().has(AttributeName::Charset);
        let found = Findings::new(ValueLimits::new(&Limits::new()));
        SdpDefects { sdp, lines: sdp.lines(), found, seen: Seen::session(), last, charset, done: false }
    }

    fn add(&mut self, code: DefectCode, place: Span<'_>) {
        self.found.add(code, place);
    }

    fn line(&mut self, line: &Line<'b>) {
        let (text, kind) = (line.text(), line.kind());
        self.bytes(line);
        if text.is_empty() {
            let code =
                if text.at() > self.last { DefectCode::SdpTrailingBlank } else { DefectCode::SdpBlankLine };
            return self.add(code, line.end());
        }
        match kind {
            LineKind::Malformed => return self.add(DefectCode::SdpBadLine, text),
            LineKind::Other(_) => return self.add(DefectCode::SdpUnknownType, text.slice(0..1)),
            LineKind::Key => self.add(DefectCode::SdpKeyLine, text.slice(0..1)),
            _ => {}
        }
        if kind == LineKind::Media {
            self.end_section(text);
            self.begin_media(line);
        } else {
            self.order(kind, text);
        }
        self.seen.letters |= bit(kind);
        self.trailing_space(kind, line.value());
        if kind == LineKind::Attribute {
            self.attribute(&Attribute::parse(line.value()));
        } else {
            check_line(kind, line.value(), &mut self.found);
        }
    }

    /// Line ends, and bytes that no line has.
    fn bytes(&mut self, line: &Line<'b>) {
        let (text, end) = (line.text(), line.end());
        match end.bytes() {
            b"\n" => self.add(DefectCode::SdpLf, end),
            b"" => self.add(DefectCode::SdpNoLineEnd, end),
            _ => {}
        }
        let bytes = text.bytes();
        if let Some(at) = memchr::memchr2(b'\r', 0, bytes) {
            let code = if bytes.get(at) == Some(&0) { DefectCode::SdpNul } else { DefectCode::SdpBareCr };
            self.add(code, text.slice(at..at.saturating_add(1)));
        }
        if !self.charset
            && let Err(error) = core::str::from_utf8(bytes)
        {
            let at = error.valid_up_to();
            let len = error.error_len().unwrap_or(bytes.len().saturating_sub(at));
            self.add(DefectCode::SdpNotUtf8, text.slice(at..at.saturating_add(len)));
        }
    }

    /// Text lines may end in a space, all others not.
    fn trailing_space(&mut self, kind: LineKind, value: Span<'b>) {
        let text = matches!(kind, LineKind::Name | LineKind::Information | LineKind::Email | LineKind::Phone);
        let kept = value.bytes().trim_ascii_end().len();
        if !text && kept < value.len() {
            self.add(DefectCode::SdpTrailingSpace, value.slice(kept..value.len()));
        }
    }

    fn order(&mut self, kind: LineKind, text: Span<'b>) {
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

    fn begin_media(&mut self, line: &Line<'b>) {
        let value = line.value();
        let connection = match self.seen.media {
            Some(_) => self.seen.connection,
            None => self.seen.has(LineKind::Connection),
        };
        self.seen = Seen { media: Some(line.text()), connection, ..Seen::session() };
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
    fn end_section(&mut self, next: Span<'b>) {
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

    fn attribute(&mut self, attribute: &Attribute<'b>) {
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
    fn format(&mut self, id: AttributeName, attribute: &Attribute<'b>) {
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

impl Iterator for SdpDefects<'_> {
    type Item = Defect;

    fn next(&mut self) -> Option<Defect> {
        loop {
            if let Some(defect) = self.found.take_first() {
                return Some(defect);
            }
            if self.done {
                return None;
            }
            self.found = Findings::new(ValueLimits::new(&Limits::new()));
            match self.lines.next() {
                Some(line) => self.line(&line),
                None => {
                    self.done = true;
                    let text = self.sdp.span();
                    self.end_section(text.slice(text.len()..text.len()));
                }
            }
        }
    }
}

impl FusedIterator for SdpDefects<'_> {}
