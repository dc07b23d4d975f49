//! NACKs: what went wrong, told to the sender.
//!
//! Builds and reads them. Whether one is sent, and what the compressor does about one, is the endpoint's; a NACK is
//! never answered by a NACK. RFC 4077 §3.

use alloc::vec::Vec;

use crate::header::{Header, Start};
use crate::reason::{Detail, Failure, PartialId, Reason};

/// A NACK as received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nack<'m> {
    /// The code as it stands; [`Nack::reason`] knows those of RFC 4077.
    pub code: u8,
    /// The opcode of the failed instruction.
    pub opcode: u8,
    /// Its address.
    pub pc: u16,
    /// SHA-1 of the message that failed, all zero for framing errors.
    pub sha1: [u8; 20],
    /// What follows, as it stands.
    pub details: &'m [u8],
}

impl<'m> Nack<'m> {
    /// Reads a message that is a NACK; `None` where it is none or is cut.
    #[must_use]
    pub fn parse(message: &'m [u8]) -> Option<Self> {
        let header = Header::parse(message).ok()?;
        Self::of(&header)
    }

    /// The NACK behind a header that announces one.
    #[must_use]
    pub fn of(header: &Header<'m>) -> Option<Self> {
        if header.start != (Start::Nack { version: 1 }) {
            return None;
        }
        let (&[code, opcode, high, low], rest) = header.input.split_first_chunk()?;
        let (sha1, details) = rest.split_first_chunk()?;
        Some(Self { code, opcode, pc: u16::from_be_bytes([high, low]), sha1: *sha1, details })
    }

    /// The reason; `None` for a code that RFC 4077 does not know.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        Reason::from_code(self.code)
    }

    /// The details as the reason defines them.
    #[must_use]
    pub fn detail(&self) -> Detail {
        match (self.reason(), self.details) {
            (Some(Reason::StateNotFound | Reason::IdNotUnique | Reason::StateTooShort), id)
                if (6..=20).contains(&id.len()) =>
            {
                Detail::State(PartialId::new(id))
            }
            (Some(Reason::CyclesExhausted), [cpb]) => Detail::CyclesPerBit(*cpb),
            (Some(Reason::BytecodesTooLarge), [high, low]) => {
                Detail::MemorySize(u16::from_be_bytes([*high, *low]))
            }
            _ => Detail::None,
        }
    }
}

/// Appends the NACK of a failure; `sha1` is that of the unframed message, zeros for a framing error.
pub fn write_nack(failure: &Failure, sha1: &[u8; 20], out: &mut Vec<u8>) {
    // No bytecode, version 1 where the destination would stand.
    out.extend_from_slice(&[0xf8, 0, 1, failure.reason.code(), failure.opcode]);
    out.extend_from_slice(&failure.pc.to_be_bytes());
    out.extend_from_slice(sha1);
    match failure.detail {
        Detail::None => {}
        Detail::State(id) => out.extend_from_slice(id.as_bytes()),
        Detail::CyclesPerBit(cpb) => out.push(cpb),
        Detail::MemorySize(size) => out.extend_from_slice(&size.to_be_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4077_3_what_is_written_is_read() {
        let id = PartialId::new(&[1, 2, 3, 4, 5, 6]);
        let details = [
            (Reason::StateNotFound, Detail::State(id)),
            (Reason::IdNotUnique, Detail::State(id)),
            (Reason::StateTooShort, Detail::State(id)),
            (Reason::CyclesExhausted, Detail::CyclesPerBit(16)),
            (Reason::BytecodesTooLarge, Detail::MemorySize(8192)),
            (Reason::Segfault, Detail::None),
        ];
        for (reason, detail) in details {
            let failure = Failure { reason, opcode: 31, pc: 0x1234, cycles: 9, detail };
            let mut wire = Vec::new();
            write_nack(&failure, &[7; 20], &mut wire);
            let nack = Nack::parse(&wire).unwrap();
            assert_eq!((nack.reason(), nack.opcode, nack.pc), (Some(reason), 31, 0x1234));
            assert_eq!((nack.sha1, nack.detail()), ([7; 20], detail));
            assert_eq!(Nack::parse(&wire[..26]), None);
        }
    }

    #[test]
    fn rfc4077_3_2_codes_are_1_to_25() {
        for (at, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(usize::from(reason.code()), at + 1);
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
        }
        assert_eq!((Reason::from_code(0), Reason::from_code(26)), (None, None));
    }
}
