//! Calls: all messages of a Call-ID and of the tag of whoever began it with an INVITE.
//!
//! A retry after 401 or 407 is the same call, and so are the branches of a fork, re-INVITEs and whatever else is sent
//! within its dialogs. The legs of a back-to-back user agent have Call-IDs of their own and are calls of their own. A
//! call that is over is given a while later, when no retransmission is to be expected any more; one of which nothing
//! is heard is given up by packet time. A call of which the capture holds no initial INVITE, only a re-INVITE, makes no
//! row, since all ratios count initial ones. Where a call is seen on both sides of a proxy, what its caller saw counts.
//! RFC 3261 §12, §13, §17; RFC 6076.

mod bye;
mod record;

pub use record::{Call, Outcome, Side};

use crate::live::Live;
use crate::table::{FrameRef, Row, addr_user, q850};
use record::{Status, Tags};
use simdsip::{HeaderName, Kind, Method};
use std::sync::Arc;

/// Calls that go on at the same time.
const MAX_CALLS: usize = 65_536;
/// Packets that one call remembers.
const MAX_FRAMES: usize = 16_384;
/// Nanoseconds of packet time: 64·T1, in which a transaction ends (RFC 3261 §17).
pub(crate) const LINGER: i64 = 32_000_000_000;
/// Timer C and what may follow it (RFC 3261 §16.6).
const MAX_SETUP: i64 = 240_000_000_000;
/// An answered call of which nothing is heard: longer than any session timer.
const MAX_IDLE: i64 = 4 * 3600 * 1_000_000_000;

/// Counts of what was given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evictions {
    /// Nothing was heard for too long.
    pub idle: u64,
    /// There were too many at the same time.
    pub crowded: u64,
}

/// Makes calls of messages.
#[derive(Debug)]
pub struct Calls {
    live: Live<Call>,
    names: Arc<[String]>,
    evictions: Evictions,
    now: i64,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            live: Live::new(MAX_CALLS),
            names: Arc::default(),
            evictions: Evictions::default(),
            now: i64::MIN,
        }
    }
}

impl Calls {
    /// Takes the next message and gives the calls that are over. `names` are those of the capture files.
    pub fn row(&mut self, row: &Row<'_>, names: &Arc<[String]>, give: &mut impl FnMut(Call)) {
        if self.names.len() != names.len() {
            self.names = Arc::clone(names);
        }
        if let Some(now) = row.clock()
            && now != self.now
        {
            self.now = now;
            self.expire(give);
        }
        let Ok(message) = row.message() else { return };
        let Some(call_id) = message.field(HeaderName::CallId).map(|field| field.value()) else { return };
        let Some(cseq) = message.cseq().ok().flatten() else { return };
        let (from_tag, to_tag) = (row.from().and_then(|from| from.tag()), row.to().and_then(|to| to.tag()));
        // Within its dialogs the caller's tag is that of From or, in requests of the other side, that of To.
        let hash = |live: &Live<Call>, tag: Option<&[u8]>| match tag {
            Some(tag) => live.hash(&[call_id, tag]),
            None => live.hash(&[call_id]),
        };
        let begun_with =
            |tag| move |call: &Call| call.call_id() == call_id && call.from_tag.as_deref() == tag;
        let by_from = hash(&self.live, from_tag);
        let by_to = to_tag.map(|_| hash(&self.live, to_tag));
        let now = row.time().unwrap_or(self.now);
        let found = |live: &mut Live<Call>| match live.find(by_from, begun_with(from_tag)) {
            Some(_) => Some((by_from, from_tag)),
            None => by_to
                .filter(|by_to| live.find(*by_to, begun_with(to_tag)).is_some())
                .map(|by_to| (by_to, to_tag)),
        };
        let place = found(&mut self.live);
        if place.is_none() {
            // One with a To tag is of a call that began before the capture, or whose row was given: none begins.
            let begins = message.kind() == Kind::Request && message.method() == Some(Method::Invite);
            if !begins || to_tag.is_some() {
                return;
            }
            let call = Call::begin(row, call_id, from_tag, now, &self.names);
            if let Some(oldest) = self.live.insert(by_from, call, now.saturating_add(LINGER)) {
                self.evictions.crowded += 1;
                give(oldest.ended(self.now));
            }
        }
        let (hash, tag) = place.unwrap_or((by_from, from_tag));
        if let Some(call) = self.live.find(hash, begun_with(tag)) {
            take(call, row, &message, cseq.number(), cseq.method(), now);
        }
    }

