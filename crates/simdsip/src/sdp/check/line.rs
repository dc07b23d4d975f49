//! Lines that are no attributes.

use super::{
    check_spacing, first, is_address, is_digits, is_number, is_one_of, is_token, payload_type, words,
};
use crate::check::Findings;
use crate::defect::DefectCode;
use crate::sdp::line::is_rtp;
use crate::sdp::view::LineKind;
use crate::text::Span;

/// Holds the value of a line against its grammar.
pub(in crate::sdp) fn check_line(kind: LineKind, value: Span<'_>, found: &mut Findings) {
    let bytes = value.bytes();
    let (code, fits) = match kind {
        LineKind::Version => (DefectCode::SdpVersion, bytes.trim_ascii() == b"0"),
        LineKind::Origin => (DefectCode::SdpOrigin, is_origin(bytes)),
        LineKind::Name => (DefectCode::SdpEmptyName, !bytes.is_empty()),
        LineKind::Connection => (DefectCode::SdpConnection, is_connection(bytes)),
        LineKind::Bandwidth => (DefectCode::SdpBandwidth, is_bandwidth(bytes)),
        LineKind::Timing => (DefectCode::SdpTiming, is_timing(bytes)),
        LineKind::Repeat => (DefectCode::SdpTiming, is_repeat(bytes)),
        LineKind::Zone => (DefectCode::SdpTiming, is_zone(bytes)),
        LineKind::Media => (DefectCode::SdpMedia, is_media(bytes)),
        _ => return,
    };
    if !fits {
        found.add(code, value);
    }
    match kind {
        LineKind::Origin
        | LineKind::Connection
        | LineKind::Timing
        | LineKind::Repeat
        | LineKind::Zone
        | LineKind::Bandwidth
        | LineKind::Media => check_spacing(value, found),
        LineKind::Version if bytes.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) => {
            check_spacing(value, found);
        }
        _ => {}
    }
}

/// RFC 8866 §5.2.
fn is_origin(bytes: &[u8]) -> bool {
    let ([_, id, version, net_type, addr_type, address], rest) = first::<6>(bytes);
    rest.is_empty() && is_digits(id) && is_digits(version) && is_address(net_type, addr_type, address)
}

/// RFC 8866 §5.7.
fn is_connection(bytes: &[u8]) -> bool {
    let ([net_type, addr_type, address], rest) = first::<3>(bytes);
    let mut parts = address.split(|byte| *byte == b'/');
    let host = parts.next().unwrap_or(&[]);
    let numbers = match addr_type {
        b"IP6" => 1,
        _ => 2,
    };
    let mut count = 0usize;
    let numeric = parts.all(|part| {
        count = count.saturating_add(1);
        let most = if numbers == 2 && count == 1 { 255 } else { 65_535 };
        is_number(part, 0, most)
    });
    rest.is_empty() && numeric && count <= numbers && is_address(net_type, addr_type, host)
}

/// RFC 8866 §5.8.
fn is_bandwidth(bytes: &[u8]) -> bool {
    let mut halves = bytes.trim_ascii().splitn(2, |byte| *byte == b':');
    halves.next().is_some_and(is_token) && halves.next().is_some_and(|value| is_number(value, 0, u64::MAX))
}

/// RFC 8866 §5.9. Ten digits or more, which `POS-DIGIT 9*DIGIT` asks for, nobody heeds.
fn is_timing(bytes: &[u8]) -> bool {
    let ([start, stop], rest) = first::<2>(bytes);
    rest.is_empty() && is_number(start, 0, u64::MAX) && is_number(stop, 0, u64::MAX)
}

/// RFC 8866 §9 `typed-time`.
fn is_typed_time(word: &[u8]) -> bool {
    let (digits, unit) = word.split_at_checked(word.len().saturating_sub(1)).unwrap_or((word, &[]));
    let digits = if is_one_of(unit, &[b"d", b"h", b"m", b"s"]) { digits } else { word };
    is_number(digits, 0, 1 << 40)
}

/// RFC 8866 §5.10.
fn is_repeat(bytes: &[u8]) -> bool {
    words(bytes).all(is_typed_time) && words(bytes).nth(2).is_some()
}

/// RFC 8866 §5.11.
fn is_zone(bytes: &[u8]) -> bool {
    let mut pairs = words(bytes);
    let mut any = false;
    while let Some(time) = pairs.next() {
        let Some(offset) = pairs.next() else { return false };
        let offset = offset.strip_prefix(b"-").unwrap_or(offset);
        if !is_number(time, 0, u64::MAX) || !is_typed_time(offset) {
            return false;
        }
        any = true;
    }
    any
}

/// RFC 8866 §5.14; formats of RTP are payload types, of seven bits.
fn is_media(bytes: &[u8]) -> bool {
    let ([kind, port, proto], formats) = first::<3>(bytes);
    let mut ports = port.splitn(2, |byte| *byte == b'/');
    let port = ports.next().is_some_and(|port| is_number(port, 0, 65_535));
    let count = ports.next().is_none_or(|count| is_number(count, 1, 65_535));
    is_token(kind)
        && port
        && count
        && proto.split(|byte| *byte == b'/').all(is_token)
        && !formats.is_empty()
        && words(formats)
            .all(|format| if is_rtp(proto) { payload_type(format).is_some() } else { is_token(format) })
}
