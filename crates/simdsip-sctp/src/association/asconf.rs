//! Addresses come and go while the association stands, always authenticated (RFC 5061, RFC 4895).

use std::collections::VecDeque;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;

use super::paths::{is_plausible, local_for};
use super::{Association, Ctx, Origin};
use crate::event::{AddressState, Event};
use crate::path::Heartbeat;
use crate::wire::chunk::{self, Causes, kind};
use crate::wire::param::{AddressChange, CauseIndication, emit_address, emit_change};
use crate::wire::{Cause, CauseCode, Param, Writer, param};

/// One change of our own addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LocalChange {
    Add(IpAddr),
    Delete(IpAddr),
    /// The peer is asked to send there first.
    Primary(IpAddr),
}

impl LocalChange {
    fn address(self) -> IpAddr {
        match self {
            LocalChange::Add(it) | LocalChange::Delete(it) | LocalChange::Primary(it) => it,
        }
    }
}

#[derive(Debug)]
pub(super) struct Asconf {
    /// Our addresses that this association uses.
    locals: Vec<IpAddr>,
    /// Changes that wait, the first of them on its way if T4 runs.
    changes: VecDeque<LocalChange>,
    /// T4-rto.
    pub(super) t4: Option<Duration>,
    /// Number of our next request.
    serial: u32,
    /// Number of the peer's next request, and the answer to the last.
    expected: u32,
    answer: Vec<u8>,
}

impl Asconf {
    /// Both sides number their requests from their first TSN (RFC 5061 §4.1.1).
    pub(super) fn new(local_tsn: u32, peer_tsn: u32, locals: &[IpAddr]) -> Asconf {
        Asconf {
            locals: locals.to_vec(),
            changes: VecDeque::new(),
            t4: None,
            serial: local_tsn,
            expected: peer_tsn,
            answer: Vec::new(),
        }
    }
}

impl Association {
    /// Tells the peer of a change; false where it does not understand it.
    pub(crate) fn change_local(&mut self, ctx: &Ctx<'_>, change: LocalChange) -> bool {
        if !self.supports.asconf || !self.is_established() {
            return false;
        }
        // What is to go is not used from now on.
        if let LocalChange::Delete(address) = change {
            self.asconf.locals.retain(|it| *it != address);
            self.pair_again(ctx.now, Some(address));
        }
        self.asconf.changes.push_back(change);
        if self.asconf.t4.is_none() {
            self.send_asconf(ctx);
        }
        true
    }

