//! Error causes of ABORT, ERROR and ASCONF-ACK (RFC 9260 §3.3.10; RFC 5061 §4.3, RFC 4895 §4.2).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |             code              |    length, header included    |
//! +---------------+---------------+---------------+---------------+
//! |       what there is to say                                    |
//! ```

use super::read::{u16_at, u32_at};
use super::tlv::Tlv;
use super::write::{Full, Writer};
use super::{Error, ErrorKind};

/// What a cause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CauseCode(pub u16);

impl CauseCode {
    /// RFC 9260 §3.3.10.1.
    pub const INVALID_STREAM: CauseCode = CauseCode(1);
    /// RFC 9260 §3.3.10.2.
    pub const MISSING_PARAM: CauseCode = CauseCode(2);
    /// RFC 9260 §3.3.10.3.
    pub const STALE_COOKIE: CauseCode = CauseCode(3);
    /// RFC 9260 §3.3.10.4.
    pub const OUT_OF_RESOURCE: CauseCode = CauseCode(4);
    /// RFC 9260 §3.3.10.5.
    pub const UNRESOLVABLE_ADDRESS: CauseCode = CauseCode(5);
    /// RFC 9260 §3.3.10.6.
    pub const UNRECOGNIZED_CHUNK: CauseCode = CauseCode(6);
    /// RFC 9260 §3.3.10.7.
    pub const INVALID_PARAM: CauseCode = CauseCode(7);
    /// RFC 9260 §3.3.10.8.
    pub const UNRECOGNIZED_PARAMS: CauseCode = CauseCode(8);
    /// RFC 9260 §3.3.10.9.
    pub const NO_USER_DATA: CauseCode = CauseCode(9);
    /// RFC 9260 §3.3.10.10.
    pub const COOKIE_WHILE_SHUTTING_DOWN: CauseCode = CauseCode(10);
    /// RFC 9260 §3.3.10.11.
    pub const RESTART_WITH_NEW_ADDRESSES: CauseCode = CauseCode(11);
    /// RFC 9260 §3.3.10.12.
    pub const USER_ABORT: CauseCode = CauseCode(12);
    /// RFC 9260 §3.3.10.13.
    pub const PROTOCOL_VIOLATION: CauseCode = CauseCode(13);
    /// RFC 6951 §4: a restart from another encapsulation port.
    pub const RESTART_WITH_NEW_PORT: CauseCode = CauseCode(14);
    /// RFC 5061 §4.3.1.
    pub const DELETE_LAST_ADDRESS: CauseCode = CauseCode(0xa0);
    /// RFC 5061 §4.3.2.
    pub const REFUSED_FOR_RESOURCES: CauseCode = CauseCode(0xa1);
    /// RFC 5061 §4.3.3.
    pub const DELETE_SOURCE_ADDRESS: CauseCode = CauseCode(0xa2);
    /// RFC 5061 §4.3.4.
    pub const ILLEGAL_ASCONF_ACK: CauseCode = CauseCode(0xa3);
    /// RFC 5061 §4.3.5.
    pub const NO_AUTHORIZATION: CauseCode = CauseCode(0xa4);
    /// RFC 4895 §4.2.
    pub const UNSUPPORTED_HMAC: CauseCode = CauseCode(0x105);
}

