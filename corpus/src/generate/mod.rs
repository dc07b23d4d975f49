//! The messages of the frozen workloads, made from a seed.
//!
//! Every message is valid by RFC 3261 and the RFCs of its headers, carries the right
//! Content-Length, and has its own branches, tags and Call-ID. Nothing malformed comes
//! from here: that is `adversary` and `corpus/regress`.

mod draft;
mod name;
mod request;
mod response;
mod session;

use crate::rng::Rng;
use draft::Hand;

/// What a generated message is.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Short name, as in PROFILE.md.
    pub name: &'static str,
    weight: usize,
    hand: Naming,
    make: fn(&mut Rng) -> draft::Draft,
}

/// Whether a kind is always compact or may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    Compact,
    Any,
}

/// Every kind of the mixes, with its share.
pub const KINDS: [Kind; 24] = [
    kind("options", 6, request::options),
    kind("register", 4, request::register),
    kind("register-auth", 7, request::register_auth),
    kind("invite-sdp", 10, request::invite),
    kind("invite-ims", 4, request::invite_ims),
    kind("ack", 7, request::ack),
    compact("bye-compact", 5, request::bye),
    kind("cancel", 2, request::cancel),
    kind("prack", 4, request::prack),
    kind("update", 3, request::update),
    kind("info", 3, request::info),
    kind("refer", 3, request::refer),
    kind("subscribe", 5, request::subscribe),
    kind("notify-folded", 8, request::notify),
    kind("publish", 3, request::publish),
    compact("message-compact", 5, request::message),
    kind("100-trying", 4, response::trying),
    kind("180-ringing", 6, response::ringing),
    kind("183-progress", 4, response::progress),
    kind("200-invite", 8, response::ok_invite),
    kind("200-register", 5, response::ok_register),
    kind("200-other", 7, response::ok_other),
    kind("401-challenge", 6, response::challenge),
    kind("4xx-6xx", 4, response::failure),
];

const fn kind(name: &'static str, weight: usize, make: fn(&mut Rng) -> draft::Draft) -> Kind {
    Kind { name, weight, hand: Naming::Any, make }
}

const fn compact(name: &'static str, weight: usize, make: fn(&mut Rng) -> draft::Draft) -> Kind {
    Kind { name, weight, hand: Naming::Compact, make }
}

impl Kind {
    /// A new message of this kind.
    #[must_use]
    pub fn message(&self, rng: &mut Rng) -> Vec<u8> {
        let draft = (self.make)(rng);
        let hand = match (self.hand, rng.below(100)) {
            (Naming::Compact, _) | (Naming::Any, 0..4) => Hand::Compact,
            (Naming::Any, 4..7) => Hand::Lower,
            (Naming::Any, _) => Hand::Long,
        };
        draft.write(rng, hand)
    }
}

/// `count` messages of all kinds in their shares, in random order.
#[must_use]
pub fn mix(seed: u64, count: usize) -> Vec<Vec<u8>> {
    mix_with_kinds(seed, count).into_iter().map(|(_, message)| message).collect()
}

/// As [`mix`], each message with the name of its kind.
#[must_use]
pub fn mix_with_kinds(seed: u64, count: usize) -> Vec<(&'static str, Vec<u8>)> {
    let mut rng = Rng::new(seed);
    (0..count)
        .map(|_| {
            let kind = &KINDS[rng.weighted(KINDS.iter().map(|kind| kind.weight))];
            (kind.name, kind.message(&mut rng))
        })
        .collect()
}

/// The first message of the kind called `name` whose size lies in `size`, in long form.
///
/// # Panics
/// If no kind has the name, or 10,000 draws give none of that size.
#[must_use]
pub fn one(name: &str, seed: u64, size: std::ops::RangeInclusive<usize>) -> Vec<u8> {
    let kind = KINDS.iter().find(|kind| kind.name == name).expect("a kind of KINDS");
    let mut rng = Rng::new(seed);
    (0..10_000)
        .map(|_| (kind.make)(&mut rng).write(&mut rng, Hand::Long))
        .find(|message| size.contains(&message.len()))
        .expect("a message of that size within 10,000 draws")
}

/// An audio session description of about 400 bytes.
#[must_use]
pub fn sdp_audio(seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut draws = (0..10_000).map(|_| session::audio(&mut rng, 6));
    draws.find(|sdp| (390..=410).contains(&sdp.len())).expect("an offer of about 400 bytes").into_bytes()
}

/// A browser's session description of about 4 KB.
#[must_use]
pub fn sdp_webrtc(seed: u64) -> Vec<u8> {
    session::webrtc(&mut Rng::new(seed)).into_bytes()
}
