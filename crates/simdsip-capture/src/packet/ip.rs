//! IPv4 and IPv6 headers, options, extension and authentication headers, up to the transport.
//!
//! Lengths: the header's own length cuts off link padding; zero (segmentation offload) or one beyond the
//! captured bytes means all that was captured; whether the frame can have been that long is for
//! [`super::tcp`] to ask. Checksums are not checked: offload leaves them unset.
//! Does not reassemble: [`super::fragment`]. Checks no authentication. RFC 791, RFC 8200, RFC 4302.

use super::{Fate, Known};
use etherparse::{
    Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice, Ipv6RawExtHeaderSlice, ip_number,
};
use std::net::IpAddr;

const CUT: Fate = Fate::Known(Known::HeaderCut);
const BAD: Fate = Fate::Known(Known::HeaderBad);

/// An IP packet with its headers taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ip<'a> {
    pub(crate) source: IpAddr,
    pub(crate) dest: IpAddr,
    /// Of the payload; for a fragment, of the payload that the fragments make.
    pub(crate) protocol: u8,
    pub(crate) payload: &'a [u8],
    /// Bytes of payload that the header promises and the capture lacks.
    pub(crate) missing: usize,
    pub(crate) fragment: Option<Fragment>,
    /// Identification of an IPv4 header.
    pub(crate) id: Option<u16>,
}

impl<'a> Ip<'a> {
    /// The packet that fragments like this one made.
    pub(crate) fn joined<'b>(&self, payload: &'b [u8]) -> Result<Ip<'b>, Fate> {
        let (protocol, payload) = match self.source {
            IpAddr::V4(_) => authentication(self.protocol, payload)?,
            IpAddr::V6(_) => match extensions(self.protocol, payload)? {
                (protocol, payload, None) => (protocol, payload),
                (_, _, Some(_)) => return Err(BAD),
            },
        };
        let (source, dest) = (self.source, self.dest);
        Ok(Ip { source, dest, protocol, payload, missing: 0, fragment: None, id: self.id })
    }
}

/// Where a fragment belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) id: u32,
    /// In bytes.
    pub(crate) offset: usize,
    pub(crate) more: bool,
    /// As this one says; that of the one at offset zero is the datagram's.
    pub(crate) protocol: u8,
}

pub(crate) fn parse(data: &[u8]) -> Result<Ip<'_>, Fate> {
    match data.first().ok_or(CUT)? >> 4 {
        4 => v4(data),
        6 => v6(data),
        _ => Err(BAD),
    }
}

fn v4(data: &[u8]) -> Result<Ip<'_>, Fate> {
    let header = Ipv4HeaderSlice::from_slice(data).map_err(|error| match error {
        etherparse::err::ipv4::HeaderSliceError::Len(_) => CUT,
        etherparse::err::ipv4::HeaderSliceError::Content(_) => BAD,
    })?;
    let header_len = header.slice().len();
    let rest = data.get(header_len..).ok_or(CUT)?;
    let (payload, missing) = match usize::from(header.total_len()) {
        0 => (rest, 0),
        total_len => cut(rest, total_len.checked_sub(header_len).ok_or(BAD)?),
    };
    let fragment = header.is_fragmenting_payload().then(|| Fragment {
        id: u32::from(header.identification()),
        offset: usize::from(header.fragments_offset().value()).saturating_mul(8),
        more: header.more_fragments(),
        protocol: header.protocol().0,
    });
    let (protocol, payload) = match fragment {
        None => authentication(header.protocol().0, payload)?,
        Some(_) => (header.protocol().0, payload),
    };
    Ok(Ip {
        source: header.source_addr().into(),
        dest: header.destination_addr().into(),
        protocol,
        payload,
        missing,
        fragment,
        id: Some(header.identification()),
    })
}

