//! Which rows are wanted: the filters of the command and of the Python package.
//!
//! A row is kept if all that is asked for holds. Times are packet times.

use crate::call::Call;
use crate::packet::Endpoint;
use crate::registration::Registration;
use crate::table::Row;
use crate::transaction::Transaction;
use simdsip::HeaderName;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// What is asked for; what is `None` is not.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Filter {
    /// Not before this time, nanoseconds since 1970.
    pub since: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
    /// Call-ID, byte for byte.
    pub call_id: Option<Vec<u8>>,
    /// Method of a request, and of CSeq in a response.
    pub method: Option<Vec<u8>>,
    /// Status codes.
    pub status: Option<Statuses>,
    /// Where it came from.
    pub src: Option<Net>,
    /// Where it went to.
    pub dst: Option<Net>,
    /// User of Request-URI, From or To, or of the credentials.
    pub user: Option<Vec<u8>>,
    /// Code of a defect that it has.
    pub defect: Option<String>,
}

impl Filter {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { since, until, call_id, method, status, src, dst, user, defect } = self;
        since.is_none()
            && until.is_none()
            && call_id.is_none()
            && method.is_none()
            && status.is_none()
            && src.is_none()
            && dst.is_none()
            && user.is_none()
            && defect.is_none()
    }

    /// Whether a message is wanted.
    #[must_use]
    pub fn keeps(&self, row: &Row<'_>) -> bool {
        let message = row.message().ok();
        self.keeps_time(row.time().unwrap_or_default())
            && self.keeps_ends(row.source(), row.dest())
            && self.call_id.as_deref().is_none_or(|wanted| {
                message
                    .and_then(|message| message.field(HeaderName::CallId))
                    .is_some_and(|id| id.value() == wanted)
            })
            && self.method.as_deref().is_none_or(|wanted| {
                let own = message.and_then(|message| message.method()).map(|method| method.as_bytes());
                let of = || {
                    message
                        .and_then(|message| message.cseq().ok().flatten())
                        .map(|cseq| cseq.method().as_bytes())
                };
                own.or_else(of) == Some(wanted)
            })
            && self.status.as_ref().is_none_or(|wanted| {
                message
                    .and_then(|message| message.status().ok().flatten())
                    .is_some_and(|status| wanted.has(status))
            })
            && self.user.as_deref().is_none_or(|wanted| row.has_user(wanted))
            && self.defect.as_deref().is_none_or(|wanted| row.defects().any(|defect| defect.code == wanted))
    }

    /// Whether a call is wanted. `status` is its final one; `method` and `defect` are of messages and are not looked at.
    #[must_use]
    pub fn keeps_call(&self, call: &Call) -> bool {
        let (src, dst) = call.ends();
        let (caller, callee) = call.users();
        self.keeps_time(call.start())
            && self.keeps_ends(src, dst)
            && self.call_id.as_deref().is_none_or(|wanted| call.call_id() == wanted)
            && self.keeps_status(call.final_status())
            && self
                .user
                .as_deref()
                .is_none_or(|wanted| caller == wanted || callee == wanted || call.auth_user() == Some(wanted))
    }

    /// Whether an attempt to register is wanted; `user` is that of the credentials or of the address of record.
    #[must_use]
    pub fn keeps_registration(&self, one: &Registration) -> bool {
        self.keeps_time(one.ts)
            && self.keeps_ends(one.src, one.dst)
            && self.call_id.as_deref().is_none_or(|wanted| one.call_id == wanted)
            && self.keeps_status(one.status)
            && self.user.as_deref().is_none_or(|wanted| {
                let uri = simdsip::Uri::parse(&one.aor).ok();
                let user = uri.as_ref().and_then(|uri| uri.user()).map(|user| user.raw());
                one.auth_user.as_deref() == Some(wanted) || user == Some(wanted)
            })
    }

    /// Whether a transaction is wanted.
    #[must_use]
    pub fn keeps_transaction(&self, one: &Transaction) -> bool {
        self.keeps_time(one.ts_start)
            && self.keeps_ends(one.src, one.dst)
            && self.call_id.as_deref().is_none_or(|wanted| one.call_id == wanted)
            && self.method.as_deref().is_none_or(|wanted| one.method == wanted)
            && self.keeps_status(one.status)
    }

    fn keeps_time(&self, time: i64) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    fn keeps_ends(&self, source: Endpoint, dest: Endpoint) -> bool {
        self.src.is_none_or(|net| net.has(source)) && self.dst.is_none_or(|net| net.has(dest))
    }

    fn keeps_status(&self, status: Option<u16>) -> bool {
        self.status.as_ref().is_none_or(|wanted| status.is_some_and(|status| wanted.has(status)))
    }
}

