//! Patches: what an element changes in a message that it sends on.
//!
//! The list of edits stands in the caller's memory behind the patch itself. A patch borrows the parser's message; it
//! remembers which one, and refuses to go on once the parser has taken another.

use core::ffi::{c_char, c_void};
use core::mem::{align_of, size_of};
use core::net::{IpAddr, SocketAddr};

use simdsip::edit::{Splice, Store};
use simdsip::{Error, Patch, Span};

use crate::error::{
    SIMDSIP_ABSENT, SIMDSIP_ARGUMENT, SIMDSIP_MISUSE, SIMDSIP_OK, SIMDSIP_REJECTED, SIMDSIP_ROOM, fail,
    simdsip_error,
};
use crate::message::finish;
use crate::raw::{self, Room, simdsip_span};
use crate::state::{forget, generation, message, simdsip_parser};

/// Changes to a message, in memory of the caller's.
pub struct simdsip_patch {
    _opaque: [u8; 0],
}

#[repr(C)]
struct State {
    mark: u64,
    parser: *const simdsip_parser,
    generation: u64,
    /// None before the first message, and once one was changed in place.
    patch: Option<Patch<'static, 'static, 'static>>,
    edits: *mut Splice,
    edit_count: usize,
    text: *mut u8,
    text_len: usize,
}

/// Says that a patch was made here.
const MARK: u64 = 0x73_69_6d_64_70_61_74_01;

const ALIGN: usize = align_of::<State>();
const _: () =
    assert!(align_of::<Splice>() <= ALIGN && size_of::<State>().is_multiple_of(align_of::<Splice>()));

const EDITS: usize = 32;
const TEXT: usize = 1024;

/// Bytes of memory for a patch of `edits` edits and `text` bytes of text put in, wherever it begins; 0 means 32 and
/// 1,024, which suffice for a proxy. 0 where there is no such size.
#[unsafe(no_mangle)]
pub extern "C" fn simdsip_patch_size(edits: usize, text: usize) -> usize {
    let edits = if edits == 0 { EDITS } else { edits };
    let text = if text == 0 { TEXT } else { text };
    size(edits)
        .and_then(|size| size.checked_add(text))
        .filter(|size| isize::try_from(*size).is_ok())
        .unwrap_or(0)
}

/// All but the text.
fn size(edits: usize) -> Option<usize> {
    edits.checked_mul(size_of::<Splice>())?.checked_add(size_of::<State>())?.checked_add(ALIGN)
}

/// Makes a patch in `mem`, for one message after another: once. `edits` is as it was for simdsip_patch_size; what memory
/// is left holds text. The memory must stay where it is; nothing has to be undone.
///
/// # Safety
/// `mem` is NULL or good for reading and writing `len` bytes; `patch` is NULL or good for writing a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_init(
    mem: *mut c_void,
    len: usize,
    edits: usize,
    patch: *mut *mut simdsip_patch,
) -> i32 {
    let edit_count = if edits == 0 { EDITS } else { edits };
    if mem.is_null() || patch.is_null() || isize::try_from(len).is_err() {
        return SIMDSIP_ARGUMENT;
    }
    let Some(text_len) = size(edit_count).and_then(|size| len.checked_sub(size)) else { return SIMDSIP_ROOM };
    let place = mem.cast::<u8>().wrapping_add(mem.cast::<u8>().align_offset(ALIGN));
    let first = place.wrapping_add(size_of::<State>()).cast::<Splice>();
    let text = first.wrapping_add(edit_count).cast::<u8>();
    for at in 0..edit_count {
        let slot = first.wrapping_add(at);
        // SAFETY: `size` counted the state, which is a multiple of a splice's alignment, and so many splices behind it,
        // all within the caller's memory; `place` is aligned.
        unsafe { slot.write(Splice::default()) };
    }
    // SAFETY: `text_len` is what the caller's memory has beyond all that `size` counted, which ends here or, where less
    // was skipped than might have been, behind here.
    unsafe { core::ptr::write_bytes(text, 0, text_len) };
    let state = State {
        mark: MARK,
        parser: core::ptr::null(),
        generation: 0,
        patch: None,
        edits: first,
        edit_count,
        text,
        text_len,
    };
    // SAFETY: aligned, and within the caller's memory, as above.
    unsafe { place.cast::<State>().write(state) };
    // SAFETY: the caller's contract.
    unsafe { raw::put(patch, place.cast()) }
}