    /// The captures end: gives what is left.
    pub fn finish(&mut self, give: &mut impl FnMut(Call)) {
        while let Some(call) = self.live.pop() {
            give(call.ended(self.now));
        }
    }

    /// What was given up so far.
    #[must_use]
    pub fn evictions(&self) -> Evictions {
        self.evictions
    }

    fn expire(&mut self, give: &mut impl FnMut(Call)) {
        while let Some(call) =
            self.live.expired(self.now, |call| call.touched.saturating_add(call.patience()))
        {
            if !call.is_over() {
                self.evictions.idle += 1;
            }
            give(call.ended(self.now));
        }
    }
}

impl Call {
    /// How long it may be silent.
    fn patience(&self) -> i64 {
        if self.is_over() {
            LINGER
        } else if self.ts_answer.is_some() {
            MAX_IDLE
        } else {
            MAX_SETUP
        }
    }

    fn begin(
        row: &Row<'_>,
        call_id: &[u8],
        from_tag: Option<&[u8]>,
        now: i64,
        names: &Arc<[String]>,
    ) -> Self {
        let text = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec).unwrap_or_default();
        Self {
            call_ids: [call_id.to_vec()],
            from_tag: from_tag.map(<[u8]>::to_vec),
            ts_start: now,
            caller: text(row.from().map(|from| from.uri_span().bytes())),
            callee: text(row.to().map(|to| to.uri_span().bytes())),
            caller_user: text(row.from().and_then(|from| addr_user(from))),
            callee_user: text(row.to().and_then(|to| addr_user(to))),
            src: row.source(),
            dst: row.dest(),
            transport: row.transport(),
            touched: row.stamp().unwrap_or(now),
            names: Arc::clone(names),
            ..Self::default()
        }
    }
}

fn take(call: &mut Call, row: &Row<'_>, message: &simdsip::Message<'_>, cseq: u32, of: Method<'_>, now: i64) {
    if call.frames.len() < MAX_FRAMES {
        call.frames.push(FrameRef { file: row.file_number(), frame: row.frame() });
    }
    if row.is_duplicate() {
        return;
    }
    call.touched = row.stamp().unwrap_or(now);
    call.messages = call.messages.saturating_add(1);
    if row.is_retransmission() {
        call.retransmissions = call.retransmissions.saturating_add(1);
    }
    let by_caller = row.from().and_then(|from| from.tag()) == call.from_tag.as_deref();
    if call.chosen.is_none() && by_caller {
        codecs(call, row, message.kind() == Kind::Request);
    }
    match message.kind() {
        Kind::Request => request(call, row, message, cseq, by_caller, now),
        Kind::Response => {
            if let Ok(Some(status)) = message.status() {
                response(call, row, message, status, (cseq, of, side(by_caller)), now);
            }
        }
    }
}

fn side(by_caller: bool) -> Side {
    if by_caller { Side::Caller } else { Side::Callee }
}

/// The first description is the offer, one of the other side the answer (RFC 3264 §5, §6). `from_caller` says who sent
/// it: within transactions of the caller, requests are its own and responses the callee's.
fn codecs(call: &mut Call, row: &Row<'_>, from_caller: bool) {
    let Some(media) = row.media().filter(|media| !media.codecs.is_empty()) else { return };
    match &call.offered {
        None => call.offered = Some((media.codecs.clone(), from_caller)),
        Some((_, offerer)) if *offerer != from_caller => {
            let speech = |codec: &&Vec<u8>| {
                !codec.eq_ignore_ascii_case(b"telephone-event") && !codec.eq_ignore_ascii_case(b"CN")
            };
            call.chosen = media.codecs.iter().find(speech).cloned();
        }
        Some(_) => {}
    }
}

