//! Statuses, errors by number, and their names.

use core::ffi::{CStr, c_char};

use simdsip::{Error, ErrorKind, LimitKind};

use crate::raw::{self, Versioned, end_of};

/// All went well.
pub const SIMDSIP_OK: i32 = 0;
/// What was asked for is not there: no such header field, element or parameter. Nothing was written.
pub const SIMDSIP_ABSENT: i32 = 1;
/// The bytes are no message, or one that options refuse; the error says why. The parser holds no message.
pub const SIMDSIP_REJECTED: i32 = 2;
/// The value is there but has no such meaning; the error says why. Nothing was written.
pub const SIMDSIP_MALFORMED: i32 = 3;
/// An argument is NULL, out of range, or a struct whose struct_size is too small.
pub const SIMDSIP_ARGUMENT: i32 = 4;
/// The memory is too short; the length that it takes was written where the function has a place for it.
pub const SIMDSIP_ROOM: i32 = 5;
/// Not now: the parser holds no message, reads streams and was given a datagram or the other way round, or the cap
/// comes too late.
pub const SIMDSIP_MISUSE: i32 = 6;

/// Kinds of errors.
pub const SIMDSIP_ERROR_EMPTY: u32 = 1;
pub const SIMDSIP_ERROR_METHOD: u32 = 2;
pub const SIMDSIP_ERROR_REQUEST_URI: u32 = 3;
pub const SIMDSIP_ERROR_VERSION: u32 = 4;
pub const SIMDSIP_ERROR_STATUS_CODE: u32 = 5;
/// detail: a SIMDSIP_LIMIT_
pub const SIMDSIP_ERROR_LIMIT: u32 = 6;
/// detail: a SIMDSIP_DEFECT_
pub const SIMDSIP_ERROR_REFUSED: u32 = 7;
pub const SIMDSIP_ERROR_CONTENT_LENGTH: u32 = 8;
pub const SIMDSIP_ERROR_BOUNDARY: u32 = 9;
pub const SIMDSIP_ERROR_VALUE: u32 = 10;
pub const SIMDSIP_ERROR_NUMBER: u32 = 11;
pub const SIMDSIP_ERROR_NUMBER_RANGE: u32 = 12;
pub const SIMDSIP_ERROR_TOKEN: u32 = 13;
pub const SIMDSIP_ERROR_QUOTE: u32 = 14;
pub const SIMDSIP_ERROR_ANGLE: u32 = 15;
pub const SIMDSIP_ERROR_COMMENT: u32 = 16;
pub const SIMDSIP_ERROR_ADDRESS: u32 = 17;
pub const SIMDSIP_ERROR_SCHEME: u32 = 18;
pub const SIMDSIP_ERROR_HOST: u32 = 19;
pub const SIMDSIP_ERROR_PORT: u32 = 20;
pub const SIMDSIP_ERROR_TELEPHONE: u32 = 21;
pub const SIMDSIP_ERROR_VIA: u32 = 22;
pub const SIMDSIP_ERROR_MEDIA_TYPE: u32 = 23;
pub const SIMDSIP_ERROR_DATE: u32 = 24;
pub const SIMDSIP_ERROR_AUTH: u32 = 25;
pub const SIMDSIP_ERROR_WARNING: u32 = 26;
/// Two edits cross, and one puts text in.
pub const SIMDSIP_ERROR_OVERLAP: u32 = 27;
pub const SIMDSIP_ERROR_RANGE: u32 = 28;
pub const SIMDSIP_ERROR_ROOM: u32 = 29;
/// Control bytes in text that is put in.
pub const SIMDSIP_ERROR_TEXT: u32 = 30;
/// No hops are left.
pub const SIMDSIP_ERROR_MAX_FORWARDS: u32 = 31;
/// The message is no request.
pub const SIMDSIP_ERROR_REQUEST: u32 = 32;
/// Of session descriptions.
pub const SIMDSIP_ERROR_ORIGIN: u32 = 33;
pub const SIMDSIP_ERROR_CONNECTION: u32 = 34;
pub const SIMDSIP_ERROR_BANDWIDTH: u32 = 35;
pub const SIMDSIP_ERROR_TIMING: u32 = 36;
pub const SIMDSIP_ERROR_MEDIA: u32 = 37;
pub const SIMDSIP_ERROR_RTPMAP: u32 = 38;
pub const SIMDSIP_ERROR_CANDIDATE: u32 = 39;
pub const SIMDSIP_ERROR_FINGERPRINT: u32 = 40;
pub const SIMDSIP_ERROR_CRYPTO: u32 = 41;
pub const SIMDSIP_ERROR_EXTMAP: u32 = 42;
pub const SIMDSIP_ERROR_RID: u32 = 43;
pub const SIMDSIP_ERROR_SIMULCAST: u32 = 44;
pub const SIMDSIP_ERROR_PRECONDITION: u32 = 45;