/// Begins to change the parser's message, which must stay as it is: no change yet. Ends what the patch did before.
/// SIMDSIP_REJECTED where the message has no certain end or start, so that nobody could say where a line belongs.
/// `error` may be NULL.
///
/// # Safety
/// `patch` is NULL or one that simdsip_patch_init gave and no other thread uses; `parser` is NULL or one that
/// simdsip_init gave and nobody parses with now; `error` is NULL or a simdsip_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_begin(
    patch: *mut simdsip_patch,
    parser: *const simdsip_parser,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(state) = (unsafe { state(patch) }) else { return SIMDSIP_ARGUMENT };
    // Ends what borrowed the room.
    state.patch = None;
    // SAFETY: the caller's contract; what is kept longer than this call is used while the parser holds this message.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    // SAFETY: `simdsip_patch_init` wrote so many splices there; the patch that borrowed them is gone.
    let edits = unsafe { core::slice::from_raw_parts_mut(state.edits, state.edit_count) };
    // SAFETY: `simdsip_patch_init` wrote so many bytes there; the patch that borrowed them is gone.
    let text = unsafe { core::slice::from_raw_parts_mut(state.text, state.text_len) };
    match Patch::new(&message, Store::of(edits, text)) {
        Ok(begun) => {
            state.patch = Some(begun);
            state.parser = parser;
            // SAFETY: the caller's contract.
            state.generation = unsafe { generation(parser) };
            SIMDSIP_OK
        }
        // SAFETY: the caller's contract.
        Err(found) => unsafe { fail(SIMDSIP_REJECTED, found, error) },
    }
}

/// # Safety
/// `patch` is NULL or one that `simdsip_patch_init` gave and no other thread uses.
unsafe fn state<'p>(patch: *mut simdsip_patch) -> Option<&'p mut State> {
    let state = patch.cast::<State>();
    if state.is_null() || !state.is_aligned() {
        return None;
    }
    // SAFETY: not NULL and aligned; the mark is the first field, and any bytes are a number.
    if unsafe { state.cast::<u64>().read() } != MARK {
        return None;
    }
    // SAFETY: the mark says that a state was made here; this thread alone uses it.
    Some(unsafe { &mut *state })
}

/// Does something with a patch whose message is still there.
///
/// # Safety
/// `patch` is NULL or one that `simdsip_patch_init` gave and no other thread uses; its parser's memory is still there.
/// `error` is NULL or a `simdsip_error`.
#[inline]
unsafe fn edit<T>(
    patch: *mut simdsip_patch,
    error: *mut simdsip_error,
    change: impl FnOnce(&mut Patch<'static, 'static, 'static>) -> Result<T, Error>,
) -> Result<T, i32> {
    // SAFETY: the contract of this function.
    let state = unsafe { state(patch) }.ok_or(SIMDSIP_ARGUMENT)?;
    // SAFETY: the contract of this function.
    let same = unsafe { generation(state.parser) } == state.generation;
    let patch = state.patch.as_mut().filter(|_| same).ok_or(SIMDSIP_MISUSE)?;
    // SAFETY: the contract of this function.
    change(patch).map_err(|found| unsafe { fail(SIMDSIP_REJECTED, found, error) })
}

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
/// patch begins anew. Content-Length follows. No bytes, and a type without any, take the body away with what describes
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
/// that are not of SIP: those of a body, whose Content-Length follows.
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

/// How many bytes the changed message has.
///
/// # Safety
/// As simdsip_patch_push_via; `len` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_len(
    patch: *mut simdsip_patch,
    len: *mut usize,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    match unsafe { edit(patch, error, |patch| patch.finish().map(|edited| edited.len())) } {
        // SAFETY: the caller's contract.
        Ok(found) => unsafe { raw::put(len, found) },
        Err(status) => status,
    }
}

