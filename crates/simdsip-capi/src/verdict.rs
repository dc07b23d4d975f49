//! Verdicts: the answer that an element owes to a message.

use simdsip::{Action, Element, Method, Role};

use crate::error::SIMDSIP_ARGUMENT;
use crate::options::policy;
use crate::raw::{self, Versioned, end_of, simdsip_span};
use crate::state::{message, simdsip_parser};

/// Roles.
pub const SIMDSIP_ROLE_UAS: u32 = 1;
pub const SIMDSIP_ROLE_PROXY: u32 = 2;
pub const SIMDSIP_ROLE_REGISTRAR: u32 = 3;

/// What to do with a message: go on with it, refuse it with `status`, say nothing.
pub const SIMDSIP_ACTION_ACCEPT: u32 = 1;
pub const SIMDSIP_ACTION_ANSWER: u32 = 2;
pub const SIMDSIP_ACTION_DROP: u32 = 3;

/// The most entries that a list of an element may have.
pub const SIMDSIP_LIST_MAX: usize = 64;

/// An element: what it does and understands. Lists that are NULL are the defaults; an empty list that is not NULL means
/// none. At most SIMDSIP_LIST_MAX entries a list.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_element {
    pub struct_size: usize,
    /// SIMDSIP_ROLE_
    pub role: u32,
    /// SIMDSIP_POLICY_: which defects it refuses; 0: INTEROP.
    pub policy: u32,
    /// Methods that a UAS answers. By default all of the registry.
    pub methods: *const simdsip_span,
    pub method_count: usize,
    /// Schemes of Request-URIs, in lower case. By default sip and sips.
    pub schemes: *const simdsip_span,
    pub scheme_count: usize,
    /// Option tags. By default none.
    pub option_tags: *const simdsip_span,
    pub option_tag_count: usize,
    /// Media types of bodies, as type/subtype in lower case. By default application/sdp and text/plain.
    pub body_types: *const simdsip_span,
    pub body_type_count: usize,
    /// Exceptions to the policy: SIMDSIP_DEFECT_ numbers that are refused, and that are allowed.
    pub refuse: *const u8,
    pub refuse_count: usize,
    pub allow: *const u8,
    pub allow_count: usize,
}

// SAFETY: `repr(C)`, a `usize` first, integers and pointers alone.
unsafe impl Versioned for simdsip_element {
    const LEAST: usize = end_of!(simdsip_element, allow_count: usize);
}

/// What is owed to a message, and why. The texts are the library's; they have no bytes where it is accepted.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_verdict_given {
    pub struct_size: usize,
    /// SIMDSIP_ACTION_
    pub action: u32,
    /// With ANSWER: the status code.
    pub status: u32,
    /// A clause in English.
    pub reason: simdsip_span,
    /// The section that asks for it.
    pub rfc: simdsip_span,
    /// SIMDSIP_DEFECT_ that is to blame; 0: none is.
    pub defect: u32,
    /// 1 where `at` tells a place.
    pub placed: u32,
    /// Byte offset of what is to blame.
    pub at: usize,
}

// SAFETY: `repr(C)`, a `usize` first, integers and spans alone.
unsafe impl Versioned for simdsip_verdict_given {
    const LEAST: usize = end_of!(simdsip_verdict_given, at: usize);
}

/// What `element` owes to the parser's message. Runs every check that there is, and keeps and sends nothing.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and nobody parses with now; `element` is NULL or a simdsip_element
/// whose lists, and their spans, are NULL or good for their lengths; `out` is NULL or a simdsip_verdict_given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_verdict(
    parser: *const simdsip_parser,
    element: *const simdsip_element,
    out: *mut simdsip_verdict_given,
) -> i32 {
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    // SAFETY: the caller's contract.
    let Some(given) = (unsafe { raw::load(element) }) else { return SIMDSIP_ARGUMENT };
    let role = match given.role {
        SIMDSIP_ROLE_UAS => Role::Uas,
        SIMDSIP_ROLE_PROXY => Role::Proxy,
        SIMDSIP_ROLE_REGISTRAR => Role::Registrar,
        _ => return SIMDSIP_ARGUMENT,
    };
    let mut element = Element::new(role);
    // SAFETY: the caller's contract: NULL or good for `refuse_count` bytes.
    let refuse = unsafe { raw::elements(given.refuse, given.refuse_count) };
    // SAFETY: the caller's contract: NULL or good for `allow_count` bytes.
    let allow = unsafe { raw::elements(given.allow, given.allow_count) };
    let (Some(refuse), Some(allow)) = (refuse, allow) else { return SIMDSIP_ARGUMENT };
    let Some(policy) = policy(given.policy, refuse, allow) else { return SIMDSIP_ARGUMENT };
    element.policy = policy;
    let mut methods = [Method::Ack; SIMDSIP_LIST_MAX];
    let [mut schemes, mut option_tags, mut body_types] = [[""; SIMDSIP_LIST_MAX]; 3];
    // SAFETY: the caller's contract, for this list and the three below.
    match unsafe {
        list(given.methods, given.method_count, &mut methods, |name| Some(Method::from_bytes(name)))
    } {
        Some(Some(list)) => element.methods = list,
        Some(None) => {}
        None => return SIMDSIP_ARGUMENT,
    }
    for (list_of, ptr, count, room) in [
        (&mut element.schemes, given.schemes, given.scheme_count, &mut schemes),
        (&mut element.option_tags, given.option_tags, given.option_tag_count, &mut option_tags),
        (&mut element.body_types, given.body_types, given.body_type_count, &mut body_types),
    ] {
        // SAFETY: as above.
        match unsafe { list(ptr, count, room, |text| core::str::from_utf8(text).ok()) } {
            Some(Some(list)) => *list_of = list,
            Some(None) => {}
            None => return SIMDSIP_ARGUMENT,
        }
    }
    let verdict = message.validate(&element);
    let (action, status) = match verdict.action {
        Action::Accept => (SIMDSIP_ACTION_ACCEPT, 0),
        Action::Answer(status) => (SIMDSIP_ACTION_ANSWER, status.into()),
        Action::Drop => (SIMDSIP_ACTION_DROP, 0),
    };
    let given = simdsip_verdict_given {
        struct_size: size_of::<simdsip_verdict_given>(),
        action,
        status,
        reason: simdsip_span::of(verdict.reason.as_bytes()),
        rfc: simdsip_span::of(verdict.rfc.as_bytes()),
        defect: verdict.defect.map_or(0, |defect| defect.code.number().into()),
        placed: verdict.at.is_some().into(),
        at: verdict.at.unwrap_or(0),
    };
    // SAFETY: the caller's contract.
    unsafe { raw::store(out, given) }
}

/// A list of the caller's in `room`: `None` where it makes no sense, `Some(None)` where there is none.
///
/// # Safety
/// `spans` is NULL or good for `count` spans, each of them good for its length, for as long as `'b` lasts.
unsafe fn list<'b, 'r, T: 'b>(
    spans: *const simdsip_span,
    count: usize,
    room: &'r mut [T; SIMDSIP_LIST_MAX],
    read: impl Fn(&'b [u8]) -> Option<T>,
) -> Option<Option<&'r [T]>> {
    if spans.is_null() {
        return (count == 0).then_some(None);
    }
    let room = room.get_mut(..count)?;
    // SAFETY: the contract of this function.
    let spans: &[simdsip_span] = unsafe { raw::elements(spans, count) }?;
    for (to, span) in room.iter_mut().zip(spans) {
        // SAFETY: the contract of this function.
        *to = read(unsafe { raw::bytes(span.ptr, span.len) }?)?;
    }
    Some(Some(room))
}
