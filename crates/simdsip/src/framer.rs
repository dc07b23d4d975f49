//! Streams to messages: where one ends and the next begins, over TCP and TLS.
//!
//! Stores no bytes and looks at none twice (but the last, incomplete block of 64 when
//! the header section ends in it). The header section is read by the same code that
//! reads datagrams, so a message is framed and parsed in one pass, by one set of rules.
//! RFC 3261 §7.5, §18.3; RFC 5626 §3.5.1, §4.4.1.

use crate::defect::{DefectCode, DefectSet};
use crate::error::{Error, ErrorKind, LimitKind};
use crate::header::HeaderName;
use crate::message::Sink;
use crate::message::length;
use crate::message::section::{Advance, Input, Page, Progress, Section};
use crate::message::{Index, Message, Parser};
use crate::scan::{BLOCK, Swar};

/// Which end of the connection reads: it decides what a lone CRLF is (RFC 5626 §3.5.1).
///
/// ```
/// use simdsip::{Frame, Framer, Parser, Side};
///
/// let mut server = Framer::new(Parser::default(), Side::Server);
/// assert!(matches!(server.next(b"\r\n\r\n"), Frame::Ping));
/// let mut client = Framer::new(Parser::default(), Side::Client);
/// assert!(matches!(client.next(b"\r\n\r\n"), Frame::Pong)); // the first of two
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// We accepted the connection: CRLF CRLF is a ping, perhaps in pieces.
    Server,
    /// We opened it: each CRLF is a pong.
    Client,
    /// We watch a capture: CRLF CRLF is a ping, a CRLF before anything else a pong.
    Observer,
}

/// What stands at the start of the stream's bytes. Made by [`Framer::next`].
///
/// ```
/// use simdsip::{Frame, Framer, Parser, Side};
///
/// let mut framer = Framer::new(Parser::default(), Side::Server);
/// assert!(matches!(framer.next(b"BYE sip:b SIP/2.0\r\nl: 4\r\n\r\nbo"), Frame::Need(2)));
/// let Frame::Message(message) = framer.next(b"BYE sip:b SIP/2.0\r\nl: 4\r\n\r\nbody") else { panic!("whole") };
/// assert_eq!(message.body(), b"body");
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Frame<'b> {
    /// No whole message yet: at least so many more bytes are needed. Call again with the same bytes and more.
    Need(usize),
    /// A message; [`Frame::consumed`] bytes belong to it.
    Message(Message<'b>),
    /// CRLF CRLF: to be answered by CRLF.
    Ping,
    /// CRLF: the answer to a ping.
    Pong,
    /// A message that the policy refuses, whose end is certain: answer it as a proxy answers what it dislikes, drop
    /// [`Frame::consumed`] bytes, and go on. One bad message does not end a connection that many share.
    Refused {
        /// The first defect that is refused, and at which byte of the buffer.
        error: Error,
        /// The message, body and all.
        message: Message<'b>,
    },
    /// The stream cannot be read on: where the next message begins is unknown, or two readers may see its beginning
    /// at different places.
    Fatal {
        /// What was wrong, and at which byte of the buffer.
        error: Error,
        /// The header section, where a 400 (or 513) can be made from it before closing (RFC 3261 §18.3). No body.
        answerable: Option<Message<'b>>,
    },
}

impl Frame<'_> {
    /// How many bytes to drop from the front of the buffer before the next call: with a message, the line ends
    /// before it too; 0 for `Need` and `Fatal`.
    ///
    /// ```
    /// # use simdsip::{Framer, Parser, Side};
    /// let mut framer = Framer::new(Parser::default(), Side::Server);
    /// let frame = framer.next(b"\r\n\r\nBYE sip:b SIP/2.0\r\n");
    /// assert_eq!(frame.consumed(), 4); // a ping; the message is not whole yet
    /// ```
    #[must_use]
    pub fn consumed(&self) -> usize {
        match self {
            Frame::Message(message) | Frame::Refused { message, .. } => message.range().end,
            Frame::Ping => 4,
            Frame::Pong => 2,
            Frame::Need(_) | Frame::Fatal { .. } => 0,
        }
    }
}

