//! What a compressor knows of its peer, and which state the next message builds on.
//!
//! A model of the peer's state memory: what we had it create, what it acknowledged, what it keeps of its own. Never
//! builds on a state that the mode does not allow. What must not go while it is built on is made again, which makes it
//! young, by messages that have no room for a state of their own (RFC 4896 §6). RFC 3320 §5, RFC 3321 §4, §5, RFC 4077 §2.3, RFC 5049 §8.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::codec::{BASE, Codec, DICTIONARY_LEN};
use super::cut;
use super::encode::{Prelude, write};
use super::matches::Matches;
use super::parse::Parser;
use crate::params::Params;
use crate::state::{STATE_OVERHEAD, StateId, StateItem};
use crate::udvm::FeedbackItem;

/// Which states a compressor builds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// None: each message stands alone.
    Stateless,
    /// Those that the peer has acknowledged: a loss costs nothing but ratio. For peers without NACKs.
    Acked,
    /// The last one sent: a loss costs a NACK and a message (RFC 4077 §2.4). With a peer below version 2, which sends no
    /// NACKs, this is `Acked`.
    Optimistic,
    /// As `Optimistic`, and also those of messages that the peer sent, which it keeps and announces (RFC 3321 §5.2).
    Shared,
}

/// A state that we had the peer create.
#[derive(Clone, Debug)]
struct Known {
    state: StateItem,
    acked: bool,
    /// The number of the message that made it first, and of the last that made it.
    born: u64,
    last: u64,
}

/// How many states are remembered: more than fit the memory of any peer that we would use.
const KNOWN_MAX: usize = 8;

/// A message that went out, as an acknowledgement may name it.
#[derive(Clone, Debug)]
struct Told {
    number: u64,
    token: u8,
    /// The beginning of its identifier.
    made: Option<[u8; 8]>,
}

/// How many sent messages are remembered. A token has seven bits: one that names several of them is not believed.
const TOLD_MAX: usize = 32;

/// How far behind an acknowledged message the peer's messages under way may still acknowledge.
const OVERTAKEN_MAX: u64 = 12;

/// After so many messages of which none was acknowledged, nothing is built on: whatever the peer lacks, it has then.
/// Without NACKs sooner, before an INVITE is sent for the seventh and last time (RFC 3261 §17.1.1.2).
const SILENT_MAX: [u32; 2] = [6, 16];

/// Room that all compressors of an endpoint share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workshop {
    parser: Parser,
    found: Matches,
    /// Code, history and text as they will lie in the peer's memory from address 128 on.
    window: Vec<u8>,
}

/// The compressor of one compartment.
#[derive(Clone, Debug)]
pub(crate) struct Compressor {
    pub(crate) mode: Mode,
    /// What the peer offers, as far as is known.
    pub(crate) remote: Params,
    /// How much of its state memory is made use of.
    most: u32,
    /// Our own parameters, told until something is acknowledged.
    own: Params,
    told: bool,
    /// In the order in which the peer, as far as is known, made them last.
    known: Vec<Known>,
    /// Messages whose tokens may come back.
    sent: VecDeque<Told>,
    /// The number of the next message.
    next: u64,
    /// The last message that was acknowledged.
    heard: Option<u64>,
    /// Messages since one was acknowledged that had not been before.
    silent: u32,
    /// The last state of its own that the peer announced.
    announced: Option<StateItem>,
    /// The announced state is younger than all known ones.
    announced_last: bool,
    /// The code that the peer has without being sent it.
    offered: Option<StateId>,
}

/// A message as it was made, before it is known to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// What it builds on.
    pub(crate) base: Option<StateItem>,
    /// What it makes; `None` where it makes no state.
    pub(crate) made: Option<StateItem>,
    pub(crate) token: u8,
}

/// How much is dared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Try {
    /// As the mode says.
    Best,
    /// The same, making a shorter state: a short message cannot pay for a long one.
    Short,
    /// A still shorter one.
    Shorter,
    /// On nothing, with the dictionary.
    Fresh,
    /// On nothing, without: the least memory and cycles.
    Bare,
}

impl Compressor {
    pub(crate) fn new(mode: Mode, own: Params, remote: Params, most: u32) -> Self {
        Self {
            mode,
            remote,
            most,
            own,
            told: false,
            known: Vec::new(),
            sent: VecDeque::new(),
            next: 0,
            heard: None,
            silent: 0,
            announced: None,
            announced_last: false,
            offered: None,
        }
    }

