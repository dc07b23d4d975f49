//! The part of the index that every message has: start line, body, defect bits.

use crate::Limits;
use crate::check::ValueLimits;
use crate::defect::DefectSet;
use crate::sdp::SdpLimits;

/// Request or response (RFC 3261 §7). Given by [`super::Message::kind`].
///
/// ```
/// use simdsip::Kind;
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"SIP/2.0 200 OK\r\n\r\n", &mut index)?;
/// assert_eq!(message.kind(), Kind::Response);
/// assert_eq!(message.method(), None);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A request (RFC 3261 §7.1).
    Request,
    /// A response (RFC 3261 §7.2).
    Response,
}

/// Where a part of the start line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) at: u32,
    pub(crate) len: u32,
}

impl Span {
    pub(crate) const fn new(start: usize, end: usize) -> Span {
        Span { at: start as u32, len: end.wrapping_sub(start) as u32 }
    }

    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        let start = self.at as usize;
        bytes.get(start..start.wrapping_add(self.len as usize)).unwrap_or(&[])
    }
}

/// The start line: method, URI, version of a request; version, code, reason of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) kind: Kind,
    pub(crate) parts: [Span; 3],
}

impl Start {
    pub(crate) const NONE: Start = Start { kind: Kind::Request, parts: [Span { at: 0, len: 0 }; 3] };
}

/// What every message has once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) start: Start,
    /// Where the start line begins: behind leading line ends.
    pub(crate) origin: usize,
    /// Where the first header line begins.
    pub(crate) headers_at: usize,
    /// Where the empty line begins.
    pub(crate) headers_end: usize,
    pub(crate) body_at: usize,
    pub(crate) body_len: usize,
    /// Where the input that belongs to this message ends: behind surplus bytes of a datagram.
    pub(crate) input_end: usize,
    pub(crate) count: usize,
    /// [`crate::Limits::mime_depth`], for whoever walks the body.
    pub(crate) mime_depth: u32,
    /// The limits of a session description, for whoever reads the body.
    pub(crate) sdp: SdpLimits,
    /// The limits of values, for whoever looks for defects.
    pub(crate) values: ValueLimits,
    pub(crate) defects: DefectSet,
}

impl Head {
    pub(crate) const fn new() -> Head {
        Head {
            start: Start::NONE,
            origin: 0,
            headers_at: 0,
            headers_end: 0,
            body_at: 0,
            body_len: 0,
            input_end: 0,
            count: 0,
            mime_depth: 0,
            sdp: SdpLimits::new(&Limits::new()),
            values: ValueLimits::new(&Limits::new()),
            defects: DefectSet::EMPTY,
        }
    }
}

impl Default for Head {
    fn default() -> Head {
        Head::new()
    }
}
