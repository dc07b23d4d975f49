//! The session's part of a description, and each media description.
//!
//! Finds lines and attributes by their kind within a section and reads them when asked. Does not merge: what a media
//! description takes over from the session is the reader's to say, by [`Media::effective_direction`] and [`Media::effective_connection`].
//! RFC 8866 §5, §5.14.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::{Deref, Range};

use super::attribute::{Attribute, Attributes};
use super::line::{Bandwidth, Connection, MediaLine, Origin, Timing};
use super::name::AttributeName;
use super::typed::SdpAttribute;
use super::view::{Line, LineKind, Lines, Sdp};
use crate::error::Error;
use crate::text::Span;

/// The lines of the session or of one media description.
///
/// ```
/// use simdsip::sdp::{Sdp, SdpIndex};
/// let mut index = SdpIndex::new();
/// let sdp = Sdp::parse(b"v=0\r\no=bob 7 8 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nb=AS:64\r\n", &mut index)?;
/// let session = sdp.session();
/// assert_eq!(session.origin()?.unwrap().session_version()?, 8);
/// assert_eq!(session.bandwidths().next().unwrap()?.value()?, 64);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Section<'b> {
    sdp: Sdp<'b>,
    start: u32,
    end: u32,
}

impl<'b> Section<'b> {
    #[inline]
    pub(super) fn new(sdp: Sdp<'b>, start: u32, end: u32) -> Section<'b> {
        Section { sdp, start, end }
    }

    /// Its lines, in wire order; `m=` is the first of a media description.
    #[inline]
    #[must_use]
    pub fn lines(&self) -> Lines<'b> {
        Lines::new(self.sdp, self.start..self.end)
    }

    /// Where it stands, line ends included.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        let place =
            |at| self.sdp.line(at).map_or(self.sdp.span().range().end, |line: Line<'b>| line.range().start);
        place(self.start)..place(self.end)
    }

