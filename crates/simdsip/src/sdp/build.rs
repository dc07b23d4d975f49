//! Session descriptions from nothing, line by line.
//!
//! An [`SdpBuilder`] writes into the caller's buffer or `Vec` and refuses what [`Sdp::defects`](super::Sdp::defects) would
//! tell of the result: order, grammar, levels, repetition, and what must be there. Does not choose ports, payload types or
//! keys; [`super::offer`] decides what stands in an offer or an answer. RFC 8866 §5, §6, §9.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::build::Output;
use crate::defect::DefectCode;
use crate::edit::text::{self, Decimal, check_name, check_text};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::limits::Limits;
use crate::text::Span;

use super::judge::Judge;
use super::view::LineKind;

/// An address as `o=` and `c=` have it (RFC 8866 §5.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address<'a> {
    /// An IP address. One of IPv4 that came through an IPv6 socket is written as IPv4.
    Ip(IpAddr),
    /// A host name, written with type `IP4`.
    Host(&'a [u8]),
}

impl From<IpAddr> for Address<'_> {
    fn from(address: IpAddr) -> Self {
        Address::Ip(address)
    }
}

impl From<Ipv4Addr> for Address<'_> {
    fn from(address: Ipv4Addr) -> Self {
        Address::Ip(address.into())
    }
}

impl From<Ipv6Addr> for Address<'_> {
    fn from(address: Ipv6Addr) -> Self {
        Address::Ip(address.into())
    }
}

/// A session description being written.
///
/// Lines come in the order of RFC 8866 §5; `v=0` is written at once. What is refused is not written, so that one can go on.
/// Places of errors count from the start of the result.
///
/// ```
/// use simdsip::sdp::{Address, SdpBuilder};
/// use simdsip::{DefectCode, ErrorKind};
///
/// let relay = Address::Ip("192.0.2.1".parse().unwrap());
/// let mut buffer = [0; 512];
/// let mut sdp = SdpBuilder::new(&mut buffer[..])?;
/// sdp.origin(b"-", 7, 1, relay)?;
/// sdp.name(b"-")?;
/// sdp.connection(relay)?;
/// sdp.timing(0, 0)?;
/// sdp.media(b"audio", 4000, b"RTP/AVP", &[b"0", b"101"])?;
/// sdp.attribute(b"rtpmap", &[b"101 telephone-event", b"/8000"])?;
/// let error = sdp.attribute(b"ptime", &[b"soon"]).unwrap_err(); // no number; the rest stands
/// assert_eq!((error.kind, error.at), (ErrorKind::Refused(DefectCode::SdpAttributeValue), 134));
/// sdp.attribute(b"recvonly", &[])?;
/// assert_eq!(sdp.finish()?, b"v=0\r\no=- 7 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
///     m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=recvonly\r\n");
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Debug)]
pub struct SdpBuilder<'o> {
    out: Output<'o>,
    judge: Judge,
    limits: Limits,
    lines: usize,
    media: usize,
    /// Where the line begins that is being written.
    start: usize,
}

impl<'o> SdpBuilder<'o> {
    /// Begins one, with `v=0`.
    ///
    /// # Errors
    /// `Room` where the buffer is too short.
    pub fn new(out: impl Into<Output<'o>>) -> Result<SdpBuilder<'o>, Error> {
        SdpBuilder::begin(out.into())
    }

    pub(super) fn begin(out: Output<'o>) -> Result<SdpBuilder<'o>, Error> {
        let limits = Limits::new();
        let mut sdp = SdpBuilder { out, judge: Judge::new(), limits, lines: 0, media: 0, start: 0 };
        sdp.line(LineKind::Version, &[b"0"])?;
        Ok(sdp)
    }

    /// `o=`: who made it, the session's number, and which version of it this is (RFC 8866 §5.2).
    ///
    /// # Errors
    /// As [`line`](SdpBuilder::line).
    pub fn origin(&mut self, username: &[u8], id: u64, version: u64, at: Address<'_>) -> Result<(), Error> {
        let (id, version) = (Decimal::of(id), Decimal::of(version));
        self.put(&[b"o=", username, b" ", id.as_bytes(), b" ", version.as_bytes(), b" IN "])?;
        self.put_address(at)?;
        self.end_line(LineKind::Origin)
    }

    /// `s=`: the session name, `-` where there is none (RFC 8866 §5.3).
    ///
    /// # Errors
    /// As [`line`](SdpBuilder::line).
    pub fn name(&mut self, name: &[u8]) -> Result<(), Error> {
        self.line(LineKind::Name, &[name])
    }

    /// `c=`: where media go, of the session or of the media description that is being written (RFC 8866 §5.7).
    ///
    /// # Errors
    /// As [`line`](SdpBuilder::line).
    pub fn connection(&mut self, at: Address<'_>) -> Result<(), Error> {
        self.put(&[b"c=IN "])?;
        self.put_address(at)?;
        self.end_line(LineKind::Connection)
    }

    /// `t=`: NTP seconds of beginning and end, 0 where not bounded (RFC 8866 §5.9).
    ///
    /// # Errors
    /// As [`line`](SdpBuilder::line).
    pub fn timing(&mut self, start: u64, stop: u64) -> Result<(), Error> {
        let (start, stop) = (Decimal::of(start), Decimal::of(stop));
        self.line(LineKind::Timing, &[start.as_bytes(), b" ", stop.as_bytes()])
    }

    /// `m=`: begins a media description (RFC 8866 §5.14).
    ///
    /// # Errors
    /// `Media` where kind or protocol has a space; `Refused` with its place where the media description before lacks a line;
    /// else as [`line`](SdpBuilder::line).
    pub fn media(&mut self, kind: &[u8], port: u16, proto: &[u8], formats: &[&[u8]]) -> Result<(), Error> {
        self.begin_media(kind, port, proto)?;
        formats.iter().try_for_each(|format| self.put_format(format))?;
        self.end_line(LineKind::Media)
    }

    /// `a=`: an attribute of the session or of the media description that is being written. Pieces of the value are
    /// joined; no pieces: no value.
    ///
    /// # Errors
    /// `Token` where the name is none; else as [`line`](SdpBuilder::line).
    pub fn attribute(&mut self, name: &[u8], value: &[&[u8]]) -> Result<(), Error> {
        check_name(name)?;
        let colon: &[u8] = if value.is_empty() { b"" } else { b":" };
        self.put(&[b"a=", name, colon])?;
        self.put(value)?;
        self.end_line(LineKind::Attribute)
    }

    /// A line of any type. Pieces of the value are joined.
    ///
    /// # Errors
    /// `Text` where the value has a control byte; `Refused` with the defect that it would be; `Limit` where it is too long,
    /// or one line or media description too many; `Room` where the buffer is too short, `at` being what it has to hold at least.
    pub fn line(&mut self, kind: LineKind, value: &[&[u8]]) -> Result<(), Error> {
        self.put(&[&[kind.letter()], b"="])?;
        self.put(value)?;
        self.end_line(kind)
    }

    /// Gives the description.
    ///
    /// # Errors
    /// `Refused` where a line is missing: `o=`, `s=`, `t=`, a `c=` for each media description, an rtpmap for each payload
    /// type from 96 on.
    pub fn finish(mut self) -> Result<&'o [u8], Error> {
        let written = self.out.written();
        let len = written.len();
        let end = Span::within(written, len..len);
        self.judge.clear();
        self.judge.end_section(end);
        match self.judge.take_first() {
            Some(defect) => Err(Error::new(ErrorKind::Refused(defect.code), defect.at)),
            None => Ok(self.out.into_written()),
        }
    }

    /// Gives another description in its place.
    pub(super) fn finish_as(mut self, other: &[u8]) -> Result<&'o [u8], Error> {
        self.out.cut(0);
        self.out.put_one(other)?;
        Ok(self.out.into_written())
    }

