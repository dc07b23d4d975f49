//! Whether what is built would be found without a defect.
//!
//! Values are held against their grammar by `check`; what fields have to do with each other is remembered here, since
//! there is no message yet. A property test builds at random and reads under `Policy::STRICT`.

use core::ops::Range;

use crate::check::{Findings, ValueLimits, check_field, check_request_uri};
use crate::defect::DefectCode;
use crate::error::{Error, ErrorKind};
use crate::header::{Cardinality, HeaderName, Method};
use crate::key::is_unique_branch;
use crate::limits::Limits;
use crate::shape::{CSeq, NameAddr, Via};
use crate::text::Span;

/// What each message must have (RFC 3261 §8.1.1, §8.2.6.2).
const MANDATORY: [HeaderName; 5] =
    [HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::CSeq, HeaderName::Via];

/// What was built so far.
#[derive(Debug)]
pub(super) struct Judge {
    /// Of a request.
    method: Option<Wanted>,
    /// Which headers stand there, by their numbers.
    seen: [u64; 4],
    /// Where a `*` stands as Contact.
    star: Option<usize>,
    contacts: usize,
    expires_now: bool,
}

/// The method that CSeq has to name.
#[derive(Debug)]
struct Wanted {
    /// Where it stands: at the start.
    len: usize,
    registers: bool,
}

impl Judge {
    pub(super) fn of_request(method: Method<'_>) -> Judge {
        let wanted = Wanted { len: method.as_bytes().len(), registers: method == Method::Register };
        Judge { method: Some(wanted), ..Judge::of_response() }
    }

    pub(super) fn of_response() -> Judge {
        Judge { method: None, seen: [0; 4], star: None, contacts: 0, expires_now: false }
    }

    #[inline]
    fn has(&self, name: HeaderName) -> bool {
        self.seen.get(usize::from(name.id() >> 6)).is_some_and(|word| word >> (name.id() & 63) & 1 == 1)
    }

    #[inline]
    pub(super) fn note(&mut self, name: HeaderName) {
        if let Some(word) = self.seen.get_mut(usize::from(name.id() >> 6)) {
            *word |= 1 << (name.id() & 63);
        }
    }

    /// Whether one more field of that name may stand.
    #[inline]
    pub(super) fn may_stand(&self, name: HeaderName) -> bool {
        name == HeaderName::Unknown || name.cardinality() != Cardinality::Single || !self.has(name)
    }

    /// Asks for nothing that is missing.
    pub(super) fn excuse(&mut self) {
        MANDATORY.iter().for_each(|name| self.note(*name));
    }

    pub(super) fn lacks_max_forwards(&self) -> bool {
        self.method.is_some() && !self.has(HeaderName::MaxForwards)
    }

    /// Judges the field whose value stands at `value` of what is `written`.
    pub(super) fn field(
        &mut self,
        name: HeaderName,
        written: &[u8],
        value: Range<usize>,
        limits: &Limits,
    ) -> Result<(), Error> {
        let span = Span::within(written, value).trim();
        check_utf8(span.bytes(), span.at())?;
        if name == HeaderName::Unknown {
            return Ok(());
        }
        if !self.may_stand(name) {
            return Err(refused(DefectCode::RepeatedHeader, span.at()));
        }
        field(name, span, limits)?;
        self.meaning(name, span, written)?;
        self.note(name);
        Ok(())
    }

    /// What the grammar does not ask for, but another field, or the message, does.
    fn meaning(&mut self, name: HeaderName, value: Span<'_>, written: &[u8]) -> Result<(), Error> {
        match name {
            HeaderName::Via if !self.has(HeaderName::Via) => {
                let first = name.elements(value).next().unwrap_or(value);
                let via = Via::parse(first)?;
                match via.branch() {
                    Some(branch) if is_unique_branch(branch) => {}
                    _ => return Err(refused(DefectCode::BranchWithoutCookie, first.at())),
                }
            }
            HeaderName::From if NameAddr::parse(value)?.param(b"tag").is_none() => {
                return Err(refused(DefectCode::TagMissing, value.range().end));
            }
            HeaderName::CSeq => {
                let named = CSeq::parse(value)?;
                let wanted = self.method.as_ref().and_then(|wanted| written.get(..wanted.len));
                if wanted.is_some_and(|wanted| wanted != named.method().as_bytes()) {
                    return Err(refused(DefectCode::CSeqMismatch, named.method_span().at()));
                }
            }
            HeaderName::Contact => {
                let is_star =
                    |element: &Span<'_>| element.to(element.find([b';'])).trim_end().bytes() == b"*";
                if let Some(star) = name.elements(value).find(is_star) {
                    self.star = Some(star.at());
                    // With anything beside it, it is not alone.
                    self.contacts = self.contacts.saturating_add((value.bytes() != b"*").into());
                }
                self.contacts = self.contacts.saturating_add(1);
            }
            HeaderName::Expires => self.expires_now = value.number() == Ok(0),
            _ => {}
        }
        Ok(())
    }

    /// Judges the whole.
    pub(super) fn finish(&self, written: &[u8]) -> Result<(), Error> {
        if let Some(at) = self.star {
            let registers = self.method.as_ref().is_some_and(|method| method.registers);
            if !registers || self.contacts > 1 || !self.expires_now {
                return Err(refused(DefectCode::StarNotAlone, at));
            }
        }
        if MANDATORY.iter().all(|name| self.has(*name)) {
            Ok(())
        } else {
            Err(refused(DefectCode::MissingHeader, written.len()))
        }
    }
}

/// Holds the value of one field against its grammar.
pub(super) fn field(name: HeaderName, value: Span<'_>, limits: &Limits) -> Result<(), Error> {
    let mut found = Findings::new(ValueLimits::new(limits));
    check_field(name, value, &mut found);
    first(found)
}

/// Holds the Request-URI at `place` against its grammar.
pub(super) fn request_uri(written: &[u8], place: Range<usize>, limits: &Limits) -> Result<(), Error> {
    let mut found = Findings::new(ValueLimits::new(limits));
    check_utf8(written, 0)?;
    check_request_uri(Span::within(written, place), &mut found);
    first(found)
}

fn first(mut found: Findings) -> Result<(), Error> {
    match found.take_first() {
        None => Ok(()),
        Some(defect) => Err(refused(defect.code, defect.at)),
    }
}

pub(super) fn check_utf8(text: &[u8], at: usize) -> Result<(), Error> {
    match simdutf8::compat::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(refused(DefectCode::NotUtf8, at.saturating_add(error.valid_up_to()))),
    }
}

pub(super) fn refused(code: DefectCode, at: usize) -> Error {
    Error::new(ErrorKind::Refused(code), at)
}
