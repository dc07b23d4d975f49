//! How an association begins: INIT, COOKIE ECHO, collisions, restarts (RFC 9260 §5).

use core::net::IpAddr;
use core::time::Duration;

use super::receive::Inbound;
use super::send::Outbound;
use super::{Association, Control, ControlKind, Ctx, Origin, PeerParams, State, asconf, reconfig};
use crate::auth::{KeyVector, Keys};
use crate::config::{AssociationConfig, EndpointConfig};
use crate::cookie::{Cookie, Supports};
use crate::event::{AssociationId, Change, Event, Lost};
use crate::path::{Heartbeat, Path, PathState};
use crate::serial::first;
use crate::wire::chunk::{Init, kind};
use crate::wire::{Cause, CauseCode, Full, Param, Writer, param};

/// What is needed until the association stands.
#[derive(Debug)]
pub(super) struct Setup {
    /// T1-init, then T1-cookie.
    pub(super) t1: Option<Duration>,
    tries: u32,
    rto: Duration,
    /// Where the chunk went last.
    path: usize,
    /// Our random number for AUTH.
    random: [u8; 32],
    /// INIT or COOKIE ECHO, as it is sent again.
    chunk: Vec<u8>,
}

/// What the peer said of itself.
pub(crate) struct Peer {
    pub(crate) tag: u32,
    pub(crate) tsn: u32,
    pub(crate) rwnd: u32,
    pub(crate) out_streams: u16,
    pub(crate) in_streams: u16,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) supports: Supports,
    pub(crate) auth: Option<([u8; 32], KeyVector)>,
}

impl Peer {
    pub(crate) fn of_cookie(cookie: Cookie) -> Peer {
        let mut addresses = vec![cookie.source];
        addresses.extend(cookie.addresses);
        Peer {
            tag: cookie.peer_tag,
            tsn: cookie.peer_tsn,
            rwnd: cookie.peer_rwnd,
            out_streams: cookie.out_streams,
            in_streams: cookie.in_streams,
            addresses,
            supports: cookie.supports,
            auth: cookie.auth,
        }
    }
}

/// What a valid COOKIE ECHO did to an association that exists (RFC 9260 §5.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Echoed {
    /// The rest of the packet may be handled.
    Goes,
    /// The tag has changed; then as above.
    Restarted,
    /// The packet is discarded.
    Discarded,
    /// The cookie is too old for it.
    TooOld,
}

/// Appends what our INIT says besides its fixed fields.
fn emit_params(
    w: &mut Writer<'_>,
    endpoint: &EndpointConfig,
    addresses: impl Iterator<Item = IpAddr>,
    random: Option<&[u8; 32]>,
) -> Result<(), Full> {
    for address in addresses {
        param::emit_address(w, address)?;
    }
    Param::ForwardTsn.emit(w)?;
    let with_auth = [kind::FORWARD_TSN, kind::RE_CONFIG, kind::AUTH, kind::ASCONF, kind::ASCONF_ACK];
    let asconf = endpoint.dynamic_addresses && random.is_some();
    let len = if asconf {
        5
    } else if random.is_some() {
        3
    } else {
        2
    };
    Param::SupportedExtensions(&with_auth[..len]).emit(w)?;
    random.map_or(Ok(()), |random| KeyVector::new(random).emit(w))
}

impl Association {
    fn empty(
        ctx: &mut Ctx<'_>,
        id: AssociationId,
        peer_port: u16,
        local_tag: u32,
        config: AssociationConfig,
    ) -> Association {
        Association {
            id,
            state: State::CookieWait,
            local_port: ctx.endpoint.port,
            peer_port,
            local_tag,
            peer_tag: 0,
            tie: None,
            paths: Vec::new(),
            primary: 0,
            errors: 0,
            supports: Supports::default(),
            keys: None,
            next_probe: Duration::ZERO,
            setup: None,
            outbound: Outbound::new(first(local_tag)),
            inbound: Inbound::new(first(0), config.in_streams, &config),
            control: Default::default(),
            newly_acked: Vec::new(),
            t2: None,
            asconf: asconf::Asconf::new(local_tag, 0, &ctx.endpoint.addresses),
            reconfig: reconfig::Reconfig::new(0),
            queued: false,
            registered: None,
            moved: true,
            config,
        }
    }

