//! What offers and answers write alike: the session's lines, the transport of a stream, streams that are refused.

use crate::build::Output;
use crate::error::{Error, ErrorKind};
use crate::text::Span;

use super::super::build::SdpBuilder;
use super::super::check::is_token;
use super::super::line::MediaLine;
use super::super::section::{Direction, Media};
use super::super::view::{LineKind, Sdp};
use super::format::{Format, FormatTable};
use super::local::{Ice, Local, Stream};
use super::rule::Rule;
use crate::edit::text::Decimal;

/// That an offer or an answer breaks `rule`, which shows at `place`.
pub(super) fn broken(rule: Rule, place: Span<'_>) -> Error {
    place.error(ErrorKind::Rule(rule))
}

/// A description being written, and what became of its version.
pub(super) struct Writer<'o> {
    pub(super) sdp: SdpBuilder<'o>,
    version: u64,
}

impl<'o> Writer<'o> {
    /// Writes `v=` and `o=`: with the version that follows the previous description's.
    pub(super) fn begin(local: &Local<'_>, out: Output<'o>) -> Result<Writer<'o>, Error> {
        let mut sdp = SdpBuilder::begin(out)?;
        let Some(previous) = local.previous else {
            sdp.origin(local.username, local.session_id, local.version, local.address)?;
            return Ok(Writer { sdp, version: local.version });
        };
        let nothing = previous.span().slice(0..0);
        let origin = previous.session().origin()?.ok_or(nothing.error(ErrorKind::Origin))?;
        let place = origin.session_version_span();
        let version = origin.session_version()?.checked_add(1).ok_or(place.error(ErrorKind::NumberRange))?;
        let line = previous.session().line(LineKind::Origin).map_or(nothing, |line| line.value());
        let (before, behind) = (line.to(place.start()), line.from(place.end()));
        sdp.line(LineKind::Origin, &[before.bytes(), Decimal::of(version).as_bytes(), behind.bytes()])?;
        Ok(Writer { sdp, version })
    }

    /// Ends it. Where nothing but the version differs from what was sent before, that is sent again (RFC 3264 §8).
    pub(super) fn finish(self, previous: Option<Sdp<'_>>) -> Result<&'o [u8], Error> {
        let Some(previous) = previous else { return self.sdp.finish() };
        let Some(origin) = previous.session().origin()? else { return self.sdp.finish() };
        let (whole, place) = (previous.span(), origin.session_version_span());
        let (before, behind) = (whole.to(place.start()).bytes(), whole.from(place.end()).bytes());
        let version = Decimal::of(self.version);
        let same =
            self.sdp.written().strip_prefix(before).and_then(|rest| rest.strip_prefix(version.as_bytes()));
        if same == Some(behind) { self.sdp.finish_as(whole.bytes()) } else { self.sdp.finish() }
    }

    pub(super) fn attributes(&mut self, attributes: &[(&[u8], &[u8])]) -> Result<(), Error> {
        attributes.iter().try_for_each(|(name, value)| {
            let value: &[&[u8]] = if value.is_empty() { &[] } else { &[value] };
            self.sdp.attribute(name, value)
        })
    }

    /// A stream that is not there: port 0, and one format, since there must be one (RFC 3264 §6, §8.2).
    pub(super) fn refused(
        &mut self,
        media: &Media<'_>,
        line: &MediaLine<'_>,
        mid: Option<Span<'_>>,
    ) -> Result<(), Error> {
        self.sdp.begin_media(line.kind(), 0, line.proto())?;
        if line.is_rtp() {
            let table = FormatTable::of(media);
            let format =
                table.of_line(line).find(|format| is_token(format.encoding) && format.clock_rate > 0);
            self.sdp
                .put_format(Decimal::of(format.map_or(0, |format| format.payload_type).into()).as_bytes())?;
            self.sdp.end_line(LineKind::Media)?;
            if let Some(format) = format {
                self.rtpmap(&format, format.payload_type)?;
            }
        } else {
            let word = line.formats().find(|word| is_token(word.bytes()));
            self.sdp.put_format(word.map_or(&b"-"[..], |word| word.bytes()))?;
            self.sdp.end_line(LineKind::Media)?;
        }
        self.mid(mid.map(|mid| mid.bytes()))
    }

    pub(super) fn rtpmap(&mut self, format: &Format<'_>, payload_type: u8) -> Result<(), Error> {
        let (number, clock) = (Decimal::of(payload_type.into()), Decimal::of(format.clock_rate.into()));
        let channels = Decimal::of(format.channels.into());
        let behind: [&[u8]; 2] = if format.channels > 1 { [b"/", channels.as_bytes()] } else { [b"", b""] };
        let [slash, channels] = behind;
        let value: &[&[u8]] =
            &[number.as_bytes(), b" ", format.encoding, b"/", clock.as_bytes(), slash, channels];
        self.sdp.attribute(b"rtpmap", value)
    }

    pub(super) fn mid(&mut self, mid: Option<&[u8]>) -> Result<(), Error> {
        mid.map_or(Ok(()), |mid| self.sdp.attribute(b"mid", &[mid]))
    }

    /// The direction, where it is not the default.
    pub(super) fn direction(&mut self, direction: Direction) -> Result<(), Error> {
        if direction == Direction::Sendrecv {
            return Ok(());
        }
        self.sdp.attribute(direction.name().as_str().as_bytes(), &[])
    }

    /// Where a stream has an address that is not the session's.
    pub(super) fn connection(&mut self, local: &Local<'_>, stream: &Stream<'_>) -> Result<(), Error> {
        match stream.address {
            Some(own) if own != local.address => self.sdp.connection(own),
            _ => Ok(()),
        }
    }

    /// Ports and keys.
    pub(super) fn transport(&mut self, stream: &Stream<'_>, transport: &Transport<'_>) -> Result<(), Error> {
        match transport.rtcp {
            Rtcp::Mux => self.sdp.attribute(b"rtcp-mux", &[])?,
            Rtcp::MuxOnly => {
                self.sdp.attribute(b"rtcp-mux", &[])?;
                self.sdp.attribute(b"rtcp-mux-only", &[])?;
            }
            Rtcp::Port(port) => self.sdp.attribute(b"rtcp", &[Decimal::of(port.into()).as_bytes()])?,
            Rtcp::None => {}
        }
        if let Some(ice) = transport.ice {
            self.ice(ice)?;
        }
        if let Some(setup) = transport.setup {
            self.sdp.attribute(b"setup", &[setup])?;
        }
        if transport.dtls {
            for (hash, print) in stream.fingerprints {
                self.sdp.attribute(b"fingerprint", &[hash, b" ", print])?;
            }
            if let Some(id) = transport.tls_id {
                self.sdp.attribute(b"tls-id", &[id])?;
            }
        }
        if let Some((tag, suite, key)) = transport.crypto {
            self.sdp.attribute(b"crypto", &[Decimal::of(tag.into()).as_bytes(), b" ", suite, b" ", key])?;
        }
        Ok(())
    }

    fn ice(&mut self, ice: &Ice<'_>) -> Result<(), Error> {
        self.sdp.attribute(b"ice-ufrag", &[ice.ufrag])?;
        self.sdp.attribute(b"ice-pwd", &[ice.pwd])?;
        if !ice.options.is_empty() {
            self.sdp.attribute(b"ice-options", &[ice.options])?;
        }
        for candidate in ice.candidates {
            self.sdp.attribute(b"candidate", &[candidate])?;
        }
        if ice.end_of_candidates { self.sdp.attribute(b"end-of-candidates", &[]) } else { Ok(()) }
    }
}

