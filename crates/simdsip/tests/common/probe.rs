//! Asks for everything that typed views can tell of a message, as one number: equal readings give equal numbers.
//!
//! Allocates nothing. Each iterator must make progress: it may give one item for each byte, and one more.

use std::hash::{DefaultHasher, Hash, Hasher};

pub use super::sum::Sum;
use simdsip::key::{DialogKey, Direction, TransactionKey};
use simdsip::shape::{
    Auth, AuthInfo, CSeq, CallId, Contact, Date, Dialog, MediaType, NameAddr, Number, NumberParams,
    ParamList, Privacy, Product, Products, RAck, RetryAfter, Rport, Text, Timestamp, Token, TokenParams,
    Value, ValueParams, Via, Warning,
};
use simdsip::{Element, Elements, Header, HeaderName, Message, Policy, Role, Span, typed};

/// A view that tells everything it knows.
pub trait Probe {
    fn probe(&self, sum: &mut Sum);
}

/// Views of which each accessor is named.
macro_rules! probes {
    ($($shape:ty: |$view:ident, $sum:ident| $body:expr;)*) => {
        $(impl Probe for $shape {
            fn probe(&self, $sum: &mut Sum) {
                let $view = self;
                $body
            }
        })*
    };
}

probes! {
    Token<'_>: |view, sum| { sum.span(view.span()); sum.number(view.is(view.as_bytes()).into()) };
    TokenParams<'_>: |view, sum| {
        sum.span(view.token_span());
        sum.number(view.is(view.token()).into());
        sum.params(view.params());
    };
    ValueParams<'_>: |view, sum| { sum.word(view.value()); sum.params(view.params()) };
    Number<'_>: |view, sum| { sum.number(view.value().into()); sum.span(view.span()) };
    NumberParams<'_>: |view, sum| { sum.number(view.value().into()); sum.params(view.params()) };
    RetryAfter<'_>: |view, sum| {
        sum.number(view.seconds().into());
        sum.option(view.comment(), Sum::bytes);
        sum.params(view.params());
    };
    NameAddr<'_>: |view, sum| {
        sum.option(view.display_name(), Sum::word);
        sum.span(view.uri_span());
        sum.result(view.uri(), Sum::uri);
        sum.number(view.is_bracketed().into());
        sum.option(view.tag(), Sum::bytes);
        sum.result(view.q(), |sum, q| sum.option(q, |sum, q| sum.number(q.into())));
        sum.result(view.expires(), |sum, expires| sum.option(expires, |sum, expires| sum.number(expires.into())));
        sum.params(view.params());
    };
    Contact<'_>: |view, sum| sum.option(view.address(), |sum, address| address.probe(sum));
    MediaType<'_>: |view, sum| {
        sum.bytes(view.kind());
        sum.bytes(view.subtype());
        sum.number(view.is(view.kind(), view.subtype()).into());
        sum.result(view.q(), |sum, q| sum.option(q, |sum, q| sum.number(q.into())));
        sum.params(view.params());
    };
    CallId<'_>: |view, sum| { sum.span(view.span()); sum.bytes(view.as_bytes()) };
    Dialog<'_>: |view, sum| {
        sum.span(view.call_id_span());
        sum.bytes(view.call_id());
        sum.option(view.to_tag(), Sum::bytes);
        sum.option(view.from_tag(), Sum::bytes);
        sum.params(view.params());
    };
    CSeq<'_>: |view, sum| {
        sum.number(view.number().into());
        sum.bytes(view.method().as_bytes());
        sum.span(view.method_span());
    };
    RAck<'_>: |view, sum| { sum.number(view.response_number().into()); view.cseq().probe(sum) };
    Date: |view, sum| sum.number(view.unix_seconds() as u64);
    Timestamp<'_>: |view, sum| { sum.bytes(view.value()); sum.option(view.delay(), Sum::bytes) };
    Via<'_>: |view, sum| {
        sum.bytes(view.protocol());
        sum.bytes(view.transport());
        sum.span(view.host_span());
        sum.result(view.host(), Sum::host);
        sum.result(view.port(), |sum, port| sum.option(port, |sum, port| sum.number(port.into())));
        sum.option(view.branch(), Sum::bytes);
        sum.option(view.received(), Sum::word);
        sum.result(view.rport(), |sum, rport| sum.option(rport, |sum, rport| match rport {
            Rport::Asked => sum.number(3),
            Rport::Filled(port) => sum.number(port.into()),
        }));
        sum.result(view.maddr(), |sum, maddr| sum.option(maddr, Sum::host));
        sum.result(view.ttl(), |sum, ttl| sum.option(ttl, |sum, ttl| sum.number(ttl.into())));
        sum.params(view.params());
    };
    Auth<'_>: |view, sum| {
        sum.span(view.scheme_span());
        sum.bytes(view.scheme());
        sum.span(view.rest());
        sum.bytes(view.algorithm());
        sum.each(view.rest().len(), view.qop(), Sum::bytes);
        sum.number(u64::from(view.is_digest()) + 2 * u64::from(view.is_stale()));
        sum.result(view.nonce_count(), |sum, nc| sum.option(nc, |sum, nc| sum.number(nc.into())));
        sum.params(view.params());
    };
    AuthInfo<'_>: |view, sum| sum.params(view.params());
    Warning<'_>: |view, sum| {
        sum.number(view.code().into());
        sum.bytes(view.agent());
        sum.word(view.text());
    };
    Products<'_>: |view, sum| {
        view.text().probe(sum);
        sum.each(view.text().span().len(), view.iter(), |sum, product| match product {
            Product::Named { name, version } => { sum.bytes(name); sum.option(version, Sum::bytes) }
            Product::Comment(comment) => { sum.number(4); sum.bytes(comment) }
        });
    };
    Text<'_>: |view, sum| {
        sum.span(view.span());
        let lines = view.unfolded().enumerate();
        // A fold is one space.
        sum.pieces(2 * view.span().len(), lines.flat_map(|(at, line)| [&b" "[..usize::from(at > 0)], line]));
    };
    Privacy<'_>: |view, sum| {
        sum.number(view.has(b"id").into());
        // As many bytes at least as a header field has.
        let len = view.iter().map(|value| value.len() + 1).sum();
        sum.each(len, view.iter(), Sum::bytes);
    };
    ParamList<'_>: |view, sum| sum.params(view.params());
}

