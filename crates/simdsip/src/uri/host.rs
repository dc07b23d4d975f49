//! Hosts: a name, an IPv4 address, or an IPv6 address.
//!
//! Does not resolve names, and does not decode escapes, which a host may not have (RFC 3261 §19.1.2). IPv4 addresses with
//! leading zeros are names, for they are read as octal by some. The three colons that RFC 3261's grammar puts before an
//! IPv4 address within an IPv6 one are two (RFC 5118 §4.10). Zone identifiers are tolerated.
//! Grammar: RFC 3261 §25.1, `host`; RFC 5954 §4.1.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::fold;
use crate::error::{Error, ErrorKind};
use crate::scan::window::{matches_far, range_far};
use crate::text::{Span, write_lossy};

/// A host (RFC 3261 §25.1).
///
/// ```
/// use simdsip::{HostKind, Uri};
/// let uri = Uri::parse(b"sip:alice@[2001:db8::10]:5070")?;
/// let host = uri.host().unwrap();
/// assert_eq!(host.raw(), b"[2001:db8::10]");
/// assert_eq!(host.kind(), HostKind::V6("2001:db8::10".parse().unwrap()));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Host<'b> {
    span: Span<'b>,
}

/// What a [`Host`] is.
///
/// ```
/// use simdsip::{Host, HostKind, Span};
/// assert_eq!(Host::read(Span::new(b"example.com")?)?.kind(), HostKind::Name);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostKind {
    /// A name, or whatever stands in its place.
    Name,
    /// An IPv4 address of four decimal numbers without leading zeros.
    V4(Ipv4Addr),
    /// An IPv6 address.
    V6(Ipv6Addr),
}

impl<'b> Host<'b> {
    /// Reads all of `span` as a host. An IPv6 address may stand in brackets or not (RFC 5118 §4.5); in a URI it must.
    ///
    /// # Errors
    /// `Host` where there is nothing, or a bracket or colon but no IPv6 address.
    ///
    /// ```
    /// use simdsip::{Host, HostKind, Span};
    /// let (bare, wrong) = (Span::new(b"2001:db8::9:255")?, Span::new(b"[2001:db8]")?);
    /// assert!(matches!(Host::read(bare)?.kind(), HostKind::V6(_)));
    /// assert!(Host::read(wrong).is_err());
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    pub fn read(span: Span<'b>) -> Result<Host<'b>, Error> {
        let host = Host { span };
        match span.first() {
            None => Err(span.error(ErrorKind::Host)),
            Some(b'[') if is_usual_v6(span.between(span.start().saturating_add(1), span.end())) => Ok(host),
            Some(_) if host.may_be_v6() && host.v6().is_none() => Err(span.error(ErrorKind::Host)),
            Some(_) => Ok(host),
        }
    }

    /// A host that `read` took.
    #[inline]
    pub(super) fn located(span: Span<'b>) -> Host<'b> {
        Host { span }
    }

    /// Where it stands, brackets included.
    ///
    /// ```
    /// use simdsip::{Host, Span};
    /// assert_eq!(Host::read(Span::new(b"[::1]")?)?.span().range(), 0..5);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span<'b> {
        self.span
    }

    /// The bytes as on the wire, brackets included.
    ///
    /// ```
    /// use simdsip::{Host, Span};
    /// assert_eq!(Host::read(Span::new(b"[::1]")?)?.raw(), b"[::1]");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn raw(&self) -> &'b [u8] {
        self.span.bytes()
    }

    /// What it is.
    ///
    /// ```
    /// use simdsip::{Host, HostKind, Span};
    /// let kind = |text: &'static [u8]| Host::read(Span::new(text)?).map(|host| host.kind());
    /// assert_eq!(kind(b"192.0.2.4")?, HostKind::V4([192, 0, 2, 4].into()));
    /// assert_eq!(kind(b"192.0.2.04")?, HostKind::Name);
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn kind(&self) -> HostKind {
        if self.span.first().is_some_and(|first| first.is_ascii_digit())
            && let Some(v4) = text(self.raw()).and_then(|text| text.parse().ok())
        {
            return HostKind::V4(v4);
        }
        match self.may_be_v6().then(|| self.v6()).flatten() {
            Some(v6) => HostKind::V6(v6),
            None => HostKind::Name,
        }
    }

