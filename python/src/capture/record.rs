//! Calls, registrations and transactions as tables.

use super::input::{Opened, inputs};
use super::options::{Asked, columns};
use super::table::{Table, plan, whole};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use simdsip_capture::table::{BatchTooLong, Batches, RecordBatch, Table as Tables};
use simdsip_capture::{Calls, Progress, Registrations, Transactions};
use std::sync::Arc;

/// Rows of a batch.
const ROWS: usize = 16_384;

macro_rules! record_table {
    ($(#[$doc:meta])* $function:ident, $maker:ident, $table:ident, $keeps:ident) => {
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (paths, columns = None, **options))]
        pub(crate) fn $function(
            py: Python<'_>,
            paths: &Bound<'_, PyAny>,
            columns: Option<&Bound<'_, PyAny>>,
            options: Option<&Bound<'_, PyDict>>,
        ) -> PyResult<Table> {
            let columns = self::columns(Tables::$table, columns)?;
            let Asked { options, filter, mut limit, types, .. } =
                Asked::without(options, &["threads"])?;
            let schema = plan(Tables::$table, &columns, types);
            let mut opened = Opened::new(py, &inputs(paths)?, &options)?;
            let mut batches = Batches::new(Arc::clone(&schema), &columns, types, &opened.names);
            let mut all: Vec<Result<RecordBatch, BatchTooLong>> = Vec::new();
            let ended = py.detach(|| {
                let (messages, names) = (&mut opened.messages, Arc::clone(&opened.names));
                let mut maker = $maker::default();
                let mut take = |record: _| {
                    if limit > 0 && filter.$keeps(&record) {
                        limit -= 1;
                        batches.row(&record);
                        if batches.is_full(ROWS) {
                            all.push(batches.take());
                        }
                    }
                    limit == 0
                };
                let mut full = false;
                while !full {
                    match messages.step(&mut |row| maker.row(row, &names, &mut |record| full |= take(record))) {
                        Ok(Progress::More) => {}
                        Ok(Progress::End) => break,
                        Err(error) => return Err(error),
                    }
                }
                if !full {
                    maker.finish(&mut |record| {
                        take(record);
                    });
                }
                Ok(())
            });
            if !batches.is_empty() {
                all.push(batches.take());
            }
            opened.settle(py, ended)?;
            Ok(Table::new(schema, whole(all)?))
        }
    };
}

record_table! {
    /// One row a call: a Call-ID and From tag that began with an INVITE.
    calls, Calls, Calls, keeps_call
}
record_table! {
    /// One row an attempt to register.
    registrations, Registrations, Registrations, keeps_registration
}
record_table! {
    /// One row a transaction.
    transactions, Transactions, Transactions, keeps_transaction
}
