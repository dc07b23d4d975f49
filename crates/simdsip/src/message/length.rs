//! Where the body ends: the one reading of Content-Length, for datagrams and streams.
//!
//! RFC 3261 §18.3, §20.14; RFC 4475 §3.3.9.

use super::head::Head;
use super::index::{Record, Table};
use crate::defect::{DefectCode, StructuralDefects};
use crate::error::{Error, ErrorKind};
use crate::header::HeaderName;
use crate::scan::Kernel;

/// What the Content-Length header fields of a message say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentLength {
    /// There is none.
    Missing,
    /// One, or several that agree. Values beyond `u64` are `u64::MAX`: longer than any body.
    Bytes(u64),
    /// A value that is no number.
    Invalid,
    /// Two values that differ.
    Conflict,
}

/// A decimal number, or `None` for anything else. What exceeds `u64` is `u64::MAX`.
pub(crate) fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let mut value = 0u64;
    for &byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.saturating_mul(10).saturating_add(digit.into());
    }
    Some(value)
}

/// [`decimal`] of the value of `record`. One to four digits, as nearly all are, are read without a loop to leave.
#[inline]
fn decimal_value(bytes: &[u8], record: Record) -> Option<u64> {
    let (len, end) = (record.value_len, record.value_range().end);
    if (1..=4).contains(&len)
        && let Some(four) = bytes.get(..end).and_then(|head| head.last_chunk::<4>())
    {
        // What stands before the value becomes zeros.
        let before = 32u32.wrapping_sub((len as u32).wrapping_mul(8));
        let digits = (u32::from_be_bytes(*four) ^ 0x3030_3030).unbounded_shl(before).unbounded_shr(before);
        let [a, b, c, d] = digits.to_be_bytes().map(u64::from);
        let value = a.wrapping_mul(1000).wrapping_add(b.wrapping_mul(100));
        let value = value.wrapping_add(c.wrapping_mul(10)).wrapping_add(d);
        let all = digits.wrapping_add(0x7676_7676) | digits;
        return (all & 0x8080_8080 == 0).then_some(value);
    }
    decimal(bytes.get(record.value_range()).unwrap_or(&[]))
}

/// Reads the header fields of a message and notes their defects.
#[inline(always)]
pub(crate) fn content_length<K: Kernel>(
    kernel: K,
    bytes: &[u8],
    table: Table<'_>,
    head: &mut Head,
) -> ContentLength {
    let id = HeaderName::ContentLength.id();
    let read = match table.first_of(kernel, id) {
        None => ContentLength::Missing,
        Some((first, false)) => {
            let value = table.get(first).and_then(|record| decimal_value(bytes, record));
            value.map_or(ContentLength::Invalid, ContentLength::Bytes)
        }
        Some(_) => agreed(bytes, table, head),
    };
    if read == ContentLength::Invalid {
        head.defects = head.defects.with(DefectCode::ContentLengthInvalid);
    } else if read == ContentLength::Conflict {
        head.defects = head.defects.with(DefectCode::ContentLengthConflict);
    }
    read
}

/// Several header fields: an invalid one makes all invalid, two values conflict.
#[cold]
fn agreed(bytes: &[u8], table: Table<'_>, head: &mut Head) -> ContentLength {
    let id = HeaderName::ContentLength.id();
    let mut seen = None;
    let mut conflict = false;
    let mut next = 0;
    while let Some(at) = table.find(id, next) {
        next = at.wrapping_add(1);
        let text = table.get(at).and_then(|record| bytes.get(record.value_range())).unwrap_or(&[]);
        let Some(value) = decimal(text) else { return ContentLength::Invalid };
        conflict |= seen.is_some_and(|first| first != value);
        seen = seen.or(Some(value));
    }
    match (seen, conflict) {
        (_, true) => ContentLength::Conflict,
        (None, false) => ContentLength::Missing,
        (Some(value), false) => {
            head.defects = head.defects.with(DefectCode::ContentLengthRepeated);
            ContentLength::Bytes(value)
        }
    }
}

/// The body of a datagram, a WebSocket or SCTP message, a file: what is there, at most Content-Length.
#[inline(always)]
pub(crate) fn of_datagram<K: Kernel>(kernel: K, bytes: &[u8], table: Table<'_>, head: &mut Head) {
    let available = bytes.len().saturating_sub(head.body_at);
    head.input_end = bytes.len();
    head.body_len = available;
    if let ContentLength::Bytes(claimed) = content_length(kernel, bytes, table, head) {
        match usize::try_from(claimed) {
            Ok(claimed) if claimed <= available => {
                head.body_len = claimed;
                if claimed < available {
                    head.defects = head.defects.with(DefectCode::SurplusBytes);
                }
            }
            _ => head.defects = head.defects.with(DefectCode::ContentLengthTooLong),
        }
    }
}

/// The body of a message on a stream: exactly Content-Length, which has to be there (`observes`: absent is 0).
pub(crate) fn of_stream<K: Kernel>(
    kernel: K,
    bytes: &[u8],
    table: Table<'_>,
    head: &mut Head,
    observes: bool,
) -> Result<(), Error> {
    let refused = |code: DefectCode, head: &Head| {
        let defect = StructuralDefects::new(bytes, head, table).find(|defect| defect.code == code);
        Err(Error::new(ErrorKind::ContentLength, defect.map_or(head.headers_end, |defect| defect.at)))
    };
    let claimed = match content_length(kernel, bytes, table, head) {
        ContentLength::Bytes(claimed) => claimed,
        ContentLength::Missing => {
            head.defects = head.defects.with(DefectCode::ContentLengthMissing);
            if !observes {
                return refused(DefectCode::ContentLengthMissing, head);
            }
            0
        }
        ContentLength::Invalid => return refused(DefectCode::ContentLengthInvalid, head),
        ContentLength::Conflict => return refused(DefectCode::ContentLengthConflict, head),
    };
    // What cannot be an offset is longer than any limit, which the framer checks next.
    head.body_len = usize::try_from(claimed).unwrap_or(usize::MAX);
    head.input_end = head.body_at.saturating_add(head.body_len);
    Ok(())
}