fn v6(data: &[u8]) -> Result<Ip<'_>, Fate> {
    let header = Ipv6HeaderSlice::from_slice(data).map_err(|error| match error {
        etherparse::err::ipv6::HeaderSliceError::Len(_) => CUT,
        etherparse::err::ipv6::HeaderSliceError::Content(_) => BAD,
    })?;
    let rest = data.get(header.slice().len()..).ok_or(CUT)?;
    let (payload, missing) = match usize::from(header.payload_length()) {
        0 => (rest, 0),
        payload_len => cut(rest, payload_len),
    };
    let (protocol, payload, fragment) = extensions(header.next_header().0, payload)?;
    Ok(Ip {
        source: header.source_addr().into(),
        dest: header.destination_addr().into(),
        protocol,
        payload,
        missing,
        fragment,
        id: None,
    })
}

fn cut(rest: &[u8], len: usize) -> (&[u8], usize) {
    (rest.get(..len).unwrap_or(rest), len.saturating_sub(rest.len()))
}

/// Walks IPv6 extension headers. Stops at a fragment header that splits the payload: what follows belongs
/// to the whole datagram, and is walked once that is there.
pub(crate) fn extensions(mut next: u8, mut data: &[u8]) -> Result<(u8, &[u8], Option<Fragment>), Fate> {
    loop {
        match etherparse::IpNumber(next) {
            ip_number::IPV6_HOP_BY_HOP | ip_number::IPV6_ROUTE | ip_number::IPV6_DEST_OPTIONS => {
                let header = Ipv6RawExtHeaderSlice::from_slice(data).map_err(|_| CUT)?;
                next = header.next_header().0;
                data = data.get(header.slice().len()..).ok_or(CUT)?;
            }
            ip_number::AUTH => (next, data) = behind_authentication(data)?,
            ip_number::IPV6_FRAG => {
                let header = Ipv6FragmentHeaderSlice::from_slice(data).map_err(|_| CUT)?;
                next = header.next_header().0;
                data = data.get(header.slice().len()..).ok_or(CUT)?;
                if header.is_fragmenting_payload() {
                    let offset = usize::from(header.fragment_offset().value()).saturating_mul(8);
                    let (id, more) = (header.identification(), header.more_fragments());
                    return Ok((next, data, Some(Fragment { id, offset, more, protocol: next })));
                }
            }
            _ => return Ok((next, data, None)),
        }
    }
}

/// Passes over the authentication headers of IPv4: the payload is there in the clear.
fn authentication(mut protocol: u8, mut payload: &[u8]) -> Result<(u8, &[u8]), Fate> {
    while etherparse::IpNumber(protocol) == ip_number::AUTH {
        (protocol, payload) = behind_authentication(payload)?;
    }
    Ok((protocol, payload))
}

