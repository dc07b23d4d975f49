//! Header values by what they mean: Via, addresses, CSeq, numbers, media types; and lists, element by element.

use core::ffi::c_char;

use simdsip::header::Cardinality;
use simdsip::shape::{Contact, MediaType, NameAddr, Rport, Value, Via};
use simdsip::{Elements, Error, HeaderName, Message, Span, Word, typed};

use crate::error::{SIMDSIP_ABSENT, SIMDSIP_ARGUMENT, SIMDSIP_MALFORMED, SIMDSIP_OK, fail, simdsip_error};
use crate::ids::method_number;
use crate::message::{finish, header_name};
use crate::raw::{self, Versioned, end_of, simdsip_span};
use crate::routing::simdsip_target;
use crate::state::{message, simdsip_parser};
use crate::uri::{self, SIMDSIP_ASKED, SIMDSIP_BAD, SIMDSIP_NONE, number, some};

/// A Via element.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_via_parts {
    pub struct_size: usize,
    /// SIP, and what stands for UDP, TCP, TLS and so on.
    pub protocol: simdsip_span,
    pub transport: simdsip_span,
    pub host: simdsip_span,
    /// SIMDSIP_NONE, SIMDSIP_BAD, or 0 to 65535
    pub port: i64,
    pub branch: simdsip_span,
    /// Without quotes.
    pub received: simdsip_span,
    /// SIMDSIP_NONE, SIMDSIP_BAD, SIMDSIP_ASKED, or a port
    pub rport: i64,
    /// For simdsip_param.
    pub params: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, integers and spans alone.
unsafe impl Versioned for simdsip_via_parts {
    const LEAST: usize = end_of!(simdsip_via_parts, params: simdsip_span);
}

/// The address stands in angle brackets.
pub const SIMDSIP_ADDRESS_BRACKETED: u32 = 1;
/// The value is `*`, and nothing else is there.
pub const SIMDSIP_ADDRESS_STAR: u32 = 2;
/// The display name stands in quotes.
pub const SIMDSIP_ADDRESS_QUOTED: u32 = 4;
/// The URI cannot be taken apart; `address` is it as it stands.
pub const SIMDSIP_ADDRESS_BAD_URI: u32 = 8;

/// A name and an address: From, To, Contact, Route, Record-Route and all others of that form.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_name_addr_parts {
    pub struct_size: usize,
    /// SIMDSIP_ADDRESS_, their sum.
    pub flags: u32,
    pub reserved: u32,
    /// As it stands, quotes included: simdsip_unquote gives what it means.
    pub display_name: simdsip_span,
    /// The URI as it stands.
    pub address: simdsip_span,
    pub tag: simdsip_span,
    /// Of the header, not of the URI: for simdsip_param.
    pub params: simdsip_span,
    /// Where the URI leads; simdsip_uri takes all of it apart.
    pub target: simdsip_target,
}

// SAFETY: `repr(C)`, a `usize` first, integers and spans alone.
unsafe impl Versioned for simdsip_name_addr_parts {
    const LEAST: usize = end_of!(simdsip_name_addr_parts, target: simdsip_target);
}

/// CSeq.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_cseq_parts {
    pub struct_size: usize,
    pub number: u32,
    /// SIMDSIP_METHOD_; 0: none of the registry.
    pub method_id: u32,
    pub method: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, integers and spans alone.
unsafe impl Versioned for simdsip_cseq_parts {
    const LEAST: usize = end_of!(simdsip_cseq_parts, method: simdsip_span);
}

/// A media type.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_media_type_parts {
    pub struct_size: usize,
    pub kind: simdsip_span,
    pub subtype: simdsip_span,
    /// For simdsip_param.
    pub params: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, spans alone.
unsafe impl Versioned for simdsip_media_type_parts {
    const LEAST: usize = end_of!(simdsip_media_type_parts, params: simdsip_span);
}

/// Where a walk over the elements of a header stands. Zeros, but for struct_size and id, are its beginning.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_cursor {
    pub struct_size: usize,
    /// SIMDSIP_HEADER_: whose elements.
    pub id: u32,
    /// What of the walk stands here is the library's: leave it alone.
    pub reserved: u32,
    pub field: usize,
    pub at: usize,
}

// SAFETY: `repr(C)`, a `usize` first, integers alone.
unsafe impl Versioned for simdsip_cursor {
    const LEAST: usize = end_of!(simdsip_cursor, at: usize);
}

