//! Changes: Via, routes, header fields, body.

use core::net::{IpAddr, SocketAddr};

use simdsip::{Error, Patch, Span};

use super::{edit, simdsip_patch, state};
use crate::error::{SIMDSIP_ABSENT, SIMDSIP_ARGUMENT, SIMDSIP_OK, SIMDSIP_ROOM, simdsip_error};
use crate::raw::{self, simdsip_span};

/// The status of an edit that gives nothing else.
fn done(edited: Result<(), i32>) -> i32 {
    edited.map_or_else(|status| status, |()| SIMDSIP_OK)
}

/// Adds a Via before all others: `value` is SIP/2.0/UDP host;branch=z9hG4bK… (RFC 3261 §16.6). As all edits: the text is
/// copied, control bytes in it are SIMDSIP_REJECTED, and so is more than there is room for; `error` may be NULL.
///
/// # Safety
/// `patch` is NULL or one that simdsip_patch_init gave and no other thread uses, and its parser is still there; `value` is
/// good for its length; `error` is NULL or a simdsip_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_push_via(
    patch: *mut simdsip_patch,
    value: simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe { with_value(patch, value, error, |patch, value| patch.push_via(&[value])) }
}

/// Adds a Route before all others: `value` is <sip:proxy;lr>.
///
/// # Safety
/// As simdsip_patch_push_via.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_push_route(
    patch: *mut simdsip_patch,
    value: simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe { with_value(patch, value, error, |patch, value| patch.push_route(&[value])) }
}

/// Adds a Record-Route before all others: `value` is <sip:me;lr>.
///
/// # Safety
/// As simdsip_patch_push_via.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_push_record_route(
    patch: *mut simdsip_patch,
    value: simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe { with_value(patch, value, error, |patch, value| patch.push_record_route(&[value])) }
}

/// Replaces the Request-URI.
///
/// # Safety
/// As simdsip_patch_push_via.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_request_uri(
    patch: *mut simdsip_patch,
    value: simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe { with_value(patch, value, error, |patch, value| patch.set_request_uri(value)) }
}

/// # Safety
/// As [`edit`]; `value` is good for its length.
unsafe fn with_value(
    patch: *mut simdsip_patch,
    value: simdsip_span,
    error: *mut simdsip_error,
    change: impl FnOnce(&mut Patch<'static, 'static, 'static>, &[u8]) -> Result<(), Error>,
) -> i32 {
    // SAFETY: the contract of this function.
    let Some(value) = (unsafe { raw::bytes(value.ptr, value.len) }) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the contract of this function.
    done(unsafe { edit(patch, error, |patch| change(patch, value)) })
}

/// Takes the first Via that is left away, as for a response that is sent on: of several in one field, this one alone.
/// `taken`, which may be NULL, is what it was; SIMDSIP_ABSENT where there is none.
///
/// # Safety
/// As simdsip_patch_push_via; `taken` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_pop_via(
    patch: *mut simdsip_patch,
    taken: *mut simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let popped = unsafe { edit(patch, error, Patch::pop_via) };
    // SAFETY: the caller's contract.
    unsafe { take(popped, taken) }
}

/// The same for Route.
///
/// # Safety
/// As simdsip_patch_pop_via.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_pop_route(
    patch: *mut simdsip_patch,
    taken: *mut simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let popped = unsafe { edit(patch, error, Patch::pop_route) };
    // SAFETY: the caller's contract.
    unsafe { take(popped, taken) }
}

/// For a request whose Request-URI is what this proxy put into a Record-Route: the last Route becomes the Request-URI
/// and is taken away (RFC 3261 §16.4).
///
/// # Safety
/// As simdsip_patch_pop_via.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_restore_request_uri(
    patch: *mut simdsip_patch,
    taken: *mut simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let popped = unsafe { edit(patch, error, Patch::restore_request_uri) };
    // SAFETY: the caller's contract.
    unsafe { take(popped, taken) }
}

/// # Safety
/// `taken` is NULL or good for writing.
unsafe fn take(popped: Result<Option<Span<'_>>, i32>, taken: *mut simdsip_span) -> i32 {
    match popped {
        Ok(Some(_)) if taken.is_null() => SIMDSIP_OK,
        // SAFETY: the contract of this function.
        Ok(Some(span)) => unsafe { raw::put(taken, simdsip_span::of(span.bytes())) },
        Ok(None) => SIMDSIP_ABSENT,
        Err(status) => status,
    }
}

/// Where the first Route that is left is no loose router, it becomes the Request-URI, and that the last Route
/// (RFC 3261 §16.6). Comes last. `strict`, which may be NULL, is 1 where that was so.
///
/// # Safety
/// As simdsip_patch_push_via; `strict` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_route_strictly(
    patch: *mut simdsip_patch,
    strict: *mut u32,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    match unsafe { edit(patch, error, Patch::route_strictly) } {
        Ok(_) if strict.is_null() => SIMDSIP_OK,
        // SAFETY: the caller's contract.
        Ok(was) => unsafe { raw::put(strict, was.into()) },
        Err(status) => status,
    }
}