/// The transport of a stream as it is written; of bundled ones, once for all.
pub(super) struct Transport<'a> {
    pub(super) rtcp: Rtcp,
    pub(super) ice: Option<&'a Ice<'a>>,
    pub(super) setup: Option<&'static [u8]>,
    pub(super) dtls: bool,
    pub(super) tls_id: Option<&'a [u8]>,
    pub(super) crypto: Option<(u32, &'a [u8], &'a [u8])>,
}

/// Where RTCP goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rtcp {
    /// To the port above, or there is none.
    None,
    Port(u16),
    Mux,
    MuxOnly,
}

impl Rtcp {
    /// That of a stream whose RTCP has a port of its own.
    pub(super) fn apart(stream: &Stream<'_>) -> Rtcp {
        match stream.rtcp_port {
            Some(port) if Some(port) != stream.port.checked_add(1) => Rtcp::Port(port),
            _ => Rtcp::None,
        }
    }
}

/// The `m=` line of a media description, if it can be written again.
pub(super) fn sound_line<'b>(media: &Media<'b>) -> Result<MediaLine<'b>, Error> {
    let place = media.lines().next().map_or(Span::NOTHING, |line| line.text());
    let unsound = broken(Rule::MediaLine, place);
    let line = media.media().map_err(|_| unsound)?;
    let protocol = line.proto().split(|byte| *byte == b'/').all(is_token);
    let sound = is_token(line.kind()) && protocol && line.port().is_ok() && line.formats().next().is_some();
    if sound { Ok(line) } else { Err(unsound) }
}
