//! What shows only between the parts of a message: fields that are missing, stand again, or contradict each other.
//!
//! RFC 3261 §7.3.1, §8.1.1, §10.2.2. Meaning is read by the lenient views: what they cannot read has a defect already.

use super::Findings;
use crate::DefectCode;
use crate::header::{Cardinality, HeaderName, Method};
use crate::key::is_unique_branch;
use crate::message::{HeaderField, Kind, Message};
use crate::shape::{CSeq, NameAddr, Via};
use crate::text::Span;

/// What each message must have (RFC 3261 §8.1.1, §8.2.6.2).
const MANDATORY: [HeaderName; 5] =
    [HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::CSeq, HeaderName::Via];

/// Which headers have been there, and which of them were told to stand again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    once: [u64; 4],
    again: [u64; 4],
}

impl Seen {
    /// Whether the bit of `name` was set already; sets it.
    fn set(words: &mut [u64; 4], name: HeaderName) -> bool {
        let bit = 1u64 << (name.id() & 63);
        let Some(word) = words.get_mut(usize::from(name.id() >> 6)) else { return true };
        let was = *word & bit != 0;
        *word |= bit;
        was
    }
}

/// What `field` is in `message`, `seen` being the fields before it.
pub(crate) fn check_field_in(
    message: &Message<'_>,
    field: &HeaderField<'_>,
    seen: &mut Seen,
    out: &mut Findings,
) {
    let (name, value) = (field.id(), field.span());
    if name == HeaderName::Unknown {
        return;
    }
    let again = Seen::set(&mut seen.once, name);
    let single = name.cardinality() == Cardinality::Single && name != HeaderName::ContentLength;
    if again && single && !Seen::set(&mut seen.again, name) {
        out.add(DefectCode::RepeatedHeader, value);
    }
    match name {
        HeaderName::Contact => star(message, value, again, out),
        _ if again => {}
        HeaderName::Via => branch(value, out),
        HeaderName::From => tag(value, out),
        HeaderName::CSeq => method(message, value, out),
        _ => {}
    }
}

/// What the message lacks; told at the end of its header section.
pub(crate) fn check_missing(message: &Message<'_>, out: &mut Findings) {
    let end = message.end_of_section();
    let first = |name: HeaderName| message.field(name).and_then(|field| name.elements(field.span()).next());
    let lacks = |name: &HeaderName| first(*name).is_none_or(|element| element.is_empty());
    if MANDATORY.iter().any(lacks) {
        out.add(DefectCode::MissingHeader, end);
    }
    if message.kind() == Kind::Request && !message.has(HeaderName::MaxForwards) {
        out.add(DefectCode::MaxForwardsMissing, end);
    }
}

/// `*` means all contacts, so it stands alone, in a REGISTER that lets them expire now (RFC 3261 §10.2.2).
fn star(message: &Message<'_>, value: Span<'_>, again: bool, out: &mut Findings) {
    let is_star = |element: &Span<'_>| element.to(element.find([b';'])).trim_end().bytes() == b"*";
    let Some(star) = HeaderName::Contact.elements(value).find(is_star) else {
        return;
    };
    let others = || message.fields(HeaderName::Contact).nth(1).is_some() || value.bytes() != b"*";
    let expires = || message.expires().ok().flatten().is_some_and(|expires| expires.value() == 0);
    if again || message.method() != Some(Method::Register) || others() || !expires() {
        out.add(DefectCode::StarNotAlone, star);
    }
}

fn branch(value: Span<'_>, out: &mut Findings) {
    let Some(element) = HeaderName::Via.elements(value).next() else { return };
    let Ok(via) = Via::parse(element) else { return };
    let place = via.params().value(b"branch").map_or(element.from(element.end()), |branch| branch.span());
    if !is_unique_branch(place.bytes()) {
        out.add(DefectCode::BranchWithoutCookie, place);
    }
}

fn tag(value: Span<'_>, out: &mut Findings) {
    if NameAddr::parse(value).is_ok_and(|from| from.param(b"tag").is_none()) {
        out.add(DefectCode::TagMissing, value.from(value.end()));
    }
}

fn method(message: &Message<'_>, value: Span<'_>, out: &mut Findings) {
    let (Some(method), Ok(cseq)) = (message.method(), CSeq::parse(value)) else { return };
    if cseq.method() != method {
        out.add(DefectCode::CSeqMismatch, cseq.method_span());
    }
}
