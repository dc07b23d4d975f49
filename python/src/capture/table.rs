//! Tables as Python sees them: Arrow record batches that anybody takes through the PyCapsule interface.

use crate::text::text;
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};
use simdsip_capture::table::{self as tables, BatchTooLong, RecordBatch, Types, cell, to_schema, to_stream};
use std::sync::Arc;

/// Rows that `_repr_html_` shows.
const SHOWN: usize = 20;

/// A table in memory. Gives a fresh Arrow stream each time it is asked.
#[pyclass(frozen, module = "simdsip")]
pub(crate) struct Table {
    schema: Arc<tables::Schema>,
    batches: Vec<RecordBatch>,
    rows: usize,
}

impl Table {
    pub(crate) fn new(schema: Arc<tables::Schema>, batches: Vec<RecordBatch>) -> Table {
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        Table { schema, batches, rows }
    }
}

#[pymethods]
impl Table {
    /// The Arrow stream. The schema asked for is not looked at, as the interface allows.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let stream = to_stream(Arc::clone(&self.schema), self.batches.clone());
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// Names, types and metadata.
    #[getter]
    fn schema(&self) -> Schema {
        Schema(Arc::clone(&self.schema))
    }

    fn __len__(&self) -> usize {
        self.rows
    }

    fn __repr__(&self) -> String {
        let name = self.schema.metadata().get("simdsip.schema").map_or("", String::as_str);
        format!("<simdsip.Table {name}: {} rows, {} columns>", self.rows, self.schema.fields().len())
    }

    fn _repr_html_(&self) -> String {
        let mut page = String::from("<table><thead><tr>");
        for field in self.schema.fields() {
            page.push_str("<th>");
            escape(field.name(), &mut page);
            page.push_str("</th>");
        }
        page.push_str("</tr></thead><tbody>");
        let rows = self.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        for (batch, row) in rows.take(SHOWN) {
            page.push_str("<tr>");
            for column in 0..batch.num_columns() {
                page.push_str("<td>");
                escape(&cell(batch, column, row).unwrap_or_default(), &mut page);
                page.push_str("</td>");
            }
            page.push_str("</tr>");
        }
        page.push_str("</tbody></table>");
        if self.rows > SHOWN {
            page.push_str(&format!("<p>{SHOWN} of {} rows</p>", self.rows));
        }
        page
    }
}

/// Cells are attackers' text: nothing of it is markup, and nothing turns the line around.
fn escape(text: &str, page: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            letter if letter.is_control() => page.extend(letter.escape_unicode()),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                page.extend(letter.escape_unicode());
            }
            letter => page.push(letter),
        }
    }
}

/// The schema of a table.
#[pyclass(frozen, module = "simdsip")]
pub(crate) struct Schema(Arc<tables::Schema>);

#[pymethods]
impl Schema {
    /// Names of the columns, in order.
    #[getter]
    fn names(&self) -> Vec<&str> {
        self.0.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// Arrow types of the columns, in order.
    #[getter]
    fn types(&self) -> Vec<String> {
        self.0.fields().iter().map(|field| field.data_type().to_string()).collect()
    }

    /// What files carry: version, schema, options.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for (key, value) in self.0.metadata() {
            all.set_item(key, value)?;
        }
        Ok(all)
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = to_schema(&self.0).map_err(|error| PyValueError::new_err(error.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    fn __len__(&self) -> usize {
        self.0.fields().len()
    }

    fn __getitem__(&self, at: usize) -> PyResult<(&str, String)> {
        let field = self.0.fields().get(at).ok_or_else(|| PyIndexError::new_err(at))?;
        Ok((field.name(), field.data_type().to_string()))
    }

    fn __repr__(&self) -> String {
        format!("<simdsip.Schema {}>", self.names().join(", "))
    }
}

/// The schema of `messages`, `calls`, `registrations` or `transactions`: each column's name, type, whether it may be
/// null, whether it has to be asked for, and what it means; as JSON.
#[pyfunction]
pub(crate) fn schema<'py>(py: Python<'py>, table: &str) -> PyResult<Bound<'py, PyAny>> {
    let found = tables::Table::ALL.into_iter().find(|known| known.name() == table);
    let found = found.ok_or_else(|| PyValueError::new_err(format!("no table is called {table:?}")))?;
    let mut json = Vec::new();
    found.schema_json(&mut json);
    py.import("json")?.call_method1("loads", (text(py, &json)?,))
}

/// Batches, unless one of them was too long.
pub(crate) fn whole(batches: Vec<Result<RecordBatch, BatchTooLong>>) -> PyResult<Vec<RecordBatch>> {
    let all: Result<Vec<_>, _> = batches.into_iter().collect();
    all.map_err(|error| PyValueError::new_err(error.to_string()))
}

/// An empty table of that kind, and what fills it.
pub(crate) fn plan(table: tables::Table, columns: &tables::Columns, types: Types) -> Arc<tables::Schema> {
    Arc::new(tables::arrow_schema(table, columns, types, "show-secrets"))
}
