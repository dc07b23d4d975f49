//! One SCTP port with its addresses and all of its associations.
//!
//! Five verbs, and what an application asks for between them. Finds the association of a packet, answers
//! packets of no association, keeps timers. Does not know what a SACK means: that is the association's.

mod blind;
mod input;
mod output;
mod table;

use std::collections::VecDeque;

use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

use crate::association::{Association, Ctx, LocalChange, State};
use crate::config::{AssociationConfig, EndpointConfig};
use crate::cookie::CookieKeys;
use crate::event::{AssociationId, Event, Lost, SendInfo};
use crate::path::PathStatus;
use crate::random::Random;
use crate::wire::{Cause, CauseCode};
use blind::Bucket;
use table::Table;

/// Addresses of a peer that can be taken at all.
const ADDRESSES_MAX: usize = 16;

/// A packet that has come: an SCTP packet without IP and UDP headers.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'b> {
    /// Address it came from.
    pub source: IpAddr,
    /// Our address that it came to, if known.
    pub destination: Option<IpAddr>,
    /// UDP port that it came from, if it was encapsulated.
    pub encapsulation: Option<u16>,
    /// The SCTP packet.
    pub bytes: &'b [u8],
}

/// Where a packet in the buffer has to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// Our address to send from; `None` leaves it to the host.
    pub source: Option<IpAddr>,
    /// Address to send to.
    pub destination: IpAddr,
    /// UDP port to send to; `None` sends SCTP straight over IP.
    pub encapsulation: Option<u16>,
    /// ECN bits of the IP header: always 0, ECN is not negotiated.
    pub ecn: u8,
    /// Bytes of the buffer that are the packet.
    pub len: usize,
    /// Bytes of each of several packets in the buffer, the last may be shorter; `None` for one.
    pub segment_len: Option<usize>,
    /// Whether IP may cut it up; all others want DF (RFC 9260 §7.3).
    pub fragmentable: bool,
}

/// A whole packet that answers at once, association or not.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) source: Option<IpAddr>,
    pub(crate) destination: IpAddr,
    pub(crate) encapsulation: Option<u16>,
    pub(crate) bytes: Vec<u8>,
}

/// What came in and went no further, and other counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Packets in.
    pub packets_in: u64,
    /// Packets out.
    pub packets_out: u64,
    /// Without a whole header or first chunk.
    pub malformed: u64,
    /// With a wrong checksum (RFC 9260 §6.8).
    pub bad_checksum: u64,
    /// For another port.
    pub other_port: u64,
    /// Of no association (RFC 9260 §8.4).
    pub out_of_the_blue: u64,
    /// From a peer's address, with a tag that is not ours (RFC 9260 §8.5).
    pub wrong_tag: u64,
    /// With a cookie that we did not make.
    pub forged_cookies: u64,
    /// With a cookie that was too old.
    pub stale_cookies: u64,
    /// INITs that were answered.
    pub inits_answered: u64,
    /// Answers that were not given because there had been so many.
    pub replies_withheld: u64,
}

/// What is known of an association (SCTP_STATUS, RFC 6458 §8.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether data may flow.
    pub established: bool,
    /// Port of the peer.
    pub peer_port: u16,
    /// Its addresses.
    pub paths: Vec<PathStatus>,
    /// Bytes that are not acknowledged.
    pub buffered_len: usize,
}

/// The association does not exist, or not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownAssociation;

impl fmt::Display for UnknownAssociation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no such association")
    }
}

impl core::error::Error for UnknownAssociation {}

/// Why no association was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssociateError {
    /// No address was given that could be reached.
    NoAddress,
    /// There is one with an address and port of that peer (RFC 9260 §5.2).
    Exists(AssociationId),
    /// `max_associations` exist.
    Full,
}

impl fmt::Display for AssociateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AssociateError::NoAddress => "no address of the peer can be reached",
            AssociateError::Exists(_) => "an association with that peer exists",
            AssociateError::Full => "there are as many associations as may be",
        })
    }
}

impl core::error::Error for AssociateError {}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendErrorKind {
    /// There is no such association.
    UnknownAssociation,
    /// The association ends.
    ShuttingDown,
    /// The stream does not exist.
    Stream,
    /// The message has no bytes (RFC 9260 §6.9).
    Empty,
    /// The message is longer than `max_message_len`.
    TooLong,
    /// `send_buffer_len` bytes wait already; once some are acknowledged there is room.
    Full,
}

