//! One side of SigComp: what arrives is decompressed, what is sent is compressed, and nothing is believed before the
//! application has said whose it was.
//!
//! No clock: `now` is a duration since an epoch of the caller's. RFC 3320 §3, §4.3, RFC 4077 §2, RFC 5049 §8, §9.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use sha1::{Digest, Sha1};

use crate::compress::codec::{CODECS, Codec};
use crate::compress::{Attempt, Compressor, Mode, Try, Workshop};
use crate::header::{Header, Start, is_sigcomp};
use crate::nack::{Nack, write_nack};
use crate::params::{Params, Transport};
use crate::reason::{Detail, Failure, PartialId, Reason};
use crate::state::{CompartmentId, StateId, StateItem, StateStore};
use crate::udvm::{Feedback, FeedbackItem, Outcome, Request, States, Udvm};

/// What an endpoint allows itself.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Text of one message in bytes; 65,536 at most (RFC 3320 §9.4.8).
    pub output_len: usize,
    /// Messages that wait for the application. One too many displaces the oldest of the source that has most.
    pub pending_count: usize,
    /// How long one may wait.
    pub pending: Duration,
    /// NACKs to one source in any second.
    pub nacks_per_second: u32,
    /// Sources whose NACKs are counted at a time.
    pub source_count: usize,
    /// Sent messages that a NACK from anywhere can be about; each compartment remembers its own last 16 beside them.
    pub sent_count: usize,
    /// Bytes of a compartment's states that our compressor makes use of at the peer, and keeps a copy of.
    pub compressor_len: u32,
    /// Compartments at a time.
    pub compartment_count: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            output_len: 65_536,
            pending_count: 64,
            pending: Duration::from_secs(32),
            nacks_per_second: 100,
            source_count: 1024,
            sent_count: 256,
            compressor_len: 16_384,
            compartment_count: 65_536,
        }
    }
}

/// Which states a message may use before its sender is known.
#[derive(Clone, Copy, Debug)]
pub enum LookUp<'c> {
    /// Those of these compartments, and the local ones: what servers do.
    Within(&'c [CompartmentId]),
    /// All: the identifier is the capability (RFC 3320 §6.1).
    Everywhere,
}

/// Where messages come from: the application numbers addresses or connections as it likes. What one source does uses up
/// nothing that others are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(pub u64);

/// Stands for a decompressed message until the application accepts it, once, or it is too late.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Token(u64);

/// What arrived.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received {
    /// No SigComp: the bytes are the message.
    Plain,
    /// A message; its text is [`Endpoint::text`] until the next call.
    Message {
        /// To be given to [`Endpoint::accept`] or [`Endpoint::reject`].
        token: Token,
        /// What it cost.
        cycles: u64,
    },
    /// A NACK; the compressor has drawn its conclusions.
    Nack {
        /// Whose message it was about; `None` for one that we do not remember.
        compartment: Option<CompartmentId>,
        /// What the peer complains of; `None` for a reason without a name.
        reason: Option<Reason>,
    },
    /// No message came of it; with a NACK to send back where the peer is to know.
    Failed {
        /// Why.
        failure: Failure,
        /// Without record marks.
        nack: Option<Vec<u8>>,
    },
}

/// How a message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// As it is: nothing was to be gained, or there is no compartment.
    Plain,
    /// As a SigComp message that holds the plain text, behind the null bytecode (RFC 4896 §11).
    Null,
    /// Compressed.
    Compressed,
}

/// Whether what is sent is run by our own machine first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// It is; a message that would come out otherwise is never sent.
    On,
    /// It is not.
    Off,
}

/// Why a compartment was not told of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptError {
    /// The token was used, or its time is over.
    Unknown,
    /// There are as many compartments as may be.
    TooManyCompartments,
}

impl core::fmt::Display for AcceptError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Unknown => "expected a token whose time is not over",
            Self::TooManyCompartments => "expected fewer compartments",
        })
    }
}

impl core::error::Error for AcceptError {}

/// A decompressed message that waits.
#[derive(Debug)]
struct Pending {
    source: Source,
    until: Duration,
    outcome: Outcome,
    /// The state that it was built on.
    base: Option<PartialId>,
}

#[derive(Debug)]
struct Compartment {
    compressor: Compressor,
    /// What the peer wants back, with the state that its message announced.
    wish: Option<(FeedbackItem, Option<StateId>)>,
    /// When a closing compartment goes.
    until: Option<Duration>,
    /// Hashes of the last messages sent, for NACKs.
    sent: VecDeque<[u8; 20]>,
}

