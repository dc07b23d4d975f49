//! When two URIs are equivalent.
//!
//! SIP and SIPS by RFC 3261 §19.1.4, telephone numbers by RFC 3966 §4, URNs by RFC 8141 §3.1, others by their bytes.
//! Allocates nothing. Parameters that do not stand in the same order are looked up in each other, no more than
//! [`PARAMS`] of them, so that the time is linear in the bytes whatever they are.

use super::escape::{Case, Unit};
use super::scheme::Kind;
use super::tel::is_visual_separator;
use super::{Escaped, Host, Uri, UriParam, UriParams, fold};

/// As many parameters, and as many headers, are compared: the `parameters` of the house's limits.
const PARAMS: usize = 64;

impl Uri<'_> {
    /// Whether both URIs are equivalent. Reflexive and symmetric, but *not* transitive: with
    /// `sip:carol@chicago.example` both `…;security=on` and `…;security=off` are equivalent, with one another they are
    /// not.
    ///
    /// - SIP and SIPS (RFC 3261 §19.1.4): the userinfo and the value of `method` are compared case-sensitively, all else in
    ///   any case; IPv6 addresses by value; an escape equals its byte unless that is reserved, and in a host never. An
    ///   explicit default port is not an absent one. `user`, `ttl`, `method`, `maddr` and `transport` must be in both
    ///   or in none; any other parameter counts only where both have it. Headers must be in both, in whatever order,
    ///   with those of one name in the same order; their values are compared as text.
    /// - `tel` (RFC 3966 §4): in any case, without visual separators; parameters in both, in whatever order.
    /// - `urn` (RFC 8141 §3.1): scheme and namespace in any case, the rest case-sensitive but for escapes; `urn:service`
    ///   (RFC 5031 §4) and `urn:uuid` (RFC 9562 §4) in any case. What follows `?+`, `?=` or `#` does not count.
    /// - Others: the scheme in any case, the rest byte by byte.
    ///
    /// Repeated parameters whose values differ, which no URI may have, and more than 64 parameters are equivalent only
    /// where all stand in the same order; more than 64 headers only where they are the same text.
    ///
    /// Each byte is looked at a few times for each of at most 64 parameters or headers, so that time is linear in the
    /// bytes; a usual pair takes tens of nanoseconds.
    ///
    /// ```
    /// use simdsip::Uri;
    /// fn equivalent(a: &[u8], b: &[u8]) -> Result<bool, simdsip::Error> {
    ///     Ok(Uri::parse(a)?.equivalent(&Uri::parse(b)?))
    /// }
    /// assert!(equivalent(b"sip:%61lice@atlanta.com;transport=TCP", b"sip:alice@AtLanTa.CoM;Transport=tcp")?);
    /// assert!(!equivalent(b"sip:bob@biloxi.com", b"sip:bob@biloxi.com:5060")?);
    /// assert!(equivalent(b"tel:+1-201-555-0123", b"tel:+12015550123")?);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn equivalent(&self, other: &Uri<'_>) -> bool {
        if self.kind != other.kind {
            return false;
        }
        if self.span.bytes() == other.span.bytes() {
            return true;
        }
        match self.kind {
            Kind::Sip | Kind::Sips => sip(self, other),
            Kind::Tel => tel(self, other),
            Kind::Urn => {
                let (ours, theirs) = (Urn::of(self.rest().bytes()), Urn::of(other.rest().bytes()));
                ours.bytes().eq(theirs.bytes())
            }
            Kind::Other => {
                self.rest().bytes() == other.rest().bytes()
                    && self.scheme_span().bytes().eq_ignore_ascii_case(other.scheme_span().bytes())
            }
        }
    }

    /// The port's digits without leading zeros.
    #[inline]
    pub(super) fn port_digits(&self) -> Option<&[u8]> {
        let mut digits = self.port_span()?.bytes();
        while let [b'0', rest @ ..] = digits
            && !rest.is_empty()
        {
            digits = rest;
        }
        Some(digits)
    }
}

#[inline]
fn sip(a: &Uri<'_>, b: &Uri<'_>) -> bool {
    hostport(a, b) && userinfo(a, b) && params(a, b) && headers(a, b)
}

#[inline]
fn hostport(a: &Uri<'_>, b: &Uri<'_>) -> bool {
    let (ours, theirs) = (a.span.from(a.host).to(a.params), b.span.from(b.host).to(b.params));
    fold::equal(ours.bytes(), theirs.bytes())
        || (Host::located(a.host_span()).equals(&Host::located(b.host_span()))
            && a.port_digits() == b.port_digits())
}

#[inline]
fn userinfo(a: &Uri<'_>, b: &Uri<'_>) -> bool {
    a.rest().to(a.host).bytes() == b.rest().to(b.host).bytes()
        || (both(a.user(), b.user(), |a, b| a.equals(b, Case::Sensitive))
            && both(a.password(), b.password(), |a, b| a.equals(b, Case::Sensitive)))
}

/// Whether both are absent, or equal.
#[inline]
fn both<'a, 'b>(
    a: Option<Escaped<'a>>,
    b: Option<Escaped<'b>>,
    equal: impl FnOnce(&Escaped<'a>, &Escaped<'b>) -> bool,
) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => equal(&a, &b),
        _ => false,
    }
}

#[inline]
fn params(a: &Uri<'_>, b: &Uri<'_>) -> bool {
    // Most often they stand in the same order.
    let (ours, theirs) = (a.params_span().bytes(), b.params_span().bytes());
    if fold::equal(ours, theirs) && (ours == theirs || !a.params().any(|param| param.is(b"method"))) {
        return true;
    }
    let (mut ours, mut theirs) = (a.params(), b.params());
    loop {
        let (left, right) = (ours.clone(), theirs.clone());
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (Some(x), Some(y)) if x.name().equals(&y.name(), Case::Ignored) && same_value(&x, &y) => {}
            _ => return agree(left, &b.params()) && agree(right, &a.params()),
        }
    }
}

