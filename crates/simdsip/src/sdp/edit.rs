//! Edits of a session description: addresses, ports, attributes, payload types and media changed, all else as it came.
//!
//! An [`SdpPatch`] puts edits by offset into [`Splices`], or into a message's [`crate::Patch`], whose Content-Length then
//! follows. Refuses text that would break out of its line, and sections of another description. Does not negotiate, touch
//! `o=` unless asked, or follow an address into ICE candidates. RFC 8866 §5; RFC 3264 §6, §8; RFC 8843 §7.

use crate::edit::text::{Address, Decimal, check_name, check_text};
use crate::edit::{Offsets, Splices};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::text::Span;

use core::net::IpAddr;
use core::ops::Range;

use super::attribute::Attribute;
use super::formats::Removed;
use super::name::AttributeName;
use super::section::{Media, Section};
use super::shape::Rtpmap;
use super::view::{Line, LineKind, Sdp};
use super::words::Words;

/// Where the edits of a description go: a list of splices, or a message's patch.
#[derive(Debug)]
pub enum SdpEdits<'p, 's, 't> {
    /// Those of a description that stands alone.
    Alone(&'p mut Splices<'s, 't>),
    /// Those within a message: [`crate::Patch::splices`].
    Message(Offsets<'p, 's, 't>),
}

impl<'p, 's, 't> From<&'p mut Splices<'s, 't>> for SdpEdits<'p, 's, 't> {
    fn from(edits: &'p mut Splices<'s, 't>) -> Self {
        SdpEdits::Alone(edits)
    }
}

impl<'p, 's, 't> From<Offsets<'p, 's, 't>> for SdpEdits<'p, 's, 't> {
    fn from(edits: Offsets<'p, 's, 't>) -> Self {
        SdpEdits::Message(edits)
    }
}

/// Changes to one session description.
///
/// Each speaks of the description as it was received, so their order matters only among lines that are added. What is set
/// twice has the last value; what is added twice is there twice. Lines that are added end as the line before them does.
/// A change that is refused changes nothing, unless the room is full: then a part of it may be made.
///
/// ```
/// use simdsip::edit::{EditRoom, Splices};
/// use simdsip::sdp::{Sdp, SdpIndex, SdpPatch};
///
/// let offer = b"v=0\r\no=- 1 1 IN IP4 10.0.0.7\r\ns=-\r\nc=IN IP4 10.0.0.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 18\r\n\
///     a=rtpmap:18 G729/8000\r\na=x-vendor: as it came\r\n";
/// let (mut index, mut room) = (SdpIndex::new(), EditRoom::new()); // once
/// let sdp = Sdp::parse(offer, &mut index)?;
/// let mut edits = Splices::new(&mut room, sdp.span().range())?;
/// let mut patch = SdpPatch::new(&sdp, &mut edits);
/// patch.set_connection(&sdp.session(), "192.0.2.1".parse().unwrap())?;
/// for media in sdp.media() {
///     patch.set_port(&media, 30_000)?;
///     patch.retain_formats(&media, |payload_type, _| payload_type != 18)?;
///     patch.add_attribute(&media, b"ptime", &[b"20"])?;
/// }
/// assert_eq!(
///     String::from_utf8_lossy(&edits.settle()?.of(offer)?.to_vec()),
///     "v=0\r\no=- 1 1 IN IP4 10.0.0.7\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0\r\n\
///      a=x-vendor: as it came\r\na=ptime:20\r\n"
/// );
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Debug)]
pub struct SdpPatch<'b, 'p, 's, 't> {
    sdp: Sdp<'b>,
    edits: SdpEdits<'p, 's, 't>,
    line_len: usize,
}

