//! TLS 1.2 and 1.3 records opened with secrets of a key log.
//!
//! Opens AES-GCM and ChaCha20-Poly1305, which is what SIP programs of this decade negotiate; CBC, CCM and RC4 suites
//! are counted and left closed. Follows the handshake, key updates included, as far as the keys need it; checks no
//! certificate, signature or Finished. Behind a gap it goes on at the next record that opens. Early data (0-RTT) and
//! renegotiation stay closed. RFC 5246, RFC 8446, RFC 5288, RFC 7905.

mod hello;
mod keys;
mod search;

use super::Endpoint;
use super::tcp::Key;
use crate::read::{Label, Secrets};
use crate::stats::{Event, Stats};
use foldhash::fast::RandomState;
use hello::Hello;
use keys::{Opener, Suite};
use search::Search;
use std::collections::{HashMap, VecDeque};

const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
const HEADER: usize = 5;
/// RFC 8446 §5.2 and RFC 5246 §6.2.3 allow so much over 2^14.
const MAX_RECORD: usize = (1 << 14) + 2048;
/// A hello longer than this is not read.
const MAX_HANDSHAKE: usize = 64 * 1024;
const MAX_SESSIONS: usize = 32_768;
/// Records that may have been lost in a gap.
const MAX_LOST: u64 = 64;

/// What both directions of a connection have to know.
#[derive(Clone, Debug)]
struct Session {
    client: Endpoint,
    client_random: [u8; 32],
    server_random: [u8; 32],
    suite: Option<Suite>,
    is_13: bool,
}

/// The sessions whose hellos were seen, the latest of them.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    by_ends: HashMap<Key, Session, RandomState>,
    queue: VecDeque<Key>,
}

/// The same for both directions.
fn pair(key: &Key) -> Key {
    let order = |end: &Endpoint| (end.addr, end.port);
    let Key { source, dest } = *key;
    if order(&source) <= order(&dest) { *key } else { Key { source: dest, dest: source } }
}

impl Sessions {
    fn begin(&mut self, key: &Key, client_random: [u8; 32]) {
        let ends = pair(key);
        let session =
            Session { client: key.source, client_random, server_random: [0; 32], suite: None, is_13: false };
        if self.by_ends.insert(ends, session).is_none() {
            self.queue.push_back(ends);
        }
        while self.queue.len() > MAX_SESSIONS {
            if let Some(oldest) = self.queue.pop_front() {
                self.by_ends.remove(&oldest);
            }
        }
    }
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(crate) struct Tls {
    buffer: Vec<u8>,
    /// Handshake messages that are not complete.
    handshake: Vec<u8>,
    state: State,
    /// Records opened with the present keys.
    sequence: u64,
    /// Where the next record begins is not known.
    lost: Option<Box<Search>>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Plain,
    Open(Box<Opener>),
    /// There is no key.
    Closed,
}

/// Whether a stream begins with a handshake record.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    matches!(bytes, [HANDSHAKE] | [HANDSHAKE, 3, ..])
}

impl Tls {
    pub(crate) fn footprint(&self) -> usize {
        let buffers = self.buffer.capacity().saturating_add(self.handshake.capacity());
        let search = self.lost.as_ref().map_or(0, |search| search.footprint());
        buffers.saturating_add(search).saturating_add(size_of::<Self>()).saturating_add(size_of::<Opener>())
    }

