//! Chunks: one file a type (RFC 9260 §3.2, §3.3).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |     type      |     flags     |    length, header included    |
//! +---------------+---------------+---------------+---------------+
//! |                     value, then 0 to 3 bytes of padding       |
//! +---------------------------------------------------------------+
//! ```

mod abort;
mod asconf;
mod auth;
mod cookie;
mod data;
mod ecn;
mod forward_tsn;
mod heartbeat;
mod i_data;
mod init;
mod pad;
mod reconfig;
mod sack;
mod shutdown;

pub use abort::{Abort, Causes};
pub use asconf::Asconf;
pub use auth::Auth;
pub use data::Data;
pub use forward_tsn::{ForwardTsn, IForwardTsn, Skipped};
pub use i_data::IData;
pub use init::Init;
pub use sack::{Gap, Sack};

use super::write::{Full, Writer};
use super::{Error, ErrorKind};

/// Chunk types (IANA, SCTP parameters).
pub mod kind {
    /// RFC 9260 §3.3.1.
    pub const DATA: u8 = 0;
    /// RFC 9260 §3.3.2.
    pub const INIT: u8 = 1;
    /// RFC 9260 §3.3.3.
    pub const INIT_ACK: u8 = 2;
    /// RFC 9260 §3.3.4.
    pub const SACK: u8 = 3;
    /// RFC 9260 §3.3.5.
    pub const HEARTBEAT: u8 = 4;
    /// RFC 9260 §3.3.6.
    pub const HEARTBEAT_ACK: u8 = 5;
    /// RFC 9260 §3.3.7.
    pub const ABORT: u8 = 6;
    /// RFC 9260 §3.3.8.
    pub const SHUTDOWN: u8 = 7;
    /// RFC 9260 §3.3.9.
    pub const SHUTDOWN_ACK: u8 = 8;
    /// RFC 9260 §3.3.10.
    pub const ERROR: u8 = 9;
    /// RFC 9260 §3.3.11.
    pub const COOKIE_ECHO: u8 = 10;
    /// RFC 9260 §3.3.12.
    pub const COOKIE_ACK: u8 = 11;
    /// RFC 4960 Appendix A.
    pub const ECNE: u8 = 12;
    /// Like [`ECNE`].
    pub const CWR: u8 = 13;
    /// RFC 9260 §3.3.13.
    pub const SHUTDOWN_COMPLETE: u8 = 14;
    /// RFC 4895 §4.1.
    pub const AUTH: u8 = 15;
    /// RFC 8260 §2.1.
    pub const I_DATA: u8 = 64;
    /// RFC 5061 §4.1.2.
    pub const ASCONF_ACK: u8 = 0x80;
    /// RFC 6525 §3.1.
    pub const RE_CONFIG: u8 = 0x82;
    /// RFC 4820 §3.
    pub const PAD: u8 = 0x84;
    /// RFC 3758 §3.2.
    pub const FORWARD_TSN: u8 = 0xc0;
    /// RFC 5061 §4.1.1.
    pub const ASCONF: u8 = 0xc1;
    /// RFC 8260 §2.3.1.
    pub const I_FORWARD_TSN: u8 = 0xc2;
}

/// The T bit of ABORT and SHUTDOWN-COMPLETE: the packet carries the receiver's own tag back to it
/// (RFC 9260 §8.5.1).
pub const T_BIT: u8 = 0x01;

/// A chunk whose value was not looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawChunk<'b> {
    /// Type, see [`kind`].
    pub kind: u8,
    /// Flags; their meaning depends on the type.
    pub flags: u8,
    /// What stands behind the length, without padding.
    pub value: &'b [u8],
    /// Header and value as they came, without padding.
    pub bytes: &'b [u8],
    /// Offset of the header in the packet.
    pub at: usize,
}

impl RawChunk<'_> {
    /// Offset of the value in the packet.
    pub(crate) fn value_at(&self) -> usize {
        self.at.saturating_add(4)
    }

    /// The error that fixed fields of this type are missing.
    pub(crate) fn short(&self) -> Error {
        Error::new(ErrorKind::Fields(self.kind), self.value_at().saturating_add(self.value.len()))
    }
}

