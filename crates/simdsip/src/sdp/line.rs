//! What the lines of a description mean that are no attributes: `o=`, `c=`, `b=`, `t=`, `r=`, `z=`, `m=`.
//!
//! Each view finds its fields when it is parsed and reads numbers when asked, so that one malformed field does not hide
//! the others. Strictness is for the defects. RFC 8866 §5.2, §5.7 to §5.11, §5.14.

use super::number::{integer, integer16, typed_time};
use super::words::{Fields, Place, Words};
use crate::error::{Error, ErrorKind};
use crate::text::Span;

/// `o=`: who made the description, and which version of it this is (RFC 8866 §5.2).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::Origin;
/// let origin = Origin::parse(Span::new(b"jdoe 3724394400 3724394405 IN IP4 198.51.100.1")?)?;
/// assert_eq!((origin.username(), origin.session_id()?, origin.address()), (&b"jdoe"[..], 3_724_394_400, &b"198.51.100.1"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Origin<'b> {
    value: Span<'b>,
    username: Place,
    session_id: Place,
    session_version: Place,
    net_type: Place,
    addr_type: Place,
    address: Place,
}

impl<'b> Origin<'b> {
    /// Reads what stands behind `o=`. A user name with spaces, which the grammar does not have, is read as one.
    ///
    /// # Errors
    /// `Origin` where there are fewer than six fields, or more and no such name explains them.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Origin<'b>, Error> {
        let fields = Fields::<7>::of(value);
        match fields.count() {
            6 => Ok(Origin {
                value,
                username: fields.or_end(0),
                session_id: fields.or_end(1),
                session_version: fields.or_end(2),
                net_type: fields.or_end(3),
                addr_type: fields.or_end(4),
                address: fields.or_end(5),
            }),
            7 => Origin::with_spaces(value).ok_or(value.error(ErrorKind::Origin)),
            _ => Err(value.error(ErrorKind::Origin)),
        }
    }

    /// The last five fields are what they are, if two of them are numbers; the rest is a name.
    #[cold]
    fn with_spaces(value: Span<'b>) -> Option<Origin<'b>> {
        let mut last = [value; 5];
        for word in Words::new(value) {
            last.rotate_left(1);
            *last.last_mut()? = word;
        }
        let [session_id, session_version, ..] = last;
        if integer(session_id).is_err() || integer(session_version).is_err() {
            return None;
        }
        let username = Place::of(value.to(session_id.start()).trim());
        let [session_id, session_version, net_type, addr_type, address] = last.map(Place::of);
        Some(Origin { value, username, session_id, session_version, net_type, addr_type, address })
    }

    /// Who: a login name, or `-`.
    #[inline]
    #[must_use]
    pub fn username(&self) -> &'b [u8] {
        self.username.bytes(self.value)
    }

    /// The session's number.
    ///
    /// # Errors
    /// `Number` where it is none; `NumberRange` above `u64::MAX`: the grammar knows no bound, [`Origin::session_id_span`]
    /// gives the digits.
    #[inline]
    pub fn session_id(&self) -> Result<u64, Error> {
        integer(self.session_id.within(self.value))
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn session_id_span(&self) -> Span<'b> {
        self.session_id.within(self.value)
    }

    /// The version of this description.
    ///
    /// # Errors
    /// As [`Origin::session_id`].
    #[inline]
    pub fn session_version(&self) -> Result<u64, Error> {
        integer(self.session_version.within(self.value))
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn session_version_span(&self) -> Span<'b> {
        self.session_version.within(self.value)
    }

    /// The network, such as `IN`.
    #[inline]
    #[must_use]
    pub fn net_type(&self) -> &'b [u8] {
        self.net_type.bytes(self.value)
    }

    /// The address type, such as `IP4`.
    #[inline]
    #[must_use]
    pub fn addr_type(&self) -> &'b [u8] {
        self.addr_type.bytes(self.value)
    }

    /// The address or host name.
    #[inline]
    #[must_use]
    pub fn address(&self) -> &'b [u8] {
        self.address.bytes(self.value)
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn address_span(&self) -> Span<'b> {
        self.address.within(self.value)
    }
}