/// Writes down in the top Via where the message came from: `received` where sent-by says something else, and `rport`
/// where it was asked for (RFC 3581 §4). `address` are the 4 or 16 bytes of an IP address, in the order of the network.
///
/// # Safety
/// As simdsip_patch_push_via; `address` is good for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_source(
    patch: *mut simdsip_patch,
    address: *const u8,
    len: usize,
    port: u16,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(bytes) = (unsafe { raw::elements(address, len) }) else { return SIMDSIP_ARGUMENT };
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let Ok(address) = v4.or(<[u8; 16]>::try_from(bytes).map(IpAddr::from)) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    done(unsafe { edit(patch, error, |patch| patch.set_source(SocketAddr::new(address, port))) })
}

/// Takes one from Max-Forwards, or adds one of 70 (RFC 3261 §16.6). `left`, which may be NULL, is what is left.
/// SIMDSIP_REJECTED where it is zero, and the request must not go on, or no number.
///
/// # Safety
/// As simdsip_patch_push_via; `left` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_decrement_max_forwards(
    patch: *mut simdsip_patch,
    left: *mut u32,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    match unsafe { edit(patch, error, Patch::decrement_max_forwards) } {
        Ok(_) if left.is_null() => SIMDSIP_OK,
        // SAFETY: the caller's contract.
        Ok(hops) => unsafe { raw::put(left, hops) },
        Err(status) => status,
    }
}

/// Sets a header field, by any of its names: the first one there is, the others go; added behind all others where there
/// is none. Content-Length follows the body by itself.
///
/// # Safety
/// As simdsip_patch_push_via; `name` is good for its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_set(
    patch: *mut simdsip_patch,
    name: simdsip_span,
    value: simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(name) = (unsafe { raw::bytes(name.ptr, name.len) }) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    unsafe { with_value(patch, value, error, |patch, value| patch.set(name, &[value])) }
}

/// Adds a header field before all others.
///
/// # Safety
/// As simdsip_patch_set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_add_first(
    patch: *mut simdsip_patch,
    name: simdsip_span,
    value: simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(name) = (unsafe { raw::bytes(name.ptr, name.len) }) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    unsafe { with_value(patch, value, error, |patch, value| patch.add_first(name, &[value])) }
}

/// Adds a header field behind all others.
///
/// # Safety
/// As simdsip_patch_set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_add_last(
    patch: *mut simdsip_patch,
    name: simdsip_span,
    value: simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(name) = (unsafe { raw::bytes(name.ptr, name.len) }) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    unsafe { with_value(patch, value, error, |patch, value| patch.add_last(name, &[value])) }
}

/// Takes all fields of a header away. `count`, which may be NULL, is how many there were.
///
/// # Safety
/// As simdsip_patch_set; `count` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_remove(
    patch: *mut simdsip_patch,
    name: simdsip_span,
    count: *mut usize,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(name) = (unsafe { raw::bytes(name.ptr, name.len) }) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    match unsafe { edit(patch, error, |patch| patch.remove(name)) } {
        Ok(_) if count.is_null() => SIMDSIP_OK,
        // SAFETY: the caller's contract.
        Ok(gone) => unsafe { raw::put(count, gone) },
        Err(status) => status,
    }
}

/// Replaces the body, or adds one, of that type, such as application/sdp. The body is not copied: it must stay until the
/// patch begins anew; four times between two beginnings, SIMDSIP_ROOM after that. Content-Length follows. No bytes, and a type without any, take the body away with what describes
/// it.
///
/// # Safety
/// As simdsip_patch_push_via; `content_type` is good for its length, and `body` for as long as the patch is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_body(
    patch: *mut simdsip_patch,
    content_type: simdsip_span,
    body: simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract: for as long as the patch is used.
    let Some(body) = (unsafe { raw::bytes::<'static>(body.ptr, body.len) }) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    let Some(state) = (unsafe { state(patch) }) else { return SIMDSIP_ARGUMENT };
    let Some(slot) = state.lent.get_mut(state.lent_count) else { return SIMDSIP_ROOM };
    *slot = (body.as_ptr().addr(), body.len());
    state.lent_count = state.lent_count.saturating_add(1);
    let change = |patch: &mut Patch<'static, 'static, 'static>, kind: &[u8]| match (kind, body) {
        ([], []) => patch.remove_body(),
        _ => patch.set_body(kind, body),
    };
    // SAFETY: the caller's contract.
    unsafe { with_value(patch, content_type, error, change) }
}

/// Sets Content-Length to the bytes of the body where it is missing or wrong: for a datagram that goes on a stream.
///
/// # Safety
/// As simdsip_patch_push_via.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_content_length(
    patch: *mut simdsip_patch,
    error: *mut simdsip_error,
) -> i32 {
    let change = |patch: &mut Patch<'static, 'static, 'static>| {
        patch.fix_content_length();
        Ok(())
    };
    // SAFETY: the caller's contract.
    done(unsafe { edit(patch, error, change) })
}

/// Replaces `len` bytes of what was parsed from offset `at` on, by text or nothing; inserts where `len` is 0. For changes
/// that are not of SIP: those of a body, whose Content-Length follows. Any bytes may be put in, line ends too.
///
/// # Safety
/// As simdsip_patch_push_via; `text` is good for its length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_replace(
    patch: *mut simdsip_patch,
    at: usize,
    len: usize,
    text: simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    let Some(end) = at.checked_add(len) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    unsafe { with_value(patch, text, error, |patch, text| patch.splices().replace(at..end, &[text])) }
}