/// A chunk by its type. Parameters, causes and blocks in it are walked when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Chunk<'b> {
    /// User data.
    Data(Data<'b>),
    /// Begins an association.
    Init(Init<'b>),
    /// Answers INIT.
    InitAck(Init<'b>),
    /// What has arrived.
    Sack(Sack<'b>),
    /// Asks whether a path works: its parameters, to be sent back as they are.
    Heartbeat(&'b [u8]),
    /// They come back.
    HeartbeatAck(&'b [u8]),
    /// Ends an association at once.
    Abort(Abort<'b>),
    /// Begins a graceful end: the cumulative TSN.
    Shutdown(u32),
    /// Answers SHUTDOWN.
    ShutdownAck,
    /// Something was wrong; the association lives on.
    Error(Causes<'b>),
    /// The State Cookie comes back.
    CookieEcho(&'b [u8]),
    /// The association stands.
    CookieAck,
    /// Congestion was marked: the lowest TSN.
    Ecne(u32),
    /// The window was reduced: the TSN.
    Cwr(u32),
    /// The end of a graceful end; its flags, see [`T_BIT`].
    ShutdownComplete(u8),
    /// Authenticates the chunks behind it.
    Auth(Auth<'b>),
    /// User data of interleaved messages.
    IData(IData<'b>),
    /// Changes addresses.
    Asconf(Asconf<'b>),
    /// Says how that went.
    AsconfAck(Asconf<'b>),
    /// Resets streams or adds some: its parameters.
    ReConfig(&'b [u8]),
    /// Fills a packet; this many bytes of value.
    Pad(usize),
    /// Data will never come.
    ForwardTsn(ForwardTsn<'b>),
    /// The same for interleaved messages.
    IForwardTsn(IForwardTsn<'b>),
    /// Of a type that is not in [`kind`]; [`super::Unknown`] tells what to do.
    Unknown(RawChunk<'b>),
}

impl<'b> Chunk<'b> {
    /// Looks into a chunk as far as its fixed fields go.
    ///
    /// # Errors
    /// [`ErrorKind::Fields`], [`ErrorKind::NoUserData`], [`ErrorKind::Overrun`].
    pub fn parse(raw: &RawChunk<'b>) -> Result<Chunk<'b>, Error> {
        Ok(match raw.kind {
            kind::DATA => Chunk::Data(Data::parse(raw)?),
            kind::INIT => Chunk::Init(Init::parse(raw)?),
            kind::INIT_ACK => Chunk::InitAck(Init::parse(raw)?),
            kind::SACK => Chunk::Sack(Sack::parse(raw)?),
            kind::HEARTBEAT => Chunk::Heartbeat(raw.value),
            kind::HEARTBEAT_ACK => Chunk::HeartbeatAck(raw.value),
            kind::ABORT => Chunk::Abort(Abort::parse(raw)),
            kind::SHUTDOWN => Chunk::Shutdown(shutdown::parse(raw)?),
            kind::SHUTDOWN_ACK => Chunk::ShutdownAck,
            kind::ERROR => Chunk::Error(Causes::parse(raw)),
            kind::COOKIE_ECHO => Chunk::CookieEcho(raw.value),
            kind::COOKIE_ACK => Chunk::CookieAck,
            kind::ECNE => Chunk::Ecne(ecn::parse(raw)?),
            kind::CWR => Chunk::Cwr(ecn::parse(raw)?),
            kind::SHUTDOWN_COMPLETE => Chunk::ShutdownComplete(raw.flags),
            kind::AUTH => Chunk::Auth(Auth::parse(raw)?),
            kind::I_DATA => Chunk::IData(IData::parse(raw)?),
            kind::ASCONF => Chunk::Asconf(Asconf::parse(raw)?),
            kind::ASCONF_ACK => Chunk::AsconfAck(Asconf::parse(raw)?),
            kind::RE_CONFIG => Chunk::ReConfig(raw.value),
            kind::PAD => Chunk::Pad(raw.value.len()),
            kind::FORWARD_TSN => Chunk::ForwardTsn(ForwardTsn::parse(raw)?),
            kind::I_FORWARD_TSN => Chunk::IForwardTsn(IForwardTsn::parse(raw)?),
            _ => Chunk::Unknown(*raw),
        })
    }

    /// Appends the chunk.
    ///
    /// # Errors
    /// [`Full`]; nothing is written then.
    pub fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        match self {
            Chunk::Data(data) => data.emit(w),
            Chunk::Init(init) => init.emit(w, kind::INIT),
            Chunk::InitAck(init) => init.emit(w, kind::INIT_ACK),
            Chunk::Sack(sack) => sack.emit(w),
            Chunk::Heartbeat(params) => heartbeat::emit(w, kind::HEARTBEAT, params),
            Chunk::HeartbeatAck(params) => heartbeat::emit(w, kind::HEARTBEAT_ACK, params),
            Chunk::Abort(abort) => abort.emit(w),
            Chunk::Shutdown(tsn) => shutdown::emit(w, *tsn),
            Chunk::ShutdownAck => shutdown::emit_ack(w),
            Chunk::Error(causes) => causes.emit(w),
            Chunk::CookieEcho(cookie) => cookie::emit_echo(w, cookie),
            Chunk::CookieAck => cookie::emit_ack(w),
            Chunk::Ecne(tsn) => ecn::emit(w, kind::ECNE, *tsn),
            Chunk::Cwr(tsn) => ecn::emit(w, kind::CWR, *tsn),
            Chunk::ShutdownComplete(flags) => shutdown::emit_complete(w, *flags),
            Chunk::Auth(auth) => auth.emit(w),
            Chunk::IData(data) => data.emit(w),
            Chunk::Asconf(asconf) => asconf.emit(w, kind::ASCONF),
            Chunk::AsconfAck(asconf) => asconf.emit(w, kind::ASCONF_ACK),
            Chunk::ReConfig(params) => reconfig::emit(w, params),
            Chunk::Pad(len) => pad::emit(w, *len),
            Chunk::ForwardTsn(forward) => forward.emit(w),
            Chunk::IForwardTsn(forward) => forward.emit(w),
            Chunk::Unknown(raw) => w.tlv([raw.kind, raw.flags], |w| w.put(raw.value)),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Emits, walks and parses again; gives the bytes of the chunk.
    pub(crate) fn there_and_back(chunk: Chunk<'_>) -> Vec<u8> {
        let mut buffer = [0; 2048];
        let mut writer = Writer::new(&mut buffer);
        chunk.emit(&mut writer).unwrap();
        let bytes = writer.written().to_vec();
        let raw = RawChunk { kind: bytes[0], flags: bytes[1], value: &bytes[4..], bytes: &bytes, at: 0 };
        assert_eq!(usize::from(u16::from_be_bytes([bytes[2], bytes[3]])), bytes.len());
        assert_eq!(Chunk::parse(&raw).unwrap(), chunk);
        bytes
    }

    /// Every shorter value of a chunk whose fixed fields take `fixed` bytes is refused at its end.
    pub(crate) fn refuses_short(kind: u8, fixed: usize) {
        for len in 0..fixed {
            let value = vec![0; len];
            let raw = RawChunk { kind, flags: 0, value: &value, bytes: &value, at: 12 };
            let error = Chunk::parse(&raw).unwrap_err();
            assert_eq!((error.kind, error.at), (ErrorKind::Fields(kind), 16 + len));
        }
    }

    #[test]
    fn unknown_chunks_survive() {
        let raw = RawChunk { kind: 0x3f, flags: 9, value: b"abc", bytes: b"\x3f\x09\0\x07abc", at: 0 };
        assert_eq!(there_and_back(Chunk::Unknown(raw)), raw.bytes);
    }
}
