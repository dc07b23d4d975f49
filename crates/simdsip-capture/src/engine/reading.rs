//! A message's bytes read again as they were found: a row.
//!
//! Rows are made here alone, so that they are the same whichever thread makes them, and whether their bytes come from
//! a packet or from a copy.

use super::{Options, Payload};
use crate::packet::stream::{self, HEADERS};
use crate::table::{Meta, Row};
use simdsip::{Backend, Error, ErrorKind, Frame, Framer, GrowIndex, Index, LimitKind, Message, Parser, Side};
use std::sync::Arc;

/// Makes rows. Keeps what parsing needs, so that it is allocated once.
pub struct Reading {
    parser: Parser,
    stream_parser: Parser,
    index: Index,
    large: GrowIndex,
    framer: Box<Framer<HEADERS>>,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reading({})", self.parser.backend())
    }
}

impl Reading {
    pub(super) fn new(parser: Parser) -> Self {
        let stream_parser = stream::stream_parser(parser);
        Self {
            parser,
            stream_parser,
            index: Index::new(),
            large: GrowIndex::new(),
            framer: Box::new(Framer::sized(stream_parser, Side::Observer)),
        }
    }

    /// For messages that no capture holds; see [`Chunk::push_bytes`](super::Chunk::push_bytes).
    #[must_use]
    pub fn of(options: &Options) -> Self {
        super::Engine::new(options).reading()
    }

    pub(super) fn backend(&self) -> Backend {
        self.parser.backend()
    }

    /// The row of a message. `names` are those of the capture files.
    pub(crate) fn row<'r>(&'r mut self, payload: Payload<'r>, names: &'r Arc<[String]>) -> Row<'r> {
        let Payload { meta: Meta { file, .. }, bytes, .. } = payload;
        let (meta, frames) = (payload.meta, payload.frames);
        let backend = self.parser.backend();
        let content = self.content(payload);
        let bytes = content.as_ref().map_or(bytes, Message::as_bytes);
        let file = names.get(file as usize).map_or("", String::as_str);
        Row::new(file, meta, content, bytes, frames, backend)
    }

    #[inline]
    fn content<'r>(&'r mut self, payload: Payload<'r>) -> Result<Message<'r>, Error> {
        let bytes = payload.bytes;
        if !payload.framed {
            return match self.parser.parse(bytes, &mut self.index) {
                // More header fields, or larger ones, than the usual index holds.
                Err(Error {
                    kind: ErrorKind::Limit(LimitKind::Index | LimitKind::HeaderSection), ..
                }) => self.parser.parse_growing(bytes, &mut self.large),
                content => content,
            };
        }
        if let Some(error) = payload.error {
            return Err(error);
        }
        if payload.unfinished {
            return self.stream_parser.parse_growing(bytes, &mut self.large);
        }
        *self.framer = Framer::sized(self.stream_parser, Side::Observer);
        match self.framer.next(bytes) {
            Frame::Message(message) => Ok(message),
            Frame::Refused { error, .. } => Err(error),
            Frame::Fatal { error, answerable } => answerable.ok_or(error),
            // It was whole when it was found.
            _ => Err(Error { kind: ErrorKind::Empty, at: 0 }),
        }
    }
}
