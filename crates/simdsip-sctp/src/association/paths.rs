//! Which path data, acknowledgements and retransmissions take (RFC 9260 §6.4; RFC 7829 §3.2).

use core::cmp::Reverse;
use core::net::IpAddr;
use core::time::Duration;

use super::{Association, Ctx, Origin};
use crate::config::AssociationConfig;
use crate::path::{Heartbeat, Path, PathState, PathStatus};

/// The local address for packets to `remote`: of its family, with the longest common prefix, so that
/// each address of a peer is reached from the network that it is in.
pub(crate) fn local_for(remote: IpAddr, locals: &[IpAddr]) -> Option<IpAddr> {
    let common = |local: &IpAddr| match (local, remote) {
        (IpAddr::V4(a), IpAddr::V4(b)) => Some((a.to_bits() ^ b.to_bits()).leading_zeros()),
        (IpAddr::V6(a), IpAddr::V6(b)) => Some((a.to_bits() ^ b.to_bits()).leading_zeros()),
        _ => None,
    };
    let candidates = locals.iter().enumerate().filter_map(|(at, it)| Some((common(it)?, Reverse(at), *it)));
    candidates.max().map(|(.., local)| local)
}

impl Association {
    pub(crate) fn path_of(&self, address: IpAddr) -> Option<usize> {
        self.paths.iter().position(|path| path.remote == address)
    }

    /// Adds an address of the peer, if it is none yet.
    pub(crate) fn add_path(
        &mut self,
        now: Duration,
        remote: IpAddr,
        locals: &[IpAddr],
        encapsulation: Option<u16>,
    ) -> usize {
        if let Some(path) = self.path_of(remote) {
            return path;
        }
        let local = local_for(remote, locals);
        self.paths.push(Path::new(remote, local, encapsulation, &self.config, now));
        self.outbound.measure_fragments(&self.paths, self.keys.as_deref());
        self.paths.len() - 1
    }

    /// Removes a path; what was on it counts as lost.
    pub(crate) fn remove_path(&mut self, path: usize) {
        self.outbound.forget_path(path, &mut self.paths);
        self.paths.remove(path);
        let moved = |at: &mut usize| {
            if *at == path {
                *at = 0;
            } else if *at > path {
                *at -= 1;
            }
        };
        self.control.retain(|control| control.path != path);
        self.control.iter_mut().for_each(|control| moved(&mut control.path));
        moved(&mut self.primary);
        moved(&mut self.inbound.last_path);
        moved(&mut self.inbound.last_sack_path);
        self.inbound.avoided = None;
        self.outbound.measure_fragments(&self.paths, self.keys.as_deref());
    }

    /// Where new data goes: the primary while it works, else what works, else what fails least
    /// (RFC 7829 §3.2, items 4 and 5).
    pub(crate) fn data_path(&self) -> usize {
        if self.paths.get(self.primary).is_some_and(|path| path.is_active() && !path.suspect) {
            return self.primary;
        }
        self.best_path(None)
    }

    /// The best path other than `except`, if there is any other.
    pub(crate) fn best_path(&self, except: Option<usize>) -> usize {
        let rank = |path: &Path| match path.state {
            PathState::Active if !path.suspect => 0,
            PathState::Active => 1,
            PathState::PotentiallyFailed => 2,
            PathState::Inactive => 3,
            // Nobody may be sent data whose address was not proved (§5.4).
            PathState::Unconfirmed => 4,
        };
        let others =
            self.paths.iter().enumerate().filter(|(at, path)| Some(*at) != except && path.is_confirmed());
        let best = others.min_by_key(|(at, path)| (rank(path), path.errors, *at != self.primary, *at));
        best.map(|(at, _)| at).or(except).unwrap_or(self.primary)
    }

    /// Where a chunk goes that was lost on `path`: elsewhere, if that is better (§6.4.1).
    pub(crate) fn retransmit_path(&self, path: usize) -> usize {
        let other = self.best_path(Some(path));
        let worse = |at: usize| self.paths.get(at).is_none_or(|it| it.state == PathState::Inactive);
        if worse(other) && !worse(path) { path } else { other }
    }

