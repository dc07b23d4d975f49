//! The answer that an element owes to a message: accept it, refuse it with a status, or drop it.
//!
//! Parsing accepts what can be represented, because one must be able to answer a message that one dislikes; this decides
//! about it. Sends nothing, looks nothing up: authentication, locations and loops are the caller's. The order of the
//! checks is that of RFC 3261 §8.2 for a UAS, §16.3 for a proxy, §10.3 for a registrar; RFC 4475 shows what is owed.

mod needed;

use crate::defect::{Defect, DefectCode};
use crate::header::{HeaderName, Method};
use crate::message::{Kind, Message};
use crate::policy::Policy;
use crate::shape::{MediaType, Via};
use crate::text::Span;
use crate::typed::{self, Header};
use crate::uri::{HostKind, Scheme, Uri};
use needed::Needed;

/// What an element does with requests, and so which header fields it acts on. A malformed one of those cannot be passed
/// over, any other can: [`Policy::INTEROP`] refuses nothing for it, [`Policy::BORDER`] and [`Policy::STRICT`] do.
///
/// | who | acts on |
/// |---|---|
/// | all, in requests and responses | Via, From, To, Call-ID, CSeq, Max-Forwards, the Request-URI |
/// | `Uas` | Contact, Record-Route, Require, the body's type, coding and disposition, Expires, Authorization, and what names a dialog, an event or a state: Event, Subscription-State, RAck, Refer-To, Replaces, Join, Target-Dialog, Session-Expires, SIP-If-Match |
/// | `Proxy` | Route, Proxy-Require |
/// | `Registrar` | Contact, Expires, Require, Path, Authorization |
/// | whoever made the request, in a response that begins or refreshes a dialog | Contact, Record-Route (RFC 3261 §12.1.2) |
///
/// ```
/// use simdsip::{Element, Role};
/// assert_eq!(Element::new(Role::Proxy).role, Role::Proxy);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Answers them: a user agent server (RFC 3261 §8.2).
    Uas,
    /// Passes them on (RFC 3261 §16.3).
    Proxy,
    /// Binds contacts to addresses of record (RFC 3261 §10.3).
    Registrar,
}

/// An element: what it does and what it understands.
///
/// ```
/// use simdsip::{Element, Method, Role};
/// let mut pager = Element::new(Role::Uas);
/// pager.methods = &[Method::Message, Method::Options];
/// pager.body_types = &["text/plain"];
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// # let bytes = b"BYE sip:b@b.example SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@a.example>;tag=1\r\n\
/// #   t: <sip:b@b.example>;tag=2\r\ni: 1@h\r\nCSeq: 1 BYE\r\nMax-Forwards: 70\r\nl: 0\r\n\r\n";
/// let bye = parser.parse(bytes, &mut index)?;
/// assert_eq!(bye.validate(&pager).status(), Some(405));
/// assert!(bye.validate(&Element::new(Role::Proxy)).accepts());
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Element<'e> {
    /// What it does.
    pub role: Role,
    /// Which defects it refuses.
    pub policy: Policy,
    /// Methods that it answers (UAS). All registered ones by default.
    pub methods: &'e [Method<'e>],
    /// Schemes of Request-URIs that it understands, in lower case. `sip` and `sips` by default.
    pub schemes: &'e [&'e str],
    /// Option tags that it supports (RFC 3261 §19.2). None by default.
    pub option_tags: &'e [&'e str],
    /// Media types of bodies that it understands, as `type/subtype` in lower case. `application/sdp` by
    /// default, and `text/plain`, which MESSAGE needs (RFC 3428 §8).
    pub body_types: &'e [&'e str],
}

impl Element<'static> {
    /// An element of that role with [`Policy::INTEROP`] and the defaults of each field.
    ///
    /// ```
    /// use simdsip::{Element, Policy, Role};
    /// let mut strict = Element::new(Role::Uas);
    /// strict.policy = Policy::STRICT;
    /// ```
    #[must_use]
    pub const fn new(role: Role) -> Element<'static> {
        Element {
            role,
            policy: Policy::INTEROP,
            methods: Method::ALL,
            schemes: &["sip", "sips"],
            option_tags: &[],
            body_types: &["application/sdp", "text/plain"],
        }
    }
}

/// What to do with a message.
///
/// ```
/// use simdsip::Action;
/// assert_ne!(Action::Answer(400), Action::Drop);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Go on with it.
    Accept,
    /// Refuse it with this status code.
    Answer(u16),
    /// Say nothing: it is a response, or an ACK.
    Drop,
}

