//! What is said of formats and ports: rtpmap, fmtp, rtcp-fb, rtcp, sctpmap.

use crate::error::{Error, ErrorKind};
use crate::sdp::number::{integer16, integer32};
use crate::sdp::words::{Fields, Place, Words};
use crate::text::Span;

/// `a=rtpmap`: which encoding a payload type is (RFC 8866 §6.6).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Rtpmap;
/// let opus = Rtpmap::parse(Span::new(b"111 opus/48000/2")?)?;
/// assert_eq!((opus.payload_type(), opus.encoding(), opus.clock_rate()?, opus.channels()?), (111, &b"opus"[..], Some(48_000), 2));
/// let wild = Rtpmap::parse(Span::new(b" 3 GSM")?)?; // seen in the field: a space, and no clock rate
/// assert_eq!((wild.payload_type(), wild.clock_rate()?), (3, None));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rtpmap<'b> {
    value: Span<'b>,
    payload_type: u16,
    format: Place,
    encoding: Place,
    /// Behind the first slash, and behind the second.
    clock_rate: Place,
    parameters: Place,
}

impl<'b> Rtpmap<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Rtpmap` where payload type or encoding is missing; `Number`, `NumberRange` for a payload type above 65,535.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Rtpmap<'b>, Error> {
        let fields = Fields::<2>::of(value);
        let (Some(format), Some(text)) = (fields.get(0), fields.get(1)) else {
            return Err(value.error(ErrorKind::Rtpmap));
        };
        let text = text.within(value);
        let first = text.find([b'/']);
        let behind = text.after(first);
        let second = behind.find([b'/']);
        let encoding = text.to(first);
        if encoding.is_empty() {
            return Err(text.error(ErrorKind::Rtpmap));
        }
        Ok(Rtpmap {
            value,
            payload_type: integer16(format.within(value))?,
            format,
            encoding: Place::of(encoding),
            clock_rate: Place::of(behind.to(second)),
            parameters: Place::of(behind.after(second)),
        })
    }

    /// The payload type.
    #[inline]
    #[must_use]
    pub fn payload_type(&self) -> u16 {
        self.payload_type
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn format_span(&self) -> Span<'b> {
        self.format.within(self.value)
    }

    /// The encoding's name, to be compared in any case.
    #[inline]
    #[must_use]
    pub fn encoding(&self) -> &'b [u8] {
        self.encoding.bytes(self.value)
    }

    /// The clock rate in hertz; `None` where the line lacks it.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above `u32::MAX`.
    #[inline]
    pub fn clock_rate(&self) -> Result<Option<u32>, Error> {
        if self.clock_rate.is_empty() {
            Ok(None)
        } else {
            integer32(self.clock_rate.within(self.value)).map(Some)
        }
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn clock_rate_span(&self) -> Span<'b> {
        self.clock_rate.within(self.value)
    }

    /// The encoding parameters: of audio, the number of channels.
    #[inline]
    #[must_use]
    pub fn parameters(&self) -> Span<'b> {
        self.parameters.within(self.value)
    }

    /// The number of audio channels; 1 where nothing says it.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above 65,535.
    #[inline]
    pub fn channels(&self) -> Result<u16, Error> {
        if self.parameters.is_empty() { Ok(1) } else { integer16(self.parameters.within(self.value)) }
    }
}

/// `a=fmtp` and its kin: a format, and what is said of it (RFC 8866 §6.15).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::FormatText;
/// let opus = FormatText::parse(Span::new(b"111 minptime=10; useinbandfec=1")?)?;
/// assert_eq!((opus.format(), opus.param(b"useinbandfec").unwrap().bytes()), (&b"111"[..], &b"1"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FormatText<'b> {
    value: Span<'b>,
    format: Place,
    text: Place,
}

impl<'b> FormatText<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Value` where there is no format.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<FormatText<'b>, Error> {
        let fields = Fields::<2>::of(value);
        let Some(format) = fields.get(0) else { return Err(value.error(ErrorKind::Value)) };
        Ok(FormatText { value, format, text: fields.or_end(1) })
    }

    /// The format: of RTP, a payload type.
    #[inline]
    #[must_use]
    pub fn format(&self) -> &'b [u8] {
        self.format.bytes(self.value)
    }

    /// The same as a payload type.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above 65,535.
    #[inline]
    pub fn payload_type(&self) -> Result<u16, Error> {
        integer16(self.format.within(self.value))
    }

    /// Where it stands.
    #[inline]
    #[must_use]
    pub fn format_span(&self) -> Span<'b> {
        self.format.within(self.value)
    }

    /// What is said of it.
    #[inline]
    #[must_use]
    pub fn text(&self) -> Span<'b> {
        self.text.within(self.value)
    }

    /// The same as parameters: `name=value` or a word, apart by semicolons.
    #[inline]
    #[must_use]
    pub fn params(&self) -> Params<'b> {
        Params(Words::apart(self.text.within(self.value), b';'))
    }

    /// The value of the first parameter of that name, in any case; nothing where it has none.
    #[must_use]
    pub fn param(&self, name: &[u8]) -> Option<Span<'b>> {
        self.params().find(|(found, _)| found.bytes().eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Parameters apart by semicolons: name, and what stands behind `=`.
#[derive(Clone, Copy, Debug)]
pub struct Params<'b>(Words<'b>);

impl<'b> Params<'b> {
    /// Those of `text`, apart by `separator`.
    #[inline]
    pub(super) fn new(text: Span<'b>, separator: u8) -> Params<'b> {
        Params(Words::apart(text, separator))
    }
}

impl<'b> Iterator for Params<'b> {
    type Item = (Span<'b>, Span<'b>);

