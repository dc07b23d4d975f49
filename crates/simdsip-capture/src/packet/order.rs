//! TCP segments of one direction put into order.
//!
//! Gives the stream's bytes once, in sequence: bytes that were given out stand, repeated ones are trimmed,
//! early segments wait, and a hole that will not be filled is given as a gap. Knows nothing of SIP, and believes
//! no RST, FIN or SYN alone, since anybody can forge one: a SYN of a connection that is known waits until a
//! segment goes on from it or the peer answers it (RFC 9293 §3.10.7.4, RFC 5961 §4). Where it was led astray
//! all the same, it goes back as soon as a segment comes that goes on from where it was. RFC 9293 §3.4.

mod place;

use super::Origin;
use place::Place;
use std::collections::VecDeque;

/// Beyond this distance a segment is of another connection, not early or late.
const WINDOW: u32 = 1 << 24;
const MAX_HELD_BYTES: usize = 256 * 1024;
/// An empty queue that grew beyond this is given back.
const SMALL: usize = 16;
const MAX_HELD: usize = 1024;
/// Bytes that are remembered to be compared: more than most messages have.
const RECENT: usize = 16 * 1024;
/// What a held segment costs beside its bytes: its place in the queue, and the allocator's share.
const HELD_COST: usize = 2 * size_of::<Held>();
/// Nanoseconds of packet time.
const ACKNOWLEDGED_WAIT: i64 = 200_000_000;
const MAX_WAIT: i64 = 30_000_000_000;

