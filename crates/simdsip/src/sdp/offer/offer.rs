//! Offers, the first one of a session and those that change it.
//!
//! Places stay: what was sent before keeps its number, what is gone is written with port 0, and what is new takes such a
//! place or stands behind all others. RFC 3264 §5, §8; RFC 8843 §7.2, §7.5; RFC 8842 §5.2.

use crate::build::Output;
use crate::edit::text::Decimal;
use crate::error::{Error, ErrorKind, LimitKind};

use super::super::name::AttributeName;
use super::super::view::LineKind;
use super::format::Format;
use super::local::{Bundle, Codec, Formats, Local, Role, Stream};
use super::peer::{MEDIA_LIMIT, Peer, is_feedback, is_secure, is_tcp, is_tls, port};
use super::write::{Rtcp, Transport, Writer, sound_line};

impl Local<'_> {
    /// Makes an offer (RFC 3264 §5), and where something was sent before, one that changes the session (§8). Writes into a
    /// buffer or `Vec` and gives what was written; it has no defect.
    ///
    /// A stream with a place ([`Stream::at`]) stands there; a place of the previous description that no stream has is
    /// written with port 0. Streams without a place take those whose port was 0 already, then stand behind. A stream with
    /// port 0 is not offered, or no more. What has no [`Stream::mid`] and is bundled has its number as one.
    ///
    /// # Errors
    /// `Range` where two streams have one place, or it is behind the last; `Refused` where what this end says of itself
    /// departs from its grammar, and `Room` where the buffer is too short, with the place in the offer; `Limit` for more
    /// than 64 media descriptions.
    pub fn offer<'o>(&self, out: impl Into<Output<'o>>) -> Result<&'o [u8], Error> {
        offer(self, out.into())
    }
}

/// What stands at each place: a stream by its number, or nothing.
struct Places {
    streams: [Option<u16>; MEDIA_LIMIT],
    count: usize,
}

fn offer<'o>(local: &Local<'_>, out: Output<'o>) -> Result<&'o [u8], Error> {
    let previous = local.previous.as_ref().map(Peer::of).transpose()?;
    let places = arrange(local, previous.as_ref())?;
    let mut writer = Writer::begin(local, out)?;
    writer.sdp.name(b"-")?;
    writer.sdp.connection(local.address)?;
    writer.sdp.timing(0, 0)?;
    let tag = (0..places.count).find(|at| places.stream(local, *at).is_some_and(is_bundled));
    let tag = tag.filter(|_| local.bundle != Bundle::Never);
    if tag.is_some() {
        writer.sdp.put(&[b"a=group:BUNDLE"])?;
        for at in 0..places.count {
            if let Some(stream) = places.stream(local, at).filter(|stream| is_bundled(stream)) {
                writer.sdp.put(&[b" "])?;
                writer.sdp.put(&[stream.mid.unwrap_or(Decimal::of(at as u64).as_bytes())])?;
            }
        }
        writer.sdp.end_line(LineKind::Attribute)?;
    }
    if local.ice_lite && local.streams.iter().any(|stream| stream.ice.is_some()) {
        writer.sdp.attribute(b"ice-lite", &[])?;
    }
    writer.attributes(local.attributes)?;
    for at in 0..places.count {
        match places.stream(local, at) {
            Some(stream) => {
                let tag = tag.filter(|_| is_bundled(stream));
                let carrier = tag.filter(|tag| *tag != at && local.bundle == Bundle::Agreed);
                let carrier = carrier.and_then(|tag| places.stream(local, tag));
                Offered { local, stream, carrier, at, bundled: tag.is_some() }.write(&mut writer)?;
            }
            None => gone(&mut writer, previous.as_ref(), at)?,
        }
    }
    writer.finish(local.previous)
}

impl Places {
    fn stream<'a>(&self, local: &Local<'a>, at: usize) -> Option<&'a Stream<'a>> {
        let number = self.streams.get(at).copied().flatten()?;
        local.streams.get(usize::from(number)).filter(|stream| stream.port != 0)
    }
}

/// Gives each stream its place.
fn arrange(local: &Local<'_>, previous: Option<&Peer<'_>>) -> Result<Places, Error> {
    let mut places = Places { streams: [None; MEDIA_LIMIT], count: previous.map_or(0, |peer| peer.count) };
    let limit = Error::new(ErrorKind::Limit(LimitKind::SdpMedia), MEDIA_LIMIT);
    let numbered = || (0u16..).zip(local.streams);
    for (number, stream) in numbered() {
        if let Some(at) = stream.at {
            let slot = places.streams.get_mut(at).ok_or(limit)?;
            if slot.replace(number).is_some() {
                return Err(Error::new(ErrorKind::Range, at));
            }
        }
    }
    let reusable = |at: usize| {
        let media = previous.and_then(|peer| peer.sdp.media().nth(at));
        media.is_some_and(|media| port(&media) == 0 && !media.has(AttributeName::BundleOnly))
    };
    for (number, _) in numbered().filter(|(_, stream)| stream.at.is_none() && stream.port != 0) {
        let old = (0..places.count).find(|at| places.streams.get(*at) == Some(&None) && reusable(*at));
        let mut behind = places.count..MEDIA_LIMIT;
        let at = old.or_else(|| behind.find(|at| places.streams.get(*at) == Some(&None))).ok_or(limit)?;
        if let Some(slot) = places.streams.get_mut(at) {
            *slot = Some(number);
        }
        places.count = places.count.max(at.saturating_add(1));
    }
    let last = places.streams.iter().rposition(|slot| slot.is_some());
    places.count = places.count.max(last.map_or(0, |last| last.saturating_add(1)));
    let before = previous.map_or(0, |peer| peer.count);
    let hole = (before..places.count).find(|at| places.stream(local, *at).is_none());
    hole.map_or(Ok(places), |at| Err(Error::new(ErrorKind::Range, at)))
}