/// Gives `$out` what `$read` makes of the message, or the status of why there is none.
macro_rules! answer {
    ($parser:expr, $out:expr, $error:expr, |$message:ident| $read:expr) => {{
        // SAFETY: the caller's contract: NULL, or a parser that nobody parses with now.
        let $message = match unsafe { message($parser) } {
            Ok(message) => message,
            Err(status) => return status,
        };
        match $read {
            // SAFETY: the caller's contract: NULL, or a struct of the caller's.
            Ok(Some(parts)) => unsafe { raw::store($out, parts) },
            Ok(None) => SIMDSIP_ABSENT,
            // SAFETY: the caller's contract: NULL, or an error of the caller's.
            Err(found) => unsafe { fail(SIMDSIP_MALFORMED, found, $error) },
        }
    }};
}

/// The Via element with `n` before it, over all Via fields; 0 is the hop that sent the message. `error` may be NULL.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and nobody parses with now; `out` is NULL or a simdsip_via_parts,
/// `error` NULL or a simdsip_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_via(
    parser: *const simdsip_parser,
    n: usize,
    out: *mut simdsip_via_parts,
    error: *mut simdsip_error,
) -> i32 {
    answer!(parser, out, error, |message| {
        let via = match n {
            0 => message.via(),
            n => message.list::<typed::Via>().nth(n).transpose(),
        };
        via.map(|via| via.map(|via| via_parts(&via)))
    })
}

/// A Via element that a cursor gave. `parser` and `error` as with simdsip_uri.
///
/// # Safety
/// As simdsip_uri; `out` is NULL or a simdsip_via_parts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_via_of(
    parser: *const simdsip_parser,
    text: simdsip_span,
    out: *mut simdsip_via_parts,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(text) = (unsafe { uri::span(parser, text) }) else { return SIMDSIP_ARGUMENT };
    match text.and_then(Via::parse) {
        // SAFETY: the caller's contract.
        Ok(via) => unsafe { raw::store(out, via_parts(&via)) },
        // SAFETY: the caller's contract.
        Err(found) => unsafe { fail(SIMDSIP_MALFORMED, found, error) },
    }
}

#[inline]
fn via_parts(via: &Via<'_>) -> simdsip_via_parts {
    let params = via.params();
    let mut parts = simdsip_via_parts {
        struct_size: size_of::<simdsip_via_parts>(),
        protocol: simdsip_span::of(via.protocol()),
        transport: simdsip_span::of(via.transport()),
        host: simdsip_span::of(via.host_span().bytes()),
        port: number(via.port()),
        branch: simdsip_span::maybe(via.branch()),
        received: simdsip_span::ABSENT,
        rport: SIMDSIP_NONE,
        params: some(params.span().bytes()),
    };
    // Only where there may be one: most have a branch and no more.
    let mut fewer = params;
    if (fewer.next().is_some() && !fewer.span().is_empty()) || via.branch().is_none() {
        parts.received = simdsip_span::maybe(via.received().map(|received| received.inner()));
        parts.rport = rport(via);
    }
    parts
}

fn rport(via: &Via<'_>) -> i64 {
    match via.rport() {
        Ok(None) => SIMDSIP_NONE,
        Ok(Some(Rport::Asked)) => SIMDSIP_ASKED,
        Ok(Some(Rport::Filled(port))) => port.into(),
        Err(_) => SIMDSIP_BAD,
    }
}

/// The element with `n` before it of a header whose values are addresses: `id` is SIMDSIP_HEADER_FROM, _TO, _CONTACT,
/// _ROUTE, _RECORD_ROUTE and so on; SIMDSIP_ARGUMENT for one of another form. `error` may be NULL.
///
/// # Safety
/// `parser` is NULL or one that simdsip_init gave and nobody parses with now; `out` is NULL or a
/// simdsip_name_addr_parts, `error` NULL or a simdsip_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_name_addr(
    parser: *const simdsip_parser,
    id: u32,
    n: usize,
    out: *mut simdsip_name_addr_parts,
    error: *mut simdsip_error,
) -> i32 {
    let Some(name) = header_name(id) else { return SIMDSIP_ARGUMENT };
    if !has_addresses(name) {
        return SIMDSIP_ARGUMENT;
    }
    answer!(parser, out, error, |message| {
        let address = match (name, n) {
            (HeaderName::From, 0) => message.from().map(|it| it.map(|it| Contact::Address(it.0))),
            (HeaderName::To, 0) => message.to().map(|it| it.map(|it| Contact::Address(it.0))),
            (HeaderName::Contact, 0) => message.contact().map(|it| it.map(|it| it.0)),
            _ => element(&message, name, n).map(Contact::parse).transpose(),
        };
        address.map(|it| it.map(|it| address_parts(&it)))
    })
}

