//! The dictionaries that SIP peers have: strings that SIP, SDP and presence documents are made of.
//!
//! Bytes as the RFCs print them; a test computes their identifiers. RFC 3485, RFC 5112.

use crate::state::StateItem;

/// The SIP and SDP dictionary: mandatory, need not be announced (RFC 3485, RFC 5049 §4.5).
pub const SIP_SDP: &[u8; 0x12e4] = include_bytes!("dict/rfc3485.bin");

/// Where the strings of [`SIP_SDP`] end and its table of 3-byte entries begins.
pub const SIP_SDP_STRINGS: usize = 0x0d8c;

/// The presence dictionary: optional, to be announced (RFC 5112).
pub const PRESENCE: &[u8; 0x0d93] = include_bytes!("dict/rfc5112.bin");

/// The identifier of the state that [`SIP_SDP`] makes.
pub const SIP_SDP_ID: [u8; 20] = [
    0xfb, 0xe5, 0x07, 0xdf, 0xe5, 0xe6, 0xaa, 0x5a, 0xf2, 0xab, 0xb9, 0x14, 0xce, 0xaa, 0x05, 0xf9, 0x9c,
    0xe6, 0x1b, 0xa5,
];

/// The identifier of the state that [`PRESENCE`] makes.
pub const PRESENCE_ID: [u8; 20] = [
    0xd9, 0x42, 0x29, 0x7d, 0x0b, 0xb3, 0x8f, 0xc0, 0x1d, 0x67, 0x41, 0xd6, 0xb3, 0xb4, 0x81, 0x57, 0xac,
    0x8e, 0x1b, 0xe0,
];

/// [`SIP_SDP`] as a state.
#[must_use]
pub fn sip_sdp() -> StateItem {
    StateItem::new(SIP_SDP.to_vec(), 0, 0, 6)
}

/// [`PRESENCE`] as a state.
#[must_use]
pub fn presence() -> StateItem {
    StateItem::new(PRESENCE.to_vec(), 0, 0, 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    // covers: RFC 3485 §2; RFC 5112 §2
    #[test]
    fn identifiers_are_those_of_the_rfcs() {
        assert_eq!(sip_sdp().id().0, SIP_SDP_ID);
        assert_eq!(presence().id().0, PRESENCE_ID);
    }

    #[test]
    fn the_table_points_into_the_strings() {
        for entry in SIP_SDP[SIP_SDP_STRINGS..].chunks_exact(3) {
            let at = usize::from(u16::from_be_bytes([entry[1], entry[2]])) - 1024;
            assert!(at + usize::from(entry[0]) <= SIP_SDP_STRINGS);
        }
    }
}