fn is_bundled(stream: &Stream<'_>) -> bool {
    stream.rtcp_mux || !matches!(stream.formats, Formats::Rtp(_))
}

/// A place that nothing has any more (RFC 3264 §8.2).
fn gone(writer: &mut Writer<'_>, previous: Option<&Peer<'_>>, at: usize) -> Result<(), Error> {
    let Some((peer, media)) = previous.and_then(|peer| Some((peer, peer.sdp.media().nth(at)?))) else {
        return Err(Error::new(ErrorKind::Range, at));
    };
    writer.refused(&media, &sound_line(&media)?, peer.mid(at))
}

/// A stream that is offered.
struct Offered<'x, 'l> {
    local: &'x Local<'l>,
    stream: &'x Stream<'l>,
    /// The stream whose transport it shares, if that is another one's.
    carrier: Option<&'x Stream<'l>>,
    at: usize,
    bundled: bool,
}

impl Offered<'_, '_> {
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let (stream, carrier) = (self.stream, self.carrier.unwrap_or(self.stream));
        let proto = stream.protos.first().copied().unwrap_or(b"");
        writer.sdp.begin_media(stream.kind, carrier.port, proto)?;
        match stream.formats {
            Formats::Rtp(codecs) => {
                for codec in codecs {
                    writer.sdp.put_format(Decimal::of(codec.payload_type.into()).as_bytes())?;
                }
                writer.sdp.end_line(LineKind::Media)?;
                writer.connection(self.local, carrier)?;
                codecs.iter().try_for_each(|codec| self.codec(writer, codec, is_feedback(proto)))?;
            }
            Formats::Words(words) => {
                words.iter().try_for_each(|word| writer.sdp.put_format(word))?;
                writer.sdp.end_line(LineKind::Media)?;
                writer.connection(self.local, carrier)?;
            }
        }
        writer.direction(stream.allowed())?;
        let number = Decimal::of(self.at as u64);
        writer.mid(stream.mid.or(self.bundled.then(|| number.as_bytes())))?;
        if self.carrier.is_none() {
            writer.transport(stream, &self.transport(proto))?;
            if is_secure(proto) && !is_tls(proto) {
                for (tag, (suite, key)) in (1u64..).zip(stream.crypto) {
                    let tag = Decimal::of(tag);
                    writer.sdp.attribute(b"crypto", &[tag.as_bytes(), b" ", suite, b" ", key])?;
                }
            }
        }
        for (id, uri) in stream.extensions {
            writer.sdp.attribute(b"extmap", &[Decimal::of((*id).into()).as_bytes(), b" ", uri])?;
        }
        writer.attributes(stream.attributes)
    }

    fn codec(&self, writer: &mut Writer<'_>, codec: &Codec<'_>, feedback: bool) -> Result<(), Error> {
        let number = Decimal::of(codec.payload_type.into());
        writer.rtpmap(&Format::of(codec), codec.payload_type)?;
        if !codec.fmtp.is_empty() {
            writer.sdp.attribute(b"fmtp", &[number.as_bytes(), b" ", codec.fmtp])?;
        }
        let kinds = if feedback { codec.feedback } else { &[] };
        kinds.iter().try_for_each(|kind| writer.sdp.attribute(b"rtcp-fb", &[number.as_bytes(), b" ", kind]))
    }

    fn transport(&self, proto: &[u8]) -> Transport<'_> {
        let stream = self.stream;
        let rtcp = match stream.formats {
            Formats::Rtp(_) if stream.rtcp_mux => Rtcp::Mux,
            Formats::Rtp(_) => Rtcp::apart(stream),
            Formats::Words(_) => Rtcp::None,
        };
        let dtls = is_tls(proto) || (is_secure(proto) && stream.crypto.is_empty());
        // The peer chooses, unless nobody shall connect (RFC 8842 §5.2).
        let setup: &[u8] = if stream.setup == Role::Holdconn { b"holdconn" } else { b"actpass" };
        let setup = (dtls || is_tcp(proto)).then_some(setup);
        Transport { rtcp, ice: stream.ice.as_ref(), setup, dtls, tls_id: stream.tls_id, crypto: None }
    }
}