/// Limits.
pub const SIMDSIP_LIMIT_MESSAGE: u32 = 1;
pub const SIMDSIP_LIMIT_HEADER_SECTION: u32 = 2;
pub const SIMDSIP_LIMIT_HEADERS: u32 = 3;
/// More header fields than the parser's memory holds: options.header_count.
pub const SIMDSIP_LIMIT_INDEX: u32 = 4;
pub const SIMDSIP_LIMIT_LINE: u32 = 5;
pub const SIMDSIP_LIMIT_NAME: u32 = 6;
pub const SIMDSIP_LIMIT_URI: u32 = 7;
pub const SIMDSIP_LIMIT_MIME_DEPTH: u32 = 8;
/// More edits, or more text, than the patch's memory holds.
pub const SIMDSIP_LIMIT_EDITS: u32 = 9;
pub const SIMDSIP_LIMIT_EDIT_TEXT: u32 = 10;
pub const SIMDSIP_LIMIT_ELEMENTS: u32 = 11;
pub const SIMDSIP_LIMIT_SDP_LINES: u32 = 12;
pub const SIMDSIP_LIMIT_SDP_MEDIA: u32 = 13;
pub const SIMDSIP_LIMIT_SDP_INDEX: u32 = 14;

/// Why bytes were refused, and where.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct simdsip_error {
    pub struct_size: usize,
    /// SIMDSIP_ERROR_; 0: one that this header does not know.
    pub kind: u32,
    /// With LIMIT and REFUSED: which.
    pub detail: u32,
    /// Byte offset in the message, or in the text that was given.
    pub at: usize,
}

// SAFETY: `repr(C)`, a `usize` first, integers alone.
unsafe impl Versioned for simdsip_error {
    const LEAST: usize = end_of!(simdsip_error, at: usize);
}

impl simdsip_error {
    pub(crate) fn of(error: Error) -> simdsip_error {
        let (kind, detail) = numbers(error.kind);
        simdsip_error { struct_size: size_of::<simdsip_error>(), kind, detail, at: error.at }
    }
}

fn numbers(kind: ErrorKind) -> (u32, u32) {
    let kind = match kind {
        ErrorKind::Empty => SIMDSIP_ERROR_EMPTY,
        ErrorKind::Method => SIMDSIP_ERROR_METHOD,
        ErrorKind::RequestUri => SIMDSIP_ERROR_REQUEST_URI,
        ErrorKind::Version => SIMDSIP_ERROR_VERSION,
        ErrorKind::StatusCode => SIMDSIP_ERROR_STATUS_CODE,
        ErrorKind::Limit(limit) => return (SIMDSIP_ERROR_LIMIT, limit_number(limit)),
        ErrorKind::Refused(code) => return (SIMDSIP_ERROR_REFUSED, code.number().into()),
        ErrorKind::ContentLength => SIMDSIP_ERROR_CONTENT_LENGTH,
        ErrorKind::Boundary => SIMDSIP_ERROR_BOUNDARY,
        ErrorKind::Value => SIMDSIP_ERROR_VALUE,
        ErrorKind::Number => SIMDSIP_ERROR_NUMBER,
        ErrorKind::NumberRange => SIMDSIP_ERROR_NUMBER_RANGE,
        ErrorKind::Token => SIMDSIP_ERROR_TOKEN,
        ErrorKind::Quote => SIMDSIP_ERROR_QUOTE,
        ErrorKind::Angle => SIMDSIP_ERROR_ANGLE,
        ErrorKind::Comment => SIMDSIP_ERROR_COMMENT,
        ErrorKind::Address => SIMDSIP_ERROR_ADDRESS,
        ErrorKind::Scheme => SIMDSIP_ERROR_SCHEME,
        ErrorKind::Host => SIMDSIP_ERROR_HOST,
        ErrorKind::Port => SIMDSIP_ERROR_PORT,
        ErrorKind::Telephone => SIMDSIP_ERROR_TELEPHONE,
        ErrorKind::Via => SIMDSIP_ERROR_VIA,
        ErrorKind::MediaType => SIMDSIP_ERROR_MEDIA_TYPE,
        ErrorKind::Date => SIMDSIP_ERROR_DATE,
        ErrorKind::Auth => SIMDSIP_ERROR_AUTH,
        ErrorKind::Warning => SIMDSIP_ERROR_WARNING,
        ErrorKind::Overlap => SIMDSIP_ERROR_OVERLAP,
        ErrorKind::Range => SIMDSIP_ERROR_RANGE,
        ErrorKind::Room => SIMDSIP_ERROR_ROOM,
        ErrorKind::Text => SIMDSIP_ERROR_TEXT,
        ErrorKind::MaxForwards => SIMDSIP_ERROR_MAX_FORWARDS,
        ErrorKind::Request => SIMDSIP_ERROR_REQUEST,
        ErrorKind::Origin => SIMDSIP_ERROR_ORIGIN,
        ErrorKind::Connection => SIMDSIP_ERROR_CONNECTION,
        ErrorKind::Bandwidth => SIMDSIP_ERROR_BANDWIDTH,
        ErrorKind::Timing => SIMDSIP_ERROR_TIMING,
        ErrorKind::Media => SIMDSIP_ERROR_MEDIA,
        ErrorKind::Rtpmap => SIMDSIP_ERROR_RTPMAP,
        ErrorKind::Candidate => SIMDSIP_ERROR_CANDIDATE,
        ErrorKind::Fingerprint => SIMDSIP_ERROR_FINGERPRINT,
        ErrorKind::Crypto => SIMDSIP_ERROR_CRYPTO,
        ErrorKind::Extmap => SIMDSIP_ERROR_EXTMAP,
        ErrorKind::Rid => SIMDSIP_ERROR_RID,
        ErrorKind::Simulcast => SIMDSIP_ERROR_SIMULCAST,
        ErrorKind::Precondition => SIMDSIP_ERROR_PRECONDITION,
        _ => 0,
    };
    (kind, 0)
}

