//! The bytes of one TCP direction cut into SIP messages.
//!
//! Frames with the core's own framer, so that a stream is cut where the parser would cut it. Where sync is
//! lost (a gap, a message that cannot be framed, a capture that begins in the middle) it is found again at
//! the next line that is a start line. RFC 3261 §18.3, RFC 5626 §4.4.1 (line ends between messages).

use super::Origin;
use super::hep::Ends;
use super::resync::{self, Sought};
use super::sniff::{self, Ask, Looks};
use super::tls::Sessions;
use crate::read::Secrets;
use crate::stats::{Event, Stats};
use crate::table::FrameRef;
use simdsip::{Error, Frame, Framer, Limits, Parser, Side};

/// Header fields that a message on a stream may have.
pub(crate) const HEADERS: usize = 512;
/// Bytes of a message on a stream, and so of what a stream buffers.
pub(crate) const MAX_MESSAGE: usize = 1 << 20;
const MAX_SPARE: usize = 16;
/// Packets of one message that are remembered.
const MAX_FRAMES: usize = 4096;
/// A buffer that grew beyond this is given back once it is empty.
const SMALL: usize = 16 * 1024;
const SMALL_FRAMES: usize = 64;

type StreamFramer = Framer<HEADERS>;

/// A message, or what looks like one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) bytes: &'a [u8],
    /// Why it is no message, where that cannot be read from the bytes alone.
    pub(crate) error: Option<Error>,
    /// Its end was never seen.
    pub(crate) unfinished: bool,
    /// Cut from a stream by its Content-Length.
    pub(crate) framed: bool,
    pub(crate) ws: bool,
    pub(crate) tls: bool,
    pub(crate) hep: Option<Ends>,
    /// Other packets that hold parts of it.
    pub(crate) frames: &'a [FrameRef],
}

impl<'a> Found<'a> {
    fn framed(bytes: &'a [u8]) -> Self {
        Self { framed: true, ..Self::whole(bytes) }
    }

    /// A message that came whole.
    pub(crate) fn whole(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            error: None,
            unfinished: false,
            framed: false,
            ws: false,
            tls: false,
            hep: None,
            frames: &[],
        }
    }
}

/// What streams share, so that an idle one holds nothing.
#[derive(Debug)]
pub(crate) struct Tools {
    parser: Parser,
    secrets: Secrets,
    sessions: Sessions,
    spare: Vec<Box<StreamFramer>>,
}

impl Tools {
    /// Streams are read as datagrams are, but for the length of a message.
    pub(crate) fn new(parser: Parser, secrets: Secrets) -> Self {
        Self { parser: stream_parser(parser), secrets, sessions: Sessions::default(), spare: Vec::new() }
    }

    pub(crate) fn has_secrets(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Secrets that the capture brings along.
    pub(crate) fn add_secrets(&mut self, key_log: &[u8]) {
        self.secrets.read_key_log(key_log);
    }

    /// To be put back: what opens TLS, while streams use the rest.
    pub(super) fn take_tls(&mut self) -> (Sessions, Secrets) {
        (std::mem::take(&mut self.sessions), std::mem::take(&mut self.secrets))
    }

    pub(super) fn put_tls(&mut self, sessions: Sessions, secrets: Secrets) {
        (self.sessions, self.secrets) = (sessions, secrets);
    }

    fn framer(&mut self) -> Box<StreamFramer> {
        self.spare.pop().unwrap_or_else(|| Box::new(Framer::sized(self.parser, Side::Observer)))
    }
}

/// The parser of messages on streams.
pub(crate) fn stream_parser(parser: Parser) -> Parser {
    let mut limits = Limits::capture();
    limits.message_len = MAX_MESSAGE;
    parser.with_limits(limits)
}

/// How a stream is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    /// One that SIP uses: sync is looked for from the first byte on.
    Sip,
    /// Any other: SIP only where a segment begins with a start line.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The next byte begins a message, or should.
    Boundary { trusted: bool },
    /// A start line was seen; the framer has it.
    Message,
    /// Looking for a start line.
    Seeking { line_start: bool, skipped: bool },
}

