//! Requests and answers of ASCONF: add, delete, set primary; success, error (RFC 5061 §4.2).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! | type = 0xc001, 0xc002, 0xc004 |            length             |
//! +---------------+---------------+---------------+---------------+
//! |                          correlation                          |
//! +---------------+---------------+---------------+---------------+
//! |       an address parameter                                    |
//! +---------------+---------------+---------------+---------------+
//! |    type = 0xc003, 0xc005      |            length             |
//! +---------------+---------------+---------------+---------------+
//! |                          correlation                          |
//! +---------------+---------------+---------------+---------------+
//! |       error causes (0xc003 alone)                             |
//! ```

use core::net::IpAddr;

use super::super::chunk::Causes;
use super::super::read::u32_at;
use super::super::write::{Full, Writer};
use super::address::{self, emit_address};
use super::{Param, Params, kind};

/// One request about one address. The unspecified address stands for the one that the packet came
/// from (RFC 5061 §4.2.1, §4.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressChange {
    /// ASCONF-Request Correlation ID: which answer belongs to it.
    pub correlation: u32,
    /// The address.
    pub address: IpAddr,
}

/// A request that failed, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CauseIndication<'b> {
    /// Of the request.
    pub correlation: u32,
    /// Why.
    pub causes: Causes<'b>,
}

impl CauseIndication<'_> {
    pub(super) fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv(kind::ERROR_CAUSE.to_be_bytes(), |w| {
            w.u32(self.correlation)?;
            w.put(self.causes.bytes())
        })
    }
}

pub(super) fn parse(kind: u16, value: &[u8]) -> Option<Param<'_>> {
    let (correlation, rest) = (u32_at(value, 0)?, value.get(4..)?);
    match kind {
        kind::SUCCESS => return rest.is_empty().then_some(Param::Success(correlation)),
        kind::ERROR_CAUSE => {
            return Some(Param::ErrorCause(CauseIndication { correlation, causes: Causes::new(rest) }));
        }
        _ => {}
    }
    let raw = Params::new(rest, 0).next()?.ok()?;
    let known = matches!(raw.kind, kind::IPV4 | kind::IPV6);
    let change =
        AddressChange { correlation, address: known.then(|| address::parse(raw.kind, raw.value)).flatten()? };
    Some(match kind {
        kind::ADD_ADDRESS => Param::AddAddress(change),
        kind::DELETE_ADDRESS => Param::DeleteAddress(change),
        _ => Param::SetPrimary(change),
    })
}

/// Appends a request of the type given.
///
/// # Errors
/// [`Full`].
pub fn emit_change(w: &mut Writer<'_>, kind: u16, change: AddressChange) -> Result<(), Full> {
    w.tlv(kind.to_be_bytes(), |w| {
        w.u32(change.correlation)?;
        emit_address(w, change.address)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{refuses_len, there_and_back};
    use super::*;

    #[test]
    fn rfc5061_4_2_requests_hold_an_address_parameter() {
        let change = AddressChange { correlation: 3, address: [127, 0, 0, 1].into() };
        let bytes = there_and_back(Param::AddAddress(change));
        assert_eq!(bytes, b"\xc0\x01\0\x10\0\0\0\x03\0\x05\0\x08\x7f\0\0\x01");
        assert_eq!(there_and_back(Param::DeleteAddress(change))[..2], *b"\xc0\x02");
        assert_eq!(there_and_back(Param::SetPrimary(change))[..2], *b"\xc0\x04");
        assert_eq!(there_and_back(Param::Success(3)), b"\xc0\x05\0\x08\0\0\0\x03");
        let failed = CauseIndication { correlation: 3, causes: Causes::new(b"\0\xa0\0\x04") };
        assert_eq!(there_and_back(Param::ErrorCause(failed)), b"\xc0\x03\0\x0c\0\0\0\x03\0\xa0\0\x04");
        refuses_len(kind::ADD_ADDRESS, 4);
        refuses_len(kind::SUCCESS, 3);
        refuses_len(kind::SUCCESS, 5);
    }
}
