//! Asks for everything that typed views can tell of a message, as one number: equal readings give equal numbers.
//!
//! Allocates nothing. Each iterator must make progress: it may give one item for each byte, and one more.

use std::hash::{DefaultHasher, Hash, Hasher};

use simdsip::key::{DialogKey, Direction, TransactionKey};
use simdsip::shape::{
    Auth, AuthInfo, CSeq, CallId, Contact, Date, Dialog, MediaType, NameAddr, Number, NumberParams,
    ParamList, Privacy, Product, Products, RAck, RetryAfter, Rport, Text, Timestamp, Token, TokenParams,
    Value, ValueParams, Via, Warning,
};
use simdsip::{
    Element, Elements, Error, Escaped, Header, HeaderName, Host, Message, Params, Policy, Role, Span, Uri,
    UriHeaders, UriParam, UriParams, Word, typed,
};

/// What was seen so far.
pub struct Sum {
    sum: u64,
    /// Places count, and so does white space; else all white space within is as one space.
    exact: bool,
    /// White space came last.
    blank: bool,
}

impl Sum {
    pub fn new() -> Sum {
        Sum { sum: 0xcbf2_9ce4_8422_2325, exact: true, blank: false }
    }

    /// A sum that is the same wherever the text stands, and however it is folded.
    pub fn of_meaning() -> Sum {
        Sum { exact: false, ..Sum::new() }
    }

    pub fn value(&self) -> u64 {
        self.sum
    }

    pub fn number(&mut self, number: u64) {
        self.sum = (self.sum.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    /// A number that is another where the text stands elsewhere.
    fn place(&mut self, number: usize) {
        if self.exact {
            self.number(number as u64);
        }
    }

    /// One after another without a boundary between.
    fn unbroken(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            if !blank || !self.blank {
                self.number(if blank { b' ' } else { byte }.into());
            }
            self.blank = blank;
        }
    }

    /// Pieces of which only the whole means something.
    fn pieces<'b>(&mut self, len: usize, pieces: impl Iterator<Item = &'b [u8]>) {
        if self.exact {
            return self.each(len, pieces, Sum::bytes);
        }
        pieces.for_each(|piece| self.unbroken(piece));
        self.blank = false;
        self.number(7);
    }

    /// The bytes of a view; all are read.
    pub fn bytes(&mut self, bytes: &[u8]) {
        if !self.exact {
            self.unbroken(bytes);
            self.blank = false;
            return self.number(8);
        }
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.number(chunk.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
        }
        self.number(chunks.remainder().iter().fold(1, |sum, byte| sum << 8 | u64::from(*byte)));
        self.number(bytes.len() as u64);
    }

    pub fn span(&mut self, span: Span<'_>) {
        assert_eq!(span.range().len(), span.len());
        self.place(span.at());
        self.bytes(span.bytes());
    }

    pub fn error(&mut self, error: Error) {
        self.place(error.at);
        let mut hasher = DefaultHasher::new();
        error.kind.hash(&mut hasher);
        self.number(hasher.finish());
    }

    fn option<T>(&mut self, option: Option<T>, see: impl FnOnce(&mut Sum, T)) {
        match option {
            None => self.number(2),
            Some(value) => see(self, value),
        }
    }

    fn result<T>(&mut self, result: Result<T, Error>, see: impl FnOnce(&mut Sum, T)) {
        match result {
            Err(error) => self.error(error),
            Ok(value) => see(self, value),
        }
    }

    /// Every item of an iterator over `len` bytes.
    pub fn each<T>(&mut self, len: usize, items: impl Iterator<Item = T>, mut see: impl FnMut(&mut Sum, T)) {
        let mut count = 0;
        for item in items {
            see(self, item);
            count += 1;
            assert!(count <= len + 1, "{count} items of {len} bytes");
        }
        self.number(count as u64);
    }

    pub fn word(&mut self, word: Word<'_>) {
        self.span(word.span());
        self.bytes(word.inner());
        self.number(
            u64::from(word.is_quoted()) + u64::from(word.is(b"x")) + u64::from(word.is_ignore_case(b"X")),
        );
        self.pieces(word.raw().len(), word.unescaped());
    }

    pub fn params(&mut self, params: Params<'_>) {
        let len = params.span().len();
        self.option(params.get(b"nobody"), |sum, param| sum.bytes(param.name()));
        self.each(len, params, |sum, param| {
            sum.span(param.name_span());
            sum.option(param.value(), Sum::word);
        });
    }

    pub fn escaped(&mut self, text: Escaped<'_>) {
        self.span(text.span());
        self.number(u64::from(text.is(b"x")) + u64::from(text.is_ignore_case(b"X")));
        self.each(text.raw().len(), text.unescaped(), |sum, byte| sum.number(byte.into()));
    }

    fn uri_param(&mut self, param: UriParam<'_>) {
        self.escaped(param.name());
        self.option(param.value(), Sum::escaped);
    }

    fn uri_params(&mut self, params: UriParams<'_>) {
        self.each(params.span().len(), params, Sum::uri_param);
    }

    fn uri_headers(&mut self, headers: UriHeaders<'_>) {
        self.each(headers.span().len(), headers, Sum::uri_param);
    }

    fn host(&mut self, host: Host<'_>) {
        self.span(host.span());
        let mut hasher = DefaultHasher::new();
        match host.kind() {
            simdsip::HostKind::V4(address) => address.hash(&mut hasher),
            simdsip::HostKind::V6(address) => address.hash(&mut hasher),
            simdsip::HostKind::Name => {}
        }
        self.number(hasher.finish());
        self.option(host.zone(), Sum::span);
    }

    pub fn uri(&mut self, uri: Uri<'_>) {
        self.span(uri.span());
        self.bytes(uri.scheme().as_bytes());
        self.span(uri.rest());
        for part in
            [uri.user(), uri.password(), uri.transport(), uri.user_param(), uri.comp(), uri.sigcomp_id()]
        {
            self.option(part, Sum::escaped);
        }
        self.option(uri.host(), Sum::host);
        self.result(uri.port(), |sum, port| sum.option(port, |sum, port| sum.number(port.into())));
        self.result(uri.maddr(), |sum, maddr| sum.option(maddr, Sum::host));
        self.result(uri.ttl(), |sum, ttl| sum.option(ttl, |sum, ttl| sum.number(ttl.into())));
        self.option(uri.method(), |sum, method| sum.bytes(method.as_bytes()));
        self.number(u64::from(uri.is_loose_router()) + 2 * u64::from(uri.has_ob()));
        self.option(uri.gr().flatten(), Sum::escaped);
        self.uri_params(uri.params());
        self.uri_headers(uri.headers());
        for part in [uri.number(), uri.phone_context(), uri.isub(), uri.ext()] {
            self.option(part, Sum::escaped);
        }
        self.each(uri.span().len(), uri.digits(), |sum, digit| sum.number(digit.into()));
        self.number(uri.is_global().into());
        self.uri_params(uri.number_params());
        let mut hasher = DefaultHasher::new();
        uri.equivalence_hash(&mut hasher);
        self.number(hasher.finish());
        let again = Uri::read(uri.span()).expect("read before");
        assert!(uri.equivalent(&again), "a URI is equivalent to itself: {uri:?}");
    }
}

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