    /// The mode that the peer admits: one that sends no NACKs (RFC 4077 §2) is not dared with.
    pub(crate) fn mode(&self) -> Mode {
        match self.mode {
            Mode::Optimistic | Mode::Shared if self.remote.version() < 2 => Mode::Acked,
            mode => mode,
        }
    }

    fn codec(&self) -> &'static Codec {
        Codec::choose(self.remote.dms(), self.mode() == Mode::Shared)
    }

    /// The state memory of the peer, as far as it is made use of.
    fn sms(&self) -> u32 {
        self.remote.sms().min(self.most)
    }

    /// What is held in bytes beside the compressor itself: tables, and states of which `counts` says that nobody else
    /// holds them.
    pub(crate) fn memory_len(&self, counts: impl Fn(&StateItem) -> bool) -> usize {
        let states = self.known.iter().map(|known| &known.state).chain(self.announced.as_ref());
        let states = states
            .filter(|state| counts(state))
            .fold(0, |sum: usize, state| sum.saturating_add(state.cost() as usize));
        let known = self.known.capacity().saturating_mul(size_of::<Known>());
        let sent = self.sent.capacity().saturating_mul(size_of::<Told>());
        states.saturating_add(known).saturating_add(sent)
    }

    /// What our states may take of the peer's memory. In acked mode the code has its place beside them: each message that
    /// brings it along makes it young again.
    fn memory(&self) -> u32 {
        let sms = self.sms();
        match self.mode() {
            Mode::Acked => sms.saturating_sub(STATE_OVERHEAD).saturating_sub(self.codec().code.len() as u32),
            _ => sms,
        }
    }

    /// How long a state may be: two fit where the memory allows, so that the one before a lost one is still there.
    fn state_max(&self) -> usize {
        // Where only one fits and it is lost, the one before was not displaced. Acked mode needs the one that it builds on
        // beside those that are under way.
        let slots = match (self.mode(), self.sms()) {
            (Mode::Acked, ..=2048) | (Mode::Optimistic | Mode::Stateless, ..=4096) | (Mode::Shared, _) => 1,
            (Mode::Acked, ..=4096) | (Mode::Optimistic | Mode::Stateless, _) => 2,
            (Mode::Acked, _) => 3,
        };
        let sms = self.memory().checked_div(slots).unwrap_or(0);
        let memory = self.remote.dms().saturating_sub(self.remote.dms() / 3);
        // A message that is too short to pay for it makes a shorter one.
        let paid = u32::from(self.remote.cpb()).saturating_mul(1000).saturating_sub(3600);
        sms.saturating_sub(STATE_OVERHEAD).min(memory).min(paid) as usize
    }

    /// Makes a message of a text. `None` where the peer's memory cannot hold it.
    pub(crate) fn attempt(
        &self,
        text: &[u8],
        returned: Option<&(FeedbackItem, Option<StateId>)>,
        how: Try,
        shop: &mut Workshop,
        out: &mut Vec<u8>,
    ) -> Option<Attempt> {
        let base = if matches!(how, Try::Best | Try::Short | Try::Shorter) { self.base() } else { None };
        let codec = base.as_ref().and_then(Codec::of).unwrap_or_else(|| self.codec());
        let state_max = self.state_max();
        let state_max = match how {
            Try::Short => state_max / 6 * 5,
            Try::Shorter => state_max / 3 * 2,
            _ => state_max,
        };
        let checksum = crate::udvm::fcs16(text);
        let token = (checksum >> 8) as u8 & 0x7f;
        let keeps = self.mode() != Mode::Stateless && state_max > codec.code.len().saturating_add(64);
        let room = self.may_make(state_max);
        let dictionary = base.is_none() && how != Try::Bare;

        shop.window.clear();
        shop.window.extend_from_slice(base.as_ref().map_or(codec.code, StateItem::value));
        if dictionary {
            shop.window.extend_from_slice(crate::dict::SIP_SDP.get(..DICTIONARY_LEN)?);
        }
        let begin = shop.window.len();
        shop.window.extend_from_slice(text);
        // The message itself takes from the same memory; half the text is a fair guess, the machine will tell.
        let most = self.remote.dms().saturating_sub(u32::from(BASE)) as usize;
        if shop.window.len().saturating_add(text.len() >> 3) > most
            || shop.window.len() >= 1 << codec.address_bits
        {
            return None;
        }
        shop.found.read(&shop.window, begin);
        shop.parser.parse(codec, &shop.window, begin, &shop.found);

        let mut prelude = Prelude { dictionary, ..Prelude::default() };
        let mut made = None;
        // A message that is sent again may make again what it made.
        if keeps && (room || self.sent.iter().any(|told| told.token == token)) {
            let cut = cut::choose(shop.parser.steps(), codec, &shop.window, begin, state_max);
            let state = state_of(codec, &shop.window, cut);
            if room || self.known.iter().any(|known| known.state == state) {
                (prelude.cut, made) = (cut, Some(state));
            }
        }
        if let (true, None, Some(base)) = (keeps, &made, &base) {
            // The base again: without what is new.
            prelude.cut = Some((begin, shop.window.len()));
            made = Some(base.clone());
        }
        let told = self.announcement(codec);
        let mut pokes: [(u8, &[u8]); 2] = [(0, &[]); 2];
        let mut poke_count = 0_usize;
        let mut poke = |at: u8, bytes| {
            if let Some(slot) = pokes.get_mut(poke_count) {
                *slot = (at, bytes);
                poke_count = poke_count.saturating_add(1);
            }
        };
        if made.is_none() {
            // The priority that makes no state.
            poke(32, &[0xff, 0xff]);
        }
        if !self.told || self.gives_up() {
            // Who keeps states that our code made has the code; otherwise it is said once.
            let says_code = !codec.shared && base.is_none();
            poke(34, if says_code { &told } else { told.get(..2)? });
        }
        prelude.pokes = pokes.get(..poke_count)?;

        let offered = self.offered.filter(|_| !self.gives_up());
        header(codec, base.as_ref(), offered, returned, out);
        write(codec, shop.parser.steps(), checksum, &prelude, out);
        Some(Attempt { base, made, token })
    }

    /// The bytes that tell the peer what we offer, and which code we have.
    fn announcement(&self, codec: &Codec) -> [u8; 9] {
        let mut bytes = [self.own.to_byte(), self.own.version(), 6, 0, 0, 0, 0, 0, 0];
        for (slot, byte) in bytes.iter_mut().skip(3).zip(codec.id) {
            *slot = byte;
        }
        bytes
    }

    /// Whether the peer has been silent for so long that the next message relies on nothing.
    fn gives_up(&self) -> bool {
        let [acked, other] = SILENT_MAX;
        self.silent > 0 && self.silent.is_multiple_of(if self.mode() == Mode::Acked { acked } else { other })
    }

    /// What the next message builds on.
    fn base(&self) -> Option<StateItem> {
        if self.gives_up() {
            return None;
        }
        let newest = self.known.last();
        match self.mode() {
            Mode::Stateless => None,
            Mode::Acked => {
                let acked = self.known.iter().filter(|known| known.acked);
                acked.max_by_key(|known| known.born).map(|known| known.state.clone())
            }
            Mode::Optimistic => newest.map(|known| known.state.clone()),
            Mode::Shared if self.announced_last => self.announced.clone(),
            Mode::Shared => newest.map(|known| known.state.clone()).or_else(|| self.announced.clone()),
        }
    }

    /// Whether another state of such a size displaces none of those that acked mode may come to build on.
    fn may_make(&self, len: usize) -> bool {
        let cost = (len as u32).saturating_add(STATE_OVERHEAD);
        self.mode() != Mode::Acked || cost_of(&self.known).saturating_add(cost) <= self.memory()
    }

    /// The message went out.
    pub(crate) fn sent(&mut self, attempt: &Attempt, reliable: bool) {
        let number = self.next;
        self.next = number.saturating_add(1);
        if self.gives_up() {
            // The code went along: the peer has it again, if it had it not.
            let offered = self.offered;
            self.forget();
            self.offered = offered;
        }
        self.silent = if reliable { 0 } else { self.silent.saturating_add(1) };
        if self.sent.len() >= TOLD_MAX {
            self.sent.pop_front();
        }
        let made = attempt.made.as_ref().map(|state| beginning(state.id()));
        self.sent.push_back(Told { number, token: attempt.token, made });
        let Some(state) = &attempt.made else { return };
        let before = self.known.iter().position(|known| known.state.id() == state.id());
        let before = before.map(|at| self.known.remove(at));
        let acked = reliable || before.as_ref().is_some_and(|known| known.acked);
        let born = before.map_or(number, |known| known.born);
        self.known.push(Known { state: state.clone(), acked, born, last: number });
        self.announced_last = false;
        if reliable {
            self.arrived(number, beginning(state.id()));
        }
        // The peer lets the oldest go.
        let memory = self.sms();
        while self.known.len() > KNOWN_MAX || (self.known.len() > 1 && cost_of(&self.known) > memory) {
            self.known.remove(0);
        }
    }

    /// The peer returned an item.
    pub(crate) fn acknowledge(&mut self, item: &[u8]) {
        let [token] = item else { return };
        let mut of_it = self.sent.iter().filter(|told| told.token == *token);
        let Some(first) = of_it.next() else { return };
        // Several messages of one token that made different states: none is believed.
        if of_it.any(|told| told.made != first.made) {
            return;
        }
        let Told { number, made, .. } = *first;
        self.told = true;
        if self.heard.is_none_or(|heard| heard < number) {
            self.heard = Some(number);
            self.silent = 0;
            self.sent.retain(|told| told.number.saturating_add(OVERTAKEN_MAX) >= number);
        }
        match made {
            Some(id) => self.arrived(number, id),
            // It was built on nothing, and nothing will be built on what went before it.
            None if !self.known.iter().any(|known| known.acked) => {
                let keeps = self.mode() != Mode::Acked;
                self.known.retain(|known| keeps || known.last > number);
            }
            None => {}
        }
    }

    /// The state of a message is at the peer: it is younger there than those of earlier messages, lost or not, which go
    /// before it.
    fn arrived(&mut self, number: u64, id: [u8; 8]) {
        let Some(at) = self.known.iter_mut().find(|known| beginning(known.state.id()) == id) else { return };
        at.acked = true;
        if self.mode() == Mode::Acked {
            self.known.retain(|known| known.last >= number);
        }
    }

    /// The peer built on a state whose identifier begins so.
    pub(crate) fn acknowledge_state(&mut self, partial: &[u8]) {
        let of_it = self.known.iter_mut().find(|known| known.state.id().0.starts_with(partial));
        if let Some(known) = of_it {
            known.acked = true;
            self.told = true;
            self.silent = 0;
        }
    }

    /// The peer keeps a state that its own message made; whether that is one to build on.
    pub(crate) fn announce(&mut self, state: &StateItem) -> bool {
        let grown = Codec::of(state).is_some_and(|codec| state.value().len() > codec.code.len());
        if grown {
            self.offered = Some(StateId(self.codec().id));
            self.announced = Some(state.clone());
            self.announced_last = true;
        }
        grown
    }

    /// The peer has a state of this identifier beforehand.
    pub(crate) fn offer(&mut self, partial: &[u8]) {
        let id = self.codec().id;
        if partial.len() >= 6 && id.starts_with(partial) {
            self.offered = Some(StateId(id));
        }
    }

    /// The peer has no state that begins so. Whether one message was lost or the peer began anew cannot be told from that,
    /// so the next message builds on no state: one retransmission is enough in either case.
    pub(crate) fn lost(&mut self, partial: &[u8]) {
        if self.offered.is_some_and(|id| id.0.starts_with(partial)) {
            self.offered = None;
        }
        self.known.clear();
        self.announced = None;
        self.announced_last = false;
    }

    /// The peer could not make anything of a message, for whatever reason.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
        self.announced = None;
        self.announced_last = false;
        self.offered = None;
        self.told = false;
    }
}

