//! What belongs together, and what a stream is called: group, ssrc, msid, extmap, rid, simulcast.

use super::format::Params;
use crate::error::{Error, ErrorKind};
use crate::sdp::attribute::Attribute;
use crate::sdp::number::{integer16, integer32};
use crate::sdp::words::{Fields, Place, Words};
use crate::text::Span;

/// `a=group`, `a=ssrc-group`: a semantics, and what it groups (RFC 5888 §5; RFC 5576 §4.2).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Group;
/// let bundle = Group::parse(Span::new(b"BUNDLE 0 1")?)?;
/// assert_eq!(bundle.semantics(), b"BUNDLE");
/// assert!(bundle.members().map(|mid| mid.bytes()).eq([b"0", b"1"]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Group<'b> {
    value: Span<'b>,
    semantics: Place,
    members: Place,
}

impl<'b> Group<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Value` where there is no semantics.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Group<'b>, Error> {
        let fields = Fields::<2>::of(value);
        let Some(semantics) = fields.get(0) else { return Err(value.error(ErrorKind::Value)) };
        Ok(Group { value, semantics, members: fields.or_end(1) })
    }

    /// What the group means: `BUNDLE`, `LS`, `FID` and others.
    #[inline]
    #[must_use]
    pub fn semantics(&self) -> &'b [u8] {
        self.semantics.bytes(self.value)
    }

    /// Identifiers of media, or sources, in order.
    #[inline]
    #[must_use]
    pub fn members(&self) -> Words<'b> {
        Words::new(self.members.within(self.value))
    }
}

/// `a=ssrc`: a source, and an attribute of its own (RFC 5576 §4.1).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::{AttributeName, shape::Ssrc};
/// let source = Ssrc::parse(Span::new(b"735514590 cname:PmFN57y8")?)?;
/// let cname = source.attribute().unwrap();
/// assert_eq!((source.id(), cname.id(), cname.value()), (735_514_590, AttributeName::Cname, Some(&b"PmFN57y8"[..])));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ssrc<'b> {
    value: Span<'b>,
    id: u32,
    attribute: Option<Place>,
}

impl<'b> Ssrc<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Number`, `NumberRange` for a source above `u32::MAX`.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Ssrc<'b>, Error> {
        let fields = Fields::<2>::of(value);
        let Some(id) = fields.get(0) else { return Err(value.error(ErrorKind::Value)) };
        Ok(Ssrc { value, id: integer32(id.within(value))?, attribute: fields.get(1) })
    }

    /// The source.
    #[inline]
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What is said of it.
    #[inline]
    #[must_use]
    pub fn attribute(&self) -> Option<Attribute<'b>> {
        self.attribute.map(|place| place.within(self.value)).map(Attribute::parse)
    }

    /// The same as it stands.
    #[inline]
    #[must_use]
    pub fn attribute_span(&self) -> Option<Span<'b>> {
        self.attribute.map(|place| place.within(self.value))
    }
}

/// `a=msid`: identifiers of a stream and of a track in it (RFC 8830 §2).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Msid;
/// let msid = Msid::parse(Span::new(b"stream track")?)?;
/// assert_eq!((msid.id(), msid.appdata().unwrap().bytes()), (&b"stream"[..], &b"track"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Msid<'b> {
    value: Span<'b>,
    id: Place,
    appdata: Option<Place>,
}

impl<'b> Msid<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Value` where there is no identifier.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Msid<'b>, Error> {
        let fields = Fields::<2>::of(value);
        let Some(id) = fields.get(0) else { return Err(value.error(ErrorKind::Value)) };
        Ok(Msid { value, id, appdata: fields.get(1) })
    }

    /// The stream; `-` where it belongs to none.
    #[inline]
    #[must_use]
    pub fn id(&self) -> &'b [u8] {
        self.id.bytes(self.value)
    }

    /// The track, if said.
    #[inline]
    #[must_use]
    pub fn appdata(&self) -> Option<Span<'b>> {
        self.appdata.map(|place| place.within(self.value))
    }
}

/// `a=extmap`: a header extension of RTP, and the identifier it has here (RFC 8285 §8).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Extmap;
/// let map = Extmap::parse(Span::new(b"4/recvonly http://example.com/ext.htm#xmeta short")?)?;
/// assert_eq!((map.id(), map.direction().unwrap().bytes(), map.uri()), (4, &b"recvonly"[..], &b"http://example.com/ext.htm#xmeta"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Extmap<'b> {
    value: Span<'b>,
    id: u16,
    direction: Option<Place>,
    uri: Place,
    attributes: Option<Place>,
}

impl<'b> Extmap<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Extmap` where the URI is missing; `Number`, `NumberRange` for an identifier above 65,535.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Extmap<'b>, Error> {
        let fields = Fields::<3>::of(value);
        let (Some(number), Some(uri)) = (fields.get(0), fields.get(1)) else {
            return Err(value.error(ErrorKind::Extmap));
        };
        let number = number.within(value);
        let slash = number.find([b'/']);
        let direction = (slash != number.end()).then(|| Place::of(number.after(slash)));
        Ok(Extmap { value, id: integer16(number.to(slash))?, direction, uri, attributes: fields.get(2) })
    }

    /// The identifier.
    #[inline]
    #[must_use]
    pub fn id(&self) -> u16 {
        self.id
    }

    /// Which way it is sent, if said.
    #[inline]
    #[must_use]
    pub fn direction(&self) -> Option<Span<'b>> {
        self.direction.map(|place| place.within(self.value))
    }

    /// What the extension is.
    #[inline]
    #[must_use]
    pub fn uri(&self) -> &'b [u8] {
        self.uri.bytes(self.value)
    }

    /// What the extension adds for itself.
    #[inline]
    #[must_use]
    pub fn attributes(&self) -> Option<Span<'b>> {
        self.attributes.map(|place| place.within(self.value))
    }
}