/// Where these are, another reader may see the header section end elsewhere; what follows would be another message.
const FRAMING: DefectSet =
    DefectSet::EMPTY.with(DefectCode::BareLf).with(DefectCode::BareCr).with(DefectCode::BlankLine);

#[derive(Clone, Copy, Debug)]
enum State {
    /// Between messages.
    Between,
    /// In a header section.
    Head,
    /// In a body that ends there, of a message that the policy may refuse.
    Body(usize, Option<Error>),
    /// Broken; whether the index holds a header section to answer.
    Broken(Error, bool),
}

/// Cuts a stream into messages.
///
/// The caller keeps the bytes: `next` is given all that were received and not yet consumed.
///
/// ```
/// use simdsip::{Frame, Framer, Parser, Side};
///
/// let mut framer = Framer::new(Parser::default(), Side::Server);
/// let mut buffer = Vec::new();
/// let mut methods = Vec::new();
/// for received in [&b"\r\n\r\nOPTIONS sip:a SIP/2.0\r\nl"[..], b": 2\r\n\r\nhiBYE sip:b SIP/2.0\r\nl: 0\r\n\r\n"] {
///     buffer.extend_from_slice(received);
///     loop {
///         let frame = framer.next(&buffer);
///         match &frame {
///             Frame::Need(_) => break,
///             Frame::Message(message) => methods.push(message.method().unwrap().to_string()),
///             Frame::Ping | Frame::Pong => {}
///             Frame::Refused { error, .. } | Frame::Fatal { error, .. } => panic!("{error}"),
///         }
///         let consumed = frame.consumed();
///         buffer.drain(..consumed);
///     }
/// }
/// assert_eq!(methods, ["OPTIONS", "BYE"]);
/// ```
#[derive(Clone, Debug)]
pub struct Framer<const N: usize = 128> {
    parser: Parser,
    side: Side,
    state: State,
    /// How many bytes of the buffer have been looked at.
    seen: usize,
    section: Section,
    index: Index<N>,
}

impl Framer {
    /// For messages of up to 128 header fields; more are [`Frame::Fatal`] with [`LimitKind::Index`].
    ///
    /// ```
    /// use simdsip::{Frame, Framer, Parser, Policy, Side};
    ///
    /// let mut framer = Framer::new(Parser::new(Policy::BORDER), Side::Server);
    /// assert!(matches!(framer.next(b"BYE sip:b SIP/2.0\nl: 0\n\n"), Frame::Fatal { .. })); // bare LF
    /// ```
    #[must_use]
    pub const fn new(parser: Parser, side: Side) -> Framer {
        Framer::sized(parser, side)
    }
}

impl<const N: usize> Framer<N> {
    /// For messages of up to `N` header fields; more are [`Frame::Fatal`] with [`LimitKind::Index`].
    ///
    /// ```
    /// use simdsip::{ErrorKind, Frame, Framer, LimitKind, Parser, Side};
    ///
    /// let mut framer = Framer::<1>::sized(Parser::default(), Side::Server);
    /// let Frame::Fatal { error, .. } = framer.next(b"BYE sip:b SIP/2.0\r\ni: 1\r\nl: 0\r\n\r\n") else { panic!() };
    /// assert_eq!(error.kind, ErrorKind::Limit(LimitKind::Index));
    /// ```
    #[must_use]
    pub const fn sized(parser: Parser, side: Side) -> Framer<N> {
        Framer {
            parser,
            side,
            state: State::Between,
            seen: 0,
            section: Section::START,
            index: Index::sized(),
        }
    }

    /// Forgets where it was: the next buffer begins between messages.
    ///
    /// ```
    /// # use simdsip::{Frame, Framer, Parser, Side};
    /// let mut framer = Framer::new(Parser::default(), Side::Server);
    /// assert!(matches!(framer.next(b"GET / HTTP/1.1\r\n\r\n"), Frame::Fatal { .. }));
    /// framer.reset(); // for a new connection
    /// assert!(matches!(framer.next(b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\n"), Frame::Message(_)));
    /// ```
    pub fn reset(&mut self) {
        self.state = State::Between;
        self.seen = 0;
    }

