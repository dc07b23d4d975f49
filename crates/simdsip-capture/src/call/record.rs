//! One call: what is remembered of it while it goes on, and what its row says.

use super::bye::Byes;
use crate::packet::Endpoint;
use crate::table::{FrameRef, Transport};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// A 2xx came.
    Answered,
    /// 486 or 600.
    Busy,
    /// 408 or 480.
    NoAnswer,
    /// 487, or a CANCEL and no final response.
    Cancelled,
    /// Any other 4xx or 6xx, a challenge that was not met included.
    Rejected,
    /// 3xx, and no further attempt.
    Redirected,
    /// 5xx.
    Failed,
    /// No final response in 32 s, or what the callee's server allows once it rings.
    Timeout,
    /// The capture ends before the call is decided.
    Incomplete,
}

impl Outcome {
    pub(crate) const WORDS: &'static [&'static str] = &[
        "answered",
        "busy",
        "no-answer",
        "cancelled",
        "rejected",
        "redirected",
        "failed",
        "timeout",
        "incomplete",
    ];

    /// The word in column `outcome`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Whoever sent the INVITE.
    Caller,
    /// Whoever was called.
    Callee,
}

impl Side {
    pub(crate) const WORDS: &'static [&'static str] = &["caller", "callee"];

    /// The word in column `who_hung_up`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// A final response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) code: u16,
    pub(super) cseq: u32,
    pub(super) to_caller: bool,
}

impl Status {
    /// Whether another INVITE may follow.
    pub(super) fn may_go_on(self) -> bool {
        matches!(self.code, 300..=399 | 401 | 407 | 413 | 415 | 416 | 420 | 422 | 428 | 494)
    }
}

/// Distinct To tags.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags {
    pub(super) seen: Vec<u64>,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    /// One, in the form that the table wants.
    pub(super) call_ids: [Vec<u8>; 1],
    pub(super) from_tag: Option<Vec<u8>>,
    pub(super) ts_start: i64,
    pub(super) ts_ring: Option<i64>,
    pub(super) ts_answer: Option<i64>,
    pub(super) ts_final: Option<i64>,
    pub(super) ts_end: Option<i64>,
    pub(super) caller: Vec<u8>,
    pub(super) callee: Vec<u8>,
    pub(super) caller_user: Vec<u8>,
    pub(super) callee_user: Vec<u8>,
    pub(super) src: Endpoint,
    pub(super) dst: Endpoint,
    pub(super) transport: Transport,
    pub(super) status: Option<Status>,
    pub(super) invite_cseq: u32,
    pub(super) cancelled: bool,
    pub(super) redirected: bool,
    pub(super) early_media: bool,
    pub(super) reason_q850: Option<u32>,
    pub(super) auth_user: Option<Vec<u8>>,
    /// What the first description held, and whether the caller sent it.
    pub(super) offered: Option<(Vec<Vec<u8>>, bool)>,
    pub(super) chosen: Option<Vec<u8>>,
    pub(super) retransmissions: i32,
    pub(super) ua_caller: Option<Vec<u8>>,
    pub(super) ua_callee: Option<Vec<u8>>,
    pub(super) byes: Byes,
    pub(super) tags: Tags,
    pub(super) messages: i32,
    pub(super) frames: Vec<FrameRef>,
    pub(super) names: Arc<[String]>,
    pub(super) touched: i64,
    /// Decided when the call is given.
    pub(super) outcome: Outcome,
}

impl Default for Call {
    fn default() -> Self {
        let nobody = Endpoint { addr: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: 0 };
        Self {
            call_ids: [Vec::new()],
            from_tag: None,
            ts_start: 0,
            ts_ring: None,
            ts_answer: None,
            ts_final: None,
            ts_end: None,
            caller: Vec::new(),
            callee: Vec::new(),
            caller_user: Vec::new(),
            callee_user: Vec::new(),
            src: nobody,
            dst: nobody,
            transport: Transport::Udp,
            status: None,
            invite_cseq: 0,
            cancelled: false,
            redirected: false,
            early_media: false,
            reason_q850: None,
            auth_user: None,
            offered: None,
            chosen: None,
            retransmissions: 0,
            ua_caller: None,
            ua_callee: None,
            byes: Byes::default(),
            tags: Tags::default(),
            messages: 0,
            frames: Vec::new(),
            names: Arc::default(),
            touched: 0,
            outcome: Outcome::Incomplete,
        }
    }
}

impl Call {
    /// Nothing but retransmissions is to come.
    pub(super) fn is_over(&self) -> bool {
        match self.ts_answer {
            Some(_) => self.byes.is_over(),
            None => self.status.is_some(),
        }
    }