fn limit_number(limit: LimitKind) -> u32 {
    match limit {
        LimitKind::Message => SIMDSIP_LIMIT_MESSAGE,
        LimitKind::HeaderSection => SIMDSIP_LIMIT_HEADER_SECTION,
        LimitKind::Headers => SIMDSIP_LIMIT_HEADERS,
        LimitKind::Index => SIMDSIP_LIMIT_INDEX,
        LimitKind::Line => SIMDSIP_LIMIT_LINE,
        LimitKind::Name => SIMDSIP_LIMIT_NAME,
        LimitKind::Uri => SIMDSIP_LIMIT_URI,
        LimitKind::MimeDepth => SIMDSIP_LIMIT_MIME_DEPTH,
        LimitKind::Edits => SIMDSIP_LIMIT_EDITS,
        LimitKind::EditText => SIMDSIP_LIMIT_EDIT_TEXT,
        LimitKind::Elements => SIMDSIP_LIMIT_ELEMENTS,
        LimitKind::SdpLines => SIMDSIP_LIMIT_SDP_LINES,
        LimitKind::SdpMedia => SIMDSIP_LIMIT_SDP_MEDIA,
        LimitKind::SdpIndex => SIMDSIP_LIMIT_SDP_INDEX,
        _ => 0,
    }
}

/// Writes the error unless the caller does not want it, and gives `status`, or that of the struct.
///
/// # Safety
/// `out` is NULL or a `simdsip_error` of the caller's.
#[cold]
pub(crate) unsafe fn fail(status: i32, error: Error, out: *mut simdsip_error) -> i32 {
    if out.is_null() {
        return status;
    }
    // SAFETY: as this function's.
    match unsafe { raw::store(out, simdsip_error::of(error)) } {
        SIMDSIP_OK => status,
        other => other,
    }
}

const NAMES: [&CStr; 46] = [
    c"unknown",
    c"empty",
    c"method",
    c"request-uri",
    c"version",
    c"status-code",
    c"limit",
    c"refused",
    c"content-length",
    c"boundary",
    c"value",
    c"number",
    c"number-range",
    c"token",
    c"quote",
    c"angle",
    c"comment",
    c"address",
    c"scheme",
    c"host",
    c"port",
    c"telephone",
    c"via",
    c"media-type",
    c"date",
    c"auth",
    c"warning",
    c"overlap",
    c"range",
    c"room",
    c"text",
    c"max-forwards",
    c"request",
    c"origin",
    c"connection",
    c"bandwidth",
    c"timing",
    c"media",
    c"rtpmap",
    c"candidate",
    c"fingerprint",
    c"crypto",
    c"extmap",
    c"rid",
    c"simulcast",
    c"precondition",
];

/// The word for a kind of error, never NULL; "unknown" for a number that this library does not know.
#[unsafe(no_mangle)]
pub extern "C" fn simdsip_error_name(kind: u32) -> *const c_char {
    let name = usize::try_from(kind).ok().and_then(|kind| NAMES.get(kind).copied());
    name.unwrap_or(c"unknown").as_ptr()
}