/// The changed message as pieces of the received one and of the patch, for one writev or sendmsg: simdsip_span has the
/// layout of struct iovec where there is one. At most two pieces an edit, and one. `count` is how many there are;
/// SIMDSIP_ROOM where they are more than `room`. They are good until the patch is used again.
///
/// # Safety
/// As simdsip_patch_push_via; `out` is NULL or good for writing `room` spans; `count` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_iov(
    patch: *mut simdsip_patch,
    out: *mut simdsip_span,
    room: usize,
    count: *mut usize,
    error: *mut simdsip_error,
) -> i32 {
    if out.is_null() && room > 0 || !out.is_aligned() {
        return SIMDSIP_ARGUMENT;
    }
    let write = |patch: &mut Patch<'static, 'static, 'static>| {
        let mut found: usize = 0;
        for piece in patch.finish()?.pieces() {
            if found < room {
                let slot = out.wrapping_add(found);
                // SAFETY: the caller's contract: `found` is below `room`.
                unsafe { slot.write(simdsip_span::of(piece)) };
            }
            found = found.saturating_add(1);
        }
        Ok(found)
    };
    // SAFETY: the caller's contract.
    match unsafe { edit(patch, error, write) } {
        Ok(found) => {
            // SAFETY: the caller's contract.
            let status = unsafe { raw::put(count, found) };
            if status == SIMDSIP_OK && found > room { SIMDSIP_ROOM } else { status }
        }
        Err(status) => status,
    }
}

/// Writes the changed message to `out`, which is not what was parsed. `len`, which may be NULL, is how many bytes it
/// takes; SIMDSIP_ROOM where `room` is less.
///
/// # Safety
/// As simdsip_patch_push_via; `out` is NULL or good for writing `room` bytes, and `len` NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_write(
    patch: *mut simdsip_patch,
    out: *mut c_char,
    room: usize,
    len: *mut usize,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let mut written = unsafe { Room::new(out, room) };
    let write = |patch: &mut Patch<'static, 'static, 'static>| {
        patch.finish()?.pieces().for_each(|piece| written.push(piece));
        Ok(())
    };
    // SAFETY: the caller's contract.
    match unsafe { edit(patch, error, write) } {
        // SAFETY: the caller's contract.
        Ok(()) => unsafe { finish(written, len) },
        Err(status) => status,
    }
}

/// Changes the message where it stands. `buffer` is what was parsed, with room for `room` bytes in all; `made` is the
/// changed message in it. The parser then holds no message, and the patch has ended. SIMDSIP_ROOM, and nothing is
/// changed, where the room does not suffice: simdsip_patch_len tells how long it gets.
///
/// # Safety
/// As simdsip_patch_push_via; `buffer` is what the parser of this patch parsed and good for reading and writing `room`
/// bytes; that parser is used by no other thread; `made` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_patch_inplace(
    patch: *mut simdsip_patch,
    buffer: *mut c_char,
    room: usize,
    made: *mut simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    if buffer.is_null() || made.is_null() || isize::try_from(room).is_err() {
        return SIMDSIP_ARGUMENT;
    }
    // SAFETY: the caller's contract.
    let len = match unsafe { edit(patch, error, |patch| patch.finish().map(|edited| edited.len())) } {
        Ok(len) => len,
        Err(status) => return status,
    };
    // SAFETY: the caller's contract.
    let Some(state) = (unsafe { state(patch) }) else { return SIMDSIP_ARGUMENT };
    let range = state.patch.as_ref().map(|patch| patch.message().range());
    let Some(range) = range else { return SIMDSIP_MISUSE };
    if range.start.checked_add(len).is_none_or(|end| end.max(range.end) > room) {
        return SIMDSIP_ROOM;
    }
    let Some(patch) = state.patch.take() else { return SIMDSIP_MISUSE };
    let edits = patch.into_splices();
    // SAFETY: the caller's contract: no other thread uses the parser. Nothing borrows its message any more.
    unsafe { forget(state.parser.cast_mut()) };
    // SAFETY: the caller's contract: good for reading and writing; the message that borrowed these bytes is forgotten.
    let bytes = unsafe { core::slice::from_raw_parts_mut(buffer.cast::<u8>(), room) };
    match edits.and_then(|mut edits| edits.settle()?.in_place(bytes)) {
        Ok(place) => {
            let span = simdsip_span::of(bytes.get(place).unwrap_or(&[]));
            // SAFETY: the caller's contract.
            unsafe { raw::put(made, span) }
        }
        // SAFETY: the caller's contract.
        Err(found) => unsafe { fail(SIMDSIP_REJECTED, found, error) },
    }
}
