//! Parameters of INIT, INIT ACK, HEARTBEAT, ASCONF and RE-CONFIG: one file a family (RFC 9260 §3.2.1).
//!
//! The layout is that of `super::tlv`.

mod adaptation;
mod address;
mod asconf;
mod auth;
mod cookie;
mod extension;
mod heartbeat_info;
mod reconfig;
mod unrecognized;

use core::net::IpAddr;

pub use address::emit_address;
pub use asconf::{AddressChange, CauseIndication, emit_change};
pub use reconfig::{AddStreams, ResetIncoming, ResetOutgoing, Response};

use super::tlv::{Tlv, Tlvs};
use super::write::{Full, Writer};
use super::{Error, ErrorKind};

/// Parameter types (IANA, SCTP parameters).
pub mod kind {
    /// RFC 9260 §3.3.5.
    pub const HEARTBEAT_INFO: u16 = 1;
    /// RFC 9260 §3.3.2.1.1.
    pub const IPV4: u16 = 5;
    /// RFC 9260 §3.3.2.1.2.
    pub const IPV6: u16 = 6;
    /// RFC 9260 §3.3.3.1.
    pub const STATE_COOKIE: u16 = 7;
    /// RFC 9260 §3.3.3.1.
    pub const UNRECOGNIZED: u16 = 8;
    /// RFC 9260 §3.3.2.1.3.
    pub const COOKIE_PRESERVATIVE: u16 = 9;
    /// RFC 9260 §3.3.2.1.4: deprecated, and answered with ABORT.
    pub const HOST_NAME: u16 = 11;
    /// RFC 9260 §3.3.2.1.5.
    pub const SUPPORTED_ADDRESS_TYPES: u16 = 12;
    /// RFC 6525 §4.1.
    pub const RESET_OUTGOING: u16 = 13;
    /// RFC 6525 §4.2.
    pub const RESET_INCOMING: u16 = 14;
    /// RFC 6525 §4.3.
    pub const RESET_TSN: u16 = 15;
    /// RFC 6525 §4.4.
    pub const RECONFIG_RESPONSE: u16 = 16;
    /// RFC 6525 §4.5.
    pub const ADD_OUTGOING: u16 = 17;
    /// RFC 6525 §4.6.
    pub const ADD_INCOMING: u16 = 18;
    /// RFC 4960 Appendix A.
    pub const ECN_CAPABLE: u16 = 0x8000;
    /// RFC 4895 §3.1.
    pub const RANDOM: u16 = 0x8002;
    /// RFC 4895 §3.2.
    pub const CHUNK_LIST: u16 = 0x8003;
    /// RFC 4895 §3.3.
    pub const HMAC_ALGO: u16 = 0x8004;
    /// RFC 4820 §4.
    pub const PADDING: u16 = 0x8005;
    /// RFC 5061 §4.2.7.
    pub const SUPPORTED_EXTENSIONS: u16 = 0x8008;
    /// RFC 3758 §3.1.
    pub const FORWARD_TSN: u16 = 0xc000;
    /// RFC 5061 §4.2.1.
    pub const ADD_ADDRESS: u16 = 0xc001;
    /// RFC 5061 §4.2.2.
    pub const DELETE_ADDRESS: u16 = 0xc002;
    /// RFC 5061 §4.2.3.
    pub const ERROR_CAUSE: u16 = 0xc003;
    /// RFC 5061 §4.2.4.
    pub const SET_PRIMARY: u16 = 0xc004;
    /// RFC 5061 §4.2.5.
    pub const SUCCESS: u16 = 0xc005;
    /// RFC 5061 §4.2.6.
    pub const ADAPTATION: u16 = 0xc006;
}

/// A parameter that was not looked into.
pub type RawParam<'b> = Tlv<'b>;

/// Walks parameters.
pub type Params<'b> = Tlvs<'b>;