    /// The message that [`next`](Framer::next) gave last, once more: the frame itself, or what could be answered of a
    /// broken stream. `bytes` are those of that message, from the start of the buffer to what it consumed (all of the
    /// buffer, where the stream is broken). With other bytes it is a message whose parts mean nothing.
    ///
    /// ```
    /// # use simdsip::{Frame, Framer, Parser, Side};
    /// let (buffer, mut framer) = (b"BYE sip:b SIP/2.0\r\nl: 0\r\n\r\nACK", Framer::new(Parser::default(), Side::Server));
    /// let consumed = framer.next(buffer).consumed();
    /// assert_eq!(framer.message(&buffer[..consumed]).uri(), Some(&b"sip:b"[..]));
    /// ```
    #[inline]
    #[must_use]
    pub fn message<'b>(&'b self, bytes: &'b [u8]) -> Message<'b> {
        self.index.message(bytes)
    }

    /// What stands at the start of `buffer`: all bytes of the stream from the end of the last frame on.
    ///
    /// After [`Frame::Need`], `buffer` has to begin with the same bytes. After a frame, it has to begin
    /// [`Frame::consumed`] bytes further on. A buffer that became shorter than it was is read afresh. After
    /// [`Frame::Fatal`], every call says so again, without the message, until [`Framer::reset`].
    /// Costs the new bytes only; allocates nothing; never panics, whatever the bytes and however they are cut.
    ///
    /// ```
    /// # use simdsip::{ErrorKind, Frame, Framer, Parser, Side};
    /// let mut framer = Framer::new(Parser::default(), Side::Server);
    /// let Frame::Fatal { error, answerable } = framer.next(b"BYE sip:b SIP/2.0\r\ni: 1\r\n\r\n") else { panic!() };
    /// assert_eq!(error.kind, ErrorKind::ContentLength); // where the body ends, nobody knows
    /// assert!(answerable.is_some()); // but a 400 can be made
    /// ```
    pub fn next<'b>(&'b mut self, buffer: &'b [u8]) -> Frame<'b> {
        if buffer.len() < self.seen && !matches!(self.state, State::Broken(..)) {
            self.reset();
        }
        if let State::Between = self.state {
            match self.between(buffer) {
                Ok(origin) => self.begin(origin),
                Err(frame) => return frame,
            }
        }
        if let State::Head = self.state {
            match self.head(buffer) {
                Ok(true) => {}
                Ok(false) => return Frame::Need(1),
                Err(error) => self.state = State::Broken(error, false),
            }
        }
        match self.state {
            State::Body(end, refused) if buffer.len() >= end => {
                self.reset();
                let message = self.whole(buffer, end);
                match refused {
                    None => Frame::Message(message),
                    Some(error) => Frame::Refused { error, message },
                }
            }
            State::Body(end, _) => {
                self.seen = buffer.len();
                Frame::Need(end.wrapping_sub(buffer.len()))
            }
            State::Broken(error, answerable) => {
                // Given once: what the next buffer holds, nobody knows.
                self.state = State::Broken(error, false);
                let index = &self.index;
                let answerable = answerable.then(|| Message::new(buffer, &index.head, index.table()));
                Frame::Fatal { error, answerable }
            }
            State::Between | State::Head => Frame::Need(1),
        }
    }

    #[inline]
    fn whole<'b>(&'b self, buffer: &'b [u8], end: usize) -> Message<'b> {
        let bytes = buffer.get(..end).unwrap_or(buffer);
        Message::new(bytes, &self.index.head, self.index.table())
    }