    /// The first line of that kind.
    #[inline]
    #[must_use]
    pub fn line(&self, kind: LineKind) -> Option<Line<'b>> {
        let kinds = self.sdp.kinds(self.start..self.end);
        let at = memchr::memchr(kind.letter(), kinds)?;
        self.sdp.line(self.start.wrapping_add(at as u32))
    }

    /// The lines of that kind, in wire order.
    #[inline]
    pub fn lines_of(&self, kind: LineKind) -> impl Iterator<Item = Line<'b>> + Clone + use<'b> {
        self.lines().filter(move |line| line.letter() == kind.letter())
    }

    /// The value of the first line of that kind.
    #[inline]
    fn value(&self, kind: LineKind) -> Option<Span<'b>> {
        self.line(kind).map(|line| line.value())
    }

    /// `o=` (RFC 8866 §5.2).
    ///
    /// # Errors
    /// `Origin` where it is not six fields.
    #[inline]
    pub fn origin(&self) -> Result<Option<Origin<'b>>, Error> {
        self.value(LineKind::Origin).map(Origin::parse).transpose()
    }

    /// `s=`: the session name (RFC 8866 §5.3).
    #[inline]
    #[must_use]
    pub fn name(&self) -> Option<Span<'b>> {
        self.value(LineKind::Name)
    }

    /// `i=`: session information or media title (RFC 8866 §5.4).
    #[must_use]
    pub fn information(&self) -> Option<Span<'b>> {
        self.value(LineKind::Information)
    }

    /// The first `c=` (RFC 8866 §5.7). A media description may have several: [`Section::connections`].
    ///
    /// # Errors
    /// `Connection` where it is not three fields.
    #[inline]
    pub fn connection(&self) -> Result<Option<Connection<'b>>, Error> {
        self.value(LineKind::Connection).map(Connection::parse).transpose()
    }

    /// Every `c=`.
    pub fn connections(&self) -> impl Iterator<Item = Result<Connection<'b>, Error>> + Clone + use<'b> {
        self.lines_of(LineKind::Connection).map(|line| Connection::parse(line.value()))
    }

    /// Every `b=` (RFC 8866 §5.8).
    pub fn bandwidths(&self) -> impl Iterator<Item = Result<Bandwidth<'b>, Error>> + Clone + use<'b> {
        self.lines_of(LineKind::Bandwidth).map(|line| Bandwidth::parse(line.value()))
    }

    /// Every `t=` (RFC 8866 §5.9); `r=` lines stand behind theirs in [`Section::lines`].
    pub fn timings(&self) -> impl Iterator<Item = Result<Timing<'b>, Error>> + Clone + use<'b> {
        self.lines_of(LineKind::Timing).map(|line| Timing::parse(line.value()))
    }

    /// Its attributes, in wire order (RFC 8866 §5.13).
    #[inline]
    #[must_use]
    pub fn attributes(&self) -> Attributes<'b> {
        Attributes::new(self.sdp, self.start..self.end)
    }

    /// Its attributes, each with the number of its line in the section.
    pub(super) fn numbered_attributes(&self) -> impl Iterator<Item = (u32, Attribute<'b>)> + use<'b> {
        let lines = (0..).zip(self.lines()).filter(|(_, line)| line.letter() == b'a');
        lines.map(|(at, line)| (at, Attribute::parse(line.value())))
    }

    /// The number within the description of the first line with that attribute.
    pub(super) fn line_of(&self, name: AttributeName) -> Option<u32> {
        let (at, _) = self.numbered_attributes().find(|(_, attribute)| attribute.id() == name)?;
        self.start.checked_add(at)
    }

    /// The attribute whose line has that number.
    pub(super) fn attribute_at(&self, at: u32) -> Option<Attribute<'b>> {
        let at = self.start.checked_add(at).filter(|at| *at < self.end)?;
        self.sdp.line(at).map(|line| Attribute::parse(line.value()))
    }

    /// The first attribute of that name.
    #[inline]
    #[must_use]
    pub fn attribute(&self, name: AttributeName) -> Option<Attribute<'b>> {
        self.attributes().find(|attribute| attribute.id() == name)
    }

    /// The attributes of that name, in wire order.
    #[inline]
    pub fn attributes_of(
        &self,
        name: AttributeName,
    ) -> impl Iterator<Item = Attribute<'b>> + Clone + use<'b> {
        self.attributes().filter(move |attribute| attribute.id() == name)
    }

    /// The attributes of that name, compared byte for byte; names that no registry knows too.
    pub fn attributes_named<'n>(
        &self,
        name: &'n [u8],
    ) -> impl Iterator<Item = Attribute<'b>> + Clone + use<'b, 'n> {
        self.attributes().filter(move |attribute| attribute.name() == name)
    }

    /// Whether an attribute of that name is there.
    #[inline]
    #[must_use]
    pub fn has(&self, name: AttributeName) -> bool {
        self.attribute(name).is_some()
    }

    /// The first attribute of that type; `None` where there is none.
    ///
    /// # Errors
    /// What `A` calls malformed, with its byte offset. The same each time it is asked.
    ///
    /// ```
    /// use simdsip::sdp::{Sdp, SdpIndex, typed::Rtpmap};
    /// let mut index = SdpIndex::new();
    /// let sdp = Sdp::parse(b"v=0\r\nm=audio 9 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\n", &mut index)?;
    /// let map = sdp.media().next().unwrap().typed::<Rtpmap>()?.unwrap();
    /// assert_eq!((map.encoding(), map.clock_rate()?), (&b"opus"[..], Some(48000)));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    pub fn typed<A: SdpAttribute<'b>>(&self) -> Result<Option<A>, Error> {
        self.typed_list().next().transpose()
    }

    /// All attributes of that type, in wire order.
    #[inline]
    pub fn typed_list<A: SdpAttribute<'b>>(
        &self,
    ) -> impl Iterator<Item = Result<A, Error>> + Clone + use<'b, A> {
        self.attributes_of(A::NAME).map(|attribute| A::parse(attribute.value_span()))
    }

    /// Which way media flow, where an attribute says so: the last one that does (RFC 8866 §6.7).
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        self.attributes().filter_map(|attribute| Direction::of(attribute.id())).last()
    }
}

impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lines()).finish()
    }
}

/// Which way media flow, as seen from whoever made the description (RFC 8866 §6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Both ways.
    Sendrecv,
    /// From here.
    Sendonly,
    /// To here.
    Recvonly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// The direction that an attribute of that name says.
    #[inline]
    #[must_use]
    pub const fn of(name: AttributeName) -> Option<Direction> {
        match name {
            AttributeName::Sendrecv => Some(Direction::Sendrecv),
            AttributeName::Sendonly => Some(Direction::Sendonly),
            AttributeName::Recvonly => Some(Direction::Recvonly),
            AttributeName::Inactive => Some(Direction::Inactive),
            _ => None,
        }
    }

    /// The attribute that says it.
    #[must_use]
    pub const fn name(self) -> AttributeName {
        match self {
            Direction::Sendrecv => AttributeName::Sendrecv,
            Direction::Sendonly => AttributeName::Sendonly,
            Direction::Recvonly => AttributeName::Recvonly,
            Direction::Inactive => AttributeName::Inactive,
        }
    }
}

/// One media description: its `m=` line and all up to the next.
///
/// ```
/// use simdsip::sdp::{Direction, Sdp, SdpIndex};
/// let mut index = SdpIndex::new();
/// let sdp = Sdp::parse(b"v=0\r\na=sendonly\r\nm=audio 9 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\na=inactive\r\n", &mut index)?;
/// let found: Vec<_> = sdp.media().map(|media| (media.effective_direction(), media.direction())).collect();
/// assert_eq!(found, [(Direction::Sendonly, None), (Direction::Inactive, Some(Direction::Inactive))]);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Media<'b> {
    section: Section<'b>,
}

impl<'b> Media<'b> {
    /// Its `m=` line (RFC 8866 §5.14).
    ///
    /// # Errors
    /// `Media` where kind, port or proto is missing.
    #[inline]
    pub fn media(&self) -> Result<MediaLine<'b>, Error> {
        let (start, end) = self.section.sdp.place(self.section.start);
        MediaLine::parse(self.section.sdp.span().at_places(start.saturating_add(2).min(end), end))
    }

    /// Its connection: its own `c=`, or the session's (RFC 8866 §5.7).
    ///
    /// # Errors
    /// As [`Section::connection`].
    pub fn effective_connection(&self) -> Result<Option<Connection<'b>>, Error> {
        match self.section.connection()? {
            Some(own) => Ok(Some(own)),
            None => self.section.sdp.session().connection(),
        }
    }

    /// Which way it flows: as it says itself, else as the session says, else both ways (RFC 8866 §6.7).
    #[must_use]
    pub fn effective_direction(&self) -> Direction {
        let own = self.section.direction();
        own.or_else(|| self.section.sdp.session().direction()).unwrap_or(Direction::Sendrecv)
    }
}

impl<'b> Deref for Media<'b> {
    type Target = Section<'b>;

    #[inline]
    fn deref(&self) -> &Section<'b> {
        &self.section
    }
}

impl fmt::Debug for Media<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.section.fmt(f)
    }
}

/// Media descriptions, in wire order. Made by [`Sdp::media`].
#[derive(Clone, Debug)]
pub struct MediaSections<'b> {
    sdp: Sdp<'b>,
    next: Option<u32>,
}

impl<'b> MediaSections<'b> {
    #[inline]
    pub(super) fn new(sdp: Sdp<'b>) -> MediaSections<'b> {
        MediaSections { sdp, next: sdp.next_media(0) }
    }
}

impl<'b> Iterator for MediaSections<'b> {
    type Item = Media<'b>;

    #[inline]
    fn next(&mut self) -> Option<Media<'b>> {
        let start = self.next?;
        self.next = self.sdp.next_media(start.wrapping_add(1));
        let end = self.next.unwrap_or(self.sdp.lines().len() as u32);
        Some(Media { section: Section::new(self.sdp, start, end) })
    }
}

impl FusedIterator for MediaSections<'_> {}