/// Next Header, and what follows an authentication header. Its length is in 4 bytes, less two (RFC 4302 §2.2).
fn behind_authentication(data: &[u8]) -> Result<(u8, &[u8]), Fate> {
    let [next, len, ..] = *data.first_chunk::<12>().ok_or(CUT)?;
    let len = usize::from(len).saturating_add(2).saturating_mul(4);
    if len < 12 {
        return Err(BAD);
    }
    Ok((next, data.get(len..).ok_or(CUT)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4_bytes(total_len: u16, flags_offset: u16, options: &[u8], payload: &[u8]) -> Vec<u8> {
        let ihl = 0x45 + u8::try_from(options.len() / 4).unwrap();
        let mut bytes = vec![ihl, 0];
        bytes.extend(total_len.to_be_bytes());
        bytes.extend([0x12, 0x34]);
        bytes.extend(flags_offset.to_be_bytes());
        bytes.extend([64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        bytes.extend(options);
        bytes.extend(payload);
        bytes
    }

    fn v6_bytes(next: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x60, 0, 0, 0];
        bytes.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
        bytes.extend([next, 64]);
        bytes.extend([0xfe; 16]);
        bytes.extend([0xfd; 16]);
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn v4_lengths_cut_padding_and_mark_missing_bytes() {
        let padded = v4_bytes(24, 0, &[], b"datapadding");
        let ip = parse(&padded).unwrap();
        assert_eq!((ip.payload, ip.protocol, ip.missing), (&b"data"[..], 17, 0));
        assert_eq!(ip.source, IpAddr::from([10, 0, 0, 1]));
        let offload = v4_bytes(0, 0, &[], b"data");
        assert_eq!(parse(&offload).unwrap().payload, b"data");
        let short = v4_bytes(100, 0, &[], b"data");
        assert_eq!((parse(&short).unwrap().payload, parse(&short).unwrap().missing), (&b"data"[..], 76));
        assert_eq!(parse(&v4_bytes(19, 0, &[], b"data")), Err(BAD));
    }

    #[test]
    fn v4_options_are_passed_over() {
        let bytes = v4_bytes(32, 0, &[1; 8], b"data");
        assert_eq!(parse(&bytes).unwrap().payload, b"data");
    }

    #[test]
    fn v4_fragments() {
        let bytes = v4_bytes(24, 0x2000 | 3, &[], b"data");
        let fragment = Fragment { id: 0x1234, offset: 24, more: true, protocol: 17 };
        assert_eq!(parse(&bytes).unwrap().fragment, Some(fragment));
        // "Don't fragment" is no fragment.
        assert_eq!(parse(&v4_bytes(24, 0x4000, &[], b"data")).unwrap().fragment, None);
    }

    #[test]
    fn v6_extension_headers_in_a_row() {
        let hop_by_hop = [60, 0, 1, 4, 0, 0, 0, 0];
        let options = [17, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let bytes = v6_bytes(0, &[&hop_by_hop[..], &options, b"data"].concat());
        let ip = parse(&bytes).unwrap();
        assert_eq!((ip.protocol, ip.payload, ip.fragment), (17, &b"data"[..], None));
    }

    #[test]
    fn v6_fragments_stop_the_walk_and_atomic_ones_do_not() {
        let fragment = [60, 0, 0, 9, 0, 0, 0, 7];
        let bytes = v6_bytes(44, &[&fragment[..], b"abcdefgh"].concat());
        let ip = parse(&bytes).unwrap();
        assert_eq!(ip.fragment, Some(Fragment { id: 7, offset: 8, more: true, protocol: 60 }));
        assert_eq!((ip.protocol, ip.payload), (60, &b"abcdefgh"[..]));
        let atomic = [17, 0, 0, 0, 0, 0, 0, 7];
        let bytes = v6_bytes(44, &[&atomic[..], b"data"].concat());
        assert_eq!(parse(&bytes).unwrap().fragment, None);
    }

    #[test]
    fn rfc4302_authentication_headers_are_passed_over() {
        let header = [17, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9];
        let payload = [&header[..], b"data"].concat();
        let mut v4 = v4_bytes(0, 0, &[], &payload);
        v4[9] = 51;
        let mut first = v4_bytes(0, 0x2000, &[], &payload[..24]);
        first[9] = 51;
        let twice = [&[51, 4][..], &header[2..], &header[..], b"data"].concat();
        for bytes in [v4.clone(), v6_bytes(51, &payload), v6_bytes(51, &twice)] {
            let ip = parse(&bytes).unwrap();
            assert_eq!((ip.protocol, ip.payload), (17, &b"data"[..]));
        }
        // Of a fragment it belongs to the whole.
        let ip = parse(&first).unwrap();
        assert_eq!((ip.protocol, ip.payload.len()), (51, 24));
        let whole = ip.joined(&payload).unwrap();
        assert_eq!((whole.protocol, whole.payload), (17, &b"data"[..]));
        v4[21] = 0;
        assert_eq!(parse(&v4), Err(BAD));
        v4[21] = 200;
        assert_eq!(parse(&v4), Err(CUT));
        for len in 0..12 {
            assert_eq!(parse(&v6_bytes(51, &header[..len])), Err(CUT));
        }
    }

    #[test]
    fn every_cut_of_a_header_has_a_fate() {
        let v4 = v4_bytes(28, 0, &[1; 4], b"data");
        let v6 = v6_bytes(0, &[17, 0, 1, 4, 0, 0, 0, 0]);
        for len in 0..24 {
            assert_eq!(parse(&v4[..len]), Err(CUT), "IPv4 header of {len} bytes");
        }
        for len in 0..48 {
            assert_eq!(parse(&v6[..len]), Err(CUT), "IPv6 header of {len} bytes");
        }
        assert_eq!(parse(&[0x50; 60]), Err(BAD));
    }
}
