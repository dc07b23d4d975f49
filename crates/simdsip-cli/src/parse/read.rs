//! The bytes of a file to a message or a rejection, by the rules of datagrams or of streams.

use crate::args::Transport;
use simdsip::{
    Defect, DefectCode, Error, ErrorKind, Frame, Framer, GrowIndex, LimitKind, Message, Parser, Side,
};

/// A message and where it stands in the file.
#[derive(Clone, Copy)]
pub(crate) struct View<'b> {
    pub(crate) message: Message<'b>,
    /// What is to be added to each of the message's offsets.
    pub(crate) base: usize,
    /// Bytes of the file behind the message.
    pub(crate) rest: usize,
}

impl View<'_> {
    /// The defects, counted from the start of the file.
    pub(crate) fn defects(&self) -> impl Iterator<Item = Defect> + '_ {
        self.message.structural_defects().map(|defect| Defect { at: self.base + defect.at, ..defect })
    }
}

/// Why there is no message.
#[derive(Clone, Debug)]
pub(crate) struct Rejection {
    /// A stable word.
    pub(crate) kind: &'static str,
    /// Byte offset in the file.
    pub(crate) at: usize,
    /// One sentence without the place.
    pub(crate) message: String,
    /// The defect that the mode refuses.
    pub(crate) refused: Option<DefectCode>,
    /// Whether it was a limit that another mode widens.
    pub(crate) limit: bool,
}

impl Rejection {
    fn of(error: Error, base: usize) -> Rejection {
        let refused = if let ErrorKind::Refused(code) = error.kind { Some(code) } else { None };
        Rejection {
            kind: word(error.kind),
            at: base + error.at,
            message: error.kind.to_string(),
            refused,
            limit: matches!(
                error.kind,
                ErrorKind::Limit(LimitKind::Message | LimitKind::Headers | LimitKind::Line | LimitKind::Uri)
            ),
        }
    }
}

/// What messages are read into.
#[derive(Default)]
pub(crate) struct Indexes {
    index: GrowIndex,
    framer: Option<Box<Framer<4096>>>,
}

impl Indexes {
    pub(crate) fn read<'b>(
        &'b mut self,
        parser: &Parser,
        transport: Transport,
        bytes: &'b [u8],
    ) -> Result<View<'b>, Rejection> {
        if transport.is_stream() {
            return self.read_stream(parser, bytes);
        }
        let message =
            parser.parse_growing(bytes, &mut self.index).map_err(|error| Rejection::of(error, 0))?;
        Ok(View { message, base: 0, rest: message.surplus().len() })
    }

    /// The first message of a stream. Line ends before it are keep-alives (RFC 5626 §3.5.1).
    fn read_stream<'b>(&'b mut self, parser: &Parser, bytes: &'b [u8]) -> Result<View<'b>, Rejection> {
        let base = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
        let framer = self.framer.insert(Box::new(Framer::sized(*parser, Side::Observer)));
        let frame = framer.next(&bytes[base..]);
        let consumed = frame.consumed();
        match frame {
            Frame::Message(message) => Ok(View { message, base, rest: bytes.len() - base - consumed }),
            Frame::Fatal { error, .. } => {
                // A length that is claimed can point behind what is there.
                let rejection = Rejection::of(error, base);
                Err(Rejection { at: rejection.at.min(bytes.len()), ..rejection })
            }
            Frame::Need(_) | Frame::Ping | Frame::Pong if base == bytes.len() => {
                // The parser has the words for it.
                let error = parser.parse_growing(bytes, &mut self.index).err();
                Err(error.map_or_else(|| unfinished(bytes.len(), 1), |error| Rejection::of(error, 0)))
            }
            Frame::Need(more) => Err(unfinished(bytes.len(), more)),
            Frame::Ping | Frame::Pong => Err(unfinished(bytes.len(), 1)),
        }
    }
}

fn unfinished(at: usize, more: usize) -> Rejection {
    let bytes = if more == 1 { "byte" } else { "bytes" };
    Rejection {
        kind: "unfinished",
        at,
        message: format!("the stream ends at least {more} {bytes} before the message does"),
        refused: None,
        limit: false,
    }
}

fn word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Empty => "empty",
        ErrorKind::Method => "method",
        ErrorKind::RequestUri => "request-uri",
        ErrorKind::Version => "version",
        ErrorKind::StatusCode => "status-code",
        ErrorKind::Refused(_) => "refused",
        ErrorKind::ContentLength => "content-length",
        ErrorKind::Boundary => "boundary",
        ErrorKind::Limit(limit) => match limit {
            LimitKind::Message => "limit-message",
            LimitKind::HeaderSection => "limit-header-section",
            LimitKind::Headers => "limit-headers",
            LimitKind::Index => "limit-index",
            LimitKind::Line => "limit-line",
            LimitKind::Name => "limit-name",
            LimitKind::Uri => "limit-uri",
            LimitKind::MimeDepth => "limit-mime-depth",
            _ => "limit",
        },
        _ => "other",
    }
}
