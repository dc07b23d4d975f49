//! Link layer: one arm per link type, up to the IP header, VLAN tags, MPLS and PPPoE included.
//!
//! Does not enter what begins with an IP header: that is [`super::tunnel`]. Follows the tcpdump link-layer header
//! registry, IEEE 802.1Q and 802.1ad, RFC 3032 (MPLS), RFC 2516 (PPPoE), RFC 1661 (PPP).

use super::{Fate, Known, Tunnel, Wraps};

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// Below this the field is an 802.3 length.
const FIRST_ETHERTYPE: u16 = 0x0600;

/// The IP packet inside, its version checked by whoever reads it.
pub(crate) fn network<'a>(link: u32, data: &'a [u8], wraps: &mut Wraps) -> Result<&'a [u8], Fate> {
    match link {
        // NULL, LOOP: an address family in the byte order of whoever captured.
        0 | 108 => family(data),
        // EN10MB
        1 => ethernet(data, wraps),
        // PPP, PPP_HDLC: address and control may be left out.
        9 | 50 => ppp(data.strip_prefix(&[0xff, 3]).unwrap_or(data)),
        // RAW as DLT 12 and 14 of some systems, RAW, IPV4, IPV6
        12 | 14 | 101 | 228 | 229 => Ok(data),
        // LINUX_SLL
        113 => ethertype(be16(data, 14)?, rest(data, 16)?, wraps),
        // LINUX_SLL2
        276 => ethertype(be16(data, 0)?, rest(data, 20)?, wraps),
        _ => Err(Fate::LinkType(link)),
    }
}

/// The same of an Ethernet frame, as tunnels carry them too.
pub(crate) fn ethernet<'a>(data: &'a [u8], wraps: &mut Wraps) -> Result<&'a [u8], Fate> {
    ethertype(be16(data, 12)?, rest(data, 14)?, wraps)
}

/// The same behind an Ethernet type.
pub(crate) fn ethertype<'a>(mut kind: u16, mut data: &'a [u8], wraps: &mut Wraps) -> Result<&'a [u8], Fate> {
    loop {
        match kind {
            IPV4 | IPV6 => return Ok(data),
            // 802.1Q, 802.1ad, and the number used before 802.1ad.
            0x8100 | 0x88a8 | 0x9100 => {
                wraps.vlan(be16(data, 0)? & 0x0fff);
                kind = be16(data, 2)?;
                data = rest(data, 4)?;
            }
            0x8847 | 0x8848 => return mpls(data, wraps),
            0x8863 => return Err(Fate::Known(Known::PppoeDiscovery)),
            0x8864 => {
                wraps.enter(Tunnel::Pppoe)?;
                return ppp(rest(data, 6)?);
            }
            // 802.3 with LLC and SNAP names the type after all.
            ..FIRST_ETHERTYPE => match data {
                [0xaa, 0xaa, 3, 0, 0, 0, high, low, inner @ ..]
                    if u16::from_be_bytes([*high, *low]) >= FIRST_ETHERTYPE =>
                {
                    kind = u16::from_be_bytes([*high, *low]);
                    data = inner;
                }
                _ => return Err(Fate::Known(Known::Ieee8023)),
            },
            _ => return Err(Fate::EtherType(kind)),
        }
    }
}

/// Behind the last label nothing names what follows; the first bits do (RFC 4928).
fn mpls<'a>(mut data: &'a [u8], wraps: &mut Wraps) -> Result<&'a [u8], Fate> {
    wraps.enter(Tunnel::Mpls)?;
    loop {
        let [_, _, bottom, _] = data.first_chunk().ok_or(Fate::Known(Known::HeaderCut))?;
        data = rest(data, 4)?;
        if bottom & 1 != 0 {
            break;
        }
    }
    match data.first().map(|byte| byte >> 4) {
        Some(4 | 6) => Ok(data),
        // A pseudowire's control word, then Ethernet (RFC 4448).
        Some(0) => ethernet(rest(data, 4)?, wraps),
        _ => ethernet(data, wraps),
    }
}

/// The protocol of one byte where that is odd, of two else.
fn ppp(data: &[u8]) -> Result<&[u8], Fate> {
    let (protocol, data) = match data {
        [byte, data @ ..] if byte & 1 == 1 => (u16::from(*byte), data),
        _ => (be16(data, 0)?, rest(data, 2)?),
    };
    match protocol {
        0x21 | 0x57 => Ok(data),
        _ => Err(Fate::Known(Known::PppControl)),
    }
}

fn family(data: &[u8]) -> Result<&[u8], Fate> {
    let number = data.first_chunk::<4>().ok_or(Fate::Known(Known::HeaderCut))?;
    let little = u32::from_le_bytes(*number);
    let family = if little <= 0xffff { little } else { u32::from_be_bytes(*number) };
    match family {
        // AF_INET; AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, Darwin.
        2 | 10 | 24 | 28 | 30 => rest(data, 4),
        _ => Err(Fate::Known(Known::HeaderBad)),
    }
}

