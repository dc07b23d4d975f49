//! Reads captured SigComp traffic: what both sides' states were is learned from the packets themselves.
//!
//! Lenient where an endpoint must not be: every message that decodes is believed, states never go (up to 65,536 of them and
//! 64 MiB; then none is learned), all parameters are the
//! largest there are, and what one side sent is known to both. Each failure is explained. Authenticates nobody, so it must
//! not feed a live endpoint. RFC 3320 §3.3, RFC 4077.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use sha1::{Digest, Sha1};

use crate::compress::codec::CODECS;
use crate::dict;
use crate::header::{Header, Start, is_sigcomp};
use crate::nack::Nack;
use crate::params::{Params, Transport};
use crate::reason::{Detail, Failure, PartialId, Reason};
use crate::state::{StateId, StateItem, StateStore};
use crate::udvm::{Draft, Request, Udvm};

/// What became of one captured message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// No SigComp.
    Plain,
    /// Decompressed; the text is [`CaptureDecoder::text`].
    Message {
        /// Cycles used.
        cycles: u64,
        /// The state it began with.
        base: Option<PartialId>,
        /// The states it asked for.
        created: Vec<StateId>,
    },
    /// A NACK.
    Nack {
        /// Its reason code, known or not.
        code: u8,
        /// The number, from 0, of the message it is about, if that was captured.
        about: Option<usize>,
        /// In words.
        text: String,
    },
    /// Nothing came of it.
    Failed {
        /// Why.
        failure: Failure,
        /// In words: what was missing, and what may explain it.
        text: String,
    },
}

/// Decodes one capture, message after message in the order of time.
///
/// ```
/// use simdsip_sigcomp::{CaptureDecoder, Decoded, NULL_BYTECODE, Transport};
///
/// let mut decoder = CaptureDecoder::new();
/// let message = [&NULL_BYTECODE[..], b"BYE"].concat();
/// assert!(matches!(decoder.push(&message, Transport::Message), Decoded::Message { .. }));
/// assert_eq!(decoder.text(), b"BYE");
/// ```
#[derive(Debug)]
pub struct CaptureDecoder {
    udvm: Udvm,
    store: StateStore,
    params: Vec<Params>,
    /// Hashes of messages, for NACKs.
    seen: BTreeMap<[u8; 20], usize>,
    count: usize,
    /// Learned states, and what they cost in bytes.
    state_count: usize,
    state_len: usize,
    state_len_max: usize,
}

/// Learned states, and messages that NACKs may be about.
const COUNT_MAX: usize = 65_536;

impl Default for CaptureDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl CaptureDecoder {
    /// With both dictionaries and our own code.
    #[must_use]
    pub fn new() -> Self {
        let mut store = StateStore::new();
        store.add_local(dict::sip_sdp());
        store.add_local(dict::presence());
        CODECS.iter().for_each(|codec| store.add_local(codec.state()));
        // The largest memory first; bytecode that computes with the memory size may want the usual ones.
        let sizes = [(131_072, 128), (8192, 16), (2048, 16), (4096, 16), (16_384, 64), (65_536, 64)];
        let versions = |(dms, cpb)| [2, 1].map(|version| Params::new(dms, dms, cpb, version));
        Self {
            udvm: Udvm::new(),
            store,
            params: sizes.into_iter().flat_map(versions).flatten().collect(),
            seen: BTreeMap::new(),
            count: 0,
            state_count: 0,
            state_len: 0,
            state_len_max: 64 << 20,
        }
    }

    /// Learns states up to so many bytes, 64 for each included.
    #[must_use]
    pub fn with_state_len_max(mut self, bytes: usize) -> Self {
        self.state_len_max = bytes;
        self
    }