/// A parameter by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Param<'b> {
    /// What a HEARTBEAT carries; means something to its sender alone.
    HeartbeatInfo(&'b [u8]),
    /// An address of the sender.
    Address(IpAddr),
    /// To be sent back as it is.
    StateCookie(&'b [u8]),
    /// A parameter that the other end did not know, header included.
    Unrecognized(&'b [u8]),
    /// By how many milliseconds the cookie should live longer.
    CookiePreservative(u32),
    /// A host name, which nobody may send any more.
    HostName(&'b [u8]),
    /// Address types that the sender can use: types of parameters, two bytes each.
    SupportedAddressTypes(&'b [u8]),
    /// The sender resets its outgoing streams.
    ResetOutgoing(ResetOutgoing<'b>),
    /// The sender asks the receiver to.
    ResetIncoming(ResetIncoming<'b>),
    /// All streams and TSNs anew: the request's sequence number.
    ResetTsn(u32),
    /// How a request went.
    ReconfigResponse(Response),
    /// The sender wants more outgoing streams.
    AddOutgoing(AddStreams),
    /// The sender wants the receiver to have more.
    AddIncoming(AddStreams),
    /// The sender understands ECN.
    EcnCapable,
    /// Random bytes that keys are made of.
    Random(&'b [u8]),
    /// Chunk types that the sender wants to see authenticated, a byte each.
    ChunkList(&'b [u8]),
    /// HMAC identifiers in order of preference, two bytes each.
    HmacAlgo(&'b [u8]),
    /// Nothing, of this length.
    Padding(usize),
    /// Chunk types that the sender understands, a byte each.
    SupportedExtensions(&'b [u8]),
    /// The sender understands FORWARD-TSN.
    ForwardTsn,
    /// An address to add.
    AddAddress(AddressChange),
    /// An address to delete.
    DeleteAddress(AddressChange),
    /// A request that failed.
    ErrorCause(CauseIndication<'b>),
    /// An address to send to first.
    SetPrimary(AddressChange),
    /// A request that was carried out: its correlation.
    Success(u32),
    /// Adaptation Code Point.
    Adaptation(u32),
    /// Of a type that is not in [`kind`]; [`super::Unknown`] tells what to do.
    Unknown(RawParam<'b>),
}

impl<'b> Param<'b> {
    /// Looks into a parameter.
    ///
    /// # Errors
    /// [`ErrorKind::Param`] where the value has not the form that its RFC gives it.
    pub fn parse(raw: &RawParam<'b>) -> Result<Param<'b>, Error> {
        let value = raw.value;
        let parsed = match raw.kind {
            kind::HEARTBEAT_INFO => heartbeat_info::parse(value),
            kind::IPV4 | kind::IPV6 => address::parse(raw.kind, value).map(Param::Address),
            kind::STATE_COOKIE | kind::COOKIE_PRESERVATIVE => cookie::parse(raw.kind, value),
            kind::UNRECOGNIZED => unrecognized::parse(value),
            kind::HOST_NAME => Some(Param::HostName(value)),
            kind::SUPPORTED_ADDRESS_TYPES => address::parse_types(value),
            kind::RESET_OUTGOING
            | kind::RESET_INCOMING
            | kind::RESET_TSN
            | kind::RECONFIG_RESPONSE
            | kind::ADD_OUTGOING
            | kind::ADD_INCOMING => reconfig::parse(raw.kind, value),
            kind::RANDOM | kind::CHUNK_LIST | kind::HMAC_ALGO => auth::parse(raw.kind, value),
            kind::ECN_CAPABLE | kind::FORWARD_TSN | kind::SUPPORTED_EXTENSIONS | kind::PADDING => {
                extension::parse(raw.kind, value)
            }
            kind::ADD_ADDRESS
            | kind::DELETE_ADDRESS
            | kind::SET_PRIMARY
            | kind::ERROR_CAUSE
            | kind::SUCCESS => asconf::parse(raw.kind, value),
            kind::ADAPTATION => adaptation::parse(value),
            _ => Some(Param::Unknown(*raw)),
        };
        parsed.ok_or(Error::new(ErrorKind::Param(raw.kind), raw.at))
    }

    /// Appends the parameter.
    ///
    /// # Errors
    /// [`Full`].
    pub fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        let put = |w: &mut Writer<'_>, kind: u16, value: &[u8]| w.tlv(kind.to_be_bytes(), |w| w.put(value));
        match self {
            Param::HeartbeatInfo(value) => put(w, kind::HEARTBEAT_INFO, value),
            Param::Address(address) => emit_address(w, *address),
            Param::StateCookie(value) => put(w, kind::STATE_COOKIE, value),
            Param::Unrecognized(value) => put(w, kind::UNRECOGNIZED, value),
            Param::CookiePreservative(value) => put(w, kind::COOKIE_PRESERVATIVE, &value.to_be_bytes()),
            Param::HostName(value) => put(w, kind::HOST_NAME, value),
            Param::SupportedAddressTypes(value) => put(w, kind::SUPPORTED_ADDRESS_TYPES, value),
            Param::ResetOutgoing(it) => it.emit(w),
            Param::ResetIncoming(it) => it.emit(w),
            Param::ResetTsn(number) => put(w, kind::RESET_TSN, &number.to_be_bytes()),
            Param::ReconfigResponse(it) => it.emit(w),
            Param::AddOutgoing(it) => it.emit(w, kind::ADD_OUTGOING),
            Param::AddIncoming(it) => it.emit(w, kind::ADD_INCOMING),
            Param::EcnCapable => put(w, kind::ECN_CAPABLE, &[]),
            Param::Random(value) => put(w, kind::RANDOM, value),
            Param::ChunkList(value) => put(w, kind::CHUNK_LIST, value),
            Param::HmacAlgo(value) => put(w, kind::HMAC_ALGO, value),
            Param::Padding(len) => extension::emit_padding(w, *len),
            Param::SupportedExtensions(value) => put(w, kind::SUPPORTED_EXTENSIONS, value),
            Param::ForwardTsn => put(w, kind::FORWARD_TSN, &[]),
            Param::AddAddress(it) => emit_change(w, kind::ADD_ADDRESS, *it),
            Param::DeleteAddress(it) => emit_change(w, kind::DELETE_ADDRESS, *it),
            Param::SetPrimary(it) => emit_change(w, kind::SET_PRIMARY, *it),
            Param::ErrorCause(it) => it.emit(w),
            Param::Success(correlation) => put(w, kind::SUCCESS, &correlation.to_be_bytes()),
            Param::Adaptation(point) => put(w, kind::ADAPTATION, &point.to_be_bytes()),
            Param::Unknown(raw) => put(w, raw.kind, raw.value),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Emits, walks and parses again; gives the bytes.
    pub(crate) fn there_and_back(param: Param<'_>) -> Vec<u8> {
        let mut buffer = [0; 2048];
        let mut writer = Writer::new(&mut buffer);
        param.emit(&mut writer).unwrap();
        let bytes = writer.written().to_vec();
        let mut walk = Params::new(&bytes, 0);
        let raw = walk.next().unwrap().unwrap();
        assert_eq!(Param::parse(&raw).unwrap(), param);
        assert!(walk.next().is_none());
        bytes
    }

    /// A value of this length is refused.
    pub(crate) fn refuses_len(kind: u16, len: usize) {
        let value = vec![0; len];
        let error = Param::parse(&RawParam { kind, value: &value, bytes: &[], at: 7 }).unwrap_err();
        assert_eq!(error, Error::new(ErrorKind::Param(kind), 7));
    }

    #[test]
    fn unknown_parameters_survive() {
        let raw = RawParam { kind: 0xbeef, value: b"x", bytes: b"\xbe\xef\0\x05x", at: 0 };
        assert_eq!(there_and_back(Param::Unknown(raw)), raw.bytes);
    }
}
