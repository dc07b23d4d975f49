//! What is tolerated: a set of defects that are refused.

use crate::defect::{DefectClass, DefectCode, DefectSet};

/// Which defects make a message unacceptable.
///
/// A preset, and named exceptions to it: each leniency is a [`DefectCode`]. [`crate::Parser::parse`] refuses the
/// structural ones ([`DefectCode::is_structural`]) and does not look into values; the others count where a message is
/// judged by its [`crate::Message::defects`].
///
/// ```
/// use simdsip::{DefectCode, Index, Parser, Policy};
///
/// let lf_only = b"OPTIONS sip:a@example.com SIP/2.0\nl: 0\n\n";
/// let mut index = Index::new();
/// assert!(Parser::new(Policy::INTEROP).parse(lf_only, &mut index).is_ok());
/// assert!(Parser::new(Policy::BORDER).parse(lf_only, &mut index).is_err());
/// let lenient = Policy::BORDER.allow(DefectCode::BareLf);
/// assert!(Parser::new(lenient).parse(lf_only, &mut index).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Wherever they show.
    pub(crate) refused: DefectSet,
    /// Of values: where the element acts on the field, or cannot answer without it.
    pub(crate) refused_if_needed: DefectSet,
    pub(crate) observes: bool,
}

impl Policy {
    /// What the grammar does not have is refused: that of start line, header field and section (RFC 3261 §7, §25.1)
    /// while parsing, that of values (each header's own) where a message is judged. Parsing does not look into values,
    /// so a control byte behind any backslash passes there. What a sender of RFC 2543 leaves out (the branch's cookie,
    /// From's tag, Max-Forwards) is not refused, for RFC 3261 says how to go on without it (§12.1.1, §16.3, §17.2.3).
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// assert!(Policy::STRICT.refuses(DefectCode::StartLineSpacing));
    /// assert!(!Policy::STRICT.refuses(DefectCode::WsBeforeColon)); // the grammar has it
    /// assert!(Policy::STRICT.refuses(DefectCode::BadDate));
    /// ```
    pub const STRICT: Policy =
        Policy { refused: DefectSet::violations(), refused_if_needed: DefectSet::EMPTY, observes: false };

    /// The default: what real peers send is accepted, with a defect that says so. Refused is what has no safe reading:
    ///
    /// | code | why |
    /// |---|---|
    /// | `no-empty-line`, `header-without-colon` | nobody knows what is missing |
    /// | `missing-header` | no transaction, dialog or way back without From, To, Call-ID, CSeq, Via: 400 (RFC 3261 §8.1.1; RFC 4475 §3.3.1 `insuf`) |
    /// | `repeated-header` | which of the two counts is anybody's guess: 400 (RFC 4475 §3.3.8 `multi01`) |
    /// | `bad-cseq`, `cseq-mismatch` | 400, and a response is discarded (RFC 4475 §3.1.2.4, §3.1.2.5, §3.1.2.17) |
    /// | `bad-via` | a response would not find its way (RFC 3261 §18.2.2) |
    /// | `bad-address` | a name without a URI addresses nobody |
    /// | `unterminated-quote`, `unterminated-angle` | where the value ends would be a guess (RFC 4475 §3.1.2.6 `quotbal` asks for care) |
    /// | `star-not-alone` | a registrar must answer 400 (RFC 3261 §10.3 step 6) |
    ///
    /// All but the first row count in values that the element acts on, and are passed over elsewhere: a proxy ignores
    /// what it does not need in order to forward (RFC 3261 §16.3 step 1), a server what it does not need in order to
    /// answer (§8.2.2), and a response that is dropped is a call that is lost. Each role's fields: [`crate::Role`]. What
    /// was added by [`refuse`](Policy::refuse) counts everywhere.
    ///
    /// Accepted with their defect, for RFC 4475 §3.1.2 names a reading that a liberal element may take: numbers too
    /// large (`scalar02`), brackets and spaces at a URI (`ltgtruri`, `badaspec`), headers in a Request-URI (`escruri`),
    /// bad dates (`baddate`), missing brackets (`regbadct`), names without quotes (`baddn`), empty parameters and
    /// elements, and what RFC 2543 did not ask for: branch, tag, Max-Forwards (`badbranch`, `inv2543`). An open comment
    /// hides nothing but text for people. Whoever needs a part that has no meaning gets the error there.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// assert!(Policy::INTEROP.refuses(DefectCode::HeaderWithoutColon));
    /// assert!(!Policy::INTEROP.refuses(DefectCode::BareLf));
    /// assert!(!Policy::INTEROP.refuses(DefectCode::BadDate));
    /// ```
    pub const INTEROP: Policy = Policy {
        refused: DefectSet::EMPTY.with(DefectCode::NoEmptyLine).with(DefectCode::HeaderWithoutColon),
        refused_if_needed: DefectSet::EMPTY
            .with(DefectCode::MissingHeader)
            .with(DefectCode::RepeatedHeader)
            .with(DefectCode::BadCSeq)
            .with(DefectCode::CSeqMismatch)
            .with(DefectCode::BadVia)
            .with(DefectCode::BadAddress)
            .with(DefectCode::UnterminatedQuote)
            .with(DefectCode::UnterminatedAngle)
            .with(DefectCode::StarNotAlone),
        observes: false,
    };

    /// Interop that refuses what two readers may understand in two ways, in whatever field: for the edge of a network.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// assert!(Policy::BORDER.refuses(DefectCode::ContentLengthConflict));
    /// assert!(!Policy::BORDER.refuses(DefectCode::LeadingCrlf)); // harmless
    /// ```
    pub const BORDER: Policy = Policy {
        refused: Policy::INTEROP
            .refused
            .union(Policy::INTEROP.refused_if_needed)
            .union(DefectSet::of_class(DefectClass::Ambiguous)),
        refused_if_needed: DefectSet::EMPTY,
        observes: false,
    };

    /// Nothing that can be shown is refused, and the limits are wider: for captures.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// assert!(!DefectCode::all().any(|code| Policy::CAPTURE.refuses(code)));
    /// ```
    pub const CAPTURE: Policy =
        Policy { refused: DefectSet::EMPTY, refused_if_needed: DefectSet::EMPTY, observes: true };

    /// The same, but refusing `code`, wherever it shows.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// let policy = Policy::INTEROP.refuse(DefectCode::SurplusBytes);
    /// assert!(policy.refuses(DefectCode::SurplusBytes));
    /// ```
    #[must_use]
    pub const fn refuse(self, code: DefectCode) -> Policy {
        Policy { refused: self.refused.with(code), ..self }
    }

    /// The same, but accepting `code`.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// let policy = Policy::STRICT.allow(DefectCode::BareLf);
    /// assert!(!policy.refuses(DefectCode::BareLf) && policy.refuses(DefectCode::BareCr));
    /// ```
    #[must_use]
    pub const fn allow(self, code: DefectCode) -> Policy {
        Policy {
            refused: self.refused.without(code),
            refused_if_needed: self.refused_if_needed.without(code),
            ..self
        }
    }

    /// Whether `code` is refused: wherever it shows, or at least in a field that the element acts on.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// assert!(Policy::default().refuses(DefectCode::NoEmptyLine));
    /// ```
    #[must_use]
    pub const fn refuses(self, code: DefectCode) -> bool {
        self.refused.union(self.refused_if_needed).contains(code)
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy::INTEROP
    }
}