/// Whether each of `some` is that of `all`, or one that may be missing there.
fn agree(some: UriParams<'_>, all: &UriParams<'_>) -> bool {
    for (at, ours) in some.enumerate() {
        let same = |theirs: &UriParam<'_>| ours.name().equals(&theirs.name(), Case::Ignored);
        let agrees = match all.clone().take(PARAMS).find(same) {
            Some(theirs) => same_value(&ours, &theirs),
            None => may_be_missing(&ours),
        };
        if at >= PARAMS || !agrees {
            return false;
        }
    }
    true
}

#[inline]
fn may_be_missing(param: &UriParam<'_>) -> bool {
    let names: [&[u8]; 5] = [b"transport", b"user", b"ttl", b"method", b"maddr"];
    !names.iter().any(|name| param.is(name))
}

/// Whether parameters of one name have the same value.
#[inline]
fn same_value(a: &UriParam<'_>, b: &UriParam<'_>) -> bool {
    both(a.value(), b.value(), |ours, theirs| {
        if ours.equals(theirs, Case::Ignored) {
            !a.is(b"method") || ours.equals(theirs, Case::Sensitive)
        } else {
            a.is(b"maddr") && Host::located(ours.span()).equals(&Host::located(theirs.span()))
        }
    })
}

#[inline]
fn headers(a: &Uri<'_>, b: &Uri<'_>) -> bool {
    match (a.has_headers(), b.has_headers()) {
        (false, false) => true,
        (true, true) => {
            a.headers_span().bytes() == b.headers_span().bytes()
                || all_in_both(a.headers(), b.headers(), |_, a, b| a.equals(b, Case::Ignored))
        }
        _ => false,
    }
}

/// Whether `a` and `b` are the same but for the order of different names, and no more than are compared.
fn all_in_both<'a, 'b>(
    a: impl Iterator<Item = UriParam<'a>> + Clone,
    b: impl Iterator<Item = UriParam<'b>> + Clone,
    equal: impl Fn(&UriParam<'a>, &Escaped<'a>, &Escaped<'b>) -> bool,
) -> bool {
    let most = PARAMS.saturating_add(1);
    let (a, b) = (a.take(most), b.take(most));
    let count = a.clone().count();
    if count > PARAMS || count != b.clone().count() {
        return false;
    }
    // As many of each name, hence no name in `b` alone.
    a.clone().all(|first| {
        let mut theirs = b.clone().filter(|theirs| first.name().equals(&theirs.name(), Case::Ignored));
        let mut ours = a.clone().filter(|ours| first.name().equals(&ours.name(), Case::Ignored));
        ours.all(|ours| {
            theirs.next().is_some_and(|theirs| both(ours.value(), theirs.value(), |a, b| equal(&ours, a, b)))
        }) && theirs.next().is_none()
    })
}

fn tel(a: &Uri<'_>, b: &Uri<'_>) -> bool {
    both(a.number(), b.number(), digits_equal)
        && all_in_both(a.params(), b.params(), |param, a, b| {
            let is_number = param.is(b"ext")
                || (param.is(b"phone-context")
                    && a.span().first() == Some(b'+')
                    && b.span().first() == Some(b'+'));
            a.equals(b, Case::Ignored) || (is_number && digits_equal(a, b))
        })
}

/// Whether both are the same number, visual separators aside.
fn digits_equal(a: &Escaped<'_>, b: &Escaped<'_>) -> bool {
    digits(a).eq(digits(b))
}

/// The units of a number that count.
pub(super) fn digits<'b>(number: &Escaped<'b>) -> impl Iterator<Item = Unit> + use<'b> {
    let counts = |unit: &Unit| !matches!(unit, Unit::Byte(byte) if is_visual_separator(*byte));
    number.units(Case::Ignored).filter(counts)
}

/// The parts of a URN that count.
pub(super) struct Urn<'b> {
    namespace: &'b [u8],
    specific: &'b [u8],
    case: Case,
}

impl<'b> Urn<'b> {
    pub(super) fn of(rest: &'b [u8]) -> Urn<'b> {
        let assigned = rest
            .iter()
            .enumerate()
            .position(|(at, &byte)| match byte {
                b'#' => true,
                b'?' => matches!(rest.get(at.saturating_add(1)), Some(b'+' | b'=')),
                _ => false,
            })
            .unwrap_or(rest.len());
        let (assigned, _) = rest.split_at_checked(assigned).unwrap_or((rest, &[]));
        let colon = assigned.iter().position(|&byte| byte == b':').unwrap_or(assigned.len());
        let (namespace, specific) = assigned.split_at_checked(colon).unwrap_or((assigned, &[]));
        let any_case = [&b"service"[..], b"uuid"].iter().any(|name| namespace.eq_ignore_ascii_case(name));
        Urn { namespace, specific, case: if any_case { Case::Ignored } else { Case::Sensitive } }
    }

    /// The bytes, those whose case does not count in lower case.
    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> + use<'b> {
        let case = self.case;
        // How many digits of an escape may still come.
        let mut escape = 0u8;
        let specific = self.specific.iter().map(move |&byte| {
            let in_escape = escape > 0 && byte.is_ascii_hexdigit();
            escape = match byte {
                b'%' => 2,
                _ if in_escape => escape.saturating_sub(1),
                _ => 0,
            };
            if in_escape || case == Case::Ignored { byte.to_ascii_lowercase() } else { byte }
        });
        self.namespace.iter().map(u8::to_ascii_lowercase).chain(specific)
    }
}