/// `a=rid`: a name for a restricted stream (RFC 8851 §4).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::{Rid, Way};
/// let rid = Rid::parse(Span::new(b"1 send pt=97,98;max-width=1280")?)?;
/// assert_eq!((rid.id(), rid.way()), (&b"1"[..], Some(Way::Send)));
/// assert!(rid.formats().map(|format| format.bytes()).eq([b"97", b"98"]));
/// assert_eq!(rid.restriction(b"max-width").unwrap().bytes(), b"1280");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rid<'b> {
    value: Span<'b>,
    id: Place,
    way: Place,
    restrictions: Place,
}

/// Which way a restricted stream goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// From whoever made the description.
    Send,
    /// To them.
    Recv,
}

impl Way {
    fn of(word: &[u8]) -> Option<Way> {
        match word {
            b"send" => Some(Way::Send),
            b"recv" => Some(Way::Recv),
            _ => None,
        }
    }
}

impl<'b> Rid<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Rid` where identifier or direction is missing.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Rid<'b>, Error> {
        let fields = Fields::<3>::of(value);
        let Some(way) = fields.get(1) else { return Err(value.error(ErrorKind::Rid)) };
        Ok(Rid { value, id: fields.or_end(0), way, restrictions: fields.or_end(2) })
    }

    /// The identifier.
    #[inline]
    #[must_use]
    pub fn id(&self) -> &'b [u8] {
        self.id.bytes(self.value)
    }

    /// Which way it goes; `None` for a word that is neither.
    #[must_use]
    pub fn way(&self) -> Option<Way> {
        Way::of(self.way.bytes(self.value))
    }

    /// Restrictions, `pt=` among them, in wire order.
    #[inline]
    #[must_use]
    pub fn restrictions(&self) -> Params<'b> {
        Params::new(self.restrictions.within(self.value), b';')
    }

    /// The first restriction of that name.
    #[must_use]
    pub fn restriction(&self, name: &[u8]) -> Option<Span<'b>> {
        self.restrictions().find(|(found, _)| found.bytes() == name).map(|(_, value)| value)
    }

    /// The formats it is restricted to; none where all are allowed.
    #[must_use]
    pub fn formats(&self) -> Words<'b> {
        let formats = self
            .restriction(b"pt")
            .unwrap_or(self.id.within(self.value).from(self.id.within(self.value).end()));
        Words::apart(formats, b',')
    }
}

/// `a=simulcast`: streams that go at once, by their `rid` (RFC 8853 §5.1).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::{Simulcast, Way};
/// let both = Simulcast::parse(Span::new(b"send 1,~4;2 recv c")?)?;
/// let (way, mut streams) = both.lists().next().unwrap()?;
/// assert_eq!(way, Way::Send);
/// let first: Vec<_> = streams.next().unwrap().alternatives().map(|one| (one.id(), one.is_paused())).collect();
/// assert_eq!(first, [(&b"1"[..], false), (b"4", true)]);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Simulcast<'b>(Span<'b>);

impl<'b> Simulcast<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Value` where there is none.
    pub fn parse(value: Span<'b>) -> Result<Simulcast<'b>, Error> {
        Ok(Simulcast(super::Token::parse(value)?.span()))
    }

    /// The lists and which way each goes, in wire order; what is no direction and a list is an error, the last.
    pub fn lists(&self) -> impl Iterator<Item = Result<(Way, Streams<'b>), Error>> + Clone + use<'b> {
        let mut words = Words::new(self.0);
        core::iter::from_fn(move || {
            let word = words.next()?;
            match (Way::of(word.bytes()), words.next()) {
                (Some(way), Some(list)) => Some(Ok((way, Streams(Words::apart(list, b';'))))),
                _ => {
                    words = Words::new(word.from(word.end()));
                    Some(Err(word.error(ErrorKind::Simulcast)))
                }
            }
        })
    }
}

/// Streams of one direction, in order.
#[derive(Clone, Copy, Debug)]
pub struct Streams<'b>(Words<'b>);

impl<'b> Iterator for Streams<'b> {
    type Item = Stream<'b>;

    fn next(&mut self) -> Option<Stream<'b>> {
        self.0.next().map(Stream)
    }
}

/// One stream, in one of several forms.
#[derive(Clone, Copy, Debug)]
pub struct Stream<'b>(Span<'b>);

impl<'b> Stream<'b> {
    /// The forms, best first.
    pub fn alternatives(&self) -> impl Iterator<Item = Alternative<'b>> + Clone + use<'b> {
        Words::apart(self.0, b',').map(Alternative)
    }
}

/// One form of a stream.
#[derive(Clone, Copy, Debug)]
pub struct Alternative<'b>(Span<'b>);

impl<'b> Alternative<'b> {
    /// Its `rid`.
    #[must_use]
    pub fn id(&self) -> &'b [u8] {
        self.0.strip(b'~').unwrap_or(self.0).bytes()
    }

    /// Whether it begins paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.0.first() == Some(b'~')
    }
}