impl<'b, 'p, 's, 't> SdpPatch<'b, 'p, 's, 't> {
    /// No change of `sdp` yet. `edits` must be of the bytes that `sdp` was read from; edits outside their window are
    /// refused.
    #[must_use]
    pub fn new(sdp: &Sdp<'b>, edits: impl Into<SdpEdits<'p, 's, 't>>) -> SdpPatch<'b, 'p, 's, 't> {
        SdpPatch { sdp: *sdp, edits: edits.into(), line_len: const { Limits::new().line_len } }
    }

    /// The same with another limit of bytes of a line that is put in: [`Limits::line_len`].
    #[must_use]
    pub fn with_limits(self, limits: &Limits) -> SdpPatch<'b, 'p, 's, 't> {
        SdpPatch { line_len: limits.line_len, ..self }
    }

    /// Sets the address of a section's `c=`, TTL and number of addresses gone; of several `c=` one stays. Whether there was
    /// one: where not, nothing is changed, for a media description then has the session's ([`Media::effective_connection`]).
    ///
    /// An address of `0.0.0.0` that came may mean that media are held (RFC 3264 §8.4): ask before it is overwritten.
    ///
    /// # Errors
    /// `Range` where `section` is of another description; `Limit` where the room is full.
    pub fn set_connection(&mut self, section: &Section<'b>, address: IpAddr) -> Result<bool, Error> {
        self.check_own(section)?;
        let mut lines = section.lines_of(LineKind::Connection);
        let Some(first) = lines.next() else { return Ok(false) };
        let text = Address::of(address);
        self.replace(first.text().range(), &[b"c=IN ", address_type(address), b" ", text.as_bytes()])?;
        lines.try_for_each(|line| self.remove_line(line.text()))?;
        Ok(true)
    }

    /// Gives a media description a `c=` of its own, behind `m=` and `i=`. Asked twice, it has two.
    ///
    /// # Errors
    /// `Connection` where it has one already; `Range` where `media` is of another description; `Limit` where the room is
    /// full.
    pub fn add_connection(&mut self, media: &Media<'b>, address: IpAddr) -> Result<(), Error> {
        self.check_own(media)?;
        if let Some(line) = media.line(LineKind::Connection) {
            return Err(Error::new(ErrorKind::Connection, line.range().start));
        }
        let mut lines = media.lines();
        let Some(mut behind) = lines.next() else { return Ok(()) };
        for line in lines.take_while(|line| line.kind() == LineKind::Information) {
            behind = line;
        }
        let text = Address::of(address);
        let line: &[&[u8]] = &[b"c=IN ", address_type(address), b" ", text.as_bytes()];
        self.insert_line(media, behind, line, &[])
    }

    /// Sets the address in `o=` (RFC 8866 §5.2). Whether there is an `o=`.
    ///
    /// # Errors
    /// `Origin` where it is malformed; `Limit` where the room is full.
    pub fn set_origin_address(&mut self, address: IpAddr) -> Result<bool, Error> {
        let Some(origin) = self.sdp.session().origin()? else { return Ok(false) };
        let (version, place) = (origin.session_version_span(), origin.address_span());
        let addr_type = Words::new(place.at_places(version.end(), place.start())).nth(1);
        let Some(addr_type) = addr_type else { return Err(place.error(ErrorKind::Origin)) };
        self.replace(addr_type.range(), &[address_type(address)])?;
        self.replace(place.range(), &[Address::of(address).as_bytes()])?;
        Ok(true)
    }

    /// Sets the version in `o=`, which rises by one with each change that is sent (RFC 3264 §8). Whether there is an `o=`.
    ///
    /// # Errors
    /// As [`set_origin_address`](SdpPatch::set_origin_address).
    pub fn set_session_version(&mut self, version: u64) -> Result<bool, Error> {
        let Some(origin) = self.sdp.session().origin()? else { return Ok(false) };
        self.replace(origin.session_version_span().range(), &[Decimal::of(version).as_bytes()])?;
        Ok(true)
    }

