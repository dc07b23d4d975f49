//! The BYEs of a call: which of them ended it.
//!
//! Anybody can send a BYE; a call is over when one is accepted, or answered as to a dialog that is gone, or not answered
//! at all. One that is refused or challenged changes nothing. RFC 3261 §15.1.1, §15.1.2.

use super::Side;

/// BYEs of one call that are remembered.
const MAX_BYES: usize = 16;

/// One BYE, and what repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bye {
    pub(super) at: i64,
    pub(super) by: Side,
    pub(super) reason_q850: Option<u32>,
    cseq: u32,
    refused: bool,
}

/// All of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Byes {
    seen: Vec<Bye>,
    /// That which ended the call, and when a 2xx said so.
    end: Option<(Bye, Option<i64>)>,
}

impl Byes {
    /// Takes a request. One that was refused and is sent anew, not repeated, waits for its answer again.
    pub(super) fn request(&mut self, at: i64, by: Side, cseq: u32, reason_q850: Option<u32>, repeats: bool) {
        let new = Bye { at, by, reason_q850, cseq, refused: false };
        if let Some(old) = self.seen.iter_mut().find(|bye| (bye.cseq, bye.by) == (cseq, by)) {
            if old.refused && !repeats {
                *old = new;
            }
            return;
        }
        if self.seen.len() >= MAX_BYES {
            // The first that waits is kept: it ends the call if nothing is ever answered.
            let last = self.seen.len().saturating_sub(1);
            self.seen.remove(self.seen.iter().position(|bye| bye.refused).unwrap_or(last));
        }
        self.seen.push(new);
    }

    /// Takes a response to a BYE of that side.
    pub(super) fn response(&mut self, code: u16, by: Side, cseq: u32, now: i64) {
        let Some(bye) = self.seen.iter_mut().find(|bye| (bye.cseq, bye.by) == (cseq, by)) else { return };
        match code {
            ..=199 => {}
            200..=299 | 408 | 481 => {
                let answered = (code < 300).then_some(now);
                match &mut self.end {
                    Some((end, known)) if end == bye => *known = known.or(answered),
                    // Both may hang up at once: what counts is who did first.
                    Some((end, _)) if end.at <= bye.at => {}
                    end => *end = Some((*bye, answered)),
                }
            }
            _ => bye.refused = true,
        }
    }

    /// Whether one was accepted, or waits for its answer.
    pub(super) fn is_over(&self) -> bool {
        self.end.is_some() || self.waiting().is_some()
    }

    /// That which ended the call; if none was answered, the first.
    pub(super) fn end(&self) -> Option<Bye> {
        self.end.map(|(bye, _)| bye).or_else(|| self.waiting())
    }

    /// When a 2xx answered it.
    pub(super) fn answered(&self) -> Option<i64> {
        self.end.and_then(|(_, answered)| answered)
    }

    fn waiting(&self) -> Option<Bye> {
        self.seen.iter().find(|bye| !bye.refused).copied()
    }
}
