//! What rows hold of the bytes of their messages, with the secrets hidden.
//!
//! A row is masked only where a value that is asked for gives reason to; what is shown is then cut from the masked
//! message, so that no column shows what `raw` hides.

use crate::mask::{self, Secrets, Shown};
use simdsip_capture::Row;
use simdsip_capture::table::{Column, ColumnType, Value};

/// Whether values of `column` may be bytes of the message.
pub(super) fn may_hold(column: &Column) -> bool {
    matches!(column.ty, ColumnType::Utf8 | ColumnType::Binary)
}

/// A row and what may be shown of its message.
pub(super) struct Wire<'r> {
    row: &'r Row<'r>,
    shown: Shown<'r>,
}

impl<'r> Wire<'r> {
    /// `None` if none of `columns` holds a secret, or secrets are to be shown.
    pub(super) fn of(
        row: &'r Row<'_>,
        mut columns: impl Iterator<Item = &'static Column>,
        secrets: Secrets,
    ) -> Option<Wire<'r>> {
        let concerns = |column| may_hold(column) && concerns(row, column);
        (secrets == Secrets::Hidden && columns.any(concerns)).then(|| Wire::new(row, secrets))
    }

    pub(super) fn new(row: &'r Row<'_>, secrets: Secrets) -> Wire<'r> {
        Wire { row, shown: Shown::new(row.bytes(), row.message().ok(), secrets) }
    }

    /// The value, if it is text or bytes.
    pub(super) fn value(&self, column: &Column) -> Option<Vec<u8>> {
        match self.row.value(column) {
            Value::Text(bytes) | Value::Binary(bytes) => Some(self.shown.of(bytes).into_owned()),
            Value::Folded(field) => Some(self.shown.unfolded(field.unfolded())),
            _ => None,
        }
    }
}

fn concerns(row: &Row<'_>, column: &Column) -> bool {
    match row.value(column) {
        Value::Text(bytes) => mask::concerns(bytes),
        Value::Folded(_) | Value::Binary(_) => true,
        _ => false,
    }
}
