//! Tunnels over IP: what is inside, up to the inner IP header.
//!
//! GRE (RFC 2784, RFC 2890), with ERSPAN I, II and III (draft-foschiano-erspan) and Ethernet in it; VXLAN (RFC 7348),
//! GENEVE (RFC 8926) and GTP-U (3GPP TS 29.281 §5) over UDP. What is no such tunnel after all is refused, and its
//! payload stays what it was. Keys, numbers and checksums are not looked at.

use super::{Fate, Known, Tunnel, Wraps, link};

const CUT: Fate = Fate::Known(Known::HeaderCut);
const BAD: Fate = Fate::Known(Known::HeaderBad);
/// Extension headers of GTP-U that are believed.
const MAX_EXTENSIONS: usize = 16;

/// The IP packet in a GRE packet.
pub(crate) fn gre<'a>(data: &'a [u8], wraps: &mut Wraps) -> Result<&'a [u8], Fate> {
    let [flags, version, high, low] = *data.first_chunk().ok_or(CUT)?;
    // RFC 2784 reserves what once was source routing; version 1 is PPTP's.
    if version & 7 != 0 || flags & 0x40 != 0 {
        return Err(Fate::IpProtocol(47));
    }
    let protocol = u16::from_be_bytes([high, low]);
    let sequence = flags & 0x10 != 0;
    // Checksum and reserved, key, sequence number.
    let fields = [flags & 0x80 != 0, flags & 0x20 != 0, sequence].into_iter().filter(|there| *there).count();
    let data = data.get(4usize.saturating_add(fields.saturating_mul(4))..).ok_or(CUT)?;
    match protocol {
        0x88be if !sequence => {
            wraps.enter(Tunnel::Erspan1)?;
            link::ethernet(data, wraps)
        }
        0x88be => {
            wraps.enter(Tunnel::Erspan2)?;
            link::ethernet(data.get(8..).ok_or(CUT)?, wraps)
        }
        0x22eb => {
            wraps.enter(Tunnel::Erspan3)?;
            erspan3(data, wraps)
        }
        0x6558 => {
            wraps.enter(Tunnel::Gre)?;
            link::ethernet(data, wraps)
        }
        _ => {
            wraps.enter(Tunnel::Gre)?;
            link::ethertype(protocol, data, wraps)
        }
    }
}

fn erspan3<'a>(data: &'a [u8], wraps: &mut Wraps) -> Result<&'a [u8], Fate> {
    let header = data.first_chunk::<12>().ok_or(CUT)?;
    let [.., kind, platform] = header;
    let len = if platform & 1 == 1 { 20 } else { 12 };
    let inner = data.get(len..).ok_or(CUT)?;
    match kind >> 2 & 0x1f {
        0 => link::ethernet(inner, wraps),
        2 => Ok(inner),
        _ => Err(BAD),
    }
}

/// Which tunnel a datagram may be, by its port: none of them can be told from its payload alone.
pub(crate) fn by_port(port: u16) -> Option<Tunnel> {
    match port {
        // The second is what Linux used before the first was assigned.
        4789 | 8472 => Some(Tunnel::Vxlan),
        6081 => Some(Tunnel::Geneve),
        2152 => Some(Tunnel::GtpU),
        _ => None,
    }
}

/// The IP packet in a datagram, `None` where it is no such tunnel.
pub(crate) fn udp<'a>(
    tunnel: Tunnel,
    payload: &'a [u8],
    wraps: &mut Wraps,
) -> Option<Result<&'a [u8], Fate>> {
    let entered = |wraps: &mut Wraps| wraps.enter(tunnel);
    match tunnel {
        Tunnel::Vxlan => {
            let [flags, _, _, _, _, _, _, _] = payload.first_chunk()?;
            let inner = payload.get(8..)?;
            (flags & 0x08 != 0).then(|| entered(wraps).and_then(|()| link::ethernet(inner, wraps)))
        }
        Tunnel::Geneve => {
            let [first, _, high, low, ..] = *payload.first_chunk::<8>()?;
            let inner = payload.get(8usize.saturating_add(usize::from(first & 0x3f).saturating_mul(4))..)?;
            let protocol = u16::from_be_bytes([high, low]);
            (first >> 6 == 0).then(|| {
                entered(wraps)?;
                if protocol == 0x6558 {
                    link::ethernet(inner, wraps)
                } else {
                    link::ethertype(protocol, inner, wraps)
                }
            })
        }
        Tunnel::GtpU => {
            let inner = gtp_u(payload)?;
            // Beside IP, Ethernet and unstructured data are carried; nothing in the packet says which.
            matches!(inner.first()? >> 4, 4 | 6).then(|| entered(wraps).map(|()| inner))
        }
        _ => None,
    }
}