    /// The text of the last message.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.udvm.output()
    }

    /// How many states were learned.
    #[must_use]
    pub fn state_count(&self) -> usize {
        self.state_count
    }

    /// What they cost in bytes.
    #[must_use]
    pub fn state_len(&self) -> usize {
        self.state_len
    }

    /// Takes the next message, without record marks.
    pub fn push(&mut self, message: &[u8], transport: Transport) -> Decoded {
        if !is_sigcomp(message) {
            return Decoded::Plain;
        }
        let number = self.count;
        self.count = self.count.saturating_add(1);
        if let Some(nack) = Nack::parse(message) {
            return self.nack(&nack);
        }
        if self.seen.len() < COUNT_MAX {
            self.seen.insert(Sha1::digest(message).into(), number);
        }
        let base = match Header::parse(message).map(|header| header.start) {
            Ok(Start::State(id)) => Some(PartialId::new(id)),
            _ => None,
        };
        let mut first = None;
        for params in &self.params {
            match self.udvm.run(message, transport, params, &self.store) {
                Ok(outcome) => {
                    let mut created = Vec::new();
                    for request in outcome.requests.take() {
                        // States that are freed may still be used by what was under way.
                        let Request::Create(draft) = request else { continue };
                        created.extend(self.learn(draft));
                    }
                    return Decoded::Message { cycles: outcome.cycles, base, created };
                }
                // What other parameters cannot change.
                Err(failure) if matches!(failure.reason, Reason::StateNotFound | Reason::IdNotUnique) => {
                    first = Some(failure);
                    break;
                }
                Err(failure) => {
                    first.get_or_insert(failure);
                }
            }
        }
        let failure = first.unwrap_or(Failure::early(Reason::InternalError));
        Decoded::Failed { failure, text: explain(&failure) }
    }

    /// Whose a state is does not matter to a reader: everybody has it.
    fn learn(&mut self, draft: Draft) -> Option<StateId> {
        let state = StateItem::new(draft.value, draft.address, draft.instruction, draft.min_access);
        let id = state.id();
        if self.store.get(&id).is_none() {
            let len = self.state_len.saturating_add(state.cost() as usize);
            if self.state_count >= COUNT_MAX || len > self.state_len_max {
                return None;
            }
            self.state_len = len;
            self.state_count = self.state_count.saturating_add(1);
            self.store.add_local(state);
        }
        Some(id)
    }

    fn nack(&self, nack: &Nack<'_>) -> Decoded {
        let about = self.seen.get(&nack.sha1).copied();
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = match nack.reason() {
            Some(reason) => write!(text, "NACK {reason}"),
            None => write!(text, "NACK with the unknown reason {}", nack.code),
        };
        let _ = match nack.detail() {
            Detail::State(id) => write!(text, " of state {id}"),
            Detail::CyclesPerBit(cpb) => write!(text, " at {cpb} cycles a bit"),
            Detail::MemorySize(size) => write!(text, " with {size} bytes of memory"),
            Detail::None => Ok(()),
        };
        if nack.opcode != 0 || nack.pc != 0 {
            let _ = write!(text, ", instruction {} at {}", nack.opcode, nack.pc);
        }
        let _ = match about {
            Some(number) => write!(text, ", about message {number}"),
            None => write!(text, ", about a message that is not in the capture"),
        };
        Decoded::Nack { code: nack.code, about, text }
    }
}

fn explain(failure: &Failure) -> String {
    let mut text = String::new();
    let _ = match (failure.reason, failure.detail) {
        (Reason::StateNotFound, Detail::State(id)) => write!(
            text,
            "state {id} is in no message seen before: the capture began later, or lost the message that made it"
        ),
        (Reason::MessageTooShort, _) => {
            write!(text, "the message ends within its header: cut off, or no SigComp")
        }
        (Reason::CyclesExhausted, _) => {
            write!(text, "cycles exhausted even at 128 a bit: a loop, or bytecode for another machine")
        }
        (Reason::UserRequested, _) => {
            write!(
                text,
                "the bytecode found an error at address {}: most likely a wrong checksum",
                failure.pc
            )
        }
        _ => write!(text, "{failure}"),
    };
    text
}
