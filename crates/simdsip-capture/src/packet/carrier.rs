//! What one TCP direction carries: SIP, WebSocket frames with SIP in them, HEP, and any of it within TLS.
//!
//! Decided by the first bytes. What is none of the others is a SIP stream, and looked at as one.

use super::hep::{self, Ends};
use super::stream::{Found, Port, Stream, Tools};
use super::tcp::Key;
use super::tls::{self, Tls};
use super::ws::{self, Upgrade, Ws};
use super::{Origin, sniff};
use crate::stats::Stats;

/// One direction of a connection, above the sequence numbers.
#[derive(Debug)]
pub(crate) struct Carrier {
    /// Nothing came yet that says what it is.
    fresh: bool,
    tls: Option<Box<Tls>>,
    within: Within,
}

/// What is below TLS, or where there is none.
#[derive(Debug)]
struct Within {
    mode: Mode,
    stream: Stream,
    /// Where the bytes that wait came from.
    last: Option<Origin>,
    carries_sip: bool,
}

#[derive(Debug)]
enum Mode {
    /// The bytes so far may become any.
    New(Vec<u8>),
    Sip,
    Ws {
        frames: Box<Ws>,
        lost: bool,
    },
    Hep(Vec<u8>),
}

/// Whether a segment of a stream joined in the middle begins with something that is worth following.
pub(crate) fn may_begin(bytes: &[u8], tools: &Tools) -> bool {
    let first = bytes.first().copied().unwrap_or_default();
    match first {
        b'G' | b'H' => ws::upgrade(bytes) != Upgrade::No || bytes.starts_with(hep::MAGIC),
        0x16 => tls::begins(bytes) && tools.has_secrets(),
        0x01 | 0x02 | 0x81 | 0x82 => ws::looks_like_frame(bytes),
        _ => false,
    }
}

impl Carrier {
    pub(crate) fn new(port: Port) -> Self {
        let within =
            Within { mode: Mode::New(Vec::new()), stream: Stream::new(port), last: None, carries_sip: false };
        Self { fresh: true, tls: None, within }
    }

    /// The next byte is the connection's first.
    pub(crate) fn begin(&mut self) {
        (self.fresh, self.tls) = (true, None);
        self.within.mode = Mode::New(Vec::new());
        self.within.stream.begin();
    }

    /// There is, or may be, something to be read.
    pub(crate) fn matters(&self) -> bool {
        match &self.tls {
            Some(tls) => !tls.is_closed() || self.within.stream.is_sip(),
            None => self.within.matters(),
        }
    }

    /// SIP was seen, or is being waited for.
    pub(crate) fn is_sip(&self) -> bool {
        self.within.carries_sip || self.within.stream.is_sip()
    }

    /// Bytes wait for others.
    pub(crate) fn is_unfinished(&self) -> bool {
        let begun = matches!(&self.within.mode, Mode::New(bytes) if !bytes.is_empty());
        begun || self.within.stream.is_unfinished()
    }

    /// Bytes of memory held.
    pub(crate) fn footprint(&self) -> usize {
        let tls = self.tls.as_ref().map_or(0, |tls| tls.footprint());
        tls.saturating_add(self.within.footprint())
    }

    /// Takes bytes that follow those before.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        key: &Key,
        origin: &mut Origin,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        if self.fresh && !bytes.is_empty() {
            self.fresh = false;
            if tools.has_secrets() && tls::begins(bytes) {
                self.tls = Some(Box::default());
            }
        }
        let Self { tls, within, .. } = self;
        match tls {
            None => within.feed(bytes, origin, tools, stats, emit),
            Some(tls) => {
                // The sessions are borrowed beside the tools that the streams need.
                let (mut sessions, secrets) = tools.take_tls();
                tls.feed(bytes, key, &secrets, &mut sessions, stats, &mut |plain, stats| {
                    within.feed(plain, origin, tools, stats, &mut |found, origin, stats| {
                        emit(Found { tls: true, ..found }, origin, stats);
                    });
                });
                tools.put_tls(sessions, secrets);
            }
        }
    }

    /// Bytes are missing.
    pub(crate) fn gap(
        &mut self,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        if let Some(tls) = &mut self.tls {
            tls.gap(stats);
        }
        let is_tls = self.tls.is_some();
        self.within.gap(tools, stats, &mut |found, origin, stats| {
            emit(Found { tls: is_tls, ..found }, origin, stats)
        });
    }

    /// The stream ends: gives what is there of a message that was begun.
    pub(crate) fn finish(
        &mut self,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        let is_tls = self.tls.is_some();
        let emit = &mut |found: Found<'_>, origin: &mut Origin, stats: &mut Stats| {
            emit(Found { tls: is_tls, ..found }, origin, stats);
        };
        self.within.plain(tools, stats, emit);
        self.within.stream.finish(tools, stats, emit);
    }
}

