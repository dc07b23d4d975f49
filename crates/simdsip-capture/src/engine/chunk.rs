//! Messages that wait for their rows: copies of their bytes, and where they came from.

use super::{Payload, Reading, count};
use crate::packet::{Endpoint, Wraps};
use crate::stats::Stats;
use crate::table::{Meta, Row, Transport};
use simdsip::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use std::sync::Arc;

const MAX_BYTES: usize = 4 << 20;

/// Some messages in order, filled by [`Messages::fill`](super::Messages::fill).
#[derive(Debug, Default)]
pub struct Chunk {
    names: Arc<[String]>,
    bytes: Vec<u8>,
    messages: Vec<Held>,
}

#[derive(Debug)]
struct Held {
    meta: Meta,
    range: Range<usize>,
    error: Option<Error>,
    unfinished: bool,
    framed: bool,
}

impl Chunk {
    /// Gives `visit` the rows, and counts them.
    pub fn rows(&self, reading: &mut Reading, stats: &mut Stats, visit: &mut impl FnMut(&Row<'_>)) {
        for Held { meta, range, error, unfinished, framed } in &self.messages {
            let bytes = self.bytes.get(range.clone()).unwrap_or_default();
            let (error, unfinished, framed) = (*error, *unfinished, *framed);
            let payload = Payload { meta: *meta, bytes, error, unfinished, framed, frames: &[] };
            let row = reading.row(payload, &self.names);
            count(&row, stats);
            visit(&row);
        }
    }

    /// Appends a message that no capture holds, as one datagram.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        let nobody = Endpoint { addr: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: 0 };
        let meta = Meta {
            file: 0,
            frame: 0,
            message_in_frame: 0,
            file_offset: None,
            truncated: false,
            time: None,
            now: None,
            stamp: None,
            transport: Transport::Udp,
            wraps: Wraps::default(),
            source: nobody,
            dest: nobody,
            is_retransmission: false,
            is_duplicate: false,
            duplicate_of: None,
        };
        self.push(&Payload { meta, bytes, error: None, unfinished: false, framed: false, frames: &[] });
    }

    /// Whether it holds as much as a chunk should.
    #[must_use]
    pub fn has_enough(&self) -> bool {
        self.is_full(1024)
    }

    /// Forgets the messages, keeps the room.
    pub fn reset(&mut self) {
        self.clear(Arc::default());
    }

    /// How many messages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub(super) fn clear(&mut self, names: Arc<[String]>) {
        self.names = names;
        self.bytes.clear();
        self.messages.clear();
    }

    pub(super) fn is_full(&self, messages: usize) -> bool {
        self.messages.len() >= messages || self.bytes.len() >= MAX_BYTES
    }

    pub(super) fn push(&mut self, payload: &Payload<'_>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(payload.bytes);
        let Payload { meta, error, unfinished, framed, .. } = *payload;
        self.messages.push(Held { meta, range: start..self.bytes.len(), error, unfinished, framed });
    }
}
