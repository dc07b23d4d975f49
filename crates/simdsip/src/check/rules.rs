//! What each registered header's grammar is: its shape's, and what only this header has.
//!
//! Follows each header's own specification; where that is not known here (`Shape::Opaque`) or is free text, there is
//! nothing to check.

use super::findings::{Findings, Read};
use super::params::{Hook, Param};
use super::{address, auth, cursor::Cursor, dialog, free, number, params, token, via};
use crate::DefectCode;
use crate::header::{Cardinality, HeaderName, Shape};
use crate::text::Span;

/// Reads one element, up to where the grammar ends.
pub(super) type Element = fn(&mut Cursor<'_>, &Rules, &mut Findings) -> Read;

/// How a URI stands in a header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Angle {
    /// `name-addr / addr-spec`
    Optional,
    /// `name-addr`
    Required,
    /// `LAQUOT absoluteURI RAQUOT`
    Only,
    /// A URI as it is.
    Never,
}

#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) element: Element,
    /// Commas separate elements.
    pub(super) list: bool,
    /// Nothing at all is allowed.
    pub(super) empty: bool,
    pub(super) angle: Angle,
    /// Whether parameters may follow an address.
    pub(super) has_params: bool,
    /// Whether each parameter must have a value.
    pub(super) valued: bool,
    pub(super) word: fn(&[u8]) -> bool,
    /// The largest number.
    pub(super) most: u64,
    pub(super) hook: Hook,
    /// Parameters that must be there.
    pub(super) required: &'static [&'static [u8]],
    /// Whether a parameter may stand once only (RFC 3261 §7.3.1).
    pub(super) once: bool,
    /// The parameter whose value is a URI in brackets.
    pub(super) uri_param: &'static [u8],
    /// The parameter whose value may hold colons.
    pub(super) colon_param: &'static [u8],
}

impl Rules {
    /// The comma where it separates elements; else another semicolon.
    pub(super) fn comma(&self) -> u8 {
        if self.list { b',' } else { b';' }
    }

    /// Via's `received` is an IPv6 address without brackets (RFC 3261 §25.1, RFC 5118 §4.5); another is a `hostport`.
    pub(super) fn has_colons(&self, name: Span<'_>) -> bool {
        name.bytes().eq_ignore_ascii_case(self.colon_param)
    }

    pub(super) fn has_uri(&self, name: Span<'_>) -> bool {
        name.bytes().eq_ignore_ascii_case(self.uri_param)
    }

    /// The bit of a parameter that must be there.
    pub(super) fn which(&self, name: Span<'_>) -> u32 {
        let at = self.required.iter().position(|one| name.bytes().eq_ignore_ascii_case(one));
        at.map_or(0, |at| 1 << (at & 31))
    }

    pub(super) fn has_all(&self, found: u32) -> bool {
        found.count_ones() as usize >= self.required.len()
    }

    /// Those of a header; `None` where any text is allowed, or nobody knows.
    pub(super) fn of(name: HeaderName) -> Option<Rules> {
        let list = name.cardinality() == Cardinality::CommaList;
        let rules = Rules {
            element: element(name.shape())?,
            list,
            empty: false,
            angle: if name.shape() == Shape::Uri { Angle::Only } else { Angle::Optional },
            has_params: true,
            valued: false,
            word: token::any_token,
            most: number::MOST,
            hook: |_, _| {},
            required: &[],
            once: true,
            uri_param: b"",
            colon_param: b"",
        };
        Some(rules.with(name))
    }