fn request(
    call: &mut Call,
    row: &Row<'_>,
    message: &simdsip::Message<'_>,
    cseq: u32,
    by_caller: bool,
    now: i64,
) {
    match message.method() {
        Some(Method::Invite) if by_caller && call.ts_answer.is_none() => {
            call.invite_cseq = cseq;
            // A retry: what was challenged or redirected does not end the call.
            if call.status.is_some_and(|status| status.may_go_on() && status.cseq < cseq) {
                call.redirected |= call.status.is_some_and(|status| (300..400).contains(&status.code));
                (call.status, call.ts_end) = (None, None);
            }
            if call.ua_caller.is_none() {
                call.ua_caller = text(message, HeaderName::UserAgent);
            }
            if call.auth_user.is_none() {
                call.auth_user = row.credentials_user();
            }
        }
        Some(Method::Cancel) => {
            call.cancelled |= by_caller && row.source().addr == call.src.addr;
            call.reason_q850 = q850(row).or(call.reason_q850);
        }
        Some(Method::Bye) => {
            call.byes.request(now, side(by_caller), cseq, q850(row), row.is_retransmission());
        }
        _ => {}
    }
}

fn response(
    call: &mut Call,
    row: &Row<'_>,
    message: &simdsip::Message<'_>,
    code: u16,
    (cseq, of, by): (u32, Method<'_>, Side),
    now: i64,
) {
    match of {
        Method::Bye => call.byes.response(code, by, cseq, now),
        Method::Invite if call.ts_answer.is_none() || cseq <= call.invite_cseq => {
            // Of a re-INVITE by the callee the tags are the other way round.
            if row.from().and_then(|from| from.tag()) != call.from_tag.as_deref() {
                return;
            }
            let to_caller = row.dest().addr == call.src.addr;
            if code > 100
                && !matches!(code, 401 | 407)
                && let Some(tag) = row.to().and_then(|to| to.tag())
            {
                call.tags.add(tag);
            }
            match code {
                ..=100 => {}
                101..=199 => {
                    call.ts_ring.get_or_insert(now);
                    call.early_media |= !message.body().is_empty();
                    if call.ua_callee.is_none() {
                        call.ua_callee = agent(message);
                    }
                }
                200..=299 => {
                    if call.ts_answer.is_none() {
                        call.ts_answer = Some(now);
                        call.ua_callee = agent(message).or(call.ua_callee.take());
                    }
                    call.final_at(code, cseq, to_caller, now);
                }
                _ => {
                    call.reason_q850 = q850(row).or(call.reason_q850);
                    if call.ts_answer.is_none() {
                        call.final_at(code, cseq, to_caller, now);
                    }
                }
            }
        }
        _ => {}
    }
}

fn text(message: &simdsip::Message<'_>, name: HeaderName) -> Option<Vec<u8>> {
    let field = message.field(name)?;
    let mut text = Vec::new();
    field.unfolded().append_to(&mut text);
    Some(text)
}

fn agent(message: &simdsip::Message<'_>) -> Option<Vec<u8>> {
    text(message, HeaderName::Server).or_else(|| text(message, HeaderName::UserAgent))
}

impl Call {
    /// A final response. What the caller got stands above what was seen elsewhere; of several the last.
    fn final_at(&mut self, code: u16, cseq: u32, to_caller: bool, now: i64) {
        let new = Status { code, cseq, to_caller };
        let stands = self.status.is_some_and(|old| {
            (old.to_caller && !to_caller) || (200..300).contains(&old.code) || old.cseq > cseq
        });
        if !stands {
            let repeated = self.status.is_some_and(|old| old == new);
            self.status = Some(new);
            if !repeated {
                self.ts_final = Some(now);
            }
        }
    }
}

impl Tags {
    /// Remembers a tag; beyond the sixty-fourth only that there are more.
    fn add(&mut self, tag: &[u8]) {
        let hash = foldhash::fast::FixedState::with_seed(7);
        let hash = std::hash::BuildHasher::hash_one(&hash, tag);
        if !self.seen.contains(&hash) && self.seen.len() < 64 {
            self.seen.push(hash);
        }
    }
}