/// How many sent messages a compartment remembers: as many as go out before a silent peer is relied on no more.
const SENT_MAX: usize = 16;

/// The machinery of one side.
///
/// ```
/// use core::time::Duration;
/// use simdsip_sigcomp::{CompartmentId, Endpoint, LookUp, Mode, Params, Received, Transport};
///
/// let mut phone = Endpoint::new(Params::SIP);
/// let mut proxy = Endpoint::new(Params::SIP);
/// let (ours, theirs, now) = (CompartmentId(1), CompartmentId(7), Duration::ZERO);
/// phone.open(ours, Mode::Optimistic, Params::SIP)?;
/// let mut wire = Vec::new();
/// phone.compress(ours, b"OPTIONS sip:proxy.example SIP/2.0\r\n\r\n", Transport::Stream, &mut wire);
///
/// let Received::Message { token, .. } = proxy.receive(&wire, Transport::Stream, LookUp::Within(&[]), now) else {
///     panic!("a message");
/// };
/// assert!(proxy.text().starts_with(b"OPTIONS"));
/// // Once the application knows who sent it:
/// proxy.open(theirs, Mode::Optimistic, Params::SIP)?;
/// proxy.accept(token, theirs, now)?;
/// # Ok::<(), simdsip_sigcomp::AcceptError>(())
/// ```
#[derive(Debug)]
pub struct Endpoint {
    params: Params,
    limits: Limits,
    verify: Verify,
    store: StateStore,
    udvm: Udvm,
    /// The machine that checks what is sent: the text of the last received message stays.
    checker: Udvm,
    dictionary: StateItem,
    /// Our own code, which peers may use.
    codecs: [StateItem; 4],
    compartments: BTreeMap<CompartmentId, Compartment>,
    pending: BTreeMap<u64, Pending>,
    next_token: u64,
    sent: VecDeque<([u8; 20], CompartmentId)>,
    /// Since when, how many.
    nacks: BTreeMap<Source, (Duration, u32)>,
    shop: Workshop,
}

impl Endpoint {
    /// With the dictionary of RFC 3485 and our own code as local states.
    #[must_use]
    pub fn new(params: Params) -> Self {
        Self::with_limits(params, Limits::default())
    }

    /// The same with limits of the caller's.
    #[must_use]
    pub fn with_limits(params: Params, limits: Limits) -> Self {
        let dictionary = crate::dict::sip_sdp();
        let mut store = StateStore::new();
        store.add_local(dictionary.clone());
        let codecs = CODECS.each_ref().map(Codec::state);
        codecs.iter().for_each(|state| store.add_local(state.clone()));
        let mut udvm = Udvm::new();
        udvm.set_output_max(limits.output_len);
        Self {
            params,
            limits,
            verify: Verify::On,
            store,
            udvm,
            checker: Udvm::new(),
            dictionary,
            codecs,
            compartments: BTreeMap::new(),
            pending: BTreeMap::new(),
            next_token: 0,
            sent: VecDeque::new(),
            nacks: BTreeMap::new(),
            shop: Workshop::default(),
        }
    }

    /// Whether messages are run before they are sent; they are unless told otherwise.
    pub fn set_verify(&mut self, verify: Verify) {
        self.verify = verify;
    }

    /// The states, to be looked at.
    #[must_use]
    pub fn states(&self) -> &StateStore {
        &self.store
    }

