//! RFC 3339 text of packet times. Years 1677 to 2262, which is what 64 bits of nanoseconds hold.

const NANOS: i64 = 1_000_000_000;
const DAY: i64 = 86_400;

/// Appends `2026-11-20T07:13:11.931498000Z`.
pub fn rfc3339(time: i64, out: &mut Vec<u8>) {
    let (seconds, nanos) = (time.div_euclid(NANOS), time.rem_euclid(NANOS));
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let parts = [
        (year, 4, b'-'),
        (month, 2, b'-'),
        (day, 2, b'T'),
        (second / 3600, 2, b':'),
        (second / 60 % 60, 2, b':'),
        (second % 60, 2, b'.'),
        (nanos, 9, b'Z'),
    ];
    for (number, digits, end) in parts {
        padded(number, digits, out);
        out.push(end);
    }
}

fn padded(mut number: i64, digits: usize, out: &mut Vec<u8>) {
    let mut text = [b'0'; 9];
    for slot in text.iter_mut().take(digits).rev() {
        *slot = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    out.extend_from_slice(text.get(..digits).unwrap_or(&text));
}

/// Gregorian date of a day counted from 1970-01-01. Years are counted from March, in eras of 400 years,
/// so that the leap day is a year's last.
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let in_era = day.rem_euclid(146_097);
    let year = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let month = (5 * in_year + 2) / 153;
    let date = in_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(time: i64) -> String {
        let mut out = Vec::new();
        rfc3339(time, &mut out);
        String::from_utf8(out).unwrap()
    }

    /// Expected values by `date -u -d @SECONDS`.
    #[test]
    fn known_times() {
        for (time, expected) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (951_782_399_000_000_000, "2000-02-28T23:59:59.000000000Z"),
            (951_868_800_000_000_000, "2000-03-01T00:00:00.000000000Z"),
            (1_795_158_918_540_146_000, "2026-11-20T07:15:18.540146000Z"),
            (4_107_542_400_000_000_001, "2100-03-01T00:00:00.000000001Z"),
            (i64::MAX, "2262-04-11T23:47:16.854775807Z"),
            (i64::MIN, "1677-09-21T00:12:43.145224192Z"),
        ] {
            assert_eq!(text(time), expected);
        }
    }
}