/// One direction of a connection, above the sequence numbers.
#[derive(Debug)]
pub(crate) struct Stream {
    state: State,
    port: Port,
    is_sip: bool,
    buffer: Vec<u8>,
    framer: Option<Box<StreamFramer>>,
    /// Bytes that the buffer must hold before a look at it is worth while.
    wanted: usize,
    /// Where the last byte of the buffer came from.
    last: Option<Origin>,
    /// The packets that what is buffered came in, as many as are remembered.
    frames: Vec<FrameRef>,
    numbers: Numbers,
}

/// Numbers the rows of a frame, whichever copy of its origin they are given with.
#[derive(Clone, Copy, Debug, Default)]
struct Numbers {
    frame: u64,
    rows: u16,
}

impl Numbers {
    /// Says in `origin` how many rows its frame has.
    fn tell(self, origin: &mut Origin) {
        if self.frame == origin.frame {
            origin.rows = origin.rows.max(self.rows);
        }
    }

    /// A row was given with `origin`, which counts it.
    fn learn(&mut self, origin: &Origin) {
        *self = Self { frame: origin.frame, rows: origin.rows };
    }
}

impl Stream {
    pub(crate) fn new(port: Port) -> Self {
        Self {
            state: State::Boundary { trusted: false },
            port,
            is_sip: false,
            buffer: Vec::new(),
            framer: None,
            wanted: 0,
            last: None,
            frames: Vec::new(),
            numbers: Numbers::default(),
        }
    }

    /// The next byte is the connection's first.
    pub(crate) fn begin(&mut self) {
        self.state = State::Boundary { trusted: true };
    }

    /// SIP was seen, or may be in what is buffered.
    pub(crate) fn matters(&self) -> bool {
        self.is_sip || self.port == Port::Sip || !self.buffer.is_empty()
    }

    /// SIP was seen, or is being waited for.
    pub(crate) fn is_sip(&self) -> bool {
        self.is_sip || !self.buffer.is_empty()
    }

    /// Bytes wait for others.
    pub(crate) fn is_unfinished(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Bytes of memory held.
    pub(crate) fn footprint(&self) -> usize {
        let framer = self.framer.as_deref().map_or(0, size_of_val);
        let frames = self.frames.capacity().saturating_mul(size_of::<FrameRef>());
        self.buffer.capacity().saturating_add(framer).saturating_add(frames)
    }

    /// Takes bytes that follow those before.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        origin: &mut Origin,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        let came = origin.came;
        if self.buffer.is_empty() {
            let used = self.walk(bytes, origin, tools, stats, emit);
            self.buffer.extend_from_slice(bytes.get(used..).unwrap_or_default());
        } else {
            self.buffer.extend_from_slice(bytes);
            if self.buffer.len() >= self.wanted {
                let mut buffer = std::mem::take(&mut self.buffer);
                let used = self.walk(&buffer, origin, tools, stats, emit);
                buffer.drain(..used.min(buffer.len()));
                self.buffer = buffer;
            }
        }
        if self.buffer.is_empty() {
            if self.buffer.capacity() > SMALL {
                self.buffer = Vec::new();
            }
            self.frames.clear();
            if self.frames.capacity() > SMALL_FRAMES {
                self.frames = Vec::new();
            }
            self.put_back(tools);
        } else {
            if self.frames.last() != Some(&came) && self.frames.len() < MAX_FRAMES {
                self.frames.push(came);
            }
            self.last = Some(*origin);
        }
    }

    /// Bytes are missing: what is buffered will not be finished.
    pub(crate) fn gap(
        &mut self,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        stats.event(Event::TcpGap);
        self.finish(tools, stats, emit);
        self.state = match self.port {
            Port::Other if !self.is_sip => State::Boundary { trusted: false },
            _ => State::Seeking { line_start: true, skipped: true },
        };
    }

    /// The stream ends: gives what is there of a message that was begun.
    pub(crate) fn finish(
        &mut self,
        _tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        let bytes = std::mem::take(&mut self.buffer);
        self.framer = None;
        self.wanted = 0;
        if let (State::Message, Some(mut origin), false) = (self.state, self.last.take(), bytes.is_empty()) {
            stats.event(Event::TcpMessageUnfinished);
            self.numbers.tell(&mut origin);
            let frames = std::mem::take(&mut self.frames);
            emit(Found { unfinished: true, frames: &frames, ..Found::framed(&bytes) }, &mut origin, stats);
            self.numbers.learn(&origin);
        }
        self.state = State::Boundary { trusted: false };
    }