    /// What was written so far.
    pub(super) fn written(&self) -> &[u8] {
        self.out.written()
    }

    /// Begins an `m=` line, for [`put_format`](SdpBuilder::put_format) and [`end_line`](SdpBuilder::end_line) to go on.
    pub(super) fn begin_media(&mut self, kind: &[u8], port: u16, proto: &[u8]) -> Result<(), Error> {
        // A space would move the fields behind it.
        if [kind, proto].iter().any(|word| word.contains(&b' ')) {
            return Err(Error::new(ErrorKind::Media, self.start));
        }
        let port = Decimal::of(port.into());
        self.put(&[b"m=", kind, b" ", port.as_bytes(), b" ", proto])
    }

    pub(super) fn put_format(&mut self, format: &[u8]) -> Result<(), Error> {
        self.put(&[b" ", format])
    }

    fn put_address(&mut self, at: Address<'_>) -> Result<(), Error> {
        match at {
            Address::Ip(address) => {
                let kind: &[u8] = if address.to_canonical().is_ipv4() { b"IP4 " } else { b"IP6 " };
                self.put(&[kind, text::Address::of(address).as_bytes()])
            }
            Address::Host(name) => self.put(&[b"IP4 ", name]),
        }
    }

    /// Writes a piece of a line. Where there is no room, the line goes.
    pub(super) fn put(&mut self, pieces: &[&[u8]]) -> Result<(), Error> {
        let put = self.out.put(&[pieces]);
        if put.is_err() {
            self.out.cut(self.start);
        }
        put
    }

    /// Ends the line that was begun, and judges it. Where it is refused, it goes.
    pub(super) fn end_line(&mut self, kind: LineKind) -> Result<(), Error> {
        let before = self.judge.clone();
        let ended = self.judged(kind).and_then(|()| self.out.put_one(b"\r\n"));
        if ended.is_err() {
            self.judge = before;
            self.out.cut(self.start);
            return ended;
        }
        self.start = self.out.written().len();
        self.lines = self.lines.saturating_add(1);
        self.media = self.media.saturating_add(usize::from(kind == LineKind::Media));
        Ok(())
    }

    fn judged(&mut self, kind: LineKind) -> Result<(), Error> {
        let (written, start) = (self.out.written(), self.start);
        let line = written.get(start..).unwrap_or(&[]);
        if self.lines >= self.limits.sdp_line_count {
            return Err(Error::new(ErrorKind::Limit(LimitKind::SdpLines), start));
        }
        if kind == LineKind::Media && self.media >= self.limits.sdp_media_count {
            return Err(Error::new(ErrorKind::Limit(LimitKind::SdpMedia), start));
        }
        let at = |at: usize| start.saturating_add(at);
        check_text(&[line], self.limits.line_len).map_err(|error| Error::new(error.kind, at(error.at)))?;
        if let Err(error) = core::str::from_utf8(line) {
            return Err(Error::new(ErrorKind::Refused(DefectCode::SdpNotUtf8), at(error.valid_up_to())));
        }
        let text = Span::within(written, start..written.len());
        self.judge.clear();
        self.judge.line(kind, text, text.slice(2..text.len()));
        match self.judge.take_first() {
            Some(defect) => Err(Error::new(ErrorKind::Refused(defect.code), defect.at)),
            None => Ok(()),
        }
    }
}