/// What an element owes to a message, and why. Given by [`Message::validate`].
///
/// ```
/// use simdsip::{Action, Element, Role};
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"BYE sip:b SIP/7.0\r\n\r\n", &mut index)?;
/// let verdict = message.validate(&Element::new(Role::Proxy));
/// assert_eq!((verdict.action, verdict.rfc), (Action::Answer(505), "RFC 3261 §21.5.6"));
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What to do.
    pub action: Action,
    /// Why, as a clause; empty where the message is accepted.
    pub reason: &'static str,
    /// The section that asks for it; empty where the message is accepted.
    pub rfc: &'static str,
    /// What is wrong, and where, if that is a place in the message.
    pub defect: Option<Defect>,
    /// Offset of the first byte to blame, if there is one.
    pub at: Option<usize>,
}

impl Verdict {
    const ACCEPT: Verdict = Verdict { action: Action::Accept, reason: "", rfc: "", defect: None, at: None };

    fn refuse(status: u16, rfc: &'static str, reason: &'static str, at: Option<usize>) -> Verdict {
        Verdict { action: Action::Answer(status), reason, rfc, defect: None, at }
    }

    fn blame(defect: Defect, status: u16, rfc: &'static str) -> Verdict {
        Verdict {
            defect: Some(defect),
            ..Verdict::refuse(status, rfc, defect.code.message(), Some(defect.at))
        }
    }

    /// Whether the message is accepted.
    ///
    /// ```
    /// use simdsip::{Element, Role};
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\n\r\n", &mut index)?;
    /// assert!(!message.validate(&Element::new(Role::Proxy)).accepts()); // it lacks all that it must have
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn accepts(&self) -> bool {
        self.action == Action::Accept
    }

    /// The status to answer with; `None` where the message is accepted or dropped.
    ///
    /// ```
    /// use simdsip::{Element, Role};
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// let message = parser.parse(b"BYE sip:b SIP/2.0\r\n\r\n", &mut index)?;
    /// assert_eq!(message.validate(&Element::new(Role::Proxy)).status(), Some(400));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.action {
            Action::Answer(status) => Some(status),
            Action::Accept | Action::Drop => None,
        }
    }
}

impl<'b> Message<'b> {
    /// What `element` owes to this message. Runs every check of [`defects`](Message::defects) and then asks whether
    /// the element understands it; the same answer each time, no allocation.
    ///
    /// ```
    /// use simdsip::{Element, Role};
    /// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
    /// # let bytes = b"INVITE sip:b@b.example SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@a.example>;tag=1\r\n\
    /// #   t: <sip:b@b.example>\r\ni: 1@h\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nRequire: 100rel\r\nl: 0\r\n\r\n";
    /// let invite = parser.parse(bytes, &mut index)?;
    /// let verdict = invite.validate(&Element::new(Role::Uas));
    /// assert_eq!((verdict.status(), verdict.rfc), (Some(420), "RFC 3261 §8.2.2.3"));
    /// # Ok::<(), simdsip::Error>(())
    /// ```
    #[must_use]
    pub fn validate(&self, element: &Element<'_>) -> Verdict {
        let refusal = match self.kind() {
            Kind::Response => response(self, element),
            Kind::Request => request(self, element),
        };
        let Some(refusal) = refusal else { return Verdict::ACCEPT };
        // Nobody answers a response, and an ACK has no response (RFC 3261 §17).
        let silent = self.kind() == Kind::Response || self.method() == Some(Method::Ack);
        if silent { Verdict { action: Action::Drop, ..refusal } } else { refusal }
    }
}

/// The first defect that the policy refuses: anywhere, or in a field that is needed.
fn refused_defect(message: &Message<'_>, policy: Policy, needed: Needed) -> Option<Defect> {
    let mut defects = message.defects();
    while let Some(defect) = defects.next() {
        let is_needed = || defects.field().is_none_or(|name| needed.has(name));
        if policy.refused.contains(defect.code)
            || (policy.refused_if_needed.contains(defect.code) && is_needed())
        {
            return Some(defect);
        }
    }
    None
}

fn response(message: &Message<'_>, element: &Element<'_>) -> Option<Verdict> {
    if let Some(defect) = unusable(message, &[DefectCode::BadVersion, DefectCode::BadStatus]) {
        return Some(Verdict::blame(defect, 0, "RFC 3261 §18.1.2"));
    }
    let needed = needed::in_response(message, element.role);
    if let Some(defect) = refused_defect(message, element.policy, needed) {
        return Some(Verdict::blame(defect, 0, "RFC 3261 §18.1.2"));
    }
    let mut hops = message.list::<typed::Via>();
    let lost = |at| Verdict::refuse(0, "RFC 3261 §18.1.2", "the way of the response cannot be read", at);
    let (top, next) = match (hops.next(), hops.next().transpose()) {
        (Some(Ok(top)), Ok(next)) => (top, next),
        (Some(Err(error)), _) | (_, Err(error)) => return Some(lost(Some(error.at))),
        (None, _) => return Some(lost(None)),
    };
    if element.role != Role::Proxy
        && let Some(next) = next
    {
        let reason = "the response belongs to an element farther back";
        return Some(Verdict::refuse(0, "RFC 3261 §8.1.3.3", reason, Some(next.host_span().at())));
    }
    // It came by way of the first and goes to the second: nobody has such an address.
    let nobody = [Some(top), next].into_iter().flatten().find(|via| is_for_many(&via.0))?;
    Some(Verdict::refuse(
        0,
        "RFC 4475 §3.3.10",
        "a Via names a broadcast or multicast address",
        Some(nobody.host_span().at()),
    ))
}

