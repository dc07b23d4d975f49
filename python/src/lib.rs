//! The extension module behind the Python package `simdsip`.
//!
//! Translates and never decides: what a message is says `simdsip`, what a capture holds says `simdsip-capture`. Never
//! masks, prints or sends. What is public in Python is in `python/simdsip/__init__.py`, with its types in the stubs.
#![forbid(unsafe_code)]

mod capture;
mod error;
mod message;
mod text;

use pyo3::prelude::*;
use std::ffi::OsString;

/// Runs the command `simdsip`. The first of its arguments is its name. Gives the exit status.
#[pyfunction]
fn command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| simdsip_cli::command(arguments))
}

/// What `simdsip/__init__.py` imports.
#[pymodule(gil_used = false)]
fn _simdsip(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(command, module)?)?;
    message::register(module)?;
    capture::register(module)
}