/// An address that a cursor gave. `parser` and `error` as with simdsip_uri.
///
/// # Safety
/// As simdsip_uri; `out` is NULL or a simdsip_name_addr_parts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_name_addr_of(
    parser: *const simdsip_parser,
    text: simdsip_span,
    out: *mut simdsip_name_addr_parts,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(text) = (unsafe { uri::span(parser, text) }) else { return SIMDSIP_ARGUMENT };
    match text.and_then(Contact::parse) {
        // SAFETY: the caller's contract.
        Ok(address) => unsafe { raw::store(out, address_parts(&address)) },
        // SAFETY: the caller's contract.
        Err(found) => unsafe { fail(SIMDSIP_MALFORMED, found, error) },
    }
}

fn has_addresses(name: HeaderName) -> bool {
    use simdsip::header::Shape;
    matches!(name.shape(), Shape::NameAddr | Shape::Contact | Shape::Uri)
}

/// The element with `n` before it, over all fields of a header.
#[inline]
fn element<'b>(message: &Message<'b>, name: HeaderName, n: usize) -> Option<Span<'b>> {
    let mut fields = message.fields(name);
    if n == 0 {
        // The first field nearly always has an element.
        let first = fields.next()?;
        if let Some(element) = name.elements(first.span()).next() {
            return Some(element);
        }
    }
    message.fields(name).flat_map(|field| name.elements(field.span())).nth(n)
}

#[inline]
fn address_parts(contact: &Contact<'_>) -> simdsip_name_addr_parts {
    let mut parts = simdsip_name_addr_parts {
        struct_size: size_of::<simdsip_name_addr_parts>(),
        flags: SIMDSIP_ADDRESS_STAR,
        reserved: 0,
        display_name: simdsip_span::ABSENT,
        address: simdsip_span::ABSENT,
        tag: simdsip_span::ABSENT,
        params: simdsip_span::ABSENT,
        target: simdsip_target::NONE,
    };
    if let Some(address) = contact.address() {
        fill(&mut parts, &address);
    }
    parts
}

#[inline]
fn fill(parts: &mut simdsip_name_addr_parts, address: &NameAddr<'_>) {
    parts.flags = if address.is_bracketed() { SIMDSIP_ADDRESS_BRACKETED } else { 0 };
    if let Some(name) = address.display_name() {
        parts.display_name = simdsip_span::of(name.raw());
        parts.flags |= if name.is_quoted() { SIMDSIP_ADDRESS_QUOTED } else { 0 };
    }
    parts.address = simdsip_span::of(address.uri_span().bytes());
    parts.tag = simdsip_span::maybe(address.tag());
    parts.params = some(address.params().span().bytes());
    match address.uri() {
        Ok(uri) => parts.target = simdsip_target::of(&uri),
        Err(_) => parts.flags |= SIMDSIP_ADDRESS_BAD_URI,
    }
}

/// Writes what a word means to `out`, without a NUL: a quoted string without quotes and backslashes, each fold as one
/// space; any other word as it stands. `len`, which may be NULL, is how many bytes it takes, no more than the word has;
/// SIMDSIP_ROOM where `room` is less.
///
/// # Safety
/// `word` is good for its length; `out` is NULL or good for writing `room` bytes and not within the word; `len` is NULL
/// or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_unquote(
    word: simdsip_span,
    out: *mut c_char,
    room: usize,
    len: *mut usize,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(bytes) = (unsafe { raw::bytes(word.ptr, word.len) }) else { return SIMDSIP_ARGUMENT };
    let Ok(text) = Span::new(bytes) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    let mut written = unsafe { raw::Room::new(out, room) };
    Word::new(text).unescaped().for_each(|piece| written.push(piece));
    // SAFETY: the caller's contract.
    unsafe { finish(written, len) }
}

/// CSeq. `error` may be NULL.
///
/// # Safety
/// As simdsip_via; `out` is NULL or a simdsip_cseq_parts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_cseq(
    parser: *const simdsip_parser,
    out: *mut simdsip_cseq_parts,
    error: *mut simdsip_error,
) -> i32 {
    answer!(parser, out, error, |message| {
        message.cseq().map(|cseq| {
            cseq.map(|cseq| simdsip_cseq_parts {
                struct_size: size_of::<simdsip_cseq_parts>(),
                number: cseq.number(),
                method_id: method_number(cseq.method()),
                method: simdsip_span::of(cseq.method_span().bytes()),
            })
        })
    })
}

