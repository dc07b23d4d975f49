//! What captures say about a service: counts, the ratios and delays of RFC 6076, and those of ITU-T E.411.
//!
//! Each attempt counts once: a retry after a challenge or a redirection is the same attempt (RFC 6076 §5.3), and so
//! are retransmissions and the branches of a fork (§5.4). The delays are measured where the capture was made, which
//! is the originating user agent of the RFC only if it was made there.

use crate::call::{Call, Outcome};
use crate::registration::{Registration, RegistrationResult};
use crate::table::Row;
use std::collections::BTreeMap;

/// Delays, as counts of how many are how long: percentiles are at most 1 % off.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delays {
    /// By the logarithm of the microseconds to the base 1.02.
    buckets: BTreeMap<i32, u64>,
    count: u64,
    sum: f64,
    most: f64,
}

const BASE: f64 = 1.02;

impl Delays {
    fn add(&mut self, nanos: i64) {
        let micros = (nanos.max(0) as f64 / 1e3).max(1.0);
        *self.buckets.entry(micros.log(BASE).round() as i32).or_default() += 1;
        self.count += 1;
        self.sum += nanos as f64 / 1e6;
        self.most = self.most.max(nanos as f64 / 1e6);
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean, milliseconds.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The longest, milliseconds.
    #[must_use]
    pub fn most(&self) -> Option<f64> {
        (self.count > 0).then_some(self.most)
    }

    /// How long the quickest `percent` of them took at most, milliseconds.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<f64> {
        let wanted = (self.count as f64 * percent / 100.0).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (bucket, count) in &self.buckets {
            seen += count;
            if seen >= wanted {
                return Some((BASE.powi(*bucket) / 1e3).min(self.most));
            }
        }
        None
    }

    fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.most = self.most.max(other.most);
    }
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratio {
    /// How many of them.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

impl Ratio {
    /// In percent; `None` of nothing.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 * 100.0 / self.whole as f64)
    }
}

/// The counts of one group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Requests by method; one that no registry knows is `other`.
    pub methods: BTreeMap<String, u64>,
    /// Responses by status code.
    pub codes: BTreeMap<u16, u64>,
    /// Messages that were sent again.
    pub retransmissions: u64,
    /// Messages that were captured twice.
    pub duplicates: u64,
    outcomes: BTreeMap<Outcome, u64>,
    calls: u64,
    redirected: u64,
    user_failures: u64,
    ineffective: u64,
    completed: u64,
    effective: u64,
    srd: Delays,
    srd_failed: Delays,
    sdd: Delays,
    sdt: Delays,
    pdd: Delays,
    rrd: Delays,
    registrations: u64,
    registrations_failed: u64,
}

impl Metrics {
    /// Counts a message.
    pub fn row(&mut self, row: &Row<'_>) {
        if row.is_duplicate() {
            self.duplicates += 1;
            return;
        }
        self.retransmissions += u64::from(row.is_retransmission());
        let Ok(message) = row.message() else { return };
        match message.method() {
            Some(simdsip::Method::Other(_)) => *self.methods.entry("other".to_owned()).or_default() += 1,
            Some(method) => {
                let name = String::from_utf8_lossy(method.as_bytes()).into_owned();
                *self.methods.entry(name).or_default() += 1;
            }
            None => {
                if let Ok(Some(status)) = message.status() {
                    *self.codes.entry(status).or_default() += 1;
                }
            }
        }
    }

    /// Counts a call.
    pub fn call(&mut self, call: &Call) {
        self.calls += 1;
        *self.outcomes.entry(call.outcome()).or_default() += 1;
        self.redirected += u64::from(call.outcome() == Outcome::Redirected);
        let status = call.final_status();
        self.user_failures +=
            u64::from(matches!(status, Some(480 | 486 | 600 | 603)) && call.answer().is_none());
        let timed_out = call.outcome() == Outcome::Timeout;
        self.ineffective += u64::from(timed_out || matches!(status, Some(408 | 500 | 503 | 504)));
        // E.411: what the called user did, or the caller before the answer, is no failure of the network.
        self.effective += u64::from(match status {
            _ if call.answer().is_some() => true,
            Some(486 | 600 | 480 | 603 | 487) => true,
            Some(408) => call.ring().is_some(),
            _ => call.outcome() == Outcome::Cancelled,
        });
        let start = call.start();
        let since = |time: i64| time.saturating_sub(start);
        if let Some(ring) = call.ring() {
            self.pdd.add(since(ring));
        }
        match (call.answer(), call.final_time()) {
            (Some(answer), _) => self.srd.add(since(call.ring().map_or(answer, |ring| ring.min(answer)))),
            (None, Some(end)) if !matches!(status, Some(300..=399 | 401 | 402 | 407)) => {
                self.srd_failed.add(since(call.ring().map_or(end, |ring| ring.min(end))));
            }
            _ => {}
        }
        let (bye, answered) = call.bye();
        if let (Some(answer), Some(bye)) = (call.answer(), bye) {
            self.sdt.add(bye.saturating_sub(answer));
            if let Some(answered) = answered {
                self.sdd.add(answered.saturating_sub(bye));
                self.completed += 1;
            }
        }
    }