/// `c=`: where media go (RFC 8866 §5.7).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::Connection;
/// let group = Connection::parse(Span::new(b"IN IP4 233.252.0.1/127/3")?)?;
/// assert_eq!((group.address(), group.ttl()?, group.address_count()?), (&b"233.252.0.1"[..], Some(127), 3));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Connection<'b> {
    value: Span<'b>,
    net_type: Place,
    addr_type: Place,
    address: Place,
    /// What stands behind the first slash.
    suffix: Place,
}

impl<'b> Connection<'b> {
    /// Reads what stands behind `c=`.
    ///
    /// # Errors
    /// `Connection` where there are fewer than three fields.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Connection<'b>, Error> {
        let fields = Fields::<3>::of(value);
        let Some(address) = fields.get(2) else { return Err(value.error(ErrorKind::Connection)) };
        let address = address.within(value);
        let slash = address.find([b'/']);
        Ok(Connection {
            value,
            net_type: fields.or_end(0),
            addr_type: fields.or_end(1),
            address: Place::of(address.to(slash)),
            suffix: Place::of(address.after(slash)),
        })
    }

    /// The network, such as `IN`.
    #[inline]
    #[must_use]
    pub fn net_type(&self) -> &'b [u8] {
        self.net_type.bytes(self.value)
    }

    /// The address type, such as `IP4`.
    #[inline]
    #[must_use]
    pub fn addr_type(&self) -> &'b [u8] {
        self.addr_type.bytes(self.value)
    }

    /// The address or host name, without what a slash adds.
    #[inline]
    #[must_use]
    pub fn address(&self) -> &'b [u8] {
        self.address.bytes(self.value)
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn address_span(&self) -> Span<'b> {
        self.address.within(self.value)
    }

    /// What stands behind the first slash: TTL and number of addresses (IP4), number of addresses (IP6).
    #[inline]
    #[must_use]
    pub fn suffix(&self) -> Span<'b> {
        self.suffix.within(self.value)
    }

    fn is_ip6(&self) -> bool {
        self.addr_type.bytes(self.value).eq_ignore_ascii_case(b"IP6")
    }

    /// How far multicast packets may go; IPv4 alone has it here.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above 255.
    pub fn ttl(&self) -> Result<Option<u8>, Error> {
        if self.suffix.is_empty() || self.is_ip6() {
            return Ok(None);
        }
        let ttl = self.suffix.within(self.value).to(self.suffix.within(self.value).find([b'/']));
        u8::try_from(integer(ttl)?).map(Some).map_err(|_| ttl.error(ErrorKind::NumberRange))
    }

    /// How many addresses, from this one on.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above 65,535.
    pub fn address_count(&self) -> Result<u16, Error> {
        let count = if self.is_ip6() {
            self.suffix.within(self.value)
        } else {
            self.suffix.within(self.value).after(self.suffix.within(self.value).find([b'/']))
        };
        if count.is_empty() { Ok(1) } else { integer16(count) }
    }
}

/// `b=`: bandwidth (RFC 8866 §5.8).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::Bandwidth;
/// let limit = Bandwidth::parse(Span::new(b"AS:1024")?)?;
/// assert_eq!((limit.kind(), limit.value()?), (&b"AS"[..], 1024));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bandwidth<'b> {
    value: Span<'b>,
    kind: Place,
    amount: Place,
}

impl<'b> Bandwidth<'b> {
    /// Reads what stands behind `b=`.
    ///
    /// # Errors
    /// `Bandwidth` where there is no type and colon.
    pub fn parse(value: Span<'b>) -> Result<Bandwidth<'b>, Error> {
        let colon = value.find([b':']);
        let kind = value.to(colon).trim();
        if colon == value.end() || kind.is_empty() {
            return Err(value.error(ErrorKind::Bandwidth));
        }
        Ok(Bandwidth { value, kind: Place::of(kind), amount: Place::of(value.after(colon).trim()) })
    }

    /// The type: `CT` and `AS` count kilobits a second, `TIAS`, `RS` and `RR` bits (RFC 3890, RFC 3556).
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &'b [u8] {
        self.kind.bytes(self.value)
    }