    /// The text of the last message received.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.udvm.output()
    }

    /// Opens a compartment. `remote` is what the peer is known to offer, [`Params::SIP`] where nothing is. Where it is
    /// open, mode and parameters stay. In shared mode, half of the state memory is kept for states of our own and only
    /// the other half offered.
    ///
    /// # Errors
    /// `TooManyCompartments`.
    pub fn open(&mut self, id: CompartmentId, mode: Mode, remote: Params) -> Result<(), AcceptError> {
        if self.compartments.len() >= self.limits.compartment_count && !self.compartments.contains_key(&id) {
            return Err(AcceptError::TooManyCompartments);
        }
        // Half of 2,048 bytes is no size that could be told.
        let mode = if mode == Mode::Shared && self.params.sms() < 4096 { Mode::Optimistic } else { mode };
        let own = self.offered(mode);
        self.store.open_shared(id, own.sms(), self.params.sms().saturating_sub(own.sms()));
        let most = self.limits.compressor_len;
        let compartment = || Compartment {
            compressor: Compressor::new(mode, own, remote, most),
            wish: None,
            until: None,
            sent: VecDeque::new(),
        };
        self.compartments.entry(id).or_insert_with(compartment).until = None;
        Ok(())
    }

    /// What a compartment costs in bytes: states, copies of those at the peer, tables. At most the state memory, the
    /// smaller of [`Limits::compressor_len`] and the peer's state memory, and 2,048; 0 where it is not open.
    #[must_use]
    pub fn memory_len(&self, id: CompartmentId) -> usize {
        let Some(compartment) = self.compartments.get(&id) else { return 0 };
        let held = |state: &StateItem| self.store.held(id).iter().any(|held| held.state.id() == state.id());
        let tables = size_of::<(CompartmentId, Compartment)>()
            .saturating_add(compartment.sent.capacity().saturating_mul(size_of::<[u8; 20]>()))
            .saturating_add(compartment.compressor.memory_len(|state| !held(state)));
        tables.saturating_add(self.store.used(id) as usize)
    }

    /// What a peer is told that we offer.
    #[must_use]
    pub fn offered(&self, mode: Mode) -> Params {
        match mode {
            Mode::Shared if self.params.sms() >= 4096 => self.params.with_sms(self.params.sms() >> 1),
            _ => self.params,
        }
    }

    /// Closes a compartment at a time, up to which late messages of the peer find their states; see
    /// [`Endpoint::handle_timeout`].
    pub fn close(&mut self, id: CompartmentId, at: Duration) {
        if let Some(compartment) = self.compartments.get_mut(&id) {
            compartment.until = Some(at);
        }
    }

    /// Lets go what is over: closed compartments, tokens that nobody used.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.pending.retain(|_, pending| pending.until > now);
        let store = &mut self.store;
        self.compartments.retain(|id, compartment| {
            let stays = compartment.until.is_none_or(|until| until > now);
            if !stays {
                store.close(*id);
            }
            stays
        });
    }

    /// When [`Endpoint::handle_timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let pending = self.pending.values().map(|pending| pending.until);
        pending.chain(self.compartments.values().filter_map(|compartment| compartment.until)).min()
    }

    /// [`Endpoint::receive_from`] where there is one source alone.
    pub fn receive(
        &mut self,
        bytes: &[u8],
        transport: Transport,
        look_up: LookUp<'_>,
        now: Duration,
    ) -> Received {
        self.receive_from(Source::default(), bytes, transport, look_up, now)
    }

    /// Takes a datagram, or a message that [`Deframer`](crate::Deframer) cut out of a stream. A NACK is heard where it is
    /// about a message of the compartments that are looked up in.
    pub fn receive_from(
        &mut self,
        source: Source,
        bytes: &[u8],
        transport: Transport,
        look_up: LookUp<'_>,
        now: Duration,
    ) -> Received {
        if !is_sigcomp(bytes) {
            return Received::Plain;
        }
        let header = Header::parse(bytes);
        if let Ok(header) = &header
            && matches!(header.start, Start::Nack { .. })
        {
            return self.nack(header, look_up);
        }
        let outcome = match look_up {
            LookUp::Everywhere => self.udvm.run(bytes, transport, &self.params, &self.store),
            LookUp::Within(list) => self.udvm.run(bytes, transport, &self.params, &self.store.within(list)),
        };
        match outcome {
            Err(failure) => {
                let nack = self.complain(&failure, bytes, source, now);
                Received::Failed { failure, nack }
            }
            Ok(outcome) => {
                let cycles = outcome.cycles;
                let base = match header.map(|header| header.start) {
                    Ok(Start::State(id)) => Some(PartialId::new(id)),
                    _ => None,
                };
                let until = now.saturating_add(self.limits.pending);
                while self.pending.len() >= self.limits.pending_count.max(1) {
                    self.displace();
                }
                self.next_token = self.next_token.wrapping_add(1);
                self.pending.insert(self.next_token, Pending { source, until, outcome, base });
                Received::Message { token: Token(self.next_token), cycles }
            }
        }
    }

    /// Lets go of the oldest message of the source that has most of them waiting.
    fn displace(&mut self) {
        let mut counts: BTreeMap<Source, usize> = BTreeMap::new();
        for pending in self.pending.values() {
            let count = counts.entry(pending.source).or_default();
            *count = count.saturating_add(1);
        }
        let most = counts.values().max().copied();
        let first = self.pending.iter().find(|(_, pending)| counts.get(&pending.source).copied() == most);
        if let Some(token) = first.map(|(token, _)| *token) {
            self.pending.remove(&token);
        }
    }

    /// What a stream owes to its peer when [`Deframer`](crate::Deframer) gave an error: a NACK without marks, zeros for
    /// a hash (RFC 4077 §3.2).
    pub fn framing_failed(&mut self, source: Source, reason: Reason, now: Duration) -> Option<Vec<u8>> {
        let failure = Failure::early(reason);
        self.may_nack(source, now).then(|| {
            let mut nack = Vec::new();
            write_nack(&failure, &[0; 20], &mut nack);
            nack
        })
    }

    /// The message is that of a peer whom the application knows: states and feedback are taken over (RFC 3320 §4.3).
    ///
    /// # Errors
    /// `Unknown` where the token was used or came too late, or the compartment is not open.
    pub fn accept(&mut self, token: Token, id: CompartmentId, now: Duration) -> Result<(), AcceptError> {
        let pending = self.pending.remove(&token.0).filter(|pending| pending.until > now);
        let pending = pending.ok_or(AcceptError::Unknown)?;
        let mode = self.compartments.get(&id).map(|compartment| compartment.compressor.mode);
        let mode = mode.ok_or(AcceptError::Unknown)?;
        let Some(compartment) = self.compartments.get_mut(&id) else { return Err(AcceptError::Unknown) };
        for request in pending.outcome.requests.take() {
            match request {
                Request::Create(draft) => {
                    self.store.create(id, draft);
                }
                Request::Free(partial) => self.store.free(id, &partial),
            }
        }
        if let Some(base) = pending.base {
            compartment.compressor.acknowledge_state(base.as_bytes());
        }
        let announced = compartment.learn(&pending.outcome.feedback, &self.store, id);
        if let Some(wish) = pending.outcome.feedback.requested {
            compartment.wish = wish.item.map(|item| (item, announced));
            let own = if wish.no_states { self.params.with_sms(0) } else { self.offered(mode) };
            self.store.open_shared(id, own.sms(), self.params.sms().saturating_sub(own.sms()));
        }
        Ok(())
    }

    /// The message is nobody's: nothing of it stays.
    pub fn reject(&mut self, token: Token) {
        self.pending.remove(&token.0);
    }

    /// Compresses a message, or leaves it as it is where that is better. Retransmissions are compressed anew (RFC 5049
    /// §8): give the text again, not the bytes.
    ///
    /// On a stream, everything is a SigComp message, without marks here; see [`frame`](crate::frame).
    pub fn compress(
        &mut self,
        id: CompartmentId,
        text: &[u8],
        transport: Transport,
        out: &mut Vec<u8>,
    ) -> Sent {
        let start = out.len();
        let attempt = self.attempt(id, text, transport, out);
        let Some(attempt) = attempt else {
            out.truncate(start);
            if transport == Transport::Message {
                out.extend_from_slice(text);
                return Sent::Plain;
            }
            out.extend_from_slice(&NULL_BYTECODE);
            out.extend_from_slice(text);
            return Sent::Null;
        };
        let message = out.get(start..).unwrap_or_default();
        let sha1 = Sha1::digest(message).into();
        while self.sent.len() >= self.limits.sent_count.max(1) {
            self.sent.pop_front();
        }
        self.sent.push_back((sha1, id));
        if let Some(compartment) = self.compartments.get_mut(&id) {
            if compartment.sent.len() >= SENT_MAX {
                compartment.sent.pop_front();
            }
            compartment.sent.push_back(sha1);
            compartment.compressor.sent(&attempt, transport == Transport::Stream);
            if compartment.compressor.mode() == Mode::Shared
                && let Some(made) = attempt.made
            {
                self.store.keep_local(id, made);
            }
        }
        Sent::Compressed
    }

    fn attempt(
        &mut self,
        id: CompartmentId,
        text: &[u8],
        transport: Transport,
        out: &mut Vec<u8>,
    ) -> Option<Attempt> {
        let compartment = self.compartments.get(&id)?;
        let start = out.len();
        for how in [Try::Best, Try::Short, Try::Shorter, Try::Fresh, Try::Bare] {
            out.truncate(start);
            let wish = compartment.wish.as_ref();
            let attempt = compartment.compressor.attempt(text, wish, how, &mut self.shop, out);
            let Some(attempt) = attempt else { continue };
            let message = out.get(start..).unwrap_or_default();
            if message.len() > text.len().saturating_add(NULL_BYTECODE.len()) {
                continue;
            }
            let remote = compartment.compressor.remote;
            let right = match self.verify {
                Verify::Off => true,
                Verify::On => {
                    let states = Sender {
                        base: attempt.base.as_ref(),
                        dictionary: &self.dictionary,
                        codecs: &self.codecs,
                    };
                    let outcome = self.checker.run(message, transport, &remote, &states);
                    outcome.is_ok_and(|outcome| self.checker.output() == text && makes(outcome, &attempt))
                }
            };
            if right {
                return Some(attempt);
            }
        }
        None
    }

    /// A NACK of the peer's (RFC 4077 §2.3): what it lacks is built on no more.
    fn nack(&mut self, header: &Header<'_>, look_up: LookUp<'_>) -> Received {
        let Some(nack) = Nack::of(header) else {
            return Received::Nack { compartment: None, reason: None };
        };
        let id = match look_up {
            LookUp::Within(list) => list.iter().copied().find(|id| {
                let Some(compartment) = self.compartments.get_mut(id) else { return false };
                let found = compartment.sent.iter().rposition(|sha1| *sha1 == nack.sha1);
                found.and_then(|at| compartment.sent.remove(at)).is_some()
            }),
            LookUp::Everywhere => {
                let found = self.sent.iter().rposition(|(sha1, _)| *sha1 == nack.sha1);
                found.and_then(|at| self.sent.remove(at)).map(|(_, id)| id)
            }
        };
        if let Some(compartment) = id.and_then(|id| self.compartments.get_mut(&id)) {
            match nack.detail() {
                Detail::State(partial) => compartment.compressor.lost(partial.as_bytes()),
                _ => compartment.compressor.forget(),
            }
        }
        Received::Nack { compartment: id, reason: nack.reason() }
    }

    fn complain(
        &mut self,
        failure: &Failure,
        message: &[u8],
        source: Source,
        now: Duration,
    ) -> Option<Vec<u8>> {
        if self.params.version() < 2 || !self.may_nack(source, now) {
            return None;
        }
        let mut nack = Vec::new();
        write_nack(failure, &Sha1::digest(message).into(), &mut nack);
        Some(nack)
    }

    fn may_nack(&mut self, source: Source, now: Duration) -> bool {
        let over = |since: Duration| now.saturating_sub(since) >= Duration::from_secs(1);
        if self.nacks.len() >= self.limits.source_count.max(1) && !self.nacks.contains_key(&source) {
            self.nacks.retain(|_, (since, _)| !over(*since));
            // Many sources at once: the one that began first begins anew.
            let first = self.nacks.iter().min_by_key(|(_, (since, _))| *since).map(|(source, _)| *source);
            if let Some(first) = first.filter(|_| self.nacks.len() >= self.limits.source_count.max(1)) {
                self.nacks.remove(&first);
            }
        }
        let (since, count) = self.nacks.entry(source).or_insert((now, 0));
        if over(*since) {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count <= self.limits.nacks_per_second
    }
}