    /// Begins an association by INIT (§5.1 A). `remotes` has at least one address.
    pub(crate) fn connect(
        ctx: &mut Ctx<'_>,
        id: AssociationId,
        remotes: &[IpAddr],
        port: u16,
        tag: u32,
        config: AssociationConfig,
    ) -> Association {
        let mut association = Association::empty(ctx, id, port, tag, config);
        for remote in remotes {
            let path =
                association.add_path(ctx.now, *remote, &ctx.endpoint.addresses, ctx.endpoint.encapsulation);
            // The application vouches for it (§5.4).
            association.paths[path].state = PathState::Active;
            association.paths[path].heartbeat = Heartbeat::Off;
        }
        let random = ctx.random.bytes();
        let init = association.init_fields();
        let mut chunk = vec![0; 1024];
        let mut writer = Writer::new(&mut chunk);
        let listed =
            ctx.endpoint.addresses.iter().copied().take(if ctx.endpoint.addresses.len() > 1 { 8 } else { 0 });
        let types = supported_types(&ctx.endpoint.addresses);
        let written = writer.tlv([kind::INIT, 0], |w| {
            init.emit_fields(w)?;
            Param::SupportedAddressTypes(types).emit(w)?;
            emit_params(w, ctx.endpoint, listed, ctx.endpoint.dynamic_addresses.then_some(&random))
        });
        debug_assert!(written.is_ok(), "eight addresses fit");
        let len = writer.len();
        chunk.truncate(len);
        let rto = association.config.rto_initial;
        association.setup = Some(Box::new(Setup { t1: None, tries: 0, rto, path: 0, random, chunk }));
        association.send_setup(ctx);
        association
    }

