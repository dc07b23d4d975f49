//! Where the parts of a URI stand.
//!
//! Of a usual URI all delimiters are found at once; any other takes a look for each. All that is unusual about a host is
//! told apart in `unusual`.
//! Grammar: RFC 3261 §25.1, `SIP-URI`; RFC 3966 §3, `telephone-uri`.

use super::scheme::{self, Kind};
use super::{Host, Uri};
use crate::error::{Error, ErrorKind};
use crate::scan::window::{FAR, matches_far, range_far};
use crate::text::Span;

/// Stands for the end, where a stop is expected: no stop has this value.
const END: u8 = 0;

/// Reads `span`, white space around it left out.
#[inline(always)]
pub(super) fn read(span: Span<'_>) -> Result<Uri<'_>, Error> {
    Ok(match usual(span) {
        Some(uri) => uri,
        None => any(span.apart())?,
    })
}

/// What nearly all look like: a SIP or SIPS URI, shorter than two windows, with a user that holds no delimiter, and a
/// host without brackets. `None` for all else, and for what is malformed.
#[inline(always)]
fn usual(span: Span<'_>) -> Option<Uri<'_>> {
    let (kind, behind) = scheme::sip(span.bytes())?;
    let len = behind.len() as u32;
    if behind.last().is_none_or(|last| *last <= b' ') || len >= u64::BITS {
        return None;
    }
    let rest = span.end().wrapping_sub(len);
    let window = span.input::<FAR>(rest)?;
    // All of `:;<=>?@`; the end is a stop too, so that none is behind it.
    let end = 1u64.wrapping_shl(len);
    let first_of = |marks: u64| (marks & end.wrapping_sub(1) | end).trailing_zeros();
    let mut stops = range_far(window, b':', b'@') & end.wrapping_sub(1) | end;
    let mut next = || {
        let at = stops.trailing_zeros();
        stops &= stops.wrapping_sub(1);
        (at, window.get(at as usize).copied().filter(|_| at != len).unwrap_or(END))
    };
    let (mut user_end, mut host) = (0, 0);
    let (mut host_end, mut stop) = next();
    if stop == b'@' {
        (user_end, host) = (host_end, host_end.wrapping_add(1));
        (host_end, stop) = next();
    }
    let mut params = host_end;
    if stop == b':' {
        (params, stop) = next();
    }
    let headers = match stop {
        END => len,
        // Without an `@` before it there may be one behind.
        b';' | b'?' if host != 0 || first_of(matches_far(window, [b'@'])) == len => {
            first_of(matches_far(window, [b'?']))
        }
        _ => return None,
    };
    if host == host_end || window.get(host as usize) == Some(&b'[') {
        return None;
    }
    let [user_end, host, host_end, params, headers] =
        [user_end, host, host_end, params, headers].map(|at| rest.wrapping_add(at));
    Some(Uri { span, rest, user_end, host, host_end, params, headers, kind })
}

/// The same for whatever stands there.
#[inline(never)]
fn any(span: Span<'_>) -> Result<Uri<'_>, Error> {
    let span = span.trim();
    let (kind, len) = scheme::of(span)?;
    let rest = span.start().saturating_add(len);
    match kind {
        Kind::Sip | Kind::Sips => sip(span, kind, rest),
        Kind::Tel => telephone(span, rest),
        Kind::Urn | Kind::Other => {
            let end = span.end();
            Ok(Uri { span, rest, user_end: end, host: end, host_end: end, params: end, headers: end, kind })
        }
    }
}

/// A SIP URI, with a look for each delimiter.
#[inline]
fn sip(span: Span<'_>, kind: Kind, rest: u32) -> Result<Uri<'_>, Error> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_usual_ones_are_read_as_any_is(
            (text, range) in crate::text::values(&["sip:a@b.example:5060;lr", "sips:b.example?x=y", "sip:+1@1.2.3.4"]),
        ) {
            let parts = |uri: Uri<'_>| {
                (uri.span.range(), uri.rest, uri.user_end, uri.host, uri.host_end, uri.params, uri.headers)
            };
            let value = Span::within(&text, range);
            if let Some(usual) = usual(value) {
                prop_assert_eq!(parts(usual), parts(super::any(value).unwrap()));
            }
        }
    }
}