impl Within {
    fn matters(&self) -> bool {
        match &self.mode {
            Mode::New(bytes) => !bytes.is_empty() || self.stream.matters(),
            Mode::Sip => self.stream.matters(),
            Mode::Ws { .. } | Mode::Hep(_) => true,
        }
    }

    fn footprint(&self) -> usize {
        let mode = match &self.mode {
            Mode::New(bytes) | Mode::Hep(bytes) => bytes.capacity(),
            Mode::Sip => 0,
            Mode::Ws { frames, .. } => frames.footprint().saturating_add(size_of::<Ws>()),
        };
        mode.saturating_add(self.stream.footprint())
    }

    fn feed(
        &mut self,
        bytes: &[u8],
        origin: &mut Origin,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        match &mut self.mode {
            Mode::Sip => self.stream.feed(bytes, origin, tools, stats, emit),
            Mode::Ws { frames, lost } => {
                if *lost && !ws::looks_like_frame(bytes) {
                    return;
                }
                *lost = false;
                let carries_sip = &mut self.carries_sip;
                frames.feed(bytes, stats, &mut |message, stats| {
                    if sniff::datagram(message, sniff::Ask::Loose) {
                        *carries_sip = true;
                        emit(Found { ws: true, ..Found::whole(message) }, origin, stats);
                    }
                });
            }
            Mode::Hep(held) => {
                held.extend_from_slice(bytes);
                self.hep(origin, stats, emit);
            }
            Mode::New(held) => {
                let mut held = std::mem::take(held);
                held.extend_from_slice(bytes);
                self.decide(held, origin, tools, stats, emit);
            }
        }
    }

    fn decide(
        &mut self,
        held: Vec<u8>,
        origin: &mut Origin,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        let len = held.len().min(hep::MAGIC.len());
        let hep = held.get(..len) == hep::MAGIC.get(..len);
        match ws::upgrade(&held) {
            Upgrade::Done(used) => {
                self.mode = Mode::Ws { frames: Box::default(), lost: false };
                return self.feed(held.get(used..).unwrap_or_default(), origin, tools, stats, emit);
            }
            Upgrade::Perhaps => {}
            Upgrade::No if hep && len == hep::MAGIC.len() => {
                self.mode = Mode::Hep(held);
                return self.hep(origin, stats, emit);
            }
            Upgrade::No if hep => {}
            Upgrade::No if ws::looks_like_frame(&held) => {
                self.mode = Mode::Ws { frames: Box::default(), lost: false };
                return self.feed(&held, origin, tools, stats, emit);
            }
            Upgrade::No => {
                self.mode = Mode::Sip;
                return self.stream.feed(&held, origin, tools, stats, emit);
            }
        }
        self.mode = Mode::New(held);
        self.last = Some(*origin);
    }

    /// Gives the HEP packets that are whole. What is none ends it.
    fn hep(
        &mut self,
        origin: &mut Origin,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        let Mode::Hep(held) = &mut self.mode else { return };
        let mut used = 0usize;
        loop {
            let rest = held.get(used..).unwrap_or_default();
            let Some(len) = hep::len(rest) else { break };
            if !rest.starts_with(hep::MAGIC) || len < 6 {
                // Nothing says where the next one begins.
                used = held.len();
                break;
            }
            let Some(packet) = rest.get(..len) else { break };
            if let Some(found) = hep::parse(packet)
                && sniff::datagram(found.payload, sniff::Ask::Loose)
            {
                self.carries_sip = true;
                emit(Found { hep: Some(found.ends), ..Found::whole(found.payload) }, origin, stats);
            }
            used = used.saturating_add(len);
        }
        held.drain(..used.min(held.len()));
    }

    /// What waited for more is a SIP stream after all.
    fn plain(
        &mut self,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        if let Mode::New(held) = &mut self.mode
            && !held.is_empty()
            && let Some(mut origin) = self.last.take()
        {
            let held = std::mem::take(held);
            self.mode = Mode::Sip;
            self.stream.feed(&held, &mut origin, tools, stats, emit);
        }
    }

    fn gap(
        &mut self,
        tools: &mut Tools,
        stats: &mut Stats,
        emit: &mut impl FnMut(Found<'_>, &mut Origin, &mut Stats),
    ) {
        self.plain(tools, stats, emit);
        match &mut self.mode {
            Mode::Ws { frames, lost } => {
                frames.gap();
                *lost = true;
                stats.event(crate::stats::Event::TcpGap);
            }
            Mode::Hep(held) => {
                held.clear();
                stats.event(crate::stats::Event::TcpGap);
            }
            Mode::New(_) | Mode::Sip => self.stream.gap(tools, stats, emit),
        }
    }
}

/// Of a HEP packet: to whom its payload belongs.
pub(crate) type HepEnds = Ends;