    fn send_asconf(&mut self, ctx: &Ctx<'_>) {
        let Some(change) = self.asconf.changes.front().copied() else { return };
        let path = self.data_path();
        let serial = self.asconf.serial;
        // The address that finds the association: one that the peer knows.
        let unspecified = || match change.address() {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let known = self.paths.get(path).and_then(|path| path.local).unwrap_or_else(unspecified);
        let kind = match change {
            LocalChange::Add(_) => param::kind::ADD_ADDRESS,
            LocalChange::Delete(_) => param::kind::DELETE_ADDRESS,
            LocalChange::Primary(_) => param::kind::SET_PRIMARY,
        };
        let request = AddressChange { correlation: serial, address: change.address() };
        self.push_control(path, |w| {
            w.tlv([chunk::kind::ASCONF, 0], |w| {
                w.u32(serial)?;
                emit_address(w, known)?;
                emit_change(w, kind, request)
            })
        });
        self.asconf.t4 = self.paths.get(path).map(|path| ctx.now + path.rto());
    }

    pub(super) fn t4_expired(&mut self, ctx: &mut Ctx<'_>) {
        self.asconf.t4 = None;
        let path = self.data_path();
        if let Some(path) = self.paths.get_mut(path) {
            path.rtt.double(&self.config);
        }
        self.path_failed(ctx, path, true);
        if self.is_established() {
            self.control.retain(|control| control.bytes[0] != kind::ASCONF);
            self.send_asconf(ctx);
        }
    }

    /// The peer has answered (RFC 5061 §5.1).
    pub(super) fn handle_asconf_ack(&mut self, ctx: &mut Ctx<'_>, ack: &chunk::Asconf<'_>) {
        if ack.serial != self.asconf.serial || self.asconf.t4.is_none() {
            return;
        }
        let Some(change) = self.asconf.changes.pop_front() else { return };
        self.asconf.t4 = None;
        self.asconf.serial = self.asconf.serial.wrapping_add(1);
        let mut params = ack.params().map_while(Result::ok).filter_map(|raw| Param::parse(&raw).ok());
        let accepted =
            !params.any(|it| matches!(it, Param::ErrorCause(cause) if cause.correlation == ack.serial));
        let address = change.address();
        match (change, accepted) {
            (LocalChange::Add(_), true) => {
                self.asconf.locals.push(address);
                self.pair_again(ctx.now, None);
            }
            (LocalChange::Delete(_), false) => {
                self.asconf.locals.push(address);
            }
            _ => {}
        }
        ctx.events.push_back(Event::AddressChange { association: self.id, address, accepted });
        self.send_asconf(ctx);
    }

    /// Chooses source addresses anew, for all paths or for those from one address. Where one changes the
    /// route does, so the window begins anew (RFC 9260 §7.2.5.2) and a HEARTBEAT shows the peer our new
    /// address at work: some learn only by that how to reach it (RFC 6951 §5.4).
    fn pair_again(&mut self, now: Duration, from: Option<IpAddr>) {
        let peer_window = self.outbound.peer_rwnd + self.outbound.flight;
        for path in self.paths.iter_mut().filter(|path| from.is_none() || path.local == from) {
            let kept = path.local.filter(|it| Some(*it) != from);
            let local = local_for(path.remote, &self.asconf.locals).or(kept);
            if local != path.local {
                path.local = local;
                path.reset_window(peer_window);
                path.errors = 0;
                path.suspect = path.is_active();
                path.heartbeat = Heartbeat::idle(now);
            }
        }
    }

    /// The peer's addresses change (RFC 5061 §5.2). The chunk was authenticated.
    pub(super) fn handle_asconf(
        &mut self,
        ctx: &mut Ctx<'_>,
        path: usize,
        origin: &Origin,
        asconf: &chunk::Asconf<'_>,
    ) {
        if !self.supports.asconf || !self.is_established() {
            return;
        }
        if asconf.serial == self.asconf.expected {
            let mut bytes = [0; 1024];
            let mut w = Writer::new(&mut bytes);
            // The first parameter found the association.
            for raw in asconf.params().map_while(Result::ok).skip(1).take(16) {
                let Ok(param) = Param::parse(&raw) else { continue };
                let (correlation, done) = match param {
                    Param::AddAddress(change) => {
                        (change.correlation, self.add_remote(ctx, origin, change.address))
                    }
                    Param::DeleteAddress(change) => {
                        (change.correlation, self.delete_remote(ctx, origin, change.address))
                    }
                    Param::SetPrimary(change) => {
                        let address = or_source(change.address, origin);
                        let done = self.make_primary(ctx, address);
                        (change.correlation, if done { Ok(()) } else { Err(CauseCode::UNRESOLVABLE_ADDRESS) })
                    }
                    _ => continue,
                };
                let mut cause = [0; 260];
                let mut cause_writer = Writer::new(&mut cause);
                let written = match done {
                    Ok(()) => Param::Success(correlation).emit(&mut w),
                    Err(code) => {
                        let value = raw.bytes.get(..raw.bytes.len().min(64)).unwrap_or_default();
                        let _ = Cause::Other(code, value).emit(&mut cause_writer);
                        let causes = Causes::new(cause_writer.written());
                        Param::ErrorCause(CauseIndication { correlation, causes }).emit(&mut w)
                    }
                };
                if written.is_err() {
                    break;
                }
            }
            self.asconf.answer = w.written().to_vec();
            self.asconf.expected = asconf.serial.wrapping_add(1);
        } else if asconf.serial != self.asconf.expected.wrapping_sub(1) || self.asconf.answer.is_empty() {
            return;
        }
        let answer = core::mem::take(&mut self.asconf.answer);
        // To where it came from, if that is still a path.
        let path = self.path_of(origin.source).unwrap_or(if path < self.paths.len() {
            path
        } else {
            self.data_path()
        });
        self.push_control(path, |w| {
            w.tlv([chunk::kind::ASCONF_ACK, 0], |w| {
                w.u32(asconf.serial)?;
                w.put(&answer)
            })
        });
        self.asconf.answer = answer;
    }

    fn add_remote(&mut self, ctx: &mut Ctx<'_>, origin: &Origin, address: IpAddr) -> Result<(), CauseCode> {
        let address = or_source(address, origin);
        if self.path_of(address).is_some() {
            return Ok(());
        }
        if !is_plausible(address, &self.asconf.locals) || self.paths.len() >= ctx.endpoint.max_addresses {
            return Err(CauseCode::REFUSED_FOR_RESOURCES);
        }
        let locals = core::mem::take(&mut self.asconf.locals);
        let path = self.add_path(ctx.now, address, &locals, origin.encapsulation);
        self.asconf.locals = locals;
        self.moved = true;
        self.paths[path].heartbeat = Heartbeat::idle(ctx.now);
        self.tell_path(ctx, address, Some(AddressState::Added));
        Ok(())
    }

    fn delete_remote(
        &mut self,
        ctx: &mut Ctx<'_>,
        origin: &Origin,
        address: IpAddr,
    ) -> Result<(), CauseCode> {
        if address.is_unspecified() {
            // All but the one that this came from (§4.2.2).
            let others: Vec<IpAddr> =
                self.paths.iter().map(|it| it.remote).filter(|it| *it != origin.source).collect();
            return others.into_iter().try_for_each(|it| self.delete_remote(ctx, origin, it));
        }
        let Some(path) = self.path_of(address) else { return Ok(()) };
        if self.paths.len() == 1 {
            return Err(CauseCode::DELETE_LAST_ADDRESS);
        }
        if address == origin.source {
            return Err(CauseCode::DELETE_SOURCE_ADDRESS);
        }
        self.remove_path(path);
        self.moved = true;
        self.tell_path(ctx, address, Some(AddressState::Removed));
        Ok(())
    }
}

fn or_source(address: IpAddr, origin: &Origin) -> IpAddr {
    if address.is_unspecified() { origin.source } else { address }
}
