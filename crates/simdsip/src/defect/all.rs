//! All that is odd about a message: what parsing saw, then what its values and their meeting show.

use core::iter::FusedIterator;

use super::{Defect, DefectCode, StructuralDefects};
use crate::check::{Findings, Seen, check_field, check_field_in, check_missing, check_request_uri};
use crate::header::HeaderName;
use crate::message::{Headers, Message};

/// The defects of a message: first the structural ones, as [`StructuralDefects`] has them; then those of values, by
/// place: of the Request-URI, of each header field, and what the message lacks. Made by [`crate::Message::defects`].
///
/// A field shows each code at most once, where it is met first, and at most 16 codes. Each look is anew, takes time
/// linear in the bytes, and allocates nothing.
///
/// ```
/// # let (parser, mut index) = (simdsip::Parser::default(), simdsip::Index::new());
/// let message = parser.parse(b"SIP/2.0 200 OK\r\n\
///     Via: SIP/2.0/UDP a.example;branch=z9hG4bK7;;ttl=x\r\n\
///     From: <sip:a@a.example>;tag=1\r\nTo: Bob. (sales) <sip:b@b.example>;tag=2\r\n\
///     Call-ID: 7\r\nCSeq: 1 BYE\r\nl : 0\r\n\r\n", &mut index)?;
/// let found: Vec<_> = message.defects().map(|defect| (defect.code.as_str(), defect.at)).collect();
/// assert_eq!(found, [("ws-before-colon", 166), ("empty-parameter", 58), ("bad-number", 64), ("name-not-quoted", 102)]);
/// # Ok::<(), simdsip::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Defects<'b> {
    structural: StructuralDefects<'b>,
    message: Message<'b>,
    fields: Headers<'b>,
    stage: Stage,
    field: Option<HeaderName>,
    seen: Seen,
    found: Findings,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Structure,
    RequestUri,
    Fields,
    Missing,
    Done,
}

impl<'b> Defects<'b> {
    pub(crate) fn new(message: Message<'b>) -> Defects<'b> {
        Defects {
            structural: message.structural_defects(),
            fields: message.headers(),
            stage: Stage::Structure,
            field: None,
            seen: Seen::default(),
            found: Findings::new(message.value_limits()),
            message,
        }
    }

    /// The header field that shows the value defect given last; `None` for those of the Request-URI, of what is
    /// missing, and of structure.
    pub(crate) fn field(&self) -> Option<HeaderName> {
        self.field
    }

    /// Looks at what comes next, or ends.
    fn advance(&mut self) -> Option<()> {
        match self.stage {
            Stage::Structure => self.stage = Stage::RequestUri,
            Stage::RequestUri => {
                self.stage = Stage::Fields;
                self.found = Findings::new(self.message.value_limits());
                // White space within is told by structure, which says all that can be said of such a URI.
                if let Some(uri) = self.message.uri_span()
                    && !self.message.has_structural(DefectCode::SpaceInUri)
                {
                    check_request_uri(uri, &mut self.found);
                }
            }
            Stage::Fields => {
                self.found = Findings::new(self.message.value_limits());
                match self.fields.next() {
                    Some(field) => {
                        self.field = Some(field.id());
                        check_field(field.id(), field.span(), &mut self.found);
                        check_field_in(&self.message, &field, &mut self.seen, &mut self.found);
                    }
                    None => {
                        self.stage = Stage::Missing;
                        self.field = None;
                        check_missing(&self.message, &mut self.found);
                    }
                }
            }
            Stage::Missing => self.stage = Stage::Done,
            Stage::Done => return None,
        }
        Some(())
    }
}

impl Iterator for Defects<'_> {
    type Item = Defect;

    fn next(&mut self) -> Option<Defect> {
        loop {
            if let Stage::Structure = self.stage
                && let Some(defect) = self.structural.next()
            {
                return Some(defect);
            }
            if let Some(defect) = self.found.take_first() {
                return Some(defect);
            }
            self.advance()?;
        }
    }
}

impl FusedIterator for Defects<'_> {}