/// The first defect that no policy makes good.
fn unusable(message: &Message<'_>, codes: &[DefectCode]) -> Option<Defect> {
    message.structural_defects().find(|defect| codes.contains(&defect.code))
}

fn is_for_many(via: &Via<'_>) -> bool {
    via.host().is_ok_and(|host| match host.kind() {
        HostKind::V4(address) => address.is_broadcast() || address.is_multicast(),
        HostKind::V6(address) => address.is_multicast(),
        _ => false,
    })
}

fn request(message: &Message<'_>, element: &Element<'_>) -> Option<Verdict> {
    if let Some(defect) = unusable(message, &[DefectCode::BadVersion]) {
        return Some(Verdict::blame(defect, 505, "RFC 3261 §21.5.6"));
    }
    if let Some(long) = message.uri_span().filter(|uri| uri.len() > message.value_limits().uri_len as usize) {
        let reason = "the Request-URI is longer than the limit";
        return Some(Verdict::refuse(414, "RFC 3261 §21.4.11", reason, Some(long.at())));
    }
    if let Some(defect) = refused_defect(message, element.policy, needed::in_request(element.role)) {
        return Some(Verdict::blame(defect, 400, "RFC 3261 §21.4.1"));
    }
    if let Err(error) = message.request_uri_called() {
        let reason = "the Request-URI cannot be understood";
        return Some(Verdict::refuse(400, "RFC 3261 §21.4.1", reason, Some(error.at)));
    }
    match element.role {
        Role::Uas => method(message, element)
            .or_else(|| scheme(message, element, "RFC 3261 §8.2.2.1"))
            .or_else(|| extensions::<typed::Require>(message, element, "RFC 3261 §8.2.2.3"))
            .or_else(|| content(message, element))
            .or_else(|| answer_body(message, element)),
        Role::Proxy => scheme(message, element, "RFC 3261 §16.3")
            .or_else(|| hops(message))
            .or_else(|| next_hop(message))
            .or_else(|| extensions::<typed::ProxyRequire>(message, element, "RFC 3261 §16.3")),
        Role::Registrar => registers(message)
            .or_else(|| scheme(message, element, "RFC 3261 §10.3"))
            .or_else(|| extensions::<typed::Require>(message, element, "RFC 3261 §10.3"))
            .or_else(|| address_of_record(message)),
    }
}

/// RFC 3261 §8.2.1.
fn method(message: &Message<'_>, element: &Element<'_>) -> Option<Verdict> {
    let method = message.method()?;
    if method == Method::Ack || element.methods.contains(&method) {
        return None;
    }
    let at = Some(message.start_line_range().start);
    Some(match method {
        Method::Other(_) => Verdict::refuse(501, "RFC 3261 §21.5.2", "the method is not known", at),
        _ => Verdict::refuse(405, "RFC 3261 §8.2.1", "the method is not allowed here", at),
    })
}

fn scheme(message: &Message<'_>, element: &Element<'_>, rfc: &'static str) -> Option<Verdict> {
    let uri = message.request_uri_called().ok().flatten()?;
    let known =
        element.schemes.iter().any(|scheme| uri.scheme().as_bytes().eq_ignore_ascii_case(scheme.as_bytes()));
    (!known).then(|| {
        Verdict::refuse(416, rfc, "the scheme of the Request-URI is not supported", Some(uri.span().at()))
    })
}

/// RFC 3261 §16.3, step 3.
fn hops(message: &Message<'_>) -> Option<Verdict> {
    match message.max_forwards() {
        Ok(Some(left)) if left.value() == 0 => {
            Some(Verdict::refuse(483, "RFC 3261 §16.3", "no hops are left", Some(left.span().at())))
        }
        Ok(_) => None,
        Err(error) => {
            let reason = "Max-Forwards cannot be counted down";
            Some(Verdict::refuse(400, "RFC 3261 §16.3", reason, Some(error.at)))
        }
    }
}

