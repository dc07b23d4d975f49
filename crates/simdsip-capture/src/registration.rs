//! Attempts to register: a REGISTER, its challenges, and what came of it.
//!
//! A retry with credentials belongs to the attempt that was challenged. Credentials that are refused end it, unless
//! the server says that only its nonce was stale; so each guess of a password is an attempt. RFC 3261 §10, §22.

use crate::call::{Evictions, LINGER};
use crate::live::Live;
use crate::packet::Endpoint;
use crate::table::{FrameRef, Row, Transport};
use simdsip::typed::{ProxyAuthenticate, WwwAuthenticate};
use simdsip::{HeaderName, Kind, Method};
use std::sync::Arc;

const MAX_ATTEMPTS: usize = 65_536;
const MAX_FRAMES: usize = 1024;

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegistrationResult {
    /// 2xx, and a binding was made or refreshed.
    Registered,
    /// 2xx, and bindings were removed: Expires was 0.
    Removed,
    /// 2xx to a REGISTER without Contact.
    Fetched,
    /// 401 or 407, and nobody came back with credentials.
    Challenged,
    /// Credentials were refused, or another 4xx or 6xx.
    Rejected,
    /// 3xx.
    Redirected,
    /// 5xx.
    Failed,
    /// No final response in 32 s.
    Timeout,
    /// The capture ends before it is decided.
    Incomplete,
}

impl RegistrationResult {
    pub(crate) const WORDS: &'static [&'static str] = &[
        "registered",
        "removed",
        "fetched",
        "challenged",
        "rejected",
        "redirected",
        "failed",
        "timeout",
        "incomplete",
    ];

    /// The word in column `result`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// One attempt.
#[derive(Clone, Debug)]
pub struct Registration {
    pub(crate) aor: Vec<u8>,
    pub(crate) contact: Option<Vec<u8>>,
    pub(crate) src: Endpoint,
    pub(crate) dst: Endpoint,
    pub(crate) transport: Transport,
    pub(crate) user_agent: Option<Vec<u8>>,
    pub(crate) ts: i64,
    pub(crate) ts_final: Option<i64>,
    pub(crate) expires: Option<u32>,
    pub(crate) status: Option<u16>,
    pub(crate) auth_user: Option<Vec<u8>>,
    pub(crate) call_id: Vec<u8>,
    pub(crate) frames: Vec<FrameRef>,
    pub(crate) names: Arc<[String]>,
    /// Decided when the attempt is given.
    pub(crate) result: RegistrationResult,
    from_tag: Option<Vec<u8>>,
    cseq: u32,
    removes: bool,
    /// The request that is to be answered has credentials.
    credentials: bool,
    /// No retry can follow.
    decided: bool,
    touched: i64,
}

impl Registration {
    /// What came of it.
    #[must_use]
    pub fn result(&self) -> RegistrationResult {
        self.result
    }

    /// Time from the first REGISTER to the last final response (RFC 6076 §4.1), nanoseconds.
    #[must_use]
    pub fn delay(&self) -> Option<i64> {
        self.ts_final.map(|end| end.saturating_sub(self.ts))
    }

    /// Packet time of the first REGISTER.
    #[must_use]
    pub fn start(&self) -> i64 {
        self.ts
    }

    /// Who sent it to whom.
    #[must_use]
    pub fn ends(&self) -> (Endpoint, Endpoint) {
        (self.src, self.dst)
    }

    /// What carried the first REGISTER.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Code of the last final response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    fn ended(mut self, now: i64) -> Self {
        use RegistrationResult as R;
        self.result = match self.status {
            None if now.saturating_sub(self.touched) >= LINGER || now.saturating_sub(self.ts) >= LINGER => {
                R::Timeout
            }
            None => R::Incomplete,
            Some(200..=299) if self.contact.is_none() => R::Fetched,
            Some(200..=299) if self.removes => R::Removed,
            Some(200..=299) => R::Registered,
            Some(300..=399) => R::Redirected,
            Some(401 | 407) if !self.decided => R::Challenged,
            Some(500..=599) => R::Failed,
            Some(_) => R::Rejected,
        };
        self
    }
}

/// Makes attempts of messages.
#[derive(Debug)]
pub struct Registrations {
    live: Live<Registration>,
    names: Arc<[String]>,
    evictions: Evictions,
    now: i64,
}

impl Default for Registrations {
    fn default() -> Self {
        Self {
            live: Live::new(MAX_ATTEMPTS),
            names: Arc::default(),
            evictions: Evictions::default(),
            now: i64::MIN,
        }
    }
}