    #[inline]
    fn next(&mut self) -> Option<(Span<'b>, Span<'b>)> {
        let param = self.0.next()?;
        let equals = param.find([b'=']);
        Some((param.to(equals).trim(), param.after(equals).trim()))
    }
}

/// `a=rtcp-fb`: feedback that a format has (RFC 4585 §4.2).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::RtcpFb;
/// let loss = RtcpFb::parse(Span::new(b"96 nack pli")?)?;
/// assert_eq!((loss.payload_type()?, loss.kind(), loss.parameter().bytes()), (Some(96), &b"nack"[..], &b"pli"[..]));
/// assert_eq!(RtcpFb::parse(Span::new(b"* ccm fir")?)?.payload_type()?, None);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RtcpFb<'b> {
    value: Span<'b>,
    format: Place,
    kind: Place,
    parameter: Place,
}

impl<'b> RtcpFb<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Value` where format or kind is missing.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<RtcpFb<'b>, Error> {
        let fields = Fields::<3>::of(value);
        let Some(kind) = fields.get(1) else { return Err(value.error(ErrorKind::Value)) };
        Ok(RtcpFb { value, format: fields.or_end(0), kind, parameter: fields.or_end(2) })
    }

    /// The payload type; `None` for `*`, all of them.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above 65,535.
    #[inline]
    pub fn payload_type(&self) -> Result<Option<u16>, Error> {
        if self.format.bytes(self.value) == b"*" {
            Ok(None)
        } else {
            integer16(self.format.within(self.value)).map(Some)
        }
    }

    /// Where that stands.
    #[inline]
    #[must_use]
    pub fn format_span(&self) -> Span<'b> {
        self.format.within(self.value)
    }

    /// The kind: `ack`, `nack`, `ccm`, `trr-int` and others.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &'b [u8] {
        self.kind.bytes(self.value)
    }

    /// What of it, such as `pli`; nothing where the kind says all.
    #[inline]
    #[must_use]
    pub fn parameter(&self) -> Span<'b> {
        self.parameter.within(self.value)
    }
}

/// `a=rtcp`: where RTCP goes, if not to the port behind RTP's (RFC 3605 §2.1).
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Rtcp;
/// let rtcp = Rtcp::parse(Span::new(b"53020 IN IP4 126.16.64.4")?)?;
/// assert_eq!((rtcp.port()?, rtcp.address().unwrap().bytes()), (53_020, &b"126.16.64.4"[..]));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rtcp<'b> {
    value: Span<'b>,
    port: Place,
    net_type: Place,
    addr_type: Place,
    address: Option<Place>,
}

impl<'b> Rtcp<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Port` where there is none.
    #[inline]
    pub fn parse(value: Span<'b>) -> Result<Rtcp<'b>, Error> {
        let fields = Fields::<4>::of(value);
        let Some(port) = fields.get(0) else { return Err(value.error(ErrorKind::Port)) };
        Ok(Rtcp {
            value,
            port,
            net_type: fields.or_end(1),
            addr_type: fields.or_end(2),
            address: fields.get(3),
        })
    }

    /// The port.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above 65,535.
    #[inline]
    pub fn port(&self) -> Result<u16, Error> {
        integer16(self.port.within(self.value))
    }

    /// The network, such as `IN`; nothing without an address.
    #[inline]
    #[must_use]
    pub fn net_type(&self) -> &'b [u8] {
        self.net_type.bytes(self.value)
    }

    /// The address type, such as `IP4`; nothing without an address.
    #[inline]
    #[must_use]
    pub fn addr_type(&self) -> &'b [u8] {
        self.addr_type.bytes(self.value)
    }

    /// The address, if it is not that of the media.
    #[inline]
    #[must_use]
    pub fn address(&self) -> Option<Span<'b>> {
        self.address.map(|place| place.within(self.value))
    }
}

/// `a=sctpmap`: data channels as browsers offered them before RFC 8841.
///
/// ```
/// use simdsip::Span;
/// use simdsip::sdp::shape::Sctpmap;
/// let map = Sctpmap::parse(Span::new(b"5000 webrtc-datachannel 1024")?)?;
/// assert_eq!((map.port(), map.application(), map.streams()?), (5_000, &b"webrtc-datachannel"[..], Some(1_024)));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sctpmap<'b> {
    value: Span<'b>,
    port: u16,
    application: Place,
    streams: Option<Place>,
}

impl<'b> Sctpmap<'b> {
    /// Reads it.
    ///
    /// # Errors
    /// `Value` where the application is missing; `Number`, `NumberRange` for the port.
    pub fn parse(value: Span<'b>) -> Result<Sctpmap<'b>, Error> {
        let fields = Fields::<3>::of(value);
        let Some(application) = fields.get(1) else { return Err(value.error(ErrorKind::Value)) };
        Ok(Sctpmap {
            value,
            port: integer16(fields.or_end(0).within(value))?,
            application,
            streams: fields.get(2),
        })
    }

    /// The SCTP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What runs over it.
    #[must_use]
    pub fn application(&self) -> &'b [u8] {
        self.application.bytes(self.value)
    }

    /// How many streams, if said.
    ///
    /// # Errors
    /// `Number`, `NumberRange` above 65,535.
    pub fn streams(&self) -> Result<Option<u16>, Error> {
        self.streams.map(|place| place.within(self.value)).map(integer16).transpose()
    }
}
