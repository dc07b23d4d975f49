//! The metrics of a capture by group: by end, by hour, by day.

use crate::call::{Call, Calls};
use crate::metric::Metrics;
use crate::packet::Endpoint;
use crate::registration::{Registration, Registrations};
use crate::table::{Row, write_time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Groups that are told apart; the rest is one, called `others`.
const MAX_GROUPS: usize = 100_000;

/// What groups go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The sender's address; of a call, the caller's.
    Src,
    /// The address that it was sent to.
    Dst,
    /// The hour, UTC.
    Hour,
    /// The day, UTC.
    Day,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Src, Self::Dst, Self::Hour, Self::Day];

    /// The word that asks for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Src => "src",
            Self::Dst => "dst",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    fn part(self, (src, dst): (Endpoint, Endpoint), time: i64) -> String {
        let clock = |len: usize| {
            let mut text = Vec::new();
            write_time(time, &mut text);
            String::from_utf8_lossy(text.get(..len).unwrap_or_default()).into_owned()
        };
        match self {
            Self::Src => src.addr.to_string(),
            Self::Dst => dst.addr.to_string(),
            Self::Hour => clock(13),
            Self::Day => clock(10),
        }
    }
}

/// Gathers metrics, a group for each combination of what it goes by.
#[derive(Debug, Default)]
pub struct Groups {
    made: Made,
    calls: Calls,
    registrations: Registrations,
}

#[derive(Debug, Default)]
struct Made {
    by: Vec<By>,
    groups: BTreeMap<Vec<String>, Metrics>,
    crowded: bool,
}

impl Made {
    fn of(&mut self, ends: (Endpoint, Endpoint), time: i64) -> &mut Metrics {
        let mut key: Vec<_> = self.by.iter().map(|by| by.part(ends, time)).collect();
        if self.groups.len() >= MAX_GROUPS && !self.groups.contains_key(&key) {
            self.crowded = true;
            key = self.by.iter().map(|_| "others".to_owned()).collect();
        }
        self.groups.entry(key).or_default()
    }

    fn call(&mut self, call: &Call) {
        self.of(call.ends(), call.start()).call(call);
    }

    fn registration(&mut self, one: &Registration) {
        self.of(one.ends(), one.start()).registration(one);
    }
}

impl Groups {
    /// By these; by none, all is one group.
    #[must_use]
    pub fn new(by: Vec<By>) -> Self {
        Self { made: Made { by, ..Made::default() }, ..Self::default() }
    }

    /// Counts a message.
    pub fn row(&mut self, row: &Row<'_>, names: &Arc<[String]>) {
        let Self { made, calls, registrations } = self;
        made.of((row.source(), row.dest()), row.time().unwrap_or_default()).row(row);
        calls.row(row, names, &mut |call| made.call(&call));
        registrations.row(row, names, &mut |one| made.registration(&one));
    }

    /// The groups, by their key. Whether there were more than are told apart.
    #[must_use]
    pub fn finish(self) -> (BTreeMap<Vec<String>, Metrics>, bool) {
        let Self { mut made, mut calls, mut registrations } = self;
        calls.finish(&mut |call| made.call(&call));
        registrations.finish(&mut |one| made.registration(&one));
        (made.groups, made.crowded)
    }
}