    /// Our side of INIT and INIT ACK. The first TSN is the tag: both are random, and a cookie holds but one.
    fn init_fields(&self) -> Init<'static> {
        Init {
            tag: self.local_tag,
            rwnd: self.config.receive_buffer_len as u32,
            out_streams: self.config.out_streams,
            in_streams: self.config.in_streams,
            tsn: self.local_tag,
            params: &[],
        }
    }

    /// Makes an association of a cookie that came back (§5.1.5). The packet's source proved itself.
    pub(crate) fn of_cookie(
        ctx: &mut Ctx<'_>,
        id: AssociationId,
        peer_port: u16,
        cookie: Cookie,
        origin: &Origin,
        config: AssociationConfig,
    ) -> Association {
        let mut association = Association::empty(ctx, id, peer_port, cookie.local_tag, config);
        let proved = cookie.source;
        association.adopt(ctx, Peer::of_cookie(cookie), origin);
        // INIT ACK went there and its cookie came back: the only one that is proved (§5.4, rule 2).
        if let Some(path) = association.path_of(proved) {
            association.paths[path].state = PathState::Active;
            association.primary = path;
        }
        association.establish(ctx);
        association
    }

    fn send_setup(&mut self, ctx: &mut Ctx<'_>) {
        let Some(setup) = &mut self.setup else { return };
        let kind = if self.state == State::CookieWait { ControlKind::Init } else { ControlKind::Plain };
        setup.t1 = Some(ctx.now + setup.rto);
        self.control.push_back(Control { path: setup.path, bytes: setup.chunk.clone(), kind });
    }

    /// T1 fired (§5.1.6, §4).
    pub(super) fn t1_expired(&mut self, ctx: &mut Ctx<'_>) {
        let Some(setup) = &mut self.setup else { return };
        setup.tries += 1;
        if setup.tries > self.config.max_init_retransmits {
            return self.lose(ctx, Lost::Unreachable);
        }
        setup.rto = (setup.rto * 2).min(self.config.rto_max);
        // Another address may work where this one does not: one that the application has named (§5.4).
        let count = self.paths.len();
        let next = (1..=count).map(|step| (setup.path + step) % count);
        setup.path = next.into_iter().find(|at| self.paths[*at].is_confirmed()).unwrap_or(setup.path);
        self.send_setup(ctx);
    }

    /// INIT ACK (§5.1 C). In any other state it is not expected (§5.2.3).
    pub(super) fn handle_init_ack(
        &mut self,
        ctx: &mut Ctx<'_>,
        path: usize,
        origin: &Origin,
        init: &Init<'_>,
    ) {
        if self.state != State::CookieWait {
            return;
        }
        // Nothing can be answered to who has no tag (§3.3.3).
        if init.tag == 0 {
            return self.lose(ctx, Lost::Violation("INIT ACK without a tag"));
        }
        self.peer_tag = init.tag;
        let params = PeerParams::read(init, &ctx.endpoint.addresses, ctx.endpoint.max_addresses);
        if init.out_streams == 0 || init.in_streams == 0 {
            let cause = Cause::Other(CauseCode::INVALID_PARAM, &[]);
            return self.abort(ctx, &cause, Lost::Violation("INIT ACK without streams"));
        }
        if let Some(name) = params.host_name {
            let cause = Cause::Other(CauseCode::UNRESOLVABLE_ADDRESS, name);
            return self.abort(ctx, &cause, Lost::Violation("host name in INIT ACK"));
        }
        let Some(cookie) = params.cookie else {
            let missing = [0, 0, 0, 1, 0, param::kind::STATE_COOKIE as u8];
            return self.abort(
                ctx,
                &Cause::MissingParam(&missing),
                Lost::Violation("INIT ACK without a cookie"),
            );
        };
        let random = self.setup.as_ref().map_or([0; 32], |setup| setup.random);
        let peer = Peer {
            tag: init.tag,
            tsn: init.tsn,
            rwnd: init.rwnd,
            out_streams: self.config.out_streams.min(init.in_streams),
            in_streams: self.config.in_streams.min(init.out_streams),
            addresses: core::iter::once(origin.source).chain(params.addresses).collect(),
            supports: params.supports,
            auth: params.auth.filter(|_| ctx.endpoint.dynamic_addresses).map(|theirs| (random, theirs)),
        };
        self.adopt(ctx, peer, origin);
        self.state = State::CookieEchoed;
        self.control.clear();
        let mut chunk = vec![0; cookie.len() + 4];
        let mut writer = Writer::new(&mut chunk);
        let written = writer.tlv([kind::COOKIE_ECHO, 0], |w| w.put(cookie));
        debug_assert!(written.is_ok(), "a cookie came in one chunk");
        let path = self.path_of(origin.source).unwrap_or(path);
        let path = if self.paths.get(path).is_some_and(Path::is_confirmed) { path } else { self.data_path() };
        if let Some(setup) = &mut self.setup {
            (setup.chunk, setup.path, setup.tries, setup.rto) = (chunk, path, 0, self.config.rto_initial);
        }
        self.send_setup(ctx);
        // Unknown parameters are reported behind the cookie (§3.2.2).
        for unknown in params.unknown.iter().take(4) {
            self.push_control(path, |w| {
                w.tlv([kind::ERROR, 0], |w| Cause::UnrecognizedParams(unknown).emit(w))
            });
        }
    }

    /// Takes over what the peer said.
    fn adopt(&mut self, ctx: &mut Ctx<'_>, peer: Peer, origin: &Origin) {
        self.peer_tag = peer.tag;
        self.supports = peer.supports;
        self.keys = peer.auth.and_then(|(random, theirs)| {
            Keys::new(&ctx.endpoint.shared_key, &KeyVector::new(&random), &theirs).map(Box::new)
        });
        self.supports.asconf &= self.keys.is_some() && ctx.endpoint.dynamic_addresses;
        self.inbound = Inbound::new(first(peer.tsn), peer.in_streams, &self.config);
        self.outbound.streams = peer.out_streams;
        self.outbound.peer_rwnd = peer.rwnd as usize;
        self.asconf = asconf::Asconf::new(self.local_tag, peer.tsn, &ctx.endpoint.addresses);
        self.reconfig = reconfig::Reconfig::new(peer.tsn);
        for address in peer.addresses.into_iter().take(ctx.endpoint.max_addresses) {
            self.add_path(ctx.now, address, &ctx.endpoint.addresses, origin.encapsulation);
        }
        if let Some(source) = self.path_of(origin.source) {
            self.learn(source, origin);
        }
        for path in &mut self.paths {
            path.heartbeat = Heartbeat::Off;
            path.ssthresh = (peer.rwnd as usize).max(path.cwnd);
        }
        self.moved = true;
        self.outbound.measure_fragments(&self.paths, self.keys.as_deref());
    }

    /// The association stands.
    fn establish(&mut self, ctx: &mut Ctx<'_>) {
        self.state = State::Established;
        (self.setup, self.errors) = (None, 0);
        let primary = self.primary;
        for (at, path) in self.paths.iter_mut().enumerate() {
            if at == primary {
                path.schedule_heartbeat(ctx.now, &self.config, ctx.random);
            } else {
                path.heartbeat = Heartbeat::idle(ctx.now);
            }
            if path.is_active() {
                path.mtu.begin(ctx.now);
            }
        }
        let (out_streams, in_streams) = (self.outbound.streams, self.inbound.reassembly.streams());
        self.tell(ctx, Change::CommUp { out_streams, in_streams });
        for message in self.outbound.take_beyond_streams() {
            ctx.events.push_back(Event::SendFailed { association: self.id, message });
        }
    }

    /// COOKIE ACK (§5.1 E).
    pub(super) fn handle_cookie_ack(&mut self, ctx: &mut Ctx<'_>) {
        if self.state == State::CookieEchoed {
            self.control.retain(|control| control.bytes.first() != Some(&kind::COOKIE_ECHO));
            self.establish(ctx);
        }
    }

    /// The peer found our cookie too old (§5.2.6): once more from the beginning.
    pub(super) fn handle_stale_cookie(&mut self, ctx: &mut Ctx<'_>) {
        if self.state == State::CookieEchoed {
            self.lose(ctx, Lost::StaleCookie);
        }
    }

    fn send_cookie_ack(&mut self, origin: &Origin) {
        if let Some(path) = self.path_of(origin.source) {
            self.push_control(path, |w| w.tlv([kind::COOKIE_ACK, 0], |_| Ok(())));
        }
    }

    /// Our random number, as our INIT has it.
    pub(crate) fn own_random(&self) -> Option<[u8; 32]> {
        self.setup.as_ref().map(|setup| setup.random)
    }

    /// Acknowledges the cookie that this association was made of.
    pub(crate) fn welcome(&mut self, origin: &Origin) {
        self.send_cookie_ack(origin);
    }

    /// A valid cookie came although there is an association (§5.2.4, table 12).
    pub(crate) fn cookie_echoed(
        &mut self,
        ctx: &mut Ctx<'_>,
        cookie: Cookie,
        stale: bool,
        origin: &Origin,
    ) -> Echoed {
        let local = cookie.local_tag == self.local_tag;
        let peer = cookie.peer_tag == self.peer_tag;
        let tied = cookie.tie.is_some() && cookie.tie == self.tie;
        if stale && !(local && peer) {
            return Echoed::TooOld;
        }
        match (local, peer) {
            // A: the peer has begun anew.
            (false, false) if tied => self.restart(ctx, cookie, origin),
            // B: both began at the same time.
            (true, false) => {
                if matches!(self.state, State::CookieWait | State::CookieEchoed) {
                    self.control.clear();
                    self.adopt(ctx, Peer::of_cookie(cookie), origin);
                    self.establish(ctx);
                } else {
                    self.peer_tag = cookie.peer_tag;
                }
                self.send_cookie_ack(origin);
                Echoed::Goes
            }
            // D: it comes once more, or COOKIE ACK was lost.
            (true, true) => {
                if self.state == State::CookieEchoed {
                    self.control.retain(|control| control.bytes.first() != Some(&kind::COOKIE_ECHO));
                    self.establish(ctx);
                }
                self.send_cookie_ack(origin);
                Echoed::Goes
            }
            // C, and what the table does not list.
            _ => Echoed::Discarded,
        }
    }

    /// Action A. Adds no address, whatever the cookie lists (RFC 5062 §4).
    fn restart(&mut self, ctx: &mut Ctx<'_>, cookie: Cookie, origin: &Origin) -> Echoed {
        let known = |address: &IpAddr| self.path_of(*address).is_some();
        if !known(&origin.source) || !known(&cookie.source) || !cookie.addresses.iter().all(known) {
            return Echoed::Discarded;
        }
        if self.state == State::ShutdownAckSent {
            let Some(path) = self.path_of(origin.source) else { return Echoed::Discarded };
            self.push_control(path, |w| w.tlv([kind::SHUTDOWN_ACK, 0], |_| Ok(())));
            let cause = Cause::Other(CauseCode::COOKIE_WHILE_SHUTTING_DOWN, &[]);
            self.push_control(path, |w| w.tlv([kind::ERROR, 0], |w| cause.emit(w)));
            return Echoed::Discarded;
        }
        self.tell(ctx, Change::Restart);
        self.hand_back(ctx);
        self.control.clear();
        (self.t2, self.tie) = (None, None);
        self.local_tag = cookie.local_tag;
        self.outbound = Outbound::new(first(self.local_tag));
        for path in &mut self.paths {
            (path.flight, path.t3, path.measured, path.errors, path.urgent) = (0, None, None, 0, false);
            path.reset_window(cookie.peer_rwnd as usize);
        }
        // What the application has not taken yet still counts.
        let undelivered = self.inbound.undelivered();
        self.adopt(ctx, Peer::of_cookie(cookie), origin);
        self.inbound.keep_undelivered(undelivered);
        self.state = State::Established;
        (self.setup, self.errors) = (None, 0);
        for path in &mut self.paths {
            path.schedule_heartbeat(ctx.now, &self.config, ctx.random);
        }
        self.send_cookie_ack(origin);
        Echoed::Restarted
    }
}

fn supported_types(addresses: &[IpAddr]) -> &'static [u8] {
    let (v4, v6) = (addresses.iter().any(IpAddr::is_ipv4), addresses.iter().any(IpAddr::is_ipv6));
    match (v4, v6) {
        (true, false) => &[0, 5],
        (false, true) => &[0, 6],
        _ => &[0, 5, 0, 6],
    }
}
