//! Cutting values: lists, parameters, quoted strings, dates. RFC 3261 §7.3.1, §20.17, §25.1.

/// Bytes of the quoted string that `value` begins with, both quotes counted.
pub(super) fn quoted_len(value: &[u8]) -> usize {
    let mut at = 1;
    while at < value.len() {
        match value[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    value.len()
}

/// Cuts at each `separator` outside quoted strings and angle brackets; pieces trimmed.
fn cut(value: &[u8], separator: u8) -> Vec<&[u8]> {
    let (mut out, mut start, mut at, mut angle) = (Vec::new(), 0, 0, false);
    while at < value.len() {
        match value[at] {
            b'"' => {
                at += quoted_len(&value[at..]);
                continue;
            }
            b'<' => angle = true,
            b'>' => angle = false,
            byte if byte == separator && !angle => {
                out.push(value[start..at].trim_ascii());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    out.push(value[start..].trim_ascii());
    out
}

/// The elements of a comma list; empty ones mean nothing.
pub(super) fn comma_list(value: &[u8]) -> Vec<&[u8]> {
    cut(value, b',').into_iter().filter(|e| !e.is_empty()).collect()
}

/// What stands before the first separator, and the parameters after it.
pub(super) fn split_params(value: &[u8], separator: u8) -> (&[u8], Vec<&[u8]>) {
    let mut pieces = cut(value, separator).into_iter();
    let first = pieces.next().unwrap_or_default();
    (first, pieces.filter(|p| !p.is_empty()).collect())
}

/// Before and after the first separator, both trimmed.
pub(super) fn split_first(value: &[u8], separator: u8) -> (&[u8], &[u8]) {
    match value.iter().position(|&b| b == separator) {
        Some(at) => (value[..at].trim_ascii(), value[at + 1..].trim_ascii()),
        None => (value.trim_ascii(), b""),
    }
}

/// A number in decimal digits.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Seconds since 1970 of `Sat, 13 Nov 2010 23:29:00 GMT` (RFC 3261 §20.17), days counted one by one.
pub(super) fn unix_time(value: &[u8]) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = std::str::from_utf8(value).ok()?;
    let words: Vec<&str> = text.split([' ', ',', ':']).filter(|w| !w.is_empty()).collect();
    let [_, day, month, year, hour, minute, second, "GMT"] = words.as_slice() else { return None };
    let month = MONTHS.iter().position(|m| m == month)? as u64;
    let number = |text: &str| decimal(text.as_bytes());
    let year = number(year)?;
    let leap = |y: u64| y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400));
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut days: u64 = (1970..year).map(|y| 365 + u64::from(leap(y))).sum();
    days += lengths.iter().take(month as usize).sum::<u64>() + number(day)?.checked_sub(1)?;
    Some(((days * 24 + number(hour)?) * 60 + number(minute)?) * 60 + number(second)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_not_cut_inside_quotes_or_brackets() {
        let list = comma_list(br#""a, \"b" <sip:x@h;p=1,2>;q=1 , <sip:y@h>,,"#);
        assert_eq!(list, [&br#""a, \"b" <sip:x@h;p=1,2>;q=1"#[..], b"<sip:y@h>"]);
        let (first, params) = split_params(br#"a;b="c;d";e"#, b';');
        assert_eq!((first, params), (&b"a"[..], vec![&br#"b="c;d""#[..], b"e"]));
    }

    #[test]
    fn rfc3261_20_17_date_is_a_number_of_seconds() {
        assert_eq!(unix_time(b"Sat, 13 Nov 2010 23:29:00 GMT"), Some(1_289_690_940));
        assert_eq!(unix_time(b"Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(unix_time(b"Thu, 29 Feb 2024 00:00:01 GMT"), Some(1_709_164_801));
        assert_eq!(unix_time(b"yesterday"), None);
    }
}
