//! Pointers from C: turned into references here, and nowhere else but in [`crate::state`].
//!
//! Structs with `struct_size` are read and written as far as both sides know them.

use core::ffi::{c_char, c_void};
use core::mem::{MaybeUninit, size_of};

use crate::error::{SIMDSIP_ARGUMENT, SIMDSIP_OK};

/// Bytes that stand somewhere else. `ptr` is NULL where there is no such part; an empty part has a `ptr`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_span {
    pub ptr: *const c_char,
    pub len: usize,
}

impl simdsip_span {
    pub(crate) const ABSENT: simdsip_span = simdsip_span { ptr: core::ptr::null(), len: 0 };

    pub(crate) fn of(bytes: &[u8]) -> simdsip_span {
        simdsip_span { ptr: bytes.as_ptr().cast(), len: bytes.len() }
    }

    pub(crate) fn maybe(bytes: Option<&[u8]>) -> simdsip_span {
        bytes.map_or(simdsip_span::ABSENT, simdsip_span::of)
    }
}

/// A struct of `simdsip.h` that begins with `struct_size`.
///
/// # Safety
/// `repr(C)`, the first field is a `usize`, and all bits zero are a value of it, as is any mix of values and zeros that
/// ends at a field: integers, pointers and spans alone.
pub(crate) unsafe trait Versioned: Copy {
    /// Where the last field of the first release ends: nobody has a smaller struct. Stays when fields are appended.
    const LEAST: usize;
}

/// Where a field of that type ends.
macro_rules! end_of {
    ($name:ident, $field:ident: $type:ty) => {
        core::mem::offset_of!($name, $field).saturating_add(size_of::<$type>())
    };
}
pub(crate) use end_of;

/// The slice at `ptr`; `None` where `ptr` is NULL and the length is not 0, or no slice is so long.
///
/// # Safety
/// `ptr` is NULL or good for reading `len` bytes, which nobody writes for as long as `'b` lasts.
#[inline]
pub(crate) unsafe fn bytes<'b>(ptr: *const c_char, len: usize) -> Option<&'b [u8]> {
    if ptr.is_null() {
        return (len == 0).then_some(&[]);
    }
    if isize::try_from(len).is_err() {
        return None;
    }
    // SAFETY: not NULL, at most `isize::MAX` bytes, readable and unwritten for `'b` by this function's contract.
    Some(unsafe { core::slice::from_raw_parts(ptr.cast(), len) })
}

/// The elements at `ptr`; `None` as with [`bytes`], or where `ptr` is misaligned.
///
/// # Safety
/// As with [`bytes`], for `count` elements.
pub(crate) unsafe fn elements<'b, T: Copy>(ptr: *const T, count: usize) -> Option<&'b [T]> {
    if ptr.is_null() {
        return (count == 0).then_some(&[]);
    }
    let len = count.checked_mul(size_of::<T>())?;
    if isize::try_from(len).is_err() || !ptr.is_aligned() {
        return None;
    }
    // SAFETY: aligned, not NULL, at most `isize::MAX` bytes, readable and unwritten for `'b` by the contract.
    Some(unsafe { core::slice::from_raw_parts(ptr, count) })
}

/// What stands at `ptr`, in as many fields as the caller knows; the others are zero. `None` where `ptr` is NULL or
/// misaligned, or its size less than ever was.
///
/// # Safety
/// `ptr` is NULL or good for reading the bytes that its `struct_size` says.
pub(crate) unsafe fn load<T: Versioned>(ptr: *const T) -> Option<T> {
    if ptr.is_null() || !ptr.is_aligned() {
        return None;
    }
    // SAFETY: not NULL, aligned for `T` and so for its first field, a `usize`, which every version has.
    let size = unsafe { ptr.cast::<usize>().read() };
    if size < T::LEAST {
        return None;
    }
    let mut value = MaybeUninit::<T>::zeroed();
    let len = size.min(size_of::<T>());
    // SAFETY: `len` is at most the caller's size, which is readable, and ours, which is `value`'s; it is a local.
    unsafe { core::ptr::copy_nonoverlapping(ptr.cast::<u8>(), value.as_mut_ptr().cast::<u8>(), len) };
    // SAFETY: zeros and then fields that the caller wrote: a value, by the contract of `Versioned`.
    Some(unsafe { value.assume_init() })
}

/// Writes `value` where the caller wants it, in as many fields as the caller knows, and gives `SIMDSIP_OK`.
/// `SIMDSIP_ARGUMENT`, and nothing is written, where `out` is NULL or misaligned, or its size less than ever was.
/// `struct_size` stays; what the caller knows and we do not is zeroed.
///
/// # Safety
/// `out` is NULL or good for reading and writing the bytes that its `struct_size` says.
#[inline]
pub(crate) unsafe fn store<T: Versioned>(out: *mut T, value: T) -> i32 {
    if out.is_null() || !out.is_aligned() {
        return SIMDSIP_ARGUMENT;
    }
    // SAFETY: not NULL, aligned for `T` and so for its first field, a `usize`, which every version has.
    let size = unsafe { out.cast::<usize>().read() };
    if size == size_of::<T>() {
        // SAFETY: not NULL, aligned, and the caller says that all of a `T` may be written. `value` was made with the
        // size that stands there.
        unsafe { out.write(value) };
        return SIMDSIP_OK;
    }
    // SAFETY: as this function's.
    unsafe { store_part(out, size, &value) }
}