    /// The peer sends from elsewhere than before. If it was our primary that it left, it may have found out
    /// what our own timer would find out a time-out later: we ask at once, and meanwhile go where it went.
    pub(crate) fn heed_move(&mut self, ctx: &Ctx<'_>, to: usize) {
        let left = self.inbound.last_path;
        let works = |at: usize| self.paths.get(at).is_some_and(Path::is_active);
        if left != to && left == self.primary && works(left) && works(to) {
            let path = &mut self.paths[left];
            path.suspect = true;
            if matches!(path.heartbeat, Heartbeat::Idle { .. }) {
                path.heartbeat = Heartbeat::idle(ctx.now);
            }
        }
    }

    /// Where an acknowledgement goes: to where data came from, while that works (§6.4).
    pub(crate) fn sack_path(&self) -> usize {
        let last = self.inbound.last_path;
        let is_active = |at: usize| self.paths.get(at).is_some_and(Path::is_active);
        if self.inbound.avoided == Some(last) {
            let other = self.best_path(Some(last));
            if is_active(other) {
                return other;
            }
        }
        if is_active(last) { last } else { self.data_path() }
    }

    /// A duplicate has come: the peer did not see the SACK before, so the next take another way (§6.4).
    pub(crate) fn vary_sacks(&mut self) {
        self.inbound.avoided = Some(self.inbound.last_sack_path).filter(|_| self.paths.len() > 1);
    }

    /// Something came back that we had sent that way.
    pub(crate) fn trust_sacks(&mut self, path: usize) {
        if self.inbound.avoided == Some(path) {
            self.inbound.avoided = None;
        }
    }

    /// A packet with the right tag came from there: how to answer (RFC 6951 §5.4).
    pub(crate) fn learn(&mut self, path: usize, origin: &Origin) {
        let Some(path) = self.paths.get_mut(path) else { return };
        path.encapsulation = origin.encapsulation;
        path.suspect = false;
        // A source that works is kept: some stacks send to and from any pair of addresses.
        if let Some(destination) = origin.destination
            && (path.local.is_none() || path.errors > 0 || !path.is_active())
        {
            path.local = Some(destination);
        }
    }

    /// A path that fails from one of our addresses may work from another, where the peer has but one.
    pub(crate) fn turn_source(&mut self, ctx: &Ctx<'_>, path: usize) {
        let family =
            |it: &&IpAddr| self.paths.get(path).is_some_and(|path| path.remote.is_ipv4() == it.is_ipv4());
        let locals: Vec<IpAddr> = ctx.endpoint.addresses.iter().filter(family).copied().collect();
        let alone = self.paths.iter().filter(|it| it.is_confirmed()).count() == 1;
        let Some(path) = self.paths.get_mut(path).filter(|_| alone && locals.len() > 1) else { return };
        let now = locals.iter().position(|it| Some(*it) == path.local);
        path.local = now.and_then(|at| locals.get((at + 1) % locals.len())).copied().or(path.local);
    }

    pub(crate) fn statuses(&self) -> impl Iterator<Item = PathStatus> + '_ {
        self.paths.iter().enumerate().map(|(at, path)| path.status(at == self.primary))
    }

    /// Makes an address the primary, if the peer answers from it.
    pub(crate) fn make_primary(&mut self, ctx: &mut Ctx<'_>, address: IpAddr) -> bool {
        let Some(path) = self.path_of(address).filter(|at| self.paths[*at].is_confirmed()) else {
            return false;
        };
        if self.primary != path {
            self.primary = path;
            self.tell_path(ctx, address, Some(crate::event::AddressState::MadePrim));
        }
        true
    }
}

/// Whether an address can be one of a peer's at all.
pub(crate) fn is_plausible(address: IpAddr, locals: &[IpAddr]) -> bool {
    let usable = match address {
        IpAddr::V4(it) => !it.is_unspecified() && !it.is_multicast() && !it.is_broadcast(),
        IpAddr::V6(it) => !it.is_unspecified() && !it.is_multicast(),
    };
    usable && (locals.is_empty() || locals.iter().any(|local| local.is_ipv4() == address.is_ipv4()))
}

impl Path {
    /// Whether a further chunk may be sent there now.
    pub(crate) fn has_room(&self, config: &AssociationConfig) -> bool {
        let burst = config.max_burst as usize * self.mtu.packet_len();
        self.flight < self.cwnd.min(self.burst_from + burst)
    }
}