/// The T-PDU of a G-PDU of version 1.
fn gtp_u(payload: &[u8]) -> Option<&[u8]> {
    let [flags, message, high, low, ..] = *payload.first_chunk::<8>()?;
    if flags >> 5 != 1 || flags & 0x10 == 0 || message != 0xff {
        return None;
    }
    let len = usize::from(u16::from_be_bytes([high, low]));
    let rest = payload.get(8..)?;
    let rest = rest.get(..len).unwrap_or(rest);
    if flags & 7 == 0 {
        return Some(rest);
    }
    let mut next = *rest.get(3)?;
    let mut rest = rest.get(4..)?;
    if flags & 4 == 0 {
        return Some(rest);
    }
    for _ in 0..MAX_EXTENSIONS {
        if next == 0 {
            return Some(rest);
        }
        let len = usize::from(*rest.first()?).saturating_mul(4);
        next = *rest.get(len.checked_sub(1)?)?;
        rest = rest.get(len..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const IP: &[u8] = b"\x45ip";

    fn names(wraps: &Wraps) -> Vec<&'static str> {
        wraps.tunnels().collect()
    }

    #[test]
    fn gre_with_its_optional_fields() {
        for (flags, fields) in [(0u8, 0), (0x80, 4), (0x20, 4), (0x10, 4), (0xb0, 12)] {
            let packet = [&[flags, 0, 8, 0][..], &vec![0; fields], IP].concat();
            let mut wraps = Wraps::default();
            assert_eq!(gre(&packet, &mut wraps), Ok(IP), "{flags:x}");
            assert_eq!(names(&wraps), ["gre"]);
        }
        let pptp = [0x30, 1, 0x88, 0x0b, 0, 0, 0, 0];
        assert_eq!(gre(&pptp, &mut Wraps::default()), Err(Fate::IpProtocol(47)));
    }

    #[test]
    fn erspan_of_three_types() {
        let ethernet = [&[0u8; 12][..], &[8, 0], IP].concat();
        for (head, name) in [
            (&b"\0\0\x88\xbe"[..], "erspan-1"),
            (b"\x10\0\x88\xbe\0\0\0\x01\x10\x0a\0\x01\0\0\0\0", "erspan-2"),
            (b"\x10\0\x22\xeb\0\0\0\x01\x20\x0a\0\x01\0\0\0\0\0\0\0\0", "erspan-3"),
            (b"\x10\0\x22\xeb\0\0\0\x01\x20\x0a\0\x01\0\0\0\0\0\0\0\x01platform", "erspan-3"),
        ] {
            let mut wraps = Wraps::default();
            assert_eq!(gre(&[head, &ethernet].concat(), &mut wraps), Ok(IP), "{name}");
            assert_eq!(names(&wraps), [name]);
        }
        let ip = [&b"\x10\0\x22\xeb\0\0\0\x01\x20\x0a\0\x01\0\0\0\0\0\0\x08\0"[..], IP].concat();
        assert_eq!(gre(&ip, &mut Wraps::default()), Ok(IP));
    }

    #[test]
    fn tunnels_over_udp() {
        let ethernet = [&[0u8; 12][..], &[8, 0], IP].concat();
        let mut wraps = Wraps::default();
        let vxlan = [&[8, 0, 0, 0, 0, 0, 5, 0][..], &ethernet].concat();
        assert_eq!(udp(Tunnel::Vxlan, &vxlan, &mut wraps), Some(Ok(IP)));
        let geneve = [&[1, 0, 0x65, 0x58, 0, 0, 5, 0, 9, 9, 9, 9][..], &ethernet].concat();
        assert_eq!(udp(Tunnel::Geneve, &geneve, &mut wraps), Some(Ok(IP)));
        let gtp = [&[0x30, 0xff, 0, 3, 0, 0, 0, 1][..], IP].concat();
        assert_eq!(udp(Tunnel::GtpU, &gtp, &mut wraps), Some(Ok(IP)));
        let extended = [&[0x34, 0xff, 0, 11, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0][..], IP].concat();
        assert_eq!(udp(Tunnel::GtpU, &extended, &mut wraps), Some(Ok(IP)));
        assert_eq!(names(&wraps), ["vxlan", "geneve", "gtp-u", "gtp-u"]);
        let echo = [0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(udp(Tunnel::GtpU, &echo, &mut wraps), None);
        let endless = [&[0x34, 0xff, 0, 40, 0, 0, 0, 1, 0, 0, 0, 0x85][..], &[0x85; 64]].concat();
        assert_eq!(udp(Tunnel::GtpU, &endless, &mut wraps), None);
        for len in 0..8 {
            assert_eq!(udp(Tunnel::Vxlan, &vxlan[..len], &mut wraps), None, "{len}");
        }
    }

    #[test]
    fn a_ninth_tunnel_is_one_too_many() {
        let mut wraps = Wraps::default();
        let one = [&[0, 0, 8, 0][..], IP].concat();
        for _ in 0..Wraps::MAX {
            assert_eq!(gre(&one, &mut wraps), Ok(IP));
        }
        assert_eq!(gre(&one, &mut wraps), Err(Fate::Known(Known::TunnelsTooDeep)));
    }
}
