//! What comes of a patch: its length, pieces, a copy, or the same bytes changed.

use core::ffi::c_char;

use simdsip::Patch;

use super::{edit, simdsip_patch, state};
use crate::error::{
    SIMDSIP_ARGUMENT, SIMDSIP_MISUSE, SIMDSIP_OK, SIMDSIP_REJECTED, SIMDSIP_ROOM, fail, simdsip_error,
};
use crate::message::finish;
use crate::raw::{self, Room, simdsip_span};
use crate::state::{forget, origin};

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
/// changed, where the room does not suffice: simdsip_patch_len tells how long it gets. SIMDSIP_ARGUMENT, and nothing is
/// changed, where `buffer` is not what was parsed, or a body that was put in stands in it.
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
    // SAFETY: the caller's contract.
    let origin = unsafe { origin(state.parser) }.map(|(bytes, _)| bytes);
    let from = buffer.addr();
    let lent = state.lent.get(..state.lent_count).unwrap_or(&[]);
    let within = |&(at, len): &(usize, usize)| {
        len > 0 && at < from.saturating_add(room) && from < at.saturating_add(len)
    };
    if origin != Some(buffer.cast_const().cast()) || lent.iter().any(within) {
        return SIMDSIP_ARGUMENT;
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