    /// How much, in the unit of the type.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above `u64::MAX`.
    #[inline]
    pub fn value(&self) -> Result<u64, Error> {
        integer(self.amount.within(self.value))
    }
}

/// `t=`: when the session is active (RFC 8866 §5.9).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::Timing;
/// let timing = Timing::parse(Span::new(b"3724394400 0")?)?;
/// assert_eq!((timing.start()?, timing.stop()?), (3_724_394_400, 0));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Timing<'b> {
    value: Span<'b>,
    start: Place,
    stop: Place,
}

impl<'b> Timing<'b> {
    /// Reads what stands behind `t=`.
    ///
    /// # Errors
    /// `Timing` where there are fewer than two fields.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Timing<'b>, Error> {
        let fields = Fields::<2>::of(value);
        let Some(stop) = fields.get(1) else { return Err(value.error(ErrorKind::Timing)) };
        Ok(Timing { value, start: fields.or_end(0), stop })
    }

    /// NTP seconds of the beginning; 0: not bounded.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above `u64::MAX`.
    #[inline]
    pub fn start(&self) -> Result<u64, Error> {
        integer(self.start.within(self.value))
    }

    /// NTP seconds of the end; 0: not bounded.
    ///
    /// # Errors
    /// As [`Timing::start`].
    #[inline]
    pub fn stop(&self) -> Result<u64, Error> {
        integer(self.stop.within(self.value))
    }
}

/// `r=`: how often a session repeats (RFC 8866 §5.10). All in seconds.
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::Repeat;
/// let weekly = Repeat::parse(Span::new(b"7d 1h 0 25h")?)?;
/// assert_eq!((weekly.interval()?, weekly.duration()?), (604_800, 3_600));
/// assert!(weekly.offsets().eq([Ok(0), Ok(90_000)]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Repeat<'b> {
    value: Span<'b>,
    interval: Place,
    duration: Place,
    offsets: Place,
}

impl<'b> Repeat<'b> {
    /// Reads what stands behind `r=`.
    ///
    /// # Errors
    /// `Timing` where there are fewer than three fields.
    pub fn parse(value: Span<'b>) -> Result<Repeat<'b>, Error> {
        let fields = Fields::<3>::of(value);
        let Some(offsets) = fields.get(2) else { return Err(value.error(ErrorKind::Timing)) };
        Ok(Repeat { value, interval: fields.or_end(0), duration: fields.or_end(1), offsets })
    }

    /// From one repetition to the next.
    ///
    /// # Errors
    /// `Number`, `NumberRange`.
    pub fn interval(&self) -> Result<i64, Error> {
        typed_time(self.interval.within(self.value))
    }

    /// How long each lasts.
    ///
    /// # Errors
    /// `Number`, `NumberRange`.
    pub fn duration(&self) -> Result<i64, Error> {
        typed_time(self.duration.within(self.value))
    }

    /// Where they begin, from the start of the interval.
    pub fn offsets(&self) -> impl Iterator<Item = Result<i64, Error>> + use<'b> {
        Words::new(self.offsets.within(self.value)).map(typed_time)
    }
}

/// `z=`: time zone adjustments (RFC 8866 §5.11): pairs of an NTP time and seconds to add.
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::Zone;
/// let zone = Zone::parse(Span::new(b"3730928400 -1h 3749680800 0")?);
/// assert!(zone.adjustments().eq([Ok((3_730_928_400, -3_600)), Ok((3_749_680_800, 0))]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Zone<'b> {
    value: Span<'b>,
}

