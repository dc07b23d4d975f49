//! IPv4 and IPv6 addresses, and which of them the sender can use (RFC 9260 §3.3.2.1).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |         type = 5 or 6         |       length = 8 or 20        |
//! +---------------+---------------+---------------+---------------+
//! |                    4 or 16 bytes of address                   |
//! +---------------+---------------+---------------+---------------+
//! |           type = 12           |       length = 4 + 2 n        |
//! +---------------+---------------+---------------+---------------+
//! |       5, 6 or 11, two bytes each                              |
//! ```

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::write::{Full, Writer};
use super::{Param, kind};

pub(super) fn parse(kind: u16, value: &[u8]) -> Option<IpAddr> {
    if kind == kind::IPV4 {
        return <[u8; 4]>::try_from(value).ok().map(|it| Ipv4Addr::from(it).into());
    }
    <[u8; 16]>::try_from(value).ok().map(|it| Ipv6Addr::from(it).into())
}

pub(super) fn parse_types(value: &[u8]) -> Option<Param<'_>> {
    (value.len() >= 2 && value.len().is_multiple_of(2)).then_some(Param::SupportedAddressTypes(value))
}

/// Appends an address parameter.
///
/// # Errors
/// [`Full`].
pub fn emit_address(w: &mut Writer<'_>, address: IpAddr) -> Result<(), Full> {
    match address {
        IpAddr::V4(it) => w.tlv(kind::IPV4.to_be_bytes(), |w| w.put(&it.octets())),
        IpAddr::V6(it) => w.tlv(kind::IPV6.to_be_bytes(), |w| w.put(&it.octets())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{refuses_len, there_and_back};
    use super::*;

    #[test]
    fn rfc9260_3_3_2_1_addresses_of_both_families() {
        let v4 = there_and_back(Param::Address(Ipv4Addr::new(10, 71, 1, 2).into()));
        assert_eq!(v4, b"\0\x05\0\x08\x0a\x47\x01\x02");
        assert_eq!(there_and_back(Param::Address(Ipv6Addr::LOCALHOST.into())).len(), 20);
        assert_eq!(there_and_back(Param::SupportedAddressTypes(b"\0\x05")), b"\0\x0c\0\x06\0\x05");
        there_and_back(Param::HostName(b"host\0"));
        for len in [0, 3, 5, 16] {
            refuses_len(kind::IPV4, len);
        }
        refuses_len(kind::IPV6, 4);
        refuses_len(kind::SUPPORTED_ADDRESS_TYPES, 3);
    }
}
