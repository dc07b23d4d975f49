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
    /// The limits are those that the message was read with, where the index was not given its own.
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
        self.sdp_span().map(|text| Sdp::read_within(text, index, self.sdp_limits()))
    }

    /// Where that stands. What is nested deeper than 16 parts is not looked into.
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

/// Parts within parts that are looked into.
const DEPTH: usize = 16;

/// The first part that is a session description, in parts of parts too.
fn in_parts(parts: Multipart<'_>) -> Option<Part<'_>> {
    let (mut open, mut depth) = ([const { None }; DEPTH], 0usize);
    *open.first_mut()? = Some(parts);
    loop {
        let Some(part) = open.get_mut(depth)?.as_mut()?.next() else {
            depth = depth.checked_sub(1)?;
            continue;
        };
        let field = |name: &[u8]| part.field(name);
        let encoded = [field(b"Content-Encoding"), field(b"Content-Transfer-Encoding")];
        if encoded.into_iter().flatten().any(|encoding| !is_plain(encoding)) {
            continue;
        }
        let kind = field(b"Content-Type").and_then(|kind| MediaType::parse(Span::new(kind).ok()?).ok());
        if kind.is_some_and(|kind| kind.is(b"application", b"sdp")) {
            return Some(part);
        }
        if let Some(Ok(inner)) = part.multipart()
            && let Some(next) = open.get_mut(depth.saturating_add(1))
        {
            *next = Some(inner);
            depth = depth.saturating_add(1);
        }
    }
}

/// Whether an encoding leaves bytes as they are.
fn is_plain(encoding: &[u8]) -> bool {
    let plain: [&[u8]; 4] = [b"identity", b"binary", b"8bit", b"7bit"];
    plain.iter().any(|name| encoding.eq_ignore_ascii_case(name))
}