    /// The zone identifier of an IPv6 address, which no SIP URI should have: what stands behind the `%`.
    ///
    /// ```
    /// use simdsip::{Host, Span};
    /// assert_eq!(Host::read(Span::new(b"[fe80::1%eth0]")?)?.zone().unwrap().bytes(), b"eth0");
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn zone(&self) -> Option<Span<'b>> {
        let inner = self.may_be_v6().then(|| self.without_brackets()).flatten()?;
        let percent = inner.find([b'%']);
        (percent < inner.end()).then(|| inner.after(percent))
    }

    /// Whether both are the same host: names in any case, IPv6 addresses by value (RFC 3261 §19.1.4).
    #[inline]
    pub(super) fn equals(&self, other: &Host<'_>) -> bool {
        if fold::equal(self.raw(), other.raw()) {
            return true;
        }
        self.may_be_v6()
            && other.may_be_v6()
            && self.v6().is_some_and(|ours| Some(ours) == other.v6())
            && match (self.zone(), other.zone()) {
                (None, None) => true,
                (Some(ours), Some(theirs)) => ours.bytes().eq_ignore_ascii_case(theirs.bytes()),
                _ => false,
            }
    }

    #[inline]
    fn may_be_v6(&self) -> bool {
        self.span.first() == Some(b'[') || self.raw().contains(&b':')
    }

    fn without_brackets(&self) -> Option<Span<'b>> {
        match self.span.strip(b'[') {
            None => Some(self.span),
            Some(_) if self.span.last() != Some(b']') => None,
            Some(open) => Some(open.to(open.end().saturating_sub(1))),
        }
    }

    fn v6(&self) -> Option<Ipv6Addr> {
        let inner = self.without_brackets()?;
        let address = inner.to(inner.find([b'%'])).bytes();
        let parsed: Option<Ipv6Addr> = text(address).and_then(|text| text.parse().ok());
        parsed.or_else(|| without_third_colon(address))
    }
}

/// An IPv6 address with three colons before an IPv4 address, as two.
fn without_third_colon(address: &[u8]) -> Option<Ipv6Addr> {
    let colons = address.windows(3).position(|three| three == b":::")?;
    let (head, tail) = (address.get(..colons)?, address.get(colons.checked_add(1)?..)?);
    if !tail.contains(&b'.') {
        return None;
    }
    // The longest text of an IPv6 address has 45 bytes.
    let mut buffer = [0u8; 48];
    let len = head.len().checked_add(tail.len())?;
    let joined = buffer.get_mut(..len)?;
    for (place, byte) in joined.iter_mut().zip(head.iter().chain(tail)) {
        *place = *byte;
    }
    text(joined)?.parse().ok()
}

/// Whether `behind` is an IPv6 address as nearly all are written, and a bracket: groups of one to four hexadecimal
/// digits, and one pair of colons at most. `false` may yet be one: with an IPv4 address at its end, or a zone.
#[inline]
fn is_usual_v6(behind: Span<'_>) -> bool {
    let len = (behind.len() as u32).saturating_sub(1);
    let (Some(window), true) = (behind.far(), behind.last() == Some(b']') && (2..u64::BITS).contains(&len))
    else {
        return false;
    };
    let end = 1u64.wrapping_shl(len);
    let within = end.wrapping_sub(1);
    let colons = matches_far(window, [b':']) & within;
    let digits =
        range_far(window, b'0', b'9') | range_far(window, b'a', b'f') | range_far(window, b'A', b'F');
    let digits = digits & within;
    let groups = (digits & !(digits << 1)).count_ones();
    let long = digits & digits >> 1 & digits >> 2 & digits >> 3 & digits >> 4;
    // The first colon of each pair, and those at either end.
    let pairs = colons & colons >> 1;
    let edges = colons & (1 | end >> 1);
    let groups_fit = match pairs.count_ones() {
        0 => groups == 8 && edges == 0,
        1 => groups <= 7 && edges & !(pairs | pairs << 1) == 0,
        _ => false,
    };
    colons | digits == within && long == 0 && groups_fit
}

fn text(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(bytes).ok()
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lossy(self.raw(), f)
    }
}

impl fmt::Debug for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.span.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_usual_ipv6_address_is_one(groups in "\\[[0-9a-fA-F:]{0,12}(:|::|[0-9a-f]{1,5}|:1:2:3){0,9}\\]") {
            let text = [groups.as_bytes(), &[b'_'; 64]].concat();
            let span = Span::within(&text, 0..groups.len());
            let inner = groups.trim_start_matches('[').trim_end_matches(']');
            let parsed = inner.parse::<Ipv6Addr>().is_ok();
            prop_assert_eq!(is_usual_v6(span.after(0)), parsed, "{}", groups);
        }
    }
}
