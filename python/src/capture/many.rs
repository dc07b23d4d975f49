//! Many messages at once: an Arrow binary array in, a struct array out.
//!
//! The array comes in as copies of its buffers, which `simdsip/_arrow.py` takes, so that no pointer is followed here.

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyCapsule;
use simdsip_capture::table::{
    BatchTooLong, Batches, RecordBatch, Table, Types, arrow_schema, to_stream, to_struct,
};
use simdsip_capture::{Chunk, Options, Reading, Stats};
use std::sync::Arc;

/// Texts of a column have 32-bit offsets: more than that could overflow them.
const MAX_BYTES: usize = 1 << 30;

/// What messages were found to be: an Arrow struct array, null where the value was.
#[pyclass(frozen, module = "simdsip")]
pub(crate) struct StructArray {
    batch: RecordBatch,
    valid: Option<Vec<bool>>,
}

#[pymethods]
impl StructArray {
    /// The array and its type. The schema asked for is not looked at, as the interface allows.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        drop(requested_schema);
        let (schema, array) = to_struct(self.batch.clone(), self.valid.clone())
            .map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        Ok((
            PyCapsule::new_with_value(py, schema, c"arrow_schema")?,
            PyCapsule::new_with_value(py, array, c"arrow_array")?,
        ))
    }

    /// Its fields as the columns of a table; where the value was null, `kind` is.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let stream = to_stream(self.batch.schema(), vec![self.batch.clone()]);
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// Names of the fields.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("<simdsip.StructArray of {}>", self.batch.num_rows())
    }
}

/// Reads the values whose ends are in `offsets`, of `width` bytes each, little-endian; `valid` has a byte each.
#[pyfunction]
pub(crate) fn parse_buffers(
    py: Python<'_>,
    offsets: PyBackedBytes,
    width: usize,
    data: PyBackedBytes,
    valid: Option<PyBackedBytes>,
) -> PyResult<StructArray> {
    if !matches!(width, 4 | 8) || data.len() > MAX_BYTES {
        return Err(PyValueError::new_err("expected offsets of 4 or 8 bytes and at most 1 GiB of values"));
    }
    let valid: Option<Vec<bool>> = valid.map(|valid| valid.iter().map(|byte| *byte != 0).collect());
    let batch = py.detach(|| batch(&offsets, width, &data, valid.as_deref()));
    let batch = batch.ok_or_else(|| PyValueError::new_err("expected offsets that rise within the values"))?;
    let batch = batch.map_err(|error| PyValueError::new_err(error.to_string()))?;
    if valid.as_ref().is_some_and(|valid| valid.len() != batch.num_rows()) {
        return Err(PyValueError::new_err("expected as many validities as values"));
    }
    Ok(StructArray { batch, valid })
}

fn batch(
    offsets: &[u8],
    width: usize,
    data: &[u8],
    valid: Option<&[bool]>,
) -> Option<Result<RecordBatch, BatchTooLong>> {
    let columns = Table::message_columns();
    let schema = Arc::new(arrow_schema(Table::Messages, &columns, Types::Native, "show-secrets"));
    let mut batches = Batches::new(schema, &columns, Types::Native, &[]);
    let mut reading = Reading::of(&Options::default());
    let (mut chunk, mut stats) = (Chunk::default(), Stats::default());
    let mut ends = offsets.chunks_exact(width).map(|bytes| {
        let mut wide = [0; 8];
        wide.get_mut(..width)?.copy_from_slice(bytes);
        usize::try_from(u64::from_le_bytes(wide)).ok()
    });
    let mut start = ends.next()??;
    for (at, end) in ends.enumerate() {
        let end = end?;
        let value = data.get(start..end)?;
        start = end;
        let present = valid.is_none_or(|valid| valid.get(at).copied().unwrap_or(true));
        chunk.push_bytes(if present { value } else { b"" });
        if chunk.has_enough() {
            chunk.rows(&mut reading, &mut stats, &mut |row| batches.row(row));
            chunk.reset();
        }
    }
    chunk.rows(&mut reading, &mut stats, &mut |row| batches.row(row));
    Some(batches.take())
}