    /// Whether there is nothing to be read any more.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// Takes bytes that follow those before, and gives application data.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        key: &Key,
        secrets: &Secrets,
        sessions: &mut Sessions,
        stats: &mut Stats,
        give: &mut impl FnMut(&[u8], &mut Stats),
    ) {
        if self.is_closed() {
            return;
        }
        if let Some(search) = &mut self.lost {
            search.grant(bytes.len());
        }
        self.buffer.extend_from_slice(bytes);
        let buffer = std::mem::take(&mut self.buffer);
        let mut used = 0usize;
        loop {
            let rest = buffer.get(used..).unwrap_or_default();
            if let Some(mut search) = self.lost.take() {
                let Some(end) = self.found(&mut search, rest, stats, give) else {
                    used = used.saturating_add(search.done());
                    self.lost = Some(search);
                    break;
                };
                used = used.saturating_add(end);
                continue;
            }
            let Some([kind, major, minor, high, low]) = rest.first_chunk::<HEADER>() else { break };
            let len = usize::from(u16::from_be_bytes([*high, *low]));
            if *major != 3 || *minor > 4 || len > MAX_RECORD || !(20..=24).contains(kind) {
                stats.event(Event::TlsBroken);
                self.state = State::Closed;
                return;
            }
            let Some(record) = rest.get(HEADER..HEADER.saturating_add(len)) else { break };
            let header = [*kind, *major, *minor, *high, *low];
            self.record(header, record, key, secrets, sessions, stats, give);
            if self.is_closed() {
                return;
            }
            used = used.saturating_add(HEADER).saturating_add(len);
        }
        self.buffer = buffer.get(used..).unwrap_or_default().to_vec();
    }

    /// Bytes are missing.
    pub(crate) fn gap(&mut self, stats: &mut Stats) {
        self.buffer.clear();
        self.handshake.clear();
        match self.state {
            State::Open(_) => self.lost = Some(Box::default()),
            _ => {
                stats.event(Event::TlsBroken);
                self.state = State::Closed;
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a record has that many parts")]
    fn record(
        &mut self,
        header: [u8; HEADER],
        record: &[u8],
        key: &Key,
        secrets: &Secrets,
        sessions: &mut Sessions,
        stats: &mut Stats,
        give: &mut impl FnMut(&[u8], &mut Stats),
    ) {
        let [kind, ..] = header;
        if let State::Open(opener) = &mut self.state {
            if kind == CHANGE_CIPHER_SPEC {
                return;
            }
            match opener.open(header, record, self.sequence) {
                Some((kind, plain)) => {
                    self.sequence = self.sequence.saturating_add(1);
                    self.opened(kind, &plain, key, secrets, sessions, stats, give);
                }
                None => self.turn(header, record, key, secrets, sessions, stats, give),
            }
            return;
        }
        match kind {
            HANDSHAKE => {
                self.hellos(record, key, sessions);
            }
            CHANGE_CIPHER_SPEC if sessions.by_ends.get(&pair(key)).is_some_and(|session| !session.is_13) => {
                self.unlock(Label::Master, key, secrets, sessions, stats);
            }
            APPLICATION_DATA => {
                let label = match sessions.by_ends.get(&pair(key)) {
                    Some(session) if session.client == key.source => Label::ClientHandshake,
                    _ => Label::ServerHandshake,
                };
                self.unlock(label, key, secrets, sessions, stats);
                if matches!(self.state, State::Open(_)) {
                    self.record(header, record, key, secrets, sessions, stats, give);
                }
            }
            _ => {}
        }
    }

    /// A record that does not open: TLS 1.3 application keys are tried once, else it is passed over.
    #[expect(clippy::too_many_arguments, reason = "a record has that many parts")]
    fn turn(
        &mut self,
        header: [u8; HEADER],
        record: &[u8],
        key: &Key,
        secrets: &Secrets,
        sessions: &mut Sessions,
        stats: &mut Stats,
        give: &mut impl FnMut(&[u8], &mut Stats),
    ) {
        let session = sessions.by_ends.get(&pair(key)).filter(|session| session.is_13);
        let next =
            session.and_then(|session| Opener::of(traffic(session, key), session_keys(session), secrets));
        if let Some(mut opener) = next
            && let Some((kind, plain)) = opener.open(header, record, 0)
        {
            (self.state, self.sequence) = (State::Open(Box::new(opener)), 1);
            return self.opened(kind, &plain, key, secrets, sessions, stats, give);
        }
        stats.event(Event::TlsRecordClosed);
    }

    #[expect(clippy::too_many_arguments, reason = "a record has that many parts")]
    fn opened(
        &mut self,
        kind: u8,
        plain: &[u8],
        key: &Key,
        secrets: &Secrets,
        sessions: &mut Sessions,
        stats: &mut Stats,
        give: &mut impl FnMut(&[u8], &mut Stats),
    ) {
        match kind {
            APPLICATION_DATA => give(plain, stats),
            HANDSHAKE => {
                let Some(session) = sessions.by_ends.get(&pair(key)).filter(|session| session.is_13) else {
                    return;
                };
                self.handshake.extend_from_slice(plain);
                while let Some((message, _)) = hello::next(&mut self.handshake, MAX_HANDSHAKE) {
                    match message {
                        // Finished: the application's keys from here on (RFC 8446 §7.1).
                        20 => {
                            let opener = Opener::of(traffic(session, key), session_keys(session), secrets);
                            self.sequence = 0;
                            self.state = opener.map_or(State::Closed, |opener| State::Open(Box::new(opener)));
                        }
                        // KeyUpdate (RFC 8446 §7.2)
                        24 => {
                            if let State::Open(opener) = &mut self.state {
                                opener.update();
                                self.sequence = 0;
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn hellos(&mut self, record: &[u8], key: &Key, sessions: &mut Sessions) {
        self.handshake.extend_from_slice(record);
        while let Some((kind, body)) = hello::next(&mut self.handshake, MAX_HANDSHAKE) {
            match Hello::parse(kind, &body) {
                Some(Hello::Client { random }) => sessions.begin(key, random),
                Some(Hello::Server { random, suite, is_13 }) => {
                    if let Some(session) = sessions.by_ends.get_mut(&pair(key)) {
                        session.server_random = random;
                        session.suite = Suite::by_number(suite);
                        session.is_13 = is_13;
                    }
                }
                None => {}
            }
        }
    }

    fn unlock(&mut self, label: Label, key: &Key, secrets: &Secrets, sessions: &Sessions, stats: &mut Stats) {
        let session = sessions.by_ends.get(&pair(key));
        let opener = session.and_then(|session| {
            Opener::of(
                if label == Label::Master {
                    side(session, key, Label::Master, Label::Master)
                } else {
                    side(session, key, Label::ClientHandshake, Label::ServerHandshake)
                },
                session_keys(session),
                secrets,
            )
        });
        match opener {
            Some(opener) => (self.state, self.sequence) = (State::Open(Box::new(opener)), 0),
            None => {
                let known = session.is_some_and(|session| session.suite.is_some());
                stats.event(if known { Event::TlsWithoutKey } else { Event::TlsSuiteUnknown });
                self.state = State::Closed;
            }
        }
    }

    /// Where in `bytes` a record ends that opens although some before it are missing.
    fn found(
        &mut self,
        search: &mut Search,
        bytes: &[u8],
        stats: &mut Stats,
        give: &mut impl FnMut(&[u8], &mut Stats),
    ) -> Option<usize> {
        let State::Open(opener) = &mut self.state else { return None };
        let present = self.sequence;
        search.find(bytes, |header, record| {
            for sequence in (0..MAX_LOST).map(|lost| present.saturating_add(lost)) {
                if let Some((kind, plain)) = opener.open(header, record, sequence) {
                    self.sequence = sequence.saturating_add(1);
                    stats.event(Event::TlsResumed);
                    if kind == APPLICATION_DATA {
                        give(&plain, stats);
                    }
                    return true;
                }
            }
            false
        })
    }
}

/// Which of two labels is that of the sender, and whether that is the client.
fn side(session: &Session, key: &Key, client: Label, server: Label) -> (Label, bool) {
    if session.client == key.source { (client, true) } else { (server, false) }
}

fn traffic(session: &Session, key: &Key) -> (Label, bool) {
    side(session, key, Label::ClientTraffic, Label::ServerTraffic)
}

fn session_keys(session: &Session) -> keys::Session<'_> {
    keys::Session {
        suite: session.suite,
        client_random: &session.client_random,
        server_random: &session.server_random,
    }
}
