//! What an INIT or INIT ACK says besides its fixed fields (RFC 9260 §5.1.2, §3.2.1).

use core::net::IpAddr;

use super::paths::is_plausible;
use crate::auth::KeyVector;
use crate::cookie::Supports;
use crate::wire::chunk::{Init, kind};
use crate::wire::{Param, Unknown};

/// Parameters of a peer.
#[derive(Debug, Default)]
pub(crate) struct PeerParams<'b> {
    /// Addresses that make sense, at most as many as wanted, none twice.
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) cookie: Option<&'b [u8]>,
    pub(crate) supports: Supports,
    pub(crate) auth: Option<KeyVector>,
    /// Unknown parameters that are to be reported, headers included.
    pub(crate) unknown: Vec<&'b [u8]>,
    /// An INIT with one is answered with ABORT (RFC 9260 §3.3.2.1.4).
    pub(crate) host_name: Option<&'b [u8]>,
    /// A parameter was malformed.
    pub(crate) malformed: bool,
}

impl<'b> PeerParams<'b> {
    pub(crate) fn read(init: &Init<'b>, locals: &[IpAddr], max_addresses: usize) -> PeerParams<'b> {
        let mut all = PeerParams::default();
        let mut chunks = (false, false);
        for raw in init.params() {
            let Ok(raw) = raw else {
                all.malformed = true;
                break;
            };
            match Param::parse(&raw) {
                Ok(Param::Address(address)) => {
                    let wanted = is_plausible(address, locals) && !all.addresses.contains(&address);
                    if wanted && all.addresses.len() < max_addresses {
                        all.addresses.push(address);
                    }
                }
                Ok(Param::StateCookie(cookie)) => all.cookie = Some(cookie),
                Ok(Param::HostName(_)) => all.host_name = Some(raw.bytes),
                Ok(Param::ForwardTsn) => all.supports.forward_tsn = true,
                Ok(Param::SupportedExtensions(list)) => {
                    all.supports.reconfig |= list.contains(&kind::RE_CONFIG);
                    all.supports.forward_tsn |= list.contains(&kind::FORWARD_TSN);
                    chunks = (list.contains(&kind::ASCONF), list.contains(&kind::ASCONF_ACK));
                }
                Ok(Param::Unknown(_)) => {
                    let unknown = Unknown::of_param(raw.kind);
                    if unknown.reported {
                        all.unknown.push(raw.bytes);
                    }
                    if !unknown.goes_on {
                        break;
                    }
                }
                Ok(_) => {}
                Err(_) => all.malformed = true,
            }
        }
        all.auth = KeyVector::of_params(init.params());
        // Never without AUTH (RFC 5061 §4.2.7).
        all.supports.asconf = chunks == (true, true) && all.auth.is_some();
        all
    }
}
