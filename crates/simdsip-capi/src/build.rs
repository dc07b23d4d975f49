//! Responses made from the request that they answer (RFC 3261 §8.2.6).

use core::ffi::c_char;

use simdsip::{Builder, Error, ErrorKind, Message};

use crate::error::{SIMDSIP_ARGUMENT, SIMDSIP_REJECTED, SIMDSIP_ROOM, fail, simdsip_error};
use crate::raw::{self, Versioned, end_of, simdsip_span};
use crate::state::{message, simdsip_parser};

/// What is copied from the request is not held against its grammar: whatever was accepted can be answered.
pub const SIMDSIP_BUILD_AS_RECEIVED: u32 = 1;

/// A header field that is added.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_added_field {
    pub name: simdsip_span,
    pub value: simdsip_span,
}

/// What a response says beside what it copies.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_response {
    pub struct_size: usize,
    /// 100 to 699
    pub status: u32,
    /// SIMDSIP_BUILD_AS_RECEIVED or 0
    pub flags: u32,
    pub reason: simdsip_span,
    /// Put into To where it has none and the status is not 100: a token with 32 random bits at least.
    pub to_tag: simdsip_span,
    /// Header fields that are added, in this order. Not Content-Type and Content-Length.
    pub fields: *const simdsip_added_field,
    pub field_count: usize,
    /// The body and its type, such as application/sdp; a NULL ptr: none.
    pub content_type: simdsip_span,
    pub body: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, integers, pointers and spans alone.
unsafe impl Versioned for simdsip_response {
    const LEAST: usize = end_of!(simdsip_response, body: simdsip_span);
}

/// The texts of a response.
struct Texts<'t> {
    status: u16,
    as_received: bool,
    reason: &'t [u8],
    to_tag: &'t [u8],
    fields: &'t [simdsip_added_field],
    content: Option<(&'t [u8], &'t [u8])>,
}

/// Writes the response to the parser's request to `out`: Via, From, To with a tag, Call-ID, CSeq and, where it may make a
/// dialog, Record-Route are copied; Content-Length is added. `made` is what was written. SIMDSIP_REJECTED where the
/// message is a response or an ACK, or the result would not be well-formed: every value is held against its grammar.
/// SIMDSIP_ROOM where `room` is too short. `error` may be NULL.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and nobody parses with now; `response` is NULL or a simdsip_response,
/// whose texts and list are NULL or good for their lengths; `out` is NULL or good for writing `room` bytes and apart from
/// all of these; `made` is NULL or good for writing, `error` NULL or a simdsip_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_build_response(
    parser: *const simdsip_parser,
    response: *const simdsip_response,
    out: *mut c_char,
    room: usize,
    made: *mut simdsip_span,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    // SAFETY: the caller's contract.
    let Some(texts) = (unsafe { texts(response) }) else { return SIMDSIP_ARGUMENT };
    if out.is_null() || made.is_null() || isize::try_from(room).is_err() {
        return SIMDSIP_ARGUMENT;
    }
    let room = room.min(most(&message, &texts));
    // SAFETY: the caller's contract: good for writing. Memory that was never written is no bytes in Rust; zeros are.
    unsafe { core::ptr::write_bytes(out, 0, room) };
    // SAFETY: written just now; by the contract good for `room` bytes and apart from what is read.
    let buffer = unsafe { core::slice::from_raw_parts_mut(out.cast::<u8>(), room) };
    // SAFETY: the caller's contract: the texts of the list.
    match unsafe { build(&message, &texts, buffer) } {
        // SAFETY: the caller's contract.
        Ok(written) => unsafe { raw::put(made, simdsip_span::of(written)) },
        // SAFETY: the caller's contract.
        Err(found) if found.kind == ErrorKind::Room => unsafe { fail(SIMDSIP_ROOM, found, error) },
        // SAFETY: the caller's contract.
        Err(found) => unsafe { fail(SIMDSIP_REJECTED, found, error) },
    }
}

/// # Safety
/// `response` is NULL or a `simdsip_response`, whose texts and list are NULL or good for their lengths.
unsafe fn texts<'t>(response: *const simdsip_response) -> Option<Texts<'t>> {
    // SAFETY: the contract of this function.
    let given = unsafe { raw::load(response) }?;
    // SAFETY: the contract of this function, here and below.
    let text = |span: simdsip_span| unsafe { raw::bytes::<'t>(span.ptr, span.len) };
    Some(Texts {
        status: u16::try_from(given.status).ok()?,
        as_received: given.flags & SIMDSIP_BUILD_AS_RECEIVED != 0,
        reason: text(given.reason)?,
        to_tag: text(given.to_tag)?,
        // SAFETY: the contract of this function.
        fields: unsafe { raw::elements(given.fields, given.field_count) }?,
        content: match given.content_type.ptr.is_null() {
            true => None,
            false => Some((text(given.content_type)?, text(given.body)?)),
        },
    })
}

/// No response is longer: all of the request, full names for its compact ones, and all texts.
fn most(request: &Message<'_>, texts: &Texts<'_>) -> usize {
    let names = request.headers().len().saturating_mul(16);
    let (kind, body) = texts.content.unwrap_or((&[], &[]));
    let fixed = [request.as_bytes(), texts.reason, texts.to_tag, kind, body];
    let fixed = fixed.iter().fold(512usize, |sum, text| sum.saturating_add(text.len()));
    let added = texts.fields.iter().fold(0usize, |sum, field| {
        sum.saturating_add(field.name.len).saturating_add(field.value.len).saturating_add(4)
    });
    fixed.saturating_add(names).saturating_add(added)
}

/// # Safety
/// The spans of `texts.fields` are NULL or good for their lengths.
unsafe fn build<'o>(request: &Message<'_>, texts: &Texts<'_>, out: &'o mut [u8]) -> Result<&'o [u8], Error> {
    let Texts { status, reason, to_tag, .. } = *texts;
    let mut builder = match texts.as_received {
        true => Builder::response_as_received(out, request, status, reason, to_tag)?,
        false => Builder::response(out, request, status, reason, to_tag)?,
    };
    for field in texts.fields {
        // SAFETY: the contract of this function.
        let name = unsafe { raw::bytes(field.name.ptr, field.name.len) }.unwrap_or(&[]);
        // SAFETY: the contract of this function.
        let value = unsafe { raw::bytes(field.value.ptr, field.value.len) }.unwrap_or(&[]);
        builder.header(name, &[value])?;
    }
    match texts.content {
        Some((kind, body)) => builder.body(kind, body),
        None => builder.finish(),
    }
}
