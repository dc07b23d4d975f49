//! Packets, chunks, parameters and error causes as bytes (RFC 9260 §3).
//!
//! Reading borrows and is lazy: [`Packet`] gives raw chunks, a [`Chunk`] is made of one when asked,
//! parameters are walked when asked. Writing fills a buffer of the caller's through [`PacketWriter`].
//! Holds no association state and decides nothing: what an unknown chunk or parameter demands is told
//! by [`Unknown`], and doing it is the association's. Nothing here allocates; every walk ends with the
//! bytes it walks over.
//!
//! ```
//! use simdsip_sctp::wire::{Checksum, Chunk, Data, Header, Packet, PacketWriter};
//!
//! let mut buffer = [0; 1500];
//! let header = Header { src_port: 5060, dst_port: 5060, tag: 0x1234_5678 };
//! let mut writer = PacketWriter::new(&mut buffer, header)?;
//! let data = Data { flags: Data::WHOLE, tsn: 7, stream: 0, ssn: 0, ppid: 0, payload: b"OPTIONS" };
//! writer.chunk(&Chunk::Data(data))?;
//! let packet = writer.finish();
//!
//! let packet = Packet::parse(packet)?;
//! assert_eq!((packet.header(), packet.checksum()), (header, Checksum::Correct));
//! let raw = packet.chunks().next().unwrap()?;
//! assert_eq!(Chunk::parse(&raw)?, Chunk::Data(data));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::string_slice
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

pub mod cause;
pub mod chunk;
mod error;
mod packet;
pub mod param;
mod read;
mod tlv;
mod write;

pub use cause::{Cause, CauseCode};
pub use chunk::{Chunk, Data, RawChunk};
pub use error::{Error, ErrorKind};
pub use packet::{Checksum, Chunks, Header, Packet, PacketWriter};
pub use param::{Param, RawParam};
pub use tlv::{Tlv, Tlvs, Unknown};
pub use write::{Full, Writer};

/// Bytes of the common header (RFC 9260 §3.1).
pub const HEADER_LEN: usize = 12;

/// The UDP port that SCTP packets are carried on unless agreed otherwise (RFC 6951 §5.1).
pub const UDP_PORT: u16 = 9899;
