//! Bytes and text across the boundary.
//!
//! Bytes of a message become `str` by UTF-8 with `surrogateescape`, and come back the same way: no byte is lost.

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyString};

/// What was handed in: borrowed where it was `bytes`, else a copy.
pub(crate) fn bytes_of(data: &Bound<'_, PyAny>) -> PyResult<PyBackedBytes> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(PyBackedBytes::from(bytes.clone()));
    }
    let py = data.py();
    if let Ok(text) = data.cast::<PyString>() {
        if let Ok(text) = text.to_str() {
            return Ok(PyBackedBytes::from(PyBytes::new(py, text.as_bytes())));
        }
        let bytes = text.call_method1("encode", ("utf-8", "surrogateescape"))?;
        return Ok(PyBackedBytes::from(bytes.cast_into::<PyBytes>()?));
    }
    match PyBuffer::<u8>::get(data) {
        Ok(buffer) => Ok(PyBackedBytes::from(PyBytes::new(py, &buffer.to_vec(py)?))),
        // Buffers of other items are bytes all the same.
        Err(_) => match py
            .get_type::<PyBytes>()
            .call1((py.import("builtins")?.getattr("memoryview")?.call1((data,))?,))
        {
            Ok(bytes) => Ok(PyBackedBytes::from(bytes.cast_into::<PyBytes>()?)),
            Err(_) => {
                let name = data.get_type().name()?;
                Err(PyTypeError::new_err(format!("expected bytes, a buffer or str, not {name}")))
            }
        },
    }
}

/// Bytes as `str`.
#[inline]
pub(crate) fn text<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyString>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(PyString::new(py, text)),
        Err(_) => {
            PyString::from_encoded_object(&PyBytes::new(py, bytes), Some(c"utf-8"), Some(c"surrogateescape"))
        }
    }
}

/// The bytes of a `str` that came out of [`text`].
pub(crate) fn bytes_of_text(text: &Bound<'_, PyString>) -> PyResult<Vec<u8>> {
    match text.to_str() {
        Ok(text) => Ok(text.as_bytes().to_vec()),
        Err(_) => text.call_method1("encode", ("utf-8", "surrogateescape"))?.extract(),
    }
}
