//! A message as it stands: start line, header fields, body. Bytes, no meaning.

use core::ffi::c_char;

use simdsip::{HeaderField, HeaderName, Kind, Message, StartLine, Unfolded};

use crate::error::{SIMDSIP_ABSENT, SIMDSIP_ARGUMENT, SIMDSIP_OK, SIMDSIP_ROOM};
use crate::ids::method_number;
use crate::raw::{self, Room, Versioned, end_of, simdsip_span};
use crate::state::{message, simdsip_parser};

/// The message is a request.
pub const SIMDSIP_REQUEST: u32 = 1;
/// The message is a response.
pub const SIMDSIP_RESPONSE: u32 = 2;

/// The value goes on over several lines: simdsip_unfold joins it.
pub const SIMDSIP_HEADER_FOLDED: u32 = 1;

/// What every message has once. Parts of the start line that the kind lacks have a NULL ptr.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_message {
    pub struct_size: usize,
    /// SIMDSIP_REQUEST or SIMDSIP_RESPONSE
    pub kind: u32,
    /// SIMDSIP_METHOD_ of a request; 0: none of the registry.
    pub method_id: u32,
    pub method: simdsip_span,
    /// The Request-URI, for simdsip_uri.
    pub uri: simdsip_span,
    /// Of a response: 100 to 699; 0 where there is no such number, and status_text is what stands there.
    pub status: u32,
    /// 1 where something is odd about the structure: simdsip_defects tells. Values are not looked at for this.
    pub odd: u32,
    pub status_text: simdsip_span,
    pub reason: simdsip_span,
    pub version: simdsip_span,
    pub header_count: usize,
    pub body: simdsip_span,
    /// The whole message, without line ends before it and surplus.
    pub bytes: simdsip_span,
    /// What follows the body in the same datagram.
    pub surplus: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, integers and spans alone.
unsafe impl Versioned for simdsip_message {
    const LEAST: usize = end_of!(simdsip_message, surplus: simdsip_span);
}

/// A header field.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_header_field {
    pub struct_size: usize,
    /// SIMDSIP_HEADER_; 0: none of the registry.
    pub id: u32,
    /// SIMDSIP_HEADER_FOLDED or 0
    pub flags: u32,
    /// The name as on the wire.
    pub name: simdsip_span,
    /// The raw value, without white space at its ends.
    pub value: simdsip_span,
    /// The whole field with its line ends.
    pub line: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, integers and spans alone.
unsafe impl Versioned for simdsip_header_field {
    const LEAST: usize = end_of!(simdsip_header_field, line: simdsip_span);
}

/// What the parser's message is.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and nobody parses with now; `out` is NULL or a simdsip_message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_message(parser: *const simdsip_parser, out: *mut simdsip_message) -> i32 {
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    // SAFETY: the caller's contract.
    unsafe { raw::store(out, parts(&message)) }
}

#[inline]
fn parts(message: &Message<'_>) -> simdsip_message {
    let mut parts = simdsip_message {
        struct_size: size_of::<simdsip_message>(),
        kind: SIMDSIP_RESPONSE,
        method_id: 0,
        method: simdsip_span::ABSENT,
        uri: simdsip_span::maybe(message.uri()),
        status: 0,
        odd: message.has_structural_defects().into(),
        status_text: simdsip_span::ABSENT,
        reason: simdsip_span::maybe(message.reason()),
        version: simdsip_span::of(message.version()),
        header_count: message.headers().len(),
        body: simdsip_span::of(message.body()),
        bytes: simdsip_span::of(message.as_bytes()),
        surplus: simdsip_span::of(message.surplus()),
    };
    match message.kind() {
        Kind::Request => {
            parts.kind = SIMDSIP_REQUEST;
            if let StartLine::Request(line) = message.start_line() {
                parts.method_id = method_number(line.method);
                parts.method = simdsip_span::of(method(message, line.method.as_bytes().len()));
            }
        }
        Kind::Response => {
            parts.status = message.status().ok().flatten().unwrap_or(0).into();
            if let StartLine::Status(line) = message.start_line() {
                parts.status_text = simdsip_span::of(line.code);
            }
        }
    }
    parts
}

/// The method in the caller's bytes: the names of registered ones are literals of the core.
#[inline]
pub(crate) fn method<'b>(message: &Message<'b>, len: usize) -> &'b [u8] {
    let bytes = message.as_bytes();
    let at = bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(0);
    bytes.get(at..at.saturating_add(len)).unwrap_or(&[])
}

/// How many header fields the parser's message has; 0 where the parser holds none.
///
/// # Safety
/// As simdsip_message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_header_count(parser: *const simdsip_parser) -> usize {
    // SAFETY: the caller's contract.
    unsafe { message(parser) }.map_or(0, |message| message.headers().len())
}

