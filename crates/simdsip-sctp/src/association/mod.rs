//! One association: states, paths, what is sent and what has come (RFC 9260 §4 to §9).
//!
//! Each file has one task: `setup` makes and renews, `receive` and `reassembly` take data in, `send`, `sack`
//! and `transmit` bring it out, `timer` counts what does not come back, `shutdown` ends, `asconf` and
//! `reconfig` change what stands, `abandon` gives up messages. Does not find itself by tag or address, and
//! answers nothing that belongs to no association: that is the endpoint's.

mod abandon;
mod asconf;
mod handle;
mod params;
mod paths;
mod reassembly;
mod receive;
mod reconfig;
mod sack;
mod send;
mod setup;
mod shutdown;
mod timer;
mod transmit;

use std::collections::VecDeque;

use core::net::IpAddr;
use core::time::Duration;

pub(crate) use asconf::LocalChange;
pub(crate) use params::PeerParams;
pub(crate) use setup::Echoed;

use crate::auth::Keys;
use crate::config::{AssociationConfig, EndpointConfig};
use crate::cookie::Supports;
use crate::endpoint::{Reply, SendErrorKind};
use crate::event::{AddressState, AssociationId, Change, Event, Lost, SendInfo};
use crate::path::Path;
use crate::random::Random;
use crate::wire::chunk::kind::{HEARTBEAT, HEARTBEAT_ACK};
use crate::wire::{Cause, Header, PacketWriter, Writer};
use receive::Inbound;
use send::Outbound;

/// States of an association (RFC 9260 §4). `Closed` is one that the endpoint is about to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Closed,
    CookieWait,
    CookieEchoed,
    Established,
    ShutdownPending,
    ShutdownSent,
    ShutdownReceived,
    ShutdownAckSent,
}

/// What an association may use while it works.
pub(crate) struct Ctx<'a> {
    pub(crate) now: Duration,
    pub(crate) endpoint: &'a EndpointConfig,
    pub(crate) random: &'a mut Random,
    pub(crate) events: &'a mut VecDeque<Event>,
    pub(crate) replies: &'a mut VecDeque<Reply>,
}

/// Where a packet came from and went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) source: IpAddr,
    pub(crate) destination: Option<IpAddr>,
    pub(crate) encapsulation: Option<u16>,
}

