//! Requests and answers of RE-CONFIG (RFC 6525 §4).
//!
//! ```text
//! +---------------+---------------+---------------+---------------+
//! |        type = 13 .. 18        |            length             |
//! +---------------+---------------+---------------+---------------+
//! |                    request sequence number                    |
//! +---------------+---------------+---------------+---------------+
//! |      13: response sequence number, last TSN, streams          |
//! |      14: streams        15: nothing                           |
//! |      16: result, then two TSNs or none                        |
//! |  17, 18: number of new streams, two bytes reserved            |
//! ```

use super::super::read::{u16_at, u16s, u32_at};
use super::super::write::{Full, Writer};
use super::{Param, kind};

/// Outgoing SSN Reset Request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetOutgoing<'b> {
    /// Number of this request.
    pub request: u32,
    /// Number of the request that it answers, or the last that was seen.
    pub response: u32,
    /// The last TSN that the sender has assigned.
    pub last_tsn: u32,
    streams: &'b [u8],
}

impl<'b> ResetOutgoing<'b> {
    /// Streams to reset; none means all.
    pub fn streams(&self) -> impl Iterator<Item = u16> + Clone + 'b {
        u16s(self.streams)
    }

    pub(super) fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv(kind::RESET_OUTGOING.to_be_bytes(), |w| {
            w.u32(self.request)?;
            w.u32(self.response)?;
            w.u32(self.last_tsn)?;
            w.put(self.streams)
        })
    }
}

/// Incoming SSN Reset Request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetIncoming<'b> {
    /// Number of this request.
    pub request: u32,
    streams: &'b [u8],
}

impl<'b> ResetIncoming<'b> {
    /// Streams to reset; none means all.
    pub fn streams(&self) -> impl Iterator<Item = u16> + Clone + 'b {
        u16s(self.streams)
    }

    pub(super) fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv(kind::RESET_INCOMING.to_be_bytes(), |w| {
            w.u32(self.request)?;
            w.put(self.streams)
        })
    }
}

/// Re-configuration Response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    /// Number of the request that it answers.
    pub request: u32,
    /// How it went, see the constants.
    pub result: u32,
    /// Sender's and receiver's next TSN, after an SSN/TSN reset.
    pub tsns: Option<(u32, u32)>,
}

impl Response {
    /// Success, there was nothing to do.
    pub const NOTHING_TO_DO: u32 = 0;
    /// Success.
    pub const PERFORMED: u32 = 1;
    /// Not wanted.
    pub const DENIED: u32 = 2;
    /// A stream that does not exist.
    pub const WRONG_SSN: u32 = 3;
    /// Another request is being carried out.
    pub const ALREADY: u32 = 4;
    /// Not the number that was expected.
    pub const BAD_NUMBER: u32 = 5;
    /// To be asked again.
    pub const IN_PROGRESS: u32 = 6;

    pub(super) fn emit(&self, w: &mut Writer<'_>) -> Result<(), Full> {
        w.tlv(kind::RECONFIG_RESPONSE.to_be_bytes(), |w| {
            w.u32(self.request)?;
            w.u32(self.result)?;
            let Some((sender, receiver)) = self.tsns else { return Ok(()) };
            w.u32(sender)?;
            w.u32(receiver)
        })
    }
}

/// Add Outgoing or Incoming Streams Request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddStreams {
    /// Number of this request.
    pub request: u32,
    /// How many more.
    pub count: u16,
}

impl AddStreams {
    pub(super) fn emit(self, w: &mut Writer<'_>, kind: u16) -> Result<(), Full> {
        w.tlv(kind.to_be_bytes(), |w| {
            w.u32(self.request)?;
            w.u16(self.count)?;
            w.u16(0)
        })
    }
}

pub(super) fn parse(kind: u16, value: &[u8]) -> Option<Param<'_>> {
    let (request, rest) = (u32_at(value, 0)?, value.get(4..)?);
    Some(match kind {
        kind::RESET_OUTGOING => Param::ResetOutgoing(ResetOutgoing {
            request,
            response: u32_at(rest, 0)?,
            last_tsn: u32_at(rest, 4)?,
            streams: rest.get(8..).filter(|it| it.len().is_multiple_of(2))?,
        }),
        kind::RESET_INCOMING => {
            let streams = Some(rest).filter(|it| it.len().is_multiple_of(2))?;
            Param::ResetIncoming(ResetIncoming { request, streams })
        }
        kind::RESET_TSN => return rest.is_empty().then_some(Param::ResetTsn(request)),
        kind::RECONFIG_RESPONSE => {
            let tsns = match rest.len() {
                4 => None,
                12 => Some((u32_at(rest, 4)?, u32_at(rest, 8)?)),
                _ => return None,
            };
            Param::ReconfigResponse(Response { request, result: u32_at(rest, 0)?, tsns })
        }
        _ => {
            let add = AddStreams { request, count: u16_at(rest, 0).filter(|_| rest.len() == 4)? };
            if kind == kind::ADD_OUTGOING { Param::AddOutgoing(add) } else { Param::AddIncoming(add) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{refuses_len, there_and_back};
    use super::*;

    #[test]
    fn rfc6525_4_1_streams_follow_three_numbers() {
        let reset = ResetOutgoing { request: 1, response: 2, last_tsn: 3, streams: b"\0\x04\0\x05" };
        let bytes = there_and_back(Param::ResetOutgoing(reset));
        assert_eq!(bytes, b"\0\x0d\0\x14\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\x04\0\x05");
        assert_eq!(reset.streams().collect::<Vec<_>>(), [4, 5]);
        refuses_len(kind::RESET_OUTGOING, 11);
        refuses_len(kind::RESET_OUTGOING, 13);
    }

    #[test]
    fn rfc6525_4_the_other_parameters() {
        there_and_back(Param::ResetIncoming(ResetIncoming { request: 1, streams: b"" }));
        there_and_back(Param::ResetTsn(1));
        there_and_back(Param::AddIncoming(AddStreams { request: 1, count: 2 }));
        assert_eq!(
            there_and_back(Param::AddOutgoing(AddStreams { request: 1, count: 2 })),
            b"\0\x11\0\x0c\0\0\0\x01\0\x02\0\0"
        );
        for tsns in [None, Some((1, 2))] {
            there_and_back(Param::ReconfigResponse(Response { request: 1, result: Response::DENIED, tsns }));
        }
        refuses_len(kind::RECONFIG_RESPONSE, 12);
        refuses_len(kind::RESET_TSN, 8);
        refuses_len(kind::ADD_OUTGOING, 4);
    }
}