/// The number that the first field of a header is or begins with: Max-Forwards, Expires, Content-Length, Min-SE and so
/// on; SIMDSIP_ARGUMENT for a header of another form. `error` may be NULL.
///
/// # Safety
/// As simdsip_via; `out` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_number(
    parser: *const simdsip_parser,
    id: u32,
    out: *mut u64,
    error: *mut simdsip_error,
) -> i32 {
    let Some(name) = header_name(id) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    let read = match name {
        HeaderName::ContentLength => message.content_length(),
        HeaderName::MaxForwards => message.max_forwards().map(|it| it.map(|it| it.value().into())),
        _ => match numbered(&message, name) {
            Ok(read) => read,
            Err(status) => return status,
        },
    };
    match read {
        // SAFETY: the caller's contract.
        Ok(Some(number)) => unsafe { raw::put(out, number) },
        Ok(None) => SIMDSIP_ABSENT,
        // SAFETY: the caller's contract.
        Err(found) => unsafe { fail(SIMDSIP_MALFORMED, found, error) },
    }
}

fn numbered(message: &Message<'_>, name: HeaderName) -> Result<Result<Option<u64>, Error>, i32> {
    use simdsip::header::Shape;
    if !matches!(name.shape(), Shape::Number | Shape::NumberParams | Shape::RetryAfter) {
        return Err(SIMDSIP_ARGUMENT);
    }
    let Some(element) = element(message, name, 0) else { return Ok(Ok(None)) };
    Ok(Value::parse(name.shape(), element).map(|value| match value {
        Value::Number(number) => Some(number.value().into()),
        Value::NumberParams(number) => Some(number.value().into()),
        Value::RetryAfter(number) => Some(number.seconds().into()),
        _ => None,
    }))
}

/// Content-Type. `error` may be NULL.
///
/// # Safety
/// As simdsip_via; `out` is NULL or a simdsip_media_type_parts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_content_type(
    parser: *const simdsip_parser,
    out: *mut simdsip_media_type_parts,
    error: *mut simdsip_error,
) -> i32 {
    answer!(parser, out, error, |message| {
        message.content_type().map(|media| media.map(|media| media_parts(&media)))
    })
}

fn media_parts(media: &MediaType<'_>) -> simdsip_media_type_parts {
    simdsip_media_type_parts {
        struct_size: size_of::<simdsip_media_type_parts>(),
        kind: simdsip_span::of(media.kind()),
        subtype: simdsip_span::of(media.subtype()),
        params: some(media.params().span().bytes()),
    }
}

/// The next element of the header that the cursor names, over all its fields, as it stands; SIMDSIP_ABSENT after the
/// last. Comma lists are split; other headers have one element a field. All elements cost one walk over the message.
///
/// # Safety
/// As simdsip_via; `cursor` is NULL or a simdsip_cursor; `out` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_next(
    parser: *const simdsip_parser,
    cursor: *mut simdsip_cursor,
    out: *mut simdsip_span,
) -> i32 {
    if out.is_null() || !out.is_aligned() {
        return SIMDSIP_ARGUMENT;
    }
    // SAFETY: the caller's contract.
    let Some(mut place) = (unsafe { raw::load(cursor) }) else { return SIMDSIP_ARGUMENT };
    let Some(name) = header_name(place.id) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract.
    let message = match unsafe { message(parser) } {
        Ok(message) => message,
        Err(status) => return status,
    };
    let found = step(&message, name, &mut place);
    // SAFETY: the caller's contract.
    let moved = unsafe { raw::store(cursor, place) };
    match found {
        // SAFETY: the caller's contract.
        Some(element) if moved == SIMDSIP_OK => unsafe { raw::put(out, simdsip_span::of(element)) },
        Some(_) => moved,
        None => SIMDSIP_ABSENT,
    }
}

/// A cursor's memory of a field: a comment was met that nothing closes, so that parentheses hide no commas.
const OPEN_COMMENT: u32 = 1;

fn step<'b>(message: &Message<'b>, name: HeaderName, place: &mut simdsip_cursor) -> Option<&'b [u8]> {
    loop {
        let field = message.headers().nth(place.field)?;
        // Of a header that is no list, a field has one element.
        let may = place.at == 0 || name.cardinality() == Cardinality::CommaList;
        if field.id() == name && may {
            let value = field.span();
            let rest = value.slice(place.at..value.len());
            let mut elements = match place.reserved {
                OPEN_COMMENT => Elements::new(rest),
                _ => name.elements(rest),
            };
            if let Some(element) = elements.next() {
                place.at = element.range().end.saturating_sub(value.at()).max(1);
                if name == HeaderName::Via && elements.ignores_comments() {
                    place.reserved = OPEN_COMMENT;
                }
                return Some(element.bytes());
            }
        }
        (place.field, place.at, place.reserved) = (place.field.saturating_add(1), 0, 0);
    }
}