impl Probe for Value<'_> {
    fn probe(&self, sum: &mut Sum) {
        match self {
            Value::Opaque(view) => sum.span(*view),
            Value::Token(view) => view.probe(sum),
            Value::TokenParams(view) => view.probe(sum),
            Value::ValueParams(view) => view.probe(sum),
            Value::Number(view) => view.probe(sum),
            Value::NumberParams(view) => view.probe(sum),
            Value::RetryAfter(view) => view.probe(sum),
            Value::NameAddr(view) => view.probe(sum),
            Value::Contact(view) => view.probe(sum),
            Value::MediaType(view) => view.probe(sum),
            Value::CallId(view) => view.probe(sum),
            Value::Dialog(view) => view.probe(sum),
            Value::CSeq(view) => view.probe(sum),
            Value::RAck(view) => view.probe(sum),
            Value::Date(view) => view.probe(sum),
            Value::Timestamp(view) => view.probe(sum),
            Value::Via(view) => view.probe(sum),
            Value::Auth(view) => view.probe(sum),
            Value::AuthInfo(view) => view.probe(sum),
            Value::Warning(view) => view.probe(sum),
            Value::Products(view) => view.probe(sum),
            Value::Text(view) => view.probe(sum),
            Value::Privacy(view) => view.probe(sum),
            Value::ParamList(view) => view.probe(sum),
            other => panic!("a shape that nobody asks: {other:?}"),
        }
    }
}

/// A header type.
pub struct Asked {
    pub id: HeaderName,
    /// Finds it in a message, alone and as a list.
    pub ask: for<'b> fn(&Message<'b>, &mut Sum),
    /// The elements of a value.
    pub elements: for<'b> fn(Span<'b>) -> Elements<'b>,
}

macro_rules! headers {
    ($($name:ident)*) => {
        /// Every header type, in the order of the registry.
        pub const HEADERS: &[Asked] = &[$(Asked { id: typed::$name::ID, elements: |value| typed::$name::elements(value), ask: |message, sum| {
            match message.header::<typed::$name>() {
                Ok(None) => {}
                Ok(Some(header)) => header.0.probe(sum),
                Err(error) => sum.error(error),
            }
            if message.has(typed::$name::ID) {
                let len = message.as_bytes().len();
                sum.each(len, message.list::<typed::$name>(), |sum, header| match header {
                    Ok(header) => header.0.probe(sum),
                    Err(error) => sum.error(error),
                });
            }
        }}),*];
    };
}

