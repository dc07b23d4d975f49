//! HEP: SIP as a capture agent saw it, with the addresses that it had there.
//!
//! HEP 3 by its magic on any port, HEP 1 and 2 where all of it fits and SIP follows. A compressed payload (chunk 16)
//! is not read. Format: the HEP3 specification of the Homer project.

use super::Endpoint;
use super::sniff::{self, Ask};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a HEP packet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hep<'a> {
    pub(crate) ends: Ends,
    pub(crate) payload: &'a [u8],
}

/// Who sent the payload to whom, how and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) source: Endpoint,
    pub(crate) dest: Endpoint,
    /// Number of the IP protocol.
    pub(crate) protocol: u8,
    /// Nanoseconds since 1970, if the agent said.
    pub(crate) time: Option<i64>,
}

pub(crate) const MAGIC: &[u8] = b"HEP3";

/// Reads a HEP packet of any version; `None` where it is none, or carries no SIP.
pub(crate) fn parse(data: &[u8]) -> Option<Hep<'_>> {
    match data {
        [b'H', b'E', b'P', b'3', high, low, ..] => {
            let len = usize::from(u16::from_be_bytes([*high, *low]));
            third(data.get(6..len.min(data.len()))?)
        }
        [1 | 2, ..] => first(data),
        _ => None,
    }
}

/// Bytes of the HEP 3 packet at the beginning of a stream, once that many are known.
pub(crate) fn len(stream: &[u8]) -> Option<usize> {
    let [_, _, _, _, high, low] = stream.first_chunk()?;
    Some(usize::from(u16::from_be_bytes([*high, *low])))
}

/// Chunks of vendor, type, length and value.
fn third(mut chunks: &[u8]) -> Option<Hep<'_>> {
    let unknown = Endpoint { addr: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: 0 };
    let mut ends = Ends { source: unknown, dest: unknown, protocol: 17, time: None };
    let (mut seconds, mut micros, mut payload, mut is_sip) = (None, 0, None, true);
    while let Some([vendor_high, vendor_low, kind_high, kind_low, high, low]) = chunks.first_chunk() {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        // The last chunk may have lost its end.
        let value = chunks.get(6..len.min(chunks.len()))?;
        let kind = u16::from_be_bytes([*kind_high, *kind_low]);
        if (*vendor_high, *vendor_low) == (0, 0) {
            match kind {
                2 => ends.protocol = *value.first()?,
                3 | 5 => ends.source.addr = addr(value)?,
                4 | 6 => ends.dest.addr = addr(value)?,
                7 => ends.source.port = u16::from_be_bytes(value.try_into().ok()?),
                8 => ends.dest.port = u16::from_be_bytes(value.try_into().ok()?),
                9 => seconds = Some(u32::from_be_bytes(value.try_into().ok()?)),
                10 => micros = u32::from_be_bytes(value.try_into().ok()?),
                11 => is_sip = value == [1],
                15 => payload = Some(value),
                _ => {}
            }
        }
        chunks = chunks.get(len..).unwrap_or_default();
    }
    ends.time = seconds.filter(|seconds| *seconds > 0).map(|seconds| nanos(seconds, micros));
    payload.filter(|_| is_sip).map(|payload| Hep { ends, payload })
}

/// Version, length, family, protocol, ports, addresses; version 2 adds the time and the agent's number.
fn first(data: &[u8]) -> Option<Hep<'_>> {
    let [version, said, family, protocol, s1, s2, d1, d2] = *data.first_chunk()?;
    let (addr_len, base) = match family {
        2 => (4usize, 16usize),
        10 | 23 | 28 | 30 => (16, 40),
        _ => return None,
    };
    let whole = if version == 2 { base.saturating_add(12) } else { base };
    if usize::from(said) != base && usize::from(said) != whole {
        return None;
    }
    let source = addr(data.get(8..addr_len.saturating_add(8))?)?;
    let dest = addr(data.get(addr_len.saturating_add(8)..base)?)?;
    let time = data.get(base..whole)?.first_chunk::<8>().map(|[a, b, c, d, e, f, g, h]| {
        // In the agent's own byte order, and those are little-endian.
        nanos(u32::from_le_bytes([*a, *b, *c, *d]), u32::from_le_bytes([*e, *f, *g, *h]))
    });
    let payload = data.get(whole..).filter(|payload| sniff::datagram(payload, Ask::Strict))?;
    let end = |addr, high, low| Endpoint { addr, port: u16::from_be_bytes([high, low]) };
    let ends = Ends {
        source: end(source, s1, s2),
        dest: end(dest, d1, d2),
        protocol,
        time: time.filter(|time| *time > 0),
    };
    Some(Hep { ends, payload })
}