/// Status codes: `486`, `4xx`, `480-489`, several separated by commas.
///
/// ```
/// let codes: simdsip_capture::Statuses = "486,5xx,600-603".parse()?;
/// assert!(codes.has(503) && codes.has(603) && !codes.has(404));
/// # Ok::<(), simdsip_capture::FilterError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses(Vec<(u16, u16)>);

impl Statuses {
    /// Whether a code is one of them.
    #[must_use]
    pub fn has(&self, code: u16) -> bool {
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&code))
    }
}

impl FromStr for Statuses {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let range = |word: &str| {
            let word = word.trim();
            if let Some(class) = word.strip_suffix("xx").and_then(|class| class.parse::<u16>().ok()) {
                return (1..=6).contains(&class).then(|| (class * 100, class * 100 + 99));
            }
            let (from, to) = word.split_once('-').unwrap_or((word, word));
            let (from, to) = (from.parse::<u16>().ok()?, to.parse::<u16>().ok()?);
            (from <= to && (100..=699).contains(&from) && to <= 699).then_some((from, to))
        };
        let ranges: Option<Vec<_>> = text.split(',').map(range).collect();
        ranges.map(Self).ok_or(FilterError { expected: "status codes such as 486, 4xx or 480-489" })
    }
}

/// Addresses and a port: `192.0.2.1`, `192.0.2.0/24`, `192.0.2.1:5060`, `[2001:db8::1]:5060`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Net {
    addr: IpAddr,
    bits: u8,
    port: Option<u16>,
}

impl Net {
    /// Whether an end of a flow is in it.
    #[must_use]
    pub fn has(&self, end: Endpoint) -> bool {
        let same = match (self.addr, end.addr) {
            (IpAddr::V4(net), IpAddr::V4(addr)) => {
                same(net.to_bits().into(), addr.to_bits().into(), self.bits, 32)
            }
            (IpAddr::V6(net), IpAddr::V6(addr)) => same(net.to_bits(), addr.to_bits(), self.bits, 128),
            _ => false,
        };
        same && self.port.is_none_or(|port| port == end.port)
    }
}

fn same(net: u128, addr: u128, bits: u8, of: u8) -> bool {
    let drop = u32::from(of.saturating_sub(bits));
    drop >= 128 || (net ^ addr) >> drop == 0
}

impl FromStr for Net {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let wrong = FilterError { expected: "an address such as 192.0.2.1, 192.0.2.0/24 or 192.0.2.1:5060" };
        if let Ok(end) = text.parse::<std::net::SocketAddr>() {
            let bits = if end.is_ipv4() { 32 } else { 128 };
            return Ok(Self { addr: end.ip(), bits, port: Some(end.port()) });
        }
        let (addr, bits) = text.split_once('/').map_or((text, None), |(addr, bits)| (addr, Some(bits)));
        let addr: IpAddr = addr.trim_matches(['[', ']']).parse().map_err(|_| wrong)?;
        let all = if addr.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(all), str::parse).map_err(|_| wrong)?;
        if bits > all { Err(wrong) } else { Ok(Self { addr, bits, port: None }) }
    }
}

/// Why a filter cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterError {
    expected: &'static str,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)
    }
}

impl std::error::Error for FilterError {}

