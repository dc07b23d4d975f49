//! The verbs that give something out, and time.

use core::time::Duration;

use super::{Endpoint, Transmit};
use crate::event::Event;

impl Endpoint {
    /// Writes the next packet into the buffer, `None` where there is nothing to send now. To be called
    /// until then after every other verb. The buffer should hold the largest packet that a path may carry:
    /// 1,500 bytes unless `max_mtu` is larger.
    pub fn poll_transmit(&mut self, now: Duration, buffer: &mut [u8]) -> Option<Transmit> {
        while let Some(reply) = self.replies.pop_front() {
            let Some(place) = buffer.get_mut(..reply.bytes.len()) else { continue };
            place.copy_from_slice(&reply.bytes);
            self.counters.packets_out += 1;
            return Some(Transmit {
                source: reply.source,
                destination: reply.destination,
                encapsulation: reply.encapsulation,
                ecn: 0,
                len: reply.bytes.len(),
                segment_len: None,
                fragmentable: false,
            });
        }
        loop {
            let slot = self.table.front_sender()?;
            let (table, mut ctx) = self.parts(now);
            let association = table.slot_mut(slot)?;
            let Some(written) = association.poll_transmit(&mut ctx, buffer) else {
                self.table.pop_sender();
                self.refile(slot);
                continue;
            };
            let path = &association.paths[written.path];
            let transmit = Transmit {
                source: path.local,
                destination: path.remote,
                encapsulation: path.encapsulation,
                ecn: 0,
                len: written.len,
                segment_len: None,
                fragmentable: written.fragmentable,
            };
            self.table.rotate_senders();
            self.settle(slot);
            self.counters.packets_out += 1;
            return Some(transmit);
        }
    }

    /// What happened since the last call, oldest first. The receive window grows as messages are taken.
    pub fn poll_event(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        if let Event::Message(message) = &event
            && let Some(association) = self.table.get_mut(message.association)
        {
            association.message_taken(message.data.len());
            if association.wants_to_send() {
                self.settle(message.association.slot);
            }
        }
        Some(event)
    }

    /// When [`Endpoint::handle_timeout`] wants to be called, `None` where nothing is waited for. It may be
    /// earlier than anything happens.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.table.next_deadline()
    }

    /// Handles every timer that is due.
    pub fn handle_timeout(&mut self, now: Duration) {
        let mut due = Vec::new();
        while let Some(slot) = self.table.take_due(now) {
            due.push(slot);
        }
        for slot in due {
            let (table, mut ctx) = self.parts(now);
            let Some(association) = table.slot_mut(slot) else { continue };
            if association.deadline().is_some_and(|at| at <= now) {
                association.handle_timeout(&mut ctx);
            }
            self.settle(slot);
        }
    }

    /// Files the deadline of one that has nothing to send, without asking it again.
    fn refile(&mut self, slot: u32) {
        let Some(association) = self.table.slot_mut(slot) else { return };
        if association.state == crate::association::State::Closed {
            return self.table.remove(slot);
        }
        association.queued = true;
        self.table.file(slot);
        if let Some(association) = self.table.slot_mut(slot) {
            association.queued = false;
        }
    }
}