    /// Counts an attempt to register.
    pub fn registration(&mut self, one: &Registration) {
        use RegistrationResult as R;
        match one.result() {
            R::Registered | R::Removed | R::Fetched => {
                self.registrations += 1;
                if let Some(delay) = one.delay() {
                    self.rrd.add(delay);
                }
            }
            R::Rejected | R::Failed | R::Timeout => {
                self.registrations += 1;
                // A challenge is no failure, however often it comes (RFC 6076 §4.2).
                self.registrations_failed += u64::from(!matches!(one.status(), Some(401 | 402 | 407)));
            }
            R::Challenged | R::Redirected => self.registrations += 1,
            R::Incomplete => {}
        }
    }

    /// Adds what another group holds.
    pub fn merge(&mut self, other: &Self) {
        for (method, count) in &other.methods {
            *self.methods.entry(method.clone()).or_default() += count;
        }
        for (code, count) in &other.codes {
            *self.codes.entry(*code).or_default() += count;
        }
        for (outcome, count) in &other.outcomes {
            *self.outcomes.entry(*outcome).or_default() += count;
        }
        for (count, more) in [
            (&mut self.retransmissions, other.retransmissions),
            (&mut self.duplicates, other.duplicates),
            (&mut self.calls, other.calls),
            (&mut self.redirected, other.redirected),
            (&mut self.user_failures, other.user_failures),
            (&mut self.ineffective, other.ineffective),
            (&mut self.completed, other.completed),
            (&mut self.effective, other.effective),
            (&mut self.registrations, other.registrations),
            (&mut self.registrations_failed, other.registrations_failed),
        ] {
            *count += more;
        }
        for (delays, more) in [
            (&mut self.srd, &other.srd),
            (&mut self.srd_failed, &other.srd_failed),
            (&mut self.sdd, &other.sdd),
            (&mut self.sdt, &other.sdt),
            (&mut self.pdd, &other.pdd),
            (&mut self.rrd, &other.rrd),
        ] {
            delays.merge(more);
        }
    }

    /// Calls.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Attempts to register that were decided.
    #[must_use]
    pub fn registrations(&self) -> u64 {
        self.registrations
    }

    /// How calls ended.
    pub fn outcomes(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.outcomes.iter().map(|(outcome, count)| (outcome.as_str(), *count))
    }

    fn outcome(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    /// Each ratio: its name, where it is defined, and what it is here.
    #[must_use]
    pub fn ratios(&self) -> [(&'static str, &'static str, Ratio); 7] {
        let answered = self.outcome(Outcome::Answered);
        let less_redirected = self.calls.saturating_sub(self.redirected);
        let ratio = |part, whole| Ratio { part, whole };
        [
            ("ser", "RFC 6076 §4.6", ratio(answered, less_redirected)),
            ("seer", "RFC 6076 §4.7", ratio(answered + self.user_failures, less_redirected)),
            ("isa", "RFC 6076 §4.8", ratio(self.ineffective, self.calls)),
            ("scr", "RFC 6076 §4.9", ratio(self.completed, self.calls)),
            ("asr", "ITU-T E.411", ratio(answered, self.calls)),
            ("ner", "ITU-T E.411", ratio(self.effective, self.calls)),
            ("ira", "RFC 6076 §4.2", ratio(self.registrations_failed, self.registrations)),
        ]
    }

    /// Each delay: its name, where it is defined, and what it is here. Milliseconds.
    #[must_use]
    pub fn delays(&self) -> [(&'static str, &'static str, &Delays); 6] {
        [
            ("srd", "RFC 6076 §4.3.1", &self.srd),
            ("srd_failed", "RFC 6076 §4.3.2", &self.srd_failed),
            ("sdd", "RFC 6076 §4.4", &self.sdd),
            ("sdt", "RFC 6076 §4.5.1", &self.sdt),
            ("pdd", "first INVITE to first 18x", &self.pdd),
            ("rrd", "RFC 6076 §4.1", &self.rrd),
        ]
    }
}
