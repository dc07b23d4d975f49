//! One accepted stream, as it is written.

use crate::edit::text::Decimal;
use crate::error::Error;

use super::super::line::MediaLine;
use super::super::name::AttributeName;
use super::super::section::{Direction, Media};
use super::super::shape::{Extmap, RtcpFb};
use super::super::view::LineKind;
use super::super::words::Words;
use super::answer::{common_crypto, offered_setup};
use super::choice::{Choice, common};
use super::format::{COUNT, Format, FormatTable, payload_type};
use super::local::{Codec, Formats, Local, Role, Stream};
use super::peer::{Credentials, Peer, is_feedback, is_secure, is_tcp, is_tls, role};
use super::write::{Rtcp, Transport, Writer};

/// A media description of the offer, and the stream that serves it.
pub(super) struct Accepted<'x, 'l, 'b> {
    pub(super) local: &'x Local<'l>,
    pub(super) peer: &'x Peer<'b>,
    pub(super) at: usize,
    pub(super) media: Media<'b>,
    pub(super) line: MediaLine<'b>,
    pub(super) stream: &'l Stream<'l>,
    /// The stream whose transport it shares, if that is another one's.
    pub(super) carrier: Option<&'l Stream<'l>>,
    pub(super) bundled: bool,
}

impl<'b> Accepted<'_, '_, 'b> {
    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let transport = self.transport();
        let carrier = self.carrier.unwrap_or(self.stream);
        // Who opens a connection of TCP is not reached (RFC 4145 §4.1).
        let opens = is_tcp(self.line.proto()) && transport.setup == Some(Role::Active.as_str().as_bytes());
        let port = if opens { 9 } else { carrier.port };
        writer.sdp.begin_media(self.line.kind(), port, self.line.proto())?;
        match self.stream.formats {
            Formats::Rtp(codecs) => self.rtp(writer, codecs, carrier)?,
            Formats::Words(words) => {
                common(self.line.formats(), words).try_for_each(|word| writer.sdp.put_format(word))?;
                writer.sdp.end_line(LineKind::Media)?;
                writer.connection(self.local, carrier)?;
            }
        }
        writer.direction(self.direction())?;
        writer.mid(self.peer.mid(self.at).map(|mid| mid.bytes()))?;
        if self.carrier.is_none() {
            writer.transport(self.stream, &transport)?;
        }
        self.extensions(writer)?;
        writer.attributes(self.stream.attributes)
    }

    /// What both allow, as seen from here (RFC 3264 §6.1). An offered address of `0.0.0.0` does not show (RFC 4317 §5.2).
    fn direction(&self) -> Direction {
        self.media.effective_direction().reversed().and(self.stream.allowed())
    }

    /// Whether RTCP shares the port; what is no RTP says it for those that share its transport (RFC 8843 §9.3).
    fn muxed(&self) -> bool {
        let rtp = matches!(self.stream.formats, Formats::Rtp(_));
        (self.stream.rtcp_mux || !rtp) && self.peer.has_mux(self.at, &self.media)
    }

    fn transport(&self) -> Transport<'_> {
        let (peer, at, media) = (self.peer, self.at, &self.media);
        let rtp = matches!(self.stream.formats, Formats::Rtp(_));
        let rtcp = match rtp || self.bundled {
            true if self.muxed() => match peer.transport(at, media, AttributeName::RtcpMuxOnly) {
                Some(_) => Rtcp::MuxOnly,
                None => Rtcp::Mux,
            },
            true if !self.bundled => Rtcp::apart(self.stream),
            _ => Rtcp::None,
        };
        let crypto = if is_secure(self.line.proto()) && !is_tls(self.line.proto()) {
            common_crypto(self.stream, media)
        } else {
            None
        };
        let dtls = is_tls(self.line.proto()) || (is_secure(self.line.proto()) && crypto.is_none());
        let setup = (dtls || is_tcp(self.line.proto()))
            .then(|| role(offered_setup(peer, at, media, dtls), self.stream.setup).as_str().as_bytes());
        let tls_id = self.stream.tls_id.filter(|_| peer.transport(at, media, AttributeName::TlsId).is_some());
        let ice = self.stream.ice.as_ref().filter(|_| peer.ice(at, media) == Credentials::Both);
        Transport { rtcp, ice, setup, dtls, tls_id, crypto }
    }

    #[inline(never)]
    fn rtp(&self, writer: &mut Writer<'_>, codecs: &[Codec<'_>], carrier: &Stream<'_>) -> Result<(), Error> {
        let table = FormatTable::of(&self.media);
        let choice = Choice::of(&table, &self.line, codecs, self.muxed());
        let taken = |format: Format<'b>| {
            let codec = codecs.get(choice.get(format.payload_type)?)?;
            Some((format, codec))
        };
        for (format, _) in table.of_line(&self.line).filter_map(taken) {
            writer.sdp.put_format(Decimal::of(format.payload_type.into()).as_bytes())?;
        }
        writer.sdp.end_line(LineKind::Media)?;
        writer.connection(self.local, carrier)?;
        let feedback = self.feedback(codecs, &choice);
        for (format, codec) in table.of_line(&self.line).filter_map(taken) {
            let number = Decimal::of(format.payload_type.into());
            writer.rtpmap(&Format::of(codec), format.payload_type)?;
            if format.serves() {
                served(writer, &format)?;
            } else if !codec.fmtp.is_empty() {
                writer.sdp.attribute(b"fmtp", &[number.as_bytes(), b" ", codec.fmtp])?;
            }
            let heard = feedback.get(usize::from(format.payload_type)).copied().unwrap_or(0);
            for (bit, text) in (0..16u32).zip(codec.feedback) {
                if heard & 1u16.wrapping_shl(bit) != 0 {
                    writer.sdp.attribute(b"rtcp-fb", &[number.as_bytes(), b" ", text])?;
                }
            }
        }
        Ok(())
    }

    /// Which of each codec's kinds of feedback were offered: one bit each (RFC 4585 §4.2).
    fn feedback(&self, codecs: &[Codec<'_>], choice: &Choice) -> [u16; COUNT] {
        let mut heard = [0u16; COUNT];
        if !is_feedback(self.line.proto()) {
            return heard;
        }
        for attribute in self.media.attributes_of(AttributeName::RtcpFb) {
            if RtcpFb::parse(attribute.value_span()).is_err() {
                continue;
            }
            let mut words = Words::new(attribute.value_span());
            let Some(format) = words.next() else { continue };
            let (only, kind) = (payload_type(format), words.rest());
            for (payload_type, slot) in (0u8..).zip(heard.iter_mut()) {
                if only.is_some_and(|only| only != payload_type) || (only.is_none() && format.bytes() != b"*")
                {
                    continue;
                }
                let Some(codec) = choice.get(payload_type).and_then(|at| codecs.get(at)) else { continue };
                for (bit, text) in (0..16u32).zip(codec.feedback) {
                    if same_words(kind, text) {
                        *slot |= 1u16.wrapping_shl(bit);
                    }
                }
            }
        }
        heard
    }

    /// Header extensions that both know, under the identifiers of the offer (RFC 8285 §6).
    fn extensions(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let (mut ids, mut known) = ([0u128; 2], 0u64);
        for offered in self.media.typed_list::<Extmap<'_>>().filter_map(Result::ok) {
            let Ok(id @ 1..) = u8::try_from(offered.id()) else { continue };
            let ours = (0..64u32).zip(self.stream.extensions).find(|(_, (_, uri))| *uri == offered.uri());
            let Some((at, (_, uri))) = ours else { continue };
            let Some(word) = ids.get_mut(usize::from(id >> 7)) else { continue };
            let (bit, row) = (1u128.wrapping_shl((id & 127).into()), 1u64.wrapping_shl(at));
            if *word & bit != 0 || known & row != 0 {
                continue;
            }
            *word |= bit;
            known |= row;
            let way: &[u8] = match offered.direction().map(|way| way.bytes()) {
                None => b"",
                Some(b"sendonly") => b"/recvonly",
                Some(b"recvonly") => b"/sendonly",
                Some(b"inactive") => b"/inactive",
                Some(_) => b"/sendrecv",
            };
            writer.sdp.attribute(b"extmap", &[Decimal::of(id.into()).as_bytes(), way, b" ", uri])?;
        }
        Ok(())
    }
}

/// What a format that serves others says: their numbers, which are those of the offer.
fn served(writer: &mut Writer<'_>, format: &Format<'_>) -> Result<(), Error> {
    if format.served().next().is_none() {
        return Ok(());
    }
    writer.sdp.put(&[b"a=fmtp:", Decimal::of(format.payload_type.into()).as_bytes(), b" "])?;
    let mut before: &[u8] = if format.is(b"rtx") { b"apt=" } else { b"" };
    for number in format.served() {
        writer.sdp.put(&[before, Decimal::of(number.into()).as_bytes()])?;
        before = b"/";
    }
    writer.sdp.end_line(LineKind::Attribute)
}

/// Whether the words of `text` are those of `other`, one space apart.
fn same_words(text: crate::text::Span<'_>, other: &[u8]) -> bool {
    Words::new(text).map(|word| word.bytes()).eq(other.split(|byte| *byte == b' '))
}