/// What the request is forwarded by must be well-formed (RFC 3261 §16.3, step 1): the first Route, and the port of the
/// Request-URI.
fn next_hop(message: &Message<'_>) -> Option<Verdict> {
    let route = message.header_called::<typed::Route>().and_then(|route| match route {
        Some(route) => route.uri()?.port(),
        None => Ok(None),
    });
    let port = message.request_uri_called().and_then(|uri| uri.map_or(Ok(None), |uri| uri.port()));
    let error = route.err().or(port.err())?;
    Some(Verdict::refuse(400, "RFC 3261 §16.3", "the next hop cannot be read", Some(error.at)))
}

/// A registrar accepts nothing but REGISTER (RFC 3261 §10.3).
fn registers(message: &Message<'_>) -> Option<Verdict> {
    let at = Some(message.start_line_range().start);
    match message.method()? {
        Method::Register | Method::Ack => None,
        Method::Other(_) => Some(Verdict::refuse(501, "RFC 3261 §21.5.2", "the method is not known", at)),
        _ => Some(Verdict::refuse(405, "RFC 3261 §10.3", "a registrar takes REGISTER alone", at)),
    }
}

/// Option tags that the message requires and the element lacks.
fn extensions<'b, H>(message: &Message<'b>, element: &Element<'_>, rfc: &'static str) -> Option<Verdict>
where
    H: Header<'b> + core::ops::Deref<Target = crate::shape::Token<'b>>,
{
    // RFC 3261 §8.2.2.3: an ACK or CANCEL does as its INVITE did.
    if matches!(message.method(), Some(Method::Ack | Method::Cancel)) {
        return None;
    }
    let known = |tag: &H| element.option_tags.iter().any(|known| tag.is(known.as_bytes()));
    let tag = message.list::<H>().flatten().find(|tag| !known(tag))?;
    Some(Verdict::refuse(420, rfc, "an extension is required that is not supported", Some(tag.span().at())))
}

/// RFC 3261 §8.2.3.
fn content(message: &Message<'_>, element: &Element<'_>) -> Option<Verdict> {
    if message.body().is_empty() || message.method() == Some(Method::Ack) {
        return None;
    }
    let disposition = message.header_called::<typed::ContentDisposition>().ok().flatten();
    let handling = disposition.and_then(|disposition| disposition.params().value(b"handling"));
    if handling.is_some_and(|handling| handling.is_ignore_case(b"optional")) {
        return None;
    }
    let rfc = "RFC 3261 §8.2.3";
    let encoded = message.list::<typed::ContentEncoding>().flatten().find(|coding| !coding.is(b"identity"));
    if let Some(coding) = encoded {
        return Some(Verdict::refuse(
            415,
            rfc,
            "the body has an encoding that is not supported",
            Some(coding.span().at()),
        ));
    }
    let at = message.field(HeaderName::ContentType).map(|field| field.span().at());
    match message.content_type() {
        // Many send text without a word about it.
        Ok(None) => None,
        Ok(Some(media)) if element.body_types.iter().any(|known| is_media(&media, known)) => None,
        _ => Some(Verdict::refuse(415, rfc, "the body is of a type that is not supported", at)),
    }
}

/// An INVITE whose answer could have no body that the caller accepts (RFC 3261 §20.1, §21.4.7).
fn answer_body(message: &Message<'_>, element: &Element<'_>) -> Option<Verdict> {
    let accept = message.field(HeaderName::Accept).filter(|_| message.method() == Some(Method::Invite))?;
    let possible = message.list::<typed::Accept>().flatten().any(|range| {
        let any = |known: &&str| {
            let (kind, _) = known.split_once('/').unwrap_or((known, ""));
            range.is(b"*", b"*") || range.is(kind.as_bytes(), b"*") || is_media(&range, known)
        };
        !matches!(range.q(), Ok(Some(0))) && element.body_types.iter().any(any)
    });
    (!possible).then(|| {
        Verdict::refuse(
            406,
            "RFC 3261 §21.4.7",
            "no body that we make is acceptable",
            Some(accept.span().at()),
        )
    })
}

fn is_media(media: &MediaType<'_>, known: &str) -> bool {
    known.split_once('/').is_some_and(|(kind, subtype)| media.is(kind.as_bytes(), subtype.as_bytes()))
}

/// What is registered is a SIP or SIPS URI (RFC 3261 §10.3, step 5).
fn address_of_record(message: &Message<'_>) -> Option<Verdict> {
    if message.method() != Some(Method::Register) {
        return None;
    }
    let to = message.header_called::<typed::To>().ok().flatten()?;
    let usual = matches!(to.uri().map(|uri: Uri<'_>| uri.scheme()), Ok(Scheme::Sip | Scheme::Sips));
    let uri: Span<'_> = to.uri_span();
    (!usual).then(|| {
        Verdict::refuse(400, "RFC 3261 §10.3", "the address of record is no SIP URI", Some(uri.at()))
    })
}