    /// Sets the port of a media description; a number of ports behind a slash stays. `a=rtcp` and ICE candidates are
    /// attributes, and stay.
    ///
    /// # Errors
    /// `Media` where `m=` is malformed; `Range` where `media` is of another description; `Limit` where the room is full.
    pub fn set_port(&mut self, media: &Media<'b>, port: u16) -> Result<(), Error> {
        self.check_own(media)?;
        let place = media.media()?.port_span();
        let slash = place.find([b'/']);
        self.replace(place.range(), &[Decimal::of(port.into()).as_bytes(), place.from(slash).bytes()])
    }

    /// Refuses a media description: its port becomes 0 and it leaves its group of `BUNDLE` (RFC 3264 §6; RFC 8843 §7.3.3);
    /// formats and attributes stay, and so does its place among the others.
    ///
    /// # Errors
    /// As [`set_port`](SdpPatch::set_port).
    pub fn reject_media(&mut self, media: &Media<'b>) -> Result<(), Error> {
        self.check_own(media)?;
        self.replace(media.media()?.port_span().range(), &[b"0"])?;
        self.leave_bundle(media)
    }

    /// Takes a media description away, and it out of its group of `BUNDLE`. What was added to it goes as well. Between
    /// offers and answers media are [refused](SdpPatch::reject_media) instead, for they are known by their order
    /// (RFC 3264 §6, §8.2).
    ///
    /// # Errors
    /// `Range` where `media` is of another description, or one line that ends the description without a line end;
    /// `Limit` where the room is full.
    pub fn remove_media(&mut self, media: &Media<'b>) -> Result<(), Error> {
        self.check_own(media)?;
        let mut lines = media.lines();
        // What is added to this one would be put behind it, into another.
        if let (Some(only), None) = (lines.next(), lines.next())
            && !only.end().bytes().ends_with(b"\n")
        {
            return Err(Error::new(ErrorKind::Range, only.range().start));
        }
        self.remove(media.range())?;
        self.leave_bundle(media)
    }

    /// Adds an attribute behind the last line of a section: `a=name:value`, or `a=name` where there is no piece of a value.
    /// Where the description's last line has no line end, before that line. Looks at every line of the section.
    ///
    /// # Errors
    /// `Token` where `name` is none, `Text` where `value` has a control byte; `Range` where `section` is of another
    /// description; `Limit` where the line is too long or the room is full.
    pub fn add_attribute(
        &mut self,
        section: &Section<'b>,
        name: &[u8],
        value: &[&[u8]],
    ) -> Result<(), Error> {
        self.check_own(section)?;
        self.check_attribute(name, value)?;
        let colon: &[u8] = if value.is_empty() { b"" } else { b":" };
        let line: &[&[u8]] = &[b"a=", name, colon];
        match section.lines().filter(is_line).last() {
            Some(last) => self.insert_line(section, last, line, value),
            None => {
                let at = section.range().start;
                self.insert(at, line)?;
                self.insert(at, value)?;
                self.insert(at, &[b"\r\n"])
            }
        }
    }

    /// Gives an attribute another value: what stands behind the colon, which is added where there is none.
    ///
    /// # Errors
    /// `Value` where `value` is empty, `Text` where it has a control byte; `Range` where `attribute` is of another
    /// description; `Limit` where the line is too long or the room is full.
    pub fn set_attribute(&mut self, attribute: &Attribute<'b>, value: &[u8]) -> Result<(), Error> {
        let line = self.line_of(attribute)?;
        if value.is_empty() {
            return Err(Error::new(ErrorKind::Value, 0));
        }
        check_text(&[value], self.line_len.saturating_sub(attribute.name().len().saturating_add(3)))?;
        self.replace(line.range(), &[b"a=", attribute.name(), b":", value])
    }

    /// Takes an attribute away, with its line.
    ///
    /// # Errors
    /// `Range` where `attribute` is of another description, or the first line of this one; `Limit` where the room is full.
    pub fn remove_attribute(&mut self, attribute: &Attribute<'b>) -> Result<(), Error> {
        let line = self.line_of(attribute)?;
        self.remove_line(line)
    }

