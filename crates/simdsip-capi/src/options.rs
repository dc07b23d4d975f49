//! What a parser is made with: policy, side, room, limits.

use simdsip::{DefectCode, Limits, Parser, Policy, Side};

use crate::backend::backend;
use crate::raw::{self, Versioned, end_of};

/// Policies: SIMDSIP_POLICY_INTEROP is what 0 means in options.
pub const SIMDSIP_POLICY_INTEROP: u32 = 1;
pub const SIMDSIP_POLICY_STRICT: u32 = 2;
/// INTEROP that refuses what is ambiguous: for the edge of a network.
pub const SIMDSIP_POLICY_BORDER: u32 = 3;
/// Refuses nothing that can be shown; wider limits: for captures.
pub const SIMDSIP_POLICY_CAPTURE: u32 = 4;

/// What is read. 0: datagrams and other whole messages, by simdsip_parse. Streams are read by simdsip_framer_next, as
/// who accepted the connection, who opened it, or who watches.
pub const SIMDSIP_SIDE_NONE: u32 = 0;
pub const SIMDSIP_SIDE_SERVER: u32 = 1;
pub const SIMDSIP_SIDE_CLIENT: u32 = 2;
pub const SIMDSIP_SIDE_OBSERVER: u32 = 3;

/// What a parser is made with. Zeros, but for struct_size, are the defaults.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_options {
    pub struct_size: usize,
    /// SIMDSIP_POLICY_; 0: INTEROP.
    pub policy: u32,
    /// SIMDSIP_SIDE_
    pub side: u32,
    /// Header fields that the parser's memory holds: 128 (0), 256 or 512; other numbers are rounded up to those. A
    /// message with more is refused. The limit of header fields is no less than this.
    pub header_count: usize,
    /// Exceptions to the policy: SIMDSIP_DEFECT_ numbers that are refused, and that are allowed.
    pub refuse: *const u8,
    pub refuse_count: usize,
    pub allow: *const u8,
    pub allow_count: usize,
    /// Limits; 0: the policy's own. Bytes of a message, of a line, of a Request-URI.
    pub message_len: usize,
    pub line_len: usize,
    pub uri_len: usize,
    /// Multipart bodies within each other.
    pub mime_depth: usize,
    /// Parameters of a value, elements of a list in one field, comments within each other.
    pub param_count: usize,
    pub element_count: usize,
    pub comment_depth: usize,
}

// SAFETY: `repr(C)`, a `usize` first, integers and pointers alone.
unsafe impl Versioned for simdsip_options {
    const LEAST: usize = end_of!(simdsip_options, comment_depth: usize);
}

/// Options that made sense.
#[derive(Clone, Copy)]
pub(crate) struct Chosen {
    pub(crate) policy: Policy,
    pub(crate) side: Option<Side>,
    pub(crate) room: Room,
    limits: Limits,
}

/// How many header fields a parser holds.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Room {
    Small = 1,
    Medium = 2,
    Large = 3,
}

impl Chosen {
    /// Reads what the caller gave; NULL means the defaults, `None` that it makes no sense.
    ///
    /// # Safety
    /// `options` is NULL or a `simdsip_options` of the caller's, whose lists are NULL or good for their counts.
    pub(crate) unsafe fn read(options: *const simdsip_options) -> Option<Chosen> {
        if options.is_null() {
            let (policy, limits) = (Policy::INTEROP, Limits::new());
            return Some(Chosen { policy, side: None, room: Room::Small, limits });
        }
        // SAFETY: the contract of this function.
        let given = unsafe { raw::load(options) }?;
        let mut limits =
            if given.policy == SIMDSIP_POLICY_CAPTURE { Limits::capture() } else { Limits::new() };
        // SAFETY: the contract of this function: NULL or good for `refuse_count` bytes.
        let refuse = unsafe { raw::elements(given.refuse, given.refuse_count) }?;
        // SAFETY: the contract of this function: NULL or good for `allow_count` bytes.
        let allow = unsafe { raw::elements(given.allow, given.allow_count) }?;
        let policy = policy(given.policy, refuse, allow)?;
        let side = match given.side {
            SIMDSIP_SIDE_NONE => None,
            SIMDSIP_SIDE_SERVER => Some(Side::Server),
            SIMDSIP_SIDE_CLIENT => Some(Side::Client),
            SIMDSIP_SIDE_OBSERVER => Some(Side::Observer),
            _ => return None,
        };
        let room = match given.header_count {
            0..=128 => Room::Small,
            129..=256 => Room::Medium,
            257..=512 => Room::Large,
            _ => return None,
        };
        limits.header_count = limits.header_count.max(given.header_count);
        for (limit, given) in [
            (&mut limits.message_len, given.message_len),
            (&mut limits.line_len, given.line_len),
            (&mut limits.uri_len, given.uri_len),
            (&mut limits.mime_depth, given.mime_depth),
            (&mut limits.param_count, given.param_count),
            (&mut limits.element_count, given.element_count),
            (&mut limits.comment_depth, given.comment_depth),
        ] {
            if given != 0 {
                *limit = given;
            }
        }
        Some(Chosen { policy, side, room, limits })
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A parser as chosen; asks the processor what it can do.
    pub(crate) fn parser(&self) -> Parser {
        Parser::new(self.policy).with_limits(self.limits).with_backend(backend())
    }
}

/// The policy of that number with its exceptions; `None` where a number is none.
pub(crate) fn policy(number: u32, refuse: &[u8], allow: &[u8]) -> Option<Policy> {
    let mut policy = match number {
        0 | SIMDSIP_POLICY_INTEROP => Policy::INTEROP,
        SIMDSIP_POLICY_STRICT => Policy::STRICT,
        SIMDSIP_POLICY_BORDER => Policy::BORDER,
        SIMDSIP_POLICY_CAPTURE => Policy::CAPTURE,
        _ => return None,
    };
    let code = |number: &u8| DefectCode::all().find(|code| code.number() == *number);
    for number in refuse {
        policy = policy.refuse(code(number)?);
    }
    for number in allow {
        policy = policy.allow(code(number)?);
    }
    Some(policy)
}
