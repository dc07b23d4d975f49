//! The bytes of a file to a message or a rejection, by the rules of datagrams or of streams.

use crate::args::{Mode, Parse, Role, Transport};
use simdsip::{
    Backend, Defect, DefectCode, Element, Error, ErrorKind, Frame, Framer, GrowIndex, GrowSdpIndex,
    LimitKind, Message, Parser, Policy, Sdp, Side, Verdict,
};

/// A parser that refuses nothing which can be represented, with the limits of the mode: what is owed to a message is
/// for [`element`] to say, since one has to read what one answers.
pub(crate) fn parser(mode: Mode, cap: Option<Backend>) -> Parser {
    let limits = *Parser::new(mode.policy()).limits();
    let parser = Parser::new(Policy::CAPTURE).with_limits(limits);
    cap.map_or(parser, |cap| parser.with_backend(parser.backend().cap(cap)))
}

/// The element that judges.
pub(crate) fn element(role: Role, mode: Mode, transport: Transport) -> Element<'static> {
    let mut element = Element::new(role.does());
    element.policy = mode.policy();
    if transport.is_stream() && mode != Mode::Capture {
        // Nobody but an observer goes on where the length is not known (RFC 3261 §18.3).
        element.policy = element.policy.refuse(DefectCode::ContentLengthMissing);
    }
    element
}

/// A message and where it stands in the file.
#[derive(Clone, Copy)]
pub(crate) struct View<'b> {
    pub(crate) message: Message<'b>,
    /// The session description that it carries, if it is within the limits.
    pub(crate) sdp: Option<Result<Sdp<'b>, Error>>,
    /// What is to be added to each of the message's offsets.
    pub(crate) base: usize,
    /// Bytes of the file behind the message.
    pub(crate) rest: usize,
}

impl View<'_> {
    /// The defects, of the message and then of its session description, counted from the start of the file.
    pub(crate) fn defects(&self) -> impl Iterator<Item = Defect> + '_ {
        let of_sdp = self.sdp().into_iter().flat_map(|sdp| sdp.defects());
        let all = self.message.defects().chain(of_sdp);
        all.map(|defect| Defect { at: self.base + defect.at, ..defect })
    }

    pub(crate) fn has_defects(&self) -> bool {
        self.defects().next().is_some()
    }

    /// The session description, where there is one to be read.
    pub(crate) fn sdp(&self) -> Option<&Sdp<'_>> {
        self.sdp.as_ref().and_then(|sdp| sdp.as_ref().ok())
    }

    /// What an element owes to it in that mode, its place counted from the start of the file.
    pub(crate) fn verdict(&self, args: &Parse, mode: Mode) -> Verdict {
        let verdict = self.message.validate(&element(args.role, mode, args.transport));
        Verdict { at: verdict.at.map(|at| self.base + at), ..verdict }
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
    /// Whether it was a limit that another mode widens.
    pub(crate) limit: bool,
}

impl Rejection {
    fn of(error: Error, base: usize) -> Rejection {
        Rejection {
            kind: error.kind.as_str(),
            at: base + error.at,
            message: error.kind.to_string(),
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
    lines: GrowSdpIndex,
}

impl Indexes {
    pub(crate) fn read<'b>(
        &'b mut self,
        parser: &Parser,
        transport: Transport,
        bytes: &'b [u8],
    ) -> Result<View<'b>, Rejection> {
        self.lines = GrowSdpIndex::new().with_limits(parser.limits()).with_backend(parser.backend());
        if transport.is_stream() {
            return self.read_stream(parser, bytes);
        }
        let message =
            parser.parse_growing(bytes, &mut self.index).map_err(|error| Rejection::of(error, 0))?;
        let sdp = message.sdp(&mut self.lines);
        Ok(View { message, sdp, base: 0, rest: message.surplus().len() })
    }

    /// The first message of a stream. Line ends before it are keep-alives (RFC 5626 §3.5.1).
    fn read_stream<'b>(&'b mut self, parser: &Parser, bytes: &'b [u8]) -> Result<View<'b>, Rejection> {
        let base = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
        let framer = self.framer.insert(Box::new(Framer::sized(*parser, Side::Observer)));
        let frame = framer.next(&bytes[base..]);
        let consumed = frame.consumed();
        match frame {
            Frame::Message(message) => {
                let sdp = message.sdp(&mut self.lines);
                Ok(View { message, sdp, base, rest: bytes.len() - base - consumed })
            }
            Frame::Refused { error, .. } | Frame::Fatal { error, .. } => {
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
        limit: false,
    }
}