headers! {
    Accept AcceptContact AcceptEncoding AcceptLanguage AcceptResourcePriority AdditionalIdentity
    AlertInfo AlertMsgError Allow AllowEvents AnswerMode AttestationInfo AuthenticationInfo
    Authorization CallId CallInfo CellularNetworkInfo Contact ContentDisposition ContentEncoding
    ContentId ContentLanguage ContentLength ContentType CSeq Date DcInfo Encryption ErrorInfo Event
    Expires FeatureCaps FlowTimer From Geolocation GeolocationError GeolocationRouting Hide HistoryInfo
    Identity IdentityInfo InReplyTo InfoPackage Join MaxBreadth MaxForwards MimeVersion MinExpires
    MinSe Organization OriginationId PAccessNetworkInfo PAnswerState PAssertedIdentity PAssertedService
    PAssociatedUri PCalledPartyId PChargeInfo PChargingFunctionAddresses PChargingVector
    PDcsBillingInfo PDcsLaes PDcsOsps PDcsRedirect PDcsTracePartyId PEarlyMedia PMediaAuthorization
    PPreferredIdentity PPreferredService PPrivateNetworkIndication PProfileKey PRefusedUriList
    PServedUser PUserDatabase PVisitedNetworkId Path PermissionMissing PolicyContact PolicyId Priority
    PriorityShare PriorityVerstat PrivAnswerMode Privacy ProxyAuthenticate ProxyAuthorization
    ProxyRequire RAck Reason ReasonPhrase RecordRoute RecvInfo ReferEventsAt ReferSub ReferTo
    ReferredBy RejectContact RelayedCharge Replaces ReplyTo RequestDisposition Require ResourcePriority
    ResourceShare ResponseKey ResponseSource RestorationInfo RetryAfter Route RSeq SecurityClient
    SecurityServer SecurityVerify Server ServiceInteractInfo ServiceRoute SessionExpires SessionId
    SipETag SipIfMatch Subject SubscriptionState Supported SuppressIfMatch TargetDialog Timestamp To
    TriggerConsent Unsupported UserAgent UserToUser Via Warning WwwAuthenticate Diversion RemotePartyId
    ContentTransferEncoding ContentDescription Also RequestedBy XForwardedFor PRtpStat PHint XBroadsoft
    ProxyAuthenticationInfo SuppressBodyIfMatch SuppressNotifyIfMatch AcceptDisposition References
}

/// Each value of each header field, by its shape.
pub fn values(message: &Message<'_>, sum: &mut Sum) {
    for field in message.headers() {
        sum.number(field.id().id().into());
        sum.each(field.value().len(), field.values(), |sum, value| match value {
            Ok(value) => value.probe(sum),
            Err(error) => sum.error(error),
        });
    }
}

/// The keys, verdicts, defects and the description.
pub fn conclusions(message: &Message<'_>, sum: &mut Sum) {
    let mut hasher = DefaultHasher::new();
    for key in [TransactionKey::client(message), TransactionKey::server(message)] {
        key.map(|key| key.map(|key| (key, key.cancelled(), key.is_by_branch()))).hash(&mut hasher);
    }
    for direction in [Direction::Received, Direction::Sent] {
        DialogKey::of(message, direction).hash(&mut hasher);
    }
    sum.number(hasher.finish());
    for defect in message.defects() {
        sum.number(u64::from(defect.code.number()) << 32 | defect.at as u64);
        sum.number(defect.len as u64);
    }
    for role in [Role::Uas, Role::Proxy, Role::Registrar] {
        for policy in [Policy::STRICT, Policy::INTEROP] {
            let mut element = Element::new(role);
            element.policy = policy;
            let verdict = message.validate(&element);
            sum.bytes(verdict.reason.as_bytes());
            sum.number(verdict.status().map_or(5, u64::from));
            sum.number(verdict.at.map_or(6, |at| at as u64));
        }
    }
    sum.bytes(message.describe().as_str().as_bytes());
}

/// Everything.
pub fn probe(message: &Message<'_>) -> u64 {
    let mut sum = Sum::new();
    match message.request_uri() {
        Ok(Some(uri)) => sum.uri(uri),
        Ok(None) => {}
        Err(error) => sum.error(error),
    }
    for header in HEADERS {
        (header.ask)(message, &mut sum);
    }
    values(message, &mut sum);
    conclusions(message, &mut sum);
    sum.value()
}