/// Nanoseconds since 1970 of `2026-11-20`, `2026-11-20T07:15:18.5Z` (T may be a space, Z an offset such as +01:00; UTC
/// where there is none), or of seconds since 1970 such as `1795158918.5`.
///
/// # Errors
/// Anything else, and what 64 bits of nanoseconds do not hold.
pub fn parse_time(text: &str) -> Result<i64, FilterError> {
    let wrong = FilterError { expected: "a time such as 2026-11-20T07:15:18Z or seconds since 1970" };
    let text = text.trim();
    let nanos = |digits: &str| -> Option<i64> {
        let all = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty();
        let padded: String = digits.chars().chain("000000000".chars()).take(9).collect();
        all.then(|| padded.parse().ok())?
    };
    let seconds = |text: &str| -> Option<i64> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?.checked_add(nanos(fraction)?)
    };
    if !text.get(4..).is_some_and(|rest| rest.starts_with('-')) {
        return seconds(text).ok_or(wrong);
    }
    calendar(text, nanos).ok_or(wrong)
}

fn calendar(text: &str, nanos: impl Fn(&str) -> Option<i64>) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let dashes = text.get(7..8)? == "-";
    if !dashes || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let shifted = if month > 2 { year } else { year - 1 };
    let era = shifted.div_euclid(400);
    let in_era = shifted.rem_euclid(400);
    let in_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719_468;
    let mut time = days.checked_mul(86_400)?;
    let mut fraction = 0;
    if text.len() > 10 {
        let separator = text.get(10..11)?;
        let clock = text.get(11..)?;
        if !matches!(separator, "T" | "t" | " ") {
            return None;
        }
        let zone = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
        let (clock, zone) = clock.split_at_checked(zone)?;
        let (clock, part) = clock.split_once('.').unwrap_or((clock, "0"));
        fraction = nanos(part)?;
        let mut parts = clock.split(':');
        let mut next = |most: i64| match parts.next() {
            None => Some(0),
            Some(part) if part.len() == 2 => {
                part.parse::<i64>().ok().filter(|part| (0..=most).contains(part))
            }
            Some(_) => None,
        };
        let (hour, minute, second) = (next(23)?, next(59)?, next(60)?);
        if parts.next().is_some() {
            return None;
        }
        time += hour * 3600 + minute * 60 + second;
        if let Some(offset) = zone.strip_prefix(['+', '-']) {
            let (hours, minutes) = offset.split_once(':')?;
            let offset = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
            time -= if zone.starts_with('-') { -offset } else { offset };
        }
    }
    time.checked_mul(1_000_000_000)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values by `date -u -d ... +%s`.
    #[test]
    fn times() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2026-11-20T07:15:18Z", 1_795_158_918),
            ("2026-11-20 07:15:18", 1_795_158_918),
            ("2026-11-20T08:15:18+01:00", 1_795_158_918),
            ("2026-11-20T07:15", 1_795_158_900),
            ("1795158918", 1_795_158_918),
        ] {
            assert_eq!(parse_time(text), Ok(seconds * 1_000_000_000), "{text}");
        }
        assert_eq!(parse_time("1795158918.25"), Ok(1_795_158_918_250_000_000));
        assert_eq!(parse_time("2026-11-20T07:15:18.25Z"), Ok(1_795_158_918_250_000_000));
        for wrong in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-1-1",
            "2026-11-20T25:00",
            "99999999999999999999",
            "2026-11-20T07:15:18+1",
        ] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nets() {
        let end = |text: &str| {
            let end: std::net::SocketAddr = text.parse().unwrap();
            Endpoint { addr: end.ip(), port: end.port() }
        };
        let has = |net: &str, of: &str| net.parse::<Net>().unwrap().has(end(of));
        assert!(has("192.0.2.1", "192.0.2.1:5060"));
        assert!(!has("192.0.2.1", "192.0.2.2:5060"));
        assert!(has("192.0.2.0/24", "192.0.2.255:5060"));
        assert!(!has("192.0.2.0/25", "192.0.2.255:5060"));
        assert!(has("0.0.0.0/0", "192.0.2.255:5060") && has("::/0", "[2001:db8::1]:1"));
        assert!(!has("192.0.2.1:5061", "192.0.2.1:5060"));
        assert!(
            has("[2001:db8::1]:5060", "[2001:db8::1]:5060") && has("2001:db8::/32", "[2001:db8::1]:5060")
        );
        assert!("192.0.2.1/33".parse::<Net>().is_err() && "example.com".parse::<Net>().is_err());
    }
}
