//! What a look at one header field brought up.

use crate::Limits;
use crate::defect::{Defect, DefectCode, DefectSet};
use crate::text::Span;

/// How many different codes one field may show; what is more is not told.
const ROOM: usize = 16;

/// At most one defect of each code, the first that was met, by place when taken out.
#[derive(Clone, Debug)]
pub(crate) struct Findings {
    list: [(DefectCode, u32, u32); ROOM],
    count: usize,
    seen: DefectSet,
    pub(super) limits: ValueLimits,
}

/// The limits of values, as a message keeps them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValueLimits {
    /// Bytes of a URI.
    pub(crate) uri_len: u32,
    /// Parameters behind a value.
    pub(crate) param_count: u16,
    /// Elements of a comma list.
    pub(crate) element_count: u16,
    /// Comments within comments.
    pub(crate) comment_depth: u16,
}

impl ValueLimits {
    /// Those of `limits`; what does not fit is no limit.
    pub(crate) const fn new(limits: &Limits) -> ValueLimits {
        const fn narrow(limit: usize) -> u16 {
            if limit < u16::MAX as usize { limit as u16 } else { u16::MAX }
        }
        let uri_len = if limits.uri_len < u32::MAX as usize { limits.uri_len as u32 } else { u32::MAX };
        ValueLimits {
            uri_len,
            param_count: narrow(limits.param_count),
            element_count: narrow(limits.element_count),
            comment_depth: narrow(limits.comment_depth),
        }
    }
}

/// What is odd was told: whoever reads on looks for the next place where the grammar can be taken up again.
pub(super) struct Reported;

/// Whether the grammar went through.
pub(super) type Read = Result<(), Reported>;

impl Findings {
    pub(crate) const fn new(limits: ValueLimits) -> Findings {
        Findings { list: [(DefectCode::EmptyValue, 0, 0); ROOM], count: 0, seen: DefectSet::EMPTY, limits }
    }

    /// Notes `code` at `span`.
    pub(crate) fn add(&mut self, code: DefectCode, span: Span<'_>) {
        if self.seen.contains(code) {
            return;
        }
        let Some(row) = self.list.get_mut(self.count) else { return };
        *row = (code, span.start(), span.end().saturating_sub(span.start()));
        self.count = self.count.saturating_add(1);
        self.seen = self.seen.with(code);
    }

    /// The same, where no reading goes on.
    pub(super) fn fail(&mut self, code: DefectCode, span: Span<'_>) -> Reported {
        self.add(code, span);
        Reported
    }

    /// Takes the first one out, by place and then by code.
    pub(crate) fn take_first(&mut self) -> Option<Defect> {
        let list = self.list.get_mut(..self.count)?;
        let (first, _) = list.iter().enumerate().min_by_key(|(_, row)| (row.1, row.0.number()))?;
        let (code, at, len) = *list.get(first)?;
        let last = list.last().copied()?;
        *list.get_mut(first)? = last;
        self.count = self.count.wrapping_sub(1);
        Some(Defect { code, at: at as usize, len: len as usize })
    }
}