/// Writes `empty` where the caller wants it, as [`store`] does, and lets `fill` change it there: for structs that are
/// large, or filled bit by bit.
///
/// # Safety
/// As [`store`].
#[inline]
pub(crate) unsafe fn fill<T: Versioned>(out: *mut T, empty: T, fill: impl FnOnce(&mut T)) -> i32 {
    // SAFETY: the contract of this function.
    let status = unsafe { store(out, empty) };
    if status != SIMDSIP_OK {
        return status;
    }
    // SAFETY: `store` found it aligned and not NULL; every version has the size first.
    let size = unsafe { out.cast::<usize>().read() };
    if size == size_of::<T>() {
        // SAFETY: `store` has written all of a `T` there, and the caller says that it is ours to write.
        fill(unsafe { &mut *out });
        return SIMDSIP_OK;
    }
    let mut value = empty;
    fill(&mut value);
    // SAFETY: the contract of this function.
    unsafe { store(out, value) }
}

/// Writes `values` to an array of the caller's, as far apart as its first element says, and gives how many. A status
/// where that element cannot be one.
///
/// # Safety
/// `out` is NULL or an array of `room` elements of the size that the first says.
#[inline]
pub(crate) unsafe fn store_all<T: Versioned>(
    out: *mut T,
    room: usize,
    values: impl Iterator<Item = T>,
) -> Result<usize, i32> {
    if room == 0 {
        return Ok(0);
    }
    if out.is_null() || !out.is_aligned() {
        return Err(SIMDSIP_ARGUMENT);
    }
    // SAFETY: not NULL, aligned; the caller says that there is one element at least, whose size stands first.
    let stride = unsafe { out.cast::<usize>().read() };
    if stride < T::LEAST || !stride.is_multiple_of(align_of::<T>()) {
        return Err(SIMDSIP_ARGUMENT);
    }
    let mut written = 0usize;
    for value in values.take(room) {
        let at = out.cast::<u8>().wrapping_add(written.wrapping_mul(stride)).cast::<T>();
        if stride == size_of::<T>() {
            // SAFETY: `written` is below `room`, so an element of this size is there, aligned as the first.
            unsafe { at.write(value) };
        } else {
            // SAFETY: `written` is below `room`, so an element of `stride` bytes is there, aligned as the first.
            unsafe { store_part(at, stride, &value) };
        }
        written = written.saturating_add(1);
    }
    Ok(written)
}

/// What [`store`] does where the two sizes differ.
///
/// # Safety
/// `out` is aligned, not NULL, and good for writing `size` bytes.
#[cold]
unsafe fn store_part<T: Versioned>(out: *mut T, size: usize, value: &T) -> i32 {
    if size < T::LEAST {
        return SIMDSIP_ARGUMENT;
    }
    let len = size.min(size_of::<T>());
    // SAFETY: the caller's struct and a local of ours do not overlap; `len` is at most the size of either.
    unsafe {
        core::ptr::copy_nonoverlapping(core::ptr::from_ref(value).cast::<u8>(), out.cast::<u8>(), len);
    }
    // SAFETY: the first field, a `usize`: the caller's size, which the copy has overwritten with ours.
    unsafe { out.cast::<usize>().write(size) };
    if let Some(more) = size.checked_sub(len).filter(|&more| more > 0) {
        let behind = out.cast::<u8>().wrapping_add(len);
        // SAFETY: `behind` is `len` bytes into the caller's `size`, so `more` bytes follow there.
        unsafe { core::ptr::write_bytes(behind, 0, more) };
    }
    SIMDSIP_OK
}

/// Writes `value` to `out` unless that is NULL or misaligned, which is `SIMDSIP_ARGUMENT`.
///
/// # Safety
/// `out` is NULL or good for writing a `T`.
#[inline]
pub(crate) unsafe fn put<T: Copy>(out: *mut T, value: T) -> i32 {
    if out.is_null() || !out.is_aligned() {
        return SIMDSIP_ARGUMENT;
    }
    // SAFETY: not NULL, aligned, writable by the contract.
    unsafe { out.write(value) };
    SIMDSIP_OK
}

/// Room for text of the caller's that is given a byte at a time; what does not fit is counted.
pub(crate) struct Room {
    out: *mut c_char,
    room: usize,
    len: usize,
}

impl Room {
    /// # Safety
    /// `out` is NULL, which is no room, or good for writing `room` bytes for as long as this is used.
    pub(crate) unsafe fn new(out: *mut c_char, room: usize) -> Room {
        Room { out, room: if out.is_null() { 0 } else { room }, len: 0 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let left = self.room.saturating_sub(self.len);
        if left > 0 {
            let at = self.out.wrapping_add(self.len).cast::<u8>();
            // SAFETY: `len` is below `room`, so `left` bytes may be written from `at`; `bytes` are borrowed and the room
            // is the caller's to write, so they do not overlap.
            unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), at, bytes.len().min(left)) };
        }
        self.len = self.len.saturating_add(bytes.len());
    }

    /// How many bytes were given, and whether all had room.
    pub(crate) fn finish(self) -> (usize, bool) {
        (self.len, self.len <= self.room)
    }
}

/// The address of a slice, to find out whether another lies within it.
pub(crate) fn address(ptr: *const c_char) -> usize {
    ptr.cast::<c_void>().addr()
}
