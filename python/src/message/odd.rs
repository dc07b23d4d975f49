//! Defects and verdicts.

use pyo3::prelude::*;
use simdsip::Error;

/// What is odd, and where.
#[pyclass(frozen, get_all, module = "simdsip")]
pub(crate) struct Defect {
    /// A stable kebab-case word.
    code: String,
    /// `cosmetic`, `lossy` or `ambiguous`; `error` where the bytes are no message.
    class_: &'static str,
    /// Of the first byte, from the start of the bytes handed in.
    offset: usize,
    /// How many bytes.
    len: usize,
    /// The section.
    rfc: &'static str,
    /// One clause.
    message: String,
}

impl Defect {
    pub(super) fn of(defect: simdsip::Defect) -> Defect {
        let simdsip::Defect { code, at, len } = defect;
        Defect {
            code: code.as_str().to_owned(),
            class_: code.class().as_str(),
            offset: at,
            len,
            rfc: code.rfc(),
            message: code.message().to_owned(),
        }
    }

    /// Why bytes are no message.
    pub(super) fn error(error: Error) -> Defect {
        Defect {
            code: simdsip_capture::table::error_code(error.kind).to_owned(),
            class_: "error",
            offset: error.at,
            len: 0,
            rfc: "",
            message: error.kind.to_string(),
        }
    }
}

#[pymethods]
impl Defect {
    fn __repr__(&self) -> String {
        format!("<simdsip.Defect {} ({}) at {}>", self.code, self.class_, self.offset)
    }
}

/// What an element owes to a message.
#[pyclass(frozen, get_all, module = "simdsip")]
pub(crate) struct Verdict {
    /// Whether it is accepted.
    accept: bool,
    /// The status to answer with; `None` where it is accepted or dropped.
    status: Option<u16>,
    /// Why not.
    reason: Option<&'static str>,
    /// The section that asks for it.
    rfc: Option<&'static str>,
    /// The first byte to blame.
    at: Option<usize>,
}

impl Verdict {
    pub(super) fn of(verdict: &simdsip::Verdict) -> Verdict {
        let some = |text: &'static str| (!text.is_empty()).then_some(text);
        Verdict {
            accept: verdict.accepts(),
            status: verdict.status(),
            reason: some(verdict.reason),
            rfc: some(verdict.rfc),
            at: verdict.at,
        }
    }
}

#[pymethods]
impl Verdict {
    fn __repr__(&self) -> String {
        match (self.accept, self.status) {
            (true, _) => "<simdsip.Verdict accept>".to_owned(),
            (_, Some(status)) => format!("<simdsip.Verdict {status}: {}>", self.reason.unwrap_or_default()),
            _ => format!("<simdsip.Verdict drop: {}>", self.reason.unwrap_or_default()),
        }
    }
}
