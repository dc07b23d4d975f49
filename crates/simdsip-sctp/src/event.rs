//! What the application is told and tells, by the names of the sockets API (RFC 6458 §5, §6).

use core::net::IpAddr;
use core::time::Duration;

/// An association of an endpoint; never used again for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssociationId {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// How a message is to be sent (RFC 6458 §5.3.4, §5.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendInfo {
    /// Stream.
    pub stream: u16,
    /// Whether it need not wait for messages before it.
    pub unordered: bool,
    /// Payload Protocol Identifier as a number; SIP has 0 (RFC 4168 §5.1).
    pub ppid: u32,
    /// The application's own mark, given back with [`Unsent`].
    pub context: u64,
    /// Given up when not acknowledged after so long (RFC 3758 §4.1); `None` never.
    pub lifetime: Option<Duration>,
    /// Given up when it would have to be sent more than once and so often again (RFC 7496 §3.1).
    pub max_retransmissions: Option<u16>,
    /// Asks for a SACK at once (RFC 7053).
    pub sack_immediately: bool,
    /// Sent to this address of the peer while it works, not to the primary.
    pub address: Option<IpAddr>,
}

impl SendInfo {
    /// On this stream in order, PPID 0.
    pub fn ordered(stream: u16) -> SendInfo {
        SendInfo {
            stream,
            unordered: false,
            ppid: 0,
            context: 0,
            lifetime: None,
            max_retransmissions: None,
            sack_immediately: false,
            address: None,
        }
    }

    /// Out of order, PPID 0: what SIP wants on stream 0 (RFC 4168 §5.1).
    pub fn unordered(stream: u16) -> SendInfo {
        SendInfo { unordered: true, ..SendInfo::ordered(stream) }
    }
}

/// A message that has arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where.
    pub association: AssociationId,
    /// Stream.
    pub stream: u16,
    /// Stream Sequence Number.
    pub ssn: u16,
    /// Whether it was sent out of order.
    pub unordered: bool,
    /// Payload Protocol Identifier.
    pub ppid: u32,
    /// The bytes.
    pub data: Vec<u8>,
}

/// A message that was not acknowledged and will not be sent again (SCTP_SEND_FAILED_EVENT).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// As it was handed in.
    pub info: SendInfo,
    /// Its bytes, whole.
    pub data: Vec<u8>,
    /// Whether any of it was on the way: the peer may have it (SCTP_DATA_SENT).
    pub sent: bool,
}

/// Why an association was lost or not made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lost {
    /// Nothing came back too often (RFC 9260 §8.1, §4).
    Unreachable,
    /// The peer sent ABORT with this cause, if any.
    PeerAborted {
        /// Code of the first cause (see [`crate::wire::CauseCode`]).
        cause: Option<u16>,
    },
    /// The application called [`crate::Endpoint::abort`].
    Aborted,
    /// The peer broke a rule; it was told why.
    Violation(&'static str),
    /// The peer found its cookie too old (RFC 9260 §5.2.6).
    StaleCookie,
}

/// States of an association (SCTP_ASSOC_CHANGE, RFC 6458 §6.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// SCTP_COMM_UP: data may flow.
    CommUp {
        /// Streams to send on.
        out_streams: u16,
        /// Streams to receive on.
        in_streams: u16,
    },
    /// SCTP_COMM_LOST. Every message that was not acknowledged follows as [`Event::SendFailed`].
    CommLost(Lost),
    /// SCTP_RESTART: the peer began anew; what was not acknowledged follows as [`Event::SendFailed`].
    Restart,
    /// SCTP_SHUTDOWN_COMP: ended in peace.
    ShutdownComp,
    /// SCTP_CANT_STR_ASSOC: it never stood.
    CantStrAssoc(Lost),
}

/// States of an address of the peer (SCTP_PEER_ADDR_CHANGE, RFC 6458 §6.1.2; RFC 7829 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressState {
    /// SCTP_ADDR_AVAILABLE: works again.
    Available,
    /// SCTP_ADDR_UNREACHABLE.
    Unreachable,
    /// SCTP_ADDR_REMOVED, by ASCONF.
    Removed,
    /// SCTP_ADDR_ADDED, by ASCONF.
    Added,
    /// SCTP_ADDR_MADE_PRIM.
    MadePrim,
    /// SCTP_ADDR_CONFIRMED: the peer answered from it.
    Confirmed,
    /// SCTP_ADDR_POTENTIALLY_FAILED: data goes elsewhere until it answers.
    PotentiallyFailed,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A message arrived.
    Message(Message),
    /// The association changed.
    AssocChange {
        /// Which.
        association: AssociationId,
        /// How.
        change: Change,
    },
    /// An address of the peer changed.
    PeerAddrChange {
        /// Where.
        association: AssociationId,
        /// Which.
        address: IpAddr,
        /// How.
        state: AddressState,
    },
    /// A message comes back.
    SendFailed {
        /// Where.
        association: AssociationId,
        /// What.
        message: Unsent,
    },
    /// The peer sent ERROR (SCTP_REMOTE_ERROR).
    RemoteError {
        /// Where.
        association: AssociationId,
        /// The cause's code.
        cause: u16,
    },
    /// The peer will not send any more (SCTP_SHUTDOWN_EVENT).
    Shutdown {
        /// Where.
        association: AssociationId,
    },
    /// Everything that was sent is acknowledged (SCTP_SENDER_DRY_EVENT).
    SenderDry {
        /// Where.
        association: AssociationId,
    },
    /// The peer reset streams that it sends on; none listed means all (SCTP_STREAM_RESET_EVENT).
    StreamReset {
        /// Where.
        association: AssociationId,
        /// Which.
        streams: Vec<u16>,
    },
    /// The peer added streams that it sends on (SCTP_STREAM_CHANGE_EVENT).
    StreamChange {
        /// Where.
        association: AssociationId,
        /// How many there are now.
        in_streams: u16,
    },
    /// The peer answered a change of our own addresses.
    AddressChange {
        /// Where.
        association: AssociationId,
        /// Which of our addresses.
        address: IpAddr,
        /// Whether it was carried out.
        accepted: bool,
    },
}

impl Event {
    /// The association that it is about.
    pub fn association(&self) -> AssociationId {
        match self {
            Event::Message(message) => message.association,
            Event::AssocChange { association, .. }
            | Event::PeerAddrChange { association, .. }
            | Event::SendFailed { association, .. }
            | Event::RemoteError { association, .. }
            | Event::Shutdown { association }
            | Event::SenderDry { association }
            | Event::StreamReset { association, .. }
            | Event::StreamChange { association, .. }
            | Event::AddressChange { association, .. } => *association,
        }
    }
}