    fn with(self, name: HeaderName) -> Rules {
        use HeaderName as H;
        let may_be_empty = Rules { empty: true, ..self };
        let angled = Rules { angle: Angle::Required, ..self };
        match name {
            H::Accept | H::AcceptEncoding => Rules { hook: quality, ..may_be_empty },
            H::AcceptLanguage => Rules { hook: quality, word: token::language, ..may_be_empty },
            H::AcceptResourcePriority => Rules { word: token::resource, ..may_be_empty },
            H::ResourcePriority => Rules { word: token::resource, ..self },
            H::Allow | H::Supported | H::RecvInfo | H::PEarlyMedia => may_be_empty,
            H::AllowEvents => Rules { word: token::event, ..self },
            H::Event => Rules { word: token::event, hook: event, ..self },
            H::AcceptContact | H::RejectContact | H::FeatureCaps => Rules { word: token::star, ..self },
            H::ContentLanguage => Rules { word: token::language, ..self },
            H::PMediaAuthorization => Rules { word: token::hexadecimal, ..self },
            H::ReferSub => Rules { word: token::truth, ..self },
            H::SessionId => Rules { word: token::session_uuid, hook: session, ..self },
            H::MimeVersion => Rules { element: number::version, ..self },
            H::ContentType => Rules { valued: true, ..self },
            H::MaxForwards => Rules { most: 255, ..self },
            H::AlertMsgError | H::GeolocationError => Rules { most: 999, ..self },
            H::RetryAfter => Rules { hook: duration, ..self },
            H::SubscriptionState => Rules { hook: subscription, ..self },
            H::Reason => Rules { hook: cause, ..self },
            H::SecurityClient | H::SecurityServer | H::SecurityVerify => Rules { hook: quality, ..self },
            H::From | H::To => Rules { hook: tag, ..self },
            H::Contact => Rules { hook: contact, ..self },
            H::Route | H::RecordRoute | H::Path | H::ServiceRoute => angled,
            H::PCalledPartyId | H::PServedUser | H::PDcsTracePartyId => angled,
            H::RemotePartyId | H::Diversion => angled,
            H::PAssociatedUri => Rules { empty: true, ..angled },
            H::HistoryInfo => Rules { hook: history, required: &[b"index"], ..angled },
            H::PUserDatabase => Rules { angle: Angle::Only, has_params: false, ..self },
            H::PAssertedIdentity | H::PPreferredIdentity => Rules { has_params: false, ..self },
            H::PAssertedService | H::PPreferredService => {
                Rules { angle: Angle::Never, has_params: false, ..self }
            }
            H::PermissionMissing => Rules { angle: Angle::Optional, ..self },
            H::TriggerConsent => Rules { angle: Angle::Never, ..self },
            H::PolicyId => Rules { element: address::address, angle: Angle::Never, ..self },
            H::ContentId => Rules { element: address::message_id, ..self },
            H::Identity => {
                Rules { element: token::identity, required: &[b"info"], uri_param: b"info", ..self }
            }
            H::Replaces | H::Join => Rules { hook: tags, required: &[b"to-tag", b"from-tag"], ..self },
            H::TargetDialog => Rules { hook: tags, ..self },
            H::PChargingVector => Rules { required: &[b"icid-value"], ..self },
            // Its first specification repeats `ccf` (RFC 3455 §4.5.2).
            H::PChargingFunctionAddresses => Rules { once: false, ..self },
            H::PRtpStat => Rules { list: true, ..self },
            H::PVisitedNetworkId | H::UserToUser => Rules { element: token::word_or_quoted_params, ..self },
            H::PDcsBillingInfo => Rules { element: free::billing, ..self },
            H::PDcsLaes => {
                Rules { element: free::hostport_params, hook: free::content, colon_param: b"content", ..self }
            }
            H::PDcsRedirect => Rules { element: address::quoted_address, ..self },
            H::Via => Rules { hook: via::parameter, colon_param: b"received", ..self },
            _ => self,
        }
    }
}

fn element(shape: Shape) -> Option<Element> {
    Some(match shape {
        Shape::Opaque | Shape::Text => return None,
        Shape::Token => token::word,
        Shape::TokenParams => token::word_params,
        Shape::ValueParams => token::word_or_quoted_params,
        Shape::Number => number::number,
        Shape::NumberParams => number::number_params,
        Shape::RetryAfter => number::retry_after,
        Shape::NameAddr | Shape::Uri => address::address,
        Shape::Contact => address::contact,
        Shape::MediaType => free::media_type,
        Shape::CallId => dialog::call_id,
        Shape::Dialog => dialog::dialog,
        Shape::CSeq => number::cseq,
        Shape::RAck => number::rack,
        Shape::Date => number::date,
        Shape::Timestamp => number::timestamp,
        Shape::Via => via::via,
        Shape::Auth => auth::auth,
        Shape::AuthInfo => auth::info,
        Shape::Warning => free::warning,
        Shape::Product => free::products,
        Shape::Privacy => token::privacy,
        Shape::ParamList => params::bare,
    })
}

fn quality(param: &Param<'_>, out: &mut Findings) {
    if param.is(b"q") {
        param.must_be_quality(out);
    }
}

fn contact(param: &Param<'_>, out: &mut Findings) {
    quality(param, out);
    if param.is(b"expires") {
        param.must_be_number(number::MOST, out);
    }
}

fn tag(param: &Param<'_>, out: &mut Findings) {
    if param.is(b"tag") {
        param.must_be_token(out);
    }
}

fn tags(param: &Param<'_>, out: &mut Findings) {
    if [&b"to-tag"[..], b"from-tag", b"local-tag", b"remote-tag"].iter().any(|name| param.is(name)) {
        param.must_be_token(out);
    }
}

fn event(param: &Param<'_>, out: &mut Findings) {
    if param.is(b"id") {
        param.must_be_token(out);
    }
}

fn duration(param: &Param<'_>, out: &mut Findings) {
    if param.is(b"duration") {
        param.must_be_number(number::MOST, out);
    }
}

fn subscription(param: &Param<'_>, out: &mut Findings) {
    if param.is(b"expires") || param.is(b"retry-after") {
        param.must_be_number(number::MOST, out);
    }
}

fn cause(param: &Param<'_>, out: &mut Findings) {
    if param.is(b"cause") {
        param.must_be_number(number::MOST, out);
    }
}

fn session(param: &Param<'_>, out: &mut Findings) {
    let fits = |value: Span<'_>| token::session_uuid(value.bytes());
    if param.is(b"remote") && !param.value.is_some_and(fits) {
        out.add(DefectCode::BadParameter, param.span);
    }
}

/// `number *( "." number )` (RFC 7044 §5)
fn history(param: &Param<'_>, out: &mut Findings) {
    let part = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let fits = |value: Span<'_>| value.bytes().split(|&byte| byte == b'.').all(part);
    if [&b"index"[..], b"rc", b"mp", b"np"].iter().any(|name| param.is(name))
        && !param.value.is_some_and(fits)
    {
        out.add(DefectCode::BadParameter, param.span);
    }
}
