//! What is odd about a message, and one line of a log about it.

use core::ffi::c_char;

use simdsip::{Defect, DefectClass, DefectCode};

use crate::error::{SIMDSIP_ABSENT, SIMDSIP_OK, SIMDSIP_ROOM};
use crate::message::finish;
use crate::raw::{self, Room, Versioned, end_of, simdsip_span};
use crate::state::{message, simdsip_parser};

/// Classes of defects: it means the same to all; something is lost or guessed; two readers may differ.
pub const SIMDSIP_CLASS_COSMETIC: u32 = 1;
pub const SIMDSIP_CLASS_LOSSY: u32 = 2;
pub const SIMDSIP_CLASS_AMBIGUOUS: u32 = 3;

/// An oddity and its place.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_defect {
    pub struct_size: usize,
    /// SIMDSIP_DEFECT_
    pub code: u32,
    /// SIMDSIP_CLASS_
    pub class_id: u32,
    /// Byte offset in what was parsed, and bytes.
    pub at: usize,
    pub len: usize,
}

// SAFETY: `repr(C)`, a `usize` first, integers alone.
unsafe impl Versioned for simdsip_defect {
    const LEAST: usize = end_of!(simdsip_defect, len: usize);
}

/// What a defect is called. The texts are the library's and end nowhere with NUL.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_defect_text {
    pub struct_size: usize,
    /// A word, such as bare-lf.
    pub name: simdsip_span,
    /// The section of an RFC that it departs from.
    pub rfc: simdsip_span,
    /// A clause in English.
    pub message: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, spans alone.
unsafe impl Versioned for simdsip_defect_text {
    const LEAST: usize = end_of!(simdsip_defect_text, message: simdsip_span);
}

/// All that is odd about the parser's message, values included, in the order of the bytes. Writes as many as `room` says
/// to the array `out`; the struct_size of its first element holds for all. `count`, which may be NULL, is how many there
/// are; SIMDSIP_ROOM where they are more. Walks the message once: ask where you log or answer.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and nobody parses with now; `out` is NULL or an array of `room`
/// simdsip_defect of the size that the first says; `count` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_defects(
    parser: *const simdsip_parser,
    out: *mut simdsip_defect,
    room: usize,
    count: *mut usize,
) -> i32 {
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    let mut found = message.defects();
    // SAFETY: the caller's contract.
    let written = match unsafe { raw::store_all(out, room, found.by_ref().map(|defect| one(&defect))) } {
        Ok(written) => written,
        Err(status) => return status,
    };
    let found = written.saturating_add(found.count());
    if !count.is_null() {
        // SAFETY: the caller's contract.
        let status = unsafe { raw::put(count, found) };
        if status != SIMDSIP_OK {
            return status;
        }
    }
    if found > room { SIMDSIP_ROOM } else { SIMDSIP_OK }
}

pub(crate) fn one(defect: &Defect) -> simdsip_defect {
    simdsip_defect {
        struct_size: size_of::<simdsip_defect>(),
        code: defect.code.number().into(),
        class_id: match defect.code.class() {
            DefectClass::Cosmetic => SIMDSIP_CLASS_COSMETIC,
            DefectClass::Lossy => SIMDSIP_CLASS_LOSSY,
            DefectClass::Ambiguous => SIMDSIP_CLASS_AMBIGUOUS,
        },
        at: defect.at,
        len: defect.len,
    }
}

/// What SIMDSIP_DEFECT_ `code` is called; SIMDSIP_ABSENT for a number that this library does not know.
///
/// # Safety
/// `out` is NULL or a simdsip_defect_text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_defect_text(code: u32, out: *mut simdsip_defect_text) -> i32 {
    let Some(code) = DefectCode::all().find(|known| u32::from(known.number()) == code) else {
        return SIMDSIP_ABSENT;
    };
    let text = simdsip_defect_text {
        struct_size: size_of::<simdsip_defect_text>(),
        name: simdsip_span::of(code.as_str().as_bytes()),
        rfc: simdsip_span::of(code.rfc().as_bytes()),
        message: simdsip_span::of(code.message().as_bytes()),
    };
    // SAFETY: the caller's contract.
    unsafe { raw::store(out, text) }
}

/// The parser's message in one line for a log, at most 200 bytes, without user parts, names, credentials and bodies; no
/// NUL. `len`, which may be NULL, is how many bytes it takes; SIMDSIP_ROOM where `room` is less.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and nobody parses with now; `out` is NULL or good for writing `room`
/// bytes; `len` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_describe(
    parser: *const simdsip_parser,
    out: *mut c_char,
    room: usize,
    len: *mut usize,
) -> i32 {
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    // SAFETY: the caller's contract.
    let mut written = unsafe { Room::new(out, room) };
    written.push(message.describe().as_str().as_bytes());
    // SAFETY: the caller's contract.
    unsafe { finish(written, len) }
}