    /// Takes payload types away that `keep` is false for, with all that is said of them: rtpmap, fmtp, rtcp-fb, imageattr,
    /// framesize. What only serves one that goes, goes too: retransmission (`apt`, RFC 4588 §8.6) and redundancy (`red`,
    /// RFC 2198 §5), and what retransmits that, up to four deep. How many formats are left; where it would be none, the media description is
    /// [refused](SdpPatch::reject_media) instead and keeps its formats, for `m=` has one at least.
    ///
    /// `keep` is asked once for each payload type up to 255, in order, with its first rtpmap if there is one that reads
    /// well. Other formats stay. To be called once for a media description: calls do not know of each other. An `a=rid`
    /// that names payload types (RFC 8851) stays as it is.
    ///
    /// # Errors
    /// `Media` where `m=` is malformed or not RTP; `Range` where `media` is of another description; `Limit` where the room
    /// is full.
    pub fn retain_formats(
        &mut self,
        media: &Media<'b>,
        keep: impl FnMut(u8, Option<Rtpmap<'b>>) -> bool,
    ) -> Result<usize, Error> {
        self.check_own(media)?;
        let line = media.media()?;
        if !line.is_rtp() {
            return Err(line.proto_span().error(ErrorKind::Media));
        }
        let removed = Removed::choose(media, &line, keep);
        let left = line.formats().filter(|format| !removed.has_format(*format)).count();
        if left == 0 {
            self.reject_media(media)?;
            return Ok(0);
        }
        self.remove_words(line.proto_span().range().end, line.formats(), |word| removed.has_format(word))?;
        for attribute in media.attributes().filter(|attribute| removed.has_attribute(attribute)) {
            self.remove_attribute(&attribute)?;
        }
        Ok(left)
    }

    /// Takes the media description out of the groups of `BUNDLE` that it is in.
    fn leave_bundle(&mut self, media: &Media<'b>) -> Result<(), Error> {
        let Some(mid) = media.attribute(AttributeName::Mid) else { return Ok(()) };
        let mid = mid.value_span().trim();
        for group in self.sdp.session().attributes_of(AttributeName::Group) {
            let mut words = Words::new(group.value_span().trim());
            if let Some(kind) = words.next()
                && kind.bytes().eq_ignore_ascii_case(b"BUNDLE")
            {
                self.remove_words(kind.range().end, words, |word| word.bytes() == mid.bytes())?;
            }
        }
        Ok(())
    }

    /// Takes words away, each with the white space before it.
    fn remove_words(
        &mut self,
        mut before: usize,
        words: Words<'b>,
        mut goes: impl FnMut(Span<'b>) -> bool,
    ) -> Result<(), Error> {
        for word in words {
            if goes(word) {
                self.remove(before..word.range().end)?;
            }
            before = word.range().end;
        }
        Ok(())
    }

    /// Takes a line away: from the line feed before it to its own, which stays, so that what is added behind it does.
    fn remove_line(&mut self, text: Span<'b>) -> Result<(), Error> {
        let start = text.range().start;
        if start <= self.sdp.span().at() {
            return Err(Error::new(ErrorKind::Range, start));
        }
        match line_feed(text) {
            Some((_, feed)) => self.remove(start.saturating_sub(1)..feed),
            // The last one, without an end: what stands before it ends the description.
            None => self.remove(start..self.sdp.span().range().end),
        }
    }

    /// Puts a line behind `behind`, before its line feed: so it goes when the section does, but stays when that line goes.
    fn insert_line(
        &mut self,
        section: &Section<'b>,
        behind: Line<'b>,
        start: &[&[u8]],
        rest: &[&[u8]],
    ) -> Result<(), Error> {
        let before = || section.lines().take_while(|line| line.range().start < behind.range().start).last();
        let place = line_feed(behind.text()).or_else(|| line_feed(before()?.text()));
        let (at, first, last): (usize, &[u8], &[u8]) = match place {
            Some((Ending::CrLf, at)) => (at, b"\n", b"\r"),
            Some((Ending::Lf, at)) => (at, b"\n", b""),
            None => {
                let first: &[u8] = if behind.end().is_empty() { b"\r\n" } else { b"\n" };
                (behind.range().end, first, b"")
            }
        };
        self.insert(at, &[first])?;
        self.insert(at, start)?;
        self.insert(at, rest)?;
        self.insert(at, &[last])
    }

    fn check_attribute(&self, name: &[u8], value: &[&[u8]]) -> Result<(), Error> {
        check_name(name)?;
        check_text(value, self.line_len.saturating_sub(name.len().saturating_add(3))).map(drop)
    }

    /// That `section` is one of this description.
    fn check_own(&self, section: &Section<'b>) -> Result<(), Error> {
        let range = section.range();
        match section.lines().next() {
            Some(line) => self.check_span(line.text()),
            None if self.sdp.span().range().start == range.start => Ok(()),
            None => Err(Error::new(ErrorKind::Range, range.start)),
        }
    }

    fn check_span(&self, span: Span<'b>) -> Result<(), Error> {
        let (own, range) = (self.sdp.span().range(), span.range());
        let within = own.start <= range.start && range.end <= own.end;
        if within && core::ptr::eq(self.sdp.span().whole(), span.whole()) {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::Range, range.start))
        }
    }

