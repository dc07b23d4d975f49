//! What the lines of a description mean that are no attributes: `o=`, `c=`, `b=`, `t=`, `r=`, `z=`, `m=`.
//!
//! Each view finds its fields when it is parsed and reads numbers when asked, so that one malformed field does not hide
//! the others. Strictness is for the defects. RFC 8866 §5.2, §5.7 to §5.11, §5.14.

use super::number::{integer, integer16, typed_time};
use super::words::{Fields, Words};
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
    username: Span<'b>,
    session_id: Span<'b>,
    session_version: Span<'b>,
    net_type: Span<'b>,
    addr_type: Span<'b>,
    address: Span<'b>,
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
        let [session_id, session_version, net_type, addr_type, address] = last;
        if integer(session_id).is_err() || integer(session_version).is_err() {
            return None;
        }
        let username = value.to(session_id.start()).trim();
        Some(Origin { username, session_id, session_version, net_type, addr_type, address })
    }

    /// Who: a login name, or `-`.
    #[inline]
    #[must_use]
    pub fn username(&self) -> &'b [u8] {
        self.username.bytes()
    }

    /// The session's number.
    ///
    /// # Errors
    /// `Number` where it is none; `NumberRange` above `u64::MAX`: the grammar knows no bound, [`Origin::session_id_span`]
    /// gives the digits.
    #[inline]
    pub fn session_id(&self) -> Result<u64, Error> {
        integer(self.session_id)
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn session_id_span(&self) -> Span<'b> {
        self.session_id
    }

    /// The version of this description.
    ///
    /// # Errors
    /// As [`Origin::session_id`].
    #[inline]
    pub fn session_version(&self) -> Result<u64, Error> {
        integer(self.session_version)
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn session_version_span(&self) -> Span<'b> {
        self.session_version
    }

    /// The network, such as `IN`.
    #[inline]
    #[must_use]
    pub fn net_type(&self) -> &'b [u8] {
        self.net_type.bytes()
    }

    /// The address type, such as `IP4`.
    #[inline]
    #[must_use]
    pub fn addr_type(&self) -> &'b [u8] {
        self.addr_type.bytes()
    }

    /// The address or host name.
    #[inline]
    #[must_use]
    pub fn address(&self) -> &'b [u8] {
        self.address.bytes()
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn address_span(&self) -> Span<'b> {
        self.address
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
    net_type: Span<'b>,
    addr_type: Span<'b>,
    address: Span<'b>,
    /// What stands behind the first slash.
    suffix: Span<'b>,
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
        let slash = address.find([b'/']);
        Ok(Connection {
            net_type: fields.or_end(0),
            addr_type: fields.or_end(1),
            address: address.to(slash),
            suffix: address.after(slash),
        })
    }

    /// The network, such as `IN`.
    #[inline]
    #[must_use]
    pub fn net_type(&self) -> &'b [u8] {
        self.net_type.bytes()
    }

    /// The address type, such as `IP4`.
    #[inline]
    #[must_use]
    pub fn addr_type(&self) -> &'b [u8] {
        self.addr_type.bytes()
    }

    /// The address or host name, without what a slash adds.
    #[inline]
    #[must_use]
    pub fn address(&self) -> &'b [u8] {
        self.address.bytes()
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn address_span(&self) -> Span<'b> {
        self.address
    }

    /// What stands behind the first slash: TTL and number of addresses (IP4), number of addresses (IP6).
    #[inline]
    #[must_use]
    pub fn suffix(&self) -> Span<'b> {
        self.suffix
    }

    fn is_ip6(&self) -> bool {
        self.addr_type.bytes().eq_ignore_ascii_case(b"IP6")
    }

    /// How far multicast packets may go; IPv4 alone has it here.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above 255.
    pub fn ttl(&self) -> Result<Option<u8>, Error> {
        if self.suffix.is_empty() || self.is_ip6() {
            return Ok(None);
        }
        let ttl = self.suffix.to(self.suffix.find([b'/']));
        u8::try_from(integer(ttl)?).map(Some).map_err(|_| ttl.error(ErrorKind::NumberRange))
    }

    /// How many addresses, from this one on.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above 65,535.
    pub fn address_count(&self) -> Result<u16, Error> {
        let count = if self.is_ip6() { self.suffix } else { self.suffix.after(self.suffix.find([b'/'])) };
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
    kind: Span<'b>,
    value: Span<'b>,
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
        Ok(Bandwidth { kind, value: value.after(colon).trim() })
    }

    /// The type: `CT` and `AS` count kilobits a second, `TIAS`, `RS` and `RR` bits (RFC 3890, RFC 3556).
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &'b [u8] {
        self.kind.bytes()
    }

    /// How much, in the unit of the type.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above `u64::MAX`.
    #[inline]
    pub fn value(&self) -> Result<u64, Error> {
        integer(self.value)
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
    start: Span<'b>,
    stop: Span<'b>,
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
        Ok(Timing { start: fields.or_end(0), stop })
    }

    /// NTP seconds of the beginning; 0: not bounded.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above `u64::MAX`.
    #[inline]
    pub fn start(&self) -> Result<u64, Error> {
        integer(self.start)
    }

    /// NTP seconds of the end; 0: not bounded.
    ///
    /// # Errors
    /// As [`Timing::start`].
    #[inline]
    pub fn stop(&self) -> Result<u64, Error> {
        integer(self.stop)
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
    interval: Span<'b>,
    duration: Span<'b>,
    offsets: Span<'b>,
}