fn be16(data: &[u8], at: usize) -> Result<u16, Fate> {
    let bytes = data.get(at..).and_then(<[u8]>::first_chunk::<2>);
    bytes.map(|bytes| u16::from_be_bytes(*bytes)).ok_or(Fate::Known(Known::HeaderCut))
}

fn rest(data: &[u8], at: usize) -> Result<&[u8], Fate> {
    data.get(at..).ok_or(Fate::Known(Known::HeaderCut))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IP: &[u8] = b"\x45ip";

    fn with(header: &[u8]) -> Vec<u8> {
        [header, IP].concat()
    }

    fn found(link: u32, header: &[u8]) -> Result<Vec<u16>, Fate> {
        let data = with(header);
        let mut wraps = Wraps::default();
        network(link, &data, &mut wraps).map(|ip| {
            assert_eq!(ip, IP);
            wraps.vlans().to_vec()
        })
    }

    #[test]
    fn ethernet_and_its_tags() {
        let macs = [0u8; 12];
        assert_eq!(found(1, &[&macs[..], &[8, 0]].concat()), Ok(vec![]));
        assert_eq!(found(1, &[&macs[..], &[0x86, 0xdd]].concat()), Ok(vec![]));
        assert_eq!(found(1, &[&macs[..], &[0x81, 0, 0x60, 7, 8, 0]].concat()), Ok(vec![7]));
        let qinq = [&macs[..], &[0x88, 0xa8, 0, 10, 0x81, 0, 0x0f, 0xff, 8, 0]].concat();
        assert_eq!(found(1, &qinq), Ok(vec![10, 4095]));
        assert_eq!(found(1, &[&macs[..], &[8, 6]].concat()), Err(Fate::EtherType(0x0806)));
        let snap = [&macs[..], &[0, 38, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0]].concat();
        assert_eq!(found(1, &snap), Ok(vec![]));
        assert_eq!(found(1, &[&macs[..], &[0, 38]].concat()), Err(Fate::Known(Known::Ieee8023)));
    }

    #[test]
    fn labels_and_sessions() {
        let macs = [0u8; 12];
        let two = [&macs[..], &[0x88, 0x47, 0, 6, 0x40, 64, 0, 12, 0x81, 64]].concat();
        assert_eq!(found(1, &two), Ok(vec![]));
        let wire =
            [&macs[..], &[0x88, 0x47, 0, 12, 0x81, 64, 0, 0, 0, 0], &macs, &[0x81, 0, 0, 9, 8, 0]].concat();
        assert_eq!(found(1, &wire), Ok(vec![9]));
        let pppoe = [&macs[..], &[0x88, 0x64, 0x11, 0, 0, 1, 0, 5, 0, 0x21]].concat();
        assert_eq!(found(1, &pppoe), Ok(vec![]));
        assert_eq!(found(9, &[0xff, 3, 0, 0x57]), Ok(vec![]));
        assert_eq!(found(9, &[0x21]), Ok(vec![]));
        assert_eq!(found(9, &[0xc0, 0x21]), Err(Fate::Known(Known::PppControl)));
        let endless = [&macs[..], &[0x88, 0x47], &[0, 0, 0x40, 64].repeat(50_000)].concat();
        let mut wraps = Wraps::default();
        assert_eq!(network(1, &endless, &mut wraps), Err(Fate::Known(Known::HeaderCut)));
    }

    #[test]
    fn linux_cooked() {
        assert_eq!(found(113, &[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0]), Ok(vec![]));
        let sll2 = [8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
        assert_eq!(found(276, &sll2), Ok(vec![]));
    }

    #[test]
    fn raw_ip_of_five_numbers() {
        for link in [12, 14, 101, 228, 229] {
            assert_eq!(found(link, &[]), Ok(vec![]));
        }
    }

    #[test]
    fn loopback_of_both_byte_orders() {
        for link in [0, 108] {
            for family in [2u32, 10, 24, 28, 30] {
                assert_eq!(found(link, &family.to_le_bytes()), Ok(vec![]));
                assert_eq!(found(link, &family.to_be_bytes()), Ok(vec![]));
            }
            assert_eq!(found(link, &99u32.to_le_bytes()), Err(Fate::Known(Known::HeaderBad)));
        }
    }

    #[test]
    fn short_frames_and_unknown_links_have_a_fate() {
        let mut vlans = Wraps::default();
        for (link, header) in [(0, 4), (1, 14), (113, 16), (276, 20)] {
            for len in 0..header {
                let short = vec![0x81; len];
                let fate = network(link, &short, &mut vlans);
                assert_eq!(fate, Err(Fate::Known(Known::HeaderCut)), "link {link} of {len} bytes");
            }
        }
        assert_eq!(network(147, IP, &mut vlans), Err(Fate::LinkType(147)));
        // A tag that promises another header.
        let tag = [&[0u8; 12][..], &[0x81, 0, 0, 1]].concat();
        assert_eq!(network(1, &tag, &mut vlans), Err(Fate::Known(Known::HeaderCut)));
    }
}