impl Registrations {
    /// Takes the next message and gives the attempts that are over.
    pub fn row(&mut self, row: &Row<'_>, names: &Arc<[String]>, give: &mut impl FnMut(Registration)) {
        if self.names.len() != names.len() {
            self.names = Arc::clone(names);
        }
        if let Some(now) = row.clock()
            && now != self.now
        {
            self.now = now;
            let due = |attempt: &Registration| attempt.touched.saturating_add(LINGER);
            while let Some(attempt) = self.live.expired(self.now, due) {
                give(attempt.ended(self.now));
            }
        }
        let Ok(message) = row.message() else { return };
        let Some(cseq) = message.cseq().ok().flatten().filter(|cseq| cseq.method() == Method::Register)
        else {
            return;
        };
        let Some(call_id) = message.field(HeaderName::CallId).map(|field| field.value()) else { return };
        let from_tag = row.from().and_then(|from| from.tag());
        let (number, now) = (cseq.number(), row.time().unwrap_or(self.now));
        let hash = self.live.hash(&[call_id, from_tag.unwrap_or_default()]);
        let same =
            |attempt: &Registration| attempt.call_id == call_id && attempt.from_tag.as_deref() == from_tag;
        let frame = FrameRef { file: row.file_number(), frame: row.frame() };
        if message.kind() == Kind::Response {
            let Ok(Some(status)) = message.status() else { return };
            if let Some(attempt) = self.live.find(hash, |attempt| same(attempt) && attempt.cseq == number) {
                attempt.response(row, status, frame, now);
            }
            return;
        }
        // A new number goes on with an attempt that was challenged; the same one repeats it.
        let goes_on = |attempt: &Registration| {
            same(attempt) && (attempt.cseq == number || attempt.cseq < number && !attempt.decided)
        };
        if self.live.find(hash, goes_on).is_none() {
            let attempt = Registration::begin(row, call_id, from_tag, now, &self.names);
            if let Some(oldest) = self.live.insert(hash, attempt, now.saturating_add(LINGER)) {
                self.evictions.crowded += 1;
                give(oldest.ended(self.now));
            }
        }
        if let Some(attempt) = self.live.find(hash, goes_on) {
            attempt.request(row, &message, number, frame, now);
        }
    }

    /// The captures end: gives what is left.
    pub fn finish(&mut self, give: &mut impl FnMut(Registration)) {
        while let Some(attempt) = self.live.pop() {
            give(attempt.ended(self.now));
        }
    }

    /// What was given up so far.
    #[must_use]
    pub fn evictions(&self) -> Evictions {
        self.evictions
    }
}

impl Registration {
    fn begin(
        row: &Row<'_>,
        call_id: &[u8],
        from_tag: Option<&[u8]>,
        now: i64,
        names: &Arc<[String]>,
    ) -> Self {
        Self {
            aor: row.to().map(|to| to.uri_span().bytes().to_vec()).unwrap_or_default(),
            contact: None,
            src: row.source(),
            dst: row.dest(),
            transport: row.transport(),
            user_agent: None,
            ts: now,
            ts_final: None,
            expires: None,
            status: None,
            auth_user: None,
            call_id: call_id.to_vec(),
            frames: Vec::new(),
            names: Arc::clone(names),
            result: RegistrationResult::Incomplete,
            from_tag: from_tag.map(<[u8]>::to_vec),
            cseq: 0,
            removes: false,
            credentials: false,
            decided: false,
            touched: row.stamp().unwrap_or(now),
        }
    }

    fn request(
        &mut self,
        row: &Row<'_>,
        message: &simdsip::Message<'_>,
        cseq: u32,
        frame: FrameRef,
        now: i64,
    ) {
        self.remember(frame);
        if row.is_duplicate() {
            return;
        }
        self.touched = row.stamp().unwrap_or(now);
        let text = |name| {
            let field: simdsip::HeaderField<'_> = message.field(name)?;
            let mut text = Vec::new();
            field.unfolded().append_to(&mut text);
            Some(text)
        };
        if self.cseq != cseq {
            (self.cseq, self.status, self.ts_final) = (cseq, None, None);
            let user = row.credentials_user();
            self.credentials = user.is_some();
            self.auth_user = user.or(self.auth_user.take());
            self.contact = text(HeaderName::Contact);
            self.user_agent = text(HeaderName::UserAgent).or(self.user_agent.take());
            let contact = message.contact().ok().flatten();
            let stars = contact.as_ref().is_some_and(|contact| contact.address().is_none());
            let said =
                contact.and_then(|contact| contact.address()).and_then(|addr| addr.expires().ok().flatten());
            self.expires = said.or_else(|| message.expires().ok().flatten().map(|expires| expires.value()));
            self.removes = stars || self.expires == Some(0);
        }
    }

    fn response(&mut self, row: &Row<'_>, status: u16, frame: FrameRef, now: i64) {
        self.remember(frame);
        if row.is_duplicate() {
            return;
        }
        self.touched = row.stamp().unwrap_or(now);
        if status < 200 || self.status == Some(status) {
            return;
        }
        (self.status, self.ts_final) = (Some(status), Some(now));
        self.decided = !matches!(status, 401 | 407) || (self.credentials && !is_stale(row));
        if (200..300).contains(&status)
            && let Ok(message) = row.message()
            && !self.removes
        {
            // What the registrar granted stands above what was asked for.
            let granted = message.contact().ok().flatten().and_then(|contact| contact.address());
            let granted = granted.and_then(|addr| addr.expires().ok().flatten());
            let granted = granted.or_else(|| message.expires().ok().flatten().map(|expires| expires.value()));
            self.expires = granted.or(self.expires);
        }
    }

    fn remember(&mut self, frame: FrameRef) {
        if self.frames.len() < MAX_FRAMES {
            self.frames.push(frame);
        }
    }
}

fn is_stale(row: &Row<'_>) -> bool {
    let Ok(message) = row.message() else { return false };
    let www = message.header::<WwwAuthenticate>().ok().flatten().is_some_and(|auth| auth.is_stale());
    www || message.header::<ProxyAuthenticate>().ok().flatten().is_some_and(|auth| auth.is_stale())
}