impl Compartment {
    /// Takes over what a message says about our own sending; the state that it announced, if we have it.
    fn learn(&mut self, feedback: &Feedback, store: &StateStore, id: CompartmentId) -> Option<StateId> {
        if let Some(item) = &feedback.returned {
            self.compressor.acknowledge(item.as_bytes());
        }
        let params = feedback.params?;
        self.compressor.remote = self.compressor.remote.updated(params.byte, params.version);
        let mut announced = None;
        for partial in params.ids() {
            let held = store.held(id).iter().find(|held| held.state.id().0.starts_with(partial.as_bytes()));
            self.compressor.offer(partial.as_bytes());
            if let Some(held) = held
                && self.compressor.announce(&held.state)
            {
                announced = Some(held.state.id());
            }
        }
        announced
    }
}

/// Whether a message makes the state that the compressor will build on, and none beside it but the code.
fn makes(outcome: Outcome, attempt: &Attempt) -> bool {
    let mut found = attempt.made.is_none();
    for request in outcome.requests.take() {
        let Request::Create(draft) = request else { return false };
        match &attempt.made {
            Some(made) if draft.value == made.value() => found = true,
            _ if CODECS.iter().any(|codec| codec.code == draft.value) => {}
            _ => return false,
        }
    }
    found
}

/// The states of the peer that one message uses.
struct Sender<'s> {
    base: Option<&'s StateItem>,
    dictionary: &'s StateItem,
    codecs: &'s [StateItem],
}

impl States for Sender<'_> {
    fn find(&self, partial: &[u8]) -> Result<&StateItem, Reason> {
        let own = [self.base, Some(self.dictionary)].into_iter().flatten().chain(self.codecs);
        let mut begin = own.filter(|state| state.id().0.starts_with(partial));
        begin.next().ok_or(Reason::StateNotFound)
    }
}

/// The message header and code that give back what follows (RFC 4896 §11).
pub const NULL_BYTECODE: [u8; 13] =
    [0xf8, 0x00, 0xa1, 0x1c, 0x01, 0x86, 0x09, 0x22, 0x86, 0x01, 0x16, 0xf9, 0x23];