/// A chunk that is ready to be sent.
#[derive(Debug)]
struct Control {
    path: usize,
    bytes: Vec<u8>,
    kind: ControlKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ControlKind {
    /// Goes with others.
    Plain,
    /// Alone, with tag 0.
    Init,
    /// Alone, and may be longer than the path is known to carry.
    Probe,
}

#[derive(Debug)]
pub(crate) struct Association {
    pub(crate) id: AssociationId,
    pub(crate) state: State,
    pub(crate) config: AssociationConfig,
    pub(crate) local_port: u16,
    pub(crate) peer_port: u16,
    pub(crate) local_tag: u32,
    /// 0 as long as it is not known.
    pub(crate) peer_tag: u32,
    /// A random stand-in for both tags (RFC 9260 §5.2.2).
    pub(crate) tie: Option<u32>,
    pub(crate) paths: Vec<Path>,
    pub(crate) primary: usize,
    /// Errors in a row (RFC 9260 §8.1).
    errors: u32,
    supports: Supports,
    keys: Option<Box<Keys>>,
    /// When the next address may be probed that is not proved: one each time-out (HB.Max.Burst).
    next_probe: Duration,
    setup: Option<Box<setup::Setup>>,
    outbound: Outbound,
    inbound: Inbound,
    control: VecDeque<Control>,
    /// TSNs that the SACK at hand acknowledges; kept for its room.
    newly_acked: Vec<u64>,
    /// T2-shutdown.
    t2: Option<Duration>,
    asconf: asconf::Asconf,
    reconfig: reconfig::Reconfig,
    /// Whether its addresses have changed since the endpoint looked.
    pub(crate) moved: bool,
    /// Whether the endpoint has it in its list of those that may have something to send.
    pub(crate) queued: bool,
    /// The deadline under which the endpoint has it in its list.
    pub(crate) registered: Option<Duration>,
}

impl Association {
    /// When [`Association::handle_timeout`] wants to be called.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        if self.state == State::Closed {
            return None;
        }
        let own = [
            self.setup.as_ref().and_then(|setup| setup.t1),
            self.t2,
            self.inbound.sack_deadline(),
            self.asconf.t4,
            self.outbound.next_expiry,
        ];
        own.into_iter().chain(self.paths.iter().map(Path::deadline)).flatten().min()
    }

    pub(crate) fn is_established(&self) -> bool {
        !matches!(self.state, State::Closed | State::CookieWait | State::CookieEchoed)
    }

    fn tell(&self, ctx: &mut Ctx<'_>, change: Change) {
        ctx.events.push_back(Event::AssocChange { association: self.id, change });
    }

    fn tell_path(&self, ctx: &mut Ctx<'_>, address: IpAddr, state: Option<AddressState>) {
        if let Some(state) = state {
            ctx.events.push_back(Event::PeerAddrChange { association: self.id, address, state });
        }
    }

    fn header(&self) -> Header {
        Header { src_port: self.local_port, dst_port: self.peer_port, tag: self.peer_tag }
    }

    fn push_control(
        &mut self,
        path: usize,
        emit: impl FnOnce(&mut Writer<'_>) -> Result<(), crate::wire::Full>,
    ) {
        self.push_control_kind(path, ControlKind::Plain, emit);
    }

    /// Keeps a chunk to be sent. What is longer than a packet can be is not sent.
    fn push_control_kind(
        &mut self,
        path: usize,
        kind: ControlKind,
        emit: impl FnOnce(&mut Writer<'_>) -> Result<(), crate::wire::Full>,
    ) {
        /// A peer that makes us answer without taking answers gets no more than this.
        const MAX: usize = 64;
        if self.control.len() >= MAX {
            return;
        }
        let mut bytes = vec![0; if kind == ControlKind::Probe { 9200 } else { 2048 }];
        let mut writer = Writer::new(&mut bytes);
        if emit(&mut writer).is_ok() {
            let len = writer.len();
            bytes.truncate(len);
            bytes.shrink_to_fit();
            // An address that is not proved gets HEARTBEATs and their answers alone (§5.4).
            let bare = matches!(bytes.first(), Some(&HEARTBEAT | &HEARTBEAT_ACK));
            let proved = self.paths.get(path).is_some_and(Path::is_confirmed);
            let path = if bare || proved { path } else { self.data_path() };
            self.control.push_back(Control { path, bytes, kind });
        }
    }

    /// A packet of one chunk that goes out although the association is about to end.
    fn last_words(
        &self,
        ctx: &mut Ctx<'_>,
        path: usize,
        emit: impl FnOnce(&mut Writer<'_>) -> Result<(), crate::wire::Full>,
    ) {
        let mut buffer = [0; 1200];
        let proved = self.paths.get(path).filter(|path| path.is_confirmed());
        let Some(path) = proved.or_else(|| self.paths.get(self.data_path())) else { return };
        let Ok(mut packet) = PacketWriter::new(&mut buffer, self.header()) else { return };
        if let Some(keys) = &self.keys
            && keys.wants(crate::wire::chunk::kind::ABORT)
        {
            let at = keys.begin(packet.writer());
            if emit(packet.writer()).is_err() {
                return;
            }
            let _ = at.and_then(|at| keys.finish(packet.writer(), at));
        } else if emit(packet.writer()).is_err() {
            return;
        }
        let bytes = packet.finish().to_vec();
        ctx.replies.push_back(Reply {
            source: path.local,
            destination: path.remote,
            encapsulation: path.encapsulation,
            bytes,
        });
    }

    /// Ends at once and tells the peer why (RFC 9260 §9.1).
    pub(crate) fn abort(&mut self, ctx: &mut Ctx<'_>, cause: &Cause<'_>, lost: Lost) {
        if self.peer_tag != 0 {
            self.last_words(ctx, self.data_path(), |w| {
                w.tlv([crate::wire::chunk::kind::ABORT, 0], |w| cause.emit(w))
            });
        }
        self.lose(ctx, lost);
    }

    /// The peer broke a rule (RFC 9260 §3.3.10.13).
    fn violation(&mut self, ctx: &mut Ctx<'_>, why: &'static str) {
        let cause = Cause::Other(crate::wire::CauseCode::PROTOCOL_VIOLATION, why.as_bytes());
        self.abort(ctx, &cause, Lost::Violation(why));
    }

    /// Ends without a word to the peer: one event, then everything that was not acknowledged.
    pub(crate) fn lose(&mut self, ctx: &mut Ctx<'_>, lost: Lost) {
        if self.state == State::Closed {
            return;
        }
        let stood = self.is_established();
        self.state = State::Closed;
        self.tell(ctx, if stood { Change::CommLost(lost) } else { Change::CantStrAssoc(lost) });
        self.hand_back(ctx);
    }

    /// Everything that was not acknowledged goes back to the application, in the order it came.
    fn hand_back(&mut self, ctx: &mut Ctx<'_>) {
        for message in self.outbound.take_all() {
            ctx.events.push_back(Event::SendFailed { association: self.id, message });
        }
    }

    /// Whether a message may be sent.
    pub(crate) fn may_send(&self, info: &SendInfo, len: usize) -> Result<(), SendErrorKind> {
        match self.state {
            State::CookieWait | State::CookieEchoed | State::Established => {}
            _ => return Err(SendErrorKind::ShuttingDown),
        }
        if info.stream >= self.outbound.streams.min(self.config.out_streams) {
            return Err(SendErrorKind::Stream);
        }
        if len == 0 {
            return Err(SendErrorKind::Empty);
        }
        if len > self.config.max_message_len {
            return Err(SendErrorKind::TooLong);
        }
        if self.outbound.buffered + len > self.config.send_buffer_len {
            return Err(SendErrorKind::Full);
        }
        Ok(())
    }

    /// Keeps a message until it is acknowledged.
    pub(crate) fn send(&mut self, now: Duration, info: SendInfo, data: Vec<u8>) {
        self.outbound.push(now, info, data);
    }

    pub(crate) fn buffered_len(&self) -> usize {
        self.outbound.buffered
    }

    /// Whether the application's taking a message gave it something to say.
    pub(crate) fn wants_to_send(&self) -> bool {
        self.inbound.sack_is_wanted()
    }

    /// The stand-in for both tags, the same as long as the association lasts.
    pub(crate) fn tie_tag(&mut self, ctx: &mut Ctx<'_>) -> u32 {
        *self.tie.get_or_insert_with(|| ctx.random.tag())
    }

    /// The application took a message of this length.
    pub(crate) fn message_taken(&mut self, len: usize) {
        self.inbound.taken(len, &self.config);
    }
}
