//! What a compressor knows of its peer, and which state the next message builds on.
//!
//! A model of the peer's state memory: what we had it create, what it acknowledged, what it keeps of its own. Never
//! builds on a state that the mode does not allow. RFC 3320 §5, RFC 3321 §4, §5, RFC 4077 §2.3, RFC 5049 §8.

use alloc::vec::Vec;

use super::codec::{BASE, Codec, DICTIONARY_LEN};
use super::cut;
use super::encode::{Encoder, Prelude};
use super::matches::Matches;
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
    /// The last one sent: a loss costs a NACK and a message (RFC 4077 §2.4).
    Optimistic,
    /// Also those of messages that the peer sent, which it keeps and announces (RFC 3321 §5.2).
    Shared,
}

/// A state that we had the peer create.
#[derive(Clone, Debug)]
struct Known {
    state: StateItem,
    token: u8,
    acked: bool,
}

/// How many states are remembered: more than fit the memory of any peer that we would use.
const KNOWN_MAX: usize = 16;

/// Room that all compressors of an endpoint share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workshop {
    encoder: Encoder,
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
    /// Our own parameters, told until something is acknowledged.
    own: Params,
    told: bool,
    known: Vec<Known>,
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
    pub(crate) fn new(mode: Mode, own: Params, remote: Params) -> Self {
        Self {
            mode,
            remote,
            own,
            told: false,
            known: Vec::new(),
            announced: None,
            announced_last: false,
            offered: None,
        }
    }

    fn codec(&self) -> &'static Codec {
        Codec::choose(self.remote.dms(), self.mode == Mode::Shared)
    }

    /// How long a state may be: two fit where the memory allows, so that the one before a lost one is still there.
    fn state_max(&self) -> usize {
        // Where only one fits and it is lost, the one before was not displaced. Acked mode needs the one that it builds on
        // beside those that are under way.
        let slots = match (self.mode, self.remote.sms()) {
            (Mode::Acked, ..=2048) | (Mode::Optimistic | Mode::Stateless, ..=4096) | (Mode::Shared, _) => 1,
            (Mode::Acked, ..=4096) | (Mode::Optimistic | Mode::Stateless, _) => 2,
            (Mode::Acked, _) => 3,
        };
        let sms = self.remote.sms().checked_div(slots).unwrap_or(0);
        let memory = self.remote.dms().saturating_sub(self.remote.dms() / 3);
        // A short message must be able to pay for it; announcing costs it once more.
        let earned = u32::from(self.remote.cpb()).saturating_mul(1000).saturating_sub(3600);
        let paid = if self.mode == Mode::Shared { earned >> 1 } else { earned };
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
        let keeps = self.mode != Mode::Stateless
            && state_max > codec.code.len().saturating_add(64)
            && self.may_make(state_max);
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
        shop.found.clear();
        shop.encoder.parse(codec, &shop.window, begin, &mut shop.found);

        let mut prelude = Prelude { dictionary, ..Prelude::default() };
        if keeps {
            prelude.cut = cut::choose(shop.encoder.steps(), codec, &shop.window, begin, state_max);
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
        if !keeps {
            // The priority that makes no state.
            poke(32, &[0xff, 0xff]);
        }
        if !self.told {
            // Who keeps states that our code made has the code; otherwise it is said once.
            let says_code = !codec.shared && base.is_none();
            poke(34, if says_code { &told } else { told.get(..2)? });
        }
        prelude.pokes = pokes.get(..poke_count)?;

        header(codec, base.as_ref(), self.offered, returned, out);
        shop.encoder.write(codec, text, &prelude, out);
        let token = (crate::udvm::fcs16(text) >> 8) as u8 & 0x7f;
        let made = keeps.then(|| {
            if let Some((to, from)) = prelude.cut {
                shop.window.drain(to..from);
            }
            StateItem::new(shop.window.clone(), BASE, codec.main, 6)
        });
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

    /// What the next message builds on.
    fn base(&self) -> Option<StateItem> {
        let newest = self.known.last();
        match self.mode {
            Mode::Stateless => None,
            Mode::Acked => self.known.iter().rfind(|known| known.acked).map(|known| known.state.clone()),
            Mode::Optimistic => newest.map(|known| known.state.clone()),
            Mode::Shared if self.announced_last => self.announced.clone(),
            Mode::Shared => newest.map(|known| known.state.clone()).or_else(|| self.announced.clone()),
        }
    }

    /// Whether another state of such a size leaves the one that acked mode builds on.
    fn may_make(&self, len: usize) -> bool {
        if self.mode != Mode::Acked {
            return true;
        }
        let Some(at) = self.known.iter().rposition(|known| known.acked) else { return self.known.len() < 2 };
        let kept =
            self.known.iter().skip(at).fold(0_u32, |sum, known| sum.saturating_add(known.state.cost()));
        kept.saturating_add(len as u32).saturating_add(STATE_OVERHEAD) <= self.remote.sms()
    }

    /// The message went out.
    pub(crate) fn sent(&mut self, attempt: &Attempt, reliable: bool) {
        let Some(state) = &attempt.made else { return };
        self.known.retain(|known| known.state.id() != state.id());
        self.known.push(Known { state: state.clone(), token: attempt.token, acked: reliable });
        self.announced_last = false;
        // The peer lets the oldest go.
        let memory = self.remote.sms();
        let cost =
            |list: &[Known]| list.iter().fold(0_u32, |sum, known| sum.saturating_add(known.state.cost()));
        while self.known.len() > KNOWN_MAX || (self.known.len() > 1 && cost(&self.known) > memory) {
            self.known.remove(0);
        }
    }

    /// The peer returned an item.
    pub(crate) fn acknowledge(&mut self, item: &[u8]) {
        let [token] = item else { return };
        let mut of_it = self.known.iter_mut().filter(|known| known.token == *token);
        // Two states of one token: neither is believed.
        if let (Some(known), None) = (of_it.next(), of_it.next()) {
            known.acked = true;
            self.told = true;
        }
    }

    /// The peer built on a state whose identifier begins so.
    pub(crate) fn acknowledge_state(&mut self, partial: &[u8]) {
        let of_it = self.known.iter_mut().find(|known| known.state.id().0.starts_with(partial));
        if let Some(known) = of_it {
            known.acked = true;
            self.told = true;
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