impl<'b> Zone<'b> {
    /// Reads what stands behind `z=`.
    #[must_use]
    pub fn parse(value: Span<'b>) -> Zone<'b> {
        Zone { value }
    }

    /// The adjustments, in wire order. One without its offset is an error, the last.
    pub fn adjustments(&self) -> impl Iterator<Item = Result<(u64, i64), Error>> + use<'b> {
        let mut words = Words::new(self.value);
        core::iter::from_fn(move || {
            let time = words.next()?;
            let Some(offset) = words.next() else { return Some(Err(time.error(ErrorKind::Timing))) };
            Some(integer(time).and_then(|time| Ok((time, typed_time(offset)?))))
        })
    }
}

/// `m=`: what is sent where, over what, in which formats (RFC 8866 §5.14).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::MediaLine;
/// let video = MediaLine::parse(Span::new(b"video 49170/2 RTP/AVP 31 34")?)?;
/// assert_eq!((video.kind(), video.port()?, video.port_count()?), (&b"video"[..], 49_170, 2));
/// assert!(video.formats().map(|format| format.bytes()).eq([b"31", b"34"]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MediaLine<'b> {
    value: Span<'b>,
    kind: Place,
    port: Place,
    proto: Place,
    formats: Place,
}

impl<'b> MediaLine<'b> {
    /// Reads what stands behind `m=`.
    ///
    /// # Errors
    /// `Media` where kind, port or proto is missing; formats may be.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<MediaLine<'b>, Error> {
        let fields = Fields::<4>::of(value);
        let Some(proto) = fields.get(2) else { return Err(value.error(ErrorKind::Media)) };
        Ok(MediaLine {
            value,
            kind: fields.or_end(0),
            port: fields.or_end(1),
            proto,
            formats: fields.or_end(3),
        })
    }

    /// What it is: `audio`, `video`, `text`, `application`, `message`, `image` or another word.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &'b [u8] {
        self.kind.bytes(self.value)
    }

    /// The transport port; 0 means that the media is refused (RFC 3264 §6).
    ///
    /// # Errors
    /// `Number`, or `NumberRange` above 65,535.
    #[inline]
    pub fn port(&self) -> Result<u16, Error> {
        match self.port.within(self.value).short_number() {
            Some(port @ ..=65_535) => Ok(port as u16),
            _ => integer16(self.port.within(self.value).to(self.port.within(self.value).find([b'/']))),
        }
    }

    /// Where port and number of ports stand.
    #[inline]
    #[must_use]
    pub fn port_span(&self) -> Span<'b> {
        self.port.within(self.value)
    }

    /// How many ports, or pairs of them; 1 where nothing says it.
    ///
    /// # Errors
    /// `Number`, or `NumberRange` above 65,535.
    #[inline]
    pub fn port_count(&self) -> Result<u16, Error> {
        let slash = self.port.within(self.value).find([b'/']);
        if slash == self.port.within(self.value).end() {
            Ok(1)
        } else {
            integer16(self.port.within(self.value).after(slash))
        }
    }

    /// The transport protocol, such as `RTP/AVP`.
    #[inline]
    #[must_use]
    pub fn proto(&self) -> &'b [u8] {
        self.proto.bytes(self.value)
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn proto_span(&self) -> Span<'b> {
        self.proto.within(self.value)
    }

    /// Whether it is RTP, so that formats are payload types.
    #[must_use]
    pub fn is_rtp(&self) -> bool {
        is_rtp(self.proto())
    }

    /// The formats, in order of preference.
    #[inline]
    #[must_use]
    pub fn formats(&self) -> Words<'b> {
        Words::new(self.formats.within(self.value))
    }

    /// Where they stand.
    #[inline]
    #[must_use]
    pub fn formats_span(&self) -> Span<'b> {
        self.formats.within(self.value)
    }
}

/// Whether a transport protocol is RTP in one of its profiles.
pub(super) fn is_rtp(proto: &[u8]) -> bool {
    proto.split(|byte| *byte == b'/').any(|part| part.eq_ignore_ascii_case(b"RTP"))
}
