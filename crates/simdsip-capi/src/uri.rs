//! URIs in parts, parameters by name.

use core::ffi::c_char;

use simdsip::{Error, Host, HostKind, Param, Params, Scheme, Span, Uri};

use crate::error::{SIMDSIP_ABSENT, SIMDSIP_ARGUMENT, SIMDSIP_MALFORMED, fail, simdsip_error};
use crate::raw::{self, Versioned, address, end_of, simdsip_span};
use crate::state::{held, simdsip_parser};

/// A number that is not there.
pub const SIMDSIP_NONE: i64 = -1;
/// A number that is there but is none, or too large.
pub const SIMDSIP_BAD: i64 = -2;
/// An rport without a value: the client asks for it (RFC 3581 §3).
pub const SIMDSIP_ASKED: i64 = -3;

/// Schemes; 0: another one.
pub const SIMDSIP_SCHEME_SIP: u32 = 1;
pub const SIMDSIP_SCHEME_SIPS: u32 = 2;
pub const SIMDSIP_SCHEME_TEL: u32 = 3;
pub const SIMDSIP_SCHEME_URN: u32 = 4;

/// Kinds of hosts.
pub const SIMDSIP_HOST_NAME: u32 = 1;
pub const SIMDSIP_HOST_V4: u32 = 2;
pub const SIMDSIP_HOST_V6: u32 = 3;

/// A URI in parts, as they stand, escapes and all. Parts that it lacks have a NULL ptr; schemes other than sip and sips
/// have `scheme`, `rest` and, where they begin with a semicolon, `params`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_uri_parts {
    pub struct_size: usize,
    /// SIMDSIP_SCHEME_
    pub scheme_id: u32,
    pub reserved: u32,
    pub scheme: simdsip_span,
    /// What follows the scheme and its colon.
    pub rest: simdsip_span,
    pub user: simdsip_span,
    pub password: simdsip_span,
    /// An IPv6 address with its brackets. What it is: simdsip_host.
    pub host: simdsip_span,
    /// SIMDSIP_NONE, SIMDSIP_BAD, or 0 to 65535
    pub port: i64,
    /// `;name=value` and so on: simdsip_param finds one.
    pub params: simdsip_span,
    /// What follows `?`.
    pub headers: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, integers and spans alone.
unsafe impl Versioned for simdsip_uri_parts {
    const LEAST: usize = end_of!(simdsip_uri_parts, headers: simdsip_span);
}

/// Takes a URI apart. `text` may lie in the message of `parser`, which makes it a little faster and counts errors from
/// the first byte that was parsed; `parser` may be NULL. `error` may be NULL.
///
/// # Safety
/// `text` is good for its length; `parser` is NULL or one that simdsip_init gave and nobody parses with now; `out` is
/// NULL or a simdsip_uri_parts, `error` NULL or a simdsip_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_uri(
    parser: *const simdsip_parser,
    text: simdsip_span,
    out: *mut simdsip_uri_parts,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(text) = (unsafe { span(parser, text) }) else { return SIMDSIP_ARGUMENT };
    match text.and_then(Uri::read) {
        // SAFETY: the caller's contract.
        Ok(uri) => unsafe { raw::store(out, parts(&uri)) },
        // SAFETY: the caller's contract.
        Err(found) => unsafe { fail(SIMDSIP_MALFORMED, found, error) },
    }
}

/// `text` as the core takes it: a piece of the message where it lies in one.
///
/// # Safety
/// `text` is good for its length; `parser` is NULL or one that `simdsip_init` gave and nobody parses with now.
pub(crate) unsafe fn span<'b>(
    parser: *const simdsip_parser,
    text: simdsip_span,
) -> Option<Result<Span<'b>, Error>> {
    // SAFETY: the contract of this function.
    let bytes = unsafe { raw::bytes(text.ptr, text.len) }?;
    if !parser.is_null() {
        // SAFETY: the contract of this function.
        let whole = unsafe { held(parser) }.map_or(&[][..], |(_, whole)| whole);
        let at = address(text.ptr).wrapping_sub(whole.as_ptr().addr());
        // Addresses are compared, never followed: a text elsewhere is read where it stands.
        if at.checked_add(text.len).is_some_and(|end| end <= whole.len()) {
            return Some(Span::new(whole).map(|whole| whole.slice(at..at.wrapping_add(text.len))));
        }
    }
    Some(Span::new(bytes))
}

#[inline]
pub(crate) fn parts(uri: &Uri<'_>) -> simdsip_uri_parts {
    // As it stands: the names of registered schemes are literals of the core.
    let scheme = uri.span().bytes().get(..uri.scheme().as_bytes().len());
    simdsip_uri_parts {
        struct_size: size_of::<simdsip_uri_parts>(),
        scheme_id: scheme_number(uri.scheme()),
        reserved: 0,
        scheme: simdsip_span::maybe(scheme),
        rest: simdsip_span::of(uri.rest().bytes()),
        user: simdsip_span::maybe(uri.user().map(|user| user.raw())),
        password: simdsip_span::maybe(uri.password().map(|password| password.raw())),
        host: simdsip_span::maybe(uri.host().map(|host| host.raw())),
        port: number(uri.port()),
        params: some(uri.params().span().bytes()),
        headers: some(uri.headers().span().bytes()),
    }
}

#[inline]
pub(crate) fn scheme_number(scheme: Scheme<'_>) -> u32 {
    match scheme {
        Scheme::Sip => SIMDSIP_SCHEME_SIP,
        Scheme::Sips => SIMDSIP_SCHEME_SIPS,
        Scheme::Tel => SIMDSIP_SCHEME_TEL,
        Scheme::Urn => SIMDSIP_SCHEME_URN,
        _ => 0,
    }
}

