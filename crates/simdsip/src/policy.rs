//! What is tolerated: a set of defects that are refused.

use crate::defect::{DefectClass, DefectCode, DefectSet};

/// Which defects make a message unacceptable.
///
/// A preset, and named exceptions to it: each leniency is a [`DefectCode`].
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
    pub(crate) refused: DefectSet,
    pub(crate) observes: bool,
}

impl Policy {
    /// What the grammar of start line, header field and section (RFC 3261 §7, §25.1) does not have is refused. Values
    /// are not looked into: what a Request-URI or a quoted string may hold is for those who read them, so a control
    /// byte behind any backslash passes.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// assert!(Policy::STRICT.refuses(DefectCode::StartLineSpacing));
    /// assert!(!Policy::STRICT.refuses(DefectCode::WsBeforeColon)); // the grammar has it
    /// ```
    pub const STRICT: Policy = Policy { refused: DefectSet::violations(), observes: false };

    /// The default: what real peers send is accepted, with a defect that says so.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// assert!(Policy::INTEROP.refuses(DefectCode::HeaderWithoutColon));
    /// assert!(!Policy::INTEROP.refuses(DefectCode::BareLf));
    /// ```
    pub const INTEROP: Policy = Policy {
        refused: DefectSet::EMPTY.with(DefectCode::NoEmptyLine).with(DefectCode::HeaderWithoutColon),
        observes: false,
    };

    /// Interop that refuses what two readers may understand in two ways: for the edge of a network.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// assert!(Policy::BORDER.refuses(DefectCode::ContentLengthConflict));
    /// assert!(!Policy::BORDER.refuses(DefectCode::LeadingCrlf)); // harmless
    /// ```
    pub const BORDER: Policy = Policy {
        refused: Policy::INTEROP.refused.union(DefectSet::of_class(DefectClass::Ambiguous)),
        observes: false,
    };

    /// Nothing that can be shown is refused, and the limits are wider: for captures.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// assert!(!DefectCode::all().any(|code| Policy::CAPTURE.refuses(code)));
    /// ```
    pub const CAPTURE: Policy = Policy { refused: DefectSet::EMPTY, observes: true };

    /// The same, but refusing `code`.
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
        Policy { refused: self.refused.without(code), ..self }
    }

    /// Whether `code` is refused.
    ///
    /// ```
    /// # use simdsip::{DefectCode, Policy};
    /// assert!(Policy::default().refuses(DefectCode::NoEmptyLine));
    /// ```
    #[must_use]
    pub const fn refuses(self, code: DefectCode) -> bool {
        self.refused.contains(code)
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy::INTEROP
    }
}
