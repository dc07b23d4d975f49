//! Which header fields an element acts on, so that a malformed one cannot be passed over.
//!
//! Tables, by role. What is not in them is ignored where it is malformed: RFC 3261 §8.2.2 of a server, §16.3 step 1 of
//! a proxy, §8.1.3 and §18.1.2 of whoever gets a response, who drops it over its Via alone.

use super::Role;
use crate::header::HeaderName as H;
use crate::header::Method;
use crate::message::Message;

/// A set of header fields: those of every element, and more.
#[derive(Clone, Copy)]
pub(super) struct Needed(&'static [H]);

impl Needed {
    pub(super) fn has(self, name: H) -> bool {
        ALWAYS.contains(&name) || self.0.contains(&name)
    }
}

/// What every element acts on: transaction, dialog, hops (RFC 3261 §8.1.1, §12, §16.3, §18.1.2).
const ALWAYS: &[H] = &[H::Via, H::From, H::To, H::CallId, H::CSeq, H::MaxForwards];

/// What else a request is answered by: RFC 3261 §8.2, §12.1.1; RFC 3262 §3; RFC 3515 §2.4.2; RFC 3891 §3; RFC 3903 §6;
/// RFC 3911 §4; RFC 4028 §9; RFC 4538 §3; RFC 6665 §4.
const BY_UAS: &[H] = &[
    H::Contact,
    H::RecordRoute,
    H::Require,
    H::ContentType,
    H::ContentEncoding,
    H::ContentDisposition,
    H::Expires,
    H::Authorization,
    H::Event,
    H::SubscriptionState,
    H::RAck,
    H::ReferTo,
    H::Replaces,
    H::Join,
    H::TargetDialog,
    H::SessionExpires,
    H::SipIfMatch,
];

/// What else it is forwarded by (RFC 3261 §16.3, §16.4).
const BY_PROXY: &[H] = &[H::Route, H::ProxyRequire];

/// What else it is registered by (RFC 3261 §10.3, RFC 3327 §5.3).
const BY_REGISTRAR: &[H] = &[H::Contact, H::Expires, H::Require, H::Path, H::Authorization];

/// What a dialog is made of beside its identity (RFC 3261 §12.1.2).
const BY_DIALOG: &[H] = &[H::Contact, H::RecordRoute];

/// Methods whose responses begin a dialog or move its target (RFC 3261 §12; RFC 3311 §5.1; RFC 3515 §2.4; RFC 6665 §4).
const OF_DIALOG: &[Method<'static>] =
    &[Method::Invite, Method::Subscribe, Method::Refer, Method::Notify, Method::Update];

/// The fields of a request.
pub(super) fn in_request(role: Role) -> Needed {
    Needed(match role {
        Role::Uas => BY_UAS,
        Role::Proxy => BY_PROXY,
        Role::Registrar => BY_REGISTRAR,
    })
}

/// The fields of a response. A proxy passes on whatever is not its own (RFC 3261 §16.7).
pub(super) fn in_response(message: &Message<'_>, role: Role) -> Needed {
    let own = role != Role::Proxy && is_of_dialog(message);
    Needed(if own { BY_DIALOG } else { &[] })
}

/// Whether a response may begin a dialog, or move its target.
fn is_of_dialog(message: &Message<'_>) -> bool {
    matches!(message.status(), Ok(Some(101..=299)))
        && message.cseq().ok().flatten().is_some_and(|cseq| OF_DIALOG.contains(&cseq.method()))
}
