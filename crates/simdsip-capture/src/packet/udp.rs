//! UDP: ports and payload. RFC 768.
//!
//! A length of zero (jumbograms, offload) or beyond the captured bytes means all that was captured. Also
//! names what a datagram is that is not SIP, for the counts.

use super::{Fate, Known};
use etherparse::UdpHeaderSlice;

/// A datagram with its header taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Udp<'a> {
    pub(crate) source: u16,
    pub(crate) dest: u16,
    pub(crate) payload: &'a [u8],
    /// The header promises more payload than was captured; `None` where it promises nothing.
    pub(crate) truncated: Option<bool>,
}

pub(crate) fn parse(data: &[u8]) -> Result<Udp<'_>, Fate> {
    let header = UdpHeaderSlice::from_slice(data).map_err(|_| Fate::Known(Known::HeaderCut))?;
    let header_len = header.slice().len();
    let rest = data.get(header_len..).unwrap_or_default();
    let (payload, truncated) = match usize::from(header.length()) {
        0 => (rest, None),
        len => {
            let len = len.checked_sub(header_len).ok_or(Fate::Known(Known::HeaderBad))?;
            rest.get(..len).map_or((rest, Some(true)), |payload| (payload, Some(false)))
        }
    };
    Ok(Udp { source: header.source_port(), dest: header.destination_port(), payload, truncated })
}

/// What a payload is that does not look like SIP.
pub(crate) fn not_sip(udp: &Udp<'_>) -> Known {
    let port = |number| udp.source == number || udp.dest == number;
    match udp.payload {
        // RFC 8489 §5: two zero bits and the magic cookie.
        [0..=0x3f, _, _, _, 0x21, 0x12, 0xa4, 0x42, ..] => Known::Stun,
        [b'H', b'E', b'P', b'3', ..] => Known::HepNotSip,
        // RFC 5626 §4.4.1, and the single zero byte that some phones send.
        payload if payload.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0 | b' ')) => Known::KeepAlive,
        payload if is_http(payload) => Known::Http,
        _ if port(4789) || port(8472) => Known::Vxlan,
        _ if port(6081) => Known::Geneve,
        _ if port(2152) => Known::GtpU,
        _ => Known::UdpNotSip,
    }
}

/// Whether the first line names that protocol: SSDP, or a WebSocket's upgrade.
pub(super) fn is_http(payload: &[u8]) -> bool {
    let head = payload.get(..256).unwrap_or(payload);
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.windows(5).any(|word| word == b"HTTP/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn udp(len: u16, payload: &[u8]) -> Vec<u8> {
        [&[0x13, 0xc4, 0x13, 0xc5][..], &len.to_be_bytes(), &[0, 0], payload].concat()
    }

    #[test]
    fn lengths() {
        let whole = udp(12, b"data and padding");
        let expected = Udp { source: 5060, dest: 5061, payload: b"data", truncated: Some(false) };
        assert_eq!(parse(&whole), Ok(expected));
        assert_eq!(parse(&udp(0, b"data")), Ok(Udp { truncated: None, ..expected }));
        assert_eq!(parse(&udp(99, b"data")), Ok(Udp { truncated: Some(true), ..expected }));
        assert_eq!(parse(&udp(7, b"data")), Err(Fate::Known(Known::HeaderBad)));
        assert_eq!(parse(&whole[..7]), Err(Fate::Known(Known::HeaderCut)));
    }

    #[test]
    fn what_is_not_sip_has_a_name() {
        let name = |payload: &[u8]| not_sip(&Udp { source: 5060, dest: 5060, payload, truncated: None });
        assert_eq!(name(b"\r\n\r\n"), Known::KeepAlive);
        assert_eq!(name(b""), Known::KeepAlive);
        assert_eq!(name(b"\0\x01\0\0\x21\x12\xa4\x42"), Known::Stun);
        assert_eq!(name(b"M-SEARCH * HTTP/1.1\r\n"), Known::Http);
        assert_eq!(name(b"HEP3"), Known::HepNotSip);
        assert_eq!(name(b"\x80\x00"), Known::UdpNotSip);
    }
}