    /// The call as it stands when the captures are at `now`.
    pub(super) fn ended(mut self, now: i64) -> Self {
        let bye = self.byes.end();
        let refused = self.ts_final.filter(|_| self.ts_answer.is_none());
        self.ts_end = bye.map(|bye| bye.at).or(refused);
        self.reason_q850 = bye.and_then(|bye| bye.reason_q850).or(self.reason_q850);
        let silent = now.saturating_sub(self.ts_start) >= super::LINGER;
        self.outcome = match self.status.map(|status| status.code) {
            _ if self.ts_answer.is_some() => Outcome::Answered,
            Some(200..=299) => Outcome::Answered,
            Some(300..=399) => Outcome::Redirected,
            Some(486 | 600) => Outcome::Busy,
            Some(408 | 480) => Outcome::NoAnswer,
            Some(487) => Outcome::Cancelled,
            Some(500..=599) => Outcome::Failed,
            Some(_) => Outcome::Rejected,
            None if self.cancelled => Outcome::Cancelled,
            None if self.ts_ring.is_none() && silent => Outcome::Timeout,
            None if now.saturating_sub(self.touched) >= super::MAX_SETUP => Outcome::Timeout,
            None => Outcome::Incomplete,
        };
        self
    }

    /// A key that is the same in every run: of Call-ID and From tag.
    #[must_use]
    pub fn key(&self) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(self.call_id());
        hash.update([0]);
        hash.update(self.from_tag.as_deref().unwrap_or_default());
        let hash: [u8; 32] = hash.finalize().into();
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        key
    }

    /// Call-ID.
    #[must_use]
    pub fn call_id(&self) -> &[u8] {
        let [call_id] = &self.call_ids;
        call_id
    }

    /// The same as a list.
    pub(crate) fn call_ids(&self) -> &[Vec<u8>] {
        &self.call_ids
    }

    pub(crate) fn uris(&self) -> (&[u8], &[u8]) {
        (&self.caller, &self.callee)
    }

    pub(crate) fn q850(&self) -> Option<u32> {
        self.reason_q850
    }

    pub(crate) fn auth_user(&self) -> Option<&[u8]> {
        self.auth_user.as_deref()
    }

    pub(crate) fn codecs_offered(&self) -> Option<&[Vec<u8>]> {
        self.offered.as_ref().map(|(codecs, _)| &codecs[..])
    }

    pub(crate) fn codec_chosen(&self) -> Option<&[u8]> {
        self.chosen.as_deref()
    }

    pub(crate) fn agents(&self) -> (Option<&[u8]>, Option<&[u8]>) {
        (self.ua_caller.as_deref(), self.ua_callee.as_deref())
    }

    pub(crate) fn names(&self) -> &Arc<[String]> {
        &self.names
    }

    /// Messages, without second captures of the same.
    #[must_use]
    pub fn message_count(&self) -> i32 {
        self.messages
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Status code that the caller ended with; a challenge that was met is none.
    #[must_use]
    pub fn final_status(&self) -> Option<u16> {
        self.status.map(|status| status.code)
    }

    /// Packet time of the first INVITE.
    #[must_use]
    pub fn start(&self) -> i64 {
        self.ts_start
    }

    /// Packet time of the first response from 101 to 199.
    #[must_use]
    pub fn ring(&self) -> Option<i64> {
        self.ts_ring
    }

    /// Packet time of the first 2xx.
    #[must_use]
    pub fn answer(&self) -> Option<i64> {
        self.ts_answer
    }

    /// Packet time of the BYE that ended it; of a call that was not answered, of its final response.
    #[must_use]
    pub fn end(&self) -> Option<i64> {
        self.ts_end
    }

    /// Packet time of the final response.
    #[must_use]
    pub fn final_time(&self) -> Option<i64> {
        self.ts_final
    }

    /// Packet times of the BYE that ended it and of the 2xx that answers it. A BYE that is refused ends nothing; of those
    /// that are not answered the first counts.
    #[must_use]
    pub fn bye(&self) -> (Option<i64>, Option<i64>) {
        (self.byes.end().map(|bye| bye.at), self.byes.answered())
    }

    /// A 3xx was followed by another INVITE, or was the end.
    #[must_use]
    pub fn was_redirected(&self) -> bool {
        self.redirected || self.outcome == Outcome::Redirected
    }

    /// A provisional response had a body.
    #[must_use]
    pub fn has_early_media(&self) -> bool {
        self.early_media
    }

    /// Users of From and To.
    #[must_use]
    pub fn users(&self) -> (&[u8], &[u8]) {
        (&self.caller_user, &self.callee_user)
    }

    /// Where the first INVITE came from and went to.
    #[must_use]
    pub fn ends(&self) -> (Endpoint, Endpoint) {
        (self.src, self.dst)
    }

    /// What carried the first INVITE.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Distinct To tags of its responses.
    #[must_use]
    pub fn forks(&self) -> usize {
        self.tags.seen.len()
    }

    /// Messages that were sent again.
    #[must_use]
    pub fn retransmissions(&self) -> i32 {
        self.retransmissions
    }

    /// Who sent the BYE that ended it.
    #[must_use]
    pub fn who_hung_up(&self) -> Option<Side> {
        self.byes.end().map(|bye| bye.by).filter(|_| self.ts_answer.is_some())
    }

    /// The packets of its messages, in order.
    #[must_use]
    pub fn frames(&self) -> &[FrameRef] {
        &self.frames
    }
}