fn nanos(seconds: u32, micros: u32) -> i64 {
    i64::from(seconds).saturating_mul(1_000_000_000).saturating_add(i64::from(micros).saturating_mul(1000))
}

fn addr(value: &[u8]) -> Option<IpAddr> {
    match value.len() {
        4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?).into()),
        16 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIP: &[u8] = b"BYE sip:a SIP/2.0\r\n\r\n";

    fn chunk(kind: u16, value: &[u8]) -> Vec<u8> {
        let len = u16::try_from(value.len() + 6).unwrap();
        [&[0, 0][..], &kind.to_be_bytes(), &len.to_be_bytes(), value].concat()
    }

    fn packet(chunks: &[Vec<u8>]) -> Vec<u8> {
        let chunks = chunks.concat();
        let len = u16::try_from(chunks.len() + 6).unwrap();
        [MAGIC, &len.to_be_bytes(), &chunks].concat()
    }

    #[test]
    fn version_3_has_addresses_time_and_payload() {
        let bytes = packet(&[
            chunk(2, &[6]),
            chunk(3, &[10, 0, 0, 1]),
            chunk(4, &[10, 0, 0, 2]),
            chunk(7, &[0x13, 0xc4]),
            chunk(8, &[0x13, 0xc5]),
            chunk(9, &1_760_000_000u32.to_be_bytes()),
            chunk(10, &5u32.to_be_bytes()),
            chunk(11, &[1]),
            chunk(15, SIP),
        ]);
        let hep = parse(&bytes).unwrap();
        assert_eq!(hep.payload, SIP);
        assert_eq!(hep.ends.source, Endpoint { addr: [10, 0, 0, 1].into(), port: 5060 });
        assert_eq!(hep.ends.dest, Endpoint { addr: [10, 0, 0, 2].into(), port: 5061 });
        assert_eq!((hep.ends.protocol, hep.ends.time), (6, Some(1_760_000_000_000_005_000)));
        // No cut of it is anything but a shorter payload or nothing.
        for len in 0..bytes.len() {
            let shorter = parse(&bytes[..len]).map_or(&b""[..], |hep| hep.payload);
            assert!(SIP.starts_with(shorter), "{len}");
        }
        assert_eq!(parse(&packet(&[chunk(11, &[5]), chunk(15, SIP)])), None, "RTCP");
        assert_eq!(parse(&packet(&[chunk(3, &[1]), chunk(15, SIP)])), None);
        // A chunk of length 0 ends it instead of being taken for ever.
        assert_eq!(parse(b"HEP3\0\x0c\0\0\0\x0f\0\0"), None);
    }

    #[test]
    fn versions_1_and_2() {
        let base = [2, 17, 0x13, 0xc4, 0x13, 0xc5, 10, 0, 0, 1, 10, 0, 0, 2];
        let one = [&[1, 16][..], &base, SIP].concat();
        assert_eq!(parse(&one).unwrap().payload, SIP);
        assert_eq!(parse(&one).unwrap().ends.time, None);
        for said in [16, 28] {
            let time = [7, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0];
            let two = [&[2, said][..], &base, &time, SIP].concat();
            assert_eq!(parse(&two).unwrap().payload, SIP);
            assert_eq!(parse(&two).unwrap().ends.time, Some(7_000_009_000));
        }
        assert_eq!(parse(&[&[1, 16][..], &base, b"\x80\0"].concat()), None);
    }
}
