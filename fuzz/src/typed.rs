//! What must hold of typed views, URIs and verdicts, whatever the bytes.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::ops::Range;

use simdsip::key::{DialogKey, Direction, TransactionKey};
use simdsip::shape::{NameAddr, Value};
use simdsip::{Element, HeaderField, HeaderName, Message, Method, Params, Policy, Role, Uri};

/// Views lie inside their field and read alike twice; where the strict reading minds nothing, they have a meaning.
pub fn assert_views(message: &Message<'_>) {
    let odd: Vec<usize> = message.defects().map(|defect| defect.at).collect();
    for field in message.headers() {
        let line = field.line_range();
        let mut from = field.value_range().start;
        for (one, again) in field.values().zip(field.values()) {
            assert_eq!(format!("{one:?}"), format!("{again:?}"));
            match one {
                Ok(value) => from = assert_value(&value, from..field.value_range().end),
                Err(error) => {
                    let here = |at: &usize| line.contains(at) || *at == line.end;
                    assert!(here(&error.at), "an error elsewhere");
                    // Content-Length may be larger than the views' numbers, and is told once.
                    let told = field.id() == HeaderName::ContentLength || odd.iter().any(here);
                    assert!(told, "{field:?} is well-formed: {error}");
                }
            }
        }
    }
}

/// Parts of a view stand where they may; gives where the view ends.
fn assert_value(value: &Value<'_>, within: Range<usize>) -> usize {
    let inside = |part: Range<usize>| {
        assert!(
            part.is_empty() || (within.start <= part.start && part.end <= within.end),
            "{part:?} {within:?}"
        );
        part.end.max(within.start)
    };
    match value {
        Value::NameAddr(address) => assert_address(address, &inside),
        Value::Contact(contact) => {
            contact.address().map_or(within.start, |address| assert_address(&address, &inside))
        }
        Value::Via(via) => {
            let _ = (via.port(), via.rport(), via.host());
            inside(via.host_span().range()).max(assert_params(via.params(), &inside))
        }
        Value::TokenParams(value) => {
            inside(value.token_span().range()).max(assert_params(value.params(), &inside))
        }
        Value::ValueParams(value) => {
            inside(value.value().span().range()).max(assert_params(value.params(), &inside))
        }
        Value::Auth(auth) => inside(auth.scheme_span().range()).max(assert_params(auth.params(), &inside)),
        Value::Token(token) => inside(token.span().range()),
        Value::Number(number) => inside(number.span().range()),
        Value::CallId(call_id) => inside(call_id.span().range()),
        Value::Products(products) => {
            assert!(products.iter().count() <= within.len());
            within.start
        }
        _ => within.start,
    }
}

fn assert_address(address: &NameAddr<'_>, inside: &impl Fn(Range<usize>) -> usize) -> usize {
    let _ = (address.q(), address.expires(), address.tag());
    let display = address.display_name().map_or(0, |display| inside(display.span().range()));
    let uri = address.uri_span();
    assert!(display <= uri.at() && !uri.is_empty());
    if let Ok(read) = address.uri() {
        assert_eq!(read.span().range(), uri.range());
        assert_uri(&read);
    }
    inside(uri.range()).max(assert_params(address.params(), inside))
}

/// Each behind the last.
fn assert_params(params: Params<'_>, inside: &impl Fn(Range<usize>) -> usize) -> usize {
    let mut end = 0;
    for param in params {
        let name = param.name_span().range();
        assert!(end <= name.start && name.start <= name.end, "behind the last");
        end = inside(name);
        if let Some(value) = param.value() {
            let value = value.span().range();
            assert!(end <= value.start && value.start <= value.end);
            end = inside(value.start..value.end).max(value.start);
        }
    }
    end
}

/// Parts in order; equivalent to itself.
pub fn assert_uri(uri: &Uri<'_>) {
    let whole = uri.span().range();
    let mut end = whole.start;
    let host = uri.host().map(|host| host.span());
    let spans = [uri.user().map(|user| user.span()), uri.password().map(|password| password.span()), host];
    for part in spans.into_iter().flatten().map(|span| span.range()) {
        assert!(end <= part.start && part.start <= part.end && part.end <= whole.end, "{uri:?}");
        end = part.end;
    }
    let _ = (uri.port(), uri.ttl(), uri.maddr(), uri.is_loose_router(), uri.digits().count());
    assert!(uri.params().count() + uri.headers().count() <= whole.len());
    assert!(uri.equivalent(uri), "{uri:?} is not itself");
}

/// Equivalence is symmetric, and what is equivalent hashes alike.
pub fn assert_pair(one: &Uri<'_>, other: &Uri<'_>) {
    let hash = |uri: &Uri<'_>| {
        let mut hasher = DefaultHasher::new();
        uri.equivalence_hash(&mut hasher);
        hasher.finish()
    };
    let equivalent = one.equivalent(other);
    assert_eq!(equivalent, other.equivalent(one), "{one:?} {other:?}");
    assert!(!equivalent || hash(one) == hash(other), "{one:?} {other:?}");
}

/// Every URI of a message's headers and start line.
pub fn uris<'b>(message: &Message<'b>) -> Vec<Uri<'b>> {
    let of = |field: HeaderField<'b>| {
        field.values().filter_map(|value| match value {
            Ok(Value::NameAddr(address)) => address.uri().ok(),
            Ok(Value::Contact(contact)) => contact.address()?.uri().ok(),
            _ => None,
        })
    };
    message.headers().flat_map(of).chain(message.request_uri().ok().flatten()).take(40).collect()
}

/// Verdicts refuse what they say, strict ones all that lenient ones do; keys and descriptions are what they are.
pub fn assert_verdicts(message: &Message<'_>) {
    for role in [Role::Uas, Role::Proxy, Role::Registrar] {
        let judge = |policy: Policy| {
            let mut element = Element::new(role);
            element.policy = policy;
            let verdict = message.validate(&element);
            assert_eq!(verdict, message.validate(&element));
            let refused = message.defects().find(|defect| policy.refuses(defect.code));
            assert!(!verdict.accepts() || refused.is_none(), "accepted in spite of {refused:?}");
            assert!(
                verdict.status().is_none()
                    || (message.method() != Some(Method::Ack) && message.method().is_some())
            );
            verdict.accepts()
        };
        let (strict, border) = (judge(Policy::STRICT), judge(Policy::BORDER));
        let (interop, capture) = (judge(Policy::INTEROP), judge(Policy::CAPTURE));
        assert!(!strict || border || message.has_defects(), "strict is the strictest");
        assert!((!border || interop) && (!interop || capture), "each preset refuses less than the last");
    }
    let line = message.describe();
    assert!(line.as_str().len() <= 200 && line.as_str().bytes().all(|byte| (b' '..0x7f).contains(&byte)));
    assert_eq!(TransactionKey::server(message), TransactionKey::server(message));
    assert_eq!(TransactionKey::client(message), TransactionKey::client(message));
    let (here, there) =
        (DialogKey::of(message, Direction::Sent), DialogKey::of(message, Direction::Received));
    assert_eq!(here.map(|key| key.map(|key| key.local_tag)), there.map(|key| key.map(|key| key.remote_tag)));
}
