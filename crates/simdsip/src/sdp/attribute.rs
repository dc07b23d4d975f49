//! Attribute lines: name and value.
//!
//! Finds the name's end and its row in one look at the line. Gives the value raw; [`super::AttributeValue`] and
//! [`super::typed`] read it. RFC 8866 §5.13.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::Range;

use super::lookup::{self, SPAN};
use super::name::AttributeName;
use super::value::AttributeValue;
use super::view::Sdp;
use crate::error::Error;
use crate::text::Span;

/// One `a=` line.
///
/// ```
/// use simdsip::sdp::{AttributeName, Sdp, SdpIndex};
/// let mut index = SdpIndex::new();
/// let sdp = Sdp::parse(b"v=0\r\na=tool:x y\r\na=X-own\r\n", &mut index)?;
/// let session = sdp.session();
/// let [tool, own] = [0, 1].map(|at| session.attributes().nth(at).unwrap());
/// assert_eq!((tool.id(), tool.name(), tool.value()), (AttributeName::Tool, &b"tool"[..], Some(&b"x y"[..])));
/// assert_eq!((own.id(), own.name(), own.value()), (AttributeName::Unknown, &b"X-own"[..], None));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Attribute<'b> {
    /// What stands behind `a=`.
    span: Span<'b>,
    name_end: u32,
    id: AttributeName,
}

impl<'b> Attribute<'b> {
    /// Reads what stands behind `a=`, or what an `ssrc` attribute says of its source.
    #[inline]
    #[must_use]
    pub fn parse(span: Span<'b>) -> Attribute<'b> {
        let name_end = span.find([b':']);
        let id = AttributeName::lookup(span.to(name_end).bytes());
        Attribute { span, name_end, id }
    }

    /// The same out of line: names that are long, or stand near the end of the input.
    #[inline(never)]
    fn parse_apart(span: Span<'b>) -> Attribute<'b> {
        Attribute::parse(span)
    }

    /// The registered name; `Unknown` for any other.
    #[inline]
    #[must_use]
    pub fn id(&self) -> AttributeName {
        self.id
    }

    /// The name as on the wire: what stands before the first colon.
    #[inline]
    #[must_use]
    pub fn name(&self) -> &'b [u8] {
        self.name_span().bytes()
    }

    /// The same, with its place.
    #[inline]
    #[must_use]
    pub fn name_span(&self) -> Span<'b> {
        self.span.to(self.name_end)
    }

    /// What stands behind the colon, white space kept; `None` where there is no colon.
    #[inline]
    #[must_use]
    pub fn value(&self) -> Option<&'b [u8]> {
        (self.name_end < self.span.end()).then(|| self.value_span().bytes())
    }

    /// The same, with its place; nothing, at the end of the line, where there is no colon.
    #[inline]
    #[must_use]
    pub fn value_span(&self) -> Span<'b> {
        self.span.after(self.name_end)
    }

    /// What stands behind `a=`.
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }

    /// The value, read by the shape that the registry gives the name ([`AttributeName::shape`]).
    ///
    /// # Errors
    /// What that shape calls malformed, with its byte offset.
    ///
    /// ```
    /// use simdsip::sdp::{AttributeValue, Sdp, SdpIndex};
    /// let mut index = SdpIndex::new();
    /// let sdp = Sdp::parse(b"v=0\r\nm=audio 9 RTP/AVP 0\r\na=ptime:20\r\na=rtcp-mux\r\n", &mut index)?;
    /// let mut attributes = sdp.media().next().unwrap().attributes();
    /// assert!(matches!(attributes.next().unwrap().typed()?, AttributeValue::Decimal(ptime) if ptime.integer() == 20));
    /// assert!(matches!(attributes.next().unwrap().typed()?, AttributeValue::Flag));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline(always)]
    pub fn typed(&self) -> Result<AttributeValue<'b>, Error> {
        AttributeValue::read(self.id.shape(), self.value_span())
    }
}

impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.span.bytes().escape_ascii())
    }
}

/// Attributes of a section, in wire order. Made by [`super::Section::attributes`].
#[derive(Clone, Debug)]
pub struct Attributes<'b> {
    sdp: Sdp<'b>,
    at: u32,
    end: u32,
}

impl<'b> Attributes<'b> {
    #[inline]
    pub(super) fn new(sdp: Sdp<'b>, lines: Range<u32>) -> Attributes<'b> {
        Attributes { sdp, at: lines.start, end: lines.end }
    }
}

impl<'b> Iterator for Attributes<'b> {
    type Item = Attribute<'b>;

    #[inline(always)]
    fn next(&mut self) -> Option<Attribute<'b>> {
        let at = loop {
            let at = self.at;
            if at >= self.end {
                return None;
            }
            self.at = at.wrapping_add(1);
            if self.sdp.letter(at) == b'a' {
                break at;
            }
        };
        let (start, end) = self.sdp.place(at);
        let value = start.wrapping_add(2);
        let span = self.sdp.span().at_places(value.min(end), end);
        let window = span.whole().get(start as usize..).and_then(|line| line.first_chunk::<SPAN>());
        let near = window.and_then(|window| lookup::lookup_in_line(window, end.wrapping_sub(value)));
        Some(match near {
            Some((id, len)) => Attribute { span, name_end: value.wrapping_add(len), id },
            None => Attribute::parse_apart(span.apart()),
        })
    }
}

impl FusedIterator for Attributes<'_> {}
