//! The session description of a message: its body, or a part of that.

use super::index::SdpRoom;
use super::view::Sdp;
use crate::error::Error;
use crate::header::HeaderName;
use crate::message::Message;
use crate::multipart::{Multipart, Part};
use crate::shape::MediaType;
use crate::text::Span;

impl<'b> Message<'b> {
    /// The session description that the message carries: a body of type `application/sdp`, or the first such part of a
    /// multipart body (RFC 3261 §13.2.1; RFC 5621). `None` where there is none, or it is encoded. Places count from the
    /// start of the message's input.
    ///
    /// # Errors
    /// As [`Sdp::parse`].
    ///
    /// ```
    /// use simdsip::sdp::SdpIndex;
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(
    ///     b"ACK sip:b SIP/2.0\r\nc: application/sdp\r\n\r\nv=0\r\ns=-\r\nm=audio 4000 RTP/AVP 8\r\n", &mut index)?;
    /// let mut lines = SdpIndex::new();
    /// let sdp = message.sdp(&mut lines).unwrap()?;
    /// assert_eq!(sdp.media().next().unwrap().media()?.port()?, 4000);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn sdp(&self, index: &'b mut impl SdpRoom) -> Option<Result<Sdp<'b>, Error>> {
        self.sdp_span().map(|text| Sdp::read(text, index))
    }

    /// Where that stands.
    #[must_use]
    pub fn sdp_span(&self) -> Option<Span<'b>> {
        if let Some(encoding) = self.field(HeaderName::ContentEncoding)
            && !is_plain(encoding.value())
        {
            return None;
        }
        let kind = self.content_type().ok().flatten()?;
        if kind.is(b"application", b"sdp") {
            return Some(Span::within(self.whole(), self.body_range()));
        }
        let part = in_parts(self.multipart()?.ok()?)?;
        Some(Span::within(self.whole(), part.body_range()))
    }
}

/// The first part that is a session description, in parts of parts too: the depth of those is limited.
fn in_parts(parts: Multipart<'_>) -> Option<Part<'_>> {
    for part in parts {
        let field = |name: &[u8]| part.field(name);
        let encoded = [field(b"Content-Encoding"), field(b"Content-Transfer-Encoding")];
        if encoded.into_iter().flatten().any(|encoding| !is_plain(encoding)) {
            continue;
        }
        let kind = field(b"Content-Type").or_else(|| field(b"c")).and_then(|kind| Span::new(kind).ok());
        let is_sdp = kind
            .and_then(|kind| MediaType::parse(kind).ok())
            .is_some_and(|kind| kind.is(b"application", b"sdp"));
        if is_sdp {
            return Some(part);
        }
        if let Some(Ok(inner)) = part.multipart()
            && let Some(found) = in_parts(inner)
        {
            return Some(found);
        }
    }
    None
}

/// Whether an encoding leaves bytes as they are.
fn is_plain(encoding: &[u8]) -> bool {
    let plain: [&[u8]; 4] = [b"identity", b"binary", b"8bit", b"7bit"];
    plain.iter().any(|name| encoding.eq_ignore_ascii_case(name))
}