fn beginning(id: StateId) -> [u8; 8] {
    id.0.first_chunk().copied().unwrap_or_default()
}

/// What states cost together.
fn cost_of(list: &[Known]) -> u32 {
    list.iter().fold(0, |sum, known| sum.saturating_add(known.state.cost()))
}

/// The window as a state, without the stretch that is cut.
fn state_of(codec: &Codec, window: &[u8], cut: Option<(usize, usize)>) -> StateItem {
    let mut value = window.to_vec();
    if let Some((to, from)) = cut {
        value.drain(to..from);
    }
    StateItem::new(value, BASE, codec.main, 6)
}

/// The header: what is returned, then a state or the code.
fn header(
    codec: &Codec,
    base: Option<&StateItem>,
    offered: Option<StateId>,
    returned: Option<&(FeedbackItem, Option<StateId>)>,
    out: &mut Vec<u8>,
) {
    // Building on a state that came with the wish says that it arrived.
    let implied =
        |wish: &&(FeedbackItem, Option<StateId>)| wish.1.is_some() && wish.1 == base.map(StateItem::id);
    let item = returned.filter(|wish| !implied(wish)).map(|(item, _)| item);
    let flag = if item.is_some() { 4 } else { 0 };
    let id = base.map(StateItem::id).or(offered.filter(|id| id.0 == codec.id));
    out.push(0xf8 | flag | u8::from(id.is_some()));
    out.extend_from_slice(item.map(FeedbackItem::as_bytes).unwrap_or_default());
    match id {
        Some(id) => out.extend_from_slice(id.0.get(..6).unwrap_or_default()),
        None => {
            let len = codec.code.len() as u16;
            out.extend_from_slice(&(len << 4 | 1).to_be_bytes());
            out.extend_from_slice(codec.code);
        }
    }
}