/// Bytes in sequence, or the fact that some are missing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'a> {
    /// The next byte is a connection's first.
    Start,
    Bytes(&'a [u8]),
    /// Bytes of a segment that waited, now that the hole before it is filled.
    Filled(&'a [u8], Origin),
    /// Bytes of a segment that waited, which are given with the packet it came in.
    Late(&'a [u8], Origin),
    Gap,
}

/// What a segment brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brought {
    New,
    Early,
    Repeated,
}

#[derive(Debug)]
struct Held {
    at: u32,
    bytes: Vec<u8>,
    /// Bytes after these that were on the wire but not captured.
    lost: u32,
    origin: Origin,
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(crate) struct Order {
    here: Option<Place>,
    /// Where the stream was before it was taken to go on elsewhere.
    other: Option<Place>,
    /// A SYN that nothing bears out yet: the first byte it names, and what it carries.
    claim: Option<Box<Held>>,
    /// Sorted by distance from `next`.
    held: VecDeque<Held>,
    held_len: usize,
    /// Bytes lie behind us, so that a hole is one.
    started: bool,
    /// The last bytes before `next`, for what repeats them to be compared.
    recent: Vec<u8>,
    /// Segments that repeated bytes as others than they were.
    differing: u32,
}

impl Order {
    /// Bytes of memory held.
    pub(crate) fn footprint(&self) -> usize {
        self.early().saturating_add(self.recent.capacity())
    }

    /// Forgets what repeated bytes are compared with: only the room is worth more.
    pub(crate) fn forget(&mut self) {
        self.recent = Vec::new();
    }

    /// Bytes of memory that early segments take, the smallest ones' bookkeeping included.
    pub(crate) fn early(&self) -> usize {
        let claim = self.claim.as_ref().map_or(0, |claim| claim.bytes.len().saturating_add(HELD_COST));
        self.held_len.saturating_add(self.held.len().saturating_mul(HELD_COST)).saturating_add(claim)
    }

    /// A SYN with what it carries. Says whether that can be pushed; if not, the SYN waits to be borne out.
    pub(crate) fn syn(
        &mut self,
        at: u32,
        bytes: &[u8],
        lost: u32,
        origin: Origin,
        give: &mut impl FnMut(Piece<'_>),
    ) -> bool {
        let first = at.wrapping_add(1);
        match self.here {
            None => {
                self.here = Some(Place::new(first, Some(first), 0));
                give(Piece::Start);
                true
            }
            Some(here) if here.from == Some(first) || here.next == first => true,
            Some(_) => {
                if self.claim.as_ref().is_none_or(|claim| claim.at != first) {
                    self.claim = Some(Box::new(Held { at: first, bytes: bytes.to_vec(), lost, origin }));
                }
                false
            }
        }
    }

    /// A segment comes at `at`: perhaps it goes on from the SYN that waits.
    pub(crate) fn bear_out(&mut self, at: u32, has_payload: bool, give: &mut impl FnMut(Piece<'_>)) {
        let (Some(here), Some(claim)) = (self.here, &self.claim) else { return };
        if here.gave(claim.at) {
            // What repeats bytes of the connection that is known is no other's.
            self.claim = None;
            return;
        }
        let len = u32::try_from(claim.bytes.len()).unwrap_or(u32::MAX);
        let goes_on = at == claim.at || at == claim.at.wrapping_add(len);
        // The first segment is late, and this one has no other place.
        let near = has_payload && here.is_foreign(at) && at.wrapping_sub(claim.at) <= WINDOW;
        if at != here.next && (goes_on || near) && !self.is_of_other(at) {
            self.believe(give);
        }
    }

    /// The peer answers a SYN, and `acknowledges` it.
    pub(crate) fn answered(&mut self, acknowledges: u32, give: &mut impl FnMut(Piece<'_>)) {
        if self.claim.as_ref().is_some_and(|claim| claim.at == acknowledges) {
            self.believe(give);
        }
    }

    /// How many segments since this was asked last repeat bytes as others than they were.
    pub(crate) fn take_differing(&mut self) -> u32 {
        std::mem::take(&mut self.differing)
    }

    /// Compares what a segment at `at` repeats with what was given.
    fn compare(&mut self, at: u32, bytes: &[u8]) {
        let Some(here) = self.here else { return };
        let Ok(seen) = usize::try_from(here.next.wrapping_sub(at).cast_signed()) else { return };
        let skip = seen.saturating_sub(self.recent.len());
        let from = self.recent.len().saturating_sub(seen);
        let (Some(repeated), Some(given)) = (bytes.get(skip..seen.min(bytes.len())), self.recent.get(from..))
        else {
            return;
        };
        if given.get(..repeated.len()).is_some_and(|given| given != repeated) {
            self.differing = self.differing.saturating_add(1);
        }
    }

    fn remember(&mut self, bytes: &[u8]) {
        if self.recent.len() > 2 * RECENT {
            self.recent.drain(..RECENT);
        }
        let from = bytes.len().saturating_sub(RECENT);
        if from > 0 {
            self.recent.clear();
        }
        self.recent.extend_from_slice(bytes.get(from..).unwrap_or_default());
    }

    /// Whether the stream's bytes end at `at`: a FIN there is believed.
    pub(crate) fn is_next(&self, at: u32) -> bool {
        self.here.is_some_and(|here| here.next == at)
    }

    /// Takes a segment's payload. `lost` bytes after it were on the wire but not captured.
    pub(crate) fn push(
        &mut self,
        at: u32,
        bytes: &[u8],
        lost: u32,
        origin: Origin,
        give: &mut impl FnMut(Piece<'_>),
    ) -> Brought {
        let mut here = *self.here.get_or_insert(Place::new(at, None, 0));
        if !bytes.is_empty() && at != here.next {
            if self.is_of_other(at) {
                here = self.go_back(here, give);
            } else if here.is_foreign(at) {
                here = self.leave(Place::new(at, Some(at), here.life.wrapping_add(1)), Gap::Yes, give);
            }
        }
        if here.distance(at) > 0 {
            return self.hold(at, bytes, lost, origin, give);
        }
        self.compare(at, bytes);
        let seen = here.next.wrapping_sub(at) as usize;
        if bytes.len() < seen || (bytes.len() == seen && lost == 0) {
            return Brought::Repeated;
        }
        if let Some(here) = &mut self.here {
            here.sound = true;
        }
        self.take(at, bytes, How::Now, give);
        if lost > 0 {
            self.lose(lost, give);
        }
        self.drain(give, Wait::Filled);
        Brought::New
    }

    /// Skips holes that will not be filled: the other side has `acknowledged` beyond them, or they are old.
    /// Acknowledged bytes are waited for a little, since captures of several queues swap packets.
    pub(crate) fn settle(&mut self, acknowledged: Option<u32>, now: i64, give: &mut impl FnMut(Piece<'_>)) {
        while let Some(first) = self.held.front() {
            let age = now.saturating_sub(first.origin.stamp());
            let beyond = acknowledged.is_some_and(|at| at.wrapping_sub(first.at).cast_signed() >= 0);
            if !(age > MAX_WAIT || beyond && age > ACKNOWLEDGED_WAIT) {
                return;
            }
            self.skip_hole(give);
        }
    }

    /// Gives all that waits, with the holes as gaps: no more will come.
    pub(crate) fn give_up(&mut self, give: &mut impl FnMut(Piece<'_>)) {
        self.skip_holes(give);
        if self.claim.as_ref().is_some_and(|claim| !claim.bytes.is_empty()) {
            self.believe(give);
        }
    }

    fn skip_holes(&mut self, give: &mut impl FnMut(Piece<'_>)) {
        while !self.held.is_empty() {
            self.skip_hole(give);
        }
    }

    /// The connection is the one that the waiting SYN began.
    fn believe(&mut self, give: &mut impl FnMut(Piece<'_>)) {
        let (Some(claim), Some(here)) = (self.claim.take(), self.here) else { return };
        // Where nothing was given yet, nothing is missing.
        let place = Place::new(claim.at, Some(claim.at), here.life.wrapping_add(1));
        self.leave(place, if self.started { Gap::Yes } else { Gap::No }, give);
        give(Piece::Start);
        self.take(claim.at, &claim.bytes, How::Late(claim.origin), give);
        if claim.lost > 0 {
            self.lose(claim.lost, give);
        }
    }

    /// Goes on at another place, and remembers this one.
    fn leave(&mut self, to: Place, gap: Gap, give: &mut impl FnMut(Piece<'_>)) -> Place {
        self.skip_holes(give);
        if gap == Gap::Yes {
            give(Piece::Gap);
        }
        self.started = false;
        self.recent.clear();
        self.other = self.here.replace(to);
        to
    }

    /// Whether bytes at `at` go on from the other place, or fill the hole that was given up behind it.
    fn is_of_other(&self, at: u32) -> bool {
        let (Some(other), Some(here)) = (self.other, self.here) else { return false };
        let into = at.wrapping_sub(other.next);
        // As long as nothing goes on from here, all behind the first hole is a guess.
        let end = if here.sound { other.hole_end } else { other.hole_end.map(|_| here.first) };
        let hole = end.map_or(0, |end| end.wrapping_sub(other.next));
        into == 0 || here.life == other.life && into < hole
    }

    /// The other place was the right one: goes on there.
    fn go_back(&mut self, here: Place, give: &mut impl FnMut(Piece<'_>)) -> Place {
        let Some(other) = self.other else { return here };
        let hole = here.life == other.life;
        let back = here.distance(other.next) < 0;
        // What waits behind the hole waits on.
        if !(hole && back) {
            self.skip_holes(give);
        }
        give(Piece::Gap);
        self.recent.clear();
        let place = Place { hole_end: None, ..other };
        let hole_end = (hole && !back).then_some(place.first);
        self.other = self.here.replace(place).map(|here| Place { hole_end, ..here });
        place
    }

    /// Gives what of the bytes at `at` is news; those before `next` are not.
    fn take(&mut self, at: u32, bytes: &[u8], how: How, give: &mut impl FnMut(Piece<'_>)) {
        while let Some(here) = self.here {
            let seen = here.next.wrapping_sub(at) as usize;
            let Some(new) = bytes.get(seen..).filter(|new| !new.is_empty()) else { return };
            // Behind a hole that fills late are bytes that were given already.
            let given = self.other.filter(|other| other.life == here.life && other.first != other.next);
            let room = given.and_then(|given| usize::try_from(here.distance(given.first)).ok());
            let now = room.and_then(|room| new.get(..room)).unwrap_or(new);
            if !now.is_empty() {
                self.advance(now.len());
                self.remember(now);
                give(match how {
                    How::Now => Piece::Bytes(now),
                    How::Filled(origin) => Piece::Filled(now, origin),
                    How::Late(origin) => Piece::Late(now, origin),
                });
            }
            match given.filter(|_| room.is_some_and(|room| room <= new.len())) {
                None => return,
                Some(given) => {
                    self.other = None;
                    self.recent.clear();
                    self.here = Some(Place { first: here.first, sound: true, hole_end: None, ..given });
                    give(Piece::Gap);
                }
            }
        }
    }

    fn advance(&mut self, len: usize) {
        self.started = true;
        if let Some(here) = &mut self.here {
            // Sequence numbers count modulo 2^32; a segment is far shorter.
            here.next = here.next.wrapping_add(u32::try_from(len).unwrap_or(u32::MAX));
            if here.next.wrapping_sub(here.first) > WINDOW {
                here.first = here.next.wrapping_sub(WINDOW);
                here.from = here.from.filter(|from| here.next.wrapping_sub(*from) <= WINDOW.wrapping_mul(2));
            }
        }
    }

    fn hold(
        &mut self,
        at: u32,
        bytes: &[u8],
        lost: u32,
        origin: Origin,
        give: &mut impl FnMut(Piece<'_>),
    ) -> Brought {
        let Some(Place { next, .. }) = self.here else { return Brought::Repeated };
        if bytes.is_empty() {
            return Brought::Repeated;
        }
        let distance = |at: u32| at.wrapping_sub(next);
        let place = self.held.partition_point(|held| distance(held.at) <= distance(at));
        let end = |held: &Held| {
            distance(held.at).saturating_add(u32::try_from(held.bytes.len()).unwrap_or(u32::MAX))
        };
        let my_end = distance(at).saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        let before = place.checked_sub(1).and_then(|before| self.held.get(before));
        if before.is_some_and(|before| end(before) >= my_end) {
            return Brought::Repeated;
        }
        self.held.insert(place, Held { at, bytes: bytes.to_vec(), lost, origin });
        self.held_len = self.held_len.saturating_add(bytes.len());
        while self.held_len > MAX_HELD_BYTES || self.held.len() > MAX_HELD {
            self.skip_hole(give);
        }
        Brought::Early
    }

    fn skip_hole(&mut self, give: &mut impl FnMut(Piece<'_>)) {
        let (Some(first), Some(here)) = (self.held.front(), self.here) else { return };
        let at = first.at;
        self.recent.clear();
        // Of several holes in a row the first is remembered: behind it, all is a guess.
        if here.sound || self.other.is_none() {
            self.other = Some(Place { hole_end: Some(at), ..here });
        }
        self.here = Some(Place { next: at, first: at, sound: false, hole_end: None, ..here });
        give(Piece::Gap);
        self.drain(give, Wait::GivenUp);
    }

    fn drain(&mut self, give: &mut impl FnMut(Piece<'_>), wait: Wait) {
        while let (Some(here), Some(first)) = (self.here, self.held.front()) {
            if here.distance(first.at) > 0 {
                return;
            }
            let Some(held) = self.held.pop_front() else { return };
            self.held_len = self.held_len.saturating_sub(held.bytes.len());
            self.compare(held.at, &held.bytes);
            let seen = here.next.wrapping_sub(held.at) as usize;
            if seen < held.bytes.len() {
                let how = match wait {
                    Wait::Filled => How::Filled(held.origin),
                    Wait::GivenUp => How::Late(held.origin),
                };
                self.take(held.at, &held.bytes, how, give);
                if held.lost > 0 {
                    self.lose(held.lost, give);
                }
            }
        }
        if self.held.capacity() > SMALL {
            self.held = VecDeque::new();
        }
    }

    fn lose(&mut self, lost: u32, give: &mut impl FnMut(Piece<'_>)) {
        give(Piece::Gap);
        self.recent.clear();
        if let Some(here) = &mut self.here {
            here.next = here.next.wrapping_add(lost);
        }
    }
}

/// Whether bytes are missing where the stream goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    Yes,
    No,
}

/// How bytes come to be given.
#[derive(Clone, Copy, Debug)]
enum How {
    /// As they come.
    Now,
    /// With the segment before them.
    Filled(Origin),
    /// Because nothing before them is waited for any more.
    Late(Origin),
}

/// Why bytes that waited are given now: to which packet their messages belong.
#[derive(Clone, Copy, Debug)]
enum Wait {
    Filled,
    GivenUp,
}

#[cfg(test)]
mod tests;
