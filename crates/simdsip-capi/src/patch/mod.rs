//! Patches: what an element changes in a message that it sends on.
//!
//! The list of edits stands in the caller's memory behind the patch itself. A patch borrows the parser's message; it
//! remembers which one, and refuses to go on once the parser has taken another.

mod change;
mod result;

use core::ffi::c_void;
use core::mem::{align_of, size_of};

use simdsip::edit::{Splice, Store};
use simdsip::{Error, Patch};

pub use change::*;
pub use result::*;

use crate::error::{
    SIMDSIP_ARGUMENT, SIMDSIP_MISUSE, SIMDSIP_OK, SIMDSIP_REJECTED, SIMDSIP_ROOM, fail, simdsip_error,
};
use crate::raw;
use crate::state::{generation, message, origin, simdsip_parser};

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
    /// Where the bodies stand that are borrowed: they must not be in a buffer that is changed in place.
    lent: [(usize, usize); LENT],
    lent_count: usize,
}

/// Bodies that a patch borrows between two beginnings. More are refused.
const LENT: usize = 4;

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
        lent: [(0, 0); LENT],
        lent_count: 0,
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
    // SAFETY: the caller's contract.
    let Some((_, limits)) = (unsafe { origin(parser) }) else { return SIMDSIP_MISUSE };
    state.lent_count = 0;
    match Patch::new(&message, Store::of(edits, text)) {
        Ok(begun) => {
            state.patch = Some(begun.with_limits(&limits));
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