    /// Gives the messages in `bytes`, and says how many bytes it is done with.
    fn walk(
        &mut self,
        bytes: &[u8],
        origin: &mut Origin,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) -> usize {
        let mut used = 0usize;
        self.wanted = 0;
        loop {
            let rest = bytes.get(used..).unwrap_or_default();
            match self.state {
                // The first byte of a stream joined in the middle can be any.
                State::Boundary { trusted: false } if self.is_sip || self.port == Port::Sip => {
                    self.state = State::Seeking { line_start: true, skipped: false };
                }
                State::Boundary { trusted } => {
                    let text = sniff::after_line_ends(rest);
                    used = bytes.len().saturating_sub(text.len());
                    if text.is_empty() {
                        return used;
                    }
                    match sniff::stream(text, self.ask(trusted)) {
                        Looks::Sip => self.state = State::Message,
                        Looks::TooShort => return used,
                        Looks::NotSip if self.port == Port::Other && !self.is_sip => {
                            self.state = State::Boundary { trusted: false };
                            return bytes.len();
                        }
                        Looks::NotSip => self.state = State::Seeking { line_start: true, skipped: false },
                    }
                }
                State::Message => {
                    self.is_sip = true;
                    match self.message(rest, origin, tools, stats, emit) {
                        Some(consumed) => used = used.saturating_add(consumed),
                        None => return used,
                    }
                }
                State::Seeking { line_start, skipped } => {
                    let sought = resync::find(rest, line_start);
                    let (Sought::Start(at) | Sought::Begun(at, _)) = sought;
                    used = used.saturating_add(at);
                    if at > 0 && !skipped {
                        stats.event(Event::TcpSyncLost);
                    }
                    if let Sought::Begun(_, line_start) = sought {
                        self.state = State::Seeking { line_start, skipped: skipped || at > 0 };
                        return used;
                    }
                    self.state = State::Message;
                }
            }
        }
    }

    /// One turn of the framer. `None` where it needs more bytes.
    fn message(
        &mut self,
        bytes: &[u8],
        origin: &mut Origin,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) -> Option<usize> {
        let framer = self.framer.get_or_insert_with(|| tools.framer());
        let frame = framer.next(bytes);
        let consumed = frame.consumed();
        self.numbers.tell(origin);
        let used = match frame {
            Frame::Need(more) => {
                self.wanted = bytes.len().saturating_add(more).min(MAX_MESSAGE);
                return None;
            }
            // Its policy refuses nothing.
            Frame::Message(message) | Frame::Refused { message, .. } => {
                emit(Found { frames: &self.frames, ..Found::framed(message.as_bytes()) }, origin, stats);
                // The next message may begin in this packet, in none before it.
                self.frames.clear();
                self.state = State::Boundary { trusted: true };
                // A frame of no bytes would be taken for ever.
                consumed.max(1)
            }
            Frame::Ping | Frame::Pong => {
                self.state = State::Boundary { trusted: true };
                consumed.max(1)
            }
            Frame::Fatal { error, answerable } => {
                stats.event(Event::TcpMessageRefused);
                // The header section is known, and where its body ends is not; or not even that is known.
                let used = match answerable {
                    Some(message) => message.as_bytes().len(),
                    None => resync::behind(bytes, error.at),
                };
                let error = answerable.is_none().then_some(error);
                let refused = bytes.get(..used).unwrap_or(bytes);
                emit(Found { error, frames: &self.frames, ..Found::framed(refused) }, origin, stats);
                self.frames.clear();
                self.framer = None;
                self.state = State::Seeking { line_start: refused.ends_with(b"\n"), skipped: true };
                used.max(1)
            }
        };
        self.numbers.learn(origin);
        Some(used)
    }

    fn ask(&self, trusted: bool) -> Ask {
        if trusted && self.matters() { Ask::Loose } else { Ask::Strict }
    }

    fn put_back(&mut self, tools: &mut Tools) {
        if let Some(framer) = self.framer.take()
            && tools.spare.len() < MAX_SPARE
        {
            tools.spare.push(framer);
        }
    }
}
