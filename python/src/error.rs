//! Exceptions: `simdsip/_error.py` defines them, so that they pickle and subclass what Python code expects.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use simdsip::Error;

fn class<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyType>>,
    name: &str,
) -> PyResult<&'py Bound<'py, PyType>> {
    cell.import(py, "simdsip._error", name)
}

/// `ParseError` with `kind` and `at`.
pub(crate) fn parse_error(py: Python<'_>, error: Error) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    class(py, &CLASS, "ParseError")
        .and_then(|class| class.call1((error.to_string(), error.kind.as_str(), error.at)))
        .map_or_else(|failed| failed, PyErr::from_value)
}

/// `CaptureError` with `file` and `at`.
pub(crate) fn capture_error(py: Python<'_>, file: &str, what: &str, at: u64) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    class(py, &CLASS, "CaptureError")
        .and_then(|class| class.call1((format!("{file}: {what}"), file, at)))
        .map_or_else(|failed| failed, PyErr::from_value)
}

/// `CaptureWarning`: a capture ends within a packet, and all before it was read.
pub(crate) fn warn(py: Python<'_>, file: &str, at: u64) -> PyResult<()> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = class(py, &CLASS, "CaptureWarning")?;
    let text = format!("{file}: cut short at byte {at}, within a packet; all before it was read");
    py.import("warnings")?.call_method1("warn", (text, class)).map(|_| ())
}
