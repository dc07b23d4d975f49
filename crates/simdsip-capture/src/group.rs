//! The metrics of a capture by group: by end, by hour, by method, by user agent and other things.
//!
//! Messages, calls and attempts to register each belong to one group. What says nothing of a key is of a group of its
//! own, whose value is `None`.

use crate::call::{Call, Calls};
use crate::metric::Metrics;
use crate::packet::Endpoint;
use crate::registration::{Registration, Registrations};
use crate::table::{Row, Transport, uri_user, write_time};
use simdsip::{HeaderName, Method, Uri};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Groups that are told apart; the rest is one, called `others`.
const MAX_GROUPS: usize = 100_000;
/// Bytes of a text that tell groups apart: it is the senders' text, and each group holds it.
const MAX_TEXT: usize = 256;

/// What groups go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum By {
    /// The sender's address; of a call, the caller's.
    Src,
    /// The address that it was sent to.
    Dst,
    /// The hour, UTC.
    Hour,
    /// The day, UTC.
    Day,
    /// What carried it; of a call, its first INVITE.
    Transport,
    /// The method of a request, and of CSeq in a response; `other` for one that no registry knows.
    Method,
    /// The status code; of a call, the final one.
    Status,
    /// Its first digit: `2xx`.
    Class,
    /// User-Agent; of a call, the caller's.
    UserAgent,
    /// The user of From; of an attempt to register, of its address of record, as the next three.
    FromUser,
    /// The host of From, in lower case.
    FromDomain,
    /// The user of To.
    ToUser,
    /// The host of To, in lower case.
    ToDomain,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Src,
        Self::Dst,
        Self::Hour,
        Self::Day,
        Self::Transport,
        Self::Method,
        Self::Status,
        Self::Class,
        Self::UserAgent,
        Self::FromUser,
        Self::FromDomain,
        Self::ToUser,
        Self::ToDomain,
    ];

    /// The word that asks for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Src => "src",
            Self::Dst => "dst",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Transport => "transport",
            Self::Method => "method",
            Self::Status => "status",
            Self::Class => "class",
            Self::UserAgent => "user_agent",
            Self::FromUser => "from_user",
            Self::FromDomain => "from_domain",
            Self::ToUser => "to_user",
            Self::ToDomain => "to_domain",
        }
    }

    /// What `subject` says of it.
    fn value(self, subject: &Subject<'_, '_>) -> Option<String> {
        let clock = |len: usize| {
            let mut text = Vec::new();
            write_time(subject.time(), &mut text);
            String::from_utf8_lossy(text.get(..len).unwrap_or_default()).into_owned()
        };
        match self {
            Self::Src => Some(subject.ends().0.addr.to_string()),
            Self::Dst => Some(subject.ends().1.addr.to_string()),
            Self::Hour => Some(clock(13)),
            Self::Day => Some(clock(10)),
            Self::Transport => Some(subject.transport().as_str().to_owned()),
            Self::Method => subject.method().map(|method| match method {
                Method::Other(_) => "other".to_owned(),
                known => text(known.as_bytes()),
            }),
            Self::Status => subject.status().map(|status| status.to_string()),
            Self::Class => subject.status().map(|status| format!("{}xx", status / 100)),
            Self::UserAgent => subject.user_agent().map(|agent| text(&agent)),
            Self::FromUser => user(subject.from()?),
            Self::FromDomain => domain(subject.from()?),
            Self::ToUser => user(subject.to()?),
            Self::ToDomain => domain(subject.to()?),
        }
    }
}

/// A word that names nothing to group by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByError;

impl fmt::Display for ByError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected ")?;
        for (at, by) in By::ALL.into_iter().enumerate() {
            let before = if at == 0 { "" } else { ", " };
            write!(f, "{before}{}", by.as_str())?;
        }
        Ok(())
    }
}

impl std::error::Error for ByError {}

impl FromStr for By {
    type Err = ByError;

    fn from_str(word: &str) -> Result<Self, ByError> {
        Self::ALL.into_iter().find(|by| by.as_str() == word).ok_or(ByError)
    }
}