    /// The line of an attribute, which has no other attribute around it.
    fn line_of(&self, attribute: &Attribute<'b>) -> Result<Span<'b>, Error> {
        let span = attribute.span();
        let line = span.at_places(span.start().saturating_sub(2), span.end());
        self.check_span(line)?;
        let at = line.range().start;
        let before = at.checked_sub(1).and_then(|before| line.whole().get(before));
        let begins = at == self.sdp.span().at() || before == Some(&b'\n');
        if begins && line.bytes().starts_with(b"a=") {
            Ok(line)
        } else {
            Err(Error::new(ErrorKind::Range, at))
        }
    }

    fn insert(&mut self, at: usize, text: &[&[u8]]) -> Result<(), Error> {
        if text.iter().all(|piece| piece.is_empty()) {
            return Ok(());
        }
        match &mut self.edits {
            SdpEdits::Alone(edits) => edits.insert(at, text),
            SdpEdits::Message(edits) => edits.insert(at, text),
        }
    }

    fn replace(&mut self, range: Range<usize>, text: &[&[u8]]) -> Result<(), Error> {
        match &mut self.edits {
            SdpEdits::Alone(edits) => edits.replace(range, text),
            SdpEdits::Message(edits) => edits.replace(range, text),
        }
    }

    fn remove(&mut self, range: Range<usize>) -> Result<(), Error> {
        match &mut self.edits {
            SdpEdits::Alone(edits) => edits.remove(range),
            SdpEdits::Message(edits) => edits.remove(range),
        }
    }
}

/// Whether it is one of the form `type=value`: an empty line before one that begins with `=` is none.
fn is_line(line: &Line<'_>) -> bool {
    line.kind() != LineKind::Malformed && line.text().len() >= 2
}

/// How a line ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    CrLf,
    Lf,
}

/// How a line ends, and where its line feed stands; `None` where it has none.
fn line_feed(text: Span<'_>) -> Option<(Ending, usize)> {
    let end = text.range().end;
    match text.whole().get(end..)? {
        [b'\n', ..] => Some((Ending::Lf, end)),
        [b'\r', b'\n', ..] => Some((Ending::CrLf, end.saturating_add(1))),
        _ => None,
    }
}

fn address_type(address: IpAddr) -> &'static [u8] {
    match address.to_canonical() {
        IpAddr::V4(_) => b"IP4",
        IpAddr::V6(_) => b"IP6",
    }
}
