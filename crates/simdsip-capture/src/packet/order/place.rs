//! A place in a stream: what was given up to where, by sequence numbers. RFC 9293 §3.4.

use super::WINDOW;

/// Where a stream is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The byte that comes next.
    pub(super) next: u32,
    /// The first byte that was given without a hole before `next`, as far back as a segment can be late.
    pub(super) first: u32,
    /// The connection's first byte, or the first that is known of it. None where the capture begins in the
    /// middle, or the numbers may have come round since.
    pub(super) from: Option<u32>,
    /// Which connection, of those taken to be between the same ends.
    pub(super) life: u32,
    /// A segment came that goes on from here, so that the place is more than a guess.
    pub(super) sound: bool,
    /// Where the hole behind `next` ends that was given up.
    pub(super) hole_end: Option<u32>,
}

impl Place {
    pub(super) fn new(next: u32, from: Option<u32>, life: u32) -> Self {
        Self { next, first: next, from, life, sound: true, hole_end: None }
    }

    /// How far `at` lies ahead of the byte that comes next.
    pub(super) fn distance(&self, at: u32) -> i32 {
        at.wrapping_sub(self.next).cast_signed()
    }

    /// Whether the byte at `at` was given, or comes next.
    pub(super) fn gave(&self, at: u32) -> bool {
        at.wrapping_sub(self.first) <= self.next.wrapping_sub(self.first)
    }

    /// Too far away to be of this connection, or before its beginning.
    pub(super) fn is_foreign(&self, at: u32) -> bool {
        // A byte before the first is what keeps a connection alive (RFC 9293 §3.8.4).
        let before = |from: u32| at.wrapping_sub(from).cast_signed() < -1;
        self.distance(at).unsigned_abs() > WINDOW || self.from.is_some_and(before)
    }
}