impl<'b> Repeat<'b> {
    /// Reads what stands behind `r=`.
    ///
    /// # Errors
    /// `Timing` where there are fewer than three fields.
    pub fn parse(value: Span<'b>) -> Result<Repeat<'b>, Error> {
        let fields = Fields::<3>::of(value);
        let Some(offsets) = fields.get(2) else { return Err(value.error(ErrorKind::Timing)) };
        Ok(Repeat { interval: fields.or_end(0), duration: fields.or_end(1), offsets })
    }

    /// From one repetition to the next.
    ///
    /// # Errors
    /// `Number`, `NumberRange`.
    pub fn interval(&self) -> Result<i64, Error> {
        typed_time(self.interval)
    }

    /// How long each lasts.
    ///
    /// # Errors
    /// `Number`, `NumberRange`.
    pub fn duration(&self) -> Result<i64, Error> {
        typed_time(self.duration)
    }

    /// Where they begin, from the start of the interval.
    pub fn offsets(&self) -> impl Iterator<Item = Result<i64, Error>> + use<'b> {
        Words::new(self.offsets).map(typed_time)
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
    kind: Span<'b>,
    port: Span<'b>,
    proto: Span<'b>,
    formats: Span<'b>,
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
        Ok(MediaLine { kind: fields.or_end(0), port: fields.or_end(1), proto, formats: fields.or_end(3) })
    }

    /// What it is: `audio`, `video`, `text`, `application`, `message`, `image` or another word.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &'b [u8] {
        self.kind.bytes()
    }

    /// The transport port; 0 means that the media is refused (RFC 3264 §6).
    ///
    /// # Errors
    /// `Number`, or `NumberRange` above 65,535.
    #[inline]
    pub fn port(&self) -> Result<u16, Error> {
        match self.port.short_number() {
            Some(port @ ..=65_535) => Ok(port as u16),
            _ => integer16(self.port.to(self.port.find([b'/']))),
        }
    }

    /// Where port and number of ports stand.
    #[inline]
    #[must_use]
    pub fn port_span(&self) -> Span<'b> {
        self.port
    }

    /// How many ports, or pairs of them; 1 where nothing says it.
    ///
    /// # Errors
    /// `Number`, or `NumberRange` above 65,535.
    #[inline]
    pub fn port_count(&self) -> Result<u16, Error> {
        let slash = self.port.find([b'/']);
        if slash == self.port.end() { Ok(1) } else { integer16(self.port.after(slash)) }
    }

    /// The transport protocol, such as `RTP/AVP`.
    #[inline]
    #[must_use]
    pub fn proto(&self) -> &'b [u8] {
        self.proto.bytes()
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn proto_span(&self) -> Span<'b> {
        self.proto
    }

    /// Whether it is RTP, so that formats are payload types.
    #[must_use]
    pub fn is_rtp(&self) -> bool {
        let mut parts = self.proto().split(|byte| *byte == b'/');
        parts.any(|part| part.eq_ignore_ascii_case(b"RTP"))
    }

    /// The formats, in order of preference.
    #[inline]
    #[must_use]
    pub fn formats(&self) -> Words<'b> {
        Words::new(self.formats)
    }

    /// Where they stand.
    #[inline]
    #[must_use]
    pub fn formats_span(&self) -> Span<'b> {
        self.formats
    }
}