/// A cause with what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause<'b> {
    /// DATA on a stream that does not exist.
    InvalidStream(u16),
    /// Mandatory parameters are missing: how many, then their types.
    MissingParam(&'b [u8]),
    /// The cookie is too old, by this many microseconds.
    StaleCookie(u32),
    /// The chunk, header included, that was not understood.
    UnrecognizedChunk(&'b [u8]),
    /// The parameters, headers included, that were not understood.
    UnrecognizedParams(&'b [u8]),
    /// The TSN of a DATA chunk without data.
    NoUserData(u32),
    /// Any other: its value means what the RFC of the code says.
    Other(CauseCode, &'b [u8]),
}

impl<'b> Cause<'b> {
    /// Looks into a cause.
    ///
    /// # Errors
    /// [`ErrorKind::Cause`].
    pub fn parse(raw: &Tlv<'b>) -> Result<Cause<'b>, Error> {
        let value = raw.value;
        let parsed = match CauseCode(raw.kind) {
            CauseCode::INVALID_STREAM => {
                u16_at(value, 0).filter(|_| value.len() == 4).map(Cause::InvalidStream)
            }
            CauseCode::MISSING_PARAM => (value.len() >= 4).then_some(Cause::MissingParam(value)),
            CauseCode::STALE_COOKIE => u32_at(value, 0).filter(|_| value.len() == 4).map(Cause::StaleCookie),
            CauseCode::UNRECOGNIZED_CHUNK => Some(Cause::UnrecognizedChunk(value)),
            CauseCode::UNRECOGNIZED_PARAMS => Some(Cause::UnrecognizedParams(value)),
            CauseCode::NO_USER_DATA => u32_at(value, 0).filter(|_| value.len() == 4).map(Cause::NoUserData),
            code => Some(Cause::Other(code, value)),
        };
        parsed.ok_or(Error::new(ErrorKind::Cause(raw.kind), raw.at))
    }

    /// Which it is.
    pub fn code(&self) -> CauseCode {
        match self {
            Cause::InvalidStream(_) => CauseCode::INVALID_STREAM,
            Cause::MissingParam(_) => CauseCode::MISSING_PARAM,
            Cause::StaleCookie(_) => CauseCode::STALE_COOKIE,
            Cause::UnrecognizedChunk(_) => CauseCode::UNRECOGNIZED_CHUNK,
            Cause::UnrecognizedParams(_) => CauseCode::UNRECOGNIZED_PARAMS,
            Cause::NoUserData(_) => CauseCode::NO_USER_DATA,
            Cause::Other(code, _) => *code,
        }
    }

    /// Appends the cause.
    ///
    /// # Errors
    /// [`Full`].
    pub fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv(self.code().0.to_be_bytes(), |w| match self {
            Cause::InvalidStream(stream) => {
                w.u16(*stream)?;
                w.u16(0)
            }
            Cause::StaleCookie(number) | Cause::NoUserData(number) => w.u32(*number),
            Cause::MissingParam(value)
            | Cause::UnrecognizedChunk(value)
            | Cause::UnrecognizedParams(value)
            | Cause::Other(_, value) => w.put(value),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tlv::Tlvs;
    use super::*;

    fn there_and_back(cause: Cause<'_>) -> Vec<u8> {
        let mut buffer = [0; 256];
        let mut writer = Writer::new(&mut buffer);
        cause.emit(&mut writer).unwrap();
        let bytes = writer.written().to_vec();
        let raw = Tlvs::new(&bytes, 0).next().unwrap().unwrap();
        assert_eq!(Cause::parse(&raw).unwrap(), cause);
        assert_eq!(raw.kind, cause.code().0);
        bytes
    }

    #[test]
    fn rfc9260_3_3_10_causes_have_codes_and_values() {
        assert_eq!(there_and_back(Cause::InvalidStream(5)), b"\0\x01\0\x08\0\x05\0\0");
        assert_eq!(there_and_back(Cause::StaleCookie(5)), b"\0\x03\0\x08\0\0\0\x05");
        assert_eq!(there_and_back(Cause::NoUserData(5)), b"\0\x09\0\x08\0\0\0\x05");
        there_and_back(Cause::MissingParam(b"\0\0\0\x01\0\x07"));
        there_and_back(Cause::UnrecognizedChunk(b"\xc5\0\0\x04"));
        there_and_back(Cause::UnrecognizedParams(b"\xc5\0\0\x04"));
        there_and_back(Cause::Other(CauseCode::USER_ABORT, b"bye"));
    }

    #[test]
    fn a_cause_of_the_wrong_length_is_refused() {
        let raw = Tlv { kind: 1, value: b"\0\x01", bytes: b"", at: 4 };
        assert_eq!(Cause::parse(&raw), Err(Error::new(ErrorKind::Cause(1), 4)));
    }
}