/// What is counted.
enum Subject<'a, 'r> {
    Message(&'a Row<'r>),
    Call(&'a Call),
    Registration(&'a Registration),
}

impl<'a, 'r: 'a> Subject<'a, 'r> {
    fn ends(&self) -> (Endpoint, Endpoint) {
        match self {
            Self::Message(row) => (row.source(), row.dest()),
            Self::Call(call) => call.ends(),
            Self::Registration(one) => one.ends(),
        }
    }

    fn time(&self) -> i64 {
        match self {
            Self::Message(row) => row.time().unwrap_or_default(),
            Self::Call(call) => call.start(),
            Self::Registration(one) => one.start(),
        }
    }

    fn transport(&self) -> Transport {
        match self {
            Self::Message(row) => row.transport(),
            Self::Call(call) => call.transport(),
            Self::Registration(one) => one.transport(),
        }
    }

    fn method(&self) -> Option<Method<'a>> {
        match self {
            Self::Message(row) => {
                let message = row.message().ok()?;
                message.method().or_else(|| Some(message.cseq().ok()??.method()))
            }
            Self::Call(_) => Some(Method::Invite),
            Self::Registration(_) => Some(Method::Register),
        }
    }

    fn status(&self) -> Option<u16> {
        match self {
            Self::Message(row) => row.message().ok()?.status().ok()?,
            Self::Call(call) => call.final_status(),
            Self::Registration(one) => one.status(),
        }
    }

    fn user_agent(&self) -> Option<Cow<'a, [u8]>> {
        match self {
            Self::Message(row) => {
                let field = row.message().ok()?.field(HeaderName::UserAgent)?;
                Some(match field.is_folded() {
                    true => Cow::Owned(field.unfolded().collect::<Vec<_>>().join(&b' ')),
                    false => Cow::Borrowed(field.value()),
                })
            }
            Self::Call(call) => call.agents().0.map(Cow::Borrowed),
            Self::Registration(one) => one.user_agent.as_deref().map(Cow::Borrowed),
        }
    }

    /// URI of From.
    fn from(&self) -> Option<&'a [u8]> {
        match self {
            Self::Message(row) => row.from().map(|from| from.uri_span().bytes()),
            Self::Call(call) => Some(call.uris().0),
            Self::Registration(one) => Some(&one.aor),
        }
    }

    /// URI of To.
    fn to(&self) -> Option<&'a [u8]> {
        match self {
            Self::Message(row) => row.to().map(|to| to.uri_span().bytes()),
            Self::Call(call) => Some(call.uris().1),
            Self::Registration(one) => Some(&one.aor),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..MAX_TEXT).unwrap_or(bytes)).into_owned()
}

fn user(uri: &[u8]) -> Option<String> {
    uri_user(&Uri::parse(uri).ok()?).map(text)
}

fn domain(uri: &[u8]) -> Option<String> {
    Some(text(Uri::parse(uri).ok()?.host()?.raw()).to_ascii_lowercase())
}

/// Gathers metrics, a group for each combination of what it goes by.
#[derive(Debug, Default)]
pub struct Groups {
    made: Made,
    calls: Calls,
    registrations: Registrations,
}

/// Groups by what they have in common, in the order of what was asked for.
pub type Grouped = BTreeMap<Vec<Option<String>>, Metrics>;

#[derive(Debug, Default)]
struct Made {
    by: Vec<By>,
    groups: Grouped,
    crowded: bool,
}

impl Made {
    fn of(&mut self, subject: &Subject<'_, '_>) -> &mut Metrics {
        let mut key: Vec<_> = self.by.iter().map(|by| by.value(subject)).collect();
        if self.groups.len() >= MAX_GROUPS && !self.groups.contains_key(&key) {
            self.crowded = true;
            key = self.by.iter().map(|_| Some("others".to_owned())).collect();
        }
        self.groups.entry(key).or_default()
    }

    fn call(&mut self, call: &Call) {
        self.of(&Subject::Call(call)).call(call);
    }

    fn registration(&mut self, one: &Registration) {
        self.of(&Subject::Registration(one)).registration(one);
    }
}

impl Groups {
    /// How many groups are told apart.
    pub const MAX: usize = MAX_GROUPS;

    /// By these; by none, all is one group.
    #[must_use]
    pub fn new(by: Vec<By>) -> Self {
        Self { made: Made { by, ..Made::default() }, ..Self::default() }
    }

    /// Counts a message.
    pub fn row(&mut self, row: &Row<'_>, names: &Arc<[String]>) {
        let Self { made, calls, registrations } = self;
        made.of(&Subject::Message(row)).row(row);
        calls.row(row, names, &mut |call| made.call(&call));
        registrations.row(row, names, &mut |one| made.registration(&one));
    }

    /// The groups, by their key. Whether there were more than are told apart.
    #[must_use]
    pub fn finish(self) -> (Grouped, bool) {
        let Self { mut made, mut calls, mut registrations } = self;
        calls.finish(&mut |call| made.call(&call));
        registrations.finish(&mut |one| made.registration(&one));
        (made.groups, made.crowded)
    }
}
