//! Where the parts of a URI stand.
//!
//! Of a URI that fills one window, and no more than two, all delimiters are found at once; a shorter or longer one takes
//! a look for each. All that is unusual about a host is told apart in `unusual`.
//! Grammar: RFC 3261 §25.1, `SIP-URI`; RFC 3966 §3, `telephone-uri`.

use super::scheme::{self, Kind};
use super::{Host, Uri};
use crate::error::{Error, ErrorKind};
use crate::scan::window::{WINDOW, matches};
use crate::text::Span;

/// Reads `span`, which has no white space around it.
#[inline]
pub(super) fn read(span: Span<'_>) -> Result<Uri<'_>, Error> {
    let (kind, len) = scheme::of(span)?;
    let rest = (span.at() as u32).saturating_add(len);
    match kind {
        Kind::Sip | Kind::Sips => sip(span, kind, rest),
        Kind::Tel => telephone(span, rest),
        Kind::Urn | Kind::Other => {
            let end = span.end();
            Ok(Uri { span, rest, user_end: end, host: end, host_end: end, params: end, headers: end, kind })
        }
    }
}

#[inline]
fn sip(span: Span<'_>, kind: Kind, rest: u32) -> Result<Uri<'_>, Error> {
    let behind = span.from(rest).bytes();
    let Some(marks) = Marks::of(behind) else { return by_finding(span, kind, rest) };
    let len = behind.len() as u32;
    let offset = |mask: u64| rest.wrapping_add(mask.trailing_zeros().min(len));
    let (mut user_end, mut host, mut behind_at) = (rest, rest, u64::MAX);
    if marks.at != 0 {
        user_end = offset(marks.at | marks.colon);
        host = offset(marks.at).wrapping_add(1);
        behind_at = !(marks.at ^ marks.at.wrapping_sub(1));
    }
    let mut stops = (marks.at | marks.colon | marks.semicolon | marks.question) & behind_at;
    let host_end = offset(stops);
    let mut params = host_end;
    if marks.colon & lowest(stops) != 0 {
        stops &= stops.wrapping_sub(1);
        params = offset(stops);
    }
    let first = behind.get(host.wrapping_sub(rest) as usize);
    if host == host_end || first == Some(&b'[') || (marks.at | marks.colon) & lowest(stops) != 0 {
        return unusual(span, kind, rest, user_end, host);
    }
    let headers = offset(marks.question & behind_at);
    Ok(Uri { span, rest, user_end, host, host_end, params, headers, kind })
}

/// The lowest bit of `mask`.
#[inline]
fn lowest(mask: u64) -> u64 {
    mask & mask.wrapping_neg()
}

/// Where delimiters stand in two windows, which may overlap: one bit a byte.
struct Marks {
    at: u64,
    colon: u64,
    semicolon: u64,
    question: u64,
}

impl Marks {
    /// `None` for less than 32 bytes, or more than 64.
    #[inline]
    fn of(bytes: &[u8]) -> Option<Marks> {
        let (low, high) = (bytes.first_chunk::<WINDOW>()?, bytes.last_chunk::<WINDOW>()?);
        let shift = bytes.len().wrapping_sub(WINDOW) as u32;
        if shift > WINDOW as u32 {
            return None;
        }
        let marks = |byte| {
            let high = u64::from(matches(high, [byte])).wrapping_shl(shift);
            u64::from(matches(low, [byte])) | high
        };
        Some(Marks { at: marks(b'@'), colon: marks(b':'), semicolon: marks(b';'), question: marks(b'?') })
    }
}

/// The same with a look for each delimiter, whatever the length.
#[inline]
fn by_finding(span: Span<'_>, kind: Kind, rest: u32) -> Result<Uri<'_>, Error> {
    let behind = span.from(rest);
    let mut user_end = behind.find([b'@', b':']);
    let at = match span.byte(user_end) {
        Some(b':') => span.from(user_end).find([b'@']),
        _ => user_end,
    };
    let mut host = rest;
    if at == span.end() {
        user_end = rest;
    } else {
        host = at.saturating_add(1);
    }
    let hostport = span.from(host);
    let host_end = hostport.find([b':', b';', b'?', b'@']);
    let mut params = host_end;
    let mut stop = span.byte(host_end);
    if stop == Some(b':') {
        params = span.after(host_end).find([b';', b'?', b'@', b':']);
        stop = span.byte(params);
    }
    if host == host_end || hostport.first() == Some(b'[') || matches!(stop, Some(b'@' | b':')) {
        return unusual(span, kind, rest, user_end, host);
    }
    let headers = headers(span, params, stop);
    Ok(Uri { span, rest, user_end, host, host_end, params, headers, kind })
}

/// Where the headers begin, behind the parameters that begin at `params`.
#[inline]
fn headers(span: Span<'_>, params: u32, first: Option<u8>) -> u32 {
    match first {
        Some(b';') => span.from(params).find([b'?']),
        _ => params,
    }
}

/// A host in brackets, more than one `@` or colon, or no host: the same rules, step by step.
#[inline(never)]
fn unusual(span: Span<'_>, kind: Kind, rest: u32, user_end: u32, host: u32) -> Result<Uri<'_>, Error> {
    let params = span.from(host).find([b';', b'?']);
    let (first_host, mut host, mut user_end) = (host, host, user_end);
    let mut hostport = span.from(host).to(params);
    loop {
        let at = hostport.find([b'@']);
        if at == hostport.end() {
            break;
        }
        host = at.saturating_add(1);
        hostport = span.from(host).to(params);
    }
    // Once, behind the loop: any number of `@` may stand before the last.
    if host != first_host {
        user_end = span.from(rest).to(host.saturating_sub(1)).find([b':']);
    }
    let host_end = match hostport.first() {
        Some(b'[') => hostport.find([b']']).saturating_add(1).min(params),
        _ => hostport.find([b':']),
    };
    let port = hostport.from(host_end);
    let misplaced = match port.first() {
        None => false,
        Some(b':') => port.after(host_end).find([b':']) != params,
        Some(_) => true,
    };
    if misplaced {
        return Err(hostport.error(ErrorKind::Host));
    }
    Host::read(hostport.to(host_end))?;
    let headers = headers(span, params, span.byte(params));
    Ok(Uri { span, rest, user_end, host, host_end, params, headers, kind })
}

#[inline]
fn telephone(span: Span<'_>, rest: u32) -> Result<Uri<'_>, Error> {
    let number_end = span.from(rest).find([b';']);
    if number_end == rest {
        return Err(Error::new(ErrorKind::Telephone, rest as usize));
    }
    let (host, headers, kind) = (number_end, span.end(), Kind::Tel);
    Ok(Uri { span, rest, user_end: host, host, host_end: host, params: number_end, headers, kind })
}