/// The header field at `index`, in wire order, from 0. One step, whatever the index.
///
/// # Safety
/// As simdsip_message; `out` is NULL or a simdsip_header_field.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_header_at(
    parser: *const simdsip_parser,
    index: usize,
    out: *mut simdsip_header_field,
) -> i32 {
    // SAFETY: the caller's contract.
    match unsafe { message(parser) } {
        // SAFETY: the caller's contract.
        Ok(message) => unsafe { give(message.headers().nth(index), out) },
        Err(status) => status,
    }
}

/// Header fields in wire order, from the one at `index` on: as many as `room` says, to the array `out`, the struct_size of
/// whose first element holds for all. `count` is how many were written. One call where simdsip_header_at takes many.
///
/// # Safety
/// As simdsip_message; `out` is NULL or an array of `room` simdsip_header_field of the size that the first says; `count`
/// is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_headers(
    parser: *const simdsip_parser,
    index: usize,
    out: *mut simdsip_header_field,
    room: usize,
    count: *mut usize,
) -> i32 {
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    let mut fields = message.headers();
    if let Some(before) = index.checked_sub(1) {
        fields.nth(before);
    }
    // SAFETY: the caller's contract.
    let written = unsafe { raw::store_all(out, room, fields.map(|field| header_field(&field))) };
    match written {
        // SAFETY: the caller's contract.
        Ok(written) => unsafe { raw::put(count, written) },
        Err(status) => status,
    }
}

/// The field of the header `id` (SIMDSIP_HEADER_) that has `n` of them before it; 0 means names outside the registry.
///
/// # Safety
/// As simdsip_header_at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_header(
    parser: *const simdsip_parser,
    id: u32,
    n: usize,
    out: *mut simdsip_header_field,
) -> i32 {
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    let Some(name) = header_name(id) else { return SIMDSIP_ABSENT };
    // SAFETY: the caller's contract.
    unsafe { give(message.fields(name).nth(n), out) }
}

/// The same by name, in any case, or compact form.
///
/// # Safety
/// As simdsip_header_at; `name` is good for reading `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_header_by_name(
    parser: *const simdsip_parser,
    name: *const c_char,
    len: usize,
    n: usize,
    out: *mut simdsip_header_field,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(name) = (unsafe { raw::bytes(name, len) }) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    match unsafe { message(parser) } {
        // SAFETY: the caller's contract.
        Ok(message) => unsafe { give(message.fields_named(name).nth(n), out) },
        Err(status) => status,
    }
}

/// The header with this number; `None` for a number that was never given out.
pub(crate) fn header_name(id: u32) -> Option<HeaderName> {
    let id = u8::try_from(id).ok()?;
    let name = HeaderName::from_id(id);
    (name.id() == id).then_some(name)
}

/// # Safety
/// `out` is NULL or a `simdsip_header_field` of the caller's.
#[inline]
unsafe fn give(field: Option<HeaderField<'_>>, out: *mut simdsip_header_field) -> i32 {
    let Some(field) = field else { return SIMDSIP_ABSENT };
    // SAFETY: the contract of this function.
    unsafe { raw::store(out, header_field(&field)) }
}

#[inline]
fn header_field(field: &HeaderField<'_>) -> simdsip_header_field {
    simdsip_header_field {
        struct_size: size_of::<simdsip_header_field>(),
        id: field.id().id().into(),
        flags: if field.is_folded() { SIMDSIP_HEADER_FOLDED } else { 0 },
        name: simdsip_span::of(field.name()),
        value: simdsip_span::of(field.value()),
        line: simdsip_span::of(field.line()),
    }
}

/// Writes a value to `out` with each fold as the one space that it stands for (RFC 3261 §7.3.1), without a NUL. `len`,
/// which may be NULL, is how many bytes it takes; no more than the value has. SIMDSIP_ROOM where `room` is less.
///
/// # Safety
/// `value` is good for its length; `out` is NULL or good for writing `room` bytes and not within the value; `len` is
/// NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_unfold(
    value: simdsip_span,
    out: *mut c_char,
    room: usize,
    len: *mut usize,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(value) = (unsafe { raw::bytes(value.ptr, value.len) }) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    let mut written = unsafe { Room::new(out, room) };
    for (at, line) in Unfolded::new(value).enumerate() {
        if at > 0 {
            written.push(b" ");
        }
        written.push(line);
    }
    // SAFETY: the caller's contract.
    unsafe { finish(written, len) }
}

/// # Safety
/// `len` is NULL or good for writing.
pub(crate) unsafe fn finish(written: Room, len: *mut usize) -> i32 {
    let (takes, whole) = written.finish();
    if !len.is_null() {
        // SAFETY: the contract of this function.
        let status = unsafe { raw::put(len, takes) };
        if status != SIMDSIP_OK {
            return status;
        }
    }
    if whole { SIMDSIP_OK } else { SIMDSIP_ROOM }
}