/// A message that was not taken, with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    /// Why.
    pub kind: SendErrorKind,
    /// What.
    pub data: Vec<u8>,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            SendErrorKind::UnknownAssociation => "there is no such association",
            SendErrorKind::ShuttingDown => "the association ends",
            SendErrorKind::Stream => "the association has no such stream",
            SendErrorKind::Empty => "a message has at least one byte",
            SendErrorKind::TooLong => "the message is too long",
            SendErrorKind::Full => "the send buffer is full",
        })
    }
}

impl core::error::Error for SendError {}

/// One SCTP port with its addresses and all of its associations; see the crate's page for an example.
#[derive(Debug)]
pub struct Endpoint {
    config: EndpointConfig,
    random: Random,
    cookie_keys: CookieKeys,
    table: Table,
    events: VecDeque<Event>,
    replies: VecDeque<Reply>,
    counters: Counters,
    blind_bucket: Bucket,
    init_bucket: Bucket,
}

impl Endpoint {
    /// An endpoint without associations. `seed` must be secret and never used twice: tags, keys and
    /// nonces come of it.
    pub fn new(config: EndpointConfig, seed: [u8; 32]) -> Endpoint {
        let mut random = Random::new(seed);
        // So many fit into a cookie.
        let config = EndpointConfig { max_addresses: config.max_addresses.clamp(1, ADDRESSES_MAX), ..config };
        Endpoint {
            cookie_keys: CookieKeys::new(&mut random),
            blind_bucket: Bucket::new(config.blind_replies),
            init_bucket: Bucket::new(config.init_acks),
            random,
            config,
            table: Table::default(),
            events: VecDeque::new(),
            replies: VecDeque::new(),
            counters: Counters::default(),
        }
    }

    /// Begins an association with a peer that has these addresses (ASSOCIATE, RFC 9260 §11.1.2). Messages
    /// may be sent at once; they wait until it stands.
    ///
    /// # Errors
    /// See [`AssociateError`].
    pub fn associate(
        &mut self,
        now: Duration,
        remotes: &[IpAddr],
        port: u16,
        config: AssociationConfig,
    ) -> Result<AssociationId, AssociateError> {
        let reachable = |it: &&IpAddr| {
            let locals = &self.config.addresses;
            locals.is_empty() || locals.iter().any(|local| local.is_ipv4() == it.is_ipv4())
        };
        let remotes: Vec<IpAddr> =
            remotes.iter().filter(reachable).take(self.config.max_addresses).copied().collect();
        if remotes.is_empty() {
            return Err(AssociateError::NoAddress);
        }
        if let Some(id) = remotes.iter().find_map(|it| self.table.find_confirmed(*it, port)) {
            return Err(AssociateError::Exists(id));
        }
        if self.table.len() >= self.config.max_associations {
            return Err(AssociateError::Full);
        }
        let tag = self.fresh_tag();
        let (table, mut ctx) = self.parts(now);
        let id = table.insert(|id| Association::connect(&mut ctx, id, &remotes, port, tag, config));
        self.settle(id.slot);
        Ok(id)
    }

    /// Takes a message to be sent (SEND, RFC 9260 §11.1.5). It is kept until it is acknowledged, or handed
    /// back by [`Event::SendFailed`].
    ///
    /// # Errors
    /// See [`SendErrorKind`]; the message comes back.
    pub fn send(
        &mut self,
        now: Duration,
        association: AssociationId,
        info: SendInfo,
        data: Vec<u8>,
    ) -> Result<(), SendError> {
        let refused = |kind, data| Err(SendError { kind, data });
        let Some(it) = self.table.get_mut(association) else {
            return refused(SendErrorKind::UnknownAssociation, data);
        };
        if let Err(kind) = it.may_send(&info, data.len()) {
            return refused(kind, data);
        }
        it.send(now, info, data);
        self.settle(association.slot);
        Ok(())
    }

    /// Ends an association once everything is acknowledged (SHUTDOWN, RFC 9260 §11.1.3).
    ///
    /// # Errors
    /// [`UnknownAssociation`].
    pub fn shutdown(&mut self, now: Duration, association: AssociationId) -> Result<(), UnknownAssociation> {
        self.with(now, association, |it, ctx| it.shutdown(ctx))
    }

    /// Ends an association at once and hands back what was not acknowledged (ABORT, RFC 9260 §11.1.4).
    ///
    /// # Errors
    /// [`UnknownAssociation`].
    pub fn abort(
        &mut self,
        now: Duration,
        association: AssociationId,
        reason: &[u8],
    ) -> Result<(), UnknownAssociation> {
        let reason = reason.get(..reason.len().min(256)).unwrap_or_default();
        self.with(now, association, |it, ctx| {
            it.abort(ctx, &Cause::Other(CauseCode::USER_ABORT, reason), Lost::Aborted);
        })
    }

