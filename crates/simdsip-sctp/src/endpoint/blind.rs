//! Answers to packets that belong to no association (RFC 9260 §8.4), never more than so many a second.

use core::time::Duration;

use super::{Datagram, Endpoint, Reply};
use crate::wire::chunk::{Abort, Causes, T_BIT, kind};
use crate::wire::{Chunk, Full, Header, Packet, PacketWriter, Writer};

/// So many a second, and as many at once.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: u32,
    left: u32,
    since: Option<Duration>,
}

impl Bucket {
    pub(super) fn new(rate: u32) -> Bucket {
        Bucket { rate, left: rate, since: None }
    }

    pub(super) fn take(&mut self, now: Duration) -> bool {
        let since = *self.since.get_or_insert(now);
        let grown = (now.saturating_sub(since).as_micros() * u128::from(self.rate) / 1_000_000)
            .min(u128::from(self.rate)) as u32;
        if grown > 0 {
            self.left = self.left.saturating_add(grown).min(self.rate);
            self.since = Some(now);
        }
        let some = self.left > 0;
        self.left = self.left.saturating_sub(1);
        some
    }
}

/// Replies that wait; a driver that takes none gets no more.
const REPLIES_MAX: usize = 1024;

impl Endpoint {
    /// A packet out of the blue (§8.4).
    pub(super) fn out_of_the_blue(&mut self, now: Duration, from: &Datagram<'_>, packet: &Packet<'_>) {
        self.counters.out_of_the_blue += 1;
        let kinds = || packet.chunks().map_while(Result::ok).map(|raw| raw.kind);
        let is_multicast = from.source.is_multicast() || from.source.is_unspecified();
        // Those end something, or are late: an answer could only begin a quarrel.
        let silent = |it: u8| {
            matches!(
                it,
                kind::ABORT
                    | kind::INIT
                    | kind::SHUTDOWN_COMPLETE
                    | kind::COOKIE_ACK
                    | kind::ERROR
                    | kind::INIT_ACK
            )
        };
        if is_multicast || kinds().any(silent) {
            return;
        }
        let first = kinds().next();
        // The tag goes back as it came, and the T bit says so.
        if first == Some(kind::SHUTDOWN_ACK) {
            self.answer_blindly(now, from, packet.header(), packet.header().tag, |w| {
                Chunk::ShutdownComplete(T_BIT).emit(w)
            });
        } else if first.is_some() {
            self.answer_blindly(now, from, packet.header(), packet.header().tag, |w| {
                Chunk::Abort(Abort { reflected: true, causes: Causes::new(&[]) }).emit(w)
            });
        }
    }

    /// Sends one chunk back to where a packet came from, unless there were too many of late.
    pub(super) fn answer_blindly(
        &mut self,
        now: Duration,
        from: &Datagram<'_>,
        to: Header,
        tag: u32,
        emit: impl FnOnce(&mut Writer<'_>) -> Result<(), Full>,
    ) {
        if !self.blind_bucket.take(now) {
            self.counters.replies_withheld += 1;
            return;
        }
        let mut buffer = [0; 512];
        let header = Header { src_port: to.dst_port, dst_port: to.src_port, tag };
        let Ok(mut writer) = PacketWriter::new(&mut buffer, header) else { return };
        if emit(writer.writer()).is_ok() {
            let bytes = writer.finish().to_vec();
            self.reply(from, bytes);
        }
    }

    pub(super) fn reply(&mut self, to: &Datagram<'_>, bytes: Vec<u8>) {
        if self.replies.len() >= REPLIES_MAX {
            self.counters.replies_withheld += 1;
            return;
        }
        self.replies.push_back(Reply {
            source: to.destination,
            destination: to.source,
            encapsulation: to.encapsulation,
            bytes,
        });
    }
}
