//! What a run takes and gives: states to look up, requests and feedback to pass on.
//!
//! Plain data; nothing here acts. RFC 3320 §9.4.9.

use alloc::vec::Vec;

use crate::reason::{PartialId, Reason};
use crate::state::StateItem;

/// Where the UDVM finds states.
pub trait States {
    /// The one state whose identifier begins so.
    ///
    /// # Errors
    /// `StateNotFound` for none, or where the state demands more bytes of its identifier; `IdNotUnique` for several.
    fn find(&self, partial: &[u8]) -> Result<&StateItem, Reason>;
}

/// A state that a message asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The bytes.
    pub value: Vec<u8>,
    /// `state_address`
    pub address: u16,
    /// `state_instruction`
    pub instruction: u16,
    /// `minimum_access_length`, 6 to 20.
    pub min_access: u16,
    /// `state_retention_priority`, not 65,535.
    pub priority: u16,
}

/// What a message asks of the state handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// STATE-CREATE, or END-MESSAGE itself.
    Create(Draft),
    /// STATE-FREE.
    Free(PartialId),
}

/// Up to four states to create and four to free, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    list: [Option<Request>; 8],
}

impl Requests {
    /// In the order they were made.
    pub fn iter(&self) -> impl Iterator<Item = &Request> {
        self.list.iter().flatten()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Gives them away.
    pub(crate) fn take(self) -> impl Iterator<Item = Request> {
        self.list.into_iter().flatten()
    }

    /// There is room for as many as the instructions may make.
    pub(crate) fn push(&mut self, request: Request) {
        if let Some(slot) = self.list.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(request);
        }
    }
}

/// A feedback item: 1 to 128 bytes, the length byte of the long form included (RFC 3320 §7.1).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FeedbackItem {
    bytes: [u8; 128],
    len: u8,
}

impl FeedbackItem {
    /// At most the first 128 bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let mut item = Self { bytes: [0; 128], len: 0 };
        for (slot, byte) in item.bytes.iter_mut().zip(bytes) {
            *slot = *byte;
            item.len = item.len.saturating_add(1);
        }
        item
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl core::fmt::Debug for FeedbackItem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.as_bytes().fmt(f)
    }
}

/// What the sender wants back (RFC 3320 §9.4.9, figure 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestedFeedback {
    /// The Q-bit with its item; `None` takes an earlier wish back (RFC 4896 §9.2).
    pub item: Option<FeedbackItem>,
    /// The S-bit: states may go.
    pub no_states: bool,
    /// The I-bit: local states need not be told.
    pub no_local: bool,
}

/// What the sender offers (RFC 3320 §9.4.9, figure 13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnedParams {
    /// Cycles, memory, state memory; 0 where not told.
    pub byte: u8,
    /// Version; 0 where not told.
    pub version: u8,
    ids: [PartialId; Self::IDS_MAX],
    id_count: u8,
}

impl ReturnedParams {
    /// More local states than this are not kept: nothing is owed for them.
    pub const IDS_MAX: usize = 8;

    pub(crate) fn new(byte: u8, version: u8) -> Self {
        Self { byte, version, ids: [PartialId::new(&[]); Self::IDS_MAX], id_count: 0 }
    }

    pub(crate) fn push(&mut self, id: PartialId) {
        if let Some(slot) = self.ids.get_mut(usize::from(self.id_count)) {
            *slot = id;
            self.id_count = self.id_count.saturating_add(1);
        }
    }

    /// The local states that the sender offers.
    #[must_use]
    pub fn ids(&self) -> &[PartialId] {
        self.ids.get(..usize::from(self.id_count)).unwrap_or_default()
    }
}

/// Everything a message says about the other direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Feedback {
    /// From the header: what we once asked to have back.
    pub returned: Option<FeedbackItem>,
    /// What the sender wants back.
    pub requested: Option<RequestedFeedback>,
    /// What the sender offers.
    pub params: Option<ReturnedParams>,
}

/// A message decompressed. The bytes stay with the machine: [`Udvm::output`](super::Udvm::output).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Cycles used.
    pub cycles: u64,
    /// The memory it had, in bytes.
    pub memory_size: u32,
    /// Whether there was any OUTPUT: no message differs from an empty one (RFC 3320 §9.4.8).
    pub has_output: bool,
    /// States to create and to free.
    pub requests: Requests,
    /// What it says about the other direction.
    pub feedback: Feedback,
}