    /// Sends to this address first (SETPRIMARY, RFC 9260 §11.1.6); false where the peer has it not, or has
    /// not answered from it yet.
    ///
    /// # Errors
    /// [`UnknownAssociation`].
    pub fn set_primary(
        &mut self,
        now: Duration,
        association: AssociationId,
        address: IpAddr,
    ) -> Result<bool, UnknownAssociation> {
        self.with(now, association, |it, ctx| it.make_primary(ctx, address))
    }

    /// Adds one of our addresses, for new associations and by ASCONF for those that stand (RFC 5061); how
    /// many peers are told.
    pub fn add_address(&mut self, now: Duration, address: IpAddr) -> usize {
        if !self.config.addresses.contains(&address) {
            self.config.addresses.push(address);
        }
        self.change_all(now, LocalChange::Add(address))
    }

    /// Removes one of our addresses; how many peers are told. The last one stays.
    pub fn delete_address(&mut self, now: Duration, address: IpAddr) -> usize {
        if self.config.addresses.len() < 2 || !self.config.addresses.contains(&address) {
            return 0;
        }
        self.config.addresses.retain(|it| *it != address);
        self.change_all(now, LocalChange::Delete(address))
    }

    /// Asks the peer to send to this address of ours first (RFC 5061 §4.2.4); false where it does not
    /// understand that.
    ///
    /// # Errors
    /// [`UnknownAssociation`].
    pub fn set_peer_primary(
        &mut self,
        now: Duration,
        association: AssociationId,
        address: IpAddr,
    ) -> Result<bool, UnknownAssociation> {
        self.with(now, association, |it, ctx| it.change_local(ctx, LocalChange::Primary(address)))
    }

    fn change_all(&mut self, now: Duration, change: LocalChange) -> usize {
        let ids: Vec<AssociationId> = self.table.ids().collect();
        let told = ids.into_iter().map(|id| self.with(now, id, |it, ctx| it.change_local(ctx, change)));
        told.filter(|told| *told == Ok(true)).count()
    }

    /// What is known of an association (STATUS, RFC 9260 §11.1.8).
    ///
    /// # Errors
    /// [`UnknownAssociation`].
    pub fn status(&self, association: AssociationId) -> Result<Status, UnknownAssociation> {
        let it = self.table.get(association).ok_or(UnknownAssociation)?;
        Ok(Status {
            established: it.is_established(),
            peer_port: it.peer_port,
            paths: it.statuses().collect(),
            buffered_len: it.buffered_len(),
        })
    }

    /// The associations that exist, whatever their state.
    pub fn associations(&self) -> impl Iterator<Item = AssociationId> + '_ {
        self.table.ids()
    }

    /// The association with a peer that has this address, proved, and port.
    pub fn find(&self, address: IpAddr, port: u16) -> Option<AssociationId> {
        self.table.find_confirmed(address, port)
    }

    /// Our addresses.
    pub fn addresses(&self) -> &[IpAddr] {
        &self.config.addresses
    }

    /// What was counted.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// A tag that no association has.
    fn fresh_tag(&mut self) -> u32 {
        loop {
            let tag = self.random.tag();
            if self.table.by_tag(tag).is_none() {
                return tag;
            }
        }
    }

    fn parts(&mut self, now: Duration) -> (&mut Table, Ctx<'_>) {
        let ctx = Ctx {
            now,
            endpoint: &self.config,
            random: &mut self.random,
            events: &mut self.events,
            replies: &mut self.replies,
        };
        (&mut self.table, ctx)
    }

    fn with<T>(
        &mut self,
        now: Duration,
        id: AssociationId,
        act: impl FnOnce(&mut Association, &mut Ctx<'_>) -> T,
    ) -> Result<T, UnknownAssociation> {
        let (table, mut ctx) = self.parts(now);
        let it = table.get_mut(id).ok_or(UnknownAssociation)?;
        let result = act(it, &mut ctx);
        self.settle(id.slot);
        Ok(result)
    }

    /// After anything was done to an association: forgets it, or files it anew.
    fn settle(&mut self, slot: u32) {
        let Some(it) = self.table.slot_mut(slot) else { return };
        if it.state == State::Closed {
            self.table.remove(slot);
        } else {
            self.table.file(slot);
        }
    }
}