/// A host: a name, or an address.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_host_parts {
    pub struct_size: usize,
    /// SIMDSIP_HOST_
    pub kind: u32,
    pub reserved: u32,
    /// The address in the order of the network: 4 bytes of it with V4, 16 with V6.
    pub address: [u8; 16],
    /// The zone of an IPv6 address, behind its percent sign.
    pub zone: simdsip_span,
}

// SAFETY: `repr(C)`, a `usize` first, integers and spans alone.
unsafe impl Versioned for simdsip_host_parts {
    const LEAST: usize = end_of!(simdsip_host_parts, zone: simdsip_span);
}

/// What a host is: that of a URI, of a Via, or the value of `received`. An IPv6 address may have brackets or not. `error`
/// may be NULL.
///
/// # Safety
/// `text` is good for its length; `out` is NULL or a simdsip_host_parts, `error` NULL or a simdsip_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_host(
    text: simdsip_span,
    out: *mut simdsip_host_parts,
    error: *mut simdsip_error,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(bytes) = (unsafe { raw::bytes(text.ptr, text.len) }) else { return SIMDSIP_ARGUMENT };
    let host = match Span::new(bytes).and_then(Host::read) {
        Ok(host) => host,
        // SAFETY: the caller's contract.
        Err(found) => return unsafe { fail(SIMDSIP_MALFORMED, found, error) },
    };
    let mut address = [0; 16];
    let (kind, octets) = match host.kind() {
        HostKind::Name => (SIMDSIP_HOST_NAME, &[][..]),
        HostKind::V4(v4) => (SIMDSIP_HOST_V4, &v4.octets()[..]),
        HostKind::V6(v6) => (SIMDSIP_HOST_V6, &v6.octets()[..]),
    };
    for (to, from) in address.iter_mut().zip(octets) {
        *to = *from;
    }
    let zone = simdsip_span::maybe(host.zone().map(|zone| zone.bytes()));
    let parts =
        simdsip_host_parts { struct_size: size_of::<simdsip_host_parts>(), kind, reserved: 0, address, zone };
    // SAFETY: the caller's contract.
    unsafe { raw::store(out, parts) }
}

/// Empty means absent: nothing can be found in either.
pub(crate) fn some(bytes: &[u8]) -> simdsip_span {
    if bytes.is_empty() { simdsip_span::ABSENT } else { simdsip_span::of(bytes) }
}

pub(crate) fn number<T: Into<i64>>(read: Result<Option<T>, Error>) -> i64 {
    match read {
        Ok(Some(number)) => number.into(),
        Ok(None) => SIMDSIP_NONE,
        Err(_) => SIMDSIP_BAD,
    }
}

/// The first parameter of that name, in any case, among `params`: those of a URI, of an address, of a Via. Its value is
/// as it stands, quotes included; a NULL ptr where there is no `=`. SIMDSIP_ABSENT where there is no such parameter.
///
/// # Safety
/// `params` and `name` are good for their lengths; `value` is NULL or good for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_param(
    params: simdsip_span,
    name: *const c_char,
    name_len: usize,
    value: *mut simdsip_span,
) -> i32 {
    // SAFETY: the caller's contract.
    let params = unsafe { raw::bytes(params.ptr, params.len) };
    // SAFETY: the caller's contract.
    let name = unsafe { raw::bytes(name, name_len) };
    let (Some(params), Some(name)) = (params, name) else { return SIMDSIP_ARGUMENT };
    let Ok(params) = Span::new(params) else { return SIMDSIP_ARGUMENT };
    let Some(param) = Params::new(params).get(name) else { return SIMDSIP_ABSENT };
    // SAFETY: the caller's contract.
    unsafe { raw::put(value, value_of(&param)) }
}

/// The parameter that begins at `*at` bytes into `params`, from 0: its name and value; `*at` is moved behind it.
/// SIMDSIP_ABSENT after the last one. All parameters cost one walk over the bytes.
///
/// # Safety
/// `params` is good for its length; `at` is NULL or good for reading and writing; `name` and `value` are NULL or good
/// for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn simdsip_param_next(
    params: simdsip_span,
    at: *mut usize,
    name: *mut simdsip_span,
    value: *mut simdsip_span,
) -> i32 {
    // SAFETY: the caller's contract.
    let Some(bytes) = (unsafe { raw::bytes(params.ptr, params.len) }) else { return SIMDSIP_ARGUMENT };
    // SAFETY: the caller's contract: one element, NULL or readable.
    let Some([from]) = (unsafe { raw::elements(at.cast_const(), 1) }) else { return SIMDSIP_ARGUMENT };
    let from = *from;
    let Ok(whole) = Span::new(bytes) else { return SIMDSIP_ARGUMENT };
    let mut rest = Params::new(whole.slice(from.min(bytes.len())..bytes.len()));
    if name.is_null() || !name.is_aligned() || value.is_null() || !value.is_aligned() {
        return SIMDSIP_ARGUMENT;
    }
    let Some(param) = rest.next() else { return SIMDSIP_ABSENT };
    let behind = bytes.len().saturating_sub(rest.span().len());
    // SAFETY: the caller's contract.
    let named = unsafe { raw::put(name, simdsip_span::of(param.name())) };
    // SAFETY: the caller's contract.
    let valued = unsafe { raw::put(value, value_of(&param)) };
    // SAFETY: the caller's contract.
    let moved = unsafe { raw::put(at, behind) };
    named.max(valued).max(moved)
}

fn value_of(param: &Param<'_>) -> simdsip_span {
    simdsip_span::maybe(param.value().map(|value| value.raw()))
}