    /// Where the start line begins, or the frame that stands before it.
    fn between<'f>(&mut self, buffer: &[u8]) -> Result<usize, Frame<'f>> {
        const PING: &[u8] = b"\r\n\r\n";
        if buffer.first().is_some_and(|byte| !matches!(byte, b'\r' | b'\n')) {
            return Ok(0);
        }
        if self.seen == 0 {
            match self.side {
                Side::Server | Side::Observer if buffer.starts_with(PING) => return Err(Frame::Ping),
                Side::Client if buffer.starts_with(b"\r\n") => return Err(Frame::Pong),
                Side::Observer if buffer.starts_with(b"\r\n") && !PING.starts_with(buffer) => {
                    return Err(Frame::Pong);
                }
                _ => {}
            }
            if PING.starts_with(buffer) {
                // The least that tells: a pong, a pong and one byte more, a ping.
                let whole: usize = match self.side {
                    Side::Client => 2,
                    Side::Observer => 3,
                    Side::Server => 4,
                };
                return Err(Frame::Need(whole.saturating_sub(buffer.len()).max(1)));
            }
        }
        let fresh = buffer.get(self.seen..).unwrap_or(&[]);
        let found = fresh.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
        let ends = self.seen.saturating_add(found.unwrap_or(fresh.len()));
        if ends > self.parser.limits.line_len {
            let error = Error::new(ErrorKind::Limit(LimitKind::Line), self.parser.limits.line_len);
            self.state = State::Broken(error, false);
            return Err(Frame::Fatal { error, answerable: None });
        }
        self.seen = ends;
        found.map(|_| ends).ok_or(Frame::Need(1))
    }

    fn begin(&mut self, origin: usize) {
        self.state = State::Head;
        self.section = Section::begin(origin, self.index.parts().1);
        self.seen = origin;
    }

    /// Reads on in the header section. True once it has ended and the body's end is known, or the stream is broken.
    #[inline]
    fn head(&mut self, buffer: &[u8]) -> Result<bool, Error> {
        let fresh = buffer.get(self.seen..).unwrap_or(&[]);
        self.seen = buffer.len();
        // A few bytes without a line end neither fill a block nor end the section.
        let few = fresh.len() < 16 && buffer.len().wrapping_sub(self.section.scanner.next) < BLOCK;
        let (sink, head) = self.index.parts();
        let Parser { backend, limits, .. } = &self.parser;
        // Bytes before the start line are not of the message.
        let most = head.origin.saturating_add(limits.message_len);
        if few && !fresh.contains(&b'\n') && buffer.len() <= most {
            return Ok(false);
        }
        // What is over the limit is not looked at, so that it cannot change what is found.
        let (bytes, input) = match buffer.get(..most) {
            Some(within) if within.len() < buffer.len() => (within, Input::Whole),
            _ => (buffer, Input::Open),
        };
        let mut page = Page { sink, head, limits };
        let task = Advance { section: &mut self.section, bytes, input, page: &mut page };
        if backend.run(task)? == Progress::Starved {
            return match input {
                Input::Open => Ok(false),
                Input::Whole => Err(Error::new(ErrorKind::Limit(LimitKind::Message), most)),
            };
        }
        self.locate_body(buffer);
        Ok(true)
    }

    /// The header section is read: where does the message end?
    fn locate_body(&mut self, buffer: &[u8]) {
        let parser = self.parser;
        let (rows, head) = self.index.parts();
        let table = rows.table(head.count);
        let limit = parser.limits.message_len;
        let located = length::of_stream(Swar, buffer, table, head, parser.policy.observes).and_then(|()| {
            let refused = parser.judge(buffer, table, head).err();
            // Bytes before the start line are not of the message.
            let fits = head.input_end.saturating_sub(head.origin) <= limit;
            match refused {
                Some(error) if !fits || !head.defects.intersection(FRAMING).is_empty() => Err(error),
                refused if fits => Ok(State::Body(head.input_end, refused)),
                _ => {
                    let length = table.find(HeaderName::ContentLength.id(), 0).and_then(|at| table.get(at));
                    let at = length.map_or(head.headers_end, |record| record.value);
                    Err(Error::new(ErrorKind::Limit(LimitKind::Message), at))
                }
            }
        });
        self.state = match located {
            Ok(state) => state,
            Err(error) => {
                (head.body_len, head.input_end) = (0, head.body_at);
                State::Broken(error, true)
            }
        };
    }
}
